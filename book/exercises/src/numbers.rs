//! Numbers for probes: the same on every machine and in every run, and short enough to be read in a verdict.

use linalg::Mat;

/// A small deterministic source of numbers with two decimals, none of them 0, 1 or −1.
///
/// SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// A source; another seed gives other numbers.
    pub fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in \[0, 1) with 53 bits: a uniform for a sampler.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * f64::powi(2.0, -53)
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// A number in \[−3, 3\] with two decimals; never 0, 1 or −1, which hide mistakes.
    pub fn number(&mut self) -> f64 {
        loop {
            let x = (self.unit() * 600.0).round() / 100.0 - 3.0;
            let x = (x * 100.0).round() / 100.0;
            if x != 0.0 && x.abs() != 1.0 {
                return x;
            }
        }
    }

    /// `n` such numbers.
    pub fn vector(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.number()).collect()
    }

    /// A matrix of such numbers.
    pub fn matrix(&mut self, rows: usize, cols: usize) -> Mat {
        Mat::from_fn(rows, cols, |_, _| self.number())
    }

    /// `n` positive numbers that sum to 1.
    pub fn distribution(&mut self, n: usize) -> Vec<f64> {
        let weights: Vec<f64> = (0..n).map(|_| 0.05 + self.unit()).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|w| w / total).collect()
    }
}
