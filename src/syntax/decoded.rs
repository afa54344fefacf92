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
}
