//! Relabelling against index arithmetic; einsum against its definition, against NumPy's figures and against products written out.

#[allow(clippy::needless_range_loop)] // an element is an index here
mod mechanics {
    use linalg::mechanics::{addresses, line_loads};
    use linalg::{Einsum, Error, Tensor, View};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use std::panic::catch_unwind;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// A tensor whose element is its own address.
    fn numbered(shape: &[usize]) -> Tensor<usize> {
        Tensor::new(shape, (0..shape.iter().product()).collect())
    }

    fn random(shape: &[usize], mut seed: u64) -> Tensor<f64> {
        let numbers = (0..shape.iter().product::<usize>()).map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        });
        Tensor::new(shape, numbers.collect())
    }

    fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
        let payload = catch_unwind(f).expect_err("a panic");
        payload.downcast_ref::<String>().expect("a message with shapes").clone()
    }

    // ---- labels -----------------------------------------------------------------------------------------------

    #[test]
    fn permuted() {
        let a = numbered(&[2, 3, 4]);
        let p = a.view().permute(&[2, 0, 1]);
        assert_eq!(p.shape().dims(), [4, 2, 3]);
        for k in 0..4 {
            for i in 0..2 {
                for j in 0..3 {
                    assert_eq!(p[[k, i, j]], a[[i, j, k]]);
                }
            }
        }
        let scalar = numbered(&[]);
        assert_eq!(scalar.view().permute(&[])[[]], 0);
        for axes in [&[0, 1][..], &[0, 0, 1], &[0, 1, 3], &[0, 1, 2, 2]] {
            assert!(message(|| _ = a.view().permute(axes)).contains("[2, 3, 4]"));
        }
    }

    #[test]
    fn diagonals() {
        let a = numbered(&[3, 2, 4]);
        let d = a.view().diagonal(0, 2);
        assert_eq!((d.shape().dims(), d.strides()), (&[2, 3][..], &[4, 8 + 1][..]));
        for j in 0..2 {
            for i in 0..3 {
                assert_eq!(d[[j, i]], a[[i, j, i]]);
            }
        }
        assert_eq!(numbered(&[0, 5]).view().diagonal(0, 1).shape().dims(), [0]);
        assert!(message(|| _ = a.view().diagonal(1, 1)).contains("[3, 2, 4]"));
        assert!(message(|| _ = a.view().diagonal(0, 3)).contains("[3, 2, 4]"));
    }

    #[test]
    fn steps_and_windows() {
        let a = numbered(&[2, 7]);
        let s = a.view().step(1, 3);
        assert!(s.iter().eq(&[0, 3, 6, 7, 10, 13]));
        assert_eq!(a.view().step(1, usize::MAX).to_tensor().data(), [0, 7]);
        assert!(numbered(&[0]).view().step(0, 2).iter().next().is_none());
        let w = a.view().windows(1, 5);
        assert_eq!((w.shape().dims(), w.strides()), (&[2, 3, 5][..], &[7, 1, 1][..]));
        for i in 0..2 {
            for j in 0..3 {
                for k in 0..5 {
                    assert_eq!(w[[i, j, k]], a[[i, j + k]]);
                }
            }
        }
        // pictures in patches of 2×2 pixels: windows along both axes, every second of them
        let picture = numbered(&[4, 6]);
        let patches = picture.view().windows(0, 2).windows(1, 2).step(0, 2).step(1, 2);
        assert_eq!(patches.shape().dims(), [2, 3, 2, 2]);
        assert!(patches.at(1).at(2).iter().eq(&[16, 17, 22, 23]));
        assert!(message(|| _ = a.view().windows(1, 8)).contains("[2, 7]"));
        assert!(message(|| _ = a.view().windows(1, 0)).contains("[2, 7]"));
        assert!(message(|| _ = a.view().step(0, 0)).contains("[2, 7]"));
    }

    /// Whether some strides say what a reshape must say, found by trying: the addresses of the reshaped walk have to be those of the
    /// walk, and each stride is the difference of two of them.
    fn reshape_by_search(view: &View<'_, usize>, shape: &[usize]) -> Option<Vec<usize>> {
        let walk: Vec<usize> = addresses(view).collect();
        let mut strides = vec![0_usize; shape.len()];
        let mut block = walk.len();
        for (axis, &n) in shape.iter().enumerate() {
            block /= n;
            if n > 1 {
                strides[axis] = walk[block].checked_sub(walk[0])?;
            }
        }
        let reached = (0..walk.len()).all(|nth| {
            let (mut rest, mut address) = (nth, walk[0]);
            for axis in (0..shape.len()).rev() {
                address += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }
            address == walk[nth]
        });
        reached.then_some(strides)
    }

    fn ordered_factors(n: usize, rank: usize) -> Vec<Vec<usize>> {
        if rank == 1 {
            return vec![vec![n]];
        }
        let divisors = (1..=n).filter(|d| n.is_multiple_of(*d));
        divisors
            .flat_map(|d| {
                ordered_factors(n / d, rank - 1).into_iter().map(move |rest| [vec![d], rest].concat())
            })
            .collect()
    }

    /// Every label of a kind, every shape with as many elements: `reshape` finds strides exactly where there are any.
    #[test]
    fn a_reshape_without_a_copy_wherever_there_is_one() {
        let a = numbered(&[4, 3, 6]);
        let v = a.view();
        let row = numbered(&[12]);
        let views = [
            v,
            v.slice(2, 0, 4),
            v.slice(1, 0, 2),
            v.slice(0, 1, 3),
            v.step(2, 2),
            v.permute(&[1, 0, 2]),
            v.permute(&[2, 0, 1]),
            v.transpose(),
            v.slice(1, 0, 1),
            v.diagonal(0, 1),
            row.view().broadcast_to([3, 12]),
            row.view().slice(0, 0, 1).broadcast_to([4, 6]),
            row.view().windows(0, 4),
        ];
        let (mut possible, mut impossible) = (0, 0);
        for view in views {
            for rank in 1..=4 {
                for shape in ordered_factors(view.shape().len(), rank) {
                    let got = view.reshape(&shape[..]);
                    let want = reshape_by_search(&view, &shape);
                    assert_eq!(got.is_some(), want.is_some(), "{view:?} as {shape:?}");
                    if let Some(got) = got {
                        assert!(addresses(&got).eq(addresses(&view)), "{view:?} as {shape:?}");
                        assert_eq!(got.data().as_ptr(), view.data().as_ptr());
                        possible += 1;
                    } else {
                        impossible += 1;
                    }
                }
            }
        }
        assert!(possible > 300 && impossible > 300, "{possible} {impossible}");
        // no elements, one element, a single number
        assert!(v.slice(0, 2, 2).step(2, 2).reshape([7, 0]).is_some());
        assert_eq!(v.slice(2, 5, 6).slice(1, 2, 3).slice(0, 3, 4).reshape([]).unwrap()[[]], 71);
        assert!(message(|| _ = v.reshape([5])).contains("[4, 3, 6] to [5]"));
    }

    #[test]
    fn runs_walk_the_same_addresses() {
        let a = numbered(&[2, 1, 3, 4]);
        assert_eq!(a.view().runs(), [(24, 1)]);
        assert_eq!(a.view().permute(&[2, 1, 0, 3]).runs(), [(3, 4), (2, 12), (4, 1)]);
        assert_eq!(a.view().slice(3, 0, 2).runs(), [(6, 4), (2, 1)]);
        assert_eq!(numbered(&[]).view().runs(), []);
        assert_eq!(numbered(&[3]).view().broadcast_to([5, 4, 3]).runs(), [(20, 0), (3, 1)]);
    }

    #[test]
    fn lines_are_loaded_once_if_there_is_room() {
        let a = numbered(&[16, 16]);
        let (v, t) = (a.view(), a.view().transpose());
        assert_eq!(line_loads(&v, 8, 1), 32);
        assert_eq!(line_loads(&t, 8, 15), 256); // one line short, and the oldest goes: none is ever found again
        assert_eq!(line_loads(&t, 8, 16), 32);
        assert_eq!(line_loads(&v.step(1, 8), 8, 1), 32); // an eighth of the numbers, all of the lines
        assert_eq!(line_loads(&v.slice(0, 0, 0), 8, 1), 0);
        assert!(catch_unwind(|| line_loads(&numbered(&[1]).view(), 0, 1)).is_err());
    }

    // ---- einsum -----------------------------------------------------------------------------------------------

    /// The operands of `golden/einsum.py`.
    fn golden_operand(k: usize, shape: &[usize]) -> Tensor<f64> {
        numbered(shape).map(|i| ((7 * i + 5 * k + 3) % 11) as f64 - 5.0)
    }

    #[test]
    fn einsum_gives_numpys_figures() {
        let numbers =
            |text: &str| -> Vec<f64> { text.split_whitespace().map(|w| w.parse().unwrap()).collect() };
        let shape = |text: &str| -> Vec<usize> { numbers(text).into_iter().map(|n| n as usize).collect() };
        let golden = include_str!("golden/einsum.txt");
        assert_eq!(golden.lines().count(), 29);
        for line in golden.lines() {
            let [expression, shapes, result_shape, result] = line.split('|').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let operands: Vec<_> =
                shapes.split(';').enumerate().map(|(k, s)| golden_operand(k, &shape(s))).collect();
            let views: Vec<_> = operands.iter().map(Tensor::view).collect();
            let einsum = Einsum::new(expression).unwrap();
            for got in [einsum.run(&views), einsum.run_plain(&views)] {
                assert_eq!(got.shape().dims(), shape(result_shape), "{expression}");
                assert_eq!(got.data(), numbers(result), "{expression}"); // whole numbers: no rounding
            }
        }
    }

    /// Every expression of two operands over up to four letters, lengths all different, any label: the product inside is the plain
    /// sum.
    fn expression() -> impl Strategy<Value = (Vec<usize>, Vec<usize>, Vec<usize>)> {
        let term = || prop::collection::vec(0..5_usize, 0..=4);
        (term(), term(), any::<u64>()).prop_map(|(a, b, mut seed)| {
            let mut letters: Vec<usize> = a.iter().chain(&b).copied().collect();
            letters.sort_unstable();
            letters.dedup();
            let mut result = Vec::new();
            while !letters.is_empty() {
                let letter = letters.remove(seed as usize % letters.len());
                seed /= 7;
                if !seed.is_multiple_of(3) {
                    result.push(letter);
                }
                seed /= 3;
            }
            (a, b, result)
        })
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn fast_and_plain_agree((a, b, result) in expression(), seed: u64, strided: bool) {
            const LENGTHS: [usize; 5] = [2, 3, 5, 4, 1];
            let text = |term: &[usize]| term.iter().map(|&l| ['x', 'B', 'i', 'j', 'K'][l]).collect::<String>();
            let einsum = Einsum::new(&format!("{},{}->{}", text(&a), text(&b), text(&result))).unwrap();
            let shape = |term: &[usize]| term.iter().map(|&l| LENGTHS[l]).collect::<Vec<_>>();
            // A whole tensor, or every second entry of the middle of a larger one, which starts later and has gaps.
            let whole = |term: &[usize], seed| {
                let shape: Vec<usize> = shape(term).iter().map(|n| if strided { 2 * n + 1 } else { *n }).collect();
                random(&shape, seed)
            };
            let (x, y) = (whole(&a, seed), whole(&b, !seed));
            let label = |t| {
                let mut view: View<'_, f64> = t;
                for axis in (0..view.shape().rank()).filter(|_| strided) {
                    let n = view.shape()[axis];
                    view = view.slice(axis, 1, n).step(axis, 2);
                }
                view
            };
            let views = [label(x.view()), label(y.view())];
            let (fast, plain) = (einsum.run(&views), einsum.run_plain(&views));
            prop_assert_eq!(fast.shape(), plain.shape());
            // Each is at most k·ε·Σ|products| away from the exact sum.
            let sizes = views.map(|v| v.to_tensor().map(f64::abs));
            let bound = einsum.run_plain(&[sizes[0].view(), sizes[1].view()]);
            for ((f, p), b) in fast.data().iter().zip(plain.data()).zip(bound.data()) {
                prop_assert!((f - p).abs() <= 120.0 * f64::EPSILON * b, "{f} {p}");
            }
        }

        /// Three operands, from left to right, against two calls.
        #[test]
        fn a_chain_is_two_products(m in 1..9_usize, k in 1..9_usize, l in 1..9_usize, n in 1..9_usize, seed: u64) {
            let (a, b, c) = (random(&[m, k], seed), random(&[k, l], !seed), random(&[l, n], seed / 3));
            let got = Einsum::new("ij,jk,kl->il").unwrap().run(&[a.view(), b.view(), c.view()]);
            let want = a.matmul(&b).matmul(&c);
            let close = got.data().iter().zip(want.data()).all(|(g, w)| (g - w).abs() <= 1e-14);
            prop_assert!(close);
        }
    }

    /// Large enough for `gemm`, threads and all: attention's scores, straight from rows that hold every head.
    #[test]
    fn attention_scores_without_a_transpose_in_sight() {
        let (q, k) = (random(&[2, 33, 3, 16], 1), random(&[2, 29, 3, 16], 2));
        let scores = Einsum::new("b q h d, b k h d -> b h q k").unwrap().run(&[q.view(), k.view()]);
        assert_eq!(scores.shape().dims(), [2, 3, 33, 29]);
        for b in 0..2 {
            for h in 0..3 {
                let head = |t: &Tensor<f64>| t.view().at(b).permute(&[1, 0, 2]).at(h).to_tensor();
                let want = head(&q).matmul(&head(&k).transpose());
                let got = scores.view().at(b).at(h).to_tensor();
                let close = got.data().iter().zip(want.data()).all(|(g, w)| (g - w).abs() <= 1e-14);
                assert!(close, "batch {b}, head {h}");
            }
        }
    }

    #[test]
    fn a_convolution_is_a_product_with_windows() {
        let (signal, kernel) = (random(&[100], 3), random(&[9], 4));
        let windows = signal.view().windows(0, 9);
        let got = Einsum::new("wk,k->w").unwrap().run(&[windows, kernel.view()]);
        for w in 0..92 {
            let want: f64 = (0..9).map(|k| signal[[w + k]] * kernel[[k]]).sum();
            assert!((got[[w]] - want).abs() <= 1e-15);
        }
    }

    #[test]
    fn f32_and_not_a_number() {
        let (a, b) = (random(&[7, 9], 5).map(|x| x as f32), random(&[9, 8], 6).map(|x| x as f32));
        let product = Einsum::new("ij,jk->ik").unwrap().run(&[a.view(), b.view()]);
        assert_eq!(product, a.matmul(&b)); // the same gemm
        let mut a = random(&[7, 9], 5);
        a[[3, 4]] = f64::NAN;
        let b = Tensor::zeros([9, 8]);
        for got in ["ij,jk->ik", "ij,jk->ki"].map(|e| Einsum::new(e).unwrap().run(&[a.view(), b.view()])) {
            assert_eq!(got.data().iter().filter(|x| x.is_nan()).count(), 8); // 0 times NaN
        }
    }

    #[test]
    fn bad_text_is_an_error_that_points() {
        for (text, at, says) in [
            ("ij,jk", 5, "write ->"),
            ("", 0, "write ->"),
            ("ij,jk->iq", 8, "no operand has the axis 'q'"),
            ("ij,jk->ii", 8, "twice"),
            ("ij;jk->ik", 2, "';'"),
            ("ij,jk-ik", 5, "'-'"),
            ("ij,jk->i->k", 8, "'-'"),
            ("ij,jk->i,k", 8, "one result"),
            ("...ij->ij", 0, "'.'"),
            ("abcdefg->a", 6, "more than 6"),
            ("é->é", 0, "'é'"),
            ("ij,j2->i", 4, "'2'"),
        ] {
            let error = Einsum::new(text).unwrap_err();
            let Error::Einsum { expression, at: place, problem } = &error else { panic!("{error}") };
            assert_eq!((expression.as_str(), *place), (text, at), "{problem}");
            assert!(problem.contains(says), "{text}: {problem}");
            assert!(error.to_string().contains(&format!("character {}", at + 1)), "{error}");
        }
    }

    #[test]
    fn operands_that_do_not_fit_are_named_at_the_callers_line() {
        let (column, row) = (random(&[5, 1], 1), random(&[5], 2));
        let einsum = |text| Einsum::new(text).unwrap();
        // What broadcasting lets pass: an axis of length 1 against one of length 5.
        let said = message(|| _ = einsum("ni,ni->").run(&[column.view(), random(&[5, 5], 3).view()]));
        assert!(
            said.contains("axis i is 1 in operand 0 of shape [5, 1] and 5 in operand 1 of shape [5, 5]"),
            "{said}"
        );
        let said = message(|| _ = einsum("n,n->").run(&[column.view(), row.view()]));
        assert!(said.contains("operand 0 has 1 letters and shape [5, 1]"), "{said}");
        let said = message(|| _ = einsum("n,n->").run(&[row.view()]));
        assert!(said.contains("2 operands, got 1"), "{said}");
        let said = message(|| _ = einsum("ii->i").run(&[column.view()]));
        assert!(said.contains("axis i is 5") && said.contains("and 1"), "{said}");
        let wide = random(&[1, 1, 1, 1], 4);
        let said = message(|| _ = einsum("abcd,efgh->a").run_plain(&[wide.view(), column.view()]));
        assert!(said.contains("operand 1 has 4 letters and shape [5, 1]"), "{said}");
    }
}
