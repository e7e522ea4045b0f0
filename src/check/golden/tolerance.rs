//! Whether two snapshots say the same, up to the tolerance that a scenario grants its numbers.
//!
//! `run { snapshot_tolerance 0.5% }` lets every number of the snapshot move by that share. Words are compared as they
//! are: a metric that comes or goes, and an expectation that no longer holds, are differences whatever the tolerance.

/// Whether `new` says what `old` does; `tolerance` is a share of the larger of two numbers.
pub(super) fn agree(old: &str, new: &str, tolerance: f64) -> bool {
    if old == new || tolerance <= 0.0 {
        return old == new;
    }
    let (mut old_lines, mut new_lines) = (old.lines(), new.lines());
    loop {
        match (old_lines.next(), new_lines.next()) {
            (None, None) => return true,
            (Some(old), Some(new)) if lines_agree(old, new, tolerance) => {}
            _ => return false,
        }
    }
}

/// Columns move with the width of numbers, so only their contents are compared.
fn lines_agree(old: &str, new: &str, tolerance: f64) -> bool {
    if is_judged(old) || is_judged(new) {
        let (old, old_value) = split_value(old);
        let (new, new_value) = split_value(new);
        return old == new && words_agree(old_value, new_value, tolerance);
    }
    words_agree(old, new, tolerance)
}

fn words_agree(old: &str, new: &str, tolerance: f64) -> bool {
    let (mut old_words, mut new_words) = (old.split_whitespace(), new.split_whitespace());
    loop {
        match (old_words.next(), new_words.next()) {
            (None, None) => return true,
            (Some(old), Some(new)) if old == new || numbers_agree(old, new, tolerance) => {}
            _ => return false,
        }
    }
}

/// The line of an expectation: its text holds numbers too, and those are the scenario's.
fn is_judged(line: &str) -> bool {
    ["pass ", "fail ", "no data "].iter().any(|status| line.starts_with(status))
}

/// An expectation's line as its text and the measured value in brackets at its end.
fn split_value(line: &str) -> (&str, &str) {
    match line.rsplit_once("  (") {
        Some((text, value)) => (text, value.trim_end_matches(')')),
        None => (line, ""),
    }
}

fn numbers_agree(old: &str, new: &str, tolerance: f64) -> bool {
    let number = |word: &str| {
        word.trim_start_matches('$')
            .trim_end_matches('%')
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    };
    match (number(old), number(new)) {
        (Some(old), Some(new)) => (old - new).abs() <= tolerance * old.abs().max(new.abs()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, tolerance: f64, expected: bool) {
        assert_eq!(agree(old, new, tolerance), expected, "{old:?} {new:?} {tolerance}");
    }

    #[test]
    fn numbers_may_move_by_their_share_and_words_may_not() {
        check("arrived  100\np50_ms  8.01", "arrived  100\np50_ms  8", 0.01, true);
        check("arrived  100\np50_ms  8.01", "arrived  100\np50_ms  8", 0.001, false);
        check("a  1", "a  1", 0.0, true);
        check("a  1", "a  1.0001", 0.0, false);
        check("arrived  1000", "arrived   999", 0.01, true);
        check("a  1\nb  2", "a  1", 1.0, false);
        check("a  1", "b  1", 1.0, false);
        check("a  -", "a  1", 1.0, false);
        check("gpu_utilization  50%", "gpu_utilization  50.1%", 0.01, true);
        check("a  $92.00", "a  $92.01", 0.01, true);
    }

    #[test]
    fn an_expectation_must_stay_what_it_was_and_its_value_may_move() {
        let line = |status, limit, value| format!("{status:<7}  expect p99_ttft_ms < {limit}  ({value})");
        check(&line("pass", 250, "240 ms"), &line("pass", 250, "241 ms"), 0.01, true);
        check(&line("pass", 250, "240 ms"), &line("pass", 251, "240 ms"), 0.01, false);
        check(&line("pass", 250, "250 ms"), &line("fail", 250, "250.1 ms"), 0.01, false);
        check(&line("pass", 250, "999 ms"), &line("pass", 250, "1 s"), 0.01, false);
    }
}
