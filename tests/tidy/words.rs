//! Prose that people read is plain English: no phrase of the list below, each with what to write instead.
//!
//! Read are pages, the changelog's unreleased part, comments of scenarios, of the catalogue and of the grammar, and in
//! `src/` all comments and string literals, which hold messages, `--help` and the reference. Not for style in general:
//! the list has what once made readers stumble here.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::code::without_comments_and_literals;
use crate::{files_below, name, nothing_breaks, read};

/// A phrase to avoid, as a regular expression for text in lower case.
struct Phrase {
    pattern: &'static str,
    instead: &'static str,
    /// Idioms that contain it and are fine.
    except: &'static [&'static str],
}

const fn phrase(pattern: &'static str, instead: &'static str) -> Phrase {
    Phrase { pattern, instead, except: &[] }
}

static PHRASES: &[Phrase] = &[
    Phrase {
        pattern: r"\bbehind\b",
        instead: "after, at the end of, following",
        except: &[
            "behind one router",
            "behind a load balancer",
            "wait behind",
            "waits behind",
            "falls behind",
            "left behind",
        ],
    },
    Phrase {
        pattern: r"\b(stands?|standing|stood)\b",
        instead: "is, is given, is written, is allowed",
        except: &["stand for", "stands for", "stood for", "stands still"],
    },
    Phrase {
        pattern: r"\b(gives?|gave|giving|given) way\b",
        instead: "is preempted, is evicted, yields",
        except: &["the given way"],
    },
    Phrase {
        pattern: r"\b(is|are|was|not) through\b",
        instead: "is complete, is finished",
        except: &["path is through"],
    },
    phrase(r"\b(whoever|nobody|somebody|everybody|anybody)\b", "a request that …, no request, every request"),
    phrase(
        r"\bwho (waits?|goes|runs|has|had|starts|leaves|arrives?|arrived|finds|holds|needs|comes|gets|decides?|moves?|gave|gives)\b",
        "a request that …, which request",
    ),
    Phrase {
        pattern: r"\b(is|are|was|were) no (name|item|multiple|number|file|folder|value|escape|span|snapshot|level|step|selector|place|operator|letter|gate|metric|count|condition|block|blank|atom|argument|entry|keys?|names|numbers|sessions|unit|mistake)\b",
        instead: "is not a …",
        except: &["there is no", "there are no", "there was no", "there were no"],
    },
    phrase(r"\bbelongs? into\b", "belongs in, belongs to"),
    phrase(r"\boutside of\b", "outside"),
    phrase(r"\bfor ever\b", "forever"),
    phrase(r"\bin the mean\b", "on average, mean …"),
    phrase(r"\bsnapshots? (that|which) waits?\b|\b(what|all that) waits\b", "pending, queued, waiting"),
    Phrase {
        pattern: r"\b(un)?told\b",
        instead: "reported, emitted, published, distinguished",
        except: &["told apart"],
    },
    phrase(r"\bnot said\b", "by default"),
    Phrase {
        pattern: r"\belse (it|the|an?|its|they|what)\b",
        instead: "otherwise",
        except: &["anywhere else", "what else", "everything else", "something else"],
    },
    phrase(r"\b(what|which|that) is none\b", "anything else"),
    phrase(
        r"\bso many (seeds|runs|requests|tokens|blocks|gpus|replicas|steps|cases|bytes|values)\b",
        "N …, the number of …",
    ),
    phrase(r"\b(cannot|can) be meant\b", "has mistakes, is meant"),
    phrase(r"\bas far off as\b", "with an error of"),
    phrase(r"\bthat would do\b", "that would be enough"),
];

/// Places that keep a phrase, with the reason; each must still be there.
static KEPT: &[(&str, &str, &str)] = &[(
    "scenarios/regressions/behind_one_that_never_fits.kvs",
    "`behind`",
    "the name of a request in it, and of its snapshot",
)];

/// The text of a file that people read as prose, with everything else blanked. Lines keep their numbers.
fn prose(path: &str, text: &str) -> String {
    match path.rsplit('.').next() {
        Some("kvs") => comments(text, "#"),
        Some("pest") => comments(text, "//"),
        Some("rs") => inverse(text, &without_comments_and_literals(text)),
        _ if path == "CHANGELOG.md" => unreleased(text),
        _ => without_outputs(text),
    }
}

/// Each line from its comment on.
fn comments(text: &str, begin: &str) -> String {
    let lines = text.lines().map(|line| line.find(begin).map_or("", |at| &line[at..]));
    lines.collect::<Vec<_>>().join("\n")
}

/// What `blanked` lacks of `text`.
fn inverse(text: &str, blanked: &str) -> String {
    let pairs = text.bytes().zip(blanked.bytes());
    let bytes = pairs.map(|(byte, kept)| if kept == byte && byte != b'\n' { b' ' } else { byte });
    String::from_utf8(bytes.collect()).expect("only whole comments and literals are blanked")
}

/// The changelog without what has been released.
fn unreleased(text: &str) -> String {
    let mut inside = false;
    kept_lines(text, |line| {
        inside = if line.starts_with("## [") { line.starts_with("## [Unreleased]") } else { inside };
        inside
    })
}

/// A page without what commands print: those words come from `src/`.
fn without_outputs(text: &str) -> String {
    let mut inside = false;
    kept_lines(text, |line| {
        inside = if inside { !line.starts_with("```") } else { line.starts_with("```console") };
        !inside
    })
}

/// The lines to keep, with the others empty.
fn kept_lines(text: &str, mut keep: impl FnMut(&str) -> bool) -> String {
    text.lines().map(|line| if keep(line) { line } else { "" }).collect::<Vec<_>>().join("\n")
}

/// The phrases, compiled once.
static PATTERNS: LazyLock<Vec<(Regex, &Phrase)>> = LazyLock::new(|| {
    let compile = |pattern| Regex::new(pattern).expect("a phrase is a regular expression");
    PHRASES.iter().map(|phrase| (compile(phrase.pattern), phrase)).collect()
});

/// Every place of a text that has a phrase, as its line and what to do.
fn found(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    for (pattern, phrase) in PATTERNS.iter() {
        for place in pattern.find_iter(&lower) {
            if is_idiom(&lower, &place.range(), phrase.except) {
                continue;
            }
            let line = text[..place.start()].matches('\n').count() + 1;
            found.push((line, format!("`{}`: write {}", place.as_str(), phrase.instead)));
        }
    }
    found.sort();
    found
}

/// Whether a place begins within one of the idioms.
fn is_idiom(lower: &str, place: &Range<usize>, idioms: &[&str]) -> bool {
    idioms.iter().any(|idiom| {
        let around = place.start.saturating_sub(idiom.len())..(place.end + idiom.len()).min(lower.len());
        let mut places = lower.as_bytes()[around.clone()].windows(idiom.len());
        places.any(|window| window == idiom.as_bytes())
    })
}

/// What is read, by its path below the package.
fn read_by_people() -> Vec<String> {
    let mut paths: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).into();
    for (folder, extensions) in [
        ("docs", &["md", "kvs"][..]),
        ("scenarios", &["kvs"]),
        ("grammar", &["pest"]),
        ("src", &["rs", "kvs", "yml", "html", "js"]),
    ] {
        let files = extensions.iter().flat_map(|extension| files_below(folder, extension));
        paths.extend(files.map(|path| name(&path)));
    }
    paths
}

#[test]
fn prose_is_plain_english() {
    let mut places = Vec::new();
    for path in read_by_people() {
        let text = prose(&path, &read(&path));
        let lines: Vec<&str> = text.lines().collect();
        for (line, message) in found(&text) {
            let kept = KEPT.iter().any(|(file, words, _)| *file == path && lines[line - 1].contains(words));
            if !kept {
                places.push(format!("{path}:{line}: {message}"));
            }
        }
    }
    nothing_breaks("a phrase that is not plain English; see tests/tidy/words.rs", &places);
}

#[test]
fn what_is_kept_is_still_there() {
    let gone = KEPT.iter().filter(|(file, words, _)| !prose(file, &read(file)).contains(words));
    let gone: Vec<String> = gone.map(|(file, words, reason)| format!("{file}: {words} ({reason})")).collect();
    nothing_breaks("an exception in tests/tidy/words.rs that is no longer needed", &gone);
}

#[test]
fn phrases_are_found_in_prose_only() {
    let lines = |text: &str| found(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    let code = "//! A token stands\nlet behind = \"outside of\"; // for ever\n";
    assert_eq!(lines(&prose("x.rs", code)), [1, 2, 2]);
    assert_eq!(lines("What it stands for\nwhat stands there"), [2]);
    assert_eq!(lines("There is no snapshot\nit is no snapshot"), [2]);
    assert_eq!(unreleased("# C\n## [Unreleased]\nnew\n## [0.1.0]\nold"), "\n## [Unreleased]\nnew\n\n");
    assert_eq!(without_outputs("a\n```console\nout\n```\nb"), "a\n\n\n```\nb");
}
