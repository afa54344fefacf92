//! Lists and tuples: `concat`, `element`, `contains`, `distinct` …

use super::conversion::each_of;
use super::limits::{MAX_ELEMENTS, MAX_NODES};
use super::signature::{Call, Open};
use crate::value::{
    Data, Number, Reason, Type, Unknown, Value, common_type, convert, equal, is_open, type_of, unify,
};

pub fn length(call: &Call<'_>) -> Result<Value, String> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let value = call.argument(0);
    let count = match &value.data {
        Data::String(text) => text.graphemes(true).count(),
        // Unknown elements of a set may turn out to be equal.
        Data::Set(elements) if elements.len() > 1 && !value.is_wholly_known() => return Ok(call.unknown()),
        Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => elements.len(),
        Data::Map(entries) | Data::Object(entries) => entries.len(),
        // Also of a list that is made of `var.users` element by element: `length(var.users)`.
        Data::Unknown(unknown) => return Ok(call.function.unknown(count_of(value, &unknown.identity))),
        Data::Each(each) => return Ok(call.function.unknown(count_of(value, &each.over))),
        _ => return Err("argument must be a string, a collection type, or a structural type".to_owned()),
    };
    Ok(Value::integer(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn count_of(value: &Value, over: &str) -> Unknown {
    let identity = format!("length({over})");
    match value.first_unknown() {
        Some(unknown) => unknown.derive(identity),
        None => Unknown::new(identity, Reason::Input),
    }
}

pub fn concat(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.is_empty() {
        return Err("at least one argument is required".to_owned());
    }
    for argument in call.arguments {
        if !matches!(argument.data, Data::List(_) | Data::Tuple(_) | Data::Unknown(_) | Data::Each(_)) {
            let got = type_of(argument).name();
            return Err(format!("all arguments must be lists or tuples; got {got}"));
        }
    }
    if let Some(result) = with_open_part(call) {
        return Ok(result);
    }
    let count: usize = call.arguments.iter().filter_map(Value::elements).map(<[Value]>::len).sum();
    if count > MAX_ELEMENTS {
        return Ok(call.too_large());
    }
    let join = |parts: &[Value]| parts.iter().filter_map(Value::elements).flatten().cloned().collect();
    // Lists of types that have one in common make a list of that type, anything else a tuple.
    if call.arguments.iter().all(|argument| matches!(argument.data, Data::List(_)))
        && let Some(common) = common_type(call.arguments.iter().map(type_of))
    {
        if call.arguments.iter().any(is_open) {
            return Ok(Value::list(join(call.arguments)));
        }
        let converted: Vec<Value> =
            call.arguments.iter().map(|argument| convert(argument, &common)).collect::<Result<_, _>>()?;
        return Ok(Value::list(join(&converted)).with_type(&common));
    }
    Ok(Value::tuple(join(call.arguments)))
}

/// When an argument is not known: that one, if all others are empty; else the result is not known either.
pub fn with_open_part(call: &Call<'_>) -> Option<Value> {
    let empty = |value: &&Value| {
        value.elements().is_some_and(<[Value]>::is_empty)
            || value.entries().is_some_and(std::collections::BTreeMap::is_empty)
            || value.is_null()
    };
    call.arguments.iter().find(|argument| Open::of(argument).is_some())?;
    let mut rest = call.arguments.iter().filter(|argument| !empty(argument));
    match (rest.next(), rest.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => Some(call.unknown()),
    }
}

pub fn contains(call: &Call<'_>) -> Result<Value, String> {
    let (collection, wanted) = (call.argument(0), call.argument(1));
    match Open::of(collection) {
        Some(Open::Each(each)) if equal(&each.element, wanted) == Some(true) => return Ok(Value::bool(true)),
        // "each of X" is an element of X.
        Some(Open::Unknown(unknown)) if is_each_of(wanted, unknown) => return Ok(Value::bool(true)),
        Some(_) => return Ok(call.unknown()),
        None => {}
    }
    let elements = call.elements(0)?;
    let mut open = false;
    for element in elements {
        match equal(element, wanted) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => open = true,
        }
    }
    Ok(if open { call.unknown() } else { Value::bool(false) })
}

fn is_each_of(value: &Value, collection: &Unknown) -> bool {
    let name = format!("each of {}", collection.identity);
    value.as_unknown().is_some_and(|unknown| *unknown.identity == *name)
}

pub fn index(call: &Call<'_>) -> Result<Value, String> {
    if matches!(call.argument(0).data, Data::Set(_)) {
        return Err("argument must be a list or tuple".to_owned());
    }
    let elements = call.elements(0)?;
    let found = elements.iter().position(|element| equal(element, call.argument(1)) == Some(true));
    let found = found.and_then(|index| i64::try_from(index).ok()).ok_or("item not found")?;
    Ok(Value::integer(found))
}

pub fn element(call: &Call<'_>) -> Result<Value, String> {
    let (Data::List(elements) | Data::Tuple(elements)) = &call.argument(0).data else {
        return Err(format!("cannot read elements from {}", type_of(call.argument(0)).name()));
    };
    let index = call.whole(1)?;
    let Ok(index) = usize::try_from(index) else {
        return Err("cannot use element function with a negative index".to_owned());
    };
    if elements.is_empty() {
        return Err("cannot use element function with an empty list".to_owned());
    }
    Ok(elements[index % elements.len()].clone())
}

pub fn one(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    match call.elements(0)? {
        [] => Ok(Value::null()),
        [only] => Ok(only.clone()),
        // The elements of a set may turn out to be equal.
        _ if matches!(value.data, Data::Set(_)) && !value.is_wholly_known() => Ok(call.unknown()),
        _ => Err("must be a list, set, or tuple value with either zero or one elements".to_owned()),
    }
}

pub fn reverse(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    if let Some(each) = each_of(value) {
        return Ok(each);
    }
    let reversed = call.elements(0)?.iter().rev().cloned().collect();
    Ok(if matches!(value.data, Data::Tuple(_)) { Value::tuple(reversed) } else { Value::list(reversed) })
}

pub fn slice(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    let (Data::List(elements) | Data::Tuple(elements)) = &value.data else {
        return Err("must be a list or tuple value".to_owned());
    };
    let bound = |index: usize, name: &str| {
        let bound = call.whole(index)?;
        usize::try_from(bound)
            .ok()
            .filter(|bound| *bound <= elements.len())
            .ok_or_else(|| format!("{name} must be between 0 and the length of the list"))
    };
    let (start, end) = (bound(1, "start index")?, bound(2, "end index")?);
    if start > end {
        return Err("start index must not be greater than end index".to_owned());
    }
    let part = elements[start..end].to_vec();
    Ok(if matches!(value.data, Data::List(_)) { Value::list(part) } else { Value::tuple(part) })
}

pub fn chunklist(call: &Call<'_>) -> Result<Value, String> {
    let size = usize::try_from(call.whole(1)?).map_err(|_| "the size argument must be positive")?;
    let elements = call.elements(0)?;
    if size == 0 {
        return Ok(Value::list(vec![Value::list(elements.to_vec())]));
    }
    Ok(Value::list(elements.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

pub fn distinct(call: &Call<'_>) -> Result<Value, String> {
    if let Some(each) = each_of(call.argument(0)) {
        return Ok(each);
    }
    let elements = call.elements(0)?;
    if elements.len() > 1 && !elements.iter().all(is_present) {
        return Ok(call.unknown());
    }
    Ok(Value::list(crate::value::distinct(elements)))
}

/// Whether an element is known, or at least sure to be there and to be itself: what a deployment computes
/// (an ARN, an id) is neither empty nor like anything else.
fn is_present(element: &Value) -> bool {
    match element.as_unknown() {
        Some(unknown) => unknown.reason == Reason::Deployment,
        None => element.is_wholly_known(),
    }
}

pub fn compact(call: &Call<'_>) -> Result<Value, String> {
    if let Some(Open::Each(each)) = Open::of(call.argument(0))
        && each.element.is_wholly_known()
        && is_blank(&each.element)
    {
        return Ok(Value::list(Vec::new()));
    }
    if let Some(each) = each_of(call.argument(0)) {
        return Ok(each);
    }
    let elements = call.elements(0)?;
    if !elements.iter().all(is_present) {
        return Ok(call.unknown());
    }
    Ok(Value::list(elements.iter().filter(|element| !is_blank(element)).cloned().collect()))
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

pub fn sort(call: &Call<'_>) -> Result<Value, String> {
    if let Some(each) = each_of(call.argument(0)) {
        return Ok(each);
    }
    let mut elements = call.elements(0)?.to_vec();
    if elements.iter().any(Value::is_null) {
        return Err("given list element is null; a null string cannot be sorted".to_owned());
    }
    if elements.len() > 1 && elements.iter().any(|element| element.as_str().is_none()) {
        return Ok(call.unknown());
    }
    elements.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(Value::list(elements))
}

pub fn coalesce(call: &Call<'_>) -> Result<Value, String> {
    let unified = unify(call.arguments).ok_or("all arguments must have the same type")?;
    for value in unified {
        if is_blank(&value) {
            continue;
        }
        // What is not known may turn out to be null.
        let certain = value.as_unknown().is_none_or(|unknown| unknown.reason == Reason::Deployment);
        return Ok(if certain { value } else { call.unknown() });
    }
    Err("no non-null, non-empty-string arguments".to_owned())
}

pub fn coalescelist(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.is_empty() {
        return Err("at least one argument is required".to_owned());
    }
    for argument in call.arguments {
        if Open::of(argument).is_some() {
            return Ok(call.unknown());
        }
        if !matches!(type_of(argument), Type::List(_) | Type::Tuple(_)) {
            return Err("coalescelist arguments must be lists or tuples".to_owned());
        }
    }
    if let Some(found) = call.arguments.iter().find(|one| one.elements().is_some_and(|all| !all.is_empty())) {
        return Ok(found.clone());
    }
    Err("no non-null arguments".to_owned())
}

pub fn matchkeys(call: &Call<'_>) -> Result<Value, String> {
    let (values, keys, wanted) = (call.elements(0)?, call.elements(1)?, call.elements(2)?);
    if values.len() != keys.len() {
        return Err("length of keys and values should be equal".to_owned());
    }
    if !keys.iter().chain(wanted).all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let together: Vec<Value> = keys.iter().chain(wanted).cloned().collect();
    let unified = unify(&together).ok_or("keys and searchset must be of the same type")?;
    let (keys, wanted) = unified.split_at(keys.len());
    if keys.len().saturating_mul(wanted.len()) > 100 * MAX_NODES {
        return Ok(call.unsupported("too many pairs to compare"));
    }
    let is_wanted = |key: &Value| wanted.iter().any(|one| equal(one, key) == Some(true));
    let found = values.iter().zip(keys).filter(|(_, key)| is_wanted(key)).map(|(value, _)| value.clone());
    Ok(Value::list(found.collect()))
}

pub fn range(call: &Call<'_>) -> Result<Value, String> {
    let zero = Number::from(0);
    let (start, end) = match call.arguments.len() {
        1 => (&zero, call.number(0)?),
        2 | 3 => (call.number(0)?, call.number(1)?),
        _ => return Err("must have one, two, or three arguments".to_owned()),
    };
    let down = end < start;
    let step = if call.arguments.len() == 3 {
        call.number(2)?.clone()
    } else {
        Number::from(if down { -1 } else { 1 })
    };
    if step.is_zero() {
        return Err("step must not be zero".to_owned());
    }
    if down != step.is_negative() && start != end {
        return Err(format!("step must be {}", if down { "less than zero" } else { "greater than zero" }));
    }
    let mut numbers = Vec::new();
    let mut next = start.clone();
    while if step.is_negative() { next > *end } else { next < *end } {
        if numbers.len() >= 1024 {
            return Err(
                "more than 1024 values were generated; either decrease the difference between start and \
                        end or use a larger step"
                    .to_owned(),
            );
        }
        let following = next.plus(&step).map_err(|error| error.to_string())?;
        numbers.push(next.into());
        next = following;
    }
    Ok(Value::list(numbers))
}

pub fn alltrue(call: &Call<'_>) -> Result<Value, String> {
    decide(call, false)
}

pub fn anytrue(call: &Call<'_>) -> Result<Value, String> {
    decide(call, true)
}

/// One element that is `deciding` decides; null counts as false.
fn decide(call: &Call<'_>, deciding: bool) -> Result<Value, String> {
    let mut open = false;
    for element in call.elements(0)? {
        match convert(element, &Type::Bool)?.data {
            Data::Bool(value) if value == deciding => return Ok(Value::bool(deciding)),
            Data::Null if !deciding => return Ok(Value::bool(false)),
            Data::Bool(_) | Data::Null => {}
            _ => open = true,
        }
    }
    Ok(if open { call.unknown() } else { Value::bool(!deciding) })
}
