//! The tree of a YAML document. It types nothing and expands nothing: scalars are text, aliases are names.

use crate::source::Span;
use crate::syntax::Decoded;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands, quotes and brackets included; tags, anchors and the header of a block scalar not.
    pub span: Span,
    /// The tag before it.
    pub tag: Option<Tag>,
    /// The anchor before it.
    pub anchor: Option<Anchor>,
}

/// The nodes of YAML.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Text; nothing at all is empty plain text.
    Scalar {
        /// The text, escapes decoded and lines folded.
        text: Decoded,
        /// Whether it has neither quotes nor `|` nor `>`, so that its words may mean something.
        is_plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in document order, duplicates kept.
    Mapping(Vec<Member>),
    /// `*name`: what stands at that anchor.
    Alias(Anchor),
    /// A value that was not read; a notice says why.
    Unread,
}

/// `key: value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key, which in YAML can be anything.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// A tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// What it stands for, handles resolved: `!Ref`, `tag:yaml.org,2002:str`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// An anchor of a text. The same name anchored twice is two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor(pub(super) usize);

impl Node {
    /// Whether nothing is written here, as after the colon of `key:`.
    pub fn is_absent(&self) -> bool {
        matches!(self.kind, NodeKind::Scalar { is_plain: true, .. }) && self.span.start == self.span.end
    }
}
