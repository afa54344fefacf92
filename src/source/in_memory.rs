//! Texts that stand where files would: a tree that is nowhere on disk.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::tree::{EntryKind, Tree};
use super::workspace::lexically_normal;
use super::{ReadError, Workspace};

/// Where the files seem to lie. Nothing on disk is asked for.
const DIRECTORY: &str = "/text";

/// Links that are followed on the way to one file.
const MAX_LINKS: usize = 40;

/// What is at a path of such a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A file of these bytes.
    File(Vec<u8>),
    /// A symbolic link with this text.
    Link(PathBuf),
    /// A directory: whatever lies above a file or link is one.
    Directory,
}

/// What is held, by paths without `.` and `..`.
#[derive(Debug)]
struct InMemory(BTreeMap<PathBuf, Held>);

impl Workspace {
    /// A workspace whose only file has this name and this text; its directory is the workspace's base.
    pub fn of_text(name: &str, text: &str) -> Self {
        Self::of_files([(name, Held::File(text.as_bytes().to_vec()))])
    }

    /// A workspace over files and links that are nowhere on disk. Their paths are counted from its base; one that leads out
    /// of that is held where it leads to.
    pub fn of_files<P: AsRef<Path>>(files: impl IntoIterator<Item = (P, Held)>) -> Self {
        let directory = PathBuf::from(DIRECTORY);
        let above = |path: &Path| -> Vec<(PathBuf, Held)> {
            path.ancestors().map(|path| (path.to_owned(), Held::Directory)).collect()
        };
        let mut held: BTreeMap<PathBuf, Held> = above(&directory).into_iter().collect();
        for (name, file) in files {
            let path = lexically_normal(&directory.join(name));
            if held.contains_key(&path) {
                continue;
            }
            for (path, directory) in above(&path) {
                held.entry(path).or_insert(directory);
            }
            held.insert(path, file);
        }
        Self::new(directory.clone(), vec![directory]).with_tree(std::sync::Arc::new(InMemory(held)))
    }
}

fn parts(path: &Path) -> impl DoubleEndedIterator<Item = OsString> + '_ {
    path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned())
}

impl InMemory {
    /// The canonical path of what a path leads to, and what is there.
    fn find(&self, path: &Path) -> io::Result<(PathBuf, &Held)> {
        let mut waiting: VecDeque<OsString> = parts(path).collect();
        let (mut real, mut found, mut links) = (PathBuf::new(), &Held::Directory, 0);
        while let Some(name) = waiting.pop_front() {
            if matches!(found, Held::File(_)) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            if name == ".." {
                real.pop();
                continue;
            }
            let next = real.join(name);
            match self.0.get(&next).ok_or(io::ErrorKind::NotFound)? {
                Held::Link(target) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other("too many symbolic links"));
                    }
                    // A target that begins with `/` takes the place of what it is joined to.
                    parts(target).rev().for_each(|part| waiting.push_front(part));
                }
                held => {
                    real = next;
                    found = held;
                }
            }
        }
        Ok((real, found))
    }

    fn bytes(&self, path: &Path) -> Result<&[u8], ReadError> {
        match self.find(path) {
            Ok((_, Held::File(bytes))) => Ok(bytes),
            _ => Err(ReadError::Missing),
        }
    }
}

impl Held {
    fn kind(&self) -> EntryKind {
        match self {
            Self::File(_) => EntryKind::File,
            Self::Link(_) => EntryKind::Link,
            Self::Directory => EntryKind::Directory,
        }
    }
}

impl Tree for InMemory {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.find(path).map(|(path, _)| path)
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        self.find(path).ok().map(|(_, held)| held.kind())
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.bytes(path)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes.to_vec()) }
    }

    fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError> {
        Ok(self.bytes(path)?.iter().take(bytes).copied().collect())
    }

    fn entries(&self, path: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        let (path, held) = self.find(path)?;
        if *held != Held::Directory {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let below = self.0.range(path.clone()..).take_while(|(other, _)| other.starts_with(&path));
        let inside = below.filter(|(other, _)| other.parent() == Some(&path));
        Ok(inside.filter_map(|(other, held)| Some((other.file_name()?.to_owned(), held.kind()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_only_file() {
        let workspace = Workspace::of_text("main.tf", "é = 1\n");
        let path = workspace.base.join("main.tf");
        assert_eq!(workspace.display(&path), "main.tf");
        assert_eq!(workspace.read_text(&path).unwrap(), "é = 1\n");
        assert_eq!(workspace.read_start(&workspace.base.join("./main.tf"), 2).unwrap(), "é".as_bytes());
        assert_eq!(workspace.list(&workspace.base).unwrap(), [(path, false)]);
        assert!(matches!(workspace.read_text(&workspace.base.join("other.tf")), Err(ReadError::Missing)));
        assert!(matches!(workspace.read_text(&workspace.base), Err(ReadError::Missing)));
        assert!(matches!(workspace.read_text(Path::new("/etc/hosts")), Err(ReadError::OutsideRoot)));
        assert!(matches!(
            workspace.read_text(&workspace.base.join("../etc/hosts")),
            Err(ReadError::OutsideRoot)
        ));
    }

    #[test]
    fn links_lead_where_they_would_on_disk() {
        let file = |text: &str| Held::File(text.into());
        let link = |text: &str| Held::Link(text.into());
        let workspace = Workspace::of_files([
            ("a/main.tf", file("in")),
            ("../out/main.tf", file("out")),
            ("up.tf", link("a/../a/main.tf")),
            ("b", link("a")),
            ("out.tf", link("../out/main.tf")),
            ("root.tf", link("/out/main.tf")),
            ("loop.tf", link("loop.tf")),
            ("a/nothing.tf", link("nowhere")),
        ]);
        let read = |name: &str| workspace.read_text(&workspace.base.join(name));
        assert_eq!(read("up.tf").unwrap(), "in");
        assert_eq!(read("b/main.tf").unwrap(), "in");
        assert!(matches!(read("out.tf"), Err(ReadError::OutsideRoot)));
        assert!(matches!(read("root.tf"), Err(ReadError::OutsideRoot)));
        assert!(matches!(read("loop.tf"), Err(ReadError::Io(_))));
        assert!(matches!(read("a/nothing.tf"), Err(ReadError::Missing)));
        assert!(matches!(read("up.tf/x"), Err(ReadError::Io(_))));
        let names: Vec<_> = workspace.list(&workspace.base).unwrap();
        let names: Vec<_> = names.iter().map(|(path, folder)| (workspace.display(path), *folder)).collect();
        let expected = [("a", true), ("b", true), ("loop.tf", false), ("out.tf", false), ("root.tf", false)];
        assert_eq!(names[..5], expected.map(|(name, folder)| (name.to_owned(), folder)));
    }
}
