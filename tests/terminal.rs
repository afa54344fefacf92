//! What a terminal sees and a pipe does not: colours on each stream by itself, and what a long run is at. And what
//! `--quiet` leaves.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "runs credlint, and says what it skips")]

mod project;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use project::{Project, skip};

const TWO_KEYS: &str = r#"
resource "aws_iam_user" "ci" {
  name = "ci"
}
resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.name
}
resource "aws_iam_access_key" "b" {
  user = aws_iam_user.ci.name
}
"#;

const ESCAPE: u8 = 0x1b;

/// What the environment may say about colours and terminals.
const VARIABLES: [&str; 6] = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "CI", "TERM"];

fn command(project: &Project, program: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color").envs(environment.iter().copied()).current_dir(project.path());
    command
}

fn run(project: &Project, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(project, env!("CARGO_BIN_EXE_credlint"), environment).args(arguments).output().unwrap()
}

/// What a terminal gets of a shell command; `None` where there is no `script` to be one.
fn on_a_terminal(project: &Project, shell: &str, environment: &[(&str, &str)]) -> Option<String> {
    let shell = shell.replace("credlint", env!("CARGO_BIN_EXE_credlint"));
    let shown = command(project, "script", environment).args(["-qec", &shell, "/dev/null"]).output();
    match shown {
        Ok(output) if cfg!(target_os = "linux") => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        _ => {
            skip("there is no `script` that could be a terminal");
            None
        }
    }
}

/// Arguments and environment, and whether a pipe has colours then.
type Choice = (&'static [&'static str], &'static [(&'static str, &'static str)], bool);

const CHOICES: [Choice; 10] = [
    (&[], &[], false),
    (&["--color", "auto"], &[], false),
    (&["--color", "always"], &[], true),
    (&["--color=always"], &[("NO_COLOR", "1")], true),
    (&["--color", "never"], &[("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")], false),
    (&[], &[("CLICOLOR_FORCE", "1")], true),
    (&[], &[("FORCE_COLOR", "1")], true),
    (&[], &[("FORCE_COLOR", "0")], false),
    (&[], &[("FORCE_COLOR", "3"), ("NO_COLOR", "1")], false),
    (&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
];

#[test]
fn every_output_for_a_person_has_colours_when_they_are_asked_for() {
    let project = Project::new(&[
        ("main.tf", TWO_KEYS),
        ("own/x.md", include_str!("../rules/multiple-active-keys.md")),
    ]);
    for (color, environment, expected) in CHOICES {
        for arguments in
            [&["check"] as &[&str], &["rules"], &["explain", "multiple-active-keys"], &["--help"]]
        {
            let output = run(&project, &[arguments, color].concat(), environment);
            let place = format!("{arguments:?} {color:?} {environment:?}");
            assert_eq!(output.stdout.contains(&ESCAPE), expected, "{place}");
            assert!(output.stderr.is_empty(), "{place}");
        }
        // Usage, settings, and a rule file: the parser's errors and our own.
        for arguments in
            [&["check", "--no-such"] as &[&str], &["check", "nowhere"], &["rules", "test", "own"]]
        {
            let output = run(&project, &[arguments, color].concat(), environment);
            let place = format!("{arguments:?} {color:?} {environment:?}");
            assert_eq!(
                output.stderr.contains(&ESCAPE),
                expected,
                "{place}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert_eq!(output.status.code(), Some(2), "{place}");
        }
    }
}

#[test]
fn no_output_for_a_program_ever_has_colours() {
    let project = Project::new(&[("main.tf", TWO_KEYS)]);
    for arguments in [
        &["check", "--format", "json"] as &[&str],
        &["check", "--format", "sarif"],
        &["check", "--format", "markdown"],
        &["check", "--output", "-"],
        &["rules", "--format", "json"],
        &["graph"],
        &["graph", "--format", "mermaid"],
        &["files", "--format", "json"],
        &["completions", "bash"],
    ] {
        let output = run(&project, &[arguments, &["--color", "always"]].concat(), &[("CLICOLOR_FORCE", "1")]);
        assert!(!output.stdout.contains(&ESCAPE) && !output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn each_stream_decides_for_itself() {
    let project = Project::new(&[("main.tf", TWO_KEYS)]);
    for (shell, has_color) in [
        ("credlint check --no-config nowhere >out.txt", true),
        ("credlint check --no-such >out.txt", true),
        ("credlint check 2>err.txt", true),
        ("credlint check nowhere 2>err.txt; cat err.txt", false),
        ("credlint check --no-such 2>err.txt; cat err.txt", false),
        ("credlint check >out.txt; cat out.txt", false),
        ("credlint check nowhere --color never", false),
    ] {
        let Some(shown) = on_a_terminal(&project, shell, &[]) else { return };
        assert!(shown.contains("credlint") || shown.contains("nowhere"), "{shell}: {shown}");
        assert_eq!(shown.contains('\u{1b}'), has_color, "{shell}: {shown}");
        let Some(shown) = on_a_terminal(&project, shell, &[("NO_COLOR", "1")]) else { return };
        assert!(!shown.contains('\u{1b}'), "{shell}: {shown}");
    }
}

#[test]
fn quiet_leaves_only_what_is_wrong() {
    let clean = "resource \"aws_iam_user\" \"a\" {\n  name = var.nobody_says\n}\n";
    let project = Project::new(&[
        ("clean/main.tf", "locals {}\n"),
        ("open/main.tf", clean),
        ("found/main.tf", TWO_KEYS),
    ]);
    let output = run(&project, &["check", "clean", "--quiet"], &[]);
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    let output = run(&project, &["check", "open", "-q", "--select", "multiple-active-keys"], &[]);
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    let output = run(&project, &["check", "found", "-q", "--select", "multiple-active-keys"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("medium[multiple-active-keys]"), "{text}");
    assert!(!text.contains("checked") && !text.contains("credlint explain"), "{text}");
    assert!(output.stderr.is_empty());
    let output = run(&project, &["check", "found", "-q", "--write-baseline", "known.json"], &[]);
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    let output = run(&project, &["check", "nowhere", "-q"], &[]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("`nowhere` cannot be read"));
}

/// Takes at least so long, on this machine and with what else it does now.
fn long_work(least: Duration) -> (Project, Duration) {
    let mut roots = 1;
    loop {
        let text = |at: usize| {
            format!(
                "resource \"aws_iam_user\" \"u{at}\" {{\n  name = \"u{at}\"\n}}\n{}",
                TWO_KEYS
                    .replace("\"ci\"", &format!("\"c{at}\""))
                    .replace(".ci.", &format!(".c{at}."))
                    .replace("\"a\"", &format!("\"a{at}\""))
                    .replace("\"b\"", &format!("\"b{at}\""))
            )
        };
        let program: String = (0..60).map(text).collect();
        let files: Vec<(String, String)> =
            (0..roots).map(|root| (format!("root-{root}/main.tf"), program.clone())).collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let project = Project::new(&files);
        let start = Instant::now();
        let output = run(&project, &["check", "--output", "json=out.json"], &[]);
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "a pipe is told nothing: {output:?}");
        if start.elapsed() > least || roots > 1000 {
            return (project, start.elapsed());
        }
        roots *= 2;
    }
}

const STAGES: [&str; 4] = ["looking for files", "reading ", "linking credentials", "running the rules"];

#[test]
fn a_long_run_says_what_it_is_at_and_cleans_up() {
    let is_told = |shown: &str| STAGES.iter().any(|stage| shown.contains(stage));
    let command = "credlint check --output json=out.json; echo done";
    let (mut project, mut duration) = long_work(Duration::from_secs(1));
    let Some(mut shown) = on_a_terminal(&project, command, &[]) else {
        return;
    };
    // What else the machine did may have ended since, so that the same work is short now.
    if !is_told(&shown) {
        (project, duration) = long_work(Duration::from_secs(5));
        shown = on_a_terminal(&project, command, &[]).unwrap();
    }
    assert!(is_told(&shown), "after {duration:?}: {shown:?}");
    // The line is erased before anything else is written.
    let (_, last) = shown.rsplit_once("\u{1b}[2K").unwrap();
    assert_eq!(last.trim(), "done", "{shown:?}");
    for (shell, environment) in [
        ("credlint check --output json=out.json --quiet", [("TERM", "xterm")]),
        ("credlint check --output json=out.json", [("TERM", "dumb")]),
        ("credlint check --output json=out.json", [("CI", "true")]),
        ("credlint check --output json=out.json 2>err.txt; cat err.txt", [("TERM", "xterm")]),
    ] {
        let shown = on_a_terminal(&project, shell, &environment).unwrap();
        assert_eq!(shown, "", "{shell} {environment:?}");
    }
}

#[test]
fn a_short_run_says_nothing_of_what_it_is_at() {
    let project = Project::new(&[("main.tf", "locals {}\n")]);
    let Some(shown) = on_a_terminal(&project, "credlint check --output json=out.json; echo done", &[]) else {
        return;
    };
    assert_eq!(shown.trim(), "done");
}
