//! Two networks without training, and one question about depth: prints the chapter's tables and draws its figures.
//!
//!     cargo run -p approximation --example approximation [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;

use approximation::bumps::SigmoidNet;
use approximation::gain::{Activation, critical, grad_norms};
use approximation::hats::ReluNet;
use approximation::measure::{rate, sup_error};

const WIDTHS: [usize; 6] = [8, 16, 32, 64, 128, 256];
const DEPTH: usize = 50;
const SHARES: [f64; 5] = [1.2, 1.1, 1.0, 0.9, 0.8];

fn main() -> std::io::Result<()> {
    println!("largest error on [0, 6] for sin, by width\n");
    println!("  {:>6}{:>14}{:>14}", "width", "ReLU hats", "sigmoid bumps");
    let (hats, bumps): (Vec<f64>, Vec<f64>) = WIDTHS.iter().map(|&w| errors(w)).unzip();
    for ((w, h), b) in WIDTHS.iter().zip(&hats).zip(&bumps) {
        println!("  {w:6}{h:14.2e}{b:14.2e}");
    }
    println!("  {:>6}{:14.3}{:14.3}\n", "slope", rate(&WIDTHS, &hats), rate(&WIDTHS, &bumps));

    println!("gain that keeps a signal's size: 1/sqrt(E[phi(z)^2])\n");
    for a in [Activation::Linear, Activation::Relu, Activation::Tanh, Activation::Gelu] {
        println!("  {:8}{:8.4}", format!("{a:?}"), critical(a));
    }
    println!("\nlength of the gradient at layer 1 over layer {DEPTH}, ReLU, 128 wide\n");
    for share in SHARES {
        let n = norms(share);
        let bar = "#".repeat((30.0 + 6.0 * (n[0] / n[DEPTH - 1]).log10()).clamp(1.0, 60.0) as usize);
        println!("  {share:.1} x critical {:10.2e}  {bar}", n[0] / n[DEPTH - 1]);
    }
    println!();
    plot::write_figures(&[
        ("approximation-width.svg", width_figure(&hats, &bumps)),
        ("approximation-depth.svg", depth_figure()),
    ])
}

fn errors(width: usize) -> (f64, f64) {
    let (relu, sigmoid) =
        (ReluNet::interpolating(f64::sin, 0.0, 6.0, width), SigmoidNet::staircase(f64::sin, 0.0, 6.0, width));
    let sup = |net: &dyn Fn(f64) -> f64| sup_error(f64::sin, net, 0.0, 6.0, 40_000);
    (sup(&|x| relu.at(x)), sup(&|x| sigmoid.at(x)))
}

fn norms(share: f64) -> Vec<f64> {
    grad_norms(DEPTH, 128, share * critical(Activation::Relu), Activation::Relu, 1)
}

fn width_figure(hats: &[f64], bumps: &[f64]) -> String {
    let line = |name: &str, e: &[f64], bold| plot::Line {
        name: name.into(),
        points: WIDTHS.iter().zip(e).map(|(&w, &e)| (w as f64, e)).collect(),
        bold,
        nudge: 0.0,
    };
    plot::chart(
        &plot::Axis { name: "hidden units", ticks: &WIDTHS.map(|w| w as f64), log: true },
        &plot::Axis { name: "largest error", ticks: &[1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0], log: true },
        &[line("sigmoid bumps", bumps, false), line("ReLU hats", hats, true)],
    )
}

fn depth_figure() -> String {
    let lines: Vec<_> = SHARES
        .iter()
        .map(|&share| plot::Line {
            name: format!("{share:.1} × critical"),
            // drawn from the loss's end, where the gradient starts, towards the first layer
            points: norms(share).iter().rev().enumerate().map(|(i, &n)| (i as f64, n)).collect(),
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
