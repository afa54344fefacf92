//! What the tree holds, and what is refused.

use super::*;
use crate::source::NoticeKind;

const FILE: FileId = FileId(3);

fn root(text: &str) -> Node {
    let parsed = parse(FILE, text);
    assert_eq!(parsed.notices, [], "{text}");
    parsed.root.unwrap()
}

#[test]
fn keys_and_values_have_places_and_duplicates_stay() {
    let text = "\u{feff}{ \"a\": [1.50, -2e3], \"a\": {\"b\": null} }";
    let root = root(text);
    let members = root.members().unwrap();
    assert_eq!(&text[members[0].key_span.range()], "\"a\"");
    assert_eq!(&text[members[0].value.span.range()], "[1.50, -2e3]");
    let number = &members[0].value.elements().unwrap()[0];
    assert_eq!(number.kind, NodeKind::Number("1.50".to_owned()));
    assert_eq!(members.len(), 2);
    assert_eq!(&text[root.get("a").unwrap().span.range()], "{\"b\": null}");
}

#[test]
fn escapes_are_decoded_and_lead_back() {
    let text = r#""a\n\u00e9\ud83d\ude42\ud83dx\/é${b}""#;
    let node = root(text);
    let NodeKind::String(decoded) = &node.kind else { panic!("a string") };
    assert_eq!(&*decoded.text, "a\né🙂\u{fffd}x/é${b}");
    for needle in ["a", "x", "${b}", "}"] {
        let at = decoded.text.find(needle).unwrap();
        assert_eq!(decoded.source_offset(at), text.find(needle).unwrap(), "{needle}");
    }
    // Inside of an escape: its start.
    let smile = decoded.text.find('🙂').unwrap();
    assert_eq!(decoded.source_offset(smile + 2), text.find("\\ud83d\\ude42").unwrap());
    assert_eq!(decoded.source_offset(decoded.text.len()), text.len() - 1);
}

#[test]
fn what_json_forbids_is_told() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "[1",
        "{\"a\"}",
        "{\"a\":}",
        "{a: 1}",
        "{'a': 1}",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[tru]",
        "[True]",
        "[NaN]",
        "[1 2]",
        "{} x",
        "\"a\nb\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a",
        "// c\n{}",
        "{} /* c */",
        "[1,]",
        "{\"a\":1,}",
        "[\"a\" \"b\"]",
        "[,]",
        "]",
        "\u{a0}{}",
    ] {
        assert!(
            parse(FILE, text).notices.iter().any(|notice| notice.kind == NoticeKind::ParseError),
            "{text:?} is not JSON"
        );
    }
}

#[test]
fn what_stands_before_an_error_is_kept() {
    let parsed = parse(FILE, r#"{"a": {"b": 1, "c": oops}, "d": 2}"#);
    let root = parsed.root.unwrap();
    assert_eq!(root.get("a").unwrap().get("b").unwrap().kind, NodeKind::Number("1".to_owned()));
    assert!(root.get("d").is_none());
    // A comma too many or too few leaves no doubt.
    let parsed = parse(FILE, r#"{"a": [1,], "b": {"c": 1,} "d": 2}"#);
    assert_eq!(parsed.notices.len(), 2);
    assert_eq!(parsed.root.unwrap().members().unwrap().len(), 3);
}

#[test]
fn hostile_nesting_ends() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let depth = 200_000;
        let text = format!("[{}1{}, 2]", open.repeat(depth), close.repeat(depth));
        let parsed = parse(FILE, &text);
        assert_eq!(parsed.notices.len(), 1);
        assert_eq!(parsed.notices[0].kind, NoticeKind::LimitReached);
        assert_eq!(parsed.root.unwrap().elements().unwrap().len(), 2);
        assert!(!parse(FILE, &open.repeat(depth)).notices.is_empty());
    }
}
