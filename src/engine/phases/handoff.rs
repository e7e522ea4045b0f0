//! Where a request decodes, and the way of its cache when that is another GPU.

use super::Simulation;
use super::destinations::Destinations;
use super::executor::{Executor, Ticket};
use crate::engine::event::{Event, RejectReason};
use crate::engine::sink::Sink;
use crate::engine::state::{Holding, Stage, State};
use crate::engine::topology::{Topology, Way};
use crate::engine::transfers::{Mover, Transfers};
use crate::model::Scenario;
use crate::policy::decode_routing::{DecodeRouter, Destination};
use crate::policy::eviction::Touch;
use crate::policy::reservation::Reservation;
use crate::units::{Bytes, SimDuration};

/// What a cluster of several GPUs needs for handoffs.
pub(super) struct Handoffs {
    pub(super) topology: Topology,
    pub(super) transfers: Transfers,
    destinations: Destinations,
    router: Box<dyn DecodeRouter>,
    /// 500 tok/s over each GPU's decode rate.
    slowness: Vec<f64>,
    /// GPUs whose entry among the destinations is out of date, and whether each is in that list.
    stale: Vec<u32>,
    is_stale: Vec<bool>,
}

impl Handoffs {
    /// `None` where no cache can ever move.
    pub(super) fn of(scenario: &Scenario) -> Option<Handoffs> {
        let cluster = &scenario.cluster;
        let n_gpus = cluster.n_replicas() as u32;
        let router = crate::policy::decode_routing::build(&scenario.policy.decode_routing);
        let never_short = Reservation::of(&scenario.policy.reservation) == Reservation::Safe;
        if n_gpus == 1 || (router.stays() && never_short) {
            return None;
        }
        let slowness = cluster.groups.iter().flat_map(|group| {
            let decode =
                group.gpu.throughput.as_ref().expect("`batching phases` needs throughput figures").decode;
            std::iter::repeat_n(500.0 / decode.get(), group.n_replicas() as usize)
        });
        Some(Handoffs {
            topology: Topology::new(cluster),
            transfers: Transfers::new(cluster.contention, n_gpus),
            destinations: Destinations::new(n_gpus),
            router,
            slowness: slowness.collect(),
            stale: (0..n_gpus).collect(),
            is_stale: vec![true; n_gpus as usize],
        })
    }

    #[inline]
    pub(super) fn note_change(&mut self, gpu: u32) {
        if !std::mem::replace(&mut self.is_stale[gpu as usize], true) {
            self.stale.push(gpu);
        }
    }
}

/// Another GPU to decode on.
struct Remote {
    cost: f64,
    gpu: u32,
    way: Way,
}

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    /// Gives every request whose prompt has just ended its decode.
    #[inline]
    pub(super) fn continue_prefilled(&mut self) {
        for position in 0..self.prefilled.len() {
            let Ticket { number, slot } = self.prefilled[position];
            // One of them may have been evicted for another.
            if self.requests.find(slot, number).is_some() {
                self.continue_one(slot);
            }
        }
        self.prefilled.clear();
    }

    /// Among the GPUs with room the decode router's choice, the present one first among equals. Where there is no
    /// room, residents of the present GPU are evicted; where that is not allowed or does not help, a router that
    /// would stay tries the others after all.
    fn continue_one(&mut self, slot: u32) {
        let holding = self.requests.get(slot).here.expect("a prefilled request holds memory");
        let more = self.decode_need(slot, holding);
        let fits_here = self.gpus[holding.gpu as usize].has_memory(more);
        let stays = self.handoffs.as_ref().is_none_or(|handoffs| handoffs.router.stays());
        let remote = if stays {
            None
        } else {
            let limit = if fits_here { self.cost_here(holding.gpu) } else { f64::INFINITY };
            self.cheapest_remote(slot, holding.gpu, limit)
        };
        match remote {
            Some(remote) => self.start_handoff(slot, &remote),
            None if fits_here || self.make_room(holding.gpu, more, slot) => self.decode_here(slot, more),
            None => match self.cheapest_remote(slot, holding.gpu, f64::INFINITY).filter(|_| stays) {
                Some(remote) => {
                    self.requests.get_mut(slot).journey.retries += 1;
                    self.tell(slot, Event::Retried { gpu: remote.gpu });
                    self.start_handoff(slot, &remote);
                }
                None => self.reject(slot, RejectReason::NoMemoryForOutput),
            },
        }
    }

    /// What the request must additionally hold where it is: the output, unless it has been reserved.
    fn decode_need(&self, slot: u32, holding: Holding) -> Bytes {
        self.need(slot).whole - holding.bytes
    }

    fn cost_here(&self, gpu: u32) -> f64 {
        let handoffs = self.handoffs.as_ref().expect("costs are compared where caches can move");
        handoffs.router.cost(Destination {
            held: self.loads.held(gpu) - 1,
            slowness: handoffs.slowness[gpu as usize],
            handoff: SimDuration::ZERO,
        })
    }

    /// The cheapest other GPU with a slot and with room for prompt and output, if it costs less than `limit`; the lower
    /// index among equals.
    fn cheapest_remote(&mut self, slot: u32, from: u32, limit: f64) -> Option<Remote> {
        if limit <= 0.0 {
            return None;
        }
        self.renew_destinations();
        let handoffs = self.handoffs.as_ref()?;
        let need = self.need(slot).whole;
        let bytes = self.settings.bytes(u64::from(self.requests.get(slot).prompt()));
        let candidates = handoffs.topology.classes().iter().filter_map(|class| {
            let range = class.first..class.first + class.n;
            let (held, gpu) = handoffs.destinations.least_loaded(range, need, from)?;
            let slowness = handoffs.slowness[gpu as usize];
            let cost = |handoff| handoffs.router.cost(Destination { held, slowness, handoff });
            // What costs too much without the way there is not worth looking for one.
            if cost(SimDuration::ZERO) >= limit {
                return None;
            }
            let way = handoffs.topology.way(from, gpu, bytes)?;
            Some(Remote { cost: cost(way.time), gpu, way })
        });
        candidates.filter(|remote| remote.cost < limit).min_by(|a, b| a.cost.total_cmp(&b.cost))
    }

    fn renew_destinations(&mut self) {
        let Some(handoffs) = &mut self.handoffs else { return };
        for gpu in handoffs.stale.drain(..) {
            handoffs.is_stale[gpu as usize] = false;
            let entry = &self.gpus[gpu as usize];
            let open = entry.has_slot() && entry.has_place(self.settings.max_queue);
            let free = entry.capacity - entry.levels.held;
            handoffs.destinations.set(gpu, open.then(|| (self.loads.held(gpu), free)));
        }
    }

    /// Takes a slot and the memory at the destination, then lets the prompt's cache go.
    fn start_handoff(&mut self, slot: u32, remote: &Remote) {
        let (to, bytes) = (remote.gpu, self.need(slot).whole);
        let request = self.requests.get_mut(slot);
        let from = request.here.expect("a prefilled request holds memory").gpu;
        request.state = State::Transferring;
        request.there = Some(Holding { gpu: to, bytes });
        request.journey.handoff_started = Some(self.now);
        let (number, expected_work) = (request.journey.number, request.expected_work);
        let moving = self.settings.bytes(u64::from(request.prompt()));
        let source = &mut self.gpus[from as usize].levels;
        source.prefill -= 1;
        source.transferring += 1;
        let destination = &mut self.gpus[to as usize].levels;
        destination.transferring += 1;
        destination.held += bytes;
        self.join(to, slot, expected_work);
        self.touch(from);
        let handoffs = self.handoffs.as_mut().expect("caches move where they can");
        let mover = Mover { to, number, slot };
        handoffs.transfers.start(mover, from, moving, &remote.way, &handoffs.topology, self.now);
        self.tell(slot, Event::HandoffStarted { from, to, bytes: moving });
    }

    /// Gives the source back and decodes at the destination, whose slot and memory are held already.
    pub(super) fn end_handoff(&mut self, slot: u32) {
        let request = self.requests.get_mut(slot);
        let source = request.here.take().expect("a moving cache has a source");
        let destination = request.there.take().expect("a moving cache has a destination");
        request.here = Some(destination);
        request.journey.gpu = Some(destination.gpu);
        let (touched, expected_work) = (request.touched, request.expected_work);
        self.tell(slot, Event::HandoffFinished { from: source.gpu, to: destination.gpu });
        self.gpus[source.gpu as usize].levels.transferring -= 1;
        self.gpus[destination.gpu as usize].levels.transferring -= 1;
        self.forget(source, touched, slot);
        self.give_back(source, expected_work);
        self.renew(slot, Touch::HandoffEnd);
        self.decode(slot);
    }

    fn decode_here(&mut self, slot: u32, more: Bytes) {
        let holding = self.requests.get_mut(slot).here.as_mut().expect("a prefilled request holds memory");
        holding.bytes += more;
        let entry = &mut self.gpus[holding.gpu as usize];
        entry.levels.held += more;
        entry.levels.prefill -= 1;
        self.decode(slot);
    }

    fn decode(&mut self, slot: u32) {
        let request = self.requests.get_mut(slot);
        request.state = State::Decode;
        let gpu = request.here.expect("a decoding request holds memory").gpu;
        let (number, output) = (request.journey.number, request.output());
        self.begin(Stage::Decode, gpu, output, Ticket { number, slot });
        self.renew(slot, Touch::DecodeStart);
        self.tell(slot, Event::DecodeStarted { gpu });
    }
}
