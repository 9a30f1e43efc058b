//! Mistakes that no list has: they must fail all the same, whatever they are called.

use exercises::calculus::attention_backward::{Spec as AttentionBackward, solution::attention_backward};
use exercises::calculus::layernorm_backward::{Spec as LayernormBackward, solution::layernorm_backward};
use exercises::calculus::matmul_backward::{Spec as MatmulBackward, solution::matmul_backward};
use exercises::judge::{self, Ended, Kind};
use exercises::linalg::cosine::{Spec as Cosine, solution as cosine};
use exercises::linalg::intensity::{Spec as Intensity, solution as intensity};
use exercises::linalg::matmul::{Spec as Matmul, solution::matmul};
use exercises::neuron::{Spec as Neuron, solution::backward};
use exercises::observe::trace;
use exercises::probability::softmax::{Spec as Softmax, solution::softmax};
use exercises::spec::Exercise;
use exercises::wire::Stream;
use linalg::Mat;

fn fails<E: Exercise>(id: &str, mistakes: &[(&str, E::Subject)]) {
    let case = (judge::find(id).unwrap().case)();
    for (what, subject) in mistakes {
        let stream =
            Stream { begun: true, trace: trace::<E>(subject), running: None, ended: true, forged: false };
        let verdict = judge::give(&case, &stream, &Ended::Code(0), "", "");
        if id.ends_with("intensity") {
            println!("FIRST {what}: {:?} {:?}", verdict.kind, verdict);
        }
        assert!(
            matches!(verdict.kind, Kind::Wrong | Kind::Named | Kind::Panicked),
            "{id}, {what}: {verdict:?}"
        );
        println!("{id}, {what}: {:?}", verdict.kind);
    }
}

#[test]
fn neurons() {
    fails::<Neuron>(
        "neuron",
        &[
            ("half the step", |w, b, x, dy, lr| backward(w, b, x, dy, lr / 2.0)),
            ("clips dy", |w, b, x, dy, lr| backward(w, b, x, dy.clamp(-1.0, 1.0), lr)),
            ("at most eight weights", |w, b, x, dy, lr| {
                let n = w.len().min(8);
                backward(&mut w[..n], b, &x[..n], dy, lr);
            }),
            ("decays", |w, b, x, dy, lr| {
                backward(w, b, x, dy, lr);
                w[0] *= 1.0 - 1e-4 * lr;
            }),
            ("leaks", |w, b, x, dy, lr| {
                let z: f64 = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + *b;
                let dz = if z > 0.0 { dy } else { 0.01 * dy };
                w.iter_mut().zip(x).for_each(|(w, x)| *w -= lr * dz * x);
                *b -= lr * dz;
            }),
            ("the first weight alone", |w, b, x, dy, lr| {
                let old = w.to_vec();
                backward(w, b, x, dy, lr);
                w[1..].copy_from_slice(&old[1..]);
            }),
            ("the bias twice", |w, b, x, dy, lr| {
                let old = *b;
                backward(w, b, x, dy, lr);
                *b += *b - old;
            }),
            ("NaN", |w, _, _, _, _| w.fill(f64::NAN)),
        ],
    );
}

#[test]
fn products() {
    fails::<Matmul>(
        "linalg/matmul",
        &[
            ("f32", |a, b| matmul(&a.map(|x| f64::from(x as f32)), &b.map(|x| f64::from(x as f32)))),
            ("blocks of 16 without their edge", |a, b| {
                let mut c = matmul(a, b);
                let n = c.cols();
                if n > 16 {
                    (0..c.rows()).for_each(|i| c[[i, n - 1]] = 0.0);
                }
                c
            }),
            ("absolute", |a, b| matmul(a, b).map(f64::abs)),
            ("at least one row", |a, b| if a.cols() == 0 { Mat::zeros([1, 1]) } else { matmul(a, b) }),
            ("first row only", |a, b| {
                Mat::from_fn(a.rows(), b.cols(), |i, j| if i == 0 { matmul(a, b)[[0, j]] } else { 0.0 })
            }),
            ("mean", |a, b| matmul(a, b).map(|x| x / a.cols().max(1) as f64)),
            ("infinite for large", |a, b| matmul(a, b).map(|x| x * 1e200 / 1e200)),
        ],
    );
}

#[test]
fn softmaxes() {
    fails::<Softmax>(
        "probability/softmax",
        &[
            ("a little of everything", |z| {
                softmax(z).iter().map(|p| (p + 1e-6) / (1.0 + 1e-6 * z.len() as f64)).collect()
            }),
            ("no tiny ones", |z| softmax(z).into_iter().map(|p| if p < 1e-100 { 0.0 } else { p }).collect()),
            ("uniform where all is masked", |z| {
                if z.iter().all(|z| z.is_infinite()) {
                    vec![1.0 / z.len() as f64; z.len()]
                } else {
                    softmax(z)
                }
            }),
            ("one where there is nothing", |z| if z.is_empty() { vec![1.0] } else { softmax(z) }),
            ("an epsilon below", |z| softmax(z).iter().map(|p| p / (1.0 + 1e-7)).collect()),
            ("sharpened", |z| softmax(&z.iter().map(|z| z * 1.001).collect::<Vec<_>>())),
            ("skips the last", |z| {
                let mut p = softmax(z);
                p.pop();
                p
            }),
        ],
    );
}

#[test]
fn intensities() {
    use intensity::{batch, bytes, flop, seconds};
    fails::<Intensity>(
        "linalg/intensity",
        &[
            ("f32 counts", {
                (|[m, k, n]| f64::from(2.0 * m as f32 * k as f32 * n as f32), bytes, seconds, batch)
            }),
            ("whole lines of 64 bytes", {
                (flop, |shape, size, beta| (bytes(shape, size, beta) / 64.0).ceil() * 64.0, seconds, batch)
            }),
            ("never below a microsecond", {
                (
                    flop,
                    bytes,
                    |shape, size, beta, flops, bandwidth| {
                        seconds(shape, size, beta, flops, bandwidth).max(1e-6)
                    },
                    batch,
                )
            }),
            ("the ridge as a whole number", {
                (flop, bytes, seconds, |k, n, size, flops, bandwidth| {
                    batch(k, n, size, (flops / bandwidth).floor() * bandwidth, bandwidth)
                })
            }),
            ("the two branches exchanged", {
                (
                    flop,
                    bytes,
                    |shape, size, beta, flops, bandwidth| {
                        let (f, b) = (flop(shape), bytes(shape, size, beta));
                        if f / b < flops / bandwidth { f / flops } else { b / bandwidth }
                    },
                    batch,
                )
            }),
            ("none above the rows of the matrix", {
                (flop, bytes, seconds, |k, n, size, flops, bandwidth| {
                    batch(k, n, size, flops, bandwidth).filter(|&m| m <= k)
                })
            }),
        ],
    );
}

#[test]
fn cosines() {
    fails::<Cosine>(
        "linalg/cosine",
        &[
            ("rounded", (|x, y| cosine::cosine(x, y).map(|c| (c * 1e4).round() / 1e4), cosine::nearest)),
            ("f32", (|x, y| cosine::cosine(x, y).map(|c| f64::from(c as f32)), cosine::nearest)),
            (
                "the second best",
                (cosine::cosine, |store, query| {
                    let best = cosine::nearest(store, query)?;
                    if store.len() < 2 {
                        return Some(best);
                    }
                    let mut rest = store.to_vec();
                    rest[best].fill(0.0);
                    cosine::nearest(&rest, query)
                }),
            ),
        ],
    );
}

#[test]
fn products_backwards() {
    fails::<MatmulBackward>(
        "calculus/matmul_backward",
        &[
            ("C instead of dC", |a, b, _| matmul_backward(a, b, &a.matmul(b))),
            ("the first column alone", |a, b, dc| {
                let da = Mat::from_fn(a.rows(), a.cols(), |i, k| {
                    if b.cols() == 0 { 0.0 } else { dc[[i, 0]] * b[[k, 0]] }
                });
                (da, matmul_backward(a, b, dc).1)
            }),
            ("a mean over the columns", |a, b, dc| {
                let (da, db) = matmul_backward(a, b, dc);
                (da.map(|d| d / b.cols() as f64), db)
            }),
            ("clips", |a, b, dc| matmul_backward(a, b, &dc.map(|d| d.clamp(-2.0, 2.0)))),
        ],
    );
}

#[test]
fn layer_normalisations_backwards() {
    fails::<LayernormBackward>(
        "calculus/layernorm_backward",
        &[
            ("a dgamma that is centred and not divided", |x, gamma, dy, eps| {
                let (dx, mut dgamma, dbeta) = layernorm_backward(x, gamma, dy, eps);
                dgamma.fill(0.0);
                for t in 0..x.rows() {
                    let mean = x.row(t).iter().sum::<f64>() / gamma.len() as f64;
                    for (j, d) in dgamma.iter_mut().enumerate() {
                        *d += dy[[t, j]] * (x[[t, j]] - mean);
                    }
                }
                (dx, dgamma, dbeta)
            }),
            ("y where the normalised x belongs", |x, gamma, dy, eps| {
                // the second correction along gamma·x̂
                let (mut dx, dgamma, dbeta) = layernorm_backward(x, gamma, dy, eps);
                let n = gamma.len() as f64;
                for t in 0..x.rows() {
                    let mean = x.row(t).iter().sum::<f64>() / n;
                    let variance = x.row(t).iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
                    let deviation = (variance + eps).sqrt();
                    let normal: Vec<f64> = x.row(t).iter().map(|x| (x - mean) / deviation).collect();
                    let along: f64 =
                        (0..gamma.len()).map(|j| dy[[t, j]] * gamma[j] * normal[j]).sum::<f64>() / n;
                    for j in 0..gamma.len() {
                        dx[[t, j]] += (1.0 - gamma[j]) * normal[j] * along / deviation;
                    }
                }
                (dx, dgamma, dbeta)
            }),
            ("half of everything", |x, gamma, dy, eps| {
                layernorm_backward(x, gamma, &dy.map(|d| d / 2.0), eps)
            }),
            ("the first token alone", |x, gamma, dy, eps| {
                let first = Mat::from_fn(dy.rows(), dy.cols(), |t, j| if t == 0 { dy[[t, j]] } else { 0.0 });
                layernorm_backward(x, gamma, &first, eps)
            }),
        ],
    );
}

#[test]
fn attentions_backwards() {
    fails::<AttentionBackward>(
        "calculus/attention_backward",
        &[
            ("a dk made of keys alone", |q, k, v, p, dout| {
                let (dq, _, dv) = attention_backward(q, k, v, p, dout);
                // what comes back to the queries if the keys were asked in their place
                (dq, attention_backward(k, k, v, p, dout).1, dv)
            }),
            ("the values' own product in the mean", |q, k, v, p, dout| {
                let scale = 1.0 / (q.cols() as f64).sqrt();
                let dp = dout.matmul(&v.transpose());
                let ds = Mat::from_fn(p.rows(), p.cols(), |t, s| {
                    let mean: f64 = dout.row(t).iter().zip(v.row(t)).map(|(d, v)| d * v).sum();
                    scale * p[[t, s]] * (dp[[t, s]] - mean)
                });
                (ds.matmul(k), ds.transpose().matmul(q), p.transpose().matmul(dout))
            }),
            ("a mask once more, one place too far", |q, k, v, p, dout| {
                let p = Mat::from_fn(p.rows(), p.cols(), |t, s| if s < t { p[[t, s]] } else { 0.0 });
                attention_backward(q, k, v, &p, dout)
            }),
            ("weights that are rounded", |q, k, v, p, dout| {
                attention_backward(q, k, v, &p.map(|p| (p * 256.0).round() / 256.0), dout)
            }),
        ],
    );
}
