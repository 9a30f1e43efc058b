//! How far to go along a direction: the strong Wolfe conditions. Chapter: *Optimisers*.
//!
//! Along a direction f is a function φ(t) of one number. A step t will do if
//!
//! ```text
//! φ(t) ≤ φ(0) + c₁·t·φ′(0)         it is lower, by a share c₁ of what the slope promised: t is not too long
//! |φ′(t)| ≤ c₂·|φ′(0)|             the slope has been used up, to a share c₂: t is not too short
//! ```
//!
//! The second one is what L-BFGS lives on: the slope grew on the way, so there is curvature to be learned from it. First the step is made longer
//! until a piece [low, high] is known to hold such a t; then that piece is made shorter, by the cubic through both ends.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd edition, algorithms 3.5 and 3.6; Hager and Zhang 2005, section 4, on rounding.

/// A step length, and φ and φ′ there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// The step.
    pub t: f64,
    /// φ(t).
    pub value: f64,
    /// φ′(t).
    pub slope: f64,
}

/// The two shares, and how often φ may be computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wolfe {
    /// c₁, what counts as lower: 0 < c₁ < c₂.
    pub lower: f64,
    /// c₂, what counts as used up: c₂ < 1. Near 1 is loose, and right for directions that know their length; near 0 is exact.
    pub flatter: f64,
    /// The most values of φ.
    pub cap: usize,
}

impl Default for Wolfe {
    /// 10⁻⁴, 0.9 and 30, as is usual for quasi-Newton methods.
    fn default() -> Self {
        Wolfe { lower: 1e-4, flatter: 0.9, cap: 30 }
    }
}

impl Wolfe {
    /// A step that satisfies both conditions, or none. `phi` gives φ and φ′; `value` and `slope` are those at 0; `first` is tried first.
    ///
    /// What is returned is the last thing that `phi` was asked for, so that its by-products (a gradient in a buffer) belong to it.
    ///
    /// ```
    /// use calculus::optim::Wolfe;
    ///
    /// // (t − 3)², from a first step that is much too short
    /// let phi = |t: f64| ((t - 3.0) * (t - 3.0), 2.0 * (t - 3.0));
    /// let exact = Wolfe { flatter: 0.01, ..Wolfe::default() };
    /// let step = exact.search(phi, 9.0, -6.0, 0.1).unwrap();
    /// assert!((step.t - 3.0).abs() < 0.04);
    /// ```
    ///
    /// `None` if the slope at 0 is not negative (or NaN), or after `cap` values. A φ that is infinite or NaN counts as too high.
    pub fn search(
        self,
        mut phi: impl FnMut(f64) -> (f64, f64),
        value: f64,
        slope: f64,
        first: f64,
    ) -> Option<Trial> {
        // NaN is not negative either
        if !(slope < 0.0 && first > 0.0) {
            return None;
        }
        // At the bottom φ changes by less than it is rounded.
        let noise = 4.0 * f64::EPSILON * value.abs();
        let start = Trial { t: 0.0, value, slope };
        let too_high = |x: &Trial| {
            let allowed = value + self.lower * x.t * slope + noise;
            !x.value.is_finite() || !x.slope.is_finite() || x.value > allowed
        };
        let used_up = |x: &Trial| x.slope.abs() <= self.flatter * slope.abs();
        let mut left = self.cap;
        let mut at = |t: f64| {
            left = left.checked_sub(1)?;
            let (value, slope) = phi(t);
            Some(Trial { t, value, slope })
        };

        // ANCHOR: bracket
        // Longer and longer, until the piece from `low` to `high` must hold a good step: `low` is the lower end.
        let (mut low, mut x) = (start, at(first)?);
        let mut high = loop {
            if too_high(&x) || (low.t > 0.0 && x.value >= low.value + noise) {
                break x;
            }
            if used_up(&x) {
                return Some(x);
            }
            if x.slope > 0.0 {
                break std::mem::replace(&mut low, x);
            }
            let next = longer(&low, &x, noise);
            low = x;
            x = at(next)?;
        };
        // Shorter and shorter, keeping that promise.
        loop {
            let x = at(between(&low, &high, noise))?;
            if too_high(&x) || x.value >= low.value + noise {
                high = x;
            } else {
                if used_up(&x) {
                    return Some(x);
                }
                if x.slope * (high.t - low.t) >= 0.0 {
                    high = low;
                }
                low = x;
            }
        }
        // ANCHOR_END: bracket
    }
}

/// Where the cubic through two points and their slopes is lowest (N. & W., equation 3.59); NaN if it is nowhere. Where the values differ by no more
/// than rounding, their slopes alone: where the line through those is 0.
fn lowest(a: &Trial, b: &Trial, noise: f64) -> f64 {
    if (a.value - b.value).abs() <= noise {
        return b.t - b.slope * (b.t - a.t) / (b.slope - a.slope);
    }
    let d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.t - b.t);
    let d2 = (b.t - a.t).signum() * (d1 * d1 - a.slope * b.slope).sqrt();
    b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2)
}

/// A longer step than `b`, after `a`: the cubic's, held between 1.5 and 10 times as long; twice as long where the cubic has no lowest point.
fn longer(a: &Trial, b: &Trial, noise: f64) -> f64 {
    let t = lowest(a, b, noise);
    if t.is_finite() && t > b.t { t.clamp(1.5 * b.t, 10.0 * b.t) } else { 2.0 * b.t }
}

/// A place between the ends: the cubic's, but at least a tenth of the piece away from either; the middle where the cubic says nothing.
fn between(low: &Trial, high: &Trial, noise: f64) -> f64 {
    let (from, to) = (low.t.min(high.t), low.t.max(high.t));
    let margin = 0.1 * (to - from);
    let t = lowest(low, high, noise);
    if t.is_finite() { t.clamp(from + margin, to - margin) } else { f64::midpoint(from, to) }
}
