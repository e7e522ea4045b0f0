//! Figures of a trace in a few characters.

use super::stats::Lengths;

/// `2028: 1460/5012/7436/7437`: mean, then p50, p90, p99 and the largest.
#[must_use]
pub fn in_short(lengths: &Lengths) -> String {
    let quantiles: Vec<String> =
        [0.5, 0.9, 0.99, 1.0].iter().map(|share| whole(lengths.quantile(*share))).collect();
    format!("{}: {}", whole(lengths.mean()), quantiles.join("/"))
}

/// `1.33/3.51/15.52`.
#[must_use]
pub fn dispersions(dispersion: &[Option<f64>]) -> String {
    let figures: Vec<String> = dispersion.iter().map(|figure| decimals(*figure, 2)).collect();
    figures.join("/")
}

/// A number with `digits` decimals; `-` where there is none.
#[must_use]
pub fn decimals(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// Halves to the even neighbour, as published tables of these traces have them.
fn whole(value: f64) -> String {
    format!("{}", libm::rint(value))
}
