//! Figures that a reader can touch: `{{#touch NAME}}` on a line of its own.
//!
//! What they compute is in the package `touch`. Where there is a WebAssembly toolchain, the page runs that very code; elsewhere it looks
//! up what the code gave here, at a grid of inputs. A page loads `touch/data.js` (the code, if there is any) and, for each of its
//! figures, `touch/NAME.js` (its drawing, and its numbers where they are looked up); a page without figures loads nothing.

use crate::maths::escape;
use crate::problem::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use touch::{FIGURES, Figure};

/// Where the numbers on the page come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From WebAssembly, made by this toolchain.
    Computed(&'static str),
    /// From a grid of inputs; why nothing better was to be had.
    Recorded(String),
}

/// The figure that a line asks for, if it is such a line.
pub(crate) fn directive(line: &str) -> Option<&str> {
    line.trim().strip_prefix("{{#touch ")?.strip_suffix("}}").map(str::trim)
}

/// A figure's place on the page.
///
/// # Errors
///
/// The names there are, if this is none of them.
pub(crate) fn html(name: &str, inline: &mut dyn FnMut(&str) -> String) -> Result<String, String> {
    let Some(number) = FIGURES.iter().position(|figure| figure.name == name) else {
        let names: Vec<_> = FIGURES.iter().map(|figure| figure.name).collect();
        return Err(format!("no figure to touch is called `{name}`: there are {}", names.join(", ")));
    };
    let figure = &FIGURES[number];
    let mut html = format!(
        "<figure class=\"touch\" id=\"touch-{name}\" data-name=\"{name}\" data-number=\"{number}\">\n\
         <fieldset class=\"ask\"><legend><strong>Predict first.</strong> {}</legend>\n",
        inline(figure.question)
    );
    for (answer, reply) in figure.answers {
        let (answer, reply) = (inline(answer), escape(reply));
        let _ = writeln!(html, "<button type=\"button\" data-reply=\"{reply}\">{answer}</button>");
    }
    html.push_str(
        "<p class=\"told\" role=\"status\"></p></fieldset>\n<fieldset class=\"controls\" disabled>\n",
    );
    html.push_str("<legend>Then try it</legend>\n");
    for input in figure.inputs {
        let label = escape(input.label);
        let recorded = numbers(input.recorded.iter().copied());
        if input.names.is_empty() {
            let [min, max] = input.range;
            let (step, start) = (input.step, input.start);
            let _ = writeln!(
                html,
                "<label><span>{label}</span> <input type=\"range\" min=\"{min}\" max=\"{max}\" step=\"{step}\" value=\"{start}\" data-recorded=\"{recorded}\"> <output>{start}</output></label>"
            );
        } else {
            let _ = write!(html, "<label><span>{label}</span> <select data-recorded=\"{recorded}\">");
            for (value, name) in input.names.iter().enumerate() {
                let selected = if value as f64 == input.start { " selected" } else { "" };
                let _ = write!(html, "<option value=\"{value}\"{selected}>{}</option>", escape(name));
            }
            html.push_str("</select></label>\n");
        }
    }
    let caption = inline(figure.caption);
    let _ = write!(
        html,
        "</fieldset>\n<svg viewBox=\"0 0 640 360\" role=\"img\" aria-label=\"{}\"></svg>\n<p class=\"says\" role=\"status\"></p>\n\
         <noscript><p>This figure moves only with scripts switched on.</p></noscript>\n<figcaption>{caption}</figcaption>\n</figure>",
        escape(&figure.caption.replace('*', ""))
    );
    Ok(html)
}

/// Writes the numbers of all figures, or the code that computes them, beside the pages.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be written.
pub(crate) fn write(root: &Path, built: &Path, recorded: bool) -> Result<Origin, Error> {
    let module = if recorded { Err("it was asked for".to_string()) } else { compile(root) };
    let folder = built.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let (data, numbers, origin) = match module {
        Ok((bytes, by)) => {
            let data = format!("window.touchData = {{ module: \"{}\" }};\n", base64(&bytes));
            (data, vec![String::new(); FIGURES.len()], Origin::Computed(by))
        }
        Err(why) => {
            let data = "window.touchData = { recorded: {} };\n".to_string();
            (data, remembered(), Origin::Recorded(why))
        }
    };
    let file = folder.join("data.js");
    fs::write(&file, data + "window.touchDraw = {};\n").map_err(Error::io(&file))?;
    for (figure, numbers) in FIGURES.iter().zip(numbers) {
        // What draws the figure is written by hand: `theme/touch/NAME.js`.
        let name = Path::new(figure.name).with_extension("js");
        let drawing = root.join("book/theme/touch").join(&name);
        let drawing = fs::read_to_string(&drawing).map_err(Error::io(&drawing))?;
        let file = folder.join(name);
        fs::write(&file, numbers + &drawing).map_err(Error::io(&file))?;
    }
    Ok(origin)
}

/// Where a book's scripts for its figures lie.
const FOLDER: &str = "touch";

/// Lets a finished page load what its figures need, and nothing else.
pub(crate) fn scripts(page: &str) -> String {
    const DATA: &str = "touch/data.js\"></script>";
    let Some(end) = page.find(DATA).map(|at| at + DATA.len()) else { return page.to_string() };
    let Some(start) = page[..end].rfind("<script") else { return page.to_string() };
    let script = &page[start..end];
    let on_page = |figure: &&Figure| page.contains(&format!("data-name=\"{}\" data-number", figure.name));
    let mut scripts = String::new();
    for figure in FIGURES.iter().filter(on_page) {
        if scripts.is_empty() {
            scripts.push_str(script);
        }
        scripts.push_str(&script.replace("touch/data.js", &format!("{FOLDER}/{}.js", figure.name)));
    }
    [&page[..start], &scripts, &page[end..]].concat()
}

/// The numbers of every figure at its grid of inputs, a script for each.
fn recordings() -> Vec<String> {
    let script = |figure: &Figure| {
        let rows: Vec<_> = figure.record().into_iter().map(|row| format!("[{}]", numbers(row))).collect();
        format!("window.touchData.recorded.{} = [{}];\n", figure.name, rows.join(","))
    };
    FIGURES.iter().map(script).collect()
}

/// [`recordings`], which take seconds and depend on this program alone: they are kept beside it until it is compiled again.
fn remembered() -> Vec<String> {
    let Some((file, program)) = memory() else { return recordings() };
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let mut lines = kept.split_inclusive('\n').map(String::from);
    if lines.next().is_some_and(|line| line.trim_end() == program) {
        let scripts: Vec<_> = lines.collect();
        // Each is one line; the end of a file that was cut short is not.
        if scripts.len() == FIGURES.len() && scripts.iter().all(|script| script.ends_with(";\n")) {
            return scripts;
        }
    }
    let scripts = recordings();
    let fresh = file.with_extension(std::process::id().to_string());
    // Nothing is lost if it cannot be kept.
    if fs::write(&fresh, format!("{program}\n{}", scripts.concat())).is_ok() {
        let _ = fs::rename(&fresh, &file);
    }
    scripts
}

/// Where recordings are kept, and what tells this program from all others that lay in its place: its size and its time.
fn memory() -> Option<(PathBuf, String)> {
    let program = std::env::current_exe().ok()?;
    let data = fs::metadata(&program).ok()?;
    let time = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((program.with_extension("recorded"), format!("{} {}", data.len(), time.as_nanos())))
}

/// As many digits as a drawing can show.
fn numbers(row: impl IntoIterator<Item = f64>) -> String {
    let short = |x: f64| format!("{x:.4e}").parse::<f64>().unwrap_or(x).to_string();
    row.into_iter().map(short).collect::<Vec<_>>().join(",")
}

/// Compiles the package `touch` to WebAssembly with whatever this machine has for it.
fn compile(root: &Path) -> Result<(Vec<u8>, &'static str), String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = root.join(target).join("touch");
    let (mut command, by) = toolchain()?;
    command
        .args(["build", "--quiet", "--profile", "touch", "--package", "touch", "--lib"])
        .args(["--target", TARGET, "--target-dir"])
        .arg(&folder)
        .current_dir(root)
        .stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("{by} does not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().find(|line| line.starts_with("error")).unwrap_or("no message");
        return Err(format!("{by} fails: {first}"));
    }
    let module = folder.join(TARGET).join("touch/touch.wasm");
    let bytes = fs::read(&module).map_err(|error| format!("{}: {error}", module.display()))?;
    Ok((bytes, by))
}

const TARGET: &str = "wasm32-unknown-unknown";

/// A cargo that can compile for browsers: rustup's with its target, or else Debian's packages for it.
fn toolchain() -> Result<(Command, &'static str), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = |program: &Path, args: &[&str]| {
        let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
    };
    let installed = said(Path::new(&rustc), &["--print", "target-libdir", "--target", TARGET]);
    if installed.is_some_and(|folder| folder.is_dir()) {
        return Ok((Command::new(cargo), "rustup's target wasm32-unknown-unknown"));
    }
    let missing = "rustup's target wasm32-unknown-unknown is not installed (`rustup target add wasm32-unknown-unknown`)";
    let (rustc, cargo) = (Path::new("/usr/bin/rustc"), Path::new("/usr/bin/cargo"));
    let linker = fs::read_dir("/usr/bin")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wasm-ld-")));
    let library =
        said(rustc, &["--print", "sysroot"]).map(|root| root.join("lib/rustlib/src/rust/library/std"));
    let (Some(linker), true, true) = (linker, cargo.is_file(), library.is_some_and(|folder| folder.is_dir()))
    else {
        return Err(missing.into());
    };
    let mut command = Command::new(cargo);
    // Their compiler knows the target, and brings the standard library as source: an unstable switch builds it.
    command
        .args(["-Zbuild-std=std,panic_abort"])
        .env("RUSTC", rustc)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
    Ok((command, "the system's packages rustc-web and rust-web-src"))
}

/// The bytes of a file as text that a script can hold (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63];
            text.push(if i <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_the_standard() {
        // RFC 4648, section 10
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_line_asks_for_a_figure() {
        assert_eq!(directive("{{#touch ellipse}}"), Some("ellipse"));
        assert_eq!(directive("see {{#touch ellipse}}"), None);
        let page = html("hats", &mut escape).unwrap();
        assert!(page.contains("<option value=\"1\">staircase</option>"), "{page}");
        assert!(page.contains("<fieldset class=\"controls\" disabled>"), "{page}");
        assert!(html("hat", &mut escape).unwrap_err().contains("there are ellipse, depth, "));
    }

    #[test]
    fn a_recording_has_a_row_for_every_combination() {
        let scripts = recordings();
        for (figure, script) in FIGURES.iter().zip(&scripts) {
            let total: usize = figure.inputs.iter().map(|input| input.recorded.len()).product();
            assert!(script.starts_with(&format!("window.touchData.recorded.{} = [[", figure.name)));
            assert!(script.ends_with("]];\n") && script.lines().count() == 1);
            assert_eq!(script.matches('[').count() - 1, total, "{}", figure.name);
            assert!(script.len() < 300_000, "{}: {} bytes", figure.name, script.len());
        }
        assert_eq!(remembered(), scripts);
        assert_eq!(remembered(), scripts, "read back");
    }

    #[test]
    fn a_page_loads_the_figures_it_shows() {
        let data = "<script src=\"../touch/data.js\"></script>";
        let page = format!(
            "<figure data-name=\"hats\" data-number=\"3\"></figure>\n{data}\n<script src=\"touch.js\"></script>"
        );
        let expected = format!("{data}<script src=\"../touch/hats.js\"></script>\n<script src=\"touch.js\">");
        assert!(scripts(&page).contains(&expected), "{}", scripts(&page));
        let none = format!("<p>words</p>{data}<p>more</p>");
        assert_eq!(scripts(&none), "<p>words</p><p>more</p>");
        assert_eq!(scripts("<p>a page of another kind</p>"), "<p>a page of another kind</p>");
    }
}
