//! Numbers and strings as written, to values.

/// What a number says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    /// Not negative; infinite where it exceeds what can be counted with.
    pub(super) value: f64,
    /// Digits after the decimal point once an exponent has moved it.
    pub(super) decimals: u8,
}

/// Reads `12_000`, `1.5`, `2e9`: digits, a point with digits, an exponent.
pub(super) fn number(text: &str) -> Number {
    let plain: String = text.chars().filter(|&character| character != '_').collect();
    let value = plain.parse().expect("the grammar's numbers are a subset of Rust's");
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    let written = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    // An exponent too large to read moves the point far out of the digits either way.
    let moved = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { -400 } else { 400 });
    let decimals = i64::try_from(written).unwrap_or(i64::MAX).saturating_sub(moved).clamp(0, 255);
    Number { value, decimals: u8::try_from(decimals).expect("clamped to the range of a byte") }
}

/// An escape that does not exist: where in the string, quotes included, and which character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownEscape {
    /// The backslash, in bytes from the opening quote.
    pub(super) offset: usize,
    /// What follows it.
    pub(super) character: char,
}

/// Resolves the escapes of a string with its quotes; unknown ones are kept as written and returned.
pub(super) fn string(quoted: &str) -> (String, Vec<UnknownEscape>) {
    let inside = &quoted[1..quoted.len() - 1];
    let mut value = String::with_capacity(inside.len());
    let mut unknown = Vec::new();
    let mut characters = inside.char_indices();
    while let Some((offset, character)) = characters.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next() {
            Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
            Some((_, 'n')) => value.push('\n'),
            Some((_, 't')) => value.push('\t'),
            Some((_, character)) => {
                unknown.push(UnknownEscape { offset: offset + 1, character });
                value.extend(['\\', character]);
            }
            None => value.push('\\'),
        }
    }
    (value, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, value: f64, decimals: u8) {
        assert_eq!(number(text), Number { value, decimals });
    }

    #[test]
    fn numbers_keep_the_digits_after_their_point() {
        check("12_000", 12_000.0, 0);
        check("2.50", 2.5, 2);
        check("2e9", 2e9, 0);
        check("1.25e1", 12.5, 1);
        check("5e-3", 0.005, 3);
    }

    #[test]
    fn numbers_beyond_the_range_are_infinite() {
        check("1e999", f64::INFINITY, 0);
        check("1e99999999999999999999", f64::INFINITY, 0);
    }

    #[test]
    fn strings_resolve_their_escapes_and_name_unknown_ones() {
        assert_eq!(string(r#""a\"b\\c\n\t""#), ("a\"b\\c\n\t".to_owned(), Vec::new()));
        let (value, unknown) = string(r#""a\q""#);
        assert_eq!(value, r"a\q");
        assert_eq!(unknown, [UnknownEscape { offset: 2, character: 'q' }]);
    }
}
