//! Compiles every rule file under `rules/` into the binary, so that adding a rule is adding one file.
#![allow(clippy::disallowed_methods, reason = "a build script reads the package's own files")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=rules");
    let package = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let output = env::var("OUT_DIR").map_err(io::Error::other)?;

    let mut names = Vec::new();
    for entry in fs::read_dir(Path::new(&package).join("rules"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(rule) = name.strip_suffix(".md").filter(|rule| *rule != "README") {
            names.push(rule.to_owned());
        }
    }
    names.sort();

    let mut code = String::from("&[\n");
    for name in names {
        let path = Path::new(&package).join("rules").join(format!("{name}.md"));
        writeln!(code, "    ({name:?}, include_str!({:?})),", path.to_string_lossy())
            .map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(Path::new(&output).join("rule_files.rs"), code)
}
