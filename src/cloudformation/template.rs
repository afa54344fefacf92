//! A template's sections. What hangs on parameters (loops, conditions, which resources there are) is left to
//! [`evaluation`](super::evaluation): a template that is nested twice is read once.

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::{FileId, Notice, NoticeKind, Span};

use super::document::{Entry, Node};
use super::parameters::Parameter;
use super::scalar_text;

/// What a template says, as it stands.
#[derive(Debug)]
pub struct Template {
    /// Where it stands on disk, for what it names relative to itself.
    pub path: PathBuf,
    /// Its file.
    pub file: FileId,
    /// The whole of it.
    pub span: Span,
    /// Macros over the whole template, in the order in which they run.
    pub transforms: Vec<(Arc<str>, Span)>,
    /// Those of them that include a file's sections.
    pub includes: Vec<Node>,
    /// Parameters in document order.
    pub parameters: Vec<Parameter>,
    /// Mappings: name, top-level key, second-level key.
    pub mappings: Option<Node>,
    /// Conditions; loops are not expanded yet.
    pub conditions: Option<Node>,
    /// Rules: assertions over parameters.
    pub rules: Option<Node>,
    /// Resources; loops are not expanded yet.
    pub resources: Option<Node>,
    /// Outputs; loops are not expanded yet.
    pub outputs: Option<Node>,
    /// Whether anything in it can lead to a user or a credential.
    pub matters: bool,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// The sections that a template may have.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Transform",
    "Resources",
    "Outputs",
    "Hooks",
    "Globals",
];

impl Template {
    /// Reads the sections of a template.
    pub fn read(path: PathBuf, file: FileId, root: &Node, mut notices: Vec<Notice>) -> Self {
        let section = |name: &str| root.get(name).cloned();
        for entry in root.entries().unwrap_or_default() {
            // Transforms can stand for further sections, and other tools keep their own.
            if let Some(near) = misspelt(&entry.key) {
                let message = format!(
                    "`{}` is no section of a template, so it is passed over: is it `{near}`?",
                    entry.key
                );
                notices.push(Notice::at(NoticeKind::InvalidConfiguration, entry.key_span, message));
            }
        }
        let declared = root.get("Parameters").and_then(Node::entries).unwrap_or_default();
        let parameters = declared.iter().filter(|entry| !entry.key.starts_with("Fn::"));
        let macros = root.get("Transform").map(|node| node.elements().unwrap_or(std::slice::from_ref(node)));
        let macros = macros.unwrap_or_default();
        Self {
            path,
            file,
            span: root.span,
            transforms: macros.iter().filter_map(transform).collect(),
            includes: macros.iter().filter(|one| is_include(one)).cloned().collect(),
            parameters: parameters.map(Parameter::read).collect(),
            mappings: section("Mappings"),
            conditions: section("Conditions"),
            rules: section("Rules"),
            resources: section("Resources"),
            outputs: section("Outputs"),
            matters: true,
            notices,
        }
    }

    /// Whether a macro runs over the whole template.
    pub fn has_transform(&self, name: &str) -> bool {
        self.transforms.iter().any(|(transform, _)| **transform == *name)
    }
}

/// The section that a key was meant to be, when it is none and differs from one in case or an `s` alone.
fn misspelt(key: &str) -> Option<&'static str> {
    if SECTIONS.contains(&key) {
        return None;
    }
    let plain = |word: &str| word.to_ascii_lowercase().trim_end_matches('s').to_owned();
    SECTIONS.iter().find(|section| plain(section) == plain(key)).copied()
}

/// One macro of a `Transform` section: a name, or `{Name, Parameters}`.
fn transform(node: &Node) -> Option<(Arc<str>, Span)> {
    let name = node.get("Name").unwrap_or(node);
    scalar_text(name).map(|text| (text, name.span))
}

fn is_include(node: &Node) -> bool {
    node.get("Name").and_then(scalar_text).as_deref() == Some("AWS::Include")
}

/// A resource as it stands in the template, loops expanded.
#[derive(Clone, Debug)]
pub struct ResourceNode {
    /// Its logical id.
    pub logical_id: Arc<str>,
    /// Where the logical id stands.
    pub key_span: Span,
    /// `AWS::IAM::User`
    pub resource_type: Arc<str>,
    /// The whole of its definition.
    pub definition: Node,
    /// For one that stands for many: "each of Users".
    pub stands_for: Option<Arc<str>>,
}

impl ResourceNode {
    /// Reads a definition; `None` when it has no type.
    pub fn read(entry: &Entry, stands_for: Option<Arc<str>>) -> Option<Self> {
        let resource_type = scalar_text(entry.value.get("Type")?)?;
        Some(Self {
            logical_id: Arc::clone(&entry.key),
            key_span: entry.key_span,
            resource_type,
            definition: entry.value.clone(),
            stands_for,
        })
    }

    /// One of its properties, with the key that it stands under.
    pub fn property(&self, name: &str) -> Option<&Entry> {
        self.definition.get("Properties")?.entry(name)
    }
}
