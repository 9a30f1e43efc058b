//! One pair, a few pairs, or all of them by rotations: power, inverse and Rayleigh-quotient iteration, Lanczos, Jacobi, and
//! Gershgorin's discs, against closed forms and against [`SymmetricEigen`], which has referees of its own.

mod eigen_iterations {
    use linalg::eigen::{Lanczos, Pair, Ritz, Which, discs, inverse, jacobi, power, rayleigh};
    use linalg::{Error, Mat, SymmetricEigen, frobenius, norm_inf, norm2};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig {
            cases: 64,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    fn numbers(n: usize, mut seed: u64) -> Vec<f64> {
        (0..n)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
            })
            .collect()
    }

    fn random(n: usize, seed: u64) -> Mat {
        let a = Mat::new([n, n], numbers(n * n, seed));
        a.zip_with(&a.transpose(), |x, y| x + y)
    }

    fn diagonal(d: &[f64]) -> Mat {
        Mat::from_fn(d.len(), d.len(), |i, j| if i == j { d[i] } else { 0.0 })
    }

    fn times(a: &Mat) -> impl FnMut(&[f64], &mut [f64]) {
        |v, av| av.copy_from_slice(a.matmul(&Mat::new([v.len(), 1], v.to_vec())).data())
    }

    /// Whether a pair is one, by the plain definition, whatever it says of itself.
    #[track_caller]
    fn check_pair(a: &Mat, value: f64, v: &[f64], limit: f64) {
        assert!((norm2(v) - 1.0).abs() < 1e-14, "length {}", norm2(v));
        let av = a.matmul(&Mat::new([v.len(), 1], v.to_vec()));
        let residual: Vec<f64> = av.data().iter().zip(v).map(|(av, v)| av - value * v).collect();
        assert!(norm2(&residual) <= limit, "λ = {value}: residual {:e}", norm2(&residual));
    }

    // ---- power, inverse, Rayleigh

    proptest! {
        #![proptest_config(config())]

        /// Eigenvalues that we choose, one of them twice as large in size as any other.
        #[test]
        fn the_largest_in_size_is_found_with_its_sign(n in 1..12_usize, seed: u64, negative: bool) {
            let q = SymmetricEigen::new(random(n, seed).view()).unwrap().vectors;
            let mut d = numbers(n, seed ^ 1);
            d[0] = if negative { -1.0 } else { 1.0 };
            let a = q.matmul(&diagonal(&d)).matmul(&q.transpose());
            let pair = power(times(&a), &numbers(n, seed ^ 2), 1e-12, 1000).unwrap();
            prop_assert!((pair.value - d[0]).abs() < 1e-12, "{pair:?}");
            check_pair(&a, pair.value, &pair.vector, 1e-11);
        }

        #[test]
        fn inverse_iteration_finds_the_nearest(n in 2..12_usize, seed: u64, which in 0..12_usize) {
            let a = random(n, seed);
            let all = SymmetricEigen::new(a.view()).unwrap().values;
            let want = all[which % n];
            let gap = all.iter().filter(|&&x| x != want).map(|x| (x - want).abs()).fold(1.0, f64::min);
            let pair = inverse(a.view(), want + 0.2 * gap, &numbers(n, seed ^ 3), 1e-13, 200).unwrap();
            prop_assert!((pair.value - want).abs() < 1e-12, "{} is not {want}", pair.value);
            // A shift to the last digit takes two steps, also where a pivot is 0.
            let pair = inverse(a.view(), want, &numbers(n, seed ^ 3), 1e-13, 3).unwrap();
            prop_assert!((pair.value - want).abs() < 1e-12);
        }

        #[test]
        fn rayleigh_quotients_settle_on_a_pair(n in 1..20_usize, seed: u64) {
            let a = random(n, seed);
            let pair = rayleigh(a.view(), &numbers(n, seed ^ 3), 1e-14, 60).unwrap();
            check_pair(&a, pair.value, &pair.vector, 1e-13 * frobenius(a.view()));
            let all = SymmetricEigen::new(a.view()).unwrap().values;
            prop_assert!(all.iter().any(|x| (x - pair.value).abs() < 1e-13 * n as f64));
        }
    }

    /// diag(10, 9, 1): the error of the vector shrinks by 9/10 a step, so 1e-6 takes about ln(1e6)/ln(10/9) = 131 steps.
    #[test]
    fn the_gap_decides_how_long_power_iteration_takes() {
        let a = diagonal(&[10.0, 9.0, 1.0]);
        let steps = power(times(&a), &[1.0, 1.0, 1.0], 1e-6, 1000).unwrap().steps;
        assert!((90..=131).contains(&steps), "{steps}");
        let near = diagonal(&[10.0, 5.0, 1.0]);
        assert!(power(times(&near), &[1.0, 1.0, 1.0], 1e-6, 1000).unwrap().steps < 25);
    }

    /// Rayleigh: the residual of a step is about the third power of that before. Inverse iteration: a constant factor.
    #[test]
    fn rayleigh_triples_the_digits() {
        let a = random(8, 4);
        // A cap of some steps is an error; the smallest tolerance with which it is none shows how far they came.
        let residual = |steps: usize| {
            let mut tolerance = 1.0;
            while tolerance > 1e-18 && rayleigh(a.view(), &numbers(8, 9), tolerance * 0.5, steps).is_ok() {
                tolerance *= 0.5;
            }
            tolerance * frobenius(a.view())
        };
        let errors: Vec<f64> = (0..8).map(residual).collect();
        let k = errors.iter().position(|&e| e < 1e-2).unwrap();
        assert!(errors[k + 1] < 1e-4 && errors[k + 2] < 1e-13, "{errors:?}");
    }

    #[test]
    fn hard_cases_of_a_single_pair() {
        // λ and −λ: the vector jumps between two places for ever. The cap ends it, and the error has a name.
        let tie = diagonal(&[1.0, -1.0]);
        let error = power(times(&tie), &[1.0, 1.0], 1e-9, 500).unwrap_err();
        assert_eq!(error, Error::NoConvergence { operation: "power iteration", iterations: 500, missing: 1 });
        assert!(error.to_string().contains("the same size"), "{error}");
        // λ twice is no tie: any vector of that plane will do.
        let pair = power(times(&diagonal(&[2.0, 2.0, 1.0])), &[1.0, 2.0, 3.0], 1e-12, 100).unwrap();
        assert!((pair.value - 2.0).abs() < 1e-14);
        // No part along the answer, and rounding has nothing to add: the second one is found. The caller chose the start.
        let pair = power(times(&diagonal(&[5.0, 2.0, 1.0])), &[0.0, 1.0, 1.0], 1e-12, 100).unwrap();
        assert!((pair.value - 2.0).abs() < 1e-14);
        // Nothing left after a step: an eigenvalue 0.
        let zero = power(times(&Mat::zeros([2, 2])), &[1.0, 1.0], 1e-12, 100).unwrap();
        assert_eq!((zero.value, zero.residual, zero.steps), (0.0, 0.0, 1));
        for scale in [1e-150, 1e150, 1e-300, 1e300] {
            let a = diagonal(&[3.0 * scale, -scale]);
            for pair in [
                power(times(&a), &[1e-200, 1e-200], 1e-14, 100),
                rayleigh(a.view(), &[1e200, 1e199], 1e-14, 100),
                inverse(a.view(), 2.5 * scale, &[1.0, 1.0], 1e-14, 100),
            ] {
                assert!((pair.unwrap().value / scale - 3.0).abs() < 1e-13);
            }
        }
        for cap in [0, 1] {
            assert!(power(times(&random(5, 1)), &[1.0; 5], 1e-12, cap).is_err());
            assert!(rayleigh(random(5, 1).view(), &[1.0; 5], 1e-12, cap).is_err());
        }
        let nan = power(|_, av| av.copy_from_slice(&[1.0, f64::NAN]), &[1.0, 1.0], 1e-12, 9).unwrap_err();
        assert!(matches!(nan, Error::NotFinite { row: 1, .. }));
        let far = power(|_, av| av.fill(f64::MAX), &[1.0; 4], 1e-12, 9).unwrap_err();
        assert!(matches!(far, Error::Overflow { .. }));
        let skew = Mat::from_rows(&[[0.0, 1.0], [-1.0, 0.0]]);
        assert!(matches!(rayleigh(skew.view(), &[1.0, 0.0], 1e-9, 9), Err(Error::NotSymmetric { .. })));
        assert!(matches!(
            inverse(Mat::zeros([2, 3]).view(), 0.0, &[1.0, 0.0], 1e-9, 9),
            Err(Error::NotSquare { .. })
        ));
        // Exactly singular at once: the shift is the eigenvalue.
        let Pair { value, .. } = inverse(diagonal(&[4.0, 1.0]).view(), 4.0, &[1.0, 1.0], 1e-14, 9).unwrap();
        assert!((value - 4.0).abs() < 1e-14);
    }

    #[test]
    #[should_panic(expected = "the largest entry of the start vector is 0")]
    fn a_start_without_direction_is_a_mistake() {
        let _ = power(times(&Mat::eye(3)), &[0.0; 3], 1e-9, 9);
    }

    #[test]
    #[should_panic(expected = "a start of length 2 for A of [3, 3]")]
    fn a_start_of_another_length_is_a_mistake() {
        let _ = rayleigh(Mat::eye(3).view(), &[1.0; 2], 1e-9, 9);
    }

    // ---- Jacobi

    fn check_all(a: &Mat, e: &SymmetricEigen, want: &[f64]) {
        let n = a.rows() as f64;
        let limit = 50.0 * n * f64::EPSILON;
        for k in 0..a.rows() {
            let v: Vec<f64> = (0..a.rows()).map(|i| e.vectors[[i, k]]).collect();
            check_pair(a, e.values[k], &v, limit * norm_inf(a.data()) * n.sqrt() + 1e-320);
            assert!((e.values[k] - want[k]).abs() <= limit * norm_inf(a.data()) + 1e-320);
        }
        let eye = e.vectors.transpose().matmul(&e.vectors);
        let off = eye.zip_with(&Mat::eye(a.rows()), |x, y| x - y);
        assert!(norm_inf(off.data()) <= limit);
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn jacobi_agrees_with_ql(n in 0..24_usize, seed: u64, exponent in -150..150_i32) {
            let a = random(n, seed).map(|x| x * 10_f64.powi(exponent));
            let want = SymmetricEigen::new(a.view()).unwrap().values;
            check_all(&a, &jacobi(a.view()).unwrap(), &want);
        }
    }

    #[test]
    fn jacobi_on_matrices_that_break_careless_code() {
        let hilbert = Mat::from_fn(12, 12, |i, j| 1.0 / (i + j + 1) as f64);
        let wilkinson = Mat::from_fn(21, 21, |i, j| match i.abs_diff(j) {
            0 => (i as f64 - 10.0).abs(),
            1 => 1.0,
            _ => 0.0,
        });
        let low_rank = Mat::from_fn(15, 15, |i, j| (i as f64 - 3.0) * (j as f64 - 3.0));
        let clustered = random(12, 3).zip_with(&Mat::eye(12), |x, one| one + 1e-14 * x);
        for a in [hilbert, wilkinson, low_rank, clustered, Mat::zeros([7, 7]), Mat::full([9, 9], 1.0)] {
            let want = SymmetricEigen::new(a.view()).unwrap().values;
            check_all(&a, &jacobi(a.view()).unwrap(), &want);
        }
        assert!(matches!(jacobi(Mat::full([2, 2], f64::NAN).view()), Err(Error::NotFinite { .. })));
        assert!(matches!(jacobi(Mat::full([3, 3], f64::MAX).view()), Err(Error::Overflow { .. })));
    }

    /// D·C·D with D = diag(1, 1e-4, …, 1e-20) and C well conditioned: its eigenvalues are about D², down to 1e-40, and Jacobi gets
    /// 12 digits of the least (its product with the others is the determinant, 1e-120·det C).
    #[test]
    fn jacobi_keeps_small_eigenvalues() {
        let d: Vec<f64> = (0..6).map(|i| 10_f64.powi(-4 * i)).collect();
        let c = |i: usize, j: usize| if i == j { 1.0 } else { 0.25 };
        let a = Mat::from_fn(6, 6, |i, j| d[i] * c(i, j) * d[j]);
        let product: f64 = jacobi(a.view()).unwrap().values.iter().map(|x| x.ln()).sum();
        let det_c: f64 = 0.75_f64.powi(5) * (1.0 + 5.0 * 0.25); // of (1 − ¼)·I + ¼·ones
        let want = det_c.ln() + 2.0 * d.iter().map(|d| d.ln()).sum::<f64>();
        assert!((product - want).abs() < 1e-12, "{product} is not {want}");
    }

    // ---- Gershgorin

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn every_eigenvalue_is_in_a_disc(n in 1..16_usize, seed: u64) {
            let a = random(n, seed);
            let discs = discs(a.view()).unwrap();
            for x in SymmetricEigen::new(a.view()).unwrap().values {
                prop_assert!(discs.iter().any(|d| (x - d.center).abs() <= d.radius + 1e-13));
            }
        }
    }

    #[test]
    fn a_disc_that_touches_no_other_holds_one_eigenvalue() {
        let a = Mat::from_rows(&[[10.0, 0.5, 0.1], [0.5, 0.0, 0.2], [0.1, 0.2, -5.0]]);
        let discs = discs(a.view()).unwrap();
        assert_eq!(
            discs.iter().map(|d| (d.center, d.radius)).collect::<Vec<_>>(),
            [(10.0, 0.6), (0.0, 0.7), (-5.0, 0.30000000000000004)]
        );
        let values = SymmetricEigen::new(a.view()).unwrap().values;
        assert!(discs[2].contains(values[0]) && discs[1].contains(values[1]) && discs[0].contains(values[2]));
        assert!(linalg::eigen::discs(Mat::zeros([0, 0]).view()).unwrap().is_empty());
        let error = linalg::eigen::discs(Mat::full([3, 3], f64::MAX).view()).unwrap_err();
        assert!(matches!(error, Error::Overflow { .. }));
    }

    // ---- Lanczos

    fn settings(pairs: usize, which: Which) -> Lanczos {
        Lanczos { pairs, which, tolerance: 1e-12, cap: 2000, basis: None }
    }

    #[track_caller]
    fn check_ritz(a: &Mat, found: &Ritz, want: &[f64], tolerance: f64) {
        let k = want.len();
        assert_eq!((found.values.len(), found.vectors.shape().dims()), (k, &[a.rows(), k][..]));
        let norm = frobenius(a.view());
        for j in 0..k {
            assert!(
                (found.values[j] - want[j]).abs() <= tolerance * norm,
                "{:?} is not {want:?}",
                found.values
            );
            let v: Vec<f64> = (0..a.rows()).map(|i| found.vectors[[i, j]]).collect();
            check_pair(a, found.values[j], &v, (tolerance + 50.0 * a.rows() as f64 * f64::EPSILON) * norm);
        }
        let eye = found.vectors.transpose().matmul(&found.vectors);
        let off = eye.zip_with(&Mat::eye(k), |x, y| x - y);
        assert!(norm_inf(off.data()) <= 50.0 * a.rows() as f64 * f64::EPSILON, "not orthonormal: {off}");
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn lanczos_agrees_with_the_whole_decomposition(n in 1..60_usize, k in 0..6_usize, seed: u64, smallest: bool) {
            let (a, k) = (random(n, seed), k.min(n));
            let mut want = SymmetricEigen::new(a.view()).unwrap().values;
            let which = if smallest { Which::Smallest } else { want.reverse(); Which::Largest };
            let lanczos = Lanczos { basis: Some((k + 6).min(n.max(k + 1))), ..settings(k, which) };
            let found = lanczos.run(times(&a), &numbers(n, seed ^ 5)).unwrap();
            check_ritz(&a, &found, &want[..k], 1e-11);
        }
    }

    /// Full reorthogonalisation: the copies of eigenvalues that the bare recurrence makes do not appear, however long it runs.
    #[test]
    fn no_ghosts() {
        let d: Vec<f64> = (0..200).map(|i| if i == 0 { 100.0 } else { i as f64 / 200.0 }).collect();
        let a = diagonal(&d);
        let mut want = d.clone();
        want.sort_by(|a, b| b.total_cmp(a));
        let lanczos = Lanczos { basis: Some(120), ..settings(20, Which::Largest) };
        check_ritz(&a, &lanczos.run(times(&a), &numbers(200, 3)).unwrap(), &want[..20], 1e-12);
    }

    #[test]
    fn closed_spaces_multiple_eigenvalues_and_the_smallest_sizes() {
        // The identity is closed at once, again and again.
        let eye = Mat::eye(30);
        let found = settings(4, Which::Largest).run(times(&eye), &numbers(30, 1)).unwrap();
        check_ritz(&eye, &found, &[1.0; 4], 1e-13);
        // Two eigenvalues: closed after two steps; the largest occurs three times, and is found three times.
        let d: Vec<f64> = (0..40).map(|i| if i < 3 { 2.0 } else { 1.0 }).collect();
        let a = diagonal(&d);
        let found = settings(4, Which::Largest).run(times(&a), &numbers(40, 1)).unwrap();
        check_ritz(&a, &found, &[2.0, 2.0, 2.0, 1.0], 1e-13);
        // A start that is an eigenvector already.
        let a = diagonal(&[5.0, 4.0, 3.0, 2.0, 1.0]);
        let found = settings(2, Which::Largest).run(times(&a), &[0.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
        check_ritz(&a, &found, &[5.0, 4.0], 1e-13);
        // Zero, rank one, one dimension, everything.
        let zero = Mat::zeros([50, 50]);
        check_ritz(
            &zero,
            &settings(3, Which::Largest).run(times(&zero), &numbers(50, 2)).unwrap(),
            &[0.0; 3],
            1e-13,
        );
        let u = numbers(64, 8);
        let one = Mat::from_fn(64, 64, |i, j| u[i] * u[j]);
        let size = norm2(&u).powi(2);
        let found = settings(2, Which::Largest).run(times(&one), &numbers(64, 2)).unwrap();
        check_ritz(&one, &found, &[size, 0.0], 1e-13);
        let found = settings(1, Which::Smallest).run(|v, av| av[0] = -3.0 * v[0], &[2.0]).unwrap();
        assert_eq!((found.values[0], found.vectors[[0, 0]].abs()), (-3.0, 1.0));
        let a = random(12, 6);
        let want = SymmetricEigen::new(a.view()).unwrap().values;
        check_ritz(&a, &settings(12, Which::Smallest).run(times(&a), &numbers(12, 2)).unwrap(), &want, 1e-13);
        assert_eq!(settings(0, Which::Largest).run(times(&a), &[]).unwrap().products, 0);
    }

    #[test]
    fn scales_caps_and_numbers_that_are_none() {
        let a = random(80, 3);
        let mut want = SymmetricEigen::new(a.view()).unwrap().values;
        want.reverse();
        for scale in [1e-150, 1e150, 1e-290, 1e290] {
            let scaled = a.map(|x| x * scale);
            let found = settings(3, Which::Largest).run(times(&scaled), &numbers(80, 2)).unwrap();
            let back = Ritz { values: found.values.iter().map(|x| x / scale).collect(), ..found };
            check_ritz(&a, &back, &want[..3], 1e-11);
        }
        // Second differences: at the left end eigenvalues are as near as (π/n)², and need more products than are allowed.
        let second = |v: &[f64], av: &mut [f64]| {
            for i in 0..v.len() {
                av[i] = 2.0 * v[i] - if i > 0 { v[i - 1] } else { 0.0 } - v.get(i + 1).unwrap_or(&0.0);
            }
        };
        let few = Lanczos { cap: 100, ..settings(5, Which::Smallest) };
        let error = few.run(second, &numbers(3000, 1)).unwrap_err();
        assert!(matches!(error, Error::NoConvergence { iterations: 100, missing: 1..=5, .. }), "{error}");
        assert!(matches!(
            Lanczos { cap: 0, ..few }.run(second, &numbers(9, 1)),
            Err(Error::NoConvergence { missing: 5, .. })
        ));
        let nan = few.run(|_, av| av.fill(f64::NAN), &[1.0; 5]).unwrap_err();
        assert!(matches!(nan, Error::NotFinite { row: 0, .. }));
    }

    #[test]
    #[should_panic(expected = "3 pairs of a matrix of shape [2, 2]")]
    fn more_pairs_than_there_are() {
        let _ = settings(3, Which::Largest).run(|v, av| av.copy_from_slice(v), &[1.0, 2.0]);
    }

    /// 20,000 dimensions, never stored: a covariance of 300 samples, Xᵀ(X·v), with features of falling size.
    #[test]
    fn ten_pairs_of_a_large_operator() {
        let (samples, n) = (60, 20_000);
        let noise = numbers(samples * n, 7);
        let x = Mat::from_fn(samples, n, |i, j| noise[i * n + j] / (1.0 + j as f64).sqrt());
        let apply = |v: &[f64], av: &mut [f64]| {
            let xv = x.matmul(&Mat::new([n, 1], v.to_vec()));
            av.copy_from_slice(xv.reshape([1, samples]).matmul(&x).data());
        };
        let found = settings(10, Which::Largest).run(apply, &numbers(n, 9)).unwrap();
        // The small Gram matrix X·Xᵀ has the same eigenvalues.
        let mut want = SymmetricEigen::new(x.matmul(&x.transpose()).view()).unwrap().values;
        want.reverse();
        for (got, want) in found.values.iter().zip(&want) {
            assert!((got - want).abs() < 1e-11 * want.abs().max(1.0), "{got} is not {want}");
        }
        assert!(found.products < 400, "{}", found.products);
    }
}
