//! How far apart two observations are, in units of the tolerance: up to 1 they are the same.

use crate::observe::{Check, Field, Seen, Trace, Value};

/// How strictly NaN and panics are taken.
pub trait Rule {
    /// Whether NaN equals NaN, and a panic a panic.
    const FAILURES_ARE_EQUAL: bool;
}

/// A pass: NaN is never right, nor is a panic.
pub struct Passing;
impl Rule for Passing {
    const FAILURES_ARE_EQUAL: bool = false;
}

/// Naming a mistake: where the wrong implementation gives NaN or panics, so must the learner's.
pub struct Naming;
impl Rule for Naming {
    const FAILURES_ARE_EQUAL: bool = true;
}

/// One number against the expected one.
pub(super) fn number<R: Rule>(expected: f64, yours: f64, rel: f64, abs: f64) -> f64 {
    if expected.is_nan() && yours.is_nan() {
        return if R::FAILURES_ARE_EQUAL { 0.0 } else { f64::INFINITY };
    }
    if expected == yours {
        return 0.0;
    }
    if !expected.is_finite() || !yours.is_finite() {
        return f64::INFINITY;
    }
    // 0/0 was answered above; a tolerance of zero makes any difference infinite
    (yours - expected).abs() / (rel * expected.abs() + abs)
}

/// One field against the expected one, by the expected one's rule.
pub(super) fn field<R: Rule>(expected: &Field, yours: &Field) -> f64 {
    if expected.name != yours.name {
        return f64::INFINITY;
    }
    match (&expected.value, &yours.value) {
        (Value::Numbers { shape: s, data: e }, Value::Numbers { shape: t, data: y })
            if s == t && e.len() == y.len() =>
        {
            let Check::Close { rel, abs } = expected.check else { return f64::INFINITY };
            e.iter().zip(y).map(|(&e, &y)| number::<R>(e, y, rel, abs)).fold(0.0, f64::max)
        }
        (Value::Text(e), Value::Text(y)) if e == y => 0.0,
        (&Value::Cost(e), &Value::Cost(y)) => {
            let Check::AtMost { factor } = expected.check else { return f64::INFINITY };
            let times = |a: f64, b: f64| if a == b { 1.0 } else { a / b };
            let ratio = if R::FAILURES_ARE_EQUAL { times(y, e).max(times(e, y)) } else { times(y, e) };
            if ratio <= factor { 0.0 } else { ratio }
        }
        _ => f64::INFINITY,
    }
}

/// One run on one probe against the expected one.
pub(super) fn seen<R: Rule>(expected: &Seen, yours: &Seen) -> f64 {
    match (expected, yours) {
        (Seen::Fields(e), Seen::Fields(y)) if e.len() == y.len() => {
            e.iter().zip(y).map(|(e, y)| field::<R>(e, y)).fold(0.0, f64::max)
        }
        (Seen::Panicked { .. }, Seen::Panicked { .. }) if R::FAILURES_ARE_EQUAL => 0.0,
        _ => f64::INFINITY,
    }
}

/// How far apart two traces are at their worst, in units of the expected one's tolerance.
pub fn apart<R: Rule>(expected: &Trace, yours: &Trace) -> f64 {
    let mut worst = 0.0_f64;
    for (e, y) in expected.passes.iter().zip(&yours.passes) {
        if e.len() != y.len() {
            return f64::INFINITY;
        }
        worst = e.iter().zip(y).map(|(e, y)| seen::<R>(e, y)).fold(worst, f64::max);
    }
    worst
}

/// Whether two traces are the same, within the expected one's tolerance, on every probe and in both runs.
pub fn same<R: Rule>(expected: &Trace, yours: &Trace) -> bool {
    apart::<R>(expected, yours) <= 1.0
}

/// Whether two observations are the same to the bit.
pub(super) fn identical(a: &Seen, b: &Seen) -> bool {
    match (a, b) {
        (Seen::Panicked { .. }, Seen::Panicked { .. }) => true,
        (Seen::Fields(a), Seen::Fields(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| {
                    a.name == b.name
                        && match (&a.value, &b.value) {
                            (Value::Numbers { shape: s, data: x }, Value::Numbers { shape: t, data: y }) => {
                                s == t
                                    && x.len() == y.len()
                                    && x.iter().zip(y).all(|(x, y)| x.to_bits() == y.to_bits())
                            }
                            // what a run costs may differ by a buffer that was already there
                            (Value::Cost(_), Value::Cost(_)) => true,
                            (a, b) => a == b,
                        }
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::CLOSE;

    #[test]
    fn nan_names_but_never_passes() {
        assert_eq!(number::<Naming>(f64::NAN, f64::NAN, 1e-9, 0.0), 0.0);
        assert_eq!(number::<Passing>(f64::NAN, f64::NAN, 1e-9, 0.0), f64::INFINITY);
        for (a, b) in
            [(1.0, f64::NAN), (f64::NAN, 1.0), (f64::INFINITY, f64::NEG_INFINITY), (1.0, f64::INFINITY)]
        {
            assert_eq!(number::<Naming>(a, b, 1e-9, 1.0), f64::INFINITY, "{a} {b}");
            assert_eq!(number::<Passing>(a, b, 1e-9, 1.0), f64::INFINITY, "{a} {b}");
        }
        assert_eq!(number::<Passing>(f64::INFINITY, f64::INFINITY, 0.0, 0.0), 0.0);
        assert_eq!(number::<Passing>(0.0, 1e-300, 0.0, 0.0), f64::INFINITY);
    }

    #[test]
    fn a_nan_is_not_lost_among_numbers() {
        let value = |data: &[f64]| Field { name: "x".into(), value: data.into(), check: CLOSE };
        assert_eq!(field::<Passing>(&value(&[1.0, 2.0, 3.0]), &value(&[1.0, f64::NAN, 3.0])), f64::INFINITY);
        assert_eq!(field::<Passing>(&value(&[1.0, 2.0]), &value(&[1.0])), f64::INFINITY);
        assert_eq!(field::<Passing>(&value(&[]), &value(&[])), 0.0);
    }

    #[test]
    fn cheaper_is_right_and_dearer_is_not() {
        let cost =
            |c| Field { name: "visits".into(), value: Value::Cost(c), check: Check::AtMost { factor: 3.0 } };
        let [none, one, ten] = [cost(0.0), cost(1.0), cost(10.0)];
        assert!(field::<Passing>(&one, &none) <= 1.0 && field::<Passing>(&ten, &one) <= 1.0);
        assert!(field::<Passing>(&none, &none) <= 1.0 && field::<Passing>(&none, &one) > 1.0);
        assert!(field::<Passing>(&one, &ten) > 1.0);
        // a name needs the same cost, more or less
        assert!(field::<Naming>(&ten, &one) > 1.0 && field::<Naming>(&one, &ten) > 1.0);
        assert!(field::<Naming>(&one, &cost(2.0)) <= 1.0);
    }
}
