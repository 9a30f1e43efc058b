//! A GPT learns to sort while you watch, another one is caught reading the future, and a third writes with and without memory.
//!
//!     cargo run -p nn --example gpt [-- --figures DIR]

#[path = "../../../book/plot.rs"]
mod plot;

mod dice;
mod heads;
mod memory;
mod sort;

fn main() -> std::io::Result<()> {
    if heads::write()? {
        return Ok(());
    }
    let ((map, _), (curves, _)) = (sort::show(), dice::show());
    memory::show();
    plot::write_figures(&[("gpt-sorting.svg", map), ("gpt-dice.svg", curves)])
}
