//! `kvs sweep`.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::json_schema::mistakes;
use crate::project::{Finished, Project, finish};

/// One request of 500 + 200 tokens: 250 ms, then 200 tokens at `speed`. A GPU costs 2 dollars an hour.
const SPEEDS: &str = "
param speed = 400 tok/s
param n = 1
gpu small { vram 24 GB; prefill 2000 tok/s; decode $speed; decode_efficiency 1; price 2 $/h }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x $n }
trace { r1 0 500 200 }
matrix { speed in [400 tok/s, 500 tok/s, 1000 tok/s]; n in [1, 2] }
expect p99_latency_ms < 700 ms
expect finished == 1
";

/// Poisson traffic on one to three GPUs, two policies.
const TRAFFIC: &str = "
param n = 1
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x $n }
workload chat { arrivals poisson; rate 3 req/s; prompt constant 200; output constant 60; requests 80 }
matrix { n in [2, 3] }
expect p95_latency_ms < 1 s
scenario \"any\" { policy { routing random } }
scenario \"two choices\" { policy { routing p2c } }
";

fn speeds() -> Project {
    Project::new().with("speeds.kvs", SPEEDS)
}

fn traffic() -> Project {
    Project::new().with("traffic.kvs", TRAFFIC)
}

fn sweep(project: &Project, flags: &[&str]) -> Finished {
    let file = if project.exists("speeds.kvs") { "speeds.kvs" } else { "traffic.kvs" };
    project.kvs(["sweep", file].iter().chain(flags))
}

#[test]
fn the_cases_are_in_one_table_with_the_best_in_a_sentence() {
    let expected = "\
4 of 6 cases hold. Of these speed=500 tok/s, n=1 has the lowest `cost_per_hour`, $2; its tightest
expectation is `p99_latency_ms < 700 ms` at 650 ms, with a margin of 7.14%.

                     p99_latency_ms
     speed  n              < 700 ms  finished == 1  cost_per_hour
 400 tok/s  1        ✗       750 ms  ✓           1             $2
 400 tok/s  2        ✗       750 ms  ✓           1             $4
 500 tok/s  1  best  ✓       650 ms  ✓           1             $2
 500 tok/s  2        ✓       650 ms  ✓           1             $4
1000 tok/s  1        ✓       450 ms  ✓           1             $2
1000 tok/s  2        ✓       450 ms  ✓           1             $4
";
    let project = speeds();
    let finished = sweep(&project, &[]).exits(0).warns("6 cases in ");
    assert_eq!(finished.stdout, expected, "{}", finished.stdout);
    assert!(!project.exists("snapshots") && !project.exists(".kvs"), "a sweep keeps nothing");
}

#[test]
fn where_no_case_holds_the_nearest_is_named() {
    let tight = Project::new().with("speeds.kvs", SPEEDS.replace("< 700 ms", "< 400 ms"));
    let words =
        "None of 6 cases holds. speed=1000 tok/s, n=1 comes closest: `p99_latency_ms < 400 ms` at 450 ms,";
    sweep(&tight, &[]).exits(0).says(words).says("beyond its limit by 12.5%.");
    let nothing = SPEEDS.replace("expect p99_latency_ms < 700 ms\nexpect finished == 1\n", "");
    let nothing = Project::new().with("speeds.kvs", nothing);
    sweep(&nothing, &[]).exits(0).says("6 cases, without expectations.\n");
    let best = sweep(&nothing, &["--minimize", "p99_latency_ms"]).exits(0);
    best.says("Of these speed=1000 tok/s, n=1 has the lowest `p99_latency_ms`, 450\nms.");
}

#[test]
fn colours_follow_the_margin() {
    let finished = sweep(&speeds(), &["--color", "always", "--where", "n=1"]).exits(0);
    let cell = |colour: u8, text: &str| format!("\u{1b}[{colour}m{text}");
    finished.says(&cell(31, "✗")).says(&cell(33, "✓")).says(&cell(32, "✓"));
}

#[test]
fn an_objective_is_a_metric_or_a_parameter() {
    let by = |flags: &[&str], words: &str| {
        let _ = sweep(&speeds(), flags).exits(0).says(words);
    };
    by(&["--minimize", "p99_latency_ms"], "speed=1000 tok/s, n=1 has the lowest `p99_latency_ms`, 450 ms");
    by(&["--maximize", "n"], "speed=500 tok/s, n=2 has the highest `n`, 2;");
    by(&["--maximize", "speed"], "speed=1000 tok/s, n=1 has the highest `speed`, 1000 tok/s");
    by(&["--maximize", "gpus", "--metrics", "mean_ttft_ms"], "n=2 has the highest `gpus`, 2;");
    let wrong = |name: &str| sweep(&speeds(), &["--minimize", name]).exits(2);
    wrong("p99_latency").warns("no metric is called `p99_latency`").warns("did you mean `p99_latency_ms`");
    wrong("spede").warns("did you mean `speed`");
    wrong("queue_depth").warns("a value at every instant").warns("`mean_queue_depth`");
    let words = SPEEDS.replace("matrix {", "param card = small\nmatrix { card in [small];");
    let words = words.replace("gpus small x", "gpus $card x");
    let refused = Project::new().with("speeds.kvs", words);
    sweep(&refused, &["--minimize", "card"]).exits(2).warns("`card` has no lowest and no highest value");
    let _ = sweep(&speeds(), &["--minimize", "n", "--maximize", "n"]).exits(2);
}

#[test]
fn metrics_are_further_columns() {
    let finished =
        sweep(&speeds(), &["--metrics", "p50_ttft_ms,mean_queue_depth", "--where", "n=1"]).exits(0);
    finished.says("p50_ttft_ms").says("mean_queue_depth").says("250 ms");
    let all = sweep(&speeds(), &["--metrics", "all", "--format", "csv"]).exits(0);
    let header = all.stdout.lines().next().unwrap_or_default();
    assert!(header.split(',').count() > 100, "{header}");
    sweep(&speeds(), &["--metrics", "p50_ttf"]).exits(2).warns("did you mean `p50_ttft_ms`");
}

#[test]
fn where_keeps_cases_and_names_what_there_is() {
    let kept = |flags: &[&str]| {
        let text = sweep(&speeds(), &[flags, &["--format", "csv"]].concat()).exits(0).stdout;
        text.lines().count() - 1
    };
    assert_eq!(kept(&["--where", "n=1"]), 3);
    assert_eq!(kept(&["--where", "speed=400,500tok/s", "--where", "n=1,2"]), 4);
    let finished = sweep(&traffic(), &["--where", "scenario=two choices", "--where", "n=3"]).exits(0);
    finished.says("The case");
    let refused = |flag: &str| sweep(&speeds(), &["--where", flag]).exits(2);
    refused("m=1")
        .warns("`m` does not vary in this file")
        .warns("`speed` (400 tok/s, 500 tok/s, 1000 tok/s), `n` (1, 2)");
    refused("n=7").warns("no case has `n=7`").warns("the values of `n`: 1, 2");
    refused("speed=1000 tok").warns("did you mean `1000 tok/s`");
    refused("n").warns("such as `card=l40s,h100_sxm`");
}

#[test]
fn vary_makes_cases_on_the_spot() {
    let rows = |flags: &[&str]| {
        let text = sweep(&speeds(), &[flags, &["--format", "csv"]].concat()).exits(0).stdout;
        text.lines()
            .skip(1)
            .map(|line| line.split(",").nth(2).unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&["--vary", "n=1..4", "--where", "speed=400"]).len(), 4);
    assert_eq!(rows(&["--vary", "speed=100 .. 300 step 100 tok/s", "--vary", "n=1"]).len(), 3);
    let finished = sweep(&traffic(), &["--vary", "n=2,4,8", "--grid"]).exits(0);
    finished.says("n=2      n=4      n=8");
    let refused = |flag: &str, words: &str, code: i32| {
        let _ = sweep(&speeds(), &["--vary", flag]).exits(code).warns(words);
    };
    refused("m=1..3", "`m`", 3);
    refused("n=8..1", "range", 3);
    refused("n", "such as `n=1..8`", 2);
    sweep(&speeds(), &["--vary", "n=1", "--set", "n=2"]).exits(2).warns("cannot both vary and be set");
    sweep(&speeds(), &["--vary", "n=1", "--vary", "n=2"]).exits(2).warns("varies `n` twice");
}

#[test]
fn a_grid_has_the_tightest_margins() {
    let expected = "\
4 of 6 cases hold. Of these speed=500 tok/s, n=1 has the lowest `cost_per_hour`, $2; its tightest
expectation is `p99_latency_ms < 700 ms` at 650 ms, with a margin of 7.14%.

speed       n=1       n=2
400 tok/s   ✗ -7.14%  ✗ -7.14%
500 tok/s   ✓ *7.14%  ✓  7.14%
1000 tok/s  ✓  35.7%  ✓  35.7%
the tightest margin of each case, as a share of its limit, * the best case
";
    let project = speeds();
    let finished = sweep(&project, &["--grid"]).exits(0);
    let text: Vec<&str> = finished.stdout.lines().collect();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(
        text.iter().map(|line| words(line)).collect::<Vec<_>>(),
        expected.iter().map(|line| words(line)).collect::<Vec<_>>()
    );
    let one = sweep(&project, &["--grid", "--where", "n=1"]).exits(2);
    one.warns("only `speed` does");
    let more =
        SPEEDS.replace("matrix {", "param prompt = 2000 tok/s\nmatrix { prompt in [1000 tok/s, 2000 tok/s];");
    let more = Project::new().with("speeds.kvs", more.replace("prefill 2000 tok/s", "prefill $prompt"));
    let many = sweep(&more, &["--grid"]).exits(2);
    many.warns("3 do: `prompt`, `speed`, `n`").warns("`--where n=1`");
    let _ = sweep(&project, &["--grid", "--format", "csv"]).exits(2).warns("`--grid` has no place");
}

#[test]
fn over_seeds_means_have_intervals_and_the_verdict_is_over_all() {
    let finished = sweep(&traffic(), &["--seeds", "5"]).exits(0);
    finished.says(" ± ").warns("4 cases, 20 runs in ");
    let json = sweep(&traffic(), &["--seeds", "5", "--format", "json"]).exits(0);
    let document: Value = serde_json::from_str(&json.stdout).expect("JSON");
    for case in document["cases"].as_array().expect("a list") {
        let of = &case["expectations"][0];
        let values: Vec<f64> =
            of["values"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
        let mean = values.iter().sum::<f64>() / 5.0;
        let over = &of["over_seeds"];
        let number = |name: &str| over[name].as_f64().expect("a number");
        assert!((number("mean") - mean).abs() < 1e-9 * mean, "{case:#}");
        assert!(number("min") < number("low") || number("low") < mean, "{case:#}");
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / 4.0;
        // Student's t at 97.5 % with four degrees of freedom.
        let half_width = 2.776_445_105_197_794 * (variance / 5.0).sqrt();
        assert!((number("high") - mean - half_width).abs() < 1e-9 * mean, "{case:#}");
        let holds = values.iter().all(|value| *value < 1000.0);
        assert_eq!(of["status"], if holds { "pass" } else { "fail" }, "{case:#}");
    }
}

#[test]
fn differences_are_of_pairs_and_say_what_they_cannot_tell() {
    let finished = sweep(&traffic(), &["--seeds", "6", "--versus", "any, n=2"]).exits(0);
    finished.says("Differences from any, n=2, seed by seed over 6 seeds, with 95% intervals");
    let json = sweep(&traffic(), &["--seeds", "6", "--versus", "any[n=2]", "--format", "json"]).exits(0);
    let document: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let cases = document["cases"].as_array().expect("a list");
    let values = |id: &str| -> Vec<f64> {
        let case = cases.iter().find(|case| case["id"] == id).expect("a case");
        let values = case["expectations"][0]["values"].as_array().expect("a list");
        values.iter().filter_map(Value::as_f64).collect()
    };
    let (one, other) = (values("traffic.kvs::two choices[n=3]"), values("traffic.kvs::any[n=2]"));
    let mean = one.iter().zip(&other).map(|(one, other)| one - other).sum::<f64>() / 6.0;
    let differences = document["versus"]["differences"].as_array().expect("a list");
    assert_eq!(differences.len(), 3, "{document:#}");
    let difference =
        differences.iter().find(|of| of["case"] == "traffic.kvs::two choices[n=3]").expect("a case");
    let found = difference["expectations"][0]["difference"]["mean"].as_f64().expect("a number");
    assert!((found - mean).abs() < 1e-9 * mean.abs(), "{found} {mean}");
}

#[test]
fn what_cannot_be_told_apart_is_marked() {
    let same = TRAFFIC.replace("routing p2c", "routing random").replace("matrix { n in [2, 3] }\n", "");
    let project = Project::new().with("traffic.kvs", &same);
    sweep(&project, &["--seeds", "3", "--versus", "any"]).exits(0).says("same");
    let flags = ["--seeds", "4", "--versus", "any, n=2", "--metrics", "makespan_ms"];
    sweep(&traffic(), &flags).exits(0).says("≈ -0.03").says("≈ not distinguishable: the interval holds zero");
    sweep(&traffic(), &["--versus", "any[n=2]"]).exits(0).says("under one seed there is no interval");
    sweep(&project, &["--versus", "two choice"]).exits(2).warns("did you mean `two choices`");
    sweep(&traffic(), &["--versus", "n=2"]).exits(2).warns("`n=2` is 2 cases").warns("`any[n=2]`");
}

#[test]
fn other_seeds_are_not_paired() {
    let text = TRAFFIC.replace("matrix { n in [2, 3] }\n", "run { seeds 2 }\n");
    let text = text.replace("routing p2c }", "routing p2c }\n run { seed 2 }");
    let project = Project::new().with("traffic.kvs", text);
    let finished = sweep(&project, &["--versus", "any"]).exits(0);
    finished.says("two choices ran under other seeds: 1 of 2 are in both");
}

#[test]
fn csv_is_tidy_and_the_same_whatever_runs_at_once() {
    let of = |flags: &[&str]| {
        sweep(&traffic(), &[&["--seeds", "2", "--format", "csv"], flags].concat()).exits(0).stdout
    };
    let whole = of(&["-j", "1"]);
    assert_eq!(whole, of(&["-j", "2"]));
    let mut lines = whole.lines();
    let header = "case,scenario,n,seed,status,p95_latency_ms < 1 s,value in ms: p95_latency_ms < 1 s,\
                  margin: p95_latency_ms < 1 s,cost_per_hour_usd,gpus";
    assert_eq!(lines.next(), Some(header));
    let first = lines.next().unwrap_or_default();
    assert!(first.starts_with("traffic.kvs::any[n=2],any,2,1,"), "{first}");
    assert_eq!(lines.count(), 7);

    let mut joined: Vec<String> = Vec::new();
    for partition in ["slice:1/2", "slice:2/2"] {
        let part = of(&["--partition", partition]);
        let mut lines = part.lines();
        assert_eq!(lines.next(), Some(header));
        joined.extend(lines.map(str::to_owned));
    }
    let rows: BTreeSet<String> = whole.lines().skip(1).map(str::to_owned).collect();
    assert_eq!(joined.len(), rows.len());
    assert_eq!(joined.into_iter().collect::<BTreeSet<_>>(), rows);
}

#[test]
fn parameters_with_units_are_numbers_with_units_in_their_names() {
    let text = sweep(&speeds(), &["--format", "csv"]).exits(0).stdout;
    let header = text.lines().next().unwrap_or_default();
    assert!(header.starts_with("case,scenario,speed_tokens_per_sec,n,seed,status,"), "{header}");
    let row = text.lines().nth(1).unwrap_or_default();
    assert_eq!(
        row,
        "\"speeds.kvs[speed=400 tok/s,n=1]\",,400,1,1,fail,fail,750,-0.0714285714286,pass,1,0,2,1"
    );
}

#[test]
fn pandas_reads_it() {
    let is_there = Command::new("python3").args(["-c", "import pandas"]).output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        let line = "skipped: pandas_reads_it: no python3 with pandas\n";
        return io::stderr().write_all(line.as_bytes()).expect("stderr is open");
    }
    let project = speeds().with("speeds.csv", sweep(&speeds(), &["--format", "csv"]).exits(0).stdout);
    let script = "
import pandas
frame = pandas.read_csv('speeds.csv')
assert len(frame) == 6, frame
assert frame['speed_tokens_per_sec'].tolist() == [400, 400, 500, 500, 1000, 1000], frame
assert frame['p99_latency_ms < 700 ms'].tolist().count('pass') == 4, frame
assert frame.groupby('n')['value in ms: p99_latency_ms < 700 ms'].mean().tolist() == [1850 / 3] * 2, frame
";
    let _ = finish(project.command_of("python3").args(["-c", script])).exits(0);
}

#[test]
fn json_is_valid_by_its_schema_and_the_same_whatever_runs_at_once() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/sweep.json")).expect("JSON");
    let broken = TRAFFIC.replace("expect p95", "expect p95_ttft_ms after 1 h < 1 s\nexpect p95");
    let broken = Project::new().with("traffic.kvs", broken);
    for (project, flags) in [
        (&speeds(), &["-j", "1"][..]),
        (&traffic(), &["--seeds", "3", "--versus", "any[n=2]", "--metrics", "all"]),
        (&broken, &["--seeds", "2", "--maximize", "goodput"]),
    ] {
        let json = ["--format", "json"];
        let text = sweep(project, &[&json, flags].concat()).exits(0).stdout;
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let mistakes = mistakes(&schema, &document);
        assert!(mistakes.is_empty(), "{mistakes:#?}");
        assert_eq!(
            text,
            sweep(project, &[&json, flags, &["-j", "2"][usize::from(flags[0] == "-j") * 2..]].concat())
                .stdout
        );
    }
}

#[test]
fn markdown_is_the_same_table() {
    let finished = sweep(&speeds(), &["--format", "markdown", "--where", "speed=400,500"]).exits(0);
    let expected = "\
| speed | n |  | `p99_latency_ms < 700 ms` | `finished == 1` | `cost_per_hour` |
| --: | --: | --- | --: | --: | --: |
| 400 tok/s | 1 |  | ✗ 750 ms | ✓ 1 | $2 |
| 400 tok/s | 2 |  | ✗ 750 ms | ✓ 1 | $4 |
| **500 tok/s** | **1** | best | ✓ 650 ms | ✓ 1 | $2 |
| 500 tok/s | 2 |  | ✓ 650 ms | ✓ 1 | $4 |
";
    finished.says(expected);
    let grid = sweep(&speeds(), &["--format", "markdown", "--grid"]).exits(0);
    grid.says("| speed | `n=1` | `n=2` |");
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    let wide = sweep(&traffic(), &["--seeds", "3", "--metrics", "p50_ttft_ms,p95_ttft_ms,p99_ttft_ms,mean_tpot_ms,gpu_utilization,makespan_ms,throughput_tokens_per_sec"]).exits(0);
    let widest = wide.stdout.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(widest <= 100, "{widest}: {}", wide.stdout);
    assert_eq!(wide.stdout.matches("two choices  2").count(), 2, "names are repeated: {}", wide.stdout);
}

#[test]
fn without_a_price_the_fewest_gpus_are_best_and_the_missing_price_is_said_once() {
    sweep(&traffic(), &[]).exits(0).says("has the lowest `gpus`, 2").leaves_out("price");
    let mixed = SPEEDS
        .replace("param n = 1", "param n = 1\nparam card = small\ngpu other extends small { price 0 $/h }");
    let mixed = mixed.replace(
        "matrix { speed in [400 tok/s, 500 tok/s, 1000 tok/s]; n in [1, 2] }",
        "matrix { card in [small, h100_sxm, l40s] }",
    );
    let mixed =
        mixed.replace("gpus small x $n", "gpus $card x $n").replace("expect p99_latency_ms < 700 ms\n", "");
    let mixed = mixed
        .replace("tiny {", "tiny extends llama_3_1_8b {")
        .replace("cluster", "engine { batching continuous }\ncluster");
    let mixed = mixed
        .replace("[small, h100_sxm, l40s]", "[h100_sxm, l40s]")
        .replace("param card = small", "param card = l40s");
    let project = Project::new().with("traffic.kvs", mixed);
    let finished = sweep(&project, &[]).exits(0);
    assert_eq!(finished.stdout.matches("no price for l40s").count(), 1, "{finished:#?}");
    finished.says("card=h100_sxm has the lowest `cost_per_hour`, $4.25");
}

#[test]
fn a_file_without_a_matrix_is_one_row() {
    let one = Project::first();
    one.kvs(["sweep", "first.kvs"]).exits(0).says("The case holds.").says("case       ");
}

#[test]
fn exit_codes_are_those_of_what_went_wrong() {
    let _ = Project::new().with("speeds.kvs", "nonsense").kvs(["sweep", "speeds.kvs"]).exits(3);
    Project::new()
        .with("speeds.kvs", "# nothing\n")
        .kvs(["sweep", "speeds.kvs"])
        .exits(4)
        .warns("holds no case");
    let _ = Project::new().kvs(["sweep", "none.kvs"]).exits(5);
    let _ = Project::first().kvs(["sweep", "."]).exits(2).warns("found the folder");
    let missing = SPEEDS.replace("trace { r1 0 500 200 }", "trace chat from \"none.trace\" { format kvs }");
    let missing = Project::new().with("speeds.kvs", missing);
    let finished = sweep(&missing, &[]).exits(5);
    finished.warns("`none.trace`: no such file").says("6 did not run to the end.");
    let _ = sweep(&speeds(), &["--partition", "slice:7/7"]).exits(4);
}

#[cfg(debug_assertions)]
#[test]
fn a_bug_of_ours_is_70_and_the_other_cases_are_in_the_table() {
    let project = speeds();
    let id = "speeds.kvs[speed=500 tok/s,n=1]";
    let command = &mut project.command();
    let finished = finish(command.args(["sweep", "speeds.kvs"]).env("KVS_CRASH_IN", id)).exits(70);
    finished.says("crashed").says("1 did not run to the").says("speed=1000 tok/s, n=1 has the lowest");
}

#[cfg(unix)]
#[test]
fn ctrl_c_shows_what_is_there() {
    let endless = TRAFFIC
        .replace("requests 80", "requests $many")
        .replace("param n = 1", "param n = 1\nparam many = 10");
    let endless = endless.replace("n in [2, 3]", "many in [10, 2_000_000_000]");
    let project = Project::new().with("traffic.kvs", endless);
    let arguments = ["sweep", "traffic.kvs", "-j", "4"];
    let mut command = project.command();
    let child = command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    std::thread::sleep(Duration::from_millis(2000));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
    let output = child.wait_with_output().expect("ours");
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("Interrupted: 2 cases not run.") && text.contains("any"), "{text}");
}
