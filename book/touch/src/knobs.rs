//! Temperature, top-k and top-p on the letters that follow an *n*. Chapter: *Softmax and sampling*.

use crate::{Figure, Input};
use probability::temperature::temperature;
use probability::top_k::top_k;
use probability::top_p::top_p;
use probability::{entropy, softmax};

/// The story that the chapter counts letters in.
const STORY: &str = include_str!("../../../probability/examples/sampling/lighthouse.txt");

/// What is left of a distribution under the three knobs.
pub const FIGURE: Figure = Figure {
    name: "knobs",
    caption: "What follows an *n* in the chapter's story, under the three knobs of an API.",
    question: "top_p is 0.9, and seven characters may still be drawn. You raise the temperature from 1 to 2 and touch nothing else. How many then?",
    answers: &[
        (
            "Seven: top_p has not moved.",
            "It asks for mass, and at temperature 2 the first seven hold less of it.",
        ),
        (
            "Fewer.",
            "A higher temperature flattens: each of the likeliest holds less, so it takes more of them.",
        ),
        ("More.", "Yes, ten. The two knobs are not independent: whoever turns one has turned the other."),
    ],
    inputs: &[
        Input {
            label: "temperature",
            range: [0.1, 3.0],
            step: 0.05,
            start: 1.0,
            recorded: &[0.25, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0],
            names: &[],
        },
        Input {
            label: "top_k",
            range: [1.0, 12.0],
            step: 1.0,
            start: 12.0,
            recorded: &[1.0, 2.0, 3.0, 5.0, 8.0, 12.0],
            names: &[],
        },
        Input {
            label: "top_p",
            range: [0.05, 1.0],
            step: 0.05,
            start: 0.9,
            recorded: &[0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0],
            names: &[],
        },
    ],
    compute,
};

/// The characters that follow an *n*, the most frequent first, with their counts.
pub fn followers() -> Vec<(char, f64)> {
    let mut counts: Vec<(char, f64)> = Vec::new();
    let letters: Vec<char> = STORY.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    for pair in letters.windows(2).filter(|pair| pair[0] == 'n') {
        match counts.iter_mut().find(|(c, _)| *c == pair[1]) {
            Some((_, count)) => *count += 1.0,
            None => counts.push((pair[1], 1.0)),
        }
    }
    counts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    counts
}

/// The entropy that is left; then for each character its code, its probability at temperature 1, and that under the knobs.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[t, k, p] = inputs else { return Vec::new() };
    let counts = followers();
    let logits: Vec<f64> = counts.iter().map(|(_, count)| count.ln()).collect();
    let filtered = || {
        let mut z = top_k(&logits.iter().map(|z| z / t).collect::<Vec<_>>(), k as usize)?;
        softmax(&mut z)?;
        top_p(&z, p)
    };
    let (Ok(plain), Ok(kept)) = (temperature(&logits, 1.0), filtered()) else { return Vec::new() };
    let mut numbers = vec![entropy(&kept).unwrap_or(0.0)];
    for (i, (letter, _)) in counts.iter().enumerate() {
        numbers.extend([f64::from(u32::from(*letter)), plain[i], kept[i]]);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_are_those_of_the_chapter() {
        let all = followers();
        assert_eq!(&all[..2], [('d', 30.0), (' ', 26.0)]);
        assert_eq!(all.len(), 12);
    }

    /// The figure of the chapter: at temperatures 0.5, 1 and 2, `top_p = 0.9` keeps 3, 7 and 10.
    #[test]
    fn top_p_keeps_what_the_chapter_says() {
        let kept = |t: f64| compute(&[t, 12.0, 0.9])[1..].chunks(3).filter(|c| c[2] > 0.0).count();
        assert_eq!([0.5, 1.0, 2.0].map(kept), [3, 7, 10]);
        let perplexity = compute(&[0.5, 12.0, 1.0])[0].exp();
        assert!((perplexity - 3.48).abs() < 0.005, "{perplexity}");
    }
}
