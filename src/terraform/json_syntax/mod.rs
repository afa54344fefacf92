//! `.tf.json`: Terraform's JSON syntax to the same tree as its native one.
//!
//! A body is an object or an array of objects; a block's labels are keys around its body; a string is a
//! template, but for the places where Terraform takes plain text, a reference or a type.

mod expression;
mod shape;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::source::{FileId, Notice, NoticeKind, Span};
use crate::syntax::hcl::{Attribute, Block, Body};
use crate::syntax::json::{self, Member, Node, NodeKind};

use shape::{FILE, Meaning, POLICY_DOCUMENT, Shape};

/// The key that Terraform passes over in every body. A resource's own is kept as an attribute of this name,
/// which no native file can have: generators write there where the resource comes from.
pub const COMMENT: &str = "//";

/// Reads the text of a `.tf.json` file.
pub fn parse(file: FileId, text: &str) -> (Body, Vec<Notice>) {
    let parsed = json::parse(file, text);
    let mut reader = Reader::new(file, text, parsed.notices);
    let body = parsed.root.as_ref().map(|root| reader.body(root, &FILE)).unwrap_or_default();
    (body, reader.notices)
}

/// Reads the text of a `.tfvars.json` file: one object, whose strings are plain text.
pub fn parse_variables(file: FileId, text: &str) -> (Body, Vec<Notice>) {
    let parsed = json::parse(file, text);
    let mut reader = Reader::new(file, text, parsed.notices);
    let mut body = Body::default();
    match parsed.root.as_ref().map(|root| (root, root.members())) {
        Some((_, Some(members))) => {
            for member in members.iter().filter(|member| &*member.key.text != COMMENT) {
                body.attributes.extend(reader.attribute(member, Meaning::Literal));
            }
            reader.drop_duplicates(&mut body);
        }
        Some((root, None)) => reader.invalid(root.span, "a variables file in JSON is one object"),
        None => {}
    }
    (body, reader.notices)
}

struct Reader {
    file: FileId,
    notices: Vec<Notice>,
}

/// A block whose body has not been reached yet.
struct Head<'n> {
    kind: &'n Member,
    labels: Vec<&'n Member>,
}

impl Reader {
    fn new(file: FileId, text: &str, notices: Vec<Notice>) -> Self {
        let mut reader = Self { file, notices };
        if text.starts_with('\u{feff}') {
            reader.invalid(Span::new(file, 0, 0), "Terraform refuses a byte-order mark in a JSON file");
        }
        reader
    }

    fn invalid(&mut self, span: Span, message: impl Into<String>) {
        self.notices.push(Notice::at(NoticeKind::InvalidConfiguration, span, message));
    }

    /// The members of an object, or of every object of an array.
    fn members<'n>(&mut self, node: &'n Node, what: &str) -> Vec<&'n Member> {
        match &node.kind {
            NodeKind::Null | NodeKind::Unread => Vec::new(),
            NodeKind::Object(members) => members.iter().collect(),
            NodeKind::Array(elements) => {
                let mut all = Vec::new();
                for element in elements {
                    match &element.kind {
                        NodeKind::Object(members) => all.extend(members),
                        NodeKind::Unread => {}
                        _ => self.invalid(element.span, format!("expected an object here: {what}")),
                    }
                }
                all
            }
            _ => {
                self.invalid(node.span, format!("expected an object or an array of objects: {what}"));
                Vec::new()
            }
        }
    }

    fn body(&mut self, node: &Node, shape: &Shape) -> Body {
        let mut body = Body::default();
        for member in self.members(node, "the arguments of a block") {
            let name = &*member.key.text;
            if name == COMMENT {
                if shape.is_resource {
                    body.attributes.extend(self.attribute(member, Meaning::Literal));
                }
                continue;
            }
            match shape.meaning(name) {
                Meaning::Blocks(labels, nested) => {
                    let head = Head { kind: member, labels: Vec::new() };
                    self.blocks(&member.value, &head, labels, nested, &mut body);
                }
                Meaning::Dynamic => {
                    for label in self.members(&member.value, "a `dynamic` block's label") {
                        let content = shape.nested(&label.key.text);
                        let head = Head { kind: member, labels: vec![label] };
                        self.each_body(&label.value, |reader, node| {
                            let dynamic = reader.dynamic(node, content);
                            body.blocks.push(block(&head, node, dynamic));
                        });
                    }
                }
                Meaning::Nothing => {
                    self.invalid(member.key_span, format!("Terraform knows no block `{name}` here"));
                }
                meaning => body.attributes.extend(self.attribute(member, meaning)),
            }
        }
        self.drop_duplicates(&mut body);
        body
    }

    /// The blocks under a key, once its labels are taken off.
    fn blocks<'n>(
        &mut self,
        node: &'n Node,
        head: &Head<'n>,
        labels: usize,
        shape: &'static Shape,
        body: &mut Body,
    ) {
        if labels > head.labels.len() {
            let what = format!("a label of `{}`", head.kind.key.text);
            let members = self.members(node, &what);
            if members.is_empty() {
                self.invalid(node.span, format!("`{}` needs {labels} labels", head.kind.key.text));
            }
            for label in members {
                let mut inner = head.labels.clone();
                inner.push(label);
                let head = Head { kind: head.kind, labels: inner };
                self.blocks(&label.value, &head, labels, shape, body);
            }
            return;
        }
        let is_document =
            head.labels.first().is_some_and(|label| &*label.key.text == "aws_iam_policy_document");
        let shape = if is_document && shape.is_resource { &POLICY_DOCUMENT } else { shape };
        self.each_body(node, |reader, node| {
            let contents = reader.body(node, shape);
            body.blocks.push(block(head, node, contents));
        });
    }

    /// An object is one block, an array one for each of its elements, null is none.
    fn each_body(&mut self, node: &Node, mut with: impl FnMut(&mut Self, &Node)) {
        match &node.kind {
            NodeKind::Null | NodeKind::Unread => {}
            NodeKind::Object(_) => with(self, node),
            NodeKind::Array(elements) => elements.iter().for_each(|element| with(self, element)),
            _ => self.invalid(node.span, "expected an object or an array of objects: the body of a block"),
        }
    }

    fn dynamic(&mut self, node: &Node, content: &'static Shape) -> Body {
        let mut body = Body::default();
        for member in self.members(node, "the arguments of a `dynamic` block") {
            match &*member.key.text {
                COMMENT => {}
                "content" => {
                    let head = Head { kind: member, labels: Vec::new() };
                    self.blocks(&member.value, &head, 0, content, &mut body);
                }
                "iterator" => body.attributes.extend(self.attribute(member, Meaning::Reference)),
                _ => body.attributes.extend(self.attribute(member, Meaning::Expression)),
            }
        }
        body
    }

    /// An argument; `None` when its value cannot be read, which a notice says.
    fn attribute(&mut self, member: &Member, meaning: Meaning) -> Option<Attribute> {
        let value = self.expression(&member.value, meaning)?;
        Some(Attribute {
            name: Arc::clone(&member.key.text),
            name_span: member.key_span,
            span: member.key_span.to(member.value.span),
            value,
        })
    }

    fn drop_duplicates(&mut self, body: &mut Body) {
        for attribute in body.take_overridden() {
            if &*attribute.name == COMMENT {
                continue;
            }
            let message = format!("`{}` is set more than once in this body", attribute.name);
            let notice = Notice::at(NoticeKind::InvalidConfiguration, attribute.name_span, message);
            self.notices.push(notice.with_help("the last value is used; Terraform would refuse the file"));
        }
    }
}

fn block(head: &Head<'_>, node: &Node, body: Body) -> Block {
    Block {
        kind: Arc::clone(&head.kind.key.text),
        labels: head.labels.iter().map(|label| Arc::clone(&label.key.text)).collect(),
        // The key that names the block; its other labels may stand anywhere above.
        header: head.labels.last().unwrap_or(&head.kind).key_span,
        span: head.labels.last().unwrap_or(&head.kind).key_span.to(node.span),
        body,
    }
}
