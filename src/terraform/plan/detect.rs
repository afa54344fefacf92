//! What a file is, told by what is in it: plans and states have no name of their own.

use std::collections::BTreeSet;

/// A format that Terraform or `OpenTofu` writes about a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// `terraform show -json` of a plan.
    Plan,
    /// `terraform show -json` of a state.
    ShownState,
    /// The state file itself.
    StateFile,
    /// The plan file itself, which only Terraform reads.
    BinaryPlan,
    /// The lines that `terraform plan -json` prints while it works.
    Progress,
}

/// How much of a file's beginning is looked at.
pub const START_BYTES: usize = 16 * 1024;

impl Written {
    /// The format in the field's words.
    pub fn format(self) -> &'static str {
        match self {
            Self::Plan | Self::BinaryPlan | Self::Progress => "terraform-plan",
            Self::ShownState | Self::StateFile => "terraform-state",
        }
    }

    /// Why a file that the walk met is left out: the configuration beside it says the same, so that reading
    /// both would report everything twice.
    pub fn left_out(self) -> &'static str {
        match self {
            Self::Plan => "a Terraform plan or state is read when it is named as a PATH",
            Self::ShownState | Self::StateFile => "a Terraform state is read when it is named as a PATH",
            Self::BinaryPlan => "a binary plan; `terraform show -json FILE > plan.json` makes it readable",
            Self::Progress => "the messages of `terraform plan -json`, which are no plan",
        }
    }
}

/// What the beginning of a file says it is. The whole file may do, too.
pub fn detect(start: &[u8]) -> Option<Written> {
    if start.starts_with(b"PK\x03\x04") {
        return Some(Written::BinaryPlan);
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    // Some shells write UTF-16 when they redirect.
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        let ascii: Vec<u8> = start[2..].iter().copied().filter(|byte| *byte != 0).collect();
        return if ascii.first() == Some(&b'{') { detect(&ascii) } else { None };
    }
    let keys = top_level_keys(start);
    let has = |key: &str| keys.contains(key.as_bytes());
    if has("@level") && has("@message") {
        return Some(Written::Progress);
    }
    let is_planned = ["planned_values", "resource_changes", "output_changes", "applyable", "resource_drift"];
    if has("format_version") {
        if has("values") && !is_planned.iter().any(|key| has(key)) {
            return Some(Written::ShownState);
        }
        // What comes first differs, and the first of the others may fill all that was looked at.
        let others = ["terraform_version", "configuration", "checks", "variables"];
        if is_planned.iter().chain(&others).any(|key| has(key)) {
            return Some(Written::Plan);
        }
    }
    // Keys in another order, by a program that sorts them.
    if has("applyable") && (has("checks") || has("complete") || has("configuration")) {
        return Some(Written::Plan);
    }
    if has("configuration") && keys.len() <= 2 && contains(start, b"\"root_module\"") {
        return Some(Written::Plan);
    }
    let is_state = has("lineage") || has("serial") || has("resources");
    let by_any = has("version") && has("terraform_version") && is_state;
    (by_any || (has("lineage") && (has("check_results") || has("serial")))).then_some(Written::StateFile)
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(text, wanted).is_some()
}

/// The keys of the object that a text begins with, as far as the text goes.
fn top_level_keys(text: &[u8]) -> BTreeSet<&[u8]> {
    let mut keys = BTreeSet::new();
    let mut at = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if text.get(at) != Some(&b'{') {
        return keys;
    }
    let mut depth = 0_usize;
    let mut last = None;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            b'"' => {
                let Some(end) = end_of_string(text, at + 1) else { break };
                last = (depth == 1).then(|| &text[at + 1..end]);
                at = end;
            }
            b':' => keys.extend(last.take()),
            b',' => last = None,
            _ => {}
        }
        at += 1;
    }
    keys
}

fn end_of_string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_told_by_its_keys() {
        let cases: &[(&str, Option<Written>)] = &[
            (r#"{"format_version":"1.2","terraform_version":"1.11.4","variables":{"a"#, Some(Written::Plan)),
            (r#"{"applyable":true,"checks":[],"configuration":{"#, Some(Written::Plan)),
            (r#"{ "configuration": { "root_module": {"#, Some(Written::Plan)),
            (r#"{"format_version":"1.0","terraform_version":"1","values":{"#, Some(Written::ShownState)),
            (r#"{"version":4,"terraform_version":"1.11.4","serial":1,"#, Some(Written::StateFile)),
            (r#"{"check_results":null,"lineage":"a","outputs":{},"resources":["#, Some(Written::StateFile)),
            ("{\"@level\":\"info\",\"@message\":\"x\"}\n{}", Some(Written::Progress)),
            ("PK\u{3}\u{4}rest", Some(Written::BinaryPlan)),
            (r#"{"version":"1","resources":[]}"#, None),
            (r#"{"a":{"format_version":1,"planned_values":2}}"#, None),
            (r#"["format_version","planned_values"]"#, None),
            (r#"{"Resources":{}}"#, None),
            ("", None),
            ("{]]]", None),
            ("{\"\\", None),
        ];
        for (text, expected) in cases {
            assert_eq!(detect(text.as_bytes()), *expected, "{text}");
        }
    }
}
