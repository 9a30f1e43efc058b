//! How fast this machine draws: the cases of `cargo xtask bench sampling`. Chapter: *Softmax and sampling*.

use crate::random::stream;
use crate::{Decoder, Decoding, alias::Alias, categorical, normal, uniform};
use std::hint::black_box;
use std::time::Instant;

/// One measured case.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// What was drawn, for example `normal, ziggurat` or `token of 50257, top-p 0.9`.
    pub case: &'static str,
    /// The number type: `f32` or `f64`.
    pub dtype: &'static str,
    /// Seconds for one draw: the median of the repetitions.
    pub median_s: f64,
    /// Draws a second.
    pub per_s: f64,
}

/// The vocabulary of the token cases: GPT-2's.
pub const VOCABULARY: usize = 50_257;

/// The median time of `f`, which makes `draws` draws, per draw. One call to warm up, then `repetitions`.
fn time(
    case: &'static str,
    dtype: &'static str,
    repetitions: usize,
    draws: usize,
    mut f: impl FnMut(),
) -> Timing {
    f();
    let mut seconds: Vec<f64> = (0..repetitions)
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed().as_secs_f64() / draws as f64
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let median_s = seconds[repetitions / 2];
    Timing { case, dtype, median_s, per_s: 1.0 / median_s }
}

/// Logits such as a language model gives: normal with standard deviation 2.
pub fn logits(n: usize) -> Vec<f32> {
    let mut z = vec![0.0; n];
    normal::fill(&mut stream(1, "bench logits", 0), 0.0, 2.0, &mut z);
    z
}

/// Measures uniform and normal numbers, an alias table, and tokens from 50,257 logits under the usual settings, on one
/// thread. Takes about two seconds, a fifth of that if `quick`.
pub fn sampling(quick: bool) -> Vec<Timing> {
    let (repetitions, n) = if quick { (5, 200_000) } else { (15, 1_000_000) };
    let mut rng = stream(1, "bench", 0);
    let mut out = vec![0.0_f64; n];
    let mut timings = vec![
        time("uniform", "f64", repetitions, n, || {
            out.fill_with(|| uniform::sample(&mut rng));
            black_box(&out);
        }),
        time("normal, box-muller", "f64", repetitions, n, || {
            for pair in out.chunks_exact_mut(2) {
                (pair[0], pair[1]) = normal::sample_pair(&mut rng);
            }
            black_box(&out);
        }),
        time("normal, ziggurat", "f64", repetitions, n, || {
            normal::fill(&mut rng, 0.0, 1.0, &mut out);
            black_box(&out);
        }),
    ];
    let mut single = vec![0.0_f32; n];
    timings.push(time("normal, ziggurat", "f32", repetitions, n, || {
        normal::fill(&mut rng, 0.0, 1.0, &mut single);
        black_box(&single);
    }));

    let z = logits(VOCABULARY);
    let weights: Vec<f32> = z.iter().map(|z| z.exp()).collect();
    if let Ok(table) = Alias::new(&weights) {
        timings.push(time("alias table of 50257", "f64", repetitions, n, || {
            for _ in 0..n {
                black_box(table.sample(&mut rng));
            }
        }));
    }
    let plain = Decoding::default();
    let draws = if quick { 20 } else { 100 };
    for (case, settings) in [
        ("token of 50257, temperature 0", Decoding::greedy()),
        ("token of 50257", plain),
        ("token of 50257, top-k 50", Decoding { top_k: Some(50), ..plain }),
        ("token of 50257, top-p 0.9", Decoding { top_p: 0.9, ..plain }),
        ("token of 50257, temperature 0.7, top-p 0.9", Decoding { temperature: 0.7, top_p: 0.9, ..plain }),
    ] {
        let Ok(mut decoder) = Decoder::<f32>::new(settings) else { continue };
        timings.push(time(case, "f32", repetitions, draws, || {
            for _ in 0..draws {
                black_box(decoder.sample_with(&z, &mut rng)).ok();
            }
        }));
    }
    // The readable twin of the last case but one: softmax, a sort, a walk.
    let wide: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
    let settings = Decoding { top_p: 0.9, ..plain };
    timings.push(time("token of 50257, top-p 0.9, by sorting", "f64", repetitions, 2, || {
        for _ in 0..2 {
            let token = settings
                .distribution(&wide)
                .and_then(|p| categorical::from_uniform(&p, uniform::sample(&mut rng)));
            black_box(token).ok();
        }
    }));
    timings
}
