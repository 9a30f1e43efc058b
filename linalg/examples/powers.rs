//! A recurrent state that explodes at step 40 although its matrix has no eigenvalue beyond 0.9. Prints the chapter's numbers and draws its
//! figures.
//!
//!     cargo run --release -p linalg --example powers [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::powers::{ln_power_norms, resolvent_norm, spectral_norm, spectral_radius};
use linalg::{Complex, GeneralEigen, Mat, Schur, Sensitivity, eigenvalues, norm_inf, norm1};
use std::fmt::Write as _;

/// What a unit keeps of itself at each step, and what it takes from its neighbour.
const KEEP: f64 = 0.9;
const TAKE: f64 = 0.42;

/// The largest number of half precision.
const HALF: f64 = 65504.0;

// ANCHOR: line
/// A line of units: each keeps 0.9 of itself and adds 0.42 of its right neighbour.
fn line(n: usize) -> Mat {
    Mat::from_fn(n, n, |i, j| {
        if i == j {
            KEEP
        } else if j == i + 1 {
            TAKE
        } else {
            0.0
        }
    })
}
// ANCHOR_END: line

/// The same weights, each unit linked to both neighbours by half: symmetric, scaled to the same spectral radius.
fn symmetric(n: usize) -> Mat {
    let a = line(n);
    let a = a.zip_with(&a.transpose(), |x, y| 0.5 * (x + y));
    let radius = spectral_radius(a.view()).expect("finite entries");
    a.map(|x| x * KEEP / radius)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = record::Record::new("linalg", "powers").settings("0.9 kept, 0.42 taken, f64");
    explode(&mut record)?;
    let curves = grow(&mut record)?;
    let moved = move_eigenvalues(&mut record)?;
    let (first, second) = two_by_two(&mut record)?;
    println!(
        "[[0.9, 5], [0, 0.8]]: eigenvectors at an angle of {first:.2}°, and {second:.1} times the norm\n"
    );
    plot::write_figures(&[
        ("powers-growth.svg", growth_figure(&curves)),
        ("powers-cloud.svg", cloud_figure(&moved)),
    ])?;
    record.write()?;
    Ok(())
}

// ---- the recurrence

/// h ← W·h from all ones: the largest entry after each step.
fn largest_states(n: usize, steps: usize) -> Vec<f64> {
    let w = line(n);
    let mut h = Mat::full([n, 1], 1.0);
    let mut largest = vec![norm_inf(h.data())];
    for _ in 0..steps {
        h = w.matmul(&h);
        largest.push(norm_inf(h.data()));
    }
    largest
}

fn explode(record: &mut record::Record) -> Result<(), linalg::Error> {
    let states = largest_states(64, 60);
    let narrow = largest_states(8, 200);
    let mut table = format!("{:>6}{:>16}{:>16}\n", "step", "8 units", "64 units");
    for step in [0, 1, 5, 10, 20, 30, 39, 40] {
        let note = if states[step] > HALF { "  inf in half precision" } else { "" };
        let _ = writeln!(table, "{step:>6}{:16.1}{:16.1}{note}", narrow[step], states[step]);
    }
    println!("the largest entry of the state\n\n{table}");
    let first = states.iter().position(|&x| x > HALF).unwrap_or(0);
    let peak = narrow.iter().copied().fold(0.0, f64::max);
    let radius = spectral_radius(line(64).view())?;
    println!(
        "beyond {HALF} at step {first}; the narrow line never beyond {peak:.1}; spectral radius {radius:.4}\n"
    );
    record.text("states", &table, 1e-12);
    record.value("first", first as f64, 0.0);
    record.value("narrow_peak", peak, 1e-12);
    record.value("radius", radius, 1e-12);
    Ok(())
}

// ---- norms of powers

const STEPS: usize = 700;

/// ln ‖Wᵏ‖ for some matrices with the same spectral radius.
fn grow(record: &mut record::Record) -> Result<Vec<(String, Vec<f64>)>, linalg::Error> {
    let mut curves = vec![("symmetric, 64".to_owned(), ln_power_norms(symmetric(64).view(), STEPS)?)];
    let mut table = format!(
        "{:>8}{:>10}{:>10}{:>12}{:>14}{:>12}{:>12}\n",
        "units", "radius", "norm", "departure", "largest", "at step", "below 1 at"
    );
    for n in [1, 2, 4, 8, 16, 32, 64] {
        let w = line(n);
        let norms = ln_power_norms(w.view(), 3000)?;
        let peak = (0..norms.len()).max_by(|&i, &j| norms[i].total_cmp(&norms[j])).unwrap_or(0);
        let below = (peak..norms.len()).find(|&k| norms[k] < 0.0).unwrap_or(0);
        let departure = Schur::new(w.view())?.departure();
        let _ = writeln!(
            table,
            "{n:>8}{:10.2}{:10.3}{departure:12.2}{:14.3e}{peak:>12}{below:>12}",
            spectral_radius(w.view())?,
            spectral_norm(w.view())?,
            norms[peak].exp()
        );
        if [8, 16, 32].contains(&n) {
            curves.push((format!("line, {n}"), norms[..=STEPS].to_vec()));
        }
        if n == 64 {
            record.value("peak", norms[peak].exp(), 1e-9);
            record.value("peak_step", peak as f64, 0.0);
            record.value("calm_step", below as f64, 0.0);
            record.value("norm", spectral_norm(w.view())?, 1e-12);
        }
    }
    println!("powers of the line\n\n{table}");
    record.text("growth", &table, 1e-3);
    Ok(curves)
}

/// Two columns of different direction that still nearly agree: what they have in common cancels at first, and then no more.
fn two_by_two(record: &mut record::Record) -> Result<(f64, f64), linalg::Error> {
    let a = Mat::from_rows(&[[0.9, 5.0], [0.0, 0.8]]);
    let eigen = GeneralEigen::new(a.view())?;
    let [(v, _), (w, _)] = [eigen.vector(0), eigen.vector(1)];
    let angle = linalg::dot(&v, &w).abs().min(1.0).acos().to_degrees();
    let peak = ln_power_norms(a.view(), 60)?.into_iter().fold(0.0, f64::max).exp();
    record.value("angle", angle, 1e-9);
    record.value("two_condition", Sensitivity::new(a.view())?.conditions[0], 1e-9);
    record.value("two_peak", peak, 1e-9);
    Ok((angle, peak))
}

// ---- eigenvalues that move

/// A number in ±1 that depends on its place, the same on every machine.
fn noise(i: usize, j: usize) -> f64 {
    let mut x = (i as u64 * 1_000_003 + j as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 31;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 29;
    (x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The eigenvalues of the line after a change of every weight by up to `change`.
fn changed(n: usize, change: f64) -> Result<Vec<Complex>, linalg::Error> {
    let w = line(n);
    eigenvalues(Mat::from_fn(n, n, |i, j| w[[i, j]] + change * noise(i, j)).view())
}

fn move_eigenvalues(record: &mut record::Record) -> Result<Vec<Complex>, linalg::Error> {
    let mut table =
        format!("{:>8}{:>14}{:>20}{:>22}\n", "units", "change", "spectral radius", "(1 − W)⁻¹ lengthens by");
    for n in [8, 16, 32, 64] {
        let distance = resolvent_norm(line(n).view(), Complex::real(1.0))?;
        for change in [1e-10, 1e-6] {
            let radius = changed(n, change)?.into_iter().map(Complex::abs).fold(0.0, f64::max);
            let _ = writeln!(table, "{n:>8}{change:>14.0e}{radius:20.3}{distance:22.1e}");
            if n == 64 && change < 1e-8 {
                record.value("moved_radius", radius, 1e-3);
                record.value("resolvent", distance, 1e-2);
            }
        }
    }
    println!("the line, each weight changed by up to so much\n\n{table}");
    record.text("moved", &table, 1e-2);
    let cloud = changed(64, 1e-10)?;
    let mean: Vec<f64> = cloud.iter().map(|z| z.re).collect();
    println!("mean of these eigenvalues: {:.4}\n", norm1(&mean) / mean.len() as f64);
    Ok(cloud)
}

// ---- figures

fn growth_figure(curves: &[(String, Vec<f64>)]) -> String {
    let lines: Vec<plot::Line> = curves
        .iter()
        .map(|(name, norms)| plot::Line {
            name: name.clone(),
            // as far as the axes reach
            points: norms
                .iter()
                .enumerate()
                .map(|(k, ln)| (k as f64, ln.exp()))
                .take_while(|(_, norm)| (1e-12..1e12).contains(norm))
                .collect(),
            bold: name == "line, 32",
            nudge: 0.0,
        })
        .collect();
    let steps = plot::Axis {
        name: "steps k",
        ticks: &[0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0],
        log: false,
    };
    let norms =
        plot::Axis { name: "‖Wᵏ‖", ticks: &[1e-12, 1e-8, 1e-4, 1.0, 1e4, 1e8, 1e12], log: true };
    plot::chart(&steps, &norms, &lines)
}

/// The complex plane: the unit circle, the one eigenvalue of the line, and those of the line with a little noise.
fn cloud_figure(cloud: &[Complex]) -> String {
    const UNIT: f64 = 300.0;
    let at = |z: Complex| (120.0 + UNIT * z.re, 200.0 - UNIT * z.im);
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 400\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n",
    );
    let text = |svg: &mut String, (x, y): (f64, f64), fill: &str, what: &str| {
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\" stroke=\"none\">{what}</text>");
    };
    let _ = writeln!(svg, "<path d=\"M20 200H620M120 20V380\" stroke-opacity=\"0.3\"/>");
    let _ = writeln!(svg, "<circle cx=\"120\" cy=\"200\" r=\"{UNIT}\" stroke-dasharray=\"6 4\"/>");
    text(&mut svg, (340.0, 40.0), "currentColor", "|λ| = 1");
    for &z in cloud {
        let (x, y) = at(z);
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"var(--series-1, currentColor)\" stroke=\"none\"/>"
        );
    }
    let (x, y) = at(Complex::real(KEEP));
    let _ = writeln!(
        svg,
        "<path d=\"M{} {}l12 12m0 -12l-12 12\" stroke=\"var(--series-2, currentColor)\" stroke-width=\"3\"/>",
        x - 6.0,
        y - 6.0
    );
    text(&mut svg, (x, y + 26.0), "var(--series-2, currentColor)", "W: 64 × 0.9");
    text(&mut svg, (580.0, 120.0), "var(--series-1, currentColor)", "W, with each weight");
    text(&mut svg, (580.0, 140.0), "var(--series-1, currentColor)", "moved by up to 10⁻¹⁰");
    svg.push_str("</svg>\n");
    svg
}
