//! **relu_net**: the broken line through given points, as a network. Chapter: *Universal approximation*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// A network with one hidden layer of ReLUs: y = bias + Σᵢ weights\[i\] · max(0, x − knots\[i\]).
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// Where each hidden unit wakes.
    pub knots: Vec<f64>,
    /// The output weight of each hidden unit.
    pub weights: Vec<f64>,
    /// The output's bias.
    pub bias: f64,
}

impl Net {
    /// The network's output. Units without a weight do not count.
    pub fn at(&self, x: f64) -> f64 {
        let units = self.knots.iter().zip(&self.weights);
        self.bias + units.map(|(t, v)| v * if x < *t { 0.0 } else { x - t }).sum::<f64>()
    }
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! relu_net {
    ($file:ident) => {
        $file::relu_net
    };
}

/// The exercise.
pub struct Spec;

/// The points of one probe.
#[derive(Clone, Debug)]
pub struct Points {
    xs: Vec<f64>,
    ys: Vec<f64>,
}

fn points(xs: &[f64], ys: &[f64]) -> Points {
    Points { xs: xs.to_vec(), ys: ys.to_vec() }
}

/// `n` points with gaps of different lengths.
fn uneven(n: usize, seed: u64) -> Points {
    let mut numbers = Numbers::new(seed);
    let ys = numbers.vector(n);
    let xs = (0..n)
        .scan(-2.0, |x, _| {
            *x += 0.2 + (numbers.unit() * 10.0).round() / 5.0;
            Some(*x)
        })
        .collect();
    Points { xs, ys }
}

impl Exercise for Spec {
    type Subject = fn(&[f64], &[f64]) -> Net;
    type Input = Points;

    fn probes() -> Vec<Probe<Points>> {
        let uneven_gaps = &["the gaps between the points differ"];
        vec![
            Probe::new("two points", points(&[0.0, 1.0], &[0.0, 2.0])),
            Probe::new("two points, not at the origin", points(&[1.0, 2.0], &[3.0, 0.5])),
            Probe::new("one gap of a half", points(&[0.5, 1.0], &[1.5, 2.75])),
            Probe::new("up and down", points(&[0.0, 1.0, 2.0, 3.0], &[0.5, 2.5, 2.0, -1.0])),
            Probe::new(
                "a straight line through four points",
                points(&[-1.0, 0.0, 1.0, 2.0], &[3.5, 2.0, 0.5, -1.0]),
            ),
            Probe::new("three points, uneven", points(&[-1.5, 0.5, 0.75], &[2.0, -1.0, 0.25]))
                .tags(uneven_gaps),
            Probe::new("six points, uneven", uneven(6, 3)).tags(uneven_gaps),
            Probe::new("thirteen points, uneven", uneven(13, 8)).tags(uneven_gaps),
            Probe::new("one point", points(&[1.5], &[-2.5])),
            Probe::new(
                "a cliff: 2 up within 0.001",
                points(&[0.0, 1.0, 1.001, 2.0], &[0.5, 0.75, 2.75, 3.0]),
            )
            .tags(uneven_gaps),
            Probe::new("values near 1e6", points(&[0.0, 2.0, 3.0], &[1e6, -2e6, 1.5e6]))
                .tags(uneven_gaps)
                .magnitude(2e6),
            Probe::new("values near 1e−20", points(&[0.0, 2.0, 3.0], &[2e-20, -3e-20, 5e-20]))
                .tags(uneven_gaps),
        ]
    }

    fn observe(relu_net: &Self::Subject, Points { xs, ys }: &Points, out: &mut Observer) {
        out.given("xs", xs);
        out.given("ys", ys);
        let net = relu_net(xs, ys);
        let at = |at: &[f64]| at.iter().map(|&x| net.at(x)).collect::<Vec<f64>>();
        let scale = ys.iter().fold(0.0, |s: f64, y| s.max(y.abs()));
        // A sum of ramps cancels: judge against the size of the values, not of each result.
        let tolerance = 1e-9 * scale;
        let between: Vec<f64> = xs.windows(2).map(|w| w[0] + 0.3 * (w[1] - w[0])).collect();
        let last = xs[xs.len() - 1];
        out.see("the network at xs", &at(xs)).within(0.0, tolerance);
        out.see("between the points", &at(&between)).within(0.0, tolerance);
        out.see("left of the first point", &at(&[xs[0] - 0.5, xs[0] - 2.0])).within(0.0, tolerance);
        out.see("right of the last point", &at(&[last + 0.5, last + 2.0])).within(1e-9, tolerance);
        out.cost("hidden units", net.knots.len() as f64, 1.0);
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::relu_net!(starter)
    }
    fn solution() -> Self::Subject {
        crate::relu_net!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
