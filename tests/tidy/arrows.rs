//! The arrows between modules are those of the table in `docs/ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::code::{without_comments_and_literals, without_tests};
use crate::{files_below, name, nothing_breaks, read, root};

/// Per top-level module the modules it may use; `*` is any.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    lines().into_iter().filter(|(from, _)| !from.contains('/')).collect()
}

/// The lines of the table.
fn lines() -> BTreeMap<String, BTreeSet<String>> {
    let page = read("docs/ARCHITECTURE.md");
    let (_, after) = page.split_once("```arrows\n").expect("ARCHITECTURE.md has a block of arrows");
    let (block, _) = after.split_once("```").expect("the block ends");
    let lines = block.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let (from, to) = line.split_once("->").expect("each line is `module -> modules`");
            (from.trim().to_owned(), to.split_whitespace().map(str::to_owned).collect())
        })
        .collect()
}

/// The lines of the table for folders of a module: `analysis/blocks`, and the folders beside it that it may use.
fn folders() -> BTreeMap<Vec<String>, BTreeSet<String>> {
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let lines = lines().into_iter().filter(|(from, _)| from.contains('/'));
    lines.map(|(from, to)| (parts(&from), to.iter().filter_map(|used| parts(used).pop()).collect())).collect()
}

/// The path of a file's module below the crate: `src/policy/routing/mod.rs` is `[policy, routing]`.
fn module_path(path: &Path) -> Vec<String> {
    let below = path.strip_prefix(root().join("src")).expect("a file of src/").with_extension("");
    let mut parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The top-level modules named after each `crate::`, with the line.
fn uses_of_crate(code: &str) -> Vec<(usize, String)> {
    let mut uses = Vec::new();
    for (at, word) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let after = &code[at + word.len()..];
        match after.strip_prefix('{') {
            None => uses.push((line, identifier(after))),
            Some(group) => uses.extend(first_names(group).into_iter().map(|first| (line, first))),
        }
    }
    uses
}

fn identifier(text: &str) -> String {
    text.trim_start().chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect()
}

/// The first name of each entry of `{a, b::c, d::{e, f}}`, the opening brace already passed.
fn first_names(group: &str) -> Vec<String> {
    let mut names = vec![identifier(group)];
    let mut depth = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(identifier(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The longest chain of `super::` with its line.
fn longest_climb(code: &str) -> (usize, usize) {
    let mut longest = (0, 0);
    let mut at = 0;
    while let Some(offset) = code[at..].find("super::") {
        let start = at + offset;
        let mut climb = 0;
        at = start;
        while code[at..].starts_with("super::") {
            climb += 1;
            at += "super::".len();
        }
        if climb > longest.1 {
            longest = (code[..start].matches('\n').count() + 1, climb);
        }
    }
    longest
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let table = table();
    let mut broken = Vec::new();
    for path in files_below("src", "rs") {
        let module = module_path(&path);
        let top = &module[0];
        if top == "main" || top == "lib" || module.last().is_some_and(|last| last == "tests") {
            continue;
        }
        let Some(allowed) = table.get(top) else {
            broken.push(format!("{}: `{top}` has no line in the table", name(&path)));
            continue;
        };
        let code = without_tests(&without_comments_and_literals(&read(&path)));
        for (line, used) in uses_of_crate(&code) {
            if used != *top && !allowed.contains(&used) && !allowed.contains("*") {
                broken.push(format!("{}:{line}: {top} -> {used}", name(&path)));
            }
        }
        let (line, climb) = longest_climb(&code);
        if climb >= module.len() {
            broken.push(format!("{}:{line}: `super::` leaves the module, write `crate::`", name(&path)));
        }
    }
    nothing_breaks("an arrow that is not in docs/ARCHITECTURE.md", &broken);
}

/// Where a file of a folder uses modules beside it that the table does not allow.
fn leaving(
    folder: &[String],
    allowed: &BTreeSet<String>,
    code: &str,
    depth: usize,
    path: &Path,
) -> Vec<String> {
    let mut broken = Vec::new();
    let (within, own) = (folder[..folder.len() - 1].join("::"), &folder[folder.len() - 1]);
    for (at, word) in code.match_indices(&format!("crate::{within}::")) {
        let used = identifier(&code[at + word.len()..]);
        if used != *own && !allowed.contains(&used) {
            let line = code[..at].matches('\n').count() + 1;
            broken.push(format!("{}:{line}: {} -> {within}/{used}", name(path), folder.join("/")));
        }
    }
    let (line, climb) = longest_climb(code);
    if climb > depth - folder.len() {
        broken.push(format!("{}:{line}: `super::` leaves {}, write `crate::`", name(path), folder.join("/")));
    }
    broken
}

#[test]
fn folders_of_a_module_use_only_what_the_table_allows() {
    let folders = folders();
    assert!(!folders.is_empty(), "the table has no line for a folder");
    let mut broken = Vec::new();
    for path in files_below("src", "rs") {
        let module = module_path(&path);
        let code = without_tests(&without_comments_and_literals(&read(&path)));
        for (folder, allowed) in folders.iter().filter(|(folder, _)| module.starts_with(folder)) {
            broken.extend(leaving(folder, allowed, &code, module.len(), &path));
        }
    }
    nothing_breaks("an arrow between folders that is not in docs/ARCHITECTURE.md", &broken);
}

#[test]
fn lines_for_folders_name_what_is_there() {
    let modules: BTreeSet<Vec<String>> =
        files_below("src", "rs").iter().map(|path| module_path(path)).collect();
    let exists = |path: &[String]| modules.iter().any(|module| module.starts_with(path));
    let mut gone = Vec::new();
    for (folder, allowed) in folders() {
        let beside = |used: &String| [&folder[..folder.len() - 1], std::slice::from_ref(used)].concat();
        let named = std::iter::once(folder.clone()).chain(allowed.iter().map(beside));
        gone.extend(named.filter(|path| !exists(path)).map(|path| path.join("/")));
    }
    nothing_breaks("a folder or file in the table of docs/ARCHITECTURE.md that does not exist", &gone);
}

#[test]
fn the_table_names_exactly_the_modules_there_are() {
    let library = without_comments_and_literals(&read("src/lib.rs"));
    let declared: BTreeSet<String> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(identifier).collect();
    let listed: BTreeSet<String> = table().into_keys().collect();
    assert_eq!(declared, listed, "left: src/lib.rs, right: docs/ARCHITECTURE.md");
}

#[test]
fn the_table_has_no_cycle_beside_the_command_line() {
    let table = table();
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    loop {
        let next: Vec<&str> = table
            .iter()
            .filter(|(from, to)| {
                !settled.contains(from.as_str()) && to.iter().all(|used| settled.contains(used.as_str()))
            })
            .map(|(from, _)| from.as_str())
            .collect();
        if next.is_empty() {
            break;
        }
        settled.extend(next);
    }
    let open: Vec<&str> =
        table.keys().map(String::as_str).filter(|module| !settled.contains(module)).collect();
    assert_eq!(open, ["cli"], "modules that depend on each other");
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let uses = uses_of_crate("use crate::{model::{Cluster, Gpu}, units::Bytes};\nfn f() { crate::rng::x() }");
    let expected = [(1, "model"), (1, "units"), (2, "rng")].map(|(line, used)| (line, used.to_owned()));
    assert_eq!(uses, expected);
}
