//! What is a template: told by what is in a file, never by its name.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::document::{Node, NodeKind};
use super::scalar_text;

/// What every type begins with that a template can name.
pub(super) const NAMESPACES: &[&str] = &["AWS::", "Custom::", "Alexa::", "MongoDB::", "Datadog::"];

/// The words of a template that stands in YAML or JSON, well enough to be called one when it does not parse.
static LOOKS_LIKE_ONE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?m)^\s*\{?\s*["']?(?:AWSTemplateFormatVersion["']?\s*:|Resources["']?\s*:)"#;
    Regex::new(pattern).expect("the pattern is a constant that parses")
});

/// What a template that matters here has in its text: a user or what hangs on one, another template, or an escape,
/// inclusion or loop variable behind which one of these may stand.
const MATTERS: &str = concat!(
    r"IAM::User|IAM::AccessKey|IAM::Group|Users|CloudFormation::Stack|Serverless::Application|::MODULE",
    r"|AWS::Include|Fn::Transform|::\$\{|::&\{|\}::|",
    // A character by its number, and a line break that is none of ASCII's.
    r"\\u|\\U|\\x|\\\xc2|\\\xe2",
);

/// What the text of a template has that has to be read: what [`MATTERS`], a loop, a macro that may be unknown, or a remark
/// for this program.
static IS_OF_WEIGHT: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!("{MATTERS}|{LOOP}|Transform|credlint")));

static MATTERS_ALONE: LazyLock<Regex> = LazyLock::new(|| pattern(MATTERS));

const LOOP: &str = "Fn::ForEach";

/// A variable of a loop that is a piece of a type.
static IN_A_TYPE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"::[A-Za-z0-9]+[$&]\{|[$&]\{[A-Za-z0-9]*\}[A-Za-z0-9]*::"));

fn pattern(words: &str) -> Regex {
    Regex::new(&format!("(?-u){words}")).expect("the pattern is a constant that parses")
}

/// Whether a text may be a template: cheap, asked of every YAML and JSON file.
pub fn may_be_template(text: &[u8]) -> bool {
    let has = |words: &str| memchr::memmem::find(text, words.as_bytes()).is_some();
    // Behind an escape any word may stand.
    let has_escapes = || has("\\u00") || has("\\x");
    has("AWSTemplateFormatVersion") || (has("Resources") && (has("AWS::") || has("Type"))) || has_escapes()
}

/// Whether anything in the text can lead to a user or a credential.
pub fn matters(text: &[u8]) -> bool {
    let has_loop = || memchr::memmem::find(text, LOOP.as_bytes()).is_some();
    stands_in(&MATTERS_ALONE, text) || (has_loop() && stands_in(&IN_A_TYPE, text))
}

/// Whether a text has to be read as a whole: where nothing of this stands in it, it can at most be known for a template.
pub fn is_of_weight(text: &[u8]) -> bool {
    stands_in(&IS_OF_WEIGHT, text)
}

/// Whether words stand in a text, also where a word goes on in the next line: a backslash at the end of a line of YAML
/// joins the two. In a script it means as much, and is far more common there.
fn stands_in(words: &Regex, text: &[u8]) -> bool {
    static JOINS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\\\r?\n[ \t]*|\\\r"));
    words.is_match(text)
        || match JOINS.replace_all(text, &b""[..]) {
            Cow::Borrowed(_) => false,
            Cow::Owned(joined) => words.is_match(&joined),
        }
}

/// Whether a text that does not parse is a template all the same, so that the error is worth saying.
pub fn looks_like_template(text: &[u8]) -> bool {
    LOOKS_LIKE_ONE.is_match(text) && memchr::memmem::find(text, b"AWS::").is_some()
}

/// Whether a tree is a template: it says so, or has resources of types that a template can have.
pub fn is_template(root: &Node) -> bool {
    if root.entries().is_none() {
        return false;
    }
    let resources = root.get("Resources").and_then(Node::entries);
    if let Some(version) = root.entry("AWSTemplateFormatVersion") {
        return resources.is_some() || matches!(version.value.kind, NodeKind::String(_));
    }
    let has_type = |node: &Node| {
        let resource_type = node.get("Type").and_then(scalar_text);
        resource_type.is_some_and(|name| {
            NAMESPACES.iter().any(|space| name.starts_with(space)) || is_third_party(&name)
        })
    };
    resources.is_some_and(|resources| {
        resources.iter().any(|entry| {
            entry.key.starts_with("Fn::ForEach::") || &*entry.key == "Fn::Transform" || has_type(&entry.value)
        })
    })
}

/// `Org::Service::Thing`
fn is_third_party(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    parts.len() >= 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.chars().all(|character| character.is_ascii_alphanumeric()))
}
