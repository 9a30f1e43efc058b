//! What an exercise is: a subject, probes, and the glue between them.

use crate::observe::Observer;

/// One exercise, as the process that runs the learner's code knows it.
///
/// The learner writes a *module* (a file in `solutions/`). A macro named after the exercise turns such a module into a
/// [`Subject`](Exercise::Subject): a function pointer, a tuple of them, or a function that builds a boxed closure around a
/// struct with state. The starter, the solution and every wrong implementation go through the same macro.
pub trait Exercise: 'static {
    /// What the learner writes, in a form that glue can call.
    type Subject: Send + 'static;
    /// What one probe feeds it.
    type Input: Send + 'static;

    /// The inputs that tell right from wrong and wrong from wrong, smallest and plainest first: the first that fails is
    /// the one that is shown.
    fn probes() -> Vec<Probe<Self::Input>>;

    /// Runs the subject on one probe and writes down what it did.
    ///
    /// It must not trust what comes back: no indexing into it, no loop over a length it claims.
    fn observe(subject: &Self::Subject, input: &Self::Input, out: &mut Observer);
}

/// One input, with a name that appears in verdicts.
#[derive(Clone, Debug)]
pub struct Probe<I> {
    /// A short description, unique in its exercise: `2×3 · 3×4`.
    pub name: String,
    /// Properties that may explain a failure: if a run fails on exactly the probes with one tag, the verdict says so.
    /// Phrase them to complete "It fails exactly where": `the matrix is not square`.
    pub tags: &'static [&'static str],
    /// The size of the largest number in it, where probes differ in that on purpose.
    pub magnitude: Option<f64>,
    /// What the subject is fed.
    pub input: I,
}

impl<I> Probe<I> {
    /// A probe without tags.
    pub fn new(name: impl Into<String>, input: I) -> Self {
        Probe { name: name.into(), tags: &[], magnitude: None, input }
    }

    /// Adds what may explain a failure.
    #[must_use]
    pub fn tags(mut self, tags: &'static [&'static str]) -> Self {
        self.tags = tags;
        self
    }

    /// Adds how large the numbers are.
    #[must_use]
    pub fn magnitude(mut self, size: f64) -> Self {
        self.magnitude = Some(size);
        self
    }
}

/// What the judge knows beyond the specification.
#[cfg(feature = "judge")]
pub trait Judged: Exercise {
    /// `starter.rs`, as it is handed out.
    fn starter() -> Self::Subject;
    /// `solution.rs`: the reference.
    fn solution() -> Self::Subject;
    /// Other right answers: conventions that a careful person may choose instead.
    fn accepted() -> Vec<Accepted<Self>> {
        Vec::new()
    }
    /// The mistakes that have names.
    fn wrong() -> Vec<Wrong<Self>>;
    /// Two of them at once, where they have nothing to do with each other.
    fn pairs() -> Vec<Pair<Self>> {
        Vec::new()
    }
}

/// A right answer that differs from the reference by a convention.
#[cfg(feature = "judge")]
pub struct Accepted<E: Exercise + ?Sized> {
    /// Its name: `open-at-zero`.
    pub slug: &'static str,
    /// What the convention is, in one sentence: shown with the pass.
    pub note: &'static str,
    /// The implementation.
    pub subject: E::Subject,
}

/// A wrong implementation that people really write.
///
/// The verdict reads: evidence (numbers, from the probes), "Your outputs equal those of …", one question. Never the fix.
#[cfg(feature = "judge")]
pub struct Wrong<E: Exercise + ?Sized> {
    /// Its name: `no-gate`.
    pub slug: &'static str,
    /// Completes "Your outputs equal those of …".
    pub equals: &'static str,
    /// One question, whose answer is the way out.
    pub question: &'static str,
    /// The probe whose numbers show it best; the first that differs, if none is given.
    pub show: Option<&'static str>,
    /// The implementation; more than one, where the same mistake comes with different company.
    pub subjects: Vec<E::Subject>,
}

#[cfg(feature = "judge")]
impl<E: Exercise + ?Sized> Wrong<E> {
    /// A wrong implementation, shown on the first probe where it differs.
    pub fn new(
        slug: &'static str,
        subject: E::Subject,
        equals: &'static str,
        question: &'static str,
    ) -> Self {
        Wrong { slug, equals, question, show: None, subjects: vec![subject] }
    }

    /// Names the probe whose numbers show the mistake best.
    #[must_use]
    pub fn show(mut self, probe: &'static str) -> Self {
        self.show = Some(probe);
        self
    }

    /// Adds another implementation of the same mistake: one that treats an edge differently, say.
    #[must_use]
    pub fn or(mut self, subject: E::Subject) -> Self {
        self.subjects.push(subject);
        self
    }
}

/// Two mistakes at once that act on different things: each keeps its name and its question.
///
/// It is tried only where no single mistake does what the learner's code does.
#[cfg(feature = "judge")]
pub struct Pair<E: Exercise + ?Sized> {
    /// The names of both.
    pub slugs: [&'static str; 2],
    /// The implementation; more than one, where an edge can be treated differently.
    pub subjects: Vec<E::Subject>,
}

#[cfg(feature = "judge")]
impl<E: Exercise + ?Sized> Pair<E> {
    /// Two mistakes, by their names, and what makes both.
    pub fn new(one: &'static str, other: &'static str, subject: E::Subject) -> Self {
        Pair { slugs: [one, other], subjects: vec![subject] }
    }

    /// Adds another implementation of the same two.
    #[must_use]
    pub fn or(mut self, subject: E::Subject) -> Self {
        self.subjects.push(subject);
        self
    }
}

/// The shapes that a learner's file can have, each as a macro would adapt it. They are here to be copied.
#[cfg(test)]
mod tests {
    use crate::observe::{Observer, Seen, Value, trace};
    use crate::spec::{Exercise, Probe};
    use linalg::View;

    /// What a learner might write.
    mod file {
        use linalg::View;

        /// A struct with state.
        pub(super) struct Momentum {
            v: Vec<f64>,
            beta: f64,
        }
        impl Momentum {
            pub(super) fn new(n: usize, beta: f64) -> Self {
                Momentum { v: vec![0.0; n], beta }
            }
            pub(super) fn step(&mut self, w: &mut [f64], g: &[f64]) {
                for i in 0..w.len() {
                    self.v[i] = self.beta * self.v[i] + g[i];
                    w[i] -= self.v[i];
                }
            }
        }

        /// A function of functions.
        pub(super) fn central(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
            (f(x + h) - f(x - h)) / (2.0 * h)
        }

        /// Functions over views.
        pub(super) fn transpose(v: View<'_, f64>) -> View<'_, f64> {
            v.transpose()
        }
        pub(super) fn at(v: &View<'_, f64>, i: usize, j: usize) -> f64 {
            v[[i, j]]
        }
    }

    /// A fresh optimiser for each run: calling the subject makes one, calling what it returns takes a step.
    type Step = Box<dyn FnMut(&mut [f64], &[f64])>;

    struct Stateful;
    impl Exercise for Stateful {
        type Subject = fn(usize, f64) -> Step;
        type Input = f64;
        fn probes() -> Vec<Probe<f64>> {
            vec![Probe::new("beta = 0.5", 0.5)]
        }
        fn observe(new: &Self::Subject, beta: &f64, out: &mut Observer) {
            let (mut w, mut step) = (vec![1.0, 2.0], new(2, *beta));
            for t in 0..2 {
                step(&mut w, &[0.25, -0.5]);
                out.see(format!("w after step {}", t + 1), &w);
            }
        }
    }

    struct Closures;
    impl Exercise for Closures {
        type Subject = fn(&dyn Fn(f64) -> f64, f64, f64) -> f64;
        type Input = f64;
        fn probes() -> Vec<Probe<f64>> {
            vec![Probe::new("at 2", 2.0), Probe::new("at −1", -1.0)]
        }
        fn observe(central: &Self::Subject, x: &f64, out: &mut Observer) {
            let calls = std::cell::Cell::new(0_u32);
            let square = |x: f64| {
                calls.set(calls.get() + 1);
                x * x
            };
            out.see("derivative", central(&square, *x, 1e-3)).within(1e-6, 0.0);
            out.cost("calls of f", f64::from(calls.get()), 2.0);
        }
    }

    struct Several;
    impl Exercise for Several {
        type Subject = (for<'a> fn(View<'a, f64>) -> View<'a, f64>, fn(&View<'_, f64>, usize, usize) -> f64);
        type Input = ();
        fn probes() -> Vec<Probe<()>> {
            vec![Probe::new("2×3", ())]
        }
        fn observe((transpose, at): &Self::Subject, (): &(), out: &mut Observer) {
            let data = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
            let t = transpose(View::new(&data, [2, 3]));
            out.see("the storage is shared", std::ptr::eq(t.data().as_ptr(), data.as_ptr()));
            out.see("strides", t.strides());
            out.see("t[2, 1]", at(&t, 2, 1));
        }
    }

    #[test]
    fn every_shape_of_file_can_be_observed() {
        let new: <Stateful as Exercise>::Subject = |n, beta| {
            let mut state = file::Momentum::new(n, beta);
            Box::new(move |w: &mut [f64], g: &[f64]| state.step(w, g))
        };
        let stateful = trace::<Stateful>(&new);
        let Seen::Fields(fields) = &stateful.passes[1][0] else { panic!("{stateful:?}") };
        assert_eq!(fields[1].value, Value::from(&[0.375, 3.25]));

        let central: <Closures as Exercise>::Subject = |f, x, h| file::central(f, x, h);
        let closures = trace::<Closures>(&central);
        let Seen::Fields(fields) = &closures.passes[0][1] else { panic!("{closures:?}") };
        assert_eq!(fields[1].value, Value::Cost(2.0));

        let several = trace::<Several>(&(file::transpose, file::at));
        let Seen::Fields(fields) = &several.passes[0][0] else { panic!("{several:?}") };
        let values: Vec<_> = fields.iter().map(|f| f.value.clone()).collect();
        assert_eq!(values, ["yes".into(), (&[1_usize, 3][..]).into(), 6.0.into()]);
    }
}
