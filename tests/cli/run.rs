//! `kvs run`.

use crate::project::{FIRST, Project};

const FILES: [&str; 3] = ["run_meta.json", "summary.json", "timeseries.csv"];

const TWO: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 2 }
workload chat { arrivals poisson; rate 4 req/s; prompt constant 100; output constant 50; requests 40 }
scenario \"any\" { policy { routing random } }
scenario \"two choices\" { policy { routing p2c }; expect p99_latency_ms < 10 * p99_latency_ms of \"any\" }
expect finished == 40
";

fn below(folder: &str) -> Vec<String> {
    FILES.iter().map(|file| format!("{folder}/{file}")).collect()
}

#[test]
fn the_summary_is_a_result_and_expectations_decide_the_exit_code() {
    Project::first()
        .kvs(["run", "first.kvs"])
        .exits(0)
        .says("first.kvs")
        .says("750")
        .ends("1 passed, 0 failed, 0 no data");
    Project::new()
        .with("slow.kvs", FIRST.replace("== 750", "< 700"))
        .kvs(["run", "slow.kvs"])
        .exits(1)
        .says("750")
        .warns("E0801");
}

#[test]
fn out_writes_every_file_and_the_same_bytes_again() {
    let project = Project::first();
    let _ = project.kvs(["run", "first.kvs", "--out", "one"]).exits(0);
    let _ = project.kvs(["run", "first.kvs", "--out", "deep/two"]).exits(0);
    assert_eq!(project.files("one"), below("one"));
    for file in FILES {
        assert_eq!(project.read(&format!("one/{file}")), project.read(&format!("deep/two/{file}")), "{file}");
    }
    let meta: serde_json::Value = serde_json::from_str(&project.read("one/run_meta.json")).expect("JSON");
    assert_eq!(meta["seed"], 1);
    assert!(meta["inputs"].to_string().contains("first.kvs"), "{meta:#}");
}

#[test]
fn several_cases_and_seeds_get_a_folder_each() {
    let project = Project::new().with("two.kvs", TWO);
    let _ = project.kvs(["run", "two.kvs", "--seeds", "2", "--out", "all"]).exits(0);
    let cases = ["all/any/seed-1", "all/any/seed-2", "all/two choices/seed-1", "all/two choices/seed-2"];
    assert_eq!(project.files("all"), cases.map(below).concat());

    let one = ["run", "two.kvs", "--only", "two choices", "--seed", "7", "--out", "one"];
    let _ = project.kvs(one).exits(0);
    assert_eq!(project.files("one"), below("one"));
}

#[test]
fn several_cases_end_in_one_table() {
    let project = Project::new().with("two.kvs", TWO);
    let finished = project.kvs(["run", "two.kvs"]).exits(0);
    let finished = finished
        .says("All 2 cases hold. Closest to its limits is two choices: `p99_latency_ms < 10 *")
        .says("two choices  ✓           40  ✓");
    assert!(!finished.stdout.contains("makespan"), "{finished:#?}");
    let finished = finished.ends("2 passed, 0 failed, 0 no data").warns("`--verbose` all of them");
    let lines = finished.stdout.lines().count();
    let verbose = project.kvs(["run", "two.kvs", "--verbose"]).exits(0);
    assert_eq!(verbose.stdout.matches("makespan").count(), 2, "{verbose:#?}");
    assert!(verbose.stdout.lines().count() > 3 * lines);
    let one = project.kvs(["run", "two.kvs", "--only", "any"]).exits(0);
    assert!(one.stdout.contains("makespan"), "{one:#?}");

    project.write("two.kvs", TWO.replace("finished == 40", "finished == 41"));
    let failed = project.kvs(["run", "two.kvs"]).exits(1);
    failed.says("None of 2 cases holds.").leaves_out("E0801").ends("0 passed, 2 failed, 0 no data");
    project.kvs(["run", "two.kvs", "--error-format", "json"]).exits(1).warns("E0801");
    project.kvs(["run", "two.kvs", "--verbose"]).exits(1).warns("E0801");
}

#[test]
fn outputs_chooses_the_files() {
    let project = Project::first();
    let written = |outputs: &str, out: &str| {
        let _ = project.kvs(["run", "first.kvs", "--out", out, "--outputs", outputs]).exits(0);
        let below = format!("{out}/");
        project.files(out).into_iter().map(|file| file.replace(&below, "")).collect::<Vec<_>>()
    };
    assert_eq!(written("events", "one"), ["events.jsonl", "run_meta.json"]);
    assert_eq!(written("requests,summary", "two"), ["requests.csv", "run_meta.json", "summary.json"]);
    assert_eq!(project.read("one/events.jsonl").lines().count(), 6);
    project.kvs(["run", "first.kvs", "--out", "o", "--outputs", "all"]).exits(2).warns("timeseries");
}

#[test]
fn requests_csv_has_a_row_for_each_request() {
    let text = FIRST
        .replace("trace { r1 0 500 200 }", "run { until 2 s }\ntrace chat { \"a,b\" 0 500 200\nr2 100 500 200\nr3 1800 1000 100\nr4 1000 20_000_000 9 }")
        .replace("expect p99_latency_ms == 750\nexpect p99_ttft_ms == 250", "expect arrived == 4");
    let project = Project::new().with("first.kvs", text);
    let _ = project.kvs(["run", "first.kvs", "--out", "out", "--outputs", "requests"]).exits(0);
    let rows = project.read("out/requests.csv");
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split(',').collect()).collect();
    let header = "id workload arrival_ms queue_ms ttft_ms tpot_ms latency_ms gpu cached_tokens prompt_tokens output_tokens outcome";
    assert_eq!(rows[0].join(" "), header);
    let of = |id: &str| {
        rows.iter().find(|row| row[0] == id).unwrap_or_else(|| panic!("no {id} in {rows:?}")).join(" ")
    };
    assert_eq!(of("r4"), "r4 chat 1000      0 20000000 9 never_fits");
    assert_eq!(of("r3"), "r3 chat 1800 0    small[0] 0 1000 100 unfinished");
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert_eq!(rows[2][..2], ["\"a", "b\""], "{rows:?}");
    assert_eq!(rows[2].last(), Some(&"finished"));
}

#[test]
fn the_times_of_requests_csv_are_those_of_the_summary() {
    let project = Project::first();
    let _ = project.kvs(["run", "first.kvs", "--out", "out", "--outputs", "requests"]).exits(0);
    let rows = project.read("out/requests.csv");
    // 500 ms over 199 gaps.
    let expected = "r1,trace,0,0,250,2.512562814,750,small[0],0,500,200,finished";
    assert_eq!(rows.lines().nth(1), Some(expected));
}

#[test]
fn over_seeds_the_worst_run_is_shown_with_its_numbers() {
    let text = FIRST.replace("trace { r1 0 500 200 }", "workload chat { arrivals poisson; rate 1 req/s; prompt constant 100; output constant 10; requests 20 }");
    let text = text.replace(
        "p99_latency_ms == 750\nexpect p99_ttft_ms == 250",
        "p99_latency_ms < 10 s\nexpect finished == 20",
    );
    let shown = Project::new().with("s.kvs", text).kvs(["run", "s.kvs", "--seeds", "3"]).exits(0);
    let shown = shown.says("over 3 runs").says("holds in 3 of 3 runs; the worst has seed ");
    let table = shown.stdout.split("over 3 runs").nth(1).expect("a table");
    let row = table.lines().find(|line| line.contains("✓ p99_latency_ms < 10 s")).expect("a row");
    assert!(row.contains("10 s  +9."), "{row}");
}

#[test]
fn an_output_folder_that_cannot_be_made_is_exit_5() {
    Project::first()
        .with("taken", "a file")
        .kvs(["run", "first.kvs", "--out", "taken"])
        .exits(5)
        .warns("taken")
        .leaves_out("written to");
}

#[test]
fn only_selects_by_name_and_an_unknown_name_is_exit_4() {
    let project = Project::new().with("two.kvs", TWO);
    for name in ["any", "two.kvs::any"] {
        project.kvs(["run", "two.kvs", "--only", name]).exits(0).ends("1 passed, 0 failed, 0 no data");
    }
    project.kvs(["run", "two.kvs", "--only", "two choise"]).exits(4).warns("nearest first: `two choices`");
}

#[test]
fn the_largest_seed_runs() {
    let project = Project::first();
    let largest = (u64::MAX - u64::from(u32::MAX)).to_string();
    project.kvs(["run", "first.kvs", "--seed", &largest]).exits(0).ends("1 passed, 0 failed, 0 no data");
    project.kvs(["run", "first.kvs", "--seed", &u64::MAX.to_string()]).exits(2).warns("--seed");
}

#[test]
fn a_file_without_a_case_is_exit_4_and_says_what_makes_one() {
    let project = Project::new().with("empty.kvs", "# nothing yet\n");
    project.kvs(["run", "empty.kvs"]).exits(4).warns("`empty.kvs` holds no case").warns("`cluster`");
}

#[test]
fn a_folder_is_refused_with_the_command_for_folders() {
    let project = Project::new().with("scenarios/a.kvs", FIRST);
    project.kvs(["run", "scenarios"]).exits(2).warns("kvs check scenarios");
}

#[test]
fn a_file_that_is_not_there_is_exit_5() {
    Project::new().kvs(["run", "none.kvs"]).exits(5).warns("`none.kvs`: no such file or folder");
}

#[test]
fn show_config_tells_values_and_where_they_come_from() {
    Project::first()
        .kvs(["run", "first.kvs", "--show-config"])
        .exits(0)
        .says("routing")
        .says("p2c")
        .says("default")
        .says("first.kvs:2");
}

#[test]
fn show_config_replaces_parameters_but_not_in_strings() {
    let scenario = "
param n = 3
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 1 KB }
cluster { serves tiny; gpus small x $n }
workload chat {
  arrivals constant
  rate 1 req/s
  requests $n
  lengths joint from \"pairs.csv\" prompt \"the $n longest\" output \"out\"
}
";
    Project::new()
        .with("a.kvs", scenario)
        .with("pairs.csv", "the $n longest,out\n10,5\n")
        .kvs(["run", "a.kvs", "--show-config"])
        .exits(0)
        .says("small x 3")
        .says("prompt \"the $n longest\" output");
}

#[test]
fn paths_are_listed_with_every_choice() {
    let clusters = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 1 KB }
trace { r1 0 500 200 }
scenario \"links\" { cluster {
  serves tiny
  gpus small x 4 as fast
  gpus small x 1 as near
  gpus small x 1 as far
  link fast near    bandwidth 10 GB/s latency 1 ms
  link near -> far  bandwidth 10 GB/s latency 2 ms
  link fast -> far  bandwidth 1 GB/s  latency 1 ms
} }
scenario \"none\"  { cluster { serves tiny; gpus small x 3 } }
scenario \"alone\" { cluster { serves tiny; gpus small x 1 } }
";
    let expected = "\
clusters.kvs::links

  from        to            latency    bandwidth  hops  1000 tokens
  fast[0..3]  fast[0..3]       2 ms      10 GB/s     2       2.1 ms
  fast[0..3]  near[0]          1 ms      10 GB/s     1       1.1 ms
  fast[0..3]  far[0]           3 ms      10 GB/s     2       3.1 ms
                               1 ms       1 GB/s     1         2 ms *
  near[0]     fast[0..3]       1 ms      10 GB/s     1       1.1 ms
  near[0]     far[0]           2 ms      10 GB/s     1       2.1 ms
  far[0]      fast[0..3]    no path
  far[0]      near[0]       no path

clusters.kvs::none

  from         to             latency    bandwidth  hops  1000 tokens
  small[0..2]  small[0..2]      10 us     300 GB/s     1     13.33 us

clusters.kvs::alone

  small[0] is alone: caches have nowhere to move

";
    let shown =
        Project::new().with("clusters.kvs", clusters).kvs(["run", "clusters.kvs", "--paths"]).exits(0);
    assert_eq!(shown.stdout, expected);
}

#[test]
fn rows_of_a_trace_are_accounted_for() {
    let rows = "a 0 100 10\nb 1000 100 10\nc 5000 100 10\n";
    let text = FIRST
        .replace("trace { r1 0 500 200 }", "trace chat from \"rows.trace\" { format kvs; slice 0 s .. 2 s }")
        .replace("expect p99_latency_ms == 750\nexpect p99_ttft_ms == 250", "expect finished == 2");
    let project = Project::new().with("replay.kvs", text).with("rows.trace", rows);
    project.kvs(["run", "replay.kvs"]).exits(0).says("trace chat: 3 rows read, 2 used, 1 outside slice");
}

#[test]
fn a_bad_row_is_named_by_file_line_and_column() {
    let rows = "a 0 100 10\nb 1000 many 10\n";
    let text = FIRST.replace("trace { r1 0 500 200 }", "trace chat from \"rows.trace\" { format kvs }");
    let project = Project::new().with("replay.kvs", text).with("rows.trace", rows);
    for command in ["run", "check"] {
        project.kvs([command, "replay.kvs"]).exits(3).warns("rows.trace:2:8").warns("many");
    }
}

#[test]
fn a_trace_that_cannot_be_read_is_exit_5_and_drawn_where_it_is_named() {
    let missing = FIRST.replace("trace { r1 0 500 200 }", "trace chat from \"none.trace\" { format kvs }");
    let project = Project::new().with("deep/replay.kvs", &missing);
    project.write("deep/folder.kvs", missing.replace("none.trace", "."));
    for command in [&["check"][..], &["run"], &["run", "--out", "out"]] {
        let of = |file| project.kvs(command.iter().copied().chain([file])).exits(5);
        let missing = of("deep/replay.kvs");
        let missing =
            missing.warns("`none.trace`: no such file").warns("replay.kvs:5:17").warns("`deep/none.trace`");
        missing.leaves_out("where `kvs` was started");
        of("deep/folder.kvs").warns("`.`: ");
    }
}

const LENGTHS: &str = "workload chat {
  arrivals constant
  rate 1 req/s
  prompt empirical from \"lengths.csv\" column \"in\"
  output constant 10
  requests 20
}";

#[test]
fn a_file_of_lengths_is_read_beside_its_scenario_and_written_down() {
    let text = FIRST
        .replace("trace { r1 0 500 200 }", LENGTHS)
        .replace("expect p99_latency_ms == 750\nexpect p99_ttft_ms == 250", "expect finished == 20");
    let project = Project::new().with("kvs.toml", "").with("deep/drawn.kvs", text);
    project.write("deep/lengths.csv", "in,out\n100,7\n");
    let _ = project.kvs(["run", "deep/drawn.kvs", "--out", "out"]).exits(0);
    let meta: serde_json::Value = serde_json::from_str(&project.read("out/run_meta.json")).expect("JSON");
    assert_eq!(meta["inputs"][1]["path"], "deep/lengths.csv", "{meta:#}");
    // Of the bytes `in,out\n100,7\n`.
    assert_eq!(
        meta["inputs"][1]["sha256"],
        "c6146ff3125e07b02395063e97c93b101420063871837d8b4d06591c5c1dbf48"
    );
}

#[test]
fn a_file_of_lengths_that_is_wrong_is_drawn_where_it_is_named() {
    let text = FIRST.replace("trace { r1 0 500 200 }", LENGTHS);
    let project = Project::new().with("drawn.kvs", &text).with("lengths.csv", "in,out\n100,7\nx,8\n");
    project.kvs(["check", "drawn.kvs"]).exits(3).warns("`lengths.csv:3:1`").warns("drawn.kvs:8:25");
    project.write("gone.kvs", text.replace("lengths.csv", "none.csv"));
    project.kvs(["run", "gone.kvs"]).exits(5).warns("`none.csv`: no such file").warns("gone.kvs:8:25");
    project.write("outside.kvs", text.replace("lengths.csv", "../lengths.csv"));
    project.kvs(["run", "outside.kvs"]).exits(5).warns("lies outside the project");
}

#[test]
fn a_workload_to_blame_is_drawn_at_its_header() {
    let closed = "workload loop {\n  arrivals users 2 think constant 0 s\n  duration 1 min\n  prompt constant 20000000\n  output constant 1\n}";
    let project = Project::new().with("stands.kvs", FIRST.replace("trace { r1 0 500 200 }", closed));
    project
        .kvs(["check", "stands.kvs"])
        .exits(3)
        .warns("workload `loop`: time stands still")
        .warns("stands.kvs:5:1");
}

#[test]
fn a_parameter_is_set_once() {
    Project::first()
        .kvs(["run", "first.kvs", "--set", "n=1", "--set", "n=2"])
        .exits(2)
        .warns("`n` two values");
}

#[test]
fn pictures_are_drawn_on_request_and_not_into_a_pipe() {
    let project = Project::first();
    let drawn = project.kvs(["run", "first.kvs", "--plots", "always"]).exits(0);
    drawn.says("over 750 ms  KV cache").says("small[0]").says("latency").says("100.0%  ████");
    let plain = project.kvs(["run", "first.kvs"]).exits(0);
    assert!(!plain.stdout.contains('█'), "{plain:#?}");
}

/// A lone request whose cache grows from one block of 2 MiB to three while its batch keeps its members: the second
/// block is taken at 10 ms, the third at 170 ms, and the last token, at 330 ms, is not written any more.
pub(crate) const GROWS: &str = "
cluster { serves llama_3_1_8b; gpus h100_sxm x 1 }
engine { batching continuous; timing linear base 10 ms; kv_blocks 10 }
run { sample_every 80 ms }
trace { a 0 16 33 }
expect peak_vram_bytes == 6 MiB
";

const MIB: u64 = 1 << 20;

#[test]
fn memory_in_the_time_series_grows_with_every_block_that_is_taken() {
    let project = Project::new().with("grows.kvs", GROWS);
    let _ = project.kvs(["run", "grows.kvs", "--out", "out", "--plots", "always"]).exits(0);
    let series = project.read("out/timeseries.csv");
    let mut rows = series.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let column = rows.next().and_then(|names| names.iter().position(|name| *name == "gpu0_vram_bytes"));
    let column = column.expect("memory has a column");
    let held: Vec<(&str, u64)> =
        rows.map(|row| (row[0], row[column].parse().expect("whole bytes"))).collect();
    let expected = [("0", 0), ("80", 4), ("160", 4), ("240", 6), ("320", 6), ("330", 0)];
    assert_eq!(held, expected.map(|(at, blocks)| (at, blocks * MIB)), "{series}");

    let summary: serde_json::Value = serde_json::from_str(&project.read("out/summary.json")).expect("JSON");
    let (peak, last) = (summary["peak_vram_bytes"].as_u64(), held[held.len() - 2].1);
    // One request, which takes a block of 2 MiB at a time.
    assert!(peak == Some(6 * MIB) && last + 2 * MIB >= 6 * MIB, "{peak:?} {last}");
}

#[test]
fn the_picture_of_memory_reaches_its_peak() {
    let project = Project::new().with("grows.kvs", GROWS);
    let drawn = project.kvs(["run", "grows.kvs", "--plots", "always"]).exits(0);
    drawn.says("h100_sxm[0]  ▅▆▆▆▆▆▇██████ 6.291 MB");
}
