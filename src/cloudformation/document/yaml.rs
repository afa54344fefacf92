//! YAML's tree as a document: tags become functions, plain words get their types, aliases and merge keys are expanded.

use std::collections::HashMap;
use std::sync::Arc;

use super::mapping::Mapping;
use super::place::Place;
use super::plain::{Plain, plain};
use super::{Entry, MAX_DEPTH, Node, NodeKind, Read};
use crate::source::{Notice, NoticeKind, Span};
use crate::syntax::yaml::{self, Anchor, Member, Tag};

/// Values that aliases may repeat in all: a few lines can name billions.
const MAX_REPEATED: usize = 200_000;

/// The namespace of the tags that YAML itself defines.
const YAML_TAGS: &str = "tag:yaml.org,2002:";

/// Those types that there are in any YAML.
const TYPES: &[&str] = &[
    "str",
    "int",
    "float",
    "bool",
    "null",
    "timestamp",
    "binary",
    "seq",
    "map",
    "set",
    "omap",
    "pairs",
    "merge",
];

pub(super) fn lower(parsed: yaml::Parsed, place: &Place<'_>) -> Read {
    let notices = parsed.notices.into_iter().map(|notice| place.notice(notice)).collect();
    let mut lowering = Lowering { place, notices, anchors: HashMap::new(), repeated: 0 };
    let documents = parsed.documents.into_iter().map(|root| lowering.node(root, 0).node).collect();
    Read { documents, notices: lowering.notices }
}

/// A value, how many values it is with all that it repeats, and how many levels deep.
#[derive(Clone)]
struct Lowered {
    node: Node,
    size: usize,
    height: usize,
}

impl Lowered {
    fn leaf(kind: NodeKind, span: Span) -> Self {
        Self { node: Node { kind, span }, size: 1, height: 0 }
    }
}

struct Lowering<'a> {
    place: &'a Place<'a>,
    notices: Vec<Notice>,
    /// What stands at the anchors; `None` while that is still being read.
    anchors: HashMap<Anchor, Option<Lowered>>,
    repeated: usize,
}

impl Lowering<'_> {
    fn tell(&mut self, kind: NoticeKind, span: Span, message: impl Into<String>, help: &str) {
        self.notices.push(Notice::at(kind, span, message).with_help(help));
    }

    /// A limit is told where it is met first.
    fn tell_limit(&mut self, span: Span, message: String, help: &str) {
        if !self.notices.iter().any(|notice| notice.message == message) {
            self.tell(NoticeKind::LimitReached, span, message, help);
        }
    }

    fn too_deep(&mut self, span: Span) -> Lowered {
        let message = format!("nested more than {MAX_DEPTH} levels deep; what lies deeper was not read");
        self.tell_limit(span, message, "nest less deep");
        Lowered::leaf(NodeKind::Unread, span)
    }

    /// Recurses as deep as documents may be.
    fn node(&mut self, node: yaml::Node, depth: usize) -> Lowered {
        let span = self.place.span(node.span);
        let anchor = node.anchor;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, None);
        }
        let lowered = match meaningful(node.tag.as_ref()) {
            None => self.untagged(node.kind, span, depth),
            Some(tag) => {
                let tag_span = self.place.span(tag.span);
                match tag.name.strip_prefix(YAML_TAGS) {
                    Some(name) => self.typed(name, tag_span, node.kind, span, depth),
                    None => self.function(function_key(tag), tag_span, node, span, depth),
                }
            }
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(lowered.clone()));
        }
        lowered
    }

    fn untagged(&mut self, kind: yaml::NodeKind, span: Span, depth: usize) -> Lowered {
        let kind = match kind {
            yaml::NodeKind::Sequence(_) | yaml::NodeKind::Mapping(_) if depth >= MAX_DEPTH => {
                return self.too_deep(span);
            }
            yaml::NodeKind::Sequence(elements) => return self.list(elements, span, depth),
            yaml::NodeKind::Mapping(members) => return self.mapping(members, span, depth),
            yaml::NodeKind::Alias(anchor) => return self.alias(anchor, span, depth),
            yaml::NodeKind::Unread => NodeKind::Unread,
            yaml::NodeKind::Scalar { text, is_plain: false } => NodeKind::String(self.place.decoded(text)),
            yaml::NodeKind::Scalar { text, is_plain: true } => match plain(&text.text) {
                Plain::Null => NodeKind::Null,
                Plain::Bool(value) => NodeKind::Bool(value),
                Plain::Number => NodeKind::Number(text.text),
                Plain::Text => NodeKind::String(self.place.decoded(text)),
            },
        };
        Lowered::leaf(kind, span)
    }

    fn list(&mut self, elements: Vec<yaml::Node>, span: Span, depth: usize) -> Lowered {
        let (mut size, mut height) = (1usize, 1);
        let mut nodes = Vec::with_capacity(elements.len());
        for element in elements {
            let element = self.node(element, depth + 1);
            size = size.saturating_add(element.size);
            height = height.max(element.height + 1);
            nodes.push(element.node);
        }
        Lowered { node: Node { kind: NodeKind::List(nodes.into()), span }, size, height }
    }

    fn mapping(&mut self, members: Vec<Member>, span: Span, depth: usize) -> Lowered {
        let (mut size, mut height) = (1usize, 1);
        let mut mapping = Mapping::default();
        for member in members {
            let key_span = self.place.span(member.key.span);
            if is_merge(&member.key) {
                let tag = meaningful(member.value.tag.as_ref());
                let is_function = tag.is_some_and(|tag| !tag.name.starts_with(YAML_TAGS));
                let merged = self.node(member.value, depth);
                size = size.saturating_add(merged.size);
                height = height.max(merged.height);
                self.merge(&mut mapping, &merged.node, is_function);
                continue;
            }
            let key = self.key(member.key, key_span);
            let value = self.node(member.value, depth + 1);
            size = size.saturating_add(value.size);
            height = height.max(value.height + 1);
            if let Some(key) = key {
                self.notices.extend(mapping.insert(Entry { key, key_span, value: value.node }));
            }
        }
        Lowered { node: Node { kind: mapping.finish(), span }, size, height }
    }

    /// `<<`: the entries of a mapping, or of several of which the first has the say.
    fn merge(&mut self, mapping: &mut Mapping, node: &Node, is_function: bool) {
        let sources = match &node.kind {
            NodeKind::List(elements) if !is_function => elements,
            _ => std::slice::from_ref(node),
        };
        for source in sources.iter().rev() {
            match &source.kind {
                NodeKind::Map(entries) if !is_function => {
                    entries.iter().for_each(|entry| mapping.merge(entry));
                }
                // Of what was not read, another notice tells.
                NodeKind::Unread => {}
                _ => self.tell(
                    NoticeKind::InvalidConfiguration,
                    source.span,
                    "`<<` takes a mapping or a list of mappings, and this is neither; nothing was merged",
                    "let an alias of a mapping follow, as in `<<: *defaults`",
                ),
            }
        }
    }

    /// The text of a key. `None`, and a notice, for one that has none.
    fn key(&mut self, key: yaml::Node, span: Span) -> Option<Arc<str>> {
        if let Some(tag) = meaningful(key.tag.as_ref()).filter(|tag| !tag.name.starts_with(YAML_TAGS)) {
            let message = format!("`{}` stands before a key, where no function can stand", written(tag));
            let span = self.place.span(tag.span);
            self.tell(
                NoticeKind::InvalidConfiguration,
                span,
                message,
                "move it after the colon, or remove it",
            );
        }
        let (text, is_null) = match &key.kind {
            yaml::NodeKind::Scalar { text, is_plain } => {
                (Some(Arc::clone(&text.text)), *is_plain && plain(&text.text) == Plain::Null)
            }
            yaml::NodeKind::Alias(anchor) => match self.anchors.get(anchor).and_then(Option::as_ref) {
                Some(Lowered { node: Node { kind: NodeKind::String(text), .. }, .. }) => {
                    (Some(Arc::clone(&text.text)), false)
                }
                Some(Lowered { node: Node { kind: NodeKind::Number(text), .. }, .. }) => {
                    (Some(Arc::clone(text)), false)
                }
                _ => (None, false),
            },
            _ => (None, false),
        };
        if is_null {
            let message = "a key that is nothing, where CloudFormation takes only text";
            self.tell(
                NoticeKind::InvalidConfiguration,
                span,
                message,
                "write a name before the colon, or quote it",
            );
        }
        // A key's anchor may be repeated elsewhere.
        let is_unread = matches!(key.kind, yaml::NodeKind::Unread);
        if key.anchor.is_some() || text.is_none() {
            self.node(yaml::Node { tag: None, ..key }, 0);
        }
        if text.is_none() && !is_unread {
            let message = "a key that is no text; this entry was not read";
            self.tell(
                NoticeKind::InvalidConfiguration,
                span,
                message,
                "use a plain or quoted word as the key",
            );
        }
        text
    }

    fn alias(&mut self, anchor: Anchor, span: Span, depth: usize) -> Lowered {
        let lowered = match self.anchors.get(&anchor) {
            Some(Some(lowered)) => lowered.clone(),
            // What was not read cannot be repeated; another notice tells of it.
            None => return Lowered::leaf(NodeKind::Unread, span),
            Some(None) => {
                let message = "an alias that stands inside of what it repeats, which has no end";
                self.tell(NoticeKind::InvalidConfiguration, span, message, "write out what is meant");
                return Lowered::leaf(NodeKind::Unread, span);
            }
        };
        self.repeated = self.repeated.saturating_add(lowered.size);
        if self.repeated > MAX_REPEATED {
            let message =
                format!("aliases repeat more than {MAX_REPEATED} values; what follows was not repeated");
            self.tell_limit(span, message, "write a shorter template");
            return Lowered::leaf(NodeKind::Unread, span);
        }
        if depth + lowered.height > MAX_DEPTH {
            return self.too_deep(span);
        }
        lowered
    }

    /// `!Name argument`: a mapping of one entry, whose key stands where the tag does. Plain words of the argument are
    /// text, as `CloudFormation`'s own tools take them.
    fn function(&mut self, key: Arc<str>, tag: Span, node: yaml::Node, span: Span, depth: usize) -> Lowered {
        if depth >= MAX_DEPTH {
            return self.too_deep(tag);
        }
        let is_absent = node.is_absent();
        let argument = match node.kind {
            yaml::NodeKind::Scalar { .. } if is_absent => Lowered::leaf(NodeKind::Null, span),
            yaml::NodeKind::Scalar { text, .. } => {
                Lowered::leaf(NodeKind::String(self.place.decoded(text)), span)
            }
            kind => self.untagged(kind, span, depth + 1),
        };
        let entry = Entry { key, key_span: tag, value: argument.node };
        let node = Node { kind: NodeKind::Map([entry].into()), span: tag.to(span) };
        Lowered { node, size: argument.size.saturating_add(1), height: argument.height + 1 }
    }

    /// `!!str 017`: a tag of YAML's own says the type.
    fn typed(&mut self, name: &str, tag: Span, kind: yaml::NodeKind, span: Span, depth: usize) -> Lowered {
        let scalar = match (name, kind) {
            ("str" | "timestamp", yaml::NodeKind::Scalar { text, .. }) => {
                Some(NodeKind::String(self.place.decoded(text)))
            }
            ("null", yaml::NodeKind::Scalar { .. }) => Some(NodeKind::Null),
            ("bool", yaml::NodeKind::Scalar { text, .. }) => match plain(&text.text) {
                Plain::Bool(value) => Some(NodeKind::Bool(value)),
                _ => None,
            },
            ("int" | "float", yaml::NodeKind::Scalar { text, .. }) => {
                (plain(&text.text) == Plain::Number).then_some(NodeKind::Number(text.text))
            }
            ("seq" | "omap" | "pairs", kind @ yaml::NodeKind::Sequence(_))
            | ("map" | "set", kind @ yaml::NodeKind::Mapping(_))
            | (_, kind @ yaml::NodeKind::Unread) => return self.untagged(kind, span, depth),
            _ => None,
        };
        let scalar = scalar.unwrap_or_else(|| {
            // What is no type of YAML's may be a password that begins with exclamation marks.
            let shown =
                if TYPES.contains(&name) { format!("`!!{name}`") } else { "what follows `!!`".to_owned() };
            let message = format!("{shown} is not a type that this value can have; it was not read");
            let help = "remove the tag, or write a function's tag with one exclamation mark";
            self.tell(NoticeKind::InvalidConfiguration, tag, message, help);
            NodeKind::Unread
        });
        Lowered::leaf(scalar, span)
    }
}

/// A tag that says something. `!` alone says only that there is one.
fn meaningful(tag: Option<&Tag>) -> Option<&Tag> {
    tag.filter(|tag| tag.name != "!")
}

fn is_merge(key: &yaml::Node) -> bool {
    let tag = key.tag.as_ref().and_then(|tag| tag.name.strip_prefix(YAML_TAGS));
    match &key.kind {
        yaml::NodeKind::Scalar { text, is_plain } => {
            tag == Some("merge") || (key.tag.is_none() && *is_plain && *text.text == *"<<")
        }
        _ => false,
    }
}

/// `!Ref` and `!Condition` are keys as they are; the rest are functions.
fn function_key(tag: &Tag) -> Arc<str> {
    match tag.name.strip_prefix('!').unwrap_or(&tag.name) {
        name @ ("Ref" | "Condition") => name.into(),
        name => format!("Fn::{name}").into(),
    }
}

fn written(tag: &Tag) -> String {
    if tag.name.starts_with('!') { tag.name.clone() } else { format!("!<{}>", tag.name) }
}
