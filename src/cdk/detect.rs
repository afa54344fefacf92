//! What is an assembly.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::manifest::Manifest;

/// The file that lists what an assembly holds.
pub const MANIFEST: &str = "manifest.json";

/// The file that marks the directory of an assembly.
pub const MARKER: &str = "cdk.out";

/// Whether the text of a `manifest.json` is that of an assembly: it has a version and says what each artifact is.
/// Where the [`MARKER`] stands beside it and it has no artifacts, it is one as well.
pub fn is_assembly(manifest: &str, has_marker: bool) -> bool {
    #[derive(Deserialize)]
    struct Artifact {
        #[serde(rename = "type")]
        artifact_type: String,
    }
    let Ok(manifest) = Manifest::parse(manifest.trim_start_matches('\u{feff}')) else { return false };
    if manifest.version.is_none() {
        return false;
    }
    let is_known = |artifact: &&RawValue| {
        serde_json::from_str::<Artifact>(artifact.get()).is_ok_and(|artifact| {
            let prefixes = ["aws:", "cdk:"];
            prefixes.iter().any(|prefix| artifact.artifact_type.starts_with(prefix))
        })
    };
    let artifacts = &manifest.artifacts.0;
    if artifacts.is_empty() { has_marker } else { artifacts.iter().any(|(_, artifact)| is_known(artifact)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assembly_is_told_by_what_its_manifest_says() {
        let stack = r#"{"version": "38.0.1", "artifacts": {"A": {"type": "aws:cloudformation:stack"}}}"#;
        assert!(is_assembly(stack, false));
        assert!(is_assembly(
            r#"{"version": "1", "artifacts": {"T": {"type": "cdk:tree"}}, "missing": []}"#,
            false
        ));
        assert!(is_assembly(r#"{"version": "55.0.0", "artifacts": {}}"#, true));
        for other in [
            r#"{"version": "55.0.0", "artifacts": {}}"#,
            r#"{"version": "0.20.0", "stacks": {"A": {"name": "A"}}}"#,
            r#"{"manifest_version": 3, "name": "extension", "version": "1.0"}"#,
            r#"{"version": 2, "artifacts": {"A": {"type": "aws:cloudformation:stack"}}}"#,
            r#"{"version": "1", "artifacts": {"A": {"type": "docker"}}}"#,
            r#"{"version": "1", "artifacts": ["A"]}"#,
            r#"["1", {"A": {"type": "aws:cloudformation:stack"}}]"#,
            r#"{"artifacts": {"A": {"type": "aws:cloudformation:stack"}}}"#,
            r#"{"version": "1", "artifacts": {"A": {"type": "#,
            "",
        ] {
            assert!(!is_assembly(other, false), "{other}");
        }
    }
}
