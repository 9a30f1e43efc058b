//! How a sampler is judged: by the law it claims to follow, with a stated rate of false alarms.
//!
//! Every check here refuses a *correct* sampler with probability [`ALPHA`] at most, over the choice of the seed. The seeds
//! are fixed, so a check that passes once passes always; `ALPHA` says how surprised to be if a new seed fails.

use proptest::test_runner::{Config, RngSeed};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The rate of false alarms of one check.
pub(super) const ALPHA: f64 = 1e-9;

/// The property tests try the same cases in every run, and write no files.
pub(super) fn cases() -> Config {
    Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
}

/// Kolmogorov and Smirnov: the largest gap between the sample's distribution function and `cdf`.
///
/// The gap of n correct draws exceeds ε with probability 2·exp(−2nε²) at most (Dvoretzky, Kiefer, Wolfowitz; with this
/// constant: Massart, *Annals of Probability* 18 (1990)), for every n. Returns gap / ε, for ε at the rate [`ALPHA`].
pub(super) fn ks(sample: &mut [f64], cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let gap = sample.iter().enumerate().fold(0.0_f64, |gap, (i, &x)| {
        let f = cdf(x);
        assert!((0.0..=1.0).contains(&f), "cdf({x}) = {f}");
        gap.max(f - i as f64 / n).max((i + 1) as f64 / n - f)
    });
    gap / hoeffding(sample.len(), 1)
}

/// Pearson's χ² for counts in cells, as the probability of a larger value if the law is right.
///
/// The χ² law is the limit for large counts; at 100 expected in every cell its tail is near enough at [`ALPHA`].
pub(super) fn chi_square(observed: &[u64], probabilities: &[f64]) -> f64 {
    assert_eq!(observed.len(), probabilities.len());
    let n = observed.iter().sum::<u64>() as f64;
    let mut statistic = 0.0;
    let mut cells = 0;
    for (&count, &p) in observed.iter().zip(probabilities) {
        if p == 0.0 {
            assert_eq!(count, 0, "an impossible cell was drawn");
            continue;
        }
        let expected = n * p;
        assert!(expected >= 100.0, "{expected} expected in a cell: draw more");
        statistic += (count as f64 - expected).powi(2) / expected;
        cells += 1;
    }
    if cells < 2 {
        return 1.0;
    }
    ChiSquared::new(f64::from(cells - 1)).unwrap().sf(statistic)
}

/// How far the mean of n independent numbers in [0, 1] may lie from its expectation, in each of `checks` checks
/// together at the rate [`ALPHA`] (Hoeffding's inequality and the union bound).
pub(super) fn hoeffding(n: usize, checks: usize) -> f64 {
    ((2.0 * checks as f64 / ALPHA).ln() / (2.0 * n as f64)).sqrt()
}

/// How far the mean of n independent numbers with this standard deviation may lie from its expectation at the rate
/// [`ALPHA`]: 6.2 standard errors (the central limit theorem; n must be large).
pub(super) fn clt(n: usize, std: f64) -> f64 {
    6.2 * std / (n as f64).sqrt()
}

/// The judges themselves are judged: they must pass the right law and refuse one that is slightly wrong.
#[test]
fn judges_refuse_a_wrong_law() {
    // A grid is the most uniform sample there is.
    let n = 100_000;
    let grid = |i: usize| (i as f64 + 0.5) / n as f64;
    let mut right: Vec<f64> = (0..n).map(grid).collect();
    assert!(ks(&mut right, |x| x) < 0.01);
    let mut wrong: Vec<f64> = (0..n).map(|i| grid(i).powf(1.05)).collect();
    assert!(ks(&mut wrong, |x| x) > 1.0);

    let fair = [1.0 / 6.0; 6];
    assert!(chi_square(&[10_050, 9_950, 10_010, 9_990, 10_080, 9_920], &fair) > 0.1);
    assert!(chi_square(&[10_700, 9_860, 9_860, 9_860, 9_860, 9_860], &fair) < ALPHA);
    // At the rate of 1e-9 a mean of 10⁶ coins may be off by 0.0033.
    assert!((hoeffding(1_000_000, 1) - 0.003_272).abs() < 1e-6);
}
