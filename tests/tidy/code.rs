//! Rust source reduced to what a rule may look at: comments and literals blanked, test modules removed.
//!
//! A scanner, not a parser: it knows where comments, strings and braces begin and end, and nothing else.
//! Lines keep their numbers.

/// `text` with the contents of comments, strings and characters replaced by blanks.
pub(crate) fn without_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut kept = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => find(bytes, at, b"\n"),
            b'/' if bytes[at..].starts_with(b"/*") => end_of_block_comment(bytes, at),
            b'"' => end_of_string(bytes, at),
            b'r' if is_raw_string(bytes, at) => end_of_raw_string(bytes, at),
            b'\'' => end_of_character(bytes, at),
            _ => at,
        };
        for byte in &mut kept[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(kept).expect("whole literals are blanked, so no character is cut")
}

/// Removes the bodies of `#[cfg(test)]` modules, functions and imports from blanked source.
pub(crate) fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    while let Some(start) = kept.find("#[cfg(test)]") {
        let opening = kept[start..].find(['{', ';']).map_or(kept.len(), |offset| start + offset);
        let end = if kept[opening..].starts_with('{') { end_of_braces(&kept, opening) } else { opening + 1 };
        let newlines: String = kept[start..end.min(kept.len())].chars().filter(|&c| c == '\n').collect();
        kept.replace_range(start..end.min(kept.len()), &newlines);
    }
    kept
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let found = bytes[from..].windows(what.len()).position(|window| window == what);
    found.map_or(bytes.len(), |offset| from + offset)
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn is_raw_string(bytes: &[u8], at: usize) -> bool {
    let inside_a_word =
        at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') && bytes[at - 1] != b'b';
    let hashes = bytes[at + 1..].iter().take_while(|&&byte| byte == b'#').count();
    !inside_a_word && bytes.get(at + 1 + hashes) == Some(&b'"')
}

fn end_of_raw_string(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[start + 1..].iter().take_while(|&&byte| byte == b'#').count();
    let closing = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    (find(bytes, start + hashes + 2, &closing) + closing.len()).min(bytes.len())
}

/// The end of a character literal; the same place for a lifetime.
fn end_of_character(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start + 1..];
    if rest.first() == Some(&b'\\') {
        return find(bytes, start + 3, b"'") + 1;
    }
    let text = std::str::from_utf8(rest).unwrap_or("");
    let mut characters = text.char_indices();
    characters.next();
    match characters.next() {
        Some((offset, '\'')) => start + 1 + offset + 1,
        _ => start,
    }
}

fn end_of_braces(code: &str, opening: usize) -> usize {
    let mut depth = 0;
    for (offset, character) in code[opening..].char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return opening + offset + 1;
        }
    }
    code.len()
}

#[test]
fn comments_and_literals_are_blanked_and_lifetimes_are_not() {
    let code = "let a: &'a str = \"crate::x\"; // crate::y\nlet b = 'c'; let q = '\\''; r#\"crate::z\"# /* crate:: /* w */ */ end";
    let blanked = without_comments_and_literals(code);
    assert!(!blanked.contains("crate"), "{blanked}");
    assert!(blanked.contains("&'a str") && blanked.ends_with(" end"), "{blanked}");
    assert_eq!(blanked.lines().count(), 2);
}

#[test]
fn test_modules_are_removed() {
    let code = "a\n#[cfg(test)]\nmod tests {\n  fn x() {}\n}\nb\n#[cfg(test)]\nmod other;\nc";
    let kept = without_tests(code);
    assert_eq!(kept.split_whitespace().collect::<String>(), "abc");
    assert_eq!(kept.lines().count(), code.lines().count());
}
