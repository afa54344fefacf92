//! The words and signs of an expression.

use super::SyntaxFault;

/// A word or sign, by its bytes in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named after what it is")]
pub enum TokenKind {
    End,
    Name,
    Whole,
    Unsigned,
    Fraction,
    Text,
    Dot,
    Comma,
    Colon,
    Question,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Not,
    And,
    Or,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    Plus,
    Minus,
    Times,
    Slash,
    Percent,
    True,
    False,
    Null,
}

/// The token at an offset, or after the blanks and comments there.
pub fn token(text: &str, from: usize) -> Result<Token, SyntaxFault> {
    let bytes = text.as_bytes();
    let start = skip_blanks(bytes, from);
    let Some(&first) = bytes.get(start) else {
        return Ok(Token { kind: TokenKind::End, start, end: start });
    };
    let found = |kind, length: usize| Ok(Token { kind, start, end: start + length });
    let second = bytes.get(start + 1).copied();
    let or_equal = |with, without| {
        if second == Some(b'=') { found(with, 2) } else { found(without, 1) }
    };
    match first {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => word(text, start),
        b'0'..=b'9' => Ok(number(bytes, start)),
        b'.' if second.is_some_and(|next| next.is_ascii_digit()) => Ok(number(bytes, start)),
        b'\'' | b'"' => quoted(bytes, start, start),
        b'.' => found(TokenKind::Dot, 1),
        b',' => found(TokenKind::Comma, 1),
        b':' => found(TokenKind::Colon, 1),
        b'?' => found(TokenKind::Question, 1),
        b'(' => found(TokenKind::OpenParenthesis, 1),
        b')' => found(TokenKind::CloseParenthesis, 1),
        b'[' => found(TokenKind::OpenBracket, 1),
        b']' => found(TokenKind::CloseBracket, 1),
        b'{' => found(TokenKind::OpenBrace, 1),
        b'}' => found(TokenKind::CloseBrace, 1),
        b'!' => or_equal(TokenKind::Unequal, TokenKind::Not),
        b'<' => or_equal(TokenKind::AtMost, TokenKind::Less),
        b'>' => or_equal(TokenKind::AtLeast, TokenKind::Greater),
        b'=' if second == Some(b'=') => found(TokenKind::Equal, 2),
        b'&' if second == Some(b'&') => found(TokenKind::And, 2),
        b'|' if second == Some(b'|') => found(TokenKind::Or, 2),
        b'+' => found(TokenKind::Plus, 1),
        b'-' => found(TokenKind::Minus, 1),
        b'*' => found(TokenKind::Times, 1),
        b'/' => found(TokenKind::Slash, 1),
        b'%' => found(TokenKind::Percent, 1),
        _ => {
            let character = text[start..].chars().next().unwrap_or_default();
            Err(SyntaxFault::new(start, format!("`{}` cannot stand here", character.escape_debug())))
        }
    }
}

fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => at += 1,
            Some(b'/') if bytes.get(at + 1) == Some(&b'/') => {
                let rest = &bytes[at..];
                at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            _ => return at,
        }
    }
}

/// A name, a word of the language's own, or a text with letters before its quote.
fn word(text: &str, start: usize) -> Result<Token, SyntaxFault> {
    let bytes = text.as_bytes();
    let rest = &bytes[start..];
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let end = start + length;
    let word = &text[start..end];
    if matches!(bytes.get(end), Some(b'\'' | b'"')) {
        if word.eq_ignore_ascii_case("r") {
            return quoted(bytes, start, end);
        }
        if ["b", "rb", "br"].iter().any(|prefix| word.eq_ignore_ascii_case(prefix)) {
            return Err(SyntaxFault::new(start, "bytes cannot be used here"));
        }
    }
    let kind = match word {
        "in" => TokenKind::In,
        "true" => TokenKind::True,
        "false" => TokenKind::False,
        "null" => TokenKind::Null,
        _ => TokenKind::Name,
    };
    Ok(Token { kind, start, end })
}

/// A number: `12`, `0x1f`, `12u`, `1.5`, `.5e-3`.
fn number(bytes: &[u8], start: usize) -> Token {
    let digits = |from: usize| from + count(bytes, from, u8::is_ascii_digit);
    let is_hexadecimal = bytes[start] == b'0'
        && bytes.get(start + 1) == Some(&b'x')
        && bytes.get(start + 2).is_some_and(u8::is_ascii_hexdigit);
    let mut kind = TokenKind::Whole;
    let mut end = if is_hexadecimal {
        start + 2 + count(bytes, start + 2, u8::is_ascii_hexdigit)
    } else {
        let mut end = digits(start);
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
            kind = TokenKind::Fraction;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = end + 1 + sign;
            if digits(exponent) > exponent {
                end = digits(exponent);
                kind = TokenKind::Fraction;
            }
        }
        end
    };
    if kind == TokenKind::Whole && matches!(bytes.get(end), Some(b'u' | b'U')) {
        kind = TokenKind::Unsigned;
        end += 1;
    }
    Token { kind, start, end }
}

fn count(bytes: &[u8], from: usize, is_wanted: fn(&u8) -> bool) -> usize {
    bytes.get(from..).unwrap_or_default().iter().take_while(|byte| is_wanted(byte)).count()
}

/// A text whose first quote stands at `quote`.
fn quoted(bytes: &[u8], start: usize, quote: usize) -> Result<Token, SyntaxFault> {
    let sign = bytes[quote];
    let is_raw = quote > start;
    let triple = [sign; 3];
    let is_triple = bytes[quote..].starts_with(&triple);
    let closing = if is_triple { &triple[..] } else { &triple[..1] };
    let mut at = quote + closing.len();
    while let Some(&byte) = bytes.get(at) {
        if bytes[at..].starts_with(closing) {
            return Ok(Token { kind: TokenKind::Text, start, end: at + closing.len() });
        }
        match byte {
            b'\\' if !is_raw => at += 2,
            b'\n' | b'\r' if !is_triple => break,
            _ => at += 1,
        }
    }
    Err(SyntaxFault::new(start, "the text that begins here is never closed"))
}
