//! From a slice the grammar refused to one message about it.
//!
//! The slice is read a second time by the rule it should have matched; where that stops and what could
//! have followed there decides what is said. Invariant: one slice, one diagnostic.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::{Grammar, Reader, Rule};
use crate::diagnostics::codes::text;
use crate::diagnostics::{Diagnostic, Label, MAX_SHOWN};
use crate::source::Span;
use crate::syntax::error::{self, Found};
use crate::syntax::strangers::{Meant, ReadAs, Refusal, has_toml_tables, item, language, meant};
use crate::syntax::token::{Token, tokens};

/// What contains a bad slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    File,
    Scenario,
    /// The block of an item.
    Block,
    /// The block of a statement, where stages are allowed.
    Nested,
    Matrix,
    Plan,
    Rows,
}

impl Reader<'_> {
    /// Says what is wrong with a slice that `bad_…` took; `before` is where the thing in front of it ends.
    pub(super) fn recover(&mut self, bad: &Pair<'_, Rule>, place: Container, before: Option<Span>) {
        let (start, end) = (bad.as_span().start(), bad.as_span().end());
        let slice = &self.text[start..end];
        let Some(first) = tokens(slice).next() else { return };
        let first_span = self.bytes(start, start + first.text.len());
        if self.continues_mistake(bad, first, place) {
            return;
        }
        if before.is_some_and(|before| self.runs_on(before, first_span)) {
            self.report(error::missing_line_end(first_span, first.text));
            return;
        }
        if place == Container::File && self.is_other_language(slice, first_span) {
            return;
        }
        if first.text == "{" {
            self.report(error::brace_without_header(first_span));
            return;
        }
        let rule = match place {
            Container::File | Container::Scenario if !ITEM_WORDS.contains(&first.text) => {
                let flag = Refusal { slice, found: Some(first), previous: None, read_as: ReadAs::Statement };
                if slice.starts_with("--") && self.report_meant(&flag, start) {
                    return;
                }
                self.left_open += slice.matches('{').count().saturating_sub(slice.matches('}').count());
                self.report(not_an_item(first, first_span, slice, place));
                return;
            }
            Container::File | Container::Scenario => Rule::only_item,
            Container::Block | Container::Nested if first.is_word() && !has_foreign_letters(first) => {
                Rule::only_statement
            }
            Container::Nested => Rule::only_stage,
            Container::Block => {
                let refusal =
                    Refusal { slice, found: Some(first), previous: None, read_as: ReadAs::Statement };
                if !self.report_meant(&refusal, start) {
                    self.report(no_key(first, first_span));
                }
                return;
            }
            Container::Matrix => Rule::only_axis,
            Container::Plan if !PLAN_WORDS.contains(&first.text) => {
                self.report(not_in_plan(first_span, first.text));
                return;
            }
            Container::Plan => Rule::only_plan_line,
            Container::Rows => Rule::only_row,
        };
        let read_as = match place {
            Container::File | Container::Scenario => ReadAs::Item,
            Container::Block | Container::Nested => ReadAs::Statement,
            Container::Matrix => ReadAs::Axis,
            Container::Plan => ReadAs::PlanLine,
            Container::Rows => ReadAs::Row,
        };
        match Grammar::parse(rule, slice) {
            Err(refused) => self.refused(&refused, start, end, read_as),
            // What the rule takes by itself was refused for what follows it.
            Ok(_) => self.report(error::unexpected(first_span, &Found::Token(first.text), None)),
        }
    }

    /// Whether a bad line belongs to the mistake of the line above it: the rest of an expectation that a newline
    /// ended.
    fn continues_mistake(&mut self, bad: &Pair<'_, Rule>, first: Token<'_>, place: Container) -> bool {
        if let Some(header) = self.without_brace.take()
            && self.text[header..bad.as_span().start()].trim_matches([' ', '\t', ';']).is_empty()
        {
            self.without_brace = Some(bad.as_span().end());
            return true;
        }
        let Some(above) = self.broken_off.take() else { return false };
        let between = &self.text[above..bad.as_span().start()];
        let next_line = between.trim().is_empty() && between.matches('\n').count() == 1;
        let continues = matches!(place, Container::File | Container::Scenario)
            && next_line
            && !begins_item(first, bad.as_str());
        if continues {
            self.broken_off = Some(bad.as_span().end());
        }
        continues
    }

    /// Turns pest's error about the slice `start..end` into a diagnostic.
    pub(super) fn refused(
        &mut self,
        refused: &pest::error::Error<Rule>,
        start: usize,
        end: usize,
        read_as: ReadAs,
    ) {
        let slice = &self.text[start..end];
        let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = refused.location;
        let possible: &[Rule] = match &refused.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => &[],
        };
        let stop = Stop::at(slice, offset);
        let refusal = Refusal { slice, found: stop.found, previous: stop.previous, read_as };
        if self.report_meant(&refusal, start) {
            return;
        }
        let span = |token: Token<'_>| self.bytes(start + token.start, start + token.end());
        let place = match (stop.found, stop.previous) {
            (Some(found), _) => span(found),
            (None, Some(previous)) => span(previous).after(),
            (None, None) => self.bytes(start, start),
        };
        let wanted = expectation(possible);
        let may_end = matches!(wanted, None | Some(error::Wanted::CloseParen));
        let in_expectation = slice.starts_with("expect");
        let found = stop.found.map_or(Found::End, |found| Found::Token(found.text));
        let after = stop.previous.map(|previous| previous.text);
        let diagnostic = match (stop.found, wanted) {
            (Some(found), _) if found.text == "{" && stop.next_line => {
                error::brace_on_next_line(place, slice.lines().next().unwrap_or_default().trim())
            }
            (Some(found), Some(error::Wanted::Name)) if found.text == "=" && after == Some("param") => {
                error::param_without_name(place)
            }
            (Some(found), Some(error::Wanted::Block | error::Wanted::FromOrBlock | error::Wanted::Name))
                if matches!(found.text, "in" | "extends")
                    && after.is_some_and(|word| ITEM_WORDS.contains(&word)) =>
            {
                error::word_as_name(place, found.text)
            }
            (Some(found), _) if found.text.starts_with('"') && !found.is_closed_string() => {
                error::unterminated_string(place)
            }
            (Some(found), _) if in_expectation && may_end && is_comparator(found.text) => {
                error::chained_comparison(place, found.text)
            }
            _ if error::foreign(&found).is_some() => error::unexpected(place, &found, after),
            (Some(found), _) if has_foreign_letters(found) => {
                error::letters_of_names(place, found.text, after)
            }
            (Some(found), _) if stop.inside_name(slice) => {
                let sign = stop.previous.map_or(place, span);
                let rate = stop.number_before(slice).and_then(|number| {
                    error::rate_of_nothing(sign.to(place), number, found.text, slice.starts_with("rate"))
                });
                rate.unwrap_or_else(|| error::not_in_name(sign))
            }
            (Some(found), Some(error::Wanted::Value))
                if after == Some("/") && found.is_word() && !in_expectation =>
            {
                error::blanks_in_unit(place, found.text)
            }
            (_, Some(wanted)) => error::expected(place, wanted, &found, after, stop.open.map(span)),
            (_, None) => error::unexpected(place, &found, after),
        };
        self.broken_off = stop.found.is_none().then_some(end);
        self.report(diagnostic);
    }

    /// Reports a text of another language once, at its first line; what follows it is not looked at.
    fn is_other_language(&mut self, slice: &str, first: Span) -> bool {
        if self.other_language {
            return true;
        }
        let has_tables = || *self.toml_tables.get_or_init(|| has_toml_tables(self.text));
        let Some(language) = language(slice, has_tables) else { return false };
        self.other_language = true;
        self.report(error::other_language(first, language.name, language.example));
        true
    }

    /// Reports what users of other tools meant by a text, if that is known. A habit of another language is reported once,
    /// with the number of its places.
    pub(super) fn report_meant(&mut self, refusal: &Refusal<'_>, start: usize) -> bool {
        let Some(Meant { info, start: from, end, message, label, help, habit }) = meant(refusal) else {
            return false;
        };
        if let Some((index, again)) = self.habit.as_mut().filter(|_| habit) {
            *again += 1;
            let (index, again) = (*index, *again);
            let place = self.bytes(start + from, start + end);
            let first = &mut self.diagnostics[index];
            first.help = first.help.take().map(|help| error::found_again(&help, again));
            if again <= MAX_SHOWN {
                first.labels.push(Label { span: place, text: "here too".to_owned() });
            }
            return true;
        }
        if habit {
            self.habit = Some((self.diagnostics.len(), 0));
        }
        let place = self.bytes(start + from, start + end);
        self.report(Diagnostic::error(info, message, place, label).with_help(help));
        self.without_brace = (info == &text::EXPECTED_BLOCK).then_some(start + refusal.slice.len());
        true
    }

    /// A `}` that is missing; `position` is where the text goes on.
    pub(super) fn unclosed(&mut self, header: Span, open: Span, position: usize) {
        let header_text = self.text[header.start as usize..header.end as usize].to_owned();
        let next = self.first_token(position, self.text.len());
        let at_end = next.start == next.end;
        let diagnostic = error::unclosed_block(open, &header_text, (!at_end).then_some(next));
        if !at_end {
            let keyword = self.text[next.start as usize..next.end as usize].to_owned();
            let instead = error::item_in_block(next, &keyword, header, &header_text);
            self.unclosed = Some((self.diagnostics.len(), instead));
        }
        self.report(diagnostic);
    }

    /// A `}` too many. After a block that seemed unclosed because an item was in it, it is that block's own.
    pub(super) fn stray_close(&mut self, brace: Span) {
        match self.unclosed.take() {
            Some((index, instead)) => self.diagnostics[index] = instead,
            // What begins like an item of another language may have a block, and a block in it.
            None if self.left_open > 0 => self.left_open -= 1,
            None => self.report(error::stray_close(brace)),
        }
    }

    /// The first token of a part of the text, or the empty place at its end.
    pub(super) fn first_token(&self, start: usize, end: usize) -> Span {
        match tokens(&self.text[start..end]).next() {
            Some(token) => self.bytes(start + token.start, start + token.end()),
            None => self.bytes(end, end),
        }
    }

    /// From the first to the last token of a pair.
    pub(super) fn tokens_of(&self, pair: &Pair<'_, Rule>) -> Span {
        let start = pair.as_span().start();
        self.bytes(start, end_of(pair).unwrap_or(start))
    }
}

/// Where the last token of a pair ends.
fn end_of(pair: &Pair<'_, Rule>) -> Option<usize> {
    let mut inside = pair.clone().into_inner().rev().peekable();
    if inside.peek().is_none() {
        let span = pair.as_span();
        return (span.start() < span.end()).then_some(span.end());
    }
    inside.find_map(|part| end_of(&part))
}

/// Where the grammar stopped in a slice.
struct Stop<'a> {
    /// What is there; `None` for the end of the line.
    found: Option<Token<'a>>,
    /// The token before it.
    previous: Option<Token<'a>>,
    /// The innermost bracket still open.
    open: Option<Token<'a>>,
    /// Whether a newline lies before what was found.
    next_line: bool,
}

impl<'a> Stop<'a> {
    fn at(slice: &'a str, offset: usize) -> Stop<'a> {
        let mut previous: Option<Token<'a>> = None;
        let mut opened = Vec::new();
        let mut found = None;
        for token in tokens(slice) {
            if token.end() > offset {
                // Operators of other languages are named whole, even where their beginning is one of this.
                let whole = error::foreign(&Found::Token(token.text)).is_some();
                let skipped = if whole { 0 } else { offset.saturating_sub(token.start) };
                found = Some(Token { start: token.start + skipped, text: &token.text[skipped..] });
                if skipped > 0 {
                    previous = Some(Token { start: token.start, text: &token.text[..skipped] });
                }
                break;
            }
            match token.text {
                "(" | "[" => opened.push(token),
                ")" | "]" => drop(opened.pop()),
                _ => {}
            }
            previous = Some(token);
        }
        let next_line = match (found, previous) {
            (Some(found), Some(previous)) => slice[previous.end()..found.start].contains('\n'),
            _ => false,
        };
        if found.is_some_and(|found| found.text != "{") && next_line {
            found = None;
        }
        Stop { found, previous, open: opened.pop(), next_line }
    }

    /// Whether a sign between two words without blanks was meant as a part of a name: `a-b`.
    fn inside_name(&self, slice: &str) -> bool {
        let (Some(found), Some(previous)) = (self.found, self.previous) else { return false };
        let touched =
            slice[..previous.start].ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_');
        matches!(previous.text, "-" | "." | "/")
            && touched
            && found.is_word()
            && previous.end() == found.start
    }

    /// The number directly before the `/` in front of what was found: that of `5/s`.
    fn number_before(&self, slice: &'a str) -> Option<&'a str> {
        let slash = self.previous.filter(|previous| previous.text == "/")?;
        let before = &slice[..slash.start];
        let number = before.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && !"._".contains(letter));
        let number = number.into_iter().next()?;
        let is_number = number.starts_with(|first: char| first.is_ascii_digit())
            && number.chars().all(|letter| letter.is_ascii_digit() || "._".contains(letter));
        is_number.then_some(number)
    }
}

/// What to say about a line of an item's block that begins with no key.
fn no_key(first: Token<'_>, span: Span) -> Diagnostic {
    if has_foreign_letters(first) {
        return error::letters_of_names(span, first.text, None);
    }
    if first.text.starts_with('"') && !first.is_closed_string() {
        return error::unterminated_string(span);
    }
    error::expected_key(span, &Found::Token(first.text))
}

/// Whether a token was meant as a name and holds letters that names have not.
fn has_foreign_letters(token: Token<'_>) -> bool {
    !token.text.is_ascii() && token.text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// Whether a bad line was probably meant to begin an item.
fn begins_item(first: Token<'_>, line: &str) -> bool {
    ITEM_WORDS.contains(&first.text) || line.contains('{') || nearest_item_word(first.text).is_some()
}

/// What to say about a line that begins with no word of an item.
fn not_an_item(first: Token<'_>, span: Span, slice: &str, place: Container) -> Diagnostic {
    if has_foreign_letters(first) {
        return error::letters_of_names(span, first.text, None);
    }
    if first.text.starts_with('"') && !first.is_closed_string() {
        return error::unterminated_string(span);
    }
    if !first.is_word() {
        return error::expected_item(span, first.text);
    }
    if let Some(help) = item(first.text, slice) {
        return error::word_of_another_language(span, first.text, &help);
    }
    let nearest = nearest_item_word(first.text);
    if nearest.is_some() || slice.contains('{') {
        return error::unknown_item(span, first.text, nearest);
    }
    error::statement_outside_block(span, first.text, place == Container::Scenario)
}

/// The item word a misspelt one was probably meant to be.
fn nearest_item_word(word: &str) -> Option<&'static str> {
    // Keys of blocks that resemble an item word.
    if matches!(word, "gpus" | "runs") {
        return None;
    }
    let lower = word.to_lowercase();
    ITEM_WORDS
        .iter()
        .map(|&known| (strsim::damerau_levenshtein(&lower, known), known))
        .filter(|&(distance, known)| distance <= known.len().div_ceil(4) && word.len() <= 2 * known.len())
        .min()
        .map(|(_, known)| known)
}

/// The words that begin an item.
const ITEM_WORDS: &[&str] = &[
    "use", "param", "gpu", "model", "cluster", "engine", "policy", "workload", "trace", "run", "matrix",
    "plan", "scenario", "expect",
];

/// The words that begin a line of a plan.
const PLAN_WORDS: &[&str] = &["vary", "minimize", "maximize", "frontier", "search", "expect"];

/// A line of a plan that begins with something else.
fn not_in_plan(place: Span, found: &str) -> Diagnostic {
    let lower = found.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&lower, known);
    let near = PLAN_WORDS.iter().min_by_key(|known| distance(known)).filter(|known| distance(known) <= 2);
    error::not_in_plan(place, found, near.copied())
}

fn is_comparator(text: &str) -> bool {
    matches!(text, "==" | "!=" | "<" | "<=" | ">" | ">=")
}

/// What was wanted, from the rules that could have matched; `None` where the statement could have ended and
/// anything more is simply too much.
fn expectation(possible: &[Rule]) -> Option<error::Wanted> {
    use error::Wanted;
    if possible.contains(&Rule::end) || possible.contains(&Rule::EOI) {
        return None;
    }
    let has = |rules: &[Rule]| rules.iter().any(|rule| possible.contains(rule));
    let wanted = [
        (Wanted::Comparison, has(&[Rule::comparator])),
        (
            Wanted::Objective,
            has(&[Rule::metric, Rule::metric_name]) && !has(&[Rule::measure_literal, Rule::number]),
        ),
        (Wanted::CloseParen, has(&[Rule::close_paren])),
        (Wanted::CloseBracket, has(&[Rule::close_bracket]) && has(&[Rule::comma, Rule::dots])),
        (Wanted::Element, has(&[Rule::close_bracket])),
        (Wanted::Range, has(&[Rule::dots])),
        (Wanted::Windows, has(&[Rule::windows_word])),
        (Wanted::OfRuns, has(&[Rule::of_word, Rule::runs_word]) && !has(&[Rule::of_scenario])),
        (Wanted::ArrowOrHold, has(&[Rule::hold_word])),
        (Wanted::Condition, has(&[Rule::condition, Rule::conjunction, Rule::clause, Rule::always_word])),
        (Wanted::Workload, has(&[Rule::workload_name])),
        (Wanted::Values, has(&[Rule::ladder])),
        (Wanted::Value, has(VALUES)),
        (Wanted::Equals, has(&[Rule::equals])),
        (Wanted::In, has(&[Rule::in_word])),
        (Wanted::Every, has(&[Rule::every_word])),
        (Wanted::List, has(&[Rule::list, Rule::open_bracket])),
        (Wanted::FromOrBlock, has(&[Rule::from_word])),
        (Wanted::Text, has(&[Rule::text])),
        (Wanted::Block, has(&[Rule::open, Rule::body, Rule::rows])),
        (Wanted::Gpu, has(&[Rule::group_name, Rule::indexed_name, Rule::gpu_word])),
        (Wanted::Name, has(&[Rule::name, Rule::trace_name, Rule::word, Rule::key])),
    ];
    wanted.into_iter().find_map(|(wanted, possible)| possible.then_some(wanted))
}

/// Rules that begin a value.
const VALUES: &[Rule] = &[
    Rule::value,
    Rule::sum,
    Rule::product,
    Rule::signed,
    Rule::group,
    Rule::literal,
    Rule::number,
    Rule::parameter,
    Rule::minus,
    Rule::open_paren,
    Rule::measure_sum,
    Rule::measure_product,
    Rule::measure_signed,
    Rule::measure_group,
    Rule::measure_literal,
    Rule::comparison,
    Rule::metric,
    Rule::metric_name,
];
