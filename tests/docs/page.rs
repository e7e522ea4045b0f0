//! Markdown, as far as the documentation tests need it: fenced blocks, links, and the text between two marks.

/// A fenced block.
pub(crate) struct Block {
    /// After the opening fence, such as `kvs,wrong`.
    pub(crate) info: String,
    /// Line of the fence, from 1.
    pub(crate) line: usize,
    /// The text between the fences.
    pub(crate) text: String,
}

/// The fenced blocks of a page, in order; those of list items are indented.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block { info: info.trim().to_owned(), line: index + 1, text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

/// The page with blocks and code spans left out.
pub(crate) fn without_blocks(page: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            let outside_spans: Vec<&str> = line.split('`').step_by(2).collect();
            kept.push_str(&outside_spans.join(" "));
            kept.push('\n');
        }
    }
    kept
}

/// Where `[…](target)` leads, for each link.
pub(crate) fn link_targets(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|after| after.split_once(')')).map(|(target, _)| target).collect()
}

/// The page with the text between `<!-- name -->` and `<!-- end -->` replaced.
pub(crate) fn with_part(page: &str, name: &str, part: &str) -> String {
    let mark = format!("<!-- {name} -->\n");
    let (before, after) =
        page.split_once(&mark).unwrap_or_else(|| panic!("the page has no mark `{}`", mark.trim()));
    let (_, after) =
        after.split_once("<!-- end -->").unwrap_or_else(|| panic!("`{}` has no end", mark.trim()));
    format!("{before}{mark}{part}<!-- end -->{after}")
}

#[test]
fn blocks_and_links_are_found() {
    let page = "a [b](c.md#d) `[no](link)`\n```kvs,wrong\ngpu\n```\n<!-- x -->\nold\n<!-- end -->\n";
    let found = blocks(page);
    assert_eq!((found[0].info.as_str(), found[0].line, found[0].text.as_str()), ("kvs,wrong", 2, "gpu\n"));
    assert_eq!(link_targets(&without_blocks(page)), ["c.md#d"]);
    assert!(with_part(page, "x", "new\n").ends_with("<!-- x -->\nnew\n<!-- end -->\n"));
}
