//! The front matter of a rule file, as it is written: YAML between two lines of three dashes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use miette::NamedSource;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::error::RuleError;
use super::quick;
use crate::finding::{Effect, Severity};

/// Longest rule file (bytes): ours are a tenth of it.
const MAX_BYTES: usize = 128 * 1024;

/// What the rule runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Once for the user.
    User,
    /// Once for each access key.
    AccessKey,
    /// Once for the console password, when there is one.
    Password,
    /// Once for each service-specific credential.
    ServiceCredential,
    /// Once for each exception that somebody wrote down.
    Exception,
    /// Once for the user, when there is a credential report that has it.
    LiveUser,
    /// Once for each password and access key that a credential report gives the user.
    LiveCredential,
    /// Once for each account of which there is a credential report.
    Account,
}

/// How often the rule is right when it speaks (the words of SARIF's `precision`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Practically always.
    #[default]
    VeryHigh,
    /// Nearly always.
    High,
    /// Mostly.
    Medium,
    /// Rarely.
    Low,
}

impl Precision {
    /// The word of SARIF's `precision`.
    pub fn name(self) -> &'static str {
        match self {
            Self::VeryHigh => "very-high",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// The keys of the front matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrontMatter {
    /// Rule id; equals the file's name.
    pub id: Spanned<String>,
    /// One line for lists of rules.
    pub title: Spanned<String>,
    /// Severity, unless a case says otherwise.
    pub severity: Severity,
    /// What the rule runs over.
    pub subject: SubjectKind,
    /// Names for parts, in order; later ones may use earlier ones.
    #[serde(default, rename = "let")]
    pub bindings: Entries<Spanned<String>>,
    /// The condition.
    pub when: Spanned<String>,
    /// The places to point at; the last is the primary one.
    pub flag: Spanned<String>,
    /// Further places.
    #[serde(default)]
    pub also: Vec<Spanned<String>>,
    /// What is wrong.
    pub message: Spanned<String>,
    /// Why it matters.
    pub why: Spanned<String>,
    /// What to do.
    pub fix: Spanned<String>,
    /// Variants; the first whose condition holds is taken.
    #[serde(default)]
    pub cases: Vec<CaseEntry>,
    /// Steps that mend it, for a user of whom there is a credential report.
    #[serde(default)]
    pub remedy: Vec<StepEntry>,
    /// Controls of benchmarks and frameworks that the rule checks.
    #[serde(default)]
    pub controls: Entries<ControlEntry>,
    /// Names of the same check in other tools.
    #[serde(default)]
    pub same_as: Vec<String>,
    /// How often it is right.
    #[serde(default)]
    pub precision: Precision,
}

/// A variant of the rule; what it leaves out stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseEntry {
    /// The condition.
    pub when: Spanned<String>,
    /// Replaces the severity.
    pub severity: Option<Severity>,
    /// Replaces the message.
    pub message: Option<Spanned<String>>,
    /// Replaces the reason.
    pub why: Option<Spanned<String>>,
    /// Replaces the remedy.
    pub fix: Option<Spanned<String>>,
}

/// One step that mends what was found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StepEntry {
    /// The condition under which it is taken; without one, always.
    pub when: Option<Spanned<String>>,
    /// What to do.
    pub text: Spanned<String>,
    /// What it changes.
    pub effect: Effect,
    /// Whether somebody has to decide something first, or see that something is done.
    #[serde(default)]
    pub ask: bool,
    /// The command, word by word; a word in angle brackets is for a person to fill in.
    #[serde(default)]
    pub run: Vec<Spanned<String>>,
}

/// A mapping in the order in which it is written.
#[derive(Debug)]
pub struct Entries<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Controls of one benchmark: for each version, or without versions.
#[derive(Debug)]
pub enum ControlEntry {
    /// The benchmark has no versions, or the same numbers in all.
    Unversioned(Vec<String>),
    /// Numbers for each version.
    Versioned(Vec<(String, Vec<String>)>),
}

/// A rule file in its two parts.
#[derive(Debug)]
pub struct Parts {
    /// The file's text under its name, for errors.
    pub source_text: Arc<NamedSource<String>>,
    /// The front matter.
    pub front_matter: FrontMatter,
    /// Byte offset of the front matter in the file.
    pub start: usize,
    /// Byte offset of the Markdown after it.
    pub document: usize,
}

/// Splits a rule file and reads its front matter.
///
/// # Errors
///
/// No front matter, YAML that does not parse, a key that is unknown, missing or of the wrong kind.
pub fn read(name: &str, text: &str) -> Result<Parts, RuleError> {
    let source_text = Arc::new(NamedSource::new(name, text.to_owned()));
    if text.len() > MAX_BYTES {
        return Err(RuleError::new(
            &source_text,
            0,
            format!("the rule file is larger than {MAX_BYTES} bytes"),
        ));
    }
    let Some((yaml, document)) = split(text) else {
        return Err(RuleError::new(&source_text, 0, "the rule file has no front matter")
            .with_help("begin with a line `---`, the keys of the rule, and another line `---`"));
    };
    let options = serde_saphyr::options! { with_snippet: false };
    let front_matter = serde_saphyr::from_str_with_options(&text[yaml.clone()], options)
        .map_err(|error| yaml_error(&source_text, yaml.start, &error))?;
    Ok(Parts { source_text, front_matter, start: yaml.start, document })
}

/// As [`read`], of a file that is written simply and right, and without places; `None` otherwise.
pub fn read_quickly(name: &str, text: &str) -> Option<Parts> {
    let (yaml, document) = split(text)?;
    let front_matter = quick::read(&text[yaml.clone()])?;
    let source_text = Arc::new(NamedSource::new(name, text.to_owned()));
    Some(Parts { source_text, front_matter, start: yaml.start, document })
}

/// The byte range of the YAML, and the offset of what follows the second line of dashes.
fn split(text: &str) -> Option<(std::ops::Range<usize>, usize)> {
    let mut offset = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut start = None;
    for line in text[offset..].split_inclusive('\n') {
        let is_fence = line.trim_end() == "---";
        match start {
            None if is_fence => start = Some(offset + line.len()),
            None => return None,
            Some(start) if is_fence => return Some((start..offset, offset + line.len())),
            Some(_) => {}
        }
        offset += line.len();
    }
    None
}

fn yaml_error(
    source_text: &Arc<NamedSource<String>>,
    start: usize,
    error: &serde_saphyr::Error,
) -> RuleError {
    let location = error.location();
    let yaml = &source_text.inner()[start..];
    let offset = location.map_or(0, |location| {
        location.span().byte_offset().map_or_else(
            || line_offset(yaml, location.line(), location.column()),
            |offset| usize::try_from(offset).unwrap_or(usize::MAX),
        )
    });
    let text = error.without_snippet().to_string();
    // The position is part of the error already.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let text = text.split(", set DuplicateKeyPolicy").next().unwrap_or(text);
    let offset = start.saturating_add(offset);
    if text.contains("null into string") {
        return RuleError::new(source_text, offset, "a value is missing here")
            .with_help("a value that begins with `!` has to be quoted: `when: \"!user.created\"`");
    }
    RuleError::new(source_text, offset, text)
}

fn line_offset(text: &str, line: u64, column: u64) -> usize {
    let count = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let before: usize = text.split_inclusive('\n').take(count(line)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or("");
    before + rest.chars().take(count(column)).map(char::len_utf8).sum::<usize>()
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

impl<'de> Deserialize<'de> for ControlEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyForm;

        impl<'de> Visitor<'de> for AnyForm {
            type Value = ControlEntry;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a control number in quotes, a list of them, or a mapping from versions to them",
                )
            }

            fn visit_str<E: serde::de::Error>(self, number: &str) -> Result<Self::Value, E> {
                Ok(ControlEntry::Unversioned(vec![number.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = list.next_element()? {
                    numbers.push(number);
                }
                Ok(ControlEntry::Unversioned(numbers))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut versions = Vec::new();
                while let Some((version, numbers)) = map.next_entry::<String, ControlEntry>()? {
                    let ControlEntry::Unversioned(numbers) = numbers else {
                        return Err(serde::de::Error::custom("versions do not have versions of their own"));
                    };
                    versions.push((version, numbers));
                }
                Ok(ControlEntry::Versioned(versions))
            }
        }

        deserializer.deserialize_any(AnyForm)
    }
}
