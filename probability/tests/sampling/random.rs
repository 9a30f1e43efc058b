//! Philox against its published answers, and its neighbourhoods against chance.

use super::law::{ALPHA, chi_square, hoeffding};
use probability::random::{Purpose, philox, stream, word};
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use statrs::distribution::{DiscreteCDF, Poisson};

/// The known answers that come with Random123 (D. E. Shaw Research), file `kat_vectors`, lines `philox4x64 10`.
#[test]
fn philox_gives_the_known_answers() {
    assert_eq!(
        philox([0; 4], [0; 2]),
        [0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b]
    );
    assert_eq!(
        philox([u64::MAX; 4], [u64::MAX; 2]),
        [0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0]
    );
    assert_eq!(
        philox(
            [0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89],
            [0x452821e638d01377, 0xbe5466cf34e90c6c]
        ),
        [0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6]
    );
}

/// The published 64-bit FNV-1a hashes of these strings (the authors' test program, `test_fnv.c`).
#[test]
fn purposes_are_fnv_hashes() {
    let empty = format!("{:?}", Purpose::named(""));
    assert_eq!(empty, format!("Purpose({})", 0xcbf29ce484222325_u64));
    assert_eq!(format!("{:?}", Purpose::named("a")), format!("Purpose({})", 0xaf63dc4c8601ec8c_u64));
    assert_eq!(format!("{:?}", Purpose::named("foobar")), format!("Purpose({})", 0x85944171f73967e8_u64));
}

proptest! {
    #![proptest_config(super::law::cases())]

    #[test]
    fn stream_reads_the_words(seed: u64, step: u64, start in 0_u64..u64::MAX - 20, n in 0_usize..20) {
        let mut rng = stream(seed, "test", step);
        rng.seek(start);
        for i in 0..n as u64 {
            prop_assert_eq!(rng.index(), start + i);
            prop_assert_eq!(rng.next_u64(), word(seed, "test", step, start + i));
        }
    }
}

#[test]
fn all_of_rands_methods_read_the_same_words() {
    let (w0, w1) = (word(3, "bytes", 5, 0), word(3, "bytes", 5, 1));
    let rng = || stream(3, "bytes", 5);
    assert_eq!(rng().next_u32(), (w0 >> 32) as u32);
    let mut bytes = [0; 11];
    let mut used = rng();
    used.fill_bytes(&mut bytes);
    assert_eq!(bytes[..8], w0.to_le_bytes());
    assert_eq!(bytes[8..], w1.to_le_bytes()[..3]);
    assert_eq!(used.index(), 2);
    assert!((0..10).contains(&rng().random_range(0..10)));
    // The index wraps, and a stream is what its key says.
    let mut end = rng();
    end.seek(u64::MAX);
    end.next_u64();
    assert_eq!(end.next_u64(), w0);
    let mut seeded = probability::random::Stream::from_seed([0; 16]);
    assert_eq!(seeded.next_u64(), 0x16554d9eca36314c);
}

/// Flip one bit of the input: every bit of the output must flip half of the time.
#[test]
fn every_bit_of_the_input_moves_every_bit_of_the_output() {
    let n = 2_000;
    let bound = hoeffding(n, 6 * 64 * 64);
    for bit in 0..6 * 64 {
        let mut flips = [0_u32; 64];
        for i in 0..n as u64 {
            // Inputs as training has them: small numbers, nearly all bits zero.
            let mut input = [i, i / 100, 0, 0, 42, 7];
            let before = philox(input[..4].try_into().unwrap(), input[4..].try_into().unwrap());
            input[bit / 64] ^= 1 << (bit % 64);
            let after = philox(input[..4].try_into().unwrap(), input[4..].try_into().unwrap());
            let changed = before[0] ^ after[0];
            for (b, flips) in flips.iter_mut().enumerate() {
                *flips += (changed >> b & 1) as u32;
            }
        }
        for (b, &count) in flips.iter().enumerate() {
            let share = f64::from(count) / n as f64;
            assert!(
                (share - 0.5).abs() < bound,
                "input bit {bit} flips output bit {b} in a share of {share}"
            );
        }
    }
}

/// Neighbours in each of the four coordinates, cast into a 16 × 16 board.
#[test]
fn neighbours_are_independent() {
    let n = 200_000_u64;
    let here = |i: u64| word(1, "a", i / 100, i % 100);
    for name in ["index", "step", "purpose", "seed"] {
        let there = |i: u64| match name {
            "index" => word(1, "a", i / 100, i % 100 + 1),
            "step" => word(1, "a", i / 100 + 1, i % 100),
            "purpose" => word(1, "b", i / 100, i % 100),
            _ => word(2, "a", i / 100, i % 100),
        };
        for shift in [60, 0] {
            let mut board = [0; 256];
            for i in 0..n {
                let (x, y) = (here(i) >> shift & 15, there(i) >> shift & 15);
                board[(16 * x + y) as usize] += 1;
            }
            let p = chi_square(&board, &[1.0 / 256.0; 256]);
            assert!(p > ALPHA, "next {name}, bits from {shift}: p = {p}");
        }
    }
}

#[test]
fn every_byte_is_uniform() {
    let mut counts = [[0_u64; 256]; 8];
    let mut rng = stream(2, "bytes", 0);
    for _ in 0..100_000 {
        for (count, byte) in counts.iter_mut().zip(rng.next_u64().to_le_bytes()) {
            count[byte as usize] += 1;
        }
    }
    for (at, count) in counts.iter().enumerate() {
        let p = chi_square(count, &[1.0 / 256.0; 256]);
        assert!(p > ALPHA, "byte {at}: p = {p}");
    }
}

/// Marsaglia's birthday spacings: of n birthdays in a year of m days, the number of equal gaps is Poisson with mean
/// n³/4m. Lattices and short counters in disguise fail it at once.
#[test]
fn birthdays_are_spaced_by_chance() {
    let (n, year_bits, years) = (4096_u64, 32, 100_u64);
    for shift in [32, 0] {
        let mut repeats = 0;
        for year in 0..years {
            let mut days: Vec<u64> =
                (0..n).map(|i| (word(9, "birthdays", year, i) >> shift) & ((1 << year_bits) - 1)).collect();
            days.sort_unstable();
            let mut gaps: Vec<u64> = days.windows(2).map(|w| w[1] - w[0]).collect();
            gaps.sort_unstable();
            repeats += gaps.windows(2).filter(|w| w[0] == w[1]).count() as u64;
        }
        let law =
            Poisson::new((n * n * n) as f64 / 4.0 / (1_u64 << year_bits) as f64 * years as f64).unwrap();
        let (below, above) = (law.cdf(repeats), law.sf(repeats.saturating_sub(1)));
        assert!(below.min(above) > ALPHA, "{repeats} repeated gaps, p = {below} below, {above} above");
    }
}

/// These words are in every checkpointed run, so they never change (figures from a second implementation, in Python).
#[test]
fn words_are_pinned() {
    assert_eq!(word(42, "batch", 0, 0), 0x3061f0453f66224b);
    assert_eq!(word(42, "batch", 812, 5), 0xb6c89eca8464b834);
}
