//! What AWS knows: credential reports, and how they are joined to what the code declares.

mod accounts;
mod join;
mod scopes;
mod wording;
/// A credential report as it is read: rows, cells, and where each stands.
pub mod report;

pub use join::{Code, join};

use std::sync::Arc;

use jiff::Timestamp;

use report::CredentialReport;

/// A report that somebody hands in.
#[derive(Clone, Debug)]
pub struct GivenReport {
    /// What it says.
    pub report: CredentialReport,
    /// What somebody says it is about.
    pub claim: Claim,
    /// The moment that ages are counted to where the report does not say when it was made.
    pub otherwise_as_of: Timestamp,
}

impl GivenReport {
    /// The moment that ages are counted to.
    pub fn as_of(&self) -> Timestamp {
        self.report.generated.unwrap_or(self.otherwise_as_of)
    }
}

/// What somebody says a report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is told from the report.
    #[default]
    Open,
    /// The account of that number.
    Account(Arc<str>),
    /// What is deployed from the root of that path, relative to the base.
    Root(Arc<str>),
}
