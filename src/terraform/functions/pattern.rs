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
/// and its braces are literal where they hold no counts; it has `\Q…\E`, and no `(?x)`.
fn translate(pattern: &str) -> Result<String, String> {
    let unknown_escape =
        |character: char| format!("invalid regexp pattern: invalid escape sequence: `\\{character}`");
    let mut translated = String::with_capacity(pattern.len() + 8);
    let mut in_set = false;
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        if character == '\\' {
            let Some(escaped) = after.chars().next() else { return Err(unknown_escape(' ')) };
            let after_escape = &after[escaped.len_utf8()..];
            if escaped == 'Q' && !in_set {
                let (quoted, remaining) = after_escape.split_once("\\E").unwrap_or((after_escape, ""));
                translated.push_str(&regex::escape(quoted));
                rest = remaining;
                continue;
            }
            translated.push_str(match (escaped, in_set) {
                ('d', false) => "[0-9]",
                ('D', false) => "[^0-9]",
                ('s', false) => r"[\t\n\f\r ]",
                ('S', false) => r"[^\t\n\f\r ]",
                ('w', false) => "[0-9A-Za-z_]",
                ('W', false) => "[^0-9A-Za-z_]",
                ('d', true) => "0-9",
                ('s', true) => r"\t\n\f\r ",
                ('w', true) => "0-9A-Za-z_",
                ('D', true) => "[^0-9]",
                ('S', true) => r"[^\t\n\f\r ]",
                ('W', true) => "[^0-9A-Za-z_]",
                ('b', false) => r"(?-u:\b)",
                ('B', false) => r"\B",
                ('<', _) => "<",
                ('>', _) => ">",
                _ => "",
            });
            let handled = matches!(escaped, 'd' | 'D' | 's' | 'S' | 'w' | 'W' | '<' | '>')
                || (matches!(escaped, 'b' | 'B') && !in_set);
            let allowed = matches!(escaped, 'A' | 'z' | 'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x' | 'p' | 'P')
                || (escaped.is_ascii() && !escaped.is_ascii_alphanumeric());
            if !handled && !allowed {
                return Err(unknown_escape(escaped));
            }
            if !handled {
                translated.push('\\');
                translated.push(escaped);
            }
            rest = after_escape;
            continue;
        }
        if in_set {
            match character {
                ']' => {
                    in_set = false;
                    translated.push(']');
                }
                '[' if after.starts_with(':') && after.contains(":]") => {
                    let end = after.find(":]").unwrap_or_default() + 2;
                    translated.push('[');
                    translated.push_str(&after[..end]);
                    rest = &after[end..];
                    continue;
                }
                '[' | '&' | '~' => {
                    translated.push('\\');
                    translated.push(character);
                }
                _ => translated.push(character),
            }
            rest = after;
            continue;
        }
        match character {
            '[' => {
                in_set = true;
                translated.push('[');
                let mut start = after;
                if let Some(negated) = start.strip_prefix('^') {
                    translated.push('^');
                    start = negated;
                }
                if let Some(literal) = start.strip_prefix(']') {
                    translated.push_str(r"\]");
                    start = literal;
                }
                rest = start;
                continue;
            }
            '{' if !is_count(after) => translated.push_str(r"\{"),
            '(' if after.starts_with("?") && has_extended_flag(after) => {
                return Err("invalid regexp pattern: invalid or unsupported Perl syntax".to_owned());
            }
            _ => translated.push(character),
        }
        rest = after;
    }
    Ok(translated)
}

/// Whether `{` begins `{2}`, `{2,}` or `{2,3}`.
fn is_count(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let (from, to) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !from.is_empty() && digits(from) && digits(to)
}

fn has_extended_flag(after: &str) -> bool {
    let flags: String =
        after[1..].chars().take_while(|flag| flag.is_ascii_alphabetic() || *flag == '-').collect();
    let ended = after[1 + flags.len()..].starts_with([')', ':']);
    ended && flags.contains(['x', 'u', 'R'])
}
