//! Sums, dot products and variances against exact arithmetic in whole numbers, which the test brings along.

mod floating {
    use linalg::moments::{Moments, variance_textbook};
    use linalg::sums::{dot_compensated, exact, kahan, neumaier, pairwise, running, two_sum};
    use linalg::{norm2, norms};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const U: f64 = f64::EPSILON / 2.0;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    // ---- the oracle: a whole number of 2⁻²¹⁴⁸, in digits of 32 bits --------------------------------------------

    /// 2⁻²¹⁴⁸ is the smallest product of two numbers of f64; 136 digits reach beyond the largest, with room for sums.
    #[derive(Clone)]
    struct Exact([i64; 140]);

    impl Exact {
        fn zero() -> Self {
            Exact([0; 140])
        }

        /// Adds m·2ᵉ.
        fn add_scaled(&mut self, m: i128, e: i32) {
            let at = (e + 2148) as usize;
            let (digit, shift) = (at / 32, at % 32);
            let sign = if m < 0 { -1 } else { 1 };
            let mut rest = m.unsigned_abs();
            // 106 bits, shifted by up to 31: cut first, so that nothing is lost at the top
            let mut k = digit;
            let mut carry = 0_u128;
            while rest != 0 || carry != 0 {
                let low = ((rest & 0xffff_ffff) << shift) + carry;
                self.0[k] += sign * (low & 0xffff_ffff) as i64;
                carry = low >> 32;
                rest >>= 32;
                k += 1;
            }
        }

        fn parts(x: f64) -> (i128, i32) {
            let bits = x.to_bits();
            let exponent = ((bits >> 52) & 0x7ff) as i32;
            let fraction = i128::from(bits & ((1 << 52) - 1));
            let (m, e) =
                if exponent == 0 { (fraction, -1074) } else { (fraction + (1 << 52), exponent - 1075) };
            (if x < 0.0 { -m } else { m }, e)
        }

        fn add(&mut self, x: f64) {
            let (m, e) = Self::parts(x);
            self.add_scaled(m, e);
        }

        fn add_product(&mut self, x: f64, y: f64) {
            let ((m, e), (n, f)) = (Self::parts(x), Self::parts(y));
            self.add_scaled(m * n, e + f);
        }

        fn sum(x: &[f64]) -> Self {
            let mut sum = Self::zero();
            for &x in x {
                sum.add(x);
            }
            sum
        }

        /// The value in f64, to a relative 2⁻⁵⁰ or so.
        fn value(mut self) -> f64 {
            let mut carry = 0;
            for digit in &mut self.0 {
                *digit += carry;
                carry = *digit >> 32;
                *digit &= 0xffff_ffff;
            }
            if carry < 0 {
                // a negative number: turn all digits round
                self.0.iter_mut().for_each(|digit| *digit = -*digit);
                self.0[139] -= carry << 32;
                return -self.value();
            }
            let Some(top) = self.0.iter().rposition(|&digit| digit != 0) else { return 0.0 };
            let mut value = 0.0;
            for k in (top.saturating_sub(3)..=top).rev() {
                let e = 32 * k as i32 - 2148;
                // in two steps: 2ᵉ alone may be below what f64 has
                value += self.0[k] as f64 * 2_f64.powi(e / 2) * 2_f64.powi(e - e / 2);
            }
            value
        }

        /// How far `x` is away.
        fn off(&self, x: f64) -> f64 {
            let mut difference = self.clone();
            difference.add(-x);
            difference.value().abs()
        }
    }

    #[test]
    fn the_oracle_is_right() {
        for x in [1.0, -1.0, 0.1, 1e300, -1e300, 5e-324, f64::MIN_POSITIVE, -3.75e-310, f64::MAX] {
            assert_eq!(Exact::sum(&[x]).value(), x);
            assert_eq!(Exact::sum(&[x, 0.5, -x, -0.5]).value(), 0.0);
        }
        for (x, y) in [(0.1, 0.1), (1e200, -3.0), (1e-160, 0.7), (-1e-100, 3e-100)] {
            let mut product = Exact::zero();
            product.add_product(x, y);
            let rounded = x * y;
            assert_eq!(product.off(rounded), f64::mul_add(x, y, -rounded).abs(), "{x} {y}");
        }
        let mut product = Exact::zero();
        product.add_product((1_u64 << 53) as f64 - 1.0, (1_u64 << 53) as f64 - 1.0);
        assert_eq!(product.off((1_u128 << 106) as f64), (1_u64 << 54) as f64 - 1.0);
    }

    // ---- sums -------------------------------------------------------------------------------------------------

    /// Numbers of sizes that are `spread` powers of 2 apart, half of them with a partner that nearly cancels them.
    fn numbers() -> impl Strategy<Value = Vec<f64>> {
        (0..300_usize, 0..200_i32, any::<u64>()).prop_map(|(n, spread, mut seed)| {
            let mut next = move || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                seed >> 11
            };
            let mut x: Vec<f64> = Vec::with_capacity(n);
            for i in 0..n {
                let m = next() as f64 / (1_u64 << 53) as f64 - 0.5;
                let scaled = m * 2_f64.powi((next() % (spread as u64 + 1)) as i32 - spread / 2);
                x.push(if i % 2 == 1 { -x[i / 2] * (1.0 + scaled.abs().min(1.0) * 1e-9) } else { scaled });
            }
            x
        })
    }

    fn sizes(x: &[f64]) -> f64 {
        x.iter().map(|x| x.abs()).sum()
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn every_sum_keeps_its_promise(x in numbers()) {
            let (truth, size, n) = (Exact::sum(&x), sizes(&x), x.len() as f64);
            let slack = 1.0 + 1e-9; // Σ|x| itself is rounded
            prop_assert!(truth.off(running(&x)) <= (n - 1.0).max(0.0) * U * size * slack);
            let depth = if x.len() <= 8 { 7.0 } else { 7.0 + (n / 8.0).log2().ceil() };
            prop_assert!(truth.off(pairwise(&x)) <= depth * U * size * slack);
            prop_assert!(truth.off(kahan(&x)) <= (2.0 * U + 8.0 * n * U * U) * size * slack);
            let value = truth.clone().value().abs();
            prop_assert!(truth.off(neumaier(&x)) <= U * value * slack + n * n * U * U * size);
            let best = exact(&x);
            let neighbours = [best.next_up(), best.next_down()];
            for other in neighbours {
                prop_assert!(truth.off(best) <= truth.off(other), "{best} {other}");
            }
        }

        #[test]
        fn the_exact_sum_knows_no_order(x in numbers(), by in 1..50_usize) {
            let mut y = x.clone();
            if !y.is_empty() {
                let by = by % y.len();
                y.rotate_left(by);
            }
            y.reverse();
            prop_assert_eq!(exact(&x).to_bits(), exact(&y).to_bits());
        }

        #[test]
        fn nothing_is_lost_by_two_sum(a: f64, b: f64) {
            prop_assume!(a.abs() < 1e300 && b.abs() < 1e300);
            let (sum, error) = two_sum(a, b);
            prop_assert_eq!(sum, a + b);
            prop_assert_eq!(Exact::sum(&[a, b, -sum, -error]).value(), 0.0);
        }

        #[test]
        fn a_compensated_dot_product_keeps_its_promise(x in numbers(), seed: u64) {
            // A partner that makes the products cancel: yᵢ near 1/xᵢ, with alternating signs.
            let y: Vec<f64> = x.iter().enumerate().map(|(i, x)| {
                let y = if x.abs() > 1e-50 { 1.0 / x } else { 1.0 };
                if (i as u64 ^ seed).is_multiple_of(2) { y } else { -y * (1.0 + 1e-10) }
            }).collect();
            let mut truth = Exact::zero();
            x.iter().zip(&y).for_each(|(&x, &y)| truth.add_product(x, y));
            let size: f64 = x.iter().zip(&y).map(|(x, y)| (x * y).abs()).sum();
            let (n, value) = (x.len() as f64, truth.clone().value().abs());
            let off = truth.off(dot_compensated(&x, &y));
            prop_assert!(off <= U * value * (1.0 + 1e-9) + n * n * U * U * size, "{off:e}");
        }

        /// In f32, where f64 is exact enough to be the referee.
        #[test]
        fn the_same_in_f32(x in prop::collection::vec(-1e3_f32..1e3, 0..2000)) {
            let truth: f64 = x.iter().map(|&x| f64::from(x)).sum();
            let size: f64 = x.iter().map(|&x| f64::from(x.abs())).sum();
            let (u, n) = (f64::from(f32::EPSILON) / 2.0, x.len() as f64);
            let off = |sum: f32| (f64::from(sum) - truth).abs();
            prop_assert!(off(running(&x)) <= n * u * size);
            prop_assert!(off(pairwise(&x)) <= 16.0 * u * size);
            prop_assert!(off(kahan(&x)) <= (2.0 * u + 8.0 * n * u * u) * size + 1e-9);
            prop_assert!(off(neumaier(&x)) <= u * truth.abs() + n * n * u * u * size + 1e-9);
        }
    }

    #[test]
    fn sums_that_are_known() {
        let all: [fn(&[f64]) -> f64; 5] = [running, pairwise, kahan, neumaier, exact];
        for sum in all {
            assert_eq!(sum(&[]), 0.0);
            assert_eq!(sum(&[-2.5]), -2.5);
            assert_eq!(sum(&(1..=1000).map(f64::from).collect::<Vec<_>>()), 500_500.0);
            assert!(sum(&[1.0, f64::NAN, 2.0]).is_nan());
        }
        assert_eq!(exact(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert_eq!(exact(&[1.0, f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert_eq!(running(&[f64::INFINITY, 1.0]), f64::INFINITY);
        // ties: half of the last digit goes to even, half and a little goes up
        assert_eq!(exact(&[1.0, U]), 1.0);
        assert_eq!(exact(&[1.0, U, 1e-300]), 1.0 + 2.0 * U);
        assert_eq!(exact(&[1.0 + 2.0 * U, U]), 1.0 + 4.0 * U);
        assert_eq!(exact(&[1.0 + 2.0 * U, U, -1e-300]), 1.0 + 2.0 * U);
        // Where n·u is 1, the losses are too many for a running sum of their own; those that Kahan hands on are not.
        let ones = vec![1.0_f32; 20_000_000];
        assert_eq!([running(&ones), kahan(&ones), pairwise(&ones)], [16_777_216.0, 2e7, 2e7]);
        // a million tenths: the running sum loses five digits, a correction none
        let tenths = vec![0.1_f64; 1_000_000];
        assert!((running(&tenths) - 100_000.0).abs() > 1e-6);
        assert!((pairwise(&tenths) - 100_000.0).abs() < 1e-10);
        assert_eq!([kahan(&tenths), neumaier(&tenths), exact(&tenths)], [100_000.0; 3]);
    }

    #[test]
    fn dot_products_that_cancel() {
        assert_eq!(dot_compensated(&[], &[]), 0.0);
        let (x, y) = ([1e16, 1.0, -1e16, 0.5], [1.0, 3.0, 1.0, 2.0]);
        assert_eq!(dot_compensated(&x, &y), 4.0);
        assert!(std::panic::catch_unwind(|| dot_compensated(&[1.0], &[])).is_err());
    }

    // ---- moments ----------------------------------------------------------------------------------------------

    /// Mean and variance by exact sums: Σ(x − mean)² with a mean that is itself exact to a rounding.
    fn moments_of(x: &[f64]) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = exact(x) / n;
        let deviations: Vec<f64> = x.iter().map(|x| x - mean).collect();
        let squares = dot_compensated(&deviations, &deviations);
        (mean, squares / n - (exact(&deviations) / n).powi(2))
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn moments_in_one_pass_and_in_pieces(
            x in prop::collection::vec(-1.0..1.0_f64, 1..400),
            offset in 0..9_i32,
            cut in 0..400_usize,
        ) {
            let x: Vec<f64> = x.iter().map(|x| x + 10_f64.powi(offset)).collect();
            let (mean, variance) = moments_of(&x);
            let ratio = mean.abs() / variance.sqrt().max(1e-30);
            let bound = 4.0 * x.len() as f64 * U * (1.0 + ratio);
            let cut = cut.min(x.len());
            let mut pieces = Moments::of(&x[..cut]);
            pieces.merge(Moments::of(&x[cut..]));
            for m in [Moments::of(&x), pieces] {
                prop_assert_eq!(m.count(), x.len() as u64);
                prop_assert!((m.mean() - mean).abs() <= 4.0 * x.len() as f64 * U * mean.abs().max(1.0));
                prop_assert!(m.variance() >= 0.0);
                prop_assert!((m.variance() - variance).abs() <= bound * variance + 1e-30, "{} {variance}", m.variance());
            }
        }
    }

    #[test]
    fn a_variance_that_is_negative() {
        // Timestamps of a day, in seconds: f64 has digits enough for a microsecond, its squares have not.
        let x: Vec<f64> = (0..1000).map(|i| 1.7e9 + 1e-3 * f64::from(i)).collect();
        let textbook = variance_textbook(&x);
        let (_, truth) = moments_of(&x);
        assert!(textbook <= 0.0 || (textbook / truth - 1.0).abs() > 10.0, "{textbook}");
        assert!((Moments::of(&x).variance() / truth - 1.0).abs() < 1e-3);
        let activations: Vec<f32> = (0..256).map(|i| 300.0 + 0.01 * (i % 7) as f32).collect();
        assert!(variance_textbook(&activations) < 0.0 || variance_textbook(&activations) > 0.01);
        assert!((Moments::of(&activations).variance() - 0.0004).abs() < 2e-5);
    }

    #[test]
    fn moments_of_little() {
        assert!(Moments::<f64>::default().variance().is_nan());
        let mut m = Moments::of(&[3.0]);
        assert_eq!((m.mean(), m.variance()), (3.0, 0.0));
        m.merge(Moments::default());
        assert_eq!(m, Moments::of(&[3.0]));
        let mut none = Moments::default();
        none.merge(m);
        assert_eq!(none, m);
        let mut huge = Moments::default();
        huge.merge(Moments::of(&[1e200]));
        assert_eq!((huge.mean(), huge.variance()), (1e200, 0.0));
        assert!(Moments::of(&[1.0, f64::NAN]).variance().is_nan());
    }

    /// The norms of this crate do not square what cannot be squared: the same vectors, against exact sums of scaled squares.
    #[test]
    fn lengths_without_overflow() {
        for scale in [1e-300_f64, 1e-160, 1.0, 1e150, 1e300] {
            let x = [3.0 * scale, -4.0 * scale, 12.0 * scale];
            assert!((norm2(&x) / scale / 13.0 - 1.0).abs() < 1e-15);
            assert!((norms::norm1(&x) / scale / 19.0 - 1.0).abs() < 1e-15);
        }
    }
}
