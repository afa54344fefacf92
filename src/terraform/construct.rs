//! What a generator wrote beside a resource on where it comes from: CDKTF's metadata under the key `//`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{Place, Span, Workspace};
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
    /// Where the program made it, innermost call first, when that was recorded.
    frames: Vec<Frame>,
}

/// One call of a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    file: PathBuf,
    line: usize,
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
    pub fn place(&self, workspace: &Workspace, loader: &ModuleLoader<'_>) -> Option<Place> {
        let own = |frame: &&Frame| !frame.file.components().any(|part| part.as_os_str() == "node_modules");
        self.frames.iter().filter(own).find_map(|frame| {
            let file = loader.program_file(&workspace.base.join(&frame.file))?;
            let source = workspace.files.get(file);
            if frame.line == 0 || frame.line > source.line_count() {
                return None;
            }
            let line = source.line_range(frame.line);
            let text = &source.text[line.clone()];
            let start = line.start + (text.len() - text.trim_start().len());
            let span = Span::new(file, start, line.end);
            Some(Place::new(span, format!("constructed here as {}", self.path)))
        })
    }
}

impl Frame {
    /// `new Stack (/app/main.ts:12:5)`, `/app/main.ts:12:5`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let place = match text.strip_suffix(')') {
            Some(inner) => inner.rsplit_once('(')?.1,
            None => text.strip_prefix("at ").unwrap_or(text),
        };
        let (place, _column) = place.rsplit_once(':')?;
        let (file, line) = place.rsplit_once(':')?;
        let file = Path::new(file.strip_prefix("file://").unwrap_or(file)).to_owned();
        Some(Self { file, line: line.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_name_a_file_and_a_line() {
        let frame = |file: &str, line| Some(Frame { file: file.into(), line });
        assert_eq!(Frame::parse("new S (/app/main.ts:12:5)"), frame("/app/main.ts", 12));
        assert_eq!(Frame::parse("at /app/main.ts:3:1"), frame("/app/main.ts", 3));
        assert_eq!(Frame::parse("Object.<anonymous> (file:///a/b.js:7:9)"), frame("/a/b.js", 7));
        for text in ["", "node:internal", "new S (<anonymous>)", "a:b:c"] {
            assert_eq!(Frame::parse(text), None, "{text}");
        }
    }
}
