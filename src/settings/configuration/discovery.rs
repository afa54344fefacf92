//! Where the configuration is: beside what is scanned or above it, never outside of what may be read.

use std::path::{Path, PathBuf};

use super::FILE_NAMES;

/// The nearest configuration from a canonical directory up to another one that it lies in (itself included):
/// all that there are in the first directory that has any.
pub fn find(start: &Path, top: &Path) -> Vec<PathBuf> {
    let directories = start.ancestors().take_while(|directory| directory.starts_with(top));
    for directory in directories {
        let paths = FILE_NAMES.iter().map(|name| directory.join(name));
        // A link that leads nowhere is one all the same: it is somebody's mistake.
        let found: Vec<PathBuf> = paths.filter(|path| path.symlink_metadata().is_ok()).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}
