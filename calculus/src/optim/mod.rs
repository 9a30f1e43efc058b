//! Optimisers, clipping and schedules: single loops over flat buffers. Chapter: *A GPT in one sitting*.
//!
//! | file | rule |
//! |---|---|
//! | `sgd.rs` | [`Sgd`]: w ← w − lr·g |
//! | `momentum.rs` | [`Momentum`]: a ball with friction |
//! | `adamw.rs` | [`AdamW`]: each parameter has a step size of its own |
//! | `clip.rs` | [`clip_global_norm`]: a step that is never too long |
//! | `schedule.rs` | [`WarmupCosine`]: the learning rate over a run |
//!
//! An optimiser owns its state as flat slices of the same layout as [`Params`](crate::tape::Params), so that a
//! checkpoint writes them as it writes the parameters. The learning rate is an argument of each step: a schedule is
//! the caller's business, and a resumed run needs no memory of it.

mod adamw;
pub(crate) mod clip;
mod momentum;
mod schedule;
mod sgd;

pub use adamw::AdamW;
pub use clip::{clip_global_norm, global_norm};
pub use momentum::Momentum;
pub use schedule::WarmupCosine;
pub use sgd::Sgd;
