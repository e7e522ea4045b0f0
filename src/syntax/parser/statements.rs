//! Statements with their atoms and blocks.

use pest::iterators::Pair;

use super::expressions::with_unit_of;
use super::recovery::Container;
use super::{Reader, Rule, expected};
use crate::source::Span;
use crate::syntax::ast::{Atom, Expr, Ident, Nested, Stage, Statement};
use crate::syntax::error;
use crate::syntax::strangers::{ReadAs, Refusal};
use crate::syntax::token::tokens;

/// What is between a pair of braces.
pub(super) struct Body {
    pub(super) statements: Vec<Statement>,
    stages: Vec<Stage>,
    pub(super) span: Span,
}

impl Reader<'_> {
    /// The statements of an item's block; stages have no place there.
    pub(super) fn item_body(&mut self, pair: Pair<'_, Rule>, header: Span) -> Vec<Statement> {
        let body = self.body(pair, header, Container::Block);
        for stage in &body.stages {
            self.report(error::stage_without_rate(stage.span));
        }
        body.statements
    }

    /// Everything between braces that could be read.
    fn body(&mut self, pair: Pair<'_, Rule>, header: Span, place: Container) -> Body {
        let mut statements: Vec<Statement> = Vec::new();
        let mut stages: Vec<Stage> = Vec::new();
        let mut span = header;
        let mut last = None;
        for part in pair.into_inner() {
            if let Some(before) = last.filter(|_| matches!(part.as_rule(), Rule::statement | Rule::stage)) {
                self.must_end(before, &part);
            }
            match part.as_rule() {
                Rule::open => span = self.span(&part),
                Rule::close => span = span.to(self.span(&part)),
                Rule::missing_close => self.unclosed(header, span, part.as_span().start()),
                Rule::stage => {
                    self.operators = 0;
                    stages.push(self.stage(part));
                    last = stages.last().map(|stage| stage.span);
                }
                Rule::statement => {
                    self.operators = 0;
                    let statement = self.statement(part);
                    last = statement.as_ref().map(|statement| statement.span);
                    statements.extend(statement);
                }
                Rule::bad_statement => self.recover(&part, place, last),
                rule => unreachable!("{rule:?} is in no block"),
            }
        }
        Body { statements, stages, span }
    }

    /// Reports a statement or item that follows another on its line.
    pub(super) fn must_end(&mut self, before: Span, next: &Pair<'_, Rule>) {
        let start = next.as_span().start();
        let next = self.first_token(start, next.as_span().end());
        if self.runs_on(before, next) {
            let found = self.text[next.start as usize..next.end as usize].to_owned();
            self.report(error::missing_line_end(next, &found));
        }
    }

    /// A statement; `None` where it is reported as one that cannot be read.
    fn statement(&mut self, pair: Pair<'_, Rule>) -> Option<Statement> {
        let whole = pair.as_span();
        let mut parts = pair.into_inner();
        let key = self.ident(&expected(parts.next()));
        let mut atoms = Vec::new();
        let mut nested = None;
        let mut span = key.span;
        for part in parts {
            match part.as_rule() {
                Rule::end => {}
                Rule::body => {
                    let body = self.body(part, span, Container::Nested);
                    span = span.to(body.span);
                    nested = Some(self.nested(body));
                }
                _ => {
                    let atom = self.atom(part);
                    if let (Atom::Value(Expr::Negated(..)), true) = (&atom, atom.span().start == span.end) {
                        let sign = span.end as usize;
                        self.hyphenated(&self.text[whole.start()..whole.end()], whole.start(), sign);
                        return None;
                    }
                    span = span.to(atom.span());
                    atoms.push(atom);
                }
            }
        }
        if nested.is_none() {
            join_misspelt_unit(&mut atoms);
        }
        Some(Statement { key, atoms, nested, span })
    }

    /// `gpus A100-80GB x 2`: what follows the sign is a number to the grammar, and part of a name to people.
    fn hyphenated(&mut self, slice: &str, start: usize, sign: usize) {
        let found = tokens(slice).find(|token| start + token.start == sign);
        let refusal = Refusal { slice, found, previous: None, read_as: ReadAs::Statement };
        if !self.report_meant(&refusal, start) {
            self.report(error::not_in_name(self.bytes(sign, sign + 1)));
        }
    }

    /// Stages or statements: whichever is not what the block begins with is reported.
    fn nested(&mut self, body: Body) -> Nested {
        let Body { statements, stages, span } = body;
        let first_statement = statements.first().map(|statement| statement.span);
        let first_stage = stages.first().map(|stage| stage.span);
        match (first_statement, first_stage) {
            (Some(statement), Some(stage)) if stage < statement => {
                self.report(error::statement_among_stages(statement));
                Nested::Stages(stages, span)
            }
            (Some(_), Some(stage)) => {
                self.report(error::stage_without_rate(stage));
                Nested::Statements(statements, span)
            }
            (None, Some(_)) => Nested::Stages(stages, span),
            (_, None) => Nested::Statements(statements, span),
        }
    }

    fn stage(&mut self, pair: Pair<'_, Rule>) -> Stage {
        let mut parts = pair.into_inner();
        let duration = self.expr(expected(parts.next()));
        let word = expected(parts.next());
        let (target, end) = match word.as_rule() {
            Rule::hold_word => (None, self.span(&word)),
            _ => {
                let target = self.expr(expected(parts.next()));
                let end = target.span();
                (Some(target), end)
            }
        };
        let span = duration.span().to(end);
        Stage { duration, target, span }
    }

    pub(super) fn atom(&mut self, pair: Pair<'_, Rule>) -> Atom {
        match pair.as_rule() {
            Rule::value => {
                let mut parts = pair.into_inner();
                let low = self.expr(expected(parts.next()));
                match parts.nth(1) {
                    Some(high) => {
                        let high = self.expr(high);
                        Atom::Range(with_unit_of(low, &high), high)
                    }
                    None => Atom::Value(low),
                }
            }
            Rule::indexed => Atom::Indexed(self.indexed(pair)),
            Rule::word => Atom::Word(self.ident(&pair)),
            Rule::text => Atom::Text(self.string(&pair)),
            Rule::arrow => Atom::Arrow(self.span(&pair)),
            Rule::list => {
                let (elements, span) = self.list(pair);
                Atom::List(elements, span)
            }
            rule => unreachable!("{rule:?} is not an atom"),
        }
    }

    /// The elements of `[ … ]` and its place.
    pub(super) fn list(&mut self, pair: Pair<'_, Rule>) -> (Vec<Vec<Atom>>, Span) {
        let mut parts = pair.into_inner();
        let mut span = self.span(&expected(parts.next()));
        let mut elements = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::comma => {}
                Rule::close_bracket => span = span.to(self.span(&part)),
                _ => elements.push(part.into_inner().map(|atom| self.atom(atom)).collect()),
            }
        }
        (elements, span)
    }
}

/// Makes one literal of `80 GBs` at the end of a statement, so that the analysis can say which unit was meant.
/// The grammar reads an unknown word after a space as the next argument; only one that can hardly be anything
/// but a unit is taken back.
fn join_misspelt_unit(atoms: &mut Vec<Atom>) {
    let [.., Atom::Value(value), Atom::Word(word)] = atoms.as_mut_slice() else { return };
    let Some(literal) = last_literal(value) else { return };
    if literal.unit.is_some() || !resembles_unit(&word.text) {
        return;
    }
    literal.span = literal.span.to(word.span);
    literal.unit = Some(Ident { text: std::mem::take(&mut word.text), span: word.span });
    atoms.pop();
}

/// The literal an expression ends with.
fn last_literal(value: &mut Expr) -> Option<&mut crate::syntax::ast::Literal> {
    match value {
        Expr::Literal(literal) => Some(literal),
        Expr::Binary(_, _, right) => last_literal(right),
        Expr::Negated(..) | Expr::Param(_) | Expr::Metric(_) | Expr::Group(..) => None,
    }
}

/// Whether a word is a unit in other letters, in its plural, or spelt out.
fn resembles_unit(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    UNIT_LOOKALIKES.iter().any(|known| *known == lower || *known == singular)
}

/// Units in lower case and the ways to spell them out.
const UNIT_LOOKALIKES: &[&str] = &[
    "ps",
    "ns",
    "us",
    "ms",
    "s",
    "min",
    "h",
    "d",
    "b",
    "kb",
    "mb",
    "gb",
    "tb",
    "kib",
    "mib",
    "gib",
    "tib",
    "tok",
    "tflops",
    "tflop",
    "gflops",
    "gflop",
    "pflops",
    "pflop",
    "byte",
    "kbyte",
    "mbyte",
    "gbyte",
    "tbyte",
    "bit",
    "kbit",
    "mbit",
    "gbit",
    "tbit",
    "gbps",
    "mbps",
    "kbps",
    "qps",
    "rps",
    "qpm",
    "rpm",
    "rph",
    "tpm",
    "sec",
    "second",
    "msec",
    "millisecond",
    "usec",
    "microsecond",
    "nanosecond",
    "minute",
    "mins",
    "hr",
    "hour",
    "day",
    "token",
    "toks",
    "usd",
    "dollar",
    "percent",
    "hz",
];
