//! `yamldecode`: YAML to values, with the words for booleans, numbers and dates that Terraform knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};
use unicode_normalization::UnicodeNormalization as _;

use super::datetime;
use super::limits::{EXCEEDED, MAX_NODES};
use super::signature::Call;
use super::text::string;
use crate::value::{Data, Number, Value};

/// Values that aliases may repeat in all: a few lines can name billions.
const MAX_ALIASED: usize = 200_000;

pub fn yamldecode(call: &Call<'_>) -> Result<Value, String> {
    decode(call.text(0))
}

/// A collection that is still open.
struct Frame {
    /// `None` for a sequence.
    entries: Option<BTreeMap<Arc<str>, Value>>,
    elements: Vec<Value>,
    /// The key that waits for its value.
    key: Option<Key>,
    anchor: usize,
    size: usize,
}

enum Key {
    Name(Arc<str>),
    Merge,
}

/// A finished node and how many values it holds.
#[derive(Clone)]
struct Node {
    value: Value,
    size: usize,
}

struct Reader {
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    document: Option<Value>,
}

/// Reads the one document of a text.
fn decode(text: &str) -> Result<Value, String> {
    let mut reader = Reader { open: Vec::new(), anchors: BTreeMap::new(), aliased: 0, document: None };
    let mut options = Options::default();
    options.emit_comments = false;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (count, event) in Parser::new_from_str_with_options(text, options).enumerate() {
        if count > MAX_NODES {
            return Err(EXCEEDED.to_owned());
        }
        let (event, span) = event.map_err(|error| format!("invalid YAML: {error}"))?;
        reader.read(event).map_err(|message| format!("on line {}: {message}", span.start.line()))?;
    }
    reader.document.ok_or_else(|| "missing start of document".to_owned())
}

impl Reader {
    fn read(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(..) if self.document.is_some() => {
                Err("unexpected extra content after value".to_owned())
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.awaits_key() {
                    return self.read_key(&text, style, anchor, tag.as_deref());
                }
                let node = Node { value: scalar(&text, style, tag.as_deref())?, size: 1 };
                self.finish(node, anchor)
            }
            Event::Alias(_) if self.awaits_key() => Err("only string keys are allowed".to_owned()),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or("cannot refer to anchor from inside its own definition")?;
                self.aliased = self.aliased.saturating_add(node.size);
                if self.aliased > MAX_ALIASED {
                    return Err("aliases repeat too many values".to_owned());
                }
                self.finish(node, 0)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq")?;
                self.start(None, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map")?;
                self.start(Some(BTreeMap::new()), anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.open.pop() else { return Ok(()) };
                let value = match frame.entries {
                    Some(entries) => Value::object(entries),
                    None => Value::tuple(frame.elements),
                };
                self.finish(Node { value, size: frame.size }, frame.anchor)
            }
            _ => Ok(()),
        }
    }

    fn awaits_key(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.entries.is_some() && frame.key.is_none())
    }

    fn start(&mut self, entries: Option<BTreeMap<Arc<str>, Value>>, anchor: usize) -> Result<(), String> {
        if self.awaits_key() {
            return Err("only string keys are allowed".to_owned());
        }
        self.open.push(Frame { entries, elements: Vec::new(), key: None, anchor, size: 1 });
        Ok(())
    }

    fn read_key(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), String> {
        let value = scalar(text, style, tag)?;
        if anchor != 0 {
            self.anchors.insert(anchor, Node { value: value.clone(), size: 1 });
        }
        self.set_key(&value)
    }

    fn set_key(&mut self, value: &Value) -> Result<(), String> {
        let name: Arc<str> = match &value.data {
            Data::String(text) => Arc::clone(text),
            Data::Number(number) => number.to_string().into(),
            Data::Bool(value) => Arc::from(if *value { "true" } else { "false" }),
            Data::Null => return Err("mapping key cannot be null".to_owned()),
            _ => return Err("only string keys are allowed".to_owned()),
        };
        if let Some(frame) = self.open.last_mut() {
            frame.key = Some(if *name == *"<<" { Key::Merge } else { Key::Name(name) });
        }
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.document = Some(node.value);
            return Ok(());
        };
        let Some(entries) = &mut frame.entries else {
            frame.size += node.size;
            frame.elements.push(node.value);
            return Ok(());
        };
        match frame.key.take() {
            None => Err("only string keys are allowed".to_owned()),
            Some(Key::Name(name)) => {
                frame.size += node.size;
                entries.insert(name, node.value);
                Ok(())
            }
            Some(Key::Merge) => {
                let merged = node.value.entries().ok_or("cannot merge a value that is no mapping")?;
                frame.size += node.size;
                entries.extend(merged.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
                Ok(())
            }
        }
    }
}

fn check_tag(tag: Option<&Tag>, allowed: &str) -> Result<(), String> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(allowed) => Err(unsupported(tag)),
        _ => Ok(()),
    }
}

fn unsupported(tag: &Tag) -> String {
    format!("unsupported tag {:?}", tag.original())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let standard = tag.and_then(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:"));
    match (tag, standard.as_deref()) {
        (None, _) | (_, Some("str" | "int" | "float" | "bool" | "null" | "timestamp" | "binary")) => {}
        (Some(tag), _) => return Err(unsupported(tag)),
    }
    if style != ScalarStyle::Plain || matches!(standard.as_deref(), Some("str" | "binary")) {
        return Ok(string(text));
    }
    let value = plain(text)?;
    match standard.as_deref() {
        Some("null") => Ok(Value::null()),
        Some("int" | "float") if value.as_number().is_none() => {
            Err(format!("cannot parse {text:?} as a number"))
        }
        Some("bool") if value.as_bool().is_none() => Err(format!("cannot parse {text:?} as a boolean")),
        _ => Ok(value),
    }
}

/// What an unquoted word means.
fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::null()),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            return Ok(Value::bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            return Ok(Value::bool(false));
        }
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("floating point infinity and NaN are not supported".to_owned());
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let digits =
            text.strip_prefix(prefix).filter(|digits| digits.chars().all(|digit| digit.is_digit(radix)));
        if let Some(digits) = digits.filter(|digits| !digits.is_empty()) {
            let number = u64::from_str_radix(digits, radix)
                .ok()
                .and_then(|number| Number::parse(&number.to_string()))
                .ok_or_else(|| format!("cannot parse {text:?} as a number"))?;
            return Ok(number.into());
        }
    }
    if text.starts_with(['+', '-', '.']) || text.starts_with(|first: char| first.is_ascii_digit()) {
        if let Some(number) = Number::parse(text) {
            return Ok(number.into());
        }
        if let Some(time) = datetime::from_yaml(text) {
            return Ok(Value::string(time));
        }
    }
    Ok(Value::string(text.nfc().collect::<String>()))
}
