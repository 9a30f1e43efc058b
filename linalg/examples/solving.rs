//! A fit that loses its digits, the crossing that runs away, and what it costs to be right. Prints the chapter's numbers and draws its
//! figures.
//!
//!     cargo run --release -p linalg --example solving [-- --figures DIR] [--values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::cg::{Stop, conjugate_gradient};
use linalg::refine::solve_mixed;
use linalg::{Cholesky, Lu, Mat, Qr, lstsq, norm2};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = record::Record::new("linalg", "solving").settings("60 days, a parabola; f64");
    fits(&mut record);
    refinement(&mut record)?;
    gradients(&mut record)?;
    times(&mut record);
    plot::write_figures(&[
        ("solving-crossing.svg", crossing_figure()),
        ("solving-digits.svg", digits_figure()),
    ])?;
    record.write()?;
    Ok(())
}

// ---- the fit

/// 1, t, t² for 60 days, the first of which has the number `first`.
fn design(first: f64) -> Mat {
    Mat::from_fn(60, 3, |i, j| (first + i as f64).powi(j as i32))
}

/// 3 + (t − middle)/2 + (t − middle)²/64, as coefficients of 1, t, t²: these are exact in f64, and so is every y.
fn truth(first: f64) -> Mat {
    let middle = first + 32.0;
    Mat::from_rows(&[[3.0 - middle / 2.0 + middle * middle / 64.0], [0.5 - middle / 32.0], [1.0 / 64.0]])
}

fn observed(first: f64) -> Mat {
    let middle = first + 32.0;
    Mat::from_fn(60, 1, |i, _| {
        let u = first + i as f64 - middle;
        3.0 + u / 2.0 + u * u / 64.0
    })
}

// ANCHOR: normal
/// The coefficients by (AᵀA)⁻¹Aᵀb. `None` where rounding has left AᵀA without a positive pivot.
fn by_normal_equations(a: &Mat, b: &Mat) -> Option<Mat> {
    let at = a.transpose();
    let cholesky = Cholesky::new(at.matmul(a).view()).ok()?;
    Some(cholesky.solve(&at.matmul(b)))
}
// ANCHOR_END: normal

/// The largest relative error of a coefficient.
fn error(x: &Mat, want: &Mat) -> f64 {
    x.data().iter().zip(want.data()).map(|(x, w)| (x / w - 1.0).abs()).fold(0.0, f64::max)
}

/// How far a fit misses the points at worst; they lie between −1 and 28.
fn miss(a: &Mat, x: &Mat, b: &Mat) -> f64 {
    a.matmul(x).data().iter().zip(b.data()).map(|(p, b)| (p - b).abs()).fold(0.0, f64::max)
}

fn fits(record: &mut record::Record) {
    let mut table = String::new();
    let _ = writeln!(
        table,
        "{:>14} {:>11} {:>13} {:>20}",
        "first day", "condition", "error by QR", "by normal equations"
    );
    for first in [0.0, 64.0, 1024.0, 20_480.0, 131_072.0] {
        let (a, b, want) = (design(first), observed(first), truth(first));
        let fit = lstsq(a.view(), &b).expect("independent columns");
        let by_qr = error(&fit.x, &want);
        let normal = by_normal_equations(&a, &b).map(|x| error(&x, &want));
        let shown = normal.map_or("no positive pivot".into(), |e| format!("{e:.0e}"));
        let _ = writeln!(table, "{first:14} {:11.0e} {by_qr:13.0e} {shown:>20}", fit.condition);
        if first == 20_480.0 {
            record.value("condition", fit.condition, 0.01);
            // errors are rounding errors: their size is what another machine would find
            record.value("by_qr", by_qr, 10.0);
            let x = by_normal_equations(&a, &b);
            let by_normal = x.as_ref().map_or(1.0, |x| error(x, &want));
            record.value("by_normal", by_normal, 10.0);
            record.value("lost", (by_normal / by_qr).log10().round(), 0.3);
            record.value("miss_normal", x.map_or(0.0, |x| miss(&a, &x, &b)), 10.0);
            record.value("miss_qr", miss(&a, &fit.x, &b), 10.0);
        }
    }
    println!("a parabola through 60 days, counted from ever further back\n\n{table}");
    let (a, b) = (design(-32.0), observed(-32.0));
    let x = by_normal_equations(&a, &b).expect("centred");
    let centred = error(&x, &truth(-32.0));
    println!("normal equations, days counted from the middle: {centred:.0e}\n");
    record.value("centred", centred, 10.0);
    record.timed_text("fits", &table);
}

// ---- refinement

fn hilbert(n: usize) -> Mat {
    Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64)
}

fn refinement(record: &mut record::Record) -> Result<(), linalg::Error> {
    let a = hilbert(5);
    let b: Vec<f64> = (0..5).map(|i| a.row(i).iter().sum()).collect();
    let answer = solve_mixed(a.view(), &b)?;
    let steps: Vec<String> = answer.corrections.iter().map(|c| format!("{c:.0e}")).collect();
    let condition = Lu::new(a.view())?.condition();
    println!("Hilbert's 5×5, condition {condition:.0e}, factors in f32; corrections: {}\n", steps.join(", "));
    record.value("hilbert_condition", condition, 0.01);
    record.value("rounds", answer.corrections.len() as f64, 0.5);
    record.timed_text("corrections", &steps.join("  "));
    Ok(())
}

// ---- conjugate gradients

fn gradients(record: &mut record::Record) -> Result<(), linalg::Error> {
    let n = 10_000;
    // A chain of springs, each end held by a weaker one: eigenvalues between 0.1 and 4.1.
    let product = |v: &[f64], out: &mut [f64]| {
        for i in 0..v.len() {
            let (left, right) = (if i > 0 { v[i - 1] } else { 0.0 }, v.get(i + 1).unwrap_or(&0.0));
            out[i] = 2.1 * v[i] - left - right;
        }
    };
    let b: Vec<f64> = (0..n).map(|i| ((i * 7919) % 1009) as f64 / 1009.0 - 0.5).collect();
    let mut x = vec![0.0; n];
    let trace = conjugate_gradient(product, &b, &mut x, Stop { tolerance: 1e-10, cap: 1000 })?;
    println!("conjugate gradients, {n} unknowns: {} products with A\n", trace.len() - 1);
    record.value("products", (trace.len() - 1) as f64, 0.02);
    Ok(())
}

// ---- times

fn random(m: usize, n: usize) -> Mat {
    let mut seed = 1_u64;
    Mat::from_fn(m, n, |_, _| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    })
}

/// The fastest of many calls, in milliseconds.
fn fastest<R>(calls: usize, mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..calls).map(once).fold(f64::INFINITY, f64::min)
}

fn times(record: &mut record::Record) {
    let n = 512;
    let a = random(n, n);
    let blocked = fastest(15, || Qr::new(a.view()).map(|qr| qr.r()));
    let single = fastest(5, || Qr::one_by_one(a.view()).map(|qr| qr.r()));
    let (tall, b) = (random(4000, 60), random(4000, 1));
    let qr = fastest(9, || lstsq(tall.view(), &b).map(|fit| norm2(fit.x.data())));
    let normal = fastest(9, || by_normal_equations(&tall, &b));
    println!("QR of {n}×{n}: {single:.1} ms mirror by mirror, {blocked:.1} ms in panels");
    println!("fit of 4000×60: {qr:.2} ms by QR, {normal:.2} ms by normal equations");
    record.timing("panels", blocked);
    record.timing("one_by_one", single);
    record.timing("fit_qr", qr);
    record.timing("fit_normal", normal);
    record.timing("fit_ratio", qr / normal);
}

// ---- figures

const FIRST: &str = "var(--series-1, currentColor)";
const SECOND: &str = "var(--series-2, currentColor)";

/// Two lines and their crossing, twice: x₁·cos θ + x₂·sin θ = c, each c known to ±0.12.
fn crossing_figure() -> String {
    const UNIT: f64 = 90.0;
    const OFF: f64 = 0.12;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 330\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n",
    );
    for (middle, angles) in [(180.0, [70.0_f64, 160.0]), (540.0, [70.0, 84.0])] {
        let at = |x: f64, y: f64| (middle + UNIT * x, 160.0 - UNIT * y);
        let rows: Vec<[f64; 2]> =
            angles.iter().map(|a| [a.to_radians().cos(), a.to_radians().sin()]).collect();
        let a = Mat::from_rows(&rows);
        let lu = Lu::new(a.view()).expect("square");
        let crossing = |c: [f64; 2]| {
            let x = lu.solve(&Mat::from_rows(&[[c[0]], [c[1]]])).expect("not parallel");
            at(x[[0, 0]], x[[1, 0]])
        };
        // where the crossing can be
        let corners: Vec<String> = [[-OFF, -OFF], [-OFF, OFF], [OFF, OFF], [OFF, -OFF]]
            .map(crossing)
            .iter()
            .map(|(x, y)| format!("{x:.1} {y:.1}"))
            .collect();
        let _ = writeln!(
            svg,
            "<path d=\"M{}Z\" fill=\"{SECOND}\" fill-opacity=\"0.45\" stroke=\"none\"/>",
            corners.join("L")
        );
        for (k, row) in rows.iter().enumerate() {
            for (c, style) in [
                (-OFF, "stroke-dasharray=\"3 4\" stroke-opacity=\"0.6\""),
                (0.0, "stroke-width=\"2.5\""),
                (OFF, "stroke-dasharray=\"3 4\" stroke-opacity=\"0.6\""),
            ] {
                let (px, py, dx, dy) = (c * row[0], c * row[1], -row[1] * 1.75, row[0] * 1.75);
                let ((x0, y0), (x1, y1)) = (at(px - dx, py - dy), at(px + dx, py + dy));
                let colour = if k == 0 { "currentColor" } else { FIRST };
                let _ = writeln!(
                    svg,
                    "<path d=\"M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}\" stroke=\"{colour}\" {style}/>"
                );
            }
        }
        let condition = lu.condition();
        let _ = writeln!(
            svg,
            "<text x=\"{middle}\" y=\"322\" fill=\"currentColor\" stroke=\"none\">condition {condition:.1}</text>"
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Errors over the day from which days are counted.
fn digits_figure() -> String {
    let firsts: Vec<f64> = (4..=17).map(|k| 2_f64.powi(k)).collect();
    let curve = |f: &dyn Fn(f64) -> Option<f64>| {
        firsts.iter().filter_map(|&first| Some((first, f(first)?.clamp(1e-16, 1.0)))).collect::<Vec<_>>()
    };
    let qr =
        curve(&|first| Some(error(&lstsq(design(first).view(), &observed(first)).ok()?.x, &truth(first))));
    let normal =
        curve(&|first| Some(error(&by_normal_equations(&design(first), &observed(first))?, &truth(first))));
    let x: Vec<f64> = [1, 2, 3, 4, 5, 6].map(|k| 10_f64.powi(k)).to_vec();
    let y: Vec<f64> = [-16, -12, -8, -4, 0].map(|k| 10_f64.powi(k)).to_vec();
    // rounding errors are not the same on every machine
    plot::chart(
        &plot::Axis { name: "days before the first point", ticks: &x, log: true },
        &plot::Axis { name: "relative error of the worst coefficient", ticks: &y, log: true },
        &[
            plot::Line { name: "normal equations".into(), points: normal, bold: true, nudge: 0.0 },
            plot::Line { name: "QR".into(), points: qr, bold: false, nudge: 0.0 },
        ],
    )
    .replace("</svg>", "<!-- measured --></svg>")
}
