//! A sigmoid network without training: steps, and bumps made of two steps. Chapter: *Universal approximation*.
//!
//! Cybenko's theorem of 1989 is about sigmoids, and says only that such a network exists. In one dimension one can be written
//! down. A steep sigmoid is a step; the difference of two steps is a bump; bumps side by side copy a function as a bar
//! chart does. It needs more units than ReLUs do: halving the bars halves the error, halving a line's pieces quarters it.

/// The logistic function 1/(1 + e^(−x)), without overflow at either end.
///
/// ```
/// use approximation::bumps::sigmoid;
///
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!([sigmoid(-1e4), sigmoid(1e4)], [0.0, 1.0]);
/// ```
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// About 1 on \[lo, hi\], about 0 elsewhere: a step up at `lo` and a step down at `hi`, each about 4/`steep` wide.
///
/// ```
/// use approximation::bumps::bump;
///
/// assert!(bump(0.5, 0.0, 1.0, 100.0) > 0.999_999);
/// assert!(bump(1.5, 0.0, 1.0, 100.0) < 1e-6);
/// ```
pub fn bump(x: f64, lo: f64, hi: f64, steep: f64) -> f64 {
    sigmoid(steep * (x - lo)) - sigmoid(steep * (x - hi))
}

/// A network with one hidden layer of sigmoids: y = bias + Σᵢ vᵢ·σ(steep·(x − tᵢ)).
///
/// Source: Cybenko, *Approximation by superpositions of a sigmoidal function*, 1989 (existence; the construction here is
/// the elementary one of one dimension).
#[derive(Clone, Debug, PartialEq)]
pub struct SigmoidNet {
    /// Where each hidden unit is half way up.
    pub steps: Vec<f64>,
    /// The output weight of each hidden unit: the height of its step.
    pub weights: Vec<f64>,
    /// The output's bias.
    pub bias: f64,
    /// The input weight of all hidden units.
    pub steep: f64,
}

impl SigmoidNet {
    /// The network's output.
    pub fn at(&self, x: f64) -> f64 {
        let steps = self.steps.iter().zip(&self.weights);
        self.bias + steps.map(|(t, v)| v * sigmoid(self.steep * (x - t))).sum::<f64>()
    }

    /// The number of hidden units.
    pub fn width(&self) -> usize {
        self.steps.len()
    }

    /// A staircase that copies `f` on \[lo, hi\] with `width` steps: `width` + 1 bars, each as high as `f` in its middle.
    ///
    /// Neighbouring bumps share an edge, so their two sigmoids merge into one unit whose weight is the change of height.
    /// The steepness makes each step about a quarter of a bar wide. If |f′| ≤ M, a staircase with h-wide bars errs by up to M·h/2:
    /// doubling the width only halves the error.
    ///
    /// ```
    /// use approximation::bumps::SigmoidNet;
    ///
    /// let net = SigmoidNet::staircase(f64::sin, 0.0, 3.0, 299);
    /// assert!((net.at(1.234) - 1.234_f64.sin()).abs() <= 0.01 / 2.0);
    /// ```
    ///
    /// # Panics
    /// If `width` is 0 or lo < hi does not hold.
    #[track_caller]
    pub fn staircase(f: impl Fn(f64) -> f64, lo: f64, hi: f64, width: usize) -> Self {
        assert!(width > 0 && lo < hi, "staircase: width {width} on [{lo}, {hi}]");
        let bar = (hi - lo) / (width + 1) as f64;
        let height = |i: usize| f(lo + (i as f64 + 0.5) * bar);
        SigmoidNet {
            steps: (1..=width).map(|i| lo + i as f64 * bar).collect(),
            weights: (1..=width).map(|i| height(i) - height(i - 1)).collect(),
            bias: height(0),
            steep: 16.0 / bar,
        }
    }
}
