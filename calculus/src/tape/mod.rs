//! Reverse mode on tensors: the tape that trains language models. Chapter: *The tensor tape*.
//!
//! The scalar tape ([`crate::scalar`]) shows the idea with one number a node. This one is the same idea with one
//! *tensor* a node, arranged so that a training step allocates nothing and spends its time in matrix products:
//!
//! | file | what is in it |
//! |---|---|
//! | `params.rs` | [`Params`], one flat buffer of named parameters, and its twin [`Grads`] |
//! | `arena.rs` | [`Arena`], the memory of a graph: nodes, values, gradients, scratch; reused from step to step |
//! | `op.rs` | [`Op`], an operation: a forward function and its backward twin, and what they get to see |
//! | `record.rs` | [`Tape`], which borrows both and records operations as they run |
//! | `backward.rs` | the walk from the loss to the parameters |
//! | `plan.rs` | which gradients may share memory |
//! | `memory.rs` | [`Memory`], what a step needs, known before it is made |
//! | `nonfinite.rs` | the hunt for the first operation that made a NaN |
//! | `observe.rs` | what a node is, and its gradient while the walk passes by: for [`crate::clinic`] |
//!
//! The operations themselves are in [`crate::ops`], one a file.
//!
//! ```
//! use calculus::tape::{Arena, Grads, Params, Tape};
//! use linalg::Tensor;
//!
//! // PyTorch: w = torch.tensor([[1., 2.]], requires_grad=True)
//! let mut params = Params::new();
//! let w = params.add("w", Tensor::from_rows(&[[1.0, 2.0]]), true);
//! let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
//!
//! for _step in 0..3 {
//!     grads.zero();                                          // optimizer.zero_grad()
//!     let mut tape = Tape::record(&params, &mut arena);      // the last step's graph is forgotten, its memory kept
//!     let x = tape.constant([1, 2], &[3.0, 4.0]);
//!     let w = tape.param(w);
//!     let y = tape.linear(x, w, None);                       // x·Wᵀ = 11
//!     let loss = tape.square(y);
//!     let loss = tape.sum(loss);                             // 121
//!     tape.backward(loss, &mut grads);                       // loss.backward()
//!     assert_eq!(grads.values(), [66.0, 88.0]);              // 2·11·x
//! }
//! ```
//!
//! # Four decisions
//!
//! **Nodes lie in creation order.** An operation can only use what exists already, so each node's inputs stand before
//! it: creation order *is* a topological order. Backward is one walk from the last node to the first, with no sort, no
//! visited set, no recursion (PyTorch keeps a graph and a ready queue because its nodes are freed one by one). It also
//! lets the borrow checker prove what C++ engines promise in comments: everything an operation reads lies before the
//! place it writes, so one `split_at_mut` separates the two.
//!
//! **Parameters live outside the arena.** They outlive the graph, which is rebuilt every step. In one flat buffer the
//! optimiser, the clipping, a checkpoint and an all-reduce over machines are single loops, not walks over a tree of
//! modules. And while a [`Tape`] borrows them they cannot change: "one of the variables needed for gradient
//! computation has been modified by an inplace operation" is a compile error here.
//!
//! **The first gradient is stored, later ones are added.** A value used twice receives two gradients, which must be
//! summed. The usual way zeroes all gradient buffers first and always adds: two extra passes over memory that is as
//! large as all activations. Here [`Backward::d_input`] says which case it is through `beta`, in the convention of
//! BLAS: d ← new + beta·d, where beta = 0 means that the old content is never read.
//!
//! **Gradients share memory.** An activation must be kept until the walk comes back; its gradient is used once and dead. So
//! gradients have no place until [`Tape::backward`] plans one, as a compiler assigns registers, and only those that
//! somebody will ask for are kept: of inputs, of parameters, and after [`Tape::retain`].

mod arena;
mod backward;
mod memory;
mod nonfinite;
mod observe;
mod op;
mod params;
mod plan;
mod record;

pub use arena::{Arena, Var};
pub use memory::{Memory, Place};
pub use nonfinite::NonFinite;
pub use observe::{Info, Layer, Scope, Seen};
pub use op::{Attrs, Backward, Forward, Op, Scratch, Values};
pub use params::{Entry, Grads, ParamId, Params};
pub use record::Tape;

/// A target that [`Tape::cross_entropy`] skips: padding, a prompt that is not to be learned.
pub const IGNORE: u32 = u32::MAX;
