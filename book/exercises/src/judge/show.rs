//! Numbers as a reader wants them: the shortest text that is still exactly that number.

use crate::observe::{Field, Value};

/// The shortest decimal that reads back as `x`.
pub(super) fn number(x: f64) -> String {
    let text = format!("{x:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

/// As many digits as a glance can use.
fn short(x: f64) -> String {
    if x == 0.0 || (1e-4..1e7).contains(&x.abs()) {
        let text = format!("{x:.6}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        return if text == "-0" { "0".into() } else { text.into() };
    }
    if !x.is_finite() {
        return number(x);
    }
    // What lies near a large number differs from it far behind the point.
    let whole = format!("{x:e}");
    if whole.len() <= 16 || x.abs() > 1.0 { whole } else { format!("{x:.5e}") }
}

/// `c[1, 2]`, or the bare name for a single number.
pub(super) fn place(name: &str, shape: &[usize], at: usize) -> String {
    let mut index = Vec::new();
    let mut rest = at;
    for &n in shape.iter().rev() {
        index.push((rest % n).to_string());
        rest /= n;
    }
    index.reverse();
    if index.is_empty() { name.to_string() } else { format!("{name}[{}]", index.join(", ")) }
}

/// A value on one line, or a matrix on several; long ones are cut with a notice.
pub(super) fn value(value: &Value) -> Vec<String> {
    const MOST: usize = 8;
    let row = |data: &[f64]| {
        let mut cells: Vec<String> = data.iter().take(MOST).map(|&x| short(x)).collect();
        if data.len() > MOST {
            cells.push(format!("… ({} in all)", data.len()));
        }
        cells.join("  ")
    };
    match value {
        Value::Text(t) => t.lines().take(MOST).map(str::to_string).collect(),
        Value::Cost(c) => vec![number(*c)],
        Value::Numbers { shape, data } => match shape[..] {
            [] => vec![number(data[0])],
            [rows, cols] if rows * cols > 0 => {
                let cells: Vec<String> = data.iter().map(|&x| short(x)).collect();
                let width = |j: usize| (0..rows).map(|i| cells[i * cols + j].len()).max().unwrap_or(0);
                let mut lines: Vec<String> = (0..rows.min(MOST))
                    .map(|i| {
                        let mut line: Vec<String> = (0..cols.min(MOST))
                            .map(|j| format!("{:>w$}", cells[i * cols + j], w = width(j)))
                            .collect();
                        if cols > MOST {
                            line.push("…".into());
                        }
                        format!("[{}]", line.join("  "))
                    })
                    .collect();
                if rows > MOST || cols > MOST {
                    lines.push(format!("… (shape {shape:?})"));
                }
                lines
            }
            [_] => vec![format!("[{}]", row(data))],
            _ => vec![format!("shape {shape:?}: {}", row(data))],
        },
    }
}

/// `name = value`, with the lines of a matrix below one another.
pub(super) fn field(field: &Field) -> Vec<String> {
    let lead = format!("{} = ", field.name);
    let blank = " ".repeat(lead.chars().count());
    value(&field.value)
        .into_iter()
        .enumerate()
        .map(|(i, line)| format!("{}{line}", if i == 0 { &lead } else { &blank }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for x in [0.1, 1.0, -2.5, 1e-300, 6.02e23, f64::INFINITY, 1.0 / 3.0] {
            assert_eq!(number(x).parse::<f64>().unwrap(), x);
        }
        assert_eq!(number(3.0), "3");
        assert_eq!(short(1.0 / 3.0), "0.333333");
        assert_eq!(short(-1e-9), "-1e-9");
        assert_eq!(short(-1e10 + 1.5), "-9.9999999985e9");
        assert_eq!(short(1e10 / 3.0), "3.3333333333333335e9");
        assert_eq!(short(1e-9 / 3.0), "3.33333e-10");
        assert_eq!(place("c", &[2, 3], 5), "c[1, 2]");
        assert_eq!(place("loss", &[], 0), "loss");
    }

    #[test]
    fn odd_shapes_are_shown_too() {
        for shape in [vec![0], vec![0, 3], vec![3, 0], vec![2, 1, 2], vec![20, 20], vec![40]] {
            let n = shape.iter().product();
            assert!(!value(&Value::Numbers { shape, data: vec![0.5; n] }).is_empty());
        }
    }
}
