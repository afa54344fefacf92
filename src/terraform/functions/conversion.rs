//! Conversions between types, and the marks that Terraform lets a configuration set: `toset`, `tonumber`,
//! `sensitive` …

use std::sync::Arc;

use super::signature::{Call, Open};
use crate::value::{Data, Each, Mark, Type, Unknown, Value, convert};

pub fn tostring(call: &Call<'_>) -> Result<Value, String> {
    convert_to(call, &Type::String)
}

pub fn tonumber(call: &Call<'_>) -> Result<Value, String> {
    convert_to(call, &Type::Number)
}

pub fn tobool(call: &Call<'_>) -> Result<Value, String> {
    convert_to(call, &Type::Bool)
}

pub fn tolist(call: &Call<'_>) -> Result<Value, String> {
    convert_to(call, &Type::List(Box::new(Type::Any)))
}

pub fn tomap(call: &Call<'_>) -> Result<Value, String> {
    convert_to(call, &Type::Map(Box::new(Type::Any)))
}

/// A set made of an unknown collection is "each of it", so that instances over it have a key.
pub fn toset(call: &Call<'_>) -> Result<Value, String> {
    let converted = convert_to(call, &Type::Set(Box::new(Type::Any)))?;
    let Some(unknown) = converted.as_unknown() else { return Ok(converted) };
    let element = part_of(unknown, Part::Element);
    let each = Each { over: Arc::clone(&unknown.identity), key: element.clone(), element };
    Ok(Value { data: Data::Each(Arc::new(each)), marks: converted.marks.clone() })
}

fn convert_to(call: &Call<'_>, to: &Type) -> Result<Value, String> {
    let value = call.argument(0);
    convert(value, to).map_err(|message| match (value.as_str(), to) {
        (Some(text), Type::Number | Type::Bool) => {
            format!("cannot convert {text:?} to {}: {message}", to.name())
        }
        _ => message,
    })
}

pub fn sensitive(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.argument(0).clone().with_mark(Mark::Sensitive))
}

pub fn nonsensitive(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    Ok(Value { data: value.data.clone(), marks: value.marks.without(&Mark::Sensitive) })
}

pub fn issensitive(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    let sensitive = value.marks.contains(&Mark::Sensitive);
    // An unknown may turn out to be sensitive.
    if !sensitive && matches!(Open::of(value), Some(Open::Unknown(_))) {
        return Ok(call.unknown());
    }
    Ok(Value::bool(sensitive))
}

/// Nothing is ephemeral here.
pub fn ephemeralasnull(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.argument(0).clone())
}

/// Which part of an unknown collection.
#[derive(Clone, Copy)]
pub enum Part {
    /// `each of var.users`
    Element,
    /// `each key of var.users`
    Key,
    /// `each value of var.users`
    Value,
}

/// What stands for each element, key or value of an unknown collection.
pub fn part_of(collection: &Unknown, part: Part) -> Value {
    let words = match part {
        Part::Element => "each of",
        Part::Key => "each key of",
        Part::Value => "each value of",
    };
    let unknown = collection.derive(format!("{words} {}", collection.identity));
    let of_type = match (part, collection.of_type.as_deref()) {
        (Part::Key, _) => Some(Type::String),
        (_, Some(Type::List(element) | Type::Set(element) | Type::Map(element))) => {
            Some(element.as_ref().clone())
        }
        _ => None,
    };
    match of_type {
        Some(of_type) if of_type != Type::Any => unknown.typed(of_type).into(),
        _ => unknown.into(),
    }
}

/// A list described by its element.
pub fn each_in_list(over: &Arc<str>, element: Value) -> Value {
    Data::Each(Arc::new(Each { over: Arc::clone(over), key: Value::null(), element })).into()
}

/// The collection as a list of what each of its elements is: for functions that change the order or number
/// of elements, but no element.
pub fn each_of(value: &Value) -> Option<Value> {
    let each = match Open::of(value)? {
        Open::Unknown(unknown) => each_in_list(&unknown.identity, part_of(unknown, Part::Element)),
        Open::Each(each) => each_in_list(&each.over, each.element.clone()),
    };
    Some(each.with_marks(&value.marks))
}

/// Long gone: kept by Terraform for its message.
pub fn list(_: &Call<'_>) -> Result<Value, String> {
    Err("the \"list\" function was removed; use tolist([ ... ]) syntax to write a literal list".to_owned())
}

/// Long gone: kept by Terraform for its message.
pub fn map(_: &Call<'_>) -> Result<Value, String> {
    Err("the \"map\" function was removed; use tomap({ ... }) syntax to write a literal map".to_owned())
}
