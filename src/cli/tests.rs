//! What can be typed.

use clap::ValueEnum as _;

use super::*;
use crate::finding::{Confidence, Severity};

fn parse(arguments: &[&str]) -> CommandLine {
    CommandLine::parse_from_arguments([&["credlint"], arguments].concat()).unwrap()
}

fn check(arguments: &[&str]) -> Check {
    match parse(&[&["check"], arguments].concat()).command {
        Command::Check(check) => *check,
        other => panic!("{other:?}"),
    }
}

fn refused(arguments: &[&str]) -> clap::Error {
    CommandLine::parse_from_arguments([&["credlint"], arguments].concat()).unwrap_err()
}

fn help(name: Option<&str>) -> String {
    let mut program = command().term_width(100);
    program.build();
    let text = match name {
        Some(name) => program.find_subcommand_mut(name).unwrap().render_help(),
        None => program.render_help(),
    };
    text.to_string()
}

#[test]
fn the_definition_is_sound() {
    command().debug_assert();
}

#[test]
fn defaults() {
    let check = check(&[]);
    assert_eq!(check.input.paths, [PathBuf::from(".")]);
    assert_eq!(check.reporting.format, ReportFormat::Human);
    assert!(
        check.reporting.output.is_empty() && check.input.assignments.is_empty() && !check.reporting.quiet
    );
    assert_eq!((check.selection.fail_on, check.selection.min_severity), (None, None));
}

#[test]
fn variables_keep_the_order_in_which_they_were_typed() {
    let value = |name: &str, value: &str| VariableSource::Value { name: name.into(), value: value.into() };
    let check = check(&[
        "--var",
        "a=1",
        "--var-file",
        "x.tfvars",
        "dir",
        "--var=b==2=",
        "--var-file=y.json",
        "--var",
        "a=",
    ]);
    assert_eq!(
        check.input.assignments,
        [
            value("a", "1"),
            VariableSource::File("x.tfvars".into()),
            value("b", "=2="),
            VariableSource::File("y.json".into()),
            value("a", "")
        ]
    );
    let Command::Graph(graph) = parse(&["graph", "--var", "a=1"]).command else { panic!() };
    assert_eq!(graph.input.assignments, [value("a", "1")]);
    assert_eq!(refused(&["check", "--var", "a"]).exit_code(), 2);
    assert_eq!(refused(&["check", "--var", "=a"]).exit_code(), 2);
}

#[test]
fn outputs_have_a_format_of_their_own_or_that_of_the_run() {
    let check =
        check(&["--output", "sarif=a.sarif", "-o", "b.txt", "--output", "x=y.json", "--format", "json"]);
    let output = |format, file: &str| Output { format, file: file.into() };
    assert_eq!(
        check.reporting.output,
        [output(Some(ReportFormat::Sarif), "a.sarif"), output(None, "b.txt"), output(None, "x=y.json")]
    );
    assert_eq!(check.reporting.format, ReportFormat::Json);
    assert_eq!(refused(&["check", "--output", "json="]).exit_code(), 2);
}

#[test]
fn rules_are_listed_with_commas_or_one_by_one() {
    let selection =
        check(&["--select", "CIS-1.13,a", "--select", "b", "--ignore", "c", "--fail-on", "never"]).selection;
    assert_eq!(selection.select, ["CIS-1.13", "a", "b"]);
    assert_eq!(selection.ignore, ["c"]);
    assert_eq!(selection.fail_on.map(FailOn::severity), Some(None));
    let selection = check(&["--min-severity", "high", "--min-confidence", "certain"]).selection;
    assert_eq!(selection.min_severity.map(Severity::from), Some(Severity::High));
    assert_eq!(selection.min_confidence.map(Confidence::from), Some(Confidence::Certain));
}

#[test]
fn wrong_usage_is_status_2_and_help_is_0() {
    assert_eq!(refused(&["check", "--no-such"]).exit_code(), 2);
    assert_eq!(refused(&["check", "--fail-on", "terrible"]).exit_code(), 2);
    assert_eq!(refused(&["audit", "a.csv", "--profile", "a", "--select", "b"]).exit_code(), 2);
    assert_eq!(refused(&[]).exit_code(), 2);
    assert_eq!(refused(&["--help"]).exit_code(), 0);
    assert_eq!(refused(&["--version"]).exit_code(), 0);
}

#[test]
fn colour_can_be_set_before_or_after_the_command() {
    assert_eq!(parse(&["--color", "never", "rules"]).color, clap::ColorChoice::Never);
    assert_eq!(parse(&["rules", "--color", "always"]).color, clap::ColorChoice::Always);
}

#[test]
fn manual_pages_exist_for_all_commands_that_can_be_named() {
    let known: Vec<String> =
        command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let named: Vec<String> = clap::builder::TypedValueParser::possible_values(&command_name())
        .unwrap()
        .map(|value| value.get_name().to_owned())
        .collect();
    assert_eq!(known, named);
    let mut page = Vec::new();
    write_manual(Some("check"), &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("var\\-file") && page.contains("Exit status"), "{page}");
    let mut page = Vec::new();
    write_manual(None, &mut page).unwrap();
    assert!(String::from_utf8(page).unwrap().contains("credlint\\-check(1)"));
}

#[test]
fn completions_know_the_commands() {
    for shell in clap_complete::Shell::value_variants() {
        let mut script = Vec::new();
        write_completions(*shell, &mut script).unwrap();
        assert!(String::from_utf8(script).unwrap().contains("explain"));
    }
}

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!(help(None), @r#"
    Finds long-lived AWS credentials in infrastructure code before they are deployed

    Usage: credlint [OPTIONS] <COMMAND>

    Commands:
      check        Check infrastructure code and report what is wrong
      audit        Check credential reports by themselves, without any code
      rules        List the rules, or test your own
      explain      Print the documentation of a rule
      graph        Print the users and credentials that were understood, and how they are linked
      files        Print the files that are read, and the roots that they form
      init         Write a configuration, the hook for pre-commit and a workflow for GitHub
      completions  Print a completion script for a shell
      man          Print a manual page in roff

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Output:
          --color <WHEN>  When to use colours [default: auto] [possible values: auto, always, never]

    Exit status:
      0  nothing found that fails the check
      1  a certain finding at or above --fail-on
      2  the job could not be done in full: wrong usage, or a file that cannot be read or parsed;
         what was read is reported all the same
    "#);
}

#[test]
fn help_of_check() {
    insta::assert_snapshot!(help(Some("check")), @r#"
    Check infrastructure code and report what is wrong

    Usage: credlint check [OPTIONS] [PATH]...

    Options:
      -h, --help  Print help (see more with '--help')

    Input:
      [PATH]...                           Files and directories to read; plans and states in JSON are
                                          read when they are named here, or from standard input as -
                                          [default: .]
          --root <DIR>                    Read nothing outside this directory [default: the git work
                                          tree that PATH is in, else PATH]
          --var <NAME=VALUE>              Set a Terraform variable or template parameter
          --var-file <FILE>               Set variables from a .tfvars file; the last --var or
                                          --var-file wins
          --parameters <NAME=VALUE|FILE>  Set a template parameter, or a pseudo-parameter such as
                                          `AWS::Region`, or all that a parameter file holds: JSON, YAML
                                          or TOML; the last one wins
          --allow-parse-errors            Exit with 0 or 1 even when files could not be read or parsed
          --since <REF>                   Report only what the changes since this revision introduce: a
                                          commit, a tag, or a branch (from where it was left); needs git

    Configuration:
          --config <FILE>  Use this configuration file [default: the nearest credlint.toml from PATH up
                           to the top of its git work tree]
          --no-config      Use no configuration file

    Rules:
          --select <RULE>                Run only these rules, by any of their names: id, control
                                         (CIS-1.13), other tools' ids
          --profile <NAME>               Run only the rules that check a control of this benchmark, by
                                         name and version (cis-aws-5.0), and count days without use as
                                         it does
          --ignore <RULE>                Do not run these rules
          --rules <DIR>                  Read rules of your own from this directory as well
          --min-severity <SEVERITY>      Report only findings of at least this severity [possible
                                         values: low, medium, high, critical]
          --min-confidence <CONFIDENCE>  Report only findings of at least this confidence: `possible`
                                         ones need other inputs than the defaults [possible values:
                                         possible, certain]
          --fail-on <SEVERITY>           Exit with 1 when there is a certain finding of at least this
                                         severity [default: medium] [possible values: low, medium, high,
                                         critical, never]

    Credential reports:
          --credential-report <[ACCOUNT_OR_ROOT=]FILE>
              Join the credential report of an AWS account to the code: CSV, or what `aws iam
              get-credential-report` prints, or standard input as -; several accounts have one each, and
              where the code does not say which account a root is for, the root is named before its
              report
          --max-unused-days <DAYS>
              Days without use from which a credential of a credential report counts as unused [default:
              what the profile asks for, else 90]
          --remediation-script <FILE>
              Write a shell script that mends what a credential report shows, for a person to read and
              run: it changes nothing unless it is told to

    Exceptions:
          --baseline <FILE>        Leave out the findings that this file holds, and report entries of it
                                   that are fixed
          --write-baseline <FILE>  Write all findings to this file, as a baseline to start from; with
                                   --baseline, write of its entries those that are not fixed, and
                                   nothing new
          --as-of <DATE>           Take this day or moment for now (2027-01-31): where an exception has
                                   an end, and to count ages to where a credential report does not say
                                   when it was made [default: now]

    Output:
          --color <WHEN>            When to use colours [default: auto] [possible values: auto, always,
                                    never]
          --format <FORMAT>         Format of what goes to standard output, and of a plain --output FILE
                                    [default: human] [possible values: human, json, jsonl, sarif,
                                    github, markdown, gitlab, junit]
      -o, --output <[FORMAT=]FILE>  Write to a file instead of standard output, or to standard output as
                                    -; give it several times for several formats
          --omit-suppressed         Leave findings that are set aside out of the report: for consumers
                                    that take them for open, such as GitHub's code scanning
      -q, --quiet                   Print only findings, and errors that made the check incomplete

    Examples:
      credlint check
      credlint check infra/prod --var-file prod.tfvars --var create_key=true
      credlint check template.yaml --parameters Environment=prod
      credlint check template.yaml --parameters parameters.json
      credlint check plan.json            (made by `terraform show -json`)
      terraform show -json tfplan | credlint check -
      credlint check --select CIS-1.13,multiple-active-keys --fail-on high
      credlint check --since origin/main
      credlint check infra --credential-report report.csv
      credlint check --output sarif=credlint.sarif --output json=credlint.json

    Exit status:
      0  nothing found that fails the check
      1  a certain finding at or above --fail-on
      2  the job could not be done in full: wrong usage, or a file that cannot be read or parsed;
         what was read is reported all the same
    "#);
}
