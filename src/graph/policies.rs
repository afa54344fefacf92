//! Whether a policy allows everything on everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::{Condition, Data, Mark, Value};

/// The end of the ARN of AWS's own administrator policy, in every partition.
const ADMINISTRATOR_ACCESS: &str = ":policy/AdministratorAccess";

/// Customer managed policies of one root: address to when their document allows everything.
pub type ManagedPolicies = BTreeMap<(usize, Arc<str>), Condition>;

/// When the managed policy that a value names is an administrator's.
pub fn administrator_by_arn(arn: &Value, root: usize, policies: &ManagedPolicies) -> Condition {
    when_some(arn, |arn| {
        for mark in arn.marks.iter() {
            if let Mark::AttributeOf { address, .. } = mark
                && let Some(condition) = policies.get(&(root, Arc::clone(address)))
            {
                return condition.clone();
            }
        }
        let text = match &arn.data {
            Data::String(text) => Some(text),
            Data::Unknown(unknown) => unknown.suffix.as_ref(),
            _ => None,
        };
        // A customer's own policy of that name has an account number before `:policy/`.
        let is_aws = text.is_some_and(|text| {
            text.ends_with(ADMINISTRATOR_ACCESS)
                && (matches!(arn.data, Data::Unknown(_)) || text.contains("::aws:policy/"))
        });
        if is_aws { Condition::always() } else { Condition::never() }
    })
}

/// When a policy document (JSON text, or an unknown that holds it) allows every action on every resource.
pub fn administrator_by_document(document: &Value) -> Condition {
    when_some(document, |text| {
        let parsed = match &text.data {
            Data::String(text) => serde_json::from_str(text).ok().map(|json| from_json(&json)),
            Data::Unknown(unknown) => unknown.json.as_deref().cloned(),
            // A template writes it out.
            Data::Object(_) | Data::Map(_) => Some(text.clone()),
            _ => None,
        };
        let Some(document) = parsed else { return Condition::never() };
        let statements = document.entries().and_then(|entries| entries.get("Statement")).cloned();
        statements.map_or_else(Condition::never, |statements| any_element(&statements, allows_everything))
    })
}

fn allows_everything(statement: &Value) -> Condition {
    // A document that another one takes its statements from.
    if matches!(statement.data, Data::String(_) | Data::Unknown(_)) {
        return administrator_by_document(statement);
    }
    let field = |name: &str| statement.entries().and_then(|entries| entries.get(name));
    let effect = field("Effect").map_or_else(Condition::never, |effect| is_text(effect, &["Allow"]));
    let action = field("Action")
        .map_or_else(Condition::never, |action| any_element(action, |one| is_text(one, &["*", "*:*"])));
    let resource = field("Resource")
        .map_or_else(Condition::never, |resource| any_element(resource, |one| is_text(one, &["*"])));
    effect.and(&action).and(&resource)
}

fn is_text(value: &Value, wanted: &[&str]) -> Condition {
    when_some(value, |value| {
        if value.as_str().is_some_and(|text| wanted.contains(&text)) {
            Condition::always()
        } else {
            Condition::never()
        }
    })
}

/// When the predicate holds for one element, a value that is no list being its own only element.
fn any_element(value: &Value, predicate: impl Fn(&Value) -> Condition) -> Condition {
    when_some(value, |value| match value.elements() {
        Some(elements) => {
            elements.iter().fold(Condition::never(), |any, element| any.or(&when_some(element, &predicate)))
        }
        None => predicate(value),
    })
}

/// When the predicate holds, over the alternatives of a value.
fn when_some(value: &Value, predicate: impl Fn(&Value) -> Condition) -> Condition {
    value.alternatives().iter().fold(Condition::never(), |any, (condition, alternative)| {
        any.or(&condition.and(&predicate(alternative)))
    })
}

fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::String(text) => Value::string(text.as_str()),
        serde_json::Value::Array(elements) => Value::tuple(elements.iter().map(from_json).collect()),
        serde_json::Value::Object(fields) => Value::object(
            fields.iter().map(|(name, value)| (name.as_str().into(), from_json(value))).collect(),
        ),
        // No rule asks for a number or a boolean inside a policy.
        _ => Value::null(),
    }
}
