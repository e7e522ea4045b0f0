//! Values of single cells: whole tokens, and decimal numbers as exact picoseconds.

use crate::units::Tokens;
use crate::workload::lengths::MAX_TOKENS;

/// Why a cell is not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCell {
    /// It is not a number of the form expected.
    NoNumber,
    /// It is below zero.
    Negative,
    /// It is beyond what the engine counts.
    TooLarge,
}

/// A whole number of tokens; digits may be grouped as in `12_000`.
///
/// # Errors
/// When it is none, or above [`MAX_TOKENS`].
pub fn tokens(text: &str) -> Result<Tokens, BadCell> {
    // Nine digits are below any limit.
    if let Some(tokens) = number(text.as_bytes(), 9) {
        return Ok(Tokens::new(tokens as u32));
    }
    let text = not_negative(text)?;
    let digits = digits(text.strip_prefix('+').unwrap_or(text)).filter(|digits| !digits.is_empty());
    let digits = digits.ok_or_else(|| unread(text, f64::from(MAX_TOKENS)))?;
    match digits.parse() {
        Ok(tokens) if tokens <= MAX_TOKENS => Ok(Tokens::new(tokens)),
        _ => Err(BadCell::TooLarge),
    }
}

/// A decimal number of units of `10^exponent` picoseconds, not negative, rounded to the picosecond.
///
/// # Errors
/// When it is none, or of more digits than any clock.
pub fn decimal_time(text: &str, exponent: usize) -> Result<i128, BadCell> {
    if let Some(time) = usual_time(text.as_bytes(), exponent) {
        return Ok(time);
    }
    let text = not_negative(text)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (whole, fraction) = digits(whole)
        .zip(digits(fraction))
        .filter(|(whole, fraction)| !whole.is_empty() || !fraction.is_empty())
        .ok_or_else(|| unread(text, 1e20 / (0..exponent).fold(1.0, |power, _| power * 10.0)))?;
    // 24 digits, and at most 12 of the fraction after them, stay below the limit of i128.
    if whole.len() > 24 {
        return Err(BadCell::TooLarge);
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

/// As [`decimal_time`], with a power of ten after the number as programs write it: `5e-05`.
fn scientific_time(text: &str, exponent: usize) -> Result<i128, BadCell> {
    if let Some(time) = usual_time(text.as_bytes(), exponent) {
        return Ok(time);
    }
    let Some((mantissa, power)) = text.split_once(['e', 'E']) else { return decimal_time(text, exponent) };
    let power: i32 = power.parse().map_err(|_| BadCell::NoNumber)?;
    if !(-30..=30).contains(&power) {
        return Err(if power < 0 { BadCell::NoNumber } else { BadCell::TooLarge });
    }
    let mantissa = not_negative(mantissa)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // Only digits are moved past the point: the places counted below are bytes. The zeros put beside them are digits
    // as well, so there has to be one before.
    let (whole, fraction) = digits(whole)
        .zip(digits(fraction))
        .filter(|(whole, fraction)| !whole.is_empty() || !fraction.is_empty())
        .ok_or(BadCell::NoNumber)?;
    let zeros = "0".repeat(power.unsigned_abs() as usize);
    let moved = if power < 0 {
        let digits = format!("{zeros}{whole}");
        let (whole, front) = digits.split_at(whole.len());
        format!("{whole}.{front}{fraction}")
    } else {
        let digits = format!("{fraction}{zeros}");
        let (back, fraction) = digits.split_at(zeros.len());
        let whole = format!("{whole}{back}");
        // Zeros in front count as digits of the limit; one has to stay where there is nothing else.
        let whole = whole.trim_start_matches('0');
        format!("{}.{fraction}", if whole.is_empty() { "0" } else { whole })
    };
    decimal_time(&moved, exponent)
}

/// A time as nearly all are written, in digits and at most one point, with no more digits than count: computed in
/// 64 bits but for one product. `None` for any other.
fn usual_time(text: &[u8], exponent: usize) -> Option<i128> {
    // What one unit of the last of so many digits of the fraction is, from the unit itself down.
    const POWERS: [u64; 13] = {
        let mut powers = [1; 13];
        let mut power = 1;
        while power < 13 {
            powers[power] = powers[power - 1] * 10;
            power += 1;
        }
        powers
    };
    let point = text.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &[][..]),
    };
    let whole = number(whole, 18)?;
    let of_fraction = match fraction {
        [] => 0,
        digits => number(digits, exponent)? * POWERS.get(exponent.checked_sub(digits.len())?)?,
    };
    Some(i128::from(whole) * i128::from(*POWERS.get(exponent)?) + i128::from(of_fraction))
}

/// A number written in one to so many digits and nothing else; `most` is at most 18, so that it fits.
fn number(digits: &[u8], most: usize) -> Option<u64> {
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    digits.iter().try_fold(0, |number: u64, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u64::from(digit))
    })
}

/// The units of times in files.
pub(super) const UNITS: &[&str] = &["s", "ms", "us", "ns", "ps"];

/// The power of ten of picoseconds that a unit is.
pub(super) fn exponent_of(unit: &str) -> Option<usize> {
    let place = UNITS.iter().position(|known| *known == unit)?;
    Some(12 - 3 * place)
}

/// The text, unless it is a number below zero.
fn not_negative(text: &str) -> Result<&str, BadCell> {
    match text.strip_prefix('-') {
        Some(rest) if rest.parse::<f64>().is_ok() => Err(BadCell::Negative),
        _ => Ok(text),
    }
}

/// Why a text of another form is not a value: `1e300` is a number, and beyond any limit.
fn unread(text: &str, limit: f64) -> BadCell {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    if number.is_some_and(|number| number > limit) { BadCell::TooLarge } else { BadCell::NoNumber }
}

/// Digits without the `_` between them; `None` where there is anything else.
fn digits(text: &str) -> Option<String> {
    let sound = !text.starts_with('_') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    sound.then(|| text.replace('_', ""))
}

/// As [`tokens`], with what was expected instead.
pub(super) fn tokens_of(text: &str) -> Result<Tokens, String> {
    tokens(text).map_err(|bad| match bad {
        BadCell::NoNumber | BadCell::Negative => format!("expected a whole number of tokens, found `{text}`"),
        BadCell::TooLarge => format!("expected at most `{MAX_TOKENS}` tokens, found `{text}`"),
    })
}

/// As [`decimal_time`], with what was expected instead.
pub(super) fn time_of(text: &str, exponent: usize) -> Result<i128, String> {
    time_or_message(decimal_time(text, exponent), text)
}

/// As [`time_of`], for files written by programs: `5e-05` is a number as well.
pub(super) fn scientific_time_of(text: &str, exponent: usize) -> Result<i128, String> {
    time_or_message(scientific_time(text, exponent), text)
}

fn time_or_message(time: Result<i128, BadCell>, text: &str) -> Result<i128, String> {
    time.map_err(|bad| match bad {
        BadCell::NoNumber | BadCell::Negative => {
            format!("expected a number as `12.5`, not negative, found `{text}`")
        }
        BadCell::TooLarge => format!("expected a time within 213 days, found `{text}`"),
    })
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
            ("12_000.5", 9, 12_000_500_000_000),
        ] {
            assert_eq!(decimal_time(text, exponent), Ok(ps), "{text}");
        }
        for text in ["", ".", "-1", "1e3", "0x10", "1 2", "nan", "1.2.3", "_1", "9999999999999999999999999"] {
            assert!(decimal_time(text, 9).is_err(), "{text}");
        }
    }

    /// Underscores between digits change nothing but which way is taken.
    #[test]
    fn times_are_the_same_whichever_way_they_are_read() {
        let mut n_usual = 0;
        for whole in ["0", "7", "00", "1700158623", "999999999999999999", "1000000000000000000"] {
            for fraction in
                ["", ".", ".0", ".5", ".979960", ".000000000001", ".999999999999", ".9999999999995"]
            {
                for exponent in [0, 3, 6, 9, 12] {
                    let text = format!("{whole}{fraction}");
                    let other = format!("{whole}_{fraction}");
                    let expected = decimal_time(&other, exponent);
                    assert_eq!(decimal_time(&text, exponent), expected, "{text} {exponent}");
                    assert_eq!(scientific_time(&text, exponent), expected, "{text} {exponent}");
                    n_usual += usize::from(usual_time(text.as_bytes(), exponent).is_some());
                    assert_eq!(usual_time(other.as_bytes(), exponent), None, "{other}");
                }
            }
        }
        assert!(n_usual > 100);
    }

    #[test]
    fn numbers_beyond_the_clock_are_too_large_not_unread() {
        assert_eq!(decimal_time("1e300", 9), Err(BadCell::TooLarge));
        assert_eq!(decimal_time("1e3", 9), Err(BadCell::NoNumber));
        assert_eq!(decimal_time("inf", 9), Err(BadCell::NoNumber));
        assert_eq!(tokens("1e300"), Err(BadCell::TooLarge));
        assert_eq!(tokens("1e3"), Err(BadCell::NoNumber));
    }

    #[test]
    fn powers_of_ten_are_exact() {
        for (text, exponent, ps) in [
            ("46.926808", 9, 46_926_808_000),
            ("5e-05", 12, 50_000_000),
            ("5.25E-3", 9, 5_250_000),
            ("1.7771428e+09", 12, 1_777_142_800_000_000_000_000),
            ("12e0", 0, 12),
            ("0.0012e3", 12, 1_200_000_000_000),
            ("123.5e-1", 0, 12),
            ("0e30", 12, 0),
        ] {
            assert_eq!(scientific_time(text, exponent), Ok(ps), "{text}");
        }
        for text in
            ["e3", "e-3", ".e3", "1e", "1e5.0", "1e31", "1e-31", "-1e3", "1e3e3", "x1e3", "1.é1e1", "1ée-1"]
        {
            assert!(scientific_time(text, 9).is_err(), "{text}");
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
