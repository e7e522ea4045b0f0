//! The statements of one block, checked against its table and merged: parent, file, scenario.
//!
//! Knows no block in particular. Invariant: every statement held belongs to a key of the table, and a key that may
//! not repeat is held once.

use super::choice::{self, Cursor};
use super::context::{Context, Setting};
use super::error;
use super::expected::{self, Expected};
use super::keys::{Key, Table, Value, block_name};
use super::mode::Mode;
use super::suggest::alternatives;
use super::text::one_line;
use super::values;
use crate::model::{Batching, Choice};
use crate::source::Span;
use crate::syntax::ast::{Atom, Expr, Statement};
use crate::units::{Dimension, Quantity, SimDuration, SimTime};

/// The statements of one block.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Block<'s> {
    /// What may stand in it.
    pub(in crate::analysis) table: &'static Table,
    /// What it defines.
    pub(in crate::analysis) name: Option<&'s str>,
    /// Its header, where a missing statement is reported.
    pub(in crate::analysis) header: Span,
    /// Whether some of it could not be read, so that nothing can be called missing.
    pub(in crate::analysis) damaged: bool,
    statements: Vec<(&'static Key, &'s Statement)>,
    unknown: Vec<&'s str>,
    /// Those of all blocks, where there are unknown ones.
    tables: &'static [&'static Table],
}

impl<'s> Block<'s> {
    /// Checks the statements of one block as written: unknown keys and repeated ones are reported and left out.
    pub(in crate::analysis) fn read(
        table: &'static Table,
        name: Option<&'s str>,
        header: Span,
        statements: &'s [Statement],
        ctx: &mut Context<'_>,
    ) -> Block<'s> {
        let mut block = Block {
            name,
            damaged: ctx.damaged.contains(&header),
            tables: ctx.tables,
            ..Block::empty(table, header)
        };
        for statement in statements {
            let Some(key) = table.find(&statement.key.text) else {
                let written = value_text(statement, ctx);
                ctx.report(error::unknown_key(&statement.key, &written, table, ctx.tables));
                block.unknown.push(&statement.key.text);
                continue;
            };
            match block.one(key.name) {
                Some(first) if !key.repeatable => ctx.report(error::set_twice(statement, first, table)),
                _ => block.statements.push((key, statement)),
            }
        }
        block
    }

    /// An empty one, where a file says nothing.
    pub(in crate::analysis) fn empty(table: &'static Table, header: Span) -> Block<'s> {
        Block {
            table,
            name: None,
            header,
            damaged: false,
            statements: Vec::new(),
            unknown: Vec::new(),
            tables: &[],
        }
    }

    /// This block with the statements of another put in the place of its own, key by key.
    pub(in crate::analysis) fn overridden_by(&self, other: &Block<'s>) -> Block<'s> {
        let kept = self.statements.iter().filter(|(key, _)| other.one(key.name).is_none());
        let statements = kept.chain(&other.statements).copied().collect();
        let unknown = self.unknown.iter().chain(&other.unknown).copied().collect();
        let damaged = self.damaged || other.damaged;
        let tables = if self.tables.is_empty() { other.tables } else { self.tables };
        Block { statements, unknown, damaged, tables, ..*self }
    }

    /// The same statements under the name and the header of the block that inherits them.
    pub(in crate::analysis) fn inherited_by(self, heir: &Block<'s>) -> Block<'s> {
        Block { name: heir.name, header: heir.header, ..self }.overridden_by(heir)
    }

    /// The statement of a key; of a repeatable key the first.
    pub(in crate::analysis) fn one(&self, key: &str) -> Option<&'s Statement> {
        self.all(key).next()
    }

    /// All statements of a repeatable key, in the order written.
    pub(in crate::analysis) fn all(&self, key: &str) -> impl Iterator<Item = &'s Statement> {
        self.statements.iter().filter(move |(held, _)| held.name == key).map(|(_, statement)| *statement)
    }

    /// All statements and the names of their keys, in the order written.
    pub(in crate::analysis) fn statements(&self) -> impl Iterator<Item = (&'static str, &'s Statement)> {
        self.statements.iter().map(|(key, statement)| (key.name, *statement))
    }

    /// Whether a key is set.
    pub(in crate::analysis) fn has(&self, key: &str) -> bool {
        self.one(key).is_some()
    }

    /// Whether a key is set, or stands there unrecognised: misspelt, or behind another statement on its line.
    pub(in crate::analysis) fn has_or_misspelt(&self, key: &str) -> bool {
        let swallowed = |statement: &Statement| {
            statement.atoms.iter().any(|atom| matches!(atom, Atom::Word(word) if word.text == key))
        };
        self.has(key)
            || self.unknown.iter().any(|word| error::stands_for(word, key, self.table, self.tables))
            || self.statements.iter().any(|(_, statement)| swallowed(statement))
    }

    /// Reports what is required and not there.
    pub(in crate::analysis) fn require(&self, ctx: &mut Context<'_>) {
        let missing: Vec<&Key> =
            self.table.keys.iter().filter(|key| key.required && !self.has_or_misspelt(key.name)).collect();
        if !missing.is_empty() && !self.damaged {
            ctx.report(error::missing_statements(&block_name(self.table, self.name), self.header, &missing));
        }
    }

    /// Reports keys that only the other batching knows.
    pub(in crate::analysis) fn refuse_other_batching(&self, mode: &Mode, ctx: &mut Context<'_>) {
        for (key, statement) in &self.statements {
            if !mode.assumed && key.batching.is_some_and(|only| only != mode.batching) {
                ctx.report(error::other_batching(&statement.key, key, mode));
            }
        }
    }

    /// A quantity, factor or share in base units; `None` where it is wrong, or neither set nor defaulted.
    pub(in crate::analysis) fn quantity(&self, key: &str, ctx: &mut Context<'_>) -> Option<f64> {
        let (key, statement) = self.entry(key);
        let Some(statement) = statement else {
            return default_of(key).map(|quantity| quantity.value);
        };
        let expected = expected(key, &statement.key.text);
        let expr = single_value(statement, &expected::wanted(expected), ctx)?;
        if let Value::Quantity(Dimension::BANDWIDTH, _) = key.value {
            values::note_bits(expr, ctx);
        }
        values::quantity(expr, expected, ctx).map(|quantity| quantity.value)
    }

    /// A whole number; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn count(&self, key: &str, ctx: &mut Context<'_>) -> Option<u64> {
        let (key, statement) = self.entry(key);
        match statement {
            Some(statement) => {
                let expected = expected(key, &statement.key.text);
                values::whole(single_value(statement, "a whole number", ctx)?, expected, ctx)
            }
            None => default_of(key).map(|quantity| quantity.value as u64),
        }
    }

    /// A whole number below 2^32; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn count_u32(&self, key: &str, ctx: &mut Context<'_>) -> Option<u32> {
        let (key, statement) = self.entry(key);
        match statement {
            Some(statement) => {
                let expected = expected(key, &statement.key.text);
                values::count_u32(single_value(statement, "a whole number", ctx)?, expected, ctx)
            }
            None => default_of(key).map(|quantity| quantity.value as u32),
        }
    }

    /// A length of time; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn duration(&self, key: &str, ctx: &mut Context<'_>) -> Option<SimDuration> {
        let (key, statement) = self.entry(key);
        let Some(statement) = statement else {
            return default_of(key).and_then(|quantity| SimDuration::from_secs_f64(quantity.value));
        };
        let Value::Quantity(Dimension::TIME, bound) = key.value else {
            unreachable!("`{}` is declared as a time", key.name)
        };
        let expr = single_value(statement, &Dimension::TIME.to_string(), ctx)?;
        values::duration(expr, &statement.key.text, bound, ctx)
    }

    /// A point in time; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn time(&self, key: &str, ctx: &mut Context<'_>) -> Option<SimTime> {
        self.duration(key, ctx).map(|since| SimTime::from_ps(since.as_ps()))
    }

    /// The expression of a key that is set, with the name it is set under, for conversions of one's own.
    pub(in crate::analysis) fn expr(&self, key: &str, ctx: &mut Context<'_>) -> Option<(&'s Expr, &'s str)> {
        let (key, statement) = self.entry(key);
        let statement = statement?;
        let name = statement.key.text.as_str();
        let expr = single_value(statement, &expected::wanted(expected(key, name)), ctx)?;
        Some((expr, name))
    }

    /// One of a key's words; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn word(&self, key: &str, ctx: &mut Context<'_>) -> Option<String> {
        let (key, statement) = self.entry(key);
        let Value::Word(words) = key.value else { unreachable!("`{}` is declared as a word", key.name) };
        match statement {
            Some(statement) => single_word(statement, words, ctx),
            None => key.default.map(str::to_owned),
        }
    }

    /// An entry of a key's registry; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn choice(
        &self,
        key: &str,
        place: Dimension,
        ctx: &mut Context<'_>,
    ) -> Option<Choice> {
        let (key, statement) = self.entry(key);
        let Value::Choice(what, registry) = key.value else {
            unreachable!("`{}` is declared as a choice", key.name)
        };
        match statement {
            Some(statement) => choice::choose(registry(), what, statement, place, ctx),
            None => key.default.and_then(|name| choice::by_default(registry(), name, place)),
        }
    }

    /// Records what holds for `kvs run --show-config`; `computed` are defaults that depend on other blocks.
    pub(in crate::analysis) fn record(
        &self,
        batching: Option<Batching>,
        computed: &[(&str, String)],
        ctx: &mut Context<'_>,
    ) {
        let block = block_name(self.table, self.name);
        for key in self.table.keys {
            let setting = |value: String, origin| Setting {
                block: block.clone(),
                key: key.name.to_owned(),
                value,
                origin,
            };
            for statement in self.all(key.name) {
                ctx.settings.push(setting(value_text(statement, ctx), Some(statement.span)));
            }
            let applies = key.batching.is_none() || batching.is_none() || key.batching == batching;
            if !self.has(key.name) && applies {
                let given = computed.iter().find(|(name, _)| *name == key.name);
                let value = given.map(|(_, value)| value.clone()).or(key.default.map(str::to_owned));
                if let Some(value) = value {
                    ctx.settings.push(setting(value, None));
                }
            }
        }
    }

    fn entry(&self, name: &str) -> (&'static Key, Option<&'s Statement>) {
        let keys = self.table.keys;
        let key = keys.iter().find(|key| key.name == name);
        let key = key.expect("readers ask for keys of their own table");
        (key, self.one(name).filter(|statement| !says_default(key, statement)))
    }
}

/// Whether a statement spells out a default that is no value: `max_queue none`, `until drained`.
fn says_default(key: &Key, statement: &Statement) -> bool {
    match (key.value, statement.atoms.as_slice()) {
        (Value::Word(_) | Value::Choice(..) | Value::Shape(_), _) => false,
        (_, [Atom::Word(word)]) => key.default == Some(word.text.as_str()),
        _ => false,
    }
}

/// What a key expects, under the name it is written with.
fn expected<'n>(key: &Key, name: &'n str) -> Expected<'n> {
    match key.value {
        Value::Quantity(dimension, bound) => Expected::new(name, dimension, bound),
        Value::Share(bound) => Expected::share(name, bound),
        Value::Factor(bound) => Expected::factor(name, bound),
        Value::Count(bound) => Expected::new(name, Dimension::NUMBER, bound),
        Value::Word(_) | Value::Choice(..) | Value::Shape(_) => {
            unreachable!("`{name}` is not declared as a number")
        }
    }
}

fn default_of(key: &Key) -> Option<Quantity> {
    let dimension = match key.value {
        Value::Quantity(dimension, _) => dimension,
        _ => Dimension::NUMBER,
    };
    choice::default_quantity(key.default?, dimension)
}

/// The one expression of a statement that is a key and a value.
pub(in crate::analysis) fn single_value<'s>(
    statement: &'s Statement,
    wanted: &str,
    ctx: &mut Context<'_>,
) -> Option<&'s Expr> {
    let key = statement.key.text.as_str();
    let mut cursor = Cursor::of(statement);
    match cursor.take() {
        Some(Atom::Value(expr)) => cursor.finish(key, ctx).then_some(expr),
        Some(atom) => {
            ctx.report(error::wrong_form(key, wanted, atom.span(), ctx.text(atom.span())));
            None
        }
        None => {
            ctx.report(error::missing_value(key, wanted, statement.key.span));
            None
        }
    }
}

/// The one name of a statement that is a key and a name, with its place; it may stand behind a parameter.
pub(in crate::analysis) fn single_name(
    statement: &Statement,
    wanted: &str,
    ctx: &mut Context<'_>,
) -> Option<(String, Span)> {
    let mut cursor = Cursor::of(statement);
    let name = take_name(&mut cursor, &statement.key.text, wanted, ctx)?;
    cursor.finish(&statement.key.text, ctx).then_some(name)
}

/// The next name of a statement; it may stand behind a parameter.
pub(in crate::analysis) fn take_name(
    cursor: &mut Cursor<'_>,
    key: &str,
    wanted: &str,
    ctx: &mut Context<'_>,
) -> Option<(String, Span)> {
    let name = cursor.take_word(ctx);
    if name.is_none() {
        let before = cursor.last();
        match cursor.take() {
            Some(Atom::Value(Expr::Param(param))) if !ctx.params.contains_key(&param.text) => {
                values::report_unknown_param(param, ctx);
            }
            Some(Atom::Value(Expr::Param(param))) if ctx.params[&param.text].value.is_none() => {}
            Some(atom) => ctx.report(error::wrong_form(key, wanted, atom.span(), ctx.text(atom.span()))),
            None => ctx.report(error::missing_value(key, wanted, before)),
        }
    }
    name
}

fn single_word(
    statement: &Statement,
    words: &'static [&'static str],
    ctx: &mut Context<'_>,
) -> Option<String> {
    let key = statement.key.text.as_str();
    let (word, span) = single_name(statement, &alternatives(words), ctx)?;
    if words.contains(&word.as_str()) {
        return Some(word);
    }
    ctx.report(error::unknown_word(key, &word, span, words));
    None
}

/// What stands behind a statement's key, on one line, with parameters replaced by what they stand for.
pub(in crate::analysis) fn value_text(statement: &Statement, ctx: &Context<'_>) -> String {
    let behind = Span { start: statement.key.span.end, ..statement.span };
    let line = one_line(ctx.sources, behind);
    let mut in_string = false;
    let words = line.split(' ').map(|word| {
        let param = word.strip_prefix('$').filter(|_| !in_string).and_then(|name| ctx.params.get(name));
        in_string ^= (word.matches('"').count() - word.matches("\\\"").count()) % 2 == 1;
        param.map_or(word, |param| param.text.as_str())
    });
    words.collect::<Vec<_>>().join(" ").trim_start().to_owned()
}
