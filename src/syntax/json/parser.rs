//! From text to tree. What is wrong is noted once; what was read up to there is kept.

use super::Parsed;
use super::string;
use super::tree::{Member, Node, NodeKind};
use crate::source::{FileId, Notice, NoticeKind, Span};
use crate::syntax::Decoded;

/// How deep values may be nested. People and generators stay below 30; this bounds the stack.
pub const MAX_DEPTH: usize = 256;

const REST_NOT_READ: &str = "what follows in the file was not read";

pub(super) fn parse(file: FileId, text: &str) -> Parsed {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut parser = Parser { file, text, at: start, stopped: false, notices: Vec::new() };
    parser.skip_blank();
    let root = if parser.peek().is_none() {
        parser.stop(start, "the file is empty, which is not JSON");
        None
    } else {
        parser.value(0)
    };
    parser.skip_blank();
    if !parser.stopped && parser.at < text.len() {
        parser.stop(parser.at, "text after the end of the JSON value");
    }
    Parsed { root, notices: parser.notices }
}

struct Parser<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    /// Whether an error was met that nothing can be read after.
    stopped: bool,
    notices: Vec<Notice>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.file, start, self.at)
    }

    fn stop(&mut self, offset: usize, message: impl Into<String>) {
        if !self.stopped {
            self.stopped = true;
            let notice = Notice::at(NoticeKind::ParseError, self.character(offset), message);
            self.notices.push(notice.with_help(REST_NOT_READ));
        }
    }

    /// Something that JSON forbids and that leaves no doubt of what is meant.
    fn tell(&mut self, offset: usize, message: &str) {
        let is_first = !self.notices.iter().any(|notice| notice.message == message);
        if is_first {
            self.notices.push(Notice::at(NoticeKind::ParseError, self.character(offset), message));
        }
    }

    /// The character at an offset.
    fn character(&self, offset: usize) -> Span {
        let length = self.text.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(self.file, offset, offset + length)
    }

    /// The value that starts here. `None` when there is none, and the parser has stopped.
    fn value(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => self.too_deep(start),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => NodeKind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number(start)?,
            _ => self.word(start)?,
        };
        Some(Node { kind, span: self.span(start) })
    }

    fn object(&mut self, depth: usize) -> NodeKind {
        let start = self.at;
        let mut members = Vec::new();
        self.at += 1;
        loop {
            self.skip_blank();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b'"') => {}
                Some(_) => self.stop(self.at, "expected a key in double quotes, or `}`"),
                None => self.stop(start, "a `{` that is never closed"),
            }
            if self.stopped {
                break;
            }
            let Some(member) = self.member(depth) else { break };
            members.push(member);
            if self.stopped || !self.separator(b'}', start, "a `{` that is never closed") {
                break;
            }
        }
        NodeKind::Object(members)
    }

    fn member(&mut self, depth: usize) -> Option<Member> {
        let key_start = self.at;
        let key = self.string()?;
        let key_span = self.span(key_start);
        self.skip_blank();
        if self.peek() != Some(b':') {
            self.stop(self.at, "expected `:` and a value after the key");
            return None;
        }
        self.at += 1;
        self.skip_blank();
        let value = self.value(depth + 1)?;
        Some(Member { key, key_span, value })
    }

    fn array(&mut self, depth: usize) -> NodeKind {
        let start = self.at;
        let mut elements = Vec::new();
        self.at += 1;
        loop {
            self.skip_blank();
            if self.peek() == Some(b']') {
                self.at += 1;
                break;
            }
            if self.peek().is_none() {
                self.stop(start, "a `[` that is never closed");
                break;
            }
            let Some(element) = self.value(depth + 1) else { break };
            elements.push(element);
            if self.stopped || !self.separator(b']', start, "a `[` that is never closed") {
                break;
            }
        }
        NodeKind::Array(elements)
    }

    /// What stands after a value inside brackets. False when nothing more can be read.
    fn separator(&mut self, closing: u8, opening_at: usize, unclosed: &str) -> bool {
        self.skip_blank();
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_blank();
                if self.peek() == Some(closing) {
                    self.tell(comma, "a comma before the closing bracket");
                }
                true
            }
            Some(byte) if byte == closing => true,
            Some(b'"' | b'{' | b'[') => {
                self.tell(self.at, "a comma is missing before this");
                true
            }
            Some(_) => {
                self.stop(self.at, "expected a comma or the closing bracket");
                false
            }
            None => {
                self.stop(opening_at, unclosed);
                false
            }
        }
    }

    fn string(&mut self) -> Option<Decoded> {
        match string::read(self.text, self.at) {
            Ok((decoded, end)) => {
                self.at = end;
                Some(decoded)
            }
            Err(bad) => {
                self.stop(bad.offset, bad.message);
                None
            }
        }
    }

    fn number(&mut self, start: usize) -> Option<NodeKind> {
        while matches!(self.peek(), Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let number = &self.text[start..self.at];
        if is_number(number) {
            return Some(NodeKind::Number(number.to_owned()));
        }
        self.stop(start, "this is not a number as JSON writes it");
        None
    }

    fn word(&mut self, start: usize) -> Option<NodeKind> {
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "null" => Some(NodeKind::Null),
            "true" => Some(NodeKind::Bool(true)),
            "false" => Some(NodeKind::Bool(false)),
            _ => {
                self.stop(start, "expected a value: an object, array, string, number, true, false or null");
                None
            }
        }
    }

    /// Passes over a value that is nested too deep, brackets counted and strings respected.
    fn too_deep(&mut self, start: usize) -> NodeKind {
        let message = format!("nested more than {MAX_DEPTH} levels deep; what is inside was not read");
        if !self.notices.iter().any(|notice| notice.message == message) {
            self.notices.push(Notice::at(NoticeKind::LimitReached, self.character(start), message));
        }
        let mut open = 0usize;
        loop {
            match self.peek() {
                Some(b'{' | b'[') => open += 1,
                Some(b'}' | b']') => open -= 1,
                Some(b'"') => {
                    if self.string().is_none() {
                        break;
                    }
                    continue;
                }
                Some(_) => {}
                None => {
                    self.stop(start, "a bracket that is never closed");
                    break;
                }
            }
            self.at += 1;
            if open == 0 {
                break;
            }
        }
        NodeKind::Unread
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}
