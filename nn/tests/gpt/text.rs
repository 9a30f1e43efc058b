//! Tokenizers, splits, batches.

use calculus::tape::IGNORE;
use nn::Error;
use nn::corpus::Corpus;
use nn::data::{BLOCK, Batch, Dataset, Split};
use nn::tokenizer::Tokenizer;
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn what_was_encoded_decodes_to_itself(text in "\\PC{0,40}|[a-z\n ]{0,40}") {
        for tokenizer in [Tokenizer::Byte, Tokenizer::chars(&text)] {
            let ids = tokenizer.encode(&text).unwrap();
            prop_assert!(ids.iter().all(|&id| (id as usize) < tokenizer.vocab()));
            prop_assert_eq!(tokenizer.decode(&ids).unwrap(), text.clone());
        }
    }

    #[test]
    fn a_stream_of_bytes_decodes_as_the_standard_library_decodes_it(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let ids: Vec<u32> = bytes.iter().map(|&b| b.into()).collect();
        prop_assert_eq!(Tokenizer::Byte.decode(&ids).unwrap(), String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn the_alphabet_is_sorted_and_names_what_it_lacks() {
    let Tokenizer::Char(alphabet) = Tokenizer::chars("hello ä world") else { panic!() };
    assert_eq!(alphabet.chars(), [' ', 'd', 'e', 'h', 'l', 'o', 'r', 'w', 'ä']);
    let tokenizer = Tokenizer::chars("hello");
    let error = tokenizer.encode("hole, world").unwrap_err();
    assert!(matches!(error, Error::UnknownChar { char: ',', at: 4, alphabet: 4 }), "{error:?}");
    assert!(matches!(tokenizer.decode(&[4]), Err(Error::UnknownToken { id: 4, vocab: 4 })));
    assert!(matches!(Tokenizer::Byte.decode(&[256]), Err(Error::UnknownToken { id: 256, vocab: 256 })));
}

/// All tokens that training can see, and all that the evaluation asks for.
fn seen(data: &Dataset) -> (BTreeSet<u32>, Vec<u32>) {
    let (mut batch, mut sighted) = (Batch::default(), vec![false; 1 << 17]);
    for step in 0..2000 {
        data.batch(1, step, 16, &mut batch);
        assert_eq!((batch.rows, batch.inputs.len()), (16, 16 * data.context()));
        // These texts count upwards, so the target is the input plus one.
        assert!(batch.inputs.iter().zip(&batch.targets).all(|(x, y)| x + 1 == *y));
        batch.inputs.iter().chain(&batch.targets).for_each(|&t| sighted[t as usize] = true);
    }
    let training = (0..).zip(sighted).filter(|(_, sighted)| *sighted).map(|(t, _)| t).collect();
    let mut asked = Vec::new();
    for windows in data.windows().chunks(3) {
        data.fill(windows, &mut batch);
        assert_eq!(batch.inputs.len(), windows.len() * data.context());
        for (x, y) in batch.inputs.iter().zip(&batch.targets) {
            assert!(*y == IGNORE || x + 1 == *y);
        }
        asked.extend(batch.targets.iter().filter(|&&t| t != IGNORE));
        assert_eq!(batch.counted(), batch.targets.iter().filter(|&&t| t != IGNORE).count());
    }
    (training, asked)
}

#[test]
fn training_sees_everything_that_is_not_held_out_and_nothing_else() {
    let n = 2003;
    let data = Dataset::new((0..n).collect(), Split::Tail, 7).unwrap();
    let (training, asked) = seen(&data);
    assert_eq!(training, (0..1803).collect());
    assert_eq!(asked, (1804..n).collect::<Vec<_>>()); // all but the first, each once
}

#[test]
fn every_tenth_block_is_held_out() {
    let block = BLOCK as u32;
    let n = 21 * block + 100;
    let data = Dataset::new((0..n).collect(), Split::Blocks, 64).unwrap();
    assert_eq!(data.held_out_tokens(), 2 * BLOCK);
    assert_eq!(data.training_tokens(), 19 * BLOCK + 100);
    let (training, asked) = seen(&data);
    assert!(training.iter().all(|t| t / block % 10 != 9));
    let want = (0..n).filter(|t| t / block % 10 == 9 && t % block != 0);
    assert_eq!(asked, want.collect::<Vec<_>>());
}

#[test]
fn every_place_is_equally_likely() {
    // 90 training tokens, context 9: 81 places. χ² with 80 degrees of freedom exceeds 160 once in 3·10⁶.
    let data = Dataset::new((0..100).collect(), Split::Tail, 9).unwrap();
    let (mut counts, mut batch, draws) = ([0_u32; 81], Batch::default(), 81_000);
    for step in 0..draws / 10 {
        data.batch(3, step, 10, &mut batch);
        batch.inputs.iter().step_by(9).for_each(|&start| counts[start as usize] += 1);
    }
    let chi2: f64 = counts.iter().map(|&c| (f64::from(c) - 1000.0).powi(2) / 1000.0).sum();
    assert!(chi2 < 160.0, "{chi2}");
}

#[test]
fn a_batch_is_a_function_of_seed_and_step() {
    let data = Dataset::new((0..1000).collect(), Split::Tail, 9).unwrap();
    let draw = |seed, step| {
        let mut batch = Batch::default();
        data.batch(seed, step, 4, &mut batch);
        batch.inputs
    };
    assert_eq!(draw(1, 7), draw(1, 7));
    assert_ne!(draw(1, 7), draw(1, 8));
    assert_ne!(draw(1, 7), draw(2, 7));
}

#[test]
fn texts_that_are_too_short_say_how_long_they_must_be() {
    assert!(matches!(Dataset::new(vec![], Split::Tail, 4), Err(Error::EmptyText)));
    assert!(matches!(Corpus::new("nothing", ""), Err(Error::EmptyText)));
    let short = |n, split| Dataset::new((0..n).collect(), split, 64).unwrap_err();
    let error = short(600, Split::Tail);
    assert!(matches!(error, Error::TextTooShort { part: "held-out", tokens: 60, needed: 65 }), "{error:?}");
    assert!(matches!(short(9 * BLOCK as u32, Split::Blocks), Error::TextTooShort { part: "held-out", .. }));
    assert!(Dataset::new((0..650).collect(), Split::Tail, 64).is_ok());
}

#[test]
fn the_built_in_text_can_be_trained_on() {
    let corpus = Corpus::embedded();
    let data = Dataset::new(Tokenizer::Byte.encode(&corpus.text).unwrap(), Split::Blocks, 64).unwrap();
    let share = data.held_out_tokens() as f64 / (data.held_out_tokens() + data.training_tokens()) as f64;
    assert!((0.05..0.11).contains(&share), "{share}");
}
