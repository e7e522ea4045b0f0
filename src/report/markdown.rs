//! Words of others in Markdown: names, messages and texts, which may hold whatever its marks are made of.
//!
//! Invariant: what is written with these reads as it is and ends where it ends, in a table and between elements of HTML
//! too.

/// A block of text in a language; the fence is longer than any row of backticks in it.
#[must_use]
pub(super) fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_row(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// Code on one line, between more backticks than it holds in a row.
#[must_use]
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    match longest_row(&text) {
        0 => format!("`{text}`"),
        longest => {
            let marks = "`".repeat(longest + 1);
            format!("{marks} {text} {marks}")
        }
    }
}

/// Words in a sentence.
#[must_use]
pub(super) fn prose(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '*' => escaped.push_str("&#42;"),
            '\\' => escaped.push_str("&#92;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The content of a cell of a table.
#[must_use]
pub(super) fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

fn one_line(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '\r'], " ")
}

fn longest_row(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_ends_its_marks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("`a`` b"), "``` `a`` b ```");
        assert_eq!(fenced("diff", "+a\n"), "```diff\n+a\n```");
        assert_eq!(fenced("text", "a ````\n```"), "`````text\na ````\n```\n`````");
        assert_eq!(prose("<b>*x*</b>\n& `y`"), "&lt;b&gt;&#42;x&#42;&lt;/b&gt; &amp; `y`");
        assert_eq!(cell("a|b"), "a\\|b");
    }
}
