//! Random and damaged texts: no panic, no hang, and every place inside the text.

use kvs::source::Span;
use kvs::syntax::MAX_NESTING;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{dump, parse};

/// A valid text with every kind of item and statement in it.
const VALID: &str = r#"## A GPU.
use "lib.kvs"
param n = 4          # replicas
gpu worker extends big { vram 48 GB; max_concurrent 64; prefill 9000 tok/s; price 1.20 $/h }
model small { kv_bytes_per_token 128 KiB }
cluster {
  serves small
  gpus worker x $n as fast tensor_parallel 2
  link fast[0] fast[1..3] bandwidth 300 GB/s latency 2 us
}
workload chat {
  arrivals gamma cv 2
  rate stages { 5 min -> 20 req/s; 10 min hold; 5 min -> 0 req/s }
  session {
    turns geometric mean 4 min 1
    context accumulate
  }
  output mixture [ 0.7 lognormal median 11 sigma 0.44,
                   0.3 constant (2 + 3) * 4 ]
  note "quoted \"text\" – ü"
}
trace old { columns id arrival_ms
  r1 0 100 50; "r 2" 5 100 50
}
trace conv from "conv.csv" { format azure; slice 5 min .. 25 min }
matrix { n in [2, 4] }
scenario "two choices" {
  policy { routing p2c }
  expect p99_ttft_ms < 0.7 * p99_ttft_ms of "random"
}
expect (a + b == c ± 3% or not d in 1 .. 2)
expect eventually queue_depth == 0 within 60 s after 600 s
expect p99_ttft_ms for chat on gpu 3 during 1 s .. 2 s < 3 s in 60% of runs
"#;

/// Parses a text and checks every place in what comes back.
fn survive(text: &str) {
    let parsed = parse(text);
    let inside = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(start <= end && end <= text.len(), "{span:?} of {text:?}");
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?} of {text:?}");
        assert_eq!(span.source, parsed.source);
    };
    for diagnostic in &parsed.diagnostics {
        diagnostic.labels.iter().for_each(|label| inside(label.span));
        assert!(!diagnostic.message.is_empty() && diagnostic.help.is_some(), "{diagnostic:?}");
    }
    let _ = dump::items(&parsed.file.items);
    for format in [kvs::diagnostics::ErrorFormat::Full, kvs::diagnostics::ErrorFormat::Json] {
        let drawn = kvs::diagnostics::render(&parsed.diagnostics, &parsed.sources, format, false, 3);
        assert!(
            !drawn.chars().any(|character| character.is_control() && character != '\n' && character != '\t')
        );
    }
}

/// A place in a text, on a character boundary.
fn boundary(text: &str, random: &mut ChaCha8Rng) -> usize {
    let mut position = random.random_range(0..=text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    position
}

/// A few bytes to some tokens of a text, from `start` on.
fn piece(text: &str, start: usize, random: &mut ChaCha8Rng) -> std::ops::Range<usize> {
    let rest = &text[start..];
    let characters = random.random_range(1..12);
    let length = if random.random_bool(0.5) {
        rest.char_indices().nth(characters).map_or(rest.len(), |(offset, _)| offset)
    } else {
        rest.split_inclusive(' ').take(characters / 4 + 1).map(str::len).sum()
    };
    start..start + length
}

/// Deletes, duplicates, moves or inserts a piece of a text.
fn mutate(text: &str, random: &mut ChaCha8Rng) -> String {
    const INSERTED: &[&str] = &[
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "#",
        ";",
        "\n",
        "$",
        "%",
        "..",
        "->",
        "<",
        "==",
        "and",
        "not",
        "min",
        "expect ",
        "gpu ",
        "trace",
        "\r",
        "\u{feff}",
        "ü",
        "\u{202e}",
        "\0",
        "1e999",
        "\\",
        "=",
        "within 3 s",
    ];
    let range = piece(text, boundary(text, random), random);
    let target = boundary(text, random);
    let inserted = match random.random_range(0..4) {
        0 => return format!("{}{}", &text[..range.start], &text[range.end..]),
        1 => text[range].to_owned(),
        2 => return format!("{}{}{}", &text[range.clone()], &text[..range.start], &text[range.end..]),
        _ => INSERTED[random.random_range(0..INSERTED.len())].to_owned(),
    };
    format!("{}{inserted}{}", &text[..target], &text[target..])
}

#[test]
fn the_valid_text_is_valid() {
    super::parse_clean(VALID);
}

#[test]
fn random_bytes_are_survived() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..1000 {
        let mut bytes = vec![0; random.random_range(0..400)];
        random.fill_bytes(&mut bytes);
        if random.random_bool(0.5) {
            // Half of them from the characters of the language, which reach deeper.
            const ALPHABET: &[u8] = b"{}()[]\"#;\n \n  $%.,<>=+-*/12e_abgpu expect for min s ms";
            bytes.iter_mut().for_each(|byte| *byte = ALPHABET[usize::from(*byte) % ALPHABET.len()]);
        }
        survive(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn mutations_of_a_valid_text_are_survived() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..1000 {
        let mut text = VALID.to_owned();
        for _ in 0..random.random_range(1..5) {
            text = mutate(&text, &mut random);
        }
        survive(&text);
    }
}

#[test]
fn one_damaged_line_is_one_mistake() {
    // A sign that fits nowhere, at the end of each line that holds a statement of its own.
    let lines: Vec<&str> = VALID.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if line.ends_with(['{', '}', ','])
            || line.starts_with("##")
            || line.contains('#')
            || line.contains("r 2")
        {
            continue;
        }
        let mut damaged = lines.clone();
        let wrong = format!("{line} @");
        damaged[index] = &wrong;
        // A trace's cells hold anything.
        let expected = usize::from(!line.starts_with("trace old"));
        let found = parse(&damaged.join("\n")).diagnostics;
        assert_eq!(found.len(), expected, "{wrong}: {found:#?}");
    }
}

/// The codes of a text's mistakes.
fn codes(text: &str) -> Vec<&'static str> {
    parse(text).diagnostics.iter().map(kvs::diagnostics::Diagnostic::code).collect()
}

#[test]
fn limits_are_named() {
    assert_eq!(codes(&"#".repeat(8 * 1024 * 1024)), [""; 0]);
    assert_eq!(codes(&"#".repeat(8 * 1024 * 1024 + 1)), ["E0701"]);
    for bracket in ["(", "[", "{", "gpu a { b [ (", "expect ((not "] {
        assert_eq!(codes(&bracket.repeat(20_000)), ["E0702"]);
    }
    assert_eq!(
        codes(&format!("expect {}a < 1{}", "(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING))),
        [""; 0]
    );
    assert_eq!(codes(&format!("param n = 1{}", " + 1".repeat(512))), [""; 0]);
    for repeated in [" + 1", " * 1", " - -1"] {
        assert_eq!(codes(&format!("param n = 1{}", repeated.repeat(20_000))), ["E0703"]);
    }
    assert_eq!(codes(&format!("param n = {}1", "-".repeat(20_000))), ["E0703"]);
    assert_eq!(codes(&format!("expect {}a < 1", "not ".repeat(20_000))), ["E0703"]);
    assert_eq!(codes(&format!("expect a < 1{}", " and a < 1".repeat(20_000))), ["E0703"]);
}

#[test]
fn long_texts_take_time_in_proportion() {
    let many = |line: &str| line.repeat(100_000 / line.len());
    for text in [
        many("gpu small { vram 24 GB; prefill 2000 tok/s }\n"),
        many("gpu small { vram = 24 GB\n"),
        many("gpu a { } "),
        many("a = (\n"),
        many("{ ( } "),
        many("\"\n"),
        many("## doc\n"),
        many("run { model x \n }"),
        format!("trace {{\n{}}}", many("r1 0 100 100\n")),
        format!("expect a < {}", many("1 ")),
    ] {
        survive(&text);
    }
}

#[test]
fn the_deepest_texts_fit_a_small_stack() {
    let nested = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(MAX_NESTING - 1), close.repeat(MAX_NESTING - 1))
    };
    let texts = [
        format!("expect {}", nested("(not ", "a < 1", ")")),
        format!("expect a < {}", nested("(1 + -", "1", ")")),
        format!("param n = {}", nested("[", "1", "]")),
        format!("run {{ {} }}", nested("a { b 1\n", "c = 1", "}")),
        nested("scenario \"a\" {\n", "run { }", "}"),
        format!("expect a < 1{}", " and a < 1".repeat(512)),
        format!("expect a < {}1", "-".repeat(512)),
    ];
    let parse_all = move || texts.iter().for_each(|text| survive(text));
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(parse_all);
    thread.expect("a thread can be started").join().expect("no text is too deep");
}
