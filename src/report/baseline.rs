//! The baseline: JSON, one finding a line, so that a change of it reads well and two changes meet without a conflict.

use crate::finding::KnownFinding;

use super::to_json_line;

/// The version of the file's format.
pub const VERSION: u32 = 1;

/// The findings in an order that does not hang on anything else.
pub fn render(findings: &[KnownFinding]) -> String {
    let mut sorted: Vec<&KnownFinding> = findings.iter().collect();
    sorted.sort();
    let lines: Vec<String> =
        sorted.iter().map(|finding| format!("\n    {}", to_json_line(finding))).collect();
    let end = if lines.is_empty() { "" } else { "\n  " };
    format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{}{end}]\n}}\n", lines.join(","))
}
