//! From arrival to a place on a GPU: routing, admission, retries and the global queue.

use super::executor::{Executor, Ticket};
use super::settings::Need;
use super::{Simulation, Unplaced};
use crate::engine::agenda::NEVER;
use crate::engine::event::{Event, RejectReason};
use crate::engine::sink::Sink;
use crate::engine::state::{Holding, InFlight, State};
use crate::policy::eviction::Touch;
use crate::policy::scheduling::Waiting;
use crate::policy::view::Candidates;
use crate::units::SimTime;
use crate::workload::Request;

/// Whether a request that is being placed may evict others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Eviction {
    /// On the first GPU tried: an arrival.
    OnFirst,
    /// Nowhere: the head of the global queue.
    Never,
}

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    #[inline]
    pub(super) fn take_arrivals(&mut self) {
        while self.next_arrival() == self.now && !self.stands_still() {
            let request = self.traffic.next_request().expect("a request that was announced arrives");
            self.arrive(request);
        }
    }

    fn arrive(&mut self, request: Request) {
        let number = self.n_arrived;
        self.n_arrived += 1;
        let need = self.settings.need(request.prompt.get(), request.output.get());
        let slot = self.requests.insert(InFlight::new(request, number));
        self.tell(slot, Event::Arrived);
        if self.settings.large_enough(need.whole).is_empty() {
            self.reject(slot, RejectReason::NeverFits);
        } else if !self.unplaced.is_empty() || !self.place(slot, need, Eviction::OnFirst) {
            self.queue_globally(slot);
        }
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

    /// Tries up to `1 + max_retries` GPUs of the router's choice; whether one had room.
    fn place(&mut self, slot: u32, need: Need, eviction: Eviction) -> bool {
        self.tried.clear();
        for attempt in 0..=self.settings.max_retries {
            let candidates = Candidates::new(self.settings.large_enough(need.whole), &self.tried);
            let view = self.loads.view();
            let Some(gpu) = self.router.route(candidates, view, &mut self.routing_stream) else {
                return false;
            };
            if attempt > 0 {
                self.requests.get_mut(slot).journey.retries += 1;
                self.tell(slot, Event::Retried { gpu });
            }
            if self.has_room(need, gpu)
                || (eviction == Eviction::OnFirst && attempt == 0 && self.evict_for(slot, need, gpu))
            {
                self.admit(slot, need, gpu);
                return true;
            }
            let rank = self.tried.partition_point(|&other| other < gpu);
            self.tried.insert(rank, gpu);
        }
        false
    }

    #[inline]
    fn has_room(&self, need: Need, gpu: u32) -> bool {
        let entry = &self.gpus[gpu as usize];
        entry.has_place(self.settings.max_queue) && entry.has_memory(need.at_admission)
    }

    /// Evicts for an arrival, where only memory is in its way.
    fn evict_for(&mut self, slot: u32, need: Need, gpu: u32) -> bool {
        self.gpus[gpu as usize].has_place(self.settings.max_queue)
            && self.make_room(gpu, need.at_admission, slot)
    }

    fn admit(&mut self, slot: u32, need: Need, gpu: u32) {
        let entry = &mut self.gpus[gpu as usize];
        let bytes = need.at_admission;
        let request = self.requests.get_mut(slot);
        let (workload, prompt) = (request.journey.request.workload, request.prompt());
        if self.expects_work {
            request.expected_work = self.outlook.expect(workload, prompt, &entry.costs);
        }
        request.state = State::Queued;
        request.here = Some(Holding { gpu, bytes });
        request.journey.gpu = Some(gpu);
        let expected_work = request.expected_work;
        let remaining = u64::from(prompt) + u64::from(request.output());
        let ticket = Ticket { number: request.journey.number, slot };
        let key = self.scheduler.key(Waiting { replica: gpu, workload, remaining });
        entry.levels.held += bytes;
        entry.levels.queued += 1;
        entry.queue.push(key, ticket);
        self.join(gpu, slot, expected_work);
        self.renew(slot, Touch::Admission);
        self.tell(slot, Event::Admitted { gpu });
    }

    /// Counts a request among those a GPU holds.
    #[inline]
    pub(super) fn join(&mut self, gpu: u32, slot: u32, expected_work: u64) {
        self.loads.join(gpu, expected_work);
        self.router.load_changed(gpu, self.loads.view());
        self.settle_in(gpu, slot);
        self.touch(gpu);
    }

    /// Offers what was given back to the head of the global queue, again and again while it fits.
    ///
    /// A head that has never been routed, because it stood behind another, is routed as on arrival.
    #[inline]
    pub(super) fn serve_global_queue(&mut self) {
        // Nearly always nobody waits.
        if !self.released.is_empty() || self.head_is_fresh {
            self.offer_released();
        }
    }

    fn offer_released(&mut self) {
        self.released.sort_unstable();
        self.released.dedup();
        while let Some(&Unplaced { slot, .. }) = self.unplaced.front() {
            let need = self.need(slot);
            let placed = self.place_on_released(slot, need)
                || (self.head_is_fresh && self.place(slot, need, Eviction::Never));
            self.head_is_fresh = placed;
            if !placed {
                break;
            }
            self.unplaced.pop_front();
        }
        self.released.clear();
        self.head_is_fresh &= !self.unplaced.is_empty();
    }

    fn place_on_released(&mut self, slot: u32, need: Need) -> bool {
        let large_enough = self.settings.large_enough(need.whole);
        let fitting =
            |gpu: &u32| large_enough.iter().any(|range| range.contains(gpu)) && self.has_room(need, *gpu);
        let Some(gpu) = self.released.iter().copied().find(fitting) else { return false };
        self.admit(slot, need, gpu);
        true
    }

    /// When the head of the global queue has waited too long; everybody behind it has waited less.
    #[inline]
    pub(super) fn next_time_out(&self) -> SimTime {
        let Some(limit) = self.settings.queue_timeout else { return NEVER };
        let Some(head) = self.unplaced.front() else { return NEVER };
        head.since.checked_add(limit).unwrap_or(NEVER)
    }

    #[inline]
    pub(super) fn time_out(&mut self) {
        while self.next_time_out() <= self.now {
            let head = self.unplaced.pop_front().expect("what times out is waiting");
            self.reject(head.slot, RejectReason::TimedOut);
            self.head_is_fresh = true;
            self.serve_global_queue();
        }
    }

    /// The memory a request needs.
    pub(super) fn need(&self, slot: u32) -> Need {
        let request = self.requests.get(slot);
        self.settings.need(request.prompt(), request.output())
    }

    /// Tells the sink of a transition.
    #[inline]
    pub(super) fn tell(&mut self, slot: u32, event: Event) {
        self.n_events += 1;
        self.sink.event(self.now, event, &self.requests.get(slot).journey);
    }
}
