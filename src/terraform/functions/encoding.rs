//! Encodings: Base64, URLs, character sets, CSV.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use encoding_rs::Encoding;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::limits::{MAX_ELEMENTS, MAX_NODES};
use super::signature::Call;
use super::text::string;
use crate::value::Value;

/// Padding is needed, the bits that it leaves over may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Characters that a query component keeps.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');

pub fn base64encode(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::string(STANDARD.encode(call.text(0))))
}

pub fn base64decode(call: &Call<'_>) -> Result<Value, String> {
    let bytes = decode(call.text(0))?;
    String::from_utf8(bytes)
        .map(string)
        .map_err(|_| "the result of decoding the provided string is not valid UTF-8".to_owned())
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    let text: String = text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    LENIENT.decode(text).map_err(|_| "failed to decode base64 data".to_owned())
}

/// The compressed bytes depend on the implementation.
pub fn base64gzip(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.unsupported("compressed data is not computed"))
}

pub fn urlencode(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::string(utf8_percent_encode(call.text(0), QUERY).to_string().replace(' ', "+")))
}

pub fn textencodebase64(call: &Call<'_>) -> Result<Value, String> {
    let (text, name) = (call.text(0), call.text(1));
    let bytes = match name.to_ascii_uppercase().as_str() {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        // A byte-order mark says which.
        "UTF-16" => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
        _ => {
            let Some(encoding) = encoding(name) else { return unsupported_encoding(call, name) };
            let (bytes, _, failed) = encoding.encode(text);
            if failed {
                return Err(format!(
                    "the given string contains characters that cannot be represented in {name}"
                ));
            }
            bytes.into_owned()
        }
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

pub fn textdecodebase64(call: &Call<'_>) -> Result<Value, String> {
    let (source, name) = (call.text(0), call.text(1));
    let bytes = decode(source)?;
    let Some(encoding) = encoding(name) else { return unsupported_encoding(call, name) };
    let (text, failed) = encoding.decode_without_bom_handling(&bytes);
    if failed {
        return Err(format!("the given string contains bytes that are not valid {name}"));
    }
    Ok(string(text))
}

/// Names are looked up as IANA's: the web's aliases that are not registered there are left out.
fn encoding(name: &str) -> Option<&'static Encoding> {
    if matches!(name.to_ascii_lowercase().as_str(), "utf8" | "ascii" | "us-ascii") {
        return None;
    }
    Encoding::for_label(name.as_bytes())
}

/// Known to IANA, but not to the browsers' standard that this program implements.
fn unsupported_encoding(call: &Call<'_>, name: &str) -> Result<Value, String> {
    let lower = name.to_ascii_lowercase();
    if ["ibm", "cp", "iso-", "ebcdic", "windows-"].iter().any(|prefix| lower.starts_with(prefix)) {
        return Ok(call.unsupported("this character encoding is not known here"));
    }
    Err(format!("{name:?} is not a supported IANA encoding name or alias"))
}

/// The first line names the columns; each further line becomes an object.
pub fn csvdecode(call: &Call<'_>) -> Result<Value, String> {
    // Only `\n` ends lines; and a byte-order mark is text to Terraform, while the reader drops the first.
    let mark = if call.text(0).starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let text = format!("{mark}{}", call.text(0).replace("\r\n", "\n"));
    check_quotes(&text)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    let mut names: Option<Vec<Arc<str>>> = None;
    let mut rows = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(|error| format!("invalid CSV: {error}"))?;
        let Some(names) = &names else {
            let columns: Vec<Arc<str>> = record.iter().map(text_key).collect();
            let mut seen = BTreeSet::new();
            if let Some(repeated) = columns.iter().find(|name| !seen.insert(Arc::clone(name))) {
                return Err(format!("duplicate column name {repeated:?}"));
            }
            names = Some(columns);
            continue;
        };
        if record.len() != names.len() {
            return Err(format!("wrong number of fields in record {}", line + 1));
        }
        if rows.len() >= MAX_ELEMENTS || rows.len() * names.len() >= MAX_NODES {
            return Ok(call.too_large());
        }
        let fields: BTreeMap<Arc<str>, Value> =
            names.iter().cloned().zip(record.iter().map(string)).collect();
        rows.push(Value::object(fields));
    }
    if names.is_none() {
        return Err("missing header line".to_owned());
    }
    Ok(Value::list(rows))
}

fn text_key(text: &str) -> Arc<str> {
    match string(text).data {
        crate::value::Data::String(text) => text,
        _ => Arc::from(text),
    }
}

/// The reader takes quotes anywhere; Terraform wants a quoted field quoted from end to end.
fn check_quotes(text: &str) -> Result<(), String> {
    let mut bytes = text.bytes().peekable();
    let mut at_start = true;
    let mut line = 1;
    while let Some(byte) = bytes.next() {
        line += usize::from(byte == b'\n');
        if byte != b'"' {
            at_start = matches!(byte, b',' | b'\n') || (byte == b'\r' && bytes.peek() == Some(&b'\n'));
            continue;
        }
        if !at_start {
            return Err(format!("bare \" in non-quoted field on line {line}"));
        }
        loop {
            match bytes.next() {
                None => return Err(format!("extraneous or missing \" in quoted field on line {line}")),
                Some(b'"') if bytes.peek() == Some(&b'"') => {
                    bytes.next();
                }
                Some(b'"') => break,
                Some(byte) => line += usize::from(byte == b'\n'),
            }
        }
        match bytes.peek() {
            None | Some(b',' | b'\n' | b'\r') => at_start = false,
            Some(_) => return Err(format!("extraneous or missing \" in quoted field on line {line}")),
        }
    }
    Ok(())
}
