//! Shapes, strides, views, broadcasting, norms and conversions, each against a definition that knows no strides.

mod tensors {
    use linalg::{Mat, Shape, Tensor, View, ViewMut, frobenius, norm_inf, norm1, norm2};
    use nalgebra::DMatrix;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use std::cell::RefCell;
    use std::panic::{Location, catch_unwind, set_hook, take_hook};
    use std::rc::Rc;
    use std::sync::Once;

    /// The same cases in every run.
    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    // ---- the caller's line ------------------------------------------------------------------------------------

    thread_local! {
        /// (message, file, line) of this thread's last panic, while one is expected.
        static PANIC: RefCell<Option<(String, String, u32)>> = const { RefCell::new(None) };
        static EXPECTED: RefCell<bool> = const { RefCell::new(false) };
    }

    /// Runs `f`, which must panic, and hands back the message and the line that the panic blames.
    #[track_caller]
    fn panic_of(f: impl FnOnce() + std::panic::UnwindSafe) -> (String, String, u32) {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let previous = take_hook();
            set_hook(Box::new(move |info| {
                if EXPECTED.with_borrow(|e| *e) {
                    let at = info.location().expect("a panic has a location");
                    let payload = info.payload();
                    let message = payload.downcast_ref::<String>().cloned();
                    let message = message
                        .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
                        .unwrap_or_default();
                    PANIC.set(Some((message, at.file().to_owned(), at.line())));
                } else {
                    previous(info);
                }
            }));
        });
        EXPECTED.set(true);
        let outcome = catch_unwind(f);
        EXPECTED.set(false);
        assert!(outcome.is_err(), "no panic at {}", Location::caller());
        PANIC.take().expect("the hook ran")
    }

    /// `$code` panics *here*, in this file and on this line, and says all of `$words`.
    macro_rules! blames {
        ($code:expr, $($words:literal),+) => {{
            let here = line!();
            let (message, file, line) = panic_of(|| { let _ = $code; });
            assert_eq!((file.as_str(), line), (file!(), here), "{message}");
            $(assert!(message.contains($words), "{message:?} does not say {:?}", $words);)+
        }};
    }

    #[test]
    fn errors_name_both_shapes_and_the_callers_line() {
        let a = Tensor::<f64>::zeros([2, 3]);
        let b = Tensor::<f64>::zeros([4, 5]);
        blames!(a.matmul(&b), "[2, 3]", "[4, 5]", "matmul");
        blames!(a.zip_with(&b, |x, y| x + y), "[2, 3]", "[4, 5]", "broadcast");
        blames!(a.view().broadcast_to([2, 4]), "[2, 3]", "[2, 4]");
        blames!(a.view().broadcast_to([3]), "[2, 3]", "[3]");
        blames!(a.clone().reshape([7]), "[2, 3]", "[7]");
        blames!(a.clone().view_mut().assign(b.view()), "[2, 3]", "[4, 5]");
        blames!(linalg::gemm(1.0, a.view(), b.view(), 0.0, a.clone().view_mut()), "[2, 3]", "[4, 5]");
        blames!(linalg::dot(&[1.0], &[1.0, 2.0]), "1", "2", "dot");
    }

    #[test]
    fn errors_name_the_index_and_the_shape() {
        let a = Tensor::<f64>::zeros([2, 3]);
        let (v, one) = (a.view(), Tensor::new([3], vec![1.0; 3]));
        blames!(a[[2, 0]], "[2, 0]", "[2, 3]");
        blames!(a[[0, 3]], "[0, 3]", "[2, 3]");
        blames!(a[[1]], "[1]", "[2, 3]"); // too few indices
        blames!(a[[0, 0, 0]], "[0, 0, 0]", "[2, 3]");
        blames!(v[[0, 3]], "[0, 3]", "[2, 3]");
        blames!(v.transpose()[[0, 2]], "[0, 2]", "[3, 2]");
        blames!(a.clone().view_mut()[[2, 0]] = 1.0, "[2, 0]", "[2, 3]");
        blames!(a.row(2), "row 2", "[2, 3]");
        blames!(v.at(2), "index 2", "[2, 3]");
        blames!(v.at(0).at(0).at(0), "index 0", "[]");
        blames!(v.slice(1, 2, 4), "2..4", "axis 1", "[2, 3]");
        blames!(v.slice(1, 2, 1), "2..1", "[2, 3]");
        blames!(v.slice(2, 0, 0), "axis 2", "[2, 3]");
        blames!(v.swap_axes(0, 2), "0", "2", "[2, 3]");
        blames!(one.transpose(), "two axes", "[3]");
        blames!(one.rows(), "[3]", "not a matrix");
        blames!(one.to_dmatrix(), "[3]", "two axes");
        blames!(a.to_dvector(), "[2, 3]", "one axis");
        blames!(Tensor::new([2, 2], vec![1.0]), "[2, 2]", "4", "1");
        blames!(View::new(&[1.0], [2]), "[2]", "2", "1");
        blames!(View::with_strides(&[1.0], [2], &[1, 1]), "[2]", "[1, 1]");
        blames!(Mat::from_rows(&[vec![1.0], vec![]]), "row 1", "0", "1");
    }

    #[test]
    fn shapes_too_large_to_count_are_refused_where_they_are_written() {
        const HUGE: usize = usize::MAX;
        blames!(Shape::new(&[HUGE, 2]), "more elements");
        blames!(Shape::new(&[HUGE, HUGE, 0]), "more elements"); // 0 elements, but strides that do not exist
        blames!(Shape::new(&[0, HUGE, HUGE]), "more elements");
        blames!(Shape::new(&[HUGE / 2 + 1]), "more elements");
        blames!(Shape::new(&[1; 7]), "7 axes");
        blames!(Tensor::<f64>::zeros([HUGE, 2]), "more elements");
        blames!(Tensor::<f64>::zeros([HUGE / 4]), "8 bytes");
        blames!(Mat::from_fn(HUGE, 2, |_, _| 0.0), "more elements");
        blames!(Mat::eye(HUGE), "more elements");
        let (column, row) = (Shape::new(&[HUGE / 2, 1]), Shape::new(&[1, HUGE / 2]));
        blames!(column.broadcast(row), "more elements");
        // Strides whose product with an index wraps around to a small address:
        blames!(View::with_strides(&[1.0; 8], [3], &[HUGE / 2 + 1]), "beyond the 8");
        blames!(View::with_strides(&[1.0; 8], [2, 2], &[HUGE, 1]), "beyond the 8");
        blames!(ViewMut::with_strides(&mut [1.0; 8], [3], &[HUGE / 2 + 1]), "beyond the 8");
        // An axis of length 1 is never stepped along, so any stride will do.
        let v = View::with_strides(&[1, 2, 3], [1, 3], &[HUGE, 1]);
        assert!(v.iter().eq(&[1, 2, 3]) && v.is_contiguous());
    }

    /// The windows of a series: rows that overlap, and rows of one number, are copied like any other.
    #[test]
    fn rows_that_overlap() {
        let data = [1, 2, 3, 4, 5];
        let copy = |dims: [usize; 2], strides: [usize; 2]| {
            View::with_strides(&data, dims, &strides).to_tensor().into_data()
        };
        assert_eq!(copy([3, 3], [1, 1]), [1, 2, 3, 2, 3, 4, 3, 4, 5]);
        assert_eq!(copy([2, 3], [2, 1]), [1, 2, 3, 3, 4, 5]);
        assert_eq!(copy([2, 2], [0, 1]), [1, 2, 1, 2]);
        assert_eq!(copy([3, 1], [2, 1]), [1, 3, 5]);
        assert_eq!(copy([2, 2], [3, 1]), [1, 2, 4, 5]);
    }

    // ---- views against a model without strides -----------------------------------------------------------------

    type AtIndex = Rc<dyn Fn(&[usize]) -> usize>;

    /// An array as mathematics has it: lengths, and a function of the indices.
    #[derive(Clone)]
    struct Model {
        dims: Vec<usize>,
        get: AtIndex,
    }

    impl Model {
        /// Element (i, j, k, …) is the number with the digits i, j, k, …: no two are equal, none knows an address.
        fn digits(dims: &[usize]) -> Self {
            let get = |index: &[usize]| index.iter().fold(1, |number, i| number * 100 + i);
            Model { dims: dims.to_vec(), get: Rc::new(get) }
        }

        fn all(&self) -> Vec<usize> {
            let mut indices = vec![vec![]];
            for &n in &self.dims {
                indices =
                    indices.iter().flat_map(|p| (0..n).map(move |i| [p.as_slice(), &[i]].concat())).collect();
            }
            indices.iter().map(|i| (self.get)(i)).collect()
        }

        fn tensor(&self) -> Tensor<usize> {
            Tensor::new(self.dims.as_slice(), self.all())
        }
    }

    /// One relabelling of a view, with free numbers that are brought into range where it is applied.
    #[derive(Clone, Debug)]
    enum Step {
        Swap(usize, usize),
        Transpose,
        At(usize),
        Slice(usize, usize, usize),
        Stretch(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let n = 0..60_usize;
        prop::collection::vec(
            prop_oneof![
                (n.clone(), n.clone()).prop_map(|(a, b)| Step::Swap(a, b)),
                Just(Step::Transpose),
                n.clone().prop_map(Step::At),
                (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Step::Slice(a, b, c)),
                n.prop_map(Step::Stretch),
            ],
            0..6,
        )
    }

    /// The step with numbers that fit `dims`; `None` where nothing fits.
    fn fit(step: &Step, dims: &[usize]) -> Option<Step> {
        let rank = dims.len();
        match *step {
            Step::Swap(a, b) if rank > 0 => Some(Step::Swap(a % rank, b % rank)),
            Step::Transpose if rank > 1 => Some(Step::Transpose),
            Step::At(i) if rank > 0 && dims[0] > 0 => Some(Step::At(i % dims[0])),
            Step::Slice(axis, a, b) if rank > 0 => {
                let axis = axis % rank;
                let (a, b) = (a % (dims[axis] + 1), b % (dims[axis] + 1));
                Some(Step::Slice(axis, a.min(b), a.max(b)))
            }
            Step::Stretch(n) if rank < 5 => Some(Step::Stretch(n % 4)),
            _ => None,
        }
    }

    fn apply_to_model(step: &Step, m: &Model) -> Model {
        let (mut dims, old) = (m.dims.clone(), m.get.clone());
        let rank = dims.len();
        match *step {
            Step::Swap(..) | Step::Transpose => {
                let (a, b) = if let Step::Swap(a, b) = *step { (a, b) } else { (rank - 2, rank - 1) };
                dims.swap(a, b);
                let get = move |i: &[usize]| {
                    let mut i = i.to_vec();
                    i.swap(a, b);
                    old(&i)
                };
                Model { dims, get: Rc::new(get) }
            }
            Step::At(first) => {
                dims.remove(0);
                Model { dims, get: Rc::new(move |i| old(&[&[first], i].concat())) }
            }
            Step::Slice(axis, start, end) => {
                dims[axis] = end - start;
                let get = move |i: &[usize]| {
                    let mut i = i.to_vec();
                    i[axis] += start;
                    old(&i)
                };
                Model { dims, get: Rc::new(get) }
            }
            Step::Stretch(n) => {
                dims.insert(0, n);
                Model { dims, get: Rc::new(move |i| old(&i[1..])) }
            }
        }
    }

    fn apply<'a>(step: &Step, v: View<'a, usize>) -> View<'a, usize> {
        match *step {
            Step::Swap(a, b) => v.swap_axes(a, b),
            Step::Transpose => v.transpose(),
            Step::At(i) => v.at(i),
            Step::Slice(axis, start, end) => v.slice(axis, start, end),
            Step::Stretch(n) => v.broadcast_to([&[n], v.shape().dims()].concat().as_slice()),
        }
    }

    fn dims(ranks: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(prop_oneof![1 => Just(0_usize), 2 => Just(1), 7 => 2..5_usize], ranks)
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn any_chain_of_views_reads_what_index_arithmetic_says(dims in dims(0..=4), steps in steps()) {
            let mut model = Model::digits(&dims);
            let tensor = model.tensor();
            let mut view = tensor.view();
            for step in &steps {
                let Some(step) = fit(step, &model.dims) else { continue };
                view = apply(&step, view);
                model = apply_to_model(&step, &model);
            }
            let want = model.all();
            prop_assert_eq!(view.shape(), Shape::new(&model.dims));
            prop_assert_eq!(view.iter().len(), want.len());
            prop_assert_eq!(view.iter().copied().collect::<Vec<_>>(), want.clone());
            prop_assert_eq!(view.to_tensor(), Tensor::new(model.dims.as_slice(), want.clone()));
            prop_assert!(view.as_slice().is_none_or(|s| s == want));
            if let [rows, cols] = model.dims[..] {
                for (i, j) in (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))) {
                    prop_assert_eq!(view[[i, j]], (model.get)(&[i, j]));
                }
            }
        }

        #[test]
        fn writing_through_a_view_changes_its_elements_and_no_other(dims in dims(1..=4), steps in steps()) {
            let before = Model::digits(&dims).tensor();
            let (mut model, mut after) = (Model::digits(&dims), before.clone());
            let mut view = after.view_mut();
            for step in &steps {
                // a view that may be written cannot be stretched
                let Some(step) = fit(step, &model.dims).filter(|s| !matches!(s, Step::Stretch(_))) else {
                    continue;
                };
                model = apply_to_model(&step, &model);
                view = match step {
                    Step::Swap(a, b) => view.swap_axes(a, b),
                    Step::Transpose => view.transpose(),
                    Step::At(i) => view.at(i),
                    Step::Slice(axis, start, end) => view.slice(axis, start, end),
                    Step::Stretch(_) => unreachable!(),
                };
            }
            let touched = model.all();
            let marked = Tensor::new(model.dims.as_slice(), touched.iter().map(|x| x + 7).collect());
            let flat = view.as_slice_mut().map(|s| s.to_vec());
            prop_assert!(flat.is_none_or(|s| s == touched));
            view.assign(marked.view());
            for (old, new) in before.data().iter().zip(after.data()) {
                let change = if touched.contains(old) { 7 } else { 0 };
                prop_assert_eq!(old + change, *new);
            }
        }

        #[test]
        fn strides_are_accepted_exactly_when_every_address_is_inside(
            dims in dims(0..=3), strides in prop::collection::vec(0..7_usize, 3), len in 0..40_usize,
        ) {
            let strides = &strides[..dims.len()];
            let addresses = addresses(&dims, strides);
            let data = vec![0_u8; len];
            let (shape, fits) = (Shape::new(&dims), addresses.iter().all(|&a| a < len));
            let made = catch_quietly(|| { let _ = View::with_strides(&data, shape, strides); });
            prop_assert_eq!(made, fits);
        }

        #[test]
        fn two_elements_of_a_mutable_view_never_share_an_address(
            dims in dims(0..=3), strides in prop::collection::vec(0..13_usize, 3),
        ) {
            let strides = &strides[..dims.len()];
            let mut addresses = addresses(&dims, strides);
            let mut data = vec![0_u8; 200];
            let accepted =
                catch_quietly(|| { let _ = ViewMut::with_strides(&mut data.clone(), Shape::new(&dims), strides); });
            let count = addresses.len();
            addresses.sort_unstable();
            addresses.dedup();
            prop_assert!(!accepted || addresses.len() == count);
            // Row-major with gaps, in any order of the axes, must be accepted.
            let packed = Shape::new(&dims).strides();
            let gapped: Vec<usize> = (0..dims.len()).map(|axis| packed[axis] * 2).collect();
            let (mut dims, mut gapped) = (dims.clone(), gapped);
            dims.reverse();
            gapped.reverse();
            let _ = ViewMut::with_strides(&mut data, Shape::new(&dims), &gapped);
        }

        #[test]
        fn zip_with_broadcasts_as_the_rule_says(a in dims(0..=4), b in dims(0..=4), share in 0..5_usize) {
            // Random shapes rarely fit: let b take over a tail of a, where some axes become 1.
            let b: Vec<usize> = if share == 0 { b } else {
                let tail = &a[a.len().saturating_sub(share)..];
                tail.iter().zip(b.iter().chain(&[2; 4])).map(|(&n, &c)| if c == 1 { 1 } else { n }).collect()
            };
            // The rule: pad on the left with ones; each pair is equal, or one of the two is 1 and gives way.
            let rank = a.len().max(b.len());
            let pad = |d: &[usize]| [vec![1; rank - d.len()], d.to_vec()].concat();
            let (pa, pb) = (pad(&a), pad(&b));
            let fits = pa.iter().zip(&pb).all(|(&x, &y)| x == y || x == 1 || y == 1);
            let want: Vec<usize> =
                pa.iter().zip(&pb).map(|(&x, &y)| if x == 1 { y } else { x }).collect();
            let got = Shape::new(&a).broadcast(Shape::new(&b));
            prop_assert_eq!(got, fits.then(|| Shape::new(&want)));
            prop_assert_eq!(Shape::new(&b).broadcast(Shape::new(&a)), got);
            if !fits {
                return Ok(());
            }
            let (ma, mb) = (Model::digits(&a), Model::digits(&b));
            let read = |m: &Model, index: &[usize]| {
                let index = &index[index.len() - m.dims.len()..];
                let own: Vec<usize> =
                    index.iter().zip(&m.dims).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect();
                (m.get)(&own)
            };
            let (ga, gb) = (ma.clone(), mb.clone());
            let sum = Model {
                dims: want.clone(),
                get: Rc::new(move |i| read(&ga, i) * 3 + read(&gb, i)),
            };
            let got = ma.tensor().zip_with(&mb.tensor(), |x, y| x * 3 + y);
            prop_assert_eq!(got, sum.tensor());
        }

        #[test]
        fn nalgebra_and_back_is_the_identity(rows in 0..6_usize, cols in 0..6_usize, seed in 0..1000_u64) {
            let m = DMatrix::from_fn(rows, cols, |i, j| (seed * 100) as f64 + (10 * i + j) as f64);
            let a = Tensor::from(&m);
            for i in 0..rows {
                for j in 0..cols {
                    prop_assert_eq!(a[[i, j]], m[(i, j)]);
                    prop_assert_eq!(View::from(&m)[[i, j]], m[(i, j)]);
                }
            }
            prop_assert_eq!(a.to_dmatrix(), m.clone());
            prop_assert_eq!(a.view().transpose().to_dmatrix(), m.transpose());
            let v = m.column_iter().next().map(nalgebra::Matrix::into_owned).unwrap_or_default();
            prop_assert_eq!(Tensor::from(&v).to_dvector(), v);
        }
    }

    /// All addresses that a shape reaches through strides, by enumeration.
    fn addresses(dims: &[usize], strides: &[usize]) -> Vec<usize> {
        let strides = strides.to_vec();
        let address = move |index: &[usize]| index.iter().zip(&strides).map(|(i, s)| i * s).sum();
        Model { dims: dims.to_vec(), get: Rc::new(address) }.all()
    }

    /// Whether `f` returns, without a word on the terminal if it panics.
    fn catch_quietly(f: impl FnOnce()) -> bool {
        EXPECTED.set(true);
        let returned = catch_unwind(std::panic::AssertUnwindSafe(f)).is_ok();
        EXPECTED.set(false);
        returned
    }

    // ---- the corners -------------------------------------------------------------------------------------------

    #[test]
    fn empty_tensors_and_single_numbers_work_everywhere() {
        for dims in [&[0][..], &[0, 3], &[3, 0], &[2, 0, 3], &[0, 0]] {
            let t = Tensor::<f64>::zeros(dims);
            assert!(t.shape().is_empty() && t.data().is_empty() && t.view().iter().next().is_none());
            assert!(t.view().is_contiguous() && t.view().as_slice() == Some(&[]));
            assert_eq!(t.map(|x| x + 1.0), t);
            assert_eq!(frobenius(t.view()), 0.0);
        }
        let tall = Tensor::<f64>::zeros([3, 0]);
        assert_eq!(tall.transpose().shape().dims(), [0, 3]);
        assert!(tall.view().transpose().is_contiguous());
        assert!(tall.row(2).is_empty());
        assert_eq!(tall.view().at(2).shape().dims(), [0]);
        assert_eq!(tall.view().slice(0, 3, 3).shape().dims(), [0, 0]);
        assert_eq!(tall.matmul(&Mat::zeros([0, 2])), Mat::zeros([3, 2])); // an empty sum is 0
        assert_eq!(Mat::from_fn(0, 5, |_, _| 1.0).shape().dims(), [0, 5]);
        assert_eq!(Mat::from_fn(5, 0, |_, _| 1.0).shape().dims(), [5, 0]);
        assert_eq!(Mat::from_rows::<[f64; 0]>(&[]).shape().dims(), [0, 0]);
        // No two elements can share an address where there is none.
        assert!(ViewMut::with_strides(&mut [0.0; 0], [0, 3], &[0, 0]).shape().is_empty());

        let number = Tensor::new([], vec![7.0]);
        assert_eq!((number.shape().len(), number[[]], number.to_string()), (1, 7.0, "7".to_owned()));
        assert!(number.view().iter().eq(&[7.0]) && number.view().is_contiguous());
        assert_eq!(number.view().broadcast_to([2, 2]).to_tensor(), Tensor::full([2, 2], 7.0));
        let mut a = Mat::zeros([2, 2]);
        a.view_mut().assign(number.view());
        a.view_mut().at(0).at(1).assign(View::new(&[1.0], []));
        assert_eq!(a.data(), [7.0, 1.0, 7.0, 7.0]);
    }

    #[test]
    fn stretching_a_view_never_copies() {
        let row = Tensor::new([3], vec![1, 2, 3]);
        let wide = row.view().broadcast_to([1_000_000, 1_000_000, 3]); // 3·10¹² elements in 24 bytes
        assert_eq!(wide.shape().len(), 3_000_000_000_000);
        assert_eq!((wide.strides(), wide[[999_999, 7, 2]]), (&[0, 0, 1][..], 3));
        assert_eq!(wide.data().as_ptr(), row.data().as_ptr());
        assert!(wide.as_slice().is_none());
    }

    /// Two halves that are written at the same time are all of the matrix, wherever it is cut and however it lies.
    #[test]
    fn halves_of_a_view_are_the_whole() {
        for shape in [[0, 3], [3, 0], [1, 1], [1, 4], [5, 1], [4, 3]] {
            let [m, n] = shape;
            for stride in [n.max(1), n + 2] {
                for cut in 0..=m {
                    let mut data = vec![0; if m == 0 { 0 } else { (m - 1) * stride + n }];
                    let whole = ViewMut::with_strides(&mut data, shape, &[stride, 1]);
                    let (mut above, mut below) = whole.split_rows(cut);
                    assert_eq!(
                        (above.shape().dims(), below.shape().dims()),
                        (&[cut, n][..], &[m - cut, n][..])
                    );
                    for j in 0..n {
                        (0..cut).for_each(|i| above[[i, j]] = 1 + i * n + j);
                        (cut..m).for_each(|i| below[[i - cut, j]] = 1 + i * n + j);
                    }
                    let back = View::with_strides(&data, shape, &[stride, 1]);
                    for i in 0..m {
                        (0..n).for_each(|j| assert_eq!(back[[i, j]], 1 + i * n + j));
                    }
                }
            }
        }
        blames!(Mat::zeros([2, 3]).view_mut().split_rows(3), "[2, 3]", "3 rows");
        blames!(Mat::zeros([2, 3]).view_mut().transpose().split_rows(1), "[3, 2]", "between one another");
    }

    #[test]
    fn printing_aligns_columns_and_nests_brackets() {
        let a = Tensor::new([2, 2, 2], vec![1, 2, 3, 4, 5, 6, 7, -8]);
        assert_eq!(a.to_string(), "[[[ 1,  2],\n  [ 3,  4]],\n [[ 5,  6],\n  [ 7, -8]]]");
        assert_eq!(Mat::zeros([0, 2]).to_string(), "[]");
        assert_eq!(Mat::zeros([2, 0]).to_string(), "[[],\n []]");
    }

    // ---- norms -------------------------------------------------------------------------------------------------

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn norms_agree_with_nalgebra(x in prop::collection::vec(-1e3..1e3_f64, 0..50), scale in -140..140_i32) {
            let scale = 10_f64.powi(scale);
            let x: Vec<f64> = x.iter().map(|x| x * scale).collect();
            let v = nalgebra::DVector::from_vec(x.clone());
            let close = |got: f64, want: f64| (got - want).abs() <= 1e-13 * want;
            prop_assert!(close(norm2(&x), v.norm()));
            prop_assert!(close(norm1(&x), v.lp_norm(1)));
            prop_assert_eq!(norm_inf(&x), v.amax());
        }

        /// ‖x·2ᵏ‖ = ‖x‖·2ᵏ exactly, as long as neither side leaves the numbers that exist.
        #[test]
        fn the_length_of_huge_and_tiny_vectors_is_right(x in prop::collection::vec(-1.0..1.0_f64, 1..20), k in -1020..1015_i32) {
            let scaled: Vec<f64> = x.iter().map(|x| x * 2_f64.powi(k)).collect();
            let (got, want) = (norm2(&scaled), norm2(&x) * 2_f64.powi(k));
            prop_assert!((got - want).abs() <= 1e-14 * want + f64::MIN_POSITIVE * 1e-13, "{got} {want}");
            let narrow: Vec<f32> = x.iter().map(|&x| x as f32 * 2_f32.powi(k / 9)).collect();
            let (got, want) = (f64::from(norm2(&narrow)), norm2(&x) * 2_f64.powi(k / 9));
            prop_assert!((got - want).abs() <= 1e-6 * want, "{got} {want}");
        }
    }

    #[test]
    fn norms_at_the_edges_of_the_numbers() {
        let huge = [f64::MAX / 2.0; 2];
        assert!((norm2(&huge) / (f64::MAX / 2.0) - 2_f64.sqrt()).abs() < 1e-15);
        let least = f64::from_bits(1); // 2⁻¹⁰⁷⁴: the smallest number there is
        assert_eq!(norm2(&[3.0 * least, 4.0 * least]), 5.0 * least);
        assert_eq!(norm2(&[1e-200, 1.0]), 1.0); // one square is lost, and did not matter
        assert_eq!(norm2(&[1e200, 1.0]), 1e200);
        for norm in [norm1::<f64>, norm2, norm_inf] {
            assert_eq!(norm(&[]), 0.0);
            assert_eq!(norm(&[0.0, -0.0]), 0.0);
            assert_eq!(norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
            for at in 0..3 {
                let mut x = [1.0, f64::INFINITY, 2.0];
                x[at] = f64::NAN;
                assert!(norm(&x).is_nan(), "NaN at {at} was lost");
            }
        }
        // A view in any order has the same Frobenius norm, in the range where squares exist and where not.
        for scale in [1.0, 1e-200, 1e200] {
            let a = Mat::from_fn(5, 3, |i, j| scale * (i * 3 + j) as f64);
            let (rows, columns) = (frobenius(a.view()), frobenius(a.view().transpose()));
            assert!((rows - columns).abs() <= 1e-15 * rows);
            assert!((rows / scale - 1015_f64.sqrt()).abs() < 1e-13); // Σ₀¹⁴ k² = 1015
        }
    }
}
