//! The top-level blocks of a file without their insides, most of which nobody ever asks for.
//!
//! A pass over the bytes that only follows brackets, strings, heredocs and comments. It understands well-formed
//! files alone: at anything else it gives up, and the file is parsed as a whole, which says what is wrong with it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr3, memmem};

use super::header::starts_declaration;
use super::outline::{Item, ItemKind, outline};
use super::tree::{Block, Expression};
use super::{Parsed, body, without_byte_order_mark};
use crate::source::{FileId, Notice, Span};

/// Brackets, strings and heredocs inside one another in a file of blocks that are parsed one by one. Deeper ones
/// are no work for a quick pass.
const MAX_DEPTH: usize = 64;

/// What the pass stops at in code, and in the text of a string.
const CODE_SIGNS: [bool; 256] = table(b"{}\"#/<\n");
const QUOTE_SIGNS: [bool; 256] = table(b"\"\\$%\n\r");

const fn table(signs: &[u8]) -> [bool; 256] {
    let (mut table, mut at) = ([false; 256], 0);
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
}

/// A top-level block that was not parsed yet.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The block type: `resource`, `module` …
    pub kind: Arc<str>,
    /// The labels, unquoted.
    pub labels: Vec<Arc<str>>,
    /// From the block type to the last label.
    pub header: Span,
    file: FileId,
    source: Arc<String>,
    range: Range<usize>,
}

impl Piece {
    /// The file's text, and which part of it this is.
    pub fn source(&self) -> (Arc<String>, Range<usize>) {
        (Arc::clone(&self.source), self.range.clone())
    }

    fn text(&self) -> &str {
        &self.source[self.range.clone()]
    }

    /// The block, and what of it was not understood.
    pub fn parse(&self) -> (Block, Vec<Notice>) {
        let Parsed { mut body, notices, .. } = body::parse(self.file, self.range.start, self.text());
        let block = body.blocks.pop().unwrap_or_else(|| Block {
            kind: Arc::clone(&self.kind),
            labels: self.labels.clone(),
            header: self.header,
            span: Span::new(self.file, self.range.start, self.range.end),
            body: super::Body::default(),
        });
        (block, notices)
    }

    /// The attributes of a block that has no others of their name and nothing else in it.
    pub fn attributes(&self) -> Option<Vec<AttributePiece>> {
        let [Item { kind: ItemKind::Block(block), .. }] = &*outline(self.text()).items else { return None };
        let mut seen = BTreeSet::new();
        block
            .items
            .iter()
            .map(|item| {
                let ItemKind::Attribute { name, .. } = &item.kind else { return None };
                let at = |range: &Range<usize>| range.start + self.range.start..range.end + self.range.start;
                let (name, range) = (at(name), at(&item.range));
                let text = &self.source[name.clone()];
                (text.is_ascii() && seen.insert(text)).then(|| AttributePiece {
                    name: text.into(),
                    name_span: Span::new(self.file, name.start, name.end),
                    file: self.file,
                    source: Arc::clone(&self.source),
                    range,
                })
            })
            .collect()
    }
}

/// An attribute that was not parsed yet.
#[derive(Clone, Debug)]
pub struct AttributePiece {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    file: FileId,
    source: Arc<String>,
    range: Range<usize>,
}

impl AttributePiece {
    /// The file's text, and which part of it this is.
    pub fn source(&self) -> (Arc<String>, Range<usize>) {
        (Arc::clone(&self.source), self.range.clone())
    }

    /// The value, and what of it was not understood.
    pub fn parse(&self) -> (Option<Expression>, Vec<Notice>) {
        let Parsed { mut body, notices, .. } =
            body::parse(self.file, self.range.start, &self.source[self.range.clone()]);
        (body.attributes.pop().map(|attribute| attribute.value), notices)
    }
}

/// The pieces of a file that is nothing but blocks; `None` when it has to be parsed as a whole.
pub fn pieces(file: FileId, source: &Arc<String>) -> Option<Vec<Piece>> {
    let (base, _) = without_byte_order_mark(source);
    let mut scan = Scan { text: source, bytes: source.as_bytes(), at: base };
    let mut pieces = Vec::new();
    loop {
        scan.blank()?;
        if scan.at == scan.bytes.len() {
            return Some(pieces);
        }
        let start = scan.at;
        let kind = scan.word()?;
        let mut header = kind.clone();
        let mut labels = Vec::new();
        loop {
            scan.spaces();
            let label = match scan.peek()? {
                b'{' => break,
                b'"' => scan.label()?,
                _ => scan.word()?,
            };
            header.end = label.end;
            labels.push(body::label(&source[label]));
        }
        scan.at += 1;
        scan.block()?;
        pieces.push(Piece {
            kind: source[kind].into(),
            labels,
            header: Span::new(file, header.start, header.end),
            file,
            source: Arc::clone(source),
            range: start..scan.at,
        });
        scan.spaces();
        if !matches!(scan.peek(), None | Some(b'\n' | b'#' | b'/')) && !scan.rest().starts_with(b"\r\n") {
            return None;
        }
    }
}

/// What the pass is inside of.
enum Frame {
    /// `{`
    Brace,
    /// `${` or `%{`, in a heredoc or not.
    Sequence,
    /// `"`
    Quote,
    /// A heredoc, with its marker.
    Heredoc(Range<usize>),
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Scan<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes over white space and comments.
    fn blank(&mut self) -> Option<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n') => self.at += 1,
                Some(b'\r') if self.rest().starts_with(b"\r\n") => self.at += 2,
                Some(b'#' | b'/') => self.comment()?,
                _ => return Some(()),
            }
        }
    }

    /// Passes over a comment, but for the end of its line.
    fn comment(&mut self) -> Option<()> {
        let rest = self.rest();
        if rest.starts_with(b"/*") {
            self.at += 2 + memmem::find(&rest[2..], b"*/")? + 2;
        } else if rest.starts_with(b"#") || rest.starts_with(b"//") {
            self.at += memchr(b'\n', rest).unwrap_or(rest.len());
        } else {
            return None;
        }
        Some(())
    }

    fn word(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.peek().filter(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            self.at += 1;
        }
        // More letters than those of ASCII.
        self.peek().is_none_or(|byte| byte.is_ascii()).then_some(start..self.at)
    }

    fn label(&mut self) -> Option<Range<usize>> {
        let rest = &self.rest()[1..];
        let length = memchr3(b'"', b'\\', b'\n', rest)?;
        let inside = &rest[..length];
        if rest[length] != b'"' || inside.iter().any(|byte| matches!(byte, b'$' | b'%' | b'\r')) {
            return None;
        }
        let start = self.at;
        self.at += length + 2;
        Some(start..self.at)
    }

    /// Passes over the inside of a block and its brace.
    fn block(&mut self) -> Option<()> {
        let mut open = vec![Frame::Brace];
        while let Some(frame) = open.last() {
            if open.len() > MAX_DEPTH {
                return None;
            }
            match frame {
                Frame::Brace | Frame::Sequence => self.code(&mut open)?,
                Frame::Quote => self.quote(&mut open)?,
                Frame::Heredoc(marker) => {
                    let marker = marker.clone();
                    self.heredoc(&marker, &mut open)?;
                }
            }
        }
        Some(())
    }

    /// Passes over code up to a bracket or to where a string begins.
    fn code(&mut self, open: &mut Vec<Frame>) -> Option<()> {
        loop {
            self.at += self.rest().iter().position(|byte| CODE_SIGNS[usize::from(*byte)])?;
            match self.bytes[self.at] {
                b'{' => open.push(Frame::Brace),
                b'}' => drop(open.pop()),
                b'"' => open.push(Frame::Quote),
                b'<' => match self.heredoc_marker() {
                    Some(marker) => {
                        self.at = marker.end;
                        self.at += memchr(b'\n', self.rest())?;
                        open.push(Frame::Heredoc(marker));
                    }
                    None => {
                        self.at += 1;
                        continue;
                    }
                },
                b'\n' => {
                    self.at += 1;
                    let is_sequence =
                        open.iter().any(|frame| matches!(frame, Frame::Heredoc(_) | Frame::Quote));
                    // A line break in a sequence of a text is rare; a declaration says that a brace is missing.
                    if is_sequence || (self.starts_a_word() && starts_declaration(&self.text[self.at..])) {
                        return None;
                    }
                    continue;
                }
                b'/' if !matches!(self.rest().get(1), Some(b'/' | b'*')) => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    self.comment()?;
                    continue;
                }
            }
            self.at += 1;
            return Some(());
        }
    }

    fn starts_a_word(&self) -> bool {
        self.peek().is_some_and(|byte| byte.is_ascii_lowercase())
    }

    /// The marker behind `<<` or `<<-`, when the line ends there.
    fn heredoc_marker(&self) -> Option<Range<usize>> {
        let rest = self.rest().strip_prefix(b"<<")?;
        let rest = rest.strip_prefix(b"-").unwrap_or(rest);
        let start = self.bytes.len() - rest.len();
        let mut marker = Scan { text: self.text, bytes: self.bytes, at: start };
        let marker_range = marker.word()?;
        let after = marker.rest();
        (after.starts_with(b"\n") || after.starts_with(b"\r\n")).then_some(marker_range)
    }

    /// Passes over the text of a string up to a sequence, or over the closing quote.
    fn quote(&mut self, open: &mut Vec<Frame>) -> Option<()> {
        loop {
            self.at += self.rest().iter().position(|byte| QUOTE_SIGNS[usize::from(*byte)])?;
            match self.bytes[self.at] {
                b'"' => {
                    self.at += 1;
                    open.pop();
                    return Some(());
                }
                b'\\' => {
                    self.rest().get(1).filter(|escaped| escaped.is_ascii_graphic())?;
                    self.at += 2;
                }
                b'$' | b'%' => {
                    if self.sequence(open) {
                        return Some(());
                    }
                }
                _ => return None,
            }
            if self.at >= self.bytes.len() {
                return None;
            }
        }
    }

    /// Opens a sequence where one begins; passes over a sign that begins none.
    fn sequence(&mut self, open: &mut Vec<Frame>) -> bool {
        let sign = self.bytes[self.at];
        let rest = self.rest();
        if rest.get(1) == Some(&sign) && rest.get(2) == Some(&b'{') {
            self.at += 3;
            return false;
        }
        if rest.get(1) == Some(&b'{') {
            self.at += 2;
            open.push(Frame::Sequence);
            return true;
        }
        self.at += 1;
        false
    }

    /// Passes over the text of a heredoc up to a sequence, or over the line that ends it but for its line break.
    fn heredoc(&mut self, marker: &Range<usize>, open: &mut Vec<Frame>) -> Option<()> {
        loop {
            if self.bytes[self.at - 1] == b'\n' {
                let line = memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
                if self.text[self.at..self.at + line].trim() == &self.text[marker.clone()] {
                    self.at += line;
                    open.pop();
                    return Some(());
                }
            }
            let skipped = memchr3(b'\n', b'$', b'%', self.rest())?;
            self.at += skipped;
            if self.bytes[self.at] == b'\n' {
                self.at += 1;
            } else if self.sequence(open) {
                return Some(());
            }
        }
    }
}
