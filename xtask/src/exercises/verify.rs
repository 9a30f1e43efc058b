//! `verify`, for whoever writes exercises: every right answer passes, every wrong one fails under its own name, starters
//! and hints keep their form.

use super::catalogue::Exercise;
use super::child::{self, Ended};
use super::compile;
use super::grade;
use super::text::{line, lines, object, wrap};
use crate::failure::Failure;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The matrix of one exercise runs all its wrong implementations twice; none needs more than this.
const PATIENCE: Duration = Duration::from_secs(300);

/// More than this many bytes of complaints nobody reads.
const OUTPUT: usize = 4 << 20;

/// What was found about one exercise.
#[derive(Default)]
struct Found {
    wrong: u64,
    rejected: u64,
    named: u64,
    complaints: Vec<String>,
}

/// Verifies these exercises; says whether there is nothing to complain about.
pub(crate) fn verify(exercises: &[Exercise], jobs: usize, json: bool) -> Result<bool, Failure> {
    let judge = compile::judge()?;
    let all = grade::parallel(exercises, jobs, |e| {
        let mut found = matrix(&judge, e);
        texts(e, &mut found.complaints);
        found
    });
    let sum = |of: fn(&Found) -> u64| all.iter().map(of).sum::<u64>();
    let (wrong, rejected, named) = (sum(|f| f.wrong), sum(|f| f.rejected), sum(|f| f.named));
    let good = all.iter().all(|f| f.complaints.is_empty());
    if json {
        let complaints: Vec<Value> = exercises
            .iter()
            .zip(&all)
            .flat_map(|(e, f)| f.complaints.iter().map(|c| json!({ "exercise": e.id, "says": c })))
            .collect();
        object(&json!({ "exercises": exercises.len(), "wrong": wrong, "rejected": rejected, "named": named,
            "complaints": complaints }));
        return Ok(good);
    }
    for (e, f) in exercises.iter().zip(&all) {
        let mark = if f.complaints.is_empty() { "✓ good" } else { "✗ bad " };
        line(&format!("{mark}  {:24} {:>3} wrong", e.id, f.wrong));
        for complaint in &f.complaints {
            lines(&wrap(complaint, 78, "        "));
        }
    }
    line(&format!("{} exercises, {wrong} wrong, {rejected} rejected, {named} named", exercises.len()));
    Ok(good)
}

/// The kill-and-name matrix, in a process of its own: what a run asks of the heap is counted there.
fn matrix(judge: &Path, exercise: &Exercise) -> Found {
    let mut command = Command::new(judge);
    command.args([&exercise.id, "--verify"]);
    let broken = |why: String| Found { complaints: vec![why], ..Found::default() };
    let said = match child::run(command, b"", PATIENCE, OUTPUT as u64, OUTPUT) {
        Ok(said) if said.ended == Ended::Code(0) => said.stdout.text(),
        Ok(said) => {
            return broken(format!("the judge fails ({:?}): {}", said.ended, said.stderr.text().trim()));
        }
        Err(e) => return broken(format!("the judge cannot be run: {e}")),
    };
    let value: Value = serde_json::from_str(&said).unwrap_or_default();
    let (Some(wrong), Some(rejected), Some(named), Some(complaints)) = (
        value["wrong"].as_u64(),
        value["rejected"].as_u64(),
        value["named"].as_u64(),
        value["complaints"].as_array(),
    ) else {
        return broken(format!("the judge says {said}"));
    };
    let complaints = complaints.iter().filter_map(|c| c.as_str().map(str::to_string)).collect();
    Found { wrong, rejected, named, complaints }
}

/// The starter states the task; hints come in three steps, with code in the last alone.
fn texts(exercise: &Exercise, complaints: &mut Vec<String>) {
    match exercise.starter() {
        Ok(starter) if starter.starts_with("//! ") => {}
        Ok(_) => complaints.push("the starter does not begin with the task (//!)".into()),
        Err(e) => complaints.push(e.message),
    }
    for level in 1..=3 {
        match exercise.hint(level) {
            Ok(hint) if hint.len() <= 40 => complaints.push(format!("hint {level} says too little")),
            Ok(hint) if level < 3 && hint.contains("```") => {
                complaints.push(format!("hint {level} gives code away"));
            }
            Ok(_) => {}
            Err(e) => complaints.push(e.message),
        }
    }
}
