//! The text of a fitted workload, and the table that says how well it fits.
//!
//! Figures are written with the digits they are worth; the text is what was drawn from.

use std::fmt::Write as _;

use super::lengths::{FittedLengths, Law};
use super::process::Process;
use super::rate::Rate;
use super::simulate::SEEDS;
use super::table::{Row, WHOLE};
use super::{Fit, burst::Burst};
use crate::trace::stats::{Lengths, WINDOWS};
use crate::trace::text::{dispersions, in_short};

/// What a file of pairs is called where none is written.
pub(super) const PAIRS_IN_MEMORY: &str = "pairs.csv";

/// The block with its comparison, `from` saying what it was fitted to and `pairs` where its pairs are.
#[must_use]
pub fn block(fit: &Fit, from: &str, pairs: &str) -> String {
    let mut text = format!("# A workload like {from}, fitted by `kvs trace fit`.\n#\n");
    for line in comparison(fit).lines() {
        let _ = writeln!(text, "# {line}");
    }
    if let Some(batches) = fit.batches {
        let _ = writeln!(
            text,
            "#\n# Arrivals were recorded in batches every {} s; each batch was spread over that time before fitting.",
            digits(batches.every_s, 4)
        );
    }
    text.push('\n');
    text.push_str(&workload(&fit.rate, &fit.process, &fit.lengths, pairs));
    text
}

/// The trace against what drawing from the fit gave.
#[must_use]
pub fn comparison(fit: &Fit) -> String {
    let drawn = &fit.simulated;
    let mut text = format!("{:<12} {:<26} fit, mean of {SEEDS} seeds\n", "", "trace");
    let mut row = |what: &str, trace: &str, drawn: &str, note: &str| {
        let line = format!("{what:<12} {trace:<26} {drawn:<26} {note}");
        let _ = writeln!(text, "{}", line.trim_end());
    };
    let number = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
    };
    let off = fit.requests_off().map_or_else(String::new, |off| {
        let more = if off > 0.0 { "more" } else { "fewer" };
        format!("{:.0}% {more} than recorded: scale `rate` if the number matters", off.abs() * 100.0)
    });
    row("requests", &fit.original.n.to_string(), &format!("{:.0}", drawn.requests), &off);
    row("rate", &number(fit.original.rate_per_s, 3), &number(drawn.rate_per_s, 3), "req/s");
    row("cv", &number(fit.original.cv, 2), &number(drawn.cv, 2), "of the gaps");
    let windows = WINDOWS.map(|seconds| seconds.to_string()).join("/");
    let (trace, fitted) = (dispersions(&fit.original.dispersion), dispersions(&drawn.dispersion));
    row("dispersion", &trace, &fitted, &format!("of the counts in {windows} s"));
    let (prompt, output) = fit.distances();
    let lengths = |distance: f64| format!("mean: p50/p90/p99/max, KS distance {distance:.4}");
    let pair = |trace: &Lengths, drawn: &Lengths| (in_short(trace), in_short(drawn));
    let (trace, fitted) = pair(&fit.prompt, &drawn.prompt);
    row("prompt", &trace, &fitted, &lengths(prompt));
    let (trace, fitted) = pair(&fit.output, &drawn.output);
    row("output", &trace, &fitted, &lengths(output));
    text
}

/// The block alone.
pub(super) fn workload(rate: &Rate, process: &Process, lengths: &FittedLengths, pairs: &str) -> String {
    let mut text = String::from("workload recorded {\n");
    rate_lines(&mut text, rate);
    arrivals_lines(&mut text, process);
    match lengths {
        FittedLengths::Separate { prompt, output, depend } => {
            if *depend {
                text.push_str("  # Long prompts have other outputs than short ones, which is lost here: `--out` keeps the pairs.\n");
            }
            for (what, law) in [("prompt", prompt), ("output", output)] {
                let _ = writeln!(text, "  {what:<9} {}", law_text(law));
            }
        }
        FittedLengths::Joint(_) => {
            text.push_str("  # Long prompts have other outputs than short ones: pairs as recorded.\n");
            let _ = writeln!(text, "  lengths   joint from \"{pairs}\"");
        }
    }
    let _ = writeln!(text, "  # First to last arrival.\n  duration  {} s\n}}", digits(rate.span_s(), 9));
    text
}

fn rate_lines(text: &mut String, rate: &Rate) {
    match rate {
        Rate::Constant { per_s, .. } => {
            text.push_str("  # Requests over span: it varies no more than its minutes do.\n");
            let _ = writeln!(text, "  rate      {} req/s", digits(*per_s, 5));
        }
        Rate::Curve { per_s, every, .. } => {
            let weights: Vec<String> = per_s.iter().map(|rate| digits(*rate, 4)).collect();
            let written: f64 = weights.iter().filter_map(|weight| weight.parse::<f64>().ok()).sum();
            let mean = digits(written / weights.len() as f64, 7);
            let _ = writeln!(text, "  # Requests a second in bins of {every}, from their counts.");
            let _ =
                writeln!(text, "  rate      curve [{}] every {every} mean {mean} req/s", weights.join(", "));
        }
    }
}

fn arrivals_lines(text: &mut String, process: &Process) {
    let (why, arrivals) = match process {
        Process::Constant => ("All gaps are alike.", "constant".to_owned()),
        Process::Poisson => ("The dispersion is that of independent arrivals.", "poisson".to_owned()),
        Process::Gamma { cv } => {
            ("The cv of the gaps, the rate's changes taken out.", format!("gamma cv {}", digits(*cv, 4)))
        }
        Process::Bursty(Burst { on_s, off_s, quiet }) => (
            "Fitted to the dispersion at the three windows, then to the cv of the gaps.",
            format!(
                "bursty on {} s off {} s quiet {}%",
                digits(*on_s, 4),
                digits(*off_s, 4),
                digits(quiet * 100.0, 4)
            ),
        ),
    };
    let _ = writeln!(text, "  # {why}\n  arrivals  {arrivals}");
}

fn law_text(law: &Law) -> String {
    match law {
        Law::Constant(tokens) => format!("constant {tokens}"),
        Law::Lognormal(law) => {
            format!(
                "lognormal median {} sigma {} max {}",
                digits(law.median, 5),
                digits(law.sigma, 4),
                law.max
            )
        }
        Law::Table(rows) => {
            let rows: Vec<String> =
                rows.iter().map(|row| format!("{} {}", name(row), digits(row.value, 9))).collect();
            format!("empirical {}", rows.join(" "))
        }
    }
}

/// `p5` is 5 %, `p50` 50 %, `p999` 99.9 %: digits after the second are decimals.
fn name(row: &Row) -> String {
    if row.share == WHOLE {
        return "p100".to_owned();
    }
    let digits = format!("{:05}", row.share);
    let (per_cent, decimals) = digits.split_at(2);
    let decimals = decimals.trim_end_matches('0');
    let per_cent =
        if decimals.is_empty() { per_cent.strip_prefix('0').unwrap_or(per_cent) } else { per_cent };
    format!("p{per_cent}{decimals}")
}

/// With `digits` significant digits, without zeros at the end.
fn digits(value: f64, digits: usize) -> String {
    let magnitude = if value > 0.0 { libm::floor(libm::log10(value)) as i32 } else { 0 };
    let decimals = usize::try_from(digits as i32 - 1 - magnitude).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::lengths::quantile_of;

    #[test]
    fn shares_are_named_as_the_language_reads_them() {
        for (share, expected) in [
            (0, "p0"),
            (5_000, "p5"),
            (50_000, "p50"),
            (99_900, "p999"),
            (120, "p0012"),
            (1, "p00001"),
            (WHOLE, "p100"),
        ] {
            let name = name(&Row { share, value: 0.0 });
            assert_eq!(name, expected);
            assert_eq!(quantile_of(&name), Some(f64::from(share) / f64::from(WHOLE)));
        }
    }

    #[test]
    fn numbers_have_the_digits_asked_for() {
        for (value, count, expected) in [
            (0.0, 4, "0"),
            (5.91821, 4, "5.918"),
            (1234.56, 4, "1235"),
            (0.012344, 3, "0.0123"),
            (2.5, 9, "2.5"),
        ] {
            assert_eq!(digits(value, count), expected);
        }
    }
}
