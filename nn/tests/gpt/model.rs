//! The model: its shape, its gradient, its cache.

use super::attention::noise;
use calculus::check::Check;
use calculus::tape::{Arena, Params, Tape};
use linalg::{Real, Tensor};
use nn::Error;
use nn::gpt::{Config, Gpt};

const SMALL: Config = Config { vocab: 7, context: 6, blocks: 2, heads: 2, width: 4 };

#[test]
fn nanogpt_cpu_has_its_published_size() {
    let config = Config { vocab: 65, context: 64, blocks: 4, heads: 4, width: 128 };
    let (_, params) = Gpt::new::<f32>(config, 1);
    assert_eq!(params.len(), 804_096);
    assert_eq!(config.parameters(), 804_096);
}

#[test]
fn weights_decay_and_gains_do_not() {
    let (_, params) = Gpt::new::<f32>(SMALL, 1);
    for entry in params.entries() {
        assert_eq!(entry.decay, entry.shape.rank() == 2, "{}", entry.name);
    }
}

#[test]
fn first_values_have_the_deviation_that_was_asked_for() {
    let config = Config { vocab: 65, context: 64, blocks: 8, heads: 4, width: 64 };
    let (_, params) = Gpt::new::<f64>(config, 3);
    // 1/√64; √2·0.02/√64 over √16 branches; the same behind a GELU, whose critical gain is 1.5335, with 256 inputs.
    let write = 2_f64.sqrt() * 0.02 / 4.0;
    for (name, want) in [
        ("tokens", 0.02),
        ("block 0/attention/qkv/weight", 0.125),
        ("block 3/attention/out/weight", write / 8.0),
        ("block 7/mlp/0/weight", 0.125),
        ("block 7/mlp/1/weight", write * 1.5335 / 16.0),
    ] {
        let values = params.view(params.find(name).unwrap()).to_tensor().into_data();
        let n = values.len() as f64;
        let deviation = (values.iter().map(|w| w * w).sum::<f64>() / n).sqrt();
        // The deviation of n normals has itself the deviation σ/√(2n): six of these, one false alarm in 5·10⁸.
        assert!((deviation / want - 1.0).abs() < 6.0 / (2.0 * n).sqrt(), "{name}: {deviation}");
    }
    assert!(params.view(params.find("block 0/norm 1/gain").unwrap()).iter().all(|&g| g == 1.0));
}

#[test]
fn another_block_leaves_the_first_values_of_the_others_alone() {
    let (_, two) = Gpt::new::<f64>(SMALL, 5);
    let (_, three) = Gpt::new::<f64>(Config { blocks: 3, ..SMALL }, 5);
    let values = |params: &Params<f64>, name: &str| params.view(params.find(name).unwrap()).to_tensor();
    assert_eq!(values(&two, "block 1/mlp/0/weight"), values(&three, "block 1/mlp/0/weight"));
    assert_ne!(
        values(&two, "block 1/mlp/0/weight"),
        values(&Gpt::new::<f64>(SMALL, 6).1, "block 1/mlp/0/weight")
    );
}

#[test]
fn the_gradient_of_the_whole_model_is_the_derivative_of_its_loss() {
    let (gpt, mut params) = Gpt::new::<f64>(SMALL, 2);
    // Away from the first values: gains that are not 1, weights that make the softmaxes work.
    let shift = noise(params.len(), 9);
    params.values_mut().iter_mut().zip(shift).for_each(|(w, s)| *w += 0.5 * s);
    let (ids, targets) = ([1, 0, 2, 6, 3, 3, 5, 4], [0, 2, 6, 2, 3, 5, 4, 1]);
    let report =
        Check::default().gradients(&params, &[], |tape, _| gpt.loss(tape, &ids, &targets, 2)).unwrap();
    assert_eq!(report.checked, SMALL.parameters());
}

/// The logits of `ids` by one call, and by feeding a cache in pieces.
fn cached_and_not<T: Real>(config: Config, pieces: &[usize]) -> (Vec<T>, Vec<T>) {
    let (gpt, mut params) = Gpt::new::<T>(config, 4);
    // Louder than a new model, as a trained one is.
    let tables = params.len().min((config.vocab + config.context) * config.width);
    params.values_mut()[..tables].iter_mut().for_each(|w| *w *= T::from_f64(10.0));
    let n = pieces.iter().sum::<usize>();
    let ids: Vec<u32> = noise(n, 5).iter().map(|x| ((x + 1.0) / 2.0 * config.vocab as f64) as u32).collect();
    let mut arena = Arena::new();
    let whole = {
        let mut tape = Tape::record(&params, &mut arena);
        let logits = gpt.forward(&mut tape, &ids, 1, None);
        tape.value(logits).to_vec()
    };
    let (mut cache, mut cached, mut at) = (gpt.cache(), Vec::new(), 0);
    for &piece in pieces {
        let mut tape = Tape::infer(&params, &mut arena);
        let logits = gpt.forward(&mut tape, &ids[at..at + piece], 1, Some(&mut cache));
        cached.extend_from_slice(tape.value(logits));
        at += piece;
        assert_eq!(cache.len(), at);
    }
    (whole, cached)
}

fn distance<T: Real>((a, b): (Vec<T>, Vec<T>)) -> f64 {
    assert_eq!(a.len(), b.len());
    let size = a.iter().fold(0.0, |m: f64, x| m.max(x.to_f64().abs()));
    assert!(size > 0.1, "logits that say something");
    a.iter().zip(&b).fold(0.0, |m, (a, b)| {
        let d = (a.to_f64() - b.to_f64()).abs();
        assert!(!d.is_nan());
        f64::max(m, d)
    })
}

#[test]
fn a_cache_changes_nothing() {
    let config = Config { vocab: 31, context: 80, blocks: 3, heads: 2, width: 16 };
    for pieces in [&[1_usize; 80][..], &[5, 1, 1, 1, 70, 2], &[80], &[66, 1, 13]] {
        let error = distance(cached_and_not::<f64>(config, pieces));
        assert!(error < 1e-12, "f64, {pieces:?}: {error:e}");
        let error = distance(cached_and_not::<f32>(config, pieces));
        assert!(error < 1e-5, "f32, {pieces:?}: {error:e}");
    }
}

#[test]
fn a_truncated_cache_goes_on_from_there() {
    let (gpt, params) = Gpt::new::<f64>(SMALL, 8);
    let (mut arena, mut cache) = (Arena::new(), gpt.cache());
    let mut say = |cache: &mut _, ids: &[u32]| {
        let mut tape = Tape::infer(&params, &mut arena);
        let logits = gpt.forward(&mut tape, ids, 1, Some(cache));
        tape.value(logits).to_vec()
    };
    say(&mut cache, &[1, 2]);
    let first = say(&mut cache, &[3]);
    cache.truncate(2);
    say(&mut cache, &[4, 5]);
    cache.truncate(2);
    assert_eq!(say(&mut cache, &[3]), first);
}

#[test]
fn the_cache_shows_what_each_head_looked_at() {
    let (gpt, params) = Gpt::new::<f64>(SMALL, 8);
    let (mut arena, mut cache) = (Arena::new(), gpt.cache());
    let mut tape = Tape::infer(&params, &mut arena);
    gpt.forward(&mut tape, &[1, 2, 3, 4], 1, Some(&mut cache));
    for (block, head) in [(0, 0), (1, 1)] {
        let weights = cache.weights(block, head);
        assert_eq!(weights.shape().dims(), [4, 4]);
        for i in 0..4 {
            let sum: f64 = (0..4).map(|j| weights[[i, j]]).sum();
            assert!((sum - 1.0).abs() < 1e-14);
            assert!((0..4).all(|j| (weights[[i, j]] == 0.0) == (j > i)));
        }
    }
}

#[test]
fn no_allocation_grows_from_step_to_step() {
    let (gpt, params) = Gpt::new::<f32>(SMALL, 8);
    let mut arena = Arena::new();
    let mut capacity = |time: usize| {
        let mut tape = Tape::record(&params, &mut arena);
        let ids = vec![1; time];
        gpt.loss(&mut tape, &ids, &ids, 1);
        arena.capacity()
    };
    let first = capacity(6);
    assert_eq!([capacity(6), capacity(3), capacity(6)], [first; 3]);
}

#[test]
fn settings_that_no_model_can_have_are_refused() {
    for config in [
        Config { heads: 3, ..SMALL },
        Config { vocab: 0, ..SMALL },
        Config { width: 0, heads: 0, ..SMALL },
        Config { context: usize::MAX, ..SMALL },
    ] {
        assert!(matches!(config.check(), Err(Error::Setting { .. })), "{config:?}");
    }
    assert!(SMALL.check().is_ok());
}

#[test]
#[should_panic(expected = "gpt: 5 tokens after 3 exceed the context of 6")]
fn more_tokens_than_positions_are_refused() {
    let (gpt, params) = Gpt::new::<f64>(SMALL, 8);
    let (mut arena, mut cache) = (Arena::new(), gpt.cache());
    let mut tape = Tape::infer(&params, &mut arena);
    gpt.forward(&mut tape, &[1, 2, 3], 1, Some(&mut cache));
    gpt.forward(&mut tape, &[1; 5], 1, Some(&mut cache));
}

#[test]
fn a_layer_with_a_bias_has_one() {
    use nn::init::Builder;
    use nn::mlp::{Activation, Mlp};
    use nn::norm::{LayerNorm, RmsNorm};
    let mut b = Builder::<f64>::new(1);
    let mlp = Mlp::new(&mut b, "mlp", &[3, 5, 2], Activation::Tanh, true, &[0.5, 0.5]);
    let (norm, rms) = (LayerNorm::new(&mut b, "norm", 2, true), RmsNorm::new(&mut b, "rms", 2));
    let mut params = b.finish();
    let shift = noise(params.len(), 10);
    params.values_mut().iter_mut().zip(shift).for_each(|(w, s)| *w += s);
    let x = Tensor::new([4, 3], noise(12, 11));
    let report = Check::default()
        .gradients(&params, &[x], |tape, x| {
            let y = mlp.forward(tape, x[0]);
            let y = norm.forward(tape, y);
            rms.forward(tape, y)
        })
        .unwrap();
    assert_eq!(report.checked, (3 * 5 + 5) + (5 * 2 + 2) + 2 + 2 + 2 + 12);
}
