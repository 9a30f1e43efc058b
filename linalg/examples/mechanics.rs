//! A loss over a table that nobody meant, the labels that can be had without a copy, and what a sum over named axes costs.
//! Prints the chapter's numbers and draws its figures.
//!
//!     cargo run --release -p linalg --example mechanics [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::mechanics::line_loads;
use linalg::{Einsum, Error, Tensor, View};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record =
        record::Record::new("linalg", "mechanics").seed(7).settings("64 deliveries, 20,000 steps of 0.02");
    let fits = print_losses(&mut record)?;
    print_reshapes(&mut record);
    print_lines(&mut record);
    print_times(&mut record)?;
    plot::write_figures(&[
        ("mechanics-table.svg", table_figure()),
        ("mechanics-fit.svg", fit_figure(&fits)),
    ])?;
    record.write()?;
    Ok(())
}

// ---- the loss

/// How many deliveries there are to learn from.
const N: usize = 64;

/// Kilometres and minutes of 64 deliveries: 12 minutes, and 3.5 for each kilometre, and what cannot be known.
fn deliveries() -> (Tensor<f64>, Tensor<f64>) {
    let mut state = 7_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let km: Vec<f64> = (0..N).map(|_| 1.0 + 8.0 * uniform()).collect();
    let minutes = km.iter().map(|km| 12.0 + 3.5 * km + 8.0 * (uniform() - 0.5)).collect();
    (Tensor::new([N, 1], km), Tensor::new([N], minutes))
}

/// A line that was fitted: minutes = slope · km + start.
#[derive(Clone, Copy, Debug)]
struct Fit {
    slope: f64,
    start: f64,
    loss: f64,
}

// ANCHOR: descend
/// Gradient descent on the mean of (prediction − truth)², whatever the shape of that difference turns out to be.
fn descend(km: &Tensor<f64>, minutes: &Tensor<f64>) -> Result<Fit, Error> {
    let mut fit = Fit { slope: 0.0, start: 0.0, loss: 0.0 };
    let sum_over_truths = Einsum::new("ij->i")?;
    for _ in 0..20_000 {
        let predicted = km.map(|km| fit.slope * km + fit.start); // shape [64, 1]
        let off = predicted.zip_with(minutes, |p, y| p - y); // and this one's shape?
        let count = off.data().len() as f64;
        fit.loss = off.data().iter().map(|d| d * d).sum::<f64>() / count;
        let d_predicted = sum_over_truths.run(&[off.view()]).map(|d| 2.0 * d / count);
        let d_slope: f64 = d_predicted.data().iter().zip(km.data()).map(|(d, km)| d * km).sum();
        fit.slope -= 0.02 * d_slope;
        fit.start -= 0.02 * d_predicted.data().iter().sum::<f64>();
    }
    Ok(fit)
}
// ANCHOR_END: descend

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn print_losses(record: &mut record::Record) -> Result<[Fit; 2], Error> {
    let (km, minutes) = deliveries();
    let column = minutes.clone().reshape([N, 1]);
    let fits = [descend(&km, &minutes)?, descend(&km, &column)?];
    let average = mean(minutes.data());
    let variance = mean(&minutes.data().iter().map(|y| (y - average).powi(2)).collect::<Vec<_>>());
    println!("20,000 steps of descent on {N} deliveries\n");
    println!("  {:<34}{:>10}{:>10}{:>10}", "difference of shapes", "slope", "start", "loss");
    for (name, fit) in ["[64, 1] and [64]: a table", "[64, 1] and [64, 1]: a column"].iter().zip(&fits) {
        println!("  {name:<34}{:10.3}{:10.3}{:10.3}", fit.slope, fit.start, fit.loss);
    }
    let [table, column] = fits;
    record.value("start_table", table.start, 1e-6);
    record.value("loss_table", table.loss, 1e-6);
    record.value("variance", variance, 1e-9);
    record.value("slope_column", column.slope, 1e-6);
    record.value("start_column", column.start, 1e-6);
    record.value("loss_column", column.loss, 1e-6);
    println!("\nmean of the minutes {average:.3}, variance {variance:.3}");
    println!("the table of an evaluation of 100,000 in f32: {} GB\n", 100_000_u64.pow(2) * 4 / 1_000_000_000);
    Ok(fits)
}

// ---- labels

fn print_reshapes(record: &mut record::Record) {
    let strip: Vec<f32> = vec![0.0; 2 * 6 * 4 * 8];
    let rows = View::new(&strip, [2, 6, 32]); // (batch, time, channel)
    let heads = View::new(&strip, [2, 6, 4, 8]);
    let mut out = String::new();
    let mut tell = |what: &str, view: View<'_, f32>, shape: &[usize]| {
        let to = view.reshape(shape).map_or("none".to_string(), |v| format!("{:?}", v.strides()));
        let from = format!("{} {:?}", view.shape(), view.strides());
        let _ = writeln!(out, "{what:<26}{from:<29}{:<13}{to}", format!("{shape:?}"));
    };
    tell("cut into heads", rows, &[2, 6, 4, 8]);
    tell("heads merged", heads, &[2, 6, 32]);
    tell("heads before time, merged", heads.permute(&[0, 2, 1, 3]), &[2, 4, 48]);
    tell("24 of 32 channels", rows.slice(2, 0, 24), &[12, 24]);
    tell("5 of 6 steps", rows.slice(1, 0, 5), &[10, 32]);
    println!("which reshape needs no copy: shape and strides, new shape, new strides\n\n{out}");
    record.text("reshapes", &out, 0.0);
}

fn print_lines(record: &mut record::Record) {
    let mut out = format!("{:<34}{:>8}{:>8}{:>8}{:>8}\n", "lines held:", "", "64", "255", "256");
    let strip = vec![0.0_f32; 256 * 256];
    let a = View::new(&strip, [256, 256]);
    for (name, view) in [
        ("rows", a),
        ("columns", a.transpose()),
        ("every 16th column, row by row", a.step(1, 16)),
        ("all but 16 columns, transposed", a.slice(1, 0, 240).transpose()),
    ] {
        let _ = write!(out, "{name:<34}{:>8}", view.shape().len());
        for kept in [64, 255, 256] {
            let _ = write!(out, "{:8}", line_loads(&view, 16, kept));
        }
        out.push('\n');
    }
    println!("256×256 numbers, 16 in a line: numbers read, lines delivered\n\n{out}");
    record.text("lines", &out, 0.0);
}

// ---- time

fn fastest<R>(calls: usize, mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64()
    };
    (0..calls).map(once).fold(f64::INFINITY, f64::min)
}

fn filled(shape: &[usize]) -> Tensor<f32> {
    Tensor::new(shape, (0..shape.iter().product::<usize>()).map(|i| (i * 7 % 11) as f32 - 5.0).collect())
}

fn print_times(record: &mut record::Record) -> Result<(), Error> {
    let mut tell = |name: &str, what: &str, seconds: f64| {
        println!("  {what:<36}{:10.3} ms", 1e3 * seconds);
        record.timing(name, 1e3 * seconds);
    };
    let (q, k) = (filled(&[2, 128, 8, 64]), filled(&[2, 128, 8, 64]));
    let scores = Einsum::new("bqhd,bkhd->bhqk")?;
    let operands = [q.view(), k.view()];
    println!("scores of attention, {}, fastest of several runs", q.shape());
    tell("plain_ms", "plain loops", fastest(3, || scores.run_plain(&operands)));
    tell("product_ms", "the products inside", fastest(50, || scores.run(&operands)));
    let copies = || operands.map(|v| v.permute(&[0, 2, 1, 3]).to_tensor());
    tell("copies_ms", "two copies that nobody needs", fastest(50, copies));

    let (a, b, x) = (filled(&[512, 512]), filled(&[512, 512]), filled(&[512]));
    let (a, b, x) = (a.view(), b.view(), x.view());
    let whole = Einsum::new("ij,jk,k->i")?;
    let step = Einsum::new("ij,j->i")?;
    println!("A·B·x, n = 512");
    tell("chain_ms", "ij,jk,k->i", fastest(20, || whole.run(&[a, b, x])));
    tell("bracketed_ms", "ij,j->i twice", fastest(50, || step.run(&[a, step.run(&[b, x]).view()])));
    println!();
    Ok(())
}

// ---- figures

const FIRST: &str = "var(--series-1, currentColor)";
const SECOND: &str = "var(--series-2, currentColor)";

fn open(height: u32) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" fill=\"none\" \
         stroke=\"currentColor\" font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n"
    )
}

fn text(svg: &mut String, x: f64, y: f64, fill: &str, what: &str) {
    let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\" stroke=\"none\">{what}</text>");
}

fn cell(svg: &mut String, x: f64, y: f64, bold: bool, what: &str) {
    let (left, top) = (x - 32.0, y - 22.0);
    let style = if bold { format!("stroke=\"{FIRST}\" stroke-width=\"4\"") } else { String::new() };
    let _ = writeln!(svg, "<rect x=\"{left}\" y=\"{top}\" width=\"64\" height=\"44\" {style}/>");
    text(svg, x, y + 5.0, "currentColor", what);
}

/// Three predictions as a column, three truths as a row, and the table of all differences.
fn table_figure() -> String {
    let predicted = Tensor::new([3, 1], vec![20.0, 30.0, 40.0]);
    let minutes = Tensor::new([3], vec![21.0, 29.0, 40.0]);
    let off = predicted.zip_with(&minutes, |p, y| p - y);
    let (p, y) = (predicted.view().broadcast_to([3, 3]), minutes.view().broadcast_to([3, 3]));
    let mut svg = open(270);
    for (name, middle, view) in
        [("predictions", 110.0, p), ("truths", 360.0, y), ("differences", 610.0, off.view())]
    {
        text(&mut svg, middle, 22.0, "currentColor", name);
        let label = if name == "differences" {
            "shape [3, 3]".to_string()
        } else {
            let from = if name == "truths" { minutes.shape() } else { predicted.shape() };
            format!("{from}, strides {:?}", view.strides())
        };
        text(&mut svg, middle, 44.0, SECOND, &label);
        for i in 0..3 {
            for j in 0..3 {
                let number = format!("{}", view[[i, j]]).replace('-', "−");
                let bold = name == "differences" && i == j;
                cell(&mut svg, middle + 64.0 * (j as f64 - 1.0), 90.0 + 44.0 * i as f64, bold, &number);
            }
        }
    }
    text(&mut svg, 235.0, 139.0, "currentColor", "−");
    text(&mut svg, 485.0, 139.0, "currentColor", "=");
    text(&mut svg, 110.0, 240.0, "currentColor", "3 numbers, 3 places");
    text(&mut svg, 360.0, 240.0, "currentColor", "3 numbers, 3 places");
    text(&mut svg, 610.0, 240.0, FIRST, "9 numbers; 3 were meant");
    svg.push_str("</svg>\n");
    svg
}

/// The deliveries, and the two lines that were fitted.
fn fit_figure([table, column]: &[Fit; 2]) -> String {
    let (km, minutes) = deliveries();
    let at = |km: f64, minutes: f64| (70.0 + 55.0 * km, 300.0 - 5.6 * (minutes - 5.0));
    let mut svg = open(350);
    for tick in [10.0, 20.0, 30.0, 40.0, 50.0] {
        let (x, y) = at(0.0, tick);
        let _ = writeln!(svg, "<path d=\"M{x} {y:.1}H565\" stroke-opacity=\"0.2\"/>");
        text(&mut svg, x - 18.0, y + 5.0, "currentColor", &format!("{tick}"));
    }
    for tick in [0.0, 3.0, 6.0, 9.0] {
        text(&mut svg, at(tick, 0.0).0, 322.0, "currentColor", &format!("{tick}"));
    }
    text(&mut svg, 320.0, 342.0, "currentColor", "kilometres");
    text(&mut svg, 70.0, 20.0, "currentColor", "minutes");
    for (&km, &minutes) in km.data().iter().zip(minutes.data()) {
        let (x, y) = at(km, minutes);
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"currentColor\" stroke=\"none\" fill-opacity=\"0.6\"/>"
        );
    }
    for (fit, name, colour, dash) in
        [(table, "mean of the table", SECOND, "8 4"), (column, "mean of the column", FIRST, "none")]
    {
        let line = |km: f64| at(km, fit.slope * km + fit.start);
        let ((x0, y0), (x1, y1)) = (line(0.6), line(9.0));
        let _ = writeln!(
            svg,
            "<path d=\"M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}\" stroke=\"{colour}\" stroke-width=\"3\" stroke-dasharray=\"{dash}\"/>"
        );
        text(&mut svg, x1 + 72.0, y1 + 5.0, "currentColor", name);
    }
    svg.push_str("</svg>\n");
    svg
}
