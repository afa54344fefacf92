//! From a rule to what outputs print of it.

use crate::rules::Rule;

use super::{Control, RuleText};

impl From<&Rule> for RuleText {
    fn from(rule: &Rule) -> Self {
        let summary = |heading| rule.summary(heading).unwrap_or_default();
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.highest_severity(),
            markdown: rule.document.clone(),
            what: summary("What"),
            why: summary("Why"),
            fix: summary("Fix"),
            tags: rule.tags(),
            precision: rule.precision.name().to_owned(),
            controls: rule
                .controls
                .iter()
                .map(|control| Control {
                    benchmark: control.benchmark.clone(),
                    version: control.version.clone().unwrap_or_default(),
                    number: control.number.clone(),
                })
                .collect(),
            same_as: rule.same_as.clone(),
        }
    }
}
