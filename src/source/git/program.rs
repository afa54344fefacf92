//! Git, run so that neither the repository nor the environment of a hook can make it run or fetch anything.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why there is nothing to compare with. All text may hold text from the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// There is no git.
    #[error("git is not installed, or not in a directory that PATH names in full")]
    NotInstalled,
    /// It cannot be started.
    #[error("git cannot be run: {0}")]
    NotRun(String),
    /// A directory that is in no work tree.
    #[error("`{directory}` is in no work tree of git: {said}")]
    NoWorkTree {
        /// The directory.
        directory: String,
        /// In git's words.
        said: String,
    },
    /// No commit has that name.
    #[error("`{revision}` is no commit, branch or tag that is known here")]
    Unknown {
        /// As typed.
        revision: String,
        /// Whether history is cut off.
        is_shallow: bool,
    },
    /// History is cut off before the commit where the two parted.
    #[error("the history of this clone is cut off, so where it parted from `{revision}` cannot be told")]
    Shallow {
        /// As typed.
        revision: String,
    },
    /// The two have nothing in common.
    #[error("`{revision}` and what is checked out have no commit in common")]
    Unrelated {
        /// As typed.
        revision: String,
    },
    /// There is more than is looked at.
    #[error("git lists more than {0} files")]
    TooManyFiles(usize),
    /// Anything else.
    #[error("`git {what}` failed: {said}")]
    Failed {
        /// The command.
        what: &'static str,
        /// In git's words.
        said: String,
    },
}

impl GitError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        const DEPTH: &str = "fetch the whole history: `git fetch --unshallow`, `fetch-depth: 0` of actions/checkout, \
                             `GIT_DEPTH: 0` of GitLab";
        match self {
            Self::NotInstalled | Self::NotRun(_) => "install git, or leave --since out to report everything",
            Self::NoWorkTree { said, .. } if said.contains("dubious ownership") => {
                "tell git that the clone is yours: `git config --global --add safe.directory DIRECTORY`"
            }
            Self::NoWorkTree { .. } => {
                "run it in a clone, with git's own directory beside the files, or leave --since out"
            }
            Self::Unknown { is_shallow: true, .. } | Self::Shallow { .. } => DEPTH,
            Self::Unknown { is_shallow: false, .. } => {
                "name a commit, branch or tag of this clone: `origin/main`, `HEAD~1`; `git fetch origin main` brings one"
            }
            Self::Unrelated { .. } => "name a commit that what is checked out descends from",
            Self::TooManyFiles(_) | Self::Failed { .. } => "leave --since out to report everything",
        }
    }
}

/// Variables of the environment that git may be given: those that say which configuration of the user's holds, and how
/// far up a repository is looked for. All others (`GIT_DIR` and `GIT_INDEX_FILE` of a hook, `GIT_TRACE`) would lead it
/// elsewhere.
const KEPT: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/// What git is told before each command.
const OPTIONS: &[&str] = &[
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "protocol.allow=never",
    "-c",
    "credential.helper=",
    "-c",
    "submodule.recurse=false",
    // A directory of the scanned tree may look like git's own. It is none.
    "-c",
    "safe.bareRepository=explicit",
];

/// And in its environment. The list of protocols stands above whatever a repository allows.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", ""),
    ("SSH_ASKPASS", ""),
    ("LC_ALL", "C"),
];

/// Git in one directory.
#[derive(Clone, Debug)]
pub struct Git {
    program: PathBuf,
    directory: PathBuf,
}

/// What a command gave.
pub struct Answer {
    /// Whether it succeeded.
    pub succeeded: bool,
    /// Standard output without the newline at its end.
    pub text: Vec<u8>,
    /// The first line of standard error.
    pub said: String,
}

impl Git {
    /// Git in a directory.
    pub fn new(directory: &Path) -> Result<Self, GitError> {
        let program = find().ok_or(GitError::NotInstalled)?;
        Ok(Self { program, directory: directory.to_owned() })
    }

    /// The same in another directory.
    pub fn within(&self, directory: &Path) -> Self {
        Self { program: self.program.clone(), directory: directory.to_owned() }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The program with a command, ready to be run.
    #[expect(clippy::disallowed_methods, reason = "the one program that is run")]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_kept = KEPT.contains(&&*text)
                || text.starts_with("GIT_CONFIG_KEY_")
                || text.starts_with("GIT_CONFIG_VALUE_");
            if text.starts_with("GIT_") && !is_kept {
                command.env_remove(&name);
            }
        }
        command.envs(ENVIRONMENT.iter().copied());
        command.args(OPTIONS).args(arguments);
        command.current_dir(&self.directory).stdin(Stdio::null());
        command
    }

    /// Runs a command whose answer is short.
    pub fn ask(&self, arguments: &[&str]) -> Result<Answer, GitError> {
        let output = self.command(arguments).output().map_err(|error| GitError::NotRun(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned();
        let mut text = output.stdout;
        if text.last() == Some(&b'\n') {
            text.pop();
        }
        Ok(Answer { succeeded: output.status.success(), text, said })
    }

    /// Runs a command that gives records with a zero after each.
    pub fn records(
        &self,
        what: &'static str,
        arguments: &[&str],
        mut take: impl FnMut(&[u8]) -> Result<(), GitError>,
    ) -> Result<(), GitError> {
        let mut command = self.command(arguments);
        let not_run = |error: std::io::Error| GitError::NotRun(error.to_string());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(not_run)?;
        let mut result = Ok(());
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            let mut record = Vec::new();
            while result.is_ok() {
                record.clear();
                result = match output.read_until(0, &mut record) {
                    Ok(0) => break,
                    Ok(_) => take(record.strip_suffix(b"\0").unwrap_or(&record)),
                    Err(error) => Err(not_run(error)),
                };
            }
        }
        if result.is_err() {
            // It may be gone already.
            let _ = child.kill();
        }
        let status = child.wait().map_err(not_run)?;
        result?;
        if status.success() {
            return Ok(());
        }
        Err(GitError::Failed { what, said: format!("it exits with {status}") })
    }
}

/// The program in the first directory of PATH that has it. A directory that is not named in full would be one of the
/// scanned tree's.
#[expect(clippy::disallowed_methods, reason = "where a program is, not what is scanned")]
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let name = format!("git{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(&name))
        .find(|program| program.is_file())
}
