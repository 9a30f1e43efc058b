//! The same matrices, given to LAPACK: `golden/solving.py` made the figures.

mod solving_lapack {
    use linalg::{Cholesky, Lu, Mat, PivotedQr, Qr, lstsq_min_norm, norm_inf};
    use std::collections::HashMap;

    type Case = HashMap<&'static str, Mat>;

    /// The cases of the golden file, by name.
    fn cases() -> Vec<(&'static str, Case)> {
        let mut cases: Vec<(&'static str, Case)> = Vec::new();
        for line in include_str!("golden/solving.txt").lines().filter(|l| !l.starts_with('#')) {
            if let Some(name) = line.strip_prefix("case ") {
                cases.push((name, Case::new()));
                continue;
            }
            let (head, numbers) = line.split_once(':').expect("a colon");
            let mut head = head.split_whitespace();
            let name = head.next().expect("a name");
            let dims: Vec<usize> = head.map(|n| n.parse().expect("a length")).collect();
            let numbers = numbers.split_whitespace().map(|x| x.parse().expect("a number")).collect();
            let shape = [dims.first().copied().unwrap_or(1), dims.get(1).copied().unwrap_or(1)];
            cases.last_mut().expect("a case").1.insert(name, Mat::new(shape, numbers));
        }
        assert_eq!(cases.len(), 13);
        cases
    }

    /// Every element within `limit`, relative to the largest of what is wanted.
    #[track_caller]
    fn close(what: &str, got: &Mat, want: &Mat, limit: f64) {
        assert_eq!(got.shape(), want.shape(), "{what}");
        let scale = norm_inf(want.data());
        for (i, (x, y)) in got.data().iter().zip(want.data()).enumerate() {
            let error = if scale == 0.0 { x.abs() } else { (x / scale - y / scale).abs() };
            assert!(error <= limit, "{what}: {x:e} for {y:e} at {i}, {error:e} > {limit:e}");
        }
    }

    const EPSILON: f64 = f64::EPSILON;

    #[test]
    fn r_with_its_signs() {
        for (name, case) in cases() {
            let a = &case["a"];
            for qr in [Qr::new(a.view()), Qr::one_by_one(a.view())] {
                let r = qr.unwrap().r();
                // R is determined as well as A is conditioned, and not at all from the row on where the rank is exhausted
                let (rank, k) = (case["rank"][[0, 0]] as usize, r.rows());
                let rows = if rank < k { rank } else { k };
                let part = |m: &Mat| m.view().slice(0, 0, rows).to_tensor();
                let condition =
                    if rank < k { 1e3 } else { PivotedQr::new(a.view()).unwrap().qr().condition() };
                close(name, &part(&r), &part(&case["r"]), 20.0 * EPSILON * condition.min(1e12));
            }
        }
    }

    #[test]
    fn the_order_of_the_columns_and_what_is_left_of_them() {
        for (name, case) in cases() {
            let qr = PivotedQr::new(case["a"].view()).unwrap();
            let rank = case["rank"][[0, 0]] as usize;
            assert_eq!(qr.rank(Some(1e-13)), rank, "{name}");
            let r = qr.qr().r();
            let diagonal = Mat::from_fn(r.rows(), 1, |i, _| r[[i, i]].abs());
            // Columns of equal length (Kahan's) may come in any order, and the rest depends on it.
            if name == "kahan" {
                continue;
            }
            close(name, &diagonal, &case["pivoted"], 1e-14);
            let want: Vec<usize> = case["columns"].data().iter().map(|&c| c as usize).collect();
            // (beyond the rank their order is noise)
            if name != "clustered" {
                assert_eq!(qr.columns()[..rank], want[..rank], "{name}");
            }
        }
    }

    #[test]
    fn the_shortest_least_squares_solution() {
        for (name, case) in cases() {
            let fit = lstsq_min_norm(case["a"].view(), &case["b"], Some(1e-13)).unwrap();
            assert_eq!(fit.rank, case["rank"][[0, 0]] as usize, "{name}");
            let limit = 100.0 * EPSILON * fit.condition.max(1.0).powi(2).min(1e8 * fit.condition.max(1.0));
            close(name, &fit.x, &case["x"], limit);
        }
    }

    #[test]
    fn u_solutions_and_conditions() {
        for (name, case) in cases() {
            if let Some(u) = case.get("u") {
                let lu = Lu::new(case["a"].view()).unwrap();
                let condition = lu.condition();
                close(name, &lu.u(), u, 10.0 * EPSILON * condition);
                close(name, &lu.solve(&case["b"]).unwrap(), &case["solution"], 10.0 * EPSILON * condition);
                let ratio = condition * case["rcond"][[0, 0]];
                assert!((ratio - 1.0).abs() < 1e-12 * condition, "{name}: {ratio}");
            }
            let cholesky = Cholesky::new(case["gram"].view()).unwrap();
            let condition = cholesky.condition();
            close(name, &cholesky.l(), &case["l"], 10.0 * EPSILON * condition);
            let ratio = condition * case["gram_rcond"][[0, 0]];
            assert!((ratio - 1.0).abs() < 1e-12 * condition, "{name}: {ratio}");
        }
    }
}
