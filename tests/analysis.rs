//! Text to model and text to mistakes: the analysis from the outside, a case a few lines.

use kvs::analysis::{Analysis, analyse};
use kvs::diagnostics::codes;
use kvs::source::Sources;

/// Files that `use` finds; `self.kvs` uses whatever file is analysed.
const FILES: &[(&str, &str)] = &[
    ("gpus.kvs", "gpu shared { vram 80 GB; prefill 9000 tok/s; decode 2000 tok/s }\nparam n = 2"),
    ("self.kvs", "use \"main.kvs\""),
    ("wrong.kvs", "gpu shared { vram 80; prefill 9000 tok/s; decode 2000 tok/s }"),
];

fn analysed(text: &str, set: &[(&str, &str)]) -> (Analysis, Sources) {
    let mut sources = Sources::default();
    let main = sources.add("main.kvs", text);
    let mut import = |_: &str, path: &str, sources: &mut Sources| {
        if path == "main.kvs" {
            return Ok(main);
        }
        let file = FILES.iter().find(|(name, _)| *name == path);
        file.map(|(name, text)| sources.add(*name, *text)).ok_or_else(|| "no such file".to_owned())
    };
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let analysis = analyse(main, &mut sources, &mut import, &set);
    (analysis, sources)
}

/// `line:column code message`, a line each; those of other files with their name.
fn mistakes(text: &str, set: &[(&str, &str)]) -> Vec<String> {
    let (analysis, sources) = analysed(text, set);
    let one = |diagnostic: &kvs::diagnostics::Diagnostic| {
        let (line, column) = sources.line_column(diagnostic.span());
        let name = &sources.get(diagnostic.span().source).name;
        let file = if name == "main.kvs" { String::new() } else { format!("{name}:") };
        format!("{file}{line}:{column} {} {}", diagnostic.code, diagnostic.message)
    };
    analysis.diagnostics.iter().map(one).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text, &[]), expected, "in\n{text}");
}

/// Whether an analysis or a run of the text ends with this code.
fn has(text: &str, code: &str) -> bool {
    let (analysis, _) = analysed(text, &[]);
    let refused = analysis.cases.iter().flat_map(|case| &case.not_simulated);
    analysis.diagnostics.iter().chain(refused).any(|diagnostic| diagnostic.code.0 == code)
}

#[test]
fn explanations_show_the_mistake_and_its_mending() {
    let families = ["E01", "E02", "E03", "E04", "E05", "E06", "E09"];
    let mut unsound = Vec::new();
    for info in codes().filter(|info| families.iter().any(|family| info.code.0.starts_with(family))) {
        if !has(info.wrong, info.code.0) {
            unsound.push(format!("{} is not found in\n{}", info.code, info.wrong));
        }
        if has(info.right, info.code.0) {
            unsound.push(format!("{} is still found in\n{}", info.code, info.right));
        }
    }
    assert!(unsound.is_empty(), "{}", unsound.join("\n\n"));
}
