//! The napkin's tape, stepped forward and back. Chapter: *Reverse mode*.

use crate::{Figure, Input};
use calculus::scalar::Tape;

/// (w·relu(w·x + b) − 9)², with x = 3, b = −1 and a w that the reader sets, one box at a time.
pub const FIGURE: Figure = Figure {
    name: "tape",
    caption: "The six boxes of the tape. In the first six steps each gets its value, from top to bottom; in the next six each gets its gradient d, from bottom to top, and hands it on.",
    question: "Set w to 0. Nothing gets through the ReLU, the output is 0 and the loss is 81. Which of w, x and b will a step of gradient descent move?",
    answers: &[
        (
            "All three: a large loss has a large gradient.",
            "The gradient at the last box is large. Whether it arrives is another matter: look at the slopes on its way.",
        ),
        ("Only w, through its late use w·h.", "The slope of w·h in w is h, and h is 0."),
        (
            "None.",
            "Yes. One way back leads through a shut gate, the other is multiplied by h = 0. The loss is 81, and nothing moves.",
        ),
    ],
    inputs: &[
        Input {
            label: "w",
            range: [-2.0, 4.0],
            step: 0.25,
            start: 2.0,
            recorded: &[-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0],
            names: &[],
        },
        Input {
            label: "step",
            range: [0.0, 12.0],
            step: 1.0,
            start: 12.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0],
            names: &[],
        },
    ],
    compute,
};

/// Six values, six gradients, then what comes back to x, to b, and to w through its early and its late use.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[w, _] = inputs else { return Vec::new() };
    let tape = Tape::new();
    // w twice, so that its two uses can be told apart
    let (early, late, x, b) = (tape.var(w), tape.var(w), tape.var(3.0), tape.var(-1.0));
    let product = early * x;
    let sum = product + b;
    let h = sum.relu();
    let output = late * h;
    let off = output - 9.0;
    let loss = off.powi(2);
    let d = loss.backward();
    let boxes = [product, sum, h, output, off, loss];
    let values = boxes.iter().map(|v| v.value());
    let inputs = [x, b, early, late];
    let gradients = boxes.iter().chain(&inputs).map(|&v| d.wrt(v));
    // −0 is nobody's gradient
    values.chain(gradients).map(|x| x + 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_napkin() {
        let numbers = compute(&[2.0, 12.0]);
        assert_eq!(numbers[..6], [6.0, 5.0, 5.0, 10.0, 1.0, 1.0]);
        assert_eq!(numbers[6..], [4.0, 4.0, 4.0, 2.0, 2.0, 1.0, 8.0, 4.0, 12.0, 10.0]);
        let dead = compute(&[0.0, 12.0]);
        assert_eq!((dead[5], &dead[12..]), (81.0, &[0.0; 4][..]));
    }
}
