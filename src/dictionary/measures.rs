//! Metrics as other tools and people write them: `median_ttft`, `p99.9_latency`, `avg(e2el)`.
//!
//! A statistic and what it is taken of, each in many spellings. Invariant: every name made here is a metric; a test
//! asks the registry of metrics for each.

/// What a name of a metric stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// This metric.
    Is(String),
    /// One of these: the name does not say which statistic is meant.
    OneOf(Vec<String>),
}

/// The metrics that a name of other words stands for.
#[must_use]
pub fn measure(name: &str) -> Option<Measure> {
    let mut words = words_of(name);
    let statistic = words.iter().position(|word| statistic_of(word).is_some());
    let statistic = statistic.and_then(|position| statistic_of(&words.remove(position)));
    // In `requests_per_second` the last word says something.
    let whole = words.join("_");
    words.retain(|word| !NOISE.contains(&word.as_str()));
    let phrase = words.join("_");
    let of = MEASURED.iter().find(|measured| {
        [&whole, &phrase].iter().any(|spelling| measured.words.contains(&spelling.as_str()))
    })?;
    match statistic {
        Some(statistic) if of.statistics.contains(&statistic) => {
            Some(Measure::Is(format!("{statistic}_{}", of.name)))
        }
        Some(_) => None,
        None => match of.usual {
            [] => Some(Measure::Is(of.name.to_owned())),
            usual => Some(Measure::OneOf(
                usual.iter().map(|statistic| format!("{statistic}_{}", of.name)).collect(),
            )),
        },
    }
}

/// Whether a name asks for a percentile that no metric has, as `p75_ttft_ms` does; the percentile as written.
#[must_use]
pub fn percentile_without_a_metric(name: &str) -> Option<String> {
    words_of(name).into_iter().find(|word| {
        let digits = word.strip_prefix('p').unwrap_or_default();
        !digits.is_empty()
            && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
            && statistic_of(word).is_none()
    })
}

/// Lower-case words; a point belongs to a number, `p99.9`.
fn words_of(name: &str) -> Vec<String> {
    let parted = name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let of_numbers =
        |word: &str| word.ends_with(|last: char| last.is_ascii_digit() || last == 'h') && word.contains('.');
    let words = parted.flat_map(|word| if of_numbers(word) { vec![word] } else { word.split('.').collect() });
    words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

fn statistic_of(word: &str) -> Option<&'static str> {
    STATISTICS.iter().find(|(_, spellings)| spellings.contains(&word)).map(|(name, _)| *name)
}

/// The statistics of metrics and how others write them.
static STATISTICS: &[(&str, &[&str])] = &[
    ("mean", &["mean", "avg", "average"]),
    ("min", &["min", "minimum", "lowest", "best"]),
    ("max", &["max", "maximum", "peak", "highest", "worst", "every", "all", "each", "any"]),
    ("p50", &["p50", "50p", "50th", "median", "med", "q50", "p0.5"]),
    ("p90", &["p90", "90p", "90th", "q90", "p0.9"]),
    ("p95", &["p95", "95p", "95th", "q95", "p0.95"]),
    ("p99", &["p99", "99p", "99th", "q99", "p0.99"]),
    ("p999", &["p999", "p99.9", "99.9th", "q999", "p0.999"]),
];

const OF_REQUESTS: &[&str] = &["mean", "min", "max", "p50", "p90", "p95", "p99", "p999"];
const OF_LEVELS: &[&str] = &["mean", "max"];

/// Words that say nothing about which metric is meant.
const NOISE: &[&str] = &[
    "vllm",
    "sglang",
    "trtllm",
    "ms",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "millis",
    "milliseconds",
    "percentile",
    "quantile",
    "pct",
    "bucket",
    "total",
    "perc",
    "in",
    "the",
    "of",
];

/// What is measured, and how others write it.
struct Measured {
    name: &'static str,
    words: &'static [&'static str],
    /// The statistics that are metrics.
    statistics: &'static [&'static str],
    /// Those to offer where none is written; none where the name alone is a metric.
    usual: &'static [&'static str],
}

const fn of_requests(name: &'static str, words: &'static [&'static str]) -> Measured {
    Measured { name, words, statistics: OF_REQUESTS, usual: &["p99", "mean"] }
}

const fn level(name: &'static str, words: &'static [&'static str]) -> Measured {
    Measured { name, words, statistics: OF_LEVELS, usual: OF_LEVELS }
}

const fn number(name: &'static str, words: &'static [&'static str]) -> Measured {
    Measured { name, words, statistics: &[], usual: &[] }
}

static MEASURED: &[Measured] = &[
    of_requests(
        "ttft_ms",
        &[
            "ttft",
            "time_to_first_token",
            "first_token",
            "first_token_latency",
            "first_token_time",
            "ttft_latency",
        ],
    ),
    of_requests(
        "tpot_ms",
        &[
            "tpot",
            "time_per_output_token",
            "output_token_latency",
            "time_per_token",
            "token_latency",
            "per_token_latency",
        ],
    ),
    of_requests(
        "itl_ms",
        &["itl", "inter_token_latency", "intertoken_latency", "tbt", "time_between_tokens"],
    ),
    of_requests(
        "latency_ms",
        &[
            "latency",
            "e2el",
            "e2e",
            "e2e_latency",
            "e2e_request_latency",
            "end_to_end_latency",
            "request_latency",
            "request_duration",
            "response_time",
            "http_req_duration",
            "http_request_duration",
            "duration",
        ],
    ),
    of_requests(
        "queue_ms",
        &[
            "queue",
            "queue_time",
            "queueing_time",
            "queuing_time",
            "request_queue_time",
            "wait",
            "wait_time",
            "waiting_time",
            "waiting",
        ],
    ),
    of_requests("prefill_ms", &["prefill", "prefill_time", "request_prefill_time", "prefill_latency"]),
    of_requests("decode_ms", &["decode", "decode_time", "request_decode_time", "decode_latency"]),
    of_requests(
        "handoff_ms",
        &["handoff", "handoff_time", "kv_transfer", "kv_transfer_time", "transfer_time"],
    ),
    level(
        "queue_depth",
        &["queue_depth", "queue_length", "queue_size", "queue_len", "queued", "queued_requests"],
    ),
    level("batch_size", &["batch_size", "batch", "running_batch_size"]),
    level(
        "kv_utilization",
        &["kv_utilization", "kv_usage", "kv_cache_usage", "kv_cache_utilization", "cache_usage"],
    ),
    level("vram_bytes", &["vram", "vram_bytes", "memory", "gpu_memory", "memory_bytes", "kv_bytes"]),
    number("gpu_utilization", &["gpu_utilization", "gpu_util", "utilization", "gpu_usage"]),
    number(
        "throughput_tokens_per_sec",
        &[
            "throughput",
            "token_throughput",
            "output_throughput",
            "tokens_per_sec",
            "tokens_per_second",
            "output_tokens_per_second",
            "tok",
            "tps",
        ],
    ),
    number(
        "throughput_requests_per_sec",
        &["request_throughput", "requests_per_sec", "requests_per_second", "rps", "qps"],
    ),
    number("reject_rate", &["error_rate", "failure_rate", "rejection_rate", "rejected_rate", "drop_rate"]),
    number("completion_rate", &["success_rate", "completion_rate", "availability"]),
    number("slo_attainment", &["slo", "slo_attainment", "sla", "slo_compliance", "slo_rate"]),
    number("cost_usd", &["cost", "cost_usd", "price", "dollars"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(measure(name), Some(Measure::Is(expected.to_owned())));
    }

    #[test]
    fn other_words_and_other_orders_name_a_metric() {
        check("median_ttft_ms", "p50_ttft_ms");
        check("avg_ttft_ms", "mean_ttft_ms");
        check("p99.9_ttft_ms", "p999_ttft_ms");
        check("p99_time_to_first_token_seconds", "p99_ttft_ms");
        check("latency_p95", "p95_latency_ms");
        check("mean_e2el_ms", "mean_latency_ms");
        check("throughput", "throughput_tokens_per_sec");
        check("tokens_per_second", "throughput_tokens_per_sec");
        check("requests_per_sec", "throughput_requests_per_sec");
        check("max_queue_length", "max_queue_depth");
    }

    #[test]
    fn a_name_without_a_statistic_offers_some() {
        assert_eq!(measure("ttft"), Some(Measure::OneOf(vec!["p99_ttft_ms".into(), "mean_ttft_ms".into()])));
        assert_eq!(measure("p75_ttft_ms"), None);
        assert_eq!(percentile_without_a_metric("p75_ttft_ms").as_deref(), Some("p75"));
        assert_eq!(percentile_without_a_metric("p99_ttft_ms"), None);
        assert_eq!(measure("colour"), None);
    }

    #[test]
    fn every_name_made_here_is_a_metric() {
        for measured in MEASURED {
            let names = measured.statistics.iter().map(|statistic| format!("{statistic}_{}", measured.name));
            let alone = measured.usual.is_empty().then(|| measured.name.to_owned());
            for name in names.chain(alone) {
                assert!(metrics::lookup(&name).is_some(), "`{name}` is not a metric");
            }
        }
    }
}
