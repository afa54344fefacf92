//! The baseline: an old code base starts green, what is new is reported, and what is fixed leaves the file.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

mod project;

use project::{Project, column, findings};
use serde_json::Value;

const FILE: &str = "credlint-baseline.json";

fn user(name: &str, keys: &[&str]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| {
            format!("resource \"aws_iam_access_key\" \"{key}\" {{\n  user = aws_iam_user.{name}.name\n}}\n")
        })
        .collect();
    format!("resource \"aws_iam_user\" \"{name}\" {{\n  name = \"{name}\"\n}}\n{}", keys.concat())
}

struct Repository(Project);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(Project::new(files));
        let written = repository.0.run(&[CHECK, &["--write-baseline", FILE]].concat());
        assert_eq!(written.status.code(), Some(0), "{written:?}");
        repository
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.0.path().join(path)).unwrap();
    }

    fn baseline(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.0.path().join(FILE)).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        document["findings"].as_array().unwrap().clone()
    }

    fn report(&self, more: &[&str]) -> Value {
        self.0.json(&[&CHECK[1..], &["--baseline", FILE], more].concat())
    }

    fn found(&self) -> Vec<String> {
        findings(&self.report(&[]))
    }

    fn status(&self) -> Option<i32> {
        self.0.run(&[CHECK, &["--baseline", FILE]].concat()).status.code()
    }
}

const CHECK: &[&str] = &["check", "--root", ".", "--select", "multiple-active-keys,unused-exception"];

const TWO: &[&str] = &["one", "two"];

#[test]
fn an_old_code_base_starts_green_and_what_is_new_is_reported() {
    let repository = Repository::new(&[("main.tf", &user("a", TWO))]);
    assert_eq!((repository.found(), repository.status()), (vec![], Some(0)));
    let more = [user("a", TWO), user("b", &["three", "four"])].concat();
    repository.write("main.tf", &more);
    assert_eq!(repository.found(), ["multiple-active-keys aws_iam_user.b"]);
    assert_eq!(repository.status(), Some(1));
    repository.write("main.tf", &user("a", &["one", "two", "three"]));
    assert_eq!(
        repository.found(),
        ["multiple-active-keys aws_iam_user.a"],
        "a third key is new, and nothing is fixed"
    );
    let three = Repository::new(&[("main.tf", &user("a", &["one", "two", "three"]))]);
    three.write("main.tf", &user("a", &["two", "three"]));
    assert_eq!(three.found(), [""; 0], "one of three keys less is nothing new, and not fixed");
    repository.write("other/main.tf", &user("a", TWO));
    repository.write("main.tf", &user("a", TWO));
    assert_eq!(
        repository.found(),
        ["multiple-active-keys aws_iam_user.a"],
        "the same in another directory is new"
    );
}

#[test]
fn a_finding_that_was_possible_is_new_when_it_is_certain() {
    let key = "resource \"aws_iam_access_key\" \"two\" {\n  count = var.rotate ? 1 : 0\n  user = aws_iam_user.a.name\n}\n";
    let text = |default: &str| {
        format!(
            "variable \"rotate\" {{\n  type = bool\n  default = {default}\n}}\n{}{key}",
            user("a", &["one"])
        )
    };
    let repository = Repository::new(&[("main.tf", &text("false"))]);
    assert_eq!(repository.baseline().len(), 1);
    assert_eq!((repository.found(), repository.status()), (vec![], Some(0)));
    repository.write("main.tf", &text("true"));
    assert_eq!(repository.status(), Some(1));
}

#[test]
fn another_user_at_the_same_address_is_new() {
    let repository = Repository::new(&[("main.tf", &user("a", TWO))]);
    repository.write("main.tf", &user("a", TWO).replace("name = \"a\"", "name = \"payments\""));
    assert_eq!(repository.status(), Some(1));
}

#[test]
fn what_is_wrong_with_exceptions_stays_open_and_what_they_excuse_is_not_fixed() {
    let allow = |end: &str| {
        format!("# credlint: allow(multiple-active-keys, reason = \"x\"{end})\n{}", user("a", TWO))
    };
    let repository = Repository::new(&[("main.tf", &allow(", until = 2020-01-31"))]);
    assert_eq!(repository.baseline().len(), 1);
    assert_eq!(column(&repository.report(&[])["findings"], "rule"), ["unused-exception"]);
    repository.write("main.tf", &allow(""));
    assert_eq!(repository.found(), [""; 0], "excused by both");
}

#[test]
fn lines_files_and_directories_may_move() {
    let template = "Resources:\n  Alice:\n    Type: AWS::IAM::User\n  One:\n    Type: AWS::IAM::AccessKey\n    Properties: {UserName: !Ref Alice}\n  \
                    Two:\n    Type: AWS::IAM::AccessKey\n    Properties: {UserName: !Ref Alice}\n";
    let repository = Repository::new(&[("a/main.tf", &user("a", TWO)), ("users.yaml", template)]);
    repository.write("a/main.tf", &format!("# One more line.\n\n{}", user("a", TWO)));
    assert_eq!(repository.found(), [""; 0], "moved lines");
    repository.remove("a/main.tf");
    repository.write("a/users.tf", &user("a", TWO));
    repository.remove("users.yaml");
    repository.write("stacks/people.yaml", template);
    assert_eq!(repository.found(), [""; 0], "renamed files");
    repository.write("users.yaml", template);
    assert_eq!(repository.found(), ["multiple-active-keys Alice"], "a copy is new");
    repository.remove("users.yaml");
    repository.remove("a/users.tf");
    repository.write("b/users.tf", &user("a", TWO));
    assert_eq!(repository.found(), [""; 0], "a renamed directory");
}

#[test]
fn what_is_fixed_is_reported_and_leaves_the_file() {
    let names = ["a", "b", "c"];
    let text = |names: &[&str]| -> String {
        names.iter().map(|name| user(name, &[&format!("{name}1"), &format!("{name}2")])).collect()
    };
    let repository = Repository::new(&[("main.tf", &text(&names))]);
    assert_eq!(repository.baseline().len(), 3);
    repository.write("main.tf", &[text(&["c"]), user("new", &["n1", "n2"])].concat());
    let report = repository.report(&[]);
    assert_eq!(column(&report["findings"], "rule"), ["multiple-active-keys", "unused-exception"]);
    let unused = &report["findings"][1];
    assert_eq!(unused["message"], "the baseline holds 2 entries for what is not found any more");
    assert_eq!((&unused["location"]["path"], &unused["location"]["line"]), (&FILE.into(), &4.into()));
    assert_eq!(unused["related"].as_array().unwrap().len(), 1);
    let shrunk = repository.0.run(&[CHECK, &["--baseline", FILE, "--write-baseline", FILE]].concat());
    assert_eq!(shrunk.status.code(), Some(1), "what is new is still reported: {shrunk:?}");
    let left = repository.baseline();
    assert_eq!(
        left.iter().map(|entry| entry["subject"].as_str().unwrap()).collect::<Vec<_>>(),
        ["aws_iam_user.c"]
    );
    assert_eq!(repository.found(), ["multiple-active-keys aws_iam_user.new"]);
}

#[test]
fn what_was_not_looked_at_is_not_called_fixed() {
    let repository = Repository::new(&[("a/main.tf", &user("a", TWO)), ("b/main.tf", &user("b", TWO))]);
    let unused = |more: &[&str]| column(&repository.report(more)["findings"], "rule");
    repository.write("a/main.tf", &user("a", &["one"]));
    assert_eq!(unused(&["b"]), [""; 0], "another directory");
    assert_eq!(unused(&["a"]), ["unused-exception"]);
    assert_eq!(unused(&["--ignore", "multiple-active-keys"]), [""; 0], "its rule is not run");
    assert_eq!(unused(&["--min-severity", "high"]), [""; 0]);
    repository.write("b/main.tf", "resource \"aws_iam_user\" {\n");
    assert_eq!(unused(&[]), [""; 0], "not everything could be read");
    let refused = repository.0.run(&[CHECK, &["--baseline", FILE, "--write-baseline", FILE]].concat());
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("was not written") && error.contains("--allow-parse-errors"), "{error}");
    assert_eq!(repository.baseline().len(), 2);
}

#[test]
fn entries_are_one_a_line_and_mistakes_are_told() {
    let repository = Repository::new(&[("main.tf", &[user("b", TWO), user("a", &["x", "y"])].concat())]);
    let text = std::fs::read_to_string(repository.0.path().join(FILE)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (7, "{", "  \"findings\": ["));
    assert!(lines[3].contains("aws_iam_user.a") && lines[4].contains("aws_iam_user.b"), "sorted: {text}");
    for (text, message) in [
        (
            "{\"version\": 1, \"findings\": [{}]}",
            "line 1, column 29: this entry cannot be read: missing field `root`",
        ),
        ("{\"version\": 7}", "line 1, column 13: the version of this baseline is 7, and only 1 is read"),
        ("", "line 1, column 1: the file is empty"),
    ] {
        repository.write(FILE, text);
        let output = repository.0.run(&["check", "--baseline", FILE]);
        let error = String::from_utf8(output.stderr).unwrap().replace("\n  │ ", " ");
        assert!(error.contains(message) && error.contains("--write-baseline"), "{error}");
        assert_eq!(output.status.code(), Some(2));
    }
    repository.remove(FILE);
    assert_eq!(repository.status(), Some(2), "a baseline that is not there");
    let both = repository.0.run(&[CHECK, &["--baseline", FILE, "--write-baseline", FILE]].concat());
    assert_eq!(both.status.code(), Some(2), "a name that was typed wrong is no new baseline");
}
