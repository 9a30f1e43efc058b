//! eˣ, tanh and erf of one number, without a branch: what a loop needs to be vectorised.
//!
//! Each function is written once, as ordinary arithmetic on ordinary floats. Where two formulas are needed both are
//! computed and one is chosen, so that every lane of a vector does the same. The compiler turns a loop around them into
//! vector instructions of whatever width its caller was compiled for (see [`simd`](crate::simd)).
//!
//! The polynomials are minimax: their largest relative error on the stated interval is as small as the degree allows
//! (exchange algorithm of Remez in 40 digits, coefficients then rounded).
//! Source: J.-M. Muller, *Elementary Functions*, 3rd ed. (2016), ch. 3 (Remez) and 11 (range reduction).

use crate::real::Real;

/// What the functions need to know about a floating-point format.
pub(crate) trait Float: Real {
    /// log₂ e.
    const LOG2_E: Self;
    /// ln 2 in two parts: the first has so few digits that its product with any exponent is exact (Cody and Waite).
    const LN_2: [Self; 2];
    /// 1.5·2ᵖ⁻¹ for p binary digits: adding it rounds to a whole number, which then is the low bits of the sum.
    const ROUND: Self;
    /// (eʳ − 1 − r)/r² on |r| ≤ ln 2/2; weighted for the relative error of eʳ − 1.
    const EXP: &'static [Self];
    /// Below the first eˣ rounds to 0, above the second to ∞.
    const EXP_RANGE: [Self; 2];
    /// Where 2|x| is larger, tanh x rounds to ±1.
    const TANH_END: Self;
    /// erf(x)/x − 1 on \[0, 1\], in x²; weighted for the relative error of erf.
    const ERF_SMALL: &'static [Self];
    /// e^(a²)·erfc(a) from 1 to [`Self::ERF_END`], in 1 − 4/(a + 2); weighted for the relative error of erf.
    const ERF_LARGE: &'static [Self];
    /// Beyond it, erf rounds to ±1.
    const ERF_END: Self;

    /// 2ⁿ, read out of the bits of t = [`Self::ROUND`] + n, for an n whose power is a normal number.
    fn two_to(t: Self) -> Self;
    /// self·2ⁿ in two steps, for any n that can matter: overflow and subnormal results are rounded once, at the end.
    fn scaled(self, t: Self) -> Self;
    /// |self| with the sign of `sign`.
    fn with_sign(self, sign: Self) -> Self;
    /// self·a + b with one rounding.
    fn fused(self, a: Self, b: Self) -> Self;
}

macro_rules! bits {
    ($t:ident, $int:ident, $uint:ident) => {
        #[inline(always)]
        fn two_to(t: Self) -> Self {
            const BIAS: $uint = $t::MAX_EXP as $uint - 1;
            // what lies above the exponent's field is shifted out
            $t::from_bits(t.to_bits().wrapping_add(BIAS) << ($t::MANTISSA_DIGITS - 1))
        }
        #[inline(always)]
        fn scaled(self, t: Self) -> Self {
            const BIAS: $int = $t::MAX_EXP as $int - 1;
            let n = (t.to_bits() as $int).wrapping_sub(Self::ROUND.to_bits() as $int);
            let half = n >> 1;
            let power = |n: $int| $t::from_bits((n.wrapping_add(BIAS) << ($t::MANTISSA_DIGITS - 1)) as $uint);
            self * power(half) * power(n.wrapping_sub(half))
        }
        #[inline(always)]
        fn with_sign(self, sign: Self) -> Self {
            self.copysign(sign)
        }
        #[inline(always)]
        fn fused(self, a: Self, b: Self) -> Self {
            self.mul_add(a, b)
        }
    };
}

impl Float for f32 {
    const LOG2_E: Self = std::f32::consts::LOG2_E;
    const LN_2: [Self; 2] = [0.693_145_75, 1.428_606_8e-6];
    const ROUND: Self = 12_582_912.0;
    const EXP: &'static [Self] = &[0.5, 0.16666666, 0.041666362, 0.00833339, 0.0013940628, 0.00019845535];
    const EXP_RANGE: [Self; 2] = [-104.0, 89.0];
    const TANH_END: Self = 20.0;
    const ERF_SMALL: &'static [Self] =
        &[0.12837917, -0.37612626, 0.112835854, -0.026853815, 0.0051883305, -0.00080102024, 7.85385e-5];
    const ERF_LARGE: &'static [Self] =
        &[0.25539568, -0.42718586, 0.24165721, -0.07898742, 0.0037279685, 0.0072104773];
    const ERF_END: Self = 4.0;
    bits!(f32, i32, u32);
}

impl Float for f64 {
    const LOG2_E: Self = std::f64::consts::LOG2_E;
    const LN_2: [Self; 2] = [0.6931471805582987, 1.6465949582897082e-12];
    const ROUND: Self = 6_755_399_441_055_744.0;
    const EXP: &'static [Self] = &[
        0.5,
        0.16666666666666677,
        0.04166666666666651,
        0.008333333333321691,
        0.001388888888896237,
        0.00019841269885966236,
        2.4801587172538993e-5,
        2.755724437377695e-6,
        2.755740264234869e-7,
        2.5108979050042587e-8,
        2.0875330117491943e-9,
    ];
    const EXP_RANGE: [Self; 2] = [-746.0, 710.0];
    const TANH_END: Self = 40.0;
    const ERF_SMALL: &'static [Self] = &[
        0.12837916709551256,
        -0.3761263890318352,
        0.112837916709442,
        -0.026866170643113415,
        0.005223977606130842,
        -0.0008548325929766244,
        0.0001205529358693695,
        -1.4924712439534814e-5,
        1.6447132699786621e-6,
        -1.6206318752969208e-7,
        1.3710988704190523e-8,
        -7.779462971761597e-10,
    ];
    const ERF_LARGE: &'static [Self] = &[
        0.25539567631050575,
        -0.42718584741395677,
        0.24165819424246698,
        -0.07897858101645719,
        0.003732892398583626,
        0.006997461790206029,
        -0.0008471425715286453,
        -0.00098197658469145,
        4.353528781210309e-5,
        0.00017428763170918344,
        2.763093687498117e-5,
        -2.6586580329884e-5,
        -1.262161331143239e-5,
    ];
    const ERF_END: Self = 6.0;
    bits!(f64, i64, u64);
}

/// a·b + c: one rounding and one instruction where the caller's processor has it, two of each elsewhere.
#[inline(always)]
pub(crate) fn madd<T: Float, const FMA: bool>(a: T, b: T, c: T) -> T {
    if FMA { a.fused(b, c) } else { a * b + c }
}

/// c₀ + c₁·x + c₂·x² + …, by Horner's rule.
#[inline(always)]
fn polynomial<T: Float, const FMA: bool>(coefficients: &[T], x: T) -> T {
    let mut sum = coefficients[coefficients.len() - 1];
    // a plain loop: iterator adaptors are not certain to be inlined into a caller with more instructions
    for i in (0..coefficients.len() - 1).rev() {
        sum = madd::<T, FMA>(sum, x, coefficients[i]);
    }
    sum
}

/// The smaller of two numbers, unless x is NaN: then x.
#[inline(always)]
fn at_most<T: Float>(x: T, end: T) -> T {
    if x > end { end } else { x }
}

/// x = n·ln 2 + r with |r| ≤ ln 2/2, so that eˣ = 2ⁿ·eʳ. Returns eʳ − 1, and n as [`Float::ROUND`] + n.
#[inline(always)]
fn reduced<T: Float, const FMA: bool>(x: T) -> (T, T) {
    let t = madd::<T, FMA>(x, T::LOG2_E, T::ROUND);
    let n = t - T::ROUND;
    let r = madd::<T, FMA>(n, -T::LN_2[1], madd::<T, FMA>(n, -T::LN_2[0], x));
    (madd::<T, FMA>(r * r, polynomial::<T, FMA>(T::EXP, r), r), t)
}

/// eˣ. Largest error seen: 1 unit in the last place (all of f32; samples of f64).
#[inline(always)]
pub(crate) fn exp<T: Float, const FMA: bool>(x: T) -> T {
    let x = at_most(x, T::EXP_RANGE[1]);
    let x = if x < T::EXP_RANGE[0] { T::EXP_RANGE[0] } else { x };
    let (m, t) = reduced::<T, FMA>(x);
    (m + T::ONE).scaled(t)
}

/// tanh x = (e²ˣ − 1)/(e²ˣ + 1), from e²ˣ − 1, which has no cancellation near 0.
#[inline(always)]
pub(crate) fn tanh<T: Float, const FMA: bool>(x: T) -> T {
    let a = x.with_sign(T::ONE);
    let (m, t) = reduced::<T, FMA>(at_most(a + a, T::TANH_END));
    let power = T::two_to(t);
    let e = madd::<T, FMA>(power, m, power - T::ONE);
    (e / (e + (T::ONE + T::ONE))).with_sign(x)
}

/// erf x: near 0 an odd polynomial, from 1 on 1 − e^(−x²)·(e^(x²)·erfc x), whose last factor is tame.
#[inline(always)]
pub(crate) fn erf<T: Float, const FMA: bool>(x: T) -> T {
    let a = x.with_sign(T::ONE);
    let small = madd::<T, FMA>(polynomial::<T, FMA>(T::ERF_SMALL, a * a), a, a);
    let b = at_most(a, T::ERF_END);
    let two = T::ONE + T::ONE;
    let u = T::ONE - (two + two) / (b + two);
    let (m, t) = reduced::<T, FMA>(-(b * b));
    let tail = (m + T::ONE) * T::two_to(t) * polynomial::<T, FMA>(T::ERF_LARGE, u);
    (if a < T::ONE { small } else { T::ONE - tail }).with_sign(x)
}

/// Φ x = (1 + erf(x/√2))/2, the normal distribution function, and e^(−x²/2). The tail of [`erf`] has this power as a factor, so that
/// both together cost as much as one. Below −√2 it is ½·erfc directly: nothing
/// is left to cancel, and what is tiny comes out tiny.
#[inline(always)]
fn normal<T: Float, const FMA: bool>(x: T) -> (T, T) {
    let (half, two) = (T::from_f64(0.5), T::ONE + T::ONE);
    let z = x * T::from_f64(std::f64::consts::FRAC_1_SQRT_2);
    let a = z.with_sign(T::ONE);
    let small = madd::<T, FMA>(polynomial::<T, FMA>(T::ERF_SMALL, a * a), z, z);
    let u = T::ONE - (two + two) / (at_most(a, T::ERF_END) + two);
    let square = -half * x * x;
    let square = if square < T::EXP_RANGE[0] { T::EXP_RANGE[0] } else { square };
    let (m, t) = reduced::<T, FMA>(square);
    let power = (m + T::ONE).scaled(t);
    let tail = half * power * polynomial::<T, FMA>(T::ERF_LARGE, u);
    let outer = if x < T::ZERO { tail } else { T::ONE - tail };
    (if a < T::ONE { madd::<T, FMA>(half, small, half) } else { outer }, power)
}

/// x·Φ(x).
#[inline(always)]
pub(crate) fn gelu<T: Float, const FMA: bool>(x: T) -> T {
    x * normal::<T, FMA>(x).0
}

/// (x·Φ(x))' = Φ(x) + x·φ(x), with the density φ(x) = e^(−x²/2)/√(2π).
#[inline(always)]
pub(crate) fn gelu_slope<T: Float, const FMA: bool>(x: T) -> T {
    let (below, power) = normal::<T, FMA>(x);
    madd::<T, FMA>(x * T::from_f64(DENSITY_AT_0), power, below)
}

/// 1/√(2π).
pub(crate) const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;
