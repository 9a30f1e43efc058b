//! How observations travel from the learner's process to the judge: lines of text in a file of their own.
//!
//! Every line begins with a nonce that reached the process through its standard input, which was read to the end before
//! the learner's code ran; a line without it is a forgery. Numbers travel as the bits they are.

use crate::observe::{CLOSE, Field, Seen, Trace, Value};
use std::fmt::Write as _;

/// More numbers than this in one field are not written down: no probe asks for so many.
const TOO_MANY: usize = 1 << 20;

/// The first line: who speaks, and how many probes there will be.
pub fn begin(nonce: &str, probes: usize) -> String {
    format!("{nonce} begin {probes}\n")
}

/// Announces a probe before it runs, so that a run that never comes back has named it.
pub fn announce(nonce: &str, pass: usize, probe: usize) -> String {
    format!("{nonce} probe {pass} {probe}\n")
}

/// What the announced probe showed.
pub fn outcome(nonce: &str, seen: &Seen) -> String {
    let mut text = String::new();
    match seen {
        Seen::Panicked { message, place } => {
            let _ = writeln!(text, "{nonce} panic {}\t{}", escape(place), escape(message));
        }
        Seen::Fields(fields) => {
            for Field { name, value, .. } in fields {
                let name = escape(name);
                let _ = match value {
                    Value::Numbers { shape, data } if data.len() > TOO_MANY => {
                        writeln!(text, "{nonce} text {name}\t{} numbers of shape {shape:?}", data.len())
                    }
                    Value::Numbers { shape, data } => {
                        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
                        let _ = write!(text, "{nonce} numbers {name}\t{}\t", shape.join("x"));
                        for x in data {
                            let _ = write!(text, "{:016x}", x.to_bits());
                        }
                        writeln!(text)
                    }
                    Value::Text(t) => writeln!(text, "{nonce} text {name}\t{}", escape(t)),
                    Value::Cost(c) => writeln!(text, "{nonce} cost {name}\t{:016x}", c.to_bits()),
                };
            }
        }
    }
    let _ = writeln!(text, "{nonce} done");
    text
}

/// The last line.
pub fn end(nonce: &str) -> String {
    format!("{nonce} end\n")
}

/// What a file of observations holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// The harness said that it began.
    pub begun: bool,
    /// The probes that came back.
    pub trace: Trace,
    /// The probe that was announced and did not come back, as (pass, probe).
    pub running: Option<(usize, usize)>,
    /// All probes were run, twice.
    pub ended: bool,
    /// Something in the file was not written by the harness.
    pub forged: bool,
}

/// Reads a file of observations. An unfinished last line, cut off when the process was killed, is ignored.
pub fn parse(text: &str, nonce: &str) -> Stream {
    let mut stream = Stream::default();
    let mut fields = Vec::new();
    let mut panic = None;
    for line in text.split_inclusive('\n') {
        let Some(line) = line.strip_suffix('\n') else { break };
        if parse_line(line, nonce, &mut stream, &mut fields, &mut panic).is_none() {
            stream.forged = true;
            break;
        }
    }
    stream
}

fn parse_line(
    line: &str,
    nonce: &str,
    stream: &mut Stream,
    fields: &mut Vec<Field>,
    panic: &mut Option<Seen>,
) -> Option<()> {
    let body = line.strip_prefix(nonce)?.strip_prefix(' ')?;
    let (kind, rest) = body.split_once(' ').unwrap_or((body, ""));
    if stream.ended {
        return None;
    }
    match kind {
        "begin" if !stream.begun => stream.begun = true,
        "probe" if stream.running.is_none() => {
            let (pass, probe) = rest.split_once(' ')?;
            let (pass, probe): (usize, usize) = (pass.parse().ok()?, probe.parse().ok()?);
            // in order, and none twice
            if pass > 1 || stream.trace.passes[pass].len() != probe {
                return None;
            }
            stream.running = Some((pass, probe));
        }
        "numbers" => {
            let mut parts = rest.splitn(3, '\t');
            let (name, shape, data) = (parts.next()?, parts.next()?, parts.next()?);
            let shape = shape.split('x').filter(|s| !s.is_empty()).map(str::parse).collect::<Result<_, _>>();
            let data = (0..data.len() / 16).map(|i| number(data.get(i * 16..i * 16 + 16)?));
            let value = Value::Numbers { shape: shape.ok()?, data: data.collect::<Option<_>>()? };
            fields.push(Field { name: unescape(name), value, check: CLOSE });
        }
        "text" | "cost" => {
            let (name, value) = rest.split_once('\t')?;
            let value =
                if kind == "cost" { Value::Cost(number(value)?) } else { Value::Text(unescape(value)) };
            fields.push(Field { name: unescape(name), value, check: CLOSE });
        }
        "panic" => {
            let (place, message) = rest.split_once('\t')?;
            *panic = Some(Seen::Panicked { message: unescape(message), place: unescape(place) });
        }
        "done" => {
            let (pass, _) = stream.running.take()?;
            let seen = panic.take().unwrap_or_else(|| Seen::Fields(std::mem::take(fields)));
            stream.trace.passes[pass].push(seen);
        }
        "end" => stream.ended = true,
        _ => return None,
    }
    Some(())
}

fn number(hex: &str) -> Option<f64> {
    u64::from_str_radix(hex, 16).ok().map(f64::from_bits)
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => break,
            },
            c => c,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Seen, Seen) {
        let fields = vec![
            Field {
                name: "a\tb".into(),
                value: Value::Numbers {
                    shape: vec![2, 2],
                    data: vec![1.5, -0.0, f64::NAN, f64::NEG_INFINITY],
                },
                check: CLOSE,
            },
            Field { name: "none".into(), value: (&[] as &[f64]).into(), check: CLOSE },
            Field { name: "one".into(), value: 0.1.into(), check: CLOSE },
            Field { name: "t".into(), value: "line\nline\\".into(), check: CLOSE },
            Field { name: "c".into(), value: Value::Cost(3.0), check: CLOSE },
        ];
        (Seen::Fields(fields), Seen::Panicked { message: "a\nb".into(), place: "x.rs:1:2".into() })
    }

    fn write(nonce: &str) -> String {
        let (a, b) = sample();
        let mut text = begin(nonce, 2);
        for pass in 0..2 {
            for (i, seen) in [&a, &b].into_iter().enumerate() {
                text += &announce(nonce, pass, i);
                text += &outcome(nonce, seen);
            }
        }
        text + &end(nonce)
    }

    #[test]
    fn what_is_written_is_read() {
        let stream = parse(&write("n0"), "n0");
        assert!(stream.begun && stream.ended && !stream.forged && stream.running.is_none());
        let (a, b) = sample();
        for pass in &stream.trace.passes {
            // NaN is not equal to itself: compare what is printed
            assert_eq!(format!("{pass:?}"), format!("{:?}", [&a, &b]));
        }
    }

    #[test]
    fn a_cut_off_stream_names_the_probe() {
        let text = begin("n", 2) + &announce("n", 0, 0) + "n numbers a\t2\t3ff";
        let stream = parse(&text, "n");
        assert_eq!(stream.running, Some((0, 0)));
        assert!(!stream.ended && !stream.forged);
    }

    #[test]
    fn every_line_needs_the_nonce_and_its_place() {
        let right = write("n0");
        assert!(parse(&right, "n1").forged);
        assert!(parse(&(right.clone() + "n0 done\n"), "n0").forged);
        assert!(parse(&(right + "hello\n"), "n0").forged);
        let twice = begin("n", 1) + &announce("n", 0, 0) + &announce("n", 0, 0);
        assert!(parse(&twice, "n").forged);
        let skips = begin("n", 2) + &announce("n", 0, 1);
        assert!(parse(&skips, "n").forged);
    }
}
