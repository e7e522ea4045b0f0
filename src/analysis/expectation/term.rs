//! Arithmetic of an expectation: dimensions, and what a bare number means beside what.
//!
//! A bare number has no meaning of its own. In a product it is a factor; in a sum and in a comparison it is read as
//! the other side prescribes: in milliseconds beside `p99_ttft_ms`, as a count beside `finished`, not at all beside
//! `reject_rate`. Invariant: an operand of scale [`Scale::Bare`] is always a folded [`Term::Number`].

use super::Lowering;
use crate::analysis::language::error::{division_by_zero, too_large};
use crate::analysis::language::value::Written;
use crate::analysis::language::values;
use crate::metrics::Equality;
use crate::model::{Operator, Term};
use crate::source::Span;
use crate::syntax::ast;
use crate::units::{Dimension, Quantity, Unit, unit};

/// An operand with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    /// What the model keeps.
    pub(super) term: Term,
    /// What it measures; meaningless while it is bare.
    pub(super) dimension: Dimension,
    /// How a bare number beside it is read.
    pub(super) scale: Scale,
    /// Half a unit of the last digit of a single literal, in the operand's own numbers; `None` for all else.
    pub(super) digits: Option<f64>,
    /// How `==` compares it.
    pub(super) equality: Equality,
    /// Where.
    pub(super) span: Span,
}

/// How a bare number beside an operand is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// The operand itself is a bare number.
    Bare,
    /// A quotient of like quantities: bare numbers and shares both fit.
    Quotient,
    /// A count: as a count.
    Count,
    /// A quantity whose name ends in a unit: in this unit.
    Unit(&'static Unit),
    /// A share: not at all, `%` must be written.
    Share,
    /// Another quantity: not at all, a unit must be written.
    Quantity,
}

impl Scale {
    fn of_derived(dimension: Dimension) -> Scale {
        if dimension == Dimension::NUMBER {
            Scale::Quotient
        } else if dimension.is_count() {
            Scale::Count
        } else {
            Scale::Quantity
        }
    }
}

impl Operand {
    /// The value of an operand that is known before the run.
    pub(super) fn constant(&self) -> Option<f64> {
        match self.term {
            Term::Number(value, _) => Some(value),
            Term::Metric(_) | Term::Negated(_) | Term::Binary(..) => None,
        }
    }

    /// What it is, as messages say it.
    pub(super) fn describe(&self) -> String {
        match self.scale {
            Scale::Share => "a share".to_owned(),
            Scale::Count if self.dimension == Dimension::NUMBER => "a count".to_owned(),
            _ if self.dimension == REQUESTS => "a number of requests".to_owned(),
            _ => self.dimension.to_string(),
        }
    }
}

const REQUESTS: Dimension = Dimension { requests: 1, ..Dimension::NUMBER };

impl Lowering<'_, '_> {
    /// Lowers an operand; `None` when something in it was reported.
    pub(super) fn operand(&mut self, expr: &ast::Expr) -> Option<Operand> {
        match expr {
            ast::Expr::Literal(_) | ast::Expr::Param(_) => self.written(expr),
            ast::Expr::Metric(metric) => self.metric(metric),
            ast::Expr::Group(inner, span) => Some(Operand { span: *span, ..self.operand(inner)? }),
            ast::Expr::Negated(inner, sign) => {
                let inner = self.operand(inner)?;
                let term = match inner.term {
                    Term::Number(value, dimension) => Term::Number(-value, dimension),
                    other => Term::Negated(Box::new(other)),
                };
                Some(Operand { term, span: sign.to(inner.span), ..inner })
            }
            ast::Expr::Binary(left, operator, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                self.binary(left?, *operator, right?)
            }
        }
    }

    /// A literal or a parameter.
    pub(super) fn written(&mut self, expr: &ast::Expr) -> Option<Operand> {
        let found = values::evaluate(expr, None, self.ctx)?;
        let Quantity { value, dimension } = found.quantity;
        let scale = match found.written {
            Written::Bare => Scale::Bare,
            Written::Percent => Scale::Share,
            Written::Unit if dimension.is_count() => Scale::Count,
            Written::Unit => Scale::Quantity,
        };
        let digits = match expr {
            ast::Expr::Literal(literal) => {
                half_unit(usize::from(literal.decimals), literal.unit.as_ref().map(|unit| unit.text.as_str()))
            }
            ast::Expr::Param(name) => {
                self.ctx.params.get(&name.text).and_then(|param| half_unit_of(&param.text))
            }
            _ => None,
        };
        let term = Term::Number(value, dimension);
        Some(Operand { term, dimension, scale, digits, equality: Equality::Exact, span: found.span })
    }

    fn binary(&mut self, left: Operand, operator: ast::Operator, right: Operand) -> Option<Operand> {
        match operator {
            ast::Operator::Add => self.sum(left, Operator::Add, right),
            ast::Operator::Subtract => self.sum(left, Operator::Subtract, right),
            ast::Operator::Multiply => self.product(&left, &right),
            ast::Operator::Divide => self.quotient(&left, &right),
        }
    }

    fn sum(&mut self, left: Operand, operator: Operator, right: Operand) -> Option<Operand> {
        let (left, right) = self.alike(left, right)?;
        let (dimension, scale) = match (left.scale, right.scale) {
            (Scale::Quantity | Scale::Quotient, better) => (right.dimension, better),
            (kept, _) => (left.dimension, kept),
        };
        Some(Operand {
            term: self.fold(&left, operator, &right, dimension)?,
            dimension,
            scale,
            digits: None,
            equality: loosest(left.equality, right.equality),
            span: left.span.to(right.span),
        })
    }

    fn product(&mut self, left: &Operand, right: &Operand) -> Option<Operand> {
        let dimension = self.derived(left.dimension.times(right.dimension), left, right)?;
        let scale = match (left.scale, right.scale) {
            (kept, Scale::Bare | Scale::Share) | (Scale::Bare | Scale::Share, kept) => kept,
            _ => Scale::of_derived(dimension),
        };
        Some(Operand {
            term: self.fold(left, Operator::Multiply, right, dimension)?,
            dimension,
            scale,
            digits: None,
            equality: loosest(left.equality, right.equality),
            span: left.span.to(right.span),
        })
    }

    fn quotient(&mut self, left: &Operand, right: &Operand) -> Option<Operand> {
        if right.constant() == Some(0.0) {
            self.report(division_by_zero(right.span, &self.text(right.span)));
            return None;
        }
        let dimension = self.derived(left.dimension.over(right.dimension), left, right)?;
        let scale = match right.scale {
            Scale::Bare | Scale::Share => left.scale,
            _ => Scale::of_derived(dimension),
        };
        Some(Operand {
            term: self.fold(left, Operator::Divide, right, dimension)?,
            dimension,
            scale,
            digits: None,
            equality: if right.constant().is_some() { left.equality } else { Equality::Rounded },
            span: left.span.to(right.span),
        })
    }

    fn derived(
        &mut self,
        dimension: Option<Dimension>,
        left: &Operand,
        right: &Operand,
    ) -> Option<Dimension> {
        if dimension.is_none() {
            let whole = left.span.to(right.span);
            self.report(too_large(whole, &self.text(whole)));
        }
        dimension
    }

    /// The term of an operation; two numbers become one.
    fn fold(
        &mut self,
        left: &Operand,
        operator: Operator,
        right: &Operand,
        dimension: Dimension,
    ) -> Option<Term> {
        let (Some(a), Some(b)) = (left.constant(), right.constant()) else {
            return Some(Term::Binary(Box::new(left.term.clone()), operator, Box::new(right.term.clone())));
        };
        let value = match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
        };
        if !value.is_finite() {
            let whole = left.span.to(right.span);
            self.report(too_large(whole, &self.text(whole)));
            return None;
        }
        Some(Term::Number(value, dimension))
    }
}

/// Half a unit of the last digit, in base units of the unit as spelt.
fn half_unit(decimals: usize, spelt: Option<&str>) -> Option<f64> {
    let half = 0.5 / (0..decimals).fold(1.0, |power, _| power * 10.0);
    match spelt {
        None => Some(half),
        Some(spelt) => unit(spelt).map(|unit| unit.to_base(half)),
    }
}

/// The same for a parameter's text, `2.50 s`; `None` where it is more than one number.
fn half_unit_of(text: &str) -> Option<f64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '_');
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let decimals = number.split_once('.').map_or(0, |(_, fraction)| fraction.replace('_', "").len());
    let spelt = rest.trim();
    if number.is_empty() {
        return None;
    }
    half_unit(decimals, (!spelt.is_empty()).then_some(spelt))
}

/// How two operands compare: a mean among them leaves its roundings, a time its digits.
pub(super) fn loosest(left: Equality, right: Equality) -> Equality {
    match (left, right) {
        (Equality::Rounded, _) | (_, Equality::Rounded) => Equality::Rounded,
        (Equality::Digits, _) | (_, Equality::Digits) => Equality::Digits,
        (Equality::Exact, Equality::Exact) => Equality::Exact,
    }
}
