//! Texts that diagnostics point into: files, the embedded catalogue, command-line values.
//!
//! Not for reading files: `host` does that. Invariant: a `Span` is only meaningful together with the
//! `Sources` that handed out its `SourceId`, and always lies on character boundaries of that text.

use std::sync::Arc;

/// Which text of a [`Sources`] a span points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text it points into.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From this span's start to `other`'s end; both must be of one source.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        assert_eq!(self.source, other.source, "a span cannot cross files");
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span just after this one, where something is missing.
    #[must_use]
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }
}

/// One text and what to call it.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown to the user: a path with forward slashes relative to where `kvs` was started, or `<catalog>`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// All texts of one compilation.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text; its id is valid in this collection (and its clones) only.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(u32::try_from(self.list.len()).expect("fewer than 2^32 sources"));
        self.list.push(Source { name: name.into(), text: text.into() });
        id
    }

    /// The source with an id.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    /// Every text, in the order added.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|source| &*source.text)
    }

    /// The text a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        &self.get(span.source).text[span.start as usize..span.end as usize]
    }

    /// Line and column of a span's start, both from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let before = &self.get(span.source).text[..span.start as usize];
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[line_start..].chars().count() + 1)
    }
}
