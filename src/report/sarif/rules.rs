//! Every rule, hit or not, as a reporting descriptor.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::super::severity::words;
use super::super::wording::{sentence, shortened};
use super::super::{RuleText, inert};
use super::multiformat;

/// GitHub refuses longer descriptions (characters).
const MAX_DESCRIPTION: usize = 1024;
/// GitHub refuses longer names (characters).
const MAX_NAME: usize = 255;
/// GitHub refuses more tags, and shows the first ten.
const MAX_TAGS: usize = 20;

/// The rules in the order given, which `ruleIndex` counts in.
pub fn descriptors(rules: &[RuleText]) -> Vec<ReportingDescriptor> {
    rules.iter().map(descriptor).collect()
}

/// `MultipleActiveKeys` for `multiple-active-keys`.
fn name(id: &str) -> String {
    let words = id.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .flat_map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(char::to_uppercase).into_iter().flatten();
            first.chain(characters).collect::<Vec<_>>()
        })
        .collect();
    shortened(if name.is_empty() { "Rule" } else { &name }, MAX_NAME)
}

fn descriptor(rule: &RuleText) -> ReportingDescriptor {
    let words = words(rule.severity);
    let paragraphs = [paragraph(&rule.what), paragraph(&rule.why)];
    let full = joined(&paragraphs, " ").unwrap_or_else(|| sentence(&block(&rule.title)));
    let help = [paragraph(&rule.what), paragraph(&rule.why), paragraph(&rule.fix)];
    let help = joined(&help, "\n\n").unwrap_or_else(|| sentence(&block(&rule.title)));
    let markdown = if rule.markdown.trim().is_empty() { help.clone() } else { block(&rule.markdown) };
    let mut descriptor = ReportingDescriptor::builder()
        .id(rule.id.clone())
        .name(name(&rule.id))
        .short_description(multiformat(shortened(&inert(&rule.title), MAX_DESCRIPTION)))
        .full_description(multiformat(shortened(&full, MAX_DESCRIPTION)))
        .help(MultiformatMessageString::builder().text(help).markdown(markdown).build())
        .default_configuration(ReportingConfiguration::builder().level(words.sarif_level).build())
        .properties(properties(rule))
        .build();
    descriptor.help_uri.clone_from(&rule.page);
    descriptor
}

/// Text of several lines, each of them inert.
fn block(text: &str) -> String {
    text.trim()
        .lines()
        .map(|line| line.split('\t').map(inert).collect::<Vec<_>>().join("\t"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn paragraph(text: &str) -> Option<String> {
    let text = block(text);
    (!text.is_empty()).then(|| sentence(&text))
}

fn joined(paragraphs: &[Option<String>], separator: &str) -> Option<String> {
    let paragraphs: Vec<&str> = paragraphs.iter().flatten().map(String::as_str).collect();
    (!paragraphs.is_empty()).then(|| paragraphs.join(separator))
}

fn properties(rule: &RuleText) -> PropertyBag {
    let mut tags = vec!["security".to_owned()];
    for tag in &rule.tags {
        if tags.len() < MAX_TAGS && !tag.is_empty() && !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let controls: Vec<_> = rule
        .controls
        .iter()
        .map(|control| {
            serde_json::json!({
                "benchmark": control.benchmark, "version": control.version, "number": control.number,
            })
        })
        .collect();
    PropertyBag::builder()
        .tags(tags)
        .additional_properties(BTreeMap::from([
            ("precision".to_owned(), rule.precision.clone().into()),
            ("security-severity".to_owned(), words(rule.severity).security_severity.into()),
            ("controls".to_owned(), controls.into()),
            ("sameAs".to_owned(), rule.same_as.clone().into()),
        ]))
        .build()
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_identifiers() {
        assert_eq!(name("multiple-active-keys"), "MultipleActiveKeys");
        assert_eq!(name("--"), "Rule");
    }
}
