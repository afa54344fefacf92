//! Which resource types become which nodes, and which of their attributes say what. One row a type.

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
    /// A signing certificate.
    Certificate,
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
}

/// The resource types of Terraform's AWS providers.
pub const TERRAFORM: &[Row] = &[
    row("aws_iam_user", Becomes::User { name: "name" }, "name", &["name", "path", "user_name"]),
    row("aws_iam_access_key", Becomes::AccessKey, "user", &["user", "status", "pgp_key"]),
    // Cloud Posse's provider: replaced when it is older than `max_age` at an apply; until then a key like any other.
    row("awsutils_expiring_iam_access_key", Becomes::AccessKey, "user", &["user", "status", "pgp_key"]),
    row(
        "aws_iam_user_login_profile",
        Becomes::Password,
        "user",
        &["user", "password_reset_required", "pgp_key"],
    ),
    row("aws_iam_user_group_membership", Becomes::UserGroups, "user", &["user", "groups"]),
    row("aws_iam_group_membership", Becomes::GroupUsers, "users", &["users", "group"]),
    row("aws_iam_group", Becomes::Group { name: "name" }, "", &["name", "group_name"]),
    row("aws_iam_policy", Becomes::ManagedPolicy, "", &["name", "policy"]),
    row("aws_iam_user_policy", Becomes::UserPolicy, "user", &["user", "name", "policy"]),
    row("aws_iam_user_policy_attachment", Becomes::UserAttachment, "user", &["user", "policy_arn"]),
    row("aws_iam_policy_attachment", Becomes::Attachment, "users", &["users", "groups", "policy_arn"]),
    row("aws_iam_group_policy", Becomes::GroupPolicy, "", &["group", "name", "policy"]),
    row("aws_iam_group_policy_attachment", Becomes::GroupAttachment, "", &["group", "policy_arn"]),
    row(
        "aws_iam_user_policy_attachments_exclusive",
        Becomes::UserAttachments,
        "user_name",
        &["user_name", "policy_arns"],
    ),
    row(
        "aws_iam_group_policy_attachments_exclusive",
        Becomes::GroupAttachments,
        "",
        &["group_name", "policy_arns"],
    ),
    row("aws_iam_user_ssh_key", Becomes::SshKey, "username", &["username", "status"]),
    row(
        "aws_iam_service_specific_credential",
        Becomes::ServiceCredential,
        "user_name",
        &["user_name", "service_name", "status", "credential_age_days"],
    ),
    row("aws_iam_signing_certificate", Becomes::Certificate, "user_name", &["user_name", "status"]),
    // Cloud Control, in the words of CloudFormation.
    row(
        "awscc_iam_user",
        Becomes::WholeUser { name: "user_name" },
        "user_name",
        &["user_name", "path", "login_profile", "groups", "managed_policy_arns", "policies"],
    ),
    row(
        "awscc_iam_group",
        Becomes::Group { name: "group_name" },
        "",
        &["group_name", "managed_policy_arns", "policies"],
    ),
    row(
        "awscc_iam_managed_policy",
        Becomes::AttachedPolicy,
        "users",
        &["managed_policy_name", "policy_document", "users", "groups"],
    ),
    row(
        "awscc_iam_user_policy",
        Becomes::UserPolicy,
        "user_name",
        &["user_name", "policy_name", "policy_document"],
    ),
    row(
        "awscc_iam_group_policy",
        Becomes::GroupPolicy,
        "",
        &["group_name", "policy_name", "policy_document"],
    ),
];

const fn row(
    resource_type: &'static str,
    becomes: Becomes,
    user: &'static str,
    attributes: &'static [&'static str],
) -> Row {
    Row { resource_type, becomes, user, attributes }
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

/// Where a secret does not belong. Stores made for secrets (Secrets Manager, `SecureString` parameters,
/// Vault, a forge's own secrets) are not in this table, and neither is what ends up in the state alone
/// (`terraform_data`, triggers): the secret is there anyway.
pub const SINKS: &[Sink] = &[
    sink("aws_ssm_parameter", &["value", "insecure_value", "type"], "an SSM parameter of type String"),
    sink("local_file", &["content", "content_base64", "sensitive_content"], "a file"),
    sink("local_sensitive_file", &["content", "content_base64"], "a file"),
    sink("aws_instance", &["user_data", "user_data_base64"], "user data"),
    sink("aws_spot_instance_request", &["user_data", "user_data_base64"], "user data"),
    sink("aws_launch_template", &["user_data"], "user data"),
    sink("aws_launch_configuration", &["user_data", "user_data_base64"], "user data"),
    sink("aws_lightsail_instance", &["user_data"], "user data"),
    sink("aws_lambda_function", &["environment"], "a Lambda function's environment"),
    sink("aws_ecs_task_definition", &["container_definitions"], "a container definition"),
    sink("aws_batch_job_definition", &["container_properties"], "a container definition"),
    sink("aws_codebuild_project", &["environment"], "a CodeBuild environment variable"),
    sink("aws_elastic_beanstalk_environment", &["setting"], "an Elastic Beanstalk setting"),
    sink("aws_glue_job", &["default_arguments"], "a Glue job's arguments"),
    sink("aws_cloudformation_stack", &["parameters", "template_body"], "a CloudFormation stack's parameters"),
    sink("aws_s3_object", &["content", "content_base64"], "an S3 object"),
    sink("aws_s3_bucket_object", &["content", "content_base64"], "an S3 object"),
    sink("aws_dynamodb_table_item", &["item"], "a DynamoDB item"),
    sink("aws_amplify_app", &["environment_variables"], "an Amplify app's environment"),
    sink("kubernetes_config_map", &["data"], "a Kubernetes config map"),
    sink("kubernetes_config_map_v1", &["data"], "a Kubernetes config map"),
    sink("aws_ssm_document", &["content"], "a Systems Manager document"),
    sink("aws_sfn_state_machine", &["definition"], "a state machine's definition"),
    sink("aws_imagebuilder_component", &["data"], "an Image Builder component"),
    sink("aws_appconfig_hosted_configuration_version", &["content"], "an AppConfig configuration"),
    sink("google_compute_instance", &["metadata_startup_script", "metadata"], "an instance's metadata"),
    sink("azurerm_linux_virtual_machine", &["custom_data", "user_data"], "user data"),
    sink("digitalocean_droplet", &["user_data"], "user data"),
    sink("hcloud_server", &["user_data"], "user data"),
    sink("kubernetes_deployment", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_deployment_v1", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_stateful_set", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_stateful_set_v1", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_pod", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_pod_v1", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_cron_job", &["spec"], "a Kubernetes pod's specification"),
    sink("kubernetes_cron_job_v1", &["spec"], "a Kubernetes pod's specification"),
    sink("provisioner \"local-exec\"", &["command"], "a command line"),
    sink("provisioner \"remote-exec\"", &["inline"], "a script on another machine"),
    sink("provisioner \"file\"", &["content"], "a file on another machine"),
    sink("github_actions_variable", &["value"], "a GitHub Actions variable"),
    sink("github_actions_organization_variable", &["value"], "a GitHub Actions variable"),
];

const fn sink(resource_type: &'static str, attributes: &'static [&'static str], place: &'static str) -> Sink {
    Sink { resource_type, attributes, place }
}

/// What readers are asked for.
pub fn interest() -> Interest {
    Interest {
        resources: TERRAFORM.iter().map(|row| (row.resource_type, row.attributes)).collect(),
        sinks: SINKS.iter().map(|sink| (sink.resource_type, sink.attributes)).collect(),
    }
}
