//! The hook for pre-commit: its manifest, which files it is for, and, where pre-commit is installed, the hook itself.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads this repository's own files, runs git, and says what was skipped"
)]

mod project;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use project::{Project, skip};
use regex::Regex;
use serde::Deserialize;

/// One hook, as pre-commit's manifest has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    id: String,
    name: String,
    description: String,
    entry: String,
    language: String,
    files: String,
    pass_filenames: bool,
    require_serial: bool,
}

fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")
}

fn hooks() -> Vec<Hook> {
    serde_saphyr::from_str(&std::fs::read_to_string(manifest()).unwrap()).unwrap()
}

#[test]
fn whole_modules_are_checked_in_one_process() {
    let hooks = hooks();
    assert_eq!(
        hooks.iter().map(|hook| hook.id.as_str()).collect::<Vec<_>>(),
        ["credlint", "credlint-changes"]
    );
    for hook in &hooks {
        assert!(!hook.name.is_empty() && !hook.description.is_empty());
        assert_eq!(hook.language, "rust");
        assert!(hook.require_serial && !hook.pass_filenames, "a part of a module cannot be judged");
        let words = hook.entry.split_whitespace();
        assert!(credlint::cli::CommandLine::parse_from_arguments(words).is_ok(), "{}", hook.entry);
    }
}

#[test]
fn it_is_for_what_credlint_reads() {
    for hook in hooks() {
        let files = Regex::new(&hook.files).unwrap();
        for name in [
            "main.tf",
            "infra/prod/main.tf",
            "a.tofu",
            "a.tf.json",
            "a.tofu.json",
            "terraform.tfvars",
            "x.auto.tfvars.json",
            "live/terragrunt.hcl",
            "template.yaml",
            "template.yml",
            "t.json",
            "t.template",
            "stack.cfn",
            "app.sam",
            "credlint.toml",
            "infra/.credlint.toml",
            "credlint-baseline.json",
            "users.csv",
        ] {
            assert!(files.is_match(name), "{name}");
        }
        for name in ["README.md", "main.rs", "tf", "a.tfx", "Cargo.toml", "hcl.py", "yaml/main.go"] {
            assert!(!files.is_match(name), "{name}");
        }
    }
}

/// A repository with the hook, and a repository of the hook whose program is the one that these tests run.
struct Repository {
    project: Project,
    home: tempfile::TempDir,
}

const CLEAN: &str = "resource \"aws_iam_user\" \"a\" {\n  name = \"a\"\n}\n";
const KEY: &str = "resource \"aws_iam_access_key\" \"KEY\" {\n  user = aws_iam_user.a.name\n}\n";

impl Repository {
    /// `None` where pre-commit or git is not installed.
    fn new(id: &str, files: &[(&str, &str)]) -> Option<Self> {
        for program in ["pre-commit", "git"] {
            if let Err(error) = Command::new(program).arg("--version").output() {
                skip(&format!("the hook was not run, for {program} cannot be: {error}"));
                return None;
            }
        }
        let home = tempfile::tempdir().unwrap();
        let repository = Self { project: Project::new(files), home };
        let hook = repository.home.path().join("hook");
        std::fs::create_dir_all(&hook).unwrap();
        // Building the program would take minutes; the rest of the hook is the one that is published.
        let manifest = std::fs::read_to_string(manifest()).unwrap();
        let manifest = manifest
            .replace("language: rust", "language: system")
            .replace("entry: credlint", &format!("entry: {}", env!("CARGO_BIN_EXE_credlint")));
        std::fs::write(hook.join(".pre-commit-hooks.yaml"), manifest).unwrap();
        repository.commit_all(&hook);
        let revision = repository.git(&hook, &["rev-parse", "HEAD"]);
        let configuration = format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: {id}\n",
            hook.display(),
            String::from_utf8(revision.stdout).unwrap().trim()
        );
        std::fs::write(repository.project.path().join(".pre-commit-config.yaml"), configuration).unwrap();
        repository.commit_all(repository.project.path());
        let installed = repository.run("pre-commit", repository.project.path(), &["install"]);
        assert!(installed.status.success(), "{installed:?}");
        Some(repository)
    }

    fn commit_all(&self, folder: &Path) {
        for arguments in [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-q", "-m", "first"]]
        {
            let output = self.git(folder, arguments);
            assert!(output.status.success(), "{output:?}");
        }
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.run("git", folder, arguments)
    }

    fn run(&self, program: &str, folder: &Path, arguments: &[&str]) -> Output {
        let empty = self.home.path().join("gitconfig");
        std::fs::write(
            &empty,
            "[user]\nname = t\nemail = t@example.org\n[protocol \"file\"]\nallow = always\n",
        )
        .unwrap();
        Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", empty)
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("PRE_COMMIT_HOME", self.home.path().join("cache"))
            .env("PRE_COMMIT_COLOR", "never")
            .output()
            .unwrap()
    }

    /// Writes a file, and commits it as a person would.
    fn commit(&self, path: &str, text: &str) -> (bool, String) {
        let file = self.project.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self.git(self.project.path(), &["add", "-A"]);
        let output = self.git(self.project.path(), &["commit", "-m", "change"]);
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), text)
    }
}

#[test]
fn a_commit_that_leaves_a_user_with_two_keys_is_refused() {
    let files = [("infra/users/main.tf", CLEAN), ("infra/users/one.tf", &KEY.replace("KEY", "one"))];
    let Some(repository) = Repository::new("credlint", &files) else { return };
    let (accepted, log) = repository.commit("notes.txt", "nothing of ours\n");
    assert!(accepted && log.contains("Skipped"), "{log}");
    // Only the second key's file is part of the commit: the user and the first key stand in others.
    let (accepted, log) = repository.commit("infra/users/two.tf", &KEY.replace("KEY", "two"));
    assert!(!accepted && log.contains("multiple-active-keys"), "{log}");
    let inactive = KEY.replace("KEY", "two").replace("}\n", "  status = \"Inactive\"\n}\n");
    let (accepted, log) = repository.commit("infra/users/two.tf", &inactive);
    assert!(
        !accepted && !log.contains("multiple-active-keys") && log.contains("unnecessary-iam-user"),
        "{log}"
    );
    let all = repository.run("pre-commit", repository.project.path(), &["run", "--all-files"]);
    assert_eq!(all.status.code(), Some(1), "{all:?}");
}

#[test]
fn only_what_a_commit_brings_can_be_asked_for() {
    let files = [("infra/users/main.tf", CLEAN), ("infra/users/one.tf", &KEY.replace("KEY", "one"))];
    let Some(repository) = Repository::new("credlint-changes", &files) else { return };
    let (accepted, log) =
        repository.commit("infra/users/outputs.tf", "output \"name\" {\n  value = aws_iam_user.a.name\n}\n");
    assert!(accepted && log.contains("Passed"), "what was there before does not count: {log}");
    let (accepted, log) = repository.commit("infra/users/two.tf", &KEY.replace("KEY", "two"));
    assert!(!accepted && log.contains("multiple-active-keys"), "{log}");
    assert!(!log.contains("unnecessary-iam-user"), "{log}");
}
