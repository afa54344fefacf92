//! The one type that several values can have, as Terraform finds it for conditionals and collections.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Data, Field, Type, Value, convert, equal};

/// Types that are compared each with each.
const MAX_DISTINCT: usize = 256;

/// Converts all values to the one type that they unify to; `None` when there is none. Booleans and numbers
/// become text beside text, tuples become lists and objects maps where their shapes differ. An unknown of any
/// type may turn out to be what brings the others together: beside one, values that do not unify stay apart.
pub fn unify(values: &[Value]) -> Option<Vec<Value>> {
    let Some(common) = common_type(values.iter().map(type_of)) else {
        return values.iter().any(is_open).then(|| values.to_vec());
    };
    // For the same reason nothing but text is said of what such an unknown will be.
    let stays = |value: &Value| common != Type::String && is_open(value);
    let converted =
        |value: &Value| if stays(value) { Some(value.clone()) } else { convert(value, &common).ok() };
    values.iter().map(converted).collect()
}

fn is_open(value: &Value) -> bool {
    match value.as_unknown() {
        Some(unknown) => unknown.of_type.is_none(),
        None => value.children().into_iter().any(is_open),
    }
}

/// The type of a value, as far as it shows: nulls and most unknowns are of any type.
pub fn type_of(value: &Value) -> Type {
    let element_type = |elements: &[Value]| Box::new(joined(elements.iter()));
    match &value.data {
        Data::Null => Type::Any,
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::String(_) => Type::String,
        Data::List(elements) => Type::List(element_type(elements)),
        Data::Set(elements) => Type::Set(element_type(elements)),
        Data::Tuple(elements) => Type::Tuple(elements.iter().map(type_of).collect()),
        Data::Map(entries) => Type::Map(Box::new(joined(entries.values()))),
        Data::Object(entries) => Type::Object(
            entries.iter().map(|(name, value)| (Arc::clone(name), required(type_of(value)))).collect(),
        ),
        Data::Unknown(unknown) => unknown.of_type.as_deref().cloned().unwrap_or(Type::Any),
        Data::Choice(alternatives) => joined(alternatives.iter().map(|(_, value)| value)),
        Data::Each(each) => {
            let element = Box::new(type_of(&each.element));
            if each.key.is_null() {
                Type::List(element)
            } else if equal(&each.key, &each.element) == Some(true) {
                Type::Set(element)
            } else {
                Type::Map(element)
            }
        }
    }
}

fn joined<'a>(values: impl Iterator<Item = &'a Value>) -> Type {
    common_type(values.map(type_of)).unwrap_or(Type::Any)
}

fn required(of_type: Type) -> Field {
    Field { of_type, optional: false, default: None }
}

/// The type that values of all these types can be converted to. [`Type::Any`] takes part in nothing: it
/// becomes whatever the others are.
pub fn common_type(types: impl IntoIterator<Item = Type>) -> Option<Type> {
    let mut distinct: Vec<Type> = Vec::new();
    for one in types {
        if one == Type::Any || distinct.contains(&one) {
            continue;
        }
        // So many shapes can only meet in a collection: from there on, each is joined to what they have.
        if distinct.len() >= MAX_DISTINCT {
            distinct = vec![common_type(distinct)?];
        }
        distinct.push(one);
    }
    if distinct.len() <= 1 {
        return Some(distinct.pop().unwrap_or(Type::Any));
    }
    if distinct.iter().all(|one| matches!(one, Type::Bool | Type::Number | Type::String)) {
        return distinct.contains(&Type::String).then_some(Type::String);
    }
    if distinct.iter().all(|one| matches!(one, Type::Map(_) | Type::Object(_))) {
        return common_mapping(&distinct);
    }
    if distinct.iter().all(|one| matches!(one, Type::List(_) | Type::Set(_) | Type::Tuple(_))) {
        return common_sequence(&distinct);
    }
    None
}

/// Objects of the same attributes stay objects; any other mixture becomes a map.
fn common_mapping(types: &[Type]) -> Option<Type> {
    let objects: Vec<&BTreeMap<Arc<str>, Field>> = types
        .iter()
        .filter_map(|one| if let Type::Object(fields) = one { Some(fields) } else { None })
        .collect();
    if objects.len() == types.len() && objects.iter().all(|fields| fields.keys().eq(objects[0].keys())) {
        let mut fields = BTreeMap::new();
        for name in objects[0].keys() {
            let of_types = objects.iter().filter_map(|object| object.get(name));
            let common = common_type(of_types.map(|field| field.of_type.clone()))?;
            fields.insert(Arc::clone(name), required(common));
        }
        return Some(Type::Object(fields));
    }
    Some(Type::Map(Box::new(common_type(types.iter().flat_map(member_types))?)))
}

/// Tuples of one length stay tuples; sets and tuples become sets; anything with a list becomes a list.
fn common_sequence(types: &[Type]) -> Option<Type> {
    let tuples: Vec<&Vec<Type>> = types
        .iter()
        .filter_map(|one| if let Type::Tuple(members) = one { Some(members) } else { None })
        .collect();
    if tuples.len() == types.len() && tuples.iter().all(|members| members.len() == tuples[0].len()) {
        let member = |index: usize| common_type(tuples.iter().map(|members| members[index].clone()));
        return Some(Type::Tuple((0..tuples[0].len()).map(member).collect::<Option<_>>()?));
    }
    let element = Box::new(common_type(types.iter().flat_map(member_types))?);
    let has_list = types.iter().any(|one| matches!(one, Type::List(_)));
    let has_set = types.iter().any(|one| matches!(one, Type::Set(_)));
    Some(if has_set && !has_list { Type::Set(element) } else { Type::List(element) })
}

fn member_types(one: &Type) -> Vec<Type> {
    match one {
        Type::List(element) | Type::Set(element) | Type::Map(element) => vec![element.as_ref().clone()],
        Type::Tuple(members) => members.clone(),
        Type::Object(fields) => fields.values().map(|field| field.of_type.clone()).collect(),
        Type::Any | Type::Bool | Type::Number | Type::String => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple<const LENGTH: usize>(elements: [Value; LENGTH]) -> Value {
        Value::tuple(Vec::from(elements))
    }

    fn object(fields: &[(&str, Value)]) -> Value {
        Value::object(fields.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect())
    }

    #[test]
    fn primitives_meet_in_text_only() {
        let (one, text, yes) = (Value::integer(1), Value::string("a"), Value::bool(true));
        let unified = unify(&[one.clone(), text.clone(), Value::null()]).unwrap();
        assert_eq!(unified, [Value::string("1"), text, Value::null()]);
        assert_eq!(unify(&[one.clone(), yes]), None);
        assert_eq!(unify(&[one.clone(), tuple([one])]), None);
    }

    #[test]
    fn shapes_that_differ_become_collections() {
        let (one, text) = (Value::integer(1), Value::string("a"));
        let unified = unify(&[tuple([one.clone()]), tuple([text.clone(), text.clone()])]).unwrap();
        assert_eq!(unified[0], Value::list(vec![Value::string("1")]));
        let unified = unify(&[tuple([]), tuple([one.clone()])]).unwrap();
        assert_eq!(unified, [Value::list(vec![]), Value::list(vec![one.clone()])]);
        let unified = unify(&[object(&[("a", one.clone())]), object(&[("b", text.clone())])]).unwrap();
        assert_eq!(unified[0], Value::map(BTreeMap::from([(Arc::from("a"), Value::string("1"))])));
        let unified = unify(&[object(&[("a", one)]), object(&[("a", text)])]).unwrap();
        assert_eq!(unified[0], object(&[("a", Value::string("1"))]));
    }
}
