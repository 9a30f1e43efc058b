//! A training step allocates nothing once the first one has shown how much room it needs.

mod allocation {
    use calculus::clinic::{Clinic, Settings};
    use calculus::moons::{Classifier, two_moons};
    use calculus::optim::edge::Curve;
    use calculus::optim::{
        Adam, AdamW, Curvature, Lbfgs, Momentum, Muon, Nesterov, Objective, RmsProp, add_l2,
        clip_global_norm, decay_weights,
    };
    use calculus::tape::{Arena, Grads, Params, Tape};
    use linalg::Tensor;
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::cell::Cell;

    thread_local! { static COUNT: Cell<u64> = const { Cell::new(0) } }

    /// The system's allocator, counting.
    struct Counting;

    // SAFETY: every call is passed on to `System` as it came; a counter is all that is added. The counter is a
    // constant- initialised `Cell` without a destructor, so that touching it neither allocates nor fails.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            COUNT.set(COUNT.get() + 1);
            // SAFETY: the caller keeps `alloc`'s contract, which is `System`'s.
            unsafe { System.alloc(layout) }
        }
        unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            COUNT.set(COUNT.get() + 1);
            // SAFETY: as above.
            unsafe { System.realloc(pointer, layout, size) }
        }
        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            // SAFETY: as above.
            unsafe { System.dealloc(pointer, layout) }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    #[test]
    fn only_the_first_step_allocates() {
        let (vocabulary, d) = (11_u32, 8_usize);
        let fill = |rows: usize, cols: usize, step: f32| {
            Tensor::from_fn(rows, cols, |i, j| ((i * cols + j) as f32 * step).sin())
        };
        let mut params = Params::new();
        let table = params.add("table", fill(vocabulary as usize, d, 0.7), true);
        let gain = params.add("gain", fill(1, d, 0.1).reshape([d]), false);
        let bias = params.add("bias", fill(1, 4 * d, 0.2).reshape([4 * d]), false);
        let up = params.add("up", fill(4 * d, d, 0.3), true);
        let down = params.add("down", fill(d, 4 * d, 0.4), true);
        let (mut arena, mut grads, mut adamw) = (Arena::new(), Grads::like(&params), AdamW::new(&params));

        let (mut losses, mut counts) = ([0.0; 6], [0; 6]);
        for step in 0..6 {
            let before = COUNT.get();
            let ids: [u32; 40] = std::array::from_fn(|i| (i as u32 * 7 + step as u32) % vocabulary);
            let mut t = Tape::record(&params, &mut arena);
            let embed = t.param(table);
            let mut x = t.embedding(embed, &ids);
            for block in 0..2 {
                t.enter_nth("block", block);
                let (gain, bias, up, down) = (t.param(gain), t.param(bias), t.param(up), t.param(down));
                let y = t.layernorm(x, gain, None, 1e-5);
                let y = t.linear(y, up, Some(bias));
                let y = t.gelu(y);
                let y = t.linear(y, down, None);
                let y = t.mul(y, gain); // broadcasts
                let y = t.softmax(y);
                let y = t.reshape(y, [4, 10, d]);
                let y = t.reshape(y, [40, d]);
                x = t.add(x, y);
                t.leave();
            }
            let logits = t.linear(x, embed, None);
            let loss = t.cross_entropy(logits, &ids);
            losses[step] = t.item(loss);
            grads.zero();
            t.backward(loss, &mut grads);
            clip_global_norm(&mut grads, 1.0);
            adamw.step(&mut params, &grads, 1e-2);
            counts[step] = COUNT.get() - before;
        }
        assert!(counts[0] > 0, "the counter does not count");
        assert_eq!(counts[1..], [0; 5], "allocations a step");
        assert!(losses[5] < losses[0]);
    }

    /// Every optimiser on flat buffers, and products with a Hessian.
    #[test]
    fn optimisers_allocate_nothing() {
        let (curve, mut params) = Curve::new(16, 1);
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
        let (mut momentum, mut nesterov) = (Momentum::new(&params, 0.9), Nesterov::new(&params, 0.9));
        let (mut rmsprop, mut adam) = (RmsProp::new(&params), Adam::new(&params));
        let (mut muon, mut curvature) = (Muon::new(&params, 0.95), Curvature::new(&params));
        let (v, mut hv) = (vec![1.0; params.len()], vec![0.0; params.len()]);
        let counts: [u64; 4] = std::array::from_fn(|_| {
            let before = COUNT.get();
            curve.gradient(&params, &mut arena, &mut grads);
            add_l2(&params, &mut grads, 1e-4);
            momentum.step(&mut params, &grads, 1e-3);
            nesterov.step(&mut params, &grads, 1e-3);
            rmsprop.step(&mut params, &grads, 1e-3);
            adam.step(&mut params, &grads, 1e-3);
            muon.step(&mut params, &grads, 1e-3);
            decay_weights(&mut params, 1e-3, 0.1);
            curvature.move_to(&params);
            curvature.product(&curve, &v, &mut hv);
            COUNT.get() - before
        });
        assert!(counts[0] > 0, "the counter does not count");
        assert_eq!(counts[1..], [0; 3], "allocations a step");
    }

    /// L-BFGS has all its memory before it begins.
    #[test]
    fn lbfgs_allocates_nothing() {
        let mut lbfgs = Lbfgs::new(50, 8);
        let mut x = [1.5; 50];
        let before = COUNT.get();
        let found = lbfgs.minimise(
            |x, g| {
                let mut value = 0.0;
                for (i, (x, g)) in x.iter().zip(g).enumerate() {
                    let curvature = 1.0 + i as f64;
                    value += 0.25 * curvature * x.powi(4) + 0.5 * x * x;
                    *g = curvature * x.powi(3) + x;
                }
                value
            },
            &mut x,
        );
        assert_eq!(COUNT.get() - before, 0);
        assert!(found.is_ok_and(|m| m.steps > 8));
    }

    /// The same under observation, with everything that the clinic looks at: depth, rectifiers, ends of a tanh, shared
    /// weights.
    #[test]
    fn a_watched_step_allocates_nothing() {
        let fill = |seed: f32| Tensor::from_fn(16, 16, |i, j| 0.4 * ((i * 16 + j) as f32 * seed).sin());
        let mut params = Params::new();
        let layers = [0.7, 0.3, 0.9, 0.5].map(|seed| params.add(format!("layer {seed}"), fill(seed), true));
        let (mut arena, mut grads, mut adamw) = (Arena::new(), Grads::like(&params), AdamW::new(&params));
        let mut clinic = Clinic::new(&params, Settings { every: 2, ..Settings::default() });
        let mut counts = [0; 40];
        for step in 0..40 {
            let before = COUNT.get();
            let ids: [u32; 24] = std::array::from_fn(|i| (i as u32 * 5 + step as u32) % 16);
            grads.zero();
            let mut t = Tape::record(&params, &mut arena);
            let table = t.param(layers[0]);
            let mut x = t.embedding(table, &ids);
            for (i, &layer) in layers[1..].iter().enumerate() {
                t.enter_nth("layer", i);
                let w = t.param(layer);
                let y = t.linear(x, w, None);
                let y = if i == 1 { t.tanh(y) } else { t.relu(y) };
                x = t.add(x, y);
                t.leave();
            }
            let p = t.softmax(x);
            let x = t.add(x, p);
            let logits = t.linear(x, table, None);
            let loss = t.cross_entropy(logits, &ids);
            clinic.backward(step, &mut t, loss, &mut grads);
            let norm = clip_global_norm(&mut grads, 1.0);
            clinic.judge(&mut t, &grads, norm);
            adamw.step(&mut params, &grads, 1e-3);
            clinic.updated(&params);
            counts[step as usize] = COUNT.get() - before;
        }
        assert_eq!(clinic.alarms().len(), 0, "{:#?}", clinic.alarms());
        assert!(counts[0] > 0, "the counter does not count");
        assert_eq!(counts[3..], [0; 37], "allocations a step");
    }

    /// The scalar tape: 70,000 edges a step, in memory that is there already.
    #[test]
    fn a_step_on_the_scalar_tape_allocates_nothing() {
        let data = two_moons(100, 0.1, 1);
        let mut net = Classifier::new(1);
        let counts: [u64; 6] = std::array::from_fn(|_| {
            let before = COUNT.get();
            net.step(&data, 0.1);
            COUNT.get() - before
        });
        assert!(counts[0] > 0, "the counter does not count");
        assert_eq!(counts[1..], [0; 5], "allocations a step");
    }
}
