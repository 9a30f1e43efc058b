//! No alarm where nothing is wrong.

use super::nets::{Act, HEALTHY, Net, train};
use calculus::clinic::Settings;
use calculus::tape::Params;

fn run(which: u64, seed: u64, steps: u64) -> (Vec<String>, f64, f64) {
    let mut params = Params::new();
    let net = match which {
        0 => Net::mlp(&mut params, 3, Act::Relu, 2.0_f64.sqrt(), seed),
        1 => Net::mlp(&mut params, 6, Act::Tanh, 1.1, seed),
        2 => Net::gpt(&mut params, 2, Act::Gelu, seed),
        _ => Net::gpt(&mut params, 4, Act::Relu, seed),
    };
    let settings = Settings { every: 1, ..Settings::default() };
    let run = train(&net, params, steps, seed, settings, HEALTHY);
    assert_eq!(run.stopped, None);
    let alarms = run.clinic.alarms().iter().map(|a| format!("seed {seed}, net {which}: {a}")).collect();
    (alarms, run.losses[0], *run.losses.last().unwrap())
}

#[test]
fn ten_healthy_runs_raise_nothing() {
    let mut alarms = vec![];
    for seed in 1..=10 {
        let (more, first, last) = run(seed % 4, seed, 400);
        assert!(last < 0.5 * first, "seed {seed}: {first} to {last}: it should learn");
        alarms.extend(more);
    }
    assert!(alarms.is_empty(), "{alarms:#?}");
}
