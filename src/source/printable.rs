//! Text from the input made safe to print: a scanned repository is somebody else's pull request.

use std::borrow::Cow;

/// Replaces control characters, bidirectional overrides and other invisible formatting characters by
/// visible escapes (`\u{1b}`), so that no name or path can drive a terminal or disguise a line.
/// Newline and tab become `\n` and `\t`: the result is always one line.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_dangerous(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{061c}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
            // No characters, and not allowed in XML.
            | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn hostile_characters_become_visible() {
        assert_eq!(printable("alice"), "alice");
        assert_eq!(printable("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(printable("x\n::error::y"), "x\\n::error::y");
        assert_eq!(printable("\u{202e}gpj"), "\\u{202e}gpj");
        assert_eq!(printable("Zoë 🙂"), "Zoë 🙂");
    }
}
