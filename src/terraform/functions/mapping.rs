//! Maps and objects: `merge`, `lookup`, `keys`, `values`, `zipmap`, `transpose`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::conversion::each_in_list;
use super::sequence::with_open_part;
use super::signature::{Call, Open};
use crate::value::{Data, Each, Marks, Part, Type, Value, convert, equal, is_open, type_of};

pub fn keys(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    match Open::of(value) {
        Some(Open::Unknown(unknown)) => {
            return Ok(each_in_list(&unknown.identity, unknown.part(Part::Key)));
        }
        Some(Open::Each(each)) if each.key.is_null() => return Err(not_a_mapping(value)),
        Some(Open::Each(each)) => return Ok(each_in_list(&each.over, each.key.clone())),
        None => {}
    }
    let entries = value.entries().ok_or_else(|| not_a_mapping(value))?;
    Ok(sequence_like(value, entries.keys().map(|key| Value::string(Arc::clone(key))).collect()))
}

pub fn values(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    match Open::of(value) {
        Some(Open::Unknown(unknown)) => {
            return Ok(each_in_list(&unknown.identity, unknown.part(Part::Value)));
        }
        Some(Open::Each(each)) if each.key.is_null() => return Err(not_a_mapping(value)),
        Some(Open::Each(each)) => return Ok(each_in_list(&each.over, each.element.clone())),
        None => {}
    }
    let entries = value.entries().ok_or_else(|| not_a_mapping(value))?;
    Ok(sequence_like(value, entries.values().cloned().collect()))
}

/// Of a map, a list; of an object, a tuple.
fn sequence_like(mapping: &Value, elements: Vec<Value>) -> Value {
    match type_of(mapping) {
        Type::Map(element) => Value::list(elements).with_type(&Type::List(element)),
        _ => Value::tuple(elements),
    }
}

fn not_a_mapping(value: &Value) -> String {
    format!("must be a map or an object, got {}", type_of(value).name())
}

pub fn lookup(call: &Call<'_>) -> Result<Value, String> {
    let (mapping, key) = (call.argument(0), call.argument(1));
    if call.arguments.len() > 3 {
        return Err("must have two or three arguments".to_owned());
    }
    if let Some(Open::Each(each)) = Open::of(mapping)
        && equal(&each.key, key) == Some(true)
    {
        return Ok(each.element.clone());
    }
    if Open::of(mapping).is_some() {
        return Ok(call.unknown());
    }
    let entries = mapping.entries().ok_or_else(|| {
        format!("lookup() requires a map as the first argument, got {}", type_of(mapping).name())
    })?;
    let Some(key) = key.as_str() else { return Ok(call.unknown()) };
    // A default of another type is an error also where it is not needed.
    let default = match call.arguments.get(2) {
        Some(default) if !is_open(mapping) => Some(match type_of(mapping) {
            Type::Map(element) => convert(default, &element).map_err(|message| {
                format!("the default value must have the same type as the map elements: {message}")
            })?,
            _ => default.clone(),
        }),
        default => default.cloned(),
    };
    if let Some(found) = entries.get(key) {
        return Ok(found.clone());
    }
    default.ok_or_else(|| match mapping.data {
        Data::Object(_) => format!("the given object has no attribute {key:?}"),
        _ => format!("lookup failed to find key {key:?}"),
    })
}

pub fn merge(call: &Call<'_>) -> Result<Value, String> {
    let types: Vec<Type> = call.arguments.iter().map(type_of).collect();
    if let Some(wrong) = types.iter().find(|one| !matches!(one, Type::Map(_) | Type::Object(_) | Type::Any)) {
        return Err(format!("arguments must be maps or objects, got {}", wrong.name()));
    }
    if let Some(result) = with_open_part(call) {
        return Ok(result);
    }
    let mut merged = BTreeMap::new();
    for entries in call.arguments.iter().filter_map(Value::entries) {
        merged.extend(entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
    }
    // Maps of one type merge to a map, anything else to an object.
    match types.split_first() {
        Some((first @ Type::Map(_), rest)) if rest.iter().all(|one| one == first) => {
            Ok(Value::map(merged).with_type(first))
        }
        _ => Ok(Value::object(merged)),
    }
}

pub fn zipmap(call: &Call<'_>) -> Result<Value, String> {
    let (keys, values) = (call.argument(0), call.argument(1));
    if let (Some(Open::Each(keys)), Some(Open::Each(values))) = (Open::of(keys), Open::of(values))
        && keys.over == values.over
    {
        let each = Each {
            over: Arc::clone(&keys.over),
            key: keys.element.clone(),
            element: values.element.clone(),
            when: keys.when.and(&values.when),
        };
        return Ok(Data::Each(Arc::new(each)).into());
    }
    if Open::of(keys).is_some() || Open::of(values).is_some() {
        return Ok(call.unknown());
    }
    let (Data::List(elements) | Data::Tuple(elements)) = &values.data else {
        return Err("values must be a list or tuple".to_owned());
    };
    let names = call.elements(0)?;
    if names.len() != elements.len() {
        return Err(format!(
            "number of keys ({}) does not match number of values ({})",
            names.len(),
            elements.len()
        ));
    }
    let mut zipped = BTreeMap::new();
    for (name, element) in names.iter().zip(elements.iter()) {
        if name.is_null() {
            return Err("keys must not be null".to_owned());
        }
        let Data::String(name) = &name.data else { return Ok(call.unknown()) };
        zipped.insert(Arc::clone(name), element.clone());
    }
    let mut taints = Marks::default();
    for name in names {
        taints.extend(&name.marks.taints());
    }
    let zipped = match type_of(values) {
        Type::List(element) => Value::map(zipped).with_type(&Type::Map(element)),
        _ => Value::object(zipped),
    };
    Ok(zipped.with_marks(&taints))
}

pub fn transpose(call: &Call<'_>) -> Result<Value, String> {
    let mut transposed: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, values) in call.argument(0).entries().into_iter().flatten() {
        for value in values.elements().unwrap_or_default() {
            let Data::String(text) = &value.data else {
                return Err("input must not contain null string".to_owned());
            };
            transposed.entry(Arc::clone(text)).or_default().push(Value::string(Arc::clone(key)));
        }
    }
    Ok(Value::map(transposed.into_iter().map(|(key, values)| (key, Value::list(values))).collect()))
}
