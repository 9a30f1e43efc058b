//! The gradient clinic: what is wrong with this training run, where, and since when? Chapter: *The gradient clinic*.
//!
//! | file | what is in it |
//! |---|---|
//! | `alarm.rs` | [`Alarm`], [`Fault`]: what can be said; [`Action`]: what is done about it |
//! | `settings.rs` | [`Settings`]: how often to look, and from when on something is unusual |
//! | `summary.rs` | [`Summary`]: a tensor in one line; its norm, fast |
//! | `flow.rs` | [`Flow`]: the norms of all values and gradients, step by step; what is not as usual |
//! | `trace.rs` | [`Trace`]: a gradient read like a stack trace |
//! | `provenance.rs` | why a number is not finite |
//! | `judge.rs` | what is looked at when the gradient is complete |
//! | `units.rs`, `depth.rs`, `weights.rs`, `course.rs` | what looks at units, layers, parameters, and the two numbers of every step |
//! | `audit.rs` | whether a gradient is what flowed: Euler's identity |
//! | `register.rs` | what is suspected, since when |
//!
//! Three calls in a training loop, in place of `tape.backward`, before the update and after it:
//!
//! ```
//! use calculus::clinic::{Action, Clinic, Fault, Settings};
//! use calculus::optim::{Sgd, clip_global_norm};
//! use calculus::tape::{Arena, Grads, Params, Tape};
//! use linalg::Tensor;
//!
//! let mut params = Params::new();
//! let w = params.add("likelihood/w", Tensor::full([1], 0.3_f64), true);
//! let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
//! let mut clinic = Clinic::new(&params, Settings { every: 1, ..Settings::default() });
//!
//! for step in 0..100 {
//!     grads.zero();
//!     let mut tape = Tape::record(&params, &mut arena);
//!     let p = tape.param(w);
//!     let loss = tape.ln(p); // falls as w does, and w falls by 1/w: over the edge
//!     clinic.backward(step, &mut tape, loss, &mut grads);
//!     let norm = clip_global_norm(&mut grads, 1.0);
//!     if clinic.judge(&mut tape, &grads, norm) == Action::Stop {
//!         break;
//!     }
//!     Sgd.step(&mut params, &grads, 0.1);
//!     clinic.updated(&params);
//! }
//! let alarm = clinic.alarms().iter().find(|a| a.fault.breaks_the_step()).unwrap();
//! assert!(matches!(alarm.fault, Fault::LogOfNegative | Fault::LogOfZero));
//! assert_eq!((alarm.op, alarm.place.as_str()), ("ln", "likelihood/w"));
//! ```
//!
//! # What it costs
//!
//! Off ([`Clinic::off`]), a branch. In a step that is not examined, a few dozen numbers are sorted. Every k-th step is
//! examined, and then each value, each gradient and each weight is read once more. `cargo run --release -p calculus
//! --example clinic` measures it.

mod alarm;
mod audit;
mod course;
mod depth;
mod flow;
mod judge;
mod provenance;
mod register;
mod settings;
mod summary;
mod trace;
mod units;
mod weights;

pub use alarm::{Action, Alarm, Fault};
pub use flow::{Flow, Site};
pub use settings::Settings;
pub use summary::Summary;
pub use trace::{Frame, Trace};

use crate::tape::{Grads, NonFinite, ParamId, Params, Tape, Var};
use audit::Audit;
use course::Recent;
use depth::Depth;
use linalg::Real;
use register::Register;
use units::Units;
use weights::Weights;

/// Watches a training loop. See the [module](self) for the three calls.
#[derive(Clone, Debug)]
pub struct Clinic<T> {
    settings: Settings,
    flow: Flow,
    audit: Audit,
    units: Units,
    depth: Depth,
    weights: Weights<T>,
    losses: Recent,
    norms: Recent,
    register: Register,
    /// The loss of the last walk, and its value.
    loss: Option<(Var, f64)>,
    begun: Option<u64>,
    examining: bool,
    /// A node through which nothing flows, all its units being dead.
    wall: Option<usize>,
    /// How many alarms there were when the step began, and how many have been told.
    before: usize,
    told: usize,
    /// Since when the loss is near the logarithm of the number of classes.
    near: Option<u64>,
    /// Since when something is not as usual, and for how many examined steps.
    departed: Option<(u64, u32)>,
}

impl<T: Real> Clinic<T> {
    /// A clinic for these parameters. Make it after the last [`Params::add`].
    pub fn new(params: &Params<T>, settings: Settings) -> Self {
        let n = params.entries().len();
        Clinic {
            flow: Flow::new(settings.history),
            audit: Audit::new(n),
            units: Units::default(),
            depth: Depth::default(),
            weights: Weights::new(n),
            losses: Recent::new(),
            norms: Recent::new(),
            register: Register::new(settings.every),
            loss: None,
            begun: None,
            examining: false,
            wall: None,
            before: 0,
            told: 0,
            near: None,
            departed: None,
            settings,
        }
    }

    /// One that never looks: [`Clinic::backward`] is [`Tape::backward`], the other calls are nothing.
    pub fn off() -> Self {
        Clinic::new(&Params::new(), Settings { every: 0, history: 0, ..Settings::default() })
    }

    /// Whether it looks at all.
    pub fn is_on(&self) -> bool {
        self.settings.every > 0
    }

    /// Everything that was said, in the order in which it was noticed. Of several alarms in one step the first is the
    /// diagnosis, the others may be its consequences.
    pub fn alarms(&self) -> &[Alarm] {
        &self.register.alarms
    }

    /// What was said since the last call.
    pub fn news(&mut self) -> &[Alarm] {
        let from = std::mem::replace(&mut self.told, self.register.alarms.len());
        &self.register.alarms[from..]
    }

    /// The norms of the last examined step, and the gradients of many before.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The way of the gradient to a parameter in the last examined step: which operation made it long, which one
    /// short. Call it while that step's tape is alive; `None` if the parameter is not used.
    pub fn trace(&self, tape: &Tape<'_, T>, id: ParamId) -> Option<Trace> {
        Trace::to_param(&self.flow, tape, id)
    }

    /// [`Tape::backward`], with a look at everything that passes if this step is to be examined. `step` is the number
    /// of the step; several calls with the same number add up their gradients.
    ///
    /// # Panics
    /// As [`Tape::backward`].
    // ANCHOR: backward
    #[track_caller]
    pub fn backward(&mut self, step: u64, tape: &mut Tape<'_, T>, loss: Var, grads: &mut Grads<T>) {
        if !self.is_on() {
            return tape.backward(loss, grads);
        }
        let first = self.begin(step);
        let value = tape.item(loss).to_f64();
        self.loss = Some((loss, value));
        if !value.is_finite() {
            let found = tape.first_non_finite();
            self.diagnose(tape, found);
        }
        if !self.examining {
            return tape.backward(loss, grads);
        }
        if first {
            self.left_over(tape.params(), grads);
        }
        self.flow.forward(tape);
        let audit = &mut self.audit;
        self.flow.backward(tape, loss, grads, |seen, value, grad| audit.see(seen, value, grad));
        if value.is_finite() {
            self.examine(tape);
            if !self.flow.all_finite() {
                let found = tape.first_non_finite_gradient(loss);
                self.diagnose(tape, found);
            }
        }
    }
    // ANCHOR_END: backward

    /// Whether a new step begins.
    fn begin(&mut self, step: u64) -> bool {
        let first = self.begun != Some(step);
        if first {
            self.begun = Some(step);
            self.register.step = step;
            self.before = self.register.alarms.len();
            self.examining = step.is_multiple_of(self.settings.every);
            self.audit.clear();
        }
        first
    }

    /// All detectors that need the graph.
    fn examine(&mut self, tape: &Tape<'_, T>) {
        let (settings, register, flow) = (&self.settings, &mut self.register, &self.flow);
        units::masked_rows(tape, register);
        self.wall = self.units.dead(tape, settings, register);
        units::saturated(tape, flow, settings, register);
        self.depth.look(tape, flow, settings, register);
        // An infinity may hide: tanh makes 1 of it, a comparison nothing at all.
        let hidden = tape.vars().filter(|v| !flow.value(v.index()).is_finite());
        let hidden = hidden.into_iter().find_map(|v| tape.born_non_finite(v));
        self.diagnose(tape, hidden);
    }

    /// Says why a number is not finite.
    fn diagnose(&mut self, tape: &Tape<'_, T>, found: Option<NonFinite>) {
        let Some(found) = found else { return };
        let provenance::Diagnosis { fault, var, evidence, cause } = provenance::explain(tape, &found);
        if let Some(since) = self.register.suspect(fault, var.index(), 1) {
            self.register.raise(tape, var, (fault, since), evidence, cause, None);
        }
    }

    /// What should be done with this step, and whether loss and gradient are as they were. Call it when the gradient
    /// is complete, before the update; `norm` is the norm of the gradient before clipping, as
    /// [`clip_global_norm`](crate::optim::clip_global_norm) returns it. The gradient may have been clipped, but
    /// nothing may have been added to it (a weight decay, say).
    pub fn judge(&mut self, tape: &mut Tape<'_, T>, grads: &Grads<T>, norm: f64) -> Action {
        let Some((loss, value)) = self.loss.filter(|_| self.is_on()) else { return Action::Report };
        if !(value.is_finite() && norm.is_finite()) {
            if value.is_finite() {
                let found = tape.first_non_finite_gradient(loss);
                self.diagnose(tape, found);
            }
            return self.settings.on_broken;
        }
        if self.examining {
            let departed = self.flow.departure(tape, self.settings.departure).is_some();
            let before = self.departed.unwrap_or((self.register.step, 0));
            self.departed = departed.then_some((before.0, before.1 + 1));
        }
        self.jumps(tape, loss, norm);
        if self.examining {
            self.weights.measure(tape, grads);
            let (settings, register) = (&self.settings, &mut self.register);
            self.weights.without_gradient(tape, &self.flow, self.wall, settings, register);
            self.weights.identical_units(tape.params(), grads, settings, register);
            if !register.holds(Fault::StaleGradient) {
                self.balance(tape, grads, norm);
            }
            self.stuck(tape);
            self.weights.keep(tape.params());
            self.flow.remember(self.register.step);
            // What is new and does no harm for long is what is usual now.
            let new = self.departed.is_some_and(|(_, times)| times <= 20);
            if !(new || self.register.anything()) {
                self.flow.learn(tape);
            }
        }
        self.losses.push(value);
        self.norms.push(norm);
        if self.register.alarms.len() > self.before { self.settings.on_suspicion } else { Action::Report }
    }

    /// What the update has done to the weights. Call it after the optimiser's step.
    pub fn updated(&mut self, params: &Params<T>) {
        if self.is_on() && self.examining {
            let well = self.weights.length() < 0.01 * self.norms.start; // at the bottom nothing has to move
            self.weights.updates(params, well, &self.settings, &mut self.register);
        }
    }

    /// The norm of each parameter's gradient in the last examined step, in the order of [`Params::entries`].
    pub fn gradients(&self) -> &[f64] {
        self.weights.grads()
    }
}
