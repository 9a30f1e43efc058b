//! The gradient check: is what backward computes the derivative of what forward computes? Chapter: *Reverse mode*.
//!
//! A wrong gradient often still trains, a little worse. So every operation is checked against differences of its own
//! forward pass, with the precautions that each caught a bug somewhere: in f64 (in f32 the differences are noise),
//! every element of every input, and a *random* cotangent. With the usual `sum()` as the loss every cotangent is 1,
//! and a backward that ignores it passes; a softmax even has gradient 0 then, whatever one computes.

use crate::tape::{Arena, Grads, Params, Tape, Var};
use linalg::Tensor;
use std::fmt;

/// How to check. [`Default`] suits operations on numbers of size 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// The step of the central differences, relative to max(1, |x|).
    ///
    /// The truncation error grows as h², the rounding error as 1/h; they balance near the cube root of the machine
    /// epsilon, 6e-6.
    pub h: f64,
    /// The largest error allowed, relative to max(1, |gradient|).
    pub tolerance: f64,
    /// Which random cotangent.
    pub seed: u64,
}

impl Default for Check {
    fn default() -> Self {
        Check { h: 6e-6, tolerance: 1e-7, seed: 1 }
    }
}

/// A check that passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// How many derivatives were compared.
    pub checked: usize,
    /// The largest error, relative to max(1, |gradient|).
    pub worst: f64,
}

/// A derivative that is wrong: the first one found.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The parameter's name, or `input 0`.
    pub name: String,
    /// The element, in row-major order.
    pub index: usize,
    /// What backward computed.
    pub tape: f64,
    /// What the differences of the forward pass say.
    pub differences: f64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { name, index, tape, differences } = self;
        write!(f, "d {name}[{index}] is {tape} by the tape, {differences} by central differences")
    }
}

impl std::error::Error for Mismatch {}

impl Check {
    /// Checks the gradients of a graph with respect to all parameters and inputs.
    ///
    /// `build` makes the graph from the inputs and returns any value of it. Its gradient is seeded with a random
    /// cotangent c, and each derivative of Σ cᵢ·outᵢ is compared with (s(x + h) − s(x − h))/2h. Backward runs twice,
    /// with another cotangent in between, since an operation may not destroy what it saved.
    ///
    /// ```
    /// use calculus::check::Check;
    /// use calculus::tape::Params;
    /// use linalg::Tensor;
    ///
    /// let mut params = Params::new();
    /// let w = params.add("w", Tensor::from_rows(&[[0.3, -1.0, 0.5], [2.0, 0.1, -0.7]]), true);
    /// let x = Tensor::from_rows(&[[1.0, 2.0, 3.0]]);
    /// let report = Check::default()
    ///     .gradients(&params, &[x], |tape, inputs| {
    ///         let w = tape.param(w);
    ///         let y = tape.linear(inputs[0], w, None);
    ///         tape.tanh(y)
    ///     })
    ///     .unwrap();
    /// assert_eq!(report.checked, 6 + 3);
    /// ```
    ///
    /// Cost: two forward passes a number, so check small graphs.
    ///
    /// # Errors
    /// [`Mismatch`] names the first derivative that is off by more than the tolerance, or NaN.
    pub fn gradients(
        &self,
        params: &Params<f64>,
        inputs: &[Tensor<f64>],
        build: impl Fn(&mut Tape<'_, f64>, &[Var]) -> Var,
    ) -> Result<Report, Mismatch> {
        let (mut params, mut inputs) = (params.clone(), inputs.to_vec());
        let mut arena = Arena::new();

        // What the tape says.
        let mut grads = Grads::like(&params);
        let (cotangent, d_inputs) = {
            let mut tape = Tape::record(&params, &mut arena);
            let vars: Vec<Var> = inputs.iter().map(|x| tape.input(x.shape(), x.data())).collect();
            let out = build(&mut tape, &vars);
            let random = |purpose| -> Vec<f64> {
                (0..tape.value(out).len()).map(|i| uniform(self.seed, purpose, i as u64)).collect()
            };
            let (cotangent, other) = (random(0), random(1));
            tape.backward_with(out, &other, &mut grads);
            grads.zero();
            tape.backward_with(out, &cotangent, &mut grads);
            (cotangent, vars.iter().map(|&v| tape.grad(v).to_vec()).collect::<Vec<_>>())
        };

        // What the differences say.
        let mut objective = |params: &Params<f64>, inputs: &[Tensor<f64>]| -> f64 {
            let mut tape = Tape::record(params, &mut arena);
            let vars: Vec<Var> = inputs.iter().map(|x| tape.input(x.shape(), x.data())).collect();
            let out = build(&mut tape, &vars);
            tape.value(out).iter().zip(&cotangent).map(|(y, c)| y * c).sum()
        };
        let mut report = Report { checked: 0, worst: 0.0 };
        let mut compare = |name: &str, index: usize, tape: f64, differences: f64| {
            let error = (tape - differences).abs() / differences.abs().max(1.0);
            // Written so that a NaN fails.
            let fine = error <= self.tolerance;
            report.checked += 1;
            report.worst = report.worst.max(error);
            if fine { Ok(()) } else { Err(Mismatch { name: name.to_owned(), index, tape, differences }) }
        };
        for e in 0..params.entries().len() {
            let (name, range) = (params.entries()[e].name.clone(), params.entries()[e].range.clone());
            for (index, i) in range.enumerate() {
                let x = params.values()[i];
                let differences = self.central(x, |x| {
                    params.values_mut()[i] = x;
                    objective(&params, &inputs)
                });
                params.values_mut()[i] = x;
                compare(&name, index, grads.values()[i], differences)?;
            }
        }
        for (k, d_input) in d_inputs.iter().enumerate() {
            for i in 0..d_input.len() {
                let x = inputs[k].data()[i];
                let differences = self.central(x, |x| {
                    inputs[k].data_mut()[i] = x;
                    objective(&params, &inputs)
                });
                inputs[k].data_mut()[i] = x;
                compare(&format!("input {k}"), i, d_input[i], differences)?;
            }
        }
        Ok(report)
    }

    /// (f(x + h) − f(x − h))/2h, divided by the step that was really made after rounding.
    fn central(&self, x: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
        let h = self.h * x.abs().max(1.0);
        let (above, below) = (x + h, x - h);
        (f(above) - f(below)) / (above - below)
    }
}

/// A number in (−1, 1) that depends on its place alone: SplitMix64 as a counter-based generator (Steele, Lea and Flood
/// 2014). For first weights and test data; what a program draws for its users comes from `probability::random`.
///
/// ```
/// use calculus::check::uniform;
///
/// assert_eq!(uniform(1, 2, 3), uniform(1, 2, 3));
/// assert!(uniform(1, 2, 3).abs() < 1.0 && uniform(1, 2, 3) != uniform(1, 2, 4));
/// ```
pub fn uniform(seed: u64, purpose: u64, index: u64) -> f64 {
    let mut z = (seed << 32 ^ purpose << 48 ^ index).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 * 2.0_f64.powi(-52) - 1.0
}
