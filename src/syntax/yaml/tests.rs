//! What the tree holds, where it stands, and what is refused.

use super::*;
use crate::source::NoticeKind;
use crate::syntax::Decoded;

const FILE: FileId = FileId(3);

fn root(text: &str) -> Node {
    let parsed = parse(FILE, text);
    assert_eq!(parsed.notices, [], "{text}");
    assert_eq!(parsed.documents.len(), 1, "{text}");
    parsed.documents.into_iter().next().unwrap()
}

fn members(node: &Node) -> &[Member] {
    let NodeKind::Mapping(members) = &node.kind else { panic!("{node:?} is no mapping") };
    members
}

fn elements(node: &Node) -> &[Node] {
    let NodeKind::Sequence(elements) = &node.kind else { panic!("{node:?} is no sequence") };
    elements
}

fn scalar(node: &Node) -> &Decoded {
    let NodeKind::Scalar { text, .. } = &node.kind else { panic!("{node:?} is no scalar") };
    text
}

fn at<'t>(text: &'t str, node: &Node) -> &'t str {
    &text[node.span.range()]
}

#[test]
fn keys_values_and_tags_have_places_and_duplicates_stay() {
    let text = "# über\nA: &x !Ref  b # c\nA:\n- 'it''s'\n- {k: v, 'ü': [1]}\n\n# end\nB: !If\n  - q\n  - !Sub \"w\"\nC:\n";
    let root = root(text);
    let members = members(&root);
    let keys: Vec<&str> = members.iter().map(|member| at(text, &member.key)).collect();
    assert_eq!(keys, ["A", "A", "B", "C"]);
    let values: Vec<&str> = members.iter().map(|member| at(text, &member.value)).collect();
    assert_eq!(values, ["b", "- 'it''s'\n- {k: v, 'ü': [1]}", "- q\n  - !Sub \"w\"", ""]);
    let tag = members[0].value.tag.as_ref().unwrap();
    assert_eq!((tag.name.as_str(), &text[tag.span.range()]), ("!Ref", "!Ref"));
    assert!(members[0].value.anchor.is_some());
    let quoted = &elements(&members[1].value)[0];
    assert_eq!((at(text, quoted), &*scalar(quoted).text), ("'it''s'", "it's"));
    assert_eq!(at(text, &elements(&members[2].value)[1]), "\"w\"");
    assert!(members[3].value.is_absent() && !members[0].value.is_absent());
    assert_eq!(root.span.range(), text.find("A:").unwrap()..text.rfind(':').unwrap());
}

/// The text of the scalar at `v:` and, for each letter in it, the place that it leads back to.
fn leads_back(source: &str, expected: &str) {
    let root = root(source);
    let value = &members(&root)[0].value;
    let decoded = scalar(value);
    assert_eq!(&*decoded.text, expected, "{source:?}");
    for (offset, character) in decoded.text.char_indices() {
        let place = decoded.source_offset(offset);
        let is_end = character == '\n' && place == value.span.range().end;
        assert!(is_end || value.span.range().contains(&place), "{source:?}: {offset} leads to {place}");
        if character.is_alphanumeric() {
            assert!(source[place..].starts_with([character, '\\']), "{source:?}: {offset} leads to {place}");
        }
    }
}

// The expected texts are PyYAML's.
#[test]
fn scalars_of_every_style_lead_back_to_the_file() {
    leads_back("v: plain  text # no", "plain  text");
    leads_back("v: one\n  two  \n\n\n  thrée\n", "one two\n\nthrée");
    leads_back("v: 'it''s\n  ''x'' \n\n  ü'", "it's 'x'\nü");
    leads_back(r#"v: "a\tb\x41\u00e9\U0001F642\/c\"d""#, "a\tbAé🙂/c\"d");
    leads_back("v: \"x\\\n   y\\\n\n   z  \n  w \\\n  \\ q\"\n", "xy\nz w  q");
    leads_back("v: |\n  one\n   two\n\n  three\n\n\nw: 1", "one\n two\n\nthree\n");
    leads_back("v: |2-\n    one\n  two  \n", "  one\ntwo  ");
    leads_back("v: |+\n\n  one\n\n", "\none\n\n");
    leads_back("v: |\n  no end", "no end");
    leads_back(
        "v: >\n\n  one\n  two\n\n  three\n   four\n  five\n\n\n  six\n",
        "\none two\nthree\n four\nfive\n\nsix\n",
    );
    leads_back("v: >-\r\n  one\r\n  two\r\n\r\n  three\r\n", "one two\nthree");
    leads_back("v: |\r\n  one\r\n  two\r\n", "one\ntwo\n");
}

#[test]
fn a_block_scalar_stands_where_its_text_does() {
    let text = "v: !Sub | # c\n  one\n  two  \n\nw: x\n";
    let root = root(text);
    let value = &members(&root)[0].value;
    assert_eq!(at(text, value), "one\n  two  ");
    assert_eq!(scalar(value).source_offset("one\nt".len()), text.find("wo").unwrap());
}

#[test]
fn a_sequence_starts_at_its_first_dash() {
    for (text, expected) in [
        ("a:\n-  - x\n", "-  - x"),
        ("a: !t # -\n- # c\n\n  x\nb:\n", "- # c\n\n  x"),
        ("? a\n: - x\n", "- x"),
        ("a:\n  -\n  - x", "-\n  - x"),
    ] {
        assert_eq!(at(text, &members(&root(text))[0].value), expected);
    }
    let text = "- a: [x]";
    assert_eq!(at(text, &members(&elements(&root(text))[0])[0].value), "[x]");
}

#[test]
fn aliases_name_their_anchors() {
    let root = root("a: &x 1\nb: *x\nc: &x 2\nd: *x\n*x : &y [*y]\n");
    let members = members(&root);
    let anchor = |at: usize| members[at].value.anchor.unwrap();
    assert_eq!(members[1].value.kind, NodeKind::Alias(anchor(0)));
    assert_eq!(members[3].value.kind, NodeKind::Alias(anchor(2)));
    assert_eq!(members[4].key.kind, NodeKind::Alias(anchor(2)));
    assert_eq!(elements(&members[4].value)[0].kind, NodeKind::Alias(anchor(4)));
}

#[test]
fn an_alias_of_nothing_is_told_and_the_rest_is_read() {
    let parsed = parse(FILE, "a: *no\nb: 1\n");
    assert_eq!(parsed.notices.len(), 1);
    assert_eq!(parsed.notices[0].kind, NoticeKind::InvalidConfiguration);
    let members = members(&parsed.documents[0]);
    assert_eq!((&members[0].value.kind, members.len()), (&NodeKind::Unread, 2));
}

#[test]
fn tags_are_resolved() {
    let root = root("%TAG !e! !\n---\n[!e!Ref a, !!str b, !<!Sub> c, !<tag:yaml.org,2002:int> 1, ! d, !x]");
    let names: Vec<&str> =
        elements(&root).iter().map(|node| node.tag.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["!Ref", "tag:yaml.org,2002:str", "!Sub", "tag:yaml.org,2002:int", "!", "!x"]);
}

#[test]
fn a_text_may_hold_no_document_or_several() {
    assert_eq!(parse(FILE, "").documents, []);
    assert_eq!(parse(FILE, "# nothing\n").documents, []);
    let parsed = parse(FILE, "--- a\n---\n- b\n...\n---\n");
    assert_eq!(parsed.notices, []);
    assert_eq!(parsed.documents.len(), 3);
}

#[test]
fn many_comments_a_mark_at_the_start_and_windows_line_ends_are_read() {
    let text = format!("\u{feff}a:\r\n{}  ü: {{x: 'é'}}\r\n", "  # c\r\n".repeat(5_000));
    let root = root(&text);
    assert_eq!(at(&text, &members(&root)[0].key), "a");
    let inner = &members(&members(&root)[0].value)[0];
    assert_eq!((at(&text, &inner.key), at(&text, &inner.value)), ("ü", "{x: 'é'}"));
}

#[test]
fn what_yaml_forbids_is_told() {
    for text in [
        "a: [1, 2",
        "a: 'x",
        "a: b: c",
        "a:\n\tb: c",
        "a: b\n c: d",
        "]",
        "a: \u{7}",
        "a: b\0c",
        "a: b\n\0c: d\n",
        "\0",
        "a: @x",
        "a: !e!x y",
        "%YAML 3.0\n---\na",
        "a: \"\\q\"",
        "- a\nb",
    ] {
        let parsed = parse(FILE, text);
        let is_error = |notice: &Notice| notice.kind == NoticeKind::ParseError && notice.help.is_some();
        assert!(parsed.notices.iter().any(is_error), "{text:?} is not YAML");
    }
}

#[test]
fn what_ends_a_line_only_for_some_readers_hides_nothing() {
    for text in ["# c\u{2028}b: 1\na: 2", "a: |\n  x\u{85}b: 1\n", "- a\u{2029}- b\n"] {
        assert_eq!(parse(FILE, text).notices[0].kind, NoticeKind::ParseError, "{text:?}");
    }
    root("a: \"x\u{2028}\u{85}\"\nb: 'x\u{2029}'");
}

#[test]
fn what_stands_before_an_error_is_kept() {
    let text = "a: {b: 1}\nc:\n  d: [1, 2]\n  e: {f: x, g: ]\nh: 1\n";
    let parsed = parse(FILE, text);
    assert_eq!(parsed.notices.len(), 1);
    assert_eq!(parsed.notices[0].span.unwrap().range().start, text.find("{f").unwrap());
    let outer = members(&parsed.documents[0]);
    assert_eq!(outer.len(), 2);
    let inner = members(&outer[1].value);
    assert_eq!(elements(&inner[0].value).len(), 2);
    let unfinished = members(&inner[1].value);
    assert_eq!(&*scalar(&unfinished[0].value).text, "x");
    assert_eq!((at(text, &unfinished[1].key), &unfinished[1].value.kind), ("g", &NodeKind::Unread));
}

#[test]
fn hostile_nesting_ends() {
    let closed = format!("[{}1{}, 2]", "[".repeat(5_000), "]".repeat(5_000));
    let parsed = parse(FILE, &closed);
    assert_eq!(parsed.notices.len(), 1);
    assert_eq!(parsed.notices[0].kind, NoticeKind::LimitReached);
    assert_eq!(elements(&parsed.documents[0]).len(), 2, "what follows is read");
    for open in ["[", "{a: ", "- ", "? ", "- [", "!x [", "&a ["] {
        assert!(!parse(FILE, &open.repeat(100_000)).notices.is_empty(), "{open}");
    }
}
