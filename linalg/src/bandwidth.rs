//! How fast numbers come: the second ceiling, beside that of arithmetic in [`peak`](crate::peak). Chapter: *The matrix product as
//! hardware sees it*.

use crate::peak::together;
use crate::simd;
use std::fs;
use std::hint::black_box;

/// The bytes that `threads` cores together read in a second from a set of `bytes` bytes each, again and again.
///
/// Where the set fits decides which cache answers: half of a first-level cache measures that cache, twice the last one measures memory.
/// Every number is used once, in an XOR, which no processor finds harder than to fetch it.
///
/// ```
/// let near = linalg::bandwidth::read(16 * 1024, 1);
/// println!("{:.0} GB/s from the first-level cache", near / 1e9);
/// assert!(near > 1e8);
/// ```
///
/// Takes 20 passes of at least 32 MiB, or 4 if the set is larger than 64 MiB; the best counts, since whatever disturbs a pass makes it
/// slower. The set is allocated and written to by the thread that will read it.
///
/// # Panics
/// If `threads` or `bytes` is 0.
pub fn read(bytes: usize, threads: usize) -> f64 {
    assert!(bytes > 0, "bandwidth::read: an empty set takes no time to read");
    const PASS: usize = 32 << 20;
    let numbers = bytes.div_ceil(size_of::<u32>());
    let repeat = (PASS / bytes).max(1);
    let samples = if bytes > 64 << 20 { 4 } else { 20 };
    together(
        threads,
        samples,
        || {
            let set: Vec<u32> = (0..(numbers + LINE) as u32).collect();
            let start = (set.as_ptr().addr() / size_of::<u32>()).wrapping_neg() % LINE;
            (set, start)
        },
        |(set, start)| {
            let set = &set[*start..][..numbers];
            for _ in 0..repeat {
                black_box(xor(black_box(set)));
            }
            repeat * numbers * size_of::<u32>()
        },
    )
}

/// Numbers in a line of the cache. A set begins where a line does: a vector that lies in two lines is fetched twice.
const LINE: usize = 16;

/// Reads everything and does the least with it that the compiler cannot leave out.
fn xor(set: &[u32]) -> u32 {
    // vectors that are under way at a time: 6 of AVX-512, 12 of AVX2, 24 of NEON; 12 of SSE2's 16
    if cfg!(target_arch = "aarch64") || simd::Level::best() >= simd::Level::Avx2 {
        simd::vectorise(
            #[inline(always)]
            || lanes::<96>(set),
        )
    } else {
        lanes::<48>(set)
    }
}

/// N sums at a time, each of every N-th number. Four places of the set are read side by side: what fetches ahead does so for each of them, and no
/// core asks for all that memory can give with one.
#[inline(always)]
fn lanes<const N: usize>(set: &[u32]) -> u32 {
    let quarter = set.len() / (4 * N);
    let part = |q: usize| &set.as_chunks::<N>().0[q * quarter..][..quarter];
    let parts = [part(0), part(1), part(2), part(3)];
    let mut lanes = [0; N];
    for i in 0..quarter {
        for part in parts {
            for (lane, x) in lanes.iter_mut().zip(&part[i]) {
                *lane ^= x;
            }
        }
    }
    black_box(&lanes); // they are wanted as they are: no clever order of the loop above
    lanes.iter().chain(&set[4 * quarter * N..]).fold(0, |all, x| all ^ x)
}

/// A cache, or memory, and how fast it is.
#[derive(Clone, Debug)]
pub struct Level {
    /// L1, L2, L3, memory.
    pub name: String,
    /// How many bytes it holds, as far as one core sees; `usize::MAX` for memory.
    pub holds: usize,
    /// The bytes for each thread with which it was measured.
    pub set: usize,
    /// Bytes per second, all threads together.
    pub bandwidth: f64,
}

/// Measures every level, the nearest first. With `quick`, memory is measured with 64 MiB, which a large last cache may hold.
///
/// Takes about a second, of which memory takes most. Allocates at most 1 GiB.
///
/// # Panics
/// If `threads` is 0.
pub fn levels(threads: usize, quick: bool) -> Vec<Level> {
    assert!(threads > 0, "bandwidth::levels: no threads, no bytes");
    let caches = caches();
    let mut levels = Vec::with_capacity(caches.len() + 1);
    for (i, &holds) in caches.iter().enumerate() {
        // half of a core's own cache; between the last two, where the last is shared
        let set = if i < 2 {
            holds / 2
        } else {
            let below = caches[i - 1] as f64;
            ((below * holds as f64).sqrt() as usize / threads).max(2 * caches[i - 1])
        };
        levels.push((format!("L{}", i + 1), holds, set));
    }
    levels.push(("memory".to_owned(), usize::MAX, memory_set(&caches, quick) / threads));
    let measure = |(name, holds, set): (String, usize, usize)| Level {
        name,
        holds,
        set,
        bandwidth: read(set, threads),
    };
    levels.into_iter().map(measure).collect()
}

/// The level that answers when a set of so many bytes is read again and again: the first that holds it.
///
/// # Panics
/// If there are no levels.
pub fn level_for(levels: &[Level], bytes: f64) -> &Level {
    levels.iter().find(|level| bytes <= level.holds as f64).unwrap_or_else(|| &levels[levels.len() - 1])
}

/// A set that no cache holds: twice the last one, but at least 256 MiB and at most 1 GiB.
fn memory_set(caches: &[usize], quick: bool) -> usize {
    if quick {
        return 64 << 20;
    }
    let last = caches.last().copied().unwrap_or(0);
    last.saturating_mul(2).clamp(256 << 20, 1 << 30)
}

/// The sizes in bytes of the caches for data, the nearest first. Where the system does not say (elsewhere than on Linux): 32 KiB,
/// 1 MiB, 16 MiB, which are near enough to measure by.
pub fn caches() -> Vec<usize> {
    let mut found: Vec<(usize, usize)> = (0..8)
        .filter_map(|i| {
            let read = |what: &str| {
                fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{i}/{what}")).ok()
            };
            let kind = read("type")?;
            (kind.trim() != "Instruction").then_some(())?;
            Some((read("level")?.trim().parse().ok()?, size(&read("size")?)?))
        })
        .collect();
    found.sort_unstable();
    if found.is_empty() {
        return vec![32 << 10, 1 << 20, 16 << 20];
    }
    found.into_iter().map(|(_, bytes)| bytes).collect()
}

/// 48K, 2M, 1G.
fn size(text: &str) -> Option<usize> {
    let text = text.trim();
    let shift = match text.chars().last()? {
        'K' => 10,
        'M' => 20,
        'G' => 30,
        _ => 0,
    };
    let number: usize = text.trim_end_matches(['K', 'M', 'G']).parse().ok()?;
    number.checked_shl(shift).filter(|&bytes| bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_the_system_writes_them() {
        assert_eq!(size("48K\n"), Some(48 << 10));
        assert_eq!(size("2M"), Some(2 << 20));
        assert_eq!(size("640"), Some(640));
        assert_eq!(size(""), None);
        assert_eq!(size("none"), None);
    }

    #[test]
    fn every_number_is_read() {
        for n in [0, 1, 47, 48, 95, 96, 97, 1000] {
            let mut set: Vec<u32> = (0..n).map(|i: u32| i.wrapping_mul(0x9e37_79b9)).collect();
            let all = set.iter().fold(0, |all, x| all ^ x);
            assert_eq!(xor(&set), all);
            for i in 0..set.len() {
                set[i] ^= 1 << 30;
                assert_ne!(xor(&set), all, "number {i} of {n}");
                set[i] ^= 1 << 30;
            }
        }
    }
}
