//! A copy of an expression in which what Terraform accepts and the parser refuses is written differently.
//!
//! The copy has the length of the original, so every place in it is a place in the file:
//! - comments, and line breaks where they mean nothing, become spaces (`{for …}` over several lines);
//! - objects are emptied and their items parsed one by one: duplicate keys become legal, and a large object
//!   takes linear time;
//! - a heredoc with a line that begins with its marker gets another marker;
//! - digits of a number too large for a machine become zeros (the tree keeps the number as written).

use std::ops::Range;

use super::expression::Failure;
use super::lexer::{Frame, Lexer, Token, TokenKind};

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// An expression.
    Expression,
    /// A template without quotes.
    Template,
}

/// The copy.
#[derive(Debug)]
pub(super) struct Repaired {
    text: String,
    /// In the order of their starts.
    objects: Vec<CarvedObject>,
}

/// An object and the places of its items.
#[derive(Debug)]
pub(super) struct CarvedObject {
    pub range: Range<usize>,
    pub items: Vec<CarvedItem>,
}

/// The places of a key and its value.
#[derive(Debug)]
pub(super) struct CarvedItem {
    pub key: Range<usize>,
    pub value: Range<usize>,
}

/// Longer numbers need not fit a float.
const MAX_PLAIN_DIGITS: usize = 300;

/// Makes the copy. Fails where an object's item has no `=` or value.
pub(super) fn repair(text: &str, syntax: Syntax) -> Result<Repaired, Failure> {
    let lexer = match syntax {
        Syntax::Expression => Lexer::code(text, 0),
        Syntax::Template => Lexer::template(text),
    };
    let mut repair = Repair {
        text,
        copy: text.as_bytes().to_vec(),
        lexer,
        open: Vec::new(),
        heredocs: Vec::new(),
        done: Vec::new(),
    };
    loop {
        let token = repair.lexer.next();
        if token.kind == TokenKind::End {
            break;
        }
        repair.token(token)?;
    }
    repair.done.sort_by_key(|object| object.range.start);
    let text = String::from_utf8(repair.copy).unwrap_or_else(|_| text.to_owned());
    Ok(Repaired { text, objects: repair.done })
}

impl Repaired {
    /// The copy, objects and all.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The object that starts at a place.
    pub(super) fn object_at(&self, start: usize) -> Option<&CarvedObject> {
        let at = self.objects.binary_search_by_key(&start, |object| object.range.start).ok()?;
        self.objects.get(at)
    }

    /// A part of the copy with the insides of all objects blank.
    pub(super) fn without_objects(&self, range: Range<usize>) -> String {
        let mut part = String::with_capacity(range.len());
        let mut position = range.start;
        let mut at = self.objects.partition_point(|object| object.range.start < range.start);
        while let Some(object) = self.objects.get(at).filter(|object| object.range.end <= range.end) {
            part.push_str(self.text.get(position..=object.range.start).unwrap_or_default());
            part.extend(std::iter::repeat_n(' ', object.range.len().saturating_sub(2)));
            position = object.range.end - 1;
            at += self.objects[at..].partition_point(|inner| inner.range.start < object.range.end);
        }
        part.push_str(self.text.get(position..range.end).unwrap_or_default());
        part
    }
}

struct Repair<'t> {
    text: &'t str,
    copy: Vec<u8>,
    lexer: Lexer<'t>,
    open: Vec<OpenBrace>,
    heredocs: Vec<OpenHeredoc>,
    done: Vec<CarvedObject>,
}

/// A `{` that is not closed yet.
struct OpenBrace {
    start: usize,
    /// How many brackets are open inside it, itself included.
    level: usize,
    /// `None` until its first token is known.
    is_for: Option<bool>,
    items: Vec<CarvedItem>,
    /// What the current item has so far.
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    assigned: bool,
    /// `?` in a key that wait for their `:`.
    conditionals: usize,
}

struct OpenHeredoc {
    marker: Range<usize>,
    body: usize,
}

impl Repair<'_> {
    fn token(&mut self, token: Token) -> Result<(), Failure> {
        let level = self.lexer.stack().len();
        match token.kind {
            TokenKind::Comment => self.blank(token.range),
            TokenKind::Newline => {
                if self.at_object_level(level) {
                    return self.end_item();
                }
                self.blank(token.range);
            }
            TokenKind::Close if self.open.last().is_some_and(|brace| level < brace.level) => {
                return self.close_brace(token.range.end);
            }
            TokenKind::Open => {
                self.content(&token);
                if self.lexer.stack().last() == Some(&Frame::Brace) {
                    self.open.push(OpenBrace::new(token.range.start, level));
                }
            }
            TokenKind::Number => {
                let number = &self.text[token.range.clone()];
                if number.len() > MAX_PLAIN_DIGITS || number.contains(['e', 'E']) {
                    for byte in &mut self.copy[token.range.clone()] {
                        if byte.is_ascii_digit() {
                            *byte = b'0';
                        }
                    }
                }
                self.content(&token);
            }
            TokenKind::HeredocOpen => {
                if let Some(Frame::Heredoc { marker, .. }) = self.lexer.stack().last() {
                    self.heredocs.push(OpenHeredoc { marker: marker.clone(), body: token.range.end });
                }
                self.content(&token);
            }
            TokenKind::HeredocClose => {
                self.close_heredoc(&token.range);
                self.content(&token);
            }
            TokenKind::Operator if self.at_object_level(level) => return self.operator(&token),
            _ => self.content(&token),
        }
        Ok(())
    }

    fn at_object_level(&self, level: usize) -> bool {
        self.open.last().is_some_and(|brace| brace.level == level && brace.is_for != Some(true))
    }

    fn blank(&mut self, range: Range<usize>) {
        self.copy[range].fill(b' ');
    }

    /// Adds a token to the item it belongs to.
    fn content(&mut self, token: &Token) {
        let is_for = token.kind == TokenKind::Word && &self.text[token.range.clone()] == "for";
        if let Some(brace) = self.open.last_mut() {
            brace.is_for.get_or_insert(is_for);
            brace.extend(&token.range);
        }
    }

    fn operator(&mut self, token: &Token) -> Result<(), Failure> {
        let operator = &self.text[token.range.clone()];
        if operator == "," {
            return self.end_item();
        }
        let Some(brace) = self.open.last_mut() else { return Ok(()) };
        if !brace.assigned {
            match operator {
                "?" => brace.conditionals += 1,
                ":" if brace.conditionals > 0 => brace.conditionals -= 1,
                "=" | ":" => {
                    brace.assigned = true;
                    return Ok(());
                }
                _ => {}
            }
        }
        self.content(token);
        Ok(())
    }

    fn end_item(&mut self) -> Result<(), Failure> {
        let Some(brace) = self.open.last_mut() else { return Ok(()) };
        brace.conditionals = 0;
        let assigned = std::mem::take(&mut brace.assigned);
        match (brace.key.take(), brace.value.take()) {
            (Some(key), Some(value)) => brace.items.push(CarvedItem { key, value }),
            (Some(key), None) if assigned => {
                return Err(Failure::new(key.start, "expected a value after this key"));
            }
            (Some(key), None) => {
                return Err(Failure::new(key.start, "expected `=` and a value after this key"));
            }
            (None, None) if !assigned => {}
            _ => return Err(Failure::new(brace.start, "this object has an item without a key")),
        }
        Ok(())
    }

    fn close_brace(&mut self, end: usize) -> Result<(), Failure> {
        if self.open.last().is_some_and(|brace| brace.is_for != Some(true)) {
            self.end_item()?;
            if let Some(brace) = self.open.pop() {
                self.done.push(CarvedObject { range: brace.start..end, items: brace.items });
            }
        } else {
            self.open.pop();
        }
        if let Some(parent) = self.open.last_mut() {
            parent.extend(&(end - 1..end));
        }
        Ok(())
    }

    /// Renames a marker that a line of its heredoc begins with.
    fn close_heredoc(&mut self, close: &Range<usize>) {
        let Some(OpenHeredoc { marker, body }) = self.heredocs.pop() else { return };
        let lines = || self.text[body..close.start].lines().map(|line| line.trim_start_matches([' ', '\t']));
        let clashes = |name: &str| lines().any(|line| line.starts_with(name));
        if !clashes(&self.text[marker.clone()]) {
            return;
        }
        let names = ('A'..='Z').map(|letter| letter.to_string().repeat(marker.len()));
        if let Some(name) = names.into_iter().find(|name| !clashes(name)) {
            self.copy[marker].copy_from_slice(name.as_bytes());
            self.copy[close.clone()].copy_from_slice(name.as_bytes());
        }
    }
}

impl OpenBrace {
    fn new(start: usize, level: usize) -> Self {
        let (items, key, value) = (Vec::new(), None, None);
        Self { start, level, is_for: None, items, key, value, assigned: false, conditionals: 0 }
    }

    fn extend(&mut self, range: &Range<usize>) {
        let part = if self.assigned { &mut self.value } else { &mut self.key };
        match part {
            Some(part) => part.end = range.end,
            None => *part = Some(range.clone()),
        }
    }
}
