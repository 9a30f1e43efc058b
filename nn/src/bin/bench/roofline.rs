//! The roofline of this machine: its two ceilings, and what the code of this workspace reaches under them.

use crate::cases::numbers;
use crate::measure::{Effort, measure};
use crate::{Args, say, seconds};
use linalg::bandwidth::{Level, level_for, levels};
use linalg::gemm::ladder;
use linalg::roofline::{Roof, Work};
use linalg::{Tensor, View, ViewMut, axpy, gemm, par};
use std::hint::black_box;
use std::io;
use std::path::Path;

#[path = "../../../../book/roofline.rs"]
mod drawing;

/// Something to place: its name, what it asks for, the bytes it touches again and again, and whether it is a rung of the ladder.
struct Candidate {
    name: String,
    work: Work,
    touched: f64,
    rung: bool,
    run: Box<dyn FnMut()>,
}

/// Measures ceilings and candidates; prints a table or JSON lines, and draws where the command line asks for it.
///
/// # Errors
/// If the drawing cannot be written.
pub(crate) fn run(args: &Args, effort: Effort) -> io::Result<()> {
    let threads = args.threads as usize;
    let flops = linalg::peak::flops::<f32>(threads);
    let levels = levels(threads, args.quick);
    print_levels(args, flops, &levels);
    let memory = levels[levels.len() - 1].set * threads;
    let mut points = Vec::new();
    for make in candidates(if args.quick { 256 } else { 512 }, memory, threads) {
        let mut candidate = make();
        let time = measure(&mut *candidate.run, effort);
        let level = level_for(&levels, candidate.touched);
        let roof = Roof { flops, bandwidth: level.bandwidth };
        let (work, rate) = (candidate.work, candidate.work.flop / time.median);
        let bound = roof.reachable(work.intensity());
        if args.json {
            let line = serde_json::json!({
                "bench": "roofline", "case": candidate.name, "dtype": "f32", "threads": args.threads,
                "median_s": time.median, "q1_s": time.lower, "q3_s": time.upper, "samples": time.samples,
                "gflops": rate / 1e9, "peak_gflops": flops / 1e9, "intensity": work.intensity(),
                "level": level.name, "bound_gflops": bound / 1e9,
            });
            say(&line.to_string());
        } else {
            say(&format!(
                "{:24}{:>9.2}{:>8}{:>12.1}{:>12.1}{:>8.0} %{:>11}",
                candidate.name,
                work.intensity(),
                level.name,
                bound / 1e9,
                rate / 1e9,
                100.0 * rate / bound,
                seconds(time.median),
            ));
        }
        points.push(drawing::Point {
            name: candidate.name,
            intensity: work.intensity(),
            rate,
            full: candidate.rung,
        });
    }
    let Some(path) = &args.svg else { return Ok(()) };
    draw(path, flops, &levels, &points)
}

fn print_levels(args: &Args, flops: f64, levels: &[Level]) {
    if !args.json {
        say(&format!(
            "{:10}{:>12}{:>14}{:>10}{:>24}",
            "from", "holds", "measured with", "GB/s", "arithmetic leads from"
        ));
    }
    for level in levels {
        let ridge = flops / level.bandwidth;
        if args.json {
            let line = serde_json::json!({
                "bench": "roofline", "case": level.name, "threads": args.threads, "set_bytes": level.set,
                "gbytes_per_s": level.bandwidth / 1e9, "ridge": ridge,
            });
            say(&line.to_string());
        } else {
            let holds = if level.holds == usize::MAX { String::new() } else { bytes(level.holds) };
            say(&format!(
                "{:10}{holds:>12}{:>14}{:>10.1}{ridge:>15.2} FLOP/byte",
                level.name,
                bytes(level.set),
                level.bandwidth / 1e9,
            ));
        }
    }
    if !args.json {
        say(&format!(
            "\n{:24}{:>9}{:>8}{:>12}{:>12}{:>10}{:>11}",
            "f32", "FLOP/byte", "from", "at most", "GFLOP/s", "of that", "median"
        ));
    }
}

fn bytes(n: usize) -> String {
    if n >= 1 << 20 {
        format!("{:.0} MiB", n as f64 / 1048576.0)
    } else {
        format!("{:.0} KiB", n as f64 / 1024.0)
    }
}

/// The rungs of the ladder on n × n matrices; a row, and a few rows, times a matrix; a pass over vectors. Made one after the other,
/// since some are large.
fn candidates(n: usize, memory: usize, threads: usize) -> Vec<Box<dyn FnOnce() -> Candidate>> {
    let mut all: Vec<Box<dyn FnOnce() -> Candidate>> = Vec::new();
    let rungs: [(&str, Rung); 6] = [
        ("naive", ladder::naive),
        ("reordered", ladder::reordered),
        ("blocked", ladder::blocked),
        ("packed", ladder::packed),
        ("tiled", ladder::tiled),
        ("threaded", ladder::threaded),
    ];
    for (name, f) in rungs {
        if name != "threaded" || threads > 1 {
            all.push(Box::new(move || rung(name, f, n)));
        }
    }
    let long = 8192;
    for (name, shape) in [
        ("1 row, near", [1, 512, 512]),
        ("1 row, from memory", [1, long, memory / 4 / long]),
        ("16 rows, from memory", [16, long, memory / 4 / long]),
    ] {
        all.push(Box::new(move || rows(name, shape)));
    }
    for (name, n) in [("y + a·x, near", 1 << 11), ("y + a·x, from memory", memory / 8)] {
        all.push(Box::new(move || pass(name, n, threads)));
    }
    all
}

type Rung = fn(View<'_, f32>, View<'_, f32>, ViewMut<'_, f32>);

fn rung(name: &str, f: Rung, n: usize) -> Candidate {
    let (a, b) = (Tensor::new([n, n], numbers::<f32>(n * n, 1)), Tensor::new([n, n], numbers(n * n, 2)));
    let (mut c, work) = (Tensor::zeros([n, n]), Work::product([n; 3], 4));
    Candidate {
        name: format!("{name}, {n}³"),
        work,
        touched: work.bytes,
        rung: true,
        run: Box::new(move || {
            f(black_box(a.view()), black_box(b.view()), c.view_mut());
            black_box(c.data());
        }),
    }
}

fn rows(name: &str, [m, k, n]: [usize; 3]) -> Candidate {
    let (a, b, mut c) = (numbers::<f32>(m * k, 3), vec![0.5_f32; k * n], vec![0.0; m * n]);
    let work = Work::product([m, k, n], 4);
    Candidate {
        name: name.to_owned(),
        work,
        touched: work.bytes,
        rung: false,
        run: Box::new(move || {
            let b = View::new(black_box(&b), [k, n]);
            gemm(1.0, View::new(&a, [m, k]), b, 0.0, ViewMut::new(&mut c, [m, n]));
            black_box(&c);
        }),
    }
}

fn pass(name: &str, n: usize, threads: usize) -> Candidate {
    let (x, mut y) = (vec![0.5_f32; n], vec![0.25_f32; n]);
    Candidate {
        name: name.to_owned(),
        work: Work::axpy(n, 4),
        touched: 8.0 * n as f64,
        rung: false,
        run: Box::new(move || {
            let (x, width) = (black_box(&x), n.div_ceil(threads));
            par::for_each_chunk(&mut y, width, n > 1 << 16, |i, y| axpy(1e-6, &x[i * width..][..y.len()], y));
            black_box(&y);
        }),
    }
}

/// Beside its place first, then renamed. Black on white, wherever it is looked at.
fn draw(path: &Path, flops: f64, levels: &[Level], points: &[drawing::Point]) -> io::Result<()> {
    let levels: Vec<_> = levels.iter().map(|level| (level.name.clone(), level.bandwidth)).collect();
    let svg = drawing::chart(flops, &levels, points)
        .replacen("<svg ", "<svg style=\"background:#fff;color:#000;font-family:sans-serif\" ", 1)
        .replace("var(--series-1, currentColor)", "#0b62a4")
        .replace("var(--series-2, currentColor)", "#b5402a");
    let temporary = path.with_extension("tmp");
    std::fs::write(&temporary, svg)?;
    std::fs::rename(&temporary, path)?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
