//! What a program reads.

use super::super::sample;
use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "the snapshot is long")]
fn the_whole_document() {
    let json = render(&sample::small().report()).replace(TOOL_VERSION, "[version]");
    insta::assert_snapshot!(json, @r#"
    {
      "version": 1,
      "tool": {
        "name": "credlint",
        "version": "[version]"
      },
      "findings": [
        {
          "rule": "multiple-active-keys",
          "severity": "medium",
          "confidence": "certain",
          "when": null,
          "subject": "module.team.aws_iam_user.alice",
          "subject_name": "alice",
          "root": "infra",
          "message": "alice has 2 active access keys",
          "why": "a lost key is valid until somebody deletes it",
          "fix": "use IAM Identity Center instead",
          "remedy": [],
          "account": null,
          "location": {
            "path": "infra/team dir/users.tf",
            "line": 9,
            "column": 1,
            "end_line": 11,
            "end_column": 2
          },
          "label": "active access key second",
          "related": [
            {
              "label": "active access key first",
              "location": {
                "path": "infra/team dir/users.tf",
                "line": 5,
                "column": 1,
                "end_line": 7,
                "end_column": 2
              }
            },
            {
              "label": "user aws_iam_user.alice",
              "location": {
                "path": "infra/team dir/users.tf",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 24
              }
            }
          ],
          "trail": [
            {
              "label": "called here as module.team",
              "location": {
                "path": "infra/main.tf",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 14
              }
            }
          ],
          "inferred_from": null,
          "construct_path": null,
          "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        },
        {
          "rule": "password-in-template",
          "severity": "critical",
          "confidence": "certain",
          "when": null,
          "subject": "Bob",
          "subject_name": null,
          "root": "stack.yaml",
          "message": "the password of Bob stands in the template",
          "why": "a lost key is valid until somebody deletes it",
          "fix": "use IAM Identity Center instead",
          "remedy": [],
          "account": null,
          "location": {
            "path": "stack.yaml",
            "line": 5,
            "column": 22,
            "end_line": 5,
            "end_column": 39
          },
          "label": "console password of Bob",
          "related": [],
          "trail": [],
          "inferred_from": null,
          "construct_path": null,
          "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        },
        {
          "rule": "password-in-template",
          "severity": "critical",
          "confidence": "possible",
          "when": "var.create_key = true",
          "subject": "module.team.aws_iam_user.alice",
          "subject_name": "alice",
          "root": "infra",
          "message": "alice can sign in with a password and has an access key",
          "why": "a lost key is valid until somebody deletes it",
          "fix": "use IAM Identity Center instead",
          "remedy": [],
          "account": null,
          "location": {
            "path": "infra/team dir/users.tf",
            "line": 5,
            "column": 1,
            "end_line": 7,
            "end_column": 2
          },
          "label": "active access key first",
          "related": [
            {
              "label": "user aws_iam_user.alice",
              "location": {
                "path": "infra/team dir/users.tf",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 24
              }
            }
          ],
          "trail": [
            {
              "label": "called here as module.team",
              "location": {
                "path": "infra/main.tf",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 14
              }
            }
          ],
          "inferred_from": null,
          "construct_path": null,
          "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        }
      ],
      "suppressed": [
        {
          "rule": "password-in-template",
          "severity": "critical",
          "confidence": "certain",
          "when": null,
          "subject": "Bob",
          "subject_name": null,
          "root": "stack.yaml",
          "message": "the password of Bob stands in the template",
          "why": "a lost key is valid until somebody deletes it",
          "fix": "use IAM Identity Center instead",
          "remedy": [],
          "account": null,
          "location": {
            "path": "stack.yaml",
            "line": 5,
            "column": 22,
            "end_line": 5,
            "end_column": 39
          },
          "label": "console password of Bob",
          "related": [],
          "trail": [],
          "inferred_from": null,
          "construct_path": null,
          "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "suppression": {
            "kind": "comment",
            "reason": "the mailbox of a test",
            "until": "2027-01-31",
            "location": {
              "path": "stack.yaml",
              "line": 5,
              "column": 22,
              "end_line": 5,
              "end_column": 39
            }
          }
        }
      ],
      "notices": [
        {
          "kind": "unreadable-file",
          "incomplete": true,
          "message": "is not UTF-8 text",
          "path": "infra/latin1.tf",
          "help": null
        },
        {
          "kind": "module-not-on-disk",
          "incomplete": false,
          "message": "module source is not on disk",
          "location": {
            "path": "infra/main.tf",
            "line": 2,
            "column": 3,
            "end_line": 2,
            "end_column": 24
          },
          "help": "run `terraform init`, or scan the module too"
        }
      ],
      "coverage": {
        "users": 2,
        "access_keys": 2,
        "passwords": 1,
        "roots": 2,
        "files": 3,
        "modules_not_on_disk": 1,
        "modules_modelled": 0,
        "unknown_values": 0,
        "accounts": []
      },
      "summary": {
        "findings": 3,
        "possible": 1,
        "by_severity": [
          {
            "severity": "critical",
            "count": 2
          },
          {
            "severity": "high",
            "count": 0
          },
          {
            "severity": "medium",
            "count": 1
          },
          {
            "severity": "low",
            "count": 0
          }
        ],
        "set_aside": [
          {
            "by": "comments",
            "count": 1
          }
        ],
        "fail_on": "medium",
        "failed": true,
        "complete": false
      }
    }
    "#);
}

#[test]
fn hostile_text_is_inert_and_names_are_exact() {
    let sample = sample::hostile();
    let json = render(&sample.report());
    assert!(json.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(!json.contains('\u{202e}') && !json.contains("##vso[") && !json.contains("hunter2"));
    let back: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(back["findings"][0]["subject"], sample.findings[0].subject.address);
    assert_eq!(back["findings"][0]["root"], sample.findings[0].root);
    assert!(back["findings"][0]["message"].as_str().unwrap().starts_with("\\u{3a}:error::x\\u{1b}[2J"));
    assert_eq!(back["findings"][0]["related"].as_array().unwrap().len(), 2000);
}

#[test]
fn output_is_the_same_every_time() {
    assert_eq!(render(&sample::small().report()), render(&sample::small().report()));
}

#[test]
fn a_change_and_what_it_fixes_stand_beside_the_findings() {
    let sample = sample::small();
    let change = sample::change();
    let report = Report { change: Some(&change), omit_suppressed: true, ..sample.report() };
    let document: serde_json::Value = serde_json::from_str(&render(&report)).unwrap();
    assert_eq!(document["suppressed"], serde_json::json!([]));
    let told = &document["change"];
    assert_eq!((&told["introduced"], &told["unchanged"]), (&3.into(), &4.into()));
    assert_eq!(told["fixed"][0], document["findings"][0]);
}
