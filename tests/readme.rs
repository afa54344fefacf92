//! What the README shows is what the program does.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "runs the program")]

use std::process::Command;

const README: &str = include_str!("../README.md");

#[test]
fn the_console_sessions_are_real() {
    let sessions: Vec<&str> = README.split("```console\n$ ").skip(1).collect();
    assert_eq!(sessions.len(), 2, "one of code, one with a credential report");
    for session in sessions {
        let (command, expected) = session.split("\n```").next().unwrap().split_once('\n').unwrap();
        let arguments = command.strip_prefix("credlint ").expect("it runs credlint").split_whitespace();
        let output = Command::new(env!("CARGO_BIN_EXE_credlint"))
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), expected.trim_end());
        assert_eq!(output.status.code(), Some(1), "{command}");
    }
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
