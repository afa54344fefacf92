//! What holds for every input: no panic, no overflow, linear time, and every span is the text it names.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

const FILE: FileId = FileId(7);

/// Every construct of the language, and the ones that are parsed from a repaired copy.
const SAMPLE: &str = r#"# naïve comment
terraform { required_version = ">= 1.5" }
variable "users" {
  type    = map(object({ keys = optional(number, 1) })) // trailing
  default = { "zoë" = { keys = 2 }, ana : { keys = -1 } }
}
resource "aws_iam_user" "this" {
  for_each = { for name, user in var.users :
    name => user
    if user.keys > 0 && !startswith(name, "x-${var.env}")
  }
  name = "${each.key}-%{ if each.value.keys == 1 ~} one %{~ else }many\n%{ endif }"
  tags = merge(local.tags, { Name = each.key, Name = upper("$${x}"), (var.k) = 1.5e3 }, var.more...)
  path = var.deep ? "/a/" : var.flat ? "/b/" : null /* block
  comment */
  lifecycle {
    ignore_changes = [tags["a"], tags.*.b.0.c, tags[*].d[0]]
  }
}
data aws_iam_policy_document doc {
  policy = <<-EOT
      EOT is not the end
      %{ for s in ["a", "b"] ~}
      "${s}" é
      %{ endfor ~}
    EOT
  list = [for i, x in provider::aws::f(1) : { a = i } if true]
  text = [<<A
a
A
  , -(1 + 2) * 3 % 4 / 5 >= 6 != false || a.b <= 1, !x, 1 - - 2,]
}
locals {
  bad = (1 +
}
"#;

fn parsed(text: &str) -> Parsed {
    super::parse(FILE, text)
}

#[test]
fn the_repaired_copy_gives_the_same_tree() {
    let body = parsed(SAMPLE).body;
    let mut compared = 0;
    each_expression(&body, &mut |expression| {
        let source = &SAMPLE[expression.span.range()];
        let forced = expression::parse_repaired(FILE, expression.span.start as usize, source);
        if !is_bare_key(expression, source) {
            assert_eq!(format!("{:?}", forced.unwrap()), format!("{expression:?}"), "{source}");
            compared += 1;
        }
    });
    assert!(compared > 100, "{compared}");
}

/// Nesting of every kind, far past every limit: a notice, and no overflow on a main thread's stack.
#[test]
fn deep_nesting_is_a_notice() {
    let opened = |open: &str, close: &str, depth: usize| {
        format!("a = {}1{}\nlast = 1\n", open.repeat(depth), close.repeat(depth))
    };
    let run = move || {
        for depth in [60, 62, 100, 250, 300, 20_000] {
            let mut texts: Vec<String> = [
                ("(", ")"),
                ("[", "]"),
                ("{a=", "}"),
                ("{a=1,a=", "}"),
                ("\"${", "}\""),
                ("[for x in ", ": x]"),
                ("-", ""),
                ("!", ""),
                ("1 + ", ""),
                ("c ? 1 : ", ""),
                ("f(", ")"),
                ("a[", "]"),
                ("[{a=", "}]"),
                ("\"%{if ", "}%{endif}\""),
                ("\"%{if x}", "%{endif}\""),
            ]
            .iter()
            .map(|(open, close)| opened(open, close, depth))
            .collect();
            texts.push(format!("{}{}last = 1\n", "b {\n".repeat(depth), "}\n".repeat(depth)));
            for text in texts {
                let parsed = parsed(&text);
                assert!(parsed.body.attribute("last").is_some() || text.contains("b {"), "{}", &text[..20]);
                let nested = depth > 300 && !text.starts_with("a = \"%{if x}1");
                assert!(
                    !nested || parsed.notices.len() == 1,
                    "{depth} {}: {:?}",
                    &text[..20],
                    parsed.notices.len()
                );
            }
        }
    };
    std::thread::Builder::new().stack_size(8 << 20).spawn(run).unwrap().join().unwrap();
}

/// Input that makes a naive reader quadratic. Each takes about a second without optimisation; where the bound
/// fails, it is by an order of magnitude.
#[test]
fn large_input_takes_linear_time() {
    use std::fmt::Write as _;
    let mut object = "a = {\n".to_owned();
    for key in 0..20_000 {
        let _ = writeln!(object, "k{key} = \"v\"");
    }
    object += "}\n";
    let Parsed { body, notices, .. } = parsed(&object);
    assert_eq!(notices, []);
    let ExpressionKind::Object(items) = &*body.attributes[0].value.kind else { panic!() };
    assert_eq!(items.len(), 20_000);
    for unit in [
        "resource \"a\" \"b\" {\n",
        "locals {\n x = (\n",
        "/* ",
        "a = <<E\n",
        "a = \"${\n",
        "[",
        "{",
        "}",
        "a = [{\n",
        "locals {\n a = <<X\n",
        "terraform {\n a = [\n",
        "<<A\n",
        "\"",
    ] {
        let text = unit.repeat(10_000);
        let started = std::time::Instant::now();
        assert!(!parsed(&text).notices.is_empty(), "{unit}");
        assert!(started.elapsed().as_secs() < 20, "{unit}");
    }
}

fn each_expression(body: &Body, visit: &mut impl FnMut(&Expression)) {
    for attribute in &body.attributes {
        walk(&attribute.value, visit);
    }
    for block in &body.blocks {
        each_expression(&block.body, visit);
    }
}

fn walk(expression: &Expression, visit: &mut impl FnMut(&Expression)) {
    visit(expression);
    match &*expression.kind {
        ExpressionKind::Template(parts) => walk_parts(parts, visit),
        ExpressionKind::Tuple(items) => items.iter().for_each(|item| walk(item, visit)),
        ExpressionKind::Object(items) => {
            for item in items {
                walk(&item.key, visit);
                walk(&item.value, visit);
            }
        }
        ExpressionKind::Traversal(base, steps) => {
            walk(base, visit);
            for step in steps {
                if let StepKind::Index(index) = &step.kind {
                    walk(index, visit);
                }
            }
        }
        ExpressionKind::Call(call) => call.arguments.iter().for_each(|argument| walk(argument, visit)),
        ExpressionKind::Conditional(parts) => parts.iter().for_each(|part| walk(part, visit)),
        ExpressionKind::Unary(_, inner) | ExpressionKind::Parenthesis(inner) => walk(inner, visit),
        ExpressionKind::Binary(_, left, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        ExpressionKind::For(all) => {
            let optional = all.result_key.iter().chain(&all.condition);
            [&all.collection, &all.result_value]
                .into_iter()
                .chain(optional)
                .for_each(|part| walk(part, visit));
        }
        _ => {}
    }
}

fn walk_parts(parts: &[TemplatePart], visit: &mut impl FnMut(&Expression)) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(inner) => walk(inner, visit),
            TemplatePart::If { condition, then, otherwise } => {
                walk(condition, visit);
                walk_parts(then, visit);
                walk_parts(otherwise, visit);
            }
            TemplatePart::For { collection, body, .. } => {
                walk(collection, visit);
                walk_parts(body, visit);
            }
        }
    }
}

/// A key that stands for its own text: parsed alone it would be a reference.
fn is_bare_key(expression: &Expression, source: &str) -> bool {
    matches!(&*expression.kind, ExpressionKind::String(_)) && !source.starts_with(['"', '<'])
}

/// Without parentheses around the whole: a splat that a bracket ends is put in one that nobody wrote.
fn bare(expression: &Expression) -> &Expression {
    match &*expression.kind {
        ExpressionKind::Parenthesis(inner) => bare(inner),
        _ => expression,
    }
}

/// What holds for every input: every span lies in the text, between characters, and is the text it names.
fn check_places(text: &str) {
    let parsed = parsed(text);
    for notice in &parsed.notices {
        assert!(text.get(notice.span.unwrap().range()).is_some(), "{notice:?} {text:?}");
    }
    for comment in &parsed.comments {
        assert!(text[comment.span.range()].starts_with(['#', '/']), "{text:?}");
    }
    check_body(text, &parsed.body);
    each_expression(&parsed.body, &mut |expression| {
        let source = text.get(expression.span.range()).unwrap_or_else(|| panic!("{expression:?} {text:?}"));
        if !is_bare_key(expression, source) {
            let alone = parse_expression(FILE, expression.span.start as usize, source);
            let alone = alone.unwrap_or_else(|notice| panic!("{notice:?} {source:?} in {text:?}"));
            let (alone, whole) = (bare(&alone), bare(expression));
            assert_eq!(format!("{:?}", alone.kind), format!("{:?}", whole.kind), "{source:?} in {text:?}");
        }
    });
    if let Some(pieces) = pieces(FILE, &Arc::new(text.to_owned())) {
        assert!(parsed.body.attributes.is_empty(), "{text:?}");
        let (blocks, notices): (Vec<_>, Vec<_>) = pieces.iter().map(Piece::parse).unzip();
        assert_eq!(format!("{blocks:?}"), format!("{:?}", parsed.body.blocks), "{text:?}");
        assert_eq!(notices.concat(), parsed.notices, "{text:?}");
        for (piece, block) in pieces.iter().zip(&blocks) {
            assert_eq!((&piece.kind, &piece.labels), (&block.kind, &block.labels), "{text:?}");
            assert_eq!(piece.header, block.header, "{text:?}");
            let read = piece.attributes().unwrap_or_default().into_iter();
            let read = read.filter_map(|piece| Some((piece.parse().0?, piece)));
            for ((value, piece), attribute) in read.zip(&block.body.attributes) {
                assert_eq!(
                    (&piece.name, piece.name_span),
                    (&attribute.name, attribute.name_span),
                    "{text:?}"
                );
                assert_eq!(format!("{value:?}"), format!("{:?}", attribute.value), "{text:?}");
            }
        }
    }
}

fn check_body(text: &str, body: &Body) {
    for attribute in &body.attributes {
        assert_eq!(text.get(attribute.name_span.range()), Some(&*attribute.name));
        assert!(text[attribute.span.range()].starts_with(&*attribute.name));
    }
    for block in &body.blocks {
        assert!(text[block.header.range()].starts_with(&*block.kind));
        assert!(text[block.span.range()].starts_with(&text[block.header.range()]));
        check_body(text, &block.body);
    }
}

#[test]
fn every_place_in_the_sample_is_the_text_it_names() {
    check_places(SAMPLE);
    check_places(&SAMPLE.replace('\n', "\r\n"));
    check_places(&format!("\u{feff}{SAMPLE}"));
    assert_eq!(parsed(SAMPLE).notices.len(), 1, "{:?}", parsed(SAMPLE).notices);
    assert_eq!(parsed(SAMPLE).body.blocks.len(), 5);
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn no_mutation_breaks_the_places(
        edits in prop::collection::vec((0usize..2_000, 0usize..40, any::<prop::sample::Index>()), 1..5),
    ) {
        let splices = [
            "", "{", "}", "(", ")", "[", "]", "\"", "${", "%{", "~}", "<<E\n", "<<-EOT\n", "EOT\n", "\n", "\r\n", "#", "/*",
            "*/", "=", ",", ".", "*", "-", "!", "?", ":", "for ", "if", "\\", "$", "é", "\u{301}", "\0", "1e9", "0", "x",
            "resource \"q\" \"r\" {\n", "\u{feff}", "...", "=>", "endif", "%{ endif }", "::",
        ];
        let mut text = SAMPLE.to_owned();
        for (at, length, splice) in edits {
            let start = boundary(&text, at % (text.len() + 1));
            let end = boundary(&text, start + length).max(start);
            text.replace_range(start..end, splices[splice.index(splices.len())]);
        }
        check_places(&text);
    }

    #[test]
    fn no_truncation_breaks_the_places(start in 0usize..2_000, end in 0usize..2_000) {
        let (start, end) = (boundary(SAMPLE, start.min(end)), boundary(SAMPLE, start.max(end)));
        check_places(&SAMPLE[start..end]);
    }

    #[test]
    fn no_junk_breaks_the_reader(text in "[ -~\n\"${}%<E#*/\\[\\]()=é\0]{0,200}") {
        check_places(&text);
        let _ = parse_template(FILE, 0, &text);
        let _ = parse_expression(FILE, 0, &text);
    }
}
