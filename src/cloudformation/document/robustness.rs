//! What holds for every input: no panic, every place is in the text, and a document is no deeper than it may be.

use proptest::prelude::*;

use super::*;

const FILE: FileId = FileId(7);

const SAMPLE: &str = "Resources:\n  zoë: &z\n    Type: AWS::IAM::User\n    Properties: {Path: /x/, \"n\": !Sub '${a}-é'}\n\
    \x20 other:\n    <<: *z\n    Type: !If [c, 017, yes]\n    Body: |\n      {\"a\":\n        - b\n  1: >-\n    q\n\n    r\n\
    ? !Ref k\n: *z\n";

fn check(text: &str, node: &Node, depth: usize) {
    assert!(depth <= MAX_DEPTH);
    assert!(text.get(node.span.range()).is_some());
    match &node.kind {
        NodeKind::List(elements) => elements.iter().for_each(|element| check(text, element, depth + 1)),
        NodeKind::Map(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                assert!(text.get(entry.key_span.range()).is_some());
                assert!(entries[..at].iter().all(|other| other.key != entry.key));
                check(text, &entry.value, depth + 1);
            }
        }
        NodeKind::String(decoded) => {
            let mut last = 0;
            for (offset, _) in decoded.text.char_indices() {
                let place = decoded.source_offset(offset);
                assert!(last <= place && place <= text.len() && text.is_char_boundary(place));
                last = place;
            }
            check_read(text, &read_embedded(FILE, decoded), depth);
        }
        _ => {}
    }
}

fn check_read(text: &str, read: &Read, depth: usize) {
    for notice in &read.notices {
        assert!(text.get(notice.span.unwrap().range()).is_some());
    }
    // A string that is read as a template is, as a rule, the same string again.
    if depth < 8 {
        read.documents.iter().for_each(|document| check(text, document, depth + 1));
    }
}

fn holds(text: &str) {
    check_read(text, &read(FILE, text), 0);
}

#[test]
fn every_prefix_and_every_suffix_holds() {
    for (at, _) in SAMPLE.char_indices() {
        holds(&SAMPLE[..at]);
        holds(&SAMPLE[at..]);
        holds(&format!("T: |\n  {}", SAMPLE[..at].replace('\n', "\r\n  ")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_template_holds(at in 0..SAMPLE.len(), length in 0..5usize, with in "[\\[\\]{}\"'|>:,\\\\#&*!?<~z \n-]{0,4}") {
        let end = (at + length).min(SAMPLE.len());
        if SAMPLE.is_char_boundary(at) && SAMPLE.is_char_boundary(end) {
            holds(&format!("{}{with}{}", &SAMPLE[..at], &SAMPLE[end..]));
        }
    }

    #[test]
    fn any_text_holds(text in "[\\[\\]{}\"'|>:,\\\\#&*!?<~zé \n\t-]{0,60}") {
        holds(&text);
    }
}
