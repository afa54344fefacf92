//! The only way to the file system for what is scanned: nothing outside the boundary is ever read.

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, RwLock};

use super::path_map::PathMap;
use super::tree::{Disk, EntryKind, Tree};
use super::{FileId, Files};

/// Files larger than this are not read (bytes). A hand-written configuration is far below it.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Plans and states larger than this are not read (bytes). Programs write them, so they grow with a deployment.
pub const MAX_DOCUMENT_BYTES: u64 = 512 * 1024 * 1024;

/// What reports call standard input. No file has this path: theirs are absolute.
pub const STANDARD_INPUT: &str = "<stdin>";

/// Why a file could not be read. Each is the input's fault, never ours.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The path, or what a symbolic link on it leads to, is outside the boundary.
    #[error("leads outside the scanned root and was not read")]
    OutsideRoot,
    /// There is no such file.
    #[error("does not exist")]
    Missing,
    /// It is not UTF-8.
    #[error("is not UTF-8 text")]
    NotUtf8,
    /// It is larger than that many bytes.
    #[error("is larger than {} MiB", .0 / 1024 / 1024)]
    TooLarge(u64),
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
}

impl ReadError {
    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::OutsideRoot => Some("name a wider --root if it is to be read"),
            Self::NotUtf8 => Some("save it as UTF-8"),
            Self::TooLarge(_) | Self::Missing | Self::Io(_) => None,
        }
    }
}

/// What is scanned and from where paths are counted.
#[derive(Debug)]
pub struct Workspace {
    /// Canonical directory that reported paths are relative to.
    pub base: PathBuf,
    /// Canonical directories that nothing is read outside of.
    pub boundaries: Vec<PathBuf>,
    /// Whether somebody said what the boundary is.
    pub is_limited: bool,
    /// Every file read so far. A workspace that this one is compared with has the same table.
    pub files: Arc<Files>,
    /// Standard input, when it was read, and the directory that it was read in.
    pub standard_input: Option<(FileId, PathBuf)>,
    /// Where the files are.
    tree: Arc<dyn Tree>,
    /// Directories that are known to be canonical, by their text.
    canonical: RwLock<PathMap<()>>,
}

impl Workspace {
    /// A workspace over canonical directories.
    pub fn new(base: PathBuf, boundaries: Vec<PathBuf>) -> Self {
        Self {
            base,
            boundaries,
            is_limited: false,
            files: Arc::default(),
            standard_input: None,
            tree: Arc::new(Disk),
            canonical: RwLock::default(),
        }
    }

    /// The same workspace with other files at its paths.
    #[must_use]
    pub fn with_tree(&self, tree: Arc<dyn Tree>) -> Self {
        Self {
            base: self.base.clone(),
            boundaries: self.boundaries.clone(),
            is_limited: self.is_limited,
            files: Arc::clone(&self.files),
            standard_input: self.standard_input.clone(),
            tree,
            canonical: RwLock::default(),
        }
    }

    pub(super) fn tree(&self) -> &dyn Tree {
        &*self.tree
    }

    /// Whether there is a file at a path, or at the end of the links on it.
    pub fn is_file(&self, path: &Path) -> bool {
        self.tree.kind(path) == Some(EntryKind::File)
    }

    /// Whether there is a directory at a path, or at the end of the links on it.
    pub fn is_directory(&self, path: &Path) -> bool {
        self.tree.kind(path) == Some(EntryKind::Directory)
    }

    /// Whether a canonical path lies inside the boundaries.
    pub fn contains(&self, path: &Path) -> bool {
        self.boundaries.iter().any(|boundary| path.starts_with(boundary))
    }

    /// The path as reports print it: relative to the base, forward slashes.
    pub fn display(&self, path: &Path) -> String {
        // What a walk met is written so already.
        if let Some((base, text)) = self.base.to_str().zip(path.to_str())
            && let Some(text) = text.strip_prefix(base).and_then(|text| text.strip_prefix('/'))
            && is_plain(text)
        {
            return text.to_owned();
        }
        let relative = path.strip_prefix(&self.base).unwrap_or(path);
        let parts: Vec<_> = relative
            .components()
            .filter(|part| !matches!(part, Component::CurDir))
            .map(|part| match part {
                Component::RootDir => String::new(),
                other => other.as_os_str().to_string_lossy().into_owned(),
            })
            .collect();
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
    }

    /// Resolves `.`/`..` by name and symbolic links, and checks the result against the boundaries.
    pub fn resolve(&self, path: &Path) -> Result<PathBuf, ReadError> {
        // A path that climbs out by name is refused before anything is asked about it.
        if !self.contains(&lexically_normal(path)) {
            return Err(ReadError::OutsideRoot);
        }
        if let Some(real) = self.known_canonical(path) {
            return Ok(real);
        }
        let real = self.tree.canonical(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::Io(error),
        })?;
        if self.contains(&real) { Ok(real) } else { Err(ReadError::OutsideRoot) }
    }

    /// Remembers a directory that a walk met, which follows no links.
    pub(super) fn remember_canonical(&self, directory: &Path) {
        let mut known = self.canonical.write().expect("no thread panics while it holds the list");
        known.insert(directory, ());
    }

    /// The canonical path of a directory that is known: asking for every part of a path again and again is much of
    /// what a run over a large tree does.
    fn known_canonical(&self, path: &Path) -> Option<PathBuf> {
        let known = self.canonical.read().expect("no thread panics while it holds the list");
        let is_known = |path: &Path| known.contains(path);
        // A name before `..` may be a link, but not one that ends in a directory that is known.
        let climb = path.components().position(|part| part == Component::ParentDir);
        if let Some(climb) = climb {
            let before: PathBuf = path.components().take(climb).collect();
            let mut after = path.components().skip(climb).skip_while(|part| *part == Component::ParentDir);
            if !is_known(&before) || after.any(|part| part == Component::ParentDir) {
                return None;
            }
        }
        let normal = lexically_normal(path);
        is_known(&normal).then_some(normal)
    }

    /// The raw bytes of a file inside the boundaries.
    pub fn read_bytes(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.read_at_most(path, MAX_FILE_BYTES)
    }

    /// Reads standard input, a plan or state, as a file at [`STANDARD_INPUT`].
    pub fn read_standard_input(&mut self, input: impl Read, directory: PathBuf) -> Result<(), ReadError> {
        let mut bytes = Vec::new();
        input.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
        if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
            return Err(ReadError::TooLarge(MAX_DOCUMENT_BYTES));
        }
        // A binary plan is told by its start, and the rest of it is nothing to read.
        if bytes.starts_with(b"PK\x03\x04") {
            bytes.truncate(4);
        }
        let file = self.files.add_unshown(STANDARD_INPUT, document_text(bytes)?);
        self.standard_input = Some((file, directory));
        Ok(())
    }

    /// Standard input, when that is what a path means.
    fn standard_input(&self, path: &Path) -> Option<FileId> {
        self.standard_input.as_ref().filter(|_| path == Path::new(STANDARD_INPUT)).map(|(file, _)| *file)
    }

    fn read_at_most(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let real = self.resolve(path)?;
        self.tree.read(&real, limit)
    }

    /// The text of a file inside the boundaries, without adding it to the table.
    pub fn read_text(&self, path: &Path) -> Result<String, ReadError> {
        String::from_utf8(self.read_bytes(path)?).map_err(|_| ReadError::NotUtf8)
    }

    /// Adds the bytes of what a walk met in a directory. After an error some of them may have been added.
    pub fn read_entry(
        &self,
        directory: &Path,
        (name, kind): (&str, EntryKind),
        bytes: &mut Vec<u8>,
    ) -> Result<(), ReadError> {
        let path = directory.join(name);
        match kind {
            EntryKind::File => self.tree.read_entry(&path, MAX_FILE_BYTES, bytes),
            _ => {
                bytes.extend(self.read_bytes(&path)?);
                Ok(())
            }
        }
    }

    /// The text of a file that the user names, wherever it is.
    pub fn read_named(&self, path: &Path) -> Result<String, ReadError> {
        let real = self.tree.canonical(path).map_err(ReadError::Io)?;
        String::from_utf8(self.tree.read(&real, MAX_FILE_BYTES)?).map_err(|_| ReadError::NotUtf8)
    }

    /// Reads a file and adds it to the table.
    pub fn load(&self, path: &Path) -> Result<FileId, ReadError> {
        let text = self.read_text(path)?;
        Ok(self.files.add(self.display(path), text))
    }

    /// Reads a file whose text no report may show, and adds it to the table.
    pub fn load_unshown(&self, path: &Path) -> Result<FileId, ReadError> {
        if let Some(file) = self.standard_input(path) {
            return Ok(file);
        }
        let text = document_text(self.read_at_most(path, MAX_DOCUMENT_BYTES)?)?;
        Ok(self.files.add_unshown(self.display(path), text))
    }

    /// The first bytes of a file inside the boundaries.
    pub fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError> {
        if let Some(file) = self.standard_input(path) {
            let source = self.files.get(file);
            return Ok(source.text.as_bytes().iter().take(bytes).copied().collect());
        }
        let real = self.resolve(path)?;
        self.tree.read_start(&real, bytes)
    }

    /// The entries of a directory inside the boundaries, sorted by name: path, and whether it is a directory
    /// (a symbolic link to a directory counts when it stays inside).
    pub fn list(&self, directory: &Path) -> Result<Vec<(PathBuf, bool)>, ReadError> {
        let real = self.resolve(directory)?;
        let entries = self.tree.entries(&real).map_err(ReadError::Io)?;
        let mut paths: Vec<(PathBuf, bool)> = entries
            .into_iter()
            .map(|(name, kind)| {
                let path = directory.join(name);
                let is_directory = match kind {
                    EntryKind::Link => self.is_directory(&path),
                    kind => kind == EntryKind::Directory,
                };
                (path, is_directory)
            })
            .collect();
        paths.sort();
        Ok(paths)
    }
}

/// Whether a relative path has no part that reports write in another way: nothing empty, no `.`, no `\`.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with(['/', '.'])
        && !path.ends_with('/')
        && !path.contains(['\\', ':'])
        && !path.contains("//")
        && !path.contains("/.")
}

/// The text of a plan or state.
fn document_text(bytes: Vec<u8>) -> Result<String, ReadError> {
    // Some shells write UTF-16 when they redirect what a program prints.
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(wide) => {
            let units: Vec<u16> =
                wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).map_err(|_| ReadError::NotUtf8)
        }
        None => String::from_utf8(bytes).map_err(|_| ReadError::NotUtf8),
    }
}

/// The path without `.` and `..`, resolved by name alone.
pub fn lexically_normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "the folder of the test is looked at as it is")]
    fn what_is_remembered_is_no_way_around_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for name in ["in/a/b", "in/c", "in/d/c", "out/c"] {
            std::fs::create_dir_all(top.join(name)).unwrap();
        }
        std::os::unix::fs::symlink(top.join("in/d/c"), top.join("in/link")).unwrap();
        std::os::unix::fs::symlink(top.join("out/c"), top.join("in/a/out")).unwrap();
        let fresh = || Workspace::new(top.join("in"), vec![top.join("in")]);
        let walked = fresh();
        assert!(walked.walk(&top.join("in"), usize::MAX, &[]).count() > 5);
        for path in [
            "a/../c",
            "a/b/../../c",
            "a/./b/../..",
            "c",
            "c/.",
            "link",
            "link/../c",
            "a/../link/../c",
            "a/out",
            "a/out/..",
            "a/out/../c",
            "a/../../out",
            "a/nothing/../b",
            "nothing",
            "../in/c",
            "a/b/../out/../b",
        ] {
            let path = top.join("in").join(path);
            assert_eq!(walked.resolve(&path).ok(), fresh().resolve(&path).ok(), "{}", path.display());
        }
    }
}
