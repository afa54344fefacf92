//! Places as SARIF locations: relative, percent-encoded paths and regions of one line.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{ArtifactContent, ArtifactLocation, Location, PhysicalLocation, Region};

use super::super::excerpt::{FirstLine, first_line, redacted};
use super::super::inert;
use super::{BASE_ID, message};
use crate::source::{Files, Place, Span};

/// Everything but the unreserved characters of RFC 3986 and the separator of paths.
const NOT_IN_A_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// A longer excerpt (bytes) is left out; it would be one line of minified JSON.
const MAX_SNIPPET_BYTES: usize = 1000;

/// A place with its label and, when it is linked to, its id.
pub fn place(files: &Files, place: &Place, id: Option<usize>) -> Location {
    let mut location = span(files, place.span);
    location.message = Some(message(inert(&place.label)));
    location.id = id.and_then(|id| i64::try_from(id).ok());
    location
}

/// A span without words: its first line, since an alert on a pull request is shown only where every line of
/// the region was changed.
pub fn span(files: &Files, span: Span) -> Location {
    of_line(&first_line(files, span), true)
}

/// The same without an excerpt: where a text was not understood, nobody knows what of it is a secret.
pub fn unshown_span(files: &Files, span: Span) -> Location {
    of_line(&first_line(files, span), false)
}

fn of_line(line: &FirstLine, with_excerpt: bool) -> Location {
    let mut region = Region::builder()
        .start_line(count(line.start.line))
        .start_column(count(line.start.column))
        .end_line(count(line.end.line))
        .end_column(count(line.end.column))
        .build();
    if with_excerpt && line.file.is_shown && !line.range.is_empty() && line.range.len() <= MAX_SNIPPET_BYTES {
        let text = redacted(&line.file, line.range.clone());
        region.snippet = Some(ArtifactContent::builder().text(text).build());
    }
    physical(PhysicalLocation::builder().artifact_location(artifact(&line.file.path)).region(region).build())
}

/// A file or folder as a whole.
pub fn path(path: &str) -> Location {
    physical(PhysicalLocation::builder().artifact_location(artifact(path)).build())
}

fn physical(physical: PhysicalLocation) -> Location {
    Location::builder().physical_location(physical).build()
}

fn artifact(path: &str) -> ArtifactLocation {
    let encoded = utf8_percent_encode(path, NOT_IN_A_PATH).to_string();
    // A path outside the base has no relative form.
    if path.starts_with('/') {
        return ArtifactLocation::builder().uri(format!("file://{encoded}")).build();
    }
    ArtifactLocation::builder().uri(encoded).uri_base_id(BASE_ID).build()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
