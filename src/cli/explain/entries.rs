//! Everything that `kvs list` lists, by name.

use super::facts;
use crate::cli::list::{CatalogueEntry, Table, catalogue_entries, every_table};
use crate::syntax::ast::BlockKind;

/// The title of how a thing is written.
const WRITTEN: &str = "written";

/// One thing a name may mean.
pub(super) struct Entry {
    pub(super) name: String,
    /// Where it may be written, the title of its list.
    place: String,
    /// What is known of it.
    rows: Vec<(&'static str, String)>,
}

impl Entry {
    /// The page of the entry.
    pub(super) fn page(&self) -> String {
        facts(&self.name, &self.place, &self.rows)
    }

    /// Whether an argument or a value of that name is written in it.
    pub(super) fn takes(&self, name: &str) -> bool {
        let is_other = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
        let written = self.rows.iter().filter(|(title, _)| *title == WRITTEN);
        written.flat_map(|(_, usage)| usage.split(is_other)).any(|word| word == name)
    }

    fn of_row(place: &str, cells: &[String]) -> Option<Entry> {
        let (usage, rest) = cells.split_first()?;
        let name = usage.split_whitespace().next()?.to_owned();
        let usage = if *usage == name { String::new() } else { usage.clone() };
        let rest =
            rest.iter().map(|cell| match cell.strip_prefix('[').and_then(|cell| cell.strip_suffix(']')) {
                Some(default) => ("default", default.to_owned()),
                None => ("", cell.clone()),
            });
        let rows = std::iter::once((WRITTEN, usage)).chain(rest).collect();
        Some(Entry { name, place: place.to_owned(), rows })
    }

    fn of_catalogue(place: &str, entry: CatalogueEntry) -> Entry {
        let CatalogueEntry { name, doc, statements } = entry;
        let statements = statements.into_iter().map(|statement| ("", statement));
        let rows = doc.into_iter().map(|doc| ("", doc)).chain(statements).collect();
        Entry { name, place: place.to_owned(), rows }
    }
}

/// Every row of every list, and the blocks that keys belong to.
pub(super) fn all() -> Vec<Entry> {
    let of_table = |table: Table| {
        let block = table.title.split_once(": ").map(|(name, summary)| {
            let keys = table.rows.iter().filter_map(|row| row.first()?.split_whitespace().next());
            let keys = keys.collect::<Vec<_>>().join(", ");
            let rows = vec![("", summary.to_owned()), ("keys", keys)];
            Entry { name: name.to_owned(), place: "block".to_owned(), rows }
        });
        let entries = table.rows.iter().filter_map(|row| Entry::of_row(&table.title, row));
        block.into_iter().chain(entries).collect::<Vec<_>>()
    };
    let gpus = catalogue_entries(BlockKind::Gpu).into_iter();
    let models = catalogue_entries(BlockKind::Model).into_iter();
    let of_catalogue = gpus
        .map(|entry| Entry::of_catalogue("GPU of the catalogue", entry))
        .chain(models.map(|entry| Entry::of_catalogue("model of the catalogue", entry)));
    every_table().into_iter().flat_map(of_table).chain(of_catalogue).collect()
}
