//! Conversion to a type constraint, as Terraform converts inputs and arguments.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::generality::{is_convertible, one_element_type};
use super::unify::is_open;
use super::{Data, Each, Field, Number, Type, Unknown, Value, choose, set_of, type_of, unify};

/// Converts a value to a type constraint. Unknowns keep their identity and are given the type; choices are
/// converted alternative by alternative, and one that cannot be becomes an error value. The error is what
/// Terraform says of such a value: `a number is required`, `attribute "name" is required`.
pub fn convert(value: &Value, to: &Type) -> Result<Value, String> {
    let data = match (&value.data, to) {
        (_, Type::Any) => return Ok(value.clone()),
        (Data::Null, _) => return convert_empty(value, to),
        (Data::Choice(_), _) => return convert_choice(value, to),
        (Data::Unknown(unknown), _) => Data::Unknown(Arc::new(convert_unknown(unknown, to)?)),
        (data, Type::Bool | Type::Number | Type::String) => convert_primitive(data, to)?,
        (Data::Each(each), _) => convert_each(each, to)?,
        (
            Data::List(elements) | Data::Set(elements) | Data::Tuple(elements),
            Type::List(_) | Type::Set(_),
        ) if elements.is_empty() => {
            return convert_empty(value, to);
        }
        (Data::Map(entries) | Data::Object(entries), Type::Map(_)) if entries.is_empty() => {
            return convert_empty(value, to);
        }
        (_, Type::List(element)) => {
            let differ = "all list elements must have the same type";
            Data::List(Arc::new(convert_elements(value, element, to, differ)?))
        }
        (_, Type::Set(element)) => {
            let elements = convert_elements(value, element, to, "all set elements must have the same type")?;
            return Ok(set_of(elements).with_marks(&value.marks));
        }
        (_, Type::Map(element)) => Data::Map(Arc::new(convert_entries(value, element, to)?)),
        (Data::Tuple(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let converted = elements.iter().zip(types).enumerate().map(|(index, (element, to))| {
                convert(element, to).map_err(|error| format!("element {index}: {error}"))
            });
            Data::Tuple(Arc::new(converted.collect::<Result<_, _>>()?))
        }
        (_, Type::Tuple(_)) => return Err(required(to)),
        (_, Type::Object(fields)) => Data::Object(Arc::new(convert_fields(value, fields, to)?)),
    };
    Ok(Value::from(data).with_marks(&value.marks))
}

/// A null or a collection without elements has only its type to be converted.
fn convert_empty(value: &Value, to: &Type) -> Result<Value, String> {
    let from = type_of(value);
    if !is_convertible(&from, to) {
        return Err(required(to));
    }
    let empty: Value = match to {
        _ if value.is_null() => Value::null(),
        Type::List(_) => Value::list(Vec::new()),
        Type::Set(_) => Data::Set(Arc::default()).into(),
        _ => Value::map(BTreeMap::new()),
    };
    Ok(empty.with_type(&to.filled_from(&from)).with_marks(&value.marks))
}

fn required(to: &Type) -> String {
    format!("{} required", to.name())
}

fn convert_choice(value: &Value, to: &Type) -> Result<Value, String> {
    let converted: Vec<_> = value
        .alternatives()
        .into_iter()
        .map(|(condition, alternative)| (condition, convert(&alternative, to)))
        .collect();
    if converted.iter().all(|(_, result)| result.is_err())
        && let Some((_, Err(error))) = converted.first()
    {
        return Err(error.clone());
    }
    let or_error =
        |result: Result<Value, String>| result.unwrap_or_else(|error| Unknown::error(error).into());
    Ok(choose(converted.into_iter().map(|(condition, result)| (condition, or_error(result)))))
}

fn convert_unknown(unknown: &Unknown, to: &Type) -> Result<Unknown, String> {
    let mut converted = unknown.clone();
    if unknown.error_message().is_some() {
        return Ok(converted);
    }
    let from = unknown.of_type.as_deref().unwrap_or(&Type::Any);
    if !is_convertible(from, to) {
        return Err(required(to));
    }
    converted.of_type = Some(Arc::new(to.filled_from(from).plain()));
    if !converted.entries.is_empty() {
        let entries = match to {
            Type::Any => return Ok(converted),
            Type::Map(element) => converted
                .entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), convert(value, element)?)))
                .collect::<Result<_, String>>()?,
            _ => Vec::new(),
        };
        converted = converted.with_entries(entries);
    }
    Ok(converted)
}

fn convert_primitive(from: &Data, to: &Type) -> Result<Data, String> {
    match (from, to) {
        (Data::Bool(_), Type::Bool) | (Data::Number(_), Type::Number) | (Data::String(_), Type::String) => {
            Ok(from.clone())
        }
        (Data::Bool(value), Type::String) => {
            Ok(Data::String(Arc::from(if *value { "true" } else { "false" })))
        }
        (Data::Number(number), Type::String) => Ok(Data::String(number.to_string().into())),
        (Data::String(text), Type::Number) => {
            Number::parse(text).map(Data::Number).ok_or_else(|| "a number is required".to_owned())
        }
        (Data::String(text), Type::Bool) => match text.as_ref() {
            "true" | "1" => Ok(Data::Bool(true)),
            "false" | "0" => Ok(Data::Bool(false)),
            "True" | "TRUE" | "False" | "FALSE" => Err(format!(
                "a bool is required; to convert from string, use lowercase \"{}\"",
                text.to_ascii_lowercase()
            )),
            _ => Err("a bool is required".to_owned()),
        },
        _ => Err(required(to)),
    }
}

/// The description of a collection's elements is converted as each of them would be.
fn convert_each(each: &Each, to: &Type) -> Result<Data, String> {
    let (key, element) = match to {
        Type::List(element) => (Value::null(), convert(&each.element, element)?),
        Type::Set(element) => {
            let element = convert(&each.element, element)?;
            (element.clone(), element)
        }
        Type::Map(element) if !each.key.is_null() => (each.key.clone(), convert(&each.element, element)?),
        _ => return Err(required(to)),
    };
    Ok(Data::Each(Arc::new(Each { over: Arc::clone(&each.over), key, element, when: each.when.clone() })))
}

fn convert_elements(value: &Value, to: &Type, whole: &Type, differ: &str) -> Result<Vec<Value>, String> {
    let elements = value.elements().ok_or_else(|| required(whole))?;
    let is_tuple = matches!(value.data, Data::Tuple(_));
    let found;
    let to = if is_tuple && *to == Type::Any && !elements.iter().any(is_open) {
        let types: Vec<Type> = elements.iter().map(type_of).collect();
        found = one_element_type(&types).ok_or_else(|| differ.to_owned())?;
        &found
    } else {
        to
    };
    let converted = elements
        .iter()
        .enumerate()
        .map(|(index, element)| convert(element, to).map_err(|error| format!("element {index}: {error}")))
        .collect::<Result<Vec<_>, _>>()?;
    if is_tuple && to.contains_any() {
        unify(&converted).ok_or_else(|| differ.to_owned())
    } else {
        Ok(converted)
    }
}

fn convert_entries(value: &Value, to: &Type, whole: &Type) -> Result<BTreeMap<Arc<str>, Value>, String> {
    let entries = value.entries().ok_or_else(|| required(whole))?;
    let converted = entries
        .iter()
        .map(|(key, value)| convert(value, to).map_err(|error| format!("element {key:?}: {error}")))
        .collect::<Result<Vec<_>, _>>()?;
    let is_object = matches!(value.data, Data::Object(_));
    let converted = if is_object && to.contains_any() {
        unify(&converted).ok_or_else(|| "all map elements must have the same type".to_owned())?
    } else {
        converted
    };
    Ok(entries.keys().cloned().zip(converted).collect())
}

/// Attributes that the type does not name are dropped; optional ones that are missing or null get their
/// default, or null.
fn convert_fields(
    value: &Value,
    fields: &BTreeMap<Arc<str>, Field>,
    whole: &Type,
) -> Result<BTreeMap<Arc<str>, Value>, String> {
    let entries = value.entries().ok_or_else(|| required(whole))?;
    let missing: Vec<String> = fields
        .iter()
        .filter(|(name, field)| !field.optional && !entries.contains_key(*name))
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    if !missing.is_empty() {
        return Err(missing_message(&missing));
    }
    let mut converted = BTreeMap::new();
    for (name, field) in fields {
        let given = entries.get(name).cloned().unwrap_or_else(Value::null);
        let given = match &field.default {
            Some(default) => with_default(&given, default),
            None => given,
        };
        let attribute =
            convert(&given, &field.of_type).map_err(|error| format!("attribute {name:?}: {error}"))?;
        converted.insert(Arc::clone(name), attribute);
    }
    Ok(converted)
}

fn with_default(given: &Value, default: &Value) -> Value {
    match &given.data {
        Data::Null => default.clone().with_marks(&given.marks.taints()),
        Data::Choice(_) => choose(
            given
                .alternatives()
                .into_iter()
                .map(|(condition, alternative)| (condition, with_default(&alternative, default))),
        ),
        _ => given.clone(),
    }
}

fn missing_message(names: &[String]) -> String {
    match names {
        [one] => format!("attribute {one} is required"),
        [first, second] => format!("attributes {first} and {second} are required"),
        [first @ .., last] => format!("attributes {}, and {last} are required", first.join(", ")),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Condition, Mark, Question, Reason};

    fn list_of(element: Type) -> Type {
        Type::List(Box::new(element))
    }

    fn object(fields: &[(&str, Value)]) -> Value {
        Value::object(fields.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect())
    }

    fn object_type(fields: &[(&str, Field)]) -> Type {
        Type::Object(fields.iter().map(|(name, field)| (Arc::from(*name), field.clone())).collect())
    }

    fn needed(of_type: Type) -> Field {
        Field { of_type, optional: false, default: None }
    }

    fn optional(of_type: Type, default: Option<Value>) -> Field {
        Field { of_type, optional: true, default }
    }

    #[test]
    fn primitives_convert_freely() {
        assert_eq!(convert(&Value::string("3"), &Type::Number).unwrap(), Value::integer(3));
        assert_eq!(convert(&Value::string("true"), &Type::Bool).unwrap(), Value::bool(true));
        assert_eq!(convert(&Value::integer(3), &Type::String).unwrap(), Value::string("3"));
        assert_eq!(convert(&Value::string("x"), &Type::Number).unwrap_err(), "a number is required");
        assert_eq!(convert(&Value::integer(1), &Type::Bool).unwrap_err(), "bool required");
        assert_eq!(
            convert(&Value::string("True"), &Type::Bool).unwrap_err(),
            "a bool is required; to convert from string, use lowercase \"true\""
        );
        let list = list_of(Type::String);
        assert_eq!(convert(&Value::string("x"), &list).unwrap_err(), "list of string required");
        assert!(convert(&Value::null(), &Type::Number).unwrap().is_null());
    }

    #[test]
    fn sets_are_sorted_and_distinct() {
        let numbers = Value::tuple([3, 1, 10, 3].map(|n: i64| Value::integer(n)).to_vec());
        let set = convert(&numbers, &Type::Set(Box::new(Type::Number))).unwrap();
        assert_eq!(set.elements().unwrap(), [1, 3, 10].map(|n: i64| Value::integer(n)));
        let texts = convert(&numbers, &Type::Set(Box::new(Type::String))).unwrap();
        assert_eq!(texts.elements().unwrap(), ["1", "10", "3"].map(Value::string));
    }

    #[test]
    fn optional_attributes_get_their_defaults_at_every_level() {
        let inner = object_type(&[("n", optional(Type::Number, Some(Value::string("7"))))]);
        let outer = object_type(&[
            ("a", needed(Type::String)),
            ("b", optional(inner, Some(object(&[])))),
            ("c", optional(Type::Bool, None)),
        ]);
        let given = object(&[("a", Value::integer(1)), ("b", Value::null()), ("extra", Value::null())]);
        let filled = object(&[
            ("a", Value::string("1")),
            ("b", object(&[("n", Value::integer(7))])),
            ("c", Value::null_of(&Type::Bool)),
        ]);
        assert_eq!(convert(&given, &outer).unwrap(), filled);
        assert_eq!(convert(&object(&[]), &outer).unwrap_err(), "attribute \"a\" is required");
        let wrong = object(&[("a", Value::tuple(vec![]))]);
        assert_eq!(convert(&wrong, &outer).unwrap_err(), "attribute \"a\": string required");
    }

    #[test]
    fn any_becomes_one_type() {
        let mixed = Value::tuple(vec![Value::integer(1), Value::string("a"), Value::null()]);
        let converted = convert(&mixed, &list_of(Type::Any)).unwrap();
        let null = Value::null_of(&Type::String);
        assert_eq!(converted, Value::list(vec![Value::string("1"), Value::string("a"), null]));
        let apart = Value::tuple(vec![Value::integer(1), Value::tuple(vec![])]);
        assert_eq!(
            convert(&apart, &list_of(Type::Any)).unwrap_err(),
            "all list elements must have the same type"
        );
    }

    #[test]
    fn unknowns_keep_their_identity_and_marks_stay() {
        let users = Value::from(Unknown::new("var.users", Reason::Input)).with_mark(Mark::Sensitive);
        let typed = convert(&users, &list_of(Type::String)).unwrap();
        assert_eq!(typed.as_unknown().unwrap().identity.as_ref(), "var.users");
        assert!(typed.marks.contains(&Mark::Sensitive));
        assert_eq!(convert(&typed, &Type::String).unwrap_err(), "string required");
        let inside = convert(&Value::tuple(vec![users.clone()]), &Type::Set(Box::new(Type::String))).unwrap();
        assert_eq!(inside.elements().unwrap().len(), 1);
    }

    #[test]
    fn choices_convert_in_each_world_and_decide_what_a_set_holds() {
        let toggle = Arc::new(Question::boolean("var.on", None));
        let pick = |yes: Value, no: Value| {
            choose([(Condition::is(&toggle, true), yes), (Condition::is(&toggle, false), no)])
        };
        let number = convert(&pick(Value::string("1"), Value::string("x")), &Type::Number).unwrap();
        let Data::Choice(alternatives) = &number.data else { panic!("{number:?}") };
        assert_eq!(alternatives[0].1, Value::integer(1));
        assert!(alternatives[1].1.as_unknown().unwrap().error_message().is_some());

        let elements = Value::tuple(vec![Value::string("a"), pick(Value::string("a"), Value::string("b"))]);
        let set = convert(&elements, &Type::Set(Box::new(Type::String))).unwrap();
        let sizes: Vec<usize> =
            set.alternatives().iter().map(|(_, set)| set.elements().unwrap().len()).collect();
        assert_eq!(sizes, [1, 2]);
        let list = convert(&elements, &list_of(Type::String)).unwrap();
        assert!(matches!(list.elements().unwrap()[1].data, Data::Choice(_)));
    }
}
