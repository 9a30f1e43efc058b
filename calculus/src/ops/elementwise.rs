//! The loops that most operations consist of. Chapter: *Reverse mode*.

use linalg::Real;

/// out\[i\] ← f(x\[i\]).
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn map<T: Real>(out: &mut [T], x: &[T], f: impl Fn(T) -> T + Sync + Send) {
    assert!(out.len() == x.len(), "map: lengths {} and {} differ", out.len(), x.len());
    for (out, &x) in out.iter_mut().zip(x) {
        *out = f(x);
    }
}

/// d\[i\] ← f(d_out\[i\], x\[i\]) + beta·d\[i\]: the backward loop of an element-wise operation.
///
/// With `beta` = 0 the old content of `d` is never read.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn accumulate<T: Real>(
    (d, beta): (&mut [T], T),
    d_out: &[T],
    x: &[T],
    f: impl Fn(T, T) -> T + Sync + Send,
) {
    assert!(d.len() == d_out.len() && d.len() == x.len(), "accumulate: lengths differ");
    if beta == T::ZERO {
        for ((d, &g), &x) in d.iter_mut().zip(d_out).zip(x) {
            *d = f(g, x);
        }
    } else {
        for ((d, &g), &x) in d.iter_mut().zip(d_out).zip(x) {
            *d = f(g, x) + beta * *d;
        }
    }
}
