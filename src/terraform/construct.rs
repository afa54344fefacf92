//! What a generator wrote beside a resource on where it comes from: CDKTF's metadata under the key `//`.

use std::path::Path;
use std::sync::Arc;

use crate::source::{Place, StackTrace};
use crate::syntax::hcl::{Attribute, Block};
use crate::value::Value;

use super::json_syntax::COMMENT;
use super::modules::ModuleLoader;
use super::type_expression::constant;

/// The construct of somebody's program that a resource was generated from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construct {
    /// Its path: `Stack/alice/key`.
    pub path: Arc<str>,
    /// Where the program made it, when that was recorded.
    trace: StackTrace,
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
        let trace = StackTrace::read(trace.iter().filter_map(Value::as_str));
        Some(Self { path, trace })
    }

    /// The innermost line of the program that lies in what is scanned. `directory` is that of the configuration.
    pub fn place(&self, loader: &ModuleLoader<'_>, directory: &Path) -> Option<Place> {
        let span = loader.programs.line(&self.trace, directory)?;
        Some(Place::new(span, format!("constructed here as {}", self.path)))
    }
}
