//! A vector store in which everything is equally near, and what a thousand axes have to do with it. Prints the numbers of its chapter
//! (*High dimensions*) and draws its figures.
//!
//!     cargo run --release -p linalg --example dimensions [-- --figures DIR]
//!
//! The documents are made up (`store.rs`), so that it is known which of them belong together.

#[path = "../../../book/plot.rs"]
mod plot;
#[path = "../../../book/record.rs"]
mod record;
mod store;

use linalg::dimensions::anisotropy::Scatter;
use linalg::dimensions::concentration::{
    best_by_chance, contrast, cosine_density, length_spread, mean_length,
};
use linalg::dimensions::projection::{dimensions, distortion};
use linalg::dimensions::spectra::largest_gap;
use linalg::dimensions::{
    CircularLaw, MarchenkoPastur, Projection, Semicircle, Whitening, cosines, effective_rank, mean_cosine,
    participation_ratio,
};
use linalg::{Complex, Mat, SymmetricEigen, eigenvalues, norm2};
use plot::{Axis, Line, chart_named};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use record::Record;
use std::fmt::Write as _;
use std::time::Instant;
use store::{Model, Store};

type Failure = Box<dyn std::error::Error>;

/// Standard normal numbers, by Box and Muller.
pub(crate) fn normals(seed: u64) -> impl FnMut() -> f64 {
    let mut uniform = uniforms(seed);
    move || (-2.0 * (1.0 - uniform()).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()
}

fn uniforms(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = SmallRng::seed_from_u64(seed);
    move || rng.random()
}

fn gaussian(rows: usize, cols: usize, seed: u64) -> Mat {
    let mut normal = normals(seed);
    Mat::from_fn(rows, cols, |_, _| normal())
}

fn main() -> Result<(), Failure> {
    let mut record = Record::new("linalg", "dimensions")
        .settings("a store of 2,000 made-up documents of 384 numbers; every random number from a fixed seed");
    let scores = print_search(&mut record)?;
    record.value("documents", store::DOCUMENTS as f64, 0.0);
    record.value("width", store::WIDTH as f64, 0.0);
    let chance = best_by_chance(1536, 1e6);
    record.value("chance", chance, 1e-6);
    record.value("chance_degrees", chance.acos().to_degrees(), 1e-6);
    record.value("bound_500", dimensions(500, 0.2, 0.01) as f64, 1e-9);
    record.value("bound_million", dimensions(1_000_000, 0.2, 0.01) as f64, 1e-9);
    let (low, high) = MarchenkoPastur::of_shape(200, 100, 1.0).edges();
    record.value("covariance_low", low, 1e-9);
    record.value("covariance_high", high, 1e-9);
    for (name, table) in
        [("axes", axes()?), ("projections", projections()?), ("spectra", spectra()?), ("layers", layers()?)]
    {
        println!("{table}");
        // eigenvalues and counts of random numbers: the last digit may differ where multiplication and addition are fused
        record.text(name, table.trim_end(), 0.02);
    }
    print_times();
    plot::write_figures(&[
        ("dimensions-cosines.svg", cosines_figure()),
        ("dimensions-scores.svg", scores_figure(&scores)),
        ("dimensions-disc.svg", disc_figure()),
    ])?;
    record.write()?;
    Ok(())
}

// ---- the search that fails

/// Cosines of one query with the documents of its own topic, and with all others; before and after.
struct Scores {
    before: [Vec<f64>; 2],
    after: [Vec<f64>; 2],
}

/// The ten best documents of each query: (share that is of the query's topic, how many queries the most frequent document answers).
fn judge(store: &Store, all: &Mat) -> (f64, usize) {
    let mut right = 0;
    let mut served = vec![0; store.documents.rows()];
    for q in 0..all.rows() {
        for (document, _) in best(all.row(q), 10) {
            right += usize::from(Store::topic_of(document) == store.query_topics[q]);
            served[document] += 1;
        }
    }
    (right as f64 / (10 * all.rows()) as f64, served.into_iter().max().unwrap_or(0))
}

fn best(scores: &[f64], k: usize) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> = scores.iter().copied().enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.truncate(k);
    order
}

/// The five best documents of three queries.
fn side_by_side(store: &Store, all: &Mat) -> String {
    let mut out = String::new();
    for q in 0..3 {
        let _ = write!(out, "{:<28}", format!("query about topic {}", store.query_topics[q]));
    }
    out.push('\n');
    for rank in 0..5 {
        for q in 0..3 {
            let (document, score) = best(all.row(q), 5)[rank];
            let _ = write!(
                out,
                "{:<28}",
                format!("{score:.3}  #{document} (topic {})", Store::topic_of(document))
            );
        }
        out.push('\n');
    }
    out.lines().fold(String::new(), |all, line| all + line.trim_end() + "\n")
}

fn print_search(record: &mut Record) -> Result<Scores, Failure> {
    println!(
        "a store of {} documents, {} numbers each, {} queries\n",
        store::DOCUMENTS,
        store::WIDTH,
        store::QUERIES
    );
    let mut kept = None;
    for (name, model) in [("a", Model::A), ("b", Model::B)] {
        let store = Store::new(model);
        let (documents, queries) = (store.documents.view(), store.queries.view());
        let scatter = Scatter::of(documents)?;
        let without = |top: usize| {
            cosines(
                scatter.all_but_the_top(queries, top).view(),
                scatter.all_but_the_top(documents, top).view(),
            )
        };
        let raw = cosines(queries, documents)?;
        let mended = without(1)?;
        let top = best(raw.row(0), 10);
        let worst = raw.row(0).iter().fold(1.0_f64, |m, &c| m.min(c));
        let above = raw.data().iter().filter(|&&c| c >= 0.8).count() as f64 / raw.data().len() as f64;
        let mean = mean_cosine(documents)?;
        let (ratio, rank) = (participation_ratio(&scatter.variances), effective_rank(&scatter.variances));
        println!(
            "model {name}: mean cosine of two documents {mean:.3}; query 0: {:.3} to {:.3} for the ten best, {worst:.3} for the worst",
            top[9].1, top[0].1
        );
        println!("  share of all pairs that score 0.8 or more: {above:.4}");
        println!(
            "  directions in use, of {}: participation ratio {ratio:.1}, effective rank {rank:.1}",
            store::WIDTH
        );
        for (what, value) in [("best", top[0].1), ("tenth", top[9].1), ("worst", worst), ("mean", mean)] {
            record.value(&format!("{name}_{what}"), value, 1e-6);
        }
        record.value(&format!("{name}_above"), above, 1e-3);
        record.value(&format!("{name}_participation"), ratio, 1e-6);
        let white = Whitening::fit(documents, 120)?;
        let white = cosines(white.apply(queries).view(), white.apply(documents).view())?;
        println!("  {:<28}{:>16}{:>26}", "", "right in ten", "queries of the top hub");
        for (slug, way, all) in [
            ("raw", "as it comes", &raw),
            ("mean", "without the mean", &without(0)?),
            ("top", "and without one direction", &mended),
            ("white", "whitened, 120 directions", &white),
        ] {
            let (right, hub) = judge(&store, all);
            println!("  {way:<28}{:15.1}%{hub:26}", 100.0 * right);
            record.value(&format!("{name}_{slug}_right"), right, 0.01);
            record.value(&format!("{name}_{slug}_hub"), hub as f64, 0.05);
        }
        println!();
        if kept.is_none() {
            let table = side_by_side(&store, &raw);
            println!("{table}");
            record.text("search", table.trim_end(), 1e-6);
            let split = |all: &Mat| {
                let mut sides = [Vec::new(), Vec::new()];
                for q in 0..all.rows() {
                    for (document, &score) in all.row(q).iter().enumerate() {
                        sides[usize::from(Store::topic_of(document) != store.query_topics[q])].push(score);
                    }
                }
                sides
            };
            kept = Some(Scores { before: split(&raw), after: split(&mended) });
        }
    }
    Ok(kept.expect("model a"))
}

// ---- what the number of axes does

/// Random vectors of d numbers: their length, their cosines, and the distances from one of them to 1,000 others.
fn axes() -> Result<String, Failure> {
    let mut out = format!(
        "{:>5}{:>8}{:>8}{:>8}{:>8}{:>7}{:>9}{:>10}{:>10}\n",
        "d", "length", "spread", "cosine", "chance", "angle", "nearest", "farthest", "contrast"
    );
    for d in [2, 3, 10, 30, 100, 300, 768, 1536] {
        let x = gaussian(1001, d, 11);
        let all = cosines(x.view().slice(0, 0, 500), x.view().slice(0, 500, 1000))?;
        let measured = (all.data().iter().map(|c| c * c).sum::<f64>() / all.data().len() as f64).sqrt();
        let distances: Vec<f64> = (1..1001)
            .map(|i| norm2(&x.row(0).iter().zip(x.row(i)).map(|(a, b)| a - b).collect::<Vec<_>>()))
            .collect();
        let nearest = distances.iter().fold(f64::INFINITY, |m: f64, &x| m.min(x));
        let farthest = distances.iter().fold(0.0_f64, |m, &x| m.max(x));
        let chance = best_by_chance(d, 1e6);
        let _ = writeln!(
            out,
            "{d:>5}{:8.2}{:8.3}{measured:8.3}{chance:8.3}{:7.1}{nearest:9.2}{farthest:10.2}{:10.2}",
            mean_length(d),
            length_spread(d),
            chance.min(1.0).acos().to_degrees(),
            contrast(&distances).unwrap_or(0.0)
        );
    }
    Ok(out)
}

// ---- fewer axes

const POINTS: usize = 500;
const NUMBERS: usize = 4096;

/// Points with structure: 60 directions of unequal width, and some noise.
fn points() -> Mat {
    let (n, d) = (POINTS, NUMBERS);
    let (weights, frame, noise) = (gaussian(n, 60, 21), gaussian(60, d, 22), gaussian(n, d, 23));
    let weights = Mat::from_fn(n, 60, |i, j| weights[[i, j]] / (1.0 + j as f64).sqrt());
    weights.matmul(&frame).zip_with(&noise, |a, b| a + 0.1 * b)
}

fn maps(k: usize) -> [Projection; 3] {
    [
        Projection::gaussian(k, NUMBERS, normals(31)),
        Projection::signs(k, NUMBERS, 3.0, uniforms(32)),
        Projection::signs(k, NUMBERS, 64.0, uniforms(33)),
    ]
}

/// The smallest and the largest factor of a squared distance, over all pairs; and the smallest ε for which the bound asks for no more than k.
fn projections() -> Result<String, Failure> {
    let x = points();
    let mut out =
        format!("{:>6}{:>18}{:>18}{:>18}{:>10}\n", "k", "normal", "signs 1/3", "signs 1/64", "bound");
    for k in [16, 64, 256, 1024, 2048] {
        let _ = write!(out, "{k:>6}");
        for map in maps(k) {
            let (low, high) = distortion(x.view(), map.apply(x.view()).view())?.expect("points that differ");
            let _ = write!(out, "{:>18}", format!("{low:.2} to {high:.2}"));
        }
        let (mut low, mut high) = (1e-3, 0.999);
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if dimensions(POINTS, middle, 0.01) > k { low = middle } else { high = middle }
        }
        let bound = if high > 0.998 { "none".to_string() } else { format!("{high:.2}") };
        let _ = writeln!(out, "{bound:>10}");
    }
    Ok(out)
}

fn print_times() {
    let (x, k) = (points(), 1024);
    for (name, map) in ["normal", "signs, one in 3", "signs, one in 64"].into_iter().zip(maps(k)) {
        let once = |_| {
            let start = Instant::now();
            std::hint::black_box(map.apply(x.view()));
            start.elapsed().as_secs_f64()
        };
        let seconds = (0..5).map(once).fold(f64::INFINITY, f64::min);
        println!("{POINTS} points of {NUMBERS} numbers to {k} by {name}: {:.1} ms", 1e3 * seconds);
    }
}

// ---- random matrices

fn symmetric(n: usize, seed: u64) -> Mat {
    let g = gaussian(n, n, seed);
    Mat::from_fn(n, n, |i, j| if i >= j { g[[i, j]] } else { g[[j, i]] } / (n as f64).sqrt())
}

fn sizes(a: &Mat) -> Result<Vec<f64>, linalg::Error> {
    Ok(eigenvalues(a.view())?.into_iter().map(Complex::abs).collect())
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0_f64, |m, &v| m.max(v))
}

/// One random matrix each, entries N(0, 1/n): the edge of its spectrum, and the largest gap between its eigenvalues and their law.
fn spectra() -> Result<String, Failure> {
    let mut out = format!(
        "{:>5}{:>12}{:>7}{:>12}{:>7}{:>10}{:>7}\n",
        "n", "symmetric", "gap", "singular", "gap", "radius", "gap"
    );
    for n in [25, 50, 100, 200, 400] {
        let eigen = SymmetricEigen::new(symmetric(n, 41).view())?.values;
        let circle = Semicircle { radius: 2.0 };
        let w = gaussian(n, n, 42).map(|x| x / (n as f64).sqrt());
        let squares = SymmetricEigen::new(w.transpose().matmul(&w).view())?.values;
        let law = MarchenkoPastur { ratio: 1.0, variance: 1.0 };
        let sizes = sizes(&w)?;
        let disc = CircularLaw { radius: 1.0 };
        let _ = writeln!(
            out,
            "{n:>5}{:12.2}{:7.3}{:12.2}{:7.3}{:10.2}{:7.3}",
            largest(&eigen),
            largest_gap(&eigen, |x| circle.cdf(x)),
            largest(&squares).sqrt(),
            largest_gap(&squares, |x| law.cdf(x.max(0.0))),
            largest(&sizes),
            largest_gap(&sizes, |s| disc.radial_cdf(s))
        );
    }
    Ok(out)
}

/// The length of a vector of length 1 after fifty layers, entries N(0, g²/n): a new matrix each time, or the same. The logarithm is averaged over 20 starts.
fn layers() -> Result<String, Failure> {
    let n = 400;
    let mut out = format!(
        "{:>6}{:>16}{:>10}{:>16}{:>18}\n",
        "g", "50 matrices", "g⁵⁰", "one matrix", "spectral radius"
    );
    let one = gaussian(n, n, 100).map(|x| x / (n as f64).sqrt());
    let radius = largest(&sizes(&one)?);
    let gains = [0.9, 1.0, 1.1];
    // at gain 1; at gain g each layer multiplies by g more
    let mut logs = [0.0; 2];
    let mut vectors: Vec<[Mat; 2]> = (0..20)
        .map(|run| {
            let start = gaussian(n, 1, 1000 + run);
            let unit = start.map(|x| x / norm2(start.data()));
            [unit.clone(), unit]
        })
        .collect();
    for layer in 0..50 {
        let w = gaussian(n, n, 5000 + layer).map(|x| x / (n as f64).sqrt());
        for [fresh, same] in &mut vectors {
            (*fresh, *same) = (w.matmul(fresh), one.matmul(same));
        }
    }
    for [fresh, same] in &vectors {
        logs[0] += norm2(fresh.data()).ln() / 20.0;
        logs[1] += norm2(same.data()).ln() / 20.0;
    }
    for g in gains {
        let power = f64::powi(g, 50);
        let [fresh, same] = logs.map(|log| log.exp() * power);
        let _ = writeln!(out, "{g:>6}{fresh:16.3}{power:10.3}{same:16.3}{:18.2}", g * radius);
    }
    Ok(out)
}

// ---- figures

/// The density of the cosine between two random directions.
fn cosines_figure() -> String {
    let line = |d: usize| Line {
        name: format!("d = {d}"),
        points: (-200..=200).map(|k| f64::from(k) / 200.0).map(|t| (t, cosine_density(d, t))).collect(),
        bold: d == 768,
        nudge: 0.0,
    };
    chart_named(
        &Axis { name: "cosine", ticks: &[-1.0, -0.5, 0.0, 0.5, 1.0], log: false },
        &Axis { name: "density", ticks: &[0.0, 3.0, 6.0, 9.0, 12.0], log: false },
        vec![
            (line(768), 366.0, 80.0),
            (line(100), 378.0, 226.0),
            (line(10), 428.0, 276.0),
            (line(3), 540.0, 290.0),
        ],
    )
}

/// How many of `values` lie in each of `bins` between two ends, as a density.
fn histogram(values: &[f64], low: f64, high: f64, bins: usize) -> Vec<(f64, f64)> {
    let mut counts = vec![0.0; bins];
    for &v in values {
        let at = ((v - low) / (high - low) * bins as f64).floor();
        if at >= 0.0 && at < bins as f64 {
            counts[at as usize] += 1.0;
        }
    }
    let width = (high - low) / bins as f64;
    let share = |c: f64| c / (values.len() as f64 * width);
    counts
        .iter()
        .enumerate()
        .flat_map(|(k, &c)| {
            let left = ((low + k as f64 * width) * 1e9).round() / 1e9;
            [(left, share(c)), (left + width, share(c))]
        })
        .collect()
}

fn scores_figure(scores: &Scores) -> String {
    let line = |name: &str, values: &[f64], bold| Line {
        name: name.into(),
        points: histogram(values, -0.4, 1.0, 70),
        bold,
        nudge: 0.0,
    };
    chart_named(
        &Axis { name: "score", ticks: &[-0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0], log: false },
        &Axis { name: "density", ticks: &[0.0, 4.0, 8.0, 12.0], log: false },
        vec![
            (line("before, same topic", &scores.before[0], true), 498.0, 126.0),
            (line("before, others", &scores.before[1], false), 400.0, 186.0),
            (line("after, same topic", &scores.after[0], true), 300.0, 106.0),
            (line("after, others", &scores.after[1], false), 178.0, 120.0),
        ],
    )
}

/// The eigenvalues of a square matrix in the complex plane; those of a symmetric one on a line, with the semicircle above it.
fn disc_figure() -> String {
    let n = 400;
    let w = gaussian(n, n, 42).map(|x| x / (n as f64).sqrt());
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 330\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n",
    );
    let text = |svg: &mut String, x: f64, y: f64, what: &str| {
        let _ =
            writeln!(svg, "<text x=\"{x}\" y=\"{y}\" fill=\"currentColor\" stroke=\"none\">{what}</text>");
    };
    let _ = writeln!(
        svg,
        "<path d=\"M20 160H320M170 20V300\" stroke-opacity=\"0.3\"/><circle cx=\"170\" cy=\"160\" r=\"130\" stroke-dasharray=\"6 4\"/>"
    );
    // They come in no particular order, and the last bits decide in which: a drawing should not show it.
    let mut all = eigenvalues(w.view()).unwrap_or_default();
    all.sort_by(|a, b| a.re.total_cmp(&b.re).then(a.im.total_cmp(&b.im)));
    for z in all {
        let (x, y) = (170.0 + 130.0 * z.re, 160.0 - 130.0 * z.im);
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\" fill=\"var(--series-1, currentColor)\" stroke=\"none\"/>"
        );
    }
    text(&mut svg, 312.0, 178.0, "1");
    text(&mut svg, 170.0, 322.0, "W: eigenvalues in the plane");
    let values = SymmetricEigen::new(symmetric(n, 41).view()).map(|e| e.values).unwrap_or_default();
    let (x, y) = (|v: f64| 540.0 + 75.0 * v, |p: f64| 290.0 - 700.0 * p);
    for pair in histogram(&values, -2.25, 2.25, 36).chunks(2) {
        let (left, right, top) = (x(pair[0].0), x(pair[1].0), y(pair[0].1));
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--series-1, currentColor)\" fill-opacity=\"0.5\" stroke=\"none\"/>",
            right - left,
            290.0 - top
        );
    }
    let law = Semicircle { radius: 2.0 };
    let mut path = String::new();
    for k in -200..=200 {
        let v = f64::from(k) / 100.0;
        let _ =
            write!(path, "{}{:.1} {:.1}", if path.is_empty() { "M" } else { "L" }, x(v), y(law.density(v)));
    }
    let _ = writeln!(
        svg,
        "<path d=\"M370 290H710\" stroke-opacity=\"0.3\"/><path d=\"{path}\" stroke=\"var(--series-2, currentColor)\" stroke-width=\"2\"/>"
    );
    for v in [-2.0, 0.0, 2.0] {
        text(&mut svg, x(v), 306.0, &format!("{v}").replace('-', "−"));
    }
    text(&mut svg, 540.0, 324.0, "its symmetric sister: eigenvalues on a line");
    svg.push_str("</svg>\n");
    svg
}
