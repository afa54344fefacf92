//! Findings for GitLab's Code Quality report: a JSON array.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::source::{Notice, Span};

use super::excerpt::first_line;
use super::severity::words;
use super::wording::{qualification, sentence};
use super::{Report, inert, to_json};

/// One entry.
#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// The report as a Code Quality report. What made it incomplete is an entry too: the widget would otherwise show that
/// all is well. Findings that are set aside have no place in this format.
pub fn render(report: &Report<'_>) -> String {
    let incomplete = report.notices.iter().filter(|notice| notice.kind.is_incomplete());
    let mut entries: Vec<Entry> = incomplete.map(|notice| of_notice(report, notice)).collect();
    entries.extend(report.findings.iter().map(|finding| of_finding(report, finding)));
    // GitLab drops the second of two entries that have one fingerprint.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &mut entries {
        let count = seen.entry(entry.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            entry.fingerprint = format!("{}-{count}", entry.fingerprint);
        }
    }
    to_json(&entries)
}

fn of_finding(report: &Report<'_>, finding: &Finding) -> Entry {
    let mut description = inert(&finding.message).into_owned();
    if let Some(qualification) = qualification(finding) {
        description.push_str(&format!(" ({})", inert(&qualification)));
    }
    let mut description = sentence(&description);
    if !finding.fix.is_empty() {
        description.push_str(&format!(" Fix: {}", sentence(&inert(&finding.fix))));
    }
    Entry {
        description,
        check_name: finding.rule.to_string(),
        fingerprint: finding.fingerprint.clone(),
        severity: words(finding.severity).gitlab_severity,
        location: location(report, finding.primary.span),
    }
}

fn of_notice(report: &Report<'_>, notice: &Notice) -> Entry {
    let location = match (notice.span, &notice.path) {
        (Some(span), _) => location(report, span),
        (None, path) => Location {
            path: path.clone().unwrap_or_else(|| ".".to_owned()),
            lines: Lines { begin: 1, end: 1 },
        },
    };
    Entry {
        description: sentence(&inert(&notice.message)),
        check_name: notice.kind.name().to_owned(),
        fingerprint: fingerprint(&[notice.kind.name(), &location.path, &notice.message]),
        severity: "info",
        location,
    }
}

/// Of a notice, which has none of its own: like those of findings, 64 hexadecimal digits.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut digits = String::new();
    for byte in hash.finalize() {
        digits.push_str(&format!("{byte:02x}"));
    }
    digits
}

fn location(report: &Report<'_>, span: Span) -> Location {
    let line = first_line(report.files, span);
    let lines = Lines { begin: line.start.line, end: line.end.line };
    Location { path: line.file.path.to_string(), lines }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::report::sample;

    /// What GitLab documents of the format.
    fn schema() -> Value {
        let text = json!({"type": "string", "minLength": 1});
        let line = json!({"type": "integer", "minimum": 1});
        json!({
            "type": "array",
            "items": {
                "type": "object",
                "required": ["description", "check_name", "fingerprint", "severity", "location"],
                "properties": {
                    "description": text, "check_name": text, "fingerprint": text,
                    "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                    "location": {
                        "type": "object",
                        "required": ["path", "lines"],
                        "properties": {
                            "path": {"type": "string", "minLength": 1, "not": {"pattern": "^(\\./|/)"}},
                            "lines": {"required": ["begin"], "properties": {"begin": line, "end": line}}
                        }
                    }
                }
            }
        })
    }

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(render(&sample::small().report()), @r#"
        [
          {
            "description": "is not UTF-8 text.",
            "check_name": "unreadable-file",
            "fingerprint": "66d13ef3569bd660badd847191183dcd5f49b5be5cea2791d334890e239393fe",
            "severity": "info",
            "location": {
              "path": "infra/latin1.tf",
              "lines": {
                "begin": 1,
                "end": 1
              }
            }
          },
          {
            "description": "alice has 2 active access keys. Fix: use IAM Identity Center instead.",
            "check_name": "multiple-active-keys",
            "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "severity": "major",
            "location": {
              "path": "infra/team dir/users.tf",
              "lines": {
                "begin": 9,
                "end": 9
              }
            }
          },
          {
            "description": "the password of Bob stands in the template. Fix: use IAM Identity Center instead.",
            "check_name": "password-in-template",
            "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-2",
            "severity": "blocker",
            "location": {
              "path": "stack.yaml",
              "lines": {
                "begin": 5,
                "end": 5
              }
            }
          },
          {
            "description": "alice can sign in with a password and has an access key (possible, only when var.create_key = true). Fix: use IAM Identity Center instead.",
            "check_name": "password-in-template",
            "fingerprint": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-3",
            "severity": "blocker",
            "location": {
              "path": "infra/team dir/users.tf",
              "lines": {
                "begin": 5,
                "end": 5
              }
            }
          }
        ]
        "#);
    }

    #[test]
    fn every_report_keeps_to_the_format_and_has_unique_fingerprints() {
        let schema = jsonschema::validator_for(&schema()).unwrap();
        for sample in [sample::empty(), sample::small(), sample::hostile()] {
            let text = render(&sample.report());
            let report: Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0]);
            let entries = report.as_array().unwrap();
            let fingerprints: BTreeSet<&str> =
                entries.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
            assert_eq!(fingerprints.len(), entries.len());
            assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("##vso["));
        }
    }
}
