//! Expressions to quantities, checked: units, dimensions, ranges.
//!
//! Knows neither keys nor blocks. Invariant: every quantity that leaves this module is finite, in base units, of
//! a dimension comparable with the one asked for, and inside its bound.

use super::context::Context;
use super::error;
use super::expected::{Bare, Expected};
use super::value::{Evaluated, ParamValue, Written};
use crate::model::Bound;
use crate::syntax::ast::{Expr, Ident, Literal, Operator};
use crate::units::{Bytes, Dimension, Quantity, SimDuration, SimTime, unit};

/// Evaluates an expression; `hint` is the dimension the place wants, for messages about units.
pub(in crate::analysis) fn evaluate(
    expr: &Expr,
    hint: Option<Dimension>,
    ctx: &mut Context<'_>,
) -> Option<Evaluated> {
    match expr {
        Expr::Literal(literal) => evaluate_literal(literal, hint, ctx),
        Expr::Param(name) => {
            let Some(param) = ctx.params.get(&name.text) else {
                report_unknown_param(name, ctx);
                return None;
            };
            match param.value.as_ref()? {
                ParamValue::Quantity(value) => {
                    Some(Evaluated { span: name.span, origin: Some(param.origin), ..*value })
                }
                ParamValue::Word(_) | ParamValue::Text(_) | ParamValue::Choice(_) => {
                    let diagnostic = error::param_is_not_a_number(name, param);
                    ctx.report(diagnostic);
                    None
                }
            }
        }
        Expr::Metric(metric) => {
            let diagnostic = error::metric_in_statement(&metric.name);
            ctx.report(diagnostic);
            None
        }
        Expr::Negated(inner, span) => {
            let inner = evaluate(inner, hint, ctx)?;
            let quantity = Quantity { value: -inner.quantity.value, ..inner.quantity };
            Some(Evaluated { quantity, span: span.to(inner.span), ..inner })
        }
        Expr::Group(inner, span) => {
            let inner = evaluate(inner, hint, ctx)?;
            Some(Evaluated { span: *span, ..inner })
        }
        Expr::Binary(left, operator, right) => {
            // A factor may have any dimension, a summand has that of the place.
            let hint = match operator {
                Operator::Add | Operator::Subtract => hint,
                Operator::Multiply | Operator::Divide => None,
            };
            let (left, right) = (evaluate(left, hint, ctx), evaluate(right, hint, ctx));
            combine(left?, *operator, right?, ctx)
        }
    }
}

/// Reports a name that no parameter has, unless its declaration is there and could not be read.
pub(in crate::analysis) fn report_unknown_param(name: &Ident, ctx: &mut Context<'_>) {
    if !ctx.is_unreadable("param", &name.text, name.span) {
        ctx.report(error::unknown_param(name, ctx));
    }
}

fn evaluate_literal(literal: &Literal, hint: Option<Dimension>, ctx: &mut Context<'_>) -> Option<Evaluated> {
    let (quantity, written) = match &literal.unit {
        None => (Quantity::number(literal.value), Written::Bare),
        Some(spelt) => {
            let Some(unit) = unit(&spelt.text) else {
                let diagnostic = error::unknown_unit(literal, spelt, hint);
                ctx.report(diagnostic);
                return None;
            };
            let written = if unit.name == "%" { Written::Percent } else { Written::Unit };
            (Quantity { value: unit.to_base(literal.value), dimension: unit.dimension }, written)
        }
    };
    if !quantity.value.is_finite() {
        let diagnostic = error::too_large(literal.span, ctx.text(literal.span));
        ctx.report(diagnostic);
        return None;
    }
    Some(Evaluated { quantity, written, span: literal.span, origin: None })
}

fn combine(
    left: Evaluated,
    operator: Operator,
    right: Evaluated,
    ctx: &mut Context<'_>,
) -> Option<Evaluated> {
    let span = left.span.to(right.span);
    let dimension = match operator {
        Operator::Add | Operator::Subtract => {
            sum_dimension(left.quantity.dimension, right.quantity.dimension)
        }
        Operator::Multiply => left.quantity.dimension.times(right.quantity.dimension),
        Operator::Divide => left.quantity.dimension.over(right.quantity.dimension),
    };
    let Some(dimension) = dimension else {
        let diagnostic = error::operands_do_not_fit(left, operator, right, ctx);
        ctx.report(diagnostic);
        return None;
    };
    let (a, b) = (left.quantity.value, right.quantity.value);
    let value = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide if b == 0.0 => {
            let diagnostic = error::division_by_zero(right.span, ctx.text(right.span));
            ctx.report(diagnostic);
            return None;
        }
        Operator::Divide => a / b,
    };
    if !value.is_finite() {
        let diagnostic = error::too_large(span, ctx.text(span));
        ctx.report(diagnostic);
        return None;
    }
    let written = match (left.written, right.written) {
        (Written::Unit, _) | (_, Written::Unit) => Written::Unit,
        (Written::Percent, _) | (_, Written::Percent) => Written::Percent,
        (Written::Bare, Written::Bare) => Written::Bare,
    };
    Some(Evaluated { quantity: Quantity { value, dimension }, written, span, origin: None })
}

/// The dimension of a sum; of counts, that of the more telling one.
fn sum_dimension(left: Dimension, right: Dimension) -> Option<Dimension> {
    left.comparable(right).then_some(if left == Dimension::NUMBER { right } else { left })
}

/// A quantity of the expected dimension, inside its bound.
pub(in crate::analysis) fn quantity(
    expr: &Expr,
    expected: Expected<'_>,
    ctx: &mut Context<'_>,
) -> Option<Quantity> {
    let found = evaluate(expr, Some(expected.dimension), ctx)?;
    check(found, expected, ctx)
}

/// An evaluated value as what a place expects.
pub(in crate::analysis) fn check(
    found: Evaluated,
    expected: Expected<'_>,
    ctx: &mut Context<'_>,
) -> Option<Quantity> {
    let value = found.quantity.value;
    let in_base = match (found.written, expected.bare) {
        (Written::Bare, Bare::UnitOfName(unit)) => Ok(unit.to_base(value)),
        (Written::Bare, Bare::Refused) => Err(error::missing_unit(found, expected, ctx)),
        // A percentage is a share or a factor, never a number of something.
        (Written::Percent, _) if expected.dimension != Dimension::NUMBER => {
            Err(error::wrong_dimension(found, expected, ctx))
        }
        _ if found.quantity.dimension.comparable(expected.dimension) => Ok(value),
        _ => Err(error::wrong_dimension(found, expected, ctx)),
    };
    let result = in_base.and_then(|value| {
        if expected.bound.holds(value) {
            Ok(Quantity { value, dimension: expected.dimension })
        } else {
            Err(error::out_of_bound(found, expected, ctx))
        }
    });
    result.map_err(|diagnostic| ctx.report(diagnostic)).ok()
}

/// A whole number; `bound` is in units of one.
pub(in crate::analysis) fn count(
    expr: &Expr,
    what: &str,
    bound: Bound,
    ctx: &mut Context<'_>,
) -> Option<u64> {
    whole(expr, Expected::new(what, Dimension::NUMBER, bound), ctx)
}

/// A whole number of tokens, requests or things that fits 32 bits.
pub(in crate::analysis) fn count_u32(
    expr: &Expr,
    expected: Expected<'_>,
    ctx: &mut Context<'_>,
) -> Option<u32> {
    let value = whole_below(expr, expected, (4_294_967_296.0, "2^32"), ctx)?;
    Some(value as u32)
}

/// A whole number of what `expected` counts.
pub(in crate::analysis) fn whole(expr: &Expr, expected: Expected<'_>, ctx: &mut Context<'_>) -> Option<u64> {
    // Up to here every whole number is an f64.
    whole_below(expr, expected, (9_007_199_254_740_992.0, "2^53"), ctx).map(|value| value as u64)
}

/// A whole number below a limit, and how the limit is written.
fn whole_below(
    expr: &Expr,
    expected: Expected<'_>,
    (limit, limit_text): (f64, &str),
    ctx: &mut Context<'_>,
) -> Option<f64> {
    let found = evaluate(expr, Some(expected.dimension), ctx)?;
    // Counts are whole before they are in range: `0.5` is not a count, whatever the bound.
    let anything = Expected { bound: Bound::Any, ..expected };
    let value = check(found, anything, ctx)?.value;
    let percent = found.written == Written::Percent;
    if percent || libm::trunc(value) != value {
        let diagnostic = error::not_whole(found, expected, ctx);
        ctx.report(diagnostic);
        return None;
    }
    if value < 0.0 || !expected.bound.holds(value) {
        let diagnostic = error::out_of_bound(found, expected, ctx);
        ctx.report(diagnostic);
        return None;
    }
    if value >= limit {
        ctx.report(error::above(found.span, expected.what, limit_text, ctx.text(found.span)));
        return None;
    }
    Some(value)
}

/// A length of time the simulation's clock can hold.
pub(in crate::analysis) fn duration(
    expr: &Expr,
    what: &str,
    bound: Bound,
    ctx: &mut Context<'_>,
) -> Option<SimDuration> {
    let seconds = quantity(expr, Expected::new(what, Dimension::TIME, bound), ctx)?.value;
    let diagnostic = match SimDuration::from_secs_f64(seconds) {
        Some(SimDuration::ZERO) if !bound.holds(0.0) => {
            error::below_a_picosecond(expr.span(), what, ctx.text(expr.span()))
        }
        Some(duration) => return Some(duration),
        None => error::off_the_clock(expr.span(), what, ctx.text(expr.span()), seconds),
    };
    ctx.report(diagnostic);
    None
}

/// A point on the simulation's clock.
pub(in crate::analysis) fn time(expr: &Expr, what: &str, ctx: &mut Context<'_>) -> Option<SimTime> {
    duration(expr, what, Bound::NotNegative, ctx).map(|since| SimTime::from_ps(since.as_ps()))
}

/// A whole number of bytes.
pub(in crate::analysis) fn bytes(
    expr: &Expr,
    what: &str,
    bound: Bound,
    ctx: &mut Context<'_>,
) -> Option<Bytes> {
    /// Beyond it sums of several GPUs would leave 64 bits.
    const LARGEST: f64 = 1_152_921_504_606_846_976.0;
    let value = quantity(expr, Expected::new(what, Dimension::DATA, bound), ctx)?.value;
    let rounded = libm::round(value);
    // `16.1 GB` is a whole number that binary fractions miss by less than this.
    let problem = if value > LARGEST {
        Some(error::too_large(expr.span(), ctx.text(expr.span())))
    } else if (value - rounded).abs() > value * 1e-6 {
        Some(error::broken_byte(expr.span(), what, value))
    } else {
        None
    };
    match problem {
        None => Some(Bytes::new(rounded as u64)),
        Some(diagnostic) => {
            ctx.report(diagnostic);
            None
        }
    }
}

/// Adds a note where a bandwidth is written in bits.
pub(in crate::analysis) fn note_bits(expr: &Expr, ctx: &mut Context<'_>) {
    match expr {
        Expr::Literal(Literal { value, unit: Some(spelt), span, .. }) => {
            let bits = spelt.text.strip_suffix("b/s");
            if let (Some(prefix), true) = (bits, unit(&spelt.text).is_some()) {
                let diagnostic = error::bits_not_bytes(*span, *value, prefix);
                ctx.report(diagnostic);
            }
        }
        Expr::Negated(inner, _) | Expr::Group(inner, _) => note_bits(inner, ctx),
        Expr::Binary(left, _, right) => {
            note_bits(left, ctx);
            note_bits(right, ctx);
        }
        Expr::Literal(_) | Expr::Param(_) | Expr::Metric(_) => {}
    }
}
