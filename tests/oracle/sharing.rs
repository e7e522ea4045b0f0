//! `timing shared` against an oracle that knows no virtual clock: at every change of membership it brings what is left of
//! the work of every request up to date and computes every end anew, in fractions without rounding.
//!
//! Compared is what sharing decides, the ends, given what it does not decide: who enters when and who is evicted when. (A
//! whole system cannot be compared to the picosecond: one that ends a picosecond later lets others enter later, which
//! moves others' ends by more, so that after a hundred requests a difference has grown a hundredfold.)
//!
//! As in the engine a stage ends at the first picosecond at which its work is done. Between two changes lie whole
//! picoseconds then, `n` share each of them, and `n` is at most 16: all amounts of work are whole multiples of a
//! 720,720th of a picosecond (the least common multiple of 1 .. 16), so the fractions are integers over one denominator.
//! What one decode gets at most (`decode_per_request`) is a share with a denominator of at most 16, for the same reason.

use std::collections::VecDeque;

use kvs::engine::{Event, Journey, Levels, Sink};
use kvs::model::{Scenario, TraceRow, WorkloadSource};
use kvs::units::{Bytes, Ratio, SimTime, TokenRate, Tokens};
use kvs::workload::Request;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::support::{compile, run};

/// Parts of a picosecond.
const PARTS: i128 = 720_720;

/// One GPU, rates whose picoseconds a token are whole numbers, and requests.
struct System {
    slots: usize,
    cap: usize,
    prefill_ps: u64,
    decode_ps: u64,
    /// What one decode gets at most, a share of the rate; the denominator divides a picosecond's parts.
    ceiling: (u64, u64),
    vram: u64,
    rows: Vec<TraceRow>,
}

impl System {
    fn draw(number: u64) -> System {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let slots = random.random_range(1..=16);
        let n_rows = random.random_range(2..=60);
        let busy = random.random_range(1..=4);
        let mut at = 0;
        let tokens = |random: &mut ChaCha8Rng, most: u32| {
            Tokens::new(if random.random_bool(0.05) { 0 } else { random.random_range(1..most) })
        };
        let row = |index: usize| {
            if random.random_bool(0.8) {
                at += random.random_range(0..busy * 100_000_000_000);
            }
            let arrival = SimTime::from_ps(at);
            let (prompt, output) = (tokens(&mut random, 400), tokens(&mut random, 200));
            TraceRow { id: index.to_string(), arrival, prompt, output }
        };
        let rows = (0..n_rows).map(row).collect();
        let rates = [1_000_000_000, 640_000_000, 500_000_000, 1_250_000_000, 78_125];
        System {
            slots,
            cap: random.random_range(1..=slots),
            prefill_ps: rates[random.random_range(0..rates.len())],
            decode_ps: 2 * rates[random.random_range(0..rates.len())],
            ceiling: [(1, 1), (1, 1), (2, 3), (3, 7), (1, 4), (2, 11), (1, 16)][random.random_range(0..7)],
            vram: if random.random_bool(0.5) { 1_000_000 } else { 1500 },
            rows,
        }
    }

    fn scenario(&self, base: &Scenario) -> Scenario {
        let mut scenario = base.clone();
        let gpu = &mut scenario.cluster.groups[0].gpu;
        gpu.max_concurrent = self.slots as u32;
        gpu.vram = Bytes::new(self.vram);
        let throughput = gpu.throughput.as_mut().expect("phases");
        throughput.prefill = TokenRate::from_tokens_per_sec(1e12 / self.prefill_ps as f64);
        // Half of twice the rate: the efficiency counts.
        throughput.decode = TokenRate::from_tokens_per_sec(2e12 / self.decode_ps as f64);
        throughput.decode_efficiency = Ratio::new(0.5);
        throughput.decode_sharing_cap = self.cap as u32;
        // A ceiling of the whole rate is none.
        let (part, whole) = self.ceiling;
        let alone = 1e12 * part as f64 / (self.decode_ps * whole) as f64;
        throughput.decode_per_request = Some(TokenRate::from_tokens_per_sec(alone));
        scenario.workloads[0].source = WorkloadSource::Rows(self.rows.clone());
        scenario
    }
}

/// A stage of one request, in picoseconds.
#[derive(Clone, Copy, Debug)]
struct Visit {
    number: u64,
    entered: u64,
    work: u64,
    /// When it was done, or evicted; after the instant's ends in that case.
    left: u64,
    evicted: bool,
}

/// Work shared by at most `places`, what is left of it in parts; indices into the visits.
struct Station {
    places: usize,
    /// The most one gets in a picosecond, in parts.
    ceiling: i128,
    served: Vec<(usize, i128)>,
    waiting: VecDeque<(usize, i128)>,
    /// Changes of membership so far.
    changes: u64,
}

impl Station {
    fn fill(&mut self) {
        while self.served.len() < self.places {
            let Some(next) = self.waiting.pop_front() else { break };
            self.served.push(next);
            self.changes += 1;
        }
    }

    /// What each gets in a picosecond, in parts.
    fn share(&self) -> i128 {
        (PARTS / self.served.len() as i128).min(self.ceiling)
    }

    /// Whole picoseconds until the first is done.
    fn wait(&self) -> Option<u64> {
        let picoseconds = |left: i128| {
            let share = self.share();
            u64::try_from((left.max(0) + share - 1) / share)
        };
        self.served.iter().map(|&(_, left)| picoseconds(left).expect("systems are small")).min()
    }

    fn pass(&mut self, picoseconds: u64) {
        if self.served.is_empty() {
            return;
        }
        let share = self.share();
        for (_, left) in &mut self.served {
            *left -= i128::from(picoseconds) * share;
        }
    }

    /// Takes out those that are done, again and again as others take their places.
    fn take_done(&mut self) -> Vec<usize> {
        let mut done = Vec::new();
        while let Some(position) = self.served.iter().position(|(_, left)| *left <= 0) {
            done.push(self.served.remove(position).0);
            self.changes += 1;
            self.fill();
        }
        done
    }

    fn remove(&mut self, visit: usize) {
        self.waiting.retain(|(other, _)| *other != visit);
        self.served.retain(|(other, _)| *other != visit);
        self.changes += 1;
        self.fill();
    }
}

/// When each visit ends, and after how many changes of membership; in the order given, which is that of entering.
fn exact_ends(places: usize, ceiling: (u64, u64), visits: &[Visit]) -> Vec<Option<(u64, u64)>> {
    let mut ends = vec![None; visits.len()];
    let (part, whole) = (i128::from(ceiling.0), i128::from(ceiling.1));
    assert_eq!(PARTS % whole, 0, "a ceiling is a whole number of parts");
    let ceiling = PARTS / whole * part;
    let mut station = Station { places, ceiling, served: Vec::new(), waiting: VecDeque::new(), changes: 0 };
    let mut evictions: Vec<(u64, usize)> = (0..visits.len())
        .filter(|&index| visits[index].evicted)
        .map(|index| (visits[index].left, index))
        .collect();
    evictions.sort_unstable_by(|a, b| b.cmp(a));
    let (mut next, mut now) = (0, 0);
    loop {
        for visit in station.take_done() {
            ends[visit] = Some((now, station.changes));
        }
        while let Some((_, visit)) = evictions.pop_if(|(at, visit)| *at == now && *visit < next) {
            station.remove(visit);
        }
        while visits.get(next).is_some_and(|visit| visit.entered == now) {
            station.waiting.push_back((next, i128::from(visits[next].work) * PARTS));
            station.fill();
            next += 1;
        }
        let entry = visits.get(next).map(|visit| visit.entered - now);
        let eviction = evictions.last().map(|(at, _)| at - now);
        let Some(wait) = [station.wait(), entry, eviction].into_iter().flatten().min() else { return ends };
        station.pass(wait);
        now += wait;
    }
}

/// Writes down the visits to both stations and for how long each had something to do.
struct Watch<'a> {
    system: &'a System,
    prefill: Vec<Visit>,
    decode: Vec<Visit>,
    now: u64,
    levels: Levels,
    busy_prefill: u64,
    busy_decode: u64,
}

impl Watch<'_> {
    fn leave(&mut self, number: u64, evicted: bool) {
        let visits = self.decode.iter_mut().rev().chain(self.prefill.iter_mut().rev());
        let open = |visit: &&mut Visit| visit.number == number && visit.left == u64::MAX;
        if let Some(visit) = visits.into_iter().find(open) {
            (visit.left, visit.evicted) = (self.now, evicted);
        }
    }
}

impl Sink for Watch<'_> {
    fn advance(&mut self, to: SimTime) {
        let elapsed = to.as_ps() - self.now;
        self.busy_prefill += if self.levels.prefill > 0 { elapsed } else { 0 };
        self.busy_decode += if self.levels.decode > 0 { elapsed } else { 0 };
        self.now = to.as_ps();
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let (entered, number) = (at.as_ps(), journey.number);
        let Request { prompt, output, .. } = journey.request;
        let visit = |work| Visit { number, entered, work, left: u64::MAX, evicted: false };
        match event {
            Event::PrefillStarted { .. } => {
                self.prefill.push(visit(u64::from(prompt.get()) * self.system.prefill_ps));
            }
            Event::DecodeStarted { .. } => {
                self.decode.push(visit(u64::from(output.get()) * self.system.decode_ps));
            }
            Event::PrefillFinished { .. } | Event::Finished { .. } => self.leave(number, false),
            Event::Evicted { .. } => self.leave(number, true),
            _ => {}
        }
    }

    fn levels(&mut self, _at: SimTime, _gpu: u32, levels: &Levels) {
        self.levels = *levels;
    }
}

const N_SYSTEMS: u64 = 2000;

#[test]
fn sharing_agrees_with_exact_fractions() {
    let base = compile(
        "
gpu any { vram 1 TB; prefill 1000 tok/s; decode 100 tok/s }
model tiny { kv_bytes_per_token 1 B }
cluster { serves tiny; gpus any x 1 }
policy { reservation lazy; memory_pressure evict }
trace rows { r 0 1 1 }
",
    );
    let (mut most, mut n_evicted, mut n_ceilings) = (0, 0, 0);
    for number in 0..N_SYSTEMS {
        let system = &System::draw(number);
        let mut watch = Watch {
            system,
            prefill: Vec::new(),
            decode: Vec::new(),
            now: 0,
            levels: Levels::default(),
            busy_prefill: 0,
            busy_decode: 0,
        };
        run(&system.scenario(&base), 1, &mut watch);
        n_ceilings += u64::from(system.ceiling != (1, 1));
        for (visits, places, ceiling, busy) in [
            (&watch.prefill, usize::MAX, (1, 1), watch.busy_prefill),
            (&watch.decode, system.cap, system.ceiling, watch.busy_decode),
        ] {
            most = check_ends(number, visits, places, ceiling).max(most);
            check_work(number, visits, ceiling, busy);
            n_evicted += visits.iter().filter(|visit| visit.evicted).count();
        }
    }
    println!("{N_SYSTEMS} systems, at most {most} ps apart, {n_evicted} evicted while executing");
    assert!(n_evicted > 100, "evictions change the membership as well");
    assert!(n_ceilings > N_SYSTEMS / 2, "{n_ceilings} systems bound what a request gets");
}

/// Within a picosecond a change of membership; the most picoseconds that two ends were apart.
fn check_ends(number: u64, visits: &[Visit], places: usize, ceiling: (u64, u64)) -> u64 {
    let mut most = 0;
    for (visit, exact) in visits.iter().zip(exact_ends(places, ceiling, visits)) {
        match exact {
            Some((end, changes)) if !visit.evicted => {
                let apart = visit.left.abs_diff(end);
                assert!(apart <= changes, "system {number}: {visit:?}, exactly {end}");
                most = most.max(apart);
            }
            exact => assert!(exact.is_none() && visit.evicted, "system {number}: {visit:?}, {exact:?}"),
        }
    }
    most
}

/// No more work than there was time; and if no request was evicted and all of the rate may be used, no time wasted but what
/// rounding up the ends takes, below a picosecond each.
fn check_work(number: u64, visits: &[Visit], ceiling: (u64, u64), busy: u64) {
    let done = visits.iter().filter(|visit| !visit.evicted);
    let work: u64 = done.clone().map(|visit| visit.work).sum();
    assert!(work <= busy, "system {number}: {work} ps of work in {busy} ps");
    if done.count() == visits.len() && ceiling == (1, 1) {
        let n = visits.len() as u64;
        assert!(busy <= work + 2 * n, "system {number}: {busy} ps for {work} ps of work");
    }
}
