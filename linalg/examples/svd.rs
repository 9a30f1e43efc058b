//! A fine-tune whose update has rank 8 among noise, a picture by its ranks, and three ways to a decomposition. Prints the chapter's numbers and
//! draws its figures.
//!
//!     cargo run --release -p linalg --example svd [-- --figures DIR]

#[path = "../../book/touch/src/picture.rs"]
mod picture;
#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::svd::randomised::{Effort, randomised};
use linalg::{Mat, Svd, SymmetricEigen, frobenius, gemm};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::fmt::Write as _;
use std::time::Instant;

const SEED: u64 = 8;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = record::Record::new("linalg", "svd").seed(SEED);
    let shape = print_turns(&mut record)?;
    print_picture(&mut record)?;
    let tuned = fine_tune();
    let spectra = print_fine_tune(&mut record, &tuned)?;
    print_digits(&mut record)?;
    print_times(&mut record)?;
    record.write()?;
    plot::write_figures(&[
        ("svd-turns.svg", turns_figure(&shape)),
        ("svd-decay.svg", decay_figure(&spectra)),
    ])?;
    Ok(())
}

/// Numbers with mean 0 and variance 1 (Box and Muller).
fn normal(rng: &mut SmallRng) -> f64 {
    let (u, v): (f64, f64) =
        (rng.random_range(f64::EPSILON..1.0), rng.random_range(0.0..std::f64::consts::TAU));
    (-2.0 * u.ln()).sqrt() * v.cos()
}

fn normals(rows: usize, cols: usize, size: f64, rng: &mut SmallRng) -> Mat {
    Mat::from_fn(rows, cols, |_, _| size * normal(rng))
}

// ---- a matrix that turns

fn shear() -> Mat {
    Mat::from_rows(&[[1.2, 0.9], [-0.3, 0.7]])
}

fn print_turns(record: &mut record::Record) -> Result<Svd, linalg::Error> {
    let svd = Svd::new(shear().view())?;
    println!("A =\n{:.1}\n", shear());
    for i in 0..2 {
        println!(
            "v{i} = ({:.3}, {:.3}) goes to {:.4} times u{i} = ({:.3}, {:.3})",
            svd.vt[[i, 0]],
            svd.vt[[i, 1]],
            svd.s[i],
            svd.u[[0, i]],
            svd.u[[1, i]]
        );
        record.value(["first", "second"][i], svd.s[i], 1e-12);
    }
    println!();
    Ok(svd)
}

// ---- a picture

/// What the factors of rank k hold, and what all numbers would.
fn numbers(k: usize, m: usize, n: usize) -> usize {
    k * (m + n)
}

fn print_picture(record: &mut record::Record) -> Result<(), linalg::Error> {
    let a = picture::picture();
    let (m, n) = (a.rows(), a.cols());
    let svd = Svd::new(a.view())?;
    println!("a picture of {m} × {n} = {} grey values\n", m * n);
    println!("  {:>4}{:>10}{:>10}", "rank", "numbers", "error");
    for k in [1, 2, 4, 6, 8, 12, 16, 18] {
        let error = svd.rank_k_error(k) / frobenius(a.view());
        println!("  {k:4}{:10}{:9.1} %", numbers(k, m, n), 100.0 * error);
        if [1, 8].contains(&k) {
            record.value(&format!("picture_{k}"), error, 1e-9);
        }
    }
    println!();
    Ok(())
}

// ---- a fine-tune

const OUTPUTS: usize = 192;
const INPUTS: usize = 256;
const SAMPLES: usize = 1024;

/// A layer before and after, and data that it has never seen.
struct Tuned {
    before: Mat,
    update: Mat,
    held_out: (Mat, Mat),
}

// ANCHOR: fine_tune
/// Tunes *all* weights of a layer to data of a task that differs from the old one in eight respects, and is noisy.
fn fine_tune() -> Tuned {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let before = normals(OUTPUTS, INPUTS, (1.0 / INPUTS as f64).sqrt(), &mut rng);
    let mut task = before.clone();
    for strength in [6.0, 5.0, 4.2, 3.5, 3.0, 2.5, 2.0, 1.6] {
        // one respect: where the input points along `looks`, the output is pushed along `says`
        let says = normals(OUTPUTS, 1, (strength / OUTPUTS as f64).sqrt(), &mut rng);
        let looks = normals(1, INPUTS, (strength / INPUTS as f64).sqrt(), &mut rng);
        gemm(1.0, says.view(), looks.view(), 1.0, task.view_mut());
    }
    let mut data = || {
        let x = normals(INPUTS, SAMPLES, 1.0, &mut rng);
        let noise = normals(OUTPUTS, SAMPLES, 0.5, &mut rng);
        let y = task.matmul(&x).zip_with(&noise, |y, noise| y + noise);
        (x, y)
    };
    let ((x, y), held_out) = (data(), data());

    let mut weights = before.clone();
    for _ in 0..100 {
        let error = weights.matmul(&x).zip_with(&y, |got, want| got - want);
        let rate = 0.5 / SAMPLES as f64;
        gemm(-rate, error.view(), x.view().transpose(), 1.0, weights.view_mut());
    }
    Tuned { update: weights.zip_with(&before, |w, b| w - b), before, held_out }
}
// ANCHOR_END: fine_tune

/// The mean square of what a layer gets wrong on new data.
fn loss(weights: &Mat, (x, y): &(Mat, Mat)) -> f64 {
    let error = weights.matmul(x).zip_with(y, |got, want| got - want);
    frobenius(error.view()).powi(2) / error.data().len() as f64
}

fn print_fine_tune(record: &mut record::Record, tuned: &Tuned) -> Result<[Vec<f64>; 2], linalg::Error> {
    let (weights, update) = (Svd::new(tuned.before.view())?, Svd::new(tuned.update.view())?);
    let share = |svd: &Svd, k: usize| 1.0 - (svd.rank_k_error(k) / svd.rank_k_error(0)).powi(2);
    let mut table =
        format!("{:>6}{:>18}{:>18}{:>16}\n", "rank", "of the weights", "of the update", "held-out loss");
    for k in [0, 1, 2, 4, 8, 16, 32, 64, 192] {
        let layer = tuned.before.zip_with(&update.rank_k(k), |w, d| w + d);
        let loss = loss(&layer, &tuned.held_out);
        let _ = writeln!(
            table,
            "{k:6}{:16.1} %{:16.1} %{loss:16.3}",
            100.0 * share(&weights, k),
            100.0 * share(&update, k)
        );
        if [0, 8, 192].contains(&k) {
            record.value(&format!("loss_{k}"), loss, 1e-6);
        }
        if k == 8 {
            record.value("weights_8", share(&weights, k), 1e-6);
            record.value("update_8", share(&update, k), 1e-6);
        }
    }
    println!("a layer of {OUTPUTS} × {INPUTS}, tuned: what the largest singular values hold\n\n{table}");
    record.text("ranks", &table, 1e-3);
    for k in [7, 8] {
        println!("σ{k} of the update: {:.3}", update.s[k]);
        record.value(&format!("sigma_{k}"), update.s[k], 1e-6);
    }
    let all = OUTPUTS * INPUTS;
    println!("\nnumbers to train: all {all}, rank 8 {}\n", numbers(8, OUTPUTS, INPUTS));
    record.value("all", all as f64, 0.0);
    record.value("eight", numbers(8, OUTPUTS, INPUTS) as f64, 0.0);
    Ok([weights.s, update.s])
}

// ---- digits

/// Small singular values, three ways: columns of length 1, 10⁻⁵, 10⁻¹⁰ … in mixed order.
fn print_digits(record: &mut record::Record) -> Result<(), linalg::Error> {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let (m, n) = (12, 5);
    let well = normals(m, n, 1.0, &mut rng);
    let a = Mat::from_fn(m, n, |i, j| well[[i, j]] * 10_f64.powi(-5 * [3, 0, 4, 1, 2][j]));
    let (golub, jacobi) = (Svd::new(a.view())?, Svd::jacobi(a.view())?);
    let squared = SymmetricEigen::new(a.transpose().matmul(&a).view())?;
    let mut table = format!("{:>12}{:>14}{:>14}\n", "Jacobi", "two diagonals", "AᵀA");
    for i in 0..n {
        let root = squared.values[n - 1 - i].max(0.0).sqrt();
        let _ = writeln!(table, "{:12.4e}{:14.4e}{root:14.4e}", jacobi.s[i], golub.s[i]);
    }
    println!("singular values from 1 down to 1e-20\n\n{table}");
    // what is lost is rounding, and no two machines round alike: shown, not compared
    record.timed_text("digits", &table);
    Ok(())
}

// ---- times

fn fastest<R>(calls: usize, mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(f());
        start.elapsed().as_secs_f64()
    };
    (0..calls).map(once).fold(f64::INFINITY, f64::min)
}

fn print_times(record: &mut record::Record) -> Result<(), linalg::Error> {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let a = normals(256, 256, 1.0, &mut rng);
    let golub = 1e3 * fastest(7, || Svd::new(a.view()));
    let jacobi = 1e3 * fastest(2, || Svd::jacobi(a.view()));
    let large = normals(1500, 10, 1.0, &mut rng).matmul(&normals(10, 600, 1.0, &mut rng));
    let large = large.zip_with(&normals(1500, 600, 0.01, &mut rng), |x, noise| x + noise);
    let all = 1e3 * fastest(2, || Svd::new(large.view()));
    let sketch = || {
        let mut rng = SmallRng::seed_from_u64(SEED);
        randomised(&large, 10, Effort { oversampling: 10, powers: 1 }, || normal(&mut rng))
    };
    let few = 1e3 * fastest(5, sketch);
    let (want, got) = (Svd::new(large.view())?, sketch()?);
    let off = got.s.iter().zip(&want.s).map(|(got, want)| (got / want - 1.0).abs()).fold(0.0, f64::max);
    println!("milliseconds: 256 × 256 by two diagonals {golub:.1}, by Jacobi {jacobi:.0}");
    println!("1500 × 600, ten directions and noise: all of it {all:.0}, a sketch {few:.1}, off by {off:.1e}");
    for (name, ms) in [("golub", golub), ("jacobi", jacobi), ("all_ms", all), ("few_ms", few)] {
        record.timing(name, ms);
    }
    Ok(())
}

// ---- figures

const FIRST: &str = "var(--series-1, currentColor)";
const SECOND: &str = "var(--series-2, currentColor)";

/// The circle with v₀ and v₁, and the ellipse with where they go.
fn turns_figure(svd: &Svd) -> String {
    const UNIT: f64 = 105.0;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 330\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n",
    );
    let (left, right) = ((180.0, 165.0), (520.0, 165.0));
    let at = |(cx, cy): (f64, f64), x: f64, y: f64| (cx + UNIT * x, cy - UNIT * y);
    for centre in [left, right] {
        let (x, y) = centre;
        let _ = writeln!(
            svg,
            "<path d=\"M{} {y}H{}M{x} {}V{}\" stroke-opacity=\"0.25\"/>",
            x - 170.0,
            x + 170.0,
            y - 150.0,
            y + 150.0
        );
    }
    let _ =
        writeln!(svg, "<circle cx=\"{}\" cy=\"{}\" r=\"{UNIT}\" stroke-dasharray=\"6 4\"/>", left.0, left.1);
    let a = shear();
    let mut image = String::new();
    for degrees in (0..360).step_by(3) {
        let (s, c) = f64::from(degrees).to_radians().sin_cos();
        let (x, y) = at(right, a[[0, 0]] * c + a[[0, 1]] * s, a[[1, 0]] * c + a[[1, 1]] * s);
        let _ = write!(image, "{}{x:.1} {y:.1}", if image.is_empty() { "M" } else { "L" });
    }
    let _ = writeln!(svg, "<path d=\"{image}Z\" stroke-dasharray=\"6 4\"/>");
    for i in 0..2 {
        let (v, u) = ([svd.vt[[i, 0]], svd.vt[[i, 1]]], [svd.u[[0, i]], svd.u[[1, i]]]);
        let colour = [FIRST, SECOND][i];
        for (centre, [x, y], length, name) in [
            (left, v, 1.0, format!("v{}", ["₁", "₂"][i])),
            (right, u, svd.s[i], format!("{:.2} u{}", svd.s[i], ["₁", "₂"][i])),
        ] {
            let (x1, y1) = at(centre, x * length, y * length);
            let _ = writeln!(
                svg,
                "<path d=\"M{} {}L{x1:.1} {y1:.1}\" stroke=\"{colour}\" stroke-width=\"3\"/><circle cx=\"{x1:.1}\" cy=\"{y1:.1}\" r=\"5\" \
                 fill=\"{colour}\" stroke=\"none\"/>",
                centre.0, centre.1
            );
            // beside the tip; the long arrow's below its middle, where there is room
            let inside = i == 0 && length > 1.0;
            let (tx, ty) = if inside {
                (centre.0 + 0.6 * UNIT * length * x, centre.1 - 0.6 * UNIT * length * y + 24.0)
            } else {
                (x1 + 34.0 * x, y1 - 24.0 * y + 5.0)
            };
            let _ = writeln!(
                svg,
                "<text x=\"{tx:.1}\" y=\"{ty:.1}\" fill=\"{colour}\" stroke=\"none\">{name}</text>"
            );
        }
    }
    svg.push_str("<path d=\"M325 60H375M367 54L376 60L367 66\"/><text x=\"350\" y=\"46\" fill=\"currentColor\" stroke=\"none\">A</text>\n</svg>\n");
    svg
}

fn decay_figure([weights, update]: &[Vec<f64>; 2]) -> String {
    let points = |s: &[f64]| s.iter().take(40).enumerate().map(|(i, &s)| (i as f64 + 1.0, s)).collect();
    plot::chart(
        &plot::Axis {
            name: "number of the singular value",
            ticks: &[1.0, 8.0, 16.0, 24.0, 32.0, 40.0],
            log: false,
        },
        &plot::Axis { name: "singular value", ticks: &[0.0, 2.0, 4.0, 6.0, 8.0], log: false },
        &[
            plot::Line { name: "the update".into(), points: points(update), bold: true, nudge: 4.0 },
            plot::Line { name: "the weights".into(), points: points(weights), bold: false, nudge: -4.0 },
        ],
    )
}
