//! The reader as a whole: each construct, each repair, each recovery.

use std::sync::Arc;

use super::*;

const FILE: FileId = FileId(7);

fn parsed(text: &str) -> Parsed {
    super::parse(FILE, text)
}

fn clean(text: &str) -> Body {
    let parsed = parsed(text);
    assert_eq!(parsed.notices, [], "{text}");
    parsed.body
}

/// The value of `a = …`.
fn value(source: &str) -> Expression {
    clean(&format!("a = {source}\n")).attributes.remove(0).value
}

/// An expression in the fewest characters, to compare trees by eye.
fn show(expression: &Expression) -> String {
    let list = |all: &[Expression]| all.iter().map(show).collect::<Vec<_>>().join(",");
    match &*expression.kind {
        ExpressionKind::Null => "null".to_owned(),
        ExpressionKind::Bool(value) => value.to_string(),
        ExpressionKind::Number(text) => text.to_string(),
        ExpressionKind::String(text) => format!("{text:?}"),
        ExpressionKind::Template(parts) => format!("T[{}]", show_parts(parts)),
        ExpressionKind::Tuple(items) => format!("[{}]", list(items)),
        ExpressionKind::Object(items) => {
            let items = items.iter().map(|item| format!("{}={}", show(&item.key), show(&item.value)));
            format!("{{{}}}", items.collect::<Vec<_>>().join(","))
        }
        ExpressionKind::Variable(name) => name.to_string(),
        ExpressionKind::Traversal(base, steps) => {
            let steps = steps.iter().map(|step| match &step.kind {
                StepKind::Attribute(name) => format!(".{name}"),
                StepKind::Index(index) => format!("[{}]", show(index)),
                StepKind::AttributeSplat => ".*".to_owned(),
                StepKind::FullSplat => "[*]".to_owned(),
            });
            show(base) + &steps.collect::<String>()
        }
        ExpressionKind::Call(call) => {
            format!("{}({}{})", call.name, list(&call.arguments), if call.expand_last { "..." } else { "" })
        }
        ExpressionKind::Conditional(parts) => {
            let [a, b, c] = parts.each_ref().map(show);
            format!("({a}?{b}:{c})")
        }
        ExpressionKind::Unary(operator, a) => format!("{operator:?}({})", show(a)),
        ExpressionKind::Binary(operator, a, b) => format!("{operator:?}({},{})", show(a), show(b)),
        ExpressionKind::For(all) => {
            let key = all.result_key.as_ref().map(|key| show(key) + "=>").unwrap_or_default();
            let condition = all.condition.as_ref().map(|condition| format!(" if {}", show(condition)));
            let names = all.key.iter().chain([&all.value]).map(|name| &**name).collect::<Vec<_>>().join(",");
            let group = if all.group { "..." } else { "" };
            let (collection, result) = (show(&all.collection), show(&all.result_value));
            format!("for {names} in {collection}:{key}{result}{group}{}", condition.unwrap_or_default())
        }
        ExpressionKind::Parenthesis(inner) => format!("({})", show(inner)),
    }
}

fn show_parts(parts: &[TemplatePart]) -> String {
    let shown = parts.iter().map(|part| match part {
        TemplatePart::Literal(text) => format!("{text:?}"),
        TemplatePart::Interpolation(inner) => format!("${}", show(inner)),
        TemplatePart::If { condition, then, otherwise } => {
            format!("if {}[{}][{}]", show(condition), show_parts(then), show_parts(otherwise))
        }
        TemplatePart::For { key, value, collection, body } => {
            format!("for {key:?} {value} in {}[{}]", show(collection), show_parts(body))
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn shown(source: &str) -> String {
    show(&value(source))
}

#[test]
fn a_file_becomes_blocks_and_attributes_with_their_places() {
    let text =
        "\u{feff}# c\r\nresource \"aws_iam_user\" this { # d\r\n  name = \"zoë\"\r\n  x {}\r\n}\r\nb = 1";
    let parsed = parsed(text);
    assert_eq!(parsed.notices, []);
    let block = &parsed.body.blocks[0];
    assert_eq!((&*block.kind, &*block.labels[0], &*block.labels[1]), ("resource", "aws_iam_user", "this"));
    assert_eq!(&text[block.header.range()], "resource \"aws_iam_user\" this");
    assert!(text[block.span.range()].starts_with("resource") && text[block.span.range()].ends_with("}\r\n}"));
    let name = block.body.attribute("name").unwrap();
    assert_eq!(&text[name.name_span.range()], "name");
    assert_eq!(&text[name.span.range()], "name = \"zoë\"");
    assert_eq!(&text[name.value.span.range()], "\"zoë\"");
    assert_eq!(&text[parsed.body.attribute("b").unwrap().span.range()], "b = 1");
    assert_eq!(block.body.blocks_of("x").count(), 1);
    let comments: Vec<_> = parsed.comments.iter().map(|comment| &text[comment.span.range()]).collect();
    assert_eq!(comments, ["# c", "# d"]);
}

#[test]
fn a_for_on_its_own_line_stays_one_beside_an_object_that_is_repaired() {
    let source = "{\n  x = 1\n  x = 2\n  y = {\n    for k, v in m :\n    k => v\n  }\n}";
    assert_eq!(show(&value(source)), "{\"x\"=1,\"x\"=2,\"y\"=for k,v in m:k=>v}");
}

#[test]
fn operators_bind_as_in_terraform() {
    assert_eq!(shown("1 + 2 * 3 == 7 && !a || b"), "Or(And(Equal(Add(1,Multiply(2,3)),7),Not(a)),b)");
    assert_eq!(shown("8 - 4 - -2"), "Subtract(Subtract(8,4),Negate(2))");
    assert_eq!(shown("-/* c */ 5.0"), "Negate(5.0)");
    assert_eq!(shown("-a.b[0]"), "Negate(a.b[0])");
    assert_eq!(shown("a ? b : c ? d : e"), "(a?b:(c?d:e))");
    assert_eq!(shown("(a <= 1) != (b > 2)"), "NotEqual((LessOrEqual(a,1)),(Greater(b,2)))");
}

#[test]
fn references_are_flat_and_keep_their_splats() {
    assert_eq!(shown("a.b[\"c\"].0[1].d"), "a.b[\"c\"][0][1].d");
    assert_eq!(shown("a.*.b[0]"), "a.*.b[0]");
    assert_eq!(shown("a[*].b[0]"), "a[*].b[0]");
    // `.0` after `.*` indexes each element, as the full splat says it.
    assert_eq!(shown("a.*.b.0.c"), "a[*].b[0].c");
    assert_eq!(shown("a.*.b.0[1]"), "(a[*].b[0])[1]");
    assert_eq!(shown("f(a...).b"), "f(a...).b");
    assert_eq!(shown("provider::aws::arn_parse(x, )"), "provider::aws::arn_parse(x)");
}

#[test]
fn objects_keep_their_order_and_their_duplicates() {
    assert_eq!(shown("{ a = 1, (b) = 2, \"c\" : 3, d.e = 4 }"), r#"{"a"=1,(b)=2,"c"=3,d.e=4}"#);
    assert_eq!(shown("{ a = 1\n a = 2 # x\n b = { c = 1, c = 2 } }"), r#"{"a"=1,"a"=2,"b"={"c"=1,"c"=2}}"#);
    assert_eq!(shown("[{x = \"${ {y = 1, y = 2}.y }\"}]"), r#"[{"x"=T[${"y"=1,"y"=2}.y]}]"#);
    assert_eq!(
        shown("{ a = 1, a = 2, (x ? y : z) = 3, x ? y : z = 4 }"),
        r#"{"a"=1,"a"=2,((x?y:z))=3,(x?y:z)=4}"#
    );
}

#[test]
fn line_breaks_that_mean_nothing_are_read_over() {
    assert_eq!(
        shown("{for k, v in\n l : # c\n k =>\r\n true ? 1 :\n 2...\n if v }"),
        "for k,v in l:k=>(true?1:2)... if v"
    );
    assert_eq!(shown("[for\r\n v in\n l : v]"), "for v in l:v");
    assert_eq!(shown("\"%{ if\n a }x%{ endif }\""), r#"T[if a["x"][]]"#);
    assert_eq!(shown("[ -\n 5, !\n b ]"), "[Negate(5),Not(b)]");
    assert_eq!(shown("{for k in l : k => {\n a = 1\n b = 2\n}}"), r#"for k in l:k=>{"a"=1,"b"=2}"#);
}

#[test]
fn numbers_keep_their_text() {
    let long = "9".repeat(400);
    assert_eq!(shown("[1.50, 1e400, 0.1E-4]"), "[1.50,1e400,0.1E-4]");
    assert_eq!(shown(&long), long);
    assert_eq!(shown("-1e999"), "Negate(1e999)");
}

#[test]
fn strings_are_decoded_and_normalised() {
    assert_eq!(shown(r#""a\n\t\"\\ \u00e9e\u0301 $${x} %%{y}""#), "\"a\\n\\t\\\"\\\\ éé ${x} %{y}\"");
    assert_eq!(shown(r#""%{if a}x\n\"y\"%{else}z%{endif}""#), r#"T[if a["x\n\"y\""]["z"]]"#);
    assert_eq!(shown(r#""${a}""#), "T[$a]");
    assert_eq!(shown("<<E\n${a ~}\nE"), "T[$a \"\"]");
    assert_eq!(shown(r#""x  ${~ a ~}  y""#), r#"T["x" $a "y"]"#);
    assert_eq!(shown("\"%{ for k, v in m ~}  ${v}%{ endfor }\""), r#"T[for Some("k") v in m[$v]]"#);
}

#[test]
fn heredocs_are_dedented_as_terraform_does() {
    assert_eq!(shown("<<E\n  a\n b\n  E"), r#""  a\n b\n""#);
    assert_eq!(shown("<<-E\n    a\n\n   \n      b\n  E"), r#""a\n\n   \n  b\n""#);
    assert_eq!(shown("<<-E\n    a\n${b} c\n  E"), r#"T["    a\n" $b " c\n"]"#);
    assert_eq!(shown("<<-E\n    a\n  ${b} c\n  E"), r#"T["  a\n" $b " c\n"]"#);
    // `~}` takes the line break, so the next line's indentation is no indentation of a line.
    assert_eq!(shown("<<-E\n    %{ if a ~}\n    b\n    %{ endif ~}\n  E"), r#"T[if a["    b\n"][]]"#);
    assert_eq!(shown("<<E\r\na\\n\r\nE"), r#""a\\n\r\n""#);
    assert_eq!(shown("<<E\nE"), r#""""#);
}

#[test]
fn a_line_that_begins_with_the_marker_does_not_end_a_heredoc() {
    assert_eq!(shown("<<EOT\nEOT foo\nEOT-x\n EOT.\nEOT"), r#""EOT foo\nEOT-x\n EOT.\n""#);
    assert_eq!(shown("[<<-E\n  E ${1}\n  E\n, 2]"), r#"[T["E " $1 "\n"],2]"#);
}

#[test]
fn bare_templates_have_no_backslash_escapes() {
    let template = |text| parse_template(FILE, 10, text).map(|template| show(&template)).unwrap();
    assert_eq!(template(r#"a\n "${b}" $${c}"#), r#"T["a\\n \"" $b "\" ${c}"]"#);
    assert_eq!(template("plain"), "\"plain\"");
    assert_eq!(template(""), "\"\"");
    assert_eq!(template("${a}"), "T[$a]");
    assert_eq!(
        template("%{ for x in {a=1,a=2} }${x}\n%{ endfor }"),
        r#"T[for None x in {"a"=1,"a"=2}[$x "\n"]]"#
    );
    assert_eq!(parse_template(FILE, 10, "${a}b").unwrap().span, Span::new(FILE, 10, 15));
    let notice = parse_template(FILE, 10, "ab ${").unwrap_err();
    assert_eq!(notice.kind, NoticeKind::ParseError);
}

#[test]
fn single_expressions_ignore_line_breaks_around_and_inside() {
    let expression = parse_expression(FILE, 100, " \n[1,\n 2] # c\n").unwrap();
    assert_eq!((show(&expression).as_str(), expression.span), ("[1,2]", Span::new(FILE, 102, 109)));
    assert_eq!(show(&parse_expression(FILE, 0, "1 +\n 2").unwrap()), "Add(1,2)");
    for bad in ["", " ", "1 +", "a b", "}", "\"x", "<<E\nx"] {
        let notice = parse_expression(FILE, 100, bad).unwrap_err();
        let span = notice.span.unwrap();
        assert!(span.start >= 100 && span.end as usize <= 100 + bad.len(), "{bad}: {span:?}");
    }
}

#[test]
fn a_bad_value_loses_only_itself() {
    let text = "resource \"a\" \"b\" {\n  x = 1 +\n  y = 2\n}\nz = 3\n";
    let parsed = parsed(text);
    let [notice] = parsed.notices.as_slice() else { panic!("{:?}", parsed.notices) };
    assert_eq!(notice.message, "cannot read the value of `x`: not a valid expression");
    assert_eq!(notice.help.as_deref(), Some("the rest of the file was read"));
    assert!(parsed.body.blocks[0].body.attribute("y").is_some());
    assert!(parsed.body.attribute("z").is_some());
}

#[test]
fn duplicate_attributes_are_told_and_the_last_is_kept() {
    let text = "b {\n  a = 1\n  a = 2\n}\n";
    let parsed = parsed(text);
    let [notice] = parsed.notices.as_slice() else { panic!("{:?}", parsed.notices) };
    assert_eq!(notice.kind, NoticeKind::InvalidConfiguration);
    assert_eq!(notice.span, Some(Span::new(FILE, 6, 7)));
    let [attribute] = parsed.body.blocks[0].body.attributes.as_slice() else { panic!() };
    assert_eq!(show(&attribute.value), "2");
}

/// Whatever stands before it, a later declaration is read, and the trouble is said once.
#[test]
fn an_open_end_does_not_swallow_the_rest() {
    let broken = [
        "resource \"a\" \"b\" {\n  x = 1\n",
        "resource \"a\" \"b\" {\n  t = {\n    x = 1\n}\n",
        "resource \"a\" \"b\" {\n  x = f(1,\n  y = 2\n}\n",
        "resource \"a\" \"b\" {\n  x = [1\n}\n",
        "resource \"a\" \"b\" {\n  x = \"abc\n}\n",
        "resource \"a\" \"b\" {\n  x = \"${abc\n}\n",
        "resource \"a\" \"b {\n}\n",
        "resource \"a\" \"b\" {\n  x = <<EOT\n  text\n}\n",
        "resource \"a\" \"b\" {\n}}\n",
        "}\n",
        ")]\n",
        "/* never closed\n",
        "<<<<<<< HEAD\n",
        "<<<<<<<HEAD\n",
        "resource \"a\" \"b\"\n{\n}\n",
        "x = \n",
        "x\n",
        "= 3\n",
        "resource \"a\" \"${b}\" {\n}\n",
        "\0\u{1}\u{2}\n",
        "é\u{301} ☃ = 1\n",
    ];
    for before in broken {
        let text = format!("{before}resource \"aws_iam_user\" \"last\" {{\n  name = \"x\"\n}}\n");
        let parsed = parsed(&text);
        let last = parsed.body.blocks.last().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(&*last.labels[1], "last", "{text}");
        assert!(last.body.attribute("name").is_some(), "{text}");
        let errors = parsed.notices.iter().filter(|notice| notice.kind == NoticeKind::ParseError).count();
        assert_eq!(errors, 1, "{text}\n{:?}", parsed.notices);
        assert!(parsed.notices[0].span.unwrap().start < u32::try_from(before.len()).unwrap(), "{text}");
    }
}

#[test]
fn declarations_inside_closed_heredocs_are_text() {
    let text = "a {\n  x = <<EOT\nresource \"b\" \"c\" {\nEOT\n  y = (\n}\nz = 1\n";
    let parsed = parsed(text);
    assert_eq!(parsed.body.blocks.len(), 1);
    assert!(parsed.body.blocks[0].body.attribute("x").is_some());
    assert!(parsed.body.attribute("z").is_some());
    assert_eq!(parsed.notices.len(), 1);
}

#[test]
fn files_without_content_are_clean() {
    for text in ["", "\n", "\u{feff}", "# only a comment", "/* a */ // b\n\r\n", " \t"] {
        assert!(clean(text).blocks.is_empty(), "{text:?}");
    }
}

#[test]
fn pieces_are_named_without_being_read() {
    let text = "\u{feff}# c\nresource \"a\" \"b\" { x = ( }\nlocals {\r\n  a = \"}${{}}$${\"\r\n}\ncheck \"c\" {} // d\n";
    let pieces = pieces(FileId(7), &Arc::new(text.to_owned())).unwrap();
    let names: Vec<_> = pieces.iter().map(|piece| (&*piece.kind, piece.labels.len())).collect();
    assert_eq!(names, [("resource", 2), ("locals", 0), ("check", 1)]);
    assert_eq!(&text[pieces[0].header.range()], "resource \"a\" \"b\"");
    let (block, notices) = pieces[0].parse();
    assert_eq!((block.body.attributes.len(), notices.len()), (0, 1));
    let attributes = pieces[1].attributes().unwrap();
    assert_eq!(&*attributes[0].name, "a");
    assert!(attributes[0].parse().0.is_some());
}

#[test]
fn what_is_not_plainly_made_of_blocks_has_no_pieces() {
    for text in [
        "a = 1\n",
        "a {\n",
        "a {}}\n",
        "a {} b {}\n",
        "a \"${b}\" {}\n",
        "a \"\\u0062\" {}\n",
        "a { x = \"\n\" }\n",
        "a { x = <<E\n}\n",
        "a {\nresource \"b\" \"c\" {\n}\n}\n",
        "é {}\n",
        "a {} /* b\n",
        "!\n",
    ] {
        assert!(pieces(FileId(7), &Arc::new(text.to_owned())).is_none(), "{text:?}");
    }
}
