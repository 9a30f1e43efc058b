//! When a second thread helps, and when it hurts.

use crate::decode::within;
use crate::record::Record;
use crate::{Machine, median, noise, product, quick};
use linalg::gemm::{MULTIPLICATIONS_WORTH_A_THREAD, ladder, pieces};
use linalg::{View, ViewMut, par};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

pub(crate) fn all(machine: &Machine, record: &mut Record) {
    let wake = waking(machine, record);
    sizes(machine, wake, record);
    queue(machine, record);
}

/// What it costs to hand two pieces of nothing to two threads, in seconds. Each piece waits until the other has begun: otherwise the first
/// thread would do both before the second is awake.
fn waking(machine: &Machine, record: &mut Record) -> f64 {
    let both = Barrier::new(2);
    let meet = || {
        par::for_each(2, true, |_| {
            both.wait();
        });
    };
    let wake = within(machine.cores.max(2), || median(meet));
    println!("two pieces of nothing on two threads: {:.1} µs\n", wake * 1e6);
    record.timing("wake_us", wake * 1e6);
    // half of the work is saved; that is worth it when half of its time is longer than waking
    let even = 2.0 * wake * machine.flops / 2.0;
    record.timing("even_multiplications", even / 1e6);
    record.value("worth_multiplications", MULTIPLICATIONS_WORTH_A_THREAD as f64 / 1e6, 0.0);
    wake
}

// ANCHOR: always
/// What somebody writes who has threads: the rows in as many parts as there are threads, always.
fn split_always(n: usize, a: &[f32], b: &[f32], c: &mut [f32]) {
    let rows = n.div_ceil(par::threads());
    par::for_each_chunk(c, rows * n, true, |i, c| {
        let (m, a) = (c.len() / n, &a[i * rows * n..]);
        ladder::tiled(View::new(&a[..m * n], [m, n]), View::new(b, [n, n]), ViewMut::new(c, [m, n]));
    });
}
// ANCHOR_END: always

/// One thread, always all, and as many as have enough to do.
fn sizes(machine: &Machine, wake: f64, record: &mut Record) {
    let threads = machine.cores.max(2);
    let mut table = format!(
        "{:>6}{:>14}{:>16}{:>16}{:>12}{:>10}\n",
        "n", "one, µs", "always, µs", "here, µs", "gain here", "pieces"
    );
    for n in [16, 32, 64, 96, 128, 192, 256, 512, 1024] {
        let (a, b, mut c) = (noise(n * n, 1), noise(n * n, 2), vec![0.0; n * n]);
        let mut time = |f: &mut (dyn FnMut(&mut [f32]) + Send)| {
            within(threads, || {
                median(|| {
                    f(&mut c);
                    black_box(&c);
                })
            })
        };
        let one = time(&mut |c| {
            ladder::tiled(View::new(&a, [n, n]), View::new(&b, [n, n]), ViewMut::new(c, [n, n]));
        });
        let always = time(&mut |c| split_always(n, &a, &b, c));
        let here = time(&mut |c| product([n; 3], &a, &b, c));
        let _ = writeln!(
            table,
            "{n:6}{:14.1}{:16.1}{:16.1}{:12.2}{:10}",
            one * 1e6,
            always * 1e6,
            here * 1e6,
            one / here,
            pieces([n; 3], threads)
        );
        if [32, 64, 512, 1024].contains(&n) {
            record.timing(&format!("always_{n}"), always / one);
            record.timing(&format!("here_{n}"), one / here);
        }
    }
    println!("C = A·B, f32, {threads} threads (waking {:.1} µs)\n\n{table}", wake * 1e6);
    record.timed_text("sizes", &table);
}

/// As many workers as cores, each answering requests one after the other; each with a pool of its own. What a server does whose workers
/// do not know of one another.
fn queue(machine: &Machine, record: &mut Record) {
    const SIZE: usize = 256;
    let requests = if quick() { 20 } else { 300 };
    let workers = machine.cores.max(2);
    let mut table = format!(
        "{:>20}{:>18}{:>14}{:>12}{:>12}\n",
        "threads per worker", "threads in all", "requests/s", "p50, ms", "p99, ms"
    );
    let mut first = (0.0, 0.0);
    for threads in [1, workers, 4 * workers] {
        let begin = Instant::now();
        let mut times: Vec<f64> = std::thread::scope(|scope| {
            let work = || {
                let (a, b, mut c) = (noise(SIZE * SIZE, 1), noise(SIZE * SIZE, 2), vec![0.0; SIZE * SIZE]);
                within(threads, || {
                    (0..requests)
                        .map(|_| {
                            let start = Instant::now();
                            for _ in 0..4 {
                                product([SIZE; 3], &a, &b, &mut c);
                            }
                            black_box(&c);
                            start.elapsed().as_secs_f64()
                        })
                        .collect::<Vec<_>>()
                })
            };
            let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            handles.into_iter().flat_map(|handle| handle.join().expect("a worker ends")).collect()
        });
        let rate = times.len() as f64 / begin.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        let _ = writeln!(
            table,
            "{threads:20}{:18}{rate:14.0}{:12.2}{:12.2}",
            threads * workers,
            p50 * 1e3,
            p99 * 1e3
        );
        if threads == 1 {
            first = (rate, p99);
        } else {
            let key = if threads == workers { "cores" } else { "many" };
            record.timing(&format!("queue_rate_{key}"), rate / first.0);
            record.timing(&format!("queue_p99_{key}"), p99 / first.1);
        }
    }
    println!("{workers} workers, each request four products of {SIZE}³\n\n{table}");
    record.timing("queue_workers", workers as f64);
    record.timed_text("queue", &table);
}
