//! From arrival to a replica: routing, retries, the global queue.
//!
//! A replica takes in any request that fits its empty cache while it holds fewer than `max_queue`; whether there are
//! blocks for it now is for the replica's batches to decide.

use super::cost::{Batch, StepTiming};
use super::job::{Job, Leg};
use super::pools::first_leg;
use super::replica::Replica;
use super::requests::InFlight;
use super::settings::Need;
use super::{Simulation, Station};
use crate::engine::agenda::NEVER;
use crate::engine::event::{Event, Journey, RejectReason};
use crate::engine::prefix::Content;
use crate::engine::sink::Sink;
use crate::policy::scheduling::Waiting;
use crate::policy::view::{Candidates, View};
use crate::units::{SimTime, Tokens};
use crate::workload::Request;

/// A request on no replica: since when it is in the global queue, or when it is ready to be routed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unplaced {
    slot: u32,
    since: SimTime,
}

impl<R: Replica, S: Sink> Simulation<'_, R, S> {
    /// When the next request that has arrived is ready to be routed; they are in the order in which they arrived.
    pub(super) fn next_entry(&self) -> SimTime {
        self.entering.front().map_or(NEVER, |entering| entering.since)
    }

    pub(super) fn take_arrivals(&mut self) {
        while self.next_entry() <= self.now {
            let entering = self.entering.pop_front().expect("what is ready has arrived");
            self.enter(entering.slot);
        }
        while self.traffic.peek() == Some(self.now) && !self.stands_still() {
            let request = self.traffic.next_request().expect("a request that was announced arrives");
            self.arrive(request);
        }
    }

    fn arrive(&mut self, request: Request) {
        let number = self.n_arrived;
        self.n_arrived += 1;
        let journey = Journey {
            request,
            number,
            gpu: None,
            started: None,
            first_token: None,
            handoff_started: None,
            cached: Tokens::new(0),
            retries: 0,
            elsewhere: Vec::new(),
        };
        let slot = self.requests.insert(InFlight { journey, key: 0, expected_work: 0 });
        self.tell(slot, Event::Arrived);
        if self.settings.large_enough(self.whole_need(slot)).is_empty() {
            self.reject(slot, RejectReason::NeverFits);
            return;
        }
        match self.now.checked_add(self.settings.before_queue).unwrap_or(NEVER) {
            at if at == self.now => self.enter(slot),
            at => self.entering.push_back(Unplaced { slot, since: at }),
        }
    }

    /// Routes a request, or lets it wait for any replica.
    fn enter(&mut self, slot: u32) {
        if !self.unplaced.is_empty() || !self.place(slot) {
            self.queue_globally(slot);
        }
    }

    pub(super) fn whole_need(&self, slot: u32) -> Need {
        let request = &self.requests.get(slot).journey.request;
        let output = request.output.get().max(1);
        let tokens = u64::from(request.prompt.get().max(1)) + u64::from(output) - 1;
        Need { tokens, moves: first_leg(&self.settings, output).0 == Leg::Prefill }
    }

    fn queue_globally(&mut self, slot: u32) {
        if self.settings.max_global_queue.is_some_and(|limit| self.unplaced.len() >= limit as usize) {
            self.reject(slot, RejectReason::QueueFull);
            return;
        }
        if self.unplaced.is_empty() {
            // It has just been routed in vain; those behind it are routed when they come to the head.
            self.head_is_fresh = false;
        }
        self.requests.get_mut(slot).journey.retries = 0;
        self.unplaced.push_back(Unplaced { slot, since: self.now });
        self.tell(slot, Event::QueuedGlobally);
    }

    /// Tries up to `1 + max_retries` replicas of the router's choice; whether one had room.
    fn place(&mut self, slot: u32) -> bool {
        let need = self.whole_need(slot);
        self.tried.clear();
        if self.router.compares_prefixes() {
            self.look_up_everywhere(slot);
        }
        for attempt in 0..=self.settings.max_retries {
            let candidates = Candidates::new(self.settings.large_enough(need), &self.tried);
            let view = self.loads.view();
            let Some(gpu) = self.router.route(candidates, view, &mut self.routing_stream) else {
                return false;
            };
            if attempt > 0 {
                self.requests.get_mut(slot).journey.retries += 1;
                self.tell(slot, Event::Retried { gpu });
            }
            if self.has_room(gpu) {
                self.admit(slot, gpu);
                return true;
            }
            let rank = self.tried.partition_point(|&other| other < gpu);
            self.tried.insert(rank, gpu);
        }
        false
    }

    /// How much of a request's prompt each replica has.
    fn look_up_everywhere(&mut self, slot: u32) {
        let request = &self.requests.get(slot).journey.request;
        let cached = &mut self.loads.cached;
        match request.content.as_deref() {
            Some(stretches) if !stretches.is_empty() => {
                let content = Content::new(stretches, u64::from(request.prompt.get().max(1)));
                let found = |station: &mut Station<R>| station.replica.cached(&content, self.now) as u32;
                cached.clear();
                cached.extend(self.replicas.iter_mut().map(found));
            }
            _ => cached.fill(0),
        }
    }

    fn has_room(&self, gpu: u32) -> bool {
        self.settings.max_queue.is_none_or(|limit| self.loads.held(gpu) < limit)
    }

    fn admit(&mut self, slot: u32, gpu: u32) {
        let request = self.requests.get_mut(slot);
        let Request { workload, prompt, output, arrival, .. } = request.journey.request;
        if self.router.compares_expected_work() {
            let timing = self.settings.timing(gpu);
            let decodes = !self.settings.has_pools;
            request.expected_work = self.loads.expect(workload, prompt.get(), decodes, timing);
        }
        let remaining = u64::from(prompt.get()) + u64::from(output.get());
        request.journey.gpu = Some(gpu);
        request.key = self.scheduler.key(Waiting { replica: gpu, workload, remaining });
        let (leg, output) = first_leg(&self.settings, output.get().max(1));
        let job = Job {
            slot,
            number: request.journey.number,
            workload,
            measured: arrival >= self.settings.warmup,
            priority: self.settings.priorities[usize::from(workload)],
            key: request.key,
            prompt: prompt.get().max(1),
            output,
            leg,
            generated: 0,
            last_token: 0,
        };
        debug_assert!(job.most_tokens() <= u64::from(u32::MAX), "what is admitted can be counted");
        self.loads.join(gpu, request.expected_work);
        self.router.load_changed(gpu, self.loads.view());
        let content = request.journey.request.content.clone().filter(|stretches| !stretches.is_empty());
        self.replicas[gpu as usize].replica.join(job, content, self.now);
        self.touch(gpu);
        self.tell(slot, Event::Admitted { gpu });
    }

    /// Offers the places given back to the head of the global queue, again and again while there are any.
    ///
    /// A head that has never been routed, because it stood behind another, is routed as on arrival.
    #[inline]
    pub(super) fn serve_global_queue(&mut self) {
        if !self.released.is_empty() || self.head_is_fresh {
            self.offer_places();
        }
    }

    fn offer_places(&mut self) {
        self.released.sort_unstable();
        self.released.dedup();
        while let Some(&Unplaced { slot, .. }) = self.unplaced.front() {
            let placed = self.place_on_released(slot) || (self.head_is_fresh && self.place(slot));
            self.head_is_fresh = placed;
            if !placed {
                break;
            }
            self.unplaced.pop_front();
        }
        self.released.clear();
        self.head_is_fresh &= !self.unplaced.is_empty();
    }

    fn place_on_released(&mut self, slot: u32) -> bool {
        let large_enough = self.settings.large_enough(self.whole_need(slot));
        let fitting = |gpu: &u32| large_enough.iter().any(|range| range.contains(gpu)) && self.has_room(*gpu);
        let Some(gpu) = self.released.iter().copied().find(fitting) else { return false };
        self.admit(slot, gpu);
        true
    }

    /// When the head of the global queue has waited too long; everybody behind it has waited less.
    pub(super) fn next_time_out(&self) -> SimTime {
        let (Some(limit), Some(head)) = (self.settings.queue_timeout, self.unplaced.front()) else {
            return NEVER;
        };
        head.since.checked_add(limit).unwrap_or(NEVER)
    }

    pub(super) fn time_out(&mut self) {
        while self.next_time_out() <= self.now {
            let head = self.unplaced.pop_front().expect("what times out is waiting");
            self.reject(head.slot, RejectReason::TimedOut);
            self.head_is_fresh = true;
            self.serve_global_queue();
        }
    }
}

/// How busy each replica is, as policies see it, and what outputs to expect.
#[derive(Debug)]
pub(super) struct Loads {
    held: Vec<u32>,
    /// `held` in 2^-32: with continuous batching a request is a request, however fast the replica.
    load: Vec<u64>,
    expected_work: Vec<u64>,
    /// Leading tokens of the request being placed that each replica has, where the router asks for it.
    cached: Vec<u32>,
    n_held: u64,
    /// Tokens and requests finished, by workload.
    finished: Vec<(u64, u64)>,
}

impl Loads {
    pub(super) fn new(n_replicas: usize, n_workloads: usize) -> Loads {
        Loads {
            held: vec![0; n_replicas],
            load: vec![0; n_replicas],
            expected_work: vec![0; n_replicas],
            cached: Vec::new(),
            n_held: 0,
            finished: vec![(0, 0); n_workloads],
        }
    }

    pub(super) fn view(&self) -> View<'_> {
        View { held: &self.held, load: &self.load, expected_work: &self.expected_work, cached: &self.cached }
    }

    /// Requests a replica holds.
    pub(super) fn held(&self, replica: u32) -> u32 {
        self.held[replica as usize]
    }

    /// Requests all replicas hold.
    pub(super) fn n_held(&self) -> u64 {
        self.n_held
    }

    pub(super) fn join(&mut self, replica: u32, expected_work: u64) {
        let index = replica as usize;
        self.n_held += 1;
        self.held[index] += 1;
        self.load[index] = u64::from(self.held[index]) << 32;
        self.expected_work[index] += expected_work;
    }

    pub(super) fn leave(&mut self, replica: u32, expected_work: u64) {
        let index = replica as usize;
        self.n_held -= 1;
        self.held[index] -= 1;
        self.load[index] = u64::from(self.held[index]) << 32;
        self.expected_work[index] -= expected_work;
    }

    /// An output has come to its end.
    pub(super) fn learn(&mut self, workload: u16, output: u32) {
        let (tokens, requests) = &mut self.finished[usize::from(workload)];
        *tokens += u64::from(output);
        *requests += 1;
    }

    /// What a request would take alone on a replica, in microseconds: its prompt in one step and, if it decodes there, as
    /// many steps more as outputs of its workload had tokens so far.
    fn expect(&self, workload: u16, prompt: u32, decodes: bool, timing: &dyn StepTiming) -> u64 {
        let (tokens, requests) = self.finished[usize::from(workload)];
        let output = tokens.checked_div(requests).filter(|_| decodes).unwrap_or(0);
        let (mut prefill, mut decode) = (Batch::default(), Batch::default());
        prefill.add_chunk(0, prompt, true);
        decode.add_decode(prompt);
        let ticks = timing.cost(&prefill).total() + timing.cost(&decode).total() * u128::from(output);
        crate::engine::ticks::to_time_ceil(ticks).as_ps() / 1_000_000
    }
}
