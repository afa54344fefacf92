//! `credlint graph` against what Terraform itself planned: every instance address, name, path, owner and
//! status of the programs in `fixtures/terraform/programs`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads fixtures")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use credlint::cli::{Command, CommandLine};
use credlint::settings::InputSettings;
use credlint::{pipeline, report};
use serde_json::{Value, json};

mod project;
use project::{Project, column, messages};

#[test]
fn the_graph_is_what_terraform_plans() {
    let mut failures = Vec::new();
    for program in programs() {
        let planned = std::fs::read_to_string(program.join("planned.json")).unwrap();
        let planned: BTreeMap<String, Value> = serde_json::from_str(&planned).unwrap();
        let understood = understood(&program, &[]);
        let addresses = planned.keys().chain(understood.keys());
        for address in addresses.collect::<std::collections::BTreeSet<_>>() {
            let (planned, understood) = (planned.get(address), understood.get(address));
            if !agrees(planned, understood) {
                let name = program.file_name().unwrap().to_string_lossy();
                failures
                    .push(format!("{name}: {address}\n  planned {planned:?}\n  understood {understood:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// `planned.json` is of `required = "team"`; what is not known without it is null here.
#[test]
fn keys_that_are_unknown_are_as_many_as_known_ones() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform/required-keys");
    let planned = std::fs::read_to_string(program.join("planned.json")).unwrap();
    let planned: BTreeMap<String, Value> = serde_json::from_str(&planned).unwrap();
    assert_eq!(understood(&program, &["--var", "required=team"]), planned);
    let open: BTreeMap<String, Value> = understood(&program, &[])
        .into_iter()
        .map(|(address, facts)| {
            let address = address.replace("${var.required}", "team").replace("[var.required]", "[\"team\"]");
            (address, facts)
        })
        .collect();
    assert_eq!(open.keys().collect::<Vec<_>>(), planned.keys().collect::<Vec<_>>());
    for (address, facts) in &open {
        for known in ["path", "status"] {
            assert_eq!(facts.get(known), planned[address].get(known), "{address}");
        }
    }
}

/// Terraform 1.11 refuses the first three ("Sensitive values ... cannot be used as `for_each` arguments") and plans
/// the last, whose values alone are sensitive.
#[test]
fn sensitive_keys_make_no_instances_and_are_not_shown() {
    let project = Project::new(&[(
        "main.tf",
        r#"
variable "names" {
  type      = set(string)
  default   = ["hidden-one", "hidden-two"]
  sensitive = true
}
resource "aws_iam_user" "from_set" {
  for_each = toset([for name in var.names : name])
  name     = each.value
}
resource "aws_iam_user" "among_others" {
  for_each = setunion(["shown"], var.names)
  name     = each.value
}
resource "aws_iam_user" "filtered" {
  for_each = { for key in ["a"] : key => key if contains(var.names, "hidden-one") }
  name     = each.value
}
resource "aws_iam_user" "values" {
  for_each = { for key in ["a", "b"] : key => join("", var.names) }
  name     = each.value
}
"#,
    )]);
    let graph = project.graph(".");
    let addresses = column(&graph["users"], "address");
    assert_eq!(addresses, ["aws_iam_user.values[\"a\"]", "aws_iam_user.values[\"b\"]"]);
    let messages = messages(&graph);
    assert_eq!(messages.len(), 3, "{messages:?}");
    for (message, name) in messages.iter().zip(["from_set", "among_others", "filtered"]) {
        assert_eq!(*message, format!("aws_iam_user.{name} has no instances: its `for_each` is sensitive"));
    }
    assert!(!graph.to_string().contains("hidden"), "{graph}");
}

/// Equal, but for what Terraform does not know before an apply.
fn agrees(planned: Option<&Value>, understood: Option<&Value>) -> bool {
    let (Some(Value::Object(planned)), Some(Value::Object(understood))) = (planned, understood) else {
        return false;
    };
    planned.len() == understood.len()
        && planned.iter().all(|(key, value)| value.is_null() || understood.get(key) == Some(value))
}

/// What exists by default, in the shape of `planned.json`.
fn understood(program: &Path, more: &[&str]) -> BTreeMap<String, Value> {
    let path = program.to_str().unwrap();
    let arguments = ["credlint", "graph", path, "--root", path];
    let line = CommandLine::parse_from_arguments(arguments.iter().chain(more)).unwrap();
    let Command::Graph(arguments) = line.command else { unreachable!("`graph` parses as graph") };
    let settings = InputSettings::new(&arguments.input).unwrap();
    let understood = pipeline::understand(&settings);
    let text = report::graph::json(&understood.graph, &understood.notices, &settings.workspace.files);
    let graph: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(graph["version"], 1);
    let rows = |kind: &str| graph[kind].as_array().unwrap().clone();
    let mut found = BTreeMap::new();
    let mut add = |row: &Value, facts: Value| {
        if row["by_default"] == true && row["external"] != true {
            found.insert(row["address"].as_str().unwrap().to_owned(), facts);
        }
    };
    for user in rows("users") {
        add(&user, json!({"name": user["name"], "path": user["path"]}));
    }
    for key in rows("access_keys") {
        add(&key, json!({"user": key["user_name"], "status": key["status"]}));
    }
    for password in rows("passwords") {
        add(&password, json!({"user": password["user_name"]}));
    }
    found
}

fn programs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform/programs");
    let mut programs: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("planned.json").exists())
        .collect();
    programs.sort();
    assert!(programs.len() >= 21, "the programs are gone");
    programs
}
