//! What is wrong with a report: as many notices as somebody reads.

use crate::source::{Notice, NoticeKind, Span};

/// Errors that are listed. A file that has more of them is wrong as a whole.
const MOST_ERRORS: usize = 50;

/// The notices of one report.
#[derive(Debug, Default)]
pub(super) struct Problems {
    notices: Vec<Notice>,
    errors: usize,
    /// The first error that is not listed.
    unlisted: Option<Span>,
}

impl Problems {
    /// Something that is wrong with the file.
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.errors += 1;
        if self.errors <= MOST_ERRORS {
            self.notices.push(Notice::at(NoticeKind::ParseError, span, message).with_help(help));
        } else {
            self.unlisted.get_or_insert(span);
        }
    }

    /// Something that is not an error, or that happens once.
    pub(super) fn other(&mut self, notice: Notice) {
        if self.notices.len() <= 2 * MOST_ERRORS {
            self.notices.push(notice);
        }
    }

    pub(super) fn has_no_error(&self) -> bool {
        self.errors == 0
    }

    /// All of them, in the order in which they were found.
    pub(super) fn into_notices(mut self) -> Vec<Notice> {
        if let Some(span) = self.unlisted {
            let more = self.errors - MOST_ERRORS;
            let errors = if more == 1 { "error".to_owned() } else { "errors".to_owned() };
            let message = format!("{more} more {errors} in this report from here on");
            self.notices.push(
                Notice::at(NoticeKind::ParseError, span, message)
                    .with_help("hand in the report as AWS wrote it"),
            );
        }
        self.notices
    }
}
