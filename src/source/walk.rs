//! A walk through a directory and all below it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::{EntryKind, Workspace};

/// What a walk met.
#[derive(Clone, Debug)]
pub struct Walked {
    /// Where it is.
    pub path: PathBuf,
    /// What it is; links are not followed.
    pub kind: EntryKind,
}

/// A directory that cannot be read.
#[derive(Clone, Debug)]
pub struct NotWalked(pub PathBuf);

/// A walk that is under way: a directory, then what is in it in the order of the names.
#[derive(Debug)]
pub struct Walk<'w> {
    workspace: &'w Workspace,
    start: Option<PathBuf>,
    depth: usize,
    pruned: &'static [&'static str],
    /// What is still to come of each directory that the walk is in, outermost first.
    open: Vec<IntoIter<Walked>>,
    failed: Option<NotWalked>,
}

impl Workspace {
    /// Walks down from a canonical path, as many directories deep, into all but those of these names.
    pub fn walk(&self, start: &Path, depth: usize, pruned: &'static [&'static str]) -> Walk<'_> {
        Walk { workspace: self, start: Some(start.to_owned()), depth, pruned, open: Vec::new(), failed: None }
    }
}

impl Walk<'_> {
    fn enter(&mut self, directory: &Path) {
        let is_pruned = |name: &OsStr, kind| {
            kind == EntryKind::Directory && self.pruned.iter().any(|other| name == *other)
        };
        match self.workspace.tree().entries(directory) {
            Ok(mut entries) => {
                self.workspace.remember_canonical(directory);
                entries.retain(|(name, kind)| !is_pruned(name, *kind));
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                let walked =
                    entries.into_iter().map(|(name, kind)| Walked { path: directory.join(name), kind });
                self.open.push(walked.collect::<Vec<_>>().into_iter());
            }
            Err(_) => self.failed = Some(NotWalked(directory.to_owned())),
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Walked, NotWalked>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failed) = self.failed.take() {
            return Some(Err(failed));
        }
        let walked = match self.start.take() {
            Some(start) => match self.workspace.tree().kind(&start) {
                Some(kind) => Walked { path: start, kind },
                None => return Some(Err(NotWalked(start))),
            },
            None => loop {
                match self.open.last_mut()?.next() {
                    Some(walked) => break walked,
                    None => drop(self.open.pop()),
                }
            },
        };
        if walked.kind == EntryKind::Directory && self.open.len() < self.depth {
            self.enter(&walked.path);
        }
        Some(Ok(walked))
    }
}
