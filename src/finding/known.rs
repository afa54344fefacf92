//! A finding as a baseline keeps it.

use super::{Confidence, Finding, Identity, Severity};

/// What is kept of a finding, to know it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(expecting = "an entry of a baseline")]
pub struct KnownFinding {
    /// [`Finding::root`].
    pub root: String,
    /// Address of its subject, for people.
    pub subject: String,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// [`Finding::rule`].
    pub rule: String,
    /// The severity that it had, for people.
    pub severity: Severity,
    /// [`Finding::confidence`].
    pub confidence: Confidence,
    /// [`Finding::addresses`].
    pub addresses: Vec<String>,
    /// [`Finding::fingerprint`].
    pub fingerprint: String,
    /// [`Finding::fingerprint_in_root`].
    pub fingerprint_in_root: String,
    /// [`Finding::report_of`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_of: Option<String>,
}

impl KnownFinding {
    /// What tells it from others.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            fingerprint: &self.fingerprint,
            fingerprint_in_root: &self.fingerprint_in_root,
            root: &self.root,
            confidence: self.confidence,
            rule: &self.rule,
            severity: self.severity,
            subject: &self.subject,
            name: self.name.as_deref(),
            addresses: &self.addresses,
        }
    }
}

impl From<&Finding> for KnownFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            root: finding.root.clone(),
            subject: finding.subject.address.clone(),
            name: finding.subject.name.clone(),
            rule: finding.rule.to_string(),
            severity: finding.severity,
            confidence: finding.confidence,
            addresses: finding.addresses.clone(),
            fingerprint: finding.fingerprint.clone(),
            fingerprint_in_root: finding.fingerprint_in_root.clone(),
            report_of: finding.report_of.clone(),
        }
    }
}
