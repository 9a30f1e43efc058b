//! `check`: everything that can be wrong with a book that builds.
//!
//! Chapters are looked through one by one ([`crate::lint`]); then the book is built into a folder of its own, links are
//! followed to the ids that the pages really have, and the pages are searched for anything that would be fetched.

use crate::build::{self, Layout};
use crate::chapter::{Place, slashed};
use crate::coverage;
use crate::lint::{self, Findings};
use crate::pasted::{self, Sources};
use crate::problem::{Error, Lines, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a check has looked at, when nothing is wrong.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Chapters.
    pub(crate) chapters: usize,
    /// Links, followed to their ends.
    pub(crate) links: usize,
    /// How much of each crate the chapters show.
    pub(crate) coverage: Vec<String>,
}

/// Checks the book.
///
/// # Errors
///
/// [`Error::Sources`] with everything found; the other kinds if the check itself could not be done.
pub(crate) fn check(layout: &Layout) -> Result<Checked, Error> {
    let folder = std::env::temp_dir().join(format!("four-pillars-check-{}", std::process::id()));
    let result = check_in(layout, &folder);
    let _ = fs::remove_dir_all(&folder);
    result
}

fn check_in(layout: &Layout, built: &Path) -> Result<Checked, Error> {
    let mut problems = Vec::new();
    let chapters = match build::build(layout, built) {
        Ok(report) => {
            problems.extend(report.missing);
            let summary = layout.src().join("SUMMARY.md");
            problems.extend(
                report.warnings.iter().map(|warning| Problem::new(&summary, 1, format!("mdBook: {warning}"))),
            );
            report.chapters
        }
        // The chapters can be looked through all the same; their links cannot be followed.
        Err(Error::Sources(found)) => {
            problems.extend(found);
            build::chapters(layout)?
        }
        Err(error) => return Err(error),
    };

    let pages = if built.is_dir() { read_pages(built)? } else { BTreeMap::new() };
    let tested = doctests(&layout.root);
    let private = private_paths(&layout.root);
    let code = Sources::read(&layout.root);
    let mut links = 0;
    for file in &chapters {
        let path = layout.root.join(file);
        let source = fs::read_to_string(&path).map_err(Error::io(&path))?;
        let place = Place { root: &layout.root, file };
        let Findings { problems: found, links: here, doctest } = lint::lint(&source, &place, &private);
        problems.extend(found);
        for (at, origin) in pasted::find(&source, &code) {
            let message =
                format!("these lines are in {}: include them, {{{{#listing ...}}}}", slashed(origin));
            problems.push(Problem::new(file, Lines::new(&source).line(at), message));
        }
        if let Some(line) = doctest.filter(|_| !tested.contains_key(file)) {
            let message = "no crate runs this chapter's code: add #[doc = include_str!(...)] to its crate (book/README.md)";
            problems.push(Problem::new(file, line, message));
        }
        links += here.len();
        for link in here.iter().filter(|_| !pages.is_empty()) {
            if let Some(message) = dead(&link.target, file, layout, &chapters, &pages) {
                problems.push(Problem::new(file, link.line, message));
            }
        }
    }
    problems.extend(exercises(layout, &chapters));
    let coverage = coverage::measure(layout, &chapters)?;
    problems.extend(coverage.problems);
    for (page, text) in &pages {
        problems.extend(page_faults(page, text));
    }
    problems.sort();
    problems.dedup();
    if problems.is_empty() {
        Ok(Checked { chapters: chapters.len(), links, coverage: coverage.lines })
    } else {
        Err(Error::Sources(problems))
    }
}

/// The built files that a browser reads as text, by their path in the book.
fn read_pages(folder: &Path) -> Result<BTreeMap<PathBuf, String>, Error> {
    fn walk(folder: &Path, root: &Path, pages: &mut BTreeMap<PathBuf, String>) -> Result<(), Error> {
        for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
            let path = entry.map_err(Error::io(folder))?.path();
            if path.is_dir() {
                walk(&path, root, pages)?;
            } else if path.extension().is_some_and(|extension| extension == "html" || extension == "css") {
                let text = fs::read_to_string(&path).map_err(Error::io(&path))?;
                pages.insert(path.strip_prefix(root).unwrap_or(&path).to_path_buf(), text);
            }
        }
        Ok(())
    }
    let mut pages = BTreeMap::new();
    walk(folder, folder, &mut pages)?;
    Ok(pages)
}

/// Why a link leads nowhere, if it does.
fn dead(
    target: &str,
    file: &Path,
    layout: &Layout,
    chapters: &[PathBuf],
    pages: &BTreeMap<PathBuf, String>,
) -> Option<String> {
    if target.starts_with("https://") || target.starts_with("mailto:") {
        return None;
    }
    if target.contains("://") {
        return Some(format!("{target}: links lead to https:// or into the book"));
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let place = Place { root: &layout.root, file };
    let reached = if path.is_empty() { file.to_path_buf() } else { place.follow(path)? };
    let Ok(inside) = reached.strip_prefix(layout.src()) else {
        return Some(format!("{target} leads out of book/src: the built book does not hold it"));
    };
    if reached.extension().is_none_or(|extension| extension != "md") {
        return (!layout.root.join(&reached).is_file()).then(|| format!("{target}: there is no such file"));
    }
    if !chapters.contains(&reached) {
        return Some(format!("{target}: no chapter of that name is written"));
    }
    let anchor = anchor?;
    let page = pages.get(&inside.with_extension("html"))?;
    if page.contains(&format!(r#" id="{anchor}""#)) {
        return None;
    }
    Some(format!("{target}: the chapter has no heading with the id `{anchor}`"))
}

/// The chapters that some crate includes as documentation, and so tests, each with its crate.
pub(crate) fn doctests(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut tested = BTreeMap::new();
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let krate = entry.path();
        if krate.join("Cargo.toml").is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            find_includes(&krate.join("src"), root, &name, &mut tested);
        }
    }
    tested
}

fn find_includes(folder: &Path, root: &Path, krate: &str, tested: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find_includes(&path, root, krate, tested);
            continue;
        }
        let Some(file) =
            path.strip_prefix(root).ok().filter(|path| path.extension().is_some_and(|e| e == "rs"))
        else {
            continue;
        };
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (at, call) in text.match_indices("include_str!(\"") {
            let included = text[at + call.len()..].split('"').next().unwrap_or_default();
            tested.extend(
                Place { root, file }
                    .follow(included)
                    .filter(|path| path.extension().is_some_and(|e| e == "md"))
                    .map(|path| (path, krate.to_string())),
            );
        }
    }
}

/// Exercises that no chapter leads up to: those whose chapter is not there, or does not say how to run them.
fn exercises(layout: &Layout, chapters: &[PathBuf]) -> Vec<Problem> {
    let file = layout.book.join("exercises/order.toml");
    let Ok(text) = fs::read_to_string(layout.root.join(&file)) else { return Vec::new() };
    let mut faults = Vec::new();
    let mut id = "";
    for (nth, line) in text.lines().enumerate() {
        let value = |key: &str| line.strip_prefix(key).map(|rest| rest.trim().trim_matches('"'));
        id = value("id = ").unwrap_or(id);
        let Some(slug) = value("chapter = ") else { continue };
        if !layout.root.join(&layout.book).join("exercises/src").join(id).is_dir() {
            continue; // planned, and nobody sees it
        }
        let chapter = chapters.iter().find(|chapter| chapter.file_stem().is_some_and(|stem| stem == slug));
        let says = chapter.and_then(|chapter| fs::read_to_string(layout.root.join(chapter)).ok());
        let name = id.rsplit('/').next().unwrap_or(id);
        let message = match (chapter, says) {
            (None, _) => format!("the exercise {id} has no chapter: {slug} is not written"),
            (Some(chapter), Some(says))
                if !says.replace('-', "_").contains(&format!("cargo xtask exercises run {name}")) =>
            {
                format!(
                    "the exercise {id} is not in its chapter, {}: say `cargo xtask exercises run {name}`",
                    slashed(chapter)
                )
            }
            _ => continue,
        };
        faults.push(Problem::new(&file, nth + 1, message));
    }
    faults
}

/// Paths that belong to the machine on which the book is written, never to the book.
fn private_paths(root: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut add = |path: Option<&Path>| {
        // The root of the file system alone says nothing.
        if let Some(path) = path.filter(|path| path.components().count() > 1) {
            paths.push(format!("{}{}", path.display(), std::path::MAIN_SEPARATOR));
        }
    };
    add(root.parent());
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    add(home.as_deref());
    paths.extend(["/home/", "/Users/", "C:\\Users\\"].map(str::to_string));
    paths
}

/// What is wrong with a built page: anything fetched, a placeholder left behind, an id used twice.
fn page_faults(page: &Path, text: &str) -> Vec<Problem> {
    let mut faults = Vec::new();
    let file = Path::new("book/html").join(page);
    let mut say = |at: usize, message: String| {
        let line = 1 + text[..at].matches('\n').count();
        faults.push(Problem::new(&file, line, message));
    };
    for (at, address) in fetched(text) {
        say(at, format!("fetches {address}: the book must be readable offline"));
    }
    for placeholder in ["<x-fp", "data-fp=\""] {
        if let Some(at) = text.find(placeholder) {
            say(at, "a placeholder that was not filled".into());
        }
    }
    let mut ids = BTreeSet::new();
    for (at, found) in text.match_indices(" id=\"") {
        let id = text[at + found.len()..].split('"').next().unwrap_or_default();
        if !ids.insert(id) {
            say(at, format!("the id `{}` is used twice on {}", id, slashed(page)));
        }
    }
    faults
}

/// Addresses that a browser would fetch by itself when it opens a page or a style sheet.
fn fetched(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let remote = |address: &str| {
        address.starts_with("http:") || address.starts_with("https:") || address.starts_with("//")
    };
    for (at, _) in text.match_indices('<') {
        let tag = text[at..].split('>').next().unwrap_or_default();
        let name = tag[1..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let attributes: &[&str] = match name {
            "script" | "img" | "iframe" | "source" | "video" | "audio" | "embed" | "input" => {
                &[" src=\"", " srcset=\""]
            }
            "link" | "use" | "image" => &[" href=\"", " xlink:href=\""],
            "object" => &[" data=\""],
            _ => continue,
        };
        for attribute in attributes {
            let address =
                tag.split_once(attribute).map(|(_, rest)| rest.split('"').next().unwrap_or_default());
            found.extend(address.filter(|address| remote(address)).map(|address| (at, address)));
        }
    }
    for start in ["url(", "@import "] {
        for (at, _) in text.match_indices(start) {
            let rest = text[at + start.len()..].trim_start_matches(['"', '\'']);
            let address = rest.split(['"', '\'', ')', ';']).next().unwrap_or_default();
            if remote(address) {
                found.push((at, address));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_fetch_is_found() {
        let page = r##"<a href="https://example.org/">fine</a><img src="https://a/b.png"><script src="x.js"></script>
            <link rel="stylesheet" href="//c/d.css"><style>@import "https://e/f.css"; p { background: url(http://g/h) }</style>
            <svg><use href="#x"/></svg>"##;
        let found: Vec<_> = fetched(page).into_iter().map(|(_, address)| address).collect();
        assert_eq!(found, ["https://a/b.png", "//c/d.css", "http://g/h", "https://e/f.css"]);
    }

    #[test]
    fn a_page_with_an_id_used_twice_is_faulty() {
        let faults =
            page_faults(Path::new("a.html"), "<p id=\"x\"></p>\n<p id=\"x\"><x-fp n=\"0\"></x-fp></p>");
        let messages: Vec<_> =
            faults.iter().map(|fault| (fault.line, fault.message.split(' ').next().unwrap())).collect();
        assert_eq!(messages, [(2, "a"), (2, "the")]);
    }

    /// A workspace with a book of two chapters, built and checked for real.
    struct Workspace(Layout);

    impl Workspace {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("book-check-{name}-{}", std::process::id()));
            let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("theme");
            fs::create_dir_all(root.join("book/theme")).unwrap();
            for entry in fs::read_dir(&theme).unwrap().flatten().filter(|entry| entry.path().is_file()) {
                fs::copy(entry.path(), root.join("book/theme").join(entry.file_name())).unwrap();
            }
            fs::copy(theme.with_file_name("book.toml"), root.join("book/book.toml")).unwrap();
            let summary = "# Summary\n\n[One](one.md)\n\n# Part\n\n- [Two](two.md)\n- [Three]()\n";
            let krate = "#[cfg(doctest)]\n#[doc = include_str!(\"../../book/src/two.md\")]\nstruct Two;\n";
            let always = [
                ("book/src/SUMMARY.md", summary),
                ("pillar/Cargo.toml", "[package]\n"),
                ("pillar/src/lib.rs", krate),
                ("pillar/src/dot.rs", "// ANCHOR: dot\nfn dot() {}\n// ANCHOR_END: dot\n"),
                ("book/src/one.md", "# One\n\nSee [two](two.md#the-second-part).\n"),
                (
                    "book/src/two.md",
                    "# Two\n\n## The second part\n\n$x^2$\n\n```rust\nlet x = 1;\n```\n\n{{#listing ../../pillar/src/dot.rs:dot}}\n",
                ),
            ];
            for (path, text) in always.iter().chain(files) {
                let path = root.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(Layout { root, book: "book".into() })
        }

        fn problems(&self) -> Vec<String> {
            let folder = self.0.root.join("built");
            match check_in(&self.0, &folder) {
                Ok(_) => Vec::new(),
                Err(Error::Sources(problems)) => problems.iter().map(ToString::to_string).collect(),
                Err(error) => panic!("{error}"),
            }
        }
    }

    impl Drop for Workspace {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0.root);
        }
    }

    #[test]
    fn a_sound_book_passes_and_its_pages_hold_what_they_should() {
        let workspace = Workspace::new("sound", &[]);
        assert_eq!(workspace.problems(), [""; 0]);
        let page = fs::read_to_string(workspace.0.root.join("built/two.html")).unwrap();
        assert!(page.contains(r#"<math alttext="x^2">"#), "{page}");
        assert!(page.contains("<code>pillar/src/dot.rs</code> <span>line 2</span>"), "{page}");
        assert!(!page.contains("class=\"playground\""), "a listing offers no button that sends code away");
        assert!(workspace.0.root.join("built/fonts/NewCMMath-Book.otf").is_file());
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let one = "# One\n\n[a](two.md#nosuch)\n[b](three.md)\n[c](../../pillar/src/dot.rs)\n[d](#one)\n[e](#none)\n[f](http://x.org)\n[g](x.png)\n";
        let problems = Workspace::new("links", &[("book/src/one.md", one)]).problems();
        let expected = [
            "book/src/one.md:3: two.md#nosuch: the chapter has no heading with the id `nosuch`",
            "book/src/one.md:4: three.md: no chapter of that name is written",
            "book/src/one.md:5: ../../pillar/src/dot.rs leads out of book/src: the built book does not hold it",
            "book/src/one.md:7: #none: the chapter has no heading with the id `none`",
            "book/src/one.md:8: http://x.org: links lead to https:// or into the book",
            "book/src/one.md:9: x.png: there is no such file",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_chapter_that_nobody_tests_is_named() {
        let problems = Workspace::new("untested", &[("pillar/src/lib.rs", "")]).problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("book/src/two.md:7: no crate runs this chapter's code"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_missing_chapter_and_a_broken_one_are_both_named() {
        let summary = "# Summary\n\n[One](one.md)\n\n# Part\n\n- [Two](two.md)\n- [Three](three.md)\n";
        let files = [("book/src/SUMMARY.md", summary), ("book/src/one.md", "# One\n\n```\nx\n```\n")];
        let problems = Workspace::new("missing", &files).problems();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].starts_with("book/src/SUMMARY.md:8: three.md is not written yet"),
            "{problems:?}"
        );
        let broken = [("book/src/one.md", "# One\n\n$\\nosuch$\n\n```\nx\n```\n")];
        let problems = Workspace::new("broken", &broken).problems();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("book/src/one.md:3: formula"), "{problems:?}");
        assert!(problems[1].starts_with("book/src/one.md:5: a fence without a language"), "{problems:?}");
    }

    /// What authors do to a book without noticing, each named with file and line.
    #[test]
    fn planted_faults_are_found() {
        let two = "# Two\n\n## The second part\n\n$x^2$\n\n```rust\nlet x = 1;\n```\n\n{{#listing ../../pillar/src/dot.rs:dot}}\n";
        let source = "pub fn six() {\n    one();\n    two();\n    three();\n    four();\n    five();\n}\n";
        let order = "[[exercise]]\nid = \"linalg/dot\"\nchapter = \"two\"\n";
        let boxed = format!(
            "{two}\n> [!EXERCISE] dot\n> `cargo xtask exercises run dot`\n\n{{{{#value dot.time 3}}}} s\n"
        );
        let results = r#"{ "command": "c", "seed": null, "settings": "", "machine": "m",
            "values": { "time": { "value": 1.5, "timing": true } }, "texts": {} }"#;
        let exercise = [("book/exercises/order.toml", order), ("book/exercises/src/linalg/dot/mod.rs", "")];
        let whole = |files: &[(&str, &str)], name: &str| {
            let all: Vec<_> = exercise
                .iter()
                .copied()
                .chain([("pillar/src/six.rs", source), ("book/results/dot.json", results)])
                .chain(files.iter().copied())
                .collect();
            Workspace::new(name, &all).problems()
        };
        assert_eq!(whole(&[("book/src/two.md", &boxed)], "planted-none"), [""; 0]);

        let renamed = "// ANCHOR: product\nfn dot() {}\n// ANCHOR_END: product\n";
        let formula = boxed.replace("$x^2$", "$\\nosuch$");
        let pasted = boxed.replace("let x = 1;\n", source);
        let link = boxed.replace("$x^2$", "[one](one.md#gone)");
        let chapterless = order.replace("\"two\"", "\"three\"");
        let typed = boxed.replace("$x^2$", "It fell to 1.234.");
        let unknown = boxed.replace("$x^2$", "It fell to {{#value dot.loss .3}}.");
        let core = "modules = [\"pillar/src/dot.rs\", \"pillar/src/six.rs\"]\n".to_string();
        let gone = core.replace("six", "seven");
        for (name, files, says) in [
            (
                "anchor",
                vec![("book/src/two.md", &boxed), ("pillar/src/dot.rs", &renamed.to_string())],
                "book/src/two.md:11: pillar/src/dot.rs has no anchor `dot`",
            ),
            ("formula", vec![("book/src/two.md", &formula)], "book/src/two.md:5: formula `\\nosuch`"),
            (
                "pasted",
                vec![("book/src/two.md", &pasted)],
                "book/src/two.md:7: these lines are in pillar/src/six.rs",
            ),
            (
                "link",
                vec![("book/src/two.md", &link)],
                "book/src/two.md:5: one.md#gone: the chapter has no heading",
            ),
            (
                "chapterless",
                vec![("book/src/two.md", &boxed), ("book/exercises/order.toml", &chapterless)],
                "book/exercises/order.toml:3: the exercise linalg/dot has no chapter: three is not written",
            ),
            ("number", vec![("book/src/two.md", &typed)], "book/src/two.md:5: 1.234 looks measured"),
            (
                "value",
                vec![("book/src/two.md", &unknown)],
                "book/src/two.md:5: book/results/dot.json has no value `loss`: there are time",
            ),
            (
                "core",
                vec![("book/src/two.md", &boxed), ("book/core.toml", &core)],
                "pillar/src/six.rs:1: the book promises to show this module whole (book/core.toml) and leaves out lines 1–7",
            ),
            (
                "gone",
                vec![("book/src/two.md", &boxed), ("book/core.toml", &gone)],
                "book/core.toml:1: pillar/src/seven.rs: no crate has such a module",
            ),
            (
                "unsaid",
                vec![("book/src/two.md", &two.to_string())],
                "book/exercises/order.toml:3: the exercise linalg/dot is not in its chapter, book/src/two.md",
            ),
        ] {
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let problems = whole(&files, &format!("planted-{name}"));
            assert!(problems.iter().any(|problem| problem.starts_with(says)), "{name}: {problems:?}");
        }
    }

    /// A core that is shown passes, and every crate's share is told.
    #[test]
    fn what_is_shown_is_counted() {
        let six = "pub fn six() {\n    one();\n    two();\n}\n\nfn hidden() {}\n";
        let core = "modules = [\"pillar/src/dot.rs\"]\n";
        let workspace = Workspace::new("shown", &[("pillar/src/six.rs", six), ("book/core.toml", core)]);
        let checked = check_in(&workspace.0, &workspace.0.root.join("built")).unwrap();
        assert_eq!(checked.coverage, ["pillar: 1 of 6 lines, 17 %", "shown whole: 1 module of 1 lines"]);
    }

    #[test]
    fn a_failed_build_leaves_the_last_good_book() {
        let workspace = Workspace::new("kept", &[]);
        let built = workspace.0.root.join("built");
        build::build(&workspace.0, &built).unwrap();
        let good = fs::read_to_string(built.join("one.html")).unwrap();
        fs::write(workspace.0.root.join("book/src/one.md"), "# One\n\n$\\nosuch$\n").unwrap();
        assert!(matches!(build::build(&workspace.0, &built), Err(Error::Sources(_))));
        assert_eq!(fs::read_to_string(built.join("one.html")).unwrap(), good);
        let leftovers: Vec<_> =
            fs::read_dir(&workspace.0.root).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(leftovers.len(), 3, "{leftovers:?}");
    }

    #[test]
    fn a_folder_that_is_no_book_is_not_deleted() {
        let workspace = Workspace::new("stranger", &[("papers/thesis.tex", "years of work")]);
        let papers = workspace.0.root.join("papers");
        assert!(matches!(build::build(&workspace.0, &papers), Err(Error::NotABook(_))));
        assert!(papers.join("thesis.tex").is_file());
    }

    #[test]
    fn the_same_sources_give_the_same_book() {
        let workspace = Workspace::new("same", &[]);
        let pages = |name: &str| {
            let folder = workspace.0.root.join(name);
            build::build(&workspace.0, &folder).unwrap();
            read_pages(&folder).unwrap()
        };
        assert!(pages("first") == pages("second"));
    }
}
