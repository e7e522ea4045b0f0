//! `expect`: conditions, metrics and their selectors.

use pest::iterators::{Pair, Pairs};

use super::expressions::with_unit_of;
use super::{Reader, Rule, expected};
use crate::source::Span;
use crate::syntax::ast::{Comparison, Condition, Expect, Expr, GpuRef, Metric, Selector};
use crate::syntax::error;

/// `not`, `always`, `eventually` in front of a condition.
struct Prefix {
    rule: Rule,
    span: Span,
}

/// What follows a condition.
#[derive(Default)]
struct Suffixes {
    sustained: Option<(Expr, Span)>,
    within: Option<(Expr, Span)>,
    selectors: Vec<Selector>,
}

impl Reader<'_> {
    pub(super) fn expect(&mut self, pair: Pair<'_, Rule>) -> Expect {
        self.operators = 0;
        let span = self.tokens_of(&pair);
        let mut parts = pair.into_inner();
        let keyword = self.span(&expected(parts.next()));
        let condition = self.condition(expected(parts.next()));
        let in_runs = parts
            .find(|part| part.as_rule() == Rule::in_runs)
            .map(|in_runs| self.expr(expected(in_runs.into_inner().nth(1))));
        Expect { condition, in_runs, keyword, span, doc: self.doc_above(keyword) }
    }

    /// A chain of `or`, a chain of `and`, or one clause.
    fn condition(&mut self, pair: Pair<'_, Rule>) -> Condition {
        let join: fn(Box<Condition>, Box<Condition>) -> Condition = match pair.as_rule() {
            Rule::condition => Condition::Or,
            Rule::conjunction => Condition::And,
            Rule::clause => return self.clause(pair),
            rule => unreachable!("{rule:?} is not a condition"),
        };
        let mut parts = pair.into_inner();
        let mut left = self.condition(expected(parts.next()));
        while let Some(word) = parts.next() {
            if !self.one_more_operator(self.span(&word)) {
                break;
            }
            let right = self.condition(expected(parts.next()));
            left = join(Box::new(left), Box::new(right));
        }
        left
    }

    /// Prefixes, a comparison or a group, suffixes.
    ///
    /// A length of time belongs to the comparison, selectors to the innermost `always` or `eventually`, or to the
    /// comparison where there is none: `not always a < 1 during x .. y` denies `always a < 1 during x .. y`.
    fn clause(&mut self, pair: Pair<'_, Rule>) -> Condition {
        let mut prefixes = Vec::new();
        let mut condition = None;
        let mut suffixes = Suffixes::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                rule @ (Rule::not_word | Rule::always_word | Rule::eventually_word) => {
                    let span = self.span(&part);
                    if self.one_more_operator(span) {
                        prefixes.push(Prefix { rule, span });
                    }
                }
                Rule::comparison => condition = Some(self.comparison(part)),
                Rule::condition_group => {
                    condition = Some(self.condition(expected(part.into_inner().nth(1))));
                }
                _ => self.suffix(part, &mut suffixes),
            }
        }
        let Suffixes { sustained, mut within, selectors } = suffixes;
        let mut condition = expected(condition);
        if let Some((duration, span)) = sustained {
            condition = Condition::Sustained { condition: Box::new(condition), duration, span };
        }
        let mut selectors = Some(selectors).filter(|selectors| !selectors.is_empty());
        if !prefixes.iter().any(|prefix| prefix.rule != Rule::not_word) {
            condition = select(condition, selectors.take());
        }
        while let Some(Prefix { rule, span }) = prefixes.pop() {
            let inner = Box::new(condition);
            condition = match rule {
                Rule::not_word => Condition::Not(inner, span),
                Rule::always_word => Condition::Always(inner, span),
                _ => {
                    let within = within.take().map(|(duration, _)| duration);
                    Condition::Eventually { condition: inner, within, span }
                }
            };
            if rule != Rule::not_word {
                condition = select(condition, selectors.take());
            }
        }
        if let Some((duration, span)) = within {
            self.report(error::within_without_eventually(span));
            // It was meant: otherwise a level here would be reported as well.
            condition =
                Condition::Eventually { condition: Box::new(condition), within: Some(duration), span };
        }
        condition
    }

    fn suffix(&mut self, pair: Pair<'_, Rule>, suffixes: &mut Suffixes) {
        let place = match pair.as_rule() {
            Rule::sustained => &mut suffixes.sustained,
            Rule::within => &mut suffixes.within,
            _ => return suffixes.selectors.push(self.selector(pair)),
        };
        let mut parts = pair.into_inner();
        let word = expected(parts.next());
        let duration = self.expr(expected(parts.next()));
        let span = self.span(&word).to(duration.span());
        match place {
            Some((_, first)) => {
                let diagnostic = error::suffix_twice(span, *first, word.as_str());
                self.report(diagnostic);
            }
            None => *place = Some((duration, span)),
        }
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>) -> Condition {
        let mut parts = pair.into_inner();
        let left = self.expr(expected(parts.next()));
        let word = expected(parts.next());
        if word.as_rule() == Rule::in_word {
            let low = self.expr(expected(parts.next()));
            let high = self.expr(expected(parts.nth(1)));
            return Condition::Within { left, low: with_unit_of(low, &high), high };
        }
        let operator_span = self.span(&word);
        let operator = match word.as_str() {
            "==" => Comparison::Equal,
            "!=" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            other => unreachable!("`{other}` compares nothing"),
        };
        let right = self.expr(expected(parts.next()));
        let tolerance = parts.next().map(|tolerance| self.expr(expected(tolerance.into_inner().nth(1))));
        Condition::Compare { left, operator, operator_span, right, tolerance }
    }

    pub(super) fn metric(&mut self, pair: Pair<'_, Rule>) -> Metric {
        let mut parts = pair.into_inner();
        let name = self.ident(&expected(parts.next()));
        let selectors = parts.map(|selector| self.selector(selector)).collect();
        Metric { name, selectors }
    }

    fn selector(&mut self, pair: Pair<'_, Rule>) -> Selector {
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        let word = self.span(&expected(parts.next()));
        match rule {
            Rule::for_workload => Selector::For(self.ident(&expected(parts.next()))),
            Rule::of_scenario => Selector::Of(self.string(&expected(parts.next()))),
            Rule::on_gpu => self.on(expected(parts.next()), word),
            Rule::during => self.during(parts, word),
            Rule::after => {
                let time = self.expr(expected(parts.next()));
                let span = word.to(time.span());
                Selector::After(time, span)
            }
            Rule::over_windows => {
                let length = self.expr(expected(parts.next()));
                let span = word.to(self.span(&expected(parts.next())));
                Selector::Windows(length, span)
            }
            rule => unreachable!("{rule:?} is not a selector"),
        }
    }

    fn on(&mut self, pair: Pair<'_, Rule>, word: Span) -> Selector {
        match pair.as_rule() {
            Rule::indexed => Selector::On(GpuRef::Indexed(self.indexed(pair))),
            Rule::group_name => Selector::On(GpuRef::Group(self.ident(&pair))),
            _ => {
                let index = self.expr(expected(pair.into_inner().nth(1)));
                let span = word.to(index.span());
                Selector::OnGpu(index, span)
            }
        }
    }

    fn during(&mut self, mut parts: Pairs<'_, Rule>, word: Span) -> Selector {
        let from = self.expr(expected(parts.next()));
        let to = self.expr(expected(parts.nth(1)));
        let span = word.to(to.span());
        Selector::During(with_unit_of(from, &to), to, span)
    }
}

/// A condition with what was selected after it.
fn select(condition: Condition, selectors: Option<Vec<Selector>>) -> Condition {
    match selectors {
        Some(selectors) => Condition::Selected(Box::new(condition), selectors),
        None => condition,
    }
}
