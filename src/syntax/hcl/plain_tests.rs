//! What is read without the parser is what the parser reads.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{Expression, expression, parse};
use crate::source::FileId;

const FILE: FileId = FileId(7);

fn plain(text: &str) -> Option<Expression> {
    expression::parse_plain(FILE, 3, text)
}

fn is_same(text: &str) -> bool {
    let Some(plain) = plain(text) else { return false };
    let parsed = expression::parse_with_the_parser(FILE, 3, text);
    assert_eq!(
        format!("{:?}", Ok::<_, String>(plain)),
        format!("{:?}", parsed.map_err(|e| e.message)),
        "{text}"
    );
    true
}

#[test]
fn what_most_attributes_have_is_plain() {
    for text in [
        "\"ci\"",
        "\"\"",
        "12",
        "true",
        "null",
        "{}",
        "[]",
        "f()",
        "var.name",
        "aws_iam_user.this[0].name",
        "aws_iam_user.this[\"a\"].name",
        "aws_iam_user.this[each.key].name",
        "aws_iam_user.this[*].name",
        "module.a-b.names[ 0 ]",
        "nullable.a",
        "\"${var.a}\"",
        "\"${var.a}${ var.b }\"",
        "\"a ${var.a} # b\"",
        "\"a ${f(\"b\", [1])}\"",
        "[\"a\", var.b,]",
        "[\n  \"a\",\n  \"b\"\n]",
        "toset([\"a\", \"b\"])",
        "merge(\n  var.a,\n  { a = 1 }\n)",
        "{ a = 1, \"b\" : 2 }",
        "{\n  a = 1\n\n  b = { c = [{ d = 1 }] }\n}",
        "{ a = 1, a = 2 }",
        " \t\"ci\" ",
        "{ if-x = 1 }",
    ] {
        assert!(is_same(text), "{text}");
    }
}

#[test]
fn anything_else_is_left_to_the_parser() {
    for text in [
        "",
        "\"",
        "\"a",
        "\"\\n\"",
        "\"é\"",
        "\"$${a}\"",
        "\"%{ if a }%{ endif }\"",
        "\"${~ a }\"",
        "1.5",
        "1e3",
        "-1",
        "a + b",
        "a ? b : c",
        "!a",
        "(a)",
        "a.*.b",
        "a.0",
        "a [0]",
        "a .b",
        "a::b()",
        "f(a...)",
        "f(a,)",
        "[for a in b : a]",
        "{ for a in b : a => a }",
        "{ (a) = 1 }",
        "{ a.b = 1 }",
        "{ 1 = 1 }",
        "{ null = 1 }",
        "{ a == 1 }",
        "{ a = 1 b = 2 }",
        "{ a\n= 1 }",
        "{ a =\n1 }",
        "[1 2]",
        "[,]",
        "[1,,2]",
        "f(,)",
        "a # b",
        "[1, # b\n2]",
        "<<A\na\nA\n",
        "a b",
        "a\n.b",
        "{ a = 1\r\n b = 2 }",
        "null.a",
        "true[0]",
        "for",
        "null()",
        "a.b()",
        "01x",
        "\"a\".b",
        "[1][0]",
    ] {
        assert!(plain(text).is_none(), "{text}");
    }
}

#[test]
fn deep_expressions_are_left_to_the_parser() {
    for (open, close) in [("[", "]"), ("{a=", "}"), ("f(", ")"), ("\"${", "}\""), ("a[", "]")] {
        assert!(is_same(&format!("{}1{}", open.repeat(20), close.repeat(20))), "{open}");
        assert!(plain(&format!("{}1{}", open.repeat(30), close.repeat(30))).is_none(), "{open}");
    }
}

/// The text of every attribute of every fixture.
#[test]
#[expect(clippy::disallowed_methods, reason = "reads fixtures")]
fn fixtures_are_read_as_the_parser_reads_them() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let (mut compared, mut left) = (0, 0);
    for entry in walkdir::WalkDir::new(fixtures).sort_by_file_name() {
        let entry = entry.unwrap();
        if !entry.path().extension().is_some_and(|end| end == "tf" || end == "tfvars" || end == "hcl") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        let mut bodies = vec![parse(FILE, &text).body];
        while let Some(body) = bodies.pop() {
            for attribute in &body.attributes {
                let value = &text[attribute.value.span.range()];
                if is_same(value) { compared += 1 } else { left += 1 }
            }
            bodies.extend(body.blocks.into_iter().map(|block| block.body));
        }
    }
    assert!(compared > 2 * left && left > 100, "{compared} were plain, {left} were not");
}

/// Words and signs that plain expressions are made of, and some that they are not.
const PARTS: &[&str] = &[
    "a", "null", "true", "for", "a-b", "_", "x1", "0", "12", "1.", ".", "[", "]", "{", "}", "(", ")", ",",
    "=", ":", "\"", "\"", "${", "}", "$", "%", "\n", " ", "\t", "*", "[*]", "\"a\"", "a.b", "f(", "#", "\\",
    "é", "-", "::", "...", "==", "=>", "~", "\r\n", "a = ", "[0]",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_is_read_otherwise_than_by_the_parser(
        parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..12),
    ) {
        is_same(&parts.concat());
    }

    #[test]
    fn no_expression_with_an_edit_is_read_otherwise(
        text in expressions(), at in any::<prop::sample::Index>(), part in proptest::sample::select(PARTS),
    ) {
        prop_assert!(is_same(&text), "{}", text);
        let at = at.index(text.len());
        is_same(&format!("{}{part}{}", &text[..at], &text[at..]));
        is_same(&format!("{}{}", &text[..at], &text[at + 1..]));
    }
}

fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("\"a b\"".to_owned()),
        Just("7".to_owned()),
        Just("null".to_owned()),
        Just("var.a".to_owned()),
        Just("a.b[0].c[*].d".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            several.clone().prop_map(|all| format!("[{}]", all.join(", "))),
            several.clone().prop_map(|all| format!("[\n  {}\n]", all.join(",\n"))),
            several.clone().prop_map(|all| format!("f({})", all.join(", "))),
            several.clone().prop_map(|all| {
                let items = all.iter().enumerate().map(|(at, value)| format!("k{at} = {value}\n"));
                format!("{{\n{}}}", items.collect::<String>())
            }),
            several.prop_map(|all| {
                let parts = all.iter().map(|value| format!("-${{{value}}}"));
                format!("\"{}\"", parts.collect::<String>())
            }),
            inner.prop_map(|key| format!("a[{key}]")),
        ]
    })
}
