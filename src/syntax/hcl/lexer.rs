//! The lexical grammar of HCL: enough to know at every byte whether it is code, comment, text or a bracket.
//!
//! The parser behind the tree stops at its first error; this lexer never stops. It keeps its brackets on a
//! stack of its own, so that no nesting overflows anything, and it heals at the places where a person would:
//! a quoted string ends at the end of its line, a `}` closes the parentheses that were left open inside it.

use std::ops::Range;

use hcl_edit::Ident;
use memchr::{memchr, memchr3, memmem};

/// What an open bracket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// `(`
    Parenthesis,
    /// `[`
    Bracket,
    /// `{` of a block body, an object or a `for`.
    Brace,
    /// `${` or `%{`
    Sequence,
    /// `"`
    Quote,
    /// `<<X`, with the bytes of its marker, and whether the next byte starts a line of text.
    Heredoc { marker: Range<usize>, at_line_start: bool },
    /// The whole text of a template without quotes.
    Bare,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `\n` or `\r\n` in code. Whether it means anything depends on the frame it stands in.
    Newline,
    /// A comment, without the end of its line.
    Comment,
    /// An identifier, or what looks like one.
    Word,
    /// A number.
    Number,
    /// `(`, `[` or `{`; its frame is on top of the stack now.
    Open,
    /// `)`, `]` or `}` that closes the frame that was on top.
    Close,
    /// A closing bracket that closes nothing.
    Stray,
    /// `${` or `%{`, with `~` if it has one.
    SequenceOpen,
    /// The `}` of a sequence.
    SequenceClose,
    /// The opening `"`.
    QuoteOpen,
    /// The closing `"`.
    QuoteClose,
    /// A quoted string that the end of the line cut off. Empty.
    QuoteBroken,
    /// `<<X` and the end of its line.
    HeredocOpen,
    /// The marker that ends a heredoc.
    HeredocClose,
    /// Text of a template. In a heredoc, never more than one line.
    Literal,
    /// Anything else: an operator or punctuation. Comparisons, `=>`, `::` are one token.
    Operator,
    /// The end of the text.
    End,
}

/// A token and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

/// A position in a text, and the brackets that are open there.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    position: usize,
    stack: Vec<Frame>,
    /// No `*/` follows: a `/*` is two operators. Remembered, or a file full of them would be read again for each.
    no_comment_end: bool,
}

impl<'t> Lexer<'t> {
    /// Starts in code at `position`.
    pub(super) fn code(text: &'t str, position: usize) -> Self {
        Self { text, bytes: text.as_bytes(), position, stack: Vec::new(), no_comment_end: false }
    }

    /// Starts in a template that has neither quotes nor heredoc markers.
    pub(super) fn template(text: &'t str) -> Self {
        Self { stack: vec![Frame::Bare], ..Self::code(text, 0) }
    }

    /// Goes on at `position` as if nothing were open.
    pub(super) fn restart(&mut self, position: usize) {
        self.position = position;
        self.stack.clear();
    }

    /// The open brackets, outermost first.
    pub(super) fn stack(&self) -> &[Frame] {
        &self.stack
    }

    /// The next token. Spaces between tokens are skipped; past the end of the text it is [`TokenKind::End`].
    pub(super) fn next(&mut self) -> Token {
        match self.stack.last() {
            Some(Frame::Quote) => self.next_in_quote(),
            Some(Frame::Heredoc { marker, at_line_start }) => {
                let (marker, at_line_start) = (marker.clone(), *at_line_start);
                self.next_in_heredoc(marker, at_line_start)
            }
            Some(Frame::Bare) => self.next_in_bare(),
            _ => self.next_in_code(),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self, kind: TokenKind, length: usize) -> Token {
        let start = self.position;
        self.position = (start + length).min(self.bytes.len());
        Token { kind, range: start..self.position }
    }

    fn next_in_code(&mut self) -> Token {
        while matches!(self.peek(0), b' ' | b'\t') {
            self.position += 1;
        }
        let Some(&byte) = self.bytes.get(self.position) else { return self.token(TokenKind::End, 0) };
        match (byte, self.peek(1)) {
            (b'\n', _) => self.token(TokenKind::Newline, 1),
            (b'\r', b'\n') => self.token(TokenKind::Newline, 2),
            (b'#', _) | (b'/', b'/') => self.line_comment(),
            (b'/', b'*') => self.block_comment(),
            (b'"', _) => self.open(TokenKind::QuoteOpen, Frame::Quote),
            (b'(', _) => self.open(TokenKind::Open, Frame::Parenthesis),
            (b'[', _) => self.open(TokenKind::Open, Frame::Bracket),
            (b'{', _) => self.open(TokenKind::Open, Frame::Brace),
            (b')' | b']', _) => self.close_group(),
            (b'}', _) => self.close_brace(),
            (b'<', b'<') => self.heredoc_open().unwrap_or_else(|| self.token(TokenKind::Operator, 1)),
            (b'=' | b'!' | b'<' | b'>', b'=') | (b'=', b'>') | (b':', b':') => {
                self.token(TokenKind::Operator, 2)
            }
            (b'0'..=b'9', _) => self.number(),
            (b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.., _) => {
                let length = word_length(&self.text[self.position..]);
                self.token(TokenKind::Word, length)
            }
            _ => self.token(TokenKind::Operator, 1),
        }
    }

    fn open(&mut self, kind: TokenKind, frame: Frame) -> Token {
        self.stack.push(frame);
        self.token(kind, 1)
    }

    /// `)` and `]` close one another: which of the two was meant is the parser's complaint.
    fn close_group(&mut self) -> Token {
        if matches!(self.stack.last(), Some(Frame::Parenthesis | Frame::Bracket)) {
            self.stack.pop();
            return self.token(TokenKind::Close, 1);
        }
        self.token(TokenKind::Stray, 1)
    }

    fn close_brace(&mut self) -> Token {
        while matches!(self.stack.last(), Some(Frame::Parenthesis | Frame::Bracket)) {
            self.stack.pop();
        }
        match self.stack.pop() {
            Some(Frame::Sequence) => self.token(TokenKind::SequenceClose, 1),
            Some(_) => self.token(TokenKind::Close, 1),
            None => self.token(TokenKind::Stray, 1),
        }
    }

    fn line_comment(&mut self) -> Token {
        let rest = &self.bytes[self.position..];
        let line = memchr(b'\n', rest).map_or(rest, |end| &rest[..end]);
        let length = line.strip_suffix(b"\r").map_or(line.len(), <[u8]>::len);
        self.token(TokenKind::Comment, length)
    }

    fn block_comment(&mut self) -> Token {
        if !self.no_comment_end {
            if let Some(end) = memmem::find(&self.bytes[self.position + 2..], b"*/") {
                return self.token(TokenKind::Comment, end + 4);
            }
            self.no_comment_end = true;
        }
        self.token(TokenKind::Operator, 2)
    }

    fn number(&mut self) -> Token {
        let rest = &self.bytes[self.position..];
        let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length = digits(0);
        if rest.get(length) == Some(&b'.') && digits(length + 1) > 0 {
            length += 1 + digits(length + 1);
        }
        if matches!(rest.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
            let exponent = rest.get(length + 1 + sign..).map_or(0, |_| digits(length + 1 + sign));
            if exponent > 0 {
                length += 1 + sign + exponent;
            }
        }
        self.token(TokenKind::Number, length)
    }

    /// `<<X` or `<<-X` directly followed by the end of the line; anything else is no heredoc.
    fn heredoc_open(&mut self) -> Option<Token> {
        let marker_start = self.position + 2 + usize::from(self.peek(2) == b'-');
        let marker_length = word_length(self.text.get(marker_start..)?);
        let marker = marker_start..marker_start + marker_length;
        let ending = match &self.bytes[marker.end..] {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return None,
        };
        Ident::try_new(&self.text[marker.clone()]).ok()?;
        let length = marker.end + ending - self.position;
        self.stack.push(Frame::Heredoc { marker, at_line_start: true });
        Some(self.token(TokenKind::HeredocOpen, length))
    }

    fn next_in_quote(&mut self) -> Token {
        match self.peek(0) {
            b'"' => {
                self.stack.pop();
                return self.token(TokenKind::QuoteClose, 1);
            }
            b'\n' | b'\r' => {
                self.stack.pop();
                return self.token(TokenKind::QuoteBroken, 0);
            }
            _ => {}
        }
        if let Some(token) = self.sequence_open() {
            return token;
        }
        let start = self.position;
        let mut end = start;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'"' | b'\n' | b'\r' => break,
                b'\\' if !matches!(self.bytes.get(end + 1), None | Some(b'\n' | b'\r')) => end += 2,
                b'$' | b'%' => match escape_length(&self.bytes[end..]) {
                    Some(length) => end += length,
                    None => break,
                },
                _ => end += 1,
            }
        }
        // A backslash takes the first byte of the character after it; the rest of that character is text.
        while !self.text.is_char_boundary(end.min(self.bytes.len())) {
            end += 1;
        }
        if end == start {
            return self.token(TokenKind::End, 0);
        }
        self.token(TokenKind::Literal, end - start)
    }

    fn next_in_heredoc(&mut self, marker: Range<usize>, at_line_start: bool) -> Token {
        let line_end =
            memchr(b'\n', &self.bytes[self.position..]).map_or(self.bytes.len(), |at| self.position + at);
        if at_line_start {
            let line = &self.text[self.position..line_end];
            if line.trim() == &self.text[marker] {
                self.position += line.len() - line.trim_start().len();
                self.stack.pop();
                return self.token(TokenKind::HeredocClose, line.trim().len());
            }
        }
        if let Some(token) = self.sequence_open() {
            return token;
        }
        self.literal_line(line_end)
    }

    fn next_in_bare(&mut self) -> Token {
        if let Some(token) = self.sequence_open() {
            return token;
        }
        let line_end =
            memchr(b'\n', &self.bytes[self.position..]).map_or(self.bytes.len(), |at| self.position + at);
        self.literal_line(line_end)
    }

    fn literal_line(&mut self, line_end: usize) -> Token {
        let start = self.position;
        let mut end = start;
        while let Some(found) = memchr3(b'$', b'%', b'\n', &self.bytes[end..]) {
            end += found;
            if self.bytes[end] == b'\n' {
                break;
            }
            let Some(length) = escape_length(&self.bytes[end..]) else {
                return self.literal(end - start, false);
            };
            end += length;
        }
        let past_end_of_line = (line_end + 1).min(self.bytes.len());
        self.literal(past_end_of_line.saturating_sub(start), true)
    }

    fn literal(&mut self, length: usize, ends_line: bool) -> Token {
        if length == 0 {
            return self.token(TokenKind::End, 0);
        }
        if let Some(Frame::Heredoc { at_line_start, .. }) = self.stack.last_mut() {
            *at_line_start = ends_line;
        }
        self.token(TokenKind::Literal, length)
    }

    fn sequence_open(&mut self) -> Option<Token> {
        if !matches!((self.peek(0), self.peek(1)), (b'$' | b'%', b'{')) {
            return None;
        }
        if let Some(Frame::Heredoc { at_line_start, .. }) = self.stack.last_mut() {
            *at_line_start = false;
        }
        self.stack.push(Frame::Sequence);
        let length = if self.peek(2) == b'~' { 3 } else { 2 };
        Some(self.token(TokenKind::SequenceOpen, length))
    }
}

/// How many bytes of text a `$` or `%` stands for here: 3 for the escaped `$${`, 1 alone, none for `${`.
fn escape_length(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => Some(3),
        [b'$' | b'%', b'{', ..] => None,
        _ => Some(1),
    }
}

/// The length of the identifier at the start of a text. Characters past ASCII count as letters: whether they
/// are is for whoever needs a valid name.
fn word_length(text: &str) -> usize {
    text.bytes()
        .take_while(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | 0x80..))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::code(text, 0);
        let mut tokens = Vec::new();
        loop {
            let token = lexer.next();
            if token.kind == TokenKind::End {
                return tokens;
            }
            tokens.push((token.kind, &text[token.range]));
        }
    }

    #[test]
    fn strings_with_nested_templates_are_one_string() {
        use TokenKind::*;
        assert_eq!(
            kinds(r#""a${f("}")}\"$${" # c"#),
            [
                (QuoteOpen, "\""),
                (Literal, "a"),
                (SequenceOpen, "${"),
                (Word, "f"),
                (Open, "("),
                (QuoteOpen, "\""),
                (Literal, "}"),
                (QuoteClose, "\""),
                (Close, ")"),
                (SequenceClose, "}"),
                (Literal, "\\\"$${"),
                (QuoteClose, "\""),
                (Comment, "# c"),
            ]
        );
    }

    #[test]
    fn a_heredoc_ends_only_at_a_line_that_is_its_marker() {
        use TokenKind::*;
        assert_eq!(
            kinds("<<-E\r\nE x\n ${1}\nE${1}\n  E\r\n}"),
            [
                (HeredocOpen, "<<-E\r\n"),
                (Literal, "E x\n"),
                (Literal, " "),
                (SequenceOpen, "${"),
                (Number, "1"),
                (SequenceClose, "}"),
                (Literal, "\n"),
                (Literal, "E"),
                (SequenceOpen, "${"),
                (Number, "1"),
                (SequenceClose, "}"),
                (Literal, "\n"),
                (HeredocClose, "E"),
                (Newline, "\r\n"),
                (Stray, "}"),
            ]
        );
    }

    #[test]
    fn a_broken_string_ends_with_its_line_and_a_brace_closes_what_it_holds() {
        use TokenKind::*;
        assert_eq!(
            kinds("{(\"a\n}"),
            [
                (Open, "{"),
                (Open, "("),
                (QuoteOpen, "\""),
                (Literal, "a"),
                (QuoteBroken, ""),
                (Newline, "\n"),
                (Close, "}")
            ]
        );
    }

    #[test]
    fn numbers_comments_and_operators() {
        use TokenKind::*;
        assert_eq!(
            kinds("1.5e-3 a.0 1e /* x\n */ a==b=>c::d /* never"),
            [
                (Number, "1.5e-3"),
                (Word, "a"),
                (Operator, "."),
                (Number, "0"),
                (Number, "1"),
                (Word, "e"),
                (Comment, "/* x\n */"),
                (Word, "a"),
                (Operator, "=="),
                (Word, "b"),
                (Operator, "=>"),
                (Word, "c"),
                (Operator, "::"),
                (Word, "d"),
                (Operator, "/*"),
                (Word, "never"),
            ]
        );
    }
}
