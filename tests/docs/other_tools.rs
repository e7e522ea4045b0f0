//! The page of other tools' terms, and that everything it suggests is accepted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kvs::analysis::{Overrides, analyse};
use kvs::diagnostics::{ErrorFormat, Severity, render};
use kvs::dictionary::{Instead, Met, Tool, WORDS, Word};
use kvs::metrics;
use kvs::source::Sources;
use kvs::units::{unit, unit_elsewhere};

use crate::compare_or_write;
use crate::tables::{code, heading, page, row, sentence};

fn words() -> impl Iterator<Item = &'static Word> {
    WORDS.iter().copied().flatten()
}

#[test]
fn from_other_tools() {
    let mut text = page(
        "From other tools",
        "Terms of other tools and their counterparts in kvs. Diagnostics use the same table: for `max_num_seqs 128` in a \
         scenario, kvs suggests `max_batch 128`. Spellings such as `--max-num-seqs` and `maxNumSeqs` count as the same term.",
    );
    for tool in Tool::ALL {
        let title = match tool {
            Tool::LoadTests | Tool::Languages => sentence(tool.name()),
            _ => tool.name().to_owned(),
        };
        let _ = write!(text, "\n## {title}\n\n");
        text.push_str(&heading(&["term", "used as", "in kvs", ""]));
        for word in words().filter(|word| word.tool == *tool) {
            let (here, note) = match word.instead {
                Instead::Statement(block, statement) => {
                    (code(&format!("{block} {{ {statement} }}")), word.note)
                }
                Instead::Item(text) | Instead::Metric(text) | Instead::Unit(text) => (code(text), word.note),
                Instead::Nothing(reason) => ("no counterpart".to_owned(), reason),
            };
            let note = if note.is_empty() { String::new() } else { format!("{}.", sentence(note)) };
            text.push_str(&row(&[code(word.name), met(word.met), here, note]));
        }
    }
    compare_or_write("docs/reference/from-other-tools.md", &text);
}

fn met(met: Met) -> String {
    match met {
        Met::Key => "key".to_owned(),
        Met::Item => "start of a line".to_owned(),
        Met::Metric => "metric".to_owned(),
        Met::Value(keys) => {
            format!("value: {}", keys.join(", "))
        }
        Met::Unit => "unit".to_owned(),
    }
}

#[test]
fn words_are_many_and_unique() {
    assert!(words().count() >= 120, "the table has only {} words", words().count());
    let mut seen = BTreeSet::new();
    let letters = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let place = |met: Met| match met {
        Met::Value(keys) => format!("value of {keys:?}"),
        other => format!("{other:?}"),
    };
    let twice: Vec<&str> = words()
        .filter(|word| !seen.insert((letters(word.name), place(word.met))))
        .map(|word| word.name)
        .collect();
    assert_eq!(twice, [""; 0], "words that the table has twice");
}

#[test]
fn a_word_of_this_language_is_not_another_tools() {
    let keys: BTreeSet<(&str, &str)> = kvs::analysis::tables()
        .flat_map(|table| table.keys.iter().map(|key| (table.block, key.name)))
        .collect();
    let shadowed: Vec<&str> = words()
        .filter(|word| match (word.met, word.instead) {
            (Met::Key, Instead::Statement(block, _)) => keys.contains(&(block, word.name)),
            (Met::Metric, _) => metrics::lookup(word.name).is_some(),
            (Met::Unit, _) => unit(word.name).is_some(),
            _ => false,
        })
        .map(|word| word.name)
        .collect();
    assert_eq!(shadowed, [""; 0], "words that mean something here already");
}

#[test]
fn whatever_is_suggested_is_accepted() {
    let mut refused = String::new();
    for word in words() {
        let complaint = match word.instead {
            Instead::Statement(block, statement) => accepted(&with_statement(block, statement)),
            Instead::Item(item) => accepted(&with_item(item)),
            Instead::Metric(name) => metrics::lookup(name).is_none().then(|| format!("no metric `{name}`")),
            Instead::Unit(name) => {
                let known = unit(name).map(|unit| unit.name);
                let meant = unit_elsewhere(word.name).map(|unit| unit.name);
                (known != meant || known.is_none()).then(|| format!("`{name}`, but the unit is {meant:?}"))
            }
            Instead::Nothing(_) => None,
        };
        if let Some(complaint) = complaint {
            let _ = writeln!(refused, "{} `{}`: {complaint}", word.tool.name(), word.name);
        }
    }
    assert!(refused.is_empty(), "{refused}");
}

const HARDWARE: &str = "cluster { serves llama_3_1_8b; gpus h100_sxm x 2 }\n";
const POOLS: &str = "cluster { serves llama_3_1_8b; gpus h100_sxm x 2; gpus h100_sxm x 2 as other; pool decode other; \
                     link default bandwidth 50 GB/s; STATEMENT }\ntrace { r 0 100 10 }\n";
const THROUGHPUT: &str = "gpu plain { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }\n\
                          model tiny { kv_bytes_per_token 64 KiB }\ncluster { serves tiny; gpus plain x 2 }\n";
const REQUEST: &str = "trace { r 0 100 10 }\n";

/// Scenarios with the statement in its block: one of them must be accepted.
fn with_statement(block: &str, statement: &str) -> Vec<String> {
    let key = statement.split(' ').next().unwrap_or_default();
    let others = |defaults: &[&str]| {
        let kept = defaults.iter().filter(|other| !other.starts_with(&format!("{key} ")));
        kept.copied().chain([statement]).collect::<Vec<_>>().join("; ")
    };
    match block {
        "model" => vec![format!(
            "model own extends mixtral_8x7b {{ {statement} }}\ncluster {{ serves own; gpus h100_sxm x 8 tensor_parallel 8 }}\n{REQUEST}"
        )],
        "gpu" => vec![
            format!("gpu own extends h100_sxm {{ {statement} }}\n{HARDWARE}{REQUEST}"),
            format!("gpu own {{ {} }}\n{HARDWARE}{REQUEST}", others(&["vram 24 GB", "prefill 2000 tok/s"])),
        ],
        "cluster" => vec![
            format!("cluster {{ {} }}\n{REQUEST}", others(&["serves llama_3_1_8b", "gpus h100_sxm x 2"])),
            POOLS.replace("STATEMENT", statement),
        ],
        "workload" => {
            let rate: &[&str] = if statement.starts_with("arrivals users") { &[] } else { &["rate 5 req/s"] };
            let usual = ["arrivals poisson", "prompt constant 500", "output constant 20", "duration 1 min"];
            let statements = others(&[&usual, rate].concat());
            vec![format!("{HARDWARE}workload chat {{ {statements} }}\n")]
        }
        "trace" => vec![format!("{HARDWARE}trace chat from \"chat.json\" {{ {statement} }}\n")],
        _ => [HARDWARE, THROUGHPUT]
            .map(|cluster| format!("{cluster}{REQUEST}{block} {{ {statement} }}\n"))
            .into(),
    }
}

fn with_item(item: &str) -> Vec<String> {
    let declared = if item.starts_with("matrix") { "param n = 1\n" } else { "" };
    let slo = "workload chat { arrivals poisson; rate 5 req/s; prompt constant 500; output constant 20; duration 1 min; slo ttft 1 s }\n";
    let cluster = if item.starts_with("cluster") { "" } else { HARDWARE };
    vec![format!("{cluster}{slo}{declared}{item}\n")]
}

/// What is wrong with each of the scenarios; `None` when one has no mistake.
fn accepted(scenarios: &[String]) -> Option<String> {
    let mut complaints = Vec::new();
    for scenario in scenarios {
        let mut sources = Sources::default();
        let id = sources.add("suggested.kvs", scenario.as_str());
        let mut import =
            |_: &str, _: &str, sources: &mut Sources| Ok(sources.add("used.kvs", "param used = 1\n"));
        let found = analyse(id, &mut sources, &mut import, &Overrides::new()).diagnostics;
        if found.iter().all(|diagnostic| diagnostic.severity != Severity::Error) {
            return None;
        }
        complaints.push(render(&found, &sources, ErrorFormat::Full, false, 20));
    }
    Some(complaints.join("\n"))
}
