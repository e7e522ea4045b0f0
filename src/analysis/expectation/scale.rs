//! Two operands side by side, in a sum or in a comparison: same dimension, bare numbers read.
//!
//! Not for products, where a bare number is a factor.

use super::term::{Operand, Scale};
use super::{Lowering, error};
use crate::analysis::language::expected::{dimension_example, number_text};
use crate::model::Term;
use crate::units::{UNITS, Unit};

impl Lowering<'_, '_> {
    /// Reads a bare side as the other prescribes and checks that both measure the same thing.
    pub(super) fn alike(&mut self, left: Operand, right: Operand) -> Option<(Operand, Operand)> {
        match (left.scale, right.scale) {
            (Scale::Bare, Scale::Bare) => Some((left, right)),
            (Scale::Bare, _) => Some((self.read_bare(&left, &right)?, right)),
            (_, Scale::Bare) => {
                let right = self.read_bare(&right, &left)?;
                Some((left, right))
            }
            _ if agree(&left, &right) => Some((left, right)),
            _ => {
                // What is measured says what is expected of what is written.
                let (expected, found) = match (left.constant(), right.constant()) {
                    (Some(_), None) => (&right, &left),
                    _ => (&left, &right),
                };
                self.report(error::other_dimension(&error::Sides {
                    expected: &expected.describe(),
                    expected_text: &self.text(expected.span),
                    expected_span: expected.span,
                    example: example(expected),
                    found: &found.describe(),
                    found_text: &self.text(found.span),
                    found_span: found.span,
                }));
                None
            }
        }
    }

    /// A bare number in the scale of the operand beside it.
    fn read_bare(&mut self, bare: &Operand, beside: &Operand) -> Option<Operand> {
        let value = bare.constant()?;
        let (value, digits) = match beside.scale {
            Scale::Bare | Scale::Quotient | Scale::Count => (value, bare.digits),
            Scale::Unit(unit) => (unit.to_base(value), bare.digits.map(|digits| unit.to_base(digits))),
            Scale::Share | Scale::Quantity => {
                self.report(error::unit_missing(
                    &self.text(bare.span),
                    bare.span,
                    &self.text(beside.span),
                    &beside.describe(),
                    suggestion(value, beside).as_deref(),
                ));
                return None;
            }
        };
        let dimension = beside.dimension;
        let term = Term::Number(value, dimension);
        Some(Operand {
            term,
            dimension,
            scale: beside.scale,
            digits,
            equality: bare.equality,
            span: bare.span,
        })
    }
}

fn agree(left: &Operand, right: &Operand) -> bool {
    let share_beside_count =
        matches!((left.scale, right.scale), (Scale::Share, Scale::Count) | (Scale::Count, Scale::Share));
    left.dimension.comparable(right.dimension) && !share_beside_count
}

/// The number as it should have been written; `0.1` beside a share was meant as `10%`, `10` as well.
fn suggestion(value: f64, beside: &Operand) -> Option<String> {
    if matches!(beside.scale, Scale::Share) {
        let percent = if value.abs() <= 1.0 { value * 100.0 } else { value };
        return Some(format!("{}%", number_text(percent)));
    }
    let unit: &Unit = UNITS.iter().find(|unit| unit.dimension == beside.dimension)?;
    Some(format!("{} {}", number_text(value), unit.name))
}

/// A value that would fit beside an operand.
fn example(operand: &Operand) -> &'static str {
    match operand.scale {
        Scale::Share => "99%",
        _ => dimension_example(operand.dimension),
    }
}
