//! What a finding is known by: nothing that moves when lines do.

use std::sync::Arc;

use sha2::Digest as _;

use crate::finding::Severity;

/// What tells a finding from all others of its root.
pub struct Identifying<'a> {
    /// Rule id.
    pub rule: &'a str,
    /// The severity that the rule gives it.
    pub severity: Severity,
    /// Address of the user.
    pub subject: &'a str,
    /// Addresses of what it points at.
    pub parts: &'a [Arc<str>],
}

impl Identifying<'_> {
    /// 64 hexadecimal digits over all of it, and over the root where one is given.
    pub fn fingerprint(&self, root: Option<&str>) -> String {
        let mut digest = sha2::Sha256::new();
        let mut add = |part: &str| {
            // Lengths keep the parts apart: no two lists of parts read the same.
            digest.update(part.len().to_le_bytes());
            digest.update(part.as_bytes());
        };
        [self.rule, &self.severity.to_string()]
            .into_iter()
            .chain(root)
            .chain([self.subject])
            .for_each(&mut add);
        self.parts.iter().for_each(|part| add(part));
        let mut hexadecimal = String::with_capacity(64);
        for byte in digest.finalize() {
            for nibble in [byte >> 4, byte & 15] {
                hexadecimal.extend(char::from_digit(u32::from(nibble), 16));
            }
        }
        hexadecimal
    }
}
