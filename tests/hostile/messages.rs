//! Bad input of every kind, and what is said of it: what, where, what to do. All of it stands in one file, to be read from
//! top to bottom as a user reads it: `tests/hostile/snapshots/`. A new text is taken over with `INSTA_UPDATE=always`.
//!
//! What other files test to the letter is not repeated here:
//!
//! | what is wrong | where |
//! |---|---|
//! | keys, types, patterns and names in `credlint.toml` | `src/settings/configuration/mistake_tests.rs`, `tests/configuration.rs` |
//! | front matter and expressions of rule files | `tests/rule_errors.rs`, `tests/rules_hostile.rs` |
//! | manifests of assemblies | `src/cdk/hostile_tests.rs` |
//! | documents of rule files: examples | `tests/rules_test.rs` |
//! | credential reports | `tests/evidence.rs`, `src/evidence/report/` |
//! | what is wrong with HCL, place by place | `src/syntax/hcl/tests.rs` |
//! | revisions for `--since`, and git itself | `tests/since_git.rs` |
//! | usage of the command line | `src/cli/tests.rs` |

use super::project::Project;

const USER: &str = "resource \"aws_iam_user\" \"u\" {\n  name = \"u\"\n}\n";
const TEMPLATE: &str = "Resources:\n  U:\n    Type: AWS::IAM::User\n";

/// A title, a file and its bytes, and what is typed.
type Case<'c> = (&'c str, &'c str, Vec<u8>, &'c [&'c str]);

fn cases() -> Vec<Case<'static>> {
    // What is found is tested elsewhere.
    let check: &[&str] = &["check", "--min-severity", "critical"];
    let text = |title, path, text: &str| (title, path, text.as_bytes().to_vec(), check);
    let plan: &[&str] = &["check", "--min-severity", "critical", "plan.json"];
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    vec![
        text("a string that is not closed", "main.tf", &format!("{USER}locals {{\n  a = \"b\n}}\n")),
        text("a brace that is not closed", "main.tf", &format!("{USER}locals {{\n  a = 1\n")),
        text("a brace too many", "main.tf", &format!("{USER}}}\n")),
        text("a here-document that is not closed", "main.tf", &format!("{USER}locals {{\n  a = <<EOT\n  b\n}}\n")),
        text("a conflict of a merge", "main.tf", &format!("<<<<<<< HEAD\n{USER}=======\n{USER}>>>>>>> theirs\n")),
        text("one label too few", "main.tf", "resource \"aws_iam_user\" {\n  name = \"u\"\n}\n"),
        text("one label too many", "main.tf", "resource \"aws_iam_user\" \"u\" \"v\" {\n  name = \"u\"\n}\n"),
        text("a sign that is missing", "main.tf", "resource \"aws_iam_user\" \"u\" {\n  name \"u\"\n}\n"),
        text("a function that there is not", "main.tf", "resource \"aws_iam_user\" \"u\" {\n  name = uper(\"u\")\n}\n"),
        text("a reference to nothing", "main.tf", "resource \"aws_iam_user\" \"u\" {\n  name = var.nme\n}\nvariable \"name\" {}\n"),
        text("JSON in Terraform with a comma too many", "main.tf.json", "{\"resource\": {\"aws_iam_user\": {\"u\": {\"name\": \"u\",}}}}\n"),
        text("a tab in YAML", "t.yaml", &format!("{TEMPLATE}\tProperties: {{}}\n")),
        text("a key that stands twice in YAML", "t.yaml", &format!("{TEMPLATE}    Type: AWS::IAM::Group\n")),
        text("wrong indentation in YAML", "t.yaml", &format!("{TEMPLATE}   Properties:\n      UserName: u\n")),
        text("a function of YAML that there is not", "t.yaml", &format!("{TEMPLATE}    Properties:\n      UserName: !Sup u\n")),
        text("a quote that is not closed in YAML", "t.yaml", &format!("{TEMPLATE}    Properties:\n      UserName: \"u\n")),
        text("an alias of nothing", "t.yaml", &format!("{TEMPLATE}    Properties:\n      UserName: *u\n")),
        text("a comma too many in JSON", "t.json", "{\"Resources\": {\"U\": {\"Type\": \"AWS::IAM::User\",}}}\n"),
        text("a comment in JSON", "t.json", "{\"Resources\": {\"U\": {\"Type\": \"AWS::IAM::User\"}} // users\n}\n"),
        text("JSON that is cut off", "t.json", "{\"Resources\": {\"U\": {\"Type\": \"AWS::IAM::User\""),
        ("not UTF-8", "main.tf", [USER.as_bytes(), b"# \xe9\n"].concat(), check),
        ("UTF-16", "main.tf", [&b"\xff\xfe"[..], &wide(USER)].concat(), check),
        ("a template in UTF-16", "t.yaml", [&b"\xff\xfe"[..], &wide(TEMPLATE)].concat(), check),
        ("a binary file", "main.tf", b"\x7fELF\x00\x01\x02\xff".to_vec(), check),
        text("an empty file", "main.tf", ""),
        ("an empty plan", "plan.json", Vec::new(), plan),
        ("a plan that is cut off", "plan.json", b"{\"format_version\": \"1.2\", \"planned_values\": {".to_vec(), plan),
        ("a plan of a version that is not known", "plan.json", b"{\"format_version\": \"9.0\", \"planned_values\": {}}".to_vec(), plan),
        ("a binary plan", "plan.json", b"PK\x03\x04\x14\x00\x08\x00".to_vec(), plan),
        ("something else than a plan", "plan.json", b"{\"name\": \"package\"}\n".to_vec(), plan),
        ("an encrypted state", "plan.json", b"{\"serial\": 1, \"lineage\": \"x\", \"meta\": {\"key_provider.pbkdf2.k\": \"e30=\"}, \"encrypted_data\": \"aGk=\", \"encryption_version\": \"v0\"}\n".to_vec(), plan),
        ("a state of a version that is not known", "plan.json", b"{\"version\": 3, \"serial\": 1, \"lineage\": \"x\", \"modules\": []}\n".to_vec(), plan),
        text("variables that are broken", "a.auto.tfvars", "name = \n"),
        ("a path that is not there", "main.tf", USER.into(), &["check", "infra"]),
        ("a folder for a file", "infra/main.tf", USER.into(), &["check", "--var-file", "infra"]),
        ("a file for a folder", "main.tf", USER.into(), &["check", "--rules", "main.tf"]),
        ("no configuration", "main.tf", USER.into(), &["check", "--config", "credlnt.toml"]),
        ("a folder for a configuration", "infra/main.tf", USER.into(), &["check", "--config", "infra"]),
        ("a configuration with a key that there is not", "credlint.toml", b"fail-onn = \"high\"\n".to_vec(), check),
        ("a configuration in UTF-16", "credlint.toml", [&b"\xff\xfe"[..], &wide("fail_on = \"high\"\n")].concat(), check),
        ("a rule that is none", "own/rule.md", b"# no front matter\n".to_vec(), &["check", "--rules", "own"]),
        ("a rule in UTF-16", "own/rule.md", [&b"\xff\xfe"[..], &wide("---\n")].concat(), &["check", "--rules", "own"]),
        ("no baseline", "main.tf", USER.into(), &["check", "--baseline", "b.json"]),
        ("a baseline that is cut off", "b.json", b"{\"version\": 1, \"findings\": [".to_vec(), &["check", "--baseline", "b.json"]),
        ("something else than a baseline", "b.json", b"{\"name\": \"package\"}\n".to_vec(), &["check", "--baseline", "b.json"]),
        ("parameters without a value", "t.yaml", TEMPLATE.into(), &["check", "--parameters", "Environment"]),
        ("parameters that are broken", "p.json", b"{\"Environment\": ".to_vec(), &["check", "--parameters", "p.json"]),
        ("parameters of no known shape", "p.json", b"[1, 2]\n".to_vec(), &["check", "--parameters", "p.json"]),
        ("a variable that is not declared", "main.tf", USER.into(), &["check", "--min-severity", "critical", "--var", "nme=u"]),
        ("a variable without a value", "main.tf", USER.into(), &["check", "--var", "name"]),
        ("a variables file that is broken", "a.tfvars", b"name = \"u\n".to_vec(), &["check", "--min-severity", "critical", "--var-file", "a.tfvars"]),
        ("a day that there is not", "main.tf", USER.into(), &["check", "--as-of", "2026-02-30"]),
        ("a format that there is not", "main.tf", USER.into(), &["check", "--format", "xml"]),
        ("a rule that there is not", "main.tf", USER.into(), &["check", "--select", "multiple-active-key"]),
        ("no credential report", "main.tf", USER.into(), &["check", "--credential-report", "a.csv"]),
        ("something else than a credential report", "a.csv", b"name,age\nu,7\n".to_vec(), &["check", "--credential-report", "a.csv"]),
        ("an output in a folder that there is not", "main.tf", USER.into(), &["check", "--output", "json=out/a.json"]),
    ]
}

#[test]
fn what_is_said_of_bad_input() {
    let mut all = String::new();
    for (title, path, bytes, arguments) in cases() {
        let declared = "variable \"name\" {}\nresource \"aws_iam_user\" \"u\" {\n  name = var.name\n}\n";
        let more = path.ends_with(".tfvars").then_some(("main.tf", declared));
        let project = Project::new(&[&[(path, "")][..], more.as_slice()].concat());
        std::fs::write(project.path().join(path), bytes).unwrap();
        let output = project.run(arguments);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        let status = output.status.code().unwrap();
        let said = said.trim_end();
        let arguments = arguments.join(" ");
        let parts = ["## ", title, "\n\n$ credlint ", &arguments, "\n", said, "\nexit status "];
        all += &(parts.concat() + &status.to_string() + "\n\n");
    }
    // What the system says of a file differs from one to the other.
    if cfg!(target_os = "linux") {
        insta::assert_snapshot!("messages", all);
    }
    assert!(!all.contains("panicked"), "{all}");
}

/// A file that is larger than is read is said to be.
#[test]
fn what_is_too_large_is_said_to_be() {
    let project = Project::new(&[("main.tf", USER)]);
    let large = std::fs::File::create(project.path().join("large.tf")).unwrap();
    // It takes no place on disk.
    large.set_len(65 * 1024 * 1024).unwrap();
    let output = project.run(&["check", "--quiet"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("large.tf: error[unreadable-file] is larger than 64 MiB"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}
