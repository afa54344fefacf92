//! What people hand in by mistake, by what it looks like. Nothing of its text is repeated: it may hold a secret.

use std::ops::Range;

use super::columns::Columns;
use super::form::Wrong;
use super::table::{and, first_record};
use super::values;

/// What to do instead, in most cases.
pub(super) const GET_THE_REPORT: &str = "run `aws iam generate-credential-report` until it says COMPLETE, \
    then `aws iam get-credential-report > report.json`, and hand in that file";

const IN_THE_CODE: &str =
    "hand in code as a path to check, and here the answer of `aws iam get-credential-report`";

/// Says what a text is that is no report.
pub(super) fn describe(text: &str, is_whole: bool) -> Wrong {
    let start = text.len()
        - text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}').len();
    let rest = &text[start..];
    let line = start..start + rest.lines().next().unwrap_or_default().trim_end().len();
    let wrong = |message: &str, help| Wrong::at(line.clone(), message, help);
    if rest.is_empty() {
        return Wrong::at(0..0, "the file is empty", GET_THE_REPORT);
    }
    let beginning = prefix(rest, 4096);
    if let Some(wrong) = answer_of_the_cli(beginning, start) {
        return wrong;
    }
    if !is_whole || beginning.contains('\0') {
        return Wrong::at(0..0, "this is no credential report: the file is not text", GET_THE_REPORT);
    }
    if beginning.starts_with('<') && !beginning.starts_with("<root_account>") {
        let what =
            if prefix(beginning, 200).to_ascii_lowercase().contains("html") { "a web page" } else { "XML" };
        return wrong(&format!("this is {what}, not a credential report"), GET_THE_REPORT);
    }
    if beginning.starts_with('[') {
        return wrong(
            "this is a JSON array, not the answer of `aws iam get-credential-report`",
            GET_THE_REPORT,
        );
    }
    if beginning.contains("AWSTemplateFormatVersion") || beginning.contains("\nResources:") {
        return wrong("this is a CloudFormation template, not a credential report", IN_THE_CODE);
    }
    let blocks =
        ["resource \"", "provider \"", "module \"", "variable \"", "data \"", "terraform {", "locals {"];
    if beginning.lines().any(|line| blocks.iter().any(|block| line.starts_with(block))) {
        return wrong("this is Terraform code, not a credential report", IN_THE_CODE);
    }
    if beginning.contains('\r') && !beginning.contains('\n') {
        let message = "the lines of this file end in carriage returns alone";
        return wrong(message, "save it with line feeds: `tr '\\r' '\\n' < report.csv > lines.csv`");
    }
    table(text, line)
}

/// What the CLI prints when there is no report, or not as JSON.
fn answer_of_the_cli(text: &str, start: usize) -> Option<Wrong> {
    let line_at = |at: usize| {
        let line = text[at..].lines().next().unwrap_or_default();
        start + at..start + at + line.trim_end().len()
    };
    if let Some(at) = text.find("An error occurred (") {
        let known = [
            ("ReportNotPresent", "AWS has no report of this account yet"),
            (
                "ReportExpired",
                "AWS's report of this account is more than four hours old, and is no longer given out",
            ),
            ("ReportInProgress", "AWS was still making the report"),
            ("AccessDenied", "whoever asked for it lacks the permission iam:GetCredentialReport"),
            ("ExpiredToken", "the session that asked for the report had expired"),
            ("InvalidClientTokenId", "AWS does not know the access key that asked for the report"),
        ];
        let code = &text[at + "An error occurred (".len()..];
        let why = known.iter().find(|(name, _)| code.starts_with(name));
        let message = match why {
            Some((name, why)) => format!("this is an error of the AWS CLI ({name}), not a report: {why}"),
            None => "this is an error of the AWS CLI, not a report".to_owned(),
        };
        return Some(Wrong::at(line_at(at), message, GET_THE_REPORT));
    }
    let starts = [
        "Unable to locate credentials",
        "usage: aws",
        "aws: error",
        "aws: [ERROR]",
        "You must specify a region",
    ];
    if starts.iter().any(|start| text.starts_with(start)) {
        return Some(Wrong::at(line_at(0), "this is an error of the AWS CLI, not a report", GET_THE_REPORT));
    }
    if text.starts_with("--") && text.contains("GetCredentialReport") {
        let message = "this is the report in the CLI's table format, which is for reading only";
        return Some(Wrong::at(
            line_at(0),
            message,
            "run `aws iam get-credential-report --output json > report.json`",
        ));
    }
    None
}

/// A table with other columns, or with none.
fn table(text: &str, line: Range<usize>) -> Wrong {
    let Some(record) = first_record(text, b',') else {
        return Wrong::at(line, "this is no credential report", GET_THE_REPORT);
    };
    let value_is = |test: &dyn Fn(&str) -> bool| record.cells.iter().any(|cell| test(&cell.value(text)));
    if value_is(&|cell| cell == "<root_account>" || values::arn(cell).is_some()) {
        let message = "the line with the names of the columns is missing: the report begins with a row";
        return Wrong::at(line, message, "put the header back, or hand in the report as AWS wrote it");
    }
    if value_is(&|cell| cell.eq_ignore_ascii_case("secret access key")) {
        let message = "this is the file with a new access key and its secret, not a credential report";
        let help = "keep this file away from every repository, or deactivate the key. \
                    The report is the answer of `aws iam get-credential-report`";
        return Wrong::at(line, message, help);
    }
    let columns = Columns::bind_any(text, &record);
    let missing: Vec<String> = columns.missing_required().map(|name| format!("`{name}`")).collect();
    if record.cells.len() > 1 && !missing.is_empty() {
        let columns = if missing.len() == 1 { "column" } else { "columns" };
        let message =
            format!("this is no credential report: its header lacks the {columns} {}", and(&missing));
        return Wrong::at(line, message, GET_THE_REPORT);
    }
    if record.fault.is_some() {
        let message = "this is no credential report: its first line is not a row of cells";
        return Wrong::at(line, message, GET_THE_REPORT);
    }
    Wrong::at(line, "this is neither CSV nor the answer of `aws iam get-credential-report`", GET_THE_REPORT)
}

/// Says what a JSON object is that holds no report, by its keys.
pub(super) fn describe_object(range: Range<usize>, has: impl Fn(&str) -> bool, state: Option<&str>) -> Wrong {
    if has("State") {
        let state = ["STARTED", "INPROGRESS", "COMPLETE"].into_iter().find(|known| state == Some(known));
        let message = match state {
            Some("COMPLETE") => "this is the answer of `aws iam generate-credential-report`: it says that the report is ready, and does not hold it".to_owned(),
            Some(state) => format!("this is the answer of `aws iam generate-credential-report`: AWS was still making the report ({state})"),
            None => "this is the answer of `aws iam generate-credential-report`, which does not hold the report".to_owned(),
        };
        let help = "run `aws iam get-credential-report > report.json` when the report is ready, and hand in that file";
        return Wrong::at(range, message, help);
    }
    if has("terraform_version") || has("resource_changes") || has("planned_values") {
        return Wrong::at(
            range,
            "this is a plan or state of Terraform, not a credential report",
            IN_THE_CODE,
        );
    }
    if has("Resources") || has("AWSTemplateFormatVersion") {
        return Wrong::at(range, "this is a CloudFormation template, not a credential report", IN_THE_CODE);
    }
    if has("AccessKey") {
        let message =
            "this is the answer of `aws iam create-access-key`, with a secret, not a credential report";
        let help = "keep this file away from every repository, or deactivate the key. \
                    The report is the answer of `aws iam get-credential-report`";
        return Wrong::at(range, message, help);
    }
    let message = "this JSON has no key `Content`: it is not the answer of `aws iam get-credential-report`";
    Wrong::at(range, message, GET_THE_REPORT)
}

/// The beginning of a text, up to so many bytes.
pub(super) fn prefix(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}
