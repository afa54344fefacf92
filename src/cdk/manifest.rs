//! The shapes of an assembly's files, in the old schema and the new. What is not asked for is passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// `manifest.json`
#[derive(Debug, Deserialize)]
pub struct Manifest {
    /// By artifact id.
    #[serde(default)]
    pub artifacts: BTreeMap<String, Artifact>,
    /// Lookups that were not answered: the templates were made with placeholders.
    #[serde(default)]
    pub missing: Vec<IgnoredAny>,
}

/// A stack, a nested assembly, or something that is not looked at.
#[derive(Debug, Deserialize)]
pub struct Artifact {
    /// `aws:cloudformation:stack`, `cdk:cloud-assembly`
    #[serde(rename = "type")]
    pub type_name: String,
    /// `aws://123456789012/eu-west-1`
    pub environment: Option<String>,
    /// Its path in the tree of constructs, by people's names: `Production/Users`.
    #[serde(rename = "displayName")]
    pub display_name: Option<String>,
    /// What else is said of it.
    #[serde(default)]
    pub properties: Properties,
    /// By construct path; the old place.
    #[serde(default)]
    pub metadata: Metadata,
    /// The file that holds the same; the new place.
    #[serde(rename = "additionalMetadataFile")]
    pub metadata_file: Option<String>,
}

/// Of a stack or a nested assembly.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// The template of a stack, relative to the assembly.
    pub template_file: Option<String>,
    /// The name of a stack; the artifact's id when it is left out.
    pub stack_name: Option<String>,
    /// Values given to the parameters of a stack.
    #[serde(default)]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The directory of a nested assembly.
    pub directory_name: Option<String>,
}

/// Entries by construct path.
pub type Metadata = BTreeMap<String, Vec<MetadataEntry>>;

/// One thing that is said of a construct.
#[derive(Debug, Deserialize)]
pub struct MetadataEntry {
    /// `aws:cdk:logicalId`, `aws:cdk:creationStack`, `aws:cdk:templateFile`
    #[serde(rename = "type")]
    pub entry_type: String,
    /// Text, a list of frames, or anything else.
    pub data: Option<Box<RawValue>>,
    /// Frames, where old versions wrote them.
    #[serde(default)]
    pub trace: Vec<String>,
}

impl MetadataEntry {
    /// The data of an entry that holds text.
    pub fn text(&self) -> Option<String> {
        serde_json::from_str(self.data.as_ref()?.get()).ok()
    }

    /// The data of an entry that holds frames.
    pub fn frames(&self) -> Option<Vec<String>> {
        serde_json::from_str(self.data.as_ref()?.get()).ok()
    }
}

/// `<Stack>.assets.json`
#[derive(Debug, Deserialize)]
pub struct Assets {
    /// By hash.
    #[serde(default)]
    pub files: BTreeMap<String, Asset>,
}

/// A file that is uploaded before a deployment.
#[derive(Debug, Deserialize)]
pub struct Asset {
    /// Where it stands.
    pub source: AssetSource,
}

/// Of an asset.
#[derive(Debug, Deserialize)]
pub struct AssetSource {
    /// Relative to the assembly.
    pub path: Option<String>,
}
