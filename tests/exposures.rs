//! Where the secret of a template's access key is followed to, in words.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::{Project, column};

/// What a key's secret is said to end up in, when the rest of a template is this and it nests `child.yaml`.
fn exposed(rest: &str, child: &str) -> Vec<String> {
    let key = "Resources:\n  Key:\n    Type: AWS::IAM::AccessKey\n    Properties: {UserName: smtp}\n";
    let template = format!("Transform: AWS::LanguageExtensions\n{key}{rest}");
    let project = Project::new(&[("template.yaml", &template), ("child.yaml", child)]);
    let report = project.json(&["--root", ".", "--select", "exposed-secret-key"]);
    let messages = column(&report["findings"], "message");
    messages.iter().map(|message| message.split(" ends up in ").nth(1).unwrap().to_owned()).collect()
}

#[test]
fn each_place_has_its_name() {
    let secret = "!GetAtt Key.SecretAccessKey";
    for (kind, properties, expected) in [
        (
            "AWS::SSM::Parameter",
            format!("{{Type: String, Value: {secret}}}"),
            "an SSM parameter of type String",
        ),
        (
            "AWS::Lambda::Function",
            format!("{{Environment: {{Variables: {{S: {secret}}}}}}}"),
            "a Lambda function's environment",
        ),
        (
            "AWS::Lambda::Function",
            "{Code: {ZipFile: !Sub 's = \"${Key.SecretAccessKey}\"'}}".to_owned(),
            "a Lambda function's code",
        ),
        (
            "AWS::EC2::Instance",
            "{UserData: {'Fn::Base64': !Join ['', ['echo ', !GetAtt [Key, SecretAccessKey]]]}}".to_owned(),
            "user data",
        ),
        ("AWS::EC2::Instance", format!("{{Tags: [{{Key: s, Value: {secret}}}]}}"), "a tag"),
        (
            "AWS::EC2::LaunchTemplate",
            format!("{{LaunchTemplateData: {{UserData: {{'Fn::Base64': {secret}}}}}}}"),
            "user data",
        ),
    ] {
        let rest = format!("  Sink:\n    Type: {kind}\n    Properties: {properties}\n");
        assert_eq!(exposed(&rest, ""), [format!("{expected} (Sink)")], "{kind}: {properties}");
    }
    let metadata = "  Sink:\n    Type: AWS::EC2::Instance\n    Metadata:\n      AWS::CloudFormation::Init:\n        config: \
                    {files: {/s: {content: !Sub '${Key.SecretAccessKey}'}}}\n";
    assert_eq!(exposed(metadata, ""), ["instance metadata (Sink)"]);
}

#[test]
fn outputs_and_exports_are_told_apart() {
    let output =
        |more: &str| format!("Outputs:\n  Secret:\n    Value: !Sub 'x${{Key.SecretAccessKey}}'\n{more}");
    assert_eq!(exposed(&output(""), ""), ["an output of the stack (Outputs.Secret)"]);
    let exported = output("    Export: {Name: secret}\n");
    assert_eq!(exposed(&exported, ""), ["an exported output (Outputs.Secret)"]);
}

/// A parameter with `NoEcho` hides it; what the nested stack does with it shows it.
#[test]
fn a_nested_stack_is_looked_into() {
    let nest = "  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      \
                Parameters: {Secret: !GetAtt Key.SecretAccessKey}\n";
    let declared = "Parameters:\n  Secret: {Type: String, NoEcho: true}\nResources:\n";
    let store = "  S:\n    Type: AWS::SecretsManager::Secret\n    Properties: {SecretString: !Ref Secret}\n";
    assert_eq!(exposed(nest, &format!("{declared}{store}")), Vec::<String>::new());
    let parameter =
        "  S:\n    Type: AWS::SSM::Parameter\n    Properties: {Type: String, Value: !Ref Secret}\n";
    let found = exposed(nest, &format!("{declared}{parameter}"));
    assert_eq!(found, ["an SSM parameter of type String (Child/S)"]);
}

#[test]
fn the_id_of_a_key_and_a_store_of_secrets_are_no_exposures() {
    let rest = "  S:\n    Type: AWS::SecretsManager::Secret\n    Properties: {SecretString: !GetAtt Key.SecretAccessKey}\n\
                Outputs:\n  Id: {Value: !Ref Key}\n  Store: {Value: !Ref S}\n";
    assert_eq!(exposed(rest, ""), Vec::<String>::new());
}
