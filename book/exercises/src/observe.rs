//! What a run did, written down: fields with names, values and the rule by which they will be compared.

use crate::spec::Exercise;
use cap::Cap;
use linalg::Mat;
use std::alloc::System;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// The heap of every program that links this crate: it counts, and it can be given a limit.
#[global_allocator]
pub static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Something observed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers in row-major order. A single number has the shape `[]`.
    Numbers {
        /// The lengths of the axes.
        shape: Vec<usize>,
        /// The numbers.
        data: Vec<f64>,
    },
    /// Anything that is either the same or not: an index, a decision, a list of token ids.
    Text(String),
    /// What it took: bytes, visits, calls.
    Cost(f64),
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Value::Numbers { shape: Vec::new(), data: vec![x] }
    }
}
impl From<&[f64]> for Value {
    fn from(x: &[f64]) -> Self {
        Value::Numbers { shape: vec![x.len()], data: x.to_vec() }
    }
}
impl From<&Vec<f64>> for Value {
    fn from(x: &Vec<f64>) -> Self {
        x.as_slice().into()
    }
}
impl<const N: usize> From<&[f64; N]> for Value {
    fn from(x: &[f64; N]) -> Self {
        x.as_slice().into()
    }
}
impl From<&Mat> for Value {
    fn from(x: &Mat) -> Self {
        Value::Numbers { shape: x.shape().dims().to_vec(), data: x.data().to_vec() }
    }
}
impl From<&[usize]> for Value {
    fn from(x: &[usize]) -> Self {
        Value::Text(format!("{x:?}"))
    }
}
impl From<&Vec<usize>> for Value {
    fn from(x: &Vec<usize>) -> Self {
        x.as_slice().into()
    }
}
impl From<usize> for Value {
    fn from(x: usize) -> Self {
        Value::Text(x.to_string())
    }
}
impl From<bool> for Value {
    fn from(x: bool) -> Self {
        Value::Text(if x { "yes" } else { "no" }.to_string())
    }
}
impl From<&str> for Value {
    fn from(x: &str) -> Self {
        Value::Text(x.to_string())
    }
}

/// When two values count as the same. The reference's rule holds; what the learner's process says of it is not asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Check {
    /// |yours − expected| ≤ rel·|expected| + abs, element by element. NaN is never close to anything.
    Close {
        /// Relative to the expected number.
        rel: f64,
        /// Absolute.
        abs: f64,
    },
    /// At most `factor` times what the reference needed.
    AtMost {
        /// How many times.
        factor: f64,
    },
}

/// The rule if nothing else is said: nine digits, or 10⁻¹² near zero. Far wider than any order of summation costs on
/// numbers of ordinary size, far narrower than any mistake.
pub const CLOSE: Check = Check::Close { rel: 1e-9, abs: 1e-12 };

/// A value with its name and its rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it is: `dw`, `loss after 1,000 steps`.
    pub name: String,
    /// What was observed.
    pub value: Value,
    /// How it is compared.
    pub check: Check,
}

impl Field {
    /// Sets the tolerance: |yours − expected| ≤ `rel`·|expected| + `abs`.
    pub fn within(&mut self, rel: f64, abs: f64) {
        self.check = Check::Close { rel, abs };
    }

    /// Asks for the same bits (0 and −0 are still equal).
    pub fn exactly(&mut self) {
        self.within(0.0, 0.0);
    }
}

/// Takes down what a run was given and what it did.
#[derive(Debug, Default)]
pub struct Observer {
    given: Vec<Field>,
    fields: Vec<Field>,
}

impl Observer {
    /// Writes down an input, so that a verdict can show it.
    pub fn given(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.given.push(Field { name: name.into(), value: value.into(), check: CLOSE });
    }

    /// Writes down an outcome: numbers (compared within [`CLOSE`] unless told otherwise) or a text (the same or not).
    pub fn see(&mut self, name: impl Into<String>, value: impl Into<Value>) -> &mut Field {
        self.fields.push(Field { name: name.into(), value: value.into(), check: CLOSE });
        let last = self.fields.len() - 1;
        &mut self.fields[last]
    }

    /// Writes down whatever can be printed: the same text or not.
    pub fn text(&mut self, name: impl Into<String>, what: impl Display) {
        self.see(name, what.to_string().as_str());
    }

    /// Writes down whether numbers that were lent stayed as they were, to the bit.
    pub fn untouched(&mut self, name: &str, before: &[f64], after: &[f64]) {
        let same =
            before.len() == after.len() && before.iter().zip(after).all(|(a, b)| a.to_bits() == b.to_bits());
        self.see(name, if same { "unchanged" } else { "changed" });
    }

    /// Writes down the columns of a matrix, each with the sign that makes its entry of largest size positive: for
    /// eigenvectors and other answers that are right with either sign.
    pub fn columns(&mut self, name: impl Into<String>, m: &Mat) -> &mut Field {
        let mut m = m.clone();
        if m.shape().rank() == 2 {
            let (rows, cols) = (m.rows(), m.cols());
            for j in 0..cols {
                let mut largest = 0.0_f64;
                for i in 0..rows {
                    // by a margin, so that a tie is decided by the order and not by the last bit
                    if m[[i, j]].abs() > largest.abs() * (1.0 + 1e-6) {
                        largest = m[[i, j]];
                    }
                }
                if largest < 0.0 {
                    (0..rows).for_each(|i| m[[i, j]] = -m[[i, j]]);
                }
            }
        }
        self.see(name, &m)
    }

    /// Writes down what it took; at most `factor` times what the reference takes will pass.
    pub fn cost(&mut self, name: impl Into<String>, cost: f64, factor: f64) {
        self.fields.push(Field {
            name: name.into(),
            value: Value::Cost(cost),
            check: Check::AtMost { factor },
        });
    }

    /// Runs `f` and writes down how many bytes it asked the heap for in all.
    pub fn allocating<R>(&mut self, name: impl Into<String>, factor: f64, f: impl FnOnce() -> R) -> R {
        let before = HEAP.total_allocated();
        let result = f();
        // one cache line for free: nobody is judged by a small box
        self.cost(name, 64.0 + (HEAP.total_allocated() - before) as f64, factor);
        result
    }
}

/// What one run on one probe showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It came back.
    Fields(Vec<Field>),
    /// It panicked.
    Panicked {
        /// The message.
        message: String,
        /// `file:line:column`.
        place: String,
    },
}

/// Everything that was observed of one subject.
///
/// Each probe is run twice, the second time after all others: what then differs is not a function of its input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The first and the second run over all probes.
    pub passes: [Vec<Seen>; 2],
    /// The inputs of each probe (only where the trace was taken in this process).
    pub given: Vec<Vec<Field>>,
}

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Makes panics under observation silent and remembers them; others are reported as ever.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !WATCHING.get() {
                return usual(info);
            }
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let message = text
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("(a panic whose payload is not a text)")
                .to_string();
            let place = info.location().map_or_else(String::new, ToString::to_string);
            PANIC.with_borrow_mut(|p| *p = Some((message, place)));
        }));
    });
}

/// Runs a subject on one input. A panic is an observation like any other.
pub fn observe<E: Exercise + ?Sized>(subject: &E::Subject, input: &E::Input) -> (Seen, Vec<Field>) {
    watch_panics();
    let mut out = Observer::default();
    WATCHING.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(|| E::observe(subject, input, &mut out)));
    WATCHING.set(false);
    let seen = if result.is_ok() {
        Seen::Fields(out.fields)
    } else {
        let (message, place) = PANIC.take().unwrap_or_default();
        Seen::Panicked { message, place }
    };
    (seen, out.given)
}

/// Runs a subject on all probes, twice.
pub fn trace<E: Exercise + ?Sized>(subject: &E::Subject) -> Trace {
    let mut trace = Trace::default();
    for pass in 0..2 {
        // Fresh inputs for each pass: whatever the first one did to them is gone.
        for probe in E::probes() {
            let (seen, given) = observe::<E>(subject, &probe.input);
            trace.passes[pass].push(seen);
            if pass == 0 {
                trace.given.push(given);
            }
        }
    }
    trace
}
