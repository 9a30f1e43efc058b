//! Products of Jacobians at work: a deep tower whose first layers never move, how singular values part with depth, and what residual
//! connections, norms, clipping and a loss scale do about it. Prints tables and draws the figures.
//!
//!     cargo run --release -p calculus --example flow [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::flow::{
    Activation, Norm, Product, Stack, Start, Tower, exponents, gaussian_exponents, lyapunov, multiplied,
    rings,
};
use calculus::optim::clip_global_norm;
use calculus::tape::{Grads, Params};
use linalg::powers::{spectral_norm, spectral_radius};
use linalg::{Svd, Tensor};
use std::f64::consts::SQRT_2;
use std::fmt::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = record::Record::new("calculus", "flow")
        .seed(1)
        .settings("48 layers, 32 wide; the tower in f32, 256 points, 400 steps");
    let norms = towers(&mut record);
    let spread = spread(&mut record)?;
    activations(&mut record)?;
    rescues(&mut record)?;
    bandages(&mut record);
    windows(&mut record);
    plot::write_figures(&[("flow-norms.svg", norms), ("flow-spread.svg", spread)])?;
    record.write()?;
    Ok(())
}

/// 0.0023, 1.2e-17, 0: four or so characters of a number of any size.
fn short(x: f64) -> String {
    match x {
        0.0 => "0".into(),
        x if (0.01..1000.0).contains(&x.abs()) => format!("{x:.3}"),
        x => format!("{x:.1e}"),
    }
}

// ---- the tower

const STEPS: usize = 400;

fn towers(record: &mut record::Record) -> String {
    let data = rings::<f32>(256, 1);
    let mut lines = vec![];
    let mut summary = String::from("tower                       loss   accuracy   layers not moved\n");
    let kinds = [
        ("as it was", "torch", Start::Torch, None),
        ("weights of the right size", "he", Start::He, None),
        ("added to its input, / √48", "residual", Start::Torch, Some(1.0 / 48_f64.sqrt())),
    ];
    for (name, key, start, residual) in kinds {
        let mut tower = Tower::new(48, 32, start, residual, 1);
        let norms = tower.gradient_norms(&data);
        let mut log = String::from("step     loss   accuracy\n");
        let mut loss = 0.0;
        for step in 0..=STEPS {
            if [0, 10, 50, 100, 200, 300, 400].contains(&step) {
                let accuracy = tower.accuracy(&data);
                let _ = write!(log, "{step:4}");
                loss = tower.step(&data, 0.05);
                let _ = writeln!(log, "{loss:9.4}{:10.1}%", 100.0 * accuracy);
            } else {
                loss = tower.step(&data, 0.05);
            }
        }
        println!("{name}\n{log}");
        let accuracy = tower.accuracy(&data);
        let within = if key == "torch" { 2e-2 } else { 0.5 }; // where it ends depends on the processor
        record.value(&format!("{key}_loss"), loss, within);
        record.value(&format!("{key}_accuracy"), accuracy, 2e-2);
        record.value(&format!("{key}_unmoved"), tower.unmoved() as f64, 0.1);
        record.value(&format!("{key}_first"), norms[0], 1e-2);
        record.value(&format!("{key}_last"), norms[49], 1e-2);
        let _ = writeln!(summary, "{name:27}{loss:6.3}{:10.1}%{:19}", 100.0 * accuracy, tower.unmoved());
        if key == "torch" {
            record.text("log", &log, 2e-2);
            let mut by_layer = String::from("layer        gradient of its weights\n");
            for layer in [0, 1, 10, 20, 30, 40, 48, 49] {
                let _ = writeln!(by_layer, "{layer:5}{:>31}", short(norms[layer]));
            }
            println!("{by_layer}");
            record.text("by_layer", &by_layer, 5e-2);
        }
        lines.push(plot::Line {
            name: name.into(),
            points: norms.iter().enumerate().map(|(layer, &norm)| (layer as f64, norm.max(1e-30))).collect(),
            bold: key == "torch",
            nudge: 0.0,
        });
    }
    println!("entropy of the labels: {:.4}\n\n{summary}", data.entropy());
    record.value("entropy", data.entropy(), 1e-9);
    record.text("mended", &summary, 0.5);
    let places = [(430.0, 215.0), (300.0, 104.0), (300.0, 56.0)];
    plot::chart_named(
        &plot::Axis { name: "layer", ticks: &[0.0, 10.0, 20.0, 30.0, 40.0, 49.0], log: false },
        &plot::Axis {
            name: "length of its gradient",
            ticks: &[1e-24, 1e-18, 1e-12, 1e-6, 1.0, 1e3],
            log: true,
        },
        lines.into_iter().zip(places).map(|(line, (x, y))| (line, x, y)).collect(),
    )
}

// ---- how singular values part

fn spread(record: &mut record::Record) -> Result<String, linalg::Error> {
    let stack = Stack::default();
    let (jacobians, ln10) = (stack.jacobians(), 10_f64.ln());
    let (mut product, mut known) = (Product::new(32), vec![]);
    println!("linear, gain 1\nlayers    largest   16th largest   smallest   smallest, multiplied out");
    for (layer, j) in jacobians.iter().enumerate() {
        product.push(j)?;
        let ln = product.ln_singular_values()?;
        if [1, 2, 4, 8, 16, 32, 48].contains(&(layer + 1)) {
            let out = Svd::new(multiplied(&jacobians[..=layer]).view())?.s[31];
            let s = |i: usize| short(ln[i].exp());
            println!("{:6}{:>11}{:>15}{:>11}{:>15}", layer + 1, s(0), s(15), s(31), short(out));
        }
        known.push(ln);
    }
    println!();
    record.value("largest", known[47][0].exp(), 1e-6);
    record.value("smallest", known[47][31].exp(), 1e-6);
    // long enough for a slope
    let sums = lyapunov(&Stack { depth: 1000, ..stack }.jacobians(), 32)?;
    let (measured, theory) = (exponents(&sums), gaussian_exponents(32, 1.0));
    let mut text = String::from("direction   measured     formula   a layer\n");
    for i in [0, 1, 8, 16, 24, 30, 31] {
        let _ = writeln!(text, "{:9}{:11.4}{:12.4}{:10.3}", i + 1, measured[i], theory[i], theory[i].exp());
    }
    println!("{text}");
    record.text("exponents", &text, 1e-6);
    record.value("factor_last", theory[31].exp(), 1e-9);
    let line = |name: &str, points: Vec<f64>, bold: bool, nudge: f64| plot::Line {
        name: name.into(),
        points: points.into_iter().enumerate().map(|(l, y)| (l as f64 + 1.0, y)).collect(),
        bold,
        nudge,
    };
    let of = |i: usize| known.iter().map(|ln| 10_f64.powf(ln[i] / ln10)).collect::<Vec<_>>();
    Ok(plot::chart(
        &plot::Axis { name: "layers", ticks: &[0.0, 12.0, 24.0, 36.0, 48.0], log: false },
        &plot::Axis {
            name: "singular value of the product",
            ticks: &[1e-60, 1e-45, 1e-30, 1e-15, 1.0, 1e5],
            log: true,
        },
        &[
            line("largest", of(0), true, -2.0),
            line("8th", of(7), false, 6.0),
            line("16th", of(15), false, 4.0),
            line("smallest", of(31), true, 0.0),
            line(
                "2⁻⁵² of the largest",
                known.iter().map(|ln| ln[0].exp() * f64::EPSILON).collect(),
                false,
                4.0,
            ),
        ],
    ))
}

// ---- one layer of each kind

fn activations(record: &mut record::Record) -> Result<(), linalg::Error> {
    // no deeper: the activations of ReLUs of gain 16 grow as the gradients do
    let growth = |activation, gain, depth| -> Result<f64, linalg::Error> {
        let stack = Stack { depth, gain, activation, ..Stack::default() };
        Ok(exponents(&lyapunov(&stack.jacobians(), 1)?)[0].exp())
    };
    let mut text = String::from("          gain 0.8         1        √2         2         4        16\n");
    for activation in Activation::ALL {
        let _ = write!(text, "{:8}", format!("{activation:?}").to_lowercase());
        for gain in [0.8, 1.0, SQRT_2, 2.0, 4.0, 16.0] {
            let _ = write!(text, "{:10.2}", growth(activation, gain, 250)?);
        }
        text.push('\n');
    }
    println!("by how much a layer stretches the direction that fares best\n{text}");
    record.text("activations", &text, 1e-2);
    record.value("relu_typical", growth(Activation::Relu, SQRT_2, 1000)?, 1e-4);
    // the same matrix again and again
    let gamma = |shared| -> Result<f64, linalg::Error> {
        Ok(exponents(&lyapunov(&Stack { depth: 2000, shared, ..Stack::default() }.jacobians(), 4)?)[0])
    };
    let w = Stack { shared: true, ..Stack::default() }.weights(0);
    let (radius, norm) = (spectral_radius(w.view())?, spectral_norm(w.view())?);
    println!(
        "one matrix: {:.4} a layer, spectral radius {radius:.4}, norm {norm:.4}; many: {:.4}\n",
        gamma(true)?.exp(),
        gamma(false)?.exp()
    );
    record.value("shared", gamma(true)?.exp(), 1e-4);
    record.value("radius", radius, 1e-9);
    record.value("norm", norm, 1e-9);
    record.value("different", gamma(false)?.exp(), 1e-4);
    Ok(())
}

// ---- what mends it

fn rescues(record: &mut record::Record) -> Result<(), linalg::Error> {
    let plain = Stack { gain: SQRT_2, activation: Activation::Relu, ..Stack::default() };
    let root = 1.0 / 48_f64.sqrt();
    let kinds = [
        ("h ← f(h)", "plain", plain),
        ("h ← f(rmsnorm h)", "rms", Stack { norm: Norm::Rms, ..plain }),
        ("h ← f(layernorm h)", "layer", Stack { norm: Norm::Layer, ..plain }),
        ("h ← h + f(h)", "residual", Stack { residual: Some(1.0), ..plain }),
        ("h ← h + f(h)/√48", "scaled", Stack { residual: Some(root), ..plain }),
        ("h ← h + f(rmsnorm h)", "pre", Stack { norm: Norm::Rms, residual: Some(1.0), ..plain }),
    ];
    let mut text =
        String::from("48 layers              largest   smallest   directions of 32   gradient, first/last\n");
    for (name, key, stack) in kinds {
        let mut product = Product::new(32);
        for j in stack.jacobians() {
            product.push(&j)?;
        }
        let ln = product.ln_singular_values()?;
        let alive = ln.iter().filter(|&&l| l > ln[0] - 1000_f64.ln()).count();
        let norms = stack.gradient_norms::<f64>();
        let ratio = norms[0] / norms[48];
        let _ = writeln!(
            text,
            "{name:21}{:>9}{:>11}{alive:19}{:>23}",
            short(ln[0].exp()),
            short(ln[31].exp()),
            short(ratio)
        );
        record.value(&format!("{key}_alive"), alive as f64, 0.0);
        record.value(&format!("{key}_ratio"), ratio, 1e-6);
        record.value(&format!("{key}_largest"), ln[0].exp(), 1e-6);
    }
    println!("ReLU, gain √2; a direction counts from a thousandth of the largest singular value on\n{text}");
    record.text("rescues", &text, 1e-3);
    Ok(())
}

fn bandages(record: &mut record::Record) {
    let norms = Stack { gain: 1.4, ..Stack::default() }.gradient_norms::<f64>();
    let mut params = Params::new();
    for i in 0..norms.len() {
        params.add(format!("layer {i}"), Tensor::full([1], 0.0), true);
    }
    let mut grads = Grads::like(&params);
    grads.values_mut().copy_from_slice(&norms);
    clip_global_norm(&mut grads, 1.0);
    let mut text = String::from("in front of layer      before     clipped to 1\n");
    for layer in [0, 16, 32, 48] {
        let _ = writeln!(text, "{layer:17}{:>12}{:>17}", short(norms[layer]), short(grads.values()[layer]));
    }
    println!("linear, gain 1.4\n{text}");
    record.text("clipped", &text, 1e-6);
    record.value("clipped_last", grads.values()[48], 1e-6);
}

// ---- formats

fn windows(record: &mut record::Record) {
    // smallest number that is not 0, and largest
    let formats = [
        ("f16", 2.0_f64.powi(-24), 65504.0),
        ("bf16", 2.0_f64.powi(-133), 3.39e38),
        ("f32", 2.0_f64.powi(-149), f64::from(f32::MAX)),
        ("f64", 4.94e-324, f64::MAX),
    ];
    let mut text =
        String::from("        smallest    largest   decades   layers at ×0.9   at ×0.5   at ×0.25\n");
    for (name, smallest, largest) in formats {
        let ln = largest.ln() - smallest.ln();
        let _ = write!(text, "{name:6}{smallest:10.0e}{largest:11.0e}{:10.0}", ln / 10_f64.ln());
        for (factor, width) in [(0.9_f64, 17), (0.5, 10), (0.25, 11)] {
            let _ = write!(text, "{:width$.0}", (ln / -factor.ln() - 1e-9).floor()); // the largest is a hair below a power of two
        }
        text.push('\n');
    }
    println!("{text}");
    record.text("windows", &text, 1e-9);
    let stack = Stack { depth: 80, activation: Activation::Sigmoid, ..Stack::default() };
    let zeros = |scale: f64| {
        stack.gradients::<f32>(scale).iter().filter(|g| g.iter().all(|&g| g == 0.0)).count() as f64
    };
    let (exact, saved) = (stack.gradient_norms::<f64>()[0], stack.gradients::<f32>(2.0_f64.powi(100)));
    let saved = saved[0].iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt() * 2.0_f64.powi(-100);
    println!(
        "80 sigmoid layers: {} gradients are 0 in f32, {} with a loss scale of 2¹⁰⁰; first layer {exact:e}, {saved:e}",
        zeros(1.0),
        zeros(2.0_f64.powi(100))
    );
    record.value("sigmoid_zero", zeros(1.0), 0.0);
    record.value("sigmoid_scaled_zero", zeros(2.0_f64.powi(100)), 0.0);
    record.value("sigmoid_exact", exact, 1e-6);
    record.value("sigmoid_saved", saved, 1e-2);
    record.value("sigmoid_last", stack.gradient_norms::<f64>()[80], 1e-6);
}
