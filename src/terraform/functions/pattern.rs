//! Regular expressions: Terraform's are Go's, whose syntax differs from ours in a few places.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::limits::{MAX_ELEMENTS, MAX_TEXT_BYTES};
use super::signature::Call;
use super::text::string;
use crate::value::Value;

pub fn regex(call: &Call<'_>) -> Result<Value, String> {
    let pattern = compile(call.text(0))?;
    let shape = Shape::of(&pattern)?;
    let captures =
        pattern.captures(call.text(1)).ok_or("pattern did not match any part of the given string")?;
    Ok(shape.value(&captures))
}

pub fn regexall(call: &Call<'_>) -> Result<Value, String> {
    let pattern = compile(call.text(0))?;
    let shape = Shape::of(&pattern)?;
    let found: Vec<Value> = pattern
        .captures_iter(call.text(1))
        .take(MAX_ELEMENTS + 1)
        .map(|captures| shape.value(&captures))
        .collect();
    Ok(Value::list(found))
}

/// Replaces every match; `$1`, `${1}`, `$name` and `$$` mean something in the replacement.
pub fn replace_all(call: &Call<'_>, text: &str, pattern: &str, replacement: &str) -> Result<Value, String> {
    let pattern = compile(pattern)?;
    let mut replaced = String::new();
    let mut copied = 0;
    for captures in pattern.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        replaced.push_str(&text[copied..whole.start()]);
        captures.expand(replacement, &mut replaced);
        copied = whole.end();
        if replaced.len() > MAX_TEXT_BYTES {
            return Ok(call.too_large());
        }
    }
    replaced.push_str(&text[copied..]);
    Ok(string(replaced))
}

/// What a match becomes: the text without groups, a tuple with plain groups, an object with named ones.
enum Shape {
    Text,
    Tuple,
    Object(Vec<Arc<str>>),
}

impl Shape {
    fn of(pattern: &Regex) -> Result<Self, String> {
        let groups: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
        if groups.is_empty() {
            return Ok(Self::Text);
        }
        let names: Vec<Arc<str>> = groups.iter().flatten().map(|name| Arc::from(*name)).collect();
        if names.is_empty() {
            return Ok(Self::Tuple);
        }
        if names.len() < groups.len() {
            return Err("invalid regexp pattern: cannot mix both named and unnamed capture groups".to_owned());
        }
        Ok(Self::Object(names))
    }

    fn value(&self, captures: &Captures<'_>) -> Value {
        let group =
            |found: Option<regex::Match<'_>>| found.map_or_else(Value::null, |found| string(found.as_str()));
        match self {
            Self::Text => group(captures.get(0)),
            Self::Tuple => Value::tuple(captures.iter().skip(1).map(group).collect()),
            Self::Object(names) => {
                let fields: BTreeMap<Arc<str>, Value> =
                    names.iter().map(|name| (Arc::clone(name), group(captures.name(name)))).collect();
                Value::object(fields)
            }
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translate(pattern)?).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        _ => format!("invalid regexp pattern: {pattern:?}"),
    })
}

/// Go's syntax in ours. Go's classes `\d`, `\s`, `\w` and `\b` are about ASCII; its sets know no operators
/// and its braces are literal where they hold no counts; it has `\Q…\E`, no `(?x)`, and no repetition of a
/// repetition.
fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator { rest: pattern, translated: String::with_capacity(pattern.len() + 8) };
    let mut repeated = false;
    while let Some(character) = translator.rest.chars().next() {
        let repeats = match character {
            '*' | '+' | '?' => true,
            '{' => count_length(translator.rest).is_some(),
            _ => false,
        };
        if repeats && repeated {
            return Err("invalid regexp pattern: invalid nested repetition operator".to_owned());
        }
        repeated = repeats;
        match character {
            '\\' => translator.escape()?,
            '[' => translator.set()?,
            '{' if !repeats => translator.replace_one("\\{"),
            '*' | '+' | '?' | '{' => translator.repetition(),
            '(' if has_unsupported_flag(&translator.rest[1..]) => {
                return Err("invalid regexp pattern: invalid or unsupported Perl syntax".to_owned());
            }
            // What follows the parenthesis is not a repetition.
            '(' if translator.rest.starts_with("(?") => translator.copy(2),
            other => translator.copy(other.len_utf8()),
        }
    }
    Ok(translator.translated)
}

struct Translator<'a> {
    rest: &'a str,
    translated: String,
}

impl Translator<'_> {
    fn copy(&mut self, length: usize) {
        let (copied, rest) = self.rest.split_at(length);
        self.translated.push_str(copied);
        self.rest = rest;
    }

    /// Writes something in place of one ASCII character.
    fn replace_one(&mut self, by: &str) {
        self.translated.push_str(by);
        self.rest = &self.rest[1..];
    }

    /// `*`, `+?`, `{2,3}`
    fn repetition(&mut self) {
        self.copy(count_length(self.rest).unwrap_or(1));
        if self.rest.starts_with('?') {
            self.copy(1);
        }
    }

    /// A backslash and what belongs to it, outside a set.
    fn escape(&mut self) -> Result<(), String> {
        let escaped = self.escaped()?;
        let by = match escaped {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => r"[\t\n\f\r ]",
            'S' => r"[^\t\n\f\r ]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            'b' => r"(?-u:\b)",
            // The ASCII form of this one could split a character.
            'B' => r"\B",
            '<' => "<",
            '>' => ">",
            'Q' => {
                let quoted = &self.rest[2..];
                let (quoted, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                self.translated.push_str(&regex::escape(quoted));
                self.rest = rest;
                return Ok(());
            }
            'A' | 'z' => {
                self.copy(2);
                return Ok(());
            }
            _ => return self.character_escape(escaped),
        };
        self.replace_escape(by);
        Ok(())
    }

    /// The character after the backslash.
    fn escaped(&self) -> Result<char, String> {
        self.rest.chars().nth(1).ok_or_else(|| "invalid regexp pattern: trailing backslash".to_owned())
    }

    /// Writes something in place of a backslash and an ASCII character.
    fn replace_escape(&mut self, by: &str) {
        self.translated.push_str(by);
        self.rest = &self.rest[2..];
    }

    /// An escape that means one character or a Unicode class.
    fn character_escape(&mut self, escaped: char) -> Result<(), String> {
        let known = matches!(escaped, 'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' | 'p' | 'P')
            || (escaped.is_ascii() && !escaped.is_ascii_alphanumeric());
        if !known {
            return Err(format!("invalid regexp pattern: invalid escape sequence: `\\{escaped}`"));
        }
        self.copy(2);
        Ok(())
    }

    /// A whole set, `[` to `]`.
    fn set(&mut self) -> Result<(), String> {
        self.copy(if self.rest.starts_with("[^") { 2 } else { 1 });
        if self.rest.starts_with(']') {
            self.replace_one(r"\]");
        }
        while let Some(character) = self.rest.chars().next() {
            match character {
                ']' => {
                    self.copy(1);
                    return Ok(());
                }
                '\\' => self.escape_in_set()?,
                '[' => match self.rest.find(":]").filter(|_| self.rest.starts_with("[:")) {
                    Some(end) => self.copy(end + 2),
                    None => self.replace_one(r"\["),
                },
                '&' => self.replace_one(r"\&"),
                '~' => self.replace_one(r"\~"),
                other => self.copy(other.len_utf8()),
            }
        }
        Err("invalid regexp pattern: missing closing ]".to_owned())
    }

    fn escape_in_set(&mut self) -> Result<(), String> {
        let escaped = self.escaped()?;
        let by = match escaped {
            'd' => "0-9",
            's' => r"\t\n\f\r ",
            'w' => "0-9A-Za-z_",
            'D' => "[^0-9]",
            'S' => r"[^\t\n\f\r ]",
            'W' => "[^0-9A-Za-z_]",
            '<' => "<",
            '>' => ">",
            _ => return self.character_escape(escaped),
        };
        self.replace_escape(by);
        Ok(())
    }
}

/// The length of `{2}`, `{2,}` or `{2,3}` at the start of a text; other braces are literal.
fn count_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('{')?;
    let end = inside.find('}')?;
    let (from, to) = inside[..end].split_once(',').unwrap_or((&inside[..end], ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!from.is_empty() && digits(from) && digits(to)).then_some(end + 2)
}

/// Whether a group begins with a flag that Go does not have: `?x`, `?u`, `?R`.
fn has_unsupported_flag(group: &str) -> bool {
    let Some(flags) = group.strip_prefix('?') else { return false };
    let length = flags.bytes().take_while(|flag| flag.is_ascii_alphabetic() || *flag == b'-').count();
    let ended = flags[length..].starts_with([')', ':']);
    ended && flags[..length].contains(['x', 'u', 'R'])
}
