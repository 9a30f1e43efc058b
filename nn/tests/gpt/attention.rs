//! Attention: the fast one against the readable one, against differences, against primitive operations.

use calculus::check::Check;
use calculus::tape::{Arena, Grads, Params, Tape, Var};
use linalg::{Mat, Tensor};
use nn::attention::{attend, causal_attention};
use probability::random::stream;
use probability::uniform;

/// Numbers in (−1, 1).
pub(super) fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut random = stream(seed, "test", 0);
    (0..n).map(|_| 2.0 * uniform::sample(&mut random) - 1.0).collect()
}

/// Part 0, 1 or 2 (queries, keys, values) of a head of a sequence, as a matrix.
fn part(qkv: &[f64], [time, d, heads]: [usize; 3], b: usize, part: usize, h: usize) -> Mat {
    let width = d / heads;
    Tensor::from_fn(time, width, |t, j| qkv[(b * time + t) * 3 * d + part * d + h * width + j])
}

fn fast(qkv: &[f64], [batch, time, d, heads]: [usize; 4], recording: bool) -> Vec<f64> {
    let (params, mut arena) = (Params::new(), Arena::new());
    let mut tape =
        if recording { Tape::record(&params, &mut arena) } else { Tape::infer(&params, &mut arena) };
    let qkv = tape.constant([batch, time, 3 * d], qkv);
    let y = causal_attention(&mut tape, qkv, heads);
    tape.value(y).to_vec()
}

#[test]
fn the_fast_one_equals_the_readable_one() {
    // Times around the block of 64 queries; all sizes distinct; one token alone.
    for [batch, time, d, heads] in
        [[1, 1, 2, 1], [2, 5, 6, 3], [3, 64, 8, 2], [1, 65, 4, 4], [2, 130, 10, 2], [1, 257, 3, 1]]
    {
        let qkv = noise(batch * time * 3 * d, time as u64);
        for recording in [true, false] {
            let y = fast(&qkv, [batch, time, d, heads], recording);
            for (b, h) in (0..batch).flat_map(|b| (0..heads).map(move |h| (b, h))) {
                let [q, k, v] = [0, 1, 2].map(|i| part(&qkv, [time, d, heads], b, i, h));
                let want = attend(&q, &k, &v);
                let width = d / heads;
                for (t, j) in (0..time).flat_map(|t| (0..width).map(move |j| (t, j))) {
                    let got = y[(b * time + t) * d + h * width + j];
                    assert!(
                        (got - want[[t, j]]).abs() < 1e-13,
                        "batch {b} head {h} time {t} column {j}: {got}"
                    );
                }
            }
        }
    }
}

#[test]
fn nobody_sees_the_future() {
    // Everything after token t is replaced; nothing up to t may change, not even in the last bit.
    let ([batch, time, d, heads], t) = ([2, 100, 6, 2], 70);
    let before = noise(batch * time * 3 * d, 1);
    let mut after = before.clone();
    for b in 0..batch {
        let later = (b * time + t + 1) * 3 * d..(b + 1) * time * 3 * d;
        after[later.clone()].copy_from_slice(&noise(later.len(), 2));
    }
    let (x, y) = (fast(&before, [batch, time, d, heads], true), fast(&after, [batch, time, d, heads], true));
    for b in 0..batch {
        let known = b * time * d..(b * time + t + 1) * d;
        assert_eq!(x[known.clone()], y[known]);
        let unknown = (b * time + t + 1) * d..(b + 1) * time * d;
        assert!(x[unknown.clone()].iter().zip(&y[unknown]).all(|(x, y)| x != y));
    }
}

#[test]
fn huge_scores_make_no_nan() {
    let qkv: Vec<f64> = noise(4 * 6, 3).iter().map(|x| x * 1e150).collect();
    assert!(fast(&qkv, [1, 4, 2, 1], true).iter().all(|y| y.is_finite()));
}

#[test]
fn the_gradient_is_the_derivative() {
    for [batch, time, d, heads] in [[1, 1, 2, 1], [2, 5, 6, 3], [1, 66, 2, 1]] {
        let qkv = Tensor::new([batch, time, 3 * d], noise(batch * time * 3 * d, 4));
        let report = Check::default()
            .gradients(&Params::new(), &[qkv], |tape, inputs| causal_attention(tape, inputs[0], heads))
            .unwrap();
        assert_eq!(report.checked, batch * time * 3 * d);
    }
}

/// The same attention from operations of the tape that know nothing of heads or masks: columns are chosen by products with
/// matrices of zeros and ones, and the mask is added.
fn composed(tape: &mut Tape<'_, f64>, qkv: Var, [time, d, heads]: [usize; 3]) -> Var {
    let width = d / heads;
    let mask: Vec<f64> =
        (0..time * time).map(|i| if i % time > i / time { f64::NEG_INFINITY } else { 0.0 }).collect();
    let mask = tape.constant([time, time], &mask);
    let mut sum = None;
    for h in 0..heads {
        let mut choose = |part: usize| {
            let select = Tensor::from_fn(width, 3 * d, |j, c| f64::from(c == part * d + h * width + j));
            let select = tape.constant([width, 3 * d], select.data());
            tape.linear(qkv, select, None)
        };
        let (q, k, v) = (choose(0), choose(1), choose(2));
        let scores = tape.linear(q, k, None);
        let scores = tape.scale(scores, 1.0 / (width as f64).sqrt());
        let scores = tape.add(scores, mask);
        let weights = tape.softmax(scores);
        let y = tape.matmul(weights, v);
        let place = Tensor::from_fn(width, d, |j, c| f64::from(c == h * width + j));
        let place = tape.constant([width, d], place.data());
        let y = tape.matmul(y, place);
        sum = Some(sum.map_or(y, |sum| tape.add(sum, y)));
    }
    sum.unwrap()
}

#[test]
fn values_and_gradients_equal_those_of_primitive_operations() {
    let [time, d, heads] = [70, 6, 2];
    let (data, cotangent) = (noise(time * 3 * d, 5), noise(time * d, 6));
    let (params, mut arena) = (Params::new(), Arena::new());
    let mut run = |fused: bool| {
        let mut tape = Tape::record(&params, &mut arena);
        let (x, y);
        if fused {
            x = tape.input([1, time, 3 * d], &data);
            y = causal_attention(&mut tape, x, heads);
        } else {
            x = tape.input([time, 3 * d], &data);
            y = composed(&mut tape, x, [time, d, heads]);
        }
        tape.backward_with(y, &cotangent, &mut Grads::like(&params));
        (tape.value(y).to_vec(), tape.grad(x).to_vec())
    };
    let ((y, d_x), (want_y, want_d_x)) = (run(true), run(false));
    for (got, want) in y.iter().zip(&want_y).chain(d_x.iter().zip(&want_d_x)) {
        assert!((got - want).abs() < 1e-13, "{got} instead of {want}");
    }
}

#[test]
fn gradients_add_up_where_a_value_is_used_twice() {
    let qkv = Tensor::new([1, 3, 6], noise(18, 7));
    Check::default()
        .gradients(&Params::new(), &[qkv], |tape, inputs| {
            let (a, b) = (causal_attention(tape, inputs[0], 1), causal_attention(tape, inputs[0], 2));
            tape.mul(a, b)
        })
        .unwrap();
}

/// For long sequences nothing of size time² is kept: twice the time takes twice the memory.
#[test]
fn memory_grows_with_the_time_and_not_with_its_square() {
    let needs = |time: usize| {
        let (params, mut arena) = (Params::<f64>::new(), Arena::new());
        let mut tape = Tape::rehearse(&params, &mut arena);
        let qkv = tape.input([2, time, 24], &vec![0.0; 2 * time * 24]);
        let y = causal_attention(&mut tape, qkv, 2);
        tape.memory(y).peak()
    };
    assert_eq!(needs(1024), 2 * needs(512));
}

#[test]
fn threads_change_no_bit() {
    let shape = [12, 64, 128, 4]; // large enough to be divided
    let qkv = noise(12 * 64 * 3 * 128, 8);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fast(&qkv, shape, true))
    };
    assert_eq!(with(1), with(2));
}

#[test]
#[should_panic(expected = "causal_attention: shape [2, 3, 10] is not (batch, time, 3·d) with 2 heads")]
fn a_wrong_shape_is_named() {
    let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    let mut tape = Tape::record(&params, &mut arena);
    let x = tape.constant([2, 3, 10], &[0.0; 60]);
    causal_attention(&mut tape, x, 2);
}
