//! What a step needs: said in advance, and what it then takes. Who may lie where, and what nobody may read.

use calculus::tape::{Arena, Grads, Memory, ParamId, Params, Place, Tape, Var};
use linalg::Tensor;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A network of residual blocks, with a table that reads and writes.
struct Blocks {
    table: ParamId,
    blocks: Vec<[ParamId; 3]>,
}

impl Blocks {
    fn new(params: &mut Params<f64>, depth: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let mut random = |rows, cols| Tensor::from_fn(rows, cols, |_, _| rng.random_range(-0.5..0.5));
        Blocks {
            table: params.add("table", random(11, 8), true),
            blocks: (0..depth)
                .map(|i| {
                    [
                        params.add(format!("gain {i}"), random(1, 8).reshape([8]), false),
                        params.add(format!("up {i}"), random(32, 8), true),
                        params.add(format!("down {i}"), random(8, 32), true),
                    ]
                })
                .collect(),
        }
    }

    fn loss(&self, t: &mut Tape<'_, f64>) -> Var {
        let ids: [u32; 20] = std::array::from_fn(|i| (i as u32 * 7) % 11);
        let table = t.param(self.table);
        let mut x = t.embedding(table, &ids);
        for &block in &self.blocks {
            let [gain, up, down] = block.map(|id| t.param(id));
            let y = t.layernorm(x, gain, None, 1e-5);
            let y = t.linear(y, up, None);
            let y = t.gelu(y);
            let y = t.linear(y, down, None);
            x = t.add(x, y);
        }
        let logits = t.linear(x, table, None);
        t.cross_entropy(logits, &ids)
    }
}

#[test]
fn a_rehearsal_says_what_the_step_takes() {
    for depth in [0, 1, 5] {
        let mut params = Params::new();
        let model = Blocks::new(&mut params, depth);
        let mut arena = Arena::new();
        let said = {
            let mut t = Tape::rehearse(&params, &mut arena);
            let loss = model.loss(&mut t);
            t.memory(loss)
        };
        assert_eq!(arena.capacity(), 0, "a rehearsal takes no memory");
        let mut grads = Grads::like(&params);
        let mut t = Tape::record(&params, &mut arena);
        let loss = model.loss(&mut t);
        assert_eq!(t.memory(loss), said);
        t.backward(loss, &mut grads);
        assert_eq!(said.peak(), size_of::<f64>() * arena.capacity());
        assert_eq!(said.nodes, arena.nodes());
        // A step after a rehearsal in the same arena is like any other.
        let mut t = Tape::rehearse(&params, &mut arena);
        model.loss(&mut t);
        let mut again = Grads::like(&params);
        let mut t = Tape::record(&params, &mut arena);
        let loss = model.loss(&mut t);
        t.backward(loss, &mut again);
        assert_eq!(grads, again);
        assert_eq!(said.peak(), size_of::<f64>() * arena.capacity());
    }
}

#[test]
fn a_deeper_network_needs_more_values_and_no_more_gradients() {
    let of = |depth| {
        let (mut params, mut arena) = (Params::new(), Arena::new());
        let model = Blocks::new(&mut params, depth);
        let mut t = Tape::rehearse(&params, &mut arena);
        let loss = model.loss(&mut t);
        t.memory(loss)
    };
    let (two, ten): (Memory, Memory) = (of(2), of(10));
    assert_eq!(two.gradients, ten.gradients);
    assert!(ten.values > 4 * two.values && ten.apart > 4 * two.apart);
    // First come, first served leaves gaps. Small ones.
    assert!(ten.alive < ten.gradients && ten.gradients < ten.alive * 13 / 10, "{ten:?}");
    let printed = ten.to_string();
    assert!(printed.starts_with("values ") && printed.contains("alive at once\npeak "), "{printed}");
}

#[test]
#[should_panic(expected = "a rehearsal has no values")]
fn a_rehearsal_has_no_values() {
    let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    let mut t = Tape::rehearse(&params, &mut arena);
    let x = t.input([2], &[1.0, 2.0]);
    t.value(x);
}

#[test]
#[should_panic(expected = "a rehearsal computes nothing")]
fn a_rehearsal_has_no_way_back() {
    let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    let mut t = Tape::rehearse(&params, &mut arena);
    let x = t.input([], &[1.0]);
    t.backward(x, &mut Grads::like(&params));
}

/// A graph of vectors and columns of many lengths, in which anything may use anything, and some gradients are kept.
fn places(seed: u64) -> (Vec<Place>, Memory) {
    let rng = &mut StdRng::seed_from_u64(seed);
    let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    let mut t = Tape::rehearse(&params, &mut arena);
    let mut vars: Vec<Var> = (1..6).map(|n| t.input([n], &vec![0.0; n])).collect();
    for _ in 0..60 {
        let (a, b) = (vars[rng.random_range(0..vars.len())], vars[rng.random_range(0..vars.len())]);
        let v = match rng.random_range(0..5) {
            0 => t.sum(a),
            1 => t.mul(a, a),
            2 if t.shape(a).len() * t.shape(b).len() <= 60 => {
                let (m, n) = (t.shape(a).len(), t.shape(b).len());
                let column = t.reshape(a, [m, 1]);
                let row = t.reshape(b, [n]);
                let outer = t.add(column, row);
                t.reshape(outer, [m * n])
            }
            _ => t.tanh(b),
        };
        if rng.random_bool(0.1) {
            t.retain(v);
        }
        vars.push(v);
    }
    let (a, b) = (t.sum(vars[50]), t.sum(vars[64]));
    let loss = t.add(a, b);
    (t.places(loss), t.memory(loss))
}

#[test]
fn gradients_that_are_alive_together_lie_apart() {
    let (mut together, mut shared) = (0, 0);
    for seed in 0..100 {
        let (places, memory) = places(seed);
        assert!(memory.alive <= memory.gradients && memory.gradients <= memory.apart, "{memory:?}");
        for (i, a) in places.iter().enumerate() {
            assert!(a.dies.is_none_or(|dies| dies <= a.born));
            for b in &places[..i] {
                // From its birth, at the larger number, down to its death, both included.
                let alive = |p: &Place| (p.dies.unwrap_or(0), p.born);
                let ((a_ends, a_begins), (b_ends, b_begins)) = (alive(a), alive(b));
                let at_once = a_ends <= b_begins && b_ends <= a_begins;
                let overlap = a.start < b.start + b.len && b.start < a.start + a.len;
                assert!(!(at_once && overlap), "seed {seed}: {a:?} and {b:?}");
                together += usize::from(at_once);
                shared += usize::from(overlap);
            }
        }
    }
    assert!(together > 1000 && shared > 1000, "{together} and {shared}: the test tests nothing");
}

/// The walk stores a first gradient without reading what lies there, be it NaN. (A debug build puts NaN there on purpose, so this
/// holds in every test of this package; here it holds in a release build too.)
#[test]
fn a_stored_gradient_never_reads_what_was_there() {
    let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    let mut walk = |x: f64| {
        let mut t = Tape::record(&params, &mut arena);
        let x = t.input([4], &[x; 4]);
        let mut y = x;
        for _ in 0..6 {
            y = t.exp(y);
            y = t.scale(y, 0.5);
        }
        let gate = t.softmax(y);
        let y = t.mul(y, gate);
        let y = t.add(y, x);
        let loss = t.sum(y);
        t.backward(loss, &mut Grads::like(&params));
        t.grad(x).to_vec()
    };
    let before = walk(0.1);
    assert!(before.iter().all(|d| d.is_finite()));
    assert!(walk(50.0).iter().any(|d| d.is_nan()), "a step that overflows leaves NaN in the buffer");
    assert_eq!(walk(0.1), before);
}

#[test]
fn what_is_kept_is_not_written_over() {
    let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    let mut t = Tape::record(&params, &mut arena);
    let x = t.input([3], &[0.1, 0.2, 0.3]);
    let mut chain = vec![x];
    for _ in 0..8 {
        let last = *chain.last().unwrap();
        let next = t.scale(last, 2.0);
        t.retain(next);
        chain.push(next);
    }
    t.backward_with(chain[8], &[1.0, 10.0, 100.0], &mut Grads::like(&params));
    for (i, &v) in chain.iter().enumerate() {
        let slope = f64::powi(2.0, 8 - i as i32);
        assert_eq!(t.grad(v), [slope, 10.0 * slope, 100.0 * slope]);
    }
}
