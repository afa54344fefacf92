//! Secrets wherever they may stand, whole and broken off: in no output of any format, nor in what is said of a line that
//! cannot be read.

use std::collections::BTreeMap;

use super::project::Project;

const FORMATS: [&str; 8] = ["human", "json", "jsonl", "sarif", "github", "markdown", "gitlab", "junit"];

/// The files of a tree, and what each of its secrets stands in.
#[derive(Default)]
struct Tree {
    files: Vec<(String, String)>,
    secrets: BTreeMap<String, String>,
}

impl Tree {
    /// A file that is made with a secret of its own, which stands for `SECRET`.
    fn add(&mut self, path: &str, text: &str) {
        // Letters, digits and nothing else, so that no escape changes it.
        let secret = format!("Qz{:04}xWvKr7yy", self.secrets.len());
        self.files.push((path.to_owned(), text.replace("SECRET", &secret)));
        self.secrets.insert(secret, format!("{path}: {text}"));
    }

    fn project(&self) -> Project {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(path, text)| (&**path, &**text)).collect();
        Project::new(&files)
    }

    /// Runs credlint in every way, and looks for each secret.
    fn assert_kept(&self, named: &[&str]) {
        let project = self.project();
        let mut runs: Vec<Vec<&str>> =
            FORMATS.iter().map(|format| vec!["check", "--format", format]).collect();
        runs.extend([
            vec!["graph"],
            vec!["graph", "--format", "mermaid"],
            vec!["files"],
            vec!["check", "--write-baseline", "-"],
        ]);
        for mut run in runs {
            run.push(".");
            run.extend(named);
            let output = project.run(&run);
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            assert!(!said.contains("panicked"), "{said}");
            let told: Vec<&String> = self
                .secrets
                .iter()
                .filter(|(secret, _)| said.contains(&secret[..9]))
                .map(|(_, place)| place)
                .collect();
            assert!(told.is_empty(), "{run:?} tells of {told:#?}");
        }
    }
}

/// What may stand behind the name of an attribute, and what may be wrong with it.
const HCL: [&str; 24] = [
    "= \"SECRET\"",
    "= \"SECRET",
    "= \"SECRET\" }}}",
    "\"SECRET\"",
    "= \"SECRET\" \"x\"",
    "= <<EOT\nSECRET\n",
    "= <<-EOT\n  SECRET\n  EOT\n)",
    "= \"SECRET${\"",
    "= \"SECRET\\q\"",
    "= nofunction(\"SECRET\")",
    "= upper(\"SECRET\"",
    "= \"SECRET\"[7].x",
    "= 1 + \"SECRET\"",
    "= \"SECRET\" ? 1 : 2",
    "= jsondecode(\"SECRET\")",
    "= base64decode(\"SECRET\")",
    "= regex(\"(\", \"SECRET\")",
    "= tonumber(\"SECRET\")",
    "= { SECRET }",
    "= [SECRET",
    "=\n SECRET",
    "= SECRET-x!",
    "= {a = 1}[\"SECRET\"]",
    "= \"SECRET\"\n<<<<<<< ours",
];

#[test]
fn passwords_of_terraform_are_kept() {
    let mut tree = Tree::default();
    for (number, form) in HCL.iter().enumerate() {
        for name in ["password", "db_pw"] {
            let folder = format!("{name}{number}");
            let profile = format!("login_profile = {{\n    password {form}\n  }}\n");
            tree.add(
                &format!("{folder}/block/main.tf"),
                &format!("resource \"awscc_iam_user\" \"u\" {{\n  user_name = \"u\"\n  {profile}}}\n"),
            );
            let use_of = |value: &str| {
                format!(
                    "resource \"awscc_iam_user\" \"u\" {{\n  login_profile = {{ password = {value} }}\n}}\n"
                )
            };
            tree.add(
                &format!("{folder}/local/main.tf"),
                &format!(
                    "locals {{\n  {name} {form}\n}}\n{}output \"o\" {{\n  value = local.{name}\n}}\n",
                    use_of(&format!("local.{name}"))
                ),
            );
            let variable =
                format!("variable \"{name}\" {{\n  type = string\n}}\n{}", use_of(&format!("var.{name}")));
            tree.files.push((format!("{folder}/file/main.tf"), variable));
            tree.add(&format!("{folder}/file/terraform.tfvars"), &format!("{name} {form}\n"));
        }
    }
    // A script that writes down the key that the code makes.
    tree.add(
        "script/main.tf",
        "resource \"aws_iam_user\" \"u\" {\n  name = \"u\"\n}\nresource \"aws_iam_access_key\" \"k\" {\n  user = aws_iam_user.u.name\n}\n\
         resource \"aws_instance\" \"i\" {\n  user_data = <<E\nexport DB_PASSWORD=SECRET KEY=${aws_iam_access_key.k.secret}\nE\n}\n",
    );
    tree.assert_kept(&[]);
}

/// What may stand behind `Password:`.
const YAML: [&str; 26] = [
    "SECRET",
    "\"SECRET",
    "'SECRET'x",
    "\"SECRET\\q\"",
    "*SECRET",
    "* SECRET",
    "&SECRET",
    "@SECRET",
    "%SECRET",
    "`SECRET",
    "|SECRET",
    ">SECRET",
    "|\n          SECRET",
    ">\n          SECRET\n       x",
    "{SECRET",
    "[SECRET",
    "{a: [SECRET}",
    "SECRET: x",
    "!!SECRET",
    "!Bad SECRET",
    "!Sub \"SECRET${\"",
    "!Join [\"SECRET\", !Ref X]",
    "{\"Fn::Base64\": \"SECRET\"}",
    "\n       SECRET",
    "\n          SECRET",
    "SECRET\n        Password: other",
];

#[test]
fn passwords_of_templates_are_kept() {
    let mut tree = Tree::default();
    for (number, form) in YAML.iter().enumerate() {
        let user = "Type: AWS::IAM::User\n    Properties:\n      UserName: u\n      LoginProfile:\n        Password: ";
        tree.add(&format!("a{number}.yaml"), &format!("Resources:\n  U:\n    {user}{form}\n"));
        for name in ["AdminPassword", "DbPw"] {
            let parameter = format!("Parameters:\n  {name}:\n    Type: String\n    Default: {form}\n");
            tree.add(
                &format!("{name}{number}.yaml"),
                &format!("{parameter}Resources:\n  U:\n    {user}!Ref {name}\n"),
            );
        }
    }
    let json =
        r#"{"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "#;
    for (number, form) in [
        "\"SECRET\"}}}}}",
        "\"SECRET",
        "\"SECRET\",}}}}}",
        "\"SECRET\" // x\n}}}}}",
        "\"SECRET\\q\"}}}}}",
        "SECRET}}}}}",
        "\"SECRET\", \"Password\": \"x\"}}}}}",
    ]
    .iter()
    .enumerate()
    {
        tree.add(&format!("b{number}.json"), &format!("{json}{form}"));
    }
    tree.assert_kept(&[]);
}

#[test]
fn secrets_of_plans_and_states_are_kept() {
    let plan = r#"{"format_version": "1.2", "variables": {"name": {"value": "SECRET"}}, "planned_values": {"outputs": {"o": {"sensitive": false, "value": "SECRET"}}, "root_module": {"resources": [
      {"address": "awscc_iam_user.u", "mode": "managed", "type": "awscc_iam_user", "name": "u", "values": {"user_name": "bob", "login_profile": {"password": "SECRET"}, "tags": [{"key": "k", "value": "SECRET"}]}},
      {"address": "aws_iam_access_key.k", "mode": "managed", "type": "aws_iam_access_key", "name": "k", "values": {"user": "bob", "secret": "SECRET", "ses_smtp_password_v4": "SECRET", "encrypted_secret": "SECRET"}},
      {"address": "aws_instance.i", "mode": "managed", "type": "aws_instance", "name": "i", "values": {"user_data": "SECRET"}}]}}, "configuration": {"root_module": {}}}"#;
    let state = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "outputs": {"o": {"value": "SECRET", "type": "string"}}, "resources": [
      {"mode": "managed", "type": "aws_iam_user_login_profile", "name": "u", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"user": "bob", "password": "SECRET", "encrypted_password": "SECRET"}}]},
      {"mode": "managed", "type": "aws_iam_access_key", "name": "u", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes": {"user": "bob", "id": "AKIAIOSFODNN7EXAMPLE", "secret": "SECRET", "ses_smtp_password_v4": "SECRET"}}]}]}"#;
    let mut tree = Tree::default();
    tree.add("plan.json", plan);
    tree.add("cut.json", &plan[..plan.len() - 40]);
    tree.add("middle.json", &plan[..plan.find("encrypted_secret").unwrap() + 26]);
    tree.add("terraform.tfstate", state);
    tree.add("cut.tfstate", &state[..state.len() - 30]);
    tree.assert_kept(&["plan.json", "cut.json", "middle.json", "terraform.tfstate", "cut.tfstate"]);
}
