//! Did you mean: the names nearest to one that does not exist.
//!
//! Knows spelling only, and for registry entries the words of their summaries, so that `power_of_two` finds the
//! policy whose summary speaks of the power of two choices.

use crate::model::Spec;

/// The candidates that `name` may be a misspelling of, nearest first, three at most.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (similarity(name, candidate), candidate))
        .filter(|(score, _)| *score >= NEAR)
        .collect();
    // Stable: equally near names stay in the order of the list.
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.dedup_by_key(|(_, candidate)| *candidate);
    scored.truncate(3);
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Registry entries, those nearest to `name` first; all of them.
pub(in crate::analysis) fn ranked(name: &str, specs: &[&'static Spec]) -> Vec<&'static str> {
    let mut scored: Vec<(f64, &'static str)> = specs
        .iter()
        .map(|spec| (similarity(name, spec.name).max(shared_words(name, spec.summary)), spec.name))
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.into_iter().map(|(_, name)| name).collect()
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn alternatives(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `` `a`, `b` and `c` ``.
pub(in crate::analysis) fn all_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Where one name is near: `did you mean …?`
pub(crate) fn did_you_mean(names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| format!("did you mean {}?", alternatives(names)))
}

/// From here on a name counts as a misspelling of another.
const NEAR: f64 = 0.75;

fn similarity(name: &str, candidate: &str) -> f64 {
    let (name, candidate) = (name.to_ascii_lowercase(), candidate.to_ascii_lowercase());
    if name == candidate {
        return 1.0;
    }
    let edits = strsim::normalized_damerau_levenshtein(&name, &candidate);
    let prefix = strsim::jaro_winkler(&name, &candidate);
    // Jaro-Winkler alone finds everything near that begins alike; edits alone reject long words cut short.
    let long = name.len() >= 3 && candidate.len() >= 3;
    let extends = long && (name.starts_with(&candidate) || candidate.starts_with(&name));
    let blend = f64::midpoint(edits, prefix);
    let words = same_words(&name, &candidate).max(same_words(&candidate, &name));
    if extends { blend.max(NEAR) } else { blend.max(words) }
}

/// Names of the same words in another order are near, `ttft_p99` and `p99_ttft_ms`, the nearer the fewer words the
/// other has beyond them: `kv_cache_dtype` is near `kv_dtype`.
fn same_words(name: &str, candidate: &str) -> f64 {
    let (words, mut others): (Vec<&str>, Vec<&str>) =
        (name.split('_').collect(), candidate.split('_').collect());
    if words.len() < 2 {
        return 0.0;
    }
    for word in &words {
        match others.iter().position(|other| other == word) {
            Some(found) => drop(others.swap_remove(found)),
            None => return 0.0,
        }
    }
    (0.95 - 0.05 * others.len() as f64).max(NEAR)
}

/// The share of the words of `name` that the summary uses, below any real misspelling.
fn shared_words(name: &str, summary: &str) -> f64 {
    let summary = summary.to_ascii_lowercase();
    let said: Vec<&str> = summary.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let words: Vec<String> =
        name.split('_').filter(|word| word.len() > 2).map(str::to_ascii_lowercase).collect();
    if words.is_empty() {
        return 0.0;
    }
    let shared = words.iter().filter(|word| said.contains(&word.as_str())).count();
    0.9 * shared as f64 / words.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_are_near_and_other_words_are_not() {
        let keys = ["prefill", "decode", "decode_sharing_cap", "vram", "max_concurrent"];
        assert_eq!(nearest("prefil", keys), ["prefill"]);
        assert_eq!(nearest("VRAM", keys), ["vram"]);
        assert_eq!(nearest("max_concurent", keys), ["max_concurrent"]);
        assert!(nearest("colour", keys).is_empty());
        assert!(nearest("p", keys).is_empty());
        assert_eq!(
            nearest("kv_cache_dtype", ["dtype", "kv_dtype", "expert_dtype"]).first(),
            Some(&"kv_dtype")
        );
        assert_eq!(nearest("ttft_p99", ["p99_latency_ms", "p99_ttft_ms", "p99_tpot_ms"]), ["p99_ttft_ms"]);
    }

    #[test]
    fn a_description_finds_its_policy() {
        static P2C: Spec = Spec::new("p2c", "the less loaded of two random replicas (power of two choices)");
        static RANDOM: Spec = Spec::new("random", "any replica, by a draw");
        assert_eq!(ranked("power_of_two", &[&RANDOM, &P2C]), ["p2c", "random"]);
    }
}
