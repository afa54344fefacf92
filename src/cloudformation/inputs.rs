//! Values given to a template's parameters: the command line, and the files that deployment tools keep them in.

use std::sync::Arc;

use crate::source::{FileId, Notice, NoticeKind, Workspace};
use crate::value::Value;

use super::document::{self, Node, NodeKind};
use super::scalar_text;

/// Names and texts, in order.
pub type Given = Vec<(Arc<str>, Arc<str>)>;

/// Keys under which a file may hold its parameters, when it holds other things beside.
const HOLDERS: &[&str] = &["Parameters", "parameters", "parameter_overrides", "ParameterOverrides"];

/// One `--parameters`, as given.
#[derive(Clone, Debug)]
pub enum ParameterInput {
    /// `NAME=VALUE`
    Text {
        /// Parameter name.
        name: String,
        /// Its value.
        text: String,
    },
    /// A file that was read.
    File(FileId),
}

/// What the command line gives, the last of each name; and what of its files could not be understood.
pub fn gather(workspace: &Workspace, inputs: &[ParameterInput]) -> (Vec<(Arc<str>, Value)>, Vec<Notice>) {
    let (mut given, mut notices) = (Vec::new(), Vec::new());
    for input in inputs {
        match input {
            ParameterInput::Text { name, text } => {
                given.push((name.as_str().into(), Value::string(text.as_str())));
            }
            ParameterInput::File(file) => match read(workspace, *file) {
                Ok(values) => {
                    given.extend(values.into_iter().map(|(name, text)| (name, Value::string(text))));
                }
                Err(message) => {
                    let path = workspace.files.get(*file).path.to_string();
                    notices.push(
                        Notice::about(NoticeKind::ParseError, path, message).with_help(
                            "a parameter file is a list of ParameterKey and ParameterValue, a list of NAME=VALUE, or a map, \
                             in JSON, YAML or TOML",
                        ),
                    );
                }
            },
        }
    }
    (given, notices)
}

/// Reads a parameter file in any of its shapes.
fn read(workspace: &Workspace, file: FileId) -> Result<Given, String> {
    let source = workspace.files.get(file);
    if source.path.ends_with(".toml") {
        let table: toml::Table =
            toml::from_str(&source.text).map_err(|error| format!("is no TOML: {}", error.message()))?;
        return from_toml(&table).ok_or_else(|| "holds no parameters".to_owned());
    }
    let read = document::read(file, &source.text);
    if let Some(notice) = read.notices.iter().find(|notice| notice.kind.is_incomplete()) {
        return Err(notice.message.clone());
    }
    match read.documents.first() {
        Some(root) => from_tree(root).ok_or_else(|| "holds no parameters".to_owned()),
        None => Ok(Given::new()),
    }
}

fn from_tree(root: &Node) -> Option<Given> {
    match &root.kind {
        NodeKind::Null => Some(Given::new()),
        NodeKind::List(elements) => {
            let mut given = Given::new();
            for element in elements.iter() {
                if let Some(text) = element.text() {
                    given.push(assignment(text)?);
                    continue;
                }
                let name = element.get("ParameterKey").and_then(scalar_text)?;
                // One that uses the previous value says nothing here.
                if let Some(text) = element.get("ParameterValue").and_then(text_of) {
                    given.push((name, text));
                }
            }
            Some(given)
        }
        NodeKind::Map(entries) => {
            let holder = HOLDERS.iter().find_map(|name| root.get(name));
            if let Some(holder) = holder
                && matches!(holder.kind, NodeKind::Map(_) | NodeKind::List(_))
            {
                return from_tree(holder);
            }
            Some(
                entries
                    .iter()
                    .filter_map(|entry| Some((Arc::clone(&entry.key), text_of(&entry.value)?)))
                    .collect(),
            )
        }
        _ => None,
    }
}

/// A scalar, or a list with commas between its elements.
fn text_of(node: &Node) -> Option<Arc<str>> {
    match node.elements() {
        Some(elements) => {
            let texts: Option<Vec<Arc<str>>> = elements.iter().map(scalar_text).collect();
            Some(texts?.join(",").into())
        }
        None => scalar_text(node),
    }
}

/// A map of parameters, or the configuration of the Serverless Application Model: its `parameter_overrides`, of
/// the environment `default` where there are several.
fn from_toml(table: &toml::Table) -> Option<Given> {
    if let Some(holder) = HOLDERS.iter().find_map(|name| table.get(*name)) {
        return from_toml_value(holder);
    }
    let environments = table.iter().filter(|(name, _)| *name == "default").chain(table.iter());
    for (_, environment) in environments {
        for command in ["deploy", "global"] {
            let parameters = environment.get(command).and_then(|command| command.get("parameters"));
            if let Some(overrides) = parameters.and_then(|parameters| parameters.get("parameter_overrides")) {
                return from_toml_value(overrides);
            }
        }
    }
    from_toml_value(&toml::Value::Table(table.clone()))
}

fn from_toml_value(value: &toml::Value) -> Option<Given> {
    match value {
        toml::Value::Table(table) => Some(
            table
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().into(), toml_text(value)?)))
                .collect(),
        ),
        toml::Value::Array(elements) => {
            elements.iter().map(|element| assignment(element.as_str()?)).collect()
        }
        toml::Value::String(text) => words(text).iter().map(|word| assignment(word)).collect(),
        _ => None,
    }
}

fn toml_text(value: &toml::Value) -> Option<Arc<str>> {
    match value {
        toml::Value::String(text) => Some(text.as_str().into()),
        toml::Value::Array(elements) => {
            let texts: Option<Vec<Arc<str>>> = elements.iter().map(toml_text).collect();
            Some(texts?.join(",").into())
        }
        toml::Value::Table(_) => None,
        toml::Value::Boolean(value) => Some(value.to_string().into()),
        toml::Value::Integer(value) => Some(value.to_string().into()),
        toml::Value::Float(value) => Some(value.to_string().into()),
        toml::Value::Datetime(value) => Some(value.to_string().into()),
    }
}

/// `NAME=VALUE`, `ParameterKey=NAME,ParameterValue=VALUE`
fn assignment(text: &str) -> Option<(Arc<str>, Arc<str>)> {
    if let Some(rest) = text.strip_prefix("ParameterKey=") {
        let (name, value) = rest.split_once(",ParameterValue=")?;
        return Some((name.into(), value.into()));
    }
    let (name, value) = text.split_once('=')?;
    Some((name.into(), value.into()))
}

/// Words as a shell tells them apart: blanks, single and double quotes, backslashes.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_open) = (Vec::new(), String::new(), None, false);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '"' | '\'') => {
                quote = Some(character);
                is_open = true;
            }
            (Some(open), _) if open == character => quote = None,
            (None | Some('"'), '\\') => {
                word.extend(characters.next());
                is_open = true;
            }
            (None, blank) if blank.is_whitespace() => {
                if std::mem::take(&mut is_open) {
                    words.push(std::mem::take(&mut word));
                }
            }
            (_, character) => {
                word.push(character);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, text: &str) -> Vec<(String, String)> {
        let workspace = Workspace::new("/".into(), Vec::new());
        let file = workspace.files.add_unshown(name, text);
        let given = read(&workspace, file).unwrap();
        given.into_iter().map(|(name, text)| (name.to_string(), text.to_string())).collect()
    }

    #[test]
    fn every_shape_of_a_parameter_file_is_read() {
        let expected = [("Env".to_owned(), "prod".to_owned()), ("Users".to_owned(), "a,b".to_owned())];
        for (name, text) in [
            (
                "a.json",
                r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Users", "ParameterValue": "a,b"}]"#,
            ),
            ("a.json", r#"["Env=prod", "Users=a,b"]"#),
            ("a.json", r#"{"Parameters": {"Env": "prod", "Users": ["a", "b"]}, "Tags": {"x": "y"}}"#),
            ("a.json", r#"{"Env": "prod", "Users": "a,b"}"#),
            ("a.yaml", "Env: prod\nUsers: [a, b]\n"),
            ("a.yml", "template_path: x.yaml\nparameters:\n  Env: prod\n  Users: a,b\n"),
            ("a.toml", "Env = \"prod\"\nUsers = [\"a\", \"b\"]\n"),
            (
                "samconfig.toml",
                "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"Env=prod Users=\\\"a,b\\\"\"\n",
            ),
            (
                "samconfig.toml",
                "[default.global.parameters]\nparameter_overrides = [\"Env=prod\", \"ParameterKey=Users,ParameterValue=a,b\"]\n",
            ),
        ] {
            assert_eq!(given(name, text), expected, "{name}: {text}");
        }
        assert_eq!(given("a.json", r#"[{"ParameterKey": "Env", "UsePreviousValue": true}]"#), []);
        assert_eq!(given("a.yaml", "Flag: true\nCount: 3\n")[0].1, "true");
    }

    #[test]
    fn what_is_no_parameter_file_is_said() {
        let workspace = Workspace::new("/".into(), Vec::new());
        for (name, text) in
            [("a.json", "[1"), ("a.json", "3"), ("a.toml", "x ="), ("a.json", "[\"no assignment\"]")]
        {
            let file = workspace.files.add_unshown(name, text);
            assert!(read(&workspace, file).is_err(), "{name}: {text}");
        }
    }
}
