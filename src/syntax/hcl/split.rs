//! The top-level pieces of a file, without their insides: what discovery looks at before anything is parsed.

use std::ops::Range;
use std::sync::Arc;

use super::outline::{Item, ItemKind, outline};
use super::{body, without_byte_order_mark};

/// A file cut at its top level. Ranges are bytes of the text as it is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The pieces, in document order.
    pub chunks: Vec<Chunk>,
    /// Every comment of the file, inside blocks too.
    pub comments: Vec<Range<usize>>,
}

/// One top-level piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where it stands.
    pub range: Range<usize>,
    /// What its first line says that it is.
    pub kind: ChunkKind,
}

/// What a top-level piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkKind {
    /// A block of this type with these labels, unquoted.
    Block {
        /// `resource`, `module` …
        kind: Arc<str>,
        /// The labels.
        labels: Vec<Arc<str>>,
    },
    /// `name = value`.
    Attribute {
        /// The name.
        name: Arc<str>,
    },
    /// Neither; [`parse`](super::parse) gives the notice.
    Unreadable,
}

/// Cuts a file into its top-level pieces. Reads no expression: linear in the text, and cheap.
pub fn split(text: &str) -> Split {
    let (base, text) = without_byte_order_mark(text);
    let outline = outline(text);
    let shifted = |range: &Range<usize>| range.start + base..range.end + base;
    Split {
        chunks: outline
            .items
            .iter()
            .map(|item| Chunk { range: shifted(&item.range), kind: chunk_kind(text, item) })
            .collect(),
        comments: outline.comments.iter().map(shifted).collect(),
    }
}

fn chunk_kind(text: &str, item: &Item) -> ChunkKind {
    match &item.kind {
        ItemKind::Attribute { name, .. } => ChunkKind::Attribute { name: text[name.clone()].into() },
        ItemKind::Block(block) => ChunkKind::Block {
            kind: text[block.kind.clone()].into(),
            labels: block.labels.iter().map(|label| body::label(&text[label.clone()])).collect(),
        },
        ItemKind::Bad(_) => ChunkKind::Unreadable,
    }
}
