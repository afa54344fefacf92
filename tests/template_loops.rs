//! Loops in templates: where they may stand, over what they run, and what they leave behind.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use std::time::{Duration, Instant};

use project::{Project, column, kinds, messages, owner};
use serde_json::Value;

/// The graph of a template with the transform that loops need.
fn graph(template: &str) -> Value {
    let template = format!("Transform: AWS::LanguageExtensions\n{template}");
    Project::new(&[("template.yaml", &template)]).graph("template.yaml")
}

/// The addresses and names of the users of a loop over a collection, with more before it; nothing else is said.
fn looped(more: &str, collection: &str) -> Vec<(String, String)> {
    let graph = graph(&format!(
        "{more}Resources:\n  'Fn::ForEach::Users':\n    - Name\n    - {collection}\n    - 'U&{{Name}}':\n        Type: \
         AWS::IAM::User\n        Properties: {{UserName: !Sub 'x-${{Name}}'}}\n"
    ));
    assert!(messages(&graph).is_empty(), "{collection}: {graph:#}");
    let users = &graph["users"];
    column(users, "address").into_iter().zip(column(users, "name")).collect()
}

#[test]
fn a_loop_runs_over_every_kind_of_list() {
    let more = "Parameters:\n  List: {Type: CommaDelimitedList, Default: 'a, b'}\n  One: {Type: String, Default: b}\nMappings: \
                {M: {dev: {people: [a, b]}}}\nConditions:\n  C: !Equals [x, x]\n";
    for collection in [
        "[a, b]",
        "!Ref List",
        "[a, !Ref One]",
        "!FindInMap [M, dev, people]",
        "!Split ['+', a+b]",
        "!If [C, [a, b], [c]]",
    ] {
        let expected = [("Ua".to_owned(), "x-a".to_owned()), ("Ub".to_owned(), "x-b".to_owned())];
        assert_eq!(looped(more, collection), expected, "{collection}");
    }
    assert_eq!(looped(more, "[]"), []);
}

/// `${X}` is the text as it is, `&{X}` its letters and digits.
#[test]
fn a_logical_id_takes_letters_and_digits_alone() {
    let expected = [("Ujaneexample0".to_owned(), "x-jane@example.0".to_owned())];
    assert_eq!(looped("", "['jane@example.0']"), expected);
}

#[test]
fn numbers_are_texts() {
    assert_eq!(
        looped("", "[1, 02]"),
        [("U1".to_owned(), "x-1".to_owned()), ("U02".to_owned(), "x-02".to_owned())]
    );
}

#[test]
fn what_a_loop_makes_can_be_referred_to_from_anywhere() {
    let graph = graph(
        "Resources:\n  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Userci}}\n  'Fn::ForEach::Users': [N, [ci, \
         cd], {'User${N}': {Type: AWS::IAM::User}}]\n  'Fn::ForEach::Keys': [N, [ci, cd], {'Key${N}': {Type: \
         AWS::IAM::AccessKey, Properties: {UserName: {Ref: 'User${N}'}}}}]\n",
    );
    assert_eq!(owner(&graph, "Key"), "Userci");
    assert_eq!(owner(&graph, "Keyci"), "Userci");
    assert_eq!(owner(&graph, "Keycd"), "Usercd");
    assert!(messages(&graph).is_empty(), "{graph:#}");
}

#[test]
fn the_variable_is_put_into_every_function() {
    for (expression, expected) in [
        ("'${N}'", "ci"),
        ("'x-${N}-${N}'", "x-ci-ci"),
        ("!Ref N", "ci"),
        ("!Sub '${N}'", "ci"),
        ("!Sub ['${A}-${N}', {A: !Ref N}]", "ci-ci"),
        ("!Join ['-', ['${N}', !Ref N]]", "ci-ci"),
        ("!FindInMap [M, !Ref N, name]", "robot"),
        ("!FindInMap [M, '${N}', name]", "robot"),
        ("!Select [0, !Split ['.', '${N}.x']]", "ci"),
        ("!If [C, '${N}', other]", "ci"),
        ("!Ref 'P${N}'", "given"),
    ] {
        let graph = graph(&format!(
            "Parameters: {{Pci: {{Type: String, Default: given}}}}\nMappings: {{M: {{ci: {{name: robot}}}}}}\nConditions: {{C: \
             !Equals [a, a]}}\nResources:\n  'Fn::ForEach::Users':\n    - N\n    - [ci]\n    - 'User${{N}}':\n        Type: \
             AWS::IAM::User\n        Properties: {{UserName: {expression}}}\n"
        ));
        assert_eq!(column(&graph["users"], "name"), [expected], "{expression}: {graph:#}");
        assert!(messages(&graph).is_empty(), "{expression}: {graph:#}");
    }
}

#[test]
fn loops_stand_in_conditions_properties_and_outputs() {
    let template = "Transform: AWS::LanguageExtensions\nParameters:\n  Env: {Type: String, Default: a, AllowedValues: [a, \
                    b]}\nConditions:\n  'Fn::ForEach::Is': [E, [a, b], {'Is${E}': !Equals [!Ref Env, '${E}']}]\nResources:\n  U: {Type: \
                    AWS::IAM::User, Properties: {UserName: ci}}\n  'Fn::ForEach::Keys': [E, [a, b], {'Key${E}': {Type: \
                    AWS::IAM::AccessKey, Condition: 'Is${E}', Properties: {UserName: ci}}}]\nOutputs:\n  'Fn::ForEach::Secrets': [E, \
                    [a, b], {'Secret${E}': {Condition: 'Is${E}', Value: !GetAtt 'Key${E}.SecretAccessKey'}}]\n";
    let project = Project::new(&[("template.yaml", template)]);
    let report = project.json(&["--root", ".", "--select", "multiple-active-keys,exposed-secret-key"]);
    // Never two keys at once; each secret in its own output.
    let found: Vec<(String, Value)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["rule"].as_str().unwrap().to_owned(), one["when"].clone()))
        .collect();
    let exposed = "exposed-secret-key".to_owned();
    assert_eq!(found, [(exposed.clone(), Value::Null), (exposed, "Env = b".into())], "{report:#}");
    assert!(messages(&report).is_empty(), "{report:#}");
    // The properties of a resource that a loop writes.
    let graph = graph(
        "Resources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      'Fn::ForEach::P': [N, [Name], {'User${N}': robot}]\n",
    );
    assert_eq!(column(&graph["users"], "name"), ["robot"]);
}

#[test]
fn loops_nest_and_the_inner_one_may_hang_on_the_outer_one() {
    let graph = graph(
        "Mappings: {Teams: {ops: {people: [ann, bob]}, dev: {people: [cem]}}}\nResources:\n  'Fn::ForEach::Teams':\n    - T\n    - \
         [ops, dev]\n    - 'Fn::ForEach::People':\n        - P\n        - !FindInMap [Teams, !Ref T, people]\n        - \
         'User${T}${P}': {Type: AWS::IAM::User, Properties: {UserName: '${T}-${P}'}}\n      'Group${T}': {Type: \
         AWS::IAM::Group}\n",
    );
    assert_eq!(column(&graph["users"], "name"), ["ops-ann", "ops-bob", "dev-cem"], "{graph:#}");
    assert!(messages(&graph).is_empty(), "{graph:#}");
}

/// An unknown element is one user; an unknown list is any number of them.
#[test]
fn what_is_unknown_stands_for_one_or_for_all() {
    let graph = graph(
        "Parameters: {One: {Type: String}}\nResources:\n  'Fn::ForEach::Users': [N, [!Ref One], {'User${N}': {Type: \
         AWS::IAM::User, Properties: {UserName: '${N}'}}}]\n",
    );
    assert_eq!(graph["users"][0]["symbolic"], false, "{graph:#}");
    assert!(messages(&graph).iter().any(|message| message.contains("One")), "{graph:#}");
    let graph = self::graph(
        "Parameters: {Many: {Type: CommaDelimitedList}}\nResources:\n  'Fn::ForEach::Users': [N, !Ref Many, {'User${N}': {Type: \
         AWS::IAM::User}, 'Key${N}': {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref 'User${N}'}}}]\n",
    );
    assert_eq!(graph["users"][0]["symbolic"], true, "{graph:#}");
    assert!(graph["users"][0]["stands_for"].as_str().unwrap().contains("Many"), "{graph:#}");
    // Each of them has one key, and none has two.
    let keys = graph["access_keys"].as_array().unwrap();
    assert_eq!((keys.len(), &keys[0]["user"]), (1, &graph["users"][0]["address"]));
}

#[test]
fn what_is_no_loop_is_said_and_the_rest_is_read() {
    for (value, said) in [
        ("[N, [a]]", "a list of its variable"),
        ("{N: a}", "a list of its variable"),
        ("[[N], [a], {'U${N}': {Type: AWS::IAM::User}}]", "the variable of a loop is a name"),
        ("[N, [a], [b]]", "its body a mapping"),
        ("[N, !Ref Gone, {'U${N}': {Type: AWS::IAM::User}}]", "Gone"),
        ("[N, !FindInMap [Gone, a, b], {'U${N}': {Type: AWS::IAM::User}}]", "Gone"),
    ] {
        let graph =
            graph(&format!("Resources:\n  'Fn::ForEach::L': {value}\n  Other: {{Type: AWS::IAM::User}}\n"));
        assert_eq!(column(&graph["users"], "address"), ["Other"], "{value}");
        assert!(messages(&graph).iter().any(|message| message.contains(said)), "{value}: {graph:#}");
    }
}

#[test]
fn a_loop_that_hangs_on_a_parameter_says_so() {
    let graph = graph(
        "Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}\nMappings: {M: {dev: {people: [a]}, prod: \
         {people: [a, b]}}}\nResources:\n  'Fn::ForEach::Users': [N, !FindInMap [M, !Ref Env, people], {'U${N}': {Type: \
         AWS::IAM::User}}]\n",
    );
    assert_eq!(column(&graph["users"], "address"), ["Ua"]);
    assert!(messages(&graph)[0].contains("expanded as it is by default"), "{graph:#}");
}

#[test]
fn a_loop_that_is_too_long_ends() {
    // Longer than any template may be.
    let started = Instant::now();
    let many: Vec<String> = (0..12_000).map(|number| number.to_string()).collect();
    let graph = graph(&format!(
        "Resources:\n  'Fn::ForEach::L': [N, [{}], {{'Q${{N}}': {{Type: AWS::IAM::User}}}}]\n",
        many.join(", ")
    ));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(kinds(&graph).contains(&"limit-reached".to_owned()), "{:?}", kinds(&graph));
}

#[test]
fn a_loop_in_json_is_the_same() {
    let template = r#"{"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"], "Resources": {"Fn::ForEach::L":
        ["N", ["a", "b"], {"U${N}": {"Type": "AWS::IAM::User", "Properties": {"UserName": {"Fn::Sub": "x-${N}"}}}}]}}"#;
    let graph = Project::new(&[("t.json", template)]).graph("t.json");
    assert_eq!(column(&graph["users"], "name"), ["x-a", "x-b"]);
    assert!(messages(&graph).is_empty(), "{graph:#}");
}
