//! Stacks in stacks: what goes in, what comes out, and whose resources they are.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::{Project, column, field, kinds, messages, owner};
use serde_json::Value;

/// A user with two keys, of which the second is there in production.
const CHILD: &str = "Parameters:\n  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}\nConditions:\n  Prod: !Equals \
                     [!Ref Env, prod]\nResources:\n  U: {Type: AWS::IAM::User, Properties: {UserName: robot}}\n  A: {Type: \
                     AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}\n  B: {Type: AWS::IAM::AccessKey, Condition: Prod, \
                     Properties: {UserName: !Ref U}}\nOutputs:\n  User: {Value: !Ref U}\n  Arn: {Value: !GetAtt U.Arn}\n";

/// A template that nests `child.yaml` as `N` with these parameters, and what else it has.
fn parent(parameters: &str, more: &str) -> String {
    format!(
        "{more}Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: ./child.yaml, Parameters: \
         {parameters}}}\n"
    )
}

/// When the nested user has two active keys.
fn two_keys(parameters: &str, more: &str, arguments: &[&str]) -> Vec<String> {
    let project = Project::new(&[("main.yaml", &parent(parameters, more)), ("child.yaml", CHILD)]);
    let report = project.json(&[&["--root", ".", "--select", "multiple-active-keys"], arguments].concat());
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|one| one["when"].as_str().unwrap_or("certain").to_owned()).collect()
}

#[test]
fn conditions_inside_are_decided_by_what_is_passed_in() {
    let stage = "Parameters:\n  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}\n";
    assert_eq!(two_keys("{Env: prod}", "", &[]), ["certain"]);
    assert_eq!(two_keys("{Env: dev}", "", &[]), Vec::<String>::new());
    // What is not passed in has its default: nobody else can give it a value.
    assert_eq!(two_keys("{}", "", &[]), Vec::<String>::new());
    assert_eq!(two_keys("{Env: !Ref 'AWS::NoValue'}", "", &[]), Vec::<String>::new());
    assert_eq!(two_keys("{Env: !Ref Stage}", stage, &[]), ["Stage = prod"]);
    assert_eq!(two_keys("{Env: !Ref Stage}", stage, &["--parameters", "Stage=prod"]), ["certain"]);
    let chosen = format!("{stage}Conditions:\n  Dev: !Equals [!Ref Stage, dev]\n");
    assert_eq!(two_keys("{Env: !If [Dev, dev, prod]}", &chosen, &[]), ["Stage = prod"]);
}

#[test]
fn a_nested_stack_is_where_its_parent_is() {
    let child = "Resources:\n  U: {Type: AWS::IAM::User, Properties: {UserName: !Sub '${AWS::Region}-${AWS::Partition}'}}\n";
    let project = Project::new(&[("main.yaml", &parent("{}", "")), ("child.yaml", child)]);
    let graph = project::parsed(&project.run(&[
        "graph",
        ".",
        "--root",
        ".",
        "--parameters",
        "AWS::Region=cn-north-1",
    ]));
    assert_eq!(column(&graph["users"], "name"), ["cn-north-1-aws-cn"], "{graph:#}");
}

#[test]
fn a_condition_of_the_stack_is_one_of_all_that_is_in_it() {
    let main = "Parameters:\n  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}\nConditions:\n  Prod: !Equals \
                [!Ref Stage, prod]\nResources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Condition: Prod\n    Properties: \
                {TemplateURL: child.yaml}\n";
    let project = Project::new(&[("main.yaml", main), ("child.yaml", CHILD)]);
    let graph = project.graph(".");
    assert_eq!(field(&graph, "users", "by_default")["N/U"], false);
    assert_eq!(field(&graph, "users", "when")["N/U"], "Stage = prod");
    assert_eq!(field(&graph, "access_keys", "when")["N/A"], "Stage = prod");
}

#[test]
fn users_come_out_by_outputs_and_go_in_by_parameters() {
    for expression in [
        "!GetAtt N.Outputs.User",
        "!GetAtt [N, Outputs.User]",
        "{'Fn::GetAtt': [N, Outputs.User]}",
        "!Sub '${N.Outputs.User}'",
        "!Select [1, !Split ['/', !GetAtt N.Outputs.Arn]]",
        "robot",
    ] {
        let main = format!(
            "{}  K: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {expression}}}}}\n",
            parent("{}", "")
        );
        let graph = Project::new(&[("main.yaml", &main), ("child.yaml", CHILD)]).graph(".");
        assert_eq!(owner(&graph, "K"), "N/U", "{expression}: {graph:#}");
    }
    // Also of a user whose name is made up, and from one nested stack to the next.
    let main = "Resources:\n  Users: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: users.yaml}}\n  Keys:\n    Type: \
                AWS::CloudFormation::Stack\n    Properties: {TemplateURL: keys.yaml, Parameters: {User: !GetAtt \
                Users.Outputs.User}}\n";
    let files = [
        ("main.yaml", main),
        ("users.yaml", "Resources: {U: {Type: 'AWS::IAM::User'}}\nOutputs: {User: {Value: !Ref U}}\n"),
        (
            "keys.yaml",
            "Parameters: {User: {Type: String}}\nResources: {K: {Type: 'AWS::IAM::AccessKey', Properties: {UserName: !Ref \
             User}}}\n",
        ),
    ];
    let graph = Project::new(&files).graph(".");
    assert_eq!(owner(&graph, "Keys/K"), "Users/U", "{graph:#}");
    assert!(messages(&graph).is_empty(), "{graph:#}");
}

#[test]
fn an_output_that_is_not_there_is_said() {
    let main = format!(
        "{}  K: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !GetAtt N.Outputs.Gone}}}}\n",
        parent("{}", "")
    );
    let graph = Project::new(&[("main.yaml", &main), ("child.yaml", CHILD)]).graph(".");
    assert!(messages(&graph).iter().any(|message| message.contains("has no output Gone")), "{graph:#}");
    assert_ne!(owner(&graph, "K"), "N/U");
}

#[test]
fn two_stacks_of_one_template_are_two() {
    let child = "Resources:\n  U: {Type: AWS::IAM::User}\n  K: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}\n";
    let main = "Resources:\n  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}\n  Two: {Type: \
                AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}\n";
    let graph = Project::new(&[("main.yaml", main), ("child.yaml", child)]).graph(".");
    assert_eq!(column(&graph["users"], "address"), ["One/U", "Two/U"]);
    assert_eq!((owner(&graph, "One/K"), owner(&graph, "Two/K")), ("One/U".to_owned(), "Two/U".to_owned()));
}

/// What is nested is judged where it is nested, and its findings say from where.
#[test]
fn a_nested_template_is_reported_once() {
    let project = Project::new(&[("main.yaml", &parent("{Env: prod}", "")), ("child.yaml", CHILD)]);
    let report = project.json(&["--root", "."]);
    let found: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["rule"] == "multiple-active-keys")
        .collect();
    assert_eq!(found.len(), 1, "{report:#}");
    assert_eq!(
        (&found[0]["location"]["path"], &found[0]["location"]["line"]),
        (&"child.yaml".into(), &8.into())
    );
    assert_eq!(report["coverage"]["users"], 1);
    // Nested twice, deep and shallow.
    let middle =
        "Resources:\n  M: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}\n";
    let files = [
        (
            "top.yaml",
            "Resources:\n  T: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: middle.yaml}}\n",
        ),
        ("middle.yaml", middle),
        ("child.yaml", CHILD),
    ];
    let graph = Project::new(&files).graph(".");
    assert_eq!(column(&graph["users"], "address"), ["T/M/U"]);
    assert_eq!(column(&graph["users"], "root"), ["top.yaml"]);
}

#[test]
fn applications_are_followed_or_said() {
    let application = |location: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  N: {{Type: AWS::Serverless::Application, Properties: {{Location: {location}}}}}\n"
        )
    };
    let project = Project::new(&[("main.yaml", &application("child.yaml")), ("child.yaml", CHILD)]);
    assert_eq!(column(&project.graph(".")["users"], "address"), ["N/U"]);
    let published = "{ApplicationId: 'arn:aws:serverlessrepo:us-east-1:111122223333:applications/x', SemanticVersion: 1.0.0}";
    let graph = Project::new(&[("main.yaml", &application(published))]).graph(".");
    assert_eq!(kinds(&graph), ["module-not-on-disk"]);
}

#[test]
fn an_address_that_is_not_known_is_said() {
    let main = "Parameters:\n  Bucket: {Type: String}\nResources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: \
                {TemplateURL: !Sub 'https://${Bucket}.s3.amazonaws.com/users.yaml'}\n  U: {Type: AWS::IAM::User}\n";
    let graph = Project::new(&[("main.yaml", main)]).graph(".");
    assert_eq!(kinds(&graph), ["module-not-on-disk"], "{graph:#}");
    assert_eq!(column(&graph["users"], "address"), ["U"]);
}

#[test]
fn a_stack_set_is_many_stacks_in_accounts_of_their_own() {
    let main = "Resources:\n  U: {Type: AWS::IAM::User, Properties: {UserName: auditor}}\n  K: {Type: AWS::IAM::AccessKey, \
                Properties: {UserName: auditor}}\n  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      \
                StackSetName: baseline\n      Parameters: [{ParameterKey: Name, ParameterValue: auditor}]\n      TemplateBody: |\n        \
                Parameters:\n          Name: {Type: String}\n        Resources:\n          U: {Type: AWS::IAM::User, Properties: \
                {UserName: !Ref Name}}\n          K: {Type: AWS::IAM::AccessKey, Properties: {UserName: auditor}}\n";
    let project = Project::new(&[("main.yaml", main)]);
    let graph = project.graph(".");
    assert_eq!(owner(&graph, "K"), "U", "{graph:#}");
    assert_eq!(owner(&graph, "Set/K"), "Set/U", "{graph:#}");
    assert_eq!(field(&graph, "users", "name")["Set/U"], "auditor");
    assert!(field(&graph, "users", "stands_for")["Set/U"].as_str().unwrap().contains("account of Set"));
    assert_eq!(project.found(&["--root", ".", "--select", "multiple-active-keys"]), Vec::<String>::new());
}

#[test]
fn a_template_in_json_nests_one_in_yaml() {
    let main = r#"{"Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "sub/child.yaml",
        "Parameters": {"Env": "prod"}}}, "K": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Fn::GetAtt": ["N",
        "Outputs.User"]}}}}}"#;
    let graph = Project::new(&[("main.json", main), ("sub/child.yaml", CHILD)]).graph(".");
    assert_eq!(owner(&graph, "K"), "N/U");
    assert_eq!(column(&graph["access_keys"], "address"), ["K", "N/A", "N/B"]);
}

#[test]
fn a_stack_whose_parameters_hang_on_its_own_outputs_ends() {
    let main = parent("{Env: !GetAtt N.Outputs.User}", "");
    let graph = Project::new(&[("main.yaml", &main), ("child.yaml", CHILD)]).graph(".");
    assert_eq!(column(&graph["users"], "address"), ["N/U"], "{graph:#}");
}
