//! `--report`, `kvs merge`, and what GitHub Actions gets by itself.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::check::{MATRIX, failing};
use crate::project::{FIRST, Project, finish};

const FORMATS: [&str; 6] = ["junit", "json", "sarif", "github", "markdown", "html"];

/// One that passes, one that fails, a matrix, one that cannot be compiled, and a name that needs escaping everywhere.
pub(crate) fn suite() -> Project {
    Project::new()
        .with("scenarios/a.kvs", FIRST)
        .with("scenarios/b.kvs", failing())
        .with("scenarios/m.kvs", MATRIX)
        .with(
            "scenarios/odd.kvs",
            format!(
                "{}\nscenario \"<&| '`%\" {{ expect arrived > 9 }}\n",
                FIRST.split("expect").next().expect("a part")
            ),
        )
        .with("scenarios/wrong.kvs", FIRST.replace("vram", "vran"))
}

fn report(project: &Project, formats: &[&str], more: &[&str]) -> i32 {
    let mut arguments = vec!["check".to_owned(), "--quiet".to_owned()];
    for format in formats {
        arguments.extend(["--report".to_owned(), format!("{format}=out/{format}")]);
    }
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    project.kvs(arguments).code
}

fn json(project: &Project, path: &str) -> Value {
    serde_json::from_str(&project.read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every element is closed, in order; gives the opening tags.
#[track_caller]
fn tags(xml: &str) -> Vec<String> {
    let (mut open, mut tags): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("an open `<` in {piece}"));
        assert!(!text.contains('&') || text.contains(';'), "{text}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default().to_owned();
        match tag {
            _ if tag.starts_with('?') => {}
            _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name), "{tag}"),
            _ => {
                tags.push(tag.to_owned());
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    tags
}

#[test]
fn all_formats_at_once_change_neither_codes_nor_each_other() {
    let project = suite();
    assert_eq!(report(&project, &FORMATS, &[]), 3);
    let together: Vec<String> = FORMATS.iter().map(|format| project.read(&format!("out/{format}"))).collect();
    for (format, together) in FORMATS.iter().zip(together) {
        assert_eq!(report(&project, &[format], &["-j", "4"]), 3);
        assert!(project.read(&format!("out/{format}")) == together, "{format}");
    }
}

#[test]
fn junit_has_a_test_case_an_expectation_and_the_file_as_its_class() {
    let project = suite();
    let _ = report(&project, &["junit"], &[]);
    let xml = project.read("out/junit");
    let tags = tags(&xml);
    let count = |beginning: &str| tags.iter().filter(|tag| tag.starts_with(beginning)).count();
    // Two expectations each of a and b, one of each of three cases of m, one of odd, and the mistakes of a file.
    let mistakes = json_mistakes(&project);
    assert_eq!(count("testcase classname=\"scenarios/"), 2 + 2 + 3 + 1 + mistakes, "{xml}");
    assert_eq!(count("testcase classname=\"scenarios/b.kvs\""), 2);
    assert_eq!(count("failure "), 2, "{xml}");
    assert_eq!(count("error "), mistakes, "{xml}");
    assert!(xml.contains("name=\"&lt;&amp;| '`%: arrived &gt; 9\""), "{xml}");
    assert!(
        xml.contains(&format!("<testsuites name=\"kvs\" tests=\"{}\" failures=\"2\"", 8 + mistakes)),
        "{xml}"
    );
}

fn json_mistakes(project: &Project) -> usize {
    let _ = report(project, &["json"], &[]);
    json(project, "out/json")["diagnostics"].as_array().expect("a list").len()
}

/// What the schema of SARIF 2.1.0 requires of the parts that are written.
#[track_caller]
fn is_sarif(document: &Value) -> usize {
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(run["tool"]["driver"]["name"].is_string());
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    let results = run["results"].as_array().expect("results");
    for result in results {
        let rule =
            result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        assert!(["error", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a place");
        assert!(!uri.contains([' ', '\\', '<', '%']) || uri.contains("%2"), "{uri}");
        let region = &place["region"];
        let number = |name: &str| region[name].as_u64().filter(|number| *number >= 1).expect(name);
        let begin = (number("startLine"), number("startColumn"));
        assert!(begin <= (number("endLine"), number("endColumn")));
    }
    results.len()
}

#[test]
fn sarif_holds_what_its_schema_requires() {
    let project = suite();
    assert_eq!(report(&project, &["sarif", "json"], &[]), 3);
    let mistakes = json(&project, "out/json")["diagnostics"].as_array().expect("a list").len();
    assert_eq!(is_sarif(&json(&project, "out/sarif")), mistakes + 2);
}

#[test]
fn diagnostics_can_be_annotations_or_one_sarif_document() {
    let project = suite();
    let annotations = project.kvs(["check", "--error-format", "github"]).exits(3).stderr;
    assert!(annotations.lines().all(|line| line.starts_with("::error file=scenarios/")), "{annotations}");
    assert!(
        annotations.contains("::error file=scenarios/b.kvs,line=6,col=1,endColumn=27,title=kvs E0801::"),
        "{annotations}"
    );
    let document = project.kvs(["check", "--error-format", "sarif"]).exits(3).stderr;
    assert!(is_sarif(&serde_json::from_str(&document).expect("one document")) > 2);
    let nothing = project.kvs(["check", "gone.kvs", "--error-format", "sarif"]).exits(5).stderr;
    let nothing: Value = serde_json::from_str(&nothing).expect("one document");
    let told = &nothing["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().expect("text").contains("gone.kvs"), "{nothing}");
}

#[test]
fn shares_joined_are_the_whole_byte_for_byte() {
    let project = suite();
    let _ = report(&project, &["json"], &[]);
    let whole = project.read("out/json");
    for kind in ["hash", "slice"] {
        for n in [1, 2, 3, 7] {
            let mut files = vec!["merge".to_owned()];
            for share in 1..=n {
                let target = format!("json=out/{kind}-{share}");
                let partition = format!("{kind}:{share}/{n}");
                let _ = project.kvs(["check", "-q", "--partition", &partition, "--report", &target]);
                files.push(format!("out/{kind}-{share}"));
            }
            files[1..].reverse();
            assert!(project.kvs(&files).exits(0).stdout == whole, "{kind} {n}");
        }
    }
    let twice = ["merge", "out/json", "out/json"];
    project.kvs(twice).exits(2).warns("is in two of the files");
    project.kvs(["merge", "out/gone"]).exits(5).warns("`out/gone`");
    project.kvs(["merge", "kvs.toml"]).exits(5).warns("no results of `kvs check --report json");
    project.kvs(["merge", "out/json", "--report", "markdown=out/merged.md"]).exits(0);
    assert!(project.read("out/merged.md").contains("scenarios/b.kvs"));
}

#[test]
fn results_hold_metrics_margins_and_the_command_that_repeats() {
    let project = suite();
    let _ = report(&project, &["json"], &[]);
    let results = json(&project, "out/json");
    let case = |id: &str| {
        let cases = results["cases"].as_array().expect("a list");
        cases.iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no {id}")).clone()
    };
    let (good, bad) = (case("scenarios/a.kvs"), case("scenarios/b.kvs"));
    assert_eq!(good["metrics"]["p99_latency_ms"], 750);
    assert_eq!(good["status"], "passed");
    assert_eq!(
        (&bad["expectations"][0]["value"], &bad["expectations"][0]["margin"]),
        (&750.into(), &(-50).into())
    );
    assert_eq!(bad["repeat"], "kvs run scenarios/b.kvs");
    assert_eq!(results["counts"]["failed"], 2);
    for name in case("scenarios/a.kvs")["metrics"].as_object().expect("metrics").keys() {
        assert!(kvs::metrics::lookup(name).is_some(), "`{name}` is not a metric of the language");
    }
}

#[test]
fn results_keep_every_metric_that_is_one_number_a_run() {
    let continuous = "
gpu one extends h100_sxm { price 1 $/h }
cluster { serves llama_3_1_8b; gpus one x 1 }
engine { batching continuous; timing linear base 10 ms per_prompt_token 1 us; kv_blocks 4096; prefix_cache on }
workload chat { arrivals constant; rate 10 req/s; requests 200; prompt constant 64; output constant 8; slo ttft 1 s }
expect finished == 200
";
    let project = Project::new().with("a.kvs", FIRST).with("b.kvs", continuous);
    let _ = project.kvs(["check", "--report", "json=out/json"]).exits(0);
    let results = json(&project, "out/json");
    let text = project.read("out/json");
    let kept = |case: usize| -> Vec<String> {
        let metrics = results["cases"][case]["metrics"].as_object().expect("metrics");
        metrics.keys().cloned().collect()
    };
    let mut every: Vec<String> = kvs::metrics::recorded().map(|metric| metric.name).collect();
    // Nothing moves between GPUs.
    every.retain(|name| !name.ends_with("handoff_ms"));
    every.sort();
    assert_eq!(kept(1), every);
    for name in ["p50_itl_ms", "p99_itl_ms", "p999_ttft_ms", "saturation", "mean_kv_utilization", "goodput"] {
        assert!(every.iter().any(|kept| kept == name), "{name}");
        assert!(!kept(0).iter().any(|kept| kept == name) || name.contains("ttft"), "{name}");
    }
    assert!(every.iter().any(|name| name == "prefix_block_hit_rate") && text.contains("preemptions"));
    let of_last = &text[text.rfind("\"metrics\"").expect("of the last case")..];
    let place = |name: &String| of_last.find(&format!("\"{name}\":")).expect("kept");
    let places: Vec<usize> = every.iter().map(place).collect();
    assert!(places.is_sorted(), "a file of results is sorted by name");
}

/// Two projects side by side, their files called alike; the second fails.
fn two_roots() -> Project {
    let project = Project::new()
        .with("p/kvs.toml", "")
        .with("p/scenarios/first.kvs", FIRST)
        .with("q/kvs.toml", "")
        .with("q/scenarios/first.kvs", FIRST.replace("decode 500 tok/s", "decode 400 tok/s"));
    fs::remove_file(project.path("kvs.toml")).expect("it was there");
    project
}

#[test]
fn cases_of_two_roots_are_distinguished_in_every_report() {
    let project = two_roots();
    assert_eq!(report(&project, &FORMATS, &["p", "q", "-j", "2"]), 1);
    let results = json(&project, "out/json");
    let of = |case: usize, key: &str| results["cases"][case][key].clone();
    assert_eq!((of(0, "id"), of(1, "id")), ("p/scenarios/first.kvs".into(), "q/scenarios/first.kvs".into()));
    let latency = |case: usize| results["cases"][case]["metrics"]["p99_latency_ms"].clone();
    assert_eq!((latency(0), latency(1)), (750.into(), 875.into()));
    let junit = project.read("out/junit");
    assert!(
        junit.contains("<testsuite name=\"p/scenarios/first.kvs\" tests=\"2\" failures=\"0\""),
        "{junit}"
    );
    assert!(
        junit.contains("<testsuite name=\"q/scenarios/first.kvs\" tests=\"2\" failures=\"1\""),
        "{junit}"
    );
    let markdown = project.read("out/markdown");
    assert!(
        markdown.contains("| `q/scenarios/first.kvs` |") && !markdown.contains("p/scenarios"),
        "{markdown}"
    );
    assert!(project.read("out/github").starts_with("::error file=q/scenarios/first.kvs,line=6"));
    assert_eq!(is_sarif(&json(&project, "out/sarif")), 1);
    let page = project.read("out/html");
    let data = page.split("<script type=\"application/json\"").nth(1).and_then(|rest| rest.split_once('>'));
    let data = data.and_then(|(_, rest)| rest.split("</script>").next());
    let data: Value = serde_json::from_str(data.expect("the page holds its data")).expect("JSON");
    for (id, speed) in [("p/scenarios/first.kvs", "decode 500"), ("q/scenarios/first.kvs", "decode 400")] {
        assert!(data["sources"][id].as_str().is_some_and(|text| text.contains(speed)), "{id}");
        assert!(data["plots"][id].is_object(), "{id}");
    }
    let compared =
        project.kvs(["check", "p", "q", "--baseline", "out/json", "--gate", "regress 0%"]).exits(1);
    assert!(compared.stdout.contains("0 cases changed, 2 as before, 0 gates broken"), "{compared:#?}");
    let listed = project.kvs(["check", "--list", "p", "q", "--filter", "^q/"]).exits(0);
    assert_eq!(listed.stdout, "q/scenarios/first.kvs\n");
    let alone = project.kvs(["check", "--list", "p"]).exits(0);
    assert_eq!(alone.stdout, "scenarios/first.kvs\n");
}

#[test]
fn the_page_draws_memory_up_to_its_peak() {
    let project = Project::new().with("grows.kvs", crate::run::GROWS);
    assert_eq!(report(&project, &["html"], &[]), 0);
    let page = project.read("out/html");
    let data = page.split("<script type=\"application/json\"").nth(1).and_then(|rest| rest.split_once('>'));
    let data = data.and_then(|(_, rest)| rest.split("</script>").next());
    let data: Value = serde_json::from_str(data.expect("the page holds its data")).expect("JSON");
    let held = data["plots"]["grows.kvs"]["cluster"]["vram"]["max"].as_array().expect("a band");
    let peak = held.iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    assert_eq!(peak, 6_291_456.0, "{held:?}");
}

#[test]
fn junit_says_of_each_expectation_and_of_the_snapshot_why_it_failed() {
    let two = FIRST.replace(
        "expect p99_latency_ms == 750\n",
        "expect p99_latency_ms < 700; expect arrived == 2; expect finished == 3\n",
    );
    let project = Project::new().with("a.kvs", two).with("snapshots/root__a.snap/not_a_file", "");
    assert_ne!(report(&project, &["junit"], &[]), 0);
    let xml = project.read("out/junit");
    for (name, said) in [
        ("p99_latency_ms &lt; 700", "`p99_latency_ms &lt; 700`"),
        ("arrived == 2", "`arrived == 2`"),
        ("finished == 3", "`finished == 3`"),
    ] {
        let failure =
            xml.split(&format!("name=\"{name}\">")).nth(1).unwrap_or_else(|| panic!("{name}: {xml}"));
        let message = failure.split('>').next().unwrap_or_default();
        assert!(message.contains(name) || message.contains(said), "{name}: {message}");
    }
    let snapshot = xml.split("name=\"snapshot\">").nth(1).expect("a test case");
    let text = snapshot.split("</failure>").next().unwrap_or_default();
    assert!(text.contains("root__a.snap"), "{text}");
}

#[test]
fn names_with_marks_of_markdown_end_nothing() {
    let named = format!(
        "{}\nscenario \"``` | <b>\" {{ expect arrived > 9 }}\n",
        FIRST.split("expect").next().expect("a part")
    );
    let project = Project::new().with("a.kvs", named);
    std::fs::create_dir(project.path("snapshots")).expect("ours");
    let _ = report(&project, &["markdown"], &[]);
    let text = project.read("out/markdown");
    assert!(text.contains("<summary>a.kvs::``` | &lt;b&gt;</summary>"), "{text}");
    assert!(text.contains("| ```` a.kvs::``` \\| <b> ````"), "{text}");
    let fences = text.lines().filter(|line| line.starts_with("```")).count();
    assert!(fences >= 2 && fences % 2 == 0, "{text}");
}

#[test]
fn a_report_that_cannot_be_written_is_exit_5_and_the_others_are_written() {
    let project = Project::first().with("file", "");
    project
        .kvs(["check", "--report", "json=file/x", "--report", "junit=out.xml"])
        .exits(5)
        .warns("file/x")
        .ends("1 passed, 0 failed, 0 no data");
    assert!(project.exists("out.xml"));
    project.kvs(["check", "--report", "pdf=x"]).exits(2).warns("no format `pdf`");
    project.kvs(["check", "--report", "json"]).exits(2).warns("`json=results.json`");
    #[cfg(target_os = "linux")]
    project.kvs(["check", "--report", "json=/dev/full"]).exits(5).warns("no space left");
}

#[test]
fn a_report_to_stdout_has_it_to_itself() {
    let project = Project::first();
    let finished = project.kvs(["check", "--report", "json=-"]).exits(0).warns("1 passed");
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON alone");
    assert_eq!(document["counts"]["passed"], 1);
    assert!(!project.exists("-"));
}

#[test]
fn two_reports_with_one_path_are_refused() {
    let project = Project::first();
    for (arguments, path) in [
        (["check", "--report", "json=a", "--report", "junit=a"], "a"),
        (["merge", "--report", "json=-", "--report=junit=./-", "x"], "-"),
        (["check", "--report", "json=out/../a", "--report", "json=./a"], "a"),
    ] {
        project.kvs(arguments).exits(2).warns(&format!("two reports would be written to `{path}`"));
    }
    assert!(!project.exists("a"));
}

#[test]
fn a_folder_made_for_a_report_is_named() {
    let project = Project::first();
    let check = || project.kvs(["check", "--report", "json=out/deep/a.json"]).exits(0);
    let _ = check().warns("note: made the folder `out`");
    let _ = check().leaves_out("made the folder");
}

#[test]
fn a_snapshot_that_is_missing_has_no_empty_label_in_a_report() {
    let project = Project::first().with("snapshots/x", "");
    let _ =
        finish(project.command().env("CI", "true").args(["check", "--report", "markdown=out.md"])).exits(1);
    let page = project.read("out.md");
    assert!(page.contains("has no snapshot\nhelp: "), "{page}");
}

#[test]
fn a_job_of_github_actions_is_annotated_and_summed_up_by_itself() {
    let project = suite();
    fs::write(project.path("summary.md"), "before\n").expect("ours");
    let mut command = project.command();
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", project.path("summary.md"));
    let finished = finish(command.arg("check")).exits(3);
    assert_eq!(finished.stderr.matches("::error file=scenarios/b.kvs,line=6").count(), 1, "{finished:#?}");
    let summary = project.read("summary.md");
    assert!(summary.starts_with("before\n## kvs: 4 passed, 2 failed, 0 no data\n"), "{summary}");
    assert!(
        summary
            .contains("| `scenarios/b.kvs` | `p99_latency_ms < 700` | 750 ms | 700 ms | -50 ms (-7.14%) |"),
        "{summary}"
    );
    let formatted =
        finish(project.command().env("GITHUB_ACTIONS", "true").args(["check", "--error-format", "github"]));
    assert_eq!(
        formatted.stderr.matches("scenarios/b.kvs,line=6").count(),
        1,
        "annotations are not printed twice"
    );
}

/// A browser, if there is one; otherwise `test` is skipped, which is reported in a line.
fn browser(test: &str) -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
        Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        let line = format!("skipped: {test}: no chromium\n");
        io::stderr().write_all(line.as_bytes()).expect("stderr is open");
    }
    found
}

/// What a reader does: looks at a value, drags over a stretch of time, takes one GPU, and goes back to the whole.
const READER: &str = r#"<script>
setTimeout(() => {
  const svg = document.querySelector('details[data-id="scenarios/m.kvs[n=2]"] svg');
  const box = svg.getBoundingClientRect();
  const fire = (type, share) => svg.dispatchEvent(new PointerEvent(type, { clientX: box.left + box.width * share, clientY: box.top + 9 }));
  const times = () => [...svg.querySelectorAll('text')].map((text) => text.textContent).join(' ');
  const seen = [times()];
  fire('pointermove', 0.5);
  seen.push(document.getElementById('tip').textContent);
  fire('pointerdown', 0.25); fire('pointermove', 0.75); fire('pointerup', 0.75);
  seen.push(times());
  svg.closest('.body').querySelector('.legend button').click();
  seen.push(svg.querySelectorAll('path.mean').length);
  svg.dispatchEvent(new MouseEvent('dblclick'));
  seen.push(times());
  document.body.dataset.seen = JSON.stringify(seen);
}, 300);
</script>"#;

#[test]
fn hovering_shows_values_and_dragging_zooms() {
    let missed = MATRIX.replace("expect finished == 1", "expect finished == 2");
    let project = Project::new().with("scenarios/m.kvs", missed);
    assert_eq!(report(&project, &["html"], &[]), 1);
    let Some(browser) = browser("hovering_shows_values_and_dragging_zooms") else { return };
    let page = project.read("out/html").replace("</body>", &format!("{READER}</body>"));
    project.write("read.html", page);
    let (dom, console) = opened(browser, &project.path("read.html"));
    assert_eq!(console, [""; 0]);
    let seen = dom
        .split("data-seen=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the reader was there");
    let seen: Vec<Value> = serde_json::from_str(&seen.replace("&quot;", "\"")).expect("JSON");
    // 250 ms of prefill, 400 of decode; 700 tokens of 2,048 bytes are held all the time.
    assert_eq!(seen[0], "0 325 ms 650 ms", "{seen:?}");
    assert!(seen[1].as_str().is_some_and(|tip| tip.contains("all GPUs  1.434 MB")), "{seen:?}");
    assert_ne!(seen[2], seen[0], "dragging shows a stretch of time");
    assert_eq!((&seen[3], &seen[4]), (&1.into(), &seen[0]), "{seen:?}");
}

/// The page once its script has run, and what its console says.
fn opened(browser: &str, page: &Path) -> (String, Vec<String>) {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"])
        .args(["--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let console = log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    (String::from_utf8_lossy(&output.stdout).into_owned(), console)
}

#[test]
fn the_page_draws_its_plots_asks_for_nothing_and_complains_of_nothing() {
    let project = suite();
    let _ = report(&project, &["html"], &[]);
    fs::rename(project.path("out/html"), project.path("report.html")).expect("written");
    let page = project.read("report.html");
    assert!(page.contains("default-src 'none'"), "a request would be refused, and reported on the console");
    let outside_data = page.split("<script type=\"application/json\"").next().expect("the head");
    for request in ["http:", "https:", "src=", "<link", "url(", "@import"] {
        assert!(!outside_data.contains(request), "{request}");
    }
    let name = "the_page_draws_its_plots_asks_for_nothing_and_complains_of_nothing";
    let Some(browser) = browser(name) else { return };
    let (dom, console) = opened(browser, &project.path("report.html"));
    assert_eq!(console, [""; 0]);
    assert!(dom.contains("data-ready=\"yes\""), "the script ended before its last line");
    assert!(dom.contains("4 passed, 2 failed, 0 no data"), "the summary is missing");
    // Of the failed case, which is open: four levels over time and four distributions.
    let of_case = dom
        .split("data-id=\"scenarios/b.kvs\"")
        .nth(1)
        .and_then(|rest| rest.split("<details class=\"case\"").next());
    let of_case = of_case.expect("the failed case is shown");
    assert_eq!(of_case.matches("<svg").count(), 8);
    let lines: Vec<&str> =
        of_case.split("class=\"mean\" d=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| line.matches('L').count() > 100 && !line.contains("NaN")), "{lines:?}");
    assert!(of_case.matches("class=\"bin\"").count() >= 4);
    assert!(of_case.contains("class=\"said\""), "the diagnostic is shown in the source");
    assert!(dom.contains("class=\"line hit\" data-n=\"2\""), "the broken file shows its mistake in place");
}
