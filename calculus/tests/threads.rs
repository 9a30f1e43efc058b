//! The same bits at any number of threads.

mod threads {
    use calculus::optim::{AdamW, clip_global_norm};
    use calculus::tape::{Arena, Grads, Params, Tape};
    use linalg::Tensor;

    fn numbers(n: usize, step: f32) -> Vec<f32> {
        (0..n).map(|i| (i as f32 * step).sin()).collect()
    }

    /// Two training steps of something with every operation that shares its work, at sizes where it does.
    fn train() -> (Vec<f32>, Vec<f32>) {
        const ROWS: usize = 600;
        const D: usize = 512; // 600·512 numbers are more than `elementwise::PARALLEL`
        let tensor = |rows: usize, step| Tensor::new([rows, D], numbers(rows * D, step));
        let mut params = Params::new();
        let table = params.add("table", tensor(600, 0.37), true);
        let weight = params.add("weight", tensor(D, 0.61), true);
        let bias = params.add("bias", Tensor::new([D], numbers(D, 0.2)), false);
        let gain = params.add("gain", Tensor::new([D], numbers(D, 0.1)), false);
        let (mut arena, mut grads, mut adamw) = (Arena::new(), Grads::like(&params), AdamW::new(&params));
        let ids: Vec<u32> = (0..ROWS as u32).map(|i| i * 7 % 600).collect();
        let mut losses = vec![];
        for _step in 0..2 {
            let mut t = Tape::record(&params, &mut arena);
            let [table, weight, bias, gain] = [table, weight, bias, gain].map(|id| t.param(id));
            let x = t.embedding(table, &ids);
            let y = t.layernorm(x, gain, Some(bias), 1e-5);
            let y = t.linear(y, weight, Some(bias));
            let y = t.gelu(y);
            let y = t.add(x, y);
            let z = t.rmsnorm(y, gain, 1e-5);
            let z = t.silu(z);
            let z = t.mul(z, y);
            let p = t.softmax(z);
            let z = t.sub(z, p);
            let z = t.relu(z);
            let z = t.sigmoid(z);
            let logits = t.linear(z, table, None);
            let loss = t.cross_entropy(logits, &ids);
            losses.push(t.item(loss));
            grads.zero();
            t.backward(loss, &mut grads);
            losses.push(clip_global_norm(&mut grads, 1e-2) as f32);
            adamw.step(&mut params, &grads, 1e-4);
        }
        (losses, params.values().to_vec())
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let with =
            |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(train);
        let (losses, params) = with(1);
        assert!(losses.iter().all(|l| l.is_finite()) && losses[2] < losses[0], "{losses:?}");
        assert!(losses[1] > 1e-2, "not clipped: {losses:?}");
        for threads in [2, 3, 8] {
            let (other_losses, other_params) = with(threads);
            assert_eq!(losses, other_losses, "{threads} threads");
            assert!(
                params.iter().zip(&other_params).all(|(a, b)| a.to_bits() == b.to_bits()),
                "{threads} threads"
            );
        }
    }
}
