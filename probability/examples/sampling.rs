//! One set of logits under the knobs of an API, a letter-by-letter model that writes with them, and where softmax
//! overflows. Prints the chapter's numbers and draws its figures.
//!
//!     cargo run -p probability --example sampling [-- --figures DIR --values FILE]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use probability::random::stream;
use probability::softmax::softmax_naive;
use probability::{Decoder, Decoding, Error, bench, cross_entropy, entropy, softmax};
use record::Record;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const TEXT: &str = include_str!("sampling/lighthouse.txt");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record =
        Record::new("probability", "sampling").seed(7).settings("the story of the lighthouse; 50,257 tokens");
    overflow(&mut record);
    knobs(&mut record)?;
    tail(&mut record)?;
    texts(&mut record)?;
    surprise(&mut record)?;
    times(&mut record);
    plot::write_figures(&[("sampling-knobs.svg", knobs_figure()?), ("sampling-dart.svg", dart_figure()?)])?;
    record.write()?;
    Ok(())
}

// ---- where softmax overflows

/// The nearest number with so many significant bits and this largest exponent; ±∞ beyond. (Subnormals are kept whole: they do
/// not matter here.)
fn round_to(x: f64, bits: i32, max_exponent: i32) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let unit = 2_f64.powi(x.abs().log2().floor() as i32 - (bits - 1));
    let rounded = (x / unit).round_ties_even() * unit;
    if rounded.abs() >= 2_f64.powi(max_exponent + 1) { rounded.signum() * f64::INFINITY } else { rounded }
}

fn f16(x: f64) -> f64 {
    round_to(x, 11, 15)
}

fn bf16(x: f64) -> f64 {
    round_to(x, 8, 127)
}

/// The textbook's softmax of two logits, every result rounded to a format.
fn naive_in(z: [f64; 2], round: impl Fn(f64) -> f64) -> [f64; 2] {
    let [a, b] = z.map(|z| round(z.exp()));
    let sum = round(a + b);
    [a, b].map(|e| round(e / sum))
}

/// Two tokens with logits z and z − 1, z in steps of 0.01, as numbers of the format: the largest z whose probabilities are
/// right, and the largest whose probabilities are numbers at all.
fn limits(round: impl Fn(f64) -> f64, softmax: impl Fn([f64; 2]) -> [f64; 2]) -> (f64, f64) {
    let right = 1.0 / (1.0 + (-1.0_f64).exp());
    let last = |works: &dyn Fn([f64; 2]) -> bool| {
        (1..100_000)
            .map(|i| round(f64::from(i) / 100.0))
            .take_while(|&z| works(softmax([z, round(z - 1.0)])))
            .last()
            .unwrap_or(0.0)
    };
    // bf16 has two or three decimal digits.
    let (good, number) = (
        last(&|[p, q]| (p - right).abs() < 0.01 && (q - (1.0 - right)).abs() < 0.01),
        last(&|[p, q]| p.is_finite() && q.is_finite()),
    );
    // What lies between the two is not merely imprecise: both probabilities are 0.
    assert_eq!(softmax([number, round(number - 1.0)]), [0.0, 0.0]);
    (good, number)
}

fn overflow(record: &mut Record) {
    println!("two logits, z and z - 1, by the formula as it stands: how large may z be?\n");
    println!("  {:10}{:>16}{:>16}", "format", "right up to", "[0, 0] up to");
    let single = |[a, b]: [f64; 2]| {
        let mut p = [a as f32, b as f32];
        softmax_naive(&mut p);
        p.map(f64::from)
    };
    let double = |mut p: [f64; 2]| {
        softmax_naive(&mut p);
        p
    };
    for (name, (good, number)) in [
        ("f16", limits(f16, |z| naive_in(z, f16))),
        ("bf16", limits(bf16, |z| naive_in(z, bf16))),
        ("f32", limits(|z| f64::from(z as f32), single)),
        ("f64", limits(|z| z, double)),
    ] {
        println!("  {name:10}{good:16.2}{number:16.2}");
        // A step of 0.01 up or down is the exponential function's business.
        record.value(&format!("{name}_right"), good, 2e-4);
        record.value(&format!("{name}_zeros"), number, 2e-4);
    }
    let ones = (0..50_257).fold(0.0, |sum, _| f16(sum + 1.0));
    println!("\n  50257 ones, added up in f16: {ones}");
    let sum = 50_257.0 * f16(1.0 / ones);
    println!("  50257 equal logits in f16: the probabilities sum to {sum:.1}");
    record.value("f16_ones", ones, 0.0);
    record.value("f16_sum", sum, 1e-9);
    let mut huge = [f32::MAX, f32::MAX / 2.0];
    let before = huge;
    println!("\n  softmax of {before:?} in f32: {:?}\n", softmax(&mut huge).map(|()| huge));
}

// ---- one set of logits

/// How often each letter follows each context of `order` letters.
struct Letters {
    order: usize,
    alphabet: Vec<char>,
    counts: BTreeMap<Vec<char>, Vec<u32>>,
}

impl Letters {
    fn of(text: &str, order: usize) -> Letters {
        // The text runs in a circle, so that every context has a successor.
        let text: Vec<char> = text.split_whitespace().flat_map(|word| word.chars().chain([' '])).collect();
        let mut alphabet = text.clone();
        alphabet.sort_unstable();
        alphabet.dedup();
        let mut counts = BTreeMap::new();
        for at in 0..text.len() {
            let context: Vec<char> = (0..order).map(|i| text[(at + i) % text.len()]).collect();
            let row = counts.entry(context).or_insert_with(|| vec![0; alphabet.len()]);
            let next = text[(at + order) % text.len()];
            if let Ok(i) = alphabet.binary_search(&next) {
                row[i] += 1;
            }
        }
        Letters { order, alphabet, counts }
    }

    /// The logits of the next letter: ln of its count, −∞ for what never followed.
    fn logits(&self, context: &[char]) -> Vec<f64> {
        self.counts[context].iter().map(|&n| f64::from(n).ln()).collect()
    }

    /// The letters that may follow, the likeliest first, as (letter, logit).
    fn followers(&self, context: &[char]) -> Vec<(char, f64)> {
        let mut all: Vec<(char, f64)> = self.alphabet.iter().copied().zip(self.logits(context)).collect();
        all.retain(|(_, z)| z.is_finite());
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }

    /// A text of `n` letters that begins as `start`.
    fn write(&self, start: &str, n: usize, settings: Decoding, seed: u64) -> Result<String, Error> {
        let mut text: Vec<char> = start.chars().collect();
        let mut decoder = Decoder::new(settings)?;
        let mut rng = stream(seed, "letters", 0);
        while text.len() < n {
            let logits = self.logits(&text[text.len() - self.order..]);
            text.push(self.alphabet[decoder.sample_with(&logits, &mut rng)?]);
        }
        Ok(text.iter().collect())
    }
}

fn settings(temperature: f64, top_p: f64) -> Decoding {
    Decoding { temperature, top_p, ..Decoding::default() }
}

fn visible(letter: char) -> char {
    if letter == ' ' { '␣' } else { letter }
}

/// The letters after "n" in the text, and their logits.
fn after_n() -> (Vec<char>, Vec<f64>) {
    Letters::of(TEXT, 1).followers(&['n']).into_iter().unzip()
}

fn knobs(record: &mut Record) -> Result<(), Error> {
    let (letters, z) = after_n();
    record.value("words", TEXT.split_whitespace().count() as f64, 0.0);
    for (name, letter) in [("n_d", 'd'), ("n_space", ' ')] {
        let logit = letters.iter().zip(&z).find(|(l, _)| **l == letter).map_or(0.0, |(_, z)| *z);
        record.value(name, logit.exp().round(), 0.0);
    }
    println!("what follows \"n\" in the text of the lighthouse, as probabilities\n");
    print!("  {:8}", "letter");
    for &letter in &letters {
        print!("{:>7}", visible(letter));
    }
    println!();
    print!("  {:8}", "logit");
    for z in &z {
        print!("{z:7.3}");
    }
    println!("{:>12}{:>10}", "perplexity", "letters");
    for (t, top_p) in [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (2.0, 1.0), (0.5, 0.9), (1.0, 0.9), (2.0, 0.9)] {
        let p = settings(t, top_p).distribution(&z)?;
        print!("  {:8}", if top_p < 1.0 { format!("{t} | .9") } else { format!("{t}") });
        for p in &p {
            print!("{p:7.3}");
        }
        let perplexity = entropy(&p)?.exp();
        println!("{perplexity:12.2}{:10}", p.iter().filter(|&&p| p > 0.0).count());
        if top_p == 1.0 {
            record.value(&format!("perplexity_{:.0}", 10.0 * t), perplexity, 1e-9);
        }
    }
    for t in [0.5, 1.0, 2.0] {
        println!("\n  temperature {t}; the nucleus of 0.9 is solid");
        let (all, kept) = (settings(t, 1.0).distribution(&z)?, settings(t, 0.9).distribution(&z)?);
        for ((letter, p), kept) in letters.iter().zip(all).zip(kept) {
            let bar = if kept > 0.0 { "█" } else { "░" }.repeat((p * 80.0).round() as usize);
            println!("    {} {p:5.3} {bar}", visible(*letter));
        }
    }
    println!();
    Ok(())
}

// ---- the long tail of a vocabulary

fn tail(record: &mut Record) -> Result<(), Error> {
    const N: usize = 50_257;
    // Zipf's law: the token of rank r has a probability in proportion to 1/r.
    let z: Vec<f64> = (1..=N).map(|rank| -(rank as f64).ln()).collect();
    let p = settings(1.0, 1.0).distribution(&z)?;
    println!("a vocabulary of {N} tokens after Zipf's law\n");
    for top in [10, 100, 1000, 10_000] {
        let mass: f64 = p[..top].iter().sum();
        println!(
            "  the {top:6} likeliest hold {:5.1} %, the others {:5.1} %",
            100.0 * mass,
            100.0 - 100.0 * mass
        );
        record.value(&format!("mass_{top}"), mass, 1e-9);
        record.value(&format!("rest_{top}"), 1.0 - mass, 1e-9);
    }
    println!("\n  {:14}{:>20}{:>20}", "temperature", "top-p 0.9 keeps", "top-p 0.5 keeps");
    for t in [0.5, 0.7, 1.0, 1.5] {
        let keeps = |top_p| -> Result<usize, Error> {
            let mut decoder = Decoder::<f64>::new(settings(t, top_p))?;
            Ok(decoder.probabilities(&z)?.iter().filter(|&&p| p > 0.0).count())
        };
        let (most, half) = (keeps(0.9)?, keeps(0.5)?);
        println!("  {t:<14}{most:20}{half:20}");
        // One token more or less at the line is a matter of rounding.
        record.value(&format!("nucleus_90_{:.0}", 10.0 * t), most as f64, 1e-3);
        record.value(&format!("nucleus_50_{:.0}", 10.0 * t), half as f64, 1e-3);
    }
    println!();
    Ok(())
}

// ---- texts

fn texts(record: &mut Record) -> Result<(), Error> {
    let letters = Letters::of(TEXT, 3);
    let mut shown = String::new();
    for t in [1.0, 0.5, 0.0] {
        let text = letters.write("The ", 230, settings(t, 1.0), 7)?;
        let _ = writeln!(shown, "{:8} {}", format!("t = {t}"), two_lines(&text));
    }
    record.text("texts", &shown, 1e-9);
    for (t, top_p) in [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (1.0, 0.9), (3.0, 1.0)] {
        let text = letters.write("The ", 230, settings(t, top_p), 7)?;
        println!("temperature {t}, top-p {top_p}:\n    {text}\n");
    }
    let start = letters.write("The ", 4000, Decoding::greedy(), 7)?;
    let greedy: Vec<char> = start.chars().collect();
    let (begins, length) = cycle(&greedy, letters.order);
    println!("at temperature 0 it walks in a circle of {length} letters from letter {begins} on, for ever\n");
    record.value("circle", length as f64, 0.0);
    Ok(())
}

/// The beginning of a text, in two lines of at most 57 letters that stand below one another.
fn two_lines(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let nth = lines.len() - 1;
        let room = [57, 53][nth.min(1)] - lines[nth].len();
        if word.len() < room {
            let space = if lines[nth].is_empty() { "" } else { " " };
            lines[nth] += space;
            lines[nth] += word;
        } else if nth == 1 {
            break;
        } else {
            lines.push(word.into());
        }
    }
    lines.join("\n         ") + " ..."
}

/// Where a deterministic walk first meets a context again: where the circle begins and how long it is.
fn cycle(text: &[char], order: usize) -> (usize, usize) {
    let mut seen = BTreeMap::new();
    for at in 0..=text.len() - order {
        if let Some(first) = seen.insert(&text[at..at + order], at) {
            return (first, at - first);
        }
    }
    (text.len(), 0)
}

// ---- surprise

fn surprise(record: &mut Record) -> Result<(), Error> {
    let (_, z) = after_n();
    let truth = settings(1.0, 1.0).distribution(&z)?;
    println!("mean surprise at what follows \"n\", in nats, for one who expects it at another temperature\n");
    for t in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let h = cross_entropy(&truth, &settings(t, 1.0).distribution(&z)?)?;
        println!("  temperature {t:<6}{h:8.3}");
        record.value(&format!("surprise_{:.0}", 100.0 * t), h, 1e-9);
        if t != 1.0 {
            record.value(&format!("extra_{:.0}", 100.0 * t), h - entropy(&truth)?, 1e-8);
        }
    }
    println!("  top-p 0.9         {:8.3}\n", cross_entropy(&truth, &settings(1.0, 0.9).distribution(&z)?)?);
    Ok(())
}

// ---- what a draw costs

/// The cases of `cargo xtask bench sampling`.
fn times(record: &mut Record) {
    println!("what a draw costs: the median of several runs\n");
    for timing in bench::sampling(false) {
        let (name, unit, factor) = match timing.case {
            "uniform" => ("uniform_ns", "ns", 1e9),
            "token of 50257, temperature 0" => ("greedy_us", "µs", 1e6),
            "token of 50257" => ("plain_us", "µs", 1e6),
            "token of 50257, top-k 50" => ("top_k_us", "µs", 1e6),
            "token of 50257, top-p 0.9" => ("top_p_us", "µs", 1e6),
            "token of 50257, top-p 0.9, by sorting" => ("sorting_us", "µs", 1e6),
            _ => continue,
        };
        println!("  {:40}{:10.1} {unit}", timing.case, timing.median_s * factor);
        record.timing(name, timing.median_s * factor);
        if name == "sorting_us" {
            record.timing("sorting_ms", timing.median_s * 1e3);
        }
    }
    println!();
}

// ---- figures

fn begin(height: u32) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\">\n"
    )
}

fn text(svg: &mut String, x: f64, y: f64, what: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"currentColor\" stroke=\"none\">{what}</text>"
    );
}

/// Three panels, one a temperature: the probabilities as bars, solid inside the nucleus of 0.9, pale outside.
fn knobs_figure() -> Result<String, Error> {
    let (width, gap, base, tallest) = (222.0, 27.0, 250.0, 250.0);
    let (letters, z) = after_n();
    let mut svg = begin(300);
    for (panel, t) in [0.5, 1.0, 2.0].into_iter().enumerate() {
        let left = panel as f64 * (width + gap);
        let (all, kept) = (settings(t, 1.0).distribution(&z)?, settings(t, 0.9).distribution(&z)?);
        let step = width / all.len() as f64;
        for (i, (&p, &kept)) in all.iter().zip(&kept).enumerate() {
            let (x, height) = (left + (i as f64 + 0.1) * step, (p * tallest / 0.55).max(2.0));
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" \
                 stroke=\"var(--series-1, currentColor)\" {}/>",
                base - height,
                0.8 * step,
                if kept > 0.0 {
                    "fill=\"var(--series-1, currentColor)\""
                } else {
                    "fill=\"var(--series-1, currentColor)\" fill-opacity=\"0.15\""
                }
            );
            if i == 0 {
                text(&mut svg, x + 0.8 * step, base - height - 6.0, &format!("{p:.2}"));
            }
            text(&mut svg, x + 0.4 * step, base + 18.0, &visible(letters[i]).to_string());
        }
        let _ = writeln!(svg, "<path d=\"M{left:.1} {base:.1}h{width:.1}\" stroke-opacity=\"0.5\"/>");
        text(&mut svg, left + width / 2.0, base + 42.0, &format!("t = {t}"));
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// The probabilities laid end to end on [0, 1), and a dart.
fn dart_figure() -> Result<String, Error> {
    let (left, width, top, height, u) = (20.0, 680.0, 50.0, 40.0, 0.8);
    let (letters, z) = after_n();
    let p = settings(1.0, 0.9).distribution(&z)?;
    let mut svg = begin(140);
    let mut before = 0.0;
    for (i, (&p, &letter)) in p.iter().zip(&letters).enumerate().filter(|(_, (p, _))| **p > 0.0) {
        let x = left + before * width;
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{height:.1}\" \
             fill=\"var(--series-1, currentColor)\" fill-opacity=\"{}\"/>",
            p * width,
            if i % 2 == 0 { 0.35 } else { 0.15 }
        );
        text(
            &mut svg,
            x + p * width / 2.0,
            top + 26.0,
            &if letter == ' ' { "space".into() } else { letter.to_string() },
        );
        before += p;
    }
    let x = left + u * width;
    let _ = writeln!(
        svg,
        "<path d=\"M{x:.1} 24V{:.1}m-6 -12l6 12l6 -12\" stroke=\"var(--series-2, currentColor)\" stroke-width=\"3\"/>",
        top - 3.0
    );
    text(&mut svg, x, 16.0, &format!("u = {u}"));
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let at = left + tick * width;
        let _ = writeln!(svg, "<path d=\"M{at:.1} {:.1}v6\"/>", top + height);
        text(&mut svg, at, top + height + 24.0, &format!("{tick}"));
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}
