//! Where a template's text stands: in a file, or inside a string of another template.

use crate::source::{Notice, Span};
use crate::syntax::Decoded;

/// What turns a place in the text that is read into one in its file.
pub(super) enum Place<'a> {
    /// The text is the file's.
    OfFile,
    /// The text is that of a string.
    Inside(&'a Decoded),
}

impl Place<'_> {
    pub(super) fn span(&self, span: Span) -> Span {
        match self {
            Self::OfFile => span,
            Self::Inside(outer) => {
                let range = span.range();
                Span::new(span.file, outer.source_offset(range.start), outer.source_offset(range.end))
            }
        }
    }

    pub(super) fn decoded(&self, decoded: Decoded) -> Decoded {
        match self {
            Self::OfFile => decoded,
            Self::Inside(outer) => decoded.within(outer),
        }
    }

    pub(super) fn notice(&self, notice: Notice) -> Notice {
        Notice { span: notice.span.map(|span| self.span(span)), ..notice }
    }
}
