//! A backward pass through a chain of 24 steps, move by move. Chapter: *Reverse mode: the tape, read whole*.

use crate::{Figure, Input};
use calculus::checkpoint::{Move, Schedule};

/// The path of one schedule: where in the chain it is, and which states it holds meanwhile.
pub const FIGURE: Figure = Figure {
    name: "checkpoints",
    caption: "A chain of 24 steps from bottom to top, time to the right. Thin: steps that are run and forgotten. Bold, rising and falling: steps that are recorded, and the sweep back over them. Across: states that are kept.",
    question: "A tape of all 24 steps is too large. You keep 4 states, and never record more than one step at a time. How often is an average step run?",
    answers: &[
        (
            "About 2 times: once on the way, once again for its tape.",
            "That would do if every step had a kept state right before it. With 4 states most steps lie far from the nearest one.",
        ),
        (
            "About 3 times.",
            "Yes: 24 recorded runs and 51 others. Set 4 states and the binomial schedule, and watch where they are kept: not at equal distances.",
        ),
        (
            "About 12 times: each step has to be reached from the start.",
            "That is what 1 state costs. Each state that is added saves most of these ways, and the first ones save the most.",
        ),
    ],
    inputs: &[
        Input {
            label: "schedule",
            range: [0.0, 2.0],
            step: 1.0,
            start: 2.0,
            recorded: &[0.0, 1.0, 2.0],
            names: &["record everything", "equal pieces", "binomial"],
        },
        Input {
            label: "states kept",
            range: [1.0, 12.0],
            step: 1.0,
            start: 1.0,
            recorded: &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0],
            names: &[],
        },
    ],
    compute,
};

const STEPS: usize = 24;
/// Numbers for moves; unused ones are 0.
const ROOM: usize = 256;

/// How many steps are run, how many are recorded at once, how many states are kept at once; and then the moves, each as a kind (1 keep,
/// 2 advance, 3 back, 4 restore, 5 drop) and a place in the chain.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[kind, states] = inputs else { return Vec::new() };
    let states = (states as usize).max(1);
    let schedule = match kind as usize {
        0 => Schedule::everything(STEPS),
        1 => Schedule::segments(STEPS, STEPS.div_ceil(states)),
        _ => Schedule::binomial(STEPS, states),
    };
    let (mut at, mut recorded, mut pile) = (0, 0, vec![]);
    let mut moves = Vec::with_capacity(ROOM);
    for &next in schedule.moves() {
        let code = match next {
            Move::Keep => {
                pile.push(at);
                1.0
            }
            Move::Advance(to) => {
                at = to;
                2.0
            }
            Move::Back(to) => {
                recorded = recorded.max(to - at);
                moves.extend([3.0, to as f64]);
                continue;
            }
            Move::Restore => {
                at = pile.last().copied().unwrap_or(0);
                4.0
            }
            Move::Drop => {
                at = pile.pop().unwrap_or(0);
                5.0
            }
        };
        moves.extend([code, at as f64]);
    }
    moves.resize(ROOM, 0.0);
    let mut all = vec![(STEPS + schedule.advanced()) as f64, recorded as f64, schedule.states() as f64];
    all.extend(moves);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the question and its replies say.
    #[test]
    fn the_runs_are_what_the_page_says() {
        assert_eq!(compute(&[2.0, 4.0])[..3], [75.0, 1.0, 4.0]);
        assert_eq!(compute(&[2.0, 1.0])[0], 300.0); // 12.5 a step
        assert_eq!(compute(&[0.0, 1.0])[..3], [24.0, 24.0, 0.0]);
        assert_eq!(compute(&[1.0, 4.0])[..3], [24.0 + 18.0, 6.0, 4.0]);
        assert!((1..=12).all(|s| compute(&[2.0, f64::from(s)]).len() == ROOM + 3));
    }
}
