//! One table of loops for every set of vector instructions, all from the same source.
#![allow(unsafe_code)]

use super::Kernels;
use super::functions::{erf, exp, gelu, gelu_slope, tanh};
use super::loops;
use crate::gemm::Tile;
use crate::real::FMA;
use crate::simd::Level;
#[cfg(target_arch = "x86_64")]
use crate::{gemm::x86, simd};

/// A table whose every function runs the common loop inside `$enter`.
macro_rules! table {
    ($name:literal, $t:ident, $lanes:literal, $fma:expr, $tile:expr, $enter:path) => {
        // SAFETY (for all): `$enter` needs the instructions of this table, which is only handed out on a processor that has
        // them (`Kernels::available`, `best_f32`, `best_f64`).
        Kernels {
            name: $name,
            dot: |x, y| enter!($enter, loops::dot::<$t, $lanes, { $fma }>(x, y)).sum(),
            sum: |x| enter!($enter, loops::sum::<$t, $lanes>(x)).sum(),
            max: |x| enter!($enter, loops::max::<$t, $lanes>(x)).max(),
            axpy: |a, x, y| enter!($enter, loops::axpy::<$t, { $fma }>(a, x, y)),
            exp: |x| enter!($enter, loops::map::<$t, $lanes>(x, #[inline(always)] |x| exp::<$t, { $fma }>(x))),
            tanh: |x| enter!($enter, loops::map::<$t, $lanes>(x, #[inline(always)] |x| tanh::<$t, { $fma }>(x))),
            erf: |x| enter!($enter, loops::map::<$t, $lanes>(x, #[inline(always)] |x| erf::<$t, { $fma }>(x))),
            gelu: |x| enter!($enter, loops::map::<$t, $lanes>(x, #[inline(always)] |x| gelu::<$t, { $fma }>(x))),
            gelu_slope: |x| {
                enter!($enter, loops::map::<$t, $lanes>(x, #[inline(always)] |x| gelu_slope::<$t, { $fma }>(x)));
            },
            exp_sub_sum: |x, m| {
                enter!($enter, loops::exp_sub::<$t, $lanes, { $fma }>(x, m));
                enter!($enter, loops::sum::<$t, $lanes>(x)).sum()
            },
            softmax: |x| {
                let m = enter!($enter, loops::max::<$t, $lanes>(x)).max();
                if m == $t::NEG_INFINITY {
                    return x.fill(0.0);
                }
                enter!($enter, loops::exp_sub::<$t, $lanes, { $fma }>(x, m));
                let sum = enter!($enter, loops::sum::<$t, $lanes>(x)).sum();
                enter!($enter, loops::divide(x, sum));
            },
            add_rows: |a, x, b, stride, y| enter!($enter, loops::add_rows::<$t, { $fma }>(a, x, b, stride, y)),
            add_dots: |a, x, b, stride, y| {
                if x.is_empty() {
                    return;
                }
                // four columns at a time
                let (four, end) = y.as_chunks_mut::<4>();
                for (j, y) in four.iter_mut().enumerate() {
                    let columns = std::array::from_fn(|i| &b[(4 * j + i) * stride..][..x.len()]);
                    let sums = enter!($enter, loops::dots::<$t, { $lanes / 2 }, { $fma }, 4>(x, columns));
                    for i in 0..4 {
                        y[i] += a * sums[i].sum();
                    }
                }
                for (i, y) in end.iter_mut().enumerate() {
                    let column = &b[(4 * four.len() + i) * stride..][..x.len()];
                    let [sum] = enter!($enter, loops::dots::<$t, { $lanes / 2 }, { $fma }, 1>(x, [column]));
                    *y += a * sum.sum();
                }
            },
            tile: $tile,
        }
    };
}

macro_rules! enter {
    ($enter:path, $body:expr) => {
        unsafe {
            $enter(
                #[inline(always)]
                || $body,
            )
        }
    };
}

/// Nothing to enter.
#[inline(always)]
unsafe fn here<R>(f: impl FnOnce() -> R) -> R {
    f()
}

macro_rules! tables {
    ($t:ident, $lanes:literal, $best:ident, $baseline:ident, $avx2:ident, $avx512:ident) => {
        static $baseline: Kernels<$t> = table!("baseline", $t, $lanes, FMA, Tile::PORTABLE, here);
        #[cfg(target_arch = "x86_64")]
        static $avx2: Kernels<$t> = table!("avx2", $t, $lanes, true, x86::$avx2, simd::avx2);
        #[cfg(target_arch = "x86_64")]
        static $avx512: Kernels<$t> = table!("avx512", $t, $lanes, true, x86::$avx512, simd::avx512);

        impl Kernels<$t> {
            /// Every table that this machine can run, the best first, [`Kernels::PORTABLE`] last.
            pub fn available() -> Vec<&'static Kernels<$t>> {
                let mut tables: Vec<&'static Kernels<$t>> = Vec::new();
                #[cfg(target_arch = "x86_64")]
                {
                    if Level::best() >= Level::Avx512 {
                        tables.push(&$avx512);
                    }
                    if Level::best() >= Level::Avx2 {
                        tables.push(&$avx2);
                    }
                }
                tables.push(&$baseline);
                tables.push(const { &Kernels::PORTABLE });
                tables
            }
        }

        /// The best table for this machine.
        #[inline]
        pub(crate) fn $best() -> &'static Kernels<$t> {
            match Level::best() {
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => &$avx512,
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => &$avx2,
                _ => &$baseline,
            }
        }
    };
}

tables!(f32, 32, best_f32, BASELINE_F32, AVX2_F32, AVX512_F32);
tables!(f64, 16, best_f64, BASELINE_F64, AVX2_F64, AVX512_F64);
