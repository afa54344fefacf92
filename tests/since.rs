//! `credlint check --since`: what a change brings, over real histories made with git. Where git is not installed, the tests
//! say so and test nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "makes repositories and runs credlint on them"
)]

mod project;
mod repository;

use std::path::Path;

use project::{column, findings, kinds, parsed};
use repository::{Repository, has_git, key, user};
use serde_json::Value;

/// What is reported, and how many findings are fixed and unchanged.
fn since(repository: &Repository, arguments: &[&str]) -> (Vec<String>, Vec<String>, u64) {
    outcome(&repository.report(arguments))
}

fn outcome(report: &Value) -> (Vec<String>, Vec<String>, u64) {
    let change = &report["change"];
    let fixed = findings(&serde_json::json!({ "findings": change["fixed"] }));
    (findings(report), fixed, change["unchanged"].as_u64().unwrap())
}

const ONLY: [&str; 2] = ["--select", "multiple-active-keys"];

/// What of the rule on several keys is new since a revision.
fn keys(repository: &Repository, revision: &str) -> (Vec<String>, Vec<String>, u64) {
    since(repository, &[revision, ONLY[0], ONLY[1]])
}

fn introduced(of: &[&str]) -> (Vec<String>, Vec<String>, u64) {
    (found(of), Vec::new(), 0)
}

fn found(of: &[&str]) -> Vec<String> {
    of.iter().map(|user| format!("multiple-active-keys {user}")).collect()
}

const BOB: &str = "aws_iam_user.bob";

#[test]
fn only_what_is_new_is_reported() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &(user("alice", &["a", "b"]) + &user("bob", &["c"])))]);
    assert_eq!(keys(&repository, "HEAD"), (found(&[]), found(&[]), 1));
    let all = user("alice", &["a", "b"]) + "\n# Moved lines change nothing.\n" + &user("bob", &["c", "d"]);
    repository.write("main.tf", &all);
    assert_eq!(keys(&repository, "HEAD"), (found(&[BOB]), found(&[]), 1), "not committed");
    repository.commit("second");
    assert_eq!(keys(&repository, "HEAD~1"), (found(&[BOB]), found(&[]), 1));
    assert_eq!(keys(&repository, "HEAD"), (found(&[]), found(&[]), 2));
    let status = |revision: &str| {
        let arguments = [&["check", "--since", revision], &ONLY[..]].concat();
        repository.command("", &arguments).output().unwrap().status.code()
    };
    assert_eq!((status("HEAD"), status("HEAD~1")), (Some(0), Some(1)), "only what is new fails the check");
    repository.write("main.tf", &user("bob", &["c"]));
    let (new, fixed, unchanged) = keys(&repository, "HEAD");
    assert_eq!((new, fixed, unchanged), (found(&[]), found(&["aws_iam_user.alice", BOB]), 0));
}

#[test]
fn staged_and_untracked_files_are_part_of_the_change() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &user("bob", &["a"]))]);
    repository.write("untracked.tf", &key("b", "bob"));
    assert_eq!(keys(&repository, "HEAD"), introduced(&[BOB]));
    repository.git(&["add", "--all"]);
    assert_eq!(keys(&repository, "HEAD"), introduced(&[BOB]), "staged");
    repository.write("new/main.tf", &user("bob", &["a", "b"]));
    assert_eq!(keys(&repository, "HEAD"), introduced(&[BOB, BOB]), "a root of its own");
    let named = since(&repository, &["HEAD", "untracked.tf", ONLY[0], ONLY[1]]);
    assert_eq!(named, introduced(&[BOB]), "a new file stands for its directory too");
    repository.write("main.tf", &user("bob", &["a", "b"]));
    repository.commit("all");
    repository.git(&["mv", "untracked.tf", "keys.tf"]);
    repository.write("keys.tf", &key("c", "bob"));
    let named = since(&repository, &["HEAD~1", "keys.tf", ONLY[0], ONLY[1]]);
    assert_eq!(named, introduced(&[BOB]));
}

#[test]
fn an_edit_far_away_is_followed_to_what_it_brings() {
    if !has_git() {
        return;
    }
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n}}\n");
    let repository = Repository::new(&[
        ("prod/main.tf", &call("../modules/team")),
        ("dev/main.tf", &call("../modules/team")),
        ("modules/team/main.tf", &call("./members")),
        ("modules/team/members/main.tf", &call("../../common/person")),
        ("modules/common/person/main.tf", &user("bob", &["a"])),
    ]);
    repository.write("modules/common/person/second.tf", &key("b", "bob"));
    let person = "module.m.module.m.module.m.aws_iam_user.bob";
    assert_eq!(keys(&repository, "HEAD"), introduced(&[person, person]));
    assert_eq!(since(&repository, &["HEAD", "dev", ONLY[0], ONLY[1]]), introduced(&[person]), "a part");
}

#[test]
fn values_and_counts_bring_findings_too() {
    if !has_git() {
        return;
    }
    let counted =
        |name: &str, count: &str| key(name, "bob").replacen('{', &format!("{{\n  count = {count}"), 1);
    let variable = "variable \"second\" {\n  default = false\n}\n";
    let program = user("bob", &["a"]) + variable + &counted("b", "var.second ? 1 : 0");
    let repository = Repository::new(&[("main.tf", &program), ("prod.tfvars", ""), ("terraform.tfvars", "")]);
    let certain = ["HEAD", "--min-confidence", "certain", ONLY[0], ONLY[1]];
    assert_eq!(since(&repository, &certain), introduced(&[]));
    repository.write("terraform.tfvars", "second = true\n");
    assert_eq!(since(&repository, &certain), introduced(&[BOB]), "it was possible and is certain");
    let (new, fixed, _) = keys(&repository, "HEAD");
    assert_eq!((new, fixed), (found(&[BOB]), found(&[])), "which fixes nothing");
    repository.git(&["checkout", "--quiet", "."]);
    repository.write("prod.tfvars", "second = true\n");
    let named = [&certain[..], &["--var-file", "prod.tfvars"]].concat();
    assert_eq!(since(&repository, &named), introduced(&[BOB]), "a variables file that is named");
    repository.git(&["checkout", "--quiet", "."]);
    repository.write("main.tf", &(user("bob", &["a"]) + &counted("b", "0")));
    repository.commit("second");
    repository.write("main.tf", &user("bob", &["a", "b"]));
    assert_eq!(keys(&repository, "HEAD"), introduced(&[BOB]), "the count is gone");
}

#[test]
fn less_of_the_same_is_nothing_new() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &user("bob", &["a", "b", "c"]))]);
    repository.write("main.tf", &user("bob", &["a", "b"]));
    assert_eq!(keys(&repository, "HEAD"), (found(&[]), found(&[]), 1));
    repository.commit("less");
    repository.write("main.tf", &user("bob", &["a", "b", "c"]));
    assert_eq!(keys(&repository, "HEAD"), (found(&[BOB]), found(&[]), 0), "more is new, and fixes nothing");
}

fn template(keys: &[&str]) -> String {
    let keys = keys.iter().map(|key| {
        format!("  {key}:\n    Type: AWS::IAM::AccessKey\n    Properties:\n      UserName: !Ref Bob\n")
    });
    format!("Resources:\n  Bob:\n    Type: AWS::IAM::User\n{}", keys.collect::<String>())
}

#[test]
fn templates_are_compared_and_known_by_their_addresses_when_they_move() {
    if !has_git() {
        return;
    }
    let repository =
        Repository::new(&[("users.yaml", &template(&["A"])), ("infra/main.tf", &user("bob", &["a", "b"]))]);
    repository.write("users.yaml", &template(&["A", "B"]));
    assert_eq!(keys(&repository, "HEAD"), (found(&["Bob"]), found(&[]), 1));
    repository.commit("two keys");
    repository.git(&["mv", "users.yaml", "people.yaml"]);
    repository.git(&["mv", "infra", "deploy"]);
    assert_eq!(keys(&repository, "HEAD"), (found(&[]), found(&[]), 2), "moved");
    repository.write("deploy/main.tf", &user("bob", &["a", "b", "c"]));
    assert_eq!(
        keys(&repository, "HEAD"),
        (found(&[BOB]), found(&["aws_iam_user.bob"]), 1),
        "moved and changed"
    );
    repository.git(&["checkout", "--quiet", "HEAD", "--", "users.yaml"]);
    let (new, ..) = keys(&repository, "HEAD");
    assert_eq!(new, found(&["Bob", BOB]), "a copy is new: the old one is still there");
}

#[test]
fn what_git_ignores_stands_in_both_trees() {
    if !has_git() {
        return;
    }
    let program = user("bob", &["a"])
        + "variable \"second\" {\n  default = false\n}\n"
        + &key("b", "bob").replacen('{', "{\n  count = var.second ? 1 : 0", 1);
    let manifest = "{\"Modules\": [{\"Key\": \"\", \"Source\": \"\", \"Dir\": \".\"}, {\"Key\": \"m\", \
                    \"Source\": \"git::https://example.com/m.git\", \"Dir\": \".terraform/modules/m\"}]}";
    let call = "module \"m\" {\n  source = \"git::https://example.com/m.git\"\n}\n";
    let repository = Repository::new(&[
        (".gitignore", "*.tfvars\n"),
        ("infra/main.tf", &program),
        ("called/main.tf", call),
    ]);
    repository.write("infra/terraform.tfvars", "second = true\n");
    repository.write("called/.terraform/modules/modules.json", manifest);
    repository.write("called/.terraform/modules/m/main.tf", &user("bob", &["a", "b"]));
    let report = repository.report(&["HEAD", ONLY[0], ONLY[1]]);
    assert_eq!(outcome(&report), (found(&[]), found(&[]), 2));
    assert_eq!(kinds(&report), [] as [&str; 0]);
    repository.git(&["add", "--force", "infra/terraform.tfvars"]);
    let (new, ..) = keys(&repository, "HEAD");
    assert_eq!(new, found(&[BOB]), "tracked from now on, and so part of the change");
}

#[test]
fn what_a_program_writes_and_git_ignores_is_all_reported() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[(".gitignore", "generated/\nplan.json\n"), ("README", "")]);
    repository.write("generated/users.yaml", &template(&["A", "B"]));
    repository.write("generated/stacks/prod/main.tf", &user("bob", &["a", "b"]));
    let report = repository.report(&["HEAD", ONLY[0], ONLY[1]]);
    assert_eq!(outcome(&report), introduced(&["Bob", BOB]));
    assert_eq!(kinds(&report), ["not-compared", "not-compared"]);
    assert_eq!(column(&report["notices"], "path"), ["generated/stacks/prod", "generated/users.yaml"]);
    std::fs::remove_dir_all(repository.top.join("generated")).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform");
    let plan = walkdir::WalkDir::new(fixture)
        .into_iter()
        .map(Result::unwrap)
        .find(|entry| entry.file_name().to_string_lossy().ends_with("plan.json"));
    let plan = std::fs::read_to_string(plan.expect("there is a plan among the fixtures").path()).unwrap();
    repository.write("plan.json", &plan);
    let named = repository.report(&["HEAD", "plan.json"]);
    assert_eq!(named["change"]["unchanged"], 0);
    let all = repository.command("", &["check", "--format", "json", "plan.json"]).output().unwrap();
    assert_eq!(findings(&named), findings(&parsed(&all)));
    assert!(!findings(&named).is_empty());
    assert!(kinds(&named).contains(&"not-compared".to_owned()));
}

#[test]
fn a_branch_is_compared_from_where_it_was_left() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &user("bob", &["a", "b"])), ("other/main.tf", "")]);
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write("other/main.tf", &user("carol", &["a", "b"]));
    repository.commit("of the branch");
    let left = repository.git(&["rev-parse", "main"]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("main.tf", &user("bob", &["a"]));
    repository.commit("main moves on");
    repository.git(&["checkout", "--quiet", "feature"]);
    let report = repository.report(&["main", ONLY[0], ONLY[1]]);
    assert_eq!(outcome(&report), (found(&["aws_iam_user.carol"]), found(&[]), 1));
    assert_eq!(report["change"]["commit"], left.as_str());
    repository.git(&["tag", "--annotate", "v1", "main", "--message", "one"]);
    assert_eq!(keys(&repository, "v1"), (found(&["aws_iam_user.carol"]), found(&[]), 1), "a tag");
}

#[test]
fn exceptions_are_those_of_each_tree() {
    if !has_git() {
        return;
    }
    let excused = |keys: &[&str]| {
        format!("# credlint: allow(multiple-active-keys, reason = \"agreed\")\n{}", user("bob", keys))
    };
    let repository = Repository::new(&[("main.tf", &excused(&["a", "b"]))]);
    repository.write("main.tf", &user("bob", &["a", "b"]));
    assert_eq!(keys(&repository, "HEAD"), introduced(&[BOB]), "no longer excused");
    repository.commit("no exception");
    repository.write("main.tf", &excused(&["a", "b"]));
    assert_eq!(keys(&repository, "HEAD"), introduced(&[]), "excused is not fixed");
    repository.git(&["checkout", "--quiet", "."]);
    let baseline = ["check", "--write-baseline", "known.json", ONLY[0], ONLY[1]];
    assert!(repository.command("", &baseline).output().unwrap().status.success());
    repository.write("other/main.tf", &user("bob", &["a", "b"]));
    let with = ["HEAD", "--baseline", "known.json", ONLY[0], ONLY[1]];
    assert_eq!(since(&repository, &with), introduced(&[BOB]), "a baseline and a change");
}

#[test]
fn assemblies_and_standard_input_have_no_earlier_version() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[(".gitignore", "cdk.out\n"), ("README", "")]);
    let manifest = r#"{"version": "36.0.0", "artifacts": {"Users": {"type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "Users.template.json"}}}}"#;
    let template = r#"{"Resources": {"Bob": {"Type": "AWS::IAM::User"},
        "A": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Bob"}}},
        "B": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Bob"}}}}}"#;
    repository.write("cdk.out/manifest.json", manifest);
    repository.write("cdk.out/Users.template.json", template);
    let report = repository.report(&["HEAD", ONLY[0], ONLY[1]]);
    assert_eq!(findings(&report).len(), 1, "{report:#}");
    assert_eq!(report["change"]["unchanged"], 0);
    assert!(kinds(&report).contains(&"not-compared".to_owned()));
    repository.write(".gitignore", "");
    repository.commit("tracked");
    let report = repository.report(&["HEAD", ONLY[0], ONLY[1]]);
    assert_eq!((findings(&report).len(), report["change"]["unchanged"].as_u64()), (0, Some(1)));
    let state = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": [
        {"mode": "managed", "type": "aws_iam_user", "name": "bob", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
         "instances": [{"attributes": {"name": "bob", "id": "bob"}}]},
        {"mode": "managed", "type": "aws_iam_access_key", "name": "a", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
         "instances": [{"attributes": {"user": "bob", "status": "Active"}}]},
        {"mode": "managed", "type": "aws_iam_access_key", "name": "b", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
         "instances": [{"attributes": {"user": "bob", "status": "Active"}}]}]}"#;
    repository.write("piped", state);
    let mut command =
        repository.command("", &["check", "--format", "json", "--since", "HEAD", ONLY[0], ONLY[1], "-"]);
    let piped = command.stdin(std::fs::File::open(repository.top.join("piped")).unwrap()).output().unwrap();
    let report = parsed(&piped);
    assert_eq!(findings(&report), found(&[BOB]), "{report:#}");
    assert_eq!(column(&report["notices"], "path"), ["<stdin>"]);
}

#[test]
fn that_the_configuration_has_changed_is_said() {
    if !has_git() {
        return;
    }
    let allow = "[[allow]]\nrule = \"multiple-active-keys\"\nuser = \"bob\"\nreason = \"x\"\n";
    let repository = Repository::new(&[("main.tf", &user("bob", &["c", "d"])), ("credlint.toml", allow)]);
    let told_with = |more: &[&str]| {
        let report = repository.report(&[&["HEAD", ONLY[0], ONLY[1]], more].concat());
        let notices = report["notices"].as_array().unwrap().clone();
        let about = notices.iter().filter(|notice| notice["kind"] == "not-compared");
        about.map(|notice| notice["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let told = || told_with(&[]);
    assert_eq!(told(), [""; 0]);
    assert_eq!(told_with(&["--no-config"]), [""; 0], "which is not read");
    repository.write("credlint.toml", "");
    assert_eq!(told(), ["credlint.toml"]);
    repository.remove("credlint.toml");
    assert_eq!(told(), ["credlint.toml"]);
}
