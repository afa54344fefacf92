//! Several files in one input, so that a fuzzer that knows of bytes alone can make up trees.
//!
//! A line `=== path` opens a file, `=== path -> text` is a symbolic link. What stands before the first of them is a file
//! whose name the target chooses.

use std::path::PathBuf;

use credlint::settings::InputSettings;
use credlint::source::{Held, Workspace};

/// Files and links by their paths.
#[derive(Debug)]
pub struct Bundle(pub Vec<(String, Held)>);

impl Bundle {
    /// The files of an input.
    pub fn parse(data: &[u8], first_name: &str) -> Self {
        let mut held = Vec::new();
        let mut open = (first_name.to_owned(), Vec::new());
        for line in data.split_inclusive(|byte| *byte == b'\n') {
            let named = line.strip_prefix(b"=== ").and_then(|name| std::str::from_utf8(name).ok());
            let Some(named) = named.map(|name| name.trim_end_matches('\n')) else {
                open.1.extend_from_slice(line);
                continue;
            };
            let (path, text) = std::mem::replace(&mut open, (String::new(), Vec::new()));
            held.push((path, Held::File(text)));
            match named.split_once(" -> ") {
                Some((path, target)) => held.push((path.to_owned(), Held::Link(PathBuf::from(target)))),
                None => open.0 = named.to_owned(),
            }
        }
        held.push((open.0, Held::File(open.1)));
        // What no file is called is empty or stands behind a link.
        held.retain(|(path, file)| !path.is_empty() && *file != Held::File(Vec::new()));
        Self(held)
    }

    /// What reads them, the tree as a whole and these files by name.
    pub fn input(&self, named: &[&str]) -> InputSettings {
        let mut input = InputSettings::of_workspace(Workspace::of_files(self.0.iter().cloned()));
        let base = input.workspace.base.clone();
        let named = named.iter().map(|name| base.join(name));
        input.paths.extend(named.filter(|path| input.workspace.is_file(path)));
        input
    }

    /// The texts that are UTF-8.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(path, held)| match held {
            Held::File(bytes) => Some((path.as_str(), std::str::from_utf8(bytes).ok()?)),
            Held::Link(_) | Held::Directory => None,
        })
    }
}
