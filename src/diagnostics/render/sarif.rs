//! SARIF 2.1.0, the format of static analysis results: one document for a whole run.
//!
//! See the OASIS standard, "Static Analysis Results Interchange Format". Columns count UTF-16 code units there unless
//! `columnKind` says otherwise; ours count characters. Invariant: the same diagnostics give the same bytes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diagnostics::{Located, Location, explain};

/// A document over diagnostics, and over errors that are in no file.
#[must_use]
pub fn sarif(list: &[Located], unplaced: &[String]) -> String {
    let codes: BTreeSet<&str> = list.iter().map(|located| located.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let results: Vec<Value> = list.iter().map(|located| result(located, &codes)).collect();
    let notifications: Vec<Value> =
        unplaced.iter().map(|text| json!({ "level": "error", "message": { "text": text } })).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kvs",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": unplaced.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

fn rule(code: &str) -> Value {
    match explain(code) {
        Some(info) => json!({
            "id": code,
            "shortDescription": { "text": info.summary },
            "fullDescription": { "text": info.explanation },
        }),
        None => json!({ "id": code }),
    }
}

fn result(located: &Located, codes: &[&str]) -> Value {
    let related: Vec<Value> = located
        .labels
        .iter()
        .skip(1)
        .map(|label| json!({ "physicalLocation": physical(&label.place), "message": { "text": label.text } }))
        .collect();
    json!({
        "ruleId": located.code,
        "ruleIndex": codes.iter().position(|code| *code == located.code),
        "level": if located.severity == "error" { "error" } else { "note" },
        "message": { "text": located.lines().join("\n") },
        "locations": [{ "physicalLocation": physical(&located.place) }],
        "relatedLocations": related,
    })
}

fn physical(place: &Location) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&place.file) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// A path as a reference of a URI: anything but a letter, a digit or a mark of a path is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~+=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
