//! Files and paths: `file`, `fileexists`, `templatefile`, `basename` …

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::limits::MAX_TEXT_BYTES;
use super::signature::Call;
use super::text::string;
use crate::source::{ReadError, lexically_normal};
use crate::value::{Data, Reason, Unknown, Value};

pub fn file(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| text_of(bytes).map(string))
}

pub fn filebase64(call: &Call<'_>) -> Result<Value, String> {
    with_file(call, |bytes| Ok(Value::string(STANDARD.encode(bytes))))
}

/// Computes something from the bytes of the file that the first argument names.
pub fn with_file(call: &Call<'_>, compute: impl Fn(&[u8]) -> Result<Value, String>) -> Result<Value, String> {
    match read(call)? {
        Ok(bytes) => compute(&bytes).map_err(|message| format!("{}: {message}", call.text(0))),
        Err(elsewhere) => Ok(elsewhere),
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "contents are not valid UTF-8".to_owned())
}

/// The file's bytes; or the unknown that stands for a file that is not looked at.
fn read(call: &Call<'_>) -> Result<Result<Vec<u8>, Value>, String> {
    let path = call.text(0);
    let Some(absolute) = resolve(call, path) else { return Ok(Err(not_on_disk(call))) };
    match call.files.workspace.read_bytes(&absolute) {
        Ok(bytes) if bytes.len() > MAX_TEXT_BYTES => Ok(Err(call.too_large())),
        Ok(bytes) => Ok(Ok(bytes)),
        Err(ReadError::OutsideRoot) => Ok(Err(not_on_disk(call))),
        Err(ReadError::TooLarge(_)) => Ok(Err(call.too_large())),
        Err(ReadError::Missing) => Err(format!("no file exists at {path:?}")),
        Err(error) => Err(format!("{path:?} {error}")),
    }
}

/// The absolute path; `None` for a home directory, which is the deploying machine's.
pub fn resolve(call: &Call<'_>, path: &str) -> Option<PathBuf> {
    if path.starts_with('~') {
        return None;
    }
    Some(lexically_normal(&call.files.working_directory.join(path)))
}

/// The result for a path that leads out of what is scanned.
pub fn not_on_disk(call: &Call<'_>) -> Value {
    let identity = crate::value::describe_call(call.function.name, call.arguments);
    call.function.unknown(Unknown::new(identity, Reason::NotOnDisk))
}

pub fn fileexists(call: &Call<'_>) -> Result<Value, String> {
    let path = call.text(0);
    let Some(absolute) = resolve(call, path) else { return Ok(not_on_disk(call)) };
    let workspace = call.files.workspace;
    match workspace.resolve(&absolute) {
        Ok(real) if workspace.is_directory(&real) => Err(format!("{path:?} is a directory, not a file")),
        Ok(real) => Ok(Value::bool(workspace.is_file(&real))),
        Err(ReadError::OutsideRoot) => Ok(not_on_disk(call)),
        Err(_) => Ok(Value::bool(false)),
    }
}

/// Variables may be unknown; the template decides what that means.
pub fn templatefile(call: &Call<'_>) -> Result<Value, String> {
    if call.argument(0).as_str().is_none() {
        return Ok(call.unknown());
    }
    check_variables(call.argument(1))?;
    match read(call)? {
        Ok(bytes) => {
            let text = text_of(&bytes).map_err(|message| format!("{}: {message}", call.text(0)))?;
            Ok((call.files.template)(text, call.text(0), call.argument(1)))
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

pub fn templatestring(call: &Call<'_>) -> Result<Value, String> {
    let Some(text) = call.argument(0).as_str() else { return Ok(call.unknown()) };
    check_variables(call.argument(1))?;
    Ok((call.files.template)(text, "<templatestring argument>", call.argument(1)))
}

fn check_variables(variables: &Value) -> Result<(), String> {
    match variables.data {
        Data::Map(_) | Data::Object(_) | Data::Unknown(_) | Data::Each(_) => Ok(()),
        _ => Err("invalid vars value: must be a map".to_owned()),
    }
}

pub fn abspath(call: &Call<'_>) -> Result<Value, String> {
    let Some(absolute) = resolve(call, call.text(0)) else {
        return Ok(path_text(&call.files.working_directory.join(call.text(0))));
    };
    Ok(path_text(&absolute))
}

fn path_text(path: &Path) -> Value {
    string(path.to_string_lossy().replace('\\', "/"))
}

pub fn pathexpand(call: &Call<'_>) -> Result<Value, String> {
    match call.text(0) {
        path if path == "~" || path.starts_with("~/") => Ok(call.decided_at_deployment()),
        path if path.starts_with('~') => Err("cannot expand user-specific home dir".to_owned()),
        path => Ok(string(path)),
    }
}

pub fn basename(call: &Call<'_>) -> Result<Value, String> {
    let path = call.text(0);
    if path.is_empty() {
        return Ok(Value::string("."));
    }
    let trimmed = path.trim_end_matches('/');
    Ok(string(if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }))
}

pub fn dirname(call: &Call<'_>) -> Result<Value, String> {
    let path = call.text(0);
    let directory = path.rfind('/').map_or("", |slash| &path[..=slash]);
    Ok(string(clean(directory)))
}

/// The shortest path of the same meaning, by name alone; `.` when nothing is left.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.as_str()) {
        (true, _) => format!("/{joined}"),
        (false, "") => ".".to_owned(),
        (false, _) => joined,
    }
}
