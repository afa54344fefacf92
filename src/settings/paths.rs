//! Where things are: paths that exist, the boundary that nothing is read outside of, and files that the user names.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::source::{FileId, MAX_FILE_BYTES, ReadError, Workspace};

use super::SettingsError;

pub(in crate::settings) fn canonical(path: &Path) -> Result<PathBuf, SettingsError> {
    path.canonicalize()
        .map_err(|error| SettingsError::Path { path: path.display().to_string(), reason: error.to_string() })
}

/// Nothing outside the git work tree of each path is read, or outside the path itself where there is none.
/// Reported paths are relative to the work tree; without one, to the current directory.
pub(in crate::settings) fn default_workspace(paths: &[PathBuf]) -> Workspace {
    let directories: Vec<PathBuf> = paths.iter().map(|path| directory_of(path).to_owned()).collect();
    let mut boundaries: Vec<PathBuf> = directories
        .iter()
        .map(|directory| git_work_tree(directory).unwrap_or_else(|| directory.clone()))
        .collect();
    boundaries.sort();
    boundaries.dedup();
    let is_work_tree = |path: &Path| path.join(".git").exists();
    let base = match boundaries.as_slice() {
        [only] if is_work_tree(only) => only.clone(),
        _ => current_directory()
            .filter(|current| boundaries.iter().all(|boundary| boundary.starts_with(current)))
            .unwrap_or_else(|| common_ancestor(&boundaries)),
    };
    Workspace::new(base, boundaries)
}

pub(in crate::settings) fn current_directory() -> Option<PathBuf> {
    std::env::current_dir().and_then(|directory| directory.canonicalize()).ok()
}

pub(in crate::settings) fn directory_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

pub(in crate::settings) fn git_work_tree(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|ancestor| ancestor.join(".git").exists()).map(Path::to_owned)
}

fn common_ancestor(directories: &[PathBuf]) -> PathBuf {
    let Some(first) = directories.first() else { return PathBuf::from("/") };
    first
        .ancestors()
        .find(|ancestor| directories.iter().all(|directory| directory.starts_with(ancestor)))
        .unwrap_or(first)
        .to_owned()
}

/// A file that the user names is read wherever it is: the path that reports call it by, and its text.
pub(super) fn named_file(workspace: &Workspace, path: &Path) -> Result<(String, String), String> {
    let text = read_text(path)?;
    Ok((shown(workspace, path), text))
}

/// What reports call a file, wherever it is.
pub(super) fn shown(workspace: &Workspace, path: &Path) -> String {
    path.canonicalize().map_or_else(|_| path.display().to_string(), |path| workspace.display(&path))
}

pub(in crate::settings) fn variables_file(
    workspace: &Workspace,
    path: &Path,
) -> Result<FileId, SettingsError> {
    let failed = |reason: String| SettingsError::VariablesFile { path: path.display().to_string(), reason };
    let (shown, text) = named_file(workspace, path).map_err(failed)?;
    Ok(workspace.files.add(shown, text))
}

/// Its text is shown nowhere, since it may well hold passwords.
pub(in crate::settings) fn parameter_file(
    workspace: &Workspace,
    path: &Path,
) -> Result<FileId, SettingsError> {
    let failed = |reason: String| SettingsError::ParameterFile { path: path.display().to_string(), reason };
    let (shown, text) = named_file(workspace, path).map_err(failed)?;
    Ok(workspace.files.add_unshown(shown, text))
}

/// The text of a file that was typed. It may be a pipe: shells make some (`<(…)`).
pub(in crate::settings) fn read_text(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(MAX_FILE_BYTES).to_string());
    }
    String::from_utf8(bytes).map_err(|_| ReadError::NotUtf8.to_string())
}

/// The text of a file that the scanned tree leads to, and nobody typed: a pipe would block, and a device never end.
pub(in crate::settings) fn read_found_text(path: &Path) -> Result<String, String> {
    if path.metadata().map_err(|error| error.to_string())?.is_file() {
        read_text(path)
    } else {
        Err("is no file".to_owned())
    }
}

/// What the address of a file begins with on the code host whose job this is: `https://github.com/OWNER/NAME/blob/COMMIT`.
/// `None` where this is no such job, or what it says of itself is no address.
pub fn files_at() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the environment of the job that this runs in")]
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
    let address = format!("{server}/{repository}/blob/{}", variable("GITHUB_SHA")?);
    let is_plain = |character: char| character.is_ascii_alphanumeric() || ":/._-~".contains(character);
    (address.starts_with("https://") && address.chars().all(is_plain)).then_some(address)
}
