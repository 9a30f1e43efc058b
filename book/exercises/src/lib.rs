//! The exercises: what is asked, what is observed, and (for the judge alone) what is right and what has a name.
//!
//! | part | linked into | holds |
//! |---|---|---|
//! | the specifications, [`spec`], [`observe`], [`harness`] | the process that runs the learner's code | signatures, probes, and the glue that turns a run into observations |
//! | `solution.rs`, `wrong.rs`, `judge` (feature `judge`) | the judge, a process of its own | references, accepted variants, wrong implementations with names, verdicts |
//!
//! A learner's process can therefore not contain a reference, and nothing that it prints or returns is a verdict: it
//! streams observations, and the judge compares. How to add an exercise is in `book/exercises/README.md`.
#![forbid(unsafe_code)]
// The texts of the exercises are read in an editor, as they stand: x[i] is an element there, not a link.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags, rustdoc::bare_urls)]

// Starters and solutions are copied into another package, where this one has its usual name.
#[allow(unused_extern_crates)]
extern crate self as exercises;

#[doc(hidden)]
pub use ::linalg::Mat;

pub mod harness;
#[cfg(feature = "judge")]
pub mod judge;
pub mod numbers;
pub mod observe;
pub mod spec;
pub mod wire;

pub mod approximation;
pub mod calculus;
pub mod linalg;
pub mod neuron;
pub mod nn;
pub mod probability;

/// Every exercise there is, by the path of its file in `solutions/` (without `.rs`). The order is `order.toml`'s business.
#[cfg(feature = "judge")]
pub const REGISTRY: &[judge::Entry] = &[
    judge::entry::<neuron::Spec>("neuron"),
    judge::entry::<linalg::matmul::Spec>("linalg/matmul"),
    judge::entry::<probability::softmax::Spec>("probability/softmax"),
    judge::entry::<probability::log_sum_exp::Spec>("probability/log_sum_exp"),
    judge::entry::<probability::temperature::Spec>("probability/temperature"),
    judge::entry::<probability::top_k::Spec>("probability/top_k"),
    judge::entry::<probability::top_p::Spec>("probability/top_p"),
    judge::entry::<linalg::norms::Spec>("linalg/norms"),
    judge::entry::<linalg::strides::Spec>("linalg/strides"),
    judge::entry::<linalg::cosine::Spec>("linalg/cosine"),
    judge::entry::<linalg::svd::Spec>("linalg/svd"),
    judge::entry::<linalg::rank_k::Spec>("linalg/rank_k"),
    judge::entry::<linalg::pca::Spec>("linalg/pca"),
    judge::entry::<calculus::tape::Spec>("calculus/tape"),
    judge::entry::<calculus::gradcheck::Spec>("calculus/gradcheck"),
    judge::entry::<calculus::central::Spec>("calculus/central"),
    judge::entry::<calculus::jacobian::Spec>("calculus/jacobian"),
    judge::entry::<calculus::dual::Spec>("calculus/dual"),
    judge::entry::<calculus::activations::Spec>("calculus/activations"),
    judge::entry::<calculus::two_layers::Spec>("calculus/two_layers"),
    judge::entry::<calculus::matmul_backward::Spec>("calculus/matmul_backward"),
    judge::entry::<calculus::layernorm_backward::Spec>("calculus/layernorm_backward"),
    judge::entry::<calculus::attention_backward::Spec>("calculus/attention_backward"),
    judge::entry::<calculus::momentum::Spec>("calculus/momentum"),
    judge::entry::<calculus::warmup_cosine::Spec>("calculus/warmup_cosine"),
    judge::entry::<calculus::clip::Spec>("calculus/clip"),
    judge::entry::<calculus::grad_norms::Spec>("calculus/grad_norms"),
    judge::entry::<calculus::residual::Spec>("calculus/residual"),
    judge::entry::<approximation::relu_net::Spec>("approximation/relu_net"),
    judge::entry::<calculus::xent::Spec>("calculus/xent"),
    judge::entry::<nn::adamw::Spec>("nn/adamw"),
    judge::entry::<nn::rmsnorm::Spec>("nn/rmsnorm"),
    judge::entry::<nn::rope::Spec>("nn/rope"),
    judge::entry::<nn::attention::Spec>("nn/attention"),
    judge::entry::<nn::kv_cache::Spec>("nn/kv_cache"),
    judge::entry::<linalg::broadcast::Spec>("linalg/broadcast"),
    judge::entry::<linalg::compensated::Spec>("linalg/compensated"),
    judge::entry::<linalg::two_by_two::Spec>("linalg/two_by_two"),
    judge::entry::<linalg::intensity::Spec>("linalg/intensity"),
    judge::entry::<linalg::solve::Spec>("linalg/solve"),
    judge::entry::<linalg::qr::Spec>("linalg/qr"),
    judge::entry::<linalg::lstsq::Spec>("linalg/lstsq"),
    judge::entry::<linalg::power::Spec>("linalg/power"),
];
