//! The backward pass of a long chain in little memory. Chapter: *Reverse mode: the tape, read whole* (slug `wengert`).
//!
//! A chain of n steps x₀ → x₁ → … → xₙ (layers, or the ticks of a recurrent network) leaves a tape n steps long, because the sweep begins where
//! the run ends. But a step's tape can be made again from the state before it. So keep a few states, *checkpoints*; go back to the last one,
//! run forward from there, record only the piece that comes next, sweep over it, and forget it.
//!
//! | schedule | held at once | steps run twice or more |
//! |---|---|---|
//! | [`Schedule::everything`] | the tape of n steps | none |
//! | [`Schedule::segments`] of √n steps | √n states and the tape of √n steps | each once more |
//! | [`Schedule::binomial`] with s states | s states and the tape of one step | r·n − C(s + r, r − 1), the fewest there can be |
//!
//! In the last line r is how often the most repeated step is run beforehand: the smallest r with n ≤ C(s + r, s). For a fixed r that
//! is n ~ sʳ/r!, so s states reach very far.
//!
//! Sources: Griewank and Walther, *Evaluating Derivatives*, 2nd edition, chapter 12, and *Algorithm 799: revolve*, ACM Transactions on
//! Mathematical Software 26 (2000); Chen, Xu, Zhang and Guestrin, *Training deep nets with sublinear memory cost*, 2016 (segments).

use crate::scalar::{Gradients, Tape, Var};
use linalg::Real;

/// One move of a backward pass. It works on a *state at hand*, which is x₀ at first, and on a pile of states that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Put a copy of the state at hand on the pile.
    Keep,
    /// Run forward to this step, recording nothing.
    Advance(usize),
    /// Record from the state at hand to this step, and sweep back over it. The state at hand is used up.
    Back(usize),
    /// Take the top of the pile as the state at hand; it stays on the pile.
    Restore,
    /// Remove the top of the pile.
    Drop,
}

/// The moves that bring the gradient from the end of a chain to its start.
///
/// ```
/// use calculus::checkpoint::{Move::*, Schedule};
///
/// let all = Schedule::everything(3);
/// assert_eq!(all.moves(), [Back(3)]);
/// let one_state = Schedule::binomial(3, 1); // x₀ alone: run to where the sweep stands, every time
/// assert_eq!(one_state.moves(), [Keep, Advance(2), Back(3), Restore, Advance(1), Back(2), Restore, Back(1), Drop]);
/// assert_eq!((one_state.advanced(), one_state.states()), (3, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    moves: Vec<Move>,
}

impl Schedule {
    /// Records the whole chain: what a tape does if nobody asks. No state is kept, no step runs twice.
    pub fn everything(steps: usize) -> Self {
        Schedule { moves: vec![Move::Back(steps)] }
    }

    /// Keeps the state before every piece of `length` steps, and records piece by piece, the last one first.
    ///
    /// # Panics
    /// If `length` is 0.
    pub fn segments(steps: usize, length: usize) -> Self {
        assert!(length > 0, "a piece of 0 steps gets nowhere");
        let starts: Vec<usize> = (0..steps.max(1)).step_by(length).collect();
        let mut moves = vec![Move::Keep];
        for &start in &starts[1..] {
            moves.extend([Move::Advance(start), Move::Keep]);
        }
        let mut end = steps;
        for (i, &start) in starts.iter().enumerate().rev() {
            moves.extend([Move::Back(end), Move::Drop]);
            if i > 0 {
                moves.push(Move::Restore);
            }
            end = start;
        }
        Schedule { moves }
    }

    /// Keeps at most `states` states, x₀ among them, records one step at a time, and runs as few steps as that allows: in total
    /// r·n − C(s + r, r − 1) beside the recorded ones.
    ///
    /// # Panics
    /// If `states` is 0.
    pub fn binomial(steps: usize, states: usize) -> Self {
        assert!(states > 0, "one state must be kept, the first");
        let mut moves = vec![Move::Keep];
        back(&mut moves, 0, steps, states);
        moves.push(Move::Drop);
        Schedule { moves }
    }

    /// What is to be done, in order.
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// How many steps run without being recorded.
    pub fn advanced(&self) -> usize {
        let (mut at, mut total) = (0, 0);
        let mut pile = vec![];
        for &next in &self.moves {
            match next {
                Move::Keep => pile.push(at),
                Move::Drop => drop(pile.pop()),
                Move::Restore => at = pile.last().copied().unwrap_or(0),
                Move::Advance(to) => {
                    total += to - at;
                    at = to;
                }
                Move::Back(_) => {}
            }
        }
        total
    }

    /// The most states on the pile at once.
    pub fn states(&self) -> usize {
        let (mut now, mut most) = (0, 0_usize);
        for next in &self.moves {
            match next {
                Move::Keep => now += 1,
                Move::Drop => now -= 1,
                _ => {}
            }
            most = most.max(now);
        }
        most
    }
}

// ANCHOR: back
/// From the gradient at `to` to that at `from`. The state `from` is at hand, and on top of the pile as one of `states` places.
fn back(moves: &mut Vec<Move>, from: usize, mut to: usize, states: usize) {
    while to > from + 1 {
        let middle = from + split(to - from, states);
        moves.push(Move::Advance(middle));
        if to == middle + 1 {
            moves.push(Move::Back(to)); // one step: it is recorded where it stands
        } else {
            moves.push(Move::Keep);
            back(moves, middle, to, states - 1);
            moves.push(Move::Drop);
        }
        moves.push(Move::Restore);
        to = middle;
    }
    moves.push(Move::Back(to));
}
// ANCHOR_END: back

/// Where to keep the next state: how far into `steps` steps, so that both halves repeat no step more often than they must. The second half
/// has one place less, and is therefore shorter.
fn split(steps: usize, states: usize) -> usize {
    // C(s + r, s): how many steps s states can reverse when none is run more than r times beforehand
    let reach = |s: usize, r: usize| (1..=s).fold(1_usize, |c, i| c.saturating_mul(r + i) / i);
    let mut r = 1;
    while reach(states, r) < steps {
        r += 1;
    }
    let first = if r > 1 { reach(states, r - 2) } else { 0 };
    first.max(steps.saturating_sub(reach(states - 1, r))).clamp(1, steps - 1)
}

/// What a backward pass through a chain gives, and what it took.
#[derive(Clone, Debug)]
pub struct Sweep<T = f64> {
    /// xₙ.
    pub end: Vec<T>,
    /// The gradient in x₀.
    pub start: Vec<T>,
    /// The gradient in the weights, summed over all steps.
    pub weights: Vec<T>,
    /// The most numbers held at once: nodes on the tape, and numbers in states that are kept.
    pub nodes: usize,
    /// How many steps were run, recorded or not.
    pub steps: usize,
}

/// The backward pass through x_{k+1} = step(k, weights, x_k), by a schedule; `up` is the gradient in the last state. All steps share the
/// `weights`, as those of a recurrent network do (a step of another kind reads its own part of them).
///
/// ```
/// use calculus::checkpoint::{Schedule, backward};
///
/// // x ← w·x, three times: w³·x
/// let sweep = backward(&Schedule::binomial(3, 2), |_, w, x| vec![w[0] * x[0]], &[2.0], &[5.0], &[1.0]);
/// assert_eq!((sweep.end[0], sweep.weights[0], sweep.start[0]), (40.0, 60.0, 8.0));
/// ```
///
/// `step` runs more than once for the same k and must do the same each time: no counter, no fresh random numbers.
///
/// Cost: n recorded and swept steps, and [`Schedule::advanced`] others, which are recorded too (there is only one way to run them) but
/// forgotten at once.
///
/// # Panics
/// If the weights and the state are both empty, or `up` is not as long as the last state.
#[track_caller]
pub fn backward<T: Real>(
    schedule: &Schedule,
    mut step: impl for<'t> FnMut(usize, &[Var<'t, T>], &[Var<'t, T>]) -> Vec<Var<'t, T>>,
    weights: &[T],
    x: &[T],
    up: &[T],
) -> Sweep<T> {
    let (mut tape, mut grads) = (Tape::default(), Gradients::default());
    let (mut at, mut state) = (0, x.to_vec());
    let mut pile: Vec<(usize, Vec<T>)> = vec![];
    let mut sweep =
        Sweep { end: vec![], start: up.to_vec(), weights: vec![T::ZERO; weights.len()], nodes: 0, steps: 0 };
    for &next in schedule.moves() {
        match next {
            Move::Keep => pile.push((at, state.clone())),
            Move::Drop => drop(pile.pop()),
            Move::Restore => (at, state) = pile.last().cloned().unwrap_or((at, state)),
            Move::Advance(to) => {
                for k in at..to {
                    tape.clear();
                    let (w, x) = (on(&tape, weights), on(&tape, &state));
                    state = values(&step(k, &w, &x));
                    sweep.nodes = sweep.nodes.max(held(&tape, &pile));
                }
                sweep.steps += to - at;
                at = to;
            }
            // ANCHOR: move
            Move::Back(to) => {
                tape.clear();
                let (w, first) = (on(&tape, weights), on(&tape, &state));
                let mut last = first.clone();
                for k in at..to {
                    last = step(k, &w, &last);
                }
                let up = on(&tape, &sweep.start); // the gradient in the last of these states
                tape.dot(&up, &last).backward_into(&mut grads);
                // ANCHOR_END: move
                if sweep.end.is_empty() {
                    sweep.end = values(&last);
                }
                sweep.start = first.iter().map(|&x| grads.wrt(x)).collect();
                for (sum, &w) in sweep.weights.iter_mut().zip(&w) {
                    *sum += grads.wrt(w);
                }
                sweep.nodes = sweep.nodes.max(held(&tape, &pile));
                sweep.steps += to - at;
            }
        }
    }
    sweep
}

/// Numbers, on a tape.
fn on<'t, T: Real>(tape: &'t Tape<T>, numbers: &[T]) -> Vec<Var<'t, T>> {
    numbers.iter().map(|&x| tape.var(x)).collect()
}

fn values<T: Real>(vars: &[Var<'_, T>]) -> Vec<T> {
    vars.iter().map(|x| x.value()).collect()
}

fn held<T: Real>(tape: &Tape<T>, pile: &[(usize, Vec<T>)]) -> usize {
    tape.size().0 + pile.iter().map(|(_, state)| state.len()).sum::<usize>()
}
