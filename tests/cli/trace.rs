//! `kvs trace`: figures on stdout, mistakes with their place on stderr.

use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::project::Project;

const AZURE: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\r
2023-11-16 18:00:00.0000000,100,10\r
2023-11-16 18:00:01.0000000,200,20\r
2023-11-16 18:00:02.0000000,300,30\r
2023-11-16 18:00:04.0000000,400,40";

#[test]
fn the_format_is_guessed_and_named() {
    let project = Project::new().with("a.csv", AZURE);
    let guessed = project.kvs(["trace", "stats", "a.csv"]).exits(0);
    assert_eq!(guessed.stderr, "");
    let guessed = guessed
        .says("a.csv  azure, guessed from its content")
        .says("4 read, 4 used")
        .says("4.0 s")
        .says("1.000 req/s")
        .says("250: 250/370/397/400")
        .says("25: 25/37/40/40")
        .says("+1.00/+1.00")
        .says("100 .. 100");
    assert!(!guessed.stdout.contains(['█', '\u{1b}']), "a pipe gets neither plots nor colors: {guessed:#?}");
    let named = project.kvs(["trace", "stats", "a.csv", "--format", "azure"]).exits(0);
    assert_eq!(named.stdout, guessed.stdout.replace(", guessed from its content", ""));
}

#[test]
fn every_format_is_guessed_compressed_or_not() {
    use std::io::Write as _;
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/workloads/formats");
    for (file, format) in [
        ("azure.csv", "azure"),
        ("burstgpt.csv", "burstgpt"),
        ("mooncake.jsonl", "mooncake"),
        ("splitwise.csv", "vidur"),
        ("vidur.csv", "vidur"),
        ("vllm_requests.jsonl", "vllm"),
        ("vllm_result.json", "vllm"),
    ] {
        let bytes = std::fs::read(examples.join(file)).expect("an example of the repository");
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes).expect("memory");
        let project = Project::new().with("plain", &bytes).with("packed", packed.finish().expect("memory"));
        for name in ["plain", "packed"] {
            let finished = project.kvs(["trace", "stats", name]).exits(0);
            let _ = finished.says(&format!("{name}  {format}, guessed from its content\n"));
        }
    }
    let gateway = std::fs::read(examples.join("gateway.csv")).expect("an example of the repository");
    let project = Project::new().with("gateway.csv", gateway);
    let _ = project.kvs(["trace", "stats", "gateway.csv"]).exits(3).warns("--format");
    let columns = "csv arrival \"received\" prompt \"tokens_in\" output \"tokens_out\" unit timestamp";
    let named = project.kvs(["trace", "stats", "gateway.csv", "--format", columns]).exits(0);
    let _ = named.says("gateway.csv  csv\n").says("2 read, 2 used");
}

#[test]
fn plots_are_drawn_where_they_are_wanted() {
    let project = Project::new().with("a.csv", AZURE);
    let drawn = project.kvs(["trace", "stats", "a.csv", "--plots", "always"]).exits(0);
    let _ = drawn.says("  rate  ███ █\n").says("        256 .. 511        50.0%  ████");
}

#[test]
fn a_slice_drops_rows_and_says_so() {
    let project = Project::new().with("a.csv", AZURE);
    let finished = project.kvs(["trace", "stats", "a.csv", "--slice", "1 s .. 2 s"]).exits(0);
    let _ = finished.says("4 read, 2 used, 2 outside slice").says("1.0 s");
}

#[test]
fn json_has_every_figure() {
    let project = Project::new().with("a.csv", AZURE);
    let printed = project.kvs(["trace", "stats", "a.csv", "--json"]).exits(0).stdout;
    let value: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(value["format"], "azure");
    assert_eq!(value["rows_read"], 4);
    assert_eq!(value["rate_per_s"], 1.0);
    assert_eq!(value["prompt_tokens"]["p50"], 250.0);
    assert_eq!(value["quartiles"][3]["mean_output"], 40.0);
    // Counts 1, 1, 1 and, its end included, 1.
    assert_eq!(value["dispersion"][0]["index"], 0.0);
    assert!(value["dispersion"][2]["index"].is_null() && value["prefixes"].is_null(), "{value:#}");
}

#[test]
fn rows_out_of_order_are_sorted_and_it_is_said() {
    let project = Project::new().with("rows.txt", "b 2000 10 1\na 0 10 1\nc 3000 10 1\n");
    let finished = project.kvs(["trace", "stats", "rows.txt"]).exits(0);
    let _ = finished.says("kvs, guessed").says("out of order in the file, sorted here").says("3.0 s");
}

#[test]
fn one_row_has_no_rate() {
    let project = Project::new().with("rows.txt", "a 0 10 1\n");
    let finished = project.kvs(["trace", "stats", "rows.txt"]).exits(0).says("1 read, 1 used");
    assert!(finished.stdout.contains("rate         -  "), "{finished:#?}");
    assert!(finished.stdout.contains("-/-/-"), "{finished:#?}");
}

#[test]
fn batches_of_a_slow_clock_are_pointed_out() {
    let rows: String = (0..400).map(|row| format!("r{row} {} 10 1\n", row / 10 * 3000)).collect();
    let project = Project::new().with("rows.txt", rows);
    let finished = project.kvs(["trace", "stats", "rows.txt"]).exits(0);
    let _ =
        finished.says("every 3.000 s").says("90% of the gaps are 0: cv and short windows reflect a clock");
}

/// Forty minutes of two requests a second, four in the last ten minutes; outputs follow prompts.
fn recorded() -> String {
    let mut rows = String::new();
    let mut state: u64 = 1;
    let mut uniform = || {
        // An LCG of Knuth's is random enough for arrivals.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut now_ms = 0.0;
    while now_ms < 2_400_000.0 {
        let prompt = 100 + (uniform() * 900.0) as u32;
        let output = prompt / 4 + (uniform() * 20.0) as u32;
        rows.push_str(&format!("r {now_ms:.3} {prompt} {output}\n"));
        let per_ms = if now_ms < 1_800_000.0 { 0.002 } else { 0.004 };
        now_ms += -libm::log(uniform()) / per_ms;
    }
    rows
}

const CLUSTER: &str = "
gpu fast { vram 80 GB; max_concurrent 64; prefill 20_000 tok/s; decode 3000 tok/s }
model served { kv_bytes_per_token 128 KiB }
cluster { serves served; gpus fast x 4 }
expect completion_rate == 100%
";

#[test]
fn a_fit_is_a_workload_that_can_be_checked() {
    let project = Project::new().with("rows.txt", recorded());
    let fitted = project.kvs(["trace", "fit", "rows.txt"]).exits(0);
    assert_eq!(fitted.stderr, "");
    let fitted = fitted
        .says("# A workload like rows.txt (kvs, ")
        .says("rate      curve [")
        .says("arrivals  poisson")
        .says("`--out` keeps the pairs")
        .says("KS distance 0.0");
    project.write("fitted.kvs", fitted.stdout.clone() + CLUSTER);
    let _ = project.kvs(["check", "fitted.kvs", "--update"]).exits(0);
    let again = project.kvs(["trace", "fit", "rows.txt"]);
    assert_eq!(again.stdout, fitted.stdout, "the same trace gives the same text");
}

#[test]
fn out_writes_the_workload_and_replaces_nothing_unasked() {
    let project =
        Project::new().with("rows.txt", recorded()).with("s.kvs", format!("use \"w/fit.kvs\"\n{CLUSTER}"));
    let fit = ["trace", "fit", "rows.txt", "--out", "w/fit.kvs"];
    let written = project.kvs(fit).exits(0).says("dispersion").warns("written to w/fit.kvs");
    assert!(!written.stdout.contains("workload"), "{written:#?}");
    assert!(project.read("w/fit.kvs").contains("workload recorded {"));
    let _ = project.kvs(["check", "s.kvs", "--update"]).exits(0);

    project.write("w/fit.kvs", "mine");
    let _ = project.kvs(fit).exits(5).warns("`w/fit.kvs` already exists").warns("--force");
    assert_eq!(project.read("w/fit.kvs"), "mine");
    let _ = project.kvs([&fit[..], &["--force"]].concat()).exits(0);
    assert!(project.read("w/fit.kvs").contains("workload recorded {"));
}

#[test]
fn constant_gaps_are_fitted_as_such_and_without_a_span_nothing_is() {
    let rows: String = (0..300).map(|row| format!("r{row} {} 10 1\n", row * 500)).collect();
    let project = Project::new()
        .with("rows.txt", rows)
        .with("one.txt", "a 5 10 1\n")
        .with("same.txt", "a 5 10 1\nb 5 10 1\n");
    let fitted = project.kvs(["trace", "fit", "rows.txt"]).exits(0);
    let _ = fitted.says("arrivals  constant").says("prompt    constant 10").says("output    constant 1");
    let one = project.kvs(["trace", "fit", "one.txt"]).exits(3);
    let _ = one.warns("`one.txt`: expected requests at different times, found 1 at one");
    let _ = project.kvs(["trace", "fit", "same.txt"]).exits(3).warns("found 2 at one");
    let _ = project.kvs(["trace", "fit", "missing.txt"]).exits(5);
    // A picosecond apart: more requests a second than a rate may have.
    project.write("close.txt", "a 0 10 1\nb 0.000000001 10 1\n");
    let _ = project
        .kvs(["trace", "fit", "close.txt"])
        .exits(3)
        .warns("no workload can be like this trace: `rate`");
    let _ = project.kvs(["trace", "fit", "rows.txt", "--force"]).exits(2).warns("--out");
}

#[test]
fn mistakes_name_file_place_and_what_to_do() {
    let project = Project::new()
        .with("a.csv", AZURE)
        .with("bad.csv", AZURE.replace(",300,", ",three,").replace('\r', ""))
        .with("empty.csv", "")
        .with("header.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n")
        .with("other.csv", "time,tokens\n1,2\n");
    for (arguments, code, message) in [
        (&["missing.csv"][..], 5, "`missing.csv`: no such file or folder"),
        (&["."], 2, "expected a file, found the folder `.`"),
        (&["bad.csv"], 3, "`bad.csv:4:29`: expected a whole number of tokens, found `three`"),
        (&["empty.csv"], 3, "`empty.csv`: expected the beginning of a trace format, found an empty file"),
        (&["header.csv"], 3, "`header.csv`: expected at least one row of a request, found none"),
        (&["other.csv"], 3, "name it with `--format`, one of `kvs`, `azure`"),
        (&["a.csv", "--format", "kvs"], 3, "`a.csv:1"),
        (&["a.csv", "--format", "azur"], 2, "`azure`"),
        (&["a.csv", "--slice", "5 min"], 2, "slice"),
        (&["a.csv", "--slice", "1 h .. 2 h"], 3, "found none of `4` (`4` outside slice)"),
        (&[], 2, "FILE"),
    ] {
        let finished = project.kvs([&["trace", "stats"][..], arguments].concat()).exits(code).warns(message);
        assert_eq!(finished.stdout, "", "{arguments:?}");
    }
}
