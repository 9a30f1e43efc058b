//! Least squares, ranks, refinement and conjugate gradients: what defines their answers, nalgebra, and the cases that break careless code.

#[allow(clippy::comparison_chain)] // matrices are written down case by case
mod solving_fit {
    use linalg::cg::{Stop, conjugate_gradient, preconditioned};
    use linalg::mirrors::BlockReflector;
    use linalg::refine::{dot2, refine, residual, solve_mixed};
    use linalg::{
        Cholesky, Error, Lu, Mat, PivotedQr, Qr, frobenius, lstsq, lstsq_min_norm, norm_inf, norm2,
    };
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig {
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            cases: 64,
            ..ProptestConfig::default()
        }
    }

    fn random(m: usize, n: usize, mut seed: u64) -> Mat {
        Mat::from_fn(m, n, |_, _| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
    }

    fn hilbert(n: usize) -> Mat {
        Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64)
    }

    fn column(a: &Mat, j: usize) -> Vec<f64> {
        (0..a.rows()).map(|i| a[[i, j]]).collect()
    }

    fn positive(n: usize, shift: f64, seed: u64) -> Mat {
        let a = random(n, n, seed);
        let product = a.matmul(&a.transpose());
        Mat::from_fn(n, n, |i, j| product[[i, j]] + if i == j { shift } else { 0.0 })
    }

    proptest! {
        #![proptest_config(config())]

        /// Panels and single mirrors are the same decomposition, across the edge of a panel too.
        #[test]
        fn panels_and_single_mirrors_agree(m in 0..80_usize, n in 0..80_usize, seed: u64) {
            let a = random(m, n, seed);
            let (fast, plain) = (Qr::new(a.view()).unwrap(), Qr::one_by_one(a.view()).unwrap());
            // (R itself is determined as well as A is conditioned: 80 random columns may be close to dependent.)
            let limit = 1e-15 * (m + n) as f64;
            for qr in [&fast, &plain] {
                let q = qr.q();
                let gram = q.transpose().matmul(&q);
                let off = gram.zip_with(&Mat::eye(q.cols()), |x, y| x - y);
                prop_assert!(frobenius(off.view()) <= limit);
                let back = q.matmul(&qr.r()).zip_with(&a, |x, y| x - y);
                prop_assert!(frobenius(back.view()) <= limit * frobenius(a.view()));
            }
            let condition = fast.condition();
            if condition < 1e6 {
                for (x, y) in fast.r().data().iter().zip(plain.r().data()) {
                    prop_assert!((x - y).abs() <= 1e-15 * condition * (m + n) as f64, "{x} {y}");
                }
                let off = fast.q().zip_with(&plain.q(), |x, y| x - y);
                prop_assert!(norm_inf(off.data()) <= 1e-15 * condition * (m + n) as f64);
            }
        }

        /// Nothing of the error can be explained by the columns: Aᵀ·(A·x − b) = 0.
        #[test]
        fn the_residual_is_orthogonal_to_every_column(n in 0..20_usize, more in 0..20_usize, cols in 1..4_usize, seed: u64) {
            let (a, b) = (random(n + more, n, seed), random(n + more, cols, !seed));
            let fit = lstsq(a.view(), &b);
            let Ok(fit) = fit else { return Ok(()) }; // a random square matrix may be near enough to singular
            let rest = a.matmul(&fit.x).zip_with(&b, |x, y| x - y);
            let projected = a.transpose().matmul(&rest);
            let x_size = norm_inf(fit.x.data());
            let limit = 1e-15 * (n + more) as f64 * 20.0 * (1.0 + x_size);
            prop_assert!(norm_inf(projected.data()) <= limit);
            for j in 0..cols {
                prop_assert!((norm2(&column(&rest, j)) - fit.residuals[j]).abs() <= limit);
            }
        }

        #[test]
        fn agrees_with_nalgebras_svd(n in 1..9_usize, more in 0..9_usize, seed: u64) {
            let (a, b) = (random(n + more, n, seed), random(n + more, 2, !seed));
            let want = a.to_dmatrix().svd(true, true).solve(&b.to_dmatrix(), 1e-14).unwrap();
            for fit in [lstsq(a.view(), &b).unwrap(), lstsq_min_norm(a.view(), &b, None).unwrap()] {
                let limit = 1e-14 * fit.condition.powi(2) * (1.0 + norm_inf(fit.x.data()));
                for i in 0..n {
                    for j in 0..2 {
                        prop_assert!((fit.x[[i, j]] - want[(i, j)]).abs() <= limit);
                    }
                }
            }
        }

        /// Of any shape and rank, and the shortest: x lies in the row space of A.
        #[test]
        fn rank_deficient_systems_have_a_shortest_answer(m in 1..14_usize, n in 1..14_usize, rank in 0..5_usize, seed: u64) {
            let rank = rank.min(m).min(n);
            let (l, r) = (random(m, rank, seed), random(rank, n, !seed));
            let a = l.matmul(&r);
            let full = |m: &Mat| PivotedQr::new(m.view()).unwrap().rank(Some(1e-4)) == rank;
            prop_assume!(full(&l) && full(&r));
            let b = random(m, 2, seed ^ 9);
            let fit = lstsq_min_norm(a.view(), &b, Some(1e-12)).unwrap();
            prop_assert_eq!(fit.rank, rank);
            let rest = a.matmul(&fit.x).zip_with(&b, |x, y| x - y);
            prop_assert!(norm_inf(a.transpose().matmul(&rest).data()) <= 1e-14 * (1.0 + norm_inf(fit.x.data())));
            // (nalgebra's SVD is no referee here: it has singular values of such matrices wrong in the fifth digit)
            let mut turned = fit.x.clone();
            Qr::new(r.transpose().view()).unwrap().apply_qt(&mut turned);
            for i in rank..n {
                prop_assert!(turned.row(i).iter().all(|x| x.abs() <= 1e-10 * (1.0 + norm_inf(fit.x.data()))));
            }
        }

        #[test]
        fn pivoted_qr_is_a_qr_with_a_falling_diagonal(m in 0..16_usize, n in 0..16_usize, rank in 0..16_usize, seed: u64) {
            let a = if rank < m.min(n) { random(m, rank, seed).matmul(&random(rank, n, !seed)) } else { random(m, n, seed) };
            let pivoted = PivotedQr::new(a.view()).unwrap();
            let (q, r) = (pivoted.qr().q(), pivoted.qr().r());
            let back = q.matmul(&r);
            let mut columns = pivoted.columns().to_vec();
            for i in 0..m {
                for j in 0..n {
                    prop_assert!((back[[i, j]] - a[[i, columns[j]]]).abs() <= 1e-14);
                }
            }
            columns.sort_unstable();
            prop_assert!(columns.into_iter().eq(0..n));
            for i in 1..r.rows() {
                let rounding = 1e-14 * r[[0, 0]].abs();
                for j in i..n {
                    // each column is no longer, below row i, than the one that was taken
                    let rest = norm2(&(i..r.rows().min(j + 1)).map(|l| r[[l, j]]).collect::<Vec<_>>());
                    prop_assert!(rest <= r[[i, i]].abs() + rounding);
                }
                prop_assert!(r[[i, i]].abs() <= r[[i - 1, i - 1]].abs() + rounding);
            }
            prop_assert!(pivoted.rank(Some(1e-12)) <= rank.min(m).min(n));
        }

        /// The estimates of a condition, against the inverse.
        #[test]
        fn conditions_are_estimated(n in 1..24_usize, seed: u64) {
            let norm1 = |m: &nalgebra::DMatrix<f64>| {
                m.column_iter().map(|c| c.iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max)
            };
            let exact = |a: &Mat| norm1(&a.to_dmatrix()) * norm1(&a.to_dmatrix().try_inverse().unwrap());
            let a = positive(n, 1e-3, seed);
            let qr = Qr::new(a.view()).unwrap();
            for (got, want) in [(Cholesky::new(a.view()).unwrap().condition(), exact(&a)), (qr.condition(), exact(&qr.r()))] {
                let ratio = got / want;
                prop_assert!((0.1..=1.0 + 1e-11 * want).contains(&ratio), "{ratio} of {want:e}");
            }
        }

        /// Whole numbers below 2²⁶: their products are exact in i128, and the doubled precision gets the nearest f64.
        #[test]
        fn a_compensated_dot_product_is_the_nearest_number(x in prop::collection::vec((-67_108_863..67_108_863_i64, -67_108_863..67_108_863_i64, -300..300_i32), 0..40)) {
            let mut exact = 0_i128;
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for &(x, y, k) in &x {
                // spread over 2⁴⁰, and with its own negative beside it, less one
                let shift = k.unsigned_abs() % 40;
                for (x, y) in [(x << shift, y), (-(x << shift), y - 1)] {
                    exact += i128::from(x) * i128::from(y);
                    a.push(x as f64);
                    b.push(y as f64);
                }
            }
            if a.iter().all(|a| a.abs() < 2_f64.powi(53)) {
                let got = dot2(&a, &b);
                let size: f64 = a.iter().zip(&b).map(|(x, y)| (x * y).abs()).sum();
                let slack = 1e-29 * (x.len() as f64).powi(2) * size;
                prop_assert!((got - exact as f64).abs() <= f64::EPSILON * got.abs() + slack, "{got} for {exact}");
            }
        }

        #[test]
        fn mixed_precision_gets_every_digit(n in 0..40_usize, seed: u64) {
            let a = positive(n, 0.05, seed);
            // x with few bits, so that b = A·x has every bit that A's entries of 20 bits give it
            let a = a.map(|x| (x * 2_f64.powi(20)).round() / 2_f64.powi(20));
            let x: Vec<f64> = random(n, 1, !seed).data().iter().map(|x| (x * 512.0).round()).collect();
            let b: Vec<f64> = (0..n).map(|i| a.row(i).iter().zip(&x).map(|(a, x)| a * x).sum()).collect();
            let answer = solve_mixed(a.view(), &b).unwrap();
            let scale = norm_inf(&x);
            for (got, want) in answer.x.iter().zip(&x) {
                prop_assert!((got - want).abs() <= 2.0 * f64::EPSILON * scale, "{got} for {want}");
            }
        }

        #[test]
        fn conjugate_gradients_solve_what_is_positive(n in 0..40_usize, seed: u64) {
            let (a, b) = (positive(n, 0.5, seed), random(n, 1, !seed));
            let mut x = vec![0.0; n];
            let stop = Stop { tolerance: 1e-11, cap: 5 * n + 20 };
            let product = |v: &[f64], out: &mut [f64]| {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = linalg::dot(a.row(i), v);
                }
            };
            let trace = conjugate_gradient(product, b.data(), &mut x, stop).unwrap();
            let rest = residual(a.view(), &x, b.data());
            prop_assert!(norm2(&rest) <= 2e-11 * norm2(b.data()));
            // yesterday's solution is a good beginning
            let again = conjugate_gradient(product, b.data(), &mut x, stop).unwrap();
            prop_assert!(again.len() <= 1 + trace.len() / 4, "{} after {}", again.len(), trace.len());
        }
    }

    #[test]
    fn units_do_not_change_a_fit() {
        let (a, b) = (random(12, 4, 3), random(12, 2, 4));
        let one = lstsq(a.view(), &b).unwrap();
        let powers = [600, -300, 0, 500];
        let scaled = Mat::from_fn(12, 4, |i, j| a[[i, j]] * 2_f64.powi(powers[j]));
        let other = lstsq(scaled.view(), &b.map(|b| b * 2_f64.powi(200))).unwrap();
        assert_eq!((one.condition, one.rank), (other.condition, other.rank));
        for i in 0..4 {
            for j in 0..2 {
                assert_eq!(one.x[[i, j]] * 2_f64.powi(200 - powers[i]), other.x[[i, j]]);
            }
        }
        for scale in [1e150, 1e-150, 1e300, 1e-300] {
            let fit = lstsq_min_norm(a.map(|x| x * scale).view(), &b.map(|x| x * scale), None).unwrap();
            for (x, y) in fit.x.data().iter().zip(one.x.data()) {
                assert!((x - y).abs() < 1e-13, "{x} for {y} at {scale:e}");
            }
        }
    }

    #[test]
    fn dependent_columns_are_an_error_or_shared() {
        let a = random(9, 3, 5);
        let twice = Mat::from_fn(9, 4, |i, j| if j < 3 { a[[i, j]] } else { a[[i, 0]] + 1e3 * a[[i, 2]] });
        let b = random(9, 1, 6);
        let error = lstsq(twice.view(), &b).unwrap_err();
        assert!(matches!(error, Error::RankDeficient { condition, .. } if condition > 1e14), "{error}");
        assert!(error.to_string().contains("lstsq_min_norm"), "{error}");
        assert_eq!(lstsq_min_norm(twice.view(), &b, None).unwrap().rank, 3);
        // nearly dependent is not dependent
        let near = Mat::from_fn(9, 4, |i, j| twice[[i, j]] + if j == 3 && i == 4 { 1e-6 } else { 0.0 });
        assert_eq!(lstsq(near.view(), &b).unwrap().rank, 4);

        let wide = lstsq(random(3, 5, 1).view(), &random(3, 1, 2)).unwrap_err();
        assert!(matches!(wide, Error::RankDeficient { condition: f64::INFINITY, .. }));
        let zero = Mat::zeros([4, 2]);
        assert!(matches!(lstsq(zero.view(), &random(4, 1, 2)), Err(Error::RankDeficient { .. })));
        let fit = lstsq_min_norm(zero.view(), &Mat::full([4, 1], 0.5), None).unwrap();
        assert_eq!((fit.rank, fit.x.data(), fit.residuals[0]), (0, &[0.0, 0.0][..], 1.0));
        // Kahan's matrix hides its smallest singular value from the diagonal, and still has full rank
        let kahan = Mat::from_fn(60, 60, |i, j| {
            let s = 0.96_f64.sqrt().powi(i as i32);
            if i == j {
                s
            } else if j > i {
                -0.2 * s
            } else {
                0.0
            }
        });
        assert_eq!(PivotedQr::new(kahan.view()).unwrap().rank(None), 60);
    }

    #[test]
    fn the_smallest_and_the_emptiest() {
        for [m, n, cols] in [[0, 0, 0], [0, 0, 2], [3, 0, 1], [1, 1, 1], [3, 0, 0], [2, 2, 0]] {
            let (a, b) = (random(m, n, 1), Mat::full([m, cols], 2.0));
            for fit in [lstsq(a.view(), &b), lstsq_min_norm(a.view(), &b, None)] {
                let fit = fit.unwrap();
                assert_eq!((fit.x.shape().dims(), fit.residuals.len()), (&[n, cols][..], cols));
            }
        }
        let fit = lstsq_min_norm(Mat::zeros([0, 3]).view(), &Mat::zeros([0, 2]), None).unwrap();
        assert_eq!((fit.rank, fit.x), (0, Mat::zeros([3, 2])));
        assert_eq!(PivotedQr::new(Mat::zeros([0, 3]).view()).unwrap().columns(), [0, 1, 2]);
        assert_eq!(solve_mixed(Mat::zeros([0, 0]).view(), &[]).unwrap().x, []);
        assert_eq!(solve_mixed(Mat::full([1, 1], 3.0).view(), &[0.0]).unwrap().x, [0.0]);
        let stop = Stop { tolerance: 1e-9, cap: 0 };
        assert_eq!(conjugate_gradient(|_, _| {}, &[], &mut [], stop).unwrap(), [0.0]);
        let mut x = [7.0];
        assert_eq!(conjugate_gradient(|_, _| {}, &[0.0], &mut x, stop).unwrap(), [0.0]);
        assert_eq!(x, [0.0]);
        assert!(BlockReflector::new(3, 2).is_empty());
        assert_eq!(Qr::new(Mat::zeros([2, 3]).view()).unwrap().condition(), f64::INFINITY);
        assert_eq!(Qr::new(Mat::zeros([2, 0]).view()).unwrap().condition(), 0.0);
    }

    /// Mixed precision on both sides of the line: 1/κ against the 2⁻²⁴ of f32.
    #[test]
    fn refinement_and_where_it_ends() {
        for n in 2..=11 {
            let a = hilbert(n);
            let b: Vec<f64> = (0..n).map(|i| dot2(a.row(i), &vec![1.0; n])).collect();
            let answer = solve_mixed(a.view(), &b).unwrap();
            let condition = Lu::new(a.view()).unwrap().condition();
            assert!(if answer.single { condition < 1e10 } else { condition > 1e7 }, "n = {n}: {condition:e}");
            // b was rounded: what remains is its condition times half a digit, not that of the solver
            let off = answer.x.iter().map(|x| (x - 1.0).abs()).fold(0.0, f64::max);
            assert!(off <= 2.0 * f64::EPSILON * condition, "{off:e}");
            assert!(answer.corrections.windows(2).all(|c| c[1] < 0.5 * c[0]));
        }
        let error = refine(hilbert(8).view(), &[1.0; 8], |r| {
            let rough = Lu::new(hilbert(8).map(|x| f64::from(x as f32)).view())?;
            Ok(rough.solve(&Mat::new([8, 1], r.to_vec()))?.into_data())
        })
        .unwrap_err();
        assert!(matches!(error, Error::NotReached { .. }), "{error}");
        let singular = Mat::from_rows(&[[1.0, 2.0], [2.0, 4.0]]);
        assert!(matches!(solve_mixed(singular.view(), &[1.0, 2.0]), Err(Error::Singular { .. })));
        // singular in f32 alone
        let near = Mat::from_rows(&[[1.0, 1.0], [1.0, 1.0 + 1e-9]]);
        let answer = solve_mixed(near.view(), &[2.0, 2.0 + 1e-9]).unwrap();
        assert!(!answer.single && (answer.x[0] - 1.0).abs() < 1e-6);
        for scale in [1e-300, 1e-150, 1e150, 1e300] {
            let a = positive(9, 0.2, 4);
            let b: Vec<f64> = (0..9).map(|i| a.row(i).iter().sum::<f64>() * scale).collect();
            let answer = solve_mixed(a.map(|x| x * scale).view(), &b).unwrap();
            assert!(answer.single && answer.x.iter().all(|x| (x - 1.0).abs() < 1e-13), "{scale:e}");
        }
    }

    #[test]
    fn conjugate_gradients_say_when_they_cannot() {
        let stop = Stop { tolerance: 1e-10, cap: 50 };
        let diagonal =
            |d: [f64; 2]| move |v: &[f64], out: &mut [f64]| (0..2).for_each(|i| out[i] = d[i] * v[i]);
        let error = conjugate_gradient(diagonal([1.0, -1.0]), &[1.0, 2.0], &mut [0.0; 2], stop).unwrap_err();
        assert!(matches!(error, Error::NotPositiveDefinite { .. }), "{error}");
        let error = conjugate_gradient(diagonal([0.0, 0.0]), &[1.0, 2.0], &mut [0.0; 2], stop).unwrap_err();
        assert!(matches!(error, Error::NotPositiveDefinite { .. }), "{error}");
        let error =
            conjugate_gradient(diagonal([f64::NAN, 1.0]), &[1.0, 2.0], &mut [0.0; 2], stop).unwrap_err();
        assert!(matches!(error, Error::NotFinite { .. }), "{error}");
        let error =
            conjugate_gradient(diagonal([1.0, 1.0]), &[1.0, f64::NAN], &mut [0.0; 2], stop).unwrap_err();
        assert!(matches!(error, Error::NotFinite { row: 1, .. }), "{error}");

        // 1, 10, …, 1e8: too many steps for a small cap, one step with the diagonal, at any scale of b
        let d: Vec<f64> = (0..9).map(|i| 10_f64.powi(i)).collect();
        let product = |v: &[f64], out: &mut [f64]| (0..9).for_each(|i| out[i] = d[i] * v[i]);
        let mut x = [0.0; 9];
        let error =
            conjugate_gradient(product, &[1.0; 9], &mut x, Stop { tolerance: 1e-10, cap: 5 }).unwrap_err();
        assert!(matches!(error, Error::NotReached { iterations: 5, .. }), "{error}");
        assert!(norm_inf(&x) > 0.0, "the best so far is kept");
        for scale in [1e-300, 1.0, 1e300] {
            let jacobi = |r: &[f64], z: &mut [f64]| (0..9).for_each(|i| z[i] = r[i] / d[i]);
            let mut x = [0.0; 9];
            let trace = preconditioned(product, jacobi, &[scale; 9], &mut x, stop).unwrap();
            assert_eq!(trace.len(), 2);
            assert!((0..9).all(|i| (x[i] / scale * d[i] - 1.0).abs() < 1e-14));
        }
    }

    #[test]
    fn what_has_no_answer_says_so() {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut a = random(4, 3, 1);
            a[[2, 1]] = bad;
            let b = Mat::zeros([4, 1]);
            let of = |error: Error| matches!(error, Error::NotFinite { row: 2, col: 1, .. });
            assert!(of(PivotedQr::new(a.view()).unwrap_err()) && of(lstsq(a.view(), &b).unwrap_err()));
            assert!(of(lstsq_min_norm(a.view(), &b, None).unwrap_err()));
            let bad_b = Mat::full([4, 1], bad);
            assert!(matches!(lstsq(random(4, 3, 1).view(), &bad_b), Err(Error::NotFinite { row: 0, .. })));
        }
        // a coefficient beyond the largest number
        let (a, b) = (Mat::full([2, 1], 1e-300), Mat::full([2, 1], 1e300));
        assert!(matches!(lstsq(a.view(), &b), Err(Error::Overflow { .. })));
        assert!(matches!(lstsq_min_norm(a.view(), &b, None), Err(Error::Overflow { .. })));
        assert!(matches!(solve_mixed(Mat::zeros([2, 3]).view(), &[0.0; 2]), Err(Error::NotSquare { .. })));
        assert!(matches!(PivotedQr::new(Mat::full([2, 1], f64::MAX).view()), Err(Error::Overflow { .. })));
    }

    #[test]
    #[should_panic(expected = "an A of [4, 3] does not go with a right side of [3, 1]")]
    fn a_right_side_of_another_height_is_refused() {
        let _ = lstsq(random(4, 3, 1).view(), &Mat::zeros([3, 1]));
    }

    #[test]
    #[should_panic(expected = "mirrors of 3 dimensions do not reflect a matrix of shape [4, 1]")]
    fn mirrors_of_another_space_are_refused() {
        BlockReflector::new(3, 2).apply(Mat::zeros([4, 1]).view_mut());
    }
}
