//! How an expectation fared, and which of two verdicts binds.

use serde::{Deserialize, Serialize};

use crate::units::{Dimension, SimTime};

/// How an expectation fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nothing was measured; counts as a failure.
    #[serde(rename = "no data")]
    NoData,
}

impl Status {
    /// As in reports: `pass`, `fail`, `no data`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::NoData => "no data",
        }
    }
}

/// The judgement of one expectation in one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How it fared.
    pub status: Status,
    /// The binding value in base units, where there is one.
    pub value: Option<f64>,
    /// The limit it was held against, in base units.
    pub limit: Option<f64>,
    /// Signed distance to the limit: positive when it holds, zero on the limit itself.
    pub margin: Option<f64>,
    /// The dimension of the three.
    pub dimension: Dimension,
    /// Whether they are shares, to be shown in per cent.
    pub share: bool,
    /// A sentence on when the limit was first exceeded, or why there is no data.
    pub detail: Option<String>,
    /// Where a condition over time was lost: an instant to look at.
    pub at: Option<SimTime>,
}

impl Verdict {
    /// Nothing was measured.
    pub(super) fn no_data(reason: impl Into<String>) -> Verdict {
        Verdict {
            status: Status::NoData,
            value: None,
            limit: None,
            margin: None,
            dimension: Dimension::NUMBER,
            share: false,
            detail: Some(reason.into()),
            at: None,
        }
    }

    /// A value against a limit.
    pub(super) fn measured(
        holds: bool,
        value: f64,
        limit: f64,
        margin: f64,
        dimension: Dimension,
    ) -> Verdict {
        if ![value, limit, margin].iter().all(|number| number.is_finite()) {
            return Verdict::no_data("a number is too large to compare");
        }
        Verdict {
            status: if holds { Status::Pass } else { Status::Fail },
            value: Some(value),
            limit: Some(limit),
            margin: Some(margin),
            dimension,
            share: false,
            detail: None,
            at: None,
        }
    }

    /// Shown in per cent.
    pub(super) fn shown_as_share(self, share: bool) -> Verdict {
        Verdict { share, ..self }
    }

    pub(super) fn with_detail(self, detail: impl Into<String>) -> Verdict {
        Verdict { detail: Some(detail.into()), ..self }
    }

    pub(super) fn lost_at(self, at: Option<SimTime>) -> Verdict {
        Verdict { at, ..self }
    }

    /// The margin as a share of the limit; `None` beside a limit of zero.
    #[must_use]
    pub fn relative_margin(&self) -> Option<f64> {
        let limit = self.limit.filter(|limit| *limit != 0.0)?;
        self.margin.map(|margin| margin / limit.abs()).filter(|share| share.is_finite())
    }

    /// Whether this one lies further on the wrong side of its limit than `other`, or nearer to it; limits of
    /// different dimensions are compared by share.
    pub(super) fn is_tighter_than(&self, other: &Verdict) -> bool {
        let of = |verdict: &Verdict| match (verdict.relative_margin(), verdict.margin) {
            (Some(share), _) => share,
            (None, Some(margin)) => margin,
            (None, None) => 0.0,
        };
        of(self) < of(other)
    }

    /// Whether this one is the one to report where all must hold: one that fails decides, even beside one without
    /// data.
    pub(super) fn is_worse_than(&self, other: &Verdict) -> bool {
        let severity = |verdict: &Verdict| match verdict.status {
            Status::Pass => 0,
            Status::NoData => 1,
            Status::Fail => 2,
        };
        let (own, others) = (severity(self), severity(other));
        own > others || (own == others && self.is_tighter_than(other))
    }
}

/// A time with at most six digits, for sentences.
#[must_use]
pub fn shown(time: SimTime) -> SimTime {
    let ps = time.as_ps();
    let surplus = ps.checked_ilog10().map_or(0, |digits| (digits + 1).saturating_sub(6));
    let unit = 10_u64.pow(surplus);
    SimTime::from_ps(ps.saturating_add(unit / 2) / unit * unit)
}
