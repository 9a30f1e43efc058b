//! Reverse mode: all derivatives of one number, in one sweep over a tape.
//!
//! A tape is the list of the numbers of a program, in the order in which they were computed. `nodes[j].inputs()` says which
//! *earlier* numbers number j was computed from, and the slope of each: by how much number j changes if that input changes
//! by a little. A leaf (an input of the program, a weight) has no inputs. For x·x the list holds x twice. Slopes are finite.
//!
//! The types: `inputs()` returns a `&[Edge]`, and an `Edge` has two fields, `input: usize` (a place in `nodes`) and `slope: f64`.
//!
//! Return one number for every node i of the tape: by how much number `out` changes if number i changes by a little, in all
//! the ways in which it acts on it.
//!
//! ```text
//! dᵢ = Σ slope · dⱼ      over all uses of number i, by whatever j
//! ```
//!
//! Number `out` may be any number of the tape. What it does not depend on has the derivative 0, and so has everything that was
//! computed after it. How often `inputs()` is called is counted: the sweep needs each node's inputs once.

use exercises::calculus::tape::Node;

/// The derivative of number `out` with respect to each number of the tape.
pub fn backward(nodes: &[Node], out: usize) -> Vec<f64> {
    todo!("one loop")
}
