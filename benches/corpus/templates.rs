//! `CloudFormation`: templates in YAML and JSON, and an assembly of the CDK.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::File;
use super::random::Random;

/// So many templates have one with users among them.
const USERS_EVERY: usize = 33;

/// Templates, half YAML and half JSON.
pub fn templates(count: usize) -> Vec<File> {
    (0..count)
        .map(|number| {
            let folder = format!("stacks/team-{:02}", number % 40);
            if number % 2 == 0 {
                (PathBuf::from(format!("{folder}/stack-{number:04}.yaml")), yaml(number))
            } else {
                (PathBuf::from(format!("{folder}/stack-{number:04}.json")), json(number, &[]))
            }
        })
        .collect()
}

/// One assembly with a template for each stack.
pub fn assembly(count: usize) -> Vec<File> {
    let mut manifest = String::from("{\n  \"version\": \"48.0.0\",\n  \"artifacts\": {\n");
    let mut files = vec![(PathBuf::from("cdk.out/cdk.out"), String::from("{\"version\":\"48.0.0\"}"))];
    for number in 0..count {
        let comma = if number + 1 == count { "" } else { "," };
        write!(
            manifest,
            "    \"Stack{number}\": {{\n      \"type\": \"aws:cloudformation:stack\",\n      \"environment\": \"aws://unknown-account/unknown-region\",\n      \
             \"properties\": {{ \"templateFile\": \"Stack{number}.template.json\" }},\n      \"displayName\": \"Stack{number}\"\n    }}{comma}\n"
        )
        .expect("a string takes everything");
        let path = format!("Stack{number}");
        files.push((
            PathBuf::from(format!("cdk.out/Stack{number}.template.json")),
            json(number, &[("aws:cdk:path", &path)]),
        ));
    }
    manifest.push_str("  }\n}\n");
    files.push((PathBuf::from("cdk.out/manifest.json"), manifest));
    files
}

fn has_users(number: usize) -> bool {
    number % USERS_EVERY == USERS_EVERY / 2
}

fn yaml(number: usize) -> String {
    let mut random = Random::new(number);
    let mut text = format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nDescription: The stack {number} of the platform, for its users\n\nParameters:\n  Stage:\n    \
         Type: String\n    Default: dev\n    AllowedValues: [dev, prod]\n  Retention:\n    Type: Number\n    Default: {}\n\nConditions:\n  \
         IsProd: !Equals [!Ref Stage, prod]\n\nResources:\n",
        random.below(90)
    );
    for resource in 0..8 + random.below(8) {
        write!(
            text,
            "  Queue{resource}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub '${{AWS::StackName}}-queue-{resource}'\n      \
             VisibilityTimeout: {}\n      RedrivePolicy:\n        deadLetterTargetArn: !GetAtt DeadLetters.Arn\n        maxReceiveCount: {}\n      \
             Tags:\n        - Key: Stage\n          Value: !If [IsProd, production, !Ref Stage]\n",
            random.below(600),
            1 + random.below(9)
        )
        .expect("a string takes everything");
    }
    text.push_str("  DeadLetters:\n    Type: AWS::SQS::Queue\n");
    text.push_str(
        "  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        \
         Statement:\n          - Effect: Allow\n            Principal: { Service: lambda.amazonaws.com }\n            Action: sts:AssumeRole\n",
    );
    if has_users(number) {
        let first = "      UserName: !Ref Machine\n";
        write!(
            text,
            "  Machine:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: machine-{number}\n      Path: /machines/\n  \
             Key:\n    Type: AWS::IAM::AccessKey\n    Properties:\n{first}"
        )
        .expect("a string takes everything");
        if number % 4 == 0 {
            write!(
                text,
                "  SecondKey:\n    Type: AWS::IAM::AccessKey\n    Condition: IsProd\n    Properties:\n{first}"
            )
            .expect("a string takes everything");
        }
    }
    text.push_str("Outputs:\n  Queue:\n    Value: !GetAtt Queue0.Arn\n");
    text
}

fn json(number: usize, metadata: &[(&str, &str)]) -> String {
    let mut random = Random::new(number);
    let mut text = format!(
        "{{\n  \"AWSTemplateFormatVersion\": \"2010-09-09\",\n  \"Description\": \"The stack {number} of the platform\",\n  \"Resources\": {{\n"
    );
    let of = |resource: &str| {
        let entries: Vec<String> = metadata
            .iter()
            .map(|(key, value)| format!("\"{key}\": \"{value}/{resource}/Resource\""))
            .collect();
        if entries.is_empty() {
            String::new()
        } else {
            format!(",\n      \"Metadata\": {{ {} }}", entries.join(", "))
        }
    };
    for resource in 0..8 + random.below(8) {
        write!(
            text,
            "    \"Queue{resource}\": {{\n      \"Type\": \"AWS::SQS::Queue\",\n      \"Properties\": {{\n        \"QueueName\": {{ \"Fn::Sub\": \
             \"${{AWS::StackName}}-queue-{resource}\" }},\n        \"VisibilityTimeout\": {},\n        \"RedrivePolicy\": {{\n          \
             \"deadLetterTargetArn\": {{ \"Fn::GetAtt\": [\"DeadLetters\", \"Arn\"] }},\n          \"maxReceiveCount\": {}\n        }}\n      }}{}\n    }},\n",
            random.below(600),
            1 + random.below(9),
            of(&format!("Queue{resource}"))
        )
        .expect("a string takes everything");
    }
    if has_users(number) {
        write!(
            text,
            "    \"Machine\": {{\n      \"Type\": \"AWS::IAM::User\",\n      \"Properties\": {{ \"UserName\": \"machine-{number}\" }}{}\n    }},\n    \
             \"Key\": {{\n      \"Type\": \"AWS::IAM::AccessKey\",\n      \"Properties\": {{ \"UserName\": {{ \"Ref\": \"Machine\" }} }}{}\n    }},\n",
            of("Machine"),
            of("Key")
        )
        .expect("a string takes everything");
    }
    text.push_str("    \"DeadLetters\": { \"Type\": \"AWS::SQS::Queue\" }\n  }\n}\n");
    text
}
