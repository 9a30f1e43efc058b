//! The U: how wrong a finite difference is, by its step, in f64 and in f32; four formulas for one slope; a report of sensitivities before
//! and after its step was "improved"; and a gradient check that passes in f32. Prints tables and draws the figures.
//!
//!     cargo run --release -p calculus --example differences [-- --figures DIR --values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::complex::complex_step;
use calculus::differences::{StepError, central, jacobian, second, u_curve};
use calculus::formulas::{Formula, Function, errors};
use calculus::richardson::richardson;
use linalg::Real;
use std::fmt::Write as _;

fn main() -> std::io::Result<()> {
    // d/dx eˣ at 1 is e.
    let curve = u_curve(f64::exp, 1.0, 1.0_f64.exp());
    println!("error of the slope of exp at 1, by step\n");
    println!("  {:>7}  {:>9}  {:>9}", "step", "forward", "central");
    for e in curve.iter().step_by(4) {
        // 40 places for the 12 decades from 1e-12 to 1
        let place = |error: f64| (40.0 * (1.0 + error.log10() / 12.0)).clamp(0.0, 40.0) as usize;
        let mut bar = [' '; 41];
        bar[place(e.forward)] = 'f';
        bar[place(e.central)] = 'c';
        println!("  {:7.0e}  {:9.1e}  {:9.1e}  |{}", e.h, e.forward, e.central, String::from_iter(bar));
    }
    let best = |of: fn(&StepError) -> f64| {
        curve.iter().min_by(|a, b| of(a).total_cmp(&of(b))).map_or((0.0, 0.0), |e| (e.h, of(e)))
    };
    let (forward, central) = (best(|e| e.forward), best(|e| e.central));
    println!("\n  best forward step {:.0e}, error {:.0e}", forward.0, forward.1);
    println!("  best central step {:.0e}, error {:.0e}", central.0, central.1);
    let single = single_precision();
    let best = single.iter().copied().fold((0.0, f64::MAX), |a, b| if b.1 < a.1 { b } else { a });
    println!("  in f32: best central step {:.0e}, error {:.0e}\n", best.0, best.1);
    let mut record =
        record::Record::new("calculus", "differences").settings("f64 where nothing else is said");
    for (name, (step, error)) in [("forward", forward), ("central", central), ("single", best)] {
        // What is best is decided by roundings, which differ from one library's exp to another's: only sizes are meant.
        record.value(&format!("{name}_step"), step, 3.0);
        record.value(&format!("{name}_error"), error, 10.0);
    }
    print_report(&mut record);
    print_formulas(&mut record);
    print_triangle(&mut record);
    print_check(&mut record);
    print_jacobian(&mut record);
    plot::write_figures(&[
        ("differences-u.svg", figure(&curve, &single)),
        ("differences-four.svg", four_figure()),
    ])?;
    record.write()
}

// ---- the report: an option, its delta and its gamma

// ANCHOR: call
/// The price of a call option by Black and Scholes: strike 100, half a year, 20 % a year, no interest.
fn call<T: Real>(spot: T) -> T {
    let number = T::from_f64;
    let deviation = number(0.2 * 0.5_f64.sqrt());
    let above = (spot / number(100.0)).ln() / deviation + deviation * number(0.5);
    // Φ, the normal distribution's share below x
    let below = |x: T| (T::ONE + (x * number(0.5_f64.sqrt())).erf()) * number(0.5);
    spot * below(above) - number(100.0) * below(above - deviation)
}
// ANCHOR_END: call

/// Spot, delta and gamma in closed form.
fn greeks(spot: f64) -> (f64, f64) {
    let deviation = 0.2 * 0.5_f64.sqrt();
    let d = (spot / 100.0).ln() / deviation + deviation / 2.0;
    let density = (-d * d / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    (0.5 * (1.0 + Real::erf(d * 0.5_f64.sqrt())), density / (spot * deviation))
}

fn print_report(record: &mut record::Record) {
    let mut text = String::from("  spot       delta   delta       gamma         gamma\n");
    text += "          h = 0.01   1e-12    h = 0.01         1e-12\n";
    let (mut worst_delta, mut worst_gamma) = (0.0_f64, 0.0_f64);
    for spot in [90.0, 95.0, 100.0, 105.0, 110.0] {
        let delta = |h: f64| (call(spot + h) - call(spot - h)) / (2.0 * h);
        let gamma = |h: f64| (call(spot + h) - 2.0 * call(spot) + call(spot - h)) / (h * h);
        let _ = writeln!(
            text,
            "{spot:6}{:12.4}{:8.4}{:12.5}{:14.0}",
            delta(1e-2),
            delta(1e-12),
            gamma(1e-2),
            gamma(1e-12)
        );
        let exact = greeks(spot);
        worst_delta = worst_delta.max((delta(1e-2) - exact.0).abs());
        worst_gamma = worst_gamma.max((gamma(1e-2) - exact.1).abs());
    }
    println!("a report, before and after\n\n{text}");
    println!("  with h = 0.01 delta is off by at most {worst_delta:.0e}, gamma by {worst_gamma:.0e}");
    record.timed_text("report", &text);
    record.value("report_delta", worst_delta, 0.1);
    record.value("report_gamma", worst_gamma, 0.5);
    // mended
    let exact = greeks(105.0);
    let rich = richardson(call, 105.0, 5.0);
    let side = complex_step(call, 105.0, 1e-20);
    let gamma = second(call, 105.0, 0.01);
    println!("  at 105: extrapolated, off by {:.0e}, said {:.0e}", (rich.slope - exact.0).abs(), rich.error);
    println!("  at 105: complex step, off by {:.0e}", (side - exact.0).abs());
    println!("  at 105: gamma with h = 0.01, off by {:.0e}\n", (gamma - exact.1).abs());
    record.timing("mended_rich", (rich.slope - exact.0).abs());
    record.timing("mended_bound", rich.error);
    record.value("mended_calls", rich.calls as f64, 0.0);
    record.timing("mended_complex", (side - exact.0).abs());
    record.value("mended_gamma", (gamma - exact.1).abs(), 0.5);
}

// ---- four formulas

/// eˣ·sin x at 1: f and its derivatives f″, f‴, f⁽⁵⁾ there.
struct Swing;

impl Function for Swing {
    fn at<T: Real>(&self, x: T) -> T {
        x.exp() * x.sin()
    }
}

fn swing() -> (f64, f64, [f64; 4]) {
    let (e, sin, cos) = (1_f64.exp(), 1_f64.sin(), 1_f64.cos());
    let third = 2.0 * e * (cos - sin).abs();
    (e * sin, e * (sin + cos), [2.0 * e * cos, third, 4.0 * e * (sin + cos), third])
}

fn print_formulas(record: &mut record::Record) {
    let (f, exact, derivatives) = swing();
    let mut text = String::from("formula        step      promised   found, f64   found, f32\n");
    for (formula, derivative) in Formula::ALL.into_iter().zip(derivatives) {
        let found = |single: bool| {
            let noise = f * if single { f64::from(f32::EPSILON) } else { f64::EPSILON };
            let mut h = formula.best_step(noise, derivative);
            if h == 0.0 {
                h = 1e-20;
            }
            let slope = if single {
                f64::from(formula.slope(&Swing, 1.0, h as f32))
            } else {
                formula.slope(&Swing, 1.0, h)
            };
            let promised = formula.truncation(h, derivative) + formula.rounding(h, noise);
            (h, promised, (slope - exact).abs())
        };
        let ((h, promised, double), (_, _, single)) = (found(false), found(true));
        let name = format!("{formula:?}").to_lowercase();
        // the complex step promises what any calculation does: an error of the last digit
        let promised = promised.max(f64::EPSILON * exact);
        let digit = |error: f64| if error == 0.0 { "0".into() } else { format!("{error:.0e}") };
        let _ = writeln!(text, "{name:12}{h:8.0e}{promised:12.0e}{:>13}{:>13}", digit(double), digit(single));
    }
    println!("the slope of exp(x)·sin(x) at 1, each formula with its own best step\n\n{text}");
    record.timed_text("formulas", &text);
}

fn four_figure() -> String {
    let exact = swing().1;
    let line = |formula: Formula, name: &str, nudge: f64| plot::Line {
        name: name.into(),
        points: errors::<f64>(formula, &Swing, 1.0, exact, 16, 4).into_iter().rev().collect(),
        bold: formula == Formula::Central,
        nudge,
    };
    let ticks = &[1e-16, 1e-12, 1e-8, 1e-4, 1.0];
    plot::chart(
        &plot::Axis { name: "step", ticks, log: true },
        &plot::Axis { name: "error of the slope", ticks, log: true },
        &[
            line(Formula::Forward, "forward", -12.0),
            line(Formula::Central, "central", 2.0),
            line(Formula::Extrapolated, "extrapolated", 19.0),
            line(Formula::Complex, "complex", 12.0),
        ],
    )
}

// ---- Richardson's triangle

fn print_triangle(record: &mut record::Record) {
    let exact = 1_f64.exp();
    let mut text = String::from("step    central     h² gone     h⁴ gone     h⁶ gone\n");
    let mut above: Vec<f64> = Vec::new();
    for h in [0.8, 0.4, 0.2, 0.1] {
        let mut row = vec![central(f64::exp, 1.0, h)];
        for (column, upper) in above.iter().enumerate() {
            let power = 4_f64.powi(column as i32 + 1);
            row.push((power * row[column] - upper) / (power - 1.0));
        }
        let _ = write!(text, "{h:<4}");
        for slope in &row {
            let _ = write!(text, "{:11.1e} ", (slope - exact).abs());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        above = row;
    }
    println!("errors of the slope of exp at 1\n\n{text}");
    record.text("triangle", &text, 0.05);
}

// ---- a gradient check in f32

/// GELU as GPT-2 computed it, with tanh.
fn gelu_tanh<T: Real>(x: T) -> T {
    let inner = T::from_f64(0.797_884_560_802_865_4) * (x + T::from_f64(0.044715) * x * x * x);
    T::from_f64(0.5) * x * (T::ONE + inner.tanh())
}

/// Its slope.
fn gelu_tanh_slope<T: Real>(x: T) -> T {
    let c = T::from_f64(0.797_884_560_802_865_4);
    let t = (c * (x + T::from_f64(0.044715) * x * x * x)).tanh();
    let half = T::from_f64(0.5);
    half * (T::ONE + t) + half * x * (T::ONE - t * t) * c * (T::ONE + T::from_f64(0.134145) * x * x)
}

/// The slope of another function: of the exact GELU, x·Φ(x).
fn gelu_erf_slope<T: Real>(x: T) -> T {
    let half = T::from_f64(0.5);
    let density = T::from_f64(0.398_942_280_401_432_7) * (-half * x * x).exp();
    half * (T::ONE + (x * T::from_f64(0.5_f64.sqrt())).erf()) + x * density
}

/// The largest error of a check of all elements, for the right backward pass and for the wrong one. The loss is Σ cᵢ·gelu(xᵢ).
fn check<T: Real>(n: usize, h: f64) -> (f64, f64) {
    // numbers that fill [−3, 3] and [0, 1] evenly: multiples of two irrational numbers
    let spread = |i: usize, by: f64, width: f64| T::from_f64(width * (2.0 * (i as f64 * by).fract() - 1.0));
    let mut x: Vec<T> = (0..n).map(|i| spread(i + 1, 0.754_877_666, 3.0)).collect();
    let c: Vec<T> = (0..n).map(|i| spread(i + 1, 0.569_840_291, 0.5) + T::from_f64(0.5)).collect();
    let loss = |x: &[T]| x.iter().zip(&c).fold(T::ZERO, |sum, (&x, &c)| sum + c * gelu_tanh(x));
    let h = T::from_f64(h);
    let (mut right, mut wrong) = (0.0_f64, 0.0_f64);
    for i in 0..n {
        let at = x[i];
        x[i] = at + h;
        let above = loss(&x);
        x[i] = at - h;
        let below = loss(&x);
        x[i] = at;
        let measured = ((above - below) / (h + h)).to_f64();
        right = right.max((measured - (c[i] * gelu_tanh_slope(at)).to_f64()).abs());
        wrong = wrong.max((measured - (c[i] * gelu_erf_slope(at)).to_f64()).abs());
    }
    (right, wrong)
}

fn print_check(record: &mut record::Record) {
    let n = 256;
    println!("largest error in a check of {n} elements\n\n            right     wrong");
    for (name, (right, wrong)) in [("f32", check::<f32>(n, 1e-3)), ("f64", check::<f64>(n, 6e-6))] {
        println!("  {name}   {right:9.1e} {wrong:9.1e}");
        record.value(&format!("check_{name}_right"), right, 0.9);
        record.value(&format!("check_{name}_wrong"), wrong, 0.5);
    }
    println!();
}

// ---- a Jacobian

fn print_jacobian(record: &mut record::Record) {
    let mut calls = 0;
    let x: Vec<f64> = (0..64).map(|i| f64::from(i) / 10.0).collect();
    let j = jacobian(
        |x| {
            calls += 1;
            x.windows(2).map(|w| w[0] * w[1].sin()).collect()
        },
        &x,
    );
    println!("a Jacobian of {} takes {calls} calls", j.shape());
    record.value("jacobian_calls", f64::from(calls), 0.0);
}

/// The central difference of the same function, computed in f32 throughout: (step, error).
fn single_precision() -> Vec<(f64, f64)> {
    (0..=24)
        .map(|quarter| {
            // a step that f32 can add to 1 exactly
            let h = f64::from(10_f32.powf(-quarter as f32 / 4.0) + 1.0) - 1.0;
            let slope = central(|x| f64::from((x as f32).exp()), 1.0, h);
            (h, (slope - 1.0_f64.exp()).abs())
        })
        .filter(|&(h, error)| h > 0.0 && error > 0.0)
        .collect()
}

fn figure(curve: &[StepError], single: &[(f64, f64)]) -> String {
    let line = |name: &str, points: Vec<(f64, f64)>, nudge: f64| plot::Line {
        name: name.into(),
        points,
        bold: name == "central",
        nudge,
    };
    // From short steps to long ones, so that the name stands at the right.
    let double = |of: fn(&StepError) -> f64| curve.iter().rev().map(|e| (e.h, of(e))).collect();
    plot::chart(
        &plot::Axis { name: "step", ticks: &[1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1.0], log: true },
        &plot::Axis { name: "error of the slope", ticks: &[1e-12, 1e-9, 1e-6, 1e-3, 1.0], log: true },
        &[
            line("forward", double(|e| e.forward), -5.0),
            line("central", double(|e| e.central), 9.0),
            line("central, f32", single.iter().rev().copied().collect(), 25.0),
        ],
    )
}
