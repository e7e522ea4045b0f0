//! What is said of JSON that is not as it should be.

/// The parser's message in our form: what was expected and found, without the place.
pub(super) fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // The place is the last thing it says.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(sentence, _)| sentence);
    let wrong = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    match wrong.and_then(|wrong| wrong.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("expected {expected}, found {}", shown(found)),
        None => format!("expected JSON: {}", shown(text)),
    }
}

/// The beginning of a value that may be long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
