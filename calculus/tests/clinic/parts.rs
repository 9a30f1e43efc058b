//! The parts of the clinic, one by one.

use super::nets::{Act, HEALTHY, Hooks, Net, train};
use calculus::clinic::{Action, Clinic, Fault, Settings, Summary};
use calculus::optim::{Sgd, clip_global_norm};
use calculus::tape::{Arena, Grads, Params, Tape};
use linalg::Tensor;
use proptest::prelude::*;

fn mlp() -> (Params<f32>, Net) {
    let mut params = Params::new();
    let net = Net::mlp(&mut params, 3, Act::Relu, 1.4, 5);
    (params, net)
}

#[test]
fn watching_changes_no_bit() {
    let losses = |settings| {
        let (params, net) = mlp();
        train(&net, params, 60, 5, settings, HEALTHY).losses
    };
    let watched = losses(Settings { every: 1, ..Settings::default() });
    assert_eq!(watched, losses(Settings { every: 7, ..Settings::default() }));
    assert_eq!(watched, losses(Settings { every: 0, ..Settings::default() }));
}

#[test]
fn the_policy_decides() {
    let data = |step, batch: &mut super::nets::Batch| {
        if step == 20 {
            batch.x[0] = f32::NAN;
        }
    };
    let hooks = Hooks { data: &data, ..HEALTHY };
    for (on_broken, stopped) in [(Action::Stop, Some(20)), (Action::Skip, None)] {
        let (params, net) = mlp();
        let run = train(&net, params, 60, 5, Settings { every: 10, on_broken, ..Settings::default() }, hooks);
        assert_eq!(run.stopped, stopped);
        assert_eq!(run.clinic.alarms().len(), 1);
        // skipped: the weights never saw the NaN
        assert_eq!(run.losses.last().unwrap().is_finite(), on_broken == Action::Skip);
    }
    // gone on with: from then on everything is NaN
    let (params, net) = mlp();
    let run =
        train(&net, params, 60, 5, Settings { on_broken: Action::Report, ..Settings::default() }, hooks);
    assert!(
        run.losses.last().unwrap().is_nan() && run.clinic.alarms().len() <= 4,
        "{:#?}",
        run.clinic.alarms()
    );
}

#[test]
fn news_are_told_once() {
    let (params, net) = mlp();
    let zero = |step| step < 20;
    let mut run = train(
        &net,
        params,
        60,
        5,
        Settings { every: 1, ..Settings::default() },
        Hooks { zero: &zero, ..HEALTHY },
    );
    assert_eq!(run.clinic.news()[0].fault, Fault::StaleGradient);
    assert!(run.clinic.news().is_empty());
    let said = run.clinic.alarms().iter().filter(|a| a.fault == Fault::StaleGradient).count();
    assert_eq!(said, 1, "forty steps, one alarm");
}

#[test]
fn a_sentence_says_it_all() {
    let (params, net) = mlp();
    let data = |step, batch: &mut super::nets::Batch| {
        if step == 3 {
            batch.x[0] = f32::NAN;
        }
    };
    let run = train(&net, params, 60, 5, Settings::default(), Hooks { data: &data, ..HEALTHY });
    let text = run.clinic.alarms()[0].to_string();
    for part in ["step 3: NaN in the data: ", "constant, [64, 8], ", "nets.rs:", "element 0 is NaN"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// Loss Σ (W₂·W₁·x)², two matrices of which one multiplies by 10.
#[test]
fn a_trace_shows_what_multiplies() {
    let mut params = Params::new();
    let one = params.add("one", Tensor::from_rows(&[[0.5, 0.0], [0.0, 0.5]]), true);
    let two = params.add("two", Tensor::from_rows(&[[10.0, 0.0], [0.0, 10.0]]), true);
    let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
    let mut clinic = Clinic::new(&params, Settings { every: 1, ..Settings::default() });
    let mut t = Tape::record(&params, &mut arena);
    let x = t.constant([1, 2], &[3.0, 4.0]);
    let w = t.param(one);
    let y = t.linear(x, w, None);
    let w = t.param(two);
    let y = t.linear(y, w, None);
    let y = t.square(y);
    let loss = t.sum(y);
    clinic.backward(0, &mut t, loss, &mut grads);
    let trace = clinic.trace(&t, one).unwrap();
    let seen: Vec<_> = trace.frames.iter().map(|f| (f.op, f.grad.unwrap())).collect();
    // y = (15, 20): d = 1, (1, 1), 2y, 10·2y, and 20·2y·x for the weights, of norms 1, √2, 50, 500 and 2500
    let want =
        [("sum", 1.0), ("square", 2.0_f64.sqrt()), ("linear", 50.0), ("linear", 500.0), ("param", 2500.0)];
    for ((op, grad), (want_op, want)) in seen.iter().zip(want) {
        assert!(*op == want_op && (grad / want - 1.0).abs() < 1e-12, "{seen:?}");
    }
    assert_eq!(seen.len(), 5);
    let text = trace.to_string();
    assert!(text.contains("10.0  linear") && text.contains("one"), "{text}");
}

#[test]
fn the_flow_remembers_each_layer() {
    let (params, net) = mlp();
    let settings = Settings { every: 5, history: 8, ..Settings::default() };
    let run = train(&net, params, 61, 5, settings, HEALTHY);
    let flow = run.clinic.flow();
    let linear = flow.history(|site| site.op == "linear" && site.layer.is_some_and(|l| l.number == 1));
    let steps: Vec<u64> = linear.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [25, 30, 35, 40, 45, 50, 55, 60]);
    assert!(linear.iter().all(|(_, norm)| *norm > 0.0));
    // all parameters together: the norm of the gradient
    let all = flow.history(|site| site.param.is_some());
    assert!(all.iter().all(|(_, norm)| *norm > 0.0));
}

#[test]
fn several_walks_a_step_are_no_stale_gradient() {
    let mut params = Params::new();
    let w = params.add("w", Tensor::from_rows(&[[0.5, -0.25]]), true);
    let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
    let mut clinic = Clinic::new(&params, Settings { every: 1, ..Settings::default() });
    for step in 0..20 {
        grads.zero();
        for part in 0..4_u32 {
            let mut t = Tape::record(&params, &mut arena);
            let x = t.constant([1, 2], &[1.0, f64::from(part)]);
            let w = t.param(w);
            let y = t.linear(x, w, None);
            let y = t.square(y);
            let loss = t.sum(y);
            clinic.backward(step, &mut t, loss, &mut grads);
            if part == 3 {
                grads.values_mut().iter_mut().for_each(|g| *g /= 4.0); // the mean
                let norm = clip_global_norm(&mut grads, 1.0);
                assert_eq!(clinic.judge(&mut t, &grads, norm), Action::Report);
            }
        }
        Sgd.step(&mut params, &grads, 0.01);
        clinic.updated(&params);
    }
    let stale = clinic.alarms().iter().any(|a| a.fault == Fault::StaleGradient);
    assert!(!stale, "{:#?}", clinic.alarms());
}

proptest! {
    /// The oracle: one number at a time, in f64.
    #[test]
    fn a_summary_is_what_it_says(x in prop::collection::vec(prop_oneof![
        8 => -1e3_f64..1e3, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY)
    ], 0..40)) {
        let s = Summary::of(&x);
        let finite: Vec<f64> = x.iter().copied().filter(|x| x.is_finite()).collect();
        prop_assert_eq!(s.nan + s.infinite + finite.len(), x.len());
        prop_assert_eq!(s.nan, x.iter().filter(|x| x.is_nan()).count());
        if !finite.is_empty() {
            prop_assert_eq!(s.min, finite.iter().copied().reduce(f64::min).unwrap());
            prop_assert_eq!(s.max, finite.iter().copied().reduce(f64::max).unwrap());
        }
        let norm = nalgebra::DVector::from_vec(finite).norm();
        prop_assert!((s.norm - norm).abs() <= 1e-12 * norm);
    }
}
