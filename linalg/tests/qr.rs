//! QR decomposition: what defines it, nalgebra, and the matrices that break careless code.

mod qr {
    use linalg::{Error, Mat, Qr, Tensor, View};
    use nalgebra::DMatrix;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    fn random(m: usize, n: usize, mut seed: u64) -> Mat {
        Mat::from_fn(m, n, |_, _| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
    }

    /// Checks everything that makes Q and R a QR decomposition, column by column relative to that column.
    #[track_caller]
    fn check(a: &Mat) -> Qr {
        let (m, n) = (a.rows(), a.cols());
        let k = m.min(n);
        let qr = Qr::new(a.view()).expect("an answer");
        let (q, full, r) = (qr.q(), qr.q_full(), qr.r());
        assert_eq!((q.shape().dims(), r.shape().dims()), (&[m, k][..], &[k, n][..]));
        assert_eq!(full.shape().dims(), [m, m]);
        let limit = 1e-15 * (m + n + 1) as f64;
        for q in [&q, &full] {
            let q = q.to_dmatrix();
            let error = (q.transpose() * &q - DMatrix::identity(q.ncols(), q.ncols())).norm();
            assert!(error <= limit, "QᵀQ is {error:e} away from I for shape {}", a.shape());
        }
        for i in 0..m {
            assert_eq!(q.row(i), &full.row(i)[..k], "the thin Q is not the beginning of the full one");
        }
        for i in 0..k {
            assert!(r.row(i)[..i.min(n)].iter().all(|&x| x == 0.0), "R is not triangular");
        }
        for j in 0..n {
            let column: Vec<f64> = (0..m).map(|i| a[[i, j]]).collect();
            let scale = linalg::norm_inf(&column);
            if scale == 0.0 {
                assert!((0..k).all(|i| r[[i, j]] == 0.0), "column {j} is zero in A and not in R");
                continue;
            }
            for i in 0..m {
                let product: f64 = (0..k).map(|l| q[[i, l]] * (r[[l, j]] / scale)).sum();
                let error = (product - column[i] / scale).abs();
                assert!(error <= limit, "QR − A is {error:e} at ({i}, {j}), relative to column {j}");
            }
        }
        qr
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn tall_wide_square_and_empty(m in 0..24_usize, n in 0..24_usize, seed: u64) {
            check(&random(m, n, seed));
        }

        /// For full column rank R is unique up to the signs of its rows.
        #[test]
        fn agrees_with_nalgebra_up_to_signs(n in 1..12_usize, more in 0..12_usize, seed: u64) {
            let a = random(n + more, n, seed);
            let (r, want) = (check(&a).r(), a.to_dmatrix().qr().r());
            // The distance of two triangular factors grows with the condition of A; random ones are harmless.
            let condition = { let s = a.to_dmatrix().singular_values(); s.max() / s.min() };
            for i in 0..n {
                for j in 0..n {
                    let error = (r[[i, j]].abs() - want[(i, j)].abs()).abs();
                    prop_assert!(error <= 1e-14 * condition * n as f64, "{error:e} at ({i}, {j})");
                }
            }
        }

        #[test]
        fn rank_deficient_matrices_keep_an_orthogonal_q(
            m in 1..16_usize, n in 1..16_usize, rank in 0..6_usize, seed: u64,
        ) {
            check(&random(m, rank, seed).matmul(&random(rank, n, !seed)));
        }

        /// Q does not change, in no bit, when columns are multiplied by powers of two; R's columns follow.
        #[test]
        fn columns_of_any_scale(n in 1..8_usize, more in 0..8_usize, k in prop::collection::vec(-900..900_i32, 8), seed: u64) {
            let a = random(n + more, n, seed);
            let scaled = Mat::from_fn(n + more, n, |i, j| a[[i, j]] * 2_f64.powi(k[j]));
            let (one, other) = (check(&a), check(&scaled));
            prop_assert_eq!(one.q(), other.q());
            let (one, other) = (one.r(), other.r());
            for i in 0..n {
                for j in 0..n {
                    prop_assert_eq!(one[[i, j]] * 2_f64.powi(k[j]), other[[i, j]]);
                }
            }
        }

        #[test]
        fn applying_q_is_multiplying_by_the_full_q(m in 1..12_usize, n in 0..12_usize, cols in 0..5_usize, seed: u64) {
            let (qr, b) = (check(&random(m, n, seed)), random(m, cols, !seed));
            let q = qr.q_full();
            for (transposed, matrix) in [(false, q.clone()), (true, q.transpose())] {
                let (mut got, want) = (b.clone(), matrix.matmul(&b));
                if transposed { qr.apply_qt(&mut got) } else { qr.apply_q(&mut got) }
                for (x, y) in got.data().iter().zip(want.data()) {
                    prop_assert!((x - y).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn the_smallest_and_the_emptiest() {
        for dims in [[0, 0], [0, 3], [3, 0], [1, 1], [1, 4], [4, 1]] {
            check(&Mat::zeros(dims));
            check(&Mat::full(dims, -2.0));
        }
        let qr = check(&Mat::from_rows(&[[-3.0]]));
        assert_eq!((qr.q().data(), qr.r().data()), (&[1.0][..], &[-3.0][..])); // nothing to reflect
        assert_eq!(check(&Mat::zeros([3, 0])).q_full(), Mat::eye(3));
    }

    /// The first column is almost e₁ already. With the other sign, x₁ − ‖x‖ would cancel to 5e-17, or to nothing at all, and Q
    /// would lose half its digits.
    #[test]
    fn a_column_that_is_almost_an_axis() {
        for epsilon in [1e-6, 1e-8, 1e-10, 1e-200] {
            for sign in [1.0, -1.0] {
                let a = Mat::from_rows(&[[sign, 1.0], [epsilon, 2.0], [epsilon, 5.0]]);
                let r = check(&a).r();
                assert!((r[[0, 0]] + sign).abs() < 1e-11, "R₁₁ has the sign of −x₁: {}", r[[0, 0]]);
            }
        }
    }

    #[test]
    fn hilbert_zero_columns_and_repeated_columns() {
        check(&Mat::from_fn(20, 20, |i, j| 1.0 / (i + j + 1) as f64));
        check(&Mat::from_fn(6, 4, |i, j| if j == 0 || j == 2 { 0.0 } else { (i + j) as f64 }));
        check(&Mat::from_fn(6, 4, |i, _| i as f64));
        check(&Mat::from_fn(5, 5, |i, j| f64::from(i == 4 - j)));
    }

    #[test]
    fn huge_tiny_and_both() {
        for scale in [1e-150, 1e150, 1e-300, 1e300] {
            check(&random(9, 6, 3).map(|x| x * scale));
        }
        // Numbers that hardly have digits left, alone and next to the largest there are: R has no digits either, Q all.
        let least = f64::from_bits(1);
        let no_digits = random(7, 4, 8).map(|x| (x * 9.0).round() * least);
        let both = Mat::from_rows(&[[1e308, least], [-1e308, 3.0 * least], [1e300, 0.0]]);
        for a in [no_digits, both] {
            let q = Qr::new(a.view()).unwrap().q_full().to_dmatrix();
            assert!((q.transpose() * &q - DMatrix::identity(q.nrows(), q.nrows())).norm() < 1e-14);
        }
        // The lengths of these columns just exist (0.97 of the largest number); sums on the way to them do not.
        check(&Mat::from_fn(15, 3, |i, j| f64::MAX / 4.0 * if i == j { 0.9 } else { 1.0 }));
        // Within one column too: what is left of the second one is subnormal.
        check(&Mat::from_rows(&[[1.0, 1.0], [0.0, 3e-310], [0.0, 4e-310]]));
    }

    #[test]
    fn what_has_no_answer_gets_an_error_that_says_so() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for (row, col) in [(0, 0), (3, 1), (0, 2)] {
                let mut a = random(4, 3, 1);
                a[[row, col]] = bad;
                let error = Qr::new(a.view()).unwrap_err();
                assert!(
                    matches!(error, Error::NotFinite { row: r, col: c, .. } if (r, c) == (row, col)),
                    "{error}"
                );
                assert!(error.to_string().contains(&format!("({row}, {col})")));
            }
        }
        // The column exists, its length does not.
        let error = Qr::new(Mat::full([2, 1], f64::MAX).view()).unwrap_err();
        assert!(matches!(error, Error::Overflow { .. }) && error.to_string().contains("divide"));
    }

    #[test]
    fn any_view_will_do() {
        let a = random(5, 3, 2);
        let (want, m) = (Qr::new(a.view()).unwrap(), a.to_dmatrix());
        assert_eq!(Qr::new(View::from(&m)).unwrap().q(), want.q());
        let t = a.transpose();
        assert_eq!(Qr::new(t.view().transpose()).unwrap().r(), want.r());
    }

    #[test]
    #[should_panic(expected = "a Q of [5, 3] does not multiply [3, 1]")]
    fn a_right_hand_side_of_another_height_is_refused() {
        Qr::new(random(5, 3, 2).view()).unwrap().apply_qt(&mut Mat::zeros([3, 1]));
    }

    #[test]
    #[should_panic(expected = "shape [3] is not a matrix")]
    fn a_vector_is_no_matrix() {
        let _ = Qr::new(Tensor::zeros([3]).view());
    }
}
