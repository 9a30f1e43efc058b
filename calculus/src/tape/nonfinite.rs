//! The NaN hunt: which operation was the first to make one? Chapters: *The tensor tape*, *The gradient clinic*.

use super::arena::{Kind, Node, Var};
use super::observe::Stage;
use super::params::Grads;
use super::record::Tape;
use linalg::{Real, Shape};
use std::fmt;
use std::panic::Location;

/// The first operation that made a number which is not finite out of numbers that gave it no reason to.
#[derive(Clone, Debug)]
pub struct NonFinite {
    /// The value.
    pub var: Var,
    /// The operation, or `param`, `input`, `constant`.
    pub op: &'static str,
    /// Where in the model, such as `block 3/attention`; of a parameter, its name.
    pub scope: String,
    /// The shape of the value (or of the gradient).
    pub shape: Shape,
    /// The first bad element, in row-major order.
    pub index: usize,
    /// What it is: NaN or an infinity.
    pub value: f64,
    /// The line of the model that called the operation.
    pub location: &'static Location<'static>,
    /// Which input's gradient is bad, if it is the backward function that made it.
    pub gradient_of: Option<Var>,
    /// Whether all that was read is finite. (A mask is not.)
    pub from_finite: bool,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NonFinite { op, scope, shape, index, value, location, .. } = self;
        write!(f, "{op}")?;
        if !scope.is_empty() {
            write!(f, " in {scope:?}")?;
        }
        let what = if self.gradient_of.is_some() { "of the gradient it passes on, " } else { "of " };
        let although = match (self.gradient_of, self.from_finite) {
            (Some(_), _) => "though the gradient that arrives is finite",
            (None, true) => "though its inputs are finite",
            (None, false) => "though its inputs, some of them infinite, hold none",
        };
        write!(f, " at {location}: element {index} {what}shape {shape} is {value}, {although}")
    }
}

impl<T: Real> Tape<'_, T> {
    /// The first operation, in creation order, that made a NaN although no input holds one, or an infinity although
    /// all its inputs are finite: where it was born, not where it was noticed. Also a parameter or an input that is
    /// not finite, and a constant that is NaN (an infinite one is a mask).
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
        self.vars().find_map(|v| self.born_non_finite(v))
    }

    /// [`Tape::first_non_finite`] for one value: was something born here?
    // ANCHOR: born
    pub(crate) fn born_non_finite(&self, var: Var) -> Option<NonFinite> {
        let node: &Node<T> = self.arena.node(var);
        let values = self.values();
        let nan = |v: Var| values.value(v).iter().position(|x| x.to_f64().is_nan());
        let broken = |v: Var| values.value(v).iter().position(|x| !x.is_finite());
        let index = match node.kind {
            Kind::Constant => nan(var)?, // an infinite one is a mask
            _ => broken(var)?,
        };
        let inputs = node.inputs.of(&self.arena.inputs);
        let from_finite = inputs.iter().all(|&v| broken(v).is_none());
        let index = if from_finite {
            index
        } else {
            let index = nan(var)?; // infinities may have come from infinities
            if inputs.iter().any(|&v| nan(v).is_some()) {
                return None;
            }
            index
        };
        let value = values.value(var)[index].to_f64();
        Some(self.found(var, node.shape, index, value, None, from_finite))
    }
    // ANCHOR_END: born

    /// The first operation of the walk back from `loss` that was given a finite gradient and passed on one that is
    /// not: the twin of [`Tape::first_non_finite`], for a loss that is finite and a gradient that is not.
    ///
    /// Cost: a whole walk back, into memory of its own.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.input([2], &[4.0, 0.0]);
    /// let y = tape.sqrt(x); // fine: 2 and 0. But its slope at 0 is infinite.
    /// let loss = tape.sum(y);
    /// assert!(tape.first_non_finite().is_none());
    /// let culprit = tape.first_non_finite_gradient(loss).unwrap();
    /// assert_eq!((culprit.op, culprit.index), ("sqrt", 1));
    /// ```
    ///
    /// # Panics
    /// As [`Tape::backward`].
    #[track_caller]
    pub fn first_non_finite_gradient(&mut self, loss: Var) -> Option<NonFinite> {
        self.single(loss);
        let mut found = None;
        let mut grads = Grads::like(self.params);
        self.walk(loss, &[T::ONE], &mut grads, |stage, v, arena, grads| {
            if stage != Stage::Passed || found.is_some() {
                return;
            }
            let broken = |v: Var| arena.gradient(v, grads)?.iter().position(|d| !d.is_finite());
            let inputs = arena.node(v).inputs.of(&arena.inputs);
            found = inputs.iter().find_map(|&input| {
                let index = broken(input)?;
                let value = arena.gradient(input, grads)?[index].to_f64();
                Some((v, input, arena.node(input).shape, index, value))
            });
        });
        let (v, input, shape, index, value) = found?;
        Some(self.found(v, shape, index, value, Some(input), true))
    }

    fn found(
        &self,
        var: Var,
        shape: Shape,
        index: usize,
        value: f64,
        gradient_of: Option<Var>,
        from_finite: bool,
    ) -> NonFinite {
        let info = self.info(var);
        let scope = match info.param {
            Some(id) => self.params.entry(id).name.clone(),
            None => self.path(info.scope),
        };
        NonFinite {
            var,
            op: info.op,
            scope,
            shape,
            index,
            value,
            location: info.location,
            gradient_of,
            from_finite,
        }
    }
}
