//! The JSON Schema of the configuration: what texts may be, beyond what serde knows of them. Only tests build it; what
//! they build is kept in `docs/credlint.schema.json`.
#![allow(dead_code, reason = "only their schemas are used")]

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::file::ConfigurationFile;
use crate::rules::record::LimitsRecord;

/// A text that is not empty.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct NotEmpty(#[schemars(regex(pattern = r"\S"))] String);

/// A rule by any of its names: id, control (`CIS-1.13`), another tool's id.
#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(inline)]
pub struct RuleName(#[schemars(regex(pattern = r"\S"))] String);

/// Rules by any of their names.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct RuleNames(#[schemars(length(min = 1))] Vec<RuleName>);

/// One line that says why.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Reason(#[schemars(regex(pattern = r"^\s*\S[^\r\n]*\s*$"))] String);

/// A day.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Date(
    #[schemars(
        extend("format" = "date"),
        regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    )]
    String,
);

/// Days without use.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct UnusedDays(#[schemars(range(min = 1, max = 365))] i64);

/// Days since an access key was made.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct KeyAgeDays(#[schemars(range(min = 1, max = 3650))] i64);

/// Days that a new access key is given.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct NewKeyDays(#[schemars(range(min = 0, max = 365))] i64);

/// A severity.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

/// A severity, or `never`.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum FailOn {
    Low,
    Medium,
    High,
    Critical,
    Never,
}

/// A severity, or `off`.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum RuleSeverity {
    Off,
    Low,
    Medium,
    High,
    Critical,
}

/// In how far a finding holds.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Confidence {
    Possible,
    Certain,
}

/// A value of a template parameter.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Scalar {
    Text(String),
    Number(f64),
    Flag(bool),
}

pub fn low() -> &'static str {
    "low"
}

pub fn medium() -> &'static str {
    "medium"
}

pub fn possible() -> &'static str {
    "possible"
}

pub fn yes() -> bool {
    true
}

pub fn max_unused_days() -> i64 {
    LimitsRecord::DEFAULT.max_unused_days
}

pub fn max_key_age_days() -> i64 {
    LimitsRecord::DEFAULT.max_key_age_days
}

pub fn new_key_days() -> i64 {
    LimitsRecord::DEFAULT.new_key_days
}

pub fn accounts(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "patternProperties": { "^[0-9]{12}$": { "type": "string", "pattern": r"\S" } },
        "additionalProperties": false,
    })
}

/// An entry of `allow` has a reason, and says at least one of three things.
pub fn one_of_three(schema: &mut schemars::Schema) {
    schema.insert("required".to_owned(), json!(["reason"]));
    let required = |name: &str| json!({ "required": [name] });
    schema.insert("anyOf".to_owned(), json!([required("rule"), required("user"), required("address")]));
}

/// An entry of `roots` says which.
pub fn with_path(schema: &mut schemars::Schema) {
    schema.insert("required".to_owned(), json!(["path"]));
}

/// The schema as it is published.
pub fn published() -> Value {
    let settings = schemars::generate::SchemaSettings::draft07();
    let mut schema = settings.into_generator().into_root_schema_for::<ConfigurationFile>().to_value();
    schema["$id"] = json!(format!("{}/raw/main/docs/credlint.schema.json", env!("CARGO_PKG_REPOSITORY")));
    tidy(&mut schema);
    schema
}

/// Takes away what says nothing: defaults that are null, formats of numbers, line breaks of comments in code.
fn tidy(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(tidy),
        Value::Object(entries) => {
            entries.retain(|name, value| {
                let is_number_format =
                    name == "format" && ["int64", "double"].iter().any(|format| value == format);
                !(name == "default" && value.is_null() || is_number_format)
            });
            if let Some(Value::String(text)) = entries.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            entries.values_mut().for_each(tidy);
        }
        _ => {}
    }
}
