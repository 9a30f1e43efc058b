//! One strip of memory under three labels, what it costs to walk it in the wrong order, and what a symmetric matrix does to a
//! circle. Prints the chapter's numbers and draws its figures.
//!
//!     cargo run --release -p linalg --example tensors [-- --figures DIR --values FILE]
//!
//! (The ladder of matrix products has an example of its own: `gemm`.)

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::gemm::ladder;
use linalg::{Mat, SymmetricEigen, Tensor, View, norm2};
use record::Record;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = Record::new("linalg", "tensors").settings("f32, one thread, fastest of several calls");
    print_labels();
    print_walks(&mut record);
    print_products(&mut record);
    let eigen = print_circle()?;
    record.value("stretch", eigen.values[1], 1e-12);
    record.value("shrink", eigen.values[0], 1e-12);
    plot::write_figures(&[
        ("tensors-strides.svg", strides_figure()),
        ("tensors-ellipse.svg", ellipse_figure(&eigen)),
    ])?;
    record.write()?;
    Ok(())
}

// ---- labels

/// Six numbers in memory, and three ways to call them a matrix.
const NUMBERS: [u32; 6] = [10, 11, 12, 13, 14, 15];

fn labels() -> [(&'static str, View<'static, u32>); 3] {
    let a = View::new(&NUMBERS, [2, 3]);
    [("A", a), ("A, transposed", a.transpose()), ("A, reshaped", View::new(&NUMBERS, [3, 2]))]
}

fn print_labels() {
    println!("six numbers in memory: {NUMBERS:?}\n");
    for (name, view) in labels() {
        println!("{name}: shape {}, strides {:?}", view.shape(), view.strides());
        println!("{view}\n");
    }
}

// ---- walking

// ANCHOR: sum
/// The sum of a matrix, row after row of what the *label* calls rows.
fn sum(a: View<'_, f32>) -> f32 {
    let (rows, columns) = (a.shape()[0], a.shape()[1]);
    let mut total = 0.0;
    for i in 0..rows {
        let row = a.at(i);
        let (numbers, step) = (row.data(), row.strides()[0]);
        for j in 0..columns {
            total += numbers[j * step];
        }
    }
    total
}
// ANCHOR_END: sum

/// The time of the fastest of many calls, in seconds: the one that was disturbed least.
fn fastest<R>(calls: usize, mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64()
    };
    (0..calls).map(once).fold(f64::INFINITY, f64::min)
}

fn print_walks(record: &mut Record) {
    println!("n×n numbers (f32), nanoseconds a number, fastest of several runs\n");
    println!("  {:>6}{:>14}{:>14}{:>16}{:>16}", "n", "sum of A", "sum of Aᵀ", "copy of A", "copy of Aᵀ");
    let mut before = 0.0;
    for n in [64, 256, 1000, 1024, 2000, 2048] {
        let a = Tensor::<f32>::full([n, n], 0.5);
        let calls = 5 + 4_000_000 / (n * n);
        let (a, t) = (a.view(), a.view().transpose());
        let ns = |seconds: f64| seconds * 1e9 / (n * n) as f64;
        let [along, across] = [a, t].map(|view| ns(fastest(calls, || sum(black_box(view)))));
        let [copy, turned] = [a, t].map(|view| ns(fastest(calls, || black_box(view).to_tensor())));
        println!("  {n:>6}{along:14.2}{across:14.2}{copy:16.2}{turned:16.2}");
        for (what, ns) in [("sum", along), ("sum_t", across), ("copy", copy), ("copy_t", turned)] {
            record.timing(&format!("{what}_{n}"), ns);
        }
        match n {
            64 => record.timing("sum_over_copy", along / copy),
            1000 => before = across,
            1024 => record.timing("cliff", across / before),
            _ => {}
        }
    }
    println!();
}

/// A·B, AᵀB, ABᵀ: packing reads through the strides once, so the label hardly matters.
fn print_products(record: &mut Record) {
    println!("products of n×n matrices (f32, one thread), milliseconds\n");
    println!("  {:>6}{:>10}{:>10}{:>10}{:>10}{:>16}", "n", "A·B", "Aᵀ·B", "A·Bᵀ", "Aᵀ·Bᵀ", "copy of Aᵀ");
    for n in [256, 512] {
        let a = Tensor::<f32>::from_fn(n, n, |i, j| ((i * 7 + j * 3) % 11) as f32 - 5.0);
        let mut c = Tensor::<f32>::zeros([n, n]);
        let calls = 3 + 50_000_000 / (n * n * n / 16);
        let (v, t) = (a.view(), a.view().transpose());
        let mut ms = |a, b| 1e3 * fastest(calls, || ladder::tiled(a, b, c.view_mut()));
        let products = [ms(v, v), ms(t, v), ms(v, t), ms(t, t)];
        let [ab, atb, abt, atbt] = products;
        let copy = 1e3 * fastest(calls, || t.to_tensor());
        println!("  {n:>6}{ab:10.3}{atb:10.3}{abt:10.3}{atbt:10.3}{copy:16.3}");
        for (what, ms) in ["ab", "atb", "abt", "atbt"].into_iter().zip(products) {
            record.timing(&format!("{what}_{n}"), ms);
        }
        record.timing(&format!("turn_{n}"), copy);
        record.timing(&format!("turn_share_{n}"), copy / ab);
    }
    println!();
}

// ---- a circle

/// The layer of the book's first chapter.
fn layer() -> Mat {
    Mat::from_rows(&[[0.9, 0.5], [0.5, 0.7]])
}

fn direction(degrees: f64) -> Mat {
    let (s, c) = degrees.to_radians().sin_cos();
    Mat::from_rows(&[[c], [s]])
}

fn print_circle() -> Result<SymmetricEigen, linalg::Error> {
    let a = layer();
    let eigen = SymmetricEigen::new(a.view())?;
    println!("A =\n{a:.1}\n\ntakes a unit vector at an angle to one of another length at another angle:\n");
    println!("  {:>8}{:>10}{:>10}", "angle", "length", "angle");
    let mut angles: Vec<(f64, &str)> = (0..12).map(|k| (15.0 * f64::from(k), "")).collect();
    for k in 0..2 {
        let v = [eigen.vectors[[0, k]], eigen.vectors[[1, k]]];
        let name = ["  eigenvector of the smaller eigenvalue", "  eigenvector of the larger eigenvalue"][k];
        angles.push((v[1].atan2(v[0]).to_degrees().rem_euclid(180.0), name));
    }
    angles.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (angle, name) in angles {
        let image = a.matmul(&direction(angle));
        let to = image[[1, 0]].atan2(image[[0, 0]]).to_degrees().rem_euclid(360.0);
        println!("  {angle:8.2}{:10.4}{to:10.2}{name}", norm2(image.data()));
    }
    println!("\neigenvalues {:.4} and {:.4}\n", eigen.values[0], eigen.values[1]);
    Ok(eigen)
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

/// The strip of memory above, three labels below; a thread runs through each in the order of memory.
fn strides_figure() -> String {
    const CELL: f64 = 44.0;
    let mut svg = open(330);
    let cell = |svg: &mut String, (x, y): (f64, f64), number: u32| {
        let (left, top) = (x - CELL / 2.0, y - CELL / 2.0);
        let _ = writeln!(svg, "<rect x=\"{left}\" y=\"{top}\" width=\"{CELL}\" height=\"{CELL}\"/>");
        text(svg, x, y + 5.0, "currentColor", &number.to_string());
    };
    // a thread from the first number to the last, with a dot where it begins; drawn first, so that the numbers stay on top
    let thread = |svg: &mut String, places: &[(f64, f64)]| {
        let mut path = String::new();
        for (x, y) in places {
            let _ = write!(path, "{}{x} {y}", if path.is_empty() { "M" } else { "L" });
        }
        let (x, y) = places[0];
        let _ = writeln!(
            svg,
            "<g stroke=\"{FIRST}\" stroke-opacity=\"0.35\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
             <path d=\"{path}\" stroke-width=\"9\"/><path d=\"M{x} {y}h0\" stroke-width=\"24\"/></g>"
        );
    };
    let strip: Vec<_> = (0..6).map(|address| (360.0 + CELL * (f64::from(address) - 2.5), 34.0)).collect();
    thread(&mut svg, &strip);
    for (address, (&at, &number)) in strip.iter().zip(&NUMBERS).enumerate() {
        cell(&mut svg, at, number);
        text(&mut svg, at.0, 76.0, FIRST, &address.to_string());
    }
    text(&mut svg, 170.0, 39.0, "currentColor", "memory");
    text(&mut svg, 170.0, 76.0, FIRST, "address");
    for ((name, view), middle) in labels().into_iter().zip([120.0, 360.0, 600.0]) {
        let (rows, cols) = (view.shape()[0], view.shape()[1]);
        let place = |i: usize, j: usize| {
            (middle + CELL * (j as f64 - (cols as f64 - 1.0) / 2.0), 196.0 + CELL * i as f64)
        };
        let mut in_memory = [(0.0, 0.0); NUMBERS.len()];
        for i in 0..rows {
            for j in 0..cols {
                in_memory[i * view.strides()[0] + j * view.strides()[1]] = place(i, j);
            }
        }
        thread(&mut svg, &in_memory);
        for i in 0..rows {
            for j in 0..cols {
                cell(&mut svg, place(i, j), view[[i, j]]);
            }
        }
        text(&mut svg, middle, 120.0, "currentColor", name);
        text(&mut svg, middle, 141.0, "currentColor", &format!("shape {}", view.shape()));
        text(&mut svg, middle, 162.0, SECOND, &format!("strides {:?}", view.strides()));
    }
    svg.push_str("</svg>\n");
    svg
}

/// The unit circle, its image, where single points go, and the two directions that stay.
fn ellipse_figure(eigen: &SymmetricEigen) -> String {
    const UNIT: f64 = 170.0;
    let a = layer();
    let at = |v: &Mat| (360.0 + UNIT * v[[0, 0]], 200.0 - UNIT * v[[1, 0]]);
    let mut svg = open(400);
    let _ = writeln!(svg, "<circle cx=\"360\" cy=\"200\" r=\"{UNIT}\" stroke-dasharray=\"6 4\"/>");
    let mut image = String::new();
    for degrees in (0..360).step_by(3) {
        let (x, y) = at(&a.matmul(&direction(f64::from(degrees))));
        let _ = write!(image, "{}{x:.1} {y:.1}", if image.is_empty() { "M" } else { "L" });
    }
    let _ = writeln!(svg, "<path d=\"{image}Z\" stroke=\"{FIRST}\" stroke-width=\"3\"/>");
    for degrees in (0..360).step_by(15) {
        let from = direction(f64::from(degrees));
        let ((x0, y0), (x1, y1)) = (at(&from), at(&a.matmul(&from)));
        let _ = writeln!(svg, "<path d=\"M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}\" stroke-opacity=\"0.35\"/>");
        let _ = writeln!(svg, "<circle cx=\"{x0:.1}\" cy=\"{y0:.1}\" r=\"3\" fill=\"currentColor\"/>");
        let _ =
            writeln!(svg, "<circle cx=\"{x1:.1}\" cy=\"{y1:.1}\" r=\"3\" fill=\"{FIRST}\" stroke=\"none\"/>");
    }
    for k in 0..2 {
        // upwards, or to the right: an eigenvector's sign is nobody's choice
        let mut v = Mat::from_fn(2, 1, |i, _| eigen.vectors[[i, k]]);
        if v[[1 - k, 0]] < 0.0 {
            v = v.map(|x| -x);
        }
        let ((x0, y0), (x1, y1)) = (at(&v.map(|x| -1.5 * x)), at(&v.map(|x| 1.5 * x)));
        let _ = writeln!(
            svg,
            "<path d=\"M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}\" stroke=\"{SECOND}\" stroke-width=\"2\" stroke-dasharray=\"2 4\"/>"
        );
        let (dx, dy) = if k == 0 { (68.0, 62.0) } else { (40.0, 4.0) };
        text(&mut svg, x1 + dx, y1 + dy, SECOND, &format!("× {:.3}", eigen.values[k]));
    }
    svg.push_str("</svg>\n");
    svg
}
