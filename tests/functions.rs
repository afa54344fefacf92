//! The built-in functions against what Terraform answers: recorded in `functions/cases.tsv`, and asked again
//! where a `terraform` is installed.
//!
//! A line of that file is a name, the arguments as a JSON array, and the JSON text of the result or `error`,
//! with tabs between them. `{"$set": […]}`, `{"$list": […]}` and `{"$map": {…}}` stand for conversions. To
//! add cases, write them with any result and run the tests with `CREDLINT_RECORD=1`: Terraform fills it in.

#![allow(clippy::disallowed_methods, reason = "a test may run Terraform and write the recorded file")]
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "project/skip.rs"]
mod skip;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use credlint::source::Workspace;
use credlint::terraform::functions::{FileContext, call, names};
use credlint::value::{Number, Reason, Type, Unknown, Value, convert};
use serde_json::Value as Json;
use skip::skip;

/// Expressions that Terraform is given at once.
const BATCH: usize = 200;

#[derive(Clone)]
struct Case {
    name: String,
    arguments: String,
    result: String,
}

fn cases() -> Vec<Case> {
    read(include_str!("functions/cases.tsv"))
}

/// What `OpenTofu` adds, from its source: no Terraform can be asked.
fn additions() -> Vec<Case> {
    read(include_str!("functions/opentofu.tsv"))
}

fn read(text: &str) -> Vec<Case> {
    text.lines()
        .map(|line| {
            let mut fields = line.splitn(3, '\t').map(str::to_owned);
            let mut field = || fields.next().unwrap_or_else(|| panic!("a field is missing: {line}"));
            Case { name: field(), arguments: field(), result: field() }
        })
        .collect()
}

/// A folder that file functions are tried on.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["x.txt", "y.md", ".h.txt", "a/x.txt", "a/b/x.txt", "a/b/z.json", "c/q.txt"] {
        let path = folder.path().join("tree").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "hi\n").unwrap();
    }
    folder
}

fn with_files<Result>(folder: &Path, body: impl FnOnce(&FileContext<'_>) -> Result) -> Result {
    let base: PathBuf = folder.canonicalize().unwrap();
    let workspace = Workspace::new(base.clone(), vec![base.clone()]);
    let template = |text: &str, _: &str, _: &Value| Value::string(text);
    body(&FileContext {
        workspace: &workspace,
        working_directory: &base,
        template: &template,
        work: &std::cell::Cell::new(0),
    })
}

fn value(json: &Json) -> Value {
    let converted = |json: &Json, to: &Type| {
        convert(&value(json), to).unwrap_or_else(|message| Unknown::error(message).into())
    };
    match json {
        Json::Null => Value::null(),
        Json::Bool(value) => Value::bool(*value),
        Json::Number(number) => Number::parse(&number.to_string()).unwrap().into(),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(elements) => Value::tuple(elements.iter().map(value).collect()),
        Json::Object(members) => match members.iter().next().map(|(key, member)| (key.as_str(), member)) {
            Some(("$set", member)) => converted(member, &Type::Set(Box::new(Type::Any))),
            Some(("$list", member)) => converted(member, &Type::List(Box::new(Type::Any))),
            Some(("$map", member)) => converted(member, &Type::Map(Box::new(Type::Any))),
            _ => {
                let fields: BTreeMap<Arc<str>, Value> =
                    members.iter().map(|(key, member)| (Arc::from(key.as_str()), value(member))).collect();
                Value::object(fields)
            }
        },
    }
}

fn arguments(case: &Case) -> Vec<Json> {
    serde_json::from_str(&case.arguments).unwrap_or_else(|error| panic!("{}: {error}", case.arguments))
}

fn our_answer(case: &Case, files: &FileContext<'_>) -> String {
    let arguments: Vec<Value> = arguments(case).iter().map(value).collect();
    let result = call(&case.name, &arguments, files).unwrap_or_else(|| panic!("no function {}", case.name));
    let encoded = call("jsonencode", &[result], files).unwrap();
    match (encoded.as_str(), encoded.as_unknown()) {
        (Some(text), _) => text.to_owned(),
        (_, Some(unknown)) if unknown.error_message().is_some() => "error".to_owned(),
        _ => format!("{encoded:?}"),
    }
}

#[test]
fn answers_are_those_recorded() {
    let folder = folder();
    let mut wrong = String::new();
    with_files(folder.path(), |files| {
        for case in cases().into_iter().chain(additions()) {
            let ours = our_answer(&case, files);
            if ours != case.result {
                let Case { name, arguments, result } = &case;
                writeln!(wrong, "{name}({arguments})\n  ours      {ours}\n  Terraform {result}").unwrap();
            }
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn files_outside_the_boundary_are_not_read() {
    let folder = folder();
    std::fs::write(folder.path().join("secret.txt"), "outside").unwrap();
    let inside = folder.path().join("tree");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.txt", inside.join("link.txt")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", inside.join("up")).unwrap();
    with_files(&inside, |files| {
        let absolute = folder.path().join("secret.txt").to_string_lossy().into_owned();
        for path in [
            "../secret.txt",
            "a/../../secret.txt",
            "/etc/passwd",
            "~/.aws/credentials",
            &absolute,
            "link.txt",
        ] {
            for name in ["file", "filebase64", "filemd5", "fileexists", "templatefile"] {
                let mut arguments = vec![Value::string(path)];
                arguments.extend((name == "templatefile").then(|| Value::object(BTreeMap::new())));
                let result = call(name, &arguments, files).unwrap();
                let reason =
                    &result.as_unknown().unwrap_or_else(|| panic!("{name}({path}) is {result:?}")).reason;
                assert!(
                    matches!(reason, Reason::NotOnDisk) || (cfg!(windows) && path == "link.txt"),
                    "{name}({path})"
                );
            }
        }
        let set = |folder: &str, pattern: &str| {
            call("fileset", &[Value::string(folder), Value::string(pattern)], files).unwrap()
        };
        assert_eq!(set("..", "*").as_unknown().unwrap().reason, Reason::NotOnDisk);
        assert_eq!(set(".", "../*").as_unknown().unwrap().reason, Reason::NotOnDisk);
        let found = set(".", "**/*.txt");
        let found: Vec<_> = found.elements().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(found, [".h.txt", "a/b/x.txt", "a/x.txt", "c/q.txt", "x.txt"]);
    });
}

#[cfg(unix)]
#[test]
fn links_in_circles_come_to_an_end() {
    let folder = folder();
    std::os::unix::fs::symlink("..", folder.path().join("tree/a/again")).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("tree/self")).unwrap();
    with_files(folder.path(), |files| {
        let found = call("fileset", &[Value::string("tree"), Value::string("**/q.txt")], files).unwrap();
        assert_eq!(found.elements().unwrap(), [Value::string("c/q.txt")]);
    });
}

#[test]
fn templates_are_given_their_text_and_variables() {
    let folder = folder();
    with_files(folder.path(), |files| {
        let variables = Value::object(BTreeMap::from([(Arc::from("a"), Value::integer(1))]));
        let template = |text: &str, name: &str, given: &Value| {
            assert_eq!(given, &variables);
            Value::string(format!("{name}: {text}"))
        };
        let files = FileContext { template: &template, ..*files };
        let result = call("templatefile", &[Value::string("tree/x.txt"), variables.clone()], &files).unwrap();
        assert_eq!(result.as_str(), Some("tree/x.txt: hi\n"));
        let result = call("templatestring", &[Value::string("t"), variables.clone()], &files).unwrap();
        assert_eq!(result.as_str(), Some("<templatestring argument>: t"));
    });
}

#[test]
fn every_function_has_a_recorded_case() {
    // Not computed, or not a function of their arguments.
    let without = [
        "abspath",
        "base64gunzip",
        "base64gzip",
        "bcrypt",
        "issensitive",
        "list",
        "map",
        "pathexpand",
        "plantimestamp",
        "rsadecrypt",
        "sensitive",
        "templatefile",
        "templatestring",
        "timestamp",
        "uuid",
        "nonsensitive",
    ];
    let recorded: Vec<String> = cases().into_iter().chain(additions()).map(|case| case.name).collect();
    for name in names() {
        assert!(without.contains(&name) || recorded.iter().any(|one| one == name), "{name} has no case");
    }
}

#[test]
fn answers_are_those_of_the_installed_terraform() {
    let recording = std::env::var("CREDLINT_RECORD").is_ok();
    if !recording && Command::new("terraform").arg("version").output().is_err() {
        skip("no terraform on PATH, so the recorded answers were not checked against it");
        return;
    }
    let folder = folder();
    let cases = cases();
    let expressions: Vec<String> = cases.iter().map(expression).collect();
    let answers: Vec<String> =
        expressions.chunks(BATCH).flat_map(|batch| ask_terraform(folder.path(), batch)).collect();
    if recording {
        let mut lines = String::new();
        for (case, answer) in cases.iter().zip(&answers) {
            writeln!(lines, "{}\t{}\t{answer}", case.name, case.arguments).unwrap();
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/functions/cases.tsv"), lines).unwrap();
        return;
    }
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(&case.result, answer, "{}({})", case.name, case.arguments);
    }
}

fn expression(case: &Case) -> String {
    let arguments: Vec<String> = arguments(case).iter().map(literal).collect();
    format!("{}({})", case.name, arguments.join(", "))
}

/// A JSON value as an expression.
fn literal(json: &Json) -> String {
    match json {
        Json::Array(elements) => format!("[{}]", elements.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            if let Some((key, member)) = members.iter().next()
                && let Some(conversion) = key.strip_prefix('$')
            {
                return format!("to{conversion}({})", literal(member));
            }
            let members =
                members.iter().map(|(key, member)| format!("{} = {}", quoted(key), literal(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            character if character.is_control() => write!(quoted, "\\u{:04x}", u32::from(character)).unwrap(),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}

/// The JSON text of each expression's value, or `error`.
fn ask_terraform(folder: &Path, expressions: &[String]) -> Vec<String> {
    use std::io::Write as _;
    let tried: Vec<String> =
        expressions.iter().map(|one| format!("try(jsonencode({one}), \"error\")")).collect();
    let mut console = Command::new("terraform")
        .arg("console")
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", if cfg!(windows) { "NUL" } else { "/dev/null" })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(console.stdin.take().unwrap(), "jsonencode([{}])", tried.join(", ")).unwrap();
    let output = console.wait_with_output().unwrap();
    let text: Result<String, _> = serde_json::from_slice(&output.stdout);
    let answers = text.and_then(|text| serde_json::from_str::<Vec<String>>(&text));
    answers.unwrap_or_else(|_| panic!("terraform cannot answer: {}", String::from_utf8_lossy(&output.stdout)))
}
