//! The pool against its oracle, and against what was published of a recorded trace.

#[path = "../../../tests/support/data.rs"]
mod data;

use std::cell::RefCell;
use std::rc::Rc;

use super::naive::{Naive, Token};
use super::{BlockPool, Content, Found, Holding, Index};
use crate::workload::Stretch;

/// A linear congruence is random enough to visit every shape of tree.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// One request of the random systems.
struct Running {
    stretches: Option<Vec<Stretch>>,
    tokens: u64,
    /// Tokens of the prompt.
    prompt: u64,
    holding: Holding,
    /// Blocks it has.
    in_all: u64,
}

/// The tokens of a content one by one, read off its stretches without the code under test.
fn spell(stretches: &[Stretch], tokens: u64) -> Vec<Token> {
    let mut spelt = Vec::new();
    for (index, stretch) in stretches.iter().enumerate() {
        let left = tokens - spelt.len() as u64;
        let n = if index + 1 == stretches.len() { left } else { u64::from(stretch.tokens).min(left) };
        spelt.extend((0..n).map(|at| (stretch.text, at)));
    }
    spelt
}

struct System {
    draws: Draws,
    block_size: u64,
    pool: BlockPool,
    naive: Naive,
    running: Vec<Running>,
    /// Every content seen, to compare what is cached of it.
    seen: Vec<(Vec<Stretch>, u64)>,
    /// What the systems put to the test.
    n_found: u64,
    n_evicted: u64,
    n_copies: u64,
}

impl System {
    fn new(seed: u64) -> System {
        let mut draws = Draws(seed);
        let size = 4 + draws.below(30);
        let block_size = [1, 2, 3, 4][draws.below(4) as usize];
        System::of(draws, size, block_size)
    }

    fn of(draws: Draws, size: u64, block_size: u32) -> System {
        System {
            draws,
            block_size: u64::from(block_size),
            pool: BlockPool::new(size, block_size, true),
            naive: Naive::new(size, block_size),
            running: Vec::new(),
            seen: Vec::new(),
            n_found: 0,
            n_evicted: 0,
            n_copies: 0,
        }
    }

    /// One or more short beginnings of few texts, so that most contents have something in common.
    fn stretches(&mut self) -> Vec<Stretch> {
        let n = 1 + self.draws.below(3);
        let stretch = |draws: &mut Draws| Stretch { text: draws.below(3), tokens: draws.below(9) as u32 };
        (0..n).map(|_| stretch(&mut self.draws)).collect()
    }

    fn step(&mut self) {
        match self.draws.below(10) {
            0..=3 => self.arrive(),
            4..=5 => self.grow(),
            6 => self.publish(),
            _ => self.end(),
        }
        assert_eq!(self.pool.free(), self.naive.free(), "free blocks");
        if self.draws.below(4) == 0 {
            self.compare();
        }
    }

    fn arrive(&mut self) {
        let stretches = self.stretches();
        let named = self.draws.below(5) > 0;
        let prompt = stretches.iter().map(|stretch| u64::from(stretch.tokens)).sum::<u64>().max(1);
        let content = Content::new(&stretches, prompt);
        let spelt = spell(&stretches, prompt);
        let found = if named { self.pool.look_up(&content) } else { Found::default() };
        if named {
            assert_eq!((found.blocks, found.idle), self.naive.look_up(&spelt), "found of {stretches:?}");
        }
        let in_all = prompt.div_ceil(self.block_size);
        if in_all - found.blocks + found.idle > self.pool.free() {
            return;
        }
        self.n_found += found.blocks;
        let holding = self.pool.hold(&found);
        self.naive.hold(&spelt, found.blocks);
        self.take(in_all - found.blocks);
        if named {
            self.seen.push((stretches.clone(), prompt + 12));
        }
        let stretches = named.then_some(stretches);
        self.running.push(Running { stretches, tokens: prompt, prompt, holding, in_all });
    }

    fn take(&mut self, blocks: u64) {
        self.n_evicted += blocks.saturating_sub(self.naive.unused());
        self.pool.take(blocks);
        self.naive.take(blocks);
    }

    /// Several tokens at once, as a leap does.
    fn grow(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.draws.below(self.running.len() as u64) as usize;
        let tokens = self.running[index].tokens + self.draws.below(6);
        let more = tokens.div_ceil(self.block_size) - self.running[index].in_all;
        if more <= self.pool.free() {
            self.take(more);
            self.running[index].tokens = tokens;
            self.running[index].in_all += more;
        }
    }

    fn publish(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.draws.below(self.running.len() as u64) as usize;
        let request = &mut self.running[index];
        let Some(stretches) = &request.stretches else { return };
        let have = request.holding.blocks();
        let blocks = (request.prompt / self.block_size).max(have);
        self.n_copies += self.naive.publish(&spell(stretches, request.tokens), have, blocks);
        self.pool.publish(&mut request.holding, &Content::new(stretches, request.tokens), blocks);
    }

    /// It finishes, or is preempted with only a part computed.
    fn end(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.draws.below(self.running.len() as u64) as usize;
        let Running { stretches, tokens, prompt: _, holding, in_all } = self.running.swap_remove(index);
        let have = holding.blocks();
        let full = (self.draws.below(tokens + 1) / self.block_size).max(have);
        match stretches {
            Some(stretches) => {
                let spelt = spell(&stretches, tokens);
                self.n_copies += self.naive.publish(&spelt, have, full);
                self.naive.give_back(in_all - full);
                self.naive.leave(&spelt, full);
                self.pool.release(holding, Some(&Content::new(&stretches, tokens)), in_all, full);
            }
            None => {
                self.naive.give_back(in_all - full);
                self.naive.leave_nameless(full);
                self.pool.release(holding, None, in_all, full);
            }
        }
    }

    /// What has been evicted is what is no longer cached.
    fn compare(&mut self) {
        for (stretches, tokens) in &self.seen {
            let tokens = tokens / self.block_size * self.block_size;
            // One token more, so that a look-up may use all of them.
            let found = self.pool.look_up(&Content::new(stretches, tokens + 1));
            assert_eq!(found.blocks, self.naive.depth(&spell(stretches, tokens)), "cached of {stretches:?}");
        }
        self.pool.check();
    }
}

#[test]
fn agrees_with_a_cache_kept_block_by_block() {
    let (mut n_found, mut n_evicted, mut n_copies) = (0, 0, 0);
    for seed in 0..10_000 {
        let mut system = System::new(seed);
        for _ in 0..40 {
            system.step();
        }
        system.compare();
        while !system.running.is_empty() {
            system.end();
        }
        assert_eq!(system.pool.free(), system.pool.size(), "all is given back in system {seed}");
        n_found += system.n_found;
        n_evicted += system.n_evicted;
        n_copies += system.n_copies;
    }
    assert!(n_found > 40_000 && n_evicted > 40_000 && n_copies > 10_000, "{n_found} {n_evicted} {n_copies}");
}

/// Several replicas with one index of what they have.
struct Cluster {
    draws: Draws,
    block_size: u64,
    index: Rc<RefCell<Index>>,
    systems: Vec<System>,
    /// What the index said that was no longer there.
    n_late: u64,
}

impl Cluster {
    fn new(seed: u64) -> Cluster {
        let mut draws = Draws(seed);
        let block_size = 1 + draws.below(4) as u32;
        let index = Rc::new(RefCell::new(Index::new(block_size)));
        let systems = (0..1 + draws.below(5) as u32).map(|replica| {
            let size = 4 + draws.below(30);
            let mut system = System::of(Draws(draws.below(u64::MAX)), size, block_size);
            system.pool.enter_in(Rc::clone(&index), replica);
            system
        });
        let systems = systems.collect();
        Cluster { draws, block_size: u64::from(block_size), index, systems, n_late: 0 }
    }

    /// Leading blocks by replica.
    fn indexed(&self, content: &Content<'_>) -> Vec<u64> {
        let mut path = Vec::new();
        let index = self.index.borrow();
        index.find(content, &mut path);
        let mut indexed = vec![0; self.systems.len()];
        for step in &path {
            for (replica, blocks) in index.holders(*step) {
                let known = &mut indexed[replica as usize];
                assert!(blocks > *known, "each node adds to what is before it");
                *known = blocks;
            }
        }
        indexed
    }

    fn step(&mut self) {
        let n = self.systems.len() as u64;
        self.systems[self.draws.below(n) as usize].step();
        let system = self.draws.below(n) as usize;
        let n_seen = self.systems[system].seen.len() as u64;
        if n_seen > 0 {
            let (stretches, tokens) = self.systems[system].seen[self.draws.below(n_seen) as usize].clone();
            self.compare(&stretches, self.draws.0 % tokens + 1);
        }
        self.index.borrow().check();
    }

    /// Never less than there is; as much once every replica has been looked at.
    fn compare(&mut self, stretches: &[Stretch], tokens: u64) {
        let content = Content::new(stretches, tokens);
        let before = self.indexed(&content);
        let found: Vec<u64> =
            self.systems.iter_mut().map(|system| system.pool.look_up(&content).blocks).collect();
        assert!(before.iter().zip(&found).all(|(indexed, found)| indexed >= found), "{before:?} {found:?}");
        self.n_late += u64::from(before != found);
        assert_eq!(self.indexed(&content), found, "first {tokens} tokens of {stretches:?}");
    }

    /// Ends all requests and evicts all that is left.
    fn clear(&mut self) {
        for system in &mut self.systems {
            while !system.running.is_empty() {
                system.end();
            }
            system.pool.take(system.pool.size());
            system.pool.look_up(&Content::new(&[Stretch { text: 0, tokens: 1 }], 1 + self.block_size));
        }
        assert!(self.index.borrow().is_empty(), "what no replica holds is forgotten");
    }
}

#[test]
fn an_index_says_what_every_replica_would_find() {
    let (mut n_late, mut n_found) = (0, 0);
    for seed in 0..3_000 {
        let mut cluster = Cluster::new(seed);
        for _ in 0..120 {
            cluster.step();
        }
        cluster.clear();
        n_late += cluster.n_late;
        n_found += cluster.systems.iter().map(|system| system.n_found).sum::<u64>();
    }
    assert!(n_late > 1_000 && n_found > 40_000, "{n_late} {n_found}");
}

/// The conversations of Mooncake (FAST 2025) on one cache, as the README beside the trace counts them: every block of a
/// prompt is a full one, a request is over as soon as it came.
#[test]
fn finds_of_mooncake_what_is_published() {
    let Some(folder) = data::folder("finds_of_mooncake_what_is_published") else { return };
    let path = folder.join("traces/mooncake_fast25/conversation_trace.first30min.jsonl");
    let text = std::fs::read_to_string(path).expect("the trace is among the data");
    let ids = |line: &str| -> Vec<u64> {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row is an object");
        let ids = row["hash_ids"].as_array().expect("a row has hash ids");
        ids.iter().map(|id| id.as_u64().expect("a hash id is a number")).collect()
    };
    let requests: Vec<Vec<u64>> = text.lines().map(ids).collect();
    let rate = |size: u64| {
        let mut pool = BlockPool::new(size, 512, true);
        let (mut n_found, mut n_blocks) = (0, 0);
        for texts in &requests {
            let stretches: Vec<Stretch> =
                texts.iter().map(|text| Stretch { text: *text, tokens: 512 }).collect();
            let n = texts.len() as u64;
            // One token of output, so that every block of the prompt may be found.
            let content = Content::new(&stretches, 512 * n + 1);
            let found = pool.look_up(&content);
            let holding = pool.hold(&found);
            pool.take(n - found.blocks);
            pool.release(holding, Some(&content), n, n);
            n_found += found.blocks;
            n_blocks += n;
        }
        pool.check();
        format!("{:.4}", n_found as f64 / n_blocks as f64)
    };
    let found = [1_000, 3_000, 10_000, 30_000, 100_000].map(rate);
    assert_eq!(found, ["0.0433", "0.0641", "0.2056", "0.3126", "0.3409"]);
}
