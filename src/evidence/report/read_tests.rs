//! What a report says, in every form and with every word that AWS writes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::values::{ArnCell, DateCell, FlagCell, arn, date, flag};
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../fixtures/evidence/reports/", $name)).as_slice()
    };
}

const EVERY_SENTINEL: &[u8] = fixture!("every_sentinel.csv");

pub(super) const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,\
    password_last_changed,password_next_rotation,mfa_active,\
    access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
    access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,\
    cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

pub(super) fn read_text(text: impl AsRef<[u8]>) -> (Files, CredentialReport, Vec<Notice>) {
    let files = Files::default();
    let (report, notices) = read(&files, "report.csv", text.as_ref().to_vec());
    (files, report, notices)
}

fn at(moment: &str) -> Timestamp {
    moment.parse().expect("a moment")
}

/// The row of `ann` in account 1, without password and keys.
pub(super) fn plain(user: &str) -> String {
    let none = "false,N/A,N/A,N/A,N/A";
    format!(
        "{user},arn:aws:iam::111122223333:user/{user},2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,\
         {none},{none},false,N/A,false,N/A"
    )
}

#[test]
fn every_word_of_a_date_cell() {
    let cases = [
        ("N/A", DateCell::None),
        ("n/a", DateCell::None),
        ("", DateCell::None),
        ("no_information", DateCell::NoInformation),
        ("No_Information", DateCell::NoInformation),
        ("not_supported", DateCell::NotSupported),
        ("2024-01-01T00:00:00+00:00", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-01-01T00:00:00Z", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-01-01t00:00:00z", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-01-01 00:00:00+00:00", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-01-01T00:00:00.123456Z", DateCell::At(at("2024-01-01T00:00:00.123456Z"))),
        ("2024-01-01T02:30:00+02:30", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2023-12-31T16:00:00-08:00", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-01-01T01:00:00+0100", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-01-01T00:00Z", DateCell::At(at("2024-01-01T00:00:00Z"))),
        ("2024-02-29T23:59:59Z", DateCell::At(at("2024-02-29T23:59:59Z"))),
        // AWS's zeros, and those of others.
        ("0001-01-01T00:00:00Z", DateCell::OutOfRange),
        ("1970-01-01T00:00:00Z", DateCell::OutOfRange),
        ("1999-12-31T23:59:59Z", DateCell::OutOfRange),
        ("2000-01-01T00:00:00Z", DateCell::At(at("2000-01-01T00:00:00Z"))),
        ("3000-01-01T00:00:00Z", DateCell::At(at("3000-01-01T00:00:00Z"))),
        // A moment that could be another in another place, or another notation.
        ("2024-01-01", DateCell::NoDate),
        ("2024-01-01T00:00:00", DateCell::NoDate),
        ("1/2/2024 3:04", DateCell::NoDate),
        ("2023-02-29T00:00:00Z", DateCell::NoDate),
        ("2024-13-01T00:00:00Z", DateCell::NoDate),
        ("2024-01-01T25:00:00Z", DateCell::NoDate),
        ("2024-01-01T00:00:00+99:00", DateCell::NoDate),
        ("2024-01-01T00:00:00.Z", DateCell::NoDate),
        ("2024-01-01T00:00:00Z[Europe/Berlin]", DateCell::NoDate),
        ("1704067200", DateCell::NoDate),
        ("true", DateCell::NoDate),
        ("२०२४-01-01T00:00:00Z", DateCell::NoDate),
    ];
    for (cell, expected) in cases {
        assert_eq!(date(cell), expected, "{cell:?}");
    }
}

#[test]
fn every_word_of_a_flag_cell() {
    for cell in ["true", "TRUE", "True"] {
        assert_eq!(flag(cell), FlagCell::Is(true), "{cell}");
    }
    for cell in ["false", "FALSE", "fAlse"] {
        assert_eq!(flag(cell), FlagCell::Is(false), "{cell}");
    }
    for cell in ["N/A", "", "not_supported", "no_information"] {
        assert_eq!(flag(cell), FlagCell::None, "{cell}");
    }
    for cell in ["yes", "1", "0", "tru", "2024-01-01T00:00:00Z"] {
        assert_eq!(flag(cell), FlagCell::NoFlag, "{cell}");
    }
}

#[test]
fn arns_of_every_partition_and_path() {
    let user = |account, path, name| Some(ArnCell::User { account, path, name });
    let cases = [
        ("arn:aws:iam::111122223333:user/ann", user("111122223333", "/", "ann")),
        ("arn:aws:iam::111122223333:user/team/ops/ann", user("111122223333", "/team/ops/", "ann")),
        (
            "arn:aws-us-gov:iam::111122223333:user/a+b=c,d.e@f_g-h",
            user("111122223333", "/", "a+b=c,d.e@f_g-h"),
        ),
        ("arn:aws-cn:iam::111122223333:root", Some(ArnCell::Root { account: "111122223333" })),
        ("arn:aws:iam::11112222333:user/ann", None),
        ("arn:aws:iam::11112222333x:user/ann", None),
        ("arn:aws:iam::111122223333:role/ann", None),
        ("arn:aws:iam::111122223333:user/", None),
        ("arn:aws:iam::111122223333:username", None),
        ("arn:aws:iam:us-east-1:111122223333:user/ann", None),
        ("arn:aws:s3:::bucket", None),
        ("arn:other:iam::111122223333:user/ann", None),
        ("ann", None),
        ("", None),
    ];
    for (cell, expected) in cases {
        assert_eq!(arn(cell), expected, "{cell:?}");
    }
}

#[test]
fn a_report_with_every_word_says_what_aws_means() {
    let (files, report, notices) = read_text(EVERY_SENTINEL);
    assert_eq!(notices, []);
    assert_eq!(report.generated, None);
    let told: Vec<String> = report.rows.iter().map(tell).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
        <root_account> root=true account=444455556666 path=-
          made 2019-03-04T05:06:07Z, MFA Some(true)
          password None, changed -, used 2021-06-01T10:00:00Z
        ada.console root=false account=444455556666 path=/
          made 2024-01-10T09:00:00Z, MFA Some(false)
          password Some(true), changed 2024-01-10T09:00:01Z, used Never
        build-agent root=false account=444455556666 path=/ci/
          made 2022-02-02T02:02:02Z, MFA Some(false)
          password Some(false), changed -, used Never
          key 1 active=true rotated 2024-05-01T00:00:00Z, used 2024-05-30T12:30:00Z in eu-west-1 for s3
          key 2 active=false rotated 2022-02-02T02:02:30Z, used Never in - for -
        carol@example.com root=false account=444455556666 path=/
          made 2020-07-08T07:10:11Z, MFA Some(true)
          password Some(true), changed 2023-11-12T13:14:15Z, used 2024-05-29T08:00:00.25Z
          key 1 active=true rotated 2023-01-01T00:00:00Z, used 2024-01-15T00:00:00Z in - for iam
          certificate 1 active=true rotated 2020-08-01T00:00:00Z
          certificate 2 active=false rotated 2020-07-09T00:00:00Z
        doe,jane+ops=x root=false account=444455556666 path=/team/ops/
          made 2024-05-20T10:00:00Z, MFA Some(false)
          password Some(true), changed 2024-05-20T10:00:00Z, used Never
          key 1 active=true rotated 2024-05-20T10:00:05Z, used Never in - for -
        eve root=false account=444455556666 path=/
          made 2024-03-03T03:03:03Z, MFA Some(false)
          password Some(false), changed -, used Never
          key 1 active=true rotated 2024-03-03T03:03:04Z, used Never in - for -
        "#);
    // Every span is the text that it points at.
    let text = &files.get(report.file).text;
    let slice = |span: Span| &text[span.range()];
    let jane = &report.rows[4];
    assert_eq!(slice(jane.user_span), "\"doe,jane+ops=x\"");
    assert_eq!(slice(jane.password_span), "true");
    assert_eq!(slice(jane.mfa_span), "false");
    assert_eq!(slice(jane.access_keys[0].span), "true,2024-05-20T10:00:05+00:00,N/A,N/A,N/A");
    for (row, line) in report.rows.iter().zip(text.lines().skip(1)) {
        assert_eq!(slice(row.span), line);
    }
    assert_eq!(slice(report.rows[3].certificates[1].span), "false,2020-07-09T00:00:00+00:00");
}

/// All of a row but its spans.
fn tell(row: &Row) -> String {
    let moment = |moment: Option<Timestamp>| moment.map_or("-".to_owned(), |moment| moment.to_string());
    let used = |used: Use| match used {
        Use::At(moment) => moment.to_string(),
        other => format!("{other:?}"),
    };
    let word = |word: &Option<Arc<str>>| word.as_deref().unwrap_or("-").to_owned();
    let mut lines = vec![
        format!("{} root={} account={} path={}", row.user, row.is_root, word(&row.account), word(&row.path)),
        format!("  made {}, MFA {:?}", moment(row.created), row.mfa_active),
        format!(
            "  password {:?}, changed {}, used {}",
            row.password_enabled,
            moment(row.password_last_changed),
            used(row.password_last_used)
        ),
    ];
    lines.extend(row.access_keys.iter().map(|key| {
        let (region, service) = (word(&key.last_used_region), word(&key.last_used_service));
        let (rotated, used) = (moment(key.last_rotated), used(key.last_used));
        format!(
            "  key {} active={} rotated {rotated}, used {used} in {region} for {service}",
            key.number, key.active
        )
    }));
    lines.extend(row.certificates.iter().map(|certificate| {
        let rotated = moment(certificate.last_rotated);
        format!("  certificate {} active={} rotated {rotated}", certificate.number, certificate.active)
    }));
    lines.join("\n")
}

fn told(report: &CredentialReport) -> Vec<String> {
    report.rows.iter().map(tell).collect()
}

#[test]
fn every_form_says_the_same() {
    let (_, expected, _) = read_text(EVERY_SENTINEL);
    let crlf = String::from_utf8_lossy(EVERY_SENTINEL).replace('\n', "\r\n");
    let encoded = STANDARD.encode(EVERY_SENTINEL);
    let escaped: String = encoded.replace('+', "\\u002b").replace('/', "\\/");
    let forms: Vec<(&str, Vec<u8>, bool)> = vec![
        ("envelope", fixture!("envelope.json").to_vec(), true),
        ("envelope of PowerShell", fixture!("envelope_powershell.json").to_vec(), true),
        ("envelope in YAML", fixture!("envelope.yaml").to_vec(), true),
        ("line of text", fixture!("output_text.txt").to_vec(), true),
        ("base64 in lines", fixture!("base64_in_lines.txt").to_vec(), false),
        ("what an SDK gives", fixture!("sdk.json").to_vec(), true),
        ("answers of both commands", [fixture!("generate_answer.json"), fixture!("envelope.json")].concat(), true),
        ("envelope with escapes", format!(r#"{{"GeneratedTime":"2024-06-01T00:00:00\u002b00:00","ReportFormat":null,"Content":"{escaped}"}}"#).into_bytes(), true),
        ("YAML in a block", format!("- Content: !!binary |\n    {}\n    {}\n  GeneratedTime: \"2024-06-01T00:00:00+00:00\"\n  ReportFormat: text/csv\n", &encoded[..100], &encoded[100..]).into_bytes(), true),
        ("base64 without padding", encoded.trim_end_matches('=').as_bytes().to_vec(), false),
        ("base64 with white space", format!("\n\t {} \r\n {}\n\n", &encoded[..51], &encoded[51..]).into_bytes(), false),
        ("base64 in quotes", format!("\"{encoded}\"\n").into_bytes(), false),
        ("byte-order mark", ["\u{feff}".as_bytes(), EVERY_SENTINEL].concat(), false),
        ("byte-order mark, in base64", STANDARD.encode(["\u{feff}".as_bytes(), EVERY_SENTINEL].concat()).into_bytes(), false),
        ("CRLF", crlf.clone().into_bytes(), false),
        ("CRLF and blank lines", format!("\r\n{crlf}\r\n\r\n").into_bytes(), false),
        ("UTF-16, big end first", [vec![0xfe, 0xff], crlf.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(), false),
        ("UTF-16 without a mark", crlf.encode_utf16().flat_map(u16::to_le_bytes).collect(), false),
    ];
    for (form, bytes, has_time) in forms {
        let (files, report, notices) = read_text(bytes);
        assert_eq!(notices, [], "{form}");
        assert_eq!(told(&report), told(&expected), "{form}");
        assert_eq!(report.generated, has_time.then(|| at("2024-06-01T00:00:00Z")), "{form}");
        // What is encoded has an entry of its own, and the spans are in it.
        let path = &files.get(report.file).path;
        assert!(["report.csv", "report.csv (decoded)"].contains(&path.as_ref()), "{form}: {path}");
        for row in &report.rows {
            assert!(files.get(report.file).slice(row.span).contains(":iam::444455556666:"), "{form}");
        }
    }
}

#[test]
fn columns_are_found_by_name() {
    // Other order, other case, quotes, a column that AWS has documented and one that it has not.
    let text = "\"Future_Column\",MFA_ACTIVE,access_key_2_active,access_key_1_active,password_enabled,user,additional_credentials_info,access_key_1_last_rotated,arn\n\
                x,TRUE,false,true,true,ann,\"Keys: 3, see `aws iam list-access-keys`\",2024-01-01T00:00:00Z,arn:aws:iam::111122223333:user/ann\n";
    let (_, report, notices) = read_text(text);
    insta::assert_snapshot!(told(&report).join("\n"), @r#"
        ann root=false account=111122223333 path=/
          made -, MFA Some(true)
          password Some(true), changed -, used Unknown
          key 1 active=true rotated 2024-01-01T00:00:00Z, used Unknown in - for -
        "#);
    let messages: Vec<&str> = notices.iter().map(|notice| notice.message.as_str()).collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    the report lacks the columns `user_creation_time`, `password_last_used`, `password_last_changed`, `access_key_1_last_used_date`, `access_key_2_last_rotated`, `access_key_2_last_used_date`, `cert_1_active`, `cert_1_last_rotated`, `cert_2_active` and `cert_2_last_rotated`, so that it does not tell when users were made, when passwords were last used, when passwords were last changed, when access keys were last used, when access keys were made and which signing certificates there are
    "#);
    assert!(notices.iter().all(|notice| notice.kind == crate::source::NoticeKind::UnknownValue));
}

#[test]
fn a_last_use_that_is_not_told_is_not_never() {
    let text = "user,password_enabled,access_key_1_active,access_key_2_active,access_key_2_last_used_date\n\
                ann,true,true,true,not_supported\n";
    let (_, report, _) = read_text(text);
    assert_eq!(report.rows[0].password_last_used, Use::Unknown);
    let used: Vec<Use> = report.rows[0].access_keys.iter().map(|key| key.last_used).collect();
    assert_eq!(used, [Use::Unknown, Use::Unknown]);
}

#[test]
fn semicolons_and_tabs_separate_as_well() {
    for separator in [";", "\t"] {
        let text = format!("{HEADER}\n{}\n", plain("ann")).replace(',', separator);
        let (_, report, notices) = read_text(text);
        assert_eq!((report.rows.len(), notices), (1, vec![]), "{separator:?}");
        assert_eq!(report.rows[0].account.as_deref(), Some("111122223333"));
    }
}

#[test]
fn a_name_with_commas_may_lack_its_quotes_where_the_arn_tells_it() {
    let row = plain("ann").replace("ann", "a,b=c").replace(":user/", ":user/x,y/");
    let (files, report, notices) = read_text(format!("{HEADER}\n{row}\n{}", plain("bob")));
    assert_eq!(notices, []);
    let users: Vec<&str> = report.rows.iter().map(|row| row.user.as_ref()).collect();
    assert_eq!(users, ["a,b=c", "bob"]);
    assert_eq!(report.rows[0].path.as_deref(), Some("/x,y/"));
    assert_eq!(files.get(report.file).slice(report.rows[0].user_span), "a,b=c");
    assert_eq!(report.rows[0].password_enabled, Some(false));
    // An ARN of another name tells nothing.
    let (_, report, notices) =
        read_text(format!("{HEADER}\n{}\n{}", row.replacen("a,b", "a,d", 1), plain("bob")));
    assert_eq!((report.rows.len(), notices.len()), (1, 1));
    assert_eq!(notices[0].message, "the row has 25 cells, the header 22");
}

#[test]
fn files_that_were_put_together_are_read_as_one() {
    let other = plain("ann").replace("111122223333", "444455556666");
    let longer = format!("{HEADER},additional_credentials_info\n{},none\n", plain("bob"));
    // AWS ends a report without a line break.
    let forms = [
        format!("{HEADER}\n{}\n{HEADER}\n{other}\n{longer}", plain("ann")),
        format!("{HEADER}\n{}\n{HEADER}\n{other}{longer}", plain("ann")),
        format!("{HEADER}\n{}{HEADER}\n{other}\n{longer}", plain("ann")),
    ];
    for (index, text) in forms.into_iter().enumerate() {
        let (_, report, notices) = read_text(text);
        let users: Vec<(&str, Option<&str>)> =
            report.rows.iter().map(|row| (row.user.as_ref(), row.account.as_deref())).collect();
        let (first, second) = (Some("111122223333"), Some("444455556666"));
        assert_eq!(users, [("ann", first), ("ann", second), ("bob", first)], "form {index}");
        assert_eq!(notices, [], "form {index}");
    }
}

#[test]
fn five_thousand_users_are_read() {
    let rows: Vec<String> = (0..5000).map(|number| plain(&format!("user-{number}"))).collect();
    let (_, report, notices) = read_text(format!("{HEADER}\n{}", rows.join("\n")));
    assert_eq!((report.rows.len(), notices), (5000, vec![]));
}

#[test]
fn hostile_lines_of_twenty_megabytes_are_refused() {
    let row = format!("{HEADER}\n{}", plain("ann"));
    let megabytes = |text: &str, number: usize| text.repeat(number * 1024 * 1024 / text.len());
    let texts = [
        ("letters", megabytes("A", 20)),
        ("commas", megabytes(",", 20)),
        ("quotes", format!("{row}\n{}", megabytes("\"", 2))),
        ("quotes and lines", format!("{row}\n{}", megabytes("\"\n", 2))),
        ("lines", format!("{row}\n{}", megabytes("x\n", 1))),
        ("a row of commas", format!("{row}\n{}", megabytes(",", 2))),
        ("an open object", megabytes("{\"a\":", 2)),
        ("a long string", format!("{{\"Content\":\"{}\"}}", megabytes("/+8A", 2))),
    ];
    for (what, text) in texts {
        let (_, _, notices) = read_text(text);
        assert!(!notices.is_empty() && notices.len() <= 52, "{what}: {} notices", notices.len());
    }
}
