//! From a module call to the module: a directory, what `terraform init` installed, or a model.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind, Place, Span};
use crate::terraform::blocks::ModuleCall;
use crate::terraform::configuration::Module;
use crate::terraform::manifest::Installed;
use crate::terraform::models::Model;
use crate::terraform::module_source::ModuleSource;
use crate::terraform::module_source::without_secrets;
use crate::terraform::modules::Source;
use crate::value::Mark;

use super::instances::{Expansion, Instance, Repetition};
use super::module_instance::{CallInstances, Caller, ModuleInstance, ModuleSeed, Repeated};
use super::{Evaluator, Scope};

/// Module instances in one root at most.
const MAX_MODULE_INSTANCES: usize = 20_000;
/// How deep modules may call one another.
const MAX_MODULE_DEPTH: usize = 40;

impl Evaluator<'_> {
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
        let Expansion { instances, unknown } = self.expand(repetition, &what, scope);
        module.unknown_repetitions.borrow_mut().insert(Repeated::Call(index), unknown);
        let child = if instances.is_empty() { None } else { self.called_module(module, index) };
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
        // What a model makes stands at its call: the call is no further place.
        if child.model.is_none() {
            provenance.push(Place::new(call.header, format!("called here as {address}")));
        }
        let own_model = || child.model.map(|model| Arc::from(model.label));
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
            inferred_from: module.inferred_from.clone().or_else(own_model),
            environment: None,
        }))
    }

    /// The module that a call leads to; `None`, and a notice, when it cannot be read.
    pub(super) fn called_module(&self, module: &ModuleInstance, index: usize) -> Option<Arc<Module>> {
        let call = &module.module.calls[index];
        let path = self.call_path(module, call);
        let what = format!("module.{}", path.replace('.', ".module."));
        let source = self.constant_argument(module, call, "source", &what)?;
        let shown = without_secrets(&source);
        match self.loader.resolve(&module.module.directory, &source) {
            Source::Directory(directory) => self.load_called(module, &directory, call, &what),
            Source::OutsideRoot => {
                let message = format!(
                    "the source of {what}, {shown:?}, leads outside the scanned root and was not read"
                );
                let help = "scan a folder that holds both, or name one with --root";
                self.missing(NoticeKind::OutsideRoot, call.source_span, message, help)
            }
            Source::Missing => {
                let message =
                    format!("the source of {what}, {shown:?}, is not there, so the module was not read");
                self.missing(NoticeKind::ModuleNotOnDisk, call.source_span, message, "check the path")
            }
            Source::Remote => self.remote_module(module, call, &path, &what, &source),
        }
    }

    fn remote_module(
        &self,
        module: &ModuleInstance,
        call: &ModuleCall,
        path: &str,
        what: &str,
        source: &str,
    ) -> Option<Arc<Module>> {
        let address = ModuleSource::parse(source);
        let version = match call.body.attribute("version") {
            Some(_) => Some(self.constant_argument(module, call, "version", what)?),
            None => None,
        };
        let init = match self.workspace.display(&self.root_directory).as_str() {
            "." => "`terraform init`".to_owned(),
            root => format!("`terraform init` in {root}"),
        };
        // Why what is installed was not read, when something is.
        let (mut kind, mut instead) = (NoticeKind::ModuleNotOnDisk, String::new());
        if module.module.model.is_none() {
            let manifest = self.loader.manifest(&self.root_directory);
            manifest.notices.iter().for_each(|notice| self.notice(notice.clone()));
            match manifest.installed(self.workspace, path, &address, version.as_deref()) {
                Installed::Directory(directory) => return self.load_called(module, &directory, call, what),
                Installed::No => {}
                Installed::Stale(why) => {
                    instead = format!(" ({} is out of date: it {why})", manifest.path);
                }
                Installed::OutsideRoot(directory) => {
                    kind = NoticeKind::OutsideRoot;
                    instead = format!(" ({} leads to {directory}, outside the scanned root)", manifest.path);
                }
            }
        }
        let Some(model) = address.public_module(version.as_deref()).and_then(|public| Model::of(&public))
        else {
            let source = without_secrets(source);
            let message = format!(
                "the source of {what}, {source:?}, is not on disk{instead}, so the module was not read"
            );
            let help = format!(
                "nothing is fetched, so whether it makes IAM users is not known: run {init}, or vendor the module"
            );
            return self.missing(kind, call.source_span, message, &help);
        };
        // A model's own calls are part of what was said at the call of the model.
        if module.module.model.is_none() {
            let message = format!(
                "the source of {what} is not on disk{instead}; the known defaults of {} stand in for it",
                model.label
            );
            let notice = Notice::at(NoticeKind::ModuleModelled, call.source_span, message);
            self.notice(
                notice.with_help(format!("run {init}, or vendor the module, to have its source checked")),
            );
        }
        Some(self.loader.model(model, call.header))
    }

    fn load_called(
        &self,
        module: &ModuleInstance,
        directory: &Path,
        call: &ModuleCall,
        what: &str,
    ) -> Option<Arc<Module>> {
        if self.is_called_by_itself(module, directory) || module.level >= MAX_MODULE_DEPTH {
            let message = format!("{what} calls itself, or modules call one another too deep");
            let help = "nothing below it was looked at";
            return self.missing(NoticeKind::LimitReached, call.source_span, message, help);
        }
        Some(self.loader.load(directory))
    }

    /// `source` or `version`: a text that is known before anything is planned.
    fn constant_argument(
        &self,
        module: &ModuleInstance,
        call: &ModuleCall,
        argument: &str,
        what: &str,
    ) -> Option<Arc<str>> {
        let Some(attribute) = call.body.attribute(argument) else {
            let message = format!("{what} has no {argument}, so the module was not read");
            let help = "`terraform validate` says more";
            return self.missing(NoticeKind::InvalidConfiguration, call.header, message, help);
        };
        let value = self.evaluate(&attribute.value, Scope::of(module));
        if let (Some(text), false) = (value.as_str(), value.marks.contains(&Mark::Sensitive)) {
            return Some(text.into());
        }
        let message = format!("the {argument} of {what} is no known text, so the module was not read");
        let help = format!(
            "give the variables that it hangs on their values, or write the {argument} as a plain string"
        );
        self.missing(NoticeKind::ModuleNotOnDisk, attribute.value.span, message, &help)
    }

    fn missing<T>(&self, kind: NoticeKind, place: Span, message: String, help: &str) -> Option<T> {
        self.notice(Notice::at(kind, place, message).with_help(help));
        None
    }

    /// The names of the calls that lead to one, without instance keys: how a manifest names it.
    fn call_path(&self, module: &ModuleInstance, call: &ModuleCall) -> String {
        let mut names = vec![call.name.to_string()];
        let mut caller = module.caller.as_ref().map(|caller| (caller.parent, caller.call));
        while let Some((id, index)) = caller {
            let parent = self.instance(id);
            names.push(parent.module.calls[index].name.to_string());
            caller = parent.caller.as_ref().map(|caller| (caller.parent, caller.call));
        }
        names.reverse();
        names.join(".")
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
}
