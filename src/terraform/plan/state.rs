//! States: what is there already. Nothing in them is created, and their secrets are never kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use serde_json::value::RawValue;

use super::address::Address;
use super::format::{
    Members, OutputValue, PriorState, ResourceValues, StateFile, StateInstance, StateResource, Values,
    members,
};
use super::places::{Places, document_order};
use super::{Document, Whole, odd};
use crate::resource::{Attribute, Attributes, Interest, Mode, Output, OutputKind, Resource, RootContents};
use crate::source::{Notice, NoticeKind, Span};
use crate::terraform::modules::ModuleLoader;
use crate::terraform::schema::{self, Unset};
use crate::value::{Condition, Mark, Reason, Unknown, Value};

/// A secret shorter than this is no secret of AWS's, and would be found everywhere.
const MIN_SECRET_BYTES: usize = 16;

/// One instance of a state.
struct Instance<'a> {
    address: Address,
    text: String,
    account: Arc<str>,
    attributes: Members<'a>,
    sensitive: Members<'a>,
    span: Span,
}

type Outputs<'a> = BTreeMap<Cow<'a, str>, OutputValue<'a>>;

/// Reads what `show -json` prints of a state.
pub fn shown(
    loader: &ModuleLoader<'_>,
    whole: &Whole<'_>,
    candidates: &[PathBuf],
    interest: &Interest,
) -> Result<Document, Notice> {
    let state: PriorState<'_> = whole.parse("state")?;
    whole.check_version(state.format_version.as_deref(), "state")?;
    let values: Values<'_> = state.values.unwrap_or_default();
    let mut instances = Vec::new();
    let mut notices = Vec::new();
    let mut waiting: Vec<_> = values.root_module.iter().collect();
    while let Some(module) = waiting.pop() {
        for raw in module.resources.iter().flatten() {
            let Ok(values) = serde_json::from_str::<ResourceValues<'_>>(raw.get()) else {
                notices.push(odd(whole.span_of(raw.get()), "resource"));
                continue;
            };
            let Some(address) = Address::parse(&values.address) else { continue };
            let account = address.resource_type.split('_').next().unwrap_or_default();
            let is_read = is_read(&address, interest);
            instances.push(Instance {
                account: Arc::from(account),
                text: values.address.into_owned(),
                attributes: members(values.values.filter(|_| is_read)),
                sensitive: members(values.sensitive_values.filter(|_| is_read)),
                address,
                span: whole.span_of(raw.get()),
            });
        }
        waiting.extend(module.child_modules.iter().flatten());
    }
    let outputs = values.outputs.unwrap_or_default();
    Ok(document(loader, whole, &instances, &outputs, candidates, interest, notices))
}

/// Reads a state file.
pub fn file(
    loader: &ModuleLoader<'_>,
    whole: &Whole<'_>,
    candidates: &[PathBuf],
    interest: &Interest,
) -> Result<Document, Notice> {
    let state: StateFile<'_> = whole.parse("state")?;
    if state.version != 4 {
        let message = format!("the state has version {}, and only version 4 is known", state.version);
        return Err(Notice::at(NoticeKind::ParseError, whole.span, message)
            .with_help("`terraform state pull` with a newer Terraform writes it in version 4"));
    }
    let mut instances = Vec::new();
    let mut notices = Vec::new();
    for raw in state.resources.unwrap_or_default() {
        let Ok(resource) = serde_json::from_str::<StateResource<'_>>(raw.get()) else {
            notices.push(odd(whole.span_of(raw.get()), "resource"));
            continue;
        };
        let module = resource.module.as_deref().map(|module| format!("{module}.")).unwrap_or_default();
        let data = if resource.mode == "data" { "data." } else { "" };
        for raw in resource.instances {
            let Ok(instance) = serde_json::from_str::<StateInstance<'_>>(raw.get()) else {
                notices.push(odd(whole.span_of(raw.get()), "instance"));
                continue;
            };
            if instance.deposed.is_some() {
                continue;
            }
            let key = instance.index_key.map(|key| format!("[{}]", key.get())).unwrap_or_default();
            let text = format!("{module}{data}{}.{}{key}", resource.resource_type, resource.name);
            let Some(address) = Address::parse(&text) else { continue };
            let is_read = is_read(&address, interest);
            instances.push(Instance {
                address,
                text,
                account: Arc::from(resource.provider.as_deref().unwrap_or_default()),
                attributes: members(instance.attributes.filter(|_| is_read)),
                sensitive: Members::new(),
                span: whole.span_of(raw.get()),
            });
        }
    }
    let outputs = state.outputs.unwrap_or_default();
    Ok(document(loader, whole, &instances, &outputs, candidates, interest, notices))
}

/// Whether anybody asks for the attributes of an instance.
fn is_read(address: &Address, interest: &Interest) -> bool {
    let resource_type = address.resource_type.as_str();
    super::is_wanted(interest, resource_type) || schema::has_secret(resource_type)
}

fn document(
    loader: &ModuleLoader<'_>,
    whole: &Whole<'_>,
    instances: &[Instance<'_>],
    outputs: &Outputs<'_>,
    candidates: &[PathBuf],
    interest: &Interest,
    notices: Vec<Notice>,
) -> Document {
    let directory = candidates.iter().find(|directory| declares_all(loader, directory, instances)).cloned();
    let places = Places::new(loader, directory.as_deref());
    let secrets = Secrets::of(instances);
    let mut contents = RootContents { notices, ..RootContents::default() };
    let mut resources: Vec<(Resource, Span)> = Vec::new();
    for instance in instances {
        let resource_type = instance.address.resource_type.as_str();
        let kept = interest.resources.get_key_value(resource_type);
        let sink = interest.sinks.get_key_value(resource_type).filter(|_| kept.is_none());
        let Some((resource_type, wanted)) = kept.or(sink) else { continue };
        let mut attributes = Attributes::default();
        for name in *wanted {
            let Some(raw) = instance.attributes.get(*name) else { continue };
            let value = if sink.is_some() && *name != "type" {
                secrets.within(raw, name)
            } else {
                let sensitive = instance.sensitive.get(*name).is_some_and(|raw| raw.get() == "true");
                super::resources::known(raw)
                    .map(|value| if sensitive { value.with_mark(Mark::Sensitive) } else { value })
            };
            if let Some(value) = value {
                let span = places.attribute(&instance.address, name).unwrap_or(instance.span);
                attributes.insert(name, Attribute { value, span });
            }
        }
        let resource = Resource {
            resource_type: Arc::from(*resource_type),
            address: Arc::from(instance.text.as_str()),
            mode: if instance.address.is_data { Mode::Data } else { Mode::Managed },
            account: Arc::clone(&instance.account),
            attributes,
            presence: Condition::always(),
            stands_for: None,
            existed_before: Condition::always(),
            imported: Condition::never(),
            inferred_from: None,
            logical_id: None,
            construct_path: None,
            constructed_at: None,
            provenance: places.provenance(&instance.address, &instance.text, instance.span),
        };
        resources.push((resource, instance.span));
    }
    resources.sort_by_cached_key(|(resource, span)| document_order(&resource.provenance, *span));
    contents.resources = resources.into_iter().map(|(resource, _)| resource).collect();
    for (name, output) in outputs {
        let Some(value) = output.value.and_then(|raw| secrets.within(raw, name)) else { continue };
        let (span, header) = places.output(name).unwrap_or((whole.span, whole.span));
        let address = format!("output.{name}").into();
        contents.outputs.push(Output {
            kind: OutputKind::Terraform,
            construct_path: None,
            constructed_at: None,
            presence: Condition::always(),
            address,
            value,
            sensitive: output.sensitive,
            span,
            header,
        });
    }
    Document { contents, directory }
}

/// Whether a directory's module declares every resource and call of a state's root module.
fn declares_all(loader: &ModuleLoader<'_>, directory: &std::path::Path, instances: &[Instance<'_>]) -> bool {
    let module = loader.load(directory);
    let declares = |instance: &Instance<'_>| match instance.address.module.first() {
        Some(call) => module.call(&call.name).is_some(),
        None => {
            let mode = if instance.address.is_data { Mode::Data } else { Mode::Managed };
            module.resource(mode, &instance.address.resource_type, &instance.address.last.name).is_some()
        }
    };
    !instances.is_empty() && instances.iter().all(declares)
}

/// The secrets of an instance as they stand in the text, for looking where else they stand. They live no
/// longer than that.
fn secrets<'i>(instance: &'i Instance<'_>) -> Vec<(&'i str, String)> {
    let resource_type = &instance.address.resource_type;
    let is_secret = |name: &str| schema::unset(Mode::Managed, resource_type, name) == Unset::Secret;
    let values = instance.attributes.iter().filter(|(name, _)| is_secret(name));
    values
        .filter_map(|(_, raw)| serde_json::from_str::<String>(raw.get()).ok())
        .filter(|secret| secret.len() >= MIN_SECRET_BYTES)
        .map(|secret| (instance.text.as_str(), secret))
        .collect()
}

/// The secrets of a state, for looking where else they stand.
struct Secrets<'i> {
    /// The instances whose they are.
    addresses: Vec<&'i str>,
    /// Finds them. `None` when there are none.
    finder: Option<AhoCorasick>,
}

impl<'i> Secrets<'i> {
    fn of(instances: &'i [Instance<'_>]) -> Self {
        let has_secret = |instance: &&Instance<'_>| schema::has_secret(&instance.address.resource_type);
        let found = instances.iter().filter(has_secret).flat_map(secrets);
        let (addresses, texts): (Vec<&str>, Vec<String>) = found.unzip();
        let finder = (!texts.is_empty()).then(|| AhoCorasick::new(texts).ok()).flatten();
        Self { addresses, finder }
    }

    /// A value that holds the secrets that stand in a text; `None` when there is none.
    fn within(&self, raw: &RawValue, name: &str) -> Option<Value> {
        let finder = self.finder.as_ref()?;
        let mut texts = Vec::new();
        gather(&serde_json::from_str(raw.get()).ok()?, &mut texts);
        let mut held = BTreeSet::new();
        for text in &texts {
            held.extend(finder.find_overlapping_iter(text).map(|found| found.pattern().as_usize()));
        }
        let mark = |secret: usize| Mark::SecretOf { address: Arc::from(self.addresses[secret]) };
        let holds = Unknown::new(name, Reason::Deployment);
        (!held.is_empty()).then(|| held.into_iter().map(mark).fold(Value::from(holds), Value::with_mark))
    }
}

fn gather(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(elements) => elements.iter().for_each(|element| gather(element, texts)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| gather(field, texts)),
        _ => {}
    }
}
