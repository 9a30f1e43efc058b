//! The memory of a graph, reused from step to step. Chapter: *The tensor tape*.

use super::op::{Attrs, Op};
use super::params::ParamId;
use super::plan::Pool;
use linalg::{Real, Shape};
use std::fmt::Write as _;
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};

/// Names a value on a tape: the number of its node, and that of the graph. A `Copy` handle, good until the tape is dropped: on
/// another one it panics, since there its node is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Var {
    pub(super) node: u32,
    pub(super) graph: u32,
}

impl Var {
    /// The number of the node, in creation order.
    pub fn index(self) -> usize {
        self.node as usize
    }
}

/// A piece of a buffer. (`Range` is not `Copy`.)
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Span {
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.len
    }

    pub(super) fn of<'a, U>(&self, buffer: &'a [U]) -> &'a [U] {
        &buffer[self.start..][..self.len]
    }

    pub(super) fn of_mut<'a, U>(&self, buffer: &'a mut [U]) -> &'a mut [U] {
        &mut buffer[self.start..][..self.len]
    }
}

/// Where a node's numbers come from.
#[derive(Debug)]
pub(super) enum Kind<T: 'static> {
    /// A parameter: value in [`Params`](super::Params), gradient in [`Grads`](super::Grads).
    Param(ParamId),
    /// Data given to the tape; an input's gradient is wanted, a constant's is not.
    Constant,
    Input,
    /// The result of an operation.
    Op(&'static Op<T>),
}

/// One value of the graph and how it came about. Its own numbers are elsewhere: the spans say where.
// ANCHOR: node
#[derive(Debug)]
pub(super) struct Node<T: 'static> {
    pub(super) kind: Kind<T>,
    pub(super) shape: Shape,
    /// In `Params::values` for a parameter, in `Arena::values` otherwise.
    pub(super) value: Span,
    /// In `Grads::values` for a parameter, otherwise in `Arena::grads`, at a place that each walk back plans anew; `None`
    /// if nobody wants it.
    pub(super) grad: Option<Span>,
    /// Whether [`Tape::retain`](super::Tape::retain) was called.
    pub(super) retain: bool,
    pub(super) inputs: Span,
    pub(super) ints: Span,
    pub(super) scratch: Span,
    /// How much of [`Arena::workspace`] it asks for.
    pub(super) workspace: usize,
    pub(super) attrs: Attrs,
    pub(super) scope: u32,
    pub(super) location: &'static Location<'static>,
}
// ANCHOR_END: node

/// The memory of a graph: nodes, values, gradients, scratch and integers, each in one buffer.
///
/// [`Tape::record`](super::Tape::record) starts a new graph in it: all counters go to zero, no memory is given back, and
/// nothing is cleared, since every value is written before it is read. So the first step allocates and the later ones
/// do not, as long as they are no larger.
///
/// ```
/// use calculus::tape::{Arena, Params, Tape};
///
/// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
/// for step in 0..10 {
///     let mut tape = Tape::record(&params, &mut arena);
///     let x = tape.constant([3], &[1.0, 2.0, 3.0]);
///     tape.square(x);
/// }
/// assert_eq!(arena.nodes(), 2); // of the last step only
/// ```
#[derive(Debug)]
pub struct Arena<T: 'static> {
    pub(super) nodes: Vec<Node<T>>,
    pub(super) inputs: Vec<Var>,
    pub(super) ints: Vec<u32>,
    pub(super) values: Buffer<T>,
    pub(super) scratch: Buffer<T>,
    /// What every operation may use while it runs; `used` is the largest wish of the present graph.
    pub(super) workspace: Buffer<T>,
    /// Gradients of values, with the plan that lets them share memory.
    pub(super) grads: Vec<T>,
    pub(super) pool: Pool,
    /// On which nodes the present walk back depends, and which of them have received a gradient already.
    pub(super) reached: Vec<bool>,
    pub(super) written: Vec<bool>,
    pub(super) scopes: Scopes,
    /// Which graph of the whole program is in here: what a [`Var`] must know to be of it.
    pub(super) graph: u32,
}

/// The number of the next graph.
static GRAPHS: AtomicU32 = AtomicU32::new(0);

/// The place of a value's node in a graph, if it is one of its nodes.
#[track_caller]
pub(super) fn place_of(v: Var, graph: u32) -> usize {
    assert!(
        v.graph == graph,
        "this value belongs to another graph: a Var is good until its tape is dropped; make it again on this tape"
    );
    v.index()
}

impl<T: Real> Arena<T> {
    /// No memory yet.
    pub fn new() -> Self {
        Arena {
            nodes: Vec::new(),
            inputs: Vec::new(),
            ints: Vec::new(),
            values: Buffer::default(),
            scratch: Buffer::default(),
            workspace: Buffer::default(),
            grads: Vec::new(),
            pool: Pool::default(),
            reached: Vec::new(),
            written: Vec::new(),
            scopes: Scopes::default(),
            graph: u32::MAX,
        }
    }

    /// The node of a value.
    ///
    /// # Panics
    /// If the value belongs to another graph.
    #[track_caller]
    pub(super) fn node(&self, v: Var) -> &Node<T> {
        &self.nodes[place_of(v, self.graph)]
    }

    /// The name of a node of this graph.
    pub(super) fn var(&self, i: usize) -> Var {
        Var { node: i as u32, graph: self.graph }
    }

    /// How many nodes the present graph has.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// How many numbers the arena has room for: values, gradients, scratch and workspace.
    pub fn capacity(&self) -> usize {
        self.values.data.len() + self.grads.len() + self.scratch.data.len() + self.workspace.data.len()
    }

    /// Forgets the graph, keeps the memory.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.inputs.clear();
        self.ints.clear();
        self.written.clear();
        self.values.used = 0;
        self.scratch.used = 0;
        self.workspace.used = 0;
        self.scopes.current = 0;
        self.graph = GRAPHS.fetch_add(1, Ordering::Relaxed);
    }
}

impl<T: Real> Default for Arena<T> {
    fn default() -> Self {
        Arena::new()
    }
}

/// A stack of numbers that grows and is never cleared: what lies beyond `used`, and what was just reserved, is whatever
/// the last step left there.
#[derive(Debug)]
pub(super) struct Buffer<T> {
    pub(super) data: Vec<T>,
    pub(super) used: usize,
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Buffer { data: Vec::new(), used: 0 }
    }
}

impl<T: Real> Buffer<T> {
    /// The place of `len` more numbers, without making room for them: all that a rehearsal needs.
    pub(super) fn book(&mut self, len: usize) -> Span {
        let span = Span { start: self.used, len };
        self.used += len;
        span
    }

    /// Room for `len` more numbers, with arbitrary content. A debug build fills it with NaN, so that an operation that
    /// forgets to write, or reads before it writes, is found by the first test.
    pub(super) fn reserve(&mut self, len: usize) -> Span {
        let span = self.book(len);
        if self.used > self.data.len() {
            self.data.resize(self.used, T::ZERO);
        }
        poison(span.of_mut(&mut self.data));
        span
    }

    /// Books `len` numbers from the start on, which others use as well.
    pub(super) fn book_shared(&mut self, len: usize) {
        self.used = self.used.max(len);
    }

    /// The first `len` numbers, with arbitrary content: NaN in a debug build.
    pub(super) fn shared(&mut self, len: usize) -> &mut [T] {
        if len > self.data.len() {
            self.data.resize(len, T::ZERO);
        }
        poison(&mut self.data[..len]);
        &mut self.data[..len]
    }
}

/// NaN everywhere, in a debug build: this memory must be written before it is read.
pub(super) fn poison<T: Real>(data: &mut [T]) {
    if cfg!(debug_assertions) {
        data.fill(T::from_f64(f64::NAN));
    }
}

/// Names of the places in a model, as a tree: entering the same place again finds its old number and allocates nothing.
#[derive(Debug)]
pub(super) struct Scopes {
    places: Vec<Place>,
    pub(super) current: u32,
}

#[derive(Debug)]
struct Place {
    parent: u32,
    name: String,
    number: Option<usize>,
}

impl Default for Scopes {
    fn default() -> Self {
        Scopes { places: vec![Place { parent: 0, name: String::new(), number: None }], current: 0 }
    }
}

impl Scopes {
    pub(super) fn enter(&mut self, name: &str, number: Option<usize>) {
        let known = self
            .places
            .iter()
            .skip(1)
            .position(|p| p.parent == self.current && p.name == name && p.number == number)
            .map(|i| i + 1);
        self.current = known.unwrap_or_else(|| {
            self.places.push(Place { parent: self.current, name: name.to_owned(), number });
            self.places.len() - 1
        }) as u32;
    }

    #[track_caller]
    pub(super) fn leave(&mut self) {
        assert!(self.current != 0, "leave: no scope was entered");
        self.current = self.places[self.current as usize].parent;
    }

    /// The outermost numbered place at or around this one: the first place of its family, and its number.
    pub(super) fn layer(&self, scope: u32) -> Option<(u32, usize)> {
        let (mut at, mut outermost) = (scope as usize, None);
        while at != 0 {
            if let Some(number) = self.places[at].number {
                outermost = Some((at, number));
            }
            at = self.places[at].parent as usize;
        }
        let (at, number) = outermost?;
        let Place { parent, name, .. } = &self.places[at];
        let family = self.places.iter().position(|p| p.parent == *parent && p.name == *name)?;
        Some((family as u32, number))
    }

    /// `block 3/attention`; empty at the top.
    pub(super) fn path(&self, scope: u32) -> String {
        let mut names = Vec::new();
        let mut at = scope as usize;
        while at != 0 {
            let place = &self.places[at];
            let mut name = place.name.clone();
            if let Some(number) = place.number {
                let _ = write!(name, " {number}");
            }
            names.push(name);
            at = place.parent as usize;
        }
        names.reverse();
        names.join("/")
    }
}
