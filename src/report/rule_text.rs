//! From a rule to what outputs print of it.

use crate::rules::{Rule, is_built_in};

use super::{Control, RuleText};

impl From<&Rule> for RuleText {
    fn from(rule: &Rule) -> Self {
        let summary = |heading| rule.summary(heading).unwrap_or_default();
        Self {
            id: rule.id.clone(),
            page: is_built_in(&rule.id).then(|| page(&rule.id)),
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

/// The page of this very version.
fn page(id: &str) -> String {
    format!("{}/blob/v{}/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"))
}
