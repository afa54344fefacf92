//! The record that a rule's condition sees: one user in one world, everything in it concrete.
//!
//! `node` fields are indices that lead back from a record to its place; conditions pass them on unseen.

use serde::Serialize;

/// A user and everything that hangs on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserRecord {
    /// Index of the node.
    pub node: usize,
    /// Address within its root.
    pub address: String,
    /// User name; where it is unknown, what it stands for (`var.name`).
    pub name: String,
    /// Whether `name` is the real name.
    pub name_known: bool,
    /// IAM path, `/` by default; null when unknown.
    pub path: Option<String>,
    /// Whether this deployment creates the user (false: it is referred to by name or looked up).
    pub created: bool,
    /// Access keys, in document order.
    pub access_keys: Vec<AccessKeyRecord>,
    /// Console password, or null.
    pub password: Option<PasswordRecord>,
    /// Groups that the user is put in.
    pub groups: Vec<GroupRecord>,
    /// Policies that the user has, directly or through a group.
    pub policies: Vec<PolicyRecord>,
    /// SSH public keys for `CodeCommit`.
    pub ssh_keys: Vec<SshKeyRecord>,
    /// Service-specific credentials.
    pub service_credentials: Vec<ServiceCredentialRecord>,
    /// Signing certificates.
    pub certificates: Vec<CertificateRecord>,
}

/// An access key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccessKeyRecord {
    /// Index of the node.
    pub node: usize,
    /// Address within its root.
    pub address: String,
    /// Whether its status is Active (the default).
    pub active: bool,
    /// Whether this deployment creates it.
    pub created: bool,
    /// Whether the secret is encrypted (`pgp_key`) before it reaches the state.
    pub encrypted: bool,
    /// Places where the secret ends up in the clear.
    pub exposures: Vec<ExposureRecord>,
}

/// A place where a secret ends up in the clear.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExposureRecord {
    /// Index of the node.
    pub node: usize,
    /// Address of the output or resource.
    pub address: String,
    /// What it is, in words that fit after "the secret of … ends up in": `an output that is not sensitive`,
    /// `an SSM parameter of type String`, `a file`, `user data`.
    pub place: String,
}

/// A console password (login profile).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PasswordRecord {
    /// Index of the node.
    pub node: usize,
    /// Address within its root.
    pub address: String,
    /// Whether this deployment creates it.
    pub created: bool,
    /// Whether the user must change it at first sign-in.
    pub reset_required: bool,
    /// Whether the password is encrypted (`pgp_key`) before it reaches the state.
    pub encrypted: bool,
}

/// A group the user is in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRecord {
    /// Index of the node that puts the user in the group.
    pub node: usize,
    /// Group name; where it is unknown, what it stands for.
    pub name: String,
}

/// A policy that applies to the user.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyRecord {
    /// Index of the node that attaches it.
    pub node: usize,
    /// Address of the attachment or inline policy.
    pub address: String,
    /// Name, ARN, or what it stands for.
    pub name: String,
    /// `inline` or `managed`.
    pub kind: String,
    /// Whether it is attached to the user itself, not through a group.
    pub direct: bool,
    /// The group it comes through, or null.
    pub group: Option<String>,
    /// Whether it allows every action on every resource.
    pub administrator: bool,
}

/// An SSH public key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SshKeyRecord {
    /// Index of the node.
    pub node: usize,
    /// Address within its root.
    pub address: String,
    /// Whether its status is Active (the default).
    pub active: bool,
}

/// A service-specific credential: `CodeCommit`, Keyspaces, Bedrock.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceCredentialRecord {
    /// Index of the node.
    pub node: usize,
    /// Address within its root.
    pub address: String,
    /// Service name, `bedrock.amazonaws.com`.
    pub service: String,
    /// Whether its status is Active (the default).
    pub active: bool,
    /// Days until it expires; null: never.
    pub age_days: Option<i64>,
}

/// A signing certificate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CertificateRecord {
    /// Index of the node.
    pub node: usize,
    /// Address within its root.
    pub address: String,
    /// Whether its status is Active (the default).
    pub active: bool,
}
