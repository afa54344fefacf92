//! Text: `join`, `split`, `replace`, `trim`, `substr`, `title` …

use unicode_normalization::{UnicodeNormalization as _, is_nfc};
use unicode_segmentation::UnicodeSegmentation as _;

use super::limits::{MAX_ELEMENTS, MAX_TEXT_BYTES};
use super::pattern;
use super::signature::{Call, derived};
use crate::value::{Value, hoist};

/// Text as a value: in composed form, as all of Terraform's text is.
pub fn string(text: impl Into<String>) -> Value {
    let text = text.into();
    if is_nfc(&text) { Value::string(text) } else { Value::string(text.nfc().collect::<String>()) }
}

pub fn upper(call: &Call<'_>) -> Result<Value, String> {
    Ok(string(
        call.text(0).chars().map(|character| single(character, character.to_uppercase())).collect::<String>(),
    ))
}

pub fn lower(call: &Call<'_>) -> Result<Value, String> {
    let lower = |character: char| character.to_lowercase().next().unwrap_or(character);
    Ok(string(call.text(0).chars().map(lower).collect::<String>()))
}

/// Terraform maps characters one to one: what has no single counterpart stays (`ß`).
fn single(character: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

pub fn title(call: &Call<'_>) -> Result<Value, String> {
    let mut titled = String::new();
    let mut at_start = true;
    for character in call.text(0).chars() {
        titled.push(if at_start { title_case(character) } else { character });
        at_start = if character.is_ascii() {
            !character.is_ascii_alphanumeric() && character != '_'
        } else {
            character.is_whitespace()
        };
    }
    Ok(string(titled))
}

/// The four Latin digraphs have a form of their own.
fn title_case(character: char) -> char {
    match character {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        other => single(other, other.to_uppercase()),
    }
}

pub fn strrev(call: &Call<'_>) -> Result<Value, String> {
    Ok(string(call.text(0).graphemes(true).rev().collect::<String>()))
}

/// Offset and length count what people see as characters. A negative offset counts from the end, a negative
/// length means the rest.
pub fn substr(call: &Call<'_>) -> Result<Value, String> {
    let (text, offset, length) = (call.text(0), call.whole(1)?, call.whole(2)?);
    let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let offset = if offset < 0 { text.graphemes(true).count().saturating_sub(back) } else { back };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(string(text.graphemes(true).skip(offset).take(length).collect::<String>()))
}

pub fn trim(call: &Call<'_>) -> Result<Value, String> {
    let cutset = call.text(1);
    Ok(string(call.text(0).trim_matches(|character| cutset.contains(character))))
}

pub fn trimprefix(call: &Call<'_>) -> Result<Value, String> {
    Ok(string(call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0))))
}

pub fn trimsuffix(call: &Call<'_>) -> Result<Value, String> {
    Ok(string(call.text(0).strip_suffix(call.text(1)).unwrap_or(call.text(0))))
}

pub fn trimspace(call: &Call<'_>) -> Result<Value, String> {
    Ok(string(call.text(0).trim()))
}

pub fn chomp(call: &Call<'_>) -> Result<Value, String> {
    Ok(string(call.text(0).trim_end_matches(['\r', '\n'])))
}

pub fn indent(call: &Call<'_>) -> Result<Value, String> {
    let spaces = usize::try_from(call.whole(0)?).map_err(|_| "spaces must not be negative")?;
    let text = call.text(1);
    let lines = text.matches('\n').count();
    if lines.saturating_mul(spaces).saturating_add(text.len()) > MAX_TEXT_BYTES {
        return Ok(call.too_large());
    }
    if lines == 0 {
        return Ok(string(text));
    }
    Ok(string(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

pub fn startswith(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::bool(call.text(0).starts_with(call.text(1))))
}

pub fn endswith(call: &Call<'_>) -> Result<Value, String> {
    let (value, ending) = (call.argument(0), call.text(1));
    if let Some(suffix) = value.as_unknown().and_then(|unknown| unknown.suffix.as_deref()) {
        if suffix.ends_with(ending) {
            return Ok(Value::bool(true));
        }
        if !ending.ends_with(suffix) {
            return Ok(Value::bool(false));
        }
    }
    let (Some(text), Some(ending)) = (value.as_str(), call.argument(1).as_str()) else {
        return Ok(call.unknown());
    };
    Ok(Value::bool(text.ends_with(ending)))
}

pub fn strcontains(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::bool(call.text(0).contains(call.text(1))))
}

/// With `/` around it the second argument is a pattern.
pub fn replace(call: &Call<'_>) -> Result<Value, String> {
    let (text, from, to) = (call.text(0), call.text(1), call.text(2));
    if let Some(pattern) = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        return pattern::replace_all(call, text, pattern, to);
    }
    let count = text.matches(from).count();
    if count.saturating_mul(to.len()).saturating_add(text.len()) > MAX_TEXT_BYTES {
        return Ok(call.too_large());
    }
    Ok(string(text.replace(from, to)))
}

pub fn split(call: &Call<'_>) -> Result<Value, String> {
    let (separator, text) = (call.text(0), call.text(1));
    let parts: Vec<Value> = if separator.is_empty() {
        text.graphemes(true).take(MAX_ELEMENTS + 1).map(string).collect()
    } else {
        text.split(separator).take(MAX_ELEMENTS + 1).map(string).collect()
    };
    Ok(Value::list(parts))
}

/// One element alone is itself, whatever it is; after an unknown element, what follows is still known.
pub fn join(call: &Call<'_>) -> Result<Value, String> {
    if call.arguments.len() < 2 {
        return Err("at least two arguments are required".to_owned());
    }
    let mut elements: Vec<&Value> = Vec::new();
    for list in call.rest(1) {
        let Some(more) = list.elements() else { return Ok(call.unknown()) };
        elements.extend(more);
    }
    if elements.iter().any(|element| element.is_null()) {
        return Err("a list element is null; cannot concatenate null values".to_owned());
    }
    if let [only] = elements.as_slice() {
        return Ok((*only).clone());
    }
    let known: Option<Vec<&str>> = elements.iter().map(|element| element.as_str()).collect();
    let (Some(separator), Some(texts)) = (call.argument(0).as_str(), known) else {
        return Ok(with_known_ending(call, &elements));
    };
    let size = texts.iter().map(|text| text.len() + separator.len()).sum::<usize>();
    Ok(if size > MAX_TEXT_BYTES { call.too_large() } else { string(texts.join(separator)) })
}

fn with_known_ending(call: &Call<'_>, elements: &[&Value]) -> Value {
    let mut unknown = derived(call.function.name, call.arguments);
    if let Some(separator) = call.argument(0).as_str() {
        let known: Vec<&str> = elements.iter().rev().map_while(|element| element.as_str()).collect();
        let mut ending: String = known.iter().rev().flat_map(|text| [separator, *text]).collect();
        let before = elements.iter().rev().nth(known.len()).and_then(|element| element.as_unknown());
        if let Some(suffix) = before.and_then(|unknown| unknown.suffix.as_deref()) {
            ending.insert_str(0, suffix);
        }
        if !ending.is_empty() {
            unknown.suffix = Some(ending.into());
        }
    }
    call.function.unknown(unknown)
}

/// The value with choices moved out, when that is possible within the limit of alternatives.
pub fn hoisted(value: &Value) -> Option<Value> {
    let hoisted = hoist(value);
    let gave_up = hoisted.as_unknown().is_some() && value.as_unknown().is_none();
    (!gave_up).then_some(hoisted)
}
