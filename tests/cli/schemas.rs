//! Reports for other programs against the schemas of their formats.
//!
//! SARIF has a JSON schema, which `json_schema` reads. JUnit has none that all agree on; the elements and attributes below
//! are those that `junit-10.xsd` of Jenkins' xUnit plugin allows, and documents are held against them.

use serde_json::Value;

use crate::json_schema::mistakes;
use crate::project::Project;
use crate::reports::suite;

fn sarif() -> Value {
    serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).expect("JSON")
}

#[track_caller]
fn is_valid(schema: &Value, text: &str) -> Value {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mistakes = mistakes(schema, &document);
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    document
}

/// A file with mistakes beside failures, odd names, a file that is gone, an uncalibrated GPU, and nothing to tell.
fn projects() -> [(Project, Vec<&'static str>); 4] {
    let odd = Project::new().with("ünï cödé & <odd>.kvs", "gpu \"<&>\" { vran 1 GB }\n");
    let fine = Project::first();
    let uncalibrated = Project::new().with(
        "other.kvs",
        "cluster { serves llama_3_1_8b; gpus h200_sxm x 1 }\ntrace { r 0 100 10 }\nexpect p99_latency_ms < 1 ms\n",
    );
    [
        (suite(), vec!["scenarios", "gone.kvs"]),
        (odd, vec!["."]),
        (uncalibrated, vec!["."]),
        (fine, vec!["first.kvs"]),
    ]
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let schema = sarif();
    let mut n_results = 0;
    for (project, paths) in projects() {
        let report = ["check", "--report", "sarif=out.sarif"].iter().chain(&paths);
        let _ = project.kvs(report);
        let document = is_valid(&schema, &project.read("out.sarif"));
        n_results += document["runs"][0]["results"].as_array().expect("a list").len();
        let streamed = ["check", "-q", "--error-format", "sarif"].iter().chain(&paths);
        is_valid(&schema, &project.kvs(streamed).stderr);
    }
    assert!(n_results >= 5, "only {n_results} results were held against the schema");
}

#[test]
fn the_schema_finds_what_is_wrong() {
    let schema = sarif();
    let (project, _) = &projects()[0];
    let _ = project.kvs(["check", "scenarios", "--report", "sarif=out.sarif"]);
    let text = project.read("out.sarif");
    for (right, wrong) in [
        ("\"level\": \"error\"", "\"level\": \"fatal\""),
        ("\"startLine\": ", "\"startLine\": -"),
        ("\"version\": \"2.1.0\"", "\"version\": \"2.2\""),
        ("\"ruleIndex\"", "\"ruleNumber\""),
    ] {
        let document: Value = serde_json::from_str(&text.replace(right, wrong)).expect("JSON");
        assert!(!mistakes(&schema, &document).is_empty(), "{wrong}");
    }
}

/// An element of JUnit: what it may hold, the attributes it must have, those it may have, and whether it holds text.
struct Allowed {
    name: &'static str,
    children: &'static [&'static str],
    required: &'static [&'static str],
    optional: &'static [&'static str],
    text: bool,
}

const JUNIT: &[Allowed] = &[
    Allowed {
        name: "testsuites",
        children: &["testsuite"],
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors"],
        text: false,
    },
    Allowed {
        name: "testsuite",
        children: &["testsuite", "properties", "testcase", "system-out", "system-err"],
        required: &["name", "tests", "failures", "errors"],
        optional: &[
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        ],
        text: false,
    },
    Allowed {
        name: "testcase",
        children: &["skipped", "error", "failure", "system-out", "system-err"],
        required: &["name"],
        optional: &["time", "classname", "group"],
        text: false,
    },
    Allowed { name: "properties", children: &["property"], required: &[], optional: &[], text: false },
    Allowed { name: "property", children: &[], required: &["name", "value"], optional: &[], text: false },
    Allowed { name: "failure", children: &[], required: &[], optional: &["type", "message"], text: true },
    Allowed { name: "error", children: &[], required: &[], optional: &["type", "message"], text: true },
    Allowed { name: "skipped", children: &[], required: &[], optional: &["type", "message"], text: true },
];

/// The first thing that JUnit does not allow, if any; how many elements there are otherwise.
fn junit(text: &str) -> Result<usize, String> {
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "testsuites" {
        return Err(format!("the root is {}", root.tag_name().name()));
    }
    let mut n_elements = 0;
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        n_elements += 1;
        let name = element.tag_name().name();
        let allowed =
            JUNIT.iter().find(|allowed| allowed.name == name).ok_or_else(|| format!("element {name}"))?;
        let parent = element.parent_element().map(|parent| parent.tag_name().name());
        if let Some(parent) = parent {
            let of_parent = JUNIT.iter().find(|allowed| allowed.name == parent).expect("found before");
            if !of_parent.children.contains(&name) {
                return Err(format!("{name} in {parent}"));
            }
        }
        let attributes: Vec<&str> = element.attributes().map(|attribute| attribute.name()).collect();
        let unknown = attributes
            .iter()
            .find(|attribute| !allowed.required.contains(attribute) && !allowed.optional.contains(attribute));
        if let Some(unknown) = unknown {
            return Err(format!("attribute {unknown} of {name}"));
        }
        if let Some(missing) = allowed.required.iter().find(|required| !attributes.contains(required)) {
            return Err(format!("no attribute {missing} of {name}"));
        }
        let text = element
            .children()
            .filter(roxmltree::Node::is_text)
            .any(|text| text.text().is_some_and(|text| !text.trim().is_empty()));
        if text && !allowed.text {
            return Err(format!("text in {name}"));
        }
        counts(element)?;
    }
    Ok(n_elements)
}

/// The counts of a suite are those of its test cases.
fn counts(suite: roxmltree::Node<'_, '_>) -> Result<(), String> {
    if !["testsuites", "testsuite"].contains(&suite.tag_name().name()) {
        return Ok(());
    }
    let of = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
    let pairs = [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")];
    for (attribute, element) in pairs {
        match suite.attribute(attribute) {
            Some(told) if told != of(element) => {
                return Err(format!("{attribute} says {told} and there are {}", of(element)));
            }
            _ => {}
        }
    }
    Ok(())
}

#[test]
fn junit_is_what_jenkins_allows() {
    let mut n_elements = 0;
    for (project, paths) in projects() {
        let report = ["check", "--fail-fast", "-j", "1", "--report", "junit=out.xml"].iter().chain(&paths);
        let _ = project.kvs(report);
        let text = project.read("out.xml");
        n_elements += junit(&text).unwrap_or_else(|mistake| panic!("{mistake}: {text}"));
    }
    assert!(n_elements >= 20, "only {n_elements} elements were looked at");
}

#[test]
fn what_jenkins_does_not_allow_is_found() {
    let (project, _) = &projects()[2];
    let _ = project.kvs(["check", "--report", "junit=out.xml"]);
    let text = project.read("out.xml");
    assert!(junit(&text).is_ok(), "{text}");
    for (right, wrong) in [
        ("<testcase classname=", "<testcase class="),
        (" errors=\"0\"", ""),
        ("<failure message", "<fails message"),
        ("tests=\"1\"", "tests=\"2\""),
        ("</testsuite>", "words</testsuite>"),
        ("</testsuite>", ""),
    ] {
        assert!(junit(&text.replace(right, wrong)).is_err(), "{wrong}: {text}");
    }
}
