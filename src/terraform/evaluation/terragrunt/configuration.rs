//! Terragrunt files as written, each parsed once, and what the names and functions in one are relative to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{FileId, Notice, ReadError, Span, Workspace};
use crate::syntax::hcl::{self, Block, Body};
use crate::terraform::configuration::{FileContents, Module};
use crate::value::{Reason, Unknown, Value};

use super::super::module_instance::ModuleInstance;
use super::super::module_instance::ModuleSeed;
use super::super::{Evaluator, error};

/// Files that the evaluation of one unit reads at most.
const MAX_FILES: usize = 1_000;

/// Every Terragrunt file read so far.
#[derive(Clone, Default)]
pub struct Terragrunt {
    files: Rc<RefCell<HashMap<PathBuf, Rc<ConfigurationFile>>>>,
}

/// One file.
pub struct ConfigurationFile {
    /// Canonical path.
    pub path: PathBuf,
    /// The file.
    pub id: FileId,
    /// All of it.
    pub body: Body,
    /// What was wrong with it.
    pub notices: Vec<Notice>,
    /// Its local values, in the shape that the evaluator knows.
    module: Arc<Module>,
}

impl Terragrunt {
    fn load(&self, workspace: &Workspace, path: &Path) -> Result<Rc<ConfigurationFile>, ReadError> {
        let path = workspace.resolve(path)?;
        if let Some(known) = self.files.borrow().get(&path) {
            return Ok(Rc::clone(known));
        }
        let id = workspace.load(&path)?;
        let text = Arc::clone(&workspace.files.get(id).text);
        let parsed = hcl::parse(id, &text);
        let directory = path.parent().unwrap_or(&path).to_owned();
        let locals = parsed.body.blocks_of("locals").cloned().collect();
        let locals = Body { attributes: Vec::new(), blocks: locals };
        let file = Rc::new(ConfigurationFile {
            path: path.clone(),
            id,
            body: parsed.body,
            notices: parsed.notices,
            module: Arc::new(Module::from_files(directory, vec![FileContents::Parsed(locals, Vec::new())])),
        });
        self.files.borrow_mut().insert(path, Rc::clone(&file));
        Ok(file)
    }
}

/// What the evaluation of one unit shares between the files that it reads.
pub struct Shared {
    files: Terragrunt,
    /// `terragrunt.hcl` of the unit.
    pub unit: PathBuf,
    configurations: RefCell<HashMap<(PathBuf, PathBuf), usize>>,
}

impl Shared {
    /// Nothing read yet.
    pub fn new(files: &Terragrunt, unit: &Path) -> Self {
        Self { files: files.clone(), unit: unit.to_owned(), configurations: RefCell::default() }
    }
}

/// What names and functions mean in one file, read on behalf of a configuration.
pub struct Environment {
    /// The file.
    pub file: Rc<ConfigurationFile>,
    /// The file that this one is or is included by: relative paths and parent folders are counted from it.
    pub configuration: PathBuf,
    /// What the whole evaluation shares.
    pub shared: Rc<Shared>,
}

impl Environment {
    /// The directory that `file("x")` is relative to: the file's own.
    pub fn base_directory(&self) -> &Path {
        self.file.path.parent().unwrap_or(&self.file.path)
    }

    /// The directory of the configuration.
    pub fn directory(&self) -> &Path {
        self.configuration.parent().unwrap_or(&self.configuration)
    }

    /// Whether the file is included by the configuration.
    pub fn is_included(&self) -> bool {
        self.file.path != self.configuration
    }

    /// The `include` blocks of the file. What is included includes nothing more.
    pub fn includes(&self) -> Vec<&Block> {
        if self.is_included() { Vec::new() } else { self.file.body.blocks_of("include").collect() }
    }

    /// The start of the file.
    pub fn span(&self) -> Span {
        Span::new(self.file.id, 0, 0)
    }
}

/// The label of an `include` block; the only one may have none.
pub fn label(include: &Block) -> &str {
    include.labels.first().map_or("", |label| label)
}

impl Evaluator<'_> {
    /// A file, evaluated on behalf of a configuration: itself, or the one that includes it. The error is the
    /// value that stands for what the file would have said.
    pub(super) fn configuration(
        &self,
        shared: &Rc<Shared>,
        path: &Path,
        on_behalf_of: Option<&Path>,
        span: Span,
    ) -> Result<Rc<ModuleInstance>, Value> {
        let shown = self.workspace.display(path);
        if path.extension().is_some_and(|extension| extension == "json") {
            let message = format!("{shown} is JSON, which is not read as a Terragrunt file");
            return Err(Unknown::new(shown, Reason::Unsupported(message.into())).at(span).into());
        }
        let file = shared.files.load(self.workspace, path).map_err(|failure| match failure {
            ReadError::OutsideRoot => Value::from(Unknown::new(shown.clone(), Reason::NotOnDisk).at(span)),
            failure => error(span, format!("{shown} {failure}")),
        })?;
        let configuration = on_behalf_of.unwrap_or(&file.path).to_owned();
        let key = (file.path.clone(), configuration.clone());
        if let Some(id) = shared.configurations.borrow().get(&key) {
            return Ok(self.instance(*id));
        }
        if shared.configurations.borrow().len() >= MAX_FILES {
            let what = format!("one unit reads more than {MAX_FILES} files");
            return Err(Unknown::new(what.clone(), Reason::Unsupported(what.into())).at(span).into());
        }
        for notice in file.notices.iter().chain(&file.module.notices) {
            self.notice(notice.clone());
        }
        let module = Arc::clone(&file.module);
        let environment = Environment { file, configuration, shared: Rc::clone(shared) };
        let seed = ModuleSeed { environment: Some(Rc::new(environment)), ..ModuleSeed::root(module) };
        let id = self.add_module(seed);
        shared.configurations.borrow_mut().insert(key, id);
        Ok(self.instance(id))
    }
}
