//! Verdicts: status, value, limit, margin and what is said beside them.

use kvs::expect::{Status, Verdict, judge, judge_seeds};
use kvs::model::{
    Comparison, Condition, Expectation, GpuSelection, Metric, Operator, Selection, Term, Tolerance,
};
use kvs::units::{Dimension, SimDuration, SimTime};

use crate::fixture::{expect, metric, outcome, outcome_of, scenario};

/// Three requests take 100, 200 and 300 ms, one more is rejected; queues fill and drain.
const RUN: &str = "
    0    a1 arrives chat 1 2
    0    a2 arrives code 1 2
    0    a3 arrives chat 1 2
    0    gpu 0: 1 0 0 0
    100  a1 first token 0
    100  a1 finishes 0
    200  a2 first token 0
    200  a2 finishes 0
    200  gpu 0: 3 0 0 0
    200  gpu 1: 1 0 0 0
    250  a4 arrives chat 1 2
    250  a4 rejected
    300  a3 first token 0
    300  a3 finishes 0
    300  gpu 0: 2 0 0 0
    300  global queue 2
    600  gpu 0: 0 0 0 0
    700  global queue 0
    800  gpu 1: 0 0 0 0
    1000 end";

fn number(value: f64) -> Term {
    Term::Number(value, Dimension::NUMBER)
}

fn seconds(value: f64) -> Term {
    Term::Number(value, Dimension::TIME)
}

fn of(name: &str) -> Term {
    Term::Metric(metric(name))
}

fn compare(left: Term, operator: Comparison, right: Term) -> Condition {
    Condition::Compare { left, operator, right, tolerance: Tolerance::Exact }
}

fn equal(left: Term, right: Term, tolerance: Tolerance) -> Condition {
    Condition::Compare { left, operator: Comparison::Equal, right, tolerance }
}

fn less(name: &str, limit: f64) -> Condition {
    compare(of(name), Comparison::Less, number(limit))
}

fn verdict(condition: Condition) -> Verdict {
    verdict_of(RUN, condition)
}

fn verdict_of(script: &str, condition: Condition) -> Verdict {
    let expectation = expect("", condition);
    let outcome = outcome(script, &[&expectation]);
    judge(&expectation, &outcome, &|_| None)
}

/// Value, limit and margin to nine digits.
#[track_caller]
fn check(condition: Condition, status: Status, [value, limit, margin]: [f64; 3]) -> Verdict {
    let verdict = verdict(condition);
    let found = [verdict.value, verdict.limit, verdict.margin].map(|number| number.expect("it was measured"));
    assert_eq!(verdict.status, status, "{verdict:?}");
    for (found, expected) in found.into_iter().zip([value, limit, margin]) {
        assert!((found - expected).abs() <= 1e-9, "expected {:?}, {verdict:?}", [value, limit, margin]);
    }
    verdict
}

#[track_caller]
fn says(verdict: &Verdict, words: &str) {
    assert_eq!(verdict.detail.as_deref(), Some(words));
}

#[track_caller]
fn no_data(condition: Condition, reason: &str) {
    let verdict = verdict(condition);
    assert_eq!((verdict.status, verdict.value, verdict.margin), (Status::NoData, None, None));
    says(&verdict, reason);
}

#[test]
fn comparisons_have_a_signed_margin() {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let latency = || of("max_latency_ms");
    for (operator, limit, status, margin) in [
        (Less, 0.4, Status::Pass, 0.1),
        (Less, 0.3, Status::Fail, 0.0),
        (Less, 0.1, Status::Fail, -0.2),
        (LessOrEqual, 0.3, Status::Pass, 0.0),
        (Greater, 0.1, Status::Pass, 0.2),
        (Greater, 0.3, Status::Fail, 0.0),
        (GreaterOrEqual, 0.3, Status::Pass, 0.0),
        (GreaterOrEqual, 0.35, Status::Fail, -0.05),
        (Equal, 0.3, Status::Pass, 0.0),
        (Equal, 0.2, Status::Fail, -0.1),
        (NotEqual, 0.2, Status::Pass, 0.1),
        (NotEqual, 0.3, Status::Fail, 0.0),
    ] {
        let verdict = check(compare(latency(), operator, seconds(limit)), status, [0.3, limit, margin]);
        assert_eq!(verdict.dimension, Dimension::TIME);
    }
}

#[test]
fn the_measured_side_is_the_value_on_either_side() {
    check(compare(seconds(0.4), Comparison::Greater, of("max_latency_ms")), Status::Pass, [0.3, 0.4, 0.1]);
}

#[test]
fn equality_has_the_tolerance_it_was_given() {
    let latency = || of("max_latency_ms");
    // 300 ms against 299.5 ± 0.5 ms: on the edge, which counts.
    let digits = Tolerance::Digits(0.000_5);
    check(equal(latency(), seconds(0.299_5), digits), Status::Pass, [0.3, 0.299_5, 0.0]);
    check(equal(latency(), seconds(0.299_4), digits), Status::Fail, [0.3, 0.299_4, -0.000_1]);
    check(equal(latency(), seconds(0.25), Tolerance::Relative(0.2)), Status::Pass, [0.3, 0.25, 0.0]);
    check(equal(latency(), seconds(0.25), Tolerance::Relative(0.1)), Status::Fail, [0.3, 0.25, -0.025]);
    check(equal(latency(), seconds(0.25), Tolerance::Absolute(0.1)), Status::Pass, [0.3, 0.25, 0.05]);
    check(equal(of("finished"), number(3.0), Tolerance::Exact), Status::Pass, [3.0, 3.0, 0.0]);
}

#[test]
fn shares_equal_what_was_written_in_per_cent() {
    // 0.07 / 100 and 7 / 10000 differ in the last bit.
    let verdict = check(
        equal(of("reject_rate"), number(25.0 / 100.0), Tolerance::Exact),
        Status::Pass,
        [0.25, 0.25, 0.0],
    );
    assert!(verdict.share);
    let seven =
        || Term::Binary(Box::new(of("arrived")), Operator::Multiply, Box::new(number(7.0 / 40_000.0)));
    check(equal(seven(), number(0.07 / 100.0), Tolerance::Exact), Status::Pass, [0.0007, 0.0007, 0.0]);
    let at_most = compare(seven(), Comparison::LessOrEqual, number(0.07 / 100.0));
    check(at_most, Status::Pass, [0.0007, 0.0007, 0.0]);
}

#[test]
fn ranges_include_both_ends_and_show_the_nearer() {
    let within =
        |low, high| Condition::Within { left: of("max_latency_ms"), low: seconds(low), high: seconds(high) };
    check(within(0.2, 0.35), Status::Pass, [0.3, 0.35, 0.05]);
    check(within(0.28, 0.5), Status::Pass, [0.3, 0.28, 0.02]);
    check(within(0.1, 0.3), Status::Pass, [0.3, 0.3, 0.0]);
    check(within(0.4, 0.5), Status::Fail, [0.3, 0.4, -0.1]);
    check(within(0.1, 0.2), Status::Fail, [0.3, 0.2, -0.1]);
}

#[test]
fn arithmetic_over_metrics() {
    let binary = |left, operator, right| Term::Binary(Box::new(left), operator, Box::new(right));
    let ended = binary(of("finished"), Operator::Add, of("rejected"));
    check(equal(ended, of("arrived"), Tolerance::Exact), Status::Pass, [4.0, 4.0, 0.0]);
    let half = binary(number(0.5), Operator::Multiply, of("max_latency_ms"));
    check(compare(of("min_latency_ms"), Comparison::Less, half), Status::Pass, [0.1, 0.15, 0.05]);
    let negated = Term::Negated(Box::new(of("max_latency_ms")));
    check(compare(negated, Comparison::Less, seconds(0.0)), Status::Pass, [-0.3, 0.0, 0.3]);
    let rate = binary(of("tokens_generated"), Operator::Divide, of("makespan_ms"));
    let verdict = check(compare(rate, Comparison::Less, number(30.0)), Status::Pass, [20.0, 30.0, 10.0]);
    assert_eq!(verdict.dimension, Dimension::TOKEN_RATE);
    let by_zero = binary(of("arrived"), Operator::Divide, of("evicted"));
    no_data(compare(by_zero, Comparison::Less, number(1.0)), "a division by zero");
}

#[test]
fn logic_shows_the_part_that_decides() {
    let and = |left, right| Condition::And(Box::new(left), Box::new(right));
    let or = |left, right| Condition::Or(Box::new(left), Box::new(right));
    let not = |inner| Condition::Not(Box::new(inner));
    let (tight, wide, broken) = (less("finished", 4.0), less("finished", 30.0), less("finished", 2.0));
    let unknown = || less("p99_handoff_ms", 1.0);
    check(and(wide.clone(), tight.clone()), Status::Pass, [3.0, 4.0, 1.0]);
    check(and(tight.clone(), broken.clone()), Status::Fail, [3.0, 2.0, -1.0]);
    check(or(tight.clone(), wide.clone()), Status::Pass, [3.0, 30.0, 27.0]);
    check(or(broken.clone(), tight.clone()), Status::Pass, [3.0, 4.0, 1.0]);
    check(not(broken.clone()), Status::Pass, [3.0, 2.0, 1.0]);
    check(not(tight.clone()), Status::Fail, [3.0, 4.0, -1.0]);
    // What has no data is neither true nor false.
    let reason = "no request gave a sample for `p99_handoff_ms`";
    check(and(unknown(), broken.clone()), Status::Fail, [3.0, 2.0, -1.0]);
    check(or(unknown(), tight.clone()), Status::Pass, [3.0, 4.0, 1.0]);
    no_data(and(tight, unknown()), reason);
    no_data(or(broken, unknown()), reason);
    no_data(not(unknown()), reason);
}

fn always(condition: Condition, during: Option<(u64, u64)>) -> Condition {
    let during = during.map(|(from, to)| (SimTime::from_ms(from), SimTime::from_ms(to)));
    Condition::Always { condition: Box::new(condition), during }
}

#[test]
fn always_looks_at_every_instant() {
    // The queues hold 1 from 0, 4 from 200, 3 from 300, 1 from 600, 0 from 800 ms.
    let verdict = check(always(less("queue_depth", 5.0), None), Status::Pass, [4.0, 5.0, 1.0]);
    says(&verdict, "closest at `200 ms`");
    let verdict = check(always(less("queue_depth", 3.0), None), Status::Fail, [4.0, 3.0, -1.0]);
    says(&verdict, "first broken at `200 ms`, for `400 ms` in all, worst at `200 ms`");
    check(always(less("queue_depth", 3.0), Some((600, 1000))), Status::Pass, [1.0, 3.0, 2.0]);
    // The instant at the end of the span counts.
    check(always(less("queue_depth", 4.0), Some((0, 199))), Status::Pass, [1.0, 4.0, 3.0]);
    check(always(less("queue_depth", 4.0), Some((0, 200))), Status::Fail, [4.0, 4.0, 0.0]);
}

#[test]
fn what_holds_over_time_is_looked_at_from_the_end_of_the_warmup_on() {
    let mut scenario = scenario();
    scenario.run.warmup = SimTime::from_ms(600);
    let sustained = |name: &str| Condition::Sustained {
        condition: Box::new(less(name, 2.0)),
        duration: SimDuration::from_ms(400),
        during: None,
    };
    // The queues hold 4 and 3 before, 1 from 600, 0 from 800 ms.
    for (condition, value, words) in [
        (always(less("queue_depth", 3.0), None), 1.0, "closest at `600 ms`"),
        (always(less("queue_depth", 3.0), Some((0, 700))), 1.0, "closest at `600 ms`"),
        (sustained("queue_depth"), 0.4, "the longest stretch is `600 ms .. 1 s`"),
        (eventually(less("queue_depth", 2.0), 0, Some(100)), 0.0, "came true at `600 ms`"),
    ] {
        let expectation = expect("", condition);
        let outcome = outcome_of(&scenario, RUN, &[&expectation]);
        let verdict = judge(&expectation, &outcome, &|_| None);
        assert_eq!((verdict.status, verdict.value), (Status::Pass, Some(value)), "{verdict:?}");
        says(&verdict, words);
    }
    let early = Selection { during: Some((SimTime::ZERO, SimTime::from_ms(599))), ..Selection::default() };
    let expectation = expect(
        "",
        compare(
            Term::Metric(Metric { selection: early, ..metric("max_queue_depth") }),
            Comparison::Less,
            number(9.0),
        ),
    );
    let verdict = judge(&expectation, &outcome_of(&scenario, RUN, &[&expectation]), &|_| None);
    assert_eq!(verdict.status, Status::NoData);
    says(&verdict, "nothing is measured before the end of the warm-up, `600 ms`");
}

#[test]
fn a_system_that_drained_stays_as_it_is_and_one_that_was_cut_short_says_nothing_more() {
    let later = Some((1500, 2000));
    let sustained = |during| {
        let (from, to) = during;
        Condition::Sustained {
            condition: Box::new(less("queue_depth", 1.0)),
            duration: SimDuration::from_ms(400),
            during: Some((SimTime::from_ms(from), to)),
        }
    };
    check(always(less("queue_depth", 4.0), later), Status::Pass, [0.0, 4.0, 4.0]);
    // Empty from 800 ms on.
    check(sustained((0, SimTime::from_ms(1000))), Status::Fail, [0.2, 0.4, -0.2]);
    check(sustained((0, SimTime::from_ms(2000))), Status::Pass, [1.2, 0.4, 0.8]);
    check(sustained((900, SimTime::MAX)), Status::Pass, [0.5, 0.4, 0.1]);
    check(sustained((1500, SimTime::from_ms(1700))), Status::Fail, [0.2, 0.4, -0.2]);
    // Without a span only the run counts.
    let in_run = Condition::Sustained {
        condition: Box::new(less("queue_depth", 1.0)),
        duration: SimDuration::from_ms(400),
        during: None,
    };
    check(in_run, Status::Fail, [0.2, 0.4, -0.2]);

    let mut scenario = scenario();
    scenario.run.until = Some(SimTime::from_ms(1000));
    for condition in [
        always(less("queue_depth", 4.0), later),
        sustained((1500, SimTime::MAX)),
        eventually(less("queue_depth", 4.0), 1500, None),
    ] {
        let expectation = expect("", condition);
        let outcome = outcome_of(&scenario, RUN, &[&expectation]);
        let verdict = judge(&expectation, &outcome, &|_| None);
        assert_eq!(verdict.status, Status::NoData);
        says(&verdict, "the run ended at `1 s`, before `1.5 s`");
    }
}

#[test]
fn requests_of_a_time_after_the_run_are_not_said_to_lack_samples() {
    let during = Some((SimTime::from_ms(3_600_000), SimTime::from_ms(7_200_000)));
    let selection = Selection { during, ..Selection::default() };
    for name in ["throughput_tokens_per_sec", "p99_ttft_ms"] {
        let later = Term::Metric(Metric { selection: selection.clone(), ..metric(name) });
        no_data(
            compare(later, Comparison::Less, seconds(1.0)),
            "the run ended at `1 s`, before the time selected",
        );
    }
}

#[test]
fn levels_of_one_condition_change_at_different_times() {
    let on = |index| {
        let selection =
            Selection { gpus: Some(GpuSelection { first: index, last: index }), ..Selection::default() };
        Term::Metric(Metric { selection, ..metric("queue_depth") })
    };
    // Queue 0 and the global queue together hold 4 from 300 to 600 ms.
    let sum = Term::Binary(Box::new(on(0)), Operator::Add, Box::new(of("global_queue_depth")));
    let condition = compare(sum, Comparison::Less, number(4.0));
    let verdict = check(always(condition, None), Status::Fail, [4.0, 4.0, 0.0]);
    says(&verdict, "first broken at `300 ms`, for `300 ms` in all, worst at `300 ms`");
    // Queue 0 is empty before queue 1 is.
    check(always(compare(on(0), Comparison::GreaterOrEqual, on(1)), None), Status::Fail, [0.0, 1.0, -1.0]);
    // A number of the whole run beside a level.
    check(
        always(compare(on(0), Comparison::LessOrEqual, of("finished")), None),
        Status::Pass,
        [3.0, 3.0, 0.0],
    );
}

fn eventually(condition: Condition, after: u64, within: Option<u64>) -> Condition {
    Condition::Eventually {
        condition: Box::new(condition),
        after: SimTime::from_ms(after),
        within: within.map(SimDuration::from_ms),
    }
}

#[test]
fn eventually_waits_for_an_instant() {
    let empty = || equal(of("queue_depth"), number(0.0), Tolerance::Exact);
    let verdict = check(eventually(empty(), 300, Some(600)), Status::Pass, [0.5, 0.6, 0.1]);
    says(&verdict, "came true at `800 ms`");
    let verdict = check(eventually(empty(), 300, Some(400)), Status::Fail, [1.0, 0.0, -1.0]);
    says(&verdict, "not true from `300 ms` to `700 ms`; this is the closest");
    check(eventually(empty(), 300, None), Status::Pass, [0.0, 0.0, 0.0]);
    check(eventually(empty(), 900, Some(100)), Status::Pass, [0.0, 0.1, 0.1]);
    // The system drained: after the end it stays empty.
    check(eventually(empty(), 5000, Some(100)), Status::Pass, [0.0, 0.1, 0.1]);
}

#[test]
fn a_run_that_was_cut_short_says_nothing_about_later() {
    let script = "
        0    a1 arrives chat 1 2
        0    gpu 0: 1 0 0 0
        1000 end";
    let empty = || equal(of("queue_depth"), number(0.0), Tolerance::Exact);
    let verdict = verdict_of(script, eventually(empty(), 500, Some(600)));
    assert_eq!(verdict.status, Status::NoData);
    says(&verdict, "not true up to `1 s`, where the run was cut short");
    assert_eq!(verdict_of(script, eventually(empty(), 500, Some(500))).status, Status::Fail);
    assert_eq!(verdict_of(script, eventually(empty(), 1500, None)).status, Status::NoData);
    // Nothing is left at `until`, but more may have been on its way.
    let mut scenario = scenario();
    scenario.run.until = Some(SimTime::from_ms(1000));
    let expectation = expect("", eventually(empty(), 1500, None));
    let outcome = outcome_of(&scenario, "1000 end", &[&expectation]);
    assert_eq!(judge(&expectation, &outcome, &|_| None).status, Status::NoData);
}

#[test]
fn sustained_means_without_a_break() {
    let lasting = |limit, duration| Condition::Sustained {
        condition: Box::new(compare(of("queue_depth"), Comparison::Greater, number(limit))),
        duration: SimDuration::from_ms(duration),
        during: None,
    };
    let verdict = check(lasting(0.0, 800), Status::Pass, [0.8, 0.8, 0.0]);
    says(&verdict, "the longest stretch is `0 s .. 800 ms`");
    check(lasting(2.0, 300), Status::Pass, [0.4, 0.3, 0.1]);
    check(lasting(3.0, 300), Status::Fail, [0.1, 0.3, -0.2]);
    let never = check(lasting(9.0, 300), Status::Fail, [0.0, 0.3, -0.3]);
    says(&never, "true at no instant");
    check(Condition::Not(Box::new(lasting(3.0, 300))), Status::Pass, [0.1, 0.3, 0.2]);
}

#[test]
fn windows_must_each_hold() {
    let windowed = |length| {
        Term::Metric(Metric { windows: Some(SimDuration::from_ms(length)), ..metric("max_latency_ms") })
    };
    let all = check(compare(windowed(100), Comparison::Less, seconds(0.4)), Status::Pass, [0.3, 0.4, 0.1]);
    says(&all, "the worst of 1 windows is `0 s .. 100 ms`, 2 without samples were skipped");
    let broken =
        check(compare(windowed(100), Comparison::Less, seconds(0.2)), Status::Fail, [0.3, 0.2, -0.1]);
    says(&broken, "the worst of 1 windows is `0 s .. 100 ms`, 2 without samples were skipped");
    let handoffs =
        Term::Metric(Metric { windows: Some(SimDuration::from_ms(100)), ..metric("p99_handoff_ms") });
    no_data(compare(handoffs, Comparison::Less, seconds(1.0)), "all windows (3) are empty");
}

#[test]
fn another_scenario_is_asked_by_name() {
    let other = Metric { of: Some("other".to_owned()), ..metric("max_latency_ms") };
    let condition = compare(of("max_latency_ms"), Comparison::Less, Term::Metric(other));
    let expectation = expect("", condition);
    let slow =
        outcome("0 a1 arrives chat 1 2\n900 a1 first token 0\n900 a1 finishes 0\n900 end", &[&expectation]);
    let this = outcome(RUN, &[&expectation]);
    says(&judge(&expectation, &this, &|_| None), "scenario `other` was not run");
    let verdict = judge(&expectation, &this, &|name| (name == "other").then_some(&slow));
    assert_eq!((verdict.status, verdict.value, verdict.limit), (Status::Pass, Some(0.3), Some(0.9)));
}

#[test]
fn every_run_counts_unless_a_share_is_asked_for() {
    // `finished < limit`: three requests finish, so the margin is the limit less 3.
    let runs = |limits: &[f64]| -> Vec<(u64, Verdict)> {
        let verdicts = limits.iter().map(|limit| verdict(less("finished", *limit)));
        (7..).zip(verdicts).collect()
    };
    let judged = |limits: &[f64], in_runs| {
        let expectation = Expectation { in_runs, ..expect("", less("finished", 0.0)) };
        let judgement = judge_seeds(&expectation, &runs(limits));
        (judgement.status, judgement.worst_seed, judgement.held)
    };
    assert_eq!(judged(&[9.0, 5.0, 8.0], None), (Status::Pass, 8, 3));
    assert_eq!(judged(&[9.0, 2.0, 1.0], None), (Status::Fail, 9, 1));
    assert_eq!(judged(&[9.0, 9.0, 9.0, 2.0, 1.0], Some(0.6)), (Status::Pass, 11, 3));
    assert_eq!(judged(&[9.0, 9.0, 2.0, 2.0, 1.0], Some(0.6)), (Status::Fail, 11, 2));
    // Missing data is no pass, and a failure beside it decides.
    let unknown = verdict(less("p99_handoff_ms", 1.0));
    let with = |other: f64| {
        let runs = [(1, unknown.clone()), (2, verdict(less("finished", other)))];
        judge_seeds(&expect("", less("finished", 0.0)), &runs).status
    };
    assert_eq!((with(9.0), with(1.0)), (Status::NoData, Status::Fail));
}
