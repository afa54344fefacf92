//! A credential report as it is read: rows, cells, and where each stands.

use std::sync::Arc;

use jiff::Timestamp;

use crate::source::{FileId, Span};

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
    pub password_last_used: LastUse,
    /// When it was last set.
    pub password_last_changed: Option<Timestamp>,
    /// Where the report says that it is enabled.
    pub password_span: Span,
    /// Whether an MFA device is active.
    pub mfa_active: Option<bool>,
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
    pub last_used: LastUse,
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

/// When a credential was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LastUse {
    /// Never, as far as AWS has kept track.
    Never,
    /// At this time.
    At(Timestamp),
    /// The report does not say.
    Unknown,
}

/// Reads a report. What is wrong with it comes back as notices.
pub fn read(
    files: &crate::source::Files,
    name: &str,
    bytes: Vec<u8>,
) -> (CredentialReport, Vec<crate::source::Notice>) {
    let text = String::from_utf8(bytes).unwrap_or_default();
    let file = files.add(name, text.clone());
    let mut rows = Vec::new();
    let mut at = 0;
    let header: Vec<String> = text.lines().next().unwrap_or_default().split(',').map(str::to_owned).collect();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        if index == 0 {
            continue;
        }
        let line = line.trim_end();
        let cells: Vec<&str> = line.split(',').collect();
        let get = |name: &str| {
            header.iter().position(|column| column == name).and_then(|at| cells.get(at)).copied()
        };
        let time = |name: &str| get(name).and_then(|cell| cell.parse::<Timestamp>().ok());
        let flag = |name: &str| get(name).and_then(|cell| cell.to_lowercase().parse::<bool>().ok());
        let used = |name: &str| match get(name) {
            Some("N/A" | "no_information") => LastUse::Never,
            _ => time(name).map_or(LastUse::Unknown, LastUse::At),
        };
        let span = Span::new(file, start, start + line.len());
        let user = get("user").unwrap_or_default();
        let arn = get("arn").unwrap_or_default();
        let keys = (1u8..=2)
            .filter_map(|number| {
                let of = |what: &str| format!("access_key_{number}_{what}");
                let active = flag(&of("active")).unwrap_or(false);
                let last_rotated = time(&of("last_rotated"));
                (active || last_rotated.is_some()).then(|| KeyCells {
                    number,
                    active,
                    last_rotated,
                    last_used: used(&of("last_used_date")),
                    last_used_region: None,
                    last_used_service: get(&of("last_used_service")).filter(|s| *s != "N/A").map(Arc::from),
                    span,
                })
            })
            .collect();
        rows.push(Row {
            span,
            user: user.into(),
            is_root: user == "<root_account>",
            arn: Some(arn.into()),
            account: arn.split(':').nth(4).map(Arc::from),
            path: None,
            created: time("user_creation_time"),
            password_enabled: flag("password_enabled"),
            password_last_used: used("password_last_used"),
            password_last_changed: time("password_last_changed"),
            password_span: span,
            mfa_active: flag("mfa_active"),
            access_keys: keys,
            certificates: Vec::new(),
        });
    }
    (CredentialReport { file, generated: None, rows }, Vec::new())
}
