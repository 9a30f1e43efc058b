//! `judge ID FILE`: reads the observations in FILE and, on standard input, one JSON object that says how the process
//! ended (`nonce`, `ended`, `code`, `stderr`); prints the verdict as one JSON object.
#![forbid(unsafe_code)]

use exercises::{judge, wire};
use serde_json::{Value, json};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [id, file] = args.as_slice() else {
        eprintln!("usage: judge ID FILE < {{\"nonce\": …}}");
        return ExitCode::from(2);
    };
    match verdict(id, file) {
        Ok(verdict) => {
            println!("{verdict}");
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("judge: {e}");
            ExitCode::FAILURE
        }
    }
}

fn verdict(id: &str, file: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let entry = judge::find(id).ok_or_else(|| format!("no exercise {id}"))?;
    let orders: Value = serde_json::from_reader(std::io::stdin())?;
    let text = |key: &str| orders[key].as_str().ok_or_else(|| format!("no text {key}"));
    let code = i32::try_from(orders["code"].as_i64().unwrap_or(0))?;
    let ended = match text("ended")? {
        "code" => judge::Ended::Code(code),
        "signal" => judge::Ended::Signal(code),
        "time" => judge::Ended::TimeLimit,
        "output" => judge::Ended::OutputLimit,
        other => return Err(format!("unknown end {other}").into()),
    };
    let stream = match std::fs::read(file) {
        Ok(bytes) => wire::parse(&String::from_utf8_lossy(&bytes), text("nonce")?),
        // It was there before the learner's code ran.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            wire::Stream { forged: true, ..wire::Stream::default() }
        }
        Err(e) => return Err(e.into()),
    };
    let v = judge::give(&(entry.case)(), &stream, &ended, text("stderr")?);
    Ok(json!({
        "verdict": v.kind.word(),
        "name": v.name,
        "probe": v.probe,
        "summary": v.summary,
        "notes": v.notes,
        "evidence": v.evidence,
        "equals": v.equals,
        "question": v.question,
    }))
}
