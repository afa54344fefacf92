//! From a root module to the resources that were asked for: walks every module instance once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::resource::{Attribute, Interest, Output, Resource, RootContents};
use crate::source::{Notice, NoticeKind, Place, Span, Workspace};
use crate::terraform::configuration::Module;
use crate::terraform::inputs::Inputs;
use crate::terraform::lifecycle::ignores_changes;
use crate::terraform::modules::{ModuleLoader, Source};
use crate::terraform::schema;
use crate::value::{Condition, Data, Reason, Type, Unknown, Value, lift};

use super::imports::{Imports, mark_imported};
use super::instances::{Instance, Repetition};
use super::module_instance::{CallInstances, Caller, ModuleInstance};
use super::providers::Configuration;
use super::{Evaluator, Scope};

/// How deep modules may call one another.
const MAX_MODULE_DEPTH: usize = 40;
/// Module instances in one root at most.
const MAX_MODULE_INSTANCES: usize = 20_000;

/// Evaluates the root module in a canonical directory and hands over what the graph asks for.
pub fn collect(
    workspace: &Workspace,
    loader: &ModuleLoader<'_>,
    directory: &Path,
    inputs: &Inputs,
    interest: &Interest,
) -> RootContents {
    let evaluator = Evaluator {
        workspace,
        loader,
        inputs,
        root_directory: directory.to_owned(),
        instances: std::cell::RefCell::default(),
        notices: std::cell::RefCell::default(),
        accounts: std::cell::RefCell::default(),
        named: std::cell::RefCell::default(),
        generated: std::cell::Cell::new(0),
        steps: std::cell::Cell::new(0),
        depth: std::cell::Cell::new(0),
        expanded: std::cell::Cell::new(0),
    };
    let root = evaluator.add_module(ModuleSeed {
        prefix: String::new(),
        module: loader.load(directory),
        caller: None,
        level: 0,
        presence: Condition::always(),
        stands_for: None,
        provenance: Vec::new(),
        providers: BTreeMap::new(),
    });
    let mut collector = Collector {
        evaluator: &evaluator,
        contents: RootContents::default(),
        imports: Imports::new(),
        seen: BTreeSet::new(),
        follows_secrets: false,
    };
    collector.visit(&evaluator.instance(root), &interest.resources);
    collector.named(&interest.resources);
    mark_imported(&mut collector.contents.resources, &collector.imports);
    // A secret can only end up somewhere when there is one.
    if collector.contents.resources.iter().any(|resource| schema::has_secret(&resource.resource_type)) {
        collector.follows_secrets = true;
        collector.visit(&evaluator.instance(root), &interest.sinks);
        collector.outputs(&evaluator.instance(root));
    }
    let mut contents = collector.contents;
    contents.notices.extend(evaluator.notices.take());
    contents.accounts = evaluator.accounts.take().identities;
    contents
}

struct ModuleSeed {
    prefix: String,
    module: Arc<Module>,
    caller: Option<Caller>,
    level: usize,
    presence: Condition,
    stands_for: Option<Arc<str>>,
    provenance: Vec<Place>,
    providers: BTreeMap<Arc<str>, Configuration>,
}

impl Evaluator<'_> {
    fn add_module(&self, seed: ModuleSeed) -> usize {
        let mut instances = self.instances.borrow_mut();
        let id = instances.len();
        instances.push(Rc::new(ModuleInstance {
            id,
            prefix: seed.prefix,
            module: seed.module,
            caller: seed.caller,
            level: seed.level,
            presence: seed.presence,
            stands_for: seed.stands_for,
            provenance: seed.provenance,
            providers: seed.providers,
            variables: HashMap::new().into(),
            locals: HashMap::new().into(),
            outputs: HashMap::new().into(),
            attributes: HashMap::new().into(),
            resources: HashMap::new().into(),
            calls: HashMap::new().into(),
        }));
        id
    }

    /// The instances of a module call; `None` while they are being found (the call refers to itself).
    pub(super) fn call_instances(&self, module: &ModuleInstance, index: usize) -> Option<CallInstances> {
        if let Some(known) = module.calls.borrow().get(&index) {
            return known.clone();
        }
        module.calls.borrow_mut().insert(index, None);
        let call = &module.module.calls[index];
        let what = format!("{}module.{}", module.prefix, call.name);
        let scope = Scope::of(module);
        let repetition = Repetition {
            count: call.count.as_ref(),
            for_each: call.for_each.as_ref(),
            enabled: call.enabled.as_ref(),
        };
        let instances = self.expand(repetition, &what, scope);
        let child = if instances.is_empty() { None } else { self.called_module(module, index, &what) };
        let children = instances
            .iter()
            .map(|instance| {
                let id = child.as_ref().and_then(|child| self.child(module, index, child, instance));
                (instance.clone(), id)
            })
            .collect();
        let children = Rc::new(children);
        module.calls.borrow_mut().insert(index, Some(Rc::clone(&children)));
        Some(children)
    }

    fn called_module(&self, module: &ModuleInstance, index: usize, what: &str) -> Option<Arc<Module>> {
        let call = &module.module.calls[index];
        let missing = |kind, message: String, help: &str| {
            self.notice(Notice::at(kind, call.source_span, message).with_help(help));
            None
        };
        let Some(source) = &call.source else {
            let message = format!("the source of {what} is not a literal, so the module was not read");
            return missing(NoticeKind::ModuleNotOnDisk, message, "write the source as a plain string");
        };
        match self.loader.resolve(&module.module.directory, source) {
            Source::Directory(directory) => {
                if self.is_called_by_itself(module, &directory) || module.level >= MAX_MODULE_DEPTH {
                    let message = format!("{what} calls itself, or modules call one another too deep");
                    return missing(NoticeKind::LimitReached, message, "nothing below it was looked at");
                }
                Some(self.loader.load(&directory))
            }
            Source::OutsideRoot => missing(
                NoticeKind::OutsideRoot,
                format!("the source of {what}, {source:?}, leads outside the scanned root and was not read"),
                "scan a folder that holds both, or name one with --root",
            ),
            Source::Missing => missing(
                NoticeKind::ModuleNotOnDisk,
                format!("the source of {what}, {source:?}, is not there, so the module was not read"),
                "check the path",
            ),
            Source::Remote => missing(
                NoticeKind::ModuleNotOnDisk,
                format!("the source of {what}, {source:?}, is not on disk, so the module was not read"),
                "nothing is fetched; whether it makes IAM users is not known",
            ),
        }
    }

    fn is_called_by_itself(&self, module: &ModuleInstance, directory: &Path) -> bool {
        let mut current = module.module.directory == directory;
        let mut caller = module.caller.as_ref().map(|caller| caller.parent);
        while let (false, Some(id)) = (current, caller) {
            let parent = self.instance(id);
            current = parent.module.directory == directory;
            caller = parent.caller.as_ref().map(|caller| caller.parent);
        }
        current
    }

    fn child(
        &self,
        module: &ModuleInstance,
        index: usize,
        child: &Arc<Module>,
        instance: &Instance,
    ) -> Option<usize> {
        let call = &module.module.calls[index];
        if self.instances.borrow().len() >= MAX_MODULE_INSTANCES {
            let message =
                format!("more than {MAX_MODULE_INSTANCES} module instances; the others were not looked at");
            self.notice(Notice::at(NoticeKind::LimitReached, call.header, message));
            return None;
        }
        let address = format!("{}module.{}{}", module.prefix, call.name, instance.key);
        let mut provenance = module.provenance.clone();
        provenance.push(Place::new(call.header, format!("called here as {address}")));
        let providers = self.passed_configurations(module, call, instance);
        Some(self.add_module(ModuleSeed {
            prefix: format!("{address}."),
            module: Arc::clone(child),
            caller: Some(Caller { parent: module.id, call: index, instance: instance.clone() }),
            level: module.level + 1,
            presence: module.presence.and(&instance.presence),
            stands_for: module.stands_for.clone().or_else(|| instance.stands_for.clone()),
            provenance,
            providers,
        }))
    }
}

struct Collector<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    contents: RootContents,
    imports: Imports,
    /// Named instances that were visited.
    seen: BTreeSet<(usize, usize, usize)>,
    /// Whether this walk is the second, for the places where a secret may end up.
    follows_secrets: bool,
}

impl Collector<'_, '_> {
    fn visit(
        &mut self,
        module: &Rc<ModuleInstance>,
        wanted: &BTreeMap<&'static str, &'static [&'static str]>,
    ) {
        if module.presence.is_never() {
            return;
        }
        for notice in &module.module.notices {
            self.evaluator.notice(notice.clone());
        }
        if !self.follows_secrets {
            self.evaluator.add_imports(module, &mut self.imports);
        }
        for (index, block) in module.module.resources.iter().enumerate() {
            let attributes = wanted.get(&*block.resource_type).copied();
            let has_provisioner = block.body.blocks_of("provisioner").next().is_some();
            if attributes.is_some() || (has_provisioner && self.follows_secrets) {
                self.resource(module, index, attributes, wanted);
            }
        }
        for index in 0..module.module.calls.len() {
            let Some(children) = self.evaluator.call_instances(module, index) else { continue };
            for (_, child) in children.iter() {
                if let Some(child) = child {
                    self.visit(&self.evaluator.instance(*child), wanted);
                }
            }
        }
    }

    /// Adds a resource's instances with the attributes that are wanted of it, and their provisioners.
    fn resource(
        &mut self,
        module: &Rc<ModuleInstance>,
        index: usize,
        names: Option<&[&str]>,
        wanted: &BTreeMap<&'static str, &'static [&'static str]>,
    ) {
        let block = &module.module.resources[index];
        let Some(instances) = self.evaluator.resource_instances(module, index) else {
            let what = format!("{}{}", module.prefix, block.address());
            let message = format!("{what} has no instances: its repetition refers to itself");
            self.evaluator.notice(Notice::at(NoticeKind::InvalidConfiguration, block.header, message));
            return;
        };
        for at in 0..instances.len() {
            self.resource_instance(module, index, &instances, at, names, wanted);
        }
    }

    /// Adds the instances that were named after their block was visited.
    fn named(&mut self, wanted: &BTreeMap<&'static str, &'static [&'static str]>) {
        loop {
            let named = self.evaluator.named.take();
            if named.is_empty() {
                return;
            }
            for (module, index, at) in named {
                let module = self.evaluator.instance(module);
                let attributes = wanted.get(&*module.module.resources[index].resource_type);
                if let (Some(attributes), Some(instances)) =
                    (attributes, self.evaluator.resource_instances(&module, index))
                {
                    self.resource_instance(&module, index, &instances, at, Some(attributes), wanted);
                }
            }
        }
    }

    fn resource_instance(
        &mut self,
        module: &Rc<ModuleInstance>,
        index: usize,
        instances: &[Instance],
        at: usize,
        names: Option<&[&str]>,
        wanted: &BTreeMap<&'static str, &'static [&'static str]>,
    ) {
        let (block, instance) = (&module.module.resources[index], &instances[at]);
        let presence = module.presence.and(&instance.presence);
        let is_seen = instance.is_named && !self.seen.insert((module.id, index, at));
        if presence.is_never() || is_seen {
            return;
        }
        let address = Evaluator::resource_address(module, block, instance);
        let mut attributes = BTreeMap::new();
        for name in names.unwrap_or_default() {
            let name: Arc<str> = (*name).into();
            let written = block.body.attribute(&name).map(|attribute| attribute.span).or_else(|| {
                block.body.blocks.iter().find(|nested| is_block_of(nested, &name)).map(|nested| nested.header)
            });
            // What the provider's schema adds is no more than the block's own place.
            let span = written.unwrap_or(block.header);
            let mut value = self.evaluator.attribute(module, index, instances, at, &name, span);
            if &*name == "status" && ignores_changes(&block.body, &name) {
                value = without_later_changes(&value, &address, span);
            }
            let is_computed = written.is_none() && value.as_unknown().is_some();
            if !value.is_null() && !is_computed {
                attributes.insert(name, Attribute { value, span });
            }
        }
        let mut provenance = module.provenance.clone();
        provenance.push(Place::new(block.header, address.clone()));
        let mut resource = Resource {
            resource_type: Arc::clone(&block.resource_type),
            address: address.into(),
            mode: block.mode,
            account: self.evaluator.account(
                module,
                block.provider.as_ref(),
                &block.resource_type,
                block.header,
                Scope::within(module, instance),
            ),
            attributes: BTreeMap::new(),
            presence,
            existed_before: Condition::never(),
            imported: Condition::never(),
            stands_for: module.stands_for.clone().or_else(|| instance.stands_for.clone()),
            provenance,
        };
        if self.follows_secrets {
            let found = self.evaluator.provisioners(module, index, instances, at, &resource, wanted);
            self.contents.resources.extend(found);
        }
        if names.is_some() {
            resource.attributes = attributes;
            self.contents.resources.push(resource);
        }
    }

    fn outputs(&mut self, root: &Rc<ModuleInstance>) {
        for (name, output) in &root.module.outputs {
            let value = self.evaluator.output(root, name, output.header);
            self.contents.outputs.push(Output {
                address: format!("output.{name}").into(),
                value,
                sensitive: output.sensitive,
                span: output.value.as_ref().map_or(output.header, |value| value.span),
                header: output.header,
            });
        }
    }
}

/// A status that `ignore_changes` leaves alone: an edit to anything but what a key starts as is never applied.
fn without_later_changes(status: &Value, address: &str, span: Span) -> Value {
    lift(std::slice::from_ref(status), |status| match &status[0].data {
        Data::String(text) if &**text != "Active" => {
            let identity = format!("{address}.status (which ignore_changes leaves as it is)");
            Unknown::new(identity, Reason::Deployment).at(span).typed(Type::String).into()
        }
        _ => status[0].clone(),
    })
}

fn is_block_of(block: &crate::syntax::hcl::Block, name: &str) -> bool {
    &*block.kind == name
        || (&*block.kind == "dynamic" && block.labels.first().is_some_and(|label| &**label == name))
}
