//! What a failure says beside its numbers: the worst seed, when first, where the time went, how to repeat it.

use crate::project::Project;

/// One request at a time, the second and third wait: 750 ms each, arrivals at 0, 100 and 200 ms.
const QUEUE: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s; decode_efficiency 0.8; max_concurrent 1 }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
trace { r1 0 500 200; r2 100 500 200; r3 200 500 200 }
";

#[track_caller]
fn fails(expectation: &str, notes: &[&str]) {
    let project = Project::new().with("q.kvs", format!("{QUEUE}expect {expectation}\n"));
    let finished = project.kvs(["check", "--error-format", "json"]).exits(1);
    let line = finished.stderr.lines().next().expect("a diagnostic");
    let object: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(object["code"], "E0801", "{line}");
    let found: Vec<&str> =
        object["notes"].as_array().into_iter().flatten().map(|note| note.as_str().expect("text")).collect();
    assert_eq!(found, notes, "{expectation}");
    assert_eq!(object["repeat"], "kvs run q.kvs");
}

#[test]
fn a_failure_says_where_the_deciding_requests_spent_their_time() {
    // r1 ends at 750 ms, r2 at 1,500 (1,400 after it arrived), r3 at 2,250 (2,050): 1,300 of them waiting.
    fails(
        "p99_latency_ms < 1 s",
        &[
            "first exceeded at 1.5 s by request `r2` on small[0]; 2 of 3 requests are above the limit",
            "the slowest of 3 requests, which decides, spent 63% in queue, 24% in decode, 12% in prefill",
        ],
    );
    fails(
        "max_ttft_ms < 500 ms",
        &[
            "first exceeded at 1 s by request `r2` on small[0]; 2 of 3 requests are above the limit",
            "the slowest request spent 84% in queue, 16% in prefill",
        ],
    );
    fails(
        "mean_latency_ms < 1 s",
        &[
            "first exceeded at 1.5 s by request `r2` on small[0]; 2 of 3 requests are above the limit",
            "all 3 requests spent 46% in queue, 36% in decode, 18% in prefill",
        ],
    );
}

#[test]
fn a_value_that_is_too_low_has_exceeded_nothing() {
    // Latencies are 750, 1,400 and 2,050 ms, their mean 1,400.
    fails("mean_latency_ms == 2 s ± 10%", &["2 of 3 requests are below `2 s`"]);
    fails("max_latency_ms > 3 s", &["3 of 3 requests are below `3 s`"]);
}

#[test]
fn a_maximum_over_time_says_when_it_was_first_exceeded() {
    let project = Project::new().with("q.kvs", format!("{QUEUE}expect max_queue_depth <= 1\n"));
    project.kvs(["check"]).exits(1).warns("note: ").warns("200 ms");
}

#[test]
fn of_lost_requests_the_first_is_named() {
    let text = QUEUE.replace("trace {", "policy { max_queue 1; max_global_queue 0 }\ntrace {");
    let project = Project::new().with("q.kvs", format!("{text}expect rejected == 0\n"));
    project.kvs(["check"]).exits(1).warns("first rejected at 100 ms: request `r2`; 2 of 3 requests were");
}

#[test]
fn only_the_requests_that_are_meant_are_named() {
    let policy = "policy { max_queue 1; max_global_queue 0 }\n";
    let other = "trace other {\n  o1 5000 100 50\n  o2 5010 100 50\n}\n";
    let text = QUEUE.replace("trace {", &format!("{policy}{other}trace queue {{"));
    let project = Project::new().with("q.kvs", format!("{text}expect rejected for other == 0\n"));
    project.kvs(["check"]).exits(1).warns("request `o2`; 1 of 2 requests were");
    let project = Project::new().with("q.kvs", format!("{text}expect finished < 2\nexpect rejected > 5\n"));
    project.kvs(["check"]).exits(1).leaves_out("first rejected");
}

#[test]
fn what_holds_is_not_explained() {
    let project = Project::new().with("q.kvs", format!("{QUEUE}expect p99_latency_ms < 10 s\n"));
    project.kvs(["check"]).exits(0).leaves_out("note: first");
}

#[test]
fn over_windows_the_first_and_the_worst_are_reported() {
    // r1 arrives alone in its window and takes 750 ms; r2 and r3 share the next, the later one takes 2,050 ms.
    fails(
        "max_latency_ms over 100 ms windows < 700 ms",
        &[
            "the first window to miss is 0 s .. 100 ms, with 750 ms",
            "in the worst window the slowest request spent 63% in queue, 24% in decode, 12% in prefill",
        ],
    );
    fails("finished over 100 ms windows == 2", &["the first window to miss is 0 s .. 100 ms, with 1"]);
}

#[test]
fn windows_of_a_long_run_have_one_unit_in_all_sentences() {
    // A request eleven hours into the run takes 750 ms, one an hour later 1,250 ms.
    let (cluster, _) = QUEUE.split_once("trace").expect("a trace comes last");
    let trace = "trace { r1 39600000 500 200; r2 43200000 500 400 }";
    let text = format!("{cluster}{trace}\nexpect max_latency_ms over 15 min windows < 700 ms\n");
    let finished = Project::new().with("q.kvs", text).kvs(["check", "--error-format", "json"]).exits(1);
    for sentence in
        ["the worst of 2 windows is `43200 s .. 44100 s`", "the first window to miss is 39600 s .. 40500 s"]
    {
        assert!(finished.stderr.contains(sentence), "{sentence}: {}", finished.stderr);
    }
}

#[test]
fn of_a_span_only_the_requests_in_it_decide() {
    fails(
        "max_latency_ms during 0 s .. 100 ms < 1 s",
        &[
            "first exceeded at 1.5 s by request `r2` on small[0]; 1 of 2 requests are above the limit",
            "the slowest request spent 46% in queue, 36% in decode, 18% in prefill",
        ],
    );
    fails(
        "max_queue_depth during 150 ms .. 1 s <= 0",
        &["first broken at `150 ms`, for `850 ms` in all, worst at `200 ms`"],
    );
}

#[test]
fn over_time_a_failure_says_what_the_system_held_when_the_condition_broke() {
    fails("always queue_depth <= 1", &["at 200 ms: 2 requests in queue, 1 in prefill"]);
    fails("always queue_depth < 1 during 800 ms .. 2 s", &["at 800 ms: 1 request in queue, 1 in prefill"]);
    // Empty up to 100 ms, when r2 has to wait; again from 1.5 s, when r3 is served, to its end.
    fails("queue_depth == 0 for 30 s", &["at 2.25 s: no request in the system"]);
    fails("queue_depth == 0 for 30 s during 0 s .. 1 s", &["at 100 ms: 1 request in queue, 1 in prefill"]);
    fails("not (queue_depth >= 1 for 1 s)", &["at 100 ms: 1 request in queue, 1 in prefill"]);
    fails("eventually queue_depth > 5", &["at 200 ms: 2 requests in queue, 1 in prefill"]);
}

#[test]
fn a_preempted_request_says_for_how_long() {
    // Four blocks of four tokens, steps of 10 ms: `b` is preempted at 50 ms and prefilled again from 80 to 90 ms, as
    // scenarios/continuous/preemption.kvs computes. Of its 110 ms it waits 30, prefills 20 and decodes 60.
    let text = "
cluster { serves llama_3_1_8b; gpus h100_sxm x 1 }
engine { batching continuous; timing linear base 10 ms; block_size 4; kv_blocks 4; schedule_ahead 0 }
policy { preemption recompute }
trace {
  columns  id  arrival_ms  prompt  gen
  a        0   4           8
  b        0   4           8
}
expect max_latency_ms < 100
expect always batch_size >= 2 during 0 s .. 100 ms
";
    let finished = Project::new().with("q.kvs", text).kvs(["check"]).exits(1);
    finished
        .warns("first exceeded at 110 ms by request `b` on h100_sxm[0]; 1 of 2 requests are above the limit")
        .warns("the slowest request spent 55% in decode, 27% in preempted, 18% in prefill")
        .warns("1 request in decode, 1 in preempted");
}

#[test]
fn a_missed_slo_names_its_bounds_and_the_worst_request() {
    // First tokens after 250, 900 and 1,550 ms, latencies of 750, 1,400 and 2,050 ms; 500 ms for 200 tokens are about
    // 2.5 ms a token.
    let project = |slo: &str| {
        let (system, _) = QUEUE.split_once("trace").expect("it has a trace");
        let lengths = "prompt constant 500; output constant 200; requests 3";
        let workload = format!("workload w {{ arrivals constant; rate 10 req/s; {lengths}; slo {slo} }}");
        Project::new().with("q.kvs", format!("{system}{workload}\nexpect slo_attainment == 100%\n"))
    };
    let note = |slo: &str| {
        let finished = project(slo).kvs(["check", "--error-format", "json"]).exits(1);
        let object: serde_json::Value = serde_json::from_str(finished.stderr.lines().next().expect("one"))
            .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
        object["notes"][0].as_str().unwrap_or_else(|| panic!("{finished:#?}")).to_owned()
    };
    assert_eq!(
        note("ttft 1 s latency 1 s"),
        "2 of 3 requests missed their slo: 2 by latency, 1 by ttft; the worst is `w-2`, latency 2.05 s of 1 s"
    );
    assert_eq!(
        note("tpot 1 ms"),
        "3 of 3 requests missed their slo: 3 by tpot; the worst is `w-0`, tpot 2.513 ms of 1 ms"
    );
}
