//! The one helper that lets functions written for known values work under choices.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Condition, Data, Reason, Unknown, Value};

/// A choice has at most this many alternatives; past it the result is unknown.
pub const MAX_ALTERNATIVES: usize = 64;

/// One value out of alternatives: those that never hold are dropped, equal ones joined, choices inside them
/// flattened. No alternative at all is an error value: the expression holds in no world.
pub fn choose(alternatives: impl IntoIterator<Item = (Condition, Value)>) -> Value {
    let mut kept: Vec<(Condition, Value)> = Vec::new();
    for (outer, value) in alternatives {
        for (inner, value) in value.alternatives() {
            let condition = outer.and(&inner);
            if condition.is_never() {
                continue;
            }
            match kept.iter_mut().find(|(_, other)| *other == value) {
                Some((existing, _)) => *existing = existing.or(&condition),
                None => kept.push((condition, value)),
            }
            if kept.len() > MAX_ALTERNATIVES {
                return too_many();
            }
        }
    }
    match kept.len() {
        0 => Unknown::error("no alternative is possible").into(),
        1 => kept.remove(0).1,
        _ => Data::Choice(Arc::new(kept)).into(),
    }
}

/// What a value is where a condition holds: alternatives that cannot be are dropped, inside it too.
pub fn assume(value: &Value, condition: &Condition) -> Value {
    if condition.is_always() {
        return value.clone();
    }
    match &value.data {
        Data::Choice(alternatives) => choose(
            alternatives
                .iter()
                .filter(|(when, _)| when.is_compatible(condition))
                .map(|(when, value)| (when.and(condition), assume(value, condition))),
        )
        .with_marks(&value.marks),
        _ if contains_nested_choice(value) => {
            let children: Vec<Value> =
                value.children().into_iter().map(|child| assume(child, condition)).collect();
            rebuild(value, &children)
        }
        _ => value.clone(),
    }
}

fn too_many() -> Value {
    let reason = format!("more than {MAX_ALTERNATIVES} alternatives");
    Unknown::new(reason.clone(), Reason::Unsupported(reason.into())).into()
}

/// Applies a function under the choices among its arguments: once for each combination that is possible.
/// Arguments are looked at from outside only; a choice inside a list stays there (see [`hoist`]).
pub fn lift(arguments: &[Value], mut function: impl FnMut(&[Value]) -> Value) -> Value {
    if !arguments.iter().any(|argument| matches!(argument.data, Data::Choice(_))) {
        return function(arguments);
    }
    let Some(combinations) = combine(arguments) else { return too_many() };
    choose(combinations.into_iter().map(|(condition, arguments)| (condition, function(&arguments))))
}

/// Every possible combination of the alternatives of each value, `None` when there are too many.
fn combine(values: &[Value]) -> Option<Vec<(Condition, Vec<Value>)>> {
    let mut combinations = vec![(Condition::always(), Vec::with_capacity(values.len()))];
    for value in values {
        if !matches!(value.data, Data::Choice(_)) {
            for (_, chosen) in &mut combinations {
                chosen.push(value.clone());
            }
            continue;
        }
        let alternatives = value.alternatives();
        let mut next = Vec::new();
        for (condition, chosen) in &combinations {
            for (more, alternative) in &alternatives {
                let both = condition.and(more);
                if !both.is_never() {
                    let mut chosen = chosen.clone();
                    chosen.push(alternative.clone());
                    next.push((both, chosen));
                }
            }
        }
        if next.len() > MAX_ALTERNATIVES {
            return None;
        }
        combinations = next;
    }
    Some(combinations)
}

/// Moves choices that stand inside a value to its outside: `[{a|b}]` becomes `{[a]|[b]}`.
pub fn hoist(value: &Value) -> Value {
    if !contains_nested_choice(value) {
        return value.clone();
    }
    if let Data::Choice(alternatives) = &value.data {
        let hoisted = alternatives.iter().map(|(condition, value)| (condition.clone(), hoist(value)));
        return choose(hoisted).with_marks(&value.marks);
    }
    let children: Vec<Value> = value.children().into_iter().map(hoist).collect();
    lift(&children, |children| rebuild(value, children))
}

/// The same collection with other children, in the order of [`Value::children`].
fn rebuild(value: &Value, children: &[Value]) -> Value {
    let mut children = children.iter().cloned();
    let data = match &value.data {
        Data::List(_) => Data::List(Arc::new(children.collect())),
        Data::Set(_) => Data::Set(Arc::new(children.collect())),
        Data::Tuple(_) => Data::Tuple(Arc::new(children.collect())),
        Data::Map(entries) => Data::Map(Arc::new(rekey(entries, children))),
        Data::Object(entries) => Data::Object(Arc::new(rekey(entries, children))),
        Data::Each(each) => {
            let (key, element) = (children.next(), children.next());
            Data::Each(Arc::new(super::Each {
                over: Arc::clone(&each.over),
                key: key.unwrap_or_else(Value::null),
                element: element.unwrap_or_else(Value::null),
                when: each.when.clone(),
            }))
        }
        other => other.clone(),
    };
    Value { data, marks: value.marks.clone(), of_type: value.of_type.clone() }
}

fn rekey(
    entries: &BTreeMap<Arc<str>, Value>,
    values: impl Iterator<Item = Value>,
) -> BTreeMap<Arc<str>, Value> {
    entries.keys().cloned().zip(values).collect()
}

fn contains_nested_choice(value: &Value) -> bool {
    value
        .children()
        .into_iter()
        .any(|child| matches!(child.data, Data::Choice(_)) || contains_nested_choice(child))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Question;

    #[test]
    fn exclusive_alternatives_never_meet() {
        let toggle = Arc::new(Question::boolean("var.on", Some(true)));
        let (on, off) = (Condition::is(&toggle, true), Condition::is(&toggle, false));
        let pick = |yes: &str, no: &str| {
            choose([(on.clone(), Value::string(yes)), (off.clone(), Value::string(no))])
        };
        let joined = lift(&[pick("a", "b"), pick("x", "y")], |both| {
            Value::string(format!("{}{}", both[0].as_str().unwrap(), both[1].as_str().unwrap()))
        });
        assert_eq!(joined, pick("ax", "by"));
        assert_eq!(pick("same", "same"), Value::string("same"));
    }

    #[test]
    fn hoisting_moves_choices_out() {
        let toggle = Arc::new(Question::boolean("var.on", Some(true)));
        let (on, off) = (Condition::is(&toggle, true), Condition::is(&toggle, false));
        let inner = choose([(on, Value::integer(1)), (off, Value::integer(2))]);
        let hoisted = hoist(&Value::tuple(vec![inner, Value::integer(3)]));
        let Data::Choice(alternatives) = &hoisted.data else { panic!("{hoisted:?}") };
        assert_eq!(alternatives.len(), 2);
    }
}
