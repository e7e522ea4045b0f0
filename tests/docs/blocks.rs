//! Every `kvs` block of the documentation is a scenario that analysis accepts.
//!
//! A block need not be complete: a cluster and a request are added if it has none, so that pages can show only what they
//! are about. `kvs,file` refers to a file that does not exist and `kvs,new` uses what the page tells a reader to add, so
//! both are only parsed; `kvs,wrong` must be rejected.

use kvs::analysis::analyse;
use kvs::diagnostics::{ErrorFormat, render};
use kvs::source::Sources;
use kvs::syntax::ast::{BlockKind, Item};
use kvs::syntax::parse;

use crate::{page, pages, read};

const CLUSTER: &str = "
gpu block_gpu { vram 80 GB; prefill 8000 tok/s; decode 2000 tok/s; price 2 $/h }
model block_model { kv_bytes_per_token 64 KiB }
cluster { serves block_model; gpus block_gpu x 2 as worker }
";
const REQUEST: &str = "\ntrace block_trace { r 0 100 10 }\n";

#[test]
fn every_block_is_a_scenario() {
    let mut complaints = String::new();
    let mut n_blocks = 0;
    for path in pages() {
        for block in page::blocks(&read(&path)) {
            let mut words = block.info.split(',');
            if words.next() != Some("kvs") {
                continue;
            }
            n_blocks += 1;
            let complaint = complaint(&block.text, words.next().unwrap_or(""));
            if let Some(complaint) = complaint {
                complaints.push_str(&format!("{path}:{}\n{complaint}\n", block.line));
            }
        }
    }
    assert!(n_blocks > 20, "the documentation has only {n_blocks} blocks of kvs");
    assert!(complaints.is_empty(), "{complaints}");
}

/// What is wrong with a block; `None` when it is as its kind demands.
fn complaint(text: &str, kind: &str) -> Option<String> {
    let mut sources = Sources::default();
    let id = sources.add("block.kvs", completed(text));
    let diagnostics = match kind {
        "file" | "new" => parse(id, &sources).1,
        _ => {
            analyse(id, &mut sources, &mut |_, _, _| Err("a block uses no file".to_owned()), &Vec::new())
                .diagnostics
        }
    };
    match (kind, diagnostics.is_empty()) {
        ("wrong", true) => Some("the block is accepted, though marked as wrong".to_owned()),
        ("wrong", false) | (_, true) => None,
        (_, false) => Some(render(&diagnostics, &sources, ErrorFormat::Full, false, 20)),
    }
}

/// The block with a cluster and a request where it has none.
fn completed(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("block.kvs", text);
    let (file, _) = parse(id, &sources);
    let items: Vec<&Item> = file
        .items
        .iter()
        .flat_map(|item| match item {
            Item::Scenario(scenario) => scenario.items.iter().collect(),
            _ => vec![item],
        })
        .collect();
    let has_block = |kind| items.iter().any(|item| matches!(item, Item::Block(block) if block.kind == kind));
    let has_trace = items.iter().any(|item| matches!(item, Item::Trace(_)));
    let mut completed = text.to_owned();
    if !has_block(BlockKind::Cluster) {
        completed.push_str(CLUSTER);
    }
    if !has_block(BlockKind::Workload) && !has_trace {
        completed.push_str(REQUEST);
    }
    completed
}
