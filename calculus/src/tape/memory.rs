//! What a step needs, known before it is made. Chapter: *The tensor tape*.
//!
//! All of it follows from the shapes: values and scratch from the operations in their order, the places of gradients from the plan. So
//! [`Tape::rehearse`] can go through a step without computing anything, and say how much memory the real one will take.

use super::arena::{Arena, Kind, Var};
use super::record::Tape;
use linalg::Real;
use std::fmt;

/// The memory of a step, in bytes, besides parameters and what the optimiser keeps for them.
///
/// Not counted is what does not grow with the tensors: some 150 bytes a node, and integers such as token ids.
///
/// ```
/// use calculus::tape::{Arena, Grads, Params, Tape};
///
/// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
/// let mut tape = Tape::record(&params, &mut arena);
/// let mut x = tape.input([100], &[0.5; 100]);
/// for _ in 0..9 {
///     x = tape.tanh(x);
/// }
/// let memory = tape.memory(x); // known now, before the walk back
/// assert_eq!(memory.apart, 8 * 1000); // ten gradients
/// assert_eq!(memory.gradients, 8 * 200); // in the places of two: one is read while the next is written
/// tape.backward_with(x, &[1.0; 100], &mut Grads::like(&params));
/// assert_eq!(memory.peak(), 8 * arena.capacity());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// How many nodes the graph has.
    pub nodes: usize,
    /// Results of operations, and the data given to the tape: all must be there when the walk comes back.
    pub values: usize,
    /// What operations keep beside their results for their own way back: the weights of an attention, means and deviations.
    pub scratch: usize,
    /// What operations need while they run: one piece for all, as long as the largest wish.
    pub workspace: usize,
    /// Gradients of values, in the places that the plan gives them.
    pub gradients: usize,
    /// What they would take if each had a place of its own.
    pub apart: usize,
    /// What the gradients take that are alive at once, at the worst moment: no plan can do with less.
    pub alive: usize,
}

impl Memory {
    /// What must be there at once. No value is given back before the walk back ends, so it is the sum.
    pub fn peak(&self) -> usize {
        self.values + self.scratch + self.workspace + self.gradients
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: usize| format!("{:9.2} MB", bytes as f64 / 1e6);
        writeln!(
            f,
            "values    {}   {} nodes, kept until the walk comes back",
            megabytes(self.values),
            self.nodes
        )?;
        writeln!(f, "scratch   {}   what operations keep beside", megabytes(self.scratch))?;
        writeln!(f, "workspace {}   what the greediest needs while it runs", megabytes(self.workspace))?;
        writeln!(
            f,
            "gradients {}   in shared places; {:.2} MB apart, {:.2} MB alive at once",
            megabytes(self.gradients),
            self.apart as f64 / 1e6,
            self.alive as f64 / 1e6
        )?;
        write!(f, "peak      {}", megabytes(self.peak()))
    }
}

/// Where the plan puts one gradient, and for how long it lives there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The value whose gradient it is.
    pub var: Var,
    /// The operation that made the value, or `input`.
    pub op: &'static str,
    /// The first number of the buffer that it takes, and how many it takes.
    pub start: usize,
    /// How many numbers it takes.
    pub len: usize,
    /// At which node of the walk it is stored first: that of the last operation that used the value. Nodes are walked from the
    /// last to the first, so this is the larger number.
    pub born: usize,
    /// At which node it is read, and then free; `None` if it is kept after the walk.
    pub dies: Option<usize>,
}

impl<T: Real> Tape<'_, T> {
    /// What this step needs, for a walk back from `out`: before [`Tape::backward`], and on a tape that only rehearses.
    pub fn memory(&mut self, out: Var) -> Memory {
        let number = size_of::<T>();
        let (nodes, places) = (self.arena.nodes.len(), self.places(out));
        // The walk once more: what is born at a node is there while the node's own gradient is read.
        let (mut births, mut deaths) = (vec![0; nodes], vec![0; nodes]);
        for place in &places {
            births[place.born] += place.len;
            if let Some(i) = place.dies {
                deaths[i] += place.len;
            }
        }
        let (mut alive, mut most) = (0, 0);
        for i in (0..nodes).rev() {
            alive += births[i];
            most = most.max(alive);
            alive -= deaths[i];
        }
        Memory {
            nodes,
            values: number * self.arena.values.used,
            scratch: number * self.arena.scratch.used,
            workspace: number * self.arena.workspace.used,
            gradients: number * places.iter().map(|p| p.start + p.len).max().unwrap_or(0),
            apart: number * places.iter().map(|p| p.len).sum::<usize>(),
            alive: number * most,
        }
    }

    /// Where each gradient lies in a walk back from `out`, in the order of the nodes. Gradients of parameters are not among
    /// them: they have a buffer of their own.
    pub fn places(&mut self, out: Var) -> Vec<Place> {
        let arena = &mut *self.arena;
        arena.plan(out);
        let arena = &*arena;
        let Arena { nodes, inputs, reached, .. } = arena;
        let mut born = vec![None; nodes.len()];
        born[out.index()] = Some(out.index());
        for i in (0..nodes.len()).rev().filter(|&i| reached[i]) {
            for input in nodes[i].inputs.of(inputs) {
                born[input.index()].get_or_insert(i);
            }
        }
        let place = |i: usize| {
            let node = &nodes[i];
            if !node.has_grad() || !(reached[i] || node.keeps_grad()) {
                return None; // nobody wants it, or the walk does not come by
            }
            let span = node.grad?;
            let op = if let Kind::Op(op) = node.kind { op.name } else { "input" };
            let (var, born) = (arena.var(i), born[i].unwrap_or(i));
            let dies = (!node.keeps_grad()).then_some(i);
            Some(Place { var, op, start: span.start, len: span.len, born, dies })
        };
        (0..nodes.len()).filter_map(place).collect()
    }
}
