//! Every file is declared, introduces itself, is of readable length and free of what hides mistakes.

use std::path::Path;

use crate::code::{without_comments_and_literals, without_tests};
use crate::{files_below, name, nothing_breaks, read};

/// Files above [`MAXIMUM_LINES`] with the reason.
const LONG: &[(&str, &str)] = &[];

/// Lines of a file without its tests.
const MAXIMUM_LINES: usize = 500;

/// The `mod.rs`, `lib.rs` or sibling file that must declare a module, and the module's name.
fn declaration(path: &Path) -> Option<(std::path::PathBuf, String)> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let folder = path.parent()?;
    let (name, beside) = if stem == "mod" {
        (folder.file_name()?.to_string_lossy().into_owned(), folder.parent()?)
    } else {
        (stem, folder)
    };
    let candidates = [beside.join("mod.rs"), beside.join("lib.rs"), beside.with_extension("rs")];
    candidates
        .into_iter()
        .find(|candidate| candidate.is_file() && candidate != path)
        .map(|parent| (parent, name))
}

#[test]
fn no_file_is_dead() {
    let mut dead = Vec::new();
    for path in files_below("src", "rs") {
        if matches!(name(&path).as_str(), "src/main.rs" | "src/lib.rs") {
            continue;
        }
        let declared = declaration(&path).is_some_and(|(parent, module)| {
            let code = without_comments_and_literals(&read(parent));
            code.lines().any(|line| line.trim_end().ends_with(&format!("mod {module};")))
        });
        if !declared {
            dead.push(name(&path));
        }
    }
    nothing_breaks("a file that no `mod` line declares", &dead);
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut silent = Vec::new();
    for folder in ["src", "tests"] {
        for path in files_below(folder, "rs") {
            let first = read(&path).lines().next().unwrap_or("").to_owned();
            let says = first.strip_prefix("//! ").is_some_and(|words| words.len() > 3);
            if !says {
                silent.push(name(&path));
            }
        }
    }
    nothing_breaks("a file that does not begin with a `//!` sentence", &silent);
}

#[test]
fn no_test_is_switched_off_and_nothing_unwraps() {
    let mut places = Vec::new();
    for folder in ["src", "tests"] {
        for path in files_below(folder, "rs") {
            let code = without_comments_and_literals(&read(&path));
            let forbidden_anywhere = ["#[ignore", "#[should_panic", "todo!(", "dbg!(", "unimplemented!("];
            let forbidden_outside_tests = [".unwrap()", "#[allow("];
            let outside_tests = if folder == "src" { without_tests(&code) } else { String::new() };
            for (code, forbidden) in
                [(&code, &forbidden_anywhere[..]), (&outside_tests, &forbidden_outside_tests[..])]
            {
                for (line, text) in code.lines().enumerate() {
                    let found = forbidden.iter().filter(|word| text.contains(**word));
                    places.extend(found.map(|word| format!("{}:{}: {word}", name(&path), line + 1)));
                }
            }
        }
    }
    nothing_breaks(
        "tests run always, and code says why it cannot fail: `expect(\"…\")`, `#[expect(.., reason)]`",
        &places,
    );
}

#[test]
fn files_are_short_or_say_why() {
    let mut places = Vec::new();
    for path in files_below("src", "rs") {
        let code = without_tests(&without_comments_and_literals(&read(&path)));
        let text = read(&path);
        let tests =
            code.lines().zip(text.lines()).filter(|(kept, full)| kept.is_empty() && !full.is_empty()).count();
        let lines = text.lines().count() - tests;
        let listed = LONG.iter().any(|(file, _)| *file == name(&path));
        if lines > MAXIMUM_LINES && !listed {
            places.push(format!("{}: {lines} lines", name(&path)));
        }
        if lines <= MAXIMUM_LINES && listed {
            places.push(format!("{}: {lines} lines, need not be listed any more", name(&path)));
        }
    }
    nothing_breaks("a file above 500 lines without a reason in tests/tidy/files.rs", &places);
}
