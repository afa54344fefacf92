//! A temporary folder of files, and credlint run in it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod skip;

pub use skip::skip;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The folder; it goes with the value.
pub struct Project(tempfile::TempDir);

impl Project {
    /// A folder with these files: path and text.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(directory)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What credlint does when it is run in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run_in(self.path(), arguments)
    }

    /// `credlint check --format json`, with these arguments.
    pub fn json(&self, arguments: &[&str]) -> Value {
        parsed(&self.run(&[&["check", "--format", "json"], arguments].concat()))
    }

    /// `rule subject` of each finding of that check.
    pub fn found(&self, arguments: &[&str]) -> Vec<String> {
        findings(&self.json(arguments))
    }

    /// `credlint graph` of a part of the folder.
    pub fn graph(&self, path: &str) -> Value {
        parsed(&self.run(&["graph", path, "--root", "."]))
    }
}

/// What credlint does when it is run in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_credlint")).args(arguments).current_dir(folder).output().unwrap()
}

/// Its standard output as JSON.
pub fn parsed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// The text of each notice, in order.
pub fn messages(report: &Value) -> Vec<String> {
    column(&report["notices"], "message")
}

/// The kind of each notice, in order.
pub fn kinds(report: &Value) -> Vec<String> {
    column(&report["notices"], "kind")
}

/// `rule subject` of each finding, sorted.
pub fn findings(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = report["findings"].as_array().unwrap();
    let mut found: Vec<String> =
        rows.iter().map(|row| format!("{} {}", text(&row["rule"]), text(&row["subject"]))).collect();
    found.sort();
    found
}

/// One text of each row, in order.
pub fn column(rows: &Value, name: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

/// What `credlint COMMAND` says of a program, as JSON.
pub fn said_of(command: &[&str], files: &[(&str, &str)]) -> Value {
    parsed(&Project::new(files).run(&[command, &["--root", "."]].concat()))
}

/// `credlint graph` of a program of one file.
pub fn graph_of(program: &str) -> Value {
    said_of(&["graph"], &[("main.tf", program)])
}

/// One field of each user or key, by address.
pub fn field(graph: &Value, kind: &str, name: &str) -> BTreeMap<String, Value> {
    let rows = graph[kind].as_array().unwrap().iter();
    rows.map(|row| (row["address"].as_str().unwrap().to_owned(), row[name].clone())).collect()
}

/// The address of the user that a key is linked to, or `nobody`.
pub fn owner(graph: &Value, key: &str) -> String {
    field(graph, "access_keys", "user")[key].as_str().unwrap_or("nobody").to_owned()
}
