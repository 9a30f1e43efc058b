//! The tape: operations run at once and are written down for the way back. Chapter: *The tensor tape*.

use super::arena::{Arena, Kind, Node, Span, Var};
use super::op::{Attrs, Forward, Op, Scratch, Values};
use super::params::{ParamId, Params};
use linalg::{Real, Shape, View};
use std::panic::Location;

/// Runs operations and, if it records, remembers them for [`Tape::backward`].
///
/// It borrows the parameters and the memory. While it lives, neither the optimiser nor another step can touch them.
///
/// Every operation is `#[track_caller]`: a shape mismatch panics at the line of *your* model, with the operation's name and
/// both shapes, and a NaN is traced to that line too ([`Tape::first_non_finite`]).
#[derive(Debug)]
pub struct Tape<'a, T: 'static> {
    pub(super) params: &'a Params<T>,
    pub(super) arena: &'a mut Arena<T>,
    pub(super) recording: bool,
    /// Nothing is computed, memory is only booked.
    pub(super) rehearsing: bool,
}

impl<'a, T: Real> Tape<'a, T> {
    /// Starts a graph that can be walked backward. What the arena held before is forgotten.
    pub fn record(params: &'a Params<T>, arena: &'a mut Arena<T>) -> Self {
        arena.clear();
        Tape { params, arena, recording: true, rehearsing: false }
    }

    /// Starts a graph that only goes forward: no gradients, no scratch kept. For evaluation and generation; PyTorch's
    /// `torch.no_grad()`.
    pub fn infer(params: &'a Params<T>, arena: &'a mut Arena<T>) -> Self {
        arena.clear();
        Tape { params, arena, recording: false, rehearsing: false }
    }

    /// Starts a graph that is only booked: operations check their shapes and are given their places, and nothing is computed.
    /// Afterwards [`Tape::memory`] says what a recorded step of these shapes needs.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f32>::new(), Arena::new());
    /// let mut tape = Tape::rehearse(&params, &mut arena);
    /// let x = tape.input([1000], &[0.0; 1000]);
    /// let y = tape.tanh(x);
    /// let loss = tape.sum(y);
    /// assert_eq!(tape.memory(loss).values, 4 * 2001); // bytes: x, y and the loss
    /// assert_eq!(arena.capacity(), 0); // and no memory was taken
    /// ```
    ///
    /// Cost: microseconds; nothing depends on how long the tensors are.
    ///
    /// # Panics
    /// Where a value is read, or backward called: there are none.
    pub fn rehearse(params: &'a Params<T>, arena: &'a mut Arena<T>) -> Self {
        arena.clear();
        Tape { params, arena, recording: true, rehearsing: true }
    }

    /// Whether this tape can be walked backward.
    pub fn recording(&self) -> bool {
        self.recording
    }

    /// The parameters this tape borrows.
    pub fn params(&self) -> &'a Params<T> {
        self.params
    }

    /// A parameter as a value of the graph. Nothing is copied: its numbers stay in [`Params`], and its gradient goes to
    /// [`Grads`](super::Grads). Used twice, its gradients add up: that is all there is to weight tying.
    #[track_caller]
    pub fn param(&mut self, id: ParamId) -> Var {
        let entry = self.params.entry(id);
        let span = Span { start: entry.range.start, len: entry.range.len() };
        let grad = self.recording.then_some(span);
        self.source(Kind::Param(id), entry.shape, span, grad)
    }

    /// Data without a gradient: a batch, a mask.
    ///
    /// # Panics
    /// If `data` does not hold as many numbers as `shape` wants.
    #[track_caller]
    pub fn constant(&mut self, shape: impl Into<Shape>, data: &[T]) -> Var {
        self.data("constant", Kind::Constant, shape.into(), data)
    }

    /// Data whose gradient is wanted ([`Tape::grad`]): for gradient checks, saliency, adversarial examples.
    ///
    /// # Panics
    /// If `data` does not hold as many numbers as `shape` wants.
    #[track_caller]
    pub fn input(&mut self, shape: impl Into<Shape>, data: &[T]) -> Var {
        self.data("input", Kind::Input, shape.into(), data)
    }

    #[track_caller]
    fn data(&mut self, name: &str, kind: Kind<T>, shape: Shape, data: &[T]) -> Var {
        assert!(
            data.len() == shape.len(),
            "{name}: shape {shape} wants {} numbers, got {}",
            shape.len(),
            data.len()
        );
        let value = self.place(data.len());
        if !self.rehearsing {
            value.of_mut(&mut self.arena.values.data).copy_from_slice(data);
        }
        let wanted = self.recording && matches!(kind, Kind::Input);
        let grad = wanted.then_some(Span::default());
        self.source(kind, shape, value, grad)
    }

    #[track_caller]
    fn source(&mut self, kind: Kind<T>, shape: Shape, value: Span, grad: Option<Span>) -> Var {
        let none = Span::default();
        self.node(Node {
            kind,
            shape,
            value,
            grad,
            retain: false,
            inputs: none,
            ints: none,
            scratch: none,
            workspace: 0,
            attrs: Attrs::default(),
            scope: self.arena.scopes.current,
            location: Location::caller(),
        })
    }

    /// Where the next value lies.
    fn place(&mut self, len: usize) -> Span {
        let values = &mut self.arena.values;
        if self.rehearsing { values.book(len) } else { values.reserve(len) }
    }

    fn node(&mut self, node: Node<T>) -> Var {
        assert!(u32::try_from(self.arena.nodes.len()).is_ok(), "a graph has fewer than 2³² nodes");
        let var = self.arena.var(self.arena.nodes.len());
        self.arena.nodes.push(node);
        var
    }

    /// Runs an operation and writes it down. This is how operations are made, here and in other crates: see [`Op`].
    ///
    /// `out` is the shape of the result, `ints` are copied to the tape, `scratch` is how many numbers the forward function
    /// wants to keep for the backward one, or a [`Scratch`] where they need room to work in, too.
    #[track_caller]
    pub fn push(
        &mut self,
        op: &'static Op<T>,
        inputs: &[Var],
        out: impl Into<Shape>,
        attrs: Attrs,
        ints: &[u32],
        scratch: impl Into<Scratch>,
    ) -> Var {
        let (shape, Scratch { kept, workspace }) = (out.into(), scratch.into());
        let value = self.place(shape.len());
        if self.rehearsing {
            let scratch = self.arena.scratch.book(kept);
            return self.op_node(op, inputs, shape, value, attrs, ints, (scratch, workspace));
        }
        if !self.recording {
            self.arena.scratch.used = 0; // the last operation's scratch has served
        }
        let scratch = self.arena.scratch.reserve(kept);
        let var = self.op_node(op, inputs, shape, value, attrs, ints, (scratch, workspace));

        // ANCHOR: split
        // All inputs lie before `value`, because they were made before it: one split satisfies the borrow checker.
        let arena = &mut *self.arena;
        let node = &arena.nodes[var.index()];
        let (before, rest) = arena.values.data.split_at_mut(value.start);
        (op.forward)(&mut Forward {
            values: Values {
                nodes: &arena.nodes,
                graph: arena.graph,
                params: self.params.values(),
                arena: before,
            },
            inputs: node.inputs.of(&arena.inputs),
            shape,
            out: &mut rest[..value.len],
            scratch: scratch.of_mut(&mut arena.scratch.data),
            workspace: arena.workspace.shared(workspace),
            ints: node.ints.of(&arena.ints),
            attrs,
        });
        // ANCHOR_END: split
        var
    }

    /// An operation whose result is an older value's memory under another shape: nothing runs, nothing is copied.
    #[track_caller]
    pub(crate) fn push_alias(&mut self, op: &'static Op<T>, input: Var, out: Shape) -> Var {
        let node = self.arena.node(input);
        let value = node.value;
        if matches!(node.kind, Kind::Param(_)) {
            // A parameter's value lies in another buffer, where an operation's result cannot: copy it.
            return self.push(op, &[input], out, Attrs::default(), &[], 0);
        }
        self.op_node(op, &[input], out, value, Attrs::default(), &[], (Span::default(), 0))
    }

    #[track_caller]
    fn op_node(
        &mut self,
        op: &'static Op<T>,
        inputs: &[Var],
        shape: Shape,
        value: Span,
        attrs: Attrs,
        ints: &[u32],
        (scratch, workspace): (Span, usize),
    ) -> Var {
        let arena = &mut *self.arena;
        let mut wanted = false;
        for &v in inputs {
            wanted |= arena.node(v).grad.is_some(); // no closure: a panic blames the caller
        }
        let grad = wanted.then_some(Span::default()); // its place is planned when the walk back begins
        let span = |start, len| Span { start, len };
        let (inputs_at, ints_at) = (arena.inputs.len(), arena.ints.len());
        arena.inputs.extend_from_slice(inputs);
        arena.ints.extend_from_slice(ints);
        arena.workspace.book_shared(workspace);
        let scope = arena.scopes.current;
        self.node(Node {
            kind: Kind::Op(op),
            shape,
            value,
            grad,
            retain: false,
            inputs: span(inputs_at, inputs.len()),
            ints: span(ints_at, ints.len()),
            scratch,
            workspace,
            attrs,
            scope,
            location: Location::caller(),
        })
    }

    /// A value computed by a closure, on a tape that does not record (there is no backward twin). A KV cache uses it.
    ///
    /// The closure reads earlier values through [`Values`] and writes every element of its result, which holds garbage.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::infer(&params, &mut arena);
    /// let x = tape.constant([3], &[1.0, 2.0, 3.0]);
    /// let y = tape.compute([1], |values, out| out[0] = values.value(x)[2]);
    /// assert_eq!(tape.value(y), [3.0]);
    /// ```
    ///
    /// # Panics
    /// If this tape records.
    #[track_caller]
    pub fn compute(&mut self, out: impl Into<Shape>, f: impl FnOnce(Values<'_, T>, &mut [T])) -> Var {
        assert!(
            !self.recording,
            "compute: a closure has no backward twin; use Tape::push on a tape that records"
        );
        let shape = out.into();
        let value = self.arena.values.reserve(shape.len());
        let var = self.source(Kind::Constant, shape, value, None);
        let arena = &mut *self.arena;
        let (before, rest) = arena.values.data.split_at_mut(value.start);
        let values =
            Values { nodes: &arena.nodes, graph: arena.graph, params: self.params.values(), arena: before };
        f(values, &mut rest[..value.len]);
        var
    }

    /// The shape of a value.
    ///
    /// # Panics
    /// If it belongs to another graph: a [`Var`] is good until its tape is dropped.
    #[track_caller]
    pub fn shape(&self, v: Var) -> Shape {
        self.arena.node(v).shape
    }

    /// The numbers of a value, in row-major order.
    #[track_caller]
    pub fn value(&self, v: Var) -> &[T] {
        self.values().value(v)
    }

    /// Whether a value depends on a parameter or an input, so that backward computes a gradient for it.
    #[track_caller]
    pub fn requires_grad(&self, v: Var) -> bool {
        self.arena.node(v).grad.is_some()
    }

    /// A value with its shape.
    pub fn view(&self, v: Var) -> View<'_, T> {
        View::new(self.value(v), self.shape(v))
    }

    /// The only number of a value: a loss.
    ///
    /// # Panics
    /// If it has not exactly one.
    #[track_caller]
    pub fn item(&self, v: Var) -> T {
        let value = self.value(v);
        assert!(value.len() == 1, "item: shape {} does not hold exactly one number", self.shape(v));
        value[0]
    }

    #[track_caller]
    pub(super) fn values(&self) -> Values<'_, T> {
        assert!(!self.rehearsing, "a rehearsal has no values; record the step on Tape::record");
        Values {
            nodes: &self.arena.nodes,
            graph: self.arena.graph,
            params: self.params.values(),
            arena: &self.arena.values.data,
        }
    }

    /// Names the part of the model that follows, until [`Tape::leave`]. Scopes nest: `attention` inside `block 3` makes
    /// `block 3/attention`. Free after the first step: a known name is found, not stored.
    pub fn enter(&mut self, scope: &str) {
        self.arena.scopes.enter(scope, None);
    }

    /// [`Tape::enter`] for the i-th of several alike, without formatting a name: `enter_nth("block", 3)` is `block 3`.
    pub fn enter_nth(&mut self, scope: &str, i: usize) {
        self.arena.scopes.enter(scope, Some(i));
    }

    /// Runs `f` inside a scope.
    pub fn scope<R>(&mut self, scope: &str, f: impl FnOnce(&mut Self) -> R) -> R {
        self.enter(scope);
        let result = f(self);
        self.leave();
        result
    }

    /// Ends the innermost scope.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn leave(&mut self) {
        self.arena.scopes.leave();
    }
}
