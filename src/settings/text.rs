//! Settings for a text by itself: everything as it is where nobody says anything.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::evidence::report;
use crate::evidence::{Claim, GivenReport};
use crate::finding::{Confidence, Severity};
use crate::rules::record::LimitsRecord;
use crate::rules::{Rule, RuleSet};
use crate::source::Workspace;

use super::configuration::Configuration;
use super::{CheckSettings, InputSettings, Thresholds};

impl InputSettings {
    /// A text as the only file, under a name that says what it is: `main.tf`, `template.yaml`.
    pub fn of_text(name: &str, text: &str) -> Self {
        Self::of_workspace(Workspace::of_text(name, text))
    }

    /// All of a workspace, with nothing else said.
    pub fn of_workspace(workspace: Workspace) -> Self {
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
    /// The same with a credential report, by itself or joined to code, and what is wrong with its text.
    #[must_use]
    pub fn with_report(
        mut self,
        input: &InputSettings,
        (name, text): (&str, &str),
        as_of: Timestamp,
        is_audit: bool,
    ) -> Self {
        let (report, notices) = report::read(&input.workspace.files, name, text.as_bytes().to_vec());
        self.notices.extend(notices);
        self.reports.push(GivenReport { report, claim: Claim::Open, otherwise_as_of: as_of });
        self.is_as_of_given = true;
        self.is_audit = is_audit;
        self
    }

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
            today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
            limits: LimitsRecord::default(),
            reports: Vec::new(),
            is_as_of_given: false,
            is_audit: false,
            exceptions: Vec::new(),
            notices: Vec::new(),
            baseline: None,
            write_baseline: false,
        }
    }
}
