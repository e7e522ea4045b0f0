//! Runs of the original simulator through `kvs import --timing fixed`: the same starts, finishes, rejections and
//! evictions of every request, at six significant digits.
//!
//! The runs are not part of the repository: `KVS_DATA` names the folder with `seed_cases/`. Each is on one GPU and free
//! of randomness and of the original's faults.

use std::fs;
use std::path::Path;

use kvs::engine::{Event, Journey, Sink};
use kvs::import::{Timing, import};
use kvs::source::Sources;
use kvs::units::SimTime;
use serde_json::Value;

use crate::data;
use crate::support::{compile, run};

/// What happened: request, event, milliseconds as the original prints them. Sorted: in one instant its order differs.
type Happened = Vec<(String, &'static str, String)>;

/// Events of both, by the original's name.
const COMPARED: [&str; 5] = ["start_prefill", "start_decode", "finish", "reject", "evict"];

/// As C's `%g`: six significant digits, so that the two compare as text.
fn six_digits(milliseconds: f64) -> String {
    format!("{milliseconds:.5e}")
}

#[derive(Default)]
struct Recorder(Happened);

impl Sink for Recorder {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let name = match event {
            Event::PrefillStarted { .. } => "start_prefill",
            Event::DecodeStarted { .. } => "start_decode",
            Event::Finished { .. } => "finish",
            Event::Rejected { .. } => "reject",
            Event::Evicted { .. } => "evict",
            Event::Arrived
            | Event::QueuedGlobally
            | Event::Retried { .. }
            | Event::Preempted { .. }
            | Event::Admitted { .. }
            | Event::PrefillFinished { .. }
            | Event::HandoffStarted { .. }
            | Event::HandoffFinished { .. } => return,
        };
        let label = journey.request.label().expect("rows of a trace have ids");
        self.0.push((label.to_owned(), name, six_digits(at.as_ms_f64())));
    }
}

fn read(folder: &Path, file: &str) -> String {
    let path = folder.join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn of_original(folder: &Path) -> Happened {
    let text = read(folder, "events.jsonl");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is an object"));
    let mut happened: Happened = lines
        .filter_map(|event| {
            let name = COMPARED.into_iter().find(|name| event["type"] == *name)?;
            let label = event["request_id"].as_str().expect("an id").to_owned();
            Some((label, name, six_digits(event["time_ms"].as_f64().expect("a time"))))
        })
        .collect();
    happened.sort_unstable();
    happened
}

fn of_import(folder: &Path) -> Happened {
    let mut sources = Sources::default();
    let config = sources.add("config.txt".to_owned(), read(folder, "config.txt"));
    let trace = sources.add("trace.txt".to_owned(), read(folder, "trace.txt"));
    let imported = import(config, trace, &sources, Timing::Fixed);
    let scenario = compile(&imported.text.expect("the original's files are understood"));
    let mut recorder = Recorder::default();
    run(&scenario, scenario.run.seed, &mut recorder);
    recorder.0.sort_unstable();
    recorder.0
}

#[test]
fn requests_start_and_end_as_in_the_original() {
    let Some(data) = data::folder("requests_start_and_end_as_in_the_original") else { return };
    let cases = data.join("seed_cases");
    let entries = fs::read_dir(&cases).unwrap_or_else(|error| panic!("{}: {error}", cases.display()));
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert_eq!(folders.len(), 12, "{folders:#?}");
    for folder in &folders {
        let expected = of_original(folder);
        assert!(!expected.is_empty(), "{} tells nothing", folder.display());
        assert_eq!(of_import(folder), expected, "{}", folder.display());
    }
}
