//! Literals, parameters and arithmetic, in statements and in expectations.
//!
//! The grammar has the levels of arithmetic twice, because only expectations may name metrics; the tree has them
//! once.

use pest::iterators::Pair;

use super::{Reader, Rule, expected};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident, Indexed, Literal, Operator};
use crate::syntax::{MAX_OPERATORS, error, literal};

impl Reader<'_> {
    /// A sum, a product, a signed operand or an operand.
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        match pair.as_rule() {
            Rule::sum | Rule::product | Rule::measure_sum | Rule::measure_product => self.chain(pair),
            Rule::signed | Rule::measure_signed => self.signed(pair),
            Rule::group | Rule::measure_group => {
                let mut parts = pair.into_inner();
                let open = self.span(&expected(parts.next()));
                let inside = self.expr(expected(parts.next()));
                let close = self.span(&expected(parts.next()));
                Expr::Group(Box::new(inside), open.to(close))
            }
            Rule::literal | Rule::measure_literal => Expr::Literal(self.literal(pair)),
            Rule::parameter => Expr::Param(self.parameter(&pair)),
            Rule::metric => Expr::Metric(self.metric(pair)),
            rule => unreachable!("{rule:?} is not arithmetic"),
        }
    }

    /// `a + b - c`, from left to right.
    fn chain(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut parts = pair.into_inner();
        let mut left = self.expr(expected(parts.next()));
        while let Some(sign) = parts.next() {
            let operator = match sign.as_rule() {
                Rule::plus => Operator::Add,
                Rule::minus => Operator::Subtract,
                Rule::times => Operator::Multiply,
                Rule::divide => Operator::Divide,
                rule => unreachable!("{rule:?} is not an operator"),
            };
            if !self.one_more_operator(self.span(&sign)) {
                break;
            }
            let right = self.expr(expected(parts.next()));
            left = Expr::Binary(Box::new(left), operator, Box::new(right));
        }
        left
    }

    /// Signs and what they are before.
    fn signed(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let mut signs = Vec::new();
        let mut operand = None;
        for part in pair.into_inner() {
            if part.as_rule() != Rule::minus {
                operand = Some(self.expr(part));
            } else if self.one_more_operator(self.span(&part)) {
                signs.push(self.span(&part));
            }
        }
        let operand = expected(operand);
        signs.into_iter().rev().fold(operand, |inner, sign| {
            let span = sign.to(inner.span());
            Expr::Negated(Box::new(inner), span)
        })
    }

    /// `$n`, named without the `$`.
    fn parameter(&self, token: &Pair<'_, Rule>) -> Ident {
        Ident { text: token.as_str()[1..].to_owned(), span: self.span(token) }
    }

    /// A number and its unit.
    fn literal(&mut self, pair: Pair<'_, Rule>) -> Literal {
        let mut parts = pair.into_inner();
        let digits = expected(parts.next());
        let mut number = literal::number(digits.as_str());
        let place = self.span(&digits);
        if number.value.is_infinite() {
            self.report(error::number_too_large(place, digits.as_str()));
            number.value = f64::MAX;
        }
        let unit = parts.next().map(|unit| self.ident(&unit));
        let span = unit.as_ref().map_or(place, |unit| place.to(unit.span));
        Literal { value: number.value, decimals: number.decimals, unit, span }
    }

    /// `fast[0]`, `fast[0..3]`.
    pub(super) fn indexed(&mut self, pair: Pair<'_, Rule>) -> Indexed {
        let mut parts = pair.into_inner();
        let name = self.ident(&expected(parts.next()));
        let mut index = expected(parts.next()).into_inner().skip(1);
        let first = self.expr(expected(index.next()));
        let mut last = None;
        let mut end = name.span;
        for part in index {
            match part.as_rule() {
                Rule::dots => {}
                Rule::close_bracket => end = self.span(&part),
                _ => last = Some(self.expr(part)),
            }
        }
        let span = name.span.to(end);
        Indexed { name, first, last, span }
    }

    /// Counts an operator of the statement being read; `false` from the one on that is too many.
    pub(super) fn one_more_operator(&mut self, place: Span) -> bool {
        self.operators += 1;
        if self.operators == MAX_OPERATORS + 1 {
            self.report(error::too_many_operators(place));
        }
        self.operators <= MAX_OPERATORS
    }
}

/// The lower end of a range; a bare number there has the unit of the upper end, as in `1 .. 3 s`.
pub(super) fn with_unit_of(low: Expr, high: &Expr) -> Expr {
    match (low, high) {
        (Expr::Literal(low), Expr::Literal(Literal { unit: Some(unit), .. })) if low.unit.is_none() => {
            Expr::Literal(Literal { unit: Some(unit.clone()), ..low })
        }
        (low, _) => low,
    }
}
