//! What a person sees.

use super::super::sample;
use super::{HumanOptions, render};

fn plain(sample: &sample::Sample) -> String {
    render(&sample.report(), &HumanOptions::default())
}

#[test]
fn findings_notices_and_summary() {
    insta::assert_snapshot!(plain(&sample::small()), @"");
}

#[test]
fn nothing_found_says_what_was_checked() {
    insta::assert_snapshot!(plain(&sample::empty()), @"");
}

#[test]
fn quiet_keeps_findings_and_errors() {
    let options = HumanOptions { quiet: true, ..HumanOptions::default() };
    assert_eq!(render(&sample::empty().report(), &options), "");
    let text = render(&sample::small().report(), &options);
    assert!(text.contains("medium[multiple-active-keys]"));
    assert!(text.contains("error[unreadable-file]"));
    assert!(!text.contains("module-not-on-disk") && !text.contains("checked"));
}

#[test]
fn colour_takes_nothing_away() {
    for sample in [sample::small(), sample::hostile()] {
        let colored = render(&sample.report(), &HumanOptions { color: true, ..HumanOptions::default() });
        assert!(colored.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain(&sample));
    }
}

#[test]
fn hostile_text_is_inert_and_secrets_are_hidden() {
    let text = plain(&sample::hostile());
    let acts = |character: char| character != '\n' && (character.is_control() || character == '\u{202e}');
    assert_eq!(text.chars().find(|character| acts(*character)), None);
    assert!(
        !text
            .lines()
            .any(|line| line.trim_start().starts_with("::") && !line.trim_start().starts_with(":::"))
    );
    assert!(!text.contains("##vso[") && !text.contains("##["));
    assert!(!text.contains("hunter2"));
    assert!(text.contains("and 3981 more"), "places past the limit are counted");
}

#[test]
fn minified_json_is_named_and_not_drawn() {
    let mut sample = sample::small();
    let text = format!("{{\"Password\":\"hunter2\",\"x\":\"{}\"}}", "y".repeat(100_000));
    let file = sample.files.add("min.json", text);
    sample.findings.truncate(1);
    sample.findings[0].primary.span = crate::source::Span::new(file, 1, 21);
    let text = plain(&sample);
    assert!(text.contains("min.json:1:2: medium[multiple-active-keys]"));
    assert!(text.contains("= min.json:1:2: active access key second"));
    assert!(text.len() < 4000 && !text.contains("hunter2"));
}
