//! Matrix products: every kernel, every layout, every shape, against three loops.

mod tensors {
    use linalg::gemm::{Tile, gemm_with};
    use linalg::kernels::Kernels;
    use linalg::{Real, View, ViewMut};
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
                    tile.name
                );
            }
        }
        for (at, touched) in touched.iter().enumerate() {
            let same = c.data[at] == before[at] || (c.data[at] != c.data[at] && before[at] != before[at]);
            assert!(*touched || same, "{}: element {at} between the rows of C was written", tile.name);
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
        #![proptest_config(config(300))]

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
        for shape in [
            [5, 1031, 3],
            [517, 3, 5],
            [3, 5, 4099],
            [259, 521, 130],
            [1, 300, 300],
            [300, 300, 1],
            [2, 600, 515],
        ] {
            for layouts in [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1], [2, 3, 4]] {
                for table in Kernels::<f32>::available() {
                    check(table.tile, shape, layouts, 1.5, 0.5, 7);
                }
                for table in Kernels::<f64>::available() {
                    check(table.tile, shape, layouts, -1.0, 0.0, 8);
                }
            }
        }
    }
}
