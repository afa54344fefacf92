//! The text that a piece of template source stands for: escapes decoded, Unicode normalised.

use std::borrow::Cow;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Which escapes a template has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Between quotes: `\n`, `\"`, `\u00e9`, and `$${`, `%%{`.
    Quoted,
    /// In a heredoc or a bare template: `$${` and `%%{` only.
    Unquoted,
}

/// Decodes source text that holds no interpolation.
pub(super) fn decode(source: &str, quoting: Quoting) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        let (before, special) = rest.split_at(at);
        text.push_str(before);
        rest = if special.starts_with("$${") || special.starts_with("%%{") {
            text.push_str(&special[1..3]);
            &special[3..]
        } else if special.starts_with('\\') && quoting == Quoting::Quoted {
            decode_escape(special, &mut text)
        } else {
            text.push_str(&special[..1]);
            &special[1..]
        };
    }
    text.push_str(rest);
    text
}

/// A string value as Terraform holds it: in normalization form C.
pub(super) fn normalized<'t>(text: impl Into<Cow<'t, str>>) -> Arc<str> {
    let text = text.into();
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.into();
    }
    text.nfc().collect::<String>().into()
}

/// Splits template text into the units that strip markers and heredoc dedentation work on, as Terraform's
/// scanner does: a line of a heredoc, a run of quoted text, a lone `$` or `%`, an escaped marker.
pub(super) fn units(source: &str, quoting: Quoting) -> Vec<String> {
    let mut units = Vec::new();
    let mut rest = source;
    while !rest.is_empty() {
        let (unit, after) = rest.split_at(unit_length(rest, quoting));
        units.push(decode(unit, quoting));
        rest = after;
    }
    units
}

/// The length of the unit at the start of a text that is not empty.
fn unit_length(rest: &str, quoting: Quoting) -> usize {
    if rest.starts_with(['$', '%']) {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            return if rest[3..].starts_with('~') { 4 } else { 3 };
        }
        // The scanner takes one byte more when the line ends right after it.
        let pair = rest.as_bytes().get(1).is_some_and(u8::is_ascii);
        let line_ends = pair && (rest[2..].starts_with('\n') || rest[2..].starts_with("\r\n"));
        return if line_ends && quoting == Quoting::Unquoted { 2 } else { 1 };
    }
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match (character, quoting) {
            ('$' | '%', _) => return at,
            ('\n', Quoting::Unquoted) => return at + 1,
            ('\\', Quoting::Quoted) => {
                characters.next();
            }
            _ => {}
        }
    }
    rest.len()
}

/// Decodes the escape at the start of `escape` and returns what follows it. An escape that does not exist is
/// kept as written; the expression parser has refused the string then.
fn decode_escape<'t>(escape: &'t str, text: &mut String) -> &'t str {
    let Some(letter) = escape[1..].chars().next() else {
        text.push('\\');
        return "";
    };
    let rest = &escape[1 + letter.len_utf8()..];
    let digits = match letter {
        'n' => return push_and(text, '\n', rest),
        'r' => return push_and(text, '\r', rest),
        't' => return push_and(text, '\t', rest),
        '"' | '\\' => return push_and(text, letter, rest),
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let code =
        rest.get(..digits).filter(|code| digits > 0 && code.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let Some(code) = code else {
        text.push('\\');
        return push_and(text, letter, rest);
    };
    let character = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
    push_and(text, character.unwrap_or(char::REPLACEMENT_CHARACTER), &rest[digits..])
}

fn push_and<'t>(text: &mut String, character: char, rest: &'t str) -> &'t str {
    text.push(character);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_the_quoting() {
        assert_eq!(
            decode(r#"a\n\t\"\\ \u00e9\U0001f642 $${x} %%{y} $$${ $ 100%"#, Quoting::Quoted),
            "a\n\t\"\\ é🙂 ${x} %{y} $${ $ 100%"
        );
        assert_eq!(decode(r"a\n $${x} %%{y}", Quoting::Unquoted), r"a\n ${x} %{y}");
        assert_eq!(decode(r"\ud800 \q \", Quoting::Quoted), "\u{fffd} \\q \\");
    }

    #[test]
    fn text_is_normalised() {
        assert_eq!(&*normalized("e\u{301}".to_owned()), "\u{e9}");
        assert_eq!(&*normalized("plain".to_owned()), "plain");
    }

    #[test]
    fn units_are_lines_runs_and_signs() {
        assert_eq!(units("a\n b$cd\n", Quoting::Unquoted), ["a\n", " b", "$", "cd\n"]);
        assert_eq!(units(r"a\n b$c $${~x", Quoting::Quoted), ["a\n b", "$", "c ", "${~", "x"]);
        assert_eq!(units("$ \n% x", Quoting::Unquoted), ["$ ", "\n", "%", " x"]);
    }
}
