//! The columns that a run keeps: one push for each time of a request when it is over.

use super::column::Column;
use super::sample::{EndsWith, Sample};
use crate::engine::Journey;
use crate::units::SimTime;

/// By kind of sample; `None` where it is not asked for.
#[derive(Debug)]
pub(super) struct Columns([Option<Column>; Sample::EACH.len()]);

impl Columns {
    /// For samples of these kinds.
    pub(super) fn new(samples: impl Iterator<Item = Sample>) -> Columns {
        let mut columns = Columns(Default::default());
        for sample in samples {
            columns.0[sample as usize] = Some(Column::default());
        }
        columns
    }

    /// Keeps the times of a request that are over at `at` because of `what`; handoffs are [kept](Columns::push)
    /// with their time.
    // Where it is called it is known what ends a time, so that each sample is one test and one push.
    #[inline(always)]
    pub(super) fn keep(&mut self, what: EndsWith, journey: &Journey, at: SimTime) {
        match what {
            EndsWith::FirstExecution => self.keep_one(Sample::Queue, journey, at),
            EndsWith::FirstToken => {
                self.keep_one(Sample::Ttft, journey, at);
                self.keep_one(Sample::Prefill, journey, at);
            }
            EndsWith::Handoff => {}
            EndsWith::Finish => {
                self.keep_one(Sample::Latency, journey, at);
                self.keep_one(Sample::Tpot, journey, at);
                self.keep_one(Sample::Decode, journey, at);
            }
        }
    }

    #[inline(always)]
    fn keep_one(&mut self, sample: Sample, journey: &Journey, at: SimTime) {
        if let Some(column) = &mut self.0[sample as usize]
            && let Some(time) = sample.of(journey, at)
        {
            column.push(time);
        }
    }

    /// Keeps a time of a kind, where it is asked for.
    pub(super) fn push(&mut self, sample: Sample, time: u64) {
        if let Some(column) = &mut self.0[sample as usize] {
            column.push(time);
        }
    }

    /// Those that are kept.
    pub(super) fn into_each(self) -> impl Iterator<Item = (Sample, Column)> {
        Sample::EACH.into_iter().zip(self.0).filter_map(|(sample, column)| Some((sample, column?)))
    }
}
