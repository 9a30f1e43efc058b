//! Uniform numbers: exact at the edges, without bias between.

use super::law::{ALPHA, chi_square, ks};
use probability::random::stream;
use probability::uniform::{below, sample, sample_below, unit, unit_f32};
use proptest::prelude::*;

#[test]
fn unit_is_uniform_and_never_one() {
    let mut rng = stream(1, "uniform", 0);
    let mut u: Vec<f64> = (0..100_000).map(|_| sample(&mut rng)).collect();
    assert!(ks(&mut u, |x| x) < 1.0);
    assert!(unit(u64::MAX) < 1.0 && unit_f32(u64::MAX) < 1.0);
    // Equal steps: neighbouring words of the grid differ by 2⁻⁵³ (2⁻²⁴) at both ends.
    for bits in [0, u64::MAX - (1 << 11)] {
        assert_eq!(unit(bits + (1 << 11)) - unit(bits), 2_f64.powi(-53));
    }
    assert_eq!(unit_f32(1 << 40), 2_f32.powi(-24));
}

/// With 16-bit words instead of 64 all of them can be tried: each value must be reached from equally many.
#[test]
fn below_gives_every_value_equally_many_words() {
    // The algorithm of `below` on small words: its upper and lower halves of 16 bits.
    let small = |bits: u32, n: u32| -> Option<u32> {
        let product = bits * n;
        ((product & 0xffff) >= 0x1_0000 % n).then_some(product >> 16)
    };
    for n in [1_u32, 2, 3, 6, 7, 10, 255, 256, 257, 1000, 0x7fff, 0x8000, 0x8001, 0xc000, 0xffff] {
        let mut words = vec![0_u32; n as usize];
        for bits in 0..=0xffff {
            if let Some(value) = small(bits, n) {
                words[value as usize] += 1;
            }
        }
        assert!(words.iter().all(|&w| w == words[0] && w == 0x1_0000 / n), "n = {n}");
    }
    // And `below` itself is that algorithm: the same words are refused around every boundary.
    for n in [3_u64, 6, 1000, 3 << 62, u64::MAX] {
        let surplus = n.wrapping_neg() % n; // 2⁶⁴ mod n
        for value in [0, 1, n / 2, n - 1] {
            // The first word that is mapped to this value, and the words just after it.
            let first = ((u128::from(value) << 64).div_ceil(u128::from(n))) as u64;
            for bits in first..first.saturating_add(3) {
                let product = u128::from(bits) * u128::from(n);
                if product >> 64 != u128::from(value) {
                    continue;
                }
                let expected = (product as u64 >= surplus).then_some(value);
                assert_eq!(below(bits, n), expected, "bits = {bits}, n = {n}");
            }
        }
    }
}

/// n = 3·2⁶² is where the remainder fails worst: its values below 2⁶² come twice as often.
#[test]
fn below_has_no_modulo_bias() {
    let n = 3 << 62;
    let thirds = |value: u64| (value >> 62) as usize;
    let (mut ours, mut modulo) = ([0; 3], [0; 3]);
    let mut rng = stream(1, "below", 0);
    for _ in 0..30_000 {
        ours[thirds(sample_below(&mut rng, n))] += 1;
        modulo[thirds(rand::Rng::next_u64(&mut rng) % n)] += 1;
    }
    assert!(chi_square(&ours, &[1.0 / 3.0; 3]) > ALPHA);
    assert!(chi_square(&modulo, &[1.0 / 3.0; 3]) < ALPHA);
}

#[test]
fn dice_are_fair() {
    let mut rng = stream(1, "dice", 0);
    for n in [2_u64, 6, 100] {
        let mut counts = vec![0; n as usize];
        for _ in 0..100_000 {
            counts[sample_below(&mut rng, n) as usize] += 1;
        }
        assert!(chi_square(&counts, &vec![1.0 / n as f64; n as usize]) > ALPHA);
    }
}

#[test]
#[should_panic(expected = "no whole number below 0")]
fn nothing_is_below_zero() {
    below(1, 0);
}

proptest! {
    #![proptest_config(super::law::cases())]

    #[test]
    fn unit_and_below_stay_in_range(bits: u64, n in 1_u64..) {
        prop_assert!((0.0..1.0).contains(&unit(bits)));
        prop_assert!((0.0..1.0).contains(&unit_f32(bits)));
        prop_assert!(below(bits, n).is_none_or(|value| value < n));
        prop_assert_eq!(below(bits, 1), Some(0));
    }
}
