//! CSV files with a header, by the names of their columns.

use ::csv::{Position, Reader as CsvReader, ReaderBuilder, StringRecord};

use super::lines::Bounded;
use super::{BadRow, Reader};

/// Rows of a CSV file of which some columns are wanted.
pub(super) struct Table {
    reader: CsvReader<Bounded>,
    /// Where each wanted column is.
    places: Vec<usize>,
    /// How many columns the header has.
    width: usize,
    /// Whether lines end with CR LF.
    crlf: bool,
    row: StringRecord,
    /// The line the row begins at, from 1.
    line: u64,
}

/// Why a header cannot be used.
pub(super) struct BadHeader {
    pub(super) bad: BadRow,
    /// The column that is missing, by its place among those wanted.
    pub(super) missing: Option<usize>,
    /// The columns that there are.
    pub(super) names: Vec<String>,
}

impl From<BadRow> for BadHeader {
    fn from(bad: BadRow) -> BadHeader {
        BadHeader { bad, missing: None, names: Vec::new() }
    }
}

/// The wanted cells of one row.
pub(super) struct Row<'a> {
    row: &'a StringRecord,
    places: &'a [usize],
    line: u64,
}

impl Table {
    /// Reads the header, which must have these columns.
    pub(super) fn new(reader: Reader, names: &[&str]) -> Result<Table, BadRow> {
        let columns: Vec<&[&str]> = names.iter().map(std::slice::from_ref).collect();
        Table::of_any(reader, &columns).map_err(|header| header.bad)
    }

    /// Reads the header, which must have each column under one of its names.
    pub(super) fn of_any(reader: Reader, columns: &[&[&str]]) -> Result<Table, BadHeader> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(Bounded::new(reader));
        let header: Vec<&str> =
            reader.headers().map_err(|error| unreadable(&error))?.iter().map(str::trim).collect();
        let place_of = |(column, names): (usize, &&[&str])| {
            place(names, &header).map_err(|bad| BadHeader {
                bad,
                missing: (!header.iter().any(|name| names.contains(name))).then_some(column),
                names: header.iter().map(|name| (*name).to_owned()).collect(),
            })
        };
        let places = columns.iter().enumerate().map(place_of).collect::<Result<_, _>>()?;
        let width = header.len();
        let breaks = breaks_in(reader.headers().map_err(|error| unreadable(&error))?);
        let crlf = reader.position().line() == 1 + breaks;
        Ok(Table { reader, places, width, crlf, row: StringRecord::new(), line: 1 })
    }

    /// The wanted cells of the next row, in the order asked for.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, BadRow> {
        self.reader.get_mut().begin_row();
        let unread = u64::from(self.crlf);
        let read = self.reader.read_record(&mut self.row).map_err(|error| {
            let bad = unreadable(&error);
            BadRow { line: bad.line.map(|line| line + unread), ..bad }
        })?;
        if !read {
            return Ok(None);
        }
        self.line = line_of(&self.reader, &self.row, self.crlf);
        let row = Row { row: &self.row, places: &self.places, line: self.line };
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
        self.line
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
            // Characters before the cell and a comma after each cell; quotes are not in the record any more.
            let place = self.places[cell];
            let before: usize = self.row.iter().take(place).map(|cell| cell.chars().count() + 1).sum();
            let blanks = self.row[place].chars().take_while(|character| character.is_whitespace()).count();
            let column = Some((before + blanks + 1) as u64);
            BadRow { line: Some(self.line()), column, message, unreadable: false }
        })
    }
}

/// Whether the first line of a text that follows ends with CR LF.
pub(super) fn ends_with_crlf(reader: &mut Reader) -> std::io::Result<bool> {
    let begin = reader.fill_buf()?;
    let end = begin.iter().position(|byte| *byte == b'\n');
    Ok(end.is_some_and(|end| end > 0 && begin[end - 1] == b'\r'))
}

/// The line, from 1, of the row that was just read: from where it ends, as empty lines may come before it; from where
/// the one before ends, as the last line may have no end. Of CR LF the parser takes the LF for the beginning of the next
/// row.
pub(super) fn line_of<R: std::io::Read>(reader: &CsvReader<R>, row: &StringRecord, crlf: bool) -> u64 {
    let end = reader.position().line().saturating_sub(breaks_in(row) + 1);
    end.max(row.position().map_or(0, Position::line)) + u64::from(crlf)
}

/// How many line breaks are inside the cells of a row.
fn breaks_in(row: &StringRecord) -> u64 {
    row.iter().map(|cell| cell.matches('\n').count() as u64).sum()
}

/// From here on a column counts as another one misspelt.
const NEAR: f64 = 0.75;

/// Where the column of one of these names is, of which there must be one.
pub(super) fn place(names: &[&str], header: &[&str]) -> Result<usize, BadRow> {
    let mut places = header.iter().enumerate().filter(|(_, column)| names.contains(column));
    let likeness = |column: &str| {
        let column = column.to_ascii_lowercase();
        let of = |name: &&str| strsim::normalized_levenshtein(&name.to_ascii_lowercase(), &column);
        names.iter().map(of).fold(0.0, f64::max)
    };
    let near = header.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let near = near.filter(|column| likeness(column) >= NEAR);
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(" or ");
    let message = match (places.next(), places.next()) {
        (Some((place, _)), None) => return Ok(place),
        (Some(_), Some(_)) => format!("expected one column {names} in the header, found several"),
        (None, _) => {
            let found: Vec<String> = header.iter().map(|column| format!("`{column}`")).collect();
            let found = if found.is_empty() { "an empty file".to_owned() } else { found.join(", ") };
            let near = near.map_or_else(String::new, |near| format!("; is `{near}` it?"));
            format!("expected a column {names} in the header, found {found}{near}")
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[u64]) {
        let reader = Box::new(Cursor::new(text.as_bytes().to_vec()));
        let mut table = Table::new(reader, &["a"]).expect("the header has the column");
        let mut lines = Vec::new();
        while let Some(row) = table.next().expect("the rows are sound") {
            lines.push(row.line());
        }
        assert_eq!(lines, expected, "{text:?}");
    }

    #[test]
    fn rows_have_the_line_an_editor_shows() {
        for text in ["a,b\n1,2\n3,4\n5,6\n", "a,b\n1,2\n3,4\n5,6"] {
            check(text, &[2, 3, 4]);
            check(&text.replace('\n', "\r\n"), &[2, 3, 4]);
        }
        let broken = "a,b\n1,\"2\n2\"\n\n3,4\n";
        check(broken, &[2, 5]);
        check(&broken.replace('\n', "\r\n"), &[2, 5]);
    }
}
