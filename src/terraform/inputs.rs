//! Values given to a root's variables: tfvars files and the command line, in Terraform's order.
//!
//! Later overrides earlier, whole values at a time: what Terragrunt puts into the environment,
//! `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` and `*.auto.tfvars.json` in one order of
//! their names, then `--var` and `--var-file` as they stand on the command line. `TF_VAR_` variables of the
//! environment that credlint itself runs in are not read: the same tree gives the same findings everywhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::source::{FileId, Notice, NoticeKind, Span, Workspace};
use crate::syntax::hcl;
use crate::value::{Type, Unknown, Value};

use super::blocks::Variable;
use super::json_syntax;
use super::type_expression::constant;

/// One `--var` or `--var-file`, as given.
#[derive(Clone, Debug)]
pub enum CommandLineInput {
    /// `--var name=text`
    Text {
        /// Variable name.
        name: String,
        /// Unparsed text: what it means hangs on the variable's type.
        text: String,
    },
    /// `--var-file`: a file that was read.
    File(FileId),
}

/// What the variables of one root are given.
#[derive(Debug, Default)]
pub struct Inputs {
    given: BTreeMap<Arc<str>, Given>,
    /// Whether these are all that the root will ever be given: what is left out has its default.
    pub is_complete: bool,
}

#[derive(Debug)]
enum Given {
    Value(Value, Span),
    Text(String),
}

impl Inputs {
    /// Reads the tfvars files of a root's directories (of two files of one name the later directory's counts),
    /// then applies the command line's.
    pub fn gather(
        workspace: &Workspace,
        directories: &[&Path],
        command_line: &[CommandLineInput],
    ) -> (Self, Vec<Notice>) {
        let (mut inputs, mut notices) = (Self::default(), Vec::new());
        for path in automatic_files(workspace, directories) {
            match workspace.load(&path) {
                Ok(file) => inputs.add_file(workspace, file, &mut notices),
                Err(error) => notices.push(Notice::about(
                    NoticeKind::UnreadableFile,
                    workspace.display(&path),
                    error.to_string(),
                )),
            }
        }
        for input in command_line {
            match input {
                CommandLineInput::Text { name, text } => {
                    inputs.given.insert(name.as_str().into(), Given::Text(text.clone()));
                }
                CommandLineInput::File(file) => inputs.add_file(workspace, *file, &mut notices),
            }
        }
        (inputs, notices)
    }

    /// What the environment of a run gives a variable: it yields to everything else.
    pub fn add_environment(&mut self, name: Arc<str>, value: Value, span: Span) {
        self.given.entry(name).or_insert(Given::Value(value, span));
    }

    /// The value given to a variable and where it stands; `None` when nobody gave one.
    pub fn value(&self, name: &str, variable: &Variable) -> Option<(Value, Option<Span>)> {
        match self.given.get(name)? {
            Given::Value(value, span) => Some((value.clone(), Some(*span))),
            Given::Text(text) => Some((text_value(text, variable), None)),
        }
    }

    fn add_file(&mut self, workspace: &Workspace, file: FileId, notices: &mut Vec<Notice>) {
        let source = workspace.files.get(file);
        let (body, told) = if source.path.ends_with(".json") {
            json_syntax::parse_variables(file, &source.text)
        } else {
            let parsed = hcl::parse(file, &source.text);
            (parsed.body, parsed.notices)
        };
        notices.extend(told);
        for attribute in body.attributes {
            let value = constant(&attribute.value).unwrap_or_else(|| {
                let message = "a value in a variables file must be a constant";
                notices.push(Notice::at(NoticeKind::InvalidConfiguration, attribute.value.span, message));
                Unknown::error(message).at(attribute.value.span).into()
            });
            self.given.insert(attribute.name, Given::Value(value, attribute.value.span));
        }
        for block in body.blocks {
            let message = "a variables file holds no blocks";
            notices.push(Notice::at(NoticeKind::InvalidConfiguration, block.header, message));
        }
    }
}

/// Whether a file name is one that Terraform reads variables from unasked.
pub fn is_automatic(name: &str) -> bool {
    let name = name.strip_suffix(".json").unwrap_or(name);
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

fn automatic_files(workspace: &Workspace, directories: &[&Path]) -> Vec<std::path::PathBuf> {
    let entries: BTreeMap<_, _> = directories
        .iter()
        .flat_map(|directory| workspace.list(directory).unwrap_or_default())
        .map(|(path, is_directory)| (path.file_name().map(ToOwned::to_owned), (path, is_directory)))
        .collect();
    let mut files: Vec<_> = entries
        .into_values()
        .filter(|(path, is_directory)| {
            !is_directory && path.file_name().and_then(|name| name.to_str()).is_some_and(is_automatic)
        })
        .map(|(path, _)| path)
        .collect();
    // The rest is sorted by name already.
    files.sort_by_key(|path| match path.file_name().and_then(|name| name.to_str()) {
        Some("terraform.tfvars") => 0,
        Some("terraform.tfvars.json") => 1,
        _ => 2,
    });
    files
}

/// `--var` text is literal for a primitive type or none, and an expression for any other.
fn text_value(text: &str, variable: &Variable) -> Value {
    let is_literal =
        !variable.has_type || matches!(variable.constraint, Type::String | Type::Number | Type::Bool);
    if is_literal {
        return Value::string(text);
    }
    match hcl::parse_expression(FileId(0), 0, text).ok().as_ref().and_then(constant) {
        Some(value) => value,
        None => Unknown::error(format!("--var {}: not a constant expression", variable.name)).into(),
    }
}
