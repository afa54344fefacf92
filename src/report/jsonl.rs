//! The JSON report one object a line, for what reads a stream: findings, what is set aside, notices, and the summary.

use serde::Serialize;

use super::json::{Document, document};
use super::{Report, to_json_line};

/// One line: what it is, and the same fields as in the JSON report.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    content: &'a T,
}

/// The last line.
#[derive(Serialize)]
struct Last<'a> {
    version: u32,
    tool: &'a super::json::Tool,
    coverage: &'a super::json::JsonCoverage,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a super::json::JsonChange<'a>>,
    #[serde(flatten)]
    summary: &'a super::json::Summary,
}

/// The report, one object a line.
pub fn render(report: &Report<'_>) -> String {
    let Document { version, tool, findings, suppressed, notices, coverage, change, summary } =
        document(report);
    let mut out = String::new();
    for finding in findings.iter() {
        add(&mut out, "finding", &finding);
    }
    for suppressed in &suppressed {
        add(&mut out, "suppressed", suppressed);
    }
    for notice in &notices {
        add(&mut out, "notice", notice);
    }
    let last = Last { version, tool: &tool, coverage: &coverage, change: change.as_ref(), summary: &summary };
    add(&mut out, "summary", &last);
    out
}

fn add(out: &mut String, kind: &'static str, content: &impl Serialize) {
    out.push_str(&to_json_line(&Line { kind, content }));
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::{json, sample};

    #[test]
    fn every_line_is_an_object_of_the_json_report() {
        for sample in [sample::empty(), sample::small(), sample::hostile()] {
            let report = sample.report();
            let text = render(&report);
            let whole: Value = serde_json::from_str(&json::render(&report)).unwrap();
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            for (kind, name) in [("finding", "findings"), ("suppressed", "suppressed"), ("notice", "notices")]
            {
                let of_kind: Vec<Value> = lines
                    .iter()
                    .filter(|line| line["type"] == kind)
                    .map(|line| {
                        let mut line = line.clone();
                        line.as_object_mut().unwrap().remove("type");
                        line
                    })
                    .collect();
                assert_eq!(Value::Array(of_kind), whole[name], "{name}");
            }
            let last = lines.last().unwrap();
            assert_eq!(last["type"], "summary");
            assert_eq!(last["coverage"], whole["coverage"]);
            assert_eq!(last["failed"], whole["summary"]["failed"]);
            // Some readers of lines end them there as well.
            assert!(!text.contains(['\u{2028}', '\u{2029}', '\u{85}', '\r', '\u{b}', '\u{c}']));
        }
    }
}
