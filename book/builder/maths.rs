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
        write_node(row, &mut html)?;
        html.push_str("</math>");
        Ok(html)
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

fn write_node(node: &MathDomNode, html: &mut String) -> Result<(), BadFormula> {
    match node {
        MathDomNode::Math(node) => write_element(node, &[], html)?,
        MathDomNode::Text(text) => html.push_str(&escape(&text.text)),
        MathDomNode::Space(space) => {
            let _ = write!(html, r#"<mspace width="{:.4}em"></mspace>"#, space.width);
        }
        MathDomNode::Fragment(fragment) => {
            for child in &fragment.children {
                write_node(child, html)?;
            }
        }
    }
    Ok(())
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

fn write_element(node: &MathNode, extra: &[(&str, String)], html: &mut String) -> Result<(), BadFormula> {
    let name = node.node_type.as_ref();
    if let MathNodeType::Menclose | MathNodeType::Mglyph | MathNodeType::Mlabeledtr = node.node_type {
        let message =
            format!("needs <{name}>, which browsers do not draw (\\boxed, \\cancel, \\tag and the like)");
        return Err(BadFormula { message, at: None });
    }
    if node.node_type == MathNodeType::Mtable {
        return write_table(node, extra, html);
    }
    let token = matches!(
        node.node_type,
        MathNodeType::Mi | MathNodeType::Mo | MathNodeType::Mn | MathNodeType::Mtext
    );
    if token {
        write_token(node, extra, html);
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
    for child in &node.children {
        write_node(child, html)?;
    }
    let _ = write!(html, "</{name}>");
    Ok(())
}

fn open(name: &str, attributes: &[(&str, String)], html: &mut String) {
    let _ = write!(html, "<{name}");
    for (key, value) in attributes {
        let _ = write!(html, r#" {key}="{}""#, escape(value));
    }
    html.push('>');
}

/// Identifiers, operators, numbers and text: where letters get their style and fences learn to grow.
fn write_token(node: &MathNode, extra: &[(&str, String)], html: &mut String) {
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
    } else if node.node_type == MathNodeType::Mi && bar {
        // A plain bar, as in |x|: an operator without space around it, which does not grow.
        name = "mo";
        text = text.replace('∣', "|").replace('∥', "‖");
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
fn write_table(node: &MathNode, extra: &[(&str, String)], html: &mut String) -> Result<(), BadFormula> {
    let attribute = |key: &str| node.attributes.get(key).map_or("", String::as_str);
    let (align, columns) = (attribute("columnalign"), attribute("columnspacing"));
    let (rows, lines) = (attribute("rowspacing"), attribute("columnlines"));
    open("mtable", extra, html);
    let count = node.children.len();
    for (i, row) in node.children.iter().filter_map(element).enumerate() {
        if row.node_type == MathNodeType::Mlabeledtr {
            return write_element(row, &[], html);
        }
        html.push_str("<mtr>");
        let gap = |between: usize| em(entry(rows, between, "0em")) / 2.0 + ROW_GAP;
        let top = if i == 0 { 0.0 } else { gap(i - 1) };
        let bottom = if i + 1 == count { 0.0 } else { gap(i) };
        let width = row.children.len();
        for (j, cell) in row.children.iter().filter_map(element).enumerate() {
            let gap = |between: usize| em(entry(columns, between, "1em")) / 2.0;
            let left = if j == 0 { 0.0 } else { gap(j - 1) };
            let right = if j + 1 == width { 0.0 } else { gap(j) };
            let side = entry(align, j, "center");
            let mut style =
                format!("text-align:{side};padding:{top:.3}em {right:.3}em {bottom:.3}em {left:.3}em");
            if j + 1 < width && !lines.is_empty() && entry(lines, j, "none") != "none" {
                let _ = write!(style, ";border-right:1px {} currentColor", entry(lines, j, "none"));
            }
            write_element(cell, &[("style", style)], html)?;
        }
        html.push_str("</mtr>");
    }
    html.push_str("</mtable>");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
