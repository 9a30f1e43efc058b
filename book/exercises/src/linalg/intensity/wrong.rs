//! Counts that people make.

use super::solution::{batch, bytes, flop, seconds};
use super::{Bytes, Flop, Spec};

type Wrong = crate::spec::Wrong<Spec>;

/// The batch from counts that are straight lines in m, whatever they are.
fn batch_by(flop: Flop, bytes: Bytes, [k, n, size]: [usize; 3], flops: f64, bandwidth: f64) -> Option<usize> {
    let lead = |m: usize| flop([m, k, n]) / flops - bytes([m, k, n], size, 0.0) / bandwidth;
    let (at_none, row) = (lead(0), lead(1) - lead(0));
    if lead(1) >= 0.0 {
        return Some(1);
    }
    (row > 0.0).then(|| (-at_none / row).ceil().max(1.0) as usize)
}

/// All four functions from two counts.
macro_rules! counts {
    ($flop:expr, $bytes:expr) => {
        (
            $flop,
            $bytes,
            |shape, size, beta, flops, bandwidth| {
                ($flop(shape) / flops).max($bytes(shape, size, beta) / bandwidth)
            },
            |k, n, size, flops, bandwidth| batch_by($flop, $bytes, [k, n, size], flops, bandwidth),
        )
    };
}

/// The same with the right batch: somebody who derived it on paper.
macro_rules! counts_only {
    ($flop:expr, $bytes:expr) => {
        (
            $flop,
            $bytes,
            |shape, size, beta, flops, bandwidth| {
                ($flop(shape) / flops).max($bytes(shape, size, beta) / bandwidth)
            },
            batch,
        )
    };
}

/// One of the two counts is wrong, alone or with what follows from it.
macro_rules! both_ways {
    ($name:literal, $flop:expr, $bytes:expr, $message:literal, $question:literal) => {
        Wrong::new($name, counts!($flop, $bytes), $message, $question)
            .or(counts_only!($flop, $bytes))
            .or(($flop, $bytes, seconds, batch))
    };
}

/// A wrong time from right counts.
macro_rules! time {
    ($name:literal, $seconds:expr, $message:literal, $question:literal) => {
        Wrong::new($name, (flop, bytes, $seconds, batch), $message, $question)
    };
}

/// A wrong batch from right counts.
macro_rules! rows {
    ($name:literal, $batch:expr, $message:literal, $question:literal) => {
        Wrong::new($name, (flop, bytes, seconds, $batch), $message, $question)
    };
}

fn f([m, k, n]: [usize; 3]) -> [f64; 3] {
    [m as f64, k as f64, n as f64]
}

fn without_two(shape: [usize; 3]) -> f64 {
    0.5 * flop(shape)
}

fn first_is_free(shape: [usize; 3]) -> f64 {
    let [m, k, n] = f(shape);
    m * n * (2.0 * k - 1.0).max(0.0)
}

fn whole(shape: [usize; 3]) -> f64 {
    let [m, k, n] = shape.map(|x| x as u64);
    2_u64.wrapping_mul(m).wrapping_mul(k).wrapping_mul(n) as f64
}

fn whole_or_panic(shape: [usize; 3]) -> f64 {
    let [m, k, n] = shape;
    let product = m.checked_mul(k).and_then(|x| x.checked_mul(n)).and_then(|x| x.checked_mul(2));
    product.expect("attempt to multiply with overflow") as f64
}

fn cubed(shape: [usize; 3]) -> f64 {
    2.0 * (shape[2] as f64).powi(3)
}

fn cubed_rows(shape: [usize; 3]) -> f64 {
    2.0 * (shape[0] as f64).powi(3)
}

fn multiply_add_and_store(shape: [usize; 3]) -> f64 {
    1.5 * flop(shape)
}

fn always_f64(shape: [usize; 3], _: usize, beta: f64) -> f64 {
    bytes(shape, 8, beta)
}

fn always_f32(shape: [usize; 3], _: usize, beta: f64) -> f64 {
    bytes(shape, 4, beta)
}

fn elements(shape: [usize; 3], _: usize, beta: f64) -> f64 {
    bytes(shape, 1, beta)
}

fn bits(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    8.0 * bytes(shape, size, beta)
}

fn c_always_read(shape: [usize; 3], size: usize, _: f64) -> f64 {
    bytes(shape, size, 1.0)
}

fn c_never_read(shape: [usize; 3], size: usize, _: f64) -> f64 {
    bytes(shape, size, 0.0)
}

fn c_read_not_written(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, _, n] = f(shape);
    bytes(shape, size, beta) - size as f64 * m * n
}

fn without_c(shape: [usize; 3], size: usize, _: f64) -> f64 {
    let [m, k, n] = f(shape);
    size as f64 * (m * k + k * n)
}

fn without_a(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, _] = f(shape);
    bytes(shape, size, beta) - size as f64 * m * k
}

fn without_b(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [_, k, n] = f(shape);
    bytes(shape, size, beta) - size as f64 * k * n
}

fn weights(shape: [usize; 3], size: usize, _: f64) -> f64 {
    let [_, k, n] = f(shape);
    size as f64 * k * n
}

fn every_load(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, n] = f(shape);
    size as f64 * (2.0 * m * k * n + if beta == 0.0 { m * n } else { 2.0 * m * n })
}

fn b_for_every_row(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, n] = f(shape);
    bytes(shape, size, beta) + size as f64 * (m - 1.0) * k * n
}

fn c_for_every_step(shape: [usize; 3], size: usize, _: f64) -> f64 {
    let [m, k, n] = f(shape);
    size as f64 * (m * k + k * n + 2.0 * m * k * n)
}

fn three_squares(shape: [usize; 3], size: usize, _: f64) -> f64 {
    3.0 * size as f64 * (shape[2] as f64).powi(2)
}

fn c_of_a(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, n] = f(shape);
    let visits = if beta == 0.0 { 1.0 } else { 2.0 };
    size as f64 * (m * k + k * n + visits * m * k)
}

fn b_is_m_by_k(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, n] = f(shape);
    bytes(shape, size, beta) + size as f64 * (m * k - k * n)
}

fn read_if_positive(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    bytes(shape, size, if beta > 0.0 { 1.0 } else { 0.0 })
}

fn read_if_one(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    bytes(shape, size, if beta == 1.0 { 1.0 } else { 0.0 })
}

fn read_if_zero(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    bytes(shape, size, if beta == 0.0 { 1.0 } else { 0.0 })
}

fn read_if_not_tiny(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    bytes(shape, size, if beta.abs() > 1e-12 { 1.0 } else { 0.0 })
}

fn weighted_read(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, _, n] = f(shape);
    bytes(shape, size, 0.0) + size as f64 * beta * m * n
}

fn read_instead_of_written(shape: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, n] = f(shape);
    size as f64 * (m * k + k * n + if beta == 0.0 { 0.0 } else { m * n })
}

/// The ridge, and a batch that makes up for it with nothing but the weights.
#[allow(clippy::unnecessary_wraps)] // the signature of the exercise
fn rule_of_thumb(_: usize, _: usize, size: usize, flops: f64, bandwidth: f64) -> Option<usize> {
    Some((0.5 * size as f64 * flops / bandwidth).ceil().max(1.0) as usize)
}

#[allow(clippy::unnecessary_wraps)] // the signature of the exercise
fn ridge_itself(_: usize, _: usize, _: usize, flops: f64, bandwidth: f64) -> Option<usize> {
    Some((flops / bandwidth).ceil().max(1.0) as usize)
}

/// The reference's quotient before it is rounded.
fn exact(k: usize, n: usize, size: usize, flops: f64, bandwidth: f64) -> f64 {
    let once = size as f64 * k as f64 * n as f64 / bandwidth;
    once / (flop([1, k, n]) / flops - size as f64 * (k + n) as f64 / bandwidth)
}

fn possible(k: usize, n: usize, size: usize, flops: f64, bandwidth: f64) -> bool {
    flop([1, k, n]) / flops > size as f64 * (k + n) as f64 / bandwidth
}

fn only(k: usize, n: usize, size: usize, flops: f64, bandwidth: f64, m: f64) -> Option<usize> {
    possible(k, n, size, flops, bandwidth).then_some(m as usize)
}

/// The first batch up to `limit`, tried one after the other.
fn tried(k: usize, n: usize, size: usize, flops: f64, bandwidth: f64, limit: usize) -> Option<usize> {
    let enough = |m: &usize| flop([*m, k, n]) / flops >= bytes([*m, k, n], size, 0.0) / bandwidth;
    (1..=limit).find(enough)
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = of_counts();
    all.extend(of_traffic_of_c());
    all.extend(of_times());
    all.extend(of_batches());
    all
}

fn of_counts() -> Vec<Wrong> {
    vec![
        both_ways!(
            "without-two",
            without_two,
            bytes,
            "m·k·n operations: multiply-adds, counted as one each",
            "A machine whose sheet says 100 GFLOP/s: how many multiply-adds does it do in a second?"
        ),
        both_ways!(
            "first-is-free",
            first_is_free,
            bytes,
            "m·n·(2k − 1) operations: the first product of each sum is not added to anything",
            "What does the task say there is for every i, j and p?"
        ),
        both_ways!(
            "counts-stores",
            multiply_add_and_store,
            bytes,
            "3·m·k·n operations: a multiplication, an addition and an assignment",
            "Which of your three does a vector unit for arithmetic do?"
        ),
        both_ways!(
            "overflows",
            whole,
            bytes,
            "a count in 64-bit integers, which wraps around",
            "How large is 2·5,000,000·4,000,000·3,000,000, and what is the largest number your type holds?"
        )
        .or(counts!(whole_or_panic, bytes))
        .or(counts_only!(whole_or_panic, bytes)),
        both_ways!(
            "square-flop",
            cubed,
            bytes,
            "2n³ operations, whatever m and k are",
            "What does your count say of a product of one row?"
        )
        .or(counts!(cubed_rows, bytes))
        .or(counts_only!(cubed_rows, bytes)),
        both_ways!(
            "always-f64",
            flop,
            always_f64,
            "traffic of elements of 8 bytes, whatever `size` says",
            "How many bytes does a weight of a model in bf16 have?"
        ),
        both_ways!(
            "always-f32",
            flop,
            always_f32,
            "traffic of elements of 4 bytes, whatever `size` says",
            "Where does your count use `size`?"
        ),
        both_ways!(
            "elements",
            flop,
            elements,
            "a count of elements, not of bytes",
            "In which unit is the bandwidth given?"
        ),
        both_ways!(
            "bits",
            flop,
            bits,
            "a count of bits",
            "In which unit is the bandwidth given, and in which one is your count?"
        ),
        both_ways!(
            "every-load",
            flop,
            every_load,
            "the loads of three naive loops: two for each multiplication, as if nothing were ever kept",
            "A number that is still in the cache: does it cross the border again?"
        ),
        both_ways!(
            "b-for-every-row",
            flop,
            b_for_every_row,
            "traffic in which B is fetched anew for each row of A",
            "How often does the task let B cross the border, and what does a batch share?"
        ),
        both_ways!(
            "square-bytes",
            flop,
            three_squares,
            "three matrices of n × n",
            "How many numbers does A have when m is 1?"
        ),
        both_ways!(
            "without-a",
            flop,
            without_a,
            "traffic without A",
            "Whose rows are multiplied, and where do they come from?"
        ),
        both_ways!(
            "without-b",
            flop,
            without_b,
            "traffic without B",
            "Which of the three matrices is by far the largest when a token is written?"
        ),
        both_ways!(
            "weights-only",
            flop,
            weights,
            "traffic of B alone: right for one row, as long as it is only one",
            "With 10,000 rows, what else crosses the border?"
        ),
        both_ways!(
            "b-with-the-shape-of-a",
            flop,
            b_is_m_by_k,
            "traffic in which B has as many elements as A",
            "Which two of m, k and n are the sides of B?"
        ),
        both_ways!(
            "c-with-the-shape-of-a",
            flop,
            c_of_a,
            "traffic in which C has as many elements as A",
            "Which two of m, k and n are the sides of C?"
        ),
    ]
}

fn of_traffic_of_c() -> Vec<Wrong> {
    vec![
        both_ways!(
            "c-always-read",
            flop,
            c_always_read,
            "traffic in which C is fetched even where beta is 0",
            "If C held NaN before a product with beta = 0, would the result be NaN?"
        ),
        both_ways!(
            "c-never-read",
            flop,
            c_never_read,
            "traffic in which C is only ever written",
            "Where does the old C come from when something is added to it?"
        ),
        both_ways!(
            "without-c",
            flop,
            without_c,
            "traffic without C",
            "Where is the result, once the product is done?"
        ),
        both_ways!(
            "c-counted-once",
            flop,
            c_read_not_written,
            "traffic in which C is missing once: written but not fetched, or not written at all",
            "For beta = 1, how often does an element of C cross the border, and in which directions?"
        )
        .or(counts!(flop, read_instead_of_written))
        .or(counts_only!(flop, read_instead_of_written)),
        both_ways!(
            "c-for-every-step",
            flop,
            c_for_every_step,
            "traffic in which C is fetched and written for every step of every sum",
            "Which rung of the ladder did you count, and what does the tile keep in registers?"
        ),
        both_ways!(
            "beta-positive",
            flop,
            read_if_positive,
            "traffic in which C is fetched only where beta is positive",
            "What is the product with beta = −2 made of?"
        ),
        both_ways!(
            "beta-one",
            flop,
            read_if_one,
            "traffic in which C is fetched only where beta is 1",
            "For which values of beta can the result be known without the old C?"
        ),
        both_ways!(
            "beta-inverted",
            flop,
            read_if_zero,
            "traffic in which C is fetched where beta is 0, and only there",
            "If the old C is multiplied by 0, who needs to know it?"
        ),
        both_ways!(
            "beta-tiny",
            flop,
            read_if_not_tiny,
            "traffic in which C is not fetched where beta is small",
            "If C holds 1e300 and beta is 1e−300, what does the product add?"
        ),
        both_ways!(
            "beta-weighted",
            flop,
            weighted_read,
            "traffic in which C is fetched beta times",
            "How many bytes does an element have when it is about to be multiplied by one half?"
        ),
    ]
}

fn of_times() -> Vec<Wrong> {
    vec![
        time!(
            "adds",
            |shape, size, beta, flops, bandwidth| flop(shape) / flops + bytes(shape, size, beta) / bandwidth,
            "the sum of both times: first everything is fetched, then everything is computed",
            "What do the vector units do while the next line is on its way?"
        ),
        time!(
            "the-shorter",
            |shape, size, beta, flops, bandwidth| (flop(shape) / flops)
                .min(bytes(shape, size, beta) / bandwidth),
            "the shorter of both times",
            "Who of two that work side by side decides when both are done?"
        )
        .show("3×5 by 5×7, bound by memory"),
        time!(
            "memory-alone",
            |shape, size, beta, _, bandwidth| bytes(shape, size, beta) / bandwidth,
            "the time of the transport alone",
            "What limits a product of two large squares?"
        )
        .or((
            flop,
            bytes,
            |shape, size, beta, _, bandwidth| {
                let intensity = flop(shape) / bytes(shape, size, beta);
                flop(shape) / (intensity * bandwidth)
            },
            batch,
        )),
        time!(
            "arithmetic-alone",
            |shape, _, _, flops, _| flop(shape) / flops,
            "the time of the arithmetic alone",
            "A machine with twice the FLOP/s and the same memory: how much sooner is a single row done?"
        ),
        time!(
            "mean",
            |shape, size, beta, flops, bandwidth| f64::midpoint(
                flop(shape) / flops,
                bytes(shape, size, beta) / bandwidth
            ),
            "the mean of both times",
            "If one of the two times goes to 0, how long does the other still take?"
        ),
        time!(
            "units-of-giga",
            |shape, size, beta, flops, bandwidth| 1e-9
                * (flop(shape) / flops).max(bytes(shape, size, beta) / bandwidth),
            "times that are too short by a factor of 10⁹",
            "Are `flops` and `bandwidth` given per second, or in billions per second?"
        )
        .or((
            flop,
            bytes,
            |shape, size, beta, flops, bandwidth| {
                1e9 * (flop(shape) / flops).max(bytes(shape, size, beta) / bandwidth)
            },
            batch,
        )),
        time!(
            "a-rate",
            |shape, size, beta, flops, bandwidth| {
                let intensity = flop(shape) / bytes(shape, size, beta);
                (intensity * bandwidth).min(flops)
            },
            "operations per second, not seconds",
            "What do you have to divide by what you return, to get a time?"
        ),
        time!(
            "beta-forgotten",
            |shape, size, _, flops, bandwidth| (flop(shape) / flops).max(bytes(shape, size, 0.0) / bandwidth),
            "times that know nothing of beta",
            "Which traffic does your time use, and which does `bytes` return?"
        ),
    ]
}

fn of_batches() -> Vec<Wrong> {
    vec![
        rows!(
            "weights-against-rows",
            rule_of_thumb,
            "the rule of thumb, `size`/2 operations per byte of ridge: rows come and go for free",
            "What crosses the border for every single row, and which matrix is so thin that it matters?"
        )
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            only(k, n, size, flops, bandwidth, (0.5 * size as f64 * flops / bandwidth).ceil().max(1.0))
        })),
        rows!(
            "ridge-as-batch",
            ridge_itself,
            "the ridge itself: operations per byte, taken for rows",
            "How many operations does one row do with a weight, and how many bytes does a weight have?"
        )
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            only(k, n, size, flops, bandwidth, (flops / bandwidth).ceil().max(1.0))
        })),
        rows!(
            "rounded-down",
            |k, n, size, flops, bandwidth| {
                only(k, n, size, flops, bandwidth, exact(k, n, size, flops, bandwidth).floor())
            },
            "a batch rounded down, which is bound by memory still",
            "Put your batch into both times: which one is longer?"
        )
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            only(k, n, size, flops, bandwidth, exact(k, n, size, flops, bandwidth).floor().max(1.0))
        })),
        rows!(
            "rounded",
            |k, n, size, flops, bandwidth| {
                only(k, n, size, flops, bandwidth, exact(k, n, size, flops, bandwidth).round().max(1.0))
            },
            "a batch rounded to the nearest number",
            "Put your batch into both times: which one is longer?"
        ),
        rows!(
            "one-more",
            |k, n, size, flops, bandwidth| {
                only(k, n, size, flops, bandwidth, exact(k, n, size, flops, bandwidth).floor() + 1.0)
            },
            "the first batch at which arithmetic takes longer, not at least as long",
            "What if both times are the same to the last digit?"
        ),
        rows!(
            "never-none",
            |k, n, size, flops, bandwidth| {
                let m = exact(k, n, size, flops, bandwidth);
                Some(if m > 0.0 { m.ceil().max(1.0) as usize } else { 1 })
            },
            "a batch even where none is large enough",
            "Take k = 64 and n = 16 and a batch of a million: which of the two times is longer?"
        )
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            Some(exact(k, n, size, flops, bandwidth).ceil().max(1.0) as usize)
        }))
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            Some(exact(k, n, size, flops, bandwidth).ceil() as usize)
        }))
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            let m = exact(k, n, size, flops, bandwidth);
            Some(if m > 0.0 { m.ceil().max(1.0) as usize } else { usize::MAX })
        }))
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            let m = exact(k, n, size, flops, bandwidth);
            Some(if m > 0.0 { m.ceil().max(1.0) as usize } else { 0 })
        }))
        .show("a thin matrix"),
        rows!(
            "infinite-batch",
            |k, n, size, flops, bandwidth| {
                let m = exact(k, n, size, flops, bandwidth);
                (m > 0.0).then(|| m.ceil().max(1.0) as usize)
            },
            "a batch of 2⁶⁴ − 1 where both times grow equally fast",
            "What does your quotient do when a row's arithmetic takes exactly as long as its traffic?"
        )
        .show("as fast only in the limit"),
        rows!(
            "gives-up",
            |k, n, size, flops, bandwidth| tried(k, n, size, flops, bandwidth, 1024),
            "a search that stops before the batch is reached",
            "Two straight lines meet somewhere, or nowhere: can you tell without trying?"
        )
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| tried(k, n, size, flops, bandwidth, 4096)))
        .show("barely"),
        rows!(
            "batch-adds-to-c",
            |k, n, size, flops, bandwidth| {
                let gain = flop([1, k, n]) / flops - (size * (k + 2 * n)) as f64 / bandwidth;
                let once = (size * k * n) as f64 / bandwidth;
                (gain > 0.0).then(|| (once / gain).ceil().max(1.0) as usize)
            },
            "a batch whose rows are fetched and written on the way out",
            "Which beta does the task give for the batch?"
        ),
        rows!(
            "square-batch",
            |_, n, size, flops, bandwidth| batch(n, n, size, flops, bandwidth),
            "the batch of a square matrix, n × n",
            "Where does your batch use k?"
        )
        .or((flop, bytes, seconds, |k, _, size, flops, bandwidth| batch(k, k, size, flops, bandwidth))),
        rows!(
            "a-in-c-out-forgotten",
            |k, n, size, flops, bandwidth| {
                let gain = flop([1, k, n]) / flops - (size * k) as f64 / bandwidth;
                let once = (size * k * n) as f64 / bandwidth;
                (gain > 0.0).then(|| (once / gain).ceil().max(1.0) as usize)
            },
            "a batch whose rows come in for free or go out for free",
            "A row enters with k numbers. With how many does it leave?"
        )
        .or((flop, bytes, seconds, |k, n, size, flops, bandwidth| {
            let gain = flop([1, k, n]) / flops - (size * n) as f64 / bandwidth;
            let once = (size * k * n) as f64 / bandwidth;
            (gain > 0.0).then(|| (once / gain).ceil().max(1.0) as usize)
        })),
    ]
}
