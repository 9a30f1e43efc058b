//! The loops: over arrays of a fixed number of lanes, so that a sum is always cut into the same partial sums.
//!
//! A sum over LANES lanes adds x₀ + x_L + x₂ₗ + …, x₁ + x_{L+1} + …, and at the end the lanes pairwise. That is what a vector
//! register does anyway, and since the number of lanes is fixed, not the processor's, the result has the same bits with
//! vectors of 4, 8 or 16 numbers. It also is more exact than a single running sum.
//!
//! Everything here is inlined into a caller that decides the instruction set; `FMA` says whether it has fused multiply-adds.

use super::functions::{Float, exp, madd};

/// Lanes for the end of a slice, which is shorter than a full set.
const SHORT: usize = 8;

/// A reduction that is done but for the lanes.
///
/// It is returned through memory, which keeps the compiler from mixing the loop with the shuffles that end it (it would
/// give up the wide vectors for them).
#[derive(Clone, Copy)]
pub(crate) struct Partial<T> {
    short: [T; SHORT],
    rest: T,
}

impl<T: Float> Partial<T> {
    /// All lanes in one: the long set folded onto the short one, that one by halves.
    #[inline(always)]
    fn fold(&self, f: impl Fn(T, T) -> T) -> T {
        let mut lanes = self.short;
        for width in [4, 2, 1] {
            for i in 0..width {
                lanes[i] = f(lanes[i + width], lanes[i]);
            }
        }
        f(self.rest, lanes[0])
    }

    /// The sum of all lanes.
    #[inline(always)]
    pub(crate) fn sum(&self) -> T {
        self.fold(|x, sum| sum + x)
    }

    /// The largest of all lanes.
    #[inline(always)]
    pub(crate) fn max(&self) -> T {
        self.fold(larger)
    }
}

/// Σ xᵢ·yᵢ.
#[inline(always)]
pub(crate) fn dot<T: Float, const LANES: usize, const FMA: bool>(x: &[T], y: &[T]) -> Partial<T> {
    let n = x.len().min(y.len());
    let [sum] = dots::<T, LANES, FMA, 1>(&x[..n], [&y[..n]]);
    sum
}

/// Σ xᵢ·yᵢ for several y of the length of x: x is read once for all of them.
#[inline(always)]
pub(crate) fn dots<T: Float, const LANES: usize, const FMA: bool, const N: usize>(
    x: &[T],
    y: [&[T]; N],
) -> [Partial<T>; N] {
    let mut long = [[T::ZERO; LANES]; N];
    let mut short = [[T::ZERO; SHORT]; N];
    let mut rest = [T::ZERO; N];
    let (chunks, end) = x.as_chunks::<LANES>();
    let mut columns = [chunks; N];
    for j in 0..N {
        columns[j] = &y[j].as_chunks::<LANES>().0[..chunks.len()];
    }
    for (c, x) in chunks.iter().enumerate() {
        for j in 0..N {
            for i in 0..LANES {
                long[j][i] = madd::<T, FMA>(x[i], columns[j][c][i], long[j][i]);
            }
        }
    }
    let done = chunks.len() * LANES;
    let (chunks, end) = end.as_chunks::<SHORT>();
    for (c, x) in chunks.iter().enumerate() {
        for j in 0..N {
            let y = &y[j][done + c * SHORT..][..SHORT];
            for i in 0..SHORT {
                short[j][i] = madd::<T, FMA>(x[i], y[i], short[j][i]);
            }
        }
    }
    let done = done + chunks.len() * SHORT;
    for (c, &x) in end.iter().enumerate() {
        for j in 0..N {
            rest[j] = madd::<T, FMA>(x, y[j][done + c], rest[j]);
        }
    }
    let mut sums = [Partial { short: [T::ZERO; SHORT], rest: T::ZERO }; N];
    for j in 0..N {
        for part in long[j].as_chunks::<SHORT>().0 {
            for i in 0..SHORT {
                short[j][i] = part[i] + short[j][i];
            }
        }
        sums[j] = Partial { short: short[j], rest: rest[j] };
    }
    sums
}

/// y ← y + a·Σₚ xₚ·(row p of b); four rows for each visit of y.
///
/// The first few columns are done apart, so that the others begin where a line of the cache does: a vector of 64 bytes that lies on two lines
/// is two trips to a far cache.
#[inline(always)]
pub(crate) fn add_rows<T: Float, const FMA: bool>(a: T, x: &[T], b: &[T], stride: usize, y: &mut [T]) {
    let head = if y.len() < FAR { 0 } else { before_a_line(b.as_ptr(), stride, y.len()) };
    let (y, rest) = y.split_at_mut(head);
    add_columns::<T, FMA>(a, x, b, stride, y);
    add_columns::<T, FMA>(a, x, b.get(head..).unwrap_or_default(), stride, rest);
}

/// How many of n columns of a matrix lie before the next line of the cache begins, if that is the same in every row.
#[inline(always)]
pub(crate) fn before_a_line<T>(b: *const T, stride: usize, n: usize) -> usize {
    if (stride * size_of::<T>()).is_multiple_of(LINE) { b.align_offset(LINE).min(n) } else { 0 }
}

/// Bytes of a line of the cache.
pub(crate) const LINE: usize = 64;

/// Shorter rows than this come from a near cache.
const FAR: usize = 256;

#[inline(always)]
fn add_columns<T: Float, const FMA: bool>(a: T, x: &[T], b: &[T], stride: usize, y: &mut [T]) {
    let n = y.len();
    if n == 0 {
        return;
    }
    let (fours, end) = x.as_chunks::<4>();
    for (p, x) in fours.iter().enumerate() {
        let row = |i: usize| &b[(4 * p + i) * stride..][..n];
        let rows = [row(0), row(1), row(2), row(3)];
        let x = [a * x[0], a * x[1], a * x[2], a * x[3]];
        for j in 0..n {
            let mut sum = y[j];
            for i in 0..4 {
                sum = madd::<T, FMA>(x[i], rows[i][j], sum);
            }
            y[j] = sum;
        }
    }
    for (p, &x) in end.iter().enumerate() {
        axpy::<T, FMA>(a * x, &b[(4 * fours.len() + p) * stride..][..n], y);
    }
}

/// Σ xᵢ.
#[inline(always)]
pub(crate) fn sum<T: Float, const LANES: usize>(x: &[T]) -> Partial<T> {
    let (chunks, end) = x.as_chunks::<LANES>();
    let mut long = [T::ZERO; LANES];
    for x in chunks {
        for i in 0..LANES {
            long[i] += x[i];
        }
    }
    let (chunks, end) = end.as_chunks::<SHORT>();
    let mut short = [T::ZERO; SHORT];
    for x in chunks {
        for i in 0..SHORT {
            short[i] += x[i];
        }
    }
    let mut rest = T::ZERO;
    for &x in end {
        rest += x;
    }
    for part in long.as_chunks::<SHORT>().0 {
        for i in 0..SHORT {
            short[i] = part[i] + short[i];
        }
    }
    Partial { short, rest }
}

/// The larger of two numbers, or the one that is NaN.
#[inline(always)]
#[allow(clippy::eq_op)] // a NaN is what differs from itself
fn larger<T: Float>(x: T, m: T) -> T {
    if x > m || x != x { x } else { m }
}

/// The largest element; NaN if there is one, −∞ of an empty slice.
#[inline(always)]
pub(crate) fn max<T: Float, const LANES: usize>(x: &[T]) -> Partial<T> {
    let least = T::from_f64(f64::NEG_INFINITY);
    let (chunks, end) = x.as_chunks::<LANES>();
    let mut long = [least; LANES];
    for x in chunks {
        for i in 0..LANES {
            long[i] = larger(x[i], long[i]);
        }
    }
    let (chunks, end) = end.as_chunks::<SHORT>();
    let mut short = [least; SHORT];
    for x in chunks {
        for i in 0..SHORT {
            short[i] = larger(x[i], short[i]);
        }
    }
    let mut rest = least;
    for &x in end {
        rest = larger(x, rest);
    }
    for part in long.as_chunks::<SHORT>().0 {
        for i in 0..SHORT {
            short[i] = larger(part[i], short[i]);
        }
    }
    Partial { short, rest }
}

/// y ← y + a·x.
#[inline(always)]
pub(crate) fn axpy<T: Float, const FMA: bool>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = madd::<T, FMA>(a, x, *y);
    }
}

/// x ← f(x), element by element.
#[inline(always)]
pub(crate) fn map<T: Float, const LANES: usize>(x: &mut [T], f: impl Fn(T) -> T) {
    let (chunks, end) = x.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for i in 0..LANES {
            chunk[i] = f(chunk[i]);
        }
    }
    let (chunks, end) = end.as_chunks_mut::<SHORT>();
    for chunk in chunks {
        for i in 0..SHORT {
            chunk[i] = f(chunk[i]);
        }
    }
    if !end.is_empty() {
        // Filled up: the last few cost as much as one short chunk, not one call each.
        let mut chunk = filled::<T, SHORT>(end, T::ZERO);
        for i in 0..SHORT {
            chunk[i] = f(chunk[i]);
        }
        for (x, &lane) in end.iter_mut().zip(&chunk) {
            *x = lane;
        }
    }
}

/// x ← e^(x − m), element by element.
#[inline(always)]
pub(crate) fn exp_sub<T: Float, const LANES: usize, const FMA: bool>(x: &mut [T], m: T) {
    map::<T, LANES>(
        x,
        #[inline(always)]
        |x| exp::<T, FMA>(x - m),
    );
}

/// x ← x/a, element by element.
#[inline(always)]
pub(crate) fn divide<T: Float>(x: &mut [T], a: T) {
    for x in x {
        *x /= a;
    }
}

/// The end of a slice, filled up to a full set of lanes.
#[inline(always)]
fn filled<T: Float, const LANES: usize>(end: &[T], with: T) -> [T; LANES] {
    let mut lanes = [with; LANES];
    for (lane, &x) in lanes.iter_mut().zip(end) {
        *lane = x;
    }
    lanes
}
