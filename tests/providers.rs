//! Which provider configuration a user has, and which account that is.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads fixtures")]

mod project;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use project::{field, graph_of, messages, owner, parsed, run_in};

#[test]
fn every_user_has_the_provider_that_terraform_plans() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform/programs/providers");
    let planned = std::fs::read_to_string(folder.join("providers.json")).unwrap();
    let planned: BTreeMap<String, Value> = serde_json::from_str(&planned).unwrap();
    let graph = parsed(&run_in(&folder, &["graph", ".", "--root", "."]));
    assert_eq!(field(&graph, "users", "account"), planned);
    assert_eq!(owner(&graph, "aws_iam_access_key.west"), "aws_iam_user.west");
}

const TWO_PROVIDERS: &str = r#"
provider "aws" {
  region = "us-east-1"
  ONE
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  TWO
}
resource "aws_iam_user" "x" {
  name = "x"
}
resource "aws_iam_access_key" "x" {
  provider = aws.west
  user     = "x"
}
"#;

/// Whether two configurations are taken for one account, and whether that was left open.
fn is_one_account(one: &str, two: &str) -> (bool, bool) {
    let graph = graph_of(&TWO_PROVIDERS.replace("ONE", one).replace("TWO", two));
    let is_open = messages(&graph).iter().any(|message| message.contains("kept apart"));
    (owner(&graph, "aws_iam_access_key.x") == "aws_iam_user.x", is_open)
}

#[test]
fn a_region_makes_no_account() {
    let role = |number: &str, name: &str| {
        format!("assume_role {{\n role_arn = \"arn:aws:iam::{number}:role/{name}\"\n }}")
    };
    let (ones, twos) = ("111111111111", "222222222222");
    let one_account = [
        ("", ""),
        ("profile = \"p\"", "profile = \"p\""),
        (&*role(ones, "a"), &*role(ones, "b")),
        ("allowed_account_ids = [\"111111111111\"]", &role(ones, "b")),
        ("max_retries = 3", "skip_credentials_validation = true"),
        ("access_key = \"AKIAIOSFODNN7EXAMPLE\"", "access_key = \"AKIAIOSFODNN7EXAMPLE\""),
    ];
    for (one, two) in one_account {
        assert_eq!(is_one_account(one, two), (true, false), "{one} / {two}");
    }
    let surely_two = [("profile = \"p\"", "profile = \"q\""), (&*role(ones, "a"), &*role(twos, "a"))];
    for (one, two) in surely_two {
        assert_eq!(is_one_account(one, two), (false, false), "{one} / {two}");
    }
    let perhaps_two = [
        ("", "profile = \"q\""),
        ("profile = \"p\"", &*role(twos, "a")),
        ("access_key = \"AKIAIOSFODNN7EXAMPLE\"", "access_key = \"AKIAI44QH8DHBEXAMPLE\""),
        ("", "endpoints {\n iam = \"http://localhost:4566\"\n }"),
    ];
    for (one, two) in perhaps_two {
        assert_eq!(is_one_account(one, two), (false, true), "{one} / {two}");
    }
}

#[test]
fn an_account_is_shown_by_its_number_and_never_by_its_key() {
    let role = "assume_role {\n role_arn = \"arn:aws:iam::111111111111:role/a\"\n }";
    let by_role = graph_of(&TWO_PROVIDERS.replace("ONE", role).replace("TWO", ""));
    assert_eq!(field(&by_role, "users", "account")["aws_iam_user.x"], "111111111111");
    let by_key =
        graph_of(&TWO_PROVIDERS.replace("ONE", "access_key = \"AKIAIOSFODNN7EXAMPLE\"").replace("TWO", ""));
    assert_eq!(field(&by_key, "users", "account")["aws_iam_user.x"], "aws");
    assert!(!by_key.to_string().contains("AKIAIOSFODNN7EXAMPLE"));
}

#[test]
fn one_provider_block_makes_a_configuration_a_key() {
    let graph = graph_of(
        r#"
locals {
  accounts = { dev = "111111111111", prod = "222222222222" }
}
provider "aws" {
  alias    = "by"
  for_each = local.accounts
  assume_role {
    role_arn = "arn:aws:iam::${each.value}:role/deploy"
  }
}
resource "aws_iam_user" "x" {
  for_each = local.accounts
  provider = aws.by[each.key]
  name     = "x"
}
resource "aws_iam_access_key" "dev" {
  provider = aws.by["dev"]
  user     = "x"
}
"#,
    );
    let accounts = field(&graph, "users", "account");
    assert_eq!(accounts["aws_iam_user.x[\"dev\"]"], "111111111111");
    assert_eq!(accounts["aws_iam_user.x[\"prod\"]"], "222222222222");
    assert_eq!(owner(&graph, "aws_iam_access_key.dev"), "aws_iam_user.x[\"dev\"]");
    assert!(messages(&graph).is_empty(), "{:?}", messages(&graph));
}

#[test]
fn a_provider_that_is_not_there_is_named() {
    let program = "resource \"aws_iam_user\" \"x\" {\n  provider = aws.nowhere\n  name = \"x\"\n}\n";
    let messages = messages(&graph_of(program));
    assert_eq!(messages, ["provider configuration aws.nowhere is not declared"]);
    // A module that is scanned by itself has nobody to pass what it asks for.
    let asks = "terraform {\n required_providers {\n aws = {\n source = \"hashicorp/aws\"\n \
                configuration_aliases = [aws.nowhere]\n }\n }\n}\n";
    assert!(project::messages(&graph_of(&format!("{asks}{program}"))).is_empty());
}
