//! The list of rules: a table for a person, JSON for a program.

use anstyle::Style;
use serde::Serialize;

use super::severity::words;
use super::{RuleText, TOOL_NAME, TOOL_VERSION, inert, to_json};
use crate::finding::Severity;

/// The rules as JSON.
#[derive(Debug, Serialize)]
pub struct RuleDocument<'a> {
    /// [`json::VERSION`](super::json::VERSION).
    pub version: u32,
    /// What wrote this.
    pub tool: super::json::Tool,
    /// The rules, in the order in which they are listed everywhere.
    pub rules: Vec<JsonRule<'a>>,
}

/// One rule.
#[derive(Debug, Serialize)]
pub struct JsonRule<'a> {
    /// Id.
    pub id: &'a str,
    /// What is wrong: one line.
    pub title: &'a str,
    /// The highest severity of its findings.
    pub severity: Severity,
    /// `very-high`, `high`, `medium` or `low`.
    pub precision: &'a str,
    /// Tags for filtering.
    pub tags: &'a [String],
    /// Controls of benchmarks that it checks.
    pub controls: Vec<JsonControl<'a>>,
    /// Ids of the same check in other tools.
    pub same_as: &'a [String],
    /// What it finds.
    pub what: &'a str,
    /// Why it matters.
    pub why: &'a str,
    /// What to do.
    pub fix: &'a str,
    /// The whole documentation, Markdown.
    pub markdown: &'a str,
    /// Address of the documentation; null for a rule of one's own.
    page: Option<&'a str>,
}

/// A control of a benchmark.
#[derive(Debug, Serialize)]
pub struct JsonControl<'a> {
    /// The benchmark.
    pub benchmark: &'a str,
    /// Its edition; empty for a benchmark without editions.
    pub version: &'a str,
    /// The control's number.
    pub number: &'a str,
}

/// A table: severity, id, title; one rule a line.
pub fn text(rules: &[RuleText], color: bool) -> String {
    let widest = rules.iter().map(|rule| inert(&rule.id).chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let id = inert(&rule.id);
        let padding = " ".repeat(widest - id.chars().count());
        let severity = format!("{:<8}", rule.severity);
        let (severity, id) = if color {
            let style = words(rule.severity).style;
            let bold = Style::new().bold();
            (format!("{style}{severity}{style:#}"), format!("{bold}{id}{bold:#}"))
        } else {
            (severity, id.into_owned())
        };
        out.push_str(&format!("{severity}  {id}{padding}  {}\n", inert(&rule.title)));
    }
    out
}

/// All that the rules say of themselves.
pub fn json(rules: &[RuleText]) -> String {
    to_json(&RuleDocument {
        version: super::json::VERSION,
        tool: super::json::Tool { name: TOOL_NAME, version: TOOL_VERSION },
        rules: rules.iter().map(json_rule).collect(),
    })
}

fn json_rule(rule: &RuleText) -> JsonRule<'_> {
    // Taken apart by name, so that a new field cannot be forgotten here.
    let RuleText { id, title, severity, markdown, what, why, fix, tags, precision, controls, same_as, page } =
        rule;
    let controls = controls
        .iter()
        .map(|control| JsonControl {
            benchmark: &control.benchmark,
            version: &control.version,
            number: &control.number,
        })
        .collect();
    JsonRule {
        id,
        title,
        severity: *severity,
        precision,
        tags,
        controls,
        same_as,
        what,
        why,
        fix,
        markdown,
        page: page.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_table_is_aligned() {
        insta::assert_snapshot!(text(&sample::rules(), false), @r#"
    medium    multiple-active-keys  IAM user has more than one active access key
    critical  password-in-template  Console password stands in the template
    "#);
    }

    #[test]
    fn hostile_rule_files_are_inert() {
        let mut rule = sample::rules().remove(0);
        rule.title = "x\u{1b}[31m\n::error::y".to_owned();
        assert!(text(&[rule.clone()], false).ends_with("  x\\u{1b}[31m\\n::error::y\n"));
        assert!(!json(&[rule]).contains('\u{1b}'));
    }

    #[test]
    fn json_has_every_rule_in_order() {
        let listed: serde_json::Value = serde_json::from_str(&json(&sample::rules())).unwrap();
        assert_eq!(listed["rules"][0]["id"], "multiple-active-keys");
        assert_eq!(listed["rules"][0]["controls"][0]["number"], "1.13");
        assert_eq!(listed["rules"][1]["severity"], "critical");
    }
}
