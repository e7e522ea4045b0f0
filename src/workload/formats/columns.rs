//! The columns of space-separated rows, in a scenario and in a file of the format `kvs` alike.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// What the request is called.
    Id,
    /// Its arrival in milliseconds.
    ArrivalMs,
    /// Its arrival in seconds.
    ArrivalSeconds,
    /// Prompt tokens.
    Prompt,
    /// Output tokens.
    Gen,
    /// Whether it is streamed: recorded, without effect.
    Streaming,
}

/// Every column by its name, in the order shown to users.
pub static COLUMNS: &[(&str, Column)] = &[
    ("id", Column::Id),
    ("arrival_ms", Column::ArrivalMs),
    ("arrival_s", Column::ArrivalSeconds),
    ("prompt", Column::Prompt),
    ("gen", Column::Gen),
    ("streaming", Column::Streaming),
];

/// The columns of rows that name none.
pub static USUAL: &[Column] =
    &[Column::Id, Column::ArrivalMs, Column::Prompt, Column::Gen, Column::Streaming];

impl Column {
    /// The column of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Column> {
        COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        let entry = COLUMNS.iter().find(|(_, column)| *column == self);
        entry.expect("every column has a name").0
    }

    /// Whether two columns say the same thing: both arrivals do.
    #[must_use]
    pub fn says_what(self, other: Column) -> bool {
        let arrival = |column| matches!(column, Column::ArrivalMs | Column::ArrivalSeconds);
        self == other || (arrival(self) && arrival(other))
    }
}

/// The columns a request needs that are not among these: an arrival, a prompt and an output.
#[must_use]
pub fn missing(columns: &[Column]) -> Vec<&'static str> {
    let needed = [Column::ArrivalMs, Column::Prompt, Column::Gen];
    let lacks = |wanted: &Column| !columns.iter().any(|column| column.says_what(*wanted));
    needed.into_iter().filter(lacks).map(Column::name).collect()
}

/// The fewest cells of a row under these columns: `streaming`, where it is the last, may be left out.
#[must_use]
pub fn fewest_cells(columns: &[Column]) -> usize {
    columns.len() - usize::from(columns.last() == Some(&Column::Streaming))
}

/// Whether a cell is one of the words of `streaming`.
#[must_use]
pub fn is_streaming(cell: &str) -> bool {
    matches!(cell, "0" | "1" | "true" | "false")
}
