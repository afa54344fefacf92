//! Findings as SARIF results.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    CodeFlow, Location, LogicalLocation, PropertyBag, Result as SarifResult, ResultBaselineState,
    ResultLevel, Suppression as SarifSuppression, ThreadFlow, ThreadFlowLocation,
};

use super::super::json::remedy;
use super::super::severity::words;
use super::super::wording::{inference, qualification, sentence};
use super::super::{Report, inert};
use super::{locations, message, word};
use crate::finding::{Finding, Suppressed, Suppression, SuppressionKind};

/// GitHub refuses a run with more results.
pub const MAX_RESULTS: usize = 25_000;
/// GitHub refuses a result with more locations, related ones and ours together.
const MAX_LOCATIONS: usize = 1_000;
/// A message with more links than this is no message.
const MAX_LINKS: usize = 10;
/// Our own key: `primaryLocationLineHash` is for the uploader to fill in.
const FINGERPRINT: &str = "credlint/v1";

/// At most [`MAX_RESULTS`] findings, the worst ones, in the order given.
pub fn within_limit(findings: &[Finding]) -> Vec<&Finding> {
    if findings.len() <= MAX_RESULTS {
        return findings.iter().collect();
    }
    let mut worst: Vec<usize> = (0..findings.len()).collect();
    worst.sort_by_key(|index| {
        let finding = &findings[*index];
        std::cmp::Reverse((finding.severity, finding.confidence, std::cmp::Reverse(*index)))
    });
    worst.truncate(MAX_RESULTS);
    worst.sort_unstable();
    worst.into_iter().map(|index| &findings[index]).collect()
}

/// The findings as results, and those that are set aside as suppressed ones, as far as there is room for them.
pub fn results(report: &Report<'_>, findings: &[&Finding]) -> Vec<SarifResult> {
    let indices: BTreeMap<&str, usize> =
        report.rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let suppressed: Vec<&Suppressed> =
        report.shown_suppressed().iter().take(MAX_RESULTS - findings.len()).collect();
    let mut results: Vec<SarifResult> =
        findings.iter().map(|finding| result(report, finding, &indices)).collect();
    // What is set aside is not compared; and all results of a run have a state, or a list of suppressions, or none of
    // them has (SARIF 3.27.23 and 3.27.24).
    for result in &mut results {
        if !suppressed.is_empty() {
            result.suppressions = Some(Vec::new());
        } else if report.change.is_some() {
            result.baseline_state = Some(word(&ResultBaselineState::New));
        }
    }
    results.extend(suppressed.into_iter().map(|suppressed| {
        let mut result = result(report, &suppressed.finding, &indices);
        result.suppressions = Some(vec![suppression(report, &suppressed.suppression)]);
        result
    }));
    results
}

fn suppression(report: &Report<'_>, suppression: &Suppression) -> SarifSuppression {
    let until = suppression.until.map(|until| format!(" (until {until})"));
    let reason = suppression.reason.as_deref().unwrap_or("it is an entry of the baseline");
    let kind = match suppression.kind {
        SuppressionKind::Comment | SuppressionKind::Metadata => "inSource",
        SuppressionKind::Configuration | SuppressionKind::Baseline => "external",
    };
    let mut result = SarifSuppression::builder()
        .kind(kind)
        .status("accepted")
        .justification(format!("{}{}", inert(reason), until.unwrap_or_default()))
        .build();
    result.location = suppression.place.as_ref().map(|place| locations::span(report.files, place.span));
    result
}

fn result(report: &Report<'_>, finding: &Finding, indices: &BTreeMap<&str, usize>) -> SarifResult {
    let related = finding.related.iter().take(MAX_LOCATIONS - 1).enumerate();
    let mut result = SarifResult::builder()
        .rule_id(finding.rule.to_string())
        .level(level(finding))
        .message(message(text(finding)))
        .locations(vec![primary(report, finding)])
        .related_locations(
            related
                .map(|(at, place)| locations::place(report.files, place, Some(at + 1)))
                .collect::<Vec<_>>(),
        )
        .partial_fingerprints(BTreeMap::from([(FINGERPRINT.to_owned(), finding.fingerprint.clone())]))
        .properties(properties(finding))
        .build();
    result.rule_index = indices.get(&*finding.rule).and_then(|index| i64::try_from(*index).ok());
    if !finding.trail.is_empty() {
        result.code_flows = Some(vec![code_flow(report, finding)]);
    }
    result
}

/// The primary place, and the construct of a program that it was generated from.
fn primary(report: &Report<'_>, finding: &Finding) -> Location {
    let mut location = locations::place(report.files, &finding.primary, None);
    if let Some(path) = &finding.construct_path {
        let construct = LogicalLocation::builder().fully_qualified_name(inert(path).into_owned()).build();
        location.logical_locations = Some(vec![construct]);
    }
    location
}

fn level(finding: &Finding) -> ResultLevel {
    match words(finding.severity).sarif_level {
        "error" => ResultLevel::Error,
        "warning" => ResultLevel::Warning,
        _ => ResultLevel::Note,
    }
}

/// The first sentence says it all where there is little room; related places are links (SARIF 3.11.6).
fn text(finding: &Finding) -> String {
    let mut first = inert(&finding.message).into_owned();
    if let Some(qualification) = qualification(finding) {
        first.push_str(&format!(" ({})", inert(&qualification)));
    }
    let mut text = escaped(&sentence(&first));
    let mut links: Vec<String> = finding
        .related
        .iter()
        .take(MAX_LINKS)
        .enumerate()
        .map(|(at, place)| format!("[{}]({})", escaped(&inert(&place.label)), at + 1))
        .collect();
    if finding.related.len() > MAX_LINKS {
        links.push(format!("{} more", finding.related.len() - MAX_LINKS));
    }
    if !links.is_empty() {
        text.push_str(&format!(" See {}.", links.join(", ")));
    }
    if let Some(inference) = inference(finding) {
        text.push_str(&format!(" Note: {}", escaped(&sentence(&inert(&inference)))));
    }
    if !finding.why.is_empty() {
        text.push_str(&format!(" Why: {}", escaped(&sentence(&inert(&finding.why)))));
    }
    if !finding.fix.is_empty() {
        text.push_str(&format!(" Fix: {}", escaped(&sentence(&inert(&finding.fix)))));
    }
    text
}

/// Text in which nothing is taken for a link.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '[' | ']' | '\\') {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

fn code_flow(report: &Report<'_>, finding: &Finding) -> CodeFlow {
    // The outermost and the innermost calls say most; the limit is far beyond any real nesting.
    let steps = finding.trail.iter().take(MAX_LOCATIONS - 1).chain(std::iter::once(&finding.primary));
    let steps: Vec<ThreadFlowLocation> = steps
        .map(|place| {
            ThreadFlowLocation::builder().location(locations::place(report.files, place, None)).build()
        })
        .collect();
    CodeFlow::builder().thread_flows(vec![ThreadFlow::builder().locations(steps).build()]).build()
}

fn properties(finding: &Finding) -> PropertyBag {
    let mut properties = BTreeMap::from([
        ("confidence".to_owned(), finding.confidence.to_string().into()),
        ("root".to_owned(), finding.root.clone().into()),
        ("subject".to_owned(), finding.subject.address.clone().into()),
    ]);
    if let Some(name) = &finding.subject.name {
        properties.insert("subjectName".to_owned(), name.clone().into());
    }
    if let Some(module) = &finding.inferred_from {
        properties.insert("inferredFrom".to_owned(), module.clone().into());
    }
    if let Some(when) = &finding.when {
        properties.insert("when".to_owned(), inert(when).into_owned().into());
    }
    if let Some(account) = &finding.account {
        properties.insert("account".to_owned(), account.clone().into());
    }
    if !finding.remedy.is_empty() {
        let steps = remedy(finding).into_iter().map(|step| json!(step)).collect();
        properties.insert("remedy".to_owned(), steps);
    }
    PropertyBag::builder().additional_properties(properties).build()
}
