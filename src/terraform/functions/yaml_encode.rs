//! `yamlencode`: values to block-style YAML with quoted text, as Terraform writes it.

use std::fmt::Write as _;

use super::limits::{EXCEEDED, MAX_TEXT_BYTES};
use super::signature::Call;
use super::text::string;
use crate::value::{Data, Value};

/// Lines of quoted text are folded at the first space past this column.
const FOLD_COLUMN: usize = 80;

pub fn yamlencode(call: &Call<'_>) -> Result<Value, String> {
    let value = call.argument(0);
    let mut writer = Writer { text: String::new(), column: 0 };
    match &value.data {
        Data::Bool(_) | Data::Number(_) | Data::Null => {
            // A plain scalar alone is ended explicitly.
            writer.push(&plain(value));
            writer.push("\n...\n");
        }
        _ => {
            if writer.node(value, 0, Position::Root).is_err() {
                return Ok(call.too_large());
            }
        }
    }
    Ok(string(writer.text))
}

/// Where a node stands: what precedes it on its line.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    Root,
    AfterKey,
    AfterDash,
}

struct Writer {
    text: String,
    column: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column = match text.rfind('\n') {
            Some(newline) => text[newline + 1..].chars().count(),
            None => self.column + text.chars().count(),
        };
    }

    fn line(&mut self, indent: usize) {
        self.push(&" ".repeat(indent));
    }

    /// Writes a node up to and including its line's end. The cursor stands behind `-`, `:` or at the start.
    fn node(&mut self, value: &Value, indent: usize, position: Position) -> Result<(), String> {
        if self.text.len() > MAX_TEXT_BYTES {
            return Err(EXCEEDED.to_owned());
        }
        match &value.data {
            Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) if !elements.is_empty() => {
                if position == Position::AfterKey {
                    self.push("\n");
                }
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 || position == Position::AfterKey {
                        self.line(indent);
                    } else if position == Position::AfterDash {
                        self.push(" ");
                    }
                    self.push("-");
                    self.node(element, indent + 2, Position::AfterDash)?;
                }
                Ok(())
            }
            Data::Map(entries) | Data::Object(entries) if !entries.is_empty() => {
                if position == Position::AfterKey {
                    self.push("\n");
                }
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 || position == Position::AfterKey {
                        self.line(indent);
                    } else if position == Position::AfterDash {
                        self.push(" ");
                    }
                    if key.contains('\n') {
                        self.push("?");
                        self.scalar(&Value::string(key.as_ref()), indent + 2, true);
                        self.push("\n");
                        self.line(indent);
                        self.push(":");
                        self.node(value, indent + 2, Position::AfterDash)?;
                        continue;
                    }
                    self.quoted(key, indent, false);
                    self.push(":");
                    // Sequences under a key are not indented.
                    let inner = if value.elements().is_some() { indent } else { indent + 2 };
                    self.node(value, inner, Position::AfterKey)?;
                }
                Ok(())
            }
            _ => {
                // Text that starts a line is indented as if it stood under a key.
                let indent = if position == Position::Root { indent + 2 } else { indent };
                self.scalar(value, indent, position != Position::Root);
                self.push("\n");
                Ok(())
            }
        }
    }

    /// A scalar or empty collection, without the end of its last line.
    fn scalar(&mut self, value: &Value, indent: usize, space: bool) {
        if space {
            self.push(" ");
        }
        match &value.data {
            Data::String(text) if is_block(text) => self.block(text, indent),
            Data::String(text) => self.quoted(text, indent, true),
            _ => self.push(&plain(value)),
        }
    }

    fn block(&mut self, text: &str, indent: usize) {
        let hint = if text.starts_with([' ', '\n']) { "2" } else { "" };
        let body = text.strip_suffix('\n');
        let chomping = match body {
            None => "-",
            Some(body) if body.is_empty() || body.ends_with('\n') => "+",
            Some(_) => "",
        };
        self.push(&format!("|{hint}{chomping}"));
        for line in body.unwrap_or(text).split('\n') {
            self.push("\n");
            if !line.is_empty() {
                self.line(indent);
                self.push(line);
            }
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, fold: bool) {
        self.push("\"");
        let mut characters = text.chars().peekable();
        let mut at_start = true;
        let mut after_space = false;
        while let Some(character) = characters.next() {
            let next_is_space = characters.peek().is_none_or(|next| *next == ' ');
            if character == ' '
                && fold
                && !at_start
                && !after_space
                && !next_is_space
                && self.column > FOLD_COLUMN
            {
                self.push("\n");
                self.line(indent);
                after_space = true;
                continue;
            }
            after_space = character == ' ';
            at_start = false;
            let escaped = escape(character);
            self.push(&escaped);
        }
        self.push("\"");
    }
}

/// Text of several lines is written as a block, when a block can hold it.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.contains(" \n")
        && !text.ends_with(' ')
        && !text.starts_with(' ')
        && text.chars().all(|character| {
            character == '\n' || escape(character).chars().eq([character]) || matches!(character, '"' | '\\')
        })
}

fn escape(character: char) -> String {
    match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' => {
            character.to_string()
        }
        other => {
            let code = u32::from(other);
            let mut escaped = String::new();
            let _ = match code {
                0..=0xff => write!(escaped, "\\x{code:02X}"),
                0x100..=0xffff => write!(escaped, "\\u{code:04X}"),
                _ => write!(escaped, "\\U{code:08X}"),
            };
            escaped
        }
    }
}

fn plain(value: &Value) -> String {
    match &value.data {
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => number.to_string(),
        Data::List(_) | Data::Set(_) | Data::Tuple(_) => "[]".to_owned(),
        Data::Map(_) | Data::Object(_) => "{}".to_owned(),
        _ => "null".to_owned(),
    }
}
