//! Directories to modules, each parsed once however often it is called.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{FileId, ReadError, Span, Workspace};

use super::configuration::Module;
use super::manifest::Manifest;
use super::models::Model;
use super::module_files::{ModuleFile, assemble, read_directory};
use super::module_source::ModuleSource;

/// Loads modules and remembers them.
pub struct ModuleLoader<'a> {
    workspace: &'a Workspace,
    loaded: RefCell<HashMap<PathBuf, Arc<Module>>>,
    /// By root.
    manifests: RefCell<HashMap<PathBuf, Arc<Manifest>>>,
    /// By model, and the call that it stands at.
    modelled: RefCell<HashMap<(&'static str, Span), Arc<Module>>>,
}

/// Where a call's source leads, when it is a path.
pub enum Source {
    /// A directory inside the boundary.
    Directory(PathBuf),
    /// A local path that leads out of the boundary.
    OutsideRoot,
    /// A local path where nothing is.
    Missing,
    /// A registry, git or other address: nothing is ever fetched.
    Remote,
}

impl<'a> ModuleLoader<'a> {
    /// A loader that has loaded nothing yet.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            loaded: RefCell::default(),
            manifests: RefCell::default(),
            modelled: RefCell::default(),
        }
    }

    /// The module in a canonical directory.
    pub fn load(&self, directory: &Path) -> Arc<Module> {
        if let Some(module) = self.loaded.borrow().get(directory) {
            return Arc::clone(module);
        }
        let module = Arc::new(read_module(self.workspace, directory));
        self.loaded.borrow_mut().insert(directory.to_owned(), Arc::clone(&module));
        module
    }

    /// What `terraform init` installed for the root in a canonical directory.
    pub fn manifest(&self, root: &Path) -> Arc<Manifest> {
        let mut manifests = self.manifests.borrow_mut();
        let manifest = manifests
            .entry(root.to_owned())
            .or_insert_with(|| Arc::new(Manifest::of_root(self.workspace, root)));
        Arc::clone(manifest)
    }

    /// A model as the module of one call: each of its blocks stands where the call does.
    pub fn model(&self, model: &'static Model, call: Span) -> Arc<Module> {
        let mut modelled = self.modelled.borrow_mut();
        let module = modelled.entry((model.label, call)).or_insert_with(|| Arc::new(model.module(call)));
        Arc::clone(module)
    }

    /// A directory's module with files beside it that exist only in a run: those of another directory, which
    /// replace the module's own of the same name, and text that was generated.
    pub fn load_with(&self, directory: &Path, beside: &[PathBuf], generated: &[FileId]) -> Arc<Module> {
        if beside.is_empty() && generated.is_empty() {
            return self.load(directory);
        }
        let replaced: Vec<_> = beside.iter().filter_map(|path| path.file_name()).collect();
        let mut files = read_directory(self.workspace, directory, &replaced);
        files.extend(beside.iter().map(|path| ModuleFile::read(self.workspace, path)));
        files.extend(generated.iter().map(|file| ModuleFile::of(self.workspace, *file)));
        Arc::new(assemble(directory.to_owned(), files))
    }

    /// Resolves a `source` written in a module of that directory.
    pub fn resolve(&self, from: &Path, source: &str) -> Source {
        let ModuleSource::Local(path) = ModuleSource::parse(source) else { return Source::Remote };
        match self.workspace.resolve(&from.join(path)) {
            Ok(directory) if directory.is_dir() => Source::Directory(directory),
            Err(ReadError::OutsideRoot) => Source::OutsideRoot,
            Ok(_) | Err(_) => Source::Missing,
        }
    }
}

fn read_module(workspace: &Workspace, directory: &Path) -> Module {
    assemble(directory.to_owned(), read_directory(workspace, directory, &[]))
}

/// The canonical directories that the calls of a directory's module lead to.
pub fn local_calls(loader: &ModuleLoader<'_>, directory: &Path) -> Vec<PathBuf> {
    let module = loader.load(directory);
    let sources = module.calls.iter().filter_map(|call| call.source.as_ref());
    sources
        .filter_map(|source| match loader.resolve(directory, source) {
            Source::Directory(called) => Some(called),
            _ => None,
        })
        .collect()
}

/// Whether a directory's module keeps its own state: somebody applies it as it stands.
pub fn has_backend(loader: &ModuleLoader<'_>, directory: &Path) -> bool {
    loader.load(directory).has_backend
}

/// Whether a root can hold anything of interest: it, or a module that it reaches, names an IAM resource or
/// calls a module that is not on disk, or could not be read in full.
pub fn is_relevant(loader: &ModuleLoader<'_>, root: &Arc<Module>) -> bool {
    let mut waiting = vec![Arc::clone(root)];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(module) = waiting.pop() {
        let directory = module.directory.clone();
        if !seen.insert(directory.clone()) {
            continue;
        }
        let names_iam = module.resources.iter().any(|block| block.resource_type.contains("iam"));
        if names_iam || !module.notices.is_empty() {
            return true;
        }
        for call in &module.calls {
            match call.source.as_deref().map(|source| loader.resolve(&directory, source)) {
                Some(Source::Directory(called)) => waiting.push(loader.load(&called)),
                _ => return true,
            }
        }
    }
    false
}
