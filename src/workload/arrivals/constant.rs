//! `constant`: one request every `1 / rate`, the first at `start`.

use super::{Arrivals, Entry, Process};
use crate::model::Spec;
use crate::rng::Stream;
use crate::workload::rates::Rate;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("constant", "one request every 1/rate, the first at `start`"),
    build: |_| Ok(Arrivals::Open(Box::new(Constant { arrived: 0, last: 0.0 }))),
};

struct Constant {
    arrived: u64,
    last: f64,
}

impl Process for Constant {
    fn next(&mut self, rate: &dyn Rate, _: &mut Stream) -> Option<f64> {
        self.last = rate.time_of(self.arrived as f64, self.last)?;
        self.arrived += 1;
        Some(self.last)
    }

    fn next_block(&mut self, rate: &dyn Rate, _: &mut Stream, seconds: &mut [f64]) -> usize {
        for place in seconds.iter_mut() {
            *place = self.arrived as f64;
            self.arrived += 1;
        }
        let drawn = rate.times_of(seconds, self.last);
        self.last = seconds[..drawn].last().copied().unwrap_or(self.last);
        drawn
    }
}
