//! A GPT learns to sort while you watch, another one is caught reading the future, and a third writes with and without memory.
//!
//!     cargo run -p nn --example gpt [-- --figures DIR --values FILE]

#[path = "../../../book/plot.rs"]
mod plot;
#[path = "../../../book/record.rs"]
mod record;

mod dice;
mod heads;
mod memory;
mod parts;
mod sort;

fn main() -> std::io::Result<()> {
    if heads::write()? {
        return Ok(());
    }
    let mut record =
        record::Record::new("nn", "gpt").seed(1).settings("600 steps for each of the small models");
    let ((map, right, smallest), (curves, losses)) = (sort::show(), dice::show());
    record.value("sorter_parameters", sort::parameters() as f64, 0.0);
    // One answer of two hundred may hang on a rounding.
    record.value("right", right as f64, 0.01);
    record.value("smallest", smallest, 1e-3);
    for (mask, losses) in ["honest", "leaky"].into_iter().zip(&losses) {
        let [reported, sighted, last, writing] = losses;
        for (what, loss) in
            [("held_out", reported), ("sighted", sighted), ("last", last), ("writing", writing)]
        {
            record.value(&format!("{mask}_{what}"), *loss, 1e-3);
        }
        record.value(&format!("{mask}_share"), last / 16.0, 1e-3);
    }
    parts::show(&mut record);
    memory::show(&mut record);
    plot::write_figures(&[("gpt-sorting.svg", map), ("gpt-dice.svg", curves)])?;
    record.write()
}
