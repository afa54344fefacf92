//! YAML: a spanned tree of each document, with duplicate keys, tags and aliases as they are written, and what stands
//! before an error. What a plain word means, and what a tag, is for the reader of the format to say.

mod parser;
mod scalar;
mod tree;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod tests;

pub use parser::MAX_DEPTH;
pub use tree::{Anchor, Member, Node, NodeKind, Tag};

use crate::source::{FileId, Notice};

/// A file's documents and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents in order; the last one as far as it was read.
    pub documents: Vec<Node>,
    /// What is wrong with the text. What follows a parse error was not read.
    pub notices: Vec<Notice>,
}

/// Parses a YAML text. Spans are offsets into `text` as it is on disk, a byte-order mark counted. Values are at most
/// [`MAX_DEPTH`] levels deep; deeper ones are [`NodeKind::Unread`].
pub fn parse(file: FileId, text: &str) -> Parsed {
    parser::parse(file, text)
}

/// Where the comments of a YAML text stand, from `#` to the end of the line, as far as the text parses.
pub fn comments(text: &str) -> Vec<std::ops::Range<usize>> {
    parser::comments(text)
}
