//! Every decomposition of every size: ten kinds of matrix, n = 1 to 300, residual and orthogonality within 50·n·ε. Chapters: *solving*,
//! *eigen*, *powers*, *svd*.
//!
//! `cargo test` takes the small sizes and those around the widths of blocks; all of them, a few minutes, are asked for by
//! `cargo test -p linalg --test sweep -- --ignored` (and by `cargo xtask verify`).

mod sweep {
    use linalg::{
        Cholesky, GeneralEigen, Lu, Mat, PivotedQr, Qr, Schur, Svd, SymmetricEigen, frobenius, norm2,
    };

    /// Numbers in −½..½ that every machine draws alike.
    fn noise(mut seed: u64) -> impl FnMut() -> f64 {
        move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        }
    }

    fn random(n: usize, seed: u64) -> Mat {
        let mut next = noise(seed);
        Mat::from_fn(n, n, |_, _| next())
    }

    fn orthogonal(n: usize, seed: u64) -> Mat {
        Qr::new(random(n, seed).view()).expect("finite numbers").q()
    }

    fn diagonal(n: usize, d: impl Fn(usize) -> f64) -> Mat {
        Mat::from_fn(n, n, |i, j| if i == j { d(i) } else { 0.0 })
    }

    /// The kinds that the bar is about. Each may be made symmetric by the one who asks.
    const KINDS: [&str; 10] = [
        "random",
        "graded",
        "clustered",
        "defective",
        "Hilbert",
        "Wilkinson",
        "zero",
        "rank-deficient",
        "huge",
        "tiny",
    ];

    fn matrix(kind: &str, n: usize) -> Mat {
        let seed = n as u64;
        match kind {
            "random" => random(n, seed),
            "graded" => {
                // from 1 down to 10⁻¹⁶, in rows and columns
                let d = |i: usize| 10_f64.powf(-8.0 * i as f64 / n as f64);
                let a = random(n, seed);
                Mat::from_fn(n, n, |i, j| d(i) * d(j) * a[[i, j]])
            }
            "clustered" => {
                let q = orthogonal(n, seed);
                let d = diagonal(n, |i| 1.0 + (i / 3) as f64 * 1e-13);
                q.matmul(&d).matmul(&q.transpose())
            }
            "defective" => {
                // one Jordan block, seen from other axes
                let q = orthogonal(n, seed);
                let jordan =
                    Mat::from_fn(n, n, |i, j| if i == j { 0.5 } else { f64::from(u8::from(j == i + 1)) });
                q.matmul(&jordan).matmul(&q.transpose())
            }
            "Hilbert" => Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64),
            "Wilkinson" => Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
                0 => (i as f64 - (n - 1) as f64 / 2.0).abs(),
                1 => 1.0,
                _ => 0.0,
            }),
            "zero" => Mat::zeros([n, n]),
            "rank-deficient" => {
                let (a, b) = (random(n, seed), random(n, seed + 1));
                let kept = diagonal(n, |i| f64::from(u8::from(i < n.div_ceil(3))));
                a.matmul(&kept).matmul(&b)
            }
            "huge" => random(n, seed).map(|x| x * 1e150),
            "tiny" => random(n, seed).map(|x| x * 1e-150),
            _ => unreachable!("{kind}"),
        }
    }

    /// What is compared, in units of n·ε, with the figure that it must not pass.
    const BAR: f64 = 50.0;

    /// What a sweep has seen.
    #[derive(Default)]
    struct Worst(Vec<(&'static str, f64, String)>);

    impl Worst {
        /// An error, in units of n·ε: NaN is no error that passes.
        #[track_caller]
        fn see(&mut self, what: &'static str, kind: &str, n: usize, error: f64) {
            let units = error / (n as f64 * f64::EPSILON);
            assert!(units <= BAR, "{what} of a {kind} matrix, n = {n}: {error:e}, {units:.1} n·ε");
            match self.0.iter_mut().find(|w| w.0 == what) {
                Some(worst) if worst.1 >= units => {}
                Some(worst) => (worst.1, worst.2) = (units, format!("{kind}, n = {n}")),
                None => self.0.push((what, units, format!("{kind}, n = {n}"))),
            }
        }
    }

    /// ‖a − b‖ / ‖a‖, or ‖b‖ where a is zero; Frobenius.
    fn distance(a: &Mat, b: &Mat) -> f64 {
        let size = frobenius(a.view());
        let difference = frobenius(a.zip_with(b, |x, y| x - y).view());
        if size == 0.0 { difference } else { difference / size }
    }

    /// ‖QᵀQ − I‖.
    fn skew(q: &Mat) -> f64 {
        let n = q.cols();
        frobenius(q.transpose().matmul(q).zip_with(&diagonal(n, |_| 1.0), |x, y| x - y).view())
    }

    /// All decompositions of one matrix. It is brought to size 1 for the comparison alone: what is decomposed has its own.
    fn check(kind: &str, n: usize, worst: &mut Worst) {
        let a = matrix(kind, n);
        let size = a.data().iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let unit = |m: &Mat| if size == 0.0 { m.clone() } else { m.map(|x| x / size) };
        let one = unit(&a);
        let fail = |what: &str, e: linalg::Error| -> ! { panic!("{what} of a {kind} matrix, n = {n}: {e}") };

        let qr = Qr::new(a.view()).unwrap_or_else(|e| fail("QR", e));
        let q = qr.q();
        worst.see("QR, residual", kind, n, distance(&one, &q.matmul(&unit(&qr.r()))));
        worst.see("QR, orthogonality", kind, n, skew(&q));

        let svd = Svd::new(a.view()).unwrap_or_else(|e| fail("SVD", e));
        let s = |i: usize| if size == 0.0 { svd.s[i] } else { svd.s[i] / size };
        let back = svd.u.matmul(&diagonal(n, s)).matmul(&svd.vt);
        worst.see("SVD, residual", kind, n, distance(&one, &back));
        worst.see("SVD, orthogonality", kind, n, skew(&svd.u).max(skew(&svd.vt.transpose())));

        let schur = Schur::new(a.view()).unwrap_or_else(|e| fail("Schur", e));
        let back = schur.q.matmul(&unit(&schur.t)).matmul(&schur.q.transpose());
        worst.see("Schur, residual", kind, n, distance(&one, &back));
        worst.see("Schur, orthogonality", kind, n, skew(&schur.q));

        let eigen = GeneralEigen::new(a.view()).unwrap_or_else(|e| fail("eigenvectors", e));
        let norm = frobenius(one.view());
        for (k, z) in eigen.values.iter().enumerate() {
            let (re, im) = eigen.vector(k);
            let (x, y) = if size == 0.0 { (z.re, z.im) } else { (z.re / size, z.im / size) };
            let residual: Vec<f64> = (0..n)
                .flat_map(|i| {
                    let product = |v: &[f64]| linalg::dot(one.row(i), v);
                    [product(&re) - (x * re[i] - y * im[i]), product(&im) - (x * im[i] + y * re[i])]
                })
                .collect();
            let relative = if norm == 0.0 { 1.0 } else { norm };
            worst.see("eigenvector, residual", kind, n, norm2(&residual) / relative);
        }

        let symmetric = a.zip_with(&a.transpose(), |x, y| 0.5 * x + 0.5 * y);
        let eigen = SymmetricEigen::new(symmetric.view()).unwrap_or_else(|e| fail("symmetric eigen", e));
        let value = |i: usize| if size == 0.0 { eigen.values[i] } else { eigen.values[i] / size };
        let back = eigen.vectors.matmul(&diagonal(n, value)).matmul(&eigen.vectors.transpose());
        worst.see("symmetric eigen, residual", kind, n, distance(&unit(&symmetric), &back));
        worst.see("symmetric eigen, orthogonality", kind, n, skew(&eigen.vectors));

        // A singular matrix has no LU that solves, and says so; Hilbert's and the like are singular to working precision.
        match Lu::new(a.view()) {
            Ok(lu) => {
                let rows = lu.rows();
                let permuted = Mat::from_fn(n, n, |i, j| one[[rows[i], j]]);
                // Partial pivoting promises a small residual relative to |L||U|, not to A.
                let (l, u) = (lu.l(), unit(&lu.u()));
                let grown = frobenius(l.map(f64::abs).matmul(&u.map(f64::abs)).view());
                let residual = frobenius(permuted.zip_with(&l.matmul(&u), |x, y| x - y).view());
                worst.see("LU, residual", kind, n, if grown == 0.0 { residual } else { residual / grown });
            }
            Err(linalg::Error::Singular { .. }) => {}
            Err(e) => fail("LU", e),
        }

        // AAᵀ + a little, of size 1 again, has a Cholesky factor.
        let positive = one.matmul(&one.transpose());
        let shift = frobenius(positive.view()).max(1.0);
        let positive = Mat::from_fn(n, n, |i, j| {
            let x = 0.5 * (positive[[i, j]] + positive[[j, i]]);
            if i == j { x + 1e-10 * shift } else { x }
        });
        let l = Cholesky::new(positive.view()).unwrap_or_else(|e| fail("Cholesky", e)).l();
        worst.see("Cholesky, residual", kind, n, distance(&positive, &l.matmul(&l.transpose())));

        let pivoted = PivotedQr::new(a.view()).unwrap_or_else(|e| fail("pivoted QR", e));
        if kind == "zero" {
            assert_eq!(pivoted.rank(None), 0);
        }
    }

    fn sweep(sizes: impl Iterator<Item = usize>) {
        let mut worst = Worst::default();
        for n in sizes {
            for kind in KINDS {
                check(kind, n, &mut worst);
            }
        }
        for (what, units, where_) in worst.0 {
            println!("{what:34} {units:6.2} n·ε  ({where_})");
        }
    }

    #[test]
    fn small_sizes_and_those_around_blocks() {
        sweep((1..=12).chain([16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65]));
    }

    #[test]
    #[ignore = "minutes: part of `cargo xtask verify`"]
    fn every_size_to_three_hundred() {
        sweep(1..=300);
    }
}
