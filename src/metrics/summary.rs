//! What every report shows of a run, whatever its expectations ask.

use super::histogram::Histogram;
use super::info::Aggregate;
use super::levels::Level;
use super::outcome::Outcome;
use super::quantile::Samples;
use super::sample::Sample;
use super::saturation::Backlog;
use super::tally::{Hits, Tally};
use crate::model::Selection;
use crate::units::{Bytes, SimDuration, SimTime};

/// What every report shows of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// When the run ended.
    pub end: SimTime,
    /// `warmup`: levels, cost and all requests here are from then on.
    pub measured_from: SimTime,
    /// From there to the end.
    pub measured: SimDuration,
    /// Requests that arrived after `warmup`, as all counts here.
    pub arrived: u64,
    /// Answered in full.
    pub finished: u64,
    /// Turned away.
    pub rejected: u64,
    /// Lost to another's need for memory.
    pub evicted: u64,
    /// Still in the system at the end.
    pub unfinished: u64,
    /// Finished as a share of arrived.
    pub completion_rate: Option<f64>,
    /// Rejected as a share of arrived.
    pub reject_rate: Option<f64>,
    /// Good as a share of those with a `slo`.
    pub slo_attainment: Option<f64>,
    /// Good requests a second over the makespan; `None` where no workload has a `slo`.
    pub goodput: Option<f64>,
    /// Output tokens of finished requests.
    pub tokens_generated: u64,
    /// From the first arrival to the last completion.
    pub makespan: Option<SimDuration>,
    /// Over the makespan.
    pub throughput_tokens_per_sec: Option<f64>,
    /// Over the makespan.
    pub throughput_requests_per_sec: Option<f64>,
    /// Arrival to last token; `None` also where the run did not keep it.
    pub latency: Option<Distribution>,
    /// Arrival to first token; `None` also where the run did not keep it.
    pub ttft: Option<Distribution>,
    /// First token to last over the tokens between; `None` also where the run did not keep it.
    pub tpot: Option<Distribution>,
    /// Arrival to first execution; `None` also where the run did not keep it.
    pub queue: Option<Distribution>,
    /// Between two tokens of a request; `None` also where the run did not count it.
    pub itl: Option<Distribution>,
    /// What is particular to `batching continuous`; `None` with `batching phases`.
    pub steps: Option<StepsSummary>,
    /// Over the measured time, as all levels here; summed over the GPUs.
    pub mean_vram_bytes: f64,
    /// The most held at once by all GPUs together.
    pub peak_vram: Bytes,
    /// Summed over the GPUs.
    pub gpu_busy: SimDuration,
    /// Averaged over the GPUs; `None` where nothing was measured for any time.
    pub gpu_utilization: Option<f64>,
    /// The longest the global queue was.
    pub max_global_queue_depth: u64,
    /// Further GPUs tried.
    pub retry_attempts: u64,
    /// Requests admitted by one of them.
    pub retry_successes: u64,
    /// Caches moved between GPUs.
    pub handoffs_total: u64,
    /// Outputs begun on another GPU than their prompt.
    pub cross_gpu_decodes: u64,
    /// Whether the backlog was growing when arrivals ended; `None` where too few arrived to tell.
    pub backlog: Option<Backlog>,
    /// Prompt lengths that `min` or `max` changed, as a share of those drawn; `None` where none was drawn.
    pub clamped_prompt_share: Option<f64>,
    /// The same of output lengths.
    pub clamped_output_share: Option<f64>,
    /// Sessions that began.
    pub sessions: u64,
    /// Whose last turn was answered.
    pub finished_sessions: u64,
    /// Of which a turn was turned away.
    pub abandoned_sessions: u64,
    /// That were to follow those turned away.
    pub abandoned_turns: u64,
    /// `None` where a GPU has no price.
    pub cost_usd: Option<f64>,
    /// By cluster-wide replica index.
    pub gpus: Vec<GpuSummary>,
}

/// Batches, blocks and prefixes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepsSummary {
    /// Requests in the steps of all replicas together, over time; `None` for a run without length.
    pub mean_batch_size: Option<f64>,
    /// The same, averaged over the replicas: what `max_batch` limits.
    pub mean_batch_size_per_gpu: Option<f64>,
    /// Blocks held as a share of those there are, over time.
    pub mean_kv_utilization: Option<f64>,
    /// The most of them held at once.
    pub max_kv_utilization: Option<f64>,
    /// Times a running request was preempted.
    pub preemptions: u64,
    /// By block; all three `None` without a prefix cache, or where nothing executed.
    pub prefix_block_hit_rate: Option<f64>,
    /// By token.
    pub prefix_token_hit_rate: Option<f64>,
    /// The mean over requests.
    pub prefix_request_hit_rate: Option<f64>,
}

/// One replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpuSummary {
    /// The most it held.
    pub peak_vram: Bytes,
    /// How long it had work.
    pub busy: SimDuration,
    /// Output tokens of finished requests that it generated.
    pub tokens_generated: u64,
    /// Requests it finished.
    pub requests_finished: u64,
}

/// Samples of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution {
    /// How many.
    pub n: u64,
    /// In seconds.
    pub mean_secs: f64,
    /// The smallest.
    pub min: SimDuration,
    /// Median, nearest rank as all percentiles.
    pub p50: SimDuration,
    /// 90th percentile.
    pub p90: SimDuration,
    /// 95th percentile.
    pub p95: SimDuration,
    /// 99th percentile.
    pub p99: SimDuration,
    /// The largest.
    pub max: SimDuration,
}

impl Outcome {
    /// What every report shows.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let everything = Selection::default();
        let tally = self.tally(&everything);
        let Tally { arrived, finished, rejected, evicted, tokens, bound, good, sessions, hits } = tally;
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let seconds = self.totals.makespan.map(SimDuration::as_secs_f64).filter(|seconds| *seconds > 0.0);
        let vram = &self.levels[&(Level::VramBytes, None)];
        let busy = self.levels[&(Level::GpusBusy, None)].integral;
        let length = self.measured().as_ps() as f64;
        let lengths = self.totals.lengths;
        Summary {
            end: self.end(),
            measured_from: self.measured_from(),
            measured: self.measured(),
            arrived,
            finished,
            rejected,
            evicted,
            unfinished: tally.unfinished(),
            completion_rate: share(finished, arrived),
            reject_rate: share(rejected, arrived),
            slo_attainment: share(good, bound),
            goodput: seconds.filter(|_| bound > 0).map(|seconds| good as f64 / seconds),
            tokens_generated: tokens,
            makespan: self.totals.makespan,
            throughput_tokens_per_sec: seconds.map(|seconds| tokens as f64 / seconds),
            throughput_requests_per_sec: seconds.map(|seconds| finished as f64 / seconds),
            latency: self.kept(Sample::Latency),
            ttft: self.kept(Sample::Ttft),
            tpot: self.kept(Sample::Tpot),
            queue: self.kept(Sample::Queue),
            itl: self.gaps.get(&(None, None)).and_then(distribution_of_gaps),
            steps: self.steps(&hits),
            mean_vram_bytes: if length > 0.0 { vram.integral as f64 / length } else { vram.last as f64 },
            peak_vram: Bytes::new(vram.max),
            gpu_busy: picoseconds(busy),
            gpu_utilization: (length > 0.0).then(|| busy as f64 / length / self.gpus.len() as f64),
            max_global_queue_depth: self.levels[&(Level::GlobalQueueDepth, None)].max,
            retry_attempts: self.totals.moves.retry_attempts,
            retry_successes: self.totals.moves.retry_successes,
            handoffs_total: self.totals.moves.handoffs,
            cross_gpu_decodes: self.totals.moves.cross_gpu_decodes,
            backlog: self.totals.backlog,
            clamped_prompt_share: lengths.share(lengths.clamped_prompts),
            clamped_output_share: lengths.share(lengths.clamped_outputs),
            sessions: sessions.begun,
            finished_sessions: sessions.finished,
            abandoned_sessions: sessions.abandoned,
            abandoned_turns: sessions.abandoned_turns,
            cost_usd: self.totals.cost_usd,
            gpus: self
                .gpus
                .iter()
                .map(|(tally, held)| GpuSummary {
                    peak_vram: Bytes::new(held.most_bytes),
                    busy: SimDuration::from_ps(held.busy_ps),
                    tokens_generated: tally.tokens,
                    requests_finished: tally.finished,
                })
                .collect(),
        }
    }
}

impl Outcome {
    fn steps(&self, hits: &Hits) -> Option<StepsSummary> {
        if self.kv_blocks.is_empty() {
            return None;
        }
        let everything = Selection::default();
        let has_length = self.measured() > SimDuration::ZERO;
        let share = |part: u128, whole: u128| (whole > 0).then(|| part as f64 / whole as f64);
        Some(StepsSummary {
            mean_batch_size: self
                .level(Level::BatchSize, Aggregate::Mean, &everything)
                .filter(|_| has_length),
            mean_batch_size_per_gpu: self
                .level(Level::BatchSize, Aggregate::MeanPerGpu, &everything)
                .filter(|_| has_length),
            mean_kv_utilization: self.kv_utilization(Aggregate::Mean, &everything).filter(|_| has_length),
            max_kv_utilization: self.kv_utilization(Aggregate::Max, &everything),
            preemptions: self.totals.moves.preemptions,
            prefix_block_hit_rate: share(hits.cached_blocks.into(), hits.blocks.into()),
            prefix_token_hit_rate: share(hits.cached_tokens.into(), hits.tokens.into()),
            prefix_request_hit_rate: {
                let (shares, requests) = hits.mean_share();
                share(shares, requests)
            },
        })
    }

    /// The distribution of samples that not every run keeps.
    fn kept(&self, sample: Sample) -> Option<Distribution> {
        self.keeps(sample).then(|| distribution(&self.samples(sample, &Selection::default())))?
    }
}

fn distribution_of_gaps(gaps: &Histogram) -> Option<Distribution> {
    let quantile = |per_mille| gaps.quantile(per_mille).map(SimDuration::from_ps);
    Some(Distribution {
        n: gaps.len(),
        mean_secs: gaps.mean_ps()? / 1e12,
        min: SimDuration::from_ps(gaps.min()?),
        p50: quantile(500)?,
        p90: quantile(900)?,
        p95: quantile(950)?,
        p99: quantile(990)?,
        max: SimDuration::from_ps(gaps.max()?),
    })
}

fn distribution(samples: &Samples) -> Option<Distribution> {
    let quantile = |per_mille| samples.quantile(per_mille).map(SimDuration::from_ps);
    Some(Distribution {
        n: samples.len() as u64,
        mean_secs: samples.sum() as f64 / samples.len() as f64 / 1e12,
        min: SimDuration::from_ps(samples.min()?),
        p50: quantile(500)?,
        p90: quantile(900)?,
        p95: quantile(950)?,
        p99: quantile(990)?,
        max: SimDuration::from_ps(samples.max()?),
    })
}

/// A sum over GPUs that is past 213 days stays at that.
fn picoseconds(ps: u128) -> SimDuration {
    SimDuration::from_ps(u64::try_from(ps).unwrap_or(u64::MAX))
}
