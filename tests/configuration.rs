//! `credlint.toml` through the program: where it is found, what it settles, what is said of it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use std::fmt::Write as _;
use std::process::Output;

use project::{Project, column, findings, kinds, messages, parsed, run_in};
use serde_json::Value;

/// A person with a key, and a program's user.
const USERS: &str = r#"
resource "aws_iam_user" "maria" { name = "maria" }
resource "aws_iam_user_login_profile" "maria" {
  user                    = aws_iam_user.maria.name
  password_reset_required = true
}
resource "aws_iam_access_key" "maria" {
  user    = aws_iam_user.maria.name
  pgp_key = "keybase:maria"
}
resource "aws_iam_user" "ci" { name = "ci-deploy" }
resource "aws_iam_user_login_profile" "ci" {
  user                    = aws_iam_user.ci.name
  password_reset_required = true
}
"#;

fn with(configuration: &str) -> Project {
    Project::new(&[(".git/HEAD", ""), ("infra/main.tf", USERS), ("credlint.toml", configuration)])
}

fn told(output: &Output) -> String {
    // Errors are wrapped to the width of a terminal.
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "")
}

fn row<'r>(report: &'r Value, rule: &str, subject: &str) -> &'r Value {
    let rows = report["findings"].as_array().unwrap();
    rows.iter()
        .find(|row| row["rule"] == rule && row["subject"] == subject)
        .unwrap_or_else(|| panic!("{report:#}"))
}

#[test]
fn rules_are_switched_on_and_off_and_what_is_typed_comes_first() {
    let project =
        with("select = [\"CIS-1.11\", \"unnecessary-iam-user\"]\n[rules]\nunnecessary-iam-user = \"off\"\n");
    let found = |arguments: &[&str]| {
        let mut rules = column(&project.json(arguments)["findings"], "rule");
        rules.dedup();
        rules
    };
    assert_eq!(found(&[]), ["access-key-at-user-setup"]);
    assert_eq!(found(&["--select", "unnecessary-iam-user"]), ["unnecessary-iam-user"]);
    assert!(found(&["--ignore", "CIS-1.11"]).is_empty());
    assert!(found(&["--no-config"]).len() > 2);
    let report = project.json(&[]);
    let said = messages(&report);
    assert!(
        said.iter()
            .any(|message| message.contains("rules that do not run")
                && message.contains("unnecessary-iam-user")),
        "{said:?}"
    );
}

#[test]
fn a_severity_reaches_every_output_and_leaves_fingerprints_alone() {
    let project = with("fail_on = \"critical\"\n[rules.unnecessary-iam-user]\nseverity = \"critical\"\n");
    let subject = "aws_iam_user.maria";
    let (before, after) = (project.json(&["--no-config"]), project.json(&[]));
    let (old, new) =
        (row(&before, "unnecessary-iam-user", subject), row(&after, "unnecessary-iam-user", subject));
    assert_eq!((&old["severity"], &new["severity"]), (&Value::from("high"), &Value::from("critical")));
    assert_eq!(old["fingerprint"], new["fingerprint"]);
    assert_eq!(project.run(&["check"]).status.code(), Some(1));
    assert_eq!(project.run(&["check", "--ignore", "unnecessary-iam-user"]).status.code(), Some(0));
    let sarif = parsed(&project.run(&["check", "--format", "sarif"]));
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "unnecessary-iam-user").unwrap();
    let without = parsed(&project.run(&["check", "--format", "sarif", "--no-config"]));
    let plain = without["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let plain = plain.iter().find(|rule| rule["id"] == "unnecessary-iam-user").unwrap();
    assert_ne!(rule["properties"]["security-severity"], plain["properties"]["security-severity"]);
    let listed = String::from_utf8(project.run(&["rules"]).stdout).unwrap();
    assert!(
        listed.lines().any(|line| line.contains("unnecessary-iam-user") && line.contains("critical")),
        "{listed}"
    );
}

#[test]
fn thresholds_are_those_of_the_file_until_others_are_typed() {
    let project = with("fail_on = \"never\"\nmin_severity = \"high\"\n");
    assert_eq!(project.run(&["check"]).status.code(), Some(0));
    assert!(project.json(&[])["findings"].as_array().unwrap().iter().all(|row| row["severity"] == "high"));
    assert_eq!(project.run(&["check", "--fail-on", "low"]).status.code(), Some(1));
    assert!(project.json(&["--min-severity", "low"])["findings"].as_array().unwrap().len() > 2);
    let report = project.json(&[]);
    assert_eq!(report["summary"]["fail_on"], Value::Null);
    let said = messages(&report);
    let expected = "only findings of severity high or worse are reported; no finding fails the check";
    assert!(said.contains(&expected.to_owned()), "{said:?}");
}

/// A row for each user: with a console password, and with one key that was made and last used on these days.
fn credential_report(users: &[(&str, &str, &str)]) -> String {
    let mut text = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
        password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
        access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
        access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
        cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"
        .to_owned();
    for (user, made, used) in users {
        let (made, used) = (format!("{made}T00:00:00Z"), format!("{used}T00:00:00Z"));
        writeln!(
            text,
            "{user},arn:aws:iam::111122223333:user/{user},2020-01-01T00:00:00Z,false,N/A,N/A,N/A,false,true,{made},\
             {used},eu-west-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
        )
        .unwrap();
    }
    text
}

const OF_REPORT: [&str; 4] = ["--credential-report", "report.csv", "--as-of", "2026-01-01"];

#[test]
fn a_profile_runs_the_rules_of_a_benchmark_and_counts_its_days() {
    // The key of ana was not used for 62 days, that of bo for 93; 45 days are what later versions of the benchmark ask for.
    let report =
        credential_report(&[("ana", "2025-10-20", "2025-10-31"), ("bo", "2025-10-20", "2025-09-30")]);
    let project = |configuration: &str| {
        Project::new(&[
            (".git/HEAD", ""),
            ("infra/main.tf", USERS),
            ("report.csv", &report),
            ("credlint.toml", configuration),
        ])
    };
    let with_profile = |configuration: &str, arguments: &[&str]| {
        project(configuration).json(&[&OF_REPORT, arguments].concat())
    };
    let unused = |report: &Value| {
        let found = findings(report).into_iter();
        let names = found.filter_map(|finding| Some(finding.split_once("unused-credential ")?.1.to_owned()));
        names.map(|arn| arn.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("", &[], &["bo"]),
        ("", &["--profile", "cis-aws-5.0"], &["ana", "bo"]),
        ("", &["--profile", "CIS-AWS-1.4"], &["ana", "bo"]),
        ("", &["--profile", "cis-aws-1.2"], &["bo"]),
        // It checks a control of theirs, and they do not say after how many days.
        ("", &["--profile", "nist-800-53-r5"], &["bo"]),
        ("profile = \"cis-aws-5.0\"", &[], &["ana", "bo"]),
        ("profile = \"cis-aws-5.0\"", &["--max-unused-days", "90"], &["bo"]),
        ("profile = \"cis-aws-5.0\"\nmax_unused_days = 63", &[], &["bo"]),
        // What is selected runs, and the days are still those of the profile.
        ("profile = \"cis-aws-5.0\"", &["--select", "unused-credential"], &["ana", "bo"]),
    ];
    for (configuration, arguments, expected) in cases {
        assert_eq!(
            unused(&with_profile(configuration, arguments)),
            expected,
            "{configuration} {arguments:?}"
        );
    }
    let rules = |report: &Value| {
        let mut rules = column(&report["findings"], "rule");
        rules.sort();
        rules.dedup();
        rules
    };
    let report = with_profile("", &["--profile", "cis-aws-5.0"]);
    assert_eq!(rules(&report), ["access-key-at-user-setup", "unnecessary-iam-user", "unused-credential"]);
    assert!(!rules(&with_profile("", &[])).iter().all(|rule| rules(&report).contains(rule)));
    let report = with_profile("[rules]\nunused-credential = \"off\"", &["--profile", "cis-aws-5.0"]);
    assert_eq!(
        rules(&report),
        ["access-key-at-user-setup", "unnecessary-iam-user"],
        "what is switched off stays off"
    );
    let report = with_profile("", &["--profile", "cis-aws-5.0", "--ignore", "unused-credential,CIS-1.11"]);
    assert_eq!(rules(&report), ["unnecessary-iam-user"]);
    // What a file leaves out is said; what is typed is known.
    let said = messages(&with_profile("profile = \"cis-aws-5.0\"", &[]));
    assert!(
        said.iter().any(|message| message
            .starts_with("only rules of the profile cis-aws-5.0 run; rules that do not run: ")
            && message.contains("undeclared-iam-user")
            && !message.contains("unused-credential")),
        "{said:?}"
    );
    let said = messages(&with_profile("", &["--profile", "cis-aws-5.0"]));
    assert!(!said.iter().any(|message| message.contains("rules")), "{said:?}");
    let output = project("").run(&["check", "--profile", "cis-aws"]);
    let told = told(&output);
    assert!(output.status.code() == Some(2) && told.contains("no profile is named `cis-aws`"), "{told}");
    assert!(told.contains("did you mean cis-aws-"), "{told}");
    let output = project("").run(&["check", "--profile", "soc"]);
    assert!(self::told(&output).contains("soc-2"), "{output:?}");
    let both = ["check", "--profile", "cis-aws-5.0", "--select", "unused-credential"];
    assert_eq!(project("").run(&both).status.code(), Some(2));
}

#[test]
fn limits_of_the_file_count_and_longer_ones_are_said() {
    // Made 90, 91 and 3 days before; that of cy was used, so nobody asks for it.
    let report =
        credential_report(&[("ana", "2025-10-03", "2025-12-31"), ("bo", "2025-10-02", "2025-12-31")]);
    let project = |configuration: &str| {
        Project::new(&[(".git/HEAD", ""), ("report.csv", &report), ("credlint.toml", configuration)])
    };
    let rotated = |configuration: &str| {
        let report =
            project(configuration).json(&[&OF_REPORT[..], &["--select", "unrotated-access-key"]].concat());
        (findings(&report).len(), messages(&report))
    };
    assert_eq!(rotated("").0, 1);
    assert_eq!(rotated("max_key_age_days = 89").0, 2);
    let (found, said) =
        rotated("max_key_age_days = 3650\nmax_unused_days = 200\nnew_key_days = 30\nselect = []");
    let expected = "credentials count as unused from 200 days on; access keys count as too old after 3650 days; \
                    a new access key need not be used for 30 days";
    assert!(found == 0 && said.contains(&expected.to_owned()), "{said:?}");
    // Without a report they do nothing.
    let said = messages(&project("max_key_age_days = 3650").json(&[]));
    assert!(!said.iter().any(|message| message.contains("too old")), "{said:?}");
}

#[test]
fn names_say_who_is_a_program_and_who_is_a_person() {
    let project = with("machine_users = [\"CI-*\"]\n");
    let report = project.json(&["--select", "unnecessary-iam-user"]);
    let severity = |subject: &str| row(&report, "unnecessary-iam-user", subject)["severity"].clone();
    assert_eq!(
        (severity("aws_iam_user.maria"), severity("aws_iam_user.ci")),
        ("high".into(), "medium".into())
    );
    let message = row(&report, "unnecessary-iam-user", "aws_iam_user.ci")["message"].clone();
    assert_eq!(message, "user `ci-deploy` is an IAM user for a program, which can use a role instead");
    let program = "resource \"aws_iam_user\" \"a\" { name = \"ana\" }\nvariable \"n\" {}\nresource \"aws_iam_user\" \"b\" { name = var.n }\n";
    let project = Project::new(&[
        ("main.tf", program),
        ("credlint.toml", "human_users = [\"*\"]\nmachine_users = [\"ana\"]\n"),
    ]);
    let report = project.json(&["--select", "unnecessary-iam-user"]);
    assert_eq!(row(&report, "unnecessary-iam-user", "aws_iam_user.a")["severity"], "high");
    // Whose name is not known is nobody that was named.
    assert_eq!(row(&report, "unnecessary-iam-user", "aws_iam_user.b")["severity"], "medium");
}

#[test]
fn what_is_excluded_is_no_root_and_is_said() {
    let caller = "module \"m\" { source = \"../vendor/m\" }\n";
    let project = Project::new(&[
        (".git/HEAD", ""),
        ("infra/main.tf", caller),
        ("vendor/m/main.tf", USERS),
        ("legacy/main.tf", USERS),
        ("legacy/template.yaml", "Resources:\n  Old:\n    Type: AWS::IAM::User\n"),
        ("legacy/other.yaml", "a: 1\n"),
        ("credlint.toml", "[paths]\nexclude = [\"vendor\", \"legacy/**\"]\n"),
    ]);
    let report = project.json(&[]);
    let mut roots = column(&report["findings"], "root");
    roots.dedup();
    assert_eq!(roots, ["infra"], "a module in an excluded folder is read where a root calls it");
    assert!(column(&report["findings"], "subject").iter().all(|subject| subject.starts_with("module.m.")));
    let said = messages(&report);
    assert!(said.contains(&"3 files are excluded and not looked at".to_owned()), "{said:?}");
    let list = parsed(&project.run(&["files", "--format", "json"]));
    let excluded: Vec<&str> = list["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["left_out"] == "excluded by the configuration")
        .map(|row| row["path"].as_str().unwrap())
        .collect();
    assert_eq!(excluded, ["legacy/main.tf", "legacy/template.yaml", "vendor/m/main.tf"]);
    // Whoever names a folder or a file means it.
    let mut named = column(&project.json(&["legacy"])["findings"], "root");
    named.dedup();
    assert_eq!(named.len(), 2, "{named:?}");
    assert!(!project.found(&["vendor/m/main.tf"]).is_empty());
}

#[test]
fn only_what_is_included_is_looked_at_and_a_module_is_read_whole() {
    let project = Project::new(&[
        ("a/main.tf", "resource \"aws_iam_user\" \"a\" { name = \"a\" }\n"),
        ("a/more.tf", "resource \"aws_iam_user\" \"more\" { name = \"more\" }\n"),
        ("b/main.tf", "resource \"aws_iam_user\" \"b\" { name = \"b\" }\n"),
        ("credlint.toml", "[paths]\ninclude = [\"a/main.tf\"]\n"),
    ]);
    let found = project.found(&["--select", "unnecessary-iam-user"]);
    assert_eq!(found, ["unnecessary-iam-user aws_iam_user.a", "unnecessary-iam-user aws_iam_user.more"]);
    let said = messages(&project.json(&[]));
    assert!(said.contains(&"1 file is excluded and not looked at".to_owned()), "{said:?}");
}

const SWITCH: &str = "variable \"create\" { default = false }\nvariable \"name\" { type = string }\nvariable \"extra\" { default = false }\n\
    resource \"aws_iam_user\" \"u\" {\n  count = var.create ? 1 : 0\n  name  = var.name\n}\n\
    resource \"aws_iam_user\" \"e\" {\n  count = var.extra ? 1 : 0\n  name  = \"extra\"\n}\n";

#[test]
fn each_root_has_its_own_inputs_and_what_is_typed_wins() {
    let configuration = "[[roots]]\npath = \"infra/*\"\nvar_files = [\"config/all.tfvars\"]\n\
        [[roots]]\npath = \"infra/prod\"\nvariables = { create = true, unknown = 1 }\n\
        [[roots]]\npath = \"infra/gone\"\n";
    let project = Project::new(&[
        (".git/HEAD", ""),
        ("infra/prod/main.tf", SWITCH),
        ("infra/dev/main.tf", SWITCH),
        ("config/all.tfvars", "name = \"from-file\"\n"),
        ("credlint.toml", configuration),
    ]);
    let certain = |arguments: &[&str]| {
        let report = project.json(
            &[&["--select", "unnecessary-iam-user", "--min-confidence", "certain"], arguments].concat(),
        );
        (findings(&report), column(&report["findings"], "root"), report)
    };
    let (found, roots, report) = certain(&[]);
    assert_eq!(
        (found, roots),
        (vec!["unnecessary-iam-user aws_iam_user.u[0]".to_owned()], vec!["infra/prod".to_owned()])
    );
    assert_eq!(report["findings"][0]["subject_name"], "from-file");
    let said = messages(&report);
    for expected in [
        "no root here declares a variable `unknown`",
        "no root is at `infra/gone`, so this entry changes nothing",
    ] {
        assert_eq!(said.iter().filter(|message| *message == expected).count(), 1, "{said:?}");
    }
    let (found, ..) = certain(&["--var", "create=false", "--var", "extra=true"]);
    assert_eq!(found, ["unnecessary-iam-user aws_iam_user.e[0]", "unnecessary-iam-user aws_iam_user.e[0]"]);
    // Whoever looks at a part of the tree is not told of the others.
    let report = project.json(&["infra/dev"]);
    assert!(messages(&report).iter().all(|message| !message.contains("gone")), "{report:#}");
}

#[test]
fn values_keep_their_types() {
    let program = "variable \"users\" { type = map(object({ name = string, keys = number })) }\n\
        resource \"aws_iam_user\" \"u\" {\n  for_each = { for k, u in var.users : k => u if u.keys > 1 }\n  name = each.value.name\n}\n";
    let configuration = "[[roots]]\npath = \".\"\n[roots.variables.users]\na = { name = \"${not} %{a} template\", keys = 2 }\nb = { name = \"b\", keys = 1 }\n";
    let project = Project::new(&[("main.tf", program), ("credlint.toml", configuration)]);
    let report = project.json(&["--select", "unnecessary-iam-user"]);
    assert_eq!(findings(&report), ["unnecessary-iam-user aws_iam_user.u[\"a\"]"], "{report:#}");
    assert_eq!(report["findings"][0]["subject_name"], "${not} %{a} template");
}

#[test]
fn templates_have_their_parameters_and_account() {
    let template = "Parameters:\n  Stage:\n    Type: String\n    Default: dev\nConditions:\n  Prod: !Equals [!Ref Stage, prod]\n  Here: !Equals [!Ref AWS::AccountId, '111122223333']\n\
        Resources:\n  A:\n    Type: AWS::IAM::User\n    Condition: Prod\n  B:\n    Type: AWS::IAM::User\n    Condition: Here\n";
    let configuration = "[[roots]]\npath = \"*.yaml\"\nparameter_files = [\"p.json\"]\naccount = \"production\"\n[accounts]\n\"111122223333\" = \"production\"\n";
    let project = Project::new(&[
        ("t.yaml", template),
        ("p.json", "{\"Stage\": \"prod\"}"),
        ("credlint.toml", configuration),
    ]);
    let certain = ["--select", "unnecessary-iam-user", "--min-confidence", "certain"];
    assert_eq!(project.found(&certain), ["unnecessary-iam-user A", "unnecessary-iam-user B"]);
    let typed = [&certain[..], &["--parameters", "Stage=dev"]].concat();
    assert_eq!(project.found(&typed), ["unnecessary-iam-user B"]);
    let graph = project.graph(".");
    assert_eq!(graph["users"][0]["account_name"], "production");
}

#[test]
fn accounts_have_names() {
    let program = "provider \"aws\" { allowed_account_ids = [\"444455556666\"] }\nresource \"aws_iam_user\" \"a\" { name = \"a\" }\n";
    let configuration = "[accounts]\n\"444455556666\" = \"development\"\n";
    let project = Project::new(&[("main.tf", program), ("credlint.toml", configuration)]);
    assert_eq!(project.graph(".")["users"][0]["account_name"], "development");
}

#[test]
fn exceptions_set_findings_aside_until_their_day() {
    let configuration = "[[allow]]\nrule = [\"access-key-at-user-setup\", \"password-and-access-key\"]\nuser = \"MARIA\"\nroot = \"infra\"\nreason = \"migration\"\nuntil = 2027-01-31\n\
        [[allow]]\naddress = \"aws_iam_user.nobody*\"\nreason = \"gone\"\n";
    let project = with(configuration);
    let report = project.json(&["--as-of", "2027-01-31"]);
    let rules = column(&report["findings"], "rule");
    assert!(!rules.contains(&"password-and-access-key".to_owned()), "{rules:?}");
    assert_eq!(rules.iter().filter(|rule| *rule == "unused-exception").count(), 1, "{rules:?}");
    let rules = column(&project.json(&["--as-of", "2027-02-01"])["findings"], "rule");
    assert!(rules.contains(&"password-and-access-key".to_owned()), "{rules:?}");
    // Case does not matter in names, and does in addresses.
    let project = with("[[allow]]\naddress = \"AWS_IAM_USER.maria\"\nreason = \"a\"\n");
    assert!(!project.found(&["--select", "password-and-access-key"]).is_empty());
}

#[test]
fn a_changed_severity_and_a_baseline_go_together() {
    let project = with("baseline = \"base.json\"\n");
    let output = project.run(&["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("base.json"), "{}", told(&output));
    assert_eq!(project.run(&["check", "--write-baseline", "base.json"]).status.code(), Some(0));
    assert_eq!(project.run(&["check"]).status.code(), Some(0));
    let changed = "baseline = \"base.json\"\n[rules]\npassword-and-access-key = \"critical\"\n";
    std::fs::write(project.path().join("credlint.toml"), changed).unwrap();
    assert_eq!(project.run(&["check"]).status.code(), Some(0));
    // It is found from any folder.
    assert_eq!(run_in(&project.path().join("infra"), &["check"]).status.code(), Some(0));
}

const OWN_RULE: &str = "---\nid: no-maria\ntitle: Maria has a user\nseverity: low\nsubject: user\nwhen: user.name == \"maria\" && user.human\nflag: user\n\
    message: \"there is `{user.name}`\"\nwhy: \"because\"\nfix: \"delete it\"\nprecision: high\n---\n\n## What\n\nText.\n\n## Why\n\nText.\n\n## Fix\n\nText.\n\n## When this is fine\n\nText.\n\n## Examples\n";

#[test]
fn own_rules_are_found_and_may_be_meant() {
    let project = with("rules_folders = [\"own\"]\nselect = [\"no-maria\"]\nhuman_users = [\"maria\"]\n");
    std::fs::create_dir(project.path().join("own")).unwrap();
    std::fs::write(project.path().join("own/no-maria.md"), OWN_RULE).unwrap();
    assert_eq!(project.found(&[]), ["no-maria aws_iam_user.maria"]);
    assert_eq!(project.run(&["explain", "no-maria"]).status.code(), Some(0));
    assert_eq!(project.run(&["explain", "no-maria", "--no-config"]).status.code(), Some(2));
}

#[test]
fn the_nearest_file_counts_and_none_beyond_the_boundary() {
    let off = "[rules]\nunnecessary-iam-user = \"off\"\n";
    let project = Project::new(&[
        ("credlint.toml", "fail_on = \"nonsense\"\n"),
        ("repository/.git/HEAD", ""),
        ("repository/a/main.tf", USERS),
        ("repository/a/.credlint.toml", off),
        ("repository/b/main.tf", USERS),
    ]);
    let has = |folder: &str, arguments: &[&str]| {
        let output =
            run_in(&project.path().join(folder), &[&["check", "--format", "json"], arguments].concat());
        column(&parsed(&output)["findings"], "rule").contains(&"unnecessary-iam-user".to_owned())
    };
    assert!(!has("repository/a", &[]) && !has("repository", &["a"]) && has("repository/a", &["--no-config"]));
    // Above the work tree is somebody else's.
    assert!(has("repository/b", &[]) && has("repository", &[]));
    assert!(!has("repository/b", &["--config", "../a/.credlint.toml"]));
    // Without a work tree, the current directory is as far as it goes.
    let output = run_in(project.path(), &["check", "repository/b", "--root", "repository/b"]);
    assert_eq!(output.status.code(), Some(1));
    let plain = Project::new(&[("credlint.toml", off), ("x/y/main.tf", USERS)]);
    assert!(!plain.found(&["x/y"]).iter().any(|found| found.starts_with("unnecessary")));
    let between = Project::new(&[("x/credlint.toml", off), ("x/y/main.tf", USERS)]);
    assert!(!between.found(&["x/y"]).iter().any(|found| found.starts_with("unnecessary")));
    let above = run_in(&plain.path().join("x"), &["check", "y", "--format", "json"]);
    assert!(findings(&parsed(&above)).iter().any(|found| found.starts_with("unnecessary")));
}

#[test]
fn what_cannot_be_used_is_an_error_that_shows_the_line() {
    let cases = [
        (
            "select = [\"multiple-activ-keys\"]\n",
            "credlint.toml:1:11: no rule is named",
            "multiple-active-keys",
        ),
        (
            "[[allow]]\nrule = \"CIS-9.99\"\nreason = \"a\"\n",
            "credlint.toml:2:8: no rule is named",
            "credlint rules",
        ),
        (
            "rules_folders = [\"nowhere\"]\n",
            "credlint.toml:1:18: the rules folder `nowhere` does not exist",
            "relative",
        ),
        (
            "[[roots]]\npath = \"a\"\nvar_files = [\"a.tfvars\"]\n",
            "credlint.toml:3:14: the variables file",
            "does not exist",
        ),
        (
            "[[roots]]\npath = \"a\"\nparameter_files = [\"../../x.json\"]\n",
            "credlint.toml:3:20:",
            "lies outside",
        ),
        ("fail_on = \"hihg\"\n", "credlint.toml:1:11:", "did you mean \"high\"?"),
        ("fail-on = \"high\"\n", "credlint.toml:1:1: there is no key `fail-on`", "did you mean `fail_on`?"),
        ("fail_on = \n", "credlint.toml:1:", "no TOML"),
        (
            "profile = \"cis-aws-50\"\n",
            "credlint.toml:1:11: no profile is named `cis-aws-50`",
            "did you mean cis-aws-5.0",
        ),
    ];
    for (text, place, help) in cases {
        let output = with(text).run(&["check"]);
        let said = told(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(said.contains(place) && said.contains(help) && output.stdout.is_empty(), "{text}\n{said}");
    }
    let long = format!("select = [\n  \"{}\",\n]\n", "a".repeat(20_000));
    assert!(told(&with(&long).run(&["check"])).contains("line 2 is longer than 16 KiB"));
    let large = "# comment\n".repeat(200_000);
    assert!(told(&with(&large).run(&["check"])).contains("larger than 1 MiB"));
    let both = with("");
    std::fs::write(both.path().join(".credlint.toml"), "").unwrap();
    assert!(told(&both.run(&["check"])).contains("two configurations"));
    let output = both.run(&["check", "--config", "missing.toml"]);
    assert!(output.status.code() == Some(2) && told(&output).contains("missing.toml"));
    assert_eq!(both.run(&["check", "--config", "credlint.toml", "--no-config"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    let project =
        Project::new(&[("outside/secret.md", OWN_RULE), ("outside/c.toml", "fail_on = \"never\"\n")]);
    let inside = |text: &str| {
        let _ = std::fs::remove_dir_all(project.path().join("in"));
        std::fs::create_dir_all(project.path().join("in/.git")).unwrap();
        std::fs::write(project.path().join("in/main.tf"), USERS).unwrap();
        if !text.is_empty() {
            std::fs::write(project.path().join("in/credlint.toml"), text).unwrap();
        }
        project.path().join("in")
    };
    let refused = |folder: &std::path::Path| {
        let output = run_in(folder, &["check"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        told(&output)
    };
    let folder = inside("");
    std::os::unix::fs::symlink("../outside/c.toml", folder.join("credlint.toml")).unwrap();
    assert!(refused(&folder).contains("leads outside"));
    let folder = inside("rules_folders = [\"own\"]\n");
    std::fs::create_dir(folder.join("own")).unwrap();
    std::os::unix::fs::symlink("../../outside/secret.md", folder.join("own/no-maria.md")).unwrap();
    assert!(refused(&folder).contains("leads out"));
    let folder = inside("rules_folders = [\"own\"]\n");
    std::os::unix::fs::symlink("../outside", folder.join("own")).unwrap();
    assert!(refused(&folder).contains("outside of what is read"));
    let folder = inside("[[roots]]\npath = \".\"\nvar_files = [\"a.tfvars\"]\n");
    std::os::unix::fs::symlink("../outside/c.toml", folder.join("a.tfvars")).unwrap();
    assert!(refused(&folder).contains("outside of what is read"));
}

#[test]
fn secrets_among_the_inputs_are_not_printed() {
    let configuration = "[[roots]]\npath = \"infra\"\nvariables = { password = \"correct-horse\", maria = \"battery-staple\" }\n[[allow]]\nuser = \"nobody\"\nreason = \"a\"\n";
    let project = with(configuration);
    for format in ["human", "json", "sarif"] {
        let output = project.run(&["check", "--format", format]);
        let text = String::from_utf8(output.stdout.clone()).unwrap() + &told(&output);
        assert!(!text.contains("correct-horse") && !text.contains("battery-staple"), "{text}");
    }
}

#[test]
fn a_configuration_that_takes_nothing_out_says_nothing() {
    let project = with("fail_on = \"medium\"\nmachine_users = [\"ci-*\"]\n");
    assert!(kinds(&project.json(&[])).iter().all(|kind| kind != "configuration"));
}

#[test]
fn what_init_writes_works() {
    let project = Project::new(&[(".git/HEAD", ""), ("main.tf", USERS)]);
    let output = project.run(&["init"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "credlint.toml: written\n.pre-commit-config.yaml: written\n.github/workflows/credlint.yml: written\n\n\
         Now run `credlint check`. To begin with what is there already, run `credlint check --write-baseline \
         credlint-baseline.json` and set `baseline` in credlint.toml. Then `pre-commit install`, and commit these files.\n"
    );
    assert_eq!(project.json(&[])["findings"], project.json(&["--no-config"])["findings"]);
    let again = String::from_utf8(project.run(&["init"]).stdout).unwrap();
    assert_eq!(again.matches("left alone").count(), 3, "{again}");
    assert_eq!(project.run(&["init", "nowhere"]).status.code(), Some(2));
    let other = Project::new(&[
        (".credlint.toml", ""),
        (".github/workflows/credlint.yaml", ""),
        (".pre-commit-config.yaml", "repos: []\n"),
    ]);
    let said = String::from_utf8(other.run(&["init"]).stdout).unwrap();
    assert_eq!(said.matches("left alone").count(), 3, "{said}");
    assert!(said.contains("    - id: credlint") || said.contains("- id: credlint"), "{said}");
}
