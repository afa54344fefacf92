//! Findings for programs: JSON in its own structs, so that our inside can change and this format does not.
//!
//! Sentences (`message`, `why`, `fix`, labels, `help`) are inert, as on a terminal. Names, addresses and paths are
//! exactly what was read; what could act in a log is written as a JSON escape.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::excerpt::first_line;
use super::severity::SEVERITIES;
use super::shell::Command;
use super::{Report, TOOL_NAME, TOOL_VERSION, inert, to_json, write_json};
use crate::finding::{
    AccountCoverage, AsOfSource, Change, Confidence, Coverage, Effect, Finding, Severity, Step, Suppressed,
};
use crate::source::{Files, Notice, Place, Span};

/// The version of this format. It goes up when a field goes away or changes its meaning, not when one is added.
pub const VERSION: u32 = 1;

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'f> {
    /// [`VERSION`].
    pub version: u32,
    /// What wrote this.
    pub tool: Tool,
    /// The findings, in the order of every other format.
    pub findings: Findings<'f>,
    /// Findings that somebody has accepted.
    pub suppressed: Vec<JsonSuppressed<'f>>,
    /// What was not understood.
    pub notices: Vec<JsonNotice>,
    /// What was looked at.
    pub coverage: JsonCoverage,
    /// What the change brings; left out when it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<JsonChange<'f>>,
    /// What came of it.
    pub summary: Summary,
}

/// The tool that wrote a document.
#[derive(Debug, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version (Semantic Versioning).
    pub version: &'static str,
}

/// Findings, each made into its shape when it is written: there may be tens of thousands.
#[derive(Debug)]
pub struct Findings<'f> {
    files: &'f Files,
    findings: &'f [Finding],
}

impl<'f> Findings<'f> {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = JsonFinding<'f>> {
        let Self { files, findings } = *self;
        findings.iter().map(|finding| json_finding(files, finding))
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct JsonFinding<'f> {
    /// Rule id.
    pub rule: &'f str,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: Severity,
    /// `certain`: under the inputs given and the defaults. `possible`: only under others.
    pub confidence: Confidence,
    /// The condition under which it holds, in words; null: always.
    pub when: Option<Cow<'f, str>>,
    /// The user's address within its root.
    pub subject: &'f str,
    /// The user's name; null when it is not known.
    pub subject_name: Option<&'f str>,
    /// Directory or file of the root, relative to the base.
    pub root: &'f str,
    /// What is wrong: one line, no full stop.
    pub message: Cow<'f, str>,
    /// Why it matters: one line.
    pub why: Cow<'f, str>,
    /// What to do: one line.
    pub fix: Cow<'f, str>,
    /// What to do for this very user, step by step; empty where AWS's own account of it is not at hand.
    pub remedy: Vec<JsonStep>,
    /// The number of the AWS account that it is in; null where that is not known.
    pub account: Option<&'f str>,
    /// The one place to look first.
    pub location: Location,
    /// What stands at `location`.
    pub label: Cow<'f, str>,
    /// Further places.
    pub related: Vec<LabelledLocation<'f>>,
    /// How `location` comes into being, outermost first; empty when it stands in the root module itself.
    pub trail: Vec<LabelledLocation<'f>>,
    /// The module whose known defaults it rests on, its source not being on disk; else null.
    pub inferred_from: Option<&'f str>,
    /// The construct of a program (CDKTF) that `location` was generated from; else null.
    pub construct_path: Option<&'f str>,
    /// Stable identity, 64 hexadecimal digits; independent of lines and columns.
    pub fingerprint: &'f str,
}

/// One step of a remedy.
#[derive(Debug, Serialize)]
pub struct JsonStep {
    /// What to do: one line.
    pub text: String,
    /// What it changes: `look` (nothing), `edit` (the code), `reversible`, `final`.
    pub effect: Effect,
    /// Whether somebody has to decide something first, or see that something is done: no script should take it by itself.
    pub ask: bool,
    /// The words of the command, none of them quoted; empty for what is done by hand. `ID_OF_ACCESS_KEY_1` is for a
    /// person to fill in.
    pub command: Vec<String>,
    /// The same as a shell reads it, to be pasted; null where there is no command.
    pub shell: Option<String>,
    /// Why there is no command where there would be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<&'static str>,
}

/// A finding that somebody has accepted: the fields of a finding, and on whose word.
#[derive(Debug, Serialize)]
pub struct JsonSuppressed<'f> {
    /// The finding.
    #[serde(flatten)]
    pub finding: JsonFinding<'f>,
    /// On whose word it is set aside.
    pub suppression: JsonSuppression,
}

/// On whose word a finding is set aside.
#[derive(Debug, Serialize)]
pub struct JsonSuppression {
    /// `comment`, `metadata`, `configuration` or `baseline`.
    pub kind: &'static str,
    /// Why; null for a baseline.
    pub reason: Option<String>,
    /// The last day on which it counts, `2027-01-31`; null: it has no end.
    pub until: Option<String>,
    /// Where it is written; null for a baseline that is only just made.
    pub location: Option<Location>,
}

/// What the changes since a revision bring. `findings` are those that they introduce.
#[derive(Debug, Serialize)]
pub struct JsonChange<'f> {
    /// The revision as it was typed.
    pub since: String,
    /// The commit that was compared with, in hexadecimal.
    pub commit: String,
    /// How many findings there are that were not there.
    pub introduced: usize,
    /// How many findings were there and still are; they are not in this document.
    pub unchanged: usize,
    /// Findings that are gone; their places are those of the old files.
    pub fixed: Findings<'f>,
}

/// A range in a file. Lines and columns start at 1; columns count Unicode code points.
#[derive(Debug, Serialize)]
pub struct Location {
    /// Relative to the base, forward slashes.
    pub path: Arc<str>,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// One past the last column.
    pub end_column: usize,
}

/// A range in a file and what stands there.
#[derive(Debug, Serialize)]
pub struct LabelledLocation<'f> {
    /// What stands there.
    pub label: Cow<'f, str>,
    /// Where.
    pub location: Location,
}

/// One thing that was not understood.
#[derive(Debug, Serialize)]
pub struct JsonNotice {
    /// `parse-error`, `module-not-on-disk`, …
    pub kind: &'static str,
    /// Whether the job could not be done in full because of it.
    pub incomplete: bool,
    /// What happened: one line, no full stop.
    pub message: String,
    /// Where, when it is in a file that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The file or folder, when there is no location in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do about it; null when there is nothing.
    pub help: Option<String>,
}

/// What was looked at.
#[derive(Debug, Serialize)]
pub struct JsonCoverage {
    /// Users that the code creates.
    pub users: usize,
    /// Access keys.
    pub access_keys: usize,
    /// Console passwords.
    pub passwords: usize,
    /// Root modules and templates.
    pub roots: usize,
    /// Files of a format that is read.
    pub files: usize,
    /// Module calls whose source is not on disk, and was not looked at.
    pub modules_not_on_disk: usize,
    /// Module calls whose source is not on disk and that were read as known defaults.
    pub modules_modelled: usize,
    /// Values that matter and are unknown.
    pub unknown_values: usize,
    /// Accounts of which there is a credential report.
    pub accounts: Vec<JsonAccount>,
}

/// What a credential report says, and how much of it is in the code.
#[derive(Debug, Serialize)]
pub struct JsonAccount {
    /// The account's number; null where the report does not say.
    pub number: Option<String>,
    /// Its name in the configuration; else null.
    pub name: Option<String>,
    /// Where the report is.
    pub report: String,
    /// Users in the report, the root user not counted.
    pub users: usize,
    /// Those that code creates; null where a report is looked at by itself.
    pub declared: Option<usize>,
    /// The moment that ages are counted to (RFC 3339).
    pub as_of: String,
    /// Who says so: `report`, `command-line`, or `run` for the time of the run.
    pub as_of_source: AsOfSource,
}

/// Counts.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// All findings of this document.
    pub findings: usize,
    /// How many of them are only possible.
    pub possible: usize,
    /// How many of them have each severity, the worst first. Every severity is listed.
    pub by_severity: Vec<SeverityCount>,
    /// Findings that are none of these, and on whose word.
    pub set_aside: Vec<JsonSetAside>,
    /// The severity from which a certain finding fails the run; null: never.
    pub fail_on: Option<Severity>,
    /// Whether a finding reached it.
    pub failed: bool,
    /// Whether everything asked for was read in full.
    pub complete: bool,
}

/// How many findings have one severity.
#[derive(Debug, Serialize)]
pub struct SeverityCount {
    /// The severity.
    pub severity: Severity,
    /// How many.
    pub count: usize,
}

/// Findings that something took away.
#[derive(Debug, Serialize)]
pub struct JsonSetAside {
    /// What: `comments`, `the baseline`.
    pub by: String,
    /// How many.
    pub count: usize,
}

/// The report as indented JSON with a final newline.
pub fn render(report: &Report<'_>) -> String {
    to_json(&document(report))
}

/// Writes the same as it is made.
pub fn write(report: &Report<'_>, writer: &mut impl io::Write) -> io::Result<()> {
    write_json(&document(report), writer)
}

/// The report in the shapes of this format.
pub fn document<'f>(report: &'f Report<'f>) -> Document<'f> {
    Document {
        version: VERSION,
        tool: Tool { name: TOOL_NAME, version: TOOL_VERSION },
        findings: Findings { files: report.files, findings: report.findings },
        suppressed: report.shown_suppressed().iter().map(|one| json_suppressed(report.files, one)).collect(),
        notices: report.notices.iter().map(|notice| json_notice(report.files, notice)).collect(),
        coverage: json_coverage(report.coverage),
        change: report.change.map(|change| json_change(report, change)),
        summary: summary(report),
    }
}

fn json_suppressed<'f>(files: &Files, suppressed: &'f Suppressed) -> JsonSuppressed<'f> {
    let Suppressed { finding, suppression } = suppressed;
    JsonSuppressed {
        finding: json_finding(files, finding),
        suppression: JsonSuppression {
            kind: suppression.kind.name(),
            reason: suppression.reason.as_deref().map(sentence),
            until: suppression.until.map(|until| until.to_string()),
            location: suppression.place.as_ref().map(|place| location(files, place.span)),
        },
    }
}

fn json_change<'f>(report: &'f Report<'f>, change: &'f Change) -> JsonChange<'f> {
    JsonChange {
        since: sentence(&change.since),
        commit: change.commit.clone(),
        introduced: report.findings.len(),
        unchanged: change.unchanged,
        fixed: Findings { files: report.files, findings: &change.fixed },
    }
}

fn json_finding<'f>(files: &Files, finding: &'f Finding) -> JsonFinding<'f> {
    JsonFinding {
        rule: &finding.rule,
        severity: finding.severity,
        confidence: finding.confidence,
        when: finding.when.as_deref().map(inert),
        subject: &finding.subject.address,
        subject_name: finding.subject.name.as_deref(),
        root: &finding.root,
        message: inert(&finding.message),
        why: inert(&finding.why),
        fix: inert(&finding.fix),
        remedy: remedy(finding),
        account: finding.account.as_deref(),
        location: location(files, finding.primary.span),
        label: inert(&finding.primary.label),
        related: labelled(files, &finding.related),
        trail: labelled(files, &finding.trail),
        inferred_from: finding.inferred_from.as_deref(),
        construct_path: finding.construct_path.as_deref(),
        fingerprint: &finding.fingerprint,
    }
}

/// The steps of a finding, as every JSON has them.
pub(super) fn remedy(finding: &Finding) -> Vec<JsonStep> {
    finding.remedy.iter().map(json_step).collect()
}

fn json_step(step: &Step) -> JsonStep {
    let Step { text, effect, ask, command } = step;
    let (command, left_out) = match Command::new(command) {
        Ok(command) => (command, None),
        Err(reason) => (None, Some(reason)),
    };
    JsonStep {
        text: sentence(text),
        effect: *effect,
        ask: *ask,
        command: command.as_ref().map(Command::words).unwrap_or_default(),
        shell: command.as_ref().map(Command::shown),
        left_out,
    }
}

fn labelled<'f>(files: &Files, places: &'f [Place]) -> Vec<LabelledLocation<'f>> {
    places
        .iter()
        .map(|place| LabelledLocation { label: inert(&place.label), location: location(files, place.span) })
        .collect()
}

fn location(files: &Files, span: Span) -> Location {
    let start = first_line(files, span);
    let end = start.file.position(span.end).max(start.end);
    Location {
        path: Arc::clone(&start.file.path),
        line: start.start.line,
        column: start.start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn json_notice(files: &Files, notice: &Notice) -> JsonNotice {
    JsonNotice {
        kind: notice.kind.name(),
        incomplete: notice.kind.is_incomplete(),
        message: sentence(&notice.message),
        location: notice.span.map(|span| location(files, span)),
        path: notice.path.clone(),
        help: notice.help.as_deref().map(sentence),
    }
}

fn json_coverage(coverage: &Coverage) -> JsonCoverage {
    // Taken apart by name, so that a new count cannot be forgotten here.
    let Coverage {
        users,
        access_keys,
        passwords,
        roots,
        files,
        modules_not_on_disk,
        modules_modelled,
        unknown_values,
        ref accounts,
    } = *coverage;
    JsonCoverage {
        users,
        access_keys,
        passwords,
        roots,
        files,
        modules_not_on_disk,
        modules_modelled,
        unknown_values,
        accounts: accounts.iter().map(json_account).collect(),
    }
}

fn json_account(account: &AccountCoverage) -> JsonAccount {
    let AccountCoverage { number, name, report, users, declared, as_of, as_of_source } = account.clone();
    JsonAccount { number, name, report, users, declared, as_of: as_of.to_string(), as_of_source }
}

fn summary(report: &Report<'_>) -> Summary {
    let count_of = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let possible =
        report.findings.iter().filter(|finding| finding.confidence == Confidence::Possible).count();
    Summary {
        findings: report.findings.len(),
        possible,
        by_severity: SEVERITIES
            .iter()
            .rev()
            .map(|row| SeverityCount { severity: row.severity, count: count_of(row.severity) })
            .collect(),
        set_aside: report
            .set_aside()
            .into_iter()
            .map(|(by, count)| JsonSetAside { by: sentence(&by), count })
            .collect(),
        fail_on: report.fail_on,
        failed: report.failed,
        complete: report.is_complete(),
    }
}

fn sentence(text: &str) -> String {
    inert(text).into_owned()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
