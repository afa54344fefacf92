//! `docs/output.md` names every field that is printed.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the documents and fixtures")]

mod project;

use std::collections::BTreeSet;
use std::path::Path;

use project::{parsed, run_in};
use serde_json::Value;

#[test]
fn every_field_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/output.md")).unwrap();
    let named: BTreeSet<&str> = text.split('`').skip(1).step_by(2).collect();
    let mut missing = BTreeSet::new();
    for folder in ["fixtures/terraform/acme", "fixtures/terragrunt", "fixtures/terraform/programs"] {
        for arguments in [["check", ".", "--format", "json"], ["graph", ".", "--format", "json"]] {
            let printed = parsed(&run_in(&root().join(folder), &arguments));
            let mut fields = BTreeSet::new();
            gather(&printed, &mut fields);
            assert!(fields.len() > 20, "{folder}: {fields:?}");
            missing.extend(fields.into_iter().filter(|field| !named.contains(field.as_str())));
        }
    }
    assert!(missing.is_empty(), "docs/output.md does not name {missing:?}");
}

fn gather(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // The keys of `controls` are catalogues, not fields.
                if name != "controls" {
                    gather(member, fields);
                }
                fields.insert(name.clone());
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| gather(element, fields)),
        _ => {}
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
