//! Faults of all kinds, planted: is each named, with the right operation, the right place and the right step?

use super::nets::{Act, CLASSES, HEALTHY, Hooks, INPUTS, Net, TIME, random, train};
use calculus::clinic::{Alarm, Fault, Settings};
use calculus::tape::{Grads, Params, Tape, Var};

/// What was planted: the fault, the operation, a part of the place's name, the step.
pub(super) type Planted = (Fault, &'static str, &'static str, u64);

pub(super) fn settings() -> Settings {
    Settings { every: 1, ..Settings::default() }
}

pub(super) fn mlp(depth: usize, act: Act, gain: f64) -> (Params<f32>, Net) {
    let mut params = Params::new();
    let net = Net::mlp(&mut params, depth, act, gain, 3);
    (params, net)
}

pub(super) fn gpt() -> (Params<f32>, Net) {
    let mut params = Params::new();
    let net = Net::gpt(&mut params, 3, Act::Gelu, 3);
    (params, net)
}

/// Trains a sick network and compares the first thing that is said with what was planted.
pub(super) fn check(
    name: &str,
    planted: Planted,
    (params, net): (Params<f32>, Net),
    hooks: Hooks<'_>,
    missed: &mut Vec<String>,
) {
    let run = train(&net, params, 160, 3, settings(), hooks);
    let (fault, op, place, step) = planted;
    let fits = |a: &Alarm| a.fault == fault && a.op == op && a.place.contains(place) && a.step == step;
    if !run.clinic.alarms().first().is_some_and(fits) {
        let said: Vec<_> = run.clinic.alarms().iter().take(3).map(ToString::to_string).collect();
        missed.push(format!("{name}: planted {planted:?}, said {said:#?}"));
    } else if std::env::var("SHOW").is_ok() {
        println!("{name}: {} ({} in all)", run.clinic.alarms()[0], run.clinic.alarms().len());
    }
}

fn set(params: &mut Params<f32>, name: &str, f: impl Fn(f32) -> f32) {
    let id = params.find(name).expect("a parameter of that name");
    params.get_mut(id).iter_mut().for_each(|w| *w = f(*w));
}

fn set_grad(params: &Params<f32>, grads: &mut Grads<f32>, name: &str, f: impl Fn(f32) -> f32) {
    let range = params.entry(params.find(name).expect("a parameter of that name")).range.clone();
    grads.values_mut()[range].iter_mut().for_each(|g| *g = f(*g));
}

fn full(t: &mut Tape<'_, f32>, like: Var, x: f32) -> Var {
    let shape = t.shape(like);
    t.constant(shape, &vec![x; shape.len()])
}

/// Numbers that are not finite.
fn broken(missed: &mut Vec<String>) {
    let relu = || mlp(4, Act::Relu, 1.4);

    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "hidden" || i != 2 {
            return v;
        }
        let count = full(t, v, if step == 40 { 0.0 } else { 1.0 });
        t.div(v, count)
    };
    let planted = (Fault::DivisionByZero, "div", "layer 2", 40);
    check("division by zero", planted, relu(), Hooks { inside: &inside, ..HEALTHY }, missed);

    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "linear" || i != 1 {
            return v;
        }
        let x = t.scale(v, if step == 40 { 1e3 } else { 1e-3 });
        let e = t.exp(x);
        t.mul(v, e)
    };
    let planted = (Fault::Overflow, "exp", "layer 1", 40);
    check("exponential", planted, relu(), Hooks { inside: &inside, ..HEALTHY }, missed);

    let before = |step, params: &mut Params<f32>| {
        if step == 40 {
            set(params, "layer 2/weight", |w| w.signum() * 3e38);
        }
    };
    let planted = (Fault::Overflow, "linear", "layer 2", 40);
    check("a product overflows", planted, relu(), Hooks { before: &before, ..HEALTHY }, missed);

    let loss = |t: &mut Tape<'_, f32>, step, logits, labels: &[u32]| {
        let logits = t.scale(logits, if step == 40 { 1e4 } else { 1.0 });
        let p = t.softmax(logits);
        let p = t.ln(p);
        pick(t, p, labels)
    };
    let planted = (Fault::LogOfZero, "ln", "loss", 40);
    check("log of zero", planted, relu(), Hooks { loss: Some(&loss), ..HEALTHY }, missed);

    let loss = |t: &mut Tape<'_, f32>, step, logits, labels: &[u32]| {
        let p = t.softmax(logits);
        let smooth = full(t, p, if step == 40 { -0.5 } else { 0.01 });
        let p = t.add(p, smooth);
        let p = t.ln(p);
        pick(t, p, labels)
    };
    let planted = (Fault::LogOfNegative, "ln", "loss", 40);
    check("log of a negative number", planted, relu(), Hooks { loss: Some(&loss), ..HEALTHY }, missed);

    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "hidden" || i != 1 {
            return v;
        }
        let square = t.square(v);
        let shift = full(t, v, if step == 40 { -5.0 } else { 1.0 });
        let square = t.add(square, shift);
        t.sqrt(square)
    };
    let planted = (Fault::RootOfNegative, "sqrt", "layer 1", 40);
    check("root of a negative number", planted, relu(), Hooks { inside: &inside, ..HEALTHY }, missed);

    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "hidden" || i != 1 {
            return v;
        }
        let square = t.square(v);
        let shift = full(t, v, if step < 40 { 1e-3 } else { 0.0 });
        let square = t.add(square, shift);
        t.sqrt(square) // of 0, behind a ReLU
    };
    let planted = (Fault::InfiniteSlope, "sqrt", "layer 1", 40);
    check("root at zero", planted, relu(), Hooks { inside: &inside, ..HEALTHY }, missed);

    let data = |step, batch: &mut super::nets::Batch| {
        if step == 40 {
            batch.x[17] = f32::NAN;
        }
    };
    let planted = (Fault::BadData, "constant", "", 40);
    check("NaN in the data", planted, relu(), Hooks { data: &data, ..HEALTHY }, missed);

    let before = |step, params: &mut Params<f32>| {
        if step == 40 {
            let id = params.find("block 1/mlp/up").unwrap();
            params.get_mut(id)[5] = f32::NAN;
        }
    };
    let planted = (Fault::BadParameter, "param", "block 1/mlp/up", 40);
    check("NaN in a weight", planted, gpt(), Hooks { before: &before, ..HEALTHY }, missed);

    let after = |step, _: &[f32], params: &mut Params<f32>| {
        if step == 40 {
            set(params, "layer 3/bias", |_| f32::NAN);
        }
    };
    let planted = (Fault::BadUpdate, "linear", "layer 3/bias", 40);
    check("an update of 0/0", planted, relu(), Hooks { after: &after, ..HEALTHY }, missed);

    // A mask that hides everything from one query.
    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "mask" || i != 1 || step != 40 {
            return v;
        }
        let mut mask = t.value(v).to_vec();
        mask[5 * TIME..6 * TIME].fill(f32::NEG_INFINITY);
        t.constant([TIME, TIME], &mask)
    };
    let planted = (Fault::MaskedRow, "softmax", "block 1/attention", 40);
    check("masked row, softmax of the tape", planted, gpt(), Hooks { inside: &inside, ..HEALTHY }, missed);

    // The same with a softmax written by hand.
    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at == "mask" && i == 1 && step == 40 {
            let mut mask = t.value(v).to_vec();
            mask[5 * TIME..6 * TIME].fill(f32::NEG_INFINITY);
            return t.constant([TIME, TIME], &mask);
        }
        if at != "scores" {
            return v;
        }
        let e = t.exp(v);
        let ones = t.constant([TIME, 1], &[1.0; TIME]);
        let sums = t.matmul(e, ones);
        t.div(e, sums)
    };
    let planted = (Fault::MaskedRow, "div", "block 1/attention", 40);
    check("masked row, softmax by hand", planted, gpt(), Hooks { inside: &inside, ..HEALTHY }, missed);

    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "scores" || i != 2 || step != 40 {
            return v;
        }
        let keep: Vec<f32> = (0..TIME * TIME).map(|at| f32::from(u8::from(at % TIME <= at / TIME))).collect();
        let keep = t.constant([TIME, TIME], &keep);
        t.mul(v, keep) // −∞ · 0
    };
    let planted = (Fault::Indeterminate, "mul", "block 2/attention", 40);
    check("a mask multiplied", planted, gpt(), Hooks { inside: &inside, ..HEALTHY }, missed);
}

/// −mean of log p\[label\].
fn pick(t: &mut Tape<'_, f32>, log_p: Var, labels: &[u32]) -> Var {
    let mut chosen = vec![0.0; labels.len() * CLASSES];
    labels.iter().enumerate().for_each(|(r, &l)| chosen[r * CLASSES + l as usize] = 1.0);
    let chosen = t.constant([labels.len(), CLASSES], &chosen);
    let picked = t.mul(log_p, chosen);
    let sum = t.sum(picked);
    t.scale(sum, -1.0 / labels.len() as f32)
}

/// Layers and units that do not learn.
fn silent(missed: &mut Vec<String>) {
    let relu = || mlp(4, Act::Relu, 1.4);

    let before = |step, params: &mut Params<f32>| {
        if step == 40 {
            set(params, "layer 1/bias", |_| -100.0);
        }
    };
    let planted = (Fault::DeadUnits, "relu", "layer 1", 40);
    check("dead layer", planted, relu(), Hooks { before: &before, ..HEALTHY }, missed);

    let before = |step, params: &mut Params<f32>| {
        if step == 40 {
            set(params, "layer 2/weight", |w| 200.0 * w);
        }
    };
    let (params, net) = mlp(5, Act::Tanh, 1.1);
    let planted = (Fault::SaturatedUnits, "tanh", "layer 2", 40);
    check("saturated layer", planted, (params, net), Hooks { before: &before, ..HEALTHY }, missed);

    let (mut params, net) = mlp(4, Act::Tanh, 1.0);
    for i in 0..4 {
        set(&mut params, &format!("layer {i}/weight"), |_| 0.1);
    }
    let planted = (Fault::IdenticalUnits, "linear", "layer 0/weight", 0);
    check("identical units", planted, (params, net), HEALTHY, missed);

    let inside = |t: &mut Tape<'_, f32>, step, at: &str, i, v| {
        if at != "hidden" || i != 2 || step < 40 {
            return v;
        }
        let numbers = t.value(v).to_vec(); // .detach()
        t.constant(t.shape(v), &numbers)
    };
    let planted = (Fault::NoGradient, "linear", "layer 2/", 40);
    check("detached", planted, relu(), Hooks { inside: &inside, ..HEALTHY }, missed);

    let after = |step, old: &[f32], params: &mut Params<f32>| {
        if step >= 40 {
            let range = params.entry(params.find("layer 1/weight").unwrap()).range.clone();
            params.values_mut()[range.clone()].copy_from_slice(&old[range]);
        }
    };
    let planted = (Fault::NoUpdate, "linear", "layer 1/weight", 40);
    check(
        "a layer that the optimiser does not know",
        planted,
        relu(),
        Hooks { after: &after, ..HEALTHY },
        missed,
    );

    let stretched = |times: f32| {
        move |step, old: &[f32], params: &mut Params<f32>| {
            if step >= 40 {
                let range = params.entry(params.find("layer 1/weight").unwrap()).range.clone();
                for (new, old) in params.values_mut()[range.clone()].iter_mut().zip(&old[range]) {
                    *new = old + times * (*new - old);
                }
            }
        }
    };
    let (after, slower) = (stretched(2000.0), stretched(1e-6));
    let planted = (Fault::UpdateTooLarge, "linear", "layer 1/weight", 40);
    check("updates too large", planted, relu(), Hooks { after: &after, ..HEALTHY }, missed);
    let planted = (Fault::UpdateTooSmall, "linear", "layer 1/weight", 40);
    check("updates too small", planted, relu(), Hooks { after: &slower, ..HEALTHY }, missed);
}

/// Gradients that jump, grow, fade, or are not what they should be.
fn flowing(missed: &mut Vec<String>) {
    let relu = || mlp(4, Act::Relu, 1.4);

    let before = |step, params: &mut Params<f32>| {
        if step == 40 {
            set(params, "layer 2/weight", |w| 60.0 * w);
        }
    };
    let planted = (Fault::Explosion, "linear", "layer 2", 40);
    check("a gain that explodes", planted, relu(), Hooks { before: &before, ..HEALTHY }, missed);

    let planted = (Fault::GrowingThroughDepth, "linear", "layer", 0);
    check("growing through depth", planted, mlp(12, Act::Relu, 6.0), HEALTHY, missed);
    let planted = (Fault::VanishingThroughDepth, "tanh", "layer", 0);
    check("vanishing through depth", planted, mlp(12, Act::Tanh, 0.2), HEALTHY, missed);

    let data = |step, batch: &mut super::nets::Batch| {
        if step == 80 {
            batch.x.iter_mut().for_each(|x| *x *= -300.0);
        }
    };
    let planted = (Fault::Explosion, "constant", "", 80);
    check("a batch on another scale", planted, relu(), Hooks { data: &data, ..HEALTHY }, missed);

    let data = |step, batch: &mut super::nets::Batch| {
        if step == 120 {
            batch.labels.iter_mut().for_each(|l| *l = (*l + 1) % CLASSES as u32);
        }
    };
    let planted = (Fault::LossSpike, "cross_entropy", "loss", 120);
    check("a batch with wrong labels", planted, relu(), Hooks { data: &data, ..HEALTHY }, missed);

    let data = |step, batch: &mut super::nets::Batch| {
        batch.x = random(8, 5000 + step, batch.x.len(), 1.0);
        assert_eq!(batch.x.len() % INPUTS, 0);
    };
    let planted = (Fault::LossStuck, "cross_entropy", "loss", 0);
    let small = |_| 0.1;
    check(
        "labels that belong to other inputs",
        planted,
        mlp(3, Act::Relu, 0.2),
        Hooks { data: &data, rate: &small, ..HEALTHY },
        missed,
    );

    let zero = |step| step < 40;
    let planted = (Fault::StaleGradient, "backward", "layer", 40);
    check("no zero_grad", planted, relu(), Hooks { zero: &zero, ..HEALTHY }, missed);

    let grads = |step, params: &Params<f32>, grads: &mut Grads<f32>| {
        if step >= 40 {
            set_grad(params, grads, "tokens", |g| 2.0 * g);
        }
    };
    let planted = (Fault::CountedTwice, "linear", "tokens", 40);
    check("a shared table counted twice", planted, gpt(), Hooks { grads: &grads, ..HEALTHY }, missed);

    let grads = |step, params: &Params<f32>, grads: &mut Grads<f32>| {
        if step >= 40 {
            set_grad(params, grads, "layer 1/weight", |g| 0.3 * g);
        }
    };
    let planted = (Fault::WrongGradient, "linear", "layer 1/weight", 40);
    check("one gradient too short", planted, relu(), Hooks { grads: &grads, ..HEALTHY }, missed);
}

#[test]
fn planted_faults_are_named() {
    let mut missed = vec![];
    broken(&mut missed);
    silent(&mut missed);
    flowing(&mut missed);
    assert!(missed.is_empty(), "{} of 29 missed\n{}", missed.len(), missed.join("\n"));
}
