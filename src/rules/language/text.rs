//! What a text stands for that is written between quotes.

use super::SyntaxFault;

/// The text of a token: quotes, an `r` before them, and escapes. `at` is where it begins, for faults.
pub fn unquoted(token: &str, at: usize) -> Result<Box<str>, SyntaxFault> {
    let is_raw = token.starts_with(['r', 'R']);
    let quoted = &token[usize::from(is_raw)..];
    let is_triple = quoted.len() >= 6 && (quoted.starts_with("'''") || quoted.starts_with("\"\"\""));
    let marks = if is_triple { 3 } else { 1 };
    let inner = &quoted[marks..quoted.len() - marks];
    let at = at + usize::from(is_raw) + marks;
    if !inner.contains(['\\', '\r']) {
        return Ok(inner.into());
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            // Every kind of line break is one.
            '\r' => {
                text.push('\n');
                if rest.starts_with("\r\n") { 2 } else { 1 }
            }
            '\\' if !is_raw => {
                let (character, length) =
                    escape(rest).ok_or_else(|| fault(rest, at + inner.len() - rest.len()))?;
                text.push(character);
                length
            }
            _ => {
                text.push(character);
                character.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    Ok(text.into())
}

/// The character that the escape at the start of a text stands for, and the escape's length.
fn escape(text: &str) -> Option<(char, usize)> {
    let kind = text[1..].chars().next()?;
    let digits = |from: usize, count: usize, radix: u32| {
        let written = text.get(from..from + count)?;
        let is_number = written.chars().all(|digit| digit.is_digit(radix));
        let code = is_number.then(|| u32::from_str_radix(written, radix).ok())??;
        Some((char::from_u32(code)?, from + count))
    };
    let plain = match kind {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '\'' | '"' | '`' | '?' => kind,
        'x' | 'X' => return digits(2, 2, 16),
        'u' => return digits(2, 4, 16),
        'U' => return digits(2, 8, 16),
        '0'..='3' => return digits(1, 3, 8),
        _ => return None,
    };
    Some((plain, 2))
}

fn fault(rest: &str, at: usize) -> SyntaxFault {
    let kind = rest[1..].chars().next().unwrap_or('\'');
    let message = match kind {
        'x' | 'X' => format!("`\\{kind}` needs two hexadecimal digits"),
        'u' => "`\\u` needs the four hexadecimal digits of a character".to_owned(),
        'U' => "`\\U` needs the eight hexadecimal digits of a character".to_owned(),
        '0'..='9' => "a character by its number has three digits up to 7, as in `\\101`".to_owned(),
        other => format!("`\\{}` stands for nothing", other.escape_debug()),
    };
    SyntaxFault::new(at, message)
        .with_help("a backslash itself is written twice, or stands in a text with an `r` before its quote")
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn escapes_stand_for_characters() {
        for (token, expected) in [
            (r"'plain'", "plain"),
            (r#""it's""#, "it's"),
            (r"'it\'s'", "it's"),
            (r#"'\a\b\f\n\r\t\v\\\?\"\`'"#, "\x07\x08\x0c\n\r\t\x0b\\?\"`"),
            (r"'\x41\X42\u00e9\U0001f511\101'", "ABé🔑A"),
            (r"r'\d+'", r"\d+"),
            (r#"R"\""#, r"\"),
            ("'''a\r\nb\rc'd'''", "a\nb\nc'd"),
            ("''", ""),
            (r"r'''a'\b'''", r"a'\b"),
        ] {
            assert_eq!(unquoted(token, 0).as_deref(), Ok(expected), "{token}");
        }
    }

    #[test]
    fn wrong_escapes_are_pointed_at() {
        for (token, at) in [
            (r"'\d'", 11),
            (r"'é\q'", 13),
            (r"'\x4'", 11),
            (r"'\u12g4'", 11),
            (r"'\u+123'", 11),
            (r"'\ud800'", 11),
            (r"'\U00110000'", 11),
            (r"'\400'", 11),
            (r"'\08'", 11),
            (r"'''x\ '''", 14),
        ] {
            assert_eq!(unquoted(token, 10).map_err(|fault| fault.at), Err(at), "{token}");
        }
    }
}
