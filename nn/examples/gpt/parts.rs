//! Where the parameters of a GPT are.

use super::record::Record;
use nn::gpt::{Config, Gpt};

/// The preset `nanogpt-cpu`.
const CONFIG: Config = Config { vocab: 65, context: 64, blocks: 4, heads: 4, width: 128 };

/// Counts them part by part, and prints.
pub(crate) fn show(record: &mut Record) {
    let (_, params) = Gpt::new::<f32>(CONFIG, 1);
    println!("Where the {} parameters of nanogpt-cpu are\n", params.len());
    record.value("parameters", params.len() as f64, 0.0);
    let parts = ["tokens", "positions", "attention", "mlp", "norm"];
    let count = |part: &str| -> usize {
        let of = |name: &str| name.split('/').any(|scope| scope.split(' ').next() == Some(part));
        params.entries().iter().filter(|entry| of(&entry.name)).map(|entry| entry.shape.len()).sum()
    };
    for part in parts {
        let n = count(part);
        println!("  {part:12} {n:8} {:6.1} %", 100.0 * n as f64 / params.len() as f64);
        record.value(part, n as f64, 0.0);
        record.value(&format!("{part}_share"), n as f64 / params.len() as f64, 1e-9);
    }
    assert_eq!(parts.map(count).iter().sum::<usize>(), params.len(), "every parameter has one part");
    println!();
}
