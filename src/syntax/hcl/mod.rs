//! HCL native syntax: a splitter that survives bad blocks, and a spanned tree of our own behind `hcl-edit`.

mod body;
mod expression;
mod header;
mod lexer;
mod literal;
mod lower;
mod outline;
mod pieces;
mod placed;
mod plain;
mod repair;
mod template;
mod tree;

#[cfg(test)]
mod plain_tests;
#[cfg(test)]
mod robustness;
#[cfg(test)]
mod tests;

pub use pieces::{AttributePiece, Piece, pieces};
pub use tree::*;

use crate::source::{FileId, Notice, NoticeKind, Span};
use crate::syntax::Decoded;

/// A file's tree, its comments, and what could not be read. Never a failure: what is bad is left out.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Everything that was understood, in document order.
    pub body: Body,
    /// Every comment of the file, inside blocks too, in document order.
    pub comments: Vec<Comment>,
    /// One notice for each thing that was not understood, in document order.
    pub notices: Vec<Notice>,
}

/// Parses the text of a `.tf` or `.tfvars` file. Spans are offsets into `text` as it is on disk, whatever its
/// line endings, a byte-order mark counted.
///
/// Implements the HCL native syntax specification as Terraform 1.11 reads it. Trees are at most 256 expressions
/// deep; reading one takes less than 4 MiB of stack, unoptimised.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let (base, text) = without_byte_order_mark(text);
    body::parse(file, base, text)
}

/// Parses one expression, such as the value of a command-line variable. The text starts at byte `start` of
/// `file`; line breaks in it mean nothing, as if it stood in a parenthesis.
pub fn parse_expression(file: FileId, start: usize, text: &str) -> Result<Expression, Notice> {
    expression::parse(file, start, text).map_err(|failure| {
        let message = format!("this is not an expression: {}", failure.message);
        Notice::at(NoticeKind::ParseError, span_at(file, start, text, failure.offset), message)
    })
}

/// Parses a bare template, such as the contents of a `templatefile`: template source without quotes or heredoc
/// markers, in which a backslash is a backslash. The text starts at byte `start` of `file`.
pub fn parse_template(file: FileId, start: usize, text: &str) -> Result<Expression, Notice> {
    expression::parse_template(file, start, text).map_err(|failure| {
        let message = format!("this is not a template: {}", failure.message);
        Notice::at(NoticeKind::ParseError, span_at(file, start, text, failure.offset), message)
    })
}

/// Parses an expression that is written in a string of another format.
pub fn parse_decoded_expression(file: FileId, decoded: &Decoded) -> Result<Expression, Notice> {
    expression::parse_decoded(file, decoded).map_err(|failure| {
        decoded_failure(
            file,
            decoded,
            failure.offset,
            format!("this is not an expression: {}", failure.message),
        )
    })
}

/// Parses a template that is written in a string of another format.
pub fn parse_decoded_template(file: FileId, decoded: &Decoded) -> Result<Expression, Notice> {
    expression::parse_decoded_template(file, decoded).map_err(|failure| {
        decoded_failure(file, decoded, failure.offset, format!("this is not a template: {}", failure.message))
    })
}

fn decoded_failure(file: FileId, decoded: &Decoded, offset: usize, message: String) -> Notice {
    let inner = span_at(file, 0, &decoded.text, offset);
    let start = decoded.source_offset(inner.start as usize);
    let span = Span::new(file, start, decoded.source_offset(inner.end as usize));
    Notice::at(NoticeKind::ParseError, span, message)
}

/// The text of a string value as Terraform holds it.
pub fn normalized(text: &str) -> std::sync::Arc<str> {
    literal::normalized(text)
}

/// The number of bytes of a byte-order mark at the start, and the text after it.
fn without_byte_order_mark(text: &str) -> (usize, &str) {
    text.strip_prefix('\u{feff}').map_or((0, text), |rest| (text.len() - rest.len(), rest))
}

/// The character at an offset of a text that starts at byte `base` of the file.
fn span_at(file: FileId, base: usize, text: &str, offset: usize) -> Span {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    Span::new(file, base + start, base + start + length)
}
