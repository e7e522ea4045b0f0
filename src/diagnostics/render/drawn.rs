//! Diagnostics drawn under the lines they are about; alone knows miette.
//!
//! miette scans its source once a label and draws every line of it in full, so it is given a window: a few lines
//! around the primary place, or a piece of one very long line. Labels that lie elsewhere get a window of their own
//! below.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::{severity, visible, visible_character};
use crate::diagnostics::{Diagnostic, Label, Severity};
use crate::source::{Sources, Span};

/// Lines shown above and below a label.
const CONTEXT_LINES: usize = 1;

/// Labels further away than this from the primary one are drawn apart.
const WINDOW_LINES: usize = 40;

/// Lines longer than this are cut to the surroundings of the label.
const WINDOW_BYTES: usize = 4096;

/// What is shown of a line that is cut, on either side of the label.
const CUT_BYTES: usize = 60;

/// Longer messages than `width` columns are wrapped between words.
pub(super) fn draw(diagnostic: &Diagnostic, sources: &Sources, width: usize, color: bool, text: &mut String) {
    let window = Window::around(diagnostic.span(), sources);
    let (inside, elsewhere): (Vec<&Label>, Vec<&Label>) =
        diagnostic.labels.iter().partition(|label| window.holds(label.span));
    let drawing = Drawing {
        code: Some(format!("{}[{}]", severity(diagnostic.severity), diagnostic.code())),
        message: visible(&diagnostic.message),
        severity: diagnostic.severity,
        labels: window.place(&inside, width),
        window,
        help: diagnostic.help.as_deref().map(visible),
    };
    drawing.write(width, color, text);
    for note in diagnostic.notes() {
        let words = wrapped(&visible(note), width.saturating_sub(NOTE.len()));
        text.push_str(NOTE);
        text.push_str(&words.replace('\n', &format!("\n{:indent$}", "", indent = NOTE.len())));
        text.push('\n');
    }
    for label in elsewhere {
        let window = Window::around(label.span, sources);
        let unlabelled = Label { span: label.span, text: String::new() };
        let drawing = Drawing {
            code: None,
            message: visible(&label.text),
            severity: Severity::Note,
            labels: window.place(&[&unlabelled], width),
            window,
            help: None,
        };
        drawing.write(width, color, text);
    }
}

/// One block of lines with what is said about it.
#[derive(Debug)]
struct Drawing {
    /// As people search for it: `error[E0203]`.
    code: Option<String>,
    message: String,
    severity: Severity,
    labels: Vec<LabeledSpan>,
    window: Window,
    help: Option<String>,
}

impl Drawing {
    fn write(&self, width: usize, color: bool, text: &mut String) {
        let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_break_words(false)
            .with_links(false)
            .with_context_lines(CONTEXT_LINES);
        if !text.is_empty() {
            text.push('\n');
        }
        let start = text.len();
        handler
            .render_report(text, self)
            .expect("the labels lie inside the window, and strings can be written to");
        // miette pads lines that carry no label; nothing shown depends on it.
        let drawn = text.split_off(start);
        for line in drawn.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Drawing {}

impl miette::Diagnostic for Drawing {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.window)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A part of a source that is drawn.
#[derive(Debug)]
struct Window {
    name: String,
    text: String,
    span: Span,
    /// The line it begins with, from 0.
    first_line: usize,
    /// The primary place as shown, both from 0.
    line: usize,
    column: usize,
}

impl Window {
    /// The lines around a place that are not too long, or a piece of its line.
    fn around(place: Span, sources: &Sources) -> Window {
        let source = sources.get(place.source);
        let whole = &*source.text;
        let (line, column) = sources.line_column(place);
        let (start, end) = (place.start as usize, place.end as usize);
        let mut window_start = line_start(whole, start);
        let mut window_end = line_end(whole, end);
        let mut first_line = line - 1;
        if window_end - window_start > WINDOW_BYTES {
            window_start = boundary(whole, start.saturating_sub(CUT_BYTES).max(window_start));
            window_end =
                boundary(whole, end.min(start + CUT_BYTES).saturating_add(CUT_BYTES).min(window_end));
        } else {
            for _ in 0..WINDOW_LINES {
                let Some(above) = window_start.checked_sub(1).map(|newline| line_start(whole, newline))
                else {
                    break;
                };
                if window_end - above > WINDOW_BYTES {
                    break;
                }
                window_start = above;
                first_line -= 1;
            }
            for _ in 0..WINDOW_LINES {
                let below = line_end(whole, (window_end + 1).min(whole.len()));
                if below - window_start > 2 * WINDOW_BYTES {
                    break;
                }
                window_end = below;
            }
        }
        let byte = |position| u32::try_from(position).expect("inside a source");
        let mut text: String = whole[window_start..window_end].chars().map(visible_character).collect();
        // miette draws nothing after the last character of a text without a newline.
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Window {
            name: visible(&source.name),
            text,
            span: Span { source: place.source, start: byte(window_start), end: byte(window_end) },
            first_line,
            line: line - 1,
            column: column - 1,
        }
    }

    fn holds(&self, place: Span) -> bool {
        place.source == self.span.source && self.span.start <= place.start && place.start <= self.span.end
    }

    /// Labels in terms of this window, clamped to it; the first is the primary one.
    fn place(&self, labels: &[&Label], width: usize) -> Vec<LabeledSpan> {
        let inside = |label: &&Label| {
            let start = label.span.start - self.span.start;
            let end = label.span.end.min(self.span.end) - self.span.start;
            (start as usize, (end - start) as usize)
        };
        labels
            .iter()
            .enumerate()
            .map(|(index, label)| {
                let text = Some(visible(&label.text)).filter(|text| !text.is_empty());
                let text = text.map(|text| wrapped(&text, self.room_for(label.span, width)));
                match index {
                    0 => LabeledSpan::new_primary_with_span(text, inside(label)),
                    _ => LabeledSpan::new_with_span(text, inside(label)),
                }
            })
            .collect()
    }

    /// Columns between the middle of a place, where its label hangs, and the right edge.
    fn room_for(&self, place: Span, width: usize) -> usize {
        let (start, end) = (place.start - self.span.start, place.end.min(self.span.end) - self.span.start);
        let begin = line_start(&self.text, start as usize);
        let middle = self.text[begin..end as usize].chars().count() - (end - start) as usize / 2;
        width.saturating_sub(middle + GUTTER)
    }
}

/// Before a note, as miette has it before a help.
const NOTE: &str = "  note: ";

/// Columns beside the source, and of the arrow before a label.
const GUTTER: usize = 12;

/// Labels are not squeezed into less.
const MIN_LABEL: usize = 24;

/// miette wraps messages, but not labels.
fn wrapped(text: &str, room: usize) -> String {
    let room = room.max(MIN_LABEL);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("it begins with one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

impl SourceCode for Window {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.as_str().read_span(span, lines_before, lines_after)?;
        let first_line = contents.line() + self.first_line;
        // Without lines around it, this is asked for the place in the header: columns there count characters.
        let column =
            if first_line == self.line && lines_before == 0 { self.column } else { contents.column() };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            contents.data(),
            *contents.span(),
            first_line,
            column,
            contents.line_count(),
        )))
    }
}

/// Where the line of a position begins.
fn line_start(text: &str, position: usize) -> usize {
    text[..position].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of a position ends, before its newline.
fn line_end(text: &str, position: usize) -> usize {
    text[position..].find('\n').map_or(text.len(), |newline| position + newline)
}

/// The character boundary at or before a position.
fn boundary(text: &str, position: usize) -> usize {
    (0..=position).rev().find(|&candidate| text.is_char_boundary(candidate)).unwrap_or(0)
}
