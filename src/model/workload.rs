//! What arrives.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::units::{Ratio, SimDuration, SimTime, Tokens};

/// One class of requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// The name metrics are selected by.
    pub name: String,
    /// Where its requests come from.
    pub source: WorkloadSource,
    /// Higher goes first under `scheduling priority`.
    pub priority: i32,
    /// Its share under `scheduling fair`.
    pub weight: f64,
    /// Bounds a good request meets.
    pub slo: Option<Slo>,
}

impl Workload {
    /// All files it reads, each as written and as resolved.
    #[must_use]
    pub fn files(&self) -> Vec<(&str, &str)> {
        match &self.source {
            WorkloadSource::Rows(_) => Vec::new(),
            WorkloadSource::File(trace) => vec![(&trace.path, &trace.resolved)],
            WorkloadSource::Generated { arrivals, rate, prompt, output, session, prefixes, .. } => {
                let choices =
                    [arrivals, prompt, output].into_iter().chain(rate).chain(session).chain(prefixes);
                let files = choices.flat_map(Choice::files);
                files.map(|file| (file.path.as_str(), file.resolved.as_str())).collect()
            }
        }
    }
}

/// Where requests come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WorkloadSource {
    /// Drawn from distributions.
    Generated {
        /// The process.
        arrivals: Choice,
        /// The shape over time; `None` for a closed loop.
        rate: Option<Choice>,
        /// Prompt tokens.
        prompt: Choice,
        /// Output tokens.
        output: Choice,
        /// Conversations: turns, think, context.
        session: Option<Choice>,
        /// `prefix_group`, `prefix_pool` in the order they nest.
        prefixes: Vec<Choice>,
        /// When it begins.
        start: SimTime,
        /// How long it lasts, if bounded in time.
        duration: Option<SimDuration>,
        /// How many requests (or sessions), if bounded in number.
        requests: Option<u64>,
    },
    /// Rows in the scenario, by arrival time.
    Rows(Vec<TraceRow>),
    /// Rows in a file, read as they arrive.
    File(TraceFile),
}

/// One row of an inline trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// As written.
    pub id: String,
    /// When.
    pub arrival: SimTime,
    /// Prompt tokens.
    pub prompt: Tokens,
    /// Output tokens.
    pub output: Tokens,
}

/// A trace in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceFile {
    /// The workload's name, after which the random stream of `sample` is called.
    pub name: String,
    /// As written, relative to the scenario.
    pub path: String,
    /// The scenario's folder-relative path resolved for the host.
    pub resolved: String,
    /// A name of the trace format registry and its arguments.
    pub format: Choice,
    /// Only rows between the two, in trace time.
    pub slice: Option<(SimTime, SimTime)>,
    /// How many times as fast as recorded.
    pub speedup: Ratio,
    /// The share of rows kept.
    pub sample: Option<Ratio>,
}

/// Bounds a good request meets; those not given do not bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// Time to first token.
    pub ttft: Option<SimDuration>,
    /// Time per output token.
    pub tpot: Option<SimDuration>,
    /// Arrival to finish.
    pub latency: Option<SimDuration>,
}
