//! What a template's text becomes, in both syntaxes.

use super::*;

const FILE: FileId = FileId(2);

/// A node in few characters: numbers with `#`, strings in quotes, what was not read as `?`.
fn shown(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(value) => value.to_string(),
        NodeKind::Number(text) => format!("#{text}"),
        NodeKind::String(decoded) => format!("{:?}", decoded.text),
        NodeKind::List(elements) => {
            format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        NodeKind::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, shown(&entry.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        NodeKind::Unread => "?".to_owned(),
    }
}

/// The one document of a text, and its notices as `kind at "text"`.
fn document(text: &str) -> (String, Vec<String>) {
    let read = read(FILE, text);
    assert_eq!(read.documents.len(), 1, "{text}: {:?}", read.notices);
    let notices = read.notices.iter().map(|notice| {
        assert!(notice.help.is_some(), "{notice:?} says what to do");
        format!("{} at {:?}", notice.kind.name(), &text[notice.span.unwrap().range()])
    });
    (shown(&read.documents[0]), notices.collect())
}

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(document(text), (expected.to_owned(), Vec::new()), "{text}");
}

#[track_caller]
fn tells(text: &str, expected: &str, notices: &[&str]) {
    let (document, told) = document(text);
    assert_eq!(
        (document.as_str(), told.iter().map(String::as_str).collect()),
        (expected, notices.to_vec()),
        "{text}"
    );
}

#[test]
fn short_tags_are_the_functions_that_they_abbreviate() {
    reads("a: !Ref b", r#"{a: {Ref: "b"}}"#);
    reads("!Condition c", r#"{Condition: "c"}"#);
    reads("!GetAtt a.b.c", r#"{Fn::GetAtt: "a.b.c"}"#);
    reads("!GetAtt [a, b]", r#"{Fn::GetAtt: ["a", "b"]}"#);
    reads(
        "!If\n- c\n- !Sub\n  - '${x}'\n  - x: !Ref y\n- !Ref AWS::NoValue",
        r#"{Fn::If: ["c", {Fn::Sub: ["${x}", {x: {Ref: "y"}}]}, {Ref: "AWS::NoValue"}]}"#,
    );
    reads("!Transform {Name: AWS::Include}", r#"{Fn::Transform: {Name: "AWS::Include"}}"#);
    reads("Fn::Sub: !Ref a", r#"{Fn::Sub: {Ref: "a"}}"#);
    reads("!Base64 |\n  x\n", r#"{Fn::Base64: "x\n"}"#);
    reads("[!Ref, !GetAZs ]", "[{Ref: null}, {Fn::GetAZs: null}]");
    reads("!vault x", r#"{Fn::vault: "x"}"#);
    reads("!<!Ref> x", r#"{Ref: "x"}"#);
    reads("!<a:b> x", r#"{Fn::a:b: "x"}"#);
    reads("[! 'x', ! {\"Ref\": a}, {! Ref: a}]", r#"["x", {Ref: "a"}, {Ref: "a"}]"#);
}

#[test]
fn a_plain_word_behind_a_short_tag_is_text() {
    reads(
        "[!Ref true, !Sub 017, !Ref ~, !Ref '']",
        r#"[{Ref: "true"}, {Fn::Sub: "017"}, {Ref: "~"}, {Ref: ""}]"#,
    );
}

#[test]
fn a_function_stands_where_its_tag_does_and_its_argument_behind_it() {
    let text = "a: !Sub  'x'";
    let root = &read(FILE, text).documents[0];
    let function = root.get("a").unwrap();
    assert_eq!(&text[function.span.range()], "!Sub  'x'");
    let entry = function.entry("Fn::Sub").unwrap();
    assert_eq!((&text[entry.key_span.range()], &text[entry.value.span.range()]), ("!Sub", "'x'"));
}

// The types are PyYAML's, which cfn-lint reads with.
#[test]
fn plain_words_have_the_types_of_yaml_1_1() {
    reads(
        "[true, True, TRUE, yes, Yes, YES, on, On, ON]",
        "[true, true, true, true, true, true, true, true, true]",
    );
    reads("[false, no, NO, off, Off]", "[false, false, false, false, false]");
    reads("[y, n, Y, N, tRue, yES]", r#"["y", "n", "Y", "N", "tRue", "yES"]"#);
    reads("[null, Null, NULL, ~, nULL]", r#"[null, null, null, null, "nULL"]"#);
    for number in [
        "0",
        "-0",
        "+12",
        "1_000",
        "017",
        "-0x1F",
        "0b1_0",
        "1.5",
        "-1.",
        "1.5e+3",
        ".5",
        "+.inf",
        ".NaN",
        "190:20:30",
        "1:5",
        "1:30.5",
        "00",
        "0_7",
        "0x_",
        "1_.5",
    ] {
        reads(&format!("[{number}]"), &format!("[#{number}]"));
    }
    for text in [
        "08",
        "1e3",
        "1.5e3",
        "-.5",
        "0o17",
        "0x",
        "1:60",
        "2012-10-17",
        "2001-12-14t21:59:43.10-05:00",
        "1.2.3",
        "+",
        "_1",
        "1,2",
        "0b2",
        "=",
        "1__e",
        ".",
        "-.nan",
        "12e+",
        "0x1g",
        "0:0",
    ] {
        reads(&format!("- {text}"), &format!("[\"{text}\"]"));
    }
}

#[test]
fn quoted_and_block_text_has_no_other_type() {
    reads("['true', \"1\", '']", r#"["true", "1", ""]"#);
    reads("a: |-\n  1\nb: >-\n  yes\n", r#"{a: "1", b: "yes"}"#);
}

#[test]
fn tags_of_yaml_itself_are_types() {
    reads(
        "[!!str 017, !!str , !!int '3', !!float 1.5, !!bool 'yes', !!null x, !!timestamp 2001-01-01]",
        r#"["017", "", #3, #1.5, true, null, "2001-01-01"]"#,
    );
    reads(
        "[!!map {a: 1}, !!seq [1], !!set {a, b}, !!omap [a: 1], !<tag:yaml.org,2002:str> 1]",
        r#"[{a: #1}, [#1], {a: null, b: null}, [{a: #1}], "1"]"#,
    );
    reads("!!str a: !!str 1", r#"{a: "1"}"#);
    for text in ["!!int x", "!!bool 1", "!!binary aGk=", "!!map [a]", "!!seq x", "!!Ref x", "!!str [x]"] {
        let tag = text.split(' ').next().unwrap();
        tells(text, "?", &[&format!("invalid-configuration at {tag:?}")]);
    }
}

#[test]
fn keys_are_text() {
    reads(
        "{1: a, 2012-10-17: b, on: c, 'x y': d, 1.50: e}",
        r#"{1: "a", 2012-10-17: "b", on: "c", x y: "d", 1.50: "e"}"#,
    );
    reads("[&k key, {*k : 1}]", r#"["key", {key: #1}]"#);
    tells("{~: a}", r#"{~: "a"}"#, &[r#"invalid-configuration at "~""#]);
    tells("? [a]\n: b\nc: d\n", r#"{c: "d"}"#, &[r#"invalid-configuration at "[a]""#]);
    tells("? &x {a: 1}\n: b\nc: *x\n", "{c: {a: #1}}", &[r#"invalid-configuration at "{a: 1}""#]);
    tells("!Ref a: b", r#"{a: "b"}"#, &[r#"invalid-configuration at "!Ref""#]);
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts_and_is_told() {
    tells("a: 1\nb: 2\n'a': 3\n", "{a: #3, b: #2}", &[r#"invalid-configuration at "'a'""#]);
    tells(
        r#"{"a": 1, "b": {"a": 2}, "\u0061": 3}"#,
        "{a: #3, b: {a: #2}}",
        &[r#"invalid-configuration at "\"\\u0061\"""#],
    );
    let text = "a: 1\na: 2\n";
    let read = read(FILE, text);
    assert_eq!(&text[read.documents[0].entry("a").unwrap().key_span.range()], "a");
    assert_eq!(read.documents[0].entry("a").unwrap().key_span.start, 5);
    assert!(read.notices[0].message.contains("`a` stands twice"), "{:?}", read.notices);
}

#[test]
fn notices_on_one_text_have_a_limit_and_a_parse_error_is_told_past_it() {
    let read = read(FILE, &format!("{}b: ]", "a: 1\n*x : 1\n".repeat(1_000)));
    assert_eq!(read.notices.len(), MAX_NOTICES + 2);
    let kinds = read.notices[MAX_NOTICES..].iter().map(|notice| notice.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [NoticeKind::ParseError, NoticeKind::LimitReached]);
}

#[test]
fn aliases_are_what_stands_at_their_anchors() {
    reads(
        "a: &x [1, !Ref b]\nc: *x\nd: {e: *x}\n",
        r#"{a: [#1, {Ref: "b"}], c: [#1, {Ref: "b"}], d: {e: [#1, {Ref: "b"}]}}"#,
    );
    reads("a: &x !Ref b\nc: *x\n", r#"{a: {Ref: "b"}, c: {Ref: "b"}}"#);
    reads("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a: #1, b: #1, c: #2, d: #2}");
    let text = "a: &x [1]\nb: *x\n";
    let root = &read(FILE, text).documents[0];
    let (NodeKind::List(first), NodeKind::List(second)) =
        (&root.get("a").unwrap().kind, &root.get("b").unwrap().kind)
    else {
        panic!("two lists")
    };
    assert!(Arc::ptr_eq(first, second), "nothing is copied");
    assert_eq!(&text[root.get("b").unwrap().span.range()], "[1]");
}

#[test]
fn merge_keys_bring_in_what_does_not_stand_there() {
    reads("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a, z: 4}\n", "{a: {x: #1, y: #2}, b: {y: #3, x: #1, z: #4}}");
    reads("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", "{a: {x: #1, y: #2}, b: {x: #1, y: #3}}");
    reads(
        "- &a {x: 1}\n- &b {x: 2, y: 2}\n- <<: [*a, *b]\n- <<: {q: 1}\n- '<<': 1\n",
        "[{x: #1}, {x: #2, y: #2}, {x: #1, y: #2}, {q: #1}, {<<: #1}]",
    );
    reads("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n", "[{x: #1}, {x: #1, y: #2}, {x: #1, y: #2}]");
    tells("- &a [1]\n- {<<: *a, b: 1}\n", "[[#1], {b: #1}]", &[r#"invalid-configuration at "1""#]);
    tells("{<<: !Ref x, b: 1}", "{b: #1}", &[r#"invalid-configuration at "!Ref x""#]);
}

#[test]
fn an_alias_inside_of_what_it_repeats_is_not_read() {
    tells("a: &a [1, *a]\nb: *a\n", "{a: [#1, ?], b: [#1, ?]}", &[r#"invalid-configuration at "*a""#]);
    tells("&a\nb: 1\n<<: *a\n", "{b: #1}", &[r#"invalid-configuration at "*a""#]);
}

#[test]
fn what_aliases_repeat_has_a_limit() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    text.extend((1..60).map(|level| {
        let alias = format!("*a{}, ", level - 1);
        format!("a{level}: &a{level} [{}]\n", alias.repeat(10))
    }));
    let read = read(FILE, &text);
    assert_eq!(read.notices.len(), 1);
    assert_eq!(read.notices[0].kind, NoticeKind::LimitReached);
    assert_eq!(read.documents[0].entries().unwrap().len(), 60);
}

fn height(node: &Node) -> usize {
    match &node.kind {
        NodeKind::List(elements) => 1 + elements.iter().map(height).max().unwrap_or(0),
        NodeKind::Map(entries) => 1 + entries.iter().map(|entry| height(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

#[test]
fn nesting_has_a_limit_whatever_it_is_made_of() {
    let tags = format!("a: {}x{}\nb: 1\n", "!If [".repeat(200), "]".repeat(200));
    let mut aliases = "a0: &a0 [x]\n".to_owned();
    let (open, close) = ("[".repeat(50), "]".repeat(50));
    aliases.extend((1..20).map(|level| format!("a{level}: &a{level} {open}*a{}{close}\n", level - 1)));
    let keys = format!("{}x{}", "{? [".repeat(100), "] : y}".repeat(100));
    let json = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for text in [tags, aliases, keys, json] {
        let read = read(FILE, &text);
        assert!(!read.notices.is_empty());
        assert!(height(&read.documents[0]) <= MAX_DEPTH, "{}", height(&read.documents[0]));
    }
}

#[test]
fn what_opens_with_a_bracket_is_json_or_flow_yaml() {
    reads(
        r#"{"a": {"Ref": "b"}, "c": [1.50, true, null, "\u00e9"]}"#,
        r#"{a: {Ref: "b"}, c: [#1.50, true, null, "é"]}"#,
    );
    reads("\u{feff}\t{\"a\":\t\"yes\"}\r\n", r#"{a: "yes"}"#);
    // Tabs as JSON has them, no space behind a colon; and `<<` is a key like others.
    reads("{\n\t\"a\":1,\n\t\"<<\": {\"b\": 2}\n}", "{a: #1, <<: {b: #2}}");
    reads("{a: !Ref b, # comment\n c: yes,}", r#"{a: {Ref: "b"}, c: true}"#);
    reads("{\"a\": !Ref b}", r#"{a: {Ref: "b"}}"#);
    reads("{'a': 1}\n", "{a: #1}");
    reads("[a, b]", r#"["a", "b"]"#);
}

#[test]
fn what_is_neither_has_the_error_of_the_one_that_it_looks_like() {
    let message = |text: &str| {
        let read = read(FILE, text);
        assert!(is_broken(&read.notices), "{text}");
        read.notices[0].message.clone()
    };
    assert!(!message("{\"a\": {\"b\" 1}}").contains("YAML"));
    assert!(!message("{").contains("YAML"));
    assert!(message("{a: [b}").contains("YAML"));
    assert!(message("{ {{ include }}").contains("YAML"));
    assert!(message("a: {\"b\": [}").contains("YAML"));
}

#[test]
fn an_unfinished_text_gives_what_was_complete() {
    tells("a: {b: 1}\nc:\n  d: 'x\n", "{a: {b: #1}, c: {d: ?}}", &[r#"parse-error at "'""#]);
    let read = read(FILE, r#"{"a": {"b": 1, "c": oops"#);
    assert_eq!(shown(&read.documents[0]), "{a: {b: #1}}");
}

#[test]
fn zero_bytes_windows_line_ends_and_several_documents() {
    assert!(is_broken(&read(FILE, "a: b\n\0c: d\n").notices));
    reads("\u{feff}a:\r\n  - b\r\n  - |\r\n    c\r\n    d\r\n", r#"{a: ["b", "c\nd\n"]}"#);
    let read = read(FILE, "a: &x 1\n---\nb: 2\n");
    assert_eq!(read.documents.iter().map(shown).collect::<Vec<_>>(), ["{a: #1}", "{b: #2}"]);
    assert_eq!(super::read(FILE, " \n# nothing\n").documents, []);
}

/// The places that an embedded template's nodes lead to, as text of the outer one.
fn embedded(outer: &str) -> Read {
    let root = read(FILE, outer).documents.remove(0);
    let NodeKind::String(text) = &root.get("TemplateBody").unwrap().kind else { panic!("a string") };
    read_embedded(FILE, text)
}

#[test]
fn an_embedded_template_stands_in_the_file_of_the_outer_one() {
    let yaml =
        "x: é\nTemplateBody: |\n  Resources:\n    A: !Sub \"q\\n${é}\"\n    A:  # twice\n      - [b]\n";
    let json = r#"{"TemplateBody": "{\"Resources\":\t{\"A\": {\"Fn::Sub\": \"q\\n${\u00e9}\"},\n\"A\": [[\"b\"]]}}"}"#;
    for (outer, element, key) in [(yaml, "[b]", "A"), (json, r#"[\"b\"]"#, r#"\"A\""#)] {
        let read = embedded(outer);
        assert_eq!(shown(&read.documents[0]), r#"{Resources: {A: [["b"]]}}"#);
        let resource = read.documents[0].get("Resources").unwrap().entry("A").unwrap();
        assert_eq!(&outer[resource.value.elements().unwrap()[0].span.range()], element);
        assert_eq!(&outer[resource.key_span.range()], key);
        assert_eq!(read.notices[0].span, Some(resource.key_span));
    }
}

#[test]
fn text_of_an_embedded_template_leads_back_through_both() {
    for outer in [
        "TemplateBody: |\n  A: \"q\\n${é}x\"\n",
        "TemplateBody: |\n  A: >-\n   q\n\n   ${é}x\n",
        r#"{"TemplateBody": "{\"A\": \"q\\n${\u00e9}x\"}"}"#,
        r#"{"TemplateBody": "A: 'q\n\n ${\u00e9}x'"}"#,
        "TemplateBody: 'A: ''q


          ${é}x'''\n",
    ] {
        let read = embedded(outer);
        let node = read.documents[0].get("A").unwrap();
        let NodeKind::String(decoded) = &node.kind else { panic!("{outer}: {node:?}") };
        assert_eq!(&*decoded.text, "q\n${é}x", "{outer}");
        for letter in ["q", "${", "{", "}", "x"] {
            let place = decoded.source_offset(decoded.text.find(letter).unwrap());
            assert!(outer[place..].starts_with(letter), "{outer}: {letter} leads to {:?}", &outer[place..]);
        }
        let place = decoded.source_offset(decoded.text.find('é').unwrap());
        assert!(outer[place..].starts_with('é') || outer[place..].starts_with("\\u00e9"), "{outer}");
    }
}
