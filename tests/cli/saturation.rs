//! A run that does not keep up is marked in whatever tells its result, whether or not its expectations hold.

use serde_json::Value;

use crate::project::Project;

/// One case that keeps up, one that does not and passes because it ends early, and one that fails for it.
fn project() -> Project {
    let case = |rate: u32, expect: &str| {
        format!(
            "model tiny {{ kv_bytes_per_token 1 KB }}\n\
             gpu card {{ vram 80 GB; prefill 1000 tok/s; decode 1000 tok/s }}\n\
             cluster {{ serves tiny; gpus card x 1 }}\n\
             workload w {{ arrivals poisson; rate {rate} req/s; prompt constant 100; output constant 1; requests 400 }}\n\
             expect {expect}\n"
        )
    };
    Project::new()
        .with("calm.kvs", case(1, "finished == 400"))
        .with("early.kvs", case(40, "finished == 400"))
        .with("late.kvs", case(40, "p99_latency_ms < 200"))
}

const NOTE: &str = "overloaded: the backlog grows until arrivals end; a longer run would be worse";

#[test]
fn a_check_says_it_of_each_case_and_with_a_failure() {
    let finished = project().kvs(["check"]).exits(1);
    let lines: Vec<&str> = finished.stderr.lines().filter(|line| line.contains(".kvs  ")).collect();
    assert_eq!(
        lines,
        [
            "   pass  calm.kvs  1 expectation",
            "   pass  early.kvs  1 expectation, overloaded",
            "   FAIL  late.kvs  0 of 1 expectation, overloaded"
        ]
    );
    let _ = finished.warns(&format!("note: {NOTE}"));
}

#[test]
fn every_report_says_it() {
    let project = project();
    let formats = ["junit", "json", "markdown", "html"];
    let mut arguments = vec!["check".to_owned()];
    for format in formats {
        arguments.extend(["--report".to_owned(), format!("{format}=out/{format}")]);
    }
    let _ = project.kvs(arguments).exits(1);
    for format in formats {
        assert!(project.read(&format!("out/{format}")).contains("overloaded"), "{format}");
    }
    let report: Value = serde_json::from_str(&project.read("out/json")).expect("JSON");
    let found: Vec<&Value> = (0..3).map(|case| &report["cases"][case]["saturation"]).collect();
    assert_eq!(found, ["stable", "overloaded", "overloaded"]);
    assert!(project.read("out/markdown").contains(&format!("`early.kvs`, `late.kvs`, {NOTE}")));
    let junit = project.read("out/junit");
    assert!(junit.contains("<property name=\"overloaded\" value=\"early.kvs\"/>"), "{junit}");
}
