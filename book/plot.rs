//! A line chart as SVG, for the examples that draw the book's figures:
//! `#[path = "../../book/plot.rs"] mod plot;`
//!
//! Byte-stable, readable in light and dark (everything is `currentColor` or a CSS variable of the book's theme), and every
//! line carries its name at its end, so that nothing depends on colour.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::cell::RefCell;
use std::fmt::Write as _;

/// One axis: its name, the numbers that get a tick, and whether it is logarithmic. Ticks span the axis.
pub struct Axis<'a> {
    pub name: &'a str,
    pub ticks: &'a [f64],
    pub log: bool,
}

impl Axis<'_> {
    /// Where a value lies between the first tick (0) and the last (1).
    fn share(&self, value: f64) -> f64 {
        let f = |v: f64| if self.log { v.log10() } else { v };
        let (lo, hi) = (f(self.ticks[0]), f(self.ticks[self.ticks.len() - 1]));
        (f(value) - lo) / (hi - lo)
    }
}

/// A named curve. `nudge` moves its label up (negative) or down, where two would overlap.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    pub bold: bool,
    pub nudge: f64,
}

const DASHES: [&str; 6] = ["none", "8 4", "2 4", "12 3 2 3", "5 2", "1 3"];
const LEFT: f64 = 64.0;
const RIGHT: f64 = 570.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 310.0;

thread_local! {
    /// Every chart that was drawn, with the numbers behind it: [`write_figures`] puts them beside it.
    static DRAWN: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// The axes and all points of a chart as JSON, to six significant digits: as stable as the drawing, and finer than it.
fn data(x: &Axis<'_>, y: &Axis<'_>, lines: &[Line]) -> String {
    let short = |v: f64| format!("{v:.5e}").parse().ok().filter(|v: &f64| v.is_finite());
    let number = |v: f64| {
        short(v).map_or("null".into(), |v| {
            if v != 0.0 && v.abs() < 1e-3 { format!("{v:e}") } else { v.to_string() }
        })
    };
    let axis = |a: &Axis<'_>| format!("{{\"name\": {:?}, \"log\": {}}}", a.name, a.log);
    let line = |line: &Line| {
        let points: Vec<_> =
            line.points.iter().map(|&(x, y)| format!("[{}, {}]", number(x), number(y))).collect();
        format!("{{\"name\": {:?}, \"points\": [\n{}]}}", line.name, points.join(",\n"))
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    format!("{{\"x\": {},\n\"y\": {},\n\"lines\": [\n{}]}}\n", axis(x), axis(y), lines.join(",\n"))
}

/// The chart, 720 units wide. Points outside the axes are moved to their edge.
pub fn chart(x: &Axis<'_>, y: &Axis<'_>, lines: &[Line]) -> String {
    let px = |v: f64| LEFT + (RIGHT - LEFT) * x.share(v).clamp(0.0, 1.0);
    let py = |v: f64| BOTTOM - (BOTTOM - TOP) * y.share(v).clamp(0.0, 1.0);
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 356\" fill=\"none\" stroke=\"currentColor\" \
         font-family=\"inherit\" font-size=\"15\">\n",
    );
    for &tick in y.ticks {
        let _ = writeln!(svg, "<path d=\"M{LEFT} {:.1}H{RIGHT}\" stroke-opacity=\"0.2\"/>", py(tick));
        text(&mut svg, LEFT - 8.0, py(tick) + 4.0, "end", &number(tick));
    }
    for &tick in x.ticks {
        let _ = writeln!(svg, "<path d=\"M{:.1} {TOP}V{BOTTOM}\" stroke-opacity=\"0.2\"/>", px(tick));
        text(&mut svg, px(tick), BOTTOM + 18.0, "middle", &number(tick));
    }
    text(&mut svg, f64::midpoint(LEFT, RIGHT), BOTTOM + 38.0, "middle", x.name);
    text(&mut svg, 4.0, TOP - 14.0, "start", y.name);
    for (i, line) in lines.iter().enumerate() {
        let mut path = String::new();
        let mut last = (f64::NEG_INFINITY, 0.0);
        for (n, &(vx, vy)) in line.points.iter().enumerate() {
            let at = (px(vx), py(vy));
            // a point a pixel is enough
            if at.0 - last.0 >= 1.0 || n + 1 == line.points.len() {
                let _ = write!(path, "{}{:.1} {:.1}", if path.is_empty() { "M" } else { "L" }, at.0, at.1);
                last = at;
            }
        }
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" stroke=\"var(--series-{}, currentColor)\" stroke-width=\"{}\" stroke-dasharray=\"{}\"/>",
            i + 1,
            if line.bold { 3 } else { 2 },
            DASHES[i % DASHES.len()]
        );
        text(&mut svg, last.0 + 8.0, last.1 + 4.0 + line.nudge, "start", &line.name);
    }
    svg.push_str("</svg>\n");
    DRAWN.with_borrow_mut(|all| all.push((svg.clone(), data(x, y, lines))));
    svg
}

/// A [`chart`] whose curves all end in one place: each name stands around a point of its own, in units of the drawing.
pub fn chart_named(x: &Axis<'_>, y: &Axis<'_>, lines: Vec<(Line, f64, f64)>) -> String {
    let (mut lines, places): (Vec<Line>, Vec<(f64, f64)>) =
        lines.into_iter().map(|(line, x, y)| (line, (x, y))).unzip();
    let names: Vec<String> = lines.iter_mut().map(|line| std::mem::take(&mut line.name)).collect();
    let drawn = chart(x, y, &lines);
    let mut svg = drawn.trim_end().trim_end_matches("</svg>").to_string();
    for ((line, name), (x, y)) in lines.iter_mut().zip(names).zip(places) {
        text(&mut svg, x, y, "middle", &name);
        line.name = name;
    }
    svg.push_str("</svg>\n");
    DRAWN.with_borrow_mut(|all| all.push((svg.clone(), data(x, y, &lines))));
    svg
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, what: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"currentColor\" stroke=\"none\">{what}</text>"
    );
}

/// 1000, 0.01, or 10⁻⁵ where digits would not fit.
fn number(v: f64) -> String {
    if v != 0.0 && (v.abs() < 1e-3 || v.abs() >= 1e5) {
        let exponent = v.abs().log10().round() as i32;
        let digits: String = exponent
            .to_string()
            .chars()
            .map(|c| {
                if c == '-' {
                    '⁻'
                } else {
                    ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][c as usize - '0' as usize]
                }
            })
            .collect();
        format!("10{digits}")
    } else {
        format!("{v}")
    }
}

/// Writes a figure where the command line asks for it: `--figures DIR`; beside `NAME.svg` the numbers of a [`chart`], `NAME.json`.
pub fn write_figures(figures: &[(&str, String)]) -> std::io::Result<()> {
    let mut args = std::env::args().skip_while(|arg| arg != "--figures");
    if args.next().is_none() {
        return Ok(());
    }
    let dir = std::path::PathBuf::from(args.next().unwrap_or_else(|| "book/src/figures".into()));
    // Beside its place first, then renamed.
    let write = |name: &str, text: &str| {
        let (path, temporary) = (dir.join(name), dir.join(format!("{name}.tmp")));
        std::fs::write(&temporary, text)?;
        std::fs::rename(&temporary, &path)?;
        println!("wrote {}", path.display());
        std::io::Result::Ok(())
    };
    for (name, svg) in figures {
        write(name, svg)?;
        let numbers =
            DRAWN.with_borrow(|all| all.iter().find(|(drawn, _)| drawn == svg).map(|(_, data)| data.clone()));
        if let Some(numbers) = numbers {
            write(&std::path::Path::new(name).with_extension("json").to_string_lossy(), &numbers)?;
        }
    }
    Ok(())
}
