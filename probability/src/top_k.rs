//! Top-k: only the k most likely tokens may be drawn. Chapter: *Softmax and sampling*.

use crate::Error;
use crate::softmax::largest;

/// Checks a number of tokens to keep.
pub(crate) fn check_top_k(k: usize) -> Result<(), Error> {
    if k > 0 {
        Ok(())
    } else {
        Err(Error::Setting {
            name: "top_k",
            value: 0.0,
            expected: "at least 1 (to keep all tokens, leave it out)",
        })
    }
}

/// The logits with all but the k largest set to −∞, the logit of probability 0.
///
/// Of equal logits at the border the lower index stays, so exactly k remain (or all, if there are fewer).
///
/// ```
/// use probability::top_k::top_k;
///
/// let none = f64::NEG_INFINITY;
/// assert_eq!(top_k(&[0.5, -9.0, 0.5, 2.0], 2)?, [0.5, none, none, 2.0]);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// Cost: a sort, n log n; [`Decoder`](crate::Decoder) does it in one scan.
///
/// # Errors
/// k = 0; no logits, a NaN or +∞.
// ANCHOR: top_k
pub fn top_k(z: &[f64], k: usize) -> Result<Vec<f64>, Error> {
    check_top_k(k)?;
    largest(z)?;
    let mut order: Vec<usize> = (0..z.len()).collect();
    // Stable: equal logits stay in the order of their indices.
    order.sort_by(|&i, &j| z[j].total_cmp(&z[i]));
    let mut kept = vec![f64::NEG_INFINITY; z.len()];
    for &i in order.iter().take(k) {
        kept[i] = z[i];
    }
    Ok(kept)
}
// ANCHOR_END: top_k
