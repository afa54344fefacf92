//! The forms in which people have a report: as AWS writes it, and as tools wrap it.

use std::ops::Range;

use crate::source::{FileId, Files, Notice, NoticeKind, Span};

use super::CredentialReport;
use super::encoding::{self, Decoded};
use super::envelope::{self, Unwrapped};
use super::mistaken;
use super::problems::Problems;
use super::table::{self, Header};

/// Bytes of a report that are read, when it is decoded.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of a file that are read: base64 and UTF-16 take more than what they stand for.
const MOST_ENCODED_BYTES: usize = 2 * MOST_BYTES + MOST_BYTES / 2;

/// Something that is wrong at a place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The place.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl Wrong {
    pub(super) fn at(range: Range<usize>, message: impl Into<String>, help: &'static str) -> Self {
        Self { range, message: message.into(), help }
    }
}

/// Reads a report in whatever form it comes.
pub(super) fn read(files: &Files, name: &str, bytes: Vec<u8>, problems: &mut Problems) -> CredentialReport {
    if bytes.len() > MOST_ENCODED_BYTES {
        return too_large(files, name, problems);
    }
    let (text, is_whole) = match encoding::decode(bytes) {
        Decoded::Text { text, is_whole } => (text, is_whole),
        Decoded::Other(what, help) => {
            return no_report(files, name, &format!("the file is {what}"), help, problems);
        }
    };
    if let Some(header) = Header::find(&text) {
        if text.len() > MOST_BYTES {
            return too_large(files, name, problems);
        }
        return table_of(files, name, (text, is_whole), header, problems);
    }
    let Unwrapped { content, generated, wrong } = envelope::unwrap(&text);
    // What is handed in by mistake may hold anything, a secret too.
    let is_report =
        |content: &Vec<u8>| std::str::from_utf8(content).is_ok_and(|text| Header::find(text).is_some());
    let is_shown = content.as_ref().is_some_and(is_report);
    let file = if is_shown { files.add(name, text) } else { files.add_unshown(name, text) };
    if !is_whole && content.is_some() {
        not_text(files, file, problems);
    }
    say(file, wrong, problems);
    let Some(content) = content else { return nothing(file) };
    CredentialReport { generated, ..decoded(files, name, content, problems) }
}

/// Reads what was wrapped: a table, and nothing else.
fn decoded(files: &Files, name: &str, content: Vec<u8>, problems: &mut Problems) -> CredentialReport {
    let name = format!("{name} (decoded)");
    if content.len() > MOST_BYTES {
        return too_large(files, &name, problems);
    }
    let (text, is_whole) = match encoding::decode(content) {
        Decoded::Text { text, is_whole } => (text, is_whole),
        Decoded::Other(what, help) => {
            return no_report(files, &name, &format!("what is encoded is {what}"), help, problems);
        }
    };
    let Some(header) = Header::find(&text) else {
        let wrong = mistaken::describe(&text, is_whole);
        let file = files.add_unshown(name, text);
        say(file, vec![wrong], problems);
        return nothing(file);
    };
    table_of(files, &name, (text, is_whole), header, problems)
}

/// Reads a table, and whether all of its bytes were text.
fn table_of(
    files: &Files,
    name: &str,
    (text, is_whole): (String, bool),
    header: Header,
    problems: &mut Problems,
) -> CredentialReport {
    let file = files.add(name, text);
    if !is_whole {
        not_text(files, file, problems);
    }
    let rows = table::read(files, file, header, problems);
    CredentialReport { file, generated: None, rows }
}

/// What is no text, and so no report.
fn no_report(
    files: &Files,
    name: &str,
    what: &str,
    help: &'static str,
    problems: &mut Problems,
) -> CredentialReport {
    let file = files.add_unshown(name, "");
    problems.error(Span::new(file, 0, 0), format!("this is no credential report: {what}"), help);
    nothing(file)
}

fn nothing(file: FileId) -> CredentialReport {
    CredentialReport { file, generated: None, rows: Vec::new() }
}

fn say(file: FileId, wrong: Vec<Wrong>, problems: &mut Problems) {
    for wrong in wrong {
        problems.error(Span::new(file, wrong.range.start, wrong.range.end), wrong.message, wrong.help);
    }
}

fn not_text(files: &Files, file: FileId, problems: &mut Problems) {
    let text = &files.get(file).text;
    let at = text.find('\u{fffd}').unwrap_or(0);
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    let message = "from here on the file is not all UTF-8 text";
    problems.error(
        Span::new(file, at, end),
        message,
        "hand in the report as AWS wrote it, or save it as UTF-8",
    );
}

fn too_large(files: &Files, name: &str, problems: &mut Problems) -> CredentialReport {
    let mebibytes = MOST_BYTES / 1024 / 1024;
    let message = format!("the report is larger than {mebibytes} MiB, and was not read");
    let help = "the largest report of an account is a hundredth of that: hand in the report as AWS wrote it";
    problems.other(Notice::about(NoticeKind::UnreadableFile, name, message).with_help(help));
    nothing(files.add_unshown(name, ""))
}
