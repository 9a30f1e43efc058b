//! A gradient, read like a stack trace: from the loss down to a parameter, with what each operation did to it.
//! Chapter: *The gradient clinic*.

use super::flow::Flow;
use super::summary::short;
use crate::tape::{ParamId, Tape, Var};
use linalg::{Real, Shape};
use std::fmt;
use std::panic::Location;

/// One operation on the way of a gradient.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The operation, or `param`, `input`, `constant`.
    pub op: &'static str,
    /// Where in the model; the parameter's name, of a parameter.
    pub place: String,
    /// The shape of the value.
    pub shape: Shape,
    /// The line that called the operation.
    pub location: &'static Location<'static>,
    /// The norm of the value.
    pub value: f64,
    /// The norm of its gradient; `None` where none arrived.
    pub grad: Option<f64>,
}

/// The way of a gradient from the loss to a value: the loss first.
///
/// Where a value is read by several operations, the way leads through the one with the longest gradient.
#[derive(Clone, Debug)]
pub struct Trace {
    /// One frame a node.
    pub frames: Vec<Frame>,
}

impl Trace {
    /// The way from the last node to `target`.
    pub(super) fn new<T: Real>(flow: &Flow, tape: &Tape<'_, T>, target: Var) -> Self {
        let mut frames = vec![frame(flow, tape, target)];
        let mut at = target;
        // Readers come later than what they read, so this ends.
        loop {
            let length = |v: &Var| flow.grad(v.index()).unwrap_or(-1.0);
            let readers = tape.vars().filter(|v| v.index() > at.index() && tape.inputs(*v).contains(&at));
            let Some(next) = readers.max_by(|a, b| length(a).total_cmp(&length(b))) else { break };
            frames.push(frame(flow, tape, next));
            at = next;
        }
        frames.reverse();
        Trace { frames }
    }

    /// The way to a parameter, through its last use.
    pub(super) fn to_param<T: Real>(flow: &Flow, tape: &Tape<'_, T>, id: ParamId) -> Option<Self> {
        let node = tape.vars().rev().find(|v| tape.info(*v).param == Some(id))?;
        Some(Trace::new(flow, tape, node))
    }
}

fn frame<T: Real>(flow: &Flow, tape: &Tape<'_, T>, v: Var) -> Frame {
    let info = tape.info(v);
    Frame {
        op: info.op,
        place: place(tape, v),
        shape: info.shape,
        location: info.location,
        value: flow.value(v.index()),
        grad: flow.grad(v.index()),
    }
}

/// Where a value belongs: a parameter's name; the scope; outside of all scopes the first parameter that the operation
/// reads.
pub(super) fn place<T: Real>(tape: &Tape<'_, T>, v: Var) -> String {
    let info = tape.info(v);
    let name = |id: ParamId| tape.params().entry(id).name.clone();
    if let Some(id) = info.param {
        return name(id);
    }
    let path = tape.path(info.scope);
    if !path.is_empty() {
        return path;
    }
    tape.inputs(v).iter().find_map(|&i| tape.info(i).param).map_or(path, name)
}

impl fmt::Display for Trace {
    /// The gradient's length, what the frame before multiplied it by, the operation, the place, the line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.frames.iter().map(|frame| frame.place.chars().count()).max().unwrap_or(0);
        writeln!(f, "{:>9}{:>9}  {:14}{:width$}  value, line", "gradient", "times", "operation", "place")?;
        let mut before: Option<f64> = None;
        for Frame { op, place, shape, location, value, grad } in &self.frames {
            let length = grad.map_or("none".into(), short);
            let times = match (before, *grad) {
                (Some(before), Some(grad)) if before > 0.0 => short(grad / before),
                _ => String::new(),
            };
            let file = location.file().rsplit(['/', '\\']).next().unwrap_or_default();
            writeln!(
                f,
                "{length:>9}{times:>9}  {op:14}{place:width$}  {shape} {}, {file}:{}",
                short(*value),
                location.line()
            )?;
            before = *grad;
        }
        Ok(())
    }
}
