//! The two numbers of every step, loss and gradient norm, beside those of the steps before. Chapter: *The gradient
//! clinic*.

/// The last 32 of something.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    ring: [f64; Recent::ROOM],
    /// How many there were in all.
    count: usize,
    /// The largest of all.
    pub(super) largest: f64,
    /// The median of the first eight: where it began.
    pub(super) start: f64,
}

impl Recent {
    const ROOM: usize = 32;

    pub(super) fn new() -> Self {
        Recent { ring: [0.0; Recent::ROOM], count: 0, largest: 0.0, start: 0.0 }
    }

    pub(super) fn push(&mut self, x: f64) {
        if !x.is_finite() {
            return;
        }
        self.ring[self.count % Recent::ROOM] = x;
        self.count += 1;
        self.largest = self.largest.max(x);
        if self.count == 8 {
            self.start = self.median();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count.min(Recent::ROOM)
    }

    pub(super) fn median(&self) -> f64 {
        let mut sorted = self.ring;
        let sorted = &mut sorted[..self.len()];
        sorted.sort_unstable_by(f64::total_cmp);
        if sorted.is_empty() { f64::NAN } else { sorted[sorted.len() / 2] }
    }

    /// The median distance from the median: a deviation that a single wild number cannot move.
    pub(super) fn spread(&self) -> f64 {
        let (median, mut apart) = (self.median(), Recent::new());
        for x in &self.ring[..self.len()] {
            apart.push((x - median).abs());
        }
        1.4826 * apart.median() // of normally distributed numbers this is the standard deviation
    }

    /// Whether a number stands out: far beyond the spread, well above the median, and by a good part of what was won
    /// since the start.
    // ANCHOR: spike
    pub(super) fn spike(&self, x: f64) -> bool {
        let (median, excess) = (self.median(), x - self.median());
        self.len() >= 16
            && excess > 10.0 * self.spread()
            && excess > 0.5 * median.abs()
            && excess > 0.2 * self.start.abs()
    }
    // ANCHOR_END: spike

    /// Whether a number is `factor` times the median, and 4 times the largest ever.
    pub(super) fn explosion(&self, x: f64, factor: f64) -> bool {
        self.len() >= 8 && x > factor * self.median() && x > 4.0 * self.largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spikes() {
        let mut recent = Recent::new();
        assert!(recent.median().is_nan() && !recent.spike(1e9) && !recent.explosion(1e9, 20.0));
        for k in 0..40 {
            recent.push(1.0 + 0.01 * f64::from(k % 5));
        }
        assert_eq!((recent.len(), recent.median(), recent.start), (32, 1.02, 1.02));
        assert!(!recent.spike(1.2) && recent.spike(2.0));
        assert!(!recent.explosion(10.0, 20.0) && recent.explosion(30.0, 20.0));
        recent.push(f64::NAN); // no part of the record
        assert_eq!(recent.median(), 1.02);
    }
}
