//! From text to axes.

use super::Einsum;
use crate::error::Error;
use crate::shape::MAX_RANK;

/// Reads `"ij,jk->ik"`.
pub(super) fn parse(expression: &str) -> Result<Einsum, Error> {
    let bad = |at: usize, problem: String| Error::Einsum { expression: expression.to_owned(), at, problem };
    // The place of every letter is kept, since a message that says where is worth twice one that does not.
    let mut terms: Vec<Vec<(usize, char)>> = vec![Vec::new()];
    let mut arrow = None; // the number of terms in front of it
    let mut characters = expression.chars().enumerate().filter(|(_, c)| !c.is_whitespace()).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            'a'..='z' | 'A'..='Z' => {
                let term = terms.last_mut().expect("never empty");
                term.push((at, c));
                if term.len() > MAX_RANK {
                    return Err(bad(at, format!("more than {MAX_RANK} axes")));
                }
            }
            ',' if arrow.is_none() => terms.push(Vec::new()),
            ',' => return Err(bad(at, "there is one result".into())),
            '-' if arrow.is_none() && characters.next_if(|&(_, next)| next == '>').is_some() => {
                arrow = Some(terms.len());
                terms.push(Vec::new());
            }
            _ => return Err(bad(at, format!("'{c}' is no letter, comma or first ->"))),
        }
    }
    if arrow.is_none() {
        let end = expression.chars().count();
        return Err(bad(end, "write -> and then the axes of the result".into()));
    }
    let result = terms.pop().expect("the arrow began a term");

    let mut letters: Vec<char> = Vec::new();
    for (at, c) in result {
        if letters.contains(&c) {
            return Err(bad(at, format!("the result has the axis '{c}' twice")));
        }
        if !terms.iter().flatten().any(|&(_, other)| other == c) {
            return Err(bad(at, format!("no operand has the axis '{c}'")));
        }
        letters.push(c);
    }
    let kept = letters.len();
    let mut number = |c: char| {
        letters.iter().position(|&known| known == c).unwrap_or_else(|| {
            letters.push(c);
            letters.len() - 1
        })
    };
    let operands =
        terms.iter().map(|term| term.iter().map(|&(_, c)| number(c)).collect()).collect::<Vec<Vec<usize>>>();
    Ok(Einsum { expression: expression.to_owned(), letters, operands, kept })
}
