//! What eigenvalues say about optimisers, measured: rates on quadratics, Hessian-vector products, the edge of stability.

mod optim_theory {
    use calculus::optim::edge::{Curve, run};
    use calculus::optim::quadratic::{Rule, factor, limit, tuned};
    use calculus::optim::{Curvature, Momentum, Nesterov, Objective, Sgd};
    use calculus::tape::{Arena, Grads, Params};
    use linalg::{Mat, SymmetricEigen, Tensor};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    const RULES: [Rule; 3] = [Rule::Descent, Rule::Momentum, Rule::Nesterov];

    /// The error after each step along each of these eigenvalues, from 1 and at rest, by the optimisers themselves.
    fn errors(rule: Rule, rate: f64, mu: f64, lambdas: &[f64], steps: usize) -> Vec<Vec<f64>> {
        let mut params = Params::new();
        params.add("error", Tensor::full([lambdas.len()], 1.0), false);
        let mut grads = Grads::like(&params);
        let (mut momentum, mut nesterov) = (Momentum::new(&params, mu), Nesterov::new(&params, mu));
        let mut all = vec![params.values().to_vec()];
        for _ in 0..steps {
            for ((g, w), l) in grads.values_mut().iter_mut().zip(params.values()).zip(lambdas) {
                *g = l * w;
            }
            match rule {
                Rule::Descent => Sgd.step(&mut params, &grads, rate),
                Rule::Momentum => momentum.step(&mut params, &grads, rate),
                Rule::Nesterov => nesterov.step(&mut params, &grads, rate),
            }
            all.push(params.values().to_vec());
        }
        all
    }

    /// The factor a step over the last `window` steps of the largest error in each of two windows: a spiral passes through 0, its envelope does not.
    fn measured(errors: &[Vec<f64>], window: usize) -> f64 {
        let n = errors.len();
        let top = |range: std::ops::Range<usize>| {
            errors[range].iter().flat_map(|e| e.iter().map(|x| x.abs())).fold(0.0, f64::max)
        };
        (top(n - window..n) / top(n - 2 * window..n - window)).powf(1.0 / window as f64)
    }

    proptest! {
        #![proptest_config(config())]

        /// Along one eigenvalue each rule shrinks (or grows) an error by the factor that the roots of its polynomial say.
        #[test]
        fn the_factor_is_measured(rate in 0.01..1.0_f64, mu in 0.05..0.9_f64, lambda in 0.05..3.0_f64) {
            for rule in RULES {
                let theory = factor(rule, rate, mu, lambda);
                let errors = errors(rule, rate, mu, &[lambda], 600);
                if !(0.3..1.6).contains(&theory) {
                    continue; // 600 steps of it leave the range of f64
                }
                let window = measured(&errors, 200);
                prop_assert!((window / theory - 1.0).abs() < 0.02, "{rule:?}: {window} for {theory}");
            }
        }

        /// The border: just below `limit` an error shrinks, just above it grows.
        #[test]
        fn the_limit_is_where_it_is(mu in 0.0..0.95_f64, lambda in 0.01..100.0_f64) {
            for rule in RULES {
                let border = limit(rule, mu, lambda);
                prop_assert!(factor(rule, 0.999 * border, mu, lambda) < 1.0);
                prop_assert!(factor(rule, 1.001 * border, mu, lambda) > 1.0);
            }
        }

        /// No setting beats the tuned one: its factor is the largest over the spectrum, and any other setting has a larger one.
        #[test]
        fn nothing_beats_the_tuned_setting(kappa in 1.5..1e4_f64, rate in 0.0..1.0_f64, mu in 0.0..1.0_f64) {
            let spectrum: Vec<f64> = (0..400).map(|i| kappa.powf(f64::from(i) / 399.0)).collect();
            let worst = |rule, rate, mu| spectrum.iter().map(|&l| factor(rule, rate, mu, l)).fold(0.0, f64::max);
            for rule in RULES {
                let best = tuned(rule, 1.0, kappa);
                let there = worst(rule, best.rate, best.mu);
                // where two roots meet, rounding moves them by its square root
                prop_assert!((there - best.factor).abs() < 1e-6, "{rule:?}: {there} for {}", best.factor);
                let rate = rate * limit(rule, mu, kappa);
                let mu = if rule == Rule::Descent { 0.0 } else { mu };
                prop_assert!(worst(rule, rate, mu) >= best.factor - 1e-6, "{rule:?} at {rate}, {mu}");
            }
        }
    }

    /// The rates of the books, measured on whole quadratics: (κ − 1)/(κ + 1) and (√κ − 1)/(√κ + 1).
    #[test]
    fn the_condition_number_sets_the_pace() {
        for kappa in [4.0, 100.0, 2500.0_f64] {
            let spectrum: Vec<f64> = (0..60).map(|i| kappa.powf(f64::from(i) / 59.0)).collect();
            for rule in RULES {
                let best = tuned(rule, 1.0, kappa);
                let steps = (best.steps(1e12) as usize).max(80);
                let errors = errors(rule, best.rate, best.mu, &spectrum, steps);
                let pace = measured(&errors, steps / 4);
                // At the double root of the tuned momentum an error is (1 + a·t)·factorᵗ: a little slower than its factor, for ever less so.
                let slack = if rule == Rule::Descent { 1e-6 } else { 8.0 / steps as f64 };
                assert!(
                    pace >= best.factor - 1e-6 && pace <= best.factor * (1.0 + slack),
                    "{rule:?}, κ = {kappa}: {pace} for {}",
                    best.factor
                );
            }
        }
        // √κ: what ten thousand costs momentum, a hundred costs descent
        let (a, b) = (tuned(Rule::Momentum, 1.0, 1e4).factor, tuned(Rule::Descent, 1.0, 1e2).factor);
        assert!((a - b).abs() < 1e-12);
    }

    /// Products by duals over the tape equal differences of gradients, and the columns make a symmetric matrix with Lanczos' eigenvalues.
    #[test]
    fn products_with_the_hessian_have_two_ways() {
        let (curve, params) = Curve::new(4, 3);
        let n = params.len();
        let (mut curvature, mut arena) = (Curvature::new(&params), Arena::new());
        let mut gradient = |params: &Params<f64>| {
            let mut grads = Grads::like(params);
            curve.gradient(params, &mut arena, &mut grads);
            grads.values().to_vec()
        };
        let mut h = Mat::zeros([n, n]);
        let (mut v, mut hv) = (vec![0.0; n], vec![0.0; n]);
        for j in 0..n {
            v.fill(0.0);
            v[j] = 1.0;
            curvature.product(&curve, &v, &mut hv);
            let mut moved = params.clone();
            moved.values_mut()[j] += 1e-5;
            let above = gradient(&moved);
            moved.values_mut()[j] -= 2e-5;
            let below = gradient(&moved);
            for i in 0..n {
                h[[i, j]] = hv[i];
                let difference = (above[i] - below[i]) / 2e-5;
                assert!(
                    (hv[i] - difference).abs() < 1e-7 * difference.abs().max(1.0),
                    "[{i}, {j}]: {} {difference}",
                    hv[i]
                );
            }
        }
        for i in 0..n {
            for j in 0..i {
                assert!((h[[i, j]] - h[[j, i]]).abs() < 1e-12, "[{i}, {j}]");
            }
        }
        let h = Mat::from_fn(n, n, |i, j| f64::midpoint(h[[i, j]], h[[j, i]]));
        let all = SymmetricEigen::new(h.view()).unwrap().values;
        let top = curvature.largest(&curve, 3, 1e-9).unwrap();
        for k in 0..3 {
            assert!((top.values[k] - all[n - 1 - k]).abs() < 1e-7, "{:?} {:?}", top.values, &all[n - 3..]);
        }
        // once more, from the vector that was found
        let again = curvature.largest(&curve, 1, 1e-9).unwrap();
        assert!((again.values[0] - all[n - 1]).abs() < 1e-7 && again.products <= top.products);
    }

    /// Cohen et al. 2021: the sharpness rises to 2/η and stays there, whatever η is, and the loss goes on falling.
    #[test]
    fn sharpness_settles_at_two_over_the_rate() {
        for rate in [0.1, 0.2] {
            let (curve, mut params) = Curve::new(16, 1);
            let seen = run(&curve, &mut params, rate, 6000, 200).unwrap();
            let at_edge = &seen[seen.len() / 2..];
            let mean = at_edge.iter().map(|s| s.sharpness).sum::<f64>() / at_edge.len() as f64;
            assert!(seen[0].sharpness < 0.8 * 2.0 / rate, "{rate}: begins at {}", seen[0].sharpness);
            assert!((mean * rate / 2.0 - 1.0).abs() < 0.1, "{rate}: {mean} for {}", 2.0 / rate);
            assert!(at_edge.last().unwrap().loss < 0.5 * at_edge[0].loss.max(1e-6), "{seen:?}");
        }
    }
}
