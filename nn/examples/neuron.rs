//! Five backward passes, one neuron: prints where each ends, and draws the chapter's figure.
//!
//!     cargo run -p nn --example neuron [-- --figures DIR --values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use nn::neuron::omissions::{STAGES, no_gate};
use nn::neuron::{Run, sensor, train};
use record::Record;

const START: (f64, f64) = (0.3, 0.2);
/// Answers 0 to every x of the task.
const DEAD: (f64, f64) = (0.3, -2.0);
const LR: f64 = 0.05;
const SWEEPS: usize = 1000;

fn main() -> std::io::Result<()> {
    let mut record = Record::new("nn", "neuron").settings("32 readings, learning rate 0.05");
    for (key, offset, start, what) in [
        ("clean", 0.0, START, "every reading on the hinge"),
        ("off", -0.5, START, "six readings off by -0.5"),
        ("dead", -0.5, DEAD, "six readings off by -0.5, and every gate shut"),
    ] {
        println!("{what}; start w = {}, b = {}, lr = {LR}\n", start.0, start.1);
        println!(
            "  {:18}{:>12}{:>12}{:>12}{:>10}{:>10}",
            "backward", "loss at 0", "at 10", "at 1000", "w", "b"
        );
        for (name, run) in runs(offset, start) {
            let l = &run.losses;
            println!("  {name:18}{:12.4}{:12.4}{:12.2e}{:10.3}{:10.3}", l[0], l[10], l[SWEEPS], run.w, run.b);
            let name = name.replace(' ', "_");
            // On clean readings the loss ends at what rounding leaves: its size is all there is to say.
            let within = if l[SWEEPS] < 1e-20 { 0.5 } else { 1e-9 };
            for (what, x, within) in [
                ("0", l[0], 1e-9),
                ("10", l[10], 1e-9),
                ("1000", l[SWEEPS], within),
                ("w", run.w, 1e-9),
                ("b", run.b, 1e-9),
            ] {
                record.value(&format!("{key}_{name}_{what}"), x, within);
            }
        }
        println!();
    }
    println!("no gate, trained for longer on the second task\n");
    println!("  {:>8}{:>10}{:>10}{:>10}", "sweeps", "loss", "w", "b");
    for sweeps in [1000, 10_000, 100_000] {
        let run = train(no_gate, &sensor(-0.5), START, LR, sweeps);
        println!("  {sweeps:8}{:10.4}{:10.3}{:10.3}", run.losses[sweeps], run.w, run.b);
        if sweeps == 10_000 {
            for (what, x) in [("loss", run.losses[sweeps]), ("w", run.w), ("b", run.b)] {
                record.value(&format!("longer_{what}"), x, 1e-9);
            }
        }
    }
    println!();
    plot::write_figures(&[("neuron-losses.svg", figure())])?;
    record.write()
}

fn runs(offset: f64, start: (f64, f64)) -> Vec<(&'static str, Run)> {
    let points = sensor(offset);
    STAGES.iter().map(|&(name, backward)| (name, train(backward, &points, start, LR, SWEEPS))).collect()
}

/// Loss against sweeps, both axes logarithmic, one line a backward pass.
fn figure() -> String {
    let lines: Vec<_> = runs(-0.5, START)
        .into_iter()
        .map(|(name, run)| plot::Line {
            name: name.into(),
            points: run.losses.iter().enumerate().skip(1).map(|(s, &l)| (s as f64, l)).collect(),
            bold: name == "mended",
            nudge: match name {
                "frozen" => 9.0,
                "no gate" => -6.0,
                _ => 0.0,
            },
        })
        .collect();
    plot::chart(
        &plot::Axis { name: "sweeps over the 32 points", ticks: &[1.0, 10.0, 100.0, 1000.0], log: true },
        &plot::Axis { name: "mean loss", ticks: &[0.01, 0.1, 1.0], log: true },
        &lines,
    )
}
