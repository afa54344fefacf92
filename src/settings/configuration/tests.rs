//! What a configuration may say, and that the schema says the same.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::*;

fn anchor() -> Arc<Anchor> {
    Arc::new(Anchor { directory: PathBuf::from("/repo"), base: PathBuf::from("/repo") })
}

fn read(text: &str) -> Result<Configuration, String> {
    Configuration::read("credlint.toml", text, &anchor()).map_err(|error| {
        let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
        let mut out = String::new();
        handler.with_width(100).render_report(&mut out, &*error).unwrap();
        // Trailing blanks would not survive an editor.
        out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = root().join("docs/credlint.schema.json");
    let text = serde_json::to_string_pretty(&schema::published()).unwrap() + "\n";
    if std::env::var_os("UPDATE_CONFIGURATION_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "run the tests with UPDATE_CONFIGURATION_SCHEMA=1 to renew {}", path.display());
}
