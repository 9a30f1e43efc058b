//! The register tile in AVX2 and AVX-512 instructions.
//!
//! | | vectors | registers | tile | sums in registers |
//! |---|---|---|---|---|
//! | AVX2, f32 | 8 | 16 | 6×16 | 12 |
//! | AVX2, f64 | 4 | 16 | 6×8 | 12 |
//! | AVX-512, f32 | 16 | 32 | 12×32 | 24 |
//! | AVX-512, f64 | 8 | 32 | 12×16 | 24 |
//!
//! A fused multiply-add takes 4 cycles and two (of 32 bytes) can start in each, so at least 8 sums must be under way at
//! any time. Two vectors of B and one element of A are the other registers: 6 (or 12) rows by 2 vectors is the largest tile
//! that fits, and the larger the tile, the more often each number that was loaded is used.
#![allow(unsafe_code)]
#![allow(clippy::wildcard_imports)] // the intrinsics are a vocabulary

use super::pack::{Source, pack};
use super::squares::{square4_f32, square4_f64, square8_f32};
use super::tile::{Job, Tile};
use std::arch::x86_64::*;

/// One micro-kernel: the same few lines with the names of the instructions filled in.
macro_rules! tile {
    (
        $module:ident: $t:ty, $name:literal with $features:literal, $lanes:literal lanes, $rows:literal rows of [$($r:literal)*],
        load $load:ident, store $store:ident, broadcast $set1:ident, zero $zero:ident, multiply $mul:ident, fused $fma:ident,
        mask $mask:ident, masked load $mload:ident, masked store $mstore:ident,
        transpose A $square_a:ident of $side_a:literal, B $square_b:ident of $side_b:literal
    ) => {
        mod $module {
            use super::*;

            const LANES: usize = $lanes;
            const ROWS: usize = $rows;

            pub(in crate::gemm::x86) const TILE: Tile<$t> =
                Tile { name: $name, rows: ROWS, cols: 2 * LANES, kernel, pack_a, pack_b };

            unsafe fn kernel(job: &Job<$t>) {
                // SAFETY: the caller's: the job's pointers are good and the processor has the features.
                unsafe {
                    match (job.rows, job.cols > LANES) {
                        $(($r, true) => block::<$r, 2>(job), ($r, false) => block::<$r, 1>(job),)*
                        _ => unreachable!("a tile has 1 to {ROWS} rows"),
                    }
                }
            }

            /// A block of R rows and V vectors, the last of which may be cut off.
            #[target_feature(enable = $features)]
            unsafe fn block<const R: usize, const V: usize>(job: &Job<$t>) {
                // SAFETY: A is read at rows i < R = rows and columns p < k, B in whole vectors as the job allows, and C at
                // rows i < R and columns below `cols`. Pointers that run past the last step are not used.
                unsafe {
                    // C is needed last, and by then it shall be here.
                    for i in 0..R {
                        for v in 0..V {
                            _mm_prefetch::<_MM_HINT_T0>(job.c.wrapping_add(i * job.c_row + v * LANES).cast());
                        }
                    }
                    let mut sums = [[$zero(); V]; R];
                    let (mut a, mut b) = (job.a, job.b);
                    for _ in 0..job.k {
                        let mut line = [$zero(); V];
                        for v in 0..V {
                            line[v] = $load(b.add(v * LANES));
                        }
                        for i in 0..R {
                            let x = $set1(*a.add(i * job.a_row));
                            for v in 0..V {
                                sums[i][v] = $fma(x, line[v], sums[i][v]);
                            }
                        }
                        a = a.wrapping_add(job.a_col);
                        b = b.wrapping_add(job.b_row);
                    }
                    let (alpha, beta) = ($set1(job.alpha), $set1(job.beta));
                    let full = job.cols / LANES;
                    for i in 0..R {
                        let c = job.c.add(i * job.c_row);
                        for v in 0..V {
                            let mut new = $mul(alpha, sums[i][v]);
                            if v < full {
                                if job.beta != 0.0 {
                                    new = $fma(beta, $load(c.add(v * LANES)), new);
                                }
                                $store(c.add(v * LANES), new);
                            } else {
                                let mask = $mask(job.cols - full * LANES);
                                if job.beta != 0.0 {
                                    new = $fma(beta, $mload(mask, c.add(v * LANES)), new);
                                }
                                $mstore(c.add(v * LANES), mask, new);
                            }
                        }
                    }
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn pack_a(block: Source<$t>, k: usize, m: usize, dst: *mut $t) {
                // SAFETY: the caller's.
                unsafe {
                    pack::<$t, ROWS, $side_a>(block, k, m, dst, |s, stride, d, line| $square_a(s, stride, d, line));
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn pack_b(block: Source<$t>, k: usize, n: usize, dst: *mut $t) {
                // SAFETY: the caller's.
                unsafe {
                    pack::<$t, { 2 * LANES }, $side_b>(block, k, n, dst, |s, stride, d, line| {
                        $square_b(s, stride, d, line)
                    });
                }
            }
        }
    };
}

tile!(
    avx2_f32: f32, "avx2" with "avx2,fma", 8 lanes, 6 rows of [1 2 3 4 5 6],
    load _mm256_loadu_ps, store _mm256_storeu_ps, broadcast _mm256_set1_ps, zero _mm256_setzero_ps,
    multiply _mm256_mul_ps, fused _mm256_fmadd_ps,
    mask mask_ps, masked load load_ps, masked store _mm256_maskstore_ps,
    transpose A square4_f32 of 4, B square8_f32 of 8
);
tile!(
    avx2_f64: f64, "avx2" with "avx2,fma", 4 lanes, 6 rows of [1 2 3 4 5 6],
    load _mm256_loadu_pd, store _mm256_storeu_pd, broadcast _mm256_set1_pd, zero _mm256_setzero_pd,
    multiply _mm256_mul_pd, fused _mm256_fmadd_pd,
    mask mask_pd, masked load load_pd, masked store _mm256_maskstore_pd,
    transpose A square4_f64 of 4, B square4_f64 of 4
);
tile!(
    avx512_f32: f32, "avx512" with "avx512f", 16 lanes, 12 rows of [1 2 3 4 5 6 7 8 9 10 11 12],
    load _mm512_loadu_ps, store _mm512_storeu_ps, broadcast _mm512_set1_ps, zero _mm512_setzero_ps,
    multiply _mm512_mul_ps, fused _mm512_fmadd_ps,
    mask mask16, masked load _mm512_maskz_loadu_ps, masked store _mm512_mask_storeu_ps,
    transpose A square4_f32 of 4, B square8_f32 of 8
);
tile!(
    avx512_f64: f64, "avx512" with "avx512f", 8 lanes, 12 rows of [1 2 3 4 5 6 7 8 9 10 11 12],
    load _mm512_loadu_pd, store _mm512_storeu_pd, broadcast _mm512_set1_pd, zero _mm512_setzero_pd,
    multiply _mm512_mul_pd, fused _mm512_fmadd_pd,
    mask mask8, masked load _mm512_maskz_loadu_pd, masked store _mm512_mask_storeu_pd,
    transpose A square4_f64 of 4, B square4_f64 of 4
);

pub(crate) const AVX2_F32: Tile<f32> = avx2_f32::TILE;
pub(crate) const AVX2_F64: Tile<f64> = avx2_f64::TILE;
pub(crate) const AVX512_F32: Tile<f32> = avx512_f32::TILE;
pub(crate) const AVX512_F64: Tile<f64> = avx512_f64::TILE;

/// The first n of 16 lanes.
fn mask16(n: usize) -> __mmask16 {
    ((1_u32 << n) - 1) as __mmask16
}

/// The first n of 8 lanes.
fn mask8(n: usize) -> __mmask8 {
    ((1_u32 << n) - 1) as __mmask8
}

/// The first n of 8 lanes of 32 bits.
#[target_feature(enable = "avx2")]
fn mask_ps(n: usize) -> __m256i {
    _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
}

/// The first n of 4 lanes of 64 bits.
#[target_feature(enable = "avx2")]
fn mask_pd(n: usize) -> __m256i {
    _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), _mm256_setr_epi64x(0, 1, 2, 3))
}

#[target_feature(enable = "avx2")]
unsafe fn load_ps(mask: __m256i, from: *const f32) -> __m256 {
    // SAFETY: the caller's: the lanes of the mask are readable.
    unsafe { _mm256_maskload_ps(from, mask) }
}

#[target_feature(enable = "avx2")]
unsafe fn load_pd(mask: __m256i, from: *const f64) -> __m256d {
    // SAFETY: as above.
    unsafe { _mm256_maskload_pd(from, mask) }
}
