//! Figures: an SVG drawn by an example becomes part of the page, so that its `currentColor` follows the theme.
//!
//! `![what it shows](../figures/loss.svg "The caption")` alone in a paragraph becomes a `figure`: the alternative text
//! says what is there to see for those who do not see it, the title is the caption for all.

use crate::maths::escape;
use std::fmt::Write as _;

/// An SVG file prepared for the inside of an HTML page.
#[derive(Debug, PartialEq)]
pub(crate) struct Drawing {
    /// The attributes of the `svg` element that stay, each with a leading space.
    attributes: String,
    /// What is inside the `svg` element, ids made unique.
    body: String,
    /// The width it was drawn for, in CSS pixels.
    width: f64,
}

/// Reads an SVG file.
///
/// `unique` goes in front of every id, since two figures of one page may use the same ones.
///
/// # Errors
///
/// What is wrong with the file.
pub(crate) fn read(svg: &str, unique: &str) -> Result<Drawing, String> {
    let start = find_root(svg).ok_or("is not an SVG file: it has no <svg> element")?;
    let head_end = tag_end(svg, start).ok_or("has an <svg> tag that never ends")?;
    let end = svg.rfind("</svg>").filter(|&end| end > head_end).ok_or("has no </svg>")?;
    if svg[head_end..end].contains("<script") {
        return Err("contains a script".into());
    }
    let attributes = attributes(&svg[start + "<svg".len()..head_end - 1]);
    let get = |name: &str| attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let pixels = |name: &str| get(name).and_then(|value| value.trim_end_matches("px").parse::<f64>().ok());

    let view_box = match get("viewBox") {
        Some(view_box) => view_box.to_string(),
        None => match (pixels("width"), pixels("height")) {
            (Some(width), Some(height)) => format!("0 0 {width} {height}"),
            _ => return Err("has neither a viewBox nor a width and a height".into()),
        },
    };
    let sides: Vec<f64> = view_box
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|part| !part.is_empty())
        .filter_map(|part| part.parse().ok())
        .collect();
    let [_, _, width, height] = sides[..] else {
        return Err(format!("has a viewBox that is not four numbers: {view_box}"));
    };
    if !(width > 0.0 && height > 0.0) {
        return Err(format!("has an empty viewBox: {view_box}"));
    }

    let mut kept = format!(r#" viewBox="{view_box}""#);
    for (key, value) in &attributes {
        let dropped = ["viewBox", "width", "height", "role", "id", "class", "xmlns", "version"];
        if !dropped.contains(key) && !key.starts_with("xmlns:") && !key.starts_with("aria-") {
            let _ = write!(kept, r#" {key}="{value}""#);
        }
    }
    Ok(Drawing {
        attributes: kept,
        body: unique_ids(&svg[head_end..end], unique),
        width: pixels("width").unwrap_or(width),
    })
}

impl Drawing {
    /// The drawing alone, for the inside of a line.
    pub(crate) fn inline(&self, label: &str) -> String {
        format!(
            r#"<svg class="inline-drawing" role="img" aria-label="{}"{}>{}</svg>"#,
            escape(label),
            self.attributes,
            self.body
        )
    }

    /// The drawing as a figure. `label` is text; `caption` is HTML, and may be empty; `data` is where its numbers are, if they are anywhere.
    pub(crate) fn figure(&self, id: &str, label: &str, caption: &str, data: Option<&str>) -> String {
        let data = data.map_or(String::new(), |file| {
            let name = file.rsplit('/').next().unwrap_or(file);
            format!(
                r#" <a class="data" href="{}" title="The numbers of this figure" aria-label="data of the figure {}">data</a>"#,
                escape(file),
                escape(name.trim_end_matches(".json"))
            )
        });
        let caption = format!("{caption}{data}");
        let caption = match caption.trim() {
            "" => String::new(),
            caption => format!("<figcaption>{caption}</figcaption>\n"),
        };
        format!(
            "<figure class=\"drawing\" id=\"{id}\" style=\"--drawn-for:{}px\">\n\
             <div class=\"scroll\"><svg role=\"img\" aria-label=\"{}\"{}>{}</svg></div>\n{caption}</figure>",
            self.width,
            escape(label),
            self.attributes,
            self.body
        )
    }
}

/// Where the root element starts: not inside a comment.
fn find_root(svg: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = &svg[from..];
        let root = rest.find("<svg")?;
        match rest.find("<!--").filter(|&comment| comment < root) {
            Some(comment) => from += comment + rest[comment..].find("-->")? + 3,
            None => return Some(from + root),
        }
    }
}

/// The end of the tag that starts at `start`: behind the first `>` that is not inside a quoted value.
fn tag_end(svg: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (at, c) in svg[start..].char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '>') => return Some(start + at + 1),
            _ => {}
        }
    }
    None
}

/// The attributes of a tag's inside, in their order.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag;
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else { break };
        let Some((value, after)) = after[1..].split_once(quote) else { break };
        found.push((key.trim(), value));
        rest = after;
    }
    found
}

/// Puts `unique` in front of every id and of every reference to one.
fn unique_ids(body: &str, unique: &str) -> String {
    let ids: Vec<&str> = body
        .match_indices(" id=\"")
        .filter_map(|(at, found)| body[at + found.len()..].split_once('"').map(|(id, _)| id))
        .collect();
    let mut body = body.to_string();
    for id in ids {
        for (before, after) in [(" id=\"", "\""), ("url(#", ")"), ("href=\"#", "\"")] {
            body = body.replace(&format!("{before}{id}{after}"), &format!("{before}{unique}-{id}{after}"));
        }
        for reference in ["aria-labelledby", "aria-describedby"] {
            body = body.replace(&format!("{reference}=\"{id}\""), &format!("{reference}=\"{unique}-{id}\""));
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = r##"<?xml version="1.0"?>
<!-- an <svg> in a comment -->
<svg xmlns="http://www.w3.org/2000/svg" width="640" height="320" font-family="sans-serif" role="none">
<defs><marker id="arrow"/></defs><path d="M0 0" marker-end="url(#arrow)"/><use href="#arrow"/></svg>
"##;

    #[test]
    fn a_file_becomes_part_of_a_page() {
        let drawing = read(SVG, "f1").unwrap();
        let html = drawing.figure("f1", "a < b", "Two <em>lines</em>.", Some("../figures/loss.json"));
        assert!(
            html.contains(
                r#"<svg role="img" aria-label="a &lt; b" viewBox="0 0 640 320" font-family="sans-serif">"#
            ),
            "{html}"
        );
        assert!(html.contains(r#"<marker id="f1-arrow"/>"#), "{html}");
        assert!(
            html.contains(r#"marker-end="url(#f1-arrow)""#) && html.contains(r##"href="#f1-arrow""##),
            "{html}"
        );
        assert!(
            html.contains("<figcaption>Two <em>lines</em>. <a class=\"data\" href=\"../figures/loss.json\""),
            "{html}"
        );
        assert!(html.contains("aria-label=\"data of the figure loss\">data</a></figcaption>"), "{html}");
        assert!(html.contains("--drawn-for:640px"), "{html}");
        assert!(!html.contains("xml version") && !html.contains("in a comment"), "{html}");
    }

    #[test]
    fn without_a_caption_there_is_none() {
        assert!(!read(SVG, "f").unwrap().figure("f", "The loss.", "", None).contains("figcaption"));
    }

    #[test]
    fn an_id_that_starts_like_another_keeps_its_own_name() {
        let body = unique_ids(r#"<a id="x"/><a id="xy"/><b fill="url(#x)" stroke="url(#xy)"/>"#, "f");
        assert_eq!(body, r#"<a id="f-x"/><a id="f-xy"/><b fill="url(#f-x)" stroke="url(#f-xy)"/>"#);
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        for (svg, message) in [
            ("<p>text</p>", "no <svg>"),
            ("<svg viewBox='0 0 1 1'>", "no </svg>"),
            ("<svg>x</svg>", "neither a viewBox"),
            ("<svg viewBox='0 0 1'>x</svg>", "not four numbers"),
            ("<svg viewBox='0 0 0 1'>x</svg>", "empty viewBox"),
            ("<svg viewBox='0 0 1 1'><script>x</script></svg>", "script"),
        ] {
            let error = read(svg, "f").unwrap_err();
            assert!(error.contains(message), "{svg}: {error}");
        }
    }
}
