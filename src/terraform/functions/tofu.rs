//! Functions that `OpenTofu` has and Terraform does not: `assume…`, `urldecode`, `base64gunzip`, `cidrcontains`.

use super::network;
use super::signature::Call;
use super::text::string;
use crate::value::{Value, convert, equal, type_of};

/// The second argument, which the first is said to equal.
pub fn assumeequal(call: &Call<'_>) -> Result<Value, String> {
    let (actual, expected) = (call.argument(0), call.argument(1));
    let wrong_type = |_| "the type of the actual value does not match that of the assumed one".to_owned();
    let actual = convert(actual, &type_of(expected)).map_err(wrong_type)?;
    match equal(&actual, expected) {
        Some(false) => Err("the actual value does not match the assumed value".to_owned()),
        _ => Ok(expected.clone()),
    }
}

pub fn assumenotnull(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    if value.is_null() { Err("assumption was not upheld".to_owned()) } else { Ok(value.clone()) }
}

pub fn assumestringprefix(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    let (Some(text), Some(prefix)) = (value.as_str(), call.argument(1).as_str()) else {
        return if value.is_null() { Err("assumption was not upheld".to_owned()) } else { Ok(value.clone()) };
    };
    if text.starts_with(prefix) { Ok(value.clone()) } else { Err("assumption was not upheld".to_owned()) }
}

/// `assumelistlength` and its like for maps and sets: at least, at most.
pub fn assumelength(call: &Call<'_>) -> Result<Value, String> {
    within(call, Some(1), Some(2))
}

pub fn assumelengthmin(call: &Call<'_>) -> Result<Value, String> {
    within(call, Some(1), None)
}

pub fn assumelengthmax(call: &Call<'_>) -> Result<Value, String> {
    within(call, None, Some(1))
}

fn within(call: &Call<'_>, least: Option<usize>, most: Option<usize>) -> Result<Value, String> {
    let value = call.argument(0);
    let bound = |index: Option<usize>, default: i64| match index {
        Some(index) if call.argument(index).is_wholly_known() => call.whole(index),
        _ => Ok(default),
    };
    let (least, most) = (bound(least, 0)?, bound(most, i64::MAX)?);
    if value.is_null() {
        return Err("assumption was not upheld".to_owned());
    }
    let length =
        value.elements().map(<[Value]>::len).or_else(|| value.entries().map(std::collections::BTreeMap::len));
    let Some(length) = length.and_then(|length| i64::try_from(length).ok()) else { return Ok(value.clone()) };
    if (least..=most).contains(&length) {
        Ok(value.clone())
    } else {
        Err("assumption was not upheld".to_owned())
    }
}

/// `+` is a space; a `%` without two digits after it is an error.
pub fn urldecode(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0);
    let complete = text
        .split('%')
        .skip(1)
        .all(|after| after.len() > 1 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()));
    if !complete {
        return Err("failed to decode the URL: an escape is incomplete".to_owned());
    }
    let spaced = text.replace('+', " ");
    match percent_encoding::percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Ok(string(decoded.into_owned())),
        Err(_) => Ok(call.unsupported("the bytes are not text")),
    }
}

pub fn base64gunzip(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.unsupported("compressed data is not read"))
}

pub fn cidrcontains(call: &Call<'_>) -> Result<Value, String> {
    network::contains(call.text(0), call.text(1)).map(Value::bool)
}
