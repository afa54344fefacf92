//! Which account a resource belongs to: from its provider configuration to what that says of an account.
//!
//! IAM is global, so configurations that differ only by region are one account. What tells accounts apart is the
//! account number, or else everything that decides whose credentials are used. What cannot be compared is kept
//! apart.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::resource::AccountIdentity;
use crate::source::{Notice, NoticeKind, Span, Workspace};
use crate::syntax::hcl::{Body, Expression};
use crate::terraform::account::{ARGUMENTS, Signature};
use crate::terraform::blocks::ModuleCall;
use crate::terraform::configuration::Module;
use crate::terraform::inputs::Inputs;
use crate::terraform::modules::ModuleLoader;
use crate::terraform::providers::ProviderReference;
use crate::value::{Value, describe};

use super::instances::{Expansion, Instance, Repetition};
use super::module_instance::{ModuleInstance, ModuleSeed};
use super::{Evaluator, Scope};

/// A provider configuration: that of a module instance, by name, and by key where one block makes several.
#[derive(Clone)]
pub struct Configuration {
    /// The module instance that declares it.
    module: usize,
    /// `aws`, `aws.west`
    name: Arc<str>,
    key: Option<Value>,
}

/// The accounts that were met in a root.
#[derive(Default)]
pub struct Accounts {
    /// Configurations by module instance, name and key.
    by_configuration: BTreeMap<(usize, Arc<str>, String), Arc<str>>,
    /// What a configuration says of its account, to the account's name.
    by_signature: BTreeMap<String, Arc<str>>,
    /// The keys of blocks that make several, by module instance and name.
    repeated: BTreeMap<(usize, Arc<str>), Configurations>,
    /// How well each account is known.
    pub identities: BTreeMap<Arc<str>, AccountIdentity>,
}

/// Configurations by key.
type Configurations = Rc<BTreeMap<String, Instance>>;

impl Evaluator<'_> {
    /// The account of a resource.
    pub(super) fn account(
        &self,
        module: &ModuleInstance,
        provider: Option<&ProviderReference>,
        resource_type: &str,
        header: Span,
        scope: Scope<'_>,
    ) -> Arc<str> {
        let implied = resource_type.split('_').next().unwrap_or(resource_type);
        let configuration = match provider {
            Some(reference) => {
                let key = reference.key.as_ref().map(|key| self.evaluate(key, scope));
                self.provider_configuration(module, &reference.name, key)
            }
            None => match self.provider_configuration(module, implied, None) {
                // Other providers for the same account, configured by the environment or not at all.
                other if matches!(implied, "awscc" | "awsutils") && !self.is_declared(&other) => {
                    self.provider_configuration(module, "aws", None)
                }
                own => own,
            },
        };
        self.account_of(&configuration, provider.map_or(header, |reference| reference.span))
    }

    /// The configurations that a call passes, by the called module's names.
    pub(super) fn passed_configurations(
        &self,
        module: &ModuleInstance,
        call: &ModuleCall,
        instance: &Instance,
    ) -> BTreeMap<Arc<str>, Configuration> {
        let scope = Scope::within(module, instance);
        let passed = call.providers.iter().map(|(name, reference)| {
            let key = reference.key.as_ref().map(|key| self.evaluate(key, scope));
            (Arc::clone(name), self.provider_configuration(module, &reference.name, key))
        });
        passed.collect()
    }

    /// What a name means in a module instance: what was passed under it, the module's own block, or for the
    /// default of a provider what the calling module means by it.
    fn provider_configuration(
        &self,
        module: &ModuleInstance,
        name: &str,
        key: Option<Value>,
    ) -> Configuration {
        if let Some(passed) = module.providers.get(name) {
            return Configuration { key: key.or_else(|| passed.key.clone()), ..passed.clone() };
        }
        let own = Configuration { module: module.id, name: name.into(), key };
        if name.contains('.') || module.module.providers.contains_key(name) {
            return own;
        }
        let Some(caller) = &module.caller else { return own };
        let parent = self.instance(caller.parent);
        let source = module.module.required_providers.source_of(name);
        let name = parent.module.required_providers.name_of(&source);
        self.provider_configuration(&parent, &name, own.key)
    }

    fn is_declared(&self, configuration: &Configuration) -> bool {
        self.instance(configuration.module).module.providers.contains_key(&configuration.name)
    }

    fn account_of(&self, configuration: &Configuration, span: Span) -> Arc<str> {
        let Configuration { module, name, key } = configuration;
        let key_text = key.as_ref().map(describe).unwrap_or_default();
        let known = (*module, Arc::clone(name), key_text.clone());
        if let Some(account) = self.accounts.borrow().by_configuration.get(&known) {
            return Arc::clone(account);
        }
        let module = self.instance(*module);
        let title = match key {
            Some(_) => format!("{}{name}[{key_text}]", module.prefix),
            None => format!("{}{name}", module.prefix),
        };
        let signature = self.signature(&module, configuration, &title, span);
        let mut accounts = self.accounts.borrow_mut();
        let title: Arc<str> = signature.number.unwrap_or_else(|| title.into());
        let account = Arc::clone(accounts.by_signature.entry(signature.text).or_insert(title));
        accounts.identities.insert(Arc::clone(&account), signature.identity);
        accounts.by_configuration.insert(known, Arc::clone(&account));
        account
    }

    fn signature(
        &self,
        module: &ModuleInstance,
        configuration: &Configuration,
        title: &str,
        span: Span,
    ) -> Signature {
        let alone = || Signature::alone(title);
        let name = &configuration.name;
        let Some(block) = module.module.providers.get(name) else {
            // A module that is scanned by itself has no caller to pass what it asks for.
            let is_asked_for =
                module.caller.is_none() && module.module.required_providers.aliases.contains(name);
            if is_asked_for {
                return alone();
            }
            if name.contains('.') && module.module.has_unknown_files {
                return alone();
            }
            if name.contains('.') {
                let message = format!("provider configuration {title} is not declared");
                self.notice(Notice::at(NoticeKind::InvalidConfiguration, span, message));
                return alone();
            }
            // Without a block, the environment says which account.
            return Signature::of_environment();
        };
        let Some(for_each) = &block.for_each else {
            return self.signature_of(&block.body, title, Scope::of(module));
        };
        let instances = self.configurations(module, name, for_each);
        let wanted = configuration.key.as_ref();
        let found = wanted.and_then(|key| instances.get(&describe(key)));
        match found {
            Some(instance) => self.signature_of(&block.body, title, Scope::within(module, instance)),
            None => {
                if wanted.is_none_or(Value::is_wholly_known) {
                    let message = format!("there is no provider configuration {title}");
                    self.notice(Notice::at(NoticeKind::InvalidConfiguration, span, message));
                }
                alone()
            }
        }
    }

    /// The configurations that one block makes, by key.
    fn configurations(
        &self,
        module: &ModuleInstance,
        name: &Arc<str>,
        for_each: &Expression,
    ) -> Configurations {
        let known = (module.id, Arc::clone(name));
        if let Some(instances) = self.accounts.borrow().repeated.get(&known) {
            return Rc::clone(instances);
        }
        let repetition = Repetition { for_each: Some(for_each), ..Repetition::default() };
        let what = format!("provider configuration {}{name}", module.prefix);
        let Expansion { instances, unknown } = self.expand(repetition, &what, Scope::of(module));
        for notice in unknown {
            self.notice(notice);
        }
        let by_key = instances.iter().map(|instance| (describe(&instance.each_key), instance.clone()));
        let by_key: Configurations = Rc::new(by_key.collect());
        self.accounts.borrow_mut().repeated.insert(known, Rc::clone(&by_key));
        by_key
    }

    fn signature_of(&self, body: &Body, owner: &str, scope: Scope<'_>) -> Signature {
        Signature::of(owner, |name| self.written(body, name, scope))
    }
}

/// What a root module's provider configurations are given, by name and argument, as far as an account hangs on it.
pub fn provider_arguments(
    workspace: &Workspace,
    loader: &ModuleLoader<'_>,
    module: Arc<Module>,
    inputs: &Inputs,
) -> BTreeMap<(Arc<str>, &'static str), Value> {
    let evaluator = Evaluator::new(workspace, loader, inputs, module.directory.clone());
    let root = evaluator.add_module(ModuleSeed::root(module));
    let root = evaluator.instance(root);
    let mut arguments = BTreeMap::new();
    for (name, block) in root.module.providers.iter().filter(|(_, block)| block.for_each.is_none()) {
        for argument in ARGUMENTS {
            if let Some(value) = evaluator.written(&block.body, argument, Scope::of(&root)) {
                arguments.insert((Arc::clone(name), argument), value);
            }
        }
    }
    arguments
}
