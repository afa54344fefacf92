//! Which commit is meant, and what is put together from it: its files, those of its submodules, and what is ignored.

use std::path::{Path, PathBuf};

use super::content::{Content, Node, Object, os_string};
use super::objects::Objects;
use super::program::{Git, GitError};
use super::tree::GitTree;
use crate::source::{Disk, EntryKind, Tree as _};

/// Files that are listed at most, as on a walk.
const MAX_FILES: usize = 2_000_000;

/// Submodules that are looked into, those of submodules included.
const MAX_SUBMODULES: usize = 256;

/// A part of the commit that could not be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub why: &'static str,
}

impl GitTree {
    /// The files as they were where what is checked out in a directory's work tree parted from a revision.
    pub fn open(directory: &Path, revision: &str) -> Result<Self, GitError> {
        let git = Git::new(directory)?;
        let top = work_tree(&git)?;
        if !directory.starts_with(&top) {
            let said = format!("git takes {} for it", top.display());
            return Err(GitError::NoWorkTree { directory: directory.display().to_string(), said });
        }
        let git = git.within(&top);
        let commit = parting(&git, revision)?;
        let mut builder =
            Builder { content: Content::new(), repositories: Vec::new(), unread: Vec::new(), files: 0 };
        let common = path_of(&git, &["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        let mut waiting = builder.add(&git, 0, &commit)?;
        builder.leave_out_what_is_not_checked_out(&git)?;
        while let Some(submodule) = waiting.pop() {
            if builder.repositories.len() > MAX_SUBMODULES {
                builder.unread.push(Unread { path: submodule.path, why: "there are too many submodules" });
                continue;
            }
            waiting.extend(builder.submodule(&git, submodule, common.as_deref())?);
        }
        let Builder { content, repositories, unread, .. } = builder;
        Ok(Self { top, commit, unread, content, repositories })
    }
}

/// A submodule, where it is and which commit of it is meant.
struct Submodule {
    path: PathBuf,
    directory: usize,
    commit: String,
}

struct Builder {
    content: Content,
    repositories: Vec<Objects>,
    unread: Vec<Unread>,
    files: usize,
}

impl Builder {
    /// Puts the files of a commit below a directory, and beside them what git ignores there; gives its submodules.
    fn add(&mut self, git: &Git, directory: usize, commit: &str) -> Result<Vec<Submodule>, GitError> {
        let repository = self.repositories.len();
        self.repositories.push(Objects::new(git.clone()));
        let mut submodules = Vec::new();
        let (content, files) = (&mut self.content, &mut self.files);
        git.records("ls-tree", &["ls-tree", "-r", "-z", "--full-tree", commit], |record| {
            count(files)?;
            let Some(tab) = record.iter().position(|byte| *byte == b'\t') else { return Ok(()) };
            let (said, path) = (String::from_utf8_lossy(&record[..tab]), &record[tab + 1..]);
            let words: Vec<&str> = said.split(' ').collect();
            let [mode, _, id] = words.as_slice() else { return Ok(()) };
            let object = || Object { id: (*id).into(), repository };
            match *mode {
                "120000" => drop(content.insert(directory, path, Node::Link(object()))),
                "160000" => {
                    let number = content.insert_directory(directory, path);
                    let found = number.zip(os_string(path)).map(|(directory, path)| Submodule {
                        path: git.directory().join(path),
                        directory,
                        commit: (*id).to_owned(),
                    });
                    submodules.extend(found);
                }
                _ => drop(content.insert(directory, path, Node::File(object()))),
            }
            Ok(())
        })?;
        // What a tool has installed is no part of a change, ignored or not.
        let installed = ["--exclude", ".terraform", "--exclude", ".terragrunt-cache"];
        let ignored = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
        git.records("ls-files", &[&ignored[..], &installed].concat(), |path| {
            count(files)?;
            let path = path.strip_suffix(b"/").unwrap_or(path);
            content.insert(directory, path, Node::Disk);
            Ok(())
        })?;
        Ok(submodules)
    }

    /// Files of a sparse checkout that are not on disk are not gone.
    fn leave_out_what_is_not_checked_out(&mut self, git: &Git) -> Result<(), GitError> {
        let (content, files) = (&mut self.content, &mut self.files);
        git.records("ls-files", &["ls-files", "-z", "-t"], |record| {
            count(files)?;
            if let Some(path) = record.strip_prefix(b"S ") {
                content.remove(path);
            }
            Ok(())
        })
    }

    /// Puts the files of a submodule into its directory. One that is not checked out is empty in both trees.
    fn submodule(
        &mut self,
        git: &Git,
        submodule: Submodule,
        common: Option<&Path>,
    ) -> Result<Vec<Submodule>, GitError> {
        let Submodule { path, directory, commit } = submodule;
        if Disk.kind(&path.join(".git")).is_none() {
            return Ok(Vec::new());
        }
        let git = git.within(&path);
        // Its git directory belongs to the repository, and is no other place on this machine.
        let own = path_of(&git, &["rev-parse", "--absolute-git-dir"]);
        let is_own = own.is_some_and(|own| {
            own.starts_with(&path) || common.is_some_and(|common| own.starts_with(common))
        });
        let is_itself =
            Disk.kind_of_entry(&path) == Some(EntryKind::Directory) && work_tree(&git).as_ref() == Ok(&path);
        let why = if !is_own || !is_itself {
            "it is not a submodule of this repository on disk"
        } else if !git.ask(&["rev-parse", "--verify", "--quiet", &format!("{commit}^{{commit}}")])?.succeeded
        {
            "the commit of the submodule is not in its clone"
        } else {
            self.content.mark_as_work_tree(directory);
            return self.add(&git, directory, &commit);
        };
        self.unread.push(Unread { path, why });
        Ok(Vec::new())
    }
}

fn count(files: &mut usize) -> Result<(), GitError> {
    *files += 1;
    if *files > MAX_FILES { Err(GitError::TooManyFiles(MAX_FILES)) } else { Ok(()) }
}

fn work_tree(git: &Git) -> Result<PathBuf, GitError> {
    let answer = git.ask(&["rev-parse", "--show-toplevel"])?;
    let none = |said| GitError::NoWorkTree { directory: git.directory().display().to_string(), said };
    if !answer.succeeded {
        return Err(none(answer.said));
    }
    let top = os_string(&answer.text).ok_or_else(|| none("its path is no text".to_owned()))?;
    Disk.canonical(Path::new(&top)).map_err(|error| none(error.to_string()))
}

fn path_of(git: &Git, arguments: &[&str]) -> Option<PathBuf> {
    let answer = git.ask(arguments).ok().filter(|answer| answer.succeeded)?;
    Disk.canonical(Path::new(&os_string(&answer.text)?)).ok()
}

/// The commit where what is checked out parted from a revision.
fn parting(git: &Git, revision: &str) -> Result<String, GitError> {
    let is_shallow = git.ask(&["rev-parse", "--is-shallow-repository"])?.text == b"true";
    let unknown = || GitError::Unknown { revision: revision.to_owned(), is_shallow };
    // What starts so is an option, to one command or another.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(unknown());
    }
    let wanted = commit(git, revision)?.ok_or_else(unknown)?;
    let head = commit(git, "HEAD")?;
    let head =
        head.ok_or(GitError::Failed { what: "rev-parse", said: "HEAD is no commit yet".to_owned() })?;
    let answer = git.ask(&["merge-base", &wanted, &head])?;
    let base = String::from_utf8_lossy(&answer.text).into_owned();
    // Where history is cut off, a later commit in common may be behind the cut.
    match (answer.succeeded && is_id(&base), is_shallow) {
        (true, false) => Ok(base),
        (true, true) if base == wanted => Ok(base),
        (_, true) => Err(GitError::Shallow { revision: revision.to_owned() }),
        (false, false) => Err(GitError::Unrelated { revision: revision.to_owned() }),
    }
}

fn commit(git: &Git, revision: &str) -> Result<Option<String>, GitError> {
    let answer = git.ask(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
    let id = String::from_utf8_lossy(&answer.text).into_owned();
    Ok(Some(id).filter(|id| answer.succeeded && is_id(id)))
}

fn is_id(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
