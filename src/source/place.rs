//! A place that a person is shown: a span and a few words on what stands there.

use super::Span;

/// A labelled span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub span: Span,
    /// What stands there: `active access key aws_iam_access_key.ci`, `called here as module.team`.
    pub label: String,
}

impl Place {
    /// A place with its label.
    pub fn new(span: Span, label: impl Into<String>) -> Self {
        Self { span, label: label.into() }
    }
}
