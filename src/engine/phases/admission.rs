//! From arrival to a place on a GPU: routing, admission, retries and the global queue.

use super::executor::{Executor, Ticket};
use super::{Simulation, Unplaced};
use crate::engine::agenda::NEVER;
use crate::engine::sink::{Event, Journey, RejectReason, Sink};
use crate::engine::state::{Holding, InFlight, State};
use crate::policy::eviction::Touch;
use crate::policy::reservation::Reservation;
use crate::policy::scheduling::Waiting;
use crate::policy::view::Candidates;
use crate::units::{Bytes, SimTime};
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
    pub(super) fn take_arrivals(&mut self) {
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
            retries: 0,
        };
        let slot = self.requests.insert(InFlight {
            journey,
            state: State::Unplaced,
            here: None,
            there: None,
            touched: 0,
            expected_work: 0,
        });
        self.tell(slot, Event::Arrived);
        if self.settings.large_enough(self.whole_need(slot)).is_empty() {
            self.reject(slot, RejectReason::NeverFits);
        } else if !self.unplaced.is_empty() || !self.place(slot, Eviction::OnFirst) {
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
    fn place(&mut self, slot: u32, eviction: Eviction) -> bool {
        let need = self.whole_need(slot);
        self.tried.clear();
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
            if self.has_room(slot, gpu)
                || (eviction == Eviction::OnFirst && attempt == 0 && self.evict_for(slot, gpu))
            {
                self.admit(slot, gpu);
                return true;
            }
            let rank = self.tried.partition_point(|&other| other < gpu);
            self.tried.insert(rank, gpu);
        }
        false
    }

    fn has_room(&self, slot: u32, gpu: u32) -> bool {
        let entry = &self.gpus[gpu as usize];
        entry.has_place(self.settings.max_queue) && entry.has_memory(self.admission_need(slot))
    }

    /// Evicts for an arrival, where only memory is in its way.
    fn evict_for(&mut self, slot: u32, gpu: u32) -> bool {
        self.gpus[gpu as usize].has_place(self.settings.max_queue)
            && self.make_room(gpu, self.admission_need(slot), slot)
    }

    fn admit(&mut self, slot: u32, gpu: u32) {
        let bytes = self.admission_need(slot);
        let request = self.requests.get_mut(slot);
        if self.router.compares_expected_work() {
            let costs = &self.gpus[gpu as usize].costs;
            request.expected_work =
                self.outlook.expect(request.journey.request.workload, request.prompt(), costs);
        }
        request.state = State::Queued;
        request.here = Some(Holding { gpu, bytes });
        request.journey.gpu = Some(gpu);
        let waiting = Waiting {
            replica: gpu,
            workload: request.journey.request.workload,
            remaining: u64::from(request.prompt()) + u64::from(request.output()),
        };
        let ticket = Ticket { number: request.journey.number, slot };
        let expected_work = request.expected_work;
        let key = self.scheduler.key(waiting);
        let entry = &mut self.gpus[gpu as usize];
        entry.levels.held += bytes;
        entry.levels.queued += 1;
        entry.queue.push(key, ticket);
        self.join(gpu, slot, expected_work);
        self.renew(slot, Touch::Admission);
        self.tell(slot, Event::Admitted { gpu });
    }

    /// Counts a request among those a GPU holds.
    pub(super) fn join(&mut self, gpu: u32, slot: u32, expected_work: u64) {
        self.loads.join(gpu, expected_work);
        self.router.load_changed(gpu, self.loads.view());
        self.settle_in(gpu, slot);
        self.touch(gpu);
    }

    /// Offers what was given back to the head of the global queue, again and again while it fits.
    ///
    /// A head that has never been routed, because it stood behind another, is routed as on arrival.
    pub(super) fn serve_global_queue(&mut self) {
        if self.released.is_empty() && !self.head_is_fresh {
            return;
        }
        self.released.sort_unstable();
        self.released.dedup();
        while let Some(&Unplaced { slot, .. }) = self.unplaced.front() {
            let placed =
                self.place_on_released(slot) || (self.head_is_fresh && self.place(slot, Eviction::Never));
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
        let fitting =
            |gpu: &u32| large_enough.iter().any(|range| range.contains(gpu)) && self.has_room(slot, *gpu);
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

    /// All the memory the request will need on the GPU it finishes on.
    pub(super) fn whole_need(&self, slot: u32) -> Bytes {
        let request = self.requests.get(slot);
        self.settings.bytes(u64::from(request.prompt()) + u64::from(request.output()))
    }

    /// What it holds from admission on.
    fn admission_need(&self, slot: u32) -> Bytes {
        match self.settings.reservation {
            Reservation::Safe => self.whole_need(slot),
            Reservation::Lazy => self.settings.bytes(u64::from(self.requests.get(slot).prompt())),
        }
    }

    /// Tells the sink of a transition.
    pub(super) fn tell(&mut self, slot: u32, event: Event) {
        self.n_events += 1;
        self.sink.event(self.now, event, &self.requests.get(slot).journey);
    }
}
