//! The expressions that most attributes have, without the parser: literals, references, calls, tuples and objects
//! of them, and texts with references in them.
//!
//! The parser behind the tree takes several times as long for them. At anything that is not plain (an operator, an
//! escape, a comment, a character that is not ASCII) this gives up and the parser reads the whole. Both give the same
//! tree; tests compare them over every fixture.

use std::ops::Range;

use super::expression::Piece;
use super::lower::bare_key;
use super::tree::{Call, Expression, ExpressionKind, ObjectItem, Step, StepKind, TemplatePart};

/// Expressions inside one another; deeper ones are the parser's.
const MAX_DEPTH: usize = 24;

/// Words that are no names, or not everywhere.
const WORDS: [&str; 9] = ["for", "in", "if", "else", "endif", "endfor", "true", "false", "null"];

/// Reads a range of a piece. `None`: it is not plain.
pub(super) fn read(piece: &Piece<'_>, range: Range<usize>) -> Option<Expression> {
    let text = piece.text.get(..range.end)?;
    let mut reader = Reader { piece, text, bytes: text.as_bytes(), at: range.start };
    let expression = reader.expression(0)?;
    (reader.at == range.end).then_some(expression)
}

struct Reader<'p, 't> {
    piece: &'p Piece<'t>,
    text: &'p str,
    bytes: &'p [u8],
    at: usize,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes over white space where line breaks mean nothing.
    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n')) {
            self.at += 1;
        }
    }

    fn made(&self, start: usize, kind: ExpressionKind) -> Expression {
        Expression { kind: Box::new(kind), span: self.piece.span(start..self.at) }
    }

    fn expression(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let kind = match self.peek()? {
            b'"' => self.quoted(depth)?,
            b'0'..=b'9' => self.number()?,
            b'[' => self.tuple(depth)?,
            b'{' => self.object(depth)?,
            _ => return self.name(depth),
        };
        Some(self.made(start, kind))
    }

    fn number(&mut self) -> Option<ExpressionKind> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        // What goes on with a point, an exponent or a letter is the parser's.
        let goes_on =
            self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
        (!goes_on).then(|| ExpressionKind::Number(self.text[start..self.at].into()))
    }

    fn word(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.peek().filter(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            self.at += 1;
        }
        Some(start..self.at)
    }

    /// A word that begins with a name: a constant, a variable, a reference or a call.
    fn name(&mut self, depth: usize) -> Option<Expression> {
        let word = self.word()?;
        let (start, name) = (word.start, &self.text[word]);
        if self.peek() == Some(b'(') && !is_special(name) {
            let name = name.into();
            self.at += 1;
            let arguments = self.arguments(depth)?;
            let call = Call { name, arguments, expand_last: false };
            return Some(self.made(start, ExpressionKind::Call(call)));
        }
        let goes_on = matches!(self.peek(), Some(b'.' | b'['));
        let kind = match name {
            "true" if !goes_on => ExpressionKind::Bool(true),
            "false" if !goes_on => ExpressionKind::Bool(false),
            "null" if !goes_on => ExpressionKind::Null,
            _ if is_special(name) => return None,
            _ => ExpressionKind::Variable(name.into()),
        };
        let base = self.made(start, kind);
        if !goes_on {
            return Some(base);
        }
        let mut steps = Vec::new();
        while let Some(byte @ (b'.' | b'[')) = self.peek() {
            let from = self.at;
            self.at += 1;
            let kind = if byte == b'.' {
                let name = self.word()?;
                StepKind::Attribute(self.text[name].into())
            } else {
                self.spaces();
                let kind = if self.take(b'*').is_some() {
                    StepKind::FullSplat
                } else {
                    StepKind::Index(self.expression(depth + 1)?)
                };
                self.spaces();
                self.take(b']')?;
                kind
            };
            steps.push(Step { kind, span: self.piece.span(from..self.at) });
        }
        Some(self.made(start, ExpressionKind::Traversal(base, steps)))
    }

    /// The arguments of a call and the bracket that ends them.
    fn arguments(&mut self, depth: usize) -> Option<Vec<Expression>> {
        self.blank();
        let mut arguments = Vec::new();
        while self.take(b')').is_none() {
            if !arguments.is_empty() {
                self.take(b',')?;
                self.blank();
            }
            arguments.push(self.expression(depth + 1)?);
            self.blank();
        }
        Some(arguments)
    }

    fn tuple(&mut self, depth: usize) -> Option<ExpressionKind> {
        self.at += 1;
        self.blank();
        let mut elements = Vec::new();
        while self.take(b']').is_none() {
            elements.push(self.expression(depth + 1)?);
            self.blank();
            if self.peek()? != b']' {
                self.take(b',')?;
                self.blank();
            }
        }
        Some(ExpressionKind::Tuple(elements))
    }

    fn object(&mut self, depth: usize) -> Option<ExpressionKind> {
        self.at += 1;
        self.blank();
        let mut items = Vec::new();
        while self.take(b'}').is_none() {
            let key = self.key()?;
            self.spaces();
            if self.take(b'=').is_none() {
                self.take(b':')?;
            }
            self.spaces();
            items.push(ObjectItem { key, value: self.expression(depth + 1)? });
            self.spaces();
            match self.peek()? {
                b'}' => {}
                b',' | b'\n' => {
                    self.at += 1;
                    self.blank();
                }
                _ => return None,
            }
        }
        // Most have one or two, and there are very many.
        items.shrink_to_fit();
        Some(ExpressionKind::Object(items))
    }

    fn key(&mut self) -> Option<Expression> {
        let start = self.at;
        if self.peek()? == b'"' {
            let text = self.text_up_to_a_sign()?;
            self.take(b'"')?;
            return Some(self.made(start, ExpressionKind::String(self.text[text].into())));
        }
        let word = self.word()?;
        let name = &self.text[word];
        (!is_special(name)).then(|| bare_key(name, self.piece.span(start..self.at)))
    }

    /// Passes over a quote, or stands behind a sequence, and the text that follows with nothing special in it.
    fn text_up_to_a_sign(&mut self) -> Option<Range<usize>> {
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !matches!(byte, b' '..=b'~') || is_sign(*byte))?;
        self.at += length;
        Some(self.at - length..self.at)
    }

    fn quoted(&mut self, depth: usize) -> Option<ExpressionKind> {
        let text = self.text_up_to_a_sign()?;
        if self.take(b'"').is_some() {
            return Some(ExpressionKind::String(self.text[text].into()));
        }
        let mut parts = Vec::new();
        let mut literal = text;
        loop {
            if !literal.is_empty() {
                parts.push(TemplatePart::Literal(self.text[literal].into()));
            }
            if self.take(b'"').is_some() {
                return Some(ExpressionKind::Template(parts));
            }
            self.take(b'$')?;
            self.take(b'{')?;
            self.spaces();
            parts.push(TemplatePart::Interpolation(self.expression(depth + 1)?));
            self.spaces();
            if self.peek()? != b'}' {
                return None;
            }
            literal = self.text_up_to_a_sign()?;
        }
    }
}

/// What ends the plain part of a text.
fn is_sign(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'$' | b'%')
}

fn is_special(word: &str) -> bool {
    WORDS.contains(&word)
}
