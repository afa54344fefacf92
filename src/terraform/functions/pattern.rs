//! Regular expressions: Terraform's are Go's, whose syntax differs from ours in a few places.

use std::fmt::Write as _;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::limits::{MAX_ELEMENTS, MAX_TEXT_BYTES};
use super::pattern_class;
use super::signature::Call;
use super::text::string;
use crate::value::{Field, Type, Value};

pub fn regex(call: &Call<'_>) -> Result<Value, String> {
    let Some((pattern, shape)) = shaped(call)? else { return Ok(call.unknown()) };
    let Some(text) = call.argument(1).as_str() else { return Ok(call.unknown()) };
    if pattern.is_beyond(text) {
        return Ok(call.unsupported(BEYOND));
    }
    let captures =
        pattern.regex.captures(text).ok_or("pattern did not match any part of the given string")?;
    Ok(shape.value(&captures))
}

pub fn regexall(call: &Call<'_>) -> Result<Value, String> {
    let Some((pattern, shape)) = shaped(call)? else { return Ok(call.unknown()) };
    let Some(text) = call.argument(1).as_str() else { return Ok(call.unknown()) };
    if pattern.is_beyond(text) {
        return Ok(call.unsupported(BEYOND));
    }
    let mut searches = Searches::of(&pattern, text, call);
    let (mut found, mut size) = (Vec::new(), 0);
    for captures in pattern.regex.captures_iter(text).take(MAX_ELEMENTS + 1) {
        // Groups within groups are the same text again and again.
        size += captures.iter().flatten().map(|group| group.len()).sum::<usize>();
        if !searches.may_go_on(&captures) || size > MAX_TEXT_BYTES {
            return Ok(call.too_large());
        }
        found.push(shape.value(&captures));
    }
    Ok(Value::list(found).with_type(&Type::List(Box::new(shape.of_type()))))
}

/// The pattern of a call, when it is known: a wrong one is an error whatever the text turns out to be.
fn shaped(call: &Call<'_>) -> Result<Option<(Pattern, Shape)>, String> {
    let Some(pattern) = call.argument(0).as_str() else { return Ok(None) };
    let pattern = Pattern::compile(pattern, call)?;
    let shape = Shape::of(&pattern)?;
    Ok(Some((pattern, shape)))
}

/// Replaces every match; `$1`, `${1}`, `$name` and `$$` mean something in the replacement.
pub fn replace_all(call: &Call<'_>, text: &str, pattern: &str, replacement: &str) -> Result<Value, String> {
    let pattern = Pattern::compile(pattern, call)?;
    if pattern.is_beyond(text) {
        return Ok(call.unsupported(BEYOND));
    }
    let mut replaced = String::new();
    let mut copied = 0;
    let mut searches = Searches::of(&pattern, text, call);
    for captures in pattern.regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        replaced.push_str(&text[copied..whole.start()]);
        pattern.expand(&captures, replacement, &mut replaced);
        copied = whole.end();
        if !searches.may_go_on(&captures) || replaced.len() > MAX_TEXT_BYTES {
            return Ok(call.too_large());
        }
    }
    replaced.push_str(&text[copied..]);
    Ok(string(replaced))
}

/// Why a pattern with `\B` is not tried on every text.
const BEYOND: &str = "`\\B` is not looked for in text that is not ASCII";

/// Sizes (bytes) of a compiled pattern that are tried, and what each takes to compile, in the evaluator's steps.
const SIZES: [(usize, usize); 3] = [(64 * 1024, 200), (1024 * 1024, 10_000), (10 * 1024 * 1024, 100_000)];

/// Bytes that the searches of one call may look at.
const MAX_SEARCHED: usize = 250_000_000;

/// Bytes of a search that count for one of the evaluator's steps.
const SEARCHED_PER_STEP: usize = 64;

/// What the searches of one call look at: each may go through all that is left of the text and end at its start, and then
/// the next one does the same.
struct Searches<'c> {
    call: &'c Call<'c>,
    length: usize,
    searched: usize,
}

impl<'c> Searches<'c> {
    fn of(pattern: &Pattern, text: &str, call: &'c Call<'c>) -> Self {
        let groups = 1 + pattern.groups.len();
        Self { call, length: text.len().saturating_mul(groups.min(16)), searched: 0 }
    }

    fn may_go_on(&mut self, captures: &Captures<'_>) -> bool {
        let left = self.length.saturating_sub(captures.get(0).map_or(0, |whole| whole.start()));
        self.searched = self.searched.saturating_add(left);
        self.call.files.add_work(left / SEARCHED_PER_STEP);
        self.searched <= MAX_SEARCHED
    }
}

/// A pattern, with the names of its groups aside: Terraform's may repeat and begin with digits.
struct Pattern {
    regex: Regex,
    groups: Vec<Option<Arc<str>>>,
    /// Whether `\B` is in it.
    inside_words: bool,
}

impl Pattern {
    fn compile(pattern: &str, call: &Call<'_>) -> Result<Self, String> {
        let translator = translate(pattern)?;
        let compiled = |limit| RegexBuilder::new(&translator.translated).size_limit(limit).build();
        let mut built = Err(regex::Error::CompiledTooBig(0));
        for (limit, steps) in SIZES {
            if !matches!(built, Err(regex::Error::CompiledTooBig(_))) {
                break;
            }
            call.files.add_work(steps);
            built = compiled(limit);
        }
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            _ => format!("invalid regexp pattern: {pattern:?}"),
        })?;
        Ok(Self { regex, groups: translator.groups, inside_words: translator.inside_words })
    }

    fn is_beyond(&self, text: &str) -> bool {
        self.inside_words && !text.is_ascii()
    }

    /// Writes a replacement; a name that is none, or takes no part in the match, is nothing.
    fn expand(&self, captures: &Captures<'_>, replacement: &str, into: &mut String) {
        let mut rest = replacement;
        while let Some((before, after)) = rest.split_once('$') {
            into.push_str(before);
            if into.len() > MAX_TEXT_BYTES {
                return;
            }
            if let Some(after) = after.strip_prefix('$') {
                into.push('$');
                rest = after;
                continue;
            }
            let braced = after.strip_prefix('{');
            let text = braced.unwrap_or(after);
            let end = text.find(|one: char| !(one.is_alphanumeric() || one == '_')).unwrap_or(text.len());
            let (name, after_name) = text.split_at(end);
            let closed = if braced.is_some() { after_name.strip_prefix('}') } else { Some(after_name) };
            let Some(closed) = closed.filter(|_| !name.is_empty()) else {
                into.push('$');
                rest = after;
                continue;
            };
            rest = closed;
            let is_index = name.bytes().all(|byte| byte.is_ascii_digit());
            let found = if is_index && (name == "0" || !name.starts_with('0')) {
                name.parse().ok().and_then(|index| captures.get(index))
            } else {
                let named = self.groups.iter().enumerate();
                named
                    .filter(|(_, group)| group.as_deref() == Some(name))
                    .find_map(|(index, _)| captures.get(index + 1))
            };
            into.push_str(found.map_or("", |found| found.as_str()));
        }
        into.push_str(rest);
    }
}

/// What a match becomes: the text without groups, a tuple with plain groups, an object with named ones.
enum Shape {
    Text,
    Tuple(usize),
    Object(Vec<Arc<str>>),
}

impl Shape {
    fn of(pattern: &Pattern) -> Result<Self, String> {
        let groups = &pattern.groups;
        if groups.is_empty() {
            return Ok(Self::Text);
        }
        let names: Vec<Arc<str>> = groups.iter().flatten().cloned().collect();
        if names.is_empty() {
            return Ok(Self::Tuple(groups.len()));
        }
        if names.len() < groups.len() {
            return Err("invalid regexp pattern: cannot mix both named and unnamed capture groups".to_owned());
        }
        Ok(Self::Object(names))
    }

    fn value(&self, captures: &Captures<'_>) -> Value {
        let group = |found: Option<regex::Match<'_>>| {
            found.map_or_else(|| Value::null_of(&Type::String), |found| string(found.as_str()))
        };
        match self {
            Self::Text => group(captures.get(0)),
            Self::Tuple(_) => Value::tuple(captures.iter().skip(1).map(group).collect()),
            Self::Object(names) => {
                let fields = names.iter().zip(captures.iter().skip(1));
                Value::object(fields.map(|(name, found)| (Arc::clone(name), group(found))).collect())
            }
        }
    }

    fn of_type(&self) -> Type {
        match self {
            Self::Text => Type::String,
            Self::Tuple(groups) => Type::Tuple(vec![Type::String; *groups]),
            Self::Object(names) => Type::Object(
                names.iter().map(|name| (Arc::clone(name), Field::required(Type::String))).collect(),
            ),
        }
    }
}

/// Go's syntax in ours. Go's classes `\d`, `\s`, `\w` and `\b` are about ASCII; its sets know no operators
/// and its braces are literal where they hold no counts; it has `\Q…\E`, no `(?x)`, and no repetition of a
/// repetition.
fn translate(pattern: &str) -> Result<Translator<'_>, String> {
    let mut translator = Translator {
        rest: pattern,
        translated: String::with_capacity(pattern.len() + 8),
        groups: Vec::new(),
        inside_words: false,
    };
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
            '(' => translator.group()?,
            other => translator.copy(other.len_utf8()),
        }
    }
    Ok(translator)
}

struct Translator<'a> {
    rest: &'a str,
    translated: String,
    /// The names of the groups so far.
    groups: Vec<Option<Arc<str>>>,
    inside_words: bool,
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

    /// What begins a group. A name is kept aside, as ours may not be written as Terraform's may.
    fn group(&mut self) -> Result<(), String> {
        if let Some(rest) = self.rest.strip_prefix("(?)") {
            self.translated.push_str("(?:)");
            self.rest = rest;
            return Ok(());
        }
        let named = self.rest.strip_prefix("(?P<").or_else(|| self.rest.strip_prefix("(?<"));
        if let Some(named) = named {
            let (name, rest) = named.split_once('>').ok_or("invalid regexp pattern: unclosed group name")?;
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(format!("invalid regexp pattern: invalid group name {name:?}"));
            }
            self.groups.push(Some(Arc::from(name)));
            self.translated.push('(');
            self.rest = rest;
        } else if self.rest.starts_with("(?") {
            // What follows the parenthesis is not a repetition.
            self.copy(2);
        } else {
            self.groups.push(None);
            self.copy(1);
        }
        Ok(())
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
            'B' => {
                self.inside_words = true;
                r"\B"
            }
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
        if matches!(escaped, 'p' | 'P') {
            let (class, length) = pattern_class::class(&self.rest[1..])?;
            self.translated.push_str(&class);
            self.rest = &self.rest[1 + length..];
            return Ok(());
        }
        if let Some((code, length)) = octal(&self.rest[1..]) {
            write!(self.translated, "\\x{{{code:x}}}").map_err(|error| error.to_string())?;
            self.rest = &self.rest[1 + length..];
            return Ok(());
        }
        if self.rest.starts_with("\\x{") {
            let end = self.rest.find('}').ok_or("invalid regexp pattern: invalid escape sequence")?;
            self.copy(end + 1);
            return Ok(());
        }
        let known = matches!(escaped, 'a' | 'f' | 't' | 'n' | 'r' | 'v' | 'x')
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

/// The character of `012`, `0` or `101` at the start of a text, and how long that is. One digit alone, but for
/// zero, would refer back to a group, which Terraform's patterns cannot.
fn octal(text: &str) -> Option<(u32, usize)> {
    let length = text.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let digits = &text[..length];
    (length > 1 || digits == "0")
        .then(|| u32::from_str_radix(digits, 8).ok())
        .flatten()
        .map(|code| (code, length))
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
