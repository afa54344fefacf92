//! `import` blocks: which objects are there already.

use std::collections::BTreeMap;

use crate::resource::{Mode, Resource};
use crate::source::{Notice, NoticeKind};
use crate::syntax::hcl::{Expression, ExpressionKind, StepKind};
use crate::terraform::lifecycle::ImportBlock;
use crate::value::{Condition, Data, Value};

use super::instances::{Expansion, Key, Repetition};
use super::module_instance::ModuleInstance;
use super::{Evaluator, Scope};

/// Addresses within the root, and when each is imported.
pub type Imports = BTreeMap<String, Condition>;

/// Ways in which the keys of one address can turn out.
const MAX_ADDRESSES: usize = 64;

impl Evaluator<'_> {
    /// Adds what the `import` blocks of a module instance bring in.
    pub(super) fn add_imports(&self, module: &ModuleInstance, imports: &mut Imports) {
        for block in &module.module.imports {
            self.check_import(module, block);
            let repetition = Repetition { for_each: block.for_each.as_ref(), ..Repetition::default() };
            let Expansion { instances, unknown } =
                self.expand(repetition, "an `import` block", Scope::of(module));
            unknown.into_iter().for_each(|notice| self.notice(notice));
            for instance in instances.iter() {
                let presence = module.presence.and(&instance.presence);
                for (when, address) in self.addresses(module, &block.to, Scope::within(module, instance)) {
                    let imported = imports.entry(address).or_insert_with(Condition::never);
                    *imported = imported.or(&presence.and(&when));
                }
            }
        }
    }

    /// The addresses that `to` can mean, keys evaluated.
    fn addresses(
        &self,
        module: &ModuleInstance,
        to: &Expression,
        scope: Scope<'_>,
    ) -> Vec<(Condition, String)> {
        let (root, steps) = match &*to.kind {
            ExpressionKind::Traversal(root, steps) => (root, steps.as_slice()),
            _ => (to, [].as_slice()),
        };
        let (ExpressionKind::Variable(root) | ExpressionKind::String(root)) = &*root.kind else {
            return Vec::new();
        };
        let mut found = vec![(Condition::always(), format!("{}{root}", module.prefix))];
        for step in steps {
            match &step.kind {
                StepKind::Attribute(name) => {
                    found.iter_mut().for_each(|(_, address)| *address = format!("{address}.{name}"));
                }
                StepKind::Index(key) => {
                    let keys = self.evaluate(key, scope).alternatives();
                    let both = found.iter().flat_map(|(when, address)| {
                        keys.iter().filter_map(move |(other, key)| {
                            Some((when.and(other), format!("{address}{}", instance_key(key)?)))
                        })
                    });
                    found = both.filter(|(when, _)| !when.is_never()).take(MAX_ADDRESSES).collect();
                }
                StepKind::AttributeSplat | StepKind::FullSplat => return Vec::new(),
            }
        }
        found
    }

    /// Says it when there is no block for what is imported.
    fn check_import(&self, module: &ModuleInstance, block: &ImportBlock) {
        let ExpressionKind::Traversal(root, steps) = &*block.to.kind else { return };
        let (ExpressionKind::Variable(resource_type), Some(StepKind::Attribute(name))) =
            (&*root.kind, steps.first().map(|step| &step.kind))
        else {
            return;
        };
        let is_there = match &**resource_type {
            "module" => module.module.call(name).is_some(),
            _ => module.module.resource(Mode::Managed, resource_type, name).is_some(),
        };
        if !is_there {
            let address = format!("{}{resource_type}.{name}", module.prefix);
            let message = format!("{address} is imported and not declared");
            self.notice(Notice::at(NoticeKind::InvalidConfiguration, block.to.span, message));
        }
    }
}

/// Marks the resources that are imported.
pub fn mark_imported(resources: &mut [Resource], imports: &Imports) {
    for resource in resources.iter_mut().filter(|resource| resource.mode == Mode::Managed) {
        if let Some(imported) = imports.get(&*resource.address) {
            resource.imported = imported.clone();
            resource.existed_before = resource.existed_before.or(imported);
        }
    }
}

fn instance_key(key: &Value) -> Option<Key> {
    match &key.data {
        Data::Number(number) => Some(Key::Index(usize::try_from(number.as_i64()?).ok()?)),
        Data::String(text) => Some(Key::Name(text.clone())),
        Data::Unknown(unknown) if unknown.error_message().is_none() => {
            Some(Key::Unknown(unknown.identity.clone()))
        }
        _ => None,
    }
}
