//! Calendar timestamps as exact picoseconds: `2023-11-16 18:17:03.9799600`, `2024-05-10T00:00:00+00:00`.
//!
//! The proleptic Gregorian calendar without leap seconds, as clocks of servers count. A timestamp without a zone is
//! taken as UTC: only differences matter.

const PS_PER_SECOND: i128 = 1_000_000_000_000;

/// Picoseconds since 1970-01-01 00:00:00 UTC, or what was expected instead.
pub(super) fn instant(text: &str) -> Result<i128, String> {
    parse(text.as_bytes())
        .ok_or_else(|| format!("expected a timestamp as `2023-11-16 18:17:03.97996`, found `{text}`"))
}

fn parse(text: &[u8]) -> Option<i128> {
    let (date, rest) = text.split_at_checked(10)?;
    let (&separator, rest) = rest.split_first()?;
    let (clock, rest) = rest.split_at_checked(8)?;
    if date[4] != b'-'
        || date[7] != b'-'
        || clock[2] != b':'
        || clock[5] != b':'
        || !b" T".contains(&separator)
    {
        return None;
    }
    let (year, month, day) = (digits(&date[..4])?, digits(&date[5..7])?, digits(&date[8..])?);
    let (hour, minute, second) = (digits(&clock[..2])?, digits(&clock[3..5])?, digits(&clock[6..])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction_ps, zone) = fraction(rest)?;
    let seconds =
        days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone_seconds(zone)?;
    Some(i128::from(seconds) * PS_PER_SECOND + i128::from(fraction_ps))
}

/// Up to twelve digits after a point, in picoseconds, and what follows them.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else { return Some((0, text)) };
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=12).contains(&count) {
        return None;
    }
    let missing = 12 - count as u32;
    Some((digits(&text[..count])? * 10_i64.pow(missing), &text[count..]))
}

/// Seconds ahead of UTC: nothing, `Z`, `+01:00`, `-0530`.
fn zone_seconds(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z'] => return Some(0),
        [sign, hours @ .., b':', m, n] if hours.len() == 2 => (sign, hours, [*m, *n]),
        [sign, hours @ .., m, n] if hours.len() == 2 => (sign, hours, [*m, *n]),
        _ => return None,
    };
    let (hours, minutes) = (digits(hours)?, digits(&minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    match sign {
        b'+' => Some(hours * 3600 + minutes * 60),
        b'-' => Some(-hours * 3600 - minutes * 60),
        _ => None,
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of a year that is no leap year before each of its months.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Days from the start of 1970: whole years and their leap days, then the months before this one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leap_days_before =
        |year: i64| (year - 1).div_euclid(4) - (year - 1).div_euclid(100) + (year - 1).div_euclid(400);
    let years = (year - 1970) * 365 + leap_days_before(year) - leap_days_before(1970);
    let months = DAYS_BEFORE[month as usize - 1] + i64::from(month > 2 && is_leap(year));
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_exact() {
        for (text, seconds, ps) in [
            ("1970-01-01 00:00:00", 0, 0),
            ("2023-11-16 18:17:03.9799600", 1_700_158_623, 979_960_000_000),
            ("2024-05-10 00:00:00.009930+00:00", 1_715_299_200, 9_930_000_000),
            ("2024-05-10T02:00:00+02:00", 1_715_299_200, 0),
            ("2024-02-29T23:59:59Z", 1_709_251_199, 0),
            ("2000-03-01 00:00:00.5-0530", 951_868_800 + 19_800, 500_000_000_000),
            ("1969-12-31 23:59:59.999999999", -1, 999_999_999_000),
        ] {
            assert_eq!(instant(text), Ok(seconds * PS_PER_SECOND + ps), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_timestamp_is_refused() {
        for text in [
            "",
            "2023-11-16",
            "2023-11-16 18:17",
            "2023-13-16 18:17:03",
            "2023-02-29 18:17:03",
            "2023-11-16 24:00:00",
            "2023-11-16 18:17:60",
            "2023-11-16 18:17:03.",
            "2023-11-16 18:17:03.1234567890123",
            "2023-11-16 18:17:03 UTC",
            "2023/11/16 18:17:03",
            "16-11-2023 18:17:03",
            "2023-11-16 18:17:03+1:00",
            "２023-11-16 18:17:03",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
