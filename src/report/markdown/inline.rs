//! Text from the input as Markdown that is nothing but text: no structure, no HTML, no link, nobody mentioned.

use super::super::inert;
use super::super::wording::shortened;

/// A cell or a line of a list is a few words; longer ones are cut (characters).
const MAX_CHARACTERS: usize = 400;

/// What stands between two characters that would otherwise mean something together, and is not seen.
const NOTHING: char = '\u{200b}';

/// Words, in which what stands between two backquotes is code.
pub fn words(text: &str) -> String {
    let text = shortened(&inert(text), MAX_CHARACTERS);
    let mut out = String::new();
    let parts: Vec<&str> = text.split('`').collect();
    let is_balanced = parts.len() % 2 == 1;
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            1 if is_balanced => out.push_str(&format!("<code>{}</code>", escaped(part))),
            0 if is_balanced => out.push_str(&escaped(part)),
            _ => {
                out.push_str(if index == 0 { "" } else { "\\`" });
                out.push_str(&escaped(part));
            }
        }
    }
    out
}

/// A name, an address or a path.
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(&shortened(&inert(text), MAX_CHARACTERS)))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '!' | '$' => {
                out.push('\\');
                out.push(character);
            }
            // A mention, an issue, an address of a page.
            '@' | '#' | '/' | '.' | ':' if characters.peek().is_some_and(|next| joins(character, *next)) => {
                out.push(character);
                out.push(NOTHING);
            }
            _ => out.push(character),
        }
    }
    // `www.` begins a link, and so does `GH-1`, wherever they stand.
    out.replace("www.", &format!("www{NOTHING}.")).replace("GH-", &format!("GH{NOTHING}-"))
}

fn joins(character: char, next: char) -> bool {
    match character {
        '@' => next.is_alphanumeric(),
        '#' => next.is_ascii_digit(),
        ':' => next == '/',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_nothing_but_text() {
        for (text, expected) in [
            ("user `a_b` has 2", "user <code>a\\_b</code> has 2"),
            ("a ` b", "a \\` b"),
            ("<b>&</b>", "&lt;b&gt;&amp;&lt;/b&gt;"),
            ("a|b\n| --- |", "a\\|b\\\\n\\| --- \\|"),
            ("@octocat fixes #1", "@\u{200b}octocat fixes #\u{200b}1"),
            ("[x](https://e.org)", "\\[x\\](https:\u{200b}//e.org)"),
            ("www.example.org GH-7", "www\u{200b}.example.org GH\u{200b}-7"),
            ("![i](u) **b** ~~s~~ $x$", "\\!\\[i\\](u) \\*\\*b\\*\\* \\~\\~s\\~\\~ \\$x\\$"),
        ] {
            assert_eq!(words(text), expected);
        }
        assert_eq!(code("a`</code>"), "<code>a\\`&lt;/code&gt;</code>");
        assert!(words(&"x".repeat(10_000)).chars().count() <= MAX_CHARACTERS);
    }
}
