//! Replays the events of a run and checks that each was allowed: the engine's books, kept independently.
//!
//! It knows the rules and not the engine: what it knows of a request follows from the events reported so far. Checked are
//! the life-cycle of every request, what each holds where, limits of GPUs and queues, that queues are served in order,
//! that evictions help and take the right victims, that the least loaded GPU is chosen, that work takes at least its time, and that no request waits in vain.

#[path = "routing.rs"]
mod routing;

use std::collections::VecDeque;

use kvs::engine::{Event, Journey, Levels, RejectReason, Sink};
use kvs::model::{Contention, Scenario, Throughput};
use kvs::units::{Bytes, SimDuration, SimTime};

use crate::ways::quickest;

/// Where in its life a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Arrived,
    QueuedGlobally,
    Admitted,
    Prefill,
    Prefilled,
    Moving,
    Decode,
    Ended,
}

#[derive(Debug)]
struct Entry {
    state: State,
    /// When it entered its state.
    since: SimTime,
    arrival: SimTime,
    workload: u16,
    prompt: u64,
    output: u64,
    /// GPU and bytes; two of them while its cache moves.
    held: Vec<(u32, u64)>,
    /// Order of its last touch.
    touched: u64,
    /// GPUs tried after the first since it arrived.
    retried: Vec<u32>,
    started: Option<SimTime>,
    /// How many were waiting on its GPU before it joined, ever.
    admitted: u64,
}

/// An eviction that has yet to show its use.
#[derive(Debug)]
struct Victim {
    touched: u64,
    gpu: u32,
    bytes: u64,
}

/// How requests ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) arrived: u64,
    pub(crate) finished: u64,
    pub(crate) rejected: u64,
    pub(crate) evicted: u64,
    pub(crate) handoffs: u64,
    pub(crate) retried: u64,
    pub(crate) queued_globally: u64,
    pub(crate) timed_out: u64,
}

impl Tally {
    pub(crate) fn counts(&mut self) -> [&mut u64; 8] {
        let Tally { arrived, finished, rejected, evicted, handoffs, retried, queued_globally, timed_out } =
            self;
        [arrived, finished, rejected, evicted, handoffs, retried, queued_globally, timed_out]
    }
}

/// The books of a run.
pub(crate) struct Ledger<'a> {
    scenario: &'a Scenario,
    now: SimTime,
    entries: Vec<Entry>,
    queue: VecDeque<u64>,
    levels: Vec<Levels>,
    reported_levels: Vec<Levels>,
    reported_depth: u32,
    capacity: Vec<u64>,
    slots: Vec<u32>,
    throughput: Vec<Throughput>,
    /// The arrival that has to find its place before anything else happens.
    placing: Option<u64>,
    victims: Vec<Victim>,
    /// GPU and request of what ended last in this round, and the GPU on which one started last.
    last_end: Option<(u32, u64)>,
    last_start: Option<u32>,
    /// Prompts that have ended, in that order, and whose decode is to begin.
    prefilled: VecDeque<u64>,
    n_touches: u64,
    n_admitted: u64,
    pub(crate) tally: Tally,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Ledger<'a> {
        let groups = &scenario.cluster.groups;
        let gpus: Vec<_> = groups
            .iter()
            .flat_map(|group| std::iter::repeat_n(&group.gpu, group.n_replicas() as usize))
            .collect();
        Ledger {
            scenario,
            now: SimTime::ZERO,
            entries: Vec::new(),
            queue: VecDeque::new(),
            levels: vec![Levels::default(); gpus.len()],
            reported_levels: vec![Levels::default(); gpus.len()],
            reported_depth: 0,
            capacity: gpus.iter().map(|gpu| gpu.vram.get()).collect(),
            slots: gpus.iter().map(|gpu| gpu.max_concurrent).collect(),
            throughput: gpus.iter().map(|gpu| gpu.throughput.expect("phases")).collect(),
            placing: None,
            victims: Vec::new(),
            last_end: None,
            last_start: None,
            prefilled: VecDeque::new(),
            n_touches: 0,
            n_admitted: 0,
            tally: Tally::default(),
        }
    }

    /// Checks what must hold when the run is over.
    pub(crate) fn close(&self, end: kvs::engine::End) {
        self.check_settled();
        let n_left = self.entries.iter().filter(|entry| entry.state != State::Ended).count() as u64;
        let Tally { arrived, finished, rejected, evicted, .. } = self.tally;
        assert_eq!(end.unfinished, n_left, "unfinished");
        assert_eq!(arrived, finished + rejected + evicted + n_left, "no request is lost");
        assert!(end.at >= self.now, "the end is not before the last event");
        match self.scenario.run.until {
            Some(until) => assert_eq!(end.at, until),
            None => assert_eq!(n_left, 0, "without `until` every request ends"),
        }
        if n_left == 0 {
            assert!(self.levels.iter().all(|levels| *levels == Levels::default()), "all is given back");
        }
        let policy = &self.scenario.policy;
        let is_limited = policy.max_global_queue.is_some()
            || policy.queue_timeout.is_some()
            || policy.memory_pressure.name == "evict"
            || policy.reservation.name == "lazy";
        let n_too_large =
            self.entries.iter().filter(|entry| self.largest() < self.bytes(entry.prompt + entry.output));
        if !is_limited && n_left == 0 {
            assert_eq!(finished, arrived - n_too_large.count() as u64, "all that fit finish");
        }
    }

    fn bytes(&self, tokens: u64) -> u64 {
        tokens * self.scenario.model.kv_bytes_per_token
    }

    fn largest(&self) -> u64 {
        self.capacity.iter().copied().max().expect("a cluster has GPUs")
    }

    fn whole(&self, number: u64) -> u64 {
        let entry = &self.entries[number as usize];
        self.bytes(entry.prompt + entry.output)
    }

    fn need_on_admission(&self, number: u64) -> u64 {
        match self.scenario.policy.reservation.name.as_str() {
            "safe" => self.whole(number),
            _ => self.bytes(self.entries[number as usize].prompt),
        }
    }

    fn active(&self, gpu: u32) -> u32 {
        let Levels { prefill, decode, transferring, .. } = self.levels[gpu as usize];
        prefill + decode + transferring
    }

    fn has_place(&self, gpu: u32) -> bool {
        let present = self.levels[gpu as usize].queued + self.active(gpu);
        self.scenario.policy.max_queue.is_none_or(|limit| present < limit)
    }

    fn free(&self, gpu: u32) -> u64 {
        self.capacity[gpu as usize] - self.levels[gpu as usize].held.get()
    }

    fn hold(&mut self, number: u64, gpu: u32, bytes: u64) {
        assert!(bytes <= self.free(gpu), "request {number} gets more than is free on GPU {gpu}");
        self.levels[gpu as usize].held += Bytes::new(bytes);
        let held = &mut self.entries[number as usize].held;
        match held.iter_mut().find(|(other, _)| *other == gpu) {
            Some((_, before)) => *before += bytes,
            None => held.push((gpu, bytes)),
        }
    }

    fn give_back(&mut self, number: u64, gpu: u32) {
        let held = &mut self.entries[number as usize].held;
        let position = held.iter().position(|(other, _)| *other == gpu);
        let (_, bytes) = held.remove(position.expect("only what is held is given back"));
        self.levels[gpu as usize].held -= Bytes::new(bytes);
    }

    fn touch(&mut self, number: u64, is_admission: bool) {
        if is_admission || self.scenario.policy.eviction.name == "lru" {
            self.n_touches += 1;
            self.entries[number as usize].touched = self.n_touches;
        }
    }

    /// Leaves the present state, whose counters on `gpu` follow, for another.
    fn step(&mut self, number: u64, from: &[State], to: State) {
        let now = self.now;
        let entry = &mut self.entries[number as usize];
        assert!(from.contains(&entry.state), "request {number} goes from {:?} to {to:?}", entry.state);
        let from = std::mem::replace(&mut entry.state, to);
        entry.since = now;
        let gpus: Vec<u32> = entry.held.iter().map(|(gpu, _)| *gpu).collect();
        for gpu in gpus {
            let levels = &mut self.levels[gpu as usize];
            for (state, change) in [(from, u32::MAX), (to, 1)] {
                let level = match state {
                    State::Admitted => &mut levels.queued,
                    State::Prefill | State::Prefilled => &mut levels.prefill,
                    State::Moving => &mut levels.transferring,
                    State::Decode => &mut levels.decode,
                    State::Arrived | State::QueuedGlobally | State::Ended => continue,
                };
                *level = level.wrapping_add(change);
                assert!(*level < 1 << 20, "no counter is negative");
            }
        }
    }

    fn only_gpu(&self, number: u64) -> u32 {
        match self.entries[number as usize].held[..] {
            [(gpu, _)] => gpu,
            ref held => panic!("request {number} holds {held:?}"),
        }
    }

    fn in_state_for(&self, number: u64) -> SimDuration {
        self.now.since(self.entries[number as usize].since)
    }
}

impl Sink for Ledger<'_> {
    fn advance(&mut self, to: SimTime) {
        assert!(to > self.now, "time goes on");
        self.check_settled();
        self.now = to;
        (self.last_end, self.last_start) = (None, None);
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        assert_eq!(at, self.now, "events happen now");
        let number = journey.number;
        if let Some(placing) = self.placing {
            let for_it = number == placing || matches!(event, Event::Evicted { .. });
            assert!(for_it, "{event:?} of {number} while {placing} looks for a place");
        }
        self.check_order(number, event);
        match event {
            Event::Arrived => self.arrived(journey),
            Event::QueuedGlobally => self.queued_globally(number),
            Event::Retried { gpu } => self.retried(number, gpu),
            Event::Admitted { gpu } => self.admitted(number, gpu),
            Event::PrefillStarted { gpu } => self.prefill_started(number, gpu),
            Event::PrefillFinished { gpu } => self.prefill_finished(number, gpu),
            Event::HandoffStarted { from, to, bytes } => self.handoff_started(number, from, to, bytes),
            Event::HandoffFinished { from, to } => self.handoff_finished(number, from, to),
            Event::DecodeStarted { gpu } => self.decode_started(number, gpu),
            Event::Finished { gpu } => self.finished(number, gpu),
            Event::Rejected { reason } => self.rejected(number, reason),
            Event::Preempted { .. } => panic!("no request is preempted with `batching phases`"),
            Event::Evicted { gpu } => self.evicted(number, gpu),
        }
        if !matches!(event, Event::Evicted { .. }) {
            assert!(self.victims.is_empty(), "{event:?} of {number} after an eviction for another");
        }
        let entry = &self.entries[number as usize];
        assert_eq!(journey.started(), entry.started);
        assert_eq!(journey.request.arrival, entry.arrival);
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        assert_eq!(at, self.now);
        assert_eq!(*levels, self.levels[gpu as usize], "levels of GPU {gpu} follow from the events");
        self.reported_levels[gpu as usize] = *levels;
    }

    fn global_queue(&mut self, at: SimTime, depth: u32) {
        assert_eq!(at, self.now);
        self.reported_depth = depth;
    }
}

impl Ledger<'_> {
    /// The order within an instant: what ends in a round and what starts go by GPU and then by request, decodes begin in
    /// the order in which prompts ended.
    fn check_order(&mut self, number: u64, event: Event) {
        let state = self.entries.get(number as usize).map(|entry| entry.state);
        let end = match event {
            Event::PrefillFinished { gpu }
            | Event::Finished { gpu }
            | Event::HandoffFinished { to: gpu, .. } => Some((gpu, number)),
            // A cache that has arrived is decoded from within the round.
            Event::DecodeStarted { .. } if state == Some(State::Moving) => {
                return;
            }
            _ => None,
        };
        if end.is_some() && self.entries[number as usize].since == self.now {
            // Work of no length ends in the round after the one it begins in.
            self.last_end = None;
        }
        assert!(end.is_none() || self.last_end <= end, "{event:?} of {number} after {:?}", self.last_end);
        self.last_end = end;
        let start = if let Event::PrefillStarted { gpu } = event { Some(gpu) } else { None };
        assert!(start.is_none() || self.last_start <= start, "{event:?} after GPU {:?}", self.last_start);
        self.last_start = start;
        if let Event::PrefillFinished { .. } = event {
            self.prefilled.push_back(number);
        } else if state == Some(State::Prefilled) && !matches!(event, Event::Evicted { .. }) {
            while let Some(&next) = self.prefilled.front() {
                if self.entries[next as usize].state == State::Prefilled {
                    assert_eq!(next, number, "whose prompt ended first goes on first");
                    break;
                }
                self.prefilled.pop_front();
            }
        }
    }

    fn arrived(&mut self, journey: &Journey) {
        assert_eq!(journey.number, self.entries.len() as u64, "requests are numbered as they arrive");
        assert_eq!(journey.request.arrival, self.now);
        self.tally.arrived += 1;
        self.placing = Some(journey.number);
        self.entries.push(Entry {
            state: State::Arrived,
            since: self.now,
            arrival: self.now,
            workload: journey.request.workload,
            prompt: u64::from(journey.request.prompt.get()),
            output: u64::from(journey.request.output.get()),
            held: Vec::new(),
            touched: 0,
            retried: Vec::new(),
            started: None,
            admitted: 0,
        });
    }

    /// A request that found no room: it has tried as many GPUs as it may, unless others were waiting already.
    fn check_tried(&self, number: u64) {
        if self.queue.is_empty() {
            let n_large = self.capacity.iter().filter(|capacity| **capacity >= self.whole(number)).count();
            let expected = (self.scenario.policy.max_retries as usize).min(n_large - 1);
            assert_eq!(self.entries[number as usize].retried.len(), expected, "every attempt is counted");
            self.check_no_room(number);
        } else {
            assert!(self.entries[number as usize].retried.is_empty(), "no request overtakes the queue");
        }
    }

    /// Where a request may try every GPU, none has room for it.
    fn check_no_room(&self, number: u64) {
        if self.scenario.policy.max_retries as usize + 1 >= self.capacity.len() {
            let need = self.need_on_admission(number);
            let fits = |gpu: &u32| {
                self.capacity[*gpu as usize] >= self.whole(number)
                    && self.has_place(*gpu)
                    && need <= self.free(*gpu)
            };
            let room = (0..self.capacity.len() as u32).find(fits);
            assert_eq!(room, None, "request {number} waits although there is room");
        }
    }

    fn queued_globally(&mut self, number: u64) {
        self.check_tried(number);
        self.step(number, &[State::Arrived], State::QueuedGlobally);
        self.queue.push_back(number);
        let limit = self.scenario.policy.max_global_queue;
        assert!(limit.is_none_or(|limit| self.queue.len() <= limit as usize));
        self.placing = None;
        self.tally.queued_globally += 1;
        self.entries[number as usize].retried.clear();
    }

    fn retried(&mut self, number: u64, gpu: u32) {
        self.tally.retried += 1;
        let whole = self.whole(number);
        assert!(self.capacity[gpu as usize] >= whole, "only GPUs that are large enough are tried");
        let entry = &mut self.entries[number as usize];
        if entry.state == State::Prefilled {
            assert_eq!(self.scenario.policy.decode_routing.name, "stay");
            return;
        }
        assert!(matches!(entry.state, State::Arrived | State::QueuedGlobally));
        assert!(!entry.retried.contains(&gpu), "GPU {gpu} is tried once");
        entry.retried.push(gpu);
        assert!(entry.retried.len() <= self.scenario.policy.max_retries as usize);
        if entry.state == State::QueuedGlobally {
            assert_eq!(self.queue.front(), Some(&number), "only the head of the queue is routed");
        }
    }

    fn admitted(&mut self, number: u64, gpu: u32) {
        assert!(self.has_place(gpu), "no more than `max_queue` on GPU {gpu}");
        assert!(self.capacity[gpu as usize] >= self.whole(number), "it could finish there");
        if self.entries[number as usize].state == State::QueuedGlobally {
            assert_eq!(self.queue.pop_front(), Some(number), "the global queue is served in order");
            assert!(self.victims.is_empty(), "the head of the queue evicts no request");
            self.check_wait(number);
        } else {
            assert!(self.queue.is_empty(), "arrival {number} overtakes the global queue");
            let last = self.entries[number as usize].retried.last();
            assert!(last.is_none_or(|last| *last == gpu), "it goes to the GPU tried last");
            assert!(last.is_none() || self.victims.is_empty(), "it evicts where it was routed first only");
            // What was evicted for it still counted when it was routed.
            if last.is_none() && self.victims.is_empty() {
                self.check_route(number, gpu);
            }
        }
        self.step(number, &[State::Arrived, State::QueuedGlobally], State::Admitted);
        let need = self.need_on_admission(number);
        self.hold(number, gpu, need);
        self.levels[gpu as usize].queued += 1;
        self.check_victims(number, gpu);
        self.touch(number, true);
        self.n_admitted += 1;
        self.entries[number as usize].admitted = self.n_admitted;
        self.placing = None;
    }

    /// No request stays in the global queue for longer than allowed.
    fn check_wait(&self, number: u64) {
        let limit = self.scenario.policy.queue_timeout;
        assert!(limit.is_none_or(|limit| self.in_state_for(number) <= limit));
    }

    fn prefill_started(&mut self, number: u64, gpu: u32) {
        assert_eq!(self.only_gpu(number), gpu);
        assert!(self.active(gpu) < self.slots[gpu as usize], "a free slot on GPU {gpu}");
        self.check_turn(number, gpu);
        self.step(number, &[State::Admitted], State::Prefill);
        self.touch(number, false);
        self.entries[number as usize].started = Some(self.now);
    }

    /// No request waiting on the GPU comes before it in the order of the policy.
    fn check_turn(&self, number: u64, gpu: u32) {
        let entry = &self.entries[number as usize];
        let waiting = |other: &&Entry| other.state == State::Admitted && other.held[0].0 == gpu;
        for other in self.entries.iter().filter(waiting) {
            let first = other.admitted < entry.admitted;
            let priority = |entry: &Entry| self.scenario.workloads[entry.workload as usize].priority;
            let earlier = match self.scenario.policy.scheduling.name.as_str() {
                "fifo" => first,
                "shortest_remaining" => {
                    let (work, others) = (entry.prompt + entry.output, other.prompt + other.output);
                    others < work || (others == work && first)
                }
                "priority" => {
                    priority(other) > priority(entry) || (priority(other) == priority(entry) && first)
                }
                "fair" => first && other.workload == entry.workload,
                policy => panic!("no rule for `{policy}`"),
            };
            assert!(!earlier, "request {number} overtakes {other:?}");
        }
    }

    fn prefill_finished(&mut self, number: u64, gpu: u32) {
        assert_eq!(self.only_gpu(number), gpu);
        let rate = self.throughput[gpu as usize].prefill.get();
        self.check_work(number, self.entries[number as usize].prompt as f64 / rate);
        if self.scenario.engine.timing.name == "fixed" || self.entries[number as usize].prompt == 0 {
            let exactly = self.entries[number as usize].prompt as f64 / rate * 1e12;
            let taken = self.in_state_for(number).as_ps() as f64;
            assert!((taken - exactly).abs() <= 1.0, "a prefill of {exactly} ps takes {taken} ps");
        }
        self.step(number, &[State::Prefill], State::Prefilled);
    }

    /// Work takes at least the time it takes alone.
    fn check_work(&self, number: u64, seconds: f64) {
        let taken = self.in_state_for(number).as_ps() as f64;
        assert!(taken >= seconds * 1e12 - 1.0, "{} ps of work in {taken} ps", seconds * 1e12);
    }

    fn handoff_started(&mut self, number: u64, from: u32, to: u32, bytes: Bytes) {
        assert_eq!(self.only_gpu(number), from);
        assert_ne!(from, to);
        let prompt = self.bytes(self.entries[number as usize].prompt);
        assert_eq!(bytes.get(), prompt, "the prompt's cache moves");
        assert!(quickest(&self.scenario.cluster, from, to, prompt).is_some(), "a way from {from} to {to}");
        assert!(self.active(to) < self.slots[to as usize], "a slot at the destination");
        assert!(self.has_place(to), "`max_queue` at the destination");
        self.check_decode_route(number, from, to);
        self.step(number, &[State::Prefilled], State::Moving);
        let whole = self.whole(number);
        self.hold(number, to, whole);
        self.levels[to as usize].transferring += 1;
        self.tally.handoffs += 1;
    }

    fn handoff_finished(&mut self, number: u64, from: u32, to: u32) {
        let entry = &self.entries[number as usize];
        assert_eq!(entry.state, State::Moving);
        let gpus: Vec<u32> = entry.held.iter().map(|(gpu, _)| *gpu).collect();
        assert_eq!(gpus, [from, to], "it moves as announced");
        let bytes = self.bytes(entry.prompt);
        let alone = quickest(&self.scenario.cluster, from, to, bytes).expect("it found a way") * 1e12;
        let taken = self.in_state_for(number).as_ps() as f64;
        // Rates of links are rounded to 2^-56 B/ps: a billionth for the slowest here.
        assert!(taken >= alone * (1.0 - 1e-9) - 1.0, "{taken} ps for a way of {alone} ps");
        if self.scenario.cluster.contention == Contention::None {
            assert!(taken <= alone * (1.0 + 1e-9) + 1.0, "{taken} ps for a way of {alone} ps");
        }
        self.levels[from as usize].transferring -= 1;
        self.give_back(number, from);
        self.touch(number, false);
    }

    fn decode_started(&mut self, number: u64, gpu: u32) {
        assert_eq!(self.only_gpu(number), gpu);
        let entry = &self.entries[number as usize];
        let (state, more) = (entry.state, self.whole(number) - entry.held[0].1);
        assert!(state == State::Prefilled || more == 0, "a moved cache has its room already");
        assert!(entry.since == self.now || state == State::Moving, "no pause between the phases");
        if state == State::Prefilled && self.victims.is_empty() {
            self.check_decode_route(number, gpu, gpu);
        }
        self.step(number, &[State::Prefilled, State::Moving], State::Decode);
        self.hold(number, gpu, more);
        self.check_victims(number, gpu);
        self.touch(number, false);
    }

    fn finished(&mut self, number: u64, gpu: u32) {
        assert_eq!(self.only_gpu(number), gpu);
        let Throughput { decode, decode_efficiency, .. } = self.throughput[gpu as usize];
        let output = self.entries[number as usize].output as f64;
        self.check_work(number, output / (decode.get() * decode_efficiency.get()));
        self.step(number, &[State::Decode], State::Ended);
        self.give_back(number, gpu);
        self.tally.finished += 1;
    }

    fn rejected(&mut self, number: u64, reason: RejectReason) {
        let too_large = self.whole(number) > self.largest();
        assert_eq!(reason == RejectReason::NeverFits, too_large);
        let from = match reason {
            RejectReason::NeverFits => State::Arrived,
            RejectReason::QueueFull => {
                self.check_tried(number);
                assert_eq!(Some(self.queue.len() as u32), self.scenario.policy.max_global_queue);
                State::Arrived
            }
            RejectReason::TimedOut => {
                assert_eq!(self.queue.pop_front(), Some(number), "who waited longest times out first");
                assert_eq!(Some(self.in_state_for(number)), self.scenario.policy.queue_timeout);
                self.tally.timed_out += 1;
                State::QueuedGlobally
            }
            RejectReason::NoMemoryForOutput => {
                assert_eq!(self.scenario.policy.reservation.name, "lazy");
                let gpu = self.only_gpu(number);
                let more = self.whole(number) - self.entries[number as usize].held[0].1;
                assert!(more > self.free(gpu), "its output fits");
                assert_ne!(self.scenario.policy.memory_pressure.name, "evict", "evicting all would do");
                State::Prefilled
            }
        };
        self.step(number, &[from], State::Ended);
        while let Some(&(gpu, _)) = self.entries[number as usize].held.first() {
            self.give_back(number, gpu);
        }
        self.placing = None;
        self.tally.rejected += 1;
    }

    fn evicted(&mut self, number: u64, gpu: u32) {
        assert_eq!(self.scenario.policy.memory_pressure.name, "evict");
        assert_ne!(self.placing, Some(number), "no request evicts itself");
        let entry = &self.entries[number as usize];
        let bytes =
            entry.held.iter().find(|(other, _)| *other == gpu).expect("a victim holds memory there").1;
        self.victims.push(Victim { touched: entry.touched, gpu, bytes });
        let holding = [State::Admitted, State::Prefill, State::Prefilled, State::Moving, State::Decode];
        self.step(number, &holding, State::Ended);
        while let Some(&(gpu, _)) = self.entries[number as usize].held.first() {
            self.give_back(number, gpu);
        }
        self.tally.evicted += 1;
    }

    /// The request that evicted is here now: the victims were the next in order, and each was needed.
    fn check_victims(&mut self, number: u64, gpu: u32) {
        let Some(last) = self.victims.last() else { return };
        assert!(self.free(gpu) < last.bytes, "the last victim was evicted for nothing");
        let is_resident = |entry: &Entry| entry.held.iter().any(|(other, _)| *other == gpu);
        let others = (0_u64..).zip(&self.entries).filter(|(other, _)| *other != number);
        let spared = others.filter(|(_, entry)| is_resident(entry)).map(|(_, entry)| entry.touched).min();
        for pair in self.victims.windows(2) {
            assert!(pair[0].touched < pair[1].touched, "victims go in order");
        }
        for victim in &self.victims {
            assert_eq!(victim.gpu, gpu, "evictions make room where it is used");
            assert!(spared.is_none_or(|spared| victim.touched < spared), "the wrong victim");
        }
        self.victims.clear();
    }

    /// What holds between two instants.
    fn check_settled(&self) {
        assert_eq!(self.placing, None, "every arrival has gone somewhere");
        assert!(self.victims.is_empty(), "evictions serve a request");
        assert_eq!(self.reported_depth as usize, self.queue.len(), "the reported depth");
        for (gpu, levels) in self.levels.iter().enumerate() {
            assert_eq!(self.reported_levels[gpu], *levels, "what was reported for GPU {gpu}");
            assert!(self.active(gpu as u32) <= self.slots[gpu]);
            let idle = levels.queued > 0 && self.active(gpu as u32) < self.slots[gpu];
            assert!(!idle, "GPU {gpu} has a free slot and requests waiting for one");
        }
        assert!(self.entries.iter().all(|entry| entry.state != State::Prefilled), "decodes begin at once");
        if let Some(&head) = self.queue.front() {
            self.check_no_room(head);
            self.check_waits();
        }
    }
}
