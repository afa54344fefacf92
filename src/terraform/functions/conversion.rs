//! Conversions between types, and the marks that Terraform lets a configuration set: `toset`, `tonumber`,
//! `sensitive` …

use std::sync::Arc;

use super::signature::{Call, Open};
use crate::value::{Condition, Data, Each, Mark, Part, Type, Value, convert};

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
    let element = unknown.part(Part::Element);
    let each = Each {
        over: Arc::clone(&unknown.identity),
        key: element.clone(),
        element,
        when: Condition::always(),
    };
    Ok(Value::from(Data::Each(Arc::new(each))).with_marks(&converted.marks))
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
    Ok(Value { marks: value.marks.without(&Mark::Sensitive), ..value.clone() })
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

/// A list described by its element.
pub fn each_in_list(over: &Arc<str>, element: Value) -> Value {
    Data::Each(Arc::new(Each {
        over: Arc::clone(over),
        key: Value::null(),
        element,
        when: Condition::always(),
    }))
    .into()
}

/// The collection as a list of what each of its elements is: for functions that change the order or number
/// of elements, but no element.
pub fn each_of(value: &Value) -> Option<Value> {
    let each = match Open::of(value)? {
        Open::Unknown(unknown) => each_in_list(&unknown.identity, unknown.part(Part::Element)),
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
