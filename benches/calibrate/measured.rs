//! The measured servers: rows of a table, the scenario that repeats each experiment, and what it predicts.
//!
//! Each stage of an experiment follows the previous one on the same server, so an experiment is one run. Prompts are as in
//! the measurement: a hundred texts with a common beginning sent in turn, or new ones. Invariant: only [`Means`] contains
//! measured values.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use kvs::check::{self, execute};
use kvs::engine::{Event, Journey, Sink};
use kvs::host::{Host, Memory};
use kvs::model::{Choice, Scenario};
use kvs::units::SimTime;

/// Means over the requests of a stage, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Means {
    /// Time to first token.
    pub(crate) ttft: f64,
    /// Time per output token.
    pub(crate) tpot: f64,
    /// From arrival to the last token.
    pub(crate) e2e: f64,
}

impl Means {
    /// Relative to what was measured: 0.1 is ten per cent too high.
    pub(crate) fn errors(self, measured: Means) -> [f64; 3] {
        [self.ttft / measured.ttft - 1.0, self.tpot / measured.tpot - 1.0, self.e2e / measured.e2e - 1.0]
    }
}

/// A load stage of an experiment.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// Its number in the experiment.
    pub(crate) number: String,
    /// Requests per second.
    pub(crate) rate: f64,
    /// Duration in seconds.
    pub(crate) seconds: f64,
    /// What clients saw.
    pub(crate) measured: Means,
}

/// An experiment: one server under one or more loads.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Its name in the table.
    pub(crate) experiment: String,
    /// The model's name in the catalogue.
    pub(crate) model: String,
    /// The GPU's name in the catalogue.
    pub(crate) gpu: String,
    /// GPUs.
    pub(crate) n_gpus: u32,
    /// One after the other.
    pub(crate) stages: Vec<Stage>,
    /// The server and its load.
    pub(crate) scenario: Scenario,
}

/// A row by the names of its columns.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of a table that begins with a line of names.
pub(crate) fn rows(text: &str, separator: char) -> Vec<Row> {
    let mut lines = text.lines();
    let names: Vec<String> = lines.next().unwrap_or_default().split(separator).map(str::to_owned).collect();
    lines.map(|line| names.iter().cloned().zip(line.split(separator).map(str::to_owned)).collect()).collect()
}

/// A number of a row.
pub(crate) fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("`{column}` is a number, found `{}`", row[column]))
}

/// The experiments of `measured/calibration.csv`, in its order.
pub(crate) fn servers(table: &str) -> Vec<Server> {
    let rows = rows(table, ',');
    let experiments = rows.chunk_by(|left, right| left["experiment"] == right["experiment"]);
    experiments.map(server).collect()
}

fn server(rows: &[Row]) -> Server {
    let first = &rows[0];
    let stages = rows.iter().map(|row| Stage {
        number: row["stage"].clone(),
        rate: number(row, "rate_req_per_s"),
        seconds: number(row, "duration_s"),
        measured: Means {
            ttft: number(row, "ttft_mean_ms"),
            tpot: number(row, "tpot_mean_ms"),
            e2e: number(row, "e2e_mean_ms"),
        },
    });
    let stages: Vec<Stage> = stages.collect();
    Server {
        experiment: first["experiment"].clone(),
        model: first["model"].clone(),
        gpu: first["gpu"].clone(),
        n_gpus: number(first, "tensor_parallel") as u32,
        scenario: compile(&text(first, &stages)),
        stages,
    }
}

/// The experiment as a scenario.
fn text(row: &Row, stages: &[Stage]) -> String {
    let blocks = match row["kv_blocks"].as_str() {
        "" => String::new(),
        blocks => format!("; kv_blocks {blocks}"),
    };
    let (first, later) = stages.split_first().expect("an experiment has a stage");
    let mut rate = format!("stages from {} req/s {{ {} s hold", first.rate, first.seconds);
    for stage in later {
        rate.push_str(&format!("; 1 ms -> {} req/s; {} s hold", stage.rate, stage.seconds));
    }
    rate.push_str(" }");
    format!(
        "cluster {{ serves {}; gpus {} x {n_gpus} tensor_parallel {n_gpus} }}\n\
         engine {{ batching continuous; max_batch {}; max_batch_tokens {}; block_size {}{blocks} }}\n\
         workload calls {{\n  arrivals poisson\n  rate {rate}\n{}  output constant {}\n}}\n",
        row["model"],
        row["gpu"],
        row["max_batch"],
        row["max_batch_tokens"],
        row["block_size"],
        prompts(row),
        row["output_tokens"],
        n_gpus = row["tensor_parallel"],
    )
}

/// The prompts. Only the mean length of the hundred texts is known; since lengths differ, the number of tokens after the
/// last full block is arbitrary.
fn prompts(row: &Row) -> String {
    const OWN: f64 = 8.5;
    let mean = number(row, "prompt_tokens_mean");
    if row["distinct_prompts"] == "unique" {
        return format!("  prompt constant {}\n", mean.round());
    }
    let group = number(row, "shared_prefix_tokens");
    format!(
        "  prefix_group {group}\n  prefix_pool {} tokens {} pick round_robin\n  prompt uniform 1 .. 16\n",
        row["distinct_prompts"],
        (mean - group - OWN).round(),
    )
}

/// The only case of a text.
pub(crate) fn compile(text: &str) -> Scenario {
    let host = Host::memory(Memory::default().with("/server.kvs", text));
    let suite = check::compile(&host, Path::new("/server.kvs"), &Vec::new()).expect("the file is in memory");
    assert!(!suite.has_errors(), "{text}\n{:#?}", suite.diagnostics);
    suite.cases.into_iter().next().expect("a file without errors has a case").scenario
}

impl Server {
    /// The means of every stage under a timing.
    pub(crate) fn predict(&self, timing: &Choice, seed: u64) -> Vec<Means> {
        let mut scenario = self.scenario.clone();
        scenario.engine.timing = timing.clone();
        let mut ends = Vec::new();
        let mut end = 0.0;
        for stage in &self.stages {
            end += stage.seconds;
            ends.push(end);
        }
        let mut sums = Sums { ends, sums: vec![(0.0, Means::default()); self.stages.len()] };
        let no_files = |path: &str| Err(io::Error::new(io::ErrorKind::NotFound, path));
        execute(&scenario, seed, &no_files, &mut sums).expect("no trace is read");
        sums.sums
            .iter()
            .map(|(n, sum)| Means { ttft: sum.ttft / n, tpot: sum.tpot / n, e2e: sum.e2e / n })
            .collect()
    }
}

/// Adds up what finished requests saw, by the stage in which they arrived.
struct Sums {
    /// When each stage ends, in seconds.
    ends: Vec<f64>,
    /// Requests, and the sums of their times.
    sums: Vec<(f64, Means)>,
}

impl Sink for Sums {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let (Event::Finished { .. }, Some(first_token)) = (event, journey.first_token()) else { return };
        let arrival = journey.request.arrival;
        let since = |time: SimTime| (time.as_ps() - arrival.as_ps()) as f64 / 1e9;
        let stage = self.ends.iter().position(|end| arrival.as_ps() as f64 / 1e12 < *end);
        let (n, sum) = &mut self.sums[stage.unwrap_or(self.ends.len() - 1)];
        let (ttft, e2e) = (since(first_token), since(at));
        *n += 1.0;
        sum.ttft += ttft;
        sum.e2e += e2e;
        sum.tpot += (e2e - ttft) / f64::from(journey.request.output.get() - 1);
    }
}

/// The median of errors' sizes.
pub(crate) fn median(errors: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = errors.map(f64::abs).collect();
    sizes.sort_by(f64::total_cmp);
    let middle = sizes.len() / 2;
    if sizes.len().is_multiple_of(2) { (sizes[middle - 1] + sizes[middle]) / 2.0 } else { sizes[middle] }
}
