//! Settings for a text by itself: everything as it is where nobody says anything.

use crate::finding::{Confidence, Severity};
use crate::rules::{Rule, RuleSet};
use crate::source::Workspace;

use super::configuration::Configuration;
use super::{CheckSettings, InputSettings, Thresholds, today};

impl InputSettings {
    /// A text as the only file, under a name that says what it is: `main.tf`, `template.yaml`.
    pub fn of_text(name: &str, text: &str) -> Self {
        let workspace = Workspace::of_text(name, text);
        Self {
            paths: vec![workspace.base.clone()],
            workspace,
            notices: Vec::new(),
            assignments: Vec::new(),
            parameters: Vec::new(),
            configuration: Configuration::default(),
            allow_parse_errors: false,
        }
    }
}

impl<'r> CheckSettings<'r> {
    /// These rules; every finding counts.
    pub fn of_rules(set: &'r RuleSet, rules: Vec<&'r Rule>) -> Self {
        Self {
            rules,
            known_rules: set,
            thresholds: Thresholds {
                min_severity: Severity::Low,
                min_confidence: Confidence::Possible,
                fail_on: None,
            },
            today: today(),
            exceptions: Vec::new(),
            notices: Vec::new(),
            baseline: None,
            write_baseline: false,
        }
    }
}
