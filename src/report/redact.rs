//! Where in a text a password or secret stands as a literal, so that no snippet ever shows it.
//!
//! This reads text, not a tree: every format and every embedded script passes through here, and a value that is
//! hidden without need costs little. What is certainly a reference (`var.password`, `!Ref Password`) stays.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::SourceFile;

/// How far before the window (bytes) a secret's name is looked for: further than a private key is long.
const BYTES_BEFORE: usize = 4096;
/// How far after it the end of a secret is looked for; one that does not end there is hidden all the same.
const BYTES_AFTER: usize = 256;
/// The longest block (bytes) whose values are hidden because its name is that of a secret.
const HOLDER_BYTES: usize = 1024;

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("the pattern is a constant that parses"));
    };
}

pattern!(
    SECRET_NAME,
    r"(?i)[a-z0-9_-]*(?:password|passwd|passphrase|passcode|secret|private[_-]?key|token)[a-z0-9_-]*|\b(?:[a-z0-9]+[_-])*(?:pwd|pass|pw)\b|\b(?-i:[A-Za-z0-9]*[a-z0-9](?:Pwd|Pass|Pw))\b"
);
// Names of things about a secret, not of the secret.
pattern!(
    ABOUT_A_SECRET,
    r"(?i)(?:[_-]?(?:id|ids|arn|arns|name|names|length|policy|required|enabled|age|type|rotation|version|prevention)|\bsecretsmanager)$"
);
// Within a parameter or variable whose name is that of a secret, these hold the value.
pattern!(VALUE_NAME, r"(?i)\b(?:default|value|parametervalue|content|fn::sub|fn::join|fn::base64)\b");
pattern!(SEPARATOR, r#"^["'\])]*[ \t]*(?:=>|[:=])[ \t]*"#);
pattern!(BLOCK_HEADER, r"^[|>][-+0-9]*[ \t]*(?:#.*)?\r?$");
// A reference, a call or a word of the language, never a literal secret.
pattern!(
    EXPRESSION,
    r"^(?:(?:var|local|module|data|each|self|count|path|terraform|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)[.\[]|[a-z0-9_:]+\(|\$|(?:true|false|null)\b)"
);
pattern!(WORD, r"(?i)^(?:true|false|null|~)?[,;}\])\s]*(?:#.*)?$");
pattern!(REFERENCE_TAG, r"^!(?:Ref|GetAtt|ImportValue|FindInMap|Condition)\b");
pattern!(PRIVATE_KEY, r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----");
pattern!(URL_PASSWORD, r#"://[^/\s:@"']*:([^/\s@"']+)@"#);
pattern!(SECRET_ACCESS_KEY, r"(?:^|[^A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)");

/// The byte ranges of secrets within `window`, in order, none overlapping: those that a reader knows of, and
/// literals that look like some. Quotes stay outside of the latter.
pub fn secret_ranges(file: &SourceFile, window: Range<usize>) -> Vec<Range<usize>> {
    let mut found = literal_ranges(&file.text, window.clone());
    found.extend(file.concealed_within(&window));
    merged(found, 0, window)
}

fn literal_ranges(text: &str, window: Range<usize>) -> Vec<Range<usize>> {
    let start = floor(text, window.start.saturating_sub(BYTES_BEFORE));
    let end = floor(text, window.end.saturating_add(BYTES_AFTER).min(text.len()));
    let Some(context) = text.get(start..end) else { return Vec::new() };
    let mut found = Vec::new();
    for name in SECRET_NAME.find_iter(context) {
        if !ABOUT_A_SECRET.is_match(name.as_str()) {
            secrets_of(context, name.range(), &mut found);
        }
    }
    for key in PRIVATE_KEY.find_iter(context) {
        let rest = &context[key.end()..];
        found.push(key.end()..key.end() + rest.find("-----END").unwrap_or(rest.len()));
    }
    found.extend(URL_PASSWORD.captures_iter(context).filter_map(|url| Some(url.get(1)?.range())));
    found.extend(SECRET_ACCESS_KEY.captures_iter(context).filter_map(|key| {
        let key = key.get(1)?;
        has_every_kind(key.as_str()).then(|| key.range())
    }));
    merged(found, start, window)
}

/// The largest character boundary that is not past the offset.
pub(super) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn secrets_of(text: &str, name: Range<usize>, found: &mut Vec<Range<usize>>) {
    if text[name.clone()].starts_with("--") {
        option_value(text, name.end, found);
        return;
    }
    if let Some(separator) = SEPARATOR.find(&text[name.end..]) {
        let quoted_name = text[name.end..].starts_with('"');
        value(text, name.end + separator.end(), separator.as_str().contains('='), quoted_name, found);
    }
    // Where the sign between the two was forgotten.
    let blank = text[name.end..].len() - text[name.end..].trim_start_matches([' ', '\t']).len();
    if blank > 0 && text[name.end + blank..].starts_with(['"', '\'']) {
        found.extend(literal(text, name.end + blank).filter(|range| is_literal(&text[range.clone()])));
    }
    let holder = holder_end(text, &name);
    for field in VALUE_NAME.find_iter(&text[name.end..holder]) {
        let after = name.end + field.end();
        if let Some(separator) = SEPARATOR.find(&text[after..holder]) {
            let quoted_name = text[after..].starts_with('"');
            value(text, after + separator.end(), separator.as_str().contains('='), quoted_name, found);
        }
    }
}

/// `--password hunter2`, `--password=hunter2`.
fn option_value(text: &str, after: usize, found: &mut Vec<Range<usize>>) {
    let rest = &text[after..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '=']).len();
    let start = after + blank;
    if blank == 0 {
        return;
    }
    let length = text[start..].find(char::is_whitespace).unwrap_or(text.len() - start);
    if !text[start..start + length].starts_with(['$', '-']) {
        found.push(start..start + length);
    }
}

/// Where the block that bears the name ends: at the first later line that is not indented deeper.
fn holder_end(text: &str, name: &Range<usize>) -> usize {
    let text = &text[..floor(text, name.end.saturating_add(HOLDER_BYTES))];
    let line_start = text[..name.start].rfind('\n').map_or(0, |at| at + 1);
    let own = indentation(&text[line_start..]);
    let Some(first_line) = text[name.end..].find('\n') else {
        return name.end + text[name.end..].find('}').unwrap_or(text.len() - name.end);
    };
    let mut at = name.end + first_line + 1;
    while let Some(length) = text[at..].find('\n') {
        let line = &text[at..at + length];
        if !line.trim().is_empty() && indentation(line) <= own {
            return at;
        }
        at += length + 1;
    }
    if indentation(&text[at..]) <= own { at } else { text.len() }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Hides the literals of one value that starts at `at`.
fn value(text: &str, at: usize, is_assignment: bool, is_json: bool, found: &mut Vec<Range<usize>>) {
    let rest = &text[at..];
    let line_end = at + rest.find('\n').unwrap_or(rest.len());
    let line = &text[at..line_end];
    if REFERENCE_TAG.is_match(line) {
        return;
    }
    if line.starts_with(['!', '&']) {
        // A YAML tag or anchor; the value follows it.
        let Some(blank) = line.find(' ') else { return };
        let value_at = at + blank + (line[blank..].len() - line[blank..].trim_start().len());
        untagged(text, value_at, line_end, false, false, found);
        return;
    }
    untagged(text, at, line_end, is_assignment, is_json, found);
}

fn untagged(
    text: &str,
    at: usize,
    line_end: usize,
    is_assignment: bool,
    is_json: bool,
    found: &mut Vec<Range<usize>>,
) {
    let line = &text[at..line_end];
    match line.as_bytes().first() {
        Some(b'"' | b'\'') => {
            found.extend(literal(text, at).filter(|range| is_literal(&text[range.clone()])));
        }
        Some(b'<') if line.starts_with("<<") => found.extend(heredoc(text, line, line_end)),
        Some(b'|' | b'>') if !is_assignment => {
            // How it is cut stands behind the sign, or a comment. Anything else is no block, but a text that is broken.
            if !BLOCK_HEADER.is_match(line) {
                found.push(at + 1..line_end);
            }
            found.extend(indented_lines(text, at, line_end));
        }
        // What is not closed on its line may be a text that begins so.
        Some(b'{') if !is_assignment && closing(text, at) > line_end => found.push(at + 1..line_end),
        Some(b'[') if closing(text, at) > line_end => {
            quoted_strings(text, at..closing(text, at), found);
            found.push(at + 1..line_end);
        }
        // No object has an element without a name.
        Some(b'{') if is_assignment && !line[1..].trim().is_empty() && !line.contains(['=', ':']) => found.push(at + 1..line_end),
        Some(b'*') if !is_assignment => found.push(at + 1..line_end),
        Some(b'[') => quoted_strings(text, at..closing(text, at), found),
        Some(b'{') if is_assignment => quoted_strings(text, at..closing(text, at), found),
        Some(b'{' | b'*') => {}
        None | Some(b'\r') => found.extend(scalar_below(text, line_end)),
        _ if is_assignment && EXPRESSION.is_match(line) => quoted_strings(text, at..line_end, found),
        _ if WORD.is_match(line) || line.starts_with("{{resolve:") => {}
        _ => {
            let length = if is_json { line.find([',', '}', ']']).unwrap_or(line.len()) } else { line.len() };
            let bare = line[..length].trim_end();
            if !WORD.is_match(bare) {
                found.push(at..at + bare.len());
            }
        }
    }
}

/// The inside of the quoted text that starts at `at`; to the end when it is never closed.
fn literal(text: &str, at: usize) -> Option<Range<usize>> {
    let quote = *text.as_bytes().get(at)?;
    let mut end = at + 1;
    while let Some(byte) = text.as_bytes().get(end) {
        match byte {
            b'\\' if quote == b'"' => end += 1,
            byte if *byte == quote => break,
            _ => {}
        }
        end += 1;
    }
    Some(at + 1..floor(text, end))
}

fn is_literal(inside: &str) -> bool {
    let template = inside.starts_with("${") && inside.ends_with('}') && inside.matches("${").count() == 1;
    !inside.is_empty() && !template && !inside.starts_with("{{resolve:")
}

/// Every quoted text in the range that is not itself a name (followed by `=` or `:`).
fn quoted_strings(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let mut at = range.start;
    while let Some(quote) = text[at..range.end].find(['"', '\'']) {
        let Some(inside) = literal(text, at + quote) else { return };
        let after = (inside.end + 1).min(text.len());
        let is_name = text.get(after..).is_some_and(|rest| rest.trim_start().starts_with([':', '=']));
        if !is_name && is_literal(&text[inside.clone()]) {
            found.push(inside);
        }
        if after >= range.end {
            return;
        }
        at = floor(text, after);
    }
}

/// Where the bracket at `at` is closed, strings skipped; the end of the text when it is not.
fn closing(text: &str, at: usize) -> usize {
    let mut depth = 0usize;
    let mut position = at;
    while let Some(byte) = text.as_bytes().get(position) {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return position;
                }
            }
            b'"' => position = literal(text, position).map_or(position, |inside| inside.end),
            _ => {}
        }
        position += 1;
    }
    text.len()
}

/// The body of an HCL here-document whose opening line is given.
fn heredoc(text: &str, opening: &str, line_end: usize) -> Option<Range<usize>> {
    let marker = opening.trim_start_matches('<').trim_start_matches('-').trim();
    let start = line_end + 1;
    let mut at = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        if line.trim() == marker {
            break;
        }
        at += line.len();
    }
    Some(start..at)
}

/// The lines below that are indented deeper than the line that holds `at`.
fn indented_lines(text: &str, at: usize, line_end: usize) -> Option<Range<usize>> {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let own = indentation(&text[line_start..]);
    let start = line_end + 1;
    let mut end = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        if !line.trim().is_empty() && indentation(line) <= own {
            break;
        }
        end += line.len();
    }
    Some(start..end)
}

/// A YAML scalar that stands on the lines below its key; `None` when a mapping or list stands there. One that is not
/// indented is no YAML, and a secret all the same.
fn scalar_below(text: &str, line_end: usize) -> Option<Range<usize>> {
    let below = indented_lines(text, line_end, line_end)?;
    let below = if below.is_empty() {
        below.start..below.start + text[below.start..].find('\n').unwrap_or(text.len() - below.start)
    } else {
        below
    };
    let first = text[below.clone()].trim_start();
    let first_line = first.lines().next().unwrap_or("");
    let is_structure = first.starts_with(['-', '{', '[', '!', '#', '}'])
        || first_line.contains(": ")
        || first_line.contains('=')
        || first_line.trim_end().ends_with(':');
    (!is_structure).then_some(below)
}

fn has_every_kind(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_uppercase())
        && key.bytes().any(|byte| byte.is_ascii_lowercase())
        && key.bytes().any(|byte| byte.is_ascii_digit())
}

/// Sorted, joined, moved by `offset` and cut to the window.
fn merged(mut found: Vec<Range<usize>>, offset: usize, window: Range<usize>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| (range.start, range.end));
    let mut result: Vec<Range<usize>> = Vec::new();
    for range in found {
        let range = (range.start + offset).max(window.start)..(range.end + offset).min(window.end);
        if range.start >= range.end {
            continue;
        }
        match result.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => result.push(range),
        }
    }
    result
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
