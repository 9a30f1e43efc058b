//! Looking at a graph from outside: what each node is, and its gradient as the walk back passes by. Chapter: *The
//! gradient clinic*.

use super::arena::{Arena, Kind, Var};
use super::op::Values;
use super::params::{Grads, ParamId, Params};
use super::record::Tape;
use linalg::{Real, Shape};
use std::panic::Location;

/// A place in a model, such as `block 3/attention`: [`Tape::path`] spells it. 0 is the top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(pub(super) u32);

/// One of several alike: `block 3` is number 3 of a family of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    /// Which family: the first place of that name.
    pub family: Scope,
    /// Its number, as [`Tape::enter_nth`] was given it.
    pub number: usize,
}

/// What a node is, besides its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The operation, or `param`, `input`, `constant`.
    pub op: &'static str,
    /// Which parameter, if it is one.
    pub param: Option<ParamId>,
    /// The lengths of the axes.
    pub shape: Shape,
    /// Where in the model.
    pub scope: Scope,
    /// The line that called the operation.
    pub location: &'static Location<'static>,
}

/// When the walk back shows a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The walk has arrived at a value: its gradient is complete.
    Arrived,
    /// The operation behind it has written to the gradients of its inputs.
    Passed,
}

impl<T: Real> Arena<T> {
    /// The gradient of a value during or after a walk; `None` if none has reached it. Of a parameter: all that was
    /// added so far.
    pub(super) fn gradient<'a>(&'a self, v: Var, grads: &'a Grads<T>) -> Option<&'a [T]> {
        let node = self.node(v);
        let span = node.grad?;
        match node.kind {
            Kind::Param(_) => Some(span.of(grads.values())),
            _ => self.written[v.index()].then(|| span.of(&self.grads)),
        }
    }

    #[track_caller]
    fn info(&self, v: Var) -> Info {
        let node = self.node(v);
        let (op, param) = match node.kind {
            Kind::Param(id) => ("param", Some(id)),
            Kind::Constant => ("constant", None),
            Kind::Input => ("input", None),
            Kind::Op(op) => (op.name, None),
        };
        Info { op, param, shape: node.shape, scope: Scope(node.scope), location: node.location }
    }
}

/// A value whose gradient has just become complete. See [`Tape::backward_observed`].
#[derive(Debug)]
pub struct Seen<'s, T: 'static> {
    /// The value.
    pub var: Var,
    /// Its gradient. Of a parameter: all that was added to it so far.
    pub grad: &'s [T],
    arena: &'s Arena<T>,
    params: &'s Params<T>,
}

impl<'s, T: Real> Seen<'s, T> {
    /// The numbers of any value.
    pub fn value(&self, v: Var) -> &'s [T] {
        Values {
            nodes: &self.arena.nodes,
            graph: self.arena.graph,
            params: self.params.values(),
            arena: &self.arena.values.data,
        }
        .value(v)
    }

    /// What any value is.
    pub fn info(&self, v: Var) -> Info {
        self.arena.info(v)
    }

    /// What the operation read.
    pub fn inputs(&self) -> &'s [Var] {
        self.arena.node(self.var).inputs.of(&self.arena.inputs)
    }
}

impl<T: Real> Tape<'_, T> {
    /// All values, in the order in which they were made.
    pub fn vars(&self) -> impl DoubleEndedIterator<Item = Var> + use<T> {
        let graph = self.arena.graph;
        (0..self.arena.nodes.len() as u32).map(move |node| Var { node, graph })
    }

    /// What a value is and where it was made.
    pub fn info(&self, v: Var) -> Info {
        self.arena.info(v)
    }

    /// What an operation read; nothing, of a parameter or of data.
    #[track_caller]
    pub fn inputs(&self, v: Var) -> &[Var] {
        self.arena.node(v).inputs.of(&self.arena.inputs)
    }

    /// Spells a place: `block 3/attention`. Empty at the top.
    pub fn path(&self, scope: Scope) -> String {
        self.arena.scopes.path(scope.0)
    }

    /// The outermost numbered place around `scope`: of `block 3/attention`, number 3 of the blocks.
    pub fn layer(&self, scope: Scope) -> Option<Layer> {
        self.arena.scopes.layer(scope.0).map(|(family, number)| Layer { family: Scope(family), number })
    }

    /// [`Tape::backward`], and shows each value's gradient when it is complete, from the loss to the first node.
    ///
    /// Afterwards it is too late: gradients share memory ([the four decisions](super)), and most are overwritten
    /// before the walk ends. A parameter shows up once for each use, with what has been added to [`Grads`] until then.
    ///
    /// ```
    /// use calculus::tape::{Arena, Grads, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.input([2], &[3.0, 4.0]);
    /// let y = tape.square(x);
    /// let loss = tape.sum(y);
    /// let mut seen = vec![];
    /// tape.backward_observed(loss, &mut Grads::like(&params), |s| seen.push((s.var, s.grad.to_vec())));
    /// assert_eq!(seen, [(loss, vec![1.0]), (y, vec![1.0, 1.0]), (x, vec![6.0, 8.0])]);
    /// ```
    ///
    /// # Panics
    /// As [`Tape::backward`].
    #[track_caller]
    pub fn backward_observed(&mut self, loss: Var, grads: &mut Grads<T>, mut see: impl FnMut(&Seen<'_, T>)) {
        self.single(loss);
        let params = self.params;
        self.walk(loss, &[T::ONE], grads, |stage, var, arena, grads| {
            if stage == Stage::Arrived
                && let Some(grad) = arena.gradient(var, grads)
            {
                see(&Seen { var, grad, arena, params });
            }
        });
    }
}
