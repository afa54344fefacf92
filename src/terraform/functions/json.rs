//! JSON to values and back, numbers kept as they are written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::value::RawValue;
use unicode_normalization::UnicodeNormalization as _;

use super::limits::{MAX_NODES, MAX_TEXT_BYTES};
use super::signature::{Call, derived};
use super::text::{hoisted, string};
use crate::value::{Data, Number, Unknown, Value, lift};

/// Nesting beyond this is refused, as it is by most readers.
const MAX_DEPTH: usize = 128;

/// The text of a value that is not wholly known is unknown, and remembers the value.
pub fn jsonencode(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    if !super::limits::is_walkable(value) {
        return Ok(call.too_large());
    }
    // When the choices inside are too many to take apart, they stay inside of what is remembered.
    let Some(hoisted) = hoisted(value) else { return Ok(remembered(call, value)) };
    Ok(lift(&[hoisted], |one| encode_one(call, &one[0])))
}

fn encode_one(call: &Call<'_>, value: &Value) -> Value {
    if !value.is_wholly_known() {
        return remembered(call, value);
    }
    match encode(value) {
        Ok(text) => string(text).with_marks(&value.deep_marks().taints()),
        Err(message) if message == INFINITY => Unknown::error(message).into(),
        Err(_) => call.too_large(),
    }
}

fn remembered(call: &Call<'_>, value: &Value) -> Value {
    let arguments = std::slice::from_ref(value);
    let mut unknown = derived(call.function.name, arguments);
    unknown.json = Some(Arc::new(value.clone()));
    call.function.unknown(unknown).with_marks(&value.deep_marks().taints())
}

const INFINITY: &str = "cannot serialize infinity as JSON";

pub fn jsondecode(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    if let Some(unknown) = value.as_unknown() {
        return Ok(match &unknown.json {
            Some(json) => json.as_ref().clone(),
            None => call.unknown(),
        });
    }
    Ok(decode(call.text(0))?.unwrap_or_else(|| call.too_large()))
}

/// Reads one JSON value: objects become objects, arrays tuples. `None` when it is too large.
pub fn decode(text: &str) -> Result<Option<Value>, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| message(&error))?;
    let mut left = MAX_NODES;
    let value = decode_raw(raw.get(), MAX_DEPTH, &mut left)?;
    Ok((left > 0).then_some(value))
}

fn message(error: &serde_json::Error) -> String {
    format!("invalid JSON at line {} column {}", error.line(), error.column())
}

fn decode_raw(text: &str, depth: usize, left: &mut usize) -> Result<Value, String> {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return Ok(Value::null());
    }
    let Some(depth) = depth.checked_sub(1) else { return Err("JSON is nested too deeply".to_owned()) };
    match text.trim_start().bytes().next() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> =
                serde_json::from_str(text).map_err(|error| message(&error))?;
            let entries = members.into_iter().map(|(key, member)| {
                let key: Arc<str> = key.nfc().collect::<String>().into();
                Ok((key, decode_raw(member.get(), depth, left)?))
            });
            Ok(Value::object(entries.collect::<Result<_, String>>()?))
        }
        Some(b'[') => {
            let members: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| message(&error))?;
            let elements = members.into_iter().map(|member| decode_raw(member.get(), depth, left));
            Ok(Value::tuple(elements.collect::<Result<_, String>>()?))
        }
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|error| message(&error))?;
            Ok(string(text))
        }
        Some(b't') => Ok(Value::bool(true)),
        Some(b'f') => Ok(Value::bool(false)),
        Some(b'n') => Ok(Value::null()),
        _ => Number::parse(text.trim()).map(Value::from).ok_or_else(|| "number is too large".to_owned()),
    }
}

/// The JSON text of a known value, as Terraform writes it: no spaces, and `<`, `>`, `&` escaped. The error
/// says that it would be too long, or that it holds what JSON has no text for.
pub fn encode(value: &Value) -> Result<String, String> {
    let mut text = String::new();
    write(&mut text, value)?;
    Ok(text)
}

fn write(text: &mut String, value: &Value) -> Result<(), String> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(super::limits::EXCEEDED.to_owned());
    }
    match &value.data {
        Data::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Data::Number(number) if number.is_infinite() => {
            return Err(INFINITY.to_owned());
        }
        Data::Number(number) => text.push_str(&number.to_string()),
        Data::String(string) => write_string(text, string),
        Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write(text, element)?;
            }
            text.push(']');
        }
        Data::Map(entries) | Data::Object(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write_string(text, key);
                text.push(':');
                write(text, value)?;
            }
            text.push('}');
        }
        Data::Null | Data::Unknown(_) | Data::Choice(_) | Data::Each(_) => text.push_str("null"),
    }
    Ok(())
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
