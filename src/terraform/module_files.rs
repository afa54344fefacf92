//! Which files make a module, by their names, and what they hold once override files are merged in.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{FileId, Notice, NoticeKind, ReadError, Workspace};
use crate::syntax::hcl::{self, Body};

use super::configuration::Module;
use super::{json_syntax, overrides};

/// The endings of configuration files, and the ones of `OpenTofu` that take the place of Terraform's.
const ENDINGS: [(&str, Option<&str>); 4] =
    [(".tf", Some(".tofu")), (".tf.json", Some(".tofu.json")), (".tofu", None), (".tofu.json", None)];

/// Endings of files that hold the words of the language and declare nothing of the module.
const NOT_CONFIGURATION: [(&str, &str); 7] = [
    (".tftest", "a test, which makes nothing that stays"),
    (".tofutest", "a test, which makes nothing that stays"),
    (".tfmock", "mocked data of tests"),
    (".tfquery", "a query, which makes nothing"),
    (".tfmigrate", "a migration of state, which makes nothing"),
    (".tfcomponent", "a stack; the modules of its components are read where they are"),
    (".tfdeploy", "a stack's deployments; the modules of its components are read where they are"),
];

/// Whether Terraform or `OpenTofu` reads a file of this name as part of the module in its directory.
pub fn is_configuration(name: &str) -> bool {
    !is_ignored(name) && ending(name).is_some()
}

/// Why a file that looks like configuration is none; `None` for every other file.
pub fn why_not_configuration(name: &str) -> Option<&'static str> {
    if name == ".terraform.lock.hcl" {
        return Some("the lock file of providers");
    }
    if let Some(stem) = name.strip_suffix(".hcl").or_else(|| name.strip_suffix(".json")) {
        let known = NOT_CONFIGURATION.iter().find(|(ending, _)| stem.ends_with(ending));
        return known.map(|(_, why)| *why).or_else(|| ignored_configuration(name));
    }
    ignored_configuration(name)
}

fn ignored_configuration(name: &str) -> Option<&'static str> {
    let bare = name.trim_start_matches(['.', '#']).trim_end_matches(['~', '#']);
    (is_ignored(name) && ending(bare).is_some())
        .then_some("an editor's copy or a hidden file, which Terraform passes over")
}

/// The file of the same directory that `OpenTofu` reads in the place of this one, were it there.
pub fn replacement(name: &str) -> Option<String> {
    let (ending, replaced_by) = ending(name)?;
    Some(format!("{}{}", name.strip_suffix(ending)?, replaced_by?))
}

fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

fn ending(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending))
}

/// Whether the file is merged into the others after all of them were read.
fn is_override(name: &str) -> bool {
    let Some((ending, _)) = ending(name) else { return false };
    let base = name.strip_suffix(ending).unwrap_or(name);
    base == "override" || base.ends_with("_override")
}

/// One file of a module.
pub struct ModuleFile {
    name: String,
    body: Body,
    notices: Vec<Notice>,
}

impl ModuleFile {
    /// Reads a file.
    pub fn read(workspace: &Workspace, path: &Path) -> Self {
        match workspace.load(path) {
            Ok(file) => Self::of(workspace, file),
            Err(error) => {
                let kind = match error {
                    ReadError::OutsideRoot => NoticeKind::OutsideRoot,
                    _ => NoticeKind::UnreadableFile,
                };
                let notice = Notice::about(kind, workspace.display(path), error.to_string());
                Self { name: String::new(), body: Body::default(), notices: vec![notice] }
            }
        }
    }

    /// Parses a file that was read.
    pub fn of(workspace: &Workspace, file: FileId) -> Self {
        let source = workspace.files.get(file);
        // A generated file says so behind its name.
        let name = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(" (generated)");
        let text = Arc::clone(&source.text);
        let (body, notices) = if name.ends_with(".json") {
            json_syntax::parse(file, &text)
        } else {
            let parsed = hcl::parse(file, &text);
            (parsed.body, parsed.notices)
        };
        Self { name: name.to_owned(), body, notices }
    }
}

/// The files of a directory's module, but for those of these names, in order of their names.
pub fn read_directory(workspace: &Workspace, directory: &Path, without: &[&OsStr]) -> Vec<ModuleFile> {
    let entries = match workspace.list(directory) {
        Ok(entries) => entries,
        Err(error) => {
            let path = workspace.display(directory);
            let notice = Notice::about(NoticeKind::UnreadableFile, path, error.to_string());
            return vec![ModuleFile { name: String::new(), body: Body::default(), notices: vec![notice] }];
        }
    };
    let files: Vec<(PathBuf, String)> = entries
        .into_iter()
        .filter(|(_, is_directory)| !is_directory)
        .filter_map(|(path, _)| {
            let name = path.file_name()?.to_str()?.to_owned();
            (is_configuration(&name) && !without.contains(&OsStr::new(&name))).then_some((path, name))
        })
        .collect();
    let names: BTreeSet<&str> = files.iter().map(|(_, name)| name.as_str()).collect();
    files
        .iter()
        .filter(|(_, name)| !replacement(name).is_some_and(|other| names.contains(other.as_str())))
        .map(|(path, _)| ModuleFile::read(workspace, path))
        .collect()
}

/// The module that files make: override files are merged into the others in order of their names.
pub fn assemble(directory: PathBuf, files: Vec<ModuleFile>) -> Module {
    let (mut merged, mut later) = (Vec::new(), Vec::new());
    for file in files {
        if is_override(&file.name) {
            later.push(file);
        } else {
            merged.push((file.body, file.notices));
        }
    }
    later.sort_by(|a, b| a.name.cmp(&b.name));
    for file in later {
        let mut notices = file.notices;
        overrides::merge(&mut merged, file.body, &mut notices);
        merged.push((Body::default(), notices));
    }
    Module::from_files(directory, merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_configuration() {
        for name in ["a.tf", "a.tf.json", "a.tofu", "a.tofu.json", "override.tf", "a.b.tf"] {
            assert!(is_configuration(name), "{name}");
            assert_eq!(why_not_configuration(name), None, "{name}");
        }
        for name in [
            ".a.tf",
            "a.tf~",
            "#a.tf#",
            ".#a.tf.json",
            "a.tftest.hcl",
            "a.tofutest.json",
            "a.tfmock.hcl",
            "a.tfquery.hcl",
            "a.tfmigrate.hcl",
            "a.tfcomponent.hcl",
            "a.tfdeploy.hcl",
            ".terraform.lock.hcl",
        ] {
            assert!(!is_configuration(name), "{name}");
            assert!(why_not_configuration(name).is_some(), "{name}");
        }
        for name in ["package.json", "terragrunt.hcl", "a.tfvars", ".hidden", "notes~", "tf"] {
            assert!(!is_configuration(name) && why_not_configuration(name).is_none(), "{name}");
        }
    }

    #[test]
    fn overrides_are_told_by_their_whole_base_name() {
        for name in
            ["override.tf", "override.tf.json", "x_override.tf", "_override.tofu", "a_override.tofu.json"]
        {
            assert!(is_override(name), "{name}");
        }
        for name in ["overrides.tf", "xoverride.tf", "override.x.tf", "override_a.tf", "override.tfvars"] {
            assert!(!is_override(name), "{name}");
        }
    }

    #[test]
    fn only_the_same_syntax_is_replaced() {
        assert_eq!(replacement("main.tf").as_deref(), Some("main.tofu"));
        assert_eq!(replacement("main.tf.json").as_deref(), Some("main.tofu.json"));
        assert_eq!(replacement("main.tofu"), None);
    }
}
