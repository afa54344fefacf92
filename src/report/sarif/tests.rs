//! The SARIF output against the official schema, against the files it points into, and against the eye.

use serde_json::Value;

use super::super::sample::{self, Sample};
use super::super::{TOOL_VERSION, excerpt};
use super::{render, results};
use crate::source::Span;

/// What cargo prints, which must succeed.
fn cargo(arguments: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "cargo is asked where a dependency's source is")]
    let output = std::process::Command::new(env!("CARGO")).args(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The schema ships inside the package of serde-sarif; cargo knows where that is.
fn schema() -> Value {
    let version = cargo(&["-vV"]);
    // Without this, cargo wants the packages of all other platforms as well.
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo knows its host");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let fixed = ["metadata", "--offline", "--locked", "--format-version", "1", "--manifest-path", manifest];
    let metadata = cargo(&[&fixed[..], &["--filter-platform", host]].concat());
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("a dependency");
    let manifest = std::path::Path::new(package["manifest_path"].as_str().unwrap());
    let path = manifest.with_file_name("src").join("schema.json");
    #[expect(clippy::disallowed_methods, reason = "the schema is no scanned file")]
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("serde-sarif no longer ships the SARIF schema at {}: {error}", path.display())
    });
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(schema["title"].as_str().unwrap().contains("Version 2.1.0"), "not the SARIF 2.1.0 schema");
    schema
}

fn rendered(sample: &Sample) -> Value {
    serde_json::from_str(&render(&sample.report())).unwrap()
}

fn many(count: usize) -> Sample {
    let mut sample = sample::small();
    let low = crate::finding::Severity::Low;
    let finding = crate::finding::Finding { severity: low, ..sample.findings[1].clone() };
    let first = sample.findings[0].clone();
    sample.findings = vec![finding; count];
    sample.findings.push(first);
    sample
}

#[test]
fn every_output_keeps_to_the_official_schema() {
    let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
    for sample in [sample::empty(), sample::small(), sample::hostile(), many(30)] {
        let sarif = rendered(&sample);
        let errors: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut broken = rendered(&sample::small());
    broken["runs"][0]["results"][0]["level"] = "terrible".into();
    assert!(!validator.is_valid(&broken), "the schema says no to what is wrong");
}

#[test]
fn the_whole_document() {
    let text = render(&sample::small().report()).replace(TOOL_VERSION, "[version]");
    insta::assert_snapshot!(text, @"");
}

/// Every location of the document.
fn locations(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| locations(item, found)),
        Value::Object(fields) => {
            if let Some(physical) = fields.get("physicalLocation") {
                found.push(physical.clone());
            }
            fields.values().for_each(|field| locations(field, found));
        }
        _ => {}
    }
}

#[test]
fn the_text_of_each_region_is_its_snippet() {
    let sample = sample::small();
    let mut found = Vec::new();
    locations(&rendered(&sample), &mut found);
    assert!(found.len() >= 12);
    let mut compared = 0;
    for physical in found {
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        assert_eq!(physical["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let path = percent_encoding::percent_decode_str(uri).decode_utf8().unwrap();
        let Some(region) = physical.get("region") else { continue };
        let file = (0..3)
            .map(|id| sample.files.get(crate::source::FileId(id)))
            .find(|file| *file.path == *path)
            .expect("the uri names a file");
        let number = |field: &str| usize::try_from(region[field].as_u64().unwrap()).unwrap();
        assert_eq!(number("startLine"), number("endLine"));
        let line = file.text.lines().nth(number("startLine") - 1).unwrap();
        let text: String = line
            .chars()
            .skip(number("startColumn") - 1)
            .take(number("endColumn") - number("startColumn"))
            .collect();
        // Secrets are hidden in the snippet alone.
        let snippet = region["snippet"]["text"].as_str().unwrap();
        assert_eq!(excerpt::redacted(&text, 0..text.len()), snippet);
        assert!(!snippet.is_empty() && !snippet.contains("hunter2"));
        compared += 1;
    }
    assert!(compared >= 11);
}

#[test]
fn columns_are_code_points() {
    let mut sample = sample::small();
    let file = sample.files.add("é.tf", "\u{feff}# 🙂é\nx = 1 # 🙂 key\n");
    let start = sample.files.get(file).text.find("key").unwrap();
    sample.findings[0].primary.span = Span::new(file, start, start + 3);
    let sarif = rendered(&sample);
    let physical = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "%C3%A9.tf");
    assert_eq!(physical["region"]["startColumn"], 11);
    assert_eq!(physical["region"]["endColumn"], 14);
    assert_eq!(physical["region"]["snippet"]["text"], "key");
}

#[test]
fn links_in_the_message_lead_to_related_locations() {
    let sarif = rendered(&sample::small());
    let result = &sarif["runs"][0]["results"][0];
    let text = result["message"]["text"].as_str().unwrap();
    let related = result["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 2);
    for location in related {
        let link = format!("[{}]({})", location["message"]["text"].as_str().unwrap(), location["id"]);
        assert!(text.contains(&link), "{link} in {text}");
    }
    assert_eq!(results::escaped(r#"a["x"]\"#), r#"a\["x"\]\\"#);
}

#[test]
fn hostile_text_is_inert() {
    let text = render(&sample::hostile().report());
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(!text.contains('\u{202e}') && !text.contains("##vso[") && !text.contains("hunter2"));
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 999);
    assert_eq!(result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap().len(), 1000);
    assert!(result["message"]["text"].as_str().unwrap().contains("\\[a\\](1)"));
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn too_many_results_are_cut_by_severity_and_said_so() {
    let sample = many(25_000);
    let sarif = rendered(&sample);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[24_999]["level"], "warning", "the worst one stays, though it comes last");
    let notifications = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let said = notifications.last().unwrap();
    assert_eq!(said["descriptor"]["id"], "limit-reached");
    assert!(said["message"]["text"].as_str().unwrap().starts_with("1 finding left out"));
}
