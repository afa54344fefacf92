//! The stacks of an assembly as the evaluation of templates takes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::cloudformation::{Deployment, StackInput, Templates};
use crate::value::Value;

use super::assembly::{Assembly, Stack};

/// The stacks whose templates can be read; `given` goes before what the manifest gives their parameters. Those that
/// nothing in leads to a user are among them when `all` are asked for, or another one uses what they export.
pub fn inputs(
    assembly: &Assembly,
    templates: &Templates<'_>,
    given: &BTreeMap<Arc<str>, Value>,
    all: bool,
) -> Vec<StackInput> {
    let is_read = |stack: &&Stack| !templates.is_idle(&stack.template);
    let imports =
        |path: &&Path| templates.load_named(path).is_some_and(|template| templates.imports(&template));
    let read = || assembly.stacks.iter().filter(is_read);
    let exports_matter = !all && read().any(|stack| stack.templates().iter().any(imports));
    let is_wanted = |stack: &&Stack| {
        all || is_read(stack) || (exports_matter && !templates.exports_nothing(&stack.template))
    };
    let stacks = assembly.stacks.iter().filter(is_wanted).filter_map(|stack| {
        Some(StackInput {
            template: templates.load_named(&stack.template)?,
            deployment: deployment(stack, given),
            nested: stack.nested.clone(),
            constructs: Arc::clone(&stack.constructs),
        })
    });
    stacks.collect()
}

fn deployment(stack: &Stack, given: &BTreeMap<Arc<str>, Value>) -> Deployment {
    let parameters =
        stack.parameters.iter().map(|(name, text)| (Arc::clone(name), Value::string(Arc::clone(text))));
    let given = parameters.chain(given.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
    Deployment {
        scope: Arc::clone(&stack.id),
        account: stack.account.clone(),
        // Two stages that go to whichever account deploys them most likely go to two.
        account_scope: match (&stack.account, &stack.stage) {
            (Some(account), _) => Arc::clone(account),
            (None, Some(stage)) => format!("unknown-account of {stage}").into(),
            (None, None) => "unknown-account".into(),
        },
        region: stack.region.clone(),
        stack_name: Some(Arc::clone(&stack.name)),
        given: given.collect(),
        stands_for: None,
    }
}
