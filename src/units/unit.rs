//! The units a literal may carry.

use super::Dimension;

/// One spelling of a unit. `value * numerator / denominator` is the value in base units: only one of the two
/// differs from 1 for units of a base dimension, so that `800 ms` and `0.8 s` are the same number to the bit.
#[derive(Debug)]
pub struct Unit {
    /// As written after a number.
    pub name: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// Base units per this unit, upper part.
    pub numerator: f64,
    /// Base units per this unit, lower part.
    pub denominator: f64,
}

impl Unit {
    const fn new(name: &'static str, dimension: Dimension, numerator: f64, denominator: f64) -> Unit {
        Unit { name, dimension, numerator, denominator }
    }

    /// A number in this unit, in base units.
    #[must_use]
    pub fn to_base(&self, value: f64) -> f64 {
        value * self.numerator / self.denominator
    }

    /// A number in base units, in this unit.
    #[must_use]
    pub fn of_base(&self, value: f64) -> f64 {
        value * self.denominator / self.numerator
    }
}

/// The unit of that exact spelling.
#[must_use]
pub fn unit(name: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.name == name)
}

/// The unit that a spelling of other tools and of people stands for: `secs`, `tokens/second`, `rps`.
#[must_use]
pub fn unit_elsewhere(spelt: &str) -> Option<&'static Unit> {
    let parts: Vec<&str> = spelt.split('/').map(usual_part).collect();
    unit(&parts.join("/"))
}

/// One side of a unit in this language's spelling, from what other tools and people write.
fn usual_part(part: &str) -> &str {
    match part.to_ascii_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "msec" | "msecs" | "millis" | "milliseconds" => "ms",
        "usec" | "micros" | "microseconds" | "\u{b5}s" | "\u{3bc}s" => "us",
        "mins" | "minute" | "minutes" => "min",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "tokens" | "token" | "toks" | "t" => "tok",
        "tps" | "tokps" => "tok/s",
        "reqs" | "request" | "requests" | "r" | "queries" => "req",
        "rps" | "qps" | "hz" => "req/s",
        "rpm" | "qpm" => "req/min",
        "rph" | "qph" => "req/h",
        "tpm" => "tok/min",
        "ki" => "KiB",
        "mi" => "MiB",
        "gi" => "GiB",
        "ti" => "TiB",
        "gbps" => "Gb/s",
        "mbps" => "Mb/s",
        "usd" | "dollars" | "dollar" => "$",
        "bytes" | "byte" => "B",
        "tflop" | "tflops" | "tflop/s" => "TFLOPS",
        "percent" | "pct" => "%",
        _ => part,
    }
}

/// Every unit of the language; the first of a dimension is the one suggested where a unit is missing.
pub static UNITS: &[Unit] = &[
    Unit::new("ms", Dimension::TIME, 1.0, 1e3),
    Unit::new("s", Dimension::TIME, 1.0, 1.0),
    Unit::new("us", Dimension::TIME, 1.0, 1e6),
    Unit::new("ns", Dimension::TIME, 1.0, 1e9),
    Unit::new("ps", Dimension::TIME, 1.0, 1e12),
    Unit::new("min", Dimension::TIME, 60.0, 1.0),
    Unit::new("h", Dimension::TIME, 3600.0, 1.0),
    Unit::new("d", Dimension::TIME, 86_400.0, 1.0),
    Unit::new("GB", Dimension::DATA, 1e9, 1.0),
    Unit::new("B", Dimension::DATA, 1.0, 1.0),
    Unit::new("KB", Dimension::DATA, 1e3, 1.0),
    Unit::new("MB", Dimension::DATA, 1e6, 1.0),
    Unit::new("TB", Dimension::DATA, 1e12, 1.0),
    Unit::new("KiB", Dimension::DATA, 1024.0, 1.0),
    Unit::new("MiB", Dimension::DATA, 1_048_576.0, 1.0),
    Unit::new("GiB", Dimension::DATA, 1_073_741_824.0, 1.0),
    Unit::new("TiB", Dimension::DATA, 1_099_511_627_776.0, 1.0),
    Unit::new("GB/s", Dimension::BANDWIDTH, 1e9, 1.0),
    Unit::new("B/s", Dimension::BANDWIDTH, 1.0, 1.0),
    Unit::new("KB/s", Dimension::BANDWIDTH, 1e3, 1.0),
    Unit::new("MB/s", Dimension::BANDWIDTH, 1e6, 1.0),
    Unit::new("TB/s", Dimension::BANDWIDTH, 1e12, 1.0),
    Unit::new("KiB/s", Dimension::BANDWIDTH, 1024.0, 1.0),
    Unit::new("MiB/s", Dimension::BANDWIDTH, 1_048_576.0, 1.0),
    Unit::new("GiB/s", Dimension::BANDWIDTH, 1_073_741_824.0, 1.0),
    Unit::new("TiB/s", Dimension::BANDWIDTH, 1_099_511_627_776.0, 1.0),
    Unit::new("Mb/s", Dimension::BANDWIDTH, 1e6, 8.0),
    Unit::new("Gb/s", Dimension::BANDWIDTH, 1e9, 8.0),
    Unit::new("Tb/s", Dimension::BANDWIDTH, 1e12, 8.0),
    Unit::new("tok", Dimension::TOKENS, 1.0, 1.0),
    Unit::new("tok/s", Dimension::TOKEN_RATE, 1.0, 1.0),
    Unit::new("tok/min", Dimension::TOKEN_RATE, 1.0, 60.0),
    Unit::new("req/s", Dimension::REQUEST_RATE, 1.0, 1.0),
    Unit::new("req/min", Dimension::REQUEST_RATE, 1.0, 60.0),
    Unit::new("req/h", Dimension::REQUEST_RATE, 1.0, 3600.0),
    Unit::new("TFLOPS", Dimension::COMPUTE, 1e12, 1.0),
    Unit::new("GFLOPS", Dimension::COMPUTE, 1e9, 1.0),
    Unit::new("PFLOPS", Dimension::COMPUTE, 1e15, 1.0),
    Unit::new("$", Dimension::MONEY, 1.0, 1.0),
    Unit::new("$/h", Dimension::PRICE, 1.0, 3600.0),
    Unit::new("%", Dimension::NUMBER, 1.0, 100.0),
];
