//! The fonts of the book: they come out of a Cargo package, so that nothing is fetched and nothing is committed.
//!
//! New Computer Modern Math draws the formulas (a font for formulas carries a table of its own, without which fences do
//! not grow and fractions are crooked); Libertinus Serif sets the text; DejaVu Sans Mono has the signs that the code
//! font lacks. mdBook brings Source Code Pro.

use crate::problem::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use ttf_parser::{Face, name_id};

/// The fonts that go into the book, by their PostScript names; [`crate::pages`]' style sheet names the same files.
pub(crate) const FONTS: [&str; 6] = [
    "NewCMMath-Book",
    "LibertinusSerif-Regular",
    "LibertinusSerif-Italic",
    "LibertinusSerif-Bold",
    "LibertinusSerif-BoldItalic",
    "DejaVuSansMono",
];

fn name(face: &Face<'_>, id: u16) -> Option<String> {
    face.names().into_iter().filter(|name| name.name_id == id).find_map(|name| name.to_string())
}

/// A font's PostScript name, file name and data.
fn find(wanted: &str) -> Option<(String, &'static [u8], Face<'static>)> {
    typst_assets::fonts().find_map(|data| {
        let face = Face::parse(data, 0).ok()?;
        if name(&face, name_id::POST_SCRIPT_NAME)? != wanted {
            return None;
        }
        // CFF outlines make an OpenType font of the `otf` kind.
        let extension = if data.starts_with(b"OTTO") { "otf" } else { "ttf" };
        Some((format!("{wanted}.{extension}"), data, face))
    })
}

/// Writes the fonts and what their makers say about copyright and licence into `fonts/` of a built book.
///
/// # Errors
///
/// [`Error::Io`] if a file cannot be written, [`Error::Renderer`] if the package lacks a font.
pub(crate) fn write(book: &Path) -> Result<(), Error> {
    let folder = book.join("fonts");
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let mut licences = String::from(
        "The fonts in this folder, and what each says of itself.\n\
         Open Sans and Source Code Pro have licence files of their own beside this one.\n",
    );
    for wanted in FONTS {
        let missing = || Error::Renderer(format!("the package typst-assets has no font {wanted}"));
        let (file, data, face) = find(wanted).ok_or_else(missing)?;
        let path = folder.join(&file);
        fs::write(&path, data).map_err(Error::io(&path))?;
        let _ = write!(licences, "\n{file}\n{}\n", "-".repeat(file.len()));
        for id in [
            name_id::FULL_NAME,
            name_id::VERSION,
            name_id::COPYRIGHT_NOTICE,
            name_id::LICENSE,
            name_id::LICENSE_URL,
        ] {
            if let Some(text) = name(&face, id) {
                let _ = writeln!(licences, "{}", text.trim());
            }
        }
    }
    let path = folder.join("FONT-LICENSES.txt");
    fs::write(&path, licences).map_err(Error::io(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_is_there_and_says_its_licence() {
        for wanted in FONTS {
            let (_, _, face) = find(wanted).unwrap_or_else(|| panic!("no font {wanted}"));
            let licence =
                [name_id::LICENSE, name_id::COPYRIGHT_NOTICE].map(|id| name(&face, id).unwrap_or_default());
            let said = licence.join(" ");
            assert!(said.contains("License") || said.contains("Copyright"), "{wanted}: {said}");
        }
    }

    #[test]
    fn the_font_for_formulas_can_draw_formulas() {
        let (_, _, face) = find("NewCMMath-Book").unwrap();
        assert!(face.raw_face().table(ttf_parser::Tag::from_bytes(b"MATH")).is_some());
        for sign in ['ℝ', '𝔼', '𝐱', '𝜽', 'ℒ', '𝟙', '∑', '∇', '⊤', '‖'] {
            assert!(face.glyph_index(sign).is_some(), "no glyph for {sign}");
        }
    }
}
