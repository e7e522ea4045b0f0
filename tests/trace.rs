//! The figures of published traces, as they were computed from the same files with another program.
//!
//! The traces are not part of the repository: Azure's of 2023 (Splitwise) and Mooncake's (FAST 2025), the first half
//! hour of each.

#[path = "support/data.rs"]
mod data;

use std::process::Command;

use serde_json::Value;

/// What `kvs trace stats --json` says about a file of the data; `None` where there is no data.
fn stats(test: &str, file: &str) -> Option<Value> {
    let path = data::folder(test)?.join("traces").join(file);
    let output = Command::new(env!("CARGO_BIN_EXE_kvs"))
        .args(["trace", "stats", "--json"])
        .arg(path)
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

/// `mean: p50/p90/p99/max`, halves up.
fn lengths(value: &Value) -> String {
    let figure = |name: &str| (value[name].as_f64().unwrap_or(f64::NAN) + 0.5).floor();
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
