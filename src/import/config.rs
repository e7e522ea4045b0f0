//! `config.txt`: `key value`, `gpu N key value`, `link SRC DST BANDWIDTH LATENCY_MS`.

use std::collections::BTreeMap;

use super::error;
use super::lines::{Cell, lines};
use crate::diagnostics::Diagnostic;
use crate::source::{SourceId, Sources};

/// What a config says, the original's defaults filled in.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) gpus: Vec<Gpu>,
    pub(super) links: Vec<Link>,
    pub(super) kv_bytes_per_token: u64,
    pub(super) max_queue: u64,
    pub(super) max_retries: u64,
    pub(super) safe_reservation: bool,
    pub(super) sample_every_ms: f64,
    pub(super) handoff_latency_us: f64,
    /// GB/s, whatever the key's name says.
    pub(super) handoff_bandwidth: f64,
    pub(super) handoff_weight: f64,
    pub(super) scheduling: &'static str,
    pub(super) routing: &'static str,
    pub(super) memory_pressure: &'static str,
    pub(super) eviction: &'static str,
}

/// One GPU's figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gpu {
    pub(super) vram_bytes: u64,
    pub(super) max_concurrent: u64,
    pub(super) prefill_tps: f64,
    pub(super) decode_tps: f64,
    pub(super) decode_sharing_cap: u64,
    pub(super) decode_efficiency: f64,
}

/// A directed link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: u64,
    pub(super) to: u64,
    /// GB/s.
    pub(super) bandwidth: f64,
    pub(super) latency_ms: f64,
}

/// The values a key may take.
#[derive(Clone, Copy)]
enum Kind {
    /// A whole number between the two.
    Whole(f64, f64),
    /// A number above zero.
    Positive,
    /// A number, zero or more.
    NotNegative,
    /// `0` or `1`, `false` or `true`.
    Switch,
    /// One of these, each with what a scenario calls it.
    Word(&'static [(&'static str, &'static str)]),
}

/// Keys that `gpu N` may set for one GPU as well.
const GPU_KEYS: &[(&str, Kind)] = &[
    ("vram_bytes", Kind::Whole(1.0, 1e18)),
    ("max_concurrent", Kind::Whole(1.0, 1e9)),
    ("prefill_tps", Kind::Positive),
    ("decode_tps", Kind::Positive),
    ("decode_sharing_cap", Kind::Whole(1.0, 1e9)),
    ("decode_efficiency", Kind::Positive),
];

const KEYS: &[(&str, Kind)] = &[
    ("num_gpus", Kind::Whole(1.0, 100_000.0)),
    ("kv_bytes_per_token", Kind::Whole(1.0, 1e12)),
    ("max_queue", Kind::Whole(1.0, 1e9)),
    ("max_retries", Kind::Whole(0.0, 1e6)),
    ("safe_reservation", Kind::Switch),
    ("timeseries_dt_ms", Kind::Positive),
    ("handoff_latency_us", Kind::NotNegative),
    ("handoff_bandwidth_gbps", Kind::Positive),
    ("handoff_cost_weight", Kind::NotNegative),
    (
        "scheduling",
        Kind::Word(&[
            ("fifo", "fifo"),
            ("shortest", "shortest_remaining"),
            ("srt", "shortest_remaining"),
            ("shortest_remaining", "shortest_remaining"),
        ]),
    ),
    (
        "routing_policy",
        Kind::Word(&[
            ("p2c", "p2c"),
            ("round_robin", "round_robin"),
            ("least_loaded", "least_loaded"),
            ("random", "random"),
        ]),
    ),
    ("memory_pressure_policy", Kind::Word(&[("reject", "reject"), ("evict", "evict")])),
    ("eviction_policy", Kind::Word(&[("fifo", "fifo"), ("lru", "lru")])),
];

/// Values as given; the last of a key counts, as in the original.
#[derive(Default)]
struct Given {
    numbers: BTreeMap<&'static str, f64>,
    words: BTreeMap<&'static str, &'static str>,
    gpus: BTreeMap<u64, BTreeMap<&'static str, f64>>,
    links: Vec<Link>,
}

pub(super) fn read(source: SourceId, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Settings {
    let mut given = Given::default();
    let mut indexed: Vec<(Cell<'_>, u64)> = Vec::new();
    for line in lines(source, sources) {
        let read = match (line[0].text, line.len()) {
            ("gpu", 4..) => read_gpu(&line, &mut given, &mut indexed),
            ("link", 5..) => read_link(&line, &mut given, &mut indexed),
            ("gpu", _) => Err(error::short_line(line[0].span, "gpu N key value")),
            ("link", _) => Err(error::short_line(line[0].span, "link SRC DST BANDWIDTH LATENCY_MS")),
            (_, 2..) => read_key(&line, &mut given),
            _ => Err(error::short_line(line[0].span, "key value")),
        };
        diagnostics.extend(read.err());
        let expected = match line[0].text {
            "gpu" => 4,
            "link" => 5,
            _ => 2,
        };
        diagnostics.extend(line.get(expected).map(|extra| error::left_over(extra)));
    }
    let n_gpus = given.number("num_gpus", 1.0) as u64;
    diagnostics.extend(
        indexed
            .iter()
            .filter(|(_, index)| *index >= n_gpus)
            .map(|(cell, _)| error::no_such_gpu(cell, n_gpus)),
    );
    given.settle(n_gpus)
}

fn read_key(line: &[Cell<'_>], given: &mut Given) -> Result<(), Diagnostic> {
    let keys = KEYS.iter().chain(GPU_KEYS);
    let Some((key, kind)) = keys.clone().find(|(key, _)| *key == line[0].text) else {
        let names: Vec<&str> = keys.map(|(key, _)| *key).collect();
        return Err(error::unknown_key(&line[0], &names));
    };
    if let Kind::Word(words) = kind {
        let Some((_, word)) = words.iter().find(|(word, _)| *word == line[1].text) else {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            return Err(error::unknown_word(&line[1], key, &names));
        };
        given.words.insert(key, word);
    } else {
        given.numbers.insert(key, number(&line[1], key, *kind)?);
    }
    Ok(())
}

fn read_gpu<'a>(
    line: &[Cell<'a>],
    given: &mut Given,
    indexed: &mut Vec<(Cell<'a>, u64)>,
) -> Result<(), Diagnostic> {
    let gpu = index(&line[1], indexed)?;
    let Some((key, kind)) = GPU_KEYS.iter().find(|(key, _)| *key == line[2].text) else {
        let names: Vec<&str> = GPU_KEYS.iter().map(|(key, _)| *key).collect();
        return Err(error::unknown_key(&line[2], &names));
    };
    let value = number(&line[3], key, *kind)?;
    given.gpus.entry(gpu).or_default().insert(key, value);
    Ok(())
}

fn read_link<'a>(
    line: &[Cell<'a>],
    given: &mut Given,
    indexed: &mut Vec<(Cell<'a>, u64)>,
) -> Result<(), Diagnostic> {
    let link = Link {
        from: index(&line[1], indexed)?,
        to: index(&line[2], indexed)?,
        bandwidth: number(&line[3], "link", Kind::Positive)?,
        latency_ms: number(&line[4], "link", Kind::NotNegative)?,
    };
    if link.from == link.to {
        return Err(error::link_to_itself(&line[2]));
    }
    given.links.push(link);
    Ok(())
}

fn index<'a>(cell: &Cell<'a>, indexed: &mut Vec<(Cell<'a>, u64)>) -> Result<u64, Diagnostic> {
    let index = cell.text.parse().map_err(|_| error::wrong_value(cell, "gpu", "the index of a GPU"))?;
    indexed.push((*cell, index));
    Ok(index)
}

fn number(cell: &Cell<'_>, key: &str, kind: Kind) -> Result<f64, Diagnostic> {
    let value = match (kind, cell.text) {
        (Kind::Switch, "true") => 1.0,
        (Kind::Switch, "false") => 0.0,
        (_, text) => text.parse::<f64>().ok().filter(|value| value.is_finite()).unwrap_or(f64::NAN),
    };
    let (holds, expected) = match kind {
        Kind::Whole(low, high) => (
            (low..=high).contains(&value) && libm::trunc(value) == value,
            format!("a whole number from {low} to {high}"),
        ),
        Kind::Positive => (value > 0.0, "a number above zero".to_owned()),
        Kind::NotNegative => (value >= 0.0, "a number, zero or more".to_owned()),
        Kind::Switch => (value == 0.0 || value == 1.0, "`0` or `1`".to_owned()),
        Kind::Word(_) => unreachable!("words are not numbers"),
    };
    if holds { Ok(value) } else { Err(error::wrong_value(cell, key, &expected)) }
}

impl Given {
    fn number(&self, key: &str, default: f64) -> f64 {
        self.numbers.get(key).copied().unwrap_or(default)
    }

    fn word(&self, key: &str, default: &'static str) -> &'static str {
        self.words.get(key).copied().unwrap_or(default)
    }

    fn settle(self, n_gpus: u64) -> Settings {
        let gpu = |index: u64| {
            let own = |key: &str, default: f64| {
                let own = self.gpus.get(&index).and_then(|keys| keys.get(key)).copied();
                own.unwrap_or_else(|| self.number(key, default))
            };
            Gpu {
                vram_bytes: own("vram_bytes", 24.0 * 1_099_511_627_776.0) as u64,
                max_concurrent: own("max_concurrent", 16.0) as u64,
                prefill_tps: own("prefill_tps", 1000.0),
                decode_tps: own("decode_tps", 500.0),
                decode_sharing_cap: own("decode_sharing_cap", 8.0) as u64,
                decode_efficiency: own("decode_efficiency", 0.8),
            }
        };
        Settings {
            gpus: (0..n_gpus).map(gpu).collect(),
            kv_bytes_per_token: self.number("kv_bytes_per_token", 2048.0) as u64,
            max_queue: self.number("max_queue", 1024.0) as u64,
            max_retries: self.number("max_retries", 2.0) as u64,
            safe_reservation: self.number("safe_reservation", 1.0) == 1.0,
            sample_every_ms: self.number("timeseries_dt_ms", 20.0),
            handoff_latency_us: self.number("handoff_latency_us", 10.0),
            handoff_bandwidth: self.number("handoff_bandwidth_gbps", 300.0),
            handoff_weight: self.number("handoff_cost_weight", 0.5),
            scheduling: self.word("scheduling", "fifo"),
            routing: self.word("routing_policy", "p2c"),
            memory_pressure: self.word("memory_pressure_policy", "reject"),
            eviction: self.word("eviction_policy", "fifo"),
            links: self.links,
        }
    }
}
