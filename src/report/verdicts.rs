//! The numbers of a verdict as text: value, limit and margin, and what a failure is in a sentence.

use super::number::{natural_in, natural_sized, percent_in, signed, significant};
use crate::expect::{Judgement, Status, Verdict};
use crate::model::{Comparison, Condition, Expectation};

/// The numbers of a verdict, in natural units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// What was measured.
    pub value: String,
    /// What it was held against.
    pub limit: String,
    /// How far apart, positive when it holds; of shares in points of a hundred.
    pub margin: String,
    /// The same as a share of the limit; `None` beside a limit of zero, where there is no distance, and of shares,
    /// whose margin is in per cent already.
    pub relative_margin: Option<String>,
}

/// Significant digits for people, unless two numbers need more to be told apart.
const DIGITS: usize = 4;

/// Digits that tell any two numbers apart.
const ALL_DIGITS: usize = 17;

/// The numbers of a verdict on a condition for people; `None` where nothing was measured.
///
/// Value and limit have the same unit where their sizes are alike, and where it fails digits enough to differ. Of an `==`
/// that holds the margin is what is left of its tolerance, to both sides.
#[must_use]
pub fn numbers(condition: &Condition, verdict: &Verdict) -> Option<Numbers> {
    let (value, limit, margin) = (verdict.value?, verdict.limit?, verdict.margin?);
    let [value_text, limit_text] = pair(verdict, value, limit);
    let margin_text =
        if verdict.share { points(margin) } else { natural_in(margin, verdict.dimension, DIGITS) };
    let is_equality = matches!(condition, Condition::Compare { operator: Comparison::Equal, .. });
    let signed = |text: &str, number: f64| match is_equality && number > 0.0 {
        true => format!("±{text}"),
        false => signed(text, number),
    };
    Some(Numbers {
        value: value_text,
        limit: limit_text,
        margin: signed(&margin_text, margin),
        relative_margin: verdict
            .relative_margin()
            .filter(|share| *share != 0.0 && !verdict.share)
            .map(|share| signed(&relative(share), share)),
    })
}

/// The value of a verdict, with `digits` significant digits.
#[must_use]
pub fn value_in(verdict: &Verdict, digits: usize) -> Option<String> {
    let value = verdict.value?;
    Some(if verdict.share { percent_in(value, digits) } else { natural_in(value, verdict.dimension, digits) })
}

/// Why a condition fails, where numbers say so: "it is `4 s`, `3.2 s` above the limit of `800 ms`".
#[must_use]
pub fn reason(condition: &Condition, verdict: &Verdict) -> Option<String> {
    let (value, limit) = (verdict.value?, verdict.limit?);
    let [value_text, limit_text] = pair(verdict, value, limit);
    let FailureWords { subject, limit_is, only } = failure_words(condition, true);
    if is_same(value, limit) {
        return Some(format!("{subject} `{value_text}`, exactly {limit_is}`{limit_text}`"));
    }
    let apart = (value - limit).abs();
    let distance = if verdict.share {
        format!("{} percentage points", significant(apart * 100.0, DIGITS))
    } else {
        format!("`{}`", natural_in(apart, verdict.dimension, DIGITS))
    };
    let side = if value > limit { "above" } else { "below" };
    Some(format!("{subject} `{value_text}`, {only}{distance} {side} {limit_is}`{limit_text}`"))
}

/// In how many runs an expectation holds and which of them decides, where there are several.
#[must_use]
pub fn over_runs(expectation: &Expectation, judgement: &Judgement) -> Option<String> {
    let Judgement { deciding_seed, worst, worst_seed, held, runs, .. } = judgement;
    if *runs < 2 {
        return None;
    }
    let Some(share) = expectation.in_runs else {
        return Some(format!("holds in {held} of {runs} runs; the worst has seed {worst_seed}"));
    };
    let worst = value_in(worst, DIGITS).unwrap_or_else(|| worst.status.name().to_owned());
    let needed = percent_in(share, DIGITS);
    Some(format!(
        "holds in {held} of {runs} runs, {needed} needed; seed {deciding_seed} decides, the worst is {worst} with seed \
         {worst_seed}"
    ))
}

/// The words of a failure.
struct FailureWords {
    /// What the value is of, up to its verb.
    subject: &'static str,
    limit_is: &'static str,
    only: &'static str,
}

/// `positive` unless below an odd number of `not`, where failing means that the condition holds.
fn failure_words(condition: &Condition, positive: bool) -> FailureWords {
    let windows = condition.metrics().iter().any(|mention| mention.metric.windows.is_some());
    let it = if windows { "in the worst window it is" } else { "it is" };
    let plain = |subject| FailureWords { subject, limit_is: "", only: "" };
    match condition {
        Condition::Compare { operator: Comparison::Equal, .. } => plain(it),
        Condition::Compare { operator: Comparison::NotEqual, .. } => {
            FailureWords { only: "only ", ..plain(it) }
        }
        Condition::Compare { .. } | Condition::Within { .. } if positive => {
            FailureWords { limit_is: "the limit of ", ..plain(it) }
        }
        Condition::Compare { .. } | Condition::Within { .. } => plain(it),
        Condition::Not(inner) => failure_words(inner, !positive),
        Condition::And(..) | Condition::Or(..) => plain("the part that decides is"),
        Condition::Always { .. } if positive => plain("at its worst it is"),
        Condition::Eventually { within: Some(_), .. } if !positive => plain("it came true after"),
        Condition::Always { .. } | Condition::Eventually { .. } => plain("at its closest it is"),
        Condition::Sustained { .. } => plain("the longest stretch is"),
    }
}

/// Value and limit.
fn pair(verdict: &Verdict, value: f64, limit: f64) -> [String; 2] {
    let (smaller, larger) = (value.abs().min(limit.abs()), value.abs().max(limit.abs()));
    let alike = smaller >= larger / 10.0;
    let text = |number: f64, digits: usize| match verdict.share {
        true => percent_in(number, digits),
        false if alike => natural_sized(number, larger, verdict.dimension, digits),
        false => natural_in(number, verdict.dimension, digits),
    };
    let must_differ = verdict.status == Status::Fail && !is_same(value, limit);
    let digits = (DIGITS..ALL_DIGITS)
        .find(|digits| !must_differ || text(value, *digits) != text(limit, *digits))
        .unwrap_or(ALL_DIGITS);
    [text(value, digits), text(limit, digits)]
}

/// Whether two numbers differ by no more than roundings do.
fn is_same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 2.0 * f64::EPSILON * one.abs().max(other.abs())
}

/// A difference of shares.
fn points(share: f64) -> String {
    format!("{} points", significant(share * 100.0, DIGITS))
}

/// A share of the limit: in per cent, or as a factor where that is easier to read.
fn relative(share: f64) -> String {
    const LARGEST_IN_PERCENT: f64 = 10.0;
    if share.abs() > LARGEST_IN_PERCENT {
        format!("{}x", significant(share, 3))
    } else {
        percent_in(share, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Term, Tolerance};
    use crate::units::Dimension;

    fn failed(value: f64, limit: f64, dimension: Dimension) -> Verdict {
        let (status, margin) = (Status::Fail, -(value - limit).abs());
        let (value, limit, margin) = (Some(value), Some(limit), Some(margin));
        Verdict { status, value, limit, margin, dimension, share: false, detail: None, at: None }
    }

    fn compare(operator: Comparison) -> Condition {
        let number = Term::Number(0.0, Dimension::TIME);
        Condition::Compare { left: number.clone(), operator, right: number, tolerance: Tolerance::Exact }
    }

    #[track_caller]
    fn check(condition: &Condition, verdict: &Verdict, expected: &str) {
        assert_eq!(reason(condition, verdict).as_deref(), Some(expected));
    }

    #[test]
    fn a_failure_is_described_in_a_true_sentence_whatever_was_asked() {
        let time = |value, limit| failed(value, limit, Dimension::TIME);
        let less = || compare(Comparison::Less);
        let eventually = |within| Condition::Eventually {
            condition: Box::new(less()),
            after: crate::units::SimTime::ZERO,
            within,
        };
        check(&less(), &time(4.0, 0.8), "it is `4 s`, `3.2 s` above the limit of `0.8 s`");
        check(&less(), &time(0.8, 0.8), "it is `800 ms`, exactly the limit of `800 ms`");
        check(
            &compare(Comparison::Greater),
            &time(0.7, 0.8),
            "it is `700 ms`, `100 ms` below the limit of `800 ms`",
        );
        check(&compare(Comparison::Equal), &time(0.7, 0.8), "it is `700 ms`, `100 ms` below `800 ms`");
        check(&compare(Comparison::NotEqual), &time(0.8, 0.8), "it is `800 ms`, exactly `800 ms`");
        check(
            &compare(Comparison::NotEqual),
            &time(0.81, 0.8),
            "it is `810 ms`, only `10 ms` above `800 ms`",
        );
        check(&Condition::Not(Box::new(less())), &time(0.7, 0.8), "it is `700 ms`, `100 ms` below `800 ms`");
        check(&eventually(None), &time(2.0, 1.0), "at its closest it is `2 s`, `1 s` above `1 s`");
        let not_within = Condition::Not(Box::new(eventually(Some(crate::units::SimDuration::ZERO))));
        check(&not_within, &time(2.0, 5.0), "it came true after `2 s`, `3 s` below `5 s`");
    }

    #[test]
    fn numbers_that_differ_look_different() {
        let verdict = failed(3.000_01, 3.0, Dimension::TIME);
        let found = reason(&compare(Comparison::Less), &verdict);
        assert_eq!(found.as_deref(), Some("it is `3.00001 s`, `10 us` above the limit of `3 s`"));
        let passed = Verdict { status: Status::Pass, ..verdict };
        assert_eq!(numbers(&compare(Comparison::Less), &passed).expect("measured").value, "3 s");
    }

    #[test]
    fn margins_can_be_read() {
        let far =
            numbers(&compare(Comparison::Less), &failed(13_737.0, 1.0, Dimension::TIME)).expect("measured");
        assert_eq!(far.relative_margin.as_deref(), Some("-13736x"));
        let share = Verdict { share: true, ..failed(0.996, 0.997, Dimension::NUMBER) };
        let numbers = numbers(&compare(Comparison::Less), &share).expect("measured");
        assert_eq!((numbers.margin.as_str(), numbers.relative_margin), ("-0.1 points", None));
        let less = compare(Comparison::GreaterOrEqual);
        check(&less, &share, "it is `99.6%`, 0.1 percentage points below the limit of `99.7%`");
    }
}
