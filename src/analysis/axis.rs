//! The values that an axis takes: those of its list, or the steps of its range.
//!
//! A range is a ladder: a finite list of values, each written as a person would write it, so that what is run and what
//! is printed are the same number. Invariant: the values of a ladder rise.

use super::error;
use super::language::context::Context;
use super::language::value::{Evaluated, Params, Written};
use super::language::{expected::number_text, values};
use super::params::{Override, as_written};
use super::tables::TABLES;
use crate::diagnostics::Diagnostics;
use crate::source::{Sources, Span};
use crate::syntax::ast::{Atom, Axis, Expr, Ident, Ladder, Literal, Spacing, Values};
use crate::units::{Dimension, Unit, unit};

/// The most values of one axis.
pub(super) const MAX_VALUES: usize = 10_000;

/// Digits that the values between the ends of a ladder of equal shares have.
const DIGITS: i32 = 4;

/// The settings that an axis makes, in order; empty where something was reported. `params` are those that the ends of a
/// range may be given by.
pub(super) fn settings(
    axis: &Axis,
    params: &Params,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Override> {
    let name = &axis.name.text;
    match &axis.values {
        Values::List(elements) => elements
            .iter()
            .map(|atoms| Override {
                name: name.clone(),
                text: as_written(atoms, sources),
                value: atoms.clone(),
            })
            .collect(),
        Values::Ladder(ladder) => {
            let mut ctx = Context::new(sources, params, TABLES);
            let steps = steps(ladder, &mut ctx).unwrap_or_default();
            diagnostics.extend(ctx.diagnostics.iter().cloned());
            steps.into_iter().map(|step| step.setting(name, ladder.span)).collect()
        }
    }
}

/// One value of a ladder, in its unit.
struct Step {
    value: f64,
    decimals: usize,
    unit: Option<&'static Unit>,
}

impl Step {
    fn setting(&self, name: &str, span: Span) -> Override {
        let number = format!("{:.*}", self.decimals, self.value);
        let text = match self.unit {
            None => number,
            Some(unit) if unit.name == "%" => format!("{number}%"),
            Some(unit) => format!("{number} {}", unit.name),
        };
        let literal = Literal {
            value: self.value,
            decimals: u8::try_from(self.decimals).unwrap_or(u8::MAX),
            unit: self.unit.map(|unit| Ident { text: unit.name.to_owned(), span }),
            span,
        };
        Override { name: name.to_owned(), value: vec![Atom::Value(Expr::Literal(literal))], text }
    }
}

/// The ends of a ladder and what lies between them, as numbers of one unit.
struct Ends {
    low: f64,
    high: f64,
    unit: Option<&'static Unit>,
    /// Digits after the point that the ends are written with.
    decimals: usize,
}

fn steps(ladder: &Ladder, ctx: &mut Context<'_>) -> Option<Vec<Step>> {
    let by = match &ladder.spacing {
        Some(Spacing::Step(by)) => Some(by),
        Some(Spacing::Within(_)) | None => None,
    };
    let ends = ends(ladder, by, ctx)?;
    if ends.low > ends.high {
        ctx.report(error::reversed_ladder(ladder.span, ctx.text(ladder.span)));
        return None;
    }
    let values = match &ladder.spacing {
        None => whole_steps(&ends, ladder, ctx)?,
        Some(Spacing::Step(by)) => even_steps(&ends, by, ladder, ctx)?,
        Some(Spacing::Within(share)) => shares(&ends, share, ladder, ctx)?,
    };
    Some(values.into_iter().map(|(value, decimals)| Step { value, decimals, unit: ends.unit }).collect())
}

/// Both ends in the unit that is written, which may be beside one of them only or beside the step.
fn ends(ladder: &Ladder, by: Option<&Expr>, ctx: &mut Context<'_>) -> Option<Ends> {
    let written =
        [Some(&ladder.high), Some(&ladder.low), by].into_iter().flatten().find_map(|expr| unit_of(expr, ctx));
    let hint = written.map(|unit| unit.dimension);
    let (low, high) = (values::evaluate(&ladder.low, hint, ctx), values::evaluate(&ladder.high, hint, ctx));
    let low = in_unit(low?, written, ctx)?;
    let high = in_unit(high?, written, ctx)?;
    let decimals = decimals_of(&ladder.low).max(decimals_of(&ladder.high));
    Some(Ends { low, high, unit: written, decimals })
}

/// The unit that an expression ends in.
fn unit_of(expr: &Expr, ctx: &Context<'_>) -> Option<&'static Unit> {
    match expr {
        Expr::Literal(literal) => literal.unit.as_ref().and_then(|spelt| unit(&spelt.text)),
        Expr::Param(name) => {
            let text = &ctx.params.get(&name.text)?.text;
            unit(text.trim_start_matches(|letter: char| {
                letter.is_ascii_digit() || matches!(letter, '.' | '_' | ' ')
            }))
        }
        Expr::Negated(inner, _) | Expr::Group(inner, _) => unit_of(inner, ctx),
        Expr::Binary(left, _, right) => unit_of(right, ctx).or_else(|| unit_of(left, ctx)),
        Expr::Metric(_) => None,
    }
}

fn decimals_of(expr: &Expr) -> usize {
    match expr {
        Expr::Literal(literal) => usize::from(literal.decimals),
        Expr::Negated(inner, _) | Expr::Group(inner, _) => decimals_of(inner),
        Expr::Binary(left, _, right) => decimals_of(left).max(decimals_of(right)),
        Expr::Param(_) | Expr::Metric(_) => 0,
    }
}

/// A value as a number of that unit; a bare one is in it.
fn in_unit(found: Evaluated, wanted: Option<&'static Unit>, ctx: &mut Context<'_>) -> Option<f64> {
    let value = found.quantity.value;
    match wanted {
        None => Some(value),
        Some(_) if found.written == Written::Bare => Some(value),
        Some(unit) if found.quantity.dimension == unit.dimension => Some(unit.of_base(value)),
        Some(unit) => {
            ctx.report(error::other_unit_in_ladder(found.span, ctx.text(found.span), unit.name));
            None
        }
    }
}

/// `1 .. 8`: every whole number.
fn whole_steps(ends: &Ends, ladder: &Ladder, ctx: &mut Context<'_>) -> Option<Vec<(f64, usize)>> {
    let is_whole = |value: f64| libm::trunc(value) == value;
    if !is_whole(ends.low) || !is_whole(ends.high) {
        ctx.report(error::ladder_without_step(ladder.span, ctx.text(ladder.span)));
        return None;
    }
    counted(ends.high - ends.low, ladder, ctx)
        .map(|n| (0..=n).map(|index| (ends.low + index as f64, 0)).collect())
}

/// `5 .. 50 step 5`.
fn even_steps(ends: &Ends, by: &Expr, ladder: &Ladder, ctx: &mut Context<'_>) -> Option<Vec<(f64, usize)>> {
    let found = values::evaluate(by, ends.unit.map(|unit| unit.dimension), ctx)?;
    let step = in_unit(found, ends.unit, ctx)?;
    if step <= 0.0 {
        ctx.report(error::step_not_positive(by.span(), ctx.text(by.span())));
        return None;
    }
    // The last step may miss the end by roundings.
    let n = counted(libm::floor((ends.high - ends.low) / step * (1.0 + 1e-12)), ladder, ctx)?;
    let decimals = ends.decimals.max(decimals_of(by));
    Some((0..=n).map(|index| (ends.low + index as f64 * step, decimals)).map(rounded).collect())
}

/// `5 .. 200 within 1%`: as few values as lie that close together, both ends among them.
fn shares(ends: &Ends, share: &Expr, ladder: &Ladder, ctx: &mut Context<'_>) -> Option<Vec<(f64, usize)>> {
    let found = values::evaluate(share, Some(Dimension::NUMBER), ctx)?;
    let within = found.quantity.value;
    if found.written != Written::Percent || !(within > 0.0 && within <= 1.0) {
        ctx.report(error::not_a_spacing(share.span(), ctx.text(share.span())));
        return None;
    }
    if ends.low <= 0.0 {
        ctx.report(error::shares_of_zero(ladder.low.span(), ctx.text(ladder.low.span())));
        return None;
    }
    if ends.low == ends.high {
        return Some(vec![(ends.low, ends.decimals)]);
    }
    let ratio = ends.high / ends.low;
    let n = counted(libm::ceil(libm::log(ratio) / libm::log1p(within) * (1.0 - 1e-12)), ladder, ctx)?;
    // Counts stay counts.
    let is_count = ends.unit.is_none() && ends.decimals == 0;
    let digits = DIGITS.max(2 - libm::floor(libm::log10(within)) as i32);
    let mut values: Vec<(f64, usize)> = Vec::new();
    for index in 0..=n {
        let value = ends.low * libm::pow(ratio, index as f64 / n as f64);
        let magnitude = libm::floor(libm::log10(value)) as i32 + 1;
        let decimals = if is_count { 0 } else { (digits - magnitude).clamp(0, 15) as usize };
        let (value, decimals) = match index {
            0 => (ends.low, ends.decimals),
            _ if index == n => (ends.high, ends.decimals),
            _ => shortened(rounded((value, decimals))),
        };
        if values.last().is_none_or(|(last, _)| *last < value) {
            values.push((value, decimals));
        }
    }
    Some(values)
}

/// How many steps there are, within what an axis may have.
fn counted(n: f64, ladder: &Ladder, ctx: &mut Context<'_>) -> Option<usize> {
    if n >= MAX_VALUES as f64 {
        let n = number_text(n + 1.0);
        ctx.report(error::too_many_values(ladder.span, &n));
        return None;
    }
    Some(n as usize)
}

/// The number that is printed, so that what runs is what is printed.
fn rounded((value, decimals): (f64, usize)) -> (f64, usize) {
    let printed = format!("{value:.decimals$}");
    (printed.parse().expect("a printed number is a number"), decimals)
}

/// The same without zeros at its end.
fn shortened((value, mut decimals): (f64, usize)) -> (f64, usize) {
    while decimals > 0 && rounded((value, decimals - 1)).0 == value {
        decimals -= 1;
    }
    (value, decimals)
}
