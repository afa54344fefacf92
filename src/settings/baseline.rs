//! The file of the baseline.

use std::path::Path;

use crate::cli::Accepted;
use crate::exceptions::Baseline;
use crate::source::Workspace;

use super::SettingsError;
use super::configuration::Configuration;
use super::paths::{read_found_text, read_text, shown};

/// Reads the baseline that is named, else that of the configuration. That of the configuration need not be there when it is to be written.
pub(super) fn read(
    workspace: &Workspace,
    accepted: &Accepted,
    configuration: &Configuration,
) -> Result<Option<Baseline>, SettingsError> {
    let is_written = accepted.write_baseline.is_some();
    let (path, shown) = match (&accepted.baseline, &configuration.baseline) {
        (Some(path), _) => (path, path.display().to_string()),
        (None, Some(path)) => (path, workspace.display(path)),
        (None, None) => return Ok(None),
    };
    // A name that was typed wrong must not become a new baseline of everything.
    if is_written && accepted.baseline.is_none() && !path.exists() {
        return Ok(None);
    }
    let failed = |reason: String| SettingsError::Baseline { path: shown.clone(), reason };
    let text = if accepted.baseline.is_some() { read_text(path) } else { read_found_text(path) };
    read_file(workspace, path, text.map_err(failed)?, &shown).map(Some)
}

fn read_file(
    workspace: &Workspace,
    path: &Path,
    text: String,
    name: &str,
) -> Result<Baseline, SettingsError> {
    let failed = |reason: String| SettingsError::Baseline { path: name.to_owned(), reason };
    let file = workspace.files.add(shown(workspace, path), text);
    let source = workspace.files.get(file);
    Baseline::read(file, &source.text).map_err(|notice| {
        let start = notice.span.map_or(0, |span| span.start);
        let place = source.position(start);
        failed(format!("line {}, column {}: {}", place.line, place.column, notice.message))
    })
}
