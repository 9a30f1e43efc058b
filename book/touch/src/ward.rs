//! A deep network falls ill in step 20: the gradient of each layer, step by step. Chapter: *The gradient clinic*.

use crate::{Figure, Input};
use calculus::clinic::Fault;
use calculus::patient::{Illness, Patient};

/// Eight layers, forty steps; the reader chooses what is wrong, and where.
pub const FIGURE: Figure = Figure {
    name: "ward",
    caption: "The length of the gradient of each layer's weights, for forty steps of training a chain of eight layers. In step 20 something goes wrong. The axis is logarithmic; what lies at its foot is a ten-thousandth or less.",
    question: "In step 20 the ReLUs of layer 3 die: whatever comes in, they say 0. Layer 0 is the first, layer 7 stands before the loss. Which gradients are exactly 0 from then on?",
    answers: &[
        (
            "Only that of layer 3.",
            "A dead layer passes nothing on, in both directions. What do the layers before it hear of the loss?",
        ),
        (
            "Those of layers 3 to 7: they are fed zeros.",
            "They are, and the weights of layer 4 feel it: their gradient is the incoming 0 times what comes back. But layer 5 still reads the biases of layer 4: its gradient is small, and not 0.",
        ),
        (
            "Those of layers 0 to 4: nothing passes back through layer 3, and layer 4 reads zeros.",
            "Yes. Everything before the wall hears nothing, and the weights right behind it multiply zeros. The clinic names the wall, not its consequences.",
        ),
    ],
    inputs: &[
        Input {
            label: "illness",
            range: [0.0, 5.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            names: &[
                "dead ReLUs",
                "weights 30 times as large",
                "result detached",
                "not in the optimiser's list",
                "gradient not emptied",
                "none",
            ],
        },
        Input {
            label: "layer",
            range: [0.0, 6.0],
            step: 1.0,
            start: 3.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            names: &[],
        },
    ],
    compute,
};

const LAYERS: usize = 8;
const STEPS: usize = 40;
const ONSET: u64 = 20;

/// log₁₀ of each layer's gradient norm, step after step (−4 stands for 0 and everything below), then what the clinic
/// said first: the fault as a number (0: nothing), the layer (−1: none), the step.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[illness, layer] = inputs else { return Vec::new() };
    let all = [
        Illness::Dead,
        Illness::Loud,
        Illness::Detached,
        Illness::Forgotten,
        Illness::NotZeroed,
        Illness::None,
    ];
    let illness = all.get(illness as usize).copied().unwrap_or(Illness::None);
    let mut patient = Patient::new(LAYERS, 16, 2).ill(illness, layer as usize, ONSET);
    let mut numbers = Vec::with_capacity(LAYERS * STEPS + 3);
    for _ in 0..STEPS {
        let stopped = patient.step().is_none();
        // to a hundredth of a decade: a page shows no more
        let log = |norm: f64| (norm.max(1e-4).log10() * 100.0).round() / 100.0;
        numbers.extend(
            patient.gradients().into_iter().map(log).map(|log| if log.is_finite() { log } else { 4.0 }),
        );
        if stopped {
            break;
        }
    }
    numbers.resize(LAYERS * STEPS, 4.0);
    let first = patient.clinic().alarms().first();
    let code = first.map_or(0.0, |alarm| match alarm.fault {
        Fault::DeadUnits => 1.0,
        Fault::Explosion => 2.0,
        Fault::NoGradient => 3.0,
        Fault::NoUpdate => 4.0,
        Fault::StaleGradient => 5.0,
        Fault::LossSpike => 6.0,
        _ => 7.0,
    });
    let place = first.and_then(|alarm| alarm.place.strip_prefix("layer ")?.chars().next()?.to_digit(10));
    numbers.extend([code, place.map_or(-1.0, f64::from), first.map_or(-1.0, |alarm| alarm.step as f64)]);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the question, its replies and the sentence below the figure say.
    #[test]
    fn the_clinic_names_what_was_planted() {
        for illness in 0..6 {
            for layer in 0..7 {
                let numbers = compute(&[f64::from(illness), f64::from(layer)]);
                let said = &numbers[LAYERS * STEPS..];
                let fault = f64::from((illness + 1) % 6);
                assert_eq!(said[0], fault, "illness {illness} of layer {layer}: {said:?}");
                if illness < 4 {
                    assert_eq!(said[1..], [f64::from(layer), ONSET as f64], "illness {illness}");
                }
            }
        }
    }

    #[test]
    fn a_dead_layer_is_a_wall() {
        let numbers = compute(&[0.0, 3.0]);
        let last = &numbers[LAYERS * (STEPS - 1)..][..LAYERS];
        let silent: Vec<usize> = (0..LAYERS).filter(|&i| last[i] == -4.0).collect();
        assert_eq!(silent[..5], [0, 1, 2, 3, 4], "{last:?}");
    }
}
