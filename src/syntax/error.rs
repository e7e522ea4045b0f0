//! What the parser says about a text it cannot read; its codes and messages are nowhere else.

mod strangers;
mod wanted;

pub(super) use strangers::{found_again, other_language, word_of_another_language};
pub(super) use wanted::{Wanted, expected};

use super::ast::{Item, Text};
use super::limits::{MAX_FILE_BYTES, MAX_NESTING, MAX_OPERATORS};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{limits, names, text, values};
use crate::source::Span;
use crate::units::unit_elsewhere;

/// What is where the text stopped making sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A token, as written.
    Token(&'a str),
    /// Nothing more on the line.
    End,
}

impl Found<'_> {
    fn describe(&self) -> String {
        match self {
            Found::End => "the end of the line".to_owned(),
            Found::Token(token) => quoted(token),
        }
    }
}

/// A token in backticks: cut where long, named where it cannot be seen.
fn quoted(token: &str) -> String {
    const SHOWN: usize = 40;
    match token.chars().next() {
        Some(first) if first.is_control() || (first.is_whitespace() && first != ' ') => {
            format!("the character U+{:04X}", u32::from(first))
        }
        _ if token.chars().count() > SHOWN => {
            format!("`{}…`", token.chars().take(SHOWN).collect::<String>())
        }
        _ => format!("`{token}`"),
    }
}

/// Nothing more was expected.
pub(super) fn unexpected(place: Span, found: &Found<'_>, after: Option<&str>) -> Diagnostic {
    let message = match after {
        Some(after) => format!("{} is not allowed after {}", found.describe(), quoted(after)),
        None => format!("{} is not allowed here", found.describe()),
    };
    match foreign(found) {
        Some(help) => {
            Diagnostic::error(&text::FOREIGN_OPERATOR, message, place, "not of this language").with_help(help)
        }
        None => meant_as_unit(place, found, after).unwrap_or_else(|| {
            Diagnostic::error(&text::UNEXPECTED, message, place, "not expected here")
                .with_help(unexpected_help(found, after))
        }),
    }
}

/// `röuting`.
pub(super) fn letters_of_names(place: Span, word: &str, after: Option<&str>) -> Diagnostic {
    if let Some(unit) = meant_as_unit(place, &Found::Token(word), after) {
        return unit;
    }
    let message =
        format!("{} is not a name: names are made of `a`–`z`, `A`–`Z`, `0`–`9` and `_`", quoted(word));
    Diagnostic::error(&text::UNEXPECTED, message, place, "holds another letter")
        .with_help("write it in these letters, or put a text in quotes")
}

/// `param = 4`.
pub(super) fn param_without_name(place: Span) -> Diagnostic {
    Diagnostic::error(
        &text::EXPECTED_NAME,
        "expected a name after `param`, found `=`",
        place,
        "a name is missing before this",
    )
    .with_help("say what it is called: `param n = 4`")
}

/// `workload in {`.
pub(super) fn word_as_name(place: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` is a word of the language and cannot be a name");
    Diagnostic::error(&names::RESERVED_NAME, message, place, "not a name").with_help(RESERVED_HELP)
}

/// Which names are reserved.
pub(crate) const RESERVED_HELP: &str =
    "choose another name: words of expectations (`in`, `for`, `of`, `on`, `after`, …) are reserved";

/// `3 sec`, `5 rps`, `5 µs`: a word after a number that is a unit in another spelling.
fn meant_as_unit(place: Span, found: &Found<'_>, after: Option<&str>) -> Option<Diagnostic> {
    let Found::Token(word) = found else { return None };
    let number = after.filter(|token| token.starts_with(|first: char| first.is_ascii_digit()))?;
    let meant = unit_elsewhere(word)?;
    let message = format!("unknown unit `{word}`");
    let diagnostic = Diagnostic::error(&values::UNKNOWN_UNIT, message, place, "no such unit");
    Some(diagnostic.with_help(format!("did you mean `{number} {}`?", meant.name)))
}

/// `5/s`: a number per unit of time, without what it counts; `None` where no unit ends so.
pub(super) fn rate_of_nothing(place: Span, number: &str, per: &str, requests: bool) -> Option<Diagnostic> {
    let counted: &[&str] = if requests { &["req"] } else { &["req", "tok", "GB", "$"] };
    let rates: Vec<String> = counted
        .iter()
        .filter_map(|counted| unit_elsewhere(&format!("{counted}/{per}")))
        .map(|unit| format!("`{number} {}`", unit.name))
        .collect();
    let message = format!("unknown unit `/{per}`");
    let diagnostic = Diagnostic::error(&values::UNKNOWN_UNIT, message, place, "of what?");
    (!rates.is_empty()).then(|| diagnostic.with_help(format!("write {}", rates.join(" or "))))
}

/// `a-b`, `x.csv`.
pub(super) fn not_in_name(place: Span) -> Diagnostic {
    Diagnostic::error(
        &text::UNEXPECTED,
        "a name holds only letters, digits and `_`",
        place,
        "not allowed in a name",
    )
    .with_help("write `_` instead, or put a path in quotes; an operator has spaces around it")
}

/// What to write for an operator of other languages.
pub(super) fn foreign(found: &Found<'_>) -> Option<&'static str> {
    let Found::Token(token) = found else { return None };
    Some(match *token {
        "=" | ":" | ":=" => {
            "a key and its values are separated by spaces: `vram 80 GB`; equality in an `expect` is `==`"
        }
        "&&" | "&" => "write `and`",
        "||" | "|" => "write `or`",
        "!" => "write `not`",
        "<>" => "write `!=`",
        "=<" => "write `<=`",
        "=>" => "write `>=`; a stage's arrow is `->`",
        "..." | "..=" => "write `..`: both ends belong to a range",
        "+/-" | "/-" => "write `±` or `+-`",
        "//" | "/*" | "--" => "a comment begins with `#`",
        _ => return None,
    })
}

fn unexpected_help(found: &Found<'_>, after: Option<&str>) -> &'static str {
    let after_digit = after.is_some_and(|token| token.ends_with(|last: char| last.is_ascii_digit()));
    match found {
        Found::Token(",") if after_digit => {
            "digits are grouped with `_`, as in `1_000`; commas are allowed only between the elements of `[ ]`"
        }
        Found::Token(",") => {
            "commas are allowed only between the elements of `[ ]`; conditions are joined by `and`, statements by `;`"
        }
        Found::Token(token) if token.starts_with('$') => {
            "a parameter is `$name`; the unit of an amount follows it: `1.20 $/h`"
        }
        Found::Token(".") => "a number begins with a digit: `0.5`; a path is written in quotes",
        Found::Token("'" | "`") => "a string is written in double quotes: `\"text\"`",
        Found::Token(token) if token.starts_with(['-', '.', '/', '\\', '~', '@']) => {
            "names are letters, digits and `_`; anything else is written in quotes"
        }
        Found::Token("{" | "}" | "[" | "]" | "(" | ")") | Found::End => {
            "a statement is a key and its values, and ends with the line or `;`"
        }
        Found::Token(_) => "remove it, or begin a new statement on its own line or after `;`",
    }
}

/// A line of a block that does not begin with a name.
pub(super) fn expected_key(place: Span, found: &Found<'_>) -> Diagnostic {
    let message = format!("expected a key at the start of the statement, found {}", found.describe());
    Diagnostic::error(&text::EXPECTED_NAME, message, place, "not a key")
        .with_help("a statement is a key and its values: `vram 80 GB`")
}

/// `2000 tok / s`.
pub(super) fn blanks_in_unit(place: Span, word: &str) -> Diagnostic {
    let message = format!("expected a value after `/`, found {}", quoted(word));
    Diagnostic::error(&text::EXPECTED_VALUE, message, place, "expected a value here")
        .with_help("a unit is written without spaces: `2000 tok/s`")
}

/// A string without its closing quote.
pub(super) fn unterminated_string(place: Span) -> Diagnostic {
    Diagnostic::error(
        &text::UNTERMINATED_STRING,
        "unterminated string: expected `\"`, found the end of the line",
        place,
        "begins here",
    )
    .with_help("close it with `\"` on the same line; a quote inside is written `\\\"`")
}

/// A backslash before a character that needs none.
pub(super) fn unknown_escape(place: Span, character: char) -> Diagnostic {
    let message = format!("there is no escape `\\{}`", character.escape_debug());
    Diagnostic::error(&text::UNKNOWN_ESCAPE, message, place, "unknown escape")
        .with_help("the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`; a backslash by itself is `\\\\`")
}

/// A number that cannot be held.
pub(super) fn number_too_large(place: Span, written: &str) -> Diagnostic {
    let message = format!("the number {} is too large", quoted(written));
    Diagnostic::error(&text::NUMBER_TOO_LARGE, message, place, "at most about 1.8e308")
        .with_help("write a smaller number")
}

/// A block that ends with the file or where the next item begins.
pub(super) fn unclosed_block(open: Span, header: &str, next: Option<Span>) -> Diagnostic {
    let found = if next.is_some() { "the next item" } else { "the end of the file" };
    let message = format!("the block of `{header}` is not closed: expected `}}`, found {found}");
    let diagnostic = Diagnostic::error(&text::UNCLOSED_BLOCK, message, open, "opened here")
        .with_help("close the block with `}`");
    match next {
        Some(next) => diagnostic.with_label(next, "expected `}` before this"),
        None => diagnostic,
    }
}

/// An item among the statements of a block that is closed.
pub(super) fn item_in_block(item: Span, keyword: &str, header: Span, header_text: &str) -> Diagnostic {
    let message = format!("`{keyword}` is not allowed inside the block of `{header_text}`");
    Diagnostic::error(&text::MISPLACED_ITEM, message, item, "an item of its own")
        .with_label(header, "inside this block")
        .with_help(format!("move the `{keyword}` after the `}}` of the block"))
}

/// A `}` that nothing opened.
pub(super) fn stray_close(brace: Span) -> Diagnostic {
    Diagnostic::error(&text::STRAY_BRACE, "`}` closes no block", brace, "no `{` belongs to it")
        .with_help("remove it")
}

/// A `{` at the start of a statement.
pub(super) fn brace_without_header(brace: Span) -> Diagnostic {
    Diagnostic::error(
        &text::BRACE_ON_NEXT_LINE,
        "`{` opens a block without a header",
        brace,
        "belongs to no header",
    )
    .with_help("the `{` of a block is on the line of its header: `engine {`")
}

/// A header whose block begins on the next line.
pub(super) fn brace_on_next_line(brace: Span, header: &str) -> Diagnostic {
    Diagnostic::error(
        &text::BRACE_ON_NEXT_LINE,
        "expected `{` on the line of its header, found it on the next line",
        brace,
        "belongs one line up",
    )
    .with_help(format!("move the `{{` to the end of its header's line: `{header} {{`"))
}

/// Two statements or items on one line.
pub(super) fn missing_line_end(place: Span, found: &str) -> Diagnostic {
    let message = format!("expected a new line or `;`, found {}", quoted(found));
    Diagnostic::error(&text::MISSING_LINE_END, message, place, "begins something new")
        .with_help("put it on a line of its own, or `;` in front of it")
}

/// A word that begins a line of the file and no item.
pub(super) fn unknown_item(place: Span, word: &str, nearest: Option<&str>) -> Diagnostic {
    let message = format!("{} is not an item", quoted(word));
    let help = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the items are {ITEMS}"),
    };
    Diagnostic::error(&text::UNKNOWN_ITEM, message, place, "unknown item").with_help(help)
}

/// Neither an item nor a word.
pub(super) fn expected_item(place: Span, found: &str) -> Diagnostic {
    let message = format!("expected an item, found {}", quoted(found));
    let help = match foreign(&Found::Token(found)) {
        Some(help) => help.to_owned(),
        None => format!("the items are {ITEMS}"),
    };
    Diagnostic::error(&text::UNKNOWN_ITEM, message, place, "does not begin an item").with_help(help)
}

/// A statement where only items are allowed.
pub(super) fn statement_outside_block(place: Span, word: &str, in_scenario: bool) -> Diagnostic {
    let message = format!("{} is outside any block", quoted(word));
    let help = if in_scenario {
        "in a scenario too, a statement belongs in its block: `policy { routing p2c }`"
    } else {
        "a statement belongs in its block: `policy { routing p2c }`"
    };
    Diagnostic::error(&text::OUTSIDE_BLOCK, message, place, "no item begins like this").with_help(help)
}

const ITEMS: &str = "`use`, `param`, `gpu`, `model`, `cluster`, `engine`, `policy`, `workload`, `trace`, `run`, \
                     `matrix`, `plan`, `scenario` and `expect`";

/// A definition that nothing could refer to.
pub(super) fn block_without_name(keyword: Span, word: &str) -> Diagnostic {
    let message = format!("expected a name after `{word}`, found `{{`");
    Diagnostic::error(&text::EXPECTED_NAME, message, keyword.after(), "a name is missing here")
        .with_help(format!("say what it is called: `{word} small {{ … }}`"))
}

/// A name for what there is only one of.
pub(super) fn block_has_no_name(place: Span, word: &str, name: &str) -> Diagnostic {
    let message = format!("`{word}` takes no name, found `{name}`");
    Diagnostic::error(&text::NAME_NOT_TAKEN, message, place, "not expected here")
        .with_help(format!("there is one `{word}` in a scenario: `{word} {{ … }}`"))
}

/// `extends` on something that cannot.
pub(super) fn cannot_extend(place: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` cannot extend anything, found `extends`");
    Diagnostic::error(&text::NAME_NOT_TAKEN, message, place, "not expected here")
        .with_help("only a `gpu` or a `model` extends another; write the statements out")
}

/// `extends {`.
pub(super) fn extends_without_name(place: Span) -> Diagnostic {
    Diagnostic::error(
        &text::EXPECTED_NAME,
        "expected a name after `extends`, found `{`",
        place,
        "a name is missing here",
    )
    .with_help("say what it starts from: `gpu modest extends large { … }`")
}

/// `scenario {`.
pub(super) fn scenario_without_name(keyword: Span) -> Diagnostic {
    Diagnostic::error(
        &text::EXPECTED_NAME,
        "expected a name in quotes after `scenario`, found `{`",
        keyword.after(),
        "a name is missing here",
    )
    .with_help("give the scenario a name of its own: `scenario \"two choices\" { … }`")
}

/// `plan {`.
pub(super) fn plan_without_name(keyword: Span) -> Diagnostic {
    Diagnostic::error(
        &text::EXPECTED_NAME,
        "expected a name in quotes after `plan`, found `{`",
        keyword.after(),
        "a name is missing here",
    )
    .with_help("give the plan a name of its own: `plan \"cheapest\" { … }`")
}

/// A line of a plan that begins with another word.
pub(super) fn not_in_plan(place: Span, found: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("`{found}` does not begin a line of a plan");
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a plan says what to `vary`, what to `minimize` or `maximize` (or a `frontier` of two), and what to \
                 `expect` of the answer"
            .to_owned(),
    };
    Diagnostic::error(&text::UNEXPECTED, message, place, "not a line of a plan").with_help(help)
}

/// What is wrong with the name of a scenario or a plan: it is part of the names of cases and of reports, on one line.
pub(super) fn name_in_quotes(what: &str, name: &Text) -> Option<Diagnostic> {
    let (message, label) = if name.value.trim().is_empty() {
        (format!("the name of the {what} is empty"), "no name in it")
    } else if let Some(control) = name.value.chars().find(|letter| letter.is_control()) {
        let control = u32::from(control);
        (format!("the name of a {what} holds the character U+{control:04X}"), "not on one line")
    } else {
        return None;
    };
    let example = if what == "plan" { "cheapest" } else { "two choices" };
    let help = format!("give the {what} a name of its own: `{what} \"{example}\" {{ … }}`");
    Some(Diagnostic::error(&text::EXPECTED_NAME, message, name.span, label).with_help(help))
}

/// What a file has, and a scenario cannot.
pub(super) fn misplaced_in_scenario(item: &Item) -> Diagnostic {
    let word = match item {
        Item::Use(_) => "use",
        Item::Matrix(_) => "matrix",
        Item::Plan(_) => "plan",
        Item::Scenario(_) => "scenario",
        Item::Param(_) => "param",
        Item::Block(_) => "block",
        Item::Trace(_) => "trace",
        Item::Expect(_) => "expect",
    };
    let message = format!("`{word}` is not allowed in a scenario");
    Diagnostic::error(&text::MISPLACED_ITEM, message, item.keyword(), "belongs to the file")
        .with_help(format!("move the `{word}` out of the scenario"))
}

/// A line of `stages` in another block.
pub(super) fn stage_without_rate(place: Span) -> Diagnostic {
    Diagnostic::error(
        &text::MIXED_STAGES,
        "expected a key at the start of the statement, found a stage",
        place,
        "among statements",
    )
    .with_help("stages have a block of their own: `rate stages { 5 min -> 20 req/s }`")
}

/// A statement in the block of `stages`.
pub(super) fn statement_among_stages(place: Span) -> Diagnostic {
    Diagnostic::error(&text::MIXED_STAGES, "expected a stage, found a statement", place, "among stages")
        .with_help("a stage is `5 min -> 20 req/s` or `10 min hold`")
}

/// `n in [1 2]`.
pub(super) fn two_values_in_element(second: Span) -> Diagnostic {
    Diagnostic::error(
        &text::UNCLOSED_BRACKET,
        "expected `,` between the values of a matrix",
        second,
        "a second value",
    )
    .with_help("separate the values by commas: `[1, 2]`")
}

/// `a < b < c`.
pub(super) fn chained_comparison(place: Span, operator: &str) -> Diagnostic {
    let message = format!("comparisons cannot be chained, found a second one, `{operator}`");
    Diagnostic::error(&text::CHAINED_COMPARISON, message, place, "a second comparison")
        .with_help("write a range, `a in 1 .. 2`, or join two comparisons: `a > 1 and a < 2`")
}

/// `within` where nothing is awaited.
pub(super) fn within_without_eventually(place: Span) -> Diagnostic {
    Diagnostic::error(
        &text::MISPLACED_SUFFIX,
        "`within` needs `eventually`",
        place,
        "nothing to wait for here",
    )
    .with_help("say what must come true in that time: `eventually queue_depth == 0 within 60 s`")
}

/// `for 3 s for 4 s`.
pub(super) fn suffix_twice(place: Span, first: Span, word: &str) -> Diagnostic {
    Diagnostic::error(
        &text::MISPLACED_SUFFIX,
        format!("`{word}` is given twice after a condition"),
        place,
        "the second",
    )
    .with_label(first, "the first")
    .with_help("keep one of them")
}

/// More text than is read.
pub(super) fn file_too_large(place: Span, bytes: usize) -> Diagnostic {
    let mebibytes = MAX_FILE_BYTES / (1024 * 1024);
    let message = format!("the file has {bytes} bytes, at most {mebibytes} MiB are read");
    Diagnostic::error(&limits::FILE_TOO_LARGE, message, place, "this file")
        .with_help("move the rows of a trace to a file of their own: `trace chat from \"chat.csv\"`")
}

/// More brackets inside each other than are read.
pub(super) fn nested_too_deep(place: Span) -> Diagnostic {
    let message = format!("brackets are nested deeper than {MAX_NESTING} levels");
    let label = format!("level {}", MAX_NESTING + 1);
    Diagnostic::error(&limits::NESTED_TOO_DEEP, message, place, label)
        .with_help("close a bracket that was left open, or write the expression flatter")
}

/// More operators in a statement than are read.
pub(super) fn too_many_operators(place: Span) -> Diagnostic {
    let message = format!("a statement has more than {MAX_OPERATORS} operators");
    Diagnostic::error(&limits::TOO_MANY_OPERATORS, message, place, "one too many")
        .with_help("split the statement, or name a part of it with `param`")
}
