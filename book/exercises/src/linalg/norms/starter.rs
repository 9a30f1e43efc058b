//! Three norms: three ways to say with one number how large a vector is.
//!
//! ```text
//! Norm::One    L1 = Σ |x[i]|         all sizes together
//! Norm::Two    L2 = √( Σ x[i]² )     the length
//! Norm::Max    L∞ = max |x[i]|       the largest size
//! ```
//!
//! These numbers guard a training run (a gradient is clipped by its L2 norm), so they must be right when things go wrong:
//!
//! * No numbers at all: every norm is 0.
//! * The numbers may have any size. `1e200 * 1e200` is infinite and `1e-200 * 1e-200` is 0, but the length of [3e200, 4e200] is 5e200,
//!   and that of [3e-320, 4e-320] is 5e-320. Only a norm that is itself larger than any `f64` is infinite.
//! * A NaN in `x` makes every norm NaN: whoever measures a gradient wants to hear of it.
//! * An infinity in `x`, of either sign, makes every norm +∞. (NaN and infinity together: NaN or +∞, as you like.)

use exercises::linalg::norms::Norm;

/// The norm of `x` that `p` asks for.
pub fn norm(x: &[f64], p: Norm) -> f64 {
    match p {
        Norm::One => todo!("the sum of the sizes"),
        Norm::Two => todo!("the length, without a square that overflows"),
        Norm::Max => todo!("the largest size, or NaN"),
    }
}
