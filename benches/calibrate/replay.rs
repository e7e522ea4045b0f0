//! Runs on a GPU nothing was fitted on, replayed from their traces.
//!
//! Two runs of 300 recorded conversations, of which each request's moments on the server are known. Measured and
//! simulated times go through the same functions; both begin when a request is queued, since no client was measured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use kvs::check::{self, execute, open_traces};
use kvs::engine::{Event, Journey, Sink};
use kvs::host::{Host, Memory};
use kvs::units::SimTime;

/// Below `KVS_DATA`.
const FOLDER: &str = "traces/llmservingsim_vllm_runs";

/// A run: its requests, its measurements, its model and its GPUs.
struct Run {
    trace: &'static str,
    measured: &'static str,
    model: &'static str,
    n_gpus: u32,
}

const RUNS: [Run; 2] = [
    Run {
        trace: "sharegpt-llama-3.1-8b-300-sps10.derived-blk16.jsonl",
        measured: "RTXPRO6000/Llama-3.1-8B/requests.jsonl",
        model: "llama_3_1_8b",
        n_gpus: 1,
    },
    Run {
        trace: "sharegpt-qwen3-32b-300-sps10.derived-blk16.jsonl",
        measured: "RTXPRO6000/Qwen3-32B/requests.jsonl",
        model: "qwen3_32b",
        n_gpus: 2,
    },
];

/// The server of both.
const GPU: &str = "rtx_pro_6000_server";

/// Its bandwidth where the catalogue is not to say: what those who measured state for their server.
const BANDWIDTHS: [Option<&str>; 2] = [None, Some("1597 GB/s")];

/// The moments of each request, in seconds: queued, first token, last token; and its output's tokens.
#[derive(Default)]
struct Moments(Vec<([f64; 3], f64)>);

/// The table of both runs.
///
/// # Errors
/// When a file of theirs cannot be read.
pub(crate) fn table(data: &Path) -> io::Result<String> {
    let mut text = String::from(
        "| run | makespan s | TTFT p50 / p90 s | TPOT p50 / p90 ms | end to end p50 / p90 s |\n\
         |---|---|---|---|---|\n",
    );
    for (run, bandwidth) in RUNS.iter().flat_map(|run| BANDWIDTHS.map(|bandwidth| (run, bandwidth))) {
        let measured = measured(&std::fs::read_to_string(data.join(FOLDER).join(run.measured))?);
        let predicted = predict(run, bandwidth, std::fs::read(data.join(FOLDER).join(run.trace))?);
        assert_eq!(predicted.0.len(), measured.0.len(), "{}: every request finishes", run.model);
        let cells: Vec<String> = predicted
            .figures()
            .into_iter()
            .zip(measured.figures())
            .map(|(predicted, measured)| {
                format!("{predicted:.1}, {:+.0} %", (predicted / measured - 1.0) * 100.0)
            })
            .collect();
        let [makespan, times @ ..] = cells.as_slice() else { unreachable!("there are seven figures") };
        let with = bandwidth.map(|bandwidth| format!(" with {bandwidth}")).unwrap_or_default();
        let _ = write!(text, "| `{}`, {} x `{GPU}`{with} | {makespan} |", run.model, run.n_gpus);
        for pair in times.chunks(2) {
            let _ = write!(text, " {} |", pair.join(" / "));
        }
        text.push('\n');
    }
    Ok(text)
}

/// What the server noted.
fn measured(lines: &str) -> Moments {
    let rows = lines.lines().map(|line| {
        let row: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(line).expect("a row is an object");
        let number = |name: &str| row[name].as_f64().expect("a number");
        (["queued_ts", "first_token_ts", "last_token_ts"].map(number), number("output_toks"))
    });
    Moments(rows.collect())
}

fn predict(run: &Run, bandwidth: Option<&str>, trace: Vec<u8>) -> Moments {
    let stated = bandwidth.map(|bandwidth| format!("bandwidth {bandwidth}")).unwrap_or_default();
    let text = format!(
        "gpu server extends {GPU} {{ {stated} }}\n\
         cluster {{ serves {}; gpus server x {n_gpus} tensor_parallel {n_gpus} }}\n\
         engine {{ batching continuous; timing roofline before_queue 0 s; max_batch 128; max_batch_tokens 2048 }}\n\
         trace calls from \"calls.jsonl\" {{ format mooncake block 16 }}\n",
        run.model,
        n_gpus = run.n_gpus,
    );
    let host = Host::memory(Memory::default().with("/server.kvs", text).with("/calls.jsonl", trace));
    let suite = check::compile(&host, Path::new("/server.kvs"), &Vec::new()).expect("the file is in memory");
    assert!(!suite.has_errors(), "{:#?}", suite.diagnostics);
    let open = open_traces(&host, &suite.root);
    let case = suite.cases.first().expect("a file without errors has a case");
    let mut moments = Moments::default();
    execute(&case.scenario, 1, &open, &mut moments).expect("the trace is sound");
    moments
}

impl Sink for Moments {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let (Event::Finished { .. }, Some(first_token)) = (event, journey.first_token()) else { return };
        let seconds = [journey.request.arrival, first_token, at].map(|time| time.as_ps() as f64 / 1e12);
        self.0.push((seconds, f64::from(journey.request.output.get())));
    }
}

impl Moments {
    /// Makespan, and the 50th and 90th percentile of TTFT, time per token and end to end: ms per token, else seconds.
    fn figures(&self) -> [f64; 7] {
        let queued = self.0.iter().map(|(seconds, _)| seconds[0]).fold(f64::INFINITY, f64::min);
        let last = self.0.iter().map(|(seconds, _)| seconds[2]).fold(0.0, f64::max);
        let [ttft, e2e] = [1, 2].map(|end| self.0.iter().map(|(at, _)| at[end] - at[0]).collect::<Vec<_>>());
        let per_token = |(at, output): &([f64; 3], f64)| (at[2] - at[1]) * 1e3 / (output - 1.0);
        let tpot = self.0.iter().filter(|(_, output)| *output > 1.0).map(per_token).collect();
        let [ttft, tpot, e2e] = [ttft, tpot, e2e].map(percentiles);
        [last - queued, ttft.0, ttft.1, tpot.0, tpot.1, e2e.0, e2e.1]
    }
}

/// The 50th and 90th by nearest rank.
fn percentiles(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let ranked = |per_cent: usize| values[(values.len() * per_cent).div_ceil(100) - 1];
    (ranked(50), ranked(90))
}
