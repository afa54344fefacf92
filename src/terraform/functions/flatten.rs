//! `flatten`, which has to look through choices and "each of" to find the lists inside lists.

use super::conversion::{each_in_list, each_of};
use super::limits::MAX_ELEMENTS;
use super::signature::{Call, Open};
use crate::value::{Data, Marks, Type, Value, lift};

pub fn flatten(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    if let Some(Open::Unknown(_)) = Open::of(value) {
        return Ok(call.unknown());
    }
    if Open::of(value).is_none() && value.elements().is_none() {
        return Err("can only flatten lists, sets and tuples".to_owned());
    }
    let mut budget = 10 * MAX_ELEMENTS;
    let flat = flat(value, &mut budget);
    Ok(if budget == 0 { call.too_large() } else { named(call, flat) })
}

/// An unknown inside makes the result unknown: then it is this call.
fn named(call: &Call<'_>, flat: Value) -> Value {
    match &flat.data {
        Data::Unknown(unknown) if unknown.error_message().is_none() => call.unknown(),
        Data::Choice(_) => lift(&[flat], |one| named(call, one[0].clone())),
        _ => flat,
    }
}

/// The elements of a sequence without any sequence among them: a tuple; an `Each`; an unknown when something
/// inside may be a sequence or not; or a choice between those.
fn flat(sequence: &Value, budget: &mut usize) -> Value {
    if let Data::Each(each) = &sequence.data {
        return flat_each(&each.over, &each.element, budget).with_marks(&sequence.marks.taints());
    }
    let mut parts = Vec::new();
    let mut run = Vec::new();
    let mut taints = Marks::default();
    for element in sequence.elements().unwrap_or_default() {
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            return Value::tuple(Vec::new());
        }
        if !may_be_sequence(element) {
            run.push(element.clone());
            continue;
        }
        let inner = match &element.data {
            Data::Unknown(_) => element.clone(),
            Data::Choice(_) => lift(std::slice::from_ref(element), |one| {
                if may_be_sequence(&one[0]) {
                    flat_element(&one[0], budget)
                } else {
                    Value::tuple(one.to_vec())
                }
            }),
            _ => flat_element(element, budget),
        };
        taints.extend(&inner.marks.taints());
        if let Data::Tuple(elements) = &inner.data {
            run.extend(elements.iter().cloned());
        } else {
            parts.push(Value::tuple(std::mem::take(&mut run)));
            parts.push(inner);
        }
    }
    parts.push(Value::tuple(run));
    lift(&parts, join).with_marks(&taints)
}

fn flat_element(element: &Value, budget: &mut usize) -> Value {
    if element.as_unknown().is_some() {
        return element.clone();
    }
    let flat = flat(element, budget);
    // Taints of an inner list go to its elements: the list itself is gone.
    let taints = element.marks.taints();
    if taints.is_empty() {
        return flat;
    }
    let flat = match &flat.data {
        Data::Tuple(elements) => {
            Value::tuple(elements.iter().map(|one| one.clone().with_marks(&taints)).collect())
        }
        _ => flat,
    };
    flat.with_marks(&taints)
}

/// Tuples one after the other; with an open part among them, that part when it is all there is.
fn join(parts: &[Value]) -> Value {
    let mut joined = Vec::new();
    let mut open = None;
    for part in parts {
        match &part.data {
            Data::Tuple(elements) => joined.extend(elements.iter().cloned()),
            // Two of them, or one among known elements: no description fits.
            _ if open.is_some() => return unclear(parts),
            _ => open = Some(part),
        }
    }
    match open {
        Some(only) if joined.is_empty() => only.clone(),
        Some(_) => unclear(parts),
        None => Value::tuple(joined),
    }
}

fn unclear(parts: &[Value]) -> Value {
    super::signature::derived("flatten", parts).into()
}

/// For each element of an unknown collection a list: with one element, that is what each is.
fn flat_each(over: &std::sync::Arc<str>, element: &Value, budget: &mut usize) -> Value {
    *budget = budget.saturating_sub(1);
    if *budget == 0 || !may_be_sequence(element) {
        return each_in_list(over, element.clone());
    }
    let inner = match &element.data {
        Data::Unknown(_) => element.clone(),
        Data::Choice(_) => lift(std::slice::from_ref(element), |one| flat_each(over, &one[0], budget)),
        _ => flat(element, budget),
    };
    lift(&[inner], |one| match &one[0].data {
        Data::Tuple(elements) => match elements.as_slice() {
            [] => Value::tuple(Vec::new()),
            [only] => each_in_list(over, only.clone()),
            _ => unclear(&[each_in_list(over, one[0].clone())]),
        },
        // The inner collection is what is iterated in the end.
        Data::Each(_) => each_of(&one[0]).unwrap_or_else(|| one[0].clone()),
        _ => one[0].clone(),
    })
}

fn may_be_sequence(value: &Value) -> bool {
    match &value.data {
        Data::List(_) | Data::Set(_) | Data::Tuple(_) | Data::Each(_) => true,
        Data::Unknown(unknown) => match unknown.of_type.as_deref() {
            None | Some(Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => true,
            Some(Type::Bool | Type::Number | Type::String | Type::Map(_) | Type::Object(_)) => false,
        },
        Data::Choice(alternatives) => alternatives.iter().any(|(_, value)| may_be_sequence(value)),
        _ => false,
    }
}
