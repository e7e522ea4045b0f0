//! What a scenario asks of the engine, compiled once.

use std::ops::Range;
use std::rc::Rc;

use super::blocks::Blocks;
use super::cost::{Batch, Growth, Linear, Roofline, StepTiming};
use super::job::Leg;
use super::memory;
use super::pools::{Pools, first_leg};
use super::replica::{Limits, Setup};
use super::waiting::Waiting;
use crate::engine::hardware::attained::Attained;
use crate::engine::ticks::to_time_ceil;
use crate::model::{Cluster, Phase, Scenario};
use crate::units::{Bytes, SimDuration, SimTime};
use crate::workload::Request;

pub(super) struct Settings {
    limits: Limits,
    block_size: u32,
    pub(super) keeps_prefixes: bool,
    /// Whether prompts and outputs are computed on different replicas.
    pub(super) has_pools: bool,
    token_bytes: u64,
    pub(super) warmup: SimTime,
    /// What engines spend on a request before it is queued, common to all GPUs.
    pub(super) before_queue: SimDuration,
    /// By workload.
    pub(super) priorities: Vec<i32>,
    /// By group: its replicas, their blocks and how long their steps take.
    groups: Vec<Group>,
    /// The replicas that let in requests that stay there.
    roomy: Roomy,
    /// Those that let in requests whose cache moves on, where there are pools.
    roomy_both_ways: Roomy,
}

/// For each distinct number of blocks, rising: the replicas that let requests in that take as many.
type Roomy = Vec<(u64, Vec<Range<u32>>)>;

/// What a request takes of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// Tokens in the cache when it ends.
    pub(super) tokens: u64,
    /// Whether its cache moves on to a decode replica.
    pub(super) moves: bool,
}

struct Group {
    replicas: Range<usize>,
    blocks: u64,
    /// Bytes of each of them.
    block_bytes: u64,
    /// The only thing it does, where there are pools.
    phase: Option<Phase>,
    timing: Rc<dyn StepTiming>,
    growth: Rc<Growth>,
}

impl Settings {
    /// `reports_growth`: whether every block that is taken is to be reported.
    pub(super) fn of(scenario: &Scenario, pools: Option<&Pools>, reports_growth: bool) -> Settings {
        let engine = &scenario.engine;
        let policy = &scenario.policy;
        let groups: Vec<Group> = (0..scenario.cluster.groups.len())
            .map(|index| (index, timing(scenario, index)))
            .map(|(index, timing)| Group {
                replicas: scenario.cluster.replicas(index),
                blocks: memory::kv_blocks(scenario, index),
                block_bytes: memory::block_bytes(scenario, index),
                phase: phase(&scenario.cluster, index),
                growth: Rc::new(timing.growth()),
                timing,
            })
            .collect();
        let whole: Vec<Range<usize>> = groups.iter().map(|group| group.replicas.clone()).collect();
        Settings {
            limits: Limits {
                max_requests: engine.max_batch.min(engine.max_batch_tokens),
                max_tokens: engine.max_batch_tokens,
                ahead: engine.schedule_ahead > 0,
                preempts_by_priority: policy.preempt_by_priority,
                reports_growth,
            },
            block_size: engine.block_size.get(),
            keeps_prefixes: engine.prefix_cache,
            has_pools: !scenario.cluster.pools.is_empty(),
            token_bytes: scenario.model.kv_bytes_per_token,
            warmup: scenario.run.warmup,
            before_queue: before_queue(scenario),
            priorities: scenario.workloads.iter().map(|workload| workload.priority).collect(),
            roomy: by_blocks(&groups, &whole, |_, _| true),
            roomy_both_ways: pools.map_or_else(Vec::new, |pools| {
                by_blocks(&groups, &pools.alike(), |replica, blocks| {
                    let holds = |decoder: u32| group_of(&groups, decoder as usize).blocks >= blocks;
                    pools.reached_from(replica as u32).any(holds)
                })
            }),
            groups,
        }
    }

    /// Tokens in a block.
    pub(super) fn block_size(&self) -> u32 {
        self.block_size
    }

    /// Whether every block that is taken is to be reported.
    pub(super) fn reports_growth(&self) -> bool {
        self.limits.reports_growth
    }

    /// What a replica starts with; `in_order` where requests are served in the order of arrival.
    pub(super) fn setup(&self, replica: usize, in_order: bool) -> Setup {
        let group = self.group(replica);
        let ahead = self.limits.ahead;
        // No prompt is looked for where none are computed.
        let keeps = self.keeps_prefixes && group.phase != Some(Phase::Decode);
        Setup {
            limits: self.limits,
            blocks: Blocks::new(group.blocks, self.block_size, ahead, keeps),
            waiting: Waiting::new(in_order, ahead),
            timing: Rc::clone(&group.timing),
            growth: Rc::clone(&group.growth),
            block_bytes: group.block_bytes,
        }
    }

    /// What a request takes.
    #[inline]
    pub(super) fn need(&self, request: &Request) -> Need {
        let output = request.output.get().max(1);
        let tokens = u64::from(request.prompt.get().max(1)) + u64::from(output) - 1;
        Need { tokens, moves: first_leg(self, output).0 == Leg::Prefill }
    }

    /// What a request would take alone on a replica, in microseconds: its prompt in one step and, if it decodes there, as
    /// many steps more as its output is expected to have tokens.
    pub(super) fn expected_work(&self, replica: u32, prompt: u32, output: u64) -> u64 {
        let timing = &*self.group(replica as usize).timing;
        let output = if self.has_pools { 0 } else { output };
        let (mut prefill, mut decode) = (Batch::default(), Batch::default());
        prefill.add_chunk(0, prompt, true);
        decode.add_decode(prompt);
        let ticks = timing.cost(&prefill).total() + timing.cost(&decode).total() * u128::from(output);
        to_time_ceil(ticks).as_ps() / 1_000_000
    }

    /// Bytes of a block of a replica.
    pub(super) fn block_bytes(&self, replica: usize) -> u64 {
        self.group(replica).block_bytes
    }

    fn group(&self, replica: usize) -> &Group {
        group_of(&self.groups, replica)
    }

    /// Whether the cache of a replica holds this number of tokens when empty.
    pub(super) fn holds(&self, replica: u32, tokens: u64) -> bool {
        self.blocks(tokens) <= self.group(replica as usize).blocks
    }

    /// Blocks that a number of tokens takes.
    pub(super) fn blocks(&self, tokens: u64) -> u64 {
        tokens.div_ceil(u64::from(self.block_size))
    }

    /// Bytes of a cache of `tokens`.
    pub(super) fn kv_bytes(&self, tokens: u64) -> Bytes {
        Bytes::new(self.token_bytes.saturating_mul(tokens))
    }

    /// The replicas that let a request in: whose empty cache holds it and, where it moves on, from which a decode replica
    /// can be reached that holds it too. None when it fits nowhere.
    pub(super) fn large_enough(&self, need: Need) -> &[Range<u32>] {
        if need.tokens > u64::from(u32::MAX) {
            // Beyond what a replica counts.
            return &[];
        }
        let roomy = if need.moves { &self.roomy_both_ways } else { &self.roomy };
        let need = self.blocks(need.tokens);
        let position = roomy.partition_point(|(blocks, _)| *blocks < need);
        roomy.get(position).map_or(&[], |(_, ranges)| ranges)
    }
}

fn group_of(groups: &[Group], replica: usize) -> &Group {
    groups.iter().find(|group| group.replicas.contains(&replica)).expect("every replica is in a group")
}

fn phase(cluster: &Cluster, group: usize) -> Option<Phase> {
    cluster.pools.iter().find(|pool| pool.group == group).map(|pool| pool.phase)
}

fn timing(scenario: &Scenario, index: usize) -> Rc<dyn StepTiming> {
    let (group, peers) = (&scenario.cluster.groups[index], scenario.cluster.peers(index));
    let choice = &scenario.engine.timing;
    match choice.name.as_str() {
        "roofline" => Rc::new(Roofline::of(choice, &scenario.model, group, peers)),
        "linear" => Rc::new(Linear::of(choice)),
        timing => unreachable!("analysis admits no timing `{timing}` with `batching continuous`"),
    }
}

fn before_queue(scenario: &Scenario) -> SimDuration {
    let timing = &scenario.engine.timing;
    let hardware = scenario.cluster.groups.first().and_then(|group| group.gpu.hardware);
    let hardware = hardware.filter(|_| timing.name == "roofline");
    let seconds = hardware.map_or(0.0, |hardware| Attained::of(timing, &hardware).before_queue);
    SimDuration::from_secs_f64(seconds).unwrap_or(SimDuration::MAX)
}

/// Of the replicas that compute prompts those that suit, and with them others that are alike: `suits` is given the first
/// of them, and a number of blocks that it has.
fn by_blocks(groups: &[Group], alike: &[Range<usize>], suits: impl Fn(usize, u64) -> bool) -> Roomy {
    let mut numbers: Vec<u64> = groups.iter().map(|group| group.blocks).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let ranges = |least: u64| {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for &Range { start, end } in alike.iter().filter(|alike| !alike.is_empty()) {
            let group = group_of(groups, start);
            if group.blocks < least || group.phase == Some(Phase::Decode) || !suits(start, least) {
                continue;
            }
            match ranges.last_mut() {
                Some(last) if last.end == start as u32 => last.end = end as u32,
                _ => ranges.push(start as u32..end as u32),
            }
        }
        ranges
    };
    numbers.into_iter().map(|blocks| (blocks, ranges(blocks))).collect()
}
