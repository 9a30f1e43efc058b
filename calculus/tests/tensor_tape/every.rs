//! Every operation in f64, all elements, random cotangents, random shapes; then its second derivative, then the number of threads.

use super::operations::{ALL, Operation, numbers, random};
use calculus::check::Check;
use calculus::dual::Dual;
use calculus::tape::{Arena, Grads, Params, Tape, Var};
use linalg::{Real, Tensor};
use std::collections::BTreeSet;
use std::path::Path;

/// An operation that is not in the table is not checked: so it has to be in the table.
#[test]
fn no_operation_is_missing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    let mut found = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.split("Op { name: \"").skip(1);
        found.extend(names.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    let listed: BTreeSet<String> = ALL.iter().map(|op| op.name().to_owned()).collect();
    assert_eq!(found, listed);
}

#[test]
fn every_gradient_at_random_shapes() {
    let mut checked = 0;
    for op in ALL {
        for round in 0..12 {
            let inputs = op.inputs(&mut random(op, round));
            let seed = Check { seed: round, ..Check::default() };
            let once = seed.gradients(&Params::new(), &inputs, |t, x| op.build(t, x));
            // Used twice: the first gradient is stored, the second one added.
            let twice = seed.gradients(&Params::new(), &inputs, |t, x| {
                let (a, b) = (op.build(t, x), op.build(t, x));
                let b = t.scale(b, 0.5);
                t.sub(a, b)
            });
            for report in [once, twice] {
                let shapes: Vec<_> = inputs.iter().map(Tensor::shape).collect();
                checked += report.unwrap_or_else(|e| panic!("{op:?} of {shapes:?}: {e}")).checked;
            }
        }
    }
    assert!(checked > 10_000, "{checked}");
}

/// What the gradient of Σ cᵢ·outᵢ in all inputs is, on a tape of any numbers.
fn gradient<T: Real>(op: Operation, inputs: &[Tensor<T>], cotangent: &[f64]) -> Vec<T> {
    let (params, mut arena) = (Params::new(), Arena::new());
    let mut t = Tape::record(&params, &mut arena);
    let vars: Vec<Var> = inputs.iter().map(|x| t.input(x.shape(), x.data())).collect();
    let out = op.build(&mut t, &vars);
    let cotangent: Vec<T> = cotangent.iter().map(|&c| T::from_f64(c)).collect();
    t.backward_with(out, &cotangent, &mut Grads::like(&params));
    vars.iter().flat_map(|&v| t.grad(v).to_vec()).collect()
}

/// The gradient is a function too. Its derivative along a direction, from a tape of dual numbers, against a difference of two gradients.
#[test]
fn every_second_derivative() {
    let (mut checked, mut bent) = (0, BTreeSet::new());
    for op in ALL {
        for round in 100..116 {
            let rng = &mut random(op, round);
            let inputs = op.inputs(rng);
            let length = {
                let (params, mut arena) = (Params::new(), Arena::new());
                let mut t = Tape::record(&params, &mut arena);
                let vars: Vec<Var> = inputs.iter().map(|x| t.input(x.shape(), x.data())).collect();
                let out = op.build(&mut t, &vars);
                t.value(out).len()
            };
            let cotangent = numbers(rng, &[length], -1.0, 1.0).into_data();
            let along: Vec<Tensor<f64>> =
                inputs.iter().map(|x| numbers(rng, &x.shape(), -1.0, 1.0)).collect();
            let moving: Vec<_> = inputs.iter().zip(&along).map(|(x, v)| x.zip_with(v, Dual::new)).collect();
            let exact = gradient(op, &moving, &cotangent);
            let h = 1e-5;
            let shifted = |h: f64| {
                let inputs = inputs.iter().zip(&along).map(|(x, v)| x.zip_with(v, |x, v| x + h * v));
                gradient(op, &inputs.collect::<Vec<_>>(), &cotangent)
            };
            let (above, below) = (shifted(h), shifted(-h));
            for (i, exact) in exact.iter().enumerate() {
                let difference = (above[i] - below[i]) / (2.0 * h);
                let error = (exact.d - difference).abs();
                assert!(
                    error <= 1e-6 * difference.abs().max(1.0),
                    "{op:?}, round {round}, {i}: {exact:?}, {difference}"
                );
                checked += 1;
                if exact.d.abs() > 1e-3 {
                    bent.insert(op.name());
                }
            }
        }
    }
    assert!(checked > 3_000, "{checked}");
    // Those that are straight in all their inputs together have no second derivative; all others must have shown theirs.
    let straight = ["add", "embedding", "mean", "relu", "reshape", "scale", "sub", "sum"];
    for op in ALL {
        assert!(bent.contains(op.name()) != straight.contains(&op.name()), "{op:?}: {bent:?}");
    }
}

/// The same bits in value and gradient, whatever the number of threads: each operation by itself, at a size where it shares its work.
#[test]
fn the_number_of_threads_changes_no_bit() {
    for op in ALL {
        let inputs: Vec<_> = op.large(&mut random(op, 7)).iter().map(|x| x.map(|x| x as f32)).collect();
        let run = || {
            let (params, mut arena) = (Params::new(), Arena::new());
            let mut t = Tape::record(&params, &mut arena);
            let vars: Vec<Var> = inputs.iter().map(|x| t.input(x.shape(), x.data())).collect();
            let out = op.build(&mut t, &vars);
            let cotangent: Vec<f32> = (0..t.value(out).len()).map(|i| (i as f32 * 0.37).sin()).collect();
            t.backward_with(out, &cotangent, &mut Grads::like(&params));
            let all = vars.iter().flat_map(|&v| t.grad(v)).chain(t.value(out));
            all.map(|x| x.to_bits()).collect::<Vec<u32>>()
        };
        let with =
            |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run);
        let one = with(1);
        for threads in [2, 3, 5] {
            assert!(with(threads) == one, "{op:?} on {threads} threads");
        }
    }
}
