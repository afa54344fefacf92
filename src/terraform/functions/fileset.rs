//! `fileset`: the files under a folder whose paths match a pattern.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::filesystem::{clean, not_on_disk, resolve};
use super::limits::MAX_ELEMENTS;
use super::signature::Call;
use crate::source::{ReadError, Workspace};
use crate::value::{Value, set_of};

/// Folders inside folders that are entered.
const MAX_DEPTH: usize = 64;

/// What looking at one entry counts for, in the evaluator's steps.
const STEPS_AN_ENTRY: usize = 10;

pub fn fileset(call: &Call<'_>) -> Result<Value, String> {
    let (folder, pattern) = (call.text(0), call.text(1));
    let (prefix, rest) = split_literal(pattern.trim_start_matches('/'));
    let (Some(base), Some(start)) = (resolve(call, folder), resolve(call, &format!("{folder}/{prefix}")))
    else {
        return Ok(not_on_disk(call));
    };
    let glob =
        GlobBuilder::new(rest).literal_separator(true).backslash_escape(true).empty_alternates(true).build();
    let matcher = glob.map_err(|_| format!("failed to glob pattern ({pattern})"))?.compile_matcher();
    let mut walk = Walk {
        workspace: call.files.workspace,
        matcher,
        depth: depth_of(rest),
        seen: 0,
        open: Vec::new(),
        found: Vec::new(),
    };
    // A folder that is not there holds no files.
    if let Err(ReadError::OutsideRoot) = walk.enter(&start, "", 0) {
        return Ok(not_on_disk(call));
    }
    // Each is asked of the disk.
    call.files.add_work(walk.seen.saturating_mul(STEPS_AN_ENTRY));
    if walk.seen > MAX_ELEMENTS {
        return Ok(call.too_large());
    }
    let found = walk.found.into_iter().map(|path| super::text::string(relative(&base, &start.join(path))));
    Ok(set_of(found.collect()))
}

/// The folders that a pattern names outright, and the rest of it.
fn split_literal(pattern: &str) -> (&str, &str) {
    let special = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    match pattern[..special].rfind('/') {
        Some(slash) => (&pattern[..slash], &pattern[slash + 1..]),
        None => ("", pattern),
    }
}

/// How deep a match can be.
fn depth_of(pattern: &str) -> usize {
    let endless = pattern.contains("**") || (pattern.contains('{') && pattern.contains('/'));
    if endless { MAX_DEPTH } else { pattern.matches('/').count() }
}

fn relative(base: &Path, file: &Path) -> String {
    if let Ok(inside) = file.strip_prefix(base) {
        return clean(&inside.to_string_lossy());
    }
    let common = base.components().zip(file.components()).take_while(|(left, right)| left == right).count();
    let up = base.components().skip(common).map(|_| PathBuf::from(".."));
    let down: PathBuf = file.components().skip(common).collect();
    let path: PathBuf = up.chain([down]).collect();
    path.to_string_lossy().into_owned()
}

struct Walk<'a> {
    workspace: &'a Workspace,
    matcher: GlobMatcher,
    depth: usize,
    seen: usize,
    /// The folders that are being looked at, outermost first.
    open: Vec<PathBuf>,
    found: Vec<String>,
}

impl Walk<'_> {
    /// Looks at a folder's entries; `inside` is its path below the start, with a slash at its end.
    fn enter(&mut self, folder: &Path, inside: &str, depth: usize) -> Result<(), ReadError> {
        let real = self.workspace.resolve(folder)?;
        // A link to a folder that this one is in.
        if self.open.contains(&real) {
            return Ok(());
        }
        self.open.push(real);
        let result = self.look(folder, inside, depth);
        self.open.pop();
        result
    }

    fn look(&mut self, folder: &Path, inside: &str, depth: usize) -> Result<(), ReadError> {
        for (path, is_folder) in self.workspace.list(folder)? {
            self.seen += 1;
            if self.seen > MAX_ELEMENTS {
                return Ok(());
            }
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let inside = format!("{inside}{name}");
            if is_folder {
                if depth < self.depth {
                    // A folder inside that cannot be read, or leads out, is passed over.
                    let _ = self.enter(&path, &format!("{inside}/"), depth + 1);
                }
            } else if self.matcher.is_match(&inside) && self.is_file(&path) {
                self.found.push(inside);
            }
        }
        Ok(())
    }

    fn is_file(&self, path: &Path) -> bool {
        self.workspace.resolve(path).is_ok_and(|real| self.workspace.is_file(&real))
    }
}
