//! The ziggurat: normal numbers at the price of one multiplication. Chapter: *Softmax and sampling*.
//!
//! Cover the half bell e^(−x²/2) with 256 layers of equal area, like a stepped tower. Choose a layer, then a point at a
//! uniform x in it. Each layer reaches from 0 to its own edge; up to the edge of the layer above, it lies wholly under the
//! bell. So nearly always (98.5 % of the draws) one comparison of x settles it, and no logarithm, no root, no sine is needed.
//! Only in the thin wedge at the edge must the bell itself be asked, and only below the lowest step is there a tail.

use crate::uniform::unit;
use rand::Rng;
use std::sync::LazyLock;

/// How many layers.
const LAYERS: usize = 256;
/// Where the lowest layer ends and the tail begins. The only number for which 256 equal areas close at the top of the
/// bell; a test solves for it. Source: Marsaglia and Tsang, section 3 of the paper below, 3.6541528853610088.
const TAIL: f64 = 3.6541528853610088;

/// The tables: one edge and one height a layer (4 KiB in all, so they stay in the first-level cache).
///
/// Source: Marsaglia and Tsang, *The ziggurat method for generating random variables*, Journal of Statistical Software 5
/// (2000); with separate bits for layer and place, as Doornik, *An improved ziggurat method* (2005), asks.
#[derive(Clone, Debug)]
pub struct Ziggurat {
    /// x\[i\]: where layer i ends; decreasing. x\[0\] is the width the lowest layer would have as a rectangle, its tail
    /// included; x\[256\] = 0.
    edge: [f64; LAYERS + 1],
    /// e^(−x\[i\]²/2), the height of the bell there.
    height: [f64; LAYERS + 1],
}

/// The bell, without its factor 1/√(2π).
fn bell(x: f64) -> f64 {
    (-0.5 * x * x).exp()
}

static STANDARD: LazyLock<Ziggurat> = LazyLock::new(Ziggurat::new);

impl Ziggurat {
    /// Computes the tables. [`Ziggurat::standard`] has them ready.
    pub fn new() -> Self {
        // The lowest layer: the rectangle up to TAIL and everything to its right.
        let tail_area = std::f64::consts::TAU.sqrt() * crate::normal::upper_tail(TAIL);
        let area = TAIL * bell(TAIL) + tail_area;
        let mut edge = [0.0; LAYERS + 1];
        edge[0] = area / bell(TAIL);
        edge[1] = TAIL;
        for i in 2..LAYERS {
            // Layer i − 1 is a rectangle, edge[i−1] wide: its top is at the bell's height plus area / width.
            let top = bell(edge[i - 1]) + area / edge[i - 1];
            edge[i] = (-2.0 * top.ln()).sqrt();
        }
        Ziggurat { edge, height: edge.map(bell) }
    }

    /// The tables of the standard normal law, computed at the first call.
    #[inline]
    pub fn standard() -> &'static Ziggurat {
        &STANDARD
    }

    /// A standard normal number from as many random words as it takes: one for 98.5 % of the numbers.
    ///
    /// Eight bits of a word choose the layer, 53 others the place in it with its sign.
    // ANCHOR: draw
    #[inline]
    pub fn draw(&self, mut word: impl FnMut() -> u64) -> f64 {
        // Ends: each turn succeeds with a probability of more than 0.99.
        loop {
            let bits = word();
            let layer = (bits & 255) as usize;
            let u = (bits as i64 >> 11) as f64 * (1.0 / (1_u64 << 52) as f64); // in [−1, 1)
            let x = u * self.edge[layer];
            if x.abs() < self.edge[layer + 1] {
                return x;
            }
            if let Some(x) = self.beyond(layer, x, &mut word) {
                return x;
            }
        }
    }
    // ANCHOR_END: draw

    /// The rare part of [`Self::draw`]: x lies at the edge of its layer, or in the tail.
    #[cold]
    fn beyond(&self, layer: usize, x: f64, word: &mut impl FnMut() -> u64) -> Option<f64> {
        if layer == 0 {
            // The tail beyond r: an exponential number with rate r, kept with probability e^(−x²/2) (Marsaglia 1964).
            loop {
                let beyond = -(-unit(word())).ln_1p() / TAIL;
                let height = -(-unit(word())).ln_1p();
                if 2.0 * height > beyond * beyond {
                    return Some((TAIL + beyond).copysign(x));
                }
            }
        }
        // The wedge: a uniform height between the floor and the ceiling of the layer; under the bell or not?
        let (floor, ceiling) = (self.height[layer], self.height[layer + 1]);
        (floor + unit(word()) * (ceiling - floor) < bell(x)).then_some(x)
    }

    /// The next standard normal number.
    #[inline]
    pub fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.draw(|| rng.next_u64())
    }
}

impl Default for Ziggurat {
    fn default() -> Self {
        Ziggurat::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With this tail the topmost layer's ceiling is the top of the bell: all 256 areas are equal.
    #[test]
    fn the_tower_closes() {
        let z = Ziggurat::new();
        let area = z.edge[0] * z.height[1];
        let top = z.edge[LAYERS - 1] * (1.0 - z.height[LAYERS - 1]);
        assert!((top / area - 1.0).abs() < 1e-9, "topmost area {top}, all others {area}");
        // The published common area, 0.00492867323399 (Marsaglia and Tsang, section 3).
        assert!((area - 0.00492867323399).abs() < 1e-13, "{area}");
        assert!(z.edge.windows(2).all(|w| w[0] > w[1]) && z.edge[LAYERS] == 0.0 && z.height[LAYERS] == 1.0);
    }

    /// The share that one comparison settles, from the tables: the mean of edge[i+1] / edge[i].
    #[test]
    fn one_comparison_settles_98_5_percent() {
        let z = Ziggurat::new();
        let quick: f64 = z.edge.windows(2).map(|w| w[1] / w[0]).sum::<f64>() / LAYERS as f64;
        assert!((quick - 0.985).abs() < 0.0005, "{quick}");
    }

    /// In the wedge of a layer, a point is kept as often as the bell is above its floor: at every x, in thin layers and thick.
    #[test]
    fn wedges_are_cut_along_the_bell() {
        let z = Ziggurat::standard();
        let mut rng = crate::random::stream(1, "wedges", 0);
        let (n, checks) = (4_000, 8 * 5);
        // Hoeffding's bound for all checks together, at a rate of false alarms of 1e-9.
        let bound = ((2.0 * f64::from(checks) / 1e-9).ln() / (2.0 * f64::from(n))).sqrt();
        for layer in [1, 2, 3, 17, 100, 200, 254, 255] {
            let (floor, ceiling) = (z.height[layer], z.height[layer + 1]);
            for share in [0.02, 0.25, 0.5, 0.75, 0.98] {
                let x = z.edge[layer + 1] + share * (z.edge[layer] - z.edge[layer + 1]);
                let kept = (0..n).filter(|_| z.beyond(layer, x, &mut || rng.next_u64()).is_some()).count();
                let expected = (bell(x) - floor) / (ceiling - floor);
                let observed = kept as f64 / f64::from(n);
                assert!((observed - expected).abs() < bound, "layer {layer}, {share}: {observed} {expected}");
            }
        }
    }

    /// Words chosen to land in the tail: it begins at r, goes on from there, keeps its sign, refuses what it should.
    #[test]
    fn the_tail_by_hand() {
        let z = Ziggurat::standard();
        let (lowest_layer, far_left, far_right) = (0_u64, 1_u64 << 63, (1_u64 << 63) - (1 << 11));
        let mut words = [far_right | lowest_layer, 0, 1 << 63].into_iter();
        assert_eq!(z.draw(|| words.next().unwrap()), TAIL);
        // 1 − u = 2⁻⁴⁰ gives 40 ln 2 / r = 7.59 beyond r: refused at a height of ln 2, taken at 53 ln 2.
        let far_out = !0 << 24;
        let mut words = [far_left | lowest_layer, far_out, 1 << 63, far_out, u64::MAX].into_iter();
        let x = z.draw(|| words.next().unwrap());
        assert!((x + TAIL + 40.0 * 2_f64.ln() / TAIL).abs() < 1e-12, "{x}");
    }
}
