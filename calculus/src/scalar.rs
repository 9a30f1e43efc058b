//! The scalar tape: reverse mode, one number a node, to be read whole. Chapters: *Reverse mode*, and *Reverse mode: the tape, read
//! whole*.
//!
//! Computing writes a list. Each operation appends one node: which earlier nodes it read, and by how much its result would
//! change if each of them did (its *slope*, a partial derivative with a value, say 3.0). Nothing else is kept: not the
//! operation's name, not even its result. [`Var::backward`] then walks the list once from the end, handing every node's
//! gradient to the nodes that it read:
//!
//! ```text
//! d_input += slope · d_node          where d_node = ∂out/∂node
//! ```
//!
//! That is the chain rule. A node is always written after its inputs, so the reverse of the order of writing is an order in
//! which each gradient is complete before it is handed on: no sorting, no recursion, one visit a node, however often results
//! are shared. (In matrix words: the slopes form a strictly lower triangular matrix L, and the sweep solves (I − Lᵀ)·d = e by
//! back substitution.)
//!
//! Such a list is called a tape or a Wengert list, after the paper that computed derivatives from one:
//! R. E. Wengert, *A simple automatic derivative evaluation program*, Communications of the ACM 7(8), 1964 (forward, there);
//! S. Linnainmaa, 1970, walked it backwards. The fast twin of this file, on tensors, is `calculus::tape`.
//!
//! The numbers are any [`Real`]. A tape of `f64` gives gradients; a tape of [`Dual`](crate::dual::Dual) numbers gives gradients that
//! say how they move, which is the Hessian times a vector: see [`crate::hvp`].
//!
//! ```
//! use calculus::scalar::Tape;
//!
//! let tape = Tape::new();
//! let (x, y) = (tape.var(3.0), tape.var(5.0));
//! let z = x * x + (x * y).tanh();
//! let grads = z.backward();
//! assert!((z.value() - 10.0).abs() < 1e-9); // tanh 15 is 1
//! assert!((grads.wrt(x) - 6.0).abs() < 1e-9); // 2x; tanh is flat there
//! ```

use linalg::Real;
use std::cell::RefCell;
use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

// ANCHOR: tape
/// One input of a node: which one it is, and the slope ∂node/∂input.
#[derive(Clone, Copy)]
struct Edge<T> {
    slope: T,
    input: u32,
}

/// The list. Node i owns the edges from `starts[i]` on, up to where
/// those of the next node start.
#[derive(Default)]
struct List<T> {
    starts: Vec<u32>,
    edges: Vec<Edge<T>>,
}

/// A recording of scalar operations, to be differentiated backwards.
///
/// Memory, for `f64`: 4 bytes per node and 16 per edge.
/// [`Tape::clear`] keeps it for the next step.
#[derive(Default)]
pub struct Tape<T = f64> {
    list: RefCell<List<T>>,
}

/// A number on a tape: a handle of 24 bytes, used like the number.
///
/// It borrows its tape: keeping one across [`Tape::clear`] does not
/// compile.
#[derive(Clone, Copy)]
#[must_use = "an operation whose result is dropped still fills the tape"]
pub struct Var<'t, T = f64> {
    tape: &'t Tape<T>,
    index: u32,
    value: T,
}
// ANCHOR_END: tape

impl Tape {
    /// An empty tape of `f64`. Of other numbers it is `Tape::<T>::default()`.
    pub fn new() -> Self {
        Tape::default()
    }
}

impl<T: Real> Tape<T> {
    /// Puts a number on the tape: an input, a weight, anything whose gradient may be asked for.
    pub fn var(&self, value: T) -> Var<'_, T> {
        self.push(value, [])
    }

    /// How many nodes and edges have been recorded.
    pub fn size(&self) -> (usize, usize) {
        let list = self.list.borrow();
        (list.starts.len(), list.edges.len())
    }

    /// The inputs of one node, each with its slope, in the order in which the operation read them.
    ///
    /// ```
    /// let tape = calculus::scalar::Tape::new();
    /// let (x, y) = (tape.var(3.0), tape.var(5.0)); // nodes 0 and 1
    /// let z = x * y;
    /// assert_eq!(tape.inputs(z.index()), [(0, 5.0), (1, 3.0)]);
    /// ```
    pub fn inputs(&self, node: usize) -> Vec<(usize, T)> {
        self.list.borrow().edges_of(node).iter().map(|edge| (edge.input as usize, edge.slope)).collect()
    }

    /// Forgets all nodes and keeps their memory. The borrow checker lets no [`Var`] survive it:
    ///
    /// ```compile_fail,E0502
    /// let mut tape = calculus::scalar::Tape::new();
    /// let x = tape.var(1.0);
    /// tape.clear();
    /// x + 1.0; // error: `x` still borrows the tape
    /// ```
    pub fn clear(&mut self) {
        let list = self.list.get_mut();
        list.starts.clear();
        list.edges.clear();
    }

    // ANCHOR: push
    /// Appends a node with the given value, inputs and slopes.
    fn push(&self, value: T, edges: impl IntoIterator<Item = Edge<T>>) -> Var<'_, T> {
        let list = &mut *self.list.borrow_mut();
        let index = list.starts.len() as u32;
        let start = u32::try_from(list.edges.len());
        list.starts.push(start.expect("at most 2³² − 1 edges"));
        list.edges.extend(edges);
        Var { tape: self, index, value }
    }
    // ANCHOR_END: push

    /// Σ aᵢ·bᵢ as a single node: ∂/∂aᵢ = bᵢ and ∂/∂bᵢ = aᵢ.
    ///
    /// ```
    /// let tape = calculus::scalar::Tape::new();
    /// let w = [tape.var(2.0), tape.var(-1.0)];
    /// let square = tape.dot(&w, &w); // each weight is used twice
    /// assert_eq!(square.backward().wrt(w[1]), -2.0);
    /// ```
    ///
    /// Cost: n multiplications and 2n edges, against 2n − 1 nodes and 4n − 2 edges for the same sum by operators.
    ///
    /// # Panics
    /// If the lengths differ, or a number is on another tape.
    #[track_caller]
    pub fn dot<'t>(&'t self, a: &[Var<'t, T>], b: &[Var<'t, T>]) -> Var<'t, T> {
        assert!(a.len() == b.len(), "dot: lengths {} and {} differ", a.len(), b.len());
        let value = a.iter().zip(b).fold(T::ZERO, |sum, (a, b)| sum + a.value * b.value);
        let edge = |of: &Var<'t, T>, slope: T| Edge { slope, input: self.own(of) };
        let to_a = a.iter().zip(b).map(|(a, b)| edge(a, b.value));
        let to_b = a.iter().zip(b).map(|(a, b)| edge(b, a.value));
        self.push(value, to_a.chain(to_b))
    }

    /// The index of a number that must be on this tape.
    #[track_caller]
    #[inline(always)]
    fn own(&self, var: &Var<'_, T>) -> u32 {
        assert!(std::ptr::eq(self, var.tape), "two numbers of one operation are on different tapes");
        var.index
    }
}

impl<'t, T: Real> Var<'t, T> {
    /// The number itself.
    pub fn value(self) -> T {
        self.value
    }

    /// The tape it is on.
    pub fn tape(self) -> &'t Tape<T> {
        self.tape
    }

    /// Where it is on the tape: 0 for the first number recorded.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// A function of your own: its value here, and its slope. Both are numbers of the tape's type. On a tape of dual numbers the slope
    /// moves when the input does, and has to say so; a slope made of plain numbers would leave every gradient right and every second
    /// derivative wrong.
    ///
    /// ```
    /// use calculus::scalar::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(0.5_f64);
    /// let y = x.unary(x.value().cosh(), x.value().sinh());
    /// assert_eq!(y.backward().wrt(x), 0.5_f64.sinh());
    /// ```
    // ANCHOR: unary
    #[inline(always)]
    pub fn unary(self, value: T, slope: T) -> Self {
        self.tape.push(value, [Edge { slope, input: self.index }])
    }
    // ANCHOR_END: unary

    #[track_caller]
    #[inline(always)]
    fn binary(self, other: Self, value: T, slope: T, other_slope: T) -> Self {
        let input = self.tape.own(&other);
        self.tape.push(value, [Edge { slope, input: self.index }, Edge { slope: other_slope, input }])
    }

    /// max(0, x). A closed gate (x ≤ 0) has no edge: nothing can flow back through it.
    pub fn relu(self) -> Self {
        if self.value <= T::ZERO { self.tape.var(T::ZERO) } else { self.unary(self.value, T::ONE) }
    }

    /// xⁿ for a whole n; its slope n·xⁿ⁻¹ is 0 for n = 0 even at x = 0.
    pub fn powi(self, n: i32) -> Self {
        let y = self.value.powi(n);
        let slope = match n {
            0 => T::ZERO,
            1.. => T::from_f64(n.into()) * self.value.powi(n - 1),
            _ => T::from_f64(n.into()) * y / self.value,
        };
        self.unary(y, slope)
    }

    /// The gradient of this number with respect to everything before it on its tape.
    ///
    /// Cost: one multiplication and one addition per edge, whatever the number of inputs; about as much as recording was.
    pub fn backward(self) -> Gradients<T> {
        let mut grads = Gradients::default();
        self.backward_into(&mut grads);
        grads
    }

    /// Like [`Var::backward`], into memory that is there already; its old content goes.
    // ANCHOR: backward
    // ANCHOR: seed
    pub fn backward_into(self, grads: &mut Gradients<T>) {
        let list = &*self.tape.list.borrow();
        let d = &mut grads.d;
        d.clear();
        d.resize(self.index() + 1, T::ZERO);
        d[self.index()] = T::ONE; // ∂out/∂out
        // ANCHOR_END: seed

        for node in (0..=self.index()).rev() {
            let d_node = d[node]; // complete: all its readers came later
            if d_node.is_zero() {
                continue; // hands on 0, even along an infinite slope
            }
            for edge in list.edges_of(node) {
                d[edge.input as usize] += edge.slope * d_node;
            }
        }
    }
    // ANCHOR_END: backward
}

impl<T> List<T> {
    #[inline(always)]
    fn edges_of(&self, node: usize) -> &[Edge<T>] {
        let end = self.starts.get(node + 1).map_or(self.edges.len(), |&next| next as usize);
        &self.edges[self.starts[node] as usize..end]
    }
}

/// The result of a backward sweep: ∂out/∂node for every node up to the output.
#[derive(Clone, Debug, Default)]
pub struct Gradients<T = f64> {
    d: Vec<T>,
}

impl Gradients {
    /// Empty storage for [`Var::backward_into`], on a tape of `f64`. Of other numbers it is `Gradients::<T>::default()`.
    pub fn new() -> Self {
        Gradients::default()
    }
}

impl<T: Real> Gradients<T> {
    /// ∂out/∂var; 0 for a number that was recorded after the output, and so cannot have been part of it.
    pub fn wrt(&self, var: Var<'_, T>) -> T {
        self.d.get(var.index()).copied().unwrap_or(T::ZERO)
    }

    /// All of them, in the order of the tape.
    pub fn values(&self) -> &[T] {
        &self.d
    }
}

/// Functions of one number, from lines `name |x, y| value y, slope`, for numbers of any type `T`.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident |$x:ident, $y:ident| $value:expr, $slope:expr;)*) => {
        impl<T: Real> Var<'_, T> {$(
            $(#[$doc])*
            pub fn $name(self) -> Self {
                let $x = self.value;
                let $y = $value;
                self.unary($y, $slope)
            }
        )*}
    };
}

/// Operators, from lines `|a, b| value, slope for a, slope for b`. A plain `f64` on either side is a constant: no node, no
/// edge.
macro_rules! operators {
    ($($op:ident $method:ident |$a:ident, $b:ident| $value:expr, $slope_a:expr, $slope_b:expr;)*) => {$(
        impl<T: Real> $op for Var<'_, T> {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: Self) -> Self {
                let ($a, $b) = (self.value, other.value);
                self.binary(other, $value, $slope_a, $slope_b)
            }
        }
        impl<T: Real> $op<f64> for Var<'_, T> {
            type Output = Self;
            fn $method(self, constant: f64) -> Self {
                let ($a, $b) = (self.value, T::from_f64(constant));
                self.unary($value, $slope_a)
            }
        }
        impl<'t, T: Real> $op<Var<'t, T>> for f64 {
            type Output = Var<'t, T>;
            fn $method(self, other: Var<'t, T>) -> Var<'t, T> {
                let ($a, $b) = (T::from_f64(self), other.value);
                other.unary($value, $slope_b)
            }
        }
    )*};
}

functions! {
    /// eˣ.
    exp |x, y| x.exp(), y;
    /// Natural logarithm.
    ln |x, y| x.ln(), T::ONE / x;
    /// Square root; its slope at 0 is infinite.
    sqrt |x, y| x.sqrt(), T::ONE / (y + y);
    /// Hyperbolic tangent.
    tanh |x, y| x.tanh(), T::ONE - y * y;
    /// Sine of an angle in radians.
    sin |x, y| x.sin(), x.cos();
    /// Cosine of an angle in radians.
    cos |x, y| x.cos(), -x.sin();
    /// |x|; its slope at 0 is 0, as for [`crate::dual::Dual`].
    abs |x, y| x.abs(), if x > T::ZERO { T::ONE } else if x < T::ZERO { -T::ONE } else { y };
}

// ANCHOR: operators
operators! {
    Add add |a, b| a + b, T::ONE, T::ONE;
    Sub sub |a, b| a - b, T::ONE, -T::ONE;
    Mul mul |a, b| a * b, b, a;
    Div div |a, b| a / b, T::ONE / b, -a / b / b;
}
// ANCHOR_END: operators

impl<T: Real> Neg for Var<'_, T> {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary(-self.value, -T::ONE)
    }
}

impl<T: Real> AddAssign for Var<'_, T> {
    #[track_caller]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<T: Real> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{} = {}", self.index, self.value)
    }
}
