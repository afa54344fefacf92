//! Exceptions in the files that were read: which file holds which kind, and what a comment in Terraform's languages
//! covers.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use crate::finding::SuppressionKind;
use crate::source::{FileId, Notice, NoticeKind, Place, SourceFile, Span};
use crate::syntax::{hcl, json};

use super::commentary::{Commentary, has_blank_line, is_blank, start_of_line};
use super::directive::{Directive, Fault, MARKER, Terms, directives};
use super::{Exception, FindRules, Scope, in_programs, in_templates};

/// What the exceptions of a file are collected in.
pub struct Found<'a> {
    /// The file.
    pub file: FileId,
    /// Its path and text.
    pub source: &'a SourceFile,
    /// Knows the rules.
    pub find: &'a FindRules<'a>,
    /// The exceptions, in document order.
    pub exceptions: Vec<Exception>,
    /// What is wrong with some.
    pub notices: Vec<Notice>,
}

/// The exceptions that stand in a file: comments, and the metadata of templates. A file that does not name credlint is
/// not looked at any further.
pub fn read(file: FileId, source: &SourceFile, find: &FindRules<'_>) -> (Vec<Exception>, Vec<Notice>) {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARKER));
    let mut found = Found { file, source, find, exceptions: Vec::new(), notices: Vec::new() };
    let name = source.path.rsplit('/').next().unwrap_or(&source.path);
    let ends_with = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if source.is_shown && FINDER.find(source.text.as_bytes()).is_some() {
        if ends_with(&[".tf.json", ".tofu.json"]) {
            keys(&mut found);
        } else if ends_with(&[".tf", ".tofu", ".hcl", ".tfvars"]) {
            comments(&mut found);
        } else if in_programs::is_program(name) {
            in_programs::read(&mut found);
        } else {
            in_templates::read(&mut found);
        }
    }
    (found.exceptions, found.notices)
}

impl Found<'_> {
    /// Adds what the text of a comment says about a part of the file.
    pub fn add_directives(
        &mut self,
        text: &str,
        scope: &Scope,
        in_file: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        for directive in directives(text) {
            match directive {
                Ok(Directive { for_file, terms, range }) => {
                    let scope = if for_file { self.whole_file() } else { scope.clone() };
                    self.add(SuppressionKind::Comment, &terms, &range, &scope, &in_file);
                }
                Err(fault) => self.add_fault(&fault, in_file(fault.range.clone())),
            }
        }
    }

    /// Adds an exception for each of the rules that it names.
    pub fn add(
        &mut self,
        kind: SuppressionKind,
        terms: &Terms,
        range: &Range<usize>,
        scope: &Scope,
        in_file: &dyn Fn(Range<usize>) -> Range<usize>,
    ) {
        let is_one_of_several = terms.rules.len() > 1;
        for (rule, place) in &terms.rules {
            let span = self.span(in_file(if is_one_of_several { place.clone() } else { range.clone() }));
            match (self.find)(rule) {
                Ok(rules) => self.exceptions.push(Exception {
                    kind,
                    rule: rule.clone(),
                    rules,
                    reason: terms.reason.clone(),
                    until: terms.until,
                    scope: scope.clone(),
                    place: Place::new(span, format!("exception to {rule}")),
                }),
                Err((message, help)) => {
                    let span = self.span(in_file(place.clone()));
                    let notice = Notice::at(NoticeKind::InvalidException, span, message);
                    self.notices.push(notice.with_help(help));
                }
            }
        }
    }

    /// Adds what is wrong at a place of the file.
    pub fn add_fault(&mut self, fault: &Fault, range: Range<usize>) {
        let notice = Notice::at(NoticeKind::InvalidException, self.span(range), fault.message.clone());
        self.notices.push(notice.with_help(fault.help.clone()));
    }

    /// All of the file.
    pub fn whole_file(&self) -> Scope {
        Scope::File(Arc::clone(&self.source.path))
    }

    /// A part of the file.
    pub fn part(&self, range: Range<usize>) -> Scope {
        Scope::Part(Arc::clone(&self.source.path), range)
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// What a comment covers: the item that it stands in, behind, or above; at the top of the file, with an empty line
    /// below it, the file.
    pub fn scope_of(&self, comment: &Range<usize>, items: &[Range<usize>]) -> Scope {
        let text = self.source.text.as_str();
        let line = start_of_line(text, comment.start);
        let around = items.iter().find(|item| {
            item.start <= comment.start
                && (comment.start < item.end || (item.end > line && !is_blank(&text[line..comment.start])))
        });
        if let Some(item) = around {
            return self.part(item.clone());
        }
        let next = items.iter().find(|item| item.start >= comment.end);
        let is_first = items.first().is_none_or(|first| first.start >= comment.end);
        match next {
            Some(item) if !is_first || !has_blank_line(&text[comment.end..item.start]) => {
                self.part(item.clone())
            }
            _ if is_first => self.whole_file(),
            _ => Scope::Nothing,
        }
    }
}

fn comments(found: &mut Found<'_>) {
    let parsed = hcl::parse(found.file, &found.source.text);
    let blocks = parsed.body.blocks.iter().map(|block| block.span.range());
    let attributes = parsed.body.attributes.iter().map(|attribute| attribute.span.range());
    let mut items: Vec<Range<usize>> = blocks.chain(attributes).collect();
    items.sort_by_key(|item| item.start);
    let comments = parsed.comments.iter().map(|comment| comment.span.range());
    for commentary in Commentary::all(&found.source.text, comments) {
        let scope = found.scope_of(&commentary.range, &items);
        found.add_directives(&commentary.text, &scope, |range| commentary.in_file(range));
    }
}

/// How deep the blocks of Terraform's JSON syntax may lie in one another here.
const MAX_DEPTH: usize = 32;

/// JSON has no comments; Terraform reads a key `//` as one.
fn keys(found: &mut Found<'_>) {
    let parsed = json::parse(found.file, &found.source.text);
    if let Some(root) = &parsed.root {
        let scope = found.whole_file();
        keys_of(found, root, &scope, MAX_DEPTH);
    }
}

fn keys_of(found: &mut Found<'_>, node: &json::Node, scope: &Scope, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for element in node.elements().unwrap_or_default() {
        keys_of(found, element, scope, depth);
    }
    for member in node.members().unwrap_or_default() {
        if &*member.key.text == "//" {
            let texts = member.value.elements().unwrap_or(std::slice::from_ref(&member.value));
            for text in texts.iter().filter_map(json::Node::string) {
                found.add_directives(&text.text, scope, |range| text.source_range(range));
            }
        } else {
            let part = found.part(member.key_span.range().start..member.value.span.range().end);
            keys_of(found, &member.value, &part, depth);
        }
    }
}
