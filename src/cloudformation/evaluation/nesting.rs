//! Stacks inside stacks: nested templates on disk, and the templates that stand in a `StackSet`.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind, Place};
use crate::value::{Condition, Value};

use super::super::Deployment;
use super::super::document::{Entry, Node, NodeKind};
use super::super::scalar_text;
use super::super::template::{ResourceNode, Template};
use super::text::scalar;
use super::{MAX_STACK_DEPTH, MAX_STACKS, Position, Stack};

/// The types that make stacks, and the properties that say of which template.
const NESTING: &[(&str, &[&str])] = &[
    ("AWS::CloudFormation::Stack", &["TemplateURL"]),
    ("AWS::Serverless::Application", &["Location"]),
    ("AWS::CloudFormation::StackSet", &["TemplateBody", "TemplateURL"]),
];

/// The pseudo-parameters that a nested stack has in common with the one that it is nested in.
const SHARED: &[&str] = &["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"];

impl<'a> Stack<'a> {
    /// The stack that a resource makes; `None` when its template is not at hand, which is said.
    pub(super) fn nested_stack(&self, resource: &ResourceNode) -> Option<Rc<Stack<'a>>> {
        // A stack whose parameters hang on its own outputs: they are unknown.
        self.nested.once(&resource.logical_id, || None, || self.make_nested(resource).map(Rc::new))
    }

    fn make_nested(&self, resource: &ResourceNode) -> Option<Stack<'a>> {
        let template = self.nested_template(resource)?;
        let count = self.shared.stacks.get() + 1;
        self.shared.stacks.set(count);
        if self.depth >= MAX_STACK_DEPTH || count > MAX_STACKS {
            let message = format!(
                "stacks are looked at {MAX_STACK_DEPTH} deep, and {MAX_STACKS} of them; {} was left out",
                self.address(&resource.logical_id)
            );
            self.say(NoticeKind::LimitReached, resource.key_span, message);
            return None;
        }
        let address = self.address(&resource.logical_id);
        let mut provenance = self.provenance.clone();
        provenance.push(Place::new(resource.key_span, format!("nested here as {address}")));
        let nested = self.nested_templates.get(&resource.logical_id);
        let position = Position {
            prefix: match nested.and_then(|nested| nested.construct_path.as_ref()) {
                Some(path) => format!("{path}/").into(),
                None => format!("{address}/").into(),
            },
            depth: self.depth + 1,
            presence: self.presence_of(resource),
            provenance,
            nested_templates: nested.map(|nested| nested.nested.clone()).unwrap_or_default(),
            constructs: nested.map(|nested| Arc::clone(&nested.constructs)).unwrap_or_default(),
        };
        let is_set = &*resource.resource_type == "AWS::CloudFormation::StackSet";
        let deployment = Deployment {
            scope: Arc::clone(&address),
            account: self.deployment.account.clone().filter(|_| !is_set),
            account_scope: if is_set {
                // Wherever its instances are: not where the set itself is.
                format!("{} accounts of {address}", self.deployment.account_scope).into()
            } else {
                Arc::clone(&self.deployment.account_scope)
            },
            region: self.deployment.region.clone().filter(|_| !is_set),
            stack_name: None,
            given: self.given_to(resource, is_set),
            stands_for: if is_set {
                Some(format!("account of {address}").into())
            } else {
                self.deployment.stands_for.clone()
            },
        };
        Some(Stack::new(self.shared, template, deployment, position, None))
    }

    fn nested_template(&self, resource: &ResourceNode) -> Option<Arc<Template>> {
        if let Some(nested) = self.nested_templates.get(&resource.logical_id) {
            return self.load(&nested.template.display().to_string(), resource);
        }
        let entry = template_property(resource)?;
        if &*entry.key == "TemplateBody" {
            return self.embedded(entry, resource);
        }
        // Of the application repository.
        let node = match entry.value.get("ApplicationId") {
            Some(_) => {
                let message = format!(
                    "{} is an application of the Serverless Application Repository, which is not on disk",
                    self.address(&resource.logical_id)
                );
                self.say(NoticeKind::ModuleNotOnDisk, entry.key_span, message);
                return None;
            }
            None => &entry.value,
        };
        match scalar(&self.value(node)) {
            Some(location) => self.load(&location, resource),
            None => {
                let message = format!(
                    "which template {} is made of is not known before it is deployed, so it was not checked",
                    self.address(&resource.logical_id)
                );
                self.say(NoticeKind::ModuleNotOnDisk, entry.key_span, message);
                None
            }
        }
    }

    fn load(&self, location: &str, resource: &ResourceNode) -> Option<Arc<Template>> {
        let address = self.address(&resource.logical_id);
        let path = match self.shared.templates.beside(&self.template.path, location) {
            Ok(path) => path,
            Err(kind) => {
                let what = match kind {
                    NoticeKind::OutsideRoot => "leads out of the scanned root",
                    _ => "is not on disk",
                };
                let message = format!(
                    "the template of {address}, {location}, {what}, so its resources were not checked"
                );
                let notice = Notice::at(kind, resource.key_span, message)
                    .with_help("scan a tree that holds it, and name it by a path relative to this template");
                self.shared.say(notice);
                return None;
            }
        };
        let is_above = self.is_above(&path);
        match (is_above, self.shared.templates.load(&path)) {
            (false, Some(template)) => Some(template),
            (true, _) => {
                let message =
                    format!("{address} is made of a template that it is itself part of; it was left out");
                self.say(NoticeKind::InvalidConfiguration, resource.key_span, message);
                None
            }
            (false, None) => {
                let message =
                    format!("{location} is no template, so the resources of {address} were not checked");
                self.say(NoticeKind::InvalidConfiguration, resource.key_span, message);
                None
            }
        }
    }

    /// A template that stands in a text, or beside it as a value.
    fn embedded(&self, entry: &Entry, resource: &ResourceNode) -> Option<Arc<Template>> {
        let node = match (&entry.value.kind, entry.value.get("Fn::ToJsonString"), entry.value.get("Fn::Sub"))
        {
            (NodeKind::String(_), ..) => &entry.value,
            (_, Some(inner), _) => {
                return Some(Arc::new(Template::read(
                    self.template.path.clone(),
                    self.template.file,
                    inner,
                    Vec::new(),
                )));
            }
            // The references of the outer template: what is left of the text is read as it stands.
            (.., Some(text)) => text,
            _ => &entry.value,
        };
        let NodeKind::String(text) = &node.kind else {
            let message = format!(
                "the template of {} is not known before it is deployed, so it was not checked",
                self.address(&resource.logical_id)
            );
            self.say(NoticeKind::ModuleNotOnDisk, entry.key_span, message);
            return None;
        };
        let template = self.shared.templates.embedded(&self.template, text);
        if template.is_none() {
            let message = format!("`{}` holds no template that can be read", entry.key);
            self.say(NoticeKind::InvalidConfiguration, entry.key_span, message);
        }
        template
    }

    /// Whether a template is this one or one that this one is nested in.
    fn is_above(&self, path: &Path) -> bool {
        let above = self.provenance.iter().map(|place| place.span.file);
        above
            .chain([self.template.file])
            .any(|file| self.shared.templates.path_of(file).as_deref() == Some(path))
    }

    /// What the parameters of the stack are given, and what was said of the account and region that it shares with
    /// this one.
    fn given_to(&self, resource: &ResourceNode, is_set: bool) -> BTreeMap<Arc<str>, Value> {
        let mut given = self.passed(resource);
        for name in SHARED.iter().filter(|_| !is_set) {
            if let Some(value) = self.deployment.given.get(*name) {
                given.insert((*name).into(), value.clone());
            }
        }
        given
    }

    /// What the parameters of the stack are given.
    fn passed(&self, resource: &ResourceNode) -> BTreeMap<Arc<str>, Value> {
        let Some(parameters) = resource.property("Parameters") else { return BTreeMap::new() };
        // One of them may become a password.
        let marks = self.marks_literals.replace(true);
        let passed = self.passed_values(resource, parameters);
        self.marks_literals.set(marks);
        passed
    }

    fn passed_values(&self, resource: &ResourceNode, parameters: &Entry) -> BTreeMap<Arc<str>, Value> {
        match &parameters.value.kind {
            NodeKind::Map(entries) if !entries.iter().any(|entry| entry.key.starts_with("Fn::")) => entries
                .iter()
                .map(|entry| (Arc::clone(&entry.key), self.passed_value(&entry.value)))
                .filter(|(_, value)| !value.is_null())
                .collect(),
            // Of a `StackSet`: a list of keys and values.
            NodeKind::List(elements) => elements
                .iter()
                .filter_map(|element| {
                    let key = element.get("ParameterKey").and_then(scalar_text)?;
                    Some((key, self.passed_value(element.get("ParameterValue")?)))
                })
                .collect(),
            _ => {
                let message = format!(
                    "what the parameters of {} are given is not known, so they have their defaults here",
                    self.address(&resource.logical_id)
                );
                self.say(NoticeKind::UnknownValue, parameters.key_span, message);
                BTreeMap::new()
            }
        }
    }

    /// A list is passed with commas.
    fn passed_value(&self, node: &Node) -> Value {
        let value = self.value(node);
        match value.elements() {
            Some(elements) if elements.iter().all(|element| scalar(element).is_some()) => {
                let texts: Vec<Arc<str>> = elements.iter().filter_map(scalar).collect();
                Value::string(texts.join(",")).with_marks(&value.deep_marks().taints())
            }
            Some(_) => value,
            None => match scalar(&value) {
                Some(text) => Value::string(text).with_marks(&value.marks),
                None => value,
            },
        }
    }

    /// When a resource is there.
    pub(super) fn presence_of(&self, resource: &ResourceNode) -> Condition {
        match resource.definition.get("Condition") {
            Some(node) => match scalar_text(node) {
                Some(name) => self.presence.and(&self.condition(&name, node.span)),
                None => self.presence.clone(),
            },
            None => self.presence.clone(),
        }
    }

    /// The stacks nested in this one, in document order.
    pub(super) fn nested_stacks(&self) -> Vec<Rc<Stack<'a>>> {
        self.resources
            .iter()
            .filter(|resource| nests(&resource.resource_type))
            .filter(|resource| !self.presence_of(resource).is_never())
            .filter_map(|resource| self.nested_stack(resource))
            .collect()
    }
}

/// Whether resources of a type are stacks.
pub fn nests(resource_type: &str) -> bool {
    NESTING.iter().any(|(name, _)| *name == resource_type)
}

/// The property that says which template a stack is made of.
fn template_property(resource: &ResourceNode) -> Option<&Entry> {
    let (_, properties) = NESTING.iter().find(|(name, _)| *name == &*resource.resource_type)?;
    properties.iter().find_map(|property| resource.property(property))
}

/// The location of a stack's template, where it is written out.
pub fn written_location(resource: &ResourceNode) -> Option<Arc<str>> {
    template_property(resource)
        .filter(|entry| &*entry.key != "TemplateBody")
        .and_then(|entry| scalar_text(&entry.value))
}

/// The template paths that a template names as text, for telling which templates are nested in others.
pub fn named_templates(template: &Template) -> Vec<Arc<str>> {
    let resources = template.resources.as_ref().and_then(Node::entries).unwrap_or_default();
    resources.iter().filter_map(|entry| written_location(&ResourceNode::read(entry, None)?)).collect()
}
