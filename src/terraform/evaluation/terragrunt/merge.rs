//! How the inputs of an included file and those of the file that includes it become one.

use std::sync::Arc;

use crate::value::{Data, Value, lift};

/// Merges the second into the first.
pub type Strategy = fn(&Value, &Value) -> Value;

/// Nesting beyond this is replaced as a whole.
const MAX_DEPTH: usize = 100;

/// The second's entries replace those of the first.
pub fn shallow(below: &Value, above: &Value) -> Value {
    merge(below, above, 0)
}

/// As [`shallow`], and maps in both are merged, lists appended.
pub fn deep(below: &Value, above: &Value) -> Value {
    merge(below, above, MAX_DEPTH)
}

fn merge(below: &Value, above: &Value, depth: usize) -> Value {
    lift(&[below.clone(), above.clone()], |both| {
        let [below, above] = both else { unreachable!("two go in") };
        if let Some(unknown) =
            both.iter().find(|value| matches!(value.data, Data::Unknown(_) | Data::Each(_)))
        {
            // What is not known may hold any entry.
            return match unknown.as_unknown().and_then(|unknown| unknown.error_message()) {
                Some(_) => unknown.clone(),
                None => unknown.derived("inputs".to_owned()),
            };
        }
        match (below.entries(), above.entries()) {
            (Some(below), Some(above)) => {
                let mut merged = below.clone();
                for (name, value) in above {
                    let value = match merged.get(name) {
                        Some(beneath) if depth > 0 => combined(beneath, value, depth - 1),
                        _ => value.clone(),
                    };
                    merged.insert(Arc::clone(name), value);
                }
                Value::object(merged)
            }
            (_, None) if above.is_null() => below.clone(),
            _ => above.clone(),
        }
    })
}

fn combined(below: &Value, above: &Value, depth: usize) -> Value {
    lift(&[below.clone(), above.clone()], |both| {
        let [below, above] = both else { unreachable!("two go in") };
        match (below.entries(), above.entries(), below.elements(), above.elements()) {
            (Some(_), Some(_), ..) => merge(below, above, depth),
            (.., Some(first), Some(second)) => Value::tuple(first.iter().chain(second).cloned().collect()),
            (_, Some(_), ..) | (.., Some(_)) if below.as_unknown().is_some() => below.derived(format!(
                "deep_merge({}, {})",
                crate::value::describe(below),
                crate::value::describe(above)
            )),
            _ => above.clone(),
        }
    })
}
