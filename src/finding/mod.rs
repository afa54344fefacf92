//! What a rule found: everything that any output prints of it.

mod digest;
mod known;
mod matching;
mod remedy;

pub use digest::digest;
pub use known::KnownFinding;
pub use matching::{Identity, match_known};
pub use remedy::{Effect, Step, Word};

use std::fmt;
use std::sync::Arc;

use crate::source::{Place, Span};

/// How bad it is. Ordered: a filter is a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good practice; rarely worth failing a build for.
    Low,
    /// Should be fixed before it is deployed.
    Medium,
    /// Must not be deployed.
    High,
    /// An account is open.
    Critical,
}

impl Severity {
    /// As reports and configurations write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// In how far a finding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Only under inputs other than those given and the defaults; `Finding::when` says which.
    Possible,
    /// Under the inputs given and the defaults, whatever the unknowns turn out to be.
    Certain,
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Possible => "possible",
            Self::Certain => "certain",
        })
    }
}

/// The user that a finding is about, for grouping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The user's address within its root (`module.team["ops"].aws_iam_user.this["alice"]`).
    pub address: String,
    /// The user's name, when it is known.
    pub name: Option<String>,
}

/// Where the things that a finding is about come from: of each, the calls that lead to it and its own place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Of the user, and of what the rule runs over.
    pub subject: Vec<Span>,
    /// Of each thing that it points at.
    pub flagged: Vec<Vec<Span>>,
    /// Whether those are a fault only together: credentials of one user. Without one of two, nothing is wrong.
    pub together: bool,
}

/// One finding. All text in it may hold text from the input: renderers escape it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule id.
    pub rule: Arc<str>,
    /// Severity, which may differ from one finding of a rule to another.
    pub severity: Severity,
    /// In how far it holds.
    pub confidence: Confidence,
    /// `None`: always. Otherwise the condition in words: `var.create_key = true`.
    pub when: Option<String>,
    /// The user.
    pub subject: Subject,
    /// Addresses of what it points at, the primary place's last.
    pub addresses: Vec<String>,
    /// Where what it is about comes from, which is what exceptions cover.
    pub origins: Origins,
    /// The root it was found in, relative to the base: a directory or file.
    pub root: String,
    /// What is wrong: one line, lower-case start, no full stop.
    pub message: String,
    /// Why it matters: one line.
    pub why: String,
    /// What to do, with real names: one line.
    pub fix: String,
    /// What to do for this very user, where AWS's own account of it is at hand: steps, in the order in which to take
    /// them.
    pub remedy: Vec<Step>,
    /// The number of the AWS account that it is in, where that is known.
    pub account: Option<String>,
    /// The account whose credential report it rests on, as its root is called: without that report nothing can be said of
    /// it.
    pub report_of: Option<String>,
    /// The one place to look first.
    pub primary: Place,
    /// Further places: that key, that password, the user.
    pub related: Vec<Place>,
    /// How the primary place comes into being, outermost first: module call, module call, block. Empty when
    /// the primary place stands in the root module itself.
    pub trail: Vec<Place>,
    /// The module whose known defaults it rests on, when that module's source is not on disk.
    pub inferred_from: Option<String>,
    /// The construct of a program that the primary place was generated from: `Stack/alice/key`.
    pub construct_path: Option<String>,
    /// Stable identity (64 hex digits): rule, root, subject, flagged addresses; no lines, no columns.
    pub fingerprint: String,
    /// The same without the root, which tells findings apart within one.
    pub fingerprint_in_root: String,
}

/// What sets findings aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SuppressionKind {
    /// A comment in the code.
    Comment,
    /// The metadata of a resource or template.
    Metadata,
    /// An entry of the configuration file.
    Configuration,
    /// An entry of the baseline.
    Baseline,
}

impl SuppressionKind {
    /// Its stable name in machine-readable output and in the conditions of rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Metadata => "metadata",
            Self::Configuration => "configuration",
            Self::Baseline => "baseline",
        }
    }

    /// Words that fit after "set aside by".
    pub fn words(self) -> &'static str {
        match self {
            Self::Comment => "comments",
            Self::Metadata => "metadata",
            Self::Configuration => "the configuration",
            Self::Baseline => "the baseline",
        }
    }
}

/// On whose word a finding is set aside. All text in it may hold text from the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// What sets it aside.
    pub kind: SuppressionKind,
    /// Why, in the words of whoever wrote it: one line. A baseline has none.
    pub reason: Option<String>,
    /// The last day on which it counts.
    pub until: Option<jiff::civil::Date>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A finding that is set aside: it is shown as such, and fails nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// On whose word.
    pub suppression: Suppression,
}

/// What a change brings, when only that is asked for: the findings of the report are those that it introduces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The revision that the change is counted from, as typed: `origin/main`.
    pub since: String,
    /// Its commit, in hexadecimal: of a branch that has moved on, the one where the two parted.
    pub commit: String,
    /// Findings that are gone, in the order in which they were found then; their places are in the old files.
    pub fixed: Vec<Finding>,
    /// How many findings were there before and still are. They are not reported.
    pub unchanged: usize,
}

/// What was looked at, so that silence can be told from blindness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Users that exist in the code, external ones not counted.
    pub users: usize,
    /// Access keys.
    pub access_keys: usize,
    /// Console passwords.
    pub passwords: usize,
    /// Roots: a root module, a template.
    pub roots: usize,
    /// Files that were found and belong to a format that is read.
    pub files: usize,
    /// Module calls whose source is not on disk, and was not looked at.
    pub modules_not_on_disk: usize,
    /// Module calls whose source is not on disk and that were read as known defaults.
    pub modules_modelled: usize,
    /// Values that matter and are unknown.
    pub unknown_values: usize,
    /// Accounts of which there is a credential report.
    pub accounts: Vec<AccountCoverage>,
}

/// What a credential report says, and how much of it is in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountCoverage {
    /// The account's number; `None` where the report does not say.
    pub number: Option<String>,
    /// Its name in the configuration.
    pub name: Option<String>,
    /// Where the report is, as reports print it.
    pub report: String,
    /// Users in the report, the root user not counted.
    pub users: usize,
    /// Those that code creates; `None` where a report is looked at by itself.
    pub declared: Option<usize>,
    /// The moment that ages are counted to.
    pub as_of: jiff::Timestamp,
    /// Who says so.
    pub as_of_source: AsOfSource,
}

/// Who says to which moment ages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AsOfSource {
    /// The report: it is when it was made.
    Report,
    /// `--as-of`.
    CommandLine,
    /// Nobody: it is the time of the run.
    Run,
}
