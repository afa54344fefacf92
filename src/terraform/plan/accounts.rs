//! Which account a planned instance belongs to, told from the provider configurations of the plan.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::address::Address;
use super::format::ProviderBlock;
use super::index::Index;
use crate::resource::{AccountIdentity, Resource};
use crate::terraform::account::Signature;
use crate::terraform::functions::json::decode;
use crate::value::{Reason, Unknown, Value};

/// The provider configurations of a plan.
pub struct Accounts<'p, 'a> {
    index: &'p Index<'a>,
    /// Arguments of each, by key.
    providers: BTreeMap<&'p str, BTreeMap<String, Json>>,
    /// What the configuration at hand makes of arguments, of which a plan keeps only what they refer to.
    at_hand: BTreeMap<(Arc<str>, &'static str), Value>,
}

impl<'p, 'a> Accounts<'p, 'a> {
    /// The accounts of a plan.
    pub fn new(
        index: &'p Index<'a>,
        providers: &'p BTreeMap<Cow<'a, str>, ProviderBlock<'a>>,
        at_hand: BTreeMap<(Arc<str>, &'static str), Value>,
    ) -> Self {
        let arguments = |provider: &ProviderBlock<'_>| {
            provider.expressions.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
        };
        let providers = providers.iter().map(|(key, provider)| (key.as_ref(), arguments(provider))).collect();
        Self { index, providers, at_hand }
    }

    /// Gives each resource its account, which is named after the first configuration that means it.
    pub fn name(&self, resources: &mut [Resource]) -> BTreeMap<Arc<str>, AccountIdentity> {
        let mut by_key: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut by_signature: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut identities = BTreeMap::new();
        for resource in resources {
            let Some(address) = Address::parse(&resource.address) else { continue };
            let key = self.key(&address);
            if let Some(account) = by_key.get(&key) {
                resource.account = Arc::clone(account);
                continue;
            }
            let title = key.replace(':', ".");
            let signature = self.signature(&key, &title);
            let title = signature.number.unwrap_or_else(|| title.into());
            let account = Arc::clone(by_signature.entry(signature.text).or_insert(title));
            identities.insert(Arc::clone(&account), signature.identity);
            resource.account = Arc::clone(&account);
            by_key.insert(key, account);
        }
        identities
    }

    /// The key of a provider configuration. A module's own is one that the program has; otherwise it is
    /// inherited.
    fn key(&self, address: &Address) -> String {
        let default = address.resource_type.split('_').next().unwrap_or_default();
        let key = self.index.block(address).and_then(|block| block.provider_config_key.as_deref());
        let key = key.unwrap_or(default);
        let inherited = key.rsplit(':').next().unwrap_or(key);
        let key = if self.providers.contains_key(key) { key } else { inherited };
        let is_given = self.providers.get(key).is_some_and(|arguments| !arguments.is_empty());
        // Other providers for the same account, configured by the environment or not at all.
        if matches!(key, "awscc" | "awsutils") && !is_given { "aws".to_owned() } else { key.to_owned() }
    }

    fn signature(&self, key: &str, title: &str) -> Signature {
        let Some(arguments) = self.providers.get(key) else {
            // Of a configuration with an alias there is a block, wherever it may be.
            return if key.contains('.') { Signature::alone(title) } else { Signature::of_environment() };
        };
        Signature::of(title, |name| {
            let written = value(arguments.get(name)?, &format!("{title}.{name}"));
            if written.is_wholly_known() {
                return Some(written);
            }
            let of_source =
                self.at_hand.iter().find(|((block, argument), _)| **block == *key && *argument == name);
            Some(of_source.map_or(written, |(_, value)| value.clone()))
        })
    }
}

/// What an argument or nested block is; unknown under a name of its own where the plan keeps no value.
fn value(expression: &Json, name: &str) -> Value {
    let unknown = || Unknown::new(name, Reason::Deployment).into();
    match expression {
        Json::Array(blocks) => Value::tuple(blocks.iter().map(|block| value(block, name)).collect()),
        Json::Object(fields) => match fields.get("constant_value") {
            Some(constant) => decode(&constant.to_string()).ok().flatten().unwrap_or_else(unknown),
            None if fields.is_empty() || fields.contains_key("references") => unknown(),
            None => {
                let fields = fields.iter().map(|(field, inner)| {
                    (Arc::from(field.as_str()), value(inner, &format!("{name}.{field}")))
                });
                Value::object(fields.collect())
            }
        },
        _ => unknown(),
    }
}
