//! A recorded hour of conversations through the engine, on caches of different sizes.
//!
//! The trace is the one published with Mooncake (FAST 2025), not part of the repository. Next to it are hit rates of a
//! cache on which a request is over as soon as it came; here one request runs at a time, so the engine's differ only by
//! the answers, which enter the cache too and displace others.

#[path = "support/data.rs"]
mod data;

use std::path::Path;

use kvs::check::{compile, execute, open_traces};
use kvs::host::Host;
use kvs::metrics::{Accumulator, Demand, Summary};

const TRACE: &str = "traces/mooncake_fast25/conversation_trace.first30min.jsonl";

/// Blocks of all prompts, the last of each included, and the full ones among them: `input_length` over 512.
const BLOCKS: f64 = 146_464.0;

fn replay(data: &Path, kv_blocks: u64) -> Summary {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mooncake.kvs");
    let text = format!(
        "cluster {{ serves llama_3_1_8b; gpus h100_sxm x 1 }}
         engine {{
           batching continuous; timing linear base 1 ns; schedule_ahead 0
           block_size 512; kv_blocks {kv_blocks}; max_batch 1; max_batch_tokens 200_000
         }}
         trace conversations from \"{}\" {{ format mooncake }}
         expect completion_rate == 100%\n",
        data.join(TRACE).display()
    );
    std::fs::write(&path, text).expect("writable");
    // The data lies outside the scenario's root.
    let host = Host::disk(true).expect("a current folder");
    let suite = compile(&host, &path, &Vec::new()).expect("the file was just written");
    assert!(!suite.has_errors(), "{:#?}", suite.diagnostics);
    let scenario = &suite.cases[0].scenario;
    let open = open_traces(&host, &suite.root);
    let mut accumulator = Accumulator::new(scenario, &Demand::default());
    let executed = execute(scenario, 1, &open, &mut accumulator).expect("the trace is sound");
    accumulator.finish(executed.end, &executed.clamped).summary()
}

#[test]
fn conversations_find_what_is_published() {
    let Some(data) = data::folder("conversations_find_what_is_published") else { return };
    let published = [(1_000, 0.0433), (3_000, 0.0641), (10_000, 0.2056), (30_000, 0.3126), (100_000, 0.3409)];
    for (kv_blocks, expected) in published {
        let summary = replay(&data, kv_blocks);
        assert_eq!((summary.arrived, summary.finished), (5_719, 5_719));
        let by_full_block =
            summary.steps.and_then(|steps| steps.prefix_block_hit_rate).expect("prompts were looked up");
        // The published rates count the last block of each prompt, which is hardly ever full and never found.
        let full = 140_758.0;
        let found = by_full_block * full / BLOCKS;
        assert!((found - expected).abs() < 0.0012, "{kv_blocks} blocks: {found}, published {expected}");
    }
}
