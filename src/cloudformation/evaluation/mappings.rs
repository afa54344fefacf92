//! `Fn::FindInMap`.

use std::sync::Arc;

use crate::source::Span;
use crate::value::{Condition, Reason, Unknown, Value, choose, lift};

use super::super::document::Node;
use super::conditions::open_question;
use super::text::scalar;
use super::{Stack, error};

/// Entries that an unknown key is tried with; past it, what is found is unknown.
const MAX_KEYS: usize = 40;

impl Stack<'_> {
    /// Looks two keys up; `default` is what a key that is not there gives.
    pub(super) fn find_in_map(
        &self,
        map: &Node,
        keys: [&Node; 2],
        default: Option<&Node>,
        span: Span,
    ) -> Value {
        let missing = |what: String| match default {
            Some(default) => self.value(default),
            None => error(what, span),
        };
        let [top, second] = keys.map(|key| self.value(key));
        lift(&[self.value(map), top, second], |arguments| {
            let Some(name) = scalar(&arguments[0]) else {
                return match arguments[0].as_unknown() {
                    Some(_) => arguments[0].derived(format!("Fn::FindInMap({})", span.start)),
                    None => error("the name of a mapping has to be text", span),
                };
            };
            let Some(mapping) = self.template.mappings.as_ref().and_then(|mappings| mappings.get(&name))
            else {
                return missing(format!("there is no mapping {name} in this template"));
            };
            Self::entry(mapping, &arguments[1], &name, &missing, &|inner| {
                Self::entry(inner, &arguments[2], &name, &missing, &|found| self.value(found))
            })
        })
    }

    /// The entry of a key; for an unknown key, each entry where it turns out to be that key.
    fn entry(
        mapping: &Node,
        key: &Value,
        name: &str,
        missing: &dyn Fn(String) -> Value,
        then: &dyn Fn(&Node) -> Value,
    ) -> Value {
        if let Some(text) = scalar(key) {
            return match mapping.get(&text) {
                Some(inner) => then(inner),
                None => missing(format!("mapping {name} has no key {text}")),
            };
        }
        let entries = mapping.entries().unwrap_or_default();
        let Some(unknown) = key.as_unknown().filter(|unknown| unknown.error_message().is_none()) else {
            return key.clone();
        };
        let values: Vec<(&Arc<str>, Value)> =
            entries.iter().take(MAX_KEYS + 1).map(|entry| (&entry.key, then(&entry.value))).collect();
        let rest = || {
            // A deployment under any other key fails, so that nothing is known of it, and nothing is due.
            let identity = format!("Fn::FindInMap({name}, {})", unknown.identity);
            Value::from(Unknown::new(identity, Reason::Otherwise))
        };
        match values.as_slice() {
            [] => rest(),
            [(_, first), others @ ..] if others.iter().all(|(_, value)| value == first) => first.clone(),
            _ if values.len() > MAX_KEYS => {
                key.derived(format!("Fn::FindInMap({name}, {})", unknown.identity))
            }
            _ => {
                let question = open_question(&unknown.identity);
                let named = Condition::answered(&question, values.iter().map(|(key, _)| Arc::clone(key)));
                let cases = values
                    .into_iter()
                    .map(|(key, value)| (Condition::answered(&question, [Arc::clone(key)]), value));
                choose(cases.chain([(named.not(), rest())]))
            }
        }
    }
}
