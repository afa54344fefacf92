//! Source text made fit to be shown: cut to whole characters, secrets hidden, nothing that could act left.

use std::ops::Range;
use std::sync::Arc;

use super::inert::log_command_marks;
use super::redact::{floor, secret_ranges};
use crate::source::{Files, Position, SourceFile, Span, printable};

/// What stands for a secret.
const HIDDEN: &str = "…";

/// The part of a span that stands on its first line, on character boundaries.
#[derive(Clone, Debug)]
pub struct FirstLine {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of the file's text.
    pub range: Range<usize>,
    /// Where it starts.
    pub start: Position,
    /// One past its last character, on the same line.
    pub end: Position,
}

/// Source text as it is shown, and where each of its parts went.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What to print. Lines end in `\n`; tabs are kept.
    pub text: String,
    /// Replaced bytes of the file, and where their replacement stands in `text`; in order.
    replaced: Vec<(Range<usize>, Range<usize>)>,
    window: Range<usize>,
}

/// The first line of a span.
pub fn first_line(files: &Files, span: Span) -> FirstLine {
    let file = files.get(span.file);
    let text = &*file.text;
    // A byte-order mark is no part of the text.
    let text_start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let start = floor(text, span.start as usize).max(text_start);
    let start_position = file.position(offset(start));
    let line_end = file.line_range(start_position.line).end.max(start);
    let end = floor(text, span.end as usize).clamp(start, line_end);
    let column = start_position.column + text[start..end].chars().count();
    let end_position = Position { line: start_position.line, column };
    FirstLine { range: start..end, start: start_position, end: end_position, file }
}

/// The window (byte range on character boundaries) with secrets hidden and everything else as it is.
pub fn redacted(file: &SourceFile, window: Range<usize>) -> String {
    let mut shown = file.text.get(window.clone()).unwrap_or("").to_owned();
    for range in secret_ranges(file, window.clone()).into_iter().rev() {
        shown.replace_range(range.start - window.start..range.end - window.start, HIDDEN);
    }
    shown
}

/// The window (byte range on character boundaries) as a terminal may be given it.
pub fn show(file: &SourceFile, window: Range<usize>) -> Shown {
    let text = &*file.text;
    let mut shown = Shown { text: String::new(), replaced: Vec::new(), window: window.clone() };
    let source = text.get(window.clone()).unwrap_or("");
    let secrets = secret_ranges(file, window.clone());
    let mut secrets = secrets.iter().peekable();
    let mut marks = log_command_marks(source).map(|at| at + window.start).peekable();
    for (at, character) in source.char_indices() {
        let at = at + window.start;
        let bytes = at..at + character.len_utf8();
        let is_mark = marks.next_if_eq(&at).is_some();
        while secrets.next_if(|secret| secret.end <= at).is_some() {}
        if character == '\n' {
            shown.text.push('\n');
        } else if secrets.peek().is_some_and(|secret| secret.contains(&at)) {
            shown.hide(bytes);
        } else if character == '\r' && text[bytes.end..].starts_with('\n') {
            shown.replace(bytes, "");
        } else if is_mark {
            shown.replace(bytes, "\\u{23}");
        } else if character == '\t' || printable(&text[bytes.clone()]) == text[bytes.clone()] {
            shown.text.push(character);
        } else {
            shown.replace(bytes.clone(), &printable(&text[bytes]));
        }
    }
    shown
}

impl Shown {
    /// Where a range of the file's bytes stands in the shown text; what is partly hidden is wholly covered.
    pub fn range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.place(range.start, false);
        start..self.place(range.end, true).max(start)
    }

    fn place(&self, offset: usize, is_end: bool) -> usize {
        let offset = offset.clamp(self.window.start, self.window.end);
        let before = self.replaced.partition_point(|(source, _)| source.start < offset);
        let Some((source, shown)) = before.checked_sub(1).map(|index| &self.replaced[index]) else {
            return offset - self.window.start;
        };
        match offset < source.end {
            true if is_end => shown.end,
            true => shown.start,
            false => shown.end + (offset - source.end),
        }
    }

    fn replace(&mut self, source: Range<usize>, with: &str) {
        let start = self.text.len();
        self.text.push_str(with);
        self.replaced.push((source, start..self.text.len()));
    }

    /// Hides a byte range, as one with what was hidden just before it on the same line.
    fn hide(&mut self, source: Range<usize>) {
        match self.replaced.last_mut() {
            Some((last, shown)) if last.end == source.start && self.text[shown.clone()] == *HIDDEN => {
                last.end = source.end;
            }
            _ => self.replace(source, HIDDEN),
        }
    }
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Arc<SourceFile> {
        let files = Files::default();
        let id = files.add("a.tf", text);
        files.get(id)
    }

    #[test]
    fn what_a_reader_conceals_is_hidden_whatever_it_is_called() {
        let files = Files::default();
        let text = "a: hunter2, b: hunter2";
        let id = files.add("a.yaml", text);
        let start = text.rfind("hunter2").unwrap();
        files.conceal(Span::new(id, start, start + 7));
        assert_eq!(show(&files.get(id), 0..text.len()).text, "a: hunter2, b: …");
        assert_eq!(redacted(&files.get(id), 3..start + 3), "hunter2, b: …");
    }

    fn shown(text: &str, range: Range<usize>) -> (String, String) {
        let shown = show(&file(text), 0..text.len());
        let marked = shown.text[shown.range(&range)].to_owned();
        (shown.text, marked)
    }

    #[test]
    fn marked_text_stays_marked() {
        let text = "a\u{1b}b password = \"hunter2\" tail\r\nnext";
        let tail = text.find("tail").unwrap();
        assert_eq!(
            shown(text, tail..tail + 4),
            ("a\\u{1b}b password = \"…\" tail\nnext".to_owned(), "tail".to_owned())
        );
        let secret = text.find("hunter2").unwrap();
        assert_eq!(shown(text, secret + 2..secret + 4).1, "…");
        let next = text.find("next").unwrap();
        assert_eq!(shown(text, next..next + 4).1, "next");
    }

    #[test]
    fn hidden_lines_stay_lines() {
        let text = "password = <<EOT\none\ntwo\nEOT\n";
        assert_eq!(show(&file(text), 0..text.len()).text, "password = <<EOT\n…\n…\nEOT\n");
    }

    #[test]
    fn a_span_is_cut_to_its_first_line_and_to_characters() {
        let files = Files::default();
        let id = files.add("a.tf", "\u{feff}é = {\r\n}\n");
        let line = first_line(&files, Span::new(id, 0, 99));
        assert_eq!(&line.file.text[line.range.clone()], "é = {");
        assert_eq!(
            (line.start, line.end),
            (Position { line: 1, column: 1 }, Position { line: 1, column: 6 })
        );
        // In the middle of é.
        let line = first_line(&files, Span::new(id, 4, 4));
        assert_eq!((line.range, line.start.column), (3..3, 1));
        let line = first_line(&files, Span::new(id, 500, 900));
        assert_eq!(
            (line.start, line.end),
            (Position { line: 3, column: 1 }, Position { line: 3, column: 1 })
        );
    }
}
