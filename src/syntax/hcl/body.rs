//! Bodies: an outline's items to attributes and blocks, and a notice for each that is bad.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Ident;

use super::literal::{self, Quoting};
use super::outline::{BadItem, BlockItem, Item, ItemKind, outline};
use super::tree::{Attribute, Block, Body, Comment};
use super::{Parsed, expression, span_at};
use crate::source::{FileId, Notice, NoticeKind, Span};

/// What every notice about one bad item says, so that nobody reads the rest as missing.
const REST_WAS_READ: &str = "the rest of the file was read";

/// Parses a text that starts at byte `base` of the file.
pub(super) fn parse(file: FileId, base: usize, text: &str) -> Parsed {
    let outline = outline(text);
    let mut reader = Reader { file, base, text, notices: Vec::new() };
    let body = reader.body(&outline.items);
    let comments = outline.comments.into_iter().map(|range| Comment { span: reader.span(&range) }).collect();
    let mut notices = reader.notices;
    notices.sort_by_key(|notice| notice.span);
    Parsed { body, comments, notices }
}

/// A block's label without its quotes.
pub(super) fn label(source: &str) -> Arc<str> {
    match source.strip_prefix('"').and_then(|source| source.strip_suffix('"')) {
        Some(inner) if inner.is_ascii() && !inner.contains(['\\', '$', '%']) => inner.into(),
        Some(inner) => literal::normalized(literal::decode(inner, Quoting::Quoted)),
        None => source.into(),
    }
}

struct Reader<'t> {
    file: FileId,
    base: usize,
    text: &'t str,
    notices: Vec<Notice>,
}

impl Reader<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, self.base + range.start, self.base + range.end)
    }

    fn body(&mut self, items: &[Item]) -> Body {
        let mut body = Body::default();
        for item in items {
            match &item.kind {
                ItemKind::Attribute { name, value } => body.attributes.extend(self.attribute(name, value)),
                ItemKind::Block(block) => body.blocks.extend(self.block(block, &item.range)),
                ItemKind::Bad(bad) => self.bad_item(*bad, &item.range),
            }
        }
        self.drop_duplicates(&mut body);
        body
    }

    fn attribute(&mut self, name: &Range<usize>, value: &Range<usize>) -> Option<Attribute> {
        let name_text = self.valid_name(name)?;
        if value.is_empty() {
            self.parse_error(self.span(name), format!("`{name_text}` has no value"));
            return None;
        }
        match expression::parse(self.file, self.base + value.start, &self.text[value.clone()]) {
            Ok(expression) => Some(Attribute {
                name: name_text.into(),
                name_span: self.span(name),
                value: expression,
                span: self.span(&(name.start..value.end)),
            }),
            Err(failure) => {
                let span = span_at(self.file, self.base, self.text, value.start + failure.offset);
                self.parse_error(
                    span,
                    format!("cannot read the value of `{name_text}`: {}", failure.message),
                );
                None
            }
        }
    }

    fn block(&mut self, block: &BlockItem, range: &Range<usize>) -> Option<Block> {
        let kind = self.valid_name(&block.kind)?;
        let header = block.kind.start..block.labels.last().unwrap_or(&block.kind).end;
        let notices_before = self.notices.len();
        let body = self.body(&block.items);
        // An attribute at the end that could not be read is what took the brace.
        let explained = block.items.last().is_some_and(|last| {
            let last = self.span(&last.range);
            let inside = |notice: &Notice| notice.span.is_some_and(|span| span.start >= last.start);
            self.notices[notices_before..].iter().any(inside)
        });
        if block.unclosed && !explained {
            let message = format!("the block `{}` is never closed", &self.text[header.clone()]);
            self.parse_error(self.span(&header), message);
        }
        Some(Block {
            kind: kind.into(),
            labels: block.labels.iter().map(|range| label(&self.text[range.clone()])).collect(),
            header: self.span(&header),
            span: self.span(range),
            body,
        })
    }

    fn valid_name(&mut self, name: &Range<usize>) -> Option<String> {
        let text = &self.text[name.clone()];
        if Ident::try_new(text).is_err() {
            self.parse_error(self.span(name), format!("`{text}` is not a name"));
            return None;
        }
        Some(text.to_owned())
    }

    fn bad_item(&mut self, bad: BadItem, range: &Range<usize>) {
        let message = match bad {
            BadItem::NoName => "expected a block or an attribute here",
            BadItem::NoValue => "expected `=` and a value, or labels and `{`, after this name",
            BadItem::BadLabel => "a block label must be a plain string on one line",
            BadItem::Unclosed => "a bracket, string or heredoc that opens here is never closed",
            BadItem::StrayBracket => "this bracket closes nothing",
            BadItem::TooDeep => "blocks nested more than 64 levels deep",
        };
        // The first line is enough to show; the trouble may go on to the end of the file.
        let line_end = self.text[range.clone()].find(['\n', '\r']).map_or(range.end, |at| range.start + at);
        if ["<<<<<<< ", "=======", ">>>>>>> "].iter().any(|mark| self.text[range.start..].starts_with(mark)) {
            let message = "the mark of a conflict that git left when it merged";
            let notice = Notice::at(NoticeKind::ParseError, self.span(&(range.start..line_end)), message);
            self.notices
                .push(notice.with_help("keep one of the two sides, and remove the marks; both were read"));
            return;
        }
        self.parse_error(self.span(&(range.start..line_end)), message.to_owned());
    }

    fn parse_error(&mut self, span: Span, message: String) {
        self.notices.push(Notice::at(NoticeKind::ParseError, span, message).with_help(REST_WAS_READ));
    }

    fn drop_duplicates(&mut self, body: &mut Body) {
        for attribute in body.take_overridden() {
            let message = format!("`{}` is set more than once in this body", attribute.name);
            let notice = Notice::at(NoticeKind::InvalidConfiguration, attribute.name_span, message);
            self.notices.push(notice.with_help("the last value is used; Terraform would refuse the file"));
        }
    }
}
