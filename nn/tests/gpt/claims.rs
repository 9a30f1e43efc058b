//! What the chapter says it measured, measured again.

#[path = "../../../book/plot.rs"]
pub mod plot;

#[path = "../../examples/gpt/dice.rs"]
mod dice;
#[path = "../../examples/gpt/sort.rs"]
mod sort;

#[test]
fn a_small_gpt_learns_to_sort() {
    let (_, right) = sort::show();
    assert!(right >= 180, "{right} of 200");
}

#[test]
fn only_a_model_that_cheats_foretells_a_die() {
    let (_, losses) = dice::show();
    let floor = 6_f64.ln();
    let [[honest, honest_writing], [cheating, cheating_writing]] = losses[..] else { panic!("two models") };
    // The mean over 1024 throws strays from ln 6 by what was learned by heart, and by that alone: logits near 0 cost ln 6 each.
    assert!((honest - floor).abs() < 0.02 && (honest_writing - floor).abs() < 0.02);
    assert!(cheating < 0.2 && cheating_writing > 3.0, "{cheating}, {cheating_writing}");
}
