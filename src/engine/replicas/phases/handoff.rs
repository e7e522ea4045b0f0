//! Where a request decodes, and the way of its cache when that is another GPU.

use super::Phases;
use super::executor::{Executor, Ticket};
use super::progress::{Progress, Stage, State};
use crate::engine::destinations::Destinations;
use crate::engine::dispatch::Context;
use crate::engine::event::{Event, RejectReason};
use crate::engine::replica_set::ReplicaSet;
use crate::engine::sink::Sink;
use crate::engine::transfers::{Mover, Topology, Transfers, Way};
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
    /// GPUs whose entry among the destinations is out of date.
    pub(super) stale: ReplicaSet,
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
            stale: ReplicaSet::all(n_gpus as usize),
        })
    }
}

/// Another GPU to decode on.
struct Remote {
    cost: f64,
    gpu: u32,
    way: Way,
}

impl<X: Executor> Phases<X> {
    /// Gives every request whose prompt has just ended its decode.
    #[inline]
    pub(super) fn continue_prefilled<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        for position in 0..self.prefilled.len() {
            self.continue_one(self.prefilled[position], context);
        }
        self.prefilled.clear();
    }

    /// Among the GPUs with room the decode router's choice, the present one first among equals. Where there is no
    /// room, residents of the present GPU are evicted; where that is not allowed or does not help, a router that
    /// would stay tries the others after all.
    #[inline]
    fn continue_one<S: Sink>(&mut self, ticket: Ticket, context: &mut Context<'_, Progress, S>) {
        let Ticket { number, slot } = ticket;
        // It may have been evicted for another of them.
        let Some(request) = context.requests.find(slot, number) else { return };
        let holding = request.here().expect("a prefilled request holds memory");
        // The output, unless it has been reserved.
        let more = self.settings.need(request.prompt(), request.output()).whole - holding.bytes;
        let fits_here = self.gpus[holding.gpu as usize].has_memory(more);
        let stays = self.handoffs.as_ref().is_none_or(|handoffs| handoffs.router.stays());
        let remote = if stays {
            None
        } else {
            let limit = if fits_here { self.cost_here(holding.gpu, context) } else { f64::INFINITY };
            self.cheapest_remote(slot, holding.gpu, limit, context)
        };
        match remote {
            Some(remote) => self.start_handoff(slot, &remote, context),
            None if fits_here || self.evict_for(holding.gpu, more, slot, context) => {
                let entry = &mut self.gpus[holding.gpu as usize];
                entry.levels.held += more;
                entry.levels.prefill -= 1;
                self.decode(slot, holding.gpu, more, context);
            }
            None => match self.cheapest_remote(slot, holding.gpu, f64::INFINITY, context).filter(|_| stays) {
                Some(remote) => {
                    context.requests.get_mut(slot).journey.retries += 1;
                    context.emit(slot, Event::Retried { gpu: remote.gpu });
                    self.start_handoff(slot, &remote, context);
                }
                None => self.reject(slot, RejectReason::NoMemoryForOutput, context),
            },
        }
    }

    fn cost_here<S: Sink>(&self, gpu: u32, context: &Context<'_, Progress, S>) -> f64 {
        let handoffs = self.handoffs.as_ref().expect("costs are compared where caches can move");
        handoffs.router.cost(Destination {
            held: context.signals.held(gpu) - 1,
            slowness: handoffs.slowness[gpu as usize],
            handoff: SimDuration::ZERO,
        })
    }

    /// The cheapest other GPU with a slot and with room for prompt and output, if it costs less than `limit`; the lower
    /// index among equals.
    fn cheapest_remote<S: Sink>(
        &mut self,
        slot: u32,
        from: u32,
        limit: f64,
        context: &mut Context<'_, Progress, S>,
    ) -> Option<Remote> {
        if limit <= 0.0 {
            return None;
        }
        self.renew_destinations(context);
        let handoffs = self.handoffs.as_ref()?;
        let need = self.need_of(slot, context).whole;
        let bytes = self.settings.bytes(u64::from(context.requests.get(slot).prompt()));
        let candidates = handoffs.topology.classes().iter().filter_map(|class| {
            let range = class.first..class.first + class.n;
            let (held, gpu) = handoffs.destinations.least_loaded(range, need.get(), from)?;
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

    fn renew_destinations<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        let Some(handoffs) = &mut self.handoffs else { return };
        while let Some(gpu) = handoffs.stale.pop() {
            let entry = &self.gpus[gpu as usize];
            let open = entry.has_slot() && context.has_place(gpu);
            let free = entry.capacity - entry.levels.held;
            handoffs.destinations.set(gpu, open.then(|| (context.signals.held(gpu), free.get())));
        }
    }

    /// Takes a slot and the memory at the destination, then lets the prompt's cache go.
    fn start_handoff<S: Sink>(&mut self, slot: u32, remote: &Remote, context: &mut Context<'_, Progress, S>) {
        let (to, bytes) = (remote.gpu, self.need_of(slot, context).whole);
        let request = context.requests.get_mut(slot);
        let from = request.here().expect("a prefilled request holds memory").gpu;
        request.own.state = State::Transferring;
        request.own.there = to;
        request.journey.start_handoff(context.now);
        let (number, charge) = (request.journey.number, request.charge);
        let moving = self.settings.bytes(u64::from(request.prompt()));
        let source = &mut self.gpus[from as usize].levels;
        source.prefill -= 1;
        source.transferring += 1;
        let destination = &mut self.gpus[to as usize].levels;
        destination.transferring += 1;
        destination.held += bytes;
        context.hold(to, charge);
        self.settle_in(to, slot, context);
        self.touch(to);
        self.touch(from);
        let handoffs = self.handoffs.as_mut().expect("caches move where they can");
        let mover = Mover { to, number, slot };
        handoffs.transfers.start(mover, from, moving, &remote.way, &handoffs.topology, context.now);
        context.emit(slot, Event::HandoffStarted { from, to, bytes: moving });
    }

    /// Gives the source back and decodes at the destination, whose slot and memory are held already.
    pub(super) fn end_handoff<S: Sink>(&mut self, slot: u32, context: &mut Context<'_, Progress, S>) {
        let request = context.requests.get_mut(slot);
        let source = request.here().expect("a moving cache has a source");
        let destination = request.there(&self.settings).expect("a moving cache has a destination");
        request.own.state = State::Prefilled;
        request.own.bytes = destination.bytes;
        request.journey.go_to(destination.gpu);
        let (touched, charge) = (request.own.touched, request.charge);
        context.emit(slot, Event::HandoffFinished { from: source.gpu, to: destination.gpu });
        self.gpus[source.gpu as usize].levels.transferring -= 1;
        self.gpus[destination.gpu as usize].levels.transferring -= 1;
        self.forget(source, touched, slot);
        self.give_back(source, charge, context);
        self.renew(slot, Touch::HandoffEnd, context);
        self.changed.insert(destination.gpu);
        self.decode(slot, destination.gpu, Bytes::ZERO, context);
    }

    /// A request begins its decode on the GPU where it lies, with so much more memory than it held.
    #[inline]
    fn decode<S: Sink>(&mut self, slot: u32, gpu: u32, more: Bytes, context: &mut Context<'_, Progress, S>) {
        let (number, output) = context.change(slot, Event::DecodeStarted { gpu }, |request| {
            request.own.state = State::Decode;
            request.own.bytes += more;
            (request.journey.number, request.output())
        });
        self.gpus[gpu as usize].begin(Stage::Decode, output, Ticket { number, slot }, context.now);
        self.touch_again(gpu);
        self.renew(slot, Touch::DecodeStart, context);
    }
}
