//! JUnit XML: a test suite a file, a test case an expectation, and one for the snapshot of a case.
//!
//! The dialect of Jenkins (`junit-10.xsd`), which GitLab, GitHub actions and others read. Times are left out: they are
//! of this machine. Invariant: the document is well-formed whatever a name holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{CaseReport, ExpectationReport, Results, SnapshotStatus, Status, SuiteFormat};
use crate::diagnostics::Located;
use crate::expect;
use crate::metrics::Saturation;

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "junit",
    summary: "JUnit XML with a test case an expectation",
    draws: false,
    write: |results, _, into| into.write_all(junit(results).as_bytes()),
};

/// A test case of the document.
struct Test {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// Its message, and all there is to say.
    Failed(String, String),
    Error(String, String),
    Skipped,
}

fn junit(results: &Results) -> String {
    let mut suites: Vec<(&str, Vec<Test>)> = Vec::new();
    let mut about: BTreeMap<&str, Properties<'_>> = BTreeMap::new();
    for case in &results.cases {
        match suites.last_mut() {
            Some((file, tests)) if *file == case.file => tests.extend(tests_of(case)),
            _ => suites.push((&case.file, tests_of(case))),
        }
        about.entry(&case.file).or_default().add(case);
    }
    for diagnostic in &results.diagnostics {
        let name = format!("{}:{}", diagnostic.code, diagnostic.place.line);
        let outcome = Outcome::Error(diagnostic.message.clone(), diagnostic.lines().join("\n"));
        suites.push((&diagnostic.place.file, vec![Test { name, outcome }]));
    }
    for problem in &results.problems {
        let outcome = Outcome::Error(problem.clone(), problem.clone());
        suites.push(("files", vec![Test { name: "readable".to_owned(), outcome }]));
    }
    let every: Vec<&Test> = suites.iter().flat_map(|(_, tests)| tests).collect();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    push(&mut text, &format!("<testsuites name=\"kvs\"{}>\n", counts(&every)));
    for (file, tests) in &suites {
        let about = about.get(file).map_or_else(String::new, Properties::element);
        let file = escaped(file);
        push(&mut text, &format!("  <testsuite name=\"{file}\"{}>\n{about}", suite_counts(tests)));
        for test in tests {
            push(&mut text, &testcase(&file, test));
        }
        push(&mut text, "  </testsuite>\n");
    }
    push(&mut text, "</testsuites>\n");
    text
}

/// What is to be known of the results of a file: the GPU types that no figure was fitted to, and the cases whose
/// backlog was growing when arrivals ended.
#[derive(Default)]
struct Properties<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Properties<'a> {
    fn add(&mut self, case: &'a CaseReport) {
        for gpu in &case.uncalibrated {
            self.0.entry("uncalibrated").or_default().insert(gpu);
        }
        if let Some(saturation) = case.saturation.as_deref().filter(|name| *name != Saturation::Stable.name())
        {
            self.0.entry(saturation).or_default().insert(&case.id);
        }
    }

    fn element(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let property = |(name, values): (&&str, &BTreeSet<&str>)| {
            let values = escaped(&Vec::from_iter(values.iter().copied()).join(", "));
            format!("      <property name=\"{name}\" value=\"{values}\"/>\n")
        };
        let properties: String = self.0.iter().map(property).collect();
        format!("    <properties>\n{properties}    </properties>\n")
    }
}

fn push(text: &mut String, more: &str) {
    text.write_str(more).expect("writing to a string cannot fail");
}

fn tests_of(case: &CaseReport) -> Vec<Test> {
    let label = case.id.strip_prefix(&case.file).unwrap_or(&case.id).trim_start_matches("::");
    let named = |what: &str| if label.is_empty() { what.to_owned() } else { format!("{label}: {what}") };
    let about = |case: &CaseReport| {
        let details = case.diagnostics.iter().flat_map(Located::lines).chain(case.problems.iter().cloned());
        details.collect::<Vec<_>>().join("\n")
    };
    // Each expectation that does not hold has said so, in their order.
    let mut failures = case.diagnostics.iter();
    let mut tests: Vec<Test> = Vec::new();
    for expectation in &case.expectations {
        let outcome = match expectation.status {
            expect::Status::Pass => Outcome::Passed,
            expect::Status::Fail | expect::Status::NoData => failed(expectation, failures.next()),
        };
        tests.push(Test { name: named(&expectation.expect), outcome });
    }
    let snapshot = snapshot_of(case, &named);
    // A problem is reported once: with the snapshot, where that could not be read.
    let is_reported = case.snapshot.status == SnapshotStatus::Broken;
    let what = format!("the case is {}", case.status.name());
    let ran = match case.status {
        Status::Skipped => Some(Outcome::Skipped),
        Status::Wrong | Status::Unreadable | Status::Crashed if !is_reported => {
            Some(Outcome::Error(what, about(case)))
        }
        _ if tests.is_empty() => Some(Outcome::Passed),
        _ => None,
    };
    tests.extend(ran.map(|outcome| Test { name: named("runs"), outcome }));
    tests.extend(snapshot);
    tests
}

fn failed(expectation: &ExpectationReport, details: Option<&Located>) -> Outcome {
    let message =
        details.map_or_else(|| expectation.status.name().to_owned(), |details| details.message.clone());
    Outcome::Failed(message, details.map_or_else(String::new, |details| details.lines().join("\n")))
}

fn snapshot_of(case: &CaseReport, named: &dyn Fn(&str) -> String) -> Option<Test> {
    let status = case.snapshot.status;
    let outcome = match status {
        SnapshotStatus::Off => return None,
        SnapshotStatus::Same | SnapshotStatus::Written => Outcome::Passed,
        SnapshotStatus::Missing if case.status == Status::New => Outcome::Passed,
        SnapshotStatus::Missing | SnapshotStatus::Changed | SnapshotStatus::Broken => {
            let details = case.snapshot.difference.iter().chain(&case.problems).cloned().collect::<Vec<_>>();
            Outcome::Failed(format!("the snapshot is {}", status.name()), details.join("\n"))
        }
    };
    Some(Test { name: named("snapshot"), outcome })
}

fn testcase(file: &str, test: &Test) -> String {
    let opening = format!("    <testcase classname=\"{file}\" name=\"{}\"", escaped(&test.name));
    let details = |element: &str, message: &str, text: &str| {
        let message = escaped(message);
        format!(
            "{opening}>\n      <{element} message=\"{message}\">{}</{element}>\n    </testcase>\n",
            escaped(text).replace("&#10;", "\n")
        )
    };
    match &test.outcome {
        Outcome::Passed => format!("{opening}/>\n"),
        Outcome::Failed(message, text) => details("failure", message, text),
        Outcome::Error(message, text) => details("error", message, text),
        Outcome::Skipped => format!("{opening}>\n      <skipped/>\n    </testcase>\n"),
    }
}

/// The counts of all suites together; that dialect has no place for skipped ones there.
fn counts(tests: &[&Test]) -> String {
    let n = |wanted: fn(&Outcome) -> bool| tests.iter().filter(|test| wanted(&test.outcome)).count();
    format!(
        " tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        n(|_| true),
        n(|outcome| matches!(outcome, Outcome::Failed(..))),
        n(|outcome| matches!(outcome, Outcome::Error(..))),
    )
}

/// The counts of one suite.
fn suite_counts(tests: &[Test]) -> String {
    let skipped = tests.iter().filter(|test| matches!(test.outcome, Outcome::Skipped)).count();
    format!("{} skipped=\"{skipped}\"", counts(&tests.iter().collect::<Vec<_>>()))
}

/// XML has no place for control characters, not even escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\r' => escaped.push_str("&#13;"),
            control if control.is_control() || matches!(control, '\u{FFFE}' | '\u{FFFF}') => {
                escaped.push('\u{FFFD}');
            }
            other => escaped.push(other),
        }
    }
    escaped
}
