//! What can be wrong with a rule file, and with a rule when it meets a record. Both are the rule author's
//! to mend, never the scanned code's.

use std::borrow::Cow;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};

use crate::source::printable;

/// A rule file that cannot be used: what, where, what to do.
#[derive(Clone, Debug, thiserror::Error, Diagnostic)]
#[error("{name}:{line}:{column}: {message}", name = source_text.name())]
pub struct RuleError {
    /// What is wrong: lower case, no full stop. May hold text of the rule file.
    pub message: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in Unicode code points, from 1.
    pub column: usize,
    #[source_code]
    source_text: Arc<NamedSource<String>>,
    #[label]
    place: SourceSpan,
    #[help]
    help: Option<String>,
}

impl RuleError {
    /// An error at a byte offset of the file's text.
    pub fn new(source_text: &Arc<NamedSource<String>>, offset: usize, message: impl Into<String>) -> Self {
        let text = source_text.inner();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        // A byte-order mark takes no column.
        let line_text = &before[line_start..];
        let line_text = if line_start == 0 { line_text.trim_start_matches('\u{feff}') } else { line_text };
        let length = usize::from(offset < text.len());
        // What is drawn holds no character that a terminal obeys.
        let (drawn, offset_in_drawn) = if text.contains(is_obeyed) || source_text.name().contains(is_obeyed) {
            let drawn = NamedSource::new(printable(source_text.name()), shown(text));
            (Arc::new(drawn), shown(before).len())
        } else {
            (Arc::clone(source_text), offset)
        };
        Self {
            message: printable(&message.into()).into_owned(),
            line: before.matches('\n').count() + 1,
            column: line_text.chars().count() + 1,
            source_text: drawn,
            place: (offset_in_drawn, length).into(),
            help: None,
        }
    }

    /// The same error with a line on what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do, when there is something to say.
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Name of the rule file.
    pub fn file(&self) -> &str {
        self.source_text.name()
    }
}

/// Whether a character has to be kept from a terminal. Breaks between lines and tabs are harmless; what returns to the
/// start of a line would overwrite it.
fn is_obeyed(character: char) -> bool {
    let mut bytes = [0; 4];
    let text = character.encode_utf8(&mut bytes);
    !matches!(character, '\n' | '\t') && matches!(printable(text), Cow::Owned(_))
}

/// The text as it can be drawn.
fn shown(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let safe = |line: &str| -> String {
        line.chars().map(|character| if is_obeyed(character) { '\u{fffd}' } else { character }).collect()
    };
    text.split("\r\n").map(safe).collect::<Vec<_>>().join("\r\n")
}

/// A rule that could not be evaluated for one user. The rule's other users and the other rules go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}`: `{key}` cannot be evaluated for the user at `{user}`: {message}")]
pub struct EvaluationError {
    /// Rule id.
    pub rule: String,
    /// Key of the front matter whose expression it is: `when`, `let.active`, `message`.
    pub key: String,
    /// The expression.
    pub expression: String,
    /// Address of the user.
    pub user: String,
    /// What went wrong.
    pub message: String,
}
