//! Optimisers, clipping and schedules: single loops over flat buffers. Chapters: *A GPT in one sitting*, *Optimisers*.
//!
//! | file | rule | remembers, a parameter |
//! |---|---|---|
//! | `sgd.rs` | [`Sgd`]: w ← w − lr·g | nothing |
//! | `momentum.rs` | [`Momentum`]: a ball with friction | 1 number |
//! | `nesterov.rs` | [`Nesterov`]: one that looks ahead | 1 |
//! | `rmsprop.rs` | [`RmsProp`]: each parameter has a step length of its own | 1 |
//! | `adam.rs` | [`Adam`]: both, to be read | 2 |
//! | `adamw.rs` | [`AdamW`]: the same with decoupled decay, to train with | 2 |
//! | `newton_schulz.rs`, `muon.rs` | [`Muon`]: each direction of a matrix has the same step length | 1 |
//! | `line_search.rs`, `lbfgs.rs` | [`Lbfgs`]: curvature learned from the last steps | 2 a step remembered |
//! | `newton.rs` | [`Newton`]: the whole Hessian | nothing |
//! | `decay.rs` | [`decay_weights`], [`add_l2`]: smaller weights, beside the gradient or through it | |
//! | `clip.rs` | [`clip_global_norm`]: a step that is never too long | |
//! | `schedule.rs` | [`WarmupCosine`], [`WarmupStableDecay`], [`InverseSqrt`], [`Constant`]: the learning rate over a run | |
//! | `quadratic.rs` | [`quadratic::factor`]: how fast each rule is, by eigenvalue | |
//! | `curvature.rs`, `edge.rs` | [`Curvature`]: the eigenvalues of a network's Hessian; what a training run does to them | |
//!
//! An optimiser owns its state as flat slices of the same layout as [`Params`](crate::tape::Params), so that a
//! checkpoint writes them as it writes the parameters. The learning rate is an argument of each step: a schedule is
//! the caller's business, and a resumed run needs no memory of it.

mod adam;
mod adamw;
pub(crate) mod clip;
mod curvature;
mod decay;
pub mod edge;
mod lbfgs;
mod line_search;
mod minimum;
mod momentum;
mod muon;
mod nesterov;
mod newton;
mod newton_schulz;
pub mod quadratic;
mod rmsprop;
mod schedule;
mod sgd;

pub use adam::Adam;
pub use adamw::AdamW;
pub use clip::{clip_global_norm, global_norm};
pub use curvature::{Curvature, Objective};
pub use decay::{add_l2, decay_weights};
pub use lbfgs::Lbfgs;
pub use line_search::{Trial, Wolfe};
pub use minimum::{Minimum, NoMinimum};
pub use momentum::Momentum;
pub use muon::Muon;
pub use nesterov::Nesterov;
pub use newton::Newton;
pub use newton_schulz::NewtonSchulz;
pub use rmsprop::RmsProp;
pub use schedule::{Constant, InverseSqrt, WarmupCosine, WarmupStableDecay};
pub use sgd::Sgd;
