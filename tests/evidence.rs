//! Credential reports: what the procedures of audits say of their users (in `audits`); which user of an account is which user of the code,
//! and what is said where that cannot be told.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads what credlint wrote; a test fails by panicking"
)]

#[path = "evidence/audits.rs"]
mod audits;
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

#[test]
fn ages_are_counted_to_what_the_report_says_of_itself() {
    use base64::Engine as _;
    let content = base64::engine::general_purpose::STANDARD.encode(report(A, &["deploy"]));
    let envelope =
        format!("{{\"Content\": \"{content}\", \"GeneratedTime\": \"2025-06-11T00:00:00+00:00\"}}");
    let project = Project::new(&[("envelope.json", &envelope), ("a.csv", &report(A, &["deploy"]))]);
    let audit = |arguments: &[&str]| {
        let report = parsed(&project.run(&[&["audit", "--format", "json"], arguments].concat()));
        let account = report["coverage"]["accounts"][0].clone();
        let days = messages_of(&report, "unused-credential");
        (account["as_of_source"].as_str().unwrap().to_owned(), kinds(&report), days)
    };
    let told = ["ages-counted"];
    // Ten days after it was made the key is not unused yet.
    assert_eq!(audit(&["envelope.json"]), ("report".into(), vec![], vec![]));
    let (source, kinds, found) = audit(&["envelope.json", "--as-of", "2026-01-01"]);
    assert_eq!((source.as_str(), found.len()), ("report", 0));
    assert_eq!(kinds, told);
    let (source, kinds, found) = audit(&["a.csv", "--as-of", "2025-08-30T12:00:00Z"]);
    assert_eq!((source.as_str(), kinds.len()), ("command-line", 0));
    assert_eq!(
        found,
        ["access key 1 of user `deploy` was never used, and was made or last changed 90 days ago"]
    );
    let (source, kinds, found) = audit(&["a.csv"]);
    assert_eq!((source.as_str(), found.len()), ("run", 1));
    assert_eq!(kinds, told);
    // A shorter time counts from the same moment.
    let (.., found) = audit(&["envelope.json", "--max-unused-days", "10"]);
    assert_eq!(found.len(), 1);
    // Dates after the moment are no ages at all.
    assert_eq!(audit(&["a.csv", "--as-of", "2025-05-01"]).1, told);
}

fn messages_of(report: &Value, rule: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_rule = findings.filter(|finding| finding["rule"] == rule);
    of_rule.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn code_and_account_are_looked_at_together() {
    let password =
        "resource \"aws_iam_user_login_profile\" \"deploy\" {\n  user = aws_iam_user.deploy.name\n}\n";
    let project =
        Project::new(&[("main.tf", &(user("deploy") + password)), ("a.csv", &report(A, &["deploy"]))]);
    let report = checked(&project, &["--credential-report", "a.csv"]);
    // The key stands in no code, and the password is not in the account yet.
    assert_eq!(
        messages_of(&report, "password-and-access-key"),
        [format!(
            "user `deploy` in account {A} has an active access key, and the code gives it a console password"
        )]
    );
    assert_eq!(
        messages_of(&report, "credential-drift"),
        [format!(
            "user `deploy` in account {A} has 1 access key (0 in the code) and no console password (one in the code)"
        )]
    );
    // The user is there already, so this deployment sets nobody up.
    let key = "resource \"aws_iam_access_key\" \"deploy\" {\n  user = aws_iam_user.deploy.name\n}\n";
    let all = user("deploy") + password + key;
    let project = Project::new(&[("main.tf", &all), ("a.csv", &report_text(A))]);
    assert_eq!(messages_of(&checked(&project, &[]), "access-key-at-user-setup").len(), 1);
    let with_report = checked(&project, &["--credential-report", "a.csv"]);
    assert_eq!(messages_of(&with_report, "access-key-at-user-setup"), [""; 0]);
}

#[test]
fn what_the_code_says_of_its_account_counts_more_than_what_is_typed() {
    let project =
        Project::new(&[("prod/main.tf", &(provider(B) + &user("deploy"))), ("a.csv", &report_text(A))]);
    let report = checked(&project, &["--credential-report", "prod=a.csv"]);
    assert_eq!(places(&report), [format!("a.csv:arn:aws:iam::{A}:user/deploy")]);
    assert_eq!(
        messages(&report),
        [format!("prod is for account {B} by its code, and the report given for it is that of account {A}")]
    );
}

#[test]
fn one_wrong_report_takes_nothing_from_the_others() {
    let cut = report(A, &["deploy", "eve"]);
    let cut = &cut[..cut.len() - 90];
    let project =
        Project::new(&[("main.tf", &user("deploy")), ("cut.csv", cut), ("b.csv", &report(B, &["deploy"]))]);
    let arguments =
        ["check", "--credential-report", "cut.csv", "--credential-report", "b.csv", NOW[0], NOW[1]];
    let output = project.run(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(2));
    let report = parsed(&output);
    let error =
        report["notices"].as_array().unwrap().iter().find(|notice| notice["incomplete"] == true).unwrap();
    assert_eq!(error["location"]["line"], 3, "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("cells"), "{error:#}");
    assert_eq!(report["coverage"]["accounts"].as_array().unwrap().len(), 2);
}

#[test]
fn what_a_toggle_leaves_out_is_in_the_account_all_the_same() {
    let code = "variable \"make\" {\n  type    = bool\n  default = false\n}\n\nresource \"aws_iam_user\" \"deploy\" {\n  count = var.make ? 1 : 0\n  name  = \"deploy\"\n}\n";
    let project = Project::new(&[("main.tf", code), ("a.csv", &report_text(A))]);
    let report = checked(&project, &["--credential-report", "a.csv"]);
    assert_eq!(places(&report), [format!("a.csv:arn:aws:iam::{A}:user/deploy")]);
    let unused =
        report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "unused-credential");
    assert_eq!(unused.unwrap()["confidence"], "certain");
    let report = checked(&project, &["--credential-report", "a.csv", "--var", "make=true"]);
    assert_eq!(places(&report), ["main.tf:aws_iam_user.deploy[0]"]);
    // Of two blocks for one user, that which there is.
    let code = "variable \"stage\" {\n  default = \"dev\"\n}\n\nresource \"aws_iam_user\" \"dev\" {\n  count = var.stage == \"dev\" ? 1 : 0\n  name  = \"deploy\"\n}\n\nresource \"aws_iam_user\" \"prod\" {\n  count = var.stage == \"dev\" ? 0 : 1\n  name  = \"deploy\"\n}\n";
    let project = Project::new(&[("main.tf", code), ("a.csv", &report_text(A))]);
    let certain = ["--credential-report", "a.csv", "--min-confidence", "certain"];
    assert_eq!(places(&checked(&project, &certain)), ["main.tf:aws_iam_user.dev[0]"]);
    // Of two blocks, none of which there is, one is enough to speak of.
    let off = code.replace("var.stage == \"dev\" ? 1 : 0", "var.stage == \"test\" ? 1 : 0");
    let off = off.replace("var.stage == \"dev\" ? 0 : 1", "var.stage == \"prod\" ? 1 : 0");
    let project = Project::new(&[("main.tf", &off), ("a.csv", &report_text(A))]);
    assert_eq!(places(&checked(&project, &certain)), [format!("a.csv:arn:aws:iam::{A}:user/deploy")]);
}

#[test]
fn accounts_of_roles_and_of_the_cdk_are_told() {
    let role = format!(
        "provider \"aws\" {{\n  assume_role {{\n    role_arn = \"arn:aws:iam::{B}:role/deploy\"\n  }}\n}}\n"
    );
    let project = Project::new(&[
        ("dev/main.tf", &user("deploy")),
        ("prod/main.tf", &(role + &user("deploy"))),
        ("b.csv", &report_text(B)),
    ]);
    assert_eq!(
        places(&checked(&project, &["--credential-report", "b.csv"])),
        ["prod/main.tf:aws_iam_user.deploy"]
    );
    // Alice is in two stages; Deployer has the name that CloudFormation made of the stack's and the logical id.
    let made_up = "Production-Users-Deployer92EF8763-1AB2CD3EF4GH";
    let project = Project::new(&[("production.csv", &report(B, &["alice", made_up, "by-hand"]))]);
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cdk/access");
    let csv = project.path().join("production.csv");
    let arguments = ["check", "cdk.out", "--credential-report", csv.to_str().unwrap(), "--format", "json"];
    let output = project::run_in(
        &fixture,
        &[&arguments[..], &NOW[..], &["--select", "unused-credential,undeclared-iam-user"]].concat(),
    );
    let report = parsed(&output);
    let by_hand = format!("arn:aws:iam::{B}:user/by-hand");
    assert_eq!(
        findings(&report),
        [
            format!("undeclared-iam-user {by_hand}"),
            "unused-credential Production/Users/Alice".to_owned(),
            "unused-credential Production/Users/Deployer".to_owned(),
            format!("unused-credential {by_hand}"),
        ],
        "{report:#}"
    );
}
