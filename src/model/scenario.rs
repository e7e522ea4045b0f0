//! One case: everything a run needs, seed aside.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Choice, Cluster, Expectation, LanguageModel, Workload};
use crate::units::{Ratio, SimDuration, SimTime, Tokens};

/// Which scenario of which file, with which matrix values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Case {
    /// The file, with forward slashes, relative to the root.
    pub file: String,
    /// The scenario's name; `None` where the file is the scenario.
    pub scenario: Option<String>,
    /// Matrix parameters as written, in the matrix's order.
    pub args: Vec<(String, String)>,
    /// The plan whose answer it is about; `None` for a case that is run as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

impl fmt::Display for Case {
    /// `path/file.kvs::scenario[a=1,b=p2c]`, of a plan `path/file.kvs::plan "cheapest"`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(scenario) = &self.scenario {
            write!(formatter, "::{scenario}")?;
        }
        if !self.args.is_empty() {
            let args: Vec<String> = self.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
            write!(formatter, "[{}]", args.join(","))?;
        }
        if let Some(plan) = &self.plan {
            write!(formatter, "::plan \"{plan}\"")?;
        }
        Ok(())
    }
}

/// A validated scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Which.
    pub case: Case,
    /// The model served.
    pub model: LanguageModel,
    /// The hardware.
    pub cluster: Cluster,
    /// How a replica executes.
    pub engine: Engine,
    /// Routing, scheduling and memory.
    pub policy: Policy,
    /// What arrives; traces among them, in the order written.
    pub workloads: Vec<Workload>,
    /// Seeds, warm-up, length.
    pub run: Run,
    /// What must hold, in the order written.
    pub expectations: Vec<Expectation>,
    /// Parameters of the file with the values used, as written.
    pub params: Vec<(String, String)>,
}

/// The execution model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Batching {
    /// Prefill and decode as phases with throughput figures.
    Phases,
    /// Iteration-level batches.
    Continuous,
}

impl Batching {
    /// As written after `batching`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Batching::Phases => "phases",
            Batching::Continuous => "continuous",
        }
    }

    /// The only other one.
    #[must_use]
    pub const fn other(self) -> Batching {
        match self {
            Batching::Phases => Batching::Continuous,
            Batching::Continuous => Batching::Phases,
        }
    }
}

/// How a replica executes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// The execution model.
    pub batching: Batching,
    /// How long work takes.
    pub timing: Choice,
    /// Requests in a step.
    pub max_batch: u32,
    /// Tokens in a step.
    pub max_batch_tokens: u32,
    /// Tokens in a block of the paged cache.
    pub block_size: Tokens,
    /// Whether prefixes are kept.
    pub prefix_cache: bool,
    /// The share of memory that weights and cache may take.
    pub kv_memory: Ratio,
    /// Blocks, where stated instead of derived.
    pub kv_blocks: Option<u64>,
    /// Steps scheduled before the running one ends.
    pub schedule_ahead: u32,
}

/// Routing, scheduling and memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Which GPU prefills.
    pub routing: Choice,
    /// Which GPU decodes.
    pub decode_routing: Choice,
    /// Which waiting request goes first.
    pub scheduling: Choice,
    /// What is reserved on admission: `safe`, `lazy`.
    pub reservation: Choice,
    /// What happens when memory runs out: `reject`, `evict`.
    pub memory_pressure: Choice,
    /// Which request is evicted first: `lru`, `fifo`.
    pub eviction: Choice,
    /// How running requests are preempted (`batching continuous`).
    pub preemption: Choice,
    /// Whether high priorities preempt running work (`batching continuous`).
    pub preempt_by_priority: bool,
    /// Requests held by one GPU, waiting or active.
    pub max_queue: Option<u32>,
    /// Further GPUs tried.
    pub max_retries: u32,
    /// Requests in the global queue.
    pub max_global_queue: Option<u32>,
    /// How long a request may wait in the global queue.
    pub queue_timeout: Option<SimDuration>,
}

/// Runs of one case, at most.
pub const MAX_SEEDS: u32 = 10_000;

/// Seeds, warm-up, length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The first seed.
    pub seed: u64,
    /// How many, counting up from `seed`.
    pub seeds: u32,
    /// Requests that arrive before this are not measured.
    pub warmup: SimTime,
    /// When to stop; `None` runs until drained.
    pub until: Option<SimTime>,
    /// The grid of `timeseries.csv`.
    pub sample_every: SimDuration,
    /// The share by which numbers may differ from those of the snapshot.
    pub snapshot_tolerance: Ratio,
}
