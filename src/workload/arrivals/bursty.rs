//! `bursty`: Poisson arrivals that switch between a busy and a quiet rate.
//!
//! Busy and quiet periods have exponential lengths in real time (a Markov-modulated Poisson process of two states:
//! W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook", Performance
//! Evaluation 18, 1993). The workload's rate is multiplied by a factor in each, chosen so that its mean stays; the
//! first period is drawn as met at any moment.
//!
//! Periods are drawn one by one as long as requests are not much rarer than they are. Where the rate is constant and
//! thousands of periods pass between two requests, the number of cycles without one is drawn instead, and their
//! length at once: both are exact, since arrivals and switches compete without memory.

use super::{Arrivals, Entry, Process};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::units::Dimension;
use crate::workload::number;
use crate::workload::rates::Rate;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "bursty",
        "Poisson arrivals in bursts: busy and quiet periods of exponential length, with the same mean rate",
    )
    .arguments(&[
        Field::required("on", Form::Quantity(Dimension::TIME), "mean length of a busy period")
            .within(SHORTEST),
        Field::required("off", Form::Quantity(Dimension::TIME), "mean length of a quiet period")
            .within(SHORTEST),
        Field::optional(
            "quiet",
            Form::Quantity(Dimension::NUMBER),
            "the rate in quiet periods as a share of the rate in busy ones",
        )
        .within(Bound::Between(0.0, 1.0))
        .or("0%"),
    ]),
    build: |choice| {
        let (on, off, quiet) = (number(choice, "on")?, number(choice, "off")?, number(choice, "quiet")?);
        let busy_factor = (on + off) / (on + quiet * off);
        Ok(Arrivals::Open(Box::new(Bursty {
            mean_length: [off, on],
            factor: [quiet * busy_factor, busy_factor],
            period: None,
            now: 0.0,
            mass: 0.0,
        })))
    },
};

/// A millisecond: every period costs a draw, also where requests are rare.
const SHORTEST: Bound = Bound::AtLeast(0.001);

struct Bursty {
    /// Seconds of a quiet and of a busy period.
    mean_length: [f64; 2],
    /// The workload's rate is multiplied by this in a quiet and in a busy period.
    factor: [f64; 2],
    /// `None` until the first is drawn.
    period: Option<Period>,
    /// The last arrival or switch.
    now: f64,
    /// The rate's cumulative at `now`.
    mass: f64,
}

#[derive(Clone, Copy)]
struct Period {
    busy: bool,
    end: f64,
}

/// Requests expected in a busy and a quiet period together, below which cycles are skipped.
const RARE: f64 = 1e-3;

impl Process for Bursty {
    fn next(&mut self, rate: &dyn Rate, stream: &mut Stream) -> Option<f64> {
        let [off, on] = self.mean_length;
        if let Some(per_second) = rate.constant().filter(|per_second| per_second * (on + off) < RARE) {
            return Some(self.next_rare(per_second, stream));
        }
        let mut wanted = stream.exponential();
        loop {
            let period = match self.period {
                Some(period) => period,
                None => self.first_period(stream),
            };
            let factor = self.factor[usize::from(period.busy)];
            if factor > 0.0 {
                let mass = self.mass + wanted / factor;
                if let Some(time) = rate.time_of(mass, self.now)
                    && time < period.end
                {
                    (self.now, self.mass) = (time, mass);
                    return Some(time);
                }
            }
            if rate.end().is_some_and(|end| period.end >= end) {
                return None;
            }
            let mass = rate.cumulative(period.end);
            wanted = (wanted - factor * (mass - self.mass)).max(0.0);
            (self.now, self.mass) = (period.end, mass);
            let busy = !period.busy;
            self.period = Some(self.drawn_period(busy, stream));
        }
    }
}

impl Bursty {
    fn first_period(&mut self, stream: &mut Stream) -> Period {
        let [off, on] = self.mean_length;
        let busy = stream.uniform() * (on + off) < on;
        let period = self.drawn_period(busy, stream);
        self.period = Some(period);
        period
    }

    /// The next arrival at a constant rate at which most cycles of two periods have none.
    ///
    /// In a period, an arrival of rate `a` and a switch of rate `s` compete: the arrival is first with probability
    /// `a / (a + s)`, and whichever it is comes after an exponential time of rate `a + s`.
    fn next_rare(&mut self, per_second: f64, stream: &mut Stream) -> f64 {
        let period = match self.period {
            Some(period) => period,
            None => self.first_period(stream),
        };
        let here = usize::from(period.busy);
        let there = 1 - here;
        let rates = [0, 1].map(|busy| (per_second * self.factor[busy], 1.0 / self.mean_length[busy]));
        let first = rates.map(|(arrival, switch)| arrival / (arrival + switch));
        let step = rates.map(|(arrival, switch)| 1.0 / (arrival + switch));
        // From one entry of this kind of period to the next without an arrival in between.
        let missed = libm::log1p(-first[0]) + libm::log1p(-first[1]);
        let cycles = libm::floor(stream.exponential() / -missed);
        if cycles > 0.0 {
            self.now += step[0] * stream.gamma(cycles) + step[1] * stream.gamma(cycles);
        }
        self.now += step[here] * stream.exponential();
        let arrives_here = first[here] / (first[here] + (1.0 - first[here]) * first[there]);
        let at = if stream.uniform() < arrives_here { here } else { there };
        if at == there {
            self.now += step[there] * stream.exponential();
        }
        self.mass = per_second * self.now;
        self.period = Some(self.drawn_period(at == 1, stream));
        self.now
    }

    fn drawn_period(&self, busy: bool, stream: &mut Stream) -> Period {
        Period { busy, end: self.now + self.mean_length[usize::from(busy)] * stream.exponential() }
    }
}
