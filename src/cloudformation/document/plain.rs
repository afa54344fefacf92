//! What a plain word of YAML 1.1 means, as the loader reads it on which `CloudFormation`'s own tools rest: dates stay
//! text, `y` and `n` are words, `08` and `1e3` are no numbers.

/// A type that a plain word can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Number,
    Text,
}

pub(super) fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Plain::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Plain::Bool(false),
        _ if is_integer(text) || is_float(text) => Plain::Number,
        _ => Plain::Text,
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

/// Whether all of it is digits of a radix or `_`, and there is something.
fn is_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|character| character == '_' || character.is_digit(radix))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

/// `1_000`, `0b11`, `017`, `0x1f`, and `1:30` in the base of sixty.
fn is_integer(text: &str) -> bool {
    let text = unsigned(text);
    if let Some(digits) = text.strip_prefix("0b") {
        return is_digits(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return is_digits(digits, 16);
    }
    match text.strip_prefix('0') {
        Some(digits) => digits.is_empty() || is_digits(digits, 8),
        None => starts_with_digit(text) && (is_digits(text, 10) || is_sexagesimal(text)),
    }
}

/// `1.5`, `1.5e+3`, `.5`, `.inf`, `1:30.5`.
fn is_float(text: &str) -> bool {
    let number = unsigned(text);
    if matches!(number, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let Some((whole, fraction)) = number.split_once('.') else { return false };
    let (fraction, exponent) = match fraction.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (fraction, None),
    };
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']);
        digits.is_some_and(|digits| !digits.contains('_') && is_digits(digits, 10))
    };
    if !exponent.is_none_or(is_exponent) || !(fraction.is_empty() || is_digits(fraction, 10)) {
        return false;
    }
    if whole.is_empty() {
        // Without a whole part there is no sign either.
        return starts_with_digit(fraction) && number.len() == text.len();
    }
    let is_sixty = exponent.is_none() && is_sexagesimal(whole);
    starts_with_digit(whole) && (is_digits(whole, 10) || is_sixty)
}

/// `190:20:30`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let is_first = parts.next().is_some_and(|part| starts_with_digit(part) && is_digits(part, 10));
    let mut parts = parts.peekable();
    is_first
        && parts.peek().is_some()
        && parts.all(|part| {
            let is_two = part.len() == 2 && part.starts_with(|first| ('0'..='5').contains(&first));
            (part.len() == 1 || is_two) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}
