//! What holds for every input: no panic, every span is the text it names, and serde agrees on what is JSON.

use proptest::prelude::*;

use super::*;

const FILE: FileId = FileId(5);

const SAMPLE: &str = r#"{
  "//": {"metadata": {"path": "Stack/zoë"}},
  "resource": [{"aws_iam_user": {"a": {"name": "x-${var.e}\n\u00e9\ud83d\ude42", "n": [-1.5e+3, true, null]}}}],
  "resource": {}
}"#;

/// Checks the spans of a tree and gives it as a value of serde's, the last duplicate winning.
fn checked(text: &str, node: &Node) -> serde_json::Value {
    let source = &text[node.span.range()];
    match &node.kind {
        NodeKind::Array(elements) => elements.iter().map(|element| checked(text, element)).collect(),
        NodeKind::Object(members) => {
            let mut map = serde_json::Map::new();
            for member in members {
                let quoted = &text[member.key_span.range()];
                assert!(quoted.starts_with('"') && quoted.ends_with('"') && quoted.len() >= 2);
                assert_eq!(member.key.source_offset(0), member.key_span.start as usize + usize::from(true));
                map.insert(member.key.text.to_string(), checked(text, &member.value));
            }
            map.into()
        }
        NodeKind::String(decoded) => {
            let mut last = decoded.start;
            for at in 0..=decoded.text.len() {
                let place = decoded.source_offset(at);
                assert!(last <= place && place < node.span.end as usize);
                last = place;
            }
            decoded.text.to_string().into()
        }
        NodeKind::Number(number) => {
            assert_eq!(number, source);
            // Numbers too large for serde are compared by their text alone.
            serde_json::from_str(number).unwrap_or_default()
        }
        NodeKind::Bool(value) => {
            assert_eq!(value.to_string(), source);
            (*value).into()
        }
        NodeKind::Null => {
            assert_eq!(source, "null");
            serde_json::Value::Null
        }
        NodeKind::Unread => serde_json::Value::Null,
    }
}

fn holds(text: &str) {
    let parsed = parse(FILE, text);
    for notice in &parsed.notices {
        let span = notice.span.unwrap();
        assert!(text.get(span.range()).is_some(), "a notice out of range");
    }
    let value = parsed.root.as_ref().map(|root| checked(text, root));
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(expected) => {
            assert_eq!(parsed.notices, [], "{text}");
            assert_eq!(value, Some(expected));
        }
        // serde also refuses lone surrogates, numbers out of range, and its own depth.
        Err(error) => {
            let own = ["surrogate", "hex escape", "out of range", "recursion"];
            let message = error.to_string();
            let is_own = own.iter().any(|word| message.contains(word)) || text.starts_with('\u{feff}');
            assert!(is_own || !parsed.notices.is_empty(), "{text:?}: {message}");
        }
    }
}

#[test]
fn every_prefix_and_every_deletion_holds() {
    holds(SAMPLE);
    for (at, character) in SAMPLE.char_indices() {
        holds(&SAMPLE[..at]);
        holds(&format!("{}{}", &SAMPLE[..at], &SAMPLE[at + character.len_utf8()..]));
    }
}

fn json() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\\n\"",
        "\"\\ud800\"",
        "1",
        "-0.5e3",
        "01",
        "true",
        "null",
        "x",
        " ",
        "\n",
        "\"",
        "\\",
        "é",
        "/",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::default() })]

    #[test]
    fn any_tokens_hold(text in json()) {
        holds(&text);
    }

    #[test]
    fn any_text_holds(text in "\\PC{0,60}") {
        holds(&text);
    }

    #[test]
    fn a_mutated_file_holds(at in 0..SAMPLE.len(), with in "[\\[\\]{}\",:\\\\0-9a-z\n]{0,3}") {
        let mut text = SAMPLE.to_owned();
        if text.is_char_boundary(at) {
            text.insert_str(at, &with);
        }
        holds(&text);
    }

    #[test]
    fn what_serde_writes_is_read(text in ".*", number in any::<i64>()) {
        holds(&serde_json::json!({"k": [text, number, {"": text}], "": number}).to_string());
    }
}
