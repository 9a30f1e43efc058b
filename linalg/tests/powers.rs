//! Matrices without symmetry: what defines a Schur form and an eigenvector, nalgebra, LAPACK, and the matrices that break careless code.

mod powers {
    use linalg::arnoldi::Arnoldi;
    use linalg::powers::{ln_power_norms, resolvent_norm, spectral_norm, spectral_radius};
    use linalg::{
        Complex, Error, GeneralEigen, Hessenberg, Mat, Schur, Sensitivity, View, eigenvalues, frobenius,
        norm_inf, norm2,
    };
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use std::cmp::Ordering;

    fn config() -> ProptestConfig {
        ProptestConfig {
            cases: 64,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    fn random(n: usize, mut seed: u64) -> Mat {
        Mat::from_fn(n, n, |_, _| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
    }

    fn entry(n: usize, f: impl Fn(usize, usize) -> f64) -> Mat {
        Mat::from_fn(n, n, f)
    }

    fn frank(n: usize) -> Mat {
        entry(n, |i, j| if j + 1 >= i { (n - i).min(n - j) as f64 } else { 0.0 })
    }

    fn grcar(n: usize) -> Mat {
        entry(n, |i, j| {
            if i == j + 1 {
                -1.0
            } else if (i..=i + 3).contains(&j) {
                1.0
            } else {
                0.0
            }
        })
    }

    fn companion(c: &[f64]) -> Mat {
        entry(c.len(), |i, j| {
            if i == 0 {
                -c[j]
            } else if i == j + 1 {
                1.0
            } else {
                0.0
            }
        })
    }

    fn jordan(n: usize, lambda: f64, beside: f64) -> Mat {
        entry(n, |i, j| {
            if i == j {
                lambda
            } else if j == i + 1 {
                beside
            } else {
                0.0
            }
        })
    }

    fn cyclic(n: usize) -> Mat {
        entry(n, |i, j| if i == (j + 1) % n { 1.0 } else { 0.0 })
    }

    fn unbalanced(n: usize) -> Mat {
        let a = random(n, 5);
        entry(n, |i, j| a[[i, j]] * 8_f64.powi((i % 7) as i32) / 8_f64.powi((j % 7) as i32))
    }

    /// A random orthogonal matrix.
    fn orthogonal(n: usize, seed: u64) -> Mat {
        linalg::Qr::new(random(n, seed).view()).unwrap().q_full()
    }

    /// The same eigenvalues in directions that nothing gives away.
    fn hidden(a: &Mat, seed: u64) -> Mat {
        let q = orthogonal(a.rows(), seed);
        q.matmul(a).matmul(&q.transpose())
    }

    /// What breaks careless code, each with a name.
    fn zoo() -> Vec<(&'static str, Mat)> {
        let mut zoo = vec![
            ("empty", Mat::zeros([0, 0])),
            ("one", Mat::full([1, 1], -3.0)),
            ("zero", Mat::zeros([7, 7])),
            ("identity", Mat::eye(9)),
            ("negative identity", Mat::eye(4).map(|x| -x)),
            ("quarter turn", Mat::from_rows(&[[0.0, -1.0], [1.0, 0.0]])),
            ("all ones", Mat::full([12, 12], 1.0)),
            ("jordan", jordan(16, 0.9, 1.0)),
            ("jordan, hidden", hidden(&jordan(16, 0.9, 1.0), 3)),
            ("jordan, lower", jordan(11, 2.0, -1.0).transpose()),
            ("nilpotent", jordan(20, 0.0, 1.0)),
            ("nilpotent, hidden", hidden(&jordan(20, 0.0, 1.0), 4)),
            ("nilpotent, lower", jordan(20, 0.0, 1.0).transpose()),
            ("frank", frank(16)),
            ("frank, large", frank(40)),
            ("grcar", grcar(60)),
            ("companion", companion(&[1.0, -3.0, 2.0, 5.0, -1.0, 4.0, 0.5])),
            ("companion of x^9 - 1", companion(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0])),
            ("companion of (x - 1)^6", companion(&[-6.0, 15.0, -20.0, 15.0, -6.0, 1.0])),
            ("hilbert", entry(20, |i, j| 1.0 / (i + j + 1) as f64)),
            ("hilbert without symmetry", entry(20, |i, j| 1.0 / (2 * i + j + 1) as f64)),
            ("rank one", entry(15, |i, j| (i as f64 - 7.0) * (j as f64 + 0.5).sin())),
            ("rank five", {
                let a = random(30, 8);
                let left = Mat::from_fn(30, 5, |i, j| a[[i, j]]);
                left.matmul(&Mat::from_fn(5, 30, |i, j| a[[i + 7, j]]))
            }),
            ("triangular", entry(25, |i, j| if j >= i { random(25, 9)[[i, j]] } else { 0.0 })),
            ("lower triangular", entry(25, |i, j| if j <= i { random(25, 9)[[i, j]] } else { 0.0 })),
            ("skew", {
                let a = random(21, 10);
                entry(21, |i, j| a[[i, j]] - a[[j, i]])
            }),
            ("symmetric", {
                let a = random(22, 11);
                entry(22, |i, j| a[[i, j]] + a[[j, i]])
            }),
            ("orthogonal", orthogonal(40, 12)),
            ("unbalanced", unbalanced(20)),
            ("graded", {
                let a = random(24, 13);
                entry(24, |i, j| a[[i, j]] * 10_f64.powi(-((i + j) as i32) / 2))
            }),
            ("graded by rows", {
                let a = random(24, 14);
                entry(24, |i, j| a[[i, j]] * 10_f64.powi(-(i as i32)))
            }),
            ("graded upwards", {
                let a = random(24, 15);
                entry(24, |i, j| a[[i, j]] * 10_f64.powi((i as i32 + j as i32) / 3))
            }),
            ("clustered", entry(30, |i, j| if i == j { 1.0 } else { 1e-13 * (i + 2 * j) as f64 })),
            ("two clusters", entry(20, |i, j| if i == j { (i % 2) as f64 } else { 1e-9 })),
            (
                "wilkinson 21, one-sided",
                entry(21, |i, j| {
                    if i == j {
                        (i as f64 - 10.0).abs()
                    } else if j == i + 1 {
                        1.0
                    } else if i == j + 1 {
                        1e-3
                    } else {
                        0.0
                    }
                }),
            ),
            (
                "extremes in one matrix",
                entry(6, |i, j| if i == j { 1.0 } else { 10_f64.powi(150 * (i as i32 - j as i32).signum()) }),
            ),
            (
                "two turns, coupled",
                Mat::from_rows(&[
                    [0.0, 1.0, 1.0, 0.0],
                    [-1.0, 0.0, 0.0, 1.0],
                    [0.0, 0.0, 0.0, 1.0],
                    [0.0, 0.0, -1.0, 0.0],
                ]),
            ),
        ];
        for n in [2, 3, 4, 5, 8, 16, 33] {
            zoo.push(("cyclic", cyclic(n)));
        }
        zoo
    }

    /// ‖AQ − QT‖/‖A‖ and ‖QᵀQ − I‖, computed by nalgebra from entries brought near 1.
    fn errors(a: &Mat, q: &Mat, t: &Mat) -> (f64, f64) {
        let size = norm_inf(a.data());
        let unit = |m: &Mat| if size == 0.0 { m.to_dmatrix() } else { m.map(|x| x / size).to_dmatrix() };
        let (a, t, q) = (unit(a), unit(t), q.to_dmatrix());
        let n = q.nrows();
        let norm = a.norm();
        let residual = (&a * &q - &q * t).norm();
        let orthogonality = (q.transpose() * &q - nalgebra::DMatrix::identity(n, n)).norm();
        (if norm == 0.0 { residual } else { residual / norm }, orthogonality)
    }

    /// The bar for both.
    fn limit(n: usize) -> f64 {
        50.0 * n as f64 * f64::EPSILON
    }

    /// Decomposes, and checks everything that makes a Schur form one.
    #[track_caller]
    fn check_schur(name: &str, a: &Mat) -> Schur {
        let n = a.rows();
        let schur = Schur::new(a.view()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let t = &schur.t;
        assert_eq!((schur.q.shape().dims(), t.shape().dims()), (&[n, n][..], &[n, n][..]));
        let (residual, orthogonality) = errors(a, &schur.q, t);
        assert!(residual <= limit(n), "{name}: residual {residual:e}, n = {n}");
        assert!(orthogonality <= limit(n), "{name}: orthogonality {orthogonality:e}, n = {n}");
        for i in 0..n {
            for j in 0..i.saturating_sub(1) {
                assert_eq!(t[[i, j]], 0.0, "{name}: ({i}, {j})");
            }
            if i > 0 && t[[i, i - 1]] != 0.0 {
                assert!(i < 2 || t[[i - 1, i - 2]] == 0.0, "{name}: a block of three at {i}");
                assert_eq!(t[[i, i]], t[[i - 1, i - 1]], "{name}: a block that is not standard at {i}");
                assert!(
                    (t[[i, i - 1]] < 0.0) != (t[[i - 1, i]] < 0.0),
                    "{name}: a block with real eigenvalues at {i}"
                );
            }
        }
        schur
    }

    /// Every eigenvector: length 1, and a small residual.
    #[track_caller]
    fn check_vectors(name: &str, a: &Mat) -> GeneralEigen {
        let n = a.rows();
        let eigen = GeneralEigen::new(a.view()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((eigen.values.len(), eigen.vectors.shape().dims()), (n, &[n, n][..]));
        let size = norm_inf(a.data()).max(f64::MIN_POSITIVE);
        let unit = a.map(|x| x / size);
        let norm = frobenius(unit.view());
        for (k, z) in eigen.values.iter().enumerate() {
            let (re, im) = eigen.vector(k);
            let length = norm2(&[re.clone(), im.clone()].concat());
            assert!((length - 1.0).abs() <= 1e-14, "{name}: vector {k} has length {length}");
            let z = z.scale(1.0 / size);
            let mut residual = Vec::new();
            for i in 0..n {
                let product = |x: &[f64]| linalg::dot(unit.row(i), x);
                residual.push(product(&re) - (z.re * re[i] - z.im * im[i]));
                residual.push(product(&im) - (z.re * im[i] + z.im * re[i]));
            }
            let error = norm2(&residual) / norm.max(f64::MIN_POSITIVE);
            assert!(error <= limit(n), "{name}: vector {k} of {n} has a residual of {error:e}");
        }
        eigen
    }

    /// Left vectors of length 1 with small residuals, conditions that are what the two sides say, and the same right side as alone.
    #[track_caller]
    fn check_sensitivity(name: &str, a: &Mat) {
        let n = a.rows();
        let s = Sensitivity::new(a.view()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((s.conditions.len(), s.left.shape().dims()), (n, &[n, n][..]));
        let size = norm_inf(a.data()).max(f64::MIN_POSITIVE);
        let unit = a.map(|x| x / size).transpose();
        let norm = frobenius(unit.view());
        for (k, z) in s.eigen.values.iter().enumerate() {
            let ((re, im), (x, y)) = (s.left_vector(k), s.eigen.vector(k));
            let length = norm2(&[re.clone(), im.clone()].concat());
            assert!((length - 1.0).abs() <= 1e-14, "{name}: left vector {k} has length {length}");
            let z = z.scale(1.0 / size);
            let mut residual = Vec::new();
            for i in 0..n {
                // Aᵀ·u = λ̄·u
                let product = |x: &[f64]| linalg::dot(unit.row(i), x);
                residual.push(product(&re) - (z.re * re[i] + z.im * im[i]));
                residual.push(product(&im) - (z.re * im[i] - z.im * re[i]));
            }
            let error = norm2(&residual) / norm.max(f64::MIN_POSITIVE);
            assert!(error <= limit(n), "{name}: left vector {k} of {n} has a residual of {error:e}");
            let dot = |p: &[f64], q: &[f64]| linalg::dot(p, q);
            let product = (dot(&re, &x) + dot(&im, &y)).hypot(dot(&re, &y) - dot(&im, &x));
            assert!(
                s.conditions[k] >= 1.0 && !s.conditions[k].is_nan(),
                "{name}: condition {}",
                s.conditions[k]
            );
            let off = (1.0 / s.conditions[k] - product).abs();
            assert!(off <= 1e-14, "{name}: condition {k} is {}, the product {product}", s.conditions[k]);
        }
    }

    #[test]
    fn both_sides_of_the_zoo() {
        for (name, a) in zoo() {
            check_sensitivity(name, &a);
        }
        for n in [1, 2, 3, 7, 30, 64, 120] {
            check_sensitivity("random", &random(n, n as u64));
        }
        for scale in [1e150, 1e-150] {
            check_sensitivity("scaled", &random(9, 4).map(|x| x * scale));
        }
    }

    /// Where eigenvectors are at right angles nothing can be moved by more than it is pushed; where one is missing, everything can.
    #[test]
    fn conditions_are_one_for_normal_matrices_and_huge_for_defective_ones() {
        let symmetric = {
            let a = random(22, 11);
            entry(22, |i, j| a[[i, j]] + a[[j, i]])
        };
        for a in [symmetric, orthogonal(30, 12), cyclic(17)] {
            let s = Sensitivity::new(a.view()).unwrap();
            assert!(s.conditions.iter().all(|c| (c - 1.0).abs() < 1e-10), "{:?}", s.conditions);
        }
        let s = Sensitivity::new(jordan(4, 0.9, 1.0).view()).unwrap();
        assert!(s.conditions.iter().all(|&c| c > 1e10), "{:?}", s.conditions);
        // a triangle of two: 1/sin of the angle between the two vectors
        for b in [0.0, 0.3, 5.0, 1e4] {
            let a = Mat::from_rows(&[[0.9, b], [0.0, 0.8]]);
            let s = Sensitivity::new(a.view()).unwrap();
            let want = (b / 0.1_f64).hypot(1.0);
            assert!(s.conditions.iter().all(|c| (c / want - 1.0).abs() < 1e-9), "{b}: {:?}", s.conditions);
        }
        assert!(matches!(
            Sensitivity::new(Mat::zeros([2, 3]).view()),
            Err(Error::NotSquare { operation: "sensitivity", .. })
        ));
        assert!(matches!(Sensitivity::new(Mat::full([2, 2], f64::NAN).view()), Err(Error::NotFinite { .. })));
    }

    proptest! {
        #![proptest_config(config())]

        /// The promise itself: a small change moves each eigenvalue by uᴴ·E·v/(uᴴ·v), and by at most its condition times ‖E‖.
        #[test]
        fn a_small_change_moves_an_eigenvalue_as_its_condition_says(n in 2..12_usize, seed: u64) {
            let (a, e) = (random(n, seed), random(n, seed ^ 0x4d));
            let s = Sensitivity::new(a.view()).unwrap();
            let worst = s.conditions.iter().copied().fold(0.0, f64::max);
            prop_assume!(worst < 1e3);
            let size = 1e-9;
            let moved = eigenvalues(a.zip_with(&e, |x, y| x + size * y).view()).unwrap();
            let length = size * frobenius(e.view());
            for (z, c) in s.eigen.values.iter().zip(&s.conditions) {
                let distance = moved.iter().map(|w| (*w - *z).abs()).fold(f64::INFINITY, f64::min);
                prop_assert!(distance <= 1.1 * c * length + 1e-11, "{distance:e}, condition {c}");
            }
        }
    }

    /// Pairs off two lists of eigenvalues, nearest first; the largest distance over its allowance.
    fn worst_match(got: &[Complex], want: &[(Complex, f64)]) -> f64 {
        assert_eq!(got.len(), want.len());
        let mut left = got.to_vec();
        let mut worst = 0.0_f64;
        for (z, allowance) in want {
            let (at, distance) = left
                .iter()
                .enumerate()
                .map(|(i, w)| (i, (*w - *z).abs()))
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .unwrap();
            left.swap_remove(at);
            worst = worst.max(distance / allowance);
        }
        worst
    }

    #[test]
    fn the_zoo_is_decomposed() {
        for (name, a) in zoo() {
            check_schur(name, &a);
            check_vectors(name, &a);
            let got = eigenvalues(a.view()).unwrap();
            assert!(got.iter().all(|z| z.re.is_finite() && z.im.is_finite()));
            let trace: f64 = (0..a.rows()).map(|i| a[[i, i]]).sum();
            let sum: f64 = got.iter().map(|z| z.re).sum();
            let size = frobenius(a.view());
            assert!(
                (trace - sum).abs() <= 1e-12 * size,
                "{name}: the eigenvalues add up to {sum}, the diagonal to {trace}"
            );
        }
    }

    #[test]
    fn scales_are_no_matter() {
        for (name, a) in zoo() {
            for scale in [1e150, 1e-150] {
                let size = norm_inf(a.data());
                if (1e-100..1e100).contains(&size) {
                    let a = a.map(|x| x * scale);
                    check_schur(name, &a);
                    check_vectors(name, &a);
                }
            }
        }
        // a power of two changes no bit but the exponents
        let a = random(23, 77);
        let (one, other) =
            (Schur::new(a.view()).unwrap(), Schur::new(a.map(|x| x * 2_f64.powi(500)).view()).unwrap());
        assert_eq!(one.q, other.q);
        assert_eq!(one.t.map(|x| x * 2_f64.powi(500)), other.t);
        for scale in [1e300, 1e-300, 1e-310] {
            let e = GeneralEigen::new(a.map(|x| x * scale).view()).unwrap();
            assert!(e.vectors.data().iter().all(|x| x.is_finite()));
        }
    }

    #[test]
    fn every_size_up_to_forty_and_some_beyond() {
        for n in (0..40).chain([63, 64, 65, 80, 100, 127, 150, 200, 300]) {
            let a = random(n, n as u64);
            check_schur("random", &a);
            if n <= 150 {
                check_vectors("random", &a);
            }
        }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn blocks_and_single_mirrors_agree(n in 0..70_usize, seed: u64) {
            let a = random(n, seed);
            let (fast, plain) = (Hessenberg::new(a.view()).unwrap(), Hessenberg::plain(a.view()).unwrap());
            for (x, y) in [(&fast.h, &plain.h), (&fast.q, &plain.q)] {
                for (x, y) in x.data().iter().zip(y.data()) {
                    // a Hessenberg form is determined by Q's first column, and forgets it step by step
                    prop_assert!((x - y).abs() <= 1e-9, "{x} {y}");
                }
            }
            let (residual, orthogonality) = errors(&a, &fast.q, &fast.h);
            prop_assert!(residual <= limit(n) && orthogonality <= limit(n));
            for i in 0..n {
                prop_assert!(fast.h.row(i)[..i.saturating_sub(1)].iter().all(|&x| x == 0.0));
            }
        }

        #[test]
        fn eigenvalues_agree_with_nalgebra(n in 1..25_usize, seed: u64) {
            let a = random(n, seed);
            let want = a.to_dmatrix().complex_eigenvalues();
            let want: Vec<(Complex, f64)> = want.iter().map(|z| (Complex::new(z.re, z.im), 1e-9)).collect();
            for got in [eigenvalues(a.view()).unwrap(), Schur::new(a.view()).unwrap().eigenvalues()] {
                let worst = worst_match(&got, &want);
                prop_assert!(worst <= 1.0, "{worst}");
            }
        }

        #[test]
        fn small_whole_numbers_collide_and_do_no_harm(n in 1..9_usize, entries in prop::collection::vec(-2..=2_i32, 64)) {
            // many of these are singular, defective, reducible, or all three
            let a = Mat::from_fn(n, n, |i, j| f64::from(entries[8 * i + j]));
            check_schur("whole numbers", &a);
            check_vectors("whole numbers", &a);
        }

        #[test]
        fn wild_entries_do_no_harm(n in 1..9_usize, exponents in prop::collection::vec(-200..200_i32, 64), seed: u64) {
            let a = random(n, seed);
            let a = Mat::from_fn(n, n, |i, j| a[[i, j]] * 10_f64.powi(exponents[8 * i + j]));
            check_schur("wild", &a);
            let e = check_vectors("wild", &a);
            prop_assert!(e.vectors.data().iter().all(|x| x.is_finite()));
        }
    }

    #[test]
    fn lapack_agrees() {
        let golden = include_str!("golden/powers.txt");
        let mut lines = golden.lines().filter(|line| !line.starts_with('#'));
        let mut seen = 0;
        while let Some(head) = lines.next() {
            let mut words = head.split(' ');
            let (what, name, count) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let rows: Vec<Vec<f64>> = (0..count.parse().unwrap())
                .map(|_| lines.next().unwrap().split(' ').map(|x| x.parse().unwrap()).collect())
                .collect();
            let a = match name {
                "random" => random(30, 1),
                "frank" => frank(9),
                "grcar" => grcar(20),
                "companion" => companion(&[1.0, -3.0, 2.0, 5.0, -1.0, 4.0, 0.5]),
                "unbalanced" => unbalanced(12),
                other => panic!("{other}"),
            };
            seen += 1;
            if what == "norms" {
                let got = ln_power_norms(a.view(), rows.len() - 1).unwrap();
                for (k, (got, want)) in got.iter().zip(&rows).enumerate() {
                    assert!((got.exp() / want[0] - 1.0).abs() <= 1e-12, "{name}: power {k}: {}", got.exp());
                }
            } else if what == "smallest" {
                for ((re, im), want) in [(0.0, 0.0), (1.0, 2.0), (-2.0, 0.5)].into_iter().zip(&rows) {
                    let got = 1.0 / resolvent_norm(a.view(), Complex::new(re, im)).unwrap();
                    assert!((got / want[0] - 1.0).abs() <= 1e-3, "{name}: {got} for {}", want[0]);
                }
            } else {
                let unit = 20.0 * f64::EPSILON * frobenius(a.view());
                let want: Vec<(Complex, f64)> =
                    rows.iter().map(|row| (Complex::new(row[0], row[1]), row[2] * unit)).collect();
                let got = GeneralEigen::new(a.view()).unwrap().values;
                let worst = worst_match(&got, &want);
                assert!(worst <= 1.0, "{name}: {worst} times what rounding explains");
                let worst = worst_match(&eigenvalues(a.view()).unwrap(), &want);
                assert!(worst <= 1.0, "{name}: {worst} times what rounding explains");
                let s = Sensitivity::new(a.view()).unwrap();
                for row in &rows {
                    // LAPACK's condition of the same eigenvalue, to the digits that are written down
                    let z = Complex::new(row[0], row[1]);
                    let near = |k: &usize, l: &usize| {
                        (s.eigen.values[*k] - z).abs().total_cmp(&(s.eigen.values[*l] - z).abs())
                    };
                    let k = (0..rows.len()).min_by(near).unwrap();
                    assert!(
                        (s.conditions[k] / row[2] - 1.0).abs() < 2e-3,
                        "{name}: {} for {row:?}",
                        s.conditions[k]
                    );
                }
            }
        }
        assert_eq!(seen, 9);
    }

    /// From about a hundred rows on, other code runs: many bulges at once, and a look at the corner.
    #[test]
    fn large_ones_are_decomposed_too() {
        let noise = random(140, 21);
        let scaled = |f: &dyn Fn(usize, usize) -> f64| entry(140, |i, j| noise[[i, j]] * f(i, j));
        let large = [
            ("zero", Mat::zeros([110, 110])),
            ("identity", Mat::eye(110)),
            ("all ones", Mat::full([101, 101], 1.0)),
            ("cyclic", cyclic(128)),
            ("jordan", jordan(120, 0.9, 1.0)),
            ("jordan, hidden", hidden(&jordan(130, 0.9, 1.0), 3)),
            ("nilpotent", jordan(120, 0.0, 1.0)),
            ("nilpotent, hidden", hidden(&jordan(120, 0.0, 1.0), 4)),
            ("nilpotent, lower", jordan(120, 0.0, 1.0).transpose()),
            ("frank", frank(120)),
            ("grcar", grcar(150)),
            ("orthogonal", orthogonal(160, 12)),
            ("hilbert without symmetry", entry(120, |i, j| 1.0 / (2 * i + j + 1) as f64)),
            ("skew", scaled(&|_, _| 1.0).zip_with(&noise.transpose(), |x, y| x - y)),
            ("symmetric", scaled(&|_, _| 1.0).zip_with(&noise.transpose(), |x, y| x + y)),
            ("triangular", scaled(&|i, j| f64::from(u8::from(j >= i)))),
            ("lower triangular", scaled(&|i, j| f64::from(u8::from(j <= i)))),
            ("rank five", {
                let left = Mat::from_fn(140, 5, |i, j| noise[[i, j]]);
                left.matmul(&Mat::from_fn(5, 140, |i, j| noise[[i + 7, j]]))
            }),
            ("graded", scaled(&|i, j| 10_f64.powi(-((i + j) as i32) / 10))),
            ("graded by rows", scaled(&|i, _| 10_f64.powi(-(i as i32)))),
            ("graded upwards", scaled(&|i, j| 10_f64.powi((i + j) as i32 / 20))),
            ("unbalanced", unbalanced(130)),
            ("clustered", entry(120, |i, j| f64::from(u8::from(i == j)) + 1e-13 * (i + 2 * j) as f64)),
            ("blocks", scaled(&|i, j| f64::from(u8::from(i / 30 == j / 30)))),
            (
                "companion of x^120 - 1",
                companion(&(0..120).map(|k| if k == 119 { -1.0 } else { 0.0 }).collect::<Vec<_>>()),
            ),
            ("1e150", scaled(&|_, _| 1e150)),
            ("1e-150", scaled(&|_, _| 1e-150)),
        ];
        for (name, a) in large {
            let n = a.rows();
            let mut schur = check_schur(name, &a);
            check_vectors(name, &a);
            assert!(eigenvalues(a.view()).unwrap().iter().all(|z| z.re.is_finite() && z.im.is_finite()));
            if name == "orthogonal" || name == "cyclic" {
                assert!(schur.eigenvalues().iter().all(|z| (z.abs() - 1.0).abs() <= limit(n)), "{name}");
            }
            if name == "grcar" {
                schur.sort_by(|z| z.re);
                let (residual, orthogonality) = errors(&a, &schur.q, &schur.t);
                assert!(residual <= limit(n) && orthogonality <= limit(n), "{residual:e} {orthogonality:e}");
            }
        }
        let a = random(150, 31);
        let want: Vec<(Complex, f64)> =
            a.to_dmatrix().complex_eigenvalues().iter().map(|z| (Complex::new(z.re, z.im), 1e-10)).collect();
        for got in [eigenvalues(a.view()).unwrap(), Schur::new(a.view()).unwrap().eigenvalues()] {
            let worst = worst_match(&got, &want);
            assert!(worst <= 1.0, "{worst}");
        }
    }

    /// A cyclic permutation is a fixed point of the usual shifts; its eigenvalues are the n-th roots of 1.
    #[test]
    fn a_turn_needs_a_shift_from_elsewhere() {
        for n in [3, 4, 5, 7, 12, 30] {
            let schur = check_schur("cyclic", &cyclic(n));
            let roots: Vec<(Complex, f64)> = (0..n)
                .map(|k| (k as f64 * std::f64::consts::TAU / n as f64).sin_cos())
                .map(|(sin, cos)| (Complex::new(cos, sin), limit(n)))
                .collect();
            assert!(worst_match(&schur.eigenvalues(), &roots) <= 1.0, "{n}");
        }
    }

    #[test]
    fn eigenvalues_are_sorted_without_loss() {
        let mut all = zoo();
        all.extend((1..30).map(|n| ("random", random(n, 100 + n as u64))));
        for (name, a) in all {
            let n = a.rows();
            let mut schur = check_schur(name, &a);
            let mut want: Vec<f64> = schur.eigenvalues().iter().map(|z| z.abs()).collect();
            want.sort_by(|a, b| b.total_cmp(a));
            schur.sort_by(Complex::abs);
            let (residual, orthogonality) = errors(&a, &schur.q, &schur.t);
            assert!(
                residual <= limit(n) && orthogonality <= limit(n),
                "{name}: {residual:e} {orthogonality:e}"
            );
            if name == "random" {
                for (got, want) in schur.eigenvalues().iter().zip(&want) {
                    assert!((got.abs() - want).abs() <= 1e-11, "{name} {n}: {got} for {want}");
                }
            }
        }
    }

    #[test]
    fn a_normal_matrix_has_no_departure() {
        for (name, a) in zoo() {
            let schur = check_schur(name, &a);
            let size = frobenius(a.view());
            if ["identity", "quarter turn", "symmetric", "skew", "orthogonal", "cyclic", "all ones"]
                .contains(&name)
            {
                assert!(schur.departure() <= 1e-13 * size, "{name}: {:e}", schur.departure());
            }
            if name.starts_with("nilpotent") && !name.ends_with("hidden") {
                assert!((schur.departure() - size).abs() <= 1e-13 * size, "{name}");
            }
        }
    }

    #[test]
    fn powers_of_what_is_known_by_heart() {
        // J = 0.9·I + N: the entries of its powers are binomials
        let norms = ln_power_norms(jordan(8, 0.0, 3.0).view(), 9).unwrap();
        for (k, norm) in norms.iter().enumerate() {
            let want = if k < 8 { k as f64 * 3_f64.ln() } else { f64::NEG_INFINITY };
            assert!(*norm == want || (norm - want).abs() <= 1e-13, "{k}: {norm}");
        }
        // far out of range, up and down
        for scale in [1e200, 1e-200] {
            let a = orthogonal(9, 5).map(|x| x * scale);
            let norms = ln_power_norms(a.view(), 40).unwrap();
            let want: f64 = 40.0 * scale.ln();
            assert!((norms[40] / want - 1.0).abs() <= 1e-13);
            assert!((spectral_norm(a.view()).unwrap() / scale - 1.0).abs() <= 1e-14);
            assert!((spectral_radius(a.view()).unwrap() / scale - 1.0).abs() <= 1e-13);
        }
        assert_eq!(spectral_norm(Mat::zeros([3, 5]).view()), Ok(0.0));
        assert_eq!(spectral_radius(Mat::zeros([0, 0]).view()), Ok(0.0));
        // in the long run the radius rules
        let a = random(20, 6);
        let norms = ln_power_norms(a.view(), 400).unwrap();
        let rate = (norms[400] - norms[300]) / 100.0;
        assert!((rate.exp() - spectral_radius(a.view()).unwrap()).abs() < 0.01);
    }

    #[test]
    fn the_resolvent_of_a_normal_matrix_is_a_distance() {
        let a = orthogonal(7, 3);
        let values = eigenvalues(a.view()).unwrap();
        for z in [Complex::real(0.0), Complex::new(2.0, -1.0), Complex::new(-0.5, 0.25)] {
            let nearest = values.iter().map(|w| (*w - z).abs()).fold(f64::INFINITY, f64::min);
            let norm = resolvent_norm(a.view(), z).unwrap();
            assert!((norm * nearest - 1.0).abs() <= 1e-2, "{norm} {nearest}");
        }
        assert_eq!(resolvent_norm(Mat::eye(3).view(), Complex::real(1.0)), Ok(f64::INFINITY));
    }

    #[test]
    fn arnoldi_finds_the_largest() {
        let start = |n: usize| random(n, 99).row(0).to_vec();
        let times = |a: &Mat| {
            let a = a.clone();
            move |x: &[f64], y: &mut [f64]| {
                for (i, y) in y.iter_mut().enumerate() {
                    *y = linalg::dot(a.row(i), x);
                }
            }
        };
        let noise = random(90, 4);
        let shrinking = entry(90, |i, j| match j.cmp(&i) {
            Ordering::Less => 0.0,
            Ordering::Equal => 0.95_f64.powi(i as i32),
            Ordering::Greater => 0.05 * noise[[i, j]],
        });
        for (a, wanted) in [(random(120, 1), 6), (hidden(&shrinking, 5), 4), (frank(30), 3), (grcar(30), 5)] {
            let n = a.rows();
            let found =
                Arnoldi { wanted, basis: 30, ..Arnoldi::default() }.run(times(&a), &start(n)).unwrap();
            let mut want = eigenvalues(a.view()).unwrap();
            want.sort_by(|z, w| w.abs().total_cmp(&z.abs()));
            assert!((wanted..=wanted + 1).contains(&found.values.len()));
            let size = frobenius(a.view());
            for (k, z) in found.values.iter().enumerate() {
                assert!((z.abs() - want[k].abs()).abs() <= 1e-6 * size, "{k}: {z} for {}", want[k]);
                let column = |j: usize| Mat::from_fn(n, 1, |i, _| found.vectors[[i, j]]);
                let (re, im, sign) = match z.im {
                    im if im > 0.0 => (column(k), column(k + 1), 1.0),
                    im if im < 0.0 => (column(k - 1), column(k), -1.0),
                    _ => (column(k), Mat::zeros([n, 1]), 1.0),
                };
                let residual = a
                    .matmul(&re)
                    .zip_with(&re.zip_with(&im, |x, y| z.re * x - z.im * sign * y), |x, y| x - y);
                assert!(norm2(residual.data()) <= 1e-9 * size, "{}", norm2(residual.data()));
            }
        }
    }

    #[test]
    fn arnoldi_survives_a_closed_basis() {
        let ask = Arnoldi { wanted: 3, basis: 6, ..Arnoldi::default() };
        let unit = |n: usize| {
            let mut e = vec![0.0; n];
            e[0] = 1.0;
            e
        };
        let same = ask.run(|x, y| y.copy_from_slice(x), &unit(10)).unwrap();
        assert!(same.values.iter().all(|z| (z.re - 1.0).abs() < 1e-14 && z.im == 0.0));
        let nothing = ask.run(|_, y| y.fill(0.0), &unit(10)).unwrap();
        assert!(nothing.values.iter().all(|z| z.abs() == 0.0));
        let projection = ask
            .run(
                |x, y| {
                    y.fill(0.0);
                    y[3] = x[0] + 2.0 * x[3];
                },
                &unit(10),
            )
            .unwrap();
        assert!((projection.values[0].re - 2.0).abs() < 1e-14);
        let whole = Arnoldi { wanted: 8, ..ask }
            .run(|x, y| (0..8).for_each(|i| y[(i + 1) % 8] = x[i]), &unit(8))
            .unwrap();
        assert!(whole.values.len() == 8 && whole.values.iter().all(|z| (z.abs() - 1.0).abs() < 1e-13));
        let tiny = Arnoldi::default().run(|x, y| y[0] = -4.0 * x[0], &[3.0]).unwrap();
        assert_eq!(tiny.values, [Complex::real(-4.0)]);
        let bad = ask.run(|_, y| y.fill(f64::NAN), &unit(4));
        assert!(matches!(bad, Err(Error::NotFinite { row: 1, .. })));
        // a turn of a thousand places: all eigenvalues are equally large, and a small basis cannot tell them apart
        let turn = |x: &[f64], y: &mut [f64]| (0..1000).for_each(|i| y[(i + 1) % 1000] = x[i]);
        let lost = Arnoldi { restarts: 5, ..ask }.run(turn, random(1000, 1).row(0));
        assert!(matches!(lost, Err(Error::NoConvergence { .. })));
    }

    #[test]
    fn what_has_no_answer_says_so() {
        type Ask = fn(View<'_, f64>) -> Result<(), Error>;
        let asks: [Ask; 5] = [
            |a| Schur::new(a).map(drop),
            |a| GeneralEigen::new(a).map(drop),
            |a| eigenvalues(a).map(drop),
            |a| Hessenberg::new(a).map(drop),
            |a| Hessenberg::plain(a).map(drop),
        ];
        for ask in asks {
            assert!(matches!(ask(Mat::zeros([2, 3]).view()), Err(Error::NotSquare { .. })));
            assert!(matches!(ask(View::new(&[1.0, 2.0], [2])), Err(Error::NotSquare { .. })));
            for bad in [f64::NAN, f64::INFINITY] {
                let a = Mat::from_rows(&[[1.0, 0.0], [bad, 1.0]]);
                assert!(matches!(ask(a.view()), Err(Error::NotFinite { row: 1, col: 0, .. })));
            }
            assert!(ask(Mat::zeros([0, 0]).view()).is_ok());
        }
        let huge = Mat::full([4, 4], f64::MAX);
        for ask in &asks[..4] {
            assert!(matches!(ask(huge.view()), Err(Error::Overflow { .. })));
        }
    }
}
