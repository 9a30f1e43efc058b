//! Operations: a forward function, its backward twin, and what each gets to see. Chapter: *The tensor tape*.

use super::arena::{Kind, Node, Span, Var, place_of, poison};
use linalg::{Real, Shape};

/// An operation of the tape.
///
/// A constant, not an object: two functions and a name. Whatever else an operation needs at its node is data on the tape
/// (inputs, [`Attrs`], integers, scratch). So recording allocates no closure, and any crate can add operations with
/// [`Tape::push`](super::Tape::push).
///
/// The contract:
/// * `forward` writes *every* element of `out`: it holds garbage before.
/// * `backward` adds, for each input i that wants it, (∂out/∂inputᵢ)ᵀ·d_out to [`Backward::d_input`]`(i)`, honouring
///   `beta` on *every* element.
/// * `backward` leaves in scratch what `forward` saved there, since it may run again with another cotangent. For room of its
///   own there is the workspace: see [`Scratch`].
///
/// ```
/// use calculus::tape::{Arena, Attrs, Backward, Forward, Op, Params, Tape, Var};
/// use linalg::Real;
///
/// // y = x³, d_x = 3x²·d_y
/// fn forward<T: Real>(f: &mut Forward<'_, T>) {
///     let x = f.input(0);
///     for (y, &x) in f.out.iter_mut().zip(x) {
///         *y = x * x * x;
///     }
/// }
/// fn backward<T: Real>(b: &mut Backward<'_, T>) {
///     let (x, d_y) = (b.input(0), b.d_out());
///     let Some((d_x, beta)) = b.d_input(0) else { return };
///     for i in 0..x.len() {
///         let d = T::from_f64(3.0) * x[i] * x[i] * d_y[i];
///         d_x[i] = if beta == T::ZERO { d } else { d + beta * d_x[i] };
///     }
/// }
/// fn cube<T: Real>(tape: &mut Tape<'_, T>, x: Var) -> Var {
///     let op = const { &Op { name: "cube", forward: forward::<T>, backward: backward::<T> } };
///     tape.push(op, &[x], tape.shape(x), Attrs::default(), &[], 0)
/// }
///
/// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
/// let mut tape = Tape::record(&params, &mut arena);
/// let x = tape.input([2], &[1.0, 2.0]);
/// let y = cube(&mut tape, x);
/// tape.backward_with(y, &[1.0, 10.0], &mut calculus::tape::Grads::like(&params));
/// assert_eq!((tape.value(y), tape.grad(x)), (&[1.0, 8.0][..], &[3.0, 120.0][..]));
/// ```
// ANCHOR: op
#[derive(Debug)]
pub struct Op<T: 'static> {
    /// What messages call it.
    pub name: &'static str,
    /// Computes the output from the inputs.
    pub forward: fn(&mut Forward<'_, T>),
    /// Computes the inputs' gradients from the output's.
    pub backward: fn(&mut Backward<'_, T>),
}
// ANCHOR_END: op

/// Room for numbers besides the result, in numbers of `T`. A plain `usize` where an operation wants only to keep some.
///
/// ```
/// use calculus::tape::Scratch;
///
/// assert_eq!(Scratch::from(7), Scratch { kept: 7, workspace: 0 });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scratch {
    /// What the forward function saves for the backward one: each node has it to itself until the graph is forgotten.
    pub kept: usize,
    /// What each of the two needs while it runs. All nodes share one piece, as long as the largest wish.
    pub workspace: usize,
}

impl From<usize> for Scratch {
    fn from(kept: usize) -> Self {
        Scratch { kept, workspace: 0 }
    }
}

/// Small settings of a node, stored inline: an epsilon, the number of heads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attrs {
    /// Real settings.
    pub f: [f64; 2],
    /// Whole-numbered settings.
    pub n: [u32; 4],
}

/// Values that exist already: what an operation may read.
#[derive(Debug)]
pub struct Values<'v, T: 'static> {
    pub(super) nodes: &'v [Node<T>],
    pub(super) graph: u32,
    pub(super) params: &'v [T],
    pub(super) arena: &'v [T],
}

impl<T> Clone for Values<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Values<'_, T> {}

impl<'v, T> Values<'v, T> {
    /// The numbers of a value, in row-major order.
    ///
    /// # Panics
    /// If the value belongs to another graph.
    #[track_caller]
    pub fn value(&self, v: Var) -> &'v [T] {
        let node = &self.nodes[place_of(v, self.graph)];
        match node.kind {
            Kind::Param(_) => node.value.of(self.params),
            _ => node.value.of(self.arena),
        }
    }

    /// The shape of a value.
    ///
    /// # Panics
    /// If the value belongs to another graph.
    #[track_caller]
    pub fn shape(&self, v: Var) -> Shape {
        self.nodes[place_of(v, self.graph)].shape
    }
}

/// What an operation's forward function sees.
#[derive(Debug)]
pub struct Forward<'f, T: 'static> {
    pub(super) values: Values<'f, T>,
    pub(super) inputs: &'f [Var],
    pub(super) shape: Shape,
    /// The result, to be written in full. It holds garbage.
    pub out: &'f mut [T],
    /// Numbers to keep for the backward function. They hold garbage, and on a tape that does not record they are lost.
    pub scratch: &'f mut [T],
    /// Room while the function runs, as long as [`Scratch::workspace`] said. It holds garbage.
    pub workspace: &'f mut [T],
    /// Integers given to [`Tape::push`](super::Tape::push): token ids, positions.
    pub ints: &'f [u32],
    /// Settings given to [`Tape::push`](super::Tape::push).
    pub attrs: Attrs,
}

impl<'f, T: Real> Forward<'f, T> {
    /// How many inputs there are.
    pub fn arity(&self) -> usize {
        self.inputs.len()
    }

    /// The numbers of input i.
    pub fn input(&self, i: usize) -> &'f [T] {
        self.values.value(self.inputs[i])
    }

    /// The shape of input i.
    pub fn shape(&self, i: usize) -> Shape {
        self.values.shape(self.inputs[i])
    }

    /// The shape of the result.
    pub fn out_shape(&self) -> Shape {
        self.shape
    }
}

/// What an operation's backward function sees.
///
/// The methods that read give slices that do not borrow the `Backward` itself, so read first, then ask for
/// [`Backward::d_input`].
#[derive(Debug)]
pub struct Backward<'b, T: 'static> {
    pub(super) values: Values<'b, T>,
    pub(super) inputs: &'b [Var],
    pub(super) var: Var,
    pub(super) d_out: &'b [T],
    /// The gradient buffer, cut out where `d_out` lies: all before it and all after it.
    pub(super) d_before: &'b mut [T],
    pub(super) d_after: &'b mut [T],
    /// Where `d_after` starts in the whole buffer.
    pub(super) after: usize,
    pub(super) d_params: &'b mut [T],
    pub(super) written: &'b mut [bool],
    pub(super) scratch: &'b mut [T],
    pub(super) workspace: &'b mut [T],
    /// Integers given to [`Tape::push`](super::Tape::push).
    pub ints: &'b [u32],
    /// Settings given to [`Tape::push`](super::Tape::push).
    pub attrs: Attrs,
}

impl<'b, T: Real> Backward<'b, T> {
    /// How many inputs there are.
    pub fn arity(&self) -> usize {
        self.inputs.len()
    }

    /// The numbers of input i.
    pub fn input(&self, i: usize) -> &'b [T] {
        self.values.value(self.inputs[i])
    }

    /// The shape of input i.
    pub fn shape(&self, i: usize) -> Shape {
        self.values.shape(self.inputs[i])
    }

    /// What the forward function computed.
    pub fn out(&self) -> &'b [T] {
        self.values.value(self.var)
    }

    /// The shape of the result.
    pub fn out_shape(&self) -> Shape {
        self.values.shape(self.var)
    }

    /// The gradient that arrives from above: ∂loss/∂out.
    pub fn d_out(&self) -> &'b [T] {
        self.d_out
    }

    /// What the forward function saved. Handed out once: a second call gets an empty slice.
    pub fn scratch(&mut self) -> &'b mut [T] {
        std::mem::take(&mut self.scratch)
    }

    /// Room while the function runs, as long as [`Scratch::workspace`] said. It holds garbage. Handed out once.
    pub fn workspace(&mut self) -> &'b mut [T] {
        std::mem::take(&mut self.workspace)
    }

    /// Whether anybody wants the gradient of input i. Asking [`Self::d_input`] is a promise to write; this is not.
    pub fn wants(&self, i: usize) -> bool {
        self.values.nodes[self.inputs[i].index()].grad.is_some()
    }

    /// Where the gradient of input i goes, and `beta`: write d ← new + beta·d.
    ///
    /// `None` where nobody wants it. `beta` is 0 for the first of all gradients that reach this value (store: the old
    /// content is garbage), 1 for the later ones (accumulate). A parameter's gradient is always added to [`Grads`](super::Grads),
    /// so its `beta` is 1. Whoever asks must write: the next one will be told to accumulate.
    // ANCHOR: d_input
    pub fn d_input(&mut self, i: usize) -> Option<(&mut [T], T)> {
        let v = self.inputs[i].index();
        let node = &self.values.nodes[v];
        let span: Span = node.grad?;
        if let Kind::Param(_) = node.kind {
            return Some((span.of_mut(self.d_params), T::ONE));
        }
        let d = match span {
            Span { len: 0, .. } => &mut [],
            _ if span.start < self.after => span.of_mut(self.d_before),
            Span { start, len } => &mut self.d_after[start - self.after..][..len],
        };
        if std::mem::replace(&mut self.written[v], true) {
            Some((d, T::ONE))
        } else {
            poison(d);
            Some((d, T::ZERO))
        }
    }
    // ANCHOR_END: d_input
}
