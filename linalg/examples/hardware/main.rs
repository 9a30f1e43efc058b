//! The matrix product as the hardware sees it: this machine's two ceilings, what the ladder reaches under them, what a token costs, and what
//! threads do. Prints the chapter's tables and draws its roofline; about a minute, and up to 2 GiB of memory. With `--quick` less of
//! everything, and from memory 64 MiB, which a large cache may hold.
//!
//!     cargo run --release -p linalg --example hardware [-- --quick] [--figures DIR]
// figures: slow

#[path = "../../../book/plot.rs"]
mod plot;
#[path = "../../../book/record.rs"]
mod record;
#[path = "../../../book/roofline.rs"]
mod roofline;

mod decode;
mod speeds;
mod threads;

use linalg::bandwidth::{Level, levels};
use linalg::gemm::{A_BYTES, B_BYTES, LONGEST_SUM, ladder};
use linalg::roofline::{Roof, Work};
use linalg::{Tensor, View, ViewMut, axpy, gemm, peak};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut record = record::Record::new("linalg", "hardware").settings("f32");
    let machine = Machine::measure(&mut record);
    climb(&machine, &mut record);
    borders(&machine, &mut record);
    let points = place(&machine);
    let decoding = decode::all(&machine, &mut record);
    threads::all(&machine, &mut record);
    speeds::write(&machine)?;
    let levels: Vec<_> = machine.levels.iter().map(|level| (level.name.clone(), level.bandwidth)).collect();
    let points: Vec<_> = points.into_iter().chain(decoding).collect();
    plot::write_figures(&[("hardware-roofline.svg", roofline::chart(machine.flops, &levels, &points))])?;
    record.write()
}

/// Whether the command line asks for less of everything.
pub(crate) fn quick() -> bool {
    std::env::args().any(|arg| arg == "--quick")
}

/// The median of several calls, in seconds; a fifth of a second of them, but at least three.
pub(crate) fn median(f: impl FnMut()) -> f64 {
    median_of(if quick() { 0.01 } else { 0.2 }, f)
}

/// The same, of `seconds` of calls.
pub(crate) fn median_of(seconds: f64, mut f: impl FnMut()) -> f64 {
    f();
    let begin = Instant::now();
    let mut times = Vec::new();
    while times.len() < 3 || begin.elapsed().as_secs_f64() < seconds && times.len() < 10_000 {
        let start = Instant::now();
        f();
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Numbers between −1/2 and 1/2 that depend on their place.
pub(crate) fn noise(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|i| ((i + seed).wrapping_mul(0x9e37_79b9) >> 8 & 0xffff) as f32 / 65536.0 - 0.5).collect()
}

/// What one core can do, and what all of them can.
pub(crate) struct Machine {
    pub(crate) flops: f64,
    pub(crate) levels: Vec<Level>,
    pub(crate) cores: usize,
    pub(crate) all_flops: f64,
    /// From memory, all cores together.
    pub(crate) all_bandwidth: f64,
}

impl Machine {
    fn measure(record: &mut record::Record) -> Machine {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (flops, levels) = (peak::flops::<f32>(1), levels(1, quick()));
        let memory = &levels[levels.len() - 1];
        let (set, bandwidth) = (memory.set, memory.bandwidth);
        let all_bandwidth = linalg::bandwidth::read(set / cores, cores);
        let machine = Machine { flops, cores, all_flops: peak::flops::<f32>(cores), all_bandwidth, levels };
        let mut table =
            format!("{:10}{:>16}{:>10}{:>26}\n", "from", "measured with", "GB/s", "FLOP/byte at the ridge");
        for level in &machine.levels {
            let roof = Roof { flops, bandwidth: level.bandwidth };
            let _ = writeln!(
                table,
                "{:10}{:>12} KiB{:10.1}{:26.2}",
                level.name,
                level.set >> 10,
                level.bandwidth / 1e9,
                roof.ridge()
            );
            let key = level.name.to_lowercase();
            record.timing(&format!("bandwidth_{key}"), level.bandwidth / 1e9);
            record.timing(&format!("ridge_{key}"), roof.ridge());
        }
        println!("one core: {:.1} GFLOP/s in f32\n\n{table}", flops / 1e9);
        println!(
            "{cores} cores: {:.1} GFLOP/s, {:.1} GB/s from memory\n",
            machine.all_flops / 1e9,
            all_bandwidth / 1e9
        );
        record.timing("peak", flops / 1e9);
        record.timing("cores", cores as f64);
        record.timing("cores_flops_gain", machine.all_flops / flops);
        record.timing("cores_bandwidth_gain", all_bandwidth / bandwidth);
        record.timing("ridge", flops / bandwidth);
        record.timing("near_over_far", machine.levels[0].bandwidth / bandwidth);
        record.timed_text("levels", &table);
        machine
    }

    /// The roof at a border of memory.
    pub(crate) fn roof(&self, level: &str) -> Roof {
        let found =
            self.levels.iter().find(|l| l.name == level).unwrap_or(&self.levels[self.levels.len() - 1]);
        Roof { flops: self.flops, bandwidth: found.bandwidth }
    }
}

// ---- the ladder at the border of the registers

type Rung = fn(View<'_, f32>, View<'_, f32>, ViewMut<'_, f32>);

/// The size of the matrices: all three fit into the second-level cache of any processor of the last years.
const N: usize = 256;

/// The rungs, and the product that each of them hands to the registers: rows, sums, columns, and whether C is fetched as well.
const RUNGS: [(&str, Rung, [usize; 3], bool); 5] = [
    ("naive", ladder::naive, [1, N, 1], false),
    ("reordered", ladder::reordered, [1, 1, N], true),
    ("blocked", ladder::blocked, [1, 4, N], true),
    ("packed", ladder::packed, [1, 4, N], true),
    ("tiled", ladder::tiled, [0, N, 0], false),
];

fn rung(rung: Rung) -> f64 {
    let (a, b) = (Tensor::new([N, N], noise(N * N, 1)), Tensor::new([N, N], noise(N * N, 2)));
    let mut c = Tensor::zeros([N, N]);
    let seconds = median(|| {
        rung(black_box(a.view()), black_box(b.view()), c.view_mut());
        black_box(c.data());
    });
    2.0 * (N as f64).powi(3) / seconds
}

fn tile() -> [usize; 2] {
    <f32 as linalg::Real>::kernels().tile.size()
}

fn climb(machine: &Machine, record: &mut record::Record) {
    let roof = machine.roof("L1");
    let mut table = format!(
        "{:12}{:>16}{:>12}{:>14}{:>10}{:>10}\n",
        "rung", "piece m×k×n", "FLOP/byte", "L1 allows", "reached", "of that"
    );
    for (name, f, piece, accumulates) in RUNGS {
        let piece = if name == "tiled" { [tile()[0], N, tile()[1]] } else { piece };
        let work = if accumulates { Work::accumulating(piece, 4) } else { Work::product(piece, 4) };
        let (bound, rate) = (roof.reachable(work.intensity()), rung(f));
        let _ = writeln!(
            table,
            "{name:12}{:>16}{:12.2}{:14.1}{:10.1}{:>9.0}%",
            format!("{}×{}×{}", piece[0], piece[1], piece[2]),
            work.intensity(),
            bound / 1e9,
            rate / 1e9,
            100.0 * rate / bound
        );
        record.timing(name, rate / 1e9);
        record.timing(&format!("{name}_share"), rate / bound);
        record.timing(&format!("{name}_of_peak"), rate / machine.flops);
    }
    println!("C = A·B, f32, {N}×{N}, one core\n\n{table}");
    record.timed_text("rungs", &table);
    let [rows, cols] = tile();
    record.timing("tile_rows", rows as f64);
    record.timing("tile_cols", cols as f64);
    record.timing("tile_edge", (rows + cols) as f64);
    record.timing("tile_sums", (rows * cols) as f64);
}

/// What the tile needs from each border, by what the loops around it keep.
fn borders(machine: &Machine, record: &mut record::Record) {
    let [rows, cols] = tile();
    // the blocks of gemm/blocks.rs for a large product of f32
    let (kc, mc, nc) = (LONGEST_SUM, A_BYTES / (LONGEST_SUM * 4), B_BYTES / (LONGEST_SUM * 4));
    let pieces =
        [("registers", "L1", [rows, kc, cols]), ("L1", "L2", [mc, kc, cols]), ("L2", "L3", [mc, kc, nc])];
    let mut table = format!(
        "{:12}{:>10}{:>18}{:>12}{:>14}{:>12}\n",
        "stays in", "from", "piece m×k×n", "FLOP/byte", "needs GB/s", "has GB/s"
    );
    for (keeps, from, piece) in pieces {
        let work = Work::accumulating(piece, 4);
        let roof = machine.roof(from);
        let _ = writeln!(
            table,
            "{keeps:12}{from:>10}{:>18}{:12.1}{:14.1}{:12.1}",
            format!("{}×{}×{}", piece[0], piece[1], piece[2]),
            work.intensity(),
            machine.flops / work.intensity() / 1e9,
            roof.bandwidth / 1e9
        );
    }
    println!("the same formula at every border\n\n{table}");
    record.timed_text("borders", &table);
}

// ---- points for the figure, as the border of the processor sees them

fn place(machine: &Machine) -> Vec<roofline::Point> {
    let mut points = Vec::new();
    for (name, f, _, _) in RUNGS {
        points.push(roofline::Point {
            name: name.to_owned(),
            intensity: Work::product([N; 3], 4).intensity(),
            rate: rung(f),
            full: true,
        });
    }
    let set = machine.levels[machine.levels.len() - 1].set;
    for (name, n) in [("y + a·x, near", 1 << 11), ("y + a·x, from memory", set / 8)] {
        let (x, mut y) = (noise(n, 1), noise(n, 2));
        let seconds = median(|| {
            axpy(1e-6, black_box(&x), &mut y);
            black_box(&y);
        });
        let work = Work::axpy(n, 4);
        points.push(roofline::Point {
            name: name.to_owned(),
            intensity: work.intensity(),
            rate: work.flop / seconds,
            full: false,
        });
    }
    points
}

/// One product with the code of the crate, in seconds.
pub(crate) fn product([m, k, n]: [usize; 3], a: &[f32], b: &[f32], c: &mut [f32]) {
    gemm(1.0, View::new(a, [m, k]), View::new(b, [k, n]), 0.0, ViewMut::new(c, [m, n]));
}
