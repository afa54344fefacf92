//! Where a module's source leads: what `terraform init` installed, what is out of date, and known defaults.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use serde_json::Value;

use project::{Project, column, parsed};

const USER: &str = "resource \"aws_iam_user\" \"this\" {\n  name = \"installed\"\n}\n";

/// A root that calls one installed module, with this call and this manifest entry.
fn installed(call: &str, entry: &str) -> Project {
    Project::new(&[
        ("main.tf", &format!("module \"m\" {{\n{call}\n}}\n")),
        (".terraform/modules/modules.json", &format!("{{\"Modules\":[{{\"Key\":\"m\",{entry}}}]}}")),
        (".terraform/modules/m/main.tf", USER),
        (".terraform/modules/m/sub/main.tf", USER),
    ])
}

/// Addresses of the users, keys and passwords that exist by default.
fn addresses(graph: &Value) -> Vec<String> {
    let kinds = ["users", "access_keys", "passwords"];
    let rows = kinds.iter().flat_map(|kind| graph[*kind].as_array().unwrap());
    let by_default = rows.filter(|row| row["by_default"] == true);
    by_default.map(|row| row["address"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_installed_is_read_when_it_is_what_the_call_asks_for() {
    let registry = r#""Source":"registry.terraform.io/acme/people/aws","Version":"1.4.0""#;
    let git = r#""Source":"git::https://git.example.com/people.git//sub?ref=v1""#;
    for (call, entry) in [
        ("source = \"acme/people/aws\"", registry),
        ("source = \"acme/people/aws\"\nversion = \">= 1.3, < 2\"", registry),
        ("source = \"registry.terraform.io/acme/people/aws\"\nversion = \"1.4.0\"", registry),
        ("source = \"git::https://git.example.com/people.git//sub?ref=v1\"", git),
    ] {
        let directory = r#""Dir":".terraform/modules/m""#;
        let graph = installed(call, &format!("{entry},{directory}")).graph(".");
        assert_eq!(column(&graph["users"], "name"), ["installed"], "{call}");
        assert_eq!(graph["notices"].as_array().unwrap().len(), 0, "{call}: {}", graph["notices"]);
    }
}

#[test]
fn what_is_out_of_date_is_said_and_not_used() {
    let directory = r#""Dir":".terraform/modules/m""#;
    let entry = format!(r#""Source":"registry.terraform.io/acme/people/aws","Version":"1.4.0",{directory}"#);
    let without_version = format!(r#""Source":"registry.terraform.io/acme/people/aws",{directory}"#);
    let gone =
        r#""Source":"registry.terraform.io/acme/people/aws","Version":"1.4.0","Dir":".terraform/modules/x""#;
    let outside = r#""Source":"registry.terraform.io/acme/people/aws","Version":"1.4.0","Dir":"../..""#;
    for (call, entry, kind, words) in [
        ("source = \"acme/other/aws\"", &*entry, "module-not-on-disk", "was installed from"),
        ("source = \"app.terraform.io/acme/people/aws\"", &entry, "module-not-on-disk", "was installed from"),
        ("source = \"acme/people/aws\"\nversion = \"~> 2.0\"", &entry, "module-not-on-disk", "as 1.4.0, and"),
        (
            "source = \"acme/people/aws\"\nversion = \"~> 1.0\"",
            &without_version,
            "module-not-on-disk",
            "without a version",
        ),
        ("source = \"acme/people/aws\"", gone, "module-not-on-disk", "which is not there"),
        ("source = \"acme/people/aws\"", outside, "outside-root", "outside the scanned root"),
    ] {
        let graph = installed(call, entry).graph(".");
        assert_eq!(graph["users"].as_array().unwrap().len(), 0, "{call}");
        // One notice a call.
        assert_eq!(column(&graph["notices"], "kind"), [kind], "{call}: {}", graph["notices"]);
        let message = graph["notices"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{call}: {message}");
    }
    let old =
        "source = \"terraform-aws-modules/iam/aws//modules/iam-user\"\nversion = \"~> 6.0\"\nname = \"u\"";
    let entry = r#""Source":"registry.terraform.io/terraform-aws-modules/iam/aws//modules/iam-user","Version":"5.60.0""#;
    let graph = installed(old, &format!("{entry},{directory}")).graph(".");
    assert_eq!(column(&graph["users"], "name"), ["u"]);
    assert_eq!(column(&graph["notices"], "kind"), ["module-modelled"]);
    let message = graph["notices"][0]["message"].as_str().unwrap();
    assert!(message.contains("is out of date: it was installed as 5.60.0"), "{message}");
}

#[test]
fn a_manifest_that_is_none_is_said() {
    for text in ["{", "[]", "{\"Modules\":{}}", "{\"Modules\":[{\"Key\":7}]}"] {
        let project = Project::new(&[
            ("main.tf", "module \"m\" {\n  source = \"acme/people/aws\"\n}\n"),
            (".terraform/modules/modules.json", text),
        ]);
        let kinds = column(&project.graph(".")["notices"], "kind");
        assert_eq!(kinds, ["invalid-configuration", "module-not-on-disk"], "{text}");
    }
}

#[test]
fn a_manifest_above_the_root_counts_when_it_is_the_root_s() {
    let manifest = |root: &str| {
        format!(
            r#"{{"Modules":[{{"Key":"","Source":"","Dir":"{root}"}},
            {{"Key":"m","Source":"registry.terraform.io/acme/people/aws","Dir":".terraform/modules/m"}}]}}"#
        )
    };
    for (root, users) in [("live/prod", 1), (".", 0), ("live", 0)] {
        let project = Project::new(&[
            ("live/prod/main.tf", "module \"m\" {\n  source = \"acme/people/aws\"\n}\n"),
            (".terraform/modules/modules.json", &manifest(root)),
            (".terraform/modules/m/main.tf", USER),
        ]);
        let graph = project.graph("live/prod");
        assert_eq!(graph["users"].as_array().unwrap().len(), users, "{root}");
    }
}

#[test]
fn two_roots_have_two_manifests() {
    let manifest = |version: &str| {
        format!(
            r#"{{"Modules":[{{"Key":"m.u","Source":"registry.terraform.io/acme/u/aws","Version":"{version}",
            "Dir":".terraform/modules/m.u"}}]}}"#
        )
    };
    let user = |name: &str| USER.replace("installed", name);
    let root = "module \"m\" {\n  source = \"../common\"\n}\n";
    let project = Project::new(&[
        ("a/main.tf", root),
        ("b/main.tf", root),
        ("common/main.tf", "module \"u\" {\n  source = \"acme/u/aws\"\n}\n"),
        ("a/.terraform/modules/modules.json", &manifest("1.0.0")),
        ("b/.terraform/modules/modules.json", &manifest("2.0.0")),
        ("a/.terraform/modules/m.u/main.tf", &user("one")),
        ("b/.terraform/modules/m.u/main.tf", &user("two")),
    ]);
    assert_eq!(column(&project.graph(".")["users"], "name"), ["one", "two"]);
}

#[test]
fn a_source_that_inputs_decide_is_followed() {
    let program = |default: &str| {
        format!(
            "variable \"base\" {{\n  type = string\n  {default}\n}}\nlocals {{\n  source = \"./${{var.base}}/user\"\n}}\n\
             module \"m\" {{\n  source = local.source\n}}\n"
        )
    };
    let with = |default: &str| {
        Project::new(&[("root/main.tf", &program(default)), ("root/modules/user/main.tf", USER)])
            .graph("root")
    };
    assert!(addresses(&with("default = \"modules\"")).contains(&"module.m.aws_iam_user.this".to_owned()));
    let graph = with("");
    assert!(!addresses(&graph).contains(&"module.m.aws_iam_user.this".to_owned()));
    assert!(column(&graph["notices"], "kind").contains(&"module-not-on-disk".to_owned()));
}

/// What each module makes when nobody says more than it must, after its own documentation.
#[test]
fn known_defaults() {
    let iam = "terraform-aws-modules/iam/aws//modules";
    for (source, version, inputs, made) in [
        (
            format!("{iam}/iam-user"),
            "~> 6.0",
            "name = \"u\"",
            &["aws_iam_user.this[0]", "aws_iam_access_key.this[0]", "aws_iam_user_login_profile.this[0]"][..],
        ),
        (
            format!("{iam}/iam-user"),
            "5.30.0",
            "name = \"u\"",
            &[
                "aws_iam_user.this[0]",
                "aws_iam_access_key.this_no_pgp[0]",
                "aws_iam_user_login_profile.this[0]",
            ],
        ),
        (
            format!("{iam}/iam-user"),
            "~> 5.0",
            "name = \"u\"\npgp_key = \"keybase:u\"\ncreate_iam_user_login_profile = false",
            &["aws_iam_user.this[0]", "aws_iam_access_key.this[0]"],
        ),
        (format!("{iam}/iam-user"), ">= 2, < 4", "name = \"u\"\ncreate_user = false", &[]),
        (format!("{iam}/iam-group"), "~> 6.0", "name = \"g\"", &[]),
        (
            "cloudposse/iam-user/aws".into(),
            "0.9.0",
            "user_name = \"u\"\npgp_key = \"keybase:u\"",
            &["aws_iam_user.default[0]", "aws_iam_user_login_profile.default[0]"],
        ),
        (
            "cloudposse/iam-system-user/aws".into(),
            "1.2.1",
            "name = \"u\"",
            &["aws_iam_user.default[0]", "aws_iam_access_key.default[0]"],
        ),
        ("cloudposse/iam-system-user/aws".into(), "1.2.1", "name = \"u\"\nenabled = false", &[]),
        (
            "cloudposse/iam-system-user/aws".into(),
            "~> 0.23",
            "name = \"u\"",
            &["aws_iam_user.default[0]", "awsutils_expiring_iam_access_key.default[0]"],
        ),
        (
            "cloudposse/iam-s3-user/aws".into(),
            "~> 1.0",
            "name = \"u\"\ns3_resources = [\"*\"]",
            &["module.s3_user.aws_iam_user.default[0]", "module.s3_user.aws_iam_access_key.default[0]"],
        ),
        ("cloudposse/s3-bucket/aws".into(), "~> 4.0", "name = \"u\"", &[]),
        (
            "cloudposse/s3-bucket/aws".into(),
            "~> 4.0",
            "name = \"u\"\nuser_enabled = true",
            &[
                "module.s3_user.module.s3_user.aws_iam_user.default[0]",
                "module.s3_user.module.s3_user.aws_iam_access_key.default[0]",
            ],
        ),
        (
            "cloudposse/ses/aws".into(),
            "0.25.0",
            "name = \"u\"\ndomain = \"example.com\"",
            &[
                "module.ses_user.aws_iam_user.default[0]",
                "module.ses_user.awsutils_expiring_iam_access_key.default[0]",
            ],
        ),
        ("mineiros-io/iam-user/aws".into(), "~> 0.5", "names = [\"u\"]", &["aws_iam_user.user[\"u\"]"]),
    ] {
        let call = format!("source = \"{source}\"\nversion = \"{version}\"\n{inputs}");
        let graph = Project::new(&[("main.tf", &format!("module \"m\" {{\n{call}\n}}\n"))]).graph(".");
        let expected: Vec<String> = made.iter().map(|address| format!("module.m.{address}")).collect();
        assert_eq!(addresses(&graph), expected, "{call}");
        // One notice, at the call, and nothing that the evaluator did not understand.
        assert_eq!(column(&graph["notices"], "kind"), ["module-modelled"], "{call}: {}", graph["notices"]);
        assert_eq!(graph["notices"][0]["location"]["line"], 2, "{call}");
    }
}

#[test]
fn which_model_it_is_hangs_on_the_version() {
    let from = |call: &str| {
        let text = format!("module \"m\" {{\n{call}\nname = \"u\"\n}}\n");
        let graph = Project::new(&[("main.tf", &text)]).graph(".");
        graph["users"][0]["inferred_from"]
            .as_str()
            .map(|from| from.rsplit("iam-user ").next().unwrap().to_owned())
    };
    let registry = "source = \"terraform-aws-modules/iam/aws//modules/iam-user\"";
    let git = "git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user";
    for (call, model) in [
        (registry.to_owned(), Some("6.1 to 6.5")),
        (format!("{registry}\nversion = \">= 4.0\""), Some("6.1 to 6.5")),
        (format!("{registry}\nversion = \"< 6\""), Some("4.x and 5.x")),
        (format!("{registry}\nversion = \"~> 3.16.0\""), Some("3.15 and 3.16")),
        (format!("{registry}\nversion = \"~> 7.0\""), None),
        (format!("{registry}\nversion = \"latest\""), None),
        (format!("source = \"{git}?ref=v5.30.0\""), Some("4.x and 5.x")),
        (format!("source = \"{git}\""), Some("6.1 to 6.5")),
        (format!("source = \"{git}?ref=0123456789012345678901234567890123456789\""), None),
        ("source = \"app.terraform.io/terraform-aws-modules/iam/aws//modules/iam-user\"".to_owned(), None),
    ] {
        assert_eq!(from(&call).as_deref(), model, "{call}");
    }
}

const MODELLED: &str = r#"
variable "console" {
  type    = bool
  default = false
}
module "ci" {
  source   = "terraform-aws-modules/iam/aws//modules/iam-user"
  version  = "~> 6.0"
  for_each = toset(["a", "b"])

  name                 = each.key
  create_login_profile = var.console
  no_such_input        = true
}
output "secret" {
  value = nonsensitive(module.ci["a"].access_key_secret)
}
output "unknown" {
  value = [for user in module.ci : user.ssh_key_fingerprint]
}
"#;

#[test]
fn findings_say_on_what_they_rest() {
    let project = Project::new(&[("main.tf", MODELLED)]);
    let model = "terraform-aws-modules/iam/aws//modules/iam-user 6.1 to 6.5";
    let report = project.json(&["--root", "."]);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["inferred_from"] == model), "{findings:?}");
    let of =
        |rule: &str| -> Vec<&Value> { findings.iter().filter(|finding| finding["rule"] == rule).collect() };
    let state = of("secret-in-state");
    assert_eq!(state.len(), 2);
    assert_ne!(state[0]["fingerprint"], state[1]["fingerprint"]);
    // Both stand at the call, and there is no second place to look at.
    assert_eq!(state[0]["location"]["line"], 6);
    assert_eq!(state[0]["location"], state[1]["location"]);
    assert_eq!((&state[0]["related"], &state[0]["trail"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!(of("password-and-access-key")[0]["confidence"], "possible");
    assert_eq!(of("exposed-secret-key").len(), 1);
    assert_eq!(report["coverage"]["modules_modelled"], 1);
    assert_eq!(report["coverage"]["modules_not_on_disk"], 0);
    let kinds = column(&report["notices"], "kind");
    assert_eq!(kinds, ["module-modelled"], "{}", report["notices"]);

    let human = String::from_utf8(project.run(&["check", "--root", "."]).stdout).unwrap();
    assert!(human.contains(&format!("note: this is what {model} makes by its known defaults")), "{human}");
    assert!(human.contains("; 1 module by known defaults"), "{human}");
    let sarif: Value = parsed(&project.run(&["check", "--root", ".", "--format", "sarif"]));
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["properties"]["inferredFrom"], model);
    assert!(result["message"]["text"].as_str().unwrap().contains("known defaults"), "{result}");
}

#[test]
fn a_label_is_made_of_its_parts() {
    let program = r#"
module "label" {
  source     = "cloudposse/label/null"
  version    = "0.25.0"
  namespace  = "Eg"
  stage      = "prod"
  attributes = ["Blue Green"]
}
module "off" {
  source  = "cloudposse/label/null"
  version = "0.25.0"
  enabled = false
  context = module.label.context
}
module "short" {
  source          = "cloudposse/label/null"
  version         = "0.25.0"
  id_length_limit = 12
  name            = "application"
  context         = module.label.context
}
resource "aws_iam_user" "label" {
  name = "${module.label.id}/${module.short.id}"
}
module "user" {
  source  = "cloudposse/iam-system-user/aws"
  version = "1.2.1"
  name    = "app"
  context = module.label.context
}
module "none" {
  source  = "cloudposse/iam-system-user/aws"
  version = "1.2.1"
  context = module.off.context
}
"#;
    let graph = Project::new(&[("main.tf", program)]).graph(".");
    // As `terraform apply` of the same labels says.
    assert_eq!(column(&graph["users"], "name"), ["eg-prod-bluegreen/eg-pro-ce88b", "eg-prod-app-bluegreen"]);
}

#[test]
fn a_module_nobody_knows_is_said_once_with_what_to_do() {
    let program = r#"
module "vpc" {
  source   = "terraform-aws-modules/vpc/aws"
  for_each = toset(["a", "b"])
}
module "key" {
  source = "git::https://robot:hunter2@git.example.com/key.git"
}
resource "aws_iam_user" "u" {
  name = module.vpc["a"].name
}
"#;
    let project = Project::new(&[("live/main.tf", program)]);
    let report = project.json(&["--root", "."]);
    let notices = report["notices"].as_array().unwrap();
    let missing: Vec<&Value> =
        notices.iter().filter(|notice| notice["kind"] == "module-not-on-disk").collect();
    assert_eq!(missing.len(), 2, "{notices:?}");
    assert!(missing[0]["help"].as_str().unwrap().contains("run `terraform init` in live"), "{missing:?}");
    assert!(!report.to_string().contains("hunter2"), "{notices:?}");
    assert_eq!(report["coverage"]["modules_not_on_disk"], 2);
}

#[test]
fn a_unit_of_terragrunt_may_apply_a_known_module() {
    let unit = |source: &str, more: &str| {
        let text =
            format!("terraform {{\n  source = \"{source}\"\n{more}}}\ninputs = {{\n  name = \"ci\"\n}}\n");
        Project::new(&[("ci/terragrunt.hcl", &text)]).graph(".")
    };
    let registry = "tfr:///terraform-aws-modules/iam/aws//modules/iam-user";
    let git = "git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user";
    for (source, more, key) in [
        (format!("{registry}?version=5.30.0"), "", "aws_iam_access_key.this_no_pgp[0]"),
        (registry.to_owned(), "  version = \"5.30.0\"\n", "aws_iam_access_key.this_no_pgp[0]"),
        (format!("{git}?ref=v6.2.0"), "", "aws_iam_access_key.this[0]"),
    ] {
        let graph = unit(&source, more);
        assert_eq!(column(&graph["access_keys"], "address"), [key], "{source}");
        assert_eq!(column(&graph["notices"], "kind"), ["module-modelled"], "{source}");
        assert_eq!(graph["users"][0]["name"], "ci");
        assert_eq!(graph["users"][0]["location"]["path"], "ci/terragrunt.hcl");
    }
    for source in ["tfr:///terraform-aws-modules/vpc/aws?version=5.0.0", "git::https://example.com/x.git"] {
        assert_eq!(column(&unit(source, "")["notices"], "kind"), ["module-not-on-disk"], "{source}");
    }
}
