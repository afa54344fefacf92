//! The tree of a JSON text. It knows no format; every value has a span, every string a way back to its source.

use crate::source::Span;
use crate::syntax::Decoded;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands, quotes and brackets included.
    pub span: Span,
}

/// The values of JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string, escapes decoded.
    String(Decoded),
    /// `[…]`
    Array(Vec<Node>),
    /// `{…}`, in document order, duplicates kept.
    Object(Vec<Member>),
    /// A value that was not read; a notice says why.
    Unread,
}

/// `"key": value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key, escapes decoded.
    pub key: Decoded,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The members of an object.
    pub fn members(&self) -> Option<&[Member]> {
        match &self.kind {
            NodeKind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn elements(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// A string, with the way back to its source.
    pub fn string(&self) -> Option<&Decoded> {
        match &self.kind {
            NodeKind::String(decoded) => Some(decoded),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        self.string().map(|decoded| &*decoded.text)
    }

    /// The value of an object's last member of that name.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let members = self.members()?;
        members.iter().rev().find(|member| &*member.key.text == key).map(|member| &member.value)
    }
}
