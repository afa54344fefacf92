//! What the values of flags can be.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{Confidence, Severity};

/// One `--var` or `--var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableSource {
    /// `--var NAME=VALUE`.
    Value {
        /// Before the first `=`, not empty.
        name: String,
        /// After it, as typed.
        value: String,
    },
    /// `--var-file FILE`.
    File(PathBuf),
    /// `--parameters NAME=VALUE`.
    Parameter {
        /// Before the first `=`, not empty.
        name: String,
        /// After it, as typed.
        value: String,
    },
    /// `--parameters FILE`.
    ParameterFile(PathBuf),
}

/// Formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For a person at a terminal
    Human,
    /// For programs; versioned
    Json,
    /// For programs, one object a line; versioned as json is
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations in a log of GitHub Actions
    Github,
    /// Job summaries, and comments on pull requests
    Markdown,
    /// GitLab's Code Quality report
    Gitlab,
    /// Results of tests, for Jenkins and many others
    Junit,
}

/// Formats of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For a person at a terminal
    Text,
    /// For programs; versioned
    Json,
}

/// Formats of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For programs; versioned
    Json,
    /// A diagram that code hosts draw within Markdown
    Mermaid,
}

/// One `--output`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The format before `=`; `None`: that of `--format`.
    pub format: Option<ReportFormat>,
    /// The file.
    pub file: PathBuf,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "they are the severities, and never")]
pub enum FailOn {
    Low,
    Medium,
    High,
    Critical,
    Never,
}

/// `--min-severity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "they are the severities")]
pub enum SeverityName {
    Low,
    Medium,
    High,
    Critical,
}

/// `--min-confidence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "they are the confidences")]
pub enum ConfidenceName {
    Possible,
    Certain,
}

/// One `--credential-report`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportArgument {
    /// What stands before the last `=`: an account or a root.
    pub about: Option<String>,
    /// The file.
    pub file: PathBuf,
    /// All of it, as typed: a path may have a `=` in it.
    pub text: String,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Low => Self::Low,
            SeverityName::Medium => Self::Medium,
            SeverityName::High => Self::High,
            SeverityName::Critical => Self::Critical,
        }
    }
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Self {
        match name {
            ConfidenceName::Possible => Self::Possible,
            ConfidenceName::Certain => Self::Certain,
        }
    }
}

impl FailOn {
    /// The severity; `None` for never.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
            Self::Never => None,
        }
    }
}

pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// `NAME=VALUE` as every deployment tool takes it, `ParameterKey=NAME,ParameterValue=VALUE` as the AWS CLI does, or a
/// file, `file://` before it or not.
pub(super) fn parameter(text: &str) -> Result<VariableSource, String> {
    if let Some(file) = text.strip_prefix("file://") {
        return Ok(VariableSource::ParameterFile(file.into()));
    }
    let named = text.strip_prefix("ParameterKey=").and_then(|rest| rest.split_once(",ParameterValue="));
    match named.or_else(|| text.split_once('=')) {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(VariableSource::Parameter { name: name.trim().to_owned(), value: value.to_owned() })
        }
        None if !text.is_empty() => Ok(VariableSource::ParameterFile(text.into())),
        _ => Err("expected NAME=VALUE or FILE".to_owned()),
    }
}

pub(super) fn output(text: &str) -> Result<Output, String> {
    let (format, file) = match text.split_once('=') {
        Some((format, file)) if ReportFormat::from_str(format, false).is_ok() => {
            (ReportFormat::from_str(format, false).ok(), file)
        }
        _ => (None, text),
    };
    if file.is_empty() {
        return Err("expected FILE or FORMAT=FILE".to_owned());
    }
    Ok(Output { format, file: file.into() })
}

/// `[ACCOUNT_OR_ROOT=]FILE`.
#[expect(clippy::unnecessary_wraps, reason = "the parser of arguments takes functions that can fail")]
pub(super) fn credential_report(text: &str) -> Result<ReportArgument, String> {
    let (about, file) = match text.rsplit_once('=') {
        Some((about, file)) if !about.is_empty() && !file.is_empty() => (Some(about.to_owned()), file),
        _ => (None, text),
    };
    Ok(ReportArgument { about, file: file.into(), text: text.to_owned() })
}

/// A day, or a moment of it.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
    let is_day = text.len() <= "2026-01-31".len();
    let moment = if is_day { day() } else { text.parse::<Timestamp>().ok() };
    moment.ok_or_else(|| "expected a day (2026-01-31) or a moment (2026-01-31T12:00:00Z)".to_owned())
}

/// Days that something may take.
pub(super) fn days(text: &str) -> Result<i64, String> {
    match text.parse::<i64>() {
        Ok(days) if (1..=365).contains(&days) => Ok(days),
        _ => Err("expected a number of days from 1 to 365".to_owned()),
    }
}
