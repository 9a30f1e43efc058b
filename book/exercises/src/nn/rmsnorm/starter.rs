//! RMSNorm (Zhang and Sennrich, 2019): every token's vector is brought to the same size, then each channel gets its own gain.
//!
//! `x` has a row for each token and a column for each of d channels. For every row t:
//!
//! ```text
//! rms(t)  = √( (x[t, 0]² + … + x[t, d−1]²) / d + eps )
//! y[t, j] = gain[j] · x[t, j] / rms(t)
//! ```
//!
//! It stands in front of every attention and every feed-forward layer of Llama. A layer normalisation would subtract the mean first; this one
//! does not. Note where eps stands: inside the root, added to the mean. (Some models store gain − 1. Here `gain` is the gain.)
//!
//! * `gain` has d numbers, `eps` is positive, and y has the shape of x: also if there are no tokens, or no channels.
//! * A token of zeros stays zeros.
//! * Sizes up to 1e100 and down to 1e-300 occur.
//! * Tokens know nothing of one another. If one holds a NaN, all of its d numbers become NaN, and no other token changes.

use exercises::Mat;

/// Normalises each row of `x` by the root of its mean square, and multiplies column j by `gain[j]`.
pub fn rmsnorm(x: &Mat, gain: &[f64], eps: f64) -> Mat {
    todo!("one rms a token, one gain a channel")
}
