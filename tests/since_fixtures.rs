//! Files on disk and the same files in git's objects are one: all that is found in `fixtures/` is found in a commit of them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "makes a repository and reads it twice")]

mod project;
mod repository;

use std::path::Path;

use credlint::cli::{Command, CommandLine};
use credlint::pipeline;
use credlint::report;
use credlint::rules::RuleSet;
use credlint::settings::{Before, CheckSettings, InputSettings};
use repository::{Repository, has_git};

#[test]
fn a_commit_is_read_like_the_disk() {
    if !has_git() {
        return;
    }
    let repository = Repository::empty();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut written = Vec::new();
    for entry in walkdir::WalkDir::new(&fixtures).into_iter().map(Result::unwrap) {
        let path = repository.top.join(entry.path().strip_prefix(&fixtures).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(path).unwrap();
        } else {
            std::fs::copy(entry.path(), &path).unwrap();
            written.push(path);
        }
    }
    repository.git(&["add", "--all", "--force"]);
    repository.git(&["commit", "--quiet", "--message", "all"]);
    let typed = ["credlint", "check", repository.top.to_str().unwrap()];
    let Command::Check(arguments) = CommandLine::parse_from_arguments(typed).unwrap().command else {
        panic!()
    };
    let input = InputSettings::new(&arguments.input).unwrap();
    let rules = RuleSet::built_in().unwrap();
    let check = CheckSettings::new(&rules, &arguments, &input).unwrap();
    let on_disk = rendered(&input, &check);
    let before = Before::new(&input, "HEAD").unwrap();
    // What is read from here on cannot come from the disk.
    for path in &written {
        std::fs::remove_file(path).unwrap();
    }
    let in_git = rendered(&before.input, &check);
    assert!(on_disk.matches("\"fingerprint\"").count() > 50, "there is something to compare");
    assert!(on_disk == in_git, "{}", first_difference(&on_disk, &in_git));
}

fn rendered(input: &InputSettings, check: &CheckSettings<'_>) -> String {
    let checked = pipeline::check(input, check, None);
    report::json::render(&checked.report(input, check, &[]))
        + &report::graph::json(&checked.graph, &checked.notices, &input.workspace.files)
}

fn first_difference(left: &str, right: &str) -> String {
    let differs = left.lines().zip(right.lines()).enumerate().find(|(_, (left, right))| left != right);
    format!("{differs:?}")
}
