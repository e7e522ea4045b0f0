//! The same bytes from the same scenario: again, with another number of threads, and in debug and release.
//!
//! The last by a fingerprint kept in this file: whichever profile the test is built in, on whichever machine, all
//! outputs of the scenario below must have it. A change of the engine or of a format moves it; say why in the commit.

use std::fs;
use std::path::Path;
use std::process::Command;

use kvs::digest::sha256;

/// Draws from every kind of stream the engine has, and fills its queues.
const BUSY: &str = "
gpu large { vram 24 GB; max_concurrent 4; prefill 2000 tok/s; decode 500 tok/s; decode_sharing_cap 3 }
gpu modest extends large { vram 64 MB; prefill 1500 tok/s; decode 400 tok/s }
model tiny { kv_bytes_per_token 64 KiB }
cluster { serves tiny; gpus large x 2; gpus modest x 2 }
policy { routing p2c; max_queue 6; max_retries 1 }
workload chat {
  arrivals poisson; rate 9 req/s
  prompt lognormal median 400 p95 1200; output exponential mean 120 min 1
  requests 400
}
workload batch { arrivals constant; rate 1 req/s; prompt uniform 100 .. 900; output constant 60; requests 40 }
run { seed 7; sample_every 100 ms }
expect finished + rejected == arrived
scenario \"a\" { policy { routing random } }
scenario \"b\" { expect p99_ttft_ms < 10 * p99_ttft_ms of \"a\" }
scenario \"c\" { policy { scheduling shortest_remaining; reservation lazy; routing least_loaded } }
";

/// Of all outputs of `BUSY`, in debug and in release.
const FINGERPRINT: &str = "eb20aceab0209141302878874049e975dc1bea2be602eeb844a54281ebd8ae29";

const EVERY_OUTPUT: &str = "summary,timeseries,events,requests";

/// Every output file of a run in `folder`, one after the other with their names.
fn outputs(folder: &Path, out: &str, threads: &str) -> Vec<u8> {
    fs::write(folder.join("busy.kvs"), BUSY).expect("writable");
    let run = Command::new(env!("CARGO_BIN_EXE_kvs"))
        .current_dir(folder)
        .args(["run", "busy.kvs", "--out", out, "--outputs", EVERY_OUTPUT, "-j", threads, "--quiet"])
        .output()
        .expect("the binary starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut bytes = Vec::new();
    for case in ["a", "b", "c"] {
        for file in ["events.jsonl", "requests.csv", "run_meta.json", "summary.json", "timeseries.csv"] {
            let content = fs::read(folder.join(out).join(case).join(file)).expect("written");
            assert!(!content.is_empty(), "{case}/{file}");
            bytes.extend_from_slice(format!("{case}/{file}\n").as_bytes());
            bytes.extend_from_slice(&content);
        }
    }
    bytes
}

#[test]
fn again_and_with_other_numbers_of_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = outputs(folder.path(), "first", "1");
    assert!(first == outputs(folder.path(), "second", "1"), "a second run gives other bytes");
    assert!(first == outputs(folder.path(), "third", "2"), "two threads give other bytes");
}

#[test]
fn in_debug_and_release_on_every_machine() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bytes = outputs(folder.path(), "out", "1");
    assert_eq!(sha256(bytes.as_slice()).expect("memory"), FINGERPRINT);
}
