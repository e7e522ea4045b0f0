//! Every diagnostic code is listed, used, and known by a name.

use std::collections::BTreeSet;

use crate::code::{without_comments_and_literals, without_tests};
use crate::{files_below, name, nothing_breaks, read};

const REGISTRY: &str = "src/diagnostics/codes/";

/// A static of the registry, as `values::MISSING_UNIT`.
struct Named {
    family: String,
    name: String,
    is_listed: bool,
}

impl Named {
    fn path(&self) -> String {
        format!("{}::{}", self.family, self.name)
    }
}

fn word(text: &str) -> String {
    text.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect()
}

fn registry() -> Vec<Named> {
    let mut found = Vec::new();
    for path in files_below(REGISTRY, "rs") {
        let text = read(&path);
        let Some((_, list)) = text.split_once("CODES: &[&CodeInfo] = &[") else { continue };
        let list = list.split("];").next().unwrap_or("");
        let listed: BTreeSet<String> = list.split('&').map(word).collect();
        let family = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        for line in text.lines().filter(|line| line.contains(": CodeInfo = ")) {
            let (_, after) = line.split_once("static ").expect("codes are statics");
            let name = word(after);
            found.push(Named { family: family.clone(), is_listed: listed.contains(&name), name });
        }
    }
    assert!(found.len() > 80, "only {} codes were found below {REGISTRY}", found.len());
    found
}

/// What the source names as `family::NAME`, outside the registry and tests.
fn used() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for path in files_below("src", "rs").into_iter().filter(|path| !name(path).starts_with(REGISTRY)) {
        let code = without_tests(&without_comments_and_literals(&read(&path)));
        for (at, _) in code.match_indices("::") {
            let before: String =
                code[..at].chars().rev().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
            let family: String = before.chars().rev().collect();
            used.insert(format!("{family}::{}", word(&code[at + 2..])));
        }
    }
    used
}

#[test]
fn every_code_is_listed_and_used() {
    let used = used();
    let registry = registry();
    let unlisted = registry.iter().filter(|code| !code.is_listed).map(Named::path).collect::<Vec<_>>();
    nothing_breaks("a code that is missing in the `CODES` of its file", &unlisted);
    let unused = registry.iter().map(Named::path).filter(|path| !used.contains(path)).collect::<Vec<_>>();
    nothing_breaks("a code that no diagnostic has", &unused);
}

#[test]
fn codes_are_named_not_numbered() {
    let mut bare = Vec::new();
    for path in files_below("src", "rs").into_iter().filter(|path| !name(path).starts_with(REGISTRY)) {
        for (index, line) in read(&path).lines().enumerate() {
            let numbered = line.match_indices("\"E").any(|(at, _)| {
                let digits = line[at + 2..].chars().take_while(char::is_ascii_digit).count();
                digits == 4 && line[at + 6..].starts_with('"')
            });
            if numbered {
                bare.push(format!("{}:{}", name(&path), index + 1));
            }
        }
    }
    nothing_breaks("a code as a number, where `family::NAME` is checked by the compiler", &bare);
}
