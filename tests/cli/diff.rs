//! `kvs diff` and `kvs check --baseline`.

use std::process::Command;

use crate::project::{FIRST, Finished, Project, finish};

fn slower() -> String {
    FIRST.replace("decode 500 tok/s", "decode 400 tok/s").replace("expect p99_latency_ms == 750", "")
}

/// Two results: `old.json`, and `new.json` with a latency of 875 instead of 750 ms.
fn saved() -> Project {
    let project = Project::first();
    let _ = project.kvs(["check", "--report", "json=old.json"]).exits(0);
    project.write("first.kvs", slower());
    let _ = project.kvs(["check", "--report", "json=new.json"]).exits(0);
    project
}

/// Stdout holds this text, blanks aside.
#[track_caller]
fn tells(finished: &Finished, text: &str) {
    let squeezed = finished.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(squeezed.contains(text), "no `{text}` in {finished:#?}");
}

fn git(project: &Project, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(project.path(""))
        .args(["-c", "user.name=a", "-c", "user.email=a@b"])
        .args(arguments)
        .output()
        .expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A repository whose only commit holds the faster scenario, and the slower one in the folder.
fn repository() -> Project {
    let project = Project::new().with("scenarios/first.kvs", FIRST).with("scenarios/gone.kvs", FIRST);
    git(&project, &["init", "-q"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    project.write("scenarios/first.kvs", slower());
    std::fs::rename(project.path("scenarios/gone.kvs"), project.path("scenarios/new.kvs")).expect("ours");
    project
}

#[test]
fn what_changed_is_a_table_with_both_kinds_of_change() {
    let project = saved();
    let table = project.kvs(["diff", "old.json", "new.json"]).exits(0).stdout;
    let line = table.lines().find(|line| line.contains(" p99_latency_ms ")).expect("a line");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words, ["p99_latency_ms", "750", "ms", "→", "875", "ms", "+125", "ms", "+16.7%"]);
    assert!(!table.contains("p99_ttft_ms"), "what is as it was is not listed");
    let ending = table.lines().last().expect("a sentence");
    assert!(ending.starts_with("1 case changed, 0 as before, 0 gates broken; "), "{table}");
    assert!(ending.ends_with(" other metrics changed (--all shows them)"), "{table}");
    let all = project.kvs(["diff", "old.json", "new.json", "--all"]).exits(0).stdout;
    assert!(all.lines().count() > table.lines().count() && all.ends_with("0 gates broken\n"), "{all}");
    let one = |flag: &str, value: &str| project.kvs(["diff", "old.json", "new.json", flag, value]);
    let chosen = one("--metrics", "max_latency_ms").exits(0).stdout;
    assert!(chosen.contains("max_latency_ms") && !chosen.contains("p99_latency_ms"), "{chosen}");
    assert_eq!(one("--top", "2").exits(0).stdout.matches(" → ").count(), 2);
    one("--metrics", "p95_latencyms").exits(2).warns("did you mean `p95_latency_ms`");
    let same = project.kvs(["diff", "old.json", "old.json"]).exits(0).stdout;
    assert_eq!(same, "0 cases changed, 1 as before, 0 gates broken\n");
}

/// What was measured and is not any more may have become anything.
#[test]
fn a_gate_breaks_where_its_metric_is_gone() {
    let project = saved();
    let text = project.read("new.json").replace("\"p99_latency_ms\"", "\"p99_latency\"");
    project.write("lost.json", text);
    let diff = |gate: &str| project.kvs(["diff", "old.json", "lost.json", "--gate", gate]);
    diff("p99_latency_ms regress 50%").exits(1).warns("is broken in `").says("1 gate broken");
    let _ = diff("p99_ttft_ms regress 50%").exits(0);
}

#[test]
fn gates_fail_from_flags_and_from_the_project() {
    let project = saved();
    let diff = |gates: &[&str]| {
        let arguments = ["diff", "old.json", "new.json"].iter().chain(gates);
        project.kvs(arguments)
    };
    diff(&["--gate", "regress 2% and 5 ms"]).exits(1).says("breaks `regress 2% and 5 ms`");
    let _ = diff(&["--gate", "regress 2% and 200 ms"]).exits(0);
    let _ = diff(&["--gate", "p99_latency_ms regress 10%"]).exits(1);
    let _ = diff(&["--gate", "p99_ttft_ms regress 1%"]).exits(0);
    diff(&["--gate", "2%"]).exits(2).warns("expected a gate as");
    project.write("kvs.toml", "[diff]\ngates = [\"regress 2% and 5 ms\"]\n");
    let _ = diff(&[]).exits(1);
    let _ = diff(&["--gate", "regress 2% and 1 s"]).exits(0);
    diff(&["--gate", "peak_vram_bytes regress 5 ms"]).exits(2).warns("is measured in `B`");
    diff(&["--gate", "p999_latency_ms regress 10%"]).exits(1).says("breaks `p999_latency_ms regress 10%`");
    let idle = "note: `p99_itl_ms regress 1%` applies to nothing";
    diff(&["--gate", "p99_itl_ms regress 1%"]).exits(0).warns(idle);
    project.kvs(["diff", "new.json", "old.json"]).exits(0).says("-14.3%");
    for (text, mistake) in [
        ("[diff]\ngates = [\"slower\"]", "`slower` is not a gate"),
        ("[diff]\ngate = []", "unknown key `gate` in `[diff]`"),
        ("[diff]\n\ngates = [\"regress 1%\",\n\"arrived regress 1%\"]", "`arrived` never gets worse"),
        ("diff = 3", "`diff` is a table"),
    ] {
        project.write("kvs.toml", text);
        diff(&[]).exits(3).warns(mistake);
        project.kvs(["check"]).exits(3).warns(mistake);
    }
}

#[test]
fn a_gate_is_typed_beside_a_baseline_only() {
    let project = saved();
    let gate = ["check", "--gate", "regress 2%"];
    project.kvs(gate).exits(2).warns("needs something to compare with: `--baseline <REV|DIR>`");
    let in_ci = ["check", "--profile", "ci", "--gate", "regress 2%"];
    project.write("kvs.toml", "[diff]\ngates = [\"regress 2%\"]\n[profile.ci]\nbaseline = \"old.json\"\n");
    project.kvs(in_ci).exits(1).says("breaks `regress 2%`");
    project.kvs(["check"]).exits(0).ends("1 passed, 0 failed, 0 no data");
    let mut in_the_environment = project.command();
    finish(in_the_environment.env("KVS_GATE", "regress 2%").arg("check")).exits(0);
}

#[test]
fn markdown_is_for_pull_requests() {
    let project = saved();
    let arguments = ["diff", "old.json", "new.json", "--format", "markdown", "--gate", "regress 2% and 5 ms"];
    project
        .kvs(arguments)
        .exits(1)
        .says("### kvs: `old.json` → `new.json`")
        .says("- **first.kvs** `p99_latency_ms`: 750 ms → 875 ms (+16.7%) breaks `regress 2% and 5 ms`")
        .says("| first.kvs | p99_latency_ms | 750 ms | 875 ms | +125 ms | +16.7% ❌ |");
}

#[test]
fn a_revision_is_run_with_this_binary_and_leaves_the_repository_alone() {
    let project = repository();
    let status = || {
        let output =
            Command::new("git").current_dir(project.path("")).args(["status", "--porcelain"]).output();
        String::from_utf8(output.expect("git starts").stdout).expect("text")
    };
    let before = status();
    let finished = project.kvs(["check", "--baseline", "HEAD"]).exits(0);
    tells(&finished, "scenarios/first.kvs");
    tells(&finished, "750 ms → 875 ms +125 ms +16.7%");
    finished
        .says("scenarios/gone.kvs  is gone")
        .says("scenarios/new.kvs  is new")
        .ends("2 passed, 0 failed, 0 no data");
    let _ = project.kvs(["check", "--baseline", "HEAD", "--gate", "regress 2% and 5 ms"]).exits(1);
    assert_eq!(status().replace("?? .kvs/\n", ""), before);
    let filtered = project.kvs(["check", "--baseline", "HEAD", "--filter", "first"]).exits(0).stdout;
    assert!(!filtered.contains("gone.kvs"), "{filtered}");
    let mut below = project.command();
    below.current_dir(project.path("scenarios")).args(["check", "first.kvs", "--baseline", "HEAD"]);
    tells(&finish(&mut below).exits(0), "750 ms → 875 ms");
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "slower"]);
    tells(&project.kvs(["diff", "HEAD~1", "HEAD"]).exits(0), "750 ms → 875 ms");
    project.kvs(["diff", "HEAD", "HEAD"]).exits(0).says("0 cases changed, 2 as before");
}

#[test]
fn a_revision_without_results_is_not_a_baseline() {
    let project = repository();
    let check = |paths: &[&str]| project.kvs([&["check", "--baseline", "HEAD"], paths].concat());
    project.write("other/first.kvs", FIRST);
    check(&["other"]).exits(5).warns("no results `HEAD`: the revision holds no case");
    check(&["other", "scenarios"]).exits(0).says("other/first.kvs  is new");
    let outside = Project::first();
    let path = outside.path("first.kvs");
    check(&["scenarios", path.to_str().expect("text")]).exits(5).warns("is outside the repository");
    let inside = project.path("scenarios/first.kvs");
    tells(&check(&[inside.to_str().expect("text")]).exits(0), "750 ms → 875 ms");

    project.write("scenarios/broken.kvs", FIRST.replace("vram", "vran"));
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "broken"]);
    project.write("scenarios/broken.kvs", FIRST);
    check(&[]).exits(3).warns("at `HEAD` `scenarios/broken.kvs` cannot be run");
    check(&["scenarios/first.kvs"]).exits(0).says("0 cases changed");
    std::fs::remove_file(project.path("scenarios/broken.kvs")).expect("ours");
    check(&[]).exits(0).warns("note: at `HEAD` `scenarios/broken.kvs` cannot be run");

    let mut crash = project.command();
    crash.env("KVS_CRASH_IN", "scenarios/first.kvs").args(["diff", "HEAD", "HEAD", "scenarios/first.kvs"]);
    finish(&mut crash)
        .exits(5)
        .warns("scenarios/first.kvs gives no numbers")
        .warns("could be run to its end");
}

#[cfg(unix)]
#[test]
fn an_interrupted_baseline_leaves_no_checkout() {
    use std::time::Duration;
    let endless = RANDOM.replace("requests 300", "requests 100000000");
    let project = Project::new().with("scenarios/a.kvs", endless).with("temporary/kept", "");
    git(&project, &["init", "-q"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    let mut command = project.command();
    command.env("TMPDIR", project.path("temporary")).args(["check", "-q", "--baseline", "HEAD"]);
    let mut child = command.spawn().expect("the binary starts");
    let count = || std::fs::read_dir(project.path("temporary")).expect("there").count();
    let mut n_looks = 0;
    while count() < 2 {
        n_looks += 1;
        assert!(n_looks < 10_000, "nothing was checked out");
        std::thread::sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill starts").success());
    assert_eq!(child.wait().expect("ours").code(), Some(130));
    assert_eq!(count(), 1, "the checkout is left");
}

#[test]
fn of_a_folder_of_runs_the_first_seed_counts_and_nothing_else_is_read() {
    let seeds = RANDOM.replace("expect finished", "run { seed 8; seeds 3 }\nexpect finished");
    let project = Project::new().with("scenarios/random.kvs", seeds);
    let _ = project.kvs(["run", "scenarios/random.kvs", "--out", "out"]).exits(0);
    assert!(project.exists("out/seed-10/summary.json"));
    project.write("out/seed-8/package.json", "{}");
    let _ = project.kvs(["check", "--report", "json=now.json"]).exits(0);
    let _ = project.kvs(["diff", "out", "now.json"]).exits(0).says("0 cases changed, 1 as before");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("..", project.path("out/up")).expect("ours");
        let _ = project.kvs(["diff", "out", "now.json"]).exits(0).says("0 cases changed, 1 as before");
    }
}

#[test]
fn saved_runs_can_be_compared_too() {
    let project = Project::first();
    let _ = project.kvs(["run", "first.kvs", "--out", "old"]).exits(0);
    project.write("first.kvs", slower());
    let _ = project.kvs(["run", "first.kvs", "--out", "new"]).exits(0);
    tells(&project.kvs(["diff", "old", "new"]).exits(0), "750 ms → 875 ms");
    let _ = project.kvs(["check", "--baseline", "old", "--gate", "regress 1%"]).exits(1);
}

/// Poisson arrivals: means and times with more digits than results keep.
pub(crate) const RANDOM: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s; decode_efficiency 0.8 }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 2 }
workload chat { arrivals poisson; rate 3 req/s; prompt uniform 100..900; output constant 71; requests 300 }
expect finished == 300
";

#[test]
fn a_result_compared_with_itself_has_not_changed() {
    let project = Project::new().with("scenarios/random.kvs", RANDOM);
    let _ = project.kvs(["check", "--report", "json=old.json"]).exits(0);
    let mean = project.read("old.json");
    assert!(mean.lines().any(|line| line.contains("mean_ttft_ms") && line.len() > 35), "{mean}");
    let _ = project.kvs(["run", "scenarios/random.kvs", "--out", "run"]).exits(0);
    git(&project, &["init", "-q"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    let gates = ["--gate", "regress 0%", "--gate", "regress 0 ms"];
    for baseline in ["old.json", "run", "HEAD"] {
        let arguments = [&["check", "--baseline", baseline], gates.as_slice()].concat();
        project.kvs(arguments).exits(0).says("0 cases changed, 1 as before, 0 gates broken");
    }
    for sides in [["HEAD", "old.json"], ["run", "HEAD"], ["old.json", "run"]] {
        let arguments = [&["diff"], sides.as_slice(), &gates].concat();
        project.kvs(arguments).exits(0).says("0 cases changed, 1 as before");
    }
}

#[test]
fn a_missing_baseline_is_exit_5() {
    let project = repository();
    let _ = project.kvs(["check", "--baseline", "nowhere"]).exits(5).warns("no results `nowhere`");
    let _ = project
        .kvs(["diff", "HEAD", "nowhere"])
        .exits(5)
        .warns("neither a file, a folder nor a git revision");
    std::fs::create_dir(project.path("empty")).expect("ours");
    let _ = project.kvs(["check", "--baseline", "empty"]).exits(5).warns("no results in this folder");
    let _ = project.kvs(["check", "--baseline", "kvs.toml"]).exits(5);
    let outside = Project::first();
    let _ = outside.kvs(["check", "--baseline", "HEAD"]).exits(5);
}
