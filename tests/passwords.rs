//! Where the text of a console password stands in templates: it is found wherever it comes from, and never shown.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::Project;
use serde_json::Value;

/// What every text of a password here contains.
const TEXT: &str = "Example-";

/// A user of each name with this password, in YAML.
fn users(passwords: &[(&str, &str)]) -> String {
    let user = |(name, password): &(&str, &str)| {
        format!(
            "  {name}:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: {name}\n      LoginProfile:\n        \
             Password: {password}\n        PasswordResetRequired: true\n"
        )
    };
    passwords.iter().map(user).collect()
}

/// `user: where its password stands`, sorted; the texts are in no output.
fn written(files: &[(&str, &str)]) -> Vec<String> {
    let project = Project::new(files);
    for format in ["human", "json", "sarif"] {
        let output = project.run(&["check", "--root", ".", "--format", format]);
        let shown = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        let shown: Vec<&str> = shown.lines().filter(|line| line.contains(TEXT)).collect();
        // The rule's own examples are in SARIF's help.
        let is_shown =
            shown.iter().any(|line| !line.contains("\"markdown\": ") && !line.contains("\"text\": \"#"));
        assert!(!is_shown, "{format}: {shown:#?}");
    }
    let report = project.json(&["--root", ".", "--select", "plaintext-password"]);
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let message = text(finding, "message");
            let place = message.split(" stands in ").nth(1).unwrap();
            format!("{}: {place}{}", text(finding, "subject_name"), text(finding, "when"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_text_is_found_in_every_expression() {
    let parameters = "Mappings:\n  Passwords:\n    All:\n      Mapped: Example-1-Password\nResources:\n";
    let template = users(&[
        ("Based", "{'Fn::Base64': Example-2-Password}"),
        ("Joined", "!Join ['-', [Example, Example-3, Password]]"),
        ("Mapped", "!FindInMap [Passwords, All, Mapped]"),
        ("Number", "1234567890123"),
        ("Plain", "Example-4-Password"),
        ("Split", "!Select [0, !Split [',', 'Example-5-Password,x']]"),
        ("Subbed", "!Sub 'Example-6-${AWS::AccountId}'"),
    ]);
    let found = written(&[("template.yaml", &format!("{parameters}{template}"))]);
    let expected = ["Based", "Joined", "Mapped", "Number", "Plain", "Split", "Subbed"];
    assert_eq!(found, expected.map(|name| format!("{name}: the template")));
}

#[test]
fn secure_references_are_no_text_and_a_plain_parameter_is_readable() {
    let template = users(&[
        ("Secure", "'{{resolve:ssm-secure:/password:1}}'"),
        ("Secret", "'{{resolve:secretsmanager:passwords:SecretString:a}}'"),
        ("Put", "!Sub '{{resolve:secretsmanager:${AWS::StackName}}}'"),
        ("Plain", "'{{resolve:ssm:/password:1}}'"),
    ]);
    let found = written(&[("template.yaml", &format!("Resources:\n{template}"))]);
    assert_eq!(found, ["Plain: an SSM parameter of type String"]);
}

#[test]
fn a_parameter_is_safe_when_it_is_hidden_and_has_no_default() {
    let parameters = "\
Parameters:
  Safe: {Type: String, NoEcho: true}
  Empty: {Type: String, NoEcho: 'true', Default: ''}
  Default: {Type: String, NoEcho: true, Default: Example-1-Password}
  Echoed: {Type: String}
  Stored: {Type: AWS::SSM::Parameter::Value<String>, Default: /password}
Resources:
";
    let names = ["Safe", "Empty", "Default", "Echoed", "Stored"];
    let references = names.map(|name| format!("!Ref {name}"));
    let passwords: Vec<(&str, &str)> = names.into_iter().zip(references.iter().map(String::as_str)).collect();
    let found = written(&[("template.yaml", &format!("{parameters}{}", users(&passwords)))]);
    let expected = [
        "Default: the default of parameter Default",
        "Echoed: parameter Echoed, which is not NoEcho",
        "Stored: an SSM parameter of type String",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_text_is_followed_into_a_nested_stack() {
    let parent = "\
Parameters:
  Safe: {Type: String, NoEcho: true}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: {Written: Example-1-Password, Handed: !Ref Safe}
";
    let parameters = "Parameters:\n  Written: {Type: String, NoEcho: true}\n  Handed: {Type: String, NoEcho: true}\nResources:\n";
    let child = format!("{parameters}{}", users(&[("Written", "!Ref Written"), ("Handed", "!Ref Handed")]));
    let found = written(&[("template.yaml", parent), ("child.yaml", &child)]);
    assert_eq!(found, ["Written: the template"]);
}

#[test]
fn a_text_under_a_condition_is_found_with_it() {
    let parameters = "\
Parameters:
  Stage: {Type: String, Default: prod, AllowedValues: [dev, prod]}
Conditions:
  IsDevelopment: !Equals [!Ref Stage, dev]
Resources:
";
    let password = "!If [IsDevelopment, Example-1-Password, '{{resolve:secretsmanager:a}}']";
    let found = written(&[("template.yaml", &format!("{parameters}{}", users(&[("Maria", password)])))]);
    assert_eq!(found, ["Maria: the templateStage = dev"]);
}

/// The line of the program that made the user is shown, and holds the text under no name that tells.
#[test]
fn a_text_is_not_shown_in_the_program_that_wrote_the_template_either() {
    let manifest = r#"{"version": "55.0.0", "artifacts": {"People": {
        "type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "People.template.json"},
        "metadata": {"/People/Maria/Resource": [
            {"type": "aws:cdk:logicalId", "data": "Maria"},
            {"type": "aws:cdk:creationStack", "data": ["new People (/builds/acme/people/app.js:2:3)"]}]}}}}"#;
    let template = r#"{"Resources": {"Maria": {"Type": "AWS::IAM::User", "Properties": {
        "UserName": "maria", "LoginProfile": {"Password": "Example-1-Password", "PasswordResetRequired": true}}}}}"#;
    let files = [
        ("app.js", "// The people.\n  make('maria', 'Example-1-Password');\n"),
        ("cdk.out/manifest.json", manifest),
        ("cdk.out/People.template.json", template),
    ];
    assert_eq!(written(&files), ["maria: the template"]);
    let shown = Project::new(&files).run(&["check", "--root", ".", "--select", "plaintext-password"]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("make('maria', '…');"));
}

#[test]
fn a_parameter_that_is_a_password_is_in_no_condition_that_is_shown() {
    for declaration in [
        "{Type: String, Default: Example-1-a, AllowedValues: [Example-1-a, Example-1-b]}",
        "{Type: String, AllowedValues: [Example-1-a, Example-1-b]}",
        "{Type: String, Default: Example-1-b}",
        "{Type: String}",
    ] {
        for password in ["!Ref Pw", "!Sub '${Pw}'"] {
            let template = format!(
                "Parameters:\n  Pw: {declaration}\nConditions:\n  First: !Equals [!Ref Pw, Example-1-a]\nResources:\n{}  Key:\n    \
                 Type: AWS::IAM::AccessKey\n    Condition: First\n    Properties: {{UserName: ann}}\n",
                users(&[("ann", password)])
            );
            let found = written(&[("template.yaml", &template)]);
            assert_eq!(found.len(), 1, "{declaration}: {found:?}");
        }
    }
}
