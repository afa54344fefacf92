//! The one type that several values can have, as Terraform finds it for conditionals and collections.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Field, Type, Value, convert, type_of};

/// Types that are compared each with each.
const MAX_DISTINCT: usize = 256;

/// Converts all values to the one type that they unify to; `None` when there is none, or when one of them
/// cannot be converted. Booleans and numbers become text beside text, tuples become lists and objects maps
/// where their shapes differ. An unknown of any type may turn out to be what brings the others together:
/// beside one, values that do not unify stay apart.
pub fn unify(values: &[Value]) -> Option<Vec<Value>> {
    let common = match common_type(values.iter().map(type_of)) {
        Some(common) if common != Type::Any => common,
        Some(_) => return Some(values.to_vec()),
        None => return values.iter().any(is_open).then(|| values.to_vec()),
    };
    // For the same reason nothing but text is said of what such an unknown will be.
    let stays = |value: &Value| common != Type::String && is_open(value);
    let converted =
        |value: &Value| if stays(value) { Some(value.clone()) } else { convert(value, &common).ok() };
    values.iter().map(converted).collect()
}

/// Whether there is something in the value that may be of any type.
pub fn is_open(value: &Value) -> bool {
    match value.as_unknown() {
        Some(unknown) => unknown.of_type.as_deref().is_none_or(Type::contains_any),
        None => value.children().into_iter().any(is_open),
    }
}

/// The type that values of all these types are converted to; `None` when there is none. [`Type::Any`] among
/// plain types becomes whatever they are; among collections it leaves open what comes out, which is then
/// [`Type::Any`] too.
pub fn common_type(types: impl IntoIterator<Item = Type>) -> Option<Type> {
    let mut distinct: Vec<Type> = Vec::new();
    for one in types {
        if distinct.contains(&one) {
            continue;
        }
        // So many shapes can only meet in a collection: from there on, each is joined to what they have.
        if distinct.len() >= MAX_DISTINCT {
            distinct = vec![unified(distinct)?];
        }
        distinct.push(one);
    }
    unified(distinct)
}

/// How many of the types are of each kind.
#[derive(Default)]
struct Kinds {
    any: usize,
    lists: usize,
    sets: usize,
    maps: usize,
    tuples: usize,
    objects: usize,
}

impl Kinds {
    fn of(types: &[Type]) -> Self {
        let mut kinds = Self::default();
        for one in types {
            match one {
                Type::Any => kinds.any += 1,
                Type::List(_) => kinds.lists += 1,
                Type::Set(_) => kinds.sets += 1,
                Type::Map(_) => kinds.maps += 1,
                Type::Tuple(_) => kinds.tuples += 1,
                Type::Object(_) => kinds.objects += 1,
                Type::Bool | Type::Number | Type::String => {}
            }
        }
        kinds
    }
}

fn unified(mut distinct: Vec<Type>) -> Option<Type> {
    if distinct.len() <= 1 {
        return Some(distinct.pop().unwrap_or(Type::Any));
    }
    let kinds = Kinds::of(&distinct);
    let all = distinct.len();
    let only = |count: usize| count > 0 && count + kinds.any == all;
    if kinds.any > 0
        && [kinds.lists, kinds.sets, kinds.maps, kinds.tuples, kinds.objects].into_iter().any(only)
    {
        return Some(Type::Any);
    }
    if only(kinds.maps) {
        return element(&distinct).map(|element| Type::Map(Box::new(element)));
    }
    if only(kinds.lists) {
        return element(&distinct).map(|element| Type::List(Box::new(element)));
    }
    if only(kinds.sets) {
        return element(&distinct).map(|element| Type::Set(Box::new(element)));
    }
    if only(kinds.objects) {
        return common_object(&distinct);
    }
    if only(kinds.tuples) {
        return common_tuple(&distinct);
    }
    if kinds.maps > 0
        && only(kinds.maps + kinds.objects)
        && let Some(found @ Type::Map(_)) = with_objects_as_maps(&distinct)
    {
        return Some(found);
    }
    if kinds.lists > 0
        && only(kinds.lists + kinds.tuples)
        && let Some(found @ Type::List(_)) = with_tuples_as_lists(&distinct)
    {
        return Some(found);
    }
    if kinds.objects > 0 && kinds.tuples > 0 {
        return None;
    }
    most_general(&distinct)
}

/// The first type, the more general ones first, that all others can be converted to.
fn most_general(types: &[Type]) -> Option<Type> {
    let order = super::generality::most_general_first(types);
    let fits = |wanted: &Type| types.iter().all(|one| super::generality::is_convertible(one, wanted));
    order.into_iter().map(|index| &types[index]).find(|wanted| fits(wanted)).cloned()
}

/// The one type of the elements of collections, or of the members of tuples and objects.
fn element(types: &[Type]) -> Option<Type> {
    common_type(types.iter().flat_map(member_types))
}

fn with_objects_as_maps(types: &[Type]) -> Option<Type> {
    let is_object = |one: &&Type| matches!(one, Type::Object(_));
    let objects: Vec<Type> = types.iter().filter(is_object).cloned().collect();
    let map = Type::Map(Box::new(element(&objects)?));
    common_type(types.iter().filter(|one| !is_object(one)).cloned().chain([map]))
}

fn with_tuples_as_lists(types: &[Type]) -> Option<Type> {
    let is_tuple = |one: &&Type| matches!(one, Type::Tuple(_));
    let tuples: Vec<Type> = types.iter().filter(is_tuple).cloned().collect();
    let list = Type::List(Box::new(element(&tuples)?));
    common_type(types.iter().filter(|one| !is_tuple(one)).cloned().chain([list]))
}

/// Objects of the same attributes stay objects; any other mixture becomes a map.
fn common_object(types: &[Type]) -> Option<Type> {
    let objects: Vec<&BTreeMap<Arc<str>, Field>> = types
        .iter()
        .filter_map(|one| if let Type::Object(fields) = one { Some(fields) } else { None })
        .collect();
    if !objects.iter().all(|fields| fields.keys().eq(objects[0].keys())) {
        return element(types).map(|element| Type::Map(Box::new(element)));
    }
    let mut fields = BTreeMap::new();
    for name in objects[0].keys() {
        let of_types = objects.iter().filter_map(|object| object.get(name));
        let common = common_type(of_types.map(|field| field.of_type.clone()))?;
        fields.insert(Arc::clone(name), Field::required(common));
    }
    Some(Type::Object(fields))
}

/// Tuples of one length stay tuples; any other mixture becomes a list.
fn common_tuple(types: &[Type]) -> Option<Type> {
    let tuples: Vec<&Vec<Type>> = types
        .iter()
        .filter_map(|one| if let Type::Tuple(members) = one { Some(members) } else { None })
        .collect();
    if !tuples.iter().all(|members| members.len() == tuples[0].len()) {
        return element(types).map(|element| Type::List(Box::new(element)));
    }
    let member = |index: usize| common_type(tuples.iter().map(|members| members[index].clone()));
    Some(Type::Tuple((0..tuples[0].len()).map(member).collect::<Option<_>>()?))
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
        assert_eq!(unified, [Value::string("1"), text, Value::null_of(&Type::String)]);
        assert_eq!(unify(&[one.clone(), yes]), None);
        assert_eq!(unify(&[one.clone(), tuple([one])]), None);
    }

    #[test]
    fn shapes_that_differ_become_collections() {
        let (one, text) = (Value::integer(1), Value::string("a"));
        let unified = unify(&[tuple([one.clone()]), tuple([text.clone(), text.clone()])]).unwrap();
        assert_eq!(unified[0], Value::list(vec![Value::string("1")]));
        let unified = unify(&[tuple([]), tuple([one.clone()])]).unwrap();
        let empty = Value::list(vec![]).with_type(&Type::List(Box::new(Type::Number)));
        assert_eq!(unified, [empty, Value::list(vec![one.clone()])]);
        let unified = unify(&[object(&[("a", one.clone())]), object(&[("b", text.clone())])]).unwrap();
        assert_eq!(unified[0], Value::map(BTreeMap::from([(Arc::from("a"), Value::string("1"))])));
        let unified = unify(&[object(&[("a", one)]), object(&[("a", text)])]).unwrap();
        assert_eq!(unified[0], object(&[("a", Value::string("1"))]));
    }
}
