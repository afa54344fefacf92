//! What AWS itself says of users: accounts, their users and credentials as a credential report shows them, and which of
//! them the code means.

use std::sync::Arc;

use jiff::Timestamp;

use crate::value::Condition;

use super::{Graph, NodeId};

/// An account of which there is a report.
#[derive(Clone, Debug)]
pub struct LiveAccount {
    /// Its node: the row of the root user, or else the first.
    pub node: NodeId,
    /// Index of the root that stands for it.
    pub root: usize,
    /// Its number; `None` where the report does not say.
    pub number: Option<Arc<str>>,
    /// What the configuration calls it.
    pub name: Option<String>,
    /// The moment that ages are counted to.
    pub as_of: Timestamp,
    /// The root user's row: index into [`Graph::live_users`].
    pub root_user: Option<usize>,
}

/// A user of an account.
#[derive(Clone, Debug)]
pub struct LiveUser {
    /// The node of the report's row.
    pub node: NodeId,
    /// Its account: index into [`Graph::live_accounts`].
    pub account: usize,
    /// User name.
    pub name: Arc<str>,
    /// IAM path, where the report says it.
    pub path: Option<Arc<str>>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether it has a console password; `None` where the report does not say.
    pub password_enabled: Option<bool>,
    /// The password, when it has one.
    pub password: Option<LiveCredential>,
    /// Access keys, active and inactive.
    pub access_keys: Vec<LiveCredential>,
    /// Signing certificates, active and inactive.
    pub certificates: Vec<LiveCredential>,
    /// Whether an MFA device is active.
    pub mfa_active: Option<bool>,
    /// When code that was read creates or imports it, be it with other inputs than these.
    pub declared: Condition,
    /// The nodes of the users that it is joined to. The first speaks for it where none of them is there.
    pub joined_to: Vec<NodeId>,
    /// Whether it is one of several users of the code, and none can be told to be it.
    pub is_ambiguous: bool,
    /// Whether there was code in which it could have been declared.
    pub is_compared: bool,
}

/// Kinds of credentials that a report knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialKind {
    /// The console password.
    Password,
    /// An access key.
    AccessKey,
    /// A signing certificate.
    Certificate,
}

impl CredentialKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::AccessKey => "access key",
            Self::Certificate => "signing certificate",
        }
    }

    /// What one of them is called, 0 being the number of the only one: `password`, `access key 1`.
    pub fn label(self, number: u8) -> String {
        match number {
            0 => self.name().to_owned(),
            number => format!("{} {number}", self.name()),
        }
    }
}

/// A credential of a user, as a report shows it.
#[derive(Clone, Debug)]
pub struct LiveCredential {
    /// The node of its cells.
    pub node: NodeId,
    /// What it is.
    pub kind: CredentialKind,
    /// Which of two it is, 1 or 2; of a password 0.
    pub number: u8,
    /// Whether it works.
    pub active: bool,
    /// When it was made or last changed.
    pub changed: Option<Timestamp>,
    /// When it was last used.
    pub used: Use,
    /// Where it was last used: region and service.
    pub used_at: [Option<Arc<str>>; 2],
}

/// When a credential was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Never, as far as AWS has kept track.
    Never,
    /// At this time.
    At(Timestamp),
    /// Nobody says.
    Unknown,
}

impl LiveCredential {
    /// What it is called: `password`, `access key 1`.
    pub fn label(&self) -> String {
        self.kind.label(self.number)
    }
}

impl Graph {
    /// What AWS says of a user that goes by a name.
    pub fn lives_of(&self, user: usize) -> &[usize] {
        self.lives.get(&user).map_or(&[], Vec::as_slice)
    }
}
