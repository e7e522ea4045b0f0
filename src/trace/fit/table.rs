//! Quantile tables: as few rows as give a distribution of lengths back.
//!
//! A table is a cumulative distribution made of straight pieces, and lengths are rounded halves up: a row `p30 115.5`
//! says exactly that 30 % of the lengths are 115 or less. Rows are added one by one where the table is furthest off:
//! first until every cumulative share is right to [`CLOSE`], then until the mean distance of the quantiles, which a
//! long tail dominates, is small against the mean. Invariant: shares and values of a table rise, from share 0 to 1.

use crate::trace::stats::Lengths;

/// A row of a table: the share of lengths below a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// In 100,000ths.
    pub(super) share: u32,
    /// In tokens.
    pub(super) value: f64,
}

/// What a share of 1 is.
pub(super) const WHOLE: u32 = 100_000;

/// The largest difference of cumulative shares that is left.
const CLOSE: f64 = 0.007;
/// The mean distance of quantiles that is left, over the mean.
const NEAR: f64 = 0.01;
/// Rows at most.
const MOST_ROWS: usize = 40;

/// The table of a distribution with at least one length.
pub(super) fn table(lengths: &Lengths) -> Vec<Row> {
    let corners = corners(lengths);
    let first = Row { share: 0, value: lengths.counts().next().map_or(0.0, |(length, _)| f64::from(length)) };
    let mut rows = vec![first, Row { share: WHOLE, value: f64::from(lengths.max()) }];
    while rows.len() < MOST_ROWS {
        let found = worst_share(&corners, &rows).or_else(|| worst_piece(&corners, &rows, lengths.mean()));
        let Some(row) = found else { break };
        let at = rows.partition_point(|known| known.share < row.share);
        rows.insert(at, row);
    }
    rows
}

/// The rows there can be, rising strictly.
///
/// Where a single length is frequent, the share jumps: there is a row after the length and, after a gap, one before it,
/// their shares rounded to a thousandth. Everywhere else rows lie on the curve where its share is one that can be read
/// and edited: a whole per cent, and near the ends a tenth, a hundredth or a thousandth of one, which the tails are worth.
fn corners(lengths: &Lengths) -> Vec<Row> {
    let n = lengths.n() as f64;
    let mut corners: Vec<Row> = Vec::new();
    let mut push = |share: u32, value: f64| {
        let rises = corners.last().is_none_or(|corner| corner.share < share && corner.value < value);
        if rises && share > 0 && share < WHOLE {
            corners.push(Row { share, value });
        }
    };
    let (mut below, mut last) = (0, None);
    for (length, count) in lengths.counts() {
        let (before, after) = (below as f64 / n, (below + count) as f64 / n);
        let value = f64::from(length);
        if after - before >= FREQUENT {
            let (before, step) = rounded(before);
            let (after, _) = rounded(after);
            if last.is_some_and(|last| last + 1 < length) && before + step < after {
                // The row after the length before has this share; the next one that can be written says it again.
                push(before + step, value - 0.5);
            }
            push(after, value + 0.5);
        } else if let Some(share) = short_share(before, after) {
            let part = (f64::from(share) / f64::from(WHOLE) - before) / (after - before);
            push(share, libm::round((value - 0.5 + part) * 10.0) / 10.0);
        }
        below += count;
        last = Some(length);
    }
    corners
}

/// From this share of all lengths on a single one is a jump of the curve.
const FREQUENT: f64 = 0.01;

/// A share of a jump to a thousandth, near the ends to a hundred-thousandth, and what it was rounded to.
fn rounded(share: f64) -> (u32, u32) {
    let step = if (0.02..=0.98).contains(&share) { 100 } else { 1 };
    (libm::round(share * f64::from(WHOLE / step)) as u32 * step, step)
}

/// The largest share of few digits above one and up to another; `None` where there is none.
fn short_share(above: f64, up_to: f64) -> Option<u32> {
    let step = match up_to.min(1.0 - up_to) {
        0.01.. => 1000,
        0.001.. => 100,
        0.0001.. => 10,
        _ => 1,
    };
    let share = libm::floor(up_to * f64::from(WHOLE / step)) as u32 * step;
    (f64::from(share) > above * f64::from(WHOLE)).then_some(share)
}

/// The share of a table's lengths below a value.
fn share_at(rows: &[Row], value: f64) -> f64 {
    let above = rows.partition_point(|row| row.value <= value);
    if above == 0 {
        return 0.0;
    }
    let Some(next) = rows.get(above) else { return f64::from(WHOLE) };
    let row = rows[above - 1];
    let part = (value - row.value) / (next.value - row.value);
    f64::from(row.share) + part * f64::from(next.share - row.share)
}

/// How far a table is off at a corner, as a share.
fn off(rows: &[Row], corner: &Row) -> f64 {
    (share_at(rows, corner.value) - f64::from(corner.share)).abs() / f64::from(WHOLE)
}

/// The corner whose share is furthest off, if it is not close.
fn worst_share(corners: &[Row], rows: &[Row]) -> Option<Row> {
    let worst = corners.iter().max_by(|left, right| off(rows, left).total_cmp(&off(rows, right)))?;
    (off(rows, worst) > CLOSE).then_some(*worst)
}

/// The best corner of the piece whose quantiles are furthest off, if the table is not near.
fn worst_piece(corners: &[Row], rows: &[Row], mean: f64) -> Option<Row> {
    // Between two neighbours the difference of the shares, times how far they lie apart.
    let areas: Vec<f64> = corners
        .windows(2)
        .map(|pair| 0.5 * (off(rows, &pair[0]) + off(rows, &pair[1])) * (pair[1].value - pair[0].value))
        .collect();
    if areas.iter().sum::<f64>() <= NEAR * mean {
        return None;
    }
    let pieces = rows.windows(2).map(|pair| {
        let from = corners.partition_point(|corner| corner.share <= pair[0].share);
        let to = corners.partition_point(|corner| corner.share < pair[1].share);
        let area: f64 = areas.get(from.saturating_sub(1)..to.min(areas.len())).unwrap_or(&[]).iter().sum();
        (area, pair, from..to)
    });
    let with_corners = pieces.filter(|(_, _, range)| !range.is_empty());
    let (_, pair, range) = with_corners.max_by(|left, right| left.0.total_cmp(&right.0))?;
    let off = |corner: &Row| {
        let part = f64::from(corner.share - pair[0].share) / f64::from(pair[1].share - pair[0].share);
        (pair[0].value + part * (pair[1].value - pair[0].value) - corner.value).abs()
    };
    corners[range].iter().max_by(|left, right| off(left).total_cmp(&off(right))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    fn check(lengths: &Lengths) -> Vec<Row> {
        let rows = table(lengths);
        assert!(rows.windows(2).all(|pair| pair[0].share < pair[1].share), "{rows:?}");
        assert!(rows.windows(2).all(|pair| pair[0].value <= pair[1].value), "{rows:?}");
        assert_eq!((rows[0].share, rows[rows.len() - 1].share), (0, WHOLE));
        let mut below = 0;
        let mut last = 0;
        for (length, count) in lengths.counts() {
            // In a gap the share is that of the length before it.
            if length > last + 1 {
                let found = share_at(&rows, f64::from(length) - 0.5) / f64::from(WHOLE);
                assert!(
                    (found - below as f64 / lengths.n() as f64).abs() < 0.01,
                    "before {length}: {rows:?}"
                );
            }
            last = length;
            below += count;
            let share = below as f64 / lengths.n() as f64;
            let found = share_at(&rows, f64::from(length) + 0.5) / f64::from(WHOLE);
            assert!((found - share).abs() < 0.01, "{length}: {rows:?}");
        }
        rows
    }

    #[test]
    fn few_rows_give_a_uniform_distribution() {
        let rows = check(&(100..=1100).collect());
        assert!(rows.len() <= 3, "{rows:?}");
    }

    #[test]
    fn single_lengths_that_are_frequent_are_kept() {
        let lengths: Lengths = (0..1000).map(|n| if n % 3 == 0 { 13 } else { 10 + n % 50 }).collect();
        let _ = check(&lengths);
        let _ = check(&[5, 5, 5].into_iter().collect());
        let _ = check(&[0, 7, 7, 900].into_iter().collect());
    }

    #[test]
    fn a_long_tail_keeps_its_mean() {
        let mut stream = Streams::new(2).stream("lengths");
        let lengths: Lengths =
            (0..20_000).map(|_| 1 + (20.0 * libm::exp(1.5 * stream.normal())) as u32).collect();
        let rows = check(&lengths);
        let halves = rows.windows(2).map(|pair| {
            f64::from(pair[1].share - pair[0].share) / f64::from(WHOLE)
                * 0.5
                * (pair[0].value + pair[1].value)
        });
        let mean: f64 = halves.sum();
        assert!((mean / lengths.mean() - 1.0).abs() < 0.02, "{mean} {}", lengths.mean());
    }
}
