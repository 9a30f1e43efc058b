//! Threads: the only file that knows rayon. Chapter: *The matrix product as hardware sees it*. How those that are awake share pieces is in
//! `team.rs`.
//!
//! The rule that keeps results the same at any thread count: work is split by *shape*. A sum is not split at all, or into the same parts whoever
//! computes them.

#[cfg(feature = "native")]
use crate::team;
#[cfg(feature = "native")]
use std::sync::{Arc, Mutex, PoisonError};

/// From so many rows on, a decomposition takes a millisecond or more, and keeps a second thread awake.
pub const LARGE: usize = 512;

/// How many threads the current pool has (1 without the feature `native`).
pub fn threads() -> usize {
    #[cfg(feature = "native")]
    {
        rayon::current_num_threads()
    }
    #[cfg(not(feature = "native"))]
    {
        1
    }
}

/// Splits `data` into chunks of `chunk` elements and runs `f(index, chunk)` for each, on all threads if `parallel`.
///
/// The caller decides `parallel` from the amount of work, never from the thread count.
pub fn for_each_chunk<T: Send>(
    data: &mut [T],
    chunk: usize,
    parallel: bool,
    f: impl Fn(usize, &mut [T]) + Sync + Send,
) {
    #[cfg(feature = "native")]
    if parallel && threads() > 1 {
        use rayon::prelude::*;
        if team::is_member() {
            return for_each_chunks([data], [chunk], true, |i, [c]| f(i, c));
        }
        data.par_chunks_mut(chunk).enumerate().for_each(|(i, c)| f(i, c));
        return;
    }
    let _ = parallel;
    for (i, c) in data.chunks_mut(chunk).enumerate() {
        f(i, c);
    }
}

/// Runs `f(0)`, …, `f(n − 1)`, on all threads if `parallel`, in no particular order.
///
/// The caller decides `parallel` from the amount of work, never from the thread count.
pub fn for_each(n: usize, parallel: bool, f: impl Fn(usize) + Sync + Send) {
    #[cfg(feature = "native")]
    if parallel && threads() > 1 {
        use rayon::prelude::*;
        if !team::share(n, &f) {
            (0..n).into_par_iter().for_each(f);
        }
        return;
    }
    let _ = parallel;
    (0..n).for_each(f);
}

/// Runs both, at the same time if `parallel` and a thread is free.
///
/// ```
/// let (mut sum, mut product) = (0, 1);
/// linalg::par::join(false, || sum = (1..=5).sum(), || product = (1..=5).product());
/// assert_eq!((sum, product), (15, 120));
/// ```
///
/// The caller decides `parallel` from the amount of work, never from the thread count.
pub fn join(parallel: bool, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    #[cfg(feature = "native")]
    if parallel && threads() > 1 {
        if team::is_member() {
            let (a, b) = (Mutex::new(Some(a)), Mutex::new(Some(b)));
            team::share(2, &|i| if i == 0 { once(&a) } else { once(&b) });
        } else {
            rayon::join(a, b);
        }
        return;
    }
    let _ = parallel;
    a();
    b();
}

/// Calls what can be called once.
#[cfg(feature = "native")]
fn once(f: &Mutex<Option<impl FnOnce()>>) {
    let f = f.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(f) = f {
        f();
    }
}

/// Runs `f` on a thread of the pool, if there are several, and waits for it.
///
/// A thread outside of the pool hands over each piece of work that it wants shared, sleeps, and is woken again. Whoever has a thousand such
/// pieces goes inside once.
///
/// ```
/// assert_eq!(linalg::par::inside(|| 6 * 7), 42);
/// ```
pub fn inside<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    #[cfg(feature = "native")]
    if threads() > 1 && !is_inside() {
        return rayon::join(f, || {}).0;
    }
    f()
}

/// Whether other threads can take pieces from this one without its going anywhere: it belongs to the pool, or works inside [`awake`].
pub fn is_inside() -> bool {
    #[cfg(feature = "native")]
    {
        is_awake() || rayon::current_thread_index().is_some()
    }
    #[cfg(not(feature = "native"))]
    {
        true
    }
}

/// Whether this thread works inside [`awake`]: then another one takes a piece of work within a microsecond.
pub fn is_awake() -> bool {
    #[cfg(feature = "native")]
    {
        team::is_member()
    }
    #[cfg(not(feature = "native"))]
    {
        false
    }
}

/// Runs `f` while the other threads, if there are any and `parallel`, do nothing but look for pieces of its work.
///
/// A thread without work soon sleeps, and waking it takes longer than most pieces of a decomposition. Here they poll instead, until `f` is
/// done. That costs the other cores for as long, so it is for computations of a millisecond and more that go back and forth between
/// large pieces and small ones.
///
/// `f` stays on the thread that calls, with its caches, and waits for nobody: a thread that comes late, since it had to be woken or has other
/// work, finds less to do. Work of the pool that does not belong to `f` goes on where there are no pieces; but a thread that waits for a part of
/// such work, and takes this up meanwhile, comes back to it only when `f` has ended.
///
/// ```
/// let mut sums = [0, 0];
/// linalg::par::awake(true, || {
///     for i in 0..1000 {
///         linalg::par::for_each_chunk(&mut sums, 1, true, |_, sum| sum[0] += i);
///     }
/// });
/// assert_eq!(sums, [499_500; 2]);
/// ```
// ANCHOR: awake
pub fn awake<R>(parallel: bool, f: impl FnOnce() -> R) -> R {
    #[cfg(feature = "native")]
    if parallel && threads() > 1 && !is_awake() {
        let hire = |team: Arc<team::Team>| {
            let other = || rayon::yield_now() == Some(rayon::Yield::Executed);
            rayon::spawn_broadcast(move |_| Arc::clone(&team).serve(other));
        };
        return team::lead(threads() - 1, hire, f);
    }
    let _ = parallel;
    f()
}
// ANCHOR_END: awake

/// Splits several slices alike and runs `f(index, chunks)` for each set of chunks, on all threads if `parallel`: chunk i of
/// slice k has `chunk[k]` elements. All slices must have the same number of chunks; the last may be shorter.
///
/// A row operation that writes a row of output and two statistics splits `[out, stats]` by `[n, 2]`. Allocates nothing.
///
/// ```
/// let (mut squares, mut cubes) = ([0; 6], [0; 3]);
/// linalg::par::for_each_chunks([&mut squares[..], &mut cubes[..]], [2, 1], false, |i, [s, c]| {
///     s.fill(i * i);
///     c[0] = i * i * i;
/// });
/// assert_eq!((squares, cubes), ([0, 0, 1, 1, 4, 4], [0, 1, 8]));
/// ```
///
/// # Panics
/// If the slices have different numbers of chunks.
#[track_caller]
pub fn for_each_chunks<T: Send, const N: usize>(
    data: [&mut [T]; N],
    chunk: [usize; N],
    parallel: bool,
    f: impl Fn(usize, [&mut [T]; N]) + Sync + Send,
) {
    let count = if N == 0 { 0 } else { data[0].len().div_ceil(chunk[0]) };
    for k in 1..N {
        assert!(
            data[k].len().div_ceil(chunk[k]) == count,
            "for_each_chunks: slice 0 has {count} chunks, slice {k} of {} elements has another number",
            data[k].len()
        );
    }
    if count > 0 {
        halve(data, chunk, 0, count, parallel && threads() > 1, &f);
    }
}

/// Halves the range of chunks until one is left, and lets idle threads steal the other halves.
#[cfg_attr(not(feature = "native"), allow(clippy::only_used_in_recursion))]
fn halve<T: Send, const N: usize>(
    data: [&mut [T]; N],
    chunk: [usize; N],
    first: usize,
    count: usize,
    parallel: bool,
    f: &(impl Fn(usize, [&mut [T]; N]) + Sync),
) {
    if count == 1 {
        return f(first, data);
    }
    let mid = count / 2;
    let mut k = 0;
    let mut halves = data.map(|d| {
        k += 1;
        d.split_at_mut(chunk[k - 1] * mid)
    });
    let left = halves.each_mut().map(|h| std::mem::take(&mut h.0));
    let right = halves.map(|h| h.1);
    let left = || halve(left, chunk, first, mid, parallel, f);
    let right = || halve(right, chunk, first + mid, count - mid, parallel, f);
    join(parallel, left, right);
}
