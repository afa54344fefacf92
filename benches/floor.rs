//! What the least work costs, as programs of their own: `cargo bench --bench floor -- read|parse|raw PATH`.
//!
//! `read` walks a tree and reads every file, `parse` parses every Terraform file of it with the parser that credlint
//! uses as well, and `raw` goes once through the JSON of a plan without building anything.

#![expect(clippy::disallowed_methods, reason = "what is measured lies on the disk")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Deserialize;
use serde_json::value::RawValue;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["read", path] => read(Path::new(path)),
        ["parse", path] => parse(Path::new(path)),
        ["raw", path] => raw(Path::new(path)),
        _ => return said("usage: cargo bench --bench floor -- read|parse|raw PATH"),
    };
    match done {
        // So that nobody can leave the work out.
        Ok(count) => said(&count.to_string()),
        Err(error) => said(&error.to_string()),
    }
}

fn files(path: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = walkdir::WalkDir::new(path).into_iter().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path)
}

fn read(path: &Path) -> io::Result<usize> {
    files(path).map(|file| Ok(std::fs::read(file)?.len())).sum()
}

fn parse(path: &Path) -> io::Result<usize> {
    let is_terraform = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "tf");
    let blocks = |file: PathBuf| {
        let text = std::fs::read_to_string(file)?;
        let body =
            hcl_edit::parser::parse_body(&text).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(body.len())
    };
    files(path).filter(is_terraform).map(blocks).sum()
}

/// The parts of a plan that hold resources.
#[derive(Deserialize)]
struct Plan<'p> {
    #[serde(borrow)]
    resource_changes: Vec<&'p RawValue>,
    #[serde(borrow)]
    planned_values: BTreeMap<&'p str, Module<'p>>,
    #[serde(borrow)]
    configuration: BTreeMap<&'p str, &'p RawValue>,
}

#[derive(Deserialize)]
struct Module<'p> {
    #[serde(borrow)]
    resources: Vec<&'p RawValue>,
}

fn raw(path: &Path) -> io::Result<usize> {
    let text = std::fs::read_to_string(path)?;
    let plan: Plan<'_> = serde_json::from_str(&text)?;
    let planned: usize = plan.planned_values.values().map(|module| module.resources.len()).sum();
    Ok(plan.resource_changes.len() + planned + plan.configuration.len())
}

#[expect(clippy::print_stderr, reason = "a program of its own")]
fn said(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::SUCCESS
}
