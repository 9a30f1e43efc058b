//! Mathematical letters: what MathML once said with `mathvariant`, Unicode says with characters of its own.
//!
//! MathML Core, the part that browsers draw, knows `mathvariant="normal"` only. A bold x is therefore the character
//! U+1D431, a blackboard R is U+211D.
//!
//! Source: the Unicode Standard, Mathematical Alphanumeric Symbols (U+1D400 to U+1D7FF) and, for the letters that had
//! a code point before that block existed, Letterlike Symbols (U+2100 to U+214F).

/// Code points at which a style's alphabets begin: capitals, small letters, capital Greek, small Greek, digits.
struct Alphabets {
    upper: u32,
    lower: u32,
    greek_upper: Option<u32>,
    greek_lower: Option<u32>,
    digits: Option<u32>,
}

fn alphabets(variant: &str) -> Option<Alphabets> {
    let (upper, greek, digits) = match variant {
        "bold" => (0x1D400, Some(0x1D6A8), Some(0x1D7CE)),
        "italic" => (0x1D434, Some(0x1D6E2), None),
        "bold-italic" => (0x1D468, Some(0x1D71C), None),
        "script" => (0x1D49C, None, None),
        "bold-script" => (0x1D4D0, None, None),
        "fraktur" => (0x1D504, None, None),
        "double-struck" => (0x1D538, None, Some(0x1D7D8)),
        "bold-fraktur" => (0x1D56C, None, None),
        "sans-serif" => (0x1D5A0, None, Some(0x1D7E2)),
        "bold-sans-serif" => (0x1D5D4, Some(0x1D756), Some(0x1D7EC)),
        "sans-serif-italic" => (0x1D608, None, None),
        "sans-serif-bold-italic" => (0x1D63C, Some(0x1D790), None),
        "monospace" => (0x1D670, None, Some(0x1D7F6)),
        _ => return None,
    };
    Some(Alphabets {
        upper,
        lower: upper + 26,
        greek_upper: greek,
        greek_lower: greek.map(|at| at + 26),
        digits,
    })
}

/// The character that Unicode had before the mathematical block, where it had one: the block leaves a hole there.
fn letterlike(variant: &str, letter: char) -> Option<char> {
    Some(match (variant, letter) {
        ("italic", 'h') => 'ℎ',
        ("script", 'B') => 'ℬ',
        ("script", 'E') => 'ℰ',
        ("script", 'F') => 'ℱ',
        ("script", 'H') => 'ℋ',
        ("script", 'I') => 'ℐ',
        ("script", 'L') => 'ℒ',
        ("script", 'M') => 'ℳ',
        ("script", 'R') => 'ℛ',
        ("script", 'e') => 'ℯ',
        ("script", 'g') => 'ℊ',
        ("script", 'o') => 'ℴ',
        ("fraktur", 'C') => 'ℭ',
        ("fraktur", 'H') => 'ℌ',
        ("fraktur", 'I') => 'ℑ',
        ("fraktur", 'R') => 'ℜ',
        ("fraktur", 'Z') => 'ℨ',
        ("double-struck", 'C') => 'ℂ',
        ("double-struck", 'H') => 'ℍ',
        ("double-struck", 'N') => 'ℕ',
        ("double-struck", 'P') => 'ℙ',
        ("double-struck", 'Q') => 'ℚ',
        ("double-struck", 'R') => 'ℝ',
        ("double-struck", 'Z') => 'ℤ',
        _ => return None,
    })
}

/// `letter` in the style that MathML's `mathvariant` calls `variant`, or itself where Unicode has no such character.
pub(crate) fn styled(letter: char, variant: &str) -> char {
    if let Some(found) = letterlike(variant, letter) {
        return found;
    }
    let Some(alphabets) = alphabets(variant) else { return letter };
    let code = letter as u32;
    let place = match letter {
        'A'..='Z' => Some(alphabets.upper + code - u32::from('A')),
        'a'..='z' => Some(alphabets.lower + code - u32::from('a')),
        '0'..='9' => alphabets.digits.map(|at| at + code - u32::from('0')),
        // The Greek blocks run in parallel; U+03A2, between capital Rho and Sigma, is where the block keeps Theta's twin.
        'Α'..='Ω' if code != 0x3A2 => alphabets.greek_upper.map(|at| at + code - u32::from('Α')),
        'α'..='ω' => alphabets.greek_lower.map(|at| at + code - u32::from('α')),
        '∇' => alphabets.greek_upper.map(|at| at + 25),
        '∂' => alphabets.greek_lower.map(|at| at + 25),
        'ϵ' => alphabets.greek_lower.map(|at| at + 26),
        'ϑ' => alphabets.greek_lower.map(|at| at + 27),
        'ϰ' => alphabets.greek_lower.map(|at| at + 28),
        'ϕ' => alphabets.greek_lower.map(|at| at + 29),
        'ϱ' => alphabets.greek_lower.map(|at| at + 30),
        'ϖ' => alphabets.greek_lower.map(|at| at + 31),
        _ => None,
    };
    place.and_then(char::from_u32).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::styled;

    #[test]
    fn the_letters_that_the_book_uses() {
        for (letter, variant, expected) in [
            ('R', "double-struck", 'ℝ'),
            ('E', "double-struck", '𝔼'),
            ('1', "double-struck", '𝟙'),
            ('x', "bold", '𝐱'),
            ('0', "bold", '𝟎'),
            ('W', "bold", '𝐖'),
            ('θ', "bold-italic", '𝜽'),
            ('Σ', "bold", '𝚺'),
            ('∇', "bold", '𝛁'),
            ('L', "script", 'ℒ'),
            ('N', "script", '𝒩'),
            ('h', "italic", 'ℎ'),
            ('x', "monospace", '𝚡'),
            ('ϵ', "bold", '𝛜'),
        ] {
            assert_eq!(styled(letter, variant), expected, "{letter} in {variant}");
        }
    }

    #[test]
    fn what_has_no_styled_twin_stays_itself() {
        assert_eq!(styled('+', "bold"), '+');
        assert_eq!(styled('3', "script"), '3');
        assert_eq!(styled('x', "normal"), 'x');
    }

    #[test]
    fn no_letter_lands_in_a_hole_of_the_block() {
        // The code points of the block that Unicode leaves unassigned, because the letter existed elsewhere before.
        const HOLES: [u32; 24] = [
            0x1D455, 0x1D49D, 0x1D4A0, 0x1D4A1, 0x1D4A3, 0x1D4A4, 0x1D4A7, 0x1D4A8, 0x1D4AD, 0x1D4BA,
            0x1D4BC, 0x1D4C4, 0x1D506, 0x1D50B, 0x1D50C, 0x1D515, 0x1D51D, 0x1D53A, 0x1D53F, 0x1D545,
            0x1D547, 0x1D548, 0x1D549, 0x1D551,
        ];
        for variant in ["italic", "script", "fraktur", "double-struck"] {
            for letter in ('A'..='Z').chain('a'..='z') {
                let code = styled(letter, variant) as u32;
                assert!(!HOLES.contains(&code), "{letter} in {variant} is U+{code:X}, which is not assigned");
            }
        }
    }
}
