//! The way back from the text of a scalar to where each byte of it is written. The parser says what the text is; here
//! both are walked side by side, and what differs (an escape, a folded line break, stripped indentation) is noted.

use std::ops::Range;

use granit_parser::ScalarStyle;

use crate::syntax::Decoded;

/// A scalar's text with its way back. `range` is where the scalar stands in `source`, quotes included.
pub(super) fn decoded(source: &str, range: Range<usize>, text: &str, style: ScalarStyle) -> Decoded {
    let mut walk = Walk::new(source, range.clone(), text);
    let done = match style {
        ScalarStyle::Plain => walk.flow(None),
        ScalarStyle::SingleQuoted => walk.quoted(b'\''),
        ScalarStyle::DoubleQuoted => walk.quoted(b'"'),
        ScalarStyle::Literal => walk.block(false),
        ScalarStyle::Folded => walk.block(true),
    };
    if done.is_some() && walk.to == text.len() {
        return walk.decoded;
    }
    // Written in a way that is not understood here: all of it leads back to its start.
    let mut decoded = Decoded::verbatim(text, range.start);
    decoded.escape_starts.push((0, range.start));
    decoded.escapes.push((text.len(), range.end));
    decoded
}

/// A place in the source and the place in the text that it became.
struct Walk<'t> {
    source: &'t str,
    at: usize,
    end: usize,
    text: &'t str,
    to: usize,
    decoded: Decoded,
}

/// Every step gives `None` where source and text do not fit.
impl<'t> Walk<'t> {
    fn new(source: &'t str, range: Range<usize>, text: &'t str) -> Self {
        let decoded = Decoded::verbatim(text, range.start);
        Self { source, at: range.start, end: range.end, text, to: 0, decoded }
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.source.as_bytes()[..self.end].get(offset).copied()
    }

    /// One byte that is the same in both.
    fn same(&mut self) -> Option<()> {
        let same = self.byte(self.at) == self.text.as_bytes().get(self.to).copied();
        self.at += 1;
        self.to += 1;
        same.then_some(())
    }

    /// `source` bytes that became `text`.
    fn differs(&mut self, source: usize, text: &str) -> Option<()> {
        if !self.text.get(self.to..)?.starts_with(text) {
            return None;
        }
        self.decoded.escape_starts.push((self.to, self.at));
        self.to += text.len();
        self.at += source;
        self.decoded.escapes.push((self.to, self.at));
        Some(())
    }

    fn quoted(&mut self, quote: u8) -> Option<()> {
        let is_quoted = self.byte(self.at) == Some(quote) && self.byte(self.end - 1) == Some(quote);
        if !is_quoted || self.end - self.at < 2 {
            return None;
        }
        self.at += 1;
        self.end -= 1;
        self.decoded.start = self.at;
        self.flow(Some(quote))
    }

    /// Text whose line breaks are folded.
    fn flow(&mut self, quote: Option<u8>) -> Option<()> {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'\\' if quote == Some(b'"') => self.escape()?,
                b'\'' if quote == Some(b'\'') => self.differs(2, "'")?,
                b' ' | b'\t' | b'\r' | b'\n' => {
                    let (length, breaks) = self.blank(self.at);
                    match breaks {
                        0 => (0..length).try_for_each(|_| self.same())?,
                        1 => self.differs(length, " ")?,
                        _ => self.differs(length, &"\n".repeat(breaks - 1))?,
                    }
                }
                _ => self.same()?,
            }
        }
        Some(())
    }

    /// The length of the blanks and line breaks here, and how many line breaks they are.
    fn blank(&self, from: usize) -> (usize, usize) {
        let (mut at, mut breaks) = (from, 0);
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.byte(at) {
            let is_half = byte == b'\r' && self.byte(at + 1) == Some(b'\n');
            breaks += usize::from(matches!(byte, b'\r' | b'\n') && !is_half);
            at += 1;
        }
        (at - from, breaks)
    }

    /// `\n`, `\x41`, `\u00e9`, or a line break that counts for nothing.
    fn escape(&mut self) -> Option<()> {
        let length = match self.byte(self.at + 1)? {
            b'\r' | b'\n' => {
                let (length, breaks) = self.blank(self.at + 1);
                return self.differs(1 + length, &"\n".repeat(breaks.checked_sub(1)?));
            }
            b'x' => 4,
            b'u' => 6,
            b'U' => 10,
            _ => 2,
        };
        let character = self.text.get(self.to..)?.chars().next()?;
        // Two halves of one character, as JSON writes it.
        let is_pair = length == 6 && character.len_utf8() == 4;
        let length = if is_pair { 12 } else { length };
        if self.at + length > self.end || !self.source.is_char_boundary(self.at + length) {
            return None;
        }
        self.differs(length, character.encode_utf8(&mut [0; 4]))
    }

    /// Lines whose indentation does not count. The range starts where the first line that is not blank has its text.
    fn block(&mut self, folds: bool) -> Option<()> {
        let line = self.source[..self.at].rfind(['\n', '\r']).map_or(0, |offset| offset + 1);
        let indent = self.at - line;
        if !self.source[line..self.at].bytes().all(|byte| byte == b' ') {
            return None;
        }
        let blank_lines = self.text.len() - self.text.trim_start_matches('\n').len();
        if blank_lines > 0 {
            self.differs(0, &"\n".repeat(blank_lines))?;
        }
        let mut is_spaced = self.is_blank_at(self.at);
        loop {
            while !matches!(self.byte(self.at), None | Some(b'\r' | b'\n')) {
                self.same()?;
            }
            let (length, breaks) = self.line_breaks(indent);
            let next = self.at + length;
            if breaks == 0 || next >= self.end {
                // What the header says of the end decides how many of the last line breaks count.
                let rest = self.text.get(self.to..)?;
                let is_end = rest.bytes().all(|byte| byte == b'\n');
                return if rest.is_empty() {
                    Some(())
                } else {
                    is_end.then(|| self.differs(self.end - self.at, rest))?
                };
            }
            let was_spaced = std::mem::replace(&mut is_spaced, self.is_blank_at(next));
            match breaks {
                _ if !folds || was_spaced || is_spaced => self.differs(length, &"\n".repeat(breaks))?,
                1 => self.differs(length, " ")?,
                _ => self.differs(length, &"\n".repeat(breaks - 1))?,
            }
        }
    }

    fn is_blank_at(&self, offset: usize) -> bool {
        matches!(self.byte(offset), Some(b' ' | b'\t'))
    }

    /// The length of the line breaks here, of the blank lines after them and of the next line's indentation, and how
    /// many line breaks they are.
    fn line_breaks(&self, indent: usize) -> (usize, usize) {
        let (mut at, mut breaks) = (self.at, 0);
        loop {
            match (self.byte(at), self.byte(at + 1)) {
                (Some(b'\r'), Some(b'\n')) => at += 2,
                (Some(b'\r' | b'\n'), _) => at += 1,
                _ => return (at - self.at, breaks),
            }
            breaks += 1;
            let spaces = (0..indent).take_while(|space| self.byte(at + space) == Some(b' ')).count();
            at += spaces;
        }
    }
}
