//! Findings for code scanning: the Static Analysis Results Interchange Format (SARIF) 2.1.0 of OASIS, within
//! the limits that GitHub documents for uploads.

mod locations;
mod notifications;
mod results;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Message, MultiformatMessageString, PropertyBag, ResultColumnKind, Run,
    Sarif, Tool, ToolComponent, Version,
};

use super::wording::coverage;
use super::{Report, TOOL_NAME, TOOL_VERSION, inert, to_json};

/// The schema that every file names and keeps to.
pub const SCHEMA_URL: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The root of the repository; consumers know where it is, this program need not say.
const BASE_ID: &str = "%SRCROOT%";

/// The report as indented SARIF with a final newline.
pub fn render(report: &Report<'_>) -> String {
    to_json(&document(report))
}

fn document(report: &Report<'_>) -> Sarif {
    Sarif::builder()
        .schema(SCHEMA_URL.to_owned())
        .version(word(&Version::V2_1_0))
        .runs(vec![run(report)])
        .build()
}

fn run(report: &Report<'_>) -> Run {
    let chosen = results::within_limit(report.findings);
    let left_out = report.findings.len() - chosen.len();
    let notices = notifications::notifications(report, left_out);
    let driver = ToolComponent::builder()
        .name(TOOL_NAME)
        .version(TOOL_VERSION)
        .semantic_version(TOOL_VERSION)
        .rules(rules::descriptors(report.rules))
        .notifications(notices.descriptors)
        .build();
    let invocation = Invocation::builder()
        .execution_successful(report.is_complete())
        .tool_execution_notifications(notices.notifications)
        .build();
    Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation])
        .original_uri_base_ids(BTreeMap::from([(BASE_ID.to_owned(), base())]))
        .column_kind(word(&ResultColumnKind::UnicodeCodePoints))
        .results(results::results(report, &chosen))
        .properties(run_properties(report))
        .build()
}

fn base() -> ArtifactLocation {
    ArtifactLocation::builder().description(message("the directory that all paths are relative to")).build()
}

fn run_properties(report: &Report<'_>) -> PropertyBag {
    let set_aside: Vec<_> = report
        .set_aside()
        .iter()
        .map(|(by, count)| serde_json::json!({ "by": inert(by), "count": count }))
        .collect();
    PropertyBag::builder()
        .additional_properties(BTreeMap::from([
            ("coverage".to_owned(), coverage(report.coverage).into()),
            ("setAside".to_owned(), set_aside.into()),
        ]))
        .build()
}

/// The generated types hold some enumerations as plain JSON.
fn word(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("an enumeration without fields is a JSON string")
}

/// A message that is never empty, as the format requires.
fn message(text: impl Into<String>) -> Message {
    let text = text.into();
    Message::builder().text(if text.is_empty() { "(no text)".to_owned() } else { text }).build()
}

fn multiformat(text: String) -> MultiformatMessageString {
    let text = if text.is_empty() { "(no text)".to_owned() } else { text };
    MultiformatMessageString::builder().text(text).build()
}
