//! What every request was, kept only where an expectation selects by more than a counter can answer.
//!
//! Row n is the request that arrived as number n, so rows rise with arrival and windows are ranges of rows. What only
//! sessions and prefix caches have is kept beside them, where there are any.

use std::collections::BTreeMap;
use std::ops::Range;

use super::quantile::Samples;
use super::sample::{EndsWith, Sample};
use super::tally::{Hits, Place, Tally};
use crate::model::Selection;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Arrived before `warmup`: in no count.
    Unmeasured,
    Unfinished,
    Finished,
    /// Within every bound of its `slo`.
    FinishedWell,
    Rejected,
    Evicted,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) arrival: u64,
    pub(super) workload: u16,
    /// Where it first executed, and its prompt was computed; `NOWHERE` before.
    pub(super) began: u32,
    /// Where it ended; `NOWHERE` before.
    pub(super) gpu: u32,
    /// Output tokens, once it has ended those of the GPU where it did.
    pub(super) output: u32,
    pub(super) fate: Fate,
    pub(super) place: Place,
}

/// A prompt and how much of it was cached, in tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    pub(super) prompt: u32,
    pub(super) cached: u32,
}

/// Not on any GPU.
pub(super) const NOWHERE: u32 = u32::MAX;

/// In place of a missing sample.
const NONE: u64 = u64::MAX;

/// All requests of a run.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    /// By workload, whether it has a `slo`.
    bound: Vec<bool>,
    rows: Vec<Row>,
    /// By row, turns of its session that are to follow; none past the end.
    left: Vec<u32>,
    /// By row, what it found in the prefix cache once it has looked; nothing past the end.
    looked: Vec<Option<Looked>>,
    /// Tokens in a block.
    block_size: u32,
    columns: Vec<(Sample, Vec<u64>)>,
    /// Output tokens of finished requests on GPUs that they had left, by row and GPU.
    elsewhere: BTreeMap<(usize, u32), u32>,
}

impl Rows {
    /// For workloads, each with whether it has a `slo`, and the tokens in a block.
    pub(super) fn new(samples: impl Iterator<Item = Sample>, bound: Vec<bool>, block_size: u32) -> Rows {
        let columns = samples.map(|sample| (sample, Vec::new())).collect();
        Rows {
            bound,
            rows: Vec::new(),
            left: Vec::new(),
            looked: Vec::new(),
            block_size,
            columns,
            elsewhere: BTreeMap::new(),
        }
    }

    /// The next request arrived, which `left` turns of its session are to follow.
    // Out of line, as the others that are called for each request: most runs have no rows.
    #[inline(never)]
    pub(super) fn push(&mut self, row: Row, left: u32) {
        if left > 0 {
            put(&mut self.left, self.rows.len(), left);
        }
        self.rows.push(row);
        for (_, column) in &mut self.columns {
            column.push(NONE);
        }
    }

    /// Request `number` ended.
    #[inline(never)]
    pub(super) fn end(&mut self, number: u64, gpu: u32, fate: Fate) {
        let number = usize::try_from(number).expect("every row has an address");
        let row = &mut self.rows[number];
        (row.gpu, row.fate) = (gpu, fate);
    }

    /// Request `number`, which has ended, generated that many tokens on each of some GPUs before it came to its last.
    #[inline(never)]
    pub(super) fn generated(&mut self, number: u64, elsewhere: &[(u32, u32)]) {
        let number = usize::try_from(number).expect("every row has an address");
        for (gpu, tokens) in elsewhere {
            *self.elsewhere.entry((number, *gpu)).or_default() += tokens;
            self.rows[number].output -= tokens;
        }
    }

    /// Request `number` executes for the first time.
    pub(super) fn begin(&mut self, number: u64, gpu: u32) {
        let number = usize::try_from(number).expect("every row has an address");
        self.rows[number].began = gpu;
    }

    /// Request `number` has looked into a prefix cache.
    pub(super) fn looked(&mut self, number: u64, looked: Looked) {
        let number = usize::try_from(number).expect("every row has an address");
        put(&mut self.looked, number, Some(looked));
    }

    /// Request `number` has the samples that `of` gives.
    #[inline(never)]
    pub(super) fn samples_of(&mut self, number: u64, of: impl Fn(Sample) -> Option<u64>) {
        let number = usize::try_from(number).expect("every row has an address");
        for (kind, column) in &mut self.columns {
            if let Some(sample) = of(*kind) {
                column[number] = sample;
            }
        }
    }

    /// Request `number` has a sample before it ends.
    pub(super) fn sample(&mut self, number: u64, kind: Sample, sample: u64) {
        let number = usize::try_from(number).expect("every row has an address");
        if let Some((_, column)) = self.columns.iter_mut().find(|(other, _)| *other == kind) {
            column[number] = sample;
        }
    }

    /// Whether samples of a kind are kept.
    pub(super) fn keeps(&self, sample: Sample) -> bool {
        self.columns.iter().any(|(kind, _)| *kind == sample)
    }

    /// When a row arrived, in picoseconds.
    pub(super) fn arrival(&self, row: usize) -> u64 {
        self.rows[row].arrival
    }

    /// The last arrival.
    pub(super) fn last_arrival(&self) -> Option<u64> {
        self.rows.last().map(|row| row.arrival)
    }

    /// The rows that arrived from `from` to `to`, in picoseconds, inclusive.
    pub(super) fn arrived(&self, from: u64, to: u64) -> Range<usize> {
        let start = self.rows.partition_point(|row| row.arrival < from);
        start..self.rows.partition_point(|row| row.arrival <= to).max(start)
    }

    /// The samples of those selected within a range of rows: of the GPUs on which the times were over.
    pub(super) fn samples(&self, sample: Sample, selection: &Selection, range: Range<usize>) -> Samples {
        let column = self.columns.iter().find(|(kind, _)| *kind == sample);
        let (_, column) = column.expect("a column that is asked for is in the demand of the run");
        let over_on = |row: &Row| match sample.ends_with() {
            EndsWith::FirstExecution | EndsWith::FirstToken => row.began,
            EndsWith::Handoff | EndsWith::Finish => row.gpu,
        };
        let is_selected = |row: &Row| selected_on(over_on(row), row, selection);
        let selected = range
            .filter(|index| column[*index] != NONE && is_selected(&self.rows[*index]))
            .map(|index| column[index]);
        Samples::new(&selected.collect())
    }

    /// The counts of those selected within a range of rows.
    pub(super) fn tally(&self, selection: &Selection, range: Range<usize>) -> Tally {
        let mut tally = Tally::default();
        for ((row, gpu), tokens) in self.elsewhere.range((range.start, 0)..(range.end, 0)) {
            if selected_on(*gpu, &self.rows[*row], selection) {
                tally.tokens += u64::from(*tokens);
            }
        }
        for (row, looked) in self.rows.iter().zip(&self.looked).take(range.end).skip(range.start) {
            if let Some(Looked { prompt, cached }) = *looked
                && selected_on(row.began, row, selection)
            {
                tally.hits.add(&Hits::of(prompt, cached, self.block_size));
            }
        }
        for index in range.filter(|index| selected(&self.rows[*index], selection)) {
            let row = &self.rows[index];
            let finished = matches!(row.fate, Fate::Finished | Fate::FinishedWell);
            tally.arrived += 1;
            tally.finished += u64::from(finished);
            tally.rejected += u64::from(row.fate == Fate::Rejected);
            tally.evicted += u64::from(row.fate == Fate::Evicted);
            tally.tokens += if finished { u64::from(row.output) } else { 0 };
            tally.bound += u64::from(self.bound[usize::from(row.workload)]);
            tally.good += u64::from(row.fate == Fate::FinishedWell);
            tally.sessions.begun += u64::from(row.place.begins());
            match row.fate {
                Fate::Finished | Fate::FinishedWell => tally.sessions.count_finished(row.place),
                Fate::Rejected | Fate::Evicted => {
                    tally.sessions.count_lost(row.place, self.left.get(index).copied().unwrap_or(0));
                }
                Fate::Unmeasured | Fate::Unfinished => {}
            }
        }
        tally
    }
}

/// Puts a value at an index; those before it that were not put are the default.
fn put<T: Clone + Default>(values: &mut Vec<T>, index: usize, value: T) {
    if values.len() <= index {
        values.resize(index + 1, T::default());
    }
    values[index] = value;
}

/// By workload and the GPU where it ended; time is a range of rows.
fn selected(row: &Row, selection: &Selection) -> bool {
    selected_on(row.gpu, row, selection)
}

/// By workload and a GPU that it was on.
fn selected_on(gpu: u32, row: &Row, selection: &Selection) -> bool {
    row.fate != Fate::Unmeasured
        && selection.workload.is_none_or(|workload| usize::from(row.workload) == workload)
        && selection.gpus.is_none_or(|gpus| (gpus.first..=gpus.last).contains(&(gpu as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_24_bytes() {
        assert_eq!(size_of::<Row>(), 24);
    }
}
