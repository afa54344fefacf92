//! A repository made with git, and credlint run in it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "makes repositories and runs credlint on them"
)]
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The repository; it goes with the value.
pub struct Repository {
    folder: tempfile::TempDir,
    /// Its work tree.
    pub top: PathBuf,
}

/// Git as nobody has configured it.
pub fn git_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" })
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Whether there is git; says so where there is none.
pub fn has_git() -> bool {
    let is_there = Command::new("git").arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        super::project::skip("nothing was compared, for git cannot be run");
    }
    is_there
}

impl Repository {
    /// A repository with one commit of these files: path and text.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self::empty();
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.commit("first");
        repository
    }

    /// A repository without a commit.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("clone");
        std::fs::create_dir(&top).unwrap();
        let repository = Self { folder, top };
        repository.git(&["init", "--quiet"]);
        repository
    }

    /// The directory that the work tree is in.
    pub fn outside(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// What git says.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = git_in(&self.top, arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.top.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Deletes a file.
    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.top.join(path)).unwrap();
    }

    /// Commits whatever there is.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Credlint, to be run in a directory of the work tree.
    pub fn command(&self, directory: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_credlint"));
        command.args(arguments).current_dir(self.top.join(directory));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// `credlint check --format json --since REF`, REF first.
    pub fn report(&self, arguments: &[&str]) -> Value {
        let output = self
            .command("", &[&["check", "--format", "json", "--since"], arguments].concat())
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }
}

/// A user and its keys, all of these names.
pub fn user(name: &str, keys: &[&str]) -> String {
    let keys: String = keys.iter().map(|key| self::key(key, name)).collect();
    format!("resource \"aws_iam_user\" \"{name}\" {{\n  name = \"{name}\"\n}}\n{keys}")
}

/// A key of a user.
pub fn key(name: &str, user: &str) -> String {
    format!("resource \"aws_iam_access_key\" \"{name}\" {{\n  user = aws_iam_user.{user}.name\n}}\n")
}
