//! `kvs fmt` keeps what a file says: on every scenario there is, on files with mistakes, and on mutations of both.

use std::fs;
use std::path::{Path, PathBuf};

use kvs::rng::{Stream, Streams};
use kvs::source::Sources;
use kvs::syntax::{Refused, format};

/// Mutations of each file.
const MUTATIONS: usize = 60;

fn kvs_files(folder: &str) -> Vec<(String, String)> {
    let mut open = vec![PathBuf::from(folder)];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("listable").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "kvs") {
                // Some of the wrong files are no text, which is another test's business.
                if let Ok(text) = fs::read_to_string(&path) {
                    files.push((name(&path), text));
                }
            }
        }
    }
    files.sort();
    assert!(files.len() > 30, "{folder} holds scenarios");
    files
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The layout of a text; `None` where it has mistakes. A formatter that would change what the text says is a failure.
#[track_caller]
fn laid_out(name: &str, text: &str) -> Option<String> {
    match format(name, text, &mut Sources::default()) {
        Ok(text) => Some(text),
        Err(Refused::Mistakes(_)) => None,
        Err(Refused::Changed { what }) => panic!("the {what} of {name} would have changed:\n{text}"),
    }
}

#[test]
fn every_scenario_is_laid_out() {
    for (name, text) in kvs_files("scenarios") {
        let laid_out = laid_out(&name, &text).unwrap_or_else(|| panic!("{name} has mistakes"));
        assert!(laid_out == text, "{name} is not laid out: run `kvs fmt scenarios/`");
    }
}

#[test]
fn wrong_files_are_laid_out_or_refused() {
    let n_laid_out =
        kvs_files("tests/diagnostics").iter().filter(|(name, text)| laid_out(name, text).is_some()).count();
    assert!(n_laid_out > 20, "files that are wrong by their meaning alone have a layout: {n_laid_out}");
}

/// Spaces, newlines, comments and semicolons, wherever they are allowed, give a layout of the same tree.
#[test]
fn blanks_in_other_places_are_laid_out() {
    for (name, text) in kvs_files("scenarios") {
        let mut stream = Streams::new(1).stream(&name);
        for _ in 0..MUTATIONS {
            let mutated = with_other_blanks(&text, &mut stream);
            laid_out(&name, &mutated)
                .unwrap_or_else(|| panic!("{name} with other blanks has mistakes:\n{mutated}"));
        }
    }
}

/// Whatever a file has become, it is laid out as it says or refused.
#[test]
fn mutations_are_laid_out_or_refused() {
    let mut n_laid_out = 0;
    for (name, text) in kvs_files("scenarios") {
        let mut stream = Streams::new(2).stream(&name);
        for _ in 0..MUTATIONS {
            n_laid_out += usize::from(laid_out(&name, &mutated(&text, &mut stream)).is_some());
        }
    }
    assert!(n_laid_out > 500, "many mutations are right by their grammar: {n_laid_out}");
}

/// More blanks where there are some, other indentation, comments at the ends of lines, CRLF.
fn with_other_blanks(text: &str, stream: &mut Stream) -> String {
    let mut mutated = String::new();
    for line in text.lines() {
        let at_start = line.len() - line.trim_start().len();
        mutated.push_str(["", " ", "\t", "       "][below(4, stream)]);
        for character in line[at_start..].chars() {
            // After a quote or a `#`, spaces are significant.
            if line.contains(['"', '#']) || character != ' ' {
                mutated.push(character);
            } else {
                mutated.push_str([" ", "  ", "\t ", "     "][below(4, stream)]);
            }
        }
        mutated.push_str(["", "", " ", "\t", " # said", "#said  "][below(6, stream)]);
        mutated.push_str(["\n", "\n", "\r\n", "\n\n\n"][below(4, stream)]);
    }
    mutated
}

/// Characters that mean something to the grammar.
const OTHERS: [char; 12] = ['{', '}', ';', '#', '"', '\n', '[', ')', '.', '-', 'é', ' '];

/// A few characters removed, doubled or replaced.
fn mutated(text: &str, stream: &mut Stream) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=below(3, stream) {
        if characters.is_empty() {
            break;
        }
        let at = below(characters.len(), stream);
        match below(3, stream) {
            0 => drop(characters.remove(at)),
            1 => characters.insert(at, characters[at]),
            _ => characters[at] = OTHERS[below(OTHERS.len(), stream)],
        }
    }
    characters.into_iter().collect()
}

fn below(n: usize, stream: &mut Stream) -> usize {
    usize::try_from(stream.below(n as u64)).expect("smaller than a usize")
}
