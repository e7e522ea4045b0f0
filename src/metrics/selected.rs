//! Questions about a part of a run: workloads, GPUs, times, windows.

use super::demand::{gaps_key, level_key};
use super::find;
use super::histogram::Histogram;
use super::info::Aggregate;
use super::levels::Level;
use super::outcome::Outcome;
use super::quantile::Samples;
use super::rows::Rows;
use super::sample::Sample;
use super::spec::{MetricSpec, Source, Statistic};
use super::tally::Tally;
use super::track;
use crate::model::{Metric, Selection};
use crate::units::{SimDuration, SimTime};

/// A metric over tumbling windows of arrival time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Windows {
    /// Those with samples, in order of time.
    pub values: Vec<Window>,
    /// How many had none.
    pub empty: u64,
}

/// A metric over the requests that arrived in one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Its number from time 0.
    pub index: u64,
    /// When it begins.
    pub from: SimTime,
    /// When the next one begins.
    pub to: SimTime,
    /// In base units.
    pub value: f64,
}

const PS_PER_SECOND: f64 = 1e12;

impl Outcome {
    /// A metric over each of its windows, from `warmup` to the last arrival; none where it has no windows.
    ///
    /// # Panics
    /// As [`Outcome::value`].
    #[must_use]
    pub fn windows(&self, metric: &Metric) -> Windows {
        let Some((length, (spec, statistic))) = metric.windows.zip(find(&metric.name)) else {
            return Windows::default();
        };
        let rows = self.rows.as_ref().expect("windows are in the demand of the run");
        let (from, to) = self.measured_part(metric.selection.during.unwrap_or((SimTime::ZERO, SimTime::MAX)));
        let (from, to) = (from.as_ps(), to.as_ps());
        // A rate is over as much of a window as is selected and as the run reaches into.
        let until = to.min(self.end().as_ps());
        let to = to.min(rows.last_arrival().unwrap_or(0));
        let length = length.as_ps().max(1);
        let all = rows.arrived(from, to);
        let mut windows = Windows::default();
        let mut next = all.start;
        while next < all.end {
            let index = rows.arrival(next) / length;
            let start = index * length;
            let end = start.saturating_add(length);
            let range = rows.arrived(start.max(from), (end - 1).min(to));
            next = range.end;
            let reached = end.min(until).saturating_sub(start.max(from));
            let seconds = reached as f64 / PS_PER_SECOND;
            let part = Part { tally: rows.tally(&metric.selection, range.clone()), seconds: Some(seconds) };
            let samples = |sample| rows.samples(sample, &metric.selection, range.clone());
            let value =
                if part.tally.arrived == 0 { None } else { self.read(spec, statistic, &part, samples) };
            if let Some(value) = value {
                windows.values.push(Window {
                    index,
                    from: SimTime::from_ps(start),
                    to: SimTime::from_ps(end),
                    value,
                });
            }
        }
        let overlapping = if from > to { 0 } else { to / length - from / length + 1 };
        windows.empty = overlapping - windows.values.len() as u64;
        windows
    }

    /// How many requests a percentile, a mean or a share is over; `None` for other metrics.
    ///
    /// # Panics
    /// As [`Outcome::value`].
    #[must_use]
    pub fn n(&self, metric: &Metric) -> Option<u64> {
        let (spec, _) = find(&metric.name)?;
        match spec.source {
            Source::Sample(sample) => Some(self.samples(sample, &metric.selection).len() as u64),
            Source::Share(read) => Some(read(&self.tally(&metric.selection)).1),
            Source::Found(_) => Some(self.tally(&metric.selection).hits.requests),
            Source::Gaps => Some(self.histogram(&metric.selection).len()),
            Source::Count(_)
            | Source::Rate(_)
            | Source::Level(_)
            | Source::KvUtilization
            | Source::Run(_)
            | Source::Steps(_)
            | Source::Cluster(_) => None,
        }
    }

    pub(super) fn select(
        &self,
        spec: &MetricSpec,
        statistic: Statistic,
        selection: &Selection,
    ) -> Option<f64> {
        match spec.source {
            Source::Level(level) => self.level(level, statistic.of, selection),
            Source::KvUtilization => self.kv_utilization(statistic.of, selection),
            Source::Gaps => gaps_of(self.histogram(selection), statistic.of),
            Source::Run(read) | Source::Steps(read) => read(&self.totals),
            Source::Cluster(read) => read(&self.totals.fleet),
            Source::Sample(sample) => statistic_of(&self.samples(sample, selection), statistic.of),
            Source::Count(_) | Source::Share(_) | Source::Rate(_) | Source::Found(_) => {
                let part = Part { tally: self.tally(selection), seconds: self.seconds(selection) };
                self.read(spec, statistic, &part, |sample| self.samples(sample, selection))
            }
        }
    }

    /// A metric of requests over those of one part.
    fn read(
        &self,
        spec: &MetricSpec,
        statistic: Statistic,
        part: &Part,
        samples: impl Fn(Sample) -> Samples,
    ) -> Option<f64> {
        match spec.source {
            Source::Count(read) => Some(read(&part.tally) as f64),
            Source::Share(read) => {
                let (part, whole) = read(&part.tally);
                (whole > 0).then(|| part as f64 / whole as f64)
            }
            Source::Rate(read) => {
                let seconds = part.seconds.filter(|seconds| *seconds > 0.0)?;
                Some(read(&part.tally)? as f64 / seconds)
            }
            Source::Sample(sample) => statistic_of(&samples(sample), statistic.of),
            Source::Found(read) => {
                let (part, whole) = read(&part.tally.hits);
                (whole > 0).then(|| part as f64 / whole as f64)
            }
            Source::Level(_)
            | Source::KvUtilization
            | Source::Gaps
            | Source::Run(_)
            | Source::Steps(_)
            | Source::Cluster(_) => None,
        }
    }

    /// What of a time is measured: nothing before `warmup`.
    fn measured_part(&self, (from, to): (SimTime, SimTime)) -> (SimTime, SimTime) {
        (from.max(self.measured_from), to)
    }

    /// What a rate is over: the time selected as far as it is measured and the run reaches, otherwise the makespan.
    fn seconds(&self, selection: &Selection) -> Option<f64> {
        match selection.during {
            None => self.totals.makespan.map(SimDuration::as_secs_f64),
            Some(during) => {
                let (from, to) = self.measured_part(during);
                let to = to.min(self.end());
                (from < to).then(|| to.since(from).as_secs_f64())
            }
        }
    }

    pub(super) fn tally(&self, selection: &Selection) -> Tally {
        let mut tally = Tally::default();
        match (selection.workload, selection.gpus, selection.during) {
            (None, None, None) => self.workloads.iter().for_each(|part| tally.add(part)),
            (Some(workload), None, None) => {
                self.workloads.get(workload).into_iter().for_each(|part| tally.add(part));
            }
            (None, Some(gpus), None) => {
                let gpus = self.gpus.iter().take(gpus.last.saturating_add(1)).skip(gpus.first);
                gpus.for_each(|(part, _)| tally.add(part));
            }
            _ => {
                let rows = self.rows();
                let (from, to) = selection.during.unwrap_or((SimTime::ZERO, SimTime::MAX));
                tally = rows.tally(selection, rows.arrived(from.as_ps(), to.as_ps()));
            }
        }
        tally
    }

    pub(super) fn samples(&self, sample: Sample, selection: &Selection) -> Samples {
        if *selection == Selection::default() && self.rows.is_none() {
            let column = self.columns.iter().find(|(kind, _)| *kind == sample);
            let (_, samples) = column.expect("a column that is asked for is in the demand of the run");
            return *samples;
        }
        let rows = self.rows();
        let (from, to) = selection.during.unwrap_or((SimTime::ZERO, SimTime::MAX));
        let range = rows.arrived(from.as_ps(), to.as_ps());
        rows.samples(sample, selection, range)
    }

    fn histogram(&self, selection: &Selection) -> &Histogram {
        let histogram = self.gaps.get(&gaps_key(selection));
        histogram.expect("gaps that are asked for are in the demand of the run")
    }

    /// Whether the run kept samples of a kind.
    pub(super) fn keeps(&self, sample: Sample) -> bool {
        let in_rows = self.rows.as_ref().is_some_and(|rows| rows.keeps(sample));
        in_rows || self.columns.iter().any(|(kind, _)| *kind == sample)
    }

    fn rows(&self) -> &Rows {
        self.rows.as_ref().expect("a selection that is asked for is in the demand of the run")
    }

    /// Of the blocks of the replicas selected.
    pub(super) fn kv_utilization(&self, of: Aggregate, selection: &Selection) -> Option<f64> {
        let (first, last) = selection.gpus.map_or((0, usize::MAX), |gpus| (gpus.first, gpus.last));
        let blocks = self.kv_blocks.iter().take(last.saturating_add(1)).skip(first);
        let blocks: u64 = blocks.fold(0, |sum, blocks| sum.saturating_add(*blocks));
        let held = self.level(Level::KvBlocks, of, selection)?;
        (blocks > 0).then(|| held / blocks as f64)
    }

    pub(super) fn level(&self, level: Level, of: Aggregate, selection: &Selection) -> Option<f64> {
        let n_gpus = selection.gpus.map_or(self.gpus.len(), |gpus| gpus.last - gpus.first + 1);
        let whole = self.levels.get(&level_key(level, selection.gpus));
        let whole = whole.expect("a level that is asked for is in the demand of the run");
        if self.end() < self.measured_from {
            return None;
        }
        let part = match selection.during {
            None => LevelPart::whole(whole, self.measured()),
            Some(during) => {
                let (from, to) = self.measured_part(during);
                LevelPart::between(whole, from, to)?
            }
        };
        Some(match of {
            Aggregate::Itself => part.last as f64,
            Aggregate::Max => part.max as f64,
            Aggregate::Min | Aggregate::Quantile(_) => return None,
            Aggregate::Integral => part.integral as f64 / PS_PER_SECOND,
            Aggregate::Mean => part.mean(),
            Aggregate::MeanPerGpu => part.mean() / n_gpus as f64,
        })
    }
}

/// The requests a number is about.
struct Part {
    tally: Tally,
    seconds: Option<f64>,
}

/// A level over a stretch of time.
struct LevelPart {
    integral: u128,
    length: u64,
    max: u64,
    last: u64,
}

impl LevelPart {
    fn whole(level: &track::Level, measured: SimDuration) -> LevelPart {
        LevelPart { integral: level.integral, length: measured.as_ps(), max: level.max, last: level.last }
    }

    /// `None` where the run does not reach.
    fn between(level: &track::Level, from: SimTime, to: SimTime) -> Option<LevelPart> {
        let series = level.series.as_ref().expect("a series that is asked for is in the demand of the run");
        let mut part: Option<LevelPart> = None;
        for piece in series.pieces(from, to) {
            let length = piece.to.since(piece.from).as_ps();
            let part = part.get_or_insert(LevelPart { integral: 0, length: 0, max: 0, last: 0 });
            part.integral += u128::from(piece.value) * u128::from(length);
            part.length += length;
            part.max = part.max.max(piece.value);
            part.last = piece.value;
        }
        part
    }

    /// Over an instant: the value there.
    fn mean(&self) -> f64 {
        if self.length == 0 { self.last as f64 } else { self.integral as f64 / self.length as f64 }
    }
}

/// A statistic of gaps between tokens in seconds; `None` over none.
fn gaps_of(gaps: &Histogram, of: Aggregate) -> Option<f64> {
    let seconds = |ps: u64| ps as f64 / PS_PER_SECOND;
    match of {
        Aggregate::Mean => gaps.mean_ps().map(|ps| ps / PS_PER_SECOND),
        Aggregate::Min => gaps.min().map(seconds),
        Aggregate::Max => gaps.max().map(seconds),
        Aggregate::Quantile(per_mille) => gaps.quantile(per_mille).map(seconds),
        Aggregate::Itself | Aggregate::Integral | Aggregate::MeanPerGpu => None,
    }
}

/// A statistic of samples in seconds; `None` over none.
fn statistic_of(samples: &Samples, of: Aggregate) -> Option<f64> {
    let seconds = |ps: u64| ps as f64 / PS_PER_SECOND;
    match of {
        Aggregate::Mean => {
            (samples.len() > 0).then(|| samples.sum() as f64 / samples.len() as f64 / PS_PER_SECOND)
        }
        Aggregate::Min => samples.min().map(seconds),
        Aggregate::Max => samples.max().map(seconds),
        Aggregate::Quantile(per_mille) => samples.quantile(per_mille).map(seconds),
        Aggregate::Itself | Aggregate::Integral | Aggregate::MeanPerGpu => None,
    }
}
