//! Cross-entropy of logits against target classes. Chapter: *Softmax and sampling*.

use super::elementwise::{PARALLEL, PARALLEL_COSTLY, accumulate, vectorise};
use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, IGNORE, Op, Tape, Var};
use linalg::{Real, kernels, par};

impl<T: Real> Tape<'_, T> {
    /// The mean over rows of −ln softmax(logits)\[target\]: what a language model minimises. A single number, in nats.
    ///
    /// −ln softmax(z)ₜ = m + ln Σ e^(zⱼ−m) − zₜ with m = max z: no probability is formed whose logarithm could be −∞. Rows
    /// whose target is [`IGNORE`] count neither in the sum nor in the divisor; if all are ignored, the loss and its
    /// gradient are 0 (PyTorch gives NaN).
    ///
    /// ```
    /// use calculus::tape::{Arena, IGNORE, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let logits = tape.constant([3, 2], &[0.0, 0.0, 1000.0, -1000.0, 7.0, 7.0]);
    /// let loss = tape.cross_entropy(logits, &[1, 0, IGNORE]);
    /// assert!((tape.item(loss) - 0.5 * f64::ln(2.0)).abs() < 1e-15); // ln 2 for a guess, 0 for a certainty
    /// ```
    ///
    /// # Panics
    /// If there is not one target a row, or a target is no class; the message names them and the caller's line.
    #[track_caller]
    pub fn cross_entropy(&mut self, logits: Var, targets: &[u32]) -> Var {
        let op = const { &Op { name: "cross_entropy", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(logits);
        assert!(shape.rank() >= 1, "cross_entropy: logits of shape {shape} have no axis of classes");
        let [rows, classes] = flat(shape);
        assert!(
            rows == targets.len(),
            "cross_entropy: logits {shape} have {rows} rows, but there are {} targets",
            targets.len()
        );
        if let Some(i) = targets.iter().position(|&t| t != IGNORE && t as usize >= classes) {
            panic!("cross_entropy: target {} of row {i} is no class of logits {shape}", targets[i]);
        }
        // The probabilities, for backward, and each row's loss.
        self.push(op, &[logits], [], Attrs::default(), targets, shape.len() + rows)
    }
}

fn counted(targets: &[u32]) -> f64 {
    targets.iter().filter(|&&t| t != IGNORE).count().max(1) as f64
}

/// How many rows one thread takes at a time.
const BLOCK: usize = 16;

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [rows, n] = flat(f.shape(0));
    let (logits, targets) = (f.input(0), f.ints);
    let (p, losses) = f.scratch.split_at_mut(logits.len());
    if n > 0 {
        let parallel = p.len() >= PARALLEL_COSTLY;
        par::for_each_chunks([p, &mut losses[..rows]], [BLOCK * n, BLOCK], parallel, |i, [p, losses]| {
            let z = &logits[i * BLOCK * n..][..p.len()];
            let rows = z.chunks_exact(n).zip(p.chunks_exact_mut(n));
            for (((z, p), &target), loss) in rows.zip(&targets[i * BLOCK..]).zip(losses) {
                *loss = if target == IGNORE { T::ZERO } else { row(z, p, target as usize) };
            }
        });
    }
    f.out[0] = kernels::sum(losses) / T::from_f64(counted(targets));
}

/// p ← softmax(z); returns −ln p\[target\].
fn row<T: Real>(z: &[T], p: &mut [T], target: usize) -> T {
    let m = kernels::max(z);
    p.copy_from_slice(z);
    let sum = (T::kernels().exp_sub_sum)(p, m);
    let inverse = T::ONE / sum;
    vectorise!({
        for p in p {
            *p *= inverse;
        }
    });
    m - z[target] + sum.ln()
}

// softmax and logarithm together have the gentlest gradient there is: probability minus truth.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [_, n] = flat(b.shape(0));
    let (targets, p) = (b.ints, &*b.scratch());
    let weight = b.d_out()[0] / T::from_f64(counted(targets));
    let Some((d_z, beta)) = b.d_input(0) else { return };
    if n == 0 {
        return;
    }
    let parallel = d_z.len() >= PARALLEL;
    par::for_each_chunk(d_z, BLOCK * n, parallel, |i, d_z| {
        let p = &p[i * BLOCK * n..][..d_z.len()];
        let rows = d_z.chunks_exact_mut(n).zip(p.chunks_exact(n));
        for ((d_z, p), &target) in rows.zip(&targets[i * BLOCK..]) {
            if target != IGNORE {
                accumulate((&mut *d_z, beta), p, p, |p, _| weight * p);
                d_z[target as usize] -= weight;
            } else if beta == T::ZERO {
                d_z.fill(T::ZERO);
            }
        }
    });
}
