//! `policy`: who goes where and when.

use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::keys::{Key, Table, Value};
use crate::analysis::language::mode::Mode;
use crate::model::{Batching, Bound, Choice, Policy};
use crate::policy;
use crate::units::Dimension;

/// What may stand in `policy`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "policy",
    summary: "who goes where and when",
    keys: &[
        Key::optional(
            "routing",
            Value::Choice("routing policy", || policy::routing::specs().collect()),
            "which replica a request goes to",
        )
        .or("p2c"),
        Key::optional(
            "decode_routing",
            Value::Choice("decode routing policy", || policy::decode_routing::specs().collect()),
            "which replica decodes once a prompt is done",
        )
        .or("load_and_handoff")
        .only(Batching::Phases),
        Key::optional(
            "scheduling",
            Value::Choice("scheduling policy", || policy::scheduling::specs().collect()),
            "who of those waiting goes first",
        )
        .or("fifo"),
        Key::optional(
            "reservation",
            Value::Choice("reservation", || policy::reservation::specs().collect()),
            "how much memory is held from admission on",
        )
        .or("safe")
        .only(Batching::Phases),
        Key::optional(
            "memory_pressure",
            Value::Choice("way to handle memory pressure", || policy::memory_pressure::specs().collect()),
            "what happens when a reservation does not fit",
        )
        .or("reject")
        .only(Batching::Phases),
        Key::optional(
            "eviction",
            Value::Choice("eviction policy", || policy::eviction::specs().collect()),
            "who is evicted first",
        )
        .or("lru")
        .only(Batching::Phases),
        Key::optional(
            "preemption",
            Value::Choice("preemption", || policy::preemption::specs().collect()),
            "how running work gives way",
        )
        .or("recompute")
        .only(Batching::Continuous),
        Key::optional(
            "preempt_by_priority",
            Value::Word(&["on", "off"]),
            "whether high priorities preempt running work",
        )
        .or("off")
        .only(Batching::Continuous),
        Key::optional(
            "max_queue",
            Value::Count(Bound::AtLeast(1.0)),
            "requests a replica holds, waiting or active",
        )
        .or("none"),
        Key::optional("max_retries", Value::Count(Bound::NotNegative), "further replicas tried").or("2"),
        Key::optional("max_global_queue", Value::Count(Bound::NotNegative), "requests in the global queue")
            .or("none"),
        Key::optional(
            "queue_timeout",
            Value::Quantity(Dimension::TIME, Bound::Positive),
            "how long a request may wait in the global queue",
        )
        .or("none"),
    ],
};

/// Lowers the policy for an execution model on so many replicas.
pub(in crate::analysis) fn lower(
    block: &Block<'_>,
    mode: &Mode,
    n_replicas: Option<usize>,
    ctx: &mut Context<'_>,
) -> Option<Policy> {
    block.refuse_other_batching(mode, ctx);
    let mut choice = |key: &str| block.choice(key, Dimension::NUMBER, ctx);
    let routing = choice("routing");
    let scheduling = choice("scheduling");
    let reservation = choice("reservation");
    let memory_pressure = choice("memory_pressure");
    let eviction = choice("eviction");
    let preemption = choice("preemption");
    let decode_routing = decode_routing(block, n_replicas, ctx);
    let preempt_by_priority = block.word("preempt_by_priority", ctx);
    let max_queue = block.count_u32("max_queue", ctx);
    let max_retries = block.count_u32("max_retries", ctx);
    let max_global_queue = block.count_u32("max_global_queue", ctx);
    let queue_timeout = block.duration("queue_timeout", ctx);
    block.record(Some(mode.batching), &[], ctx);
    Some(Policy {
        routing: routing?,
        decode_routing: decode_routing?,
        scheduling: scheduling?,
        reservation: reservation?,
        memory_pressure: memory_pressure?,
        eviction: eviction?,
        preemption: preemption?,
        preempt_by_priority: preempt_by_priority? == "on",
        max_queue,
        max_retries: max_retries?,
        max_global_queue,
        queue_timeout,
    })
}

/// A single replica always decodes itself, whichever policy is named.
fn decode_routing(block: &Block<'_>, n_replicas: Option<usize>, ctx: &mut Context<'_>) -> Option<Choice> {
    let known = ctx.not_simulated.len();
    let choice = block.choice("decode_routing", Dimension::NUMBER, ctx);
    if n_replicas == Some(1) {
        ctx.not_simulated.truncate(known);
    }
    choice
}
