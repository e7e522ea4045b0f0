//! Every scenario of the repository through the same harness as `kvs check`, its snapshot included; and each run
//! twice with the same bytes.
//!
//! Accept new numbers with `kvs check scenarios/ --update`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use kvs::check::{
    CaseResult, Ending, GoldenMode, Listener, NoRecorder, Options, Snapshots, Suite, compile_all, discover,
    execute, groups, open_traces, run, snapshot_name,
};
use kvs::engine::Stepping;
use kvs::host::Host;
use kvs::report::EventLog;

const N_THREADS: usize = 2;

fn suites(host: &Host) -> Vec<Suite> {
    let found = discover(host, &[PathBuf::from("scenarios")]);
    assert!(found.problems.is_empty() && !found.files.is_empty(), "{found:#?}");
    let compiled = compile_all(host, &found, &Vec::new(), N_THREADS);
    compiled
        .into_iter()
        .map(|suite| {
            let suite = suite.expect("no panic").expect("readable");
            let found: Vec<String> = suite
                .diagnostics
                .iter()
                .map(|diagnostic| format!("{}: {}", suite.name, diagnostic.message))
                .collect();
            assert!(found.is_empty(), "{found:#?}");
            suite
        })
        .collect()
}

/// The package, whose folder cargo starts tests in.
fn host() -> Host {
    Host::disk(false).expect("the current folder exists")
}

#[derive(Default)]
struct Collected(Mutex<Vec<CaseResult>>);

impl Listener for Collected {
    fn finished(&self, _suite: &Suite, result: CaseResult) {
        self.0.lock().expect("no panic").push(result);
    }
}

#[test]
fn every_scenario_passes_and_gives_its_snapshot() {
    let host = host();
    let suites = suites(&host);
    let every = |_| true;
    let seeds = |run: &kvs::model::Run| run.seed..run.seed + u64::from(run.seeds);
    let groups: Vec<_> =
        suites.iter().enumerate().flat_map(|(index, suite)| groups(index, suite, &every, &seeds)).collect();
    let options = Options {
        n_threads: N_THREADS,
        fail_fast: false,
        golden: GoldenMode::Compare,
        stepping: Stepping::default(),
        explain: true,
        overrides: &Vec::new(),
        stop: &AtomicBool::new(false),
    };
    let collected = Collected::default();
    run(&host, &suites, &groups, &options, &NoRecorder, &collected);
    let results = collected.0.into_inner().expect("no panic");
    assert!(results.len() >= 15, "the suite has {} cases", results.len());
    let failures: Vec<String> = results
        .iter()
        .filter(|result| result.ending != Ending::Passed)
        .map(|result| {
            let messages =
                result.diagnostics.iter().map(|diagnostic| format!("\n    {}", diagnostic.message));
            format!("{}: {:?}{}", result.id, result.ending, messages.collect::<String>())
        })
        .collect();
    assert!(failures.is_empty(), "see `kvs check scenarios/`:\n{}", failures.join("\n"));
}

#[test]
fn every_snapshot_belongs_to_a_case() {
    let host = host();
    let suites = suites(&host);
    let root = &suites[0].root;
    assert!(Snapshots::of(root, GoldenMode::Compare).active(), "there is no folder `snapshots`");
    let cases = suites.iter().flat_map(|suite| &suite.cases);
    let expected: BTreeSet<String> =
        cases.map(|compiled| snapshot_name(&compiled.scenario.case) + ".snap").collect();
    let stored: BTreeSet<String> = std::fs::read_dir(root.folder.join("snapshots"))
        .expect("the folder exists")
        .map(|entry| entry.expect("listable").file_name().into_string().expect("text"))
        .filter(|name| name.ends_with(".snap"))
        .collect();
    let missing: Vec<_> = expected.difference(&stored).collect();
    let stray: Vec<_> = stored.difference(&expected).collect();
    assert!(missing.is_empty() && stray.is_empty(), "missing: {missing:#?}\nof no case: {stray:#?}");
}

#[test]
fn every_scenario_gives_the_same_events_twice() {
    let host = host();
    for suite in suites(&host) {
        for compiled in suite.cases.iter().filter(|compiled| compiled.not_simulated.is_empty()) {
            let events = || {
                let mut log = EventLog::new(Vec::new(), &compiled.scenario);
                let open = open_traces(&host, &suite.root);
                let end = execute(&compiled.scenario, compiled.scenario.run.seed, &open, &mut log)
                    .expect("traffic");
                (end, log.finish().expect("memory takes all"))
            };
            let ((first_end, first), (second_end, second)) = (events(), events());
            if let Some(line) = first
                .split(|byte| *byte == b'\n')
                .zip(second.split(|byte| *byte == b'\n'))
                .position(|(one, other)| one != other)
            {
                panic!("{}: line {} of the event log differs", compiled.scenario.case, line + 1);
            }
            assert_eq!((first_end, first.len()), (second_end, second.len()), "{}", compiled.scenario.case);
        }
    }
}

#[test]
fn scenarios_are_found_below_the_package() {
    assert!(Path::new("scenarios").is_dir(), "tests start in the folder of Cargo.toml");
}
