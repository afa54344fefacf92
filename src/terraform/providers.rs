//! Provider configurations as written: `provider` blocks, references to them, and what a module requires.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Block, Body, Expression, ExpressionKind, StepKind};

use super::blocks::literal_string;

/// A `provider` block.
#[derive(Debug)]
pub struct ProviderBlock {
    /// `aws`, or `aws.west` with an alias.
    pub name: Arc<str>,
    /// `for_each` (OpenTofu): one configuration a key.
    pub for_each: Option<Expression>,
    /// Its arguments.
    pub body: Body,
    /// The block's header.
    pub header: Span,
}

/// `aws`, `aws.west`, `aws.by_account["x"]`.
#[derive(Debug)]
pub struct ProviderReference {
    /// Without a key: `aws.by_account`.
    pub name: Arc<str>,
    /// The key of one of several configurations.
    pub key: Option<Expression>,
    /// Where it stands.
    pub span: Span,
}

/// What the `required_providers` blocks of a module say.
#[derive(Debug, Default)]
pub struct RequiredProviders {
    sources: BTreeMap<Arc<str>, Arc<str>>,
    /// `configuration_aliases`: what a caller has to pass.
    pub aliases: BTreeSet<Arc<str>>,
}

impl ProviderBlock {
    /// The block of a provider of that label.
    pub fn new(label: &str, block: Block) -> Self {
        let alias = block.body.attribute("alias").and_then(|attribute| literal_string(&attribute.value));
        Self {
            name: alias.map_or_else(|| label.into(), |alias| format!("{label}.{alias}").into()),
            for_each: block.body.attribute("for_each").map(|attribute| attribute.value.clone()),
            header: block.header,
            body: block.body,
        }
    }
}

impl ProviderReference {
    /// What an expression refers to; `None` when it can be no provider.
    pub fn new(expression: &Expression) -> Option<Self> {
        let (root, steps) = match &*expression.kind {
            ExpressionKind::Traversal(root, steps) => (root, steps.as_slice()),
            _ => (expression, [].as_slice()),
        };
        let (ExpressionKind::Variable(root) | ExpressionKind::String(root)) = &*root.kind else {
            return None;
        };
        let mut name = root.to_string();
        let mut key = None;
        for step in steps {
            match &step.kind {
                StepKind::Attribute(part) if key.is_none() => {
                    name.push('.');
                    name.push_str(part);
                }
                StepKind::Index(index) if key.is_none() => key = Some(index.clone()),
                _ => return None,
            }
        }
        Some(Self { name: name.into(), key, span: expression.span })
    }

    /// The entries of a `providers` map: the called module's name to the caller's.
    pub fn map(expression: &Expression) -> BTreeMap<Arc<str>, Self> {
        let ExpressionKind::Object(items) = &*expression.kind else { return BTreeMap::new() };
        let entry = |item: &crate::syntax::hcl::ObjectItem| {
            let key = match &*item.key.kind {
                ExpressionKind::Parenthesis(inner) => inner,
                _ => &item.key,
            };
            Some((Self::new(key)?.name, Self::new(&item.value)?))
        };
        items.iter().filter_map(entry).collect()
    }
}

impl RequiredProviders {
    /// Adds what a `terraform` block requires.
    pub fn add(&mut self, terraform: &Body) {
        for block in terraform.blocks_of("required_providers") {
            for attribute in &block.body.attributes {
                let ExpressionKind::Object(items) = &*attribute.value.kind else { continue };
                for item in items {
                    match literal_string(&item.key).as_deref() {
                        Some("source") => {
                            if let Some(source) = literal_string(&item.value) {
                                self.sources.insert(Arc::clone(&attribute.name), canonical(&source).into());
                            }
                        }
                        Some("configuration_aliases") => {
                            let ExpressionKind::Tuple(aliases) = &*item.value.kind else { continue };
                            let names = aliases.iter().filter_map(ProviderReference::new);
                            self.aliases.extend(names.map(|reference| reference.name));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// The source of a provider by its name here: `hashicorp/aws`.
    pub fn source_of(&self, name: &str) -> Arc<str> {
        self.sources.get(name).map_or_else(|| format!("hashicorp/{name}").into(), Arc::clone)
    }

    /// The name here of a provider of that source.
    pub fn name_of(&self, source: &str) -> Arc<str> {
        let named = self.sources.iter().find(|(_, known)| ***known == *source).map(|(name, _)| name);
        named.map_or_else(|| source.rsplit('/').next().unwrap_or(source).into(), Arc::clone)
    }
}

/// A source without the host that is meant where none is written.
fn canonical(source: &str) -> String {
    let source = source.to_lowercase();
    let hosts = ["registry.terraform.io/", "registry.opentofu.org/"];
    let short = hosts.iter().find_map(|host| source.strip_prefix(host)).unwrap_or(&source);
    if short.contains('/') { short.to_owned() } else { format!("hashicorp/{short}") }
}
