//! A template's text as one tree, whatever its syntax: YAML's short tags stand in it as the functions that they
//! abbreviate (`!GetAtt a.b` is `{"Fn::GetAtt": "a.b"}`), aliases and merge keys are expanded.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::Decoded;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands: quotes and brackets included, a tag not.
    pub span: Span,
}

/// The values that both syntaxes have. Sharing makes a clone cheap: aliases and loops repeat whole parts.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`, `~`, nothing.
    Null,
    /// `true`, `false`; in YAML also `yes`, `on` and their opposites.
    Bool(bool),
    /// A number as written.
    Number(Arc<str>),
    /// Text.
    String(Decoded),
    /// A list.
    List(Arc<[Node]>),
    /// A mapping in document order; of a key that stands twice, the last.
    Map(Arc<[Entry]>),
    /// A value that was not read; a notice says why.
    Unread,
}

/// `key: value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands; for a short tag, where the tag stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.kind {
            NodeKind::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text of a string; a number or boolean is no string.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String(decoded) => Some(&decoded.text),
            _ => None,
        }
    }

    /// The entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| &*entry.key == key)
    }

    /// The value of a mapping's entry.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }
}
