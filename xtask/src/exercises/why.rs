//! `why`: all probes of one exercise, the numbers of each that fails, and which named mistakes come how near.

use super::catalogue::Exercise;
use super::project::Project;
use super::report;
use super::text::{BOLD, NORMAL, line, lines, object, width, wrap};
use super::verdict::{Status, Verdict};
use serde_json::Value;

/// How many of the nearest mistakes are shown.
const NEAREST: usize = 3;

pub(crate) fn show(exercise: &Exercise, verdict: &Verdict, project: &Project, json: bool) {
    let Some(why) = &verdict.why else {
        // Nothing ran: the verdict is all there is to say.
        return report::one(exercise, verdict, project, json);
    };
    if json {
        let mut value = verdict.json(&exercise.id);
        value["why"] = why.clone();
        return object(&value);
    }
    let (mark, colour) = verdict.status.mark();
    line(&format!("\x1b[1;{colour}m{mark} {}: {}{NORMAL}", exercise.id, verdict.says()));
    if verdict.status != Status::Named {
        lines(&wrap(&verdict.summary, width(), ""));
    }
    let probes: Vec<&Value> = why["probes"].as_array().into_iter().flatten().collect();
    let count = |right: &Value| probes.iter().filter(|p| p["right"] == *right).count();
    let (pass, fail, never) = (count(&true.into()), count(&false.into()), count(&Value::Null));
    let not_run = if never > 0 { format!(", {never} not run") } else { String::new() };
    line(&format!("\n{BOLD}{} probes: {pass} pass, {fail} fail{not_run}{NORMAL}", probes.len()));
    for probe in &probes {
        let (mark, colour, word) = match probe["right"].as_bool() {
            Some(true) => ('✓', 32, "pass   "),
            Some(false) => ('✗', 31, "fail   "),
            None => ('·', 90, "not run"),
        };
        line(&format!("\x1b[{colour}m{mark} {word}{NORMAL}  {}", probe["name"].as_str().unwrap_or_default()));
    }
    for probe in probes.iter().filter(|p| p["right"] == false) {
        line("");
        report::probe(probe["name"].as_str(), &texts(&probe["given"]), &texts(&probe["evidence"]));
    }
    for note in &verdict.notes {
        line("");
        lines(&wrap(note, width(), ""));
    }
    if fail > 0 {
        line("");
        lines(&wrap(&likeness(verdict, why, pass + fail, fail), width(), ""));
    }
    if let Some(history) = &verdict.history {
        lines(&wrap(history, width(), ""));
    }
    if let Some(question) = &verdict.question {
        line("");
        lines(&wrap(question, width(), ""));
    }
}

/// Which named mistakes the run is like, and how sure that is.
fn likeness(verdict: &Verdict, why: &Value, all: usize, failing: usize) -> String {
    let near: Vec<&Value> = why["nearest"].as_array().into_iter().flatten().collect();
    let describe = |n: &Value| {
        format!(
            "{} (the same on {} of the {all} probes, on {} of the {failing} that fail): {}",
            n["name"].as_str().unwrap_or_default(),
            n["agrees"],
            n["agrees_wrong"],
            n["equals"].as_str().unwrap_or_default()
        )
    };
    let named = verdict.name.as_deref().filter(|_| verdict.status == Status::Named);
    if let Some(name) = named {
        let others: Vec<&&Value> = near.iter().filter(|n| n["name"] != name).collect();
        let known = why["named_mistakes"].as_u64().unwrap_or_default();
        let next = others.first().map_or_else(
            || "No other named mistake is like yours on any probe that fails.".into(),
            |n| format!("The next is {}.", describe(n)),
        );
        return format!(
            "{} Equal to {name} on all {all} probes, {failing} of which fail, and to none other of the {known} named \
             mistakes on all.\n{next}",
            verdict.equals.as_deref().unwrap_or_default()
        );
    }
    if near.is_empty() {
        return "No named mistake does what yours does on any probe that fails.".into();
    }
    let mut text = String::from(
        "No named mistake does what yours does on all probes; two at once, or one that has no name, would look like this. \
         The nearest:",
    );
    for n in near.iter().take(NEAREST) {
        text += "\n- ";
        text += &describe(n);
    }
    text
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|t| t.as_str().map(str::to_string)).collect()
}
