//! `prompt`, `output` and `lengths`: distributions over whole tokens.

use super::{Block, error, required};
use crate::analysis::choice::choose;
use crate::analysis::context::Context;
use crate::model::{Arg, Choice};
use crate::source::Span;
use crate::syntax::ast::{Atom, Statement};
use crate::units::{Dimension, Quantity};
use crate::workload::lengths;

/// The largest number of tokens of a prompt or an output, so that their sum fits 32 bits.
pub(in crate::analysis) const MAX_TOKENS: u32 = (1 << 31) - 1;

/// The distributions of prompt and output, each `None` when something in it was reported.
pub(super) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> (Option<Choice>, Option<Choice>) {
    let Some(joint) = block.find("lengths") else {
        let prompt = required(block, "prompt", "lognormal median 400 p95 1500", ctx, distribution);
        let output = required(block, "output", "constant 150", ctx, distribution);
        return (prompt, output);
    };
    for key in ["prompt", "output"] {
        if let Some(statement) = block.find(key) {
            ctx.report(error::beside_lengths(key, statement.key.span, joint.key.span));
        }
    }
    let pair = choose(lengths::pairs(), "joint distribution", joint, Dimension::TOKENS, ctx);
    (pair.clone(), pair)
}

fn distribution(statement: &Statement, ctx: &mut Context<'_>) -> Option<Choice> {
    let choice = choose(lengths::specs(), "distribution", statement, Dimension::TOKENS, ctx)?;
    whole_tokens(&choice, statement, ctx).then_some(choice)
}

/// Values that are drawn as they stand must be whole, and none may leave the range of tokens.
fn whole_tokens(choice: &Choice, statement: &Statement, ctx: &mut Context<'_>) -> bool {
    let mut sound = true;
    for (name, arg) in &choice.args {
        let drawn = matches!(name.as_str(), "value" | "range" | "min" | "max");
        let quantities: &[&Quantity] = match arg {
            Arg::Quantity(quantity) if quantity.dimension == Dimension::TOKENS => &[quantity],
            Arg::Range(low, high) => &[low, high],
            Arg::Weighted(parts) => {
                sound &= parts.iter().all(|(_, part)| whole_tokens(part, statement, ctx));
                &[]
            }
            _ => &[],
        };
        for quantity in quantities {
            let span = place_of(name, statement);
            if drawn && libm::trunc(quantity.value) != quantity.value {
                ctx.report(error::broken_token(&statement.key.text, name, quantity.value, span));
                sound = false;
            } else if quantity.value > f64::from(MAX_TOKENS) {
                ctx.report(error::too_many_tokens(&statement.key.text, name, quantity.value, span));
                sound = false;
            }
        }
    }
    sound
}

/// The value of an argument: behind its name, or the first value of the statement.
fn place_of(name: &str, statement: &Statement) -> Span {
    let atoms = &statement.atoms;
    let behind_name = atoms
        .iter()
        .position(|atom| matches!(atom, Atom::Word(word) if word.text == name))
        .and_then(|position| atoms.get(position + 1));
    let first_value = || atoms.iter().find(|atom| matches!(atom, Atom::Value(_) | Atom::Range(..)));
    behind_name.or_else(first_value).map_or(statement.key.span, Atom::span)
}
