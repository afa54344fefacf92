//! The construct of a program that a resource was synthesised from, and the line that made it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::cloudformation::document::Node;
use crate::cloudformation::{Construct, Template};
use crate::source::{FileId, Programs, Span, StackTrace, Workspace};

/// The files of programs that traces lead to. What they write down as passwords is shown nowhere.
pub struct ProgramFiles<'a> {
    workspace: &'a Workspace,
    programs: Programs<'a>,
    concealed: RefCell<BTreeSet<FileId>>,
}

impl<'a> ProgramFiles<'a> {
    /// None read yet.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, programs: Programs::new(workspace), concealed: RefCell::default() }
    }
}

impl ProgramFiles<'_> {
    /// The innermost line of the program that lies in what is scanned. `directory` is that of the assembly.
    pub fn line(&self, trace: &StackTrace, directory: &Path) -> Option<Span> {
        let span = self.programs.line(trace, directory)?;
        if self.concealed.borrow_mut().insert(span.file) {
            conceal(self.workspace, span.file);
        }
        Some(span)
    }
}

/// The constructs of a template that says so itself, by logical id: where no assembly does.
pub fn constructs_of_template(template: &Template) -> BTreeMap<Arc<str>, Construct> {
    let resources = template.resources.as_ref().and_then(Node::entries).unwrap_or_default();
    resources
        .iter()
        .filter_map(|entry| {
            let path: Arc<str> = entry.value.get("Metadata")?.get("aws:cdk:path")?.text()?.into();
            Some((Arc::clone(&entry.key), Construct { path, trace: StackTrace::default() }))
        })
        .collect()
}

/// `SecretValue.unsafePlainText(`, and as the other languages spell it.
static PLAIN_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)\b(?:unsafe_?)?plain_?text\s*\(";
    Regex::new(pattern).expect("the pattern is a constant that parses")
});

/// The most bytes between such a call and the end of the line or lines that its argument stands in.
const ARGUMENT_BYTES: usize = 512;

/// Hides what a program says is a password: the argument, up to its closing bracket or the end of its text.
fn conceal(workspace: &Workspace, file: FileId) {
    let source = workspace.files.get(file);
    for call in PLAIN_TEXT.find_iter(&source.text) {
        let rest = &source.text.as_bytes()[call.end()..];
        let rest = &rest[..rest.len().min(ARGUMENT_BYTES)];
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let Some(quote) = rest.get(blank).filter(|byte| b"\"'`".contains(byte)) else { continue };
        let text = &rest[blank + 1..];
        let mut is_escaped = false;
        let end = text.iter().position(|byte| {
            let ends = byte == quote && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            ends
        });
        let start = call.end() + blank + 1;
        let mut end = start + end.unwrap_or(text.len());
        while !source.text.is_char_boundary(end) {
            end += 1;
        }
        workspace.files.conceal(Span::new(file, start, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_programs_are_hidden() {
        let workspace = Workspace::new("/".into(), Vec::new());
        let text = "password: SecretValue.unsafePlainText('it\\'s'),\n\
                    password=cdk.SecretValue.unsafe_plain_text(\n  \"hunter2\"\n)\n\
                    SecretValue.plainText(`ü`) unsafePlainText(name) plainText(\"open";
        let file = workspace.files.add("app.ts", text);
        conceal(&workspace, file);
        let hidden = workspace.files.get(file).concealed_within(&(0..text.len()));
        let hidden: Vec<&str> = hidden.into_iter().map(|range| &text[range]).collect();
        assert_eq!(hidden, ["it\\'s", "hunter2", "ü", "open"]);
    }
}
