//! What a product asks for, counted by hand; the model of a roof; and threads, which may change nothing but the time.

mod hardware {
    use linalg::gemm::{MULTIPLICATIONS_WORTH_A_THREAD, pieces};
    use linalg::roofline::{Roof, Work};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use std::collections::HashSet;

    fn config(cases: u32) -> ProptestConfig {
        ProptestConfig {
            cases,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    /// Three loops that write down what they touch: operations, and different elements that were read or written.
    fn count([m, k, n]: [usize; 3], accumulating: bool) -> (usize, usize) {
        let (mut operations, mut read, mut written) = (0, HashSet::new(), HashSet::new());
        for i in 0..m {
            for j in 0..n {
                for p in 0..k {
                    read.extend([('a', i, p), ('b', p, j)]);
                    operations += 2;
                }
                if accumulating {
                    read.insert(('c', i, j));
                }
                written.insert(('c', i, j));
            }
        }
        (operations, read.len() + written.len())
    }

    proptest! {
        #![proptest_config(config(64))]

        #[test]
        fn work_is_what_three_loops_do(
            m in 1_usize..9, k in 1_usize..9, n in 1_usize..9, size in prop_oneof![Just(1_usize), Just(2), Just(4), Just(8)],
        ) {
            for (work, accumulating) in
                [(Work::product([m, k, n], size), false), (Work::accumulating([m, k, n], size), true)]
            {
                let (operations, elements) = count([m, k, n], accumulating);
                prop_assert_eq!(work.flop, operations as f64);
                prop_assert_eq!(work.bytes, (elements * size) as f64);
            }
        }

        /// Rate and time are two sides of one bound, and the ridge is where its two halves meet.
        #[test]
        fn a_roof_says_the_same_in_seconds_and_in_rates(
            flops in 1e9..1e13_f64, bandwidth in 1e9..1e12_f64, flop in 1.0..1e12_f64, bytes in 1.0..1e12_f64,
        ) {
            let (roof, work) = (Roof { flops, bandwidth }, Work { flop, bytes });
            let (rate, seconds) = (roof.reachable(work.intensity()), roof.seconds(&work));
            prop_assert!((flop / seconds / rate - 1.0).abs() < 1e-12);
            prop_assert!(rate <= flops && seconds >= flop / flops && seconds >= bytes / bandwidth);
            prop_assert!((roof.reachable(roof.ridge()) / flops - 1.0).abs() < 1e-12);
            prop_assert!(roof.reachable(0.5 * roof.ridge()) < 0.51 * flops);
            prop_assert_eq!(roof.reachable(2.0 * roof.ridge()), flops);
        }

        /// The formula for the batch against trying one after the other.
        #[test]
        fn the_batch_at_the_ridge_is_the_first_that_arithmetic_bounds(
            k in 1_usize..300, n in 1_usize..300, size in prop_oneof![Just(2_usize), Just(4), Just(8)], ridge in 0.5..40.0_f64,
        ) {
            let roof = Roof { flops: ridge * 1e10, bandwidth: 1e10 };
            let bound_by_arithmetic = |m: usize| {
                let work = Work::product([m, k, n], size);
                work.flop / roof.flops - work.bytes / roof.bandwidth
            };
            match roof.batch(k, n, size) {
                Some(m) => {
                    let close = 1e-9 * Work::product([m, k, n], size).flop / roof.flops;
                    prop_assert!(bound_by_arithmetic(m) >= -close);
                    prop_assert!(m == 1 || bound_by_arithmetic(m - 1) <= close);
                }
                None => prop_assert!([1, 10, 1000, 1 << 30].into_iter().all(|m| bound_by_arithmetic(m) < 0.0)),
            }
        }

        /// Never more pieces than threads, and none with too little to do.
        #[test]
        fn every_piece_is_worth_its_thread(
            m in 0_usize..2000, k in 0_usize..2000, n in 0_usize..2000, threads in 0_usize..40,
        ) {
            let pieces = pieces([m, k, n], threads);
            prop_assert!(pieces >= 1 && pieces <= threads.max(1));
            prop_assert!(pieces == 1 || m * k * n >= pieces * MULTIPLICATIONS_WORTH_A_THREAD);
        }
    }

    /// What a token needs is its weights: half an operation a byte in f32, whatever the width.
    #[test]
    fn a_row_has_no_intensity_and_a_square_has_plenty() {
        for n in [512, 4096, 32768] {
            let token = Work::product([1, n, n], 4).intensity();
            assert!(token < 0.5 && token > 0.498, "{token}");
            assert!((Work::product([1, n, n], 2).intensity() / token - 2.0).abs() < 1e-12);
        }
        assert!((Work::product([600; 3], 4).intensity() - 100.0).abs() < 1e-12);
        assert!((Work::axpy(1000, 4).intensity() - 1.0 / 6.0).abs() < 1e-15);
    }

    /// Moving and computing overlap: the longer of the two counts, not their sum.
    #[test]
    fn the_longer_of_the_two_counts() {
        let roof = Roof { flops: 8.0, bandwidth: 2.0 };
        assert_eq!(roof.seconds(&Work { flop: 80.0, bytes: 6.0 }), 10.0);
        assert_eq!(roof.seconds(&Work { flop: 8.0, bytes: 6.0 }), 3.0);
        assert_eq!(roof.seconds(&Work { flop: 0.0, bytes: 0.0 }), 0.0);
    }

    /// A product that is too small is computed where it is, however many threads there are.
    #[test]
    fn small_products_wake_nobody() {
        for threads in [1, 2, 16, 128] {
            for shape in [[1, 1, 1], [64, 64, 64], [203, 203, 203], [16, 512, 512], [0, 5, 5]] {
                assert_eq!(pieces(shape, threads), 1, "{shape:?} on {threads} threads");
            }
        }
        assert_eq!(pieces([256, 128, 256], 16), 2);
        assert_eq!(pieces([512, 512, 512], 16), 16);
        assert_eq!(pieces([usize::MAX, 2, 2], 16), 16);
    }

    #[cfg(feature = "native")]
    mod native {
        use super::config;
        use linalg::bandwidth::{Level, caches, level_for, read};
        use linalg::gemm::{
            B_BYTES, ELEMENTS_WORTH_A_THREAD, FEW_ROWS, MULTIPLICATIONS_WORTH_A_THREAD, ladder,
        };
        use linalg::{Cholesky, Lu, Qr, Real, Schur, Svd, SymmetricEigen, Tensor, gemm, par};
        use proptest::prelude::*;
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
        use std::time::Instant;

        fn noise<T: Real>(rows: usize, cols: usize, seed: usize) -> Tensor<T> {
            Tensor::from_fn(rows, cols, |i, j| {
                let x = (i * 1_000_003 + j + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                T::from_f64((x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)
            })
        }

        fn on<T: Real>(threads: usize, [m, k, n]: [usize; 3]) -> Vec<T> {
            let (a, b) = (noise::<T>(m, k, 1), noise::<T>(k, n, 2));
            let mut c = Tensor::zeros([m, n]);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| gemm(T::ONE, a.view(), b.view(), T::ZERO, c.view_mut()));
            c.into_data()
        }

        /// From 512 rows on a decomposition is shared among threads, piece by piece: nobody may see it in the result.
        #[test]
        fn the_same_decomposition_at_any_number_of_threads() {
            let n = par::LARGE + 9;
            let a = noise::<f64>(n, n, 3);
            let symmetric = Tensor::from_fn(n, n, |i, j| a[[i, j]] + a[[j, i]]);
            let positive =
                Tensor::from_fn(n, n, |i, j| symmetric[[i, j]] + if i == j { 2.0 * n as f64 } else { 0.0 });
            let all = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                pool.install(|| {
                    let (qr, svd) = (Qr::new(a.view()).unwrap(), Svd::new(a.view()).unwrap());
                    let (eigen, schur) =
                        (SymmetricEigen::new(symmetric.view()).unwrap(), Schur::new(a.view()).unwrap());
                    let lu = Lu::new(a.view()).unwrap();
                    assert!(!par::is_awake());
                    let parts = [
                        ("Cholesky", vec![Cholesky::new(positive.view()).unwrap().l()]),
                        ("LU", vec![lu.u()]),
                        ("solution", vec![lu.solve(&symmetric).unwrap()]),
                        ("QR", vec![qr.q(), qr.r().clone()]),
                        ("symmetric", vec![eigen.vectors]),
                        ("SVD", vec![svd.u, svd.vt]),
                        ("Schur", vec![schur.q, schur.t]),
                    ];
                    parts.map(|(name, parts)| {
                        (
                            name,
                            parts
                                .into_iter()
                                .flat_map(Tensor::into_data)
                                .map(f64::to_bits)
                                .collect::<Vec<_>>(),
                        )
                    })
                })
            };
            let one = all(1);
            for threads in [2, 3] {
                for (got, want) in all(threads).iter().zip(&one) {
                    assert!(got.1 == want.1, "{} on {threads} threads", want.0);
                }
            }
        }

        /// Whoever is outside goes inside, with what it has; whoever is inside stays; a panic comes out again.
        #[test]
        fn into_the_pool_and_out_again() {
            assert!(!par::is_inside());
            let mut seen = Vec::new();
            let there = par::inside(|| {
                seen.push(par::is_inside());
                par::inside(|| seen.push(par::is_inside()));
                std::thread::current().id()
            });
            let several = par::threads() > 1; // a pool of one thread is not worth the way
            assert_eq!(seen, [several; 2]);
            assert_eq!(there != std::thread::current().id(), several);
            assert!(par::awake(true, par::is_inside) || !several);
            assert!(std::panic::catch_unwind(|| par::inside(|| panic!("inside"))).is_err());
        }

        /// A panic inside goes to the caller, nobody polls on, and the next computation is shared again.
        #[test]
        fn a_panic_lets_the_others_sleep() {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.install(|| par::awake(true, || par::join(true, || {}, || panic!("a piece fails"))));
            }));
            assert!(outcome.is_err());
            let (inside, nested, outside) = pool.install(|| {
                let (inside, nested) =
                    par::awake(true, || (par::is_awake(), par::awake(true, par::is_awake)));
                (inside, nested, par::is_awake())
            });
            assert_eq!((inside, nested, outside), (true, true, false));
        }

        /// Threads that belong to no pool compute at the same time: each of them has a team of its own, of the same few threads.
        #[test]
        fn several_computations_share_the_other_threads() {
            let a = noise::<f64>(par::LARGE, par::LARGE, 4);
            let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
            let want = one.install(|| Qr::new(a.view()).unwrap().r());
            let got = std::thread::scope(|scope| {
                let all = [(); 3].map(|()| scope.spawn(|| Qr::new(a.view()).unwrap().r()));
                all.map(|thread| thread.join().unwrap())
            });
            assert!(got.iter().all(|r| r.data() == want.data()));
        }

        /// A thread that helps one computation does not begin to help the next one on top of it, and on top of that another.
        #[test]
        fn many_short_computations_side_by_side() {
            let done = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                for _ in 0..12 {
                    scope.spawn(|| {
                        for _ in 0..300 {
                            let count = || {
                                done.fetch_add(1, Ordering::Relaxed);
                            };
                            par::awake(true, || par::join(true, count, count));
                        }
                    });
                }
            });
            assert_eq!(done.load(Ordering::Relaxed), 12 * 300 * 2);
        }

        /// Pieces may wait for work of the pool that is none of this computation's, and so may the computation itself.
        #[test]
        fn a_piece_that_waits_for_the_pool() {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("a pool");
            let other = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
            let done = AtomicUsize::new(0);
            let count = || {
                done.fetch_add(1, Ordering::Relaxed);
            };
            let piece = || {
                rayon::join(count, count);
            };
            for _ in 0..50 {
                pool.install(|| {
                    par::awake(true, || {
                        par::join(true, piece, piece);
                        other.install(piece);
                    });
                });
            }
            assert_eq!(done.load(Ordering::Relaxed), 50 * 6);
        }

        /// Whoever waits for pieces of one computation goes on with the other work of its pool.
        #[test]
        fn other_work_goes_on_beside_a_computation() {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
            pool.install(|| {
                par::awake(true, || {
                    let (done, begin) = (Arc::new(AtomicBool::new(false)), Instant::now());
                    let set = Arc::clone(&done);
                    rayon::spawn(move || set.store(true, Ordering::Release));
                    while !done.load(Ordering::Acquire) {
                        assert!(begin.elapsed().as_secs() < 60, "nobody did the other work");
                        std::thread::yield_now();
                    }
                });
            });
        }

        proptest! {
            #![proptest_config(config(24))]

            /// On both sides of the constants that decide about threads: a matrix product, and one of a single row.
            #[test]
            fn the_same_bits_at_any_number_of_threads(
                m in 2_usize..200, k in 1_usize..400, share in 1_usize..9, threads in 2_usize..9,
            ) {
                let n = (share * MULTIPLICATIONS_WORTH_A_THREAD / 2 / (m * k)).clamp(1, 20_000);
                prop_assert_eq!(on::<f32>(1, [m, k, n]), on::<f32>(threads, [m, k, n]));
                let n = (share * ELEMENTS_WORTH_A_THREAD / 2 / k).clamp(1, 20_000);
                prop_assert_eq!(on::<f32>(1, [1, k, n]), on::<f32>(threads, [1, k, n]));
                prop_assert_eq!(on::<f64>(1, [n, k, 1]), on::<f64>(threads, [n, k, 1]));
            }
        }

        proptest! {
            #![proptest_config(config(24))]

            /// Few rows walk through a large matrix in their own way: the same sums, cut at other places, at any number of threads.
            #[test]
            fn few_rows_of_a_large_matrix(
                m in 1_usize..=FEW_ROWS + 2, k in 1_usize..700, wide in 1.0..2.0_f64, left_out in 0_usize..40,
                alpha in -2.0..2.0_f64, beta in prop_oneof![Just(0.0), Just(1.0), -2.0..2.0_f64], threads in 2_usize..5,
            ) {
                let n = ((B_BYTES / 8) as f64 * wide) as usize / k + 1;
                let (a, b, old) = (noise::<f64>(m, k, 1), noise::<f64>(k, n + left_out, 2), noise::<f64>(m, n, 3));
                let b = b.view().slice(1, 0, n);
                let run = |threads| {
                    let mut c = old.clone();
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                    pool.install(|| gemm(alpha, a.view(), b, beta, c.view_mut()));
                    c
                };
                let (c, mut plain) = (run(1), Tensor::zeros([m, n]));
                ladder::naive(a.view(), b, plain.view_mut());
                for i in 0..m {
                    for j in 0..n {
                        let right = alpha * plain[[i, j]] + beta * old[[i, j]];
                        prop_assert!((c[[i, j]] - right).abs() < 1e-14 * k as f64 + 1e-14, "[{}, {}]", i, j);
                    }
                }
                prop_assert!(c == run(threads));
            }
        }

        /// NaN and ∞ in either factor arrive, and what C held before is not read.
        #[test]
        fn few_rows_hide_no_nan() {
            let (mut a, mut b) = (Tensor::full([2, 512], 1.0_f32), Tensor::full([512, 1024], 0.0_f32));
            (a[[0, 17]], b[[500, 1000]]) = (f32::INFINITY, f32::NAN);
            let mut c = Tensor::full([2, 1024], f32::NAN);
            gemm(1.0, a.view(), b.view(), 0.0, c.view_mut());
            assert!(c.row(0).iter().all(|x| x.is_nan())); // ∞·0
            assert!((0..1024).all(|j| c[[1, j]].is_nan() == (j == 1000)));
        }

        /// A batch changes nothing for any of its rows but how they are rounded: row i of many is row i alone.
        #[test]
        fn a_row_of_a_batch_is_that_row_alone() {
            let (batch, k, n) = (7, 300, 130);
            let (x, w) = (noise::<f64>(batch, k, 3), noise::<f64>(k, n, 4));
            let together = x.matmul(&w);
            for i in 0..batch {
                let alone = Tensor::from_fn(1, k, |_, j| x[[i, j]]).matmul(&w);
                for j in 0..n {
                    assert!((alone[[0, j]] - together[[i, j]]).abs() < 1e-12, "[{i}, {j}]");
                }
            }
        }

        #[test]
        fn the_machine_says_what_it_has() {
            let caches = caches();
            assert!(!caches.is_empty() && caches.is_sorted() && caches[0] >= 1 << 10, "{caches:?}");
            // any processor of the last twenty years reads more than this from its first cache, unoptimised code included
            for threads in [1, 2] {
                let near = read(16 << 10, threads);
                assert!(near > 1e7 && near < 1e14, "{near}");
            }
        }

        #[test]
        fn the_first_level_that_holds_a_set_answers() {
            let level =
                |name: &str, holds| Level { name: name.to_owned(), holds, set: holds / 2, bandwidth: 1e9 };
            let levels = [level("L1", 1 << 15), level("L2", 1 << 20), level("memory", usize::MAX)];
            assert_eq!(level_for(&levels, 4e3).name, "L1");
            assert_eq!(level_for(&levels, 32768.0).name, "L1");
            assert_eq!(level_for(&levels, 1e5).name, "L2");
            assert_eq!(level_for(&levels, 1e12).name, "memory");
        }
    }
}
