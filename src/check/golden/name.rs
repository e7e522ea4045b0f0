//! Case ids to file names: readable, portable, no two alike.
//!
//! Folders are joined by `__`, the scenario follows `--`, matrix values are in brackets:
//! `scenarios/policies/routers.kvs::two choices[n=1]` is `policies__routers--two choices[n=1]`, with `@` and the name of a
//! plan at the end. A leading `scenarios/` is left out; what lies elsewhere begins with `root__`. Invariant: where this would give two cases
//! one name, even where upper and lower case are one, or a name some system refuses, a fingerprint of the id follows.

use std::fmt::Write as _;

use crate::digest::sha256;
use crate::model::Case;

/// The name of a case's snapshot, without `.snap`.
#[must_use]
pub fn snapshot_name(case: &Case) -> String {
    let file = case.file.strip_suffix(".kvs");
    let parts: Vec<&str> = file.unwrap_or(&case.file).split('/').collect();
    let mut name = match parts.as_slice() {
        ["scenarios", below @ ..] if !below.is_empty() => below.join("__"),
        all => format!("root__{}", all.join("__")),
    };
    if case.scenario.is_some() || case.plan.is_some() {
        name.push_str("--");
    }
    name.push_str(&case_label(case));
    let ambiguous = file.is_none()
        || parts.iter().any(|part| part.contains("__") || part.contains("--") || part.contains('['))
        || parts.iter().any(|part| part.starts_with('_') || part.ends_with(['_', '-']))
        || matches!(parts.as_slice(), ["scenarios", "root", ..]);
    portable_name(&name, ambiguous || is_label_ambiguous(case), case)
}

/// The name of a case's folder among those of its file.
#[must_use]
pub fn case_folder(case: &Case) -> String {
    portable_name(&case_label(case), is_label_ambiguous(case), case)
}

/// What distinguishes a case from the others of its file: `two choices[n=1]`; empty where it is the only one.
#[must_use]
pub fn case_label(case: &Case) -> String {
    let mut label = case.scenario.clone().unwrap_or_default();
    if !case.args.is_empty() {
        let args: Vec<String> = case.args.iter().map(|(key, value)| format!("{key}={value}")).collect();
        write!(label, "[{}]", args.join(",")).expect("writing to a string cannot fail");
    }
    if let Some(plan) = &case.plan {
        write!(label, "@{plan}").expect("writing to a string cannot fail");
    }
    label
}

fn is_label_ambiguous(case: &Case) -> bool {
    let is_ambiguous =
        |name: &String| name.contains(['[', '@']) || name.trim() != name.as_str() || name.starts_with('.');
    case.scenario.as_ref().is_some_and(is_ambiguous) || case.plan.as_ref().is_some_and(is_ambiguous)
}

/// The name as it is where every system takes it, else cut to what they take, and the case's fingerprint.
fn portable_name(name: &str, ambiguous: bool, case: &Case) -> String {
    let readable: String =
        name.chars().map(|character| if is_portable(character) { character } else { '_' }).collect();
    // Where upper and lower case are one, the name would be that of a case spelt this way.
    let folds = name.to_uppercase().to_lowercase() != name;
    if !ambiguous && !folds && !is_refused(name) && readable == name && readable.len() <= MAX_LENGTH {
        return readable;
    }
    let fingerprint = sha256(case.to_string().as_bytes()).expect("reading memory cannot fail");
    let fits =
        readable.char_indices().take_while(|(start, character)| start + character.len_utf8() <= MAX_LENGTH);
    let kept: String = fits.map(|(_, character)| character).collect();
    format!("{kept}-{}", &fingerprint[..8])
}

/// In bytes; much longer names fail on some file systems once `.snap.new` is added.
const MAX_LENGTH: usize = 200;

/// Whether a system takes the name for a device, or drops its end.
fn is_refused(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let numbered = ["com", "lpt"]
        .iter()
        .any(|port| stem.strip_prefix(port).is_some_and(|rest| rest.chars().count() == 1));
    numbered || ["con", "prn", "aux", "nul"].contains(&stem) || name.ends_with(['.', ' '])
}

/// Whether every file system in use takes it.
fn is_portable(character: char) -> bool {
    character.is_alphanumeric() || " ._-+=,()[]%$@~".contains(character)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name(file: &str, scenario: Option<&str>, args: &[(&str, &str)]) -> String {
        let args = args.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        snapshot_name(&Case {
            file: file.to_owned(),
            scenario: scenario.map(str::to_owned),
            args,
            plan: None,
        })
    }

    #[test]
    fn names_can_be_read() {
        assert_eq!(name("scenarios/tour/first_light.kvs", None, &[]), "tour__first_light");
        assert_eq!(
            name("scenarios/policies/routers.kvs", Some("two choices"), &[("n", "1"), ("kv", "fp8")]),
            "policies__routers--two choices[n=1,kv=fp8]"
        );
        assert_eq!(name("first.kvs", None, &[]), "root__first");
    }

    #[test]
    fn no_two_cases_share_a_name() {
        let files =
            ["a.kvs", "scenarios/a.kvs", "scenarios/root/a.kvs", "scenarios/a/b.kvs", "scenarios/a__b.kvs"];
        let others = [
            "scenarios/a--b.kvs",
            "scenarios/a[n=1].kvs",
            "a.txt",
            "scenarios/A.kvs",
            "scenarios/a_/b.kvs",
            "scenarios/a/_b.kvs",
        ];
        let scenarios =
            ["b", "b/c", "b:c", "b[m=1]", " b", "-b", "B", "b.", "b ", "STRASSE", "straße", "strasse"];
        let scenarios: Vec<_> = std::iter::once(None).chain(scenarios.map(Some)).collect();
        let mut names = BTreeSet::new();
        let mut n_cases = 0;
        for file in files.into_iter().chain(others) {
            for scenario in scenarios.iter().copied() {
                for args in [&[][..], &[("n", "1")][..]] {
                    names.insert(name(file, scenario, args).to_uppercase());
                    n_cases += 1;
                }
            }
        }
        assert_eq!(names.len(), n_cases, "{names:#?}");
    }

    #[test]
    fn names_of_devices_and_names_that_lose_their_end_are_changed() {
        let folder = |scenario: &str| {
            case_folder(&Case {
                file: "a.kvs".to_owned(),
                scenario: Some(scenario.to_owned()),
                args: Vec::new(),
                plan: None,
            })
        };
        for refused in ["con", "NUL", "aux.b", "com1", "lpt¹", "prn .x", "b.", "b "] {
            assert!(folder(refused).len() > refused.len() + 8, "{refused}");
        }
        for taken in ["con1", "com", "com10", "console", "b.c"] {
            assert_eq!(folder(taken), taken);
        }
        assert_ne!(name("scenarios/con.kvs", None, &[]), "con");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "x".repeat(300);
        let one = name("scenarios/a.kvs", Some(&long), &[]);
        let other = name("scenarios/a.kvs", Some(&(long + "y")), &[]);
        assert!(one.len() < 220 && one != other);
    }
}
