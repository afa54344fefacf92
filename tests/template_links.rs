//! Whose a key is, what a user may do, and in which groups it is, as templates say it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::{Project, column, kinds, messages, owner, parsed};
use serde_json::Value;

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const EVERYTHING: &str = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}";

/// `rule subject` of what is found of a template by some rules.
fn found(template: &str, rules: &str) -> Vec<String> {
    Project::new(&[("template.yaml", template)]).found(&["--root", ".", "--select", rules])
}

/// A user with more properties, and further resources.
fn user(properties: &str, more: &str) -> String {
    format!("Resources:\n  U: {{Type: AWS::IAM::User, Properties: {{{properties}}}}}\n{more}")
}

#[test]
fn every_way_to_attach_a_policy_to_a_user_counts() {
    let policy = |kind: &str, properties: &str| {
        format!(
            "  P: {{Type: 'AWS::IAM::{kind}', Properties: {{PolicyDocument: {EVERYTHING}, {properties}}}}}\n"
        )
    };
    for template in [
        user(&format!("ManagedPolicyArns: ['{ADMINISTRATOR}']"), ""),
        user("ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess']", ""),
        user(&format!("Policies: [{{PolicyName: all, PolicyDocument: {EVERYTHING}}}]"), ""),
        user("", &policy("Policy", "PolicyName: all, Users: [!Ref U]")),
        user("UserName: alice", &policy("Policy", "PolicyName: all, Users: [ALICE]")),
        user("", &policy("ManagedPolicy", "Users: [!Ref U]")),
        user("ManagedPolicyArns: [!Ref P]", &policy("ManagedPolicy", "Description: all")),
        user("", &policy("UserPolicy", "PolicyName: all, UserName: !Ref U")),
        user("UserName: alice", &policy("Policy", "PolicyName: all, Users: !Split [',', !Sub '${U},other']")),
    ] {
        let found = found(&template, "administrator-user");
        assert!(found.contains(&"administrator-user U".to_owned()), "{template}: {found:?}");
    }
    let role = user("", &policy("Policy", "PolicyName: all, Roles: [U]"));
    assert_eq!(found(&role, "administrator-user,direct-user-policy"), Vec::<String>::new());
}

#[test]
fn what_a_group_may_do_its_members_may_do() {
    let administrators = format!("ManagedPolicyArns: ['{ADMINISTRATOR}']");
    let group = |properties: &str| format!("  G: {{Type: AWS::IAM::Group, Properties: {{{properties}}}}}\n");
    let joined =
        "  M: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref G, Users: [!Ref U]}}\n";
    let attached = format!(
        "  P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {EVERYTHING}, Groups: [!Ref G]}}}}\n"
    );
    let inline = format!(
        "  P: {{Type: AWS::IAM::GroupPolicy, Properties: {{GroupName: !Ref G, PolicyName: all, PolicyDocument: {EVERYTHING}}}}}\n"
    );
    for template in [
        user("Groups: [!Ref G]", &group(&administrators)),
        user("Groups: [admins]", &group(&format!("GroupName: admins, {administrators}"))),
        user("", &format!("{}{joined}", group(&administrators))),
        user(
            "Groups: [!Ref G]",
            &group(&format!("Policies: [{{PolicyName: all, PolicyDocument: {EVERYTHING}}}]")),
        ),
        user("Groups: [!Ref G]", &format!("{}{attached}", group(""))),
        user("Groups: [!Ref G]", &format!("{}{inline}", group(""))),
    ] {
        // Through a group it is administrator, without a policy of its own.
        let found = found(&template, "administrator-user,direct-user-policy,user-without-group");
        assert_eq!(found, ["administrator-user U"], "{template}");
    }
    let outside = user("", &group(&administrators));
    assert_eq!(found(&outside, "administrator-user,user-without-group"), ["user-without-group U"]);
    let nothing = user("Groups: [!If [C, !Ref G, !Ref 'AWS::NoValue']]", &group(&administrators));
    let never = format!("Conditions: {{C: !Equals [a, b]}}\n{nothing}");
    assert_eq!(found(&never, "administrator-user,user-without-group"), ["user-without-group U"]);
}

#[test]
fn a_key_of_somebody_unknown_is_said_and_given_to_nobody_else() {
    let template = "Parameters: {Who: {Type: String}}\nResources:\n  U: {Type: AWS::IAM::User, Properties: {UserName: \
                    alice}}\n  K: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Who}}\n  L: {Type: AWS::IAM::AccessKey, \
                    Properties: {UserName: bob}}\n  M: {Type: AWS::IAM::AccessKey, Properties: {}}\n";
    let project = Project::new(&[("template.yaml", template)]);
    let graph = project.graph(".");
    for key in ["K", "L", "M"] {
        assert_ne!(owner(&graph, key), "U", "{graph:#}");
    }
    assert!(messages(&graph).iter().any(|message| message.contains("the user of K is unknown")), "{graph:#}");
    let given = parsed(&project.run(&["graph", ".", "--root", ".", "--parameters", "Who=Alice"]));
    assert_eq!(owner(&given, "K"), "U");
}

#[test]
fn the_status_of_a_key_decides_whether_it_counts() {
    let keys = |status: &str| {
        user(
            "UserName: alice",
            &format!(
                "  A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Ref U}}}}\n  B: {{Type: AWS::IAM::AccessKey, \
                 Properties: {{UserName: !Ref U, Status: {status}}}}}\nConditions: {{T: !Equals [a, a], F: !Equals [a, b]}}\n"
            ),
        )
    };
    for (status, count) in [
        ("Active", 1),
        ("Inactive", 0),
        ("!Ref 'AWS::NoValue'", 1),
        ("!If [T, Inactive, Active]", 0),
        ("!If [F, Inactive, Active]", 1),
        ("!If [F, Inactive, !Ref 'AWS::NoValue']", 1),
    ] {
        assert_eq!(found(&keys(status), "multiple-active-keys").len(), count, "{status}");
    }
}

#[test]
fn a_reference_says_whose_a_key_is_whatever_the_path_and_name_are() {
    for properties in [
        "",
        "Path: /team/robots/",
        "UserName: alice, Path: /team/",
        "UserName: !Sub '${AWS::StackName}-ci'",
        "UserName: !If [C, alice, bob]",
        "UserName: !Ref 'AWS::NoValue'",
    ] {
        for reference in ["!Ref U", "!Sub '${U}'", "!Select [LAST, !Split ['/', !GetAtt U.Arn]]"] {
            let last = if properties.contains("robots") {
                "3"
            } else if properties.contains("Path") {
                "2"
            } else {
                "1"
            };
            let reference = reference.replace("LAST", last);
            let template = format!(
                "{}  K: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {reference}}}}}\nConditions: {{C: !Equals [!Ref \
                 'AWS::Region', eu-west-1]}}\n",
                user(properties, "")
            );
            let graph = Project::new(&[("template.yaml", &template)]).graph(".");
            assert_eq!(owner(&graph, "K"), "U", "{properties} {reference}");
        }
    }
}

#[test]
fn templates_in_json_say_the_same() {
    let template = r#"{"Parameters": {"Env": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]}},
  "Conditions": {"Prod": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Env"}, "dev"]}]}},
  "Resources": {
    "U": {"Type": "AWS::IAM::User", "Properties": {"UserName": {"Fn::Join": ["-", ["ci", {"Ref": "Env"}]]},
      "LoginProfile": {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, {"Password": "{{resolve:secretsmanager:pw}}"}]}}},
    "A": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "U"}}},
    "B": {"Type": "AWS::IAM::AccessKey", "Condition": "Prod",
      "Properties": {"UserName": {"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["U", "Arn"]}]}]}}}
  }}"#;
    let project = Project::new(&[("users.json", template)]);
    let report = project.json(&["--root", ".", "--select", "multiple-active-keys,password-and-access-key"]);
    let found: Vec<(&Value, &Value, &Value)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["rule"], &one["when"], &one["location"]["line"]))
        .collect();
    let expected = [
        (Value::from("multiple-active-keys"), Value::from("Env = prod"), Value::from(7)),
        ("password-and-access-key".into(), Value::Null, 6.into()),
    ];
    let mut found: Vec<(Value, Value, Value)> =
        found.into_iter().map(|(rule, when, line)| (rule.clone(), when.clone(), line.clone())).collect();
    found.sort_by_key(|(rule, ..)| rule.to_string());
    assert_eq!(found, expected, "{report:#}");
}

#[test]
fn aliases_that_multiply_are_refused_quickly() {
    let mut template = String::from(
        "Resources:\n  U: {Type: AWS::IAM::User}\nMetadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n",
    );
    for number in 1..20 {
        let alias = format!("*a{}", number - 1);
        let line = format!("  a{number}: &a{number} [{}]\n", [alias.as_str(); 10].join(", "));
        template.push_str(&line);
    }
    let started = std::time::Instant::now();
    let graph = Project::new(&[("template.yaml", &template)]).graph(".");
    assert!(started.elapsed().as_secs() < 10);
    assert_eq!(column(&graph["users"], "address"), ["U"]);
    assert!(kinds(&graph).contains(&"limit-reached".to_owned()), "{:?}", messages(&graph));
}
