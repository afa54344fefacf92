//! What `terraform init` installed: `.terraform/modules/modules.json` of a root, and whether it still fits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::{Notice, NoticeKind, ReadError, Workspace};

use super::module_source::ModuleSource;
use super::version_constraint::{Version, VersionConstraint};

/// The manifest, from the directory that `init` ran in.
const MANIFEST: &str = ".terraform/modules/modules.json";
/// A larger manifest (bytes) is nobody's: an entry takes some two hundred.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Directories above a root in which its manifest is looked for.
const MAX_ANCESTORS: usize = 32;

/// The modules installed for one root.
#[derive(Debug, Default)]
pub struct Manifest {
    /// By the path of calls that leads to each, `team.user`, without instance keys.
    entries: BTreeMap<String, Entry>,
    /// The manifest's path as reports print it.
    pub path: String,
    /// What was wrong with the manifest itself.
    pub notices: Vec<Notice>,
}

#[derive(Debug)]
struct Entry {
    source: String,
    version: Option<String>,
    directory: PathBuf,
}

/// What a manifest says of one call.
#[derive(Debug)]
pub enum Installed {
    /// It was installed, and this is it: a canonical directory.
    Directory(PathBuf),
    /// Nobody installed it.
    No,
    /// What is installed is not what the call asks for, and why.
    Stale(String),
    /// The manifest leads out of the boundary.
    OutsideRoot(String),
}

#[derive(serde::Deserialize)]
struct Document {
    #[serde(rename = "Modules")]
    modules: Vec<Record>,
}

#[derive(serde::Deserialize)]
struct Record {
    #[serde(rename = "Key", default)]
    key: String,
    #[serde(rename = "Source", default)]
    source: String,
    #[serde(rename = "Version")]
    version: Option<String>,
    #[serde(rename = "Dir", default)]
    directory: String,
}

impl Manifest {
    /// The manifest of a root: in its own directory, or in one above it from which `init` was run for it.
    pub fn of_root(workspace: &Workspace, root: &Path) -> Self {
        let mut notices = Vec::new();
        for directory in root.ancestors().take(MAX_ANCESTORS) {
            let path = directory.join(MANIFEST);
            let text = match workspace.read_text(&path) {
                Ok(text) => text,
                // Above the boundary there is nothing more to look for.
                Err(ReadError::OutsideRoot) if workspace.resolve(directory).is_err() => break,
                Err(ReadError::Missing) => continue,
                Err(error) => {
                    notices.push(unusable(workspace, &path, &error.to_string()));
                    continue;
                }
            };
            if text.len() > MAX_BYTES {
                notices.push(unusable(workspace, &path, "is larger than 16 MiB"));
                continue;
            }
            let Ok(document) = serde_json::from_str::<Document>(&text) else {
                notices.push(unusable(workspace, &path, "is not a manifest of modules in JSON"));
                continue;
            };
            let is_of_root = directory == root
                || document.modules.iter().any(|record| {
                    record.key.is_empty()
                        && workspace.resolve(&directory.join(&record.directory)).is_ok_and(|it| it == root)
                });
            if !is_of_root {
                continue;
            }
            let entries = document.modules.into_iter().map(|record| {
                let directory = directory.join(record.directory);
                (record.key, Entry { source: record.source, version: record.version, directory })
            });
            return Self { entries: entries.collect(), path: workspace.display(&path), notices };
        }
        Self { notices, ..Self::default() }
    }

    /// Where the module of a call was installed, when what was installed is what the call asks for.
    pub fn installed(
        &self,
        workspace: &Workspace,
        call: &str,
        source: &ModuleSource,
        version: Option<&str>,
    ) -> Installed {
        let Some(entry) = self.entries.get(call) else { return Installed::No };
        if ModuleSource::parse(&entry.source) != *source {
            return Installed::Stale(format!("was installed from {:?}", entry.source));
        }
        if let Some(wanted) = version {
            let installed = entry.version.as_deref();
            let fits = VersionConstraint::parse(wanted)
                .zip(installed.and_then(Version::parse))
                .is_some_and(|(wanted, installed)| wanted.admits(&installed));
            if !fits {
                let installed = installed.unwrap_or("without a version");
                return Installed::Stale(format!(
                    "was installed as {installed}, and {wanted:?} is asked for"
                ));
            }
        }
        match workspace.resolve(&entry.directory) {
            Ok(directory) if workspace.is_directory(&directory) => Installed::Directory(directory),
            Err(ReadError::OutsideRoot) => Installed::OutsideRoot(workspace.display(&entry.directory)),
            _ => Installed::Stale(format!(
                "was installed into {}, which is not there",
                workspace.display(&entry.directory)
            )),
        }
    }
}

fn unusable(workspace: &Workspace, path: &Path, why: &str) -> Notice {
    let message = format!("{why}, so no module was looked for through it");
    Notice::about(NoticeKind::InvalidConfiguration, workspace.display(path), message)
        .with_help("run `terraform init` again, or delete the folder `.terraform`")
}
