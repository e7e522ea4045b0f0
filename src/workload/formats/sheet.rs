//! Columns of numbers in a file: what laws and rates are drawn from.
//!
//! One number a line, or CSV of which some columns are wanted. A first row that begins a cell with a letter is the
//! header; blank lines and those that begin with `#` hold nothing. Invariant: columns leave here whole, of one length,
//! and of no more than [`MAX_ROWS`] rows.

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::cells::scientific_time_of;
use super::instant::instant;
use super::lines::Bounded;
use super::table::line_of;
use super::{BadRow, compressed};
use crate::model::{Choice, DataFile};
use crate::workload::{OpenTrace, TrafficError};

/// The most rows of such a file: 80 MB a column.
const MAX_ROWS: usize = 10_000_000;

/// The shortest step between two times, in seconds.
const LEAST_STEP: f64 = 0.001;

/// How cells of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::workload) enum Cells {
    /// Numbers, not negative.
    Numbers,
    /// Seconds or timestamps, rising; read as seconds since the first row.
    Times,
}

/// A column that is wanted.
#[derive(Clone, Debug)]
pub(in crate::workload) struct Wanted<'a> {
    /// The argument that names it, for messages.
    argument: &'static str,
    /// The name the scenario gives.
    given: Option<[&'a str; 1]>,
    /// Other names for it, of which one must be there; none where its place decides.
    usual: &'a [&'a str],
    cells: Cells,
}

impl<'a> Wanted<'a> {
    /// The column that an argument of the choice names, otherwise one of these names. Where neither says which it is,
    /// the file must have just the columns that are wanted, in their order.
    pub(in crate::workload) fn new(
        choice: &'a Choice,
        argument: &'static str,
        usual: &'a [&'a str],
        cells: Cells,
    ) -> Wanted<'a> {
        Wanted { argument, given: choice.text(argument).map(|name| [name]), usual, cells }
    }

    fn names(&self) -> &[&'a str] {
        self.given.as_ref().map_or(self.usual, |name| name)
    }
}

/// Reads the wanted columns of a file.
///
/// # Errors
/// When it cannot be read, holds no rows, or a cell is not as it should be.
pub(in crate::workload) fn columns(
    file: &DataFile,
    wanted: &[Wanted<'_>],
    open: OpenTrace<'_>,
) -> Result<Vec<Vec<f64>>, TrafficError> {
    read(file, wanted, open).map_err(|bad| bad.at(&file.path))
}

fn read(file: &DataFile, wanted: &[Wanted<'_>], open: OpenTrace<'_>) -> Result<Vec<Vec<f64>>, BadRow> {
    let unreadable = |error: std::io::Error| BadRow::unreadable(&error);
    let mut reader = compressed::plain(open(&file.resolved).map_err(unreadable)?).map_err(unreadable)?;
    let crlf = super::table::ends_with_crlf(&mut reader).map_err(unreadable)?;
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(Bounded::new(reader));
    let mut columns = vec![Vec::new(); wanted.len()];
    let mut row = StringRecord::new();
    let mut places: Option<(Vec<usize>, usize)> = None;
    let mut first_times = vec![None; wanted.len()];
    loop {
        reader.get_mut().begin_row();
        if !reader.read_record(&mut row).map_err(|error| super::table::unreadable(&error))? {
            break;
        }
        let line = line_of(&reader, &row, crlf);
        let bad = |bad: BadRow| BadRow { line: Some(line), ..bad };
        if places.is_none() {
            let header = is_header(&row);
            places = Some((find(wanted, &row, header).map_err(bad)?, row.len()));
            if header {
                continue;
            }
        }
        let (places, width) = places.as_ref().expect("the first row says where the columns are");
        if row.len() != *width {
            let message = format!("expected `{width}` cells as in the first row, found `{}`", row.len());
            return Err(bad(at(&row, None, message)));
        }
        if columns[0].len() == MAX_ROWS {
            let message = format!("expected at most `{MAX_ROWS}` rows, found more: thin them out");
            return Err(bad(at(&row, None, message)));
        }
        for (index, (wanted, &place)) in wanted.iter().zip(places).enumerate() {
            let value = match wanted.cells {
                Cells::Numbers => number(&row[place]),
                Cells::Times => time(&row[place], &mut first_times[index]),
            };
            let value = value.and_then(|value| match (wanted.cells, columns[index].last()) {
                (Cells::Times, Some(before)) if value - before < LEAST_STEP => Err(format!(
                    "expected a time later than that of the row before by a millisecond at least, found `{}`: sort the \
                     file by its times",
                    &row[place]
                )),
                _ => Ok(value),
            });
            columns[index].push(value.map_err(|message| bad(at(&row, Some(place), message)))?);
        }
    }
    if columns.iter().any(Vec::is_empty) {
        let message = "expected rows of numbers, found none".to_owned();
        return Err(BadRow { line: None, column: None, message, unreadable: false });
    }
    Ok(columns)
}

/// Numbers and timestamps begin with neither a letter nor an underscore.
fn is_header(row: &StringRecord) -> bool {
    row.iter().any(|cell| cell.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

/// Where the wanted columns are: those with a name first, the others in what is left.
fn find(wanted: &[Wanted<'_>], first: &StringRecord, header: bool) -> Result<Vec<usize>, BadRow> {
    let by_name = |wanted: &Wanted<'_>| match (wanted.names(), wanted.given) {
        (names, _) if header && !names.is_empty() => {
            super::table::place(names, &first.iter().collect::<Vec<_>>()).map(Some)
        }
        (_, Some([name])) => {
            Err(at(first, None, format!("expected a header with the column `{name}`, found numbers")))
        }
        _ => Ok(None),
    };
    let named = wanted.iter().map(by_name).collect::<Result<Vec<_>, BadRow>>()?;
    let mut free = (0..first.len()).filter(|place| !named.contains(&Some(*place)));
    let place = |(named, wanted_column): (&Option<usize>, &Wanted<'_>)| match named {
        Some(place) => Ok(*place),
        None if first.len() == wanted.len() => Ok(free.next().expect("there are as many as are wanted")),
        None => Err(at(first, None, no_place(wanted, wanted_column, first, header))),
    };
    named.iter().zip(wanted).map(place).collect()
}

fn no_place(wanted: &[Wanted<'_>], column: &Wanted<'_>, first: &StringRecord, header: bool) -> String {
    if header {
        let names: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
        return format!("expected `{}` to name one of the columns {}", column.argument, names.join(", "));
    }
    let columns: Vec<&str> = wanted.iter().map(|column| column.argument).collect();
    format!("expected one cell for each of `{}`, found `{}` cells", columns.join("`, `"), first.len())
}

fn number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err(format!("expected a number as `12.5`, not negative, found `{text}`")),
    }
}

/// Seconds since the time of the first row.
fn time(text: &str, first: &mut Option<i128>) -> Result<f64, String> {
    const SECONDS: usize = 12;
    let ps = scientific_time_of(text, SECONDS).or_else(|message| instant(text).map_err(|_| message))?;
    Ok((ps - *first.get_or_insert(ps)) as f64 / 1e12)
}

/// A mistake at a cell; the line is added by the reader of the file.
fn at(row: &StringRecord, place: Option<usize>, message: String) -> BadRow {
    // Blanks around cells are not in the record any more: the column is that of the cell where there are none.
    let column = place
        .map(|place| row.iter().take(place).map(|cell| cell.chars().count() as u64 + 1).sum::<u64>() + 1);
    BadRow { line: None, column, message, unreadable: false }
}
