//! Names of quantiles: `p50`, `p95`, `p999`.

/// The share below the quantile of that name: `p95` is 0.95, digits after the second are decimals (`p999` is
/// 0.999), and `p0` and `p100` are the extremes. `None` for names of another form.
#[must_use]
pub fn quantile_of(name: &str) -> Option<f64> {
    let digits = name.strip_prefix('p')?;
    if digits == "100" {
        return Some(1.0);
    }
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number: u32 = digits.parse().ok()?;
    let scale = 10u32.pow(digits.len().max(2) as u32);
    Some(f64::from(number) / f64::from(scale))
}

#[cfg(test)]
mod tests {
    use super::quantile_of;

    #[test]
    fn names_of_quantiles_are_per_cent_with_decimals_behind_the_second_digit() {
        for (name, share) in [
            ("p0", Some(0.0)),
            ("p5", Some(0.05)),
            ("p50", Some(0.5)),
            ("p95", Some(0.95)),
            ("p999", Some(0.999)),
            ("p9999", Some(0.9999)),
            ("p100", Some(1.0)),
            ("p", None),
            ("px", None),
            ("median", None),
            ("p-5", None),
            ("p1234567890", None),
        ] {
            assert_eq!(quantile_of(name), share, "{name}");
        }
    }
}
