//! `format` and `formatlist`: Go's verbs over Terraform's values.

use unicode_segmentation::UnicodeSegmentation as _;

use super::conversion::{each_in_list, each_of};
use super::signature::{Call, Open, derived};
use super::text::string;
use super::{format_number, json, limits};
use crate::value::{Data, Marks, Type, Unknown, Value, convert, lift};

/// Widest field, and most digits: nobody writes more.
const MAX_WIDTH: u16 = 1_000;

/// `%[flags][width][.precision][[argument]]mode`
#[expect(clippy::struct_excessive_bools, reason = "they are a verb's five independent flags")]
pub struct Verb {
    /// `#`
    pub alternate: bool,
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// ` `
    pub space: bool,
    /// `0`
    pub zero: bool,
    /// Narrowest field, 0 when not given.
    pub width: u16,
    /// After `.`.
    pub precision: Option<u16>,
    /// Index of the argument, from 0.
    pub argument: usize,
    /// The letter.
    pub mode: char,
}

enum Piece {
    Literal(String),
    Verb(Verb),
}

const UNTYPED_NULL: &str = "Terraform does not know the text of a null that has no type";

/// A `null` as it is written, not one of a variable that has a type.
fn is_untyped_null(value: &Value) -> bool {
    value.is_null() && matches!(crate::value::type_of(value), Type::Any)
}

pub fn format(call: &Call<'_>) -> Result<Value, String> {
    if call.rest(1).iter().any(is_untyped_null) {
        return Ok(call.unsupported(UNTYPED_NULL));
    }
    let Some(pattern) = call.argument(0).as_str() else { return Ok(call.unknown()) };
    write(call, pattern, call.rest(1))
}

/// One text for each element of the lists among the arguments; other arguments are repeated.
pub fn formatlist(call: &Call<'_>) -> Result<Value, String> {
    let Some(pattern) = call.argument(0).as_str() else { return Ok(call.unknown()) };
    let arguments = call.rest(1);
    if arguments.iter().any(is_untyped_null) {
        return Ok(call.unsupported(UNTYPED_NULL));
    }
    if let Some(open) = arguments.iter().find(|argument| may_be_list(argument)) {
        return Ok(for_each(call, pattern, arguments, open).unwrap_or_else(|| call.unknown()));
    }
    let mut length = None;
    for elements in arguments.iter().filter_map(Value::elements) {
        if length.is_some_and(|length| length != elements.len()) {
            return Err("the lists differ in length".to_owned());
        }
        length = Some(elements.len());
    }
    let mut texts = Vec::new();
    let mut size = 0;
    for index in 0..length.unwrap_or(1) {
        let row: Vec<Value> = arguments
            .iter()
            .map(|argument| argument.elements().map_or(argument, |elements| &elements[index]).clone())
            .collect();
        let mut failed = None;
        let text = lift(&row, |row| {
            write(call, pattern, row).unwrap_or_else(|message| {
                failed.get_or_insert(message);
                Value::null()
            })
        });
        if let Some(message) = failed {
            return Err(format!("error on format iteration {index}: {message}"));
        }
        size += text.as_str().map_or(0, str::len);
        if size > limits::MAX_TEXT_BYTES {
            return Ok(call.too_large());
        }
        texts.push(text);
    }
    Ok(Value::list(texts))
}

fn may_be_list(value: &Value) -> bool {
    match Open::of(value) {
        Some(Open::Each(_)) => true,
        Some(Open::Unknown(unknown)) => !matches!(
            unknown.of_type.as_deref(),
            Some(Type::Bool | Type::Number | Type::String | Type::Map(_) | Type::Object(_))
        ),
        None => false,
    }
}

/// With one unknown list among plain arguments: a text for each of its elements.
fn for_each(call: &Call<'_>, pattern: &str, arguments: &[Value], open: &Value) -> Option<Value> {
    let Some(Data::Each(over)) = each_of(open).map(|each| each.data) else { return None };
    let mut row = Vec::new();
    for argument in arguments {
        match each_of(argument).filter(|_| may_be_list(argument)).map(|each| each.data) {
            Some(Data::Each(each)) if each.over == over.over => row.push(each.element.clone()),
            None if argument.elements().is_none() => row.push(argument.clone()),
            _ => return None,
        }
    }
    // The list may have no elements at all: what fails for each does not fail the call.
    write(call, pattern, &row).ok().map(|text| each_in_list(&over.over, text))
}

/// The formatted text. `"%s"` alone is its argument; after an unknown, what follows is still known.
fn write(call: &Call<'_>, pattern: &str, arguments: &[Value]) -> Result<Value, String> {
    let pieces = parse(pattern)?;
    let used = pieces.iter().filter_map(|piece| match piece {
        Piece::Verb(verb) => Some(verb.argument + 1),
        Piece::Literal(_) => None,
    });
    let used = used.max().unwrap_or(0);
    if used > arguments.len() {
        return Err(format!("not enough arguments: the format string uses {used}"));
    }
    if used < arguments.len() {
        return Err(format!("too many arguments; only {used} used by format string"));
    }
    if let [Piece::Verb(verb)] = pieces.as_slice()
        && matches!(verb.mode, 's' | 'v')
        && verb.width == 0
        && verb.precision.is_none()
        && !verb.alternate
        && let Some(only) = arguments.get(verb.argument)
        && (only.as_str().is_some() || only.as_unknown().is_some())
        && let Ok(text) = convert(only, &Type::String)
    {
        return Ok(text);
    }
    let mut taints = Marks::default();
    for argument in arguments {
        taints.extend(&argument.deep_marks().taints());
    }
    let mut text = String::new();
    let mut known_from = 0;
    let mut last_unknown: Option<&Unknown> = None;
    for piece in &pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Verb(verb) => {
                let argument = &arguments[verb.argument];
                if argument.is_wholly_known() {
                    text.push_str(&render(verb, argument)?);
                } else {
                    known_from = text.len();
                    last_unknown = argument
                        .as_unknown()
                        .filter(|_| verb.mode == 's' && verb.width == 0 && verb.precision.is_none());
                    if last_unknown.is_none() {
                        // Not the plain text of the unknown: nothing is known of how it ends.
                        text.push('\0');
                        known_from = text.len();
                    }
                }
            }
        }
        if text.len() > limits::MAX_TEXT_BYTES {
            return Ok(call.too_large());
        }
    }
    let all: Vec<Value> = std::iter::once(Value::string(pattern)).chain(arguments.iter().cloned()).collect();
    if all.iter().all(Value::is_wholly_known) {
        return Ok(string(text).with_marks(&taints));
    }
    let mut unknown = derived("format", &all).typed(Type::String);
    let mut ending = text.split_off(known_from);
    if let Some(suffix) = last_unknown.and_then(|unknown| unknown.suffix.as_deref()) {
        ending.insert_str(0, suffix);
    }
    if !ending.is_empty() {
        unknown.suffix = Some(ending.into());
    }
    Ok(Value::from(unknown).with_marks(&taints))
}

fn parse(pattern: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut next_argument = 0;
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        literal.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            literal.push('%');
            rest = after;
            continue;
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        let (verb, remaining) = parse_verb(after, next_argument)?;
        next_argument = verb.argument + 1;
        pieces.push(Piece::Verb(verb));
        rest = remaining;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

fn parse_verb(text: &str, next_argument: usize) -> Result<(Verb, &str), String> {
    let mut verb = Verb {
        alternate: false,
        left: false,
        plus: false,
        space: false,
        zero: false,
        width: 0,
        precision: None,
        argument: next_argument,
        mode: 'v',
    };
    let mut rest = text;
    while let Some(flag @ ('#' | '-' | '+' | ' ' | '0')) = rest.chars().next() {
        match flag {
            '#' => verb.alternate = true,
            '-' => verb.left = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            _ => verb.zero = true,
        }
        rest = &rest[1..];
    }
    if let Some((width, after)) = take_number(rest)? {
        verb.width = width;
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = take_number(after)?.unwrap_or((0, after));
        verb.precision = Some(precision);
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('[') {
        let (index, after) = take_number(after)?.ok_or("invalid argument index in format string")?;
        verb.argument = usize::from(index).checked_sub(1).ok_or("argument indices start at 1")?;
        rest = after.strip_prefix(']').ok_or("invalid argument index in format string")?;
    }
    let Some(mode) = rest.chars().next() else {
        return Err("unterminated verb at the end of the format string".to_owned());
    };
    if !matches!(mode, 'v' | 't' | 'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' | 's' | 'q') {
        return Err(format!("unsupported format verb {mode:?}"));
    }
    verb.mode = mode;
    Ok((verb, &rest[1..]))
}

fn take_number(text: &str) -> Result<Option<(u16, &str)>, String> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 {
        return Ok(None);
    }
    match text[..end].parse::<u16>() {
        Ok(number) if number <= MAX_WIDTH => Ok(Some((number, &text[end..]))),
        _ => Err("number is too large in format string".to_owned()),
    }
}

fn render(verb: &Verb, value: &Value) -> Result<String, String> {
    let unsupported = |message: &str| format!("unsupported value for \"%{}\": {message}", verb.mode);
    if value.is_null() && verb.mode != 'v' {
        return Err(unsupported("null value cannot be formatted"));
    }
    match verb.mode {
        'v' => Ok(pad(verb, plain(verb, value)?)),
        't' => {
            let value = convert(value, &Type::Bool).map_err(|message| unsupported(&message))?;
            Ok(if value.as_bool() == Some(true) { "true" } else { "false" }.to_owned())
        }
        's' | 'q' => {
            let value = convert(value, &Type::String).map_err(|message| unsupported(&message))?;
            let text = value.as_str().unwrap_or_default();
            let text: String = match verb.precision {
                // None at all is as if it were not there.
                Some(length) if length > 0 => text.graphemes(true).take(usize::from(length)).collect(),
                _ => text.to_owned(),
            };
            let quotes = verb.mode == 'q';
            Ok(pad(verb, if quotes { json::encode(&Value::string(text))? } else { text }))
        }
        mode => {
            let value = convert(value, &Type::Number).map_err(|message| unsupported(&message))?;
            let number = value.as_number().ok_or_else(|| unsupported("number required"))?;
            if matches!(mode, 'd' | 'b' | 'o' | 'x' | 'X') {
                format_number::integer(verb, number).map_err(|message| unsupported(&message))
            } else {
                Ok(format_number::float(verb, number))
            }
        }
    }
}

fn plain(verb: &Verb, value: &Value) -> Result<String, String> {
    match &value.data {
        _ if verb.alternate => json::encode(value),
        Data::String(text) => Ok(text.to_string()),
        Data::Number(number) => Ok(format_number::general(number, None)),
        _ => json::encode(value),
    }
}

fn pad(verb: &Verb, text: String) -> String {
    let missing = usize::from(verb.width).saturating_sub(text.graphemes(true).count());
    if missing == 0 {
        return text;
    }
    let padding = if verb.zero { "0" } else { " " }.repeat(missing);
    if verb.left { text + &padding } else { padding + &text }
}
