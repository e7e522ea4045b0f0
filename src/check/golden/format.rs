//! The bytes of a snapshot, as insta 1.49 writes them.

use std::fmt::Write as _;

use super::Subject;

/// A snapshot with its front matter; `pending` ones say which line to show while reviewing.
pub(super) fn snapshot(subject: Subject<'_>, pending: bool, text: &str) -> String {
    let mut bytes = String::from("---\n");
    field(&mut bytes, "source", &scalar(subject.file));
    if pending {
        field(&mut bytes, "assertion_line", &subject.line.to_string());
    }
    field(&mut bytes, "expression", &scalar(subject.id));
    bytes.push_str("info:\n");
    field(&mut bytes, "  seed", &subject.seed.to_string());
    field(&mut bytes, "input_file", &scalar(subject.file));
    bytes.push_str("---\n");
    bytes.push_str(text);
    bytes.push('\n');
    bytes
}

/// A pending snapshot as the one it becomes: without what only a review needs.
pub(super) fn accepted(pending: &str) -> String {
    let mut n_borders = 0;
    let kept = pending.split_inclusive('\n').filter(|line| {
        n_borders += usize::from(line.trim_end() == "---");
        n_borders != 1 || !line.starts_with("assertion_line:")
    });
    kept.collect()
}

fn field(bytes: &mut String, key: &str, value: &str) {
    writeln!(bytes, "{key}: {value}").expect("writing to a string cannot fail");
}

/// Plain where that is safe, else in double quotes with the escapes that YAML shares with JSON.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "/._-+".contains(character))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// What YAML takes for something else than text.
const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_as_insta_writes_it() {
        let subject =
            Subject { id: "t/a.kvs::\"b\"[n=1]", file: "t/a.kvs", line: 3, seed: 7, tolerance: 0.0 };
        let expected = "---\nsource: t/a.kvs\nassertion_line: 3\nexpression: \"t/a.kvs::\\\"b\\\"[n=1]\"\n\
                        info:\n  seed: 7\ninput_file: t/a.kvs\n---\nfinished 1\n";
        assert_eq!(snapshot(subject, true, "finished 1"), expected);
    }

    #[test]
    fn what_is_accepted_is_what_an_update_writes() {
        let subject = Subject { id: "a.kvs", file: "a.kvs", line: 3, seed: 7, tolerance: 0.0 };
        let text = "finished 1\n---\nassertion_line: 3";
        assert_eq!(accepted(&snapshot(subject, true, text)), snapshot(subject, false, text));
    }

    #[test]
    fn insta_reads_back_what_was_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.snap");
        let subject = Subject {
            id: "t/ä b.kvs::x\ty[n=1]",
            file: "t/ä b.kvs",
            line: 3,
            seed: u64::MAX / 4,
            tolerance: 0.0,
        };
        std::fs::write(&path, snapshot(subject, true, "a: 1\n---\nb")).expect("writable");
        let read = insta::Snapshot::from_file(&path).expect("readable");
        assert_eq!(read.metadata().source(), Some(subject.file));
        assert_eq!(read.metadata().input_file(), Some(subject.file));
        assert_eq!(read.metadata().expression(), Some(subject.id));
        assert_eq!(read.metadata().assertion_line(), Some(3));
        assert_eq!(read.as_text().expect("text").to_string(), "a: 1\n---\nb");
    }
}
