//! `diurnal`: a day's swing, a cosine around the mean.
//!
//! With the swing `a = (X - 1)/(X + 1)` for a peak-to-trough ratio X and `w = 2 pi / period`, the rate at time `t`
//! of the run is `mean (1 + a cos w (t - peak))`, its integral `mean (t + a/w sin w (t - peak))` up to a constant.

use std::f64::consts::TAU;

use super::{Entry, PER_SECOND, Rate, STEP};
use crate::model::{Bound, Field, Form, Spec};
use crate::units::Dimension;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("diurnal", "a daily swing: a cosine around the mean, on the run's clock").arguments(&[
        Field::required("mean", Form::Quantity(Dimension::REQUEST_RATE), "the mean over a period")
            .within(PER_SECOND),
        Field::required(
            "peak_to_trough",
            Form::Quantity(Dimension::NUMBER),
            "the highest rate over the lowest",
        )
        .within(Bound::Between(1.0, 1e6)),
        Field::required(
            "peak_at",
            Form::Quantity(Dimension::TIME),
            "when the rate is highest, on the run's clock",
        )
        .within(Bound::Between(0.0, 17_280_000.0)),
        Field::optional("period", Form::Quantity(Dimension::TIME), "from peak to peak")
            .within(STEP)
            .or("24 h"),
    ]),
    build: |choice, start| {
        let ratio = number(choice, "peak_to_trough")?;
        let swing = (ratio - 1.0) / (ratio + 1.0);
        let angular = TAU / number(choice, "period")?;
        let phase = angular * (start.as_secs_f64() - number(choice, "peak_at")?);
        Ok(Box::new(Diurnal::new(number(choice, "mean")?, swing, angular, phase)))
    },
};

struct Diurnal {
    mean: f64,
    /// From 0, no swing, up to 1, where the trough is empty.
    swing: f64,
    /// Radians a second.
    angular: f64,
    /// Radians at the workload's start, counted from the peak.
    phase: f64,
    /// The sine at the start, which the cumulative counts from.
    sine_at_start: f64,
}

impl Diurnal {
    fn new(mean: f64, swing: f64, angular: f64, phase: f64) -> Diurnal {
        Diurnal { mean, swing, angular, phase, sine_at_start: libm::sin(phase) }
    }
}

impl Rate for Diurnal {
    fn cumulative(&self, seconds: f64) -> f64 {
        let sine = libm::sin(self.angular * seconds + self.phase);
        self.mean * (seconds + self.swing / self.angular * (sine - self.sine_at_start))
    }

    /// Newton's method, kept inside a bracket: the cumulative strays from the straight line by at most
    /// `2 a / w` seconds' worth. It ends where the error left by a step, at most `a w / 2 (1 - a)` times its square,
    /// is below the tolerance.
    fn time_of(&self, mass: f64, after: f64) -> Option<f64> {
        const TOLERANCE_S: f64 = 1e-13;
        let line = mass / self.mean;
        let stray = 2.0 * self.swing / self.angular;
        let curvature = self.swing * self.angular / (2.0 * (1.0 - self.swing));
        let (mut low, mut high) = ((line - stray).max(after), line + stray);
        let mut time = low;
        // Bisection alone would need 60 steps.
        for _ in 0..100 {
            let (sine, cosine) = libm::sincos(self.angular * time + self.phase);
            let cumulative = self.mean * (time + self.swing / self.angular * (sine - self.sine_at_start));
            if cumulative < mass {
                low = time;
            } else {
                high = time;
            }
            let rate = self.mean * (1.0 + self.swing * cosine);
            let newton = time + (mass - cumulative) / rate;
            let inside = low < newton && newton < high;
            let next = if inside { newton } else { 0.5 * (low + high) };
            let step = (next - time).abs();
            time = next;
            let error = if inside { curvature * step * step } else { step };
            if error <= TOLERANCE_S + 2.0 * f64::EPSILON * time {
                break;
            }
        }
        Some(time.max(after))
    }
}
