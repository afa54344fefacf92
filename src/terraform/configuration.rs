//! One module as written: the blocks of a directory's files, sorted by what they declare, nothing evaluated.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::resource::Mode;
use crate::source::{Notice, NoticeKind, Span};
use crate::syntax::hcl::{Block, Body, Expression, ExpressionKind};
use crate::value::{Type, Value};

use super::construct::Construct;
use super::lifecycle::{FormerAddress, ImportBlock, enabled};
use super::models::Model;
use super::providers::{ProviderBlock, ProviderReference, RequiredProviders};
use super::type_expression::{Constraint, parse_constraint};

/// The blocks of one directory.
#[derive(Debug, Default)]
pub struct Module {
    /// Canonical directory.
    pub directory: PathBuf,
    /// `variable` blocks by name.
    pub variables: BTreeMap<Arc<str>, Variable>,
    /// Every entry of every `locals` block.
    pub locals: BTreeMap<Arc<str>, Expression>,
    /// `resource` and `data` blocks in document order.
    pub resources: Vec<ResourceBlock>,
    /// `module` blocks in document order.
    pub calls: Vec<ModuleCall>,
    /// `output` blocks by name.
    pub outputs: BTreeMap<Arc<str>, OutputBlock>,
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
    /// What was wrong with the files.
    pub notices: Vec<Notice>,
    former_addresses: Vec<FormerAddress>,
    resource_index: BTreeMap<(Mode, Arc<str>, Arc<str>), usize>,
    call_index: BTreeMap<Arc<str>, usize>,
}

/// A `variable` block.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// `type`, `any` when absent.
    pub constraint: Type,
    /// The types that override files took the place of, in order: the default is converted to each of them
    /// before it is converted to `constraint`.
    pub overridden_constraints: Vec<Type>,
    /// Whether `type` is written at all.
    pub has_type: bool,
    /// `default`.
    pub default: Option<Expression>,
    /// `nullable`, true when absent.
    pub nullable: bool,
    /// `sensitive`.
    pub sensitive: bool,
    /// All values that its `validation` allows, where it lists them.
    pub allowed: Option<Vec<Value>>,
    /// The block's header.
    pub header: Span,
}

/// A `resource` or `data` block.
#[derive(Debug)]
pub struct ResourceBlock {
    /// Which of the two.
    pub mode: Mode,
    /// First label.
    pub resource_type: Arc<str>,
    /// Second label.
    pub name: Arc<str>,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `lifecycle { enabled = … }`
    pub enabled: Option<Expression>,
    /// `provider`
    pub provider: Option<ProviderReference>,
    /// The construct that it was generated from.
    pub construct: Option<Construct>,
    /// All arguments and nested blocks.
    pub body: Body,
    /// The block's header.
    pub header: Span,
}

impl ResourceBlock {
    /// Address within its module, without instance key: `aws_iam_user.a`, `data.aws_iam_user.a`.
    pub fn address(&self) -> String {
        match self.mode {
            Mode::Managed => format!("{}.{}", self.resource_type, self.name),
            Mode::Data => format!("data.{}.{}", self.resource_type, self.name),
        }
    }

    /// Its provisioners, each as if it were a resource of a type of its own: `provisioner "local-exec"`.
    pub fn provisioners(&self) -> impl Iterator<Item = (String, &Block)> {
        let blocks = self.body.blocks_of("provisioner");
        blocks.filter_map(|block| Some((format!("provisioner \"{}\"", block.labels.first()?), block)))
    }
}

/// A `module` block.
#[derive(Debug)]
pub struct ModuleCall {
    /// Its label.
    pub name: Arc<str>,
    /// `source`, when it is a literal.
    pub source: Option<Arc<str>>,
    /// Where `source` stands, or the header.
    pub source_span: Span,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `lifecycle { enabled = … }`
    pub enabled: Option<Expression>,
    /// `providers`: the called module's name (`aws`, `aws.other`) to the caller's.
    pub providers: BTreeMap<Arc<str>, ProviderReference>,
    /// The inputs and the meta-arguments.
    pub body: Body,
    /// The block's header.
    pub header: Span,
}

/// An `output` block.
#[derive(Debug)]
pub struct OutputBlock {
    /// `value`; absent is an error of the configuration.
    pub value: Option<Expression>,
    /// `sensitive = true`.
    pub sensitive: bool,
    /// The block's header.
    pub header: Span,
}

impl Module {
    /// Sorts the blocks of a directory's files.
    pub fn from_files(directory: PathBuf, files: Vec<(Body, Vec<Notice>)>) -> Self {
        let mut module = Self { directory, ..Self::default() };
        for (body, notices) in files {
            module.notices.extend(notices);
            for block in body.blocks {
                module.add(block);
            }
        }
        module.check_former_addresses();
        module
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
            ("output", [name]) => self.add_output(name, &block),
            ("resource", [resource_type, name]) => {
                self.add_resource(Mode::Managed, resource_type, name, block);
            }
            ("data", [resource_type, name]) => self.add_resource(Mode::Data, resource_type, name, block),
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

    fn add_variable(&mut self, name: &Arc<str>, block: &Block) {
        let body = &block.body;
        // More than one stands here when override files changed it.
        let mut constraints = Vec::new();
        for attribute in body.attributes.iter().filter(|attribute| &*attribute.name == "type") {
            let constraint = parse_constraint(&attribute.value).unwrap_or_else(|(span, message)| {
                self.invalid(span, message);
                Constraint::default()
            });
            constraints.push(constraint.of_type);
        }
        let constraint = constraints.pop();
        let variable = Variable {
            name: Arc::clone(name),
            has_type: constraint.is_some(),
            constraint: constraint.unwrap_or(Constraint::default().of_type),
            overridden_constraints: constraints,
            default: body.attribute("default").map(|attribute| attribute.value.clone()),
            nullable: literal_bool(body, "nullable").unwrap_or(true),
            sensitive: literal_bool(body, "sensitive").unwrap_or(false),
            allowed: super::toggles::allowed_values(name, body),
            header: block.header,
        };
        if self.variables.insert(Arc::clone(name), variable).is_some() {
            self.invalid(block.header, format!("variable `{name}` is declared twice"));
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
            let name = attribute.name;
            if self.locals.insert(Arc::clone(&name), attribute.value).is_some() {
                self.invalid(attribute.name_span, format!("local value `{name}` is defined twice"));
            }
        }
    }

    fn add_output(&mut self, name: &Arc<str>, block: &Block) {
        let output = OutputBlock {
            value: block.body.attribute("value").map(|attribute| attribute.value.clone()),
            sensitive: literal_bool(&block.body, "sensitive").unwrap_or(false),
            header: block.header,
        };
        if self.outputs.insert(Arc::clone(name), output).is_some() {
            self.invalid(block.header, format!("output `{name}` is declared twice"));
        }
    }

    fn add_resource(&mut self, mode: Mode, resource_type: &Arc<str>, name: &Arc<str>, mut block: Block) {
        let construct = Construct::take(&mut block);
        let (count, for_each, enabled) = self.repetition(&block);
        let provider = block.body.attribute("provider").and_then(|attribute| {
            let reference = ProviderReference::new(&attribute.value);
            if reference.is_none() {
                self.invalid(attribute.span, "`provider` refers to no provider".to_owned());
            }
            reference
        });
        let resource = ResourceBlock {
            mode,
            resource_type: Arc::clone(resource_type),
            name: Arc::clone(name),
            count,
            for_each,
            enabled,
            provider,
            construct,
            header: block.header,
            body: block.body,
        };
        let key = (mode, Arc::clone(resource_type), Arc::clone(name));
        if self.resource_index.contains_key(&key) {
            // The first stays, as Terraform would not run at all; both are reported on by their own notice.
            self.invalid(resource.header, format!("`{}` is declared twice", resource.address()));
            return;
        }
        self.resource_index.insert(key, self.resources.len());
        self.resources.push(resource);
    }

    fn add_call(&mut self, name: &Arc<str>, block: Block) {
        let (count, for_each, enabled) = self.repetition(&block);
        let source = block.body.attribute("source");
        let call = ModuleCall {
            name: Arc::clone(name),
            source: source.and_then(|attribute| literal_string(&attribute.value)),
            source_span: source.map_or(block.header, |attribute| attribute.span),
            count,
            for_each,
            enabled,
            providers: block
                .body
                .attribute("providers")
                .map(|attribute| ProviderReference::map(&attribute.value))
                .unwrap_or_default(),
            header: block.header,
            body: block.body,
        };
        if self.call_index.contains_key(name) {
            self.invalid(call.header, format!("module `{name}` is called twice under one name"));
            return;
        }
        self.call_index.insert(Arc::clone(name), self.calls.len());
        self.calls.push(call);
    }

    fn repetition(&mut self, block: &Block) -> (Option<Expression>, Option<Expression>, Option<Expression>) {
        let value = |name| block.body.attribute(name).map(|attribute| attribute.value.clone());
        let (count, for_each, enabled) = (value("count"), value("for_each"), enabled(&block.body));
        if let (Some(_), Some(for_each)) = (&count, &for_each) {
            self.invalid(for_each.span, "`count` and `for_each` exclude each other".to_owned());
        }
        if let (Some(enabled), true) = (&enabled, count.is_some() || for_each.is_some()) {
            self.invalid(enabled.span, "`enabled` excludes `count` and `for_each`".to_owned());
        }
        (count, for_each, enabled)
    }
}

/// The text of a string that holds no interpolation.
pub fn literal_string(expression: &Expression) -> Option<Arc<str>> {
    match &*expression.kind {
        ExpressionKind::String(text) => Some(Arc::clone(text)),
        ExpressionKind::Parenthesis(inner) => literal_string(inner),
        _ => None,
    }
}

fn literal_bool(body: &Body, name: &str) -> Option<bool> {
    match &*body.attribute(name)?.value.kind {
        ExpressionKind::Bool(value) => Some(*value),
        ExpressionKind::String(text) => text.parse().ok(),
        _ => None,
    }
}
