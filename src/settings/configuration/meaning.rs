//! What the configuration means for the rules and their findings, now that the rules are known.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::{Check, FailOn};
use crate::exceptions::{Exception, Patterns, Scope};
use crate::finding::{Confidence, Severity, SuppressionKind};
use crate::rules::{Rule, RuleSet};
use crate::settings::{SettingsError, profile, rule_choice};
use crate::source::{Notice, NoticeKind, Place};

use super::mistake::Mistake;
use super::{AllowEntry, Configuration, Located};

impl Configuration {
    /// Folders of the user's own rules, canonical.
    pub fn rules_directories(&self) -> &[PathBuf] {
        &self.rules_directories
    }

    /// Refuses names that no rule has, and gives rules their severities.
    pub(in crate::settings) fn apply_to(&self, set: &mut RuleSet) -> Result<(), SettingsError> {
        let settings = self.rules.iter().map(|setting| &setting.name);
        let allowed = self.allow.iter().flat_map(|entry| &entry.rules);
        let names = self.select.iter().chain(&self.ignore).chain(settings).chain(allowed);
        let mistakes = names.filter_map(|name| match rule_choice::find(set, &name.text) {
            Err(SettingsError::UnknownRule { name: text, help }) => {
                let message = format!("no rule is named `{text}`");
                Some(Mistake::new(name.span.clone(), message, "unknown rule").with_help(help))
            }
            _ => None,
        });
        let unknown = self.profile.iter().filter_map(|name| match profile::find(set, &name.text) {
            Err(SettingsError::UnknownProfile { name: text, help }) => {
                let message = format!("no profile is named `{text}`");
                Some(Mistake::new(name.span.clone(), message, "unknown profile").with_help(help))
            }
            _ => None,
        });
        let mistakes = mistakes.chain(unknown);
        self.refuse(mistakes.collect())?;
        // What is said of a rule by its id counts more than what is said of a control.
        let mut severities: Vec<(bool, String, Severity)> = Vec::new();
        for setting in &self.rules {
            if let Some(severity) = setting.severity {
                for rule in set.find(setting.name.text.trim()) {
                    severities.push((rule.id == setting.name.text.trim(), rule.id.clone(), severity));
                }
            }
        }
        severities.sort_by_key(|(by_id, ..)| *by_id);
        for (_, id, severity) in severities {
            set.set_severity(&id, severity);
        }
        Ok(())
    }

    /// Whether it keeps a rule from running: one that is ignored, or switched off. What is said of a rule by its id
    /// counts more than what is said of a control.
    pub(in crate::settings) fn switches_off(&self, rule: &Rule) -> bool {
        let names = rule.names();
        let is_meant =
            |name: &Located| names.iter().any(|known| known.eq_ignore_ascii_case(name.text.trim()));
        if self.ignore.iter().any(is_meant) {
            return true;
        }
        let own = self.rules.iter().find(|setting| setting.name.text.trim() == rule.id);
        let setting = own.or_else(|| self.rules.iter().find(|setting| is_meant(&setting.name)));
        setting.is_some_and(|setting| !setting.enabled)
    }

    /// The exceptions that it makes, for the rules of a run.
    pub(in crate::settings) fn exceptions(&self, set: &RuleSet, run: &[&Rule]) -> Vec<Exception> {
        let mut exceptions = Vec::new();
        for entry in &self.allow {
            for name in &entry.rules {
                let rules = set.find(name.text.trim()).into_iter().map(|rule| rule.id.as_str().into());
                exceptions.extend(self.exception(entry, &name.text, rules.collect()));
            }
            if entry.rules.is_empty() {
                let rules = run.iter().map(|rule| rule.id.as_str().into()).collect();
                exceptions.extend(self.exception(entry, "every rule", rules));
            }
        }
        exceptions
    }

    fn exception(&self, entry: &AllowEntry, rule: &str, rules: Vec<Arc<str>>) -> Option<Exception> {
        let patterns =
            Patterns { user: entry.user.clone(), address: entry.address.clone(), root: entry.root.clone() };
        Some(Exception {
            kind: SuppressionKind::Configuration,
            rule: rule.to_owned(),
            rules,
            reason: entry.reason.clone(),
            until: entry.until,
            scope: Scope::Patterns(Box::new(patterns)),
            place: Place::new(self.span(&entry.span)?, format!("entry of `allow` for {rule}")),
        })
    }

    /// What it takes out of a check, said aloud: a change of this file must not go unseen.
    pub(in crate::settings) fn notices(&self, set: &RuleSet, run: &[&Rule], check: &Check) -> Vec<Notice> {
        let (mut said, selection) = (Vec::new(), &check.selection);
        let is_profile_typed = selection.profile.is_some() || !selection.select.is_empty();
        if let Some(profile) = self.profile.as_ref().filter(|_| !is_profile_typed) {
            said.push(format!("only rules of the profile {} run", profile.text.trim()));
        }
        let off: Vec<&str> = set
            .rules()
            .iter()
            .filter(|rule| !run.iter().any(|other| other.id == rule.id))
            .map(|rule| rule.id.as_str())
            .collect();
        if !off.is_empty()
            && (!self.select.is_empty()
                || self.profile.is_some()
                || set.rules().iter().any(|rule| self.switches_off(rule)))
        {
            said.push(format!("rules that do not run: {}", off.join(", ")));
        }
        let changed: Vec<String> = run
            .iter()
            .filter_map(|rule| Some(format!("{} {}", rule.id, rule.configured_severity?)))
            .collect();
        if !changed.is_empty() {
            said.push(format!("severities: {}", changed.join(", ")));
        }
        // What is typed is known to whoever types it.
        if let Some(least) =
            self.min_severity.filter(|least| selection.min_severity.is_none() && *least > Severity::Low)
        {
            said.push(format!("only findings of severity {least} or worse are reported"));
        }
        if self.min_confidence == Some(Confidence::Certain) && selection.min_confidence.is_none() {
            said.push("only certain findings are reported".to_owned());
        }
        if self.fail_on == Some(FailOn::Never) && selection.fail_on.is_none() {
            said.push("no finding fails the check".to_owned());
        }
        if !check.credential_report.is_empty() {
            said.extend(self.longer_limits(check.selection.max_unused_days.is_some()));
        }
        let start = self.span(&(0..0));
        let notice = |span| Notice::at(NoticeKind::Configuration, span, said.join("; "));
        start.filter(|_| !said.is_empty()).map(notice).into_iter().collect()
    }
    /// Limits that let pass what would be found without them.
    fn longer_limits(&self, is_unused_typed: bool) -> Vec<String> {
        let defaults = super::DEFAULT_LIMITS;
        let unused = self.max_unused_days.filter(|_| !is_unused_typed);
        let longer = |days: Option<i64>, default: i64| days.filter(|days| *days > default);
        let unused = longer(unused, defaults.max_unused_days)
            .map(|days| format!("credentials count as unused from {days} days on"));
        let old = longer(self.max_key_age_days, defaults.max_key_age_days)
            .map(|days| format!("access keys count as too old after {days} days"));
        let new = longer(self.new_key_days, defaults.new_key_days)
            .map(|days| format!("a new access key need not be used for {days} days"));
        [unused, old, new].into_iter().flatten().collect()
    }
}
