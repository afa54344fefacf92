//! The stacks of an assembly as the evaluation of templates takes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloudformation::{Deployment, StackInput, Templates};
use crate::value::Value;

use super::assembly::{Assembly, Stack};

/// The stacks whose templates can be read; `given` goes before what the manifest gives their parameters.
pub fn inputs(
    assembly: &Assembly,
    templates: &Templates<'_>,
    given: &BTreeMap<Arc<str>, Value>,
) -> Vec<StackInput> {
    let stacks = assembly.stacks.iter().filter_map(|stack| {
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
