//! MathML for browsers, from KaTeX's tree.
//!
//! Browsers draw the part of MathML that is called MathML Core, which is where KaTeX's own output falls short:
//!
//! * `mathvariant` is ignored there but for `normal`: styled letters become Unicode's own ([`crate::letters`]);
//! * bars are written as U+2223 and U+2225, which are relations and do not grow: fences become `|` and `‖`, stretchy;
//! * a table's `columnalign`, `columnspacing` and `rowspacing` are ignored: they become styles of its cells;
//! * space is what a dictionary of operators says, in indices too: TeX's own space is put in, or taken out.
//!
//! Source: MathML Core, W3C, sections 2.2.1 (`mathvariant`), 3.2.4 (operators) and 3.5 (tables); Knuth, The TeXbook,
//! chapter 18 (space between atoms).

use crate::letters::styled;
use crate::maths::{BadFormula, escape};
use katex::mathml_tree::{MathDomNode, MathNode, MathNodeType};
use std::fmt::Write as _;

/// Where in a formula something stands; TeX puts no space around operators in indices and exponents.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    /// In an index, an exponent, a limit, or a fraction within a line.
    pub(crate) script: bool,
    /// In a displayed formula.
    pub(crate) display: bool,
}

impl Level {
    /// The level of a node's child.
    fn child(self, node: &MathNode, index: usize) -> Self {
        match node.node_type {
            MathNodeType::Msub
            | MathNodeType::Msup
            | MathNodeType::Msubsup
            | MathNodeType::Munder
            | MathNodeType::Mover
            | MathNodeType::Munderover
            | MathNodeType::Mroot
                if index > 0 =>
            {
                Self { script: true, display: false }
            }
            MathNodeType::Mfrac => Self { script: self.script || !self.display, display: false },
            MathNodeType::Mstyle => {
                let set = |name: &str| node.attributes.get(name).map(String::as_str);
                let display = set("displaystyle").map_or(self.display, |value| value == "true");
                Self { script: set("scriptlevel").map_or(self.script, |level| level != "0"), display }
            }
            _ => self,
        }
    }
}

/// The node, if it is an element.
pub(crate) fn element(node: &MathDomNode) -> Option<&MathNode> {
    if let MathDomNode::Math(node) = node { Some(node) } else { None }
}

/// Writes a node and what is below it.
///
/// # Errors
///
/// [`BadFormula`] if browsers cannot draw it.
pub(crate) fn write_node(node: &MathDomNode, level: Level, html: &mut String) -> Result<(), BadFormula> {
    match node {
        MathDomNode::Math(node) => write_element(node, &[], level, html)?,
        MathDomNode::Text(text) => html.push_str(&escape(&text.text)),
        MathDomNode::Space(space) => write_space(space.width, html),
        MathDomNode::Fragment(fragment) => {
            for child in &fragment.children {
                write_node(child, level, html)?;
            }
        }
    }
    Ok(())
}

fn write_space(em: f64, html: &mut String) {
    let _ = write!(html, r#"<mspace width="{em:.4}em"></mspace>"#);
}

/// The children of a row, with the thin spaces of TeX around the names of functions, and upright words in one piece.
fn write_row(children: &[MathDomNode], level: Level, html: &mut String) -> Result<(), BadFormula> {
    const THIN: f64 = 1.0 / 6.0;
    let mut flat = Vec::with_capacity(children.len());
    flatten(children, &mut flat);
    let children = flat;
    let mut i = 0;
    while i < children.len() {
        let word =
            children[i..].iter().take_while(|node| element(node).is_some_and(is_upright_letter)).count();
        if word > 1 {
            let letters: String =
                children[i..i + word].iter().filter_map(|node| element(node)).map(text_of).collect();
            let _ = write!(html, "<mi>{letters}</mi>");
            i += word;
            continue;
        }
        let Some(length) = function_name(&children[i..]) else {
            write_node(children[i], level, html)?;
            i += 1;
            continue;
        };
        if !level.script
            && i > 0
            && element(children[i - 1]).is_some_and(|before| is_ordinary(before) || closes(before))
        {
            write_space(THIN, html);
        }
        for part in &children[i..i + length] {
            write_node(part, level, html)?;
        }
        i += length;
        let after = children.get(i).and_then(|node| element(node));
        if !level.script
            && after.is_some_and(|after| is_ordinary(after) || function_name(&children[i..]).is_some())
        {
            write_space(THIN, html);
        }
    }
    Ok(())
}

/// Takes the nodes of fragments, which group without being an element, into the row that they stand in.
fn flatten<'a>(children: &'a [MathDomNode], flat: &mut Vec<&'a MathDomNode>) {
    for child in children {
        match child {
            MathDomNode::Fragment(fragment) => flatten(&fragment.children, flat),
            _ => flat.push(child),
        }
    }
}

/// The invisible sign that applies a function to what follows.
const APPLY: &str = "\u{2061}";

/// How many nodes at the start of a row are a function's name: `log` and its sign, or one node such as `max` with a limit.
fn function_name(row: &[&MathDomNode]) -> Option<usize> {
    let is_apply = |node: &MathNode| node.node_type == MathNodeType::Mo && text_of(node) == APPLY;
    let first = row.first().and_then(|node| element(node))?;
    if row.get(1).and_then(|node| element(node)).is_some_and(is_apply) {
        return Some(2);
    }
    let base = first.children.first().and_then(element)?;
    (base.node_type == MathNodeType::Mrow && base.children.last().and_then(element).is_some_and(is_apply))
        .then_some(1)
}

fn is_upright_letter(node: &MathNode) -> bool {
    let upright = node.attributes.get("mathvariant").is_some_and(|variant| variant == "normal");
    let text = text_of(node);
    node.node_type == MathNodeType::Mi
        && upright
        && text.len() == 1
        && text.as_bytes()[0].is_ascii_alphabetic()
}

/// A variable, a number, a fraction: what TeX calls an ordinary atom.
fn is_ordinary(node: &MathNode) -> bool {
    match node.node_type {
        MathNodeType::Mi
        | MathNodeType::Mn
        | MathNodeType::Mfrac
        | MathNodeType::Msqrt
        | MathNodeType::Mroot => true,
        MathNodeType::Msub | MathNodeType::Msup | MathNodeType::Msubsup | MathNodeType::Mover => {
            node.children.first().and_then(element).is_some_and(is_ordinary)
        }
        _ => false,
    }
}

/// A closing bracket, perhaps with an exponent.
fn closes(node: &MathNode) -> bool {
    match node.node_type {
        MathNodeType::Mo => matches!(text_of(node).as_str(), ")" | "]" | "}" | "⟩" | "⌋" | "⌉"),
        MathNodeType::Mrow => node.children.last().and_then(element).is_some_and(closes),
        MathNodeType::Msub | MathNodeType::Msup | MathNodeType::Msubsup => {
            node.children.first().and_then(element).is_some_and(closes)
        }
        _ => false,
    }
}

/// All text below a node.
fn text_of(node: &MathNode) -> String {
    let mut text = String::new();
    for child in &node.children {
        match child {
            MathDomNode::Text(child) => text.push_str(&child.text),
            MathDomNode::Math(child) => text.push_str(&text_of(child)),
            MathDomNode::Space(_) | MathDomNode::Fragment(_) => {}
        }
    }
    text
}

fn write_element(
    node: &MathNode,
    extra: &[(&str, String)],
    level: Level,
    html: &mut String,
) -> Result<(), BadFormula> {
    let name = node.node_type.as_ref();
    if let MathNodeType::Menclose | MathNodeType::Mglyph | MathNodeType::Mlabeledtr = node.node_type {
        let message =
            format!("needs <{name}>, which browsers do not draw (\\boxed, \\cancel, \\tag and the like)");
        return Err(BadFormula { message, at: None });
    }
    if node.node_type == MathNodeType::Mtable {
        return write_table(node, extra, level, html);
    }
    if let Some(rule) = rule_beside(node) {
        // The font has no growing glyph for the bar that KaTeX names; a border is as long as what it belongs to.
        let style = format!("border-{rule}:0.05em solid currentColor;padding-{rule}:0.12em");
        open("mrow", &[("style", style)], html);
        write_row(&node.children[..1], level, html)?;
        html.push_str("</mrow>");
        return Ok(());
    }
    let token = matches!(
        node.node_type,
        MathNodeType::Mi | MathNodeType::Mo | MathNodeType::Mn | MathNodeType::Mtext
    );
    if token {
        write_token(node, extra, level, html);
        return Ok(());
    }
    // Sorted, since KaTeX keeps attributes in a hash map and the book should come out the same every time.
    let mut attributes: Vec<(&str, String)> = node
        .attributes
        .iter()
        .filter(|(key, _)| *key != "mathvariant")
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    attributes.extend_from_slice(extra);
    attributes.sort();
    open(name, &attributes, html);
    if let MathNodeType::Mrow | MathNodeType::Mstyle | MathNodeType::Mtd | MathNodeType::Msqrt =
        node.node_type
    {
        write_row(&node.children, level.child(node, 0), html)?;
    } else {
        for (i, child) in node.children.iter().enumerate() {
            write_node(child, level.child(node, i), html)?;
        }
    }
    let _ = write!(html, "</{name}>");
    Ok(())
}

/// For `\overline` and `\underline`: the side on which the line stands.
fn rule_beside(node: &MathNode) -> Option<&'static str> {
    let mark = element(node.children.get(1)?)?;
    let stretchy = mark.attributes.get("stretchy").is_some_and(|stretchy| stretchy == "true");
    match (node.node_type, text_of(mark).as_str()) {
        (MathNodeType::Mover, "‾") if stretchy => Some("top"),
        (MathNodeType::Munder, "‾") if stretchy => Some("bottom"),
        _ => None,
    }
}

fn open(name: &str, attributes: &[(&str, String)], html: &mut String) {
    let _ = write!(html, "<{name}");
    for (key, value) in attributes {
        let _ = write!(html, r#" {key}="{}""#, escape(value));
    }
    html.push('>');
}

/// Identifiers, operators, numbers and text: where letters get their style and fences learn to grow.
fn write_token(node: &MathNode, extra: &[(&str, String)], level: Level, html: &mut String) {
    let mut name = node.node_type.as_ref();
    let mut text = text_of(node);
    let mut attributes: Vec<(&str, String)> =
        node.attributes.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    attributes.extend_from_slice(extra);

    let variant = node.attributes.get("mathvariant").map_or("", String::as_str);
    let fence = node.attributes.get("fence").is_some_and(|fence| fence == "true");
    let bar = text == "∣" || text == "∥" || text == "|" || text == "‖";
    attributes.retain(|(key, _)| *key != "mathvariant");
    if fence {
        text = text.replace('∣', "|").replace('∥', "‖");
        if !attributes.iter().any(|(key, _)| *key == "stretchy") {
            attributes.push(("stretchy", "true".into()));
        }
    } else if bar && (node.node_type == MathNodeType::Mi || node.attributes.contains_key("stretchy")) {
        // A plain bar, as in |x| or \lVert: an operator without space around it, which does not grow. (\mid and
        // \parallel, which are relations, come without `stretchy`.)
        name = "mo";
        text = text.replace('∣', "|").replace('∥', "‖");
        attributes.retain(|(key, _)| *key != "stretchy");
        attributes.extend(["lspace", "rspace"].map(|side| (side, "0em".to_string())));
        attributes.push(("stretchy", "false".into()));
    } else if node.node_type == MathNodeType::Mtext {
        let style = match variant {
            "bold" => "font-weight:bold",
            "italic" => "font-style:italic",
            "bold-italic" => "font-weight:bold;font-style:italic",
            "monospace" => "font-family:var(--mono-font)",
            _ => "",
        };
        if !style.is_empty() {
            attributes.push(("style", style.into()));
        }
    } else if variant == "normal" {
        // Only a single letter is set in italics unless told otherwise.
        if node.node_type == MathNodeType::Mi && text.chars().count() == 1 {
            attributes.push(("mathvariant", "normal".into()));
        }
    } else if !variant.is_empty() {
        text = text.chars().map(|letter| styled(letter, variant)).collect();
    }
    if attributes.iter().any(|(key, value)| *key == "stretchy" && value == "true") {
        // The font's wide hat is the combining one; it has no wide tilde.
        if text == "^" {
            text = "\u{302}".into();
        }
    }
    if text == "\u{20D7}" {
        // \vec: a combining arrow has no width of its own and lands beside its letter; a small arrow does not.
        text = "→".into();
        attributes.extend([("stretchy", "false".into()), ("style", "font-size:0.6em".into())]);
    }
    let sized = attributes.iter().any(|(key, _)| *key == "minsize");
    if name == "mo" && (level.script || (sized && !fence)) {
        for side in ["lspace", "rspace"] {
            if !attributes.iter().any(|(key, _)| *key == side) {
                attributes.push((side, "0em".into()));
            }
        }
    }
    attributes.sort();
    open(name, &attributes, html);
    let _ = write!(html, "{}</{name}>", escape(&text));
}

/// A length in em, as KaTeX writes them ("0.25em").
fn em(length: &str) -> f64 {
    length.trim_end_matches("em").parse().unwrap_or(0.0)
}

/// The entry of a blank-separated list that belongs to an index; as in CSS, the last one serves all that follow.
fn entry<'a>(list: &'a str, index: usize, default: &'a str) -> &'a str {
    let mut entries = list.split_whitespace();
    let last = list.split_whitespace().last().unwrap_or(default);
    entries.nth(index).unwrap_or(last)
}

/// Space above and below a row beyond what KaTeX asks for, in em: TeX sets rows on struts, MathML does not.
const ROW_GAP: f64 = 0.18;

/// A matrix, a system of equations, cases.
fn write_table(
    node: &MathNode,
    extra: &[(&str, String)],
    level: Level,
    html: &mut String,
) -> Result<(), BadFormula> {
    let attribute = |key: &str| node.attributes.get(key).map_or("", String::as_str);
    let align = attribute("columnalign");
    let line =
        |list: &str, index: usize| Some(entry(list, index, "none").to_string()).filter(|line| line != "none");
    // Entries set in the middle are a matrix: a little air between them and the brackets.
    let edge = if align.split_whitespace().all(|side| side == "center") { 0.2 } else { 0.0 };
    open("mtable", extra, html);
    let count = node.children.len();
    for (i, row) in node.children.iter().filter_map(element).enumerate() {
        if row.node_type == MathNodeType::Mlabeledtr {
            return write_element(row, &[], level, html);
        }
        html.push_str("<mtr>");
        let gap = |between: usize| em(entry(attribute("rowspacing"), between, "0em")) / 2.0 + ROW_GAP;
        let top = if i == 0 { ROW_GAP } else { gap(i - 1) };
        let bottom = if i + 1 == count { ROW_GAP } else { gap(i) };
        let width = row.children.len();
        for (j, cell) in row.children.iter().filter_map(element).enumerate() {
            let gap = |between: usize| em(entry(attribute("columnspacing"), between, "1em")) / 2.0;
            let left = if j == 0 { edge } else { gap(j - 1) };
            let right = if j + 1 == width { edge } else { gap(j) };
            let side = entry(align, j, "center");
            let mut style =
                format!("text-align:{side};padding:{top:.3}em {right:.3}em {bottom:.3}em {left:.3}em");
            if let Some(line) = line(attribute("columnlines"), j).filter(|_| j + 1 < width) {
                let _ = write!(style, ";border-right:1px {line} currentColor");
            }
            if let Some(line) = line(attribute("rowlines"), i).filter(|_| i + 1 < count) {
                let _ = write!(style, ";border-bottom:1px {line} currentColor");
            }
            write_element(cell, &[("style", style)], level, html)?;
        }
        html.push_str("</mtr>");
    }
    html.push_str("</mtable>");
    Ok(())
}
