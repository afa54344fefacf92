//! Every example in every rule's text, run through the whole pipeline: the flagged ones give exactly the
//! findings written under them, the clean ones none.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "each example is written to a folder of its own"
)]

use std::path::Path;

use credlint::cli::{self, Command, CommandLine};
use credlint::pipeline;
use credlint::rules::{Example, Expectation, Rule, RuleSet};
use credlint::settings::{CheckSettings, InputSettings};

#[test]
fn every_example_gives_what_stands_under_it() {
    let set = RuleSet::built_in().expect("our rules can be read");
    let mut failures = Vec::new();
    for rule in set.rules() {
        for example in rule.examples() {
            let found = findings(&set, rule, &example);
            let expected = match example.expectation {
                Expectation::Flagged => example.expected_output.clone(),
                Expectation::Clean => Vec::new(),
            };
            if found != expected {
                failures.push(format!(
                    "rules/{}.md:{}\n  expected {expected:#?}\n  found {found:#?}",
                    rule.id, example.line
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The rule's findings as the examples write them: `line:column severity message`.
fn findings(set: &RuleSet, rule: &Rule, example: &Example) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let name = match example.language.as_str() {
        "hcl" => "main.tf",
        "yaml" => "template.yaml",
        "json" => "template.json",
        other => panic!("rules/{}.md:{}: what is to be done with {other}?", rule.id, example.line),
    };
    std::fs::write(directory.path().join(name), &example.text).unwrap();
    let (settings, arguments) = settings(directory.path());
    let mut check = CheckSettings::new(set, &arguments, &settings).expect("nothing is selected");
    // An exception is judged where the rule that it is about is run.
    if !rule.has_exceptions_as_subject() {
        check.rules = vec![rule];
    }
    let checked = pipeline::check(&settings, &check);
    let unread: Vec<_> = checked.notices.iter().filter(|notice| notice.kind.is_incomplete()).collect();
    assert!(unread.is_empty(), "rules/{}.md:{}: {unread:?}", rule.id, example.line);
    assert_eq!(checked.coverage.roots, 1, "rules/{}.md:{}: not read", rule.id, example.line);
    assert!(checked.errors.is_empty(), "{:?}", checked.errors);
    checked
        .findings
        .iter()
        .filter(|finding| *finding.rule == *rule.id)
        .map(|finding| {
            let (_, place) = settings.workspace.files.start(finding.primary.span);
            format!("{}:{} {} {}", place.line, place.column, finding.severity, finding.message)
        })
        .collect()
}

fn settings(directory: &Path) -> (InputSettings, Box<cli::Check>) {
    let path = directory.to_str().expect("temporary paths are UTF-8");
    let Command::Check(check) =
        CommandLine::parse_from_arguments(["credlint", "check", path]).expect("typed right").command
    else {
        unreachable!("`check` parses as check");
    };
    (InputSettings::new(&check.input).expect("the folder exists"), check)
}
