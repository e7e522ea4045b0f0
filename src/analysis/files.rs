//! The files of one analysis: the one asked for, those it uses, and the catalogue.
//!
//! Reads nothing itself: the caller's import does, and knows where the root is. Invariant: each file is parsed once,
//! and its mistakes are reported in it, however it is reached.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::language::error::key_outside_block;
use super::tables::TABLES;
use super::{Import, error};
use crate::catalog;
use crate::diagnostics::codes::text;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::ast::{File, Item, Text};
use crate::syntax::parse;

/// All files of one analysis.
pub(super) struct Files {
    /// The one asked for.
    pub(super) main: File,
    /// Those it uses, directly or not; what a file uses comes before it.
    pub(super) used: Vec<File>,
    /// GPUs and models that every file knows.
    pub(super) catalogue: Cow<'static, [File]>,
    /// Headers of blocks that could not be read in full.
    pub(super) damaged: BTreeSet<Span>,
}

/// Parses a file and everything it needs.
pub(super) fn load(
    source: SourceId,
    sources: &mut Sources,
    import: Import<'_>,
    diagnostics: &mut Diagnostics,
) -> Files {
    let catalogue = catalogue(sources);
    let mut loader =
        Loader { sources, import, diagnostics, used: Vec::new(), done: Vec::new(), damaged: BTreeSet::new() };
    let main = loader.parse(source);
    let name = loader.sources.get(source).name.clone();
    loader.follow(&main, &mut vec![name]);
    Files { main, used: loader.used, catalogue, damaged: loader.damaged }
}

/// The catalogue with the ids that its texts had when it was first parsed.
///
/// Parsing it takes some twenty times as long as a short file, and the ids are almost always the same: its texts are
/// added just after the file asked for.
static PARSED: OnceLock<(Vec<SourceId>, Vec<File>)> = OnceLock::new();

/// Adds the catalogue's texts; they are parsed once for all files that have them in the same place.
fn catalogue(sources: &mut Sources) -> Cow<'static, [File]> {
    let ids: Vec<SourceId> = catalog::FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let parse_all = || ids.iter().map(|id| parse_catalogue(*id, sources)).collect::<Vec<File>>();
    let (known, files) = PARSED.get_or_init(|| (ids.clone(), parse_all()));
    if *known == ids { Cow::Borrowed(files) } else { Cow::Owned(parse_all()) }
}

fn parse_catalogue(source: SourceId, sources: &Sources) -> File {
    let (file, mistakes) = parse(source, sources);
    assert!(mistakes.is_empty(), "the catalogue has no mistakes, found: {mistakes:?}");
    file
}

struct Loader<'a> {
    sources: &'a mut Sources,
    import: Import<'a>,
    diagnostics: &'a mut Diagnostics,
    used: Vec<File>,
    done: Vec<String>,
    damaged: BTreeSet<Span>,
}

impl Loader<'_> {
    fn parse(&mut self, source: SourceId) -> File {
        let (file, mistakes) = parse(source, self.sources);
        let text = &self.sources.get(source).text;
        mark_damaged(&file, text, &mistakes, &mut self.damaged);
        let sources = &*self.sources;
        self.diagnostics.extend(mistakes.into_iter().map(|mistake| with_its_block(mistake, sources)));
        file
    }

    /// Loads what a file uses; `path` are the names of the files on the way to it, itself the last.
    fn follow(&mut self, file: &File, path: &mut Vec<String>) {
        for item in &file.items {
            if let Item::Use(written) = item
                && !self.is_damaged(written)
            {
                self.import(written, path);
            }
        }
    }

    /// Whether a path could not be read, so that there is no point in looking for its file.
    fn is_damaged(&self, written: &Text) -> bool {
        let Text { span, .. } = written;
        self.diagnostics.iter().map(Diagnostic::span).any(|mistake| {
            mistake.source == span.source && span.start <= mistake.start && mistake.end <= span.end
        })
    }

    fn import(&mut self, written: &Text, path: &mut Vec<String>) {
        let importer = path.last().expect("the path begins with the file asked for").clone();
        let source = match (self.import)(&importer, &written.value, self.sources) {
            Ok(source) => source,
            Err(reason) => {
                self.diagnostics.push(error::cannot_use(written, &reason));
                return;
            }
        };
        let name = self.sources.get(source).name.clone();
        if let Some(start) = path.iter().position(|on_the_way| *on_the_way == name) {
            self.diagnostics.push(error::use_cycle(written, &path[start..]));
            return;
        }
        if self.done.contains(&name) {
            return;
        }
        let file = self.parse(source);
        path.push(name.clone());
        self.follow(&file, path);
        path.pop();
        self.done.push(name);
        self.used.push(file);
    }
}

/// Notes which block each mistake is in: the one whose header is the last before it.
fn mark_damaged(file: &File, text: &str, mistakes: &[Diagnostic], damaged: &mut BTreeSet<Span>) {
    if mistakes.is_empty() {
        return;
    }
    let mut headers = Vec::new();
    collect_headers(&file.items, &mut headers);
    headers.sort_by_key(|(start, _)| *start);
    // What is said once for several places has a label at each.
    let places = mistakes.iter().flat_map(|mistake| &mistake.labels).map(|label| label.span);
    for place in places {
        let before = headers.partition_point(|(start, _)| *start <= place.start);
        if let Some((_, Some(header))) = before.checked_sub(1).map(|last| headers[last])
            && !closes(&text[header.end as usize..place.start.max(header.end) as usize])
        {
            damaged.insert(header);
        }
    }
}

/// Whether the block that opens first in a text is closed in it.
fn closes(text: &str) -> bool {
    let mut depth = 0_u32;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '#' => {
                characters.find(|&character| character == '\n');
            }
            '"' => {
                let mut escaped = false;
                characters.find(|&character| {
                    let ends = !escaped && matches!(character, '"' | '\n');
                    escaped = !escaped && character == '\\';
                    ends
                });
            }
            '{' => depth += 1,
            '}' if depth <= 1 => return true,
            '}' => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Where items begin, with the headers of those that hold statements.
fn collect_headers(items: &[Item], headers: &mut Vec<(u32, Option<Span>)>) {
    for item in items {
        let header = match item {
            Item::Block(block) => Some(block.header),
            Item::Trace(trace) => Some(trace.header),
            Item::Use(_)
            | Item::Param(_)
            | Item::Matrix(_)
            | Item::Plan(_)
            | Item::Scenario(_)
            | Item::Expect(_) => None,
        };
        headers.push((item.keyword().start, header));
        if let Item::Scenario(scenario) = item {
            collect_headers(&scenario.items, headers);
        }
    }
}

/// A mistake the parser found; for a key outside any block also the block it belongs in, which the parser does not know.
fn with_its_block(mistake: Diagnostic, sources: &Sources) -> Diagnostic {
    let outside = [&text::OUTSIDE_BLOCK, &text::UNKNOWN_ITEM].contains(&mistake.info);
    if !outside {
        return mistake;
    }
    let span = mistake.span();
    let rest = &sources.get(span.source).text[span.end as usize..];
    let written = rest
        .split(['\n', ';', '#', '}'])
        .next()
        .unwrap_or_default()
        .trim()
        .trim_start_matches(['=', ':', ' ']);
    key_outside_block(sources.slice(span), written, span, TABLES).unwrap_or(mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue_after(n_texts: usize) -> Cow<'static, [File]> {
        let mut sources = Sources::default();
        (0..n_texts).for_each(|_| _ = sources.add("a.kvs", ""));
        catalogue(&mut sources)
    }

    #[test]
    fn files_share_one_catalogue() {
        let (one, other) = (catalogue_after(1), catalogue_after(1));
        assert!(std::ptr::eq(one.as_ref(), other.as_ref()), "it is parsed once");
        let elsewhere = catalogue_after(2);
        let first = |files: &[File]| files[0].items[0].keyword().source;
        assert_ne!(first(&elsewhere), first(&one), "spans point into the texts of their own compilation");
    }
}
