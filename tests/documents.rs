//! The documents name every field that is printed and every rule that reads a credential report, and lead where they say.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the documents and fixtures")]

mod project;

use std::collections::BTreeSet;
use std::path::Path;

use project::{parsed, run_in};
use serde_json::Value;

#[test]
fn every_field_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/output.md")).unwrap();
    let named: BTreeSet<&str> = text.split('`').skip(1).step_by(2).collect();
    let mut missing = BTreeSet::new();
    for folder in ["fixtures/terraform/acme", "fixtures/terragrunt", "fixtures/terraform/programs"] {
        for arguments in [["check", ".", "--format", "json"], ["graph", ".", "--format", "json"]] {
            missing.extend(unnamed(&named, folder, &arguments));
        }
    }
    let arguments = ["check", ".", "--credential-report", "../../evidence/acme.json", "--format", "json"];
    missing.extend(unnamed(&named, "fixtures/terraform/acme", &arguments));
    assert!(missing.is_empty(), "docs/output.md does not name {missing:?}");
}

/// The fields of a report that have no such name.
fn unnamed(named: &BTreeSet<&str>, folder: &str, arguments: &[&str]) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    gather(&parsed(&run_in(&root().join(folder), arguments)), &mut fields);
    assert!(fields.len() > 20, "{folder}: {fields:?}");
    fields.retain(|field| !named.contains(field.as_str()));
    fields
}

#[test]
fn every_rule_that_reads_a_credential_report_is_described() {
    let text = std::fs::read_to_string(root().join("docs/evidence.md")).unwrap();
    let set = credlint::rules::RuleSet::built_in().unwrap();
    let rules: Vec<&str> =
        set.rules().iter().filter(|rule| rule.needs_report()).map(|rule| rule.id.as_str()).collect();
    assert!(rules.len() > 5, "{rules:?}");
    for rule in rules {
        assert!(text.contains(&format!("(../rules/{rule}.md)")), "docs/evidence.md does not name {rule}");
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut links = 0;
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let there = std::fs::read_to_string(&file);
            let there = there.unwrap_or_else(|_| panic!("{}: {target} is not there", path.display()));
            assert!(
                heading.is_empty() || there.lines().any(|line| anchor(line).as_deref() == Some(heading)),
                "{}: {target} has no such heading",
                path.display()
            );
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
}

/// What a heading is linked by.
fn anchor(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    Some(kept.map(|character| if character == ' ' { '-' } else { character }).collect())
}

fn gather(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // The keys of `controls` are catalogues, not fields.
                if name != "controls" {
                    gather(member, fields);
                }
                fields.insert(name.clone());
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| gather(element, fields)),
        _ => {}
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
