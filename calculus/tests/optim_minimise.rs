//! L-BFGS, Newton and the line search on functions with known minima; Newton-Schulz and Muon against the singular value decomposition.

mod optim_minimise {
    use calculus::dual::Dual;
    use calculus::hyper::HyperDual;
    use calculus::optim::{Lbfgs, Muon, Newton, NewtonSchulz, NoMinimum, Wolfe};
    use calculus::tape::{Grads, Params};
    use linalg::{Lu, Mat, Real, Svd, SymmetricEigen, Tensor, View};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// Rosenbrock's function of n numbers, lowest at (1, …, 1).
    fn rosenbrock<T: Real>(x: &[T]) -> T {
        x.windows(2).fold(T::ZERO, |sum, x| {
            let (along, across) = (T::ONE - x[0], x[1] - x[0] * x[0]);
            sum + along * along + T::from_f64(100.0) * across * across
        })
    }

    /// A number that does not move.
    fn c(x: f64) -> HyperDual<f64> {
        HyperDual::constant(x)
    }

    /// Value and gradient, by duals.
    fn with_gradient(f: impl Fn(&[Dual<f64>]) -> Dual<f64>) -> impl FnMut(&[f64], &mut [f64]) -> f64 {
        move |x, g| {
            g.copy_from_slice(&calculus::dual::gradient(&f, x));
            let point: Vec<_> = x.iter().map(|&x| Dual::constant(x)).collect();
            f(&point).value
        }
    }

    /// From SciPy 1.17.1:
    ///
    /// ```text
    /// import numpy as np
    /// from scipy.optimize import minimize, rosen, rosen_der
    /// for n in (2, 5, 20):
    ///     x0 = np.where(np.arange(n) % 2 == 0, -1.2, 1.0)
    ///     options = dict(maxcor=10, gtol=1e-8, ftol=0, maxiter=1000)
    ///     r = minimize(rosen, x0, jac=rosen_der, method="L-BFGS-B", options=options)
    ///     print(n, r.nit, r.nfev, r.fun)      # 2 38 46 3.0e-22,  5 55 72 9.3e-21,  20 140 172 2.5e-19; x = 1 each time
    /// ```
    ///
    /// Its line search is another one (Moré and Thuente's), so that the counts are near and not the same.
    #[test]
    fn rosenbrock_as_scipy() {
        for (n, scipy) in [(2, 46), (5, 72), (20, 172)] {
            let mut x: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
            let found = Lbfgs::new(n, 10).minimise(with_gradient(rosenbrock), &mut x).unwrap();
            assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-8), "{n}: {x:?}");
            assert!(found.gradient <= 1e-8 && found.value < 1e-16, "{n}: {found:?}");
            assert!(found.evaluations as f64 <= 1.3 * f64::from(scipy), "{n}: {found:?}");
        }
    }

    #[test]
    fn rosenbrock_by_newton() {
        for n in [2, 5, 20] {
            let mut x = vec![0.0; n];
            let found = Newton::default().minimise(rosenbrock, &mut x).unwrap();
            assert!(found.value < 1e-18 && x.iter().all(|x| (x - 1.0).abs() < 1e-9), "{n}: {found:?}");
            assert!(found.steps < 60, "{n}: {found:?}");
        }
        // From the usual start of many numbers it comes to another lowest place, near (−1, 1, …, 1), where it is right to stop.
        let mut x: Vec<f64> = (0..5).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
        let found = Newton::default().minimise(rosenbrock, &mut x).unwrap();
        let hessian = calculus::hyper::hessian(rosenbrock, &x);
        assert!(SymmetricEigen::new(hessian.view()).unwrap().values[0] > 0.0 && found.gradient <= 1e-10);
    }

    /// ½·Σ λᵢ·cᵢ², with c = Qᵀ(x − e): a bowl with eigenvalues from 1 to κ along the columns of an orthogonal Q, lowest at e.
    ///
    /// Written as a sum of positive terms, its value has all digits down to the lowest point; ½·xᵀAx − bᵀx has not.
    struct Bowl {
        q: Mat,
        lambda: Vec<f64>,
        e: Vec<f64>,
    }

    impl Bowl {
        fn new(n: usize, kappa: f64) -> Self {
            let waves = Mat::from_fn(n, n, |i, j| ((i * 7 + j * 3 + i * j) as f64).sin());
            Bowl {
                q: linalg::Qr::new(waves.view()).unwrap().q(),
                lambda: (0..n).map(|i| kappa.powf(i as f64 / (n - 1) as f64)).collect(),
                e: (0..n).map(|i| (i as f64 * 0.7).cos()).collect(),
            }
        }

        fn value<T: Real>(&self, x: &[T]) -> T {
            (0..x.len()).fold(T::ZERO, |sum, k| {
                let c = self.coordinate(x, k);
                sum + T::from_f64(0.5 * self.lambda[k]) * c * c
            })
        }

        fn coordinate<T: Real>(&self, x: &[T], k: usize) -> T {
            (0..x.len())
                .fold(T::ZERO, |s, i| s + T::from_f64(self.q[[i, k]]) * (x[i] - T::from_f64(self.e[i])))
        }

        fn with_gradient(&self, x: &[f64], g: &mut [f64]) -> f64 {
            g.fill(0.0);
            for k in 0..x.len() {
                let c = self.lambda[k] * self.coordinate(x, k);
                g.iter_mut().enumerate().for_each(|(i, g)| *g += c * self.q[[i, k]]);
            }
            self.value(x)
        }
    }

    /// From SciPy 1.17.1, the same bowls:
    ///
    /// ```text
    /// import numpy as np; from scipy.optimize import minimize
    /// n = 20; i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    /// q, _ = np.linalg.qr(np.sin(i*7 + j*3 + i*j)); e = np.cos(np.arange(n)*0.7)
    /// for kappa in (1e0, 1e2, 1e3, 1e4, 1e6):
    ///     lam = kappa**(np.arange(n)/(n - 1))
    ///     f = lambda x: (0.5*np.sum(lam*(q.T@(x - e))**2), q@(lam*(q.T@(x - e))))
    ///     options = dict(maxcor=20, gtol=1e-8, ftol=0, maxiter=5000, maxfun=20000)
    ///     print(minimize(f, np.zeros(n), jac=True, method="L-BFGS-B", options=options).nfev)   # 3, 64, 163, 285, 1637
    /// ```
    #[test]
    fn ill_conditioned_quadratics_as_scipy() {
        for (kappa, scipy) in [(1.0, 3), (1e2, 64), (1e3, 163), (1e4, 285), (1e6, 1637)] {
            let bowl = Bowl::new(20, kappa);
            let mut x = vec![0.0; 20];
            let mut lbfgs = Lbfgs::new(20, 20);
            (lbfgs.tolerance, lbfgs.cap) = (1e-8, 5000);
            let found = lbfgs.minimise(|x, g| bowl.with_gradient(x, g), &mut x).unwrap();
            for (x, e) in x.iter().zip(&bowl.e) {
                assert!((x - e).abs() < 1e-7, "κ = {kappa}: {x} for {e}");
            }
            assert!(f64::from(scipy) * 1.5 >= found.evaluations as f64, "κ = {kappa}: {found:?}");
            // Newton: the bottom of a bowl at once, and a second step for what rounding left
            let mut x = vec![0.0; 20];
            let newton = Newton { tolerance: 1e-8, ..Newton::default() };
            let found = newton.minimise(|x| bowl.value(x), &mut x).unwrap();
            assert!(found.steps <= 2, "κ = {kappa}: {found:?}");
        }
    }

    /// More L-BFGS history is not worse on a bowl, and none at all is steepest descent, which needs many times as many steps.
    #[test]
    fn memory_is_what_makes_it_fast() {
        let bowl = Bowl::new(20, 1e3);
        let steps = |history: usize| {
            let mut lbfgs = Lbfgs::new(20, history);
            (lbfgs.tolerance, lbfgs.cap) = (1e-6, 100_000);
            let mut x = vec![0.0; 20];
            lbfgs.minimise(|x, g| bowl.with_gradient(x, g), &mut x).unwrap().steps
        };
        let all = [0, 3, 10, 20].map(steps);
        assert!(all[0] > 10 * all[2] && all[2] <= all[1], "{all:?}");
    }

    #[test]
    fn why_there_is_no_minimum() {
        let mut lbfgs = Lbfgs::new(1, 5);
        // no lowest point
        let error = lbfgs
            .minimise(
                |x, g| {
                    g[0] = 1.0;
                    x[0]
                },
                &mut [0.0],
            )
            .unwrap_err();
        assert!(matches!(error, NoMinimum::LineSearch { .. } | NoMinimum::TooManySteps { .. }), "{error}");
        // a gradient with the wrong sign: nothing is lower where it points
        let error = lbfgs
            .minimise(
                |x, g| {
                    g[0] = -2.0 * x[0];
                    x[0] * x[0]
                },
                &mut [1.0],
            )
            .unwrap_err();
        assert!(matches!(error, NoMinimum::LineSearch { .. }), "{error}");
        assert!(error.to_string().contains("check the gradient against differences"));
        // NaN where it starts
        let error = lbfgs
            .minimise(
                |x, g| {
                    g[0] = 1.0 / x[0];
                    x[0].ln()
                },
                &mut [-1.0],
            )
            .unwrap_err();
        assert!(matches!(error, NoMinimum::NotFinite { steps: 0, .. }), "{error}");
        lbfgs.cap = 1;
        let error = lbfgs
            .minimise(
                |x, g| {
                    g[0] = 4.0 * x[0].powi(3);
                    x[0].powi(4)
                },
                &mut [3.0],
            )
            .unwrap_err();
        assert!(matches!(error, NoMinimum::TooManySteps { steps: 1, .. }), "{error}");
        let newton = Newton { cap: 3, ..Newton::default() };
        assert!(matches!(newton.minimise(|x| x[0].exp(), &mut [0.0]), Err(NoMinimum::TooManySteps { .. })));
        assert!(matches!(newton.minimise(|x| x[0].ln(), &mut [-1.0]), Err(NoMinimum::NotFinite { .. })));
        // nothing to do
        assert_eq!(Lbfgs::new(0, 3).minimise(|_, _| 2.0, &mut []).unwrap().value, 2.0);
        assert_eq!(Newton::default().minimise(|_| HyperDual::constant(2.0), &mut []).unwrap().value, 2.0);
    }

    /// A function that is infinite beyond a wall: steps over it are taken back.
    #[test]
    fn a_wall_is_no_obstacle() {
        let f = |x: &[f64], g: &mut [f64]| {
            g[0] = 1.0 - 1e-3 / x[0];
            x[0] - 1e-3 * x[0].ln()
        };
        let mut x = [5.0];
        Lbfgs::new(1, 5).minimise(f, &mut x).unwrap();
        assert!((x[0] - 1e-3).abs() < 1e-9, "{x:?}");
    }

    /// Newton's own step climbs to a saddle; with H made positive it leaves.
    #[test]
    fn newton_leaves_a_saddle() {
        // x⁴/4 − x²/2 + y²: a saddle at 0, minima at x = ±1
        let f = |x: &[HyperDual<f64>]| x[0].powi(4) * c(0.25) - x[0] * x[0] * c(0.5) + x[1] * x[1];
        let mut x = [0.1, 1.0];
        let h = calculus::hyper::hessian(f, &x);
        let g = [x[0].powi(3) - x[0], 2.0 * x[1]];
        let step = Lu::new(h.view()).unwrap().solve(&Mat::new([2, 1], g.to_vec())).unwrap();
        assert!((x[0] - step.data()[0]).abs() < 0.01, "Newton's own step goes to the saddle at 0");
        let found = Newton::default().minimise(f, &mut x).unwrap();
        assert!((x[0] - 1.0).abs() < 1e-9 && x[1].abs() < 1e-9 && (found.value + 0.25).abs() < 1e-12);
    }

    proptest! {
        #![proptest_config(config())]

        /// Whatever comes back satisfies both conditions, by itself and not by the search's word.
        #[test]
        fn wolfe_holds(a in -3.0..3.0_f64, b in 0.1..4.0_f64, first in 1e-3..30.0_f64, flatter in 0.05..0.95_f64) {
            // bounded below, with more than one valley
            let phi = |t: f64| ((t - 2.0).powi(2) * 0.1 + a * (b * t).sin(), 0.2 * (t - 2.0) + a * b * (b * t).cos());
            let (value, slope) = phi(0.0);
            prop_assume!(slope < -1e-3);
            let wolfe = Wolfe { flatter, ..Wolfe::default() };
            let x = wolfe.search(phi, value, slope, first);
            prop_assert!(x.is_some());
            let x = x.unwrap();
            prop_assert_eq!(phi(x.t), (x.value, x.slope));
            prop_assert!(x.t > 0.0 && x.value <= value + 1e-4 * x.t * slope + 1e-14 * value.abs());
            prop_assert!(x.slope.abs() <= flatter * slope.abs());
        }

        /// A polynomial of odd powers acts on the singular values and leaves the vectors as they are.
        #[test]
        fn newton_schulz_is_a_polynomial_of_singular_values(
            rows in 1..9_usize, cols in 1..9_usize, seed in 0..1000_u64, scale in prop::sample::select(vec![1e-200, 1e-3, 1.0, 1e150]),
        ) {
            let m = Mat::from_fn(rows, cols, |i, j| scale * ((seed as f64 + 1.0) * (i * 31 + j * 17 + 1) as f64).sin());
            let svd = Svd::new(m.view()).unwrap();
            let length = svd.s.iter().map(|s| (s / scale) * (s / scale)).sum::<f64>().sqrt() * scale;
            for (coefficients, steps) in [(NewtonSchulz::<f64>::MUON, 5), (NewtonSchulz::<f64>::CONVERGENT, 7), ([2.0, -1.5, 0.5], 1)] {
                let [a, b, c] = coefficients;
                let p = |s: f64| (0..steps).fold(s / length, |s, _| a * s + b * s.powi(3) + c * s.powi(5));
                let k = svd.s.len();
                let expected = Mat::from_fn(rows, cols, |i, j| (0..k).map(|l| svd.u[[i, l]] * p(svd.s[l]) * svd.vt[[l, j]]).sum());
                let mut schulz = NewtonSchulz::new(coefficients, steps);
                let out = schulz.orthogonalise(m.view()).to_tensor();
                for (x, e) in out.data().iter().zip(expected.data()) {
                    // a steep polynomial magnifies what rounding does to a tiny singular value: 3.4445⁵ = 485
                    prop_assert!((x - e).abs() < 1e-11, "{x} for {e}");
                }
            }
        }
    }

    /// With the coefficients that converge: the polar factor, U·Vᵀ.
    #[test]
    fn newton_schulz_finds_the_polar_factor() {
        for (rows, cols) in [(5, 5), (3, 8), (8, 3), (1, 4), (4, 1), (1, 1), (40, 70)] {
            let m = Mat::from_fn(rows, cols, |i, j| {
                ((i * 31 + j * 17 + 3) as f64 * 0.37).sin() + if i == j { 2.0 } else { 0.0 }
            });
            let svd = Svd::new(m.view()).unwrap();
            let polar = svd.u.matmul(&svd.vt);
            let mut schulz = NewtonSchulz::new(NewtonSchulz::<f64>::CONVERGENT, 30);
            let out = schulz.orthogonalise(m.view()).to_tensor();
            for (x, e) in out.data().iter().zip(polar.data()) {
                assert!((x - e).abs() < 1e-12, "{rows}×{cols}: {x} for {e}");
            }
        }
        let mut schulz = NewtonSchulz::<f64>::new(NewtonSchulz::<f64>::MUON, 5);
        assert_eq!(schulz.orthogonalise(Mat::zeros([3, 2]).view()).to_tensor().data(), [0.0; 6]);
        assert!(schulz.orthogonalise(Mat::full([2, 2], f64::NAN).view()).iter().all(|x| x.is_nan()));
        assert_eq!(schulz.orthogonalise(Mat::zeros([0, 3]).view()).shape().dims(), [0, 3]);
    }

    /// What the coefficients' documentation says about five steps, by walking through all of (0, 1].
    #[test]
    fn five_steps_make_singular_values_about_one() {
        let [a, b, c] = NewtonSchulz::<f64>::MUON;
        let five = |s: f64| (0..5).fold(s, |s, _| a * s + b * s.powi(3) + c * s.powi(5));
        let all = (0..200_000).map(|i| five(0.002 + (1.0 - 0.002) * f64::from(i) / 199_999.0));
        let (least, largest) = all.fold((f64::INFINITY, 0.0_f64), |(l, h), s| (l.min(s), h.max(s)));
        assert!(least > 0.68 && largest < 1.21, "{least} {largest}");
        assert!((five(0.001) - 0.47).abs() < 0.01 && five(1e-5) < 0.01);
    }

    /// Muon's step: each direction of the gradient has about the same length in it, whatever it had in the gradient.
    #[test]
    fn muon_steps_evenly() {
        for (rows, cols) in [(6, 4), (4, 6), (5, 5)] {
            let mut params = Params::new();
            params.add("w", Tensor::zeros([rows, cols]), true);
            params.add("b", Tensor::zeros([rows]), false);
            let mut grads = Grads::like(&params);
            for (i, g) in grads.values_mut().iter_mut().enumerate() {
                *g = (1 + i % 7) as f64 + 0.3 * (i as f64 * 1.7).sin();
            }
            let before = Svd::new(View::new(&grads.values()[..rows * cols], [rows, cols])).unwrap().s;
            let mut muon = Muon::<f64>::new(&params, 0.95);
            muon.step(&mut params, &grads, 0.1);
            let w = params.view(params.find("w").unwrap());
            let after = Svd::new(w).unwrap().s;
            let scale = 0.1 * (rows as f64 / cols as f64).max(1.0).sqrt();
            assert!(before[0] / before[3] > 4.0, "{before:?}");
            assert!(after.iter().all(|s| (0.6..1.25).contains(&(s / scale))), "{after:?}");
            assert_eq!(params.values()[rows * cols..], vec![0.0; rows]);
            // downhill: the step and the gradient are at an obtuse angle
            assert!(linalg::dot(params.values(), grads.values()) < 0.0);
        }
    }

    /// The definition line by line, over several steps, with decay; the polar part through eigenvalues of GᵀG instead of products.
    #[test]
    fn muon_by_definition() {
        let (rows, cols, mu, lr, wd) = (3, 2, 0.9, 0.05, 0.2);
        let mut params = Params::new();
        params.add("w", Tensor::from_rows(&[[0.5, -1.0], [2.0, 0.1], [0.3, 0.7]]), true);
        let mut grads = Grads::like(&params);
        for nesterov in [true, false] {
            let mut w = params.view(params.find("w").unwrap()).to_tensor();
            let mut v = Mat::zeros([rows, cols]);
            let mut p = params.clone();
            let mut muon = Muon::<f64>::new(&p, mu);
            (muon.nesterov, muon.weight_decay) = (nesterov, wd);
            for t in 0..4 {
                let g = Mat::from_fn(rows, cols, |i, j| ((t * 6 + i * 2 + j + 1) as f64).sin());
                grads.values_mut().copy_from_slice(g.data());
                muon.step(&mut p, &grads, lr);
                v = v.zip_with(&g, |v, g| mu * v + g);
                let d = if nesterov { v.zip_with(&g, |v, g| g + mu * v) } else { v.clone() };
                // D·f(DᵀD), with f(λ) = p⁵(√λ/‖D‖)/√λ
                let eigen = SymmetricEigen::new(d.transpose().matmul(&d).view()).unwrap();
                let length = linalg::frobenius(d.view());
                let [a, b, c] = NewtonSchulz::<f64>::MUON;
                let f = |lambda: f64| {
                    let s = lambda.max(0.0).sqrt();
                    (0..5).fold(s / length, |s, _| a * s + b * s.powi(3) + c * s.powi(5)) / s
                };
                let scaled = Mat::from_fn(cols, cols, |i, j| eigen.vectors[[i, j]] * f(eigen.values[j]));
                let o = d.matmul(&scaled.matmul(&eigen.vectors.transpose()));
                w = w.zip_with(&o, |w, o| (1.0 - lr * wd) * w - lr * 1.5_f64.sqrt() * o);
            }
            for (x, e) in p.values().iter().zip(w.data()) {
                assert!((x - e).abs() < 1e-10, "{x} for {e}");
            }
        }
    }
}
