//! Householder reflections: the mirror that makes zeros. Chapter: *Tensors and matmul*.
//!
//! A vector x is to become a multiple of one axis, by an orthogonal map. The mirror half way between x and its goal does
//! it: with v = x − β·e and τ = 2/vᵀv, the reflection H = I − τ·v·vᵀ sends x to β·e, where β = ±‖x‖ since a
//! reflection keeps lengths. QR decomposes a matrix with nothing else, and so does the reduction to tridiagonal form.

use crate::kernels::dot;
use crate::norms::largest_finite;

/// Finds H = I − τ·v·vᵀ with H·x = β·e_p for the axis p = `pivot`. Overwrites x with v, scaled so that v_p = 1, and
/// returns (τ, β).
///
/// Where x is a multiple of e_p already, τ = 0: H is the identity.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., algorithm 5.1.1; LAPACK's `dlarfg`.
// ANCHOR: reflector
pub(crate) fn reflector(x: &mut [f64], pivot: usize) -> (f64, f64) {
    if x.iter().enumerate().all(|(i, &x)| i == pivot || x == 0.0) {
        let beta = x[pivot];
        x[pivot] = 1.0;
        return (0.0, beta);
    }
    // Numbers near 1, whatever came in: below 1e-308 they have few digits, and H would not be orthogonal.
    let scale = power_of_two_for(largest_finite(x));
    for x in &mut *x {
        *x *= scale;
    }
    // Of the two goals ±‖x‖ the one further away: then the subtraction adds sizes, and nothing cancels.
    let beta = -dot(x, x).sqrt().copysign(x[pivot]); // no square overflows
    let v_pivot = x[pivot] - beta;
    let tau = -v_pivot / beta;
    let inverse = 1.0 / v_pivot; // at least ‖x‖ in size, and that is near 1
    for x in &mut *x {
        *x *= inverse;
    }
    x[pivot] = 1.0;
    (tau, beta / scale)
}
// ANCHOR_END: reflector

/// A power of two that brings `largest` > 0 near 1 (from 2⁻⁷⁴ to just below 4). Multiplying by it is exact, and so is dividing.
pub(crate) fn power_of_two_for(largest: f64) -> f64 {
    let exponent = (largest.to_bits() >> 52) as i32 - 1023; // sign 0; subnormal numbers have -1023
    f64::from_bits((((-exponent).clamp(-1022, 1000) + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_finite_number_is_brought_near_one() {
        for x in [1.0, 1.5, 2.0, 3e-308, 1e-308, f64::MIN_POSITIVE, f64::from_bits(1), 1e300, f64::MAX] {
            let scale = power_of_two_for(x);
            let near = x * scale;
            assert!((2_f64.powi(-74)..4.0).contains(&near), "{x} became {near}");
            assert_eq!(near / scale, x);
            assert!((1.0 / scale).is_normal() && scale.is_normal());
        }
    }

    #[test]
    fn the_reflection_sends_x_to_its_axis_at_any_scale() {
        for scale in [1.0, 1e-310, 1e-160, 1e160, 1e307] {
            for pivot in 0..3 {
                for x in [[3.0, -4.0, 12.0], [1.0, 1e-9, 0.0], [-1.0, 1e-9, 1e-9], [0.0, 0.0, 2.0], [0.0; 3]]
                {
                    let x = x.map(|x| x * scale);
                    let mut v = x;
                    let (tau, beta) = reflector(&mut v, pivot);
                    assert_eq!(v[pivot], 1.0);
                    // orthogonal: τ(2 − τ·vᵀv) = 0
                    let vv: f64 = v.iter().map(|v| v * v).sum();
                    assert!((tau * (2.0 - tau * vv)).abs() < 1e-14, "{x:?} {pivot}");
                    let vx: f64 = v.iter().zip(&x).map(|(v, x)| v * (x / scale)).sum();
                    for i in 0..3 {
                        let got = x[i] / scale - tau * vx * v[i];
                        let want = if i == pivot { beta / scale } else { 0.0 };
                        assert!((got - want).abs() < 1e-13, "{x:?} {pivot} {i}: {got} {want}");
                    }
                }
            }
        }
    }
}
