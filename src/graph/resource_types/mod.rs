//! Which resource types become which nodes, and which of their attributes say what. One row a type; a table for
//! each language.

mod cloudformation;
mod terraform;

use crate::resource::Interest;

/// What a resource type becomes, with the names of the attributes that say so.
#[derive(Clone, Copy, Debug)]
pub enum Becomes {
    /// A user.
    User {
        /// Its name.
        name: &'static str,
    },
    /// A user with its password, groups and policies.
    WholeUser {
        /// Its name.
        name: &'static str,
    },
    /// An access key.
    AccessKey,
    /// A console password.
    Password,
    /// A membership of one user in several groups.
    UserGroups,
    /// A membership of several users in one group.
    GroupUsers,
    /// Nothing of its own; its name and policies are looked up.
    Group {
        /// Its name.
        name: &'static str,
    },
    /// Nothing of its own; its document is looked up.
    ManagedPolicy,
    /// An inline policy of a user.
    UserPolicy,
    /// A managed policy attached to a user.
    UserAttachment,
    /// A managed policy attached to users and groups.
    Attachment,
    /// An inline policy of a group.
    GroupPolicy,
    /// A managed policy attached to a group.
    GroupAttachment,
    /// The exclusive list of a user's managed policies.
    UserAttachments,
    /// An SSH key.
    SshKey,
    /// A service-specific credential.
    ServiceCredential,
    /// The exclusive list of a group's managed policies.
    GroupAttachments,
    /// A managed policy with the users and groups that it is attached to.
    AttachedPolicy,
    /// An inline policy with the users and groups that it is put into.
    InlinePolicy,
    /// A signing certificate.
    Certificate,
    /// A virtual MFA device of several users.
    MfaDevice,
}

/// One resource type.
pub struct Row {
    /// The type.
    pub resource_type: &'static str,
    /// What it becomes.
    pub becomes: Becomes,
    /// The attribute that names the user, where there is one: AWS's provider calls it `user`, `username`
    /// and `user_name`.
    pub user: &'static str,
    /// All attributes that are asked for.
    pub attributes: &'static [&'static str],
    /// What the format calls the others.
    pub words: &'static Words,
}

/// What a format calls the attributes that are looked at. Where resource types of one format differ, all of the
/// words that one of them uses.
pub struct Words {
    /// The IAM path.
    pub path: &'static str,
    /// `Active` or `Inactive`.
    pub status: &'static str,
    /// The one group that something is about.
    pub group: &'static [&'static str],
    /// Several groups.
    pub groups: &'static str,
    /// A policy's document.
    pub document: &'static [&'static str],
    /// A policy's name.
    pub policy_name: &'static [&'static str],
    /// The name of a managed policy.
    pub managed_policy_name: &'static str,
    /// Managed policies in the block of a user or group.
    pub managed_policy_arns: &'static str,
    /// Inline policies in the block of a user or group.
    pub policies: &'static str,
    /// The console password in the block of a user.
    pub login_profile: &'static str,
    /// Its text.
    pub password: &'static str,
    /// Whether it has to be changed at first sign-in.
    pub password_reset_required: &'static str,
}

/// The row of a resource type, in any language.
pub fn row_of(resource_type: &str) -> Option<&'static Row> {
    [terraform::RESOURCES, cloudformation::RESOURCES]
        .into_iter()
        .flatten()
        .find(|row| row.resource_type == resource_type)
}

/// A resource type that shows what is written into it to people or machines that should not see a secret.
pub struct Sink {
    /// The type.
    pub resource_type: &'static str,
    /// The attributes that show it; `type` only says which kind of parameter it is.
    pub attributes: &'static [&'static str],
    /// Words that fit after "its secret ends up in".
    pub place: &'static str,
}

/// The sink that a resource type is.
pub fn sink_of(resource_type: &str) -> Option<&'static Sink> {
    sinks().find(|sink| sink.resource_type == resource_type)
}

fn sinks() -> impl Iterator<Item = &'static Sink> {
    [terraform::SINKS, cloudformation::SINKS].into_iter().flatten()
}

const fn sink(resource_type: &'static str, attributes: &'static [&'static str], place: &'static str) -> Sink {
    Sink { resource_type, attributes, place }
}

/// What readers are asked for.
pub fn interest() -> Interest {
    let rows = || [terraform::RESOURCES, cloudformation::RESOURCES].into_iter().flatten();
    let types = |is_one: fn(&Row) -> bool| rows().filter(move |row| is_one(row)).map(|row| row.resource_type);
    Interest {
        resources: rows().map(|row| (row.resource_type, row.attributes)).collect(),
        sinks: sinks().map(|sink| (sink.resource_type, sink.attributes)).collect(),
        supporting: types(is_supporting).collect(),
        leading: types(is_leading).collect(),
    }
}

fn is_supporting(row: &Row) -> bool {
    matches!(
        row.becomes,
        Becomes::Group { .. }
            | Becomes::ManagedPolicy
            | Becomes::GroupPolicy
            | Becomes::GroupAttachment
            | Becomes::GroupAttachments
    )
}

fn is_leading(row: &Row) -> bool {
    matches!(
        row.becomes,
        Becomes::WholeUser { .. }
            | Becomes::UserGroups
            | Becomes::GroupUsers
            | Becomes::UserAttachment
            | Becomes::Attachment
            | Becomes::UserAttachments
            | Becomes::AttachedPolicy
            | Becomes::InlinePolicy
    )
}
