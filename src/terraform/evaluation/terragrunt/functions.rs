//! The functions that exist only in Terragrunt files. Terraform's own are there too.

use std::path::{Path, PathBuf};

use crate::source::{ReadError, lexically_normal};
use crate::terraform::functions::{self, FileContext};
use crate::value::{Mark, Reason, Unknown, Value, describe_call, lift};

use super::super::{Evaluator, Scope};
use super::configuration::{Environment, label};
use super::merge;

/// Parent folders looked into at most, as in Terragrunt.
const MAX_PARENTS: usize = 100;

/// What only a run can say: the environment, the account, the command, another program's output.
const DECIDED_BY_THE_RUN: &[&str] = &[
    "constraint_check",
    "get_aws_account_alias",
    "get_aws_account_id",
    "get_aws_caller_identity_arn",
    "get_aws_caller_identity_user_id",
    "get_default_retryable_errors",
    "get_platform",
    "get_terraform_cli_args",
    "get_terraform_command",
    "get_terragrunt_source_cli_flag",
    "get_working_dir",
    "run_cmd",
];

/// Functions of strings that are computed here.
const OF_TEXTS: &[&str] = &[
    "find_in_parent_folders",
    "get_env",
    "get_original_terragrunt_dir",
    "get_parent_terragrunt_dir",
    "get_path_from_repo_root",
    "get_path_to_repo_root",
    "get_repo_root",
    "get_terragrunt_dir",
    "mark_as_read",
    "mark_glob_as_read",
    "path_relative_from_include",
    "path_relative_to_include",
    "read_terragrunt_config",
    "read_tfvars_file",
];

impl Evaluator<'_> {
    /// The result of a function of Terragrunt's own; `None` when there is none of that name.
    pub(in super::super) fn terragrunt_function(
        &self,
        environment: &Environment,
        name: &str,
        arguments: &[Value],
        scope: Scope<'_>,
    ) -> Option<Value> {
        let decided_by_the_run =
            || Value::from(Unknown::new(describe_call(name, arguments), Reason::Deployment));
        if DECIDED_BY_THE_RUN.contains(&name) {
            return Some(decided_by_the_run());
        }
        if name == "sops_decrypt_file" {
            return Some(decided_by_the_run().with_mark(Mark::Sensitive));
        }
        if let Some(commands) = name.strip_prefix("get_terraform_commands_that_need_") {
            return match commands {
                "input" => Some(texts(&["apply", "import", "init", "plan", "refresh"])),
                "locking" => {
                    Some(texts(&["apply", "destroy", "import", "plan", "refresh", "taint", "untaint"]))
                }
                "parallelism" => Some(texts(&["apply", "plan", "destroy"])),
                "vars" => Some(texts(&["apply", "console", "destroy", "import", "plan", "push", "refresh"])),
                _ => None,
            };
        }
        if name == "deep_merge" {
            let empty = Value::object(std::collections::BTreeMap::new());
            return Some(arguments.iter().fold(empty, |merged, next| merge::deep(&merged, next)));
        }
        if !OF_TEXTS.contains(&name) {
            return None;
        }
        Some(lift(arguments, |arguments| {
            // The second argument of `read_terragrunt_config` is any value.
            let needed = if name == "read_terragrunt_config" { 1 } else { arguments.len() };
            let texts: Option<Vec<&str>> = arguments.iter().take(needed).map(Value::as_str).collect();
            match texts {
                Some(texts) => self.of_texts(environment, name, &texts, arguments, scope),
                None => match arguments.iter().find_map(Value::first_unknown) {
                    Some(unknown) if unknown.error_message().is_some() => unknown.clone().into(),
                    Some(unknown) => unknown.derive(describe_call(name, arguments)).into(),
                    None => Unknown::error(format!("{name}: its arguments must be strings")).into(),
                },
            }
        }))
    }

    fn of_texts(
        &self,
        environment: &Environment,
        name: &str,
        texts: &[&str],
        arguments: &[Value],
        scope: Scope<'_>,
    ) -> Value {
        let here = environment.directory();
        let repository = || self.repository(environment);
        let parent = |path: fn(&Path, &Path) -> PathBuf| match self.parent(environment, texts, scope) {
            Ok(parent) => path_text(&path(&parent, here)),
            Err(failure) => failure,
        };
        match (name, texts) {
            ("find_in_parent_folders", _) => self.find_in_parent_folders(environment, texts),
            // Nobody's environment is read: a variable that nobody set has its default.
            ("get_env", [_, default]) => Value::string(*default),
            ("get_env", _) => Unknown::new(describe_call(name, arguments), Reason::Deployment).into(),
            ("get_original_terragrunt_dir", _) => {
                path_text(environment.shared.unit.parent().unwrap_or(&environment.shared.unit))
            }
            ("get_parent_terragrunt_dir", _) => parent(|parent, _| parent.to_owned()),
            ("get_path_from_repo_root", _) => path_text(&relative(&repository(), here)),
            ("get_path_to_repo_root", _) => path_text(&relative(here, &repository())),
            ("get_repo_root", _) => path_text(&repository()),
            ("get_terragrunt_dir", _) => path_text(here),
            ("mark_as_read" | "mark_glob_as_read", [path, ..]) => Value::string(*path),
            ("path_relative_from_include", _) => parent(|parent, here| relative(here, parent)),
            ("path_relative_to_include", _) => parent(relative),
            ("read_terragrunt_config", [path]) => self.read_terragrunt_config(environment, path, arguments),
            ("read_tfvars_file", [path]) => self.read_tfvars_file(environment, path),
            _ => Unknown::error(format!("{name}: wrong number of arguments")).into(),
        }
    }

    fn find_in_parent_folders(&self, environment: &Environment, texts: &[&str]) -> Value {
        let name = texts.first().copied().filter(|name| !name.is_empty()).unwrap_or(super::FILE_NAME);
        for directory in environment.directory().ancestors().skip(1).take(MAX_PARENTS) {
            let candidate = lexically_normal(&directory.join(name));
            match self.workspace.resolve(&candidate) {
                Ok(_) => return path_text(&candidate),
                Err(ReadError::OutsideRoot) if !self.is_inside(directory) => break,
                Err(_) => {}
            }
        }
        match texts.get(1) {
            Some(fallback) => Value::string(*fallback),
            // It may be above what is scanned.
            None => Unknown::new(format!("find_in_parent_folders({name:?})"), Reason::NotOnDisk).into(),
        }
    }

    fn read_terragrunt_config(&self, environment: &Environment, path: &str, arguments: &[Value]) -> Value {
        let mut path = lexically_normal(&environment.directory().join(path));
        match self.workspace.resolve(&path) {
            Ok(real) if self.workspace.is_directory(&real) => path.push(super::FILE_NAME),
            Err(ReadError::Missing) if arguments.len() > 1 => return arguments[1].clone(),
            _ => {}
        }
        match self.configuration(&environment.shared, &path, None, environment.span()) {
            Ok(file) => self.whole_configuration(&file),
            Err(failure) => failure,
        }
    }

    /// The JSON text of a variables file.
    fn read_tfvars_file(&self, environment: &Environment, path: &str) -> Value {
        let path = lexically_normal(&environment.directory().join(path));
        if path.extension().is_some_and(|extension| extension == "json")
            && let Ok(text) = self.workspace.read_text(&path)
        {
            return Value::string(text);
        }
        match self.configuration(&environment.shared, &path, None, environment.span()) {
            Ok(file) => {
                let attributes = file.environment.iter().flat_map(|read| &read.file.body.attributes);
                let values = attributes.map(|attribute| {
                    let value = crate::terraform::type_expression::constant(&attribute.value);
                    let wrong = || Unknown::error("a value in a variables file must be a constant").into();
                    (attribute.name.clone(), value.unwrap_or_else(wrong))
                });
                self.json_text(&Value::object(values.collect()))
            }
            Err(failure) => failure,
        }
    }

    /// The JSON text of a value.
    pub(super) fn json_text(&self, value: &Value) -> Value {
        let files = FileContext {
            workspace: self.workspace,
            working_directory: &self.root_directory,
            template: &|_, _, _| Value::null(),
            work: &std::cell::Cell::new(0),
        };
        let arguments = std::slice::from_ref(value);
        functions::call("jsonencode", arguments, &files).unwrap_or_else(|| value.clone())
    }

    /// The directory of the file that is included: from inside it, or as a label names it.
    fn parent(&self, environment: &Environment, texts: &[&str], scope: Scope<'_>) -> Result<PathBuf, Value> {
        if environment.is_included() {
            return Ok(environment.base_directory().to_owned());
        }
        let includes = environment.includes();
        let include = match (includes.as_slice(), texts.first()) {
            ([], _) => return Ok(environment.directory().to_owned()),
            ([include], _) => include,
            (includes, Some(name)) => match includes.iter().find(|include| label(include) == *name) {
                Some(include) => include,
                None => return Err(Unknown::error(format!("there is no include `{name}`")).into()),
            },
            _ => return Err(Unknown::error("of several includes one must be named").into()),
        };
        let path = self.include_path(environment, include, scope)?;
        Ok(path.parent().unwrap_or(&path).to_owned())
    }

    /// The git work tree that the file is in; without one, what is scanned.
    fn repository(&self, environment: &Environment) -> PathBuf {
        let inside = environment.directory().ancestors().take_while(|directory| self.is_inside(directory));
        let mut outermost = environment.directory();
        for directory in inside {
            if self.workspace.resolve(&directory.join(".git")).is_ok() {
                return directory.to_owned();
            }
            outermost = directory;
        }
        outermost.to_owned()
    }

    fn is_inside(&self, directory: &Path) -> bool {
        self.workspace.boundaries.iter().any(|boundary| directory.starts_with(boundary))
    }
}

fn texts(names: &[&str]) -> Value {
    Value::tuple(names.iter().map(|name| Value::string(*name)).collect())
}

/// The path from one directory to another.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let up = from.components().skip(shared).map(|_| std::path::Component::ParentDir);
    let path: PathBuf = up.chain(to.components().skip(shared)).collect();
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }
}

fn path_text(path: &Path) -> Value {
    Value::string(path.to_string_lossy().replace('\\', "/"))
}
