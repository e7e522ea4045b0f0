//! The value of a field, read by its form: of a statement's key as of a choice's argument.
//!
//! Invariant: a value that is returned has the form, the dimension and the bound that its field states.

use super::{Offer, read_choice};
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::analysis::language::error;
use crate::analysis::language::expected::{Expected, wanted};
use crate::analysis::language::paths::resolve;
use crate::analysis::language::suggest::alternatives;
use crate::analysis::language::values;
use crate::model::{Arg, Bound, Choice, DataFile, Field, Form, Stage};
use crate::syntax::ast;
use crate::units::{Bytes, Dimension, Quantity, SimDuration};
use crate::workload::rates::PER_SECOND_OR_NONE;

/// A field whose value is next.
pub(in crate::analysis) struct Reader<'r, 's> {
    /// What is expected.
    pub(in crate::analysis) field: &'r Field,
    /// The name it is written with: `p95`, `vram_bytes`.
    pub(in crate::analysis) name: &'r str,
    /// The dimension of the values that the choice around it stands for.
    pub(in crate::analysis) place: Dimension,
    /// What is written.
    pub(in crate::analysis) cursor: &'r mut Cursor<'s>,
}

impl<'r> Reader<'r, '_> {
    /// The value, whatever its form.
    pub(super) fn value(&mut self, ctx: &mut Context<'_>) -> Option<Arg> {
        match self.field.form {
            Form::Quantity(_) | Form::OfPlace | Form::QuantilesOfPlace | Form::Share | Form::Factor => {
                self.quantity(ctx).map(Arg::Quantity)
            }
            Form::Count => self.count(ctx).map(|count| Arg::Quantity(Quantity::number(count as f64))),
            Form::RangeOfPlace => self.range(ctx),
            Form::Choice(..) | Form::Distribution(_) => {
                self.choice(ctx).map(|choice| Arg::Choice(Box::new(choice)))
            }
            Form::Weighted => self.weighted(ctx),
            Form::List(_) => self.list(ctx),
            Form::File => {
                let (path, span) = self.cursor.take_text(self.name, "a file's path in quotes", ctx)?;
                let resolved = resolve(&ctx.sources.get(span.source).name, &path);
                Some(Arg::File(DataFile { path, resolved }))
            }
            Form::Text => {
                let (text, _) = self.cursor.take_text(self.name, "a string", ctx)?;
                Some(Arg::Text(text))
            }
            Form::Word(_) => self.word(ctx).map(Arg::Word),
            // Written as blocks or in forms of their own, which their owners read.
            Form::Stages | Form::Shape(_) => None,
        }
    }

    /// A quantity, a share or a factor.
    pub(in crate::analysis) fn quantity(&mut self, ctx: &mut Context<'_>) -> Option<Quantity> {
        let expected = self.expected();
        let expr = self.cursor.take_expr(self.name, &wanted(expected), ctx)?;
        if self.cursor.take_misspelt_unit(expected.dimension, ctx) {
            return None;
        }
        if expected.dimension == Dimension::BANDWIDTH {
            values::note_bits(expr, ctx);
        }
        values::quantity(expr, expected, ctx)
    }

    /// A whole number.
    pub(in crate::analysis) fn count(&mut self, ctx: &mut Context<'_>) -> Option<u64> {
        let expr = self.cursor.take_expr(self.name, "a whole number", ctx)?;
        values::whole(expr, self.expected(), ctx)
    }

    /// A whole number below 2^32.
    pub(in crate::analysis) fn count_u32(&mut self, ctx: &mut Context<'_>) -> Option<u32> {
        let expr = self.cursor.take_expr(self.name, "a whole number", ctx)?;
        values::count_u32(expr, self.expected(), ctx)
    }

    /// A length of time that fits the simulation's clock.
    pub(in crate::analysis) fn duration(&mut self, ctx: &mut Context<'_>) -> Option<SimDuration> {
        let expr = self.cursor.take_expr(self.name, &Dimension::TIME.to_string(), ctx)?;
        values::duration(expr, self.name, self.field.bound, ctx)
    }

    /// A whole number of bytes.
    pub(in crate::analysis) fn bytes(&mut self, ctx: &mut Context<'_>) -> Option<Bytes> {
        let expr = self.cursor.take_expr(self.name, &Dimension::DATA.to_string(), ctx)?;
        values::bytes(expr, self.name, self.field.bound, ctx)
    }

    /// One of the field's words.
    pub(in crate::analysis) fn word(&mut self, ctx: &mut Context<'_>) -> Option<String> {
        let Form::Word(words) = self.field.form else { unreachable!("`{}` is a word", self.field.name) };
        let (word, span) = self.cursor.take_name(self.name, &alternatives(words), ctx)?;
        if words.contains(&word.as_str()) {
            return Some(word);
        }
        ctx.report(error::unknown_word(self.name, &word, span, words));
        None
    }

    /// An entry of the field's registry.
    pub(in crate::analysis) fn choice(&mut self, ctx: &mut Context<'_>) -> Option<Choice> {
        read_choice(&Offer::of(self.field, self.place), self.cursor, ctx)
    }

    fn expected(&self) -> Expected<'r> {
        Expected::of(self.field, self.name, self.place)
    }

    fn range(&mut self, ctx: &mut Context<'_>) -> Option<Arg> {
        let (low, high, span) = self.cursor.take_range(self.name, ctx)?;
        let expected = self.expected();
        let (low, high) = (values::quantity(low, expected, ctx), values::quantity(high, expected, ctx));
        let (low, high) = (low?, high?);
        if low.value > high.value {
            ctx.report(error::range_backwards(span, ctx.text(span)));
            return None;
        }
        Some(Arg::Range(low, high))
    }

    fn weighted(&mut self, ctx: &mut Context<'_>) -> Option<Arg> {
        let elements = self.cursor.take_list(self.name, "a list `[weight distribution, …]`", ctx)?;
        let mut weighted = Vec::new();
        let mut sound = true;
        for mut element in elements {
            let weight = element
                .take_expr("weight", "a weight", ctx)
                .and_then(|expr| values::quantity(expr, Expected::factor("weight", Bound::Positive), ctx));
            let offer = Offer::distributions(self.place);
            let choice = weight.and_then(|_| read_choice(&offer, &mut element, ctx));
            match (weight, choice) {
                (Some(weight), Some(choice)) => {
                    sound &= element.finish(&choice.name, ctx);
                    weighted.push((weight.value, choice));
                }
                _ => sound = false,
            }
        }
        sound.then_some(Arg::Weighted(weighted))
    }

    fn list(&mut self, ctx: &mut Context<'_>) -> Option<Arg> {
        let elements = self.cursor.take_list(self.name, "a list `[a, b, …]`", ctx)?;
        let mut list = Vec::new();
        let mut sound = true;
        for mut element in elements {
            match (Reader { cursor: &mut element, ..*self }).quantity(ctx) {
                Some(quantity) => {
                    list.push(quantity);
                    sound &= element.finish(self.name, ctx);
                }
                None => sound = false,
            }
        }
        sound.then_some(Arg::List(list))
    }
}

/// The lines of `stages`; `place` is the dimension of their rates.
pub(super) fn stages(lines: &[ast::Stage], place: Dimension, ctx: &mut Context<'_>) -> Option<Vec<Stage>> {
    let mut stages = Vec::new();
    let mut sound = true;
    for line in lines {
        let duration = values::duration(&line.duration, "stages", Bound::Positive, ctx);
        let target = line
            .target
            .as_ref()
            .map(|target| values::quantity(target, Expected::new("stages", place, PER_SECOND_OR_NONE), ctx));
        match (duration, target) {
            (Some(duration), None) => stages.push(Stage { duration, target: None }),
            (Some(duration), Some(Some(rate))) => {
                stages.push(Stage { duration, target: Some(rate.value) });
            }
            _ => sound = false,
        }
    }
    sound.then_some(stages)
}
