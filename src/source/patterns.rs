//! Patterns of paths, names and addresses. Those of paths and names are globs; in an address only `*` is special,
//! since `[` is part of addresses.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Longest pattern (bytes).
const MAX_PATTERN_BYTES: usize = 256;

/// What relative paths are relative to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// Canonical directory of the configuration file: written paths.
    pub directory: PathBuf,
    /// Canonical base of the workspace: reported paths.
    pub base: PathBuf,
}

/// A pattern of paths relative to the configuration's directory.
#[derive(Clone, Debug)]
pub struct PathPattern {
    /// As written.
    pub text: String,
    glob: Glob,
    set: GlobSet,
    anchor: Arc<Anchor>,
}

/// A pattern of user names. Case does not count, as it does not in IAM.
#[derive(Clone, Debug)]
pub struct NamePattern {
    /// As written.
    pub text: String,
    set: GlobSet,
}

/// A pattern of addresses: `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressPattern {
    /// As written.
    pub text: String,
}

/// Which paths are looked at.
#[derive(Clone, Debug, Default)]
pub struct PathFilter {
    directory: PathBuf,
    include: GlobSet,
    exclude: GlobSet,
}

impl PathPattern {
    /// A pattern that means what it matches and, where that is a directory, all that lies in it. An error says what is
    /// wrong with it.
    pub fn of_folders(text: &str, anchor: &Arc<Anchor>) -> Result<Self, String> {
        Self::new(text, text.strip_suffix("/**").unwrap_or(text), anchor)
    }

    /// A pattern that means what it matches, and nothing in it.
    pub fn of_roots(text: &str, anchor: &Arc<Anchor>) -> Result<Self, String> {
        Self::new(text, text, anchor)
    }

    fn new(text: &str, path: &str, anchor: &Arc<Anchor>) -> Result<Self, String> {
        let path = path.strip_prefix("./").unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if text.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err("a path is relative to the configuration file, and stays in its folder".to_owned());
        }
        // The directory itself is the empty path.
        let glob = glob(if path == "." { "{,.}" } else { path }, true)?;
        let set = set([&glob])?;
        Ok(Self { text: text.to_owned(), glob, set, anchor: Arc::clone(anchor) })
    }

    /// Whether it means a path as reports print it: relative to the base of the workspace.
    pub fn matches(&self, reported: &str) -> bool {
        let path = self.anchor.base.join(reported);
        path.strip_prefix(&self.anchor.directory).is_ok_and(|path| self.set.is_match(path))
    }
}

impl NamePattern {
    /// Compiles a pattern; an error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), set: set([&glob(text, false)?])? })
    }

    /// Whether it matches a user's name.
    pub fn matches(&self, name: &str) -> bool {
        self.set.is_match(name)
    }
}

impl PathFilter {
    /// The filter of two lists of patterns.
    pub fn new(anchor: &Anchor, include: &[PathPattern], exclude: &[PathPattern]) -> Result<Self, String> {
        let all = |patterns: &[PathPattern]| set(patterns.iter().map(|pattern| &pattern.glob));
        Ok(Self { directory: anchor.directory.clone(), include: all(include)?, exclude: all(exclude)? })
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether a file that was met below a directory is left out. What somebody named is not: patterns are held
    /// against what lies below it. Files outside the configuration's directory are looked at.
    pub fn leaves_out(&self, file: &Path, named: &Path) -> bool {
        if self.exclude.is_empty() && self.include.is_empty() {
            return false;
        }
        let Ok(relative) = file.strip_prefix(&self.directory) else { return false };
        let named = named.strip_prefix(&self.directory).unwrap_or(Path::new("")).components().count();
        let mut below = relative.ancestors().take_while(|part| part.components().count() > named);
        below.any(|part| self.exclude.is_match(part))
            || !self.include.is_empty() && !is_match(&self.include, relative)
    }
}

/// Whether a path or a directory that it lies in is matched; the empty path is the configuration's directory.
fn is_match(set: &GlobSet, path: &Path) -> bool {
    path.ancestors().any(|part| set.is_match(part))
}

fn glob(text: &str, is_path: bool) -> Result<Glob, String> {
    if text.is_empty() {
        return Err("an empty pattern matches nothing".to_owned());
    }
    if text.len() > MAX_PATTERN_BYTES {
        return Err(format!("a pattern has at most {MAX_PATTERN_BYTES} bytes"));
    }
    GlobBuilder::new(text)
        .literal_separator(is_path)
        .backslash_escape(true)
        .empty_alternates(true)
        .case_insensitive(!is_path)
        .build()
        .map_err(|error| error.kind().to_string())
}

fn set<'g>(globs: impl IntoIterator<Item = &'g Glob>) -> Result<GlobSet, String> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob.clone());
    }
    builder.build().map_err(|error| error.kind().to_string())
}

impl AddressPattern {
    /// A pattern.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// Whether it matches the whole of an address.
    pub fn matches(&self, address: &str) -> bool {
        let mut parts = self.text.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = address.strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            // The first place is as good as any: what follows takes any text before it.
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}
