//! Matrix products: every kernel, every layout, every shape, against three loops.

mod tensors {
    use linalg::gemm::{Tile, gemm_with, ladder};
    use linalg::kernels::Kernels;
    use linalg::{Real, Tensor, View, ViewMut, gemm};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// Three loops in f64, over plain indices.
    fn oracle(
        m: usize,
        k: usize,
        n: usize,
        alpha: f64,
        a: &dyn Fn(usize, usize) -> f64,
        b: &dyn Fn(usize, usize) -> f64,
    ) -> Vec<f64> {
        let mut c = vec![0.0; m * n];
        for i in 0..m {
            for j in 0..n {
                c[i * n + j] = alpha * (0..k).map(|p| a(i, p) * b(p, j)).sum::<f64>();
            }
        }
        c
    }

    /// A matrix somewhere inside a larger buffer, in one of four layouts.
    struct Placed<T> {
        data: Vec<T>,
        shape: [usize; 2],
        strides: [usize; 2],
    }

    impl<T: Real> Placed<T> {
        fn new(rows: usize, cols: usize, layout: usize, seed: u64, fill: Option<T>) -> Self {
            let (r, c) = (rows.max(1), cols.max(1));
            let strides = match layout {
                0 => [c, 1],
                1 => [1, r],
                2 => [c + 3, 1],
                3 => [1, r + 5],
                _ => [2 * c + 1, 2],
            };
            let len =
                if rows * cols == 0 { 0 } else { (rows - 1) * strides[0] + (cols - 1) * strides[1] + 1 };
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let data = (0..len)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    fill.unwrap_or(T::from_f64((state >> 40) as f64 / (1_u64 << 23) as f64 - 1.0))
                })
                .collect();
            Placed { data, shape: [rows, cols], strides }
        }
        fn at(&self, i: usize, j: usize) -> f64 {
            self.data[i * self.strides[0] + j * self.strides[1]].to_f64()
        }
        fn view(&self) -> View<'_, T> {
            View::with_strides(&self.data, self.shape, &self.strides)
        }
        fn view_mut(&mut self) -> ViewMut<'_, T> {
            ViewMut::with_strides(&mut self.data, self.shape, &self.strides)
        }
    }

    fn check<T: Real>(
        tile: Tile<T>,
        [m, k, n]: [usize; 3],
        layouts: [usize; 3],
        alpha: f64,
        beta: f64,
        seed: u64,
    ) {
        let a = Placed::<T>::new(m, k, layouts[0], seed, None);
        let b = Placed::<T>::new(k, n, layouts[1], seed + 1, None);
        // what must not be read is NaN
        let fill = (beta == 0.0).then(|| T::from_f64(f64::NAN));
        let mut c = Placed::<T>::new(m, n, layouts[2], seed + 2, fill);
        let before = c.data.clone();
        let want = oracle(m, k, n, alpha, &|i, j| a.at(i, j), &|i, j| b.at(i, j));
        gemm_with(tile, T::from_f64(alpha), a.view(), b.view(), T::from_f64(beta), c.view_mut());
        let mut touched = vec![false; c.data.len()];
        for i in 0..m {
            for j in 0..n {
                let at = i * c.strides[0] + j * c.strides[1];
                touched[at] = true;
                let old = if beta == 0.0 { 0.0 } else { beta * before[at].to_f64() };
                let (got, want) = (c.at(i, j), want[i * n + j] + old);
                let bound = T::EPSILON.to_f64() * (k as f64 + 4.0) * (alpha.abs() + beta.abs());
                assert!(
                    (got - want).abs() <= bound,
                    "{} ({m}x{k}x{n}, layouts {layouts:?}, alpha {alpha}, beta {beta}): C[{i},{j}] is {got}, not {want}",
                    tile.name()
                );
            }
        }
        for (at, touched) in touched.iter().enumerate() {
            let (now, then) = (c.data[at].to_f64(), before[at].to_f64());
            let same = now == then || (now.is_nan() && then.is_nan());
            assert!(*touched || same, "{}: element {at} between the rows of C was written", tile.name());
        }
    }

    /// The same cases in every run.
    fn config(cases: u32) -> ProptestConfig {
        ProptestConfig {
            cases,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    proptest! {
        #![proptest_config(config(150))]

        #[test]
        fn every_kernel_agrees_with_three_loops(
            m in 0_usize..40, k in 0_usize..70, n in 0_usize..80, layouts in [0_usize..5, 0_usize..5, 0_usize..5],
            alpha in prop_oneof![Just(1.0), Just(0.0), -2.0..2.0], beta in prop_oneof![Just(0.0), Just(1.0), -2.0..2.0],
            seed in 0_u64..1000,
        ) {
            for table in Kernels::<f32>::available() {
                check(table.tile, [m, k, n], layouts, alpha, beta, seed);
            }
            for table in Kernels::<f64>::available() {
                check(table.tile, [m, k, n], layouts, alpha, beta, seed);
            }
        }
    }

    /// Larger than every block, in every direction, and not a multiple of anything.
    #[test]
    fn shapes_beyond_the_blocks() {
        let shapes = [[5, 1031, 3], [401, 3, 5], [3, 5, 4099], [259, 521, 130], [2, 600, 515]];
        for (shape, layouts) in shapes
            .into_iter()
            .zip([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1], [2, 3, 4]].into_iter().cycle())
        {
            for table in Kernels::<f32>::available() {
                check(table.tile, shape, layouts, 1.5, 0.5, 7);
            }
            for table in Kernels::<f64>::available() {
                check(table.tile, shape, layouts, -1.0, 0.0, 8);
            }
        }
    }

    /// One row, one column, one of each: the matrix-vector products, in every layout.
    #[test]
    fn vectors_times_matrices() {
        for [m, k, n] in [[1, 300, 301], [300, 301, 1], [1, 7, 1], [1, 1, 9], [9, 1, 1], [1, 600, 900]] {
            for la in 0..5 {
                for lb in 0..5 {
                    for (lc, alpha, beta) in [(0, 1.0, 0.0), (1, -1.5, 0.0), (4, 1.0, 1.0), (0, 2.0, -0.5)] {
                        let tile = f64::kernels().tile;
                        check(tile, [m, k, n], [la, lb, lc], alpha, beta, 3);
                        check(f32::kernels().tile, [m, k, n], [la, lb, lc], alpha, beta, 4);
                    }
                }
            }
        }
        for table in Kernels::<f32>::available() {
            both_ways_through_a_matrix(table);
        }
        for table in Kernels::<f64>::available() {
            both_ways_through_a_matrix(table);
        }
    }

    fn both_ways_through_a_matrix<T: Real>(table: &Kernels<T>) {
        for (k, n) in [(0, 3), (1, 1), (3, 5), (7, 130), (130, 7), (67, 41)] {
            let (b, x) = (Placed::<T>::new(k, n, 2, 5, None), Placed::<T>::new(1, k, 0, 6, None));
            let t = Placed::<T>::new(k, n, 3, 5, None);
            let a = T::from_f64(-0.75);
            for (matrix, by_rows) in [(&b, true), (&t, false)] {
                let mut y: Vec<T> = (0..n).map(|j| T::from_f64(j as f64 / 7.0)).collect();
                let before = y.clone();
                if by_rows {
                    (table.add_rows)(a, &x.data, &matrix.data, matrix.strides[0], &mut y);
                } else {
                    (table.add_dots)(a, &x.data, &matrix.data, matrix.strides[1], &mut y);
                }
                for j in 0..n {
                    let sum: f64 = (0..k).map(|p| x.at(0, p) * matrix.at(p, j)).sum();
                    let want = before[j].to_f64() - 0.75 * sum;
                    let bound = T::EPSILON.to_f64() * (k as f64 + 4.0) * (1.0 + before[j].to_f64());
                    assert!((y[j].to_f64() - want).abs() <= bound, "{} {k}x{n}: [{j}]", table.name);
                }
            }
        }
    }

    type Rung<T> = fn(View<'_, T>, View<'_, T>, ViewMut<'_, T>);

    fn climb<T: Real>([m, k, n]: [usize; 3], layouts: [usize; 3], seed: u64) {
        let rungs: [(&str, Rung<T>); 6] = [
            ("reordered", ladder::reordered),
            ("blocked", ladder::blocked),
            ("packed", ladder::packed),
            ("tiled, unpacked", ladder::tiled_unpacked),
            ("tiled", ladder::tiled),
            ("threaded", ladder::threaded),
        ];
        let a = Placed::<T>::new(m, k, layouts[0], seed, None);
        let b = Placed::<T>::new(k, n, layouts[1], seed + 1, None);
        let nan = Some(T::from_f64(f64::NAN));
        let mut first = Placed::<T>::new(m, n, layouts[2], seed, nan);
        ladder::naive(a.view(), b.view(), first.view_mut());
        let bound = T::EPSILON.to_f64() * (k as f64 + 4.0);
        let want = oracle(m, k, n, 1.0, &|i, j| a.at(i, j), &|i, j| b.at(i, j));
        for i in 0..m {
            for j in 0..n {
                assert!((first.at(i, j) - want[i * n + j]).abs() <= bound, "naive, C[{i},{j}]");
            }
        }
        for (name, rung) in rungs {
            let mut c = Placed::<T>::new(m, n, layouts[2], seed, nan);
            rung(a.view(), b.view(), c.view_mut());
            for i in 0..m {
                for j in 0..n {
                    let (got, want) = (c.at(i, j), first.at(i, j));
                    assert!((got - want).abs() <= 2.0 * bound, "{name} {m}x{k}x{n} {layouts:?}: C[{i},{j}]");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(config(60))]

        #[test]
        fn all_rungs_of_the_ladder_agree(
            m in 0_usize..20, k in 0_usize..150, n in 0_usize..300, layouts in [0_usize..5, 0_usize..5, 0_usize..5],
            seed in 0_u64..1000,
        ) {
            climb::<f32>([m, k, n], layouts, seed);
            climb::<f64>([m, k, n], layouts, seed);
        }
    }

    /// NaN and ∞ anywhere in A or B reach every element of C that depends on them, and no other.
    #[test]
    fn nothing_hides_a_nan() {
        let [m, k, n] = [13, 33, 35];
        for bad in [f64::NAN, f64::INFINITY] {
            for table in Kernels::<f64>::available() {
                let mut a = Placed::<f64>::new(m, k, 0, 1, None);
                let b = Placed::<f64>::new(k, n, 1, 2, None);
                a.data[5 * k + 31] = bad;
                let mut c = Placed::<f64>::new(m, n, 0, 3, None);
                gemm_with(table.tile, 1.0, a.view(), b.view(), 0.0, c.view_mut());
                for i in 0..m {
                    for j in 0..n {
                        assert_eq!(c.at(i, j).is_finite(), i != 5, "{} C[{i},{j}]", table.name);
                    }
                }
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_named() {
        let (a, mut c) = (Tensor::<f64>::zeros([2, 3]), Tensor::<f64>::zeros([2, 2]));
        let message = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            gemm(1.0, a.view(), a.view(), 0.0, c.view_mut());
        }))
        .expect_err("2x3 by 2x3");
        let message = message.downcast_ref::<String>().expect("a message");
        assert!(
            message.contains(&a.shape().to_string()) && message.contains(&c.shape().to_string()),
            "{message}"
        );
    }

    /// One row times a matrix: wherever in memory the matrix begins and however far apart its rows are, the same bits.
    #[test]
    fn a_row_does_not_see_where_the_matrix_lies() {
        fn product<T: Real>([k, n]: [usize; 2], stride: usize, offset: usize) -> Vec<u64> {
            let x = Placed::<T>::new(1, k, 0, 1, None);
            let b = Placed::<T>::new(k, n, 0, 2, None);
            let mut data = vec![T::ZERO; offset + k * stride];
            for p in 0..k {
                for j in 0..n {
                    data[offset + p * stride + j] = b.view()[[p, j]];
                }
            }
            let mut c = vec![T::ZERO; n];
            let b = View::with_strides(&data[offset..], [k, n], &[stride, 1]);
            gemm(T::ONE, x.view(), b, T::ZERO, ViewMut::new(&mut c, [1, n]));
            c.iter().map(|c| c.to_f64().to_bits()).collect()
        }
        for shape in [[1, 256], [7, 300], [22, 511]] {
            let (one32, one64) = (product::<f32>(shape, 513, 0), product::<f64>(shape, 513, 0));
            for offset in 0..18 {
                assert!(product::<f32>(shape, 512, offset) == one32, "f32 {shape:?} {offset}");
                assert!(product::<f64>(shape, 512, offset) == one64, "f64 {shape:?} {offset}");
            }
        }
    }

    /// Sums are never cut, so the number of threads does not show in the result.
    #[cfg(feature = "native")]
    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        fn product<T: Real>(threads: usize, [m, k, n]: [usize; 3], layouts: [usize; 3]) -> Vec<T> {
            let a = Placed::<T>::new(m, k, layouts[0], 1, None);
            let b = Placed::<T>::new(k, n, layouts[1], 2, None);
            let mut c = Placed::<T>::new(m, n, layouts[2], 3, None);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| gemm(T::from_f64(1.25), a.view(), b.view(), T::from_f64(0.5), c.view_mut()));
            c.data
        }
        // large enough for several pieces; the last two are matrix-vector products
        for shape in [
            [300, 200, 100],
            [128, 513, 130],
            [20, 700, 600],
            [7, 64, 9000],
            [1, 1024, 1500],
            [1500, 1024, 1],
        ] {
            for layouts in [[0, 0, 0], [0, 1, 0], [1, 0, 2], [1, 1, 1]] {
                let (one32, one64) = (product::<f32>(1, shape, layouts), product::<f64>(1, shape, layouts));
                for threads in [2, 3, 7] {
                    assert!(
                        product::<f32>(threads, shape, layouts) == one32,
                        "f32 {shape:?} {layouts:?} {threads}"
                    );
                    assert!(
                        product::<f64>(threads, shape, layouts) == one64,
                        "f64 {shape:?} {layouts:?} {threads}"
                    );
                }
            }
        }
    }

    /// Tiles of other sizes, other vectors: the same chain of fused multiply-adds for every element, hence the same bits.
    #[test]
    fn vectors_of_8_and_16_give_the_same_bits() {
        let tables = Kernels::<f32>::available();
        let fused: Vec<_> = tables.iter().filter(|k| k.name == "avx2" || k.name == "avx512").collect();
        let a = Placed::<f32>::new(61, 801, 0, 1, None);
        let b = Placed::<f32>::new(801, 77, 1, 2, None);
        let results: Vec<Vec<f32>> = fused
            .iter()
            .map(|k| {
                let mut c = Placed::<f32>::new(61, 77, 2, 3, None);
                gemm_with(k.tile, 1.5, a.view(), b.view(), -1.0, c.view_mut());
                c.data
            })
            .collect();
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
