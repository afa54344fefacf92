//! Findings to text: one renderer a file. A renderer adds nothing that the findings and notices do not hold.
#![expect(
    clippy::format_push_string,
    reason = "a report is short, and `write!` would bring an error to ignore"
)]

/// Every word and colour of a severity.
pub mod severity;
/// Counts and conditions in words.
mod wording;
/// Text from the input made inert.
mod inert;
/// Where in a text a secret stands.
mod redact;
/// Source lines made fit to be shown.
mod excerpt;
/// Commands as a shell reads them.
mod shell;
/// JSON that is inert in a log.
mod json_text;
/// The baseline.
pub mod baseline;
/// `credlint files`.
pub mod file_list;
/// `credlint graph`.
pub mod graph;
/// For a log of GitHub Actions: annotations.
pub mod github;
/// For GitLab: Code Quality.
pub mod gitlab;
/// For a person at a terminal.
pub mod human;
/// For programs: our own versioned JSON.
pub mod json;
/// For job summaries and comments on pull requests.
pub mod markdown;
/// The steps of all findings as a script.
pub mod remediation_script;
/// For programs, one object a line.
pub mod jsonl;
/// For whatever shows the results of tests.
pub mod junit;
/// For code scanning: SARIF 2.1.0.
pub mod sarif;
/// `credlint rules`.
pub mod rule_list;
/// `credlint rules test`.
pub mod rule_trials;
/// From a rule to its text.
mod rule_text;
/// `credlint explain`.
pub mod explain;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod remedy_tests;

pub use inert::{inert, without_log_commands};
pub use json_text::{to_json, to_json_line, write_json};

use std::collections::BTreeMap;

use crate::finding::{Change, Coverage, Finding, Severity, Suppressed, SuppressionKind};
use crate::source::{Files, Notice};

/// The name of the tool, as every output gives it.
pub const TOOL_NAME: &str = env!("CARGO_PKG_NAME");
/// The version of the tool, as every output gives it.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a rule says of itself, as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// Id, `multiple-active-keys`.
    pub id: String,
    /// The address of its documentation, for a rule that comes with the program.
    pub page: Option<String>,
    /// One line: what is wrong.
    pub title: String,
    /// The highest severity that a finding of it can have.
    pub severity: Severity,
    /// The whole documentation, Markdown without front matter.
    pub markdown: String,
    /// What it finds: the short text, Markdown or plain.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do about it.
    pub fix: String,
    /// Tags for filtering: controls and topics. `security` need not be among them.
    pub tags: Vec<String>,
    /// How rarely it is wrong: `very-high`, `high`, `medium` or `low`.
    pub precision: String,
    /// Controls of benchmarks that it checks.
    pub controls: Vec<Control>,
    /// Ids of the same check in other tools.
    pub same_as: Vec<String>,
}

/// One control of one edition of a benchmark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Control {
    /// The benchmark, `cis-aws`.
    pub benchmark: String,
    /// Its edition, `5.0`. Empty for a benchmark without editions.
    pub version: String,
    /// The control's number in it, `1.12`.
    pub number: String,
}

/// All that a renderer is given.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The findings, sorted; renderers keep the order.
    pub findings: &'a [Finding],
    /// Every rule that was run, hit or not, in the order in which they are listed.
    pub rules: &'a [RuleText],
    /// What was not understood, sorted.
    pub notices: &'a [Notice],
    /// What was looked at.
    pub coverage: &'a Coverage,
    /// Findings that comments, configuration or a baseline set aside, sorted like the others.
    pub suppressed: &'a [Suppressed],
    /// Whether findings that are set aside are left out of what programs read: some take them for open.
    pub omit_suppressed: bool,
    /// When only what a change brings is reported: what it was compared with, and what it fixes.
    pub change: Option<&'a Change>,
    /// The files that the spans point into.
    pub files: &'a Files,
    /// The severity from which a certain finding fails the run; `None`: never.
    pub fail_on: Option<Severity>,
    /// Whether a finding reached it.
    pub failed: bool,
}

impl Report<'_> {
    /// The findings that are set aside and shown as such.
    pub fn shown_suppressed(&self) -> &[Suppressed] {
        if self.omit_suppressed { &[] } else { self.suppressed }
    }

    /// How many findings are not reported, and on whose word (words that fit after "set aside by").
    pub fn set_aside(&self) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<SuppressionKind, usize> = BTreeMap::new();
        for suppressed in self.suppressed {
            *counts.entry(suppressed.suppression.kind).or_default() += 1;
        }
        counts.into_iter().map(|(kind, count)| (kind.words().to_owned(), count)).collect()
    }

    /// Whether everything asked for was read in full.
    pub fn is_complete(&self) -> bool {
        !self.notices.iter().any(|notice| notice.kind.is_incomplete())
    }
}
