//! Formulas: TeX in, MathML out, at build time, so that the book needs neither a network nor JavaScript to be read.
//!
//! KaTeX's parser builds a tree of MathML; this file writes the tree out for the part of MathML that browsers draw
//! themselves (MathML Core), which is where KaTeX's own output falls short:
//!
//! * `mathvariant` is ignored there but for `normal`: styled letters become Unicode's own ([`crate::letters`]);
//! * bars are written as U+2223 and U+2225, which are relations and do not grow: fences become `|` and `‖`, stretchy;
//! * a table's `columnalign`, `columnspacing` and `rowspacing` are ignored: they become styles of its cells;
//! * the TeX source goes into `alttext` instead of an annotation.
//!
//! Source: MathML Core, W3C, sections 2.2.1 (`mathvariant`), 3.2.4 (operators) and 3.5 (tables).

use crate::letters::styled;
use katex::dom_tree::HtmlDomNode;
use katex::mathml_tree::{MathDomNode, MathNode, MathNodeType};
use katex::{KatexContext, OutputFormat, Settings, StrictMode, StrictSetting};
use std::fmt::Write as _;

/// Why a formula cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadFormula {
    /// What is wrong with it.
    pub(crate) message: String,
    /// The byte of the formula where it goes wrong, if that is known.
    pub(crate) at: Option<usize>,
}

/// Renders formulas; made once, since KaTeX's tables take longer to set up than a formula to render.
pub(crate) struct Maths {
    katex: KatexContext,
}

impl Maths {
    /// Sets KaTeX's tables up.
    pub(crate) fn new() -> Self {
        Self { katex: KatexContext::default() }
    }

    /// One formula as a `math` element.
    ///
    /// # Errors
    ///
    /// [`BadFormula`] if KaTeX does not understand it, or if it needs what browsers cannot draw.
    pub(crate) fn render(&self, tex: &str, display: bool) -> Result<String, BadFormula> {
        let settings = Settings::builder()
            .output(OutputFormat::Mathml)
            .display_mode(display)
            .strict(StrictSetting::Mode(StrictMode::Ignore))
            .build();
        let tree = katex::render_to_dom_tree(&self.katex, tex, &settings)
            .map_err(|error| BadFormula { message: error.kind.to_string(), at: error.position() })?;
        let unexpected = || BadFormula { message: "KaTeX returned no MathML".into(), at: None };
        let math = tree.children.iter().find_map(find_math).ok_or_else(unexpected)?;
        let semantics = math.children.first().and_then(element).ok_or_else(unexpected)?;
        let row = semantics.children.first().ok_or_else(unexpected)?;

        let mut html = String::from("<math");
        if display {
            html.push_str(r#" display="block""#);
        }
        let source = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = write!(html, r#" alttext="{}">"#, escape(&source));
        write_node(row, Level { script: false, display }, &mut html)?;
        html.push_str("</math>");
        Ok(html)
    }
}

/// Where in a formula something stands; TeX puts no space around operators in indices and exponents.
#[derive(Clone, Copy)]
struct Level {
    /// In an index, an exponent, a limit, or a fraction within a line.
    script: bool,
    /// In a displayed formula.
    display: bool,
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

fn find_math(node: &HtmlDomNode) -> Option<&MathNode> {
    match node {
        HtmlDomNode::MathML(math) => Some(math),
        HtmlDomNode::DomSpan(span) => span.children.iter().find_map(find_math),
        _ => None,
    }
}

fn element(node: &MathDomNode) -> Option<&MathNode> {
    if let MathDomNode::Math(node) = node { Some(node) } else { None }
}

/// Makes text safe inside an element and inside a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
    }
    safe
}

fn write_node(node: &MathDomNode, level: Level, html: &mut String) -> Result<(), BadFormula> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const THIN: &str = r#"<mspace width="0.1667em"></mspace>"#;

    #[test]
    fn names_of_functions_have_their_thin_spaces() {
        let html = inline(r"a \log x");
        assert!(
            html.contains(&format!("<mi>a</mi>{THIN}<mi>log</mi><mo>\u{2061}</mo>{THIN}<mi>x</mi>")),
            "{html}"
        );
        assert!(!inline(r"\log(x)").contains("mspace"));
        assert!(!inline(r"= \log(x)").contains("mspace"));
        assert_eq!(inline(r"\operatorname*{arg\,max}_\theta \log p").matches(THIN).count(), 2);
        assert_eq!(inline(r"p(x) \log^2 x").matches(THIN).count(), 2);
    }

    #[test]
    fn operators_in_indices_stand_close() {
        let html = inline(r"\sum_{i=1} x = y");
        assert!(html.contains(r#"<mo lspace="0em" rspace="0em">=</mo><mn>1</mn>"#), "{html}");
        assert!(html.contains("<mo>=</mo><mi>y</mi>"), "{html}");
        assert!(!Maths::new().render(r"\frac{a+b}{c}", true).unwrap().contains("lspace"));
        assert!(inline(r"\frac{a+b}{c}").contains("lspace"));
    }

    #[test]
    fn upright_words_stay_in_one_piece() {
        assert!(inline(r"D_{\mathrm{KL}}").contains("<mi>KL</mi>"));
        assert!(inline(r"\mathrm{d}x").contains(r#"<mi mathvariant="normal">d</mi><mi>x</mi>"#));
    }

    #[test]
    fn lines_of_a_table_are_borders() {
        let html = inline(r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}");
        assert_eq!(html.matches("border-right").count(), 2, "{html}");
        assert_eq!(html.matches("border-bottom").count(), 2, "{html}");
    }

    fn inline(tex: &str) -> String {
        Maths::new().render(tex, false).unwrap_or_else(|error| panic!("{tex}: {}", error.message))
    }

    #[test]
    fn styled_letters_are_characters() {
        let html =
            inline(r"\mathbb{R}^n, \mathbf{x}, \boldsymbol{\theta}, \mathcal{L}, \mathrm{d}x, \mathbf{0}");
        for letter in ["ℝ", "𝐱", "𝜽", "ℒ", r#"<mi mathvariant="normal">d</mi>"#, "𝟎"] {
            assert!(html.contains(letter), "{letter} is not in {html}");
        }
        assert_eq!(html.matches("mathvariant").count(), 1, "{html}");
    }

    #[test]
    fn fences_grow_and_plain_bars_do_not() {
        let html = inline(r"\left\| \frac{a}{b} \right\|");
        assert_eq!(html.matches(r#"<mo fence="true" stretchy="true">‖</mo>"#).count(), 2, "{html}");
        let html = inline("|x|");
        assert_eq!(
            html.matches(r#"<mo lspace="0em" rspace="0em" stretchy="false">|</mo>"#).count(),
            2,
            "{html}"
        );
        let html = inline(r"\lVert x \rVert");
        assert_eq!(
            html.matches(r#"<mo lspace="0em" rspace="0em" stretchy="false">‖</mo>"#).count(),
            2,
            "{html}"
        );
        let html = inline(r"p(y \mid x)");
        assert!(html.contains("<mo>∣</mo>"), "a conditional bar keeps its space as a relation: {html}");
    }

    #[test]
    fn tables_carry_their_alignment_in_styles() {
        let html = inline(r"\begin{aligned} a &= b \\ &= c \end{aligned}");
        assert_eq!(html.matches("text-align:right").count(), 2, "{html}");
        assert_eq!(html.matches("text-align:left").count(), 2, "{html}");
        assert!(!html.contains("columnalign"), "{html}");
        let html = inline(r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}");
        assert_eq!(html.matches("<mtd ").count(), 4, "{html}");
        assert_eq!(html.matches(r#"<mo fence="true" stretchy="true">"#).count(), 2, "{html}");
    }

    #[test]
    fn the_source_is_the_alternative_text() {
        let html = inline("a<b \\text{ \"so\"}\n  + c");
        assert!(html.contains(r#"alttext="a&lt;b \text{ &quot;so&quot;} + c""#), "{html}");
    }

    #[test]
    fn the_same_formula_gives_the_same_bytes() {
        let tex = r"\left( \sum_{i=1}^n \frac{x_i}{\sqrt{n}} \right)^{2}";
        assert_eq!(inline(tex), inline(tex));
    }

    #[test]
    fn what_a_book_on_learning_needs() {
        for tex in [
            r"\frac{\partial L}{\partial w}",
            r"\sum_{i=1}^{n} x_i",
            r"\prod_{t=1}^T p(x_t \mid x_{<t})",
            r"\int_0^1 f(x)\,\mathrm{d}x",
            r"\lim_{h \to 0} \frac{f(x+h) - f(x)}{h}",
            r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
            r"\begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}",
            r"\operatorname{relu}(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
            r"\begin{aligned} \mathbf{h} &= W\mathbf{x} + \mathbf{b} \\ \hat{y} &= \sigma(\mathbf{h}) \end{aligned}",
            r"\mathbb{E}_{x \sim p}\left[ f(x) \right]",
            r"\lVert x \rVert_2^2 + \lvert y \rvert + \|z\|_\infty + |w|",
            r"\hat{\theta}, \widehat{abc}, \bar{x}, \overline{xy}, \tilde{p}, \vec{v}, \dot{x}",
            r"\underbrace{Q K^\top}_{\text{scores}} \Big/ \sqrt{d_k}",
            r"\overbrace{a + b}^{n \text{ terms}}",
            r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
            r"\operatorname*{arg\,max}_\theta \log p_\theta(x)",
            r"D_{\mathrm{KL}}(p \,\|\, q) = \sum_x p(x) \log \frac{p(x)}{q(x)}",
            r"A^\top A = V \Sigma^2 V^\top, \quad A^{-1}, \quad A^{\mathsf T}",
            r"\mathcal{N}(\mu, \sigma^2), \quad \mathcal{O}(n^3), \quad \mathcal{L}(\theta)",
            r"\left. \frac{df}{dx} \right|_{x=0}",
            r"x \in \{0, 1\}^n, \; \forall \varepsilon > 0 \; \exists N",
            r"\nabla_\theta J, \quad \partial_t u, \quad \Delta x",
            r"\binom{n}{k}, \; \dbinom{n}{k}, \; n!",
            r"a \odot b, \; a \otimes b, \; a \oplus b, \; a \cdot b, \; a \times b",
            r"a \le b \ll c \approx d \equiv e \propto f \ne g",
            r"\lfloor x \rfloor, \lceil y \rceil, \langle u, v \rangle",
            r"x \mapsto f(x), \; A \Rightarrow B, \; x \leftarrow x - \eta g, \; \xrightarrow{f}",
            r"\sup_{x \in [0,1]} |f(x) - g(x)| \le \varepsilon",
            r"\mathbf{1}[x > 0], \; \mathbb{1}_{A}",
            r"\substack{i < j \\ j < k}",
            r"1{,}024 \text{ and } 3 \times 10^{-8}",
            r"\mathtt{f32}, \; \mathsf{A}, \; \mathfrak{g}, \; \textbf{bold}, \; \textit{it}, \; \texttt{code}",
            r"\begin{array}{c|cc} & a & b \\ \hline x & 1 & 2 \end{array}",
            r"\ldots, \cdots, \vdots, \ddots",
            r"f'(x), f''(x), x^{(t+1)}, \bar{x}_{ij}^{\ast}",
            r"\color{red} x, \; \textcolor{blue}{y}",
            r"\phantom{x} \; \quad \qquad \! \: a",
            r"\stackrel{\text{def}}{=}, \; \overset{!}{=}, \; \underset{x}{\min}",
            r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}, \; \det A, \; \operatorname{tr} A, \; \operatorname{diag}(x)",
            r"\boldsymbol{\mu}, \; \pmb{x}, \; \mathbf{\Sigma}",
            r"\left\{ x \;\middle|\; x > 0 \right\}",
            r"\tfrac12, \dfrac{1}{2}",
        ] {
            for display in [false, true] {
                let html =
                    Maths::new().render(tex, display).unwrap_or_else(|e| panic!("{tex}: {}", e.message));
                assert!(html.starts_with("<math") && html.ends_with("</math>"), "{html}");
                let (opened, closed) = (html.matches("<m").count(), html.matches("</m").count());
                assert_eq!(opened, closed, "unbalanced: {html}");
            }
        }
    }

    #[test]
    fn a_bad_formula_says_where() {
        let bad = |tex: &str| Maths::new().render(tex, false).unwrap_err();
        assert_eq!(bad(r"a + \frak{").at, Some(10));
        assert_eq!(bad(r"a + \nosuch b").at, Some(4));
        assert!(bad(r"\nicefrac12").message.contains("nicefrac"));
        assert!(bad(r"\boxed{x}").message.contains("menclose"));
        assert!(bad(r"\cancel{x}").message.contains("menclose"));
        assert!(bad(r"\begin{pmatrix} a \end{bmatrix}").message.contains("Mismatched"));
        assert!(bad("a_b_c").at.is_some());
    }
}
