//! Planned instances to resources: known attributes as they are, unknown ones as what they refer to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::format::OutputValue;
use super::index::{Index, Instance};
use super::places::{Places, document_order};
use super::references::{Resolver, Scope, Target};
use crate::resource::{Attribute, Attributes, Interest, Mode, Output, OutputKind, Resource};
use crate::source::Span;
use crate::terraform::functions::json::decode;
use crate::terraform::schema;
use crate::value::{Condition, Data, Mark, Reason, Unknown, Value};

/// How many attributes an unknown may lead through.
const MAX_DEPTH: usize = 16;

/// Makes resources of instances.
pub struct Planned<'p, 'a> {
    /// Instances and blocks.
    pub index: &'p Index<'a>,
    /// Where references lead.
    pub resolver: &'p Resolver<'p, 'a>,
    /// Where instances are written.
    pub places: &'p Places<'p>,
}

impl Planned<'_, '_> {
    /// The instances that become nodes, in document order.
    pub fn resources(&self, interest: &Interest) -> Vec<Resource> {
        self.of_types(&interest.resources, |instance, wanted| {
            let mut attributes = Attributes::default();
            for name in wanted {
                if let Some(value) = self.attribute(instance, name, MAX_DEPTH) {
                    attributes.insert(name, self.placed(instance, name, value));
                }
            }
            attributes
        })
    }

    /// The instances that a secret ends up in; of their attributes only which secrets are in them.
    pub fn sinks(&self, interest: &Interest) -> Vec<Resource> {
        let sinks = self.of_types(&interest.sinks, |instance, wanted| {
            let mut attributes = Attributes::default();
            for name in wanted {
                let value = match *name {
                    "type" => instance.known.get("type").and_then(|raw| known(raw)),
                    name => self.secrets(instance, name),
                };
                if let Some(value) = value {
                    attributes.insert(name, self.placed(instance, name, value));
                }
            }
            attributes
        });
        let has_secret = |resource: &Resource| {
            resource.attributes.values().any(|attribute| attribute.value.marks.iter().any(Mark::is_taint))
        };
        sinks.into_iter().filter(has_secret).collect()
    }

    /// The root's outputs that a secret ends up in.
    pub fn outputs<'v>(
        &self,
        outputs: impl Iterator<Item = (&'v str, &'v OutputValue<'v>)>,
        plan: Span,
    ) -> Vec<Output> {
        let scope = Scope { module: &[], key: None, for_each: None };
        outputs
            .filter_map(|(name, output)| {
                let written = self.index.module(&[])?.outputs.get(name)?.expression?;
                // Terraform knows that a secret is sensitive: where it is not, only what says so itself counts.
                let value = secrets_of(&self.resolver.targets(scope, written), false, name)?;
                let (span, header) = self.places.output(name).unwrap_or((plan, plan));
                let address = format!("output.{name}").into();
                Some(Output {
                    kind: OutputKind::Terraform,
                    construct_path: None,
                    constructed_at: None,
                    presence: Condition::always(),
                    address,
                    value,
                    sensitive: output.sensitive,
                    span,
                    header,
                })
            })
            .collect()
    }

    fn of_types(
        &self,
        types: &BTreeMap<&'static str, &'static [&'static str]>,
        attributes: impl Fn(&Instance<'_>, &[&'static str]) -> Attributes,
    ) -> Vec<Resource> {
        let instances = self.index.instances.iter();
        let mut resources: Vec<(Resource, Span)> = instances
            .filter_map(|(address, instance)| {
                let (resource_type, wanted) = types.get_key_value(instance.address.resource_type.as_str())?;
                let mode = if instance.address.is_data { Mode::Data } else { Mode::Managed };
                let resource = Resource {
                    resource_type: Arc::from(*resource_type),
                    address: Arc::from(address.as_str()),
                    mode,
                    // Accounts are named in document order.
                    account: Arc::from(""),
                    attributes: attributes(instance, wanted),
                    presence: Condition::always(),
                    stands_for: None,
                    existed_before: when(instance.exists),
                    imported: when(instance.is_imported),
                    inferred_from: None,
                    logical_id: None,
                    construct_path: None,
                    constructed_at: None,
                    provenance: self.places.provenance(&instance.address, address, instance.span),
                };
                Some((resource, instance.span))
            })
            .collect();
        resources.sort_by_cached_key(|(resource, span)| document_order(&resource.provenance, *span));
        resources.into_iter().map(|(resource, _)| resource).collect()
    }

    fn placed(&self, instance: &Instance<'_>, name: &str, value: Value) -> Attribute {
        let span = self.places.attribute(&instance.address, name).unwrap_or(instance.span);
        Attribute { value, span }
    }

    fn scope<'s>(&'s self, instance: &'s Instance<'_>) -> Scope<'s> {
        Scope {
            module: &instance.address.module,
            key: instance.address.last.key.as_deref(),
            for_each: self.index.block(&instance.address).and_then(|block| block.for_each_expression),
        }
    }

    /// An attribute's value; `None` when it is not set, or decided by AWS.
    fn attribute(&self, instance: &Instance<'_>, name: &str, depth: usize) -> Option<Value> {
        let written = self.index.expression(&instance.address, name);
        let value = match instance.unknown.get(name).map(|raw| raw.get().trim()) {
            Some("true") => {
                let targets = self.resolver.targets(self.scope(instance), written?);
                self.unknown(instance, name, &targets, is_collection(name), depth)
            }
            Some(partly) if partly.starts_with('[') && partly.contains("true") => {
                let targets = written.map(|written| self.resolver.targets(self.scope(instance), written));
                self.partly_unknown(instance, name, partly, &targets.unwrap_or_default(), depth)?
            }
            _ => {
                let value = known(instance.known.get(name)?)?;
                written.map_or_else(
                    || value.clone(),
                    |written| self.identified(instance, value.clone(), written),
                )
            }
        };
        let sensitive = instance.sensitive.get(name).is_some_and(|raw| raw.get() == "true");
        let value = if sensitive { value.with_mark(Mark::Sensitive) } else { value };
        (!value.is_null()).then_some(value)
    }

    /// A known value that is the attribute of the one thing it refers to is a reference to it, too.
    fn identified(&self, instance: &Instance<'_>, value: Value, written: &RawValue) -> Value {
        let targets = self.resolver.targets(self.scope(instance), written);
        let same = |target: &Target| match target {
            Target::Attribute { address, attribute: Some(attribute) } => {
                let referred = self.index.instances.get(address)?;
                let is_same = schema::is_identity(&referred.address.resource_type, attribute)
                    && referred.known.get(attribute.as_str()).and_then(|raw| known(raw))?.data == value.data;
                is_same.then(|| attribute_of(address, attribute))
            }
            _ => None,
        };
        match targets.as_slice() {
            [only] => match same(only) {
                Some(mark) => value.with_mark(mark),
                None => value,
            },
            _ => value,
        }
    }

    fn partly_unknown(
        &self,
        instance: &Instance<'_>,
        name: &str,
        unknown: &str,
        targets: &[Target],
        depth: usize,
    ) -> Option<Value> {
        let unknown: Vec<serde_json::Value> = serde_json::from_str(unknown).ok()?;
        let known: Vec<&RawValue> =
            instance.known.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let mut elements: Vec<Value> = Vec::new();
        let mut open = 0;
        for (index, flag) in unknown.iter().enumerate() {
            match flag {
                serde_json::Value::Bool(false) => {
                    elements.extend(known.get(index).and_then(|raw| self::known(raw)));
                }
                _ => open += 1,
            }
        }
        let causes = self.causes(name, targets);
        if causes.len() == open {
            for cause in causes {
                elements.push(self.one(instance, name, cause, depth));
            }
        } else {
            elements.extend((0..open).map(|_| self.unknown(instance, name, targets, false, depth)));
        }
        Some(Value::tuple(elements))
    }

    /// What a wholly unknown attribute is.
    fn unknown(
        &self,
        instance: &Instance<'_>,
        name: &str,
        targets: &[Target],
        collection: bool,
        depth: usize,
    ) -> Value {
        let causes = self.causes(name, targets);
        let own = || {
            format!("{}{}.{name}", super::address::prefix(&instance.address.module), instance.address.block())
        };
        match causes.as_slice() {
            _ if collection
                && !causes.is_empty()
                && causes.iter().all(|cause| matches!(cause, Target::Attribute { .. })) =>
            {
                Value::tuple(causes.iter().map(|cause| self.one(instance, name, cause, depth)).collect())
            }
            [only] => self.one(instance, name, only, depth),
            [] => Unknown::new(own(), Reason::Deployment).at(instance.span).into(),
            several => {
                let words: Vec<String> = several.iter().map(|target| words(target)).collect();
                let reason = format!("the plan does not say which of {} it hangs on", words.join(", "));
                Unknown::new(own(), Reason::Unsupported(reason.into())).at(instance.span).into()
            }
        }
    }

    /// The unknown that a target is.
    fn one(&self, instance: &Instance<'_>, name: &str, target: &Target, depth: usize) -> Value {
        let Target::Attribute { address, attribute } = target else {
            let name = words(target);
            if name.contains("local.") {
                let reason =
                    format!("it hangs on {name}, and a plan does not say what a local value is made of");
                return Unknown::new(name, Reason::Unsupported(reason.into())).at(instance.span).into();
            }
            return Unknown::new(name, Reason::Deployment).at(instance.span).into();
        };
        let implied = if name.contains("arn") { "arn" } else { "id" };
        let attribute = attribute.as_deref().unwrap_or(implied);
        let referred = &self.index.instances[address];
        // An argument that is itself unknown leads on.
        if let (Some(depth), Some(_)) =
            (depth.checked_sub(1), self.index.expression(&referred.address, attribute))
            && let Some(value) = self.attribute(referred, attribute, depth)
            && value.as_unknown().is_some()
        {
            return value;
        }
        let identity = format!("{address}.{attribute}");
        let value = Value::from(Unknown::new(identity, Reason::Deployment).at(referred.span));
        if schema::is_identity(&referred.address.resource_type, attribute) {
            return value.with_mark(attribute_of(address, attribute));
        }
        value
    }

    /// The targets that can be why an attribute is unknown. Where the plan names more than one, as when it does
    /// not keep which output of a module is meant, an attribute that names a user hangs on a user.
    fn causes<'t>(&self, name: &str, targets: &'t [Target]) -> Vec<&'t Target> {
        let all: Vec<&Target> = targets.iter().filter(|target| self.is_unknown(target)).collect();
        let wanted: &[&str] = match name {
            "user" | "username" | "user_name" | "users" => &["aws_iam_user", "awscc_iam_user"],
            "group" | "groups" => &["aws_iam_group", "awscc_iam_group"],
            "policy_arn" | "policy_arns" => &["aws_iam_policy", "awscc_iam_managed_policy"],
            _ => &[],
        };
        let fits = |target: &&Target| match target {
            Target::Attribute { address, .. } => {
                wanted.contains(&self.index.instances[address].address.resource_type.as_str())
            }
            Target::Opaque(_) => false,
        };
        let mut fitting: Vec<&Target> = all.iter().copied().filter(fits).collect();
        if all.len() < 2 || fitting.is_empty() {
            return all;
        }
        // Of one user's attributes the name says who it is.
        fitting.sort_by_key(|target| match target {
            Target::Attribute { address, attribute } => {
                (Some(address), !matches!(attribute.as_deref(), Some("id" | "name") | None))
            }
            Target::Opaque(_) => (None, true),
        });
        fitting.dedup_by_key(|target| match target {
            Target::Attribute { address, .. } => Some(address),
            Target::Opaque(_) => None,
        });
        fitting
    }

    /// Whether a target can be why something is unknown.
    fn is_unknown(&self, target: &Target) -> bool {
        match target {
            // The root's variables have their values by now.
            Target::Opaque(name) => !name.starts_with("var."),
            Target::Attribute { attribute: None, .. } => true,
            Target::Attribute { address, attribute: Some(attribute) } => {
                let instance = &self.index.instances[address];
                !instance.known.contains_key(attribute.as_str())
                    || instance.unknown.get(attribute.as_str()).is_some_and(|raw| raw.get().contains("true"))
            }
        }
    }

    /// The secrets that an attribute of a sink holds.
    fn secrets(&self, instance: &Instance<'_>, name: &str) -> Option<Value> {
        let written = self.index.expression(&instance.address, name)?;
        let sensitive = instance.sensitive.get(name).is_some_and(|raw| raw.get().contains("true"));
        secrets_of(&self.resolver.targets(self.scope(instance), written), sensitive, name)
    }
}

/// A value that holds the secrets among the targets; `None` when there is none. Where the plan does not keep
/// which attribute of a key is meant, a sensitive value is its secret.
fn secrets_of(targets: &[Target], sensitive: bool, name: &str) -> Option<Value> {
    let mut marks = Vec::new();
    for target in targets {
        let Target::Attribute { address, attribute } = target else { continue };
        let is_secret = match attribute {
            Some(attribute) => {
                let resource_type = super::address::Address::parse(address)?.resource_type;
                schema::unset(Mode::Managed, &resource_type, attribute) == schema::Unset::Secret
            }
            None => sensitive && address.contains("aws_iam_access_key."),
        };
        if is_secret {
            marks.push(Mark::SecretOf { address: Arc::from(address.as_str()) });
        }
    }
    let holds = Unknown::new(name, Reason::Deployment);
    (!marks.is_empty()).then(|| marks.into_iter().fold(Value::from(holds), Value::with_mark))
}

fn attribute_of(address: &str, attribute: &str) -> Mark {
    Mark::AttributeOf { address: address.into(), attribute: attribute.into() }
}

fn is_collection(name: &str) -> bool {
    matches!(name, "users" | "groups" | "policy_arns")
}

fn words(target: &Target) -> String {
    match target {
        Target::Opaque(name) => name.clone(),
        Target::Attribute { address, attribute: Some(attribute) } => format!("{address}.{attribute}"),
        Target::Attribute { address, attribute: None } => address.clone(),
    }
}

/// A JSON value; `None` when it is none or too large to be one of an IAM resource.
pub fn known(raw: &RawValue) -> Option<Value> {
    let value = decode(raw.get()).ok().flatten()?;
    (!matches!(value.data, Data::Null)).then_some(value)
}

fn when(holds: bool) -> Condition {
    if holds { Condition::always() } else { Condition::never() }
}
