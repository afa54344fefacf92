//! Which files make a module, and that its syntax makes no difference.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "writes a tree to scan")]

mod project;

use std::path::Path;

use credlint::cli::{Command, CommandLine};
use credlint::settings::InputSettings;
use credlint::source::NoticeKind;
use credlint::{pipeline, report};
use project::Project;
use serde_json::Value;

fn settings(folder: &Path) -> InputSettings {
    let path = folder.to_str().unwrap();
    let line = CommandLine::parse_from_arguments(["credlint", "graph", path, "--root", path]).unwrap();
    let Command::Graph(arguments) = line.command else { unreachable!("`graph` parses as graph") };
    InputSettings::new(&arguments.input).unwrap()
}

fn understood(folder: &Path) -> (Value, pipeline::Understood, InputSettings) {
    let settings = settings(folder);
    let understood = pipeline::understand(&settings);
    let text = report::graph::json(&understood.graph, &understood.notices, &settings.workspace.files);
    (serde_json::from_str(&text).unwrap(), understood, settings)
}

/// The graph without the places.
fn facts(mut graph: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for place in ["location", "path_of_file", "line", "column"] {
                    fields.remove(place);
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(elements) => elements.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut graph);
    graph
}

fn names(folder: &Path) -> Vec<String> {
    let (graph, ..) = understood(folder);
    graph["users"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn both_syntaxes_give_the_same_graph() {
    let native = Project::new(&[(
        "main.tf",
        r#"
variable "n" { default = 2 }
resource "aws_iam_user" "a" {
  count = var.n
  name  = "a-${count.index}"
}
resource "aws_iam_access_key" "a" {
  for_each = { x = -1 }
  user     = aws_iam_user.a[0].name
}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
resource "aws_iam_user_policy" "a" {
  user   = aws_iam_user.a[1].name
  policy = data.aws_iam_policy_document.d.json
}
"#,
    )]);
    let json = Project::new(&[(
        "main.tf.json",
        r#"{"variable": {"n": {"default": 2}}, "resource": {
  "aws_iam_user": {"a": {"count": "${var.n}", "name": "a-${count.index}"}},
  "aws_iam_access_key": {"a": {"for_each": {"x": -1}, "user": "${aws_iam_user.a[0].name}"}},
  "aws_iam_user_policy": {"a": {"user": "${aws_iam_user.a[1].name}",
    "policy": "${data.aws_iam_policy_document.d.json}"}}},
  "data": {"aws_iam_policy_document": {"d": {"statement": [{"actions": ["*"], "resources": ["*"]}]}}}}"#,
    )]);
    let (native, json) = (understood(native.path()).0, understood(json.path()).0);
    assert_eq!(json["users"].as_array().unwrap().len(), 2);
    assert_eq!(facts(native), facts(json));
}

#[test]
fn a_tofu_file_takes_the_place_of_its_namesake() {
    let user = |name: &str| format!("resource \"aws_iam_user\" \"{name}\" {{\n  name = \"{name}\"\n}}\n");
    let folder = Project::new(&[
        ("main.tf", &user("left_out")),
        ("main.tofu", &user("taken")),
        ("other.tf", &user("other")),
        ("a.tftest.hcl", "run \"x\" {}"),
        (".hidden.tf", &user("hidden")),
        ("#editing.tf#", &user("editing")),
    ]);
    assert_eq!(names(folder.path()), ["taken", "other"]);
    let notices = understood(folder.path()).1.notices;
    let told: Vec<_> = notices.iter().filter(|notice| notice.kind == NoticeKind::FormatNotRead).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path.as_deref(), Some("main.tf"));
}

#[test]
fn what_has_no_base_is_told_and_makes_nothing() {
    let folder = Project::new(&[
        ("main.tf", "resource \"aws_iam_user\" \"a\" {\n  name = \"a\"\n}\n"),
        ("override.tf", "resource \"aws_iam_user\" \"b\" {\n  name = \"b\"\n}\nlocals {\n  x = 1\n}\n"),
    ]);
    assert_eq!(names(folder.path()), ["a"]);
    let notices = understood(folder.path()).1.notices;
    let told = notices.iter().filter(|notice| notice.kind == NoticeKind::InvalidConfiguration).count();
    assert_eq!(told, 2);
}

#[test]
fn a_construct_is_named_and_its_line_is_shown() {
    let folder = Project::new(&[
        ("main.ts", "import { Construct } from 'constructs';\n\n  new IamUser(this, 'alice');\n"),
        (
            "cdktf.out/stacks/team/cdk.tf.json",
            r#"{"//": {"metadata": {"stackName": "team"}}, "resource": {"aws_iam_user": {"alice": {
"//": {"metadata": {"path": "team/alice", "uniqueId": "alice",
  "stackTrace": ["new IamUser (node_modules/x/index.js:1:1)", "new Team (main.ts:3:3)"]}},
"name": "alice"}}}}"#,
        ),
    ]);
    let (_, understood, settings) = understood(folder.path());
    let node = &understood.graph.nodes[understood.graph.users[0].node];
    assert_eq!(node.construct_path.as_deref(), Some("team/alice"));
    let shown = node.place();
    assert_eq!(shown.label, "IAM user aws_iam_user.alice is constructed here");
    assert_eq!(node.written_at().label, "IAM user aws_iam_user.alice");
    let files = &settings.workspace.files;
    assert_eq!(files.get(shown.span.file).slice(shown.span), "new IamUser(this, 'alice');");
}

#[cfg(unix)]
#[test]
fn a_folder_of_links_alone_is_a_root() {
    let keys = "variable \"keys\" {\n  default = 1\n}\nresource \"aws_iam_user\" \"a\" {\n  name = \"a\"\n}\n\
                resource \"aws_iam_access_key\" \"a\" {\n  count = var.keys\n  user  = aws_iam_user.a.name\n}\n";
    let project = Project::new(&[("common/main.tf", keys), ("eu/terraform.tfvars", "keys = 2\n")]);
    std::os::unix::fs::symlink("../common/main.tf", project.path().join("eu/main.tf")).unwrap();
    let report = project.json(&["--root", ".", "--select", "multiple-active-keys"]);
    assert_eq!(report["coverage"]["roots"], 2);
    assert_eq!(project::findings(&report), ["multiple-active-keys aws_iam_user.a"]);
    assert_eq!(report["findings"][0]["root"], "eu");
}
