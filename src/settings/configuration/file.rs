//! What may be written in `credlint.toml`: the shapes, as serde reads them and the JSON Schema shows them.
//!
//! What takes more than a shape to judge (a rule's name, a pattern, a date) is text here, and is judged in `check.rs`
//! with its place, so that all such mistakes are told at once.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

#[cfg(test)]
use super::schema;

/// A text and where it stands.
pub type Text = Spanned<String>;

/// Configuration of credlint.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "credlint.toml", default))]
pub struct ConfigurationFile {
    /// Run only these rules, by any of their names: id, control (`CIS-1.13`), other tools' ids. All, when it is empty.
    #[cfg_attr(test, schemars(with = "Vec<schema::RuleName>"))]
    pub select: Vec<Text>,
    /// Do not run these rules.
    #[cfg_attr(test, schemars(with = "Vec<schema::RuleName>"))]
    pub ignore: Vec<Text>,
    /// Run only the rules that check a control of this benchmark, by name and version: `cis-aws-5.0`. Instead of `select`.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub profile: Option<Text>,
    /// Folders of rules of your own, relative to this file.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub rules_folders: Vec<Text>,
    /// A certain finding of at least this severity fails the check.
    #[cfg_attr(test, schemars(with = "schema::FailOn", default = "schema::medium"))]
    pub fail_on: Option<Text>,
    /// Report only findings of at least this severity.
    #[cfg_attr(test, schemars(with = "schema::Severity", default = "schema::low"))]
    pub min_severity: Option<Text>,
    /// Report only findings of at least this confidence. Possible ones need other inputs than those given and the defaults.
    #[cfg_attr(test, schemars(with = "schema::Confidence", default = "schema::possible"))]
    pub min_confidence: Option<Text>,
    /// Days without use from which a credential counts as unused. For rules that read a credential report.
    #[cfg_attr(test, schemars(with = "schema::UnusedDays", default = "schema::max_unused_days"))]
    pub max_unused_days: Option<Spanned<i64>>,
    /// Days after which an active access key counts as too old. For rules that read a credential report.
    #[cfg_attr(test, schemars(with = "schema::KeyAgeDays", default = "schema::max_key_age_days"))]
    pub max_key_age_days: Option<Spanned<i64>>,
    /// Days for which nobody is asked why a new access key is not used yet. For rules that read a credential report.
    #[cfg_attr(test, schemars(with = "schema::NewKeyDays", default = "schema::new_key_days"))]
    pub new_key_days: Option<Spanned<i64>>,
    /// Patterns (`ci-*`) of the names of users that belong to programs.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub machine_users: Vec<Text>,
    /// Patterns of the names of users that belong to people. They win over `machine_users`.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub human_users: Vec<Text>,
    /// The file of findings that were there before credlint was, relative to this file.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub baseline: Option<Text>,
    /// Which files are looked at.
    pub paths: Paths,
    /// Rules by any of their names: a severity, `"off"`, or a table.
    #[cfg_attr(test, schemars(with = "BTreeMap<schema::RuleName, RuleEntry>"))]
    pub rules: BTreeMap<Text, Spanned<RuleEntry>>,
    /// Names of AWS accounts by their numbers.
    #[cfg_attr(test, schemars(schema_with = "schema::accounts"))]
    pub accounts: BTreeMap<Text, Text>,
    /// Inputs of roots.
    #[cfg_attr(test, schemars(with = "Vec<RootEntry>"))]
    pub roots: Vec<Spanned<RootEntry>>,
    /// Findings that are accepted, each with a reason.
    #[cfg_attr(test, schemars(with = "Vec<AllowTable>"))]
    pub allow: Vec<Spanned<AllowTable>>,
}

/// Which files are looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table with `include` and `exclude`")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(default))]
pub struct Paths {
    /// Look only at files that one of these patterns matches, or that lie in a folder that one matches. Relative to this file.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub include: Vec<Text>,
    /// Leave out files and folders that one of these patterns matches. A module in such a folder is read all the same
    /// where a root calls it.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub exclude: Vec<Text>,
}

/// What becomes of a rule.
#[derive(Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(untagged))]
pub enum RuleEntry {
    /// The severity of all its findings, or `off`.
    Word(#[cfg_attr(test, schemars(with = "schema::RuleSeverity"))] String),
    /// The same with keys.
    Table(RuleTable),
}

/// What becomes of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table with `severity` and `enabled`")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleTable {
    /// The severity of all its findings.
    #[cfg_attr(test, schemars(with = "schema::Severity"))]
    pub severity: Option<Text>,
    /// Whether it runs.
    #[cfg_attr(test, schemars(with = "bool", default = "schema::yes"))]
    pub enabled: Option<Spanned<bool>>,
}

/// Inputs of the roots that a path means.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table with `path`")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = schema::with_path))]
pub struct RootEntry {
    /// Path or pattern of the roots, relative to this file: a folder of Terraform, a template, an assembly.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub path: Option<Text>,
    /// Files of Terraform variables, relative to this file; a later one wins.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub var_files: Vec<Text>,
    /// Terraform variables. They win over the files.
    #[cfg_attr(test, schemars(with = "BTreeMap<schema::NotEmpty, serde_json::Value>"))]
    pub variables: BTreeMap<Text, Spanned<toml::Value>>,
    /// Files of template parameters, relative to this file; a later one wins.
    #[cfg_attr(test, schemars(with = "Vec<schema::NotEmpty>"))]
    pub parameter_files: Vec<Text>,
    /// Template parameters. They win over the files.
    #[cfg_attr(test, schemars(with = "BTreeMap<schema::NotEmpty, schema::Scalar>"))]
    pub parameters: BTreeMap<Text, Spanned<toml::Value>>,
    /// The AWS account that they are deployed to: its number, or its name in `accounts`.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub account: Option<Text>,
}

/// Findings that are accepted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table with `reason`, and `rule`, `user` or `address`")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = schema::one_of_three))]
pub struct AllowTable {
    /// The rule, or rules, by any of their names.
    #[cfg_attr(test, schemars(with = "OneOrMany"))]
    pub rule: Option<Spanned<OneOrMany>>,
    /// Pattern of the user's name.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub user: Option<Text>,
    /// Pattern of the address of the user or of what is flagged; `*` stands for any text.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub address: Option<Text>,
    /// Path or pattern of the roots that it is about, relative to this file.
    #[cfg_attr(test, schemars(with = "schema::NotEmpty"))]
    pub root: Option<Text>,
    /// Why they are accepted.
    #[cfg_attr(test, schemars(with = "schema::Reason"))]
    pub reason: Option<Text>,
    /// The last day on which they are (2027-01-31).
    #[cfg_attr(test, schemars(with = "schema::Date"))]
    pub until: Option<Spanned<toml::Value>>,
}

/// A rule, or several.
#[derive(Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(untagged))]
pub enum OneOrMany {
    /// One.
    One(#[cfg_attr(test, schemars(with = "schema::RuleName"))] String),
    /// Several.
    Many(#[cfg_attr(test, schemars(with = "schema::RuleNames"))] Vec<Text>),
}

// Written by hand: serde's untagged enums forget where a mistake stands.
impl<'de> Deserialize<'de> for RuleEntry {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = RuleEntry;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a severity, \"off\", or a table with `severity` and `enabled`")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<RuleEntry, E> {
                Ok(RuleEntry::Word(word.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleEntry, A::Error> {
                RuleTable::deserialize(de::value::MapAccessDeserializer::new(map)).map(RuleEntry::Table)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = OneOrMany;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a rule, or a list of names")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(name.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(list)).map(OneOrMany::Many)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
