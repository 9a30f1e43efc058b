//! The processor's vector instructions, chosen when the program runs. Chapter: *Tensors and matmul*.
//!
//! A binary for x86-64 must run on any such processor, so the compiler may only use what the oldest one had: vectors of
//! four `f32`. Newer ones have eight (AVX2) or sixteen (AVX-512). [`vectorise`] compiles a piece of code once for each, asks
//! the processor, and runs the best. ARM's 64-bit processors all have the same vectors, and need none of this.
#![allow(unsafe_code)]

/// A set of vector instructions that this crate has code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What the compilation target guarantees (x86-64: SSE2; AArch64: NEON).
    Baseline,
    /// x86-64 with AVX2 and FMA: vectors of 32 bytes, fused multiply-add.
    Avx2,
    /// x86-64 with AVX-512 (F, BW, DQ, VL): vectors of 64 bytes.
    Avx512,
}

impl Level {
    /// The best level of the processor that runs this (its answer is remembered: asking costs about a nanosecond).
    #[inline]
    pub fn best() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("fma")
            {
                return Level::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Level::Avx2;
            }
        }
        Level::Baseline
    }
}

/// Runs a piece of code, compiled for the best vector instructions that the processor has.
///
/// It changes how loops are compiled, not what they compute: the compiler vectorises `a[i] = b[i] + c[i]` and the like (no
/// sums: reordering those would change the result; keep several partial sums in an array, or call
/// [`kernels::sum`](crate::kernels::sum)), and never fuses a multiplication and an addition by itself.
///
/// Write `#[inline(always)]` before the closure and on every function it calls: only what is inlined is compiled anew. Without
/// it the result is the same and the speed may not be.
///
/// ```
/// use linalg::simd::vectorise;
///
/// fn relu(x: &[f32], y: &mut [f32]) {
///     vectorise(
///         #[inline(always)]
///         || {
///             for (y, &x) in y.iter_mut().zip(x) {
///                 *y = if x > 0.0 { x } else { 0.0 };
///             }
///         },
///     );
/// }
/// let mut y = [0.0; 3];
/// relu(&[-1.0, 2.0, 3.0], &mut y);
/// assert_eq!(y, [0.0, 2.0, 3.0]);
/// ```
///
/// Cost: two or three nanoseconds, so put the loop inside, not outside.
#[inline(always)]
pub fn vectorise<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match Level::best() {
        // SAFETY: the processor has just said that it has these instructions.
        Level::Avx512 => return unsafe { avx512(f) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { avx2(f) },
        Level::Baseline => {}
    }
    f()
}

/// Asks for the line of the cache at an address, any address, and does not wait for it. Nothing where there is no such instruction.
#[inline(always)]
pub(crate) fn prefetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which reads nothing; every x86-64 processor knows it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// `f`, compiled for AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub(crate) fn avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// `f`, compiled for AVX-512.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(crate) fn avx512<R>(f: impl FnOnce() -> R) -> R {
    f()
}
