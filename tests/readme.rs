//! What the README shows is what the program does.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "runs the program")]

use std::process::Command;

const README: &str = include_str!("../README.md");

#[test]
fn the_console_session_is_real() {
    let session =
        README.split("```console\n$ ").nth(1).expect("there is a session").split("\n```").next().unwrap();
    let (command, expected) = session.split_once('\n').unwrap();
    let arguments = command.strip_prefix("credlint ").expect("it runs credlint").split_whitespace();
    let output = Command::new(env!("CARGO_BIN_EXE_credlint"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), expected.trim_end());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn every_rule_is_listed() {
    let rules = credlint::rules::RuleSet::built_in().unwrap();
    for rule in rules.rules() {
        assert!(README.contains(&format!("(rules/{}.md)", rule.id)), "the README does not list {}", rule.id);
    }
}

#[test]
fn every_link_leads_somewhere() {
    for link in README.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
        assert!(path.exists(), "the README links to {link}, which is not there");
    }
}
