//! What is known of paths that are written in one way each: canonical ones, and those that a walk met.
//!
//! The standard library compares and hashes paths part by part, so that `a//b` is `a/b`. Where no path is written in two
//! ways that is much of the work of a run over a large tree, and for nothing.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{MAIN_SEPARATOR, Path};

use foldhash::fast::RandomState;

/// A map from paths, told apart by their text.
#[derive(Clone, Debug)]
pub struct PathMap<V>(HashMap<OsString, V, RandomState>);

impl<V> Default for PathMap<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<V> PathMap<V> {
    /// What is known of a path.
    pub fn get(&self, path: &Path) -> Option<&V> {
        self.0.get(path.as_os_str())
    }

    /// What is known of a path, and may be changed.
    pub fn get_mut(&mut self, path: &Path) -> Option<&mut V> {
        self.0.get_mut(path.as_os_str())
    }

    /// Whether anything is known of a path.
    pub fn contains(&self, path: &Path) -> bool {
        self.0.contains_key(path.as_os_str())
    }

    /// Remembers something of a path; gives what was known before.
    pub fn insert(&mut self, path: &Path, value: V) -> Option<V> {
        self.0.insert(path.as_os_str().to_owned(), value)
    }

    /// Makes room for that many more.
    pub fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }
}

impl<'p, V> FromIterator<(&'p Path, V)> for PathMap<V> {
    fn from_iter<I: IntoIterator<Item = (&'p Path, V)>>(known: I) -> Self {
        Self(known.into_iter().map(|(path, value)| (path.as_os_str().to_owned(), value)).collect())
    }
}

/// The text of the directory that a path lies in, and the last part of the path: [`Path::parent`] and
/// [`Path::file_name`] in one search backwards. `None` where the name is no text, or there is none.
pub fn directory_and_name(path: &Path) -> Option<(&OsStr, &str)> {
    if let Some((directory, name)) = path.to_str().and_then(|text| text.rsplit_once(MAIN_SEPARATOR))
        && !directory.is_empty()
        && !matches!(name, "" | "." | "..")
    {
        return Some((OsStr::new(directory), name));
    }
    Some((path.parent()?.as_os_str(), path.file_name()?.to_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_as_the_standard_library_does() {
        for path in ["/a/b/c.tf", "/a", "a", "a/b", "/", "", "/a/b/", "/a/..", "a/.", "/ü/ö.tf"] {
            let path = Path::new(path);
            let expected = path.parent().zip(path.file_name().and_then(OsStr::to_str));
            let told = directory_and_name(path).map(|(directory, name)| (Path::new(directory), name));
            assert_eq!(told, expected, "{}", path.display());
        }
    }
}
