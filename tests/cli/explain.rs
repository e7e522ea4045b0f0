//! `kvs explain`: codes, and every other name there is.

use crate::project::Project;

#[test]
fn a_code_is_explained_however_it_is_capitalised() {
    for code in ["E0801", "e0801"] {
        Project::new().kvs(["explain", code]).exits(0).says("E0801: ").says("Wrong:").says("Right:");
    }
}

#[test]
fn an_unknown_code_is_a_usage_error_that_names_those_near_it() {
    Project::new().kvs(["explain", "E0899"]).exits(2).warns("nothing is called `E0899`").warns("`E080");
}

#[test]
fn names_of_every_registry_are_explained() {
    for (name, texts) in [
        ("p95_ttft_ms", &["the 95th percentile", "Time to first token", "`ms`", "lower", "mean_ttft_ms"][..]),
        ("gpu_utilization", &["metric", "per GPU"]),
        ("avg_vram_bytes", &["the same as", "mean_vram_bytes"]),
        ("p2c", &["policy { routing", "p2c [choices 2]"]),
        ("max_batch", &["engine: ", "max_batch N"]),
        ("workload", &["block", "keys", "rate"]),
        ("lognormal", &["workload { prompt"]),
        ("GB", &["an amount of memory", "1e9 B"]),
        ("h100_sxm", &["GPU of the catalogue", "vram"]),
        ("llama_3_1_8b", &["model of the catalogue", "layers"]),
        ("vllm", &["trace NAME from"]),
        ("max_num_seqs", &["vLLM", "`max_batch`"]),
    ] {
        let finished = Project::new().kvs(["explain", name]).exits(0);
        assert!(finished.stdout.starts_with(name), "{finished:#?}");
        for text in texts {
            assert!(finished.stdout.contains(text), "no `{text}` in {finished:#?}");
        }
    }
}

#[test]
fn arguments_are_explained_by_what_takes_them_and_capitals_do_not_matter() {
    for (name, text) in [
        ("tensor_parallel", "gpus TYPE x N [as GROUP] [tensor_parallel T]"),
        ("choices", "p2c [choices 2]"),
        ("fp8", "dtype bf16/fp8/int8/int4"),
        ("P95_TTFT_ms", "the 95th percentile"),
        ("warmup", "default  0 s"),
    ] {
        Project::new().kvs(["explain", name]).exits(0).says(text);
    }
}

#[test]
fn a_name_with_several_meanings_has_a_page_for_each() {
    // A routing policy and a distribution over pools may be drawn at random; a rate and lengths may be constant.
    let finished = Project::new().kvs(["explain", "constant"]).exits(0);
    assert_eq!(finished.stdout.matches("constant  workload {").count(), 3, "{finished:#?}");
}

#[test]
fn a_misspelt_name_or_a_part_of_one_is_a_usage_error_with_the_nearest() {
    for (name, near) in [("p95_tfft_ms", "`p95_ttft_ms`"), ("h100_smx", "`h100_sxm`"), ("ttft", "_ttft_ms`")]
    {
        Project::new().kvs(["explain", name]).exits(2).warns("did you mean ").warns(near);
    }
    Project::new().kvs(["explain", "zzzzzz"]).exits(2).warns("kvs list");
}
