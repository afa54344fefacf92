//! What the provider's schema adds to a block: attributes that the block does not set, and what they are.
//!
//! After the AWS provider's `internal/service/iam`: which attributes are the name under another title, which
//! hold a secret, which have a default.

use crate::resource::Mode;

/// What an attribute that a block does not set is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// The same as another attribute: a user's `id` is its name.
    SameAs(&'static str),
    /// Optional, and has this default.
    Default(&'static str),
    /// Optional, and null when left out.
    Null,
    /// Decided by AWS when it is created, and secret.
    Secret,
    /// Decided by AWS when it is created.
    Computed,
}

/// What an attribute of a managed resource or data source is when its block does not set it.
pub fn unset(mode: Mode, resource_type: &str, attribute: &str) -> Unset {
    match (mode, resource_type, attribute) {
        (Mode::Managed, "aws_iam_user" | "aws_iam_group" | "aws_iam_role", "id") => Unset::SameAs("name"),
        (Mode::Managed, "aws_iam_user_login_profile", "id") => Unset::SameAs("user"),
        (Mode::Managed, "aws_iam_policy", "id") => Unset::SameAs("arn"),
        (Mode::Managed, "aws_iam_user" | "aws_iam_group" | "aws_iam_role" | "aws_iam_policy", "path") => {
            Unset::Default("/")
        }
        (
            Mode::Managed,
            "aws_iam_access_key" | "awsutils_expiring_iam_access_key",
            "secret" | "ses_smtp_password_v4" | "ses_smtp_password",
        )
        | (Mode::Managed, "aws_iam_user_login_profile", "password")
        | (
            Mode::Managed,
            "aws_iam_service_specific_credential",
            "service_password" | "service_credential_secret",
        ) => Unset::Secret,
        (Mode::Managed, "aws_iam_user", "permissions_boundary" | "force_destroy" | "tags")
        | (Mode::Managed, "aws_iam_access_key" | "awsutils_expiring_iam_access_key", "status" | "pgp_key")
        | (Mode::Managed, "aws_iam_user_login_profile", "pgp_key") => Unset::Null,
        _ => Unset::Computed,
    }
}

/// Whether an attribute tells which resource is meant: a reference to it is a link to the resource.
pub fn is_identity(resource_type: &str, attribute: &str) -> bool {
    matches!(
        (resource_type, attribute),
        (
            "aws_iam_user" | "aws_iam_group" | "aws_iam_policy" | "aws_iam_role" | "awscc_iam_user",
            "name" | "id" | "arn" | "user_name" | "group_name"
        ) | ("aws_iam_user_login_profile" | "aws_iam_access_key" | "aws_iam_user_group_membership", "user")
    )
}

/// The attributes that the whole resource as an object shows although its block does not set them.
pub fn shown_unset(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "aws_iam_user" => &["id", "arn", "unique_id", "path"],
        "aws_iam_group" | "aws_iam_policy" => &["id", "arn", "path"],
        "aws_iam_access_key" | "awsutils_expiring_iam_access_key" => {
            &["id", "secret", "ses_smtp_password_v4", "encrypted_secret"]
        }
        "aws_iam_user_login_profile" => &["id", "password", "encrypted_password"],
        _ => &["id"],
    }
}

/// Whether instances of a type have a secret that can be referred to.
pub fn has_secret(resource_type: &str) -> bool {
    matches!(
        resource_type,
        "aws_iam_access_key"
            | "awsutils_expiring_iam_access_key"
            | "aws_iam_user_login_profile"
            | "aws_iam_service_specific_credential"
    )
}
