//! What was typed, given meaning: paths that exist, rules that were found, limits and defaults.
#![allow(clippy::disallowed_methods, reason = "what the user names is looked for on disk")]

/// `credlint.toml`.
pub mod configuration;
// The baseline.
mod baseline;
// Credential reports.
mod evidence;
// What the paths mean.
mod paths;
// What a benchmark asks for.
mod profile;
// Which rules run.
mod rule_choice;
// What a change is counted from.
mod since;
// What the examples in a rule file are run with.
mod text;

pub use paths::files_at;
pub use rule_choice::{RuleFile, RulesUnderTest, find, rule_set, selected};
pub use since::Before;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use miette::Diagnostic;

use crate::cli::{Check, FailOn, Input, Selection, VariableSource};
use crate::cloudformation::ParameterInput;
use crate::evidence::GivenReport;
use crate::exceptions::{Baseline, Exception};
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::record::LimitsRecord;
use crate::rules::{Rule, RuleError, RuleSet};
use crate::source::{Notice, NoticeKind, STANDARD_INPUT, Workspace};
use crate::terraform::CommandLineInput;

use configuration::{Configuration, ConfigurationError};
use paths::{canonical, current_directory, default_workspace, directory_of, parameter_file, variables_file};

/// Why the job cannot start. Each is a mistake in what was typed or in a rule file of the user's own.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum SettingsError {
    /// A PATH or `--root` that is not there.
    #[error("`{path}` cannot be read: {reason}")]
    #[diagnostic(help("name a file or directory that exists; without a PATH the current directory is read"))]
    Path {
        /// As typed.
        path: String,
        /// What the operating system says.
        reason: String,
    },
    /// A PATH outside `--root`.
    #[error("`{path}` is not inside --root `{root}`")]
    #[diagnostic(help("nothing outside --root is read; name a wider one"))]
    OutsideRoot {
        /// As typed.
        path: String,
        /// As typed.
        root: String,
    },
    /// A `--var-file` that cannot be read.
    #[error("the variables file `{path}` cannot be read: {reason}")]
    #[diagnostic(help("give the path of a .tfvars file, relative to the current directory"))]
    VariablesFile {
        /// As typed.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A `--parameters` file that cannot be read.
    #[error("the parameter file `{path}` cannot be read: {reason}")]
    #[diagnostic(help(
        "give NAME=VALUE, or the path of a parameter file, relative to the current directory"
    ))]
    ParameterFile {
        /// As typed.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// `--select` or `--ignore` with a name that no rule has.
    #[error("no rule is named `{name}`")]
    UnknownRule {
        /// As typed.
        name: String,
        /// The nearest names.
        #[help]
        help: String,
    },
    /// A `--profile` that no rule checks a control of.
    #[error("no profile is named `{name}`")]
    UnknownProfile {
        /// As typed.
        name: String,
        /// The nearest names.
        #[help]
        help: String,
    },
    /// A `--rules` directory that cannot be read.
    #[error("the rules directory `{path}` cannot be read: {reason}")]
    #[diagnostic(help("name a directory that holds one Markdown file a rule"))]
    RulesDirectory {
        /// As typed.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A file in a `--rules` directory that cannot be read.
    #[error("the rule file `{path}` cannot be read: {reason}")]
    #[diagnostic(help("a rules directory holds Markdown files in UTF-8; links in it stay in its work tree"))]
    RuleFile {
        /// Where it is.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A configuration file that cannot be read.
    #[error("the configuration `{path}` cannot be read: {reason}")]
    #[diagnostic(help("name a configuration file with --config, or do without one with --no-config"))]
    Configuration {
        /// Where it is.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// Two configuration files in one directory.
    #[error("there are two configurations: `{first}` and `{second}`")]
    #[diagnostic(help("keep one of them, or name one with --config"))]
    TwoConfigurations {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A configuration file that is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    InConfiguration(#[from] Box<ConfigurationError>),
    /// `credlint rules test` where there is nothing to test.
    #[error("there is no rule file{}", if paths.is_empty() { String::new() } else { format!(" in {paths}") })]
    #[diagnostic(help(
        "name a Markdown file that is a rule, or a directory of them: `credlint rules test DIR`"
    ))]
    NoRules {
        /// As typed; empty when nothing was.
        paths: String,
    },
    /// A `--baseline` that cannot be read.
    #[error("the baseline `{path}` cannot be used: {reason}")]
    #[diagnostic(help("`credlint check --write-baseline {path}` writes it where there is none"))]
    Baseline {
        /// As typed.
        path: String,
        /// What is wrong, and where in the file.
        reason: String,
    },
    /// A `--credential-report` that cannot be read.
    #[error("the credential report `{path}` cannot be read: {reason}")]
    #[diagnostic(help(
        "name a file with what `aws iam get-credential-report` prints, or the CSV in it; `-` is standard input"
    ))]
    CredentialReport {
        /// As typed.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A `--credential-report` that is about nothing.
    #[error("`{about}`, of which a credential report is given, is no account and no path")]
    #[diagnostic(help(
        "write --credential-report 111122223333=FILE, with an account's number or its name in credlint.toml, or ROOT=FILE with \
         the path of a root, as `credlint files` lists them"
    ))]
    ReportAbout {
        /// As typed.
        about: String,
    },
    /// A `--since` that there is nothing to compare with.
    #[error("--since {since} cannot be compared with: {reason}")]
    Since {
        /// As typed.
        since: String,
        /// What is wrong.
        reason: String,
        /// What to do about it.
        #[help]
        help: String,
    },
    /// A rule file that is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] RuleError),
}

/// What is read, and with which inputs.
#[derive(Debug)]
pub struct InputSettings {
    /// What is scanned, and the files that were read.
    pub workspace: Workspace,
    /// Canonical paths to walk.
    pub paths: Vec<PathBuf>,
    /// Paths that were named and cannot be read; the others are read all the same.
    pub notices: Vec<Notice>,
    /// Variables from the command line, in order.
    pub assignments: Vec<CommandLineInput>,
    /// Template parameters from the command line, in order.
    pub parameters: Vec<ParameterInput>,
    /// What the configuration file says.
    pub configuration: Configuration,
    /// Whether unreadable input leaves the exit status alone.
    pub allow_parse_errors: bool,
}

/// Which findings are reported, and which of them fail the run.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Findings below are not reported.
    pub min_severity: Severity,
    /// Findings below are not reported.
    pub min_confidence: Confidence,
    /// Certain findings from here on fail the run; `None`: none does.
    pub fail_on: Option<Severity>,
}

impl InputSettings {
    /// Settles paths, boundaries and variables.
    pub fn new(input: &Input) -> Result<Self, SettingsError> {
        let (mut paths, mut notices, mut failure) = (Vec::new(), Vec::new(), None);
        let (mut standard_input, here) = (false, current_directory());
        for path in &input.paths {
            if path == Path::new("-") {
                standard_input = true;
                continue;
            }
            match canonical(path) {
                Ok(canonical) => paths.push(canonical),
                Err(error) => {
                    let (path, message) = (path.display().to_string(), "does not exist or cannot be read");
                    notices.push(Notice::about(NoticeKind::UnreadableFile, path, message));
                    failure = Some(error);
                }
            }
        }
        if let (true, Some(failure)) = (paths.is_empty() && !standard_input, failure) {
            return Err(failure);
        }
        let mut workspace = match &input.root {
            Some(root) => {
                let root_directory = canonical(root)?;
                if let Some(outside) = paths.iter().find(|path| !path.starts_with(&root_directory)) {
                    let (path, root) = (outside.display().to_string(), root.display().to_string());
                    return Err(SettingsError::OutsideRoot { path, root });
                }
                let mut workspace = Workspace::new(root_directory.clone(), vec![root_directory]);
                workspace.is_limited = true;
                workspace
            }
            None => {
                let here = here.iter().filter(|_| standard_input);
                default_workspace(&paths.iter().chain(here).cloned().collect::<Vec<_>>())
            }
        };
        if standard_input {
            let read =
                workspace.read_standard_input(std::io::stdin().lock(), here.clone().unwrap_or_default());
            if let Err(error) = read {
                let message = error.to_string();
                notices.push(Notice::about(NoticeKind::UnreadableFile, STANDARD_INPUT, message));
            }
        }
        let start = paths.first().map(|path| directory_of(path).to_owned()).or_else(|| here.clone());
        let configuration =
            Configuration::load(&input.configuration, &workspace, &start.unwrap_or_default())?;
        let (mut assignments, mut parameters) = (Vec::new(), Vec::new());
        for source in &input.assignments {
            match source {
                VariableSource::Value { name, value } => {
                    assignments.push(CommandLineInput::Text { name: name.clone(), text: value.clone() });
                }
                VariableSource::File(path) => {
                    assignments.push(CommandLineInput::File(variables_file(&workspace, path)?));
                }
                VariableSource::Parameter { name, value } => {
                    parameters.push(ParameterInput::Text { name: name.clone(), text: value.clone() });
                }
                VariableSource::ParameterFile(path) => {
                    parameters.push(ParameterInput::File(parameter_file(&workspace, path)?));
                }
            }
        }
        let allow_parse_errors = input.allow_parse_errors;
        Ok(Self { workspace, paths, notices, assignments, parameters, configuration, allow_parse_errors })
    }

    /// Whether a path lies in what was named to be read, so that all that is about it was looked at. A file that was
    /// named stands for its directory, but not for the whole of what lies in it.
    pub fn is_asked_for(&self, path: &Path, as_a_whole: bool) -> bool {
        self.paths.iter().any(|named| {
            path.starts_with(named)
                || (!as_a_whole && self.workspace.is_file(named) && path.parent() == named.parent())
        })
    }
}

/// What is made of what was read.
#[derive(Debug)]
pub struct CheckSettings<'r> {
    /// The rules that are run.
    pub rules: Vec<&'r Rule>,
    /// All rules, which exceptions may name.
    pub known_rules: &'r RuleSet,
    /// Which findings count.
    pub thresholds: Thresholds,
    /// The day in UTC that the ends of exceptions are compared with, so that they end everywhere at once.
    pub today: Date,
    /// What counts as too long.
    pub limits: LimitsRecord,
    /// Credential reports, to be joined to the code.
    pub reports: Vec<GivenReport>,
    /// Whether somebody says to which moment ages are counted.
    pub is_as_of_given: bool,
    /// Whether there is no code at all, but reports alone.
    pub is_audit: bool,
    /// The exceptions of the configuration.
    pub exceptions: Vec<Exception>,
    /// What the configuration takes out of the check.
    pub notices: Vec<Notice>,
    /// What was found before, and is not reported.
    pub baseline: Option<Baseline>,
    /// Whether the baseline is to be written.
    pub write_baseline: bool,
}

impl<'r> CheckSettings<'r> {
    /// Settles which rules run, what counts and what is set aside.
    pub fn new(set: &'r RuleSet, arguments: &Check, input: &InputSettings) -> Result<Self, SettingsError> {
        let Check { selection, accepted, .. } = arguments;
        let configuration = &input.configuration;
        let rules = selected(set, selection, configuration)?;
        let mut notices = configuration.notices(set, &rules, arguments);
        let reports = evidence::read(input, arguments, &mut notices)?;
        Ok(Self {
            exceptions: configuration.exceptions(set, &rules),
            notices,
            limits: profile::limits(set, selection, configuration)?,
            is_as_of_given: accepted.as_of.is_some(),
            is_audit: arguments.input.paths.is_empty(),
            reports,
            rules,
            known_rules: set,
            thresholds: Thresholds::new(selection, configuration),
            today: accepted.as_of.unwrap_or_else(Timestamp::now).to_zoned(TimeZone::UTC).date(),
            baseline: baseline::read(&input.workspace, accepted, configuration)?,
            write_baseline: accepted.write_baseline.is_some(),
        })
    }

    /// The ids of the rules that an exception means by a name; what is wrong with the name, and what may be meant.
    pub fn find_rules(&self, name: &str) -> Result<Vec<Arc<str>>, (String, String)> {
        match find(self.known_rules, name) {
            Ok(rules) => Ok(rules.into_iter().map(|rule| Arc::from(rule.id.as_str())).collect()),
            Err(SettingsError::UnknownRule { name, help }) => {
                Err((format!("no rule is named `{name}`"), help))
            }
            Err(other) => Err((other.to_string(), String::new())),
        }
    }
}

impl Thresholds {
    /// Whether a finding is reported.
    pub fn admit(&self, finding: &Finding) -> bool {
        finding.severity >= self.min_severity && finding.confidence >= self.min_confidence
    }

    /// Whether a finding fails the run.
    pub fn fail(&self, finding: &Finding) -> bool {
        finding.confidence == Confidence::Certain
            && self.fail_on.is_some_and(|least| finding.severity >= least)
    }

    /// The thresholds typed, else those of the configuration, else their defaults: everything is shown, medium fails.
    pub fn new(selection: &Selection, configuration: &Configuration) -> Self {
        let min_severity = selection.min_severity.map(Into::into).or(configuration.min_severity);
        let min_confidence = selection.min_confidence.map(Into::into).or(configuration.min_confidence);
        let fail_on = selection.fail_on.or(configuration.fail_on);
        Self {
            min_severity: min_severity.unwrap_or(Severity::Low),
            min_confidence: min_confidence.unwrap_or(Confidence::Possible),
            fail_on: fail_on.map_or(Some(Severity::Medium), FailOn::severity),
        }
    }
}
