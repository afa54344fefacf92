//! What a person sees.

use super::super::{Report, sample};
use super::{HumanOptions, render};
use crate::finding::Change;
use crate::source::{Place, Span};

fn plain(sample: &sample::Sample) -> String {
    render(&sample.report(), &HumanOptions::default())
}

#[test]
fn findings_notices_and_summary() {
    insta::assert_snapshot!(plain(&sample::small()), @r#"
    alice  module.team.aws_iam_user.alice  (root infra)

    infra/team dir/users.tf:9:1: medium[multiple-active-keys] alice has 2 active access keys
      |
    1 | resource "aws_iam_user" "alice" {
      | ----------------------- user aws_iam_user.alice
    ...
    5 | resource "aws_iam_access_key" "first" {
      | --------------------------------------- active access key first
    ...
    9 | resource "aws_iam_access_key" "second" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ active access key second
      |
     ::: infra/main.tf:1:1
      |
    1 | module "team" {
      | ------------- called here as module.team
      why: a lost key is valid until somebody deletes it
      fix: use IAM Identity Center instead

    infra/team dir/users.tf:5:1: critical[password-in-template] alice can sign in with a password and has an access key (possible, only when var.create_key = true)
      |
    1 | resource "aws_iam_user" "alice" {
      | ----------------------- user aws_iam_user.alice
    ...
    5 | resource "aws_iam_access_key" "first" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ active access key first
      |
     ::: infra/main.tf:1:1
      |
    1 | module "team" {
      | ------------- called here as module.team
      why: a lost key is valid until somebody deletes it
      fix: use IAM Identity Center instead

    Bob  (root stack.yaml)

    stack.yaml:5:22: critical[password-in-template] the password of Bob stands in the template
      |
    5 |       LoginProfile: {Password: …
      |                      ^^^^^^^^^^^ console password of Bob
      why: a lost key is valid until somebody deletes it
      fix: use IAM Identity Center instead

    to read about a rule: credlint explain multiple-active-keys

    infra/latin1.tf: error[unreadable-file] is not UTF-8 text
    infra/main.tf:2:3: notice[module-not-on-disk] module source is not on disk
      help: run `terraform init`, or scan the module too

    checked 2 users, 2 access keys, 1 password in 2 roots; 1 module not on disk
    1 finding set aside by comments
    3 findings: 2 critical, 1 medium (1 only possible); failed: a certain finding is medium or worse; not everything could be read: 1 error
    "#);
}

#[test]
fn nothing_found_says_what_was_checked() {
    insta::assert_snapshot!(plain(&sample::empty()), @r#"
    checked 1 user, 0 access keys, 0 passwords in 1 root
    no findings
    "#);
}

#[test]
fn quiet_keeps_findings_and_errors() {
    let options = HumanOptions { quiet: true, ..HumanOptions::default() };
    assert_eq!(render(&sample::empty().report(), &options), "");
    let text = render(&sample::small().report(), &options);
    assert!(text.contains("medium[multiple-active-keys]"));
    assert!(text.contains("error[unreadable-file]"));
    assert!(!text.contains("module-not-on-disk") && !text.contains("checked"));
}

#[test]
fn colour_takes_nothing_away() {
    for sample in [sample::small(), sample::hostile()] {
        let colored = render(&sample.report(), &HumanOptions { color: true, ..HumanOptions::default() });
        assert!(colored.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain(&sample));
    }
}

#[test]
fn hostile_text_is_inert_and_secrets_are_hidden() {
    let text = plain(&sample::hostile());
    let acts = |character: char| character != '\n' && (character.is_control() || character == '\u{202e}');
    assert_eq!(text.chars().find(|character| acts(*character)), None);
    assert!(
        !text
            .lines()
            .any(|line| line.trim_start().starts_with("::") && !line.trim_start().starts_with(":::"))
    );
    assert!(!text.contains("##vso[") && !text.contains("##["));
    assert!(!text.contains("hunter2"));
    assert!(text.contains("and 3981 more"), "places past the limit are counted");
}

#[test]
fn minified_json_is_named_and_not_drawn() {
    let mut sample = sample::small();
    let text = format!("{{\"Password\":\"hunter2\",\"x\":\"{}\"}}", "y".repeat(100_000));
    let file = sample.files.add("min.json", text);
    sample.findings.truncate(1);
    sample.findings[0].primary.span = Span::new(file, 1, 21);
    let text = plain(&sample);
    assert!(text.contains("min.json:1:2: medium[multiple-active-keys]"));
    assert!(text.contains("= min.json:1:2: active access key second"));
    assert!(text.len() < 4000 && !text.contains("hunter2"));
}

/// Found by fuzzing: a file of four kilobytes gave two hundred of each finding.
#[test]
fn many_places_on_a_line_take_no_more_room_than_a_page() {
    for length in [300, 600, 2_000, 4_000] {
        let mut sample = sample::small();
        let file = sample.files.add("min.json", "y".repeat(length));
        let place = |at: usize| Place::new(Span::new(file, at, at + 1), "active access key");
        sample.findings.truncate(1);
        sample.findings[0].primary = place(0);
        sample.findings[0].related = (1..20).map(|number| place(length / 20 * number)).collect();
        sample.notices.clear();
        let text = plain(&sample);
        assert!(text.len() < 20_000, "{length}: {}", text.len());
    }
}

#[test]
fn rules_are_links_only_where_that_is_asked_for() {
    let sample = sample::small();
    let report = sample.report();
    let link =
        "\u{1b}]8;;https://rules.example/multiple-active-keys\u{1b}\\multiple-active-keys\u{1b}]8;;\u{1b}\\";
    let linked = render(&report, &HumanOptions { hyperlinks: true, ..HumanOptions::default() });
    assert!(linked.contains(link));
    assert_eq!(linked.matches("]8;;").count(), 2, "the other rule has no page");
    assert!(!render(&report, &HumanOptions::default()).contains('\u{1b}'));
}

#[test]
fn a_change_is_told_in_one_line() {
    let sample = sample::small();
    let change = Change { since: "origin/main\u{1b}".to_owned(), ..sample::change() };
    let report = Report { change: Some(&change), ..sample.report() };
    let line = "compared with origin/main\\u{1b} (0123456789): 3 introduced, 1 fixed, 4 unchanged\n";
    assert!(render(&report, &HumanOptions::default()).contains(line));
}
