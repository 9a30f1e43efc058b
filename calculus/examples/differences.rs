//! The U: how wrong a finite difference is, by its step, in f64 and in f32. Prints a table and draws the figure.
//!
//!     cargo run -p calculus --example differences [-- --figures DIR --values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::differences::{StepError, central, u_curve};

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
    let mut record = record::Record::new("calculus", "differences").settings("the exponential at 1");
    for (name, (step, error)) in [("forward", forward), ("central", central), ("single", best)] {
        // What is best is decided by roundings, which differ from one library's exp to another's: only sizes are meant.
        record.value(&format!("{name}_step"), step, 3.0);
        record.value(&format!("{name}_error"), error, 10.0);
    }
    plot::write_figures(&[("differences-u.svg", figure(&curve, &single))])?;
    record.write()
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
