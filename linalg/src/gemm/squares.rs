//! Small squares transposed in registers: how packing turns columns into rows without touching single elements.
//!
//! Two rows are interleaved element by element, the results pair by pair, and the halves exchanged: log₂ 8 = 3 rounds of
//! shuffles transpose 8×8 numbers in 24 instructions, where 64 loads and 64 stores would be needed one by one.
#![allow(unsafe_code)]
#![allow(clippy::wildcard_imports)] // the intrinsics are a vocabulary

use std::arch::x86_64::*;

/// Transposes 8 rows of 8.
///
/// Safety: the processor has AVX; rows of 8 elements begin at `src + i·from` and `dst + i·to`.
#[target_feature(enable = "avx")]
pub(super) unsafe fn square8_f32(src: *const f32, from: usize, dst: *mut f32, to: usize) {
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

/// Transposes 4 rows of 4.
///
/// Safety: as [`square8_f32`], for 4.
#[target_feature(enable = "avx")]
pub(super) unsafe fn square4_f32(src: *const f32, from: usize, dst: *mut f32, to: usize) {
    // SAFETY: four rows of four elements on either side, as the caller promises.
    unsafe {
        let r: [__m128; 4] = std::array::from_fn(|i| _mm_loadu_ps(src.add(i * from)));
        let (a0, a1) = (_mm_unpacklo_ps(r[0], r[1]), _mm_unpackhi_ps(r[0], r[1]));
        let (a2, a3) = (_mm_unpacklo_ps(r[2], r[3]), _mm_unpackhi_ps(r[2], r[3]));
        _mm_storeu_ps(dst, _mm_movelh_ps(a0, a2));
        _mm_storeu_ps(dst.add(to), _mm_movehl_ps(a2, a0));
        _mm_storeu_ps(dst.add(2 * to), _mm_movelh_ps(a1, a3));
        _mm_storeu_ps(dst.add(3 * to), _mm_movehl_ps(a3, a1));
    }
}

/// Transposes 4 rows of 4.
///
/// Safety: as [`square8_f32`], for 4.
#[target_feature(enable = "avx")]
pub(super) unsafe fn square4_f64(src: *const f64, from: usize, dst: *mut f64, to: usize) {
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
