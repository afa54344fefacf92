//! Credential reports joined to code: which user of an account is which user of the code, and what is said where that
//! cannot be told.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads what credlint wrote; a test fails by panicking"
)]

mod project;

use std::fmt::Write as _;

use serde_json::Value;

use project::{Project, findings, kinds, messages, parsed};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// A report of an account in which each user has one active key that was never used, made on 2025-06-01.
fn report(account: &str, users: &[&str]) -> String {
    let mut text = format!("{HEADER}\n");
    for user in users {
        writeln!(
            text,
            "{user},arn:aws:iam::{account}:user/{user},2025-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,\
             2025-06-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
        )
        .unwrap();
    }
    text
}

fn user(name: &str) -> String {
    format!("resource \"aws_iam_user\" \"{name}\" {{\n  name = \"{name}\"\n}}\n")
}

fn provider(account: &str) -> String {
    format!("provider \"aws\" {{\n  allowed_account_ids = [\"{account}\"]\n}}\n")
}

/// `--as-of`, so that ages are the same on every day.
const NOW: [&str; 2] = ["--as-of", "2026-01-01"];
const A: &str = "111111111111";
const B: &str = "222222222222";

/// A check of the project with these arguments, as JSON.
fn checked(project: &Project, arguments: &[&str]) -> Value {
    project.json(&[&NOW, arguments].concat())
}

/// `path:subject` of each finding of `unused-credential`, sorted: where a user was found.
fn places(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter();
    let unused = all.filter(|finding| finding["rule"] == "unused-credential");
    let place = |finding: &Value| {
        format!("{}:{}", finding["location"]["path"].as_str().unwrap(), finding["subject"].as_str().unwrap())
    };
    let mut places: Vec<String> = unused.map(place).collect();
    places.sort();
    places
}

fn undeclared(report: &Value) -> Vec<String> {
    let all = findings(report).into_iter();
    all.filter_map(|finding| finding.strip_prefix("undeclared-iam-user ").map(str::to_owned)).collect()
}

#[test]
fn a_name_joins_where_nothing_else_tells() {
    let project = Project::new(&[
        ("infra/main.tf", &(user("alice") + &user("Bob"))),
        ("report.csv", &report(A, &["alice", "bob", "carol"])),
    ]);
    let report = checked(&project, &["--credential-report", "report.csv"]);
    let carol = format!("arn:aws:iam::{A}:user/carol");
    assert_eq!(
        places(&report),
        [
            "infra/main.tf:aws_iam_user.Bob".to_owned(),
            "infra/main.tf:aws_iam_user.alice".to_owned(),
            format!("report.csv:{carol}"),
        ]
    );
    assert_eq!(undeclared(&report), [carol]);
    assert!(kinds(&report).is_empty(), "{report:#}");
    let account = &report["coverage"]["accounts"][0];
    assert_eq!(account["users"], 3);
    assert_eq!(account["declared"], 2);
    assert_eq!(account["as_of"], "2026-01-01T00:00:00Z");
    assert_eq!(account["as_of_source"], "command-line");
}

#[test]
fn a_number_in_the_code_counts_more_than_a_name() {
    let project = Project::new(&[
        ("dev/main.tf", &(provider(A) + &user("deploy"))),
        ("prod/main.tf", &(provider(B) + &user("deploy"))),
        ("open/main.tf", &user("deploy")),
        ("a.csv", &report(A, &["deploy"])),
        ("b.csv", &report(B, &["deploy", "extra"])),
    ]);
    let report = checked(&project, &["--credential-report", "a.csv", "dev", "prod"]);
    assert_eq!(places(&report), ["dev/main.tf:aws_iam_user.deploy"]);
    let report = checked(&project, &["--credential-report", "a.csv", "prod"]);
    assert_eq!(places(&report), [format!("a.csv:arn:aws:iam::{A}:user/deploy")]);
    assert_eq!(undeclared(&report), [format!("arn:aws:iam::{A}:user/deploy")]);
    // A root that says nothing of its account is not the one of a user that another root surely declares.
    let both = ["--credential-report", "a.csv", "--credential-report", "b.csv"];
    let report = checked(&project, &[&both[..], &["dev", "prod"]].concat());
    let extra = format!("b.csv:arn:aws:iam::{B}:user/extra");
    assert_eq!(
        places(&report),
        [extra.clone(), "dev/main.tf:aws_iam_user.deploy".into(), "prod/main.tf:aws_iam_user.deploy".into()]
    );
    assert!(kinds(&report).is_empty(), "{report:#}");
}

#[test]
fn what_may_be_one_of_several_is_said_and_joined_to_none() {
    // Two roots, one account: a user that both declare, and one that only one does.
    let project = Project::new(&[
        ("dev/main.tf", &(user("deploy") + &user("tester"))),
        ("prod/main.tf", &user("deploy")),
        ("a.csv", &report(A, &["deploy", "tester"])),
        ("b.csv", &report(B, &["deploy"])),
    ]);
    let report = checked(&project, &["--credential-report", "a.csv"]);
    let row = format!("a.csv:arn:aws:iam::{A}:user/deploy");
    assert_eq!(places(&report), [row.clone(), "dev/main.tf:aws_iam_user.tester".to_owned()]);
    assert_eq!(undeclared(&report), [""; 0]);
    assert_eq!(kinds(&report), ["ambiguous-join"]);
    assert_eq!(
        messages(&report),
        [
            "user deploy may be aws_iam_user.deploy of dev or aws_iam_user.deploy of prod, so it is joined to none of them"
        ]
    );
    // Two accounts, one root.
    let both = ["--credential-report", "a.csv", "--credential-report", "b.csv"];
    let report = checked(&project, &[&both[..], &["prod"]].concat());
    assert_eq!(
        messages(&report),
        [format!(
            "the users of prod may be those of account {A} or account {B}: it does not say which account it is for, so none of them is joined"
        )]
    );
    assert!(places(&report).iter().all(|place| !place.starts_with("prod")), "{report:#}");
    assert_eq!(undeclared(&report), [format!("arn:aws:iam::{A}:user/tester")]);
}

#[test]
fn somebody_can_say_what_a_report_is_about() {
    let project = Project::new(&[
        ("dev/main.tf", &user("deploy")),
        ("prod/one/main.tf", &user("deploy")),
        ("prod/two/main.tf", &user("backup")),
        ("a.csv", &report(A, &["deploy"])),
        ("b.csv", &report(B, &["deploy", "backup"])),
    ]);
    let said = ["--credential-report", "dev=a.csv", "--credential-report", "prod=b.csv"];
    let report = checked(&project, &said);
    assert_eq!(
        places(&report),
        [
            "dev/main.tf:aws_iam_user.deploy",
            "prod/one/main.tf:aws_iam_user.deploy",
            "prod/two/main.tf:aws_iam_user.backup"
        ]
    );
    assert!(kinds(&report).is_empty() && undeclared(&report).is_empty(), "{report:#}");
    let accounts: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "unused-credential")
        .map(|finding| finding["account"].as_str().unwrap())
        .collect();
    assert_eq!(accounts, [A, B, B]);
    // One root that is deployed to two accounts is one user in each.
    let twice = ["--credential-report", "dev=a.csv", "--credential-report", "dev=b.csv", "dev"];
    let report = checked(&project, &twice);
    let in_dev = "dev/main.tf:aws_iam_user.deploy";
    assert_eq!(places(&report)[1..], [in_dev, in_dev]);
    assert_eq!(undeclared(&report), [format!("arn:aws:iam::{B}:user/backup")]);
    // The configuration can say it as well.
    let configured = Project::new(&[
        (
            "credlint.toml",
            &format!(
                "[[roots]]\npath = \"dev\"\naccount = \"{A}\"\n[[roots]]\npath = \"prod\"\naccount = \"live\"\n[accounts]\n\"{B}\" = \"live\"\n"
            ),
        ),
        ("dev/main.tf", &user("deploy")),
        ("prod/main.tf", &user("deploy")),
        ("a.csv", &report_text(A)),
        ("b.csv", &report_text(B)),
    ]);
    let both = ["--credential-report", "a.csv", "--credential-report", "live=b.csv"];
    let report = checked(&configured, &both);
    assert_eq!(places(&report), ["dev/main.tf:aws_iam_user.deploy", "prod/main.tf:aws_iam_user.deploy"]);
    assert_eq!(report["coverage"]["accounts"][1]["name"], "live");
}

fn report_text(account: &str) -> String {
    report(account, &["deploy"])
}

#[test]
fn what_is_said_wrongly_is_told() {
    let project = Project::new(&[
        ("main.tf", &user("deploy")),
        ("a.csv", &report(A, &["deploy"])),
        ("older.csv", &report(A, &["deploy"])),
    ]);
    let output = project.run(&["check", "--credential-report", "nowhere=a.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("`nowhere`, of which a credential report is given")
    );
    let output = project.run(&["check", "--credential-report", "nowhere.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("the credential report `nowhere.csv` cannot be read")
    );
    let report = checked(&project, &["--credential-report", &format!("{B}=a.csv")]);
    assert_eq!(kinds(&report), ["invalid-configuration"]);
    assert_eq!(places(&report), ["main.tf:aws_iam_user.deploy"]);
    let twice = ["--credential-report", "a.csv", "--credential-report", "older.csv"];
    let report = checked(&project, &twice);
    assert_eq!(kinds(&report), ["invalid-configuration"]);
    assert_eq!(places(&report).len(), 1);
    // A path with a `=` in it is a path.
    let project = Project::new(&[("main.tf", &user("deploy")), ("a=b.csv", &report_text(A))]);
    assert_eq!(
        places(&checked(&project, &["--credential-report", "a=b.csv"])),
        ["main.tf:aws_iam_user.deploy"]
    );
}

#[test]
fn a_name_that_is_not_known_makes_a_missing_user_only_possible() {
    let code = "variable \"users\" {\n  type = set(string)\n}\n\nresource \"aws_iam_user\" \"this\" {\n  for_each = var.users\n  name     = each.key\n}\n";
    let project = Project::new(&[("main.tf", code), ("a.csv", &report(A, &["deploy"]))]);
    let report = checked(&project, &["--credential-report", "a.csv", "--select", "undeclared-iam-user"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["confidence"], "possible", "{report:#}");
    assert!(finding["when"].as_str().unwrap().starts_with("the name of aws_iam_user.this"), "{finding:#}");
    // What the rule says of the credential itself holds all the same.
    let report = checked(&project, &["--credential-report", "a.csv", "--select", "unused-credential"]);
    assert_eq!(report["findings"][0]["confidence"], "certain");
    // With the names, it is there.
    let report = checked(&project, &["--credential-report", "a.csv", "--var", "users=[\"deploy\"]"]);
    assert!(undeclared(&report).is_empty());
    assert_eq!(places(&report), ["main.tf:aws_iam_user.this[\"deploy\"]"]);
}

#[test]
fn a_module_that_is_not_there_may_declare_what_is_missing() {
    let code = "module \"users\" {\n  source = \"git::https://example.com/users.git\"\n}\n";
    let project =
        Project::new(&[("main.tf", &(user("deploy") + code)), ("a.csv", &report(A, &["deploy", "eve"]))]);
    let report = checked(&project, &["--credential-report", "a.csv", "--select", "undeclared-iam-user"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["confidence"], "possible", "{report:#}");
    assert!(finding["when"].as_str().unwrap().contains("a module that is not on disk"), "{finding:#}");
}

#[test]
fn a_template_makes_names_of_its_own() {
    let template = "Resources:\n  Deploy:\n    Type: AWS::IAM::User\n  Named:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: named\n";
    let users = ["mystack-Deploy-1AB2CD3EF4GH", "named", "other-Thing-1AB2CD3EF4GH"];
    let project = Project::new(&[("template.yaml", template), ("a.csv", &report(A, &users))]);
    let checked_report = checked(&project, &["--credential-report", "a.csv"]);
    let other = format!("a.csv:arn:aws:iam::{A}:user/other-Thing-1AB2CD3EF4GH");
    assert_eq!(
        places(&checked_report),
        [other, "template.yaml:Deploy".to_owned(), "template.yaml:Named".to_owned()]
    );
    assert_eq!(kinds(&checked_report), ["ambiguous-join"]);
    assert!(messages(&checked_report)[0].contains("is taken for Deploy of template.yaml"));
    // Of two stacks of one template nobody can tell which is this one.
    let users = ["one-Deploy-1AB2CD3EF4GH", "two-Deploy-1AB2CD3EF4GH", "named"];
    let project = Project::new(&[("template.yaml", template), ("a.csv", &report(A, &users))]);
    assert_eq!(
        places(&checked(&project, &["--credential-report", "a.csv"])).last().unwrap(),
        "template.yaml:Named"
    );
}

#[test]
fn a_user_that_code_only_names_is_the_accounts() {
    let code = "resource \"aws_iam_access_key\" \"smtp\" {\n  user = \"smtp\"\n}\n";
    let project = Project::new(&[("main.tf", code), ("a.csv", &report(A, &["smtp"]))]);
    let report = checked(&project, &["--credential-report", "a.csv"]);
    let smtp = format!("arn:aws:iam::{A}:user/smtp");
    assert_eq!(places(&report), [format!("a.csv:{smtp}")]);
    assert_eq!(undeclared(&report), [smtp]);
}

#[test]
fn an_audit_needs_no_code_and_misses_none() {
    let project = Project::new(&[("main.tf", &user("deploy")), ("a.csv", &report(A, &["deploy", "eve"]))]);
    let output = project.run(&["audit", "a.csv", "--as-of", "2026-01-01", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = parsed(&output);
    assert_eq!(report["coverage"]["users"], 0);
    assert_eq!(report["coverage"]["accounts"][0]["declared"], Value::Null);
    assert!(undeclared(&report).is_empty());
    assert_eq!(places(&report).len(), 2);
    assert!(places(&report).iter().all(|place| place.starts_with("a.csv:")));
}

#[test]
fn findings_keep_their_fingerprint_when_code_takes_a_user_over() {
    let text = report(A, &["deploy"]);
    let without = Project::new(&[("main.tf", "locals {}\n"), ("a.csv", &text)]);
    let with = Project::new(&[("infra/main.tf", &user("deploy")), ("b.csv", &text)]);
    let fingerprint = |project: &Project, file: &str| {
        let report = checked(project, &["--credential-report", file, "--select", "unused-credential"]);
        report["findings"][0]["fingerprint"].clone()
    };
    assert_eq!(fingerprint(&without, "a.csv"), fingerprint(&with, "b.csv"));
}

#[test]
fn a_baseline_keeps_what_only_a_report_shows() {
    let project = Project::new(&[
        ("main.tf", &user("deploy")),
        ("a.csv", &report(A, &["deploy", "eve"])),
        ("mended.csv", &report(A, &["deploy"])),
        ("b.csv", &report(B, &["other"])),
    ]);
    let with_report = ["--credential-report", "a.csv"];
    let written =
        project.run(&[&["check", "--write-baseline", "known.json"], &with_report[..], &NOW].concat());
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    let with = |arguments: &[&str]| {
        findings(&checked(&project, &[&["--baseline", "known.json"], arguments].concat()))
    };
    assert_eq!(with(&with_report), [""; 0]);
    // Without the report, or with that of another account, nobody knows whether they are gone.
    assert_eq!(with(&[]), [""; 0]);
    assert!(
        with(&["--credential-report", "b.csv"])
            .iter()
            .all(|finding| !finding.starts_with("unused-exception"))
    );
    let mended = with(&["--credential-report", "mended.csv"]);
    assert!(
        matches!(mended.as_slice(), [only] if only.starts_with("unused-exception ") && only.contains("eve")),
        "{mended:?}"
    );
}

#[test]
fn an_exception_to_what_only_a_report_shows_is_judged_with_one_only() {
    let code =
        format!("# credlint: allow(unused-credential, reason = \"starts next month\")\n{}", user("deploy"));
    let fresh = report(A, &["deploy"]).replace("2025-06-01", "2025-12-20");
    let project =
        Project::new(&[("main.tf", &code), ("a.csv", &report(A, &["deploy"])), ("fresh.csv", &fresh)]);
    let select = ["--select", "unused-credential,unused-exception"];
    let with = |arguments: &[&str]| findings(&checked(&project, &[&select, arguments].concat()));
    assert_eq!(with(&[]), [""; 0]);
    assert_eq!(with(&["--credential-report", "a.csv"]), [""; 0]);
    assert_eq!(with(&["--credential-report", "fresh.csv"]).len(), 1);
}

/// Nothing of a report's text may act in a terminal, a log, a page or a shell.
#[test]
fn a_hostile_report_is_inert_in_every_output() {
    let names = [
        "a\u{1b}[31m",
        "b\u{202e}gnp",
        "$(touch pwned)",
        "`id`",
        "::error::x",
        "<img src=x>",
        "-rf",
        "'; id; '",
    ];
    let text = report(A, &names);
    let project = Project::new(&[("main.tf", &user("deploy")), ("a.csv", &text)]);
    for format in ["human", "json", "jsonl", "sarif", "github", "markdown", "gitlab", "junit"] {
        let output =
            project.run(&["check", "--credential-report", "a.csv", NOW[0], NOW[1], "--format", format]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.is_empty() && !text.contains(['\u{1b}', '\u{202e}', '\0']), "{format}: {text}");
        if format != "github" {
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{format}: {text}");
        }
        if format == "markdown" {
            assert!(!text.contains("<img"), "{text}");
        }
    }
    let script = ["audit", "a.csv", NOW[0], NOW[1], "--remediation-script", "mend.sh"];
    assert_eq!(project.run(&script).status.code(), Some(1));
    let script = std::fs::read_to_string(project.path().join("mend.sh")).unwrap();
    assert!(!script.contains(['\u{1b}', '\u{202e}']), "{script}");
    assert!(script.contains("--user-name '$(touch pwned)'"), "{script}");
}
