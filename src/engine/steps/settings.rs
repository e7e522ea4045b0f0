//! What a scenario asks of the engine, compiled once.

use std::ops::Range;
use std::rc::Rc;

use super::blocks::Blocks;
use super::cost::{Linear, Roofline, StepTiming};
use super::memory;
use super::replica::{Limits, Setup};
use super::waiting::Waiting;
use crate::engine::hardware::attained::Attained;
use crate::model::{self, Cluster, Scenario};
use crate::units::{SimDuration, SimTime};

pub(super) struct Settings {
    limits: Limits,
    block_size: u32,
    pub(super) keeps_prefixes: bool,
    pub(super) warmup: SimTime,
    pub(super) until: Option<SimTime>,
    pub(super) max_queue: Option<u32>,
    pub(super) max_retries: u32,
    pub(super) max_global_queue: Option<u32>,
    pub(super) queue_timeout: Option<SimDuration>,
    /// From an arrival until it is routed.
    pub(super) before_queue: SimDuration,
    /// By workload.
    pub(super) priorities: Vec<i32>,
    /// By group: its replicas, their blocks and how long their steps take.
    groups: Vec<Group>,
    /// For each distinct number of blocks, rising: the replicas with at least as many.
    roomy: Vec<(u64, Vec<Range<u32>>)>,
}

struct Group {
    replicas: Range<usize>,
    blocks: u64,
    /// Bytes of each of them.
    block_bytes: u64,
    timing: Rc<dyn StepTiming>,
}

impl Settings {
    /// `tells_growth`: whether every block that is taken is to be told.
    pub(super) fn of(scenario: &Scenario, tells_growth: bool) -> Settings {
        let engine = &scenario.engine;
        let policy = &scenario.policy;
        let groups: Vec<Group> = (0..scenario.cluster.groups.len())
            .map(|index| Group {
                replicas: scenario.cluster.replicas(index),
                blocks: memory::kv_blocks(scenario, index),
                block_bytes: memory::block_bytes(scenario, index),
                timing: timing(scenario, &scenario.cluster.groups[index]),
            })
            .collect();
        Settings {
            limits: Limits {
                max_requests: engine.max_batch.min(engine.max_batch_tokens),
                max_tokens: engine.max_batch_tokens,
                ahead: engine.schedule_ahead > 0,
                preempts_by_priority: policy.preempt_by_priority,
                tells_growth,
            },
            block_size: engine.block_size.get(),
            keeps_prefixes: engine.prefix_cache,
            warmup: scenario.run.warmup,
            until: scenario.run.until,
            max_queue: policy.max_queue,
            max_retries: policy.max_retries,
            max_global_queue: policy.max_global_queue,
            queue_timeout: policy.queue_timeout,
            before_queue: before_queue(scenario),
            priorities: scenario.workloads.iter().map(|workload| workload.priority).collect(),
            roomy: by_blocks(&scenario.cluster, &groups),
            groups,
        }
    }

    /// Whether every block that is taken is to be told.
    pub(super) fn tells_growth(&self) -> bool {
        self.limits.tells_growth
    }

    /// What a replica starts with; `in_order` where whoever comes first is served first.
    pub(super) fn setup(&self, replica: usize, in_order: bool) -> Setup {
        let group = self.group(replica);
        let ahead = self.limits.ahead;
        Setup {
            limits: self.limits,
            blocks: Blocks::new(group.blocks, self.block_size, ahead, self.keeps_prefixes),
            waiting: Waiting::new(in_order, ahead),
            timing: Rc::clone(&group.timing),
        }
    }

    /// How long the steps of a replica take.
    pub(super) fn timing(&self, replica: u32) -> &dyn StepTiming {
        &*self.group(replica as usize).timing
    }

    /// Bytes of a block of a replica.
    pub(super) fn block_bytes(&self, replica: usize) -> u64 {
        self.group(replica).block_bytes
    }

    fn group(&self, replica: usize) -> &Group {
        let group = self.groups.iter().find(|group| group.replicas.contains(&replica));
        group.expect("every replica is in a group")
    }

    /// The replicas whose cache holds so many tokens when empty; none when they fit nowhere.
    pub(super) fn large_enough(&self, tokens: u64) -> &[Range<u32>] {
        if tokens > u64::from(u32::MAX) {
            // Beyond what a replica counts.
            return &[];
        }
        let need = tokens.div_ceil(u64::from(self.block_size));
        let position = self.roomy.partition_point(|(blocks, _)| *blocks < need);
        self.roomy.get(position).map_or(&[], |(_, ranges)| ranges)
    }
}

/// What engines spend on a request before it is queued, common to all GPUs.
fn before_queue(scenario: &Scenario) -> SimDuration {
    let timing = &scenario.engine.timing;
    let hardware = scenario.cluster.groups.first().and_then(|group| group.gpu.hardware);
    let hardware = hardware.filter(|_| timing.name == "roofline");
    let seconds = hardware.map_or(0.0, |hardware| Attained::of(timing, &hardware).before_queue);
    SimDuration::from_secs_f64(seconds).unwrap_or(SimDuration::MAX)
}

fn timing(scenario: &Scenario, group: &model::Group) -> Rc<dyn StepTiming> {
    let choice = &scenario.engine.timing;
    match choice.name.as_str() {
        "roofline" => Rc::new(Roofline::of(choice, &scenario.model, group)),
        "linear" => Rc::new(Linear::of(choice)),
        timing => unreachable!("analysis admits no timing `{timing}` with `batching continuous`"),
    }
}

fn by_blocks(cluster: &Cluster, groups: &[Group]) -> Vec<(u64, Vec<Range<u32>>)> {
    let mut numbers: Vec<u64> = groups.iter().map(|group| group.blocks).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let ranges = |least: u64| {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (index, _) in groups.iter().enumerate().filter(|(_, group)| group.blocks >= least) {
            let replicas = cluster.replicas(index);
            let replicas = replicas.start as u32..replicas.end as u32;
            match ranges.last_mut() {
                Some(last) if last.end == replicas.start => last.end = replicas.end,
                _ if !replicas.is_empty() => ranges.push(replicas),
                _ => {}
            }
        }
        ranges
    };
    numbers.into_iter().map(|blocks| (blocks, ranges(blocks))).collect()
}
