//! Values of single cells: whole tokens, and decimal numbers as exact picoseconds.

use crate::units::Tokens;
use crate::workload::lengths::MAX_TOKENS;

/// A whole number of tokens, or what was expected instead.
pub(super) fn tokens(text: &str) -> Result<Tokens, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return match digits.parse() {
            Ok(tokens) if tokens <= MAX_TOKENS => Ok(Tokens::new(tokens)),
            _ => Err(format!("expected at most `{MAX_TOKENS}` tokens, found `{text}`")),
        };
    }
    Err(format!("expected a whole number of tokens, found `{text}`"))
}

/// A decimal number of units of `10^exponent` picoseconds, not negative, rounded to the picosecond; or what was
/// expected instead.
pub(super) fn decimal_time(text: &str, exponent: usize) -> Result<i128, String> {
    let expected = || format!("expected a number as `12.5`, not negative, found `{text}`");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return Err(expected());
    }
    // 24 digits, and at most 12 of the fraction behind them, stay below the limit of i128.
    if whole.len() > 24 {
        return Err(format!("expected a time within 213 days, found `{text}`"));
    }
    let mut ps: i128 = 0;
    for digit in whole.bytes() {
        ps = ps * 10 + i128::from(digit - b'0');
    }
    let mut fraction_digits = fraction.bytes();
    for _ in 0..exponent {
        ps = ps * 10 + fraction_digits.next().map_or(0, |digit| i128::from(digit - b'0'));
    }
    let round_up = fraction_digits.next().is_some_and(|digit| digit >= b'5');
    Ok(ps + i128::from(round_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_times_are_exact() {
        for (text, exponent, ps) in [
            ("0", 9, 0),
            ("0.5", 9, 500_000_000),
            ("299.875", 9, 299_875_000_000),
            ("60000", 9, 60_000_000_000_000),
            (".25", 9, 250_000_000),
            ("1.", 9, 1_000_000_000),
            ("1.0000000014", 9, 1_000_000_001),
            ("1.0000000015", 9, 1_000_000_002),
            ("3", 12, 3_000_000_000_000),
        ] {
            assert_eq!(decimal_time(text, exponent), Ok(ps), "{text}");
        }
        for text in ["", ".", "-1", "1e3", "0x10", "1 2", "nan", "1.2.3", "9999999999999999999999999"] {
            assert!(decimal_time(text, 9).is_err(), "{text}");
        }
    }

    #[test]
    fn tokens_are_whole_and_fit() {
        assert_eq!(tokens("2147483647"), Ok(Tokens::new(MAX_TOKENS)));
        assert_eq!(tokens("0"), Ok(Tokens::new(0)));
        for text in ["", "-1", "1.0", "2147483648", "1e3", "ten"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }
}
