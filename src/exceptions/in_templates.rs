//! Exceptions in templates: the metadata of a resource or of the whole template, which outlives synthesis, and in YAML
//! comments.
//!
//! `Metadata: {credlint: {allow: [{rule: …, reason: …, until: …}]}}`

use std::ops::Range;

use crate::cloudformation::document::{self, Entry, Node, NodeKind};
use crate::finding::SuppressionKind;
use crate::syntax::yaml;

use super::Scope;
use super::commentary::Commentary;
use super::directive::{Fault, MARKER, date, terms};
use super::in_code::Found;

/// Reads the exceptions of a template. Other YAML and JSON has none.
pub fn read(found: &mut Found<'_>) {
    let text = found.source.text.as_str();
    let read = document::read(found.file, text);
    let Some(root) = read.documents.first().filter(|root| root.get("Resources").is_some()) else { return };
    let whole = found.whole_file();
    metadata(found, root, &whole);
    let starts_as_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    if !starts_as_json {
        let items = items(root);
        for commentary in Commentary::all(text, yaml::comments(text)) {
            let scope = found.scope_of(&commentary.range, &items);
            found.add_directives(&commentary.text, &scope, |range| commentary.in_file(range));
        }
    }
}

/// What a comment can be about: each entry of each section of the template.
fn items(root: &Node) -> Vec<Range<usize>> {
    let sections = root.entries().unwrap_or_default();
    let mut items: Vec<Range<usize>> =
        sections.iter().flat_map(|section| section.value.entries().unwrap_or_default()).map(range).collect();
    items.sort_by_key(|item| item.start);
    items
}

fn range(entry: &Entry) -> Range<usize> {
    let start = entry.key_span.range().start;
    start..entry.value.span.range().end.max(start)
}

/// Reads the metadata at every level: that of a resource may stand in a loop.
fn metadata(found: &mut Found<'_>, node: &Node, scope: &Scope) {
    for element in node.elements().unwrap_or_default() {
        metadata(found, element, scope);
    }
    let own = node.get("Metadata").and_then(|metadata| metadata.entry(MARKER));
    if let Some(entry) = own {
        allowed(found, entry, scope);
    }
    for entry in node.entries().unwrap_or_default() {
        let part = found.part(range(entry));
        metadata(found, &entry.value, &part);
    }
}

/// `{allow: [{…}]}`
fn allowed(found: &mut Found<'_>, entry: &Entry, scope: &Scope) {
    let Some(entries) = entry.value.entries() else {
        return wrong(found, "the metadata of credlint is no mapping", &range(entry));
    };
    for entry in entries {
        match (&*entry.key, entry.value.elements()) {
            ("allow", Some(elements)) => {
                for element in elements {
                    exception(found, element, scope);
                }
            }
            ("allow", None) => wrong(found, "`allow` is no list of exceptions", &range(entry)),
            (other, _) => {
                let message = format!("the metadata of credlint has no `{other}`, only `allow`");
                wrong(found, &message, &entry.key_span.range());
            }
        }
    }
}

/// `{rule: …, reason: …, until: …}`
fn exception(found: &mut Found<'_>, node: &Node, scope: &Scope) {
    match read_terms(node) {
        Ok(terms) => {
            found.add(SuppressionKind::Metadata, &terms, &node.span.range(), scope, &|range| range);
        }
        Err(fault) => wrong(found, &fault.message, &fault.range),
    }
}

fn read_terms(node: &Node) -> Result<super::Terms, Fault> {
    let fault = |message: String, range: Range<usize>| Fault { message, help: String::new(), range };
    let whole = node.span.range();
    let entries =
        node.entries().ok_or_else(|| fault("this exception is no mapping".to_owned(), whole.clone()))?;
    let (mut rules, mut reason, mut until) = (Vec::new(), None, None);
    for entry in entries {
        let text = scalar(&entry.value);
        match &*entry.key {
            "rule" | "rules" => {
                let several = entry.value.elements().unwrap_or(std::slice::from_ref(&entry.value));
                for rule in several {
                    let name =
                        rule.text().ok_or_else(|| fault("this names no rule".to_owned(), range(entry)))?;
                    rules.push((name.to_owned(), rule.span.range()));
                }
            }
            "reason" => reason = text,
            "until" => until = Some(date(text.as_deref().unwrap_or_default(), entry.value.span.range())?),
            other => {
                let message = format!("an exception has no `{other}`, only `rule`, `reason` and `until`");
                return Err(fault(message, entry.key_span.range()));
            }
        }
    }
    terms(rules, reason, until, whole)
}

fn scalar(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Number(text) => Some(text.to_string()),
        _ => node.text().map(str::to_owned),
    }
}

fn wrong(found: &mut Found<'_>, message: &str, range: &Range<usize>) {
    let help = "write `Metadata: {credlint: {allow: [{rule: RULE, reason: why, until: 2027-01-31}]}}`; \
                `until` may be left out";
    let fault = Fault { message: message.to_owned(), help: help.to_owned(), range: range.clone() };
    found.add_fault(&fault, range.clone());
}
