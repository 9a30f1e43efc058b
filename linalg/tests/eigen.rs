//! Symmetric eigen-decomposition against nalgebra, closed forms, and the matrices that break careless code.

mod eigen {
    use linalg::{Error, Mat, SymmetricEigen, Tensor, View, frobenius};
    use nalgebra::DMatrix;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// Entries in ±1/2 from a small generator, symmetric.
    fn random(n: usize, mut seed: u64) -> Mat {
        let mut a = Mat::zeros([n, n]);
        for i in 0..n {
            for j in 0..=i {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                a[[i, j]] = (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
                a[[j, i]] = a[[i, j]];
            }
        }
        a
    }

    fn diagonal(d: &[f64]) -> Mat {
        Mat::from_fn(d.len(), d.len(), |i, j| if i == j { d[i] } else { 0.0 })
    }

    /// (‖AV − VΛ‖, ‖VᵀV − I‖) in the Frobenius norm, computed by nalgebra.
    fn errors(a: &Mat, e: &SymmetricEigen) -> (f64, f64) {
        let (n, a, v) = (a.rows(), a.to_dmatrix(), e.vectors.to_dmatrix());
        let lambda = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(e.values.clone()));
        ((&a * &v - &v * lambda).norm(), (v.transpose() * &v - DMatrix::identity(n, n)).norm())
    }

    /// Decomposes; checks residual, orthogonality and order; returns the eigenvalues.
    #[track_caller]
    fn decompose(a: &Mat) -> Vec<f64> {
        let e = SymmetricEigen::new(a.view()).expect("an answer");
        let n = a.rows();
        assert_eq!((e.values.len(), e.vectors.shape().dims()), (n, &[n, n][..]));
        assert!(e.values.is_sorted());
        // relative to the largest entry, so that a scale of 1e±300 is no excuse
        let scale = linalg::norm_inf(a.data());
        let unit = if scale == 0.0 { a.clone() } else { a.map(|x| x / scale) };
        let scaled = SymmetricEigen {
            values: e.values.iter().map(|x| if scale == 0.0 { *x } else { x / scale }).collect(),
            vectors: e.vectors,
        };
        let (residual, orthogonality) = errors(&unit, &scaled);
        let limit = 4e-15 * (n.max(1) as f64);
        assert!(residual <= limit * frobenius(unit.view()).max(1.0), "residual {residual:e} for n = {n}");
        assert!(orthogonality <= limit, "orthogonality {orthogonality:e} for n = {n}");
        e.values
    }

    #[track_caller]
    fn assert_close(got: &[f64], want: &[f64], tolerance: f64) {
        assert_eq!(got.len(), want.len());
        for (k, (got, want)) in got.iter().zip(want).enumerate() {
            assert!((got - want).abs() <= tolerance, "eigenvalue {k} is {got:e}, should be {want:e}");
        }
    }

    fn nalgebra_values(a: &Mat) -> Vec<f64> {
        let mut values = a.to_dmatrix().symmetric_eigenvalues().as_slice().to_vec();
        values.sort_by(f64::total_cmp);
        values
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn random_matrices_agree_with_nalgebra(n in 1..40_usize, seed: u64) {
            let a = random(n, seed);
            let values = decompose(&a);
            assert_close(&values, &nalgebra_values(&a), 1e-14 * n as f64);
            // Two sums that no similarity changes.
            let trace: f64 = (0..n).map(|i| a[[i, i]]).sum();
            prop_assert!((values.iter().sum::<f64>() - trace).abs() <= 1e-14 * (n * n) as f64);
            let squares = linalg::norm2(&values);
            prop_assert!((squares - frobenius(a.view())).abs() <= 1e-14 * n as f64);
        }

        /// Q·diag(λ)·Qᵀ for λ that we choose: many equal, some zero, signs mixed, magnitudes far apart.
        #[test]
        fn chosen_eigenvalues_come_back(
            choice in prop::collection::vec(prop::sample::select(vec![0.0, 1.0, 1.0, 1.0 + 1e-13, -1.0, 2.0, 1e-8, 1e-15, -3.0]), 1..20),
            seed: u64,
        ) {
            let n = choice.len();
            let q = random(n, seed).to_dmatrix().symmetric_eigen().eigenvectors; // any orthogonal matrix
            let a = &q * DMatrix::from_diagonal(&nalgebra::DVector::from_vec(choice.clone())) * q.transpose();
            let mut want = choice;
            want.sort_by(f64::total_cmp);
            assert_close(&decompose(&Tensor::from(&a)), &want, 1e-14 * n as f64);
        }

        /// Multiplying A by a power of two multiplies the eigenvalues by it, and changes no bit of the vectors.
        #[test]
        fn scaling_by_a_power_of_two_changes_nothing_else(n in 1..12_usize, seed: u64, k in -900..900_i32) {
            let (a, power) = (random(n, seed), 2_f64.powi(k));
            let one = SymmetricEigen::new(a.view()).unwrap();
            let other = SymmetricEigen::new(a.map(|x| x * power).view()).unwrap();
            prop_assert_eq!(&one.vectors, &other.vectors);
            for (x, y) in one.values.iter().zip(&other.values) {
                prop_assert!((x * power - y).abs() <= 1e-15 * y.abs());
            }
        }
    }

    #[test]
    fn at_256_residual_and_orthogonality_are_below_1e_12() {
        let a = random(256, 1);
        let e = SymmetricEigen::new(a.view()).unwrap();
        let (residual, orthogonality) = errors(&a, &e);
        assert!(residual < 1e-12, "{residual:e}");
        assert!(orthogonality < 1e-12, "{orthogonality:e}");
        assert_close(&e.values, &nalgebra_values(&a), 1e-12);
    }

    /// Larger than what QL alone does: sizes around each cut, and the matrices that break careless code, up to n = 300. The halves and QL
    /// must say the same.
    #[test]
    fn halves_agree_with_ql() {
        let tridiagonal = |n: usize, d: &dyn Fn(usize) -> f64, e: &dyn Fn(usize) -> f64| {
            Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
                0 => d(i),
                1 => e(i.min(j)),
                _ => 0.0,
            })
        };
        let graded = |n: usize, step: f64| {
            let noise = random(n, 3);
            Mat::from_fn(n, n, |i, j| {
                10_f64.powf(-step * (i + j) as f64) * if i == j { 1.0 } else { 0.3 * noise[[i, j]] }
            })
        };
        let q = SymmetricEigen::new(random(90, 5).view()).unwrap().vectors;
        let with = |d: &dyn Fn(usize) -> f64| {
            let a = q
                .matmul(&Mat::from_fn(90, 90, |i, j| if i == j { d(i) } else { 0.0 }))
                .matmul(&q.transpose());
            a.zip_with(&a.transpose(), |x, y| 0.5 * (x + y))
        };
        // Wilkinson's matrix fourteen times, glued by entries that hardly count: every eigenvalue comes fourteen times, nearly.
        let glued = |glue: f64| {
            tridiagonal(294, &|i| ((i % 21) as f64 - 10.0).abs(), &|i| if i % 21 == 20 { glue } else { 1.0 })
        };
        let mut matrices: Vec<Mat> =
            (30..40).chain([64, 65, 129, 300]).map(|n| random(n, n as u64)).collect();
        matrices.extend([1e-150, 1e150, 1e-300, 1e300].map(|scale| random(70, 8).map(|x| x * scale)));
        matrices.extend([
            Mat::zeros([50, 50]),
            Mat::eye(60),
            Mat::full([80, 80], 1.0),
            diagonal(&(0..100).map(|i| f64::from(i % 7)).collect::<Vec<_>>()),
            Mat::from_fn(40, 40, |i, j| 1.0 / (i + j + 1) as f64),
            graded(40, 0.5),
            graded(40, 4.0),
            Mat::from_fn(40, 40, |i, j| graded(40, 4.0)[[39 - i, 39 - j]]),
            tridiagonal(101, &|i| (i as f64 - 50.0).abs(), &|_| 1.0),
            tridiagonal(200, &|_| 2.0, &|_| -1.0),
            tridiagonal(64, &|_| 0.0, &|i| if i == 31 { 1.0 } else { 1e-170 }),
            tridiagonal(64, &|_| 0.0, &|i| 10_f64.powi(-(i as i32))),
            tridiagonal(70, &|i| if i < 35 { 1.0 } else { 1e-20 }, &|i| if i < 35 { 0.5 } else { 1e-21 }),
            glued(1e-8),
            glued(1e-14),
            with(&|_| 1.0),
            with(&|i| 1.0 + 1e-14 * i as f64),
            with(&|i| if i < 5 { 1.0 } else { 0.0 }),
            with(&|i| 10_f64.powi(-(i as i32) / 4)),
            with(&|i| if i % 2 == 0 { 1.0 } else { -1.0 }),
        ]);
        for a in matrices {
            let values = decompose(&a);
            let largest = linalg::norm_inf(a.data());
            let want = SymmetricEigen::by_ql(a.view()).unwrap().values;
            assert_close(&values, &want, 50.0 * a.rows() as f64 * f64::EPSILON * largest);
        }
    }

    /// LAPACK's `dsyevd`, through SciPy: `golden/eigen.py` made the figures.
    #[test]
    fn lapacks_figures() {
        let of = |name: &str, n: usize| -> Mat {
            let block = |i: usize| ((i % 21) as f64 - 10.0).abs();
            let glued = |glue: f64| {
                Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
                    0 => block(i),
                    1 => {
                        if i.min(j) % 21 == 20 {
                            glue
                        } else {
                            1.0
                        }
                    }
                    _ => 0.0,
                })
            };
            match name {
                "integers" => Mat::from_fn(n, n, |i, j| {
                    ((i * j * 7 + (i + j) * 5 + i.abs_diff(j).pow(2)) % 23) as f64 - 11.0
                }),
                "wilkinson" => glued(0.0),
                "glued" => glued(2_f64.powi(-40)),
                _ => {
                    Mat::from_fn(n, n, |i, j| 2_f64.powi(-((i + j) as i32)) * if i == j { 1.0 } else { 0.25 })
                }
            }
        };
        for line in include_str!("golden/eigen.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let (name, n) = (words.next().unwrap(), words.next().unwrap().parse().unwrap());
            let want: Vec<f64> = words.map(|x| x.parse().unwrap()).collect();
            let a = of(name, n);
            let limit = 50.0 * n as f64 * f64::EPSILON * want.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            for e in [
                SymmetricEigen::new(a.view()),
                SymmetricEigen::by_ql(a.view()),
                linalg::eigen::jacobi(a.view()),
            ] {
                assert_close(&e.unwrap().values, &want, limit);
            }
        }
    }

    #[test]
    fn the_smallest_matrices() {
        let none = SymmetricEigen::new(Mat::zeros([0, 0]).view()).unwrap();
        assert!(none.values.is_empty() && none.vectors.shape().dims() == [0, 0]);
        for x in [0.0, -0.0, 3.0, -2.0, 1e300, 1e-310, f64::MAX, f64::from_bits(1)] {
            let e = SymmetricEigen::new(Mat::from_rows(&[[x]]).view()).unwrap();
            assert_eq!((e.values[0], e.vectors[[0, 0]].abs()), (x, 1.0));
        }
        assert_close(&decompose(&Mat::from_rows(&[[0.0, 1.0], [1.0, 0.0]])), &[-1.0, 1.0], 1e-15);
        assert_close(
            &decompose(&Mat::from_rows(&[[0.0, 1e-200], [1e-200, 0.0]])),
            &[-1e-200, 1e-200],
            1e-215,
        );
    }

    #[test]
    fn diagonal_matrices_are_only_sorted() {
        for n in [1, 2, 3, 17] {
            assert_eq!(decompose(&Mat::zeros([n, n])), vec![0.0; n]);
            assert_eq!(decompose(&Mat::eye(n)), vec![1.0; n]);
        }
        let a = diagonal(&[3.0, -1.0, 1e-30, 2.0, -1.0, 0.0]);
        let e = SymmetricEigen::new(a.view()).unwrap();
        assert_eq!(e.values, [-1.0, -1.0, 0.0, 1e-30, 2.0, 3.0]);
        assert!(e.vectors.data().iter().all(|x| [0.0, 1.0].contains(&x.abs())));
    }

    #[test]
    fn repeated_and_clustered_eigenvalues_keep_orthogonal_vectors() {
        for n in [2, 5, 30] {
            // All ones: n once, 0 otherwise.
            let mut want = vec![0.0; n];
            want[n - 1] = n as f64;
            assert_close(&decompose(&Mat::full([n, n], 1.0)), &want, 1e-14 * n as f64);
            // 1 with a disturbance in the last digits: a cluster narrower than the error bound.
            let noise = random(n, 7);
            let a = Mat::from_fn(n, n, |i, j| f64::from(i == j) + 1e-14 * noise[[i, j]]);
            assert_close(&decompose(&a), &vec![1.0; n], 1e-13 * n as f64);
        }
    }

    /// Wilkinson's W₂₁⁺: |10−i| on the diagonal, ones beside it. Its eigenvalues come in pairs, the two largest alike in 14 digits:
    /// 10.746194182903322 and 10.746194182903393 (J. H. Wilkinson, *The Algebraic Eigenvalue Problem*, 1965, p. 309).
    #[test]
    fn wilkinsons_pairs() {
        let a = Mat::from_fn(21, 21, |i, j| match i.abs_diff(j) {
            0 => (i as f64 - 10.0).abs(),
            1 => 1.0,
            _ => 0.0,
        });
        let values = decompose(&a);
        assert_close(&values[19..], &[10.746194182903322, 10.746194182903393], 2e-14);
        assert_close(&values, &nalgebra_values(&a), 1e-13);
    }

    /// The second difference (2 on the diagonal, −1 beside it): λₖ = 2 − 2cos(kπ/(n+1)).
    #[test]
    fn second_differences_have_cosines() {
        for n in [3, 50, 101] {
            let a = Mat::from_fn(n, n, |i, j| [2.0, -1.0, 0.0][i.abs_diff(j).min(2)]);
            let angle = |k: usize| k as f64 * std::f64::consts::PI / (n + 1) as f64;
            let want: Vec<f64> = (1..=n).map(|k| 2.0 - 2.0 * angle(k).cos()).collect();
            assert_close(&decompose(&a), &want, 1e-14 * n as f64);
        }
    }

    /// Condition 10¹⁶ and more: the small eigenvalues have an absolute error, and may come out below zero.
    #[test]
    fn hilbert_matrices() {
        for n in [5, 12, 20] {
            let a = Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64);
            assert_close(&decompose(&a), &nalgebra_values(&a), 1e-14);
        }
        // 3×3: the roots of λ³ − (23/15)λ² + (127/720)λ − 1/2160, by Newton's method from the computed ones.
        let a = Mat::from_fn(3, 3, |i, j| 1.0 / (i + j + 1) as f64);
        for root in decompose(&a) {
            let p = ((root - 23.0 / 15.0) * root + 127.0 / 720.0) * root - 1.0 / 2160.0;
            let slope = (3.0 * root - 46.0 / 15.0) * root + 127.0 / 720.0;
            assert!((p / slope).abs() < 1e-15, "{root} is {:e} away from a root", p / slope);
        }
    }

    #[test]
    fn graded_matrices_in_both_directions() {
        let n = 16;
        for falling in [true, false] {
            let weight = |i: usize| 10_f64.powi(-(if falling { i } else { n - 1 - i } as i32));
            let noise = random(n, 3);
            let a = Mat::from_fn(n, n, |i, j| {
                let x = if i == j { 1.0 } else { 0.3 * noise[[i, j]] };
                x * weight(i) * weight(j) // from 1 down to 1e-30
            });
            assert_close(&decompose(&a), &nalgebra_values(&a), 1e-15);
        }
    }

    #[test]
    fn huge_and_tiny_entries() {
        let a = random(30, 5);
        let want = decompose(&a);
        for scale in [1e-150, 1e150, 1e-290, 1e290, 1e-306] {
            let values = decompose(&a.map(|x| x * scale));
            let back: Vec<f64> = values.iter().map(|x| x / scale).collect();
            assert_close(&back, &want, 1e-13);
        }
        // Entries that hardly have digits left (multiples of 2⁻¹⁰⁷⁴) still have orthonormal vectors.
        let least = f64::from_bits(1);
        let e = SymmetricEigen::new(a.map(|x| (x * 9.0).round() * least).view()).unwrap();
        assert!(errors(&a, &e).1 < 1e-13);
        // A block whose squares do not exist beside 1, and one that hardly has digits.
        for x in [1e-170, 3.0 * least] {
            let a = Mat::from_rows(&[[1.0, 0.0, 0.0], [0.0, 0.0, x], [0.0, x, 0.0]]);
            assert_close(&decompose(&a), &[-x, x, 1.0], 1e-15 * x + 1e-300);
        }
        // Both in one matrix.
        let a = Mat::from_rows(&[[1e300, 1.0, 0.0], [1.0, 1e-300, 1e-300], [0.0, 1e-300, 1e-300]]);
        assert_eq!(decompose(&a)[2], 1e300);
    }

    #[test]
    fn what_has_no_answer_gets_an_error_that_says_so() {
        let decompose = |a: &Mat| SymmetricEigen::new(a.view()).map(|e| e.values);
        let wide = decompose(&Mat::zeros([2, 3])).unwrap_err();
        assert!(matches!(wide, Error::NotSquare { .. }) && wide.to_string().contains("[2, 3]"));
        assert!(matches!(decompose(&Tensor::zeros([4])), Err(Error::NotSquare { .. })));
        assert!(matches!(decompose(&Tensor::zeros([2, 2, 2])), Err(Error::NotSquare { .. })));

        let mut a = random(5, 1);
        a[[3, 1]] += 1e-9;
        let error = decompose(&a).unwrap_err();
        assert!(matches!(error, Error::NotSymmetric { row: 3, col: 1, .. }), "{error}");
        assert!(error.to_string().contains("(3, 1)") && error.to_string().contains("(A + Aᵀ)/2"));
        a[[3, 1]] = a[[1, 3]] * (1.0 + 1e-15); // rounding is forgiven
        assert!(decompose(&a).is_ok());
        assert!(matches!(
            decompose(&Mat::from_rows(&[[0.0, f64::MAX], [f64::MIN, 0.0]])),
            Err(Error::NotSymmetric { row: 1, col: 0, .. })
        ));

        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for (row, col) in [(0, 0), (1, 4), (4, 1), (4, 4)] {
                let mut a = random(5, 2);
                a[[row, col]] = bad;
                let error = decompose(&a).unwrap_err();
                assert!(
                    matches!(error, Error::NotFinite { row: r, col: c, .. } if (r, c) == (row, col)),
                    "{error}"
                );
            }
        }
        // 4·f64::MAX does not exist; the matrix does.
        assert!(matches!(decompose(&Mat::full([4, 4], f64::MAX)), Err(Error::Overflow { .. })));
    }

    #[test]
    fn any_view_will_do() {
        let a = random(9, 4);
        let want = SymmetricEigen::new(a.view()).unwrap();
        let m = a.to_dmatrix();
        for view in [a.view().transpose(), View::from(&m)] {
            let got = SymmetricEigen::new(view).unwrap();
            assert_eq!((&got.values, &got.vectors), (&want.values, &want.vectors));
        }
        // Where mirror images differ by rounding, neither of them counts more.
        let noisy = Mat::from_fn(9, 9, |i, j| a[[i, j]] + if i > j { 1e-14 } else { 0.0 });
        let [one, other] = [noisy.view(), noisy.view().transpose()].map(|v| SymmetricEigen::new(v).unwrap());
        assert_eq!((one.values, one.vectors), (other.values, other.vectors));
        // A window of a larger matrix.
        let large = random(12, 4);
        let inner = large.view().slice(0, 2, 7).slice(1, 2, 7);
        let copy = inner.to_tensor();
        assert_eq!(
            SymmetricEigen::new(inner).unwrap().values,
            SymmetricEigen::new(copy.view()).unwrap().values
        );
    }
}
