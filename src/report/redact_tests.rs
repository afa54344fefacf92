//! What is hidden and what is not, format by format.

use proptest::prelude::*;

use super::literal_ranges;

fn hidden(text: &str) -> String {
    let mut shown = text.to_owned();
    for range in literal_ranges(text, 0..text.len()).into_iter().rev() {
        shown.replace_range(range, "…");
    }
    shown
}

#[test]
fn literals_are_hidden_in_terraform() {
    assert_eq!(hidden("password = \"hunter2\""), "password = \"…\"");
    assert_eq!(hidden("  secret_key = \"a\\\"b\" # x"), "  secret_key = \"…\" # x");
    assert_eq!(hidden("db_password=\"hunter2${var.x}\""), "db_password=\"…\"");
    assert_eq!(hidden("password = coalesce(var.p, \"hunter2\")"), "password = coalesce(var.p, \"…\")");
    assert_eq!(hidden("password = <<EOT\nhunter2\nEOT\nx = 1"), "password = <<EOT\n…EOT\nx = 1");
    assert_eq!(hidden("passwords = [\"a1\", var.b, \"c\"]"), "passwords = [\"…\", var.b, \"…\"]");
    assert_eq!(hidden("passwords = {\n  \"al\" = \"x\"\n}"), "passwords = {\n  \"al\" = \"…\"\n}");
    assert_eq!(
        hidden(
            "variable \"db_password\" {\n  type = string\n  default = \"hunter2\"\n}\nvariable \"region\" {\n  default = \"eu\"\n}"
        ),
        "variable \"db_password\" {\n  type = string\n  default = \"…\"\n}\nvariable \"region\" {\n  default = \"eu\"\n}"
    );
}

#[test]
fn literals_are_hidden_in_templates() {
    assert_eq!(hidden("Password: hunter2"), "Password: …");
    assert_eq!(hidden("Password: 'hunter2'\nPath: /"), "Password: '…'\nPath: /");
    assert_eq!(hidden("  Password: !Sub \"hunter2\""), "  Password: !Sub \"…\"");
    assert_eq!(hidden("  Password: !Sub hunter2"), "  Password: !Sub …");
    assert_eq!(hidden("A:\n  Password: |\n    hunter2\n  Path: /"), "A:\n  Password: |\n…  Path: /");
    assert_eq!(hidden("A:\n  Password:\n    hunter2\n  Path: /"), "A:\n  Password:\n…\n  Path: /");
    assert_eq!(
        hidden("DbPassword:\n  Type: String\n  Default: x1\nB: 1"),
        "DbPassword:\n  Type: String\n  Default: …\nB: 1"
    );
    assert_eq!(
        hidden("- ParameterKey: DbPassword\n  ParameterValue: x1\n- ParameterKey: A\n  ParameterValue: b"),
        "- ParameterKey: DbPassword\n  ParameterValue: …\n- ParameterKey: A\n  ParameterValue: b"
    );
    assert_eq!(
        hidden(r#"{"LoginProfile":{"Password":"hun\"ter2","PasswordResetRequired":true},"UserName":"al"}"#),
        r#"{"LoginProfile":{"Password":"…","PasswordResetRequired":true},"UserName":"al"}"#
    );
    assert_eq!(hidden(r#"{"Password":123456,"A":1}"#), r#"{"Password":…,"A":1}"#);
    assert_eq!(hidden(r#"{"Password":{"Fn::Sub":"hunter2"}}"#), r#"{"Password":{"Fn::Sub":"…"}}"#);
    assert_eq!(
        hidden(r#"{"Password":{"Fn::Join":["",["hun","ter2"]]}}"#),
        r#"{"Password":{"Fn::Join":["",["…","…"]]}}"#
    );
}

#[test]
fn what_is_broken_is_hidden_too() {
    assert_eq!(hidden("Password: {hunter2\nPath: /"), "Password: {…\nPath: /");
    assert_eq!(hidden("Password: [hunter2\nPath: /"), "Password: […\nPath: /");
    assert_eq!(hidden("Password: |hunter2\nPath: /"), "Password: |…\nPath: /");
    assert_eq!(hidden("Password: *hunter2\nPath: /"), "Password: *…\nPath: /");
    assert_eq!(hidden("  Password:\nhunter2\nPath: /"), "  Password:\n…\nPath: /");
    assert_eq!(hidden("password \"hunter2\""), "password \"…\"");
    assert_eq!(hidden("password = [hunter2\nx = 1"), "password = […\nx = 1");
    assert_eq!(hidden("password = { hunter2 }\nx = 1"), "password = {…\nx = 1");
    assert_eq!(hidden("password =\n hunter2\nx = 1"), "password =\n…\nx = 1");
    assert_eq!(hidden("password =\nx = 1"), "password =\nx = 1");
    assert_eq!(hidden("  Password:\n  Path: /"), "  Password:\n  Path: /");
}

#[test]
fn short_names_of_passwords_are_known() {
    for name in ["pwd", "pw", "db_pw", "admin-pass", "DbPass", "adminPw", "PWD"] {
        assert_eq!(hidden(&format!("{name} = \"hunter2\"")), format!("{name} = \"…\""));
    }
    for name in ["bypass", "compass", "passes", "Passage", "spw", "pass_through"] {
        assert_eq!(hidden(&format!("{name} = \"a\"")), format!("{name} = \"a\""));
    }
}

#[test]
fn literals_are_hidden_in_scripts() {
    assert_eq!(hidden("export AWS_SECRET_ACCESS_KEY=wJalrXU/K7M"), "export AWS_SECRET_ACCESS_KEY=…");
    assert_eq!(hidden("mysql --password hunter2 -h x"), "mysql --password … -h x");
    assert_eq!(hidden("mysql --password=hunter2 -h x"), "mysql --password=… -h x");
    assert_eq!(hidden("postgres://u:hunter2@host/db"), "postgres://u:…@host/db");
    assert_eq!(
        hidden("x = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\""),
        "x = \"…\"",
        "the shape of a secret access key is enough"
    );
    assert_eq!(
        hidden("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"),
        "-----BEGIN RSA PRIVATE KEY-----…-----END RSA PRIVATE KEY-----"
    );
}

#[test]
fn references_and_settings_stay() {
    for text in [
        "password = var.password",
        "password = aws_iam_user_login_profile.this.password",
        "password = \"${random_password.this.result}\"",
        "value = aws_iam_access_key.ci.secret",
        "output \"secret\" {\n  value = aws_iam_access_key.ci.secret\n}",
        "password_reset_required = true",
        "PasswordResetRequired: true",
        "password_length = 20",
        "secret_id = \"prod/db\"",
        "Password: !Ref DbPassword",
        "Password: '{{resolve:secretsmanager:prod/db}}'",
        "Password: {{resolve:secretsmanager:prod/db}}",
        r#"{"Password":{"Ref":"DbPassword"},"UserName":"alice"}"#,
        "resource \"aws_iam_user_login_profile\" \"password\" {\n  user = \"alice\"\n}",
        "# the password of alice\nname = \"alice\"",
        "sha = \"da39a3ee5e6b4b0d3255bfef95601890afd80709\"",
    ] {
        assert_eq!(hidden(text), text);
    }
}

#[test]
fn a_window_sees_the_name_before_it() {
    let text = "Password: |\n  hunter2\nPath: /";
    let window = text.find("  hunter2").unwrap();
    let found = literal_ranges(text, window..window + 9);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0], window..window + 9);
}

proptest! {
    #[test]
    fn ranges_are_ordered_inside_and_on_boundaries(
        text in r#"(password|Secret|default|value|--token|://a:b@|[:= "'\\{}\[\]<|>!&,\n\r#é]| |EOT|-----BEGIN PRIVATE KEY-----){0,40}"#,
        start in 0usize..60, length in 0usize..60,
    ) {
        let start = super::floor(&text, start);
        let end = super::floor(&text, start + length);
        let mut last = start;
        for range in literal_ranges(&text, start..end) {
            prop_assert!(range.start >= last && range.end <= end && range.start < range.end);
            prop_assert!(text.get(range.clone()).is_some());
            last = range.end;
        }
    }
}
