//! What `credlint init` writes: a configuration, the hook for pre-commit, a workflow for GitHub. It never changes what
//! somebody has written: a file that is there is left alone, or gets lines at its end where that is safe.
#![allow(clippy::disallowed_methods, reason = "files of the directory that the user sets up")]

mod hook;

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use miette::Diagnostic;

use crate::settings::configuration::{DEFAULT_LIMITS, FILE_NAMES};
use crate::source::printable;

const CONFIGURATION: &str = include_str!("credlint.toml");
const WORKFLOW: &str = include_str!("workflow.yml");

/// Where the workflow goes.
const WORKFLOW_PATH: &str = ".github/workflows/credlint.yml";

/// Where hooks are named.
const HOOKS_PATH: &str = ".pre-commit-config.yaml";

/// The address of this program's repository, and the version of this program.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why nothing can be set up.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum InitError {
    /// The directory is not there.
    #[error("`{path}` is no directory that can be written to: {reason}")]
    #[diagnostic(help("name the top directory of your repository"))]
    Directory {
        /// As typed.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A file cannot be written.
    #[error("`{path}` cannot be written: {reason}")]
    #[diagnostic(help("what was written before stays; run `credlint init` again when it can be written"))]
    File {
        /// Which.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there, and is now.
    Written,
    /// Lines were added at its end.
    Extended,
    /// It is as it was: why, and what to do.
    LeftAlone(String),
}

/// One file, relative to the directory, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Relative path.
    pub path: &'static str,
    /// What became of it.
    pub outcome: Outcome,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Written => write!(formatter, "{}: written", self.path),
            Outcome::Extended => write!(formatter, "{}: hook added at the end", self.path),
            Outcome::LeftAlone(why) => write!(formatter, "{}: left alone; {why}", self.path),
        }
    }
}

/// What to do now, when something was written.
pub fn next(steps: &[Step]) -> &'static str {
    if steps.iter().all(|step| matches!(step.outcome, Outcome::LeftAlone(_))) {
        return "";
    }
    "\nNow run `credlint check`. To begin with what is there already, run `credlint check --write-baseline \
     credlint-baseline.json` and set `baseline` in credlint.toml. Then `pre-commit install`, and commit these files.\n"
}

/// The configuration that is written: all defaults.
pub fn configuration() -> String {
    filled(CONFIGURATION)
        .replace("$MAX_UNUSED_DAYS$", &DEFAULT_LIMITS.max_unused_days.to_string())
        .replace("$MAX_KEY_AGE_DAYS$", &DEFAULT_LIMITS.max_key_age_days.to_string())
        .replace("$NEW_KEY_DAYS$", &DEFAULT_LIMITS.new_key_days.to_string())
}

/// The workflow that is written, for a default branch.
pub fn workflow(branch: &str) -> String {
    filled(WORKFLOW).replace("$BRANCH$", branch)
}

fn filled(text: &str) -> String {
    let action = REPOSITORY.trim_start_matches("https://github.com/");
    text.replace("$REPOSITORY$", REPOSITORY).replace("$VERSION$", VERSION).replace("$ACTION$", action)
}

/// Sets a directory up. What was done before an error stays done.
pub fn set_up(directory: &Path) -> Result<Vec<Step>, InitError> {
    let top = directory
        .canonicalize()
        .and_then(|path| if path.is_dir() { Ok(path) } else { Err(not_a_directory()) });
    let top = top.map_err(|error| InitError::Directory {
        path: printable(&directory.display().to_string()).into_owned(),
        reason: error.to_string(),
    })?;
    let mut steps = vec![Step { path: FILE_NAMES[0], outcome: configure(&top)? }];
    let work_tree = top.ancestors().find(|ancestor| ancestor.join(".git").exists());
    if work_tree.is_some_and(|work_tree| work_tree != top) {
        let why = "it belongs in the top directory of the repository: run `credlint init` there";
        for path in [HOOKS_PATH, WORKFLOW_PATH] {
            steps.push(Step { path, outcome: Outcome::LeftAlone(why.to_owned()) });
        }
        return Ok(steps);
    }
    steps.push(Step { path: HOOKS_PATH, outcome: add_hook(&top)? });
    let other = ".github/workflows/credlint.yaml";
    if top.join(other).symlink_metadata().is_ok() {
        let outcome = Outcome::LeftAlone(format!("there is a {other}"));
        steps.push(Step { path: WORKFLOW_PATH, outcome });
        return Ok(steps);
    }
    let workflow = workflow(&default_branch(&top).unwrap_or_else(|| "main".to_owned()));
    steps.push(Step { path: WORKFLOW_PATH, outcome: write_new(&top, WORKFLOW_PATH, &workflow)? });
    Ok(steps)
}

fn not_a_directory() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::NotADirectory)
}

fn not_a_file() -> std::io::Error {
    std::io::Error::other("is no file")
}

fn configure(top: &Path) -> Result<Outcome, InitError> {
    let other = FILE_NAMES[1];
    if top.join(other).symlink_metadata().is_ok() {
        return Ok(Outcome::LeftAlone(format!("there is a {other}")));
    }
    write_new(top, FILE_NAMES[0], &configuration())
}

fn add_hook(top: &Path) -> Result<Outcome, InitError> {
    let path = top.join(HOOKS_PATH);
    if path.symlink_metadata().is_err() {
        return write_new(top, HOOKS_PATH, &hook::file(REPOSITORY, VERSION));
    }
    let add = format!("add to it:\n{}", hook::entry(REPOSITORY, VERSION, 2));
    // A pipe would block, and what a link leads to may be nobody's business.
    let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    let read = if is_file { std::fs::read_to_string(&path) } else { Err(not_a_file()) };
    let Ok(text) = read else {
        return Ok(Outcome::LeftAlone(format!("it cannot be read; {add}")));
    };
    if hook::is_there(&text) {
        return Ok(Outcome::LeftAlone("it names credlint already".to_owned()));
    }
    let Some(addition) = hook::addition(&text, REPOSITORY, VERSION) else {
        return Ok(Outcome::LeftAlone(add));
    };
    let file = std::fs::OpenOptions::new().append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(addition.as_bytes()));
    written.map_err(|error| failed(HOOKS_PATH, &error))?;
    Ok(Outcome::Extended)
}

/// Writes a file that is not there.
fn write_new(top: &Path, relative: &'static str, text: &str) -> Result<Outcome, InitError> {
    let path = top.join(relative);
    if path.symlink_metadata().is_ok() {
        return Ok(Outcome::LeftAlone("it is there already".to_owned()));
    }
    let write = || -> std::io::Result<Option<()>> {
        let directory = made(top, &path)?;
        // A folder that is a link to somewhere else is not what was meant.
        if !directory.starts_with(top) {
            return Ok(None);
        }
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(text.as_bytes()).map(Some)
    };
    match write() {
        Ok(Some(())) => Ok(Outcome::Written),
        Ok(None) => Ok(Outcome::LeftAlone("its folder leads out of the directory".to_owned())),
        Err(error) => Err(failed(relative, &error)),
    }
}

/// The canonical directory of a path, which is made when it is not there.
fn made(top: &Path, path: &Path) -> std::io::Result<PathBuf> {
    let directory = path.parent().unwrap_or(top);
    // What is there already must not lead elsewhere before anything is made in it.
    let there = directory.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(top).canonicalize()?;
    if !there.starts_with(top) {
        return Ok(there);
    }
    std::fs::create_dir_all(directory)?;
    directory.canonicalize()
}

fn failed(path: &str, error: &std::io::Error) -> InitError {
    InitError::File { path: path.to_owned(), reason: error.to_string() }
}

/// The default branch of the remote, where git knows it.
fn default_branch(top: &Path) -> Option<String> {
    let remote = ".git/refs/remotes/origin/HEAD";
    let path = top.join(remote);
    let text = path.metadata().ok()?.is_file().then(|| std::fs::read_to_string(path).ok())??;
    let branch = text.trim().strip_prefix("ref: refs/remotes/origin/")?;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./".contains(character);
    (!branch.is_empty() && branch.chars().all(is_plain)).then(|| branch.to_owned())
}

#[cfg(test)]
mod tests;
