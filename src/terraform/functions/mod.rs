//! Terraform's built-in functions: one table, one file an area.

#![allow(clippy::unnecessary_wraps, reason = "all bodies have the table's signature")]

mod conversion;
mod datetime;
mod encoding;
mod fileset;
mod filesystem;
mod flatten;
mod format;
mod format_number;
mod hash;
pub(super) mod json;
mod limits;
mod machine_numbers;
mod mapping;
mod network;
mod numeric;
mod pattern;
mod pattern_class;
mod sequence;
mod set;
mod signature;
mod table;
mod text;
mod tofu;
mod yaml;
mod yaml_encode;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::path::Path;

use self::signature::{Call, Function, Open, Treatment};
use crate::source::Workspace;
use crate::value::{Data, Mark, Marks, Type, Unknown, Value, convert, hoist, lift, type_of};

/// Functions whose result says nothing of a secret that went in.
const HIDE_THEIR_ARGUMENT: &[&str] = &[
    "alltrue",
    "anytrue",
    "base64sha256",
    "base64sha512",
    "bcrypt",
    "contains",
    "endswith",
    "index",
    "issensitive",
    "length",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "startswith",
    "strcontains",
    "uuidv5",
];

/// Functions that look at their arguments from outside and yet are as sensitive as anything inside.
const AS_SENSITIVE_AS_ELEMENTS: &[&str] = &["coalescelist", "matchkeys"];

/// What functions that read files need.
pub struct FileContext<'a> {
    /// Reads are confined to its boundary.
    pub workspace: &'a Workspace,
    /// Absolute directory that relative paths are resolved against (the root module's directory).
    pub working_directory: &'a Path,
    /// Evaluates the text of a template file with these variables, for `templatefile` and `templatestring`:
    /// arguments are the text, a name for messages, and the object of variables.
    pub template: &'a dyn Fn(&str, &str, &Value) -> Value,
    /// What the call takes besides its result, in the evaluator's steps: a small result may be that of looking through
    /// much.
    pub work: &'a Cell<usize>,
}

impl FileContext<'_> {
    fn add_work(&self, steps: usize) {
        self.work.set(self.work.get().saturating_add(steps));
    }
}

/// Calls a built-in function. Choices among the arguments are lifted here, unknowns are handled here
/// (by each function's own table entry), and errors come back as error values ([`Unknown::error`]).
/// `None` when there is no function of that name. `try` and `can` are not here: the evaluator owns them.
pub fn call(name: &str, arguments: &[Value], files: &FileContext<'_>) -> Option<Value> {
    let function = table::find(name.strip_prefix("core::").unwrap_or(name))?;
    if let Err(message) = check_count(function, arguments.len()) {
        return Some(Unknown::error(message).into());
    }
    if !function.treatment.hoists() {
        return Some(lift(arguments, |arguments| apply(function, arguments, files)));
    }
    if !arguments.iter().all(limits::is_walkable) {
        let call = Call { function, arguments, files };
        return Some(call.unsupported("an argument is too large to look through"));
    }
    let hoisted: Vec<Value> = arguments.iter().map(hoist).collect();
    Some(lift(&hoisted, |arguments| apply(function, arguments, files)))
}

/// The names of all functions, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    table::TABLE.iter().map(|function| function.name)
}

fn check_count(function: &Function, count: usize) -> Result<(), String> {
    let name = function.name;
    let needed = function.parameters.iter().filter(|parameter| !parameter.repeated).count();
    if count < needed {
        let missing = function.parameters[count].name;
        return Err(format!("not enough arguments for \"{name}\": \"{missing}\" is missing"));
    }
    if count > needed && function.parameter(count - 1).is_none() {
        return Err(format!("too many arguments for \"{name}\": it takes {needed}"));
    }
    Ok(())
}

/// One call without choices among its arguments.
fn apply(function: &Function, arguments: &[Value], files: &FileContext<'_>) -> Value {
    // Types and marks are told by looking through a value: nothing is done with one that has no end.
    let Some(work) =
        arguments.iter().try_fold(0, |sum: usize, one| Some(sum.saturating_add(limits::work(one)?)))
    else {
        return Call { function, arguments: &[], files }.too_large();
    };
    files.add_work(work);
    let mut taints = taints_of(function.treatment, arguments);
    if AS_SENSITIVE_AS_ELEMENTS.contains(&function.name) {
        for argument in arguments {
            taints.extend(&argument.deep_marks().taints());
        }
    }
    if HIDE_THEIR_ARGUMENT.contains(&function.name) {
        taints = taints.faint();
    }
    if let Some(error) = first_error(function.treatment, arguments) {
        return Value::from(error.clone()).with_marks(&taints);
    }
    let result = match converted(function, arguments) {
        Ok(arguments) => compute(&Call { function, arguments: &arguments, files }),
        Err(message) => Err(message),
    };
    let result = match result {
        Ok(value) => value,
        // The message may quote the argument.
        Err(_) if may_be_secret(arguments) => {
            Unknown::error(format!("call to \"{}\" failed with a sensitive value", function.name)).into()
        }
        Err(message) => Unknown::error(message).into(),
    };
    let result =
        if limits::is_allowed(&result) { result } else { Call { function, arguments, files }.too_large() };
    let result = if function.treatment.hoists() { with_identities(result, arguments) } else { result };
    // Nothing of the elements is left to carry their taints.
    if result.as_unknown().is_some() && !HIDE_THEIR_ARGUMENT.contains(&function.name) {
        for argument in arguments {
            taints.extend(&argument.deep_marks().taints());
        }
    }
    result.with_marks(&taints)
}

fn compute(call: &Call<'_>) -> Result<Value, String> {
    let open = match call.function.treatment {
        Treatment::Strict => !call.arguments.iter().all(Value::is_wholly_known),
        Treatment::Hoisted | Treatment::Elementwise => {
            call.arguments.iter().any(|argument| Open::of(argument).is_some())
        }
        Treatment::HoistedItself | Treatment::Itself | Treatment::Marking => false,
    };
    if open {
        return Ok(call.unknown());
    }
    (call.function.body)(call)
        .map(|result| told(call, result))
        .map_err(|message| format!("call to \"{}\" failed: {message}", call.function.name))
}

/// A result without elements, told its type: of what the function returns, or of the list that it took.
fn told(call: &Call<'_>, result: Value) -> Value {
    let returns = call.function.returns.to_type();
    if result.of_type.is_some() || !(result.is_null() || result.children().is_empty()) {
        return result;
    }
    if !returns.contains_any() {
        return result.with_type(&returns);
    }
    let Some(first) = call.arguments.first() else { return result };
    match (call.function.name, type_of(first)) {
        ("reverse" | "slice" | "matchkeys" | "distinct", taken) => result.with_type(&taken),
        ("chunklist", taken) => result.with_type(&Type::List(Box::new(taken))),
        ("one", Type::List(element) | Type::Set(element)) => result.with_type(&element),
        _ => result,
    }
}

fn converted(function: &Function, arguments: &[Value]) -> Result<Vec<Value>, String> {
    let mut result = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let Some(parameter) = function.parameter(index) else { break };
        let wrong = |message: &str| format!("invalid value for \"{}\" parameter: {message}", parameter.name);
        if argument.is_null() && !parameter.nullable {
            return Err(wrong("argument must not be null"));
        }
        result.push(convert(argument, &parameter.accepts.to_type()).map_err(|message| wrong(&message))?);
    }
    Ok(result)
}

fn first_error(treatment: Treatment, arguments: &[Value]) -> Option<&Unknown> {
    fn inside(value: &Value) -> Option<&Unknown> {
        match value.as_unknown() {
            Some(unknown) => unknown.error_message().map(|_| unknown),
            None => value.children().into_iter().find_map(inside),
        }
    }
    if treatment.hoists() {
        return arguments.iter().find_map(inside);
    }
    arguments.iter().filter_map(Value::as_unknown).find(|unknown| unknown.error_message().is_some())
}

/// The marks that go from the arguments to whatever comes out.
fn taints_of(treatment: Treatment, arguments: &[Value]) -> Marks {
    let mut taints = Marks::default();
    if treatment == Treatment::Marking {
        return taints;
    }
    for argument in arguments {
        let marks = if treatment.hoists() { argument.deep_marks() } else { argument.marks.clone() };
        taints.extend(&marks.taints());
    }
    taints
}

fn may_be_secret(arguments: &[Value]) -> bool {
    let secret = |mark: &Mark| matches!(mark, Mark::Sensitive | Mark::SecretOf { .. });
    arguments
        .iter()
        .any(|argument| !limits::is_walkable(argument) || argument.deep_marks().iter().any(secret))
}

/// A text that came through unchanged (`join("", [user.name])`, `lower("alice")`) is still what it was.
fn with_identities(mut result: Value, arguments: &[Value]) -> Value {
    fn collect(value: &Value, text: &str, marks: &mut Marks) {
        if value.as_str() == Some(text) {
            marks.extend(&value.marks);
        }
        for child in value.children() {
            collect(child, text, marks);
        }
    }
    if let Data::String(text) = &result.data {
        let mut marks = Marks::default();
        for argument in arguments {
            collect(argument, text, &mut marks);
        }
        result.marks.extend(&marks);
    }
    result
}
