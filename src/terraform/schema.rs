//! What the provider's schema adds to a block: attributes that the block does not set, and what they are.
//!
//! After the AWS provider's `internal/service/iam`: which attributes are the name under another title, which
//! hold a secret, which have a default.

use crate::resource::Mode;
use crate::value::{Type, Value, convert};

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
        (Mode::Managed, "awscc_iam_user", "id") => Unset::SameAs("user_name"),
        (Mode::Managed, "awscc_iam_group", "id") => Unset::SameAs("group_name"),
        (Mode::Managed, "aws_iam_user_login_profile", "id") => Unset::SameAs("user"),
        (Mode::Managed, "aws_iam_policy", "id") => Unset::SameAs("arn"),
        (
            Mode::Managed,
            "aws_iam_user"
            | "aws_iam_group"
            | "aws_iam_role"
            | "aws_iam_policy"
            | "awscc_iam_user"
            | "awscc_iam_group"
            | "awscc_iam_managed_policy",
            "path",
        ) => Unset::Default("/"),
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
        | (
            Mode::Managed,
            "awscc_iam_user" | "awscc_iam_group",
            "login_profile" | "groups" | "managed_policy_arns" | "policies" | "permissions_boundary",
        )
        | (Mode::Managed, "awscc_iam_managed_policy", "users" | "groups" | "roles")
        | (Mode::Managed, "aws_iam_user_login_profile", "pgp_key")
        | (Mode::Managed, "terraform_data", "input" | "triggers_replace") => Unset::Null,
        _ => Unset::Computed,
    }
}

/// The type of an attribute, as far as it is known here.
pub fn attribute_type(resource_type: &str, attribute: &str) -> Option<Type> {
    let strings = || Box::new(Type::String);
    let iam = resource_type.strip_prefix("aws_iam_");
    Some(match (iam, attribute) {
        (Some("group_membership"), "users")
        | (Some("user_group_membership"), "groups")
        | (Some("policy_attachment"), "users" | "groups" | "roles")
        | (Some("user_policy_attachments_exclusive" | "group_policy_attachments_exclusive"), "policy_arns")
        | (Some("user_policies_exclusive" | "group_policies_exclusive"), "policy_names")
        | (Some("role"), "managed_policy_arns") => Type::Set(strings()),
        (Some("user" | "role" | "policy"), "tags" | "tags_all") => Type::Map(strings()),
        (Some("user"), "force_destroy") | (Some("user_login_profile"), "password_reset_required") => {
            Type::Bool
        }
        (Some("user_login_profile"), "password_length")
        | (Some("service_specific_credential"), "credential_age_days") => Type::Number,
        (_, "id")
        | (Some(_), "arn" | "unique_id" | "create_date")
        | (
            Some(
                "user"
                | "group"
                | "policy"
                | "access_key"
                | "user_login_profile"
                | "user_group_membership"
                | "group_membership"
                | "user_policy"
                | "group_policy"
                | "user_policy_attachment"
                | "group_policy_attachment"
                | "policy_attachment"
                | "user_policy_attachments_exclusive"
                | "user_ssh_key"
                | "service_specific_credential"
                | "signing_certificate",
            ),
            "name"
            | "path"
            | "permissions_boundary"
            | "user"
            | "user_name"
            | "username"
            | "group"
            | "policy"
            | "policy_arn"
            | "description"
            | "status"
            | "pgp_key"
            | "secret"
            | "encrypted_secret"
            | "ses_smtp_password_v4"
            | "key_fingerprint"
            | "password"
            | "encrypted_password"
            | "service_name"
            | "service_password"
            | "service_credential_secret",
        ) => Type::String,
        _ => return None,
    })
}

/// What a value becomes as the argument of a resource: of the argument's type. The error is what makes a
/// provider refuse it.
pub fn as_argument(resource_type: &str, attribute: &str, value: &Value) -> Result<Value, String> {
    match attribute_type(resource_type, attribute) {
        Some(of_type) => convert(value, &of_type),
        None => Ok(value.clone()),
    }
}

/// Whether an attribute tells which resource is meant: a reference to it is a link to the resource.
pub fn is_identity(resource_type: &str, attribute: &str) -> bool {
    matches!(
        (resource_type, attribute),
        (
            "aws_iam_user"
                | "aws_iam_group"
                | "aws_iam_policy"
                | "aws_iam_role"
                | "awscc_iam_user"
                | "awscc_iam_group"
                | "awscc_iam_managed_policy",
            "name" | "id" | "arn" | "user_name" | "group_name" | "policy_arn" | "unique_id" | "user_id"
        ) | ("aws_iam_user_login_profile" | "aws_iam_access_key" | "aws_iam_user_group_membership", "user")
    )
}

/// The attributes that the whole resource as an object shows although its block does not set them.
pub fn shown_unset(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "aws_iam_user" => {
            &["id", "arn", "unique_id", "path", "permissions_boundary", "force_destroy", "tags", "tags_all"]
        }
        "aws_iam_group" | "aws_iam_policy" => &["id", "arn", "path"],
        "awscc_iam_user" => &["id", "arn", "user_name", "path"],
        "awscc_iam_group" => &["id", "arn", "group_name", "path"],
        "awscc_iam_managed_policy" => &["id", "policy_arn"],
        "aws_iam_access_key" | "awsutils_expiring_iam_access_key" => {
            &["id", "secret", "ses_smtp_password_v4", "encrypted_secret"]
        }
        "aws_iam_user_login_profile" => &["id", "password", "encrypted_password"],
        _ => &["id"],
    }
}

/// Whether the whole resource shows every attribute that there is: reading any other is an error, which `try`
/// and `can` see.
pub fn is_shown_complete(resource_type: &str) -> bool {
    resource_type == "aws_iam_user"
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
