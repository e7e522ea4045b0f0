//! Recorded traffic on a simulated cluster: every request of 40 minutes of conversations, as `kvs run` replays them.
//!
//! The trace is the one published with Splitwise (AzureLLMInferenceTrace_conv), not part of the repository.

#[path = "support/data.rs"]
mod data;

use std::path::Path;

use kvs::check::{compile, execute, open_traces};
use kvs::host::Host;
use kvs::metrics::{Accumulator, Demand, Summary};
use kvs::model::WorkloadSource;
use kvs::units::SimDuration;
use kvs::workload::formats::{Survey, survey};

const TRACE: &str = "traces/azure2023/AzureLLMInferenceTrace_conv.first40min.csv";

/// Eight GPUs that keep up with 6 requests per second of 1200 and 200 tokens on average.
const CLUSTER: &str = "
gpu fast { vram 80 GB; max_concurrent 64; prefill 20_000 tok/s; decode 3000 tok/s }
model llama { kv_bytes_per_token 128 KiB }
cluster { serves llama; gpus fast x 8 }
policy { max_queue 1000 }
expect completion_rate == 100%
";

/// The trace replayed with these settings; `None` where there is no data.
fn replay(test: &str, settings: &str) -> Option<(Survey, Summary)> {
    let data = data::folder(test)?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("azure.kvs");
    let trace = data.join(TRACE);
    let text = format!("{CLUSTER}trace conv from \"{}\" {{ format azure; {settings} }}\n", trace.display());
    std::fs::write(&path, text).expect("writable");
    // The data lies outside the scenario's root.
    let host = Host::disk(true).expect("a current folder");
    let suite = compile(&host, Path::new(&path), &Vec::new()).expect("the file was just written");
    assert!(!suite.has_errors(), "{:#?}", suite.diagnostics);
    let scenario = &suite.cases[0].scenario;
    let open = open_traces(&host, &suite.root);
    let WorkloadSource::File(file) = &scenario.workloads[0].source else { panic!("a trace in a file") };
    let survey = survey(file, &open).expect("the trace is sound");
    let expectations: Vec<_> = scenario.expectations.iter().collect();
    let mut accumulator = Accumulator::new(scenario, &Demand::of(&expectations));
    let executed = execute(scenario, 1, &open, &mut accumulator).expect("the trace is sound");
    assert!(executed.clamped.is_empty(), "nothing recorded is drawn");
    Some((survey, accumulator.finish(executed.end, &executed.clamped).summary()))
}

#[test]
fn forty_minutes_of_conversations_are_served_to_the_last_request() {
    let Some((survey, summary)) = replay("forty_minutes_of_conversations_are_served_to_the_last_request", "")
    else {
        return;
    };
    let dropped: u64 = survey.dropped.iter().map(|(_, count)| count).sum();
    assert_eq!((survey.rows_read, survey.rows_used, dropped), (13_927, 13_927, 0));
    assert_eq!((summary.arrived, summary.finished), (13_927, 13_927));
    assert_eq!(summary.completion_rate, Some(1.0));
    assert!(summary.makespan.expect("some finished") >= SimDuration::from_ms(2_353_000));
}

#[test]
fn a_slice_at_twice_the_speed_takes_half_as_long() {
    const TEST: &str = "a_slice_at_twice_the_speed_takes_half_as_long";
    let Some((once, slow)) = replay(TEST, "slice 5 min .. 25 min") else { return };
    let Some((twice, fast)) = replay(TEST, "slice 5 min .. 25 min; speedup 2") else { return };
    for (survey, summary) in [(&once, &slow), (&twice, &fast)] {
        let dropped: u64 = survey.dropped.iter().map(|(_, count)| count).sum();
        assert_eq!(survey.rows_read, 13_927);
        assert_eq!(survey.rows_read, survey.rows_used + dropped);
        assert!(dropped > 0 && survey.rows_used > 0);
        assert_eq!(summary.finished, survey.rows_used);
    }
    assert_eq!(once.rows_used, twice.rows_used);
    let span = |survey: &Survey| {
        let (first, last) = survey.first.zip(survey.last).expect("rows are used");
        last.since(first).as_ps()
    };
    assert!(span(&once).abs_diff(2 * span(&twice)) <= 2, "{} and {}", span(&once), span(&twice));
}
