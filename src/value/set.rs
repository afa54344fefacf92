//! Sets: which elements are the same, and the order that Terraform iterates them in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Data, Number, Reason, Value, hoist, lift, same};

/// Past this many elements that are not wholly known, equal ones among them are no longer looked for
/// (they cannot be sorted, so each is compared with each).
const MAX_OPEN_COMPARISONS: usize = 500;

/// A set of these elements, which the caller has made one type: distinct as far as they are known, in
/// iteration order. A choice among the elements decides how many there are, so the set becomes a choice of
/// sets; when those would be too many, the choices stay inside.
pub fn set_of(elements: Vec<Value>) -> Value {
    let list = Value::list(elements);
    let hoisted = hoist(&list);
    let gave_up =
        matches!(hoisted.as_unknown(), Some(unknown) if matches!(unknown.reason, Reason::Unsupported(_)));
    let source = if gave_up { list } else { hoisted };
    lift(&[source], |lists| {
        let sorted = sorted_and_distinct(lists[0].elements().unwrap_or_default());
        // A set is as sensitive as any element: none of them can be told apart from the others.
        let mut marks = lists[0].marks.clone();
        for element in &sorted {
            marks.extend(&element.deep_marks().taints());
        }
        Value::from(Data::Set(Arc::new(sorted))).with_marks(&marks)
    })
}

/// The elements without those that are certainly equal to an earlier one, in their own order. The marks of
/// what is left out go to what stays.
pub fn distinct(elements: &[Value]) -> Vec<Value> {
    let mut kept = without_repetition(elements);
    kept.sort_by_key(|(index, _)| *index);
    kept.into_iter().map(|(_, element)| element).collect()
}

fn sorted_and_distinct(elements: &[Value]) -> Vec<Value> {
    without_repetition(elements).into_iter().map(|(_, element)| element).collect()
}

/// The first of each group of equal elements with its index, in iteration order. Equal known elements have
/// equal keys and so stand side by side; only those are compared.
fn without_repetition(elements: &[Value]) -> Vec<(usize, Value)> {
    let mut ordered: Vec<(Key, usize)> =
        elements.iter().enumerate().map(|(index, element)| (key(element), index)).collect();
    ordered.sort();
    let mut kept: Vec<(usize, Value)> = Vec::new();
    let mut group_start = 0;
    let mut identities: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for (position, (own_key, index)) in ordered.iter().enumerate() {
        let element = &elements[*index];
        if position > 0 && ordered[position - 1].0 != *own_key {
            group_start = kept.len();
        }
        let same = if let Some(unknown) = element.as_unknown() {
            identities.get(&unknown.identity).copied()
        } else if *own_key != Key::Open || kept.len() - group_start <= MAX_OPEN_COMPARISONS {
            (group_start..kept.len()).find(|other| same(&kept[*other].1, element) == Some(true))
        } else {
            None
        };
        if let Some(other) = same {
            kept[other].1.marks.extend(&element.marks);
            continue;
        }
        if let Some(unknown) = element.as_unknown() {
            identities.insert(Arc::clone(&unknown.identity), kept.len());
        }
        kept.push((*index, element.clone()));
    }
    kept
}

/// What elements are sorted by: numbers by size, booleans false first, text by bytes, anything else by a
/// text form of it; then null, then what is not known.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Bool(bool),
    Number(Number),
    Text(String),
    Compound(String),
    Null,
    Open,
}

fn key(element: &Value) -> Key {
    match &element.data {
        Data::Bool(value) => Key::Bool(*value),
        Data::Number(number) => Key::Number(number.clone()),
        Data::String(text) => Key::Text(text.to_string()),
        Data::Null => Key::Null,
        Data::Unknown(_) | Data::Choice(_) | Data::Each(_) => Key::Open,
        _ => {
            let mut text = String::new();
            write_compound(&mut text, element);
            Key::Compound(text)
        }
    }
}

/// The byte order of these texts is the order in which Terraform iterates sets of compound values.
fn write_compound(text: &mut String, value: &Value) {
    match &value.data {
        Data::Null => text.push('~'),
        Data::Bool(value) => text.push(if *value { 'T' } else { 'F' }),
        Data::Number(number) => write_number(text, number),
        Data::String(string) => {
            let _ = write!(text, "{string:?}");
        }
        Data::List(elements) => write_elements(text, '[', elements.iter(), ']'),
        Data::Set(elements) => write_elements(text, '{', elements.iter(), '}'),
        Data::Tuple(elements) => write_elements(text, '<', elements.iter(), '>'),
        Data::Object(entries) => write_elements(text, '<', entries.values(), '>'),
        Data::Map(entries) => {
            text.push('{');
            for (key, value) in entries.iter() {
                let _ = write!(text, "{key:?}:");
                write_compound(text, value);
                text.push(';');
            }
            text.push('}');
        }
        Data::Unknown(_) | Data::Choice(_) | Data::Each(_) => text.push('?'),
    }
}

fn write_elements<'a>(text: &mut String, open: char, elements: impl Iterator<Item = &'a Value>, close: char) {
    text.push(open);
    for element in elements {
        write_compound(text, element);
        text.push(';');
    }
    text.push(close);
}

/// Ten significant digits, with an exponent where plain text would be longer than those.
fn write_number(text: &mut String, number: &Number) {
    let rounded = number.rounded(10);
    if (-4..10).contains(&rounded.magnitude()) {
        let _ = write!(text, "{rounded}");
    } else {
        text.push_str(&rounded.to_scientific(None));
    }
}
