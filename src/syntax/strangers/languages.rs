//! Files in another language, recognised by their first line: YAML, TOML, JSON, Python and JavaScript.

/// A file or a part of one in another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) struct Language {
    /// What it is called.
    pub(in crate::syntax) name: &'static str,
    /// A block of this language for what was begun there.
    pub(in crate::syntax) example: &'static str,
}

/// The language of a line of the file that begins no item; `has_tables` says whether the text has tables of TOML.
pub(in crate::syntax) fn language(slice: &str, has_tables: impl FnOnce() -> bool) -> Option<Language> {
    let line = slice.lines().next().unwrap_or_default().trim_end();
    let name = if is_json(slice) {
        "JSON"
    } else if is_python(line) {
        "Python"
    } else if is_javascript(line) {
        "JavaScript"
    } else if is_toml_table(line) || (is_assignment(line) && has_tables()) {
        "TOML"
    } else if is_yaml(line) {
        "YAML"
    } else {
        return None;
    };
    let begun = slice
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .find(|word| !word.is_empty());
    Some(Language { name, example: example(begun.unwrap_or_default()) })
}

/// Whether a line of the text begins a table of TOML.
pub(in crate::syntax) fn has_toml_tables(text: &str) -> bool {
    text.lines().any(|line| is_toml_table(line.trim()))
}

/// `{ "gpu": …`, `[{ …`.
fn is_json(slice: &str) -> bool {
    let opened = slice.strip_prefix(['{', '[']).map(str::trim_start);
    opened.is_some_and(|inside| inside.starts_with(['"', '{', '}']))
}

/// `def main():`, `from kvs import gpu`, `with open(…) as f:`.
fn is_python(line: &str) -> bool {
    let opens = ["def ", "class ", "if ", "for ", "while ", "with ", "async "]
        .iter()
        .any(|word| line.starts_with(word));
    let imports = line.starts_with("from ") && line.contains(" import ");
    (opens && line.ends_with(':'))
        || imports
        || (line.starts_with("import ") && !line.contains(['"', '\'', '.']))
}

/// `export const options = {`, `import http from 'k6/http'`.
fn is_javascript(line: &str) -> bool {
    let exports = ["export ", "module.exports", "function "].iter().any(|word| line.starts_with(word));
    exports || (line.starts_with("import ") && line.contains(" from "))
}

/// `[gpu.w]`, `[[workload]]`.
fn is_toml_table(line: &str) -> bool {
    let inside = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let name = inside.map(|inside| inside.trim_start_matches('[').trim_end_matches(']'));
    name.is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '"')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.\" ".contains(letter))
    })
}

/// `vram = "24 GB"`.
fn is_assignment(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, value)| is_key(key.trim_end()) && !value.starts_with('='))
}

/// `gpu:`, `apiVersion: v1`, `- name: w`, `---`.
fn is_yaml(line: &str) -> bool {
    if line == "---" {
        return true;
    }
    let entry = line.strip_prefix("- ").unwrap_or(line);
    entry.split_once(':').is_some_and(|(key, value)| {
        is_key(key) && (value.is_empty() || value.starts_with([' ', '\t'])) && !is_item_of_this_language(key)
    }) || (line.starts_with("- ") && is_key(entry))
}

/// `param n: 3` is an item with a mistake in it.
fn is_item_of_this_language(key: &str) -> bool {
    key.contains(' ')
}

fn is_key(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'']);
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
}

fn example(begun: &str) -> &'static str {
    match begun.trim_end_matches('s') {
        "model" => "model tiny { kv_bytes_per_token 64 KiB }",
        "cluster" => "cluster { serves llama_3_1_8b; gpus h100_sxm x 2 }",
        "engine" => "engine { max_batch 256 }",
        "policy" | "policie" => "policy { routing p2c }",
        "workload" => "workload chat { arrivals poisson; rate 5 req/s; … }",
        "run" => "run { seeds 3 }",
        "alert" | "group" | "expr" => "expect p99_ttft_ms < 800 ms",
        "export" => "workload chat { arrivals users 10 think constant 1 s; … }",
        "expect" => "expect p99_ttft_ms < 800 ms",
        "matrix" => "matrix { n in [1, 2] }",
        _ => "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }",
    }
}

#[cfg(test)]
mod tests {
    use super::{has_toml_tables, language};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(language(text, || has_toml_tables(text)).map(|language| language.name), expected);
    }

    #[test]
    fn a_first_line_tells_the_language() {
        check("gpu:\n  vram: 24GB", Some("YAML"));
        check("apiVersion: v1", Some("YAML"));
        check("- name: w", Some("YAML"));
        check("---\ngpu:", Some("YAML"));
        check("[gpu.w]\nvram = 24", Some("TOML"));
        check("title = \"x\"\n[gpu]\n", Some("TOML"));
        check("{\n  \"gpu\": 1 }", Some("JSON"));
        check("[{ \"gpu\": 1 }]", Some("JSON"));
        check("def main():", Some("Python"));
        check("from kvs import gpu", Some("Python"));
        check("export const options = { vus: 10 };", Some("JavaScript"));
        check("import http from 'k6/http';", Some("JavaScript"));
    }

    #[test]
    fn mistakes_in_this_language_are_not_another() {
        check("n = 4", None);
        check("{ vram 24 GB }", None);
        check("[1, 2]", None);
        check("assert p99_ttft_ms < 2 s", None);
        check("routing p2c", None);
        check("import \"x.kvs\"", None);
        check("import x.kvs", None);
        check("for n in [1, 2] {", None);
    }
}
