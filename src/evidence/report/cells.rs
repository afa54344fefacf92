//! Comma-separated text to cells, each with the place that it takes as it is written.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3};

/// Bytes of the longest cell that is read. AWS writes none of a tenth of that.
pub(super) const LONGEST_CELL: usize = 4 * 1024;

/// Cells of a row that are read.
pub(super) const MOST_CELLS: usize = 256;

/// A cell as it is written, quotes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Where it stands.
    pub range: Range<usize>,
    /// Whether it is quoted.
    pub is_quoted: bool,
}

impl Cell {
    /// What it says.
    pub(super) fn value<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let written = &text[self.range.clone()];
        if !self.is_quoted {
            return Cow::Borrowed(written.trim());
        }
        let inner = &written[1..written.len() - 1];
        if inner.contains('"') { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) }
    }
}

/// One row of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// From its first byte to its line break.
    pub range: Range<usize>,
    /// Where the next one begins.
    pub next: usize,
    /// Its cells, up to what is wrong.
    pub cells: Vec<Cell>,
    /// Why it is no row, and where.
    pub fault: Option<(Fault, Range<usize>)>,
}

impl Record {
    /// Whether nothing stands in the line.
    pub(super) fn is_blank(&self, text: &str) -> bool {
        self.fault.is_none() && self.cells.len() == 1 && text[self.range.clone()].trim().is_empty()
    }
}

/// What keeps text from being a row of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A cell begins with a quote that nothing closes.
    Unclosed,
    /// Something stands between a closing quote and the end of the cell.
    AfterQuote,
    /// A quote within a cell that does not begin with one.
    StrayQuote,
    /// A cell is longer than [`LONGEST_CELL`].
    TooLong,
    /// There are more cells than [`MOST_CELLS`].
    TooMany,
}

/// The row that begins at `start`. A row that is none ends with its line, so that the next one is read.
pub(super) fn record(text: &str, start: usize, separator: u8) -> Record {
    let bytes = text.as_bytes();
    let mut cells = Vec::with_capacity(23);
    let mut at = start;
    loop {
        let found = match bytes.get(at) {
            _ if cells.len() == MOST_CELLS => Err((Fault::TooMany, at..at)),
            Some(b'"') => quoted(bytes, at, separator),
            _ => plain(bytes, at, separator),
        };
        let cell = match found {
            Ok(cell) => cell,
            Err((fault, place)) => {
                let (range, next) = line(bytes, start);
                let place = place.start..boundary(text, place.end);
                return Record { range, next, cells, fault: Some((fault, place)) };
            }
        };
        at = cell.range.end;
        cells.push(cell);
        match bytes.get(at) {
            Some(byte) if *byte == separator => at += 1,
            _ => break,
        }
    }
    // What ends a cell and is no separator is a line break or the end.
    let next = match bytes.get(at) {
        Some(b'\r') => (at + 2).min(bytes.len()),
        Some(_) => at + 1,
        None => at,
    };
    Record { range: start..at, next, cells, fault: None }
}

type Found = Result<Cell, (Fault, Range<usize>)>;

/// A cell without quotes. Trailing carriage returns belong to the line break.
fn plain(bytes: &[u8], start: usize, separator: u8) -> Found {
    let rest = &bytes[start..];
    let length = memchr3(separator, b'\n', b'"', rest).unwrap_or(rest.len());
    let mut end = start + length;
    match bytes.get(end) {
        Some(b'"') => return Err((Fault::StrayQuote, end..end + 1)),
        Some(byte) if *byte == separator => {}
        _ if length > 0 && bytes[end - 1] == b'\r' => end -= 1,
        _ => {}
    }
    if length > LONGEST_CELL {
        return Err((Fault::TooLong, start..start + 64));
    }
    Ok(Cell { range: start..end, is_quoted: false })
}

/// A cell in quotes, which may hold separators and line breaks, and a quote as two of them.
fn quoted(bytes: &[u8], start: usize, separator: u8) -> Found {
    let window = &bytes[..bytes.len().min(start + 1 + LONGEST_CELL)];
    let mut at = start + 1;
    let end = loop {
        let Some(quote) = memchr(b'"', &window[at..]) else {
            return Err((Fault::Unclosed, start..start + 1));
        };
        at += quote + 1;
        if bytes.get(at) != Some(&b'"') {
            break at;
        }
        at = (at + 1).min(window.len());
    };
    match &bytes[end..] {
        [] | [b'\n', ..] | [b'\r', b'\n', ..] | [b'\r'] => {}
        [byte, ..] if *byte == separator => {}
        _ => return Err((Fault::AfterQuote, start..end)),
    }
    Ok(Cell { range: start..end, is_quoted: true })
}

/// The line that begins at `start`, without its line break, and where the next one begins.
fn line(bytes: &[u8], start: usize) -> (Range<usize>, usize) {
    let rest = &bytes[start..];
    let length = memchr(b'\n', rest).unwrap_or(rest.len());
    let end = start + length;
    let shown = if length > 0 && bytes[end - 1] == b'\r' { end - 1 } else { end };
    (start..shown, (end + 1).min(bytes.len()))
}

/// The last place up to `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}
