//! The commit as a tree that a workspace can look at: its own files, and the disk's where git does not look.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::content::{Content, Node, Object, os_string};
use super::objects::Objects;
use super::open::Unread;
use crate::source::{Disk, EntryKind, ReadError, Tree};

/// Links that are followed on the way to one file.
const MAX_LINKS: usize = 40;

/// The longest text of a link (bytes).
const MAX_LINK: u64 = 4096;

/// A commit, with the files beside it that git ignores.
#[derive(Debug)]
pub struct GitTree {
    /// The canonical work tree.
    pub top: PathBuf,
    /// The commit, in hexadecimal.
    pub commit: String,
    /// What could not be put together.
    pub unread: Vec<Unread>,
    pub(super) content: Content,
    /// The contents of the repository, and of its submodules.
    pub(super) repositories: Vec<Objects>,
}

/// What a path leads to.
enum Found<'t> {
    File(&'t Object),
    Directory(usize),
    Disk,
}

impl GitTree {
    /// Whether what is at a path is that on disk: git ignores it, or it is none of the work tree's.
    pub fn is_on_disk(&self, path: &Path) -> bool {
        matches!(self.find(path), Ok((_, Found::Disk)))
    }

    /// Lets the disk stand in for a file that the commit does not have.
    pub fn take_from_disk(&mut self, path: &Path) {
        if let Ok(inside) = path.strip_prefix(&self.top) {
            let names: Vec<&[u8]> =
                inside.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
            self.content.insert(0, &names.join(&b'/'), Node::Disk);
        }
    }

    fn text_of_link(&self, link: &Object) -> io::Result<OsString> {
        let bytes = self.repositories[link.repository]
            .read(&link.id, MAX_LINK)
            .map_err(|error| io::Error::other(error.to_string()))?;
        match os_string(&bytes) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The canonical path of what a path leads to.
    fn find(&self, path: &Path) -> io::Result<(PathBuf, Found<'_>)> {
        let mut links = 0;
        let mut path = path.to_owned();
        loop {
            match self.step(&path, &mut links)? {
                Step::Found(path, found) => return Ok((path, found)),
                Step::To(next) => path = next,
            }
            if links > MAX_LINKS {
                return Err(io::Error::other("too many symbolic links"));
            }
        }
    }

    /// Follows a path until it ends, or leads out of what it was taken for.
    fn step(&self, path: &Path, links: &mut usize) -> io::Result<Step<'_>> {
        let Ok(inside) = path.strip_prefix(&self.top) else { return self.on_disk(path, links) };
        let mut open = vec![0];
        let mut real = self.top.clone();
        let mut waiting: VecDeque<OsString> =
            inside.components().map(|part| part.as_os_str().to_owned()).collect();
        while let Some(name) = waiting.pop_front() {
            let rest = |waiting: VecDeque<OsString>| waiting.into_iter().collect::<PathBuf>();
            if name == "." {
                continue;
            }
            if name == ".." {
                if open.len() == 1 {
                    *links += 1;
                    let above = self.top.parent().unwrap_or(&self.top);
                    return Ok(Step::To(above.join(rest(waiting))));
                }
                open.pop();
                real.pop();
                continue;
            }
            let here = open.last().copied().unwrap_or_default();
            match self.content.child(here, &name) {
                None => return Err(io::ErrorKind::NotFound.into()),
                Some(Node::Directory(number)) => {
                    open.push(*number);
                    real.push(name);
                }
                Some(Node::File(object)) if waiting.is_empty() => {
                    return Ok(Step::Found(real.join(name), Found::File(object)));
                }
                Some(Node::File(_)) => return Err(io::ErrorKind::NotADirectory.into()),
                Some(Node::Disk) => return self.on_disk(&real.join(name).join(rest(waiting)), links),
                Some(Node::Link(link)) => {
                    *links += 1;
                    if *links > MAX_LINKS {
                        return Err(io::Error::other("too many symbolic links"));
                    }
                    let target = PathBuf::from(self.text_of_link(link)?);
                    if target.has_root() {
                        return Ok(Step::To(target.join(rest(waiting))));
                    }
                    for part in target.components().rev() {
                        if !matches!(part, Component::Prefix(_)) {
                            waiting.push_front(part.as_os_str().to_owned());
                        }
                    }
                }
            }
        }
        Ok(Step::Found(real, Found::Directory(open.last().copied().unwrap_or_default())))
    }

    /// A path for which the disk stands. What a link on it leads to may be the commit's again.
    fn on_disk(&self, path: &Path, links: &mut usize) -> io::Result<Step<'_>> {
        let path = &without_trailing_slash(path);
        let real = Disk.canonical(path)?;
        if real == *path || !real.starts_with(&self.top) {
            return Ok(Step::Found(real, Found::Disk));
        }
        *links += 1;
        Ok(Step::To(real))
    }
}

enum Step<'t> {
    Found(PathBuf, Found<'t>),
    To(PathBuf),
}

/// Joining nothing leaves a slash at the end.
fn without_trailing_slash(path: &Path) -> PathBuf {
    path.components().collect()
}

impl Tree for GitTree {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.find(path).map(|(path, _)| path)
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        match self.find(path).ok()? {
            (_, Found::File(_)) => Some(EntryKind::File),
            (_, Found::Directory(_)) => Some(EntryKind::Directory),
            (path, Found::Disk) => Disk.kind(&path),
        }
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.find(path).map_err(ReadError::Io)? {
            (_, Found::File(object)) => {
                self.repositories[object.repository].read(&object.id, limit).map(|bytes| bytes.to_vec())
            }
            (_, Found::Directory(_)) => Err(ReadError::Missing),
            (path, Found::Disk) => Disk.read(&path, limit),
        }
    }

    fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError> {
        match self.find(path).map_err(ReadError::Io)? {
            (_, Found::File(object)) => self.repositories[object.repository].read_start(&object.id, bytes),
            (_, Found::Directory(_)) => Err(ReadError::Missing),
            (path, Found::Disk) => Disk.read_start(&path, bytes),
        }
    }

    fn entries(&self, path: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        let (path, directory) = match self.find(path)? {
            (_, Found::File(_)) => return Err(io::ErrorKind::NotADirectory.into()),
            (path, Found::Disk) => return Disk.entries(&path),
            (path, Found::Directory(number)) => (path, self.content.directory(number)),
        };
        let mut entries = Vec::new();
        for (name, node) in &directory.entries {
            let kind = match node {
                Node::File(_) => Some(EntryKind::File),
                Node::Link(_) => Some(EntryKind::Link),
                Node::Directory(_) => Some(EntryKind::Directory),
                Node::Disk => Disk.kind_of_entry(&path.join(name)),
            };
            entries.extend(kind.map(|kind| (name.clone(), kind)));
        }
        if directory.has_disk {
            // A directory that is only the commit's has nothing on disk.
            let on_disk = Disk.entries(&path).unwrap_or_default();
            entries.extend(on_disk.into_iter().filter(|(name, _)| !directory.entries.contains_key(name)));
        }
        Ok(entries)
    }
}
