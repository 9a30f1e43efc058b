//! Systems of equations: what defines a solution, nalgebra, and the matrices that break careless code.

#[allow(clippy::comparison_chain)] // matrices are written down case by case
mod solving {
    use linalg::triangular::{Diagonal, solve_lower, solve_upper};
    use linalg::{Cholesky, Error, Lu, Mat, Qr, View, norm_inf};
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

    fn lower(n: usize, seed: u64) -> Mat {
        let a = random(n, n, seed);
        Mat::from_fn(n, n, |i, j| {
            if i == j {
                1.0 + a[[i, i]].abs()
            } else if j < i {
                a[[i, j]]
            } else {
                f64::NAN
            }
        })
    }

    fn positive(n: usize, seed: u64) -> Mat {
        let a = random(n, n, seed);
        let product = a.matmul(&a.transpose());
        Mat::from_fn(n, n, |i, j| product[[i, j]] + if i == j { 0.01 } else { 0.0 })
    }

    fn hilbert(n: usize) -> Mat {
        Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64)
    }

    /// The largest sum of sizes in a row, ‖A‖∞.
    fn norm(a: &Mat) -> f64 {
        (0..a.rows()).map(|i| a.row(i).iter().map(|x| x.abs()).sum()).fold(0.0, f64::max)
    }

    /// ‖A·x − b‖ relative to what rounding may do to it: the backward error.
    #[track_caller]
    fn check_solution(a: &Mat, x: &Mat, b: &Mat) {
        let product = a.matmul(x);
        for j in 0..b.cols() {
            let column = |m: &Mat| (0..m.rows()).map(|i| m[[i, j]]).collect::<Vec<f64>>();
            let (p, b, x) = (column(&product), column(b), column(x));
            let residual: Vec<f64> = p.iter().zip(&b).map(|(p, b)| p - b).collect();
            let scale = norm(a) * norm_inf(&x) + norm_inf(&b);
            let error = norm_inf(&residual) / scale;
            assert!(scale == 0.0 || error <= 50.0 * a.rows() as f64 * f64::EPSILON, "residual {error:e}");
        }
    }

    #[track_caller]
    fn check_lu(a: &Mat) -> Lu {
        let lu = Lu::new(a.view()).expect("an answer");
        let (l, u, n) = (lu.l(), lu.u(), a.rows());
        let mut rows = lu.rows().to_vec();
        rows.sort_unstable();
        assert!(rows.into_iter().eq(0..n), "not a permutation");
        for i in 0..n {
            assert!(l.row(i).iter().all(|x| x.abs() <= 1.0), "an entry of L is beyond 1");
            assert!(l[[i, i]] == 1.0 && l.row(i)[i + 1..].iter().all(|&x| x == 0.0));
            assert!(u.row(i)[..i].iter().all(|&x| x == 0.0));
        }
        let product = l.matmul(&u);
        let limit = 50.0 * n as f64 * f64::EPSILON * norm_inf(a.data()).max(norm_inf(u.data()));
        for i in 0..n {
            for j in 0..n {
                let error = (product[[i, j]] - a[[lu.rows()[i], j]]).abs();
                assert!(error <= limit, "LU is {error:e} away from PA at ({i}, {j})");
            }
        }
        lu
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn triangles_read_their_half_only(n in 0..80_usize, cols in 0..5_usize, seed: u64) {
            let (l, b) = (lower(n, seed), random(n, cols, !seed));
            let zeroed = |t: &Mat| Mat::from_fn(n, n, |i, j| if t[[i, j]].is_nan() { 0.0 } else { t[[i, j]] });
            // Every way to hand a triangle and a right side over.
            for transposed in [false, true] {
                let (mut x, mut wide) = (b.clone(), b.transpose());
                if transposed {
                    solve_upper(l.view().transpose(), Diagonal::Stored, x.view_mut()).unwrap();
                    solve_upper(l.transpose().view(), Diagonal::Stored, wide.view_mut().transpose()).unwrap();
                    check_solution(&zeroed(&l).transpose(), &x, &b);
                } else {
                    solve_lower(l.view(), Diagonal::Stored, x.view_mut()).unwrap();
                    solve_lower(l.view(), Diagonal::Stored, wide.view_mut().transpose()).unwrap();
                    check_solution(&zeroed(&l), &x, &b);
                }
                // the same sums, in an order that the layout decides
                for (x, y) in x.transpose().data().iter().zip(wide.data()) {
                    prop_assert!((x - y).abs() <= 1e-11 * (1.0 + x.abs()), "{x} {y}");
                }
            }
            // With ones for a diagonal, whatever is stored there.
            let nan = Mat::from_fn(n, n, |i, j| if i == j { f64::NAN } else { l[[i, j]] / 8.0 });
            let one = Mat::from_fn(n, n, |i, j| if i == j { 1.0 } else if j < i { nan[[i, j]] } else { 0.0 });
            let mut x = b.clone();
            solve_lower(nan.view(), Diagonal::Ones, x.view_mut()).unwrap();
            check_solution(&one, &x, &b);
        }

        #[test]
        fn lu_of_anything_square(n in 0..80_usize, seed: u64) {
            let (a, b) = (random(n, n, seed), random(n, 3, !seed));
            let lu = check_lu(&a);
            check_solution(&a, &lu.solve(&b).unwrap(), &b);
            check_solution(&a.transpose(), &lu.solve_transposed(&b).unwrap(), &b);
        }

        #[test]
        fn lu_agrees_with_nalgebra(n in 1..14_usize, seed: u64) {
            let a = random(n, n, seed);
            let (lu, other) = (check_lu(&a), a.to_dmatrix().lu());
            let (u, want) = (lu.u(), other.u());
            let condition = { let s = a.to_dmatrix().singular_values(); s.max() / s.min() };
            for i in 0..n {
                for j in 0..n {
                    prop_assert!((u[[i, j]] - want[(i, j)]).abs() <= 1e-14 * condition);
                }
            }
            let det = other.determinant();
            prop_assert!((lu.det() - det).abs() <= 1e-14 * condition * det.abs());
            prop_assert!((lu.ln_abs_det() - det.abs().ln()).abs() <= 1e-13 * condition);
        }

        /// The estimate is a lower bound, and a good one.
        #[test]
        fn the_condition_is_estimated(n in 1..40_usize, seed: u64) {
            let a = random(n, n, seed);
            let lu = check_lu(&a);
            let inverse = a.to_dmatrix().try_inverse().unwrap();
            let norm1 = |m: &nalgebra::DMatrix<f64>| {
                m.column_iter().map(|c| c.iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max)
            };
            let want = norm1(&a.to_dmatrix()) * norm1(&inverse);
            let ratio = lu.condition() / want;
            prop_assert!((0.1..=1.0 + 1e-12 * want).contains(&ratio), "{ratio} of {want:e}");
        }

        #[test]
        fn cholesky_of_anything_positive(n in 0..90_usize, seed: u64) {
            let (a, b) = (positive(n, seed), random(n, 3, !seed));
            let cholesky = Cholesky::new(a.view()).unwrap();
            let l = cholesky.l();
            let (product, limit) = (l.matmul(&l.transpose()), 50.0 * n as f64 * f64::EPSILON * norm_inf(a.data()));
            for i in 0..n {
                prop_assert!(l[[i, i]] > 0.0 && l.row(i)[i + 1..].iter().all(|&x| x == 0.0));
                for j in 0..n {
                    prop_assert!((product[[i, j]] - a[[i, j]]).abs() <= limit);
                }
            }
            check_solution(&a, &cholesky.solve(&b), &b);
            let want = Lu::new(a.view()).unwrap().ln_abs_det();
            prop_assert!((cholesky.ln_det() - want).abs() <= 1e-9 * (1.0 + want.abs()));
        }

        /// Multiplying by a power of two (of four) changes no bit but the exponents.
        #[test]
        fn scales_are_no_matter(n in 1..40_usize, k in -250..250_i32, seed: u64) {
            let factor = 4_f64.powi(k);
            let (a, b) = (positive(n, seed), random(n, 2, !seed));
            let large = a.map(|x| x * factor);
            let want = Lu::new(a.view()).unwrap().solve(&b).unwrap();
            prop_assert_eq!(Lu::new(large.view()).unwrap().solve(&b).unwrap().map(|x| x * factor), want);
            let want = Cholesky::new(a.view()).unwrap();
            let got = Cholesky::new(large.view()).unwrap();
            prop_assert_eq!(got.l(), want.l().map(|x| x * 2_f64.powi(k)));
            prop_assert_eq!(got.solve(&b).map(|x| x * factor), want.solve(&b));
        }
    }

    #[test]
    fn hard_matrices_have_small_residuals() {
        let n = 48;
        let wilkinson = Mat::from_fn(n, n, |i, j| {
            // the growth factor's worst case: U's last column doubles in every row
            if i == j || j == n - 1 {
                1.0
            } else if j < i {
                -1.0
            } else {
                0.0
            }
        });
        let lu = check_lu(&wilkinson);
        assert_eq!(norm_inf(lu.u().data()), 2_f64.powi(47));
        let graded = Mat::from_fn(n, n, |i, j| random(n, n, 3)[[i, j]] * 10_f64.powi(-(i as i32) / 4));
        let clustered = Mat::from_fn(n, n, |i, j| if i == j { 1.0 } else { 1e-14 * (i + 2 * j) as f64 });
        let kahan = Mat::from_fn(n, n, |i, j| {
            let s = 0.9_f64.powi(i as i32);
            if i == j {
                s
            } else if j > i {
                -0.43 * s
            } else {
                0.0
            }
        });
        for a in [graded, clustered, kahan, hilbert(12), Mat::eye(n), random(300, 300, 9)] {
            let b = random(a.rows(), 2, 5);
            check_solution(&a, &check_lu(&a).solve(&b).unwrap(), &b);
        }
        for scale in [1e150, 1e-150, 1e300, 1e-300, 1e-310] {
            let a = random(20, 20, 7).map(|x| x * scale);
            let lu = Lu::new(a.view()).unwrap();
            let b = random(20, 1, 8).map(|x| x * scale);
            let x = lu.solve(&b).unwrap();
            let (unit, right) = (a.map(|x| x / scale), b.map(|x| x / scale));
            if scale > 1e-308 {
                check_solution(&unit, &x, &right);
            }
            assert!(x.data().iter().all(|x| x.is_finite()));
        }
    }

    /// The inverse of a Hilbert matrix has whole entries with a formula: M.-D. Choi, *Tricks or Treats with the Hilbert Matrix*, The American
    /// Mathematical Monthly 90 (1983).
    #[test]
    fn hilbert_matrices_lose_the_digits_that_they_are_known_for() {
        fn choose(n: usize, k: usize) -> f64 {
            (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
        }
        for n in 1..=9 {
            // 1 ≤ i, j ≤ n, without the signs
            let inverse = |i: usize, j: usize| {
                (i + j - 1) as f64
                    * choose(n + i - 1, n - j)
                    * choose(n + j - 1, n - i)
                    * choose(i + j - 2, i - 1).powi(2)
            };
            let column = |f: &dyn Fn(usize, usize) -> f64| {
                (1..=n).map(|j| (1..=n).map(|i| f(i, j)).sum()).fold(0.0, f64::max)
            };
            let want: f64 = column(&inverse) * column(&|i, j| 1.0 / (i + j - 1) as f64);
            let got = Lu::new(hilbert(n).view()).unwrap().condition();
            assert!((got / want - 1.0).abs() <= 1e-15 * want, "n = {n}: {got} for {want}");
        }
    }

    #[test]
    fn what_has_no_answer_says_so() {
        let singular = Mat::from_rows(&[[1.0, 2.0], [2.0, 4.0]]);
        let lu = Lu::new(singular.view()).unwrap();
        assert!(matches!(lu.solve(&Mat::zeros([2, 1])), Err(Error::Singular { pivot: 1, .. })));
        assert!(matches!(lu.solve_transposed(&Mat::zeros([2, 1])), Err(Error::Singular { pivot: 1, .. })));
        assert_eq!((lu.det(), lu.ln_abs_det(), lu.condition()), (0.0, f64::NEG_INFINITY, f64::INFINITY));
        let zero = Lu::new(Mat::zeros([3, 3]).view()).unwrap();
        assert_eq!((zero.det(), zero.condition()), (0.0, f64::INFINITY));
        let empty = Lu::new(Mat::zeros([0, 0]).view()).unwrap();
        assert_eq!((empty.det(), empty.ln_abs_det(), empty.condition()), (1.0, 0.0, 0.0));
        assert_eq!(empty.solve(&Mat::zeros([0, 2])).unwrap().shape().dims(), [0, 2]);

        let numbers = [f64::NAN, f64::INFINITY, 1.0];
        for &bad in &numbers[..2] {
            let a = Mat::from_rows(&[[1.0, 0.0], [0.0, bad]]);
            assert!(matches!(Lu::new(a.view()), Err(Error::NotFinite { row: 1, col: 1, .. })));
            assert!(matches!(Cholesky::new(a.view()), Err(Error::NotFinite { row: 1, col: 1, .. })));
        }
        assert!(matches!(Lu::new(Mat::zeros([2, 3]).view()), Err(Error::NotSquare { .. })));
        assert!(matches!(Lu::new(View::new(&numbers, [3])), Err(Error::NotSquare { .. })));
        assert!(matches!(Cholesky::new(Mat::zeros([2, 3]).view()), Err(Error::NotSquare { .. })));
        assert!(matches!(
            Cholesky::new(Mat::from_rows(&[[1.0, 2.0], [0.0, 1.0]]).view()),
            Err(Error::NotSymmetric { .. })
        ));
        for (a, at) in [
            (Mat::zeros([2, 2]), 0),
            (Mat::from_rows(&[[1.0, 1.0], [1.0, 1.0]]), 1),
            (Mat::from_rows(&[[-1.0, 0.0], [0.0, 1.0]]), 0),
        ] {
            let error = Cholesky::new(a.view()).unwrap_err();
            assert!(matches!(error, Error::NotPositiveDefinite { pivot, .. } if pivot == at), "{error}");
            assert!(error.to_string().contains("multiple of the identity"), "{error}");
        }
        // in a later block too
        let mut a = Mat::eye(70);
        a[[65, 65]] = -3e5;
        let error = Cholesky::new(a.view()).unwrap_err();
        assert!(
            matches!(error, Error::NotPositiveDefinite { pivot: 65, entry, .. } if (entry + 3e5).abs() < 1e-6),
            "{error}"
        );

        let mut b = Mat::full([2, 1], 5.0);
        let l = Mat::from_rows(&[[1.0, 0.0], [2.0, 0.0]]);
        assert!(matches!(
            solve_lower(l.view(), Diagonal::Stored, b.view_mut()),
            Err(Error::Singular { pivot: 1, .. })
        ));
        assert_eq!(b.data(), [5.0, 5.0], "a right side was changed although there is no answer");
    }

    /// The failure of the chapter to come: squaring a matrix squares its condition.
    #[test]
    fn normal_equations_lose_what_qr_keeps() {
        let a = Mat::from_fn(60, 9, |i, j| (i as f64 / 59.0).powi(j as i32));
        let b = a.matmul(&Mat::full([9, 1], 1.0));
        let off = |x: &[f64]| x.iter().map(|x| (x - 1.0).abs()).fold(0.0, f64::max);
        let normal = a.transpose().matmul(&a);
        let squared = Cholesky::new(normal.view()).unwrap().solve(&a.transpose().matmul(&b));
        let qr = Qr::new(a.view()).unwrap();
        let mut x = b.clone();
        qr.apply_qt(&mut x);
        let mut x = Mat::from_fn(9, 1, |i, _| x[[i, 0]]);
        solve_upper(qr.r().view(), Diagonal::Stored, x.view_mut()).unwrap();
        let (by_qr, by_normal) = (off(x.data()), off(squared.data()));
        assert!(by_qr < 1e-9 && by_normal > 1e3 * by_qr, "QR {by_qr:e}, normal equations {by_normal:e}");
    }
}
