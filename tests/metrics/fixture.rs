//! Runs as a script: one line per event, reported to any sink as the engine would.
//!
//! ```text
//! 100  a1 arrives chat 500 3          at 100 ms: workload, prompt, output
//! 100  a2 arrives chat 500 3 turn 1 of 4 since 20   the second of four turns of a session that began at 20 ms
//! 100  a1 prefills 0                  on GPU 0
//! 300  a1 first token 0
//! 400  a1 finishes 0
//! 400  gpu 0: 1 2 3 1000              queued, prefill, decode, bytes
//! 400  global queue 2
//! 500  end
//! ```

use std::collections::BTreeMap;

use kvs::engine::{End, Event, Journey, Levels, RejectReason, Sink};
use kvs::metrics::{Accumulator, Demand, Outcome};
use kvs::model::{
    Batching, Case, Choice, Cluster, Comparison, Condition, Contention, Engine, Expectation, Gpu, Group,
    LanguageModel, Metric, Policy, Run, Scenario, Selection, Slo, StoredAs, Term, Tolerance, Workload,
    WorkloadSource,
};
use kvs::units::{Bytes, Dimension, Ratio, SimDuration, SimTime, Tokens, UsdPerHour};
use kvs::workload::{Particulars, Request, Turn};

/// Two replicas of `small` at 3.60 $/h, and the workloads `chat` (with a `slo`) and `code`.
pub(crate) fn scenario() -> Scenario {
    let gpu = Gpu {
        name: "small".to_owned(),
        vram: Bytes::new(10_000_000),
        max_concurrent: 16,
        throughput: None,
        hardware: None,
        price: Some(UsdPerHour::new(3.6)),
    };
    let slo =
        Slo { ttft: Some(SimDuration::from_ms(250)), tpot: None, latency: Some(SimDuration::from_ms(1000)) };
    Scenario {
        case: Case { file: "tour/fixture.kvs".to_owned(), scenario: None, args: Vec::new(), plan: None },
        model: LanguageModel {
            name: "tiny".to_owned(),
            kv_bytes_per_token: 2048,
            kv_dtype: StoredAs::Bf16,
            dtype: StoredAs::Bf16,
            expert_dtype: StoredAs::Bf16,
            architecture: Vec::new(),
        },
        cluster: Cluster {
            groups: vec![Group { name: "small".to_owned(), gpu, n_gpus: 2, tensor_parallel: 1 }],
            links: Vec::new(),
            contention: Contention::Fair,
            pools: Vec::new(),
        },
        engine: Engine {
            batching: Batching::Phases,
            timing: Choice::named("shared"),
            max_batch: 256,
            max_batch_tokens: 2048,
            block_size: Tokens::new(16),
            prefix_cache: true,
            kv_memory: Ratio::new(0.9),
            kv_blocks: None,
            schedule_ahead: 1,
        },
        policy: Policy {
            routing: Choice::named("p2c"),
            decode_routing: Choice::named("stay"),
            scheduling: Choice::named("fifo"),
            reservation: Choice::named("safe"),
            memory_pressure: Choice::named("reject"),
            eviction: Choice::named("lru"),
            preemption: Choice::named("recompute"),
            preempt_by_priority: false,
            max_queue: None,
            max_retries: 2,
            max_global_queue: None,
            queue_timeout: None,
        },
        workloads: vec![workload("chat", Some(slo)), workload("code", None)],
        run: Run {
            seed: 1,
            seeds: 1,
            warmup: SimTime::ZERO,
            until: None,
            sample_every: SimDuration::from_ms(100),
            snapshot_tolerance: Ratio::new(0.0),
        },
        expectations: Vec::new(),
        params: vec![("n".to_owned(), "2".to_owned())],
    }
}

fn workload(name: &str, slo: Option<Slo>) -> Workload {
    let source = WorkloadSource::Rows(Vec::new());
    Workload { name: name.to_owned(), source, priority: 0, weight: 1.0, slo }
}

/// The outcome of a script, with all that `expectations` ask for.
pub(crate) fn outcome(script: &str, expectations: &[&Expectation]) -> Outcome {
    outcome_of(&scenario(), script, expectations)
}

/// As [`outcome`], of another scenario.
pub(crate) fn outcome_of(scenario: &Scenario, script: &str, expectations: &[&Expectation]) -> Outcome {
    let mut accumulator = Accumulator::new(scenario, &Demand::of(expectations).with_every_time());
    let end = play(script, &mut accumulator);
    accumulator.finish(end, &[])
}

/// Tells a sink what a script says.
pub(crate) fn play(script: &str, sink: &mut impl Sink) -> End {
    let mut journeys: BTreeMap<String, Journey> = BTreeMap::new();
    let mut ended = 0;
    let mut now = SimTime::ZERO;
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_end_matches(':')).collect();
        let at = ms(words[0]);
        if at > now {
            sink.advance(at);
            now = at;
        }
        match words[1..] {
            ["end"] => {
                let unfinished = journeys.len() as u64 - ended;
                return End { at, unfinished, events: 0, steps: 0, is_livelocked: false, given_up: false };
            }
            ["global", "queue", depth] => sink.global_queue(at, number(depth)),
            ["gpu", gpu, queued, prefill, decode, held] => {
                let held = Bytes::new(held.parse().expect("bytes"));
                let [queued, prefill, decode] = [queued, prefill, decode].map(number);
                sink.levels(
                    at,
                    number(gpu),
                    &Levels { queued, prefill, decode, transferring: 0, held, ..Levels::default() },
                );
            }
            [name, "arrives", workload, prompt, output] => {
                let journey = arrival(name, at, journeys.len() as u64, workload, prompt, output);
                sink.event(at, Event::Arrived, &journey);
                journeys.insert(name.to_owned(), journey);
            }
            [name, "arrives", workload, prompt, output, "turn", number, "of", turns, "since", began] => {
                let mut journey = arrival(name, at, journeys.len() as u64, workload, prompt, output);
                let (number, began) = (self::number(number), ms(began));
                let left = self::number(turns) - number - 1;
                journey.request.particulars.get_or_insert_default().turn =
                    Some(Turn { session: 0, number, left, began });
                sink.event(at, Event::Arrived, &journey);
                journeys.insert(name.to_owned(), journey);
            }
            [name, ref what @ ..] => {
                let journey = journeys.get_mut(name).expect("it arrived before");
                let event = transition(at, what, journey);
                ended += u64::from(matches!(
                    event,
                    Event::Finished { .. } | Event::Rejected { .. } | Event::Evicted { .. }
                ));
                sink.event(at, event, journey);
            }
            [] => unreachable!("a line has a time and what happens"),
        }
    }
    panic!("a script says when it ends");
}

fn arrival(name: &str, at: SimTime, number_of: u64, workload: &str, prompt: &str, output: &str) -> Journey {
    let label = name.starts_with('a').then(|| name.into());
    let request = Request {
        workload: u16::from(workload == "code"),
        sequence: number_of,
        arrival: at,
        prompt: Tokens::new(number(prompt)),
        output: Tokens::new(number(output)),
        particulars: Some(Box::new(Particulars { label, ..Particulars::default() })),
    };
    Journey::new(request, number_of)
}

fn transition(at: SimTime, what: &[&str], journey: &mut Journey) -> Event {
    let event = match *what {
        ["queues", "globally"] => return Event::QueuedGlobally,
        ["retries", gpu] => return Event::Retried { gpu: number(gpu) },
        ["rejected"] => return Event::Rejected { reason: RejectReason::NeverFits },
        ["queues", gpu] => Event::Admitted { gpu: number(gpu) },
        ["prefills", gpu] => {
            journey.start(at);
            Event::PrefillStarted { gpu: number(gpu) }
        }
        ["first", "token", gpu] => {
            journey.finish_prefill(at);
            Event::PrefillFinished { gpu: number(gpu) }
        }
        ["moves", from, to, bytes] => {
            journey.start_handoff(at);
            let bytes = Bytes::new(bytes.parse().expect("bytes"));
            return Event::HandoffStarted { from: number(from), to: number(to), bytes };
        }
        ["moved", from, to, "with", tokens] => {
            journey.leave(number(from), number(tokens));
            journey.go_to(number(to));
            return Event::HandoffFinished { from: number(from), to: number(to) };
        }
        ["preempted", gpu, "with", tokens] => {
            journey.leave(number(gpu), number(tokens));
            return Event::Preempted { gpu: number(gpu) };
        }
        ["moved", from, to] => Event::HandoffFinished { from: number(from), to: number(to) },
        ["decodes", gpu] => Event::DecodeStarted { gpu: number(gpu) },
        ["finishes", gpu] => Event::Finished { gpu: number(gpu) },
        ["evicted", gpu] => Event::Evicted { gpu: number(gpu) },
        _ => panic!("no transition `{}`", what.join(" ")),
    };
    journey.go_to(number(what.last().expect("a transition is on a GPU")));
    event
}

fn ms(text: &str) -> SimTime {
    SimTime::from_secs_f64(text.parse::<f64>().expect("milliseconds") / 1e3).expect("a time of the clock")
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number")
}

/// A metric without selectors.
pub(crate) fn metric(name: &str) -> Metric {
    Metric { name: name.to_owned(), selection: Selection::default(), windows: None, of: None }
}

/// An expectation of a condition.
pub(crate) fn expect(text: &str, condition: Condition) -> Expectation {
    Expectation { text: text.to_owned(), condition, in_runs: None }
}

/// An expectation that only makes a run keep what a metric needs.
pub(crate) fn wants(metric: &Metric) -> Expectation {
    let number = Term::Number(0.0, Dimension::NUMBER);
    let left = Term::Metric(metric.clone());
    let (operator, tolerance) = (Comparison::GreaterOrEqual, Tolerance::Exact);
    expect("", Condition::Compare { left, operator, right: number, tolerance })
}
