//! The pages that mdBook has written: placeholders get what they stand for, boxes become what they are.

use crate::chapter::BOXES;
use crate::problem::Error;
use crate::touch;
use std::fs;
use std::path::Path;

/// Finishes every page in a folder of HTML, and in the folders below it.
///
/// # Errors
///
/// [`Error::Io`] if a page cannot be read or written, [`Error::Renderer`] if a placeholder names no fragment.
pub(crate) fn finish(folder: &Path, fragments: &[String]) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if path.is_dir() {
            finish(&path, fragments)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let page = fs::read_to_string(&path).map_err(Error::io(&path))?;
            let mut finished = fill(&boxes(page), fragments).map_err(|n| {
                Error::Renderer(format!("{}: no fragment {n} for a placeholder", path.display()))
            })?;
            // The page that holds all others lies in the top folder: what a fragment says from a chapter's folder is one step too far.
            if path.file_name().is_some_and(|name| name == "print.html") {
                finished = finished.replace("class=\"data\" href=\"../", "class=\"data\" href=\"");
            }
            fs::write(&path, touch::scripts(&finished)).map_err(Error::io(&path))?;
        }
    }
    Ok(())
}

/// How a placeholder begins, and the tag that ends it.
const PLACEHOLDERS: [(&str, &str); 2] = [("<x-fp n=\"", "</x-fp>"), ("<div data-fp=\"", "</div>")];

/// Puts the fragments in the place of their placeholders; the number of a missing one is the error.
fn fill(page: &str, fragments: &[String]) -> Result<String, String> {
    let mut filled = String::with_capacity(page.len() * 2);
    let mut rest = page;
    loop {
        let next = PLACEHOLDERS
            .iter()
            .filter_map(|&(open, close)| rest.find(open).map(|at| (at, open, close)))
            .min();
        let Some((at, open, close)) = next else {
            filled.push_str(rest);
            return Ok(filled);
        };
        filled.push_str(&rest[..at]);
        let behind = &rest[at + open.len()..];
        let number = behind.split('"').next().unwrap_or_default();
        let fragment = number.parse().ok().and_then(|n: usize| fragments.get(n)).ok_or(number)?;
        let end = behind.find(close).ok_or(number)?;
        rest = &behind[end + close.len()..];
        // A box's title is a fragment that holds no placeholder; nothing else nests.
        if fragment.starts_with("<math") {
            rest = keep_together(fragment, rest, &mut filled);
        } else {
            filled.push_str(fragment);
        }
    }
}

/// Writes a formula of a line so that no line starts with the full stop behind it or ends with the bracket before it.
///
/// Returns what is left of `rest`.
fn keep_together<'a>(formula: &str, rest: &'a str, filled: &mut String) -> &'a str {
    let before = filled.trim_end_matches(['(', '[', '“', '‘']).len();
    let after = rest.len()
        - rest.trim_start_matches(['.', ',', ';', ':', '!', '?', ')', ']', '”', '’', '…', '-', '–']).len();
    if before == filled.len() && after == 0 {
        filled.push_str(formula);
    } else {
        let opening = filled.split_off(before);
        filled.extend(["<span class=\"together\">", &opening, formula, &rest[..after], "</span>"]);
    }
    &rest[after..]
}

/// Turns the quotations that hold a box's title into asides with a name.
fn boxes(mut page: String) -> String {
    const OPEN: &str = "<blockquote>";
    const CLOSE: &str = "</blockquote>";
    for (_, class, name) in BOXES {
        let title = format!(r#"<p class="box-title box-{class}">"#);
        let mut from = 0;
        while let Some(found) = page[from..].find(&title) {
            let at = from + found;
            from = at + title.len();
            let Some(start) = page[..at].rfind(OPEN) else { continue };
            // The quotation's own end: as many closings as openings in between.
            let (mut depth, mut end) = (0_usize, None);
            let mut cursor = start;
            while let Some(close) = page[cursor..].find(CLOSE).map(|close| cursor + close) {
                depth += page[cursor..close].matches("<blockquote").count();
                depth -= 1;
                cursor = close + CLOSE.len();
                if depth == 0 {
                    end = Some(close);
                    break;
                }
            }
            let Some(end) = end else { continue };
            let aside = format!(r#"<aside class="box box-{class}" aria-label="{name}">"#);
            page.replace_range(end..end + CLOSE.len(), "</aside>");
            page.replace_range(start..start + OPEN.len(), &aside);
            // The title has moved by as much as its opening tag has grown.
            from += aside.len() - OPEN.len();
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled() {
        let fragments = ["<math>a</math>".to_string(), "<figure>b</figure>".to_string()];
        let page = r#"<p>Let <x-fp n="0">a</x-fp> be</p><div data-fp="1"></div><p><x-fp n="0"></x-fp></p>"#;
        let expected = "<p>Let <math>a</math> be</p><figure>b</figure><p><math>a</math></p>";
        assert_eq!(fill(page, &fragments).unwrap(), expected);
        assert_eq!(fill(r#"<x-fp n="7"></x-fp>"#, &fragments).unwrap_err(), "7");
    }

    #[test]
    fn punctuation_stays_with_its_formula() {
        let page = r#"<p>so (<x-fp n="0">a</x-fp>), done</p>"#;
        let expected = "<p>so <span class=\"together\">(<math>a</math>),</span> done</p>";
        assert_eq!(fill(page, &["<math>a</math>".into()]).unwrap(), expected);
    }

    #[test]
    fn boxes_end_where_their_quotation_ends() {
        let page = "<blockquote>\n<p class=\"box-title box-break\">Break it</p>\n<p>a</p>\
                    <blockquote>\n<p>inner</p></blockquote>\n</blockquote>\n<blockquote><p>other</p></blockquote>";
        let expected = "<aside class=\"box box-break\" aria-label=\"Break it\">\n<p class=\"box-title box-break\">Break it</p>\n<p>a</p>\
                    <blockquote>\n<p>inner</p></blockquote>\n</aside>\n<blockquote><p>other</p></blockquote>";
        assert_eq!(boxes(page.into()), expected);
    }

    #[test]
    fn a_box_leaves_the_quotation_before_it_alone() {
        let quote = |inside: &str| format!("<blockquote>\n{inside}</blockquote>\n");
        let titled = |class: &str| quote(&format!("<p class=\"box-title box-{class}\">T</p>\n"));
        let page =
            [quote("<p>a</p>"), titled("break"), titled("run"), titled("break"), titled("break")].concat();
        let page = boxes(page);
        let found: Vec<_> =
            page.lines().filter(|line| line.starts_with("<aside") || line.starts_with("<block")).collect();
        let classes: Vec<_> = found.iter().map(|line| line.split(' ').nth(2).unwrap_or("quote")).collect();
        assert_eq!(classes, ["quote", "box-break\"", "box-run\"", "box-break\"", "box-break\""]);
        assert_eq!((page.matches("</aside>").count(), page.matches("</blockquote>").count()), (4, 1));
    }
}
