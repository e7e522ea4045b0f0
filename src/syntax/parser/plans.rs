//! Plans: what they vary, look for, and expect of the answer.

use pest::iterators::Pair;

use super::recovery::Container;
use super::{Reader, Rule, expected};
use crate::syntax::ast::{Direction, Plan, PlanLine};
use crate::syntax::error;

impl Reader<'_> {
    /// A plan; `None` where it has no name, since nothing could refer to it.
    pub(super) fn plan(&mut self, pair: Pair<'_, Rule>) -> Option<Plan> {
        let mut parts = pair.into_inner();
        let keyword = self.span(&expected(parts.next()));
        let (mut header, mut open) = (keyword, keyword);
        let mut name = None;
        let mut lines = Vec::new();
        let mut last = None;
        let mut is_complete = true;
        for part in parts {
            match part.as_rule() {
                Rule::text => {
                    header = keyword.to(self.span(&part));
                    name = Some(self.string(&part));
                }
                Rule::open => open = self.span(&part),
                Rule::close => {}
                Rule::missing_close => self.unclosed(header, open, part.as_span().start()),
                Rule::bad_plan => {
                    is_complete = false;
                    self.recover(&part, Container::Plan, last);
                }
                _ => {
                    if let Some(before) = last {
                        self.must_end(before, &part);
                    }
                    last = Some(self.tokens_of(&part));
                    lines.push(self.plan_line(part));
                }
            }
        }
        let Some(name) = name else {
            self.report(error::plan_without_name(keyword));
            return None;
        };
        if let Some(mistake) = error::name_in_quotes("plan", &name) {
            self.report(mistake);
        }
        Some(Plan { keyword, name, lines, is_complete, doc: self.doc_above(keyword) })
    }

    fn plan_line(&mut self, pair: Pair<'_, Rule>) -> PlanLine {
        if pair.as_rule() == Rule::expect_item {
            return PlanLine::Expect(Box::new(self.expect(pair)));
        }
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        let word = expected(parts.next());
        let keyword = self.span(&word);
        match rule {
            Rule::vary => PlanLine::Vary(self.axis_of(&mut parts)),
            Rule::objective => {
                let direction = match word.as_rule() {
                    Rule::minimize_word => Direction::Minimize,
                    _ => Direction::Maximize,
                };
                PlanLine::Objective(direction, self.metric(expected(parts.next())), keyword)
            }
            Rule::frontier => {
                let one = self.metric(expected(parts.next()));
                PlanLine::Frontier(one, self.metric(expected(parts.next())), keyword)
            }
            _ => PlanLine::Every(keyword),
        }
    }
}
