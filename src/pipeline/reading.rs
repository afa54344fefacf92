//! read: each root by the reader of its format.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cdk::{self, Assembly, ProgramFiles};
use crate::cloudformation::{
    self, Constructs, Deployment, NestedTemplates, ParameterInput, StackInput, Templates,
};
use crate::discover::{Entry, Standing};
use crate::graph::GraphRoot;
use crate::resource::{Interest, RootContents};
use crate::settings::InputSettings;
use crate::source::{Notice, NoticeKind, StackTrace, Workspace};
use crate::terraform::plan::Written;
use crate::terraform::{self, CommandLineInput, Inputs, Module, ModuleLoader};
use crate::value::Value;

use super::{Layout, Progress, Stage, configured};

/// What all roots hold.
pub struct Reading {
    /// Each root that holds anything, and its contents.
    pub roots: Vec<(GraphRoot, RootContents)>,
    /// How many roots there are, those that hold nothing of interest included.
    pub looked_at: usize,
    /// What was not understood.
    pub notices: Vec<Notice>,
}

/// Reads every root.
pub fn read(
    settings: &InputSettings,
    loader: &ModuleLoader<'_>,
    templates: &Templates<'_>,
    layout: &Layout,
    interest: &Interest,
    progress: &dyn Progress,
) -> Reading {
    let mut directories = layout.roots.roots.clone();
    let notices = settings.notices.iter().chain(&layout.discovered.notices).cloned().collect();
    let reading = Reading { roots: Vec::new(), looked_at: 0, notices };
    let steps = Steps { progress, done: 0, count: count(layout) };
    let asks_for_variables = !settings.assignments.is_empty() || !settings.configuration.roots.is_empty();
    let mut reader =
        Reader { settings, loader, templates, layout, interest, asks_for_variables, steps, reading };
    for (path, written) in &layout.documents {
        reader.document(path, *written, &mut directories);
    }
    let of_directories: Vec<(String, Arc<Module>)> = directories
        .iter()
        .filter_map(|directory| Some((settings.workspace.display(directory), reader.directory(directory)?)))
        .collect();
    let modules: Vec<_> = of_directories.iter().map(|(_, module)| Arc::clone(module)).collect();
    let (given, notices) = cloudformation::gather(&settings.workspace, &settings.parameters);
    reader.reading.notices.extend(notices);
    let given = reader.given(given);
    let configured = configured::Parameters::read(settings, &mut reader.reading.notices);
    let mut declared: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut parameters: Vec<(String, Vec<Arc<str>>)> = Vec::new();
    for path in &layout.templates.roots {
        let shown = settings.workspace.display(path);
        let of_root = reader.template(path, &configured.with(&shown, &given));
        declared.extend(of_root.iter().cloned());
        parameters.push((shown, of_root));
    }
    for (directory, assembly) in &layout.assemblies {
        let shown = settings.workspace.display(directory);
        let of_root = reader.assembly(directory, assembly, &configured.with(&shown, &given));
        declared.extend(of_root.iter().cloned());
        parameters.push((shown, of_root));
    }
    let mut reading = reader.reading;
    reading.looked_at =
        directories.len() + layout.documents.len() + layout.templates.roots.len() + layout.assemblies.len();
    if reading.looked_at == 0 {
        let message = "no Terraform configuration and no template was found, so nothing was checked";
        let paths = settings.paths.iter().map(|path| settings.workspace.display(path));
        reading.notices.extend(paths.map(|path| Notice::about(NoticeKind::FormatNotRead, path, message)));
    }
    reading.notices.extend(not_read(&settings.workspace, &layout.discovered.entries));
    reading.notices.extend(undeclared(settings, &modules, &declared));
    reading.notices.extend(configured::notices(settings, layout, &of_directories, &parameters));
    reading
}

struct Reader<'a> {
    settings: &'a InputSettings,
    loader: &'a ModuleLoader<'a>,
    templates: &'a Templates<'a>,
    layout: &'a Layout,
    interest: &'a Interest,
    /// Whether something was typed or configured that a variable of any root may take.
    asks_for_variables: bool,
    steps: Steps<'a>,
    reading: Reading,
}

/// How far the reading is.
struct Steps<'a> {
    progress: &'a dyn Progress,
    done: usize,
    count: usize,
}

impl Steps<'_> {
    fn next(&mut self, path: &Path) {
        self.done += 1;
        // A plan takes the place of its directory, so that there may be less to read than was counted.
        let count = self.count.max(self.done);
        self.progress.at(Stage::Reading { number: self.done, count, path });
    }
}

fn count(layout: &Layout) -> usize {
    let of_terraform = layout.documents.len() + layout.roots.roots.len();
    of_terraform + layout.templates.roots.len() + layout.assemblies.len()
}

impl Reader<'_> {
    fn add(&mut self, path: &Path, format: &'static str, contents: RootContents) {
        let path = self.settings.workspace.display(path);
        let root = GraphRoot { path, format, assumption: contents.assumption.clone() };
        self.reading.roots.push((root, contents));
    }

    /// Reads a plan or state. A plan says what becomes of its configuration, which is then no root beside it:
    /// both together would report everything twice.
    fn document(&mut self, path: &Path, written: Written, roots: &mut Vec<PathBuf>) {
        self.steps.next(path);
        let workspace = &self.settings.workspace;
        let loaded = match written {
            // Not even text.
            Written::BinaryPlan => Ok(workspace.files.add_unshown(workspace.display(path), "")),
            _ => workspace.load_unshown(path),
        };
        let file = match loaded {
            Ok(file) => file,
            Err(error) => {
                let path = workspace.display(path);
                let notice = Notice::about(NoticeKind::UnreadableFile, path, error.to_string());
                self.reading.notices.push(notice);
                return;
            }
        };
        let beside = terraform::plan::directories_beside(workspace, path);
        let directories: Vec<PathBuf> = roots.iter().cloned().chain(beside).collect();
        let document =
            terraform::plan::read(workspace, self.loader, file, written, &directories, self.interest);
        self.add(path, written.format(), document.contents);
        if written == Written::Plan {
            roots.retain(|root| Some(root) != document.directory.as_ref());
        }
    }

    /// Reads a template that no other one nests; gives the names of its parameters.
    fn template(&mut self, path: &Path, given: &BTreeMap<Arc<str>, Value>) -> Vec<Arc<str>> {
        self.steps.next(path);
        if self.templates.is_idle(path) && !self.asks_for_parameters() {
            return Vec::new();
        }
        let Some(template) = self.templates.load(path) else { return Vec::new() };
        let declared = template.parameters.iter().map(|parameter| Arc::clone(&parameter.name)).collect();
        if !template.matters {
            // Nothing in it can be a user; that it does not parse is worth saying all the same.
            let broken = template.notices.iter().filter(|notice| notice.kind.is_incomplete());
            self.reading.notices.extend(broken.cloned());
            return declared;
        }
        let deployment = Deployment { given: given.clone(), ..Deployment::default() };
        let stack = StackInput {
            template,
            deployment,
            nested: NestedTemplates::default(),
            constructs: Constructs::default(),
        };
        // A template by itself has no traces.
        let contents = cloudformation::collect(self.templates, &|_| None, &[stack], self.interest);
        self.add(path, "cloudformation", contents);
        declared
    }

    /// Reads the stacks of an assembly; gives the names of their parameters.
    fn assembly(
        &mut self,
        directory: &Path,
        assembly: &Assembly,
        given: &BTreeMap<Arc<str>, Value>,
    ) -> Vec<Arc<str>> {
        self.steps.next(directory);
        self.reading.notices.extend(assembly.notices.iter().cloned());
        let stacks = cdk::inputs(assembly, self.templates, given, self.asks_for_parameters());
        let programs = ProgramFiles::new(&self.settings.workspace);
        let lines = |trace: &StackTrace| programs.line(trace, directory);
        let contents = cloudformation::collect(self.templates, &lines, &stacks, self.interest);
        self.add(directory, "cdk", contents);
        let parameters = stacks.iter().flat_map(|stack| &stack.template.parameters);
        parameters.map(|parameter| Arc::clone(&parameter.name)).collect()
    }

    /// Whether something was typed or configured that a parameter of any template may take.
    fn asks_for_parameters(&self) -> bool {
        self.asks_for_variables || !self.settings.parameters.is_empty()
    }

    /// What the command line gives the parameters of templates.
    fn given(&self, parameters: Vec<(Arc<str>, Value)>) -> BTreeMap<Arc<str>, Value> {
        let texts = self.settings.assignments.iter().filter_map(|assignment| match assignment {
            CommandLineInput::Text { name, text } => Some((name, text)),
            CommandLineInput::File(_) => None,
        });
        let texts = texts.map(|(name, text)| (name.as_str().into(), Value::string(text.as_str())));
        texts.chain(parameters).collect()
    }

    /// Reads the root module or Terragrunt unit in a directory; gives its module.
    fn directory(&mut self, directory: &PathBuf) -> Option<Arc<Module>> {
        self.steps.next(directory);
        let workspace = &self.settings.workspace;
        let path = workspace.display(directory);
        let assignments = &configured::assignments(self.settings, &path);
        let unit = self.layout.units.get(directory);
        if unit.is_some_and(|unit| unit.is_excluded) {
            let message = "this unit is left out of every run, so it was not checked";
            self.reading.notices.push(Notice::about(NoticeKind::FormatNotRead, path, message));
            return None;
        }
        // What can lead to nothing is loaded where somebody asks for its variables alone.
        if unit.is_none() && !self.asks_for_variables && !self.loader.directory_matters(directory) {
            return None;
        }
        let module = unit.map_or_else(|| self.loader.load(directory), |unit| Arc::clone(&unit.module));
        let is_relevant = self.loader.matters(&module);
        // A value that is unknown matters only where it can decide something.
        let matters = |notice: &&Notice| is_relevant || notice.kind != NoticeKind::UnknownValue;
        let said = unit.iter().flat_map(|unit| unit.notices.iter()).filter(matters);
        self.reading.notices.extend(said.cloned());
        if !is_relevant {
            return Some(module);
        }
        let (inputs, notices) = match unit {
            Some(unit) => unit.inputs(workspace, assignments),
            None => {
                let directories: &[&Path] =
                    if self.layout.may_have_variables(directory) { &[directory] } else { &[] };
                Inputs::gather(workspace, directories, assignments)
            }
        };
        self.reading.notices.extend(notices);
        let (format, provenance) = match unit {
            Some(unit) => ("terragrunt", unit.provenance.clone()),
            None => ("terraform", Vec::new()),
        };
        let root = Arc::clone(&module);
        let contents = terraform::collect(workspace, self.loader, root, &inputs, self.interest, provenance);
        self.add(directory, format, contents);
        Some(module)
    }
}

/// Files that are infrastructure code and are not read: a gate must not be silent about them.
fn not_read(workspace: &Workspace, entries: &[Entry]) -> Vec<Notice> {
    entries
        .iter()
        .filter_map(|entry| match entry.standing {
            Standing::LeftOut(why) => {
                Some(Notice::about(NoticeKind::FormatNotRead, workspace.display(&entry.path), why))
            }
            _ => None,
        })
        .collect()
}

/// A `--var` or `--parameters` that no root declares is most likely a slip of the pen.
fn undeclared(
    settings: &InputSettings,
    modules: &[Arc<terraform::Module>],
    parameters: &BTreeSet<Arc<str>>,
) -> Vec<Notice> {
    let is_variable = |name: &str| modules.iter().any(|module| module.variables.contains_key(name));
    let is_parameter = |name: &str| parameters.contains(name) || name.starts_with("AWS::");
    let mut notices = Vec::new();
    for assignment in &settings.assignments {
        if let CommandLineInput::Text { name, .. } = assignment
            && !is_variable(name)
            && !is_parameter(name)
        {
            let message = format!("no root declares a variable `{name}`, so --var {name}=… changes nothing");
            notices.push(Notice::about(NoticeKind::InvalidConfiguration, "--var", message));
        }
    }
    for parameter in &settings.parameters {
        if let ParameterInput::Text { name, .. } = parameter
            && !is_parameter(name)
        {
            let message = format!(
                "no template declares a parameter `{name}`, so --parameters {name}=… changes nothing"
            );
            notices.push(Notice::about(NoticeKind::InvalidConfiguration, "--parameters", message));
        }
    }
    notices
}
