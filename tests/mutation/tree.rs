//! Files that are nowhere on disk, so that thousands of trees cost no more than their bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use credlint::source::{EntryKind, ReadError, Tree, lexically_normal};

/// Where the files seem to lie.
pub const BASE: &str = "/mutant";

/// The bytes of each file, by its path under [`BASE`].
pub type Contents = BTreeMap<String, Arc<[u8]>>;

/// A tree of these files.
#[derive(Debug)]
pub struct Memory {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    directories: BTreeSet<PathBuf>,
}

impl Memory {
    pub fn new(contents: &Contents) -> Self {
        let base = Path::new(BASE);
        let files: BTreeMap<PathBuf, Arc<[u8]>> =
            contents.iter().map(|(path, bytes)| (base.join(path), Arc::clone(bytes))).collect();
        let above = files.keys().flat_map(|path| path.ancestors().skip(1));
        let directories = above.chain([base]).map(Path::to_owned).collect();
        Self { files, directories }
    }

    fn bytes(&self, path: &Path) -> Result<&[u8], ReadError> {
        self.files.get(path).map(AsRef::as_ref).ok_or(ReadError::Missing)
    }
}

impl Tree for Memory {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = lexically_normal(path);
        if self.kind(&path).is_some() { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        let path = lexically_normal(path);
        if self.files.contains_key(&path) {
            return Some(EntryKind::File);
        }
        self.directories.contains(&path).then_some(EntryKind::Directory)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.bytes(path)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes.to_vec()) }
    }

    fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError> {
        Ok(self.bytes(path)?.iter().take(bytes).copied().collect())
    }

    fn entries(&self, path: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        if !self.directories.contains(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let of = |paths: &mut dyn Iterator<Item = &PathBuf>, kind| {
            let inside = paths.filter(|other| other.parent() == Some(path));
            inside.filter_map(|other| Some((other.file_name()?.to_owned(), kind))).collect::<Vec<_>>()
        };
        let mut entries = of(&mut self.files.keys(), EntryKind::File);
        entries.extend(of(&mut self.directories.iter(), EntryKind::Directory));
        Ok(entries)
    }
}
