//! What a decomposition gains from threads that are kept awake: the numbers of *The matrix product as hardware sees it*.
//!
//!     cargo run --release -p linalg --example awake

#[path = "../../book/record.rs"]
mod record;

use linalg::{Cholesky, Mat, Qr, Svd, SymmetricEigen, par};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Below [`par::LARGE`], at it, and above.
const SIZES: [usize; 3] = [256, 512, 1024];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record = record::Record::new("linalg", "awake").settings("f64");
    let cores = std::thread::available_parallelism()?.get().max(2);
    let pools = [pool(1)?, pool(cores)?];
    let mut table =
        format!("{:>6}{:>12}{:>14}{:>16}{:>14}\n", "n", "", "one core, ms", "all cores, ms", "share");
    let untimed = record::untimed();
    for n in SIZES.into_iter().filter(|&n| !untimed || n < SIZES[2]) {
        let a = Mat::from_fn(n, n, noise);
        let symmetric = Mat::from_fn(n, n, |i, j| a[[i, j]] + a[[j, i]]);
        let heavy = |i, j| symmetric[[i, j]] + if i == j { 2.0 * n as f64 } else { 0.0 };
        let positive = Mat::from_fn(n, n, heavy);
        let all: [(&str, &(dyn Fn() + Sync)); 4] = [
            ("Cholesky", &|| drop(black_box(Cholesky::new(positive.view())))),
            ("QR", &|| drop(black_box(Qr::new(a.view())))),
            ("symmetric", &|| drop(black_box(SymmetricEigen::new(symmetric.view())))),
            ("SVD", &|| drop(black_box(Svd::new(a.view())))),
        ];
        for (name, f) in all {
            let seconds = if untimed { 0.0 } else { 1.0 };
            let [one, many] = pools.each_ref().map(|pool| pool.install(|| median(seconds, f)));
            let _ =
                writeln!(table, "{n:6}{name:>12}{:14.2}{:16.2}{:14.2}", one * 1e3, many * 1e3, many / one);
        }
    }
    let line = if untimed { 0.0 } else { round_trip() * 1e9 };
    println!(
        "{cores} threads; a line of the cache goes to the other core and back in {line:.0} ns\n\n{table}"
    );
    record.timing("cores", cores as f64);
    record.timing("line_ns", line);
    record.value("large", par::LARGE as f64, 0.0);
    record.timed_text("shares", &table);
    record.write()?;
    Ok(())
}

fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()
}

/// How long a line of the cache takes to the other core and back: two threads that write it in turns.
fn round_trip() -> f64 {
    const TURNS: usize = 100_000;
    let turn = AtomicUsize::new(0);
    let play = |mine: usize| {
        for round in 0..TURNS {
            while turn.load(Ordering::Acquire) != 2 * round + mine {
                std::hint::spin_loop();
            }
            turn.store(2 * round + mine + 1, Ordering::Release);
        }
    };
    let begin = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| play(1));
        play(0);
    });
    begin.elapsed().as_secs_f64() / TURNS as f64
}

/// The median time of calls that take so many seconds together, three at least.
fn median(seconds: f64, f: &dyn Fn()) -> f64 {
    f();
    let (begin, mut times) = (Instant::now(), Vec::new());
    while times.len() < 3 || begin.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        f();
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A number between −1/2 and 1/2 that depends on its place.
fn noise(i: usize, j: usize) -> f64 {
    let x = (i * 1_000_003 + j + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (x >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}
