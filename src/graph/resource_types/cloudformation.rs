//! The types of `CloudFormation`. It has none for SSH keys, signing certificates and service-specific credentials.

use super::{Becomes, Row, Sink, Words, sink};

/// The words of the types.
const WORDS: Words = Words {
    path: "Path",
    status: "Status",
    group: &["GroupName"],
    groups: "Groups",
    document: &["PolicyDocument"],
    policy_name: &["PolicyName"],
    managed_policy_name: "ManagedPolicyName",
    managed_policy_arns: "ManagedPolicyArns",
    policies: "Policies",
    login_profile: "LoginProfile",
    password: "Password",
    password_reset_required: "PasswordResetRequired",
};

/// The types of `AWS::IAM`.
pub const RESOURCES: &[Row] = &[
    row(
        "AWS::IAM::User",
        Becomes::WholeUser { name: "UserName" },
        "UserName",
        &["UserName", "Path", "LoginProfile", "Groups", "ManagedPolicyArns", "Policies"],
    ),
    row("AWS::IAM::AccessKey", Becomes::AccessKey, "UserName", &["UserName", "Status"]),
    row(
        "AWS::IAM::Group",
        Becomes::Group { name: "GroupName" },
        "",
        &["GroupName", "ManagedPolicyArns", "Policies"],
    ),
    row("AWS::IAM::UserToGroupAddition", Becomes::GroupUsers, "Users", &["Users", "GroupName"]),
    row(
        "AWS::IAM::ManagedPolicy",
        Becomes::AttachedPolicy,
        "Users",
        &["ManagedPolicyName", "PolicyDocument", "Users", "Groups"],
    ),
    row(
        "AWS::IAM::Policy",
        Becomes::InlinePolicy,
        "Users",
        &["PolicyName", "PolicyDocument", "Users", "Groups"],
    ),
    row(
        "AWS::IAM::UserPolicy",
        Becomes::UserPolicy,
        "UserName",
        &["UserName", "PolicyName", "PolicyDocument"],
    ),
    row("AWS::IAM::GroupPolicy", Becomes::GroupPolicy, "", &["GroupName", "PolicyName", "PolicyDocument"]),
    row("AWS::IAM::VirtualMFADevice", Becomes::MfaDevice, "Users", &["Users"]),
];

const fn row(
    resource_type: &'static str,
    becomes: Becomes,
    user: &'static str,
    attributes: &'static [&'static str],
) -> Row {
    Row { resource_type, becomes, user, attributes, words: &WORDS }
}

/// Where a secret does not belong: `SecureString` cannot be made by a template, so that every parameter of Parameter
/// Store shows what it holds. Secrets Manager is not in this table.
pub const SINKS: &[Sink] = &[
    sink("AWS::SSM::Parameter", &["Value", "Description"], "an SSM parameter of type String"),
    sink("AWS::Lambda::Function", &["Environment", "Code"], "a Lambda function's environment"),
    sink("AWS::Serverless::Function", &["Environment"], "a Lambda function's environment"),
    sink("AWS::EC2::Instance", &["UserData", "Metadata", "Tags"], "user data"),
    sink("AWS::EC2::LaunchTemplate", &["LaunchTemplateData", "Metadata"], "user data"),
    sink("AWS::EC2::SpotFleet", &["SpotFleetRequestConfigData"], "user data"),
    sink("AWS::AutoScaling::LaunchConfiguration", &["UserData", "Metadata"], "user data"),
    sink("AWS::AutoScaling::AutoScalingGroup", &["Metadata", "Tags"], "instance metadata"),
    sink("AWS::Lightsail::Instance", &["UserData"], "user data"),
    sink("AWS::ECS::TaskDefinition", &["ContainerDefinitions"], "a container definition"),
    sink("AWS::Batch::JobDefinition", &["ContainerProperties", "NodeProperties"], "a container definition"),
    sink("AWS::CodeBuild::Project", &["Environment", "Source"], "a CodeBuild environment variable"),
    sink("AWS::CodePipeline::Pipeline", &["Stages"], "a pipeline's configuration"),
    sink("AWS::ElasticBeanstalk::Environment", &["OptionSettings"], "an Elastic Beanstalk setting"),
    sink("AWS::ElasticBeanstalk::ConfigurationTemplate", &["OptionSettings"], "an Elastic Beanstalk setting"),
    sink("AWS::OpsWorks::App", &["Environment", "AppSource"], "an OpsWorks app's environment"),
    sink("AWS::OpsWorks::Stack", &["CustomJson"], "an OpsWorks stack's settings"),
    sink("AWS::Glue::Job", &["DefaultArguments"], "a Glue job's arguments"),
    sink("AWS::Amplify::App", &["EnvironmentVariables", "BuildSpec"], "an Amplify app's environment"),
    sink("AWS::Amplify::Branch", &["EnvironmentVariables", "BuildSpec"], "an Amplify app's environment"),
    sink("AWS::AppRunner::Service", &["SourceConfiguration"], "an App Runner service's environment"),
    sink("AWS::SageMaker::Model", &["PrimaryContainer", "Containers"], "a model's environment"),
    sink(
        "AWS::StepFunctions::StateMachine",
        &["DefinitionString", "Definition", "DefinitionSubstitutions"],
        "a state machine's definition",
    ),
    sink("AWS::SSM::Document", &["Content"], "a Systems Manager document"),
    sink("AWS::ImageBuilder::Component", &["Data"], "an Image Builder component"),
    sink("AWS::AppConfig::HostedConfigurationVersion", &["Content"], "an AppConfig configuration"),
    sink("AWS::CloudFront::Function", &["FunctionCode"], "a CloudFront function's code"),
    sink("AWS::ApiGateway::Stage", &["Variables"], "an API stage's variables"),
    sink("AWS::EMR::Cluster", &["Configurations", "BootstrapActions", "Steps"], "a cluster's configuration"),
];
