//! Which files make a module, by their names, and what they hold once override files are merged in.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{EntryKind, FileId, Notice, NoticeKind, ReadError, Workspace};
use crate::syntax::hcl::{self, Body};

use super::blocks::ModuleCall;
use super::configuration::{FileContents, Module};
use super::gate::{Gate, Mentions};
use super::later::Faults;
use super::{json_syntax, overrides};

/// The endings of configuration files, and the ones of `OpenTofu` that take the place of Terraform's.
const ENDINGS: [(&str, Option<&str>); 4] =
    [(".tf", Some(".tofu")), (".tf.json", Some(".tofu.json")), (".tofu", None), (".tofu.json", None)];

/// Bytes that the files of a directory are given room for; more is made where they need it. A file of more has a place of
/// its own.
const ROOM: usize = 16 * 1024;

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

/// Whether one of these files is read in the place of another one.
fn gives_way_to<'n>(names: impl Iterator<Item = &'n str>) -> impl Fn(&str) -> bool {
    let replacements: BTreeSet<&str> = names.filter(|name| is_replacement(name)).collect();
    move |name| {
        !replacements.is_empty() && replacement(name).is_some_and(|other| replacements.contains(&*other))
    }
}

/// Whether `OpenTofu` alone reads a file of this name or path.
pub fn is_replacement(name: &str) -> bool {
    ENDINGS.iter().any(|(_, replaced_by)| replaced_by.is_some_and(|ending| name.ends_with(ending)))
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
    contents: FileContents,
}

impl ModuleFile {
    /// Reads a file.
    pub fn read(workspace: &Workspace, gate: &Gate, path: &Path) -> Self {
        match workspace.load(path) {
            Ok(file) => Self::of(workspace, gate, file, None),
            Err(error) => Self::unread(workspace, path, &error),
        }
    }

    /// Reads a file that was loaded: the blocks of one that names nothing that is looked for are left for later.
    pub fn of(workspace: &Workspace, gate: &Gate, file: FileId, mentions: Option<Mentions>) -> Self {
        let source = workspace.files.get(file);
        // A generated file says so behind its name.
        let name = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(" (generated)");
        let text = Arc::clone(&source.text);
        let contents = if name.ends_with(".json") {
            let (body, notices) = json_syntax::parse(file, &text);
            FileContents::Parsed(body, notices)
        } else {
            let mentions = mentions.unwrap_or_else(|| gate.mentions(name, text.as_bytes()));
            let may_wait = !mentions.types;
            match may_wait.then(|| hcl::pieces(file, &text)).flatten() {
                Some(pieces) => FileContents::Pieces(pieces),
                None => parsed(file, &text),
            }
        };
        Self { name: name.to_owned(), contents }
    }

    fn unread(workspace: &Workspace, path: &Path, error: &ReadError) -> Self {
        let kind = match error {
            ReadError::OutsideRoot => NoticeKind::OutsideRoot,
            _ => NoticeKind::UnreadableFile,
        };
        let mut notice = Notice::about(kind, workspace.display(path), error.to_string());
        notice.help = error.help().map(str::to_owned);
        Self { name: String::new(), contents: FileContents::Parsed(Body::default(), vec![notice]) }
    }
}

fn parsed(file: FileId, text: &str) -> FileContents {
    let parsed = hcl::parse(file, text);
    FileContents::Parsed(parsed.body, parsed.notices)
}

/// The configuration files of one directory, in order of their names.
#[derive(Debug)]
pub struct Directory {
    /// What they have in them.
    pub mentions: Mentions,
    path: PathBuf,
    files: Vec<DirectoryFile>,
    /// Why they are not known.
    unread: Option<Notice>,
}

#[derive(Debug)]
struct DirectoryFile {
    name: Box<str>,
    mentions: Mentions,
    text: Text,
}

/// What is known of a file.
#[derive(Debug)]
enum Text {
    /// It was read, and is not in the table of files.
    Read(String),
    /// It is in the table of files.
    Loaded(FileId),
    /// It was read, and nothing in it was of weight.
    Forgotten,
    /// It cannot be read.
    Unreadable(ReadError),
}

/// The bytes of a file that is being looked at.
enum Bytes {
    /// Where they are among those of the other files.
    Shared(Range<usize>),
    /// By themselves.
    Own(Vec<u8>),
}

impl Directory {
    /// Finds the files of a directory and looks at them.
    pub fn find(workspace: &Workspace, gate: &Gate, directory: &Path) -> Self {
        match workspace.list(directory) {
            Ok(entries) => {
                let files = entries.iter().filter(|(_, is_directory)| !is_directory);
                let names = files.filter_map(|(path, _)| path.file_name()?.to_str());
                let names = names.filter(|name| is_configuration(name));
                // A link may be among them.
                let entries: Vec<_> = names.map(|name| (name, EntryKind::Link)).collect();
                Self::look_at(workspace, gate, directory, &entries)
            }
            Err(error) => {
                let path = workspace.display(directory);
                let notice = Notice::about(NoticeKind::UnreadableFile, path, error.to_string());
                let mentions = Mentions { types: true, ..Mentions::default() };
                Self { mentions, path: directory.to_owned(), files: Vec::new(), unread: Some(notice) }
            }
        }
    }

    /// Looks at entries of a directory that are configuration by their names.
    pub fn look_at(
        workspace: &Workspace,
        gate: &Gate,
        directory: &Path,
        entries: &[(&str, EntryKind)],
    ) -> Self {
        // One after another in the same place: most are looked at once and never again.
        let mut bytes = Vec::with_capacity(ROOM);
        let mut found = Vec::with_capacity(entries.len());
        for (name, kind) in entries {
            let start = bytes.len();
            let read = workspace.read_entry(directory, (name, *kind), &mut bytes);
            let is_text = |()| std::str::from_utf8(&bytes[start..]).map_err(|_| ReadError::NotUtf8);
            let (mentions, place) = match read.and_then(is_text) {
                Ok(text) => (gate.mentions(name, text.as_bytes()), Ok(start..bytes.len())),
                // Nobody knows what is in it.
                Err(error) => (Mentions { types: true, ..Mentions::default() }, Err(error)),
            };
            // A large one is not copied later.
            let place = match place {
                Ok(range) if range.len() > ROOM => Ok(Bytes::Own(bytes.split_off(start))),
                Ok(range) => Ok(Bytes::Shared(range)),
                Err(error) => {
                    bytes.truncate(start);
                    Err(error)
                }
            };
            found.push((*name, mentions, place));
        }
        let mentions = found.iter().fold(Mentions::default(), |all, (_, mentions, _)| all.or(*mentions));
        let text = |of_file: Mentions, place| {
            let is_kept = mentions.may_matter() || of_file.exceptions;
            let bytes = match place {
                Err(error) => return Text::Unreadable(error),
                Ok(_) if !is_kept => return Text::Forgotten,
                Ok(Bytes::Own(bytes)) => bytes,
                Ok(Bytes::Shared(range)) => bytes[range].to_vec(),
            };
            Text::Read(String::from_utf8(bytes).expect("it was looked at above"))
        };
        let files = found.into_iter().map(|(name, mentions, place)| DirectoryFile {
            name: name.into(),
            mentions,
            text: text(mentions, place),
        });
        Self { mentions, path: directory.to_owned(), files: files.collect(), unread: None }
    }

    /// Adds the texts that may matter to the table of files.
    pub fn load(&mut self, workspace: &Workspace) {
        let mut directory = None;
        for file in &mut self.files {
            if matches!(file.text, Text::Read(_))
                && let Text::Read(read) = std::mem::replace(&mut file.text, Text::Forgotten)
            {
                let directory = directory.get_or_insert_with(|| workspace.display(&self.path));
                let path = match directory.as_str() {
                    "." => file.name.to_string(),
                    directory => format!("{directory}/{}", file.name),
                };
                file.text = Text::Loaded(workspace.files.add(path, read));
            }
        }
    }

    /// The `module` blocks of the directory, when they can be told without the rest of its module.
    pub fn calls(&self, workspace: &Workspace, gate: &Gate) -> Option<Vec<ModuleCall>> {
        let mut calls = Vec::new();
        let gives_way = gives_way_to(self.files.iter().map(|file| &*file.name));
        for DirectoryFile { name, mentions, text } in &self.files {
            let Text::Loaded(file) = text else { return None };
            if is_override(name) || mentions.types || gives_way(name) {
                return None;
            }
            if !mentions.calls {
                continue;
            }
            let FileContents::Pieces(pieces) =
                ModuleFile::of(workspace, gate, *file, Some(*mentions)).contents
            else {
                return None;
            };
            for piece in pieces.iter().filter(|piece| &*piece.kind == "module") {
                let (block, notices) = piece.parse();
                let (label, mut faults) = (piece.labels.first()?, Faults::new());
                calls.push(ModuleCall::new(label, block, &mut faults));
                if !(notices.is_empty() && faults.is_empty()) {
                    return None;
                }
            }
        }
        Some(calls)
    }

    /// The files of the directory's module, but for those of these names.
    pub fn module_files(&self, workspace: &Workspace, gate: &Gate, without: &[&OsStr]) -> Vec<ModuleFile> {
        if let Some(notice) = &self.unread {
            let contents = FileContents::Parsed(Body::default(), vec![notice.clone()]);
            return vec![ModuleFile { name: String::new(), contents }];
        }
        let files = self.files.iter();
        let files: Vec<_> = files.filter(|file| !without.contains(&OsStr::new(&*file.name))).collect();
        let gives_way = gives_way_to(files.iter().map(|file| &*file.name));
        files
            .iter()
            .filter(|file| !gives_way(&file.name))
            .map(|file| match &file.text {
                Text::Loaded(loaded) => ModuleFile::of(workspace, gate, *loaded, Some(file.mentions)),
                Text::Unreadable(error) => ModuleFile::unread(workspace, &self.path.join(&*file.name), error),
                Text::Read(_) | Text::Forgotten => {
                    ModuleFile::read(workspace, gate, &self.path.join(&*file.name))
                }
            })
            .collect()
    }
}

/// The module that files make: override files are merged into the others in order of their names.
pub fn assemble(directory: PathBuf, files: Vec<ModuleFile>) -> Module {
    if !files.iter().any(|file| is_override(&file.name)) {
        return Module::from_files(directory, files.into_iter().map(|file| file.contents).collect());
    }
    let (mut merged, mut later) = (Vec::new(), Vec::new());
    for file in files {
        let is_override = is_override(&file.name);
        let (body, notices) = file.contents.parsed();
        if is_override {
            later.push((file.name, body, notices));
        } else {
            merged.push((body, notices));
        }
    }
    later.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, body, mut notices) in later {
        overrides::merge(&mut merged, body, &mut notices);
        merged.push((Body::default(), notices));
    }
    let files = merged.into_iter().map(|(body, notices)| FileContents::Parsed(body, notices));
    Module::from_files(directory, files.collect())
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
