//! What happens to a gradient on its way through many layers: a product of Jacobians. Chapter: *The flow of gradients*.
//!
//! The gradient in front of a layer is the transposed Jacobian of that layer times the gradient behind it. In front of the first of
//! L layers it is a product of L matrices, no two of them alike, times the gradient of the loss. How long such a product makes a vector,
//! and how differently it treats two directions, decides what the first layers learn.
//!
//! | file | what is in it |
//! |---|---|
//! | `stack.rs` | [`Stack`]: layers at their start, the Jacobian of each by hand, the gradients by the tape |
//! | `product.rs` | [`lyapunov`]: growth by layer, at any depth; [`Product`]: the singular values of a product that nobody can multiply out |
//! | `tower.rs` | [`Tower`]: a deep classifier whose first layers never move while its loss falls |
//!
//! What gain a stack should start with is derived in the crate `approximation`; here it is a number that is given.

mod product;
mod stack;
mod tower;

pub use product::{Product, exponents, gaussian_exponents, lyapunov, multiplied};
pub use stack::{Activation, Norm, Stack, pulled_back};
pub use tower::{Data, Start, Tower, rings};
