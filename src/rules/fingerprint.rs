//! What a finding is known by: nothing that moves when lines do.

use crate::finding::{Severity, digest};

/// What tells a finding from all others of its root.
pub struct Identifying<'a> {
    /// Rule id.
    pub rule: &'a str,
    /// The severity that the rule gives it.
    pub severity: Severity,
    /// Address of the user.
    pub subject: &'a str,
    /// Addresses of what it points at.
    pub parts: &'a [String],
}

impl Identifying<'_> {
    /// 64 hexadecimal digits over all of it, and over the root where one is given.
    pub fn fingerprint(&self, root: Option<&str>) -> String {
        let own = [self.rule, self.severity.name()].into_iter().chain(root).chain([self.subject]);
        digest(own.chain(self.parts.iter().map(String::as_str)))
    }
}
