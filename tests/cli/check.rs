//! `kvs check`.

use crate::project::{FIRST, Project, finish};

/// The same scenario with a limit below what it takes.
pub(crate) fn failing() -> String {
    FIRST.replace("p99_latency_ms == 750", "p99_latency_ms < 700")
}

pub(crate) const MATRIX: &str = "
param n = 1
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x $n }
trace { r1 0 500 200 }
matrix { n in [1, 2, 3] }
expect finished == 1
";

#[test]
fn what_holds_passes() {
    Project::first()
        .kvs(["check", "first.kvs"])
        .exits(0)
        .ends("1 passed, 0 failed, 0 no data")
        .warns("pass  first.kvs  2 expectations");
}

#[test]
fn a_missed_limit_is_drawn_at_its_line_with_the_command_that_repeats_it() {
    Project::new()
        .with("slow.kvs", failing())
        .kvs(["check", "slow.kvs"])
        .exits(1)
        .ends("0 passed, 1 failed, 0 no data")
        .warns("FAIL  slow.kvs  1 of 2 expectations")
        .warns("E0801")
        .warns("slow.kvs:6")
        .warns("expect p99_latency_ms < 700")
        .warns("700 ms")
        .warns("750 ms")
        .warns("repeat with: kvs run slow.kvs");
}

#[test]
fn failures_with_different_worst_seeds_have_a_command_each() {
    let text = "run { seeds 12 }
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
workload w { arrivals poisson; rate 3 req/s; prompt constant 200; output constant 20; requests 20 }
expect mean_ttft_ms < 1
expect makespan_ms < 1
expect finished == 20
";
    let project = Project::new().with("seeds.kvs", text);
    let finished = project.kvs(["check", "seeds.kvs", "--report", "json=out.json"]).exits(1);
    let commands: Vec<&str> =
        finished.stderr.lines().filter_map(|line| line.trim().strip_prefix("repeat with: ")).collect();
    let report: serde_json::Value = serde_json::from_str(&project.read("out.json")).expect("JSON");
    let expectations = report["cases"][0]["expectations"].as_array().expect("a list").iter();
    let worst: Vec<String> = expectations
        .filter(|expectation| expectation["status"] == "fail")
        .map(|expectation| format!("kvs run seeds.kvs --seed {}", expectation["deciding_seed"]))
        .collect();
    assert_eq!(worst.len(), 2, "{finished:#?}");
    assert_ne!(worst[0], worst[1], "the test needs two seeds");
    assert_eq!(commands, worst);
    let report = project.read("out.json");
    for command in worst {
        assert!(report.contains(&format!("\"repeat\": \"{command}\"")), "no `{command}` in {report}");
    }
}

#[test]
fn concise_diagnostics_are_one_line_each() {
    let finished = Project::new()
        .with("slow.kvs", failing())
        .kvs(["check", "slow.kvs", "--error-format", "concise"])
        .exits(1);
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].starts_with("slow.kvs:6:1: error[E0801]: "), "{}", lines[0]);
}

#[test]
fn json_diagnostics_are_one_object_each() {
    let finished = Project::new()
        .with("slow.kvs", failing())
        .kvs(["check", "slow.kvs", "none.kvs", "--error-format", "json"])
        .exits(5);
    let objects = finished.stderr.lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{line}: {error}"))
    });
    let objects: Vec<_> = objects.collect();
    assert_eq!(objects.len(), 2, "{objects:#?}");
    assert_eq!(objects[1]["repeat"], "kvs run slow.kvs");
}

#[test]
fn an_expectation_over_nothing_fails_as_no_data() {
    Project::new()
        .with("none.kvs", FIRST.replace("p99_ttft_ms == 250", "p99_ttft_ms after 1 h < 1 s"))
        .kvs(["check", "none.kvs"])
        .exits(1)
        .ends("0 passed, 0 failed, 1 no data")
        .warns("E0802");
}

#[test]
fn folders_are_searched_in_order_and_ignored_files_left_out() {
    let project = Project::new()
        .with("scenarios/b.kvs", FIRST)
        .with("scenarios/a/deep.kvs", FIRST)
        .with("scenarios/.hidden/x.kvs", "not a scenario")
        .with("scenarios/target/x.kvs", "not a scenario")
        .with("scenarios/ignored.kvs", "not a scenario")
        .with("scenarios/notes.txt", "not a scenario")
        .with(".gitignore", "ignored.kvs\n");
    for arguments in [&["check", "--list"][..], &["check", "scenarios", "--list"], &["check", ".", "--list"]]
    {
        let listed = project.kvs(arguments).exits(0).stdout;
        assert_eq!(listed, "scenarios/a/deep.kvs\nscenarios/b.kvs\n", "{arguments:?}");
    }
}

#[test]
fn a_file_named_twice_is_checked_once() {
    Project::first()
        .kvs(["check", "first.kvs", "./first.kvs", "."])
        .exits(0)
        .ends("1 passed, 0 failed, 0 no data");
}

#[test]
fn ids_count_from_the_root_wherever_kvs_is_started() {
    let project = Project::new().with("scenarios/a.kvs", FIRST);
    let mut command = project.command();
    command.current_dir(project.path("scenarios")).args(["check", "a.kvs", "--list"]);
    assert_eq!(finish(&mut command).exits(0).stdout, "scenarios/a.kvs\n");
}

#[test]
fn a_matrix_gives_a_case_each_and_a_filter_selects_by_id() {
    let project = Project::new().with("m.kvs", MATRIX);
    let listed = project.kvs(["check", "--list"]).exits(0).stdout;
    assert_eq!(listed, "m.kvs[n=1]\nm.kvs[n=2]\nm.kvs[n=3]\n");
    project.kvs(["check", "--filter", "n=[23]"]).exits(0).ends("2 passed, 0 failed, 0 no data");
}

#[test]
fn nothing_selected_is_exit_4() {
    let project = Project::first();
    project
        .kvs(["check", "--filter", "nowhere"])
        .exits(4)
        .warns("no case matches `--filter nowhere`")
        .warns("--list");
    Project::new().kvs(["check"]).exits(4).warns("no `*.kvs` file found").warns("kvs new");
}

#[test]
fn a_path_that_leads_nowhere_is_exit_5_and_the_others_are_checked() {
    Project::first()
        .kvs(["check", "frist.kvs", "first.kvs"])
        .exits(5)
        .ends("1 passed, 0 failed, 0 no data")
        .warns("`frist.kvs`: no such file or folder");
}

#[test]
fn a_wrong_file_is_exit_3_and_the_others_are_checked() {
    Project::first()
        .with("wrong.kvs", FIRST.replace("prefill", "prefil"))
        .kvs(["check"])
        .exits(3)
        .ends("1 passed, 0 failed, 0 no data, 1 file with errors")
        .warns("prefil")
        .warns("prefill");
}

#[test]
fn a_wrong_file_outweighs_a_failure_and_an_unreadable_one_outweighs_both() {
    let project = Project::new().with("slow.kvs", failing()).with("wrong.kvs", "nonsense");
    let _ = project.kvs(["check"]).exits(3);
    let _ = project.kvs(["check", ".", "none.kvs"]).exits(5);
    let _ = project.kvs(["check", "slow.kvs"]).exits(1);
}

#[test]
fn what_is_not_simulated_is_refused_when_it_is_run() {
    let sharded = "
gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }
model small { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus fast x 2 tensor_parallel 2 }
workload chat { arrivals poisson; rate 1 req/s; prompt constant 10; output constant 10; requests 5 }
expect completion_rate == 100%
";
    let project = Project::new().with("later.kvs", sharded);
    project.kvs(["check"]).exits(3).ends("0 passed, 0 failed, 0 no data, 1 case with errors").warns("E09");
    let _ = project.kvs(["check", "--list"]).exits(0);
}

#[test]
fn the_output_does_not_depend_on_the_number_of_threads() {
    let mut project = Project::new().with("m.kvs", MATRIX);
    for index in 0..20 {
        project = project
            .with(&format!("s{index:02}.kvs"), if index % 3 == 0 { failing() } else { FIRST.to_owned() });
    }
    let lines = |jobs: &str| project.kvs(["check", "-j", jobs]).exits(1).stderr;
    assert_eq!(lines("1"), lines("4"));
}

#[test]
fn fail_fast_starts_nothing_after_a_failure() {
    let project = Project::new().with("a.kvs", failing()).with("b.kvs", FIRST).with("c.kvs", FIRST);
    project
        .kvs(["check", "--fail-fast", "-j", "1"])
        .exits(1)
        .ends("0 passed, 1 failed, 0 no data, 2 not run");
}

#[test]
fn set_changes_a_parameter() {
    let text = FIRST.replace("prefill 2000 tok/s", "prefill $speed").to_owned();
    let project = Project::new().with("p.kvs", format!("param speed = 2000 tok/s\n{text}"));
    let _ = project.kvs(["check"]).exits(0);
    project.kvs(["check", "--set", "speed=1000 tok/s"]).exits(1).warns("--set 'speed=1000 tok/s'");
}

#[test]
fn several_seeds_must_all_hold_and_the_worst_is_named() {
    let random = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
workload chat { arrivals poisson; rate 1 req/s; prompt constant 100; output constant 10; requests 50 }
expect p99_latency_ms < 1 ms
";
    let project = Project::new().with("r.kvs", random);
    project.kvs(["check", "--seeds", "3"]).exits(1).warns("in 0 of 3 runs").warns("--seed ");
}

#[test]
fn an_expectation_may_look_at_another_scenario_that_was_not_selected() {
    let text = FIRST.replace("expect p99_ttft_ms == 250", "");
    let scenarios = format!(
        "{text}
scenario \"fast\" {{ expect p99_ttft_ms < 1.5 * p99_ttft_ms of \"other\" }}
scenario \"other\" {{ }}
"
    );
    Project::new()
        .with("two.kvs", scenarios)
        .kvs(["check", "--filter", "fast"])
        .exits(0)
        .ends("1 passed, 0 failed, 0 no data");
}

#[test]
fn reads_stay_below_the_root_unless_allowed() {
    let outside = Project::new().with("defs.kvs", "model tiny { kv_bytes_per_token 2048 B }\n");
    let path = outside.path("defs.kvs").display().to_string();
    let text = FIRST.replace("model tiny { kv_bytes_per_token 2048 B }", &format!("use \"{path}\""));
    let project = Project::new().with("user.kvs", text);
    project.kvs(["check"]).exits(3).warns("outside the project").warns("--allow-outside");
    let _ = project.kvs(["check", "--allow-outside"]).exits(0);
}

#[test]
fn what_is_wrong_with_every_case_of_a_file_is_said_once() {
    let gone = MATRIX.replace("trace { r1 0 500 200 }", "trace chat from \"none.csv\" { format kvs }");
    let finished = Project::new().with("m.kvs", gone).kvs(["check", "m.kvs"]).exits(5);
    assert_eq!(finished.stderr.matches("E0805").count(), 1, "{finished:#?}");
    let _ = finished.ends("0 passed, 0 failed, 0 no data, 3 cases with I/O errors");
}

#[test]
fn an_unknown_key_of_the_project_file_is_named() {
    let project = Project::first().with("kvs.toml", "# nothing yet\nseed = 3\n");
    project.kvs(["check"]).exits(3).warns("unknown key `seed`").warns("kvs.toml:2:1");
    project.write("kvs.toml", "# nothing yet\n= 3\n");
    project.kvs(["run", "first.kvs"]).exits(3).warns("kvs.toml:2:1");
    project.write("kvs.toml", "# nothing yet\n");
    let _ = project.kvs(["check"]).exits(0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_reports_what_is_finished_and_waits_for_nothing() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let endless = FIRST
        .replace(
            "trace { r1 0 500 200 }",
            "workload w { arrivals poisson; rate 1 req/s; prompt constant 9; output constant 9; requests 2_000_000_000 }",
        )
        .replace("expect p99_latency_ms == 750\nexpect p99_ttft_ms == 250", "expect rejected == 0");
    let project = Project::new().with("a.kvs", FIRST).with("b.kvs", &endless).with("c.kvs", FIRST);
    let mut child = project
        .command()
        .args(["check", "-j", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("pass  a.kvs") {
        line.clear();
        assert!(stderr.read_line(&mut line).expect("text") > 0, "ended before the first case was reported");
    }
    // The case after the endless one has finished and waits to be printed.
    std::thread::sleep(Duration::from_millis(500));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
    let mut code = None;
    for _ in 0..100 {
        code = child.try_wait().expect("ours").map(|status| status.code());
        if code.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let Some(code) = code else {
        child.kill().expect("ours");
        panic!("still running a second after Ctrl-C");
    };
    let (mut errors, mut results) = (String::new(), String::new());
    stderr.read_to_string(&mut errors).expect("text");
    child.stdout.take().expect("piped").read_to_string(&mut results).expect("text");
    assert_eq!(code, Some(130), "{errors}{results}");
    assert!(errors.contains("pass  c.kvs"), "{errors}");
    let last = results.lines().last().unwrap_or_default();
    assert!(last.starts_with("2 passed, 0 failed, 0 no data, 1 not run, interrupted in "), "{results}");
}

#[test]
fn a_line_end_in_a_file_name_does_not_split_the_line_of_its_case() {
    let project = Project::new().with("a\nb.kvs", FIRST);
    project.kvs(["check"]).exits(0).warns("pass  a\\nb.kvs  2 expectations");
    let listed = project.kvs(["check", "--list"]).exits(0);
    assert_eq!(listed.stdout, "a\\nb.kvs\n");
}

#[test]
fn a_case_without_a_snapshot_is_new_at_the_desk_and_has_failed_in_ci() {
    let project = Project::first().with("snapshots/x", "");
    let how =
        "1 new snapshot is pending: look with `kvs review first.kvs`, or take it with `kvs accept first.kvs`";
    let at_the_desk = project.kvs(["check"]).exits(0).says(how);
    let at_the_desk = at_the_desk.warns("    new  first.kvs  2 expectations hold, snapshot pending");
    let _ = at_the_desk.ends("0 passed, 0 failed, 0 no data, 1 new");
    let in_ci = finish(project.command().env("CI", "true").arg("check")).exits(1);
    in_ci.warns("FAIL  first.kvs  2 of 2 expectations, snapshot missing").warns("E0804");
    let _ = project.kvs(["accept"]).exits(0);
    project.kvs(["check"]).exits(0).ends("1 passed, 0 failed, 0 no data");
}

#[test]
fn the_expectations_of_a_new_case_count() {
    let project = Project::new().with("snapshots/x", "").with("first.kvs", FIRST.replace("== 750", "< 700"));
    project.kvs(["check"]).exits(1).warns("E0801").leaves_out("E0804").ends("0 passed, 1 failed, 0 no data");
}

#[test]
fn a_filter_that_is_a_part_of_an_id_is_taken_as_it_is() {
    let project =
        Project::new().with("first.kvs", format!("param m = 1\nmatrix {{ m in [1, 12] }}\n{FIRST}"));
    let listed = |filter: &str| project.kvs(["check", "--list", "--filter", filter]).exits(0).stdout.clone();
    assert_eq!(listed("first.kvs[m=1]"), "first.kvs[m=1]\n");
    assert_eq!(listed("kvs["), "first.kvs[m=1]\nfirst.kvs[m=12]\n");
    project.kvs(["check", "--filter", "docs["]).exits(4).warns("no case matches `--filter docs[`");
}
