//! Optimisers at work: a run that is stopped and resumed three ways, the pace of three rules on bowls of known shape, all rules on three valleys,
//! what Muon does to the singular values of a step, and a network at the edge of stability. Prints tables and draws the figures.
//!
//!     cargo run --release -p calculus --example optim [-- --figures DIR]

#[path = "../../../book/plot.rs"]
mod plot;
#[path = "../../../book/record.rs"]
mod record;

mod resume;
mod valleys;

use calculus::optim::edge::{Curve, Seen, run};
use calculus::optim::quadratic::{Rule, tuned};
use calculus::optim::{Momentum, Nesterov, NewtonSchulz, Objective, Sgd};
use calculus::tape::{Arena, Grads, Params};
use linalg::{Svd, Tensor};
use plot::{Axis, Line};
use record::Record;
use std::fmt::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = Record::new("calculus", "optim").seed(1).settings("f64");
    let resumed = resume::run(&mut record);
    pace(&mut record);
    valleys::run(&mut record);
    singular_values(&mut record)?;
    let edges = edge(&mut record)?;
    plot::write_figures(&[("optim-resume.svg", resumed), ("optim-edge.svg", edge_figure(&edges))])?;
    record.write()?;
    Ok(())
}

// ---- the pace on a bowl

/// Steps until every part of the error is below 1e-6 of what it was, for good, on a bowl with eigenvalues from 1/κ to 1.
fn steps(rule: Rule, kappa: f64) -> usize {
    const PARTS: usize = 50;
    let best = tuned(rule, 1.0 / kappa, 1.0);
    let lambda = |i: usize| kappa.powf(i as f64 / (PARTS - 1) as f64 - 1.0);
    let mut params = Params::<f64>::new();
    params.add("error", Tensor::full([PARTS], 1.0), false);
    let mut grads = Grads::like(&params);
    let (mut momentum, mut nesterov) = (Momentum::new(&params, best.mu), Nesterov::new(&params, best.mu));
    let mut last = 0;
    for step in 0..(4.0 * best.steps(1e6)) as usize + 100 {
        if params.values().iter().any(|x| x.abs() > 1e-6) {
            last = step + 1;
        }
        for (i, (g, x)) in grads.values_mut().iter_mut().zip(params.values()).enumerate() {
            *g = lambda(i) * x;
        }
        match rule {
            Rule::Descent => Sgd.step(&mut params, &grads, best.rate),
            Rule::Momentum => momentum.step(&mut params, &grads, best.rate),
            Rule::Nesterov => nesterov.step(&mut params, &grads, best.rate),
        }
    }
    last
}

fn pace(record: &mut Record) {
    let rules = [Rule::Descent, Rule::Momentum, Rule::Nesterov];
    let mut table = format!("{:>9}{:>20}{:>20}{:>20}\n", "spread", "descent", "momentum", "Nesterov");
    let _ = writeln!(table, "{:>9}{}", "", format!("{:>11}{:>9}", "theory", "steps").repeat(3));
    for kappa in [10.0, 100.0, 1000.0, 10_000.0] {
        let _ = write!(table, "{kappa:9}");
        for rule in rules {
            let theory = tuned(rule, 1.0 / kappa, 1.0).steps(1e6).round();
            let _ = write!(table, "{theory:11}{:9}", steps(rule, kappa));
        }
        table.push('\n');
    }
    println!("six digits on a bowl, at the best setting of each rule\n\n{table}");
    record.text("pace", &table, 1e-3);
}

// ---- singular values of a step

/// The gradient of the curve's network in its middle layer after a thousand steps of descent: as it is, as a first step of Adam, and of Muon.
fn singular_values(record: &mut Record) -> Result<(), linalg::Error> {
    let (curve, mut params) = Curve::new(16, 1);
    let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
    run(&curve, &mut params, RATES[1], 1000, 1000)?;
    curve.gradient(&params, &mut arena, &mut grads);
    let middle = params.find("layer 2/weight").expect("it has three layers");
    let gradient = grads.view(&params, middle);
    let before = Svd::new(gradient)?.s;
    let sign = gradient.to_tensor().map(f64::signum);
    let adam = Svd::new(sign.view())?.s;
    let mut schulz = NewtonSchulz::<f64>::new(NewtonSchulz::<f64>::MUON, 5);
    let after = Svd::new(schulz.orthogonalise(gradient))?.s;
    let mut table =
        format!("{:>22}{:>12}{:>12}{:>12}\n", "singular value number", "gradient", "Adam", "Muon");
    for k in [0, 1, 2, 3, 4, 5] {
        let _ = writeln!(
            table,
            "{:22}{:12.3}{:12.3}{:12.3}",
            k + 1,
            before[k] / before[0],
            adam[k] / adam[0],
            after[k] / after[0]
        );
    }
    println!("singular values of a first step, relative to the largest\n\n{table}");
    record.text("muon", &table, 0.15);
    Ok(())
}

// ---- the edge of stability

const RATES: [f64; 2] = [0.1, 0.2];
const STEPS: usize = 6000;

fn edge(record: &mut Record) -> Result<[Vec<Seen>; 2], linalg::Error> {
    let mut all = [Vec::new(), Vec::new()];
    for (seen, rate) in all.iter_mut().zip(RATES) {
        let (curve, mut params) = Curve::new(16, 1);
        *seen = run(&curve, &mut params, rate, STEPS, 50)?;
    }
    let mut table = format!("{:>6}{:>24}{:>24}\n", "", "rate 0.1, 2/rate 20", "rate 0.2, 2/rate 10");
    let _ = writeln!(table, "{:>6}{}", "step", format!("{:>12}{:>12}", "loss", "sharpness").repeat(2));
    // Beyond these the runs are chaotic: another order of the same sums, and another path along the same edge.
    for step in [0, 50, 100, 200, 500, 1000, 2000] {
        let [a, b] = [0, 1].map(|i| all[i][step / 50]);
        let _ =
            writeln!(table, "{step:6}{:12.6}{:12.2}{:12.6}{:12.2}", a.loss, a.sharpness, b.loss, b.sharpness);
    }
    println!("full-batch descent at two rates\n\n{table}");
    record.text("edge", &table, 0.2);
    for (name, seen) in ["edge_slow", "edge_fast"].iter().zip(&all) {
        let end = &seen[seen.len() / 2..];
        let mean = end.iter().map(|s| s.sharpness).sum::<f64>() / end.len() as f64;
        println!("{name}: mean sharpness over the second half {mean:.2}");
        record.value(name, mean, 0.1);
    }
    record.value("edge_start", all[0][0].sharpness, 1e-6);
    Ok(all)
}

fn edge_figure(all: &[Vec<Seen>; 2]) -> String {
    let line = |seen: &Vec<Seen>, rate: f64, bold| Line {
        name: format!("rate {rate}"),
        points: seen.iter().map(|s| (s.step as f64, s.sharpness)).collect(),
        bold,
        nudge: 0.0,
    };
    let border = |rate: f64| Line {
        name: String::new(),
        points: vec![(0.0, 2.0 / rate), (STEPS as f64, 2.0 / rate)],
        bold: false,
        nudge: 0.0,
    };
    plot::chart(
        &Axis { name: "step", ticks: &[0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 6000.0], log: false },
        &Axis { name: "sharpness", ticks: &[0.0, 5.0, 10.0, 15.0, 20.0, 25.0], log: false },
        &[line(&all[0], RATES[0], true), line(&all[1], RATES[1], true), border(RATES[0]), border(RATES[1])],
    )
    .replace("</svg>", "<!-- measured --></svg>") // its details are those of one processor
}
