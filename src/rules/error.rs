//! What can be wrong with a rule file, and with a rule when it meets a record. Both are the rule author's
//! to mend, never the scanned code's.

use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};

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
        let length = usize::from(offset < text.len());
        Self {
            message: message.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            source_text: Arc::clone(source_text),
            place: (offset, length).into(),
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
