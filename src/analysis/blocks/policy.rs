//! `policy`: where requests go, and in which order.

use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::mode::Mode;
use crate::analysis::language::table::Table;
use crate::model::{Batching, Bound, Field, Form, Policy};
use crate::policy;
use crate::units::Dimension;

/// The keys of `policy`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "policy",
    summary: "where requests go, and in which order",
    keys: &[
        Field::optional(
            "routing",
            Form::Choice("routing policy", || policy::routing::specs().collect()),
            "which replica a request goes to",
        )
        .or("p2c"),
        Field::optional(
            "decode_routing",
            Form::Choice("decode routing policy", || policy::decode_routing::specs().collect()),
            "which replica decodes once a prompt is complete",
        )
        .or("load_and_handoff")
        .only(Batching::Phases),
        Field::optional(
            "scheduling",
            Form::Choice("scheduling policy", || policy::scheduling::specs().collect()),
            "which waiting request starts first",
        )
        .or("fifo"),
        Field::optional(
            "reservation",
            Form::Choice("reservation", || policy::reservation::specs().collect()),
            "how much memory a request holds from its admission",
        )
        .or("safe")
        .only(Batching::Phases),
        Field::optional(
            "memory_pressure",
            Form::Choice("memory pressure policy", || policy::memory_pressure::specs().collect()),
            "what happens when a reservation does not fit",
        )
        .or("reject")
        .only(Batching::Phases),
        Field::optional(
            "eviction",
            Form::Choice("eviction policy", || policy::eviction::specs().collect()),
            "which request is evicted first",
        )
        .or("lru")
        .only(Batching::Phases),
        Field::optional(
            "preemption",
            Form::Choice("preemption", || policy::preemption::specs().collect()),
            "how running work is preempted",
        )
        .or("recompute")
        .only(Batching::Continuous),
        Field::optional(
            "preempt_by_priority",
            Form::Word(&["on", "off"]),
            "whether high priorities preempt running work",
        )
        .or("off")
        .only(Batching::Continuous),
        Field::optional("max_queue", Form::Count, "requests a replica holds, waiting or running")
            .within(Bound::AtLeast(1.0))
            .or("none"),
        Field::optional("max_retries", Form::Count, "how many other replicas are tried")
            .within(Bound::NotNegative)
            .or("2"),
        Field::optional("max_global_queue", Form::Count, "requests in the global queue")
            .within(Bound::NotNegative)
            .or("none"),
        Field::optional(
            "queue_timeout",
            Form::Quantity(Dimension::TIME),
            "how long a request may wait in the global queue",
        )
        .within(Bound::Positive)
        .or("none"),
    ],
};

/// Lowers the policy for an execution model.
pub(in crate::analysis) fn lower(block: &Block<'_>, mode: &Mode, ctx: &mut Context<'_>) -> Option<Policy> {
    block.refuse_other_batching(mode, ctx);
    let mut choice = |key: &str| block.choice(key, Dimension::NUMBER, ctx);
    let routing = choice("routing");
    let scheduling = choice("scheduling");
    let reservation = choice("reservation");
    let memory_pressure = choice("memory_pressure");
    let eviction = choice("eviction");
    let preemption = choice("preemption");
    let decode_routing = choice("decode_routing");
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
