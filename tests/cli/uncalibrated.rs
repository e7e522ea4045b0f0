//! Times that rest on figures measured on other GPUs are marked in whatever tells a result.

use serde_json::Value;

use crate::project::Project;

/// One case on a GPU that was measured, one on a GPU that was not and that fails.
fn project() -> Project {
    let case = |gpu: &str, limit: &str| {
        format!(
            "cluster {{ serves llama_3_1_8b; gpus {gpu} x 1 }}\n\
             trace {{ r 0 100 10 }}\n\
             expect p99_latency_ms < {limit}\n"
        )
    };
    Project::new().with("known.kvs", case("h100_sxm", "1 s")).with("other.kvs", case("h200_sxm", "1 ms"))
}

const NOTE: &str = "uncalibrated in 1 case on h200_sxm: shares and overheads were measured on other GPUs";

#[test]
fn a_check_says_it_of_each_case_of_the_failure_and_once_at_the_end() {
    let finished = project().kvs(["check"]).exits(1);
    let lines: Vec<&str> = finished.stderr.lines().filter(|line| line.contains(".kvs  ")).collect();
    assert_eq!(
        lines,
        [
            "   pass  known.kvs  1 expectation",
            "   FAIL  other.kvs  0 of 1 expectation, uncalibrated on h200_sxm"
        ]
    );
    let finished =
        finished.warns("note: uncalibrated on h200_sxm: shares and overheads were measured on other GPUs");
    assert_eq!(finished.stdout.lines().next(), Some(NOTE), "{finished:#?}");
    let quiet = project().kvs(["check", "-q"]).exits(1);
    assert_eq!(quiet.stdout.lines().next(), Some(NOTE), "{quiet:#?}");
    let known = project().kvs(["check", "known.kvs"]).exits(0);
    assert!(!known.stdout.contains("uncalibrated") && !known.stderr.contains("uncalibrated"), "{known:#?}");
}

#[test]
fn every_report_says_it() {
    let project = project();
    let formats = ["junit", "json", "sarif", "github", "markdown", "html"];
    let mut arguments = vec!["check".to_owned()];
    for format in formats {
        arguments.extend(["--report".to_owned(), format!("{format}=out/{format}")]);
    }
    let _ = project.kvs(arguments).exits(1);
    for format in formats {
        assert!(project.read(&format!("out/{format}")).contains("h200_sxm"), "{format}");
    }
    let report: Value = serde_json::from_str(&project.read("out/json")).expect("JSON");
    assert_eq!(report["cases"][0].get("uncalibrated"), None);
    assert_eq!(report["cases"][1]["uncalibrated"], serde_json::json!(["h200_sxm"]));
    assert!(project.read("out/markdown").contains(NOTE));
    let junit = project.read("out/junit");
    assert!(junit.contains("<property name=\"uncalibrated\" value=\"h200_sxm\"/>"), "{junit}");
}

#[test]
fn a_case_that_did_not_run_has_no_times_to_mark() {
    let project = Project::new().with(
        "gone.kvs",
        "cluster { serves llama_3_1_8b; gpus h200_sxm x 1 }\ntrace t from \"none.csv\" { format kvs }\nexpect finished == 1\n",
    );
    let finished = project.kvs(["check"]).exits(5);
    assert!(!finished.stdout.contains("uncalibrated"), "{finished:#?}");
}
