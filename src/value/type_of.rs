//! The type of a value.

use std::sync::Arc;

use super::{Data, Field, Type, Value, common_type, same};

/// The type of a value. [`Type::Any`] stands where it is not settled: for `null` as it is written, for errors
/// and for unknowns of which no type is known.
pub fn type_of(value: &Value) -> Type {
    if let Some(told) = &value.of_type {
        return Type::clone(told);
    }
    match &value.data {
        Data::Null => Type::Any,
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::String(_) => Type::String,
        Data::List(elements) => Type::List(element_type(elements.iter())),
        Data::Set(elements) => Type::Set(element_type(elements.iter())),
        Data::Map(entries) => Type::Map(element_type(entries.values())),
        Data::Tuple(elements) => Type::Tuple(elements.iter().map(type_of).collect()),
        Data::Object(entries) => Type::Object(
            entries.iter().map(|(name, value)| (Arc::clone(name), Field::required(type_of(value)))).collect(),
        ),
        Data::Unknown(unknown) => unknown.of_type.as_deref().map_or(Type::Any, Type::plain),
        Data::Choice(alternatives) => {
            let is_error =
                |value: &Value| value.as_unknown().is_some_and(|one| one.error_message().is_some());
            joined(alternatives.iter().map(|(_, value)| value).filter(|value| !is_error(value)))
        }
        Data::Each(each) => {
            let element = Box::new(type_of(&each.element));
            if each.key.is_null() {
                Type::List(element)
            } else if same(&each.key, &each.element) == Some(true) {
                Type::Set(element)
            } else {
                Type::Map(element)
            }
        }
    }
}

/// The elements of a collection have one type, so that the first one whose type is settled tells it.
fn element_type<'a>(elements: impl Iterator<Item = &'a Value> + Clone) -> Box<Type> {
    let settled = elements.clone().map(type_of).find(|one| !one.contains_any());
    Box::new(settled.unwrap_or_else(|| joined(elements)))
}

fn joined<'a>(values: impl Iterator<Item = &'a Value>) -> Type {
    common_type(values.map(type_of)).unwrap_or(Type::Any)
}
