//! The steps of findings in every format that shows them.

use serde_json::{Value, json};

use super::human::HumanOptions;
use super::markdown::MarkdownOptions;
use super::{Report, human, json, jsonl, markdown, sample, sarif};
use crate::finding::{Finding, Word};

fn plain(report: &Report<'_>) -> String {
    human::render(report, &HumanOptions::default())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Names that try to act, in as far as a command can hold them.
const NAMES: [&str; 8] = [
    "$(rm -rf /)",
    "`reboot`",
    "'; reboot #",
    "\"\\' && reboot",
    "--status",
    "```",
    "</code></details><img src=x> @octocat #1 | x",
    "a*b ~ !! %0A ]]> ä",
];

fn findings_of(names: &[&str]) -> sample::Sample {
    let mut sample = sample::remedies();
    let finding = sample.findings[0].clone();
    sample.findings =
        names.iter().map(|name| Finding { remedy: sample::key_steps(name), ..finding.clone() }).collect();
    sample
}

#[test]
fn a_person_sees_numbered_steps() {
    let text = plain(&sample::remedies().report());
    assert!(
        text.contains(
            "  fix: use IAM Identity Center instead
  1. find the id of access key 1: it was made on 2021-03-04
     aws iam list-access-keys --user-name alice
  2. set `status` to Inactive
  3. deactivate access key 1
     aws iam update-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1 --status Inactive
  4. delete access key 1 (cannot be undone)
     aws iam delete-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1

"
        ),
        "{text}"
    );
    let bob = "  1. delete the password (cannot be undone)
     aws iam delete-login-profile --user-name 'bob'\\''s $(boss)'\n";
    assert!(text.contains(bob), "{text}");
}

#[test]
fn programs_get_the_words_and_the_line() {
    let sample = sample::remedies();
    let document = parsed(&json::render(&sample.report()));
    let finding = &document["findings"][0];
    assert_eq!(finding["account"], "111122223333");
    assert_eq!(
        finding["remedy"][2],
        json!({
            "text": "deactivate access key 1",
            "effect": "reversible",
            "ask": false,
            "command": [
                "aws", "iam", "update-access-key", "--user-name", "alice",
                "--access-key-id", "ID_OF_ACCESS_KEY_1", "--status", "Inactive"
            ],
            "shell": "aws iam update-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1 --status Inactive",
        })
    );
    assert_eq!(
        finding["remedy"][1],
        json!({ "text": "set `status` to Inactive", "effect": "edit", "ask": false, "command": [], "shell": null })
    );
    let lines = jsonl::render(&sample.report());
    assert_eq!(parsed(lines.lines().next().unwrap())["remedy"], finding["remedy"]);
    let sarif = parsed(&sarif::render(&sample.report()));
    let properties = &sarif["runs"][0]["results"][0]["properties"];
    assert_eq!(properties["remedy"], finding["remedy"]);
    assert_eq!(properties["account"], "111122223333");
}

#[test]
fn markdown_unfolds_them() {
    let mut sample = sample::remedies();
    sample.findings.truncate(2);
    let text = markdown::render(&sample.report(), MarkdownOptions::default());
    let start = text.find("<details><summary>2 to mend").unwrap();
    let end = start + text[start..].find("</details>").unwrap();
    insta::assert_snapshot!(&text[start..end], @r#"
    <details><summary>2 to mend step by step</summary>

    - <code>multiple-active-keys</code> alice has 2 active access keys
      1. find the id of access key 1: it was made on 2021-03-04
         ```sh
         aws iam list-access-keys --user-name alice
         ```
      2. set <code>status</code> to Inactive
      3. deactivate access key 1
         ```sh
         aws iam update-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1 --status Inactive
         ```
      4. delete access key 1 (cannot be undone)
         ```sh
         aws iam delete-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1
         ```
    - <code>password-in-template</code> the password of Bob stands in the template
      1. delete the password (cannot be undone)
         ```sh
         aws iam delete-login-profile --user-name 'bob'\''s $(boss)'
         ```
    "#);
}

/// Fences are closed by the lines that we write alone, and what stands outside of them is text.
#[test]
fn hostile_names_leave_no_fence() {
    for name in NAMES {
        let text = markdown::render(&findings_of(&[name]).report(), MarkdownOptions::default());
        let fences: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("```")).collect();
        assert_eq!(fences, ["     ```sh", "     ```"].repeat(3), "{name}");
        let mut inside = false;
        for line in text.lines() {
            inside ^= line.trim_start().starts_with("```");
            assert!(inside || !line.contains("reboot") && !line.contains("octocat"), "{line}");
        }
    }
}

#[test]
fn what_cannot_be_quoted_is_left_out_and_said() {
    for name in ["a\nb", "\u{1b}[2J", "\u{202e}x", "a\0", "##vso[task.x]", "file:///etc/passwd", ""] {
        let sample = findings_of(&[name]);
        let text = plain(&sample.report());
        assert_eq!(text.matches("\n     no command: a ").count(), 3, "{text}");
        assert!(!text.contains("     aws "), "{text}");
        let step = &parsed(&json::render(&sample.report()))["findings"][0]["remedy"][0];
        assert_eq!((&step["command"], &step["shell"]), (&json!([]), &Value::Null));
        assert!(step["left_out"].is_string());
        let text = markdown::render(&sample.report(), MarkdownOptions::default());
        assert!(text.contains("no command: ") && !text.contains("```"), "{text}");
    }
}

#[test]
fn texts_of_steps_are_inert() {
    let mut sample = sample::remedies();
    sample.findings.truncate(1);
    for step in &mut sample.findings[0].remedy {
        step.text = "a\n::error::x\u{1b}[2J ##vso[x]".to_owned();
        step.command.push(Word::Placeholder("$(reboot)\n".to_owned()));
    }
    for text in [
        plain(&sample.report()),
        json::render(&sample.report()),
        sarif::render(&sample.report()),
        markdown::render(&sample.report(), MarkdownOptions::default()),
    ] {
        assert!(!text.contains('\u{1b}') && !text.contains("$(") && !text.contains("##vso["), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::error")), "{text}");
        assert!(text.contains("YOUR_REBOOT"), "{text}");
    }
}
