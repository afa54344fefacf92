//! The forms in which people have a report: as AWS writes it, and as tools wrap it.

use crate::source::Files;

use super::CredentialReport;
use super::problems::Problems;
use super::table::{self, Header};

/// Reads a report in whatever form it comes.
pub(super) fn read(files: &Files, name: &str, bytes: Vec<u8>, problems: &mut Problems) -> CredentialReport {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    let header = Header::find(&text);
    let file = files.add(name, text);
    let rows = header.map(|header| table::read(files, file, header, problems)).unwrap_or_default();
    CredentialReport { file, generated: None, rows }
}
