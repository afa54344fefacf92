//! What the code says of the life of an object beyond its arguments: `lifecycle`, `import`, `moved`, `removed`.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Block, Body, Expression, ExpressionKind, StepKind};

use super::blocks::literal_string;

/// An `import` block: the object at an address is there already.
#[derive(Debug)]
pub struct ImportBlock {
    /// `to`
    pub to: Expression,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// The block's header.
    pub header: Span,
}

/// A `moved` or `removed` block: an address that is no longer in use.
#[derive(Debug)]
pub struct FormerAddress {
    /// `moved` or `removed`.
    pub kind: Arc<str>,
    /// `from`, when it names a whole resource or module call of the same module.
    pub from: Option<Vec<Arc<str>>>,
    /// The block's header.
    pub header: Span,
}

impl ImportBlock {
    /// Reads an `import` block; `None` without `to`.
    pub fn new(block: &Block) -> Option<Self> {
        let value = |name| block.body.attribute(name).map(|attribute| attribute.value.clone());
        Some(Self { to: value("to")?, for_each: value("for_each"), header: block.header })
    }
}

impl FormerAddress {
    /// Reads a `moved` or `removed` block.
    pub fn new(block: &Block) -> Self {
        let from = block.body.attribute("from").and_then(|attribute| whole_address(&attribute.value));
        Self { kind: Arc::clone(&block.kind), from, header: block.header }
    }
}

/// The parts of an address that has no instance key.
fn whole_address(expression: &Expression) -> Option<Vec<Arc<str>>> {
    match &*expression.kind {
        ExpressionKind::String(text) => Some(text.split('.').map(Arc::from).collect()),
        ExpressionKind::Traversal(root, steps) => {
            let ExpressionKind::Variable(first) = &*root.kind else { return None };
            let rest = steps.iter().map(|step| match &step.kind {
                StepKind::Attribute(name) => Some(Arc::clone(name)),
                _ => None,
            });
            std::iter::once(Some(Arc::clone(first))).chain(rest).collect()
        }
        _ => None,
    }
}

/// `lifecycle { enabled = … }` (OpenTofu): one instance or none.
pub fn enabled(body: &Body) -> Option<Expression> {
    let attribute = body.blocks_of("lifecycle").find_map(|block| block.body.attribute("enabled"));
    attribute.map(|attribute| attribute.value.clone())
}

/// Whether `ignore_changes` keeps later changes of an argument from being applied.
pub fn ignores_changes(body: &Body, argument: &str) -> bool {
    let ignored = body.blocks_of("lifecycle").filter_map(|block| block.body.attribute("ignore_changes"));
    let is = |expression: &Expression, word: &str| match &*expression.kind {
        ExpressionKind::Variable(name) => **name == *word,
        _ => literal_string(expression).is_some_and(|text| *text == *word),
    };
    ignored.into_iter().any(|attribute| match &*attribute.value.kind {
        ExpressionKind::Tuple(names) => names.iter().any(|name| is(name, argument) || is(name, "*")),
        _ => is(&attribute.value, "all"),
    })
}
