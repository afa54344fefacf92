//! The file of the baseline.

use std::path::Path;

use crate::cli::Accepted;
use crate::exceptions::Baseline;
use crate::source::Workspace;

use super::SettingsError;
use super::paths::named_file;

/// Reads the baseline that is named. One that is to be written need not be there yet.
pub(super) fn read(workspace: &Workspace, accepted: &Accepted) -> Result<Option<Baseline>, SettingsError> {
    let Some(path) = &accepted.baseline else { return Ok(None) };
    if accepted.write_baseline.as_ref() == Some(path) && !path.exists() {
        return Ok(None);
    }
    read_file(workspace, path).map(Some)
}

fn read_file(workspace: &Workspace, path: &Path) -> Result<Baseline, SettingsError> {
    let failed = |reason: String| SettingsError::Baseline { path: path.display().to_string(), reason };
    let (shown, text) = named_file(workspace, path).map_err(failed)?;
    let file = workspace.files.add(shown, text);
    let source = workspace.files.get(file);
    Baseline::read(file, &source.text).map_err(|notice| {
        let start = notice.span.map_or(0, |span| span.start);
        let place = source.position(start);
        failed(format!("line {}, column {}: {}", place.line, place.column, notice.message))
    })
}
