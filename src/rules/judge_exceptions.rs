//! Rules over exceptions: those that set nothing aside, and those whose last day is over.

use std::sync::Arc;

use crate::finding::{Confidence, Finding, Origins, Subject};
use crate::source::{Files, Place};

use super::fingerprint::Identifying;
use super::record::ExceptionRecord;
use super::{EvaluationError, Rule, evaluate_exception};

/// Runs the rules that are about exceptions. Each record comes with the places that a finding about it shows, the one
/// to look at first in front.
pub fn judge_exceptions(
    rules: &[&Rule],
    records: &[(ExceptionRecord, Vec<Place>)],
    files: &Files,
) -> (Vec<Finding>, Vec<EvaluationError>) {
    let (mut findings, mut errors): (Vec<Finding>, Vec<EvaluationError>) = (Vec::new(), Vec::new());
    for (record, places) in records {
        let Some((primary, related)) = places.split_first() else { continue };
        let (hits, failures) = evaluate_exception(rules, record);
        let is_new = |failure: &EvaluationError| {
            !errors.iter().any(|known| known.rule == failure.rule && known.key == failure.key)
        };
        let new: Vec<EvaluationError> = failures.into_iter().filter(is_new).collect();
        errors.extend(new);
        let file = Arc::clone(&files.get(primary.span.file).path);
        let address = &primary.label;
        for (rule, hit) in hits {
            let rule = rules[rule];
            let parts = [record.rule.clone(), record.reason.clone()];
            let identity =
                Identifying { rule: &rule.id, severity: hit.severity, subject: address, parts: &parts };
            findings.push(Finding {
                rule: Arc::from(rule.id.as_str()),
                severity: rule.reported_severity(hit.severity),
                confidence: Confidence::Certain,
                when: None,
                subject: Subject { address: address.clone(), name: None },
                addresses: vec![address.clone()],
                origins: Origins::default(),
                root: file.to_string(),
                message: hit.message,
                why: hit.why,
                fix: hit.fix,
                remedy: Vec::new(),
                account: None,
                report_of: None,
                primary: primary.clone(),
                related: related.to_vec(),
                trail: Vec::new(),
                inferred_from: None,
                construct_path: None,
                fingerprint: identity.fingerprint(Some(&file)),
                fingerprint_in_root: identity.fingerprint(None),
            });
        }
    }
    (findings, errors)
}
