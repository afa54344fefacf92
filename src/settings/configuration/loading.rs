//! From where the configuration is to what it settles: the file, and the files that it names.
//!
//! The file is part of what is scanned, so somebody else may have written it: nothing that it names is read outside of
//! what may be read anyway and of its own directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::ConfigurationChoice;
use crate::cloudformation::ParameterInput;
use crate::settings::SettingsError;
use crate::settings::paths::{
    canonical, current_directory, default_workspace, git_work_tree, read_found_text, read_text,
};
use crate::source::{Anchor, FileId, Span, Workspace, lexically_normal};
use crate::terraform::CommandLineInput;

use super::mistake::Mistake;
use super::{Configuration, Located, RootInputs, check, discovery};

/// Why something that is named cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Absence {
    #[error("does not exist")]
    Missing,
    #[error("lies outside of what is read")]
    Outside,
}

impl Configuration {
    /// The configuration of a run that starts at a canonical directory: the one that was named, or the nearest one.
    pub fn load(
        choice: &ConfigurationChoice,
        workspace: &Workspace,
        start: &Path,
    ) -> Result<Self, SettingsError> {
        if choice.no_config {
            return Ok(Self::default());
        }
        let (path, text) = match &choice.config {
            Some(named) => {
                let path = canonical(named).map_err(|_| unreadable(named, "does not exist"))?;
                let text = read_text(&path).map_err(|reason| unreadable(named, &reason))?;
                (path, text)
            }
            None => {
                let mut found = discovery::find(start, &top(workspace, start));
                match (found.pop(), found.pop()) {
                    (None, _) => return Ok(Self::default()),
                    (Some(path), None) => {
                        // What is above the boundary is at or below the current directory, where its user works.
                        let read = if workspace.contains(&path) {
                            workspace.read_text(&path).map_err(|error| error.to_string())
                        } else {
                            read_found_text(&path)
                        };
                        let text =
                            read.map_err(|reason| unreadable(Path::new(&workspace.display(&path)), &reason))?;
                        (path, text)
                    }
                    (Some(one), Some(other)) => {
                        return Err(SettingsError::TwoConfigurations {
                            first: workspace.display(&other),
                            second: workspace.display(&one),
                        });
                    }
                }
            }
        };
        let directory = path.parent().unwrap_or(&path).to_owned();
        let anchor = Arc::new(Anchor { directory, base: workspace.base.clone() });
        let shown = workspace.display(&path);
        check::size(&text).map_err(|reason| unreadable(Path::new(&shown), &reason))?;
        let mut configuration = Self::read(&shown, &text, &anchor)?;
        let file = workspace.files.add(shown, text.as_str());
        configuration.file = Some(file);
        for place in check::inputs(&text) {
            workspace.files.conceal(span(file, &place));
        }
        configuration.resolve(workspace)?;
        Ok(configuration)
    }

    /// The configuration of a command that reads no code: that of the current directory.
    pub fn here(choice: &ConfigurationChoice) -> Result<Self, SettingsError> {
        let here = current_directory().unwrap_or_default();
        let workspace = default_workspace(std::slice::from_ref(&here));
        Self::load(choice, &workspace, &here)
    }

    /// A place in the file.
    pub fn span(&self, range: &std::ops::Range<usize>) -> Option<Span> {
        self.file.map(|file| span(file, range))
    }

    /// Finds the files and folders that it names, and reads the inputs.
    fn resolve(&mut self, workspace: &Workspace) -> Result<(), SettingsError> {
        let mut mistakes = Vec::new();
        for folder in &self.rules_folders {
            match self.within(workspace, folder) {
                Ok(path) if path.is_dir() => self.rules_directories.push(path),
                Ok(_) => mistakes.push(missing(folder, "rules folder", "is no folder")),
                Err(reason) => mistakes.push(missing(folder, "rules folder", &reason.to_string())),
            }
        }
        let mut inputs = Vec::new();
        for root in &self.roots {
            let (mut assignments, mut parameters) = (Vec::new(), Vec::new());
            for named in &root.var_files {
                match self.input_file(workspace, named) {
                    Ok((shown, text)) => {
                        assignments.push(CommandLineInput::File(workspace.files.add(shown, text)));
                    }
                    Err(reason) => mistakes.push(missing(named, "variables file", &reason)),
                }
            }
            for (name, text) in &root.variables {
                assignments.push(CommandLineInput::Text { name: name.text.clone(), text: text.clone() });
            }
            for named in &root.parameter_files {
                match self.input_file(workspace, named) {
                    Ok((shown, text)) => {
                        parameters.push(ParameterInput::File(workspace.files.add_unshown(shown, text)));
                    }
                    Err(reason) => mistakes.push(missing(named, "parameter file", &reason)),
                }
            }
            for (name, text) in &root.parameters {
                parameters.push(ParameterInput::Text { name: name.text.clone(), text: text.clone() });
            }
            inputs.push(RootInputs { assignments, parameters });
        }
        self.inputs = inputs;
        if let Some(named) = &self.baseline_name {
            match self.within(workspace, named) {
                Ok(path) => self.baseline = Some(path),
                // Where it is to be written.
                Err(Absence::Missing) => {
                    self.baseline = Some(lexically_normal(&self.anchor.directory.join(&named.text)));
                }
                Err(reason) => mistakes.push(missing(named, "baseline", &reason.to_string())),
            }
        }
        self.refuse(mistakes)
    }

    fn input_file(&self, workspace: &Workspace, named: &Located) -> Result<(String, String), String> {
        let path = self.within(workspace, named).map_err(|absence| absence.to_string())?;
        let text = read_found_text(&path)?;
        Ok((workspace.display(&path), text))
    }

    /// The canonical path of something that the file names: inside of what may be read, or of its own directory.
    fn within(&self, workspace: &Workspace, named: &Located) -> Result<PathBuf, Absence> {
        let path = self.anchor.directory.join(&named.text);
        let is_allowed = |path: &Path| workspace.contains(path) || path.starts_with(&self.anchor.directory);
        if !is_allowed(&lexically_normal(&path)) {
            return Err(Absence::Outside);
        }
        let path = path.canonicalize().map_err(|_| Absence::Missing)?;
        if is_allowed(&path) { Ok(path) } else { Err(Absence::Outside) }
    }

    /// The text of a file in one of the rules folders, which must not lead elsewhere either.
    pub(in crate::settings) fn rule_text(&self, path: &Path) -> Result<String, String> {
        let real = path.canonicalize().map_err(|error| error.to_string())?;
        if !self.rules_directories.iter().any(|directory| real.starts_with(directory)) {
            return Err("leads out of the folder".to_owned());
        }
        let text = read_found_text(&real)?;
        let drives_a_terminal =
            |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
        if text.contains(drives_a_terminal) {
            return Err("holds control characters".to_owned());
        }
        Ok(text)
    }

    /// The error that tells the mistakes, when there are any.
    pub(super) fn refuse(&self, mistakes: Vec<Mistake>) -> Result<(), SettingsError> {
        if mistakes.is_empty() {
            return Ok(());
        }
        Err(Self::error(&self.path, &self.text, mistakes).into())
    }
}

/// The last directory that is looked in: the boundary, or the current directory where there is no work tree.
fn top(workspace: &Workspace, start: &Path) -> PathBuf {
    let boundary = workspace.boundaries.iter().filter(|boundary| start.starts_with(boundary));
    let boundary = boundary.min().cloned().unwrap_or_else(|| start.to_owned());
    if git_work_tree(&boundary).is_some() || workspace.is_limited {
        return boundary;
    }
    current_directory().filter(|here| boundary.starts_with(here)).unwrap_or(boundary)
}

fn span(file: FileId, range: &std::ops::Range<usize>) -> Span {
    Span::new(file, range.start, range.end)
}

fn missing(named: &Located, what: &str, reason: &str) -> Mistake {
    Mistake::new(named.span.clone(), format!("the {what} `{}` {reason}", named.text), "this path")
        .with_help("paths are relative to the configuration file, and stay inside of what is read")
}

fn unreadable(path: &Path, reason: &str) -> SettingsError {
    SettingsError::Configuration { path: path.display().to_string(), reason: reason.to_owned() }
}
