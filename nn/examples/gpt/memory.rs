//! What a token costs with and without a cache.

use super::record::Record;
use calculus::tape::{Arena, Tape};
use nn::gpt::{Config, Gpt};
use std::time::Instant;

const CONFIG: Config = Config { vocab: 256, context: 512, blocks: 4, heads: 4, width: 128 };
const PLACES: [usize; 5] = [32, 64, 128, 256, 512];

/// Times the last token of texts of several lengths, and prints.
pub(crate) fn show(record: &mut Record) {
    println!("One more token, {} parameters, fastest of three (ms)\n", CONFIG.parameters());
    println!("  {:>8} {:>16} {:>12} {:>20}", "position", "without a cache", "with one", "tokens read so far");
    let (gpt, params) = Gpt::new::<f32>(CONFIG, 1);
    let ids: Vec<u32> = (0..CONFIG.context as u32).map(|i| i % 256).collect();
    let (mut arena, mut cache) = (Arena::new(), gpt.cache());
    for n in PLACES {
        let without = fastest(|| {
            gpt.forward(&mut Tape::infer(&params, &mut arena), &ids[..n], 1, None);
        });
        cache.truncate(0);
        gpt.forward(&mut Tape::infer(&params, &mut arena), &ids[..n - 1], 1, Some(&mut cache));
        let with = fastest(|| {
            cache.truncate(n - 1);
            gpt.forward(&mut Tape::infer(&params, &mut arena), &ids[n - 1..n], 1, Some(&mut cache));
        });
        println!("  {n:8} {without:16.2} {with:12.2} {:>13} or {n}", n * (n + 1) / 2);
        record.timing(&format!("without_{n}"), without);
        record.timing(&format!("with_{n}"), with);
    }
}

fn fastest(mut f: impl FnMut()) -> f64 {
    let mut time = || {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..3).map(|_| time()).fold(f64::INFINITY, f64::min)
}
