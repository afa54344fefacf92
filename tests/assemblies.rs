//! The programs in `fixtures/cdk`, checked through the assemblies that real syntheses made of them: findings stand on
//! the lines of the program, name the construct, and come once.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the fixtures")]

mod project;

use std::path::{Path, PathBuf};

use project::{Project, column, kinds, parsed, run_in};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cdk").join(name)
}

fn check(folder: &Path, arguments: &[&str]) -> Value {
    parsed(&run_in(folder, &[&["check", "--format", "json", "--root", "."], arguments].concat()))
}

/// `rule user path:line when`, for the findings of a rule.
fn found(report: &Value, rule: &str) -> Vec<String> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == rule)
        .map(|finding| {
            let place = &finding["location"];
            let when = finding["when"].as_str().map(|when| format!(" {when}")).unwrap_or_default();
            format!(
                "{} {}:{}{when}",
                finding["subject"].as_str().unwrap(),
                place["path"].as_str().unwrap(),
                place["line"]
            )
        })
        .collect()
}

/// Every file of a folder, relative to it.
fn files(folder: &Path) -> Vec<(String, String)> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            (path, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn project(files: &[(String, String)]) -> Project {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::new(&files)
}

#[test]
fn a_finding_stands_on_the_line_of_the_program_and_names_the_construct() {
    let report = check(&fixture("access"), &["cdk.out"]);
    assert_eq!(
        found(&report, "exposed-secret-key"),
        [
            "Staging/Users/Alice lib/users-stack.ts:31",
            "Staging/Users/Deployer lib/pipeline-stack.ts:15",
            "Production/Users/Alice lib/users-stack.ts:31",
            "Production/Users/Deployer lib/pipeline-stack.ts:15",
        ]
    );
    let constructed: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| !one["construct_path"].is_null())
        .collect();
    assert_eq!(constructed.len(), report["findings"].as_array().unwrap().len());
    for finding in constructed {
        let (path, line) = (finding["location"]["path"].as_str().unwrap(), &finding["location"]["line"]);
        assert!(path.starts_with("lib/"), "{finding}");
        let text = std::fs::read_to_string(fixture("access").join(path)).unwrap();
        let line = text.lines().nth(usize::try_from(line.as_u64().unwrap()).unwrap() - 1).unwrap();
        assert!(line.contains("new ") || line.contains("add"), "{line}");
        // What is deployed is shown beside it.
        let related = finding["related"][0]["location"]["path"].as_str().unwrap();
        assert!(related.ends_with(".template.json"), "{related}");
    }
    assert!(kinds(&report).is_empty(), "{:?}", kinds(&report));
}

#[test]
fn a_user_of_another_stack_is_found_through_what_is_exported() {
    let graph = parsed(&run_in(&fixture("access"), &["graph", "--root", ".", "cdk.out"]));
    let keys = graph["access_keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["address"] == "Staging/Pipeline/DeployerKey").unwrap();
    assert_eq!(key["user"], "Staging/Users/Deployer");
    assert_eq!(key["status"], "Active");
    // Two stages, two accounts: a user of one is not that of the other.
    let accounts = column(&graph["users"], "account");
    assert!(accounts.contains(&"111111111111".to_owned()) && accounts.contains(&"222222222222".to_owned()));
    let external: Vec<&Value> =
        graph["users"].as_array().unwrap().iter().filter(|user| user["external"] == true).collect();
    assert_eq!(external.len(), 1, "{external:#?}");
    assert_eq!(external[0]["name"], "old-partner");
}

#[test]
fn loops_of_a_python_program_are_keys_of_one_user() {
    let report = check(&fixture("robots"), &[]);
    assert_eq!(found(&report, "multiple-active-keys"), ["robots-live/Uploader robots/stacks.py:23"]);
    assert!(found(&report, "plaintext-password").is_empty());
}

#[test]
fn a_parameter_of_a_condition_is_what_a_finding_hangs_on() {
    let report = check(&fixture("access"), &["cdk.out", "--select", "password-and-access-key"]);
    assert!(
        found(&report, "password-and-access-key")
            .contains(&"Partner/Partner lib/partner-stack.ts:21 Partner.IsOpen = yes".to_owned()),
        "{report:#}"
    );
    let report = check(
        &fixture("access"),
        &["cdk.out", "--parameters", "IsOpen=yes", "--select", "password-and-access-key"],
    );
    assert!(
        found(&report, "password-and-access-key")
            .contains(&"Partner/Partner lib/partner-stack.ts:21".to_owned())
    );
}

#[test]
fn old_assemblies_have_lines_when_they_were_made_with_debug() {
    let report = check(&fixture("legacy"), &["cdk.out"]);
    let lines = found(&report, "plaintext-password");
    assert!(lines.contains(&"Users/Offices/Backup lib/users.js:18".to_owned()), "{lines:?}");
    assert!(kinds(&report).is_empty());

    let report = check(&fixture("legacy"), &["without-debug.out"]);
    let lines = found(&report, "plaintext-password");
    assert!(
        lines.iter().all(|line| line.contains("without-debug.out/") && line.contains(".template.json:")),
        "{lines:?}"
    );
    assert_eq!(kinds(&report), ["no-creation-trace"]);
    assert!(report["notices"][0]["help"].as_str().unwrap().contains("--debug"));
    let constructs = column(&report["findings"], "construct_path");
    assert!(constructs.contains(&"Users/Backup/Resource".to_owned()));
}

#[test]
fn no_output_shows_a_password_wherever_it_stands() {
    for name in ["access", "legacy", "mailer", "robots"] {
        for format in ["human", "json", "sarif"] {
            let output = run_in(&fixture(name), &["check", "--root", ".", "--format", format]);
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            for password in ["correct-horse-battery-staple", "postmaster-2024", "changeme-on-day-one"] {
                assert!(!text.contains(password), "{name} as {format} shows {password}");
            }
        }
    }
}

#[test]
fn a_directory_of_bare_templates_is_read_as_well() {
    let templates: Vec<(String, String)> = files(&fixture("robots"))
        .into_iter()
        .filter(|(path, _)| path.ends_with(".template.json") && !path.contains("nested"))
        .map(|(path, text)| (path.replace("cdk.out/", "templates/"), text))
        .collect();
    assert!(!templates.is_empty());
    let report = project(&templates).json(&["--root", "."]);
    assert_eq!(found(&report, "multiple-active-keys").len(), 1, "{report:#}");
    assert_eq!(report["findings"][0]["construct_path"], "robots-dev/Uploader/Resource");
    assert!(kinds(&report).contains(&"no-creation-trace".to_owned()));
}

#[test]
fn a_broken_manifest_leaves_the_templates_to_be_read() {
    let mut all = files(&fixture("robots"));
    all.retain(|(path, _)| path.starts_with("cdk.out/"));
    for (path, text) in &mut all {
        if path == "cdk.out/manifest.json" {
            text.truncate(text.len() / 2);
        }
    }
    let report = project(&all).json(&["--root", "."]);
    assert_eq!(found(&report, "multiple-active-keys").len(), 1, "{report:#}");
}

#[test]
fn what_lies_in_an_assembly_is_read_once() {
    let listed = parsed(&run_in(&fixture("access"), &["files", "--root", ".", "--format", "json"]));
    assert_eq!(listed["roots"], serde_json::json!(["templates/auditor.yaml", "cdk.out"]), "{listed:#}");
    let rows = listed["files"].as_array().unwrap();
    assert!(!rows.iter().any(|row| row["path"].as_str().unwrap().ends_with("tree.json")));
    let templates = rows.iter().filter(|row| row["path"].as_str().unwrap().ends_with(".template.json"));
    assert!(templates.clone().count() >= 5);
    assert!(templates.clone().all(|row| row["format"] == "cdk" && row["root"] == "cdk.out"));
}
