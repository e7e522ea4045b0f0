//! CSV files with a header, by the names of their columns.

use ::csv::{Position, Reader as CsvReader, ReaderBuilder, StringRecord};

use super::{BadRow, Reader};

/// Rows of a CSV file of which some columns are wanted.
pub(super) struct Table<const N: usize> {
    reader: CsvReader<Reader>,
    /// Where each wanted column stands.
    places: [usize; N],
    /// How many columns the header has.
    width: usize,
    row: StringRecord,
}

/// The wanted cells of one row.
pub(super) struct Row<'a, const N: usize> {
    row: &'a StringRecord,
    places: [usize; N],
}

impl<const N: usize> Table<N> {
    /// Reads the header, in which `names` must stand.
    pub(super) fn new(reader: Reader, names: [&str; N]) -> Result<Table<N>, BadRow> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(reader);
        let header: Vec<&str> =
            reader.headers().map_err(|error| unreadable(&error))?.iter().map(str::trim).collect();
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = header
                .iter()
                .position(|column| *column == name)
                .ok_or_else(|| missing_column(name, &header))?;
        }
        let width = header.len();
        Ok(Table { reader, places, width, row: StringRecord::new() })
    }

    /// The wanted cells of the next row, in the order asked for.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_, N>>, BadRow> {
        if !self.reader.read_record(&mut self.row).map_err(|error| unreadable(&error))? {
            return Ok(None);
        }
        let row = Row { row: &self.row, places: self.places };
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

impl<const N: usize> Row<'_, N> {
    /// From 1.
    pub(super) fn line(&self) -> u64 {
        self.row.position().map_or(0, Position::line)
    }

    /// The value of a wanted cell; `parse` says what it expected instead.
    pub(super) fn value<T>(
        &self,
        cell: usize,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, BadRow> {
        let text = &self.row[self.places[cell]];
        parse(text.trim()).map_err(|message| {
            // Characters before the cell and a comma behind each cell; quotes are not in the record any more.
            let before: usize =
                self.row.iter().take(self.places[cell]).map(|cell| cell.chars().count() + 1).sum();
            let blanks = text.chars().take_while(|character| character.is_whitespace()).count();
            let column = Some((before + blanks + 1) as u64);
            BadRow { line: Some(self.line()), column, message, unreadable: false }
        })
    }
}

fn missing_column(name: &str, header: &[&str]) -> BadRow {
    let found: Vec<String> = header.iter().map(|column| format!("`{column}`")).collect();
    let found = if found.is_empty() { "an empty file".to_owned() } else { found.join(", ") };
    let message = format!("expected a column `{name}` in the header, found {found}");
    BadRow { line: Some(1), column: Some(1), message, unreadable: false }
}

fn unreadable(error: &::csv::Error) -> BadRow {
    let message = match error.kind() {
        ::csv::ErrorKind::Utf8 { .. } => "expected UTF-8 text, found other bytes".to_owned(),
        _ => error.to_string(),
    };
    let unreadable = matches!(error.kind(), ::csv::ErrorKind::Io(_));
    BadRow { line: error.position().map(Position::line), column: None, message, unreadable }
}
