//! `credlint check` as a program: what is found, what is not, how it exits, and what it refuses to read.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use serde_json::Value;

use project::{Project, findings, kinds};

const TWO_KEYS: &str = r#"
resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "b" {
  user = "CI"
}
"#;

#[test]
fn exit_statuses() {
    let project = Project::new(&[("main.tf", TWO_KEYS), ("empty/main.tf", "locals {}\n")]);
    assert_eq!(project.run(&["check", "empty"]).status.code(), Some(0));
    assert_eq!(project.run(&["check"]).status.code(), Some(1));
    assert_eq!(project.run(&["check", "--fail-on", "high"]).status.code(), Some(0));
    assert_eq!(project.run(&["check", "--fail-on", "never"]).status.code(), Some(0));
    assert_eq!(project.run(&["check", "--select", "user-without-group"]).status.code(), Some(0));
    assert_eq!(project.run(&["check", "nowhere"]).status.code(), Some(2));
    assert_eq!(project.run(&["check", "--select", "no-such-rule"]).status.code(), Some(2));
    assert_eq!(project.run(&["check", "--no-such-flag"]).status.code(), Some(2));
}

#[test]
fn names_meet_without_case_and_within_one_root_only() {
    let project = Project::new(&[("a/main.tf", TWO_KEYS)]);
    assert_eq!(project.found(&["--select", "CIS-1.13"]), ["multiple-active-keys aws_iam_user.ci"]);
    let one = TWO_KEYS.replace("resource \"aws_iam_access_key\" \"b\"", "data \"nothing\" \"b\"");
    let apart = Project::new(&[("a/main.tf", &one), ("b/main.tf", &one)]);
    assert_eq!(apart.found(&["--select", "CIS-1.13"]), Vec::<String>::new());
}

#[test]
fn a_broken_block_hides_nothing_else() {
    let project = Project::new(&[
        ("main.tf", TWO_KEYS),
        ("broken.tf", "resource \"aws_iam_user\" \"x\" {\n  name = = 1\n}\n\nlocals {\n"),
    ]);
    let report = project.json(&["--select", "multiple-active-keys"]);
    assert_eq!(findings(&report), ["multiple-active-keys aws_iam_user.ci"]);
    assert!(kinds(&report).contains(&"parse-error".to_owned()));
    assert_eq!(project.run(&["check"]).status.code(), Some(2));
    assert_eq!(project.run(&["check", "--allow-parse-errors"]).status.code(), Some(1));
}

#[test]
fn inputs_follow_terraform_s_order() {
    let program = r#"
variable "keys" {
  type    = number
  default = 0
}
resource "aws_iam_user" "ci" {
  name = "ci"
}
resource "aws_iam_access_key" "this" {
  count = var.keys
  user  = aws_iam_user.ci.name
}
"#;
    let project =
        Project::new(&[("main.tf", program), ("two.tfvars", "keys = 2\n"), ("one.tfvars", "keys = 1\n")]);
    let many = ["multiple-active-keys aws_iam_user.ci"];
    let select = ["--select", "multiple-active-keys"];
    let with = |more: &[&str]| project.found(&[&select, more].concat());
    assert_eq!(with(&[]), Vec::<String>::new());
    assert_eq!(with(&["--var", "keys=2"]), many);
    assert_eq!(with(&["--var-file", "two.tfvars"]), many);
    assert_eq!(with(&["--var", "keys=2", "--var-file", "one.tfvars"]), Vec::<String>::new());
    assert_eq!(with(&["--var-file", "one.tfvars", "--var", "keys=2"]), many);
    let report = project.json(&["--var", "kyes=2"]);
    assert_eq!(kinds(&report), ["invalid-configuration"]);
}

#[test]
fn a_toggle_makes_a_finding_possible_and_exclusive_keys_never_meet() {
    let program = r#"
variable "rotate" {
  type    = bool
  default = false
}
resource "aws_iam_user" "ci" {
  name = "ci"
}
resource "aws_iam_access_key" "always" {
  user = aws_iam_user.ci.name
}
resource "aws_iam_access_key" "sometimes" {
  count = var.rotate ? 1 : 0
  user  = aws_iam_user.ci.name
}
resource "aws_iam_user" "other" {
  name = "other"
}
resource "aws_iam_access_key" "one" {
  count = var.rotate ? 1 : 0
  user  = aws_iam_user.other.name
}
resource "aws_iam_access_key" "two" {
  count = var.rotate ? 0 : 1
  user  = aws_iam_user.other.name
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    let report = project.json(&["--select", "multiple-active-keys"]);
    assert_eq!(findings(&report), ["multiple-active-keys aws_iam_user.ci"]);
    assert_eq!(report["findings"][0]["confidence"], "possible");
    assert_eq!(report["findings"][0]["when"], "var.rotate = true");
    let arguments = ["check", "--select", "multiple-active-keys"];
    assert_eq!(project.run(&arguments).status.code(), Some(0), "a possible finding fails nothing");
    let report = project.json(&["--select", "multiple-active-keys", "--var", "rotate=true"]);
    assert_eq!(report["findings"][0]["confidence"], "certain");
    assert_eq!(report["findings"][0]["when"], Value::Null);
}

/// `when` of the one finding, without and with each of these inputs.
fn toggled(declared: &str, condition: &str, given: &[(&str, bool)]) -> String {
    let program = format!(
        "variable \"x\" {{\n{declared}\n}}\nresource \"aws_iam_user\" \"ci\" {{\n  name = \"ci\"\n}}\nresource \"aws_iam_access_key\" \"ci\" {{\n  count = {condition} ? 2 : 1\n  user = aws_iam_user.ci.name\n}}\n"
    );
    let project = Project::new(&[("main.tf", &program)]);
    let report = project.json(&["--select", "multiple-active-keys"]);
    assert_eq!(kinds(&report), Vec::<String>::new(), "{program}");
    for (value, is_found) in given {
        let with = project.json(&["--select", "multiple-active-keys", "--var", &format!("x={value}")]);
        assert_eq!(findings(&with).len(), usize::from(*is_found), "{program} with {value}");
    }
    let found = report["findings"].as_array().unwrap();
    found
        .iter()
        .map(|row| row["when"].as_str().unwrap_or("certain").to_owned())
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn an_input_is_a_toggle_where_its_values_can_be_told() {
    /// The variable's arguments, the condition, what a finding says, and whether it stands with an input.
    type Case<'c> = (&'c str, &'c str, &'c str, &'c [(&'c str, bool)]);
    let text = "  type = string\n  default = \"dev\"";
    let listed = format!(
        "{text}\n  validation {{\n    condition = contains([\"dev\", \"test\", \"prod\"], var.x)\n    error_message = \"no\"\n  }}"
    );
    let cases: &[Case<'_>] = &[
        ("  type = bool\n  default = null", "coalesce(var.x, false)", "var.x = true", &[("true", true)]),
        ("  type = bool\n  default = null", "var.x != false", "certain", &[("false", false)]),
        (text, "var.x == \"prod\"", "var.x = prod", &[("prod", true), ("qa", false)]),
        (text, "var.x != \"dev\"", "var.x != dev", &[("prod", true), ("dev", false)]),
        (text, "contains([\"prod\", \"qa\"], var.x)", "var.x is one of prod, qa", &[("qa", true)]),
        (text, "var.x == \"dev\"", "certain", &[("prod", false)]),
        (text, "length(var.x) > 3", "", &[("prod", true)]),
        (&listed, "length(var.x) > 3", "var.x is one of prod, test", &[("prod", true), ("dev", false)]),
        (&listed, "var.x != \"dev\"", "var.x is one of prod, test", &[]),
        (
            "  type = number\n  default = 1\n  validation {\n    condition = var.x == 1 || var.x == 2\n    error_message = \"no\"\n  }",
            "var.x > 1",
            "var.x = 2",
            &[("2", true)],
        ),
    ];
    for (declared, condition, when, given) in cases {
        assert_eq!(toggled(declared, condition, given), *when, "{declared}: {condition}");
    }
}

#[test]
fn a_user_with_more_toggles_than_there_are_worlds_is_judged_near_the_defaults() {
    for count in [14, 40] {
        let keys = (0..count).map(|key| {
            let default = key == 7;
            format!(
                "variable \"k{key}\" {{\n  type    = bool\n  default = {default}\n}}\nresource \
                 \"aws_iam_access_key\" \"k{key}\" {{\n  count = var.k{key} ? 1 : 0\n  user  = \
                 aws_iam_user.u.name\n}}\n"
            )
        });
        let user = "resource \"aws_iam_user\" \"u\" {\n  name = \"u\"\n}\n".to_owned();
        let program = keys.fold(user, |program, key| program + &key);
        let project = Project::new(&[("main.tf", &program)]);
        let one = project.json(&["--select", "multiple-active-keys"]);
        assert_eq!(one["findings"][0]["confidence"], "possible");
        assert_eq!(one["findings"][0]["when"], "var.k0 = true");
        assert_eq!(kinds(&one), ["limit-reached"]);
        let certain = project.json(&["--select", "multiple-active-keys", "--var", "k0=true"]);
        assert_eq!(certain["findings"][0]["confidence"], "certain");
        let pair = project.json(&["--select", "multiple-active-keys", "--var", "k7=false"]);
        assert_eq!(pair["findings"][0]["when"], "var.k0 = true and var.k1 = true");
    }
}

#[test]
fn convert_takes_a_type() {
    for (expression, json) in [
        (r#"convert("5", number)"#, "5"),
        (r#"convert(["b", "a", "b"], set(string))"#, r#"["a","b"]"#),
        ("convert({ a = 1 }, object({ a = string, b = optional(number, 2) }))", r#"{"a":"1","b":2}"#),
        (r#"try(convert("x", number), "no number")"#, r#""no number""#),
    ] {
        let program = format!("resource \"aws_iam_user\" \"u\" {{\n  name = jsonencode({expression})\n}}\n");
        let graph = Project::new(&[("main.tf", &program)]).graph(".");
        assert_eq!(graph["users"][0]["name"], json, "{expression}");
    }
}

#[test]
fn an_unknown_collection_is_one_user_for_every_key() {
    let program = r#"
variable "people" {
  type = map(object({ console = bool }))
}
resource "aws_iam_user" "this" {
  for_each = var.people
  name     = each.key
}
resource "aws_iam_access_key" "this" {
  for_each = var.people
  user     = aws_iam_user.this[each.key].name
}
resource "aws_iam_user_login_profile" "this" {
  for_each = aws_iam_user.this
  user     = each.value.name
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    let report = project.json(&["--select", "password-and-access-key"]);
    let subject = "aws_iam_user.this[each key of var.people]";
    assert_eq!(findings(&report), [format!("password-and-access-key {subject}")]);
    assert_eq!(report["findings"][0]["confidence"], "certain");
    assert!(kinds(&report).contains(&"unknown-value".to_owned()));
}

#[test]
fn what_is_unknown_is_said_only_where_a_credential_hangs_on_it() {
    let program = r#"
variable "zones" {
  type = set(string)
}
resource "aws_subnet" "this" {
  for_each = var.zones
}
module "network" {
  source   = "./network"
  for_each = var.zones
}
resource "aws_lambda_function" "plain" {
  for_each = var.zones
  environment {
    variables = { SUBNET = aws_subnet.this[each.key].id }
  }
}
resource "aws_lambda_function" "leaky" {
  for_each = var.zones
  environment {
    variables = { SECRET = aws_iam_access_key.ci.secret }
  }
}
resource "aws_iam_user" "ci" {
  name = "ci"
}
resource "aws_iam_access_key" "ci" {
  user = aws_iam_user.ci.name
}
output "subnets" {
  value = values(aws_subnet.this)[*].id
}
"#;
    let network = "variable \"a\" {\n  default = \"x\"\n}\nresource \"aws_vpc\" \"this\" {}\n";
    let project = Project::new(&[("main.tf", program), ("network/main.tf", network)]);
    let report = project.json(&["--select", "exposed-secret-key"]);
    assert_eq!(findings(&report).len(), 1);
    let messages: Vec<_> =
        report["notices"].as_array().unwrap().iter().map(|notice| notice["message"].to_string()).collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("which instances aws_lambda_function.leaky has"), "{messages:?}");
}

#[test]
fn nothing_outside_the_root_is_read() {
    let outside = Project::new(&[
        ("secret.txt", "two-words"),
        ("module/main.tf", "resource \"aws_iam_user\" \"outside\" {\n  name = \"outside\"\n}\n"),
        (
            "repository/main.tf",
            r#"
module "up" {
  source = "../module"
}
resource "aws_iam_user" "read" {
  name = file("../secret.txt")
}
resource "aws_iam_user" "passwd" {
  name = file("/etc/passwd")
}
"#,
        ),
    ]);
    let output = outside.run(&["graph", "repository"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let graph: Value = serde_json::from_str(&text).unwrap();
    assert!(!text.contains("two-words") && !text.contains("root:"), "{text}");
    assert!(!text.contains("aws_iam_user.outside"), "{text}");
    assert!(kinds(&graph).contains(&"outside-root".to_owned()), "{text}");
    let wider = outside.run(&["graph", "repository", "--root", "."]);
    assert!(String::from_utf8(wider.stdout).unwrap().contains("module.up.aws_iam_user.outside"));
}

#[test]
fn several_outputs_at_once() {
    let project = Project::new(&[("main.tf", TWO_KEYS)]);
    let output = project.run(&["check", "--output", "sarif=out.sarif", "--output", "json=out.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    for name in ["out.sarif", "out.json"] {
        let text = std::fs::read_to_string(project.path().join(name)).unwrap();
        let _: Value = serde_json::from_str(&text).unwrap();
    }
    let output = project.run(&["check", "--output", "no/such/folder.json"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_user_s_own_rule_does_what_ours_do() {
    let rule = r#"---
id: key-of-ci
title: The CI user has a key
severity: high
subject: access_key
when: user.name == "ci" && access_key.active
flag: access_key
message: "{user.name} has the key {access_key.address}"
why: "CI has a role"
fix: "remove {access_key.address}"
---
Any text.
"#;
    let project = Project::new(&[("main.tf", TWO_KEYS), ("rules/key-of-ci.md", rule)]);
    let found = project.found(&["--rules", "rules", "--select", "key-of-ci", "main.tf"]);
    assert_eq!(found, ["key-of-ci aws_iam_user.ci", "key-of-ci aws_iam_user.ci"]);
    let broken = rule.replace("user.name ==", "user.nmae ==");
    let project = Project::new(&[("main.tf", TWO_KEYS), ("rules/key-of-ci.md", &broken)]);
    let output = project.run(&["check", "--rules", "rules"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nmae"));
}

#[test]
fn finding_nothing_to_read_is_said() {
    let project =
        Project::new(&[("a.txt", "hello"), ("json/package.json", "{}"), ("code/main.tf", TWO_KEYS)]);
    assert_eq!(kinds(&project.json(&["a.txt"])), ["format-not-read"]);
    assert_eq!(kinds(&project.json(&["json"])), ["format-not-read"]);
    let report = project.json(&["code", "nowhere", "--select", "CIS-1.13"]);
    assert_eq!(findings(&report), ["multiple-active-keys aws_iam_user.ci"]);
    assert_eq!(kinds(&report), ["unreadable-file"]);
}

#[test]
fn a_secret_is_followed_where_it_goes_and_no_further() {
    let program = r#"
resource "aws_iam_access_key" "k" {
  user = "ci"
}
locals {
  line = "secret=${aws_iam_access_key.k.secret}"
}
output "plain" {
  value = { inner = [upper(local.line)] }
}
output "sensitive" {
  value     = local.line
  sensitive = true
}
output "hash" {
  value = sha256(aws_iam_access_key.k.secret)
}
output "present" {
  value = aws_iam_access_key.k.secret != "" ? "yes" : "no"
}
output "id" {
  value = aws_iam_access_key.k.id
}
data "template_file" "rendered" {
  template = "x"
  vars     = { s = local.line }
}
resource "aws_instance" "i" {
  user_data = data.template_file.rendered.rendered
}
resource "aws_ssm_parameter" "secure" {
  type  = "SecureString"
  value = local.line
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    let report = project.json(&["--select", "exposed-secret-key"]);
    let text = report["findings"].to_string();
    for exposed in ["output.plain", "aws_instance.i"] {
        assert!(text.contains(exposed), "{exposed} is missing: {text}");
    }
    for fine in ["output.sensitive", "output.hash", "output.present", "output.id", "aws_ssm_parameter.secure"]
    {
        assert!(!text.contains(fine), "{fine} shows no secret: {text}");
    }
}

#[test]
fn what_is_sensitive_is_not_printed() {
    let program = r#"
variable "login" {
  default   = "hunter2"
  sensitive = true
}
resource "aws_iam_user" "u" {
  name = var.login
}
resource "aws_iam_access_key" "a" {
  user = aws_iam_user.u.name
}
resource "aws_iam_access_key" "b" {
  user = var.login
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    for arguments in
        [["check", "--format", "human"], ["check", "--format", "sarif"], ["graph", "--format", "json"]]
    {
        let output = String::from_utf8(project.run(&arguments).stdout).unwrap();
        assert!(!output.contains("hunter2"), "{arguments:?}: {output}");
    }
    assert_eq!(project.found(&["--select", "CIS-1.13"]), ["multiple-active-keys aws_iam_user.u"]);
}

#[test]
fn a_worse_world_is_reported_beside_the_default_one() {
    let program = r#"
variable "console" {
  type    = bool
  default = false
}
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_user_login_profile" "u" {
  count = var.console ? 1 : 0
  user  = aws_iam_user.u.name
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    let report = project.json(&["--select", "unnecessary-iam-user"]);
    let rows = report["findings"].as_array().unwrap();
    let said: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row["severity"].as_str().unwrap(), row["confidence"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("high", "possible"), ("medium", "certain")]);
    assert_ne!(rows[0]["fingerprint"], rows[1]["fingerprint"]);
}

#[test]
fn work_is_bounded() {
    let program = r#"
module "a" {
  source = "./m"
  count  = 1000
}
locals {
  long = [for i in range(1000) : { for j in range(1000) : "k${j}" => range(1000) }]
}
resource "aws_iam_user" "long" {
  name = "n${length(local.long)}"
}
"#;
    let module = "resource \"aws_iam_user\" \"u\" {\n  count = 1000\n  name = \"u\"\n}\n";
    let project = Project::new(&[("main.tf", program), ("m/main.tf", module)]);
    let report = project.json(&["--select", "user-without-group", "--ignore", "user-without-group"]);
    assert!(kinds(&report).contains(&"limit-reached".to_owned()));
}

#[test]
fn a_name_means_a_user_only_where_the_user_exists() {
    let program = r#"
variable "a" {
  type    = bool
  default = false
}
resource "aws_iam_user" "u" {
  count = var.a ? 1 : 0
  name  = "bob"
}
resource "aws_iam_access_key" "k" {
  count = 2
  user  = "bob"
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    let report = project.json(&["--select", "multiple-active-keys"]);
    let rows = report["findings"].as_array().unwrap();
    let said: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row["subject"].as_str().unwrap(), row["confidence"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("aws_iam_user.u[0]", "possible"), ("user/bob", "certain")]);
}

#[test]
fn a_null_set_falls_back_to_a_list() {
    let program = r#"
variable "names" {
  type    = set(string)
  default = null
}
resource "aws_iam_user" "u" {
  for_each = var.names == null ? ["alice"] : var.names
  name     = each.key
}
"#;
    let project = Project::new(&[("main.tf", program)]);
    let found = project.found(&["--select", "unnecessary-iam-user"]);
    assert_eq!(found, ["unnecessary-iam-user aws_iam_user.u[\"alice\"]"]);
}
