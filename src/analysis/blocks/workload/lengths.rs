//! `prompt`, `output` and `lengths`: distributions over whole tokens.

use super::{error, fits};
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::model::{Arg, Choice};
use crate::source::Span;
use crate::syntax::ast::{Atom, Statement};
use crate::units::{Dimension, Quantity};
use crate::workload::lengths::{self, MAX_TOKENS};

/// The distributions of prompt and output, each `None` when something in it was reported.
pub(super) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> (Option<Choice>, Option<Choice>) {
    let Some(joint) = block.one("lengths") else {
        return (distribution(block, "prompt", ctx), distribution(block, "output", ctx));
    };
    for key in ["prompt", "output"] {
        if let Some(statement) = block.one(key) {
            ctx.report(error::beside_lengths(key, statement.key.span, joint.key.span));
        }
    }
    let Some(pair) = block.choice("lengths", Dimension::TOKENS, ctx) else { return (None, None) };
    let (prompt, output) = lengths::sides(pair);
    (Some(prompt), Some(output))
}

fn distribution(block: &Block<'_>, key: &str, ctx: &mut Context<'_>) -> Option<Choice> {
    let statement = block.one(key)?;
    let choice = block.choice(key, Dimension::TOKENS, ctx)?;
    fits(lengths::check(&choice), statement, ctx)?;
    whole_tokens(&choice, statement, ctx).then_some(choice)
}

/// Values that are drawn unchanged must be whole, and none may leave the range of tokens.
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
        let wrong = quantities.iter().find_map(|quantity| {
            let (key, span) = (&statement.key.text, place_of(name, statement));
            if drawn && libm::trunc(quantity.value) != quantity.value {
                Some(error::broken_token(key, quantity.value, span))
            } else if quantity.value > f64::from(MAX_TOKENS) {
                Some(error::too_many_tokens(key, quantity.value, span))
            } else {
                None
            }
        });
        if let Some(diagnostic) = wrong {
            ctx.report(diagnostic);
            sound = false;
        }
    }
    sound
}

/// The value of an argument: after its name, or the first value of the statement.
fn place_of(name: &str, statement: &Statement) -> Span {
    let atoms = &statement.atoms;
    let after_name = atoms
        .iter()
        .position(|atom| matches!(atom, Atom::Word(word) if word.text == name))
        .and_then(|position| atoms.get(position + 1));
    let first_value = || atoms.iter().find(|atom| matches!(atom, Atom::Value(_) | Atom::Range(..)));
    after_name.or_else(first_value).map_or(statement.key.span, Atom::span)
}
