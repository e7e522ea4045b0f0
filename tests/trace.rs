//! The figures of published traces, as they were computed from the same files with another program.
//!
//! The traces are not part of the repository: Azure's of 2023 (Splitwise) and Mooncake's (FAST 2025), the first half
//! hour of each.

#[path = "support/data.rs"]
mod data;

use std::process::Command;

use kvs::check::{compile, open_traces};
use kvs::host::Host;
use kvs::workload::Traffic;
use serde_json::Value;

/// What `kvs trace stats --json` says about a file of the data; `None` where there is no data.
fn stats(test: &str, file: &str) -> Option<Value> {
    stats_as(test, file, &[])
}

/// The same with these further arguments.
fn stats_as(test: &str, file: &str, arguments: &[&str]) -> Option<Value> {
    let path = data::folder(test)?.join("traces").join(file);
    let output = Command::new(env!("CARGO_BIN_EXE_kvs"))
        .args(["trace", "stats", "--json"])
        .arg(path)
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[track_caller]
fn is(value: &Value, digits: usize, expected: &str) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert_eq!(format!("{value:.digits$}"), expected);
}

/// `mean: p50/p90/p99/max`, halves to even.
fn lengths(value: &Value) -> String {
    let figure = |name: &str| value[name].as_f64().unwrap_or(f64::NAN).round_ties_even();
    let [mean, p50, p90, p99, max] = ["mean", "p50", "p90", "p99", "max"].map(figure);
    format!("{mean}: {p50}/{p90}/{p99}/{max}")
}

fn dispersion(value: &Value) -> String {
    let windows = value["dispersion"].as_array().expect("a list");
    let figures: Vec<String> =
        windows.iter().map(|window| format!("{:.2}", window["index"].as_f64().unwrap_or(f64::NAN))).collect();
    figures.join("/")
}

#[test]
fn azure_code() {
    let Some(stats) = stats("azure_code", "azure2023/AzureLLMInferenceTrace_code.first30min.csv") else {
        return;
    };
    assert_eq!((&stats["format"], &stats["rows_used"]), (&Value::from("azure"), &Value::from(5740)));
    is(&stats["span_s"], 1, "1788.4");
    is(&stats["rate_per_s"], 3, "3.210");
    is(&stats["gap_cv"], 2, "13.52");
    assert_eq!(dispersion(&stats), "13.90/75.77/191.89");
    assert_eq!(lengths(&stats["prompt_tokens"]), "2028: 1460/5012/7436/7437");
    assert_eq!(lengths(&stats["output_tokens"]), "27: 13/53/247/1899");
    is(&stats["pearson"], 2, "0.00");
    is(&stats["spearman"], 2, "-0.01");
    assert!(stats["prefixes"].is_null() && stats["batches"].is_null());
}

#[test]
fn azure_conversations() {
    const FILE: &str = "azure2023/AzureLLMInferenceTrace_conv.first40min.csv";
    let Some(stats) = stats("azure_conversations", FILE) else { return };
    assert_eq!(stats["rows_used"], 13_927);
    is(&stats["span_s"], 1, "2353.2");
    is(&stats["rate_per_s"], 3, "5.918");
    is(&stats["gap_cv"], 2, "1.08");
    assert_eq!(dispersion(&stats), "1.33/3.51/15.52");
    assert_eq!(lengths(&stats["prompt_tokens"]), "1201: 1015/4074/4122/14050");
    assert_eq!(lengths(&stats["output_tokens"]), "201: 115/421/598/1000");
    is(&stats["pearson"], 2, "-0.14");
    is(&stats["spearman"], 2, "0.03");
}

#[test]
fn mooncake_conversations() {
    const FILE: &str = "mooncake_fast25/conversation_trace.first30min.jsonl";
    let Some(stats) = stats("mooncake_conversations", FILE) else { return };
    assert_eq!((&stats["format"], &stats["rows_used"]), (&Value::from("mooncake"), &Value::from(5719)));
    is(&stats["span_s"], 1, "1797.0");
    is(&stats["rate_per_s"], 3, "3.183");
    // Artefacts of arrivals in batches, which is said.
    is(&stats["gap_cv"], 2, "2.92");
    assert_eq!(dispersion(&stats), "7.44/1.96/2.80");
    is(&stats["batches"]["every_s"], 2, "3.00");
    is(&stats["batches"]["zero_gaps"], 1, "0.9");
    assert_eq!(lengths(&stats["prompt_tokens"]), "12870: 7640/28638/91207/123192");
    assert_eq!(lengths(&stats["output_tokens"]), "346: 356/608/1105/2000");
    is(&stats["pearson"], 2, "0.08");
    is(&stats["spearman"], 2, "0.07");
    let prefixes = &stats["prefixes"];
    assert_eq!((&prefixes["blocks"], &prefixes["distinct"]), (&Value::from(146_464), &Value::from(96_534)));
    is(&prefixes["block_hit_ratio"], 4, "0.3409");
    is(&prefixes["token_hit_ratio"], 4, "0.3472");
    is(&prefixes["mean_request_hit"], 4, "0.3614");
    is(&prefixes["requests_with_hit"], 4, "0.9998");
    for (held, expected) in prefixes["lru"].as_array().expect("a list").iter().zip(LRU) {
        is(&held["hit_ratio"], 4, expected);
    }
}

#[test]
fn conversations_of_sharegpt() {
    const FOLDER: &str = "llmservingsim_vllm_runs";
    for (file, prompt, output, blocks, lru) in [
        (
            "sharegpt-llama-3.1-8b-300-sps10.derived-blk16.jsonl",
            "857: 732/1460/2765/3998",
            "653: 632/770/784/1021",
            ["16225", "15003", "0.0753", "0.0759", "0.0500", "0.1067"],
            ["0.0132", "0.0375", "0.0753", "0.0753", "0.0753"],
        ),
        (
            "sharegpt-qwen3-32b-300-sps10.derived-blk16.jsonl",
            "862: 728/1452/2768/4570",
            "665: 638/785/1001/1224",
            ["16314", "15033", "0.0785", "0.0791", "0.0525", "0.1067"],
            ["0.0121", "0.0316", "0.0785", "0.0785", "0.0785"],
        ),
    ] {
        let path = format!("{FOLDER}/{file}");
        let Some(stats) = stats_as("conversations_of_sharegpt", &path, &["--format", "mooncake block 16"])
        else {
            return;
        };
        is(&stats["span_s"], 1, "29.1");
        is(&stats["rate_per_s"], 3, "10.296");
        is(&stats["gap_cv"], 2, "0.94");
        is(&stats["dispersion"][0]["index"], 2, "0.82");
        assert_eq!(
            (lengths(&stats["prompt_tokens"]), lengths(&stats["output_tokens"])),
            (prompt.into(), output.into())
        );
        let prefixes = &stats["prefixes"];
        is(&prefixes["blocks"], 0, blocks[0]);
        is(&prefixes["distinct"], 0, blocks[1]);
        let ratios = ["block_hit_ratio", "token_hit_ratio", "mean_request_hit", "requests_with_hit"];
        for (ratio, expected) in ratios.iter().zip(&blocks[2..]) {
            is(&prefixes[ratio], 4, expected);
        }
        for (held, expected) in prefixes["lru"].as_array().expect("a list").iter().zip(lru) {
            is(&held["hit_ratio"], 4, expected);
        }
    }
}

/// At 1k, 3k, 10k, 30k and 100k blocks.
const LRU: [&str; 5] = ["0.0433", "0.0641", "0.2056", "0.3126", "0.3409"];

/// What a fit gave: dispersions drawn over those of the trace, and the two KS distances.
struct Fitted {
    ratios: Vec<f64>,
    distances: Vec<f64>,
}

/// Fits a file of the data with these further arguments; `None` if there is no data.
fn fit(test: &str, file: &str, arguments: &[&str]) -> Option<Fitted> {
    let path = data::folder(test)?.join("traces").join(file);
    let output = Command::new(env!("CARGO_BIN_EXE_kvs"))
        .args(["trace", "fit"])
        .arg(path)
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let row = |what: &str| {
        let mut rows = text.lines().map(|line| line.trim_start_matches("# "));
        rows.find(|line| line.starts_with(what))
            .unwrap_or_else(|| panic!("no row `{what}` in {text}"))
            .to_owned()
    };
    let dispersion = row("dispersion");
    let indices: Vec<Vec<f64>> = dispersion
        .split_whitespace()
        .filter(|cell| cell.contains('.'))
        .map(|cell| cell.split('/').map(|index| index.parse().expect("a number")).collect())
        .collect();
    let [trace, drawn] = indices.as_slice() else { panic!("two columns in `{dispersion}`") };
    let distance = |what| row(what).rsplit(' ').next().and_then(|cell| cell.parse().ok()).expect("a number");
    Some(Fitted {
        ratios: drawn.iter().zip(trace).map(|(drawn, trace)| drawn / trace).collect(),
        distances: ["prompt", "output"].map(distance).to_vec(),
    })
}

#[test]
fn a_fit_of_conversations_is_within_a_quarter_at_every_window() {
    const TEST: &str = "a_fit_of_conversations_is_within_a_quarter_at_every_window";
    const FILE: &str = "azure2023/AzureLLMInferenceTrace_conv.first40min.csv";
    let Some(fitted) = fit(TEST, FILE, &[]) else { return };
    assert!(fitted.ratios.iter().all(|ratio| (0.75..=1.25).contains(ratio)), "{:?}", fitted.ratios);
    assert!(fitted.distances.iter().all(|distance| *distance <= 0.02), "{:?}", fitted.distances);
}

#[test]
fn a_fit_of_code_completions_is_within_a_factor_of_two_at_every_window() {
    const TEST: &str = "a_fit_of_code_completions_is_within_a_factor_of_two_at_every_window";
    const FILE: &str = "azure2023/AzureLLMInferenceTrace_code.first30min.csv";
    let Some(fitted) = fit(TEST, FILE, &[]) else { return };
    assert!(fitted.ratios.iter().all(|ratio| (0.5..=2.0).contains(ratio)), "{:?}", fitted.ratios);
    assert!(fitted.distances.iter().all(|distance| *distance <= 0.02), "{:?}", fitted.distances);
}

#[test]
fn a_fit_of_conversations_keeps_what_long_prompts_are_answered_with() {
    const TEST: &str = "a_fit_of_conversations_keeps_what_long_prompts_are_answered_with";
    const FILE: &str = "azure2023/AzureLLMInferenceTrace_conv.first40min.csv";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let block = folder.path().join("conv.kvs");
    let Some(stats) = stats(TEST, FILE) else { return };
    let out = ["--out", block.to_str().expect("UTF-8"), "--allow-outside"];
    let fitted = fit(TEST, FILE, &out).expect("the data is there");
    assert!(fitted.distances.iter().all(|distance| *distance <= 0.02), "{:?}", fitted.distances);
    let pairs =
        std::fs::read_to_string(folder.path().join("conv.pairs.csv")).expect("pairs beside the block");
    assert!(pairs.starts_with("prompt,gen\n374,44\n"), "the first rows of the trace");
    assert_eq!(pairs.lines().count(), 1 + 13_927);

    let scenario = folder.path().join("use.kvs");
    let text = "use \"conv.kvs\"\ncluster { serves llama_3_1_8b; gpus h100_sxm x 2 }\nexpect completion_rate == 100%\n";
    std::fs::write(&scenario, text).expect("writable");
    let host = Host::disk(true).expect("a current folder");
    let suite = compile(&host, &scenario, &Vec::new()).expect("the file was just written");
    assert!(!suite.has_errors(), "{:#?}", suite.diagnostics);
    let open = open_traces(&host, &suite.root);
    let mut traffic = Traffic::new(&suite.cases[0].scenario, 1, &open).expect("the pairs are sound");
    let quartiles = stats["quartiles"].as_array().expect("a list");
    let mut drawn = vec![(0_u64, 0_u64); quartiles.len()];
    while let Some(request) = traffic.next_request() {
        let within =
            |quartile: &Value| u64::from(request.prompt.get()) <= quartile["to"].as_u64().expect("tokens");
        let quartile = quartiles.iter().position(within).expect("a prompt of the trace");
        drawn[quartile].0 += 1;
        drawn[quartile].1 += u64::from(request.output.get());
    }
    // About 3,450 draws each, of a standard deviation of 220 tokens at most: 4 tokens of standard error.
    for (quartile, (n, sum)) in quartiles.iter().zip(drawn) {
        let (recorded, mean) = (quartile["mean_output"].as_f64().expect("tokens"), sum as f64 / n as f64);
        assert!((mean - recorded).abs() < 20.0, "{mean} drawn, {recorded} recorded");
    }
}
