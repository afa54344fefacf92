//! What an assembly says of each construct of a stack: its logical id, the trace of its creation, its template.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::cloudformation::Construct;
use crate::source::StackTrace;

/// Constructs of one stack that are looked at.
const MAX_CONSTRUCTS: usize = 100_000;

/// The metadata of one stack, that of the stacks nested in it included.
#[derive(Default)]
pub struct Metadata {
    /// By path, without the slash that it starts with: the logical id and the construct.
    pub constructs: BTreeMap<Arc<str>, (Arc<str>, Construct)>,
    /// The template files of nested stacks (and of the stack itself), by the path of the stack's construct.
    pub template_files: BTreeMap<Arc<str>, String>,
    /// The files of assets, by their hash.
    pub assets: BTreeMap<String, String>,
    /// Whether there were more constructs than are looked at.
    pub is_cut: bool,
}

#[derive(serde::Deserialize)]
struct Entry<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    trace: Option<&'a RawValue>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asset {
    path: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    source_hash: String,
}

impl Metadata {
    /// Adds what a text says: an object of lists, by path of a construct.
    ///
    /// # Errors
    /// The text is no such object. What is wrong with a single construct is no error.
    pub fn add(&mut self, text: &str) -> Result<(), serde_json::Error> {
        let all: BTreeMap<String, &RawValue> = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
        for (path, entries) in all {
            let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(entries.get()) else { continue };
            let entries = entries.into_iter().filter_map(|entry| serde_json::from_str(entry.get()).ok());
            self.add_construct(path.trim_start_matches('/').into(), entries);
        }
        Ok(())
    }

    fn add_construct<'a>(&mut self, path: Arc<str>, entries: impl Iterator<Item = Entry<'a>>) {
        let mut logical_id = None;
        let mut trace = StackTrace::default();
        for entry in entries {
            match entry.kind.as_str() {
                "aws:cdk:logicalId" => {
                    logical_id = entry.data.and_then(text);
                    if let (true, Some(recorded)) = (trace.is_empty(), entry.trace) {
                        trace = read_trace(recorded);
                    }
                }
                // What tells of creation itself goes before what was noted when a name was given.
                "aws:cdk:creationStack" => {
                    let recorded = entry.data.map(read_trace).unwrap_or_default();
                    if !recorded.is_empty() {
                        trace = recorded;
                    }
                }
                "aws:cdk:templateFile" => {
                    if let Some(file) = entry.data.and_then(text) {
                        self.template_files.insert(Arc::clone(&path), file);
                    }
                }
                "aws:cdk:asset" => {
                    let asset = entry.data.and_then(|data| serde_json::from_str::<Asset>(data.get()).ok());
                    if let Some(Asset { path, id, source_hash }) = asset {
                        let hashes = [id, source_hash].into_iter().filter(|hash| !hash.is_empty());
                        self.assets.extend(hashes.map(|hash| (hash, path.clone())));
                    }
                }
                _ => {}
            }
        }
        let Some(logical_id) = logical_id else { return };
        if self.constructs.len() >= MAX_CONSTRUCTS {
            self.is_cut = true;
            return;
        }
        // One of an older place may have been read already.
        let known = self.constructs.get(&path).map(|(_, construct)| construct.trace.clone());
        let trace = if trace.is_empty() { known.unwrap_or_default() } else { trace };
        self.constructs.insert(Arc::clone(&path), (logical_id.into(), Construct { path, trace }));
    }
}

fn text(data: &RawValue) -> Option<String> {
    serde_json::from_str(data.get()).ok()
}

fn read_trace(data: &RawValue) -> StackTrace {
    let lines: Vec<&RawValue> = serde_json::from_str(data.get()).unwrap_or_default();
    let lines: Vec<String> = lines.into_iter().filter_map(text).collect();
    StackTrace::read(lines.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_places_of_metadata_are_merged() {
        let mut metadata = Metadata::default();
        let inline = r#"{"/S/U/Resource": [{"type": "aws:cdk:logicalId", "data": "U1", "trace": ["f (/a/old.js:1:1)"]}]}"#;
        metadata.add(inline).unwrap();
        let beside = r#"{
            "/S/U/Resource": [{"type": "aws:cdk:logicalId", "data": "U1"}],
            "/S/K": [
                {"type": "aws:cdk:logicalId", "data": "K1", "trace": ["f (/a/old.js:2:1)"]},
                {"type": "aws:cdk:creationStack", "data": ["...aws-cdk-lib...", "f (/a/new.js:3:1)"]}
            ],
            "/S/Odd": "text", "/S/Odder": [7, {"type": 1}, {"type": "aws:cdk:logicalId", "data": {}}],
            "/S/None": [{"type": "aws:cdk:creationStack", "data": ["f (/a/new.js:3:1)"]}]
        }"#;
        metadata.add(beside).unwrap();
        let trace = |line| StackTrace::read([line]);
        let found: Vec<_> =
            metadata.constructs.values().map(|(id, one)| (&**id, one.trace.clone())).collect();
        assert_eq!(found, [("K1", trace("f (/a/new.js:3:1)")), ("U1", trace("f (/a/old.js:1:1)"))]);
        assert!(metadata.add("[]").is_err());
    }
}
