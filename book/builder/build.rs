//! From `book/src` to pages: the whole pipeline.
//!
//! ```text
//! SUMMARY.md ──> mdBook loads ──> chapter::expand ──> mdBook renders ──> pages::finish ──> fonts ──> in place
//! ```
//!
//! The book is built in a folder beside its destination and takes its place in the end, so that a failed build leaves
//! the last good book untouched.

use crate::chapter::{self, Place, Stash, slashed};
use crate::maths::Maths;
use crate::problem::{Error, Lines, Problem};
use crate::touch::{self, Origin};
use crate::{check, fonts, glance, pages, warnings};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_summary::{Summary, SummaryItem};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The workspace, and the book's folders in it.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// The book's folder, relative to the root.
    pub(crate) book: PathBuf,
}

impl Layout {
    /// The workspace that Cargo runs this program in, or else the one that it was compiled in.
    pub(crate) fn here() -> Self {
        let compiled = || env!("CARGO_MANIFEST_DIR").into();
        let book = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(compiled));
        let root = book.parent().unwrap_or(&book).to_path_buf();
        Self { root, book: PathBuf::from("book") }
    }

    /// The folder of the chapters, relative to the root.
    pub(crate) fn src(&self) -> PathBuf {
        self.book.join("src")
    }

    /// Where a build puts the book if nothing else is said.
    pub(crate) fn html(&self) -> PathBuf {
        self.root.join(&self.book).join("html")
    }
}

/// What a build has done.
#[derive(Debug)]
pub(crate) struct Report {
    /// The chapters that are written.
    pub(crate) chapters: Vec<PathBuf>,
    /// Chapters that SUMMARY.md names although nobody has written them yet: shown as drafts.
    pub(crate) missing: Vec<Problem>,
    /// What mdBook warned of.
    pub(crate) warnings: Vec<String>,
    /// The files outside the book's folder that it shows.
    pub(crate) sources: BTreeSet<PathBuf>,
    /// Where the numbers of touchable figures come from, if there are any.
    pub(crate) touch: Option<Origin>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Marks a folder as one that a build may replace.
const MARK: &str = ".four-pillars-book";

/// Builds the book into `destination`.
///
/// # Errors
///
/// [`Error::Sources`] with everything that is wrong in the chapters; the other kinds for what is not the authors' fault.
pub(crate) fn build(layout: &Layout, destination: &Path) -> Result<Report, Error> {
    build_with(layout, destination, false)
}

/// [`build`]; touchable figures may be told to be recorded ones.
pub(crate) fn build_with(layout: &Layout, destination: &Path, recorded: bool) -> Result<Report, Error> {
    let start = Instant::now();
    refuse_strangers(destination)?;
    let staging = staging(destination)?;
    let result = build_in(layout, &staging, recorded).and_then(|report| {
        swap(&staging, destination)?;
        Ok(Report { took: start.elapsed(), ..report })
    });
    if result.is_err() {
        let _ = fs::remove_dir_all(&staging);
    }
    result
}

/// A build deletes what its destination held: that must be a book, or nothing.
fn refuse_strangers(destination: &Path) -> Result<(), Error> {
    let Ok(mut entries) = fs::read_dir(destination) else { return Ok(()) };
    if entries.next().is_none() || destination.join(MARK).exists() {
        return Ok(());
    }
    Err(Error::NotABook(destination.to_path_buf()))
}

/// An empty folder beside the destination, on the same disk, so that a rename can put it in place.
fn staging(destination: &Path) -> Result<PathBuf, Error> {
    let name = destination.file_name().map_or_else(|| "book".into(), |name| name.to_string_lossy());
    let parent =
        destination.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io(parent))?;
    let parent = parent.canonicalize().map_err(Error::io(parent))?;
    let staging = parent.join(format!(".{name}.{}", std::process::id()));
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(Error::io(&staging))?;
    }
    fs::create_dir(&staging).map_err(Error::io(&staging))?;
    Ok(staging)
}

/// Puts the finished folder in the place of the old one.
fn swap(staging: &Path, destination: &Path) -> Result<(), Error> {
    let old = staging.with_extension("old");
    if destination.exists() {
        fs::rename(destination, &old).map_err(Error::io(destination))?;
    }
    fs::rename(staging, destination).map_err(Error::io(destination))?;
    if old.exists() {
        fs::remove_dir_all(&old).map_err(Error::io(&old))?;
    }
    Ok(())
}

fn build_in(layout: &Layout, staging: &Path, recorded: bool) -> Result<Report, Error> {
    let renderer = |error: mdbook_driver::errors::Error| Error::Renderer(format!("{error:#}"));
    let book = layout.root.join(&layout.book);
    let config_file = book.join("book.toml");
    let mut config = Config::from_disk(&config_file).map_err(renderer)?;
    config.build.build_dir = staging.to_path_buf();

    let (summary, missing) = summary(layout)?;
    let mut book = MDBook::load_with_config_and_summary(&book, config, summary).map_err(renderer)?;

    let maths = Maths::new();
    let mut stash = Stash::default();
    let mut problems = Vec::new();
    let mut chapters = Vec::new();
    let tested = check::doctests(&layout.root);
    book.book.for_each_chapter_mut(|chapter| {
        let Some(path) = &chapter.source_path else { return };
        let file = layout.src().join(path);
        let place = Place { root: &layout.root, file: &file };
        let (markdown, found) = chapter::expand(&chapter.content, &place, &maths, &mut stash);
        let slug = file.file_stem().unwrap_or_default().to_string_lossy();
        chapter.content = glance::add(&markdown, &layout.root, &slug, tested.get(&file).map(String::as_str));
        problems.extend(found);
        chapters.push(file);
    });
    if !problems.is_empty() {
        problems.sort();
        return Err(Error::Sources(problems));
    }
    let (built, warnings) = warnings::collect(|| book.build());
    built.map_err(renderer)?;
    pages::finish(staging, &stash.fragments)?;
    fonts::write(staging)?;
    let touch = stash.touched.then(|| touch::write(&layout.root, staging, recorded)).transpose()?;
    let mark = staging.join(MARK);
    fs::write(&mark, "A built book: the next build replaces this folder.\n").map_err(Error::io(&mark))?;
    Ok(Report { chapters, missing, warnings, sources: stash.sources, touch, took: Duration::ZERO })
}

/// Reads SUMMARY.md; a chapter that it names and that does not exist becomes a draft.
fn summary(layout: &Layout) -> Result<(Summary, Vec<Problem>), Error> {
    let src = layout.root.join(layout.src());
    let file = layout.src().join("SUMMARY.md");
    let text = fs::read_to_string(layout.root.join(&file)).map_err(Error::io(&file))?;
    let mut summary = mdbook_summary::parse_summary(&text)
        .map_err(|error| Error::Renderer(format!("{}: {error:#}", file.display())))?;
    let mut missing = Vec::new();
    let lines = Lines::new(&text);
    for items in [&mut summary.prefix_chapters, &mut summary.numbered_chapters, &mut summary.suffix_chapters]
    {
        draft_missing(items, &src, &mut |location| {
            let name = slashed(location);
            let line = text.find(&format!("({name})")).map_or(1, |at| lines.line(at));
            missing.push(Problem::new(
                &file,
                line,
                format!("{name} is not written yet; it is shown as a draft"),
            ));
        });
    }
    Ok((summary, missing))
}

/// The chapters that are written, relative to the root, in the book's order.
pub(crate) fn chapters(layout: &Layout) -> Result<Vec<PathBuf>, Error> {
    fn walk(items: &[SummaryItem], src: &Path, chapters: &mut Vec<PathBuf>) {
        for item in items {
            if let SummaryItem::Link(link) = item {
                chapters.extend(link.location.as_ref().map(|location| src.join(location)));
                walk(&link.nested_items, src, chapters);
            }
        }
    }
    let (summary, _) = summary(layout)?;
    let mut chapters = Vec::new();
    for items in [&summary.prefix_chapters, &summary.numbered_chapters, &summary.suffix_chapters] {
        walk(items, &layout.src(), &mut chapters);
    }
    Ok(chapters)
}

fn draft_missing(items: &mut [SummaryItem], src: &Path, missing: &mut dyn FnMut(&Path)) {
    for item in items {
        if let SummaryItem::Link(link) = item {
            if let Some(location) = link.location.take_if(|location| !src.join(&*location).is_file()) {
                missing(&location);
            }
            draft_missing(&mut link.nested_items, src, missing);
        }
    }
}
