//! Text that stands in its file in another form: a string of JSON with escapes. Offsets lead back to the file.

use std::sync::Arc;

/// A decoded string and where each byte of it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, escapes decoded and nothing else changed.
    pub text: Arc<str>,
    /// Where the text starts in the file, in bytes: after the opening quote.
    pub start: usize,
    /// For every escape: the offset in `text` and in the file right after it, in order.
    pub(super) escapes: Vec<(usize, usize)>,
    /// For every escape: the offset in `text` at which it stands, for offsets inside of it.
    pub(super) escape_starts: Vec<(usize, usize)>,
}

impl Decoded {
    /// Text that stands in the file as it is.
    pub fn verbatim(text: &str, start: usize) -> Self {
        Self { text: text.into(), start, escapes: Vec::new(), escape_starts: Vec::new() }
    }

    /// The place in the file of an offset in the text; the start of an escape for offsets inside of it.
    pub fn source_offset(&self, offset: usize) -> usize {
        let after = self.escapes.partition_point(|(end, _)| *end <= offset);
        if let Some((escape, source)) = self.escape_starts.get(after)
            && *escape <= offset
        {
            return *source;
        }
        match after.checked_sub(1).map(|last| self.escapes[last]) {
            Some((end, source)) => source + (offset - end),
            None => self.start + offset,
        }
    }

    /// The place in the file of a range of the text.
    pub fn source_range(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.source_offset(range.start)..self.source_offset(range.end)
    }

    /// The same text with a way back to where `outer` stands: this one was read from `outer`'s text.
    #[must_use]
    pub fn within(&self, outer: &Self) -> Self {
        let mut result = Self::verbatim("", outer.source_offset(self.start));
        result.text = Arc::clone(&self.text);
        let (mut at, mut source) = (0, self.start);
        for (start, end) in self.escape_starts.iter().zip(&self.escapes) {
            result.add_escapes_of(outer, at, source, source + (start.0 - at));
            result.escape_starts.push((start.0, outer.source_offset(start.1)));
            result.escapes.push((end.0, outer.source_offset(end.1)));
            (at, source) = *end;
        }
        result.add_escapes_of(outer, at, source, source + (self.text.len() - at));
        result
    }

    /// Takes over what `outer` has between two offsets of its text, of which the first became `at`.
    fn add_escapes_of(&mut self, outer: &Self, at: usize, from: usize, to: usize) {
        let first = outer.escapes.partition_point(|(end, _)| *end <= from);
        for (start, end) in outer.escape_starts.iter().zip(&outer.escapes).skip(first) {
            if start.0 >= to {
                break;
            }
            self.escape_starts.push((at + start.0.max(from) - from, start.1));
            let source = if end.0 <= to { end.1 } else { start.1 };
            self.escapes.push((at + end.0.min(to) - from, source));
        }
    }
}
