//! The map of the book: `{{#map}}` on a line of its own. Every chapter of SUMMARY.md is a box, an arc leads from each to those that need it, and
//! beside each stands where its idea ends up in a GPT.
//!
//! Which chapter needs which comes from the exercises' prerequisites (order.toml) and, for what they do not say, from map.toml. It is drawn
//! narrow, one chapter a row, so that a phone shows it as it is.

use crate::maths::escape;
use mdbook_summary::{Link, Summary, SummaryItem};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Whether a line asks for the map.
pub(crate) fn directive(line: &str) -> bool {
    line.trim() == "{{#map}}"
}

/// What map.toml says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// The chapter on the GPT.
    gpt: String,
    chapter: Vec<About>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    title: String,
    in_gpt: Option<String>,
    at: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Order {
    #[serde(default)]
    exercise: Vec<Exercise>,
}

#[derive(Debug, Deserialize)]
struct Exercise {
    id: String,
    chapter: String,
    #[serde(default)]
    prerequisites: Vec<String>,
}

/// A chapter of the book, in its order.
#[derive(Debug, PartialEq)]
struct Chapter {
    title: String,
    /// The page, if it is written.
    page: Option<String>,
    /// The part it is in, counted from 0.
    part: usize,
    /// The chapters that it needs, by their place.
    needs: BTreeSet<usize>,
    /// Where it ends up in a GPT: in words, and as a link.
    in_gpt: Option<(String, String)>,
}

/// The parts' titles, and all numbered chapters.
#[derive(Debug)]
struct Map {
    parts: Vec<String>,
    chapters: Vec<Chapter>,
}

/// The map as HTML, with links from a page in the book's top folder.
///
/// # Errors
///
/// What does not fit together.
pub(crate) fn html(root: &Path) -> Result<String, String> {
    let read = |path: &str| {
        fs::read_to_string(root.join(path)).map_err(|error| format!("cannot read {path}: {error}"))
    };
    let summary =
        mdbook_summary::parse_summary(&read("book/src/SUMMARY.md")?).map_err(|error| error.to_string())?;
    let written = |link: &Link| {
        let file = link.location.as_ref()?;
        root.join("book/src")
            .join(file)
            .is_file()
            .then(|| crate::chapter::slashed(&file.with_extension("html")))
    };
    let map = read_map(&summary, &written, &read("book/map.toml")?, &read("book/exercises/order.toml")?)?;
    Ok(draw(&map))
}

fn read_map(
    summary: &Summary,
    written: &dyn Fn(&Link) -> Option<String>,
    said: &str,
    order: &str,
) -> Result<Map, String> {
    let said: Said = toml::from_str(said).map_err(|error| format!("book/map.toml: {error}"))?;
    let order: Order =
        toml::from_str(order).map_err(|error| format!("book/exercises/order.toml: {error}"))?;
    let mut map = Map { parts: Vec::new(), chapters: Vec::new() };
    let mut slugs = BTreeMap::new();
    for item in &summary.numbered_chapters {
        match item {
            SummaryItem::PartTitle(title) => map.parts.push(title.clone()),
            SummaryItem::Link(link) => {
                if let Some(slug) = link.location.as_ref().and_then(|file| file.file_stem()) {
                    slugs.insert(slug.to_string_lossy().into_owned(), map.chapters.len());
                }
                map.chapters.push(Chapter {
                    title: link.name.clone(),
                    page: written(link),
                    part: map.parts.len().max(1) - 1,
                    needs: BTreeSet::new(),
                    in_gpt: None,
                });
            }
            _ => {}
        }
    }
    let place = |title: &str| {
        map.chapters.iter().position(|chapter| chapter.title == title).ok_or_else(|| {
            let known: Vec<_> = map.chapters.iter().map(|chapter| chapter.title.as_str()).collect();
            format!("book/map.toml: SUMMARY.md has no chapter “{title}”; it has {}", known.join("; "))
        })
    };
    let gpt = crate::chapter::slashed(&Path::new(&said.gpt).with_extension("html"));
    let mut found = Vec::new();
    for about in said.chapter {
        let needs = about.needs.iter().map(|title| place(title)).collect::<Result<BTreeSet<_>, _>>()?;
        found.push((place(&about.title)?, needs, about.in_gpt.zip(about.at)));
    }
    for (nth, needs, in_gpt) in found {
        map.chapters[nth].needs = needs;
        map.chapters[nth].in_gpt = in_gpt.map(|(words, at)| (words, format!("{gpt}#{at}")));
    }
    let chapter_of: BTreeMap<_, _> =
        order.exercise.iter().filter_map(|e| Some((e.id.as_str(), *slugs.get(&e.chapter)?))).collect();
    for exercise in &order.exercise {
        let Some(&needing) = chapter_of.get(exercise.id.as_str()) else { continue };
        let needed = exercise.prerequisites.iter().filter_map(|id| chapter_of.get(id.as_str()));
        map.chapters[needing].needs.extend(needed.filter(|&&needed| needed < needing));
    }
    if let Some(late) =
        map.chapters.iter().enumerate().find(|(nth, chapter)| chapter.needs.iter().any(|need| need >= nth))
    {
        return Err(format!("book/map.toml: “{}” needs a chapter that comes later", late.1.title));
    }
    Ok(map)
}

impl Map {
    /// All that a chapter needs, directly or not.
    fn all_needs(&self, nth: usize) -> BTreeSet<usize> {
        let mut all = self.chapters[nth].needs.clone();
        for &need in &self.chapters[nth].needs {
            all.extend(self.all_needs(need));
        }
        all
    }

    /// Those that no other need implies: the arcs.
    fn arcs(&self, nth: usize) -> Vec<usize> {
        let direct = &self.chapters[nth].needs;
        let implied: BTreeSet<_> = direct.iter().flat_map(|&need| self.all_needs(need)).collect();
        direct.difference(&implied).copied().collect()
    }

    /// Where the box of a chapter leads: to itself, or to the last written chapter that it needs.
    fn page(&self, nth: usize) -> Option<&str> {
        let own = self.chapters[nth].page.as_deref();
        own.or_else(|| {
            self.all_needs(nth).into_iter().rev().find_map(|need| self.chapters[need].page.as_deref())
        })
    }
}

const WIDTH: f64 = 360.0;
/// Where the boxes start and end, and where the words about the GPT start.
const BOX: [f64; 2] = [52.0, 222.0];
const WORDS: f64 = 236.0;
const LINE: f64 = 16.0;
const PAD: f64 = 9.0;

fn draw(map: &Map) -> String {
    let mut svg = String::new();
    let mut y = 0.0;
    let mut middle = Vec::new();
    let mut part = usize::MAX;
    for (nth, chapter) in map.chapters.iter().enumerate() {
        if chapter.part != part {
            part = chapter.part;
            y += if nth == 0 { 4.0 } else { 20.0 };
            let title = map.parts.get(part).map_or("", String::as_str);
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" class=\"part\">{}</text>",
                BOX[0],
                y + 14.0,
                escape(title)
            );
            if nth == 0 {
                let _ = writeln!(svg, "<text x=\"{WORDS}\" y=\"{}\">in the GPT</text>", y + 14.0);
            }
            y += 24.0;
        }
        let title = wrap(short(&chapter.title), 22);
        let words = chapter.in_gpt.as_ref().map_or(Vec::new(), |(words, _)| wrap(words, 18));
        let lines = title.len().max(words.len()) as f64;
        let height = lines * LINE + PAD;
        let centre = y + height / 2.0;
        middle.push(centre);
        let dashed = if chapter.page.is_some() { "" } else { " stroke-dasharray=\"4 3\"" };
        let rect = format!(
            "<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{height}\" rx=\"3\" stroke=\"{}\"{dashed}/>",
            BOX[0],
            BOX[1] - BOX[0],
            colour(part)
        );
        let boxed = rect + &text(BOX[0] + 8.0, centre, &title);
        let name = if chapter.page.is_some() {
            chapter.title.clone()
        } else {
            format!("{} (not written yet)", chapter.title)
        };
        svg += &link(map.page(nth), &name, &boxed);
        if let Some((said, at)) = &chapter.in_gpt {
            let arrow = format!("<path d=\"M{} {centre}h8\" stroke=\"{}\"/>", BOX[1] + 2.0, colour(part));
            svg += &arrow;
            svg += &link(
                Some(at),
                &format!("{}, in the GPT: {said}", chapter.title),
                &text(WORDS, centre, &words),
            );
        }
        y += height + 6.0;
    }
    let mut arcs = String::new();
    for nth in 0..map.chapters.len() {
        for need in map.arcs(nth) {
            let (from, to, x) = (middle[need], middle[nth], BOX[0] - 1.0);
            // longer arcs reach further out, and none leaves the drawing
            let out = x - (x - 2.0) * ((to - from) / 700.0).sqrt().clamp(0.15, 1.0) * 4.0 / 3.0;
            let _ = writeln!(
                arcs,
                "<path d=\"M{x} {from:.1}C{out:.1} {from:.1} {out:.1} {to:.1} {x} {to:.1}\" stroke=\"{}\" stroke-opacity=\"0.7\"/>",
                colour(map.chapters[need].part)
            );
        }
    }
    format!(
        "<figure class=\"drawing map\" style=\"--drawn-for:{WIDTH}px\">\n<svg viewBox=\"0 0 {WIDTH} {y}\" role=\"group\" \
         aria-label=\"The chapters in their order, and where each ends up in a GPT\" fill=\"none\" stroke=\"currentColor\" \
         font-size=\"13.5\">\n<g aria-hidden=\"true\">{arcs}</g>\n{svg}</svg>\n</figure>"
    )
}

/// The four pillars have a colour each; the spine and the model take the text's.
fn colour(part: usize) -> String {
    if (1..=4).contains(&part) {
        format!("var(--series-{part}, currentColor)")
    } else {
        "currentColor".into()
    }
}

fn link(page: Option<&str>, name: &str, inside: &str) -> String {
    match page {
        Some(page) => format!("<a href=\"{}\" aria-label=\"{}\">{inside}</a>\n", escape(page), escape(name)),
        None => format!("{inside}\n"),
    }
}

/// Lines of text around a height.
fn text(x: f64, centre: f64, lines: &[String]) -> String {
    let first = centre - (lines.len() as f64 - 1.0) * LINE / 2.0 + 4.5;
    let lines: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(nth, line)| {
            format!("<tspan x=\"{x}\" y=\"{:.1}\">{}</tspan>", first + nth as f64 * LINE, escape(line))
        })
        .collect();
    // the space is for those who hear it
    format!("<text>{}</text>", lines.join(" "))
}

/// A title without its explanation.
fn short(title: &str) -> &str {
    title.split(':').next().unwrap_or(title)
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const SUMMARY: &str = "# Summary\n\n# Spine\n\n- [One](spine/one.md)\n- [Two: more](spine/two.md)\n\n# Pillar\n\n- [Three]()\n- [Four](p/four.md)\n";
    const ORDER: &str = "[[exercise]]\nid = \"a\"\nchapter = \"one\"\n[[exercise]]\nid = \"b\"\nchapter = \"two\"\nprerequisites = [\"a\"]\n\
                         [[exercise]]\nid = \"c\"\nchapter = \"four\"\nprerequisites = [\"a\", \"b\"]\n";

    fn map(said: &str) -> Result<Map, String> {
        let summary = mdbook_summary::parse_summary(SUMMARY).unwrap();
        let written = |link: &Link| {
            link.location.as_ref().map(|file| file.with_extension("html").display().to_string())
        };
        read_map(&summary, &written, &format!("gpt = \"spine/two.md\"\n{said}"), ORDER)
    }

    #[test]
    fn needs_come_from_exercises_and_from_the_file() {
        let map =
            map("[[chapter]]\ntitle = \"Three\"\nneeds = [\"Two: more\"]\nin_gpt = \"all\"\nat = \"x\"\n")
                .unwrap();
        assert_eq!(map.chapters[3].needs, BTreeSet::from([0, 1]));
        assert_eq!(map.arcs(3), [1], "one is needed by two already");
        assert_eq!(map.chapters[2].in_gpt, Some(("all".into(), "spine/two.html#x".into())));
        // a draft leads to what it needs
        assert_eq!(map.page(2), Some("spine/two.html"));
        let html = draw(&map);
        assert!(
            html.contains("<a href=\"spine/two.html\" aria-label=\"Three (not written yet)\">"),
            "{html}"
        );
        assert_eq!(html.matches("<rect").count(), 4);
    }

    #[test]
    fn a_chapter_that_is_not_there_is_named() {
        assert!(
            map("[[chapter]]\ntitle = \"Five\"\n").unwrap_err().contains("no chapter “Five”; it has One; ")
        );
        assert!(
            map("[[chapter]]\ntitle = \"One\"\nneeds = [\"Two: more\"]\n")
                .unwrap_err()
                .contains("comes later")
        );
    }

    /// Every section that the map points to is a heading of the chapter on the GPT, and every box leads somewhere.
    #[test]
    fn the_maps_links_lead_to_headings() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let html = html(&root).unwrap();
        let chapter = fs::read_to_string(root.join("book/src/spine/gpt.md")).unwrap();
        let ids: Vec<_> = chapter
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .map(|heading| heading.to_lowercase().replace(' ', "-").replace(',', ""))
            .collect();
        for (at, _) in html.match_indices("gpt.html#") {
            let id = html[at + 9..].split('"').next().unwrap();
            assert!(ids.iter().any(|known| known == id), "{id} is none of {ids:?}");
        }
        assert_eq!(
            html.matches("<rect").count(),
            html.matches("<a href").count() - html.matches("gpt.html#").count()
        );
    }
}
