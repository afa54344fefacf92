//! `credlint.toml`: what a team settles once for everybody. Strict: what is not understood is an error at its line.

// From text to what is meant.
mod check;
mod file;
mod mistake;
// Where the file is, and what else it names.
mod discovery;
mod loading;
// What it settles.
mod meaning;
#[cfg(test)]
mod mistake_tests;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

pub use mistake::ConfigurationError;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cli::FailOn;
use crate::cloudformation::ParameterInput;
use crate::finding::{Confidence, Severity};
use crate::rules::record::LimitsRecord;
use crate::source::{AddressPattern, Anchor, FileId, NamePattern, PathFilter, PathPattern};
use crate::terraform::CommandLineInput;

use mistake::Mistake;

/// Names that the file can have, the first in the order of looking.
pub const FILE_NAMES: [&str; 2] = ["credlint.toml", ".credlint.toml"];

/// What counts as too long when nobody says otherwise.
pub const DEFAULT_LIMITS: LimitsRecord = LimitsRecord::DEFAULT;

/// What the configuration says, read and checked; where there is none, nothing.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// What errors call it.
    path: String,
    text: String,
    /// The file, where there is one: the spans below are places in it.
    pub file: Option<FileId>,
    /// What its paths are relative to.
    pub anchor: Arc<Anchor>,
    /// Names of rules to run; empty: all.
    pub select: Vec<Located>,
    /// Names of rules not to run.
    pub ignore: Vec<Located>,
    /// What becomes of rules, by name.
    pub rules: Vec<RuleSetting>,
    /// Folders of the user's own rules, as written.
    pub rules_folders: Vec<Located>,
    rules_directories: Vec<PathBuf>,
    /// From which severity a finding fails the run.
    pub fail_on: Option<FailOn>,
    /// Findings below are not reported.
    pub min_severity: Option<Severity>,
    /// Findings below are not reported.
    pub min_confidence: Option<Confidence>,
    /// The benchmark whose rules run.
    pub profile: Option<Located>,
    /// Days without use from which a credential counts as unused: for rules that read a credential report.
    pub max_unused_days: Option<i64>,
    /// Days after which an access key counts as too old.
    pub max_key_age_days: Option<i64>,
    /// Days for which nobody is asked why a new access key is not used yet.
    pub new_key_days: Option<i64>,
    /// Which files are looked at.
    pub paths: PathFilter,
    /// Patterns of the names of users that belong to programs.
    pub machine_users: Vec<NamePattern>,
    /// Patterns of the names of users that belong to people.
    pub human_users: Vec<NamePattern>,
    /// Inputs of roots, in the order of the file.
    pub roots: Vec<RootSetting>,
    /// What they are given, one of each of `roots`.
    pub inputs: Vec<RootInputs>,
    /// Names of accounts by their numbers.
    pub accounts: BTreeMap<String, String>,
    baseline_name: Option<Located>,
    /// The baseline: an absolute path, where there need not be a file.
    pub baseline: Option<PathBuf>,
    /// Findings that are accepted.
    pub allow: Vec<AllowEntry>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The text.
    pub text: String,
    /// Bytes of the configuration file.
    pub span: Range<usize>,
}

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// Any of its names.
    pub name: Located,
    /// The severity of all its findings.
    pub severity: Option<Severity>,
    /// Whether it runs.
    pub enabled: bool,
}

/// Inputs of the roots that a pattern means.
#[derive(Clone, Debug)]
pub struct RootSetting {
    /// Which roots.
    pub path: PathPattern,
    /// Bytes of the configuration file that the pattern stands in.
    pub span: Range<usize>,
    /// Variables files, as written.
    pub var_files: Vec<Located>,
    /// Terraform variables: name and text, as `--var` takes it.
    pub variables: Vec<(Located, String)>,
    /// Parameter files, as written.
    pub parameter_files: Vec<Located>,
    /// Template parameters.
    pub parameters: Vec<(Located, String)>,
    /// The number of the account that they are deployed to.
    pub account: Option<String>,
}

/// What the roots of one entry are given, in order.
#[derive(Clone, Debug, Default)]
pub struct RootInputs {
    /// Terraform variables.
    pub assignments: Vec<CommandLineInput>,
    /// Template parameters.
    pub parameters: Vec<ParameterInput>,
}

/// Findings that are accepted: those that all of its parts fit.
#[derive(Clone, Debug)]
pub struct AllowEntry {
    /// Rules by any of their names; empty: all rules.
    pub rules: Vec<Located>,
    /// Pattern of the user's name.
    pub user: Option<NamePattern>,
    /// Pattern of the subject's or a flagged address.
    pub address: Option<AddressPattern>,
    /// Pattern of the root's path as it is reported.
    pub root: Option<PathPattern>,
    /// Why: one line, not empty.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// Bytes of the configuration file that the entry stands in.
    pub span: Range<usize>,
}

impl Configuration {
    /// Reads a configuration's text. `path` is what errors call it by.
    pub fn read(path: &str, text: &str, anchor: &Arc<Anchor>) -> Result<Self, Box<ConfigurationError>> {
        let mut configuration =
            check::configuration(text, anchor).map_err(|mistakes| Self::error(path, text, mistakes))?;
        path.clone_into(&mut configuration.path);
        text.clone_into(&mut configuration.text);
        Ok(configuration)
    }

    fn error(path: &str, text: &str, mistakes: Vec<Mistake>) -> Box<ConfigurationError> {
        let error = ConfigurationError::new(path, text, &check::inputs(text), mistakes);
        Box::new(error.expect("there is a mistake"))
    }
}
