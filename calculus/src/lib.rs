//! Pillar 2: derivatives. From a difference quotient to the gradient of a language model.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`differences`] | derivatives from function values alone, and why their step must be neither large nor small | differences |
//! | [`formulas`] | four formulas for one slope, and the error of each at every step and in both formats | differences |
//! | [`richardson`] | two bad answers make a good one, and say how good | differences |
//! | [`complex`] | the complex step: a slope without a subtraction | differences |
//! | [`dual`] | forward mode: numbers that carry their derivative with them | forward |
//! | [`duals`] | several directions in one pass | forward |
//! | [`hyper`] | hyper-duals: exact second derivatives | forward |
//! | [`jet`] | Taylor jets: all derivatives up to an order | forward |
//! | [`newton`] | Newton's method, and what a wrong slope does to it | forward |
//! | [`scalar`] | reverse mode, one number a node, to be read whole | reverse, wengert |
//! | [`vjp`] | a vector times a Jacobian, and Jacobians row by row | wengert |
//! | [`hvp`] | the Hessian times a vector, forward over reverse | wengert |
//! | [`checkpoint`] | the backward pass of a long chain in little memory | wengert |
//! | [`counted`] | numbers that count what is done with them | wengert |
//! | [`moons`] | a network of 337 weights, trained number by number on the scalar tape | reverse |
//! | [`tape`], [`ops`] | reverse mode, one tensor a node: the tape that trains language models | tensor_tape |
//! | [`perceptron`] | a whole training step on the tensor tape | tensor_tape |
//! | [`check`] | is this gradient right? | reverse |
//! | [`patient`] | a deep network that can be made ill | clinic |
//! | [`clinic`] | what is wrong with this training run, where, and since when? | clinic |
//! | [`optim`] | gradient descent, momentum, AdamW, Muon, L-BFGS, Newton; clipping, schedules; what eigenvalues say about them | gpt, optim |
//! | [`flow`] | products of Jacobians: what depth does to a gradient | flow |
//!
//! Differences, duals and tapes answer one question, "how does f change when x does?", at three prices. Differences need nothing but values
//! and pay with digits. Dual numbers are exact and pay one pass an *input*. Reverse mode is exact and pays one pass an
//! *output*: a loss has a million inputs and one output, which is why everything that trains, trains in reverse.
#![forbid(unsafe_code)]

pub mod check;
pub mod checkpoint;
pub mod clinic;
pub mod complex;
pub mod counted;
pub mod differences;
pub mod dual;
pub mod duals;
pub mod flow;
pub mod formulas;
pub mod hvp;
pub mod hyper;
#[cfg(debug_assertions)]
#[doc(hidden)]
pub mod instances;
pub mod jet;
pub mod moons;
pub mod newton;
pub mod ops;
pub mod optim;
pub mod patient;
pub mod perceptron;
pub mod richardson;
pub mod scalar;
pub mod tape;
pub mod vjp;

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/reverse.md")]
mod chapter_reverse {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/differences.md")]
mod chapter_differences {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/forward.md")]
mod chapter_forward {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/wengert.md")]
mod chapter_wengert {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/tensor_tape.md")]
mod chapter_tensor_tape {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/optim.md")]
mod chapter_optim {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/clinic.md")]
mod chapter_clinic {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/calculus/flow.md")]
mod chapter_flow {}
