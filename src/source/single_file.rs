//! A text that stands where a file would: a tree of one file, which is nowhere on disk.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::tree::{EntryKind, Tree};
use super::workspace::lexically_normal;
use super::{ReadError, Workspace};

/// Where the file seems to lie. Nothing on disk is asked for.
const DIRECTORY: &str = "/text";

#[derive(Debug)]
struct SingleFile {
    path: PathBuf,
    text: String,
}

impl Workspace {
    /// A workspace whose only file has this name and this text; its directory is the workspace's base.
    pub fn of_text(name: &str, text: &str) -> Self {
        let directory = PathBuf::from(DIRECTORY);
        let file = SingleFile { path: directory.join(name), text: text.to_owned() };
        Self::new(directory.clone(), vec![directory]).with_tree(std::sync::Arc::new(file))
    }
}

impl SingleFile {
    fn bytes(&self, path: &Path) -> Result<&[u8], ReadError> {
        if path == self.path { Ok(self.text.as_bytes()) } else { Err(ReadError::Missing) }
    }
}

impl Tree for SingleFile {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = lexically_normal(path);
        if self.kind(&path).is_some() { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        let path = lexically_normal(path);
        if path == self.path {
            return Some(EntryKind::File);
        }
        self.path.starts_with(&path).then_some(EntryKind::Directory)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.bytes(path)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes.to_vec()) }
    }

    fn read_start(&self, path: &Path, bytes: usize) -> Result<Vec<u8>, ReadError> {
        Ok(self.bytes(path)?.iter().take(bytes).copied().collect())
    }

    fn entries(&self, path: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        if self.kind(path) != Some(EntryKind::Directory) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let below = self.path.strip_prefix(path).ok().and_then(|rest| rest.components().next());
        let name = below.map(|name| name.as_os_str().to_owned());
        Ok(name
            .map(|name| (name.clone(), self.kind(&path.join(&name)).unwrap_or(EntryKind::Other)))
            .into_iter()
            .collect())
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
        assert_eq!(workspace.read_start(&workspace.base.join("./x/../main.tf"), 2).unwrap(), "é".as_bytes());
        assert_eq!(workspace.list(&workspace.base).unwrap(), [(path, false)]);
        assert!(matches!(workspace.read_text(&workspace.base.join("other.tf")), Err(ReadError::Missing)));
        assert!(matches!(workspace.read_text(&workspace.base), Err(ReadError::Missing)));
        assert!(matches!(workspace.read_text(Path::new("/etc/hosts")), Err(ReadError::OutsideRoot)));
        assert!(matches!(
            workspace.read_text(&workspace.base.join("../etc/hosts")),
            Err(ReadError::OutsideRoot)
        ));
    }
}
