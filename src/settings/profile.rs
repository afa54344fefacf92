//! Profiles: the rules that check a control of a benchmark, and what it asks for.

use crate::cli::Selection;
use crate::rules::record::LimitsRecord;
use crate::rules::{Control, Rule, RuleSet, closest};

use super::SettingsError;
use super::configuration::Configuration;

/// The benchmark that says for itself how long a credential may go unused, and the version of it that asked for 90 days;
/// every later one asks for 45.
const CIS_AWS: &str = "cis-aws";
const CIS_AWS_OF_90_DAYS: &str = "1.2";

/// A version of a benchmark whose controls rules check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    benchmark: String,
    version: Option<String>,
}

impl Profile {
    fn of(control: &Control) -> Self {
        Self { benchmark: control.benchmark.clone(), version: control.version.clone() }
    }

    /// What it is called: `cis-aws-5.0`; `aws-well-architected` where there are no versions.
    pub fn name(&self) -> String {
        match &self.version {
            Some(version) => format!("{}-{version}", self.benchmark),
            None => self.benchmark.clone(),
        }
    }

    /// Whether a rule checks one of its controls.
    pub fn has(&self, rule: &Rule) -> bool {
        rule.controls.iter().any(|control| Self::of(control) == *self)
    }

    /// Days without use from which it takes a credential for unused, where it says so.
    fn max_unused_days(&self) -> Option<i64> {
        match self.version.as_deref() {
            _ if self.benchmark != CIS_AWS => None,
            Some(CIS_AWS_OF_90_DAYS) => Some(90),
            _ => Some(45),
        }
    }
}

/// The profile of a name, in which case does not count; an error that names the nearest when there is none.
pub fn find(set: &RuleSet, name: &str) -> Result<Profile, SettingsError> {
    let mut profiles: Vec<Profile> = Vec::new();
    for control in set.rules().iter().flat_map(|rule| &rule.controls) {
        let profile = Profile::of(control);
        if !profiles.contains(&profile) {
            profiles.push(profile);
        }
    }
    let name = name.trim();
    if let Some(found) = profiles.iter().find(|profile| profile.name().eq_ignore_ascii_case(name)) {
        return Ok(found.clone());
    }
    let mut known: Vec<String> = profiles.iter().map(Profile::name).collect();
    known.sort();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let near = closest(name, &known);
    let help = if near.is_empty() {
        format!("the profiles are {}", known.join(", "))
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Err(SettingsError::UnknownProfile { name: name.to_owned(), help })
}

/// The profile that is typed, else that of the configuration.
pub fn chosen(
    set: &RuleSet,
    selection: &Selection,
    configuration: &Configuration,
) -> Result<Option<Profile>, SettingsError> {
    let configured = configuration.profile.as_ref().map(|name| &name.text);
    selection.profile.as_ref().or(configured).map(|name| find(set, name)).transpose()
}

/// What counts as too long: what is typed, else what the configuration says, else what the profile asks for.
pub fn limits(
    set: &RuleSet,
    selection: &Selection,
    configuration: &Configuration,
) -> Result<LimitsRecord, SettingsError> {
    let defaults = LimitsRecord::DEFAULT;
    let asked_for = chosen(set, selection, configuration)?.and_then(|profile| profile.max_unused_days());
    let max_unused_days = selection.max_unused_days.or(configuration.max_unused_days).or(asked_for);
    Ok(LimitsRecord {
        max_unused_days: max_unused_days.unwrap_or(defaults.max_unused_days),
        max_key_age_days: configuration.max_key_age_days.unwrap_or(defaults.max_key_age_days),
        new_key_days: configuration.new_key_days.unwrap_or(defaults.new_key_days),
    })
}
