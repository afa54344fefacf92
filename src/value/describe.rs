//! Values as people write them, for the identity of what is computed from unknowns.

use sha2::{Digest as _, Sha256};

use super::{Data, Mark, Value};

/// Bytes that are written out; what follows goes into a hash, so that identities stay distinct.
const MAX_BYTES: usize = 1024;

/// Values that are looked at.
const MAX_VALUES: usize = 100_000;

/// The value as it would be written; an unknown by what it stands for. Shows nothing of a secret.
pub fn describe(value: &Value) -> String {
    let mut description = Description::default();
    description.value(value);
    description.finish()
}

/// `upper(var.team)`
pub fn describe_call(name: &str, arguments: &[Value]) -> String {
    let mut description = Description::default();
    description.push(name);
    description.push("(");
    description.sequence(arguments.iter());
    description.push(")");
    description.finish()
}

struct Description {
    text: String,
    hidden: Option<Sha256>,
    left: usize,
}

impl Default for Description {
    fn default() -> Self {
        Self { text: String::new(), hidden: None, left: MAX_VALUES }
    }
}

impl Description {
    fn finish(self) -> String {
        let Self { mut text, hidden, .. } = self;
        if let Some(hidden) = hidden {
            text.push_str("…#");
            text.extend(hidden.finalize().iter().take(4).map(|byte| format!("{byte:02x}")));
        }
        text
    }

    fn push(&mut self, text: &str) {
        match &mut self.hidden {
            Some(hidden) => hidden.update(text),
            None if self.text.len() + text.len() <= MAX_BYTES => self.text.push_str(text),
            None => self.hidden = Some(Sha256::new_with_prefix(text)),
        }
    }

    fn value(&mut self, value: &Value) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let secret = |mark: &Mark| matches!(mark, Mark::Sensitive | Mark::SecretOf { .. });
        if value.marks.iter().any(secret) && value.as_unknown().is_none() {
            // Identities are printed.
            self.push("(sensitive)");
            return;
        }
        match &value.data {
            Data::Null => self.push("null"),
            Data::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Data::Number(number) => self.push(&number.to_string()),
            Data::String(string) => self.push(&format!("{string:?}")),
            Data::List(elements) | Data::Tuple(elements) => {
                self.push("[");
                self.sequence(elements.iter());
                self.push("]");
            }
            Data::Set(elements) => {
                self.push("toset([");
                self.sequence(elements.iter());
                self.push("])");
            }
            Data::Map(entries) | Data::Object(entries) => {
                self.push("{");
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.push(if index > 0 { ", " } else { "" });
                    self.push(&format!("{key:?} = "));
                    self.value(value);
                }
                self.push("}");
            }
            Data::Unknown(unknown) => self.push(&unknown.identity),
            Data::Choice(alternatives) => {
                for (index, (_, alternative)) in alternatives.iter().enumerate() {
                    self.push(if index > 0 { " | " } else { "" });
                    self.value(alternative);
                }
            }
            Data::Each(each) => {
                let whole = format!("each of {}", each.over);
                if each.element.as_unknown().is_some_and(|unknown| *unknown.identity == *whole) {
                    self.push(&each.over);
                    return;
                }
                self.push(&format!("[for {}: ", each.over));
                self.value(&each.element);
                self.push("]");
            }
        }
    }

    fn sequence<'a>(&mut self, values: impl Iterator<Item = &'a Value>) {
        for (index, value) in values.enumerate() {
            self.push(if index > 0 { ", " } else { "" });
            self.value(value);
        }
    }
}
