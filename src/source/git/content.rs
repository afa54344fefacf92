//! What is at each path of a commit, and where the disk stands in for it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The longest path that is looked at (bytes): none on disk is longer.
const MAX_PATH: usize = 4096;

/// The contents of a file or link.
#[derive(Clone, Debug)]
pub struct Object {
    /// In hexadecimal.
    pub id: Box<str>,
    /// In which repository: this one, or that of a submodule.
    pub repository: usize,
}

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Node {
    /// A file.
    File(Object),
    /// A symbolic link; what it leads to is its text.
    Link(Object),
    /// A directory, by its number.
    Directory(usize),
    /// Whatever is there on disk.
    Disk,
}

/// One directory.
#[derive(Debug, Default)]
pub struct Directory {
    /// What is in it.
    pub entries: BTreeMap<OsString, Node>,
    /// Whether all else that is in it on disk is in it, too.
    pub has_disk: bool,
}

/// All directories; number 0 is the work tree's.
#[derive(Debug)]
pub struct Content {
    directories: Vec<Directory>,
}

impl Content {
    /// An empty work tree.
    pub fn new() -> Self {
        let mut content = Self { directories: vec![Directory::default()] };
        content.mark_as_work_tree(0);
        content
    }

    /// Puts git's own directory into the directory of a work tree, as programs look for it.
    pub fn mark_as_work_tree(&mut self, directory: usize) {
        self.directories[directory].entries.insert(OsString::from(".git"), Node::Disk);
    }

    /// The directory of a number.
    pub fn directory(&self, number: usize) -> &Directory {
        &self.directories[number]
    }

    /// What has that name in a directory.
    pub fn child(&self, directory: usize, name: &OsStr) -> Option<&Node> {
        let directory = &self.directories[directory];
        directory.entries.get(name).or_else(|| directory.has_disk.then_some(&Node::Disk))
    }

    /// Puts a node at a path below a directory, unless something is there. A path that no file system has is passed
    /// over: it would lead elsewhere.
    pub fn insert(&mut self, directory: usize, path: &[u8], node: Node) -> Option<()> {
        let (mut here, name) = self.parent(directory, path)?;
        let directories = &mut self.directories;
        match directories[here].entries.entry(name) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(node);
                Some(())
            }
            // The disk is beside what the commit has.
            std::collections::btree_map::Entry::Occupied(slot) => {
                let (Node::Directory(number), Node::Disk) = (slot.get(), node) else { return None };
                here = *number;
                self.add_disk(here);
                Some(())
            }
        }
    }

    /// Puts an empty directory at a path and gives its number.
    pub fn insert_directory(&mut self, directory: usize, path: &[u8]) -> Option<usize> {
        let (here, name) = self.parent(directory, path)?;
        self.enter(here, name)
    }

    /// Takes away what is at a path.
    pub fn remove(&mut self, path: &[u8]) {
        if let Some((here, name)) = self.parent(0, path) {
            self.directories[here].entries.remove(&name);
        }
    }

    /// The directory that a path ends in, made where it is not there, and the last name.
    fn parent(&mut self, directory: usize, path: &[u8]) -> Option<(usize, OsString)> {
        if path.len() > MAX_PATH {
            return None;
        }
        let mut names = Vec::new();
        for name in path.split(|byte| *byte == b'/') {
            names.push(file_name(name)?);
        }
        let last = names.pop()?;
        let mut here = directory;
        for name in names {
            here = self.enter(here, name)?;
        }
        Some((here, last))
    }

    fn enter(&mut self, here: usize, name: OsString) -> Option<usize> {
        let next = self.directories.len();
        let has_disk = self.directories[here].has_disk;
        let number = match self.directories[here].entries.entry(name).or_insert(Node::Directory(next)) {
            Node::Directory(number) => *number,
            _ => return None,
        };
        if number == next {
            self.directories.push(Directory { has_disk, ..Directory::default() });
        }
        Some(number)
    }

    fn add_disk(&mut self, directory: usize) {
        let mut waiting = vec![directory];
        while let Some(number) = waiting.pop() {
            let directory = &mut self.directories[number];
            directory.has_disk = true;
            let inside = directory.entries.values();
            waiting.extend(inside.filter_map(|node| match node {
                Node::Directory(number) => Some(*number),
                _ => None,
            }));
        }
    }
}

/// A name as a file system may have it.
fn file_name(name: &[u8]) -> Option<OsString> {
    let is_reserved = name.is_empty() || name == b"." || name == b".." || name == b".git";
    if is_reserved || name.contains(&0) { None } else { os_string(name) }
}

/// Bytes of git's as text of the operating system's.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not all bytes are text")]
pub fn os_string(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(bytes).to_owned())
}

/// Bytes of git's as text of the operating system's.
#[cfg(not(unix))]
pub fn os_string(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}
