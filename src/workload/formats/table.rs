//! CSV files with a header, by the names of their columns.

use ::csv::{Position, Reader as CsvReader, ReaderBuilder, StringRecord};

use super::lines::Bounded;
use super::plain::{Found, Plain};
use super::{BadRow, Reader};

/// Rows of a CSV file of which some columns are wanted.
pub(super) struct Table {
    rows: Rows,
    /// Where each wanted column is.
    places: Vec<usize>,
    /// How many columns the header has.
    width: usize,
}

/// Where rows come from: from the first that is not plain on, all are parsed.
enum Rows {
    Plain(Box<Plain>),
    Parsed(Box<Parsed>),
}

/// Rows as a parser of CSV reads them.
struct Parsed {
    reader: CsvReader<Bounded>,
    row: StringRecord,
    /// Whether lines end with CR LF.
    crlf: bool,
    /// Lines before those it reads.
    lines_before: u64,
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
    cells: Cells<'a>,
    places: &'a [usize],
    line: u64,
}

/// The cells of one row; quotes are not in them any more.
enum Cells<'a> {
    /// A line, and where its cells end in it, all but the last.
    Plain(&'a str, &'a [usize]),
    Parsed(&'a StringRecord),
}

impl Table {
    /// Reads the header, which must have these columns.
    pub(super) fn new(reader: Reader, names: &[&str]) -> Result<Table, BadRow> {
        let columns: Vec<&[&str]> = names.iter().map(std::slice::from_ref).collect();
        Table::of_any(reader, &columns).map_err(|header| header.bad)
    }

    /// Reads the header, which must have each column under one of its names.
    pub(super) fn of_any(reader: Reader, columns: &[&[&str]]) -> Result<Table, BadHeader> {
        let mut plain = Plain::new(reader);
        let rows = match plain.next().map_err(|error| BadRow::unreadable(&error))? {
            Found::Row | Found::End => Rows::Plain(Box::new(plain)),
            Found::Other => Rows::Parsed(Box::new(Parsed::header(plain)?)),
        };
        let cells = rows.cells();
        let header: Vec<&str> = (0..cells.len()).map(|cell| cells.get(cell).trim()).collect();
        let place_of = |(column, names): (usize, &&[&str])| {
            place(names, &header).map_err(|bad| BadHeader {
                bad,
                missing: (!header.iter().any(|name| names.contains(name))).then_some(column),
                names: header.iter().map(|name| (*name).to_owned()).collect(),
            })
        };
        let places = columns.iter().enumerate().map(place_of).collect::<Result<_, _>>()?;
        let width = header.len();
        Ok(Table { rows, places, width })
    }

    /// The wanted cells of the next row, in the order asked for.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, BadRow> {
        if !self.rows.advance()? {
            return Ok(None);
        }
        let row = Row { cells: self.rows.cells(), places: &self.places, line: self.rows.line() };
        if row.cells.len() != self.width {
            let message =
                format!("expected `{}` cells as in the header, found `{}`", self.width, row.cells.len());
            return Err(BadRow { line: Some(row.line), column: None, message, unreadable: false });
        }
        Ok(Some(row))
    }
}

impl Rows {
    /// Reads the next row, if there is one.
    fn advance(&mut self) -> Result<bool, BadRow> {
        if let Rows::Plain(plain) = self {
            match plain.next().map_err(|error| BadRow::unreadable(&error))? {
                Found::Row => return Ok(true),
                Found::End => return Ok(false),
                Found::Other => {}
            }
            let nothing = Plain::new(Box::new(std::io::empty()));
            *self = Rows::Parsed(Box::new(Parsed::rest(std::mem::replace(plain, nothing))));
        }
        match self {
            Rows::Plain(_) => unreachable!("the next row is not plain"),
            Rows::Parsed(parsed) => parsed.advance(),
        }
    }

    /// The cells of the row that was read; none before the first.
    fn cells(&self) -> Cells<'_> {
        match self {
            Rows::Plain(plain) => {
                let (text, ends) = plain.row();
                Cells::Plain(text, ends)
            }
            Rows::Parsed(parsed) => Cells::Parsed(&parsed.row),
        }
    }

    /// The line of the row that was read, from 1.
    fn line(&self) -> u64 {
        match self {
            Rows::Plain(plain) => plain.lines(),
            Rows::Parsed(parsed) => parsed.line,
        }
    }
}

impl Parsed {
    /// Reads the first row, where that is not plain.
    fn header(plain: Plain) -> Result<Parsed, BadRow> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(Bounded::new(plain.into_rest(b"")));
        let row = reader.headers().map_err(|error| unreadable(&error))?.clone();
        let crlf = reader.position().line() == 1 + breaks_in(&row);
        Ok(Parsed { reader, row, crlf, lines_before: 0, line: 1 })
    }

    /// Goes on after rows that are plain. Of CR LF the parser takes the LF for the beginning of the next row, so it gets
    /// the one of the row before.
    fn rest(plain: Plain) -> Parsed {
        let (crlf, lines) = (plain.crlf(), plain.lines());
        let before: &[u8] = if crlf { b"\n" } else { b"" };
        let reader = ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(Bounded::new(plain.into_rest(before)));
        Parsed { reader, row: StringRecord::new(), crlf, lines_before: lines - u64::from(crlf), line: lines }
    }

    fn advance(&mut self) -> Result<bool, BadRow> {
        self.reader.get_mut().begin_row();
        let unread = u64::from(self.crlf) + self.lines_before;
        let read = self.reader.read_record(&mut self.row).map_err(|error| {
            let bad = unreadable(&error);
            BadRow { line: bad.line.map(|line| line + unread), ..bad }
        })?;
        self.line = line_of(&self.reader, &self.row, self.crlf) + self.lines_before;
        Ok(read)
    }
}

impl<'a> Cells<'a> {
    fn len(&self) -> usize {
        match self {
            Cells::Plain("", _) => 0,
            Cells::Plain(_, ends) => ends.len() + 1,
            Cells::Parsed(row) => row.len(),
        }
    }

    /// The text of a cell.
    fn get(&self, cell: usize) -> &'a str {
        match self {
            Cells::Plain(text, ends) => {
                let begin = if cell == 0 { 0 } else { ends[cell - 1] + 1 };
                let end = ends.get(cell).copied().unwrap_or(text.len());
                &text[begin..end]
            }
            Cells::Parsed(row) => &row[cell],
        }
    }
}

impl Row<'_> {
    /// From 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The text of a wanted cell.
    pub(super) fn text(&self, cell: usize) -> &str {
        self.cells.get(self.places[cell]).trim()
    }

    /// The value of a wanted cell; `parse` says what it expected instead.
    #[inline]
    pub(super) fn value<T>(
        &self,
        cell: usize,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, BadRow> {
        parse(self.text(cell)).map_err(|message| self.bad(self.places[cell], message))
    }

    #[cold]
    fn bad(&self, place: usize, message: String) -> BadRow {
        // Characters before the cell and a comma after each cell; quotes are not in the record any more.
        let before: usize = (0..place).map(|cell| self.cells.get(cell).chars().count() + 1).sum();
        let blanks = self.cells.get(place).chars().take_while(|character| character.is_whitespace()).count();
        let column = Some((before + blanks + 1) as u64);
        BadRow { line: Some(self.line), column, message, unreadable: false }
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

    /// The lines and cells of all rows, and what is wrong with the first that cannot be read.
    fn rows(text: &str) -> (Vec<(u64, Vec<String>)>, Option<BadRow>) {
        let mut rows = Vec::new();
        let reader = Box::new(Cursor::new(text.as_bytes().to_vec()));
        let mut table = match Table::new(reader, &["a", "b"]) {
            Ok(table) => table,
            Err(bad) => return (rows, Some(bad)),
        };
        loop {
            match table.next() {
                Ok(Some(row)) => {
                    rows.push((row.line(), vec![row.text(0).to_owned(), row.text(1).to_owned()]));
                }
                Ok(None) => return (rows, None),
                Err(bad) => return (rows, Some(bad)),
            }
        }
    }

    /// With a quote in its header the whole of a file is parsed.
    #[test]
    fn plain_rows_are_those_the_parser_reads() {
        let bodies = [
            "1,2\n3,4\n5,6\n",
            "1,2\n3,4",
            "1,2\n\n\n3,4\n5,6",
            " 1 ,2\nä,€\n3,4\n",
            "1,2\n\"3\",4\n5,6\n",
            "1,2\n\"3\n3\",4\n\n5,6",
            "1,2\r3,4\n5,6\n",
            "1,2\n3\n5,6\n",
            "1,2\n3,4,5\n5,6\n",
            "1,2\n3,\"4\"\"4\"\n5,6,7\n",
            "1,2\n \n",
            ",\n,2\n",
            "1,2\n3,4\r",
            "",
        ];
        for body in bodies {
            for ending in ["\n", "\r\n"] {
                for body in [body.to_owned(), body.replace('\n', "\r\n")] {
                    let (plain, parsed) = (format!("a,b{ending}{body}"), format!("\"a\",b{ending}{body}"));
                    assert_eq!(rows(&plain), rows(&parsed), "{plain:?}");
                }
            }
        }
        assert_eq!(rows(""), rows("\n"), "an empty file has no columns");
    }

    #[test]
    fn rows_may_be_longer_than_what_is_held() {
        let long = "x".repeat(100_000);
        let body = format!("1,{long}\n2,3\n");
        assert_eq!(rows(&format!("a,b\n{body}")), rows(&format!("\"a\",b\n{body}")));
        let many = "12345,67890\n".repeat(20_000);
        assert_eq!(rows(&format!("a,b\n{many}")), rows(&format!("\"a\",b\n{many}")));
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
