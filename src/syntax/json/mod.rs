//! JSON as RFC 8259 has it, and nothing more lenient: a spanned tree that keeps what other readers throw away,
//! duplicate keys and the text of numbers, and survives a file that is broken off.

mod parser;
mod string;
mod tree;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod tests;

pub use parser::MAX_DEPTH;
pub use tree::{Member, Node, NodeKind};

use crate::source::{FileId, Notice};

/// A file's tree and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The value, as far as it was read; `None` when the file holds none.
    pub root: Option<Node>,
    /// What is wrong with the text. JSON has no place to start anew after most errors, so what follows the
    /// last of these was not read.
    pub notices: Vec<Notice>,
}

/// Parses a JSON text. Spans are offsets into `text` as it is on disk, a byte-order mark counted. Values are at
/// most [`MAX_DEPTH`] levels deep; deeper ones are [`NodeKind::Unread`].
pub fn parse(file: FileId, text: &str) -> Parsed {
    parser::parse(file, text)
}
