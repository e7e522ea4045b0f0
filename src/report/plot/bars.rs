//! Numbers as blocks of a terminal: columns of a line over time, bars of a histogram.
//!
//! Invariant: whatever is above zero is seen, and what is highest is a whole block.

const COLUMNS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// A value as the height of one character, `most` being a whole block.
pub(in crate::report) fn column(value: f64, most: f64) -> char {
    let eighths = if most > 0.0 { libm::ceil(value / most * 8.0) as usize } else { 0 };
    COLUMNS[eighths.min(8)]
}

/// A value as a bar, `most` being `width` characters long.
pub(in crate::report) fn row(value: f64, most: f64, width: usize) -> String {
    let eighths = if most > 0.0 { libm::ceil(value / most * (width * 8) as f64) as usize } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(ROWS[eighths % 8 - 1]);
    }
    bar
}

/// Values as a line of at most `width` columns, neighbours joined by their mean where there are more.
pub(in crate::report) fn line(values: &[f64], width: usize) -> String {
    let most = values.iter().copied().fold(0.0, f64::max);
    let n_columns = width.min(values.len());
    let joined = (0..n_columns).map(|at| {
        let part = &values[at * values.len() / n_columns..(at + 1) * values.len() / n_columns];
        part.iter().sum::<f64>() / part.len() as f64
    });
    joined.map(|mean| column(mean, most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_is_a_whole_block_and_the_smallest_is_seen() {
        assert_eq!(line(&[0.0, 1.0, 4.0, 8.0], 10), " ▁▄█");
        assert_eq!(column(1e-9, 1.0), '▁');
        assert_eq!(line(&[0.0; 3], 3), "   ");
        assert_eq!(line(&[], 3), "");
    }

    #[test]
    fn more_values_than_columns_are_joined() {
        assert_eq!(line(&[2.0; 128], 5), "█████");
        assert_eq!(line(&[0.0, 4.0, 4.0, 4.0, 4.0], 2), "▄█");
    }

    #[test]
    fn bars_have_eighths() {
        assert_eq!(row(8.0, 8.0, 2), "██");
        assert_eq!(row(3.0, 8.0, 1), "▍");
        assert_eq!(row(0.0, 8.0, 4), "");
    }
}
