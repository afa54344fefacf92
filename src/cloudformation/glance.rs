//! Templates that are known for ones without a tree: where nothing in a text can lead to a user, what kind of file it is
//! is all that anybody asks of it.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::detect::{NAMESPACES, is_of_weight};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glance {
    /// A template that nothing in can lead to a user or a credential.
    Idle,
    /// No template.
    None,
    /// Only its tree can tell.
    InDoubt,
}

/// What a text certainly is. JSON that is broken is in doubt, and so is YAML whose outermost lines are not as they are in
/// most templates; deeper in, YAML is not looked at.
pub fn glance(text: &str) -> Glance {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return json(text);
    }
    if !is_of_weight(text.as_bytes()) && is_yaml(text) { Glance::Idle } else { Glance::InDoubt }
}

fn json(text: &str) -> Glance {
    #[derive(Deserialize)]
    struct Sections<'a> {
        #[serde(borrow, default, rename = "AWSTemplateFormatVersion")]
        version: Option<&'a RawValue>,
        #[serde(borrow, default, rename = "Resources")]
        resources: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Resource<'a> {
        #[serde(borrow, rename = "Type")]
        resource_type: Cow<'a, str>,
    }
    let Ok(Sections { version, resources }) = serde_json::from_str::<Sections<'_>>(text) else {
        return Glance::InDoubt;
    };
    if version.is_none() && resources.is_none() {
        return Glance::None;
    }
    let resources = resources.filter(|resources| resources.get().starts_with('{'));
    let is_one = match (version, resources) {
        (Some(version), resources) => resources.is_some() || version.get().starts_with('"'),
        (None, None) => false,
        (None, Some(resources)) => {
            let resources: HashMap<Cow<'_, str>, &RawValue> =
                serde_json::from_str(resources.get()).unwrap_or_default();
            let is_typed = |resource: &&RawValue| {
                resource.get().starts_with('{')
                    && serde_json::from_str::<Resource<'_>>(resource.get()).is_ok_and(|resource| {
                        NAMESPACES.iter().any(|space| resource.resource_type.starts_with(space))
                    })
            };
            resources.values().any(is_typed)
        }
    };
    if is_one && !is_of_weight(text.as_bytes()) { Glance::Idle } else { Glance::InDoubt }
}

/// Sections that stand at the start of a line each, of which one says that this is a template.
fn is_yaml(text: &str) -> bool {
    let (mut has_version, mut has_resources, mut has_types) = (false, false, false);
    let mut resources = Depths::default();
    let mut is_first = true;
    for line in text.split('\n') {
        match line.as_bytes().first() {
            None | Some(b'\r' | b'#') => continue,
            Some(b' ') => {
                // Before the first section it is one of its own that is indented.
                if is_first && !line.trim_start().is_empty() {
                    return false;
                }
                has_types = has_types || (resources.are_open && resources.has_type(line));
                continue;
            }
            Some(_) if is_first && line.trim_end() == "---" => continue,
            Some(_) => {}
        }
        is_first = false;
        resources.are_open = false;
        match section(line) {
            None => return false,
            Some(("AWSTemplateFormatVersion", value)) => {
                if has_version || !is_date(value) {
                    return false;
                }
                has_version = true;
            }
            Some(("Resources", value)) => {
                if has_resources || !(value.is_empty() || value.starts_with('#')) {
                    return false;
                }
                has_resources = true;
                resources.are_open = true;
            }
            Some(_) => {}
        }
    }
    has_version || has_types
}

/// The key that a line starts with, quotes left away, and what follows on it.
fn section(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    if !(value.is_empty() || value.starts_with([' ', '\r'])) {
        return None;
    }
    let bare = ['"', '\''].iter().find_map(|quote| key.strip_prefix(*quote)?.strip_suffix(*quote));
    let key = bare.unwrap_or(key);
    let is_word = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (is_word && key.starts_with(|first: char| first.is_ascii_alphabetic())).then(|| (key, value.trim()))
}

/// `2010-09-09`, in quotes or not.
fn is_date(value: &str) -> bool {
    let (word, rest) =
        value.split_once(|character: char| character.is_ascii_whitespace()).unwrap_or((value, ""));
    let bare = ['"', '\''].iter().find_map(|quote| word.strip_prefix(*quote)?.strip_suffix(*quote));
    let date = bare.unwrap_or(word);
    let has_form = date.bytes().zip(b"0000-00-00").all(|(byte, form)| match form {
        b'-' => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let rest = rest.trim_start();
    has_form && date.len() == "0000-00-00".len() && (rest.is_empty() || rest.starts_with('#'))
}

/// How far the lines of the resources are indented.
#[derive(Default)]
struct Depths {
    /// Whether the lines that follow are theirs.
    are_open: bool,
    /// That of logical ids.
    of_ids: Option<usize>,
    /// That of the keys of the resource at hand.
    of_keys: Option<usize>,
}

impl Depths {
    /// Whether a line is the type of a resource.
    fn has_type(&mut self, line: &str) -> bool {
        let written = line.trim_start_matches(' ');
        if written.trim_end().is_empty() || written.starts_with('#') {
            return false;
        }
        let depth = line.len() - written.len();
        let of_ids = *self.of_ids.get_or_insert(depth);
        if depth <= of_ids {
            // The keys of a resource are deeper than it, and those of others as deep as they like to be.
            self.of_keys = None;
            // A list is none of resources.
            self.are_open = depth == of_ids && section(written).is_some();
            return false;
        }
        if depth != *self.of_keys.get_or_insert(depth) {
            return false;
        }
        let Some(("Type", value)) = section(written) else { return false };
        let value = value.trim_start_matches(['"', '\'']);
        NAMESPACES.iter().any(|space| value.starts_with(space))
    }
}

#[cfg(test)]
mod tests {
    use super::super::detect::is_template;
    use super::super::document;
    use super::{Glance, glance};
    use crate::source::FileId;

    const IDLE: &[&str] = &[
        "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A:\n    Type: AWS::S3::Bucket\n",
        "---\r\n# x\r\n'AWSTemplateFormatVersion': \"2010-09-09\" # x\r\nResources: # x\r\n  A:\r\n    Type: A\r\n",
        "AWSTemplateFormatVersion: '2010-09-09'\n",
        "AWSTemplateFormatVersion: 2010-09-09\nMetadata:\n  Script: |\n    a \\\n    User\n",
        "Description: x\nResources:\n\n  # x\n  A:\n    Properties:\n      Type: x\n    \"Type\": 'AWS::SQS::Queue'\n",
        "Resources:\n A:\n  Type: Custom::Thing\nOutputs:\n B: {Value: !Ref A}\n",
        "\u{feff}{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {}}",
        "{\"AWSTemplateFormatVersion\": 2010, \"Resources\": {}}",
        "{\"Resources\": {\"A\": 1, \"B\": {\"Type\": \"AWS::S3::Bucket\"}}}",
    ];

    #[test]
    fn what_is_idle_is_a_template_to_its_tree_as_well() {
        for text in IDLE {
            assert_eq!(glance(text), Glance::Idle, "{text}");
            let read = document::read(FileId(0), text);
            assert!(read.notices.is_empty() && read.documents.iter().any(is_template), "{text}");
        }
    }

    #[test]
    fn what_may_lead_to_a_user_is_not_idle() {
        for more in [
            "Type: AWS::IAM::User",
            "Type: \"AWS::I\\u0041M::User\"",
            "Type: \"AWS::I\\x41M::User\"",
            "Type: \"AWS::I\\U00000041M::User\"",
            "Type: \"AWS::IAM::Us\\\n      er\"",
            "Type: \"AWS::IAM::U\\\r\n\\\n  ser\"",
            "Type: AWS::IAM::${Kind}",
            "Fn::ForEach::Many:\n    - Part\n    - [IA]\n    - ${Part}: {Type: \"AWS::${Part}M::User\"}",
            "Type: AWS::CloudFormation::StackSet",
            "Users: [a]",
            "Transform: Own",
            "# credlint:ignore",
        ] {
            for text in IDLE.iter().filter(|text| text.contains("Resources:")) {
                let text = text.replacen("Resources:", &format!("Metadata:\n  {more}\nResources:"), 1);
                assert_eq!(glance(&text), Glance::InDoubt, "{text}");
            }
        }
        let text = r#"{"AWSTemplateFormatVersion": "", "Resources": {"A": {"Type": "\u0041WS::IAM::Role"}}}"#;
        assert_eq!(glance(text), Glance::InDoubt);
        assert_eq!(glance(&text.replace("\\u0041", "A")), Glance::Idle);
    }

    #[test]
    fn what_is_in_doubt_is_left_to_the_tree() {
        for text in [
            "",
            "Resources:\n",
            "Resources:\n  A:\n    Type: x\n",
            "Resources:\n  A:\n    Properties:\n      Type: AWS::S3::Bucket\n",
            "Resources:\n  A:\n    Type: x\nOther:\n  B:\n    Type: AWS::S3::Bucket\n",
            "Resources: {A: {Type: AWS::S3::Bucket}}\n",
            "Resources:\n  - A:\n      Type: AWS::S3::Bucket\n",
            "Resources:\n  - A\n  - Type: AWS::S3::Bucket\n",
            "Resources:\n    A:\n      x: 1\n  B:\n    Type: AWS::S3::Bucket\n",
            "AWSTemplateFormatVersion: 2010-09-09\n\tx\n",
            "AWSTemplateFormatVersion: 2010-09-09\n---\nx: y\n",
            "AWSTemplateFormatVersion: 2010-09-09\nAWSTemplateFormatVersion: 2010-09-09\n",
            "AWSTemplateFormatVersion: 2010-09-09\n}\n",
            "AWSTemplateFormatVersion: 2010\nResources: x\n",
            "AWSTemplateFormatVersion: 2010-09-09\rResources:\r A: [\n",
            "--- |\nAWSTemplateFormatVersion: 2010-09-09\n",
            "  x: |\n\nAWSTemplateFormatVersion: 2010-09-09\n",
            "{\"AWSTemplateFormatVersion\": \"2010-09-09\"",
            "{\"AWSTemplateFormatVersion\": \"2010-09-09\",}",
            "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"AWSTemplateFormatVersion\": 1}",
            "{\"AWSTemplateFormatVersion\": 1}",
            "{\"Resources\": [{\"Type\": \"AWS::S3::Bucket\"}]}",
            "{\"Resources\": {\"A\": [\"AWS::S3::Bucket\"]}}",
            "{AWSTemplateFormatVersion: 2010-09-09}",
            "[\"AWSTemplateFormatVersion\"]",
        ] {
            assert_eq!(glance(text), Glance::InDoubt, "{text}");
        }
    }

    #[test]
    fn json_without_the_sections_of_a_template_is_none() {
        for text in
            ["{}", "{\"a\": \"\\u0041WS::IAM::User AWSTemplateFormatVersion\"}", " {\"resources\": [{}]}\n"]
        {
            assert_eq!(glance(text), Glance::None, "{text}");
            let read = document::read(FileId(0), text);
            assert!(read.notices.is_empty() && !read.documents.iter().any(is_template), "{text}");
        }
        let hidden = "{\"Res\\u006furces\": {\"A\": {\"Type\": \"AWS::IAM::User\"}}}";
        assert_eq!(glance(hidden), Glance::InDoubt);
    }
}
