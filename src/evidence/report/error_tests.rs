//! What is said of files that are no report, or not all of one: where, what, and what to do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::read_tests::{HEADER, plain, read_text};

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
    lines.push(format!("rows: {}", report.rows.len()));
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
    insta::assert_snapshot!(said(""), @r#"
        report.csv:1:1 parse-error: the file is empty
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("\u{feff} \r\n\n"), @r#"
        report.csv:1:1 parse-error: the file is empty
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
}

#[test]
fn the_answer_of_the_other_command() {
    insta::assert_snapshot!(said(include_bytes!("../../../fixtures/evidence/reports/generate_answer.json")), @r#"
        report.csv:1:1 parse-error: this is the answer of `aws iam generate-credential-report`: AWS was still making the report (STARTED)
          = run `aws iam get-credential-report > report.json` when the report is ready, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(r#"{"State":"COMPLETE"}"#), @r#"
        report.csv:1:1 parse-error: this is the answer of `aws iam generate-credential-report`: it says that the report is ready, and does not hold it
          = run `aws iam get-credential-report > report.json` when the report is ready, and hand in that file
        rows: 0
        "#);
}

#[test]
fn errors_of_the_cli() {
    insta::assert_snapshot!(said("\nAn error occurred (ReportNotPresent) when calling the GetCredentialReport operation: Unknown\n"), @r#"
        report.csv:2:1 parse-error: this is an error of the AWS CLI (ReportNotPresent), not a report: AWS has no report of this account yet
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("\naws: [ERROR]: An error occurred (AccessDenied) when calling the GetCredentialReport operation: no\n"), @r#"
        report.csv:2:15 parse-error: this is an error of the AWS CLI (AccessDenied), not a report: whoever asked for it lacks the permission iam:GetCredentialReport
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("Unable to locate credentials. You can configure credentials by running \"aws configure\".\n"), @r#"
        report.csv:1:1 parse-error: this is an error of the AWS CLI, not a report
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("-----------\n|  GetCredentialReport  |\n"), @r#"
        report.csv:1:1 parse-error: this is the report in the CLI's table format, which is for reading only
          = run `aws iam get-credential-report --output json > report.json`
        rows: 0
        "#);
}

#[test]
fn files_of_other_programs() {
    insta::assert_snapshot!(said(b"PK\x03\x04\x14\0\x06\0"), @r#"
        report.csv:1:1 parse-error: this is no credential report: the file is a zip archive, as Excel's `.xlsx` is one
          = save the sheet as CSV, or hand in the report as AWS wrote it
        rows: 0
        "#);
    insta::assert_snapshot!(said(b"\x1f\x8b\x08\0\0"), @r#"
        report.csv:1:1 parse-error: this is no credential report: the file is compressed with gzip
          = unpack it with `gunzip` and hand in what comes out
        rows: 0
        "#);
    insta::assert_snapshot!(said("<!DOCTYPE html>\n<html>"), @r#"
        report.csv:1:1 parse-error: this is a web page, not a credential report
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("<?xml version=\"1.0\"?><GetCredentialReportResponse/>"), @r#"
        report.csv:1:1 parse-error: this is XML, not a credential report
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("# users\nresource \"aws_iam_user\" \"ann\" {}\n"), @r#"
        report.csv:1:1 parse-error: this is Terraform code, not a credential report
          = hand in code as a path to check, and here the answer of `aws iam get-credential-report`
        rows: 0
        "#);
    insta::assert_snapshot!(said("AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n"), @r#"
        report.csv:1:1 parse-error: this is a CloudFormation template, not a credential report
          = hand in code as a path to check, and here the answer of `aws iam get-credential-report`
        rows: 0
        "#);
    insta::assert_snapshot!(said(r#"{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{}}"#), @r#"
        report.csv:1:1 parse-error: this is a plan or state of Terraform, not a credential report
          = hand in code as a path to check, and here the answer of `aws iam get-credential-report`
        rows: 0
        "#);
    insta::assert_snapshot!(said("[1]"), @r#"
        report.csv:1:1 parse-error: this is a JSON array, not the answer of `aws iam get-credential-report`
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("hello\n"), @r#"
        report.csv:1:1 parse-error: this is neither CSV nor the answer of `aws iam get-credential-report`
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe\xff"), @r#"
        report.csv:1:1 parse-error: this is no credential report: the file is not text
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
}

#[test]
fn other_tables() {
    insta::assert_snapshot!(said("name,email\nann,ann@example.com\n"), @r#"
        report.csv:1:1 parse-error: this is no credential report: its header lacks the columns `user`, `password_enabled`, `access_key_1_active` and `access_key_2_active`
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said("User name,Access key ID,Secret access key\nann,KEY,SECRET\n"), @r#"
        report.csv:1:1 parse-error: this is the file with a new access key and its secret, not a credential report
          = keep this file away from every repository, or deactivate the key. The report is the answer of `aws iam get-credential-report`
        rows: 0
        "#);
    insta::assert_snapshot!(said(plain("ann")), @r#"
        report.csv:1:1 parse-error: the line with the names of the columns is missing: the report begins with a row
          = put the header back, or hand in the report as AWS wrote it
        rows: 0
        "#);
    insta::assert_snapshot!(said("user,password_enabled,access_key_1_active\nann,true,true\n"), @r#"
    report.csv:1:1 unknown-value: the report lacks the columns `arn`, `user_creation_time`, `password_last_used`, `password_last_changed`, `mfa_active`, `access_key_1_last_rotated`, `access_key_1_last_used_date`, `access_key_2_active`, `access_key_2_last_rotated`, `access_key_2_last_used_date`, `cert_1_active`, `cert_1_last_rotated`, `cert_2_active` and `cert_2_last_rotated`, so that it does not tell of which account it is, when users were made, when passwords were last used, when passwords were last changed, who has an MFA device, when access keys were made, when access keys were last used, which access keys there are and which signing certificates there are
      = hand in the report with all of its columns, as AWS wrote it
    rows: 1
    "#);
    insta::assert_snapshot!(said(table(&[&plain("ann")]).replace('\n', "\r")), @r#"
        report.csv:1:1 parse-error: the lines of this file end in carriage returns alone
          = save it with line feeds: `tr '\r' '\n' < report.csv > lines.csv`
        rows: 0
        "#);
}

#[test]
fn envelopes_that_are_damaged() {
    insta::assert_snapshot!(said("{\n  \"Content\": \"dXNlcixhcm4\",\n  \"ReportF"), @r#"
        report.csv:3:11 parse-error: the JSON ends in the middle: the file was cut off
          = run `aws iam get-credential-report` again, and save all of its output
        rows: 0
        "#);
    insta::assert_snapshot!(said("{\n  \"Content\": oops\n}"), @r#"
        report.csv:2:14 parse-error: this is not JSON from here on
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(r#"{"Content": {"type": "Buffer", "data": [117]}}"#), @r#"
        report.csv:1:13 parse-error: `Content` is not a string
          = write what it holds to a file as text, and hand in that file; or hand in the answer of `aws iam get-credential-report`
        rows: 0
        "#);
    insta::assert_snapshot!(said(r#"{"Content": ""}"#), @r#"
        report.csv:1:13 parse-error: `Content` is empty
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(r#"{"Contents": "x"}"#), @r#"
        report.csv:1:1 parse-error: this JSON has no key `Content`: it is not the answer of `aws iam get-credential-report`
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(r#"{"Content": "b'user,arn'"}"#), @r#"
        report.csv:1:13 parse-error: `Content` is written in the way in which Python shows bytes
          = write `response["Content"].decode()` to a file, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(format!("{{\"Content\": \"{}\", \"GeneratedTime\": \"yesterday\", \"ReportFormat\": \"text/xml\"}}", STANDARD.encode(table(&[&plain("ann")])))), @r#"
        report.csv:1:850 parse-error: `GeneratedTime` is not a date that AWS would write
          = say with `--as-of` when the report was made, or hand in the report as AWS wrote it
        report.csv:1:879 parse-error: `ReportFormat` is not `text/csv`, the only format that is known
          = the report was read as CSV. Look whether a newer credlint knows the format
        rows: 1
        "#);
    insta::assert_snapshot!(said(format!("{{\"Content\": \"{}\"}}", STANDARD.encode("name,email\n"))), @r#"
        report.csv (decoded):1:1 parse-error: this is no credential report: its header lacks the columns `user`, `password_enabled`, `access_key_1_active` and `access_key_2_active`
          = run `aws iam generate-credential-report` until it says COMPLETE, then `aws iam get-credential-report > report.json`, and hand in that file
        rows: 0
        "#);
    insta::assert_snapshot!(said(format!("{0}\n{0}", format_args!("{{\"Content\": \"{}\"}}", STANDARD.encode(table(&[&plain("ann")]))))), @r#"
        report.csv:2:1 parse-error: a second report begins here
          = it was not read. Hand in every report in a file of its own
        rows: 1
        "#);
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
    insta::assert_snapshot!(said(wrapped.replacen('\n', "\n*", 8)), @r#"
        report.csv:2:1 parse-error: this character is not one of base64
          = the rows up to here were read. Run `aws iam get-credential-report` again, and save its output as it is
        rows: 0
        "#);
    insta::assert_snapshot!(said(&wrapped[..wrapped.len() - 4]), @r#"
        report.csv:17:6 parse-error: the base64 text ends in the middle: the file was cut off
          = the rows up to here were read. Run `aws iam get-credential-report` again, and save all of its output
        rows: 2
        "#);
    insta::assert_snapshot!(said(format!("{wrapped}{wrapped}")), @r#"
        report.csv:17:8 parse-error: the base64 text ends here, and something follows
          = the rows up to here were read. Hand in every report in a file of its own
        rows: 2
        "#);
    insta::assert_snapshot!(said(format!("{{\n  \"Content\": \"{}*\"}}", wrapped.replace('\n', "\\n"))), @r#"
        report.csv:2:1273 parse-error: this character is not one of base64
          = the rows up to here were read. Run `aws iam get-credential-report` again, and save its output as it is
        rows: 0
        "#);
}

#[test]
fn rows_that_are_damaged() {
    insta::assert_snapshot!(said(table(&["ann,arn:aws:iam::111122223333:user/ann,2024-01", &plain("bob")])), @r#"
        report.csv:2:1 parse-error: the row has 3 cells, the header 22
          = the row was not read. Hand in the report as AWS wrote it
        rows: 1
        "#);
    insta::assert_snapshot!(said(format!("{HEADER}\n{}\nann,arn:aws:iam::1111", plain("bob"))), @r#"
        report.csv:3:1 parse-error: the row has 2 cells, the header 22: the file may have been cut off
          = the row was not read. Run `aws iam get-credential-report` again, and save all of its output
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&[&format!("{},more", plain("ann")), &plain("bob")])), @r#"
        report.csv:2:1 parse-error: the row has 23 cells, the header 22
          = the row was not read. Hand in the report as AWS wrote it
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&["\"ann,x", &plain("bob")])), @r#"
        report.csv:2:1 parse-error: the quote that opens this cell is not closed
          = the row was not read. Close the quote, or write a quote within a cell as two
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&["\"ann\"x,y", &plain("bob")])), @r#"
        report.csv:2:1 parse-error: something stands between the closing quote of this cell and the end of the cell
          = the row was not read. Write a quote within a cell as two
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&["an\"n,x", &plain("bob")])), @r#"
        report.csv:2:3 parse-error: a quote stands within a cell that does not begin with one
          = the row was not read. Put the whole cell in quotes, and write the quote within it as two
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&[&plain(&"é".repeat(2500)), &plain("bob")])), @r#"
        report.csv:2:1 parse-error: the cell is longer than 4096 bytes
          = the row was not read. AWS writes no cell of that length: hand in the report as AWS wrote it
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&[])), @r#"
        report.csv:1:1 parse-error: the report has a header and no rows
          = every account has at least the row of its root user: the file was cut off. Run `aws iam get-credential-report` again
        rows: 0
        "#);
    insta::assert_snapshot!(said(with("ann", "")), @r#"
        report.csv:2:1 parse-error: the row does not say whose it is: its cell `user` is empty
          = the row was not read. Hand in the report as AWS wrote it
        rows: 1
        "#);
    insta::assert_snapshot!(said(table(&[&plain("ann"), &plain("bob"), &plain("ann")])), @r#"
        report.csv:4:1 parse-error: user `ann` of account 111122223333 has a second row; the first is in line 2
          = the second row was not read. Hand in one report of each account, the newest
        rows: 2
        "#);
    insta::assert_snapshot!(said([table(&[&plain("ann")]).as_bytes(), b"b\xe9b"].concat()), @r#"
        report.csv:3:2 parse-error: from here on the file is not all UTF-8 text
          = hand in the report as AWS wrote it, or save it as UTF-8
        report.csv:3:1 parse-error: the row has 1 cell, the header 22: the file may have been cut off
          = the row was not read. Run `aws iam get-credential-report` again, and save all of its output
        rows: 1
        "#);
}

#[test]
fn cells_that_are_wrong() {
    insta::assert_snapshot!(said(with("2024-01-01T00:00:00+00:00", "01/02/2024 03:04")), @r#"
        report.csv:2:40 parse-error: `01/02/2024 03:04` is not a date with time and offset
          = AWS writes dates as 2024-01-31T09:30:00+00:00, and spreadsheets rewrite them: hand in the report as AWS wrote it
        rows: 2
        "#);
    insta::assert_snapshot!(said(with("2024-01-01T00:00:00+00:00", "1970-01-01T00:00:00Z")), @r#"
        report.csv:2:40 parse-error: `1970-01-01T00:00:00Z` is not a date that AWS would write
          = AWS writes dates as 2024-01-31T09:30:00+00:00, and spreadsheets rewrite them: hand in the report as AWS wrote it
        rows: 2
        "#);
    insta::assert_snapshot!(said(with("false", "maybe")), @r#"
        report.csv:2:66 parse-error: `maybe` is neither TRUE nor FALSE
          = what the cell should say is taken to be unknown. Hand in the report as AWS wrote it
        rows: 2
        "#);
    insta::assert_snapshot!(said(with("111122223333", "1111")), @r#"
    report.csv:2:5 invalid-configuration: the account number in this ARN does not have twelve digits
      = the account of the row is taken to be unknown. AWS writes arn:aws:iam::ACCOUNT:user/PATH/NAME, and arn:aws:iam::ACCOUNT:root: hand in the report as AWS wrote it
    rows: 2
    "#);
    assert!(
        said(with("user/ann", "role/ann"))
            .contains("report.csv:2:5 invalid-configuration: this is not the ARN of a user")
    );
    insta::assert_snapshot!(said(with("user/ann", "user/eve")), @r#"
        report.csv:2:5 invalid-configuration: the ARN is not that of user `ann`, whose row it is
          = the account of the row is taken to be unknown. AWS writes arn:aws:iam::ACCOUNT:user/PATH/NAME, and arn:aws:iam::ACCOUNT:root: hand in the report as AWS wrote it
        rows: 2
        "#);
    insta::assert_snapshot!(said(with("ann", "<root_account>")), @r#"
        report.csv:2:16 invalid-configuration: this is not the ARN of the root user, whose row it is
          = the account of the row is taken to be unknown. AWS writes arn:aws:iam::ACCOUNT:user/PATH/NAME, and arn:aws:iam::ACCOUNT:root: hand in the report as AWS wrote it
        rows: 2
        "#);
}

#[test]
fn headers_that_are_wrong() {
    insta::assert_snapshot!(said(format!("{HEADER},user\n{},x\n", plain("ann"))), @r#"
        report.csv:1:459 parse-error: the column `user` stands in the header twice
          = the first of them was read. Hand in the report as AWS wrote it
        rows: 1
        "#);
    insta::assert_snapshot!(said("user,password_enabled,access_key_1_active,access_key_2_active\nann,true,true,false\n"), @r#"
    report.csv:1:1 unknown-value: the report lacks the columns `arn`, `user_creation_time`, `password_last_used`, `password_last_changed`, `mfa_active`, `access_key_1_last_rotated`, `access_key_1_last_used_date`, `access_key_2_last_rotated`, `access_key_2_last_used_date`, `cert_1_active`, `cert_1_last_rotated`, `cert_2_active` and `cert_2_last_rotated`, so that it does not tell of which account it is, when users were made, when passwords were last used, when passwords were last changed, who has an MFA device, when access keys were made, when access keys were last used and which signing certificates there are
      = hand in the report with all of its columns, as AWS wrote it
    rows: 1
    "#);
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
fn rows_past_the_limit_are_not_read_in_silence() {
    let text = said(format!("{HEADER}\n{}", "x\n".repeat(200_001)));
    let limit = "report.csv:200002:1 limit-reached: the report has more than 200000 rows; from here on it was not read";
    assert!(text.contains(limit), "{}", &text[text.len() - 400..]);
}

#[test]
fn what_is_larger_than_any_report_is_not_read() {
    let text = said(vec![b'a'; 161 * 1024 * 1024]);
    insta::assert_snapshot!(text, @r#"
    report.csv unreadable-file: the report is larger than 64 MiB, and was not read
      = the largest report of an account is a hundredth of that: hand in the report as AWS wrote it
    rows: 0
    "#);
}

#[test]
fn a_file_that_was_cut_off_is_never_taken_for_whole() {
    let csv = table(&[&plain("ann"), &plain("bob")]);
    let encoded = STANDARD.encode(&csv);
    let envelope = format!("{{\"Content\":\"{encoded}\"}}");
    // The last cell may be cut to nothing, which is a word of its own.
    let last = csv.rfind(',').expect("a comma");
    for (form, end) in [(&csv, last), (&encoded, last / 3 * 4), (&envelope, envelope.len() - 1)] {
        for cut in (1..100).map(|back| end - back) {
            let (_, _, notices) = read_text(&form[..cut]);
            let is_incomplete = notices.iter().any(|notice| notice.kind.is_incomplete());
            assert!(is_incomplete, "{}", &form[..cut]);
        }
    }
}

#[test]
fn nothing_is_shown_of_what_is_no_report() {
    for text in [
        "User name,Access key ID,Secret access key\nann,KEY,SECRET\n",
        r#"{"AccessKey": {"SecretAccessKey": "s"}}"#,
        r#"{"Content": "c2VjcmV0LHNlY3JldA==", "GeneratedTime": 0}"#,
        "hello",
    ] {
        let (files, report, notices) = read_text(text);
        assert!(!files.get(report.file).is_shown, "{text}");
        assert!(!notices.is_empty());
    }
}
