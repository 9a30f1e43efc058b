//! One chapter: finds what mdBook does not know (formulas, listings, figures, boxes) and prepares it.
//!
//! The Markdown is read once, with the same parser and options as mdBook's plus formulas; what is found is replaced by
//! plain Markdown or by a small placeholder, and [`crate::pages`] puts the finished HTML in the placeholder's place once
//! mdBook has written its pages. In that way no Markdown rule ever touches a formula or a drawing, and the search index
//! holds words instead of markup.

use crate::figure;
use crate::listing;
use crate::map;
use crate::maths::{Maths, escape};
use crate::problem::{Lines, Problem};
use crate::quiz;
use crate::touch;
use crate::values;
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// mdBook's options for Markdown (book.toml leaves its defaults), with formulas.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// A box that a chapter can draw: how it is written, its class, its title.
pub(crate) const BOXES: [(&str, &str, &str); 3] =
    [("BREAK", "break", "Break it"), ("RUN", "run", "Run this"), ("EXERCISE", "exercise", "Exercise")];

/// Finished HTML that waits for its placeholder, and what the book is made of.
#[derive(Debug, Default)]
pub(crate) struct Stash {
    /// The fragments; a placeholder holds the index of one.
    pub(crate) fragments: Vec<String>,
    /// Every file that a listing or a figure came from.
    pub(crate) sources: BTreeSet<PathBuf>,
    /// Whether there is a figure to touch.
    pub(crate) touched: bool,
}

impl Stash {
    fn put(&mut self, fragment: String) -> usize {
        self.fragments.push(fragment);
        self.fragments.len() - 1
    }
}

/// Where a chapter is, in the file system and for messages.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// The workspace's root.
    pub(crate) root: &'a Path,
    /// The chapter's file, relative to the root.
    pub(crate) file: &'a Path,
}

impl Place<'_> {
    /// Follows a relative path from the chapter's folder, without leaving the workspace; relative to the root.
    pub(crate) fn follow(&self, path: &str) -> Option<PathBuf> {
        let mut reached = self.file.parent().unwrap_or(Path::new("")).to_path_buf();
        for part in Path::new(path).components() {
            match part {
                Component::Normal(name) => reached.push(name),
                Component::CurDir => {}
                Component::ParentDir => {
                    if !reached.pop() {
                        return None;
                    }
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(reached)
    }
}

/// Everything that [`expand`] carries along.
struct Expansion<'a> {
    source: &'a str,
    place: &'a Place<'a>,
    maths: &'a Maths,
    stash: &'a mut Stash,
    lines: Lines,
    /// Replacements, in the order found; they never overlap.
    edits: Vec<(Range<usize>, String)>,
    /// The title of the box read last: what stands in it is already dealt with.
    claimed: Range<usize>,
    problems: Vec<Problem>,
}

/// Replaces formulas, listings, figures and boxes of a chapter.
///
/// Returns the Markdown for mdBook and everything that is wrong.
pub(crate) fn expand(
    source: &str,
    place: &Place<'_>,
    maths: &Maths,
    stash: &mut Stash,
) -> (String, Vec<Problem>) {
    let mut expansion = Expansion {
        source,
        place,
        maths,
        stash,
        lines: Lines::new(source),
        edits: Vec::new(),
        claimed: 0..0,
        problems: Vec::new(),
    };
    let events: Vec<_> = Parser::new_ext(source, options()).into_offset_iter().collect();
    let literal = expansion.events(&events);
    expansion.listings(&literal);
    expansion.values(&literal);
    expansion.stray_tex(&literal);

    let Expansion { mut edits, mut problems, .. } = expansion;
    edits.sort_by_key(|(range, _)| range.start);
    let mut markdown = String::with_capacity(source.len());
    let mut at = 0;
    for (range, replacement) in edits {
        debug_assert!(range.start >= at, "edits overlap in {}", place.file.display());
        markdown.push_str(&source[at..range.start]);
        markdown.push_str(&replacement);
        at = range.end;
    }
    markdown.push_str(&source[at..]);
    problems.sort();
    (markdown, problems)
}

impl Expansion<'_> {
    fn problem(&mut self, offset: usize, message: impl Into<String>) {
        self.problems.push(Problem::new(self.place.file, self.lines.line(offset), message));
    }

    /// Walks the events; returns the ranges in which text means itself: code and HTML.
    fn events(&mut self, events: &[(Event<'_>, Range<usize>)]) -> Vec<Range<usize>> {
        let mut literal = Vec::new();
        let mut skip = 0;
        let mut asked = None;
        for (i, (event, range)) in events.iter().enumerate() {
            if i < skip || self.claimed.contains(&range.start) {
                continue;
            }
            match event {
                Event::Start(Tag::Image { dest_url, title, .. }) => {
                    let length = events[i..]
                        .iter()
                        .take_while(|(event, _)| *event != Event::End(TagEnd::Image))
                        .count();
                    skip = i + length + 1;
                    let is_svg =
                        Path::new(&**dest_url).extension().is_some_and(|extension| extension == "svg");
                    if is_svg && !dest_url.contains("://") {
                        let alone = i > 0
                            && events[i - 1].0 == Event::Start(Tag::Paragraph)
                            && events
                                .get(skip)
                                .is_some_and(|(event, _)| *event == Event::End(TagEnd::Paragraph));
                        let alt: String = events[i..skip].iter().map(|(event, _)| plain(event)).collect();
                        for asked in values::asked(&alt).into_iter().flatten() {
                            self.stash.sources.insert(self.place.root.join(values::file(asked.slug)));
                        }
                        let alt = values::plain(self.place.root, &alt).unwrap_or_else(|message| {
                            self.problem(range.start, message);
                            String::new()
                        });
                        self.drawing(dest_url, title, &alt, range, alone);
                    }
                }
                Event::InlineMath(tex) => self.formula(tex, range, false),
                Event::DisplayMath(tex) => self.formula(tex, range, true),
                Event::Start(Tag::BlockQuote(kind)) => self.quote(*kind, range),
                Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) | Event::Code(_) | Event::InlineHtml(_) => {
                    literal.push(range.clone());
                    if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event {
                        let text: String =
                            events[i + 1..].iter().map_while(|(event, _)| text_of(event)).collect();
                        self.fence(info, &text, range, &mut asked);
                    }
                }
                _ => {}
            }
        }
        literal
    }

    /// A quiz becomes a form, and the proof behind it is folded away; other fences stay as they are.
    fn fence(
        &mut self,
        info: &str,
        text: &str,
        range: &Range<usize>,
        asked: &mut Option<(quiz::Quiz, usize)>,
    ) {
        let before = asked.take();
        if info == "quiz" {
            match quiz::read(text) {
                Ok(quiz) => {
                    let n = self.stash.put(String::new());
                    let html = quiz.html(&quiz.id(), &mut |s| self.caption(s, range.start));
                    self.stash.fragments[n] = html;
                    self.edits.push((range.clone(), format!(r#"<div data-fp="{n}"></div>"#)));
                    *asked = Some((quiz, range.end));
                }
                Err((at, message)) => {
                    let line = self.lines.line(range.start)
                        + 1
                        + text[..at.start.min(text.len())].matches('\n').count();
                    self.problems.push(Problem::new(self.place.file, line, message));
                }
            }
        } else if info == "rust,proof" {
            let quiz = before.filter(|(_, end)| self.source[*end..range.start].trim().is_empty());
            let fault = match &quiz {
                None => Some("a proof stands directly behind its quiz".to_string()),
                Some((quiz, _)) => quiz.unproven(text),
            };
            if let Some(message) = fault {
                self.problem(range.start, message);
            }
            let block = format!(
                "<details class=\"proof\"><summary>How this answer is checked</summary>\n\n```rust\n{text}```\n\n</details>\n"
            );
            self.edits.push((range.clone(), block));
        }
    }

    fn formula(&mut self, tex: &str, range: &Range<usize>, display: bool) {
        match self.maths.render(tex, display) {
            Ok(math) => {
                let html = if display { format!(r#"<span class="formula">{math}</span>"#) } else { math };
                let n = self.stash.put(html);
                // The source of a short formula stays in the text of the placeholder: search finds it, and a heading
                // that is "The cost of $n^3$" gets a sensible id.
                let text = if !display && tex.len() <= 24 { entities(tex) } else { String::new() };
                self.edits.push((range.clone(), format!(r#"<x-fp n="{n}">{text}</x-fp>"#)));
            }
            Err(bad) => {
                let dollars = if display { 2 } else { 1 };
                let at = bad.at.filter(|&at| tex.get(..at).is_some()).unwrap_or(0);
                let newlines = tex[..at].matches('\n').count();
                let line = self.lines.line(range.start + dollars) + newlines;
                let message = format!("formula `{}`: {}", tex.trim(), bad.message);
                self.problems.push(Problem::new(self.place.file, line, message));
                self.edits.push((range.clone(), String::new()));
            }
        }
    }

    fn read(&mut self, path: &str, at: usize) -> Option<(PathBuf, String)> {
        let Some(file) = self.place.follow(path) else {
            self.problem(at, format!("{path} leads out of the workspace"));
            return None;
        };
        match std::fs::read_to_string(self.place.root.join(&file)) {
            Ok(text) => {
                self.stash.sources.insert(self.place.root.join(&file));
                Some((file, text))
            }
            Err(error) => {
                self.problem(at, format!("cannot read {}: {error}", slashed(&file)));
                None
            }
        }
    }

    fn drawing(&mut self, path: &str, title: &CowStr<'_>, alt: &str, range: &Range<usize>, alone: bool) {
        let Some((file, svg)) = self.read(path, range.start) else { return };
        let id = format!("figure-{}", self.stash.fragments.len());
        match figure::read(&svg, &id) {
            Ok(drawing) if alone => {
                let caption = self.caption(title, range.start);
                let data = Path::new(path).with_extension("json");
                let numbers = self.place.root.join(&file).with_extension("json").is_file();
                let data = numbers.then(|| slashed(&data));
                let n = self.stash.put(drawing.figure(&id, alt, &caption, data.as_deref()));
                self.edits.push((range.clone(), format!(r#"<div data-fp="{n}"></div>"#)));
            }
            Ok(drawing) => {
                let n = self.stash.put(drawing.inline(alt));
                self.edits.push((range.clone(), format!(r#"<x-fp n="{n}"></x-fp>"#)));
            }
            Err(message) => self.problem(range.start, format!("{} {message}", slashed(&file))),
        }
    }

    /// Numbers that an example wrote down, outside of code, and of captions, which have their own.
    fn values(&mut self, literal: &[Range<usize>]) {
        for asked in values::asked(self.source) {
            let at = asked.as_ref().map_or_else(|(at, _)| *at, |asked| asked.range.start);
            if literal.iter().chain(self.edits.iter().map(|(range, _)| range)).any(|r| r.contains(&at)) {
                continue;
            }
            match asked {
                Ok(asked) => {
                    let html = self.value(&asked, at);
                    self.edits.push((asked.range, html));
                }
                Err((at, message)) => self.problem(at, message),
            }
        }
    }

    /// One number as HTML.
    fn value(&mut self, asked: &values::Asked<'_>, at: usize) -> String {
        self.stash.sources.insert(self.place.root.join(values::file(asked.slug)));
        values::html(self.place.root, asked).unwrap_or_else(|message| {
            self.problem(at, message);
            String::new()
        })
    }

    /// A caption as HTML: `code`, *emphasis*, numbers with an origin and formulas as in any other text.
    fn caption(&mut self, text: &str, at: usize) -> String {
        if let Some(asked) = values::asked(text).into_iter().next() {
            return match asked {
                Ok(asked) => {
                    let Range { start, end } = asked.range.clone();
                    let value = self.value(&asked, at);
                    self.caption(&text[..start], at) + &value + &self.caption(&text[end..], at)
                }
                Err((_, message)) => {
                    self.problem(at, message);
                    String::new()
                }
            };
        }
        let mut html = String::new();
        for event in Parser::new_ext(text, options()) {
            match event {
                Event::InlineMath(tex) | Event::DisplayMath(tex) => match self.maths.render(&tex, false) {
                    Ok(math) => html.push_str(&math),
                    Err(bad) => self.problem(at, format!("formula `{tex}` in a caption: {}", bad.message)),
                },
                Event::Code(code) => {
                    let _ = write!(html, "<code>{}</code>", escape(&code));
                }
                Event::Start(Tag::Emphasis) => html.push_str("<em>"),
                Event::End(TagEnd::Emphasis) => html.push_str("</em>"),
                other => html.push_str(&escape(&plain(&other))),
            }
        }
        html
    }

    /// A quotation that starts with `[!NAME]` is a box.
    fn quote(&mut self, kind: Option<BlockQuoteKind>, range: &Range<usize>) {
        let text = &self.source[range.clone()];
        let first = text.lines().next().unwrap_or_default();
        let Some(bracket) = first.find("[!").filter(|&at| first[..at].chars().all(|c| c == '>' || c == ' '))
        else {
            return;
        };
        if kind.is_some() {
            return; // NOTE, TIP and their like: mdBook's own
        }
        let inside = &first[bracket + 2..];
        let Some((name, title)) = inside.split_once(']') else { return };
        let Some((_, class, heading)) = BOXES.iter().find(|(known, ..)| *known == name) else {
            let known: Vec<_> = BOXES.iter().map(|(name, ..)| *name).collect();
            let message = format!(
                "unknown box [!{name}]: there are {} and, without a title, NOTE, TIP, IMPORTANT, WARNING, CAUTION",
                known.join(", ")
            );
            self.problem(range.start, message);
            return;
        };
        let start = range.start + bracket;
        let end = range.start + first.trim_end().len();
        let mut heading = (*heading).to_string();
        if !title.trim().is_empty() {
            let html = self.caption(title.trim(), start);
            let n = self.stash.put(html);
            let _ = write!(heading, r#": <x-fp n="{n}"></x-fp>"#);
        }
        let line_start = self.lines.start_of_line(range.start);
        let prefix: String =
            self.source[line_start..start].chars().map(|c| if c == '>' { '>' } else { ' ' }).collect();
        self.edits.push((start..end, format!("<p class=\"box-title box-{class}\">{heading}</p>\n{prefix}")));
        self.claimed = start..end;
    }

    /// TeX that Markdown did not see as a formula: it looks for lists and paragraphs first, and wants braces to match.
    fn stray_tex(&mut self, literal: &[Range<usize>]) {
        let known = |at: usize| {
            literal.iter().chain(self.edits.iter().map(|(range, _)| range)).any(|r| r.contains(&at))
        };
        let bytes = self.source.as_bytes();
        let stray = (0..bytes.len()).find(|&at| {
            let escaped = at > 0 && bytes[at - 1] == b'\\';
            let dollar = bytes[at] == b'$' && !escaped;
            let command =
                bytes[at] == b'\\' && !escaped && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
            (dollar || command) && !known(at)
        });
        // Only the first: what follows a torn formula is torn as well.
        let Some(at) = stray else { return };
        let message = if self.source[at..].starts_with("$$") {
            "$$ without its partner: inside a displayed formula there must be no empty line, and no line that starts \
             with `+ `, `- `, `* ` or `#`, which Markdown takes for a list or a heading"
        } else if bytes[at] == b'$' {
            "a dollar that belongs to no formula: do its braces match, and is there no space just inside the dollars? \
             Money is written \\$"
        } else {
            "TeX outside of a formula"
        };
        self.problem(at, message);
    }

    /// Lines that are directives, outside of code and HTML.
    fn listings(&mut self, literal: &[Range<usize>]) {
        let mut offset = 0;
        for line in self.source.split_inclusive('\n') {
            let at = offset;
            offset += line.len();
            let bare = line.trim_end_matches(['\n', '\r']);
            let Some(indent) = bare.find(|c: char| !matches!(c, ' ' | '\t' | '>')) else { continue };
            let start = at + indent;
            if literal.iter().any(|code| code.contains(&start)) {
                continue;
            }
            if map::directive(&bare[indent..]) {
                match map::html(self.place.root) {
                    Ok(html) => {
                        let n = self.stash.put(html);
                        self.edits.push((start..at + bare.len(), format!(r#"<div data-fp="{n}"></div>"#)));
                    }
                    Err(message) => self.problem(start, message),
                }
                continue;
            }
            if let Some(name) = touch::directive(&bare[indent..]) {
                match touch::html(name, &mut |s| self.caption(s, start)) {
                    Ok(html) => {
                        let n = self.stash.put(html);
                        self.stash.touched = true;
                        self.edits.push((start..at + bare.len(), format!(r#"<div data-fp="{n}"></div>"#)));
                    }
                    Err(message) => self.problem(start, message),
                }
                continue;
            }
            if let Some((slug, name)) = values::output(&bare[indent..]) {
                self.stash.sources.insert(self.place.root.join(values::file(slug)));
                match values::lines(self.place.root, slug, name) {
                    Ok(block) => {
                        let prefix = &bare[..indent];
                        let block: Vec<_> = block.lines().map(|line| format!("{prefix}{line}")).collect();
                        self.edits
                            .push((at..at + bare.len(), format!("{prefix}\n{}\n{prefix}", block.join("\n"))));
                    }
                    Err(message) => self.problem(start, message),
                }
                continue;
            }
            if bare[indent..].starts_with("{{#value ") {
                continue; // a number at the start of a line of prose
            }
            match listing::directive(&bare[indent..]) {
                None => {}
                Some(Err(message)) => self.problem(start, message),
                Some(Ok(directive)) => {
                    let (path, anchor) = (directive.path.to_string(), directive.anchor.map(str::to_string));
                    let Some((file, text)) = self.read(&path, start) else { continue };
                    match listing::cut(&text, anchor.as_deref()) {
                        Err(message) => self.problem(start, format!("{} {message}", slashed(&file))),
                        Ok(cut) => {
                            let block = shown(&cut, &slashed(&file));
                            let prefix = &bare[..indent];
                            let block = block
                                .lines()
                                .map(|line| format!("{prefix}{line}"))
                                .collect::<Vec<_>>()
                                .join("\n");
                            self.edits.push((at..at + bare.len(), format!("{prefix}\n{block}\n{prefix}")));
                        }
                    }
                }
            }
        }
    }
}

/// The Markdown of a listing: a figure with the file and its lines above the code.
fn shown(cut: &listing::Listing, file: &str) -> String {
    let (first, last) = (cut.lines.start(), cut.lines.end());
    let lines = if first == last { format!("line {first}") } else { format!("lines {first}–{last}") };
    format!(
        "<figure class=\"listing\"><figcaption><code>{}</code> <span>{lines}</span></figcaption>\n\n{}\n\n</figure>",
        escape(file),
        listing::fenced(&cut.code, listing::language(file))
    )
}

/// The text inside a fence, while it lasts.
fn text_of<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    match event {
        Event::Text(text) => Some(text),
        _ => None,
    }
}

/// The words of an event, for labels.
fn plain(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
            text.to_string()
        }
        Event::SoftBreak | Event::HardBreak => " ".into(),
        _ => String::new(),
    }
}

/// Text in which every sign of punctuation is an entity, so that no Markdown rule sees it.
fn entities(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => " ".to_string(),
            c if c.is_ascii_punctuation() => format!("&#{};", c as u32),
            c => c.to_string(),
        })
        .collect()
}

/// A path with forward slashes on every system.
pub(crate) fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A workspace with one source file and one figure; removed when it goes out of scope.
    struct Workspace(PathBuf);

    impl Workspace {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("book-{name}-{}", std::process::id()));
            for folder in ["book/src/spine", "book/src/figures", "linalg/src"] {
                fs::create_dir_all(root.join(folder)).unwrap();
            }
            let code = "// ANCHOR: dot\nfn dot() {\n    todo()\n}\n// ANCHOR_END: dot\n";
            fs::write(root.join("linalg/src/dot.rs"), code).unwrap();
            let svg = r#"<svg viewBox="0 0 10 10"><path d="M0 0"/></svg>"#;
            fs::write(root.join("book/src/figures/loss.svg"), svg).unwrap();
            Self(root)
        }

        fn expand(&self, source: &str) -> (String, Vec<String>, Stash) {
            let file = Path::new("book/src/spine/a.md");
            let mut stash = Stash::default();
            let place = Place { root: &self.0, file };
            let (markdown, problems) = expand(source, &place, &Maths::new(), &mut stash);
            (markdown, problems.iter().map(ToString::to_string).collect(), stash)
        }
    }

    impl Drop for Workspace {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn formulas_become_placeholders_and_code_does_not() {
        let source = "Let $x$ be `$y$`.\n\n$$\na\n= b\n$$\n\n```sh\necho $HOME $x$\n```\n";
        let (markdown, problems, stash) = Workspace::new("formulas").expand(source);
        assert_eq!(problems, [""; 0]);
        let expected =
            "Let <x-fp n=\"0\">x</x-fp> be `$y$`.\n\n<x-fp n=\"1\"></x-fp>\n\n```sh\necho $HOME $x$\n```\n";
        assert_eq!(markdown, expected);
        assert!(stash.fragments[0].starts_with("<math alttext=\"x\">"));
        assert!(stash.fragments[1].contains("display=\"block\" alttext=\"a = b\""));
    }

    #[test]
    fn formulas_in_tables_lists_quotes_and_headings() {
        let source = "# The cost of $n^3$\n\n| a | $x$ |\n|---|---|\n| $y$ | 1 |\n\n- so $$\n  z\n  $$\n\n> $$\n> w\n> $$\n";
        let (markdown, problems, stash) = Workspace::new("places").expand(source);
        assert_eq!(problems, [""; 0]);
        assert_eq!(stash.fragments.len(), 5, "{markdown}");
        assert!(markdown.contains("# The cost of <x-fp n=\"0\">n&#94;3</x-fp>\n"), "{markdown}");
        assert!(markdown.ends_with("> <x-fp n=\"4\"></x-fp>\n"), "{markdown}");
        assert!(stash.fragments[4].contains("alttext=\"w\""), "{}", stash.fragments[4]);
    }

    #[test]
    fn a_bad_formula_is_named_with_its_line() {
        let (_, problems, _) =
            Workspace::new("bad").expand("text\n\n$$\na\n= \\nosuch\n$$\n\nand $\\frac{}$\n");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].starts_with("book/src/spine/a.md:5: formula `a\n= \\nosuch`: "),
            "{}",
            problems[0]
        );
        assert!(problems[1].starts_with("book/src/spine/a.md:8: "), "{}", problems[1]);
    }

    #[test]
    fn a_torn_formula_is_noticed() {
        for (source, message) in [
            ("\n$$\na\n\nb\n$$\n", "$$ without its partner"),
            ("\n$$\na\n+ b\n$$\n", "$$ without its partner"),
            ("a\nand $\\frac{$\n", "a dollar that belongs to no formula"),
            ("a\nand \\alpha\n", "TeX outside of a formula"),
        ] {
            let (_, problems, _) = Workspace::new("torn").expand(source);
            assert!(
                problems[0].starts_with(&format!("book/src/spine/a.md:2: {message}")),
                "{source:?}: {problems:?}"
            );
            assert_eq!(problems.len(), 1, "{problems:?}");
        }
        let (_, problems, _) =
            Workspace::new("money").expand("It costs \\$5 or `$6`, a backslash is \\\\.\n");
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn listings_are_expanded_with_a_caption() {
        let source = "Before\n{{#listing ../../../linalg/src/dot.rs:dot}}\nafter\n";
        let (markdown, problems, stash) = Workspace::new("listing").expand(source);
        assert_eq!(problems, [""; 0]);
        assert!(
            markdown.contains(
                "<figcaption><code>linalg/src/dot.rs</code> <span>lines 2–4</span></figcaption>\n\n```rust\nfn dot() {\n"
            ),
            "{markdown}"
        );
        assert!(
            markdown.starts_with("Before\n\n<figure") && markdown.ends_with("</figure>\n\nafter\n"),
            "{markdown}"
        );
        assert!(stash.sources.iter().next().unwrap().ends_with("linalg/src/dot.rs"));
    }

    #[test]
    fn a_directive_in_code_is_text() {
        let source = "```text\n{{#listing nowhere.rs:x}}\n```\n\n<!--\n{{#listing nowhere.rs:x}}\n-->\n";
        let (markdown, problems, _) = Workspace::new("code").expand(source);
        assert_eq!((markdown.as_str(), problems.len()), (source, 0));
    }

    #[test]
    fn missing_files_and_anchors_are_named_with_their_lines() {
        let source = "a\n\n{{#listing ../../../linalg/src/no.rs:dot}}\n\n{{#listing ../../../linalg/src/dot.rs:no}}\n\n\
                      {{#listing ../../../../etc/passwd}}\n\n{{#include x.rs}}\n\n![a](../figures/no.svg)\n";
        let (_, problems, _) = Workspace::new("missing").expand(source);
        let starts = [
            ":3: cannot read linalg/src/no.rs",
            ":5: linalg/src/dot.rs has no anchor `no`",
            ":7: ../../../../etc/passwd leads out of the workspace",
            ":9: unknown directive `#include`",
            ":11: cannot read book/src/figures/no.svg",
        ];
        for (problem, start) in problems.iter().zip(starts) {
            assert!(problem.starts_with(&format!("book/src/spine/a.md{start}")), "{problem}");
        }
        assert_eq!(problems.len(), starts.len());
    }

    #[test]
    fn a_figure_alone_has_a_caption_and_one_in_a_line_has_none() {
        let source = "![The *loss*](../figures/loss.svg \"Falls as $1/n$, see `fit`.\")\n\nSee ![it](../figures/loss.svg) here.\n";
        let (markdown, problems, stash) = Workspace::new("figure").expand(source);
        assert_eq!(problems, [""; 0]);
        assert_eq!(markdown, "<div data-fp=\"0\"></div>\n\nSee <x-fp n=\"1\"></x-fp> here.\n");
        let figure = &stash.fragments[0];
        assert!(figure.contains(r#"role="img" aria-label="The loss""#), "{figure}");
        assert!(figure.contains("Falls as <math") && figure.contains("<code>fit</code>."), "{figure}");
        assert!(stash.fragments[1].starts_with(r#"<svg class="inline-drawing" role="img" aria-label="it""#));
    }

    #[test]
    fn boxes_get_their_titles() {
        let source = "> [!BREAK]\n> One line.\n\n> [!RUN] The case $n = 3$\n> More.\n\n> [!NOTE]\n> As it is.\n\n> Just a quote.\n";
        let (markdown, problems, stash) = Workspace::new("boxes").expand(source);
        assert_eq!(problems, [""; 0]);
        let expected = "> <p class=\"box-title box-break\">Break it</p>\n> \n> One line.\n\n\
                        > <p class=\"box-title box-run\">Run this: <x-fp n=\"0\"></x-fp></p>\n> \n> More.\n\n\
                        > [!NOTE]\n> As it is.\n\n> Just a quote.\n";
        assert_eq!(markdown, expected);
        assert!(stash.fragments[0].starts_with("The case <math"), "{}", stash.fragments[0]);
        let (_, problems, _) = Workspace::new("box").expand("\n> [!BRAKE]\n> x\n");
        assert!(problems[0].starts_with("book/src/spine/a.md:2: unknown box [!BRAKE]"), "{problems:?}");
    }
}
