//! The shapes of plan and state JSON, borrowed from the text: what does not matter is passed over unread.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The top of a plan.
#[derive(Debug, Default, Deserialize)]
pub struct Plan<'a> {
    /// `1.2`
    #[serde(borrow, default)]
    pub format_version: Option<Cow<'a, str>>,
    /// What will be there.
    #[serde(borrow, default)]
    pub planned_values: Option<Values<'a>>,
    /// What is done to each instance: objects of [`Change`].
    #[serde(borrow, default)]
    pub resource_changes: Option<Vec<&'a RawValue>>,
    /// Changes that this plan leaves for a later one.
    #[serde(borrow, default)]
    pub deferred_changes: Option<Vec<&'a RawValue>>,
    /// What was there; data sources stand here.
    #[serde(borrow, default)]
    pub prior_state: Option<PriorState<'a>>,
    /// The program.
    #[serde(borrow, default)]
    pub configuration: Option<Configuration<'a>>,
    /// Whether planning stopped with an error.
    #[serde(default)]
    pub errored: Option<bool>,
    /// Whether nothing is left to do once it is applied; not written before Terraform 1.8.
    #[serde(default)]
    pub complete: Option<bool>,
    /// What the root's variables are given.
    #[serde(borrow, default)]
    pub variables: Option<BTreeMap<Cow<'a, str>, VariableValue<'a>>>,
}

/// What a variable is given.
#[derive(Debug, Deserialize)]
pub struct VariableValue<'a> {
    /// Absent when it is null.
    #[serde(borrow, default)]
    pub value: Option<&'a RawValue>,
}

/// A provider configuration.
#[derive(Debug, Deserialize)]
pub struct ProviderBlock<'a> {
    /// By argument.
    #[serde(borrow, default)]
    pub expressions: Option<&'a RawValue>,
}

/// A state as `show -json` prints it: the whole document, and what a plan started from.
#[derive(Debug, Default, Deserialize)]
pub struct PriorState<'a> {
    /// `1.0`
    #[serde(borrow, default)]
    pub format_version: Option<Cow<'a, str>>,
    /// What is there.
    #[serde(borrow, default)]
    pub values: Option<Values<'a>>,
}

/// Values of a whole root.
#[derive(Debug, Default, Deserialize)]
pub struct Values<'a> {
    /// The root module's outputs.
    #[serde(borrow, default)]
    pub outputs: Option<BTreeMap<Cow<'a, str>, OutputValue<'a>>>,
    /// The root module.
    #[serde(borrow, default)]
    pub root_module: Option<ModuleValues<'a>>,
}

/// An output's value.
#[derive(Debug, Deserialize)]
pub struct OutputValue<'a> {
    /// Declared sensitive.
    #[serde(default)]
    pub sensitive: bool,
    /// The value; absent while unknown.
    #[serde(borrow, default)]
    pub value: Option<&'a RawValue>,
}

/// Values of one module instance.
#[derive(Debug, Default, Deserialize)]
pub struct ModuleValues<'a> {
    /// Its resources: objects of [`ResourceValues`].
    #[serde(borrow, default)]
    pub resources: Option<Vec<&'a RawValue>>,
    /// The modules it calls.
    #[serde(borrow, default)]
    pub child_modules: Option<Vec<ModuleValues<'a>>>,
}

/// Values of one instance.
#[derive(Debug, Deserialize)]
pub struct ResourceValues<'a> {
    /// With module path and keys.
    #[serde(borrow)]
    pub address: Cow<'a, str>,
    /// `aws_iam_user`
    #[serde(borrow, rename = "type")]
    pub resource_type: Cow<'a, str>,
    /// Known attributes.
    #[serde(borrow, default)]
    pub values: Option<&'a RawValue>,
    /// Which of them are sensitive.
    #[serde(borrow, default)]
    pub sensitive_values: Option<&'a RawValue>,
}

/// What is done to one instance.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the format's words")]
pub struct Change<'a> {
    /// With module path and keys.
    #[serde(borrow)]
    pub address: Cow<'a, str>,
    /// `aws_iam_user`
    #[serde(borrow, rename = "type")]
    pub resource_type: Cow<'a, str>,
    /// An old object that a replacement left behind: not the instance itself.
    #[serde(borrow, default)]
    pub deposed: Option<Cow<'a, str>>,
    /// How it changes.
    #[serde(borrow)]
    pub change: Changed<'a>,
}

/// How an instance changes.
#[derive(Debug, Deserialize)]
pub struct Changed<'a> {
    /// `["create"]`, `["delete", "create"]`
    #[serde(borrow, default)]
    pub actions: Vec<Cow<'a, str>>,
    /// Known attributes afterwards; null when it is gone.
    #[serde(borrow, default)]
    pub after: Option<&'a RawValue>,
    /// `true` where an attribute is unknown.
    #[serde(borrow, default)]
    pub after_unknown: Option<&'a RawValue>,
    /// `true` where an attribute is sensitive.
    #[serde(borrow, default)]
    pub after_sensitive: Option<&'a RawValue>,
    /// Set when it exists and comes under Terraform's control.
    #[serde(borrow, default)]
    pub importing: Option<&'a RawValue>,
}

/// The program that was planned.
#[derive(Debug, Default, Deserialize)]
pub struct Configuration<'a> {
    /// Provider configurations by key.
    #[serde(borrow, default)]
    pub provider_config: Option<BTreeMap<Cow<'a, str>, ProviderBlock<'a>>>,
    /// The root module.
    #[serde(borrow, default)]
    pub root_module: Option<Module<'a>>,
}

/// One module of the program.
#[derive(Debug, Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the format's words")]
pub struct Module<'a> {
    /// Its outputs.
    #[serde(borrow, default)]
    pub outputs: BTreeMap<Cow<'a, str>, OutputBlock<'a>>,
    /// Its resources: objects of [`ResourceBlock`].
    #[serde(borrow, default)]
    pub resources: Vec<&'a RawValue>,
    /// Its calls.
    #[serde(borrow, default)]
    pub module_calls: BTreeMap<Cow<'a, str>, Call<'a>>,
}

/// An `output` block.
#[derive(Debug, Deserialize)]
pub struct OutputBlock<'a> {
    /// Its value.
    #[serde(borrow, default)]
    pub expression: Option<&'a RawValue>,
}

/// A `resource` or `data` block.
#[derive(Debug, Deserialize)]
pub struct ResourceBlock<'a> {
    /// Within its module, without key.
    #[serde(borrow)]
    pub address: Cow<'a, str>,
    /// `aws.prod`, `module.child:aws`
    #[serde(borrow, default)]
    pub provider_config_key: Option<Cow<'a, str>>,
    /// By attribute.
    #[serde(borrow, default)]
    pub expressions: Option<&'a RawValue>,
    /// `for_each`
    #[serde(borrow, default)]
    pub for_each_expression: Option<&'a RawValue>,
}

/// A `module` block.
#[derive(Debug, Deserialize)]
pub struct Call<'a> {
    /// By input.
    #[serde(borrow, default)]
    pub expressions: Option<&'a RawValue>,
    /// `for_each`
    #[serde(borrow, default)]
    pub for_each_expression: Option<&'a RawValue>,
    /// What is called.
    #[serde(borrow, default)]
    pub module: Option<Module<'a>>,
}

/// A state file, version 4.
#[derive(Debug, Deserialize)]
pub struct StateFile<'a> {
    /// 4
    pub version: u64,
    /// The root module's outputs.
    #[serde(borrow, default)]
    pub outputs: Option<BTreeMap<Cow<'a, str>, OutputValue<'a>>>,
    /// Resource blocks with their instances: objects of [`StateResource`].
    #[serde(borrow, default)]
    pub resources: Option<Vec<&'a RawValue>>,
}

/// A resource block in a state file.
#[derive(Debug, Deserialize)]
pub struct StateResource<'a> {
    /// `module.a["x"]`
    #[serde(borrow, default)]
    pub module: Option<Cow<'a, str>>,
    /// `managed` or `data`
    #[serde(borrow)]
    pub mode: Cow<'a, str>,
    /// `aws_iam_user`
    #[serde(borrow, rename = "type")]
    pub resource_type: Cow<'a, str>,
    /// The block's name.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// `provider["registry.terraform.io/hashicorp/aws"].prod`
    #[serde(borrow, default)]
    pub provider: Option<Cow<'a, str>>,
    /// Its instances: objects of [`StateInstance`].
    #[serde(borrow, default)]
    pub instances: Vec<&'a RawValue>,
}

/// An instance in a state file.
#[derive(Debug, Deserialize)]
pub struct StateInstance<'a> {
    /// A number or a string.
    #[serde(borrow, default)]
    pub index_key: Option<&'a RawValue>,
    /// An old object that a replacement left behind.
    #[serde(borrow, default)]
    pub deposed: Option<Cow<'a, str>>,
    /// All attributes.
    #[serde(borrow, default)]
    pub attributes: Option<&'a RawValue>,
}

/// An object's members, unread.
pub type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The members of an object; none when it is no object.
pub fn members(raw: Option<&RawValue>) -> Members<'_> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// What a resource begins with. Terraform writes it before what is long, so that most of a plan is passed over unread.
#[derive(Debug, Default)]
pub struct Head<'a> {
    /// With module path and keys; `None` where it does not stand before the type.
    pub address: Option<Cow<'a, str>>,
    /// `aws_iam_user`; `None` where there is none.
    pub resource_type: Option<Cow<'a, str>>,
}

/// The beginning of a resource.
pub fn head(raw: &RawValue) -> Head<'_> {
    let mut found = Head::default();
    if texts_until_type(raw.get(), &mut found).is_some() {
        return found;
    }
    found = Head::default();
    // Whatever follows the type is left, which is an error to the parser and none to us.
    let _ = serde_json::Deserializer::from_str(raw.get()).deserialize_map(Beginning(&mut found));
    found
}

/// Reads members that are texts without escapes, as nearly all are that stand before the type. `None` when others do.
fn texts_until_type<'a>(text: &'a str, found: &mut Head<'a>) -> Option<()> {
    let mut rest = text.strip_prefix('{')?;
    loop {
        let (name, after) = plain_text(rest)?;
        let (value, after) = plain_text(without_spaces(after).strip_prefix(':')?)?;
        match name {
            "address" => found.address = Some(Cow::Borrowed(value)),
            "type" => {
                found.resource_type = Some(Cow::Borrowed(value));
                return Some(());
            }
            _ => {}
        }
        rest = without_spaces(after).strip_prefix(',')?;
    }
}

/// A text in quotes that is what stands between them, and what follows.
fn plain_text(text: &str) -> Option<(&str, &str)> {
    let text = without_spaces(text).strip_prefix('"')?;
    // These texts are short: a search that is made for long ones takes longer.
    let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
    text[end..].strip_prefix('"').map(|after| (&text[..end], after))
}

fn without_spaces(text: &str) -> &str {
    if text.starts_with([' ', '\t', '\n', '\r']) { text.trim_ascii_start() } else { text }
}

struct Beginning<'f, 'a>(&'f mut Head<'a>);

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Visitor<'a> for Beginning<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a resource")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(Text(name)) = members.next_key()? {
            match &*name {
                "address" => self.0.address = Some(members.next_value::<Text<'a>>()?.0),
                "type" => {
                    self.0.resource_type = Some(members.next_value::<Text<'a>>()?.0);
                    return Ok(());
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_told_by_what_stands_before_its_type() {
        for (text, address, resource_type) in [
            (r#"{"address":"a.b","mode":"managed","type":"a","name":"b"}"#, Some("a.b"), Some("a")),
            (r#"{ "address" : "a.b" , "type" : "a" }"#, Some("a.b"), Some("a")),
            (r#"{"address":"a.b[\"type\"]","type":"a"}"#, Some(r#"a.b["type"]"#), Some("a")),
            (r#"{"address":"a.b","index":{"type":"x"},"type":"a"}"#, Some("a.b"), Some("a")),
            (r#"{"address":"a.b","typ\u0065":"a"}"#, Some("a.b"), Some("a")),
            (r#"{"type":"a","address":"a.b"}"#, None, Some("a")),
            (r#"{"address":"a.b"}"#, Some("a.b"), None),
            (r#"{"address":"a.b","type":1}"#, Some("a.b"), None),
            ("{}", None, None),
            ("[]", None, None),
            ("1", None, None),
        ] {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            let head = head(raw);
            assert_eq!(
                (head.address.as_deref(), head.resource_type.as_deref()),
                (address, resource_type),
                "{text}"
            );
        }
    }
}
