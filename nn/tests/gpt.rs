//! The tests of the chapter *A GPT in one sitting*.

/// `cargo test -p nn -- gpt`
mod gpt {
    mod attention;
    mod claims;
    mod model;
    mod program;
    mod text;
    mod training;
}
