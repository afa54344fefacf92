//! Terraform's AWS providers: `aws`, `awscc` and Cloud Posse's `awsutils`.

use super::{Becomes, Row, Sink, Words, sink};

/// The words of the providers.
const WORDS: Words = Words {
    path: "path",
    status: "status",
    group: &["group", "group_name"],
    groups: "groups",
    document: &["policy", "policy_document"],
    policy_name: &["name", "policy_name"],
    managed_policy_name: "managed_policy_name",
    managed_policy_arns: "managed_policy_arns",
    policies: "policies",
    login_profile: "login_profile",
    password: "password",
    password_reset_required: "password_reset_required",
};

/// The resource types of Terraform's AWS providers.
pub const RESOURCES: &[Row] = &[
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
    row("awscc_iam_virtual_mfa_device", Becomes::MfaDevice, "users", &["users"]),
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

const fn row(
    resource_type: &'static str,
    becomes: Becomes,
    user: &'static str,
    attributes: &'static [&'static str],
) -> Row {
    Row { resource_type, becomes, user, attributes, words: &WORDS }
}
