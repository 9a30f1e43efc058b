//! `cargo xtask bench`: how fast this machine runs the workspace, beside what it could do at most.
//!
//! For readers, and for comparison with other programs. The `benches/` of the crates are for those who change them.

mod cases;
mod measure;
mod roofline;

use clap::Parser;
use measure::{Effort, measure};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measures this workspace on this machine: a table, or one JSON object a line.
#[derive(Parser)]
#[command(name = "cargo xtask bench")]
struct Args {
    /// What to measure; everything, if nothing is named.
    #[arg(value_parser = cases::GROUPS)]
    what: Vec<String>,
    /// How many threads may work together.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Fewer samples and only the small cases: seconds instead of minutes.
    #[arg(long)]
    quick: bool,
    /// One JSON object a line, for programs.
    #[arg(long)]
    json: bool,
    /// Draw the roofline into this file.
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
}

impl Args {
    /// Whether a group was asked for.
    fn wants(&self, group: &str) -> bool {
        self.what.is_empty() || self.what.iter().any(|w| w == group)
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.svg.is_some() && !args.wants("roofline") {
        eprintln!(
            "--svg draws the roofline, which is not measured: name it, `cargo xtask bench roofline --svg FILE`"
        );
        return ExitCode::from(2);
    }
    let pool = match rayon::ThreadPoolBuilder::new().num_threads(args.threads as usize).build() {
        Ok(pool) => pool,
        Err(e) => {
            eprintln!("cannot start {} threads: {e}", args.threads);
            return ExitCode::FAILURE;
        }
    };
    match pool.install(|| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!(
                "cannot write {}: {e}",
                args.svg.as_deref().unwrap_or(Path::new("the drawing")).display()
            );
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> std::io::Result<()> {
    let effort = if args.quick { Effort::QUICK } else { Effort::FULL };
    if cases::GROUPS.iter().any(|&group| group != "roofline" && args.wants(group)) {
        groups(args, effort);
    }
    if args.wants("roofline") { roofline::run(args, effort) } else { Ok(()) }
}

/// Everything that is one table: a line for each case.
fn groups(args: &Args, effort: Effort) {
    let threads = args.threads as usize;
    let (f32_peak, f64_peak) = (linalg::peak::flops::<f32>(threads), linalg::peak::flops::<f64>(threads));
    if !args.json {
        println!(
            "{} thread{}; peak {:.1} GFLOP/s in f32, {:.1} in f64 (multiply-add, measured)\n",
            args.threads,
            if args.threads == 1 { "" } else { "s" },
            f32_peak / 1e9,
            f64_peak / 1e9
        );
        println!(
            "{:9}{:20}{:>6}{:>10}{:>19}{:>10}{:>9}{:>12}",
            "bench", "case", "dtype", "median", "quartiles", "GFLOP/s", "of peak", "per second"
        );
    }
    for group in cases::GROUPS {
        if !args.wants(group) {
            continue;
        }
        if group == "sampling" {
            for t in probability::bench::sampling(args.quick) {
                let row = Row {
                    group,
                    case: t.case,
                    dtype: t.dtype,
                    median: t.median_s,
                    gflops: None,
                    per_s: Some(t.per_s),
                };
                report(args, &row, None);
            }
            continue;
        }
        for mut case in cases::of(group, args.quick) {
            let time = measure(&mut *case.run, effort);
            let peak = if case.dtype == "f32" { f32_peak } else { f64_peak };
            let row = Row {
                group,
                case: &case.name,
                dtype: case.dtype,
                median: time.median,
                gflops: case.flop.map(|flop| (flop / time.median / 1e9, peak / 1e9)),
                per_s: case.items.map(|items| items / time.median),
            };
            report(args, &row, Some(&time));
        }
    }
}

/// One line of the result.
struct Row<'a> {
    group: &'a str,
    case: &'a str,
    dtype: &'a str,
    median: f64,
    /// What was reached, and what the machine could do at most.
    gflops: Option<(f64, f64)>,
    per_s: Option<f64>,
}

fn report(args: &Args, row: &Row<'_>, time: Option<&measure::Time>) {
    if args.json {
        let mut line = serde_json::json!({
            "bench": row.group, "case": row.case, "dtype": row.dtype, "threads": args.threads, "median_s": row.median,
        });
        if let Some(time) = time {
            line["q1_s"] = time.lower.into();
            line["q3_s"] = time.upper.into();
            line["samples"] = time.samples.into();
        }
        if let Some((gflops, peak)) = row.gflops {
            line["gflops"] = gflops.into();
            line["peak_gflops"] = peak.into();
        }
        if let Some(per_s) = row.per_s {
            line["per_s"] = per_s.into();
        }
        say(&line.to_string());
        return;
    }
    say(&format!(
        "{:9}{:20}{:>6}{:>10}{:>19}{:>10}{:>9}{:>12}",
        row.group,
        row.case,
        row.dtype,
        seconds(row.median),
        time.map_or(String::new(), |t| format!("{} {}", seconds(t.lower), seconds(t.upper))),
        row.gflops.map_or(String::new(), |(g, _)| format!("{g:.1}")),
        row.gflops.map_or(String::new(), |(g, peak)| format!("{:.0} %", 100.0 * g / peak)),
        row.per_s.map_or(String::new(), |p| format!("{p:.3e}")),
    ));
}

/// Prints a line. Whoever closes the pipe (`| head`) has seen enough.
fn say(line: &str) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// Three digits and a unit: 1.23ms.
fn seconds(s: f64) -> String {
    let (value, unit) = match s {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s if s >= 1e-6 => (s * 1e6, "us"),
        s => (s * 1e9, "ns"),
    };
    let digits = if value >= 100.0 { 0 } else { 1 + usize::from(value < 10.0) };
    format!("{value:.digits$}{unit}")
}
