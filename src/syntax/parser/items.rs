//! Files and their items.

use pest::iterators::{Pair, Pairs};

use super::recovery::Container;
use super::{Reader, Rule, expected};
use crate::source::Span;
use crate::syntax::ast::{
    Atom, Axis, Block, BlockKind, Cell, Ident, Item, Ladder, Matrix, Param, Row, Scenario, Spacing, Trace,
    TraceBody, Values,
};
use crate::syntax::error;

/// What is in front of the `{` of a block.
struct Header {
    keyword: Span,
    name: Option<Ident>,
    extends_word: Option<Span>,
    extends: Option<Ident>,
    span: Span,
}

impl Reader<'_> {
    /// Every item of the file that could be read.
    pub(super) fn file(&mut self, pair: Pair<'_, Rule>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut last = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::EOI => {}
                Rule::bad_item => self.recover(&part, Container::File, last),
                Rule::stray_close => self.stray_close(self.span(&part)),
                _ => last = self.item(part, last, &mut items),
            }
        }
        items
    }

    /// Reads one item into `items`; the place where it ends.
    fn item(&mut self, pair: Pair<'_, Rule>, before: Option<Span>, items: &mut Vec<Item>) -> Option<Span> {
        if let Some(before) = before {
            self.must_end(before, &pair);
        }
        let end = self.tokens_of(&pair);
        match pair.as_rule() {
            Rule::use_item => {
                let path = expected(pair.into_inner().nth(1));
                items.push(Item::Use(self.string(&path)));
            }
            Rule::param_item => items.push(Item::Param(self.param(pair))),
            Rule::expect_item => items.push(Item::Expect(self.expect(pair))),
            Rule::block => items.extend(self.block(pair).map(Item::Block)),
            Rule::matrix => items.push(Item::Matrix(self.matrix(pair))),
            Rule::plan => items.extend(self.plan(pair).map(Item::Plan)),
            Rule::trace => items.push(Item::Trace(self.trace(pair))),
            Rule::scenario => self.scenario(pair, items),
            rule => unreachable!("{rule:?} is not an item"),
        }
        Some(end)
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> Param {
        let mut parts = pair.into_inner();
        let keyword = self.span(&expected(parts.next()));
        let name = self.ident(&expected(parts.next()));
        self.operators = 0;
        let value =
            parts.skip(1).filter(|part| part.as_rule() != Rule::end).map(|part| self.atom(part)).collect();
        Param { name, value, doc: self.doc_above(keyword) }
    }

    /// A block of statements; `None` where it defines something that has no name.
    fn block(&mut self, pair: Pair<'_, Rule>) -> Option<Block> {
        let mut parts = pair.into_inner();
        let word = expected(parts.next());
        let keyword = self.span(&word);
        let mut header = Header { keyword, name: None, extends_word: None, extends: None, span: keyword };
        let mut statements = Vec::new();
        for part in parts {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::body => {
                    statements = self.item_body(part, header.span);
                    continue;
                }
                Rule::extends_word => header.extends_word = Some(span),
                _ if header.extends_word.is_some() => header.extends = Some(self.ident(&part)),
                _ => header.name = Some(self.ident(&part)),
            }
            header.span = header.span.to(span);
        }
        let kind = block_kind(word.as_str());
        let doc = self.doc_above(keyword);
        let Header { name, extends, span, .. } = self.checked_header(kind, word.as_str(), header)?;
        Some(Block { kind, keyword, name, extends, statements, doc, header: span })
    }

    /// Reports names and bases that are missing or not taken, and removes the latter; `None` where the name of
    /// a definition is missing, since nothing could refer to it.
    fn checked_header(&mut self, kind: BlockKind, word: &str, mut header: Header) -> Option<Header> {
        let (named, extends) = match kind {
            BlockKind::Gpu | BlockKind::Model => (true, true),
            BlockKind::Workload => (true, false),
            BlockKind::Cluster | BlockKind::Engine | BlockKind::Policy | BlockKind::Run => (false, false),
        };
        match (header.extends_word, &header.extends) {
            (Some(place), _) if !extends => {
                header.extends = None;
                self.report(error::cannot_extend(place, word));
            }
            (Some(place), None) => self.report(error::extends_without_name(place.after())),
            _ => {}
        }
        match header.name.take_if(|_| !named) {
            Some(name) => self.report(error::block_has_no_name(name.span, word, &name.text)),
            None if named && header.name.is_none() => {
                self.report(error::block_without_name(header.keyword, word));
                return None;
            }
            None => {}
        }
        Some(header)
    }

    fn matrix(&mut self, pair: Pair<'_, Rule>) -> Matrix {
        let mut parts = pair.into_inner();
        let keyword = self.span(&expected(parts.next()));
        let mut axes = Vec::new();
        let mut open = keyword;
        let mut last = None;
        for part in parts {
            match part.as_rule() {
                Rule::open => open = self.span(&part),
                Rule::close => {}
                Rule::missing_close => self.unclosed(keyword, open, part.as_span().start()),
                Rule::bad_axis => self.recover(&part, Container::Matrix, last),
                _ => {
                    let axis = self.axis(part);
                    last = Some(axis.span);
                    axes.push(axis);
                }
            }
        }
        Matrix { keyword, axes }
    }

    fn axis(&mut self, pair: Pair<'_, Rule>) -> Axis {
        self.axis_of(&mut pair.into_inner())
    }

    /// A name, `in`, and its values.
    pub(super) fn axis_of(&mut self, parts: &mut Pairs<'_, Rule>) -> Axis {
        let name = self.ident(&expected(parts.next()));
        self.operators = 0;
        let values = expected(parts.nth(1));
        if values.as_rule() == Rule::ladder {
            let ladder = self.ladder(values);
            let span = name.span.to(ladder.span);
            return Axis { name, values: Values::Ladder(Box::new(ladder)), span };
        }
        let (mut elements, list) = self.list(values);
        for atoms in &mut elements {
            // Only a choice has more than one: its arguments.
            if let [first, second, ..] = atoms.as_slice()
                && !matches!(first, Atom::Word(_))
            {
                self.report(error::two_values_in_element(second.span()));
                atoms.truncate(1);
            }
        }
        let span = name.span.to(list);
        Axis { name, values: Values::List(elements), span }
    }

    fn ladder(&mut self, pair: Pair<'_, Rule>) -> Ladder {
        let mut parts = pair.into_inner();
        let low = self.expr(expected(parts.next()));
        let high = self.expr(expected(parts.nth(1)));
        let by = parts.next().zip(parts.next());
        let spacing = by.map(|(word, by)| match word.as_rule() {
            Rule::step_word => Spacing::Step(self.expr(by)),
            _ => Spacing::Within(self.expr(by)),
        });
        let end = match &spacing {
            Some(Spacing::Step(by) | Spacing::Within(by)) => by.span(),
            None => high.span(),
        };
        let span = low.span().to(end);
        Ladder { low, high, spacing, span }
    }

    fn trace(&mut self, pair: Pair<'_, Rule>) -> Trace {
        let mut parts = pair.into_inner();
        let keyword = self.span(&expected(parts.next()));
        let mut header = keyword;
        let mut name = None;
        let mut file = None;
        let mut statements = Vec::new();
        let mut rows = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::trace_name => {
                    header = header.to(self.span(&part));
                    name = Some(self.ident(&part));
                }
                Rule::text => {
                    header = header.to(self.span(&part));
                    file = Some(self.string(&part));
                }
                Rule::body => statements = self.item_body(part, header),
                Rule::rows => rows = self.rows(part, header),
                _ => {}
            }
        }
        let body = match file {
            Some(path) => TraceBody::File(path, statements),
            None => TraceBody::Rows(rows),
        };
        Trace { keyword, name, body, doc: self.doc_above(keyword), header }
    }

    fn rows(&mut self, pair: Pair<'_, Rule>, header: Span) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut open = header;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::open => open = self.span(&part),
                Rule::close => {}
                Rule::missing_close => self.unclosed(header, open, part.as_span().start()),
                Rule::bad_row => self.recover(&part, Container::Rows, rows.last().map(|row| row.span)),
                _ => rows.push(self.row(part)),
            }
        }
        rows
    }

    fn row(&mut self, pair: Pair<'_, Rule>) -> Row {
        let mut cells: Vec<Cell> = Vec::new();
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::cell) {
            let span = self.span(&part);
            let text = if part.as_str().starts_with('"') {
                self.string(&part).value
            } else {
                part.as_str().to_owned()
            };
            cells.push(Cell { text, span });
        }
        let (first, last) = (expected(cells.first()).span, expected(cells.last()).span);
        Row { cells, span: first.to(last) }
    }

    /// Reads a scenario into `items`. One inside it is refused, yet kept beside it, so that its name exists.
    fn scenario(&mut self, pair: Pair<'_, Rule>, items: &mut Vec<Item>) {
        let mut parts = pair.into_inner();
        let keyword = self.span(&expected(parts.next()));
        let mut header = keyword;
        let mut open = keyword;
        let mut name = None;
        let mut inside = Vec::new();
        let mut refused = Vec::new();
        let mut last = None;
        let mut closed = true;
        for part in parts {
            match part.as_rule() {
                Rule::text => {
                    header = keyword.to(self.span(&part));
                    name = Some(self.string(&part));
                }
                Rule::open => open = self.span(&part),
                Rule::close => {}
                Rule::missing_close => {
                    closed = false;
                    self.unclosed(header, open, part.as_span().start());
                }
                Rule::bad_item => self.recover(&part, Container::Scenario, last),
                _ => last = self.item(part, last, &mut inside),
            }
        }
        let mut kept = Vec::new();
        for item in inside {
            match item {
                Item::Use(_) | Item::Scenario(_) | Item::Matrix(_) => refused.push(item),
                Item::Param(_) | Item::Block(_) | Item::Trace(_) | Item::Plan(_) | Item::Expect(_) => {
                    kept.push(item);
                }
            }
        }
        // A scenario that was not closed holds all that follows it: one mistake, not many.
        for item in refused.iter().filter(|_| closed) {
            self.report(error::misplaced_in_scenario(item));
        }
        match name {
            Some(name) => {
                if let Some(mistake) = error::name_in_quotes("scenario", &name) {
                    self.report(mistake);
                }
                let doc = self.doc_above(keyword);
                items.push(Item::Scenario(Scenario { keyword, name, items: kept, doc }));
            }
            None => self.report(error::scenario_without_name(keyword)),
        }
        items.extend(refused);
    }
}

fn block_kind(word: &str) -> BlockKind {
    let kind = BlockKind::ALL.into_iter().find(|kind| kind.word() == word);
    kind.unwrap_or_else(|| unreachable!("`{word}` opens no block"))
}
