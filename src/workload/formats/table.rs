//! CSV files with a header, by the names of their columns.

use ::csv::{Position, Reader as CsvReader, ReaderBuilder, StringRecord};

use super::lines::Bounded;
use super::{BadRow, Reader};

/// Rows of a CSV file of which some columns are wanted.
pub(super) struct Table {
    reader: CsvReader<Bounded>,
    /// Where each wanted column stands.
    places: Vec<usize>,
    /// How many columns the header has.
    width: usize,
    row: StringRecord,
}

/// The wanted cells of one row.
pub(super) struct Row<'a> {
    row: &'a StringRecord,
    places: &'a [usize],
}

impl Table {
    /// Reads the header, in which `names` must stand.
    pub(super) fn new(reader: Reader, names: &[&str]) -> Result<Table, BadRow> {
        let columns: Vec<&[&str]> = names.iter().map(std::slice::from_ref).collect();
        Table::of_any(reader, &columns)
    }

    /// Reads the header, in which one name of each column must stand.
    pub(super) fn of_any(reader: Reader, columns: &[&[&str]]) -> Result<Table, BadRow> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(Bounded::new(reader));
        let header: Vec<&str> =
            reader.headers().map_err(|error| unreadable(&error))?.iter().map(str::trim).collect();
        let places = columns.iter().map(|names| place(names, &header)).collect::<Result<_, _>>()?;
        let width = header.len();
        Ok(Table { reader, places, width, row: StringRecord::new() })
    }

    /// The wanted cells of the next row, in the order asked for.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, BadRow> {
        self.reader.get_mut().begin_row();
        if !self.reader.read_record(&mut self.row).map_err(|error| unreadable(&error))? {
            return Ok(None);
        }
        let row = Row { row: &self.row, places: &self.places };
        if self.row.len() != self.width {
            return Err(BadRow {
                line: Some(row.line()),
                column: None,
                message: format!(
                    "expected `{}` cells as in the header, found `{}`",
                    self.width,
                    self.row.len()
                ),
                unreadable: false,
            });
        }
        Ok(Some(row))
    }
}

impl Row<'_> {
    /// From 1.
    pub(super) fn line(&self) -> u64 {
        self.row.position().map_or(0, Position::line)
    }

    /// The text of a wanted cell.
    pub(super) fn text(&self, cell: usize) -> &str {
        self.row[self.places[cell]].trim()
    }

    /// The value of a wanted cell; `parse` says what it expected instead.
    pub(super) fn value<T>(
        &self,
        cell: usize,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, BadRow> {
        parse(self.text(cell)).map_err(|message| {
            // Characters before the cell and a comma behind each cell; quotes are not in the record any more.
            let place = self.places[cell];
            let before: usize = self.row.iter().take(place).map(|cell| cell.chars().count() + 1).sum();
            let blanks = self.row[place].chars().take_while(|character| character.is_whitespace()).count();
            let column = Some((before + blanks + 1) as u64);
            BadRow { line: Some(self.line()), column, message, unreadable: false }
        })
    }
}

/// Where the column of one of these names stands, of which there must be one.
pub(super) fn place(names: &[&str], header: &[&str]) -> Result<usize, BadRow> {
    let mut places = header.iter().enumerate().filter(|(_, column)| names.contains(column));
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(" or ");
    let message = match (places.next(), places.next()) {
        (Some((place, _)), None) => return Ok(place),
        (Some(_), Some(_)) => format!("expected one column {names} in the header, found several"),
        (None, _) => {
            let found: Vec<String> = header.iter().map(|column| format!("`{column}`")).collect();
            let found = if found.is_empty() { "an empty file".to_owned() } else { found.join(", ") };
            format!("expected a column {names} in the header, found {found}")
        }
    };
    Err(BadRow { line: Some(1), column: Some(1), message, unreadable: false })
}

/// What is wrong with a file that the parser gave up.
pub(super) fn unreadable(error: &::csv::Error) -> BadRow {
    let message = match error.kind() {
        ::csv::ErrorKind::Utf8 { .. } => "expected UTF-8 text, found other bytes".to_owned(),
        _ => error.to_string(),
    };
    let unreadable = matches!(error.kind(), ::csv::ErrorKind::Io(_));
    BadRow { line: error.position().map(Position::line), column: None, message, unreadable }
}
