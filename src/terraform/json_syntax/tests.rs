//! What the tree of a JSON file is, and the places in it.

use super::*;
use crate::syntax::hcl::{ExpressionKind, StepKind, TemplatePart};

const FILE_ID: FileId = FileId(2);

fn read(text: &str) -> Body {
    let (body, notices) = parse(FILE_ID, text);
    assert_eq!(notices, [], "{text}");
    body
}

#[test]
fn blocks_are_keys_around_bodies_at_any_level() {
    let body = read(
        r#"[{"resource": [{"aws_iam_user": {"a": {"name": "x"}, "b": [{"name": "y"}]}}]},
            {"resource": {"aws_iam_user": [{"c": null}, {"d": {}}]}, "//": 1, "locals": [{"l": 1}, {"m": 2}]}]"#,
    );
    let labels: Vec<_> = body.blocks.iter().map(|block| block.labels.join(".")).collect();
    assert_eq!(labels, ["aws_iam_user.a", "aws_iam_user.b", "aws_iam_user.d", "", ""]);
    assert_eq!(body.blocks_of("locals").count(), 2);
}

#[test]
fn an_expression_in_a_string_has_its_own_place() {
    let text = r#"{"resource": {"t": {"a": {"name": "\u00e9\n${aws_iam_user.b.name}-x", "plain": "\u0065\u0301"}}}}"#;
    let body = read(text);
    let block = &body.blocks[0];
    assert_eq!(&text[block.header.range()], "\"a\"");
    let ExpressionKind::Template(parts) = &*block.body.attribute("name").unwrap().value.kind else {
        panic!("a template")
    };
    let TemplatePart::Interpolation(reference) = &parts[1] else { panic!("an interpolation") };
    assert_eq!(&text[reference.span.range()], "aws_iam_user.b.name");
    let ExpressionKind::Traversal(_, steps) = &*reference.kind else { panic!("a reference") };
    assert_eq!(&text[steps[1].span.range()], ".name");
    assert!(matches!(&steps[1].kind, StepKind::Attribute(name) if &**name == "name"));
    let plain = &block.body.attribute("plain").unwrap().value;
    assert!(matches!(&*plain.kind, ExpressionKind::String(text) if &**text == "\u{e9}"), "normalised");
}

#[test]
fn some_places_take_text_references_or_types() {
    let body = read(
        r#"{"variable": {"v": {"type": "list(string)", "default": "${x}", "description": "a ${"}},
            "module": {"m": {"source": "./${m}", "providers": {"aws": "aws.prod"}, "input": "${var.v}"}},
            "resource": {"t": {"a": {"provider": "aws.prod", "depends_on": ["t.b"], "lifecycle":
              {"ignore_changes": ["name"], "prevent_destroy": true}}}},
            "data": {"aws_iam_policy_document": {"d": {"statement": [{"actions": ["*"], "condition": {}}],
              "dynamic": {"statement": {"for_each": "${var.v}", "iterator": "i", "content": {"condition": {}}}}}}}}"#,
    );
    let [variable, module, resource, data] = body.blocks.as_slice() else { panic!("four blocks") };
    let kind = |block: &Block, name: &str| format!("{:?}", block.body.attribute(name).unwrap().value.kind);
    assert!(kind(variable, "type").starts_with("Call"));
    assert_eq!(kind(variable, "default"), "String(\"${x}\")");
    assert_eq!(kind(module, "source"), "String(\"./${m}\")");
    assert!(kind(module, "providers").contains("Traversal"));
    assert!(kind(module, "input").starts_with("Template"));
    assert!(kind(resource, "provider").starts_with("Traversal"));
    let lifecycle = resource.body.blocks_of("lifecycle").next().unwrap();
    assert!(kind(lifecycle, "ignore_changes").contains("Variable(\"name\")"));
    let [statement, dynamic] = data.body.blocks.as_slice() else { panic!("two blocks") };
    assert_eq!(statement.body.blocks_of("condition").count(), 1);
    assert_eq!(dynamic.labels, [Arc::from("statement")]);
    let content = dynamic.body.blocks_of("content").next().unwrap();
    assert_eq!(content.body.blocks_of("condition").count(), 1);
}

#[test]
fn what_terraform_refuses_is_told() {
    for text in [
        r#""x""#,
        r#"{"resource": 1}"#,
        r#"{"resource": {"t": "x"}}"#,
        r#"{"resource": {"t": {}}}"#,
        r#"{"resource": {"t": {"a": 1}}}"#,
        r#"{"resource": {"t": {"a": ["x"]}}}"#,
        r#"{"resource": {"t": {"a": {"n": "${"}}}}"#,
        r#"{"resource": {"t": {"a": {"n": 1, "n": 2}}}}"#,
        r#"{"locals": {"o": {"n": 1, "n": 2}}}"#,
        r#"{"resources": {}}"#,
        "[1]",
    ] {
        assert!(!parse(FILE_ID, text).1.is_empty(), "{text}");
    }
    let (body, notices) = parse(FILE_ID, r#"{"locals": {"bad": ["${"], "good": 1}}"#);
    assert_eq!((notices.len(), body.blocks[0].body.attributes.len()), (1, 1));
}

#[test]
fn variables_files_are_plain_text() {
    let (body, notices) = parse_variables(FILE_ID, r#"{"a": "${x}", "//": 1, "b": {"//": [1]}}"#);
    assert_eq!((notices.len(), body.attributes.len()), (0, 2));
    assert!(!parse_variables(FILE_ID, "[{}]").1.is_empty());
}
