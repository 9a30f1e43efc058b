//! One gradient by hand-sized steps, a network that learns two moons from such gradients, two ways to spoil them, and what
//! a gradient costs. Prints the chapter's numbers and draws its figures.
//!
//!     cargo run -p calculus --example reverse [-- --figures DIR --values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::moons::{
    Classifier, Sample, WEIGHTS, loss, plain_loss, random_weights, rate, score, two_moons,
};
use calculus::scalar::{Tape, Var};
use calculus::{differences, dual};
use record::Record;
use std::fmt::Write as _;
use std::time::Instant;

const STEPS: usize = 100;

fn main() -> std::io::Result<()> {
    let graph = tied_weight();
    print_tape(&graph);
    print_without_clearing(&graph);

    let mut record =
        Record::new("calculus", "reverse").seed(1).settings("two moons, 100 points, 337 weights, 100 steps");
    let data = two_moons(100, 0.1, 1);
    print_training(&data, &mut record);
    let runs = [Sweep::Adds, Sweep::Overwrites, Sweep::NoZeroGrad].map(|sweep| train(sweep, &data));
    print_runs(&runs, &mut record);
    print_costs(&data, &mut record);
    plot::write_figures(&[
        ("reverse-graph.svg", graph_figure(&graph)),
        ("reverse-losses.svg", losses_figure(&runs)),
        ("reverse-maps.svg", maps_figure(&runs, &data)),
    ])?;
    record.write()
}

// ---- a weight that is used twice

/// A node of the small graph: how it was computed, its value, its gradient, its inputs with their slopes.
struct Node {
    name: &'static str,
    value: f64,
    d: f64,
    inputs: Vec<(usize, f64)>,
}

fn tied_weight() -> Vec<Node> {
    let tape = Tape::new();
    let (w, x, b) = (tape.var(2.0), tape.var(3.0), tape.var(-1.0));
    let p = w * x;
    let q = p + b;
    let h = q.relu();
    let y = w * h; // the same w again
    let e = y - 9.0;
    let loss = e.powi(2);
    let grads = loss.backward();
    let names = ["w", "x", "b", "w·x", "+ b", "relu", "w·h", "− 9", "( )²"];
    [w, x, b, p, q, h, y, e, loss]
        .iter()
        .zip(names)
        .map(|(&v, name)| Node { name, value: v.value(), d: grads.wrt(v), inputs: tape.inputs(v.index()) })
        .collect()
}

fn print_tape(graph: &[Node]) {
    println!("(w·relu(w·x + b) − 9)² on the tape; read the gradients from the bottom up\n");
    println!("  node  operation  value  gradient  hands on");
    for (i, node) in graph.iter().enumerate() {
        let handed: Vec<_> = node
            .inputs
            .iter()
            .map(|&(input, slope)| format!("{} × {slope} to {}", node.d, graph[input].name))
            .collect();
        println!("  {i:4}  {:9}  {:5}  {:8}  {}", node.name, node.value, node.d, handed.join(", "));
    }
    println!();
}

/// Three sweeps in a row over the same tape, onto what the one before has left: what w, node 0, holds after each.
fn print_without_clearing(graph: &[Node]) {
    let sweeps = |keeps: fn(&Node) -> bool| {
        let mut d = vec![0.0; graph.len()];
        [(); 3].map(|()| {
            d.iter_mut().zip(graph).filter(|(_, node)| !keeps(node)).for_each(|(d, _)| *d = 0.0);
            d[graph.len() - 1] = 1.0;
            for (i, node) in graph.iter().enumerate().rev() {
                let handed = d[i];
                node.inputs.iter().for_each(|&(input, slope)| d[input] += slope * handed);
            }
            d[0]
        })
    };
    println!("gradient of w after the first, second and third sweep that clears nothing");
    println!("  nowhere:            {:?}", sweeps(|_| true));
    println!(
        "  only at the leaves: {:?}  (w, x, b; as PyTorch does)\n",
        sweeps(|node| node.inputs.is_empty())
    );
}

// ---- training, and two ways to spoil it

/// What a backward pass does with a gradient that is there already.
#[derive(Clone, Copy, PartialEq)]
enum Sweep {
    Adds,
    Overwrites,
    /// Adds, and the weights (not the numbers in between) start from the last step's gradient: PyTorch without `zero_grad`.
    NoZeroGrad,
}

struct Run {
    name: &'static str,
    key: &'static str,
    losses: Vec<f64>,
    correct: usize,
    weights: Vec<f64>,
    /// Of each step, if the sweep overwrites.
    origins: Vec<Origin>,
}

/// Where the gradients that an overwriting sweep leaves behind come from.
struct Origin {
    /// How many points have a loss above 0, and so something to say.
    open: usize,
    /// The points that are heard, in the order of the tape: which one, and for how many weights it had the last word.
    heard: Vec<(usize, usize)>,
    /// For how many weights that was the penalty on large weights, and no point at all.
    penalty: usize,
}

fn origin(tape: &Tape, loss: usize, d: &[f64]) -> Origin {
    // loss = (((0 + first point) + second point) + …) / n + penalty: back along the sums, to where each point's nodes end
    let mut sum = tape.inputs(tape.inputs(loss)[0].0)[0].0;
    let (mut ends, mut open) = (Vec::new(), 0);
    while let [(before, _), (hinge, _)] = tape.inputs(sum)[..] {
        open += usize::from(!tape.inputs(hinge).is_empty());
        ends.push(sum);
        sum = before;
    }
    ends.reverse();
    // The last to write is the first reader on the tape that hands anything on.
    let mut words = vec![0; ends.len() + 1];
    for weight in 0..WEIGHTS {
        let writes =
            |node: &usize| d[*node] != 0.0 && tape.inputs(*node).iter().any(|&(input, _)| input == weight);
        if let Some(node) = (WEIGHTS..=loss).find(writes) {
            words[ends.partition_point(|&end| end < node)] += 1;
        }
    }
    let penalty = words.pop().unwrap_or(0);
    Origin { open, heard: words.into_iter().enumerate().filter(|&(_, n)| n > 0).collect(), penalty }
}

/// The sweep of `calculus::scalar`, from outside, so that it can be spoilt.
fn sweep_back(tape: &Tape, out: usize, d: &mut [f64], sweep: Sweep) {
    d[out] = 1.0;
    for node in (0..=out).rev() {
        if d[node] != 0.0 {
            for (input, slope) in tape.inputs(node) {
                let handed = slope * d[node];
                d[input] = if sweep == Sweep::Overwrites { handed } else { d[input] + handed };
            }
        }
    }
}

fn train(sweep: Sweep, data: &[Sample]) -> Run {
    let mut weights = random_weights(1);
    let mut d_weights = vec![0.0; WEIGHTS];
    let (mut losses, mut correct) = (Vec::new(), 0);
    let mut origins = Vec::new();
    for step in 0..=STEPS {
        let tape = Tape::new();
        let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
        let (loss, right) = loss(&tape, &vars, data);
        losses.push(loss.value());
        correct = right;
        let mut d = vec![0.0; loss.index() + 1];
        if sweep == Sweep::NoZeroGrad {
            d[..WEIGHTS].copy_from_slice(&d_weights);
        }
        sweep_back(&tape, loss.index(), &mut d, sweep);
        d_weights.copy_from_slice(&d[..WEIGHTS]);
        if sweep == Sweep::Overwrites {
            origins.push(origin(&tape, loss.index(), &d));
        }
        if step < STEPS {
            for (w, d) in weights.iter_mut().zip(&d_weights) {
                *w -= rate(step, STEPS) * d;
            }
        }
    }
    let (name, key) = match sweep {
        Sweep::Adds => ("d += …", "adds"),
        Sweep::Overwrites => ("d = …", "overwrites"),
        Sweep::NoZeroGrad => ("no zero_grad", "keeps"),
    };
    Run { name, key, losses, correct, weights, origins }
}

fn print_training(data: &[Sample], record: &mut Record) {
    let mut net = Classifier::new(1);
    let mut fastest = f64::INFINITY;
    let mut maps = vec![map(&mut net, data)];
    println!("two moons, 100 points; a 2-16-16-1 network of {WEIGHTS} weights; upper moon o, lower moon x\n");
    for step in 0..STEPS {
        let start = Instant::now();
        let (loss, correct) = net.step(data, rate(step, STEPS));
        fastest = fastest.min(start.elapsed().as_secs_f64());
        if step == 0 {
            let (nodes, edges) = net.recorded();
            println!("  one step records {nodes} numbers with {edges} edges\n");
            record.value("edges", edges as f64, 0.0);
            record.value("megabytes", 16e-6 * edges as f64, 1e-9);
        }
        if step % 10 == 0 {
            let bar = "#".repeat((40.0 * loss).min(60.0).round() as usize);
            println!("  step {step:3}  {correct:3} of 100 right  loss {loss:.3}  {bar}");
        }
        if step == 19 || step == STEPS - 1 {
            maps.push(map(&mut net, data));
        }
    }
    println!("\n  {:36}{:36}after {STEPS} steps\n", "before (dots: the net says x)", "after 20 steps");
    for row in 0..maps[0].len() {
        println!("  {:36}{:36}{}", maps[0][row], maps[1][row], maps[2][row]);
    }
    println!();
    record.timing("step_ms", fastest * 1e3);
}

/// The plane from (−1.5, −1) to (2.5, 1.5) as text: dots where the network says x, and the samples.
fn map(net: &mut Classifier, data: &[Sample]) -> Vec<String> {
    const COLUMNS: usize = 34;
    const ROWS: usize = 15;
    let mut rows = vec![vec![' '; COLUMNS]; ROWS];
    for (r, row) in rows.iter_mut().enumerate() {
        for (c, cell) in row.iter_mut().enumerate() {
            let x = -1.5 + 4.0 * (c as f64 + 0.5) / COLUMNS as f64;
            let y = 1.5 - 2.5 * (r as f64 + 0.5) / ROWS as f64;
            if net.score([x, y]) > 0.0 {
                *cell = '.';
            }
        }
    }
    for sample in data {
        let c = ((sample.x[0] + 1.5) / 4.0 * COLUMNS as f64) as usize;
        let r = ((1.5 - sample.x[1]) / 2.5 * ROWS as f64) as usize;
        if c < COLUMNS && r < ROWS {
            rows[r][c] = if sample.label > 0.0 { 'x' } else { 'o' };
        }
    }
    rows.into_iter().map(String::from_iter).collect()
}

fn print_runs(runs: &[Run], record: &mut Record) {
    println!("the same network, data, seed and rates; only the sweep differs\n");
    println!("  {:15}{:>10}{:>10}{:>10}{:>10}   right", "sweep", "loss at 0", "at 10", "at 50", "at 100");
    for run in runs {
        let l = &run.losses;
        println!(
            "  {:15}{:10.3}{:10.3}{:10.3}{:10.3}{:8}",
            run.name, l[0], l[10], l[50], l[100], run.correct
        );
        // Training makes differences between two machines' roundings larger.
        for step in [0, 10, 25, 50, 100] {
            record.value(&format!("{}_{step}", run.key), l[step], 1e-6);
        }
        record.value(&format!("{}_right", run.key), run.correct as f64, 0.0);
    }
    let origins = &runs[1].origins;
    let Origin { open, heard, penalty } = &origins[STEPS];
    println!("\n  where d = … has its gradients from at step {STEPS}, {open} points having a loss above 0:");
    println!("    (point, weights) {heard:?}, and {penalty} from the penalty alone");
    let (first, rest): (usize, usize) =
        (heard.first().map_or(0, |h| h.1), heard.iter().skip(1).map(|(_, weights)| weights).sum());
    for (name, n) in [
        ("open", *open),
        ("heard", heard.len()),
        ("first_point", heard.first().map_or(0, |h| h.0)),
        ("first_weights", first),
        ("other_weights", rest),
        ("penalty_weights", *penalty),
        ("step_before", origins[STEPS - 1].heard.first().map_or(0, |h| h.0)),
    ] {
        record.value(name, n as f64, 0.0);
    }
    print!("  the point with the most weights, from step {}:", STEPS / 2 + 1);
    for Origin { heard, .. } in &origins[STEPS / 2 + 1..] {
        let loudest = heard.iter().max_by_key(|(_, weights)| *weights);
        print!("{}", loudest.map_or(" -".into(), |(point, _)| format!(" {point}")));
    }
    println!("\n");
}

// ---- what a gradient costs

fn print_costs(data: &[Sample], record: &mut Record) {
    let weights = random_weights(1);
    let mut tape = Tape::new();
    let mut grads = calculus::scalar::Gradients::new();
    let mut walk = |sweep: bool| {
        tape.clear();
        let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
        let (loss, _) = loss(&tape, &vars, data);
        if sweep {
            loss.backward_into(&mut grads);
        }
        loss.value()
    };
    let forward = fastest(301, || plain_loss(&weights, data));
    let recorded = fastest(301, || walk(false));
    let reverse = fastest(301, || walk(true));
    let duals = fastest(31, || dual::gradient(|w| plain_loss(w, data), &weights));
    let quotients = fastest(31, || differences::gradient(|w| plain_loss(w, data), &weights));

    let exact = dual::gradient(|w| plain_loss(w, data), &weights);
    let off = |d: &[f64]| exact.iter().zip(d).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let tape_off = off(grads.values());
    let quotients_off = off(&differences::gradient(|w| plain_loss(w, data), &weights));

    println!("the gradient of that loss, {WEIGHTS} weights; the fastest of many runs\n");
    println!("  {:32}{:>8}{:>12}{:>17}", "", "passes", "ms", "largest |error|");
    let line = |name: &str, passes: usize, seconds: f64, off: &str| {
        println!("  {name:32}{passes:8}{:12.3}{off:>17}", seconds * 1e3);
    };
    line("the loss alone, no gradient", 1, forward, "");
    line("central differences", 2 * WEIGHTS, quotients, &format!("{quotients_off:.0e}"));
    line("dual numbers", WEIGHTS, duals, "");
    line("scalar tape: recording", 1, recorded, "");
    line("scalar tape: recording + sweep", 1, reverse, &format!("{tape_off:.0e}"));
    println!();
    for (name, seconds) in [
        ("forward_ms", forward),
        ("quotients_ms", quotients),
        ("duals_ms", duals),
        ("recording_ms", recorded),
        ("reverse_ms", reverse),
        ("sweep_ms", reverse - recorded),
    ] {
        record.timing(name, seconds * 1e3);
    }
    record.timing("sweep_runs", (reverse - recorded) / forward);
    record.timing("recording_runs", recorded / forward);
    // Of roundings only the size is meant.
    record.value("quotients_off", quotients_off, 5.0);
    record.value("tape_off", tape_off, 5.0);
}

/// The time of the fastest of `n` calls, in seconds: the one that was disturbed least.
fn fastest<R>(n: usize, mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(f());
        start.elapsed().as_secs_f64()
    };
    (0..n).map(once).fold(f64::INFINITY, f64::min)
}

// ---- figures

const VALUE: &str = "var(--series-1, currentColor)";
const GRADIENT: &str = "var(--series-2, currentColor)";

/// The graph of the tied weight: in each box its name, its value, its gradient; on each arrow its slope.
fn graph_figure(graph: &[Node]) -> String {
    // where the boxes stand: the chain in a row, w above, x and b below
    let at = |i: usize| match i {
        0 => (244.0, 52.0),
        1 => (60.0, 282.0),
        2 => (180.0, 282.0),
        _ => (60.0 + 120.0 * (i - 3) as f64, 170.0),
    };
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 372\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" fill=\"currentColor\" stroke=\"none\"/></marker></defs>\n",
    );
    let text = |svg: &mut String, x: f64, y: f64, fill: &str, what: &str| {
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\" stroke=\"none\">{what}</text>");
    };
    for (to, node) in graph.iter().enumerate() {
        for &(from, slope) in &node.inputs {
            let ((x0, y0), (x1, y1)) = (at(from), at(to));
            // from the edge of one box to the edge of the other
            let (start, end, label) = if y0 < y1 {
                ((x0 + (x1 - x0).signum() * 28.0, y0 + 34.0), (x1, y1 - 34.0), 0.0)
            } else if y0 > y1 {
                ((x0, y0 - 34.0), (x1, y1 + 34.0), 0.0)
            } else {
                ((x0 + 42.0, y0), (x1 - 42.0, y1), -8.0)
            };
            let _ = writeln!(
                svg,
                "<path d=\"M{} {}L{} {}\" marker-end=\"url(#tip)\"/>",
                start.0, start.1, end.0, end.1
            );
            let middle = (f64::midpoint(start.0, end.0), f64::midpoint(start.1, end.1));
            let beside = if label == 0.0 { 20.0 * if x1 > x0 { 1.0 } else { -1.0 } } else { 0.0 };
            text(&mut svg, middle.0 + beside, middle.1 + 3.0 + label, "currentColor", &format!("×{slope}"));
            if from == 0 {
                let handed = format!("{}", node.d * slope);
                text(&mut svg, middle.0 + beside * 2.4, middle.1 + 3.0, GRADIENT, &handed);
            }
        }
    }
    for (i, node) in graph.iter().enumerate() {
        let (x, y) = at(i);
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"84\" height=\"68\" rx=\"8\"/>",
            x - 42.0,
            y - 34.0
        );
        text(&mut svg, x, y - 14.0, "currentColor", node.name);
        text(&mut svg, x, y + 6.0, VALUE, &node.value.to_string().replace('-', "−"));
        text(&mut svg, x, y + 26.0, GRADIENT, &format!("d = {}", node.d));
    }
    text(&mut svg, 480.0, 276.0, VALUE, "values are computed from left to right,");
    text(&mut svg, 480.0, 298.0, GRADIENT, "gradients d from right to left:");
    text(&mut svg, 480.0, 320.0, "currentColor", "d of an input += slope × d of its reader");
    svg.push_str("</svg>\n");
    svg
}

fn losses_figure(runs: &[Run]) -> String {
    let lines: Vec<_> = runs
        .iter()
        .map(|run| plot::Line {
            name: run.name.into(),
            points: run.losses.iter().enumerate().map(|(i, &l)| (i as f64, l)).collect(),
            bold: run.name == "d += …",
            nudge: 0.0,
        })
        .collect();
    plot::chart(
        &plot::Axis { name: "training step", ticks: &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0], log: false },
        &plot::Axis { name: "loss", ticks: &[0.01, 0.1, 1.0, 10.0], log: true },
        &lines,
    )
}

/// Two maps side by side: what the network says after training with a right sweep and with one that overwrites.
fn maps_figure(runs: &[Run], data: &[Sample]) -> String {
    const CELL: f64 = 5.0;
    const COLUMNS: usize = 66;
    const ROWS: usize = 46;
    const SCALE: f64 = CELL * COLUMNS as f64 / 3.8; // pixels for a unit of the plane
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 276\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\" text-anchor=\"middle\">\n",
    );
    for (panel, run) in runs[..2].iter().enumerate() {
        let left = 10.0 + 370.0 * panel as f64;
        let plane = |column: f64, row: f64| [-1.4 + column * CELL / SCALE, 1.4 - row * CELL / SCALE];
        let mut area = String::new();
        for row in 0..ROWS {
            // one rectangle for each run of cells that belong to the lower moon
            let mut start = None;
            for column in 0..=COLUMNS {
                let inside =
                    column < COLUMNS && says_x(&run.weights, plane(column as f64 + 0.5, row as f64 + 0.5));
                match (inside, start) {
                    (true, None) => start = Some(column),
                    (false, Some(from)) => {
                        let (x, y) = (left + CELL * from as f64, 10.0 + CELL * row as f64);
                        let width = CELL * (column - from) as f64;
                        let _ = write!(area, "M{x} {y}h{width}v{CELL}h-{width}z");
                        start = None;
                    }
                    _ => {}
                }
            }
        }
        let (width, height) = (CELL * COLUMNS as f64, CELL * ROWS as f64);
        let _ =
            writeln!(svg, "<path d=\"{area}\" fill=\"{GRADIENT}\" fill-opacity=\"0.2\" stroke=\"none\"/>");
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"10\" width=\"{width}\" height=\"{height}\" stroke-opacity=\"0.4\"/>"
        );
        for sample in data {
            let x = left + (sample.x[0] + 1.4) * SCALE;
            let y = 10.0 + (1.4 - sample.x[1]) * SCALE;
            let _ = if sample.label > 0.0 {
                writeln!(svg, "<path d=\"M{x:.1} {y:.1}m-3.5-3.5l7 7m0-7l-7 7\" stroke=\"{GRADIENT}\"/>")
            } else {
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" stroke=\"{VALUE}\"/>")
            };
        }
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"264\" fill=\"currentColor\" stroke=\"none\">{}</text>",
            left + width / 2.0,
            format_args!("{}, {} of 100 right", run.name, run.correct)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn says_x(weights: &[f64], point: [f64; 2]) -> bool {
    let tape = Tape::new();
    let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
    score(&vars, point.map(|x| tape.var(x))).value() > 0.0
}
