//! The NaN hunt: which operation was the first to make one? Chapter: *The tensor tape*.

use super::arena::{Kind, Node, Var};
use super::record::Tape;
use linalg::{Real, Shape};
use std::fmt;
use std::panic::Location;

/// The first operation whose output is not finite although its inputs are.
#[derive(Clone, Debug)]
pub struct NonFinite {
    /// The value.
    pub var: Var,
    /// The operation, or `param`, `input`, `constant`.
    pub op: &'static str,
    /// Where in the model, such as `block 3/attention`; of a parameter, its name.
    pub scope: String,
    /// The shape of the value.
    pub shape: Shape,
    /// The first bad element, in row-major order.
    pub index: usize,
    /// What it is: NaN or an infinity.
    pub value: f64,
    /// The line of the model that called the operation.
    pub location: &'static Location<'static>,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NonFinite { op, scope, shape, index, value, location, .. } = self;
        write!(f, "{op}")?;
        if !scope.is_empty() {
            write!(f, " in {scope:?}")?;
        }
        write!(f, " at {location}: element {index} of shape {shape} is {value}, though its inputs are finite")
    }
}

impl<T: Real> Tape<'_, T> {
    /// The first operation, in creation order, whose output is not finite although all its inputs are: where the NaN was
    /// born, not where it was noticed. Also a parameter or an input that is not finite, and a constant that is NaN (an
    /// infinite one is a mask).
    ///
    /// Cost: one pass over all values. Call it when a loss is not finite, not in every step.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2], &[1.0, -1.0]);
    /// tape.enter("likelihood");
    /// let y = tape.ln(x); // of -1
    /// tape.leave();
    /// let loss = tape.sum(y); // NaN, but only passed on
    /// let culprit = tape.first_non_finite().unwrap();
    /// assert_eq!((culprit.op, culprit.scope.as_str(), culprit.index), ("ln", "likelihood", 1));
    /// ```
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        let values = self.values();
        let bad = |v: Var| {
            let infinite_is_fine = matches!(self.arena.nodes[v.index()].kind, Kind::Constant);
            let value = values.value(v).iter().copied();
            if infinite_is_fine {
                value.map(T::to_f64).position(f64::is_nan)
            } else {
                value.map(T::is_finite).position(|finite| !finite)
            }
        };
        let finite = |v: &Var| values.value(*v).iter().all(|x| x.is_finite());
        (0..self.arena.nodes.len()).map(|i| Var(i as u32)).find_map(|var| {
            let node: &Node<T> = &self.arena.nodes[var.index()];
            let index = bad(var)?;
            if !node.inputs.of(&self.arena.inputs).iter().all(finite) {
                return None;
            }
            let scope = || self.arena.scopes.path(node.scope);
            let (op, scope) = match node.kind {
                Kind::Param(id) => ("param", self.params.entry(id).name.clone()),
                Kind::Constant => ("constant", scope()),
                Kind::Input => ("input", scope()),
                Kind::Op(op) => (op.name, scope()),
            };
            let value = values.value(var)[index].to_f64();
            Some(NonFinite { var, op, scope, shape: node.shape, index, value, location: node.location })
        })
    }
}
