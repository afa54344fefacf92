//! `credlint rules test` as a program: what it says of examples that hold and of those that do not, what it writes, and
//! how it exits.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "writes rules and runs credlint on them")]

mod project;

use std::process::Output;

use project::Project;

const RULE: &str = r#"---
id: ci-user-elsewhere
title: User of a pipeline is not under /ci/
severity: medium
subject: user
when: user.managed && user.name.startsWith('ci-') && user.path != '/ci/'
flag: user
message: "user `{user.name}` is under path `{user.path}`"
why: "the pipelines are bounded by that path"
fix: "set its path to `/ci/`"
---
## Examples

```hcl flagged
resource "aws_iam_user" "a" {
  name = "ci-a"
}

  resource "aws_iam_user" "b" {
    name = "ci-b"
    path = "/teams/"
  }
```

```text
1:1 medium user `ci-a` is under path `/`
5:3 medium user `ci-b` is under path `/teams/`
```

```yaml flagged
Resources:
  A: { Type: "AWS::IAM::User", Properties: { UserName: ci-a } }
```

```text
2:3 medium user `ci-a` is under path `/`
```

```json clean
{ "Resources": { "A": { "Type": "AWS::IAM::User", "Properties": { "UserName": "ci-a", "Path": "/ci/" } } } }
```
"#;

const FILE: &str = "own/ci-user-elsewhere.md";

fn test(rule: &str, arguments: &[&str]) -> (Project, Output) {
    let project = Project::new(&[(FILE, rule), ("own/README.md", "# What is here\n")]);
    let output = project.run(&[&["rules", "test", "own"], arguments].concat());
    (project, output)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn what_holds_is_ok() {
    let (project, output) = test(RULE, &[]);
    insta::assert_snapshot!(said(&output), @r#"
    ci-user-elsewhere
      ok      own/ci-user-elsewhere.md:15  hcl flagged
      ok      own/ci-user-elsewhere.md:31  yaml flagged
      ok      own/ci-user-elsewhere.md:40  json clean

    1 rule with 3 examples: all ok
    "#);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    for arguments in
        [&["rules", "test", FILE], &["rules", "test", FILE, "--update"], &["rules", "test", "own", "-q"]]
            as [&[&str]; 3]
    {
        let output = project.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
    assert!(project.run(&["rules", "test", "own", "--quiet"]).stdout.is_empty());
    assert_eq!(std::fs::read_to_string(project.path().join(FILE)).unwrap(), RULE);
}

#[test]
fn what_differs_is_shown_line_by_line() {
    let rule = RULE
        .replace("5:3 medium user `ci-b`", "5:3 high user `ci-b`")
        .replace("`ci-a` is under path `/`\n```\n\n```json", "`ci-a`\n2:3 medium what\n```\n\n```json");
    let (_, output) = test(&rule, &[]);
    insta::assert_snapshot!(said(&output), @r#"
    ci-user-elsewhere
      FAILED  own/ci-user-elsewhere.md:15  hcl flagged
        the rule finds something else (+) than is written under the example (-):
            1:1 medium user `ci-a` is under path `/`
          - 5:3 high user `ci-b` is under path `/teams/`
          + 5:3 medium user `ci-b` is under path `/teams/`
        mend the rule, or write what it finds there with --update
      FAILED  own/ci-user-elsewhere.md:31  yaml flagged
        the rule finds something else (+) than is written under the example (-):
          - 2:3 medium user `ci-a`
          - 2:3 medium what
          + 2:3 medium user `ci-a` is under path `/`
        mend the rule, or write what it finds there with --update
      ok      own/ci-user-elsewhere.md:41  json clean

    1 rule with 3 examples: 1 rule failed
    "#);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn every_way_to_fail_says_what_to_do() {
    let rule = RULE
        .replace("user.path != '/ci/'", "user.path == '/ci/'")
        .replace("```yaml flagged\nResources:\n", "```yaml flagged\n")
        .replace("```text\n2:3", "```hcl flagged\nresource \"aws_iam_user\" \"a\" {\n```\n\n```tf clean\n```\n\n```yml flagged\n```\n\n```hcl claen\n```\n\n```text\n2:3");
    let (project, output) = test(&rule, &[]);
    insta::assert_snapshot!(said(&output), @r#"
    ci-user-elsewhere
      FAILED  own/ci-user-elsewhere.md:15  hcl flagged
        the rule is to find something here, and finds nothing
          - 1:1 medium user `ci-a` is under path `/`
          - 5:3 medium user `ci-b` is under path `/teams/`
        widen the condition, or mark the example `clean`
      FAILED  own/ci-user-elsewhere.md:31  yaml flagged
        it is not read: nothing in it says that it is a template or a configuration
        mend the example: what cannot be read shows nothing about the rule
      FAILED  own/ci-user-elsewhere.md:35  hcl flagged
        it cannot be read as a whole: line 35: the block `resource "aws_iam_user" "a"` is never closed
        mend the example: what cannot be read shows nothing about the rule
      FAILED  own/ci-user-elsewhere.md:39  tf clean
        `tf` is not a language of examples, which are `hcl`, `yaml`, `json`, `csv`
        mend the example: what cannot be read shows nothing about the rule
      FAILED  own/ci-user-elsewhere.md:42  yml flagged
        `yml` is not a language of examples, which are `hcl`, `yaml`, `json`, `csv`
        mend the example: what cannot be read shows nothing about the rule
      FAILED  own/ci-user-elsewhere.md:52  json clean
        the rule is to find nothing here, and finds:
          + 1:18 medium user `ci-a` is under path `/ci/`
        narrow the condition, or mark the example `flagged`
      FAILED  own/ci-user-elsewhere.md:44  `hcl claen` is no example
        write `flagged` or `clean` after the language, or nothing

    1 rule with 6 examples: 1 rule failed
    "#);
    assert_eq!(output.status.code(), Some(1));
    // Nothing of this is mended by writing it down.
    let output = project.run(&["rules", "test", "own", "--update"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(project.path().join(FILE)).unwrap(), rule);
}

#[test]
fn both_kinds_of_examples_are_due() {
    let (front_matter, _) = RULE.split_once("## Examples").unwrap();
    let (_, output) = test(front_matter, &[]);
    insta::assert_snapshot!(said(&output), @r#"
    ci-user-elsewhere
      FAILED  own/ci-user-elsewhere.md  there is no flagged example
        add a block ```hcl flagged, or yaml, with a program in which the rule finds something
      FAILED  own/ci-user-elsewhere.md  there is no clean example
        add a block ```hcl clean, or yaml, with a program that is nearly the same and right

    1 rule with 0 examples: 1 rule failed
    "#);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_is_found_is_written_on_request() {
    for rule in [RULE.to_owned(), RULE.replace('\n', "\r\n"), format!("\u{feff}{RULE}")] {
        let ending = if rule.contains('\r') { "\r\n" } else { "\n" };
        let without = rule
            .replace(
                &format!(
                    "```text{ending}2:3 medium user `ci-a` is under path `/`{ending}```{ending}{ending}"
                ),
                "",
            )
            .replace("5:3 medium user `ci-b` is under path `/teams/`", "1:1 low nothing");
        assert!(without.len() < rule.len());
        let (project, output) = test(&without, &["--update"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(std::fs::read_to_string(project.path().join(FILE)).unwrap(), rule);
    }
}

#[test]
fn files_that_are_no_rules_stop_only_themselves() {
    let bad = RULE.replace("user.path", "user.pfad").replace("ci-user-elsewhere", "bad");
    let project = Project::new(&[(FILE, RULE), ("own/bad.md", &bad), ("own/multiple-active-keys.md", RULE)]);
    let output = project.run(&["rules", "test", "own"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).ends_with("1 rule with 3 examples: all ok, 2 files could not be read\n"),
        "{}",
        said(&output)
    );
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("own/bad.md:6:59: a record of the kind `user` has no field `pfad`"), "{errors}");
    assert!(errors.contains("own/multiple-active-keys.md:2:5: the id"), "{errors}");
}

#[test]
fn there_has_to_be_something_to_test() {
    let project = Project::new(&[("empty/README.md", "# nothing\n"), (FILE, RULE)]);
    for (arguments, error) in [
        (&["rules", "test", "empty"] as &[&str], "there is no rule file in `empty`"),
        (&["rules", "test"], "there is no rule file"),
        (&["rules", "test", "nowhere"], "`nowhere` cannot be read"),
        (&["rules", "--format", "json", "test", "own"], "cannot be used with"),
    ] {
        let output = project.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(error), "{errors}");
    }
}

#[test]
fn the_folders_of_the_configuration_are_tested() {
    let project = Project::new(&[("credlint.toml", "rules_folders = [\"own\"]\n"), (FILE, RULE)]);
    let output = project.run(&["rules", "test"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said(&output).ends_with("1 rule with 3 examples: all ok\n"));
    assert_eq!(project.run(&["rules", "test", "--no-config"]).status.code(), Some(2));
}

/// An example is a program by itself: what lies around the rule has no part in it, nor has the configuration.
#[test]
fn examples_see_nothing_of_the_disk() {
    let files = [
        (FILE, RULE),
        ("own/main.tf", "this is no { program"),
        ("main.tf", "neither is { this"),
        ("credlint.toml", "rules_folders = [\"own\"]\n[rules.ci-user-elsewhere]\nseverity = \"critical\"\n"),
    ];
    assert_eq!(Project::new(&files).run(&["rules", "test"]).status.code(), Some(0));
    let reading = RULE.replace("name = \"ci-a\"", "name = file(\"../own/main.tf\")");
    let (_, output) = test(&reading, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).contains("this is no"), "{}", said(&output));
}

#[test]
fn hostile_rule_files_drive_no_terminal() {
    let rule = RULE
        .replace("```json clean", "```\u{1b}[31mx clean")
        .replace("```yaml flagged", "```yaml \u{1b}]0;x\u{7}");
    let (_, output) = test(&rule, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.contains(&0x1b) && !output.stdout.contains(&7), "{}", said(&output));
}
