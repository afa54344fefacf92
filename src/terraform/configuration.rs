//! One module as written: the blocks of a directory's files, sorted by what they declare, nothing evaluated.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::resource::Mode;
use crate::source::{Notice, NoticeKind, Span};
use crate::syntax::hcl::{Block, Body, Expression, Piece};

use super::blocks::{ModuleCall, OutputBlock, ResourceBlock, Variable};
use super::later::{Faults, LateFaults, Later};
use super::lifecycle::{FormerAddress, ImportBlock};
use super::models::Model;
use super::providers::{ProviderBlock, RequiredProviders};

/// The blocks of one directory.
#[derive(Debug, Default)]
pub struct Module {
    /// Canonical directory.
    pub directory: PathBuf,
    /// `variable` blocks by name.
    pub variables: BTreeMap<Arc<str>, Later<Variable>>,
    locals: BTreeMap<Arc<str>, Later<Option<Expression>>>,
    /// `resource` and `data` blocks in document order.
    pub resources: Vec<ResourceBlock>,
    /// `module` blocks in document order.
    pub calls: Vec<ModuleCall>,
    /// `output` blocks by name.
    pub outputs: BTreeMap<Arc<str>, Later<OutputBlock>>,
    /// `provider` blocks by name: `aws`, `aws.west`.
    pub providers: BTreeMap<Arc<str>, ProviderBlock>,
    /// `required_providers` of every `terraform` block.
    pub required_providers: RequiredProviders,
    /// `import` blocks in document order.
    pub imports: Vec<ImportBlock>,
    /// Whether a `terraform` block configures a backend or Terraform Cloud.
    pub has_backend: bool,
    /// The model that this is, when the module itself is not on disk.
    pub model: Option<&'static Model>,
    /// Whether a run adds files that are not known.
    pub has_unknown_files: bool,
    /// What was wrong with the files at first sight.
    pub notices: Vec<Notice>,
    late: LateFaults,
    former_addresses: Vec<FormerAddress>,
    resource_index: BTreeMap<(Mode, Arc<str>, Arc<str>), usize>,
    call_index: BTreeMap<Arc<str>, usize>,
}

/// What stands in one file.
pub enum FileContents {
    /// A file that was parsed, and what of it was not understood.
    Parsed(Body, Vec<Notice>),
    /// A file whose blocks are parsed when somebody asks for them.
    Pieces(Vec<Piece>),
}

impl FileContents {
    /// Everything in it, read now.
    pub fn parsed(self) -> (Body, Vec<Notice>) {
        match self {
            Self::Parsed(body, notices) => (body, notices),
            Self::Pieces(pieces) => {
                let (blocks, notices): (_, Vec<_>) = pieces.iter().map(Piece::parse).unzip();
                (Body { blocks, ..Body::default() }, notices.concat())
            }
        }
    }
}

impl Module {
    /// Sorts the blocks of a directory's files.
    pub fn from_files(directory: PathBuf, files: Vec<FileContents>) -> Self {
        let mut module = Self { directory, ..Self::default() };
        for file in files {
            match file {
                FileContents::Parsed(body, notices) => {
                    module.notices.extend(notices);
                    for block in body.blocks {
                        module.add(block);
                    }
                }
                FileContents::Pieces(pieces) => {
                    for piece in pieces {
                        module.add_piece(piece);
                    }
                }
            }
        }
        module.check_former_addresses();
        module
    }

    /// What was wrong with the files, as far as they were read by now.
    pub fn all_notices(&self) -> Vec<Notice> {
        let mut notices = self.notices.clone();
        notices.extend(self.late.notices());
        notices
    }

    /// An entry of a `locals` block.
    pub fn local(&self, name: &str) -> Option<&Expression> {
        self.locals.get(name).and_then(|local| local.as_ref())
    }

    /// The text of an entry of a `locals` block; `Some(None)` where it was parsed at once.
    pub fn local_text(&self, name: &str) -> Option<Option<&str>> {
        self.locals.get(name).map(Later::text)
    }

    /// All entries of `locals` blocks.
    pub fn locals(&self) -> impl Iterator<Item = (&Arc<str>, &Later<Option<Expression>>)> {
        self.locals.iter()
    }

    /// The `resource` or `data` block of that type and name.
    pub fn resource(&self, mode: Mode, resource_type: &str, name: &str) -> Option<usize> {
        self.resource_index.get(&(mode, resource_type.into(), name.into())).copied()
    }

    /// The `module` block of that name.
    pub fn call(&self, name: &str) -> Option<usize> {
        self.call_index.get(name).copied()
    }

    fn add(&mut self, block: Block) {
        let labels = block.labels.clone();
        match (&*block.kind, labels.as_slice()) {
            ("variable", [name]) => self.add_variable(name, &block),
            ("locals", []) => self.add_locals(block),
            ("output", [name]) => {
                self.insert_output(name, Later::now(OutputBlock::new(&block)), block.header);
            }
            ("resource", [_, _]) => self.add_resource(Mode::Managed, block),
            ("data", [_, _]) => self.add_resource(Mode::Data, block),
            ("module", [name]) => self.add_call(name, block),
            ("variable" | "locals" | "output" | "resource" | "data" | "module", _) => {
                self.invalid(block.header, format!("`{}` has the wrong number of labels", block.kind));
            }
            ("terraform", []) => {
                let keeps_state = |kind| block.body.blocks_of(kind).next().is_some();
                self.has_backend |= keeps_state("backend") || keeps_state("cloud");
                self.required_providers.add(&block.body);
            }
            ("provider", [name]) => self.add_provider(name, block),
            ("import", []) => match ImportBlock::new(&block) {
                Some(import) => self.imports.push(import),
                None => self.invalid(block.header, "an `import` block needs `to`".to_owned()),
            },
            ("moved" | "removed", []) => self.former_addresses.push(FormerAddress::new(&block)),
            // check, ephemeral, action, list … declare nothing that creates a credential.
            _ => {}
        }
    }

    fn invalid(&mut self, span: Span, message: String) {
        self.notices.push(Notice::at(NoticeKind::InvalidConfiguration, span, message));
    }

    /// Adds a block that nobody may ever ask for; those that say what a module is are read at once.
    fn add_piece(&mut self, piece: Piece) {
        let labels = piece.labels.clone();
        match (&*piece.kind, labels.as_slice()) {
            ("variable", [name]) => {
                let (header, label) = (piece.header, Arc::clone(name));
                let variable =
                    self.late.parse(piece, move |block, faults| Variable::new(&label, &block, faults));
                self.insert_variable(name, variable, header);
            }
            ("output", [name]) => {
                let header = piece.header;
                let output = self.late.parse(piece, |block, _| OutputBlock::new(&block));
                self.insert_output(name, output, header);
            }
            ("resource", [_, _]) => {
                self.insert_resource(ResourceBlock::later(Mode::Managed, piece, &self.late));
            }
            ("data", [_, _]) => self.insert_resource(ResourceBlock::later(Mode::Data, piece, &self.late)),
            ("locals", []) => match piece.attributes() {
                Some(attributes) => {
                    for attribute in attributes {
                        let (name, span) = (Arc::clone(&attribute.name), attribute.name_span);
                        let value = self.late.value(attribute);
                        self.insert_local(&name, value, span);
                    }
                }
                None => self.add_parsed(&piece),
            },
            (
                "variable" | "locals" | "output" | "resource" | "data" | "module" | "terraform" | "provider"
                | "import" | "moved" | "removed",
                _,
            ) => self.add_parsed(&piece),
            _ => {}
        }
    }

    fn add_parsed(&mut self, piece: &Piece) {
        let (block, notices) = piece.parse();
        self.notices.extend(notices);
        self.add(block);
    }

    fn faults(&mut self, faults: Faults) {
        for (span, message) in faults {
            self.invalid(span, message);
        }
    }

    fn add_variable(&mut self, name: &Arc<str>, block: &Block) {
        let mut faults = Faults::new();
        let variable = Variable::new(name, block, &mut faults);
        self.faults(faults);
        self.insert_variable(name, Later::now(variable), block.header);
    }

    fn insert_variable(&mut self, name: &Arc<str>, variable: Later<Variable>, header: Span) {
        if self.variables.insert(Arc::clone(name), variable).is_some() {
            self.invalid(header, format!("variable `{name}` is declared twice"));
        }
    }

    fn add_provider(&mut self, label: &str, block: Block) {
        let provider = ProviderBlock::new(label, block);
        let (name, header) = (Arc::clone(&provider.name), provider.header);
        if self.providers.contains_key(&name) {
            self.invalid(header, format!("provider configuration `{name}` is declared twice"));
            return;
        }
        self.providers.insert(name, provider);
    }

    /// What is said to be gone must not be there.
    fn check_former_addresses(&mut self) {
        for former in std::mem::take(&mut self.former_addresses) {
            let is_there = match former.from.as_deref() {
                Some([module, name]) if &**module == "module" => self.call(name).is_some(),
                Some([resource_type, name]) => self.resource(Mode::Managed, resource_type, name).is_some(),
                _ => false,
            };
            if let (true, Some(from)) = (is_there, &former.from) {
                let message = format!("`{}` is declared although it is {}", from.join("."), former.kind);
                self.invalid(former.header, message);
            }
        }
    }

    fn add_locals(&mut self, block: Block) {
        for attribute in block.body.attributes {
            let value = Later::now(Some(attribute.value));
            self.insert_local(&attribute.name, value, attribute.name_span);
        }
    }

    fn insert_local(&mut self, name: &Arc<str>, value: Later<Option<Expression>>, span: Span) {
        if self.locals.insert(Arc::clone(name), value).is_some() {
            self.invalid(span, format!("local value `{name}` is defined twice"));
        }
    }

    fn insert_output(&mut self, name: &Arc<str>, output: Later<OutputBlock>, header: Span) {
        if self.outputs.insert(Arc::clone(name), output).is_some() {
            self.invalid(header, format!("output `{name}` is declared twice"));
        }
    }

    fn add_resource(&mut self, mode: Mode, block: Block) {
        let mut faults = Faults::new();
        let resource = ResourceBlock::new(mode, block, &mut faults);
        self.faults(faults);
        self.insert_resource(resource);
    }

    fn insert_resource(&mut self, resource: Option<ResourceBlock>) {
        let Some(resource) = resource else { return };
        let key = (resource.mode, Arc::clone(&resource.resource_type), Arc::clone(&resource.name));
        if self.resource_index.contains_key(&key) {
            // The first stays, as Terraform would not run at all; both are reported on by their own notice.
            self.invalid(resource.header, format!("`{}` is declared twice", resource.address()));
            return;
        }
        self.resource_index.insert(key, self.resources.len());
        self.resources.push(resource);
    }

    fn add_call(&mut self, name: &Arc<str>, block: Block) {
        let mut faults = Faults::new();
        let call = ModuleCall::new(name, block, &mut faults);
        self.faults(faults);
        if self.call_index.contains_key(name) {
            self.invalid(call.header, format!("module `{name}` is called twice under one name"));
            return;
        }
        self.call_index.insert(Arc::clone(name), self.calls.len());
        self.calls.push(call);
    }
}
