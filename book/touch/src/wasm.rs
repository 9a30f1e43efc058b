//! The same figures for a browser: numbers in, the address of numbers out.
#![allow(unsafe_code)] // only the two exported names: a name that another library has too would be unsound

use crate::FIGURES;
use std::sync::Mutex;

/// What was computed last: it stays where it is until the next call.
static LAST: Mutex<Vec<f64>> = Mutex::new(Vec::new());

/// Computes a figure; the answer is the address of its numbers, of which there are [`count`].
#[unsafe(no_mangle)]
pub extern "C" fn compute(figure: usize, a: f64, b: f64, c: f64, d: f64) -> *const f64 {
    let Some(figure) = FIGURES.get(figure) else { return std::ptr::null() };
    let inputs = &[a, b, c, d][..figure.inputs.len()];
    let Ok(mut last) = LAST.lock() else { return std::ptr::null() };
    *last = (figure.compute)(inputs);
    last.as_ptr()
}

/// How many numbers the last figure has.
#[unsafe(no_mangle)]
pub extern "C" fn count() -> usize {
    LAST.lock().map_or(0, |last| last.len())
}
