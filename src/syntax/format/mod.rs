//! `kvs fmt`: the one way to lay out a file.
//!
//! The author's lines stay lines; indentation, blanks between tokens, empty lines and columns are ours. Works on
//! tokens, so that comments are kept, and trusts itself in nothing. Invariant: the result has the same tree and the
//! same comments as the input and is laid out already; otherwise nothing is returned.

mod columns;
mod lines;
mod tokens;

use super::parse;
use crate::diagnostics::{Diagnostic, Severity};
use crate::source::Sources;

/// Why a text is not laid out.
#[derive(Debug)]
pub enum Refused {
    /// It has mistakes: these.
    Mistakes(Vec<Diagnostic>),
    /// A fault of the formatter: what it would have written says something else.
    Changed {
        /// `tree`, `comments` or `layout`: what would not have been the same.
        what: &'static str,
    },
}

/// Lays a text out. `name` is what messages call it; its diagnostics point into `sources`.
///
/// # Errors
/// When the text does not parse, or when laying it out would change what it says.
pub fn format(name: &str, text: &str, sources: &mut Sources) -> Result<String, Refused> {
    let before = said(name, text, sources).map_err(Refused::Mistakes)?;
    let laid_out = lay_out(text);
    let changed = |what| Refused::Changed { what };
    let after = said(name, &laid_out, sources).map_err(|_| changed("tree"))?;
    if after.tree != before.tree {
        return Err(changed("tree"));
    }
    if after.comments != before.comments {
        return Err(changed("comments"));
    }
    if lay_out(&laid_out) != laid_out {
        return Err(changed("layout"));
    }
    Ok(laid_out)
}

/// The text in its layout, unchecked.
fn lay_out(text: &str) -> String {
    let mut lines = lines::lines(text);
    columns::align(&mut lines);
    let mut laid_out = String::with_capacity(text.len());
    for line in &lines {
        if line.is_parted {
            laid_out.push('\n');
        }
        let start = laid_out.len();
        laid_out.extend(std::iter::repeat_n(' ', line.indent));
        laid_out.push_str(&line.code());
        if let Some(comment) = line.comment {
            let column = laid_out[start..].chars().count();
            let wanted = line.comment_column.unwrap_or(column);
            laid_out.extend(std::iter::repeat_n(' ', wanted.saturating_sub(column)));
            laid_out.push_str(comment);
        }
        laid_out.push('\n');
    }
    laid_out
}

/// What a text says, without its layout.
struct Said {
    tree: String,
    comments: Vec<String>,
}

fn said(name: &str, text: &str, sources: &mut Sources) -> Result<Said, Vec<Diagnostic>> {
    let source = sources.add(name, text);
    let (file, diagnostics) = parse(source, sources);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(diagnostics);
    }
    let comments = lines::lines(text).iter().filter_map(|line| line.comment).map(str::to_owned).collect();
    Ok(Said { tree: without_places(&format!("{file:?}")), comments })
}

/// A tree's debug text without its spans, which are all that layout changes.
fn without_places(tree: &str) -> String {
    let mut rest = tree;
    let mut kept = String::with_capacity(tree.len() / 2);
    while let Some(at) = rest.find("Span {") {
        kept.push_str(&rest[..at]);
        rest = rest[at..].split_once('}').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let laid_out = format("test.kvs", text, &mut Sources::default()).expect("the text is right");
        assert_eq!(laid_out, expected);
    }

    #[test]
    fn blocks_are_indented_and_keys_aligned() {
        check(
            "gpu g{\n\tvram 24 GB\n    max_concurrent   8 # slots\n}\n\n\n\ncluster { gpus g x 2;serves m; }",
            "gpu g {\n  vram            24 GB\n  max_concurrent  8  # slots\n}\n\ncluster { gpus g x 2; serves m }\n",
        );
    }

    #[test]
    fn comments_of_a_block_stand_in_one_column() {
        check(
            "run {\n  seed 1 # a\n  # alone\n  seeds 20   # b\n}\n",
            "run {\n  seed   1   # a\n  # alone\n  seeds  20  # b\n}\n",
        );
    }

    #[test]
    fn comparisons_get_blanks_and_hand_made_gaps_stay_visible() {
        check(
            "expect p99_ttft_ms<0.7*p99_ttft_ms of \"a\"\nexpect always x==0    during 1 s .. 2 s\n",
            "expect p99_ttft_ms < 0.7*p99_ttft_ms of \"a\"\nexpect always x == 0  during 1 s .. 2 s\n",
        );
    }

    #[test]
    fn rows_are_a_table() {
        check(
            "trace {\n s1 5 100 50\n big 25 1500 400 # late\n}\n",
            "trace {\n  s1    5   100   50\n  big  25  1500  400  # late\n}\n",
        );
    }

    #[test]
    fn rows_stand_below_a_comment_that_names_their_columns() {
        check(
            "trace {\n  # id   arrival_ms  prompt  gen\n  r1 0 500 200\n}\n",
            "trace {\n  # id   arrival_ms  prompt  gen\n  r1     0           500     200\n}\n",
        );
    }

    #[test]
    fn one_line_blocks_of_a_kind_open_in_one_column() {
        check(
            "gpu a { vram 1 GB }\ngpu long extends a { vram 2 GB }\n",
            "gpu a              { vram 1 GB }\ngpu long extends a { vram 2 GB }\n",
        );
    }

    #[test]
    fn what_is_said_again_and_again_is_a_table_of_its_parts() {
        check(
            "cluster {\n  link a b   latency 2 us\n  link long b  latency 3 us\n}\n",
            "cluster {\n  link  a b     latency 2 us\n  link  long b  latency 3 us\n}\n",
        );
    }

    #[test]
    fn lists_over_several_lines_are_indented() {
        check(
            "matrix {\n  a in [1,\n2,\n]\n  bcd in [ 3 ]\n}\n",
            "matrix {\n  a  in [1,\n    2,\n  ]\n  bcd  in [ 3 ]\n}\n",
        );
    }

    #[test]
    fn a_comment_does_not_become_documentation() {
        check(";;## said\nparam a = 1;\n", ";  ## said\nparam a = 1\n");
    }

    #[test]
    fn a_text_with_mistakes_is_refused() {
        let refused = format("test.kvs", "gpu g { vram 24 GB", &mut Sources::default());
        assert!(matches!(refused, Err(Refused::Mistakes(_))));
    }
}
