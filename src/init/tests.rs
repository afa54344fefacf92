//! What is written is right, and nothing that somebody wrote is changed.
#![allow(clippy::disallowed_methods, reason = "writes and reads folders of its own")]

use std::sync::Arc;

use super::*;
use crate::cli::FailOn;
use crate::finding::{Confidence, Severity};
use crate::settings::configuration::Configuration;
use crate::syntax::yaml;

fn read(text: &str) -> Configuration {
    Configuration::read("credlint.toml", text, &Arc::default()).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Comments that hold a key, without their mark.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(key) if !key.starts_with([' ', ':']) => format!("{key}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_configuration_that_is_written_says_nothing() {
    let text = configuration();
    assert!(!text.contains('$') && text.starts_with("#:schema https://"), "{text}");
    assert_eq!(
        format!("{:?}", read("# nothing")).replace("# nothing", ""),
        format!("{:?}", read(&text)).replace(&format!("{text:?}"), "\"\"")
    );
}

#[test]
fn each_default_that_is_written_is_the_default() {
    let text = uncommented(&configuration());
    let configuration = read(&text);
    assert!(configuration.select.is_empty() && configuration.ignore.is_empty());
    assert!(configuration.rules_folders.is_empty() && configuration.paths.is_empty());
    assert!(configuration.machine_users.is_empty() && configuration.human_users.is_empty());
    assert_eq!(configuration.fail_on, Some(FailOn::Medium));
    assert_eq!(configuration.min_severity, Some(Severity::Low));
    assert_eq!(configuration.min_confidence, Some(Confidence::Possible));
    assert_eq!(configuration.max_unused_days, Some(DEFAULT_LIMITS.max_unused_days));
    assert_eq!(configuration.max_key_age_days, Some(DEFAULT_LIMITS.max_key_age_days));
    assert_eq!(configuration.new_key_days, Some(DEFAULT_LIMITS.new_key_days));
    assert_eq!((configuration.roots.len(), configuration.allow.len()), (1, 1));
}

#[test]
fn every_key_is_written() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/credlint.schema.json")).unwrap();
    let text = uncommented(&configuration());
    let keys = |value: &serde_json::Value| value["properties"].as_object().unwrap().keys().cloned().collect();
    let mut names: Vec<String> = keys(&schema);
    for kind in ["Paths", "RuleTable", "RootEntry", "AllowTable"] {
        let more: Vec<String> = keys(&schema["definitions"][kind]);
        names.extend(more);
    }
    for name in names {
        let is_key = |line: &str| {
            line.starts_with(&format!("{name} = "))
                || line.contains(&format!(" {name} = "))
                || line.trim_matches(['[', ']']) == name
        };
        assert!(text.lines().any(is_key), "`{name}` is not written");
    }
}

const OTHER: &str =
    "repos:\n  - repo: https://example.com/hooks\n    rev: v1\n    hooks:\n      - id: other # a\n";

#[test]
fn a_hook_is_put_at_the_end_of_a_plain_list() {
    let add =
        |text: &str| hook::addition(text, REPOSITORY, VERSION).map(|addition| text.to_owned() + &addition);
    let flat = OTHER.replace("\n  ", "\n");
    for text in [OTHER, OTHER.trim_end(), &flat, &format!("ci:\n  skip: [a]\n{OTHER}\n# end\n")] {
        let extended = add(text).unwrap();
        let parsed = yaml::parse(crate::source::FileId(0), &extended);
        assert!(parsed.notices.is_empty(), "{extended}");
        let repositories = extended.lines().filter(|line| line.trim_start().starts_with("- repo:"));
        let indents: Vec<usize> = repositories.map(|line| line.len() - line.trim_start().len()).collect();
        assert_eq!(indents.len(), 2, "{extended}");
        assert_eq!(indents[0], indents[1], "{extended}");
        assert!(hook::is_there(&extended));
    }
}

#[test]
fn a_file_that_ends_otherwise_is_left_alone() {
    let texts = [
        "",
        "repos: []\n",
        "repos:\n",
        "repos: [{repo: local, hooks: []}]\n",
        &format!("{OTHER}ci:\n  skip: [a]\n"),
        &format!("{OTHER}...\n"),
        &format!("{OTHER}---\n{OTHER}"),
        &OTHER.replace("id: other # a", "id: other\n        entry: |\n          text"),
        &OTHER.replace("id: other # a", "id: other\n        args: [a,\n          b]"),
        &OTHER.replace('\n', "\r\n"),
        "- repo: a\n",
    ];
    for text in texts {
        assert_eq!(hook::addition(text, REPOSITORY, VERSION), None, "{text}");
    }
    assert!(!hook::is_there("# - id: credlint\nrepos: []"));
    assert!(hook::is_there("repos:\n- repo: local\n  hooks:\n  - id: credlint\n"));
}

#[test]
fn nothing_is_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let outcomes = |steps: &[Step]| steps.iter().map(|step| step.outcome.clone()).collect::<Vec<_>>();
    let steps = set_up(directory.path()).unwrap();
    assert_eq!(outcomes(&steps), [Outcome::Written, Outcome::Written, Outcome::Written]);
    let text = |path: &str| std::fs::read_to_string(directory.path().join(path)).unwrap();
    let all = || steps.iter().map(|step| text(step.path)).collect::<Vec<_>>();
    let before = all();
    let again = set_up(directory.path()).unwrap();
    assert!(outcomes(&again).iter().all(|outcome| matches!(outcome, Outcome::LeftAlone(_))), "{again:?}");
    assert_eq!(all(), before);
    std::fs::write(directory.path().join(HOOKS_PATH), OTHER).unwrap();
    let third = set_up(directory.path()).unwrap();
    assert_eq!(third[1].outcome, Outcome::Extended);
    assert!(text(HOOKS_PATH).starts_with(OTHER) && hook::is_there(&text(HOOKS_PATH)));
}

#[test]
fn only_the_top_of_a_repository_gets_hook_and_workflow() {
    let directory = tempfile::tempdir().unwrap();
    let git = directory.path().join(".git/refs/remotes/origin");
    std::fs::create_dir_all(&git).unwrap();
    std::fs::write(git.join("HEAD"), "ref: refs/remotes/origin/trunk\n").unwrap();
    std::fs::create_dir(directory.path().join("infra")).unwrap();
    let steps = set_up(&directory.path().join("infra")).unwrap();
    assert_eq!(steps[0].outcome, Outcome::Written);
    assert!(steps[1].to_string().contains("top directory") && steps[2].to_string().contains("top directory"));
    set_up(directory.path()).unwrap();
    let workflow = std::fs::read_to_string(directory.path().join(WORKFLOW_PATH)).unwrap();
    assert!(
        workflow.contains("branches: [\"trunk\"]")
            && workflow.contains(&format!("uses: credlint/credlint@v{VERSION}\n")),
        "{workflow}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_away_is_not_followed() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), directory.path().join(".github")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("new.toml"), directory.path().join("credlint.toml"))
        .unwrap();
    let steps = set_up(directory.path()).unwrap();
    assert!(
        matches!(steps[0].outcome, Outcome::LeftAlone(_))
            && matches!(steps[2].outcome, Outcome::LeftAlone(_))
    );
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
