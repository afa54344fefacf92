//! A template's text as one tree, whatever its syntax: YAML's short tags stand in it as the functions that they
//! abbreviate (`!GetAtt a.b` is `{"Fn::GetAtt": "a.b"}`), aliases and merge keys are expanded.

mod json;
mod mapping;
mod place;
mod plain;
mod yaml;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::place::Place;
use crate::source::{FileId, Notice, NoticeKind, Span};
use crate::syntax::{self, Decoded};

/// How deep values may be nested once aliases are expanded and short tags are functions: what bounds the stack of
/// everybody who walks a document. Deeper ones are [`NodeKind::Unread`].
pub const MAX_DEPTH: usize = 256;

/// How many notices one text can have.
const MAX_NOTICES: usize = 200;

/// A text's documents and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The documents in order. A template is one; a text without any value has none.
    pub documents: Vec<Node>,
    /// What is wrong with the text, in its order.
    pub notices: Vec<Notice>,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands: quotes and brackets included. The function that a short tag abbreviates starts at the tag; its
    /// argument does not.
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

/// A text that holds nothing.
pub fn empty(file: FileId) -> Node {
    Node { kind: NodeKind::Null, span: Span::new(file, 0, 0) }
}

/// Reads the text of a template.
pub fn read(file: FileId, text: &str) -> Read {
    with_few_notices(read_at(file, text, &Place::OfFile))
}

/// Reads a template that stands inside a string of another one. Every place is one in the file of that other.
pub fn read_embedded(file: FileId, text: &Decoded) -> Read {
    with_few_notices(read_at(file, &text.text, &Place::Inside(text)))
}

/// Bounds what one text can make anybody read. That it does not parse is always told.
fn with_few_notices(mut read: Read) -> Read {
    if read.notices.len() > MAX_NOTICES {
        let mut count = 0;
        let mut rest = None;
        read.notices.retain(|notice| {
            let stays = count < MAX_NOTICES || notice.kind == NoticeKind::ParseError;
            count += 1;
            rest = rest.or(notice.span.filter(|_| !stays));
            stays
        });
        let message = format!("more than {MAX_NOTICES} notices on this text; the rest of them is not shown");
        let notice = rest.map(|span| Notice::at(NoticeKind::LimitReached, span, message));
        read.notices
            .extend(notice.map(|notice| notice.with_help("mend those that are shown, and run again")));
    }
    read
}

/// What opens with a bracket is JSON, or the part of YAML that looks like it.
fn read_at(file: FileId, text: &str, place: &Place<'_>) -> Read {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with(['{', '[']) {
        return yaml::lower(syntax::yaml::parse(file, text), place);
    }
    let json = syntax::json::parse(file, text);
    if !is_broken(&json.notices) {
        return json::lower(json, place);
    }
    let yaml = syntax::yaml::parse(file, text);
    // What neither can read is the one that its first key or element looks like.
    let inside = start[1..].trim_start();
    let first: &[char] = if start.starts_with('{') { &['"', '}'] } else { &['"', '{', '[', ']'] };
    let looks_like_json = inside.is_empty() || inside.starts_with(first);
    if is_broken(&yaml.notices) && looks_like_json {
        return json::lower(json, place);
    }
    yaml::lower(yaml, place)
}

fn is_broken(notices: &[Notice]) -> bool {
    notices.iter().any(|notice| notice.kind == NoticeKind::ParseError)
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
