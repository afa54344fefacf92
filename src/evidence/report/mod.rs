//! A credential report as it is read: rows, cells, and where each stands.

mod cells;
mod columns;
mod encoded;
mod encoding;
mod envelope;
mod form;
mod mistaken;
mod problems;
mod row;
mod table;
mod values;

use std::sync::Arc;

use jiff::Timestamp;

use crate::graph::Use;
use crate::source::{FileId, Files, Notice, Span};

use problems::Problems;

/// One credential report, or several in one file: an account each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialReport {
    /// The table's entry of its text: CSV, decoded where it came encoded.
    pub file: FileId,
    /// When AWS made it; only the envelope of the AWS CLI says so.
    pub generated: Option<Timestamp>,
    /// One row a user, in the order of the file.
    pub rows: Vec<Row>,
}

/// One user of an account, or the root user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line, without its line break.
    pub span: Span,
    /// The user's name; of the root user `<root_account>`.
    pub user: Arc<str>,
    /// Where the report names it.
    pub user_span: Span,
    /// Whether it is the root user's row.
    pub is_root: bool,
    /// The ARN as it is written; `None` without such a column.
    pub arn: Option<Arc<str>>,
    /// The twelve digits of the ARN.
    pub account: Option<Arc<str>>,
    /// The IAM path in the ARN, `/` or `/team/ops/`; `None` for the root user.
    pub path: Option<Arc<str>>,
    /// When the user was made.
    pub created: Option<Timestamp>,
    /// Whether the user has a console password; `None` where the report does not say.
    pub password_enabled: Option<bool>,
    /// When it was last used.
    pub password_last_used: Use,
    /// When it was last set.
    pub password_last_changed: Option<Timestamp>,
    /// Where the report says that it is enabled.
    pub password_span: Span,
    /// Whether an MFA device is active.
    pub mfa_active: Option<bool>,
    /// Where the report says so.
    pub mfa_span: Span,
    /// The keys of the slots that hold one, active or not.
    pub access_keys: Vec<KeyCells>,
    /// The signing certificates of the slots that hold one.
    pub certificates: Vec<CertificateCells>,
}

/// What a report says of an access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCells {
    /// The slot: 1 or 2.
    pub number: u8,
    /// Whether its status is Active.
    pub active: bool,
    /// When it was made, or its status last changed.
    pub last_rotated: Option<Timestamp>,
    /// When it was last used.
    pub last_used: Use,
    /// The region that it was last used in.
    pub last_used_region: Option<Arc<str>>,
    /// The service that it was last used for: `s3`.
    pub last_used_service: Option<Arc<str>>,
    /// From the first to the last cell of the slot.
    pub span: Span,
}

/// What a report says of a signing certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateCells {
    /// The slot: 1 or 2.
    pub number: u8,
    /// Whether its status is Active.
    pub active: bool,
    /// When it was made, or its status last changed.
    pub last_rotated: Option<Timestamp>,
    /// From the first to the last cell of the slot.
    pub span: Span,
}

/// Reads a report. What is wrong with it comes back as notices.
pub fn read(files: &Files, name: &str, bytes: Vec<u8>) -> (CredentialReport, Vec<Notice>) {
    let mut problems = Problems::default();
    let report = form::read(files, name, bytes, &mut problems);
    (report, problems.into_notices())
}

#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod read_tests;
