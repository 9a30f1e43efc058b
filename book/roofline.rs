//! A roofline as SVG, for the example that draws the book's and for `cargo xtask bench roofline --svg`:
//! `#[path = "../../book/roofline.rs"] mod roofline;`
//!
//! Both axes are logarithmic. What is bound by transport lies under a slope, one for each level of memory; what is bound by arithmetic
//! under the flat line.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::fmt::Write as _;

/// Something that was measured: operations per byte, and operations per second.
pub struct Point {
    pub name: String,
    pub intensity: f64,
    pub rate: f64,
    /// Whether it is drawn full (1) or as a ring (0): two kinds of points.
    pub full: bool,
}

const LEFT: f64 = 56.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 400.0;
/// Height and, roughly, width of a letter.
const LETTER: (f64, f64) = (15.0, 7.6);

/// Where numbers lie, and which places are taken by letters or dots.
struct Canvas {
    svg: String,
    x: (f64, f64),
    y: (f64, f64),
    taken: Vec<[f64; 4]>,
}

impl Canvas {
    fn px(&self, intensity: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (intensity.log10() - self.x.0) / (self.x.1 - self.x.0)
    }

    fn py(&self, rate: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * (rate.log10() - self.y.0) / (self.y.1 - self.y.0)
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, colour: &str, what: &str) {
        let _ = writeln!(
            self.svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\" stroke=\"none\">{what}</text>"
        );
    }

    /// Writes at the first of these places that is free (the last, if none is): x, y of the letters' foot, and whether they end there.
    fn label(&mut self, places: &[(f64, f64, bool)], colour: &str, what: &str) {
        let width = LETTER.1 * what.chars().count() as f64;
        let boxed = |&(x, y, ends): &(f64, f64, bool)| {
            let left = if ends { x - width } else { x };
            [left, y - LETTER.0 + 2.0, left + width, y + 3.0]
        };
        let free = |b: &[f64; 4]| {
            let apart = |t: &[f64; 4]| b[2] < t[0] || t[2] < b[0] || b[3] < t[1] || t[3] < b[1];
            b[0] > LEFT && b[2] < RIGHT + 20.0 && b[1] > 0.0 && b[3] < BOTTOM && self.taken.iter().all(apart)
        };
        let Some(place) = places.iter().find(|p| free(&boxed(p))).or(places.last()) else { return };
        self.taken.push(boxed(place));
        self.text(place.0, place.1, if place.2 { "end" } else { "start" }, colour, what);
    }
}

/// The chart, 720 units wide: arithmetic at most, each level's name and bytes per second, and what was measured.
pub fn chart(flops: f64, levels: &[(String, f64)], points: &[Point]) -> String {
    let slowest = points.iter().map(|p| p.rate).fold(f64::INFINITY, f64::min);
    let least = points.iter().map(|p| p.intensity).fold(0.1, f64::min);
    let most = points.iter().map(|p| p.intensity).fold(100.0, f64::max);
    let mut canvas = Canvas {
        svg: String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 740 446\" fill=\"none\" stroke=\"currentColor\" \
             font-family=\"inherit\" font-size=\"15\">\n<!-- measured -->\n",
        ),
        x: (least.log10() - 0.3, most.log10() + 0.5),
        y: (slowest.min(1e9).log10().floor(), (flops.log10() + 0.15).max(10.0)),
        taken: Vec::new(),
    };
    axes(&mut canvas);
    let (x0, x1) = (10_f64.powf(canvas.x.0), 10_f64.powf(canvas.x.1));
    let fastest = levels.iter().map(|level| level.1).fold(0.0, f64::max);
    for point in points {
        let (x, y) = (canvas.px(point.intensity), canvas.py(point.rate));
        canvas.taken.push([x - 6.0, y - 6.0, x + 6.0, y + 6.0]);
    }
    for (name, bandwidth) in levels {
        let ridge = (flops / bandwidth).clamp(x0, x1);
        let begin = x0.max(10_f64.powf(canvas.y.0) / bandwidth);
        let (ax, ay) = (canvas.px(begin), canvas.py(begin * bandwidth));
        let (bx, by) = (canvas.px(ridge), canvas.py(ridge * bandwidth));
        let _ = writeln!(
            canvas.svg,
            "<path d=\"M{ax:.1} {ay:.1}L{bx:.1} {by:.1}\" stroke=\"var(--series-1, currentColor)\" stroke-width=\"2\"/>"
        );
        let along = |share: f64| (ax + share * (bx - ax) - 5.0, ay + share * (by - ay) - 3.0, true);
        let places: Vec<_> =
            [0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.9].into_iter().map(along).collect();
        canvas.label(
            &places,
            "var(--series-1, currentColor)",
            &format!("{name}, {:.0} GB/s", bandwidth / 1e9),
        );
    }
    let (flat, y) = (canvas.px((flops / fastest).clamp(x0, x1)), canvas.py(flops));
    let _ = writeln!(
        canvas.svg,
        "<path d=\"M{flat:.1} {y:.1}H{RIGHT}\" stroke=\"var(--series-1, currentColor)\" stroke-width=\"3\"/>"
    );
    let what = format!("arithmetic, {:.0} GFLOP/s", flops / 1e9);
    canvas.label(&[(RIGHT, y - 7.0, true)], "var(--series-1, currentColor)", &what);
    for point in points {
        let (x, y) = (canvas.px(point.intensity), canvas.py(point.rate));
        let fill = if point.full { "var(--series-2, currentColor)" } else { "none" };
        let _ = writeln!(
            canvas.svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{fill}\" stroke=\"var(--series-2, currentColor)\" stroke-width=\"2\"/>"
        );
    }
    for point in points {
        let (x, y) = (canvas.px(point.intensity), canvas.py(point.rate));
        let mut places = Vec::new();
        for down in [5.0, 16.0, -6.0, 27.0, -17.0, 38.0] {
            places.extend([(x + 10.0, y + down, false), (x - 10.0, y + down, true)]);
        }
        canvas.label(&places, "currentColor", &point.name);
    }
    canvas.svg.push_str("</svg>\n");
    canvas.svg
}

/// Powers of ten, and the names of the axes.
fn axes(canvas: &mut Canvas) {
    for ten in canvas.y.0.ceil() as i32..=canvas.y.1.floor() as i32 {
        let y = canvas.py(10_f64.powi(ten));
        let _ = writeln!(canvas.svg, "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke-opacity=\"0.2\"/>");
        canvas.text(LEFT - 8.0, y + 5.0, "end", "currentColor", &number(10_f64.powi(ten - 9)));
    }
    for ten in canvas.x.0.ceil() as i32..=canvas.x.1.floor() as i32 {
        let x = canvas.px(10_f64.powi(ten));
        let _ = writeln!(canvas.svg, "<path d=\"M{x:.1} {TOP}V{BOTTOM}\" stroke-opacity=\"0.2\"/>");
        canvas.text(x, BOTTOM + 18.0, "middle", "currentColor", &number(10_f64.powi(ten)));
    }
    let middle = f64::midpoint(LEFT, RIGHT);
    canvas.text(middle, BOTTOM + 38.0, "middle", "currentColor", "operations per byte");
    canvas.text(4.0, TOP - 14.0, "start", "currentColor", "GFLOP/s");
}

fn number(v: f64) -> String {
    format!("{v}")
}
