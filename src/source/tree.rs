//! Where a workspace looks for files: the disk, or something that stands in its place.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::ReadError;

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, whatever it leads to.
    Link,
    /// A pipe, a socket, a device: nothing that is read.
    Other,
}

/// Files, directories and links under absolute paths. It knows no boundaries: the workspace keeps those.
pub trait Tree: fmt::Debug + Send + Sync {
    /// The path without `.`, `..` and symbolic links; an error where there is nothing at its end.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// What is at a path, or at the end of the links on it. Never a link.
    fn kind(&self, path: &Path) -> Option<EntryKind>;

    /// The bytes of the file at a canonical path, when it is no longer than `limit`.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Adds the bytes of what [`Tree::entries`] called a file. After an error some of them may have been added.
    fn read_entry(&self, path: &Path, limit: u64, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        bytes.extend(self.read(path, limit)?);
        Ok(())
    }

    /// The first bytes of the file at a canonical path.
    fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError>;

    /// What is in the directory at a canonical path, in any order. Links are not followed.
    fn entries(&self, path: &Path) -> io::Result<Vec<(OsString, EntryKind)>>;
}

/// Files that are no larger are read without asking for their length (bytes).
const SMALL: u64 = 64 * 1024;

/// The file system as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl From<std::fs::FileType> for EntryKind {
    fn from(file_type: std::fs::FileType) -> Self {
        if file_type.is_file() {
            Self::File
        } else if file_type.is_dir() {
            Self::Directory
        } else if file_type.is_symlink() {
            Self::Link
        } else {
            Self::Other
        }
    }
}

impl Disk {
    /// What is at a path itself, links not followed.
    pub fn kind_of_entry(self, path: &Path) -> Option<EntryKind> {
        Some(std::fs::symlink_metadata(path).ok()?.file_type().into())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the disk for scanned files")]
impl Tree for Disk {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        Some(std::fs::metadata(path).ok()?.file_type().into())
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let metadata = std::fs::metadata(path).map_err(ReadError::Io)?;
        // A pipe or a device would block or never end.
        if !metadata.is_file() {
            return Err(ReadError::Missing);
        }
        if metadata.len() > limit {
            return Err(ReadError::TooLarge(limit));
        }
        std::fs::read(path).map_err(ReadError::Io)
    }

    /// Asks no more of the operating system than it has to: this is most of what a run over a large tree does.
    fn read_entry(&self, path: &Path, limit: u64, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        let mut file = std::fs::File::open(path).map_err(ReadError::Io)?;
        let read = (&mut file).take(SMALL).read_to_end(bytes).map_err(ReadError::Io)?;
        if (read as u64) < SMALL {
            return Ok(());
        }
        if file.metadata().map_err(ReadError::Io)?.len() > limit {
            return Err(ReadError::TooLarge(limit));
        }
        let read = read + file.take(limit).read_to_end(bytes).map_err(ReadError::Io)?;
        // It may have grown.
        if read as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(()) }
    }

    fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError> {
        let metadata = std::fs::metadata(path).map_err(ReadError::Io)?;
        if !metadata.is_file() {
            return Err(ReadError::Missing);
        }
        let file = std::fs::File::open(path).map_err(ReadError::Io)?;
        // With some room over, so that it is read at once.
        let length = usize::try_from(metadata.len()).unwrap_or(bytes).min(bytes);
        let mut start = Vec::with_capacity(length + 64);
        file.take(bytes as u64).read_to_end(&mut start).map_err(ReadError::Io)?;
        Ok(start)
    }

    fn entries(&self, path: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        let entries = std::fs::read_dir(path)?.filter_map(Result::ok);
        let kind = |entry: &std::fs::DirEntry| entry.file_type().map_or(EntryKind::Other, EntryKind::from);
        Ok(entries.map(|entry| (entry.file_name(), kind(&entry))).collect())
    }
}
