//! The Markdown report as a job of GitHub Actions gets it: the diagram of those whom the findings are about.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use project::Project;

const ALICE: &str = r#"
resource "aws_iam_user" "alice" {
  name = "alice"
}
resource "aws_iam_user_login_profile" "alice" {
  user = aws_iam_user.alice.name
}
resource "aws_iam_user_policy_attachment" "alice" {
  user       = aws_iam_user.alice.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
variable "with_key" {
  default = false
}
resource "aws_iam_access_key" "alice" {
  for_each = var.with_key ? toset(["a\"] --> b\n```\n<b>"]) : toset([])
  user     = aws_iam_user.alice.name
}
"#;

/// The lines between the fences.
fn diagram(markdown: &str) -> Option<Vec<&str>> {
    let (_, rest) = markdown.split_once("```mermaid\n")?;
    Some(rest.split_once("\n```\n").unwrap().0.lines().map(str::trim).collect())
}

fn markdown_of(program: &str) -> String {
    let output = Project::new(&[("main.tf", program)]).run(&["check", ".", "--format", "markdown"]);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn those_concerned_are_drawn_with_what_they_have() {
    let markdown = markdown_of(ALICE);
    assert_eq!(
        diagram(&markdown).unwrap(),
        [
            "flowchart LR",
            r#"subgraph root0["."]"#,
            r#"n0(["alice <br/> aws_iam_user.alice"])"#,
            "end",
            r#"n1["console password <br/> aws_iam_user_login_profile.alice"]"#,
            "n0 --> n1",
            r#"n2p1["policy arn:aws:iam::aws:policy/ReadOnlyAccess <br/> aws_iam_user_policy_attachment.alice"]"#,
            "n0 --> n2p1",
            r#"n3["access key <br/> aws_iam_access_key.alice#91;#34;a#92;#34;#93; --#62; b#92;n#96;#96;#96;#92;n#60;b#62;#34;#93;"]"#,
            r#"n0 -. "var.with_key = true" .-> n3"#,
        ],
        "{markdown}"
    );
}

#[test]
fn more_users_than_can_be_read_are_not_drawn_and_that_is_said() {
    let user =
        |index: usize| format!("resource \"aws_iam_user\" \"u{index}\" {{\n  name = \"u{index}\"\n}}\n");
    let twelve: String = (0..12).map(user).collect();
    let drawn = markdown_of(&twelve);
    assert_eq!(diagram(&drawn).unwrap().iter().filter(|line| line.contains("([\"u")).count(), 12);
    assert!(!drawn.contains("Too many users"));
    let thirteen = markdown_of(&(twelve + &user(12)));
    assert_eq!(diagram(&thirteen), None);
    assert!(thirteen.contains("Too many users for a diagram"), "{thirteen}");
}
