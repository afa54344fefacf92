//! Which template each nested stack is made of, and whose construct each logical id is: an assembly lists those of
//! nested stacks among those of the stack around them, where the same logical id may stand several times.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::cloudformation::document::{Entry, Node, NodeKind};
use crate::cloudformation::{Construct, Constructs, NestedTemplate, NestedTemplates, Templates};
use crate::source::{Notice, NoticeKind, ReadError, Workspace, lexically_normal};

use super::construct::constructs_of_template;
use super::metadata::Metadata;

/// How deep stacks may be nested.
const MAX_DEPTH: usize = 16;
/// How many nested stacks of one assembly are looked at.
const MAX_NESTED: usize = 2_000;

static HASH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[0-9a-f]{32,128}").expect("the pattern is a constant that parses"));

/// What is known of the stacks nested in one stack.
pub struct NestedStacks<'a> {
    pub workspace: &'a Workspace,
    pub templates: &'a Templates<'a>,
    /// The directory of the whole assembly, which nothing in it leads out of.
    pub outermost: &'a Path,
    /// The directory that file names are relative to.
    pub directory: &'a Path,
    pub metadata: &'a Metadata,
    /// The files of assets by hash.
    pub assets: &'a BTreeMap<String, String>,
    /// How many nested stacks were looked at, in the whole assembly.
    pub count: &'a mut usize,
    pub notices: &'a mut Vec<Notice>,
    /// By the path of a nested stack's construct; those of the stack around them under an empty one.
    constructs: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Construct>>,
}

impl<'a> NestedStacks<'a> {
    /// Sorts the constructs of a stack made of that template by the template that they stand in.
    #[expect(clippy::too_many_arguments, reason = "the fields of what it makes")]
    pub fn new(
        workspace: &'a Workspace,
        templates: &'a Templates<'a>,
        outermost: &'a Path,
        directory: &'a Path,
        metadata: &'a Metadata,
        assets: &'a BTreeMap<String, String>,
        count: &'a mut usize,
        notices: &'a mut Vec<Notice>,
    ) -> Self {
        let scopes: BTreeSet<Arc<str>> =
            metadata.constructs.keys().filter_map(|path| scope_of(path)).collect();
        let mut constructs: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Construct>> = BTreeMap::new();
        for (logical_id, construct) in metadata.constructs.values() {
            let mut above = construct.path.rmatch_indices('/').map(|(at, _)| &construct.path[..at]);
            let scope = above.find_map(|path| scopes.get(path).cloned()).unwrap_or_default();
            constructs.entry(scope).or_default().insert(Arc::clone(logical_id), construct.clone());
        }
        Self { workspace, templates, outermost, directory, metadata, assets, count, notices, constructs }
    }

    /// The constructs and nested stacks of the stack itself.
    pub fn of_stack(&mut self, template: &Path) -> (Constructs, NestedTemplates) {
        self.of_template(Some(""), template, &mut Vec::new())
    }

    fn of_template(
        &mut self,
        scope: Option<&str>,
        path: &Path,
        above: &mut Vec<PathBuf>,
    ) -> (Constructs, NestedTemplates) {
        let mut constructs = scope.and_then(|scope| self.constructs.get(scope)).cloned().unwrap_or_default();
        let mut nested = NestedTemplates::new();
        let Some(template) = self.templates.load_named(path) else {
            return (Arc::new(constructs), nested);
        };
        for (logical_id, construct) in constructs_of_template(&template) {
            constructs.entry(logical_id).or_insert(construct);
        }
        above.push(path.to_owned());
        let resources = template.resources.as_ref().and_then(Node::entries).unwrap_or_default();
        let is_stack = |entry: &&Entry| {
            entry.value.get("Type").and_then(Node::text) == Some("AWS::CloudFormation::Stack")
        };
        for entry in resources.iter().filter(is_stack) {
            let scope = constructs.get(&entry.key).and_then(|construct| scope_of(&construct.path));
            let Some(file) = self.template_file(entry, scope.as_deref()) else { continue };
            *self.count += 1;
            if above.len() >= MAX_DEPTH || *self.count > MAX_NESTED {
                let message = format!(
                    "nested stacks are looked at {MAX_DEPTH} deep, and {MAX_NESTED} of them; {} was left out",
                    entry.key
                );
                // Past the last one there may be any number.
                if *self.count <= MAX_NESTED + 1 {
                    self.notices.push(Notice::at(NoticeKind::LimitReached, entry.key_span, message));
                }
                continue;
            }
            let mut one =
                NestedTemplate { template: file, construct_path: scope.clone(), ..NestedTemplate::default() };
            // One that is made of a template around it: whoever evaluates it says so.
            if !above.contains(&one.template) {
                (one.constructs, one.nested) = self.of_template(scope.as_deref(), &one.template, above);
            }
            nested.insert(Arc::clone(&entry.key), one);
        }
        above.pop();
        (Arc::new(constructs), nested)
    }

    /// The file that a nested stack is made of: what the template says, else the metadata, else the list of assets.
    fn template_file(&mut self, entry: &Entry, scope: Option<&str>) -> Option<PathBuf> {
        let written = entry.value.get("Metadata").and_then(|metadata| metadata.get("aws:asset:path"));
        let named = written.and_then(Node::text).map(str::to_owned);
        let named =
            named.or_else(|| scope.and_then(|scope| self.metadata.template_files.get(scope).cloned()));
        let named = named.or_else(|| {
            let url = entry.value.get("Properties")?.get("TemplateURL")?;
            let file = |hash: &str| self.assets.get(hash).or_else(|| self.metadata.assets.get(hash));
            texts(url)
                .iter()
                .find_map(|text| HASH.find_iter(text).find_map(|hash| file(hash.as_str())).cloned())
        })?;
        match inside(self.workspace, self.outermost, self.directory, &named) {
            Ok(path) => Some(path),
            // Whoever evaluates the stack says that it is not there.
            Err(ReadError::Missing) => Some(self.directory.join(named)),
            Err(error) => {
                let message = format!("the template of {}, {named}, {error}", entry.key);
                let help = "synthesise the program again, and scan the whole `cdk.out`";
                let kind = match error {
                    ReadError::OutsideRoot => NoticeKind::OutsideRoot,
                    _ => NoticeKind::ModuleNotOnDisk,
                };
                self.notices.push(Notice::at(kind, entry.key_span, message).with_help(help));
                None
            }
        }
    }
}

/// The path of a nested stack's construct, from that of the resource that it is to the stack around it.
fn scope_of(path: &str) -> Option<Arc<str>> {
    let (holder, name) = path.strip_suffix(".NestedStackResource")?.rsplit_once('/')?;
    let scope = holder.strip_suffix(".NestedStack")?;
    let own = scope.rsplit_once('/').map_or(scope, |(_, own)| own);
    (own == name).then(|| scope.into())
}

/// Every text within a value.
fn texts(node: &Node) -> Vec<&str> {
    let mut found = Vec::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        match &node.kind {
            NodeKind::String(text) => found.push(&*text.text),
            NodeKind::List(elements) => waiting.extend(elements.iter()),
            NodeKind::Map(entries) => waiting.extend(entries.iter().map(|entry| &entry.value)),
            _ => {}
        }
    }
    found
}

/// The canonical path of a file or directory of an assembly, which must not lead out of it.
///
/// # Errors
/// There is none, or it is not within the assembly.
pub fn inside(
    workspace: &Workspace,
    outermost: &Path,
    directory: &Path,
    name: &str,
) -> Result<PathBuf, ReadError> {
    let path = directory.join(name);
    if !lexically_normal(&path).starts_with(outermost) {
        return Err(ReadError::OutsideRoot);
    }
    let path = workspace.resolve(&path)?;
    if path.starts_with(outermost) { Ok(path) } else { Err(ReadError::OutsideRoot) }
}
