//! What the AWS CLI and SDKs wrap a report in: JSON, YAML, a line of text, or base64 alone.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::encoded::{self, BadBase64};
use super::form::Wrong;
use super::mistaken::{self, GET_THE_REPORT, prefix};
use super::table::Header;
use super::values::{self, DateCell};

/// What stands in an envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unwrapped {
    /// The report, or as much of it as could be decoded. `None` when there is no report.
    pub content: Option<Vec<u8>>,
    /// When it was made.
    pub generated: Option<Timestamp>,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
}

impl From<Wrong> for Unwrapped {
    fn from(wrong: Wrong) -> Self {
        Self { wrong: vec![wrong], ..Self::default() }
    }
}

/// Takes a report out of what it is wrapped in.
pub(super) fn unwrap(text: &str) -> Unwrapped {
    let bare = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let start = text.len() - bare.len();
    let bare = bare.trim_end_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    let range = start..start + bare.len();
    if bare.starts_with('{') {
        return json(text, range);
    }
    // `--query Content` gives one string of JSON.
    if bare.starts_with('"') && serde_json::from_str::<&RawValue>(bare).is_ok() {
        let mut unwrapped = Unwrapped::default();
        unwrapped.take_string(text, range);
        return unwrapped;
    }
    if let Some(unwrapped) = line_of_text(text, range.clone()).or_else(|| yaml(text, range.clone())) {
        return unwrapped;
    }
    let mut unwrapped = Unwrapped::default();
    if encoded::begins_as_report(bare) {
        unwrapped.take_base64(bare, &|at| start + at);
        return unwrapped;
    }
    // Base64 of something else: that is told from what it decodes to.
    if bare.len() >= 24
        && encoded::decode(prefix(bare, 4096)).error.is_none_or(|(bad, _)| bad == BadBase64::Cut)
    {
        let decoded = encoded::decode(bare);
        if decoded.error.is_none() && std::str::from_utf8(prefix_of(&decoded.bytes)).is_ok() {
            unwrapped.content = Some(decoded.bytes);
            return unwrapped;
        }
    }
    mistaken::describe(text, !text.contains('\u{fffd}')).into()
}

fn prefix_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(64)]
}

impl Unwrapped {
    /// Takes base64, or the beginning of it. `place` tells where a byte of it stands in the file.
    fn take_base64(&mut self, encoded: &str, place: &dyn Fn(usize) -> usize) {
        let decoded = encoded::decode(encoded);
        let mut bytes = decoded.bytes;
        if let Some((bad, at)) = decoded.error {
            let length = encoded[at..].chars().next().map_or(0, char::len_utf8);
            let at = place(at)..place(at) + length;
            self.wrong.push(match bad {
                BadBase64::Cut => Wrong::at(
                    at,
                    "the base64 text ends in the middle: the file was cut off",
                    "the rows up to here were read. Run `aws iam get-credential-report` again, and save all of its output",
                ),
                BadBase64::Character('=') => Wrong::at(
                    at,
                    "the base64 text ends here, and something follows",
                    "the rows up to here were read. Hand in every report in a file of its own",
                ),
                BadBase64::Character(_) => Wrong::at(
                    at,
                    "this character is not one of base64",
                    "the rows up to here were read. Run `aws iam get-credential-report` again, and save its output as it is",
                ),
            });
            // The row in which it breaks off is not a row.
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            bytes.truncate(whole);
            if bytes.is_empty() {
                return;
            }
        }
        self.content = Some(bytes);
    }

    /// Takes a string of JSON: base64, or the report as it is.
    fn take_string(&mut self, text: &str, range: Range<usize>) {
        let raw = &text[range.clone()];
        let Ok(value) = serde_json::from_str::<String>(raw) else {
            let message = "`Content` is a string that is not text";
            self.wrong.push(Wrong::at(range, message, GET_THE_REPORT));
            return;
        };
        if Header::find(&value).is_some() {
            self.content = Some(value.into_bytes());
        } else if value.trim().is_empty() {
            self.wrong.push(Wrong::at(range, "`Content` is empty", GET_THE_REPORT));
        } else if value.starts_with("b'") || value.starts_with("b\"") {
            let message = "`Content` is written in the way in which Python shows bytes";
            let help = "write `response[\"Content\"].decode()` to a file, and hand in that file";
            self.wrong.push(Wrong::at(range, message, help));
        } else {
            self.take_base64(&value, &|at| range.start + in_string(raw, at));
        }
    }

    fn take_date(&mut self, date: &str, range: Range<usize>) {
        // Some programs write seconds since 1970, and some that record answers write an object.
        if let Ok(seconds) = date.parse::<f64>() {
            self.generated = values::moment(seconds);
        }
        match values::date(date) {
            DateCell::At(moment) => self.generated = Some(moment),
            DateCell::None => {}
            _ if self.generated.is_some() || date.starts_with('{') => {}
            _ => {
                let message = "`GeneratedTime` is not a date that AWS would write";
                let help =
                    "say with `--as-of` when the report was made, or hand in the report as AWS wrote it";
                self.wrong.push(Wrong::at(range, message, help));
            }
        }
    }

    fn take_format(&mut self, format: &str, range: Range<usize>) {
        if !format.is_empty() && !format.eq_ignore_ascii_case("text/csv") {
            let message = "`ReportFormat` is not `text/csv`, the only format that is known";
            let help = "the report was read as CSV. Look whether a newer credlint knows the format";
            self.wrong.push(Wrong::at(range, message, help));
        }
    }
}

/// A value of JSON as text; nothing for `null`.
fn plain(raw: &str) -> String {
    serde_json::from_str::<Option<String>>(raw).map_or_else(|_| raw.to_owned(), Option::unwrap_or_default)
}

/// Where in a string of JSON the byte stands that is the `at`th of its value.
fn in_string(raw: &str, at: usize) -> usize {
    let mut value = 0;
    let mut place = 1;
    while value < at {
        let rest = &raw[place..];
        let (written, stands_for) = match rest.as_bytes() {
            [b'\\', b'u', ..] => {
                let code = rest.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match code.map(char::from_u32) {
                    Some(Some(letter)) => (6, letter.len_utf8()),
                    _ => (12, 4),
                }
            }
            [b'\\', ..] => (2, 1),
            [] => break,
            _ => rest.chars().next().map_or((1, 1), |letter| (letter.len_utf8(), letter.len_utf8())),
        };
        value += stands_for;
        place = (place + written).min(raw.len());
    }
    place
}

/// The answer as JSON; that of `generate-credential-report` may stand before it.
fn json(text: &str, range: Range<usize>) -> Unwrapped {
    let bare = &text[range.clone()];
    let mut documents = serde_json::Deserializer::from_str(bare).into_iter::<BTreeMap<String, &RawValue>>();
    let mut unwrapped = Unwrapped::default();
    let mut has_report = false;
    let mut other = None;
    loop {
        let from = documents.byte_offset();
        let Some(document) = documents.next() else { break };
        let document = match document {
            Ok(document) => document,
            Err(error) => {
                unwrapped.wrong.push(not_json(text, &range, &error));
                break;
            }
        };
        let from = range.start + from + bare[from..].len() - bare[from..].trim_start().len();
        let opening = from..(from + 1).min(text.len());
        let place = |raw: &RawValue| {
            let at = raw.get().as_ptr().addr() - text.as_ptr().addr();
            at..at + raw.get().len()
        };
        let get = |name: &str| {
            let found = document.iter().find(|(key, _)| key.replace('_', "").eq_ignore_ascii_case(name));
            found.map(|(_, raw)| place(raw))
        };
        let Some(content) = get("Content") else {
            let state = document.get("State").map(|raw| raw.get().trim_matches('"'));
            other.get_or_insert(mistaken::describe_object(opening, |key| document.contains_key(key), state));
            continue;
        };
        if std::mem::replace(&mut has_report, true) {
            let message = "a second report begins here";
            unwrapped.wrong.push(Wrong::at(
                opening,
                message,
                "it was not read. Hand in every report in a file of its own",
            ));
            break;
        }
        if let Some(date) = get("GeneratedTime") {
            unwrapped.take_date(&plain(&text[date.clone()]), date);
        }
        if let Some(format) = get("ReportFormat") {
            unwrapped.take_format(&plain(&text[format.clone()]), format);
        }
        if text[content.clone()].starts_with('"') {
            unwrapped.take_string(text, content);
        } else {
            let message = "`Content` is not a string";
            let help = "write what it holds to a file as text, and hand in that file; \
                        or hand in the answer of `aws iam get-credential-report`";
            let first = content.start..content.start + 1;
            unwrapped.wrong.push(Wrong::at(first, message, help));
        }
    }
    if !has_report && unwrapped.wrong.is_empty() {
        unwrapped.wrong.extend(other);
    }
    unwrapped
}

fn not_json(text: &str, range: &Range<usize>, error: &serde_json::Error) -> Wrong {
    let bare = &text[range.clone()];
    if error.is_eof() {
        let help = "run `aws iam get-credential-report` again, and save all of its output";
        return Wrong::at(range.end..range.end, "the JSON ends in the middle: the file was cut off", help);
    }
    let before: usize = bare.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = prefix(bare, before + error.column().saturating_sub(1)).len();
    let length = bare[at..].chars().next().map_or(0, char::len_utf8);
    let at = range.start + at..range.start + at + length;
    Wrong::at(at, "this is not JSON from here on", GET_THE_REPORT)
}

/// `--output text`: content, date and format, with tabs between them.
fn line_of_text(text: &str, range: Range<usize>) -> Option<Unwrapped> {
    let bare = &text[range.clone()];
    let (content, rest) = bare.split_once('\t')?;
    if !encoded::begins_as_report(content) && !rest.ends_with("text/csv") {
        return None;
    }
    let mut unwrapped = Unwrapped::default();
    let mut at = range.start + content.len() + 1;
    for field in rest.split('\t') {
        let place = at..at + field.len();
        at += field.len() + 1;
        if field.starts_with(|letter: char| letter.is_ascii_digit()) {
            unwrapped.take_date(field.trim(), place);
        } else {
            unwrapped.take_format(field.trim(), place);
        }
    }
    unwrapped.take_base64(content, &|at| range.start + at);
    Some(unwrapped)
}

/// `--output yaml`: one key a line, the content perhaps in several.
fn yaml(text: &str, range: Range<usize>) -> Option<Unwrapped> {
    let bare = &text[range.clone()];
    let starts = ["Content:", "GeneratedTime:", "ReportFormat:"];
    // `yaml-stream` gives a list of answers.
    let first = bare.strip_prefix("- ").unwrap_or(bare);
    if !starts.iter().any(|start| first.starts_with(start)) {
        return None;
    }
    let mut fields: Vec<(&str, Range<usize>)> = Vec::new();
    let mut at = range.start;
    for line in bare.split_inclusive('\n') {
        let key = line.trim_start_matches(['-', ' ']);
        match key
            .split_once(':')
            .filter(|(key, _)| starts.iter().any(|start| start.strip_suffix(':') == Some(key)))
        {
            Some((key, _)) => {
                let value = at + line.len() - line.trim_start_matches(['-', ' ']).len() + key.len() + 1;
                fields.push((key, value..at + line.len()));
            }
            None => {
                if let Some((_, value)) = fields.last_mut() {
                    value.end = at + line.len();
                }
            }
        }
        at += line.len();
    }
    let mut unwrapped = Unwrapped::default();
    for (key, value) in fields {
        let value = scalar(text, value);
        let written = &text[value.clone()];
        match key {
            "GeneratedTime" => unwrapped.take_date(written, value),
            "ReportFormat" => unwrapped.take_format(written, value),
            _ => unwrapped.take_base64(written, &|at| value.start + at),
        }
    }
    if unwrapped.content.is_none() && unwrapped.wrong.is_empty() {
        let message =
            "this YAML has no key `Content`: it is not the whole answer of `aws iam get-credential-report`";
        return Some(Wrong::at(range.start..range.start + 1, message, GET_THE_REPORT).into());
    }
    Some(unwrapped)
}

/// A value of YAML without its tag, its indicator of a block, and its quotes.
fn scalar(text: &str, mut range: Range<usize>) -> Range<usize> {
    let trim = |range: &mut Range<usize>| {
        let written = &text[range.clone()];
        range.start += written.len() - written.trim_start().len();
        range.end = range.start + text[range.clone()].trim_end().len();
    };
    trim(&mut range);
    for indicator in ["!!binary", "|-", ">-", "|", ">"] {
        if text[range.clone()].starts_with(indicator) {
            range.start += indicator.len();
            trim(&mut range);
        }
    }
    let written = &text[range.clone()];
    let is_quoted = written.len() > 1
        && ['"', '\''].iter().any(|quote| written.starts_with(*quote) && written.ends_with(*quote));
    if is_quoted { range.start + 1..range.end - 1 } else { range }
}
