//! Directories to modules, each parsed once however often it is called.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::resource::Interest;
use crate::source::{EntryKind, FileId, PathMap, Programs, ReadError, Span, Workspace, in_parallel};

use super::blocks::{ModuleCall, literal_string};
use super::configuration::Module;
use super::gate::{Gate, Mentions};
use super::manifest::{Installed, Manifest};
use super::models::Model;
use super::module_files::{Directory, ModuleFile, assemble};
use super::module_source::ModuleSource;

/// Loads modules and remembers them.
pub struct ModuleLoader<'a> {
    workspace: &'a Workspace,
    interest: Interest,
    gate: Gate,
    /// Directories whose files were looked at, and the text of those that may matter.
    directories: RefCell<PathMap<Directory>>,
    /// Where the calls of directories lead whose modules nobody had to load for that.
    called: RefCell<PathMap<Option<Arc<Called>>>>,
    known_to_matter: RefCell<PathMap<bool>>,
    loaded: RefCell<PathMap<Arc<Module>>>,
    /// By root.
    manifests: RefCell<PathMap<Arc<Manifest>>>,
    /// By model, and the call that it stands at.
    modelled: RefCell<HashMap<(&'static str, Span), Arc<Module>>>,
    /// The programs that configurations were generated from.
    pub programs: Programs<'a>,
}

/// Where the calls of a directory lead.
#[derive(Debug)]
struct Called {
    /// Canonical directories.
    directories: Vec<PathBuf>,
    /// Whether one of them leads anywhere else.
    elsewhere: bool,
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
    /// A loader that has loaded nothing yet, for readers who look for these resources.
    pub fn new(workspace: &'a Workspace, interest: &Interest) -> Self {
        Self {
            workspace,
            interest: interest.clone(),
            gate: Gate::new(interest),
            directories: RefCell::default(),
            called: RefCell::default(),
            known_to_matter: RefCell::default(),
            loaded: RefCell::default(),
            manifests: RefCell::default(),
            modelled: RefCell::default(),
            programs: Programs::new(workspace),
        }
    }

    /// The module in a canonical directory.
    pub fn load(&self, directory: &Path) -> Arc<Module> {
        if let Some(module) = self.loaded.borrow().get(directory) {
            return Arc::clone(module);
        }
        let module = Arc::new(assemble(directory.to_owned(), self.files(directory, &[])));
        self.loaded.borrow_mut().insert(directory, Arc::clone(&module));
        module
    }

    /// What `terraform init` installed for the root in a canonical directory.
    pub fn manifest(&self, root: &Path) -> Arc<Manifest> {
        if let Some(manifest) = self.manifests.borrow().get(root) {
            return Arc::clone(manifest);
        }
        let manifest = Arc::new(Manifest::of_root(self.workspace, root));
        self.manifests.borrow_mut().insert(root, Arc::clone(&manifest));
        manifest
    }

    /// A model as the module of one call: each of its blocks stands where the call does.
    pub fn model(&self, model: &'static Model, call: Span) -> Arc<Module> {
        let mut modelled = self.modelled.borrow_mut();
        let module = modelled.entry((model.label, call)).or_insert_with(|| Arc::new(model.module(call)));
        Arc::clone(module)
    }

    /// A directory's module with files beside it that exist only in a run: those of another directory, which
    /// replace the module's own of the same name, and text that was generated.
    pub fn load_with(
        &self,
        directory: &Path,
        beside: &[PathBuf],
        generated: &[FileId],
        has_unknown_files: bool,
    ) -> Arc<Module> {
        if beside.is_empty() && generated.is_empty() && !has_unknown_files {
            return self.load(directory);
        }
        let replaced: Vec<_> = beside.iter().filter_map(|path| path.file_name()).collect();
        let mut files = self.files(directory, &replaced);
        files.extend(beside.iter().map(|path| ModuleFile::read(self.workspace, &self.gate, path)));
        files.extend(generated.iter().map(|file| ModuleFile::of(self.workspace, &self.gate, *file, None)));
        let mut module = assemble(directory.to_owned(), files);
        module.has_unknown_files = has_unknown_files;
        Arc::new(module)
    }

    /// Resolves a `source` written in a module of that directory.
    pub fn resolve(&self, from: &Path, source: &str) -> Source {
        let ModuleSource::Local(path) = ModuleSource::parse(source) else { return Source::Remote };
        match self.workspace.resolve(&from.join(path)) {
            Ok(directory) if self.workspace.is_directory(&directory) => Source::Directory(directory),
            Err(ReadError::OutsideRoot) => Source::OutsideRoot,
            Ok(_) | Err(_) => Source::Missing,
        }
    }
}

/// The canonical directories that the calls of a directory's module lead to.
pub fn local_calls(loader: &ModuleLoader<'_>, directory: &Path) -> Vec<PathBuf> {
    if !loader.mentions(directory).calls {
        return Vec::new();
    }
    match loader.called(directory) {
        Some(called) => called.directories.clone(),
        None => loader.lead_to(directory, &loader.load(directory).calls).directories,
    }
}

/// Whether a directory's module keeps its own state: somebody applies it as it stands.
pub fn has_backend(loader: &ModuleLoader<'_>, directory: &Path) -> bool {
    loader.load(directory).has_backend
}

impl ModuleLoader<'_> {
    /// What the files of a directory have in them.
    pub fn mentions(&self, directory: &Path) -> Mentions {
        self.with_directory(directory, |found| found.mentions)
    }

    /// Asks something of the files of a directory, which are looked at first where nobody has.
    fn with_directory<R>(&self, directory: &Path, ask: impl FnOnce(&Directory) -> R) -> R {
        if let Some(known) = self.directories.borrow().get(directory) {
            return ask(known);
        }
        let mut found = Directory::find(self.workspace, &self.gate, directory);
        found.load(self.workspace);
        let answer = ask(&found);
        self.directories.borrow_mut().insert(directory, found);
        answer
    }

    /// Looks at the files of canonical directories, on all processors.
    pub fn look_at(&self, directories: &[(&Path, Vec<(&str, EntryKind)>)]) {
        let (workspace, gate) = (self.workspace, &self.gate);
        let found = in_parallel(directories, |(directory, entries)| {
            Directory::look_at(workspace, gate, directory, entries)
        });
        let mut known = self.directories.borrow_mut();
        known.reserve(directories.len());
        for ((directory, _), mut found) in directories.iter().zip(found) {
            found.load(self.workspace);
            known.insert(directory, found);
        }
    }

    /// Where the calls of a directory lead, when its module need not be loaded to tell.
    fn called(&self, directory: &Path) -> Option<Arc<Called>> {
        if let Some(known) = self.called.borrow().get(directory) {
            return known.clone();
        }
        let calls = self.with_directory(directory, |found| found.calls(self.workspace, &self.gate));
        let called = calls.map(|calls| Arc::new(self.lead_to(directory, &calls)));
        self.called.borrow_mut().insert(directory, called.clone());
        called
    }

    fn lead_to(&self, directory: &Path, calls: &[ModuleCall]) -> Called {
        let mut called = Called { directories: Vec::new(), elsewhere: false };
        for call in calls {
            match self.literal_source(directory, call) {
                Some(Source::Directory(directory)) => called.directories.push(directory),
                _ => called.elsewhere = true,
            }
        }
        called
    }

    /// Whether the module of a directory matters, told without loading more than has to be.
    pub fn directory_matters(&self, directory: &Path) -> bool {
        let mut seen = BTreeSet::from([directory.to_owned()]);
        let mut waiting = vec![directory.to_owned()];
        let mut found = false;
        while let (false, Some(directory)) = (found, waiting.pop()) {
            if let Some(known) = self.known_to_matter.borrow().get(&directory) {
                found = *known;
                continue;
            }
            if !self.mentions(&directory).may_matter() {
                continue;
            }
            match self.called(&directory) {
                Some(called) => {
                    found = called.elsewhere;
                    let next = called.directories.iter().filter(|called| seen.insert((*called).clone()));
                    waiting.extend(next.cloned());
                }
                None => found = self.matters(&self.load(&directory)),
            }
        }
        // What leads to nothing leads only to what leads to nothing.
        let told = if found { BTreeSet::from([directory.to_owned()]) } else { seen };
        let mut known = self.known_to_matter.borrow_mut();
        for directory in &told {
            known.insert(directory, found);
        }
        found
    }

    fn files(&self, directory: &Path, without: &[&OsStr]) -> Vec<ModuleFile> {
        self.with_directory(directory, |found| found.module_files(self.workspace, &self.gate, without))
    }

    /// Whether a module, or one that it reaches, has a resource or data source that is looked for, calls a module
    /// whose source is no local path, or could not be read in full. What does not, nobody needs to evaluate.
    pub fn matters(&self, module: &Module) -> bool {
        self.reaches(module, &self.interest.resources, true)
    }

    /// `is_gated`: whether a module without any of the types that are looked for is passed over unread.
    fn reaches<T>(&self, module: &Module, types: &BTreeMap<&'static str, T>, is_gated: bool) -> bool {
        let mut seen = BTreeSet::from([module.directory.clone()]);
        let mut waiting: Vec<Arc<Module>> = Vec::new();
        let mut look = |module: &Module, waiting: &mut Vec<Arc<Module>>| {
            let names_one = module.resources.iter().any(|block| {
                types.contains_key(&*block.resource_type)
                    || block.provisioners().any(|(name, _)| types.contains_key(&*name))
            });
            let reaches_all =
                module.calls.iter().all(|call| match self.literal_source(&module.directory, call) {
                    Some(Source::Directory(called)) => {
                        let may_matter = !is_gated || self.mentions(&called).may_matter();
                        if may_matter && seen.insert(called.clone()) {
                            waiting.push(self.load(&called));
                        }
                        true
                    }
                    _ => false,
                });
            names_one || !reaches_all || !module.notices.is_empty()
        };
        let mut found = look(module, &mut waiting);
        while let (false, Some(module)) = (found, waiting.pop()) {
            found = look(&module, &mut waiting);
        }
        found
    }

    /// The same of the module that a call leads to.
    pub fn call_matters(&self, caller: &Module, call: &ModuleCall) -> bool {
        match self.literal_source(&caller.directory, call) {
            Some(Source::Directory(directory)) => self.directory_matters(&directory),
            _ => true,
        }
    }

    /// Whether the module that a call leads to has, or reaches, anything that a secret may end up in.
    pub fn call_reaches_a_sink(&self, caller: &Module, call: &ModuleCall) -> bool {
        match self.literal_source(&caller.directory, call) {
            Some(Source::Directory(directory)) => {
                self.reaches(&self.load(&directory), &self.interest.sinks, false)
            }
            _ => true,
        }
    }

    /// Where the module of a call stands, when it is on disk: `path` names the calls that lead to it from the
    /// root, as a manifest does.
    pub fn directory_of_call(
        &self,
        root: &Path,
        path: &str,
        caller: &Module,
        call: &ModuleCall,
    ) -> Option<PathBuf> {
        match self.literal_source(&caller.directory, call)? {
            Source::Directory(directory) => Some(directory),
            Source::Remote => {
                let source = ModuleSource::parse(call.source.as_deref()?);
                let version =
                    call.body.attribute("version").and_then(|version| literal_string(&version.value));
                match self.manifest(root).installed(self.workspace, path, &source, version.as_deref()) {
                    Installed::Directory(directory) => Some(directory),
                    _ => None,
                }
            }
            Source::OutsideRoot | Source::Missing => None,
        }
    }

    fn literal_source(&self, directory: &Path, call: &ModuleCall) -> Option<Source> {
        call.source.as_deref().map(|source| self.resolve(directory, source))
    }
}
