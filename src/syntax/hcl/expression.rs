//! Expressions and templates: the source text is parsed as it stands, and where that fails, a repaired copy.

use std::ops::Range;

use hcl_edit::parser;

use super::literal::Quoting;
use super::lower::{Lowering, bare_key};
use super::plain;
use super::repair::{CarvedObject, Repaired, Syntax, repair};
use super::template::{Form, lower_template};
use super::tree::{Expression, ExpressionKind, ObjectItem};
use crate::source::{FileId, Span};
use crate::syntax::Decoded;

/// The time that the parser needs for an object grows with the square of its items. Text with objects and more
/// separators than this goes through the repair, which takes objects apart first.
const MAX_DIRECT_SEPARATORS: usize = 400;

/// Why a piece of text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Where in the piece, in bytes.
    pub offset: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

impl Failure {
    pub(super) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into() }
    }

    fn of_parser(error: &parser::Error, start: usize) -> Self {
        Self::new(start + error.location().offset(), plain_message(error.message()))
    }
}

/// A piece of a file that is parsed as one.
pub(super) struct Piece<'a> {
    /// The file.
    pub file: FileId,
    /// Where the piece starts in the file.
    pub base: usize,
    /// The piece.
    pub text: &'a str,
    /// What is parsed in its stead.
    repaired: Option<Repaired>,
    /// Where the piece stands in the file when it stands there in another form; `base` counts for nothing then.
    decoded: Option<&'a Decoded>,
}

/// Parses an expression whose text starts at byte `base` of the file.
pub(super) fn parse(file: FileId, base: usize, text: &str) -> Result<Expression, Failure> {
    Piece::new(file, base, text).expression()
}

/// Parses an expression that stands in the file in another form.
pub(super) fn parse_decoded(file: FileId, decoded: &Decoded) -> Result<Expression, Failure> {
    Piece::decoded(file, decoded).expression()
}

/// Parses an expression with the parser, plain or not.
#[cfg(test)]
pub(super) fn parse_with_the_parser(file: FileId, base: usize, text: &str) -> Result<Expression, Failure> {
    Piece::new(file, base, text).parsed_expression()
}

/// Parses an expression without the parser, when it is plain.
#[cfg(test)]
pub(super) fn parse_plain(file: FileId, base: usize, text: &str) -> Option<Expression> {
    plain::read(&Piece::new(file, base, text), trimmed(text, 0..text.len()))
}

/// Parses the repaired copy of an expression.
#[cfg(test)]
pub(super) fn parse_repaired(file: FileId, base: usize, text: &str) -> Result<Expression, Failure> {
    Piece::new(file, base, text).repaired_expression()
}

/// Parses a template without quotes or heredoc markers whose text starts at byte `base` of the file.
pub(super) fn parse_template(file: FileId, base: usize, text: &str) -> Result<Expression, Failure> {
    Piece::new(file, base, text).template()
}

/// Parses a template that stands in the file in another form.
pub(super) fn parse_decoded_template(file: FileId, decoded: &Decoded) -> Result<Expression, Failure> {
    Piece::decoded(file, decoded).template()
}

impl<'a> Piece<'a> {
    fn new(file: FileId, base: usize, text: &'a str) -> Self {
        Self { file, base, text, repaired: None, decoded: None }
    }

    fn decoded(file: FileId, decoded: &'a Decoded) -> Self {
        Self { file, base: 0, text: &decoded.text, repaired: None, decoded: Some(decoded) }
    }

    fn expression(self) -> Result<Expression, Failure> {
        match plain::read(&self, trimmed(self.text, 0..self.text.len())) {
            Some(expression) => Ok(expression),
            None => self.parsed_expression(),
        }
    }

    fn parsed_expression(self) -> Result<Expression, Failure> {
        let range = trimmed(self.text, 0..self.text.len());
        if !needs_repair(self.text)
            && let Ok(parsed) = parser::parse_expr(&self.text[range.clone()])
        {
            return Lowering { piece: &self, start: range.start }.expression(&parsed, 0);
        }
        self.repaired_expression()
    }

    fn repaired_expression(mut self) -> Result<Expression, Failure> {
        self.repaired = Some(repair(self.text, Syntax::Expression)?);
        self.parse_range(0..self.text.len(), 0)
    }

    fn template(mut self) -> Result<Expression, Failure> {
        let text = self.text;
        let direct = if needs_repair(text) { None } else { parser::parse_template(text).ok() };
        let template = if let Some(template) = direct {
            template
        } else {
            let repaired = repair(text, Syntax::Template)?;
            let copy = repaired.without_objects(0..text.len());
            self.repaired = Some(repaired);
            parser::parse_template(&copy).map_err(|error| Failure::of_parser(&error, 0))?
        };
        let form = Form { quoting: Quoting::Unquoted, dedent: false };
        let kind = lower_template(&Lowering { piece: &self, start: 0 }, &template, form, 0)?;
        Ok(Expression { kind: Box::new(kind), span: self.span(0..text.len()) })
    }
}

impl Piece<'_> {
    /// A range of the piece as a place in the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        match self.decoded {
            Some(decoded) => {
                Span::new(self.file, decoded.source_offset(range.start), decoded.source_offset(range.end))
            }
            None => Span::new(self.file, self.base + range.start, self.base + range.end),
        }
    }

    /// The object that was taken out of the parsed text at a place in the piece.
    pub(super) fn carved_at(&self, start: usize) -> Option<&CarvedObject> {
        self.repaired.as_ref()?.object_at(start)
    }

    /// Parses the items of an object that was taken out.
    pub(super) fn carved_items(
        &self,
        object: &CarvedObject,
        depth: usize,
    ) -> Result<Vec<ObjectItem>, Failure> {
        let mut items = Vec::with_capacity(object.items.len());
        for item in &object.items {
            let mut key = self.parse_range(item.key.clone(), depth)?;
            if let ExpressionKind::Variable(name) = &*key.kind {
                key = bare_key(name, key.span);
            }
            items.push(ObjectItem { key, value: self.parse_range(item.value.clone(), depth)? });
        }
        Ok(items)
    }

    fn parse_range(&self, range: Range<usize>, depth: usize) -> Result<Expression, Failure> {
        let Some(repaired) = &self.repaired else {
            return Err(Failure::new(range.start, "expected an expression"));
        };
        let range = trimmed(repaired.text(), range);
        let copy = repaired.without_objects(range.clone());
        let parsed = parser::parse_expr(&copy).map_err(|error| Failure::of_parser(&error, range.start))?;
        Lowering { piece: self, start: range.start }.expression(&parsed, depth)
    }
}

/// Whether the parser must not see the text as it stands: it would take too long over large objects, and end
/// a heredoc at a line that only begins with its marker, which may even leave something that parses.
fn needs_repair(text: &str) -> bool {
    let separators = || memchr::memchr2_iter(b',', b'\n', text.as_bytes());
    text.contains("<<") || text.contains('{') && separators().nth(MAX_DIRECT_SEPARATORS).is_some()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let piece = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (piece.len() - piece.trim_ascii_start().len());
    start..(start + piece.trim_ascii().len())
}

/// The parser lists every character that could have stood somewhere; a person wants to know what is wrong.
fn plain_message(message: &str) -> String {
    let known = [
        ("invalid expression", "expected an expression"),
        ("unexpected token", "not a valid expression"),
        ("invalid nesting depth", "nested more than 64 levels deep"),
        ("invalid binary operation", "more than 128 operators in one expression"),
        ("invalid escape sequence", "an escape that does not exist; a backslash is written `\\\\`"),
        ("invalid unicode", "an escape that names no Unicode character"),
        ("invalid traversal operator", "expected an attribute name, an index or `*`"),
    ];
    let plain = known.iter().find(|(start, _)| message.starts_with(start));
    plain.map_or_else(|| message.to_owned(), |(_, plain)| (*plain).to_owned())
}
