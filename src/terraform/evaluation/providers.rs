//! Which account a resource belongs to: from its provider configuration to what that says of an account.
//!
//! IAM is global, so configurations that differ only by region are one account. What tells accounts apart is the
//! account number, or else everything that decides whose credentials are used. What cannot be compared is kept
//! apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::resource::AccountIdentity;
use crate::source::{Notice, NoticeKind, Span};
use crate::syntax::hcl::Body;
use crate::terraform::configuration::ModuleCall;
use crate::terraform::providers::ProviderReference;
use crate::value::{Mark, Value, describe};

use super::instances::{Expansion, Instance, Repetition};
use super::module_instance::ModuleInstance;
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
    /// How well each account is known.
    pub identities: BTreeMap<Arc<str>, AccountIdentity>,
}

/// What a provider block says of its account.
struct Signature {
    text: String,
    number: Option<Arc<str>>,
    identity: AccountIdentity,
}

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
            None => self.provider_configuration(module, implied, None),
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
        let alone = || Signature { text: format!("={title}"), number: None, identity: AccountIdentity::Open };
        let name = &configuration.name;
        let Some(block) = module.module.providers.get(name) else {
            // A module that is scanned by itself has no caller to pass what it asks for.
            let is_asked_for =
                module.caller.is_none() && module.module.required_providers.aliases.contains(name);
            if is_asked_for {
                return alone();
            }
            if name.contains('.') {
                let message = format!("provider configuration {title} is not declared");
                self.notice(Notice::at(NoticeKind::InvalidConfiguration, span, message));
                return alone();
            }
            // Without a block, the environment says which account.
            return Signature { text: String::new(), number: None, identity: AccountIdentity::Open };
        };
        let Some(for_each) = &block.for_each else {
            return self.signature_of(&block.body, title, Scope::of(module));
        };
        let repetition = Repetition { for_each: Some(for_each), ..Repetition::default() };
        let what = format!("provider configuration {}{name}", module.prefix);
        let Expansion { instances, unknown } = self.expand(repetition, &what, Scope::of(module));
        unknown.into_iter().for_each(|notice| self.notice(notice));
        let wanted = configuration.key.as_ref();
        let found = wanted
            .and_then(|key| instances.iter().find(|instance| describe(&instance.each_key) == describe(key)));
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

    fn signature_of(&self, body: &Body, owner: &str, scope: Scope<'_>) -> Signature {
        let argument = |name: &str| self.written(body, name, scope).filter(|value| !value.is_null());
        let mut endpoints = Parts { owner, text: String::new() };
        if let Some(all) = argument("endpoints") {
            for service in ["iam", "sts"] {
                endpoints.add(service, last(&all).entries().and_then(|entries| entries.get(service)));
            }
        }
        let roles: Vec<Value> = ["assume_role", "assume_role_with_web_identity"]
            .into_iter()
            .filter_map(|name| last(&argument(name)?).entries()?.get("role_arn").cloned())
            .filter(|role| !role.is_null())
            .collect();
        let allowed = argument("allowed_account_ids");
        let only_allowed = allowed.as_ref().and_then(|ids| match ids.elements() {
            Some([only]) => account_number(only, 0),
            _ => None,
        });
        if let Some(number) = only_allowed.or_else(|| roles.first().and_then(|role| account_number(role, 4)))
        {
            let text = format!("#{number}{}", endpoints.text);
            let is_aws = endpoints.text.is_empty();
            return Signature { text, number: is_aws.then_some(number), identity: AccountIdentity::Number };
        }
        let mut parts = endpoints;
        roles.iter().for_each(|role| parts.add("role_arn", Some(role)));
        parts.add("allowed_account_ids", allowed.as_ref());
        let profile = argument("profile");
        let is_profile = parts.text.is_empty() && profile.as_ref().is_some_and(Value::is_wholly_known);
        parts.add("profile", profile.as_ref());
        let so_far = parts.text.len();
        for name in
            ["access_key", "shared_config_files", "shared_credentials_files", "shared_credentials_file"]
        {
            parts.add(name, argument(name).as_ref());
        }
        let identity = if is_profile && parts.text.len() == so_far {
            AccountIdentity::Profile
        } else {
            AccountIdentity::Open
        };
        Signature { text: parts.text, number: None, identity }
    }
}

/// Arguments as text that is compared and never shown.
struct Parts<'a> {
    owner: &'a str,
    text: String,
}

impl Parts<'_> {
    fn add(&mut self, name: &str, value: Option<&Value>) {
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        let written = match value.as_str() {
            Some(text) => format!("{text:?}"),
            // What is sensitive inside reads alike whatever it is.
            None if value.deep_marks().iter().any(Mark::is_taint) => {
                format!("{} of {}", describe(value), self.owner)
            }
            None => describe(value),
        };
        let digest: String = Sha256::digest(written).iter().map(|byte| format!("{byte:02x}")).collect();
        self.text.push_str(&format!(" {name}={digest}"));
    }
}

/// The last of several nested blocks: of chained roles the one that is used in the end.
fn last(value: &Value) -> Value {
    value.elements().and_then(<[Value]>::last).unwrap_or(value).clone()
}

/// The account number that stands at a place of an ARN, or is the whole text.
fn account_number(value: &Value, part: usize) -> Option<Arc<str>> {
    if value.marks.iter().any(Mark::is_taint) {
        return None;
    }
    let text = match &value.data {
        crate::value::Data::Number(number) => number.to_string(),
        _ => value.as_str()?.to_owned(),
    };
    let number = text.split(':').nth(part)?;
    let is_number = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.into())
}
