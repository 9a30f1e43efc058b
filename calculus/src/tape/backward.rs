//! The walk back: from the loss to the parameters, through nodes in reverse creation order. Chapter: *The tensor tape*.

use super::arena::{Arena, Kind, Var, place_of};
use super::observe::Stage;
use super::op::{Backward, Values};
use super::params::Grads;
use super::record::Tape;
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// Adds ∂loss/∂parameter to `grads` for all parameters, and computes ∂loss/∂v for every value on the way.
    ///
    /// The loss is a single number and its own gradient is 1. Cost: about twice that of the forward pass.
    ///
    /// # Panics
    /// If `loss` holds more than one number, the tape does not record, or `grads` has another length than the
    /// parameters.
    #[track_caller]
    pub fn backward(&mut self, loss: Var, grads: &mut Grads<T>) {
        self.single(loss);
        self.backward_with(loss, &[T::ONE], grads);
    }

    #[track_caller]
    pub(super) fn single(&self, loss: Var) {
        let shape = self.shape(loss);
        assert!(
            shape.len() == 1,
            "backward: a loss is one number, this one has shape {shape}; see backward_with"
        );
    }

    /// Like [`Tape::backward`] from any value, given its gradient: computes Jᵀ·cotangent.
    ///
    /// May be called again on the same graph, with another cotangent: each unit vector gives one row of the Jacobian.
    ///
    /// ```
    /// use calculus::tape::{Arena, Grads, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.input([2], &[3.0, 5.0]);
    /// let y = tape.square(x);
    /// for (unit, row) in [([1.0, 0.0], [6.0, 0.0]), ([0.0, 1.0], [0.0, 10.0])] {
    ///     tape.backward_with(y, &unit, &mut Grads::like(&params));
    ///     assert_eq!(tape.grad(x), row);
    /// }
    /// ```
    ///
    /// # Panics
    /// If `cotangent` is not as long as `out`, the tape does not record, or `grads` has another length than the
    /// parameters.
    #[track_caller]
    pub fn backward_with(&mut self, out: Var, cotangent: &[T], grads: &mut Grads<T>) {
        self.walk(out, cotangent, grads, |_, _, _, _| {}); // nobody looks: compiled to nothing
    }

    /// The walk itself. `see` is called where it arrives and where it has passed: the clinic's window.
    #[track_caller]
    pub(super) fn walk(
        &mut self,
        out: Var,
        cotangent: &[T],
        grads: &mut Grads<T>,
        mut see: impl FnMut(Stage, Var, &Arena<T>, &Grads<T>),
    ) {
        assert!(self.recording, "backward: this tape does not record (Tape::infer); use Tape::record");
        assert!(!self.rehearsing, "backward: a rehearsal computes nothing; record the step on Tape::record");
        let shape = self.shape(out);
        assert!(
            cotangent.len() == shape.len(),
            "backward: shape {shape} wants a cotangent of {} numbers, got {}",
            shape.len(),
            cotangent.len()
        );
        assert!(
            grads.values().len() == self.params.len(),
            "backward: {} parameters, but {} gradients; make them with Grads::like",
            self.params.len(),
            grads.values().len()
        );
        let arena = &mut *self.arena;
        let needed = arena.plan(out);
        if arena.grads.len() < needed {
            arena.grads.resize(needed, T::ZERO);
        }
        arena.written.clear();
        arena.written.resize(arena.nodes.len(), false);

        // The seed.
        let node = arena.node(out);
        match (node.grad, &node.kind) {
            (None, _) => {} // depends on no parameter and no input
            (Some(span), Kind::Param(_)) => {
                let d = span.of_mut(grads.values_mut());
                d.iter_mut().zip(cotangent).for_each(|(d, &c)| *d += c);
            }
            (Some(span), _) => {
                span.of_mut(&mut arena.grads).copy_from_slice(cotangent);
                arena.written[out.index()] = true;
            }
        }

        // Each node's inputs were created before it. So when the walk arrives at a node, all nodes that use it have
        // been visited, and its gradient is complete.
        for i in (0..arena.nodes.len()).rev() {
            let (node, var) = (&arena.nodes[i], arena.var(i));
            let Some(grad) = node.grad else { continue };
            if matches!(node.kind, Kind::Param(_)) {
                see(Stage::Arrived, var, arena, grads);
                continue; // its gradient is in `grads` already
            }
            if !arena.written[i] {
                // `out` does not depend on this value.
                if node.keeps_grad() {
                    grad.of_mut(&mut arena.grads).fill(T::ZERO);
                }
                continue;
            }
            see(Stage::Arrived, var, arena, grads);
            let Kind::Op(op) = node.kind else { continue };
            let (d_before, rest) = arena.grads.split_at_mut(grad.start);
            let (d_out, d_after) = rest.split_at_mut(grad.len);
            (op.backward)(&mut Backward {
                values: Values {
                    nodes: &arena.nodes,
                    graph: arena.graph,
                    params: self.params.values(),
                    arena: &arena.values.data,
                },
                inputs: node.inputs.of(&arena.inputs),
                var,
                d_out,
                d_before,
                d_after,
                after: grad.start + grad.len,
                d_params: grads.values_mut(),
                written: &mut arena.written,
                scratch: node.scratch.of_mut(&mut arena.scratch.data),
                workspace: arena.workspace.shared(node.workspace),
                ints: node.ints.of(&arena.ints),
                attrs: node.attrs,
            });
            see(Stage::Passed, var, arena, grads);
        }
    }

    /// Keeps the gradient of a value for [`Tape::grad`]. Inputs keep theirs; of all other values the memory is used
    /// again during the walk. PyTorch's `retain_grad()`.
    ///
    /// ```
    /// use calculus::tape::{Arena, Grads, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.input([], &[3.0]);
    /// let y = tape.square(x);
    /// let z = tape.square(y);
    /// tape.retain(y);
    /// tape.backward(z, &mut Grads::like(&params));
    /// assert_eq!((tape.grad(y)[0], tape.grad(x)[0]), (18.0, 108.0)); // 2y, 4x³
    /// ```
    ///
    /// # Panics
    /// If the value belongs to another graph.
    #[track_caller]
    pub fn retain(&mut self, v: Var) {
        let at = place_of(v, self.arena.graph);
        self.arena.nodes[at].retain = true;
    }

    /// The gradient of an input, or of a value that was given to [`Tape::retain`], after [`Tape::backward`].
    ///
    /// # Panics
    /// If there is none: of a constant, of a parameter (it is in [`Grads`]), of a value that was not retained, or
    /// before backward.
    #[track_caller]
    pub fn grad(&self, v: Var) -> &[T] {
        let node = self.arena.node(v);
        assert!(!matches!(node.kind, Kind::Param(_)), "grad: a parameter's gradient is in the Grads");
        let Some(span) = node.grad else {
            panic!(
                "grad: nothing that this value depends on wants a gradient (a constant, or a tape that does not record)"
            )
        };
        assert!(
            node.keeps_grad(),
            "grad: this value's gradient was not kept; call retain on it before backward"
        );
        assert!(self.arena.written.len() == self.arena.nodes.len(), "grad: run backward first");
        span.of(&self.arena.grads)
    }
}
