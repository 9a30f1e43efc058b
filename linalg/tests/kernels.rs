//! The loops over slices: every table, against f64, against figures in 40 digits, and where it hurts.

mod tensors {
    use linalg::Real;
    use linalg::kernels::{Kernels, softmax};
    use linalg::simd::{Level, vectorise};
    use std::time::{Duration, Instant};

    /// erf by a series without cancellation: 2/√π·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(1·3·5·…·(2n+1)). Abramowitz & Stegun 7.1.6.
    fn erf_series(x: f64) -> f64 {
        if x.abs() > 6.5 || x.is_nan() {
            return if x.is_nan() { x } else { x.signum() };
        }
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while f64::abs(term) > 1e-18 * f64::abs(sum) {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
    }

    /// How likely a normal number is below x. In the tails by the continued fraction φ(x)/(|x| + 1/(|x| + 2/(|x| + …))), since 1 + erf
    /// would cancel on the left, and the series loses digits. Abramowitz & Stegun 26.2.14.
    fn normal_below(x: f64) -> f64 {
        if x.abs() < 0.9 || x.is_nan() {
            return 0.5 * (1.0 + erf_series(x / std::f64::consts::SQRT_2));
        }
        if x.abs() > 40.0 {
            return if x < 0.0 { 0.0 } else { 1.0 };
        }
        let fraction = (1..1000).rev().fold(0.0, |below, n| f64::from(n) / (x.abs() + below));
        let tail = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() / (x.abs() + fraction);
        if x < 0.0 { tail } else { 1.0 - tail }
    }

    fn gelu_exact(x: f64) -> f64 {
        if x < -40.0 && x.is_finite() { -0.0 } else { x * normal_below(x) }
    }

    fn gelu_slope_exact(x: f64) -> f64 {
        let bell = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        normal_below(x) + x * bell
    }

    /// The distance of two numbers in units in the last place of an f32 of that size; 0 for NaN and NaN.
    fn ulps_f32(got: f32, want: f64) -> f64 {
        let rounded = want as f32;
        if got.is_nan() || rounded.is_nan() || got.is_infinite() || rounded.is_infinite() {
            let same = got == rounded || (got.is_nan() && rounded.is_nan());
            return if same { 0.0 } else { f64::INFINITY };
        }
        let exponent = (rounded.abs().max(f32::MIN_POSITIVE).to_bits() >> 23) as i32 - 127;
        (f64::from(got) - want).abs() / 2.0_f64.powi(exponent - 23)
    }

    fn ulps_f64(got: f64, want: f64) -> f64 {
        let size = want.abs();
        (got - want).abs() / (size.next_up() - size)
    }

    /// A fast function on slices, and an exact one on numbers, with a name and a bound.
    type Case<T> = (&'static str, fn(&mut [T]), fn(f64) -> f64, f64);

    /// Numbers of every sign and exponent, by their bits.
    fn all_kinds_of_f32() -> Vec<f32> {
        (0..=u32::MAX).step_by(19_997).map(f32::from_bits).collect()
    }

    /// The fast functions keep the errors that their documentation states, for f32 of every size.
    #[test]
    fn f32_functions_are_accurate() {
        let x = all_kinds_of_f32();
        for table in Kernels::<f32>::available() {
            let functions: [Case<f32>; 3] = [
                ("exp", table.exp, f64::exp, 1.0),
                ("tanh", table.tanh, f64::tanh, 2.5),
                ("erf", table.erf, erf_series, 1.5),
            ];
            for (name, fast, exact, bound) in functions {
                let mut y = x.clone();
                fast(&mut y);
                for (&x, &y) in x.iter().zip(&y) {
                    let error = ulps_f32(y, exact(f64::from(x)));
                    assert!(error <= bound, "{} {name}({x:e}) = {y:e}: {error} ulp", table.name);
                }
            }
        }
    }

    fn gelus<T: Real>(tables: &[&'static Kernels<T>], x: &[T], smallest: f64, slack: f64) {
        let exact: Vec<[f64; 2]> =
            x.iter().map(|x| [gelu_exact(x.to_f64()), gelu_slope_exact(x.to_f64())]).collect();
        for table in tables {
            let (mut y, mut slope) = (x.to_vec(), x.to_vec());
            (table.gelu)(&mut y);
            (table.gelu_slope)(&mut slope);
            for (((&x, &y), &slope), &[want, want_slope]) in x.iter().zip(&y).zip(&slope).zip(&exact) {
                let (at, y, slope) = (x.to_f64(), y.to_f64(), slope.to_f64());
                if !at.is_finite() {
                    // −∞·0 is NaN, as in PyTorch
                    let right = if at == f64::INFINITY { y == at } else { y.is_nan() };
                    assert!(right, "{} gelu({at:e}) = {y:e}", table.name);
                    continue;
                }
                // In the left tail the factor Φ is as exact as erf, which is near −1 there: to ε/4, not to ε·Φ. (The plain loop cancels.)
                let epsilon = T::EPSILON.to_f64();
                let tail = if table.name == "portable" { 2.0 * at.abs() } else { 0.25 * f64::max(-at, 0.0) };
                let bound = slack * epsilon * (3.0 * want.abs() + tail) + smallest;
                assert!((y - want).abs() <= bound, "{} gelu({at:e}) = {y:e}, not {want:e}", table.name);
                assert!(
                    (slope - want_slope).abs() <= 3.0 * epsilon,
                    "{} gelu_slope({at:e}) = {slope:e}",
                    table.name
                );
            }
        }
    }

    /// GELU and its slope, for numbers of every size and, densely, where something happens.
    #[test]
    fn gelu_and_its_slope_are_accurate() {
        let near = |i: i32| f64::from(i) * 4.1e-4;
        let x: Vec<f32> = (-40_000..40_000).map(|i| near(i) as f32).chain(all_kinds_of_f32()).collect();
        gelus(&Kernels::<f32>::available(), &x, f64::from(f32::from_bits(1)), 1.0);
        let wide = (0..=u64::MAX).step_by(0x0000_1357_9bdf_1235).map(f64::from_bits);
        let x: Vec<f64> = (-40_000..40_000).map(near).chain(wide).collect();
        gelus(&Kernels::<f64>::available(), &x, f64::from_bits(1), 2.0); // the reference has an error of its own
    }

    /// x, eˣ, e⁻ˣ, tanh x, erf x: mpmath 1.3 with 40 digits, rounded to f64.
    const FIGURES: [(f64, f64, f64, f64, f64); 17] = [
        (1e-300, 1.0, 1.0, 1e-300, 1.1283791670955126e-300),
        (1e-10, 1.0000000001, 0.9999999999, 1e-10, 1.1283791670955126e-10),
        (0.1, 1.1051709180756477, 0.9048374180359595, 0.09966799462495582, 0.1124629160182849),
        (0.25, 1.2840254166877414, 0.7788007830714049, 0.24491866240370913, 0.27632639016823696),
        (0.3465, 1.4141094938303624, 0.7071588192872713, 0.33326791814661283, 0.3758837912241246),
        (0.5, 1.6487212707001282, 0.6065306597126334, 0.46211715726000974, 0.5204998778130465),
        (0.75, 2.117000016612675, 0.4723665527410147, 0.6351489523872873, 0.7111556336535151),
        (0.999, 2.715564905318567, 0.3682475046136629, 0.76117386166057, 0.8422852702064969),
        (1.0, std::f64::consts::E, 0.36787944117144233, 0.7615941559557649, 0.8427007929497149),
        (1.001, 2.7210014698815783, 0.3675117456086936, 0.7620138105510068, 0.8431154854780762),
        (1.5, 4.4816890703380645, 0.22313016014842982, 0.9051482536448664, 0.9661051464753108),
        (2.0, 7.38905609893065, 0.1353352832366127, 0.9640275800758169, 0.9953222650189527),
        (2.75, 15.642631884188171, 0.06392786120670757, 0.9918597245682077, 0.9998993780778803),
        (3.5, 33.11545195869231, 0.0301973834223185, 0.9981778976111987, 0.9999992569016276),
        (4.25, 70.10541234668786, 0.014264233908999256, 0.9995931460438896, 0.9999999981494259),
        (5.0, 148.4131591025766, 0.006737946999085467, 0.9999092042625951, 0.9999999999984626),
        (5.75, 314.1906602856942, 0.003182780796509667, 0.9999797400180382, 0.9999999999999996),
    ];

    #[test]
    fn f64_functions_agree_with_40_digits() {
        for table in Kernels::<f64>::available() {
            let of = |f: fn(&mut [f64]), x: f64| {
                let mut y = [x; 3];
                f(&mut y);
                y[2]
            };
            // the figures are themselves rounded, by half a unit
            for (x, exp, exp_minus, tanh, erf) in FIGURES {
                for (name, got, want, bound) in [
                    ("exp", of(table.exp, x), exp, 1.5),
                    ("exp", of(table.exp, -x), exp_minus, 1.5),
                    ("tanh", of(table.tanh, x), tanh, 3.0),
                    ("tanh", of(table.tanh, -x), -tanh, 3.0),
                    ("erf", of(table.erf, x), erf, 2.0),
                    ("erf", of(table.erf, -x), -erf, 2.0),
                ] {
                    let error = ulps_f64(got, want);
                    assert!(
                        error <= bound,
                        "{} {name}(±{x:e}) = {got:e}, not {want:e}: {error} ulp",
                        table.name
                    );
                }
            }
        }
    }

    /// f64 everywhere, against the standard library (whose own error is part of the bound).
    #[test]
    fn f64_functions_are_accurate() {
        let x: Vec<f64> = (0..=u64::MAX).step_by(0x0000_1357_9bdf_1235).map(f64::from_bits).collect();
        let near: Vec<f64> = (-70_000..70_000).map(|i| f64::from(i) * 1.1e-4 * 3.0).collect();
        for table in Kernels::<f64>::available() {
            for x in [&x, &near] {
                let functions: [Case<f64>; 3] = [
                    ("exp", table.exp, f64::exp, 2.0),
                    ("tanh", table.tanh, f64::tanh, 4.0),
                    ("erf", table.erf, erf_series, 60.0), // the series loses digits in its e^(−x²)
                ];
                for (name, fast, exact, bound) in functions {
                    let mut y = x.clone();
                    fast(&mut y);
                    for (&x, &y) in x.iter().zip(&y) {
                        let want = exact(x);
                        if y.is_finite() && want.is_finite() {
                            let error = ulps_f64(y, want);
                            assert!(error <= bound, "{} {name}({x:e}) = {y:e}: {error} ulp", table.name);
                        } else {
                            let same = y == want || (y.is_nan() && want.is_nan());
                            assert!(same, "{} {name}({x:e}) = {y:e}, not {want:e}", table.name);
                        }
                    }
                }
            }
        }
    }

    fn special_values<T: Real>(tables: &[&'static Kernels<T>]) {
        let t = T::from_f64;
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for table in tables {
            let check = |name: &str, f: fn(&mut [T]), x: f64, want: f64| {
                let mut y = [t(x); 9];
                f(&mut y);
                for y in y {
                    let y = y.to_f64();
                    let same = (y == want && y.is_sign_negative() == want.is_sign_negative())
                        || (y.is_nan() && want.is_nan());
                    assert!(same, "{} {name}({x:e}) is {y:e}, not {want:e}", table.name);
                }
            };
            for (x, want) in
                [(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (nan, nan), (1e30, inf), (-1e30, 0.0)]
            {
                check("exp", table.exp, x, want);
            }
            for f in [("tanh", table.tanh), ("erf", table.erf)] {
                for (x, want) in [(0.0, 0.0), (inf, 1.0), (nan, nan), (1e30, 1.0), (30.0, 1.0)] {
                    check(f.0, f.1, x, want);
                    check(f.0, f.1, -x, -want);
                }
            }
        }
    }

    #[test]
    fn special_values_are_right() {
        special_values::<f32>(&Kernels::<f32>::available());
        special_values::<f64>(&Kernels::<f64>::available());
    }

    /// Where eˣ leaves the normal numbers, and where it leaves the numbers.
    #[test]
    fn exp_overflows_and_underflows_where_it_must() {
        for table in Kernels::<f32>::available() {
            let mut x = [88.722_83_f32, 88.722_84, -103.97207, -103.972_09, -87.4, -100.0];
            (table.exp)(&mut x);
            assert!(x[0].is_finite() && x[1].is_infinite(), "{} {x:?}", table.name);
            assert!(x[2] == f32::from_bits(1) && x[3] == 0.0, "{} {x:?}", table.name);
            assert!(x[4] < f32::MIN_POSITIVE && x[4] > 0.0 && x[5] > 0.0, "{} {x:?}", table.name);
        }
        for table in Kernels::<f64>::available() {
            let mut x =
                [709.782_712_893_384, 709.782_712_893_385, -745.133_219_101_941_1, -745.133_219_101_942];
            (table.exp)(&mut x);
            assert!(x[0].is_finite() && x[1].is_infinite(), "{} {x:?}", table.name);
            assert!(x[2] == f64::from_bits(1) && x[3] == 0.0, "{} {x:?}", table.name);
        }
    }

    /// Numbers between −1 and 1 that look random.
    fn noise(n: usize, seed: u64) -> impl Iterator<Item = f64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..n).map(move |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        })
    }

    fn same_at_every_length<T: Real>(tables: &[&'static Kernels<T>]) {
        for table in tables {
            let long: Vec<T> = noise(150, 3).map(|x| T::from_f64(8.0 * x)).collect();
            let functions = [
                ("exp", table.exp),
                ("tanh", table.tanh),
                ("erf", table.erf),
                ("gelu", table.gelu),
                ("gelu_slope", table.gelu_slope),
            ];
            for (name, f) in functions {
                let mut whole = long.clone();
                f(&mut whole);
                for n in 0..=long.len() {
                    let mut part = long[..n].to_vec();
                    f(&mut part);
                    assert!(part[..] == whole[..n], "{} {name} of {n} elements", table.name);
                }
            }
        }
    }

    /// The result for an element does not depend on where in the slice it is.
    #[test]
    fn a_function_does_not_depend_on_the_position() {
        same_at_every_length::<f32>(&Kernels::<f32>::available());
        same_at_every_length::<f64>(&Kernels::<f64>::available());
    }

    fn reductions<T: Real>(tables: &[&'static Kernels<T>]) {
        for table in tables {
            for n in (0..140).chain([1000, 4097]) {
                let x: Vec<T> = noise(n, 1).map(T::from_f64).collect();
                let y: Vec<T> = noise(n, 2).map(T::from_f64).collect();
                let f = |v: &[T]| v.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
                let (xf, yf) = (f(&x), f(&y));
                // γₙ·Σ|xᵢyᵢ|: Higham, Accuracy and Stability of Numerical Algorithms, §3.1
                let gamma = (n as f64 + 1.0) * T::EPSILON.to_f64();
                let pairs = || xf.iter().zip(&yf);
                let (dot, size) = (
                    pairs().map(|(x, y)| x * y).sum::<f64>(),
                    pairs().map(|(x, y)| (x * y).abs()).sum::<f64>(),
                );
                let got = (table.dot)(&x, &y).to_f64();
                assert!((got - dot).abs() <= gamma * size, "{} dot, n = {n}: {got} not {dot}", table.name);
                let (sum, size) = (xf.iter().sum::<f64>(), xf.iter().map(|x| x.abs()).sum::<f64>());
                let got = (table.sum)(&x).to_f64();
                assert!((got - sum).abs() <= gamma * size, "{} sum, n = {n}: {got} not {sum}", table.name);
                let max = xf.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                assert_eq!((table.max)(&x).to_f64(), max, "{} max, n = {n}", table.name);
                let (a, mut z) = (T::from_f64(-1.75), y.clone());
                (table.axpy)(a, &x, &mut z);
                for i in 0..n {
                    let want = yf[i] - 1.75 * xf[i];
                    let bound = 2.0 * T::EPSILON.to_f64() * (yf[i].abs() + 1.75 * xf[i].abs());
                    assert!((z[i].to_f64() - want).abs() <= bound, "{} axpy [{i}] of {n}", table.name);
                }
                // one NaN anywhere, and one infinity
                for at in 0..n.min(140) {
                    let mut x = x.clone();
                    x[at] = T::from_f64(f64::NAN);
                    assert!(
                        (table.max)(&x).to_f64().is_nan(),
                        "{} max lost the NaN [{at}] of {n}",
                        table.name
                    );
                    assert!(
                        (table.sum)(&x).to_f64().is_nan(),
                        "{} sum lost the NaN [{at}] of {n}",
                        table.name
                    );
                    assert!(
                        (table.dot)(&x, &y).to_f64().is_nan(),
                        "{} dot lost the NaN [{at}] of {n}",
                        table.name
                    );
                    x[at] = T::from_f64(f64::INFINITY);
                    assert_eq!((table.max)(&x).to_f64(), f64::INFINITY);
                    assert_eq!((table.sum)(&x).to_f64(), f64::INFINITY);
                }
            }
            assert_eq!((table.max)(&[]).to_f64(), f64::NEG_INFINITY);
            assert_eq!((table.sum)(&[]).to_f64(), 0.0);
        }
    }

    #[test]
    fn sums_and_maxima_at_every_length() {
        reductions::<f32>(&Kernels::<f32>::available());
        reductions::<f64>(&Kernels::<f64>::available());
    }

    fn softmaxes<T: Real>(tables: &[&'static Kernels<T>]) {
        let t = T::from_f64;
        for table in tables {
            for n in 1..140 {
                let x: Vec<T> = noise(n, 5).map(|x| t(20.0 * x + 3000.0)).collect();
                let m = x.iter().map(|x| x.to_f64()).fold(f64::NEG_INFINITY, f64::max);
                let e: Vec<f64> = x.iter().map(|x| (x.to_f64() - m).exp()).collect();
                let sum: f64 = e.iter().sum();
                let mut y = x.clone();
                (table.softmax)(&mut y);
                for (y, e) in y.iter().zip(&e) {
                    let want = e / sum;
                    let bound = 8.0 * T::EPSILON.to_f64() * want;
                    assert!(
                        (y.to_f64() - want).abs() <= bound,
                        "{} softmax of {n}: {y}, not {want}",
                        table.name
                    );
                }
                let mut y = x.clone();
                let s = (table.exp_sub_sum)(&mut y, t(m));
                assert!(
                    (s.to_f64() - sum).abs() <= 8.0 * T::EPSILON.to_f64() * sum,
                    "{} exp_sub_sum of {n}",
                    table.name
                );
                for (y, e) in y.iter().zip(&e) {
                    assert!(
                        (y.to_f64() - e).abs() <= 4.0 * T::EPSILON.to_f64() * e,
                        "{} exp_sub_sum of {n}",
                        table.name
                    );
                }

                // masked: a prefix remains, and it is the softmax of the prefix
                let keep = n.div_ceil(2);
                let mut masked = x.clone();
                masked[keep..].fill(t(f64::NEG_INFINITY));
                (table.softmax)(&mut masked);
                let mut prefix = x[..keep].to_vec();
                (table.softmax)(&mut prefix);
                for (i, y) in masked.iter().enumerate() {
                    let want = if i < keep { prefix[i].to_f64() } else { 0.0 };
                    assert!(
                        (y.to_f64() - want).abs() <= 8.0 * T::EPSILON.to_f64() * want,
                        "{} masked",
                        table.name
                    );
                }
                masked.fill(t(f64::NEG_INFINITY));
                (table.softmax)(&mut masked);
                assert!(masked.iter().all(|&y| y == T::ZERO), "{} all masked, n = {n}", table.name);
                for bad in [f64::NAN, f64::INFINITY] {
                    let mut x = x.clone();
                    x[n / 2] = t(bad);
                    (table.softmax)(&mut x);
                    assert!(x[n / 2].to_f64().is_nan(), "{} softmax hid {bad}", table.name);
                }
            }
            (table.softmax)(&mut []);
        }
    }

    #[test]
    fn softmax_is_stable_masked_and_honest() {
        softmaxes::<f32>(&Kernels::<f32>::available());
        softmaxes::<f64>(&Kernels::<f64>::available());
        let mut x = [1.0_f32, 2.0];
        softmax(&mut x);
        assert!((x[0] - 0.268_941_43).abs() < 1e-7 && (x[0] + x[1] - 1.0).abs() < 1e-7);
    }

    fn same_bits<T: Real>(tables: &[&'static Kernels<T>]) {
        let fused: Vec<_> = tables.iter().filter(|k| k.name == "avx2" || k.name == "avx512").collect();
        for pair in fused.windows(2) {
            for n in [1, 7, 31, 64, 65, 1000] {
                let x: Vec<T> = noise(n, 7).map(|x| T::from_f64(9.0 * x)).collect();
                for (f, g) in [
                    (pair[0].exp, pair[1].exp),
                    (pair[0].tanh, pair[1].tanh),
                    (pair[0].erf, pair[1].erf),
                    (pair[0].gelu, pair[1].gelu),
                    (pair[0].gelu_slope, pair[1].gelu_slope),
                    (pair[0].softmax, pair[1].softmax),
                ] {
                    let (mut y, mut z) = (x.clone(), x.clone());
                    f(&mut y);
                    g(&mut z);
                    assert!(y == z, "n = {n}");
                }
                assert!((pair[0].dot)(&x, &x) == (pair[1].dot)(&x, &x), "n = {n}");
                assert!((pair[0].sum)(&x) == (pair[1].sum)(&x), "n = {n}");
            }
        }
    }

    /// The width of the vectors does not show in the result: lanes are counted by the program, not by the processor.
    #[test]
    fn vectors_of_8_and_16_give_the_same_bits() {
        same_bits::<f32>(&Kernels::<f32>::available());
        same_bits::<f64>(&Kernels::<f64>::available());
    }

    /// `mul_add` is one instruction inside `vectorise` and, on a target without FMA, a library call outside: the
    /// difference of an order of magnitude can only come from compiling the closure anew.
    #[test]
    fn vectorise_compiles_its_closure_for_the_processor() {
        #[inline(always)]
        fn work(x: &mut [f32]) {
            for x in x.iter_mut() {
                let mut y = *x;
                for i in 0..16 {
                    y = y.mul_add(0.5, i as f32);
                }
                *x = y;
            }
        }
        fn fastest(mut f: impl FnMut(&mut [f32])) -> (Duration, Vec<f32>) {
            let mut best = Duration::MAX;
            let mut x = Vec::new();
            for _ in 0..30 {
                x = noise(4096, 11).map(|x| x as f32).collect::<Vec<f32>>();
                let start = Instant::now();
                f(&mut x);
                best = best.min(start.elapsed());
            }
            (best, x)
        }
        let (plain, x) = fastest(work);
        let (fast, y) = fastest(|x| {
            vectorise(
                #[inline(always)]
                || work(x),
            );
        });
        assert_eq!(x, y, "the closure computes the same");
        let no_fma = cfg!(all(target_arch = "x86_64", not(target_feature = "fma")));
        if no_fma && Level::best() >= Level::Avx2 {
            assert!(fast * 3 < plain, "{fast:?} inside vectorise, {plain:?} outside: nothing was gained");
        }
    }
}
