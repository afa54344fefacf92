//! From a root module to the resources that were asked for: walks every module instance once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::resource::{Attribute, Attributes, Interest, Output, OutputKind, Resource, RootContents};
use crate::source::{Notice, NoticeKind, Place, Span, Workspace};
use crate::terraform::configuration::Module;
use crate::terraform::inputs::Inputs;
use crate::terraform::lifecycle::ignores_changes;
use crate::terraform::modules::ModuleLoader;
use crate::terraform::schema;
use crate::value::{Condition, Data, Mark, Reason, Type, Unknown, Value, lift};

use super::carriers::Carriers;
use super::imports::{Imports, mark_imported};
use super::instances::Instance;
use super::module_instance::{ModuleInstance, ModuleSeed, Repeated};
use super::{Evaluator, Scope};

/// Resource type to the attributes of interest.
type Wanted = BTreeMap<&'static str, &'static [&'static str]>;

/// Evaluates a root module and hands over what the graph asks for. `provenance` is what leads to the root
/// itself: nothing, but for a Terragrunt unit.
pub fn collect(
    workspace: &Workspace,
    loader: &ModuleLoader<'_>,
    module: Arc<Module>,
    inputs: &Inputs,
    interest: &Interest,
    provenance: Vec<Place>,
) -> RootContents {
    let evaluator = Evaluator::new(workspace, loader, inputs, module.directory.clone());
    let inferred_from = module.model.map(|model| Arc::from(model.label));
    let root = evaluator.add_module(ModuleSeed { provenance, inferred_from, ..ModuleSeed::root(module) });
    let mut collector = Collector {
        evaluator: &evaluator,
        contents: RootContents::default(),
        imports: Imports::new(),
        reached: BTreeMap::new(),
        read: BTreeMap::new(),
        seen: BTreeSet::new(),
        secrets_only: false,
    };
    let mut of_weight = interest.resources.clone();
    of_weight.retain(|resource_type, _| !interest.supporting.contains(resource_type));
    collector.gather(&evaluator.instance(root), &of_weight);
    // Groups and policies only where a user can have one.
    if collector.contents.resources.iter().any(|resource| interest.leading.contains(&*resource.resource_type))
    {
        collector.contents.resources.clear();
        (collector.imports, collector.seen) = (Imports::new(), BTreeSet::new());
        collector.gather(&evaluator.instance(root), &interest.resources);
    }
    mark_imported(&mut collector.contents.resources, &collector.imports);
    // A secret can only end up somewhere when there is one.
    if collector.contents.resources.iter().any(|resource| schema::has_secret(&resource.resource_type)) {
        collector.secrets_only = true;
        collector.reached.clear();
        collector.visit(&evaluator.instance(root), &interest.sinks);
        collector.outputs(&evaluator.instance(root));
    }
    let mut contents = collector.contents;
    // Only now is all read that anybody asks for.
    contents.notices.extend(collector.read.values().flat_map(|module| module.all_notices()));
    contents.notices.extend(evaluator.notices.take());
    contents.accounts = evaluator.accounts.take().identities;
    contents.steps = evaluator.steps.get();
    contents
}

struct Collector<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    contents: RootContents,
    imports: Imports,
    /// Whether a call leads to anything that is wanted on this walk, by the module it stands in and its index.
    reached: BTreeMap<(*const Module, usize), bool>,
    /// Modules that were visited, by their directories.
    read: BTreeMap<PathBuf, Arc<Module>>,
    /// Named instances that were visited.
    seen: BTreeSet<(usize, usize, usize)>,
    /// Whether this walk is the second, for the places where a secret may end up. Resources are then kept only
    /// where a secret is in them: what is unknown about the others is nothing that anybody needs to hear of.
    secrets_only: bool,
}

impl Collector<'_, '_> {
    fn gather(&mut self, root: &Rc<ModuleInstance>, wanted: &Wanted) {
        self.visit(root, wanted);
        self.named(wanted);
    }

    /// Collects a module instance and what it calls. Tells whether anything was kept.
    fn visit(&mut self, module: &Rc<ModuleInstance>, wanted: &Wanted) -> bool {
        if module.presence.is_never() {
            return false;
        }
        self.read.entry(module.module.directory.clone()).or_insert_with(|| Arc::clone(&module.module));
        if !self.secrets_only {
            self.evaluator.add_imports(module, &mut self.imports);
        }
        let mut any_kept = false;
        let mut carriers = Carriers::new(&module.module, module.caller.is_some());
        for (index, block) in module.module.resources.iter().enumerate() {
            let attributes = wanted.get(&*block.resource_type).copied();
            let has_sink = || self.secrets_only && block.provisioners().next().is_some();
            if attributes.is_none() && !has_sink() || self.secrets_only && !carriers.reach(block) {
                continue;
            }
            let said = self.evaluator.notices.borrow().len();
            let kept = self.resource(module, index, attributes, wanted);
            if kept || !self.secrets_only {
                self.say_unknown(module, Repeated::Resource(index));
            } else {
                self.evaluator.notices.borrow_mut().truncate(said);
            }
            any_kept |= kept;
        }
        for (index, call) in module.module.calls.iter().enumerate() {
            // Told once a call, not once an instance of the module that it stands in: it asks the file system.
            let reached = *self.reached.entry((Arc::as_ptr(&module.module), index)).or_insert_with(|| {
                let loader = self.evaluator.loader;
                if self.secrets_only {
                    loader.call_reaches_a_sink(&module.module, call)
                } else {
                    loader.call_matters(&module.module, call)
                }
            });
            if !reached {
                continue;
            }
            let Some(children) = self.evaluator.call_instances(module, index) else { continue };
            let mut kept = false;
            for child in children.iter().filter_map(|(_, child)| *child) {
                kept |= self.visit(&self.evaluator.instance(child), wanted);
            }
            if kept || !self.secrets_only {
                self.say_unknown(module, Repeated::Call(index));
            }
            any_kept |= kept;
        }
        any_kept
    }

    /// Says what is unknown about which instances a block has.
    fn say_unknown(&self, module: &ModuleInstance, block: Repeated) {
        for notice in module.unknown_repetitions.borrow_mut().remove(&block).unwrap_or_default() {
            self.evaluator.notice(notice);
        }
    }

    /// Adds a resource's instances with the attributes that are wanted of it, and their provisioners. Whether
    /// any was kept.
    fn resource(
        &mut self,
        module: &Rc<ModuleInstance>,
        index: usize,
        names: Option<&[&'static str]>,
        wanted: &Wanted,
    ) -> bool {
        let block = &module.module.resources[index];
        let Some(instances) = self.evaluator.resource_instances(module, index) else {
            let what = format!("{}{}", module.prefix, block.address());
            let message = format!("{what} has no instances: its repetition refers to itself");
            self.evaluator.notice(Notice::at(NoticeKind::InvalidConfiguration, block.header, message));
            return false;
        };
        let mut any_kept = false;
        for at in 0..instances.len() {
            any_kept |= self.resource_instance(module, index, &instances, at, names, wanted);
        }
        any_kept
    }

    /// Adds the instances that were named after their block was visited.
    fn named(&mut self, wanted: &Wanted) {
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
        names: Option<&[&'static str]>,
        wanted: &Wanted,
    ) -> bool {
        let (block, instance) = (&module.module.resources[index], &instances[at]);
        let presence = module.presence.and(&instance.presence);
        let is_seen = instance.is_named && !self.seen.insert((module.id, index, at));
        if presence.is_never() || is_seen {
            return false;
        }
        let address = Evaluator::resource_address(module, block, instance);
        let mut attributes = Attributes::default();
        for asked in names.unwrap_or_default() {
            let name: Arc<str> = (*asked).into();
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
                attributes.insert(asked, Attribute { value, span });
            }
        }
        let mut provenance = module.provenance.clone();
        let construct = block.construct.as_ref();
        let (loader, directory) = (self.evaluator.loader, &module.module.directory);
        let constructed_at = construct.and_then(|construct| construct.place(loader, directory));
        provenance.push(Place::new(block.header, &*address));
        let mut resource = Resource {
            resource_type: Arc::clone(&block.resource_type),
            address,
            mode: block.mode,
            account: self.evaluator.account(
                module,
                block.provider.as_ref(),
                &block.resource_type,
                block.header,
                Scope::within(module, instance),
            ),
            attributes: Attributes::default(),
            presence,
            existed_before: Condition::never(),
            imported: Condition::never(),
            stands_for: module.stands_for.clone().or_else(|| instance.stands_for.clone()),
            provenance,
            inferred_from: module.inferred_from.clone(),
            logical_id: None,
            construct_path: construct.map(|construct| Arc::clone(&construct.path)),
            constructed_at,
        };
        let mut any_kept = false;
        if self.secrets_only {
            let found = self.evaluator.provisioners(module, index, instances, at, &resource, wanted);
            let found = found.into_iter().filter(|one| one.attributes.values().any(shows_secret));
            let before = self.contents.resources.len();
            self.contents.resources.extend(found);
            any_kept = self.contents.resources.len() > before;
        }
        if names.is_some() && (!self.secrets_only || attributes.values().any(shows_secret)) {
            resource.attributes = attributes;
            self.contents.resources.push(resource);
            any_kept = true;
        }
        any_kept
    }

    fn outputs(&mut self, root: &Rc<ModuleInstance>) {
        let mut carriers = Carriers::new(&root.module, false);
        for (name, output) in &root.module.outputs {
            if !carriers.text(output.text(), 0) {
                continue;
            }
            let said = self.evaluator.notices.borrow().len();
            let value = self.evaluator.output(root, name, output.header);
            if !holds_secret(&value) {
                self.evaluator.notices.borrow_mut().truncate(said);
                continue;
            }
            self.contents.outputs.push(Output {
                kind: OutputKind::Terraform,
                construct_path: None,
                constructed_at: None,
                presence: Condition::always(),
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

fn shows_secret(attribute: &Attribute) -> bool {
    holds_secret(&attribute.value)
}

/// Whether a secret is in a value, or in the JSON text that it is.
fn holds_secret(value: &Value) -> bool {
    value.marks.iter().any(|mark| matches!(mark, Mark::SecretOf { .. }))
        || value.as_unknown().and_then(|unknown| unknown.json.as_deref()).is_some_and(holds_secret)
        || value.children().into_iter().any(holds_secret)
}

fn is_block_of(block: &crate::syntax::hcl::Block, name: &str) -> bool {
    &*block.kind == name
        || (&*block.kind == "dynamic" && block.labels.first().is_some_and(|label| &**label == name))
}
