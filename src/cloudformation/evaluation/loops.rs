//! `Fn::ForEach`: a loop in the template's text, expanded before anything is evaluated. Each element's text takes
//! the place of the loop variable in keys and values.
//!
//! A loop over something unknown gives one part that stands for all: in it the variable stays a reference, to
//! what [`Stack::symbols`](super::Stack) says it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::source::{NoticeKind, Span};
use crate::syntax::Decoded;
use crate::value::{Part, Value, hoist};

use super::super::document::{Entry, Node, NodeKind};
use super::super::scalar_text;
use super::Stack;
use super::nesting::nests;
use super::text::scalar;

/// Entries that the loops of one section make at most: past what AWS takes, 500 resources and 200 outputs.
const MAX_ENTRIES: usize = 10_000;

/// Nodes that the loops of one section make at most.
const MAX_NODES: usize = 500_000;

/// How deep loops and inclusions stand in one another.
const MAX_DEPTH: usize = 12;

const LOOP: &str = "Fn::ForEach::";
const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// An entry, and for one that stands for many, "each of Users".
pub(super) type Expanded = (Entry, Option<Arc<str>>);

/// What is left of a section's limits.
struct Budget {
    nodes: usize,
    is_told: bool,
}

/// One element of a loop: the text for its variable, or the name of what stands for it.
#[derive(Clone)]
enum Element {
    Text(Arc<str>),
    Symbol(Arc<str>),
}

/// A loop variable and its element.
struct Binding<'b> {
    variable: &'b str,
    /// `${variable}`
    verbatim: String,
    /// `&{variable}`
    plain: String,
    element: &'b Element,
}

impl Stack<'_> {
    /// The entries of a section, loops and inclusions expanded, in document order.
    pub(super) fn section(&mut self, section: &Node, name: &str) -> Vec<Expanded> {
        let Some(entries) = section.entries() else {
            if !matches!(section.kind, NodeKind::Null | NodeKind::Unread) {
                let message = format!("`{name}` is no mapping, so it was not read");
                self.say(NoticeKind::InvalidConfiguration, section.span, message);
            }
            return Vec::new();
        };
        let mut budget = Budget { nodes: MAX_NODES, is_told: false };
        let mut expanded = Vec::new();
        self.entries(entries, None, 0, &mut budget, &mut expanded);
        let mut seen = BTreeSet::new();
        // From the end: of two entries of one name the last counts.
        let mut kept: Vec<Expanded> = Vec::with_capacity(expanded.len());
        for one in expanded.into_iter().rev() {
            if seen.insert(Arc::clone(&one.0.key)) {
                kept.push(one);
            } else {
                let message =
                    format!("{} is made twice, by a loop or beside it; the last one counts", one.0.key);
                self.say(NoticeKind::InvalidConfiguration, one.0.key_span, message);
            }
        }
        kept.reverse();
        kept
    }

    fn entries(
        &mut self,
        entries: &[Entry],
        stands_for: Option<&Arc<str>>,
        depth: usize,
        budget: &mut Budget,
        expanded: &mut Vec<Expanded>,
    ) {
        for entry in entries {
            if entry.key.starts_with(LOOP) {
                self.each(entry, stands_for, depth, budget, expanded);
            } else if &*entry.key == "Fn::Transform" {
                for (included, _) in self.included(&entry.value, depth) {
                    self.entries(&[included], stands_for, depth + 1, budget, expanded);
                }
            } else if expanded.len() < MAX_ENTRIES {
                let value = self.within(&entry.value, depth, budget);
                expanded.push((Entry { value, ..entry.clone() }, stands_for.cloned()));
            } else {
                self.too_much(entry.key_span, budget);
            }
        }
    }

    fn too_much(&self, span: Span, budget: &mut Budget) {
        if !budget.is_told {
            let message = "this makes more than is looked at; what lies past the limit was left out";
            self.say(NoticeKind::LimitReached, span, message);
            budget.is_told = true;
        }
    }

    /// A value, the loops inside of it expanded. One without loops is shared as it is, and so is the definition of
    /// a resource that is not looked at: what an API includes is nobody's business here.
    fn within(&mut self, node: &Node, depth: usize, budget: &mut Budget) -> Node {
        let resource_type = node.get("Type").filter(|_| depth == 0).and_then(scalar_text);
        let is_passed_over =
            resource_type.is_some_and(|name| !name.starts_with("AWS::IAM::") && !nests(&name));
        if depth > MAX_DEPTH || is_passed_over || !contains_loop(node) {
            return node.clone();
        }
        let kind = match &node.kind {
            NodeKind::List(elements) => {
                NodeKind::List(elements.iter().map(|element| self.within(element, depth, budget)).collect())
            }
            // The only key of a mapping: what it includes takes the place of the mapping, also where that is no
            // mapping itself. It is left to the evaluation where it cannot be read.
            NodeKind::Map(entries) if matches!(entries.as_ref(), [only] if &*only.key == "Fn::Transform") => {
                let included = self.included(&entries[0].value, depth);
                if included.is_empty() {
                    return node.clone();
                }
                NodeKind::Map(included.into_iter().map(|(entry, _)| entry).collect())
            }
            NodeKind::Map(entries) => {
                let mut expanded = Vec::new();
                self.entries(entries, None, depth + 1, budget, &mut expanded);
                NodeKind::Map(expanded.into_iter().map(|(entry, _)| entry).collect())
            }
            other => other.clone(),
        };
        Node { kind, span: node.span }
    }

    fn each(
        &mut self,
        entry: &Entry,
        stands_for: Option<&Arc<str>>,
        depth: usize,
        budget: &mut Budget,
        expanded: &mut Vec<Expanded>,
    ) {
        if depth == 0 && !self.template.has_transform(EXTENSIONS) {
            let message =
                format!("a loop needs `Transform: {EXTENSIONS}`; without it the template is refused");
            self.say(NoticeKind::InvalidConfiguration, entry.key_span, message);
        }
        let parts = entry.value.elements().unwrap_or_default();
        let [variable, collection, body] = parts else {
            let message = "a loop is a list of its variable, its collection and its body";
            self.say(NoticeKind::InvalidConfiguration, entry.key_span, message);
            return;
        };
        let (Some(variable), Some(body)) = (scalar_text(variable), body.entries()) else {
            let message = "the variable of a loop is a name, and its body a mapping";
            self.say(NoticeKind::InvalidConfiguration, entry.key_span, message);
            return;
        };
        if depth > MAX_DEPTH {
            self.too_much(entry.key_span, budget);
            return;
        }
        for (element, words) in self.elements(collection, &entry.key) {
            let words = words.or_else(|| stands_for.cloned());
            let (verbatim, plain) = (format!("${{{variable}}}"), format!("&{{{variable}}}"));
            let binding = Binding { variable: &variable, verbatim, plain, element: &element };
            for entry in body {
                let entry = substituted_entry(entry, &binding, &mut budget.nodes);
                if budget.nodes == 0 {
                    self.too_much(entry.key_span, budget);
                    return;
                }
                self.entries(&[entry], words.as_ref(), depth + 1, budget, expanded);
            }
        }
    }

    /// The elements of a loop's collection, and for one that stands for all, the words for it.
    fn elements(&mut self, collection: &Node, name: &str) -> Vec<(Element, Option<Arc<str>>)> {
        // `[!Ref A, !Ref B]`: what is a list inside the list is part of it.
        let value = hoist(&self.value(collection));
        let alternatives = value.alternatives();
        // Under another parameter's value it may be another list: the loop is then expanded as it is by default.
        let chosen = alternatives
            .iter()
            .find(|(when, _)| when.holds_by_default())
            .or_else(|| alternatives.first())
            .map(|(_, value)| value.clone())
            .unwrap_or(value);
        if alternatives.len() > 1 {
            let message =
                format!("what {name} loops over hangs on a condition; it was expanded as it is by default");
            self.say(NoticeKind::UnknownValue, collection.span, message);
        }
        let mut elements = Vec::new();
        let mut waiting = vec![chosen];
        while let Some(value) = waiting.pop() {
            if let Some(inner) = value.elements() {
                waiting.extend(inner.iter().rev().cloned());
            } else if let Some(text) = scalar(&value) {
                elements.push((Element::Text(text), None));
            } else if let Some(unknown) = value.as_unknown() {
                if unknown.error_message().is_some() {
                    let notice = crate::resource::unknown_notice(
                        &format!("what {name} loops over"),
                        unknown,
                        collection.span,
                    );
                    self.shared.say(notice);
                    continue;
                }
                let notice = crate::resource::unknown_notice(
                    &format!("what {name} loops over"),
                    unknown,
                    collection.span,
                );
                self.shared.say(notice);
                // An element that is unknown by itself stands for one; a list that is unknown, for all of it.
                let is_text = unknown.of_type.is_some();
                let part = if is_text { value.clone() } else { unknown.part(Part::Element) };
                elements.push(self.symbol(&part, is_text));
            }
            if elements.len() > MAX_ENTRIES {
                let message =
                    format!("{name} loops over more than {MAX_ENTRIES} elements; the others were left out");
                self.say(NoticeKind::LimitReached, collection.span, message);
                break;
            }
        }
        elements
    }

    fn symbol(&mut self, value: &Value, is_one: bool) -> (Element, Option<Arc<str>>) {
        let identity: Arc<str> =
            value.as_unknown().map_or_else(|| "?".into(), |unknown| Arc::clone(&unknown.identity));
        // Braces would end the reference that it stands in.
        let symbol: Arc<str> = identity.replace(['{', '}', '$', '.'], "_").into();
        self.symbols.insert(Arc::clone(&symbol), value.clone());
        (Element::Symbol(symbol), (!is_one).then_some(identity))
    }
}

/// Whether a loop or an inclusion stands in a value.
fn contains_loop(node: &Node) -> bool {
    match &node.kind {
        NodeKind::List(elements) => elements.iter().any(contains_loop),
        NodeKind::Map(entries) => entries.iter().any(|entry| {
            entry.key.starts_with(LOOP) || &*entry.key == "Fn::Transform" || contains_loop(&entry.value)
        }),
        _ => false,
    }
}

fn substituted_entry(entry: &Entry, binding: &Binding<'_>, nodes: &mut usize) -> Entry {
    let key = binding.in_text(&entry.key).unwrap_or_else(|| Arc::clone(&entry.key));
    Entry { key, key_span: entry.key_span, value: substituted(&entry.value, binding, nodes) }
}

/// A value with the element in the place of the variable.
fn substituted(node: &Node, binding: &Binding<'_>, nodes: &mut usize) -> Node {
    *nodes = nodes.saturating_sub(1);
    if *nodes == 0 {
        return Node { kind: NodeKind::Unread, span: node.span };
    }
    let kind = match &node.kind {
        NodeKind::String(decoded) => match binding.in_text(&decoded.text) {
            None => NodeKind::String(decoded.clone()),
            Some(text) => binding.text(&text, decoded.start, node.span),
        },
        NodeKind::List(elements) => {
            NodeKind::List(elements.iter().map(|element| substituted(element, binding, nodes)).collect())
        }
        NodeKind::Map(entries) => match entries.as_ref() {
            [entry]
                if &*entry.key == "Ref" && scalar_text(&entry.value).as_deref() == Some(binding.variable) =>
            {
                match binding.element {
                    Element::Text(text) => NodeKind::String(Decoded::verbatim(text, node.span.range().start)),
                    Element::Symbol(symbol) => reference(symbol, node.span),
                }
            }
            // The names of what is referred to keep their place as plain text, as does the text of `Fn::Sub`.
            [entry] if matches!(&*entry.key, "Ref" | "Condition" | "Fn::Sub" | "Fn::GetAtt") => {
                NodeKind::Map(Arc::new([Entry {
                    key: Arc::clone(&entry.key),
                    key_span: entry.key_span,
                    value: plainly(&entry.value, binding, nodes),
                }]))
            }
            // A loop's own variable and the first argument of `Fn::If` are names as well.
            entries => NodeKind::Map(
                entries
                    .iter()
                    .map(|entry| match (&*entry.key, entry.value.elements()) {
                        ("Fn::If", Some([condition, rest @ ..])) => {
                            let first = plainly(condition, binding, nodes);
                            let rest = rest.iter().map(|one| substituted(one, binding, nodes));
                            let value = NodeKind::List(std::iter::once(first).chain(rest).collect());
                            let value = Node { kind: value, span: entry.value.span };
                            Entry { value, ..entry.clone() }
                        }
                        ("Type" | "Condition" | "DependsOn", _) => {
                            Entry { value: plainly(&entry.value, binding, nodes), ..entry.clone() }
                        }
                        _ => substituted_entry(entry, binding, nodes),
                    })
                    .collect(),
            ),
        },
        other => other.clone(),
    };
    Node { kind, span: node.span }
}

/// As [`substituted`], but every text stays text: names, and what `Fn::Sub` reads itself.
fn plainly(node: &Node, binding: &Binding<'_>, nodes: &mut usize) -> Node {
    let kind = match &node.kind {
        NodeKind::String(decoded) => match binding.in_text(&decoded.text) {
            None => return node.clone(),
            Some(text) => NodeKind::String(Decoded::verbatim(&text, decoded.start)),
        },
        NodeKind::List(elements) => {
            let mut elements = elements.iter();
            let first = elements.next().map(|first| plainly(first, binding, nodes));
            // The second argument of `Fn::Sub` holds values.
            let rest = elements.map(|element| match &element.kind {
                NodeKind::String(_) => plainly(element, binding, nodes),
                _ => substituted(element, binding, nodes),
            });
            NodeKind::List(first.into_iter().chain(rest).collect())
        }
        _ => return substituted(node, binding, nodes),
    };
    Node { kind, span: node.span }
}

fn reference(symbol: &Arc<str>, span: Span) -> NodeKind {
    let name = Node { kind: NodeKind::String(Decoded::verbatim(symbol, span.range().start)), span };
    NodeKind::Map(Arc::new([Entry { key: "Ref".into(), key_span: span, value: name }]))
}

impl Binding<'_> {
    /// A text with the element in it; `None` when the variable is not in it.
    fn in_text(&self, text: &str) -> Option<Arc<str>> {
        let (verbatim, plain) = (&self.verbatim, &self.plain);
        if !text.contains('{') || !(text.contains(verbatim) || text.contains(plain)) {
            return None;
        }
        let replaced = match self.element {
            Element::Text(element) => {
                let letters: String = element.chars().filter(char::is_ascii_alphanumeric).collect();
                text.replace(verbatim, element).replace(plain, &letters)
            }
            Element::Symbol(symbol) => {
                let reference = format!("${{{symbol}}}");
                text.replace(verbatim, &reference).replace(plain, &reference)
            }
        };
        Some(replaced.into())
    }

    /// What a text becomes that the element was put into: with a symbol in it, it has to be evaluated.
    fn text(&self, text: &Arc<str>, start: usize, span: Span) -> NodeKind {
        let string = NodeKind::String(Decoded::verbatim(text, start));
        match self.element {
            Element::Text(_) => string,
            Element::Symbol(_) => {
                let value = Node { kind: string, span };
                NodeKind::Map(Arc::new([Entry { key: "Fn::Sub".into(), key_span: span, value }]))
            }
        }
    }
}
