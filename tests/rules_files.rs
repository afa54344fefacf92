//! What must be true of every rule file that comes with the program, and of the page that documents the format.
#![allow(clippy::disallowed_methods, reason = "the tests read and list the repository's own files")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use credlint::finding::Severity;
use credlint::rules::{Expectation, HEADINGS, RuleSet, headings, reference};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

fn built_in() -> RuleSet {
    RuleSet::built_in().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_file_is_a_rule_and_nothing_else_is() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    let ids: BTreeSet<String> = built_in().rules().iter().map(|rule| format!("{}.md", rule.id)).collect();
    assert_eq!(files, ids);
    assert!(ids.len() >= 12);
}

#[test]
fn headings_are_there_in_order() {
    for rule in built_in().rules() {
        assert_eq!(headings(&rule.document), HEADINGS, "{}", rule.id);
        for heading in HEADINGS {
            let text = rule.summary(heading).unwrap_or_default();
            assert!(!text.is_empty(), "{}: nothing under {heading}", rule.id);
        }
        // Code scanning cuts descriptions off there.
        assert!(rule.summary("What").unwrap().len() <= 1024, "{}", rule.id);
        // What is wrong with an exception is wrong in the code alone.
        if rule.has_exceptions_as_subject() {
            continue;
        }
        let fix = rule.section("Fix").unwrap();
        assert!(fix.contains("console:"), "{}: no way to fix it in the console", rule.id);
        assert!(fix.contains("```sh\n"), "{}: no commands to fix it with", rule.id);
    }
}

/// Rules about what no template can make; a first example of a template takes the rule out of here.
const OF_TERRAFORM_ALONE: [&str; 2] = ["non-expiring-service-credential", "secret-in-state"];

#[test]
fn examples_show_both_sides() {
    for rule in built_in().rules() {
        let text = std::fs::read_to_string(folder().join(format!("{}.md", rule.id))).unwrap();
        let examples = rule.examples();
        for expectation in
            [Expectation::Flagged, Expectation::Clean].into_iter().filter(|_| rule.needs_report())
        {
            let found = examples.iter().any(|example| {
                example.expectation == expectation && (example.language == "csv" || example.report.is_some())
            });
            assert!(found, "{}: no {expectation:?} example with a report", rule.id);
        }
        for language in ["hcl", "yaml"].into_iter().filter(|_| !rule.needs_report()) {
            for expectation in [Expectation::Flagged, Expectation::Clean] {
                let found = examples
                    .iter()
                    .any(|example| example.language == language && example.expectation == expectation);
                let is_due = language == "hcl" || !OF_TERRAFORM_ALONE.contains(&rule.id.as_str());
                assert_eq!(found, is_due, "{}: {expectation:?} examples in {language}", rule.id);
            }
        }
        for example in &examples {
            let place = format!("{}:{}", rule.id, example.line);
            assert!(!example.text.trim().is_empty(), "{place}: empty");
            let first = text.lines().nth(example.line - 1);
            assert_eq!(first, example.text.lines().next(), "{place}: not where it says");
            let is_flagged = example.expectation == Expectation::Flagged;
            assert_eq!(is_flagged, !example.expected_output.is_empty(), "{place}: output");
            for line in &example.expected_output {
                match line.strip_prefix("report.csv:") {
                    Some(line) => check_output(&place, line, example.report.as_ref().unwrap()),
                    None => check_output(&place, line, &example.text),
                }
            }
        }
    }
}

/// `line:column severity message`, the place being in the example.
fn check_output(place: &str, line: &str, example: &str) {
    let mut words = line.splitn(3, ' ');
    let (line_number, column) = words.next().unwrap().split_once(':').unwrap();
    let line_number: usize = line_number.parse().unwrap();
    let column: usize = column.parse().unwrap();
    let severity = words.next().unwrap();
    let marked = example.lines().nth(line_number - 1);
    let mark = marked.and_then(|marked| marked.chars().nth(column - 1));
    assert!(mark.is_some_and(|mark| !mark.is_whitespace()), "{place}: {line}: nothing stands there");
    assert!(["low", "medium", "high", "critical"].contains(&severity), "{place}: {line}");
    assert!(words.next().is_some_and(|message| !message.is_empty()), "{place}: {line}");
}

#[test]
fn wording_follows_the_house() {
    for rule in built_in().rules() {
        for text in rule.wording().into_iter().flatten().chain(rule.step_texts()) {
            let place = format!("{}: {text}", rule.id);
            // Labels are in lower case.
            assert!(text.starts_with(|first: char| first.is_ascii_lowercase() || first == '{'), "{place}");
            assert!(!text.ends_with('.') && !text.contains('\n') && !text.contains("  "), "{place}");
        }
        assert!(rule.title.starts_with(char::is_uppercase) && !rule.title.ends_with('.'), "{}", rule.title);
        assert!(rule.title.len() <= 80, "{}", rule.title);
    }
}

#[test]
fn every_name_selects_its_rule() {
    let set = built_in();
    for rule in set.rules() {
        let names = rule.names();
        assert_eq!(names[0], rule.id);
        let unique: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(unique.len(), names.len(), "{}: a name twice", rule.id);
        for name in names {
            for spelling in [name.clone(), name.to_uppercase(), name.to_lowercase()] {
                assert!(set.find(&spelling).iter().any(|found| found.id == rule.id), "{spelling}");
            }
        }
        assert_eq!(set.find(&rule.id).len(), 1, "{}", rule.id);
        assert!(rule.tags().contains(&"security".to_owned()));
    }
}

#[test]
fn names_of_benchmarks_and_other_tools_are_known() {
    let set = built_in();
    let ids = |name: &str| set.find(name).iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
    for (name, expected) in [
        ("cis-1.4/1.13", "multiple-active-keys"),
        ("CIS-AWS-5.0/1.12", "multiple-active-keys"),
        ("AC_AWS_0554", "multiple-active-keys"),
        ("avd-aws-0167", "multiple-active-keys"),
        ("CIS-1.4/1.11", "access-key-at-user-setup"),
        ("IAM-024", "password-and-access-key"),
        ("CKV_AWS_273", "unnecessary-iam-user"),
        ("CKV_AWS_40", "direct-user-policy"),
        ("IAM.2", "direct-user-policy"),
        ("CKV2_AWS_21", "user-without-group"),
    ] {
        assert_eq!(ids(name), [expected], "{name}");
    }
    // Versions of the benchmark give one number to several controls.
    assert_eq!(ids("CIS-5.0/1.13"), ["unrotated-access-key"]);
    assert_eq!(ids("CIS-1.2/1.13"), ["root-without-mfa"]);
    assert_eq!(ids("CIS-1.13"), ["multiple-active-keys", "root-without-mfa", "unrotated-access-key"]);
    assert!(ids("CIS-5.0/1.99").is_empty());
    assert!(ids("CIS").is_empty());
    assert!(ids("").is_empty());
    assert_eq!(set.suggestions("multiple-active-key").first(), Some(&"multiple-active-keys"));
    assert_eq!(set.suggestions("CKV_AWS_237").first(), Some(&"unnecessary-iam-user"));
    assert!(set.suggestions("zzzzzzzz").is_empty());
}

#[test]
fn the_highest_severity_counts_the_cases() {
    let set = built_in();
    let severity = |id: &str| set.find(id)[0].highest_severity();
    assert_eq!(severity("unnecessary-iam-user"), Severity::High);
    assert_eq!(severity("direct-user-policy"), Severity::Low);
}

/// To write the generated parts anew, run this test with `UPDATE_RULES_README=1`.
#[test]
fn the_page_shows_the_record_as_it_is() {
    let path = folder().join("README.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let with_tables = replace(&page, "functions", &reference::functions());
    let with_tables = replace(&with_tables, "fields", &reference::fields());
    if std::env::var_os("UPDATE_RULES_README").is_some() {
        std::fs::write(&path, &with_tables).unwrap();
        return;
    }
    let differs = page.lines().zip(with_tables.lines()).find(|(written, generated)| written != generated);
    assert!(page == with_tables, "run this test with UPDATE_RULES_README=1; first difference: {differs:?}");
}

fn replace(page: &str, name: &str, text: &str) -> String {
    let (before, rest) = page.split_once(&format!("<!-- {name} -->\n")).unwrap();
    let (_, after) = rest.split_once(&format!("<!-- end of {name} -->\n")).unwrap();
    format!("{before}<!-- {name} -->\n\n{text}\n<!-- end of {name} -->\n{after}")
}

/// The example of a front matter on the page is a rule that works.
#[test]
fn the_front_matter_on_the_page_is_read() {
    let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (yaml, _) = rest.split_once("```").unwrap();
    let mut set = RuleSet::default();
    let rule = format!("---\n{yaml}---\n");
    set.add_file("multiple-active-keys.md", &rule).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(set.find("AWS-SEC02-BP01").len(), 1);
}
