//! What holds of every file: no panic, places that exist, and one report in every form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::read_tests::{HEADER, plain, read_text};
use super::*;

/// Every span of a report and its notices is text of its file.
fn holds(bytes: &[u8]) {
    let (files, report, notices) = read_text(bytes);
    let mut spans: Vec<Span> = notices.iter().filter_map(|notice| notice.span).collect();
    for row in &report.rows {
        spans.extend([row.span, row.user_span, row.password_span, row.mfa_span]);
        spans.extend(row.access_keys.iter().map(|key| key.span));
        spans.extend(row.certificates.iter().map(|certificate| certificate.span));
        assert_eq!(row.span.file, report.file);
    }
    for span in spans {
        let text = &files.get(span.file).text;
        assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    }
    assert!(notices.iter().all(|notice| notice.help.is_some()));
    // Nothing is silent: no rows, and no word about it.
    assert!(!report.rows.is_empty() || !notices.is_empty());
}

/// What a row's cells may hold, awkward or not.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("true".to_owned()),
        Just("N/A".to_owned()),
        Just("2024-01-01T00:00:00Z".to_owned()),
        Just("arn:aws:iam::111122223333:user/é".to_owned()),
        "[a-zé\",\r\n;=\t -]{0,6}",
        "\"[a-zé,\n]{0,4}(\"\")?\"",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_hold(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        holds(&bytes);
        holds(&[b"\xff\xfe", bytes.as_slice()].concat());
        holds(&[HEADER.as_bytes(), b"\n", bytes.as_slice()].concat());
        holds(STANDARD.encode([HEADER.as_bytes(), b"\n", bytes.as_slice()].concat()).as_bytes());
    }

    #[test]
    fn any_text_holds(text in "(\\{|\\}|\"|Content|GeneratedTime|ReportFormat|State|:|: |dXNl|=|\\\\u00e9|\\\\n|\t|\n|- |\\||é|text/csv|user,|An error occurred \\(|<|'|!!binary){0,16}") {
        holds(text.as_bytes());
    }

    #[test]
    fn any_row_holds(cells in proptest::collection::vec(cell(), 20..24), separator in "[,;\t]") {
        let header = HEADER.replace(',', &separator);
        holds(format!("{header}\n{}", cells.join(&separator)).as_bytes());
    }

    #[test]
    fn any_damage_to_an_envelope_holds(at in 0..2400usize, length in 0..4usize, with in "[\"\\\\{}=*é\n]{0,3}") {
        let text = include_str!("../../../fixtures/evidence/reports/envelope.json");
        let end = (at + length).min(text.len());
        holds(format!("{}{with}{}", &text[..at], &text[end..]).as_bytes());
    }

    #[test]
    fn every_form_gives_equal_rows(users in proptest::collection::vec("[a-zA-Z0-9+=.@_-]{1,12}", 1..6), width in 1..90usize) {
        let rows: Vec<String> = users.iter().map(|user| plain(user)).collect();
        let csv = format!("{HEADER}\n{}", rows.join("\n"));
        let encoded = STANDARD.encode(&csv);
        let lines: Vec<&str> = encoded.as_bytes().chunks(width).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let (files, expected, _) = read_text(&csv);
        for form in [format!(r#"{{"Content": "{encoded}"}}"#), lines.join("\n"), encoded.trim_end_matches('=').to_owned()] {
            let (other_files, report, _) = read_text(form);
            prop_assert_eq!(&files.get(expected.file).text, &other_files.get(report.file).text);
            let unplaced = |report: &CredentialReport| -> Vec<_> {
                report.rows.iter().map(|row| (row.user.clone(), row.arn.clone(), row.span.range(), row.created)).collect()
            };
            prop_assert_eq!(unplaced(&expected), unplaced(&report));
        }
    }
}
