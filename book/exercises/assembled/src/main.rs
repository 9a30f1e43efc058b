//! The model with every part from the crates: what `cargo xtask exercises assemble` falls back to.
use std::process::ExitCode;

fn main() -> ExitCode {
    assembled::main(assembled::Parts::default())
}
