//! The register tile in AVX2 and AVX-512 instructions.
#![allow(unsafe_code)]
#![allow(clippy::wildcard_imports)] // the intrinsics are a vocabulary

use super::pack::{Source, pack};
use super::tile::{Job, Tile};
use std::arch::x86_64::*;

macro_rules! tile {
    ($module:ident, $t:ty, $features:literal, $v:ty, $lanes:literal, $rows:literal: [$($r:literal)*],
     $load:ident, $store:ident, $set1:ident, $zero:ident, $fma:ident, $mul:ident, $mask:ident, $mload:ident, $mstore:ident, $side:literal, $square:ident) => {
        mod $module {
            use super::*;

            const LANES: usize = $lanes;
            const ROWS: usize = $rows;

            pub(in crate::gemm::x86) const TILE: Tile<$t> = Tile {
                name: stringify!($module),
                rows: ROWS,
                cols: 2 * LANES,
                lanes: LANES,
                kernel,
                pack_b,
            };

            unsafe fn kernel(job: &Job<$t>) {
                // SAFETY: the caller's: the job's pointers are good and the processor has the features.
                unsafe {
                    match (job.rows, job.cols > LANES) {
                        $(($r, true) => block::<$r, 2>(job), ($r, false) => block::<$r, 1>(job),)*
                        _ => unreachable!("a tile has 1 to {ROWS} rows"),
                    }
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn pack_b(block: Source<$t>, k: usize, n: usize, dst: *mut $t) {
                // SAFETY: the caller's.
                unsafe {
                    pack::<$t, { 2 * LANES }, $side>(block, k, n, dst, |s, stride, d, line| $square(s, stride, d, line));
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn block<const R: usize, const V: usize>(job: &Job<$t>) {
                // SAFETY: i < R = rows, p < k, and reading B in whole vectors is what the job allows.
                unsafe {
                    let mut sums = [[$zero(); V]; R];
                    for i in 0..R {
                        for v in 0..V {
                            _mm_prefetch::<_MM_HINT_T0>(job.c.add(i * job.c_row).wrapping_add(v * LANES).cast());
                        }
                    }
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
        }
    };
}

tile!(avx2_f32, f32, "avx2,fma", __m256, 8, 6: [1 2 3 4 5 6], _mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_fmadd_ps, _mm256_mul_ps, mask_ps, load_ps, _mm256_maskstore_ps, 8, square_f32);
tile!(avx2_f64, f64, "avx2,fma", __m256d, 4, 6: [1 2 3 4 5 6], _mm256_loadu_pd, _mm256_storeu_pd, _mm256_set1_pd,
    _mm256_setzero_pd, _mm256_fmadd_pd, _mm256_mul_pd, mask_pd, load_pd, _mm256_maskstore_pd, 4, square_f64);
tile!(avx512_f32, f32, "avx512f", __m512, 16, 12: [1 2 3 4 5 6 7 8 9 10 11 12], _mm512_loadu_ps, _mm512_storeu_ps,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_fmadd_ps, _mm512_mul_ps, mask16, _mm512_maskz_loadu_ps, _mm512_mask_storeu_ps, 8, square_f32);
tile!(avx512_f64, f64, "avx512f", __m512d, 8, 12: [1 2 3 4 5 6 7 8 9 10 11 12], _mm512_loadu_pd, _mm512_storeu_pd,
    _mm512_set1_pd, _mm512_setzero_pd, _mm512_fmadd_pd, _mm512_mul_pd, mask8, _mm512_maskz_loadu_pd, _mm512_mask_storeu_pd, 4, square_f64);

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

#[target_feature(enable = "avx")]
unsafe fn square_f32(src: *const f32, from: usize, dst: *mut f32, to: usize) {
    // SAFETY: eight rows of eight elements on either side, as the caller promises.
    unsafe {
        let r: [__m256; 8] = std::array::from_fn(|i| _mm256_loadu_ps(src.add(i * from)));
        // pairs of single elements, then pairs of pairs, then halves
        let (a0, a1) = (_mm256_unpacklo_ps(r[0], r[1]), _mm256_unpackhi_ps(r[0], r[1]));
        let (a2, a3) = (_mm256_unpacklo_ps(r[2], r[3]), _mm256_unpackhi_ps(r[2], r[3]));
        let (a4, a5) = (_mm256_unpacklo_ps(r[4], r[5]), _mm256_unpackhi_ps(r[4], r[5]));
        let (a6, a7) = (_mm256_unpacklo_ps(r[6], r[7]), _mm256_unpackhi_ps(r[6], r[7]));
        let (b0, b1) = (_mm256_shuffle_ps::<0x44>(a0, a2), _mm256_shuffle_ps::<0xee>(a0, a2));
        let (b2, b3) = (_mm256_shuffle_ps::<0x44>(a1, a3), _mm256_shuffle_ps::<0xee>(a1, a3));
        let (b4, b5) = (_mm256_shuffle_ps::<0x44>(a4, a6), _mm256_shuffle_ps::<0xee>(a4, a6));
        let (b6, b7) = (_mm256_shuffle_ps::<0x44>(a5, a7), _mm256_shuffle_ps::<0xee>(a5, a7));
        _mm256_storeu_ps(dst, _mm256_permute2f128_ps::<0x20>(b0, b4));
        _mm256_storeu_ps(dst.add(to), _mm256_permute2f128_ps::<0x20>(b1, b5));
        _mm256_storeu_ps(dst.add(2 * to), _mm256_permute2f128_ps::<0x20>(b2, b6));
        _mm256_storeu_ps(dst.add(3 * to), _mm256_permute2f128_ps::<0x20>(b3, b7));
        _mm256_storeu_ps(dst.add(4 * to), _mm256_permute2f128_ps::<0x31>(b0, b4));
        _mm256_storeu_ps(dst.add(5 * to), _mm256_permute2f128_ps::<0x31>(b1, b5));
        _mm256_storeu_ps(dst.add(6 * to), _mm256_permute2f128_ps::<0x31>(b2, b6));
        _mm256_storeu_ps(dst.add(7 * to), _mm256_permute2f128_ps::<0x31>(b3, b7));
    }
}

#[target_feature(enable = "avx")]
unsafe fn square_f64(src: *const f64, from: usize, dst: *mut f64, to: usize) {
    // SAFETY: four rows of four elements on either side, as the caller promises.
    unsafe {
        let r: [__m256d; 4] = std::array::from_fn(|i| _mm256_loadu_pd(src.add(i * from)));
        let (a0, a1) = (_mm256_unpacklo_pd(r[0], r[1]), _mm256_unpackhi_pd(r[0], r[1]));
        let (a2, a3) = (_mm256_unpacklo_pd(r[2], r[3]), _mm256_unpackhi_pd(r[2], r[3]));
        _mm256_storeu_pd(dst, _mm256_permute2f128_pd::<0x20>(a0, a2));
        _mm256_storeu_pd(dst.add(to), _mm256_permute2f128_pd::<0x20>(a1, a3));
        _mm256_storeu_pd(dst.add(2 * to), _mm256_permute2f128_pd::<0x31>(a0, a2));
        _mm256_storeu_pd(dst.add(3 * to), _mm256_permute2f128_pd::<0x31>(a1, a3));
    }
}
