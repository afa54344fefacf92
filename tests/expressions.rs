//! Expressions against what Terraform makes of them: recorded in `expressions/cases.tsv`, and asked again where
//! a `terraform` is installed. The variables, locals and templates that they use are beside that file.
//!
//! A line of it is an expression and the JSON text of its value as Terraform plans it, or `error`, or
//! `unknown`, with a tab between them. A third field is our answer where it is not Terraform's: `unknown`, or
//! what is known here although Terraform does not say it yet. To add cases, write them with any result and run
//! the tests with `CREDLINT_RECORD=1`: Terraform fills it in.

#![allow(clippy::disallowed_methods, reason = "a test may run Terraform and write the recorded file")]
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "project/skip.rs"]
mod skip;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use credlint::cli::{Command as Action, CommandLine};
use credlint::settings::InputSettings;
use credlint::{pipeline, report};
use serde_json::Value as Json;
use skip::skip;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expressions");

struct Case {
    expression: String,
    terraform: String,
    ours: Option<String>,
}

fn cases() -> Vec<Case> {
    include_str!("expressions/cases.tsv")
        .lines()
        .map(|line| {
            let mut fields = line.splitn(3, '\t').map(str::to_owned);
            let mut field = || fields.next();
            Case {
                expression: field().unwrap(),
                terraform: field().unwrap_or_else(|| panic!("no result: {line}")),
                ours: field(),
            }
        })
        .collect()
}

/// A root with the variables of the cases, and what `block` makes of each case.
fn project(cases: &[Case], block: impl Fn(usize, &str) -> String) -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(FOLDER).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, project.path().join(path.file_name().unwrap())).unwrap();
    }
    let mut program = String::new();
    for (index, case) in cases.iter().enumerate() {
        program.push_str(&block(index, &case.expression));
    }
    std::fs::write(project.path().join("main.tf"), program).unwrap();
    project
}

#[test]
fn values_are_those_recorded() {
    let cases = cases();
    let project = project(&cases, |index, expression| {
        let value = format!("try(nonsensitive(jsonencode({expression})), \"error\")");
        format!("resource \"aws_iam_user\" \"case_{index}\" {{\n  name = {value}\n}}\n")
    });
    let path = project.path().to_str().unwrap();
    let line = CommandLine::parse_from_arguments(["credlint", "graph", path, "--root", path]).unwrap();
    let Action::Graph(arguments) = line.command else { unreachable!("`graph` parses as graph") };
    let settings = InputSettings::new(&arguments.input).unwrap();
    let understood = pipeline::understand(&settings);
    let text = report::graph::json(&understood.graph, &understood.notices, &settings.workspace.files);
    let graph: Json = serde_json::from_str(&text).unwrap();
    let names: BTreeMap<&str, &Json> = graph["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| (user["address"].as_str().unwrap(), &user["name"]))
        .collect();
    let mut wrong = String::new();
    for (index, case) in cases.iter().enumerate() {
        let Case { expression, terraform, ours: expected } = case;
        let ours = match names.get(format!("aws_iam_user.case_{index}").as_str()) {
            Some(Json::String(text)) => text,
            Some(_) => "unknown",
            None => "no user",
        };
        if ours != expected.as_ref().unwrap_or(terraform) {
            writeln!(wrong, "{expression}\n  ours      {ours}\n  Terraform {terraform}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is not Terraform's answer is no answer, or one that Terraform gives later.
#[test]
fn nothing_known_is_wrong() {
    for Case { expression, terraform, ours } in cases() {
        let Some(ours) = ours else { continue };
        assert!(ours == "unknown" || terraform == "unknown", "{expression}: {ours}");
        assert_ne!(ours, terraform, "{expression}");
    }
}

#[test]
fn values_are_those_of_the_installed_terraform() {
    let recording = std::env::var("CREDLINT_RECORD").is_ok();
    if !recording && Command::new("terraform").arg("version").output().is_err() {
        skip("no terraform on PATH, so the recorded values were not checked against it");
        return;
    }
    let cases = cases();
    let project = project(&cases, |index, expression| {
        let value = format!("try(jsonencode({expression}), \"error\")");
        format!("output \"case_{index}\" {{\n  sensitive = true\n  value     = {value}\n}}\n")
    });
    terraform(project.path(), &["init", "-input=false"]);
    terraform(project.path(), &["plan", "-input=false", "-out=plan"]);
    let shown = terraform(project.path(), &["show", "-json", "plan"]);
    let plan: Json = serde_json::from_slice(&shown.stdout).unwrap();
    let mut lines = String::new();
    for (index, case) in cases.iter().enumerate() {
        let Case { expression, terraform: recorded, ours } = case;
        let change = &plan["output_changes"][format!("case_{index}")];
        let answer =
            if change["after_unknown"] == true { "unknown" } else { change["after"].as_str().unwrap() };
        if !recording {
            assert_eq!(recorded, answer, "{expression}");
        }
        let ours = ours.as_ref().map_or_else(String::new, |ours| format!("\t{ours}"));
        writeln!(lines, "{expression}\t{answer}{ours}").unwrap();
    }
    if recording {
        std::fs::write(format!("{FOLDER}/cases.tsv"), lines).unwrap();
    }
}

fn terraform(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", if cfg!(windows) { "NUL" } else { "/dev/null" })
        .output()
        .unwrap();
    assert!(output.status.success(), "terraform {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
