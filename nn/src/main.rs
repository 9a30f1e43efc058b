//! `cargo run --release -p nn -- train | generate | info | corpus`. Chapter: *A GPT in one sitting*.
#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
