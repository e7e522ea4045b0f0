//! What the documentation says is what the program does.
//!
//! Blocks of `kvs` in the README and below `docs/` are analysed, reference tables are compared with the registries, and
//! outputs shown are produced again, a whole session among them. `KVS_UPDATE_DOCS=1 cargo test --test docs` rewrites
//! tables and outputs instead.

mod blocks;
mod other_tools;
mod outputs;
mod page;
mod session;
mod tables;

use std::path::{Path, PathBuf};

/// The folder of `Cargo.toml`.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of documentation, by its path below the package.
fn pages() -> Vec<String> {
    let mut found: Vec<String> = ["README.md", "CONTRIBUTING.md"].map(str::to_owned).into();
    let mut open = vec![PathBuf::from("docs")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(root().join(&directory)).expect("docs/ can be read") {
            let path = directory.join(entry.expect("docs/ can be read").file_name());
            if root().join(&path).is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

/// A text of the package.
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Compares a page with what it should be, or writes it when asked to.
#[track_caller]
fn compare_or_write(path: &str, expected: &str) {
    if std::env::var_os("KVS_UPDATE_DOCS").is_some_and(|value| value != "0") {
        std::fs::write(root().join(path), expected).unwrap_or_else(|error| panic!("{path}: {error}"));
        return;
    }
    let found = std::fs::read_to_string(root().join(path)).unwrap_or_default();
    if let Some(line) = first_difference(&found, expected) {
        panic!(
            "{path}:{}: out of date, run `just docs`\n  written:  {}\n  expected: {}",
            line + 1,
            found.lines().nth(line).unwrap_or("(end of file)"),
            expected.lines().nth(line).unwrap_or("(end of file)"),
        );
    }
}

fn first_difference(found: &str, expected: &str) -> Option<usize> {
    if found == expected {
        return None;
    }
    let line = found.lines().zip(expected.lines()).position(|(left, right)| left != right);
    Some(line.unwrap_or_else(|| found.lines().count().min(expected.lines().count())))
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = page::without_blocks(&read(&page));
        let folder = Path::new(&page).parent().expect("a page has a folder");
        for target in page::link_targets(&text) {
            let path = target.split('#').next().unwrap_or("");
            if !path.is_empty() && !path.contains("://") && !root().join(folder).join(path).exists() {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links to nowhere:\n  {}", broken.join("\n  "));
}
