//! Text from the input made safe to print: a scanned repository is somebody else's pull request.

use std::borrow::Cow;

/// Replaces control characters, bidirectional overrides and other invisible formatting characters by
/// visible escapes (`\u{1b}`), so that no name or path can drive a terminal or disguise a line.
/// Newline and tab become `\n` and `\t`: the result is always one line.
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_visible_ascii(text) || !text.chars().any(is_dangerous) {
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

/// What most texts are. In groups, all of a group at once.
fn is_visible_ascii(text: &str) -> bool {
    let is_visible = |byte: &u8| (b' '..=b'~').contains(byte);
    let mut groups = text.as_bytes().chunks(32);
    groups.all(|group| group.iter().fold(true, |all, byte| all & is_visible(byte)))
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Line separators, and directions of text.
            '\u{2028}'..='\u{202e}' | '\u{061c}' | '\u{200e}' | '\u{200f}'
            // What is not drawn: Unicode's `Default_Ignorable_Code_Point`, and the marks of annotations.
            | '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
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
        assert_eq!(printable("a\u{ad}b\u{3164}\u{fe0f}\u{e0101}"), "a\\u{ad}b\\u{3164}\\u{fe0f}\\u{e0101}");
        assert_eq!(printable("Zoë 🙂"), "Zoë 🙂");
    }
}
