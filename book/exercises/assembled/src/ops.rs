//! Four operations of the tape that call the parts: what each computes, and its backward twin.

use crate::parts;
use calculus::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use exercises::calculus::tape::{Edge, Node};
use linalg::{Mat, kernels};

/// Keeps a division by zero away from a row of zeros.
const EPS: f64 = 1e-5;

/// y = x·Wᵀ: (rows, in) → (rows, out), W is (out, in).
pub fn linear(tape: &mut Tape<'_, f64>, x: Var, w: Var) -> Var {
    const OP: Op<f64> = Op { name: "linear", forward: linear_forward, backward: linear_backward };
    let (rows, out) = (tape.shape(x)[0], tape.shape(w)[0]);
    tape.push(&OP, &[x, w], [rows, out], Attrs::default(), &[], 0)
}

fn matrix(data: &[f64], rows: usize) -> Mat {
    Mat::new([rows, data.len() / rows], data.to_vec())
}

fn linear_forward(f: &mut Forward<'_, f64>) {
    let (x, w) = (matrix(f.input(0), f.shape(0)[0]), matrix(f.input(1), f.shape(1)[0]));
    f.out.copy_from_slice(parts::matmul(&x, &parts::transposed(&w)).data());
}

fn linear_backward(b: &mut Backward<'_, f64>) {
    let (x, w) = (matrix(b.input(0), b.shape(0)[0]), matrix(b.input(1), b.shape(1)[0]));
    let d_y = matrix(b.d_out(), x.rows());
    if let Some(d_x) = b.d_input(0) {
        add(d_x, parts::matmul(&d_y, &w).data());
    }
    if let Some(d_w) = b.d_input(1) {
        add(d_w, parts::matmul(&parts::transposed(&d_y), &x).data());
    }
}

/// Stores a derivative, or adds it to what other readers have handed back.
fn add((d, beta): (&mut [f64], f64), new: &[f64]) {
    for (d, new) in d.iter_mut().zip(new) {
        *d = if beta == 0.0 { *new } else { *d + new };
    }
}

/// y = gain·x/√(mean(x²) + ε), row by row.
pub fn rmsnorm(tape: &mut Tape<'_, f64>, x: Var, gain: Var) -> Var {
    const OP: Op<f64> = Op { name: "rmsnorm", forward: rmsnorm_forward, backward: rmsnorm_backward };
    let shape = tape.shape(x);
    tape.push(&OP, &[x, gain], shape, Attrs::default(), &[], 0)
}

/// One row.
pub fn rmsnorm_row(x: &[f64], gain: &[f64]) -> Vec<f64> {
    parts::rmsnorm(&matrix(x, 1), gain, EPS).into_data()
}

fn rmsnorm_forward(f: &mut Forward<'_, f64>) {
    let (x, gain) = (f.input(0), f.input(1));
    f.out.copy_from_slice(parts::rmsnorm(&matrix(x, x.len() / gain.len()), gain, EPS).data());
}

/// The derivative comes from the learner's sweep, over a tape of single numbers: one tape for each row.
fn rmsnorm_backward(b: &mut Backward<'_, f64>) {
    let (x, gain, d_y) = (b.input(0), b.input(1), b.d_out());
    let n = gain.len();
    let (mut d_x, mut d_gain) = (vec![0.0; x.len()], vec![0.0; n]);
    for (i, x) in x.chunks(n).enumerate() {
        let d = parts::sweep(&rmsnorm_tape(x, gain, &d_y[i * n..][..n]), 3 * n + 2);
        d_x[i * n..][..n].copy_from_slice(&d[..n]);
        kernels::axpy(1.0, &d[n..2 * n], &mut d_gain);
    }
    if let Some(d) = b.d_input(0) {
        add(d, &d_x);
    }
    if let Some(d) = b.d_input(1) {
        add(d, &d_gain);
    }
}

/// x, gain, s = Σx², r = (s/n + ε)^(−½), y = gain·x·r, and Σ dy·y, whose derivatives are wanted.
fn rmsnorm_tape(x: &[f64], gain: &[f64], d_y: &[f64]) -> Vec<Node> {
    let n = x.len();
    let edge = |input, slope| Edge { input, slope };
    let r = 1.0 / (kernels::dot(x, x) / n as f64 + EPS).sqrt();
    let mut nodes: Vec<Node> = (0..2 * n).map(|_| Node::new(vec![])).collect();
    nodes.push(Node::new(x.iter().enumerate().map(|(i, x)| edge(i, 2.0 * x)).collect()));
    nodes.push(Node::new(vec![edge(2 * n, -0.5 * r * r * r / n as f64)]));
    for i in 0..n {
        nodes.push(Node::new(vec![
            edge(i, gain[i] * r),
            edge(n + i, x[i] * r),
            edge(2 * n + 1, gain[i] * x[i]),
        ]));
    }
    nodes.push(Node::new(d_y.iter().enumerate().map(|(i, d)| edge(2 * n + 2 + i, *d)).collect()));
    nodes
}

/// Causal attention of all heads of all sequences: (rows, 3·d) → (rows, d), where a row holds query, key and value.
pub fn attention(tape: &mut Tape<'_, f64>, qkv: Var, time: usize, heads: usize) -> Var {
    const OP: Op<f64> = Op { name: "attention", forward: attention_forward, backward: attention_backward };
    let shape = tape.shape(qkv);
    let attrs = Attrs { n: [time as u32, heads as u32, 0, 0], ..Attrs::default() };
    tape.push(&OP, &[qkv], [shape[0], shape[1] / 3], attrs, &[], 0)
}

/// Query, key and value of one head of one sequence; the first two turned by their positions.
fn head(rows: &[f64], d: usize, heads: usize, h: usize) -> [Mat; 3] {
    let width = d / heads;
    let mut qkv = [0, 1, 2].map(|which| parts::columns(rows, 3 * d, which * d + h * width, width));
    for x in &mut qkv[..2] {
        for t in 0..x.rows() {
            parts::rope(x.row_mut(t), t);
        }
    }
    qkv
}

fn attention_forward(f: &mut Forward<'_, f64>) {
    let [time, heads] = [f.attrs.n[0], f.attrs.n[1]].map(|n| n as usize);
    let d = f.out_shape()[1];
    for (x, y) in f.input(0).chunks(time * 3 * d).zip(f.out.chunks_mut(time * d)) {
        for h in 0..heads {
            let [q, k, v] = head(x, d, heads, h);
            let out = parts::attention(&q, &k, &v);
            let width = d / heads;
            for t in 0..time {
                y[t * d + h * width..][..width].copy_from_slice(out.row(t));
            }
        }
    }
}

/// With weights P = softmax(S), S = q·kᵀ/√w: dv = Pᵀ·dy, dS = P·(dP − Σ dP·P) with dP = dy·vᵀ, dq = dS·k/√w, dk = dSᵀ·q/√w.
fn attention_backward(b: &mut Backward<'_, f64>) {
    let [time, heads] = [b.attrs.n[0], b.attrs.n[1]].map(|n| n as usize);
    let d = b.out_shape()[1];
    let width = d / heads;
    let scale = 1.0 / (width as f64).sqrt();
    let mut d_x = vec![0.0; b.input(0).len()];
    let sequences = b.input(0).chunks(time * 3 * d).zip(b.d_out().chunks(time * d));
    for ((x, d_y), d_x) in sequences.zip(d_x.chunks_mut(time * 3 * d)) {
        for h in 0..heads {
            let [q, k, v] = head(x, d, heads, h);
            let d_y = parts::columns(d_y, d, h * width, width);
            let [mut d_q, mut d_k, mut d_v] = [0; 3].map(|_| Mat::zeros([time, width]));
            for t in 0..time {
                let scores: Vec<f64> = (0..=t).map(|s| scale * kernels::dot(q.row(t), k.row(s))).collect();
                let p = parts::softmax(&scores);
                let d_p: Vec<f64> = (0..=t).map(|s| kernels::dot(d_y.row(t), v.row(s))).collect();
                let mean = kernels::dot(&p, &d_p);
                for s in 0..=t {
                    let d_score = scale * p[s] * (d_p[s] - mean);
                    kernels::axpy(p[s], d_y.row(t), d_v.row_mut(s));
                    kernels::axpy(d_score, k.row(s), d_q.row_mut(t));
                    kernels::axpy(d_score, q.row(t), d_k.row_mut(s));
                }
            }
            for (which, d_part) in [d_q, d_k, d_v].iter_mut().enumerate() {
                for t in 0..time {
                    if which < 2 {
                        turn_back(d_part.row_mut(t), t);
                    }
                    let at = t * 3 * d + which * d + h * width;
                    d_x[at..][..width].copy_from_slice(d_part.row(t));
                }
            }
        }
    }
    if let Some(d) = b.d_input(0) {
        add(d, &d_x);
    }
}

/// The derivative of a rotation is the rotation back: a reflection, the rotation, and the reflection again.
fn turn_back(x: &mut [f64], position: usize) {
    let reflect = |x: &mut [f64]| x.iter_mut().skip(1).step_by(2).for_each(|x| *x = -*x);
    reflect(x);
    parts::rope(x, position);
    reflect(x);
}

/// The mean over rows of −ln softmax(z)\[y\].
pub fn cross_entropy(tape: &mut Tape<'_, f64>, logits: Var, targets: &[u32]) -> Var {
    const OP: Op<f64> = Op { name: "cross entropy", forward: xent_forward, backward: xent_backward };
    tape.push(&OP, &[logits], [], Attrs::default(), targets, 0)
}

fn xent_forward(f: &mut Forward<'_, f64>) {
    let z = matrix(f.input(0), f.shape(0)[0]);
    let loss = |(i, y): (usize, &u32)| parts::log_sum_exp(z.row(i)) - z[[i, *y as usize]];
    f.out[0] = f.ints.iter().enumerate().map(loss).sum::<f64>() / z.rows() as f64;
}

fn xent_backward(b: &mut Backward<'_, f64>) {
    let z = matrix(b.input(0), b.shape(0)[0]);
    let targets: Vec<usize> = b.ints.iter().map(|&y| y as usize).collect();
    let d = b.d_out()[0];
    let d_z = parts::xent_backward(&z, &targets);
    if let Some(to) = b.d_input(0) {
        add(to, d_z.map(|x| d * x).data());
    }
}
