//! What a generator wrote beside a resource on where it comes from: CDKTF's metadata under the key `//`.

use std::sync::Arc;

use crate::source::{Frame, Place, Programs};
use crate::syntax::hcl::{Attribute, Block};
use crate::value::Value;

use super::json_syntax::COMMENT;
use super::type_expression::constant;

/// The construct of somebody's program that a resource was generated from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construct {
    /// Its path: `Stack/alice/key`.
    pub path: Arc<str>,
    /// Where the program made it, innermost call first, when that was recorded.
    frames: Vec<Frame>,
}

impl Construct {
    /// Takes what a generator wrote out of a block, whether or not it is understood.
    pub fn take(block: &mut Block) -> Option<Self> {
        let at = block.body.attributes.iter().position(|attribute| &*attribute.name == COMMENT)?;
        let Attribute { value, .. } = block.body.attributes.remove(at);
        let comment = constant(&value)?;
        let metadata = comment.entries()?.get("metadata")?.entries()?;
        let path = metadata.get("path")?.as_str()?.into();
        let trace = metadata.get("stackTrace").and_then(Value::elements).unwrap_or_default();
        let frames = trace.iter().filter_map(|frame| Frame::parse(frame.as_str()?)).collect();
        Some(Self { path, frames })
    }

    /// The innermost line of the program that lies in what is scanned.
    pub fn place(&self, programs: &Programs<'_>) -> Option<Place> {
        programs.place(&self.frames, &format!("constructed here as {}", self.path))
    }
}
