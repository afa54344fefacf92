//! What is said of files that are no report, or not all of one: where, what, and what to do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::read_tests::{HEADER, plain, read_text};
use super::*;

/// Every notice as a person reads it, and how many rows were read all the same.
fn said(bytes: impl AsRef<[u8]>) -> String {
    let (files, report, notices) = read_text(bytes);
    let mut lines: Vec<String> = notices
        .iter()
        .map(|notice| {
            let place = notice.span.map_or_else(
                || notice.path.clone().unwrap_or_default(),
                |span| {
                    let (path, position) = files.start(span);
                    format!("{path}:{}:{}", position.line, position.column)
                },
            );
            let help = notice.help.as_deref().unwrap_or("NO HELP");
            format!("{place} {}: {}\n  = {help}", notice.kind.name(), notice.message)
        })
        .collect();
    lines.push(format!("{} rows", report.rows.len()));
    lines.join("\n")
}

fn table(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn with(from: &str, to: &str) -> String {
    let row = plain("ann");
    assert!(row.contains(from));
    table(&[&row.replacen(from, to, 1), &plain("bob")])
}

#[test]
fn nothing_at_all() {
    insta::assert_snapshot!(said(""), @"");
    insta::assert_snapshot!(said("\u{feff} \r\n\n"), @"");
}

#[test]
fn the_answer_of_the_other_command() {
    insta::assert_snapshot!(said(include_bytes!("../../../fixtures/evidence/reports/generate_answer.json")), @"");
    insta::assert_snapshot!(said(r#"{"State":"COMPLETE"}"#), @"");
}

#[test]
fn errors_of_the_cli() {
    insta::assert_snapshot!(said("\nAn error occurred (ReportNotPresent) when calling the GetCredentialReport operation: Unknown\n"), @"");
    insta::assert_snapshot!(said("\naws: [ERROR]: An error occurred (AccessDenied) when calling the GetCredentialReport operation: no\n"), @"");
    insta::assert_snapshot!(said("Unable to locate credentials. You can configure credentials by running \"aws configure\".\n"), @"");
    insta::assert_snapshot!(said("-----------\n|  GetCredentialReport  |\n"), @"");
}

#[test]
fn files_of_other_programs() {
    insta::assert_snapshot!(said(b"PK\x03\x04\x14\0\x06\0"), @"");
    insta::assert_snapshot!(said(b"\x1f\x8b\x08\0\0"), @"");
    insta::assert_snapshot!(said("<!DOCTYPE html>\n<html>"), @"");
    insta::assert_snapshot!(said("<?xml version=\"1.0\"?><GetCredentialReportResponse/>"), @"");
    insta::assert_snapshot!(said("# users\nresource \"aws_iam_user\" \"ann\" {}\n"), @"");
    insta::assert_snapshot!(said("AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n"), @"");
    insta::assert_snapshot!(said(r#"{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{}}"#), @"");
    insta::assert_snapshot!(said("[1]"), @"");
    insta::assert_snapshot!(said("hello\n"), @"");
    insta::assert_snapshot!(said(b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe\xff"), @"");
}

#[test]
fn other_tables() {
    insta::assert_snapshot!(said("name,email\nann,ann@example.com\n"), @"");
    insta::assert_snapshot!(said("User name,Access key ID,Secret access key\nann,KEY,SECRET\n"), @"");
    insta::assert_snapshot!(said(plain("ann")), @"");
    insta::assert_snapshot!(said("user,password_enabled,access_key_1_active\nann,true,true\n"), @"");
    insta::assert_snapshot!(said(table(&[&plain("ann")]).replace('\n', "\r")), @"");
}

#[test]
fn envelopes_that_are_damaged() {
    insta::assert_snapshot!(said("{\n  \"Content\": \"dXNlcixhcm4\",\n  \"ReportF"), @"");
    insta::assert_snapshot!(said("{\n  \"Content\": oops\n}"), @"");
    insta::assert_snapshot!(said(r#"{"Content": {"type": "Buffer", "data": [117]}}"#), @"");
    insta::assert_snapshot!(said(r#"{"Content": ""}"#), @"");
    insta::assert_snapshot!(said(r#"{"Contents": "x"}"#), @"");
    insta::assert_snapshot!(said(r#"{"Content": "b'user,arn'"}"#), @"");
    insta::assert_snapshot!(said(format!("{{\"Content\": \"{}\", \"GeneratedTime\": \"yesterday\", \"ReportFormat\": \"text/xml\"}}", STANDARD.encode(table(&[&plain("ann")])))), @"");
    insta::assert_snapshot!(said(format!("{{\"Content\": \"{}\"}}", STANDARD.encode("name,email\n"))), @"");
    insta::assert_snapshot!(said(format!("{0}\n{0}", format_args!("{{\"Content\": \"{}\"}}", STANDARD.encode(table(&[&plain("ann")]))))), @"");
}

#[test]
fn base64_that_is_damaged() {
    let encoded = STANDARD.encode(table(&[&plain("ann"), &plain("bob"), &plain("eve")]));
    let wrapped: String = encoded
        .as_bytes()
        .chunks(76)
        .flat_map(|line| [&String::from_utf8_lossy(line), "\n"].concat().into_bytes())
        .map(char::from)
        .collect();
    insta::assert_snapshot!(said(wrapped.replacen('\n', "\n*", 8)), @"");
    insta::assert_snapshot!(said(&wrapped[..wrapped.len() - 4]), @"");
    insta::assert_snapshot!(said(format!("{wrapped}{wrapped}")), @"");
    insta::assert_snapshot!(said(format!("{{\n  \"Content\": \"{}*\"}}", wrapped.replace('\n', "\\n"))), @"");
}

#[test]
fn rows_that_are_damaged() {
    insta::assert_snapshot!(said(table(&["ann,arn:aws:iam::111122223333:user/ann,2024-01", &plain("bob")])), @"");
    insta::assert_snapshot!(said(format!("{HEADER}\n{}\nann,arn:aws:iam::1111", plain("bob"))), @"");
    insta::assert_snapshot!(said(table(&[&format!("{},more", plain("ann")), &plain("bob")])), @"");
    insta::assert_snapshot!(said(table(&["\"ann,x", &plain("bob")])), @"");
    insta::assert_snapshot!(said(table(&["\"ann\"x,y", &plain("bob")])), @"");
    insta::assert_snapshot!(said(table(&["an\"n,x", &plain("bob")])), @"");
    insta::assert_snapshot!(said(table(&[&plain(&"é".repeat(2500)), &plain("bob")])), @"");
    insta::assert_snapshot!(said(table(&[])), @"");
    insta::assert_snapshot!(said(with("ann", "")), @"");
    insta::assert_snapshot!(said(table(&[&plain("ann"), &plain("bob"), &plain("ann")])), @"");
    insta::assert_snapshot!(said([table(&[&plain("ann")]).as_bytes(), b"b\xe9b"].concat()), @"");
}

#[test]
fn cells_that_are_wrong() {
    insta::assert_snapshot!(said(with("2024-01-01T00:00:00+00:00", "01/02/2024 03:04")), @"");
    insta::assert_snapshot!(said(with("2024-01-01T00:00:00+00:00", "1970-01-01T00:00:00Z")), @"");
    insta::assert_snapshot!(said(with("false", "maybe")), @"");
    insta::assert_snapshot!(said(with("111122223333", "1111")), @"");
    insta::assert_snapshot!(said(with("user/ann", "user/eve")), @"");
    insta::assert_snapshot!(said(with("ann", "<root_account>")), @"");
}

#[test]
fn headers_that_are_wrong() {
    insta::assert_snapshot!(said(format!("{HEADER},user\n{},x\n", plain("ann"))), @"");
    insta::assert_snapshot!(said("user,password_enabled,access_key_1_active,access_key_2_active\nann,true,true,false\n"), @"");
}

#[test]
fn more_errors_than_anybody_reads_are_counted() {
    let text = said(table(&vec!["x,y"; 60]));
    assert_eq!(text.matches("the row has 2 cells, the header 22").count(), 50);
    assert!(
        text.contains("report.csv:52:1 parse-error: 10 more errors in this report from here on"),
        "{text}"
    );
}

#[test]
fn what_is_larger_than_any_report_is_not_read() {
    let text = said(vec![b'a'; 161 * 1024 * 1024]);
    insta::assert_snapshot!(text, @"");
}

#[test]
fn nothing_is_shown_of_what_is_no_report() {
    for text in [
        "User name,Access key ID,Secret access key\nann,KEY,SECRET\n",
        r#"{"AccessKey": {"SecretAccessKey": "s"}}"#,
        "hello",
    ] {
        let (files, report, notices) = read_text(text);
        assert!(!files.get(report.file).is_shown, "{text}");
        assert!(!notices.is_empty());
    }
}
