//! Two networks without training, and one question about depth: prints the chapter's tables and draws its figures.
//!
//!     cargo run -p approximation --example approximation [-- --figures DIR --values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use approximation::bumps::SigmoidNet;
use approximation::gain::{Activation, critical, critical_backward, grad_norms};
use approximation::hats::{ReluNet, hat};
use approximation::measure::{rate, sup_error};

const WIDTHS: [usize; 6] = [8, 16, 32, 64, 128, 256];
const DEPTH: usize = 50;
const SHARES: [f64; 5] = [1.2, 1.1, 1.0, 0.9, 0.8];

fn main() -> std::io::Result<()> {
    let mut record = record::Record::new("approximation", "approximation")
        .seed(1)
        .settings("ReLU, 50 layers of 128, where a gradient walks");
    println!("largest error on [0, 6] for sin, by width\n");
    println!("  {:>6}{:>14}{:>14}", "width", "broken line", "staircase");
    let (lines, stairs): (Vec<f64>, Vec<f64>) = WIDTHS.iter().map(|&w| errors(w)).unzip();
    for ((w, h), b) in WIDTHS.iter().zip(&lines).zip(&stairs) {
        println!("  {w:6}{h:14.2e}{b:14.2e}");
        record.value(&format!("line_{w}"), *h, 1e-8);
        record.value(&format!("stairs_{w}"), *b, 1e-8);
    }
    println!("  {:>6}{:14.3}{:14.3}\n", "slope", rate(&WIDTHS, &lines), rate(&WIDTHS, &stairs));
    record.value("line_slope", rate(&WIDTHS, &lines), 1e-8);
    record.value("stairs_slope", rate(&WIDTHS, &stairs), 1e-8);
    record.value("line_gain", lines[0] / lines[5], 1e-8);
    record.value("stairs_gain", stairs[0] / stairs[5], 1e-8);
    let roots = WIDTHS.map(|w| {
        let net = ReluNet::interpolating(f64::sqrt, 0.0, 1.0, w);
        sup_error(f64::sqrt, |x| net.at(x), 0.0, 1.0, 40_000)
    });
    println!("  the square root on [0, 1], broken line: slope {:.3}\n", rate(&WIDTHS, &roots));
    record.value("root_slope", rate(&WIDTHS, &roots), 1e-8);

    println!("gain that keeps the size of a signal, forward, and of a gradient, backward\n");
    println!("  {:8}{:>8}{:>10}", "", "forward", "backward");
    for a in [Activation::Linear, Activation::Relu, Activation::Tanh, Activation::Gelu] {
        println!("  {:8}{:8.4}{:10.4}", format!("{a:?}"), critical(a), critical_backward(a));
        let name = format!("{a:?}").to_lowercase();
        record.value(&format!("{name}_forward"), critical(a), 1e-9);
        record.value(&format!("{name}_backward"), critical_backward(a), 1e-9);
    }
    record.value("tanh_growth", critical(Activation::Tanh) / critical_backward(Activation::Tanh) - 1.0, 1e-8);
    println!("\nlength of the gradient at layer 1 over layer {DEPTH}, ReLU, 128 wide\n");
    for share in SHARES {
        let n = norms(share, 1);
        let bar = "#".repeat((30.0 + 6.0 * (n[0] / n[DEPTH - 1]).log10()).clamp(1.0, 60.0) as usize);
        println!("  {share:.1} x critical {:10.2e}  {bar}", n[0] / n[DEPTH - 1]);
        record.value(&format!("ratio_{:.0}", 100.0 * share), n[0] / n[DEPTH - 1], 1e-8);
    }
    let mut draws: Vec<f64> = (1..=20).map(|seed| norms(1.0, seed)).map(|n| n[0] / n[DEPTH - 1]).collect();
    draws.sort_by(f64::total_cmp);
    println!(
        "\n  twenty seeds, 1.0 x critical: from {:.2} to {:.2}, the middle one {:.2}\n",
        draws[0],
        draws[19],
        f64::midpoint(draws[9], draws[10])
    );
    record.value("lowest", draws[0], 1e-8);
    record.value("highest", draws[19], 1e-8);
    plot::write_figures(&[
        ("approximation-line.svg", line_figure()),
        ("approximation-width.svg", width_figure(&lines, &stairs)),
        ("approximation-depth.svg", depth_figure()),
    ])?;
    record.write()
}

fn errors(width: usize) -> (f64, f64) {
    let (relu, sigmoid) =
        (ReluNet::interpolating(f64::sin, 0.0, 6.0, width), SigmoidNet::staircase(f64::sin, 0.0, 6.0, width));
    let sup = |net: &dyn Fn(f64) -> f64| sup_error(f64::sin, net, 0.0, 6.0, 40_000);
    (sup(&|x| relu.at(x)), sup(&|x| sigmoid.at(x)))
}

fn norms(share: f64, seed: u64) -> Vec<f64> {
    grad_norms(DEPTH, 128, share * critical(Activation::Relu), Activation::Relu, seed)
}

/// The sine, both networks with eight hidden units, and one hat of the broken line's.
fn line_figure() -> String {
    let line = ReluNet::interpolating(f64::sin, 0.0, 6.0, 8);
    let stairs = SigmoidNet::staircase(f64::sin, 0.0, 6.0, 8);
    let curve = |name: &str, f: &dyn Fn(f64) -> f64, lo: f64, hi: f64, nudge| plot::Line {
        name: name.into(),
        points: (0..=600).map(|i| lo + (hi - lo) * f64::from(i) / 600.0).map(|x| (x, f(x))).collect(),
        bold: false,
        nudge,
    };
    let mut lines = [
        curve("broken line", &|x| line.at(x), 0.0, 6.0, 0.0),
        curve("the sine", &f64::sin, 0.0, 6.0, -18.0),
        curve("staircase", &|x| stairs.at(x), 0.0, 6.0, 0.0),
        // the knot at 1.5, its neighbours at 0.75 and 2.25
        curve("one hat", &|x| 1.5_f64.sin() * hat(x, 0.75, 1.5, 2.25), 0.75, 2.25, 14.0),
    ];
    lines[0].bold = true;
    plot::chart(
        &plot::Axis { name: "x", ticks: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], log: false },
        &plot::Axis { name: "", ticks: &[-1.0, -0.5, 0.0, 0.5, 1.0], log: false },
        &lines,
    )
}

fn width_figure(lines: &[f64], stairs: &[f64]) -> String {
    let line = |name: &str, e: &[f64], bold| plot::Line {
        name: name.into(),
        points: WIDTHS.iter().zip(e).map(|(&w, &e)| (w as f64, e)).collect(),
        bold,
        nudge: 0.0,
    };
    plot::chart(
        &plot::Axis { name: "hidden units", ticks: &WIDTHS.map(|w| w as f64), log: true },
        &plot::Axis { name: "largest error", ticks: &[1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0], log: true },
        &[line("staircase", stairs, false), line("broken line", lines, true)],
    )
}

fn depth_figure() -> String {
    let lines: Vec<_> = SHARES
        .iter()
        .map(|&share| plot::Line {
            name: format!("{share:.1} × critical"),
            // drawn from the loss's end, where the gradient starts, towards the first layer
            points: norms(share, 1).iter().rev().enumerate().map(|(i, &n)| (i as f64, n)).collect(),
            bold: share == 1.0,
            nudge: 0.0,
        })
        .collect();
    plot::chart(
        &plot::Axis {
            name: "layers walked back from the loss",
            ticks: &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0],
            log: false,
        },
        &plot::Axis { name: "length of the gradient", ticks: &[1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6], log: true },
        &lines,
    )
}
