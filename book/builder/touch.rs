//! Figures that a reader can touch: `{{#touch NAME}}` on a line of its own.
//!
//! What they compute is in the package `touch`. Where there is a WebAssembly toolchain, the page runs that very code; elsewhere it looks
//! up what the code gave here, at a grid of inputs. Both are in one script, `touch-data.js`, which every page loads from beside it.

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
    let (script, origin) = match module {
        Ok((bytes, by)) => {
            (format!("window.touchData = {{ module: \"{}\" }};\n", base64(&bytes)), Origin::Computed(by))
        }
        Err(why) => (recordings(), Origin::Recorded(why)),
    };
    let script = script + &drawings(root)?;
    let file = built.join("touch-data.js");
    fs::write(&file, script).map_err(Error::io(&file))?;
    Ok(origin)
}

/// What draws each figure: `theme/touch/NAME.js`.
fn drawings(root: &Path) -> Result<String, Error> {
    let mut script = String::from("window.touchDraw = {};\n");
    for figure in FIGURES {
        let file = root.join("book/theme/touch").join(figure.name).with_extension("js");
        script += &fs::read_to_string(&file).map_err(Error::io(&file))?;
    }
    Ok(script)
}

fn recordings() -> String {
    let mut script = String::from("window.touchData = { recorded: {\n");
    for figure in FIGURES {
        let _ = writeln!(script, "{}: [{}],", figure.name, rows(figure));
    }
    script.push_str("} };\n");
    script
}

fn rows(figure: &Figure) -> String {
    let rows: Vec<_> = figure.record().into_iter().map(|row| format!("[{}]", numbers(row))).collect();
    rows.join(",\n")
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
        let script = recordings();
        for figure in FIGURES {
            let total: usize = figure.inputs.iter().map(|input| input.recorded.len()).product();
            let start = script.find(&format!("{}: [", figure.name)).unwrap();
            let part = &script[start..start + script[start..].find("]],").unwrap()];
            assert_eq!(part.matches('[').count() - 1, total, "{}", figure.name);
        }
        assert!(script.len() < 200_000 * FIGURES.len(), "{} bytes", script.len());
    }
}
