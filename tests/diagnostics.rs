//! Wrong files and the messages they get, each rendered message beside its file.
//!
//! `diagnostics/CODE/NAME.kvs` is a mistake as people make it, as small as it can be; `NAME.snap` is what they read.
//! Names that begin with a tool or a language (`vllm_…`, `yaml_…`) are what people write who come from there.
//! A new code needs a folder here, and the examples that `kvs explain` shows must be what it says they are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kvs::analysis::{Overrides, analyse};
use kvs::diagnostics::{Diagnostic, ErrorFormat, MAX_SHOWN, codes, render};
use kvs::source::Sources;

/// Codes that no text of a readable size yields, and where they are tested instead.
const WITHOUT_A_FILE: &[(&str, &str)] = &[
    ("E0701", "a file of more than 8 MiB: `limits_are_enforced` below"),
    ("E0705", "a file that is not UTF-8 text: tests/cli/shell.rs"),
    ("E061", "kvs.toml: tests/cli/profiles.rs"),
    ("E065", "the original simulator's files: tests/import.rs"),
    ("E08", "a run"),
];

/// Limits are explained with texts that were cut short.
const SHORTENED: &[&str] = &["E0701", "E0703", "E0704"];

/// What the examples of `kvs explain` are called, and a file that they use.
const EXAMPLE: &str = "self.kvs";
const USED_BY_EXAMPLES: (&str, &str) =
    ("gpus.kvs", "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }");

fn has_no_file(code: &str) -> bool {
    WITHOUT_A_FILE.iter().any(|(prefix, _)| code.starts_with(prefix))
}

#[test]
fn every_wrong_file_gets_its_message() {
    let corpus = corpus();
    assert!(corpus.len() >= 60, "the corpus has {} files", corpus.len());
    let mut other = Vec::new();
    for Wrong { code, name, path } in &corpus {
        let text = std::fs::read_to_string(path).expect("files of the corpus can be read");
        let found = diagnose(&format!("{code}/{name}.kvs"), &text);
        if !found.codes().contains(code.as_str()) {
            other.push(format!("{code}/{name}.kvs yields {:?}", found.codes()));
            continue;
        }
        let rendered = render(&found.list, &found.sources, ErrorFormat::Full, false, MAX_SHOWN);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().expect("files of the corpus lie in folders"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.as_str(), rendered));
    }
    assert_eq!(other, [""; 0]);
}

#[test]
fn every_code_has_a_wrong_file() {
    let folders: BTreeSet<String> = corpus().into_iter().map(|wrong| wrong.code).collect();
    let known: BTreeSet<String> = codes().map(|info| info.code.to_owned()).collect();
    let wanted: BTreeSet<String> = known.iter().filter(|code| !has_no_file(code)).cloned().collect();
    let without: Vec<&String> = wanted.difference(&folders).collect();
    let unknown: Vec<&String> = folders.difference(&wanted).collect();
    assert!(without.is_empty(), "codes without a folder in tests/diagnostics: {without:?}");
    assert!(unknown.is_empty(), "folders of codes that `kvs explain` does not know: {unknown:?}");
}

#[test]
fn no_snapshot_outlives_its_file() {
    for folder in folders() {
        for path in files_in(&folder) {
            if path.extension().is_some_and(|extension| extension == "snap") {
                assert!(path.with_extension("kvs").exists(), "{} has no file beside it", path.display());
            }
        }
    }
}

#[test]
fn the_examples_of_explain_are_wrong_and_right() {
    let mut misleading = Vec::new();
    for info in codes().filter(|info| !has_no_file(info.code) || info.code == "E0701") {
        let code = info.code;
        let wrong = diagnose(EXAMPLE, info.wrong).codes();
        if !SHORTENED.contains(&code) && !wrong.contains(code) {
            misleading.push(format!("the wrong example of {code} yields {wrong:?}:\n{}", info.wrong));
        }
        if diagnose(EXAMPLE, info.right).codes().contains(code) {
            misleading.push(format!("the right example of {code} yields {code}:\n{}", info.right));
        }
    }
    assert!(misleading.is_empty(), "{}", misleading.join("\n\n"));
}

#[test]
fn codes_are_sorted_and_unique() {
    let listed: Vec<&str> = codes().map(|info| info.code).collect();
    let misplaced = listed.windows(2).filter(|pair| pair[0] >= pair[1]);
    let misplaced: Vec<String> = misplaced.map(|pair| format!("{} before {}", pair[0], pair[1])).collect();
    assert!(misplaced.is_empty(), "numbers are given once, and rise in `CODES`: {misplaced:?}");
}

#[test]
fn limits_are_enforced() {
    let large = "# nine megabytes of comment\n".repeat(9 * 1024 * 1024 / 28);
    let found = diagnose("large.kvs", &large).codes();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["E0701"]);
}

/// Four hundred thousand signs were once quoted in full.
#[test]
fn messages_quote_long_texts_in_part() {
    for text in
        [format!("expect {}1 < 2", "-".repeat(400_000)), format!("expect 1 < {}2", "1 + ".repeat(400))]
    {
        let found = diagnose("long.kvs", &text);
        assert!(!found.list.is_empty(), "a comparison of constants is a mistake");
        for diagnostic in &found.list {
            assert!(diagnostic.message.len() < 1_000, "{} bytes", diagnostic.message.len());
        }
        let rendered = render(&found.list, &found.sources, ErrorFormat::Full, false, MAX_SHOWN);
        assert!(rendered.contains('…') && rendered.len() < 20_000, "{} bytes", rendered.len());
    }
}

/// A file of the corpus.
struct Wrong {
    code: String,
    name: String,
    path: PathBuf,
}

fn corpus() -> Vec<Wrong> {
    let mut corpus = Vec::new();
    for folder in folders() {
        let code = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        for path in files_in(&folder) {
            if path.extension().is_some_and(|extension| extension == "kvs") {
                let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
                corpus.push(Wrong { code: code.clone(), name, path });
            }
        }
    }
    corpus
}

fn folders() -> Vec<PathBuf> {
    files_in(&root()).into_iter().filter(|path| path.is_dir()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// Sorted by name.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("folders of the corpus can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.sort();
    paths
}

/// Everything found in a text.
struct Found {
    list: Vec<Diagnostic>,
    sources: Sources,
}

impl Found {
    fn codes(&self) -> BTreeSet<&'static str> {
        self.list.iter().map(Diagnostic::code).collect()
    }
}

/// Checks a text as `kvs run` does: what cannot be simulated yet is a mistake as well.
fn diagnose(name: &str, text: &str) -> Found {
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    let mut import = |importing: &str, path: &str, sources: &mut Sources| {
        let used = beside(importing, path);
        let known = [(name, text), USED_BY_EXAMPLES].into_iter().find(|(known, _)| *known == used);
        let text = match known {
            Some((_, text)) => text.to_owned(),
            None => std::fs::read_to_string(root().join(&used)).map_err(|_| format!("no file `{used}`"))?,
        };
        Ok(sources.add(used, text))
    };
    let analysis = analyse(source, &mut sources, &mut import, &Overrides::new());
    let mut list = analysis.diagnostics;
    for diagnostic in analysis.cases.into_iter().flat_map(|case| case.not_simulated) {
        if !list.contains(&diagnostic) {
            list.push(diagnostic);
        }
    }
    Found { list, sources }
}

/// A path as written in a file of the corpus, below its root.
fn beside(importing: &str, path: &str) -> String {
    let folder = importing.rsplit_once('/').map_or("", |(folder, _)| folder);
    match path.strip_prefix("../") {
        Some(rest) => rest.to_owned(),
        None if folder.is_empty() => path.to_owned(),
        None => format!("{folder}/{path}"),
    }
}
