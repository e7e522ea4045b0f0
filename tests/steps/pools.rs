//! Prefill and decode on separate replicas, against times worked out by hand.

use kvs::engine::{Event, Journey, RejectReason, Sink};
use kvs::units::{Bytes, SimTime};

use crate::support::{compile, run};

/// What happened: when, to which request, in microseconds.
#[derive(Default)]
struct Log {
    events: Vec<(f64, u64, Event)>,
    /// Output tokens of the last finished request on replicas it had left.
    elsewhere: Vec<(u32, u32)>,
}

impl Sink for Log {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        self.events.push((at.as_ps() as f64 / 1e6, journey.number, event));
        if matches!(event, Event::Finished { .. }) {
            self.elsewhere = journey.elsewhere().to_vec();
        }
    }
}

impl Log {
    /// When something happened to a request.
    fn at(&self, number: u64, what: impl Fn(&Event) -> bool) -> f64 {
        let mut found = self.events.iter().filter(|(_, other, event)| *other == number && what(event));
        let (at, ..) = found.next().expect("it happened");
        assert!(found.next().is_none(), "it happened once");
        *at
    }

    fn times(&self, number: u64) -> [f64; 4] {
        [
            self.at(number, |event| matches!(event, Event::PrefillFinished { .. })),
            self.at(number, |event| matches!(event, Event::HandoffStarted { .. })),
            self.at(number, |event| matches!(event, Event::HandoffFinished { .. })),
            self.at(number, |event| matches!(event, Event::Finished { .. })),
        ]
    }
}

/// A token of `llama_3_1_8b` takes 128 KiB, so 250 of them take 32.768 ms at 1 GB/s; steps take 1 ms and 10 µs for each
/// token of a prompt.
fn log(groups: &str, links: &str, rows: &str) -> Log {
    log_of("llama_3_1_8b", "", groups, links, rows)
}

fn log_of(model: &str, engine: &str, groups: &str, links: &str, rows: &str) -> Log {
    let text = format!(
        "
model packed extends llama_3_1_8b {{ kv_dtype fp8 }}
cluster {{ serves {model}; {groups}; {links}; pool prefill front; pool decode back }}
engine {{
  batching continuous; timing linear base 1 ms per_prompt_token 10 us
  max_batch_tokens 100; schedule_ahead 0; prefix_cache off; {engine}
}}
trace {{ {rows} }}
"
    );
    let mut log = Log::default();
    run(&compile(&text), 1, &mut log);
    log
}

const ONE_EACH: &str = "gpus h100_sxm x 1 as front; gpus h100_sxm x 1 as back";
const LINK: &str = "link front back bandwidth 1 GB/s latency 500 us";

#[test]
fn a_lone_request_takes_its_prompt_its_way_and_its_output() {
    // Three steps for the prompt, then the way, then four steps for the other tokens.
    let log = log(ONE_EACH, LINK, "a 0 250 5");
    assert_eq!(log.times(0), [5_500.0, 5_500.0, 5_500.0 + 500.0 + 32_768.0, 42_768.0]);
    assert_eq!(log.elsewhere, [(0, 1)], "one token is sampled where the prompt is computed");
    let moved = |event: &Event| matches!(event, Event::HandoffStarted { bytes, .. } if *bytes == Bytes::new(250 << 17));
    assert!(log.events.iter().any(|(_, _, event)| moved(event)));
}

#[test]
fn what_moves_follows_from_the_model() {
    let log = log_of("packed", "", ONE_EACH, LINK, "a 0 250 5");
    assert_eq!(log.times(0), [5_500.0, 5_500.0, 5_500.0 + 500.0 + 16_384.0, 26_384.0]);
}

#[test]
fn caches_on_one_link_share_it() {
    // Both prompts are complete with the same step: alone either would take 3.2768 ms for its 25 tokens.
    let shared = log(ONE_EACH, LINK, "a 0 25 5; b 0 25 5");
    assert_eq!(shared.times(0), [1_500.0, 1_500.0, 1_500.0 + 500.0 + 6_553.6, 12_553.6]);
    assert_eq!(shared.times(1), shared.times(0));
    // Of different lengths the shorter has half of the link until it is done, the longer all of it from then on.
    let shared = log(ONE_EACH, LINK, "a 0 25 5; b 0 75 5");
    assert_eq!(shared.times(0)[2], 2_000.0 + 500.0 + 6_553.6);
    assert_eq!(shared.times(1)[2], 2_000.0 + 500.0 + 6_553.6 + 6_553.6);
    let apart = log(ONE_EACH, &format!("{LINK}; contention none"), "a 0 25 5; b 0 25 5");
    assert_eq!(apart.times(1)[2], 1_500.0 + 500.0 + 3_276.8);
}

#[test]
fn a_cache_moves_when_the_other_side_has_a_place() {
    // One request at a time: a prompt takes 1.25 ms, its way 0.501 ms, four tokens 4 ms. The second cache waits for them.
    let fast = "link front back bandwidth 3.2768 TB/s latency 500 us";
    let log = log_of("llama_3_1_8b", "max_batch 1", ONE_EACH, fast, "a 0 25 5; b 0 25 5");
    assert_eq!(log.times(0), [1_250.0, 1_250.0, 1_751.0, 5_751.0]);
    assert_eq!(log.times(1), [2_500.0, 5_751.0, 6_252.0, 10_252.0]);
}

#[test]
fn replicas_of_several_gpus_are_pooled_like_others() {
    let groups = "gpus h100_sxm x 2 as front tensor_parallel 2; gpus h100_sxm x 8 as back tensor_parallel 4";
    assert_eq!(log(groups, LINK, "a 0 250 5").times(0), log(ONE_EACH, LINK, "a 0 250 5").times(0));
}

#[test]
fn caches_go_where_a_link_leads() {
    let groups = "gpus h100_sxm x 2 as front; gpus h100_sxm x 2 as back";
    let links = "link front[0] back[1] bandwidth 1 GB/s; link front[1] back[0] bandwidth 1 GB/s";
    let rows = "a 0 25 5; b 0 25 5; c 1 25 5; d 1 25 5; e 2 25 5; f 2 25 5";
    let handoffs = |event: &Event| match event {
        Event::HandoffStarted { from, to, .. } => Some((*from, *to)),
        _ => None,
    };
    let log = log(groups, links, rows);
    let handoffs: Vec<_> = log.events.iter().filter_map(|(_, _, event)| handoffs(event)).collect();
    assert_eq!(handoffs.len(), 6);
    assert!(handoffs.iter().all(|ends| [(0, 3), (1, 2)].contains(ends)), "{handoffs:?}");
}

#[test]
fn what_no_decode_replica_can_hold_is_rejected_on_arrival() {
    // Weights leave less of the 24 GB than of the 80 GB: 60,000 tokens take 7.9 GB.
    let groups = "gpus h100_sxm x 1 as front; gpus l4 x 1 as back";
    let log = log(groups, LINK, "a 0 60_000 2; b 0 60_000 1; c 0 10_000 2");
    let rejected = |event: &Event| *event == Event::Rejected { reason: RejectReason::NeverFits };
    assert_eq!(log.at(0, rejected), 0.0);
    // One token is all that is asked for: nothing has to move.
    for number in [1, 2] {
        log.at(number, |event| matches!(event, Event::Finished { .. }));
    }
}
