//! `CloudFormation` templates to resources: what AWS would create of them, in both syntaxes.

pub mod detect;
pub mod document;
mod evaluation;
mod glance;
mod inputs;
mod loader;
mod parameters;
mod secrets;
mod template;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::resource::{Interest, RootContents};
use crate::source::{Span, StackTrace};
use crate::value::Value;

pub use inputs::{ParameterInput, gather};
pub use loader::Templates;
pub use template::Template;

use document::{Node, NodeKind};
use evaluation::{Shared, Stack};

/// Where and with what a template is deployed.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// What stands before its logical ids: nothing, or the name of one stack among several.
    pub scope: Arc<str>,
    /// The account's number, when it is known.
    pub account: Option<Arc<str>>,
    /// What tells the account from others in the same root: its number, or any word.
    pub account_scope: Arc<str>,
    /// The region, when it is known.
    pub region: Option<Arc<str>>,
    /// The name of the stack, when it is known.
    pub stack_name: Option<Arc<str>>,
    /// Values given to parameters; also to pseudo-parameters, under their whole names.
    pub given: BTreeMap<Arc<str>, Value>,
    /// What the stack stands for when there are many of it: "account of Baseline".
    pub stands_for: Option<Arc<str>>,
}

/// The construct of a program that a resource was generated from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Construct {
    /// Its path: `Stack/alice/Resource`.
    pub path: Arc<str>,
    /// Where the program made it, when that was recorded.
    pub trace: StackTrace,
}

/// Finds the line of a program that a trace means, in what is scanned.
pub type LineFinder<'a> = dyn Fn(&StackTrace) -> Option<Span> + 'a;

/// The constructs of a template, by logical id.
pub type Constructs = Arc<BTreeMap<Arc<str>, Construct>>;

/// Templates of nested stacks that are known from elsewhere than `TemplateURL`, by logical id.
pub type NestedTemplates = BTreeMap<Arc<str>, NestedTemplate>;

/// One of them.
#[derive(Clone, Debug, Default)]
pub struct NestedTemplate {
    /// Relative to the template that nests it, or absolute.
    pub template: PathBuf,
    /// Those nested in it.
    pub nested: NestedTemplates,
    /// Where its resources come from.
    pub constructs: Constructs,
    /// The construct that is the nested stack.
    pub construct_path: Option<Arc<str>>,
}

/// One stack of a root.
#[derive(Clone)]
pub struct StackInput {
    /// Its template.
    pub template: Arc<Template>,
    /// Where it goes.
    pub deployment: Deployment,
    /// Nested templates known from elsewhere.
    pub nested: NestedTemplates,
    /// Where its resources come from.
    pub constructs: Constructs,
}

/// Evaluates stacks that are deployed together: what one exports, the others import.
pub fn collect(
    templates: &Templates<'_>,
    lines: &LineFinder<'_>,
    stacks: &[StackInput],
    interest: &Interest,
) -> RootContents {
    let exports = match stacks {
        [_] => BTreeMap::new(),
        stacks => exports(templates, lines, stacks),
    };
    let mut contents = RootContents::default();
    let shared = Shared::new(templates, lines, exports);
    for input in stacks {
        let stack = Stack::root(&shared, input);
        evaluation::collect(&stack, interest, &mut contents);
    }
    contents.steps = shared.steps();
    contents.notices = shared.into_notices();
    contents
}

/// What the stacks export: once without knowing one another's, then with it.
fn exports(
    templates: &Templates<'_>,
    lines: &LineFinder<'_>,
    stacks: &[StackInput],
) -> BTreeMap<Arc<str>, Value> {
    let mut exports = BTreeMap::new();
    for _ in 0..2 {
        let shared = Shared::new(templates, lines, std::mem::take(&mut exports));
        for input in stacks {
            exports.extend(Stack::root(&shared, input).exports());
        }
        if exports.is_empty() {
            break;
        }
    }
    exports
}

/// The templates on disk that a template nests, as far as their paths are written out.
pub fn nested_paths(templates: &Templates<'_>, template: &Template) -> Vec<PathBuf> {
    evaluation::named_templates(template)
        .iter()
        .filter_map(|location| templates.beside(&template.path, location).ok())
        .filter(|path| path.as_path() != Path::new(&template.path))
        .collect()
}

/// The text of a scalar: a string, a number as written, a boolean in lower case.
fn scalar_text(node: &Node) -> Option<Arc<str>> {
    match &node.kind {
        NodeKind::String(decoded) => Some(Arc::clone(&decoded.text)),
        NodeKind::Number(text) => Some(Arc::clone(text)),
        NodeKind::Bool(value) => Some(Arc::from(if *value { "true" } else { "false" })),
        _ => None,
    }
}
