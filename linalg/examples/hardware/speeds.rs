//! Products of many shapes, measured once for the figure that a reader can touch.

use crate::decode::within;
use crate::{Machine, median_of, noise, product, quick};
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;

const ROWS: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 512];
const SIDES: [usize; 4] = [64, 256, 1024, 4096];

/// Measures all shapes on one core and writes them beside the values, `hardware-speeds.txt`: ceilings first, then a line for each shape.
pub(crate) fn write(machine: &Machine) -> std::io::Result<()> {
    let mut args = std::env::args().skip_while(|arg| arg != "--values").skip(1);
    let Some(values) = args.next().map(PathBuf::from) else { return Ok(()) };
    let mut text =
        String::from("# one core, f32; cargo run --release -p linalg --example hardware -- --values FILE\n");
    let _ = writeln!(text, "flops {:.3e}", machine.flops);
    for level in &machine.levels {
        let holds = if level.holds == usize::MAX { 1 << 50 } else { level.holds };
        let _ = writeln!(text, "level {} {holds} {:.3e}", level.name, level.bandwidth);
    }
    within(1, || {
        for m in ROWS {
            for k in SIDES {
                for n in SIDES {
                    let (a, b, mut c) = (noise(m * k, 1), noise(k * n, 2), vec![0.0; m * n]);
                    let seconds = median_of(if quick() { 0.002 } else { 0.05 }, || {
                        product([m, k, n], black_box(&a), black_box(&b), &mut c);
                        black_box(&c);
                    });
                    let _ = writeln!(text, "speed {m} {k} {n} {:.3e}", 2.0 * (m * k * n) as f64 / seconds);
                }
            }
        }
    });
    let path = values.with_file_name("hardware-speeds.txt");
    let temporary = path.with_extension("tmp");
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, &path)?;
    println!("wrote {}", path.display());
    Ok(())
}
