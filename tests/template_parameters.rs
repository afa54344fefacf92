//! What a template's parameters are worth: defaults, values that are given, and those that are tried.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::{Project, column, kinds, messages, parsed};
use serde_json::Value;

/// The graph of a template, with further files beside it and arguments.
fn graph(template: &str, files: &[(&str, &str)], arguments: &[&str]) -> Value {
    let files: Vec<(&str, &str)> = [("template.yaml", template)].iter().chain(files).copied().collect();
    parsed(&Project::new(&files).run(&[&["graph", "template.yaml", "--root", "."], arguments].concat()))
}

/// The name that a user has by default, and what is said.
fn named(
    parameters: &str,
    expression: &str,
    files: &[(&str, &str)],
    arguments: &[&str],
) -> (Value, Vec<String>) {
    let template = format!(
        "Parameters:\n{parameters}Resources:\n  U:\n    Type: AWS::IAM::User\n    Properties: {{UserName: {expression}}}\n"
    );
    let graph = graph(&template, files, arguments);
    let users = graph["users"].as_array().unwrap();
    let user = users.iter().find(|user| user["by_default"] == true).unwrap();
    (user["name"].clone(), messages(&graph))
}

/// When a user has two active keys, of which the second is there under condition `C`: `certain`, the words for it,
/// or nothing.
fn two_keys(parameters: &str, condition: &str, arguments: &[&str]) -> Option<String> {
    let template = format!(
        "Parameters:\n{parameters}Conditions:\n  C: {condition}\nResources:\n  U: {{Type: AWS::IAM::User}}\n  A: {{Type: \
         AWS::IAM::AccessKey, Properties: {{UserName: !Ref U}}}}\n  B: {{Type: AWS::IAM::AccessKey, Condition: C, Properties: \
         {{UserName: !Ref U}}}}\n"
    );
    let project = Project::new(&[("template.yaml", &template)]);
    let report = project.json(&[&["--root", ".", "--select", "multiple-active-keys"], arguments].concat());
    let finding = report["findings"].as_array().unwrap().first()?;
    Some(finding["when"].as_str().unwrap_or("certain").to_owned())
}

#[test]
fn each_type_gives_what_a_reference_to_it_gives() {
    for (declared, expression, expected) in [
        ("{Type: String, Default: ci}", "!Ref P", "ci"),
        ("{Type: String, Default: ''}", "!Sub 'x${P}'", "x"),
        ("{Type: Number, Default: 3}", "!Sub 'ci${P}'", "ci3"),
        ("{Type: Number, Default: '007'}", "!Sub 'ci${P}'", "ci007"),
        ("{Type: String, Default: 007}", "!Ref P", "007"),
        ("{Type: String, Default: true}", "!Sub 'is-${P}'", "is-true"),
        ("{Type: CommaDelimitedList, Default: 'a , b'}", "!Join ['-', !Ref P]", "a-b"),
        ("{Type: 'List<Number>', Default: '1, 2'}", "!Join ['-', !Ref P]", "1-2"),
        (
            "{Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1,subnet-2'}",
            "!Select [1, !Ref P]",
            "subnet-2",
        ),
        ("{Type: AWS::EC2::KeyPair::KeyName, Default: laptop}", "!Ref P", "laptop"),
    ] {
        let (name, said) = named(&format!("  P: {declared}\n"), expression, &[], &[]);
        assert_eq!(name, expected, "{declared}: {said:?}");
        assert!(said.is_empty(), "{declared}: {said:?}");
    }
}

#[test]
fn what_is_looked_up_or_never_given_is_unknown() {
    for (declared, expression) in [
        ("{Type: String}", "!Ref P"),
        ("{Type: CommaDelimitedList}", "!Select [0, !Ref P]"),
        ("{Type: 'AWS::SSM::Parameter::Value<String>', Default: /users/ci}", "!Ref P"),
        ("{Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /users}", "!Select [0, !Ref P]"),
    ] {
        let (name, said) = named(&format!("  P: {declared}\n"), expression, &[], &[]);
        assert_eq!(name, Value::Null, "{declared}");
        assert!(said.len() == 1 && said[0].contains("the name of U is unknown"), "{declared}: {said:?}");
    }
    // The name of the parameter in the store is given, and is no name of a user.
    let declared = "  P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /users/ci}\n";
    assert_eq!(named(declared, "!Ref P", &[], &["--parameters", "P=/users/cd"]).0, Value::Null);
}

#[test]
fn what_is_given_counts_and_the_last_of_it_wins() {
    let declared = "  P: {Type: String, Default: dev}\n  L: {Type: CommaDelimitedList, Default: x}\n";
    let both = "!Join ['-', [!Ref P, !Join ['-', !Ref L]]]";
    for (arguments, expected) in [
        (&["--parameters", "P=prod"][..], "prod-x"),
        (&["--parameters", "P=a=b"], "a=b-x"),
        (&["--parameters", "P="], "-x"),
        (&["--parameters", "L=a, b", "--parameters", "P=prod"], "prod-a-b"),
        (&["--parameters", "P=one", "--parameters", "P=two"], "two-x"),
        (&["--parameters", "list.json"], "fromlist-a-b"),
        (&["--parameters", "deploy.json"], "fromdeploy-a-b"),
        (&["--parameters", "pairs.json"], "frompairs-x"),
        (&["--parameters", "map.yaml"], "frommap-a-b"),
        (&["--parameters", "samconfig.toml"], "fromsam-x"),
        (&["--parameters", "map.yaml", "--parameters", "P=later"], "later-a-b"),
        (&["--parameters", "P=earlier", "--parameters", "map.yaml"], "frommap-a-b"),
    ] {
        let files = [
            (
                "list.json",
                "[{\"ParameterKey\": \"P\", \"ParameterValue\": \"fromlist\"}, {\"ParameterKey\": \"L\", \"ParameterValue\": \
                 \"a,b\"}]",
            ),
            (
                "deploy.json",
                "{\"Parameters\": {\"P\": \"fromdeploy\", \"L\": \"a,b\"}, \"Tags\": {\"P\": \"no\"}}",
            ),
            ("pairs.json", "[\"P=frompairs\"]"),
            ("map.yaml", "P: frommap\nL: [a, b]\n"),
            (
                "samconfig.toml",
                "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = 'P=\"fromsam\"'\n",
            ),
        ];
        let (name, said) = named(declared, both, &files, arguments);
        assert_eq!(name, expected, "{arguments:?}: {said:?}");
        assert!(said.is_empty(), "{arguments:?}: {said:?}");
    }
}

#[test]
fn pseudo_parameters_can_be_given() {
    for (expression, given, expected) in [
        ("!Sub 'ci-${AWS::Region}'", "AWS::Region=eu-west-1", "ci-eu-west-1"),
        ("!Ref 'AWS::StackName'", "AWS::StackName=people", "people"),
        ("!Join ['', [a, !Ref 'AWS::AccountId']]", "AWS::AccountId=111122223333", "a111122223333"),
        ("{'Fn::FindInMap': [M, !Ref 'AWS::Region', name]}", "AWS::Region=eu-west-1", "europe"),
        ("!Ref 'AWS::Partition'", "AWS::Region=cn-north-1", "aws-cn"),
        ("!Ref 'AWS::Partition'", "AWS::Region=us-gov-west-1", "aws-us-gov"),
        ("!Ref 'AWS::URLSuffix'", "AWS::Region=cn-north-1", "amazonaws.com.cn"),
    ] {
        let more = "  X: {Type: String, Default: x}\nMappings: {M: {eu-west-1: {name: europe}, us-east-1: {name: america}}}\n";
        assert_eq!(
            named(more, expression, &[], &["--parameters", given]).0,
            expected,
            "{expression} {given}"
        );
    }
}

#[test]
fn a_name_that_nothing_declares_is_said() {
    let (name, said) =
        named("  P: {Type: String, Default: dev}\n", "!Ref P", &[], &["--parameters", "Q=prod"]);
    assert_eq!(name, "dev");
    assert!(said.iter().any(|message| message.contains("`Q`")), "{said:?}");
}

#[test]
fn allowed_values_are_tried() {
    let env = "  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}\n";
    for (condition, expected) in [
        ("!Equals [!Ref Env, dev]", Some("certain")),
        ("!Equals [!Ref Env, prod]", Some("Env = prod")),
        ("!Equals [prod, !Ref Env]", Some("Env = prod")),
        ("!Equals [!Sub '${Env}', prod]", Some("Env = prod")),
        ("!Equals [!Sub 'x-${Env}-y', x-prod-y]", Some("Env = prod")),
        ("!Equals [!Join ['-', [!Ref Env, a]], prod-a]", Some("Env = prod")),
        // No value that is allowed is this one; and texts are compared letter by letter.
        ("!Equals [!Ref Env, stage]", None),
        ("!Equals [!Ref Env, Prod]", None),
    ] {
        assert_eq!(two_keys(env, condition, &[]).as_deref(), expected, "{condition}");
    }
    // Without a default somebody has to say, and every value is as good as any other.
    let required = "  Env: {Type: String, AllowedValues: [dev, prod]}\n";
    assert_eq!(two_keys(required, "!Equals [!Ref Env, prod]", &[]).as_deref(), Some("Env = prod"));
    // One value alone is no choice.
    let only = "  Env: {Type: String, Default: dev, AllowedValues: [dev]}\n";
    assert_eq!(two_keys(only, "!Equals [!Ref Env, prod]", &[]), None);
    let number = "  N: {Type: Number, Default: 1, AllowedValues: [1, 2]}\n";
    assert_eq!(two_keys(number, "!Equals [!Ref N, 2]", &[]).as_deref(), Some("N = 2"));
    assert_eq!(
        two_keys(number, "!Equals [!Ref N, '2']", &["--parameters", "N=2"]).as_deref(),
        Some("certain")
    );
}

#[test]
fn a_mapping_decides_through_a_parameter() {
    let env = "  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}\nMappings: {Keys: {dev: {two: 'no'}, prod: \
               {two: 'yes'}}}\n";
    let condition = "!Equals [!FindInMap [Keys, !Ref Env, two], 'yes']";
    assert_eq!(two_keys(env, condition, &[]).as_deref(), Some("Env = prod"));
    // Of a region that nobody names the keys of the mapping are the choices.
    let regions = "  X: {Type: String, Default: x}\nMappings: {Keys: {us-east-1: {two: 'no'}, eu-west-1: {two: 'yes'}}}\n";
    let condition = "!Equals [!FindInMap [Keys, !Ref 'AWS::Region', two], 'yes']";
    assert_eq!(two_keys(regions, condition, &[]).as_deref(), Some("AWS::Region = eu-west-1"));
    assert_eq!(two_keys(regions, condition, &["--parameters", "AWS::Region=us-east-1"]), None);
}

#[test]
fn a_text_without_allowed_values_is_tried_with_what_it_is_compared_with() {
    let open = "  Env: {Type: String, Default: dev}\n";
    assert_eq!(two_keys(open, "!Equals [!Ref Env, prod]", &[]).as_deref(), Some("Env = prod"));
    assert_eq!(two_keys(open, "!Equals [!Ref Env, prod]", &["--parameters", "Env=dev"]), None);
    let required = "  Env: {Type: String}\n";
    assert_eq!(two_keys(required, "!Equals [!Ref Env, prod]", &[]).as_deref(), Some("Env = prod"));
    let never = two_keys(required, "!Not [!Equals [!Ref Env, !Ref Env]]", &[]);
    assert_eq!(never, None);
}

#[test]
fn what_a_secret_is_worth_is_never_shown() {
    let secret =
        "  Pw: {Type: String, NoEcho: true, Default: hunter2, AllowedValues: [hunter2, correcthorse]}\n";
    let template = format!(
        "Parameters:\n{secret}Conditions:\n  C: !Equals [!Ref Pw, correcthorse]\nResources:\n  U:\n    Type: AWS::IAM::User\n    \
         Properties: {{UserName: !Sub 'x-${{Pw}}', LoginProfile: {{Password: !Ref Pw}}}}\n  A: {{Type: AWS::IAM::AccessKey, \
         Condition: C, Properties: {{UserName: !Ref U}}}}\n  B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Ref Pw}}}}\n"
    );
    let project = Project::new(&[("template.yaml", &template)]);
    for command in [
        &["check", "--root", "."][..],
        &["check", "--root", ".", "--parameters", "Pw=correcthorse"],
        &["check", "--root", ".", "--format", "json"],
        &["check", "--root", ".", "--format", "sarif"],
        &["graph", "template.yaml", "--root", "."],
    ] {
        let output = project.run(command);
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!text.is_empty());
        assert!(!text.contains("hunter2") && !text.contains("correcthorse"), "{command:?}: {text}");
    }
}

#[test]
fn rules_take_worlds_away() {
    let template = |rules: &str| {
        format!(
            "Parameters:\n  Env: {{Type: String, Default: dev, AllowedValues: [dev, prod]}}\n  Rotate: {{Type: String, Default: \
             'no', AllowedValues: ['yes', 'no']}}\nRules:\n{rules}Conditions:\n  C: !And [!Equals [!Ref Env, prod], !Equals \
             [!Ref Rotate, 'yes']]\nResources:\n  U: {{Type: AWS::IAM::User}}\n  A: {{Type: AWS::IAM::AccessKey, Properties: \
             {{UserName: !Ref U}}}}\n  B: {{Type: AWS::IAM::AccessKey, Condition: C, Properties: {{UserName: !Ref U}}}}\n"
        )
    };
    let when = |rules: &str| {
        let project = Project::new(&[("template.yaml", &template(rules))]);
        let report = project.json(&["--root", ".", "--select", "multiple-active-keys"]);
        column(&report["findings"], "when")
    };
    let both = ["Env = prod and Rotate = yes"];
    let applies = "  R:\n    RuleCondition: !Equals [!Ref Env, prod]\n";
    for (assertion, expected) in [
        ("!Equals [!Ref Rotate, 'no']", &[][..]),
        ("!Contains [['no'], !Ref Rotate]", &[]),
        ("!Not [!Contains [['yes', maybe], !Ref Rotate]]", &[]),
        ("!Contains [['yes', 'no'], !Ref Rotate]", &both),
        ("!Equals [!Ref Rotate, 'yes']", &["Env = prod"]),
    ] {
        let rules = format!("{applies}    Assertions: [{{Assert: {assertion}}}]\n");
        assert_eq!(when(&rules), expected, "{assertion}");
    }
    // A rule for the other environment leaves this one as it was: the only one that may rotate.
    let other = "  R:\n    RuleCondition: !Equals [!Ref Env, dev]\n    Assertions: [{Assert: !Equals [!Ref Rotate, 'no']}]\n";
    assert_eq!(when(other), ["Rotate = yes"]);
    // Two assertions have to hold both.
    let two = format!(
        "{applies}    Assertions: [{{Assert: !Equals [a, a]}}, {{Assert: !Equals [!Ref Rotate, 'no']}}]\n"
    );
    assert_eq!(when(&two), Vec::<String>::new());
}

#[test]
fn declarations_that_make_no_sense_are_survived() {
    for declared in [
        "  P: {}\n",
        "  P: {Type: [1], Default: {a: b}}\n",
        "  P: 3\n",
        "  P: {Type: String, AllowedValues: x}\n",
    ] {
        let (name, said) = named(declared, "!Ref P", &[], &[]);
        assert_eq!(name, Value::Null, "{declared}");
        assert!(!said.is_empty(), "{declared}");
    }
    let template =
        "Parameters: [P]\nResources:\n  U: {Type: AWS::IAM::User, Properties: {UserName: !Ref P}}\n";
    assert!(kinds(&graph(template, &[], &[])).len() == 1);
}
