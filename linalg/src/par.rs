//! Threads, in one file: the only place that knows rayon. Chapter: *Tensors and matmul*.
//!
//! The rule that keeps results the same at any thread count: work is split by *shape*, and never across a reduction.

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
        (0..n).into_par_iter().for_each(f);
        return;
    }
    let _ = parallel;
    (0..n).for_each(f);
}
