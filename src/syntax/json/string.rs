//! Strings: where they end, and what their escapes stand for.

use crate::syntax::Decoded;

/// A string that cannot be read: where in the text, and why.
pub(super) struct BadString {
    pub offset: usize,
    pub message: &'static str,
}

/// Reads the string whose opening quote stands at `quote`; returns it and the offset after its closing quote.
pub(super) fn read(text: &str, quote: usize) -> Result<(Decoded, usize), BadString> {
    let bytes = text.as_bytes();
    let start = quote + 1;
    let mut at = start;
    let mut decoded = Decoded::verbatim("", start);
    let mut out = String::new();
    let mut copied = start;
    loop {
        // Everything that matters is ASCII, so bytes never fall inside a character.
        match bytes.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                out.push_str(&text[copied..at]);
                decoded.escape_starts.push((out.len(), at));
                at = escape(text, at, &mut out)?;
                decoded.escapes.push((out.len(), at));
                copied = at;
            }
            Some(byte) if *byte < 0x20 => {
                let message = "a line break or control character inside a string; it is written as an escape";
                return Err(BadString { offset: at, message });
            }
            Some(_) => at += 1,
            None => return Err(BadString { offset: quote, message: "a string that is never closed" }),
        }
    }
    out.push_str(&text[copied..at]);
    decoded.text = out.into();
    Ok((decoded, at + 1))
}

/// Decodes the escape at `at`; returns the offset after it.
fn escape(text: &str, at: usize, out: &mut String) -> Result<usize, BadString> {
    let character = match text.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text, at, out),
        _ => return Err(BadString { offset: at, message: "an escape that JSON does not have" }),
    };
    out.push(character);
    Ok(at + 2)
}

/// `\u00e9`, or two of them for one character. Half of a pair alone stands for no character: U+FFFD.
fn unicode(text: &str, at: usize, out: &mut String) -> Result<usize, BadString> {
    let bad = || BadString { offset: at, message: "`\\u` needs four hexadecimal digits" };
    let first = unit(text, at).ok_or_else(bad)?;
    if (0xd800..0xdc00).contains(&first)
        && let Some(second @ 0xdc00..0xe000) = unit(text, at + 6)
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        return Ok(at + 12);
    }
    out.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    Ok(at + 6)
}

/// The number of a `\uXXXX` at an offset.
fn unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
