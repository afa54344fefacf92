//! From stacks to resources: what the graph asks for, evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::{
    AccountIdentity, Attribute, Attributes, Interest, Mode, Output, OutputKind, Resource, RootContents,
};
use crate::source::{NoticeKind, Place};
use crate::value::{Condition, Value};

use super::super::document::{Entry, NodeKind};
use super::super::scalar_text;
use super::super::template::ResourceNode;
use super::Stack;

/// The type whose secret has to be followed.
const ACCESS_KEY: &str = "AWS::IAM::AccessKey";

/// Everything in a stack and in those nested in it. Where secrets end up is looked for only where there are some.
pub fn collect(stack: &Stack<'_>, interest: &Interest, contents: &mut RootContents) {
    let has_secrets = has_access_key(stack);
    gather(stack, interest, has_secrets, contents);
}

fn has_access_key(stack: &Stack<'_>) -> bool {
    stack.resources.iter().any(|resource| &*resource.resource_type == ACCESS_KEY)
        || stack.nested_stacks().iter().any(|nested| has_access_key(nested))
}

fn gather(stack: &Stack<'_>, interest: &Interest, has_secrets: bool, contents: &mut RootContents) {
    let account = &stack.deployment.account_scope;
    let identity =
        if stack.deployment.account.is_some() { AccountIdentity::Number } else { AccountIdentity::Open };
    contents.accounts.insert(Arc::clone(account), identity);
    contents.assumption = contents.assumption.and(&stack.assumption());
    for resource in &stack.resources {
        let wanted = interest.resources.get(&*resource.resource_type);
        let sink = interest.sinks.get(&*resource.resource_type).filter(|_| has_secrets);
        if wanted.is_none() && sink.is_none() {
            stack.say_unread(resource);
            continue;
        }
        let presence = stack.presence_of(resource);
        if presence.is_never() {
            continue;
        }
        let names = wanted.copied().into_iter().chain(sink.copied()).flatten();
        contents.resources.push(stack.resource_of(resource, presence, names));
    }
    if has_secrets {
        contents.outputs.extend(stack.outputs.iter().filter_map(|output| stack.output_of(output)));
    }
    for nested in stack.nested_stacks() {
        gather(&nested, interest, has_secrets, contents);
    }
}

impl Stack<'_> {
    /// Says that a resource may hold users and is not read.
    fn say_unread(&self, resource: &ResourceNode) {
        if resource.resource_type.ends_with("::MODULE") {
            let message = format!(
                "{} is a module of the registry, {}, which is not on disk, so its resources were not checked",
                self.address(&resource.logical_id),
                resource.resource_type,
            );
            self.say(NoticeKind::ModuleNotOnDisk, resource.key_span, message);
        }
    }

    fn resource_of<'n>(
        &self,
        resource: &ResourceNode,
        presence: Condition,
        names: impl Iterator<Item = &'n &'static str>,
    ) -> Resource {
        let mut attributes = Attributes::default();
        for name in names {
            if attributes.get(name).is_some() {
                continue;
            }
            let entry = match *name {
                "Metadata" => resource.definition.entry("Metadata"),
                name => resource.property(name),
            };
            let Some(entry) = entry else { continue };
            self.marks_literals.set(*name == "LoginProfile");
            let value = self.value(&entry.value);
            self.marks_literals.set(false);
            if !value.is_null() {
                attributes.insert(name, Attribute { value, span: entry.key_span });
            }
        }
        if let Some(properties) = resource.definition.get("Properties")
            && properties.entries().is_none()
            && !matches!(properties.kind, NodeKind::Null)
        {
            let message = format!(
                "the properties of {} are no mapping, so they were not read",
                self.address(&resource.logical_id)
            );
            self.say(NoticeKind::InvalidConfiguration, properties.span, message);
        }
        let (construct_path, constructed_at) = self.construct_of(resource);
        let mut provenance = self.provenance.clone();
        provenance.push(Place::new(resource.key_span, self.address(&resource.logical_id).to_string()));
        let stands_for = resource.stands_for.clone().map(|words| format!("every value of {words}").into());
        Resource {
            resource_type: Arc::clone(&resource.resource_type),
            address: self.address(&resource.logical_id),
            mode: Mode::Managed,
            account: Arc::clone(&self.deployment.account_scope),
            attributes,
            presence,
            existed_before: Condition::never(),
            imported: Condition::never(),
            stands_for: stands_for
                .or_else(|| self.deployment.stands_for.as_ref().map(|words| format!("every {words}").into())),
            provenance,
            inferred_from: None,
            logical_id: Some(Arc::clone(&resource.logical_id)),
            construct_path,
            constructed_at,
        }
    }

    /// The construct that something of that logical id was generated from, and the line of the program that made
    /// it. Where only the template is at hand, its own metadata names the construct.
    fn construct_of(&self, resource: &ResourceNode) -> (Option<Arc<str>>, Option<Place>) {
        let (definition, at) = (&resource.definition, resource.key_span);
        let known = self.constructs.get(&resource.logical_id);
        let path = known.map(|construct| Arc::clone(&construct.path)).or_else(|| {
            definition.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path")).and_then(scalar_text)
        });
        let Some(path) = path else { return (None, None) };
        let line = known.and_then(|construct| (self.shared.lines)(&construct.trace));
        let place = line.map(|line| Place::new(line, format!("constructed here as {path}")));
        // Only what findings are about is worth saying it of.
        let matters = ["AWS::IAM::User", ACCESS_KEY].contains(&&*resource.resource_type);
        if matters && place.is_none() && self.shared.untraced.get().is_none() {
            self.shared.untraced.set(Some((at, known.is_some_and(|construct| !construct.trace.is_empty()))));
        }
        (Some(path), place)
    }

    /// An output, and whether others may import it.
    fn output_of(&self, output: &Entry) -> Option<Output> {
        let value = output.value.entry("Value")?;
        let when = match output.value.get("Condition") {
            Some(node) => scalar_text(node).map(|name| self.condition(&name, node.span)),
            None => None,
        };
        let presence = self.presence.and(&when.unwrap_or_else(Condition::always));
        if presence.is_never() {
            return None;
        }
        let kind = match output.value.get("Export") {
            Some(_) => OutputKind::Export,
            None => OutputKind::Stack,
        };
        let known = self.constructs.get(&output.key);
        let constructed_at = known.and_then(|construct| {
            let line = (self.shared.lines)(&construct.trace)?;
            Some(Place::new(line, format!("constructed here as {}", construct.path)))
        });
        Some(Output {
            construct_path: known.map(|construct| Arc::clone(&construct.path)),
            constructed_at,
            address: format!("{}Outputs.{}", self.prefix, output.key).into(),
            value: self.value(&value.value),
            kind,
            presence,
            sensitive: false,
            span: value.key_span,
            header: output.key_span,
        })
    }

    /// The values that this stack and those nested in it export, by name.
    pub fn exports(&self) -> BTreeMap<Arc<str>, Value> {
        let mut exports = BTreeMap::new();
        for output in &self.outputs {
            let name = output.value.get("Export").and_then(|export| export.get("Name"));
            let name = name.and_then(|name| super::text::scalar(&self.value(name)));
            if let (Some(name), Some(value)) = (name, output.value.get("Value")) {
                exports.insert(name, self.value(value));
            }
        }
        for nested in self.nested_stacks() {
            exports.extend(nested.exports());
        }
        exports
    }
}
