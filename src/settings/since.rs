//! What a change is counted from: the same settings over the files as they were.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cloudformation::ParameterInput;
use crate::source::{FileId, GitError, GitTree, Workspace, printable};
use crate::terraform::{self, CommandLineInput};

use super::configuration::RootInputs;
use super::paths::directory_of;
use super::{InputSettings, SettingsError};

/// The tree that a change started from.
#[derive(Debug)]
pub struct Before {
    /// What is read of it. Files are added to the table that the new tree's stand in.
    pub input: InputSettings,
    /// Where it comes from.
    pub tree: Arc<GitTree>,
    /// The revision, as typed.
    pub since: String,
}

impl Before {
    /// Finds the commit and settles what is read of it: what is read of the tree as it is now, in the files of then.
    /// The configuration, the rules and the baseline are those of now, so that only the code makes a difference.
    pub fn new(now: &InputSettings, since: &str) -> Result<Self, SettingsError> {
        let failed = |error: GitError| SettingsError::Since {
            since: printable(since).into_owned(),
            help: error.help().to_owned(),
            reason: printable(&error.to_string()).into_owned(),
        };
        let here = now.workspace.standard_input.as_ref().map(|(_, directory)| directory.as_path());
        let mut directories = now.paths.iter().map(|path| directory_of(path)).chain(here);
        let first = directories.next().unwrap_or(&now.workspace.base);
        let mut tree = GitTree::open(first, since).map_err(failed)?;
        if let Some(outside) = directories.find(|directory| !directory.starts_with(&tree.top)) {
            let said = format!("it is not in {}, where the other paths are", tree.top.display());
            return Err(failed(GitError::NoWorkTree { directory: outside.display().to_string(), said }));
        }
        // A plan or state of the same path is no earlier one, unless it is tracked.
        for path in now.paths.iter().filter(|path| is_document(&now.workspace, path)) {
            tree.take_from_disk(path);
        }
        let tree = Arc::new(tree);
        let workspace = now.workspace.with_tree(Arc::clone(&tree) as _);
        let paths = now.paths.iter().filter_map(|path| path_then(now, &workspace, path)).collect();
        let mut configuration = now.configuration.clone();
        for inputs in &mut configuration.inputs {
            *inputs = RootInputs {
                assignments: assignments(&workspace, &inputs.assignments),
                parameters: parameters(&workspace, &inputs.parameters),
            };
        }
        let input = InputSettings {
            paths,
            notices: Vec::new(),
            assignments: assignments(&workspace, &now.assignments),
            parameters: parameters(&workspace, &now.parameters),
            configuration,
            allow_parse_errors: now.allow_parse_errors,
            workspace,
        };
        Ok(Self { input, tree, since: since.to_owned() })
    }
}

fn is_document(workspace: &Workspace, path: &Path) -> bool {
    let start = workspace.read_start(path, terraform::plan::START_BYTES);
    workspace.is_file(path) && start.is_ok_and(|start| terraform::plan::detect(&start).is_some())
}

/// What a path that is named stood for then. A file of a module stands for its directory, so where it is new another one
/// does.
fn path_then(now: &InputSettings, then: &Workspace, path: &Path) -> Option<PathBuf> {
    if let Ok(path) = then.resolve(path) {
        return Some(path);
    }
    let stands_for_more = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        terraform::is_configuration(name) || terraform::is_automatic(name) || terraform::is_unit_file(name)
    };
    if !now.workspace.is_file(path) || !stands_for_more(path) {
        return None;
    }
    let beside = then.list(path.parent()?).ok()?;
    let mut files = beside.into_iter().filter(|(_, is_directory)| !is_directory).map(|(path, _)| path);
    files.find(|path| stands_for_more(path))
}

/// The variables files as they were. One that was not there gave nothing.
fn assignments(then: &Workspace, now: &[CommandLineInput]) -> Vec<CommandLineInput> {
    let earlier = |input: &CommandLineInput| match input {
        CommandLineInput::File(file) => Some(CommandLineInput::File(file_then(then, *file)?)),
        text @ CommandLineInput::Text { .. } => Some(text.clone()),
    };
    now.iter().filter_map(earlier).collect()
}

fn parameters(then: &Workspace, now: &[ParameterInput]) -> Vec<ParameterInput> {
    let earlier = |input: &ParameterInput| match input {
        ParameterInput::File(file) => Some(ParameterInput::File(file_then(then, *file)?)),
        text @ ParameterInput::Text { .. } => Some(text.clone()),
    };
    now.iter().filter_map(earlier).collect()
}

fn file_then(then: &Workspace, file: FileId) -> Option<FileId> {
    let file = then.files.get(file);
    let text = then.read_named(&then.base.join(&*file.path)).ok()?;
    let path = Arc::clone(&file.path);
    Some(if file.is_shown { then.files.add(path, text) } else { then.files.add_unshown(path, text) })
}
