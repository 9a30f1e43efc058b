//! The normal and the exponential distribution: their functions against statrs, their samplers against their law.

use super::law::{ALPHA, chi_square, clt, hoeffding, ks};
use probability::normal::{self, box_muller};
use probability::random::stream;
use probability::ziggurat::Ziggurat;
use probability::{exponential, uniform};
use rand::Rng;
use rand_distr::{Distribution as _, StandardNormal};
use statrs::distribution::{Binomial, Continuous, ContinuousCDF, DiscreteCDF, Exp, Normal};
use statrs::function::erf::erfc;
use statrs::statistics::Distribution as _;

#[test]
fn normal_functions_agree_with_statrs() {
    let referee = Normal::new(0.0, 1.0).unwrap();
    for i in -800..=800 {
        let x = f64::from(i) / 100.0;
        assert!((normal::pdf(x) / referee.pdf(x) - 1.0).abs() < 1e-13, "pdf({x})");
        // By erfc, which keeps the digits of the tail; statrs' own is good to 2e-10. For more see the known points.
        let exact = 0.5 * erfc(-x / std::f64::consts::SQRT_2);
        assert!((normal::cdf(x) / exact - 1.0).abs() < 5e-10, "cdf({x}) = {} but {exact}", normal::cdf(x));
        assert!((normal::cdf(x) + normal::cdf(-x) - 1.0).abs() < 2e-16, "symmetry at {x}");
    }
    for std in [0.1, 1.0, 7.0] {
        let exact = Normal::new(3.0, std).unwrap().entropy().unwrap();
        assert!((normal::entropy(std) - exact).abs() < 1e-14);
    }
    assert_eq!((normal::cdf(f64::INFINITY), normal::cdf(f64::NEG_INFINITY)), (1.0, 0.0));
    assert!(normal::cdf(f64::NAN).is_nan());
}

/// Φ with 20 digits: Abramowitz and Stegun, tables 26.1 and 26.2 (the tail at x = 10, 20 by its logarithm there).
#[test]
fn normal_distribution_function_at_known_points() {
    for (x, exact) in [
        (1.0, 0.841344746068542949),
        (2.0, 0.977249868051820793),
        (-1.0, 0.158655253931457051),
        (-3.0, 0.001349898031630094527),
        (-5.0, 2.866515718791939e-7),
        (-10.0, 7.619853024160527e-24),
        (-37.0, 5.725571222524049e-300),
    ] {
        let relative = normal::cdf(x) / exact - 1.0;
        assert!(relative.abs() < 1e-13, "cdf({x}) is off by {relative:e}");
    }
}

#[test]
fn exponential_functions_agree_with_statrs() {
    for rate in [0.25, 1.0, 8.0] {
        let referee = Exp::new(rate).unwrap();
        for x in [-1.0, 0.0, 1e-12, 0.3, 1.0, 9.0] {
            assert!((exponential::pdf(x, rate) - referee.pdf(x)).abs() < 1e-14);
            assert!((exponential::cdf(x, rate) - referee.cdf(x)).abs() < 1e-15);
        }
        for i in 0..1000 {
            let u = f64::from(i) / 1000.0;
            let x = exponential::from_uniform(u, rate);
            assert!(x >= 0.0 && (referee.cdf(x) - u).abs() < 1e-15);
        }
    }
    assert!(exponential::from_uniform(uniform::unit(u64::MAX), 1.0).is_finite());
    // A small u keeps its digits: ln(1 − 1e-20) is 0, ln_1p(−1e-20) is not.
    assert_eq!(exponential::from_uniform(1e-20, 1.0), 1e-20);
}

#[test]
fn exponential_follows_its_law() {
    let mut rng = stream(1, "exponential", 0);
    let mut x: Vec<f64> = (0..100_000).map(|_| exponential::sample(&mut rng, 2.5)).collect();
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    assert!((mean - 0.4).abs() < clt(x.len(), 0.4));
    assert!(ks(&mut x, |x| exponential::cdf(x, 2.5)) < 1.0);
}

/// Moments, correlation of neighbours, and the distribution function; says what is wrong.
fn judge_normal(mut draw: impl FnMut() -> f64) -> Result<(), String> {
    let n = 1_000_000;
    let mut x: Vec<f64> = (0..n).map(|_| draw()).collect();
    // The first four moments, with the standard deviations that the normal law gives to x, x², x³, x⁴.
    let moments = [(1, 0.0, 1.0), (2, 1.0, 2_f64.sqrt()), (3, 0.0, 15_f64.sqrt()), (4, 3.0, 96_f64.sqrt())];
    for (power, expected, std) in moments {
        let moment = x.iter().map(|x| x.powi(power)).sum::<f64>() / n as f64;
        if (moment - expected).abs() >= clt(n, std) {
            return Err(format!("moment {power} is {moment}"));
        }
    }
    let correlation = x.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / n as f64;
    if correlation.abs() >= clt(n, 1.0) {
        return Err(format!("neighbours have correlation {correlation}"));
    }
    let gap = ks(&mut x, normal::cdf);
    if gap >= 1.0 {
        return Err(format!("distribution function off by {gap} times what chance allows"));
    }
    Ok(())
}

#[test]
fn box_muller_follows_the_normal_law() {
    let mut rng = stream(1, "box-muller", 0);
    let mut second = None;
    let verdict = judge_normal(|| {
        second.take().unwrap_or_else(|| {
            let (x, y) = normal::sample_pair(&mut rng);
            second = Some(y);
            x
        })
    });
    assert_eq!(verdict, Ok(()));
    // The two of a pair are independent: a 16 × 16 board of their quantiles is evenly filled.
    let mut board = [0; 256];
    let cell = |x: f64| ((normal::cdf(x) * 16.0) as usize).min(15);
    for _ in 0..100_000 {
        let (x, y) = normal::sample_pair(&mut rng);
        board[16 * cell(x) + cell(y)] += 1;
    }
    assert!(chi_square(&board, &[1.0 / 256.0; 256]) > ALPHA);
}

#[test]
fn box_muller_at_its_edges() {
    let last = uniform::unit(u64::MAX);
    for u1 in [0.0, 1e-300, 0.5, last] {
        for u2 in [0.0, 0.25, 0.5, 0.75, last] {
            let (x, y) = box_muller(u1, u2);
            assert!(x.is_finite() && y.is_finite());
            let radius = (-2.0 * (-u1).ln_1p()).sqrt();
            assert!((x.hypot(y) - radius).abs() <= 1e-15 * radius.max(1e-300));
        }
    }
    assert!((box_muller(last, 0.0).0 - 8.57).abs() < 0.005);
}

#[test]
fn ziggurat_follows_the_normal_law() {
    let mut rng = stream(1, "ziggurat", 0);
    assert_eq!(judge_normal(|| normal::sample(&mut rng)), Ok(()));
}

/// Every region in which the method has a branch of its own: the tail, the layers near it, the top, both signs.
#[test]
fn ziggurat_fills_every_region_in_proportion() {
    let borders = [0.0, 0.05, 0.15, 0.2153, 0.5, 1.0, 2.0, 3.0, 3.4426, 3.6541528853610088, 4.0];
    let mut probabilities: Vec<f64> =
        borders.windows(2).map(|w| normal::cdf(w[1]) - normal::cdf(w[0])).collect();
    probabilities.push(normal::upper_tail(4.0));
    let both: Vec<f64> = probabilities.iter().chain(&probabilities).copied().collect();
    let mut counts = vec![0; both.len()];
    let (ziggurat, mut rng) = (Ziggurat::standard(), stream(2, "ziggurat", 0));
    for _ in 0..6_000_000 {
        let x = ziggurat.sample(&mut rng);
        let region = borders.iter().rposition(|&b| x.abs() >= b).unwrap();
        counts[region + if x < 0.0 { probabilities.len() } else { 0 }] += 1;
    }
    let p = chi_square(&counts, &both);
    assert!(p > ALPHA, "p = {p}: {counts:?}");
}

/// Beyond r = 3.654 the ziggurat has an algorithm of its own; words that begin in the tail give tens of thousands of its draws.
#[test]
fn ziggurat_tail_follows_the_law_of_the_tail() {
    const R: f64 = 3.6541528853610088;
    let (ziggurat, mut rng) = (Ziggurat::standard(), stream(3, "ziggurat", 0));
    let n = 50_000;
    let tail: Vec<f64> = (0..n)
        .map(|_| {
            // Layer 0, at its far left or far right.
            let mut first = Some(if rng.next_u64() >> 63 == 0 { 1 << 63 } else { (u64::MAX >> 1) & !255 });
            ziggurat.draw(|| first.take().unwrap_or_else(|| rng.next_u64()))
        })
        .collect();
    let negative = tail.iter().filter(|x| **x < 0.0).count();
    assert!((negative as f64 / n as f64 - 0.5).abs() < hoeffding(n, 1));
    let mut tail: Vec<f64> = tail.iter().map(|x| x.abs()).collect();
    assert!(tail.iter().all(|&x| x >= R));
    let beyond_r = normal::upper_tail(R);
    assert!(ks(&mut tail, |x| 1.0 - normal::upper_tail(x) / beyond_r) < 1.0);
}

/// How many of 10 million draws lie beyond 4, 4.5 and 5: the counts are binomial.
#[test]
fn far_tails_are_as_heavy_as_they_should_be() {
    let n = 10_000_000;
    let (ziggurat, mut rng) = (Ziggurat::standard(), stream(4, "ziggurat", 0));
    let borders = [4.0, 4.5, 5.0];
    let mut beyond = [0; 3];
    for _ in 0..n {
        let x = ziggurat.sample(&mut rng).abs();
        if x > 4.0 {
            for (count, &border) in beyond.iter_mut().zip(&borders) {
                *count += u64::from(x > border);
            }
        }
    }
    for (&count, &border) in beyond.iter().zip(&borders) {
        let law = Binomial::new(2.0 * normal::upper_tail(border), n).unwrap();
        let p = law.cdf(count).min(law.sf(count.saturating_sub(1)));
        assert!(p > ALPHA, "{count} beyond {border}, p = {p}");
    }
}

/// rand_distr has its own ziggurat: both samples pass the same judge, so the judge is not fitted to ours.
#[test]
fn rand_distr_passes_the_same_judge() {
    let mut rng = stream(5, "rand_distr", 0);
    assert_eq!(judge_normal(|| StandardNormal.sample(&mut rng)), Ok(()));
}

/// What people get wrong with Box and Muller, each caught by the judge.
#[test]
fn the_judge_refuses_well_known_mistakes() {
    use std::f64::consts::{PI, TAU};
    let verdict = |draw: fn(f64, f64) -> f64| {
        let mut rng = stream(6, "mistakes", 0);
        judge_normal(|| {
            let (u1, u2) = (uniform::sample(&mut rng), uniform::sample(&mut rng));
            draw(u1, u2)
        })
    };
    assert_eq!(verdict(|u1, u2| box_muller(u1, u2).1), Ok(()));
    let missing_two = verdict(|u1, u2| (-(-u1).ln_1p()).sqrt() * (TAU * u2).cos());
    assert!(missing_two.unwrap_err().contains("moment 2"));
    let same_uniform = verdict(|u1, _| box_muller(u1, u1).0);
    assert!(same_uniform.is_err());
    let half_turn = verdict(|u1, u2| (-2.0 * (-u1).ln_1p()).sqrt() * (PI * u2).sin());
    assert!(half_turn.unwrap_err().contains("moment 1"));
    // Twelve uniforms minus six are nearly normal: mean, variance, skewness right. The fourth moment is 2.9.
    let mut rng = stream(6, "twelve", 0);
    let twelve = judge_normal(|| (0..12).map(|_| uniform::sample(&mut rng)).sum::<f64>() - 6.0);
    assert!(twelve.unwrap_err().contains("moment 4 is 2.9"));
}

#[test]
fn fill_scales_and_shifts() {
    let mut plain = vec![0.0_f64; 100];
    normal::fill(&mut stream(7, "fill", 0), 0.0, 1.0, &mut plain);
    let mut scaled = vec![0.0_f32; 100];
    normal::fill(&mut stream(7, "fill", 0), -3.0, 0.02, &mut scaled);
    for (p, s) in plain.iter().zip(&scaled) {
        assert_eq!((-3.0 + 0.02 * p) as f32, *s);
    }
}
