//! A value in few words, for identities and messages.

use super::{Data, Value};

/// Longest text shown in full (characters).
const MAX_TEXT: usize = 60;
/// Most elements shown.
const MAX_ELEMENTS: usize = 6;

/// The value as it would be written, shortened; an unknown by what it stands for. A value with a secret or
/// sensitive mark shows nothing of itself.
pub fn describe(value: &Value) -> String {
    if value.marks.iter().any(super::Mark::is_taint) && !matches!(value.data, Data::Unknown(_)) {
        return "(sensitive)".to_owned();
    }
    match &value.data {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) => quote(text),
        Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => {
            format!("[{}]", shown(elements.iter().map(describe)))
        }
        Data::Map(entries) | Data::Object(entries) => {
            format!("{{{}}}", shown(entries.iter().map(|(key, value)| format!("{key} = {}", describe(value)))))
        }
        Data::Unknown(unknown) => unknown.identity.to_string(),
        Data::Choice(alternatives) => {
            let words: Vec<String> =
                alternatives.iter().take(MAX_ELEMENTS).map(|(_, value)| describe(value)).collect();
            format!("({})", words.join(" or "))
        }
        Data::Each(each) => format!("[each of {}: {}]", each.over, describe(&each.element)),
    }
}

fn quote(text: &str) -> String {
    let mut shortened: String = text.chars().take(MAX_TEXT).collect();
    if shortened.len() < text.len() {
        shortened.push('…');
    }
    format!("\"{}\"", shortened.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn shown(words: impl ExactSizeIterator<Item = String>) -> String {
    let total = words.len();
    let mut words: Vec<String> = words.take(MAX_ELEMENTS).collect();
    if total > MAX_ELEMENTS {
        words.push(format!("… {} more", total - MAX_ELEMENTS));
    }
    words.join(", ")
}
