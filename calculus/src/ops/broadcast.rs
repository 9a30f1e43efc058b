//! Broadcasting: how two operands of different shapes meet, and how gradients find the way back. Chapter: *The tensor tape*.
//!
//! Forward, an axis of length 1 is *read* many times (stride 0). So backward, its gradient is *summed* over that axis: the
//! adjoint of copying is adding. That is why the gradient of a bias is a column sum.

use super::elementwise::{CHUNK, PARALLEL, accumulate, sum_of, vectorise};
use crate::tape::{Attrs, Op, Tape, Var};
use linalg::shape::MAX_RANK;
use linalg::{Real, Shape, par};

/// Records an operation of two operands whose shapes broadcast.
#[track_caller]
pub(super) fn push<T: Real>(tape: &mut Tape<'_, T>, op: &'static Op<T>, a: Var, b: Var) -> Var {
    let (sa, sb) = (tape.shape(a), tape.shape(b));
    let Some(out) = sa.broadcast(sb) else { mismatch(op.name, sa, sb) };
    tape.push(op, &[a, b], out, Attrs::default(), &[], 0)
}

/// The message that names both shapes, at the caller's line.
#[track_caller]
pub(super) fn mismatch(op: &str, a: Shape, b: Shape) -> ! {
    panic!("{op}: shapes {a} and {b} do not broadcast")
}

/// One run along the innermost axis: where it starts in the output and in both operands.
#[derive(Clone, Copy)]
struct Run {
    out: usize,
    a: usize,
    b: usize,
}

/// The loop nest of a broadcast, with its axes merged as far as possible.
struct Nest {
    rank: usize,
    dims: [usize; MAX_RANK],
    /// Strides of the two operands; 0 where they are stretched.
    a: [usize; MAX_RANK],
    b: [usize; MAX_RANK],
}

impl Nest {
    fn new(out: Shape, sa: Shape, sb: Shape) -> Nest {
        let strides = |s: Shape| {
            let (packed, shift) = (s.strides(), out.rank() - s.rank());
            let mut strides = [0; MAX_RANK];
            for axis in 0..s.rank() {
                strides[axis + shift] = if s[axis] == 1 { 0 } else { packed[axis] };
            }
            strides
        };
        let (a, b) = (strides(sa), strides(sb));
        let mut nest = Nest { rank: 0, dims: [0; MAX_RANK], a: [0; MAX_RANK], b: [0; MAX_RANK] };
        // Outermost first. Two neighbouring axes are one if stepping the outer equals stepping past the end of the inner,
        // in both operands: equal shapes become a single axis.
        for axis in 0..out.rank() {
            let n = out[axis];
            if n == 1 {
                continue;
            }
            if nest.rank > 0 {
                let last = nest.rank - 1;
                if nest.a[last] == n * a[axis] && nest.b[last] == n * b[axis] {
                    nest.dims[last] *= n;
                    nest.a[last] = a[axis];
                    nest.b[last] = b[axis];
                    continue;
                }
            }
            nest.dims[nest.rank] = n;
            nest.a[nest.rank] = a[axis];
            nest.b[nest.rank] = b[axis];
            nest.rank += 1;
        }
        if nest.rank == 0 {
            (nest.rank, nest.dims[0]) = (1, 1);
        }
        nest
    }

    /// Calls `f` for each run of the innermost axis, in order.
    #[inline(always)]
    fn runs(&self, mut f: impl FnMut(Run)) {
        let outer = self.rank - 1;
        let count: usize = self.dims[..outer].iter().product();
        let (mut index, mut run) = ([0; MAX_RANK], Run { out: 0, a: 0, b: 0 });
        for _ in 0..count {
            f(run);
            run.out += self.dims[outer];
            // an odometer: the last of the outer axes turns fastest
            for axis in (0..outer).rev() {
                index[axis] += 1;
                run.a += self.a[axis];
                run.b += self.b[axis];
                if index[axis] < self.dims[axis] {
                    break;
                }
                index[axis] = 0;
                run.a -= self.a[axis] * self.dims[axis];
                run.b -= self.b[axis] * self.dims[axis];
            }
        }
    }

    /// Length of the innermost axis, and the operands' strides along it: 0 or 1.
    fn inner(&self) -> (usize, usize, usize) {
        let i = self.rank - 1;
        (self.dims[i], self.a[i], self.b[i])
    }
}

/// out ← f(a, b), element by element.
pub(super) fn zip<T: Real>(
    (out, shape): (&mut [T], Shape),
    (a, sa): (&[T], Shape),
    (b, sb): (&[T], Shape),
    f: impl Fn(T, T) -> T + Sync + Send,
) {
    if out.is_empty() {
        return;
    }
    if sa == sb {
        let parallel = out.len() >= PARALLEL;
        return par::for_each_chunk(out, CHUNK, parallel, |i, out| {
            let at = i * CHUNK..i * CHUNK + out.len();
            let (a, b) = (&a[at.clone()], &b[at]);
            vectorise!(out.iter_mut().zip(a).zip(b).for_each(|((o, &a), &b)| *o = f(a, b)));
        });
    }
    let nest = Nest::new(shape, sa, sb);
    let (n, step_a, step_b) = nest.inner();
    vectorise!(nest.runs(
        #[inline(always)]
        |at| {
            let out = &mut out[at.out..][..n];
            match (step_a, step_b) {
                (0, 0) => out.fill(f(a[at.a], b[at.b])),
                (0, _) => {
                    let a = a[at.a];
                    out.iter_mut().zip(&b[at.b..]).for_each(|(o, &b)| *o = f(a, b));
                }
                (_, 0) => {
                    let b = b[at.b];
                    out.iter_mut().zip(&a[at.a..]).for_each(|(o, &a)| *o = f(a, b));
                }
                _ => out.iter_mut().zip(&a[at.a..]).zip(&b[at.b..]).for_each(|((o, &a), &b)| *o = f(a, b)),
            }
        }
    ));
}

/// d ← Σ f(d_out, other) + beta·d, summed over the axes along which the operand of shape `sd` was stretched.
pub(super) fn reduce<T: Real>(
    (d, beta): (&mut [T], T),
    sd: Shape,
    (d_out, shape): (&[T], Shape),
    (other, so): (&[T], Shape),
    f: impl Fn(T, T) -> T + Sync + Send,
) {
    if d.is_empty() {
        return;
    }
    if d_out.is_empty() {
        // A sum over nothing: an operand of length 1 stretched to 0.
        if beta == T::ZERO {
            d.fill(T::ZERO);
        }
        return;
    }
    if sd == shape && so == shape {
        return accumulate((d, beta), d_out, other, f);
    }
    let nest = Nest::new(shape, sd, so);
    let (n, step_d, step_o) = nest.inner();
    let mut fresh = beta == T::ZERO;
    if fresh && (sd.len() != shape.len() || step_d == 0) {
        // Stretched: several numbers meet in one element. (Or there is only one.)
        d.fill(T::ZERO);
        fresh = false;
    }
    vectorise!(nest.runs(
        #[inline(always)]
        |at| {
            let g = &d_out[at.out..][..n];
            match (step_d, step_o) {
                (0, 0) => {
                    let o = other[at.b];
                    d[at.a] += sum_of(g, g, |g, _| f(g, o));
                }
                (0, _) => d[at.a] += sum_of(g, &other[at.b..][..n], &f),
                (_, 0) => {
                    let o = other[at.b];
                    let d = &mut d[at.a..][..n];
                    if fresh {
                        d.iter_mut().zip(g).for_each(|(d, &g)| *d = f(g, o));
                    } else {
                        d.iter_mut().zip(g).for_each(|(d, &g)| *d += f(g, o));
                    }
                }
                _ => {
                    let (d, o) = (&mut d[at.a..][..n], &other[at.b..][..n]);
                    if fresh {
                        d.iter_mut().zip(g).zip(o).for_each(|((d, &g), &o)| *d = f(g, o));
                    } else {
                        d.iter_mut().zip(g).zip(o).for_each(|((d, &g), &o)| *d += f(g, o));
                    }
                }
            }
        }
    ));
}
