//! `judge ID FILE`: reads the observations in FILE and, on standard input, one JSON object that says how the process
//! ended (`key`, `ended`, `code`, `stderr`) and whether every probe is wanted (`why`); prints the verdict as one JSON object.
//! `judge ID --verify` prints what the kill-and-name matrix of that exercise shows, and what is said about each mistake.
#![forbid(unsafe_code)]

use exercises::{judge, wire};
use serde_json::{Value, json};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [id, file] = args.as_slice() else {
        eprintln!("usage: judge ID FILE < {{\"key\": …}}, or judge ID --verify");
        return ExitCode::from(2);
    };
    match if file == "--verify" { verify(id) } else { verdict(id, file) } {
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

/// The kill-and-name matrix of one exercise.
fn verify(id: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let entry = judge::find(id).ok_or_else(|| format!("no exercise {id}"))?;
    let case = (entry.case)();
    let m = judge::matrix::check(id, &case);
    let mistakes: Vec<Value> = case
        .wrong
        .iter()
        .map(|w| json!({ "name": w.slug, "equals": w.equals, "question": w.question }))
        .collect();
    Ok(
        json!({ "wrong": m.wrong, "rejected": m.rejected, "named": m.named, "pairs": m.pairs, "complaints": m.complaints,
        "mistakes": mistakes }),
    )
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
    let key = text("key")?;
    let stream = match std::fs::read(file) {
        Ok(bytes) => wire::parse(&String::from_utf8_lossy(&bytes), key),
        // It was there before the learner's code ran.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            wire::Stream { forged: true, ..wire::Stream::default() }
        }
        Err(e) => return Err(e.into()),
    };
    let case = (entry.case)();
    let v = judge::give(&case, &stream, &ended, text("stderr")?, key);
    let why = (orders["why"] == true).then(|| why(&case, &stream.trace));
    Ok(json!({
        "verdict": v.kind.word(),
        "name": v.name,
        "probe": v.probe,
        "summary": v.summary,
        "notes": v.notes,
        "given": v.given,
        "evidence": v.evidence,
        "equals": v.equals,
        "question": v.question,
        "why": why,
    }))
}

/// All probes, and the named mistakes that come near.
fn why(case: &judge::Case, trace: &exercises::observe::Trace) -> Value {
    let probes: Vec<Value> = judge::probes(case, trace)
        .into_iter()
        .map(|p| json!({ "name": p.name, "right": p.right, "given": p.given, "evidence": p.evidence }))
        .collect();
    let near: Vec<Value> = judge::nearest(case, trace)
        .into_iter()
        .map(|n| {
            json!({ "name": n.slug, "equals": n.equals, "agrees": n.agrees, "agrees_wrong": n.agrees_wrong })
        })
        .collect();
    json!({ "probes": probes, "nearest": near, "named_mistakes": case.wrong.len() })
}
