//! Terragrunt units: which module each applies, with which inputs, and what is said where that cannot be told.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use std::path::Path;

use serde_json::Value;

use project::{Project, messages, parsed, run_in};

fn graph(directory: &Path) -> Value {
    json(directory, &["graph", "--format", "json"])
}

fn json(directory: &Path, arguments: &[&str]) -> Value {
    parsed(&run_in(directory, &[arguments, &["--root", "."]].concat()))
}

struct Repository(Project);

impl Repository {
    /// A module whose one user is named and placed by its variables, and these files.
    fn new(files: &[(&str, &str)]) -> Self {
        Self(Project::new(&[&[("modules/user/main.tf", MODULE)], files].concat()))
    }

    fn graph(&self) -> Value {
        graph(self.0.path())
    }

    /// `root name path` of each user.
    fn users(&self) -> Vec<String> {
        users(&self.graph())
    }

    fn notices(&self) -> Vec<String> {
        messages(&self.graph())
    }
}

fn users(graph: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let rows = graph["users"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {} {}", text(&row["root"]), text(&row["name"]), text(&row["path"]))).collect()
}

const MODULE: &str = r#"
variable "name" {
  type    = string
  default = "default"
}
variable "path" {
  type    = string
  default = "/"
}
terraform {
  backend "s3" {}
}
resource "aws_iam_user" "it" {
  name = var.name
  path = var.path
}
"#;

const SOURCE: &str = "terraform {\n  source = \"../modules/user\"\n}\n";

fn unit(rest: &str) -> String {
    format!("{SOURCE}{rest}")
}

#[test]
fn each_unit_is_a_root_and_its_module_is_none() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terragrunt");
    let graph = graph(&directory);
    assert_eq!(
        users(&graph),
        [
            "live/prod/exporter ? ?",
            "live/prod/legacy legacy /prod/legacy/",
            "live/prod/uploader uploader-prod /prod/uploader/",
            "live/staging/uploader uploader-staging /staging/uploader/",
        ]
    );
    assert_eq!(graph["access_keys"].as_array().unwrap().len(), 4);
    let notices: Vec<&str> =
        graph["notices"].as_array().unwrap().iter().map(|row| row["message"].as_str().unwrap()).collect();
    assert!(notices.iter().any(|message| message.contains("it hangs on dependency.network")), "{notices:?}");
    assert!(notices.iter().any(|message| message.contains("is not on disk")), "{notices:?}");
    let files = json(&directory, &["files", "--format", "json"]);
    assert_eq!(files["roots"].as_array().unwrap().len(), 5);
    let rows = files["files"].as_array().unwrap();
    let module = rows.iter().find(|row| row["path"] == "modules/service-user/main.tf").unwrap();
    assert!(module["root"].is_null());
    assert_eq!(module["called_by"], "live/prod/exporter");
}

#[test]
fn findings_lead_back_to_the_unit() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terragrunt");
    let report = json(&directory, &["check", "--format", "json", "--select", "multiple-active-keys"]);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    let text = findings[0].to_string();
    assert!(text.contains("live/prod/uploader/terragrunt.hcl"), "{text}");
    assert!(text.contains("applied by the unit live/prod/uploader"), "{text}");
}

/// What Terraform 1.11.4 makes of `TF_VAR_…` with these texts, by the type of the variable.
#[test]
fn inputs_pass_through_the_environment() {
    let cases = [
        ("type = string", "5", "5"),
        ("type = string", "true", "true"),
        ("", "true", "true"),
        ("", "[\"a\", \"b\"]", "[\"a\",\"b\"]"),
        ("default = \"x\"", "true", "true"),
        ("", "{ n = 1, k = \"<v>\" }", "{\"k\":\"\\u003cv\\u003e\",\"n\":1}"),
    ];
    for (declared, input, expected) in cases {
        let module = format!(
            "variable \"v\" {{\n  {declared}\n}}\nresource \"aws_iam_user\" \"it\" {{\n  name = var.v\n}}\n"
        );
        let unit = format!("terraform {{\n  source = \"../m\"\n}}\ninputs = {{\n  v = {input}\n}}\n");
        let repository = Repository::new(&[("m/main.tf", &module), ("unit/terragrunt.hcl", &unit)]);
        let graph = repository.graph();
        let user = graph["users"].as_array().unwrap().iter().find(|user| user["root"] == "unit").unwrap();
        assert_eq!(user["name"], expected, "{declared}: {input}");
    }
    let module = "variable \"v\" {\n  type = list(string)\n}\nresource \"aws_iam_user\" \"it\" {\n  name = var.v[1]\n}\n";
    for input in ["[\"a\", \"b\"]", "\"[\\\"a\\\", \\\"b\\\"]\"", "jsonencode([\"a\", \"b\"])"] {
        let unit = format!("terraform {{\n  source = \"../m\"\n}}\ninputs = {{\n  v = {input}\n}}\n");
        let repository = Repository::new(&[("m/main.tf", module), ("unit/terragrunt.hcl", &unit)]);
        assert!(repository.users().contains(&"unit b /".to_owned()), "{input}: {:?}", repository.users());
    }
}

#[test]
fn variables_files_and_arguments_override_inputs() {
    let inputs = "inputs = {\n  name = \"input\"\n  path = \"/input/\"\n}\n";
    let repository = Repository::new(&[
        ("a/terragrunt.hcl", &unit(inputs)),
        ("a/terraform.tfvars", "name = \"beside\"\n"),
        ("b/terragrunt.hcl", &unit(inputs).replace("\"\n}\n", "\"\n  extra_arguments \"more\" {\n    commands = get_terraform_commands_that_need_vars()\n    arguments = [\"-lock-timeout=5m\", \"-var\", \"name=argument\"]\n    required_var_files = [\"${get_terragrunt_dir()}/more.tfvars\"]\n    optional_var_files = [\"${get_terragrunt_dir()}/absent.tfvars\"]\n  }\n}\n").replacen("source = \"../modules/user\"\n}\n", "source = \"../modules/user\"\n", 1)),
        ("b/more.tfvars", "path = \"/file/\"\n"),
        ("c/terragrunt.hcl", &unit(inputs)),
    ]);
    assert_eq!(repository.users(), ["a beside /input/", "b argument /file/", "c input /input/"]);
}

#[test]
fn includes_merge_as_they_say() {
    let root = "inputs = {\n  name = \"root\"\n  path = \"/root/\"\n}\n";
    let include = |strategy: &str| {
        unit(&format!(
            "include \"root\" {{\n  path = find_in_parent_folders(\"root.hcl\")\n  {strategy}\n}}\ninputs = {{\n  name = \"own\"\n}}\n"
        ))
    };
    let repository = Repository::new(&[
        ("root.hcl", root),
        ("a/terragrunt.hcl", &include("")),
        ("b/terragrunt.hcl", &include("merge_strategy = \"deep\"")),
        ("c/terragrunt.hcl", &include("merge_strategy = \"no_merge\"")),
    ]);
    assert_eq!(repository.users(), ["a own /root/", "b own /root/", "c own /"]);
    let names = "variable \"names\" {\n  type = any\n}\nresource \"aws_iam_user\" \"it\" {\n  name = join(\"-\", concat(var.names.of, [var.names.last]))\n}\n";
    let include = |strategy: &str| {
        format!(
            "terraform {{\n  source = \"../m\"\n}}\ninclude {{\n  path = \"../root.hcl\"\n  merge_strategy = \"{strategy}\"\n}}\ninputs = {{\n  names = {{ of = [\"b\"], last = \"{strategy}\" }}\n}}\n"
        )
    };
    let repository = Repository::new(&[
        ("m/main.tf", names),
        ("root.hcl", "inputs = {\n  names = { of = [\"a\"], last = \"x\" }\n}\n"),
        ("a/terragrunt.hcl", &include("deep")),
        ("b/terragrunt.hcl", &include("shallow")),
    ]);
    assert_eq!(repository.users(), ["a a-b-deep /", "b b-shallow /", "modules/user default /"]);
}

#[test]
fn what_a_unit_generates_or_has_beside_it_is_part_of_its_module() {
    let generate = "generate \"more\" {\n  path = \"more.tf\"\n  if_exists = \"overwrite\"\n  contents = <<-EOT\n    resource \"aws_iam_access_key\" \"it\" {\n      user = aws_iam_user.it.name\n    }\n  EOT\n}\n";
    let repository = Repository::new(&[
        ("a/terragrunt.hcl", &unit(generate)),
        ("b/terragrunt.hcl", &unit("")),
        ("b/extra.tf", "resource \"aws_iam_access_key\" \"it\" {\n  user = aws_iam_user.it.name\n}\n"),
        ("c/terragrunt.hcl", &unit(&generate.replace("aws_iam_user.it.name", "${run_cmd(\"x\")}"))),
    ]);
    let graph = repository.graph();
    assert_eq!(graph["access_keys"].as_array().unwrap().len(), 2);
    let notices = repository.notices();
    assert!(
        notices.iter().any(|message| message.contains("what is generated here is unknown")),
        "{notices:?}"
    );
}

#[test]
fn what_only_a_run_can_say_is_unknown_and_named() {
    for (input, named) in [
        ("get_env(\"NAME\")", "get_env(\"NAME\")"),
        ("run_cmd(\"whoami\")", "run_cmd(\"whoami\")"),
        ("dependency.other.outputs.name", "dependency.other"),
        ("jsondecode(sops_decrypt_file(\"x.json\")).name", "sops_decrypt_file(\"x.json\")"),
        ("get_aws_account_id()", "get_aws_account_id()"),
        ("values.name", "values.name"),
    ] {
        let text = unit(&format!("inputs = {{\n  name = {input}\n}}\n"));
        let repository = Repository::new(&[("a/terragrunt.hcl", &text)]);
        assert_eq!(repository.users(), ["a ? /"], "{input}");
        let notices = repository.notices();
        assert!(notices.iter().any(|message| message.contains(&format!("hangs on {named}"))), "{notices:?}");
    }
    let text = unit("inputs = merge({ path = \"/a/\" }, dependency.other.outputs)\n");
    let repository = Repository::new(&[("a/terragrunt.hcl", &text)]);
    assert_eq!(repository.users(), ["a ? ?"], "any input may be among the outputs");
    let text = unit("inputs = {\n  name = get_env(\"NAME\", \"by-default\")\n}\n");
    assert_eq!(Repository::new(&[("a/terragrunt.hcl", &text)]).users(), ["a by-default /"]);
}

#[test]
fn paths_and_other_files() {
    let text = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n  expose = true\n}\nlocals {\n  team = read_terragrunt_config(\"team.hcl\", { locals = { name = \"none\" } })\n  vars = jsondecode(read_tfvars_file(\"x.tfvars\"))\n}\nterraform {\n  source = \"${get_repo_root()}/modules//user\"\n}\ninputs = {\n  name = \"${include.root.locals.prefix}-${local.team.locals.name}-${local.vars.n}-${path_relative_from_include()}\"\n}\n";
    let repository = Repository::new(&[
        (".git/HEAD", ""),
        (
            "root.hcl",
            "locals {\n  prefix = \"${basename(get_parent_terragrunt_dir())}\" == \"\" ? \"x\" : path_relative_to_include()\n}\ninputs = {\n  path = \"/${path_relative_to_include()}/\"\n}\n",
        ),
        ("live/a/terragrunt.hcl", text),
        ("live/a/x.tfvars", "n = 3\n"),
        ("live/b/terragrunt.hcl", text),
        ("live/b/x.tfvars", "n = 4\n"),
        ("live/b/team.hcl", "locals {\n  name = basename(get_terragrunt_dir())\n}\n"),
    ]);
    assert_eq!(
        repository.users(),
        ["live/a live/a-none-3-../.. /live/a/", "live/b live/b-b-4-../.. /live/b/"]
    );
}

#[test]
fn a_boolean_feature_is_a_toggle() {
    let text = unit(
        "feature \"on\" {\n  default = false\n}\ngenerate \"key\" {\n  path = \"key.tf\"\n  disable = false\n  contents = \"resource \\\"aws_iam_access_key\\\" \\\"k\\\" {\\n  count = var.path == \\\"/on/\\\" ? 1 : 0\\n  user = aws_iam_user.it.name\\n}\"\n}\ninputs = {\n  path = feature.on.value ? \"/on/\" : \"/off/\"\n}\n",
    );
    let repository = Repository::new(&[("a/terragrunt.hcl", &text)]);
    let graph = repository.graph();
    let key = &graph["access_keys"][0];
    assert_eq!(key["by_default"], false);
    assert_eq!(key["when"], "feature.on.value = true");
}

#[test]
fn a_file_that_others_include_is_no_unit_and_an_excluded_unit_is_said() {
    let repository = Repository::new(&[
        ("terragrunt.hcl", "terraform {\n  source = \"./modules/${path_relative_to_include()}\"\n}\n"),
        (
            "user/terragrunt.hcl",
            "include {\n  path = find_in_parent_folders()\n}\nterraform {\n  source = \"../modules/user\"\n}\n",
        ),
        ("b/terragrunt.hcl", &unit("exclude {\n  if = true\n  actions = [\"all\"]\n}\n")),
        ("c/terragrunt.hcl", &unit("exclude {\n  if = true\n  actions = [\"destroy\"]\n}\n")),
    ]);
    assert_eq!(repository.users(), ["c default /", "user default /"]);
    let notices = repository.notices();
    assert_eq!(notices, ["this unit is left out of every run, so it was not checked"]);
}

#[test]
fn a_module_of_the_public_registry_is_modelled() {
    let repository = Repository::new(&[(
        "a/terragrunt.hcl",
        "terraform {\n  source = \"tfr:///terraform-aws-modules/iam/aws//modules/iam-user?version=5.30.0\"\n}\ninputs = {\n  name = \"ci\"\n  path = \"/ci/\"\n}\n",
    )]);
    assert_eq!(repository.users(), ["a ci /ci/", "modules/user default /"]);
    let notices = repository.notices();
    assert!(notices.iter().any(|message| message.contains("stand in for it")), "{notices:?}");
    let graph = repository.graph();
    assert_eq!(graph["access_keys"][0]["when"], Value::Null, "a unit gives its module all that it is given");
}

#[test]
fn nothing_outside_is_read_and_circles_end() {
    let repository = Repository::new(&[
        ("a/terragrunt.hcl", &unit("include \"out\" {\n  path = \"../../../../../../etc/passwd\"\n}\n")),
        (
            "b/terragrunt.hcl",
            &unit(
                "locals {\n  again = read_terragrunt_config(\"../c/terragrunt.hcl\")\n}\ninputs = {\n  name = local.again.locals.again.locals.x\n}\n",
            ),
        ),
        (
            "c/terragrunt.hcl",
            &unit("locals {\n  again = read_terragrunt_config(\"../b/terragrunt.hcl\")\n  x = \"y\"\n}\n"),
        ),
        ("d/terragrunt.hcl", "terraform {\n  source = \"../../../../../../etc\"\n}\n"),
        ("e/terragrunt.hcl", &unit("include \"self\" {\n  path = \"terragrunt.hcl\"\n}\n")),
    ]);
    let notices = repository.notices();
    assert!(notices.iter().any(|message| message.contains("leads outside the scanned root")), "{notices:?}");
    assert!(repository.users().iter().any(|user| user.starts_with("b ? ")), "{:?}", repository.users());
}

#[test]
fn a_provider_that_may_be_generated_is_not_missed() {
    let module = "resource \"aws_iam_user\" \"this\" {\n  name     = \"ci\"\n  provider = aws.east\n}\n";
    let unit = |contents: &str| {
        format!(
            "terraform {{\n  source = \"../m\"\n}}\ngenerate \"providers\" {{\n  path = \"providers.tf\"\n  \
             if_exists = \"overwrite\"\n  contents = {contents}\n}}\n"
        )
    };
    let is_missed = |contents: &str| {
        let unit = unit(contents);
        let files = [("m/main.tf", module), ("unit/terragrunt.hcl", unit.as_str())];
        Repository::new(&files).notices().iter().any(|message| message.contains("aws.east is not declared"))
    };
    assert!(!is_missed("run_cmd(\"make-providers\")"));
    assert!(is_missed("\"# none\""));
}
