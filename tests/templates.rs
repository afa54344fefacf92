//! What a template comes to: functions, conditions, loops, links, and the places that findings stand on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::{Project, column, kinds, messages, owner};
use serde_json::Value;

fn graph(template: &str) -> Value {
    Project::new(&[("template.yaml", template)]).graph("template.yaml")
}

/// The names of the users that the template makes, as it is by default; what has no name is told by its address.
fn names(template: &str) -> Vec<String> {
    let graph = graph(template);
    let users = graph["users"].as_array().unwrap().iter().filter(|user| user["by_default"] == true);
    users
        .filter(|user| user["external"] == false)
        .map(|user| user["name"].as_str().or(user["address"].as_str()).unwrap().to_owned())
        .collect()
}

/// The name that a user gets from an expression.
fn name_of(more: &str, expression: &str) -> String {
    let template = format!(
        "{more}\nResources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: {expression}\n"
    );
    names(&template).remove(0)
}

#[test]
fn functions_give_what_they_give_in_a_deployment() {
    let more = "Parameters:\n  Env: {Type: String, Default: dev}\n  List: {Type: CommaDelimitedList, Default: 'a, b,c'}\n  \
                N: {Type: Number, Default: 3}\nMappings:\n  M:\n    dev: {name: mapped, list: [x, y]}\n    prod: {name: p, \
                list: [z]}\nTransform: AWS::LanguageExtensions";
    for (expression, expected) in [
        ("!Ref Env", "dev"),
        ("!Sub 'ci-${Env}'", "ci-dev"),
        ("!Sub ['${A}-${Env}', {A: !Ref N}]", "3-dev"),
        ("!Sub 'x${!Env}y'", "x${Env}y"),
        ("!Join ['-', [a, !Ref Env, !Ref 'AWS::NoValue', z]]", "a-dev-z"),
        ("!Join ['.', !Ref List]", "a.b.c"),
        ("!Select [1, !Ref List]", "b"),
        ("!Select ['0', [!Ref Env]]", "dev"),
        ("!Select [2, !Split ['-', 'a-b-c']]", "c"),
        ("!FindInMap [M, !Ref Env, name]", "mapped"),
        ("!Select [1, !FindInMap [M, !Ref Env, list]]", "y"),
        ("{'Fn::FindInMap': [M, nowhere, name, {DefaultValue: other}]}", "other"),
        ("!Sub '${AWS::Partition}'", "aws"),
        ("{'Fn::Sub': 'n${N}'}", "n3"),
        ("!Join ['', [n, {'Fn::Length': !Ref List}]]", "n3"),
        ("{'Fn::ToJsonString': [1, true]}", "[1,true]"),
        ("{'Fn::Base64': abc}", "YWJj"),
        ("!Join ['', [!Select [1, !Cidr ['10.0.0.0/24', 2, 5]]]]", "10.0.0.32/27"),
        ("yes", "true"),
        ("'yes'", "yes"),
        ("0123", "0123"),
        ("12", "12"),
    ] {
        assert_eq!(name_of(more, expression), expected, "{expression}");
    }
}

#[test]
fn what_is_not_known_is_named_and_never_made_up() {
    for (expression, cause) in [
        ("!Ref Missing", "there is no parameter or resource Missing"),
        ("!Ref Required", "parameter Required, which has no value"),
        ("!ImportValue other-stack", "Fn::ImportValue"),
        ("!Select [5, [a]]", "asks for element 5 of 1"),
        ("'{{resolve:ssm:/user}}'", "{{resolve:ssm:/user}}"),
        ("!Sub '${AWS::StackName}-ci'", "AWS::StackName"),
        ("!GetAtt Thing.Name", "Thing.Name"),
    ] {
        let template = format!(
            "Parameters:\n  Required: {{Type: String}}\nResources:\n  Thing: {{Type: 'Custom::Thing'}}\n  U:\n    Type: \
             AWS::IAM::User\n    Properties:\n      UserName: {expression}\n"
        );
        let graph = graph(&template);
        assert_eq!(graph["users"][0]["name"], Value::Null, "{expression}");
        assert!(messages(&graph).iter().any(|message| message.contains(cause)), "{expression}: {graph:#}");
    }
}

#[test]
fn a_key_finds_its_user_however_it_is_named() {
    for expression in [
        "!Ref U",
        "!Sub '${U}'",
        "!Join ['', [!Ref U]]",
        "Alice",
        "aLICE",
        "!Select [1, !Split ['/', !GetAtt U.Arn]]",
        "!If [C, !Ref U, !Ref U]",
    ] {
        let template = format!(
            "Conditions:\n  C: !Equals [!Ref 'AWS::Region', eu-west-1]\nResources:\n  U:\n    Type: AWS::IAM::User\n    \
             Properties: {{UserName: Alice}}\n  K:\n    Type: AWS::IAM::AccessKey\n    Properties:\n      UserName: {expression}\n"
        );
        let graph = graph(&template);
        assert_eq!(owner(&graph, "K"), "U", "{expression}");
        assert_eq!(graph["users"].as_array().unwrap().len(), 1, "{expression}");
    }
    // A user whose name is made up is found by reference, and nobody else's key is taken for its.
    let template = "Resources:\n  U: {Type: AWS::IAM::User}\n  K: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}\n  \
                    L: {Type: AWS::IAM::AccessKey, Properties: {UserName: U}}\n";
    let graph = graph(template);
    assert_eq!(owner(&graph, "K"), "U");
    assert_eq!(owner(&graph, "L"), "user/U");
}

const TWO_KEYS: &str = "Resources:\n  U: {Type: AWS::IAM::User}\n  A:\n    Type: AWS::IAM::AccessKey\n    Condition: A\n    \
                        Properties: {UserName: !Ref U}\n  B:\n    Type: AWS::IAM::AccessKey\n    Condition: B\n    Properties: \
                        {UserName: !Ref U}\n";

/// In how far a template's user has two active keys: `certain`, the condition, or nothing.
fn two_keys(head: &str, arguments: &[&str]) -> Option<String> {
    let project = Project::new(&[("template.yaml", &format!("{head}\n{TWO_KEYS}"))]);
    let report = project.json(&[&["--root", ".", "--select", "multiple-active-keys"], arguments].concat());
    let finding = report["findings"].as_array().unwrap().first()?;
    Some(finding["when"].as_str().unwrap_or("certain").to_owned())
}

#[test]
fn conditions_say_when_keys_meet() {
    let env =
        "Parameters:\n  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}\nConditions:\n";
    for (conditions, expected) in [
        ("  A: !Equals [!Ref Env, dev]\n  B: !Not [!Condition A]", None),
        ("  A: !Equals [!Ref Env, dev]\n  B: !Or [!Condition A, !Equals [!Ref Env, prod]]", Some("certain")),
        ("  A: !Equals [!Ref Env, prod]\n  B: !Not [!Equals [!Ref Env, dev]]", Some("Env = prod")),
        ("  A: !Not [!Equals [!Ref Env, dev]]\n  B: !Not [!Equals [x, y]]", Some("Env is one of prod, test")),
        ("  A: !And [!Not [!Equals [!Ref Env, dev]], !Equals [!Ref Env, dev]]\n  B: !Equals [1, '1']", None),
        ("  A: !Equals [!Ref 'AWS::Region', us-east-1]\n  B: !Equals [true, 'true']", Some("certain")),
        (
            "  A: !Equals [!Ref 'AWS::AccountId', '111111111111']\n  B: !Equals [a, a]",
            Some("AWS::AccountId = 111111111111"),
        ),
        ("  A: !Equals [!Ref 'AWS::AccountId', prod]\n  B: !Equals [a, a]", None),
    ] {
        assert_eq!(two_keys(&format!("{env}{conditions}"), &[]).as_deref(), expected, "{conditions}");
    }
    let both = format!("{env}  A: !Equals [!Ref Env, prod]\n  B: !Equals [!Ref Env, prod]");
    assert_eq!(two_keys(&both, &["--parameters", "Env=prod"]).as_deref(), Some("certain"));
    assert_eq!(two_keys(&both, &["--parameters", "Env=test"]), None);
}

#[test]
fn a_text_that_a_condition_compares_is_tried_and_rules_forbid_worlds() {
    let open = "Parameters:\n  Name: {Type: String, Default: ''}\nConditions:\n  A: !Not [!Equals [!Ref Name, '']]\n  B: !Not \
                [!Equals [!Ref Name, '']]";
    assert_eq!(two_keys(open, &[]).as_deref(), Some("Name != "));
    let two = "Parameters:\n  P: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}\n  Q: {Type: String, Default: \
               'no', AllowedValues: ['yes', 'no']}\nConditions:\n  A: !Equals [!Ref P, 'yes']\n  B: !Equals [!Ref Q, 'yes']";
    assert_eq!(two_keys(two, &[]).as_deref(), Some("P = yes and Q = yes"));
    let rule = "Rules:\n  NotBoth:\n    RuleCondition: !Equals [!Ref P, 'yes']\n    Assertions:\n      - Assert: !Equals [!Ref \
                Q, 'no']";
    assert_eq!(two_keys(&format!("{two}\n{rule}"), &[]), None);
}

#[test]
fn conditions_that_make_no_sense_are_said() {
    for (conditions, said) in [
        ("  A: !Condition B\n  B: !Condition A", "refers to itself"),
        ("  A: !Condition Gone\n  B: !Condition A", "there is no condition Gone"),
        ("  A: [1]\n  B: !Condition A", "no function of conditions"),
    ] {
        let template = format!("Conditions:\n{conditions}\n{TWO_KEYS}");
        let graph = graph(&template);
        assert!(messages(&graph).iter().any(|message| message.contains(said)), "{conditions}: {graph:#}");
    }
}

#[test]
fn a_password_is_there_where_no_condition_takes_it_away() {
    let template = |condition: &str| {
        format!(
            "Conditions:\n  C: {condition}\nResources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile: !If \
             [C, {{Password: '{{{{resolve:secretsmanager:pw}}}}', PasswordResetRequired: true}}, !Ref 'AWS::NoValue']\n"
        )
    };
    assert_eq!(graph(&template("!Equals [a, a]"))["passwords"].as_array().unwrap().len(), 1);
    assert_eq!(graph(&template("!Equals [a, b]"))["passwords"].as_array().unwrap().len(), 0);
}

#[test]
fn an_mfa_device_is_that_of_its_users() {
    let template = "Resources:\n  U: {Type: AWS::IAM::User}\n  V: {Type: AWS::IAM::User}\n  M: {Type: AWS::IAM::VirtualMFADevice, \
                    Properties: {Users: [!Ref U]}}\n";
    let rule = "---\nid: without-mfa\ntitle: No device\nseverity: low\nsubject: user\nwhen: user.mfa_devices.size() == \
                0\nflag: user\nmessage: \"user {user.address} has no device\"\nwhy: \"x\"\nfix: \"y\"\n---\n";
    let project = Project::new(&[("template.yaml", template), ("rules/without-mfa.md", rule)]);
    let report = project.json(&["--root", ".", "--rules", "rules", "--select", "without-mfa"]);
    assert_eq!(column(&report["findings"], "message"), ["user V has no device"]);
}

#[test]
fn what_a_group_has_under_a_condition_its_members_have_under_it() {
    let template = |allowed: &str| {
        format!(
            "Parameters:\n  Env: {{Type: String, Default: dev, AllowedValues: [dev, prod]}}\nConditions:\n  C: !Equals [!Ref Env, \
             {allowed}]\nResources:\n  G:\n    Type: AWS::IAM::Group\n    Properties:\n      ManagedPolicyArns:\n        - !If [C, \
             'arn:aws:iam::aws:policy/AdministratorAccess', !Ref 'AWS::NoValue']\n  U: {{Type: AWS::IAM::User, Properties: {{Groups: \
             [!Ref G]}}}}\n"
        )
    };
    for (allowed, when) in [("dev", Value::Null), ("prod", Value::from("Env = prod"))] {
        let project = Project::new(&[("template.yaml", &template(allowed))]);
        let report = project.json(&["--root", ".", "--select", "administrator-user"]);
        assert_eq!(report["findings"][0]["when"], when, "{report:#}");
    }
}

#[test]
fn loops_make_users_with_their_keys() {
    let template = "Transform: AWS::LanguageExtensions\nParameters:\n  Teams: {Type: CommaDelimitedList, Default: 'ops, \
                    dev.a'}\nConditions:\n  'Fn::ForEach::Cs': [T, !Ref Teams, {'Is&{T}': !Equals ['${T}', \
                    ops]}]\nResources:\n  'Fn::ForEach::Teams':\n    - T\n    - !Ref Teams\n    - 'Fn::ForEach::Kinds':\n        - \
                    K\n        - [ci, cd]\n        - 'User&{T}${K}':\n            Type: AWS::IAM::User\n            \
                    Properties: {UserName: !Sub '${T}-${K}'}\n          'Key&{T}${K}':\n            Type: \
                    AWS::IAM::AccessKey\n            Condition: 'Is&{T}'\n            Properties: {UserName: !Ref \
                    'User&{T}${K}'}\n";
    assert_eq!(names(template), ["ops-ci", "ops-cd", "dev.a-ci", "dev.a-cd"]);
    let graph = graph(template);
    assert_eq!(column(&graph["access_keys"], "user"), ["Useropsci", "Useropscd"]);
    assert!(messages(&graph).is_empty(), "{graph:#}");
}

#[test]
fn a_loop_over_something_unknown_stands_for_all() {
    let template = "Transform: AWS::LanguageExtensions\nParameters:\n  People: {Type: CommaDelimitedList}\nResources:\n  \
                    'Fn::ForEach::People':\n    - P\n    - !Ref People\n    - 'User${P}': {Type: AWS::IAM::User, Properties: {UserName: \
                    !Sub '${P}'}}\n      'Key${P}': {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref 'User${P}'}}\n      \
                    'Again${P}': {Type: AWS::IAM::AccessKey, Properties: {UserName: '${P}'}}\n";
    let graph = graph(template);
    assert_eq!(graph["users"].as_array().unwrap().len(), 1, "{graph:#}");
    assert_eq!(graph["users"][0]["symbolic"], true);
    let user = graph["users"][0]["address"].clone();
    assert!(graph["access_keys"].as_array().unwrap().iter().all(|key| key["user"] == user), "{graph:#}");
    assert!(messages(&graph).iter().any(|message| message.contains("People")));
    // Given a value, it is expanded for real.
    let project = Project::new(&[("template.yaml", template)]);
    let found =
        project.found(&["--root", ".", "--parameters", "People=a,b", "--select", "multiple-active-keys"]);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn loops_that_are_refused_or_endless_are_said() {
    let without = "Resources:\n  'Fn::ForEach::L': [X, [a], {'U${X}': {Type: AWS::IAM::User}}]\n";
    let graph_without = graph(without);
    assert_eq!(column(&graph_without["users"], "address"), ["Ua"]);
    assert!(messages(&graph_without)[0].contains("AWS::LanguageExtensions"));
    let twice = "Transform: AWS::LanguageExtensions\nResources:\n  'Fn::ForEach::L': [X, [a, a], {'U${X}': {Type: \
                 AWS::IAM::User}}]\n";
    assert!(messages(&graph(twice))[0].contains("made twice"));
    let many: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    let many = many.join(", ");
    let endless = format!(
        "Transform: AWS::LanguageExtensions\nResources:\n  'Fn::ForEach::L': [X, [{many}], {{'Fn::ForEach::M': [Y, [{many}], \
         {{'U${{X}}x${{Y}}': {{Type: 'AWS::IAM::User'}}}}]}}]\n"
    );
    assert!(kinds(&graph(&endless)).contains(&"limit-reached".to_owned()));
}

#[test]
fn findings_stand_on_the_property_that_says_it() {
    let template = "Resources:\n  Alice:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile:\n        Password: \
                    hunter2\n      ManagedPolicyArns:\n        - arn:aws:iam::aws:policy/AdministratorAccess\n  Key:\n    Type: \
                    AWS::IAM::AccessKey\n    Properties: {UserName: !Ref Alice}\nOutputs:\n  Secret:\n    Value: !GetAtt \
                    Key.SecretAccessKey\n";
    let project = Project::new(&[("template.yaml", template)]);
    let report = project.json(&["--root", "."]);
    let line = |rule: &str| {
        let finding = report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == rule).unwrap();
        let place = &finding["location"];
        let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        let (start, end) = (place["column"].as_u64().unwrap(), place["end_column"].as_u64().unwrap());
        let text = template.lines().nth(line - 1).unwrap();
        text[usize::try_from(start - 1).unwrap()..usize::try_from(end - 1).unwrap()].to_owned()
    };
    assert_eq!(line("password-and-access-key"), "Key");
    assert_eq!(line("administrator-user"), "ManagedPolicyArns");
    assert_eq!(line("password-reset-not-required"), "LoginProfile");
    assert_eq!(line("exposed-secret-key"), "Value");
    assert_eq!(line("unnecessary-iam-user"), "Alice");
    assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
}

#[test]
fn what_is_no_template_makes_no_noise_and_what_is_one_is_told_by_its_content() {
    let files = [
        ("docker-compose.yml", "services:\n  web: {image: nginx}\n"),
        ("chart/values.yaml", "replicas: {{ .Values.replicas }}\n  bad indent: [\n"),
        ("package.json", "{\"name\": \"x\", \"resources\": {}}"),
        ("openapi.yaml", "openapi: 3.0.0\npaths:\n  /a: {get: {responses: {200: {description: ok}}}}\n"),
        ("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n---\nkind: Pod\n"),
        (".github/workflows/ci.yml", "on: push\njobs: {a: {steps: []}}\n"),
        ("Resources.yaml", "Resources:\n  - one\n  - two\n"),
        ("broken.json", "{\"a\": [1, }"),
        ("users.anything.template", "Resources: {U: {Type: 'AWS::IAM::User'}}\n"),
        ("odd.json", "{\"Resources\": {\"V\": {\"Type\": \"AWS::IAM::User\"}}}"),
    ];
    let report = Project::new(&files).json(&["--root", "."]);
    assert_eq!(report["coverage"]["users"], 2, "{report:#}");
    assert!(messages(&report).is_empty(), "{:?}", messages(&report));
    let output = Project::new(&files[..8]).run(&["check", "--root", "."]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_template_that_breaks_off_keeps_what_came_before() {
    let template = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  U:\n    Type: AWS::IAM::User\n  K:\n    Type: \
                    AWS::IAM::AccessKey\n    Properties: {UserName: !Ref U}\n  Broken: [\n";
    let project = Project::new(&[("template.yaml", template)]);
    let output = project.run(&["check", "--root", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let report = project::parsed(&output);
    assert_eq!(report["coverage"]["access_keys"], 1, "{report:#}");
    assert!(kinds(&report).contains(&"parse-error".to_owned()));
}

#[test]
fn nested_stacks_take_parameters_and_give_outputs() {
    let parent = "Parameters:\n  Env: {Type: String, Default: dev}\nResources:\n  People:\n    Type: \
                  AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: people/users.yaml\n      Parameters: {Prefix: !Sub \
                  '${Env}-team', Second: 'no'}\n  App:\n    Type: AWS::Serverless::Application\n    Properties:\n      Location: \
                  app.yaml\n  Key:\n    Type: AWS::IAM::AccessKey\n    Properties: {UserName: !GetAtt People.Outputs.User}\n";
    let child = "Parameters:\n  Prefix: {Type: String}\n  Second: {Type: String, Default: 'yes', AllowedValues: ['yes', \
                 'no']}\nConditions:\n  Two: !Equals [!Ref Second, 'yes']\nResources:\n  User:\n    Type: AWS::IAM::User\n    Properties: \
                 {UserName: !Sub '${Prefix}-bot'}\n  Extra:\n    Type: AWS::IAM::AccessKey\n    Condition: Two\n    Properties: \
                 {UserName: !Ref User}\nOutputs:\n  User: {Value: !Ref User}\n";
    let app = "Resources:\n  Bot: {Type: AWS::IAM::User}\n";
    let project = Project::new(&[("main.yaml", parent), ("people/users.yaml", child), ("app.yaml", app)]);
    let graph = project.graph(".");
    assert_eq!(column(&graph["users"], "address"), ["People/User", "App/Bot"], "{graph:#}");
    assert_eq!(graph["users"][0]["name"], "dev-team-bot");
    assert_eq!(owner(&graph, "Key"), "People/User");
    // What its parent does not give it is settled: the second key is never there.
    assert_eq!(graph["access_keys"].as_array().unwrap().len(), 1);
    let listed = project::parsed(&project.run(&["files", "--root", ".", "--format", "json"]));
    assert_eq!(listed["roots"], serde_json::json!(["main.yaml"]));
}

#[test]
fn nested_templates_that_cannot_be_followed_are_said() {
    let nest = |url: &str| {
        format!(
            "Resources:\n  N: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: '{url}'}}}}\n"
        )
    };
    for (url, kind) in [
        ("https://s3.amazonaws.com/bucket/users.yaml", "module-not-on-disk"),
        ("gone.yaml", "module-not-on-disk"),
        ("../../../../etc/passwd", "outside-root"),
        ("main.yaml", "invalid-configuration"),
    ] {
        let project = Project::new(&[("main.yaml", &nest(url))]);
        assert_eq!(kinds(&project.graph("main.yaml")), [kind], "{url}");
    }
    let project = Project::new(&[("a.yaml", &nest("b.yaml")), ("b.yaml", &nest("a.yaml"))]);
    assert_eq!(kinds(&project.graph(".")), ["invalid-configuration"]);
}

#[test]
fn the_template_in_a_stack_set_is_read_where_it_stands() {
    let template = "Resources:\n  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: baseline\n      \
                    TemplateBody: |\n        Resources:\n          Auditor:\n            Type: AWS::IAM::User\n            Properties:\n              \
                    LoginProfile: {Password: hunter2hunter2}\n";
    let project = Project::new(&[("set.yaml", template)]);
    let report = project.json(&["--root", "."]);
    let password =
        report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "plaintext-password");
    assert_eq!(password.unwrap()["location"]["line"], 11, "{report:#}");
    assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
    let human = project.run(&["check", "--root", "."]);
    assert!(!String::from_utf8_lossy(&human.stdout).contains("hunter2"));
}

#[test]
fn included_files_take_their_place() {
    let main = "Transform: {Name: 'AWS::Include', Parameters: {Location: ./more.yaml}}\nResources:\n  A: {Type: \
                AWS::IAM::User}\n  'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: ./b.yaml}}\n  C:\n    Type: \
                AWS::IAM::User\n    Properties:\n      'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: ./name.yaml}}\n";
    let files = [
        ("main.yaml", main),
        ("more.yaml", "Resources:\n  D: {Type: AWS::IAM::User}\n"),
        ("b.yaml", "B: {Type: AWS::IAM::User}\n"),
        ("name.yaml", "UserName: carol\n"),
    ];
    let graph = Project::new(&files).graph("main.yaml");
    assert_eq!(column(&graph["users"], "address"), ["A", "B", "C", "D"], "{graph:#}");
    assert_eq!(graph["users"][2]["name"], "carol");
    let gone = Project::new(&[("main.yaml", main)]).graph("main.yaml");
    assert!(kinds(&gone).iter().all(|kind| kind == "module-not-on-disk") && kinds(&gone).len() == 3);
}

#[test]
fn what_is_made_to_grow_does_not() {
    // Each name doubles the one before it.
    let mut template = String::from("Resources:\n");
    for number in 0..60 {
        let name =
            if number == 0 { "x".repeat(60) } else { format!("${{U{}}}${{U{}}}", number - 1, number - 1) };
        let user =
            format!("  U{number}: {{Type: 'AWS::IAM::User', Properties: {{UserName: !Sub '{name}'}}}}\n");
        template.push_str(&user);
    }
    assert_eq!(graph(&template)["users"].as_array().unwrap().len(), 60);
    // Names that hang on one another.
    let circle = "Resources:\n  A: {Type: 'AWS::IAM::User', Properties: {UserName: !Sub '${B}x'}}\n  B: {Type: 'AWS::IAM::User', \
                  Properties: {UserName: !Sub '${A}x'}}\n";
    assert!(messages(&graph(circle)).iter().any(|message| message.contains("hangs on itself")));
    // Each level doubles the stacks of the one before it.
    let files: Vec<(String, String)> = (0..14)
        .map(|level| {
            let nest = |name: &str| {
                format!(
                    "  {name}: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: 'l{}.yaml'}}}}\n",
                    level + 1
                )
            };
            let text = format!("Resources:\n{}{}  U: {{Type: 'AWS::IAM::User'}}\n", nest("L"), nest("R"));
            (format!("l{level}.yaml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert!(kinds(&Project::new(&files).graph("l0.yaml")).contains(&"limit-reached".to_owned()));
}
