//! What a reader wants to know before a chapter: how long it takes, what to run, what to solve. Nobody writes it: it comes from the chapter's
//! text, from the crate that tests it, and from the list of exercises.

use crate::chapter;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Words of prose a minute: the pace of somebody who follows an argument.
const WORDS: f64 = 180.0;
/// Lines of code a minute.
const LINES: f64 = 15.0;

/// An exercise of a chapter.
struct Exercise {
    name: String,
    minutes: u32,
}

/// Puts the box behind the title of a chapter that some crate tests; `markdown` is what mdBook will see.
pub(crate) fn add(markdown: &str, root: &Path, slug: &str, krate: Option<&str>) -> String {
    let Some(krate) = krate else { return markdown.to_string() };
    let (title_end, minutes) = read(markdown);
    let Some(title_end) = title_end else { return markdown.to_string() };
    let all = exercises(root, slug);
    let mut html = format!("<details class=\"glance\"><summary>{minutes} minutes to read");
    if !all.is_empty() {
        let plural = if all.len() == 1 { "" } else { "s" };
        let solve: u32 = all.iter().map(|exercise| exercise.minutes).sum();
        let _ = write!(html, ", {} exercise{plural} of {solve} minutes", all.len());
    }
    html.push_str("; what to run</summary>\n\n```sh\n");
    let mut commands = vec![(
        format!("cargo test -p {krate} -- {slug}"),
        "its tests, and the code on this page".to_string(),
    )];
    if root.join(krate).join("examples").join(format!("{slug}.rs")).is_file() {
        commands.push((
            format!("cargo run --release -p {krate} --example {slug}"),
            "its numbers and figures".into(),
        ));
    }
    for Exercise { name, minutes } in &all {
        commands.push((format!("cargo xtask exercises run {name}"), format!("{minutes} minutes")));
    }
    let width = commands.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    for (command, what) in &commands {
        let _ = writeln!(html, "{command:width$}  # {what}");
    }
    html.push_str("```\n\n</details>\n\n");
    let (before, after) = markdown.split_at(title_end);
    format!("{}\n\n{html}{}", before.trim_end(), after.trim_start_matches('\n'))
}

/// Where the title ends, and how many minutes the chapter takes. Code that is folded away is for those who ask for it.
fn read(markdown: &str) -> (Option<usize>, u32) {
    let (mut title_end, mut words, mut lines, mut code, mut folded) = (None, 0, 0, false, 0_usize);
    for (event, range) in Parser::new_ext(markdown, chapter::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) if title_end.is_none() => {
                title_end = Some(range.end);
            }
            Event::Html(html) => {
                folded = (folded + html.matches("<details").count())
                    .saturating_sub(html.matches("</details>").count());
            }
            Event::Text(_) if code && folded > 0 => {}
            Event::Text(text) if code => lines += text.lines().filter(|line| !line.trim().is_empty()).count(),
            Event::Text(text) | Event::Code(text) => words += text.split_whitespace().count(),
            _ => {}
        }
    }
    let minutes = words as f64 / WORDS + lines as f64 / LINES;
    (title_end, minutes.round().max(1.0) as u32)
}

/// The exercises of a chapter, in the learner's order.
fn exercises(root: &Path, slug: &str) -> Vec<Exercise> {
    let text = fs::read_to_string(root.join("book/exercises/order.toml")).unwrap_or_default();
    let Ok(order) = text.parse::<toml::Table>() else { return Vec::new() };
    let all = order.get("exercise").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    all.iter()
        .filter(|exercise| exercise.get("chapter").and_then(toml::Value::as_str) == Some(slug))
        .filter_map(|exercise| {
            let name = exercise.get("id")?.as_str()?.rsplit('/').next()?.to_string();
            let minutes = u32::try_from(exercise.get("minutes")?.as_integer()?).ok()?;
            Some(Exercise { name, minutes })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_says_what_it_takes() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text =
            format!("# Tensors\n\n{}\n\n```rust\n{}```\n", "word ".repeat(360), "let x = 1;\n".repeat(45));
        let page = add(&text, root, "tensors", Some("linalg"));
        assert!(
            page.starts_with(
                "# Tensors\n\n<details class=\"glance\"><summary>5 minutes to read, 3 exercises of"
            ),
            "{page}"
        );
        assert!(
            page.contains("\ncargo test -p linalg -- tensors ") && page.contains("--example tensors "),
            "{page}"
        );
        assert!(page.contains("\ncargo xtask exercises run strides "), "{page}");
        assert!(page.contains("</details>\n\nword word"), "{page}");
        assert_eq!(add(&text, root, "index", None), text);
    }
}
