//! `gpus TYPE x N` as people write it elsewhere: `gpus 2 x h100`, `gpus h100 * 2`, `gpus 2xh100`.

use crate::syntax::token::tokens;

/// The statement as it is written here, where a kind of GPU and how many of them can be told apart; `None` where they
/// cannot.
pub(crate) fn gpus_statement(written: &str) -> Option<String> {
    let mut words = tokens(written).map(|token| token.text).skip_while(|text| *text != "gpus").skip(1);
    let mut head: Vec<&str> = Vec::new();
    let mut tail: Vec<&str> = Vec::new();
    for word in words.by_ref() {
        if matches!(word, "as" | "tensor_parallel" | "tp") {
            tail.push(word);
            break;
        }
        head.push(word);
    }
    tail.extend(words);
    let parts = head.iter().flat_map(|word| split_times(word)).filter(|part| !is_times(part));
    let (mut kind, mut count) = (None, None);
    for part in parts {
        let slot =
            if part.starts_with(|first: char| first.is_ascii_digit()) { &mut count } else { &mut kind };
        if slot.replace(part).is_some() {
            return None;
        }
    }
    let (kind, count) = (kind.filter(|kind| is_name(kind))?, count.filter(|count| is_count(count))?);
    let tail = tail.join(" ").replacen("tp ", "tensor_parallel ", 1);
    Some(format!("gpus {kind} x {count} {tail}").trim_end().to_owned())
}

/// `2x` is a number and a sign, `x2` the reverse, `2xh100` all three.
fn split_times(word: &str) -> Vec<&str> {
    let digits = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
    match (&word[..digits], &word[digits..]) {
        ("", rest) => match rest.strip_prefix('x').filter(|count| is_count(count)) {
            Some(count) => vec![count],
            None => vec![rest],
        },
        (count, "") => vec![count],
        (count, rest) => match rest.strip_prefix('x') {
            Some("") => vec![count],
            Some(kind) => vec![count, kind],
            None => vec![word],
        },
    }
}

fn is_times(word: &str) -> bool {
    matches!(word, "x" | "X" | "*" | "×" | ":" | "=" | ",")
}

fn is_count(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit())
}

fn is_name(word: &str) -> bool {
    word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::gpus_statement;

    #[track_caller]
    fn check(written: &str, expected: &str) {
        assert_eq!(gpus_statement(written).as_deref(), Some(expected));
    }

    #[test]
    fn a_kind_and_a_number_are_distinguished() {
        check("gpus 2 x h100_sxm", "gpus h100_sxm x 2");
        check("gpus 2x h100_sxm", "gpus h100_sxm x 2");
        check("gpus 2xh100_sxm", "gpus h100_sxm x 2");
        check("gpus h100_sxm * 2", "gpus h100_sxm x 2");
        check("gpus h100_sxm:2", "gpus h100_sxm x 2");
        check("gpus h100_sxm x2 as fast", "gpus h100_sxm x 2 as fast");
        check("gpus 8 h100_sxm tp 2", "gpus h100_sxm x 8 tensor_parallel 2");
        assert_eq!(gpus_statement("gpus 2 3"), None);
        assert_eq!(gpus_statement("gpus h100_sxm"), None);
        assert_eq!(gpus_statement("gpus $kind x $n"), None);
    }
}
