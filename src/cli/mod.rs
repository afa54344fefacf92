//! The command line: what was typed, and nothing about what it means. `settings` gives it meaning.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueHint};

mod help;
mod values;

pub use values::{
    ConfidenceName, FailOn, GraphFormat, ListFormat, Output, ReportArgument, ReportFormat, SeverityName,
    VariableSource,
};

use help::{AUDIT_AFTER_HELP, CHECK_AFTER_HELP, EXIT_STATUS, INIT_AFTER_HELP, RULES_TEST_AFTER_HELP};
use values::{assignment, credential_report, days, moment, output, parameter};

/// Find long-lived AWS credentials in infrastructure code before they are deployed.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "credlint",
    version,
    about,
    long_about = "Find long-lived AWS credentials in infrastructure code before they are deployed.\n\n\
        Reads Terraform, CloudFormation and CDK output as it stands on disk. It runs nothing (but git, for --since), needs no AWS \
        credentials and never uses the network.",
    max_term_width = 100,
    after_help = EXIT_STATUS,
    disable_help_subcommand = true
)]
pub struct CommandLine {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: clap::ColorChoice,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Check infrastructure code and report what is wrong
    #[command(after_help = CHECK_AFTER_HELP)]
    Check(Box<Check>),
    /// Check credential reports by themselves, without any code
    #[command(after_help = AUDIT_AFTER_HELP)]
    Audit(Box<Audit>),
    /// List the rules, or test your own
    #[command(args_conflicts_with_subcommands = true, subcommand_help_heading = "Instead")]
    Rules(Rules),
    /// Print the documentation of a rule
    #[command(after_help = "Example:\n  credlint explain multiple-active-keys")]
    Explain(Explain),
    /// Print the users and credentials that were understood, and how they are linked
    #[command(after_help = "Example:\n  credlint graph infra/prod --format mermaid")]
    Graph(Graph),
    /// Print the files that are read, and the roots that they form
    #[command(after_help = "Example:\n  credlint files --format json")]
    Files(FileList),
    /// Write a configuration, the hook for pre-commit and a workflow for GitHub
    #[command(after_help = INIT_AFTER_HELP)]
    Init(Init),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  credlint completions bash > ~/.local/share/bash-completion/completions/credlint"
    )]
    Completions(Completions),
    /// Print a manual page in roff
    #[command(after_help = "Example:\n  credlint man check | man -l -")]
    Man(Man),
}

/// `credlint check`.
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// Which rules to run, and what counts.
    #[command(flatten)]
    pub selection: Selection,
    /// What is not reported any more.
    #[command(flatten)]
    pub accepted: Accepted,
    /// Join the credential report of an AWS account to the code: CSV, or what `aws iam get-credential-report` prints, or
    /// standard input as -; several accounts have one each, and where the code does not say which account a root is for,
    /// the root is named before its report
    #[arg(long, value_name = "[ACCOUNT_OR_ROOT=]FILE", value_parser = credential_report, value_hint = ValueHint::FilePath, help_heading = "Credential reports", display_order = 0)]
    pub credential_report: Vec<ReportArgument>,
    /// Report only what the changes since this revision introduce: a commit, a tag, or a branch (from where it was left);
    /// needs git
    #[arg(long, value_name = "REF", help_heading = "Input")]
    pub since: Option<String>,
    /// What is reported how.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `credlint audit`.
#[derive(Clone, Debug, Args)]
pub struct Audit {
    /// Credential reports: CSV, or what `aws iam get-credential-report` prints; standard input as -
    #[arg(value_name = "[ACCOUNT=]REPORT", required = true, value_parser = credential_report, value_hint = ValueHint::FilePath, help_heading = "Input", display_order = 0)]
    pub reports: Vec<ReportArgument>,
    /// Exit with 0 or 1 even when a report could not be read in full
    #[arg(long, help_heading = "Input")]
    pub allow_parse_errors: bool,
    /// Which configuration counts.
    #[command(flatten)]
    pub configuration: ConfigurationChoice,
    /// Which rules to run, and what counts.
    #[command(flatten)]
    pub selection: Selection,
    /// What is not reported any more.
    #[command(flatten)]
    pub accepted: Accepted,
    /// What is reported how.
    #[command(flatten)]
    pub reporting: Reporting,
}

impl Audit {
    /// The check that it is: one of no code at all.
    pub fn to_check(&self) -> Check {
        Check {
            input: Input {
                paths: Vec::new(),
                root: None,
                variables: VariableOptions::default(),
                assignments: Vec::new(),
                allow_parse_errors: self.allow_parse_errors,
                configuration: self.configuration.clone(),
            },
            credential_report: self.reports.clone(),
            selection: self.selection.clone(),
            accepted: self.accepted.clone(),
            since: None,
            reporting: self.reporting.clone(),
        }
    }
}

/// What is reported how.
#[derive(Clone, Debug, Args)]
pub struct Reporting {
    /// Format of what goes to standard output, and of a plain --output FILE
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub format: ReportFormat,
    /// Write to a file instead of standard output, or to standard output as -; give it several times for several
    /// formats
    #[arg(
        short,
        long,
        value_name = "[FORMAT=]FILE",
        value_parser = output,
        value_hint = ValueHint::FilePath,
        help_heading = "Output"
    )]
    pub output: Vec<Output>,
    /// Leave findings that are set aside out of the report: for consumers that take them for open, such as GitHub's
    /// code scanning
    #[arg(long, help_heading = "Output")]
    pub omit_suppressed: bool,
    /// Print only findings, and errors that made the check incomplete
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// Write a shell script that mends what a credential report shows, for a person to read and run: it changes nothing
    /// unless it is told to
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Credential reports", display_order = 2)]
    pub remediation_script: Option<PathBuf>,
}

/// What every command that reads code takes.
#[derive(Clone, Debug, Args)]
pub struct Input {
    /// Files and directories to read; plans and states in JSON are read when they are named here, or from standard
    /// input as -
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath, help_heading = "Input", display_order = 0)]
    pub paths: Vec<PathBuf>,
    /// Read nothing outside this directory [default: the git work tree that PATH is in, else PATH]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Input", display_order = 1)]
    pub root: Option<PathBuf>,
    #[command(flatten)]
    variables: VariableOptions,
    /// `--var` and `--var-file` in the order in which they were typed: a later one wins.
    #[arg(skip)]
    pub assignments: Vec<VariableSource>,
    /// Exit with 0 or 1 even when files could not be read or parsed
    #[arg(long, help_heading = "Input")]
    pub allow_parse_errors: bool,
    /// Which configuration counts.
    #[command(flatten)]
    pub configuration: ConfigurationChoice,
}

/// Which configuration counts.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigurationChoice {
    /// Use this configuration file [default: the nearest credlint.toml from PATH up to the top of its git work tree]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub no_config: bool,
}

#[derive(Clone, Debug, Default, Args)]
struct VariableOptions {
    /// Set a Terraform variable or template parameter
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, help_heading = "Input")]
    var: Vec<(String, String)>,
    /// Set variables from a .tfvars file; the last --var or --var-file wins
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    var_file: Vec<PathBuf>,
    /// Set a template parameter, or a pseudo-parameter such as `AWS::Region`, or all that a parameter file holds: JSON, YAML or
    /// TOML; the last one wins
    #[arg(long, value_name = "NAME=VALUE|FILE", value_parser = parameter, help_heading = "Input")]
    parameters: Vec<VariableSource>,
}

/// Which rules to run, and what counts.
#[derive(Clone, Debug, Args)]
pub struct Selection {
    /// Run only these rules, by any of their names: id, control (CIS-1.13), other tools' ids
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub select: Vec<String>,
    /// Run only the rules that check a control of this benchmark, by name and version (cis-aws-5.0), and count days without
    /// use as it does
    #[arg(long, value_name = "NAME", conflicts_with = "select", help_heading = "Rules")]
    pub profile: Option<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Vec<String>,
    /// Read rules of your own from this directory as well
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Rules")]
    pub rules: Vec<PathBuf>,
    /// Report only findings of at least this severity
    #[arg(long, value_name = "SEVERITY", help_heading = "Rules")]
    pub min_severity: Option<SeverityName>,
    /// Report only findings of at least this confidence: `possible` ones need other inputs than the defaults
    #[arg(long, value_name = "CONFIDENCE", help_heading = "Rules")]
    pub min_confidence: Option<ConfidenceName>,
    /// Days without use from which a credential of a credential report counts as unused [default: what
    /// the profile asks for, else 90]
    #[arg(long, value_name = "DAYS", value_parser = days, help_heading = "Credential reports", display_order = 1)]
    pub max_unused_days: Option<i64>,
    /// Exit with 1 when there is a certain finding of at least this severity [default: medium]
    #[arg(long, value_name = "SEVERITY", help_heading = "Rules")]
    pub fail_on: Option<FailOn>,
}

/// What somebody has looked at and accepted.
#[derive(Clone, Debug, Default, Args)]
pub struct Accepted {
    /// Leave out the findings that this file holds, and report entries of it that are fixed
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exceptions")]
    pub baseline: Option<PathBuf>,
    /// Write all findings to this file, as a baseline to start from; with --baseline, write of its entries those that
    /// are not fixed, and nothing new
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exceptions")]
    pub write_baseline: Option<PathBuf>,
    /// Take this day or moment for now (2027-01-31): where an exception has an end, and to count ages to where a
    /// credential report does not say when it was made [default: now]
    #[arg(long, value_name = "DATE", value_parser = moment, help_heading = "Exceptions")]
    pub as_of: Option<jiff::Timestamp>,
}

/// `credlint rules`.
#[derive(Clone, Debug, Args)]
pub struct Rules {
    /// What to do instead of listing them.
    #[command(subcommand)]
    pub action: Option<RulesAction>,
    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub format: ListFormat,
    /// List the rules of your own in this directory as well
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Rules")]
    pub rules: Vec<PathBuf>,
    /// Which configuration counts.
    #[command(flatten)]
    pub configuration: ConfigurationChoice,
}

/// What else there is to do with rules.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesAction {
    /// Run the examples in rule files, and say which of them give something else than is written there
    #[command(after_help = RULES_TEST_AFTER_HELP)]
    Test(RulesTest),
}

/// `credlint rules test`.
#[derive(Clone, Debug, Args)]
pub struct RulesTest {
    /// Rule files, and directories of them [default: the rules folders of the configuration]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Rules", display_order = 0)]
    pub paths: Vec<PathBuf>,
    /// Write what a rule finds under its flagged examples, where something else stands there
    #[arg(long, help_heading = "Rules")]
    pub update: bool,
    /// Which configuration counts.
    #[command(flatten)]
    pub configuration: ConfigurationChoice,
    /// Print only what fails
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

/// `credlint explain`.
#[derive(Clone, Debug, Args)]
pub struct Explain {
    /// Any name of the rule: id, control (CIS-1.13), another tool's id
    #[arg(value_name = "RULE", help_heading = "Rules")]
    pub rule: String,
    /// Look among the rules of your own in this directory as well
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Rules")]
    pub rules: Vec<PathBuf>,
    /// Which configuration counts.
    #[command(flatten)]
    pub configuration: ConfigurationChoice,
}

/// `credlint graph`.
#[derive(Clone, Debug, Args)]
pub struct Graph {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// Format of the graph
    #[arg(long, value_name = "FORMAT", default_value = "json", help_heading = "Output")]
    pub format: GraphFormat,
}

/// `credlint files`.
#[derive(Clone, Debug, Args)]
pub struct FileList {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub format: ListFormat,
}

/// `credlint init`.
#[derive(Clone, Debug, Args)]
pub struct Init {
    /// The top directory of the repository
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath, help_heading = "Output")]
    pub directory: PathBuf,
}

/// `credlint completions`.
#[derive(Clone, Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `credlint man`.
#[derive(Clone, Debug, Args)]
pub struct Man {
    /// The command that the page is about [default: credlint as a whole]
    #[arg(value_name = "COMMAND", value_parser = command_name())]
    pub command: Option<String>,
}

impl CommandLine {
    /// Parses arguments, the program's name first. The error prints itself and knows its exit status: 0 for
    /// `--help` and `--version`, 2 for wrong usage.
    pub fn parse_from_arguments<I, T>(arguments: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let mut definition = command();
        let matches = definition.try_get_matches_from_mut(arguments)?;
        let mut line = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut definition))?;
        if let (Some(input), Some((_, matches))) = (line.command.input_mut(), matches.subcommand()) {
            input.assignments = input.variables.in_order(matches);
        }
        Ok(line)
    }
}

impl Command {
    fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Check(check) => Some(&mut check.input),
            Self::Graph(graph) => Some(&mut graph.input),
            Self::Files(files) => Some(&mut files.input),
            Self::Audit(_)
            | Self::Init(_)
            | Self::Rules(_)
            | Self::Explain(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}

impl VariableOptions {
    fn in_order(&self, matches: &clap::ArgMatches) -> Vec<VariableSource> {
        let indices = |name| matches.indices_of(name).into_iter().flatten();
        let values = self
            .var
            .iter()
            .map(|(name, value)| VariableSource::Value { name: name.clone(), value: value.clone() });
        let files = self.var_file.iter().cloned().map(VariableSource::File);
        let mut typed: Vec<(usize, VariableSource)> =
            indices("var").zip(values).chain(indices("var_file").zip(files)).collect();
        typed.extend(indices("parameters").zip(self.parameters.iter().cloned()));
        typed.sort_by_key(|(index, _)| *index);
        typed.into_iter().map(|(_, source)| source).collect()
    }
}

/// The definition of the command line.
pub fn command() -> clap::Command {
    CommandLine::command()
}

/// Writes a completion script.
pub fn write_completions(shell: clap_complete::Shell, writer: &mut dyn io::Write) -> io::Result<()> {
    // The generator panics when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "credlint", &mut script);
    writer.write_all(&script)
}

/// Writes the manual page (roff) of a command, or of the program. An unknown command gives that of the program.
pub fn write_manual(name: Option<&str>, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut program = command();
    program.build();
    let about = name.and_then(|name| program.find_subcommand(name)).unwrap_or(&program);
    clap_mangen::Man::new(about.clone()).render(writer)
}

fn command_name() -> clap::builder::PossibleValuesParser {
    ["check", "audit", "rules", "explain", "graph", "files", "init", "completions", "man"].into()
}

#[cfg(test)]
mod tests;
