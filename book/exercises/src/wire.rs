//! How observations travel from the learner's process to the judge: lines of text in a file of their own.
//!
//! Every line begins with a seal: a hash of a key, the number of the line, and the line. The key reached the process through its
//! standard input, which was read to the end before the learner's code ran, and it is written nowhere. So a line that somebody
//! else adds, copies, moves, changes or takes away is noticed. Numbers travel as the bits they are.

use crate::observe::{CLOSE, Field, Seen, Trace, Value};
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::Hasher;

/// More numbers than this in one field are not written down: no probe asks for so many.
const TOO_MANY: usize = 1 << 20;

/// Who seals lines, or checks their seals: one that knows the key and counts.
#[derive(Clone)]
pub struct Seal {
    key: String,
    line: u64,
}

impl Seal {
    /// A counter at the first line.
    pub fn new(key: &str) -> Self {
        Seal { key: key.into(), line: 0 }
    }

    /// The seal of the next line.
    fn next(&mut self, body: &str) -> String {
        self.line += 1;
        seal(&self.key, self.line, body)
    }

    /// The lines with their seals.
    fn lines(&mut self, bodies: &str) -> String {
        bodies.lines().fold(String::new(), |mut text, body| {
            let _ = writeln!(text, "{} {body}", self.next(body));
            text
        })
    }

    /// The first line: who speaks, and how many probes there will be.
    pub fn begin(&mut self, probes: usize) -> String {
        self.lines(&format!("begin {probes}"))
    }

    /// Announces a probe before it runs, so that a run that never comes back has named it.
    pub fn announce(&mut self, pass: usize, probe: usize) -> String {
        self.lines(&format!("probe {pass} {probe}"))
    }

    /// What the announced probe showed.
    pub fn outcome(&mut self, seen: &Seen) -> String {
        self.lines(&body(seen))
    }

    /// The last line.
    pub fn end(&mut self) -> String {
        self.lines("end")
    }
}

/// 64 bits that only the key gives. (SipHash with the key before the text: the harness and the judge are compiled by the same
/// compiler, and nothing of it is kept.)
fn seal(key: &str, line: u64, body: &str) -> String {
    let mut hash = DefaultHasher::new();
    hash.write(key.as_bytes());
    hash.write_u64(line);
    hash.write(body.as_bytes());
    format!("{:016x}", hash.finish())
}

/// What the harness says on standard error when it cannot do its part, in a form that nobody else can give it.
pub fn fault(key: &str, why: &str) -> String {
    let why = escape(why);
    // No line of observations has this number.
    format!("harness [{}]: {why}", seal(key, 0, &why))
}

/// What the harness said, if it was the harness.
pub fn faults(stderr: &str, key: &str) -> Option<String> {
    stderr.lines().find_map(|line| {
        let (given, why) = line.strip_prefix("harness [")?.split_once("]: ")?;
        (given == seal(key, 0, why)).then(|| unescape(why))
    })
}

fn body(seen: &Seen) -> String {
    let mut text = String::new();
    match seen {
        Seen::Panicked { message, place } => {
            let _ = writeln!(text, "panic {}\t{}", escape(place), escape(message));
        }
        Seen::Fields(fields) => {
            for Field { name, value, .. } in fields {
                let name = escape(name);
                let _ = match value {
                    Value::Numbers { shape, data } if data.len() > TOO_MANY => {
                        writeln!(text, "text {name}\t{} numbers of shape {shape:?}", data.len())
                    }
                    Value::Numbers { shape, data } => {
                        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
                        let _ = write!(text, "numbers {name}\t{}\t", shape.join("x"));
                        for x in data {
                            let _ = write!(text, "{:016x}", x.to_bits());
                        }
                        writeln!(text)
                    }
                    Value::Text(t) => writeln!(text, "text {name}\t{}", escape(t)),
                    Value::Cost(c) => writeln!(text, "cost {name}\t{:016x}", c.to_bits()),
                };
            }
        }
    }
    text + "done\n"
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
pub fn parse(text: &str, key: &str) -> Stream {
    let mut stream = Stream::default();
    let mut seal = Seal::new(key);
    let mut fields = Vec::new();
    let mut panic = None;
    for line in text.split_inclusive('\n') {
        let Some(line) = line.strip_suffix('\n') else { break };
        let body = line.split_once(' ').filter(|(given, body)| *given == seal.next(body)).map(|l| l.1);
        if body.and_then(|body| parse_line(body, &mut stream, &mut fields, &mut panic)).is_none() {
            stream.forged = true;
            break;
        }
    }
    stream
}

fn parse_line(
    body: &str,
    stream: &mut Stream,
    fields: &mut Vec<Field>,
    panic: &mut Option<Seen>,
) -> Option<()> {
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

    fn write(key: &str) -> String {
        let (a, b) = sample();
        let mut seal = Seal::new(key);
        let mut text = seal.begin(2);
        for pass in 0..2 {
            for (i, seen) in [&a, &b].into_iter().enumerate() {
                text += &seal.announce(pass, i);
                text += &seal.outcome(seen);
            }
        }
        text + &seal.end()
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
        let mut seal = Seal::new("n");
        let text = seal.begin(2) + &seal.announce(0, 0) + "0123456789abcdef numbers a\t2\t3ff";
        let stream = parse(&text, "n");
        assert_eq!(stream.running, Some((0, 0)));
        assert!(!stream.ended && !stream.forged);
    }

    #[test]
    fn every_line_needs_its_seal_and_its_place() {
        let right = write("n0");
        assert!(!parse(&right, "n0").forged && parse(&right, "n1").forged);
        let lines: Vec<&str> = right.split_inclusive('\n').collect();
        let n = lines.len();
        let done = right.lines().find(|l| l.ends_with(" done")).unwrap().to_string() + "\n";
        // added: nonsense, a copy of a line that was right where it stood, the same words without a seal
        for more in ["hello\n", "0123456789abcdef done\n", "done\n", "\n", &done, lines[n - 1]] {
            assert!(parse(&(right.clone() + more), "n0").forged, "{more}");
            assert!(parse(&(more.to_string() + &right), "n0").forged, "{more}");
        }
        for i in 0..n - 1 {
            let without: String = lines.iter().enumerate().filter(|(j, _)| *j != i).map(|l| *l.1).collect();
            assert!(parse(&without, "n0").forged, "line {i} was taken away");
            let mut moved = lines.clone();
            moved.swap(i, i + 1);
            assert!(parse(&moved.concat(), "n0").forged, "line {i} was moved");
        }
        // The end taken away: not forged, but not at its end either.
        let cut = parse(&lines[..n - 1].concat(), "n0");
        assert!(!cut.forged && !cut.ended);
        // One digit changed.
        assert!(parse(&right.replace("3ff8", "3ff9"), "n0").forged);
        // Sealed, but out of order: not even the harness may do that.
        let mut seal = Seal::new("n");
        assert!(parse(&(seal.begin(1) + &seal.announce(0, 0) + &seal.announce(0, 0)), "n").forged);
        let mut seal = Seal::new("n");
        assert!(parse(&(seal.begin(2) + &seal.announce(0, 1)), "n").forged);
    }

    #[test]
    fn faults_are_the_harness_s_own() {
        let said = fault("n", "no space\nleft");
        assert_eq!(faults(&format!("a\n{said}\nb"), "n").as_deref(), Some("no space\nleft"));
        assert_eq!(faults(&said, "m"), None);
        assert_eq!(faults("harness [0123456789abcdef]: no space", "n"), None);
    }
}
