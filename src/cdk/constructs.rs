//! Which construct each logical id comes from, and where the program made it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloudformation::{Construct, Constructs};
use crate::source::Frame;

use super::manifest::{Metadata, MetadataEntry};

/// The constructs of one stack and of those nested in it.
#[derive(Debug, Default)]
pub struct ConstructTree {
    /// Logical id and construct, by construct path.
    constructs: BTreeMap<String, (Arc<str>, Construct)>,
    /// Template file of each nested stack, by construct path.
    templates: BTreeMap<String, String>,
}

impl ConstructTree {
    /// Takes what metadata says in, from either of its places.
    pub fn add(&mut self, metadata: &Metadata) {
        for (path, entries) in metadata {
            let of_type = |name: &'static str| entries.iter().filter(move |entry| entry.entry_type == name);
            if let Some(file) = of_type("aws:cdk:templateFile").find_map(MetadataEntry::text) {
                self.templates.insert(path.clone(), file);
            }
            let Some(logical_id) = of_type("aws:cdk:logicalId").find_map(MetadataEntry::text) else {
                continue;
            };
            let created = of_type("aws:cdk:creationStack").find_map(MetadataEntry::frames);
            let trace = created.unwrap_or_else(|| {
                of_type("aws:cdk:logicalId").flat_map(|entry| entry.trace.iter().cloned()).collect()
            });
            let construct = Construct {
                path: path.trim_start_matches('/').into(),
                frames: trace.iter().filter_map(|frame| Frame::parse(frame)).collect(),
            };
            self.constructs.insert(path.clone(), (logical_id.into(), construct));
        }
    }

    /// The constructs that belong to the template at a construct path: those of stacks nested deeper do not.
    pub fn of_template(&self, path: &str, nested: &[String]) -> Constructs {
        let mut constructs = BTreeMap::new();
        for (construct_path, (logical_id, construct)) in &self.constructs {
            let is_deeper = nested.iter().any(|nested| nested != path && is_within(construct_path, nested));
            if (path.is_empty() || is_within(construct_path, path)) && !is_deeper {
                constructs.insert(Arc::clone(logical_id), construct.clone());
            }
        }
        Arc::new(constructs)
    }

    /// The construct path of a nested stack, from that of the resource that makes it:
    /// `/Stack/Team.NestedStack/Team.NestedStackResource` is made by `/Stack/Team`.
    pub fn nested_path(resource_path: &str) -> Option<String> {
        let holder = resource_path.rsplit_once('/')?.0;
        holder.strip_suffix(".NestedStack").map(|path| format!("/{}", path.trim_start_matches('/')))
    }

    /// The construct path of a logical id within a template.
    pub fn path_of(constructs: &Constructs, logical_id: &str) -> Option<String> {
        constructs.get(logical_id).map(|construct| construct.path.to_string())
    }

    /// The construct paths of nested stacks, as far as metadata names their templates.
    pub fn nested_template_paths(&self) -> impl Iterator<Item = String> {
        // The stack's own path holds a template as well: the shortest.
        let own = self.templates.keys().map(String::len).min();
        self.templates.keys().filter(move |path| Some(path.len()) != own).cloned()
    }

    /// The template file that metadata names for a construct path.
    pub fn template_of(&self, path: &str) -> Option<&String> {
        self.templates.get(path)
    }
}

fn is_within(path: &str, holder: &str) -> bool {
    path.strip_prefix(holder).is_some_and(|rest| rest.starts_with('/'))
}
