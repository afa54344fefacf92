//! Templates on disk, each read once.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{FileId, Notice, NoticeKind, ReadError, Workspace};
use crate::syntax::Decoded;

use super::detect::{is_template, looks_like_template, matters};
use super::document::{self, Node};
use super::evaluation::has_unknown_macro;
use super::glance::{Glance, glance};
use super::secrets;
use super::template::Template;

/// Reads templates and remembers them.
pub struct Templates<'a> {
    workspace: &'a Workspace,
    loaded: RefCell<BTreeMap<PathBuf, Arc<Template>>>,
    /// Those that nothing in matters and that were not parsed, and whether they may export values.
    idle: RefCell<HashMap<PathBuf, bool>>,
}

impl<'a> Templates<'a> {
    /// None read yet.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, loaded: RefCell::default(), idle: RefCell::default() }
    }

    /// The template in a file; `None` when the file cannot be read or holds none.
    pub fn load(&self, path: &Path) -> Option<Arc<Template>> {
        self.load_as(path, is_template)
    }

    /// The template in a file that an assembly says is one: it may well be empty.
    pub fn load_named(&self, path: &Path) -> Option<Arc<Template>> {
        self.load_as(path, |root| root.entries().is_some())
    }

    fn load_as(&self, path: &Path, is_one: impl Fn(&Node) -> bool) -> Option<Arc<Template>> {
        self.known(path).or_else(|| self.add_as(path, self.workspace.read_text(path).ok()?, is_one))
    }

    fn known(&self, path: &Path) -> Option<Arc<Template>> {
        self.loaded.borrow().get(path).map(Arc::clone)
    }

    /// Whether the text of a file is a template. One that nothing in matters is parsed when somebody loads it.
    pub fn meet(&self, path: &Path, text: String) -> bool {
        if self.is_idle(path) || self.known(path).is_some() {
            return true;
        }
        match glance(&text) {
            Glance::Idle => {
                let exports = memchr::memmem::find(text.as_bytes(), b"Export").is_some();
                self.idle.borrow_mut().insert(path.to_owned(), exports);
                true
            }
            Glance::None => false,
            Glance::InDoubt => self.add_as(path, text, is_template).is_some(),
        }
    }

    /// Whether nothing in a template that was met can lead to a user or a credential, by itself or by what is nested in
    /// it. Nothing has been read of it.
    pub fn is_idle(&self, path: &Path) -> bool {
        self.idle.borrow().contains_key(path)
    }

    /// Whether it is one of those, and exports nothing either.
    pub fn exports_nothing(&self, path: &Path) -> bool {
        self.idle.borrow().get(path) == Some(&false)
    }

    /// Whether a template uses what others export.
    pub fn imports(&self, template: &Template) -> bool {
        let source = self.workspace.files.get(template.file);
        memchr::memmem::find(source.text.as_bytes(), b"ImportValue").is_some()
    }

    fn add_as(&self, path: &Path, text: String, is_one: impl Fn(&Node) -> bool) -> Option<Arc<Template>> {
        let template = Arc::new(self.read(path, text, is_one)?);
        self.loaded.borrow_mut().insert(path.to_owned(), Arc::clone(&template));
        Some(template)
    }

    fn read(&self, path: &Path, text: String, is_one: impl Fn(&Node) -> bool) -> Option<Template> {
        let file = self.workspace.files.add(self.workspace.display(path), text);
        let text = Arc::clone(&self.workspace.files.get(file).text);
        let read = document::read(file, &text);
        let is_broken = read.notices.iter().any(|notice| notice.kind.is_incomplete());
        let nothing = document::empty(file);
        let root = match read.documents.iter().find(|root| is_one(root)) {
            Some(root) => root,
            // One that is broken off before its resources is known by its text.
            None if is_broken && looks_like_template(text.as_bytes()) => {
                read.documents.first().unwrap_or(&nothing)
            }
            None => return None,
        };
        let mut template = Template::read(path.to_owned(), file, root, read.notices.clone());
        template.matters = matters(text.as_bytes()) || has_unknown_macro(&template);
        secrets::conceal(&self.workspace.files, &mut template);
        Some(template)
    }

    /// The template that stands in a text of another one.
    pub fn embedded(&self, outer: &Template, text: &Decoded) -> Option<Arc<Template>> {
        let read = document::read_embedded(outer.file, text);
        let root = read.documents.iter().find(|root| is_template(root))?;
        let mut template = Template::read(outer.path.clone(), outer.file, root, read.notices.clone());
        secrets::conceal(&self.workspace.files, &mut template);
        Some(Arc::new(template))
    }

    /// The path of a file that a template names relative to itself.
    ///
    /// # Errors
    /// Which kind of notice is due: it is not on disk, or leads out of the root.
    pub fn beside(&self, template: &Path, location: &str) -> Result<PathBuf, NoticeKind> {
        if location.contains("://") {
            return Err(NoticeKind::ModuleNotOnDisk);
        }
        let directory = template.parent().unwrap_or(template);
        self.workspace.resolve(&directory.join(location)).map_err(|error| match error {
            ReadError::OutsideRoot => NoticeKind::OutsideRoot,
            _ => NoticeKind::ModuleNotOnDisk,
        })
    }

    /// A part of a template in a file of its own.
    ///
    /// # Errors
    /// As for [`Templates::beside`].
    pub fn part(&self, template: &Path, location: &str) -> Result<(Node, Vec<Notice>), NoticeKind> {
        let path = self.beside(template, location)?;
        let file = self.workspace.load(&path).map_err(|_| NoticeKind::ModuleNotOnDisk)?;
        let mut read = document::read(file, &self.workspace.files.get(file).text);
        let root = if read.documents.is_empty() { document::empty(file) } else { read.documents.remove(0) };
        Ok((root, read.notices))
    }

    /// The path that a file was read from.
    pub fn path_of(&self, file: FileId) -> Option<PathBuf> {
        let templates = self.loaded.borrow();
        templates.values().find(|template| template.file == file).map(|template| template.path.clone())
    }
}
