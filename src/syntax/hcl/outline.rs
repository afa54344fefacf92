//! The structure of a file without its expressions: attributes, blocks, comments, and what is neither.
//!
//! Everything here is iterative and total. One broken item never takes the rest of the file with it: the
//! outline goes on at the next line, and where a bracket was left open, at the next top-level declaration.

use std::ops::Range;

use super::header::{declares_nested_top_level, starts_declaration};
use super::lexer::{Frame, Lexer, Token, TokenKind};

/// Blocks inside blocks, at most; the same bound that the expression parser has.
const MAX_BLOCK_DEPTH: usize = 64;

/// How often a file may be read again from an item that was never closed. Past it, every line that looks like
/// a declaration starts one, which needs no second reading.
const MAX_RESTARTS: usize = 16;

/// The items of a file and its comments, as byte ranges of its text.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub items: Vec<Item>,
    pub comments: Vec<Range<usize>>,
}

/// One thing in a body.
#[derive(Debug)]
pub(super) struct Item {
    pub range: Range<usize>,
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug)]
pub(super) enum ItemKind {
    /// `name = value`; the value's range is empty when nothing stands there.
    Attribute { name: Range<usize>, value: Range<usize> },
    /// `kind labels { … }`; a quoted label's range has its quotes.
    Block(BlockItem),
    /// Neither.
    Bad(BadItem),
}

/// A block.
#[derive(Debug)]
pub(super) struct BlockItem {
    pub kind: Range<usize>,
    pub labels: Vec<Range<usize>>,
    pub items: Vec<Item>,
    /// Whether the brace that ends it was missed, and nothing inside it explains why.
    pub unclosed: bool,
}

/// Why an item is neither attribute nor block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadItem {
    /// It does not start with a name.
    NoName,
    /// A name is followed by neither `=` nor `{`.
    NoValue,
    /// A label that is not a plain string or word.
    BadLabel,
    /// A bracket, a string or a heredoc in it is never closed.
    Unclosed,
    /// A closing bracket that closes nothing.
    StrayBracket,
    /// Blocks nested too deeply.
    TooDeep,
}

/// Outlines a text.
pub(super) fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let mut lexer = Lexer::code(text, 0);
    let mut restarts = 0;
    let mut position = 0;
    while position < text.len() {
        lexer.restart(position);
        let mut reader = Reader::new(text, &mut lexer, restarts >= MAX_RESTARTS);
        let ending = reader.read();
        let (reader, end) = match ending {
            Ending::Complete(end) => (reader, end),
            Ending::Open { resume: None } => (reader, text.len()),
            Ending::Open { resume: Some(resume) } => {
                restarts += 1;
                let cut = &text[..resume];
                let mut lexer = Lexer::code(cut, position);
                let mut reader = Reader::new(cut, &mut lexer, false);
                reader.read();
                outline.take(reader.top, reader.comments);
                position = resume;
                continue;
            }
        };
        outline.take(reader.top, reader.comments);
        position = end.max(position + 1);
    }
    outline
}

impl Outline {
    fn take(&mut self, items: Vec<Item>, comments: Vec<Range<usize>>) {
        for item in items {
            push(&mut self.items, item);
        }
        self.comments.extend(comments);
    }
}

/// How the reading of a top-level item ended.
enum Ending {
    /// All is closed, or was taken to be; the next item starts here at the earliest.
    Complete(usize),
    /// The text ended inside something. The first line inside it that looks like a declaration, if any.
    Open { resume: Option<usize> },
}

/// Reads one top-level item.
struct Reader<'t, 'l> {
    text: &'t str,
    lexer: &'l mut Lexer<'t>,
    /// Whether to end the item at any line that looks like a declaration.
    strict: bool,
    state: State,
    open: Vec<OpenBlock>,
    top: Vec<Item>,
    comments: Vec<Range<usize>>,
    resume: Option<usize>,
    resume_in_heredoc: Option<usize>,
    open_heredocs: usize,
}

/// A block whose end is still to come.
struct OpenBlock {
    start: usize,
    block: BlockItem,
}

/// Where in an item the reader is.
enum State {
    Start,
    Name { name: Range<usize>, labels: Vec<Range<usize>>, quote: Option<usize> },
    Value { name: Range<usize>, value: Option<Range<usize>>, end: usize },
    Skip { range: Range<usize>, why: BadItem },
}

impl<'t, 'l> Reader<'t, 'l> {
    fn new(text: &'t str, lexer: &'l mut Lexer<'t>, strict: bool) -> Self {
        Self {
            text,
            lexer,
            strict,
            state: State::Start,
            open: Vec::new(),
            top: Vec::new(),
            comments: Vec::new(),
            resume: None,
            resume_in_heredoc: None,
            open_heredocs: 0,
        }
    }

    fn read(&mut self) -> Ending {
        loop {
            let token = self.lexer.next();
            match token.kind {
                TokenKind::End => return self.end_of_text(token.range.start),
                TokenKind::Comment => self.comments.push(token.range.clone()),
                TokenKind::Newline if self.at_body_level() => {
                    self.finish_item();
                    if self.open.is_empty() && !self.top.is_empty() {
                        return Ending::Complete(token.range.end);
                    }
                }
                TokenKind::Close if self.lexer.stack().len() < self.open.len() => {
                    self.finish_item();
                    self.close_block(token.range.end, false);
                }
                _ if self.leaves_block(&token) => return self.give_up(token.range.start),
                _ => self.item_token(&token),
            }
            if self.note_declaration(&token) && self.strict {
                return self.give_up(token.range.end);
            }
        }
    }

    fn at_body_level(&self) -> bool {
        self.lexer.stack().len() == self.open.len()
    }

    /// Whether a block starts here that cannot stand inside the open one.
    fn leaves_block(&self, token: &Token) -> bool {
        let Some(parent) = self.open.last() else { return false };
        let start = token.range.start;
        matches!(self.state, State::Start)
            && token.kind == TokenKind::Word
            && self.text[..start].ends_with('\n')
            && declares_nested_top_level(&self.text[start..], &self.text[parent.block.kind.clone()])
    }

    /// Remembers the first line that looks like a declaration while something is open. Inside a heredoc such
    /// a line is only text, unless the heredoc turns out to have no end.
    fn note_declaration(&mut self, token: &Token) -> bool {
        let line_ends = match token.kind {
            TokenKind::HeredocClose => {
                self.open_heredocs = self.open_heredocs.saturating_sub(1);
                if self.open_heredocs == 0 {
                    self.resume_in_heredoc = None;
                }
                false
            }
            TokenKind::Newline => !self.lexer.stack().is_empty(),
            TokenKind::HeredocOpen => {
                self.open_heredocs += 1;
                true
            }
            TokenKind::Literal => self.text[..token.range.end].ends_with('\n'),
            _ => false,
        };
        let end = token.range.end;
        if !line_ends || !starts_declaration(&self.text[end..]) {
            return false;
        }
        let resume = if self.open_heredocs > 0 { &mut self.resume_in_heredoc } else { &mut self.resume };
        resume.get_or_insert(end);
        true
    }

    fn end_of_text(&mut self, end: usize) -> Ending {
        if self.lexer.stack().is_empty() {
            self.finish_item();
            return Ending::Complete(end);
        }
        let resume = match (self.resume, self.resume_in_heredoc) {
            (Some(code), Some(text)) => Some(code.min(text)),
            (code, text) => code.or(text),
        };
        self.give_up(end);
        Ending::Open { resume }
    }

    /// Ends everything that is open. Exactly one thing is marked as the culprit.
    fn give_up(&mut self, end: usize) -> Ending {
        let inside_item = !matches!(self.state, State::Start);
        if inside_item {
            let start = match &self.state {
                State::Start => end,
                State::Name { name, .. } | State::Value { name, .. } => name.start,
                State::Skip { range, .. } => range.start,
            };
            self.state = State::Start;
            self.push(Item { range: start..end, kind: ItemKind::Bad(BadItem::Unclosed) });
        }
        let mut unclosed = !inside_item;
        while !self.open.is_empty() {
            self.close_block(end, unclosed);
            unclosed = false;
        }
        Ending::Complete(end)
    }

    fn close_block(&mut self, end: usize, unclosed: bool) {
        let Some(OpenBlock { start, mut block }) = self.open.pop() else { return };
        block.unclosed = unclosed;
        self.push(Item { range: start..end, kind: ItemKind::Block(block) });
    }

    fn push(&mut self, item: Item) {
        let items = self.open.last_mut().map_or(&mut self.top, |open| &mut open.block.items);
        push(items, item);
    }

    fn finish_item(&mut self) {
        let item = match std::mem::replace(&mut self.state, State::Start) {
            State::Start => return,
            State::Name { name, .. } => Item { range: name, kind: ItemKind::Bad(BadItem::NoValue) },
            State::Value { name, value, end } => {
                let value = value.unwrap_or(end..end);
                Item { range: name.start..value.end, kind: ItemKind::Attribute { name, value } }
            }
            State::Skip { range, why } => Item { range, kind: ItemKind::Bad(why) },
        };
        self.push(item);
    }

    fn item_token(&mut self, token: &Token) {
        match std::mem::replace(&mut self.state, State::Start) {
            State::Start => self.first_token(token),
            State::Name { name, labels, quote } => self.header_token(name, labels, quote, token),
            State::Value { name, value, end } => {
                let value = if matches!(token.kind, TokenKind::Newline | TokenKind::QuoteBroken) {
                    value
                } else {
                    Some(value.map_or(token.range.start, |value| value.start)..token.range.end)
                };
                self.state = State::Value { name, value, end };
            }
            State::Skip { range, why } => {
                let end = if token.kind == TokenKind::Newline { range.end } else { token.range.end };
                self.state = State::Skip { range: range.start..end, why };
            }
        }
    }

    fn first_token(&mut self, token: &Token) {
        match token.kind {
            TokenKind::Newline => {}
            TokenKind::Word => {
                self.state = State::Name { name: token.range.clone(), labels: Vec::new(), quote: None };
            }
            TokenKind::Stray => {
                self.push(Item { range: token.range.clone(), kind: ItemKind::Bad(BadItem::StrayBracket) });
            }
            _ => self.state = State::Skip { range: token.range.clone(), why: BadItem::NoName },
        }
    }

    fn header_token(
        &mut self,
        name: Range<usize>,
        mut labels: Vec<Range<usize>>,
        mut quote: Option<usize>,
        token: &Token,
    ) {
        let bad = |why| State::Skip { range: name.start..token.range.end, why };
        match (token.kind, quote) {
            (TokenKind::QuoteClose, Some(start)) => {
                labels.push(start..token.range.end);
                quote = None;
            }
            (TokenKind::Literal, Some(_)) => {}
            (_, Some(_)) => return self.state = bad(BadItem::BadLabel),
            (TokenKind::QuoteOpen, None) => quote = Some(token.range.start),
            (TokenKind::Word, None) => labels.push(token.range.clone()),
            (TokenKind::Operator, None) if labels.is_empty() && &self.text[token.range.clone()] == "=" => {
                return self.state = State::Value { name, value: None, end: token.range.end };
            }
            (TokenKind::Open, None) if self.lexer.stack().last() == Some(&Frame::Brace) => {
                if self.open.len() >= MAX_BLOCK_DEPTH {
                    return self.state = bad(BadItem::TooDeep);
                }
                let start = name.start;
                let block = BlockItem { kind: name, labels, items: Vec::new(), unclosed: false };
                return self.open.push(OpenBlock { start, block });
            }
            _ => return self.state = bad(BadItem::NoValue),
        }
        self.state = State::Name { name, labels, quote };
    }
}

/// Adds an item; what follows a bad item and is bad too is the same trouble.
fn push(items: &mut Vec<Item>, item: Item) {
    if let (Some(Item { range, kind: ItemKind::Bad(_) }), ItemKind::Bad(_)) = (items.last_mut(), &item.kind) {
        range.end = item.range.end;
        return;
    }
    items.push(item);
}
