//! Two by two: where complex numbers come from. Chapter: *Eigenvalues without symmetry*.

use crate::complex::Complex;

/// The rotation (c, s) that brings a 2×2 matrix to *standard form*, and that form.
///
/// \[\[c, s\], \[−s, c\]\] · M · \[\[c, −s\], \[s, c\]\] is either upper triangular, with its two real eigenvalues on the diagonal, or it has
/// twice the same number on the diagonal and opposite signs beside it: then the eigenvalues are a ± i·√(−bc).
pub(super) struct Standard {
    pub(super) c: f64,
    pub(super) s: f64,
    /// \[\[a, b\], \[c, d\]\], by rows.
    pub(super) form: [f64; 4],
}

/// The two eigenvalues of a 2×2 block in standard form.
///
/// λ² − (a + d)λ + (ad − bc) = 0 is not what is solved: ad − bc and the discriminant both cancel. The quantity that decides between a
/// stretch and a turn is ((a − d)/2)² + bc, in which only what must cancel does.
pub(super) fn eigenvalues(form: [f64; 4]) -> [Complex; 2] {
    let [a, b, c, d] = form;
    if c == 0.0 {
        return [Complex::real(a), Complex::real(d)];
    }
    let turn = b.abs().sqrt() * c.abs().sqrt();
    [Complex::new(a, turn), Complex::new(d, -turn)]
}

/// Standard form of \[\[a, b\], \[c, d\]\].
///
/// Source: the cases are those of LAPACK's `dlanv2`; Z. Bai, J. Demmel, *On swapping diagonal blocks in real Schur form*, Linear Algebra and
/// its Applications 186 (1993).
// ANCHOR: standardise
pub(super) fn standardise([a, b, c, d]: [f64; 4]) -> Standard {
    if c == 0.0 {
        return Standard { c: 1.0, s: 0.0, form: [a, b, c, d] };
    }
    if b == 0.0 {
        // Exchange the axes: the lower triangle becomes an upper one.
        return Standard { c: 0.0, s: 1.0, form: [d, -c, 0.0, a] };
    }
    if a == d && (b < 0.0) != (c < 0.0) {
        return Standard { c: 1.0, s: 0.0, form: [a, b, c, d] };
    }
    let half = 0.5 * (a - d);
    let (large, small) = (b.abs().max(c.abs()), b.abs().min(c.abs()) * b.signum() * c.signum());
    let size = half.abs().max(large);
    // (half² + bc)/size: what decides, without a square that overflows
    let decides = half / size * half + large / size * small;
    if decides >= 4.0 * f64::EPSILON {
        // Two real eigenvalues, d + root and d − bc/root: like signs are added, so that nothing cancels.
        let root = half + (size.sqrt() * decides.sqrt()).copysign(half);
        let length = c.hypot(root);
        let form = [d + root, b - c, 0.0, d - large / root * small];
        return Standard { c: root / length, s: c / length, form };
    }
    equal_diagonal([a, b, c, d])
}
// ANCHOR_END: standardise

/// Complex eigenvalues, or two that are almost one: first make the diagonal equal, then see.
fn equal_diagonal([a, b, c, d]: [f64; 4]) -> Standard {
    let (sum, half) = (b + c, 0.5 * (a - d));
    // (sum, 2·half) both 0 would need a = d and b = −c, a case that never gets here
    let length = sum.hypot(2.0 * half);
    let cos = (0.5 * (1.0 + sum.abs() / length)).sqrt();
    let sin = -(half / (length * cos)) * 1.0_f64.copysign(sum);
    let [aa, bb, cc, dd] = [a * cos + b * sin, -a * sin + b * cos, c * cos + d * sin, -c * sin + d * cos];
    let [a, b, c, d] = [aa * cos + cc * sin, bb * cos + dd * sin, -aa * sin + cc * cos, -bb * sin + dd * cos];
    let middle = 0.5 * (a + d);
    if c == 0.0 {
        return Standard { c: cos, s: sin, form: [middle, b, 0.0, middle] };
    }
    if b == 0.0 {
        return Standard { c: -sin, s: cos, form: [middle, -c, 0.0, middle] };
    }
    if (b < 0.0) != (c < 0.0) {
        return Standard { c: cos, s: sin, form: [middle, b, c, middle] };
    }
    // Real after all, by rounding: one more rotation.
    let (root_b, root_c) = (b.abs().sqrt(), c.abs().sqrt());
    let apart = (root_b * root_c).copysign(c);
    let length = (b + c).abs().sqrt();
    let (cos2, sin2) = (root_b / length, root_c / length);
    let form = [middle + apart, b - c, 0.0, middle - apart];
    Standard { c: cos * cos2 - sin * sin2, s: cos * sin2 + sin * cos2, form }
}
