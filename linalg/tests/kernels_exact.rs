//! The errors of `exp`, `tanh`, `erf` and `gelu` in f64, against the same functions in numbers of 32 digits.
//!
//! The standard library cannot be the referee of a function that is as good as its own. So the reference is computed here in pairs of f64
//! (double-double; Dekker 1971, Knuth 1997 section 4.2.2), by series without cancellation.

mod tensors {
    use linalg::kernels::Kernels;

    /// hi + lo, with |lo| at most half a unit in the last place of hi.
    #[derive(Clone, Copy, Debug)]
    struct Pair {
        hi: f64,
        lo: f64,
    }

    const LN_2: Pair = Pair { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };
    const TWO_OVER_ROOT_PI: Pair =
        Pair { hi: std::f64::consts::FRAC_2_SQRT_PI, lo: 1.533_545_961_316_588e-17 };

    const HALF_ROOT_HALF: Pair =
        Pair { hi: std::f64::consts::FRAC_1_SQRT_2 / 2.0, lo: -2.416_823_323_363_228_4e-17 };

    fn pair(x: f64) -> Pair {
        Pair { hi: x, lo: 0.0 }
    }

    /// a + b and its rounding error (Knuth).
    fn two_sum(a: f64, b: f64) -> Pair {
        let s = a + b;
        let part = s - a;
        Pair { hi: s, lo: (a - (s - part)) + (b - part) }
    }

    impl Pair {
        fn plus(self, other: Pair) -> Pair {
            let s = two_sum(self.hi, other.hi);
            let t = two_sum(self.lo, other.lo);
            let s = two_sum(s.hi, s.lo + t.hi);
            two_sum(s.hi, s.lo + t.lo)
        }
        fn minus(self, other: Pair) -> Pair {
            self.plus(Pair { hi: -other.hi, lo: -other.lo })
        }
        fn times(self, other: Pair) -> Pair {
            let p = self.hi * other.hi;
            let e = f64::mul_add(self.hi, other.hi, -p) + (self.hi * other.lo + self.lo * other.hi);
            two_sum(p, e)
        }
        fn over(self, other: Pair) -> Pair {
            let q = self.hi / other.hi;
            let rest = self.minus(other.times(pair(q)));
            let more = rest.hi / other.hi;
            let rest = rest.minus(other.times(pair(more)));
            two_sum(q, more).plus(pair(rest.hi / other.hi))
        }
    }

    /// Σ xⁿ/n! over n = first, first + step, …, for |x| below 1.
    fn series(x: Pair, first: i32, step: i32) -> Pair {
        let (mut term, mut sum) = (pair(1.0), pair(0.0));
        for n in 0..40 {
            if n > 0 {
                term = term.times(x).over(pair(f64::from(n)));
            }
            if n >= first && (n - first) % step == 0 {
                sum = sum.plus(term);
            }
        }
        sum
    }

    /// eˣ where the result is a normal number.
    fn exp(x: Pair) -> Pair {
        let n = (x.hi / LN_2.hi).round();
        let r = x.minus(LN_2.times(pair(n)));
        let y = series(r, 0, 1);
        // in two steps, since 2ⁿ itself may overflow
        let (half, rest) = ((n / 2.0).floor() as i32, n as i32 - (n / 2.0).floor() as i32);
        let scale = |x: f64| x * 2.0_f64.powi(half) * 2.0_f64.powi(rest);
        Pair { hi: scale(y.hi), lo: scale(y.lo) }
    }

    fn tanh(x: f64) -> Pair {
        if x.abs() > 25.0 {
            return pair(x.signum());
        }
        if x.abs() < 0.5 {
            return series(pair(x), 1, 2).over(series(pair(x), 0, 2));
        }
        let e = exp(pair(2.0 * x));
        e.minus(pair(1.0)).over(e.plus(pair(1.0)))
    }

    /// Abramowitz and Stegun 7.1.6: all terms have the sign of x.
    fn erf(x: f64) -> Pair {
        if x.abs() > 6.5 {
            return pair(x.signum());
        }
        let square = pair(x).times(pair(x));
        let (mut term, mut sum, mut n) = (pair(x), pair(x), 0.0);
        while f64::abs(term.hi) > 1e-34 * f64::abs(sum.hi) {
            n += 1.0;
            term = term.times(square).times(pair(2.0)).over(pair(2.0 * n + 1.0));
            sum = sum.plus(term);
        }
        let minus = Pair { hi: -square.hi, lo: -square.lo };
        TWO_OVER_ROOT_PI.times(exp(minus)).times(sum)
    }

    /// φ(x) = e^(−x²/2)/√(2π).
    fn density(x: f64) -> Pair {
        let half = pair(x).times(pair(-0.5 * x));
        TWO_OVER_ROOT_PI.times(HALF_ROOT_HALF).times(exp(half))
    }

    /// Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …). On the left the sum leaves half of the digits at x = −8, which is enough.
    /// Abramowitz and Stegun 26.2.11.
    fn below(x: f64) -> Pair {
        let square = pair(x).times(pair(x));
        let (mut term, mut sum, mut n) = (pair(x), pair(x), 0.0);
        while f64::abs(term.hi) > 1e-34 * f64::abs(sum.hi) {
            n += 1.0;
            term = term.times(square).over(pair(2.0 * n + 1.0));
            sum = sum.plus(term);
        }
        pair(0.5).plus(density(x).times(sum))
    }

    /// The distance in units in the last place of an f64 of that size.
    fn ulps(got: f64, want: Pair) -> f64 {
        let size = want.hi.abs();
        ((got - want.hi) - want.lo).abs() / (size.next_up() - size)
    }

    /// The reference itself, against figures from tables with 33 digits, each as a rounded f64 and the rest.
    #[test]
    fn the_reference_has_thirty_digits() {
        let cases = [
            (exp(pair(1.0)), std::f64::consts::E, 1.445_646_891_729_250_2e-16),
            (exp(pair(-20.0)), 2.061_153_622_438_558e-9, -4.19755767595054e-26),
            (tanh(1.0), 0.761_594_155_955_764_9, 3.7090214482164924e-17),
            (tanh(0.25), 0.244_918_662_403_709_13, -1.6036228849882693e-18),
            (erf(1.0), 0.842_700_792_949_714_9, -2.4801011789118602e-17),
            (erf(3.0), 0.999_977_909_503_001_4, 5.363397058636269e-17),
        ];
        for (got, hi, lo) in cases {
            let error = (got.hi - hi) + (got.lo - lo);
            assert!(error.abs() < 1e-29 * hi, "{got:?} is not {hi:e} + {lo:e}: {error:e}");
        }
    }

    /// What the table in `linalg::kernels` states of GELU and its slope.
    #[test]
    fn f64_gelu_keeps_its_bounds() {
        let dense = (-20_000..20_000).map(|i| 8.0 * (f64::from(i) + 0.37) / 20_000.0);
        let x: Vec<f64> = (-300..0).map(|e| 10.0_f64.powi(e)).flat_map(|x| [x, -x]).chain(dense).collect();
        let exact = |&x: &f64| {
            let below = below(x);
            [pair(x).times(below), below.plus(pair(x).times(density(x)))]
        };
        let want: Vec<[Pair; 2]> = x.iter().map(exact).collect();
        // the plain loop cancels on the left, and promises less
        for table in Kernels::<f64>::available().into_iter().filter(|table| table.name != "portable") {
            let (mut y, mut slope) = (x.clone(), x.clone());
            (table.gelu)(&mut y);
            (table.gelu_slope)(&mut slope);
            for (((&x, &y), &slope), &[want, steep]) in x.iter().zip(&y).zip(&slope).zip(&want) {
                let error = ((y - want.hi) - want.lo).abs();
                let bound = f64::EPSILON * (3.0 * want.hi.abs() + 0.25 * f64::max(-x, 0.0));
                assert!(error <= bound, "{} gelu({x:e}) = {y:e}: {error:e}", table.name);
                let error = ((slope - steep.hi) - steep.lo).abs();
                assert!(
                    error <= 3.0 * f64::EPSILON,
                    "{} gelu_slope({x:e}) = {slope:e}: {error:e}",
                    table.name
                );
            }
        }
    }

    /// What the table in `linalg::kernels` states.
    #[test]
    fn f64_functions_keep_their_bounds() {
        // Every size from 1e-300 on, and the range in which something happens, densely; both signs.
        let sizes = (-300..3).flat_map(|e| [1.0, 1.7, 2.9, 5.3, 7.7].map(|m| m * 10.0_f64.powi(e)));
        let dense = (0..20_000).map(|i| 6.5 * (f64::from(i) + 0.37) / 20_000.0);
        let wide = (0..5_000).map(|i| 708.0 * (f64::from(i) + 0.61) / 5_000.0);
        let x: Vec<f64> =
            sizes.chain(dense).chain(wide).filter(|&x| x < 708.0).flat_map(|x| [x, -x]).collect();
        type Case = (&'static str, fn(&Kernels<f64>) -> fn(&mut [f64]), fn(f64) -> Pair, f64);
        let cases: [Case; 3] = [
            ("exp", |t| t.exp, |x| exp(pair(x)), 1.0),
            ("tanh", |t| t.tanh, tanh, 2.5),
            ("erf", |t| t.erf, erf, 1.5),
        ];
        for (name, function, exact, bound) in cases {
            let want: Vec<Pair> = x.iter().map(|&x| exact(x)).collect();
            for table in Kernels::<f64>::available() {
                let mut y = x.clone();
                function(table)(&mut y);
                for ((&x, &y), &want) in x.iter().zip(&y).zip(&want) {
                    let error = ulps(y, want);
                    assert!(error <= bound, "{} {name}({x:e}) = {y:e}: {error:.2} ulp", table.name);
                }
            }
        }
    }
}
