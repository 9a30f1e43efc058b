//! Sums that people write.

use super::{Spec, solution};

type Wrong = crate::spec::Wrong<Spec>;

fn running(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |sum, x| sum + x)
}

/// Kahan's sum; `sign` of what is given to the next number.
fn kahan(x: &[f64], sign: f64) -> (f64, f64) {
    let (mut sum, mut lost) = (0.0, 0.0);
    for &x in x {
        let more = x - sign * lost;
        let next = sum + more;
        lost = (next - sum) - more;
        sum = next;
    }
    (sum, lost)
}

/// The sum and the sum of losses, with a choice which partner counts as the larger.
fn collected(x: &[f64], sum_is_larger: impl Fn(f64, f64) -> bool) -> (f64, f64) {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for &x in x {
        let next = sum + x;
        let (large, small) = if sum_is_larger(sum, x) { (sum, x) } else { (x, sum) };
        lost += small - (next - large);
        sum = next;
    }
    (sum, lost)
}

fn by_size(sum: f64, x: f64) -> bool {
    sum.abs() >= x.abs()
}

fn sorted(x: &[f64]) -> Vec<f64> {
    let mut x = x.to_vec();
    x.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    x
}

fn pairwise(x: &[f64]) -> f64 {
    match x {
        [] => 0.0,
        &[x] => x,
        _ => pairwise(&x[..x.len() / 2]) + pairwise(&x[x.len() / 2..]),
    }
}

fn wrong_orders() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "running",
            running,
            "a running sum: whatever was corrected, nothing of it arrived",
            "If you add a loss to the sum that has just rounded it away, what happens to it?",
        )
        .or(|x| x.iter().sum())
        .or(|x| {
            // takes each loss back at the next step, where the sum is as large as before
            let (mut sum, mut lost) = (0.0_f64, 0.0);
            for &x in x {
                sum += lost;
                let next = sum + x;
                let (large, small) = if by_size(sum, x) { (sum, x) } else { (x, sum) };
                lost = small - (next - large);
                sum = next;
            }
            sum + lost
        })
        .show("1e16, 1, 1 and −1e16"),
        Wrong::new(
            "smallest-first",
            |x| running(&sorted(x)),
            "a running sum from the smallest number to the largest",
            "When 1e16 has come, what is left of a 3 that was there before it?",
        )
        .show("1e16, 3 and −1e16"),
        Wrong::new(
            "largest-first",
            |x| {
                let mut x = sorted(x);
                x.reverse();
                running(&x)
            },
            "a running sum from the largest number to the smallest",
            "Ten thousand numbers come after a 1, each too small to change it. What do they come to together?",
        )
        .show("1e−16 ten thousand times, then 1"),
        Wrong::new(
            "pairwise",
            pairwise,
            "a sum of halves: fewer roundings, but what they take away is still gone",
            "Of 1e16 and 3, how much is lost, and where did you write it down?",
        )
        .show("1e16, 3 and −1e16"),
        Wrong::new(
            "signs-apart",
            |x| {
                let part = |sign: f64| running(&x.iter().copied().filter(|x| x * sign > 0.0).collect::<Vec<_>>());
                part(1.0) + part(-1.0)
            },
            "a sum of the positive numbers plus a sum of the negative ones",
            "Two large sums are now subtracted. How many digits did each of them have below the point?",
        )
        .show("1e16, −1e16 and 3"),
        Wrong::new(
            "fixed-point",
            |x| x.iter().map(|x| (x * 1e9).round() as i128).sum::<i128>() as f64 / 1e9,
            "whole billionths, added exactly",
            "What becomes of 1e−17?",
        )
        .or(|x| x.iter().map(|x| (x * 1e6).round() as i128).sum::<i128>() as f64 / 1e6)
        .or(|x| x.iter().map(|x| (x * 1e12).round() as i128).sum::<i128>() as f64 / 1e12)
        .show("1, 1e−17 and −1"),
        Wrong::new(
            "f32-inside",
            |x| f64::from(x.iter().fold(0.0_f32, |sum, &x| sum + x as f32)),
            "a running sum in f32",
            "How many binary digits does the variable have in which you add up?",
        )
        .show("16777217 and 0.5"),
    ]
}

fn wrong_losses() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "kahan",
            |x| kahan(x, 1.0).0,
            "Kahan's sum: right until a number comes that is larger than the sum so far",
            "Which of the two partners of an addition loses digits?",
        )
        .or(|x| {
            let (sum, lost) = kahan(x, 1.0);
            sum - lost
        })
        .show("3, 1e16 and −1e16"),
        Wrong::new(
            "kahan-sign",
            |x| kahan(x, -1.0).0,
            "Kahan's sum with the losses taken away once more",
            "What arrived minus what was sent: is that what you owe the next number, or what it owes you?",
        )
        .or(|x| {
            let (sum, lost) = kahan(x, -1.0);
            sum - lost
        })
        .show("0.1, a hundred thousand times"),
        Wrong::new(
            "losses-subtracted",
            |x| {
                let (sum, lost) = collected(x, by_size);
                sum - lost
            },
            "a sum from which its losses were taken away",
            "Of 1e16 + 3 a part does not arrive. Is the result too large or too small then?",
        ),
        Wrong::new(
            "losses-twice",
            |x| {
                let (sum, lost) = collected(x, by_size);
                sum + 2.0 * lost
            },
            "a sum to which its losses were added twice",
            "What does the exact sum differ by from the rounded one?",
        ),
        Wrong::new(
            "sum-always-larger",
            |x| {
                let (sum, lost) = collected(x, |_, _| true);
                sum + lost
            },
            "losses that were worked out as if the sum were always the larger partner",
            "The sum is 3 and 1e16 comes: which of the two loses digits?",
        )
        .show("3, 1e16 and −1e16"),
        Wrong::new(
            "number-always-larger",
            |x| {
                let (sum, lost) = collected(x, |_, _| false);
                sum + lost
            },
            "losses that were worked out as if the new number were always the larger partner",
            "The sum is 1e16 and 3 comes: which of the two loses digits?",
        )
        .or(|x| {
            let (sum, lost) = collected(x, |sum, x| sum.abs() < x.abs());
            sum + lost
        })
        .show("1e16, 3 and −1e16"),
        Wrong::new(
            "signed-comparison",
            |x| {
                let (sum, lost) = collected(x, |sum, x| sum >= x);
                sum + lost
            },
            "losses with the larger partner found by value: −1e16 counts as smaller than 1",
            "Of −1e16 and 1, which keeps its digits?",
        )
        .show("−1e16, 1, 1 and 1e16"),
        Wrong::new(
            "sizes-only-of-the-number",
            |x| {
                let (sum, lost) = collected(x, |sum, x| sum >= x.abs());
                sum + lost
            },
            "losses with the size of the number compared with the value of the sum",
            "The sum may be −1e16. How large is that?",
        )
        .show("−1e16, −1, −1 and 1e16"),
        Wrong::new(
            "first-twice",
            |x| x.first().map_or(0.0, |first| solution::sum(&[&[*first], x].concat())),
            "a sum in which the first number counts twice",
            "Your sum begins with the first number. With which one does the loop begin?",
        ),
        Wrong::new(
            "vanished-only",
            |x| {
                let (mut sum, mut lost) = (0.0, 0.0);
                for &x in x {
                    if sum + x == sum {
                        lost += x;
                    } else {
                        sum += x;
                    }
                }
                sum + lost
            },
            "a sum that sets aside the numbers that would not change it, and no others",
            "1e16 + 3 does change the sum. By how much, and by how much should it?",
        )
        .show("1e16, 3 and −1e16"),
        Wrong::new(
            "blocks",
            |x| running(&x.chunks(1000).map(solution::sum).collect::<Vec<_>>()),
            "blocks that are summed with their losses, and a running sum of the blocks",
            "Each block was rounded when it was done. Who keeps what the blocks lose?",
        )
        .or(|x| running(&x.chunks(1024).map(solution::sum).collect::<Vec<_>>()))
        .or(|x| running(&x.chunks(512).map(solution::sum).collect::<Vec<_>>()))
        .show("1e16, then 0.3125 two thousand times, then −1e16"),
        Wrong::new(
            "rounded-at-the-end",
            |x| (solution::sum(x) * 1e12).round() / 1e12,
            "a sum rounded to twelve places behind the point",
            "What becomes of 1e−17?",
        )
        .or(|x| (solution::sum(x) * 1e10).round() / 1e10)
        .or(|x| (running(x) * 1e12).round() / 1e12)
        .or(|x| (running(x) * 1e10).round() / 1e10)
        .show("1, 1e−17 and −1"),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = wrong_orders();
    all.extend(wrong_losses());
    all
}
