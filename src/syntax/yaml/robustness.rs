//! What holds for every input: no panic, every span is the text it names, and texts lead back into their spans.

use proptest::prelude::*;

use super::*;
use crate::source::Span;

const FILE: FileId = FileId(5);

const SAMPLE: &str = "%TAG !e! !\n---\n# zoë\nA: &x !Ref  b # c\n'B é':\n- \"\\u00e9\\n\\\n   x\" \n- 'it''s\n\n  two'\n\
    - {a: [1, !If [c, d]], k, <<: *x}\nC: !Sub |-\n  línea ${A}\n   two\n\n  three\n? [a]\n: >+\n  f\n  g\n\n   h\n\n\
    D:\n  plain\n  text\n--- !x\n- - 1\n  - ~\n...\n";

/// Checks a node whose parent ends at `end`.
fn check(text: &str, node: &Node, end: u32) {
    let source = slice(text, node.span);
    assert!(node.span.end <= end, "{source:?} reaches out of its parent");
    if let Some(tag) = &node.tag {
        assert!(
            tag.span.end <= node.span.start && slice(text, tag.span).starts_with('!'),
            "{text:?} {node:?}"
        );
    }
    match &node.kind {
        NodeKind::Scalar { text: decoded, is_plain } => {
            if *is_plain && !source.contains(['\n', '\r']) {
                assert_eq!(&*decoded.text, source);
            }
            let mut last = 0;
            for (offset, character) in decoded.text.char_indices() {
                let place = decoded.source_offset(offset);
                assert!(last <= place && place <= text.len() && text.is_char_boundary(place));
                // Blank lines at the end of a block scalar are text, and no place to point at.
                let is_inside = (node.span.start as usize..=node.span.end as usize).contains(&place);
                assert!(is_inside || character.is_whitespace());
                last = place;
            }
        }
        NodeKind::Sequence(elements) => {
            for element in elements {
                check(text, element, node.span.end);
            }
        }
        NodeKind::Mapping(members) => {
            for member in members {
                check(text, &member.key, node.span.end);
                check(text, &member.value, node.span.end);
            }
        }
        NodeKind::Alias(_) => assert!(source.starts_with('*')),
        NodeKind::Unread => {}
    }
}

fn slice(text: &str, span: Span) -> &str {
    assert_eq!(span.file, FILE);
    text.get(span.range()).unwrap_or_else(|| panic!("{span:?} is no part of the text"))
}

fn holds(text: &str) {
    let parsed = parse(FILE, text);
    for notice in &parsed.notices {
        slice(text, notice.span.unwrap());
    }
    for document in &parsed.documents {
        check(text, document, u32::try_from(text.len()).unwrap());
    }
    if text.contains('\0') {
        assert!(!parsed.notices.is_empty());
    }
}

#[test]
fn every_prefix_and_every_deletion_holds() {
    assert_eq!(parse(FILE, SAMPLE).notices, []);
    holds(&SAMPLE.replace('\n', "\r\n"));
    for (at, character) in SAMPLE.char_indices() {
        holds(&SAMPLE[..at]);
        holds(&SAMPLE[at..]);
        holds(&format!("{}{}", &SAMPLE[..at], &SAMPLE[at + character.len_utf8()..]));
    }
}

fn yaml() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "é",
        "1",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "? ",
        "\n",
        "\n",
        "\n  ",
        "\n    ",
        "\r\n",
        "\r",
        "\t",
        " ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        "''",
        "\"",
        "\\",
        "\\n",
        "\\u00e9",
        "\\ud83d\\ude42",
        "|",
        ">",
        "|-\n",
        ">+\n",
        "|2\n",
        "&x ",
        "*x",
        "!Ref ",
        "!",
        "!!str ",
        "!<a> ",
        "# c",
        "---\n",
        "...\n",
        "%TAG ! !\n",
        "<<: ",
        "~",
        "\u{feff}",
        "\0",
        "\u{85}",
        "\u{2028}",
        "@",
        "`",
        "=",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_tokens_hold(text in yaml()) {
        holds(&text);
    }

    #[test]
    fn any_text_holds(text in "\\PC{0,60}") {
        holds(&text);
    }

    #[test]
    fn a_mutated_file_holds(at in 0..SAMPLE.len(), with in "[\\[\\]{}\"'|>:,\\\\#&*!?a-c \n\r\t-]{0,3}") {
        let mut text = SAMPLE.to_owned();
        if text.is_char_boundary(at) {
            text.insert_str(at, &with);
        }
        holds(&text);
    }

    #[test]
    fn a_spliced_file_holds(first in 0..SAMPLE.len(), second in 0..SAMPLE.len()) {
        if SAMPLE.is_char_boundary(first) && SAMPLE.is_char_boundary(second) {
            holds(&format!("{}{}", &SAMPLE[..first], &SAMPLE[second..]));
        }
    }
}
