//! Exceptions to the rules: where they may stand, what they cover, and what becomes of those that cover nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use project::{Project, column, kinds};
use serde_json::Value;

const USER: &str = "resource \"aws_iam_user\" \"a\" {\n  name = \"a\"\n}\n";
const FIRST: &str = "resource \"aws_iam_access_key\" \"one\" {\n  user = aws_iam_user.a.name\n}\n";
const SECOND: &str = "resource \"aws_iam_access_key\" \"two\" {\n  user = aws_iam_user.a.name\n}\n";
const ALLOW: &str = "# credlint: allow(multiple-active-keys, reason = \"rotation\")\n";

/// The rules of the findings that stay, and how many are set aside.
fn outcome(files: &[(&str, &str)], arguments: &[&str]) -> (Vec<String>, u64) {
    let report = report(files, arguments);
    (rules(&report), set_aside(&report))
}

fn report(files: &[(&str, &str)], arguments: &[&str]) -> Value {
    let select = ["--root", ".", "--select", "multiple-active-keys,unused-exception"];
    Project::new(files).json(&[&select, arguments].concat())
}

fn rules(report: &Value) -> Vec<String> {
    column(&report["findings"], "rule")
}

fn set_aside(report: &Value) -> u64 {
    let counts = report["summary"]["set_aside"].as_array().unwrap();
    counts.iter().map(|row| row["count"].as_u64().unwrap()).sum()
}

fn in_terraform(text: &str) -> (Vec<String>, u64) {
    outcome(&[("main.tf", text)], &[])
}

const COVERED: (&[&str], u64) = (&[], 1);
const UNUSED: (&[&str], u64) = (&["multiple-active-keys", "unused-exception"], 0);

#[track_caller]
fn assert_outcome(found: &(Vec<String>, u64), expected: (&[&str], u64), what: &str) {
    assert_eq!(
        (found.0.iter().map(String::as_str).collect::<Vec<_>>(), found.1),
        (expected.0.to_vec(), expected.1),
        "{what}"
    );
}

#[test]
fn a_comment_covers_the_block_that_it_is_above_in_or_behind() {
    let inside = SECOND.replace("{\n", &format!("{{\n  {ALLOW}"));
    let behind = SECOND.replace("{\n", &format!("{{ {ALLOW}"));
    let after = format!("{} {ALLOW}", SECOND.trim_end());
    let slashes = ALLOW.replace('#', "//");
    let block = format!("/*\n * {} */\n", ALLOW.trim_start_matches("# "));
    let lines = "# Because of the move.\n# credlint: allow(multiple-active-keys,\n#   reason = \"rotation\")\n# And so on.\n";
    for (text, what) in [
        (format!("{USER}{FIRST}{ALLOW}{SECOND}"), "above the key that the finding points at"),
        (format!("{USER}{ALLOW}{FIRST}{SECOND}"), "above the other key"),
        (format!("# License\n\n{ALLOW}{USER}{FIRST}{SECOND}"), "above the user"),
        (format!("{USER}{FIRST}{ALLOW}\n\n{SECOND}"), "above, with an empty line between"),
        (format!("{USER}{FIRST}{inside}"), "in the block"),
        (format!("{USER}{FIRST}{behind}"), "behind the header"),
        (format!("{USER}{FIRST}{after}"), "behind the closing brace"),
        (format!("{USER}{FIRST}{slashes}{SECOND}"), "with slashes"),
        (format!("{USER}{FIRST}{block}{SECOND}"), "in a block of comment"),
        (format!("{USER}{FIRST}{lines}{SECOND}"), "over several lines"),
        (format!("{ALLOW}\n{USER}{FIRST}{SECOND}"), "at the top of the file"),
        (format!("{USER}{FIRST}{SECOND}{}", ALLOW.replace("allow", "allow-file")), "for the file"),
        (format!("\u{feff}{ALLOW}\r\n{USER}{FIRST}{SECOND}"), "behind a byte-order mark"),
        (format!("{USER}{FIRST}{ALLOW}{SECOND}").replace('\n', "\r\n"), "with other line ends"),
    ] {
        assert_outcome(&in_terraform(&text), COVERED, what);
    }
    for (text, what) in [
        (format!("{USER}{FIRST}{SECOND}{ALLOW}"), "below everything"),
        (format!("{USER}{FIRST}{SECOND}{ALLOW}locals {{}}\n"), "above something else"),
        (format!("{ALLOW}locals {{}}\n{USER}{FIRST}{SECOND}"), "at the top, above something else"),
    ] {
        assert_outcome(&in_terraform(&text), UNUSED, what);
    }
}

#[test]
fn what_came_later_was_accepted_by_nobody() {
    let third = SECOND.replace("two", "three");
    let text = format!("{USER}{FIRST}{ALLOW}{SECOND}{third}");
    assert_outcome(&in_terraform(&text), (&["multiple-active-keys"], 0), "a third key");
    let text = format!("{USER}{FIRST}{ALLOW}{SECOND}{ALLOW}{third}");
    assert_outcome(&in_terraform(&text), COVERED, "which is accepted too");
    let output = |name: &str| format!("output \"{name}\" {{\n  value = aws_iam_access_key.one.secret\n}}\n");
    let allow = ALLOW.replace("multiple-active-keys", "exposed-secret-key");
    let exposed = |text: &str| {
        let report =
            Project::new(&[("main.tf", text)]).json(&["--select", "exposed-secret-key,unused-exception"]);
        (rules(&report), set_aside(&report))
    };
    let one = format!("{USER}{FIRST}{allow}{}", output("a"));
    assert_outcome(&exposed(&one), COVERED, "an output that was looked at");
    assert_outcome(&exposed(&format!("{one}{}", output("b"))), (&["exposed-secret-key"], 0), "another one");
    assert_outcome(&exposed(&format!("{one}{allow}{}", output("b"))), COVERED, "both were looked at");
}

#[test]
fn text_that_only_looks_like_an_exception_is_none() {
    let text = format!(
        "{USER}{FIRST}{SECOND}locals {{\n  a = \"# credlint: allow(multiple-active-keys, reason = 1)\"\n}}\n"
    );
    assert_outcome(&in_terraform(&text), (&["multiple-active-keys"], 0), "in a string");
}

#[test]
fn an_exception_at_a_call_covers_what_that_call_makes() {
    let module = format!("variable \"name\" {{}}\n{}{FIRST}{SECOND}", USER.replace("\"a\"\n", "var.name\n"));
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n  name = \"{name}\"\n}}\n");
    let files = |main: &str| report(&[("main.tf", main), ("m/main.tf", &module)], &[]);
    let found = files(&format!("{ALLOW}{}{}", call("x"), call("y")));
    assert_eq!(column(&found["findings"], "subject"), ["module.y.aws_iam_user.a"]);
    assert_eq!(set_aside(&found), 1);
    let in_module = format!("{ALLOW}{module}");
    let both = [call("x"), call("y")].concat();
    let found =
        report(&[("main.tf", &both), ("m/main.tf", &in_module.replacen("variable", "\nvariable", 1))], &[]);
    assert_eq!((rules(&found).len(), set_aside(&found)), (0, 2), "in the module, for all of its calls");
    let outer = report(
        &[
            ("main.tf", &format!("{ALLOW}module \"o\" {{\n  source = \"./o\"\n}}\n")),
            ("o/main.tf", &call("x").replace("./m", "../m")),
            ("m/main.tf", &module),
        ],
        &[],
    );
    assert_eq!((rules(&outer).len(), set_aside(&outer)), (0, 1), "at the outer of two calls");
}

#[test]
fn json_has_its_comments_in_a_key() {
    let text = |root: &str, resource: &str| {
        format!(
            "{{{root}\"resource\": {{\"aws_iam_user\": {{\"a\": {{{resource}\"name\": \"a\"}}}}, \"aws_iam_access_key\": {{\
             \"one\": {{\"user\": \"${{aws_iam_user.a.name}}\"}}, \"two\": {{\"user\": \"${{aws_iam_user.a.name}}\"}}}}}}}}"
        )
    };
    let comment = "\"//\": \"credlint: allow(multiple-active-keys, reason = 'rotation')\", ";
    let list = "\"//\": [\"first\", \"credlint: allow(multiple-active-keys, reason = \\\"rotation\\\")\"], ";
    for (text, what) in [
        (text("", comment), "in the block"),
        (text(comment, ""), "in the file"),
        (text("", list), "in a list"),
    ] {
        assert_outcome(&outcome(&[("main.tf.json", &text)], &[]), COVERED, what);
    }
}

fn template(head: &str, user: &str, key: &str) -> String {
    format!(
        "{head}Resources:\n  Alice:\n    Type: AWS::IAM::User\n{user}  One:\n    Type: AWS::IAM::AccessKey\n    Properties:\n      UserName: !Ref Alice\n{key}  \
         Two:\n    Type: AWS::IAM::AccessKey\n    Properties:\n      UserName: !Ref Alice\n"
    )
}

#[test]
fn templates_have_them_in_metadata_and_in_comments() {
    let metadata = "Metadata:\n  credlint:\n    allow:\n      - rule: multiple-active-keys\n        reason: rotation\n        until: 2999-01-31\n";
    let indented: String = metadata.lines().flat_map(|line| ["    ", line, "\n"]).collect();
    for (text, what) in [
        (template("", &indented, ""), "of the user"),
        (template(metadata, "", ""), "of the template"),
        (template("", "", &format!("  {ALLOW}")), "a comment above the key"),
        (template("", &format!("    {ALLOW}"), ""), "a comment in the user"),
        (template(&format!("{ALLOW}\n"), "", ""), "a comment at the top"),
    ] {
        assert_outcome(&outcome(&[("a.yaml", &text)], &[]), COVERED, what);
    }
    let json = r#"{"Resources": {"Alice": {"Type": "AWS::IAM::User", "Metadata": {"credlint": {"allow": [
        {"rules": ["CIS-1.13"], "reason": "rotation"}]}}},
        "One": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Alice"}}},
        "Two": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Alice"}}}}}"#;
    assert_outcome(&outcome(&[("a.json", json)], &[]), COVERED, "in JSON, by a control");
    let parent = |metadata: &str| {
        format!(
            "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n{metadata}    Properties:\n      TemplateURL: child.yaml\n"
        )
    };
    let child = template("", "", "");
    let nested = outcome(&[("a.yaml", &parent(&indented)), ("child.yaml", &child)], &[]);
    assert_outcome(&nested, COVERED, "of the stack that nests another one");
}

#[test]
fn the_day_in_until_is_the_last_one() {
    let allow = ALLOW.replace(')', ", until = 2027-01-31)");
    let text = format!("{USER}{FIRST}{allow}{SECOND}");
    let files = [("main.tf", text.as_str())];
    assert_outcome(&outcome(&files, &["--as-of", "2027-01-31"]), COVERED, "on that day");
    assert_outcome(&outcome(&files, &["--as-of", "2027-02-01"]), UNUSED, "the day after");
    let report = report(&files, &["--as-of", "2027-02-01"]);
    let message = &column(&report["findings"], "message")[1];
    assert!(message.ends_with("counted until 2027-01-31, and what it set aside is still there"), "{message}");
}

#[test]
fn mistakes_are_errors_and_set_nothing_aside() {
    for (directive, message, help) in [
        ("allow(multiple-active-keys)", "this exception gives no reason", "write `credlint: allow("),
        (
            "allow(multiple-keys, reason = \"x\")",
            "no rule is named `multiple-keys`",
            "did you mean multiple-active-keys",
        ),
        ("ignore(multiple-active-keys)", "`ignore` is nothing that credlint does", "write `credlint: allow("),
    ] {
        let text = format!("{USER}{FIRST}# credlint: {directive}\n{SECOND}");
        let project = Project::new(&[("main.tf", &text)]);
        let report = project.json(&["--select", "multiple-active-keys,unused-exception"]);
        assert_eq!(rules(&report), ["multiple-active-keys"], "{directive}");
        assert_eq!(kinds(&report), ["invalid-exception"], "{directive}");
        let notice = &report["notices"][0];
        assert_eq!((&notice["message"], &notice["location"]["line"]), (&message.into(), &7.into()));
        assert!(notice["help"].as_str().unwrap().starts_with(help), "{directive}: {notice}");
        assert_eq!(project.run(&["check"]).status.code(), Some(2));
    }
    let metadata = "    Metadata: {credlint: {allow: [{rule: multiple-active-keys}]}}\n";
    let report = report(&[("a.yaml", &template("", metadata, ""))], &[]);
    assert_eq!(kinds(&report), ["invalid-exception"]);
    assert_eq!(rules(&report), ["multiple-active-keys"]);
}

#[test]
fn what_cannot_be_told_is_not_called_unused() {
    let text = format!("{ALLOW}{USER}{FIRST}");
    let files = [("main.tf", text.as_str())];
    assert_outcome(&outcome(&files, &[]), (&["unused-exception"], 0), "nothing needs it");
    let broken = [files[0], ("b/main.tf", "resource \"aws_iam_user\" {\n")];
    assert_outcome(&outcome(&broken, &[]), (&[], 0), "something could not be read");
    let ignored = outcome(&files, &["--ignore", "multiple-active-keys"]);
    assert_outcome(&ignored, (&[], 0), "its rule is not run");
    let module = [("m/main.tf", text.as_str()), ("r/main.tf", "module \"m\" {\n  source = \"../m\"\n}\n")];
    assert_outcome(&outcome(&module, &["r"]), (&[], 0), "it lies outside of what was asked for");
    assert_outcome(&outcome(&module, &[]), (&["unused-exception"], 0), "it lies inside of that");
    let manifest = r#"{"Modules": [{"Key": "m", "Source": "registry.terraform.io/x/m/aws", "Version": "1.0.0", "Dir": ".terraform/modules/m"}]}"#;
    let installed = [
        ("main.tf", "module \"m\" {\n  source = \"x/m/aws\"\n}\n"),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/m/main.tf", text.as_str()),
    ];
    assert_outcome(&outcome(&installed, &[]), (&[], 0), "it stands in somebody else's module");
}

#[test]
fn of_several_rules_each_must_be_needed() {
    let allow = ALLOW.replace("multiple-active-keys", "multiple-active-keys, secret-in-state");
    let text = format!("{USER}{FIRST}{SECOND}{allow}").replace("# credlint", "# credlint").replacen(
        USER,
        &format!("{allow}{USER}"),
        1,
    );
    let project = Project::new(&[("main.tf", &text)]);
    let report = project.json(&["--select", "multiple-active-keys,secret-in-state,unused-exception"]);
    // Above the user: both are needed there, since each key's finding shows its user. Below everything: neither.
    assert_eq!(rules(&report), ["unused-exception", "unused-exception"]);
    assert_eq!(set_aside(&report), 3);
}

/// The fixture with a file changed: what is said of `robots-dev/Uploader` being a user.
fn of_assembly(path: &str, from: &str, to: &str) -> (Vec<String>, u64) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cdk/robots");
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            #[expect(clippy::disallowed_methods, reason = "reads a fixture")]
            let text = std::fs::read_to_string(entry.path()).unwrap();
            files.push((entry.path().strip_prefix(&folder).unwrap().to_str().unwrap().to_owned(), text));
        }
    }
    let file = files.iter_mut().find(|(name, _)| name == path).unwrap();
    assert!(file.1.contains(from), "{path} does not hold {from}");
    file.1 = file.1.replacen(from, to, 1);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report =
        Project::new(&files).json(&["--root", ".", "--select", "unnecessary-iam-user,unused-exception"]);
    assert_eq!(kinds(&report), [""; 0]);
    let subjects = column(&report["findings"], "subject");
    (subjects.into_iter().filter(|subject| !subject.contains("Admin")).collect(), set_aside(&report))
}

#[test]
fn a_program_has_them_at_the_line_that_makes_a_construct() {
    let (program, line) =
        ("robots/stacks.py", "        uploader = iam.User(self, \"Uploader\", groups=[group])\n");
    let open = of_assembly(program, line, line);
    let users = open.0.len();
    assert!(open.0.iter().any(|subject| subject == "robots-dev/Uploader") && open.1 == 0, "{open:?}");
    let allow = "# credlint: allow(unnecessary-iam-user, reason = \"a device that cannot assume a role\")\n";
    let behind = of_assembly(program, line, &format!("{}  {allow}", line.trim_end()));
    assert_eq!((behind.0.len() < users, behind.1 > 0), (true, true), "{behind:?}");
    assert!(!behind.0.iter().any(|subject| subject == "robots-dev/Uploader"), "{behind:?}");
    let file = of_assembly(program, line, &format!("{line}{}", allow.replace("allow", "allow-file")));
    assert!(file.1 > behind.1, "{file:?}");
    let template = "cdk.out/robots-dev.template.json";
    let metadata = "\"Metadata\": {\"credlint\": {\"allow\": [{\"rule\": \"unnecessary-iam-user\", \"reason\": \"a device\"}]},";
    let resource = of_assembly(
        template,
        "\"Metadata\": {\n    \"aws:cdk:path\": \"robots-dev/Uploader/Resource\"",
        &format!("{metadata}\n    \"aws:cdk:path\": \"robots-dev/Uploader/Resource\""),
    );
    assert_eq!(resource.1, 1, "{resource:?}");
}

#[test]
fn the_guide_is_true() {
    let guide = include_str!("../docs/exceptions.md");
    let example = |language: &str| {
        let rest = guide.split_once(&format!("```{language}\n")).unwrap().1;
        rest.split("```").next().unwrap().to_owned()
    };
    let old = "resource \"aws_iam_access_key\" \"old\" {\n  user = aws_iam_user.backup.name\n}\n";
    let user = USER.replace("\"a\"", "\"backup\"");
    let terraform = format!("{user}{old}{}", example("hcl"));
    let found = outcome(&[("main.tf", &terraform)], &["--as-of", "2027-01-31"]);
    assert_outcome(&found, COVERED, "Terraform");
    let project = Project::new(&[("template.yaml", &example("yaml"))]);
    let report =
        project.json(&["--select", "unnecessary-iam-user,unused-exception", "--as-of", "2027-01-31"]);
    assert_eq!((rules(&report), set_aside(&report)), (vec![], 1), "CloudFormation");
}
