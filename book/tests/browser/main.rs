//! The built book in a real browser: every page, on a phone and on a desk, in the light and in the dark.
//!
//! ```text
//! cargo test -p book --test browser -- --ignored
//! ```
//!
//! needs Chromium (`CHROMIUM` names another one than the first on the path). If `AXE` is the path of axe-core's script
//! (`npm pack axe-core` brings it), every page is searched for what shuts readers out as well.
#![allow(missing_docs)]

mod devtools;

use devtools::Browser;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A book in a folder of its own.
struct Book(PathBuf);

impl Book {
    fn build(name: &str) -> Self {
        Self::build_with(name, &[])
    }

    fn build_with(name: &str, how: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("book-browser-{name}-{}", std::process::id()));
        let status = Command::new(env!("CARGO_BIN_EXE_book"))
            .args(["build", "--dest"])
            .arg(&folder)
            .args(how)
            .status()
            .expect("the builder runs");
        assert!(status.success(), "the book does not build");
        Self(folder)
    }

    /// The pages that a reader can open, by their paths in the book.
    fn pages(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, root: &Path, pages: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, root, pages);
                } else if path.extension().is_some_and(|e| e == "html") {
                    pages.push(path.strip_prefix(root).unwrap().to_path_buf());
                }
            }
        }
        let mut pages = Vec::new();
        walk(&self.0, &self.0, &mut pages);
        // the table of contents is a frame for browsers without scripts
        pages.retain(|page| page != Path::new("toc.html"));
        pages.sort();
        assert!(pages.len() > 8, "{pages:?}");
        pages
    }

    fn url(&self, page: &Path) -> String {
        let path = self.0.join(page).display().to_string().replace('\\', "/");
        format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the page has told that it should not have: errors, warnings, exceptions, requests that leave the disk.
fn complaints(events: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for event in events {
        let params = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => {
                let details = &params["exceptionDetails"];
                found.push(format!("exception: {} {}", details["text"], details["exception"]["description"]));
            }
            "Runtime.consoleAPICalled"
                if ["error", "warning", "assert"].iter().any(|kind| params["type"] == *kind) =>
            {
                found.push(format!("console: {}", params["args"]));
            }
            "Log.entryAdded" if params["entry"]["level"] == "error" => {
                found.push(format!("log: {}", params["entry"]["text"]));
            }
            "Network.requestWillBeSent" => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                if !["file:", "data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme)) {
                    found.push(format!("a request leaves the page: {url}"));
                }
            }
            "Network.loadingFailed" => found.push(format!("not loaded: {}", params["errorText"])),
            _ => {}
        }
    }
    found
}

/// Elements that stick out of the window and lie in no box that scrolls.
const OVERFLOW: &str = r#"(() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const inside = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
        if (["auto", "scroll", "hidden"].includes(getComputedStyle(p).overflowX)) return true; return false; };
    const out = [...document.querySelectorAll("body *")]
        .filter(e => e.getBoundingClientRect().right > wide + 1 && !inside(e))
        .map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40));
    return ["the page is " + document.documentElement.scrollWidth + " wide", ...out.slice(0, 5)];
})()"#;

const WORLDS: [(u32, bool); 4] = [(390, false), (390, true), (1280, false), (1280, true)];

fn world((width, dark): (u32, bool)) -> String {
    format!("{width} px, {}", if dark { "dark" } else { "light" })
}

#[test]
#[ignore = "needs Chromium: cargo test -p book --test browser -- --ignored"]
fn every_page_opens_cleanly() {
    let book = Book::build("pages");
    let mut browser = Browser::start();
    let mut faults = Vec::new();
    for at in WORLDS {
        browser.world(at.0, 844, at.1);
        for page in book.pages() {
            browser.open(&book.url(&page));
            let dark = browser.eval("document.documentElement.classList.contains('coal')");
            let mut found = complaints(&browser.events());
            if dark != at.1 {
                found.push("the theme does not follow the system".into());
            }
            let wide = browser.eval(OVERFLOW);
            found.extend(wide.as_array().unwrap().iter().map(ToString::to_string));
            faults.extend(found.iter().map(|fault| format!("{} ({}): {fault}", page.display(), world(at))));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What has the focus, in words that tell one element from another.
const FOCUS: &str = "(e => e.tagName + '.' + e.className + '#' + e.id)(document.activeElement)";

#[test]
#[ignore = "needs Chromium: cargo test -p book --test browser -- --ignored"]
fn a_wide_listing_scrolls_by_keyboard_and_the_page_stays() {
    let book = Book::build("scroll");
    let mut browser = Browser::start();
    browser.world(390, 844, false);
    browser.open(&book.url(Path::new("spine/tensors.html")));
    let address = browser.eval("location.href");
    browser.eval("document.querySelector('main').tabIndex = -1; document.querySelector('main').focus()");
    let mut stops = 0;
    while !browser.eval(FOCUS).as_str().unwrap().starts_with("CODE") {
        browser.press("Tab");
        stops += 1;
        assert!(stops < 50, "no listing can be reached by Tab");
    }
    for _ in 0..5 {
        browser.press("ArrowRight");
    }
    // scrolling is smooth: it takes its time
    let moved = browser.eval(
        "new Promise(done => { let n = 0; const look = () => { const x = document.activeElement.scrollLeft; \
         if (x > 0 || ++n > 100) done(x); else setTimeout(look, 20); }; look(); })",
    );
    assert!(moved.as_f64().unwrap() > 0.0, "the listing did not move: {moved}");
    assert_eq!(browser.eval("location.href"), address, "the arrow turned the page");
    // elsewhere the arrow does turn it
    browser.eval("document.activeElement.blur()");
    browser.press("ArrowRight");
    let turned = browser.eval("new Promise(done => setTimeout(() => done(location.href), 300))");
    assert_ne!(turned, address, "the arrow does not turn the page any more");
}

/// One quiz of a page, worked by keyboard.
struct Quiz<'a> {
    browser: &'a mut Browser,
    /// Its place among the quizzes of the page.
    nth: usize,
    page: String,
}

impl Quiz<'_> {
    /// Evaluates an expression in which `quiz` is the form.
    fn eval(&mut self, expression: &str) -> Value {
        let nth = self.nth;
        self.browser.eval(&format!(
            "(() => {{ const quiz = document.querySelectorAll('form.quiz')[{nth}]; return {expression}; }})()"
        ))
    }

    fn press(&mut self, at: &str, key: &str) {
        self.eval(&format!("quiz.querySelector('{at}').focus()"));
        self.browser.press(key);
    }

    fn write(&mut self, at: &str, text: &str) {
        self.eval(&format!("quiz.querySelector('{at}').select()"));
        self.browser.call("Input.insertText", &serde_json::json!({ "text": text }));
    }

    /// What it says of the answer: this sentence, and that it is right or wrong.
    #[track_caller]
    fn expect(&mut self, right: bool, sentence: &str) {
        let class = self.eval("quiz.className");
        assert_eq!(class, if right { "quiz right" } else { "quiz wrong" }, "{}: {sentence}", self.page);
        let said = self.eval("quiz.querySelector('.reply').textContent");
        assert!(said.as_str().unwrap().contains(sentence), "{}: {said} is not {sentence}", self.page);
    }

    /// The sentences of the answers: (attributes, sentence).
    fn replies(&mut self) -> Vec<(Value, String)> {
        let all = self.eval(
            "[...quiz.querySelectorAll('.replies li')].map(li => [{...li.dataset}, li.querySelector('.why').textContent])",
        );
        let all = all.as_array().unwrap();
        all.iter().map(|pair| (pair[0].clone(), pair[1].as_str().unwrap().to_string())).collect()
    }

    fn choose(&mut self) {
        for (data, why) in self.replies() {
            self.eval("quiz.querySelectorAll('input').forEach(input => input.checked = false)");
            let option = data["option"].as_str().unwrap().to_string();
            self.press(&format!("[value=\"{option}\"]"), " ");
            self.press(".check", "Enter");
            self.expect(data["right"].is_string(), &why);
        }
    }

    fn number(&mut self) {
        self.write("input", "no number");
        self.press("input", "Enter");
        assert_eq!(self.eval("quiz.className"), "quiz", "{}: words were taken for a number", self.page);
        for (data, why) in self.replies() {
            let value = data["value"].as_str().unwrap_or("987654321").to_string();
            self.write("input", &value);
            self.press("input", "Enter");
            self.expect(data["right"].is_string(), &why);
        }
    }

    fn trace(&mut self) {
        let replies = self.replies();
        for (data, hint) in replies.iter().filter(|(data, _)| data["cell"].is_string()) {
            for (other, _) in replies.iter().filter(|(other, _)| other["cell"].is_string()) {
                let at = format!("[data-cell=\"{}\"]", other["cell"].as_str().unwrap());
                let value = if other == data { "-77" } else { other["value"].as_str().unwrap() };
                self.write(&format!("input{at}"), value);
            }
            self.press(".check", " ");
            self.expect(false, hint);
            let at = data["cell"].as_str().unwrap();
            self.write(&format!("input[data-cell=\"{at}\"]"), data["value"].as_str().unwrap());
        }
        self.press(".check", "Enter");
        let (_, why) = replies.iter().find(|(data, _)| data["right"].is_string()).unwrap().clone();
        self.expect(true, &why);
    }
}

#[test]
#[ignore = "needs Chromium: cargo test -p book --test browser -- --ignored"]
fn every_quiz_answers_right_and_wrong_by_keyboard() {
    let book = Book::build("quiz");
    let mut browser = Browser::start();
    browser.world(390, 844, false);
    let mut asked = 0;
    for page in book.pages().iter().filter(|page| *page != Path::new("print.html")) {
        browser.open(&book.url(page));
        let all = browser.eval("document.querySelectorAll('form.quiz').length").as_u64().unwrap();
        for nth in 0..all {
            let page = format!("{}, quiz {}", page.display(), nth + 1);
            let mut quiz = Quiz { browser: &mut browser, nth: nth as usize, page };
            match quiz.eval("quiz.dataset.kind").as_str().unwrap() {
                "choice" => quiz.choose(),
                "number" => quiz.number(),
                _ => quiz.trace(),
            }
            asked += 1;
        }
        // What was answered is still there when one comes back.
        let said = "[...document.querySelectorAll('form.quiz .reply')].map(reply => reply.textContent)";
        let before = browser.eval(said);
        assert_eq!(complaints(&browser.events()), [""; 0], "{}", page.display());
        browser.open(&book.url(page));
        assert_eq!(browser.eval(said), before, "{}", page.display());
    }
    assert!(asked > 10, "{asked} quizzes");
}

/// The page with its touchable figures at work.
fn open_touched(browser: &mut Browser, url: &str) {
    browser.open(url);
    browser.eval(
        "new Promise(done => { const look = () => document.querySelector('figure.touch:not([data-ready])') \
         ? setTimeout(look, 20) : done(true); look(); })",
    );
}

#[test]
#[ignore = "needs Chromium: cargo test -p book --test browser -- --ignored"]
fn every_figure_moves_by_keyboard_and_both_origins_agree() {
    let mut browser = Browser::start();
    browser.world(390, 844, true);
    let mut figures = 0;
    // what each figure said, at the inputs that are recorded: the same, computed or looked up
    let mut said: Vec<Vec<Value>> = Vec::new();
    for (name, how) in [("computed", &[][..]), ("recorded", &["--recorded"][..])] {
        let book = Book::build_with(name, how);
        let mut all = Vec::new();
        for page in book.pages().iter().filter(|page| *page != Path::new("print.html")) {
            open_touched(&mut browser, &book.url(page));
            let count = browser.eval("document.querySelectorAll('figure.touch').length").as_u64().unwrap();
            for nth in 0..count {
                let at = format!("document.querySelectorAll('figure.touch')[{nth}]");
                // A question first: the controls are of no use before.
                assert_eq!(browser.eval(&format!("{at}.querySelector('.controls').disabled")), true);
                browser.eval(&format!("{at}.querySelector('.ask button').focus()"));
                browser.press("Enter");
                let told = browser.eval(&format!("{at}.querySelector('.told').textContent"));
                assert!(
                    told.as_str().unwrap().len() > 10,
                    "{}: nothing is said to an answer",
                    page.display()
                );
                assert_eq!(browser.eval(&format!("{at}.querySelector('.controls').disabled")), false);
                let inputs = browser
                    .eval(&format!("{at}.querySelectorAll('.controls input, .controls select').length"));
                for i in 0..inputs.as_u64().unwrap() {
                    let control = format!("{at}.querySelectorAll('.controls input, .controls select')[{i}]");
                    let look = format!(
                        "{at}.querySelector('svg').innerHTML + {at}.querySelector('.says').textContent"
                    );
                    let before = browser.eval(&look);
                    browser.eval(&format!("{control}.focus()"));
                    for key in ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowDown"] {
                        browser.press(key);
                        if browser.eval(&look) != before {
                            break;
                        }
                    }
                    assert_ne!(
                        browser.eval(&look),
                        before,
                        "{}, figure {nth}: control {i} moves nothing",
                        page.display()
                    );
                }
                // every fifth of the recorded inputs
                all.push(browser.eval(&format!(
                    "(() => {{ const figure = {at}, said = []; \
                     const controls = [...figure.querySelectorAll('.controls input, .controls select')]; \
                     const grids = controls.map(c => c.dataset.recorded.split(',').map(Number)); \
                     const total = grids.reduce((n, grid) => n * grid.length, 1); \
                     for (let nth = 0; nth < total; nth += 5) {{ \
                       let rest = nth; \
                       for (let i = controls.length - 1; i >= 0; i--) {{ \
                         const j = rest % grids[i].length; rest = (rest - j) / grids[i].length; \
                         controls[i].value = figure.dataset.ready === 'recorded' && controls[i].type === 'range' ? j : grids[i][j]; \
                       }} \
                       controls[0].dispatchEvent(new Event('input')); \
                       said.push(figure.querySelector('.says').textContent); \
                     }} return said; }})()"
                )));
                figures += 1;
            }
            assert_eq!(complaints(&browser.events()), [""; 0], "{}", page.display());
        }
        said.push(all);
        browser.eval("localStorage.clear()");
    }
    assert!(figures >= 8, "{figures} figures");
    for (computed, recorded) in said[0].iter().zip(&said[1]) {
        let (computed, recorded) = (computed.as_array().unwrap(), recorded.as_array().unwrap());
        assert!(computed.len() == recorded.len() && !computed.is_empty());
        for (computed, recorded) in computed.iter().zip(recorded) {
            assert!(alike(computed.as_str().unwrap(), recorded.as_str().unwrap()), "{computed}\n{recorded}");
        }
    }
}

/// The same words, and numbers that differ by no more than a rounding of the third digit.
fn alike(a: &str, b: &str) -> bool {
    let words = |s: &str| {
        s.split_whitespace().map(|w| w.trim_end_matches(['.', ',', ';']).to_string()).collect::<Vec<_>>()
    };
    let (a, b) = (words(a), words(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| {
            let number = |w: &str| w.replace('−', "-").parse::<f64>().ok();
            match (number(a), number(b)) {
                (Some(x), Some(y)) => (x - y).abs() <= 0.011 * x.abs().max(y.abs()) + 1e-12,
                _ => a == b,
            }
        })
}

/// What axe-core calls serious or critical, one line each.
const AXE: &str = r#"axe.run(document, { resultTypes: ["violations"] }).then(result => result.violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.slice(0, 3).map(n => v.id + " (" + v.nodes.length + "): " + n.target.join(" ") + ": " +
        n.failureSummary.replaceAll("\n", " "))))"#;

#[test]
#[ignore = "needs Chromium and axe-core: AXE=PATH cargo test -p book --test browser -- --ignored"]
fn nobody_is_shut_out() {
    let Some(path) = std::env::var_os("AXE") else {
        println!("AXE is not set: skipped");
        return;
    };
    let axe = std::fs::read_to_string(path).expect("the script that AXE names");
    let book = Book::build("axe");
    let mut browser = Browser::start();
    let mut faults = Vec::new();
    for at in [(390, true), (1280, false)] {
        browser.world(at.0, 844, at.1);
        // the print page repeats the others, one long page
        for page in book.pages().iter().filter(|page| *page != Path::new("print.html")) {
            browser.open(&book.url(page));
            browser.eval(&format!("{axe}; 0"));
            let found = browser.eval(AXE);
            faults.extend(
                found
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|fault| format!("{} ({}): {fault}", page.display(), world(at))),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
