//! From events to the tree. Nothing here recurses: what is open stands in a list.

use std::collections::VecDeque;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError};

use super::scalar;
use super::tree::{Anchor, Member, Node, NodeKind, Tag};
use super::{FileId, Notice, Parsed};
use crate::source::{NoticeKind, Span};
use crate::syntax::Decoded;

/// How deep values may be nested. People and generators stay below 30; this bounds the stack of who walks the tree.
pub const MAX_DEPTH: usize = 256;

/// How deep the parser itself goes, so that what follows a value that is too deep is read.
const MAX_SKIPPED_DEPTH: usize = 10_000;

/// What YAML 1.1, which many readers follow, takes as the end of a line, and YAML 1.2 does not; and what is nowhere
/// allowed.
const SEPARATORS: [char; 4] = ['\u{85}', '\u{2028}', '\u{2029}', '\0'];

const REST_NOT_READ: &str = "what follows in the file was not read";
/// The same where a tab is in the way.
const NO_TABS: &str = "indent with spaces, for YAML takes no tabs; what follows in the file was not read";

fn options() -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    // As most readers have it, whatever YAML 1.2 says.
    options.block_scalar_eof_without_line_feed = true;
    options.flow_nesting_limit = MAX_SKIPPED_DEPTH;
    options.block_nesting_limit = MAX_SKIPPED_DEPTH;
    options
}

pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let mut options = options();
    options.set_emit_comments(true);
    // One for each line at most.
    options.max_buffered_comment_events = text.len();
    let events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    let comments = events.filter(|(event, _)| matches!(event, Event::Comment(..)));
    let offset = |marker: Marker| marker.byte_offset().unwrap_or(text.len()).min(text.len());
    comments.map(|(_, place)| offset(place.start)..offset(place.end)).collect()
}

pub(super) fn parse(file: FileId, text: &str) -> Parsed {
    let options = options();
    let mut builder = Builder {
        file,
        text,
        open: Vec::new(),
        skipped: 0,
        root: None,
        parsed: Parsed::default(),
        too_deep: false,
        separators: text.match_indices(SEPARATORS).map(|(at, _)| at).collect(),
        stray_separator: None,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => builder.read(event, span),
            Err(error) => {
                builder.stop(&error);
                return builder.parsed;
            }
        }
    }
    builder.end_document();
    builder.check_separators();
    builder.parsed
}

/// A collection that is still open.
struct Frame {
    kind: FrameKind,
    start: usize,
    tag: Option<Tag>,
    anchor: Option<Anchor>,
}

enum FrameKind {
    Sequence(Vec<Node>),
    /// With the key that waits for its value.
    Mapping(Vec<Member>, Option<Node>),
}

struct Builder<'t> {
    file: FileId,
    text: &'t str,
    open: Vec<Frame>,
    /// How many collections are open that are too deep to be read.
    skipped: usize,
    root: Option<Node>,
    parsed: Parsed,
    too_deep: bool,
    /// Where there are separators in what was not read yet.
    separators: VecDeque<usize>,
    /// The first of those that stand in no quotes.
    stray_separator: Option<usize>,
}

impl Builder<'_> {
    fn read(&mut self, event: Event<'_>, place: granit_parser::Span) {
        let (start, end) = (self.offset(place.start), self.offset(place.end));
        let span = Span::new(self.file, start, end);
        let tag = event.tag().map(|tag| Tag {
            name: format!("{}{}", tag.handle(), tag.suffix()),
            span: self.tag_span(&place).unwrap_or_else(|| Span::new(self.file, start, start)),
        });
        match event {
            Event::SequenceStart(_, anchor, _) => {
                let span = Span::new(self.file, self.first_dash(start), end);
                self.start(FrameKind::Sequence(Vec::new()), span, tag, anchor);
            }
            Event::MappingStart(_, anchor, _) => {
                self.start(FrameKind::Mapping(Vec::new(), None), span, tag, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd if self.skipped > 0 => self.skipped -= 1,
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            _ if self.skipped > 0 => {}
            Event::Scalar(text, style, anchor, _) => {
                let text = if start == end {
                    Decoded::verbatim("", start)
                } else {
                    scalar::decoded(self.text, start..end, &text, style)
                };
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
                    self.pass_separators(start, end);
                }
                let is_plain = style == ScalarStyle::Plain;
                let span = if is_block(style) { self.without_blank_end(span) } else { span };
                self.add(Node {
                    kind: NodeKind::Scalar { text, is_plain },
                    span,
                    tag,
                    anchor: to_anchor(anchor),
                });
            }
            Event::Alias(anchor) => {
                self.add(Node { kind: NodeKind::Alias(Anchor(anchor)), span, tag: None, anchor: None });
            }
            Event::UnresolvedAlias(_) => {
                // Its name is not repeated: it may be a password that begins with an asterisk.
                let message = "this alias repeats something that no anchor (`&`) before it names";
                let notice = Notice::at(NoticeKind::InvalidConfiguration, span, message)
                    .with_help("put text that begins with `*` in quotes, or correct the name of the alias");
                self.parsed.notices.push(notice);
                self.add(Node { kind: NodeKind::Unread, span, tag: None, anchor: None });
            }
            Event::DocumentEnd => self.end_document(),
            _ => {}
        }
    }

    fn start(&mut self, kind: FrameKind, span: Span, tag: Option<Tag>, anchor: usize) {
        if self.skipped == 0 && self.open.len() < MAX_DEPTH {
            self.open.push(Frame { kind, start: span.range().start, tag, anchor: to_anchor(anchor) });
            return;
        }
        if self.skipped == 0 {
            if !self.too_deep {
                self.too_deep = true;
                self.parsed.notices.push(too_deep(span));
            }
            self.add(Node { kind: NodeKind::Unread, span, tag, anchor: to_anchor(anchor) });
        }
        self.skipped += 1;
    }

    /// Ends the innermost collection; `span` is that of its closing bracket, if it has one.
    fn end(&mut self, span: Span) {
        let Some(frame) = self.open.pop() else { return };
        let bracket = matches!(self.text.get(span.range()), Some("]" | "}")).then_some(span);
        let node = self.close(frame, bracket);
        self.add(node);
    }

    fn close(&self, frame: Frame, bracket: Option<Span>) -> Node {
        let (kind, last) = match frame.kind {
            FrameKind::Sequence(elements) => {
                let last = elements.last().map(reach);
                (NodeKind::Sequence(elements), last)
            }
            FrameKind::Mapping(members, _) => {
                let last = members.last().map(|member| reach(&member.key).max(reach(&member.value)));
                (NodeKind::Mapping(members), last)
            }
        };
        let end = bracket.map(|span| span.range().end).or(last.map(|end| end as usize));
        let span = Span::new(self.file, frame.start, end.unwrap_or(frame.start));
        Node { kind, span, tag: frame.tag, anchor: frame.anchor }
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(node),
            Some(FrameKind::Sequence(elements)) => elements.push(node),
            Some(FrameKind::Mapping(members, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => members.push(Member { key, value: node }),
            },
        }
    }

    fn end_document(&mut self) {
        self.open.clear();
        self.skipped = 0;
        self.parsed.documents.extend(self.root.take());
    }

    /// Keeps what was read before an error. A key whose value did not come stays, so that it is not overlooked.
    fn stop(&mut self, error: &ScanError) {
        let span = self.character(self.offset(*error.marker()));
        let message = match error.kind() {
            ErrorKind::RecursionLimitExceeded => "nested too deep to be read".to_owned(),
            _ => format!("invalid YAML: {}", error.info()),
        };
        let help = if error.info().contains("tab") { NO_TABS } else { REST_NOT_READ };
        self.parsed.notices.push(Notice::at(NoticeKind::ParseError, span, message).with_help(help));
        while let Some(mut frame) = self.open.pop() {
            if let FrameKind::Mapping(members, key) = &mut frame.kind
                && let Some(key) = key.take()
            {
                let end = reach(&key) as usize;
                let span = Span::new(self.file, end, end);
                members.push(Member {
                    key,
                    value: Node { kind: NodeKind::Unread, span, tag: None, anchor: None },
                });
            }
            let node = self.close(frame, None);
            self.add(node);
        }
        self.end_document();
    }

    /// Takes note of the separators up to a quoted text, and passes over those in it.
    fn pass_separators(&mut self, start: usize, end: usize) {
        while let Some(at) = self.separators.front().copied().filter(|at| *at < end) {
            self.separators.pop_front();
            if at < start {
                self.stray_separator.get_or_insert(at);
            }
        }
    }

    /// A separator can hide from one reader what another one reads, behind a comment or inside of a text.
    fn check_separators(&mut self) {
        let end = self.text.len();
        self.pass_separators(end, end);
        if let Some(at) = self.stray_separator {
            let message = "invalid YAML: a character that ends the line or the text for some readers and not for others";
            let notice = Notice::at(NoticeKind::ParseError, self.character(at), message);
            self.parsed.notices.push(notice.with_help("replace it by a line feed or a space"));
        }
    }

    fn character(&self, offset: usize) -> Span {
        let length = self.text[offset..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.file, offset, offset + length)
    }

    /// The byte offset of a marker, which hostile text must not move out of the text or into a character.
    fn offset(&self, marker: Marker) -> usize {
        let mut offset = marker.byte_offset().unwrap_or(0).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    fn tag_span(&self, place: &granit_parser::Span) -> Option<Span> {
        let tag = place.tag_span()?;
        Some(Span::new(self.file, self.offset(tag.start), self.offset(tag.end)))
    }

    /// Where a sequence starts. One that is indented no further than its key is said to start behind its first dash.
    fn first_dash(&self, start: usize) -> usize {
        let Some(Frame { kind: FrameKind::Mapping(_, Some(key)), .. }) = self.open.last() else {
            return start;
        };
        let line = self.text[..start].rfind(['\n', '\r']).map_or(0, |offset| offset + 1);
        let before = self.text[line.max(reach(key) as usize).min(start)..start].trim_start_matches(' ');
        let is_dash = before
            .strip_prefix('-')
            .is_some_and(|rest| !rest.starts_with(|next| next != ' ' && next != '\t'));
        if is_dash { start - before.len() } else { start }
    }

    /// A block scalar up to the end of its last line that is not blank.
    fn without_blank_end(&self, span: Span) -> Span {
        let source = &self.text[span.range()];
        let content = source.trim_end_matches([' ', '\t', '\r', '\n']).len();
        // Spaces at the end of its last line are part of the text.
        let length = source[content..].find(['\r', '\n']).map_or(source.len(), |rest| content + rest);
        Span::new(self.file, span.range().start, span.range().start + length)
    }
}

/// Where a node ends; a tag with nothing behind it ends with the tag.
fn reach(node: &Node) -> u32 {
    node.tag.as_ref().map_or(0, |tag| tag.span.end).max(node.span.end)
}

fn too_deep(span: Span) -> Notice {
    let message = format!("nested more than {MAX_DEPTH} levels deep; what lies deeper was not read");
    Notice::at(NoticeKind::LimitReached, span, message)
}

fn to_anchor(number: usize) -> Option<Anchor> {
    (number != 0).then_some(Anchor(number))
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}
