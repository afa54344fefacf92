//! Set algebra: `setunion`, `setintersection`, `setsubtract`, `setproduct`.

use std::sync::Arc;

use super::limits::MAX_ELEMENTS;
use super::sequence::with_open_part;
use super::signature::{Call, Open};
use super::types::each_in_list;
use crate::value::{Data, Value, equal, set_of, unify};

pub fn setunion(call: &Call<'_>) -> Result<Value, String> {
    if let Some(result) = with_open_part(call) {
        return Ok(result);
    }
    let sets = unified(call)?;
    if sets.iter().map(Vec::len).sum::<usize>() > MAX_ELEMENTS {
        return Ok(call.too_large());
    }
    Ok(set_of(sets.into_iter().flatten().collect()))
}

pub fn setintersection(call: &Call<'_>) -> Result<Value, String> {
    let mut sets = unified(call)?.into_iter();
    let mut common = sets.next().unwrap_or_default();
    for set in sets {
        let set = set_of(set);
        let Some(kept) = retain(&common, &set, true) else { return Ok(call.unknown()) };
        common = kept;
    }
    Ok(set_of(common))
}

pub fn setsubtract(call: &Call<'_>) -> Result<Value, String> {
    if call.argument(1).elements().is_some_and(<[Value]>::is_empty) {
        return Ok(call.argument(0).clone());
    }
    if call.arguments.iter().any(|argument| Open::of(argument).is_some()) {
        return Ok(call.unknown());
    }
    let mut sets = unified(call)?.into_iter();
    let from = sets.next().unwrap_or_default();
    let without = set_of(sets.next().unwrap_or_default());
    Ok(retain(&from, &without, false).map_or_else(|| call.unknown(), set_of))
}

/// The elements that are, or are not, in the set; `None` when that is open for one of them. Sets are sorted,
/// but few are long: the known are found by equality.
fn retain(elements: &[Value], set: &Value, wanted: bool) -> Option<Vec<Value>> {
    let members = set.elements()?;
    let mut kept = Vec::new();
    for element in elements {
        let mut found = Some(false);
        for member in members {
            match equal(member, element) {
                Some(true) => {
                    found = Some(true);
                    break;
                }
                Some(false) => {}
                None => found = None,
            }
        }
        if found? == wanted {
            kept.push(element.clone());
        }
    }
    Some(kept)
}

/// The elements of all arguments, converted to one type.
fn unified(call: &Call<'_>) -> Result<Vec<Vec<Value>>, String> {
    let sets: Vec<&[Value]> =
        (0..call.arguments.len()).map(|index| call.elements(index)).collect::<Result<_, _>>()?;
    let all: Vec<Value> = sets.iter().flat_map(|set| set.iter().cloned()).collect();
    let mut converted = unify(&all).ok_or("given sets must all have compatible element types")?.into_iter();
    Ok(sets.iter().map(|set| converted.by_ref().take(set.len()).collect()).collect())
}

pub fn setproduct(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.len() < 2 {
        return Err("at least two arguments are required".to_owned());
    }
    if call.arguments.iter().any(|argument| argument.elements().is_some_and(<[Value]>::is_empty)) {
        return Ok(Value::list(Vec::new()));
    }
    if call.arguments.iter().any(|argument| Open::of(argument).is_some()) {
        return Ok(product_with_each(call).unwrap_or_else(|| call.unknown()));
    }
    let mut factors = Vec::new();
    let mut size: usize = 1;
    for index in 0..call.arguments.len() {
        let elements = unify(call.elements(index)?).ok_or("all elements must be of the same type")?;
        size = size.saturating_mul(elements.len());
        factors.push(elements);
    }
    if size.saturating_mul(factors.len()) > MAX_ELEMENTS {
        return Ok(call.too_large());
    }
    let mut product = vec![Vec::new()];
    for factor in &factors {
        let longer = |chosen: &Vec<Value>| {
            let chosen = chosen.clone();
            factor.iter().map(move |element| chosen.iter().chain([element]).cloned().collect())
        };
        product = product.iter().flat_map(longer).collect();
    }
    let tuples: Vec<Value> = product.into_iter().map(Value::tuple).collect();
    let any_set = call.arguments.iter().any(|argument| matches!(argument.data, Data::Set(_)));
    Ok(if any_set { set_of(tuples) } else { Value::list(tuples) })
}

/// "For each user and the one policy": one open factor, all others with one element.
fn product_with_each(call: &Call<'_>) -> Option<Value> {
    let mut over = None;
    let mut chosen = Vec::new();
    for argument in call.arguments {
        let each = super::types::each_of(argument);
        match (each.as_ref().map(|each| &each.data), argument.elements()) {
            (Some(Data::Each(each)), _) if over.is_none() => {
                over = Some(Arc::clone(&each.over));
                chosen.push(each.element.clone());
            }
            (None, Some([only])) => chosen.push(only.clone()),
            _ => return None,
        }
    }
    Some(each_in_list(&over?, Value::tuple(chosen)))
}
