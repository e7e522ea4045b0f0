//! A stretch of time over which a rate changes linearly, or not at all.

/// The rate changes linearly.
pub(super) struct Ramp {
    pub(super) begin: f64,
    pub(super) duration: f64,
    /// Requests expected before it begins.
    pub(super) before: f64,
    /// Requests a second when it begins.
    pub(super) rate: f64,
    /// Requests a second gained every second.
    pub(super) slope: f64,
}

impl Ramp {
    /// Requests expected up to its end.
    pub(super) fn end(&self) -> f64 {
        self.before + self.duration * (self.rate + 0.5 * self.slope * self.duration)
    }

    /// Requests expected up to a time inside it.
    pub(super) fn cumulative(&self, seconds: f64) -> f64 {
        let elapsed = seconds - self.begin;
        self.before + elapsed * (self.rate + 0.5 * self.slope * elapsed)
    }

    /// When that many are expected, by the root of `rate x + slope x^2/2 = mass - before` in the form that does not cancel.
    pub(super) fn time_of(&self, mass: f64) -> f64 {
        let wanted = mass - self.before;
        let root = libm::sqrt((self.rate * self.rate + 2.0 * self.slope * wanted).max(0.0));
        let elapsed = if wanted > 0.0 { 2.0 * wanted / (self.rate + root) } else { 0.0 };
        self.begin + elapsed.min(self.duration)
    }
}
