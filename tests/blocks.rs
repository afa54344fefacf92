//! Blocks beyond resources, and what they mean for users: imports, `lifecycle`, provisioners, and providers other
//! than AWS's own.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use std::collections::BTreeMap;

use serde_json::Value;

use project::{field, graph_of, messages, owner, said_of};

/// `rule subject` of each finding, in order.
fn found(program: &str) -> Vec<String> {
    let report = said_of(&["check", "--format", "json"], &[("main.tf", program)]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<String> =
        rows.map(|row| format!("{} {} {}", text(&row["rule"]), text(&row["subject"]), row["when"])).collect();
    found.sort();
    found
}

fn finds(program: &str, rule: &str) -> bool {
    found(program).iter().any(|finding| finding.starts_with(&format!("{rule} ")))
}

/// The addresses are those that `terraform plan` imports when the same program is written with `terraform_data`.
#[test]
fn what_is_imported_is_managed_and_not_created() {
    let program = r#"
locals {
  people = { ana = 1, ben = 2 }
}
resource "aws_iam_user" "one" {
  name = "one"
}
import {
  to = aws_iam_user.one
  id = "one"
}
resource "aws_iam_user" "many" {
  for_each = local.people
  name     = each.key
}
import {
  for_each = { ana = "ana" }
  to       = aws_iam_user.many[each.key]
  id       = each.value
}
module "m" {
  source = "./m"
  count  = 2
}
import {
  to = module.m[1].aws_iam_user.c[0]
  id = "c"
}
resource "aws_iam_user" "new" {
  name = "new"
}
moved {
  from = aws_iam_user.old
  to   = aws_iam_user.new
}
removed {
  from = aws_iam_user.gone
  lifecycle {
    destroy = false
  }
}
"#;
    let module = "resource \"aws_iam_user\" \"c\" {\n  count = 1\n  name = \"c\"\n}\n";
    let graph = said_of(&["graph"], &[("main.tf", program), ("m/main.tf", module)]);
    let imported: Vec<String> = field(&graph, "users", "imported")
        .into_iter()
        .filter(|(_, imported)| *imported == true)
        .map(|(address, _)| address)
        .collect();
    let planned = ["aws_iam_user.many[\"ana\"]", "aws_iam_user.one", "module.m[1].aws_iam_user.c[0]"];
    assert_eq!(imported, planned);
    assert_eq!(graph["users"].as_array().unwrap().len(), 6);
    assert!(field(&graph, "users", "external").values().all(|external| *external == false));
    assert!(messages(&graph).is_empty(), "{:?}", messages(&graph));
}

const SETUP: &str = r#"
resource "aws_iam_user" "x" {
  name = "x"
}
resource "aws_iam_user_login_profile" "x" {
  user = aws_iam_user.x.name
}
resource "aws_iam_access_key" "x" {
  user = aws_iam_user.x.name
}
output "secret" {
  value = aws_iam_access_key.x.secret
}
"#;

fn import(of: &str) -> String {
    format!("import {{\n  to = {of}\n  id = \"x\"\n}}\n")
}

#[test]
fn a_key_for_an_imported_user_is_not_made_at_setup() {
    let rule = "access-key-at-user-setup";
    assert!(finds(SETUP, rule));
    for imported in ["aws_iam_user.x", "aws_iam_access_key.x", "aws_iam_user_login_profile.x"] {
        let program = format!("{SETUP}{}", import(imported));
        assert!(!finds(&program, rule), "{imported}");
        assert!(finds(&program, "unnecessary-iam-user"), "{imported}");
        assert!(finds(&program, "password-and-access-key"), "{imported}");
    }
}

#[test]
fn terraform_never_learns_the_secret_of_an_imported_key() {
    assert!(finds(SETUP, "secret-in-state") && finds(SETUP, "exposed-secret-key"));
    let program = format!("{SETUP}{}", import("aws_iam_access_key.x"));
    assert!(!finds(&program, "secret-in-state") && !finds(&program, "exposed-secret-key"));
}

#[test]
fn an_import_can_hang_on_a_toggle() {
    let program = format!(
        "{SETUP}variable \"adopt\" {{\n type = bool\n default = true\n}}\nimport {{\n  for_each = var.adopt ? \
         toset([\"x\"]) : toset([])\n  to = aws_iam_user.x\n  id = each.key\n}}\n"
    );
    let setup: Vec<String> = found(&program)
        .into_iter()
        .filter(|finding| finding.starts_with("access-key-at-user-setup"))
        .collect();
    assert_eq!(setup, ["access-key-at-user-setup aws_iam_user.x \"var.adopt = false\""]);
}

#[test]
fn contradictions_are_named() {
    let user = "resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n";
    for (block, message) in [
        ("removed {\n  from = aws_iam_user.x\n}\n", "`aws_iam_user.x` is declared although it is removed"),
        (
            "moved {\n  from = aws_iam_user.x\n  to = aws_iam_user.y\n}\n",
            "`aws_iam_user.x` is declared although it is moved",
        ),
        ("import {\n  to = aws_iam_user.y\n  id = \"y\"\n}\n", "aws_iam_user.y is imported and not declared"),
        ("import {\n  id = \"y\"\n}\n", "an `import` block needs `to`"),
    ] {
        assert_eq!(messages(&graph_of(&format!("{user}{block}"))), [message]);
    }
}

#[test]
fn a_block_that_is_not_enabled_is_null() {
    let program = |enabled: &str, user: &str| {
        format!(
            "variable \"on\" {{\n type = bool\n default = true\n}}\nresource \"aws_iam_user\" \"x\" {{\n  name = \
             \"x\"\n  lifecycle {{\n    enabled = {enabled}\n  }}\n}}\nresource \"aws_iam_access_key\" \"x\" {{\n  \
             user = {user}\n}}\n"
        )
    };
    let on = graph_of(&program("true", "aws_iam_user.x.name"));
    assert_eq!(owner(&on, "aws_iam_access_key.x"), "aws_iam_user.x");
    let off = graph_of(&program("false", "aws_iam_user.x != null ? aws_iam_user.x.name : \"other\""));
    assert_eq!(field(&off, "users", "name"), BTreeMap::from([("user/other".to_owned(), "other".into())]));
    let toggled = graph_of(&program("var.on", "try(aws_iam_user.x.name, \"other\")"));
    assert_eq!(field(&toggled, "users", "when")["aws_iam_user.x"], "var.on = true");
    assert_eq!(owner(&toggled, "aws_iam_access_key.x"), "aws_iam_user.x");
    assert!(messages(&toggled).is_empty(), "{:?}", messages(&toggled));
    let broken = graph_of(&program("true\n  }\n  count = 1\n  lifecycle {", "\"x\""));
    assert_eq!(messages(&broken), ["`enabled` excludes `count` and `for_each`"]);
}

#[test]
fn a_module_can_be_disabled() {
    let files = |enabled: &str| {
        format!("module \"m\" {{\n  source = \"./m\"\n  lifecycle {{\n    enabled = {enabled}\n  }}\n}}\n")
    };
    let module = ("m/main.tf", "resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n");
    let on = said_of(&["graph"], &[("main.tf", &files("true")), module]);
    assert!(field(&on, "users", "name").contains_key("module.m.aws_iam_user.x"));
    let off = said_of(&["graph"], &[("main.tf", &files("false")), module]);
    assert!(field(&off, "users", "name").is_empty());
}

#[test]
fn a_status_that_changes_are_ignored_of_may_be_another() {
    let program = |status: &str, ignored: &str| {
        let key = |name: &str, rest: &str| {
            format!("resource \"aws_iam_access_key\" \"{name}\" {{\n  user = aws_iam_user.x.name\n{rest}}}\n")
        };
        let rest = format!(
            "  status = \"{status}\"\n  lifecycle {{\n    prevent_destroy = true\n    ignore_changes = {ignored}\n  }}\n"
        );
        format!("resource \"aws_iam_user\" \"x\" {{\n  name = \"x\"\n}}\n{}{}", key("a", ""), key("b", &rest))
    };
    let of = |status: &str, ignored: &str| -> Vec<String> {
        let found = found(&program(status, ignored));
        found.into_iter().filter(|finding| finding.starts_with("multiple-active-keys")).collect()
    };
    for ignored in ["[status]", "all", "[user, status]", "[\"status\"]"] {
        let [finding] = &of("Inactive", ignored)[..] else { panic!("{ignored}") };
        assert!(finding.contains("which ignore_changes leaves as it is"), "{finding}");
    }
    assert!(of("Inactive", "[user]").is_empty());
    assert_eq!(of("Active", "[status]"), ["multiple-active-keys aws_iam_user.x null"]);
}

#[test]
fn a_cloud_control_user_is_a_user_with_all_that_hangs_on_it() {
    let program = r#"
resource "awscc_iam_user" "x" {
  user_name           = "x"
  path                = "/people/"
  groups              = ["ops"]
  managed_policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]
  login_profile = {
    password                = "Secret-Value-1"
    password_reset_required = false
  }
  policies = [{
    policy_name     = "inline"
    policy_document = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
  }]
}
resource "aws_iam_access_key" "by_reference" {
  user = awscc_iam_user.x.id
}
resource "awsutils_expiring_iam_access_key" "by_name" {
  user    = "X"
  max_age = 2592000
}
output "secret" {
  value = awsutils_expiring_iam_access_key.by_name.secret
}
"#;
    let graph = graph_of(program);
    assert_eq!(
        field(&graph, "users", "path"),
        BTreeMap::from([("awscc_iam_user.x".into(), "/people/".into())])
    );
    assert_eq!(owner(&graph, "aws_iam_access_key.by_reference"), "awscc_iam_user.x");
    assert_eq!(owner(&graph, "awsutils_expiring_iam_access_key.by_name"), "awscc_iam_user.x");
    assert_eq!(field(&graph, "passwords", "user")["awscc_iam_user.x.login_profile"], "awscc_iam_user.x");
    assert!(messages(&graph).is_empty(), "{:?}", messages(&graph));
    assert!(!graph.to_string().contains("Secret-Value-1"));
    for rule in [
        "multiple-active-keys",
        "access-key-at-user-setup",
        "administrator-user",
        "direct-user-policy",
        "password-reset-not-required",
        "exposed-secret-key",
    ] {
        assert!(finds(program, rule), "{rule}");
    }
    assert!(!finds(program, "user-without-group"));
}

#[test]
fn a_cloud_control_policy_names_whom_it_is_attached_to() {
    let all = r#"jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })"#;
    let user = "resource \"awscc_iam_user\" \"x\" {\n  user_name = \"x\"\n  groups = [\"ops\"]\n}\n";
    for block in [
        format!("resource \"awscc_iam_managed_policy\" \"p\" {{\n  policy_document = {all}\n  users = [\"x\"]\n}}"),
        format!("resource \"awscc_iam_managed_policy\" \"p\" {{\n  policy_document = {all}\n  groups = [\"ops\"]\n}}"),
        format!("resource \"awscc_iam_user_policy\" \"p\" {{\n  user_name = \"x\"\n  policy_document = {all}\n}}"),
        format!("resource \"awscc_iam_group_policy\" \"p\" {{\n  group_name = \"ops\"\n  policy_document = {all}\n}}"),
        format!(
            "resource \"awscc_iam_group\" \"g\" {{\n  group_name = \"ops\"\n  policies = [{{\n    policy_name = \
             \"p\"\n    policy_document = {all}\n  }}]\n}}"
        ),
        "resource \"aws_iam_group_policy_attachments_exclusive\" \"g\" {\n  group_name = \"ops\"\n  policy_arns = \
         [\"arn:aws:iam::aws:policy/AdministratorAccess\"]\n}"
            .to_owned(),
    ] {
        assert!(finds(&format!("{user}{block}\n"), "administrator-user"), "{block}");
    }
    assert!(!finds(user, "administrator-user"));
}

#[test]
fn a_provisioner_can_show_a_secret() {
    let with = |block: &str| {
        format!(
            "resource \"aws_iam_user\" \"x\" {{\n  name = \"x\"\n}}\nresource \"aws_iam_access_key\" \"x\" {{\n  user \
             = aws_iam_user.x.name\n{block}}}\n"
        )
    };
    let local = |argument: &str| format!("  provisioner \"local-exec\" {{\n    {argument}\n  }}\n");
    assert!(finds(&with(&local("command = \"echo ${self.secret}\"")), "exposed-secret-key"));
    assert!(!finds(&with(&local("command = \"echo ${self.id}\"")), "exposed-secret-key"));
    // The environment is how a secret is handed to a program without being shown.
    let environment = "command = \"configure\"\n    environment = {\n      SECRET = self.secret\n    }";
    assert!(!finds(&with(&local(environment)), "exposed-secret-key"));
    let remote = "resource \"null_resource\" \"n\" {\n  provisioner \"remote-exec\" {\n    inline = [\"echo \
                  ${aws_iam_access_key.x.secret}\"]\n  }\n  provisioner \"file\" {\n    content = \
                  aws_iam_access_key.x.secret\n    destination = \"/x\"\n  }\n}\n";
    let program = format!("{}{remote}", with(""));
    assert!(finds(&program, "exposed-secret-key"));
}

#[test]
fn what_creates_nothing_makes_no_noise() {
    let program = r#"
terraform {
  required_version = ">= 1.5"
}
resource "aws_iam_user" "x" {
  name = "x"
  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = true
      error_message = "no"
    }
  }
}
data "aws_iam_users" "all" {}
data "aws_iam_user" "known" {
  for_each  = toset(["a"])
  user_name = each.key
}
ephemeral "random_password" "p" {
  length = 12
}
check "users" {
  data "aws_iam_user" "x" {
    user_name = "x"
  }
  assert {
    condition     = data.aws_iam_user.x.arn != ""
    error_message = "gone"
  }
}
action "aws_lambda_invoke" "a" {
  config {
    function_name = "f"
  }
}
resource "aws_iam_access_key" "known" {
  user = data.aws_iam_user.known["a"].user_name
}
"#;
    let graph = graph_of(program);
    assert!(messages(&graph).is_empty(), "{:?}", messages(&graph));
    assert_eq!(
        field(&graph, "users", "external"),
        BTreeMap::from([
            ("aws_iam_user.x".to_owned(), false.into()),
            ("data.aws_iam_user.known[\"a\"]".to_owned(), true.into()),
        ])
    );
    assert_eq!(owner(&graph, "aws_iam_access_key.known"), "data.aws_iam_user.known[\"a\"]");
}

#[test]
fn a_key_that_is_written_out_is_one_of_an_unknown_collection() {
    let program = r#"
variable "users" {
  type = map(object({ path = string }))
}
resource "aws_iam_access_key" "early" {
  user = aws_iam_user.u["early"].name
}
resource "aws_iam_user" "u" {
  for_each = var.users
  name     = each.key
  path     = each.value.path
}
resource "aws_iam_access_key" "one" {
  user = aws_iam_user.u["alice"].name
}
resource "aws_iam_access_key" "two" {
  user = aws_iam_user.u["alice"].name
}
resource "aws_iam_access_key" "bob" {
  user = aws_iam_user.u["bob"].name
}
resource "aws_iam_access_key" "all" {
  for_each = aws_iam_user.u
  user     = each.value.name
}
"#;
    let graph = graph_of(program);
    assert_eq!(owner(&graph, "aws_iam_access_key.one"), "aws_iam_user.u[\"alice\"]");
    assert_eq!(owner(&graph, "aws_iam_access_key.early"), "aws_iam_user.u[\"early\"]");
    let users = field(&graph, "users", "name");
    assert_eq!(users.len(), 4, "{users:?}");
    assert_eq!(users["aws_iam_user.u[\"alice\"]"], "alice");
    assert_eq!(
        field(&graph, "access_keys", "user")["aws_iam_access_key.all[each key of var.users]"],
        "aws_iam_user.u[each key of var.users]"
    );
    let several: Vec<String> =
        found(program).into_iter().filter(|finding| finding.starts_with("multiple-active-keys")).collect();
    assert_eq!(several, ["multiple-active-keys aws_iam_user.u[\"alice\"] null"]);
}

#[test]
fn a_value_that_is_made_anew_is_another_each_time() {
    let graph = graph_of(
        r#"
locals {
  once = uuid()
}
resource "aws_iam_user" "one" {
  name = uuid()
}
resource "aws_iam_user" "once" {
  name = local.once
}
resource "random_pet" "p" {}
resource "aws_iam_user" "pet" {
  name = random_pet.p.id
}
resource "aws_iam_access_key" "nobody" {
  user = uuid()
}
resource "aws_iam_access_key" "once" {
  user = local.once
}
resource "aws_iam_access_key" "pet" {
  user = random_pet.p.id
}
"#,
    );
    assert!(owner(&graph, "aws_iam_access_key.nobody").starts_with("user/"));
    assert_eq!(owner(&graph, "aws_iam_access_key.once"), "aws_iam_user.once");
    assert_eq!(owner(&graph, "aws_iam_access_key.pet"), "aws_iam_user.pet");
}

#[test]
fn an_arn_leads_back_to_its_user() {
    for name in [
        "split(\"/\", aws_iam_user.u.arn)[2]",
        "element(split(\"/\", aws_iam_user.u.arn), 2)",
        "reverse(split(\"/\", aws_iam_user.u.arn))[0]",
        "basename(aws_iam_user.u.arn)",
        "aws_iam_user.u.unique_id",
        "aws_iam_access_key.other.user",
    ] {
        let graph = graph_of(&format!(
            "resource \"aws_iam_user\" \"u\" {{\n  name = \"ana\"\n  path = \"/people/\"\n}}\nresource \
             \"aws_iam_access_key\" \"other\" {{\n  user = aws_iam_user.u.id\n}}\nresource \"aws_iam_access_key\" \
             \"k\" {{\n  user = {name}\n}}\n"
        ));
        assert_eq!(owner(&graph, "aws_iam_access_key.k"), "aws_iam_user.u", "{name}");
    }
}

#[test]
fn dynamic_blocks_are_expanded() {
    let program = |block: &str| {
        format!(
            "variable \"open\" {{\n  type = list(string)\n}}\nvariable \"on\" {{\n  type = bool\n  default = \
             false\n}}\ndata \"aws_iam_policy_document\" \"d\" {{\n{block}\n}}\nresource \"aws_iam_user\" \"u\" \
             {{\n  name = \"u\"\n}}\nresource \"aws_iam_user_policy\" \"p\" {{\n  user = aws_iam_user.u.name\n  \
             policy = data.aws_iam_policy_document.d.json\n}}\n"
        )
    };
    let dynamic =
        |for_each: &str, rest: &str| format!("dynamic \"statement\" {{\n  for_each = {for_each}\n{rest}\n}}");
    let all = "  content {\n    actions = [\"*\"]\n    resources = [statement.value]\n  }";
    let is_administrator = |block: &str| -> Vec<String> {
        let found = found(&program(block));
        found.into_iter().filter(|finding| finding.starts_with("administrator-user")).collect()
    };
    let certain = vec!["administrator-user aws_iam_user.u null".to_owned()];
    assert_eq!(is_administrator(&dynamic("[\"*\"]", all)), certain);
    assert_eq!(is_administrator(&dynamic("{ a = \"*\" }", all)), certain);
    assert_eq!(is_administrator(&dynamic("toset([\"x\", \"*\"])", all)), certain);
    assert!(is_administrator(&dynamic("[]", all)).is_empty());
    assert!(is_administrator(&dynamic("[\"arn:aws:s3:::b\"]", all)).is_empty());
    let named = "  iterator = s\n  content {\n    actions = [\"*\"]\n    resources = [s.value]\n  }";
    assert_eq!(is_administrator(&dynamic("[\"*\"]", named)), certain);
    let toggled = is_administrator(&dynamic("var.on ? [\"*\"] : []", all));
    assert_eq!(toggled, ["administrator-user aws_iam_user.u \"var.on = true\""]);
    // Of an unknown collection one block stands for each, and nothing is said of what is unknown in it.
    assert!(is_administrator(&dynamic("var.open", all)).is_empty());
    let fixed = all.replace("statement.value", "\"*\"");
    let open = is_administrator(&dynamic("var.open", &fixed));
    assert_eq!(open, ["administrator-user aws_iam_user.u \"length(var.open) > 0\""]);
    // A condition is a nested dynamic block; the statement is there either way.
    let nested = "  content {\n    actions = [\"*\"]\n    resources = [\"*\"]\n    dynamic \"condition\" {\n      for_each \
                  = [statement.key]\n      content {\n        test = \"Bool\"\n        variable = \"x\"\n        values \
                  = [condition.value]\n      }\n    }\n  }";
    assert_eq!(is_administrator(&dynamic("[1]", nested)).len(), 1);
}
