//! The house as `src/README.md` says it is: directions of imports, places that exist, files that stay short.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads this repository's own source")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 600;

#[test]
fn modules_use_only_what_the_map_allows() {
    let allowed = map();
    let mut wrong = Vec::new();
    for path in source_files() {
        let relative = relative(&path);
        let module = relative.split('/').next().expect("a path has a first part").to_owned();
        // Tests of a file may reach further than the file itself.
        if ["main.rs", "lib.rs", "pipeline"].contains(&module.as_str()) || is_test(&relative) {
            continue;
        }
        let mut may = allowed.get(&module).unwrap_or_else(|| panic!("{module} is not on the map")).clone();
        match relative.as_str() {
            "report/graph.rs" => may.extend(["graph".to_owned(), "value".to_owned()]),
            "report/file_list.rs" => may.push("discover".to_owned()),
            _ => {}
        }
        for used in crate_uses(&std::fs::read_to_string(&path).unwrap()) {
            let own = module.trim_end_matches(".rs");
            if used != own && !may.contains(&used) {
                wrong.push(format!("src/{relative} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "the map forbids:\n{}", wrong.join("\n"));
}

#[test]
fn every_place_on_the_map_exists_and_every_module_is_on_it() {
    let text = std::fs::read_to_string(root().join("src/README.md")).unwrap();
    for place in backticked(&text).filter(|word| word.ends_with(".rs") || word.ends_with('/')) {
        assert!(
            root().join("src").join(&place).exists(),
            "src/README.md names src/{place}, which is not there"
        );
    }
    let allowed = map();
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "README.md" && !is_test(&name) {
            assert!(allowed.contains_key(&name), "src/{name} is not on the map");
        }
    }
}

#[test]
fn files_say_what_they_are_and_stay_short() {
    for path in source_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let relative = relative(&path);
        assert!(text.starts_with("//! "), "src/{relative} does not open by saying what it is");
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "src/{relative} has {lines} lines; it probably holds two things");
    }
}

fn is_test(relative: &str) -> bool {
    relative.ends_with("tests.rs")
}

/// Module or file in `src` to the modules it may use, from the table in `src/README.md`.
fn map() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(root().join("src/README.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    rows.take_while(|line| line.starts_with('|'))
        .flat_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            let may: Vec<String> = match cells[2].trim() {
                "–" => Vec::new(),
                words => words.split(", ").map(str::to_owned).collect(),
            };
            let places: Vec<String> = backticked(cells[0]).collect();
            places.into_iter().map(move |place| (place.trim_end_matches('/').to_owned(), may.clone()))
        })
        .collect()
}

/// The modules of this crate that a file uses.
fn crate_uses(text: &str) -> Vec<String> {
    let names = text.match_indices("crate::").map(|(at, found)| {
        let rest = &text[at + found.len()..];
        rest.chars()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
            .collect::<String>()
    });
    let modules = [
        "source",
        "syntax",
        "value",
        "discover",
        "resource",
        "terraform",
        "cloudformation",
        "cdk",
        "graph",
        "evidence",
        "exceptions",
        "finding",
        "rules",
        "report",
        "cli",
        "settings",
        "init",
        "pipeline",
    ];
    names.filter(|name| modules.contains(&name.as_str())).collect()
}

fn backticked(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

fn source_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

fn relative(path: &Path) -> String {
    let parts: Vec<String> = path
        .strip_prefix(root().join("src"))
        .unwrap()
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
