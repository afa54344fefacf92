//! The walk over the paths given: everything but a short prune list. A file that is ignored by git can be
//! tracked all the same, so ignore files are not asked.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::source::{
    EntryKind, NotWalked, Notice, NoticeKind, PathFilter, Walked, Workspace, directory_and_name,
};

/// Folders that hold other people's code or tool output, never a configuration of the tree's own.
const PRUNED: &[&str] = &[".git", "node_modules", ".terraform", ".terragrunt-cache"];

/// Entries looked at in one run at most.
const MAX_ENTRIES: usize = 2_000_000;

/// What became of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Part of a Terraform module.
    Terraform,
    /// Variables of a Terraform root.
    TerraformVariables,
    /// A Terragrunt unit, or what units include.
    Terragrunt,
    /// A `CloudFormation` template.
    Template,
    /// Part of a cloud assembly.
    Assembly,
    /// Read as a whole, as a root of its own: a plan or state, in the format's words.
    Document(&'static str),
    /// Not told by its name: what is in it has to be looked at.
    ByContent,
    /// Left out, and why: code that is not read, which a gate must not be silent about.
    LeftOut(&'static str),
    /// Left out, and why: it declares nothing, so that nothing is missed.
    NotCode(&'static str),
    /// Left out by the configuration.
    Excluded,
}

/// A file or folder that was met.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path.
    pub path: PathBuf,
    /// What it is itself: a link is none of what it leads to.
    pub kind: EntryKind,
    /// What became of it.
    pub standing: Standing,
}

impl Entry {
    /// The last part of its path; nothing where that is no text.
    pub fn name(&self) -> &str {
        directory_and_name(&self.path).map_or("", |(_, name)| name)
    }
}

/// What the walk met.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Files of formats that are known, and what was left out, in order.
    pub entries: Vec<Entry>,
    /// Canonical directories that hold Terraform configuration.
    pub directories: BTreeSet<PathBuf>,
    /// What could not be walked.
    pub notices: Vec<Notice>,
}

/// Walks the paths. A file stands for its directory: a module is never read in part.
pub fn walk(
    workspace: &Workspace,
    paths: &[PathBuf],
    filter: &PathFilter,
    classify: impl Fn(&str) -> Option<Standing>,
) -> Discovered {
    let mut discovered = Discovered::default();
    let mut seen: Option<HashSet<PathBuf>> = (paths.len() > 1).then(HashSet::new);
    let mut entries = 0;
    let mut directories = Vec::new();
    for path in paths {
        // Only the directory itself when a file was named, the whole tree when a directory was.
        let (start, depth) = match path.parent() {
            Some(parent) if workspace.is_file(path) => (parent, 1),
            _ => (path.as_path(), usize::MAX),
        };
        let is_named_itself = !workspace.is_directory(path);
        for entry in workspace.walk(start, depth, PRUNED) {
            entries += 1;
            if entries > MAX_ENTRIES {
                let message = "the tree has more than 2,000,000 entries; the others were not looked at";
                let path = workspace.display(start);
                discovered.notices.push(Notice::about(NoticeKind::LimitReached, path, message));
                break;
            }
            match entry {
                Ok(entry) => {
                    // Whoever names a file means it.
                    let is_excluded = !is_named_itself && filter.leaves_out(&entry.path, start);
                    let first = discovered.entries.len();
                    add(
                        workspace,
                        entry,
                        is_excluded,
                        &classify,
                        (&mut seen, &mut directories),
                        &mut discovered,
                    );
                    for entry in discovered.entries.iter_mut().skip(first).filter(|_| is_excluded) {
                        entry.standing = Standing::Excluded;
                    }
                }
                Err(NotWalked(path)) => {
                    let path = workspace.display(&path);
                    let message = "cannot be read, so nothing below it was looked at";
                    discovered.notices.push(Notice::about(NoticeKind::UnreadableFile, path, message));
                }
            }
        }
    }
    // All at once: they come in order, and paths are slow to compare.
    discovered.directories.append(&mut directories.into_iter().collect());
    // A module is never read in part: what lies beside a file that is looked at is read with it.
    for entry in discovered.entries.iter_mut().filter(|entry| entry.standing == Standing::Excluded) {
        let is_beside = entry.path.parent().is_some_and(|parent| discovered.directories.contains(parent));
        if is_beside && classify(entry.name()) == Some(Standing::Terraform) {
            entry.standing = Standing::Terraform;
        }
    }
    sort(&mut discovered.entries);
    discovered
}

/// Puts entries in the order of their paths, in which a walk meets them. Paths are slow to compare, and of nearly all
/// neighbours the second is a later name in the same directory.
pub fn sort(entries: &mut [Entry]) {
    entries.sort_by(|a, b| match (split(&a.path), split(&b.path)) {
        (Some((parent, name)), Some((other_parent, other))) if parent == other_parent => name.cmp(other),
        _ => a.path.cmp(&b.path),
    });
}

/// The bytes of a path up to its last part, and those of that.
fn split(path: &Path) -> Option<(&[u8], &[u8])> {
    let text = path.as_os_str().as_encoded_bytes();
    memchr::memrchr(b'/', text).map(|at| text.split_at(at))
}

fn add(
    workspace: &Workspace,
    entry: Walked,
    is_excluded: bool,
    classify: &impl Fn(&str) -> Option<Standing>,
    (seen, directories): (&mut Option<HashSet<PathBuf>>, &mut Vec<PathBuf>),
    discovered: &mut Discovered,
) {
    let Walked { path, kind } = entry;
    let Some((directory, name)) = directory_and_name(&path) else { return };
    if kind == EntryKind::Link {
        if let Some(standing) = symbolic_link(workspace, &path, name, classify) {
            // A folder of links alone is a module as well.
            if standing == Standing::Terraform && !is_excluded {
                discovered.directories.insert(directory.into());
            }
            discovered.entries.push(Entry { path, kind, standing });
        }
        return;
    }
    let Some(standing) = (kind == EntryKind::File).then(|| classify(name)).flatten() else { return };
    // What is walked once is met once.
    if seen.as_mut().is_some_and(|seen| !seen.insert(path.clone())) {
        return;
    }
    if standing == Standing::Terraform
        && !is_excluded
        // The files of a directory come one after another, and paths are slow to compare.
        && directories.last().is_none_or(|last| last.as_os_str() != directory)
    {
        directories.push(directory.into());
    }
    discovered.entries.push(Entry { path, kind, standing });
}

/// A link to a configuration file inside the root is part of its module; a link to a folder is not walked.
fn symbolic_link(
    workspace: &Workspace,
    path: &Path,
    name: &str,
    classify: &impl Fn(&str) -> Option<Standing>,
) -> Option<Standing> {
    let standing = classify(name);
    match workspace.resolve(path) {
        Ok(target) if workspace.is_file(&target) => standing,
        Ok(_) => Some(Standing::LeftOut("a symbolic link to a folder; the folder is read where it is")),
        Err(_) if standing.is_some() => {
            Some(Standing::LeftOut("a symbolic link that leads out of the root, or nowhere"))
        }
        Err(_) => None,
    }
}

fn is_pruned_name(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| PRUNED.contains(&name))
}

/// Whether a path leads through a folder that is not walked: what lies there was brought by a tool, and is read only
/// where something in the tree asks for it.
pub fn is_brought_by_a_tool(path: &Path) -> bool {
    path.components().any(|part| is_pruned_name(part.as_os_str()))
}
