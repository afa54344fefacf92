//! Set algebra: `setunion`, `setintersection`, `setsubtract`, `setproduct`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::conversion::each_in_list;
use super::limits::{MAX_ELEMENTS, MAX_NODES};
use super::sequence::with_open_part;
use super::signature::{Call, Open};
use crate::value::{Data, Type, Value, common_type, convert, equal, is_open, set_of, type_of, unify};

pub fn setunion(call: &Call<'_>) -> Result<Value, String> {
    if let Some(result) = with_open_part(call) {
        return Ok(result);
    }
    let (sets, of_type) = unified(call)?;
    if sets.iter().map(Vec::len).sum::<usize>() > MAX_ELEMENTS {
        return Ok(call.too_large());
    }
    Ok(set_of(sets.into_iter().flatten().collect()).with_type(&of_type))
}

pub fn setintersection(call: &Call<'_>) -> Result<Value, String> {
    let (sets, of_type) = unified(call)?;
    let mut sets = sets.into_iter();
    let mut common = sets.next().unwrap_or_default();
    for set in sets {
        let set = set_of(set);
        if too_many_pairs(&common, &set) {
            return Ok(call.unsupported("too many pairs to compare"));
        }
        let Some(kept) = retain(&common, &set, true) else { return Ok(call.unknown()) };
        common = kept;
    }
    Ok(set_of(common).with_type(&of_type))
}

pub fn setsubtract(call: &Call<'_>) -> Result<Value, String> {
    if call.argument(1).elements().is_some_and(<[Value]>::is_empty) && Open::of(call.argument(0)).is_some() {
        return Ok(call.argument(0).clone());
    }
    if call.arguments.iter().any(|argument| Open::of(argument).is_some()) {
        return Ok(call.unknown());
    }
    let (sets, of_type) = unified(call)?;
    let mut sets = sets.into_iter();
    let from = sets.next().unwrap_or_default();
    let without = set_of(sets.next().unwrap_or_default());
    if too_many_pairs(&from, &without) {
        return Ok(call.unsupported("too many pairs to compare"));
    }
    let kept = retain(&from, &without, false).map(|kept| set_of(kept).with_type(&of_type));
    Ok(kept.unwrap_or_else(|| call.unknown()))
}

/// Whether comparing each with each takes too long; texts are looked up instead.
fn too_many_pairs(elements: &[Value], set: &Value) -> bool {
    let members = set.elements().unwrap_or_default();
    elements.len().saturating_mul(members.len()) > 100 * MAX_NODES
        && !members.iter().all(|member| member.as_str().is_some())
}

/// The elements that are, or are not, in the set; `None` when that is open for one of them.
fn retain(elements: &[Value], set: &Value, wanted: bool) -> Option<Vec<Value>> {
    let members = set.elements()?;
    let texts: Option<BTreeSet<&str>> = members.iter().map(Value::as_str).collect();
    let mut kept = Vec::new();
    for element in elements {
        if let (Some(texts), Some(text)) = (&texts, element.as_str()) {
            if texts.contains(text) == wanted {
                kept.push(element.clone());
            }
            continue;
        }
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

/// The elements of all arguments, converted to one type, and that type.
fn unified(call: &Call<'_>) -> Result<(Vec<Vec<Value>>, Type), String> {
    let sets: Vec<&[Value]> =
        (0..call.arguments.len()).map(|index| call.elements(index)).collect::<Result<_, _>>()?;
    if call.arguments.iter().any(is_open) {
        let all: Vec<Value> = sets.iter().flat_map(|set| set.iter().cloned()).collect();
        let converted = unify(&all).ok_or("given sets must all have compatible element types")?;
        let mut converted = converted.into_iter();
        let sets = sets.iter().map(|set| converted.by_ref().take(set.len()).collect());
        return Ok((sets.collect(), Type::Set(Box::new(Type::Any))));
    }
    let is_blank = |one: &Type| *one == Type::Set(Box::new(Type::Any));
    let types = call.arguments.iter().map(type_of).filter(|one| !is_blank(one));
    let common = common_type(types)
        .map(|common| if common == Type::Any { Type::Set(Box::new(Type::Any)) } else { common })
        .ok_or("given sets must all have compatible element types")?;
    let converted = call
        .arguments
        .iter()
        .map(|set| Ok(convert(set, &common)?.elements().unwrap_or_default().to_vec()))
        .collect::<Result<_, String>>()?;
    Ok((converted, common))
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
    if size > MAX_ELEMENTS || size.saturating_mul(factors.len()) > MAX_NODES {
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
        let each = super::conversion::each_of(argument);
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
