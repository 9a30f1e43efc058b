//! Formulas: TeX in, MathML out, at build time, so that the book needs neither a network nor JavaScript to be read.
//!
//! KaTeX's parser reads them and builds a tree; [`crate::mathml`] writes the tree out for browsers.

use crate::mathml::{self, Level};
use katex::dom_tree::HtmlDomNode;
use katex::mathml_tree::MathNode;
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
        let semantics = math.children.first().and_then(mathml::element).ok_or_else(unexpected)?;
        let row = semantics.children.first().ok_or_else(unexpected)?;

        let mut html = String::from("<math");
        if display {
            html.push_str(r#" display="block""#);
        }
        let source = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = write!(html, r#" alttext="{}">"#, escape(&source));
        mathml::write_node(row, Level { script: false, display }, &mut html)?;
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
