//! What the procedures of audits say of the users in `fixtures/evidence/audits`, stated by hand.

use serde_json::Value;

use super::NOW;
use super::project::{self, Project, kinds, parsed};

/// `user: message` of each finding of a rule in a report that follows the procedure of an audit.
fn audited(file: &str, as_of: &str, rule: &str) -> Vec<String> {
    let path = format!("{}/fixtures/evidence/audits/{file}.csv", env!("CARGO_MANIFEST_DIR"));
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let output =
        project::run_in(here, &["audit", &path, "--as-of", as_of, "--select", rule, "--format", "json"]);
    let report = parsed(&output);
    assert!(kinds(&report).is_empty(), "{report:#}");
    let findings = report["findings"].as_array().unwrap().iter();
    let line = |finding: &Value| {
        format!("{}: {}", finding["subject_name"].as_str().unwrap(), finding["message"].as_str().unwrap())
    };
    findings.map(line).collect()
}

#[test]
fn keys_of_user_setup_are_those_that_the_benchmark_means() {
    // Whoever has a password and an active key that was never used: of anitha's two keys one is used, paras uses both.
    assert_eq!(
        audited("keys-at-user-setup", "2016-09-01", "access-key-at-user-setup"),
        [
            "anitha: access key 2 of user `anitha` was never used, and the user has a console password",
            "brandon: access key 1 of user `brandon` was never used, and the user has a console password",
        ]
    );
}

#[test]
fn of_two_active_keys_one_is_kept() {
    let audit = |field: &str| {
        let path = format!("{}/fixtures/evidence/audits/one-active-key.csv", env!("CARGO_MANIFEST_DIR"));
        let project = Project::new(&[]);
        let select = ["--select", "multiple-active-keys", "--format", "json"];
        let report = parsed(&project.run(&[&["audit", path.as_str()], &NOW[..], &select].concat()));
        let findings = report["findings"].as_array().unwrap().iter();
        let line = |finding: &Value| {
            format!("{}: {}", finding["subject_name"].as_str().unwrap(), finding[field].as_str().unwrap())
        };
        findings.map(line).collect::<Vec<_>>()
    };
    assert_eq!(
        audit("message"),
        [
            "both-old: user `both-old` has 2 active access keys",
            "idle: user `idle` has 2 active access keys, and none of them is in use",
            "rotated: user `rotated` has 2 active access keys",
        ]
    );
    assert_eq!(
        audit("fix"),
        [
            "both-old: keep access key 2: both are in use and too old, and it is the younger; replace it next; move what \
             uses access key 1 over to it, then deactivate access key 1, and delete it when nothing breaks",
            "idle: deactivate access key 1 and access key 2, and delete them when nothing breaks",
            "rotated: keep access key 2: it is in use and 41 days old; deactivate access key 1, and delete it when nothing \
             breaks",
        ]
    );
}

#[test]
fn a_user_has_a_password_or_keys() {
    assert_eq!(
        audited("password-and-keys", "2021-03-21", "password-and-access-key"),
        ["cc-project5-admin: user `cc-project5-admin` has a console password and 2 active access keys"]
    );
}

#[test]
fn what_nobody_used_for_ninety_days_is_unused() {
    assert_eq!(
        audited("unused-credentials", "2019-04-04", "unused-credential"),
        [
            "David: access key 1 of user `David` was last used on 2018-12-01, 123 days ago",
            "key-never-used: access key 1 of user `key-never-used` was never used, and was made or last changed 123 days ago",
            "password-long-ago: password of user `password-long-ago` was last used on 2018-12-01, 123 days ago",
            "password-never-used: password of user `password-never-used` was never used, and was made or last changed 123 days ago",
        ]
    );
}

#[test]
fn every_user_could_be_something_else() {
    assert_eq!(
        audited("unnecessary-users", "2026-01-01", "unnecessary-iam-user"),
        [
            "cloud-auditor: user `cloud-auditor` is an IAM user for a person, who can sign in through IAM Identity Center instead",
            "ses-smtp: user `ses-smtp` is an IAM user for a program, which can use a role instead",
            "left-behind: user `left-behind` is an IAM user that has neither a password nor an active access key",
        ]
    );
}
