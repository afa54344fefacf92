//! One `terragrunt.hcl`: which module it applies, and with which inputs.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::resource::unknown_notice;
use crate::source::{FileId, Notice, NoticeKind, Place, Span, Workspace};
use crate::syntax::hcl::Block;
use crate::terraform::configuration::Module;
use crate::terraform::inputs::{CommandLineInput, Inputs};
use crate::terraform::module_files::is_configuration;
use crate::terraform::modules::ModuleLoader;
use crate::value::Value;

use super::super::module_instance::ModuleInstance;
use super::super::{Evaluator, Scope};
use super::configuration::{Shared, Terragrunt};
use super::source::Applied;

/// A module, and what a `terragrunt.hcl` gives it.
pub struct Unit {
    /// `terragrunt.hcl`.
    pub file: PathBuf,
    /// Its directory.
    pub directory: PathBuf,
    /// The directory of the module; `None` where it is not on disk.
    pub module_directory: Option<PathBuf>,
    /// The module, with what is copied and generated into it.
    pub module: Arc<Module>,
    /// Files that it includes: those are not units themselves.
    pub includes: Vec<PathBuf>,
    /// Whether `exclude` or `skip` takes the unit out of every run.
    pub is_excluded: bool,
    /// What leads to the module: where the unit names it.
    pub provenance: Vec<Place>,
    /// What was not understood.
    pub notices: Vec<Notice>,
    environment: Vec<(Arc<str>, Value, Span)>,
    command_line: Vec<CommandLineInput>,
}

/// The parts of the file and of what it includes that matter, the nearest first.
pub(super) struct Layers<'l> {
    pub own: &'l Rc<ModuleInstance>,
    /// The file itself, then what it includes and merges, from the last to the first.
    pub files: Vec<Rc<ModuleInstance>>,
}

impl Unit {
    /// Reads a unit; `None` where the file names no module and none stands beside it: others include it.
    pub fn read(
        workspace: &Workspace,
        loader: &ModuleLoader<'_>,
        files: &Terragrunt,
        path: &Path,
    ) -> Option<Self> {
        let inputs = Inputs::default();
        let directory = path.parent()?.to_owned();
        let evaluator = Evaluator::new(workspace, loader, &inputs, directory.clone());
        let unit = evaluator.unit(files, path, directory);
        unit.map(|mut unit| {
            unit.notices.extend(evaluator.notices.take());
            unit
        })
    }

    /// What the module's variables are given: by the unit, by variables files, and on the command line.
    pub fn inputs(&self, workspace: &Workspace, command_line: &[CommandLineInput]) -> (Inputs, Vec<Notice>) {
        let all: Vec<CommandLineInput> = self.command_line.iter().chain(command_line).cloned().collect();
        let own = self.directory.as_path();
        let (mut inputs, notices) = match &self.module_directory {
            Some(module) if module != own => Inputs::gather(workspace, &[module, own], &all),
            _ => Inputs::gather(workspace, &[own], &all),
        };
        inputs.is_complete = true;
        for (name, value, span) in &self.environment {
            inputs.add_environment(Arc::clone(name), value.clone(), *span);
        }
        (inputs, notices)
    }
}

impl Evaluator<'_> {
    fn unit(&self, files: &Terragrunt, path: &Path, directory: PathBuf) -> Option<Unit> {
        let path = self.workspace.resolve(path).ok()?;
        let shared = Rc::new(Shared::new(files, &path));
        let start = Span::new(FileId(0), 0, 0);
        let own = self.configuration(&shared, &path, None, start).ok()?;
        let environment = Rc::clone(own.environment.as_ref()?);
        let beside = self.configuration_files(&directory);
        let mut includes = Vec::new();
        let mut layers = Layers { own: &own, files: vec![Rc::clone(&own)] };
        for include in environment.includes().into_iter().rev() {
            self.add_layer(include, &mut layers, &mut includes);
        }
        let source = self.source(&layers);
        if source.is_none() && beside.is_empty() {
            return None;
        }
        let found = source.as_ref().and_then(|source| self.applied(source, &directory));
        let place = source.map_or(environment.span(), |source| source.span);
        let module_directory = match (&found, beside.is_empty()) {
            (Some(Applied::Directory(found)), _) => Some(found.clone()),
            (None, false) => Some(directory.clone()),
            (Some(Applied::Model(_)), _) | (None, true) => None,
        };
        let module_path = module_directory.as_ref().unwrap_or(&directory);
        let (generated, more) = self.generated(&layers, module_path);
        let copied = if *module_path == directory { &[][..] } else { &beside[..] };
        let module = match (&module_directory, &found) {
            (Some(module), _) => self.loader.load_with(module, copied, &generated, more),
            (None, Some(Applied::Model(model))) => self.loader.model(model, place),
            (None, _) => Arc::new(Module::from_files(directory.clone(), Vec::new())),
        };
        if found.is_some() && module_path != &directory && is_empty(&module) {
            let message = format!("{} holds no Terraform configuration", self.workspace.display(module_path));
            self.notice(Notice::at(NoticeKind::ModuleNotOnDisk, place, message));
        }
        let given = self.passed(&layers, &module);
        let shown = self.workspace.display(&directory);
        Some(Unit {
            file: path,
            module_directory,
            includes,
            is_excluded: self.is_excluded(&layers),
            provenance: vec![Place::new(place, format!("applied by the unit {shown}"))],
            notices: Vec::new(),
            environment: given.environment,
            command_line: given.command_line,
            module,
            directory,
        })
    }

    fn add_layer(&self, include: &Block, layers: &mut Layers<'_>, includes: &mut Vec<PathBuf>) {
        let scope = Scope::of(layers.own);
        let Some(environment) = &layers.own.environment else { return };
        let failure = match self.included(environment, include, scope) {
            Ok(file) => {
                includes.extend(file.environment.as_ref().map(|read| read.file.path.clone()));
                match self.merge_strategy(include, scope) {
                    Ok(Some(_)) => {
                        layers.files.push(file);
                        return;
                    }
                    Ok(None) => return,
                    Err(failure) => failure,
                }
            }
            Err(failure) => failure,
        };
        if let Some(unknown) = failure.as_unknown() {
            let what = "what is included here";
            self.notice(unknown_notice(what, unknown, include.header));
        }
    }

    /// The Terraform files of the unit's own directory.
    fn configuration_files(&self, directory: &Path) -> Vec<PathBuf> {
        let is_module_file =
            |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(is_configuration);
        let entries = self.workspace.list(directory).unwrap_or_default();
        entries
            .into_iter()
            .filter(|(path, is_directory)| !is_directory && is_module_file(path))
            .map(|(path, _)| path)
            .collect()
    }

    /// Whether `skip` or `exclude` keeps the unit from ever being applied.
    fn is_excluded(&self, layers: &Layers<'_>) -> bool {
        let Some((file, body)) = layers
            .bodies()
            .find(|(_, body)| body.attribute("skip").is_some() || body.blocks_of("exclude").next().is_some())
        else {
            return false;
        };
        let is_true = |expression| self.evaluate(expression, Scope::of(file)).as_bool() == Some(true);
        if body.attribute("skip").is_some_and(|skip| is_true(&skip.value)) {
            return true;
        }
        body.blocks_of("exclude").any(|exclude| {
            let actions = exclude.body.attribute("actions");
            let actions = actions.map(|actions| self.evaluate(&actions.value, Scope::of(file)));
            let actions: Vec<&str> =
                actions.iter().filter_map(Value::elements).flatten().filter_map(Value::as_str).collect();
            let applies = ["all", "all_except_output", "apply"].iter().any(|action| actions.contains(action));
            applies && exclude.body.attribute("if").is_some_and(|condition| is_true(&condition.value))
        })
    }
}

impl Layers<'_> {
    /// Each file with its body, the nearest first.
    pub fn bodies(&self) -> impl Iterator<Item = (&ModuleInstance, &crate::syntax::hcl::Body)> {
        self.files.iter().filter_map(|file| Some((&**file, &file.environment.as_ref()?.file.body)))
    }
}

fn is_empty(module: &Module) -> bool {
    module.resources.is_empty()
        && module.calls.is_empty()
        && module.variables.is_empty()
        && module.outputs.is_empty()
        && module.locals().next().is_none()
}
