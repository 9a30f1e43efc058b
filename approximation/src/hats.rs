//! A ReLU network without training: the broken line through given points. Chapter: *Universal approximation*.
//!
//! relu(x − t) is zero up to t, then rises with slope 1. So one ReLU bends a line at one place, and a sum of them draws
//! any broken line. That is the whole of the universal approximation theorem in one dimension: every continuous function
//! on an interval lies close to some broken line.

/// max(0, x); NaN stays NaN.
pub fn relu(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// A hat: 0 up to `a`, up to 1 at `b`, down to 0 at `c`, and 0 from there on.
///
/// Three ReLUs: one starts the rise, one turns it into a fall, one stops the fall. Each weight is a *change* of slope.
///
/// ```
/// use approximation::hats::hat;
///
/// assert_eq!([0.0, 1.0, 2.0, 4.0, 9.0].map(|x| hat(x, 1.0, 2.0, 6.0)), [0.0, 0.0, 1.0, 0.5, 0.0]);
/// ```
///
/// # Panics
/// If a < b < c does not hold.
#[track_caller]
// ANCHOR: hat
pub fn hat(x: f64, a: f64, b: f64, c: f64) -> f64 {
    assert!(a < b && b < c, "hat: wanted a < b < c, got {a}, {b}, {c}");
    let (up, down) = (1.0 / (b - a), 1.0 / (c - b));
    up * relu(x - a) - (up + down) * relu(x - b) + down * relu(x - c)
}
// ANCHOR_END: hat

/// A network with one input, one hidden layer of ReLUs and one output: y = bias + Σᵢ vᵢ·relu(x − tᵢ).
///
/// Unit i has input weight 1 and bias −tᵢ: it wakes at the knot tᵢ. Cost: 3n floating-point operations for n units.
#[derive(Clone, Debug, PartialEq)]
// ANCHOR: net
pub struct ReluNet {
    /// Where each hidden unit wakes (minus its bias).
    pub knots: Vec<f64>,
    /// The output weight of each hidden unit.
    pub weights: Vec<f64>,
    /// The output's bias.
    pub bias: f64,
}

impl ReluNet {
    /// The network's output.
    pub fn at(&self, x: f64) -> f64 {
        let units = self.knots.iter().zip(&self.weights);
        self.bias + units.map(|(t, v)| v * relu(x - t)).sum::<f64>()
    }
    // ANCHOR_END: net

    /// The number of hidden units.
    pub fn width(&self) -> usize {
        self.knots.len()
    }

    /// The broken line through the points `(xs[i], ys[i])`, as a network: n points take n − 1 hidden units.
    ///
    /// Between two points the line has one slope. Each unit wakes at a point and adds the *change* of slope there. Right
    /// of the last point the line goes on straight; left of the first it is constant, because no unit is awake.
    ///
    /// ```
    /// use approximation::hats::ReluNet;
    ///
    /// let net = ReluNet::through(&[0.0, 1.0, 3.0], &[5.0, 7.0, 3.0]);
    /// assert_eq!(net.weights, [2.0, -4.0]); // slope 2, then slope -2
    /// assert_eq!([0.0, 0.5, 1.0, 2.0, 3.0].map(|x| net.at(x)), [5.0, 6.0, 7.0, 5.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no point, the lengths differ, or `xs` does not rise.
    #[track_caller]
    pub fn through(xs: &[f64], ys: &[f64]) -> Self {
        assert!(
            xs.len() == ys.len() && !xs.is_empty(),
            "through: {} positions and {} values",
            xs.len(),
            ys.len()
        );
        assert!(xs.is_sorted_by(|a, b| a < b), "through: positions must rise");
        let mut slope = 0.0;
        let mut weights = Vec::with_capacity(xs.len() - 1);
        for i in 0..xs.len() - 1 {
            let next = (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]);
            weights.push(next - slope);
            slope = next;
        }
        ReluNet { knots: xs[..xs.len() - 1].to_vec(), weights, bias: ys[0] }
    }

    /// The network of `width` hidden units that meets `f` at `width` + 1 evenly spaced points of \[lo, hi\].
    ///
    /// If |f″| ≤ M, then |f − net| ≤ M·h²/8 with h = (hi − lo)/width: doubling the width divides the error by four.
    /// Source: Süli and Mayers, *An Introduction to Numerical Analysis*, theorem 11.1 (linear splines).
    ///
    /// ```
    /// use approximation::hats::ReluNet;
    ///
    /// let net = ReluNet::interpolating(f64::sin, 0.0, 3.0, 30);
    /// assert!((net.at(1.234) - 1.234_f64.sin()).abs() <= 0.1 * 0.1 / 8.0);
    /// ```
    ///
    /// # Panics
    /// If `width` is 0 or lo < hi does not hold.
    #[track_caller]
    pub fn interpolating(f: impl Fn(f64) -> f64, lo: f64, hi: f64, width: usize) -> Self {
        assert!(width > 0 && lo < hi, "interpolating: width {width} on [{lo}, {hi}]");
        let xs: Vec<f64> = (0..=width).map(|i| lo + (hi - lo) * i as f64 / width as f64).collect();
        let ys: Vec<f64> = xs.iter().map(|&x| f(x)).collect();
        ReluNet::through(&xs, &ys)
    }
}
