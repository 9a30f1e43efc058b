//! What this machine can do at most: the ceiling against which a measurement means something.
//! Chapters: *Tensors and matmul*, *The matrix product as hardware sees it*. How fast numbers come is
//! [`bandwidth`](crate::bandwidth)'s business.

use crate::real::{FMA, Real};
use crate::simd::{Level, vectorise};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

/// The floating-point operations that `threads` cores together can do in a second: fused multiply-adds (2 operations)
/// in registers, without memory. No product of matrices is faster.
///
/// ```
/// let one = linalg::peak::flops::<f32>(1);
/// println!("{:.0} GFLOP/s in f32 on one core", one / 1e9);
/// assert!(one > 1e8);
/// ```
///
/// Takes about 40 ms: the best of twenty samples, since whatever disturbs a sample makes it slower. Where the processor
/// has no fused multiply-add, multiplication and addition are counted separately.
///
/// # Panics
/// If `threads` is 0.
pub fn flops<T: Peak>(threads: usize) -> f64 {
    assert!(threads > 0, "peak::flops: no threads, no operations");
    const STEPS: usize = 100_000;
    together(threads, 20, || (), |()| T::spin(STEPS))
}

/// The best rate, in whatever `work` counts per second, of `threads` threads that begin every sample together. Each prepares its own
/// things first.
pub(crate) fn together<S>(
    threads: usize,
    samples: usize,
    prepare: impl Fn() -> S + Sync,
    work: impl Fn(&mut S) -> usize + Sync,
) -> f64 {
    let barrier = Barrier::new(threads);
    let run = || -> Vec<(Instant, Instant, usize)> {
        let mut state = prepare();
        let sample = |_| {
            barrier.wait();
            let start = Instant::now();
            let done = work(&mut state);
            (start, Instant::now(), done)
        };
        (0..samples).map(sample).collect()
    };
    let all: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a measurement ends")).collect()
    });
    // a sample lasts from the first start to the last end
    let rate = |s: usize| {
        let start = all.iter().map(|samples| samples[s].0).min().expect("there is a thread");
        let end = all.iter().map(|samples| samples[s].1).max().expect("there is a thread");
        let done: usize = all.iter().map(|samples| samples[s].2).sum();
        done as f64 / end.duration_since(start).as_secs_f64()
    };
    (0..samples).map(rate).fold(0.0, f64::max)
}

/// Numbers whose peak can be measured: `f32` and `f64`.
pub trait Peak: Real {
    /// Does so many steps of independent multiply-adds in registers; returns the number of operations.
    fn spin(steps: usize) -> usize;
}

macro_rules! peak {
    ($t:ident, $widest:literal, $wide:literal, $narrow:literal) => {
        impl Peak for $t {
            fn spin(steps: usize) -> usize {
                // A multiply-add takes 4 cycles and two start in each, so at least 8 vectors must be under way. These are 12 of AVX-512's
                // 32, 12 of AVX2's 16, 24 of NEON's 32, or 12 of SSE2's 16.
                let fused = |x: $t, a, b| x.mul_add(a, b);
                match Level::best() {
                    Level::Avx512 => vectorise(
                        #[inline(always)]
                        || chains::<$t, $widest>(steps, fused),
                    ),
                    level if FMA || level >= Level::Avx2 => vectorise(
                        #[inline(always)]
                        || chains::<$t, $wide>(steps, fused),
                    ),
                    _ => chains::<$t, $narrow>(steps, |x, a, b| x * a + b),
                }
            }
        }
    };
}

peak!(f32, 192, 96, 48);
peak!(f64, 96, 48, 24);

/// N independent sequences x ← x·a + b. Returns the number of operations.
#[inline(always)]
fn chains<T: Real, const N: usize>(steps: usize, step: impl Fn(T, T, T) -> T) -> usize {
    // a < 1, so that the numbers stay where arithmetic is fast
    let (a, b) = black_box((T::from_f64(0.999), T::from_f64(1e-3)));
    let mut x = [T::ONE; N];
    for _ in 0..steps {
        for x in &mut x {
            *x = step(*x, a, b);
        }
    }
    black_box(&x);
    2 * N * steps
}
