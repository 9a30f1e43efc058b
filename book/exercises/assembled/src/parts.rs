//! One place for each exercise. An open one is filled by the crates.

use exercises::approximation::relu_net::{self, Net};
use exercises::calculus::tape::{self, Node};
use exercises::calculus::{gradcheck, xent};
use exercises::linalg::norms::Norm;
use exercises::linalg::strides::{self, Layout};
use exercises::linalg::{matmul, norms};
use exercises::nn::adamw::{self, Config, Step};
use exercises::nn::kv_cache::{self, Extend};
use exercises::nn::{attention, rmsnorm, rope};
use exercises::probability::{log_sum_exp, softmax, temperature, top_k, top_p};
use exercises::spec::Exercise;
use linalg::Mat;
use std::cell::Cell;

/// What the learner of an exercise writes.
pub type Solved<E> = Option<<E as Exercise>::Subject>;

/// The parts that are the learner's own. Fields have the names of the exercises.
#[derive(Clone, Copy, Default)]
pub struct Parts {
    /// Every matrix product, forward and backward.
    pub matmul: Solved<matmul::Spec>,
    /// How long a gradient is: it is clipped by this.
    pub norms: Solved<norms::Spec>,
    /// How a transpose, and the part of one head, are read.
    pub strides: Solved<strides::Spec>,
    /// The weights of attention in the backward pass.
    pub softmax: Solved<softmax::Spec>,
    /// The loss: this of the scores, less the score of the right character.
    pub log_sum_exp: Solved<log_sum_exp::Spec>,
    /// From the scores of the next character to its probabilities.
    pub temperature: Solved<temperature::Spec>,
    /// How many characters the sampler may choose from.
    pub top_k: Solved<top_k::Spec>,
    /// How much of the probability it may choose from.
    pub top_p: Solved<top_p::Spec>,
    /// The derivative of the normalisation.
    pub tape: Solved<tape::Spec>,
    /// The witness who is asked before training begins.
    pub gradcheck: Solved<gradcheck::Spec>,
    /// The learning rate's way up and down.
    pub relu_net: Solved<relu_net::Spec>,
    /// Where every gradient begins.
    pub xent: Solved<xent::Spec>,
    /// Every step.
    pub adamw: Solved<adamw::Spec>,
    /// The norms before attention, before the hidden layer, and at the end.
    pub rmsnorm: Solved<rmsnorm::Spec>,
    /// Where a character stands.
    pub rope: Solved<rope::Spec>,
    /// How characters learn of one another.
    pub attention: Solved<attention::Spec>,
    /// The same, one character at a time.
    pub kv_cache: Solved<kv_cache::Spec>,
}

thread_local! {
    // The tape's operations are plain functions; this is where they find the parts.
    static PARTS: Cell<Parts> = Cell::new(Parts::default());
}

impl Parts {
    /// From now on, this thread computes with these parts.
    pub fn install(self) {
        PARTS.set(self);
    }
}

fn parts() -> Parts {
    PARTS.get()
}

/// A·B.
pub fn matmul(a: &Mat, b: &Mat) -> Mat {
    parts().matmul.map_or_else(|| a.matmul(b), |f| f(a, b))
}

/// The length of a vector.
pub fn length(x: &[f64]) -> f64 {
    parts().norms.map_or_else(|| linalg::norm2(x), |f| f(x, Norm::Two))
}

/// Aᵀ, written down.
pub fn transposed(a: &Mat) -> Mat {
    let Some(f) = parts().strides else { return a.transpose() };
    let layout = (f.transpose)((f.row_major)(a.rows(), a.cols()));
    read(&f, a.data(), layout)
}

/// Columns `from` to `from + width` of some rows of a matrix with `cols` columns.
pub fn columns(rows: &[f64], cols: usize, from: usize, width: usize) -> Mat {
    let n = rows.len() / cols;
    let Some(f) = parts().strides else {
        return Mat::from_fn(n, width, |i, j| rows[i * cols + from + j]);
    };
    // Rows `from` to `from + width` of the transpose, transposed.
    let layout = (f.transpose)((f.rows)((f.transpose)((f.row_major)(n, cols)), from, from + width));
    read(&f, rows, layout)
}

fn read(f: &strides::Functions, data: &[f64], layout: Layout) -> Mat {
    Mat::from_fn(layout.shape[0], layout.shape[1], |i, j| (f.at)(data, layout, i, j).unwrap_or(f64::NAN))
}

/// exp(z)/Σ exp(z).
pub fn softmax(z: &[f64]) -> Vec<f64> {
    parts().softmax.map_or_else(
        || {
            let mut p = z.to_vec();
            linalg::kernels::softmax(&mut p);
            p
        },
        |f| f(z),
    )
}

/// ln Σ exp(z), or NaN if the scores are no numbers: training stops there.
pub fn log_sum_exp(z: &[f64]) -> f64 {
    parts().log_sum_exp.map_or_else(|| probability::log_sum_exp(z).unwrap_or(f64::NAN), |f| f(z))
}

// The crates refuse scores that are no numbers. These then return nothing, from which nothing can be drawn.

/// exp(z/t)/Σ exp(z/t).
pub fn temperature(z: &[f64], t: f64) -> Vec<f64> {
    parts()
        .temperature
        .map_or_else(|| probability::temperature::temperature(z, t).unwrap_or_default(), |f| f(z, t))
}

/// The softmax of the k largest, 0 for the others.
pub fn top_k(z: &[f64], k: usize) -> Vec<f64> {
    parts().top_k.map_or_else(
        || {
            let mut p = probability::top_k::top_k(z, k).unwrap_or_default();
            linalg::kernels::softmax(&mut p);
            p
        },
        |f| f(z, k),
    )
}

/// The nucleus of a distribution.
pub fn top_p(p: &[f64], threshold: f64) -> Vec<f64> {
    parts()
        .top_p
        .map_or_else(|| probability::top_p::top_p(p, threshold).unwrap_or_default(), |f| f(p, threshold))
}

/// The derivative of number `out` with respect to every number on a tape.
pub fn sweep(nodes: &[Node], out: usize) -> Vec<f64> {
    parts().tape.map_or_else(
        || {
            let mut d = vec![0.0; nodes.len()];
            d[out] = 1.0;
            for j in (0..=out).rev() {
                for edge in nodes[j].inputs() {
                    d[edge.input] += edge.slope * d[j];
                }
            }
            d
        },
        |f| f(nodes, out),
    )
}

/// Whether `grad` is the gradient of `f` at `x`.
pub fn gradcheck(f: &dyn Fn(&[f64]) -> f64, x: &[f64], grad: &[f64]) -> bool {
    parts().gradcheck.map_or_else(
        || {
            let slope = |i: usize| {
                let h = 1e-5;
                let at = |h: f64| {
                    let mut x = x.to_vec();
                    x[i] += h;
                    f(&x)
                };
                (at(h) - at(-h)) / (2.0 * h)
            };
            (0..x.len()).all(|i| (slope(i) - grad[i]).abs() <= 1e-6 * (1.0 + slope(i).abs()))
        },
        |check| check(f, x, grad),
    )
}

/// The broken line through some points.
pub fn broken_line(xs: &[f64], ys: &[f64]) -> Net {
    parts().relu_net.map_or_else(
        || {
            let slopes: Vec<f64> =
                xs.windows(2).zip(ys.windows(2)).map(|(x, y)| (y[1] - y[0]) / (x[1] - x[0])).collect();
            let before = std::iter::once(0.0).chain(slopes.iter().copied());
            let weights = slopes.iter().zip(before).map(|(s, b)| s - b).collect();
            Net { knots: xs[..slopes.len()].to_vec(), weights, bias: ys[0] }
        },
        |f| f(xs, ys),
    )
}

/// The derivative of the mean cross-entropy in the logits.
pub fn xent_backward(z: &Mat, y: &[usize]) -> Mat {
    parts().xent.map_or_else(
        || {
            let mut dz = z.clone();
            for (i, &y) in y.iter().enumerate() {
                let row = dz.row_mut(i);
                linalg::kernels::softmax(row);
                row[y] -= 1.0;
                for x in row {
                    *x /= z.rows() as f64;
                }
            }
            dz
        },
        |f| f(z, y),
    )
}

/// An optimiser for `n` weights.
pub fn adamw(n: usize) -> Step {
    parts().adamw.map_or_else(
        || {
            let (mut m, mut v, mut t) = (vec![0.0; n], vec![0.0; n], 0);
            let step = move |w: &mut [f64], g: &[f64], c: &Config| {
                t += 1;
                for i in 0..w.len() {
                    m[i] += (1.0 - c.beta1) * (g[i] - m[i]);
                    v[i] += (1.0 - c.beta2) * (g[i] * g[i] - v[i]);
                    let m = m[i] / (1.0 - c.beta1.powi(t));
                    let v = v[i] / (1.0 - c.beta2.powi(t));
                    w[i] -= c.lr * (m / (v.sqrt() + c.eps) + c.weight_decay * w[i]);
                }
            };
            Box::new(step) as Step
        },
        |f| f(n),
    )
}

/// Each row over the root of its mean square, times a gain for each column.
pub fn rmsnorm(x: &Mat, gain: &[f64], eps: f64) -> Mat {
    parts().rmsnorm.map_or_else(
        || {
            let mut y = x.clone();
            for i in 0..x.rows() {
                let mean = linalg::dot(x.row(i), x.row(i)) / gain.len() as f64;
                y.row_mut(i).iter_mut().zip(gain).for_each(|(y, g)| *y *= g / (mean + eps).sqrt());
            }
            y
        },
        |f| f(x, gain, eps),
    )
}

/// The base of the rotation: what the exercise `kv_cache` turns by too.
pub const BASE: f64 = 100.0;

/// Turns the pairs of `x` by the angles that belong to a position.
pub fn rope(x: &mut [f64], position: usize) {
    match parts().rope {
        Some(f) => f(x, position, BASE),
        None => kv_cache::rope(x, position),
    }
}

/// Causal attention, one head.
pub fn attention(q: &Mat, k: &Mat, v: &Mat) -> Mat {
    parts().attention.map_or_else(|| nn::attention::attend(q, k, v), |f| f(q, k, v))
}

/// An empty cache of one head.
pub fn cache() -> Extend {
    parts().kv_cache.map_or_else(
        || {
            let [mut keys, mut values]: [Vec<f64>; 2] = [vec![], vec![]];
            let extend = move |q: &Mat, k: &Mat, v: &Mat| {
                let mut y = Mat::zeros([q.rows(), v.cols()]);
                for t in 0..q.rows() {
                    let position = values.len() / v.cols();
                    let (mut q, mut key) = (q.row(t).to_vec(), k.row(t).to_vec());
                    kv_cache::rope(&mut q, position);
                    kv_cache::rope(&mut key, position);
                    keys.extend(key);
                    values.extend(v.row(t));
                    let scale = 1.0 / (q.len() as f64).sqrt();
                    let score = |key: &[f64]| scale * linalg::kernels::dot(&q, key);
                    let mut w: Vec<f64> = keys.chunks(q.len()).map(score).collect();
                    linalg::kernels::softmax(&mut w);
                    for (w, v) in w.iter().zip(values.chunks(v.cols())) {
                        linalg::kernels::axpy(*w, v, y.row_mut(t));
                    }
                }
                y
            };
            Box::new(extend) as Extend
        },
        |f| f(),
    )
}
