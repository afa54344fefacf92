//! The text of `manifest.json`, of every version of its schema: artifacts in their order, each broken or whole by
//! itself.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::is_account_number;

/// The parts that matter here. Values are slices of the text, so that their place is known.
#[derive(serde::Deserialize)]
pub struct Manifest<'a> {
    /// Of the schema. Every manifest has one.
    #[serde(default)]
    pub version: Option<String>,
    /// By id.
    #[serde(borrow, default)]
    pub artifacts: InOrder<&'a RawValue>,
    /// Lookups that had no answer when the program was synthesised.
    #[serde(borrow, default)]
    pub missing: Vec<&'a RawValue>,
}

impl<'a> Manifest<'a> {
    /// Reads the text of a manifest.
    ///
    /// # Errors
    /// It is no object, or one of its parts is of another kind.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        // A list would do for the fields of a structure.
        serde_json::from_str::<InOrder<serde::de::IgnoredAny>>(text)?;
        serde_json::from_str(text)
    }
}

/// One artifact.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact<'a> {
    /// `aws:cloudformation:stack`, `cdk:cloud-assembly`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `aws://account/region`
    #[serde(default)]
    pub environment: Option<String>,
    /// The path of the construct: `Production/Users`.
    #[serde(default)]
    pub display_name: Option<String>,
    /// What hangs on the type.
    #[serde(default)]
    pub properties: Properties<'a>,
    /// By path of a construct; older versions keep it here.
    #[serde(borrow, default)]
    pub metadata: Option<&'a RawValue>,
    /// The file that newer versions keep it in.
    #[serde(default)]
    pub additional_metadata_file: Option<String>,
}

/// The properties of the artifacts that matter here.
#[derive(serde::Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Properties<'a> {
    /// Of a stack.
    pub template_file: Option<String>,
    /// Of a stack.
    pub stack_name: Option<String>,
    /// Of a stack: values of parameters.
    #[serde(borrow)]
    pub parameters: BTreeMap<String, &'a RawValue>,
    /// Of an assembly within this one.
    pub directory_name: Option<String>,
    /// Of an assembly within this one: its stage's path.
    pub display_name: Option<String>,
    /// Of a list of assets.
    pub file: Option<String>,
}

/// A lookup that had no answer.
#[derive(serde::Deserialize)]
pub struct Missing {
    /// `vpc-provider`, `ami`, `ssm`
    #[serde(default)]
    pub provider: String,
}

/// An object's members in document order.
pub struct InOrder<T>(pub Vec<(String, T)>);

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for InOrder<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = InOrder<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(InOrder(members))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// `aws://111111111111/eu-west-1`: the account and the region, as far as they are known.
pub fn environment(text: &str) -> (Option<&str>, Option<&str>) {
    let Some((account, region)) = text.strip_prefix("aws://").and_then(|rest| rest.split_once('/')) else {
        return (None, None);
    };
    let is_region = !region.is_empty()
        && region != "unknown-region"
        && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_account_number(account).then_some(account), is_region.then_some(region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_an_account_and_a_region() {
        assert_eq!(environment("aws://111111111111/eu-west-1"), (Some("111111111111"), Some("eu-west-1")));
        assert_eq!(environment("aws://unknown-account/unknown-region"), (None, None));
        assert_eq!(environment("aws://unknown-account/eu-west-1"), (None, Some("eu-west-1")));
        assert_eq!(environment("aws://${AWS::AccountId}/${AWS::Region}"), (None, None));
        assert_eq!(environment("gcp://111111111111/eu-west-1"), (None, None));
    }
}
