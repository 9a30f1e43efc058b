//! The singular value decomposition against nalgebra, LAPACK, figures of 120 digits, its own definition, and matrices that break careless
//! code.

#[allow(clippy::comparison_chain)] // matrices are written down case by case
mod svd {
    use linalg::svd::pca::{Pca, Whitening};
    use linalg::svd::randomised::{Effort, Operator, randomised};
    use linalg::{Error, Mat, Svd, SymmetricEigen, Tensor, View, frobenius, norm_inf};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config(cases: u32) -> ProptestConfig {
        ProptestConfig {
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            cases,
            ..ProptestConfig::default()
        }
    }

    /// Numbers in ±1/2 from a small generator; `golden/svd.py` repeats it.
    fn noise(mut seed: u64) -> impl FnMut() -> f64 {
        move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        }
    }

    fn random(m: usize, n: usize, seed: u64) -> Mat {
        let mut noise = noise(seed);
        Mat::from_fn(m, n, |_, _| noise())
    }

    fn diagonal(d: &[f64]) -> Mat {
        Mat::from_fn(d.len(), d.len(), |i, j| if i == j { d[i] } else { 0.0 })
    }

    /// Orthonormal columns.
    fn orthogonal(m: usize, n: usize, seed: u64) -> Mat {
        linalg::Qr::new(random(m, n, seed).view()).unwrap().q()
    }

    fn with_singular_values(m: usize, n: usize, s: &[f64], seed: u64) -> Mat {
        orthogonal(m, s.len(), seed).matmul(&diagonal(s)).matmul(&orthogonal(n, s.len(), !seed).transpose())
    }

    fn distance(a: &Mat, b: &Mat) -> f64 {
        frobenius(a.zip_with(b, |a, b| a - b).view())
    }

    /// What every decomposition has to satisfy.
    #[track_caller]
    fn check(a: &Mat, svd: &Svd) {
        let (m, n) = (a.rows(), a.cols());
        let k = m.min(n);
        assert_eq!((svd.u.shape().dims(), svd.s.len(), svd.vt.shape().dims()), (&[m, k][..], k, &[k, n][..]));
        assert!(svd.s.iter().all(|&s| s >= 0.0) && svd.s.windows(2).all(|s| s[0] >= s[1]), "{:?}", svd.s);
        let limit = 50.0 * m.max(n) as f64 * f64::EPSILON;
        // relative to the largest entry, so that a scale of 1e±300 is no excuse
        let scale = match norm_inf(a.data()) {
            0.0 => 1.0,
            largest => largest,
        };
        let unit = a.map(|x| x / scale);
        let s: Vec<f64> = svd.s.iter().map(|s| s / scale).collect();
        let residual = distance(&svd.u.matmul(&diagonal(&s)).matmul(&svd.vt), &unit);
        assert!(residual <= limit * frobenius(unit.view()), "{m}×{n}: residual {residual:e}");
        for (name, gram) in
            [("u", svd.u.transpose().matmul(&svd.u)), ("v", svd.vt.matmul(&svd.vt.transpose()))]
        {
            let error = distance(&gram, &Mat::eye(k));
            assert!(error <= limit, "{m}×{n}: {name} is {error:e} away from orthogonal");
        }
        for i in 0..k {
            let v = svd.vt.row(i);
            let largest = norm_inf(v);
            let first = v.iter().find(|v| v.abs() >= (1.0 - 1e-8) * largest).unwrap();
            assert!(*first > 0.0, "row {i} of Vᵀ has the other sign");
        }
    }

    /// Both ways, checked, and against one another; gives the singular values.
    #[track_caller]
    fn both(a: &Mat) -> Vec<f64> {
        let (golub, jacobi) = (Svd::new(a.view()).unwrap(), Svd::jacobi(a.view()).unwrap());
        check(a, &golub);
        check(a, &jacobi);
        let limit = 50.0 * a.rows().max(a.cols()) as f64 * f64::EPSILON;
        for (x, y) in golub.s.iter().zip(&jacobi.s) {
            assert!((x - y).abs() <= limit * golub.s[0], "{x} {y}");
        }
        golub.s
    }

    proptest! {
        #![proptest_config(config(48))]

        #[test]
        fn any_matrix_is_turn_stretch_turn(m in 0..60_usize, n in 0..60_usize, seed: u64) {
            both(&random(m, n, seed));
        }

        #[test]
        fn any_view_will_do(m in 1..20_usize, n in 1..20_usize, seed: u64) {
            let a = random(m + 2, n + 3, seed);
            let part = a.view().slice(0, 1, m + 1).slice(1, 2, n + 2);
            for view in [part, part.transpose()] {
                check(&view.to_tensor(), &Svd::new(view).unwrap());
            }
        }

        #[test]
        fn nalgebra_agrees(m in 1..40_usize, n in 1..40_usize, seed: u64) {
            let a = random(m, n, seed);
            let want = a.to_dmatrix().singular_values();
            for (s, want) in Svd::new(a.view()).unwrap().s.iter().zip(want.iter()) {
                prop_assert!((s - want).abs() <= 1e-13 * want.max(1.0), "{} {}", s, want);
            }
        }

        /// Multiplying by a power of two changes no bit but the exponents.
        #[test]
        fn scales_are_no_matter(m in 1..30_usize, n in 1..30_usize, k in -900..900_i32, seed: u64) {
            let (a, factor) = (random(m, n, seed), 2_f64.powi(k));
            for method in [Svd::new, Svd::jacobi] {
                let (unit, scaled) = (method(a.view()).unwrap(), method(a.map(|x| x * factor).view()).unwrap());
                prop_assert_eq!(&unit.u, &scaled.u);
                prop_assert_eq!(&unit.vt, &scaled.vt);
                prop_assert!(unit.s.iter().zip(&scaled.s).all(|(x, y)| x * factor == *y));
            }
        }

        /// Rotating a matrix from both sides keeps what it does.
        #[test]
        fn known_singular_values_come_back(m in 1..50_usize, n in 1..50_usize, seed: u64) {
            let mut noise = noise(seed);
            // of all sizes, with clusters and zeros
            let mut s: Vec<f64> = (0..m.min(n))
                .map(|i| [1.0, 1.0 + 1e-14, 0.5, 1e-9, 0.0, 10_f64.powf(20.0 * noise() - 10.0)][i % 6])
                .collect();
            let a = with_singular_values(m, n, &s, seed);
            s.sort_by(|x, y| y.total_cmp(x));
            for (got, want) in both(&a).iter().zip(&s) {
                prop_assert!((got - want).abs() <= 50.0 * 50.0 * f64::EPSILON * s[0]);
            }
        }

        /// Eckart and Young: Aₖ's error is the tail of σ, and no matrix of rank k comes nearer: neither a random one, nor one near Aₖ,
        /// nor the best with a given random column space, nor Aₖ improved by alternating least squares.
        #[test]
        fn no_matrix_of_rank_k_is_nearer(m in 2..16_usize, n in 2..16_usize, k in 0..5_usize, seed: u64) {
            let a = random(m, n, seed);
            let svd = Svd::new(a.view()).unwrap();
            let k = k.min(m).min(n);
            let best = svd.rank_k(k);
            let error = distance(&a, &best);
            prop_assert!((error - svd.rank_k_error(k)).abs() <= 1e-14 * svd.s[0] * m.max(n) as f64);
            let tail: f64 = svd.s[k..].iter().map(|s| s * s).sum();
            prop_assert!((error - tail.sqrt()).abs() <= 1e-13 * svd.s[0]);
            // the spectral error is the first σ left out
            let spectral = Svd::new(a.zip_with(&best, |a, b| a - b).view()).unwrap().s[0];
            prop_assert!((spectral - svd.s.get(k).unwrap_or(&0.0)).abs() <= 1e-13 * svd.s[0]);

            let near = random(m, n, !seed);
            for other in [
                random(m, k, seed ^ 1).matmul(&random(k, n, seed ^ 2)),
                Svd::new(best.zip_with(&near, |b, x| b + 1e-3 * x).view()).unwrap().rank_k(k),
                { let q = orthogonal(m, k, seed ^ 3); q.matmul(&q.transpose().matmul(&a)) },
                // the largest entries' columns kept whole, the rest zero
                Mat::from_fn(m, n, |i, j| if j < k { a[[i, j]] } else { 0.0 }),
            ] {
                prop_assert!(distance(&a, &other) >= error - 1e-13);
                let difference = a.zip_with(&other, |a, b| a - b);
                prop_assert!(Svd::new(difference.view()).unwrap().s[0] >= spectral - 1e-13);
            }
        }

        /// Penrose's four conditions, which only the pseudo-inverse satisfies.
        #[test]
        fn the_pseudo_inverse_is_the_pseudo_inverse(m in 1..25_usize, n in 1..25_usize, r in 1..25_usize, seed: u64) {
            let rank = r.min(m).min(n);
            let s: Vec<f64> = (0..rank).map(|i| 3.0 / (1 + i) as f64).collect();
            let a = with_singular_values(m, n, &s, seed);
            let svd = Svd::new(a.view()).unwrap();
            prop_assert_eq!(svd.rank(1e-12), rank);
            let p = svd.pseudo_inverse(1e-12);
            let (ap, pa) = (a.matmul(&p), p.matmul(&a));
            for (x, y) in [(&ap.matmul(&a), &a), (&pa.matmul(&p), &p), (&ap.transpose(), &ap), (&pa.transpose(), &pa)] {
                prop_assert!(distance(x, y) <= 1e-12 * rank as f64, "{}", distance(x, y));
            }
            if m == n && rank == n {
                let inverse = a.to_dmatrix().try_inverse().unwrap();
                prop_assert!((p.to_dmatrix() - inverse).norm() <= 1e-11);
            }
        }

        #[test]
        fn principal_components_are_eigenvectors_of_the_covariance(
            samples in 2..40_usize, features in 1..12_usize, k in 1..12_usize, seed: u64
        ) {
            let mut x = random(samples, features, seed);
            for i in 0..samples {
                for (j, x) in x.row_mut(i).iter_mut().enumerate() {
                    *x = *x * (1 + j) as f64 + 100.0; // far from the origin
                }
            }
            let pca = Pca::new(x.view(), k).unwrap();
            let kept = k.min(samples).min(features);
            prop_assert_eq!((pca.directions.rows(), pca.directions.cols()), (kept, features));
            prop_assert_eq!(pca.variances.len(), kept);
            let means: Vec<f64> = (0..features)
                .map(|j| (0..samples).map(|i| x[[i, j]]).sum::<f64>() / samples as f64)
                .collect();
            let covariance = Mat::from_fn(features, features, |p, q| {
                (0..samples).map(|i| (x[[i, p]] - means[p]) * (x[[i, q]] - means[q])).sum::<f64>() / (samples - 1) as f64
            });
            let eigen = SymmetricEigen::new(covariance.view()).unwrap();
            let size = eigen.values[features - 1];
            for i in 0..kept {
                prop_assert!((pca.variances[i] - eigen.values[features - 1 - i]).abs() <= 1e-11 * size);
                let v = Mat::from_fn(features, 1, |j, _| pca.directions[[i, j]]);
                prop_assert!(distance(&covariance.matmul(&v), &v.map(|v| pca.variances[i] * v)) <= 1e-11 * size);
            }
            prop_assert!((pca.total_variance - eigen.values.iter().sum::<f64>()).abs() <= 1e-11 * size);
            let scores = pca.transform(x.view());
            if kept == features {
                prop_assert!(distance(&pca.restore(scores.view()), &x) <= 1e-11);
            }
            // what is lost is the variance that was not kept
            let lost = distance(&pca.restore(scores.view()), &x).powi(2) / (samples - 1) as f64;
            let kept_variance: f64 = pca.variances.iter().sum();
            prop_assert!((lost - (pca.total_variance - kept_variance)).abs() <= 1e-11 * size * features as f64);
        }
    }

    #[test]
    fn matrices_that_break_careless_code() {
        let n = 24;
        let hilbert = Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64);
        let kahan = Mat::from_fn(n, n, |i, j| match j.cmp(&i) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => 0.8_f64.powi(i as i32),
            std::cmp::Ordering::Greater => -0.6 * 0.8_f64.powi(i as i32),
        });
        let jordan = Mat::from_fn(n, n, |i, j| if j == i + 1 { 1.0 } else { 0.0 });
        let rows_graded = Mat::from_fn(n, n, |i, j| random(n, n, 3)[[i, j]] * 10_f64.powi(-(i as i32)));
        let columns_graded = rows_graded.transpose();
        let growing = Mat::from_fn(n, n, |i, j| random(n, n, 4)[[i, j]] * 10_f64.powi((i + j) as i32));
        let bidiagonal = Mat::from_fn(n, n, |i, j| {
            if i == j {
                1e-8
            } else if j == i + 1 {
                1.0
            } else {
                0.0
            }
        });
        let wilkinson = Mat::from_fn(n + 1, n + 1, |i, j| match i.abs_diff(j) {
            0 => i.abs_diff(n / 2) as f64,
            1 => 1.0,
            _ => 0.0,
        });
        let subnormal = Mat::from_fn(n, n, |i, j| if i == j { 10_f64.powi(-14 * i as i32) } else { 0.0 });
        let repeated = Mat::from_fn(n, n, |i, j| random(n, 3, 5)[[i, j % 3]]);
        for a in [
            hilbert,
            kahan,
            jordan,
            rows_graded,
            columns_graded,
            growing,
            bidiagonal,
            wilkinson,
            subnormal,
            repeated,
            Mat::zeros([n, n]),
            Mat::eye(n),
            Mat::full([n, n], 1.0),
            Mat::full([n, 2], 1e-3),
            Mat::full([3, n], 7.0),
            Mat::from_fn(n, n, |i, j| f64::from(i + j + 1 == n)),
            Mat::from_fn(n, n, |i, j| if (i, j) == (n - 1, 0) { 1.0 } else { 0.0 }),
            with_singular_values(n, n, &[1.0; 24], 1),
            with_singular_values(
                n,
                n,
                &(0..n).map(|i| if i < 12 { 1.0 } else { 1e-15 }).collect::<Vec<_>>(),
                2,
            ),
            with_singular_values(
                3 * n,
                n,
                &(0..n).map(|i| 10_f64.powi(-2 * i as i32)).collect::<Vec<_>>(),
                3,
            ),
        ] {
            both(&a);
            both(&a.transpose());
            let largest = norm_inf(a.data());
            for scale in [1e150, 1e-150, 1e280, 1e-280] {
                both(&a.map(|x| if x.abs() > 1e-20 * largest { x / largest * scale } else { 0.0 }));
            }
        }
        // Sizes beside those of blocks and panels, thin ones, flat ones; 0 × n.
        for (m, n) in [
            (0, 0),
            (0, 5),
            (1, 1),
            (1, 9),
            (2, 2),
            (47, 47),
            (48, 48),
            (49, 49),
            (80, 80),
            (81, 81),
            (113, 97),
            (300, 2),
            (300, 1),
            (75, 50),
            (74, 50),
            (150, 100),
            (128, 128),
        ] {
            for a in [random(m, n, 1), random(n, m, 2)] {
                check(&a, &Svd::new(a.view()).unwrap());
            }
        }
        let a = random(300, 300, 3);
        check(&a, &Svd::new(a.view()).unwrap());
        let clustered = with_singular_values(
            200,
            200,
            &(0..200).map(|i| 1.0 + 1e-13 * f64::from(i)).collect::<Vec<_>>(),
            4,
        );
        check(&clustered, &Svd::new(clustered.view()).unwrap());
    }

    /// By 120 digits, and by LAPACK: see `golden/svd.py`.
    #[test]
    fn figures_from_elsewhere_agree() {
        let mut seen = 0;
        for line in include_str!("golden/svd.txt").lines() {
            let (words, numbers): (Vec<&str>, Vec<&str>) =
                line.split_whitespace().partition(|w| !w.contains('.'));
            let want: Vec<f64> = numbers.iter().map(|x| x.parse().unwrap()).collect();
            let size = |i: usize| words[i].parse::<usize>().unwrap();
            let n = size(1);
            let (a, own_precision) = match words[0] {
                "hilbert" => (Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64), false),
                "graded" => {
                    let a = random(n + 2, n, 5);
                    (Mat::from_fn(n + 2, n, |i, j| a[[i, j]] * 2_f64.powi(-13 * j as i32)), true)
                }
                "kahan" => {
                    let kahan = |i: usize, j: usize| {
                        0.75_f64.powi(i as i32)
                            * if j == i {
                                1.0
                            } else if j > i {
                                -0.625
                            } else {
                                0.0
                            }
                    };
                    (Mat::from_fn(n, n, kahan), false)
                }
                _ => (random(n, size(2), [1, 2, 3][seen - 3]), false),
            };
            seen += 1;
            let (golub, jacobi) = (Svd::new(a.view()).unwrap(), Svd::jacobi(a.view()).unwrap());
            assert_eq!(want.len(), golub.s.len(), "{line}");
            for i in 0..want.len() {
                let limit = 1e-14 * want[0];
                assert!((golub.s[i] - want[i]).abs() <= limit, "{words:?}: {} for {}", golub.s[i], want[i]);
                assert!((jacobi.s[i] - want[i]).abs() <= limit, "{words:?}: {} for {}", jacobi.s[i], want[i]);
                if own_precision {
                    // 10⁻³⁶ of the largest, and still fifteen digits
                    assert!((jacobi.s[i] / want[i] - 1.0).abs() <= 1e-14, "{} for {}", jacobi.s[i], want[i]);
                }
            }
        }
        assert_eq!(seen, 6);
    }

    /// Columns of lengths 1, 10⁻²⁰, 10⁻⁴⁰ …: Jacobi has every σ to its own precision, mirrors cannot.
    #[test]
    fn jacobi_keeps_the_digits_of_small_singular_values() {
        let n = 8;
        let well = random(3 * n, n, 11);
        let scaled = Mat::from_fn(3 * n, n, |i, j| well[[i, j]] * 2_f64.powi(-60 * j as i32));
        // One after another the columns are so much shorter that σⱼ is the length of column j's part orthogonal to those before: R's diagonal.
        let r = linalg::Qr::new(scaled.view()).unwrap().r();
        let jacobi = Svd::jacobi(scaled.view()).unwrap();
        check(&scaled, &jacobi);
        for j in 0..n {
            assert!((jacobi.s[j] / r[[j, j]].abs() - 1.0).abs() < 1e-14, "{j}");
        }
        // The same for rows of a wide matrix, and for any order of the columns.
        let wide = Svd::jacobi(scaled.view().transpose()).unwrap();
        let mixed = Mat::from_fn(3 * n, n, |i, j| scaled[[i, (5 * j + 3) % n]]);
        for other in [wide, Svd::jacobi(mixed.view()).unwrap()] {
            for (x, y) in other.s.iter().zip(&jacobi.s) {
                assert!((x / y - 1.0).abs() < 1e-14);
            }
        }
        // With mixed columns, mirrors lose all that is below 10⁻¹⁶ of the largest: this is no accident to be tested away.
        let golub = Svd::new(mixed.view()).unwrap();
        assert!((golub.s[n - 1] / jacobi.s[n - 1] - 1.0).abs() > 1e-3 || golub.s[n - 1] == 0.0);
    }

    #[test]
    fn what_has_no_answer_says_so() {
        for bad in [f64::NAN, f64::INFINITY] {
            for shape in [[2, 3], [3, 2]] {
                let mut a = Mat::zeros(shape);
                a[[1, 0]] = bad;
                for method in [Svd::new, Svd::jacobi] {
                    assert!(matches!(method(a.view()), Err(Error::NotFinite { row: 1, col: 0, .. })));
                }
                assert!(matches!(Pca::new(a.view(), 1), Err(Error::NotFinite { .. })));
                assert!(matches!(
                    randomised(&a, 1, Effort::default(), noise(1)),
                    Err(Error::NotFinite { .. })
                ));
            }
        }
        let large = Mat::full([2, 2], 1.7e308);
        assert!(matches!(Svd::new(large.view()), Err(Error::Overflow { .. })));
        assert!(matches!(Svd::jacobi(large.view()), Err(Error::Overflow { .. })));
        assert!(matches!(
            Pca::new(Mat::from_rows(&[[1e200], [-1e200]]).view(), 1),
            Err(Error::Overflow { .. })
        ));
        let a = Mat::eye(3);
        assert!(matches!(randomised(&a, 1, Effort::default(), || f64::NAN), Err(Error::NotFinite { .. })));
        for samples in 0..2 {
            let error = Pca::new(Mat::zeros([samples, 3]).view(), 1).unwrap_err();
            assert!(matches!(error, Error::TooFewSamples { needed: 2, .. }));
            assert!(error.to_string().contains("at least 2"), "{error}");
        }
        let flat = Mat::from_rows(&[[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]]);
        let pca = Pca::new(flat.view(), 2).unwrap();
        for how in [Whitening::Pca, Whitening::Zca] {
            assert!(matches!(pca.whiten(flat.view(), how, 0.0), Err(Error::Singular { pivot: 1, .. })));
            assert!(pca.whiten(flat.view(), how, 1e-6).unwrap().data().iter().all(|x| x.is_finite()));
        }
        assert_eq!(Svd::new(Mat::zeros([0, 3]).view()).unwrap().rank(0.0), 0);
        assert_eq!(Svd::new(Mat::zeros([2, 3]).view()).unwrap().pseudo_inverse(0.0), Mat::zeros([3, 2]));
    }

    #[test]
    #[should_panic(expected = "svd: shape [3] is not a matrix")]
    fn a_vector_is_no_matrix() {
        let _ = Svd::new(View::new(&[1.0, 2.0, 3.0], [3]));
    }

    #[test]
    #[should_panic(expected = "pca transform: shape [2, 4] does not fit directions of shape [1, 3]")]
    fn data_of_another_width_are_refused() {
        Pca::new(Mat::eye(3).view(), 1).unwrap().transform(Mat::zeros([2, 4]).view());
    }

    #[test]
    #[should_panic(expected = "a tolerance of NaN")]
    fn a_tolerance_is_a_number() {
        let _ = Svd::new(Mat::eye(3).view()).unwrap().rank(f64::NAN);
    }

    #[test]
    fn a_sketch_finds_the_largest() {
        // A fast decay: nearly exact. A slow one: with powers within a few per cent, and never above.
        for (decay, powers, within) in [(0.5_f64, 1, 1e-12), (0.97, 0, 0.5), (0.97, 2, 0.05), (0.97, 6, 5e-3)]
        {
            let s: Vec<f64> = (0..80).map(|i| decay.powi(i)).collect();
            for (m, n) in [(120, 90), (90, 120)] {
                let a = with_singular_values(m, n, &s, 5);
                let effort = Effort { oversampling: 8, powers };
                let svd = randomised(&a, 10, effort, noise(3)).unwrap();
                assert_eq!((svd.u.shape().dims(), svd.vt.shape().dims()), (&[m, 10][..], &[10, n][..]));
                for (got, want) in svd.s.iter().zip(&s) {
                    assert!(
                        (1.0 - within..=1.0 + 1e-13).contains(&(got / want)),
                        "{decay} {powers}: {got} {want}"
                    );
                }
                let k = Mat::eye(10);
                assert!(distance(&svd.u.transpose().matmul(&svd.u), &k) < 1e-13);
                assert!(distance(&svd.vt.matmul(&svd.vt.transpose()), &k) < 1e-13);
                let error = distance(&svd.product(), &a);
                let best = Svd::new(a.view()).unwrap().rank_k_error(10);
                // Halko, Martinsson and Tropp, theorem 10.5, is about the mean; twice that is generous for one case
                let bound = 2.0 * (1.0 + 10.0 / 7.0_f64).sqrt() * best;
                assert!(error >= best * (1.0 - 1e-12) && error <= bound + 1e-12, "{error} {best}");
            }
        }
        // all of a small matrix, more than there is, nothing
        let a = random(7, 5, 1);
        let all = randomised(&a, 9, Effort::default(), noise(1)).unwrap();
        check(&a, &all);
        assert_eq!(randomised(&a, 0, Effort { oversampling: 0, powers: 1 }, noise(1)).unwrap().s, []);
        assert!(
            randomised(&Mat::zeros([6, 4]), 2, Effort::default(), noise(1))
                .unwrap()
                .s
                .iter()
                .all(|&s| s == 0.0)
        );
    }

    /// A + u·vᵀ with a sparse A, never formed.
    struct Sum {
        diagonal: Vec<f64>,
        row: Mat,
    }

    impl Operator for Sum {
        fn shape(&self) -> [usize; 2] {
            [self.diagonal.len(); 2]
        }
        fn times(&self, x: &Mat) -> Mat {
            let ones = Tensor::full([self.diagonal.len(), 1], 1.0).matmul(&self.row.matmul(x));
            Mat::from_fn(x.rows(), x.cols(), |i, j| self.diagonal[i] * x[[i, j]] + ones[[i, j]])
        }
        fn transposed_times(&self, x: &Mat) -> Mat {
            let outer = self.row.transpose().matmul(&Tensor::full([1, x.rows()], 1.0).matmul(x));
            Mat::from_fn(x.rows(), x.cols(), |i, j| self.diagonal[i] * x[[i, j]] + outer[[i, j]])
        }
    }

    #[test]
    fn an_operator_need_not_be_a_matrix() {
        let n = 60;
        let sum = Sum { diagonal: (0..n).map(|i| 0.8_f64.powi(i)).collect(), row: random(1, 60, 2) };
        let formed = sum.times(&Mat::eye(60));
        let (got, want) = (
            randomised(&sum, 5, Effort { oversampling: 10, powers: 3 }, noise(4)).unwrap(),
            Svd::new(formed.view()).unwrap(),
        );
        for (x, y) in got.s.iter().zip(&want.s) {
            assert!((x / y - 1.0).abs() < 1e-9, "{x} {y}");
        }
    }

    #[test]
    fn white_data_have_covariance_one() {
        let (samples, features) = (200, 6);
        let mix = random(features, features, 8);
        let x = random(samples, features, 9).matmul(&mix).map(|x| x + 3.0);
        let pca = Pca::new(x.view(), features).unwrap();
        let covariance = |y: &Mat| {
            let pca = Pca::new(y.view(), features).unwrap();
            assert!(norm_inf(&pca.mean) < 1e-12);
            y.transpose().matmul(y).map(|c| c / (samples - 1) as f64)
        };
        let (by_pca, by_zca) = (
            pca.whiten(x.view(), Whitening::Pca, 0.0).unwrap(),
            pca.whiten(x.view(), Whitening::Zca, 0.0).unwrap(),
        );
        for white in [&by_pca, &by_zca] {
            assert!(distance(&covariance(white), &Mat::eye(features)) < 1e-11);
        }
        // Of all whitened data, ZCA's are the nearest to the (centred) data: here compared with PCA's and with turned ones.
        let centred = Mat::from_fn(samples, features, |i, j| x[[i, j]] - pca.mean[j]);
        let turned = by_zca.matmul(&orthogonal(features, features, 4));
        for other in [by_pca, turned] {
            assert!(distance(&centred, &by_zca) <= distance(&centred, &other));
        }
    }
}
