//! What a program reads.

use super::super::sample;
use super::*;

#[test]
fn the_whole_document() {
    let json = render(&sample::small().report()).replace(TOOL_VERSION, "[version]");
    insta::assert_snapshot!(json, @"");
}

#[test]
fn hostile_text_is_inert_and_names_are_exact() {
    let sample = sample::hostile();
    let json = render(&sample.report());
    assert!(json.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(!json.contains('\u{202e}') && !json.contains("##vso[") && !json.contains("hunter2"));
    let back: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(back["findings"][0]["subject"], sample.findings[0].subject.address);
    assert_eq!(back["findings"][0]["root"], sample.findings[0].root);
    assert!(back["findings"][0]["message"].as_str().unwrap().starts_with("\\u{3a}:error::x\\u{1b}[2J"));
    assert_eq!(back["findings"][0]["related"].as_array().unwrap().len(), 2000);
}

#[test]
fn output_is_the_same_every_time() {
    assert_eq!(render(&sample::small().report()), render(&sample::small().report()));
}
