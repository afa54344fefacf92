//! Values as people write them, for the identity of what is computed from unknowns.

use super::{Data, Mark, Value};

/// Past this many bytes the text ends; [`Unknown::new`](super::Unknown::new) shortens it further.
const MAX_BYTES: usize = 4096;

/// Elements of one collection that are written out.
const MAX_ELEMENTS: usize = 64;

/// The value as it would be written; an unknown by what it stands for. Shows nothing of a secret.
pub fn describe(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// `upper(var.team)`
pub fn describe_call(name: &str, arguments: &[Value]) -> String {
    let mut text = format!("{name}(");
    write_sequence(&mut text, arguments.iter());
    text.push(')');
    text
}

fn write(text: &mut String, value: &Value) {
    if text.len() > MAX_BYTES {
        return;
    }
    let secret = |mark: &Mark| matches!(mark, Mark::Sensitive | Mark::SecretOf { .. });
    if value.marks.iter().any(secret) && !matches!(value.data, Data::Unknown(_)) {
        // Identities are printed.
        text.push_str("(sensitive)");
        return;
    }
    match &value.data {
        Data::Null => text.push_str("null"),
        Data::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Data::Number(number) => text.push_str(&number.to_string()),
        Data::String(string) => write_text(text, string),
        Data::List(elements) | Data::Tuple(elements) | Data::Set(elements) => {
            let set = matches!(value.data, Data::Set(_));
            text.push_str(if set { "toset([" } else { "[" });
            write_sequence(text, elements.iter());
            text.push_str(if set { "])" } else { "]" });
        }
        Data::Map(entries) | Data::Object(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().take(MAX_ELEMENTS).enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_text(text, key);
                text.push_str(" = ");
                write(text, value);
            }
            write_rest(text, entries.len());
            text.push('}');
        }
        Data::Unknown(unknown) => text.push_str(&unknown.identity),
        Data::Choice(alternatives) => {
            for (index, (_, alternative)) in alternatives.iter().enumerate() {
                text.push_str(if index > 0 { " | " } else { "" });
                write(text, alternative);
            }
        }
        Data::Each(each) => {
            let whole = format!("each of {}", each.over);
            if each.element.as_unknown().is_some_and(|unknown| *unknown.identity == *whole) {
                text.push_str(&each.over);
                return;
            }
            text.push_str("[for ");
            text.push_str(&each.over);
            text.push_str(": ");
            write(text, &each.element);
            text.push(']');
        }
    }
}

fn write_sequence<'a>(text: &mut String, values: impl ExactSizeIterator<Item = &'a Value>) {
    let count = values.len();
    for (index, value) in values.take(MAX_ELEMENTS).enumerate() {
        text.push_str(if index > 0 { ", " } else { "" });
        write(text, value);
    }
    write_rest(text, count);
}

fn write_rest(text: &mut String, count: usize) {
    if count > MAX_ELEMENTS {
        text.push_str(", … ");
        text.push_str(&(count - MAX_ELEMENTS).to_string());
        text.push_str(" more");
    }
}

fn write_text(text: &mut String, string: &str) {
    let end = string.char_indices().nth(1024).map_or(string.len(), |(index, _)| index);
    text.push('"');
    text.extend(string[..end].escape_debug());
    text.push('"');
    if end < string.len() {
        text.push_str("… ");
        text.push_str(&string.len().to_string());
        text.push_str(" bytes");
    }
}
