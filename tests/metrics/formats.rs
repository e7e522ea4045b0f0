//! One fixture outcome in every output format, and what is written when the disk is full.

use std::fmt::Write as _;
use std::io::{self, Write};

use kvs::digest::sha256;
use kvs::expect::{Verdict, judge};
use kvs::metrics::Outcome;
use kvs::model::{Comparison, Condition, Expectation, Operator, Scenario, Term, Tolerance};
use kvs::report::{self, EventLog, FORMATS, Input, Report, TimeSeries, Written};
use kvs::units::{Dimension, SimDuration, SimTime};

use crate::fixture::{expect, metric, outcome_of, play, scenario};

/// Three requests on two GPUs: one waits, one moves, one is turned away.
const RUN: &str = "
    0    a1 arrives chat 500 200
    0    a1 queues 0
    0    a1 prefills 0
    0    gpu 0: 0 1 0 1433600
    100  b2 arrives code 1000 100
    100  b2 queues globally
    100  global queue 1
    250  a1 first token 0
    250  a1 decodes 0
    250  gpu 0: 0 0 1 1433600
    300  b2 retries 1
    300  b2 queues 1
    300  b2 prefills 1
    300  gpu 1: 0 1 0 2252800
    300  global queue 0
    320  a\"3 arrives chat 90000 10
    320  a\"3 rejected
    750  a1 finishes 0
    750  gpu 0: 0 0 0 0
    800.000000001  b2 first token 1
    800.000000001  b2 moves 1 0 2048000
    800.000000001  gpu 0: 0 0 0 2252800
    810.5  b2 moved 1 0
    810.5  b2 decodes 0
    810.5  gpu 0: 0 0 1 2252800
    810.5  gpu 1: 0 0 0 0
    1000 b2 finishes 0
    1000 gpu 0: 0 0 0 0
    1000 end";

fn fixture() -> (Scenario, Outcome, Vec<Verdict>) {
    let mut scenario = scenario();
    scenario.expectations = expectations();
    let outcome = outcome_of(&scenario, RUN, &scenario.expectations.iter().collect::<Vec<_>>());
    let verdicts = scenario.expectations.iter().map(|each| judge(each, &outcome, &|_| None)).collect();
    (scenario, outcome, verdicts)
}

fn expectations() -> Vec<Expectation> {
    let number = |value| Term::Number(value, Dimension::NUMBER);
    let seconds = |value| Term::Number(value, Dimension::TIME);
    let compare = |name: &str, operator, right| {
        let left = Term::Metric(metric(name));
        Condition::Compare { left, operator, right, tolerance: Tolerance::Exact }
    };
    let digits = |name: &str, value, half| {
        let (left, operator) = (Term::Metric(metric(name)), Comparison::Equal);
        Condition::Compare { left, operator, right: seconds(value), tolerance: Tolerance::Digits(half) }
    };
    let always = |condition| Condition::Always { condition: Box::new(condition), during: None };
    vec![
        expect("finished == 2", compare("finished", Comparison::Equal, number(2.0))),
        expect("reject_rate < 10%", compare("reject_rate", Comparison::Less, number(0.1))),
        expect("p50_ttft_ms == 250", digits("p50_ttft_ms", 0.25, 0.000_5)),
        expect("p99_latency_ms < 800", compare("p99_latency_ms", Comparison::Less, seconds(0.8))),
        expect(
            "always global_queue_depth == 0 during 0 s .. 10 min",
            always(compare("global_queue_depth", Comparison::Equal, number(0.0))),
        ),
        expect("peak_vram_bytes <= 4 MB", {
            let limit = Term::Number(4e6, Dimension::DATA);
            compare("peak_vram_bytes", Comparison::LessOrEqual, limit)
        }),
        expect("evicted / evicted < 1", {
            let left = Term::Binary(
                Box::new(Term::Metric(metric("evicted"))),
                Operator::Divide,
                Box::new(Term::Metric(metric("evicted"))),
            );
            let (operator, tolerance) = (Comparison::Less, Tolerance::Exact);
            Condition::Compare { left, operator, right: number(1.0), tolerance }
        }),
    ]
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots", omit_expression => true }, {
        insta::assert_snapshot!(format!("metrics__{name}"), text);
    });
}

#[test]
fn after_a_run() {
    let (scenario, outcome, verdicts) = fixture();
    let inputs = [Input { path: "tour/fixture.kvs".to_owned(), sha256: sha256(&b""[..]).expect("memory") }];
    let report =
        Report { scenario: &scenario, seed: 1, outcome: &outcome, verdicts: &verdicts, inputs: &inputs };
    for format in FORMATS {
        if let Written::Afterwards(write) = format.written {
            let mut bytes = Vec::new();
            write(&report, &mut bytes).expect("a vector takes all bytes");
            let mut text = String::from_utf8(bytes).expect("all formats are text");
            if format.name == "meta" {
                text = without_hash_of_settings(&text);
            }
            snapshot(format.name, &text);
        }
    }
}

/// The hash of the settings moves with every field of the model; that it is there is enough.
fn without_hash_of_settings(text: &str) -> String {
    let mut kept = String::new();
    for line in text.lines() {
        let line = match line.split_once("settings_sha256\": \"") {
            Some((before, hash)) => {
                assert_eq!(hash.trim_end_matches("\",").len(), 64);
                format!("{before}settings_sha256\": \"…\",")
            }
            None => line.to_owned(),
        };
        writeln!(kept, "{line}").expect("a string takes all text");
    }
    kept
}

#[test]
fn while_it_runs() {
    let scenario = scenario();
    let mut sinks =
        (EventLog::new(Vec::new(), &scenario), TimeSeries::new(Vec::new(), 2, SimDuration::from_ms(250)));
    let end = play(RUN, &mut sinks);
    let text = |bytes| String::from_utf8(bytes).expect("all formats are text");
    snapshot("events", &text(sinks.0.finish().expect("a vector takes all bytes")));
    snapshot("csv", &text(sinks.1.finish(end).expect("a vector takes all bytes")));
}

#[test]
fn a_turn_is_called_by_its_session_and_its_number() {
    let scenario = scenario();
    let mut log = EventLog::new(Vec::new(), &scenario);
    play("0 b1 arrives chat 1 1\n5 b2 arrives code 1 1 turn 2 of 4 since 0\n5 end", &mut log);
    let text = String::from_utf8(log.finish().expect("a vector takes all bytes")).expect("text");
    let ids: Vec<bool> =
        text.lines().zip(["\"chat-0\"", "\"code-0.2\""]).map(|(line, id)| line.contains(id)).collect();
    assert_eq!(ids, [true, true], "{text}");
}

#[test]
fn the_summary_fits_eighty_columns() {
    let (scenario, outcome, verdicts) = fixture();
    let report = Report { scenario: &scenario, seed: 1, outcome: &outcome, verdicts: &verdicts, inputs: &[] };
    let plain = report::human(&report, false);
    for line in plain.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(!plain.contains('\u{1b}'));
    assert!(report::human(&report, true).contains("\u{1b}[32m✓"));
}

#[test]
fn golden_lines_are_few() {
    let (scenario, outcome, verdicts) = fixture();
    let report = Report { scenario: &scenario, seed: 1, outcome: &outcome, verdicts: &verdicts, inputs: &[] };
    assert!(report::snapshot(&report).lines().count() <= 30);
}

#[test]
fn samples_show_the_state_before_their_instant_and_the_last_row_the_state_after_the_end() {
    let script = "
        0    a1 arrives code 1 7
        0    gpu 0: 1 0 0 10
        100  gpu 0: 0 1 0 10
        150  gpu 0: 0 0 1 10
        200  a1 finishes 0
        200  gpu 0: 0 0 0 0
        200  end";
    let mut series = TimeSeries::new(Vec::new(), 1, SimDuration::from_ms(100));
    let end = play(script, &mut series);
    let text = String::from_utf8(series.finish(end).expect("a vector takes all bytes")).expect("text");
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "0,0,0,0,0,0,0,0,0,0,0,0",
            "100,0,1,0,0,0,0,1,0,0,0,10",
            "200,0,0,0,0,0,0,0,0,1,0,10",
            "200,0,0,1,0,0,7,0,0,0,0,0",
        ]
    );
}

/// Accepts this many bytes, then has no room.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_at_the_end() {
    let scenario = scenario();
    let mut sinks =
        (EventLog::new(Full(200), &scenario), TimeSeries::new(Full(300), 2, SimDuration::from_ms(250)));
    let end = play(RUN, &mut sinks);
    let kinds =
        [sinks.0.finish().err(), sinks.1.finish(end).err()].map(|error| error.map(|error| error.kind()));
    assert_eq!(kinds, [Some(io::ErrorKind::StorageFull); 2]);
}

#[test]
fn a_run_of_no_length_is_written() {
    let scenario = scenario();
    let outcome = outcome_of(&scenario, "0 end", &[]);
    assert_eq!(outcome.end(), SimTime::ZERO);
    let report = Report { scenario: &scenario, seed: 1, outcome: &outcome, verdicts: &[], inputs: &[] };
    for format in FORMATS {
        if let Written::Afterwards(write) = format.written {
            let mut bytes = Vec::new();
            write(&report, &mut bytes).expect("a vector takes all bytes");
            let text = String::from_utf8(bytes).expect("all formats are text");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }
}
