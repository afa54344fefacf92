//! Steps into a value: attributes, indices and splats.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Step, StepKind};
use crate::value::{
    Condition, Data, Each, Mark, Part, Reason, Type, Unknown, Value, choose, convert, describe, lift, type_of,
};

use super::{Evaluator, Scope, error};

impl Evaluator<'_> {
    /// Walks the steps of a traversal from a value.
    pub(super) fn walk(&self, mut value: Value, steps: &[Step], scope: Scope<'_>) -> Value {
        let mut steps = steps;
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            value = match &step.kind {
                StepKind::Attribute(name) => attribute(&value, name, step.span),
                StepKind::Index(key) => index(&value, &self.evaluate(key, scope), step.span),
                StepKind::FullSplat => return self.splat(&value, rest, step.span, scope),
                StepKind::AttributeSplat => {
                    let run = rest.iter().take_while(|step| is_attribute(step)).count();
                    steps = &rest[run..];
                    self.splat(&value, &rest[..run], step.span, scope)
                }
            };
        }
        value
    }

    fn splat(&self, value: &Value, steps: &[Step], span: Span, scope: Scope<'_>) -> Value {
        lift(std::slice::from_ref(value), |value| {
            let value = &value[0];
            let taints = value.marks.taints();
            let each = |element: &Value| self.walk(element.clone().with_marks(&taints), steps, scope);
            match &value.data {
                Data::Null => match value.of_type.as_deref() {
                    Some(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                        error(span, "a null list has no elements")
                    }
                    _ => Value::tuple(Vec::new()),
                },
                Data::List(elements) | Data::Set(elements) if elements.is_empty() => {
                    // What each would be of is known although there is none.
                    let (Type::List(element) | Type::Set(element)) = type_of(value) else {
                        return Value::tuple(Vec::new());
                    };
                    let none = Unknown::new("each of nothing", Reason::Deployment).typed(*element);
                    let of_type = Type::List(Box::new(type_of(&each(&none.into()))));
                    Value::list(Vec::new()).with_type(&of_type).with_marks(&taints)
                }
                Data::List(elements) | Data::Set(elements) => {
                    self.charge_steps(elements.len());
                    Value::list(elements.iter().map(each).collect()).with_marks(&taints)
                }
                Data::Tuple(elements) => {
                    self.charge_steps(elements.len());
                    Value::tuple(elements.iter().map(each).collect()).with_marks(&taints)
                }
                Data::Unknown(unknown) if unknown.error_message().is_some() => value.clone(),
                Data::Unknown(unknown) => match unknown.of_type.as_deref() {
                    // A single object is a list of one under a splat.
                    Some(Type::Object(_) | Type::Map(_) | Type::String | Type::Bool | Type::Number) => {
                        Value::tuple(vec![each(value)])
                    }
                    _ => every(unknown, Value::null(), each(&element_of(unknown))),
                },
                Data::Each(inner) => Value::from(Data::Each(Arc::new(Each {
                    key: Value::null(),
                    element: each(&inner.element),
                    ..Each::clone(inner)
                }))),
                _ => Value::tuple(vec![each(value)]),
            }
        })
    }
}

fn is_attribute(step: &Step) -> bool {
    matches!(step.kind, StepKind::Attribute(_))
}

fn every(unknown: &Unknown, key: Value, element: Value) -> Value {
    let over = Arc::clone(&unknown.identity);
    Data::Each(Arc::new(Each { over, key, element, when: Condition::always() })).into()
}

/// The element that stands for each of an unknown collection.
pub(super) fn element_of(unknown: &Unknown) -> Value {
    match unknown.of_type.as_deref() {
        Some(Type::List(_) | Type::Set(_)) => unknown.part(Part::Element),
        _ => unknown.part(Part::Value),
    }
}

/// The key that stands for each key of an unknown collection: the element itself for a set.
pub(super) fn key_of(unknown: &Unknown) -> Value {
    match unknown.of_type.as_deref() {
        Some(Type::Set(_)) => unknown.part(Part::Element),
        Some(Type::List(_)) => unknown.derive(format!("each index of {}", unknown.identity)).into(),
        _ => unknown.part(Part::Key),
    }
}

/// `value.name`
pub(super) fn attribute(value: &Value, name: &Arc<str>, span: Span) -> Value {
    let taints = value.marks.taints();
    let found = lift(std::slice::from_ref(value), |value| {
        let value = &value[0];
        match &value.data {
            Data::Map(entries) | Data::Object(entries) => match entries.get(name) {
                Some(entry) => entry.clone(),
                None => missing_attribute(value, name, span),
            },
            Data::Unknown(unknown) if unknown.error_message().is_some() => value.clone(),
            Data::Unknown(unknown) => unknown_attribute(unknown, name),
            Data::Each(each) => each.element.derived(format!("{}.{name}", each.over)),
            Data::Null => error(span, format!("`.{name}` of a null value")),
            _ => error(span, format!("`.{name}` of a value that is not an object")),
        }
    });
    found.with_marks(&taints)
}

/// A resource has attributes that its block does not set: those are decided when it is deployed.
fn missing_attribute(value: &Value, name: &Arc<str>, span: Span) -> Value {
    let whole = value.marks.iter().find_map(|mark| match mark {
        Mark::AttributeOf { address, attribute } if attribute.is_empty() => Some(address),
        _ => None,
    });
    match whole {
        Some(address) => {
            let unknown = Unknown::new(format!("{address}.{name}"), Reason::Deployment);
            unknown.at(span).into()
        }
        None => error(span, format!("there is no attribute `{name}` in {}", describe(value))),
    }
}

fn unknown_attribute(unknown: &Unknown, name: &Arc<str>) -> Value {
    let mut derived = unknown.derive(format!("{}.{name}", unknown.identity));
    match unknown.of_type.as_deref() {
        Some(Type::Object(fields)) => match fields.get(name) {
            Some(field) => derived = derived.typed(field.of_type.clone()),
            None => return Unknown::error(format!("{} has no attribute `{name}`", unknown.identity)).into(),
        },
        Some(Type::Map(element)) => derived = derived.typed(Type::clone(element)),
        // `list.0` of old times.
        Some(Type::List(_) | Type::Tuple(_) | Type::Any) | None => {}
        Some(Type::Bool | Type::Number | Type::String | Type::Set(_)) => {
            return Unknown::error(format!("{} has no attribute `{name}`", unknown.identity)).into();
        }
    }
    derived.into()
}

/// `value[key]`
pub(super) fn index(value: &Value, key: &Value, span: Span) -> Value {
    let mut taints = value.marks.taints();
    if !matches!(value.data, Data::Object(_)) {
        taints.extend(&key.marks.taints());
    }
    let found = lift(&[value.clone(), key.clone()], |both| {
        let (value, key) = (&both[0], &both[1]);
        for side in both {
            if side.as_unknown().is_some_and(|unknown| unknown.error_message().is_some()) {
                return side.clone();
            }
        }
        if key.is_null() {
            return error(span, "null is not a key");
        }
        match &value.data {
            Data::Null => error(span, "index into a null value"),
            Data::Set(_) => error(span, "a set has no order and no keys: its elements cannot be indexed"),
            Data::Unknown(unknown) if !has_parts(unknown) => {
                error(span, format!("{} has no elements to index", unknown.identity))
            }
            Data::Each(each) if is_same_unknown(&each.key, key) => {
                choose([(each.when.clone(), each.element.clone())])
            }
            Data::Unknown(unknown)
                if let Some((_, entry)) = unknown.entries.iter().find(|(own, _)| is_same_key(own, key)) =>
            {
                entry.clone()
            }
            Data::Unknown(_) | Data::Each(_) => indexed(value, key),
            _ if matches!(key.data, Data::Unknown(_)) => indexed(value, key),
            Data::List(elements) | Data::Tuple(elements) => list_element(elements, key, span),
            Data::Map(_) | Data::Object(_) => match convert(key, &Type::String).map(|key| key.data) {
                Ok(Data::String(name)) => attribute(value, &name, span),
                _ => error(span, format!("{} is not a key", describe(key))),
            },
            _ => error(span, "this value has no elements to index"),
        }
    });
    found.with_marks(&taints)
}

/// Whether the unknown may be a collection that has keys.
fn has_parts(unknown: &Unknown) -> bool {
    !matches!(unknown.of_type.as_deref(), Some(Type::Bool | Type::Number | Type::String | Type::Set(_)))
}

/// Whether two keys are surely the same: one text, or one unknown.
fn is_same_key(left: &Value, right: &Value) -> bool {
    left.as_str().is_some_and(|text| right.as_str() == Some(text)) || is_same_unknown(left, right)
}

fn is_same_unknown(left: &Value, right: &Value) -> bool {
    match (left.as_unknown(), right.as_unknown()) {
        (Some(left), Some(right)) => left.identity == right.identity,
        _ => false,
    }
}

fn indexed(value: &Value, key: &Value) -> Value {
    if let (Data::Unknown(unknown), Some(name)) = (&value.data, key.as_str())
        && matches!(unknown.of_type.as_deref(), Some(Type::Object(_)))
    {
        return unknown_attribute(unknown, &name.into());
    }
    let identity = format!("{}[{}]", describe(value), describe(key));
    let hidden = if value.first_unknown().is_some() { value } else { key };
    let derived = hidden.derived(identity);
    match (&derived.data, value.as_unknown().and_then(|unknown| unknown.of_type.clone())) {
        (Data::Unknown(unknown), Some(of_type)) => match &*of_type {
            Type::List(element) | Type::Map(element) => {
                let typed = Unknown::clone(unknown).typed(Type::clone(element));
                Value::from(typed).with_marks(&derived.marks)
            }
            _ => derived,
        },
        _ => derived,
    }
}

fn list_element(elements: &[Value], key: &Value, span: Span) -> Value {
    let position = match convert(key, &Type::Number).map(|key| key.data) {
        Ok(Data::Number(number)) => number.as_i64(),
        _ => None,
    };
    match position.and_then(|position| usize::try_from(position).ok()).and_then(|at| elements.get(at)) {
        Some(element) => element.clone(),
        None => error(span, format!("{} is no index of a list of {}", describe(key), elements.len())),
    }
}
