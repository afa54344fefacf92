//! Credential reports that are handed in, and the moment that ages are counted to.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::cli::{Check, ReportArgument};
use crate::evidence::report::{self, CredentialReport};
use crate::evidence::{Claim, GivenReport};
use crate::source::{Notice, NoticeKind, STANDARD_INPUT, Workspace, is_account_number};

use super::configuration::Configuration;
use super::paths::canonical;
use super::{InputSettings, SettingsError};

/// Reports larger than this are not read (bytes): that of five thousand users takes about one million.
const MAX_REPORT_BYTES: u64 = 64 * 1024 * 1024;

/// Reads the reports that were typed. What is wrong within one takes nothing from the others.
pub(super) fn read(
    input: &InputSettings,
    check: &Check,
    notices: &mut Vec<Notice>,
) -> Result<Vec<GivenReport>, SettingsError> {
    let workspace = &input.workspace;
    let mut known: Vec<(String, CredentialReport)> = Vec::new();
    let mut given = Vec::new();
    // Nobody reads less than a second of an age.
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_else(|_| Timestamp::now());
    for argument in &check.credential_report {
        let (claim, path) = meaning(argument, input)?;
        let shown = shown(workspace, &path);
        // One that is given for several roots is read once.
        let report = match known.iter().find(|(name, _)| *name == shown) {
            Some((_, report)) => report.clone(),
            None => {
                let (report, told) = report::read(&workspace.files, &shown, bytes(input, &path)?);
                notices.extend(told);
                notices.extend(ages(&shown, &report, check));
                known.push((shown, report.clone()));
                report
            }
        };
        given.push(GivenReport { report, claim, otherwise_as_of: check.accepted.as_of.unwrap_or(now) });
    }
    Ok(given)
}

/// What stands before the `=` is an account's number or name, or a root, unless the whole is a file.
fn meaning(
    argument: &ReportArgument,
    input: &InputSettings,
) -> Result<(Claim, std::path::PathBuf), SettingsError> {
    let Some(about) = argument.about.as_deref().filter(|_| !Path::new(&argument.text).is_file()) else {
        return Ok((Claim::Open, argument.text.clone().into()));
    };
    if is_account_number(about) {
        return Ok((Claim::Account(about.into()), argument.file.clone()));
    }
    if let Some(number) = number_of(&input.configuration, about) {
        return Ok((Claim::Account(number), argument.file.clone()));
    }
    let root =
        canonical(Path::new(about)).map_err(|_| SettingsError::ReportAbout { about: about.to_owned() })?;
    Ok((Claim::Root(input.workspace.display(&root).into()), argument.file.clone()))
}

fn number_of(configuration: &Configuration, name: &str) -> Option<Arc<str>> {
    configuration.accounts.iter().find(|(_, known)| *known == name).map(|(number, _)| number.as_str().into())
}

fn shown(workspace: &Workspace, path: &Path) -> String {
    if path == Path::new("-") {
        return STANDARD_INPUT.to_owned();
    }
    match path.canonicalize() {
        Ok(real) if real.starts_with(&workspace.base) => workspace.display(&real),
        _ => path.display().to_string(),
    }
}

fn bytes(input: &InputSettings, path: &Path) -> Result<Vec<u8>, SettingsError> {
    let failed =
        |reason: String| SettingsError::CredentialReport { path: path.display().to_string(), reason };
    let is_standard_input = path == Path::new("-");
    if is_standard_input && input.workspace.standard_input.is_some() {
        return Err(failed("standard input is a plan or state already".to_owned()));
    }
    let source: Box<dyn std::io::Read> = if is_standard_input {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| failed(error.to_string()))?)
    };
    let mut bytes = Vec::new();
    source.take(MAX_REPORT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > MAX_REPORT_BYTES {
        return Err(failed(format!("it is larger than {} MiB", MAX_REPORT_BYTES / 1024 / 1024)));
    }
    Ok(bytes)
}

/// What has to be said of the moment that ages are counted to.
fn ages(shown: &str, report: &CredentialReport, check: &Check) -> Option<Notice> {
    let (message, help) = match (report.generated, check.accepted.as_of) {
        (Some(generated), Some(as_of)) if generated != as_of => (
            format!("the report was made at {generated}, so ages are counted to that and not to --as-of"),
            "hand in the CSV of the report where ages are to be counted to another moment",
        ),
        (Some(_), _) | (None, Some(_)) => return None,
        (None, None) if report.rows.is_empty() => return None,
        // On the next day they are others.
        (None, None) => (
            "the report does not say when it was made, so ages are counted to now".to_owned(),
            "give the day of the report as --as-of 2026-01-31, or hand in what `aws iam get-credential-report` prints as it is",
        ),
    };
    Some(Notice::about(NoticeKind::AgesCounted, shown, message).with_help(help))
}
