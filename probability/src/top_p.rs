//! Top-p, or nucleus sampling: only the fewest tokens that together hold a share p of the mass may be drawn.
//! Chapter: *Softmax and sampling*.

use crate::Error;
use crate::information::check_distribution;

/// Checks a share of the mass to keep.
pub(crate) fn check_top_p(p: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&p) {
        Ok(())
    } else {
        Err(Error::Setting { name: "top_p", value: p, expected: "between 0 and 1" })
    }
}

/// The distribution cut to its nucleus and scaled back to a sum of 1.
///
/// The nucleus is the shortest run of tokens, from the most likely down, whose mass reaches `threshold`. The token that
/// crosses the line belongs to it. So the kept mass is at least the threshold, and the nucleus is never empty. Of equal
/// probabilities the lower index comes first.
///
/// ```
/// use probability::top_p::top_p;
///
/// let p = [0.125, 0.5, 0.125, 0.25];
/// assert_eq!(top_p(&p, 0.6)?, [0.0, 2.0 / 3.0, 0.0, 1.0 / 3.0]);
/// assert_eq!(top_p(&p, 0.0)?, [0.0, 1.0, 0.0, 0.0]);
/// assert_eq!(top_p(&p, 1.0)?, p);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// Cost: a sort, n log n; [`Decoder`](crate::Decoder) sorts nothing.
///
/// Source: Holtzman, Buys, Du, Forbes, Choi, *The curious case of neural text degeneration*, ICLR 2020, section 3.1.
///
/// # Errors
/// A threshold outside 0 to 1; p is no distribution.
pub fn top_p(p: &[f64], threshold: f64) -> Result<Vec<f64>, Error> {
    check_top_p(threshold)?;
    check_distribution(p)?;
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[j].total_cmp(&p[i])); // stable, as in top-k
    let mut kept = vec![0.0; p.len()];
    let mut mass = 0.0;
    for i in order {
        kept[i] = p[i];
        mass += p[i];
        if mass >= threshold && threshold < 1.0 {
            break; // after the crossing token, not before it
        }
    }
    for p in &mut kept {
        *p /= mass;
    }
    Ok(kept)
}
