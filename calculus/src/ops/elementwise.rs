//! The loops that most operations consist of, vectorised and shared among threads. Chapter: *The tensor tape*.
//!
//! An element-wise operation does little to each number, so it runs at the speed of memory: one pass, read once, write
//! once. Threads pay only above a size that was measured ([`PARALLEL`]), and every split depends on lengths alone: the
//! results are the same bits at any number of threads.

use linalg::{Real, par};

/// From how many numbers on a cheap loop is shared among threads.
///
/// Measured with two cores: handing work to a sleeping thread takes 6 to 10 µs, so a loop gains from about 40 µs on. A
/// cheap one needs 0.1 ns a number in the second-level cache.
pub const PARALLEL: usize = 1 << 18;

/// The same for loops that do more: `exp`, `tanh`, `erf` (0.6 ns a number), the sums and passes of a normalisation.
pub const PARALLEL_COSTLY: usize = 1 << 16;

/// How many numbers a thread works on at a time: several slices of this length stay in the first-level cache.
pub const CHUNK: usize = 1 << 11;

/// Runs an expression compiled for the widest vectors of this processor: [`linalg::simd::vectorise`], with the
/// `#[inline(always)]` that it wants on a closure.
macro_rules! vectorise {
    ($body:expr) => {
        linalg::simd::vectorise(
            #[inline(always)]
            || $body,
        )
    };
}
pub(crate) use vectorise;

/// out\[i\] ← f(x\[i\]), for a cheap f.
///
/// ```
/// let mut out = [0.0; 3];
/// calculus::ops::elementwise::map(&mut out, &[1.0, 2.0, 3.0], |x| 10.0 * x);
/// assert_eq!(out, [10.0, 20.0, 30.0]);
/// ```
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn map<T: Real>(out: &mut [T], x: &[T], f: impl Fn(T) -> T + Sync + Send) {
    assert!(out.len() == x.len(), "map: lengths {} and {} differ", out.len(), x.len());
    let parallel = out.len() >= PARALLEL;
    par::for_each_chunk(out, CHUNK, parallel, |i, out| {
        let x = &x[i * CHUNK..][..out.len()];
        vectorise!({
            for (out, &x) in out.iter_mut().zip(x) {
                *out = f(x);
            }
        });
    });
}

/// out ← f(x) for a costly f that works on a slice in place, such as [`linalg::kernels::exp`]. `f` is called piece by piece.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn map_slice<T: Real>(out: &mut [T], x: &[T], f: impl Fn(&mut [T]) + Sync + Send) {
    assert!(out.len() == x.len(), "map_slice: lengths {} and {} differ", out.len(), x.len());
    let parallel = out.len() >= PARALLEL_COSTLY;
    par::for_each_chunk(out, CHUNK, parallel, |i, out| {
        out.copy_from_slice(&x[i * CHUNK..][..out.len()]);
        f(out);
    });
}

/// d\[i\] ← f(d_out\[i\], x\[i\]) + beta·d\[i\]: the backward loop of an element-wise operation.
///
/// With `beta` = 0 the old content of `d` is never read.
///
/// ```
/// use calculus::ops::elementwise::accumulate;
///
/// let (d_out, x) = ([1.0, 2.0], [3.0, 5.0]);
/// let mut d = [f64::NAN; 2];
/// accumulate((&mut d, 0.0), &d_out, &x, |d_out, x| d_out * x); // the first gradient: stored
/// accumulate((&mut d, 1.0), &d_out, &x, |d_out, _| d_out); // the second: added
/// assert_eq!(d, [4.0, 12.0]);
/// ```
///
/// # Panics
/// If the lengths differ.
// ANCHOR: accumulate
#[track_caller]
pub fn accumulate<T: Real>(
    (d, beta): (&mut [T], T),
    d_out: &[T],
    x: &[T],
    f: impl Fn(T, T) -> T + Sync + Send,
) {
    assert!(d.len() == d_out.len() && d.len() == x.len(), "accumulate: lengths differ");
    let parallel = d.len() >= PARALLEL;
    par::for_each_chunk(d, CHUNK, parallel, |i, d| {
        let (d_out, x) = (&d_out[i * CHUNK..][..d.len()], &x[i * CHUNK..][..d.len()]);
        vectorise!({
            // Two loops, since a branch inside would have to be taken for each number.
            if beta == T::ZERO {
                for ((d, &g), &x) in d.iter_mut().zip(d_out).zip(x) {
                    *d = f(g, x);
                }
            } else {
                for ((d, &g), &x) in d.iter_mut().zip(d_out).zip(x) {
                    *d = f(g, x) + beta * *d;
                }
            }
        });
    });
}
// ANCHOR_END: accumulate

/// How many partial sums a reduction keeps.
///
/// A processor adds 8 or 16 numbers in one instruction, but may not reorder a sum: floating-point addition is not
/// associative. So the order is ours to choose: lane l takes every sixteenth number, and the lanes are added at the end.
pub const LANES: usize = 16;

/// Σ f(x\[i\], y\[i\]) with [`LANES`] partial sums.
#[inline(always)]
pub(crate) fn sum_of<T: Real>(x: &[T], y: &[T], f: impl Fn(T, T) -> T) -> T {
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let mut lanes = [T::ZERO; LANES];
    for (x, y) in xs.iter().zip(ys) {
        for l in 0..LANES {
            lanes[l] += f(x[l], y[l]);
        }
    }
    for (l, (&x, &y)) in x_rest.iter().zip(y_rest).enumerate() {
        lanes[l] += f(x, y);
    }
    sum_lanes(lanes)
}

/// The sum of all lanes, pairwise.
#[inline(always)]
pub(crate) fn sum_lanes<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            let other = lanes[l + half];
            lanes[l] += other;
        }
        half /= 2;
    }
    lanes[0]
}
