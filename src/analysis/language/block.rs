//! The statements of one block, checked against its table and merged: parent, file, scenario.
//!
//! Knows no block in particular. Invariant: every statement held belongs to a key of the table, and a key that may
//! not repeat is held once.

use super::choice::{self, Offer, Reader};
use super::context::{ConfigLine, Context};
use super::cursor::Cursor;
use super::error;
use super::mode::Mode;
use super::table::{Table, block_name};
use crate::model::{Arg, Batching, Choice, Field, Form};
use crate::source::Span;
use crate::syntax::ast::{Atom, Statement};
use crate::units::{Bytes, Dimension, SimDuration, SimTime};

/// The statements of one block.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Block<'s> {
    /// The keys it may hold.
    pub(in crate::analysis) table: &'static Table,
    /// What it defines.
    pub(in crate::analysis) name: Option<&'s str>,
    /// Its header, where a missing statement is reported.
    pub(in crate::analysis) header: Span,
    /// Whether some of it could not be read, so that nothing can be called missing.
    pub(in crate::analysis) damaged: bool,
    statements: Vec<(&'static Field, &'s Statement)>,
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
                let written = ctx.value_text(statement);
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

    /// Whether a key is set, or is there unrecognised: misspelt, or after another statement on its line.
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
        let missing: Vec<&Field> =
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
        match self.entry(key) {
            (field, Some(statement)) => {
                let quantity = reader(field, statement, &mut Cursor::single(statement)).quantity(ctx);
                quantity.map(|quantity| quantity.value)
            }
            (field, None) => default_number(field),
        }
    }

    /// A whole number; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn count(&self, key: &str, ctx: &mut Context<'_>) -> Option<u64> {
        match self.entry(key) {
            (field, Some(statement)) => reader(field, statement, &mut Cursor::single(statement)).count(ctx),
            (field, None) => default_number(field).map(|default| default as u64),
        }
    }

    /// A whole number below 2^32; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn count_u32(&self, key: &str, ctx: &mut Context<'_>) -> Option<u32> {
        match self.entry(key) {
            (field, Some(statement)) => {
                reader(field, statement, &mut Cursor::single(statement)).count_u32(ctx)
            }
            (field, None) => default_number(field).map(|default| default as u32),
        }
    }

    /// A whole number of bytes; `None` where it is wrong or not set.
    pub(in crate::analysis) fn bytes(&self, key: &str, ctx: &mut Context<'_>) -> Option<Bytes> {
        let (field, statement) = self.entry(key);
        let statement = statement?;
        reader(field, statement, &mut Cursor::single(statement)).bytes(ctx)
    }

    /// A length of time; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn duration(&self, key: &str, ctx: &mut Context<'_>) -> Option<SimDuration> {
        match self.entry(key) {
            (field, Some(statement)) => {
                reader(field, statement, &mut Cursor::single(statement)).duration(ctx)
            }
            (field, None) => default_number(field).and_then(SimDuration::from_secs_f64),
        }
    }

    /// A point in time; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn time(&self, key: &str, ctx: &mut Context<'_>) -> Option<SimTime> {
        self.duration(key, ctx).map(|since| SimTime::from_ps(since.as_ps()))
    }

    /// One of a key's words; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn word(&self, key: &str, ctx: &mut Context<'_>) -> Option<String> {
        match self.entry(key) {
            (field, Some(statement)) => reader(field, statement, &mut Cursor::single(statement)).word(ctx),
            (field, None) => field.default.map(str::to_owned),
        }
    }

    /// An entry of a key's registry; `None` as for [`Block::quantity`].
    pub(in crate::analysis) fn choice(
        &self,
        key: &str,
        place: Dimension,
        ctx: &mut Context<'_>,
    ) -> Option<Choice> {
        let (field, statement) = self.entry(key);
        let offer = Offer::of(field, place);
        match statement {
            Some(statement) => choice::choose(&offer, statement, ctx),
            None => choice::by_default(&offer, field.default?),
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
            let setting = |value: String, origin| ConfigLine {
                block: block.clone(),
                key: key.name.to_owned(),
                value,
                origin,
            };
            for statement in self.all(key.name) {
                ctx.settings.push(setting(ctx.value_text(statement), Some(statement.span)));
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

    fn entry(&self, name: &str) -> (&'static Field, Option<&'s Statement>) {
        let keys = self.table.keys;
        let key = keys.iter().find(|key| key.name == name);
        let key = key.expect("readers ask for keys of their own table");
        (key, self.one(name).filter(|statement| !says_default(key, statement)))
    }
}

/// A reader of the value of a statement; none of a block's keys takes the dimension of its place.
fn reader<'r, 's>(field: &'r Field, statement: &'s Statement, cursor: &'r mut Cursor<'s>) -> Reader<'r, 's>
where
    's: 'r,
{
    Reader { field, name: &statement.key.text, place: Dimension::NUMBER, cursor }
}

/// The default of a number, in base units.
fn default_number(field: &Field) -> Option<f64> {
    match field.default_value(Dimension::NUMBER)? {
        Arg::Quantity(quantity) => Some(quantity.value),
        _ => None,
    }
}

/// Whether a statement spells out a default that is not a value: `max_queue none`, `until drained`.
fn says_default(field: &Field, statement: &Statement) -> bool {
    match (field.form, statement.atoms.as_slice()) {
        (Form::Word(_) | Form::Choice(..) | Form::Shape(_), _) => false,
        (_, [Atom::Word(word)]) => field.default == Some(word.text.as_str()),
        _ => false,
    }
}
