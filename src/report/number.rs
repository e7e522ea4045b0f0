//! Every number that is printed: digits and units.
//!
//! For people at most four significant digits in the unit that suits the size; for machines exact decimals of the
//! underlying integers. Invariant: the text depends on the value alone, and never shows `-0`, NaN or an exponent.

use crate::units::Dimension;

/// Significant digits for people.
const FOR_PEOPLE: usize = 4;

/// Picoseconds as milliseconds, exactly, without trailing zeros: `83.333333333`.
#[must_use]
pub fn milliseconds(ps: u64) -> String {
    let mut text = Vec::with_capacity(24);
    push_milliseconds(&mut text, ps);
    String::from_utf8(text).expect("digits are text")
}

/// As [`milliseconds`], onto a buffer.
pub fn push_milliseconds(into: &mut Vec<u8>, ps: u64) {
    const PS_PER_MS: u64 = 1_000_000_000;
    push_integer(into, ps / PS_PER_MS);
    let mut rest = ps % PS_PER_MS;
    if rest > 0 {
        into.push(b'.');
        let mut unit = PS_PER_MS / 10;
        while rest > 0 {
            into.push(b'0' + u8::try_from(rest / unit).expect("a digit is below ten"));
            rest %= unit;
            unit /= 10;
        }
    }
}

/// A whole number onto a buffer.
pub fn push_integer(into: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(rest % 10).expect("a digit is below ten");
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    into.extend_from_slice(&digits[start..]);
}

/// At most `digits` significant digits, half away from zero as decimals go, no trailing zeros, no exponent; whole
/// numbers keep all of theirs.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = exponent_of(value, digits);
    let decimals = (digits as i32 - 1 - magnitude).max(0);
    let text = format!("{value:.*}", usize::try_from(decimals).expect("not negative"));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The nearest number with `digits` significant digits.
#[must_use]
pub fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().expect("a printed number reads back")
}

/// The decimal exponent of the first digit once rounded: 9.9996 has 1 at four digits.
fn exponent_of(value: f64, digits: usize) -> i32 {
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let (_, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    exponent.parse().expect("an exponent is a whole number")
}

/// A number in base units in the unit that suits its size: `83.33 ms`, `1.434 MB`, `266.7 tok/s`.
#[must_use]
pub fn natural(value: f64, dimension: Dimension) -> String {
    natural_in(value, dimension, FOR_PEOPLE)
}

/// As [`natural`], with `digits` significant digits.
#[must_use]
pub fn natural_in(value: f64, dimension: Dimension, digits: usize) -> String {
    natural_sized(value, value.abs(), dimension, digits)
}

/// As [`natural_in`], in the unit that suits another size.
#[must_use]
pub fn natural_sized(value: f64, size: f64, dimension: Dimension, digits: usize) -> String {
    if dimension == Dimension::MONEY {
        return dollars(value, digits);
    }
    let (factor, unit) = scale(size, dimension);
    let number = significant(value / factor, digits);
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

/// An amount of money: `$4.80`, `$1.457`, `-$92`.
fn dollars(value: f64, digits: usize) -> String {
    let mut number = significant(value.abs(), digits);
    // A single decimal looks like a slip of the pen.
    if number.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 1) {
        number.push('0');
    }
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}${number}")
}

/// A share in per cent: `99.5%`.
#[must_use]
pub fn percent(share: f64) -> String {
    percent_in(share, FOR_PEOPLE)
}

/// As [`percent`], with `digits` significant digits.
#[must_use]
pub fn percent_in(share: f64, digits: usize) -> String {
    format!("{}%", significant(share * 100.0, digits))
}

/// With a sign in front, `+` where it is positive.
#[must_use]
pub fn signed(text: &str, number: f64) -> String {
    if number > 0.0 { format!("+{text}") } else { text.to_owned() }
}

/// The largest unit that keeps a number at or above one.
fn scale(size: f64, dimension: Dimension) -> (f64, &'static str) {
    const TIMES: &[(f64, &str)] =
        &[(7200.0, "h"), (600.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"), (1e-12, "ps")];
    const AMOUNTS: &[(f64, &str)] = &[(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "B")];
    const BANDWIDTHS: &[(f64, &str)] =
        &[(1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "KB/s"), (1.0, "B/s")];
    let largest = |units: &[(f64, &'static str)]| {
        // Just below a unit, what is rounded would read `1000` of the smaller one.
        let reached = |(from, _): &&(f64, &'static str)| size >= from * (1.0 - 5e-5);
        *units.iter().find(reached).unwrap_or(&units[units.len() - 1])
    };
    match dimension {
        Dimension::TIME if size == 0.0 => (1.0, "s"),
        Dimension::TIME => match largest(TIMES) {
            (_, "h") => (3600.0, "h"),
            (_, "min") => (60.0, "min"),
            unit => unit,
        },
        Dimension::DATA => largest(AMOUNTS),
        Dimension::BANDWIDTH => largest(BANDWIDTHS),
        Dimension::TOKENS => (1.0, "tok"),
        Dimension::TOKEN_RATE => (1.0, "tok/s"),
        Dimension::REQUEST_RATE => (1.0, "req/s"),
        Dimension::COMPUTE => (1e12, "TFLOPS"),
        Dimension::PRICE => (1.0 / 3600.0, "$/h"),
        _ => (1.0, ""),
    }
}

/// The unit of numbers that are read side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    factor: f64,
    before: &'static str,
    after: &'static str,
}

impl Scale {
    /// Of numbers of a dimension, in the unit that suits one of that size; shares are in per cent.
    #[must_use]
    pub fn new(size: f64, dimension: Dimension, is_share: bool) -> Scale {
        match dimension {
            _ if is_share => Scale { factor: 0.01, before: "", after: "%" },
            Dimension::MONEY => Scale { factor: 1.0, before: "$", after: "" },
            Dimension::PRICE => Scale { factor: 1.0 / 3600.0, before: "$", after: "/h" },
            _ => {
                let (factor, after) = scale(size.abs(), dimension);
                Scale { factor, before: "", after }
            }
        }
    }

    /// A number with its unit: `83.33 ms`.
    #[must_use]
    pub fn text(self, value: f64) -> String {
        let number = significant((value / self.factor).abs(), FOR_PEOPLE);
        self.with_unit(value, &number)
    }

    /// A mean with half the width of its interval, which has two digits: `577 ± 12 ms`.
    #[must_use]
    pub fn spread(self, mean: f64, half_width: f64) -> String {
        const DIGITS_OF_WIDTH: usize = 2;
        const MOST_DIGITS: usize = 6;
        if half_width == 0.0 {
            return self.text(mean);
        }
        let (mean_here, width_here) = ((mean / self.factor).abs(), half_width / self.factor);
        let decimals = |value: f64, digits: usize| digits as i32 - 1 - exponent_of(value, digits);
        let wanted = decimals(width_here, DIGITS_OF_WIDTH);
        // The digits of a mean whose interval is very narrow.
        let most = if mean_here == 0.0 { wanted } else { decimals(mean_here, MOST_DIGITS) };
        let decimals = usize::try_from(wanted.min(most.max(0)).max(0)).expect("not negative");
        self.with_unit(mean, &format!("{mean_here:.decimals$} ± {width_here:.decimals$}"))
    }

    /// The digits of a number that is not negative, with the sign of `value`.
    fn with_unit(self, value: f64, number: &str) -> String {
        let Scale { before, after, .. } = self;
        let sign =
            if value < 0.0 && number.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "-" } else { "" };
        let space = if after.is_empty() || after.starts_with(['%', '/']) { "" } else { " " };
        // A single decimal of money looks like a slip of the pen.
        let cent =
            !before.is_empty() && number.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 1);
        let cent = if cent { "0" } else { "" };
        format!("{sign}{before}{number}{cent}{space}{after}")
    }
}

/// A number for programs: whole ones as they are, others with at most [`DIGITS`] significant digits, so that the last
/// bits of a float, which carry no meaning, are not shown. Invariant: it is the same number in memory and in a file, so
/// that a result compared with itself, written and read, has not changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Json(f64);

/// Significant digits for programs.
const DIGITS: usize = 12;

impl Json {
    /// The nearest number that is kept.
    #[must_use]
    pub fn new(value: f64) -> Json {
        Json(if value.fract() == 0.0 { value } else { rounded(value, DIGITS) })
    }

    /// Whether two numbers are one up to the last digit that is kept: some files hold times to the picosecond, and
    /// rounded from such decimals they may end in another last digit than rounded from seconds. Whole numbers are counts
    /// and differ by one.
    #[must_use]
    pub fn is_same(self, other: Json) -> bool {
        const LAST_DIGIT: f64 = 1.1e-11;
        let is_whole = self.0.fract() == 0.0 && other.0.fract() == 0.0;
        self == other || (!is_whole && (self.0 - other.0).abs() <= LAST_DIGIT * self.0.abs())
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        // What a parser of decimals is off by in the last bit is rounded away again.
        f64::deserialize(deserializer).map(Json::new)
    }
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < EXACT {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_exact() {
        for (ps, text) in [
            (0, "0"),
            (750_000_000_000, "750"),
            (83_333_333_333, "83.333333333"),
            (1, "0.000000001"),
            (1_500_000_000, "1.5"),
            (u64::MAX, "18446744073.709551615"),
        ] {
            assert_eq!(milliseconds(ps), text);
        }
    }

    #[test]
    fn numbers_side_by_side_have_one_unit() {
        let ms = Scale::new(0.04, Dimension::TIME, false);
        assert_eq!(
            [0.026_14, 13.7, 0.0, -0.0012].map(|value| ms.text(value)),
            ["26.14 ms", "13700 ms", "0 ms", "-1.2 ms"]
        );
        assert_eq!(Scale::new(0.0, Dimension::NUMBER, true).text(0.995), "99.5%");
        assert_eq!(Scale::new(1.0, Dimension::PRICE, false).text(8.5 / 3600.0), "$8.50/h");
        assert_eq!(Scale::new(1.0, Dimension::MONEY, false).text(-92.0), "-$92");
        assert_eq!(Scale::new(1.0, Dimension::NUMBER, false).text(-1e-9), "-0.000000001");
    }

    #[test]
    fn a_mean_has_the_digits_that_its_interval_has() {
        let ms = Scale::new(0.5, Dimension::TIME, false);
        for (mean, half_width, text) in [
            (0.577_3, 0.124_9, "577 ± 125 ms"),
            (0.577_3, 0.012_49, "577 ± 12 ms"),
            (0.577_34, 0.001_249, "577.3 ± 1.2 ms"),
            (0.577_34, 0.0, "577.3 ms"),
            (0.577_34, 1e-12, "577.340 ± 0.000 ms"),
            (0.0, 0.002, "0.0 ± 2.0 ms"),
            (-0.0031, 0.002, "-3.1 ± 2.0 ms"),
        ] {
            assert_eq!(ms.spread(mean, half_width), text);
        }
        assert_eq!(Scale::new(0.9, Dimension::NUMBER, true).spread(0.995, 0.001), "99.50 ± 0.10%");
    }

    #[test]
    fn numbers_for_programs_have_no_noise() {
        for (value, text) in [
            (4_027.999_999_999_999_5, "4028"),
            (0.000_219_999_999_999_999_98, "0.00022"),
            (1.0 / 3.0, "0.333333333333"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (1.234_567_890_123_4e-30, "1.23456789012e-30"),
        ] {
            let number = Json::new(value);
            assert_eq!(serde_json::to_string(&number).expect("a number"), text);
            assert_eq!(serde_json::from_str::<Json>(text).expect("a number"), number);
        }
    }

    #[test]
    fn the_last_digit_of_a_fraction_does_not_count() {
        let same = |one, other| Json::new(one).is_same(Json::new(other));
        assert!(same(1_000.000_000_01, 1_000.0) && same(0.333_333_333_333, 0.333_333_333_334));
        assert!(!same(1_000.000_000_02, 1_000.0) && !same(0.333_333_333_33, 0.333_333_333_34));
        assert!(!same(900_000_000_001.0, 900_000_000_002.0) && !same(0.0, 1e-300));
    }

    #[test]
    fn numbers_for_people_have_four_digits_in_a_unit_that_suits() {
        for (value, dimension, text) in [
            (0.75, Dimension::TIME, "750 ms"),
            (0.0, Dimension::TIME, "0 s"),
            (0.083_333_333_333, Dimension::TIME, "83.33 ms"),
            (0.999_96, Dimension::TIME, "1 s"),
            (-3.2, Dimension::TIME, "-3.2 s"),
            (90.0, Dimension::TIME, "90 s"),
            (599.0, Dimension::TIME, "599 s"),
            (600.0, Dimension::TIME, "10 min"),
            (86_400.0, Dimension::TIME, "24 h"),
            (1_433_600.0, Dimension::DATA, "1.434 MB"),
            (0.0, Dimension::DATA, "0 B"),
            (4.8, Dimension::MONEY, "$4.80"),
            (1.457, Dimension::MONEY, "$1.457"),
            (-92.0, Dimension::MONEY, "-$92"),
            (266.666_7, Dimension::TOKEN_RATE, "266.7 tok/s"),
            (123_456.7, Dimension::TOKEN_RATE, "123457 tok/s"),
            (12_345.0, Dimension::NUMBER, "12345"),
            (0.000_123_46, Dimension::NUMBER, "0.0001235"),
        ] {
            assert_eq!(natural(value, dimension), text, "{value} {dimension}");
        }
        assert_eq!(percent(0.995), "99.5%");
        assert_eq!(percent(1.0), "100%");
    }
}
